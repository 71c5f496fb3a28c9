-- La misma evaluación de las pruebas, escrita a mano para DuckDB por quien ya conoce las reglas:
-- sin veredictos, sin mensajes, sin fuentes y sin nada que sirva a otro mecanismo.
-- Variables: entrada, cortes, tablas, fecha, formatos (tipo y patrón de cada
-- documento).

CREATE MACRO corte(nombre) AS TABLE
    SELECT * FROM read_parquet(getvariable('cortes') || '/' || nombre || '.parquet');
CREATE MACRO publicada(nombre) AS TABLE
    SELECT * FROM read_csv(getvariable('tablas') || '/' || nombre || '.csv',
                           header = true, all_varchar = true);
CREATE MACRO plegado(t) AS upper(strip_accents(trim(t)));
CREATE MACRO dia(t) AS
    CASE WHEN regexp_full_match(t, '\d{4}-\d{2}-\d{2}') AND t NOT IN
        ('0001-01-01', '1845-01-01', '1900-01-01', '9999-12-31') THEN TRY_CAST(t AS DATE) END;
CREATE MACRO entero(t) AS CASE WHEN regexp_full_match(t, '\d{1,15}') THEN t::BIGINT END;
CREATE MACRO habilitacion(t) AS
    CASE WHEN regexp_full_match(t, '\d{9,10}') THEN lpad(t, 10, '0') END;
CREATE MACRO si_no(t) AS CASE WHEN plegado(t) IN ('SI', 'S', '1', 'TRUE') THEN true
    WHEN plegado(t) IN ('NO', 'N', '0', 'FALSE') THEN false END;
CREATE MACRO vigente(desde, hasta, d) AS desde <= d AND (hasta IS NULL OR d <= hasta);
CREATE MACRO viva(estado) AS estado NOT IN ('NO_ADMITIDO', 'GLOSADO', 'GLOSADO_DEFINITIVO');
CREATE MACRO util(r) AS coalesce(r IN ('POSITIVO', 'NEGATIVO', 'INDETERMINADO'), false);
CREATE MACRO en_p0(d) AS d BETWEEN DATE '2020-03-17' AND DATE '2020-08-25';

CREATE TEMP TABLE eps AS SELECT codigo, codigo_base AS base, nit FROM publicada('eps_2020');
CREATE TEMP TABLE tarifas AS
SELECT tipo_prueba, cups, componente, vigente_desde::DATE AS desde, vigente_hasta::DATE AS hasta,
       valor_cop::BIGINT AS valor
FROM publicada('pruebas_tarifas');
CREATE TEMP TABLE base_de AS SELECT map_from_entries(list((codigo, base))) AS mapa FROM eps;
CREATE MACRO base(codigo) AS
    coalesce((SELECT mapa FROM base_de)[codigo], codigo);

