"""Engine and unit of work: SQLAlchemy 2 async on asyncpg."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.tipos import ServicioNoDisponible


def url_asyncpg(dsn: str) -> URL:
    """Any ``postgresql://`` address as one for the asyncpg driver."""
    return make_url(dsn).set(drivername="postgresql+asyncpg")


def crear_engine(dsn: str, *, conexiones: int = 10) -> AsyncEngine:
    """Pooled engine. Statements are cut at 60 s and lock waits at 15 s, on the server."""
    return create_async_engine(
        url_asyncpg(dsn),
        pool_size=conexiones,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,  # an error message must not carry what an entity submitted
        connect_args={
            "server_settings": {"statement_timeout": "60000", "lock_timeout": "15000"},
        },
    )


@dataclass(frozen=True)
class UnitOfWork:
    """Opens the one transaction of a use case. Repositories and routes never commit."""

    engine: AsyncEngine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Everything inside commits together, or not at all.

        Raises:
            ServicioNoDisponible: the database cannot be reached.
        """
        try:
            conexion = await self.engine.connect()
        except OSError as error:
            raise ServicioNoDisponible("La base de datos no responde. Intente de nuevo.") from error
        try:
            async with conexion.begin():
                yield conexion
        finally:
            await conexion.close()
