-- La misma evaluación de un mes de activos por emergencia, escrita a mano para DuckDB por quien ya
-- conoce las reglas: sin veredictos, sin mensajes, sin fuentes y sin nada que sirva a otro mecanismo.
-- Dos pasadas por BDUA: una por documento y otra por persona, con las cabezas. De la persona con
-- varios documentos solo mira el radicado para lo compensado y decidido: en el país basta.

CREATE MACRO corte(nombre) AS TABLE
    SELECT * FROM read_parquet(getvariable('cortes') || '/' || nombre || '.parquet');
CREATE MACRO publicada(nombre) AS TABLE
    SELECT * FROM read_csv(getvariable('tablas') || '/' || nombre || '.csv',
                           header = true, all_varchar = true);
CREATE MACRO dias(desde, hasta) AS CASE WHEN hasta < desde THEN 0
    ELSE CASE WHEN hasta = last_day(hasta) THEN 30 ELSE day(hasta) END - least(day(desde), 30) + 1 END;
CREATE TEMP TABLE base_de AS
SELECT map_from_entries(list((codigo, codigo_base))) AS mapa FROM publicada('eps_2020');
CREATE MACRO base(codigo) AS coalesce((SELECT mapa FROM base_de)[codigo], codigo);
CREATE MACRO mes(d, n) AS strftime(date_trunc('month', d) - n * INTERVAL 1 MONTH, '%Y-%m');

CREATE TEMP TABLE filas AS
SELECT * REPLACE (upper(codigo_eps) AS codigo_eps), base(upper(codigo_eps)) AS base
FROM read_parquet(getvariable('filas')) WHERE forma_ok;
CREATE TEMP TABLE buscados AS SELECT DISTINCT tipo_documento, numero_documento FROM filas;
CREATE TEMP TABLE hallado AS
SELECT tipo_documento, numero_documento, min(afl_id) AS afl_id, max(afl_id) AS otro,
       min(afl_id_cabeza) AS cabeza
FROM corte('bdua') SEMI JOIN buscados USING (tipo_documento, numero_documento) GROUP BY ALL;
CREATE TEMP TABLE gente AS
SELECT afl_id FROM hallado WHERE afl_id = otro
UNION SELECT cabeza FROM hallado WHERE afl_id = otro AND cabeza IS NOT NULL;
CREATE TEMP TABLE suyo AS
SELECT afl_id, tipo_documento, numero_documento, codigo_eps, regimen, tipo_afiliado, estado, desde,
       hasta, fecha_afiliacion_eps, afl_id_cabeza, fecha_nacimiento, sexo, codigo_municipio
FROM corte('bdua') SEMI JOIN gente USING (afl_id);
CREATE TEMP TABLE tramo AS
SELECT afl_id, base(codigo_eps) AS base, regimen, estado, desde, hasta FROM suyo
UNION ALL
SELECT afl_id, base(codigo_eps), regimen, estado, desde, hasta
FROM corte('bdua_afiliacion') SEMI JOIN gente USING (afl_id);
CREATE TEMP TABLE c AS
SELECT f.*, h.afl_id, s.tipo_afiliado AS tipo, s.afl_id_cabeza AS cabeza,
       CASE WHEN s.tipo_afiliado = 'C' THEN h.afl_id ELSE s.afl_id_cabeza END AS ref,
       s.fecha_nacimiento, s.sexo, s.codigo_municipio
FROM filas f JOIN hallado h USING (tipo_documento, numero_documento)
JOIN (SELECT f.fila, arg_max({t: s.tipo_afiliado, c: s.afl_id_cabeza, n: s.fecha_nacimiento,
                              x: s.sexo, m: s.codigo_municipio},
                             (CASE WHEN s.desde <= f.fecha_fin
                                    AND coalesce(f.fecha_inicio <= s.hasta, true)
                                   THEN 1 + (s.estado IN ('AE', 'SM'))::INT ELSE 0 END, s.desde)) AS v
      FROM filas f JOIN hallado h USING (tipo_documento, numero_documento)
      JOIN suyo s ON s.afl_id = h.afl_id WHERE h.afl_id = h.otro GROUP BY f.fila) v
  ON v.fila = f.fila
CROSS JOIN LATERAL (SELECT v.v.t AS tipo_afiliado, v.v.c AS afl_id_cabeza,
                           v.v.n AS fecha_nacimiento, v.v.x AS sexo, v.v.m AS codigo_municipio) s;
