-- La misma evaluación de la CET, escrita a mano para DuckDB por quien ya conoce las reglas: sin
-- veredictos, sin mensajes, sin fuentes y sin nada que sirva a otro mecanismo.
-- Variables: entrada, cortes, tablas, formatos (tipo y patrón de cada documento).

CREATE MACRO corte(nombre) AS TABLE
    SELECT * FROM read_parquet(getvariable('cortes') || '/' || nombre || '.parquet');
CREATE MACRO publicada(nombre) AS TABLE
    SELECT * FROM read_csv(getvariable('tablas') || '/' || nombre || '.csv',
                           header = true, all_varchar = true);
CREATE MACRO doblado(t) AS upper(strip_accents(trim(t)));
CREATE MACRO dia(t) AS
    CASE WHEN regexp_full_match(t, '\d{4}-\d{2}-\d{2}') AND t NOT IN
        ('0001-01-01', '1845-01-01', '1900-01-01', '9999-12-31') THEN TRY_CAST(t AS DATE) END;
CREATE MACRO si_no(t) AS CASE WHEN doblado(t) IN ('SI', 'S', '1', 'TRUE') THEN true
    WHEN doblado(t) IN ('NO', 'N', '0', 'FALSE') THEN false END;
CREATE MACRO limpio(tipo, n) AS CASE WHEN tipo IN ('CC', 'TI', 'CE', 'PE')
    THEN ltrim(regexp_replace(n, '[., ]', '', 'g'), '0') ELSE upper(trim(n)) END;
CREATE MACRO vigente(desde, hasta, d) AS desde <= d AND (hasta IS NULL OR d <= hasta);
CREATE MACRO en_universo(d) AS d > DATE '2020-08-10' AND d <= DATE '2022-06-30';
CREATE MACRO plegado(t) AS trim(regexp_replace(regexp_replace(
    regexp_replace(upper(strip_accents(coalesce(t, ''))), '[^A-Z0-9]+', ' ', 'g'),
    '\b(DE|DEL|LA|LAS|LOS|Y)\b', ' ', 'g'), ' +', ' ', 'g'));
CREATE MACRO fichas(a, b, c, d) AS list_sort(list_distinct(list_filter(
    string_split(concat_ws(' ', plegado(a), plegado(b), plegado(c), plegado(d)), ' '),
    lambda x: x <> '')));

CREATE TEMP TABLE eps AS SELECT codigo, codigo_base AS base FROM publicada('eps_2020');
CREATE TEMP TABLE historia AS
SELECT tipo_documento AS tipo, numero_documento AS numero, clave_nucleo AS clave, rol, estado,
       estado IN ('PAGADO', 'EN_NUCLEO_PAGADO') AS pagado,
       estado IN ('EN_ENROLAMIENTO', 'EN_VALIDACION_BANCARIA') AS lider,
       rol = 'CASO' AND NOT (estado IN ('EN_CORRECCION_EPS', 'NUNCA_ENTREGADO', 'NO_ADMITIDO')
           OR estado = 'GLOSADO' AND NOT coalesce(contains(codigos, 'CET-06'), false)) AS ocupado
FROM corte('historia');
CREATE TEMP TABLE lider_anterior AS
SELECT clave, min(estado) AS estado FROM historia WHERE rol = 'CASO' AND lider GROUP BY clave;
CREATE TEMP TABLE familiares AS
SELECT codigo_eps, id_nucleo, tipo_documento AS tipo, numero_documento AS numero,
       fecha_nacimiento::DATE AS nacimiento, parentesco, si_no(vivo::VARCHAR) AS vivo
FROM corte('familiares');

