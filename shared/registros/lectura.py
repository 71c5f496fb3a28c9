"""Any text file as clean UTF-8, whole lines at a time: encoding, line ends, control characters.

DuckDB reads no cp1252 and a file read in one go has no bound of memory; so text is decoded here
in blocks cut at line ends. A block also is the unit of resuming, of the rejection threshold and
of the numbering of rows.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.registros.errors import ArchivoIlegible
from shared.registros.progreso import Avance, Fase, Paso, en_silencio

BLOQUE: Final = 64 * 2**20
"""Bytes of the file in one block."""
LINEA_MAXIMA: Final = 2**20
DELIMITADORES: Final = (",", ";", "|", "\t")
NOMBRES_DELIMITADOR: Final = {",": "coma", ";": "punto y coma", "|": "barra", "\t": "tabulador"}
TEXTO_ROTO: Final = 160
MUESTRA: Final = 2**20
"""Bytes of the beginning in which layout and header are recognised."""

_TROZO: Final = 8 * 2**20
_CONTROL: Final = bytes(b for b in (*range(32), 127) if b not in b"\t\n\r")
_BLANCO_DURO: Final = 0xA0
_BLANCO_DURO_UTF8: Final = "\u00a0".encode()


@dataclass(frozen=True)
class Inspeccion:
    """What one pass over the bytes says."""

    sha256: str
    codificacion: str
    """``utf-8``, ``utf-16`` or ``cp1252``."""
    fin_cr: bool
    """Lines end in a lone CR, as some REPS exports do."""
    nulos: int
    bytes: int


@dataclass(frozen=True)
class Tramo:
    """Whole lines of the file, as they are in it."""

    inicio: int
    fin: int
    crudo: bytes
    ultimo: bool


def sha256_de(ruta: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises:
        ArchivoIlegible: no such file.
    """
    _exigir_archivo(ruta)
    with ruta.open("rb") as archivo:
        return hashlib.file_digest(archivo, "sha256").hexdigest()


def inspeccionar(ruta: Path, avance: Avance = en_silencio) -> Inspeccion:
    """Digest, encoding (BOM, else strict UTF-8, else cp1252) and line ends, in one pass.

    Raises:
        ArchivoIlegible: no such file.
    """
    _exigir_archivo(ruta)
    total = ruta.stat().st_size
    huella = hashlib.sha256()
    estricto = codecs.getincrementaldecoder("utf-8")()
    utf8, lf, nulos, leidos, bom = True, False, 0, 0, b""
    with ruta.open("rb") as archivo:
        while trozo := archivo.read(_TROZO):
            bom = bom or trozo[:3]
            huella.update(trozo)
            lf = lf or b"\n" in trozo
            nulos += trozo.count(0)
            leidos += len(trozo)
            if utf8:
                try:
                    estricto.decode(trozo)
                except UnicodeDecodeError:
                    utf8 = False
            avance(Paso(Fase.REVISAR, 0, leidos, total))
    if bom.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codificacion, nulos = "utf-16", 0
    else:
        codificacion = "utf-8" if utf8 and not estricto.getstate()[0] else "cp1252"
    return Inspeccion(huella.hexdigest(), codificacion, fin_cr=not lf, nulos=nulos, bytes=leidos)


def _exigir_archivo(ruta: Path) -> None:
    if not ruta.is_file():
        raise ArchivoIlegible(f"No existe el archivo {ruta.name}. Revise el nombre y la carpeta.")


def pasar_a_utf8(origen: Path, destino: Path) -> None:
    """Rewrite a UTF-16 file as UTF-8: its line ends are then single bytes, as everywhere else."""
    decodificador = codecs.getincrementaldecoder("utf-16")(errors="replace")
    with origen.open("rb") as entrada, destino.open("wb") as salida:
        while trozo := entrada.read(_TROZO):
            salida.write(decodificador.decode(trozo).encode())