CREATE MACRO en_k(desde, hasta, ini, fin) AS desde <= fin AND coalesce(ini <= hasta, true);
CREATE TEMP TABLE propio AS
SELECT fila, coalesce(bool_or(e AND regimen = 'C'), false) AS en_c,
       coalesce(bool_or(e AND regimen = 'C' AND estado IN ('SM', 'AE')), false) AS suspendida,
       coalesce(bool_or(e AND regimen = 'C' AND estado = 'AC' AND b <> base), false) AS otra,
       coalesce(bool_or(e AND b = base), false) AS su_eps,
       min(desde) FILTER (e AND regimen = 'S' AND estado = 'AC') AS desde_s,
       min(desde) FILTER (estado = 'AF') AS af
FROM (SELECT c.fila, c.base, t.base AS b, t.regimen, t.estado, t.desde,
             en_k(t.desde, t.hasta, c.fecha_inicio, c.fecha_fin) AS e
      FROM c JOIN tramo t USING (afl_id)) GROUP BY fila;
CREATE TEMP TABLE cotizado AS
SELECT tipo_documento, numero_documento, periodo, sum(dias)::BIGINT AS dias
FROM corte('compensados') WHERE concepto = 'COTIZACION' GROUP BY ALL;
CREATE TEMP TABLE pagado AS
SELECT DISTINCT s.afl_id, k.periodo FROM suyo s
JOIN cotizado k USING (tipo_documento, numero_documento) WHERE k.dias > 0;
CREATE TEMP TABLE referido AS
SELECT c.fila, bool_or(t.estado <> 'AE') AS otro_estado,
       bool_or(t.estado = 'SM' AND t.desde BETWEEN DATE '2020-04-12' AND c.fecha_fin
               AND p1.afl_id IS NULL AND p2.afl_id IS NULL) AS mora,
       max(coalesce(t.hasta, DATE '9999-12-31')) FILTER (t.estado = 'PL' AND t.desde <= c.fecha_fin)
           AS pl
FROM c JOIN tramo t ON t.afl_id = c.ref
LEFT JOIN pagado p1 ON t.estado = 'SM' AND p1.afl_id = c.ref AND p1.periodo = mes(t.desde, 1)
LEFT JOIN pagado p2 ON t.estado = 'SM' AND p2.afl_id = c.ref AND p2.periodo = mes(t.desde, 2)
WHERE c.sujeto <> 'III' GROUP BY c.fila;
CREATE TEMP TABLE afiliado AS
SELECT afl_id, max(fecha_afiliacion_eps) AS desde, min(numero_documento) FILTER (tipo_documento = 'CC')
    AS cedula FROM suyo GROUP BY afl_id;
CREATE TEMP TABLE cedulas AS
SELECT numero_documento FROM filas WHERE tipo_documento = 'CC'
UNION SELECT a.cedula FROM c JOIN afiliado a ON a.afl_id = c.cabeza WHERE c.sujeto = 'III';
CREATE TEMP TABLE cedula AS
SELECT numero_documento, estado_cedula BETWEEN '22' AND '28' OR estado_cedula BETWEEN '52' AND '56'
           AS cancelada,
       CASE WHEN estado_cedula IN ('21', '51') THEN coalesce(fecha_defuncion, fecha_afectacion) END
           AS muerte
FROM corte('rnec') SEMI JOIN cedulas USING (numero_documento) WHERE coalesce(cod_error, 0) = 0;
CREATE TEMP TABLE encabezado AS
SELECT c.fila, coalesce(bool_or(t.estado = 'AE'
           AND en_k(t.desde, t.hasta, c.fecha_inicio, c.fecha_fin)), false) AS ae,
       coalesce(bool_or(t.estado = 'AF' AND t.desde <= c.fecha_fin), false) AS af,
       coalesce(bool_or(t.estado = 'PL' AND t.hasta < c.fecha_inicio), false) AS pl,
       coalesce(any_value(m.muerte) <= any_value(c.fecha_fin), false) AS muerta
FROM c JOIN tramo t ON t.afl_id = c.cabeza JOIN afiliado a ON a.afl_id = c.cabeza
LEFT JOIN cedula m ON c.sujeto = 'III' AND m.numero_documento = a.cedula
WHERE c.tipo IS DISTINCT FROM 'C' OR c.sujeto = 'III' GROUP BY c.fila;