CREATE TEMP TABLE filas AS
WITH cruda AS (
    SELECT file_row_number + 1 AS fila, entero(consecutivo) AS consecutivo,
           plegado(codigo_eps) AS codigo_eps, plegado(tipo_documento) AS tipo_documento,
           CASE WHEN plegado(tipo_documento) IN ('CC', 'TI', 'CE', 'PE')
                THEN ltrim(replace(replace(replace(numero_documento, '.', ''), ',', ''), ' ', ''),
                           '0')
                ELSE upper(trim(numero_documento)) END AS numero_documento,
           codigo_municipio_toma, dia(fecha_toma) AS toma, dia(fecha_proceso) AS proceso, cups,
           plegado(tipo_prueba) AS tipo_prueba, id_sismuestras,
           habilitacion(hab_toma) AS hab_toma, nit_toma,
           habilitacion(hab_procesa) AS hab_procesa, nit_procesa, factura_toma, factura_procesa,
           dia(fecha_factura) AS factura, entero(valor_toma) AS valor_toma,
           entero(valor_procesa) AS valor_procesa, entero(valor_total) AS total,
           si_no(diferencial) AS diferencial, plegado(beneficiario_giro) AS beneficiario,
           length(primer_apellido) <= 60 AND length(primer_nombre) <= 60
               AND coalesce(length(segundo_apellido) <= 60, true)
               AND coalesce(length(segundo_nombre) <= 60, true) AS con_nombre
    FROM read_parquet(getvariable('entrada'), file_row_number = true)
)
SELECT c.*, e.base, e.nit AS nit_eps,
       coalesce(
           c.consecutivo IS NOT NULL AND e.codigo IS NOT NULL AND m.codigo_municipio IS NOT NULL
           AND regexp_full_match(c.numero_documento, f.patron) AND c.con_nombre
           AND (c.tipo_documento <> 'PT' OR c.toma >= DATE '2021-03-01')
           AND c.toma IS NOT NULL AND c.proceso IS NOT NULL AND c.factura IS NOT NULL
           AND regexp_full_match(c.cups, '\d{6}')
           AND c.tipo_prueba IN ('MOLECULAR', 'ANTIGENO', 'ANTICUERPOS')
           AND coalesce(length(c.id_sismuestras) <= 20, true)
           AND c.hab_toma IS NOT NULL AND c.hab_procesa IS NOT NULL
           AND regexp_full_match(c.nit_toma, '\d{9}') AND regexp_full_match(c.nit_procesa, '\d{9}')
           AND length(c.factura_toma) <= 30 AND length(c.factura_procesa) <= 30
           AND c.valor_toma IS NOT NULL AND c.valor_procesa IS NOT NULL AND c.total IS NOT NULL
           AND c.diferencial IS NOT NULL AND c.beneficiario IN ('IPS', 'EPS')
           AND (c.beneficiario = 'IPS' OR e.nit IS NOT NULL), false) AS buena
FROM cruda AS c
LEFT JOIN eps AS e ON e.codigo = c.codigo_eps
LEFT JOIN publicada('divipola_municipios') AS m ON m.codigo_municipio = c.codigo_municipio_toma
LEFT JOIN (SELECT unnest(getvariable('formatos'), recursive := true)) AS f
       ON f.tipo = c.tipo_documento;
UPDATE filas SET buena = false WHERE consecutivo IN (
    SELECT consecutivo FROM filas GROUP BY consecutivo HAVING count(*) > 1);

-- La persona y todos sus documentos: dos pasadas por BDUA.
CREATE TEMP TABLE buscados AS SELECT DISTINCT tipo_documento, numero_documento FROM filas WHERE buena;
CREATE TEMP TABLE dueno AS
SELECT tipo_documento, numero_documento, arg_min(afl_id, (orden, afl_id)) AS afl_id
FROM (
    SELECT tipo_documento, numero_documento, afl_id, 1 AS orden
    FROM corte('bdua') SEMI JOIN buscados USING (tipo_documento, numero_documento)
    UNION ALL
    SELECT tipo_documento, numero_documento, afl_id, 2
    FROM corte('bdua_historia_identificacion')
    SEMI JOIN buscados USING (tipo_documento, numero_documento)
) GROUP BY ALL;
CREATE TEMP TABLE duenos AS SELECT DISTINCT afl_id FROM dueno;
CREATE TEMP TABLE afiliados AS
SELECT afl_id, tipo_documento, numero_documento, base(codigo_eps) AS base, regimen, estado, desde,
       hasta
FROM corte('bdua') SEMI JOIN duenos USING (afl_id);
CREATE TEMP TABLE c AS
SELECT f.*, d.afl_id,
       coalesce('P' || d.afl_id, f.tipo_documento || ' ' || f.numero_documento) AS persona,
       f.total = f.valor_toma + f.valor_procesa AND f.total > 0 AS suma
