"""DuckDB in memory, as every part of the suite opens it."""

from __future__ import annotations

import duckdb


def en_memoria(**config: str | int | bool) -> duckdb.DuckDBPyConnection:
    """A connection to a database of its own, that never writes a progress bar.

    The bar is on by default where Python looks interactive, goes to standard output beside what a
    command prints there, and can only be turned off once connected.
    """
    con = duckdb.connect(":memory:", config={**config})
    con.execute("SET enable_progress_bar = false")
    return con