CREATE TEMP TABLE hecho AS
SELECT c.*, p.* EXCLUDE (fila), r.* EXCLUDE (fila, pl), r.pl AS ultimo_pl, a.desde AS afiliada,
       coalesce(h.ae, false) AS cab_ae, coalesce(h.af, false) AS cab_af,
       coalesce(h.pl, false) AS cab_pl, coalesce(h.muerta, false) AS cab_muerta,
       coalesce(m.cancelada, false) AS cancelada,
       CASE WHEN m.numero_documento IS NULL THEN p.af ELSE m.muerte END AS muerte,
       coalesce(z.zona, 'NORMAL') AS zona, coalesce(k.dias, 0) AS cotizados,
       coalesce(y.dias, 0) AS ya, x.fila IS NOT NULL AS exceptuada,
       e.codigo IS NOT NULL AND e.regimen <> 'EXCEPCION_ESPECIAL' AS eps_vale, e.nit,
       coalesce(c.fecha_nacimiento <= c.fecha_inicio AND c.sexo IN ('M', 'F')
                AND d.codigo_municipio IS NOT NULL, false) AS datos
FROM c JOIN propio p USING (fila) LEFT JOIN referido r USING (fila)
LEFT JOIN encabezado h USING (fila) LEFT JOIN afiliado a ON a.afl_id = c.ref
LEFT JOIN cedula m ON c.tipo_documento = 'CC' AND m.numero_documento = c.numero_documento
LEFT JOIN corte('zonas_upc') z ON z.codigo_municipio = c.codigo_municipio
LEFT JOIN cotizado k ON k.tipo_documento = c.tipo_documento
     AND k.numero_documento = c.numero_documento AND k.periodo = c.periodo
LEFT JOIN (SELECT tipo_documento, numero_documento, periodo, sum(dias)::BIGINT AS dias
           FROM corte('historia') WHERE estado NOT IN ('EN_CORRECCION_EPS', 'GLOSADO',
               'NO_ELEGIBLE', 'REVERSADO', 'REINTEGRADO') GROUP BY ALL) y
     ON y.tipo_documento = c.tipo_documento AND y.numero_documento = c.numero_documento
    AND y.periodo = c.periodo
LEFT JOIN (SELECT DISTINCT c.fila FROM c JOIN corte('bdex') x USING (tipo_documento, numero_documento)
           WHERE en_k(x.desde, x.hasta, c.fecha_inicio, c.fecha_fin)) x USING (fila)
LEFT JOIN publicada('eps_2020') e ON e.codigo = c.codigo_eps
LEFT JOIN publicada('divipola_municipios') d ON d.codigo_municipio = c.codigo_municipio;
CREATE TEMP TABLE contado AS
SELECT *, greatest(0, least(dias_corte, 30 - cotizados)) AS dias_08,
       sujeto = 'I' AND NOT coalesce(mora, false) AS f04,
       sujeto = 'II' AND (coalesce(ultimo_pl >= fecha_inicio, false)
           OR (ultimo_pl IS NULL AND coalesce(afiliada + INTERVAL 12 MONTH <= fecha_inicio, false)))
           AS f05,
       sujeto = 'III' AND NOT (cab_af OR cab_muerta) AS f06,
       NOT (suspendida AND (sujeto <> 'III' OR coalesce(tipo = 'B', false))) AS f03,
       coalesce(tipo = 'A', false) AS f15,
       coalesce(tipo = 'B', false) AND NOT (cab_ae OR cab_af OR cab_pl) AS f14,
       NOT (eps_vale AND su_eps AND novedad_reportada) AS f13,
       left(periodo, 4) <> '2020' AS sin_upc
FROM (SELECT *, dias(greatest(fecha_inicio, DATE '2020-04-12',
                 CASE WHEN sujeto = 'II' AND ultimo_pl >= fecha_inicio
                      THEN least(ultimo_pl, fecha_fin) + 1 END),
             least(fecha_fin, DATE '2022-06-30', desde_s - 1, muerte)) AS dias_corte FROM hecho);
CREATE TEMP TABLE repartido AS
SELECT *, greatest(0, least(dias_08, cupo - antes)) AS dias,
       dias_08 + cotizados + ya + antes > 30 AS f16