CREATE TEMP TABLE e AS
WITH cruda AS (
    SELECT file_row_number + 1 AS fila, doblado(codigo_eps) AS codigo_eps, id_cargue, consecutivo,
           doblado(tipo_documento) AS tipo,
           limpio(doblado(tipo_documento), numero_documento) AS numero,
           primer_apellido, segundo_apellido, primer_nombre, segundo_nombre,
           dia(fecha_nacimiento) AS nacimiento, fecha_nacimiento,
           dia(fecha_confirmacion) AS confirmacion, dia(aislamiento_inicio) AS inicio,
           dia(aislamiento_fin) AS fin, si_no(cumple_aislamiento) AS cumple,
           si_no(fallecido) AS fallecido, dia(fecha_defuncion) AS defuncion, fecha_defuncion,
           id_nucleo, doblado(tipo_documento_receptor) AS tipo_r,
           limpio(doblado(tipo_documento_receptor), numero_documento_receptor) AS numero_r,
           celular, correo, direccion, codigo_municipio, codigo_banco,
           doblado(tipo_producto) AS tipo_producto, numero_producto
    FROM read_parquet(getvariable('entrada'), file_row_number = true)
),
formatos AS (SELECT unnest(getvariable('formatos'), recursive := true))
SELECT c.*, p.base,
       coalesce(p.codigo IS NOT NULL AND length(id_cargue) <= 20
           AND regexp_full_match(consecutivo, '\d{1,15}') AND regexp_full_match(numero, d.patron)
           AND NOT (c.tipo = 'PT' AND confirmacion < DATE '2021-03-01')
           AND length(primer_apellido) <= 60 AND length(primer_nombre) <= 60
           AND (fecha_nacimiento IS NULL OR nacimiento IS NOT NULL)
           AND confirmacion IS NOT NULL AND fin >= inicio AND cumple IS NOT NULL
           AND fallecido IS NOT NULL AND (NOT fallecido OR defuncion IS NOT NULL)
           AND (fecha_defuncion IS NULL OR defuncion IS NOT NULL) AND length(id_nucleo) <= 20
           AND (tipo_r IS NULL) = (numero_r IS NULL)
           AND (tipo_r IS NULL OR coalesce(regexp_full_match(numero_r, r.patron), false))
           AND coalesce(length(celular), 0) <= 10 AND coalesce(length(codigo_municipio), 0) <= 5
           AND (codigo_banco IS NULL) = (tipo_producto IS NULL)
           AND (codigo_banco IS NULL) = (numero_producto IS NULL)
           AND (codigo_banco IS NULL OR (regexp_full_match(codigo_banco, '\d{4}')
               AND tipo_producto IN ('AHORROS', 'CORRIENTE', 'CATS', 'DBM')
               AND length(numero_producto) <= 20)), false)
       AND count(*) OVER (PARTITION BY c.codigo_eps, id_cargue, consecutivo) = 1 AS buena
FROM cruda AS c LEFT JOIN eps AS p ON p.codigo = c.codigo_eps
LEFT JOIN formatos AS d ON d.tipo = c.tipo LEFT JOIN formatos AS r ON r.tipo = c.tipo_r;

-- Los casos de SEGCOVID, y la gente que hay que buscar: la de las filas y la del universo.
CREATE TEMP TABLE segcovid AS
SELECT id_caso, tipo_documento AS tipo, numero_documento AS numero, fecha_confirmacion AS f,
       si_no(cumple_aislamiento::VARCHAR) AS cumple
FROM corte('segcovid') WHERE tipo_registro = 'CASO' AND clasificacion = 'CONFIRMADO';
CREATE TEMP TABLE casos AS
SELECT tipo, numero, arg_min(id_caso, orden) AS id_caso, arg_min(f, orden) AS f,
       coalesce(en_universo(arg_min(f, orden)), false) AS propio, arg_min(coalesce(cumple, true),
           orden) AS cumple_caso
FROM (SELECT *, {fuera: NOT coalesce(en_universo(f), false), f: f, id: id_caso} AS orden
      FROM segcovid) GROUP BY ALL;
CREATE TEMP TABLE j AS
SELECT e.*, c.f, coalesce(c.cumple_caso, true) AS cumple_caso, c.numero IS NOT NULL AS con_caso,
       EXISTS (FROM segcovid AS s WHERE s.numero = e.numero AND s.tipo <> e.tipo) AS otro_tipo,
       min(fila) OVER (PARTITION BY e.tipo, e.numero) < fila
           OR (e.tipo, e.numero) IN (SELECT (tipo, numero) FROM historia WHERE ocupado) AS repetida
