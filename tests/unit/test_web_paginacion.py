"""A cursor goes on where the page ended, and a forged one never reaches SQL."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.paginacion import CursorInvalido, escribir_cursor, leer_cursor, paginar

CLAVE = (datetime(2020, 6, 5, 12, 30, 1, 250, tzinfo=UTC), UUID(int=5), date(2020, 6, 1), "ñ", 7)
TIPO: type[tuple[datetime, UUID, date, str, int]] = tuple[datetime, UUID, date, str, int]


def cursor(texto: str) -> str:
    return base64.urlsafe_b64encode(texto.encode()).rstrip(b"=").decode()


def test_ida_y_vuelta() -> None:
    escrito = escribir_cursor(CLAVE)
    assert leer_cursor(escrito, TIPO) == CLAVE
    assert escrito.isascii()
    assert not set(escrito) & set("+/= ")


def test_sin_cursor_se_empieza() -> None:
    assert leer_cursor(None, TIPO) is None


@pytest.mark.parametrize(
    "malo",
    [
        "",
        "!!",
        "ñ",
        "a" * 2_000,
        escribir_cursor(CLAVE)[:-5],
        escribir_cursor(CLAVE) + "AAAA",
        escribir_cursor(CLAVE[:2]),
        cursor("null"),
        cursor("[]"),
        cursor("{}"),
        cursor('["x"'),
    ],
)
def test_un_cursor_ajeno_es_400(malo: str) -> None:
    with pytest.raises(CursorInvalido) as rechazo:
        leer_cursor(malo, TIPO)
    assert rechazo.value.estado_http == 400
    assert "siguiente" in rechazo.value.detalle


@pytest.mark.parametrize(
    ("tipo", "texto"),
    [
        (tuple[str], r'["a\u0000"]'),
        (tuple[str], r'["\ud800"]'),
        (tuple[int], "[9223372036854775808]"),
        (tuple[int], "[-9223372036854775809]"),
        (tuple[int], '["1; DROP TABLE x"]'),
        (tuple[UUID], '["no"]'),
    ],
)
def test_lo_que_sql_no_admite_no_pasa(tipo: type[tuple[Any, ...]], texto: str) -> None:
    with pytest.raises(CursorInvalido):
        leer_cursor(cursor(texto), tipo)


@given(st.text(max_size=200))
def test_ningun_texto_rompe_la_lectura(texto: str) -> None:
    for candidato in (texto, cursor(texto) if texto.isascii() else texto):
        try:
            leer_cursor(candidato, tuple[int, UUID])
        except CursorInvalido:
            continue


@given(st.integers(0, 30), st.integers(1, 10))
def test_paginando_se_recorre_todo_una_vez(total: int, limite: int) -> None:
    filas = [(n, uuid4()) for n in range(total)]
    vistas: list[int] = []
    siguiente: str | None = None
    while True:
        desde = leer_cursor(siguiente, tuple[int, UUID])
        restantes = [f for f in filas if desde is None or f > desde][: limite + 1]
        pagina = paginar(restantes, limite, clave=lambda f: f, vista=lambda f: f[0])
        vistas += pagina.datos
        assert len(pagina.datos) <= limite
        siguiente = pagina.siguiente
        if siguiente is None:
            break
    assert vistas == list(range(total))
