"""ICU and intermediate beds: which name of REPS is which bed. Source: registers §4.

Old and new names coexist; any other name is another bed. Numeric capacity codes are not used
(design choice). The class of the names with ``certeza`` DISENO is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.registros.expresiones import literal, plegado

UCI: Final = "UCI"
INTERMEDIO: Final = "INTERMEDIO"


@dataclass(frozen=True)
class Cama:
    """A kind of bed, its names in REPS and the service that must be enabled to have it."""

    servicio: str
    poblacion: str
    codigo_servicio: str
    nombres: tuple[str, ...]
    nombres_diseno: tuple[str, ...] = ()
    """Names seen in REPS whose class is our choice."""

    @property
    def todos(self) -> tuple[str, ...]:
        return self.nombres + self.nombres_diseno


CAMAS: Final = (
    Cama(UCI, "ADULTO", "110", ("Cuidado Intensivo Adulto", "Intensiva Adultos")),
    Cama(UCI, "PEDIATRICO", "109", ("Cuidado Intensivo Pediátrico", "Intensiva Pediátrica")),
    Cama(
        UCI, "NEONATAL", "108", ("Cuidado Intensivo Neonatal",), ("Incubadora Intensiva Neonatal",)
    ),
    Cama(INTERMEDIO, "ADULTO", "107", ("Cuidado Intermedio Adulto", "Intermedia Adultos")),
    Cama(
        INTERMEDIO,
        "PEDIATRICO",
        "106",
        ("Cuidado Intermedio Pediátrico", "Intermedia Pediátrica"),
        ("Cuna Intermedia Pediátrica",),
    ),
    Cama(
        INTERMEDIO,
        "NEONATAL",
        "105",
        ("Cuidado Intermedio Neonatal",),
        ("Incubadora Intermedia Neonatal",),
    ),
)

CODIGO_SERVICIO: Final = {(c.servicio, c.poblacion): c.codigo_servicio for c in CAMAS}
"""Service of REPS that a bed needs enabled."""

PREFIJO: Final = "CAMAS-"
"""The daily report writes ``CAMAS-Adultos``."""


def por_nombre(columna: str, dato: str) -> str:
    """``servicio`` or ``poblacion`` of a bed by its name; null for any other bed."""
    ramas = " ".join(
        f"WHEN {plegado(literal(nombre))} THEN {literal(getattr(cama, dato))}"
        for cama in CAMAS
        for nombre in cama.todos
    )
    return f"CASE {plegado(columna)} {ramas} END"


def por_codigo(columna: str, dato: str) -> str:
    """``servicio`` or ``poblacion`` of a bed by the code of its service."""
    ramas = " ".join(
        f"WHEN {literal(cama.codigo_servicio)} THEN {literal(getattr(cama, dato))}"
        for cama in CAMAS
    )
    return f"CASE {columna} {ramas} END"
