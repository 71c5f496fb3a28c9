# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""BDUA masters as the ADRES gives them: no header, commas, no quotes, DD/MM/AAAA, cp1252.

One file per EPS and régimen, ``<ENT6>MS00<DDMMAAAA>.TXT`` or ``MC`` (registers §3). A master
says how each person is on its day: closed intervals are not in it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from shared.poblacion.escritura import FECHA_CORTE
from shared.registros.catalogo import esquema_de
from shared.registros.expresiones import ident, literal
from shared.registros.model import Clase, EsquemaRegistro
from shared.tipos import InvarianteRota

VERSION: Final = "bdua_maestro_43"
TIPO: Final = {"S": "MS", "C": "MC"}
LOTE: Final = 1_000_000
"""Rows turned into text at a time."""


def escribir_maestros(con: duckdb.DuckDBPyConnection, bdua: Path, carpeta: Path) -> list[Path]:
    """Write the masters of the canonical ``bdua`` into ``carpeta``; rows keep its order."""
    carpeta.mkdir(parents=True, exist_ok=True)
    dia = date.fromisoformat(FECHA_CORTE).strftime("%d%m%Y")
    rutas: dict[Path, None] = {}
    origen = f"read_parquet({literal(str(bdua))}, file_row_number = true)"
    (total,) = con.execute(f"SELECT count(*) FROM {origen}").fetchone() or (0,)
    for desde in range(0, total, LOTE):
        for eps, regimen, texto in con.execute(
            f"""
            SELECT codigo_eps, regimen, string_agg({_linea()}, '' ORDER BY file_row_number)
            FROM {origen}
            WHERE file_row_number >= {desde} AND file_row_number < {desde + LOTE} AND hasta IS NULL
            GROUP BY codigo_eps, regimen ORDER BY codigo_eps, regimen
            """
        ).fetchall():
            ruta = carpeta / f"{eps}{TIPO[regimen]}00{dia}.TXT"
            rutas[ruta] = None
            with ruta.open("ab") as archivo:
                archivo.write(texto.encode("cp1252"))
    return list(rutas)


def _linea() -> str:
    """The row as a line: each position of the layout, and CRLF. ``concat`` writes no null."""
    esquema = esquema_de("bdua")
    celdas = ", ',', ".join(_celda(esquema, nombre) for nombre in _posiciones(esquema))
    return f"concat({celdas}, chr(13), chr(10))"


def _posiciones(esquema: EsquemaRegistro) -> tuple[str, ...]:
    for formato in esquema.formatos:
        if formato.nombre == VERSION:
            return formato.posiciones
    raise InvarianteRota(f"bdua no declara el formato {VERSION}")


def _celda(esquema: EsquemaRegistro, nombre: str) -> str:
    columna = esquema.columna(nombre)
    if columna.tipo.clase is Clase.FECHA:
        return f"strftime({ident(nombre)}, '%d/%m/%Y')"
    return ident(nombre)
