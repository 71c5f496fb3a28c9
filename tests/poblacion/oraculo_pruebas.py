"""The rules of pruebas (dossier ``pruebas`` §3–§5) in plain SQL, written from the dossier.

An independent second reading, to prove the truth of ``shared.poblacion.pruebas``; the product has
its own rules. It takes files, never the tables of the generator.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

from shared.normativa import tablas
from tests.poblacion.documentos import FORMATOS

COLUMNAS: Final = {
    "entrada": "consecutivo codigo_eps tipo_documento numero_documento primer_apellido "
    "segundo_apellido primer_nombre segundo_nombre codigo_municipio_toma fecha_toma fecha_proceso "
    "cups tipo_prueba id_sismuestras hab_toma nit_toma hab_procesa nit_procesa factura_toma "
    "factura_procesa fecha_factura valor_toma valor_procesa valor_total diferencial "
    "beneficiario_giro",
    "sismuestras": "id_sismuestras tipo_documento numero_documento tipo_prueba fecha_toma "
    "resultado resultado_igm resultado_igg nit_procesa codigo_eps",
    "bdua": "afl_id tipo_documento numero_documento codigo_eps regimen estado desde hasta",
    "reps_prestadores": "hab_prestador nit habilitado fecha_radicacion fecha_cierre "
    "laboratorio_salud_publica fecha_corte",
    "laboratorios_avalados": "hab_prestador nit codigo_municipio desde hasta",
    "bdua_historia_identificacion": "afl_id tipo_documento numero_documento",
    "bdex": "tipo_documento numero_documento desde hasta",
    "montos_r2461": "codigo_eps monto",
    "historia": "tipo_documento numero_documento tipo_prueba fecha_toma codigo_eps nit_toma "
    "factura_toma nit_procesa factura_procesa id_sismuestras estado codigos fecha_comunicacion "
    "valor",
}
DE_GLOSA: Final = (6, 8, 10, 12, 13, 14, 15, 16, 18, 19, 20, 22, 23, 26)
"""Rules whose only effect is GLOSA; PRU-11 may have it."""

_MACROS: Final = r"""
CREATE MACRO plegado(t) AS upper(strip_accents(trim(t)));
CREATE MACRO fecha(t) AS
    CASE WHEN regexp_full_match(t, '\d{4}-\d{2}-\d{2}( 00:00:00)?') AND t[:10] NOT IN
        ('0001-01-01', '1845-01-01', '1900-01-01', '9999-12-31') THEN TRY_CAST(t AS DATE) END;
CREATE MACRO si_no(t) AS CASE WHEN plegado(t) IN ('SI', 'S', '1', 'TRUE') THEN true
    WHEN plegado(t) IN ('NO', 'N', '0', 'FALSE') THEN false END;
CREATE MACRO numero(tipo, n) AS CASE WHEN plegado(tipo) IN ('CC', 'TI', 'CE', 'PE')
    THEN ltrim(regexp_replace(n, '[., ]', '', 'g'), '0') ELSE upper(trim(n)) END;
CREATE MACRO entero(t) AS CASE WHEN regexp_full_match(t, '\d{1,15}') THEN t::BIGINT END;
CREATE MACRO codigo(t, largo) AS
    CASE WHEN regexp_full_match(t, '\d{' || (largo - 1) || ',' || largo || '}')
         THEN lpad(t, largo, '0') END;
CREATE MACRO vigente(desde, hasta, dia) AS desde <= dia AND (hasta IS NULL OR dia <= hasta);
CREATE MACRO viva(estado) AS
    coalesce(estado NOT IN ('NO_ADMITIDO', 'GLOSADO', 'GLOSADO_DEFINITIVO'), true);
