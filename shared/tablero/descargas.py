"""Cases as tables to download: what a caller may see of each, or ready to be filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from shared.focalizacion.model import Mecanismo
from shared.radicacion.descargas import Celda
from shared.tablero.schemas import CasoOut

COLUMNAS: Final = tuple(CasoOut.model_fields)
MAXIMO_XLSX: Final = 50_000
"""Rows of a workbook; beyond them, CSV."""


def filas(casos: Iterable[Mapping[str, Any]], alcance: str | None) -> Iterator[tuple[Celda, ...]]:
    """As ``COLUMNAS``; the document is whole only for the EPS of the case."""
    for caso in casos:
        yield tuple(CasoOut.de(caso, alcance).model_dump().values())


def encabezado_de_plantilla(mecanismo: Mecanismo) -> tuple[str, ...]:
    """Columns of a submission, in their order."""
    return tuple(campo.nombre for campo in mecanismo.esquema.campos)


def filas_de_plantilla(
    mecanismo: Mecanismo, casos: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Celda, ...]]:
    """One row to submit per case, with what its register says of it and the rest to be filled in
    by the EPS. Where the person lives is asked of the EPS, which has it current."""
    conocidas = {
        "codigo_eps": "codigo_eps",
        "tipo_documento": "tipo_documento",
        "numero_documento": "numero_documento",
        mecanismo.esquema.fecha_hecho: "fecha",
    }
    columnas = [conocidas.get(nombre) for nombre in encabezado_de_plantilla(mecanismo)]
    for caso in casos:
        yield tuple(None if columna is None else caso[columna] for columna in columnas)
