-- La misma focalización del anticipo, escrita a mano para DuckDB por quien ya conoce las reglas:
-- sin veredictos, sin fuentes y sin nada que sirva a otro mecanismo. Variables: datos, salida.
-- Los extractos de REPS salen juntos: un solo juego de cortes sirve a todos.

CREATE MACRO tabla(nombre) AS TABLE
    SELECT * FROM read_parquet(getvariable('datos') || '/' || nombre || '.parquet');

CREATE MACRO sede(hab, numero) AS 'La sede ' || hab || '-' || numero;

-- Lo que falta no es cero: sin un dato no hay total.
CREATE MACRO suma(x) AS CASE WHEN count(x) = count(*) THEN sum(x)::BIGINT END;

CREATE TEMP TABLE juicio AS
WITH dia AS (
    SELECT fecha,
           coalesce(max(fecha_corte) FILTER (WHERE fecha_corte <= fecha), min(fecha_corte)) AS corte
    FROM (SELECT DISTINCT fecha FROM tabla('filas')),
         (SELECT DISTINCT fecha_corte FROM tabla('reps_sedes'))
    GROUP BY fecha
),
cama AS (
    SELECT fila, nit, periodo, codigo_habilitacion, numero_sede, poblacion, fecha, corte,
           camas_disponibles,
           codigo_habilitacion || numero_sede AS hab_sede,
           servicio,
           servicio IN ('UCI', 'INTERMEDIO') AS de_la_norma,
           CASE servicio || poblacion
               WHEN 'UCIADULTO' THEN '110'
               WHEN 'UCIPEDIATRICO' THEN '109'
               WHEN 'UCINEONATAL' THEN '108'
               WHEN 'INTERMEDIOADULTO' THEN '107'
               WHEN 'INTERMEDIOPEDIATRICO' THEN '106'
               WHEN 'INTERMEDIONEONATAL' THEN '105'
           END AS codigo_servicio,
           strftime(fecha, '%Y-%m') = periodo AS en_el_mes
    FROM (SELECT * REPLACE (upper(servicio) AS servicio) FROM tabla('filas') WHERE forma_ok)
    JOIN dia USING (fecha)
),
nit_de AS (
    SELECT DISTINCT nit, fecha_corte FROM tabla('reps_prestadores')
),
prestador_de AS (
    SELECT hab_prestador, fecha_corte, max(es_ips) AS es_ips
    FROM tabla('reps_prestadores') GROUP BY ALL
),
sede_de AS (
    SELECT hab_sede, fecha_corte, max(hab_prestador) AS hab_prestador, max(nit) AS nit,
           max(habilitado) AS habilitado, max(fecha_apertura) AS fecha_apertura,
           max(fecha_cierre) AS fecha_cierre
    FROM tabla('reps_sedes') GROUP BY ALL
),
capacidad_de AS (
    SELECT hab_sede, servicio, poblacion, fecha_corte, suma(cantidad) AS camas
    FROM tabla('reps_capacidad') WHERE servicio IS NOT NULL GROUP BY ALL
),
transitoria_de AS (
    SELECT c.fila,
           sum(camas) FILTER (WHERE tipo = 'AUTORIZACION')::BIGINT AS autorizadas,
           sum(camas) FILTER (WHERE tipo = 'SUSPENSION')::BIGINT AS suspendidas
    FROM cama AS c JOIN tabla('reps_transitorias') AS t USING (hab_sede, servicio, poblacion)
    WHERE t.estado = 'VIGENTE' AND fecha_inicio <= fecha
      AND (fecha_fin IS NULL OR fecha <= fecha_fin)
    GROUP BY ALL
),
reporte_de AS (
    SELECT hab_sede, fecha, servicio, poblacion,
           suma(camas_disponibles) AS disponibles,
           suma(ocupadas_no_covid) + suma(ocupadas_sospechoso) + suma(ocupadas_confirmado)
               AS ocupadas
    FROM tabla('reps_ocupacion_diaria') WHERE servicio IS NOT NULL GROUP BY ALL
),
copia_de AS (
    SELECT nit, hab_sede, servicio, poblacion, fecha, count(*) AS copias
    FROM cama GROUP BY ALL HAVING count(*) > 1
),
constante_de AS (
    SELECT nit, periodo, hab_sede, servicio, poblacion
    FROM cama WHERE en_el_mes
    GROUP BY ALL
    HAVING min(camas_disponibles) = max(camas_disponibles) AND min(camas_disponibles) > 0
       AND count(DISTINCT fecha) = day(last_day((periodo || '-01')::DATE))
),
unida AS (
    SELECT c.*,
           n.nit IS NOT NULL AS nit_existe,
           s.hab_sede IS NOT NULL AS sede_existe,
           s.hab_sede IS NOT NULL AND s.nit = c.nit AND s.habilitado
               AND (s.fecha_apertura IS NULL OR s.fecha_apertura <= c.fecha)
               AND (s.fecha_cierre IS NULL OR s.fecha_cierre > c.fecha) AS sede_en_regla,
           p.es_ips,
           EXISTS (
               FROM tabla('reps_servicios') AS v
               WHERE v.hab_sede = c.hab_sede AND v.codigo_servicio = c.codigo_servicio
                 AND v.fecha_corte = c.corte AND v.habilitado
                 AND (v.fecha_apertura IS NULL OR v.fecha_apertura <= c.fecha)
                 AND (v.fecha_cierre IS NULL OR v.fecha_cierre > c.fecha)
           ) AS servicio_habilitado,
           t.autorizadas IS NOT NULL AS autorizada,
           CASE WHEN k.camas IS NOT NULL OR t.autorizadas IS NOT NULL
                THEN greatest(coalesce(k.camas, 0) + coalesce(t.autorizadas, 0)
                              - coalesce(t.suspendidas, 0), 0) END AS capacidad,
           r.hab_sede IS NOT NULL AS reportada,
           r.disponibles AS reportadas,
           r.ocupadas,
           EXISTS (
               FROM tabla('historia') AS h
               WHERE h.codigo_habilitacion = c.codigo_habilitacion
                 AND h.numero_sede = c.numero_sede AND h.servicio = c.servicio
                 AND h.poblacion = c.poblacion AND h.fecha = c.fecha
                 AND h.estado NOT IN ('EN_CORRECCION', 'NO_RECONOCIDO')
           ) AS ya_decidida,
           coalesce(x.copias, 1) AS copias,
           en_el_mes AND m.nit IS NOT NULL AS constante
    FROM cama AS c
    LEFT JOIN nit_de AS n ON n.nit = c.nit AND n.fecha_corte = c.corte
    LEFT JOIN sede_de AS s ON s.hab_sede = c.hab_sede AND s.fecha_corte = c.corte
    LEFT JOIN prestador_de AS p
           ON p.hab_prestador = s.hab_prestador AND p.fecha_corte = c.corte
    LEFT JOIN capacidad_de AS k
           ON k.hab_sede = c.hab_sede AND k.servicio = c.servicio
          AND k.poblacion = c.poblacion AND k.fecha_corte = c.corte
    LEFT JOIN transitoria_de AS t ON t.fila = c.fila
    LEFT JOIN reporte_de AS r
           ON r.hab_sede = c.hab_sede AND r.fecha = c.fecha
          AND r.servicio = c.servicio AND r.poblacion = c.poblacion
    LEFT JOIN copia_de AS x
           ON x.nit = c.nit AND x.hab_sede = c.hab_sede AND x.servicio = c.servicio
          AND x.poblacion = c.poblacion AND x.fecha = c.fecha
    LEFT JOIN constante_de AS m
           ON m.nit = c.nit AND m.periodo = c.periodo AND m.hab_sede = c.hab_sede
          AND m.servicio = c.servicio AND m.poblacion = c.poblacion
),
juzgada AS (
    SELECT *,
           NOT periodo BETWEEN '2020-06' AND '2021-04' AS f02,
           NOT nit_existe AS f04,
           nit_existe AND NOT sede_en_regla AS f05,
           sede_existe AND es_ips IS FALSE AS f06,
           sede_existe AND es_ips IS NULL AS n06,
           sede_existe AND de_la_norma AND NOT (servicio_habilitado OR autorizada) AS f07,
           NOT de_la_norma AS f08,
           NOT en_el_mes OR copias > 1 AS f11,
           sede_existe AND de_la_norma AND capacidad IS NOT NULL
               AND camas_disponibles > capacidad AS f12,
           sede_existe AND de_la_norma AND capacidad IS NULL AS n12,
           sede_existe AND de_la_norma AND reportada AND camas_disponibles > reportadas AS f13,
           sede_existe AND de_la_norma AND NOT reportada AS f14,
           sede_existe AND de_la_norma AND reportada AND capacidad IS NOT NULL
               AND ocupadas + camas_disponibles > capacidad AS f15,
           ya_decidida AS f16,
           constante AS f17,
           least(camas_disponibles, capacidad, reportadas,
                 CASE WHEN ocupadas IS NOT NULL THEN greatest(capacidad - ocupadas, 0) END)
               AS camas
    FROM unida
)
SELECT fila, nit, periodo, codigo_habilitacion, numero_sede, servicio, poblacion, fecha,
       camas_disponibles, capacidad, reportadas, ocupadas, copias, camas,
       f02, f04, f05, f06, n06, f07, f08, f11, f12, n12, f13, f14, f15, f16, f17,
       CASE WHEN f02 OR f05 OR f06 OR f07 OR f08 OR f16 THEN 'NO_RECONOCIDO'
            WHEN f04 OR f11 OR n12 OR f14 THEN 'EN_CORRECCION'
            WHEN (f12 OR f13 OR f15) AND camas = 0 THEN 'NO_RECONOCIDO'
            ELSE 'LIQUIDADO' END AS estado
