"""Legal sources and dated parameters: what a mechanism's ``norma.py`` is written with."""

from shared.normativa.model import Certeza, Fuente, Parametro, Vigente

__all__ = ["Certeza", "Fuente", "Parametro", "Vigente"]
