"""Windows of submission: those an act fixed, and those of the mechanism where no act did.

Without acts: by month, the first ten business days of the next one (design choice, anticipo
dossier §10); by week, its first three business days, for the EPS (pruebas PRU-01, Circular 49 of
2020); once, the days that the mechanism declares (talento humano THS-02).

A window of a month is known by its period. One of a mechanism without periods is known by the
day it begins: an act with the same day takes its place, and one with another day adds a window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

import holidays

from shared.focalizacion.model import Mecanismo, Ventanas
from shared.radicacion.model import Ventana
from shared.tipos import BOGOTA, InvarianteRota, Periodo

DIAS_HABILES: Final = 10
DIAS_HABILES_SEMANA: Final = 3
_SEMANAS_A_LA_VISTA: Final = 3
"""This week and those that follow: among them there is always one still to come."""


@cache
def _festivos(anio: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CO", years=anio))


def es_habil(dia: date) -> bool:
    """Monday to Friday and not a public holiday in Colombia (Ley 51 de 1983)."""
    return dia.weekday() < 5 and dia not in _festivos(dia.year)


def dia_habil(desde: date, numero: int) -> date:
    """The ``numero``-th business day counted from ``desde``, which counts if it is one."""
    dia = desde
    while True:
        if es_habil(dia):
            numero -= 1
            if numero == 0:
                return dia
        dia += timedelta(days=1)


def ventana_por_defecto(periodo: Periodo) -> Ventana:
    """First to tenth business day of the month after ``periodo``, in America/Bogota."""
    primero = periodo.siguiente().primer_dia
    ultimo = dia_habil(primero, DIAS_HABILES)
    return _de_dias(
        primero,
        ultimo,
        f"Regla general: primeros {DIAS_HABILES} días hábiles del mes siguiente",
        str(periodo),
    )


def ventana_semanal(dia: date) -> Ventana:
    """The first three business days of the week of ``dia``; fewer, if the week has fewer."""
    lunes = dia - timedelta(days=dia.weekday())
    habiles = [d for d in (lunes + timedelta(days=n) for n in range(7)) if es_habil(d)]
    return _de_dias(
        habiles[0],
        habiles[:DIAS_HABILES_SEMANA][-1],
        f"Regla general: primeros {DIAS_HABILES_SEMANA} días hábiles de la semana",
    )


def ventanas_sin_periodo(
    mecanismo: Mecanismo, fijadas: Iterable[Ventana], hoy: date
) -> list[Ventana]:
    """Windows of a mechanism without periods that are near ``hoy`` or fixed by act, in order.

    Raises:
        InvarianteRota: the windows of the mechanism go by month.
    """
    generales = {v.desde: v for v in _generales(mecanismo, hoy)}
    return sorted((generales | {v.desde: v for v in fijadas}).values(), key=lambda v: v.desde)


def _generales(mecanismo: Mecanismo, hoy: date) -> list[Ventana]:
    match mecanismo.ventanas:
        case Ventanas.SEMANAL:
            semanas = range(_SEMANAS_A_LA_VISTA)
            return [ventana_semanal(hoy + timedelta(weeks=n)) for n in semanas]
        case Ventanas.FIJA if mecanismo.ventana_fija is not None:
            return [_de_dias(*mecanismo.ventana_fija, "Ventana del mecanismo")]
        case _:
            raise InvarianteRota(f"{mecanismo.nombre} no tiene ventanas sin periodo")


def siguiente(ventanas: Sequence[Ventana], instante: datetime) -> Ventana | None:
    """The first window that has not opened yet."""
    return next((v for v in ventanas if v.desde > instante), None)


def _de_dias(primero: date, ultimo: date, acto: str, periodo: str | None = None) -> Ventana:
    return Ventana(
        periodo=periodo,
        desde=datetime.combine(primero, time.min, BOGOTA),
        hasta=datetime.combine(ultimo, time.max, BOGOTA),
        acto=acto,
    )
