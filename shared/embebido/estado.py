"""The small file where a running system says how to reach it: ``<datos>/sistema.json``."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shared.embebido.supervisor import EstadoProceso

_NOMBRE = "sistema.json"


class EstadoSistema(BaseModel):
    """Address, infrastructure and processes of the system that serves a data folder.

    The addresses of an external database are left out: they may carry a password.
    """

    model_config = ConfigDict(frozen=True)

    pid: int
    """Of the supervisor."""
    listo: bool
    """Everything has started at least once."""
    direccion: str
    dsn_servicio: str | None
    dsn_duenio: str | None
    bootstrap: str
    procesos: dict[str, EstadoProceso]

    def guardar(self, datos: Path) -> None:
        """Replace the file at once, readable by us alone."""
        provisional = datos / f".{_NOMBRE}.{os.getpid()}"
        provisional.touch(mode=0o600)
        provisional.write_text(self.model_dump_json(indent=2), encoding="utf-8")
        provisional.replace(datos / _NOMBRE)


def leer_estado(datos: Path) -> EstadoSistema | None:
    """State of the system that serves ``datos``; None if no live one does."""
    try:
        texto = (datos / _NOMBRE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    estado = EstadoSistema.model_validate_json(texto)
    return estado if Path(f"/proc/{estado.pid}").exists() else None


def borrar_estado(datos: Path) -> None:
    """Nobody serves ``datos`` any more."""
    (datos / _NOMBRE).unlink(missing_ok=True)