CREATE MACRO en_p0(dia) AS dia BETWEEN DATE '2020-03-17' AND DATE '2020-08-25';
"""


def evaluar(
    entrada: Path, registros: Mapping[str, Path], fecha: str
) -> list[tuple[int, str, str, int]]:
    """``fila``, ``estado``, ``codigos`` and centavos of each row, in order."""
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute(_MACROS)
        con.execute(f"CREATE TABLE hoy AS SELECT DATE '{fecha}' AS hoy")
        _listas(con)
        for nombre, columnas in COLUMNAS.items():
            _leer(con, nombre, entrada if nombre == "entrada" else registros.get(nombre), columnas)
        for paso in (_FORMA, _FILAS, _REGISTROS, _PERSONAS, _MUESTRA, _HECHOS, _FALLAS, _SEGUNDAS):
            con.execute(paso)
        return con.execute(_ESTADO).fetchall()


def _leer(con: duckdb.DuckDBPyConnection, nombre: str, ruta: Path | None, columnas: str) -> None:
    """All text and every column, absent ones empty; rows numbered as they come."""
    propias = columnas.split()
    if ruta is None:
        vacias = ", ".join(f"NULL::VARCHAR AS {c}" for c in propias)
        con.execute(f"CREATE TABLE {nombre}_ AS SELECT 0 AS fila, {vacias} WHERE false")
        return
    if ruta.suffix == ".csv":
        origen = f"read_csv('{ruta}', header = true, all_varchar = true)"
    else:
        origen = f"read_parquet('{ruta}')"
    presentes = {c[0] for c in con.execute(f"DESCRIBE SELECT * FROM {origen}").fetchall()}
    textos = ", ".join(
        f"nullif(trim({c}::VARCHAR), '') AS {c}" if c in presentes else f"NULL::VARCHAR AS {c}"
        for c in propias
    )
    con.execute("SET preserve_insertion_order = true")
    con.execute(
        f"CREATE TABLE {nombre}_ AS SELECT row_number() OVER () AS fila, {textos} FROM {origen}"
    )


def _listas(con: duckdb.DuckDBPyConnection) -> None:
    """Closed lists and tariffs of the dossier."""
    con.execute(
        "CREATE TABLE eps AS SELECT codigo, codigo_base FROM "
        f"read_csv('{tablas.ruta('eps_2020')}', header = true, all_varchar = true)"
    )
    con.execute(
        "CREATE TABLE tarifas AS SELECT tipo_prueba, cups, vigente_desde::DATE AS desde, "
        "vigente_hasta::DATE AS hasta, componente, valor_cop::BIGINT AS valor FROM "
        f"read_csv('{tablas.ruta('pruebas_tarifas')}', header = true, all_varchar = true)"
    )
    con.execute(
        "CREATE TABLE municipios AS SELECT codigo_municipio AS codigo FROM "
        f"read_csv('{tablas.ruta('divipola_municipios')}', header = true, all_varchar = true)"
    )
    con.execute("CREATE TABLE formatos (tipo VARCHAR, formato VARCHAR)")
    con.executemany("INSERT INTO formatos VALUES (?, ?)", list(FORMATOS.items()))


# PRU-02 (§3.1). The consecutivo that repeats is not here: no text says which copy fails.
_FORMA: Final = r"""
CREATE TABLE forma AS
SELECT fila, coalesce(
    entero(consecutivo) IS NOT NULL
    AND plegado(codigo_eps) IN (SELECT codigo FROM eps)
    AND regexp_full_match(numero(tipo_documento, numero_documento), formato)
    AND (plegado(tipo_documento) <> 'PT' OR fecha(fecha_toma) >= DATE '2021-03-01')
    AND length(primer_apellido) <= 60 AND length(primer_nombre) <= 60
    AND coalesce(length(segundo_apellido) <= 60, true)
    AND coalesce(length(segundo_nombre) <= 60, true)
    AND codigo_municipio_toma IN (SELECT codigo FROM municipios)
    AND fecha(fecha_toma) IS NOT NULL AND fecha(fecha_proceso) IS NOT NULL
    AND regexp_full_match(cups, '\d{6}')
    AND plegado(tipo_prueba) IN ('MOLECULAR', 'ANTIGENO', 'ANTICUERPOS')
    AND coalesce(length(id_sismuestras) <= 20, true)
    AND codigo(hab_toma, 10) IS NOT NULL AND codigo(hab_procesa, 10) IS NOT NULL
    AND regexp_full_match(nit_toma, '\d{9}') AND regexp_full_match(nit_procesa, '\d{9}')
    AND length(factura_toma) <= 30 AND length(factura_procesa) <= 30
    AND fecha(fecha_factura) IS NOT NULL
    AND entero(valor_toma) IS NOT NULL AND entero(valor_procesa) IS NOT NULL
    AND entero(valor_total) IS NOT NULL
    AND si_no(diferencial) IS NOT NULL
    AND plegado(beneficiario_giro) IN ('IPS', 'EPS'), false) AS buena
