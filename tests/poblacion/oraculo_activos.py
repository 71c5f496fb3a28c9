"""Activos por emergencia judged by plain SQL, straight from §4 and §5 of its dossier.

It shares nothing with the generator nor with the product: it exists to contradict them.
``juzgar`` reads text tables and leaves ``resultado(fila, estado, codigos, valor_centavos)``.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

REGISTROS = ("bdua", "bdua_afiliacion", "compensados", "rnec", "bdex", "zonas_upc", "historia")

COLUMNAS = {
    "entrada": "codigo_eps tipo_documento numero_documento periodo sujeto fecha_inicio fecha_fin "
    "novedad_reportada",
    "bdua": "afl_id tipo_documento numero_documento codigo_eps regimen tipo_afiliado estado desde "
    "hasta fecha_afiliacion_eps afl_id_cabeza fecha_nacimiento sexo codigo_municipio",
    "bdua_afiliacion": "afl_id codigo_eps regimen tipo_afiliado estado desde hasta",
    "compensados": "tipo_documento numero_documento periodo dias concepto",
    "rnec": "numero_documento cod_error estado_cedula fecha_defuncion fecha_afectacion",
    "bdex": "tipo_documento numero_documento desde hasta",
    "zonas_upc": "codigo_municipio zona",
    "historia": "tipo_documento numero_documento periodo codigo_eps dias estado",
}

FORMA = """
CREATE TABLE fila AS
SELECT *,
    TRY_CAST(fecha_inicio AS DATE) AS ini,
    TRY_CAST(fecha_fin AS DATE) AS fin,
    coalesce(
        codigo_eps <> '' AND periodo ~ '^\\d{4}-(0[1-9]|1[0-2])$'
        AND sujeto IN ('I', 'II', 'III') AND novedad_reportada IN ('SI', 'NO')
        AND strftime(ini, '%Y-%m') = periodo AND strftime(fin, '%Y-%m') = periodo AND fin >= ini
        AND CASE tipo_documento
            WHEN 'CC' THEN numero_documento ~ '^(\\d{3,10})$'
            WHEN 'TI' THEN numero_documento ~ '^\\d{10,11}$'
            WHEN 'RC' THEN numero_documento ~ '^([0-9A-Z]{8}|[0-9A-Z]{10,11})$'
            WHEN 'CN' THEN numero_documento ~ '^[0-9A-Z]{8,20}$'
            WHEN 'CE' THEN numero_documento ~ '^\\d{3,7}$'
            WHEN 'PA' THEN numero_documento ~ '^[0-9A-Z]{3,16}$'
            WHEN 'CD' THEN numero_documento ~ '^[0-9A-Z]{3,11}$'
            WHEN 'SC' THEN numero_documento ~ '^[0-9A-Z]{9,16}$'
            WHEN 'PE' THEN numero_documento ~ '^\\d{15}$'
            WHEN 'PT' THEN ini >= DATE '2021-03-01'
            WHEN 'AS' THEN length(numero_documento) <= 10
            WHEN 'MS' THEN length(numero_documento) <= 10
            ELSE false END,
        false) AS forma
FROM entrada
"""

PERSONA = """
CREATE TABLE persona AS
SELECT f.fila, count(DISTINCT b.afl_id) AS cuantos, min(b.afl_id) AS afl_id
FROM fila f LEFT JOIN bdua b USING (tipo_documento, numero_documento)
WHERE f.forma GROUP BY f.fila;

CREATE TABLE tramo AS
SELECT DISTINCT afl_id, codigo_eps, regimen, tipo_afiliado, estado, desde, hasta
FROM (SELECT afl_id, codigo_eps, regimen, tipo_afiliado, estado,
             CAST(desde AS DATE) AS desde, CAST(hasta AS DATE) AS hasta FROM bdua
      UNION ALL
      SELECT afl_id, codigo_eps, regimen, tipo_afiliado, estado,
             CAST(desde AS DATE), CAST(hasta AS DATE) FROM bdua_afiliacion);

