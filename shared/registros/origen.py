# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Open a source file: its format, its layout and which column is which."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from shared.registros.catalogo import REGISTROS
from shared.registros.consultas import consultar, una_fila
from shared.registros.errors import (
    ArchivoIlegible,
    FaltanColumnas,
    FormatoDesconocido,
    RegistroEquivocado,
)
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import (
    BLOQUE,
    DELIMITADORES,
    NOMBRES_DELIMITADOR,
    Inspeccion,
    Lector,
    partir_encabezado,
    pasar_a_utf8,
)
from shared.registros.model import ColumnaRegistro, EsquemaRegistro, FormatoPosicional

VENTAJA: Final = 3
"""Columns more that another register must recognise before a file is taken for it."""
LINEAS_DE_MUESTRA: Final = 50
"""First lines that say, by majority, which headerless layout a file has."""

_OTROS_FORMATOS: Final = {
    b"PK\x03\x04": "un libro de Excel o un ZIP",
    b"\x1f\x8b": "un comprimido GZIP",
    b"\xd0\xcf\x11\xe0": "un libro de Excel antiguo",
    b"%PDF": "un PDF",
}


@dataclass(frozen=True)
class Texto:
    """A text source, its layout known and its lines not read yet."""

    lector: Lector
    inspeccion: Inspeccion
    delimitador: str
    inicio: int
    """Offset of the first line of data."""
    comillas: bool
    """Whether a quote opens a quoted field."""
    formato: FormatoPosicional | None = None
    """Headerless layout; ``None`` when the file brings a header."""
    constantes: dict[int, str] = field(default_factory=dict)
    """Position after the last one → what the name of the file says of every row."""
    filas_rotas: int = 0
    en_blanco: int = 0


@dataclass(frozen=True)
class Origen:
    """A source whose columns are known."""

    encabezado: list[str]
    sha256: str
    texto: Texto | None
    """``None`` for Parquet."""
    relacion: str = ""
    """Parquet: ``fila`` and positional text columns ``c<i>``."""
    filas: int = 0
    """Rows of data, once they are counted."""


def abrir(
    con: duckdb.DuckDBPyConnection,
    esquema: EsquemaRegistro,
    ruta: Path,
    carpeta: Path,
    *,
    inspeccion: Inspeccion,
    nombre: str,
    bloque: int = BLOQUE,
) -> Origen:
    """Recognise format and layout of ``ruta`` by its content, and by ``nombre`` where it counts.

    ``nombre`` is how the owner of the file called it; ``carpeta`` receives what must be rewritten.

    Raises:
        ArchivoIlegible: empty or damaged file, or another format.
        FormatoDesconocido: a headerless file in no layout of the register.
    """
    with ruta.open("rb") as archivo:
        inicio = archivo.read(512)
    if not inicio:
        raise ArchivoIlegible(f"El archivo {nombre} está vacío. Envíe uno con encabezado.")
    if inicio.startswith(b"PAR1"):
        return _abrir_parquet(con, ruta, inspeccion)
    for marca, formato in _OTROS_FORMATOS.items():
        if inicio.startswith(marca):
            raise ArchivoIlegible(f"{nombre} es {formato}. Envíe un CSV, TXT o Parquet.")
    if inicio.lstrip().lower().startswith((b"<html", b"<!doctype", b"<table")):
        raise ArchivoIlegible(
            f"{nombre} es una tabla HTML, como la opción «.xls» del portal REPS. "
            "Descargue la opción CSV o TXT."
        )
    if inspeccion.codificacion == "utf-16":
        en_utf8 = carpeta / "utf8.txt"
        pasar_a_utf8(ruta, en_utf8)
        ruta = en_utf8
    return _abrir_texto(esquema, Lector(ruta, inspeccion, bloque=bloque), inspeccion, nombre)


def _abrir_parquet(con: duckdb.DuckDBPyConnection, ruta: Path, inspeccion: Inspeccion) -> Origen:
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
    return Origen(nombres, inspeccion.sha256, None, relacion, int(filas))


def _abrir_texto(
    esquema: EsquemaRegistro, lector: Lector, inspeccion: Inspeccion, nombre: str
) -> Origen:
    lineas = lector.primeras(LINEAS_DE_MUESTRA)
    if not lineas:
        raise ArchivoIlegible(f"El archivo {nombre} no tiene encabezado ni filas.")
    fin, titulo = lineas[0]
    delimitador, encabezado = _encabezado(esquema, titulo)
    if esquema.formatos and esquema.faltantes(esquema.mapear(encabezado)):
        formato = _formato(esquema, [linea for _, linea in lineas], nombre)
        if formato is not None:
            return _posicional(lector, inspeccion, formato, nombre, comillas=esquema.comillas)
        if not esquema.mapear(encabezado) and _mas_parecido(esquema, encabezado) is None:
            raise _formato_desconocido(esquema, [linea for _, linea in lineas], nombre)
    # A pipe is chosen so as not to quote: there a quote is a character, and a stray one would
    # swallow rows. Who quotes the titles quotes the cells, whatever the register says.
    comillas = '"' in titulo or (esquema.comillas and delimitador != "|")
    texto = Texto(lector, inspeccion, delimitador, fin, comillas)
    return Origen(encabezado, inspeccion.sha256, texto)


