"""Kinds of job of the worker that belong to concepts above ``radicacion``."""

from __future__ import annotations

from shared.db import Ajustes
from shared.enrolamiento.oficio import oficio as enrolamiento
from shared.radicacion.trabajador import Oficio
from shared.reproceso.service import TRABAJO_REPROCESAR
from shared.reproceso.trabajo import encolar_huerfanos, reprocesar
from shared.tablero.service import TRABAJO_UNIVERSO, atender_universo, encolar_universo


def oficios() -> tuple[Oficio, ...]:
    """All of them, in the order in which the sweep looks at what is due."""
    return (
        enrolamiento(Ajustes()),
        Oficio(TRABAJO_UNIVERSO, atender_universo, encolar_universo),
        Oficio(TRABAJO_REPROCESAR, reprocesar, encolar_huerfanos),
    )
