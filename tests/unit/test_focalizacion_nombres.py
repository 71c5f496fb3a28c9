"""Names compared over columns (registers §6), against a program written apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

import duckdb
import narwhals as nw
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.focalizacion import Nombres
from shared.focalizacion.nombres import DISTINTO, IGUAL, PARECIDO, comparar
from shared.radicacion.nombres import PARTICULAS, a_una_letra
from shared.tipos import InvarianteRota

Nombre = tuple[str | None, str | None, str | None, str | None]
FILA: Final = ("a1", "a2", "a3", "a4")
OTROS: Final = ("b1", "b2", "b3", "b4")
PASO: Final = Nombres("nombres", FILA, OTROS)


def comparados(pares: Sequence[tuple[Nombre, Nombre]]) -> list[str | None]:
    filas = [dict(zip((*FILA, *OTROS), (*a, *b), strict=True)) for a, b in pares]
    tabla = pa.Table.from_pylist(filas, schema=pa.schema([(c, pa.string()) for c in FILA + OTROS]))
    with duckdb.connect(":memory:") as con:
        hecha = comparar(nw.from_native(con.from_arrow(tabla)), PASO)
        return [f["nombres"] for f in hecha.collect("pyarrow").to_native().to_pylist()]


def test_la_tabla_del_expediente() -> None:
    tabla: list[tuple[Nombre, Nombre, str | None]] = [
        (("PRUEBA", "UNO", "ANA", None), ("PRUEBA", "UNO", "ANA", None), IGUAL),
        (("PRUEBA", "UNO", "ANA", ""), ("PRUEBA", "UNO", "ANA", None), IGUAL),
        # Other order, accents, Ñ, particle, hyphen, one field for two names.
        (("Peña", "De la Cruz", "José", "Antonio"), ("CRUZ", "PENA", "JOSE", "ANTONIO"), IGUAL),
        (("GOMEZ-RUIZ", None, "ANA", None), ("GOMEZ", "RUIZ", "ANA", None), IGUAL),
        (("GOMEZ", "RUIZ", "ANA MARIA", None), ("GOMEZ", "RUIZ", "ANA", "MARÍA"), IGUAL),
        (("GOMEZ", "GOMEZ", "ANA", None), ("GOMEZ", None, "ANA", None), IGUAL),
        # One edit in each of the other three fields.
        (("PRUEBA", "GONZALEZ", "HUGO", None), ("PRUEBA", "GONZALES", "HUGO", None), PARECIDO),
        (("PRUEBA", "UNOS", "AMA", "L"), ("PRUEBA", "UNO", "ANA", None), PARECIDO),
        (("DE PRUEBA", "UN", "ANA", None), ("PRUEBA", "UNO", "ANA", None), PARECIDO),
        # Two edits, a slip in the first surname, a whole name more.
        (("PRUEBA", "UNIDO", "ANA", None), ("PRUEBA", "UNO", "ANA", None), DISTINTO),
        (("PRUEVA", "UNO", "ANA", None), ("PRUEBA", "UNO", "ANA", None), DISTINTO),
        (("PRUEBA", "UNO", "ANA", "SOL"), ("PRUEBA", "UNO", "ANA", None), DISTINTO),
        (("UN", "PRUEBA", "ANA", None), ("PRUEBA", "UNO", "ANA", None), DISTINTO),
        (("PRUEBA", "UNO", "ANA", None), (None, None, None, None), None),
    ]
    assert comparados([(a, b) for a, b, _ in tabla]) == [esperado for *_, esperado in tabla]


def palabras(campo: str | None) -> list[str]:
    plano = unicodedata.normalize("NFKD", (campo or "").upper()).encode("ascii", "ignore").decode()
    return [p for p in re.sub(r"[^A-Z0-9]+", " ", plano).split() if p not in PARTICULAS]


def aparte(a: Nombre, b: Nombre) -> str:
    if {p for c in a for p in palabras(c)} == {p for c in b for p in palabras(c)}:
        return IGUAL
    plegados = [(" ".join(palabras(x)), " ".join(palabras(y))) for x, y in zip(a, b, strict=True)]
    apellido, *resto = plegados
    if apellido[0] == apellido[1] and all(a_una_letra(x, y) for x, y in resto):
        return PARECIDO
    return DISTINTO


CAMPOS: Final = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "ANA", "Ana", "ÁNA", "AN", "ANNA", "DE LA O", "LA O", "Ñus", "NUS", "O'N"]
    ),
    st.text("ABNÑáü -'1", max_size=6),
)
NOMBRES: Final = st.tuples(CAMPOS, CAMPOS, CAMPOS, CAMPOS)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(NOMBRES, NOMBRES), min_size=1, max_size=40))
def test_dos_programas_dicen_lo_mismo(pares: list[tuple[Nombre, Nombre]]) -> None:
    con_nombre = [(a, b) for a, b in pares if any(c is not None for c in b)]
    assert comparados(con_nombre) == [aparte(a, b) for a, b in con_nombre]


def test_otro_motor_pide_su_propia_comparacion() -> None:
    ajeno: Any = nw.from_native(pa.table({c: ["ANA"] for c in FILA + OTROS}))
    with pytest.raises(InvarianteRota, match="no se comparan"):
        comparar(ajeno, PASO)
