# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""What the registers say of the people tested, and what was decided before (``historia``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from shared.poblacion.contexto import Contexto
from shared.poblacion.pruebas_casos import CASAS, SOBRA, Cambios, Caso
from shared.poblacion.pruebas_hechos import cuenta
from shared.poblacion.pruebas_sql import CUPO, columnas, numerados, valores
from shared.poblacion.reps_catalogo import CLASES, CORTE, IPS
from shared.tipos import Nit

DECIDIDAS: Final = 60_000
"""Tests of other people in ``historia`` at scale 1: ours."""
HOLGURA: Final = 1_000_000
"""Pesos that the amount of an ordinary EPS exceeds what its tests of P0 add, and a tenth more."""


def construir(ctx: Contexto) -> None:
    """BDUA and its histories, RNEC, BDEX, laboratories, REPS, ``historia`` and amounts."""
    ctx.tomar("SELECT DISTINCT i FROM pruebas_hechos")
    _bdua(ctx)
    _familia(ctx)
    _rnec(ctx)
    _documentos(ctx)
    _bdex(ctx)
    _casas(ctx)
    _historia(ctx)
    _montos(ctx)


def por_fila(ctx: Contexto, de: Callable[[Caso], tuple[Cambios, ...]], sin_caso: int = 0) -> str:
    """The facts of a test once per row that its story has in a register, with ``slot`` of each.

    ``sin_caso`` is how many rows has a test without a story. A row is of the first test of the
    person, or of the one its change ``de`` names.
    """
    filas = [(0, m, m, 0) for m in range(sin_caso)]
    filas += [
        (k, m, k * CUPO + m, int(cambios.get("de", 0)))
        for k, caso in numerados()
        for m, cambios in enumerate(de(caso))
    ]
    return (
        f"SELECT h.* EXCLUDE (slot), v.m, v.slot FROM pruebas_hechos h "
        f"JOIN (VALUES {valores(filas)}) v(k, m, slot, de) ON v.k = h.k AND v.de = h.j"
    )


def cambios(de: Callable[[Caso], tuple[Cambios, ...]]) -> Mapping[int, Cambios]:
    """Changes of each row of a register, by its ``slot``."""
    return {k * CUPO + m: cambio for k, caso in numerados() for m, cambio in enumerate(de(caso))}


def _bdua(ctx: Contexto) -> None:
    usuales = {
        "codigo_eps": "codigo_eps",
        "regimen": "regimen",
        "tipo_documento": "bdua_tipo",
        "numero_documento": "bdua_numero",
        "estado": "'AC'",
        "desde": "fecha_afiliacion_eps",
        "hasta": "NULL::DATE",
    }
    ctx.aportar(
        "bdua",
        f"""
        SELECT afl(i) AS afl_id, {columnas(cambios(lambda c: c.bdua), usuales)},
               doc_tipo(cabeza_i, NULL) AS tipo_documento_cabeza,
               doc_numero(cabeza_i, NULL) AS numero_documento_cabeza,
               {NOMBRES}, fecha_nacimiento, sexo, tipo_afiliado, {_PARENTESCO} AS parentesco,
               codigo_municipio, zona,
               fecha_afiliacion_eps AS fecha_afiliacion_sgsss, fecha_afiliacion_eps,
               desde AS fecha_estado, afl(cabeza_i) AS afl_id_cabeza
        FROM ({por_fila(ctx, lambda c: c.bdua, 1)})
        """,
    )


NOMBRES: Final = (
    "apellido1(i) AS primer_apellido, apellido2(i) AS segundo_apellido, "
    "nombre1(i, sexo) AS primer_nombre, nombre2(i, sexo) AS segundo_nombre"
)


_PARENTESCO: Final = (
    "CASE WHEN es_cabeza THEN NULL WHEN edad < 30 THEN 'H' WHEN edad >= 60 THEN 'P' ELSE 'O' END"
)
"""As in the base: the code list is data (registers §3)."""


def _familia(ctx: Contexto) -> None:
    """Their place in the household of their head, who may not be tested."""
    ctx.aportar(
        "bdua_grupo_familiar",
        f"SELECT afl(cabeza_i) AS afl_id_cabeza, afl(i) AS afl_id, {_PARENTESCO} AS parentesco, "
        "fecha_afiliacion_eps AS desde, codigo_eps FROM pruebas_hechos "
        "WHERE j = 0 AND NOT es_cabeza",
    )


