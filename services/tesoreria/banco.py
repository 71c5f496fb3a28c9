"""An automatic bank for demonstrations: it pays most orders and returns one of every so many.

It works from the table, after the receipt was committed: what it had not answered when it died
it answers when it is back. A retry of another giro is always paid.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.tesoreria.model import EstadoOrden, NuevaRespuesta, OrdenRecibida
from services.tesoreria.repository import OrdenRepository
from services.tesoreria.service import list_ordenes, responder
from shared.db import UnitOfWork
from shared.giros.model import EstadoRespuesta
from shared.tipos import Conflicto, InvarianteRota, Reloj

SUJETO = "banco-automatico"
_LOTE = 100


class AjustesBanco(BaseSettings):
    """Settings of the automatic bank."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    activo: bool = Field(default=False, validation_alias="MECANISMOS_BANCO_AUTOMATICO")
    devolver_cada: int = Field(default=4, ge=0, validation_alias="MECANISMOS_BANCO_DEVOLVER_CADA")
    """It returns one order of every so many; with 0, none."""


@dataclass(frozen=True)
class BancoAutomatico:
    """Answers, in order of arrival, the orders that have no answer."""

    reloj: Reloj
    devolver_cada: int = 4
    codigo_devolucion: str = "R03"

    async def atender(self, uow: UnitOfWork) -> None:
        """Answer every pending order, each in a commit of its own."""
        despues_de = 0
        while pendientes := await list_ordenes(
            uow=uow, limite=_LOTE, despues_de=despues_de, estado=EstadoOrden.RECIBIDA
        ):
            for recibida in pendientes:
                await self._atender_una(recibida, uow)
            despues_de = pendientes[-1].posicion

    async def _atender_una(self, recibida: OrdenRecibida, uow: UnitOfWork) -> None:
        if recibida.respuesta is not None:
            raise InvarianteRota("el banco automático tomó una orden ya respondida")
        nueva = self._decidir(recibida, await self._numero(recibida, uow))
        try:
            await responder(recibida.orden.id_giro, nueva, por=SUJETO, uow=uow, reloj=self.reloj)
        except Conflicto:
            return  # a person answered it meanwhile; theirs stands

    async def _numero(self, recibida: OrdenRecibida, uow: UnitOfWork) -> int:
        async with uow.begin() as tx:
            return await OrdenRepository(tx).numero(recibida)

    def _decidir(self, recibida: OrdenRecibida, numero: int) -> NuevaRespuesta:
        es_reintento = recibida.orden.id_giro_origen is not None
        if self.devolver_cada and not es_reintento and numero % self.devolver_cada == 0:
            return NuevaRespuesta(EstadoRespuesta.DEVUELTO, self.codigo_devolucion)
        referencia = f"AUTO{recibida.posicion:08d}"
        return NuevaRespuesta(EstadoRespuesta.APLICADO, referencia_banco=referencia)
