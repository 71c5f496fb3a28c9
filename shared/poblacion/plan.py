"""How big everything is at a scale, and which households each mechanism may write on.

Proportions are of Colombia 2020 (``dominio`` registers §3 plans 48 million affiliates; the rest
is in the module of each mechanism). Everything follows from ``escala`` and ``semilla``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PERSONAS: Final = 48_000_000
"""Affiliates at scale 1."""
TURNOS: Final = 1_000
"""Households are dealt to this many turns by a hash of their number."""

BLOQUES: Final = {
    "talento_humano": range(0, 40),
    "pruebas": range(40, 80),
    "compensacion_rs": range(80, 160),
    "activos_emergencia": range(160, 320),
}
"""Turns whose households a mechanism owns: no other mechanism touches their people."""


@dataclass(frozen=True)
class Plan:
    """A run of the generator."""

    escala: float
    """1.0 is the country."""
    semilla: int

    def n(self, a_escala_uno: int) -> int:
        """A count at this scale: half up, never 0 unless it is 0 at scale 1."""
        if a_escala_uno == 0:
            return 0
        return max(1, int(a_escala_uno * self.escala + 0.5))

    @property
    def personas(self) -> int:
        """Affiliates of the country at this scale."""
        return self.n(PERSONAS)

    @property
    def exacta(self) -> bool:
        """Whether the published totals come out to the peso."""
        return self.escala == 1.0
