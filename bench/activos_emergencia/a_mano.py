"""The same outcome by a query written by hand, ``a_mano.sql``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from bench.focalizacion.variante import HILOS, MEMORIA, correr
from shared.normativa import tablas

CONSULTA: Final = Path(__file__).with_name("a_mano.sql")


def evaluar(datos: Path, salida: Path) -> None:
    """Run the query with the limits the engine has."""
    variables = {
        "filas": str(datos / "entrada" / "filas.parquet"),
        "cortes": str(datos / "cortes"),
        "tablas": str(tablas.CARPETA),
    }
    with duckdb.connect(":memory:") as conexion:
        conexion.execute("SET enable_progress_bar = false")
        conexion.execute(f"SET threads = {HILOS}")
        conexion.execute(f"SET memory_limit = '{MEMORIA}'")
        conexion.execute("SET temp_directory = ?", [str(salida / "temporal")])
        for nombre, valor in variables.items():
            conexion.execute(f"SET VARIABLE {nombre} = ?", [valor])
        # COPY takes its file only as a literal.
        consulta = CONSULTA.read_text(encoding="utf-8")
        conexion.execute(consulta.replace("{salida}", str(salida)))


if __name__ == "__main__":
    correr(evaluar)
