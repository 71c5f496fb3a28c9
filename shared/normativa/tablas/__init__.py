"""Published tables shipped with the suite: one CSV each, with its source and grade in the file.

They are data of the norms (tariffs, profiles, UPC, EPS, DIVIPOLA), so the concepts and the
mechanisms read one copy. Money in them is whole pesos unless the header says ``_cop`` with cents.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

from shared.tipos import InvarianteRota

CARPETA: Final = Path(__file__).parent


def ruta(nombre: str) -> Path:
    """Where the CSV of that table is.

    Raises:
        InvarianteRota: the suite ships no such table.
    """
    archivo = CARPETA / f"{nombre}.csv"
    if not archivo.is_file():
        raise InvarianteRota(f"no hay tabla {nombre}")
    return archivo


@cache
def leer(nombre: str) -> tuple[dict[str, str], ...]:
    """Rows of a table, all text: codes keep their leading zeros."""
    with ruta(nombre).open(encoding="utf-8", newline="") as archivo:
        return tuple(csv.DictReader(archivo))
