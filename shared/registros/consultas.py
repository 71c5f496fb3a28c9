"""Small helpers over a DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from shared.db.duck import en_memoria
from shared.tipos import InvarianteRota

MEMORIA: Final = "2GB"
"""For DuckDB alone: with the blocks being decoded, the process stays under 4 GB."""


@contextmanager
def conexion(temporal: Path, memoria: str = MEMORIA) -> Iterator[duckdb.DuckDBPyConnection]:
    """In-memory DuckDB that spills to ``temporal`` beyond ``memoria``."""
    con = en_memoria(
        memory_limit=memoria,
        temp_directory=str(temporal / "duckdb"),
        # Rows carry their number, so their order need not be kept in memory.
        preserve_insertion_order=False,
    )
    try:
        yield con
    finally:
        con.close()


def consultar(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Every row, fetched: DuckDB refuses other work while a result is unfinished."""
    return con.execute(sql).fetchall()


def una_fila(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """The only row of a query."""
    filas = consultar(con, sql)
    if len(filas) != 1:
        raise InvarianteRota("la consulta no devolvió una sola fila")
    return filas[0]
