"""Rules proved by small tables of text: ``@casos("ANT-12", "caso | camas … | veredicto")``.

Each row runs through the rule's real expression on real DuckDB, with only the columns that the
rule reads. The same tables are printed in the catalogue of ``docs/reglas``.

Types come from the values of the column: whole numbers, dates AAAA-MM-DD, SI/NO, otherwise text;
quotes make text of anything and an empty cell is a null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb
import narwhals as nw
import pyarrow as pa
import pytest

from shared.focalizacion import Mecanismo, Regla
from shared.focalizacion.catalogo import TablaDeCasos
from shared.focalizacion.service import CUMPLE, INCUMPLE, NO_EVALUABLE, veredicto

RAIZ: Final = Path(__file__).parents[2]
CASO: Final = "caso"
VEREDICTO: Final = "veredicto"
NO_JUZGA: Final = "no_juzga"
VEREDICTOS: Final[Mapping[int | None, str]] = {
    CUMPLE: "cumple",
    INCUMPLE: "incumple",
    NO_EVALUABLE: "no_evaluable",
    None: NO_JUZGA,
}
_BOOLEANOS: Final = {"SI": True, "NO": False, "true": True, "false": False}
_ENTERO: Final = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_FECHA: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Valor = int | str | bool | date | None
Prueba = TypeVar("Prueba", bound=Callable[..., None])

TABLAS: Final[list[TablaDeCasos]] = []
"""Every table declared by the test modules imported so far, in their order."""


@dataclass(frozen=True)
class Caso:
    """One row of a table: the rule, the row as a typed frame of one, the verdict expected."""

    nombre: str
    regla: Regla
    fecha_hecho: str
    fila: pa.Table
    esperado: str

    def comprobar(self) -> None:
        """Judge the row and compare the verdict with the table's."""
        dado = self.juzgar()
        assert dado == self.esperado, f"{self.regla.codigo}, {self.nombre}: {dado}"

    def juzgar(self) -> str:
        with duckdb.connect(":memory:") as conexion:
            marco = nw.from_native(conexion.from_arrow(self.fila))
            juzgado = marco.select(veredicto(self.regla, self.fecha_hecho).alias("v"))
            return VEREDICTOS[juzgado.collect("pyarrow").to_native().to_pylist()[0]["v"]]


def casos(
    codigo: str, tabla: str, *, entrada: int | None = None, **fijas: int | str | bool
) -> Callable[[Prueba], Prueba]:
    """Run a test once per row of ``tabla``, which it receives as ``caso``.

    ``entrada``, from 1, chooses among the rules that share the code. ``fijas`` are columns with
    the same value in every row.

    Raises:
        ValueError: the table and the columns that the rule reads do not match, a verdict does
            not exist, or the type of a column cannot be told.
    """
    mecanismo = mecanismo_de(codigo)
    regla, numero = _regla(mecanismo, codigo, entrada)
    encabezado, filas = leer_tabla(tabla)
    _exigir_columnas(mecanismo, regla, [*encabezado, *fijas])
    marco = _marco(encabezado, filas, fijas)
    TABLAS.append(
        TablaDeCasos(
            codigo, encabezado, filas, numero, {c: _como_se_lee(v) for c, v in fijas.items()}
        )
    )
    hechos = [
        Caso(
            fila[encabezado.index(CASO)],
            regla,
            mecanismo.esquema.fecha_hecho,
            marco.slice(i, 1),
            fila[encabezado.index(VEREDICTO)],
        )
        for i, fila in enumerate(filas)
    ]
    nombres = [f"{codigo}: {c.nombre}" for c in hechos]
    return pytest.mark.parametrize(CASO, hechos, ids=nombres)


@cache
def mecanismos() -> tuple[Mecanismo, ...]:
    """The mechanisms under ``services``, by name."""
    return tuple(
        import_module(f"services.{ruta.parent.name}.mecanismo").MECANISMO
        for ruta in sorted(RAIZ.glob("services/*/mecanismo.py"))
    )


