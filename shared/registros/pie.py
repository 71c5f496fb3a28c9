"""The foot of a Parquet, and the few rows that it tells where to find.

Reading the foot of 50 million rows takes a tenth of a second and a query that looks for one row
visits what it says of every row group; both are too long for one person. Files of registers never
change, so their feet are kept, and the row groups that may hold a value are read on their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shared.registros.errors import ArchivoIlegible

PIES: Final = 8
"""Feet kept in memory: that of BDUA takes some 100 MB."""


class Pie:
    """What a Parquet says of itself."""

    def __init__(self, ruta: Path) -> None:
        self._ruta = ruta
        self._metadatos = pq.read_metadata(ruta)
        self._limites: dict[str, list[tuple[Any, Any] | None]] = {}

    @property
    def filas(self) -> int:
        """Rows of the file."""
        return int(self._metadatos.num_rows)

    @cached_property
    def columnas(self) -> tuple[str, ...]:
        """Names of its columns, in order."""
        return tuple(self._metadatos.schema.to_arrow_schema().names)

    @cached_property
    def marcas(self) -> dict[str, str]:
        """Key-value metadata, as text."""
        return {
            clave.decode(): valor.decode(errors="replace")
            for clave, valor in (self._metadatos.metadata or {}).items()
        }

    def grupos(self, valores: Mapping[str, Collection[Any]]) -> list[int]:
        """Row groups that may hold a row with one of the values of each column."""
        quedan = list(range(self._metadatos.num_row_groups))
        for columna, buscados in valores.items():
            limites = self._limites_de(columna)
            quedan = [g for g in quedan if _caben(buscados, limites[g])]
        return quedan

    def leer(
        self, grupos: Sequence[int], valores: Mapping[str, Collection[Any]], columnas: Sequence[str]
    ) -> pa.Table:
        """Rows of those row groups with one of the values of each column."""
        with pq.ParquetFile(self._ruta, metadata=self._metadatos, memory_map=True) as archivo:
            tabla = archivo.read_row_groups(
                list(grupos), columns=list(dict.fromkeys((*columnas, *valores)))
            )
        for columna, buscados in valores.items():
            tipo = tabla.schema.field(columna).type
            tabla = tabla.filter(pc.is_in(tabla[columna], pa.array(list(buscados), tipo)))
        return tabla.select(list(columnas))

    def _limites_de(self, columna: str) -> list[tuple[Any, Any] | None]:
        """Least and greatest value of the column in each row group; ``None`` if it does not say."""
        if columna not in self._limites:
            posicion = self.columnas.index(columna)
            self._limites[columna] = [
                (e.min, e.max) if e is not None and e.has_min_max else None
                for e in (
                    self._metadatos.row_group(g).column(posicion).statistics
                    for g in range(self._metadatos.num_row_groups)
                )
            ]
        return self._limites[columna]


def _caben(buscados: Collection[Any], limites: tuple[Any, Any] | None) -> bool:
    if limites is None:
        return True
    menor, mayor = limites
    return any(menor <= valor <= mayor for valor in buscados)


def pie_de(ruta: Path) -> Pie:
    """The foot of a Parquet, read again only if the file changes.

    Raises:
        ArchivoIlegible: it is not a Parquet that can be read.
    """
    estado = ruta.stat()
    return _pie_visto(ruta.resolve(), estado.st_ino, estado.st_size, estado.st_mtime_ns)


@lru_cache(maxsize=PIES)
def _pie_visto(ruta: Path, nodo: int, tamano: int, modificado_ns: int) -> Pie:
    try:
        return Pie(ruta)
    except (pa.ArrowException, OSError) as error:
        raise ArchivoIlegible(f"{ruta.name} está dañado: no se lee como Parquet.") from error
