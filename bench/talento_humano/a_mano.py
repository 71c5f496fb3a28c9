"""The same outcome by two queries written by hand: ``leer.sql`` types, ``juzgar.sql`` decides."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import duckdb

from shared.focalizacion.motor import MEMORIA_MAXIMA
from shared.normativa import tablas

AQUI: Final = Path(__file__).parent


def main(pais: Path, salida: Path) -> None:
    """Run them and print seconds: whole, of processor, and of the second."""
    salida.mkdir(parents=True, exist_ok=True)
    inicio, procesador = time.perf_counter(), time.process_time()
    with duckdb.connect(":memory:") as con:
        con.execute(f"SET memory_limit = '{MEMORIA_MAXIMA}'")
        con.execute("SET temp_directory = ?", [str(salida / "temporal")])
        con.execute("SET parquet_metadata_cache = true")
        for variable, valor in (("pais", pais), ("tablas", tablas.CARPETA)):
            con.execute(f"SET VARIABLE {variable} = ?", [str(valor)])
        catalogo = pais / "cortes" / "ths_perfiles.parquet"
        origen = catalogo if catalogo.is_file() else tablas.ruta("ths_perfiles")
        con.execute(f"CREATE VIEW catalogo AS FROM '{origen}'")
        con.execute((AQUI / "leer.sql").read_text(encoding="utf-8"))
        leido = time.perf_counter()
        # COPY takes its file only as a literal.
        consulta = (AQUI / "juzgar.sql").read_text(encoding="utf-8")
        con.execute(consulta.replace("{salida}", str(salida)))
    fin = time.perf_counter()
    print(fin - inicio, time.process_time() - procesador, fin - leido)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
