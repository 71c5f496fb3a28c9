"""All SQL of the universe: runs and records in PostgreSQL, cases in the files of a run."""

from shared.tablero.repository.casos import CasoRepository, FiltroCasos
from shared.tablero.repository.corridas import CorridaRepository

__all__ = ["CasoRepository", "CorridaRepository", "FiltroCasos"]
