"""Pieces of DuckDB SQL over the cells of a register: each takes SQL and gives SQL.

``IN`` with more than four constants becomes a join in DuckDB's plan, and an operand of ``CASE x
WHEN`` is computed again for each branch: what runs over every cell of a file avoids both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

FALTANTES: Final = ("N/A", "ND", "SD", "NO DEFINIDO", "NAN", ".")
"""Spellings of a missing value in REPS exports and in the daily bed report."""

PESOS_NIT: Final = (41, 37, 29, 23, 19, 17, 13, 7, 3)
"""Weights of módulo 11 for nine digits, left to right (registers §14)."""


def literal(texto: str) -> str:
    """Quoted SQL text."""
    return "'" + texto.replace("'", "''") + "'"


def ident(nombre: str) -> str:
    """Quoted SQL name."""
    return '"' + nombre.replace('"', '""') + '"'


def lista(textos: tuple[str, ...] | list[str]) -> str:
    """Comma-separated literals."""
    return ", ".join(literal(t) for t in textos)


def plegado(expresion: str) -> str:
    """Upper case without accents, for comparisons."""
    return f"strip_accents(upper({expresion}))"


def compacto(celda: str) -> str:
    """Trim; runs of blanks become one, runs of quotes (nested at source) one too."""
    texto = (
        f"CASE WHEN contains({celda}, '  ') THEN regexp_replace({celda}, ' +', ' ', 'g') "
        f"ELSE {celda} END"
    )
    return (
        f"CASE WHEN contains({celda}, ' ') OR contains({celda}, '\"\"') THEN "
        f"trim(CASE WHEN contains({celda}, '\"\"') "
        f"THEN regexp_replace({texto}, '\"+', '\"', 'g') ELSE {texto} END) ELSE {celda} END"
    )


def presente(c: str, faltantes: Sequence[str] = FALTANTES) -> str:
    """The compact text, or null where it says "missing" in one of those spellings."""
    faltante = "|".join(re.escape(f) for f in faltantes)
    mayor = max(len(f) for f in faltantes if " " not in f)
    return (
        f"CASE WHEN {c} >= '0' AND {c} < ':' THEN {c} "
        f"WHEN strlen({c}) > {mayor} AND NOT contains({c}, ' ') THEN {c} "
        f"WHEN {c} = '' OR regexp_full_match({c}, {literal(f'(?i){faltante}')}) THEN NULL "
        f"ELSE {c} END"
    )


def es_una_de(expresion: str, textos: Iterable[str]) -> str:
    """True when the text is one of those, however many they are."""
    return f"list_contains([{lista(tuple(textos))}], {expresion})"


def digito_verificacion(nit: str) -> str:
    """Check digit, as text, of a NIT of nine digits (registers §14)."""
    suma = " + ".join(
        f"{peso} * TRY_CAST(substr({nit}, {i}, 1) AS INTEGER)"
        for i, peso in enumerate(PESOS_NIT, start=1)
    )
    resto = f"(({suma}) % 11)"
    return f"CAST(CASE WHEN {resto} < 2 THEN {resto} ELSE 11 - {resto} END AS VARCHAR)"