FROM juzgada;

COPY (
    SELECT fila, estado,
           concat_ws(';', CASE WHEN f02 THEN 'ANT-02' END, CASE WHEN f04 THEN 'ANT-04' END,
                     CASE WHEN f05 THEN 'ANT-05' END, CASE WHEN f06 OR n06 THEN 'ANT-06' END,
                     CASE WHEN f07 THEN 'ANT-07' END, CASE WHEN f08 THEN 'ANT-08' END,
                     CASE WHEN f11 THEN 'ANT-11' END, CASE WHEN f12 OR n12 THEN 'ANT-12' END,
                     CASE WHEN f13 THEN 'ANT-13' END, CASE WHEN f14 THEN 'ANT-14' END,
                     CASE WHEN f15 THEN 'ANT-15' END, CASE WHEN f16 THEN 'ANT-16' END,
                     CASE WHEN f17 THEN 'ANT-17' END) AS codigos,
           CASE WHEN estado <> 'LIQUIDADO' THEN 0
                WHEN fecha < DATE '2020-06-01' THEN NULL
                WHEN servicio = 'UCI' THEN camas * 45648200
                WHEN servicio = 'INTERMEDIO' THEN camas * 34753800 END AS valor_centavos
    FROM juicio
    UNION ALL
    SELECT fila, 'EN_CORRECCION', 'ANT-00', 0 FROM tabla('filas') WHERE NOT forma_ok
    ORDER BY fila
) TO '{salida}/registros.parquet' (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT fila, 'ANT-02' AS codigo, 'incumple' AS veredicto, 'RECHAZO' AS efecto,
           'periodo' AS columna,
           'El periodo ' || periodo || ' no está habilitado: se paga de 2020-06 a 2021-04. '
           'Revise el periodo; si es el correcto, esas camas no tienen derecho.' AS mensaje
    FROM juicio WHERE f02
    UNION ALL
    SELECT fila, 'ANT-04', 'incumple', 'CORRECCION', 'nit',
           'El NIT ' || nit || ' no está en REPS. '
           'Escriba el NIT de la IPS, sin dígito de verificación.'
    FROM juicio WHERE f04
    UNION ALL
    SELECT fila, 'ANT-05', 'incumple', 'RECHAZO', 'codigo_habilitacion',
           sede(codigo_habilitacion, numero_sede) || ' no está habilitada en REPS el ' || fecha
           || ' con el NIT ' || nit || '. Revise los ceros del código y el número de sede; '
           'si es nueva, repórtela en REPS.'
    FROM juicio WHERE f05
    UNION ALL
    SELECT fila, 'ANT-06', 'incumple', 'RECHAZO', 'codigo_habilitacion',
           sede(codigo_habilitacion, numero_sede)
           || ' pertenece a un prestador que no es IPS en REPS.'
    FROM juicio WHERE f06
    UNION ALL
    SELECT fila, 'ANT-06', 'no_evaluable', 'AVISO', 'codigo_habilitacion',
           'REPS no dice la clase del prestador de la sede ' || codigo_habilitacion || '-'
           || numero_sede || '.'
    FROM juicio WHERE n06
    UNION ALL
    SELECT fila, 'ANT-07', 'incumple', 'RECHAZO', 'servicio',
           sede(codigo_habilitacion, numero_sede) || ' no tenía el servicio ' || servicio || ' '
           || poblacion || ' habilitado ni autorizado el ' || fecha || '. Si hay autorización '
           'transitoria, pida a su secretaría de salud que la reporte.'
    FROM juicio WHERE f07
    UNION ALL
    SELECT fila, 'ANT-08', 'incumple', 'RECHAZO', 'servicio',
           'El servicio ' || servicio || ' no se paga: solo UCI e INTERMEDIO.'
    FROM juicio WHERE f08
    UNION ALL
    SELECT fila, 'ANT-11', 'incumple', 'CORRECCION', 'fecha',
           'La fecha ' || fecha || ' debe ser del periodo ' || periodo || ' y estar una sola vez '
           'por sede, servicio y población; está ' || copias || ' veces. Corrija la fecha o deje '
           'una sola fila.'
    FROM juicio WHERE f11
    UNION ALL
    SELECT fila, 'ANT-12', 'incumple', 'AJUSTE', 'camas_disponibles',
           sede(codigo_habilitacion, numero_sede) || ' certificó ' || camas_disponibles
           || ' camas ' || servicio || ' ' || poblacion || ' y tiene ' || capacidad || ' el '
           || fecha || '. Se paga hasta la capacidad. Si hay autorización transitoria, pida que '
           'la reporten.'
    FROM juicio WHERE f12
    UNION ALL
    SELECT fila, 'ANT-12', 'no_evaluable', 'CORRECCION', 'camas_disponibles',
           'REPS no tiene capacidad ' || servicio || ' ' || poblacion || ' para la sede '
           || codigo_habilitacion || '-' || numero_sede || ' el ' || fecha
           || '. Repórtela en REPS y vuelva a cargar.'
    FROM juicio WHERE n12
    UNION ALL
    SELECT fila, 'ANT-13', 'incumple', 'AJUSTE', 'camas_disponibles',
           'Certificó ' || camas_disponibles || ' camas y su reporte diario del ' || fecha
           || ' dice ' || reportadas || ' disponibles. Se paga lo reportado.'
    FROM juicio WHERE f13
    UNION ALL
    SELECT fila, 'ANT-14', 'incumple', 'CORRECCION', 'fecha',
           'No hay reporte diario de ' || servicio || ' ' || poblacion || ' el ' || fecha
           || ' para la sede ' || codigo_habilitacion || '-' || numero_sede
           || '. Reporte la ocupación de ese día en REPS y vuelva a cargar.'
    FROM juicio WHERE f14
    UNION ALL
    SELECT fila, 'ANT-15', 'incumple', 'AJUSTE', 'camas_disponibles',
           'El ' || fecha || ' había ' || ocupadas || ' camas ocupadas de ' || capacidad || '; '
           || camas_disponibles || ' más no caben. Se paga lo que cabe.'
    FROM juicio WHERE f15
    UNION ALL
    SELECT fila, 'ANT-16', 'incumple', 'RECHAZO', 'fecha',
           sede(codigo_habilitacion, numero_sede) || ', ' || servicio || ' ' || poblacion
           || ', ya tiene una solicitud en curso o reconocida por el ' || fecha
           || '. Nadie debe hacer nada, salvo que la fecha esté errada.'
    FROM juicio WHERE f16
    UNION ALL
    SELECT fila, 'ANT-17', 'incumple', 'AVISO', 'camas_disponibles',
           'Certificó ' || camas_disponibles || ' camas ' || servicio || ' ' || poblacion
           || ' todos los días de ' || periodo || '.'
    FROM juicio WHERE f17
    UNION ALL
    SELECT fila, 'ANT-00', 'incumple', 'CORRECCION', columna, mensaje FROM tabla('forma')
    ORDER BY fila, codigo
) TO '{salida}/hallazgos.parquet' (FORMAT parquet, COMPRESSION zstd);
