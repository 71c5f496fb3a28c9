"""Enrolment as a kind of job of the worker: its payload is the name of the mechanism."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import Ajustes
from shared.db.cola import encolar
from shared.enrolamiento.repository import EnrolamientoRepository
from shared.enrolamiento.service.vuelta import Enrolador
from shared.enrolamiento.settings import AjustesEnrolamiento
from shared.radicacion.repository.liberacion import LiberacionRepository
from shared.radicacion.service import Contexto
from shared.radicacion.trabajador import Oficio

TRABAJO_ENROLAR: Final = "enrolar"


def oficio(ajustes: Ajustes, propios: AjustesEnrolamiento | None = None) -> Oficio:
    """The job, with the operator and the sender of notices of the settings.

    Raises:
        EntradaInvalida: something simulated outside development.
    """
    propios = propios or AjustesEnrolamiento()
    enrolador = Enrolador(propios.crear_operador(ajustes), propios.crear_avisos(ajustes))
    quehacer = Quehacer(enrolador)
    return Oficio(TRABAJO_ENROLAR, quehacer.hacer, quehacer.encolar)


@dataclass(frozen=True)
class Quehacer:
    """When there is a round to do, and doing it."""

    enrolador: Enrolador

    async def hacer(self, mecanismo: str, contexto: Callable[[str], Contexto]) -> None:
        """One round of a mechanism."""
        await self.enrolador(contexto(mecanismo))

    async def encolar(self, tx: AsyncConnection, ctx: Contexto) -> bool:
        """Queue a round if something is due; at most one waits."""
        if ctx.mecanismo.pago.enrola is None or not await self._hay(tx, ctx):
            return False
        nombre = ctx.mecanismo.nombre
        if await LiberacionRepository(tx).en_cola(TRABAJO_ENROLAR, nombre):
            return False
        await encolar(tx, TRABAJO_ENROLAR, [nombre])
        return True

    async def _hay(self, tx: AsyncConnection, ctx: Contexto) -> bool:
        repositorio, nombre = EnrolamientoRepository(tx), ctx.mecanismo.nombre
        if await repositorio.hay_por_abrir(nombre):
            return True
        if await repositorio.por_revisar(nombre, hoy=ctx.reloj.hoy(), despues=None, limite=1):
            return True
        antes_de = ctx.reloj.ahora() - self.enrolador.entre_consultas
        if self.enrolador.operador is not None and await repositorio.pendientes(
            nombre, consultadas_antes_de=antes_de, despues=None, limite=1
        ):
            return True
        return self.enrolador.avisos is not None and bool(
            await repositorio.avisos_pendientes(nombre, limite=1)
        )
