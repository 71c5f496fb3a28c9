"""What kind of file it is, by its first bytes, and the file inside a gzip or a zip."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from enum import Enum, auto
from pathlib import Path
from typing import IO, Final

from shared.radicacion.lectura.errors import (
    ArchivoCifrado,
    ArchivoDemasiadoGrande,
    ArchivoVacio,
    ComprimidoAnidado,
    ComprimidoDanado,
    ComprimidoVarios,
    TipoDesconocido,
)
from shared.radicacion.lectura.model import MIB, Limites

ADMITIDOS: Final = "CSV, TXT separado por barras, XLSX o Parquet, solo o dentro de un .gz o .zip"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_AJENOS: Final = {
    b"%PDF": "un PDF",
    b"Rar!": "un comprimido RAR",
    b"7z\xbc\xaf\x27\x1c": "un comprimido 7z",
    b"BZh": "un comprimido bzip2",
    b"\xfd7zXZ": "un comprimido xz",
    b"\x28\xb5\x2f\xfd": "un comprimido zstd",
    b"\x89PNG": "una imagen",
    b"\xff\xd8\xff": "una imagen",
}
_FALLAS_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    RuntimeError,
)
"""What the standard library raises for a corrupt or exotic zip member."""


class Clase(Enum):
    """The kinds of file told apart by their first bytes."""

    TEXTO = auto()
    XLSX = auto()
    PARQUET = auto()
    GZIP = auto()
    ZIP = auto()


def clasificar(ruta: Path) -> Clase:
    """Kind of file.

    Raises:
        ArchivoVacio: no bytes.
        ArchivoCifrado: an XLSX with a password.
        TipoDesconocido: a kind we do not read, named in the message.
        ComprimidoDanado: a zip whose directory cannot be read.
    """
    with ruta.open("rb") as archivo:
        inicio = archivo.read(4096)
    if not inicio:
        raise ArchivoVacio("El archivo tiene 0 bytes. Vuelva a exportarlo y envíelo otra vez.")
    if inicio.startswith(b"PAR1"):
        return Clase.PARQUET
    if inicio.startswith(b"\x1f\x8b"):
        return Clase.GZIP
    if inicio.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return Clase.XLSX if "xl/workbook.xml" in _nombres(ruta) else Clase.ZIP
    if inicio.startswith(_OLE):
        _rechazar_ole(ruta)
    _rechazar_ajeno(inicio)
    return Clase.TEXTO


def desenvolver(ruta: Path, clase: Clase, trabajo: Path, limites: Limites) -> tuple[Path, Clase]:
    """The file to read and its kind; what was compressed is written to ``trabajo``.

    Raises:
        ArchivoDemasiadoGrande: over the limit, counted while it is decompressed.
        ComprimidoDanado, ComprimidoAnidado, ComprimidoVarios, ArchivoCifrado, TipoDesconocido.
    """
    if clase is Clase.GZIP:
        try:
            with gzip.open(ruta, "rb") as entrada:
                _copiar(entrada, trabajo, limites)
        except (gzip.BadGzipFile, EOFError, zlib.error) as causa:
            raise _danado() from causa
    elif clase is Clase.ZIP:
        _extraer(ruta, trabajo, limites)
    else:
        if ruta.stat().st_size > limites.descomprimido:
            raise _muy_grande(limites)
        return ruta, clase
    dentro = clasificar(trabajo)
    if dentro in {Clase.GZIP, Clase.ZIP}:
        raise ComprimidoAnidado(
            "El comprimido trae otro comprimido. Comprima el archivo una sola vez."
        )
    return trabajo, dentro


def _nombres(ruta: Path) -> list[str]:
    try:
        with zipfile.ZipFile(ruta) as paquete:
            return paquete.namelist()
    except _FALLAS_ZIP as causa:
        raise _danado() from causa


def _extraer(ruta: Path, trabajo: Path, limites: Limites) -> None:
    try:
        with zipfile.ZipFile(ruta) as paquete:
            miembro = _unico(paquete)
            with paquete.open(miembro) as entrada:
                _copiar(entrada, trabajo, limites)
    except _FALLAS_ZIP as causa:
        raise _danado() from causa


def _unico(paquete: zipfile.ZipFile) -> zipfile.ZipInfo:
    # The Finder of macOS adds its own folder to every zip it makes.
    miembros = [
        m for m in paquete.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")
    ]
    if len(miembros) != 1:
        raise ComprimidoVarios(
            f"El comprimido trae {len(miembros)} archivos. Deje uno solo: el de los registros."
        )
    if miembros[0].flag_bits & 1:
        raise ArchivoCifrado("El comprimido tiene contraseña. Comprímalo de nuevo sin contraseña.")
    return miembros[0]


def _copiar(entrada: IO[bytes] | gzip.GzipFile, trabajo: Path, limites: Limites) -> None:
    escritos = 0
    with trabajo.open("wb") as salida:
        while bloque := entrada.read(4 * MIB):
            escritos += len(bloque)
            if escritos > limites.descomprimido:
                raise _muy_grande(limites)
            salida.write(bloque)


def _rechazar_ole(ruta: Path) -> None:
    with ruta.open("rb") as archivo:
        cabeza = archivo.read(8 * MIB)
    if "EncryptedPackage".encode("utf-16-le") in cabeza:
        raise ArchivoCifrado("El libro tiene contraseña. Guárdelo sin contraseña, como .xlsx.")
    raise TipoDesconocido(
        "Es un archivo de Office anterior a 2007 (.xls o .doc). Ábralo y guárdelo como .xlsx o CSV."
    )


def _rechazar_ajeno(inicio: bytes) -> None:
    for magia, nombre in _AJENOS.items():
        if inicio.startswith(magia):
            raise TipoDesconocido(f"El archivo es {nombre}. Se admite {ADMITIDOS}.")
    if inicio.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype", b"<?xml")):
        raise TipoDesconocido(
            "El archivo es una página web o un XML, aunque su nombre diga otra cosa. Ábralo en la "
            "hoja de cálculo y guárdelo como .xlsx o CSV."
        )


def _danado() -> ComprimidoDanado:
    return ComprimidoDanado(
        "El archivo comprimido está incompleto o dañado. Comprímalo de nuevo y vuelva a enviarlo."
    )


def _muy_grande(limites: Limites) -> ArchivoDemasiadoGrande:
    return ArchivoDemasiadoGrande(
        f"El archivo pasa de {limites.descomprimido // MIB} MB sin comprimir. Divídalo en varios."
    )
