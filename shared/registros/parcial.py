"""Typed blocks of an unfinished load, on disk: what a killed process had done is not done again.

A block counts from the moment its ``.json`` is in place, which is after its Parquet has been
flushed. The folder belongs to one source, one declaration and one version of this code
(``huella``); for any other it starts empty.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import duckdb
import pyarrow as pa

from shared.db.disco import sincronizar
from shared.registros.model import EsquemaRegistro
from shared.tipos import EntradaInvalida

MANIFIESTO: Final = "carga.json"
PREFIJO: Final = "carga-"
SUFIJO_CANDADO: Final = ".candado"


@dataclass(frozen=True)
class Bloque:
    """What one block of the source gave; its rows are in ``Parcial.filas_de``."""

    numero: int
    inicio: int
    fin: int
    """Offsets in the source: the next block begins at ``fin``."""
    primera: int
    """Number of its first row."""
    filas: int
    """Rows read, rejected ones included."""
    rotas: int
    """Lines that could not be split, among the rejected."""
    rechazadas: int
    en_blanco: int
    con_rechazos: bool
    tramos: tuple[int, ...]
    """Rows in each range of the key; none when the source is not sorted by ranges."""


@dataclass(frozen=True)
class Parcial:
    """Folder of a load in progress."""

    carpeta: Path

    @classmethod
    def abrir(cls, carpeta: Path, huella: str) -> Self:
        """The folder, emptied if what it holds was made in another way."""
        carpeta.mkdir(parents=True, exist_ok=True)
        manifiesto = carpeta / MANIFIESTO
        if _leer(manifiesto).get("huella") != huella:
            shutil.rmtree(carpeta)
            carpeta.mkdir()
            _escribir(manifiesto, {"huella": huella})
        return cls(carpeta)

    def hechos(self) -> list[Bloque]:
        """Finished blocks, from the first one on, without gaps."""
        bloques: list[Bloque] = []
        while datos := _leer(self._nota(len(bloques))):
            bloques.append(Bloque(**{**datos, "tramos": tuple(datos["tramos"])}))
        return bloques

    def filas_de(self, numero: int) -> Path:
        """Typed rows of a block; of one with ranges, only what is counted of them."""
        return self.carpeta / f"bloque-{numero:06d}.parquet"

    def tramos_de(self, numero: int) -> Path:
        """Typed rows of a block with ranges, range by range."""
        return self.carpeta / f"bloque-{numero:06d}.arrow"

    def rechazos_de(self, numero: int) -> Path:
        """Quarantine of a block, where it has any."""
        return self.carpeta / f"bloque-{numero:06d}.rechazos.parquet"

    def terminar(self, bloque: Bloque) -> None:
        """Make a block count: its files are flushed before its note is in place.

        Until then they are nothing: whoever takes the load up writes them again.
        """
        sincronizar(self.filas_de(bloque.numero))
        if bloque.tramos:
            sincronizar(self.tramos_de(bloque.numero))
        if bloque.con_rechazos:
            sincronizar(self.rechazos_de(bloque.numero))
        _escribir(self._nota(bloque.numero), asdict(bloque))

    def _nota(self, numero: int) -> Path:
        return self.carpeta / f"bloque-{numero:06d}.json"


def _leer(ruta: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        datos = json.loads(ruta.read_text("utf-8"))
        if isinstance(datos, dict):
            return datos
    return {}


def _escribir(ruta: Path, datos: dict[str, object]) -> None:
    provisional = ruta.with_suffix(".tmp")
    provisional.write_text(json.dumps(datos), "utf-8")
    sincronizar(provisional)
    provisional.replace(ruta)
    sincronizar(ruta.parent)


def huella_de(esquema: EsquemaRegistro, fecha_corte: date | None, nombre: str, bloque: int) -> str:
    """All that decides what a block holds, besides the source."""
    partes = (repr(esquema), str(fecha_corte), nombre, str(bloque), _huella_del_codigo())
    return hashlib.sha256("\x1f".join(partes).encode()).hexdigest()


@cache
def _huella_del_codigo() -> str:
    huella = hashlib.sha256(f"{duckdb.__version__} {pa.__version__}".encode())
    for ruta in sorted(Path(__file__).parent.glob("*.py")):
        huella.update(ruta.read_bytes())
    return huella.hexdigest()


@contextmanager
def candado(carpeta: Path) -> Iterator[bool]:
    """Hold a folder against other loads and the sweep; gives whether it could be had.

    The lock dies with its process, so a killed load holds nothing.
    """
    ruta = carpeta.with_name(carpeta.name + SUFIJO_CANDADO)
    ruta.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(ruta, os.O_RDWR | os.O_CREAT, 0o600)
    tomado = False
    try:
        tomado = _tomar(descriptor, ruta)
        yield tomado
    finally:
        if tomado:
            ruta.unlink(missing_ok=True)
        os.close(descriptor)


def _tomar(descriptor: int, ruta: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who had it before may have deleted the file: then this lock guards nothing.
        return os.path.samestat(os.fstat(descriptor), ruta.stat())
    except OSError:
        return False


def nombre_de(registro: str, sha256: str) -> str:
    """Name of the folder of a load: one source, one folder."""
    return f"{PREFIJO}{registro}-{sha256}"


@contextmanager
def borrar_si_se_niega(carpeta: Path) -> Iterator[None]:
    """A refused file would be refused again: nothing of it is kept. After a crash, all is."""
    try:
        yield
    except EntradaInvalida:
        shutil.rmtree(carpeta, ignore_errors=True)
        raise