FROM filas AS f LEFT JOIN dueno AS d USING (tipo_documento, numero_documento) WHERE f.buena;
CREATE TEMP TABLE documentos AS
SELECT fila, tipo_documento, numero_documento FROM c
UNION
SELECT fila, d.tipo_documento, d.numero_documento
FROM c JOIN (
    SELECT afl_id, tipo_documento, numero_documento FROM afiliados
    UNION
    SELECT afl_id, tipo_documento, numero_documento
    FROM corte('bdua_historia_identificacion') SEMI JOIN duenos USING (afl_id)
) AS d USING (afl_id);
CREATE TEMP TABLE afiliacion AS
SELECT c.fila,
       coalesce(bool_or(estado IS DISTINCT FROM 'RE') FILTER (vigente(desde, hasta, toma)), false)
           AS no_retirada,
       coalesce(bool_or(estado IN ('AC', 'PL', 'AE') AND regimen IN ('C', 'S'))
                FILTER (vigente(desde, hasta, toma)), false) AS activa,
       coalesce(bool_or(estado IN ('AC', 'PL', 'AE') AND regimen IN ('C', 'S') AND a.base = c.base)
                FILTER (vigente(desde, hasta, toma)), false) AS en_su_eps,
       coalesce(bool_or(estado = 'AF' AND desde < toma), false) AS fallecida
FROM c JOIN afiliados AS a USING (afl_id) GROUP BY ALL;
CREATE TEMP TABLE exceptuada AS
SELECT DISTINCT c.fila
FROM c JOIN documentos AS d USING (fila)
JOIN corte('bdex') AS b
  ON b.tipo_documento = d.tipo_documento AND b.numero_documento = d.numero_documento
WHERE vigente(b.desde, b.hasta, c.toma);

CREATE TEMP TABLE muestra AS
SELECT fila, unnest(mejor) FROM (
    SELECT c.fila,
           arg_min({m_id: s.id_sismuestras, m_nit: s.nit_procesa, m_base: base(s.codigo_eps),
                    util: util(s.resultado) OR c.tipo_prueba = 'ANTICUERPOS'
                          AND (util(s.resultado_igm) OR util(s.resultado_igg))},
                   (coalesce(s.id_sismuestras <> c.id_sismuestras, true),
                    abs(s.fecha_toma - c.toma), s.fecha_toma, s.id_sismuestras, s.nit_procesa,
                    NOT util(s.resultado))) AS mejor
    FROM c JOIN documentos AS d USING (fila)
    JOIN corte('sismuestras') AS s
      ON s.tipo_documento = d.tipo_documento AND s.numero_documento = d.numero_documento
     AND s.tipo_prueba = c.tipo_prueba
    WHERE s.fecha_toma BETWEEN c.toma - 3 AND c.toma + 3
    GROUP BY ALL
);

CREATE TEMP TABLE historia AS
SELECT *, base(codigo_eps) AS base FROM corte('historia');
CREATE TEMP TABLE decidida AS
SELECT c.fila,
       coalesce(bool_or(viva(h.estado)), false) AS ya_decidida,
       coalesce(bool_or(h.estado = 'GLOSADO' AND h.base = c.base), false) AS glosada,
       max({comunicada: coalesce(h.fecha_comunicacion, DATE '9999-12-31'), estado: h.estado})
           FILTER (NOT viva(h.estado) AND h.estado <> 'NO_ADMITIDO' AND h.base = c.base) AS previa,
       string_agg(h.codigos, ';')
           FILTER (NOT viva(h.estado) AND h.estado <> 'NO_ADMITIDO' AND h.base = c.base) AS usados
FROM c JOIN documentos AS d USING (fila)
JOIN historia AS h
  ON h.tipo_documento = d.tipo_documento AND h.numero_documento = d.numero_documento
 AND h.tipo_prueba = c.tipo_prueba AND h.fecha_toma = c.toma
GROUP BY ALL;