CREATE TABLE quien AS
SELECT f.fila, f.ini, f.fin, f.periodo, f.sujeto, f.codigo_eps, f.novedad_reportada,
       f.tipo_documento, f.numero_documento, p.afl_id,
       b.tipo_afiliado AS tipo, b.afl_id_cabeza AS cabeza,
       CASE WHEN b.tipo_afiliado = 'C' THEN p.afl_id ELSE b.afl_id_cabeza END AS ref,
       CAST(b.fecha_nacimiento AS DATE) AS nacimiento, b.sexo, b.codigo_municipio
FROM fila f JOIN persona p ON p.fila = f.fila AND p.cuantos = 1
JOIN bdua b ON b.afl_id = p.afl_id
QUALIFY row_number() OVER (PARTITION BY f.fila ORDER BY
    CASE WHEN CAST(b.desde AS DATE) <= f.fin
          AND (b.hasta IS NULL OR f.ini <= CAST(b.hasta AS DATE))
         THEN CASE WHEN b.estado IN ('AE', 'SM') THEN 0 ELSE 1 END ELSE 2 END,
    CAST(b.desde AS DATE) DESC) = 1;

CREATE TABLE propio AS  -- own intervals that overlap K
SELECT q.fila, t.*, coalesce(a.codigo_base, t.codigo_eps) AS base,
       coalesce(c.codigo_base, q.codigo_eps) AS base_pedida
FROM quien q JOIN tramo t
  ON t.afl_id = q.afl_id AND t.desde <= q.fin AND (t.hasta IS NULL OR q.ini <= t.hasta)
LEFT JOIN eps a ON a.codigo = t.codigo_eps LEFT JOIN eps c ON c.codigo = q.codigo_eps;

CREATE TABLE cedula AS
SELECT numero_documento,
    CASE WHEN estado_cedula IN ('0', '1', '12', '14') THEN 'VIGENTE'
         WHEN estado_cedula IN ('21', '51') THEN 'FALLECIDO'
         WHEN CAST(estado_cedula AS INTEGER) BETWEEN 22 AND 28
           OR CAST(estado_cedula AS INTEGER) BETWEEN 52 AND 56 THEN 'CANCELADA'
         ELSE 'PENDIENTE' END AS clase,
    CASE WHEN estado_cedula IN ('21', '51')
         THEN coalesce(CAST(fecha_defuncion AS DATE), CAST(fecha_afectacion AS DATE)) END AS muerte
FROM rnec WHERE cod_error IS NULL OR cod_error = '0';

CREATE TABLE cotizado AS
SELECT b.afl_id, c.periodo, sum(CAST(c.dias AS INTEGER)) AS dias
FROM (SELECT DISTINCT afl_id, tipo_documento, numero_documento FROM bdua) b
JOIN compensados c USING (tipo_documento, numero_documento)
WHERE c.concepto = 'COTIZACION' GROUP BY ALL;
"""

HECHOS = """
CREATE TABLE hecho AS
SELECT q.*,
    coalesce(o.en_c, false) AS en_c, coalesce(o.suspendido, false) AS suspendido,
    coalesce(o.otra_activa, false) AS otra_activa, o.desde_s, coalesce(o.su_eps, false) AS su_eps,
    r.otro_estado, r.sm_vale, r.ultimo_pl, r.hay_pl, r.afiliacion,
    k.cabeza_ae, k.cabeza_af, k.cabeza_pl, k.cabeza_muerta,
    m.clase, CASE WHEN m.numero_documento IS NOT NULL THEN m.muerte ELSE o2.desde_af END AS muerte,
    coalesce(z.zona, 'NORMAL') AS zona,
    coalesce(c.dias, 0) AS cotizados, coalesce(h.dias, 0) AS ya,
    EXISTS (SELECT 1 FROM bdex x WHERE x.tipo_documento = q.tipo_documento
            AND x.numero_documento = q.numero_documento AND CAST(x.desde AS DATE) <= q.fin
            AND (x.hasta IS NULL OR q.ini <= CAST(x.hasta AS DATE))) AS exceptuado,
    e.codigo IS NOT NULL AND e.regimen <> 'EXCEPCION_ESPECIAL' AS eps_vale,
    d.codigo_municipio IS NOT NULL AS municipio_vale
