"""XLSX to batches. Values come from calamine; what calamine hides is looked for first.

Before any cell is loaded the XML parts are streamed once: to count their true size, to bound the
rectangle that calamine would allocate, and to find formulas and error values, which it reads as
their last result and as empty.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from shared.radicacion.lectura.encabezado import Emparejamiento, emparejar, reconocidas
from shared.radicacion.lectura.errors import (
    ArchivoCifrado,
    ArchivoDemasiadoGrande,
    ArchivoIlegible,
    ArchivoVacio,
    CeldasCombinadas,
    SinEncabezado,
    SinHoja,
)
from shared.radicacion.lectura.model import MARCA, MIB, Fuente, Limites, esquema_lote
from shared.tipos.campos import Campo, Tipo, plegar_encabezado

HOJA_DATOS: Final = "Datos"
_TANDA: Final = 20_000
_MAX_COLUMNA: Final = 16_384
_COMBINADA: Final = f"{MARCA}combinada"
_EXACTO: Final = 10**15
"""From here on a spreadsheet does not keep every digit of a number."""
_COLA: Final = 4096
"""Bytes kept between chunks so that no start tag is cut in two."""
_CELDA: Final = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""", re.ASCII
)
_COLUMNA_USUAL: Final = re.compile(rb'<c r="([A-Z]{1,3})[0-9]')
_FILA_USUAL: Final = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
"""What nearly every program writes; where they miss a cell, ``_CELDA`` is used."""
_ETIQUETAS: Final = {e: re.compile(b"<" + e + rb"[\s/>]") for e in (b"c", b"row", b"f")}
_FORMULA: Final = re.compile(rb"<(?:\w+:)?c(\s[^>]*)?>\s*<(?:\w+:)?f[\s>/]", re.ASCII)
_ERROR: Final = re.compile(rb"""<(?:\w+:)?c(\s[^>]*?\bt\s*=\s*["']e["'][^>]*)>""", re.ASCII)
_LUGAR: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""", re.ASCII)
_FALLAS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    ET.ParseError,
    CalamineError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What the libraries raise for a workbook that is not sound."""