FROM entrada_ LEFT JOIN formatos ON tipo = plegado(tipo_documento)
"""

# The rows that passed FORMA, typed. Those that failed meet no rule and no row sees them.
_FILAS: Final = """
CREATE TABLE filas AS
SELECT fila, plegado(codigo_eps) AS codigo_eps, codigo_base AS base,
       plegado(tipo_documento) AS tipo_documento,
       numero(tipo_documento, numero_documento) AS numero_documento,
       codigo_municipio_toma, fecha(fecha_toma) AS toma, fecha(fecha_proceso) AS proceso, cups,
       plegado(tipo_prueba) AS tipo_prueba, id_sismuestras,
       codigo(hab_toma, 10) AS hab_toma, nit_toma, codigo(hab_procesa, 10) AS hab_procesa,
       nit_procesa, factura_toma, factura_procesa, fecha(fecha_factura) AS factura,
       entero(valor_toma) AS valor_toma, entero(valor_procesa) AS valor_procesa,
       entero(valor_total) AS total, si_no(diferencial) AS diferencial
FROM entrada_ JOIN forma USING (fila) JOIN eps ON codigo = plegado(codigo_eps) WHERE buena
"""

_REGISTROS: Final = """
CREATE TABLE bdua AS
    SELECT afl_id, plegado(tipo_documento) AS tipo, numero(tipo_documento, numero_documento) AS n,
           coalesce(codigo_base, plegado(codigo_eps)) AS base, regimen, estado,
           fecha(desde) AS desde, fecha(hasta) AS hasta
    FROM bdua_ LEFT JOIN eps ON codigo = plegado(codigo_eps);
CREATE TABLE identidades AS
    SELECT DISTINCT afl_id, plegado(tipo_documento) AS tipo,
           numero(tipo_documento, numero_documento) AS n, 2 AS orden
    FROM bdua_historia_identificacion_
    UNION SELECT DISTINCT afl_id, tipo, n, 1 FROM bdua;
CREATE TABLE dueno AS
    SELECT tipo, n, arg_min(afl_id, (orden, afl_id)) AS afl_id FROM identidades GROUP BY tipo, n;
CREATE TABLE sismuestras AS
    SELECT id_sismuestras AS id, plegado(tipo_documento) AS tipo,
           numero(tipo_documento, numero_documento) AS n, plegado(tipo_prueba) AS tipo_prueba,
           fecha(fecha_toma) AS toma, nit_procesa, plegado(resultado) AS resultado,
           plegado(resultado_igm) AS igm, plegado(resultado_igg) AS igg,
           coalesce(codigo_base, plegado(codigo_eps)) AS base
    FROM sismuestras_ LEFT JOIN eps ON codigo = plegado(codigo_eps);
CREATE TABLE reps AS
    SELECT hab_prestador AS hab, nit, si_no(habilitado) AS habilitado,
           fecha(fecha_radicacion) AS abre, fecha(fecha_cierre) AS cierra,
           coalesce(si_no(laboratorio_salud_publica), false) AS publica,
           fecha(fecha_corte) AS corte
    FROM reps_prestadores_;