FROM quien q
LEFT JOIN (SELECT fila, bool_or(regimen = 'C') AS en_c,
        bool_or(regimen = 'C' AND estado IN ('SM', 'AE')) AS suspendido,
        bool_or(regimen = 'C' AND estado = 'AC' AND base <> base_pedida) AS otra_activa,
        min(desde) FILTER (WHERE regimen = 'S' AND estado = 'AC') AS desde_s,
        bool_or(base = base_pedida) AS su_eps
    FROM propio GROUP BY fila) o USING (fila)
LEFT JOIN (SELECT q.fila, min(t.desde) AS desde_af FROM quien q JOIN tramo t USING (afl_id)
    WHERE t.estado = 'AF' GROUP BY q.fila) o2 USING (fila)
LEFT JOIN (SELECT q.fila,
        bool_or(t.estado <> 'AE') AS otro_estado,
        bool_or(t.estado = 'SM' AND t.desde BETWEEN DATE '2020-04-12' AND q.fin AND NOT EXISTS (
            SELECT 1 FROM cotizado c WHERE c.afl_id = q.ref AND c.dias > 0 AND c.periodo IN (
                strftime(date_trunc('month', t.desde) - INTERVAL 1 MONTH, '%Y-%m'),
                strftime(date_trunc('month', t.desde) - INTERVAL 2 MONTH, '%Y-%m')))) AS sm_vale,
        bool_or(t.estado = 'PL' AND t.desde <= q.fin) AS hay_pl,
        max(coalesce(t.hasta, DATE '9999-12-31'))
            FILTER (WHERE t.estado = 'PL' AND t.desde <= q.fin) AS ultimo_pl,
        any_value(b.afiliacion) AS afiliacion
    FROM quien q JOIN tramo t ON t.afl_id = q.ref
    LEFT JOIN (SELECT afl_id, max(CAST(fecha_afiliacion_eps AS DATE)) AS afiliacion
               FROM bdua GROUP BY afl_id) b ON b.afl_id = q.ref
    GROUP BY q.fila) r USING (fila)
LEFT JOIN (SELECT q.fila,
        bool_or(t.estado = 'AE' AND t.desde <= q.fin
                AND (t.hasta IS NULL OR q.ini <= t.hasta)) AS cabeza_ae,
        bool_or(t.estado = 'AF' AND t.desde <= q.fin) AS cabeza_af,
        bool_or(t.estado = 'PL' AND t.hasta < q.ini) AS cabeza_pl,
        bool_or(m.muerte <= q.fin) AS cabeza_muerta
    FROM quien q JOIN tramo t ON t.afl_id = q.cabeza
    LEFT JOIN bdua b ON b.afl_id = q.cabeza AND b.tipo_documento = 'CC'
    LEFT JOIN cedula m ON m.numero_documento = b.numero_documento
    GROUP BY q.fila) k USING (fila)
LEFT JOIN cedula m ON q.tipo_documento = 'CC' AND m.numero_documento = q.numero_documento
LEFT JOIN zonas_upc z ON z.codigo_municipio = q.codigo_municipio
LEFT JOIN cotizado c ON c.afl_id = q.afl_id AND c.periodo = q.periodo
LEFT JOIN (SELECT tipo_documento, numero_documento, periodo, sum(CAST(dias AS INTEGER)) AS dias
    FROM historia WHERE estado NOT IN
        ('EN_CORRECCION_EPS', 'GLOSADO', 'NO_ELEGIBLE', 'REVERSADO', 'REINTEGRADO')
    GROUP BY ALL) h ON h.tipo_documento = q.tipo_documento
    AND h.numero_documento = q.numero_documento AND h.periodo = q.periodo
LEFT JOIN eps e ON e.codigo = q.codigo_eps
LEFT JOIN divipola d ON d.codigo_municipio = q.codigo_municipio;

CREATE TABLE corte AS
SELECT *,
    greatest(ini,
        CASE WHEN sujeto = 'II' AND hay_pl AND ultimo_pl >= ini
             THEN CASE WHEN ultimo_pl > fin THEN fin + 1 ELSE ultimo_pl + 1 END ELSE ini END,
        DATE '2020-04-12') AS k_ini,
    least(fin, DATE '2022-06-30', coalesce(desde_s - 1, fin), coalesce(muerte, fin)) AS k_fin
