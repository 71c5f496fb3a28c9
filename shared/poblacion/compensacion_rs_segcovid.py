# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""SEGCOVID: the cases of the universe, those confirmed before it, contacts and discarded people.

The published 181,565 are all the confirmed cases after 2020-08-10 that SEGCOVID held, so the rest
of its volume comes from before that day, where the figures are the national ones of the INS.
"""

from __future__ import annotations

from typing import Final

from shared.poblacion import compensacion_rs_casos as casos
from shared.poblacion.compensacion_rs_casos import ESCENARIOS
from shared.poblacion.compensacion_rs_hogares import columna
from shared.poblacion.contexto import Contexto

ID_CASO: Final = "'C' || lpad(i::VARCHAR, 9, '0')"
ID_SEGUNDO: Final = "'R' || lpad(i::VARCHAR, 9, '0')"
"""A number SEGCOVID gave to somebody who already had one."""
CORTE: Final = "DATE '2021-02-15'"
PREVIOS: Final = 393_000
"""Confirmed until 2020-08-10 by the INS, less those whom the submission names."""
CONTACTOS: Final = 700_000
DESCARTADOS: Final = 350_000
"""Both our design choice: the sizes of SEGCOVID are not published."""
SOLOS: Final = 0.02
"""Never delivered and in no other register (foreigners, the uninsured): our approximation."""
DOCUMENTO_SOLO: Final = 1_535_000_000
CON_SEGUIMIENTO: Final = 0.30
NO_CUMPLE_NUNCA: Final = 0.03
"""Of the never delivered, those whom the follow-up found outside."""
DOS_VECES: Final = 0.0005
"""Earlier cases that an extract brought twice, word for word (registers §8)."""
FECHA_ROTA: Final = 0.001
"""Dates that came as 1900-00-00 and are kept as that sentinel (registers §8)."""


def construir(ctx: Contexto) -> None:
    """Contribute every row of ``segcovid``; leaves ``cet_nunca``, the cases never delivered."""
    _libres(ctx)
    ctx.aportar("segcovid", _de_los_casos())
    ctx.aportar("segcovid", _segundos())
    ctx.aportar("segcovid", _confirmados("cet_nunca"))
    ctx.aportar("segcovid", _confirmados("cet_previo"))
    ctx.aportar(
        "segcovid", f"{_confirmados('cet_previo')} WHERE azar(i, 'cet_dos_veces') < {DOS_VECES}"
    )
    ctx.aportar("segcovid", _contactos(ctx))
    ctx.aportar("segcovid", _descartados(ctx))
    ctx.con.execute("DROP TABLE cet_libre; DROP TABLE cet_previo")


def _libres(ctx: Contexto) -> None:
    """People of the turns in no chosen household, shuffled, each with at most one use."""
    ctx.con.execute(
        """
        CREATE OR REPLACE TEMP TABLE cet_libre AS
        SELECT i, edad, regimen, codigo_eps, codigo_municipio,
               row_number() OVER (PARTITION BY regimen ORDER BY azar(i, 'cet_libre'), i) AS puesto
        FROM cet_gente ANTI JOIN cet_persona USING (i)
        """
    )
    nunca = ctx.plan.n(casos.TOTALES[casos.NUNCA])
    _confirmar(ctx, "cet_nunca", "ventana", f"regimen = 'S' AND puesto <= {nunca}", SOLOS)
    _confirmar(
        ctx,
        "cet_previo",
        "previa",
        f"puesto > {nunca} AND puesto <= {nunca + ctx.plan.n(PREVIOS) // 2}",
        0,
    )


def _confirmar(ctx: Contexto, tabla: str, tramo: str, quienes: str, solos: float) -> None:
    """People with the day they were confirmed by the curve; some with a document of nobody."""
    solo = f"azar(i, 'cet_solo') < {solos}"
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {tabla} AS
        SELECT {ID_CASO} AS id_caso, i, codigo_eps, codigo_municipio, c.fecha AS f,
               row_number() OVER (ORDER BY i) AS puesto,
               CASE WHEN {solo} THEN 'CC' ELSE doc_tipo(i, edad) END AS tipo_documento,
               CASE WHEN {solo} THEN ({DOCUMENTO_SOLO} + row_number() OVER (ORDER BY i))::VARCHAR
                    ELSE doc_numero(i, edad) END AS numero_documento
        FROM (SELECT *, azar(i, 'cet_dia') AS suerte FROM cet_libre WHERE {quienes}) p
        ASOF JOIN (FROM cet_curva WHERE tramo = '{tramo}') c ON suerte >= c.antes
        """
    )


def _seguimiento(cumple: str) -> tuple[tuple[str, str], ...]:
    """Columns every confirmed case brings beside its identity."""
    return (
        ("clasificacion", "'CONFIRMADO'"),
        (
            "fecha_inicio_sintomas",
            f"CASE WHEN azar(i, 'cet_rota') < {FECHA_ROTA} THEN DATE '1900-01-01' "
            "WHEN azar(i, 'cet_sintomas') < 0.8 "
            "THEN f - 1 - azar_entero(i, 'cet_fis', 9)::INTEGER END",
        ),
        ("fecha_confirmacion", "f"),
        ("ubicacion", "CASE WHEN azar(i, 'cet_ubicacion') < 0.95 THEN 'CASA' ELSE 'HOSPITAL' END"),
        ("aislamiento_inicio", "f"),
        ("aislamiento_fin", "f + 13"),
        ("cumple_aislamiento", cumple),
        (
            "fecha_ultimo_seguimiento",
            f"CASE WHEN azar(i, 'cet_seguida') < {CON_SEGUIMIENTO} THEN f + 13 END",
        ),
        ("fecha_corte", CORTE),
    )


