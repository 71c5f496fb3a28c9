"""The reader of submissions. Everything it cannot read, it explains in Spanish."""

from shared.radicacion.lectura.model import Lectura, Limites
from shared.radicacion.lectura.service import celdas, celdas_de, leer, leer_filas

__all__ = ["Lectura", "Limites", "celdas", "celdas_de", "leer", "leer_filas"]
