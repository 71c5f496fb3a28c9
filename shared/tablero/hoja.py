"""The scorecard as a workbook: figures as numbers, titles that stay, and what each figure is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from shared.radicacion.descargas import neutralizar
from shared.tablero.model import DEFINICIONES, INDICADORES, FilaEps, Tablero, porcentaje
from shared.tipos import MONEDA, a_decimal

_ENTERO: Final = "#,##0"
_PORCENTAJE: Final = "0.00%"
_DINERO: Final = '"$"#,##0.00'
_FECHA: Final = "yyyy-mm-dd"
_TITULO: Final = Font(bold=True, size=14)
_NOTA: Final = Font(italic=True, color="555555")
_ENCABEZADO: Final = Font(bold=True, color="FFFFFF")
_FONDO: Final = PatternFill("solid", fgColor="1F3864")
_TOTAL: Final = Border(top=Side(style="thin"))
_FILA_ENCABEZADO: Final = 4
_ANCHO_MINIMO: Final = 11

_NOMBRES_INDICADOR: Final = {
    "nunca_entregados_porcentaje": "Nunca entregados, %",
    "glosados_porcentaje": "Glosados, %",
    "a_tiempo_porcentaje": "Corregidos a tiempo, %",
    "espera_mediana_dias": "Días en espera, mediana",
}


@dataclass(frozen=True)
class _Columna:
    titulo: str
    formato: str = ""
    ancho: int = _ANCHO_MINIMO


@dataclass(frozen=True)
class _Hoja:
    """A table with its title. ``total`` is its last row, apart."""

    nombre: str
    titulo: str
    nota: str
    columnas: Sequence[_Columna]
    filas: Iterable[Sequence[Any]]
    total: Sequence[Any] | None = None


def escribir(tablero: Tablero, titulo: str, ruta: Path, *, alcance: str | None = None) -> None:
    """Write the workbook. ``alcance``: base code of the EPS that looks, which finds its own rows
    and the quartiles of the others; ``None``, all of them and the totals."""
    filas = tablero.filas if alcance is None else (tablero.fila(alcance),)
    todas = alcance is None
    libro = Workbook()
    libro.remove(libro.active)
    _agregar(libro, _eps(tablero, titulo, filas, con_total=todas))
    _agregar(libro, _estados(tablero, titulo, filas, con_total=todas))
    _agregar(libro, _meses(tablero, titulo, filas))
    if alcance is not None:
        _agregar(libro, _demas(tablero, titulo, alcance))
    _agregar(libro, _definiciones(tablero, titulo))
    libro.save(ruta)


_COLUMNAS_EPS: Final = (
    _Columna("Puesto", _ENTERO),
    _Columna("EPS"),
    _Columna("Nombre", ancho=38),
    _Columna("Universo", _ENTERO),
    _Columna("Entregados", _ENTERO),
    _Columna("Sin registro de la EPS", _ENTERO, 14),
    _Columna("Nunca entregados", _ENTERO, 13),
    _Columna("Nunca entregados, %", _PORCENTAJE, 13),
    _Columna("Glosados", _ENTERO),
    _Columna("Devueltos para corrección", _ENTERO, 14),
    _Columna("A tiempo", _ENTERO),
    _Columna("Tarde", _ENTERO),
    _Columna("En espera", _ENTERO),
    _Columna("En espera desde", _FECHA, 13),
    _Columna("Días en espera, mediana", _ENTERO, 13),
    _Columna("Días en espera, máximo", _ENTERO, 13),
    _Columna("Núcleos pagados", _ENTERO, 12),
    _Columna(f"Pagado, {MONEDA}", _DINERO, 20),
)


def _eps(tablero: Tablero, titulo: str, filas: Sequence[FilaEps], *, con_total: bool) -> _Hoja:
    return _Hoja(
        "Tablero",
        titulo,
        f"Con esperas contadas hasta el {tablero.fecha.isoformat()}; a tiempo, en "
        f"{tablero.plazo_dias} días calendario."
        + ("" if tablero.hay_fechas else " Sin servidor no se sabe qué se corrigió ni cuándo."),
        _COLUMNAS_EPS,
        [_fila_eps(tablero, f, tablero.puesto(f.eps)) for f in filas],
        _fila_eps(tablero, tablero.totales, None, "Total") if con_total else None,
    )


def _fila_eps(
    tablero: Tablero, f: FilaEps, puesto: int | None, nombre: str | None = None
) -> list[Any]:
    correcciones = (f.devoluciones, f.corregidas_a_tiempo, f.corregidas_tarde, f.en_espera)
    return [
        puesto,
        f.eps,
        nombre or f.nombre,
        f.universo,
        f.entregados,
        f.sin_registro,
        f.nunca_entregados,
        _fraccion(f.parte_nunca),
        f.glosados,
        *(correcciones if tablero.hay_fechas else (None,) * len(correcciones)),
        f.espera_desde,
        f.espera_mediana_dias,
        f.espera_maxima_dias,
        f.nucleos_pagados,
        _pesos(f.pagado_centavos),
    ]


def _estados(tablero: Tablero, titulo: str, filas: Sequence[FilaEps], *, con_total: bool) -> _Hoja:
    def fila(f: FilaEps, nombre: str) -> list[Any]:
        return [f.eps, nombre, *(f.por_estado.get(e, 0) for e in tablero.estados), f.universo]

    return _Hoja(
        "Por estado",
        titulo,
        "Cada caso está en un solo estado; los estados suman el universo.",
        (
            _Columna("EPS"),
            _Columna("Nombre", ancho=38),
            *(_Columna(e, _ENTERO, 20) for e in tablero.estados),
            _Columna("Universo", _ENTERO),
        ),
        [fila(f, f.nombre) for f in filas],
        fila(tablero.totales, "Total") if con_total else None,
    )


def _meses(tablero: Tablero, titulo: str, filas: Sequence[FilaEps]) -> _Hoja:
    return _Hoja(
        "Por mes",
        titulo,
        "Por el mes de la confirmación del caso.",
        (
            _Columna("EPS"),
            _Columna("Nombre", ancho=38),
            _Columna("Mes"),
            _Columna("Universo", _ENTERO),
            _Columna("Nunca entregados", _ENTERO, 13),
            _Columna("Núcleos pagados", _ENTERO, 12),
            _Columna(f"Pagado, {MONEDA}", _DINERO, 20),
        ),
        [
            [
                f.eps,
                f.nombre,
                m.mes,
                m.universo,
                m.nunca_entregados,
                m.nucleos_pagados,
                _pesos(m.pagado_centavos),
            ]
            for f in filas
            for m in f.por_mes
        ],
    )


def _demas(tablero: Tablero, titulo: str, alcance: str) -> _Hoja:
    suya, cuartiles = tablero.fila(alcance), tablero.cuartiles_sin(alcance)

    def fila(nombre: str) -> list[Any]:
        propio, otros = INDICADORES[nombre](suya), cuartiles[nombre]
        tres = (None,) * 3 if otros is None else (otros.primero, otros.mediana, otros.tercero)
        valores = (propio, *tres)
        if nombre.endswith("_porcentaje"):
            mostrados = [porcentaje(Fraction(v)) if v is not None else None for v in valores]
        else:
            mostrados = [None if v is None else Decimal(int(v)) for v in valores]
        return [_NOMBRES_INDICADOR[nombre], *mostrados, 0 if otros is None else otros.cuantas]

    return _Hoja(
        "Las demás EPS",
        titulo,
        "Cuartiles de las demás, sin nombrarlas; vacíos si son menos de cinco.",
        (
            _Columna("Indicador", ancho=28),
            _Columna("Su EPS", "0.00"),
            _Columna("Primer cuartil", "0.00", 14),
            _Columna("Mediana", "0.00"),
            _Columna("Tercer cuartil", "0.00", 14),
            _Columna("EPS comparadas", _ENTERO, 16),
        ),
        [fila(nombre) for nombre in INDICADORES],
    )


def _definiciones(tablero: Tablero, titulo: str) -> _Hoja:
    return _Hoja(
        "Definiciones",
        titulo,
        f"El plazo de este tablero es de {tablero.plazo_dias} días calendario.",
        (_Columna("Cifra", ancho=28), _Columna("Qué es", ancho=110)),
        DEFINICIONES,
    )


def _agregar(libro: Any, hoja: _Hoja) -> None:
    pagina = libro.create_sheet(hoja.nombre)
    pagina["A1"], pagina["A2"] = neutralizar(hoja.titulo), neutralizar(hoja.nota)
    pagina["A1"].font, pagina["A2"].font = _TITULO, _NOTA
    for numero, columna in enumerate(hoja.columnas, 1):
        celda = pagina.cell(_FILA_ENCABEZADO, numero, columna.titulo)
        celda.font, celda.fill = _ENCABEZADO, _FONDO
        celda.alignment = Alignment(wrap_text=True, vertical="center")
        pagina.column_dimensions[get_column_letter(numero)].width = columna.ancho
    ultima = _FILA_ENCABEZADO
    for ultima, fila in enumerate(hoja.filas, _FILA_ENCABEZADO + 1):
        _escribir_fila(pagina, ultima, fila, hoja.columnas)
    letra = get_column_letter(len(hoja.columnas))
    pagina.auto_filter.ref = f"A{_FILA_ENCABEZADO}:{letra}{ultima}"
    if hoja.total is not None:
        _escribir_fila(pagina, ultima + 1, hoja.total, hoja.columnas)
        for celda in pagina[ultima + 1]:
            celda.font, celda.border = Font(bold=True), _TOTAL
    pagina.freeze_panes = f"A{_FILA_ENCABEZADO + 1}"
    pagina.print_title_rows = f"{_FILA_ENCABEZADO}:{_FILA_ENCABEZADO}"
    pagina.page_setup.orientation, pagina.page_setup.fitToWidth = "landscape", 1
    pagina.page_setup.fitToHeight = 0
    pagina.sheet_properties.pageSetUpPr.fitToPage = True


def _escribir_fila(
    pagina: Any, numero: int, fila: Sequence[Any], columnas: Sequence[_Columna]
) -> None:
    for i, (valor, columna) in enumerate(zip(fila, columnas, strict=True), 1):
        celda = pagina.cell(numero, i, neutralizar(valor) if isinstance(valor, str) else valor)
        if columna.formato:
            celda.number_format = columna.formato
        elif len(columnas) == 2:
            celda.alignment = Alignment(wrap_text=True, vertical="top")


def _fraccion(parte: Fraction | None) -> Decimal | None:
    """A share as the spreadsheet shows it with its own sign."""
    cien = porcentaje(parte)
    return None if cien is None else cien / 100


def _pesos(centavos: int | None) -> Decimal | None:
    return None if centavos is None else Decimal(a_decimal(centavos))
