"""Published totals of 2020 that the synthetic country must give, read from the files it wrote.

Nothing here comes from the generator: the figures are those of the dossiers, and what was found
is counted in the truth and the submissions. Exact at scale 1, proportional at any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from shared.normativa import tablas

CENTAVOS: Final = 100
MILLON: Final = 100_000_000
"""Centavos in a million pesos."""
PROPORCION: Final = 0.005
"""How far from its proportion a figure may be at another scale, besides its own ``holgura``."""

CET: Final = {
    "PAGADO": 27_419,
    "EN_NUCLEO_PAGADO": 4_239,
    "EN_ENROLAMIENTO": 16_401,
    "NO_PAGO_NUCLEO_ENROLAMIENTO": 1_721,
    "EN_VALIDACION_BANCARIA": 8_755,
    "NUCLEO_VALIDACION_BANCARIA": 1_397,
    "GLOSADO": 22_219,
    "EN_REVISION_ADRES": 4_525,
    "EN_CORRECCION_EPS": 3_098,
    "NUNCA_ENTREGADO": 91_772,
    "SIN_CLASIFICAR": 19,
}
"""Cases of each state (compensacion_rs §6): with the residue, the 181,565 published."""
VALOR_MAYOR: Final = 5_000_000 * CENTAVOS
"""More than any value of talento humano: what one person more or less may change."""


@dataclass(frozen=True)
class Control:
    """A published figure and how to count it."""

    parte: str
    cifra: str
    publicado: int
    """At scale 1."""
    contar: Callable[[Path], int]
    holgura: float = 1
    """What rounding may add or take at another scale, in the unit of the figure."""


@dataclass(frozen=True)
class Hallado:
    """A control beside what the country gives."""

    parte: str
    cifra: str
    esperado: float
    hallado: int
    bien: bool


def comprobar(
    carpeta: Path, escala: float, cifras: Mapping[str, Mapping[str, int]]
) -> list[Hallado]:
    """Every control over the country in ``carpeta``; ``cifras`` are those of its ``Resumen``."""
    resultados = []
    for control in (*_controles(), *_departamentos(), _personas_pagadas(cifras)):
        hallado = control.contar(carpeta)
        esperado = control.publicado * escala
        holgura = 0 if escala == 1 else control.holgura + esperado * PROPORCION
        resultados.append(
            Hallado(
                control.parte,
                control.cifra,
                esperado,
                hallado,
                abs(hallado - esperado) <= holgura,
            )
        )
    return resultados


def _controles() -> Iterator[Control]:
    ths, pru, act = "talento_humano", "pruebas", "activos_emergencia"
    yield Control("anticipo_uci", "NIT", 374, _liquidado("anticipo_uci", "count(DISTINCT nit)"))
    yield Control("anticipo_uci", "millones", 289_476, _millones("anticipo_uci"))
    yield Control(ths, "personas", 250_569, _liquidado(ths, _PERSONAS), 34)
    yield Control(
        ths,
        "centavos",
        380_728_073_616 * CENTAVOS,
        _liquidado(ths, "sum(valor_centavos)"),
        34 * VALOR_MAYOR,
    )
    yield Control(pru, "pruebas", 371_529, _liquidado(pru, "count(*)"))
    yield Control(
        pru,
        "centavos",
        52_155_033_888 * CENTAVOS,
        _liquidado(pru, "sum(valor_centavos)"),
        300_000 * CENTAVOS,
    )
    yield Control(act, "personas", 1_571_968, _liquidado(act, _PERSONAS))
    yield Control(act, "millones", 580_128, _millones(act))
    for estado, casos in CET.items():
        yield Control("compensacion_rs", estado, casos, _casos(f"count_if(estado = '{estado}')"))
    yield Control(
        "compensacion_rs", "casos", sum(CET.values()), _casos("count(*)"), holgura=len(CET)
    )


def _departamentos() -> Iterator[Control]:
    """The 34 rows published, the INS one without code."""
    for fila in tablas.leer("ths_departamentos_2020"):
        suyas = f"coalesce(codigo_departamento, '') = '{fila['codigo_divipola']}'"
        nombre = fila["departamento"]
        yield Control(
            "talento_humano",
            f"{nombre}: personas",
            int(fila["beneficiarios"]),
            _liquidado("talento_humano", f"count_if({suyas})"),
        )
        yield Control(
            "talento_humano",
            f"{nombre}: centavos",
            int(fila["valor_cop"]) * CENTAVOS,
            _liquidado("talento_humano", f"sum(valor_centavos) FILTER ({suyas})"),
            holgura=VALOR_MAYOR,
        )


def _personas_pagadas(cifras: Mapping[str, Mapping[str, int]]) -> Control:
    """Told by the part: a núcleo paid before is history, and no row of it is submitted."""
    halladas = cifras["compensacion_rs"]["personas_pagadas"]
    return Control("compensacion_rs", "personas pagadas", 70_075, lambda _: halladas, holgura=3)


_PERSONAS: Final = "count(DISTINCT (tipo_documento, numero_documento))"


def _liquidado(parte: str, cuenta: str) -> Callable[[Path], int]:
    """``cuenta`` over the submitted rows whose truth is LIQUIDADO."""
    return lambda carpeta: _entero(
        f"SELECT {cuenta} FROM '{carpeta / parte / 'verdad.parquet'}' v JOIN read_parquet("
        f"'{carpeta / parte / 'entrada.parquet'}', file_row_number = true) e "
        "ON v.fila = e.file_row_number + 1 WHERE v.estado = 'LIQUIDADO'"
    )


def _millones(parte: str) -> Callable[[Path], int]:
    """Million pesos of the LIQUIDADO rows, to the nearest."""
    centavos = _liquidado(parte, "sum(valor_centavos)")
    return lambda carpeta: (centavos(carpeta) + MILLON // 2) // MILLON


def _casos(cuenta: str) -> Callable[[Path], int]:
    return lambda carpeta: _entero(
        f"SELECT {cuenta} FROM '{carpeta / 'compensacion_rs' / 'verdad_universo.parquet'}'"
    )


def _entero(sql: str) -> int:
    with duckdb.connect() as con:
        ((n,),) = con.execute(sql).fetchall()
    return int(n or 0)
