"""Names of people: same words, one letter away, or different (registers §6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.radicacion.nombres import Parecido, a_una_letra, comparar


@pytest.mark.parametrize(
    ("uno", "otro", "esperado"),
    [
        ("María José de la Peña Muñoz", "PENA MUNOZ MARIA JOSE", Parecido.IGUAL),
        ("Ana Pérez Gómez", "ana perez gomez", Parecido.IGUAL),
        ("Ana Pérez Gómez", "Ana Peres Gómez", Parecido.PARECIDO),
        ("Ana Pérez Gómez", "Ana Pére Gomes", Parecido.PARECIDO),
        ("Ana Pérez Gómez", "Ana Pérez", Parecido.DISTINTO),
        ("Ana Pérez Gómez", "Ana Ruiz Gómez", Parecido.DISTINTO),
        ("", "", Parecido.DISTINTO),
        ("¡!", "Ana", Parecido.DISTINTO),
    ],
)
def test_comparar(uno: str, otro: str, esperado: Parecido) -> None:
    assert comparar(uno, otro) is esperado
    assert comparar(otro, uno) is esperado


def _distancia(a: str, b: str) -> int:
    """Levenshtein by the book, to check the shortcut against."""
    previa = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        actual = [i]
        for j, y in enumerate(b, start=1):
            actual.append(min(previa[j] + 1, actual[-1] + 1, previa[j - 1] + (x != y)))
        previa = actual
    return previa[-1]


@given(st.text("AB", max_size=6), st.text("AB", max_size=6))
def test_a_una_letra_es_la_distancia_de_edicion(a: str, b: str) -> None:
    assert a_una_letra(a, b) == (_distancia(a, b) <= 1)
