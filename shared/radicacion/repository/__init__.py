"""All SQL of the radicaciones and their records."""

from shared.radicacion.repository.cupos import CUPO_LLENO, CupoRepository, ParteDeCupo
from shared.radicacion.repository.filtro import Filtro
from shared.radicacion.repository.historia import Consulta, HistoriaRepository
from shared.radicacion.repository.radicaciones import RadicacionRepository
from shared.radicacion.repository.registros import (
    INDICE_DERECHO,
    INDICE_SUBSANA,
    NO_ADMITIDO,
    Cambio,
    RegistroDecidido,
    RegistroRepository,
    Respuesta,
)

__all__ = [
    "CUPO_LLENO",
    "INDICE_DERECHO",
    "INDICE_SUBSANA",
    "NO_ADMITIDO",
    "Cambio",
    "Consulta",
    "CupoRepository",
    "Filtro",
    "HistoriaRepository",
    "ParteDeCupo",
    "RadicacionRepository",
    "RegistroDecidido",
    "RegistroRepository",
    "Respuesta",
]
