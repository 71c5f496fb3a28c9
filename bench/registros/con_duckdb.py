"""DuckDB alone over the UTF-8 copy: all text, sorted by document, to Parquet.

No types, no numbers of row, no quarantine (broken lines are skipped), no resuming.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import duckdb

from bench.registros.datos import UTF8
from shared.registros.consultas import MEMORIA


def main(carpeta: Path) -> None:
    """Write ``<carpeta>/duckdb.parquet``; prints seconds, seconds of processor and rows."""
    columnas = ", ".join(f"c{i}: 'VARCHAR'" for i in range(1, 44))
    inicio, procesador = time.perf_counter(), time.process_time()
    with duckdb.connect(
        config={
            "memory_limit": MEMORIA,
            "temp_directory": str(carpeta / "derrame"),
            "preserve_insertion_order": False,
        }
    ) as con:
        con.execute(
            f"COPY (SELECT * FROM read_csv('{carpeta / UTF8}', delim = ',', quote = '', "
            "escape = '', header = false, auto_detect = false, ignore_errors = true, "
            f"columns = {{{columnas}}}) ORDER BY c5, c6) "
            f"TO '{carpeta / 'duckdb.parquet'}' (FORMAT parquet)"
        )
        tiempo, cpu = time.perf_counter() - inicio, time.process_time() - procesador
        filas = con.sql(f"SELECT count(*) FROM '{carpeta / 'duckdb.parquet'}'").fetchall()
    print(tiempo, cpu, filas[0][0])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