CREATE TABLE avalados AS
    SELECT hab_prestador AS hab, nit, codigo_municipio, fecha(desde) AS desde,
           fecha(hasta) AS hasta
    FROM laboratorios_avalados_;
CREATE TABLE bdex AS
    SELECT plegado(tipo_documento) AS tipo, numero(tipo_documento, numero_documento) AS n,
           fecha(desde) AS desde, fecha(hasta) AS hasta
    FROM bdex_;
CREATE TABLE montos AS
    SELECT coalesce(codigo_base, plegado(codigo_eps)) AS base, sum(entero(monto)) AS monto
    FROM montos_r2461_ LEFT JOIN eps ON codigo = plegado(codigo_eps) GROUP BY ALL;
CREATE TABLE historia AS
    SELECT coalesce('P' || afl_id, plegado(tipo_documento) || h.numero) AS persona,
           plegado(tipo_prueba) AS tipo_prueba, fecha(fecha_toma) AS toma,
           coalesce(codigo_base, plegado(codigo_eps)) AS base, nit_toma, factura_toma,
           nit_procesa, factura_procesa, id_sismuestras AS id, estado,
           string_split(coalesce(codigos, ''), ';') AS codigos,
           fecha(fecha_comunicacion) AS comunicada, entero(valor) AS valor
    FROM (SELECT *, numero(tipo_documento, numero_documento) AS numero FROM historia_) h
    LEFT JOIN dueno ON tipo = plegado(tipo_documento) AND n = h.numero
    LEFT JOIN eps ON codigo = plegado(codigo_eps);
"""

# §4: Person, Documents, Active row.
_PERSONAS: Final = """
CREATE TABLE personas AS
    SELECT f.fila, afl_id, coalesce('P' || afl_id, tipo_documento || numero_documento) AS persona
    FROM filas f LEFT JOIN dueno ON tipo = tipo_documento AND n = numero_documento;
CREATE TABLE documentos AS
    SELECT fila, tipo_documento AS tipo, numero_documento AS n FROM filas
    UNION SELECT fila, tipo, n FROM personas JOIN identidades USING (afl_id);
CREATE TABLE afiliacion AS
    SELECT f.fila, count(b.afl_id) > 0 AS vigente,
           coalesce(bool_and(b.estado = 'RE'), true) AS retirado,
           coalesce(bool_or(b.estado IN ('AC', 'PL', 'AE') AND b.regimen IN ('C', 'S')), false)
               AS activo,
           coalesce(bool_or(b.estado IN ('AC', 'PL', 'AE') AND b.regimen IN ('C', 'S')
                            AND b.base = f.base), false) AS en_su_eps
    FROM filas f JOIN personas USING (fila)
    LEFT JOIN bdua b ON b.afl_id = personas.afl_id AND vigente(b.desde, b.hasta, f.toma)
    GROUP BY f.fila;
CREATE TABLE muertos AS
    SELECT DISTINCT f.fila FROM filas f JOIN personas USING (fila)
    JOIN bdua b ON b.afl_id = personas.afl_id AND b.estado = 'AF' AND b.desde < f.toma;
CREATE TABLE exceptuados AS
    SELECT DISTINCT f.fila FROM filas f JOIN documentos d USING (fila)
    JOIN bdex b ON b.tipo = d.tipo AND b.n = d.n AND vigente(b.desde, b.hasta, f.toma);
"""

# §4: Sample. The submitted id first, then the nearest day, the earliest, the smallest id.
_MUESTRA: Final = """
CREATE TABLE muestra AS
SELECT f.fila, s.id, s.nit_procesa, s.base,
       (s.resultado IN ('POSITIVO', 'NEGATIVO', 'INDETERMINADO')) IS TRUE
       OR f.tipo_prueba = 'ANTICUERPOS' AND (
           (s.igm IN ('POSITIVO', 'NEGATIVO', 'INDETERMINADO')) IS TRUE
           OR (s.igg IN ('POSITIVO', 'NEGATIVO', 'INDETERMINADO')) IS TRUE) AS util
