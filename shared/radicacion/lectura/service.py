"""Read a submitted file: typed rows and findings, whatever was sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from shared.focalizacion.model import Condicion
from shared.radicacion.lectura.columnar import abrir_parquet
from shared.radicacion.lectura.condiciones import aplicar
from shared.radicacion.lectura.encabezado import emparejar
from shared.radicacion.lectura.envoltura import Clase, clasificar, desenvolver
from shared.radicacion.lectura.errors import (
    ArchivoVacio,
    DemasiadasFilas,
    SinFilas,
    SinHoja,
)
from shared.radicacion.lectura.hoja import abrir_hoja, texto_numero
from shared.radicacion.lectura.model import (
    ARCHIVO_NOVEDADES,
    MARCA,
    Fuente,
    Lectura,
    Limites,
    esquema_lote,
)
from shared.radicacion.lectura.posicional import Sobre, abrir_posicional, reconocer, sin_sobre
from shared.radicacion.lectura.texto import abrir_texto
from shared.radicacion.lectura.tipado import ESQUEMA_FORMA, Tipador, esquema_filas, lugar
from shared.tipos import Rechazo
from shared.tipos.campos import Campo
from shared.tipos.disposicion import Disposicion

_POR_DEFECTO: Final = Limites()
_A_LA_VEZ: Final = 2
"""Batches typed at once."""


def leer(
    ruta: Path,
    nombre: str,
    campos: Sequence[Campo],
    destino: Path,
    *,
    condiciones: Sequence[Condicion] = (),
    disposiciones: Sequence[Disposicion] = (),
    sobre: Sobre = sin_sobre,
    hojas: Mapping[str, Sequence[Campo]] = MappingProxyType({}),
    limites: Limites = _POR_DEFECTO,
) -> Lectura:
    """Read CSV, delimited TXT, XLSX or Parquet, alone or inside one gzip or zip.

    The kind is told by the content; ``nombre``, which its owner gave it, only travels with the
    refusals, as ``archivo``. In ``destino``, made if need be, ``filas.parquet`` and
    ``forma.parquet`` are left, or nothing if the file is refused. Blank rows are skipped:
    ``fila`` counts the rows that hold something, from 1, while the messages name rows as a
    spreadsheet shows them, header and blank ones included (in Parquet both are the same and
    blank rows count). Columns nobody declared are ignored and listed. ``condiciones`` are judged
    over the typed rows; what they find is in ``forma.parquet`` beside what the cells lack.

    A text in one of ``disposiciones``, told by its control line, gives the same rows;
    ``fila`` then counts those that are rows, the messages name lines, and ``novedades.parquet``
    says what each line does. ``sobre`` tells what that layout leaves to whoever submits.

    ``hojas`` are sheets that a workbook may bring beside its rows, with their columns: each that
    holds something is read in a folder of ``destino`` with its name.

    Raises:
        EntradaInvalida, DemasiadoGrande: their subclasses in ``lectura.errors``; the file as a
            whole cannot be read. What is wrong with a row or a cell is in ``forma.parquet``.
    """
    destino.mkdir(parents=True, exist_ok=True)
    try:
        with _plano(ruta, destino, limites) as (plana, clase):
            fuente = _abrir(
                plana,
                clase,
                campos,
                nombre=nombre,
                disposiciones=disposiciones,
                sobre=sobre,
                limites=limites,
                aparte=hojas,
            )
            lectura = _procesar(fuente, campos, condiciones, destino, limites)
            if clase is not Clase.XLSX:
                return lectura
            return replace(lectura, hojas=_leer_hojas(plana, hojas, destino, limites))
    except Rechazo as rechazo:
        rechazo.extra.setdefault("archivo", nombre)
        raise


def _leer_hojas(
    libro: Path, hojas: Mapping[str, Sequence[Campo]], destino: Path, limites: Limites
) -> dict[str, Lectura]:
    """Each of those sheets; one that is not there or holds nothing brings nothing."""
    leidas = {}
    for nombre, campos in hojas.items():
        with suppress(SinHoja, SinFilas, ArchivoVacio):
            fuente = abrir_hoja(libro, campos, limites, hoja=nombre)
            leidas[nombre] = _procesar(fuente, campos, (), destino / nombre, limites)
    return leidas


@contextmanager
def celdas(
    ruta: Path,
    campos: Sequence[Campo],
    trabajo: Path,
    *,
    nombre: str = "",
    disposiciones: Sequence[Disposicion] = (),
    sobre: Sobre = sin_sobre,
    limites: Limites = _POR_DEFECTO,
) -> Iterator[Fuente]:
    """The cells of a file as they were written, in batches; what was compressed passes by
    ``trabajo``.

    Raises:
        EntradaInvalida, DemasiadoGrande: as :func:`leer`.
    """
    with _plano(ruta, trabajo, limites) as (plana, clase):
        yield _abrir(
            plana,
            clase,
            campos,
            nombre=nombre,
            disposiciones=disposiciones,
            sobre=sobre,
            limites=limites,
        )


@contextmanager
def _plano(ruta: Path, trabajo: Path, limites: Limites) -> Iterator[tuple[Path, Clase]]:
    """The file without what compresses it, while it is read, and its kind."""
    descomprimido = trabajo / "descomprimido.tmp"
    try:
        yield desenvolver(ruta, clasificar(ruta), descomprimido, limites)
    finally:
        descomprimido.unlink(missing_ok=True)


def _abrir(
    plana: Path,
    clase: Clase,
    campos: Sequence[Campo],
    *,
    nombre: str,
    disposiciones: Sequence[Disposicion],
    sobre: Sobre,
    limites: Limites,
    aparte: Collection[str] = (),
) -> Fuente:
    match clase:
        case Clase.XLSX:
            return abrir_hoja(plana, campos, limites, aparte=aparte)
        case Clase.PARQUET:
            return abrir_parquet(plana, campos, limites)
        case _:
            hallada = reconocer(plana, nombre, disposiciones)
            if hallada is None:
                return abrir_texto(plana, campos, limites)
            return abrir_posicional(plana, hallada, campos, limites, nombre=nombre, sobre=sobre)


def leer_filas(
    filas: Sequence[Mapping[str, Any]],
    campos: Sequence[Campo],
    destino: Path,
    *,
    condiciones: Sequence[Condicion] = (),
    limites: Limites = _POR_DEFECTO,
) -> Lectura:
    """Read rows that came as JSON objects; otherwise like :func:`leer`.

    A key absent from every row counts as an absent column; from some, as an empty cell.

    Raises:
        FaltaColumna, ColumnaRepetida, SinFilas, DemasiadasFilas.
    """
    return _procesar(celdas_de(filas, campos), campos, condiciones, destino, limites)


def celdas_de(filas: Sequence[Mapping[str, Any]], campos: Sequence[Campo]) -> Fuente:
    """The cells of JSON objects, as :func:`celdas` gives those of a file.

    Raises:
        FaltaColumna, ColumnaRepetida, SinFilas.
    """
    if not filas:
        raise SinFilas("La solicitud no trae filas. Envíe al menos una.")
    encabezado = list(dict.fromkeys(_sin_sueltos(clave) for fila in filas for clave in fila))
    emparejado = emparejar(encabezado, campos)
    claves = [None if i is None else encabezado[i] for i in emparejado.columnas]
    columnas = [
        pa.array([None if c is None else _celda(fila.get(c)) for fila in filas], pa.string())
        for c in claves
    ]
    numeros = pa.arange(1, len(filas) + 1)
    lote = pa.table(
        [numeros, numeros, pa.nulls(len(filas), pa.string()), *columnas],
        schema=esquema_lote(len(campos)),
    )
    return Fuente(
        iter([lote]), emparejado.columnas, con_letras=False, ignoradas=emparejado.ignoradas
    )


def _celda(valor: Any) -> str | None:
    if valor is None:
        return None
    if isinstance(valor, bool):
        return "SI" if valor else "NO"
    if isinstance(valor, str):
        return _sin_sueltos(valor).replace(MARCA, "\ufffd")
    if isinstance(valor, int):
        return str(valor) if abs(valor) < 10**30 else f"{MARCA}anidado"
    return texto_numero(valor) if isinstance(valor, float) else f"{MARCA}anidado"


def _sin_sueltos(texto: str) -> str:
    """JSON may carry half a surrogate pair, which no encoding can write."""
    return texto.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _procesar(
    fuente: Fuente,
    campos: Sequence[Campo],
    condiciones: Sequence[Condicion],
    destino: Path,
    limites: Limites,
) -> Lectura:
    destino.mkdir(parents=True, exist_ok=True)
    ruta_filas, ruta_forma = destino / "filas.parquet", destino / "forma.parquet"
    ruta_novedades = destino / ARCHIVO_NOVEDADES
    campos = [replace(c, obligatorio=False) if c.nombre in fuente.faltan else c for c in campos]
    try:
        lotes, hojas = _contados(fuente.lotes, limites), list[pa.Table]()
        if condiciones:
            lotes = _anotados(lotes, hojas)
        total, con_error, ceros = _escribir(fuente, lotes, campos, ruta_filas, ruta_forma)
        if not total and not fuente.novedades:
            raise SinFilas("El archivo trae el encabezado y ninguna fila. Agregue los registros.")
        if fuente.novedades is not None:
            pq.write_table(fuente.novedades, ruta_novedades, compression="zstd")
        if hojas:
            lugares = [_lugar(fuente, campos, c.columna) for c in condiciones]
            unidas = pa.concat_tables(hojas)
            con_error += aplicar(condiciones, lugares, unidas, ruta_filas, ruta_forma)
    except BaseException:
        ruta_filas.unlink(missing_ok=True)
        ruta_forma.unlink(missing_ok=True)
        ruta_novedades.unlink(missing_ok=True)
        raise
    return Lectura(
        total=total,
        con_error=con_error,
        codificacion=fuente.codificacion,
        separador=fuente.separador,
        columnas_ignoradas=fuente.ignoradas,
        avisos=(*fuente.avisos, *_avisos(fuente, campos, ceros)),
        filas=ruta_filas,
        forma=ruta_forma,
        novedades=None if fuente.novedades is None else ruta_novedades,
    )


def _lugar(fuente: Fuente, campos: Sequence[Campo], columna: str) -> str:
    posiciones = dict(zip((c.nombre for c in campos), fuente.columnas, strict=True))
    return lugar(columna, posiciones[columna], con_letras=fuente.con_letras)


def _escribir(
    fuente: Fuente,
    lotes: Iterator[pa.Table],
    campos: Sequence[Campo],
    ruta_filas: Path,
    ruta_forma: Path,
) -> tuple[int, int, list[int]]:
    total = con_error = 0
    with ExitStack() as pila:
        tipadores = [
            pila.enter_context(
                Tipador(
                    campos,
                    fuente.columnas,
                    con_letras=fuente.con_letras,
                    defectos=fuente.defectos,
                )
            )
            for _ in range(_A_LA_VEZ)
        ]
        salida = pila.enter_context(_escritor(ruta_filas, esquema_filas(campos)))
        hallazgos = pila.enter_context(_escritor(ruta_forma, ESQUEMA_FORMA))
        for filas, forma in _tipados(tipadores, lotes):
            salida.write_table(filas)
            if forma.num_rows:
                hallazgos.write_table(forma)
            total += filas.num_rows
            con_error += len(forma.column("fila").unique())
        ceros = [
            sum(de_cada_uno) for de_cada_uno in zip(*(t.ceros for t in tipadores), strict=True)
        ]
        return total, con_error, ceros


def _tipados(
    tipadores: Sequence[Tipador], lotes: Iterator[pa.Table]
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The batches typed, in their order; as many at once as tipadores, each with its thread:
    one batch alone does not fill more than a core."""
    with ThreadPoolExecutor(len(tipadores)) as hilos:
        while juntos := list(islice(lotes, len(tipadores))):
            yield from hilos.map(Tipador.tipar, tipadores, juntos)


def _escritor(ruta: Path, esquema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(ruta, esquema, compression="zstd")


def _contados(lotes: Iterator[pa.Table], limites: Limites) -> Iterator[pa.Table]:
    total = 0
    for lote in lotes:
        total += lote.num_rows
        if total > limites.filas:
            raise DemasiadasFilas(
                f"El archivo pasa de {limites.filas} filas. Divídalo en varias radicaciones."
            )
        yield lote


def _anotados(lotes: Iterator[pa.Table], hojas: list[pa.Table]) -> Iterator[pa.Table]:
    """The batches, while the two numbers of each row are kept for who names rows later."""
    for lote in lotes:
        hojas.append(lote.select(["fila", "hoja"]))
        yield lote


def _avisos(fuente: Fuente, campos: Sequence[Campo], ceros: Sequence[int]) -> Iterator[str]:
    for campo, columna, n in zip(campos, fuente.columnas, ceros, strict=True):
        if columna is None:
            yield f"El archivo no trae la columna opcional {campo.nombre}; se toma como vacía."
        if n:
            valores = "1 valor" if n == 1 else f"{n} valores"
            yield f"A {valores} de {campo.nombre} les faltaba el cero inicial y se completó."