Rango = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged range, each (row, column) from 0."""


@dataclass
class _Examen:
    """What streaming the sheet found. Cells are coded row << 14 | column, from 0, ascending."""

    filas: int = 0
    ultima: int = 0
    """Greatest row number written in a cell."""
    columnas: int = 0
    con_lugar: int = 0
    celdas: int = 0
    formulas: array[int] = field(default_factory=lambda: array("q"))
    errores: array[int] = field(default_factory=lambda: array("q"))


def abrir_hoja(
    ruta: Path,
    campos: Sequence[Campo],
    limites: Limites,
    *,
    hoja: str = "",
    aparte: Collection[str] = (),
) -> Fuente:
    """Open the sheet «Datos», or else the first visible one that is not in ``aparte``: those are
    read on their own. With ``hoja``, open that one.

    Raises:
        SinHoja: there is no sheet ``hoja``.
        ArchivoIlegible, ArchivoCifrado, ArchivoDemasiadoGrande, ArchivoVacio, CeldasCombinadas,
        SinEncabezado, FaltaColumna, ColumnaRepetida.
    """
    with _libro_sano():
        nombre, otras, examen = _examinar(ruta, limites, hoja, frozenset(aparte))
        leida = CalamineWorkbook.from_path(ruta).get_sheet_by_name(nombre)
        combinadas = leida.merged_cell_ranges or []
        filas = leida.iter_rows()
    if leida.start is None:
        raise ArchivoVacio(f"La hoja «{nombre}» está vacía.")
    avisos = [f"Se leyó la hoja «{nombre}»; las demás no se tuvieron en cuenta."] if otras else []
    lector = _Lector(_sanas(filas), leida.start[1], examen, campos, limites)
    lector.combinar(combinadas)
    return Fuente(
        lotes=lector.lotes(),
        columnas=tuple(
            None if c is None else c + lector.corrida for c in lector.emparejado.columnas
        ),
        con_letras=True,
        ignoradas=lector.emparejado.ignoradas,
        avisos=avisos,
    )


def _ilegible() -> ArchivoIlegible:
    return ArchivoIlegible(
        "El libro de Excel está dañado o incompleto. Ábralo y guárdelo de nuevo como .xlsx."
    )


@contextmanager
def _libro_sano() -> Iterator[None]:
    """Failures of the libraries, panics of the Rust one included, become a refusal."""
    try:
        yield
    except _FALLAS as causa:
        raise _ilegible() from causa
    except BaseException as causa:
        if type(causa).__name__ == "PanicException":  # not exported by the library
            raise _ilegible() from causa
        raise


def _sanas(filas: Iterator[list[Any]]) -> Iterator[list[Any]]:
    with _libro_sano():
        yield from filas


# Before loading


def _examinar(
    ruta: Path, limites: Limites, hoja: str, aparte: frozenset[str]
) -> tuple[str, bool, _Examen]:
    """Name of the sheet to read, whether there are others that nobody reads, and what it holds."""
    with zipfile.ZipFile(ruta) as paquete:
        if any(m.flag_bits & 1 for m in paquete.infolist()):
            raise ArchivoCifrado("El libro tiene contraseña. Guárdelo sin contraseña, como .xlsx.")
        hojas = _hojas(paquete)
        otras = [h for h in hojas if plegar_encabezado(h[0]) not in aparte]
        nombre, parte = _nombrada(hojas, hoja) if hoja else _escoger(otras)
        if [h[0] for h in hojas].count(nombre) > 1 or parte not in paquete.namelist():
            raise ValueError("the workbook does not say which part holds the sheet")
        examen = _Examen()
        libres = limites.hoja
        for miembro in paquete.infolist():
            if not miembro.filename.startswith("xl/") or miembro.is_dir():
                continue
            if miembro.filename == parte:
                libres -= _recorrer_hoja(paquete, miembro, examen, libres)
            elif miembro.filename.endswith((".xml", ".rels")):
                tope = limites.textos_hoja if "sharedStrings" in miembro.filename else libres
                libres -= _medir(paquete, miembro, min(tope, libres))
    columnas = examen.columnas
    if examen.celdas > examen.con_lugar:  # cells without a reference: any row may hold them all
        columnas = max(columnas, min(_MAX_COLUMNA, examen.celdas - examen.con_lugar))
    filas = max(examen.filas, examen.ultima)
    if filas * columnas > limites.celdas_hoja:
        raise ArchivoDemasiadoGrande(
            f"La hoja «{nombre}» ocupa {filas} filas por {columnas} columnas. Borre las "
            "filas y columnas sobrantes o guárdela como CSV."
        )
    return nombre, not hoja and len(otras) > 1, examen


def _hojas(paquete: zipfile.ZipFile) -> list[tuple[str, str, bool]]:
    """Name, part and visibility of each sheet."""
    relaciones = {
        nodo.get("Id"): nodo.get("Target", "")
        for nodo in _xml(paquete, "xl/_rels/workbook.xml.rels")
    }
    hojas = []
    for nodo in _xml(paquete, "xl/workbook.xml").iter():
        if nodo.tag.rpartition("}")[2] != "sheet":
            continue
        rel = next((v for k, v in nodo.attrib.items() if k.rpartition("}")[2] == "id"), None)
        destino = relaciones.get(rel, "")
        parte = destino.lstrip("/") if destino.startswith("/") else f"xl/{destino}"
        hojas.append((nodo.get("name", ""), parte, nodo.get("state", "visible") == "visible"))
    return hojas


def _xml(paquete: zipfile.ZipFile, parte: str) -> ET.Element:
    with paquete.open(parte) as entrada:
        datos = entrada.read(4 * MIB + 1)
    if len(datos) > 4 * MIB or b"<!DOCTYPE" in datos or b"<!ENTITY" in datos:
        raise ValueError(f"{parte} is not the XML of a workbook")
    return ET.fromstring(datos)  # noqa: S314 - bounded, and entity declarations are refused above


def _escoger(hojas: Sequence[tuple[str, str, bool]]) -> tuple[str, str]:
    datos = [h for h in hojas if plegar_encabezado(h[0]) == HOJA_DATOS.lower()]
    visibles = datos or [h for h in hojas if h[2]]
    if not visibles:
        raise ArchivoVacio("El libro no tiene ninguna hoja visible.")
    return visibles[0][0], visibles[0][1]


def _nombrada(hojas: Sequence[tuple[str, str, bool]], hoja: str) -> tuple[str, str]:
    for nombre, parte, _ in hojas:
        if plegar_encabezado(nombre) == hoja:
            return nombre, parte
    raise SinHoja(f"El libro no tiene la hoja «{hoja}». Agréguela, o envíela como otro archivo.")


def _trozos(paquete: zipfile.ZipFile, miembro: zipfile.ZipInfo, tope: int) -> Iterator[bytes]:
    leidos = 0
    with paquete.open(miembro) as entrada:
        while trozo := entrada.read(4 * MIB):
            leidos += len(trozo)
            if leidos > tope:
                raise ArchivoDemasiadoGrande(
                    "El libro de Excel es demasiado grande. Guárdelo como CSV o divídalo."
                )
            yield trozo


def _medir(paquete: zipfile.ZipFile, miembro: zipfile.ZipInfo, tope: int) -> int:
    return sum(len(trozo) for trozo in _trozos(paquete, miembro, tope))


def _recorrer_hoja(
    paquete: zipfile.ZipFile, miembro: zipfile.ZipInfo, examen: _Examen, tope: int
) -> int:
    total, cola = 0, b""
    letras: set[bytes] = set()
    for trozo in _trozos(paquete, miembro, tope):
        total += len(trozo)
        datos = cola + trozo
        # Keep the tail from a "<" on, so that each start tag is seen whole and only once.
        corte = datos.rfind(b"<", 0, max(len(datos) - _COLA, 0))
        corte = max(corte, 0)
        cola = datos[corte:]
        _anotar(datos[:corte], cola, examen, letras)
    _anotar(cola, b"", examen, letras)
    examen.columnas = max((_columna(c) + 1 for c in letras), default=0)
    for nombre in ("formulas", "errores"):
        setattr(examen, nombre, array("q", sorted(getattr(examen, nombre))))
    return total


def _anotar(datos: bytes, sigue: bytes, examen: _Examen, letras: set[bytes]) -> None:
    """Note the cells that start in ``datos``; ``sigue`` is what comes after them.

    The general patterns cost seconds per million cells, so plain searches decide if they run.
    """
    celdas = _contar(datos, b"c")
    columnas = _COLUMNA_USUAL.findall(datos)
    filas = set(_FILA_USUAL.findall(datos))
    if len(columnas) != celdas:
        lugares = _CELDA.findall(datos)
        columnas, filas = [c for c, _ in lugares], {f for _, f in lugares}
    letras.update(columnas)
    examen.celdas += celdas
    examen.con_lugar += len(columnas)
    examen.filas += _contar(datos, b"row")
    examen.ultima = max(examen.ultima, max(map(int, filas), default=0))
    contexto = datos + sigue[:_COLA]
    if _contar(contexto, b"f"):
        examen.formulas.extend(_codigos(_FORMULA, contexto, len(datos)))
    if b'"e"' in datos or b"'e'" in datos:
        examen.errores.extend(_codigos(_ERROR, datos, len(datos)))


def _contar(datos: bytes, etiqueta: bytes) -> int:
    """Start tags of that name, in any namespace; never fewer than there are."""
    return len(_ETIQUETAS[etiqueta].findall(datos)) + datos.count(b":" + etiqueta)


def _codigos(patron: re.Pattern[bytes], datos: bytes, limite: int) -> Iterator[int]:
    for hallado in patron.finditer(datos):
        lugar = _LUGAR.search(hallado[1] or b"")
        if hallado.start() < limite and lugar and _columna(lugar[1]) < _MAX_COLUMNA:
            yield (int(lugar[2]) - 1) << 14 | _columna(lugar[1])


def _columna(letras: bytes) -> int:
    n = 0
    for c in letras.upper():
        n = n * 26 + c - 64
    return n - 1


# Rows


class _Lector:
    """The rows of one sheet as text, with marks where a cell cannot be taken as it is."""

    def __init__(
        self,
        filas: Iterator[list[Any]],
        corrida: int,
        examen: _Examen,
        campos: Sequence[Campo],
        limites: Limites,
    ) -> None:
        self.examen = examen
        self.corrida = corrida
        """Empty columns to the left, which the library leaves out."""
        self.filas = self._todas(filas)
        self.combinadas: list[Rango] = []
        self.activas: list[Rango] = []
        encabezado = self._encabezado(campos, limites)
        self.emparejado: Emparejamiento = emparejar(encabezado, campos)
        self.tipos = [c.tipo for c in campos]

    def combinar(self, rangos: Sequence[Rango]) -> None:
        """Keep the merged ranges that touch a column we read."""
        usadas = [c + self.corrida for c in self.emparejado.columnas if c is not None]
        self.combinadas = sorted(
            (r for r in rangos if any(r[0][1] <= c <= r[1][1] for c in usadas)), reverse=True
        )

    def _todas(self, filas: Iterator[list[Any]]) -> Iterator[tuple[int, list[Any]]]:
        """Rows with their number from 0, and those below that hold nothing but new formulas.

        A formula that no spreadsheet has computed has no value, and the library leaves it out.
        """
        numero = -1
        for numero, valores in enumerate(filas):
            yield numero, valores
        for resto in sorted({c >> 14 for c in self.examen.formulas if c >> 14 > numero}):
            yield resto, []

    def _encabezado(self, campos: Sequence[Campo], limites: Limites) -> list[str]:
        celdas: list[str] = []
        for _, valores in self.filas:
            celdas = [_texto(v, Tipo.TEXTO) or "" for v in valores]
            if any(c.strip() for c in celdas):
                break
        while celdas and not celdas[-1].strip():
            celdas.pop()
        if len(celdas) > limites.columnas:
            raise ArchivoDemasiadoGrande(
                f"El encabezado tiene {len(celdas)} columnas y se admiten {limites.columnas}."
            )
        if len(celdas) < 2 <= sum(c.obligatorio for c in campos) and not reconocidas(
            celdas, campos
        ):
            raise SinEncabezado(
                "La primera fila de la hoja no trae los nombres de las columnas. Quite los "
                f"títulos y escriba: {', '.join(c.nombre for c in campos)}."
            )
        return celdas

    def lotes(self) -> Iterator[pa.Table]:
        """The batches, in row order."""
        fila = 0
        hojas: list[int] = []
        registros: list[list[str | None]] = []
        while True:
            siguiente = self._siguiente()
            if siguiente is not None:
                numero, celdas = siguiente
                if any(c and c != _COMBINADA and not c.isspace() for c in celdas):
                    hojas.append(numero + 1)
                    registros.append(celdas)
            if registros and (siguiente is None or len(registros) == _TANDA):
                yield _lote(fila, hojas, registros)
                fila += len(registros)
                hojas, registros = [], []
            if siguiente is None:
                return

    def _siguiente(self) -> tuple[int, list[str | None]] | None:
        par = next(self.filas, None)
        if par is None:
            return None
        numero, valores = par
        celdas = [
            _texto(valores[c], tipo) if c is not None and c < len(valores) else None
            for c, tipo in zip(self.emparejado.columnas, self.tipos, strict=True)
        ]
        for columna, marca in self._marcas(numero):
            for i, c in enumerate(self.emparejado.columnas):
                if c is not None and c + self.corrida == columna:
                    celdas[i] = marca
        return numero, celdas

    def _marcas(self, fila: int) -> Iterator[tuple[int, str]]:
        """Columns of the row that cannot be taken as they are; the last mark of each wins."""
        yield from _en_fila(self.examen.errores, fila, f"{MARCA}error")
        yield from _en_fila(self.examen.formulas, fila, f"{MARCA}formula")
        while self.combinadas and self.combinadas[-1][0][0] <= fila:
            self.activas.append(self.combinadas.pop())
        if not self.activas:
            return
        self.activas = [rango for rango in self.activas if rango[1][0] >= fila]
        if len(self.activas) > len(self.tipos):  # they overlap: no spreadsheet wrote this
            raise CeldasCombinadas("Seleccione la hoja, quite la combinación de celdas y envíela.")
        for c in self.emparejado.columnas:
            lugar = -1 if c is None else c + self.corrida
            if any(r[0][1] <= lugar <= r[1][1] for r in self.activas):
                yield lugar, _COMBINADA


def _en_fila(codigos: array[int], fila: int, marca: str) -> Iterator[tuple[int, str]]:
    i = bisect_left(codigos, fila << 14)
    while i < len(codigos) and codigos[i] >> 14 == fila:
        yield codigos[i] & (_MAX_COLUMNA - 1), marca
        i += 1


def _lote(fila: int, hojas: list[int], registros: list[list[str | None]]) -> pa.Table:
    n = len(registros)
    columnas = [pa.array(c, pa.string()) for c in zip(*registros, strict=True)]
    return pa.table(
        [
            pa.arange(fila + 1, fila + n + 1),
            pa.array(hojas, pa.int64()),
            pa.nulls(n, pa.string()),
            *columnas,
        ],
        schema=esquema_lote(len(columnas)),
    )


def _texto(valor: Any, tipo: Tipo) -> str | None:
    """A cell's value as it would be typed. Months typed as such become dates in spreadsheets."""
    if isinstance(valor, str):
        return valor.replace(MARCA, "\ufffd") if MARCA in valor else valor
    if isinstance(valor, bool):
        return "SI" if valor else "NO"
    if isinstance(valor, int | float):
        return texto_numero(valor)
    if isinstance(valor, datetime) and (valor.hour or valor.minute or valor.second):
        return valor.isoformat(" ")
    if isinstance(valor, date):
        dia = valor.date() if isinstance(valor, datetime) else valor
        return dia.isoformat()[:7] if tipo is Tipo.PERIODO and dia.day == 1 else dia.isoformat()
    return None if valor is None else str(valor)


def texto_numero(valor: float) -> str:
    """A number without a false ``.0``; marked when a spreadsheet has already lost digits."""
    if isinstance(valor, float) and not valor.is_integer():
        return repr(valor)
    return f"{MARCA}precision" if abs(valor) >= _EXACTO else str(int(valor))
