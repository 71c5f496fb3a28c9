"""Uploads: to disk as they come, named by what they hold.

The raw file is evidence: it is on disk, whole, before the transaction that names it. Two equal
uploads at once end in one file. What a process leaves half written when it is killed is called
``.parcial-*`` and nothing refers to it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from shared.db.disco import sincronizar
from shared.web.problemas import archivo_demasiado_grande

CARPETA_CRUDOS: Final = "crudos"
PREFIJO_PARCIAL: Final = ".parcial-"

_TROZO: Final = 1 << 20
_LARGO_NOMBRE: Final = 120
_NOMBRE_POR_OMISION: Final = "archivo"


class Lector(Protocol):
    """Something read in pieces; an ``UploadFile`` is one."""

    async def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes; none at the end."""


@dataclass(frozen=True)
class Recibido:
    """A stored raw file. ``nombre`` is how the sender called it: to show, never a path."""

    sha256: str
    tamano: int
    ruta: Path
    nombre: str

    @property
    def vacio(self) -> bool:
        """Nothing came; the file is kept all the same."""
        return self.tamano == 0


async def recibir(
    flujo: Lector | bytes, carpeta: Path, *, limite_bytes: int, nombre: str | None = None
) -> Recibido:
    """Store ``flujo`` as ``carpeta/crudos/<sha256>``, durable on return.

    Memory stays at one mebibyte whatever the size. Disk work runs in threads.

    Raises:
        DemasiadoGrande: more than ``limite_bytes``; what came is discarded.
    """
    crudos = carpeta / CARPETA_CRUDOS
    parcial = await asyncio.to_thread(_Parcial, crudos, limite_bytes)
    try:
        if isinstance(flujo, bytes):
            await asyncio.to_thread(parcial.escribir, flujo)
        else:
            while trozo := await flujo.read(_TROZO):
                await asyncio.to_thread(parcial.escribir, trozo)
        ruta = await asyncio.to_thread(parcial.guardar)
    except BaseException:
        parcial.descartar()
        raise
    return Recibido(parcial.sha256, parcial.tamano, ruta, nombre_limpio(nombre))


class _Parcial:
    """A file being received. Buffered, so that closing waits for a write still in its thread."""

    def __init__(self, crudos: Path, limite_bytes: int) -> None:
        if not crudos.is_dir():
            crudos.mkdir(parents=True, exist_ok=True)
            sincronizar(crudos.parent)
        descriptor, ruta = tempfile.mkstemp(prefix=PREFIJO_PARCIAL, dir=crudos)
        self._archivo = os.fdopen(descriptor, "wb")
        self._ruta = Path(ruta)
        self._limite_bytes = limite_bytes
        self._resumen = hashlib.sha256()
        self.tamano = 0

    @property
    def sha256(self) -> str:
        return self._resumen.hexdigest()

    def escribir(self, trozo: bytes) -> None:
        self.tamano += len(trozo)
        if self.tamano > self._limite_bytes:
            raise archivo_demasiado_grande(self._limite_bytes)
        self._resumen.update(trozo)
        self._archivo.write(trozo)

    def guardar(self) -> Path:
        """Give the file its final name: contents first, then the name, then the folder."""
        self._archivo.flush()
        os.fchmod(self._archivo.fileno(), 0o400)  # personal data, and never written again
        os.fsync(self._archivo.fileno())
        self._archivo.close()
        final = self._ruta.with_name(self.sha256)
        self._ruta.replace(final)
        sincronizar(final.parent)
        return final

    def descartar(self) -> None:
        with suppress(OSError):  # a full disk also refuses to flush what was buffered
            self._archivo.close()
        self._ruta.unlink(missing_ok=True)


def nombre_limpio(nombre: str | None) -> str:
    """File name to show: no folders, no control or invisible characters, 120 at most."""
    base = re.split(r"[/\\]", nombre or "")[-1]
    visible = "".join(c for c in unicodedata.normalize("NFC", base) if _es_visible(c))
    return " ".join(visible.split())[:_LARGO_NOMBRE].strip(" .") or _NOMBRE_POR_OMISION


def _es_visible(caracter: str) -> bool:
    return caracter == " " or unicodedata.category(caracter)[0] not in "CZ"
