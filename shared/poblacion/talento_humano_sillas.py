# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Seats of the submission of talento humano: department of the reporter, perfil and case.

Paid seats come from the published figures, with the LIQUIDADO cases among them; every other case
adds its own seats, each in the place of a paid one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from shared.poblacion import talento_humano_casos as casos
from shared.poblacion.contexto import Contexto
from shared.poblacion.talento_humano_casos import ENCIMA, LIQUIDADOS, Caso, Copia
from shared.poblacion.talento_humano_mezcla import CODIGOS, SINTETICO, Departamento
from shared.registros.expresiones import lista, literal

OK: Final = "ok"
"""A row with nothing to say of it."""


def tabla_de_casos(ctx: Contexto) -> None:
    """Table ``ths_casos``: what is written of each case, and how many rows of it."""
    todos: list[Caso | Copia] = [*LIQUIDADOS, *ENCIMA, *casos.COPIAS]
    filas = ", ".join(
        f"({literal(c.nombre)}, {ctx.plan.n(c.n)}, {literal(c.codigos)}, {literal(c.estado)})"
        for c in todos
    )
    ctx.con.execute(
        "CREATE OR REPLACE TEMP TABLE ths_casos AS "
        f"SELECT * FROM (VALUES {filas}, ('{OK}', 0, '', '{casos.LIQUIDADO}')) "
        "AS t(caso, n, codigos, estado)"
    )


def sillas(ctx: Contexto, lugares: Sequence[Departamento]) -> None:
    """Table ``ths_sillas``: s, departamento, grupo, codigo_perfil, caso, extranjero."""
    mezcla = ", ".join(
        f"({literal(lugar.codigo)}, {grupo}, {n})"
        for lugar in lugares
        for grupo, n in enumerate(lugar.mezcla, start=1)
    )
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_pagadas AS
        SELECT row_number() OVER (ORDER BY departamento = '', departamento, grupo, k) AS s,
               departamento, grupo
        FROM (SELECT *, unnest(range(n)) AS k FROM (VALUES {mezcla}) AS t(departamento, grupo, n))
        """
    )
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_sillas AS
        WITH sentadas AS (
            SELECT s, departamento, grupo, coalesce(caso, '{OK}') AS caso
            FROM ths_pagadas LEFT JOIN ({_reparto(ctx)}) USING (s)
            UNION ALL ({_encima(ctx)})
        )
        SELECT *, {_perfil()} AS codigo_perfil, {_es(lambda c: c.extranjero)} AS extranjero
        FROM sentadas
        """
    )


def _reparto(ctx: Contexto) -> str:
    """Seats (s) of each LIQUIDADO case: drawn first where the case asks for a group."""
    exigentes = [c for c in LIQUIDADOS if c.grupo]
    libres = [c for c in LIQUIDADOS if not c.grupo]
    ramas = [
        _tramos(ctx, [c for c in exigentes if c.grupo == grupo], f"grupo = {grupo}")
        for grupo in sorted({c.grupo for c in exigentes if c.grupo})
    ]
    primeras = " UNION ALL ".join(ramas)
    return f"""
        WITH primeras AS ({primeras})
        FROM primeras
        UNION ALL {_tramos(ctx, libres, "s NOT IN (SELECT s FROM primeras)")}
    """


def _tramos(ctx: Contexto, lista_de_casos: Sequence[Caso], donde: str) -> str:
    """Consecutive stretches of the seats ``donde``, in an order drawn by lot."""
    ramas, desde = [], 0
    for caso in lista_de_casos:
        desde += ctx.plan.n(caso.n)
        ramas.append(f"WHEN orden <= {desde} THEN '{caso.nombre}'")
    return f"""
        (SELECT s, CASE {" ".join(ramas)} END AS caso FROM (
            SELECT s, row_number() OVER (ORDER BY azar(s, 'ths-caso'), s) AS orden
            FROM ths_pagadas WHERE {donde}
        ) WHERE orden <= {desde})
    """


def _encima(ctx: Contexto) -> str:
    """Seats on top, each with the department and group of a paid one that is not of the INS."""
    filas = ", ".join(
        f"({k}, '{c.nombre}', {ctx.plan.n(c.n)}, {c.grupo or 0})" for k, c in enumerate(ENCIMA)
    )
    ((pagadas, con_departamento),) = ctx.con.execute(
        "SELECT count(*), count(*) FILTER (departamento <> '') FROM ths_pagadas"
    ).fetchall()
    return f"""
        SELECT e.s, departamento, CASE WHEN e.grupo > 0 THEN e.grupo ELSE p.grupo END AS grupo, caso
        FROM (
            SELECT {pagadas} + row_number() OVER (ORDER BY k, r) AS s, caso, grupo
            FROM (SELECT *, unnest(range(n)) AS r FROM (VALUES {filas}) AS t(k, caso, n, grupo))
        ) AS e JOIN ths_pagadas AS p
          ON p.s = 1 + azar_entero(e.s, 'ths-espejo', {con_departamento})
    """


def _perfil() -> str:
    """One perfil of the group, the commonest first; without value where the case asks for it."""
    auxiliar, profesional, medico, especialista = CODIGOS
    sin_valor = casos.PERFILES_SIN_VALOR
    return f"""
        CASE WHEN {_es(lambda c: c.sin_valor)}
             THEN ([{lista(sin_valor)}])[1 + azar_entero(s, 'ths-perfil', {len(sin_valor)})]
             WHEN grupo = 1 THEN '{auxiliar[0]}'
             WHEN grupo = 2 THEN ([{lista(profesional)}])[
                 1 + greatest(azar_entero(s, 'ths-perfil', 10) - 7, 0)]
             WHEN grupo = 3 THEN '{medico[0]}'
             WHEN grupo = 4 THEN ([{lista(especialista)}])[1 + azar_entero(s, 'ths-perfil', 2)]
             ELSE '{SINTETICO[0]}' END
    """


def _es(condicion: Callable[[Caso], bool]) -> str:
    """SQL condition: the case of the seat is one of those that meet ``condicion``."""
    nombres = [c.nombre for c in (*LIQUIDADOS, *ENCIMA) if condicion(c)]
    return f"caso IN ({lista(nombres)})"
