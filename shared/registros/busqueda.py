# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Fewer rows of a register: those of some keys, or those in force on a day.

Three ways, by how many keys are asked for (ADR 0011): ``buscar`` reads the row groups of a few
on their own; ``acotar`` writes more of them in the query, which reads the row groups that may
hold one; ``acotar_a`` joins any number with the whole register.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import duckdb
import pyarrow as pa

from shared.registros.carpeta import FuenteRegistro
from shared.registros.expresiones import ident, literal
from shared.registros.intervalos import sql_en
from shared.registros.pie import pie_de
from shared.tipos import InvarianteRota

MAXIMO_LITERALES: Final = 5_000
"""Keys up to which a list in the query costs less than a join, measured on 50 million rows."""

MAXIMO_DIRECTO: Final = 10
"""Keys up to which reading their row groups on their own costs less than a query."""

Valor = str | int | date | bool


def buscar(
    con: duckdb.DuckDBPyConnection,
    fuente: FuenteRegistro,
    valores: Mapping[str, Collection[Valor | None]],
    columnas: Sequence[str],
) -> pa.Table:
    """``columnas`` of the rows that ``acotar`` would leave; for a person or two, in milliseconds.

    A register of several Parquets, or one not sorted by any of the columns asked for, is
    queried.
    """
    buscados = {c: {v for v in lista if v is not None} for c, lista in valores.items()}
    if len(fuente.rutas) == 1:
        pie = pie_de(fuente.rutas[0])
        if {*columnas, *buscados} <= set(pie.columnas):
            grupos = pie.grupos(buscados)
            if len(grupos) <= MAXIMO_DIRECTO:
                return pie.leer(grupos, buscados, columnas)
    pedidas = ", ".join(map(ident, columnas))
    return con.sql(f"SELECT {pedidas} FROM ({acotar(fuente, valores).sql})").to_arrow_table()


def acotar(
    fuente: FuenteRegistro, valores: Mapping[str, Collection[Valor | None]]
) -> FuenteRegistro:
    """The register with only the rows whose columns have one of the values asked for.

    ``valores``: column → values; a row has to have one of each column. Nulls are never equal to
    anything, so they are left out; no value at all gives no rows. Whatever is asked of the result
    by those keys has the answer of the whole register.
    """
    condicion = " AND ".join(
        f"{ident(columna)} IN ({_lista(lista)})" if any(v is not None for v in lista) else "false"
        for columna, lista in valores.items()
    )
    if not condicion:
        return fuente
    historia = fuente.historia and fuente.historia.acotada(condicion)
    sql = historia.sql() if historia else fuente.sql
    return replace(fuente, sql=f"SELECT * FROM ({sql}) WHERE {condicion}", historia=historia)


def acotar_a(fuente: FuenteRegistro, claves: str, columnas: Sequence[str]) -> FuenteRegistro:
    """The register with only the rows whose ``columnas`` are together in the table ``claves``.

    For more keys than fit in a query: the register is read once, whole, and nothing of it is kept
    but what meets a key.
    """
    juntas = ", ".join(map(ident, columnas))
    historia = fuente.historia
    if historia is not None:
        historia = historia.acotada(f"({juntas}) IN (SELECT ({juntas}) FROM {ident(claves)})")
    sql = historia.sql() if historia else fuente.sql
    return replace(
        fuente,
        sql=f"SELECT * FROM ({sql}) SEMI JOIN {ident(claves)} USING ({juntas})",
        historia=historia,
    )


def estado_en(
    con: duckdb.DuckDBPyConnection, fuente: FuenteRegistro, dia: date
) -> duckdb.DuckDBPyRelation:
    """State of a register with ``desde`` and ``hasta`` on a day, both days included.

    A row without ``desde`` is in force on no day (conventions §5, *vigente on d*).
    """
    return con.sql(sql_en(fuente.sql, dia))


def _lista(valores: Collection[Valor | None]) -> str:
    return ", ".join(sorted(_literal(v) for v in set(valores) if v is not None))


def _literal(valor: Valor) -> str:
    match valor:
        case bool():
            return str(valor).lower()
        case int():
            return str(valor)
        case date():
            return f"DATE {literal(valor.isoformat())}"
        case str():
            return literal(valor)
    raise InvarianteRota(f"no se busca por valores {type(valor).__name__}")
