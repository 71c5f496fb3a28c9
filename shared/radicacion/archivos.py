"""Where files are, and how they become safe to name in a transaction."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from shared.db.disco import sincronizar
from shared.radicacion.model import Recibido
from shared.registros.lectura import sha256_de


@dataclass(frozen=True)
class Almacen:
    """Folders of the submissions under ``MECANISMOS_DATOS``.

    ``paso`` is where a dry run puts what arrives, to be removed with it.
    """

    datos: Path
    paso: Path | None = None

    @property
    def de_paso(self) -> bool:
        """Nothing of what arrives is kept."""
        return self.paso is not None

    @property
    def recibo(self) -> Path:
        """Folder that holds ``crudos``."""
        return self.paso or self.datos

    @property
    def crudos(self) -> Path:
        """Files as they arrived, by SHA-256."""
        return self.recibo / "crudos"

    def crudo(self, sha256: str) -> Path:
        return self.crudos / sha256

    def radicacion(self, radicacion_id: UUID) -> Path:
        """Typed rows and findings of form of one submission."""
        return self.datos / "radicaciones" / str(radicacion_id)

    def evaluacion(self, radicacion_id: UUID, intento: int) -> Path:
        """Outcome of one attempt; only the one named in ``evaluacion`` counts."""
        return self.radicacion(radicacion_id) / f"evaluacion-{intento}"

    @property
    def temporal(self) -> Path:
        carpeta = self.datos / "temporal"
        carpeta.mkdir(parents=True, exist_ok=True)
        return carpeta


def asegurar(carpeta: Path) -> None:
    """Flush every file of a folder, the folder and the entries above it to disk.

    A file is on disk before the transaction that names it.
    """
    sincronizar(*sorted(carpeta.rglob("*")), carpeta, carpeta.parent, carpeta.parent.parent)


def guardar_crudo(ruta: Path, nombre: str, almacen: Almacen) -> Recibido:
    """Keep a file of ours among the raw ones, on disk when this returns."""
    recibido = Recibido(sha256_de(ruta), nombre, ruta.stat().st_size)
    sincronizar(ruta)
    ruta.chmod(0o400)
    almacen.crudos.mkdir(parents=True, exist_ok=True)
    ruta.replace(almacen.crudo(recibido.sha256))
    sincronizar(almacen.crudos)
    return recibido


def borrar(carpeta: Path) -> None:
    """Remove a folder nobody names; quiet if it is not there."""
    shutil.rmtree(carpeta, ignore_errors=True)
