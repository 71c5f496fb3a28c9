"""Downloads: nothing in them runs in a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from shared.radicacion import descargas
from shared.radicacion.descargas import csv_en_trozos, escribir_xlsx, neutralizar

PELIGROSOS = ["=cmd()", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "=1", "-"]
SEGUROS = ["UCI", "0500100101", "-86521.50", "86521.50", "a=b", "", "900-1"]


@pytest.mark.parametrize("texto", PELIGROSOS)
def test_neutraliza_lo_que_parece_formula(texto: str) -> None:
    assert neutralizar(texto) == f"'{texto}"


@pytest.mark.parametrize("texto", SEGUROS)
def test_deja_lo_demas(texto: str) -> None:
    assert neutralizar(texto) == texto


def _csv(*filas: list[descargas.Celda]) -> tuple[bytes, list[list[str]]]:
    datos = b"".join(csv_en_trozos(["fila", "año"], filas))
    return datos, list(csv.reader(io.StringIO(datos.decode("utf-8-sig"), newline="")))


def test_csv_con_marca_coma_y_crlf() -> None:
    datos, filas = _csv([1, "Población, «á»"], [Decimal("-1.50"), None], [True, date(2021, 2, 1)])

    assert datos.startswith(b"\xef\xbb\xbffila,a\xc3\xb1o\r\n")
    assert filas[1:] == [["1", "Población, «á»"], ["-1.50", ""], ["SI", "2021-02-01"]]


def test_csv_neutralizado_y_sin_nulos() -> None:
    _, filas = _csv(["=1", "\x00=1"], [-5, "-5"], ["a\x00b", "\ud800"])

    assert filas[1:] == [["'=1", "'=1"], ["-5", "-5"], ["ab", "?"]]


def test_csv_vacio_trae_el_encabezado() -> None:
    assert _csv()[1] == [["fila", "año"]]


def test_csv_va_por_trozos() -> None:
    tracemalloc.start()
    try:
        muchas: Iterator[list[descargas.Celda]] = ([n, "x" * 100] for n in range(60_000))
        trozos = len([len(trozo) for trozo in csv_en_trozos(["a", "b"], muchas)])
        pico = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert trozos > 50
    assert pico < 2_000_000


def test_xlsx_neutralizado_y_tipado(tmp_path: Path) -> None:
    ruta = tmp_path / "t.xlsx"
    escribir_xlsx(
        ruta,
        ["=a", "b"],
        [
            ["=cmd()", -5],
            ["0500100101", date(2021, 2, 1)],
            ["a\x07\x00b", Decimal("2.50")],
            ["#N/A", datetime(2021, 2, 1, tzinfo=UTC)],
            [True, None],
        ],
    )
    hoja = openpyxl.load_workbook(ruta).active
    assert [[c.value for c in fila] for fila in hoja.iter_rows()] == [
        ["'=a", "b"],
        ["'=cmd()", -5],
        ["0500100101", datetime(2021, 2, 1)],  # noqa: DTZ001 - a cell has no zone
        ["ab", 2.5],
        ["#N/A", "2021-02-01 00:00:00+00:00"],
        ["SI", None],
    ]
    assert all(c.data_type != "f" for fila in hoja.iter_rows() for c in fila)


def test_xlsx_sin_filas_y_con_mas_de_una_hoja(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    escribir_xlsx(tmp_path / "v.xlsx", ["a"], [])
    assert openpyxl.load_workbook(tmp_path / "v.xlsx").active["A1"].value == "a"
    monkeypatch.setattr(descargas, "_FILAS_HOJA", 3)
    escribir_xlsx(tmp_path / "m.xlsx", ["a"], [[n] for n in range(5)])
    libro = openpyxl.load_workbook(tmp_path / "m.xlsx")
    assert [h.max_row for h in libro.worksheets] == [3, 3, 2]
