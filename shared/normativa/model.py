"""Where a number or a rule comes from, and from when to when it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Certeza(StrEnum):
    """How sure we are: conventions §9 map the letters of each dossier to these three."""

    NORMA = "NORMA"  # read in the norm or in the ADRES report
    PRENSA = "PRENSA"  # secondary source
    DISENO = "DISENO"  # our choice, to be confirmed


@dataclass(frozen=True)
class Fuente:
    """A citable source: norm (or report), the place in it, who issued it."""

    norma: str
    articulo: str = ""
    emisor: str = ""
    certeza: Certeza = Certeza.NORMA
    nota: str = ""

    def __str__(self) -> str:
        return f"{self.norma}, {self.articulo}" if self.articulo else self.norma


@dataclass(frozen=True)
class Vigente(Generic[T]):
    """A value in force from ``desde`` to ``hasta`` (both included; open if ``None``)."""

    desde: date
    valor: T
    fuente: Fuente
    hasta: date | None = None

    def rige(self, dia: date) -> bool:
        return self.desde <= dia and (self.hasta is None or dia <= self.hasta)


class Parametro(Generic[T]):
    """A dated parameter of the norm. Periods must not overlap."""

    def __init__(self, *vigencias: Vigente[T]) -> None:
        if not vigencias:
            raise ValueError("un parámetro necesita al menos una vigencia")
        self.vigencias = tuple(sorted(vigencias, key=lambda v: v.desde))
        for antes, despues in zip(self.vigencias, self.vigencias[1:], strict=False):
            if antes.hasta is None or antes.hasta >= despues.desde:
                raise ValueError(f"vigencias solapadas en {despues.desde}")

    def en(self, dia: date) -> T:
        """The value in force on ``dia``.

        Raises:
            LookupError: no value was in force that day.
        """
        for vigente in reversed(self.vigencias):
            if vigente.rige(dia):
                return vigente.valor
        raise LookupError(f"sin valor vigente el {dia}")