FROM filas f JOIN documentos d USING (fila)
JOIN sismuestras s ON s.tipo = d.tipo AND s.n = d.n AND s.tipo_prueba = f.tipo_prueba
    AND s.toma BETWEEN f.toma - 3 AND f.toma + 3
QUALIFY row_number() OVER (
    PARTITION BY f.fila
    ORDER BY coalesce(s.id = f.id_sismuestras, false) DESC, abs(s.toma - f.toma), s.toma, s.id,
             s.nit_procesa
) = 1
"""

# What the rules ask of each row.
_HECHOS: Final = """
CREATE TABLE hechos AS
WITH cortes AS (SELECT DISTINCT corte FROM reps),
con_corte AS (
    SELECT f.*, p.persona, p.afl_id IS NOT NULL AS hallada, h.hoy,
           coalesce((SELECT max(corte) FROM cortes WHERE corte <= f.toma),
                    (SELECT min(corte) FROM cortes)) AS corte_toma,
           coalesce((SELECT max(corte) FROM cortes WHERE corte <= f.proceso),
                    (SELECT min(corte) FROM cortes)) AS corte_proceso
    FROM filas f JOIN personas p USING (fila), hoy h
)
SELECT c.*, a.vigente, a.retirado, a.activo, a.en_su_eps,
       c.fila IN (SELECT fila FROM muertos) AS muerta,
       c.fila IN (SELECT fila FROM exceptuados) AS exceptuada,
       m.fila IS NOT NULL AS con_muestra, m.id AS m_id, m.nit_procesa AS m_nit, m.base AS m_base,
       m.util,
       EXISTS (SELECT 1 FROM reps r WHERE r.hab = c.hab_toma AND r.nit = c.nit_toma
               AND r.corte IS NOT DISTINCT FROM c.corte_toma AND r.habilitado
               AND coalesce(r.abre <= c.toma, true) AND coalesce(r.cierra > c.toma, true))
           AS toma_habilitada,
       EXISTS (SELECT 1 FROM reps r WHERE r.hab = c.hab_procesa AND r.nit = c.nit_procesa
               AND r.corte IS NOT DISTINCT FROM c.corte_proceso AND r.habilitado
               AND coalesce(r.abre <= c.proceso, true) AND coalesce(r.cierra > c.proceso, true))
           AS procesa_habilitada,
       EXISTS (SELECT 1 FROM reps r WHERE r.publica AND (
               r.hab = c.hab_toma AND r.corte IS NOT DISTINCT FROM c.corte_toma
               OR r.hab = c.hab_procesa AND r.corte IS NOT DISTINCT FROM c.corte_proceso))
           AS salud_publica,
       EXISTS (SELECT 1 FROM avalados v WHERE v.hab = c.hab_procesa AND v.nit = c.nit_procesa
               AND vigente(v.desde, v.hasta, c.proceso)) AS avalado,
       EXISTS (SELECT 1 FROM avalados v WHERE v.codigo_municipio = c.codigo_municipio_toma
               AND vigente(v.desde, v.hasta, c.toma)) AS con_laboratorio,
       EXISTS (SELECT 1 FROM tarifas t WHERE t.tipo_prueba = c.tipo_prueba AND t.cups = c.cups)
           AS cups_de_la_prueba,
       (SELECT t.valor FROM tarifas t WHERE t.tipo_prueba = c.tipo_prueba AND t.cups = c.cups
        AND t.componente = 'TOTAL' AND vigente(t.desde, t.hasta, c.toma)) AS tope,
       (SELECT t.valor FROM tarifas t WHERE t.tipo_prueba = c.tipo_prueba AND t.cups = c.cups
        AND t.componente = 'TOTAL_DIFERENCIAL' AND vigente(t.desde, t.hasta, c.toma))
           AS tope_diferencial,
       EXISTS (SELECT 1 FROM historia x WHERE x.persona = c.persona AND x.estado = 'GLOSADO'
               AND x.tipo_prueba = c.tipo_prueba AND x.toma = c.toma AND x.base = c.base)
           AS glosada_antes,
       EXISTS (SELECT 1 FROM historia x WHERE x.persona = c.persona AND viva(x.estado)
               AND x.tipo_prueba = c.tipo_prueba AND x.toma = c.toma) AS ya_decidida,
       EXISTS (SELECT 1 FROM historia x WHERE viva(x.estado) AND x.nit_procesa = m.nit_procesa
               AND x.id = m.id) AS muestra_decidida,
       EXISTS (SELECT 1 FROM historia x WHERE x.base <> c.base AND x.nit_toma = c.nit_toma
               AND x.factura_toma = c.factura_toma)
       OR EXISTS (SELECT 1 FROM historia x WHERE x.base <> c.base
               AND x.nit_procesa = c.nit_procesa AND x.factura_procesa = c.factura_procesa)
           AS factura_ajena
