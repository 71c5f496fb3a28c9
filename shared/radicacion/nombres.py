"""Comparison of names: IGUAL, PARECIDO, DISTINTO (registers §6, design choice)."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

PARTICULAS = frozenset({"DE", "DEL", "LA", "LAS", "LOS", "Y"})


class Parecido(StrEnum):
    """How two names compare."""

    IGUAL = "IGUAL"
    PARECIDO = "PARECIDO"
    DISTINTO = "DISTINTO"


def palabras(nombre: str) -> list[str]:
    """Upper-case words without accents, signs or particles, in alphabetical order."""
    plano = unicodedata.normalize("NFKD", nombre.upper()).encode("ascii", "ignore").decode()
    return sorted(p for p in re.sub(r"[^A-Z ]", " ", plano).split() if p not in PARTICULAS)


def a_una_letra(a: str, b: str) -> bool:
    """Whether one edit (change, insertion or removal of a letter) is enough, or none."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    igual = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    return a[igual + (len(a) == len(b)) :] == b[igual + 1 :] or a == b


def comparar(uno: str, otro: str) -> Parecido:
    """Full names written in one text: word by word, since their fields are not told apart."""
    a, b = palabras(uno), palabras(otro)
    if a and set(a) == set(b):
        return Parecido.IGUAL
    if a and len(a) == len(b) and all(a_una_letra(x, y) for x, y in zip(a, b, strict=True)):
        return Parecido.PARECIDO
    return Parecido.DISTINTO
