"""Sweep files that no transaction names: what a crash left between writing and committing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from shared.db import UnitOfWork
from shared.radicacion.archivos import Almacen, borrar
from shared.radicacion.repository import RadicacionRepository
from shared.tipos import Reloj

MARGEN: Final = timedelta(hours=6)
"""Younger files may belong to a submission that is arriving now."""
_PARCIAL: Final = ".parcial-*"
_EVALUACION: Final = "evaluacion-*"


async def barrer_archivos(
    *, almacen: Almacen, uow: UnitOfWork, reloj: Reloj, margen: timedelta = MARGEN
) -> list[Path]:
    """Delete folders of submissions that do not exist, evaluations that did not count, partial
    uploads and temporary files older than ``margen``. Returns what was deleted."""
    # File times are the machine's, whatever the business clock says.
    limite = datetime.now(reloj.ahora().tzinfo) - margen
    carpetas = await asyncio.to_thread(_carpetas, almacen)
    async with uow.begin() as tx:
        nombradas = await RadicacionRepository(tx).evaluaciones_de(list(carpetas))
    return await asyncio.to_thread(_borrar, almacen, carpetas, nombradas, limite)


def _carpetas(almacen: Almacen) -> dict[UUID, Path]:
    raiz = almacen.datos / "radicaciones"
    if not raiz.is_dir():
        return {}
    return {UUID(ruta.name): ruta for ruta in raiz.iterdir() if ruta.is_dir()}


def _borrar(
    almacen: Almacen,
    carpetas: Mapping[UUID, Path],
    nombradas: Mapping[UUID, Sequence[str]],
    limite: datetime,
) -> list[Path]:
    viejas = [
        ruta
        for ruta in _sin_nombre(almacen, carpetas, nombradas)
        if datetime.fromtimestamp(ruta.stat().st_mtime, limite.tzinfo) < limite
    ]
    for ruta in viejas:
        if ruta.is_dir():
            borrar(ruta)
        else:
            ruta.unlink(missing_ok=True)
    return viejas


def _sin_nombre(
    almacen: Almacen, carpetas: Mapping[UUID, Path], nombradas: Mapping[UUID, Sequence[str]]
) -> Iterator[Path]:
    """``nombradas``: of each submission that exists, the folders of its evaluations."""
    for radicacion_id, carpeta in carpetas.items():
        if radicacion_id not in nombradas:
            yield carpeta
        elif valen := {almacen.datos / nombrada for nombrada in nombradas[radicacion_id]}:
            yield from (ruta for ruta in carpeta.glob(_EVALUACION) if ruta not in valen)
    yield from almacen.crudos.glob(_PARCIAL)
    yield from almacen.temporal.iterdir()
