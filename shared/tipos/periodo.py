"""A calendar month, written AAAA-MM."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from shared.tipos.errores import EntradaInvalida

# There is no year 0, and after 9999-12 no month that follows.
_FORMA = re.compile(r"(?!0000|9999)(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True)
class Periodo:
    """Calendar month; orders and compares as such."""

    anio: int
    mes: int

    @classmethod
    def de(cls, texto: str) -> Periodo:
        """Read AAAA-MM.

        Raises:
            EntradaInvalida: not a month of the years 1 to 9998.
        """
        hallado = _FORMA.fullmatch(texto.strip())
        if hallado is None:
            raise EntradaInvalida(
                f"«{texto}» no es un periodo. Escriba AAAA-MM, por ejemplo 2020-06."
            )
        return cls(int(hallado[1]), int(hallado[2]))

    @classmethod
    def de_fecha(cls, dia: date) -> Periodo:
        return cls(dia.year, dia.month)

    @property
    def primer_dia(self) -> date:
        return date(self.anio, self.mes, 1)

    @property
    def ultimo_dia(self) -> date:
        return date(self.anio, self.mes, self.dias)

    @property
    def dias(self) -> int:
        """Days of the month."""
        return monthrange(self.anio, self.mes)[1]

    def siguiente(self) -> Periodo:
        return Periodo(self.anio + self.mes // 12, self.mes % 12 + 1)

    def __str__(self) -> str:
        return f"{self.anio:04d}-{self.mes:02d}"
