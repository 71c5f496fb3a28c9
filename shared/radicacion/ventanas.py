"""Windows of submission: configured by act, or the default of the mechanism.

Default (design choice, anticipo dossier §10): the first ten business days of the next month.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache

import holidays

from shared.radicacion.model import Ventana
from shared.tipos import BOGOTA, Periodo

DIAS_HABILES = 10


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
    return Ventana(
        periodo=str(periodo),
        desde=datetime.combine(primero, time.min, BOGOTA),
        hasta=datetime.combine(ultimo, time.max, BOGOTA),
        acto=f"Regla general: primeros {DIAS_HABILES} días hábiles del mes siguiente",
    )