FROM e LEFT JOIN casos AS c USING (tipo, numero) WHERE buena;
CREATE TEMP TABLE buscados AS
SELECT tipo, numero FROM casos WHERE propio UNION SELECT tipo, numero FROM j;
CREATE TEMP TABLE b AS
SELECT afl_id, tipo_documento AS tipo, numero_documento AS numero, primer_apellido,
       segundo_apellido, primer_nombre, segundo_nombre, fecha_nacimiento AS nacimiento, codigo_eps,
       regimen, estado, desde, hasta, afl_id_cabeza,
       tipo_documento_cabeza || ':' || numero_documento_cabeza AS cabeza
FROM corte('bdua') SEMI JOIN buscados
  ON tipo_documento = buscados.tipo AND numero_documento = buscados.numero;
CREATE TEMP TABLE g AS
SELECT afl_id, afl_id_cabeza, desde, hasta
FROM corte('bdua_grupo_familiar') SEMI JOIN (SELECT DISTINCT afl_id FROM b) USING (afl_id);
CREATE TEMP TABLE s AS
SELECT codigo_municipio, ficha, hogar, tipo_documento AS tipo, numero_documento AS numero,
       'SISBEN:' || codigo_municipio || ':' || ficha || ':' || hogar AS llave
FROM corte('sisben') SEMI JOIN buscados
  ON tipo_documento = buscados.tipo AND numero_documento = buscados.numero;

-- La cabeza de alguien en su día: la del grupo antes que la de la fila.
CREATE TEMP TABLE personas AS
SELECT tipo, numero, f FROM casos SEMI JOIN buscados USING (tipo, numero) WHERE f IS NOT NULL;
CREATE TEMP TABLE de_la_fila AS
SELECT p.tipo, p.numero, p.f, min(cabeza) AS primera, max(cabeza) AS ultima,
       min(afl_id_cabeza) AS afl_cabeza
FROM personas AS p JOIN b USING (tipo, numero)
WHERE vigente(desde, hasta, f) AND cabeza IS NOT NULL GROUP BY ALL;
CREATE TEMP TABLE del_grupo AS
SELECT DISTINCT p.tipo, p.numero, p.f, g.afl_id_cabeza
FROM personas AS p JOIN (SELECT DISTINCT tipo, numero, afl_id FROM b) USING (tipo, numero)
JOIN g USING (afl_id) WHERE vigente(g.desde, g.hasta, p.f);
CREATE TEMP TABLE otras AS
SELECT afl_id, min(tipo_documento || ':' || numero_documento) AS documento
FROM corte('bdua') SEMI JOIN (
    SELECT d.afl_id_cabeza FROM del_grupo AS d LEFT JOIN de_la_fila USING (tipo, numero)
    WHERE d.afl_id_cabeza IS DISTINCT FROM afl_cabeza) AS x ON afl_id = x.afl_id_cabeza
GROUP BY afl_id;
CREATE TEMP TABLE nucleos AS
SELECT p.tipo, p.numero, coalesce(x.primera, f.primera) AS cabeza,
       coalesce(least(f.primera, x.primera) <> greatest(f.ultima, x.ultima), false) AS varias
FROM personas AS p LEFT JOIN de_la_fila AS f USING (tipo, numero)
LEFT JOIN (
    SELECT d.tipo, d.numero, min(coalesce(o.documento, f.primera)) AS primera,
           max(coalesce(o.documento, f.primera)) AS ultima
    FROM del_grupo AS d LEFT JOIN de_la_fila AS f USING (tipo, numero)
    LEFT JOIN otras AS o ON o.afl_id = d.afl_id_cabeza
    WHERE o.documento IS NOT NULL OR d.afl_id_cabeza = f.afl_cabeza GROUP BY ALL
) AS x USING (tipo, numero);
CREATE TEMP TABLE claves AS
SELECT n.*, coalesce('BDUA:' || cabeza, s.llave) AS clave
FROM nucleos AS n LEFT JOIN (SELECT tipo, numero, min(llave) AS llave FROM s GROUP BY ALL) AS s
  USING (tipo, numero);

