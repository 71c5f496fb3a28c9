-- La misma focalización del talento humano, escrita a mano para DuckDB por quien ya conoce las
-- reglas: sin veredictos, sin fuentes y sin nada que sirva a otro mecanismo. Lee ``leida``.

CREATE MACRO palabras(x) AS list_filter(
    string_split(regexp_replace(upper(strip_accents(coalesce(x, ''))), '[^A-Z0-9]+', ' ', 'g'), ' '),
    lambda p: p NOT IN ('', 'DE', 'DEL', 'LA', 'LAS', 'LOS', 'Y')
);
CREATE MACRO campo(x) AS array_to_string(palabras(x), ' ');
CREATE MACRO conjunto(a, b, c, d) AS
    list_sort(list_distinct(palabras(concat_ws(' ', a, b, c, d))));
CREATE MACRO pliega(x) AS
    trim(regexp_replace(upper(strip_accents(x)), '[^A-Z0-9]+', ' ', 'g'));
CREATE MACRO solapa(d, h, a, b) AS d <= b AND (h IS NULL OR a <= h);

CREATE TEMP TABLE f AS
SELECT fila, tipo_documento AS tipo, numero, primer_apellido, segundo_apellido, primer_nombre,
       segundo_nombre, codigo_perfil, actividad, inicio, fin, w_desde, w_hasta,
       w_desde <= w_hasta AS w, codigo_banco, tipo_producto, numero_producto
FROM leida WHERE pasa;

CREATE TEMP TABLE perfil AS
SELECT texto, list(DISTINCT upper(codigo_perfil)) AS codigos
FROM (SELECT codigo_perfil, pliega(profesion) AS texto FROM lista('ths_perfiles_rethus')
      UNION ALL SELECT codigo_perfil, pliega(profesion) FROM lista('ths_perfiles_alias'))
GROUP BY texto;