FROM con_corte c JOIN afiliacion a USING (fila) LEFT JOIN muestra m USING (fila)
"""

# Every rule but PRU-28 and 29, in the order of the dossier. A null does not fail.
_FALLAS: Final = """
CREATE TABLE fallas AS
WITH f04 AS (
    SELECT *, total = valor_toma + valor_procesa AND total > 0 AS suma FROM hechos
), f24 AS (
    SELECT *,
           coalesce(count(*) FILTER (suma) OVER (
               PARTITION BY persona, tipo_prueba, toma ORDER BY fila
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) > 0 AS repetida,
           con_muestra AND m_id IS NOT NULL AND coalesce(count(*) FILTER (suma) OVER (
               PARTITION BY m_nit, m_id ORDER BY fila
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) > 0 AS muestra_repetida,
           toma >= DATE '2020-03-17' AS en_periodo,
           toma BETWEEN DATE '2020-09-16' AND DATE '2022-06-30' AND NOT con_laboratorio
               AS con_derecho
    FROM f04
), f22 AS (
    SELECT *, CASE WHEN diferencial AND con_derecho THEN coalesce(tope_diferencial, tope)
                   ELSE tope END AS maximo
    FROM f24
), juzgadas AS (
    SELECT *, list_filter([
        CASE WHEN NOT suma THEN 4 END,
        CASE WHEN NOT en_periodo THEN 5 END,
        CASE WHEN NOT (toma <= proceso AND proceso <= hoy AND factura >= toma) THEN 6 END,
        CASE WHEN NOT glosada_antes AND hoy > toma + INTERVAL 5 YEAR THEN 7 END,
        CASE WHEN NOT cups_de_la_prueba THEN 8 END,
        CASE WHEN en_periodo AND cups_de_la_prueba AND tope IS NULL THEN 9 END,
        CASE WHEN NOT hallada THEN 10 END,
        CASE WHEN (hallada OR exceptuada) AND (exceptuada OR NOT activo) THEN 11 END,
        CASE WHEN activo AND NOT en_su_eps THEN 12 END,
        CASE WHEN hallada AND muerta THEN 13 END,
        CASE WHEN NOT con_muestra THEN 14 END,
        CASE WHEN con_muestra AND m_nit <> nit_procesa THEN 15 END,
        CASE WHEN con_muestra AND NOT util THEN 16 END,
        CASE WHEN con_muestra AND m_base <> base THEN 17 END,
        CASE WHEN NOT toma_habilitada THEN 18 END,
        CASE WHEN NOT procesa_habilitada THEN 19 END,
        CASE WHEN tipo_prueba = 'MOLECULAR' AND NOT avalado THEN 20 END,
        CASE WHEN salud_publica THEN 21 END,
        CASE WHEN en_periodo AND cups_de_la_prueba AND total > maximo THEN 22 END,
        CASE WHEN diferencial AND NOT con_derecho THEN 23 END,
        CASE WHEN repetida THEN 24 END,
        CASE WHEN ya_decidida THEN 25 END,
        CASE WHEN con_muestra AND (muestra_repetida OR muestra_decidida) THEN 26 END,
        CASE WHEN factura_ajena THEN 27 END
    ], lambda x: x IS NOT NULL) AS codigos
    FROM f22
)
SELECT *, list_contains(codigos, 11) AND (exceptuada OR NOT vigente OR retirado)
       AS once_definitiva
FROM juzgadas
"""

# PRU-28 looks at what fails now; PRU-29 at what would be paid.
_SEGUNDAS: Final = f"""
CREATE TABLE segundas AS
SELECT f.fila, bool_or(NOT (x.estado = 'GLOSADO' AND f.hoy <= x.comunicada + INTERVAL 6 MONTH
    AND NOT list_has_any(x.codigos, list_transform(
        list_filter(f.codigos, lambda c: c IN {DE_GLOSA} OR c = 11 AND NOT f.once_definitiva),
        lambda c: 'PRU-' || lpad(c::VARCHAR, 2, '0'))))) IS TRUE AS falla
FROM fallas f JOIN historia x ON x.persona = f.persona AND x.tipo_prueba = f.tipo_prueba
    AND x.toma = f.toma AND x.base = f.base AND x.estado IN ('GLOSADO', 'GLOSADO_DEFINITIVO')
GROUP BY f.fila;
CREATE TABLE completas AS
SELECT f.* REPLACE (CASE WHEN s.falla THEN list_append(f.codigos, 28) ELSE f.codigos END AS codigos)
FROM fallas f LEFT JOIN segundas s USING (fila);
CREATE TABLE esperan AS
WITH gastado AS (
    SELECT base, sum(valor) AS valor FROM historia WHERE viva(estado) AND en_p0(toma) GROUP BY base
), pagables AS (
    SELECT fila, base, sum(total) OVER (PARTITION BY base ORDER BY fila) AS corrida
    FROM completas
    WHERE en_p0(toma) AND len(list_filter(codigos, lambda c: c NOT IN (17, 27))) = 0
)
SELECT fila FROM pagables LEFT JOIN gastado USING (base) LEFT JOIN montos USING (base)
WHERE corrida + coalesce(valor, 0) > coalesce(monto, 0)
  AND EXISTS (SELECT 1 FROM montos_r2461_);
"""

_ESTADO: Final = f"""
WITH finales AS (
    SELECT fila, total, once_definitiva,
           CASE WHEN fila IN (SELECT fila FROM esperan) THEN list_append(codigos, 29)
                ELSE codigos END AS codigos
    FROM completas
)
SELECT e.fila,
       CASE WHEN f.fila IS NULL OR list_has_any(codigos, [4, 24]) THEN 'NO_ADMITIDO'
            WHEN list_has_any(codigos, [5, 7, 21, 25, 28]) OR once_definitiva
                THEN 'GLOSADO_DEFINITIVO'
            WHEN list_has_any(codigos, [11, {", ".join(map(str, DE_GLOSA))}]) THEN 'GLOSADO'
            WHEN list_contains(codigos, 9) THEN 'SIN_TARIFA'
            WHEN list_contains(codigos, 29) THEN 'ESPERA_MONTO'
            ELSE 'LIQUIDADO' END AS estado,
       CASE WHEN f.fila IS NULL THEN 'PRU-02' ELSE list_aggregate(list_transform(
           list_sort(codigos), lambda c: 'PRU-' || lpad(c::VARCHAR, 2, '0')), 'string_agg', ';')
           END AS codigos,
       CASE WHEN estado = 'LIQUIDADO' THEN total * 100 ELSE 0 END AS valor_centavos
FROM entrada_ e LEFT JOIN finales f USING (fila) ORDER BY e.fila
"""
