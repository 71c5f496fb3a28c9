"""Several workers on one database, as in several processes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.db import UnitOfWork, crear_engine
from shared.radicacion import trabajo
from shared.radicacion.service import Contexto
from tests.support.mesa import Mesa

CONEXIONES: Final = 8


@dataclass(frozen=True)
class Trabajadores:
    """Workers with one connection each: one that held two at a time would stop them all."""

    ctx: Contexto
    cuantos: int = CONEXIONES

    async def procesar(self, ids: Iterable[UUID]) -> None:
        """Empty the queue among all."""
        cola = deque(ids)

        async def trabajar() -> None:
            while cola:
                await trabajo.procesar(cola.popleft(), self.ctx)

        await asyncio.gather(*(trabajar() for _ in range(self.cuantos)))


@asynccontextmanager
async def trabajadores_de(mesa: Mesa, cuantos: int = CONEXIONES) -> AsyncIterator[Trabajadores]:
    """Workers of the mechanism and database of ``mesa``."""
    dsn = mesa.entorno.ajustes.database_url
    assert dsn is not None
    engine = crear_engine(dsn, conexiones=cuantos)
    entorno = mesa.entorno
    yield Trabajadores(
        Contexto(mesa.mecanismo, UnitOfWork(engine), entorno.reloj, entorno.almacen), cuantos
    )
    await engine.dispose()