def _encabezado(esquema: EsquemaRegistro, linea: str) -> tuple[str, list[str]]:
    """The delimiter that makes most sense of a header line, and its titles."""

    def puntos(delimitador: str) -> tuple[int, int]:
        titulos = partir_encabezado(linea, delimitador)
        return len(esquema.mapear(titulos)), len(titulos)

    delimitador = max(DELIMITADORES, key=puntos)
    encabezado = partir_encabezado(linea, delimitador)
    while encabezado and not encabezado[-1]:
        encabezado.pop()  # trailing separator
    return delimitador, encabezado


# --- headerless layouts ----------------------------------------------------------------------


def _formato(esquema: EsquemaRegistro, lineas: list[str], nombre: str) -> FormatoPosicional | None:
    """The layout that most of the first lines have; of two, the one of that file name."""

    def aciertos(formato: FormatoPosicional) -> int:
        return sum(
            _campos(linea, formato.delimitador) == len(formato.posiciones) for linea in lineas
        )

    def del_nombre(formato: FormatoPosicional) -> bool:
        return bool(formato.archivo and re.search(formato.archivo, nombre.upper()))

    mejor = max(esquema.formatos, key=lambda f: (aciertos(f), del_nombre(f)))
    return mejor if aciertos(mejor) * 2 > len(lineas) else None


def _campos(linea: str, delimitador: str) -> int:
    return linea.count(delimitador) + 1


def _posicional(
    lector: Lector,
    inspeccion: Inspeccion,
    formato: FormatoPosicional,
    nombre: str,
    *,
    comillas: bool,
) -> Origen:
    encabezado = list(formato.posiciones)
    constantes = {}
    for columna, valor in _por_nombre(formato, nombre).items():
        constantes[len(encabezado)] = valor
        encabezado.append(columna)
    texto = Texto(
        lector,
        inspeccion,
        formato.delimitador,
        lector.principio,
        comillas,
        formato,
        constantes,
    )
    return Origen(encabezado, inspeccion.sha256, texto)


def _por_nombre(formato: FormatoPosicional, nombre: str) -> dict[str, str]:
    """What the name of the file says; nothing, when it is not the one of the layout."""
    hallado = re.search(formato.archivo, nombre.upper()) if formato.archivo else None
    if hallado is None:
        return {}
    grupos = hallado.groupdict()
    dichos = [
        dicho.split("=", 1)
        for grupo, texto, dicho in formato.por_nombre
        if grupos.get(grupo) == texto
    ]
    return {columna: valor for columna, valor in dichos if columna not in formato.posiciones}


def _formato_desconocido(
    esquema: EsquemaRegistro, lineas: list[str], nombre: str
) -> FormatoDesconocido:
    admitidos = "; ".join(
        f"{f.nombre}, {len(f.posiciones)} campos separados por "
        f"{NOMBRES_DELIMITADOR.get(f.delimitador, f.delimitador)}"
        for f in esquema.formatos
    )
    (campos, _), *_ = Counter(
        _campos(linea, esquema.formatos[0].delimitador) for linea in lineas
    ).most_common(1)
    return FormatoDesconocido(
        f"{nombre} no trae el encabezado de «{esquema.nombre}» y, leído sin encabezado, sus filas "
        f"tienen {campos} campos. Se admite un archivo con encabezado, o sin él: {admitidos}. "
        "Revise el archivo o el registro al que lo carga.",
        registro=esquema.nombre,
        campos=campos,
    )


# --- columns ---------------------------------------------------------------------------------


def columnas_de(esquema: EsquemaRegistro, encabezado: list[str], nombre: str) -> dict[str, int]:
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
            f"{nombre} parece de «{parecido.nombre}» ({parecido.titulo}) y se pidió cargarlo "
            f"como «{esquema.nombre}». Indique el registro correcto.",
            registro=esquema.nombre,
            parece=parecido.nombre,
        )
    if faltan:
        detalle = "; ".join(_como_se_llama(c) for c in faltan)
        # A first line of which nothing is known may be a row of someone's data: it is not shown.
        leido = f"El encabezado leído es: {', '.join(encabezado)[:300]}."
        raise FaltanColumnas(
            f"A {nombre} le faltan columnas de «{esquema.nombre}»: {detalle}. "
            f"{leido if mapa else 'La primera línea no trae ninguna columna conocida.'}",
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
