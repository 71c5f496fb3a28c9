"""All SQL of recognitions and giros. Nothing here commits."""

from shared.giros.repository.advertencias import AdvertenciaRepository
from shared.giros.repository.cuentas import CuentaRepository
from shared.giros.repository.giros import GiroRepository
from shared.giros.repository.reconocimientos import ReconocimientoRepository
from shared.giros.repository.reintegros import LegalizacionRepository, ReintegroRepository

__all__ = [
    "AdvertenciaRepository",
    "CuentaRepository",
    "GiroRepository",
    "LegalizacionRepository",
    "ReconocimientoRepository",
    "ReintegroRepository",
]
