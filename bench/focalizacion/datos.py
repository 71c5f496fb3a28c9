"""Write the generated submission and registers, ``datos.sql``, as Parquet."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Final

import duckdb

from bench.focalizacion.variante import REGISTROS

CONSULTA: Final = Path(__file__).with_name("datos.sql")
FILAS_POR_SEDE: Final = 325
"""A sede has 3.75 beds on average, for 90 days; a few less, so that rows are not short."""


def generar(destino: Path, *, filas: int, semilla: int) -> None:
    """One file per table; the same seed gives the same rows.

    Raises:
        ValueError: the sedes of so few rows happened to have too few beds.
    """
    with duckdb.connect(":memory:") as conexion:
        sedes = math.ceil(filas / FILAS_POR_SEDE) + 2
        for nombre, valor in {"filas": filas, "sedes": sedes, "semilla": semilla}.items():
            conexion.execute(f"SET VARIABLE {nombre} = {valor}")
        conexion.execute(CONSULTA.read_text(encoding="utf-8"))
        hechas = conexion.execute("SELECT count(*) FROM filas").fetchall()[0][0]
        if hechas != filas:
            raise ValueError(f"se generaron {hechas} filas de {filas}: pruebe otra semilla")
        for tabla in ("filas", "forma", *REGISTROS):
            conexion.execute(f"COPY {tabla} TO '{destino / tabla}.parquet' (COMPRESSION zstd)")


if __name__ == "__main__":
    generar(Path(sys.argv[1]), filas=int(sys.argv[2]), semilla=int(sys.argv[3]))