-- La gente de cada fila.
CREATE TEMP TABLE n AS
SELECT j.*, k.cabeza, coalesce(k.varias, false) AS varias,
       coalesce(k.clave, 'EPS:' || j.base || ':' || j.id_nucleo) AS clave,
       h.codigo_municipio AS h_municipio, h.ficha AS h_ficha, h.hogar AS h_hogar
FROM j LEFT JOIN claves AS k USING (tipo, numero) LEFT JOIN (
    SELECT tipo, numero, arg_min(codigo_municipio, llave) AS codigo_municipio,
           arg_min(ficha, llave) AS ficha, arg_min(hogar, llave) AS hogar
    FROM s GROUP BY ALL) AS h USING (tipo, numero)
WHERE NOT repetida;
CREATE TEMP TABLE gente AS
SELECT fila, tipo, numero, false AS casa FROM n
UNION SELECT fila, tipo_r, numero_r, false FROM n WHERE numero_r IS NOT NULL
UNION SELECT fila, cabeza[1:2], cabeza[4:], false FROM n WHERE cabeza IS NOT NULL
UNION SELECT n.fila, m.tipo, m.numero, false FROM n JOIN familiares AS m
       USING (codigo_eps, id_nucleo)
UNION SELECT n.fila, x.tipo_documento, x.numero_documento, false
FROM corte('bdua') AS x JOIN n ON x.tipo_documento_cabeza = n.cabeza[1:2]
 AND x.numero_documento_cabeza = n.cabeza[4:]
UNION SELECT n.fila, x.tipo_documento, x.numero_documento, true
FROM corte('sisben') AS x JOIN n ON x.codigo_municipio = n.h_municipio AND x.ficha = n.h_ficha
 AND x.hogar = n.h_hogar;
CREATE TEMP TABLE documentos AS SELECT DISTINCT tipo, numero FROM gente;
CREATE TEMP TABLE bg AS
SELECT afl_id, tipo_documento AS tipo, numero_documento AS numero, fecha_nacimiento AS nacimiento,
       estado, desde, hasta, afl_id_cabeza,
       tipo_documento_cabeza || ':' || numero_documento_cabeza AS cabeza, primer_nombre,
       segundo_nombre, primer_apellido, segundo_apellido
FROM corte('bdua') SEMI JOIN documentos
  ON tipo_documento = documentos.tipo AND numero_documento = documentos.numero;
CREATE TEMP TABLE gg AS
SELECT afl_id, afl_id_cabeza, desde, hasta FROM corte('bdua_grupo_familiar')
SEMI JOIN (SELECT DISTINCT afl_id FROM bg) USING (afl_id);
CREATE TEMP TABLE rnec AS
SELECT numero_documento AS numero, CASE
           WHEN estado_cedula IN ('21', '51') THEN 'FALLECIDO'
           WHEN estado_cedula IN ('0', '1', '12', '14') THEN 'VIGENTE'
           WHEN TRY_CAST(estado_cedula AS INTEGER) BETWEEN 22 AND 28
             OR TRY_CAST(estado_cedula AS INTEGER) BETWEEN 52 AND 56 THEN 'CANCELADA'
           ELSE 'PENDIENTE' END AS clase
FROM corte('rnec') SEMI JOIN (FROM documentos WHERE tipo IN ('CC', 'TI')) AS d
  ON numero_documento = d.numero
