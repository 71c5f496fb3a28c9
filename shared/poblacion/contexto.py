# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""What a part of the synthetic country is given and what it gives back.

A part (anticipo, pruebas…) reads ``gente`` and ``prestadores``, takes people of its own turns,
and contributes rows to registers, its submission and the truth of every submitted row. Rows wait
as Parquet pieces; ``generar`` joins the pieces of each register, sorts them by a unique key and
writes one file, so two runs with one seed are equal byte by byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from shared.poblacion.plan import BLOQUES, Plan
from shared.registros.expresiones import literal

VERDAD: Final = "fila BIGINT, estado VARCHAR, codigos VARCHAR, valor_centavos BIGINT, caso VARCHAR"


@dataclass
class Contexto:
    """One run: a DuckDB connection with the country in it, and a folder for pieces."""

    con: duckdb.DuckDBPyConnection
    plan: Plan
    trabajo: Path
    """Pieces in progress; gone when the run ends."""
    salida: Path
    piezas: dict[str, list[Path]] = field(default_factory=dict)
    """Register → pieces contributed, in order."""
    tomados: list[Path] = field(default_factory=list)
    """Pieces with the ``i`` of the people that a part writes itself."""

    def turnos(self, mecanismo: str) -> str:
        """Condition on ``turno`` for the households of a mechanism."""
        bloque = BLOQUES[mecanismo]
        return f"turno BETWEEN {bloque.start} AND {bloque.stop - 1}"

    def aportar(self, registro: str, sql: str) -> None:
        """Rows for a register: ``sql`` names canonical columns; those it omits are empty."""
        pieza = self._escribir(f"{registro}-{len(self.piezas.get(registro, []))}", sql)
        self.piezas.setdefault(registro, []).append(pieza)

    def tomar(self, sql: str) -> None:
        """``sql`` gives a column ``i``: these people get no rows from the base registers."""
        self.tomados.append(self._escribir(f"tomados-{len(self.tomados)}", sql))

    def entrada(self, mecanismo: str, sql: str) -> Path:
        """The submission: ``sql`` gives ``fila`` (1…n) and the submitted columns, all text.

        Written to ``<salida>/<mecanismo>/entrada.parquet`` in the order of ``fila``, without it.
        """
        return self._publicar(mecanismo, "entrada", f"SELECT * EXCLUDE (fila) FROM ({sql})")

    def verdad(self, mecanismo: str, sql: str) -> Path:
        """What must come out: fila, estado, codigos (ascending, ``;``), valor_centavos, caso.

        ``caso`` names the defect injected, or is ``ok``. Known when the row is made: no rule runs.
        """
        columnas = "fila, estado, codigos, valor_centavos, caso"
        return self._publicar(mecanismo, "verdad", f"SELECT {columnas} FROM ({sql})")

    def propio(self, mecanismo: str, nombre: str, sql: str, orden: str) -> Path:
        """A register only this mechanism reads (``historia``, ``montos_r2461``, ``familiares``).

        Written to ``<salida>/<mecanismo>/cortes/<nombre>.parquet``; ``orden`` is a unique key.
        """
        ruta = self.salida / mecanismo / "cortes" / f"{nombre}.parquet"
        ruta.parent.mkdir(parents=True, exist_ok=True)
        self._copiar(f"SELECT * FROM ({sql}) ORDER BY {orden}", ruta)
        return ruta

    def _publicar(self, mecanismo: str, nombre: str, seleccion: str) -> Path:
        ruta = self.salida / mecanismo / f"{nombre}.parquet"
        ruta.parent.mkdir(parents=True, exist_ok=True)
        self._copiar(f"{seleccion} ORDER BY fila", ruta)
        return ruta

    def _escribir(self, nombre: str, sql: str) -> Path:
        ruta = self.trabajo / f"{nombre}.parquet"
        self._copiar(sql, ruta)
        return ruta

    def _copiar(self, sql: str, ruta: Path) -> None:
        destino = literal(str(ruta))
        self.con.execute(f"COPY ({sql}) TO {destino} (FORMAT parquet, COMPRESSION zstd)")
