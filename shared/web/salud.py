"""``/salud/viva``: the process answers. ``/salud/lista``: what it needs answers too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.tipos import ServicioNoDisponible

Comprobacion: TypeAlias = Callable[[], Awaitable[None]]
"""Returns if all is well and raises otherwise."""

PLAZO_S: Final = 2.0


class NoLista(ServicioNoDisponible):
    """Something the process needs does not answer."""

    codigo = "servicio.no_lista"
    titulo = "El servicio no está listo"


def base_de_datos(engine: AsyncEngine) -> Comprobacion:
    """Check that a connection can be had and answers."""

    async def comprobar() -> None:
        async with engine.connect() as conexion:
            await conexion.execute(text("SELECT 1"))

    return comprobar


async def _resultado(comprobacion: Comprobacion) -> str:
    """Word for the answer. The reason stays inside: this page asks no one who they are."""
    try:
        async with asyncio.timeout(PLAZO_S):
            await comprobacion()
    except TimeoutError:
        return "sin respuesta"
    except Exception:
        return "falla"
    return "bien"


async def comprobar_todo(comprobaciones: Mapping[str, Comprobacion]) -> dict[str, str]:
    """Result of each check by name: ``bien``, ``falla`` or ``sin respuesta`` (2 s). At once."""
    resultados = await asyncio.gather(*(_resultado(c) for c in comprobaciones.values()))
    return dict(zip(comprobaciones, resultados, strict=True))


def rutas(comprobaciones: Mapping[str, Comprobacion]) -> APIRouter:
    """Both health pages. The mapping is read at each request."""
    router = APIRouter(prefix="/salud", include_in_schema=False)

    @router.get("/viva")
    async def viva() -> dict[str, str]:
        return {"estado": "viva"}

    @router.get("/lista")
    async def lista() -> dict[str, object]:
        resultados = await comprobar_todo(comprobaciones)
        fallas = [nombre for nombre, resultado in resultados.items() if resultado != "bien"]
        if fallas:
            raise NoLista(f"No responde: {', '.join(fallas)}.", comprobaciones=resultados)
        return {"estado": "lista", "comprobaciones": resultados}

    return router
