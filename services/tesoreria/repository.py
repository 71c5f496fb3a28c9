"""All SQL of treasury."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.tesoreria.model import EstadoOrden, Orden, OrdenRecibida, Respuesta
from services.tesoreria.tables import orden_tesoreria, respuesta_tesoreria
from shared.giros.model import EstadoRespuesta

_t = orden_tesoreria.c
_CAMPOS = tuple(campo.name for campo in fields(Orden))


class OrdenRepository:
    """Orders and their answers, in the caller's transaction."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def add(
        self, orden: Orden, *, mecanismo: str, sujeto: str, recibida_at: datetime
    ) -> bool:
        """False if an order with that ``id_giro`` is already here."""
        resultado = await self._tx.execute(
            insert_pg(orden_tesoreria)
            .values(**asdict(orden), mecanismo=mecanismo, sujeto=sujeto, recibida_at=recibida_at)
            .on_conflict_do_nothing(index_elements=[_t.id_giro])
        )
        return resultado.rowcount == 1

    async def get(self, id_giro: str, *, for_update: bool = False) -> OrdenRecibida | None:
        consulta = select(orden_tesoreria).where(_t.id_giro == id_giro)
        if for_update:
            consulta = consulta.with_for_update()
        fila = (await self._tx.execute(consulta)).one_or_none()
        return None if fila is None else _orden(fila)

    async def list(
        self, *, limite: int, despues_de: int = 0, estado: EstadoOrden | None = None
    ) -> list[OrdenRecibida]:
        """In order of arrival, from the one after ``despues_de``."""
        consulta = select(orden_tesoreria).where(_t.posicion > despues_de)
        if estado is not None:
            consulta = consulta.where(_t.estado == estado)
        filas = await self._tx.execute(consulta.order_by(_t.posicion).limit(limite))
        return [_orden(fila) for fila in filas]

    async def numero(self, recibida: OrdenRecibida) -> int:
        """Which one it is among the orders that retry no other: 1, 2, 3…"""
        consulta = (
            select(func.count())
            .select_from(orden_tesoreria)
            .where(_t.posicion <= recibida.posicion, _t.id_giro_origen.is_(None))
        )
        return int(await self._tx.scalar(consulta) or 0)

    async def save_respuesta(
        self, id_giro: str, respuesta: Respuesta, *, por: str, en: datetime
    ) -> None:
        """Make it the current answer, and keep it in the history."""
        await self._tx.execute(
            update(orden_tesoreria)
            .where(_t.id_giro == id_giro)
            .values(
                estado=EstadoOrden.RESPONDIDA,
                resultado=respuesta.resultado,
                codigo=respuesta.codigo,
                fecha_respuesta=respuesta.fecha,
                referencia_banco=respuesta.referencia_banco,
            )
        )
        await self._tx.execute(
            insert(respuesta_tesoreria).values(
                id_giro=id_giro, **asdict(respuesta), respondida_por=por, respondida_at=en
            )
        )


def _orden(fila: Row[Any]) -> OrdenRecibida:
    datos = fila._mapping
    respuesta = None
    if datos["resultado"] is not None:
        respuesta = Respuesta(
            resultado=EstadoRespuesta(datos["resultado"]),
            codigo=datos["codigo"],
            fecha=datos["fecha_respuesta"],
            referencia_banco=datos["referencia_banco"],
        )
    return OrdenRecibida(
        posicion=datos["posicion"],
        orden=Orden(**{campo: datos[campo] for campo in _CAMPOS}),
        mecanismo=datos["mecanismo"],
        sujeto=datos["sujeto"],
        recibida_at=datos["recibida_at"],
        respuesta=respuesta,
    )