CREATE TEMP TABLE persona AS
WITH cedula AS (
    SELECT fila,
           CASE WHEN r.estado_cedula IN ('0', '1', '12', '14') THEN 'VIGENTE'
                WHEN r.estado_cedula IN ('21', '51') THEN 'FALLECIDO'
                WHEN r.estado_cedula IN ('22', '23', '24', '25', '26', '27', '28', '52', '53',
                                         '54', '55', '56') THEN 'CANCELADA'
                ELSE 'PENDIENTE' END AS clase,
           CASE WHEN f.primer_apellido = r.primer_apellido
                 AND coalesce(f.segundo_apellido, '') = coalesce(r.segundo_apellido, '')
                 AND f.primer_nombre = r.primer_nombre
                 AND coalesce(f.segundo_nombre, '') = coalesce(r.segundo_nombre, '')
                  OR conjunto(f.primer_apellido, f.segundo_apellido, f.primer_nombre,
                              f.segundo_nombre)
                   = conjunto(r.primer_apellido, r.segundo_apellido, r.primer_nombre,
                              r.segundo_nombre) THEN 'IGUAL'
                WHEN campo(f.primer_apellido) = campo(r.primer_apellido)
                 AND levenshtein(campo(f.segundo_apellido), campo(r.segundo_apellido)) <= 1
                 AND levenshtein(campo(f.primer_nombre), campo(r.primer_nombre)) <= 1
                 AND levenshtein(campo(f.segundo_nombre), campo(r.segundo_nombre)) <= 1
                THEN 'PARECIDO' ELSE 'DISTINTO' END AS nombres
    FROM corte('rnec') AS r JOIN f ON f.numero = r.numero_documento AND f.tipo = 'CC'
    WHERE coalesce(r.cod_error, 0) = 0 AND r.estado_cedula IS NOT NULL
),
titulo AS (
    SELECT fila, max(fecha_autorizacion <= fin) AS autorizado,
           max(list_contains(p.codigos, f.codigo_perfil)) AS suyo
    FROM f JOIN corte('rethus') AS t ON t.numero_documento = f.numero AND t.tipo_documento = f.tipo
    LEFT JOIN perfil AS p ON p.texto = pliega(t.profesion)
    GROUP BY fila
),
social AS (
    SELECT fila, max(list_contains(p.codigos, f.codigo_perfil)) AS suyo
    FROM f JOIN corte('sso') AS s ON s.numero_documento = f.numero AND s.tipo_documento = f.tipo
      AND solapa(s.fecha_inicio, s.fecha_fin, inicio, fin)
    LEFT JOIN perfil AS p ON p.texto = pliega(s.profesion)
    GROUP BY fila
),
sancion AS (
    SELECT DISTINCT fila FROM f JOIN corte('rethus_sanciones') AS s
      ON s.numero_documento = f.numero AND s.tipo_documento = f.tipo
      AND solapa(s.desde, s.hasta, inicio, fin)
),
afiliacion AS (
    SELECT fila, bool_or(b.regimen = 'C' AND b.tipo_afiliado = 'C'
                         AND b.estado IN ('AC', 'PL', 'AE')) AS cotiza
    FROM corte('bdua') AS b JOIN f ON b.numero_documento = f.numero AND b.tipo_documento = f.tipo
      AND solapa(b.desde, b.hasta, w_desde, w_hasta)
    GROUP BY fila
),
excepcion AS (
    SELECT DISTINCT fila FROM corte('bdex') AS b JOIN f
      ON b.numero_documento = f.numero AND b.tipo_documento = f.tipo
      AND solapa(b.desde, b.hasta, w_desde, w_hasta)
),
antes AS (
    SELECT fila, bool_or(contains(';' || coalesce(h.codigos, '') || ';', ';THS-07;')) AS devuelta,
           bool_or(h.estado IN ('LIQUIDADO', 'ESPERA_PRESUPUESTO', 'RECONOCIDO', 'ESPERA_CUENTA',
                                'ORDENADO', 'PAGADO', 'RECHAZADO', 'PENDIENTE_REPROGRAMACION'))
               AS cobrada
    FROM f JOIN corte('historia') AS h
      ON h.numero_documento = f.numero AND h.tipo_documento = f.tipo
    GROUP BY fila
),
unida AS (
    SELECT f.*, clase, nombres, titulo.fila IS NOT NULL AS en_rethus, autorizado,
           social.fila IS NOT NULL AS en_sso, sancion.fila IS NOT NULL AS sancionada,
           greatest(titulo.suyo, social.suyo) AS perfil_suyo,
           afiliacion.fila IS NOT NULL AS en_bdua, coalesce(cotiza, false) AS cotiza,
           excepcion.fila IS NOT NULL AS en_bdex, coalesce(devuelta, false) AS devuelta,
           coalesce(cobrada, false) AS cobrada,
           codigo_banco IN (SELECT codigo_banco FROM lista('bancos')) AS en_lista, v.valor_cop::BIGINT AS valor
    FROM f LEFT JOIN cedula USING (fila) LEFT JOIN titulo USING (fila)
    LEFT JOIN social USING (fila) LEFT JOIN sancion USING (fila)
    LEFT JOIN afiliacion USING (fila) LEFT JOIN excepcion USING (fila)
    LEFT JOIN antes USING (fila)
    LEFT JOIN catalogo AS v ON v.codigo_perfil = f.codigo_perfil
),
juzgada AS (
    SELECT *,
           tipo = 'CC' AND (clase IS NULL OR clase = 'CANCELADA') AS f04,
           tipo <> 'CC' OR coalesce(clase = 'PENDIENTE', false) AS n04,
           coalesce(nombres = 'DISTINTO', false) AS f05,
           coalesce(nombres = 'PARECIDO', false) AS a05,
           coalesce(clase = 'FALLECIDO', false) AS f06,
           NOT (en_rethus OR en_sso) AND NOT devuelta AS f07,
           NOT (en_rethus OR en_sso) AND devuelta AS r07,
           en_rethus AND (sancionada OR NOT coalesce(autorizado, true) AND NOT en_sso) AS f08,
           en_rethus AND NOT sancionada AND autorizado IS NULL AND NOT en_sso AS n08,
           (en_rethus OR en_sso) AND NOT coalesce(perfil_suyo, true) AS f09,
           (en_rethus OR en_sso) AND perfil_suyo IS NULL AS n09,
           valor IS NULL AS f10,
           w AND NOT en_bdex AND en_bdua AND NOT cotiza AS f11,
           w AND NOT en_bdex AND NOT en_bdua AS c11,
           w AND en_bdex AS f12,
           NOT w AS f13,
           actividad = 'OTRA' AS f14,
           coalesce(codigo_banco, tipo_producto, numero_producto) IS NOT NULL
               AND NOT coalesce(
                   en_lista AND tipo_producto IN ('AHORROS', 'CORRIENTE')
                   AND regexp_full_match(numero_producto, '\d{4,17}'), false) AS f16,
           CASE WHEN r07 OR f08 OR f11 OR f13 OR f14 THEN 'NO_CUMPLE'
                WHEN f04 OR f05 OR f07 OR f09 OR c11 OR f16 THEN 'EN_CORRECCION'
                WHEN f06 THEN 'EN_TRAMITE_FALLECIDO'
                WHEN f12 THEN 'EN_ESPERA_EXCEPCION'
                WHEN f10 THEN 'PENDIENTE_CATALOGO' ELSE 'LIQUIDADO' END AS previo
    FROM unida
)
SELECT *,
       min(CASE WHEN previo = 'LIQUIDADO' THEN fila END) OVER (PARTITION BY tipo, numero) AS primera,
       CASE WHEN NOT cobrada AND primera < fila THEN primera END AS gana,
       cobrada OR gana IS NOT NULL AS f15,
       CASE WHEN f15 AND previo <> 'NO_CUMPLE' THEN 'DUPLICADO' ELSE previo END AS estado
