"""Compact tables behind the synthetic country, written for the project from published figures.

``README.md`` beside this file says where each comes from.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

from shared.tipos import InvarianteRota

CARPETA: Final = Path(__file__).parent


@cache
def leer(nombre: str) -> tuple[dict[str, str], ...]:
    """Rows of a table, all text: codes keep their leading zeros.

    Raises:
        InvarianteRota: the package ships no such table.
    """
    ruta = CARPETA / f"{nombre}.csv"
    if not ruta.is_file():
        raise InvarianteRota(f"no hay tabla {nombre}")
    with ruta.open(encoding="utf-8", newline="") as archivo:
        return tuple(csv.DictReader(archivo))
