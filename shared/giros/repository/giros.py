"""SQL of payment orders and bank answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    Uuid,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros import tables
from shared.giros.model import (
    EstadoGiro,
    EstadoRespuesta,
    Giro,
    MotivoSuspenso,
    Respuesta,
    RespuestaEnSuspenso,
)
from shared.giros.repository.filas import PARTES, a_giro, entre


class GiroRepository:
    """Payment orders and bank answers."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def get(self, id_: UUID) -> Giro | None:
        """By our own id."""
        return await self._uno(tables.giro.c.id == id_)

    async def por_id_giro(self, id_giro: str) -> Giro | None:
        """By its name at the bank."""
        return await self._uno(tables.giro.c.id_giro == id_giro)

    async def _uno(self, condicion: Any) -> Giro | None:
        consulta = select(tables.giro, *PARTES).where(condicion)
        fila = (await self._tx.execute(consulta)).one_or_none()
        return None if fila is None else a_giro(fila)

    async def de_reconocimientos(self, ids: Iterable[UUID]) -> list[Giro]:
        """Every order of these recognitions, oldest first."""
        t, p = tables.giro, tables.giro_reconocimiento
        de_ellos = select(p.c.giro_id).where(entre(p.c.reconocimiento_id, ids, Uuid))
        filas = await self._tx.execute(
            select(t, *PARTES).where(t.c.id.in_(de_ellos)).order_by(t.c.id)
        )
        return [a_giro(f) for f in filas]

    async def listar(
        self,
        *,
        linea_id: int | None = None,
        estados: Sequence[EstadoGiro] = (),
        despues: UUID | None = None,
        limite: int = 50,
    ) -> list[Giro]:
        """Giros in id order after ``despues``."""
        t = tables.giro
        consulta = select(t, *PARTES).order_by(t.c.id).limit(limite)
        if linea_id is not None:
            consulta = consulta.where(t.c.linea_id == linea_id)
        if estados:
            consulta = consulta.where(t.c.estado.in_([e.value for e in estados]))
        if despues is not None:
            consulta = consulta.where(t.c.id > despues)
        return [a_giro(f) for f in await self._tx.execute(consulta)]

    async def cambiar(self, id_: UUID, **valores: object) -> Giro:
        """Write the given columns and return the row."""
        t = tables.giro
        resultado = await self._tx.execute(
            update(t).where(t.c.id == id_).values(**valores).returning(t, *PARTES)
        )
        return a_giro(resultado.one())

    async def anotar_respuesta(self, giro: Giro, respuesta: Respuesta, ahora: datetime) -> bool:
        """Remember an answer that counts; False if the same one is already there."""
        resultado = await self._tx.execute(
            insert(tables.respuesta_giro)
            .values(
                giro_id=giro.id,
                estado=respuesta.estado.value,
                codigo=respuesta.codigo,
                fecha=respuesta.fecha,
                referencia_banco=respuesta.referencia_banco,
                recibida_at=ahora,
            )
            .on_conflict_do_nothing()
        )
        return resultado.rowcount == 1

    async def ya_respondida(self, giro: Giro, respuesta: Respuesta) -> bool:
        """Whether this very answer already had its effect."""
        t = tables.respuesta_giro.c
        filas = await self._tx.execute(
            select(t.id).where(
                t.giro_id == giro.id,
                t.estado == respuesta.estado.value,
                t.codigo.is_not_distinct_from(respuesta.codigo),
                t.fecha == respuesta.fecha,
                t.referencia_banco.is_not_distinct_from(respuesta.referencia_banco),
            )
        )
        return filas.first() is not None

    async def suspender(
        self, respuesta: Respuesta, motivo: MotivoSuspenso, ahora: datetime
    ) -> bool:
        """Put the answer on the suspense list; False if it is already there."""
        resultado = await self._tx.execute(
            insert(tables.respuesta_desconocida)
            .values(
                motivo=motivo.value,
                id_giro=respuesta.id_giro,
                estado=respuesta.estado.value,
                codigo=respuesta.codigo,
                fecha=respuesta.fecha,
                valor_centavos=respuesta.valor_centavos,
                moneda=respuesta.moneda,
                referencia_banco=respuesta.referencia_banco,
                recibida_at=ahora,
            )
            .on_conflict_do_nothing()
        )
        return resultado.rowcount == 1

    async def en_suspenso(self, *, limite: int = 50) -> list[RespuestaEnSuspenso]:
        """Answers that wait for a person, oldest first."""
        t = tables.respuesta_desconocida
        filas = await self._tx.execute(
            select(t).where(t.c.resuelta_at.is_(None)).order_by(t.c.id).limit(limite)
        )
        return [_suspenso(f) for f in filas]

    async def resolver_suspenso(self, id_: UUID, *, por: str, ahora: datetime) -> bool:
        """Mark as looked at; False if there is no such open one."""
        t = tables.respuesta_desconocida
        resultado = await self._tx.execute(
            update(t)
            .where(t.c.id == id_, t.c.resuelta_at.is_(None))
            .values(resuelta_por=por, resuelta_at=ahora)
        )
        return resultado.rowcount == 1


def _suspenso(f: Row[Any]) -> RespuestaEnSuspenso:
    return RespuestaEnSuspenso(
        id=f.id,
        motivo=MotivoSuspenso(f.motivo),
        respuesta=Respuesta(
            id_giro=f.id_giro,
            estado=EstadoRespuesta(f.estado),
            codigo=f.codigo,
            fecha=f.fecha,
            valor_centavos=f.valor_centavos,
            moneda=f.moneda,
            referencia_banco=f.referencia_banco,
        ),
        recibida_at=f.recibida_at,
        resuelta_por=f.resuelta_por,
    )