FROM juzgada;

COPY (
    SELECT fila, estado,
           concat_ws(';', CASE WHEN f04 OR n04 THEN 'THS-04' END,
                     CASE WHEN f05 OR a05 THEN 'THS-05' END, CASE WHEN f06 THEN 'THS-06' END,
                     CASE WHEN f07 OR r07 THEN 'THS-07' END, CASE WHEN f08 OR n08 THEN 'THS-08' END,
                     CASE WHEN f09 OR n09 THEN 'THS-09' END, CASE WHEN f10 THEN 'THS-10' END,
                     CASE WHEN f11 OR c11 THEN 'THS-11' END, CASE WHEN f12 THEN 'THS-12' END,
                     CASE WHEN f13 THEN 'THS-13' END, CASE WHEN f14 THEN 'THS-14' END,
                     CASE WHEN f15 THEN 'THS-15' END, CASE WHEN f16 THEN 'THS-16' END) AS codigos,
           CASE WHEN estado = 'LIQUIDADO' THEN 100 * valor ELSE 0 END AS valor_centavos,
           tipo || '|' || upper(numero) AS clave, gana
    FROM persona
    UNION ALL
    SELECT fila, 'EN_CORRECCION', 'THS-03', 0, NULL, NULL FROM leida WHERE NOT pasa
    ORDER BY fila
) TO '{salida}/registros.parquet' (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT fila, 'reconocimiento' AS concepto, tipo AS tipo_documento, numero,
           concat_ws(' ', primer_nombre, segundo_nombre, primer_apellido, segundo_apellido)
               AS nombre,
           100 * valor AS valor_centavos, codigo_banco, tipo_producto, numero_producto
    FROM persona WHERE estado = 'LIQUIDADO' ORDER BY fila
) TO '{salida}/pagos.parquet' (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT fila, 'THS-04' AS codigo, 'incumple' AS veredicto, 'CORRECCION' AS efecto,
           'numero_documento' AS columna,
           'La cédula reportada no está en la Registraduría, o no está vigente. Revise '
           'tipo_documento y numero_documento con el documento de la persona; si son los suyos, '
           'ella debe aclararlo en la Registraduría.' AS mensaje
    FROM persona WHERE f04
    UNION ALL
    SELECT fila, 'THS-04', 'no_evaluable', 'AVISO', 'numero_documento',
           'El documento no se comprobó en la Registraduría: no es una cédula o está en trámite. '
           'El registro sigue; nadie debe hacer nada.'
    FROM persona WHERE n04
    UNION ALL
    SELECT fila, 'THS-05', 'incumple', 'CORRECCION', 'primer_apellido',
           'Los nombres reportados no son los de esa cédula en la Registraduría. Revise el número '
           'de documento y los cuatro campos de nombres y apellidos; corrija el que no sea de la '
           'persona.'
    FROM persona WHERE f05
    UNION ALL
    SELECT fila, 'THS-05', 'incumple', 'AVISO', 'primer_apellido',
           'Los nombres difieren en alguna letra de los que tiene la Registraduría. El registro '
           'sigue; nadie debe hacer nada.'
    FROM persona WHERE a05
    UNION ALL
    SELECT fila, 'THS-06', 'incumple', 'DESVIO', 'numero_documento',
           'La cédula está cancelada por muerte: el pago es de los beneficiarios. Ellos lo piden a '
           'la ADRES con el registro de defunción, la causa y el parentesco.'
    FROM persona WHERE f06
    UNION ALL
    SELECT fila, 'THS-07', 'incumple', 'CORRECCION', 'numero_documento',
           'Ese documento no está en ReTHUS ni en el servicio social obligatorio entre ' || inicio
           || ' y ' || fin || '. Revise tipo_documento y numero_documento con el documento de la '
           'persona; si son los suyos, pida que su colegio o la secretaría de salud la reporte a '
           'ReTHUS antes de corregir: la segunda vez se rechaza.'
    FROM persona WHERE f07
    UNION ALL
    SELECT fila, 'THS-07', 'incumple', 'RECHAZO', 'numero_documento',
           'Ese documento sigue sin estar en ReTHUS ni en el servicio social obligatorio entre '
           || inicio || ' y ' || fin || ', y ya se había devuelto por lo mismo. Si después '
           'aparece, pida a la ADRES que reabra el caso.'
    FROM persona WHERE r07
    UNION ALL
    SELECT fila, 'THS-08', 'incumple', 'RECHAZO', 'fecha_inicio',
           'Según ReTHUS la persona no podía ejercer entre ' || inicio || ' y ' || fin
           || '. Revise las fechas del servicio; si son esas, no hay derecho.'
    FROM persona WHERE f08
    UNION ALL
    SELECT fila, 'THS-08', 'no_evaluable', 'AVISO', 'fecha_inicio',
           'ReTHUS no dice desde cuándo puede ejercer la persona. El registro sigue; nadie debe '
           'hacer nada.'
    FROM persona WHERE n08
    UNION ALL
    SELECT fila, 'THS-09', 'incumple', 'CORRECCION', 'codigo_perfil',
           'El perfil ' || codigo_perfil || ' no es de ninguna profesión que ReTHUS o el servicio '
           'social tengan de la persona. Escriba en codigo_perfil el del título con el que prestó '
           'el servicio.'
    FROM persona WHERE f09
    UNION ALL
    SELECT fila, 'THS-09', 'no_evaluable', 'AVISO', 'codigo_perfil',
           'La profesión registrada no está en la tabla de perfiles: el ' || codigo_perfil
           || ' no se comprobó. El registro sigue; nadie debe hacer nada.'
    FROM persona WHERE n09
    UNION ALL
    SELECT fila, 'THS-10', 'incumple', 'RETENCION', 'codigo_perfil',
           'El perfil ' || codigo_perfil || ' aún no tiene valor en el catálogo. Nadie debe '
           'radicar de nuevo: sigue solo cuando el operador cargue el valor.'
    FROM persona WHERE f10
    UNION ALL
    SELECT fila, 'THS-11', 'incumple', 'RECHAZO', 'numero_documento',
           'La persona no era cotizante activa del régimen contributivo entre ' || w_desde || ' y '
           || w_hasta || '. Revise las fechas del servicio; si la afiliación está errada, la EPS '
           'la corrige.'
    FROM persona WHERE f11
    UNION ALL
    SELECT fila, 'THS-11', 'incumple', 'CORRECCION', 'numero_documento',
           'Ese documento no tiene afiliación en la BDUA entre ' || w_desde || ' y ' || w_hasta
           || '. Revise tipo_documento y numero_documento con el documento de la persona, y las '
           'fechas del servicio.'
    FROM persona WHERE c11
    UNION ALL
    SELECT fila, 'THS-12', 'incumple', 'DESVIO', 'numero_documento',
           'La persona está en un régimen especial o de excepción entre ' || w_desde || ' y '
           || w_hasta || '. Nadie debe hacer nada: espera lo que decida MinSalud sobre esos '
           'regímenes.'
    FROM persona WHERE f12
    UNION ALL
    SELECT fila, 'THS-13', 'incumple', 'RECHAZO', 'fecha_inicio',
           'El servicio, entre ' || inicio || ' y ' || fin || ', no tiene ningún día de 2020-04-01 '
           'a 2020-07-31. Revise las fechas; si son esas, no hay derecho.'
    FROM persona WHERE f13
    UNION ALL
    SELECT fila, 'THS-14', 'incumple', 'RECHAZO', 'actividad',
           'La actividad ' || actividad || ' no da derecho: solo la atención de pacientes y la '
           'vigilancia epidemiológica. Revise la actividad.'
    FROM persona WHERE f14
    UNION ALL
    SELECT fila, 'THS-15', 'incumple', 'RECHAZO', 'numero_documento',
           'La persona se paga una sola vez y ya está aprobada en '
           || CASE WHEN cobrada THEN 'un reporte anterior'
                   ELSE 'la fila ' || gana || ' de este archivo' END
           || '. Nadie debe hacer nada, salvo que el documento esté errado.'
    FROM persona WHERE f15
    UNION ALL
    SELECT fila, 'THS-16', 'incumple', 'CORRECCION', 'codigo_banco',
           'La cuenta está incompleta o no se puede usar. Escriba un código de la tabla de bancos, '
           'AHORROS o CORRIENTE, y de 4 a 17 dígitos sin guiones; o deje las tres columnas vacías.'
    FROM persona WHERE f16
    UNION ALL
    SELECT fila, 'THS-03', 'incumple', 'CORRECCION', NULL, NULL FROM leida WHERE NOT pasa
    ORDER BY fila, codigo
) TO '{salida}/hallazgos.parquet' (FORMAT parquet, COMPRESSION zstd);