CREATE TEMP TABLE cortes_reps AS SELECT DISTINCT fecha_corte FROM corte('reps_prestadores');
CREATE TEMP TABLE juzgada AS
WITH con_corte AS (
    SELECT toma AS d, coalesce(max(fecha_corte) FILTER (fecha_corte <= toma), min(fecha_corte))
               AS corte
    FROM (SELECT DISTINCT toma FROM c UNION SELECT DISTINCT proceso FROM c), cortes_reps
    GROUP BY ALL
),
unida AS (
    SELECT c.*, c.afl_id IS NOT NULL AS hallada,
           coalesce(a.no_retirada, false) AS no_retirada, coalesce(a.activa, false) AS activa,
           coalesce(a.en_su_eps, false) AS en_su_eps, coalesce(a.fallecida, false) AS fallecida,
           x.fila IS NOT NULL AS exceptuada,
           m.fila IS NOT NULL AS con_muestra, m.m_id, m.m_nit, m.m_base, m.util,
           EXISTS (FROM corte('reps_prestadores') AS r
                   WHERE r.hab_prestador = c.hab_toma AND r.nit = c.nit_toma
                     AND r.fecha_corte = ct.corte AND r.habilitado
                     AND (r.fecha_radicacion IS NULL OR r.fecha_radicacion <= c.toma)
                     AND (r.fecha_cierre IS NULL OR r.fecha_cierre > c.toma)) AS toma_bien,
           EXISTS (FROM corte('reps_prestadores') AS r
                   WHERE r.hab_prestador = c.hab_procesa AND r.nit = c.nit_procesa
                     AND r.fecha_corte = cp.corte AND r.habilitado
                     AND (r.fecha_radicacion IS NULL OR r.fecha_radicacion <= c.proceso)
                     AND (r.fecha_cierre IS NULL OR r.fecha_cierre > c.proceso)) AS procesa_bien,
           EXISTS (FROM corte('reps_prestadores') AS r WHERE r.laboratorio_salud_publica
                   AND r.hab_prestador = c.hab_toma AND r.fecha_corte = ct.corte)
           OR EXISTS (FROM corte('reps_prestadores') AS r WHERE r.laboratorio_salud_publica
                   AND r.hab_prestador = c.hab_procesa AND r.fecha_corte = cp.corte) AS publica,
           EXISTS (FROM corte('laboratorios_avalados') AS v
                   WHERE v.hab_prestador = c.hab_procesa AND v.nit = c.nit_procesa
                     AND vigente(v.desde, v.hasta, c.proceso)) AS avalado,
           c.diferencial AND c.toma BETWEEN DATE '2020-09-16' AND DATE '2022-06-30'
               AND NOT EXISTS (FROM corte('laboratorios_avalados') AS v
                               WHERE v.codigo_municipio = c.codigo_municipio_toma
                                 AND vigente(v.desde, v.hasta, c.toma)) AS procede,
           EXISTS (FROM tarifas AS t WHERE t.tipo_prueba = c.tipo_prueba AND t.cups = c.cups)
               AS con_cups,
           t.valor AS tarifa, td.valor AS tarifa_diferencial,
           coalesce(h.ya_decidida, false) AS ya_decidida, coalesce(h.glosada, false) AS glosada,
           h.previa, h.usados,
           min(CASE WHEN c.suma THEN c.fila END) OVER (
               PARTITION BY c.persona, c.tipo_prueba, c.toma) AS primera,
           min(CASE WHEN c.suma THEN c.fila END) OVER (PARTITION BY m.m_nit, m.m_id) AS primera_m,
           EXISTS (FROM historia AS h WHERE viva(h.estado) AND h.nit_procesa = m.m_nit
                   AND h.id_sismuestras = m.m_id) AS muestra_decidida,
           ft.desde <> c.base OR ft.hasta <> c.base OR fp.desde <> c.base OR fp.hasta <> c.base
               AS ajena
    FROM c
    JOIN con_corte AS ct ON ct.d = c.toma
    JOIN con_corte AS cp ON cp.d = c.proceso
    LEFT JOIN afiliacion AS a USING (fila)
    LEFT JOIN exceptuada AS x USING (fila)
    LEFT JOIN muestra AS m USING (fila)
    LEFT JOIN decidida AS h USING (fila)
    LEFT JOIN tarifas AS t ON t.tipo_prueba = c.tipo_prueba AND t.cups = c.cups
          AND t.componente = 'TOTAL' AND c.toma >= t.desde
          AND c.toma <= coalesce(t.hasta, DATE '9999-12-31')
    LEFT JOIN tarifas AS td ON td.tipo_prueba = c.tipo_prueba AND td.cups = c.cups
          AND td.componente = 'TOTAL_DIFERENCIAL' AND c.toma >= td.desde
          AND c.toma <= coalesce(td.hasta, DATE '9999-12-31')
    LEFT JOIN (SELECT nit_toma, factura_toma, min(base) AS desde, max(base) AS hasta
               FROM historia GROUP BY ALL) AS ft
           ON ft.nit_toma = c.nit_toma AND ft.factura_toma = c.factura_toma
    LEFT JOIN (SELECT nit_procesa, factura_procesa, min(base) AS desde, max(base) AS hasta
               FROM historia GROUP BY ALL) AS fp
           ON fp.nit_procesa = c.nit_procesa AND fp.factura_procesa = c.factura_procesa
),
marcada AS (
    SELECT *, toma >= DATE '2020-03-17' AS en_periodo,
           CASE WHEN procede THEN coalesce(tarifa_diferencial, tarifa) ELSE tarifa END AS tope
    FROM unida
),
fallas AS (
    SELECT fila, base, toma, total, suma, valor_toma, valor_procesa, nit_toma, nit_procesa, nit_eps,
           beneficiario, persona, tipo_prueba, previa, usados,
           NOT suma AS f04, NOT en_periodo AS f05,
           NOT (toma <= proceso AND proceso <= getvariable('fecha') AND factura >= toma) AS f06,
           NOT glosada AND getvariable('fecha') > toma + INTERVAL 5 YEAR AS f07,
           NOT con_cups AS f08, en_periodo AND con_cups AND tarifa IS NULL AS f09,
           NOT hallada AS f10,
           (hallada OR exceptuada) AND (exceptuada OR NOT no_retirada) AS f11d,
           hallada AND NOT exceptuada AND no_retirada AND NOT activa AS f11,
           activa AND NOT en_su_eps AS f12, hallada AND fallecida AS f13, NOT con_muestra AS f14,
           con_muestra AND coalesce(m_nit <> nit_procesa, false) AS f15,
           con_muestra AND NOT util AS f16, con_muestra AND coalesce(m_base <> base, false) AS f17,
           NOT toma_bien AS f18, NOT procesa_bien AS f19,
           tipo_prueba = 'MOLECULAR' AND NOT avalado AS f20, publica AS f21,
           en_periodo AND tarifa IS NOT NULL AND total > tope AS f22,
           diferencial AND NOT procede AS f23, coalesce(primera < fila, false) AS f24,
           ya_decidida AS f25,
           con_muestra AND (m_id IS NOT NULL AND coalesce(primera_m < fila, false)
                            OR muestra_decidida) AS f26,
           coalesce(ajena, false) AS f27
    FROM marcada
)
SELECT *,
       f06 OR f08 OR f10 OR f11 OR f12 OR f13 OR f14 OR f15 OR f16 OR f18 OR f19 OR f20 OR f22
           OR f23 OR f26 AS glosa,
       previa IS NOT NULL AND (
           previa.estado <> 'GLOSADO'
           OR previa.comunicada < DATE '9999-12-31'
              AND getvariable('fecha') > previa.comunicada + INTERVAL 6 MONTH
           OR glosa AND (
               f06 AND contains(usados, 'PRU-06') OR f08 AND contains(usados, 'PRU-08')
               OR f10 AND contains(usados, 'PRU-10') OR f11 AND contains(usados, 'PRU-11')
               OR f12 AND contains(usados, 'PRU-12') OR f13 AND contains(usados, 'PRU-13')
               OR f14 AND contains(usados, 'PRU-14') OR f15 AND contains(usados, 'PRU-15')
               OR f16 AND contains(usados, 'PRU-16') OR f18 AND contains(usados, 'PRU-18')
               OR f19 AND contains(usados, 'PRU-19') OR f20 AND contains(usados, 'PRU-20')
               OR f22 AND contains(usados, 'PRU-22') OR f23 AND contains(usados, 'PRU-23')
               OR f26 AND contains(usados, 'PRU-26'))) AS f28,
       f04 OR f24 AS rechazo, f05 OR f07 OR f11d OR f21 OR f25 OR f28 AS definitiva
