"""The canonical Parquet of a register: its order, its layout, and how it is known again.

Whoever writes one this way (loader, synthetic country) is read as is, without normalising it
again. The layout was chosen by measurement (ADR 0011).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shared.registros.expresiones import ident, literal
from shared.registros.model import EsquemaRegistro
from shared.registros.pie import pie_de

FILAS_POR_GRUPO: Final = 20_480
"""Rows per row group: a look-up reads one whole group per document it asks for."""
COMPRESION: Final = "lz4_raw"
COMPRESION_ARROW: Final = "lz4"
"""The same codec, as Arrow calls it."""
MARCA_REGISTRO: Final = "mecanismos_registro"
MARCA_FIRMA: Final = "mecanismos_firma"
_MAGIA: Final = b"PAR1"


def orden(esquema: EsquemaRegistro, *desempate: str) -> str:
    """``ORDER BY`` of the canonical Parquet; ``desempate`` are columns that make it unique."""
    return ", ".join(map(ident, dict.fromkeys((*esquema.clave, *esquema.orden, *desempate))))


def opciones(esquema: EsquemaRegistro) -> str:
    """Options of ``COPY … TO`` for a Parquet with the canonical columns, in the order of ``orden``.

    They include the marks by which ``es_canonico`` knows the file.
    """
    marcas = {MARCA_REGISTRO: esquema.nombre, MARCA_FIRMA: esquema.firma}
    return (
        f"(FORMAT parquet, COMPRESSION {COMPRESION}, ROW_GROUP_SIZE {FILAS_POR_GRUPO}, "
        f"KV_METADATA {{{', '.join(f'{m}: {literal(v)}' for m, v in marcas.items())}}})"
    )


def es_canonico(esquema: EsquemaRegistro, ruta: Path) -> bool:
    """Whether the file is a Parquet written with the columns of today for this register.

    It may lack derived ones: they follow from the others, and ``carpeta`` adds them. Only its
    foot is read: a register of 50 million rows costs as little as one of ten.

    Raises:
        ArchivoIlegible: it starts like a Parquet and cannot be read as one.
    """
    with ruta.open("rb") as archivo:
        if archivo.read(len(_MAGIA)) != _MAGIA:
            return False
    marcas = pie_de(ruta).marcas
    return marcas.get(MARCA_REGISTRO) == esquema.nombre and esquema.admite(
        marcas.get(MARCA_FIRMA, "")
    )