def mecanismo_de(codigo: str) -> Mecanismo:
    """The mechanism whose rules start with the prefix of ``codigo``."""
    prefijo = codigo.partition("-")[0]
    return next(m for m in mecanismos() if m.prefijo == prefijo)


def cargar_tablas() -> list[TablaDeCasos]:
    """The tables of every module of ``tests/rules``."""
    for ruta in sorted((RAIZ / "tests" / "rules").glob("test_*.py")):
        import_module(f"tests.rules.{ruta.stem}")
    return TABLAS


def leer_tabla(texto: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Header and rows, cell by cell.

    Raises:
        ValueError: a row with more or fewer cells, no verdict column, an unknown verdict.
    """
    lineas = [linea for linea in texto.splitlines() if linea.strip()]
    encabezado, *filas = (tuple(celda.strip() for celda in linea.split("|")) for linea in lineas)
    if CASO not in encabezado or VEREDICTO not in encabezado:
        raise ValueError(f"la tabla pide las columnas {CASO} y {VEREDICTO}")
    for fila in filas:
        if len(fila) != len(encabezado):
            raise ValueError(f"sobran o faltan celdas en: {' | '.join(fila)}")
        if (dado := fila[encabezado.index(VEREDICTO)]) not in VEREDICTOS.values():
            raise ValueError(f"«{dado}» no es un veredicto: {', '.join(VEREDICTOS.values())}")
    return encabezado, tuple(filas)


def tipar(celdas: Sequence[str]) -> list[Valor]:
    """Values of one column, all of the type that fits every cell that is not empty.

    Raises:
        ValueError: every cell is empty.
    """
    llenas = [c for c in celdas if c]
    if not llenas:
        raise ValueError("una columna sin ningún valor no dice su tipo: añada un caso con valor")
    leer = _lector(llenas)
    return [leer(c) if c else None for c in celdas]


def _lector(llenas: Sequence[str]) -> Callable[[str], Valor]:
    if all(c in _BOOLEANOS for c in llenas):
        return _BOOLEANOS.__getitem__
    if all(_ENTERO.fullmatch(c) for c in llenas):
        return int
    if all(_FECHA.fullmatch(c) for c in llenas):
        return date.fromisoformat
    return lambda c: c.strip('"')


def _marco(
    encabezado: Sequence[str], filas: Sequence[Sequence[str]], fijas: Mapping[str, Valor]
) -> pa.Table:
    columnas: dict[str, Any] = {
        nombre: tipar([fila[i] for fila in filas])
        for i, nombre in enumerate(encabezado)
        if nombre not in (CASO, VEREDICTO)
    }
    return pa.table(columnas | {nombre: [valor] * len(filas) for nombre, valor in fijas.items()})


def _regla(mecanismo: Mecanismo, codigo: str, entrada: int | None) -> tuple[Regla, int]:
    con_codigo = [r for r in mecanismo.reglas if r.codigo == codigo]
    if entrada is None and len(con_codigo) != 1:
        raise ValueError(f"{codigo} tiene {len(con_codigo)} entradas: diga cuál con entrada=")
    numero = entrada or 1
    return con_codigo[numero - 1], numero


def _exigir_columnas(mecanismo: Mecanismo, regla: Regla, dadas: Sequence[str]) -> None:
    leidas = set(regla.columnas)
    if regla.desde is not None or regla.hasta is not None:
        leidas.add(mecanismo.esquema.fecha_hecho)
    if (difieren := leidas ^ (set(dadas) - {CASO, VEREDICTO})) or len(dadas) != len(set(dadas)):
        raise ValueError(f"{regla.codigo}: sobran o faltan columnas: {sorted(difieren)}")


def _como_se_lee(valor: Valor) -> str:
    if isinstance(valor, bool):
        return "SI" if valor else "NO"
    return str(valor)
