"""Jobs enter the queue in the transaction of the thing they work on."""

from __future__ import annotations

from pgqueuer.queries import Queries
from sqlalchemy.ext.asyncio import AsyncConnection


async def conexion_asyncpg(tx: AsyncConnection) -> object:
    """The driver's own connection, inside the open transaction.

    SQLAlchemy opens the transaction at its first statement: what ran on the raw connection
    before that would be committed alone, so one statement goes first.
    """
    await tx.exec_driver_sql("SELECT 1")
    cruda = await tx.get_raw_connection()
    return cruda.driver_connection


async def encolar(tx: AsyncConnection, trabajo: str, cargas: list[str]) -> None:
    """Enqueue one job per payload; they exist only if the transaction commits."""
    conexion = await conexion_asyncpg(tx)
    cola = Queries.from_asyncpg_connection(conexion)
    await cola.enqueue([trabajo] * len(cargas), [c.encode() for c in cargas], [0] * len(cargas))