WHERE coalesce(cod_error::INTEGER, 0) = 0;
CREATE TEMP TABLE cada AS
WITH en_bdua AS (
    SELECT x.fila, x.tipo, x.numero, min(b.nacimiento) AS nacimiento,
           bool_or(b.estado = 'AF') AS muerta,
           min(b.cabeza) FILTER (vigente(b.desde, b.hasta, n.f)) AS cabeza,
           arg_max(b.afl_id, {d: coalesce(vigente(b.desde, b.hasta, n.f), false), e: b.desde})
               AS afl_id,
           min(b.afl_id_cabeza) FILTER (vigente(b.desde, b.hasta, n.f)) AS afl_cabeza,
           arg_max(concat_ws(' ', b.primer_nombre, b.segundo_nombre, b.primer_apellido,
                             b.segundo_apellido),
                   {d: coalesce(vigente(b.desde, b.hasta, n.f), false), e: b.desde}) AS nombre
    FROM (SELECT DISTINCT fila, tipo, numero FROM gente) AS x JOIN n USING (fila)
    JOIN bg AS b ON b.tipo = x.tipo AND b.numero = x.numero GROUP BY ALL
),
en_grupo AS (
    SELECT e.fila, e.tipo, e.numero, min(gg.afl_id_cabeza) AS afl
    FROM en_bdua AS e JOIN n USING (fila) JOIN gg USING (afl_id)
    WHERE vigente(gg.desde, gg.hasta, n.f) GROUP BY ALL
)
SELECT x.*, n.f, n.clave, e.afl_id IS NOT NULL AS en_bdua,
       coalesce(o.documento, e.cabeza) AS su_cabeza,
       x.tipo = n.tipo AND x.numero = n.numero AS paciente,
       coalesce(x.tipo = n.tipo_r AND x.numero = n.numero_r, false) AS receptor,
       coalesce(x.tipo || ':' || x.numero = n.cabeza, false) AS es_cabeza,
       m.numero IS NOT NULL AS familiar, m.parentesco = 'CONYUGE' AS conyuge,
       coalesce(coalesce(o.documento, e.cabeza) = n.cabeza, false) AS misma_cabeza,
       coalesce(e.nacimiento, m.nacimiento, CASE WHEN x.tipo = n.tipo AND x.numero = n.numero
           THEN n.nacimiento END) AS nacimiento,
       r.clase, coalesce(e.muerta, false) OR NOT coalesce(m.vivo, true)
           OR (x.tipo = 'CC' AND coalesce(r.clase = 'FALLECIDO', false))
           OR (n.fallecido AND x.tipo = n.tipo AND x.numero = n.numero) AS muerto,
       coalesce(h.pagado, false) AS pagado, h.lider_ajeno, coalesce(h.ajeno, false) AS ajeno,
       n.numero_r IS NOT NULL AS con_receptor, coalesce(e.nombre, '') AS nombre
FROM gente AS x JOIN n USING (fila)
LEFT JOIN en_bdua AS e ON e.fila = x.fila AND e.tipo = x.tipo AND e.numero = x.numero
LEFT JOIN en_grupo AS q ON q.fila = x.fila AND q.tipo = x.tipo AND q.numero = x.numero
LEFT JOIN otras AS o ON o.afl_id = q.afl AND q.afl IS DISTINCT FROM e.afl_cabeza
LEFT JOIN familiares AS m ON m.codigo_eps = n.codigo_eps AND m.id_nucleo = n.id_nucleo
 AND m.tipo = x.tipo AND m.numero = x.numero
LEFT JOIN rnec AS r ON r.numero = x.numero AND x.tipo IN ('CC', 'TI')
LEFT JOIN (
    SELECT y.fila, y.tipo, y.numero, bool_or(h.pagado) AS pagado,
           min(h.estado) FILTER (h.lider AND h.clave <> n.clave) AS lider_ajeno,
           bool_or(h.pagado AND h.clave <> n.clave) AS ajeno
    FROM gente AS y JOIN n USING (fila)
    JOIN historia AS h ON h.tipo = y.tipo AND h.numero = y.numero GROUP BY ALL
) AS h ON h.fila = x.fila AND h.tipo = x.tipo AND h.numero = x.numero;
CREATE TEMP TABLE miembros AS
SELECT *, tipo IN ('CC', 'CE', 'PA', 'CD', 'SC', 'PE') AND (NOT con_receptor OR receptor)
           AND suyo AND NOT muerto AND nacimiento <= f - INTERVAL 18 YEAR AS puede,
       suyo OR receptor AS miembro
FROM (SELECT *, paciente OR es_cabeza OR familiar OR misma_cabeza
          OR (casa AND en_bdua AND su_cabeza IS NULL AND starts_with(clave, 'SISBEN:')) AS suyo
      FROM cada);
