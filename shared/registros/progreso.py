"""How far a load is: what the loader tells whoever is watching."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Fase(StrEnum):
    """Parts of a load, in their order."""

    REVISAR = "REVISAR"
    """Digest and encoding, over the bytes of the file."""
    LEER = "LEER"
    """Blocks decoded, split, typed and left on disk."""
    ORDENAR = "ORDENAR"
    """The canonical Parquet, sorted."""


@dataclass(frozen=True)
class Paso:
    """State of a phase. ``total_bytes`` is the size of the source, whatever the phase."""

    fase: Fase
    filas: int
    bytes: int
    total_bytes: int


class Avance(Protocol):
    """Called from the threads that load, some times a second at most; must return at once."""

    def __call__(self, paso: Paso, /) -> None: ...


class CargaInterrumpida(Exception):
    """Raised by an ``Avance`` to stop the load where it is: what is done stays for the next one."""


def en_silencio(_paso: Paso, /) -> None:
    """Nobody is watching."""
