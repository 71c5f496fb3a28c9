"""Codes and identifiers: text with their leading zeros, normalised at the edge.

Sources: ``dominio`` registers §4 (habilitation codes), §14 (NIT check digit), §15 (DIVIPOLA).
"""

from __future__ import annotations

from dataclasses import dataclass

from stdnum.co import nit as _nit

from shared.tipos.errores import EntradaInvalida


def _digitos(texto: str, largo: int) -> bool:
    return len(texto) == largo and texto.isascii() and texto.isdigit()


def digito_verificacion(nit: str) -> str:
    """Check digit of a nine-digit NIT (módulo 11, DIAN weights)."""
    return str(_nit.calc_check_digit(nit))


@dataclass(frozen=True, order=True)
class Nit:
    """Nine-digit NIT, without its check digit."""

    numero: str

    def __post_init__(self) -> None:
        if not _digitos(self.numero, 9):
            raise EntradaInvalida(
                f"El NIT «{self.numero}» no tiene 9 dígitos. Escríbalo sin puntos y sin dígito "
                "de verificación."
            )

    @property
    def dv(self) -> str:
        return digito_verificacion(self.numero)

    @classmethod
    def con_dv(cls, numero: str, dv: str) -> Nit:
        """NIT whose check digit was given.

        Raises:
            EntradaInvalida: wrong shape or wrong check digit; the message says the right one.
        """
        nit = cls(numero)
        if dv != nit.dv:
            raise EntradaInvalida(
                f"{numero} lleva dígito {nit.dv}; usted escribió {dv}. Corrija el dígito o el NIT."
            )
        return nit

    def __str__(self) -> str:
        return self.numero


@dataclass(frozen=True, order=True)
class CodigoHabilitacion:
    """Habilitation code of a prestador: DIVIPOLA municipality (5) + consecutive (5)."""

    codigo: str

    def __post_init__(self) -> None:
        if not _digitos(self.codigo, 10):
            raise EntradaInvalida(f"El código de habilitación «{self.codigo}» no tiene 10 dígitos.")

    @classmethod
    def de(cls, texto: str) -> CodigoHabilitacion:
        """Read a code; nine digits get their lost leading zero back (design choice)."""
        limpio = texto.strip()
        return cls(limpio.zfill(10) if len(limpio) == 9 else limpio)

    @property
    def municipio(self) -> CodigoDivipola:
        return CodigoDivipola(self.codigo[:5])

    def sede(self, numero: str) -> CodigoSede:
        return CodigoSede(self.codigo + numero.strip().zfill(2))

    def __str__(self) -> str:
        return self.codigo


@dataclass(frozen=True, order=True)
class CodigoSede:
    """Habilitation code of a sede: prestador code (10) + sede number (2)."""

    codigo: str

    def __post_init__(self) -> None:
        if not _digitos(self.codigo, 12):
            raise EntradaInvalida(f"El código de sede «{self.codigo}» no tiene 12 dígitos.")

    @classmethod
    def de(cls, texto: str) -> CodigoSede:
        """Read a code; eleven digits get their lost leading zero back (design choice)."""
        limpio = texto.strip()
        return cls(limpio.zfill(12) if len(limpio) == 11 else limpio)

    @property
    def codigo_habilitacion(self) -> str:
        return self.codigo[:10]

    @property
    def numero_sede(self) -> str:
        return self.codigo[10:]

    def __str__(self) -> str:
        return f"{self.codigo[:10]}-{self.codigo[10:]}"


@dataclass(frozen=True, order=True)
class CodigoDivipola:
    """DANE municipality code: department (2) + municipality (3)."""

    codigo: str

    def __post_init__(self) -> None:
        if not _digitos(self.codigo, 5):
            raise EntradaInvalida(f"El código DIVIPOLA «{self.codigo}» no tiene 5 dígitos.")

    @classmethod
    def de(cls, texto: str) -> CodigoDivipola:
        """Read a code; four digits get their lost leading zero back."""
        limpio = texto.strip()
        return cls(limpio.zfill(5) if len(limpio) == 4 else limpio)

    @property
    def departamento(self) -> str:
        return self.codigo[:2]

    def __str__(self) -> str:
        return self.codigo