CREATE TEMP TABLE por_fila AS
SELECT fila, max(clase) FILTER (paciente) AS clase, bool_or(pagado AND (paciente OR receptor
           OR familiar)) AS pagado, min(lider_ajeno) FILTER (miembro) AS lider_ajeno,
       coalesce(bool_or(ajeno AND miembro), false) AS ajeno,
       arg_min({tipo: tipo, numero: numero, pagado: pagado, nombre: nombre},
               {a: CASE WHEN receptor THEN 0 WHEN paciente THEN 1 WHEN es_cabeza THEN 2
                        WHEN conyuge THEN 3 ELSE 4 END, b: nacimiento, c: tipo, d: numero})
           FILTER (puede) AS quien,
       coalesce(bool_or(casa AND es_cabeza), false) AS cabeza_en_casa,
       coalesce(bool_or(casa AND su_cabeza IS NOT NULL AND NOT misma_cabeza), false) AS otro_en_casa
FROM miembros WHERE miembro OR casa GROUP BY fila;

CREATE TEMP TABLE r AS
WITH en_bdua AS (
    SELECT n.fila, coalesce(bool_or(b.estado = 'AF'), false) AS af,
           bool_or(vigente(b.desde, b.hasta, n.f) AND regimen = 'S' AND b.estado = 'AC') AS activa,
           bool_or(vigente(b.desde, b.hasta, n.f) AND regimen = 'S' AND estado = 'AC'
                   AND coalesce(p.base, b.codigo_eps) = n.base) AS su_eps,
           arg_max({a: b.primer_apellido, b: b.segundo_apellido, c: b.primer_nombre,
                    d: b.segundo_nombre}, {d: coalesce(vigente(b.desde, b.hasta, n.f), false),
                    e: b.desde}) AS x
    FROM n JOIN b USING (tipo, numero) LEFT JOIN eps AS p ON p.codigo = b.codigo_eps GROUP BY ALL
)
SELECT n.*, q.quien, q.lider_ajeno, q.ajeno,
       CASE WHEN con_caso THEN NULL WHEN otro_tipo THEN 'C' ELSE 'G' END AS c01,
       coalesce(NOT en_universo(f), false) AS c02,
       f IS NOT NULL AND i.fila IS NOT NULL AND NOT activa AS c03,
       f IS NOT NULL AND i.fila IS NOT NULL AND activa AND NOT su_eps AS c04,
       CASE WHEN i.fila IS NULL OR comparado = 'DISTINTO'
                 OR (n.tipo = 'CC' AND coalesce(q.clase, 'CANCELADA') = 'CANCELADA') THEN 'C'
            WHEN comparado = 'PARECIDO' OR (n.tipo = 'CC' AND q.clase = 'PENDIENTE') THEN 'A'
       END AS c05,
       CASE WHEN NOT cumple OR NOT cumple_caso THEN 'D'
            WHEN fin - inicio + 1 < CASE WHEN f >= DATE '2022-01-07' THEN 7 ELSE 14 END THEN 'A'
       END AS c06,
       f IS NOT NULL AND NOT varias AS unico,
       q.pagado OR coalesce(q.quien.pagado, false)
           OR n.clave IN (SELECT clave FROM historia WHERE pagado) AS pagado,
       f IS NOT NULL AND varias AS c10, q.quien IS NULL AS sin_quien,
       (fallecido OR coalesce(q.clase = 'FALLECIDO', false) OR coalesce(i.af, false))
           AND (numero_r IS NULL OR (tipo_r = n.tipo AND numero_r = n.numero)) AS c12,
       NOT (direccion IS NOT NULL AND coalesce(codigo_municipio IN (
                SELECT codigo_municipio FROM publicada('divipola_municipios')), false)
            AND (coalesce(regexp_full_match(celular, '3\d{9}'), false)
                 OR coalesce(regexp_full_match(correo, '[^@]+@[^@]+'), false))) AS c13,
       n.cabeza IS NOT NULL AND h_ficha IS NOT NULL AND (NOT cabeza_en_casa OR otro_en_casa) AS ajena
FROM n LEFT JOIN por_fila AS q USING (fila) LEFT JOIN (
    SELECT i.*, CASE
        WHEN fichas(n.primer_apellido, n.segundo_apellido, n.primer_nombre, n.segundo_nombre)
           = fichas(x.a, x.b, x.c, x.d) THEN 'IGUAL'
        WHEN plegado(n.primer_apellido) = plegado(x.a)
         AND levenshtein(plegado(n.segundo_apellido), plegado(x.b)) <= 1
         AND levenshtein(plegado(n.primer_nombre), plegado(x.c)) <= 1
         AND levenshtein(plegado(n.segundo_nombre), plegado(x.d)) <= 1 THEN 'PARECIDO'
        ELSE 'DISTINTO' END AS comparado
    FROM en_bdua AS i JOIN n USING (fila)) AS i USING (fila);

