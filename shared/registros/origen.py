# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Open a source file and recognise its columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from shared.registros.catalogo import REGISTROS
from shared.registros.consultas import consultar, una_fila
from shared.registros.errors import ArchivoIlegible, FaltanColumnas, RegistroEquivocado
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import (
    DELIMITADORES,
    LINEA_MAXIMA,
    SEPARADOR,
    TextoPreparado,
    partir_encabezado,
    preparar,
    sha256_de,
)
from shared.registros.model import ColumnaRegistro, EsquemaRegistro

VENTAJA: Final = 3
"""Columns more that another register must recognise before a file is taken for it."""

_OTROS_FORMATOS: Final = {
    b"PK\x03\x04": "un libro de Excel o un ZIP",
    b"\x1f\x8b": "un comprimido GZIP",
    b"\xd0\xcf\x11\xe0": "un libro de Excel antiguo",
    b"%PDF": "un PDF",
}


@dataclass(frozen=True)
class Origen:
    """A source ready for DuckDB: a relation of ``fila`` and positional text columns ``c<i>``."""

    relacion: str
    encabezado: list[str]
    sha256: str
    filas: int
    texto: TextoPreparado | None
    """``None`` for Parquet."""


def abrir(
    con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, ruta: Path, carpeta: Path
) -> Origen:
    """Recognise the format of ``ruta`` by its content; text is normalised into ``carpeta``.

    Raises:
        ArchivoIlegible: missing, empty or damaged file, or another format.
    """
    if not ruta.is_file():
        raise ArchivoIlegible(f"No existe el archivo {ruta.name}. Revise el nombre y la carpeta.")
    with ruta.open("rb") as archivo:
        inicio = archivo.read(512)
    if inicio.startswith(b"PAR1"):
        return _abrir_parquet(con, ruta)
    for marca, nombre in _OTROS_FORMATOS.items():
        if inicio.startswith(marca):
            raise ArchivoIlegible(f"{ruta.name} es {nombre}. Envíe un CSV, TXT o Parquet.")
    if inicio.lstrip().lower().startswith((b"<html", b"<!doctype", b"<table")):
        raise ArchivoIlegible(
            f"{ruta.name} es una tabla HTML, como la opción «.xls» del portal REPS. "
            "Descargue la opción CSV o TXT."
        )
    return _abrir_texto(esquema, ruta, carpeta)


def _abrir_parquet(con: duckdb.DuckDBPyConnection, ruta: Path) -> Origen:
    origen = f"read_parquet({literal(str(ruta))}, file_row_number = true)"
    try:
        nombres = [f[0] for f in consultar(con, f"DESCRIBE SELECT * FROM {origen}")]
        (filas,) = una_fila(con, f"SELECT count(*) FROM {origen}")
    except duckdb.Error as error:
        raise ArchivoIlegible(f"{ruta.name} está dañado: no se lee como Parquet.") from error
    nombres.remove("file_row_number")
    columnas = ", ".join(
        f"CAST({ident(nombre)} AS VARCHAR) AS c{i}" for i, nombre in enumerate(nombres)
    )
    relacion = f"(SELECT file_row_number + 1 AS fila, {columnas} FROM {origen})"
    return Origen(relacion, nombres, sha256_de(ruta), int(filas), None)


def _abrir_texto(esquema: EsquemaRegistro, ruta: Path, carpeta: Path) -> Origen:
    def elegir(linea: str) -> str:
        def puntos(delimitador: str) -> tuple[int, int]:
            titulos = partir_encabezado(linea, delimitador)
            return len(esquema.mapear(titulos)), len(titulos)

        return max(DELIMITADORES, key=puntos)

    texto = preparar(ruta, carpeta, elegir)
    columnas = {"fila": "BIGINT"} | {f"c{i}": "VARCHAR" for i in range(len(texto.encabezado))}
    relacion = leer_lineas(texto.ruta, columnas)
    return Origen(relacion, texto.encabezado, texto.inspeccion.sha256, texto.filas, texto)


def leer_lineas(ruta: Path, columnas: dict[str, str]) -> str:
    """Relation over the files that ``lectura`` writes."""
    tipos = ", ".join(f"{nombre}: {literal(tipo)}" for nombre, tipo in columnas.items())
    return (
        f"read_csv({literal(str(ruta))}, delim = {literal(SEPARADOR)}, quote = '', escape = '', "
        f"header = false, auto_detect = false, new_line = '\\n', "
        f"max_line_size = {2 * LINEA_MAXIMA}, columns = {{{tipos}}})"
    )


def columnas_de(esquema: EsquemaRegistro, encabezado: list[str], ruta: Path) -> dict[str, int]:
    """Positions of the canonical columns in the file.

    Raises:
        RegistroEquivocado: another register recognises clearly more of the header.
        FaltanColumnas: obligatory columns absent; all are named with what they are called.
    """
    mapa = esquema.mapear(encabezado)
    faltan = esquema.faltantes(mapa)
    parecido = _mas_parecido(esquema, encabezado)
    if parecido is not None and (faltan or len(parecido.mapear(encabezado)) >= len(mapa) + VENTAJA):
        raise RegistroEquivocado(
            f"{ruta.name} parece de «{parecido.nombre}» ({parecido.titulo}) y se pidió cargarlo "
            f"como «{esquema.nombre}». Indique el registro correcto.",
            registro=esquema.nombre,
            parece=parecido.nombre,
        )
    if faltan:
        detalle = "; ".join(_como_se_llama(c) for c in faltan)
        raise FaltanColumnas(
            f"A {ruta.name} le faltan columnas de «{esquema.nombre}»: {detalle}. "
            f"El encabezado leído es: {', '.join(encabezado)[:300]}.",
            registro=esquema.nombre,
            columnas=[c.nombre for c in faltan],
        )
    return mapa


def _mas_parecido(esquema: EsquemaRegistro, encabezado: list[str]) -> EsquemaRegistro | None:
    propias = len(esquema.mapear(encabezado))
    candidatos = []
    for otro in REGISTROS.values():
        mapa = otro.mapear(encabezado)
        if otro.nombre != esquema.nombre and not otro.faltantes(mapa) and len(mapa) > propias:
            candidatos.append((len(mapa), otro.nombre))
    return REGISTROS[max(candidatos)[1]] if candidatos else None


def _como_se_llama(columna: ColumnaRegistro) -> str:
    otros = [*columna.originales]
    if columna.necesita:
        otros.append(" + ".join(columna.necesita))
    return f"{columna.nombre} (también {', '.join(otros)})" if otros else columna.nombre
