"""The same outcome by a query written by hand, ``a_mano.sql``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from bench.focalizacion.variante import HILOS, MEMORIA, correr

CONSULTA: Final = Path(__file__).with_name("a_mano.sql")


def focalizar(datos: Path, salida: Path) -> None:
    """Run the query with the limits the engine has."""
    with duckdb.connect(":memory:") as conexion:
        conexion.execute(f"SET threads = {HILOS}")
        conexion.execute(f"SET memory_limit = '{MEMORIA}'")
        conexion.execute("SET temp_directory = ?", [str(salida / "temporal")])
        conexion.execute("SET VARIABLE datos = ?", [str(datos)])
        consulta = CONSULTA.read_text(encoding="utf-8")
        # COPY takes its file only as a literal.
        conexion.execute(consulta.replace("{salida}", str(salida)))


if __name__ == "__main__":
    correr(focalizar)
