# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""The CET in the synthetic country: SEGCOVID, what the EPS sent, and what must come out.

The truth of a row is written with its defect (``compensacion_rs_casos``); the truth of the
universe, with the case. EN_REVISION_ADRES is what a row is between its upload and its result, so
no evaluation puts a row there: it is known of the cases that ``historia`` keeps in that state,
from an earlier upload still without result. The 19 cases that the published states leave out are
represented by case numbers of people who were already counted under another one (SEGCOVID
renumbers cases): SIN_CLASIFICAR in ``verdad_universo``, and nobody's case in an evaluation.
"""

from __future__ import annotations

from typing import Final

from shared.poblacion import compensacion_rs_casos as casos
from shared.poblacion import compensacion_rs_hogares as hogares
from shared.poblacion import compensacion_rs_registros as registros
from shared.poblacion import compensacion_rs_segcovid as segcovid
from shared.poblacion.compensacion_rs_casos import ESCENARIOS, Cambios
from shared.poblacion.compensacion_rs_hogares import columna
from shared.poblacion.contexto import Contexto

MECANISMO: Final = "compensacion_rs"
FECHA: Final = "2021-02-20"
"""Day of radicación for which the truth is written."""
ID_CARGUE: Final = "C20210219"
CET_2020: Final = 20_482_000
"""Centavos of one CET of 2020: 7 × 29.260 pesos (dossier §5), what every paid núcleo got."""
VALORES: Final = {2020: CET_2020, 2021: 21_198_800, 2022: 23_333_100}
"""Centavos by year of confirmation (dossier §5; 2021 and 2022 are our design choice)."""
LIDERES: Final = (casos.ENROLAMIENTO, casos.VALIDACION)

_COLUMNAS: Final = (
    ("codigo_eps", "codigo_eps"),
    ("id_cargue", f"'{ID_CARGUE}'"),
    ("consecutivo", "consecutivo"),
    ("tipo_documento", "tipo_documento"),
    ("numero_documento", "numero_documento"),
    ("primer_apellido", "primer_apellido"),
    ("segundo_apellido", "segundo_apellido"),
    ("primer_nombre", "primer_nombre"),
    ("segundo_nombre", "segundo_nombre"),
    ("fecha_nacimiento", "fecha_nacimiento::VARCHAR"),
    ("fecha_confirmacion", "f::VARCHAR"),
    ("id_muestra", "CASE WHEN azar(i, 'cet_muestra') < 0.3 THEN 'M' || i END"),
    ("aislamiento_inicio", "aislamiento_inicio"),
    ("aislamiento_fin", "(f + 13 + azar_entero(i, 'cet_aislamiento', 6)::INTEGER)::VARCHAR"),
    ("cumple_aislamiento", "'SI'"),
    ("fallecido", "'NO'"),
    ("fecha_defuncion", "NULL"),
    ("id_nucleo", "'N' || nucleo"),
    ("tipo_documento_receptor", "NULL"),
    ("numero_documento_receptor", "NULL"),
    ("celular", "'3' || lpad(azar_entero(i, 'cet_celular', 1000000000)::VARCHAR, 9, '0')"),
    (
        "correo",
        "CASE WHEN azar(i, 'cet_correo') < 0.2 THEN 'persona' || i || '@correo.example' END",
    ),
    (
        "direccion",
        "'CALLE ' || (1 + azar_entero(i, 'cet_calle', 120)) || ' ' "
        "|| (1 + azar_entero(i, 'cet_carrera', 90)) || ' ' || azar_entero(i, 'cet_casa', 100)",
    ),
    ("codigo_municipio", "codigo_municipio"),
    ("codigo_banco", "NULL"),
    ("tipo_producto", "NULL"),
    ("numero_producto", "NULL"),
)
"""Submitted columns (dossier §3.1) and what a row without defects brings."""


def construir(ctx: Contexto) -> dict[str, int]:
    """Write the submission, the truths and the registers of the CET; give the control figures.

    Raises:
        InvarianteRota: the scale holds too few households for every situation.
    """
    hogares.construir(ctx)
    ctx.tomar("SELECT i FROM cet_persona")
    _filas(ctx)
    ctx.entrada(MECANISMO, _entrada())
    ctx.verdad(MECANISMO, "SELECT fila, estado, codigos, valor_centavos, caso FROM cet_fila")
    registros.construir(ctx, MECANISMO)
    segcovid.construir(ctx)
    _verdad_universo(ctx)
    control = _control(ctx)
    for tabla in ("cet_fila", "cet_persona", "cet_gente", "cet_hogar", "cet_universo"):
        ctx.con.execute(f"DROP TABLE {tabla}")
    return control


def _de_fila() -> list[tuple[str, Cambios]]:
    """Changes of each row with the condition of the row."""
    return [
        (f"caso = '{e.caso}' AND m = {p.m} AND copia = {p.copia}", p.entrada)
        for e in ESCENARIOS
        for p in e.papeles
    ]


def _filas(ctx: Contexto) -> None:
    """``cet_fila``: rows in the order of the file, with their truth.

    A further row of one person comes after the first; ``consecutivo`` counts inside each EPS.
    """
    valores = " ".join(f"WHEN {ano} THEN {valor}" for ano, valor in VALORES.items())
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_fila AS
        WITH ordenadas AS (
            SELECT p.*, q.copia, q.fila AS estado, q.codigos,
                   azar(i, 'cet_fila') + (1 - azar(i, 'cet_fila')) * q.copia / 4 AS lugar,
                   f::VARCHAR AS aislamiento_inicio
            FROM cet_persona p JOIN cet_papel q USING (caso, m) WHERE q.fila <> ''
        ), numeradas AS (
            SELECT *, row_number() OVER (ORDER BY lugar, i, copia) AS fila,
                   {hogares.valor("codigo_eps", "codigo_eps", _de_fila())} AS quien
            FROM ordenadas
        )
        SELECT *, (row_number() OVER (PARTITION BY quien ORDER BY fila))::VARCHAR AS consecutivo,
               CASE WHEN estado IN ({hogares.lista(LIDERES)}) THEN CASE year(f) {valores} END
                    ELSE 0 END::BIGINT AS valor_centavos
        FROM numeradas
        """
    )


