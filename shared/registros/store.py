"""The folder of cortes: immutable files named by their content, on disk before any row names them.

``<datos>/cortes/<registro>/<fecha_corte>/<sha256>.parquet``, with ``.rechazos.parquet`` and
``.calidad.json`` of the same name beside.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from shared.db.disco import sincronizar
from shared.registros.model import Carga, ruta_corte
from shared.registros.parcial import PREFIJO as PREFIJO_PARCIAL
from shared.registros.parcial import SUFIJO_CANDADO, candado

CORTES: Final = "cortes"
TEMPORAL: Final = "temporal"


def carpeta_temporal(datos: Path) -> Path:
    """Folder for loads in progress, on the same disk as the cortes."""
    carpeta = datos / TEMPORAL
    carpeta.mkdir(parents=True, exist_ok=True)
    return carpeta


def guardar(carga: Carga, datos: Path, fecha_corte: date) -> Carga:
    """Move a load into the store and flush files and folders to disk. Repeating it is harmless."""
    destino = datos / ruta_corte(carga.registro, fecha_corte, carga.sha256)
    destino.parent.mkdir(parents=True, exist_ok=True)
    rechazos = None
    if carga.rechazos is not None:
        rechazos = destino.with_suffix(".rechazos.parquet")
        calidad = carga.ruta.with_name(f"{carga.registro}.calidad.json")
        _mover(carga.rechazos, rechazos)
        _mover(calidad, destino.with_suffix(".calidad.json"))
    _mover(carga.ruta, destino)
    sincronizar(destino.parent, destino.parent.parent, datos / CORTES, datos)
    return replace(
        carga,
        ruta=destino,
        rechazos=rechazos,
        derivadas=tuple(guardar(d, datos, fecha_corte) for d in carga.derivadas),
    )


def barrer(datos: Path, nombrados: Iterable[Path], *, antes_de: datetime) -> list[Path]:
    """Delete files that no corte names and that nobody has touched since ``antes_de``.

    The margin protects a load that has its file on disk and has not committed yet.
    """
    vivos = {ruta.with_suffix("") for ruta in nombrados}
    borrados = []
    for ruta in sorted((datos / CORTES).rglob("*.*")):
        tallo = ruta.with_name(ruta.name.split(".", 1)[0])
        if ruta.is_file() and tallo not in vivos and ruta.stat().st_mtime < antes_de.timestamp():
            ruta.unlink()
            borrados.append(ruta)
    return borrados


def barrer_parciales(datos: Path, *, antes_de: datetime) -> list[Path]:
    """Delete the folders of loads that nobody holds and nobody has touched since ``antes_de``."""
    borrados = []
    temporal = datos / TEMPORAL
    carpetas = {
        temporal / ruta.name.removesuffix(SUFIJO_CANDADO)
        for ruta in temporal.glob(f"{PREFIJO_PARCIAL}*")
    }
    for carpeta in sorted(carpetas):
        with candado(carpeta) as tomado:
            if tomado and _ultimo_cambio(carpeta) < antes_de.timestamp():
                if carpeta.is_dir():
                    borrados.append(carpeta)
                shutil.rmtree(carpeta, ignore_errors=True)
    return borrados


def _ultimo_cambio(carpeta: Path) -> float:
    """When anything under a folder last changed; 0 if there is nothing."""
    return max(
        (r.lstat().st_mtime for r in (carpeta, *carpeta.rglob("*")) if r.exists()), default=0
    )


def _mover(origen: Path, destino: Path) -> None:
    sincronizar(origen)
    origen.replace(destino)