FROM fallas;

CREATE TEMP TABLE decididas AS
WITH saldo AS (
    SELECT base, sum(monto) AS monto FROM (
        SELECT base(codigo_eps) AS base, monto FROM corte('montos_r2461')
        UNION ALL
        SELECT base, -valor FROM historia WHERE viva(estado) AND en_p0(fecha_toma)
    ) GROUP BY ALL
),
corrida AS (
    SELECT fila, base, sum(total) OVER (PARTITION BY base ORDER BY fila) AS gastado
    FROM juzgada
    WHERE en_p0(toma) AND NOT (rechazo OR coalesce(definitiva, false) OR glosa OR f09)
),
espera AS (
    SELECT fila FROM corrida LEFT JOIN saldo USING (base) WHERE gastado > coalesce(monto, 0)
)
SELECT j.*, e.fila IS NOT NULL AS f29,
       CASE WHEN rechazo THEN 'NO_ADMITIDO' WHEN definitiva THEN 'GLOSADO_DEFINITIVO'
            WHEN glosa THEN 'GLOSADO' WHEN f09 THEN 'SIN_TARIFA' WHEN f29 THEN 'ESPERA_MONTO'
            ELSE 'LIQUIDADO' END AS estado
FROM juzgada AS j LEFT JOIN espera AS e USING (fila);

