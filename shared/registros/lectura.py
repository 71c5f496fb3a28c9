"""Any text file of a register as numbered, split, UTF-8 lines that DuckDB reads without doubt.

DuckDB reads no cp1252 without a download, loses rows to stray quotes and tells no line numbers;
so encoding, line ends, quotes and broken lines are settled here, in blocks of bounded memory.
The result has no header and no quoting: ``fila`` and the fields, separated by U+001F.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from shared.registros.errors import ArchivoIlegible

BLOQUE: Final = 8 * 2**20
LINEA_MAXIMA: Final = 2**20
LINEAS_POR_REGISTRO: Final = 20
"""A quoted field may hold line ends; past this many lines the quote was a stray one."""
SEPARADOR: Final = "\x1f"
DELIMITADORES: Final = (",", ";", "|", "\t")
NOMBRES_DELIMITADOR: Final = {",": "coma", ";": "punto y coma", "|": "barra", "\t": "tabulador"}
TEXTO_ROTO: Final = 160

_US: Final = SEPARADOR.encode()
_CONTROL: Final = bytes(b for b in (*range(32), 127) if b not in b"\t\n\r")

Elegir = Callable[[str], str]
"""Delimiter of a header line."""


@dataclass(frozen=True)
class Inspeccion:
    """What one pass over the bytes says."""

    sha256: str
    codificacion: str
    fin_cr: bool
    """Lines end in a lone CR, as some REPS exports do."""
    nulos: int


@dataclass
class TextoPreparado:
    """A normalised text file and what was found on the way."""

    ruta: Path
    rotas: Path
    inspeccion: Inspeccion
    delimitador: str = ""
    encabezado: list[str] = field(default_factory=list)
    filas: int = 0
    """Data rows read, broken ones included; blank lines are not rows."""
    filas_rotas: int = 0
    en_blanco: int = 0


def sha256_de(ruta: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises:
        ArchivoIlegible: no such file.
    """
    if not ruta.is_file():
        raise ArchivoIlegible(f"No existe el archivo {ruta.name}. Revise el nombre y la carpeta.")
    with ruta.open("rb") as archivo:
        return hashlib.file_digest(archivo, "sha256").hexdigest()


def inspeccionar(ruta: Path) -> Inspeccion:
    """Digest, encoding (BOM, else strict UTF-8, else cp1252) and line ends of a text file.

    Raises:
        ArchivoIlegible: the file is empty.
    """
    huella = hashlib.sha256()
    estricto = codecs.getincrementaldecoder("utf-8")()
    utf8, lf, nulos, bom = True, False, 0, b""
    with ruta.open("rb") as archivo:
        while trozo := archivo.read(BLOQUE):
            bom = bom or trozo[:3]
            huella.update(trozo)
            lf = lf or b"\n" in trozo
            nulos += trozo.count(0)
            if utf8:
                try:
                    estricto.decode(trozo)
                except UnicodeDecodeError:
                    utf8 = False
    if not bom:
        raise ArchivoIlegible(f"El archivo {ruta.name} está vacío. Envíe uno con encabezado.")
    if bom.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codificacion, nulos = "utf-16", 0
    else:
        codificacion = "utf-8" if utf8 and not estricto.getstate()[0] else "cp1252"
    return Inspeccion(huella.hexdigest(), codificacion, fin_cr=not lf, nulos=nulos)


def _trozos(ruta: Path, codificacion: str) -> Iterator[bytes]:
    """The file in UTF-8, without BOM."""
    decodificador = codecs.getincrementaldecoder(codificacion)(errors="replace")
    with ruta.open("rb") as archivo:
        primero = True
        while trozo := archivo.read(BLOQUE):
            utf8 = trozo if codificacion == "utf-8" else decodificador.decode(trozo).encode()
            yield utf8.removeprefix(codecs.BOM_UTF8) if primero else utf8
            primero = False


def _bloques(ruta: Path, inspeccion: Inspeccion) -> Iterator[list[bytes]]:
    """Whole lines, without their ends or control characters, a block at a time.

    Raises:
        ArchivoIlegible: a line is longer than a block.
    """
    fin = b"\r" if inspeccion.fin_cr else b"\n"
    resto = b""
    for trozo in _trozos(ruta, inspeccion.codificacion):
        cuerpo, corte, cola = trozo.rpartition(fin)
        if not corte:
            resto += trozo
            if len(resto) > BLOQUE:
                raise ArchivoIlegible(
                    f"El archivo {ruta.name} tiene una línea de más de {BLOQUE // 2**20} MB. "
                    "Revise que cada fila termine en salto de línea."
                )
            continue
        yield _lineas(resto + cuerpo, fin)
        resto = cola
    if resto:
        yield _lineas(resto, fin)


def _lineas(bloque: bytes, fin: bytes) -> list[bytes]:
    if fin == b"\n":
        # A CR that ends no line is a blank inside a field.
        bloque = bloque.replace(b"\r\n", b"\n").removesuffix(b"\r").replace(b"\r", b" ")
    return bloque.translate(None, _CONTROL).replace(b"\xc2\xa0", b" ").split(fin)


