"""Where expressions run. DuckDB in-process is the engine of this release.

A motor only answers what ``narwhals`` leaves to each engine: keep a partial result, ask for a
few values, write Parquet. Every rule, join and amount is written once, above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import duckdb
import narwhals as nw
import pyarrow as pa

from shared.db.duck import en_memoria
from shared.focalizacion.cruces import FECHA_CORTE, Marco

MEMORIA_MAXIMA = "3GB"
"""Of the 4 GB that a worker may use; the rest is Python and buffers outside DuckDB's count."""


class Motor(Protocol):
    """What the evaluation asks of an engine."""

    def leer_parquet(self, *rutas: Path) -> Marco:
        """Rows of one or more Parquet files of the same columns."""

    def guardar(self, marco: Marco, nombre: str) -> Marco:
        """Compute once and keep it for this evaluation; ``nombre`` tells what it is."""

    def escribir(self, marco: Marco, ruta: Path) -> None:
        """Write one Parquet file."""

    def filas(self, marco: Marco) -> list[dict[str, Any]]:
        """A small result as Python values."""


class MotorDuckDB:
    """DuckDB on one connection, with a memory limit and its spill folder."""

    def __init__(self, conexion: duckdb.DuckDBPyConnection) -> None:
        self.conexion = conexion
        self._guardados = count(1)

    @classmethod
    @contextmanager
    def abrir(cls, temporal: Path, *, hilos: int | None = None) -> Iterator[MotorDuckDB]:
        """An in-memory database that spills to ``temporal`` and is closed at the end."""
        with en_memoria() as conexion:
            conexion.execute(f"SET memory_limit = '{MEMORIA_MAXIMA}'")
            conexion.execute("SET temp_directory = ?", [str(temporal)])
            conexion.execute("SET parquet_metadata_cache = true")
            if hilos is not None:
                conexion.execute("SET threads = ?", [hilos])
            yield cls(conexion)

    def leer_parquet(self, *rutas: Path) -> Marco:
        relacion = self.conexion.read_parquet([str(r) for r in rutas], union_by_name=True)
        return nw.from_native(relacion)

    def guardar(self, marco: Marco, nombre: str) -> Marco:
        tabla = f"{nombre}_{next(self._guardados)}"
        marco.to_native().create(tabla)
        return nw.from_native(self.conexion.table(tabla))

    def escribir(self, marco: Marco, ruta: Path) -> None:
        marco.to_native().write_parquet(str(ruta), compression="zstd")

    def filas(self, marco: Marco) -> list[dict[str, Any]]:
        tabla: pa.Table = marco.collect("pyarrow").to_native()
        return list(tabla.to_pylist())


def cortes_de(motor: Motor, registro: Marco) -> Sequence[date]:
    """Distinct ``fecha_corte`` of a register, ascending; none if it has no such column."""
    if FECHA_CORTE not in registro.collect_schema().names():
        return ()
    distintos = motor.filas(
        registro.group_by(FECHA_CORTE).agg(nw.len().alias("__n")).select(FECHA_CORTE)
    )
    return sorted(f[FECHA_CORTE] for f in distintos if f[FECHA_CORTE] is not None)
