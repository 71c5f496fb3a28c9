"""The columns an entity submits, as data: what the reader, the template and the API share.

Source: ``dominio`` conventions §1 (types ``T20``, ``N9``, ``I``, ``D``, ``B``, ``E``). No I/O here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_IDENTIFICADOR: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_RESERVADOS: Final = frozenset({"fila", "hoja", "defecto", "forma_ok"})


class Tipo(StrEnum):
    """How a submitted cell is written, and what the reader makes of it."""

    TEXTO = "TEXTO"
    """Free text; blanks collapse. Read as VARCHAR."""
    DIGITOS = "DIGITOS"
    """Digits kept as text with their leading zeros. Read as VARCHAR."""
    ENTERO = "ENTERO"
    """Integer ≥ 0 without separators. Read as BIGINT."""
    FECHA = "FECHA"
    """AAAA-MM-DD; in XLSX also a date cell. Read as DATE."""
    PERIODO = "PERIODO"
    """Calendar month AAAA-MM. Read as VARCHAR."""
    LISTA = "LISTA"
    """Closed list, compared without case or accents. Read as VARCHAR in its canonical form."""
    BOOLEANO = "BOOLEANO"
    """SI/NO, also S/N and 1/0. Read as BOOLEAN."""
    DOCUMENTO = "DOCUMENTO"
    """Number of a document, written as its type asks. Read as VARCHAR, normalised."""


@dataclass(frozen=True)
class Campo:
    """One submitted column.

    Raises:
        ValueError: the declaration contradicts itself (a mistake of the mechanism, not of a user).
    """

    nombre: str
    tipo: Tipo
    obligatorio: bool = True
    """The cell must be filled in; when false the whole column may also be absent."""
    descripcion: str = ""
    ejemplo: str = ""
    largo: int | None = None
    """TEXTO: most characters; DIGITOS: exact number of digits."""
    minimo: int | None = None
    """ENTERO: least value; zero if not given."""
    valores: tuple[str, ...] = ()
    """LISTA: the canonical values, already upper case and without accents."""
    alias: tuple[str, ...] = ()
    """Other spellings of the header; compared folded, see :func:`plegar_encabezado`."""
    completa_ceros: bool = False
    """DIGITOS one digit short get their lost leading zero back."""
    personal: bool = False
    """Personal data: its values never appear in a message."""
    lista: str = ""
    """LISTA: what to call the closed list when it is too long to be printed."""
    segun: str = ""
    """DOCUMENTO: the column with its type."""
    fecha: str = ""
    """DOCUMENTO: the column with the day of the fact, where a type depends on it."""

    def __post_init__(self) -> None:
        if not _IDENTIFICADOR.fullmatch(self.nombre) or self.nombre in _RESERVADOS:
            raise ValueError(f"nombre de campo no admitido: {self.nombre!r}")
        if (self.tipo is Tipo.LISTA) != bool(self.valores):
            raise ValueError(f"{self.nombre}: valores va con LISTA y solo con LISTA")
        if any(v != plegar_valor(v) for v in self.valores):
            raise ValueError(f"{self.nombre}: los valores van en mayúscula y sin tildes")
        if self.completa_ceros and (self.tipo is not Tipo.DIGITOS or not self.largo):
            raise ValueError(f"{self.nombre}: completa_ceros pide DIGITOS con largo")
        if self.lista and self.tipo is not Tipo.LISTA:
            raise ValueError(f"{self.nombre}: lista va solo con LISTA")
        if (self.tipo is Tipo.DOCUMENTO) != bool(self.segun):
            raise ValueError(f"{self.nombre}: segun va con DOCUMENTO y solo con DOCUMENTO")
        if self.fecha and self.tipo is not Tipo.DOCUMENTO:
            raise ValueError(f"{self.nombre}: fecha va solo con DOCUMENTO")
        if self.tipo is Tipo.DOCUMENTO and not self.personal:
            raise ValueError(f"{self.nombre}: un documento es dato personal")

    @property
    def encabezados(self) -> frozenset[str]:
        """Folded spellings other than the name under which the column may come."""
        return frozenset(plegar_encabezado(a) for a in self.alias) - {self.nombre}


def sin_tildes(texto: str) -> str:
    """Letters without their marks: ``"Población"`` → ``"Poblacion"``."""
    return "".join(c for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c))


def plegar_encabezado(texto: str) -> str:
    """Header spelling for comparison: ``" Número  Sede "`` → ``"numero_sede"``."""
    return re.sub(r"[^a-z0-9]+", "_", sin_tildes(texto).lower()).strip("_")


def plegar_valor(texto: str) -> str:
    """Closed-list value for comparison: trimmed, upper case, without accents."""
    return " ".join(sin_tildes(texto).upper().split())