def _entrada() -> str:
    cambios = _de_fila()
    columnas = ", ".join(columna(nombre, base, cambios) for nombre, base in _COLUMNAS)
    return f"SELECT fila, {columnas} FROM cet_fila"


def _verdad_universo(ctx: Contexto) -> None:
    """State and value of every case of the universe, in the order of its number.

    Written to ``<salida>/compensacion_rs/verdad_universo.parquet`` (id_caso, estado,
    valor_centavos). A case carries the value of its row when that row leads its núcleo.
    """
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_universo AS
        SELECT {segcovid.ID_CASO} AS id_caso, universo AS estado,
               coalesce((SELECT sum(valor_centavos) FROM cet_fila f WHERE f.i = p.i), 0)::BIGINT
                   AS valor_centavos
        FROM cet_persona p JOIN cet_papel q USING (caso, m) WHERE universo <> ''
        UNION ALL
        SELECT id_caso, '{casos.NUNCA}', 0 FROM cet_nunca
        UNION ALL
        SELECT {segcovid.ID_SEGUNDO}, '{casos.SIN_CLASIFICAR}', 0
        FROM cet_persona WHERE caso = 'ok_renumerado' AND m = 1
        """
    )
    ruta = ctx.salida / MECANISMO / "verdad_universo.parquet"
    ctx.con.execute(
        f"COPY (FROM cet_universo ORDER BY id_caso) TO '{ruta}' (FORMAT parquet, COMPRESSION zstd)"
    )


def _control(ctx: Contexto) -> dict[str, int]:
    """Figures to hold against the dossier (§6, §10); money in centavos."""
    con = ctx.con
    filas, valor = con.execute(
        "SELECT count(*), sum(valor_centavos)::BIGINT FROM cet_fila"
    ).fetchall()[0]
    por_estado = con.execute(
        "SELECT estado, count(*) FROM cet_universo GROUP BY estado ORDER BY estado"
    ).fetchall()
    aislamiento = con.execute(
        "SELECT count(*) FROM cet_persona JOIN cet_papel USING (caso, m) "
        f"WHERE universo = '{casos.GLOSADO}' AND contains(codigos || historia_codigos, 'CET-06')"
    ).fetchall()[0][0]
    personas = con.execute(
        "SELECT count(DISTINCT (tipo_documento, numero_documento)) FROM cet_historia "
        f"WHERE estado IN ('{casos.PAGADO}', '{casos.NUCLEO_PAGADO}')"
    ).fetchall()[0][0]
    estados = {f"casos_{estado}": n for estado, n in por_estado}
    return {
        "filas": filas,
        "valor_centavos": valor,
        **estados,
        "casos_publicados": sum(estados.values()),
        "glosas_aislamiento": aislamiento,
        "personas_pagadas": personas,
        "pagado_centavos": estados[f"casos_{casos.PAGADO}"] * CET_2020,
    }
