"""How the changes of a story become SQL: one ``CASE`` per column, in one pass over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from shared.poblacion.pruebas_casos import CASOS, Cambios, Caso

CUPO: Final = 10
"""Rows of each kind that a story may have: ``slot`` is its number × this + the row."""


def numerados() -> Iterable[tuple[int, Caso]]:
    """Stories with their number; 0 is the row without a story."""
    return enumerate(CASOS, start=1)


def ramas(de: Mapping[int, Cambios], columna: str, usual: str | None = None) -> str:
    """The value of a column: ``usual`` (its own name if not given) but where a story changes it."""
    usual = columna if usual is None else usual
    grupos: dict[str, list[int]] = {}
    for slot, cambios in de.items():
        if columna in cambios:
            grupos.setdefault(cambios[columna], []).append(slot)
    if not grupos:
        return usual
    casos = " ".join(
        f"WHEN slot IN ({', '.join(map(str, slots))}) THEN {sql}" for sql, slots in grupos.items()
    )
    return f"CASE {casos} ELSE {usual} END"


def columnas(de: Mapping[int, Cambios], usuales: Mapping[str, str]) -> str:
    """``value AS column`` for each one, changed where a story says so."""
    return ", ".join(f"{ramas(de, columna, sql)} AS {columna}" for columna, sql in usuales.items())


def valores(filas: Iterable[tuple[object, ...]]) -> str:
    """Rows of a ``VALUES`` list: numbers, texts and booleans of the constants above."""
    return ", ".join(f"({', '.join(map(_literal, fila))})" for fila in filas)


def _literal(valor: object) -> str:
    if valor is None:
        return "NULL"
    if isinstance(valor, str):
        return "'" + valor.replace("'", "''") + "'"
    return str(valor).lower() if isinstance(valor, bool) else str(valor)
