"""All SQL of reprocessing."""

from shared.reproceso.repository.registros import ActualesRepository
from shared.reproceso.repository.reprocesos import ReprocesoRepository

__all__ = ["ActualesRepository", "ReprocesoRepository"]