FROM hecho;

CREATE TABLE contado AS
SELECT *, CASE WHEN k_fin < k_ini THEN 0 ELSE
    CASE WHEN k_fin = last_day(k_fin) THEN 30 ELSE day(k_fin) END - least(day(k_ini), 30) + 1
    END AS dias_corte
FROM corte;
"""

CODIGOS = {
    "ACT-02": "NOT en_c",
    "ACT-03": "NOT (suspendido AND (sujeto <> 'III' OR tipo = 'B'))",
    "ACT-04": "sujeto = 'I' AND NOT coalesce(sm_vale, false)",
    "ACT-05": "sujeto = 'II' AND (coalesce(hay_pl AND ultimo_pl >= ini, false) OR "
    "(NOT coalesce(hay_pl, false) AND afiliacion + INTERVAL 12 MONTH <= ini))",
    "ACT-06": "sujeto = 'III' AND NOT (coalesce(cabeza_af, false) OR "
    "coalesce(cabeza_muerta, false))",
    "ACT-07": "ini < DATE '2020-04-12' OR fin > DATE '2022-06-30'",
    "ACT-08": "dias_corte > 30 - cotizados",
    "ACT-09": "otra_activa",
    "ACT-10": "desde_s IS NOT NULL",
    "ACT-11": "exceptuado",
    "ACT-12": "coalesce(muerte < fin, false) OR coalesce(clase = 'CANCELADA', false)",
    "ACT-13": "NOT (coalesce(eps_vale, false) AND su_eps AND novedad_reportada = 'SI')",
    "ACT-14": "tipo = 'B' AND NOT (coalesce(cabeza_ae, false) OR coalesce(cabeza_af, false) "
    "OR coalesce(cabeza_pl, false))",
    "ACT-15": "tipo = 'A'",
    "ACT-17": "NOT coalesce(nacimiento <= ini AND sexo IN ('M', 'F') AND municipio_vale, false) "
    "OR left(periodo, 4) <> '2020'",
}

SIN_16 = """
CREATE TABLE juzgado AS
SELECT *,
    greatest(0, least(dias_corte, 30 - cotizados)) AS dias_08,
    list_contains(codigos, 'ACT-02') OR list_contains(codigos, 'ACT-03')
      OR (list_contains(codigos, 'ACT-04') AND coalesce(otro_estado, false))
      OR list_contains(codigos, 'ACT-06') OR list_contains(codigos, 'ACT-11')
      OR list_contains(codigos, 'ACT-15') AS rechazada,
    otra_activa OR coalesce(clase = 'CANCELADA', false)
      OR list_contains(codigos, 'ACT-14') AS glosada,
    list_contains(codigos, 'ACT-13') OR NOT coalesce(
        nacimiento <= ini AND sexo IN ('M', 'F') AND municipio_vale, false) AS corregible,
    left(periodo, 4) <> '2020' AS sin_upc,
    row_number() OVER (PARTITION BY afl_id, periodo ORDER BY fila) AS turno_fila
FROM (SELECT *, list_filter([{codigos}], lambda x: x IS NOT NULL) AS codigos FROM contado)
"""

# Earlier rows of the file count only once they are LIQUIDADO, so the rows of a person and month
# are settled one after the other.
UNA_FILA = """
INSERT INTO liquidado
SELECT fila, afl_id, periodo,
    CASE WHEN rechazada OR dias = 0 THEN 'NO_ELEGIBLE' WHEN glosada THEN 'GLOSADO'
         WHEN corregible THEN 'EN_CORRECCION_EPS' WHEN sin_upc THEN 'SIN_TARIFA'
         ELSE 'LIQUIDADO' END AS estado,
    CASE WHEN excede THEN list_append(codigos, 'ACT-16') ELSE codigos END, dias
