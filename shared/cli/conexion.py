"""The database of a command: the one that is set, or that of the system running here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.db import Ajustes, UnitOfWork, crear_engine
from shared.embebido.estado import leer_estado
from shared.tipos import EntradaInvalida


@asynccontextmanager
async def conectado() -> AsyncIterator[tuple[Ajustes, UnitOfWork]]:
    """Settings and a unit of work, closed at the end.

    Raises:
        EntradaInvalida: no database is set and no system of this folder is running.
    """
    ajustes = Ajustes()
    estado = leer_estado(ajustes.datos)
    dsn = ajustes.database_url or (estado.dsn_servicio if estado else None)
    if not dsn:
        raise EntradaInvalida(
            "No hay base de datos: defina DATABASE_URL, o arranque el sistema con "
            "«mecanismos servir» en otra terminal."
        )
    engine = crear_engine(dsn, conexiones=2)
    try:
        yield ajustes, UnitOfWork(engine)
    finally:
        await engine.dispose()
