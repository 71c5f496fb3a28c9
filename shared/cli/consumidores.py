"""Consumers by name: the bank's answers are ours; those of the services are found by scanning."""

from __future__ import annotations

from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import Ajustes
from shared.eventos import consumidor
from shared.eventos.consumidor import Consumo
from shared.eventos.model import Sobre
from shared.eventos.temas import RESPUESTAS_GIRO
from shared.focalizacion.descubrir import consumidores
from shared.giros.schemas import GiroRespondido
from shared.giros.service import responder
from shared.tipos import EntradaInvalida, Reloj

RESPUESTAS = "respuestas"
_TIPO = "giro.respondido.v1"


async def correr(nombre: str, ajustes: Ajustes) -> None:
    """Run one consumer until it is told to stop.

    Raises:
        EntradaInvalida: no consumer has that name.
    """
    if nombre == RESPUESTAS:
        await consumidor.correr(consumo_respuestas(ajustes.reloj()), ajustes)
        return
    de_servicios = consumidores()
    if nombre not in de_servicios:
        conocidos = ", ".join([*de_servicios, RESPUESTAS])
        raise EntradaInvalida(f"No existe el consumidor «{nombre}». Use uno de: {conocidos}.")
    await de_servicios[nombre](ajustes)


def consumo_respuestas(reloj: Reloj) -> Consumo[GiroRespondido]:
    """What the bank says, and the effect it has on the giro and on the ledger."""
    return Consumo(
        RESPUESTAS_GIRO, "giros", _TIPO, GiroRespondido, partial(_responder, reloj=reloj)
    )


async def _responder(
    tx: AsyncConnection, sobre: Sobre, datos: GiroRespondido, *, reloj: Reloj
) -> None:
    await responder(tx, datos, reloj=reloj)