def _rnec(ctx: Contexto) -> None:
    """The cédulas of the people tested; who is AF in BDUA died there on that day."""
    muertes = cambios(lambda c: c.bdua)
    muertos = {slot // CUPO: c["desde"] for slot, c in muertes.items() if c.get("estado") == "'AF'"}
    ramas = " ".join(f"WHEN {k} THEN {desde}" for k, desde in muertos.items())
    ctx.aportar(
        "rnec",
        f"""
        SELECT bdua_numero AS numero_documento, 0 AS cod_error,
               CASE WHEN muerte IS NOT NULL THEN '21'
                    ELSE azar_entero(i, 'pru.rnec', 2)::VARCHAR END AS estado_cedula,
               CASE WHEN muerte IS NULL THEN 'VIGENTE' ELSE 'CANCELADA POR MUERTE' END
                   AS descripcion_estado,
               {NOMBRES}, CASE WHEN azar(i, 'pru.nacido') < 0.6 THEN fecha_nacimiento END
                   AS fecha_nacimiento,
               (fecha_nacimiento + INTERVAL 18 YEAR)::DATE AS fecha_expedicion,
               muerte AS fecha_defuncion, muerte + 10 AS fecha_afectacion
        FROM (SELECT *, CASE k {ramas} END::DATE AS muerte FROM pruebas_hechos
              WHERE j = 0 AND bdua_tipo = 'CC')
        """,
    )


def _documentos(ctx: Contexto) -> None:
    usuales = {
        "tipo_documento": "bdua_tipo",
        "numero_documento": "bdua_numero",
        "desde": "DATE '2012-01-01'",
        "hasta": "NULL::DATE",
    }
    ctx.aportar(
        "bdua_historia_identificacion",
        f"SELECT afl(i) AS afl_id, {columnas(cambios(lambda c: c.documentos), usuales)}, "
        f"codigo_eps FROM ({por_fila(ctx, lambda c: c.documentos)})",
    )


def _bdex(ctx: Contexto) -> None:
    usuales = {
        "tipo_documento": "bdua_tipo",
        "numero_documento": "bdua_numero",
        "desde": "DATE '2015-01-01'",
        "hasta": "NULL::DATE",
    }
    ctx.aportar(
        "bdex",
        "SELECT 'RES' || lpad((1 + azar_entero(i, 'pru.bdex', 14))::VARCHAR, 3, '0') "
        f"AS codigo_regimen, {columnas(cambios(lambda c: c.bdex), usuales)}, 'C' AS tipo_afiliado "
        f"FROM ({por_fila(ctx, lambda c: c.bdex)})",
    )


def _casas(ctx: Contexto) -> None:
    """Our IPS in REPS, and the list of laboratories: theirs and the ordinary ones."""
    propias = valores(
        (
            casa.hab, casa.nit, Nit(casa.nit).dv, casa.nombre, casa.habilitado,
            casa.fecha_radicacion, casa.fecha_cierre, casa.salud_publica, casa.hab[:5],
        )
        for casa in CASAS.values()
    )  # fmt: skip
    ctx.aportar(
        "reps_prestadores",
        f"""
        SELECT hab_prestador, nit, dv, nombre AS nombre_prestador, nombre AS razon_social,
               '{IPS}' AS codigo_clase_prestador, '{CLASES[IPS]}' AS clase_prestador,
               CASE WHEN salud_publica THEN 'Pública' ELSE 'Privada' END AS naturaleza_juridica,
               'JURIDICO' AS clase_persona, habilitado, abre::DATE AS fecha_radicacion,
               cierra::DATE AS fecha_cierre, salud_publica AS laboratorio_salud_publica,
               left(lugar, 2) AS departamento, lugar AS municipio, DATE '{CORTE}' AS fecha_corte
        FROM (VALUES {propias}) c(hab_prestador, nit, dv, nombre, habilitado, abre, cierra,
                                  salud_publica, lugar)
        """,
    )
    avaladas = valores(
        (casa.hab, casa.nit_avalado or casa.nit, casa.nombre, casa.rural, *casa.aval)
        for casa in CASAS.values()
        if casa.aval
    )
    ctx.aportar(
        "laboratorios_avalados",
        f"""
        SELECT hab_prestador, nit, nombre AS nombre_laboratorio, codigo_municipio,
               DATE '2020-03-01' AS desde, NULL::DATE AS hasta, '{_FUENTE}' AS fuente
        FROM prestadores WHERE laboratorio
        UNION ALL
        SELECT hab, nit, nombre, CASE WHEN rural THEN l.municipio ELSE left(hab, 5) END,
               desde::DATE, hasta::DATE, '{_FUENTE}'
        FROM (VALUES {avaladas}) c(hab, nit, nombre, rural, desde, hasta), pruebas_lejanos l
        WHERE l.n = -1
        """,
    )


_FUENTE: Final = "Lista del país sintético"


def _historia(ctx: Contexto) -> None:
    """The decided rows of each story, and those of people who are not in the submission."""
    usuales = {
        "tipo_documento": "bdua_tipo",
        "numero_documento": "bdua_numero",
        "fecha_toma": "fecha",
        "codigo_eps": "codigo_eps",
        "nit_procesa": "nit_procesa",
        "factura_toma": "'HT' || i",
        "factura_procesa": "'HP' || i",
        "id_sismuestras": "'H' || i",
        "estado": "'GIRADO'",
        "codigos": "NULL::VARCHAR",
        "fecha_comunicacion": "NULL::DATE",
        "valor": "valor",
    }
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_historia AS
        SELECT {columnas(cambios(lambda c: c.historia), usuales)}, tipo AS tipo_prueba, nit_toma
        FROM ({por_fila(ctx, lambda c: c.historia)})
        UNION ALL BY NAME ({_decididas(ctx)})
        """
    )
    ctx.propio(
        "pruebas",
        "historia",
        "SELECT tipo_documento, numero_documento, tipo_prueba, fecha_toma, codigo_eps, nit_toma, "
        "factura_toma, nit_procesa, factura_procesa, id_sismuestras, estado, codigos, "
        "fecha_comunicacion, valor FROM pruebas_historia",
        "numero_documento, tipo_documento, tipo_prueba, fecha_toma, factura_toma, id_sismuestras, "
        "nit_procesa, estado",
    )


def _decididas(ctx: Contexto) -> str:
    laboratorios = cuenta(ctx, "SELECT count(*) FROM pruebas_laboratorios")
    return f"""
        SELECT *, CASE WHEN estado LIKE 'GLOSADO%' THEN 'PRU-1' || (4 + azar_entero(i, 'pru.h8', 3))
                       WHEN estado = 'NO_ADMITIDO' THEN 'PRU-04' END AS codigos,
               CASE WHEN estado LIKE 'GLOSADO%' THEN fecha_toma + 300 END AS fecha_comunicacion,
               CASE WHEN estado = 'GIRADO' THEN CASE tipo_prueba WHEN 'MOLECULAR' THEN 180000
                   ELSE 70000 END + azar_entero(i, 'pru.h4', 10000) ELSE 0 END AS valor
        FROM (
            SELECT i, doc_tipo(i, edad) AS tipo_documento, doc_numero(i, edad) AS numero_documento,
                   CASE WHEN azar(i, 'pru.h1') < 0.6 THEN 'MOLECULAR' ELSE 'ANTIGENO' END
                       AS tipo_prueba,
                   CASE WHEN azar(i, 'pru.h2') < 0.4
                        THEN DATE '2020-03-17' + azar_entero(i, 'pru.h3', 162)::INTEGER
                        ELSE DATE '2020-08-26' + azar_entero(i, 'pru.h3', 120)::INTEGER END
                        AS fecha_toma,
                   codigo_eps, c.nit AS nit_toma, 'HT' || i AS factura_toma, c.nit AS nit_procesa,
                   'HP' || i AS factura_procesa, 'H' || i AS id_sismuestras,
                   CASE WHEN azar(i, 'pru.h5') < 0.8 THEN 'GIRADO'
                        WHEN azar(i, 'pru.h5') < 0.92 THEN 'GLOSADO'
                        WHEN azar(i, 'pru.h5') < 0.97 THEN 'GLOSADO_DEFINITIVO'
                        ELSE 'NO_ADMITIDO' END AS estado
            FROM (
                SELECT * FROM pruebas_base WHERE i NOT IN (SELECT i FROM pruebas_sujetos)
                ORDER BY azar(i, 'pru.historia'), i LIMIT {ctx.plan.n(DECIDIDAS)}
            ) JOIN pruebas_laboratorios l ON l.n = azar_entero(i, 'pru.lab', {laboratorios})
            JOIN pruebas_casas c USING (ref)
        )
    """


def _montos(ctx: Contexto) -> None:
    """One row per EPS under its base code, counted from what it has decided and will be paid.

    The first EPS has ``SOBRA`` left, the second nothing (its last test fits exactly), the third
    had spent everything before, the fourth has no row.
    """
    p0 = "BETWEEN DATE '2020-03-17' AND DATE '2020-08-25'"
    ctx.propio(
        "pruebas",
        "montos_r2461",
        f"""
        WITH antes AS (
            SELECT codigo_base, sum(h.valor)::BIGINT AS valor
            FROM pruebas_historia h
            JOIN (
                SELECT codigo_eps AS codigo, codigo_base FROM pruebas_eps
                UNION SELECT hermana_eps, codigo_base FROM pruebas_eps
            ) ON codigo = h.codigo_eps
            WHERE fecha_toma {p0}
              AND estado NOT IN ('NO_ADMITIDO', 'GLOSADO', 'GLOSADO_DEFINITIVO')
            GROUP BY codigo_base
        ), ahora AS (
            SELECT codigo_base, sum(h.valor)::BIGINT AS valor
            FROM pruebas_hechos h JOIN pruebas_verdad v USING (i, j)
            WHERE fecha {p0} AND v.estado = 'LIQUIDADO' GROUP BY codigo_base
        ), suma AS (
            SELECT codigo_base, puesto,
                   coalesce(antes.valor, 0) + coalesce(ahora.valor, 0) AS valor
            FROM (SELECT DISTINCT codigo_base, puesto FROM pruebas_base)
            LEFT JOIN antes USING (codigo_base) LEFT JOIN ahora USING (codigo_base)
        )
        SELECT codigo_base AS codigo_eps,
               CASE WHEN puesto = 1 THEN valor + {SOBRA} WHEN puesto IN (2, 3) THEN valor
                    ELSE valor + valor // 10 + {HOLGURA} END AS monto
        FROM suma WHERE puesto <> 4
        """,
        "codigo_eps",
    )
