"""What the reader takes and gives: limits, batches, the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa

MIB: Final = 1024 * 1024

MARCA: Final = "\x1a"
"""Starts a cell that its source could not read; :data:`DEFECTOS_CELDA` has the message. Text
sources replace the character, so that no submitted text is taken for a mark."""

DEFECTOS_CELDA: Final = {
    "formula": "la celda tiene una fórmula. Copie la columna y pegue solo el valor.",
    "combinada": "la celda está combinada con otras. Quite la combinación y pegue el valor en "
    "cada celda.",
    "error": "la celda muestra un error de la hoja de cálculo, como #N/A. Escriba el valor.",
    "precision": "la celda es un número de más de 15 dígitos y la hoja de cálculo pierde los "
    "últimos. Dele formato de texto y pegue el valor otra vez.",
    "anidado": "se esperaba un solo valor y vino una lista o un objeto. Escriba un texto o un "
    "número.",
}


@dataclass(frozen=True)
class Limites:
    """How much a file may bring. Bytes unless said otherwise."""

    descomprimido: int = 2048 * MIB
    """Of the file, or of what the compressed file holds."""
    linea: int = MIB
    """Characters of one text line."""
    filas: int = 2_000_000
    columnas: int = 500
    hoja: int = 1024 * MIB
    """Of the XML parts of an XLSX together."""
    textos_hoja: int = 256 * MIB
    """Of the shared texts of an XLSX, which stay in memory."""
    celdas_hoja: int = 20_000_000
    """Rows × columns of the rectangle an XLSX sheet uses, which stay in memory."""


@dataclass(frozen=True)
class Lectura:
    """A file that was read. ``filas`` and ``forma`` are Parquet files inside ``destino``."""

    total: int
    con_error: int
    """Rows with at least one finding."""
    codificacion: str | None
    """Of a text file; ``None`` for XLSX, Parquet and JSON."""
    separador: str | None
    columnas_ignoradas: tuple[str, ...]
    avisos: tuple[str, ...]
    filas: Path
    """``fila``, every campo typed, ``forma_ok``."""
    forma: Path
    """``fila``, ``columna`` (null when the whole row is at fault), ``mensaje``."""
    novedades: Path | None = None
    """Columns of :data:`NOVEDADES`; only of a layout whose lines say what they do."""
    hojas: Mapping[str, Lectura] = field(default_factory=dict)
    """What the sheets that go with it held, by name; one without rows is left out."""


ARCHIVO_NOVEDADES: Final = "novedades.parquet"
NOVEDADES: Final = pa.schema(
    [
        ("linea", pa.int64()),
        ("consecutivo", pa.string()),
        ("tipo", pa.string()),
        ("paga", pa.bool_()),
        ("indicador", pa.string()),
        ("tipo_documento", pa.string()),
        ("numero_documento", pa.string()),
        ("accion", pa.string()),
        ("fila", pa.int64()),
    ]
)
"""One row per line that could be read, in their order: what it asks for and what it comes to
(``novedades.Accion``); ``fila`` is null if it is no row. The document is normalised, or null."""


@dataclass(frozen=True)
class Fuente:
    """An opened file: where each campo is, and its rows in batches.

    A batch has ``fila`` (data row from 1), ``hoja`` (row as a spreadsheet shows it), ``defecto``
    (message about the whole row, or null) and one text column ``c<i>`` per campo.
    """

    lotes: Iterator[pa.Table]
    columnas: tuple[int | None, ...]
    """Per campo, its position in the file from 0; ``None`` if absent."""
    con_letras: bool
    """Cells are named by spreadsheet letter too."""
    ignoradas: tuple[str, ...] = ()
    codificacion: str | None = None
    separador: str | None = None
    avisos: list[str] = field(default_factory=list)
    """May grow while ``lotes`` is consumed."""
    defectos: Mapping[str, str] = field(default_factory=dict)
    """More of :data:`DEFECTOS_CELDA`: those of the layout."""
    faltan: frozenset[str] = frozenset()
    """Columns that this file cannot bring, and so nobody asks of its rows."""
    novedades: pa.Table | None = None
    """Of a layout whose lines do something to what was reported before: :data:`NOVEDADES`."""


def letra(indice: int) -> str:
    """Spreadsheet letters of a column counted from 0: 0 → A, 26 → AA."""
    letras = ""
    indice += 1
    while indice:
        indice, resto = divmod(indice - 1, 26)
        letras = chr(65 + resto) + letras
    return letras


def esquema_lote(n: int) -> pa.Schema:
    """Arrow schema of a batch of ``n`` campos."""
    fijas = [("fila", pa.int64()), ("hoja", pa.int64()), ("defecto", pa.string())]
    return pa.schema(fijas + [(f"c{i}", pa.string()) for i in range(n)])