-- Un caso por núcleo; y nadie en dos núcleos.
CREATE TEMP TABLE lider AS
SELECT clave, arg_min(fila, orden) AS fila, min(orden) AS orden
FROM (SELECT *, {p: codigo_banco IS NULL, f: f, t: tipo, n: numero} AS orden FROM r
      WHERE unico AND NOT pagado AND c01 IS NULL AND NOT c02 AND NOT c03 AND NOT c04
        AND coalesce(c05, 'A') = 'A' AND coalesce(c06, 'A') = 'A' AND NOT sin_quien AND NOT c12
        AND NOT c13 AND clave NOT IN (SELECT clave FROM lider_anterior)) GROUP BY clave;
CREATE TEMP TABLE choques AS
SELECT m.fila, min(o.orden) AS gana
FROM miembros AS m JOIN lider AS l USING (fila)
JOIN (SELECT tipo, numero, min(orden) AS orden FROM miembros JOIN lider USING (fila)
      WHERE miembro GROUP BY ALL) AS o USING (tipo, numero)
WHERE m.miembro AND o.orden < l.orden GROUP BY m.fila;
CREATE TEMP TABLE decididas AS
WITH juntas AS (
    SELECT r.*, coalesce(l.fila = r.fila, false) AS elegida, r.unico AND NOT r.pagado AS compite,
           coalesce(a.estado, CASE WHEN l.fila IS NULL THEN NULL WHEN l.orden.p
               THEN 'EN_ENROLAMIENTO' ELSE 'EN_VALIDACION_BANCARIA' END) AS manda,
           CASE WHEN r.ajeno THEN 'EN_NUCLEO_PAGADO' WHEN lider_ajeno IS NOT NULL THEN lider_ajeno
                WHEN x.gana.p THEN 'EN_ENROLAMIENTO'
                WHEN x.fila IS NOT NULL THEN 'EN_VALIDACION_BANCARIA' END AS choca
    FROM r LEFT JOIN lider AS l USING (clave) LEFT JOIN lider_anterior AS a USING (clave)
    LEFT JOIN choques AS x ON x.fila = r.fila
),
marcadas AS (
    SELECT *, unico AND pagado AS c07, compite AND manda IS NOT NULL AND NOT elegida
               OR elegida AND choca IS NOT NULL AS c08,
           elegida AND choca IS NULL AS lidera, unico AND sin_quien AS c11, unico AND ajena AS c16
    FROM juntas
)
SELECT *, CASE WHEN c02 THEN 'NO_ADMITIDO' WHEN c07 OR (elegida AND choca = 'EN_NUCLEO_PAGADO')
        THEN 'EN_NUCLEO_PAGADO' WHEN lidera THEN manda
        WHEN c08 AND CASE WHEN elegida THEN choca ELSE manda END = 'EN_ENROLAMIENTO'
        THEN 'NO_PAGO_NUCLEO_ENROLAMIENTO' WHEN c08 THEN 'NUCLEO_VALIDACION_BANCARIA'
        WHEN c01 = 'G' OR c03 OR c06 = 'D' THEN 'GLOSADO'
        WHEN c01 = 'C' OR c04 OR c05 = 'C' OR c10 OR c11 OR c12 OR c13 THEN 'EN_CORRECCION_EPS'
        ELSE 'EN_REVISION_ADRES' END AS estado,
    concat_ws(';', CASE WHEN c01 IS NOT NULL THEN 'CET-01' END, CASE WHEN c02 THEN 'CET-02' END,
        CASE WHEN c03 THEN 'CET-03' END, CASE WHEN c04 THEN 'CET-04' END,
        CASE WHEN c05 IS NOT NULL THEN 'CET-05' END, CASE WHEN c06 IS NOT NULL THEN 'CET-06' END,
        CASE WHEN c07 THEN 'CET-07' END, CASE WHEN c08 THEN 'CET-08' END,
        CASE WHEN c10 THEN 'CET-10' END, CASE WHEN c11 THEN 'CET-11' END,
        CASE WHEN c12 THEN 'CET-12' END, CASE WHEN c13 THEN 'CET-13' END,
        CASE WHEN c16 THEN 'CET-16' END) AS codigos,
    CASE WHEN NOT lidera THEN 0 ELSE CASE year(f) WHEN 2020 THEN 20482000
        WHEN 2021 THEN 21198800 ELSE 23333100 END END::BIGINT AS valor_centavos
