"""Another layout in which the rows of a mechanism may come, as data. No I/O here.

Of the family of PISIS: text without header, a control line first, then one line per record with
its type, its number, its fields in fixed places and an indicator of what it does to what was
reported before (I inserts, A updates, E withdraws). Source: THS dossier §3.1b.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

TIPO_REGISTRO: Final = "tipo_registro"
CONSECUTIVO: Final = "consecutivo"
TIPO_DOCUMENTO: Final = "tipo_documento"
NUMERO_DOCUMENTO: Final = "numero_documento"
INDICADOR: Final = "indicador_actualizacion"
_SIEMPRE: Final = frozenset(
    {TIPO_REGISTRO, CONSECUTIVO, TIPO_DOCUMENTO, NUMERO_DOCUMENTO, INDICADOR}
)


@dataclass(frozen=True)
class Origen:
    """Where a column gets its value: the first of these that is told and is not empty.

    ``posicion`` is a field of the line, ``control`` one of the control line, ``sobre`` a datum of
    whoever submits, and ``fijo`` the same text always.
    """

    posicion: str = ""
    control: str = ""
    sobre: str = ""
    fijo: str = ""
    largo: int | None = None
    """Digits that the field has; one short get their lost zero back."""
    primeros: int | None = None
    """Only so many characters of it."""
    traduce: Mapping[str, str] = field(default_factory=dict)
    """Code of the line → value of the column; any other is a mistake of the line."""


@dataclass(frozen=True)
class Disposicion:
    """One layout: how it is known, what its lines hold and what each column is made of.

    A column of the mechanism that ``columnas`` does not name is the field of the same name.

    Raises:
        ValueError: the declaration contradicts itself.
    """

    nombre: str
    archivo: str
    """Regular expression of the beginning of the name, in upper case; its group ``entidad`` is
    the code of who reports."""
    marca: tuple[str, ...]
    """First fields of the control line, always the same."""
    control: tuple[str, ...]
    """Every field of the control line, those of ``marca`` included."""
    entidad: str
    """Field of the control line with the habilitation code of who reports."""
    fechas: tuple[str, ...]
    """Fields of the control line that are dates: AAAA-MM-DD or AAAAMMDD."""
    total: str
    """Field of the control line with the number of lines that follow."""
    versiones: tuple[tuple[str, ...], ...]
    """Position maps of a line, the longest first; the number of fields tells which it is."""
    tipos: Mapping[str, str]
    """Type of line → what its records are called. Those of the first one are the rows."""
    columnas: Mapping[str, Origen]
    avisos: tuple[str, ...] = ()
    """What is always told of a file of this layout."""

    def __post_init__(self) -> None:
        largos = [len(v) for v in self.versiones]
        if sorted(set(largos), reverse=True) != largos:
            raise ValueError(f"{self.nombre}: las versiones van de más a menos campos")
        if any(not _SIEMPRE <= set(v) <= set(self.versiones[0]) for v in self.versiones):
            raise ValueError(f"{self.nombre}: faltan posiciones en una versión")
        if not {self.entidad, self.total, *self.fechas} <= set(self.control):
            raise ValueError(f"{self.nombre}: la línea de control no trae lo que se le pide")
        for columna, origen in self.columnas.items():
            if not {origen.posicion} <= {"", *self.versiones[0]}:
                raise ValueError(f"{self.nombre}: {columna} pide una posición que no existe")
            if not {origen.control} <= {"", *self.control}:
                raise ValueError(f"{self.nombre}: {columna} pide un control que no existe")

    @property
    def paga(self) -> str:
        """Type of the lines that are rows; the others are only taken note of."""
        return next(iter(self.tipos))
