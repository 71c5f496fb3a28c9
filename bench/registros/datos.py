"""A BDUA master of any size: ``python -m bench.registros.datos <folder> <rows>|utf8``."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import duckdb

CP1252: Final = "EPS044MS0001012020.TXT"
UTF8: Final = "maestro.utf8.txt"
_POR_VEZ: Final = 200_000
_HILOS: Final = os.cpu_count() or 1
_TROZO: Final = 32 * 2**20


def preparar(con: duckdb.DuckDBPyConnection) -> None:
    """Install the macros that make rows."""
    con.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def escribir(carpeta: Path, filas: int) -> None:
    """The master, in blocks of lines that end in CRLF; some blocks are made at a time."""
    with (
        duckdb.connect() as con,
        ThreadPoolExecutor(_HILOS) as hilos,
        (carpeta / CP1252).open("wb") as salida,
    ):
        preparar(con)
        tanda = _POR_VEZ * _HILOS
        for desde in range(0, filas, tanda):
            lotes = range(desde, min(filas, desde + tanda), _POR_VEZ)
            for lote in hilos.map(lambda i: _lote(con, i, min(filas, i + _POR_VEZ)), lotes):
                salida.write(lote)


def _lote(con: duckdb.DuckDBPyConnection, desde: int, hasta: int) -> bytes:
    with con.cursor() as propia:
        lineas = propia.execute(
            "SELECT string_agg(linea(i), chr(13) || chr(10) ORDER BY i) FROM range(?, ?) t(i)",
            [desde, hasta],
        ).fetchall()
    return f"{lineas[0][0]}\r\n".encode("cp1252")


def recodificar(carpeta: Path) -> None:
    """The UTF-8 copy that DuckDB needs: a cp1252 byte is always one character."""
    with (carpeta / CP1252).open("rb") as entrada, (carpeta / UTF8).open("wb") as salida:
        while trozo := entrada.read(_TROZO):
            salida.write(trozo.decode("cp1252").encode())


if __name__ == "__main__":
    if sys.argv[2] == "utf8":
        recodificar(Path(sys.argv[1]))
    else:
        escribir(Path(sys.argv[1]), int(sys.argv[2]))
