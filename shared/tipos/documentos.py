"""Identity documents: their types, how the number of each is written, how it is compared.

Source: ``dominio`` registers §12-§13. The list of types and the composition of AS and MS are the
norm's; the widths are a design choice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from shared.tipos.errores import EntradaInvalida


@dataclass(frozen=True)
class FormatoDocumento:
    """How the number of a type of document looks once it is normalised."""

    nombre: str
    patron: str
    """Regular expression of the whole number, for Python and for DuckDB alike."""
    se_escribe: str
    """The same in Spanish: what a message tells."""
    numerico: bool = False
    """It loses dots, commas, blanks and left zeros."""


def _digitos(nombre: str, largos: str, se_escribe: str, *, numerico: bool) -> FormatoDocumento:
    return FormatoDocumento(nombre, rf"[0-9]{{{largos}}}", f"{se_escribe} dígitos", numerico)


_SIN_IDENTIFICAR: Final = (
    "[0-9]{5}[A-Z][0-9]{1,4}",
    "cinco dígitos del municipio, una letra y hasta cuatro dígitos",
)

FORMATOS_DOCUMENTO: Final[Mapping[str, FormatoDocumento]] = MappingProxyType(
    {
        # A nine-digit CC passes: it is odd, and it is only warned about where registers are read.
        "CC": _digitos("cédula de ciudadanía", "3,10", "de 3 a 10", numerico=True),
        "TI": _digitos("tarjeta de identidad", "10,11", "10 u 11", numerico=True),
        "RC": FormatoDocumento(
            "registro civil", "[A-Z0-9]{8}|[A-Z0-9]{10,11}", "8, 10 u 11 letras o dígitos"
        ),
        "CN": FormatoDocumento(
            "certificado de nacido vivo", "[A-Z0-9]{8,20}", "de 8 a 20 letras o dígitos"
        ),
        "CE": _digitos("cédula de extranjería", "3,7", "de 3 a 7", numerico=True),
        "PA": FormatoDocumento("pasaporte", "[A-Z0-9]{3,16}", "de 3 a 16 letras o dígitos"),
        "CD": FormatoDocumento("carné diplomático", "[A-Z0-9]{3,11}", "de 3 a 11 letras o dígitos"),
        "SC": FormatoDocumento("salvoconducto", "[A-Z0-9]{9,16}", "de 9 a 16 letras o dígitos"),
        "PE": _digitos("permiso especial de permanencia", "15", "15", numerico=True),
        "PT": FormatoDocumento(
            "permiso por protección temporal", "[A-Z0-9]{1,20}", "hasta 20 letras o dígitos"
        ),
        "AS": FormatoDocumento("adulto sin identificar", *_SIN_IDENTIFICAR),
        "MS": FormatoDocumento("menor sin identificar", *_SIN_IDENTIFICAR),
        "NI": _digitos("NIT", "9", "9", numerico=False),
    }
)
"""By type of document, in the order in which they are listed."""

TIPOS_DOCUMENTO: Final = tuple(FORMATOS_DOCUMENTO)
DOCUMENTOS_NUMERICOS: Final = tuple(t for t, f in FORMATOS_DOCUMENTO.items() if f.numerico)

PT_DESDE: Final = date(2021, 3, 1)
"""First day on which a PT may stand for a fact: Decreto 216/2021 created it."""


def normalizar_documento(tipo: str, numero: str) -> tuple[str, str]:
    """Canonical (tipo, numero): CC, TI, CE and PE lose dots, commas, blanks and left zeros."""
    tipo = tipo.strip().upper()
    numero = numero.strip().upper()
    if tipo in DOCUMENTOS_NUMERICOS:
        numero = re.sub(r"[.,\s]", "", numero).lstrip("0")
    return tipo, numero


@dataclass(frozen=True)
class DocumentoIdentidad:
    """A person's document. ``repr`` is masked, so that logs stay clean of personal data."""

    tipo: str
    numero: str

    @classmethod
    def de(cls, tipo: str, numero: str) -> DocumentoIdentidad:
        """Normalise and check the type against the closed list.

        Raises:
            EntradaInvalida: unknown type or empty number; the message never shows the number.
        """
        tipo, numero = normalizar_documento(tipo, numero)
        if tipo not in FORMATOS_DOCUMENTO:
            raise EntradaInvalida(
                f"El tipo de documento «{tipo}» no existe. "
                f"Use uno de: {', '.join(TIPOS_DOCUMENTO)}."
            )
        if not numero:
            raise EntradaInvalida("Falta el número de documento.")
        return cls(tipo, numero)

    def __repr__(self) -> str:
        return f"DocumentoIdentidad({self.tipo} …{self.numero[-3:]})"

    __str__ = __repr__