_IDENTIDAD: Final = (
    ("tipo_registro", "'CASO'"),
    ("id_caso_indice", "NULL::VARCHAR"),
    ("tipo_documento", "tipo_documento"),
    ("numero_documento", "numero_documento"),
    ("codigo_eps", "codigo_eps"),
    ("codigo_municipio", "codigo_municipio"),
)
_CUMPLE: Final = f"CASE WHEN azar(i, 'cet_seguida') < {CON_SEGUIMIENTO} THEN 'SI' END"


def _de_los_casos() -> str:
    """The people of the submission and of ``historia`` who have a case of any kind."""
    cambios = [
        (f"caso = '{e.caso}' AND m = {p.m}", p.segcovid)
        for e in ESCENARIOS
        for p in e.papeles
        if not p.copia
    ]
    columnas = (*_IDENTIDAD, *_seguimiento(_CUMPLE))
    return (
        f"SELECT {ID_CASO} AS id_caso, {', '.join(columna(c, b, cambios) for c, b in columnas)} "
        "FROM cet_persona JOIN cet_papel USING (caso, m) WHERE copia = 0 AND con_caso"
    )


def _segundos() -> str:
    """Further cases of people who already have one: the earlier of the window is theirs."""
    cambios = [(f"caso = '{e.caso}'", e.segunda) for e in ESCENARIOS if e.segunda]
    columnas = (*_IDENTIDAD, *_seguimiento(_CUMPLE))
    return (
        f"SELECT {ID_SEGUNDO} AS id_caso, "
        f"{', '.join(columna(c, b, cambios) for c, b in columnas)} "
        f"FROM cet_persona WHERE m = 1 AND ({' OR '.join(si for si, _ in cambios)})"
    )


def _confirmados(tabla: str) -> str:
    cumple = (
        f"CASE WHEN azar(i, 'cet_seguida') < {NO_CUMPLE_NUNCA} THEN 'NO' "
        f"WHEN azar(i, 'cet_seguida') < {CON_SEGUIMIENTO} THEN 'SI' END"
    )
    columnas = ", ".join(f"{b} AS {c}" for c, b in (*_IDENTIDAD, *_seguimiento(cumple)))
    return f"SELECT id_caso, {columnas} FROM {tabla}"


def _contactos(ctx: Contexto) -> str:
    """People who were near a confirmed case; none of them is one."""
    return f"""
        SELECT 'K' || lpad(l.i::VARCHAR, 9, '0') AS id_caso, 'CONTACTO' AS tipo_registro,
               c.id_caso AS id_caso_indice, doc_tipo(l.i, l.edad) AS tipo_documento,
               doc_numero(l.i, l.edad) AS numero_documento, l.codigo_eps, c.codigo_municipio,
               ['SOSPECHOSO', 'SOSPECHOSO', 'PROBABLE', 'DESCARTADO'][
                   1 + azar_entero(l.i, 'cet_contacto', 4)] AS clasificacion,
               'CASA' AS ubicacion, c.f AS aislamiento_inicio, c.f + 13 AS aislamiento_fin,
               c.f + 7 AS fecha_ultimo_seguimiento, {CORTE} AS fecha_corte
        FROM (SELECT *, 1 + i % (SELECT count(*) FROM cet_previo) AS indice FROM cet_libre
              WHERE {_tras_confirmados(ctx, 0, CONTACTOS)}) l
        JOIN cet_previo c ON c.puesto = l.indice
    """


def _descartados(ctx: Contexto) -> str:
    """People followed as a case whom the laboratory cleared."""
    return f"""
        SELECT 'S' || lpad(l.i::VARCHAR, 9, '0') AS id_caso, 'CASO' AS tipo_registro,
               doc_tipo(l.i, l.edad) AS tipo_documento,
               doc_numero(l.i, l.edad) AS numero_documento, l.codigo_eps, l.codigo_municipio,
               ['DESCARTADO', 'DESCARTADO', 'DESCARTADO', 'SOSPECHOSO'][
                   1 + azar_entero(l.i, 'cet_descarte', 4)] AS clasificacion,
               c.fecha - 2 AS fecha_inicio_sintomas, 'CASA' AS ubicacion, {CORTE} AS fecha_corte
        FROM (SELECT *, azar(i, 'cet_dia') AS suerte FROM cet_libre
              WHERE {_tras_confirmados(ctx, CONTACTOS, DESCARTADOS)}) l
        ASOF JOIN (FROM cet_curva WHERE tramo = 'previa') c ON suerte >= c.antes
    """


def _tras_confirmados(ctx: Contexto, saltar: int, cuantos: int) -> str:
    """``cuantos`` people, half of each régimen, ``saltar`` places after the confirmed ones."""
    desde = (
        ctx.plan.n(casos.TOTALES[casos.NUNCA]) + ctx.plan.n(PREVIOS) // 2 + ctx.plan.n(saltar) // 2
    )
    return f"puesto > {desde} AND puesto <= {desde + ctx.plan.n(cuantos) // 2}"
