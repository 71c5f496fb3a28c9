"""Parquet to batches of text, so that every format meets the same checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shared.radicacion.lectura.encabezado import emparejar
from shared.radicacion.lectura.errors import (
    ArchivoDemasiadoGrande,
    ArchivoIlegible,
    TipoColumna,
)
from shared.radicacion.lectura.model import MARCA, MIB, Fuente, Limites, esquema_lote
from shared.tipos.campos import Campo

_TANDA: Final = 100_000
_FALLAS: Final = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError)
"""What Arrow raises for a file that is not sound."""

_TEXTOS: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_SIMPLES: Final = (
    *_TEXTOS,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_null,
)


def abrir_parquet(ruta: Path, campos: Sequence[Campo], limites: Limites) -> Fuente:
    """Open a Parquet file.

    Raises:
        ArchivoIlegible, ArchivoDemasiadoGrande, TipoColumna, FaltaColumna, ColumnaRepetida.
    """
    try:
        archivo = pq.ParquetFile(ruta)
        esquema = archivo.schema_arrow
        bytes_ = sum(
            archivo.metadata.row_group(i).total_byte_size
            for i in range(archivo.metadata.num_row_groups)
        )
    except _FALLAS as causa:
        raise _ilegible() from causa
    if bytes_ > limites.descomprimido or len(esquema) > limites.columnas:
        raise ArchivoDemasiadoGrande(
            f"El Parquet pasa de {limites.descomprimido // MIB} MB o de {limites.columnas} "
            "columnas. Divídalo en varios."
        )
    emparejado = emparejar(esquema.names, campos)
    usadas = [esquema.field(i) for i in emparejado.columnas if i is not None]
    malas = [c.name for c in usadas if not _simple(c.type)]
    if malas:
        raise TipoColumna(
            f"En el Parquet, {', '.join(malas)} no trae texto, números, fechas ni SI/NO. "
            "Guarde cada columna con un tipo simple."
        )
    return Fuente(
        lotes=_lotes(archivo, emparejado.columnas),
        columnas=emparejado.columnas,
        con_letras=False,
        ignoradas=emparejado.ignoradas,
    )


def _ilegible() -> ArchivoIlegible:
    return ArchivoIlegible("El archivo Parquet está dañado o incompleto. Expórtelo de nuevo.")


def _valor(tipo: pa.DataType) -> pa.DataType:
    return tipo.value_type if pa.types.is_dictionary(tipo) else tipo


def _simple(tipo: pa.DataType) -> bool:
    valor = _valor(tipo)
    if pa.types.is_timestamp(valor):
        return valor.tz is None
    return any(es(valor) for es in _SIMPLES)


def _lotes(archivo: pq.ParquetFile, columnas: Sequence[int | None]) -> Iterator[pa.Table]:
    nombres = archivo.schema_arrow.names
    pedidas = [nombres[i] for i in columnas if i is not None]
    fila = 0
    try:
        for tanda in archivo.iter_batches(_TANDA, columns=pedidas):
            n = tanda.num_rows
            if n:
                yield _lote(fila, tanda, [None if i is None else nombres[i] for i in columnas])
            fila += n
    except _FALLAS as causa:
        raise _ilegible() from causa


def _lote(fila: int, tanda: pa.RecordBatch, nombres: Sequence[str | None]) -> pa.Table:
    n = tanda.num_rows
    numeros = pa.arange(fila + 1, fila + n + 1)
    celdas = [
        pa.nulls(n, pa.string()) if nombre is None else _a_texto(tanda.column(nombre))
        for nombre in nombres
    ]
    return pa.table(
        [numeros, numeros, pa.nulls(n, pa.string()), *celdas], schema=esquema_lote(len(celdas))
    )


def _a_texto(celdas: pa.Array) -> pa.Array:
    tipo = _valor(celdas.type)
    if pa.types.is_dictionary(celdas.type):
        celdas = celdas.cast(tipo)
    if pa.types.is_boolean(tipo):
        return pc.if_else(celdas, "SI", "NO")
    if pa.types.is_floating(tipo):
        return _reales(celdas.cast(pa.float64()))
    if pa.types.is_timestamp(tipo):
        dias = celdas.cast(pa.date32(), safe=False)
        exacto = pc.equal(dias.cast(tipo), celdas)
        return pc.if_else(exacto, dias.cast(pa.string()), celdas.cast(pa.string()))
    if pa.types.is_date(tipo):
        return celdas.cast(pa.date32()).cast(pa.string())
    texto = celdas.cast(pa.string())
    return pc.replace_substring(texto, MARCA, "\ufffd") if _es_texto(tipo) else texto


def _es_texto(tipo: pa.DataType) -> bool:
    return any(es(tipo) for es in _TEXTOS)


def _reales(celdas: pa.Array) -> pa.Array:
    """Whole numbers without ``.0``; NaN, which is how some libraries write an absence, as null."""
    celdas = pc.if_else(pc.is_finite(celdas), celdas, None)
    exacto = pc.and_(pc.equal(celdas, pc.trunc(celdas)), pc.less(pc.abs(celdas), 2.0**53))
    enteros = pc.if_else(exacto, celdas, None).cast(pa.int64()).cast(pa.string())
    return pc.if_else(pc.fill_null(exacto, False), enteros, celdas.cast(pa.string()))