class _Partidor:
    """Splits lines into fields and sets the broken ones apart, numbering both."""

    def __init__(self, texto: TextoPreparado, salida: BinaryIO, rotas: BinaryIO) -> None:
        self.texto = texto
        self.salida = salida
        self.rotas = rotas
        self.delim = texto.delimitador.encode()
        self.columnas = len(texto.encabezado)
        self.relleno = self.delim + b' "'
        self.abierta: list[bytes] = []
        """Lines of a quoted field not closed yet."""

    def procesar(self, lineas: list[bytes]) -> None:
        """Write the rows of a block; one left open waits for the next block."""
        if self.delim != b"\t":
            lineas = [linea.replace(b"\t", b" ") for linea in lineas]
        pendientes = deque(lineas)
        buenas: list[bytes] = []
        while pendientes:
            linea = pendientes.popleft()
            if self.abierta:
                self._continuar(linea, pendientes, buenas)
            elif b'"' in linea:
                self._con_comillas(linea, buenas)
            else:
                self._simple(linea, buenas)
        if buenas:
            self.salida.write(b"\n".join(buenas) + b"\n")

    def terminar(self) -> None:
        """End of file: an open quote was a stray one."""
        while self.abierta:
            primera, *resto = self.abierta
            self.abierta = []
            self._romper(primera, "tiene comillas sin cerrar")
            self.procesar(resto)

    def _simple(self, linea: bytes, buenas: list[bytes]) -> None:
        separadores = linea.count(self.delim)
        if separadores == self.columnas and linea.endswith(self.delim):
            linea = linea[: -len(self.delim)]  # trailing separator
        elif separadores != self.columnas - 1 and linea.strip(self.relleno):
            # A trailing separator ends the last column and opens no other.
            columnas = separadores + (not linea.endswith(self.delim))
            self._romper(linea, f"tiene {columnas} columnas y el encabezado {self.columnas}")
            return
        if not linea.strip(self.relleno):
            self.texto.en_blanco += 1
        else:
            self._agregar(linea.replace(self.delim, _US), linea, buenas)

    def _con_comillas(self, linea: bytes, buenas: list[bytes]) -> None:
        campos = self._campos([linea])
        if campos is not None:
            self._agregar(campos, linea, buenas)
        elif linea.count(self.delim) == self.columnas - 1 or linea.count(b'"') % 2 == 0:
            self._simple(linea, buenas)  # quotes that quote nothing
        else:
            self.abierta = [linea]

    def _continuar(self, linea: bytes, pendientes: deque[bytes], buenas: list[bytes]) -> None:
        self.abierta.append(linea)
        campos = self._campos(self.abierta)
        if campos is not None:
            self._agregar(campos, b" ".join(self.abierta), buenas)
            self.abierta = []
        elif len(self.abierta) >= LINEAS_POR_REGISTRO:
            primera, *resto = self.abierta
            self.abierta = []
            self._romper(primera, "tiene comillas sin cerrar")
            pendientes.extendleft(reversed(resto))

    def _campos(self, lineas: list[bytes]) -> bytes | None:
        """Fields of a quoted record, or ``None`` if it is not one of the right width."""
        texto = b"\n".join(lineas).decode(errors="replace")
        try:
            # Split by line ends as a file would be: a quoted field may hold them.
            registros = list(
                csv.reader(
                    texto.splitlines(keepends=True),
                    delimiter=self.texto.delimitador,
                    strict=True,
                )
            )
        except csv.Error:
            return None
        if len(registros) != 1:
            return None
        campos = registros[0]
        if len(campos) == self.columnas + 1 and not campos[-1].strip():
            campos = campos[:-1]
        if len(campos) != self.columnas:
            return None
        return SEPARADOR.join(" ".join(c.splitlines()) for c in campos).encode()

    def _agregar(self, campos: bytes, linea: bytes, buenas: list[bytes]) -> None:
        if len(campos) > LINEA_MAXIMA:
            self._romper(linea, "pasa de 1 MB")
            return
        self.texto.filas += 1
        buenas.append(b"%d%b%b" % (self.texto.filas, _US, campos))

    def _romper(self, linea: bytes, motivo: str) -> None:
        self.texto.filas += 1
        self.texto.filas_rotas += 1
        muestra = linea[: TEXTO_ROTO * 4].decode(errors="replace")[:TEXTO_ROTO]
        self.rotas.write(
            f"{self.texto.filas}{SEPARADOR}{muestra}{SEPARADOR}la fila {motivo}\n".encode()
        )


def preparar(ruta: Path, trabajo: Path, elegir: Elegir) -> TextoPreparado:
    """Write ``ruta`` as numbered UTF-8 lines in ``trabajo``; ``elegir`` finds the delimiter.

    Raises:
        ArchivoIlegible: empty file, no header, or a line that never ends.
    """
    inspeccion = inspeccionar(ruta)
    texto = TextoPreparado(trabajo / "filas.txt", trabajo / "rotas.txt", inspeccion)
    with ExitStack() as pila:
        salida = pila.enter_context(texto.ruta.open("wb"))
        rotas = pila.enter_context(texto.rotas.open("wb"))
        partidor: _Partidor | None = None
        for lineas in _bloques(ruta, inspeccion):
            if partidor is None:
                while lineas and not lineas[0].strip():
                    del lineas[0]
                if not lineas:
                    continue
                _encabezar(texto, lineas.pop(0), elegir)
                partidor = _Partidor(texto, salida, rotas)
            partidor.procesar(lineas)
        if partidor is None:
            raise ArchivoIlegible(f"El archivo {ruta.name} no tiene encabezado ni filas.")
        partidor.terminar()
    return texto


def _encabezar(texto: TextoPreparado, linea: bytes, elegir: Elegir) -> None:
    titulo = linea.decode(errors="replace")
    texto.delimitador = elegir(titulo)
    encabezado = partir_encabezado(titulo, texto.delimitador)
    while encabezado and not encabezado[-1]:
        encabezado.pop()  # trailing separator
    texto.encabezado = encabezado


def partir_encabezado(linea: str, delimitador: str) -> list[str]:
    """Titles of a header line."""
    return [t.strip() for t in next(csv.reader([linea], delimiter=delimitador), [])]