FROM marcadas;
CREATE TEMP TABLE salidas AS
SELECT fila, tipo, numero, clave, estado, codigos, valor_centavos FROM decididas
UNION ALL SELECT fila, tipo, numero, NULL, 'NO_ADMITIDO', 'CET-09', 0 FROM j WHERE repetida
UNION ALL SELECT fila, tipo, numero, NULL, 'EN_CORRECCION_EPS', 'CET-00', 0 FROM e WHERE NOT buena;

COPY (SELECT fila, estado, codigos, valor_centavos FROM salidas ORDER BY fila)
TO '{salida}/registros.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (SELECT fila, quien.tipo AS tipo_documento, quien.numero AS numero, quien.nombre AS nombre,
             valor_centavos, codigo_banco, tipo_producto, numero_producto
      FROM decididas WHERE lidera ORDER BY fila)
TO '{salida}/pagos.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (SELECT DISTINCT fila, m.tipo || '|' || m.numero AS clave
      FROM miembros AS m SEMI JOIN (FROM decididas WHERE lidera) USING (fila) WHERE miembro
      ORDER BY ALL)
TO '{salida}/cupos.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    WITH p AS (SELECT c.*, k.clave FROM casos AS c LEFT JOIN claves AS k USING (tipo, numero)
               WHERE propio),
    orden AS (SELECT unnest(['PAGADO', 'EN_NUCLEO_PAGADO', 'EN_ENROLAMIENTO',
        'NO_PAGO_NUCLEO_ENROLAMIENTO', 'EN_VALIDACION_BANCARIA', 'NUCLEO_VALIDACION_BANCARIA',
        'GLOSADO', 'EN_REVISION_ADRES', 'EN_CORRECCION_EPS', 'NUNCA_ENTREGADO']) AS estado,
        unnest(range(10)) AS lugar),
    propias AS (
        SELECT p.id_caso, x.estado, x.valor_centavos FROM p JOIN salidas AS x
          ON x.numero = p.numero AND (x.tipo = p.tipo OR contains(x.codigos, 'CET-01'))
        WHERE x.estado <> 'NO_ADMITIDO'),
    posibles AS (
        FROM propias
        UNION ALL SELECT p.id_caso, h.estado, 0 FROM p JOIN historia AS h USING (tipo, numero)
        WHERE rol = 'CASO' AND p.id_caso NOT IN (SELECT id_caso FROM propias)
        UNION ALL SELECT id_caso, 'EN_NUCLEO_PAGADO', 0 FROM p
        WHERE clave IN (SELECT clave FROM historia WHERE pagado)
           OR (tipo, numero) IN (SELECT (tipo, numero) FROM historia WHERE pagado)
        UNION ALL SELECT p.id_caso, CASE l.estado WHEN 'EN_ENROLAMIENTO'
            THEN 'NO_PAGO_NUCLEO_ENROLAMIENTO' ELSE 'NUCLEO_VALIDACION_BANCARIA' END, 0
        FROM p JOIN (FROM lider_anterior UNION ALL
                     SELECT clave, manda FROM decididas WHERE lidera) AS l USING (clave)
        UNION ALL SELECT id_caso, 'NUNCA_ENTREGADO', 0 FROM p)
    SELECT id_caso, arg_min(estado, lugar) AS estado, max(valor_centavos)::BIGINT AS valor_centavos
    FROM posibles JOIN orden USING (estado) GROUP BY id_caso ORDER BY id_caso
) TO '{salida}/universo.parquet' (FORMAT parquet, COMPRESSION zstd);