COPY (
    SELECT fila, estado,
           concat_ws(';', CASE WHEN f04 THEN 'PRU-04' END, CASE WHEN f05 THEN 'PRU-05' END,
                     CASE WHEN f06 THEN 'PRU-06' END, CASE WHEN f07 THEN 'PRU-07' END,
                     CASE WHEN f08 THEN 'PRU-08' END, CASE WHEN f09 THEN 'PRU-09' END,
                     CASE WHEN f10 THEN 'PRU-10' END, CASE WHEN f11 OR f11d THEN 'PRU-11' END,
                     CASE WHEN f12 THEN 'PRU-12' END, CASE WHEN f13 THEN 'PRU-13' END,
                     CASE WHEN f14 THEN 'PRU-14' END, CASE WHEN f15 THEN 'PRU-15' END,
                     CASE WHEN f16 THEN 'PRU-16' END, CASE WHEN f17 THEN 'PRU-17' END,
                     CASE WHEN f18 THEN 'PRU-18' END, CASE WHEN f19 THEN 'PRU-19' END,
                     CASE WHEN f20 THEN 'PRU-20' END, CASE WHEN f21 THEN 'PRU-21' END,
                     CASE WHEN f22 THEN 'PRU-22' END, CASE WHEN f23 THEN 'PRU-23' END,
                     CASE WHEN f24 THEN 'PRU-24' END, CASE WHEN f25 THEN 'PRU-25' END,
                     CASE WHEN f26 THEN 'PRU-26' END, CASE WHEN f27 THEN 'PRU-27' END,
                     CASE WHEN f28 THEN 'PRU-28' END, CASE WHEN f29 THEN 'PRU-29' END) AS codigos,
           CASE WHEN estado = 'LIQUIDADO' THEN total * 100 ELSE 0 END AS valor_centavos,
           upper(persona || '|' || tipo_prueba || '|' || toma) AS clave
    FROM decididas
    UNION ALL
    SELECT fila, 'NO_ADMITIDO', 'PRU-02', 0, NULL FROM filas WHERE NOT buena
    ORDER BY fila
) TO '{salida}/registros.parquet' (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT fila, 'toma' AS concepto,
           CASE WHEN beneficiario = 'EPS' THEN nit_eps ELSE nit_toma END AS numero,
           valor_toma * 100 AS valor_centavos
    FROM decididas WHERE estado = 'LIQUIDADO' AND valor_toma > 0
    UNION ALL
    SELECT fila, 'procesamiento',
           CASE WHEN beneficiario = 'EPS' THEN nit_eps ELSE nit_procesa END, valor_procesa * 100
    FROM decididas WHERE estado = 'LIQUIDADO' AND valor_procesa > 0
    ORDER BY fila, concepto
) TO '{salida}/pagos.parquet' (FORMAT parquet, COMPRESSION zstd);