FROM (SELECT *, least(cupo, sum(aprobados) OVER (PARTITION BY afl_id, periodo ORDER BY fila)
                      - aprobados)::BIGINT AS antes
      FROM (SELECT *, greatest(0, 30 - cotizados - ya) AS cupo,
                   CASE WHEN NOT en_c OR f03 OR (f04 AND coalesce(otro_estado, false)) OR f06
                          OR exceptuada OR f15 OR otra OR cancelada OR f14 OR f13 OR NOT datos
                          OR sin_upc THEN 0 ELSE dias_08 END AS aprobados FROM contado));
CREATE TEMP TABLE decidida AS
SELECT *, CASE WHEN NOT en_c OR f03 OR (f04 AND coalesce(otro_estado, false)) OR f06 OR exceptuada
                 OR f15 OR dias = 0 THEN 'NO_ELEGIBLE'
               WHEN otra OR cancelada OR f14 THEN 'GLOSADO'
               WHEN f13 OR NOT datos THEN 'EN_CORRECCION_EPS' WHEN sin_upc THEN 'SIN_TARIFA'
               ELSE 'LIQUIDADO' END AS estado
FROM repartido;
CREATE TEMP TABLE valorada AS
SELECT d.*, CASE WHEN estado = 'LIQUIDADO' THEN
    ((u.base_dia_centavos::BIGINT * (10000 + u.prima_diezmilesimas::BIGINT) + 5000) // 10000
     * u.ponderador_diezmilesimas::BIGINT + 5000) // 10000 * dias ELSE 0 END AS valor_centavos
FROM decidida d
LEFT JOIN publicada('upc_2020') g ON g.regimen = 'CONTRIBUTIVO' AND g.sexo IN ('A', d.sexo)
     AND greatest(0, date_sub('year', d.fecha_nacimiento, (d.periodo || '-01')::DATE))
         BETWEEN g.edad_min::INT AND g.edad_max::INT
LEFT JOIN publicada('upc') u ON u.regimen = 'C' AND u.zona = d.zona
     AND u.grupo_edad = g.grupo_edad AND u.sexo = g.sexo;

COPY (
    SELECT fila, estado,
           concat_ws(';', CASE WHEN NOT en_c THEN 'ACT-02' END, CASE WHEN f03 THEN 'ACT-03' END,
                     CASE WHEN f04 THEN 'ACT-04' END, CASE WHEN f05 THEN 'ACT-05' END,
                     CASE WHEN f06 THEN 'ACT-06' END,
                     CASE WHEN fecha_inicio < DATE '2020-04-12' OR fecha_fin > DATE '2022-06-30'
                          THEN 'ACT-07' END,
                     CASE WHEN dias_corte > 30 - cotizados THEN 'ACT-08' END,
                     CASE WHEN otra THEN 'ACT-09' END,
                     CASE WHEN desde_s IS NOT NULL THEN 'ACT-10' END,
                     CASE WHEN exceptuada THEN 'ACT-11' END,
                     CASE WHEN coalesce(muerte < fecha_fin, false) OR cancelada THEN 'ACT-12' END,
                     CASE WHEN f13 THEN 'ACT-13' END, CASE WHEN f14 THEN 'ACT-14' END,
                     CASE WHEN f15 THEN 'ACT-15' END, CASE WHEN f16 THEN 'ACT-16' END,
                     CASE WHEN NOT datos OR sin_upc THEN 'ACT-17' END) AS codigos,
           valor_centavos, 'P' || afl_id || '|' || periodo || '|' || base AS clave
    FROM valorada
    UNION ALL
    SELECT fila, 'EN_CORRECCION_EPS', CASE WHEN forma_ok THEN 'ACT-01' ELSE 'ACT-00' END, 0,
           CASE WHEN forma_ok THEN concat_ws('|', tipo_documento || ' ' || numero_documento, periodo,
                                             base(upper(codigo_eps))) END
    FROM read_parquet(getvariable('filas')) ANTI JOIN c USING (fila)
    ORDER BY fila
) TO '{salida}/registros.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    SELECT fila, 'upc_ae' AS concepto, nit AS numero, valor_centavos FROM valorada
    WHERE valor_centavos > 0 AND nit <> '' ORDER BY fila
) TO '{salida}/pagos.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    SELECT fila, 'P' || afl_id || '|' || periodo AS clave, dias AS cantidad FROM valorada
    WHERE estado = 'LIQUIDADO' ORDER BY fila
) TO '{salida}/cupos.parquet' (FORMAT parquet, COMPRESSION zstd);
