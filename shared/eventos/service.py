"""Use case: announce events in the transaction that makes them true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventos.model import Evento
from shared.eventos.repository import BandejaSalida, FilaSalida
from shared.tipos import InvarianteRota, Reloj

_BYTES_SOBRE: Final = 512 * 1024
"""Most that an envelope may take. A broker refuses more than a megabyte, and an event it refuses
would hold up all that wait behind it."""


async def publicar(tx: AsyncConnection, eventos: Sequence[Evento], *, reloj: Reloj) -> None:
    """Write the events to the outbox, in the given order, inside the caller's transaction.

    They leave for Kafka after the commit, at least once, in order per key; if the transaction
    rolls back they never existed. The order of two transactions about one key is the order of
    their calls: take the locks of the business rows first.

    Raises:
        InvarianteRota: an envelope of more than 512 KiB.
    """
    if not eventos:
        return
    ahora = reloj.ahora()
    filas = [
        FilaSalida(id=e.id, tema=e.tema, clave=e.clave, sobre=e.sobre(ahora).model_dump_json())
        for e in eventos
    ]
    for fila in filas:
        if len(fila.sobre.encode()) > _BYTES_SOBRE:
            raise InvarianteRota(f"El evento {fila.id} no cabe en un mensaje de Kafka")
    await BandejaSalida(tx).add_all(filas, ahora)