FROM (SELECT j.*, dias_08 + cotizados + ya + antes > 30 AS excede,
        greatest(0, least(dias_08, 30 - cotizados - ya - antes)) AS dias
    FROM (SELECT j.*, coalesce((SELECT sum(l.dias) FROM liquidado l WHERE l.afl_id = j.afl_id
                AND l.periodo = j.periodo AND l.estado = 'LIQUIDADO'), 0) AS antes
          FROM juzgado j WHERE turno_fila = ?) j)
"""

RESULTADO = """
CREATE TABLE resultado AS
SELECT f.fila,
    CASE WHEN l.fila IS NULL THEN 'EN_CORRECCION_EPS' ELSE l.estado END AS estado,
    CASE WHEN NOT f.forma THEN 'ACT-00' WHEN l.fila IS NULL THEN 'ACT-01'
         ELSE array_to_string(list_sort(l.codigos), ';') END AS codigos,
    CASE WHEN l.estado = 'LIQUIDADO'
         THEN CAST((b.centavos * u.ponderador + 5000) // 10000 * l.dias AS BIGINT)
         ELSE 0 END AS valor_centavos
FROM fila f
LEFT JOIN liquidado l USING (fila) LEFT JOIN hecho h USING (fila)
LEFT JOIN base_zona b USING (zona)
LEFT JOIN upc u ON u.sexo IN ('A', h.sexo)
    AND greatest(0, date_sub('year', h.nacimiento, CAST(h.periodo || '-01' AS DATE)))
        BETWEEN u.edad_min AND u.edad_max
"""


def juzgar(con: duckdb.DuckDBPyConnection, fuentes: Mapping[str, str]) -> None:
    """``fuentes``: table name → relation of files; an absent register is empty."""
    for nombre, columnas in COLUMNAS.items():
        lista = columnas.split()
        if nombre in fuentes:
            textos = ", ".join(f"nullif(CAST({c} AS VARCHAR), '') AS {c}" for c in lista)
            fila = "fila, " if nombre == "entrada" else ""
            con.execute(f"CREATE TABLE {nombre} AS SELECT {fila}{textos} FROM {fuentes[nombre]}")
        else:
            con.execute(f"CREATE TABLE {nombre} ({', '.join(f'{c} VARCHAR' for c in lista)})")
    for guion in (FORMA, PERSONA, HECHOS):
        con.execute(guion)
    codigos = ", ".join(f"CASE WHEN {falla} THEN '{c}' END" for c, falla in CODIGOS.items())
    con.execute(SIN_16.format(codigos=codigos))
    con.execute(
        "CREATE TABLE liquidado (fila BIGINT, afl_id VARCHAR, periodo VARCHAR, estado VARCHAR, "
        "codigos VARCHAR[], dias BIGINT)"
    )
    (mas,) = con.execute("SELECT coalesce(max(turno_fila), 0) FROM juzgado").fetchall()[0]
    for turno in range(1, mas + 1):
        con.execute(UNA_FILA, [turno])
    con.execute(RESULTADO)


def tablas(con: duckdb.DuckDBPyConnection, ruta_eps: str, ruta_upc: str, municipios: str) -> None:
    """What the dossier names as data: EPS, DIVIPOLA, UPC and the day of each zone (§5.2)."""
    con.execute(
        f"CREATE TABLE eps AS SELECT codigo, regimen, codigo_base "
        f"FROM read_csv('{ruta_eps}', all_varchar = true)"
    )
    con.execute(f"CREATE TABLE divipola AS SELECT codigo_municipio FROM {municipios}")
    con.execute(
        "CREATE TABLE upc AS SELECT sexo, CAST(edad_min AS INTEGER) AS edad_min, "
        "CAST(edad_max AS INTEGER) AS edad_max, "
        "CAST(CAST(ponderador AS DECIMAL(9, 4)) * 10000 AS BIGINT) AS ponderador "
        f"FROM read_csv('{ruta_upc}', all_varchar = true) WHERE regimen = 'CONTRIBUTIVO'"
    )
    con.execute(
        "CREATE TABLE base_zona AS SELECT * FROM (VALUES ('NORMAL', 247942), "
        "('ESPECIAL', 272736), ('CIUDADES', 272389), ('ALEJADA', 341912)) AS t(zona, centavos)"
    )