class Lector:
    """Whole lines of a text file, from any offset at which a line begins."""

    def __init__(self, ruta: Path, inspeccion: Inspeccion, *, bloque: int = BLOQUE) -> None:
        """``ruta`` is in UTF-8 already when ``inspeccion`` says ``utf-16``."""
        self.ruta = ruta
        self.bytes = ruta.stat().st_size
        self.bloque = bloque
        self.cp1252 = inspeccion.codificacion == "cp1252"
        self.fin_cr = inspeccion.fin_cr
        self.fin = b"\r" if inspeccion.fin_cr else b"\n"

    @property
    def principio(self) -> int:
        """Offset of the first line: after the BOM, if there is one."""
        with self.ruta.open("rb") as archivo:
            con_bom = archivo.read(3) == codecs.BOM_UTF8
        return len(codecs.BOM_UTF8) if con_bom else 0

    def tramo(self, desde: int, bloques: int = 1) -> Tramo:
        """As many whole lines as ``bloques`` blocks hold, from ``desde`` on.

        Raises:
            ArchivoIlegible: one line does not fit.
        """
        largo = self.bloque * bloques
        with self.ruta.open("rb") as archivo:
            archivo.seek(desde)
            crudo = archivo.read(largo)
        ultimo = desde + len(crudo) >= self.bytes
        if not ultimo:
            corte = crudo.rfind(self.fin) + 1
            if not corte:
                raise ArchivoIlegible(
                    f"El archivo {self.ruta.name} tiene una línea de más de "
                    f"{max(largo // 2**20, 1)} MB. Revise que cada fila termine en salto de línea."
                )
            crudo = crudo[:corte]
        return Tramo(desde, desde + len(crudo), crudo, ultimo)

    def lineas_enteras(self, desde: int, largo: int) -> bytes:
        """Whole lines among the ``largo`` bytes at any offset; none if no line fits."""
        with self.ruta.open("rb") as archivo:
            archivo.seek(desde)
            crudo = archivo.read(largo)
        return crudo[crudo.find(self.fin) + 1 : crudo.rfind(self.fin) + 1]

    def sin_ultimas(self, tramo: Tramo, lineas: int) -> int:
        """Offset at which the last ``lineas`` lines of ``tramo`` begin."""
        corte = len(tramo.crudo.removesuffix(self.fin))
        for _ in range(lineas):
            corte = tramo.crudo.rfind(self.fin, 0, corte)
        return tramo.inicio + corte + 1

    def limpio(self, crudo: bytes, delimitador: str) -> bytes:
        """Lines in UTF-8 that end in LF, without control characters or odd blanks."""
        tabla = bytearray(range(256))
        sobra = _CONTROL
        if delimitador != "\t":
            tabla[ord("\t")] = ord(" ")
        if self.cp1252:
            tabla[_BLANCO_DURO] = ord(" ")
        if self.fin_cr:
            tabla[ord("\r")] = ord("\n")
        elif crudo.count(b"\r") == crudo.count(b"\r\n"):
            sobra += b"\r"
        else:
            # A CR that ends no line is a blank inside a field.
            crudo = crudo.replace(b"\r\n", b"\n").removesuffix(b"\r")
            tabla[ord("\r")] = ord(" ")
        texto = crudo.translate(bytes(tabla), sobra)
        if self.cp1252:
            texto = texto.decode("cp1252", errors="replace").encode()
        elif _BLANCO_DURO_UTF8 in texto:
            texto = texto.replace(_BLANCO_DURO_UTF8, b" ")
        return texto if texto.endswith(b"\n") or not texto else texto + b"\n"

    def primeras(self, cuantas: int) -> list[tuple[int, str]]:
        """First lines that are not blank, each with the offset at which it ends."""
        inicio = self.principio
        with self.ruta.open("rb") as archivo:
            archivo.seek(inicio)
            crudo = archivo.read(MUESTRA)
        lineas: list[tuple[int, str]] = []
        partes = crudo.split(self.fin)
        if inicio + len(crudo) < self.bytes and len(partes) > 1:
            partes.pop()  # cut by the size of the sample
        fin = inicio
        for parte in partes:
            fin += len(parte) + 1
            texto = self.limpio(parte + self.fin, "\t").decode(errors="replace").strip("\n")
            if texto.strip():
                lineas.append((min(fin, self.bytes), texto))
            if len(lineas) == cuantas:
                break
        return lineas


def partir_encabezado(linea: str, delimitador: str) -> list[str]:
    """Titles of a header line."""
    return [t.strip() for t in next(csv.reader([linea], delimiter=delimitador), [])]
