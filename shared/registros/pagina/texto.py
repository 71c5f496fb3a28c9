"""Small pieces of Markdown, with the numbers as they are written in Colombia."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

VACIO: Final = "—"


def tabla(encabezado: Sequence[str], filas: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lineas = [encabezado, ["---"] * len(encabezado), *filas]
    return "\n".join(f"| {' | '.join(celda(c) for c in linea)} |" for linea in lineas)


def celda(texto: str) -> str:
    """The text of one cell."""
    return texto.replace("|", "\\|").replace("\n", " ") or VACIO


def lista(renglones: Iterable[str]) -> str:
    """A bulleted list."""
    return "\n".join(f"- {renglon}" for renglon in renglones)


def codigo(texto: str) -> str:
    """A code span."""
    return f"`{texto}`" if texto else ""


def ancla(titulo: str) -> str:
    """Where a link to a heading goes: as the viewers of Markdown name it, and ``html`` too."""
    return re.sub(r"[^\w\- ]", "", titulo.lower()).replace(" ", "-")


def miles(n: int) -> str:
    """An integer as it is written in Colombia: 1.234.567."""
    return f"{n:,}".replace(",", ".")


def porcentaje(parte: int, total: int) -> str:
    """Percentage with one decimal, comma; never 0 nor 100 unless it is exact."""
    if not total:
        return VACIO
    decimas = round(parte * 1000 / total)
    if parte and not decimas:
        return "menos de 0,1 %"
    if parte < total and decimas == 1000:
        return "más de 99,9 %"
    return f"{decimas // 10},{decimas % 10} %"


def filas(n: int) -> str:
    """``1 fila``, ``2.000 filas``."""
    return f"{miles(n)} {'fila' if n == 1 else 'filas'}"
