"""The treasury process: reads giro orders, and with the automatic bank also answers them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from services.tesoreria.banco import AjustesBanco, BancoAutomatico
from services.tesoreria.service import TIPO_ORDENADO, recibir
from shared.db import Ajustes
from shared.eventos import consumidor
from shared.eventos.consumidor import Consumo
from shared.eventos.temas import GIROS
from shared.giros.schemas import GiroOrdenado
from shared.tipos import EntradaInvalida, Reloj

NOMBRE: Final = "giros"
"""How ``mecanismos consumir`` calls it."""


def consumo(reloj: Reloj) -> Consumo[GiroOrdenado]:
    """What treasury reads and does with it."""
    return Consumo(GIROS, "tesoreria", TIPO_ORDENADO, GiroOrdenado, partial(recibir, reloj=reloj))


async def correr(
    ajustes: Ajustes,
    ajustes_banco: AjustesBanco | None = None,
    *,
    parar: asyncio.Event | None = None,
) -> None:
    """Run until SIGTERM or SIGINT (or until ``parar`` is set).

    Raises:
        EntradaInvalida: no database or broker configured, or an automatic bank outside
            development.
    """
    ajustes_banco = ajustes_banco or AjustesBanco()
    if ajustes_banco.activo and ajustes.entorno != "desarrollo":
        raise EntradaInvalida("MECANISMOS_BANCO_AUTOMATICO solo se admite en desarrollo.")
    reloj = ajustes.reloj()
    banco = BancoAutomatico(reloj, ajustes_banco.devolver_cada)
    await consumidor.correr(
        consumo(reloj),
        ajustes,
        parar=parar,
        tras_lote=banco.atender if ajustes_banco.activo else None,
    )
