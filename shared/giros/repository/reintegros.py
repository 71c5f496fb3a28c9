"""SQL of what follows a payment: reintegros and support of the use of funds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
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
    EstadoReconocimiento,
    EstadoReintegro,
    Legalizacion,
    Reintegro,
)
from shared.giros.repository.filas import entre


class ReintegroRepository:
    """Reintegro files and what came back."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def add(
        self,
        reconocimiento_id: UUID,
        *,
        radicacion_id: UUID | None,
        capital_centavos: int,
        motivo: str,
        por: str,
        ahora: datetime,
    ) -> Reintegro:
        """Open a file as HALLAZGO."""
        resultado = await self._tx.execute(
            insert(tables.reintegro)
            .values(
                reconocimiento_id=reconocimiento_id,
                radicacion_id=radicacion_id,
                capital_centavos=capital_centavos,
                motivo=motivo,
                estado=EstadoReintegro.HALLAZGO.value,
                abierto_por=por,
                abierto_at=ahora,
            )
            .returning(tables.reintegro)
        )
        return _reintegro(resultado.one())

    async def get(self, id_: UUID) -> Reintegro | None:
        """By id."""
        t = tables.reintegro
        fila = (await self._tx.execute(select(t).where(t.c.id == id_))).one_or_none()
        return None if fila is None else _reintegro(fila)

    async def de(self, reconocimientos: Iterable[UUID]) -> list[Reintegro]:
        """Files of these recognitions, oldest first."""
        t = tables.reintegro
        filas = await self._tx.execute(
            select(t).where(entre(t.c.reconocimiento_id, reconocimientos, Uuid)).order_by(t.c.id)
        )
        return [_reintegro(f) for f in filas]

    async def cambiar(self, id_: UUID, **valores: object) -> Reintegro:
        """Write the given columns and return the row."""
        t = tables.reintegro
        resultado = await self._tx.execute(
            update(t).where(t.c.id == id_).values(**valores).returning(t)
        )
        return _reintegro(resultado.one())

    async def add_pago(
        self,
        reintegro_id: UUID,
        *,
        referencia_banco: str,
        fecha: date,
        capital_centavos: int,
        interes_centavos: int,
        por: str,
        ahora: datetime,
    ) -> UUID | None:
        """Book a deposit; None if its bank reference is taken."""
        resultado = await self._tx.execute(
            insert(tables.reintegro_pago)
            .values(
                reintegro_id=reintegro_id,
                referencia_banco=referencia_banco,
                fecha=fecha,
                capital_centavos=capital_centavos,
                interes_centavos=interes_centavos,
                por=por,
                created_at=ahora,
            )
            .on_conflict_do_nothing()
            .returning(tables.reintegro_pago.c.id)
        )
        pago_id: UUID | None = resultado.scalar_one_or_none()
        return pago_id

    async def pago_igual(
        self, reintegro_id: UUID, referencia_banco: str, capital: int, interes: int
    ) -> bool:
        """Whether that deposit is already booked in this file with these amounts."""
        t = tables.reintegro_pago.c
        filas = await self._tx.execute(
            select(t.id).where(
                t.reintegro_id == reintegro_id,
                t.referencia_banco == referencia_banco,
                t.capital_centavos == capital,
                t.interes_centavos == interes,
            )
        )
        return filas.first() is not None


class LegalizacionRepository:
    """Support of the use of the funds."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def add(
        self,
        reconocimiento_id: UUID,
        *,
        documento_sha256: str,
        soportado_centavos: int,
        fecha_limite: date,
        por: str,
        ahora: datetime,
    ) -> Legalizacion | None:
        """Deliver a document; None if the same one is already there."""
        resultado = await self._tx.execute(
            insert(tables.legalizacion)
            .values(
                reconocimiento_id=reconocimiento_id,
                documento_sha256=documento_sha256,
                soportado_centavos=soportado_centavos,
                fecha_limite=fecha_limite,
                entregada_por=por,
                entregada_at=ahora,
            )
            .on_conflict_do_nothing()
            .returning(tables.legalizacion)
        )
        fila = resultado.one_or_none()
        return None if fila is None else _legalizacion(fila)

    async def de(self, reconocimiento_id: UUID) -> list[Legalizacion]:
        """What was delivered for a recognition, oldest first."""
        t = tables.legalizacion
        filas = await self._tx.execute(
            select(t).where(t.c.reconocimiento_id == reconocimiento_id).order_by(t.c.id)
        )
        return [_legalizacion(f) for f in filas]

    async def aceptar(self, id_: UUID, *, por: str, ahora: datetime) -> Legalizacion:
        """Write who accepted it."""
        t = tables.legalizacion
        resultado = await self._tx.execute(
            update(t).where(t.c.id == id_).values(aceptada_por=por, aceptada_at=ahora).returning(t)
        )
        return _legalizacion(resultado.one())

    async def vencidas(self, pagados_antes_de: date, *, limite: int = 50) -> list[UUID]:
        """Recognitions paid before that day, still without any support delivered."""
        g, r, e = tables.giro, tables.reconocimiento, tables.legalizacion
        p = tables.giro_reconocimiento
        filas = await self._tx.execute(
            select(r.c.id)
            .join(p, p.c.reconocimiento_id == r.c.id)
            .join(g, g.c.id == p.c.giro_id)
            .where(
                r.c.estado == EstadoReconocimiento.EN_LEGALIZACION.value,
                g.c.estado == EstadoGiro.APLICADO.value,
                g.c.fecha_respuesta < pagados_antes_de,
                ~select(e.c.id).where(e.c.reconocimiento_id == r.c.id).exists(),
            )
            .order_by(r.c.id)
            .limit(limite)
        )
        return list(filas.scalars())


def _reintegro(f: Row[Any]) -> Reintegro:
    return Reintegro(
        id=f.id,
        reconocimiento_id=f.reconocimiento_id,
        capital_centavos=f.capital_centavos,
        reintegrado_centavos=f.reintegrado_centavos,
        interes_centavos=f.interes_centavos,
        motivo=f.motivo,
        estado=EstadoReintegro(f.estado),
    )


def _legalizacion(f: Row[Any]) -> Legalizacion:
    return Legalizacion(
        id=f.id,
        reconocimiento_id=f.reconocimiento_id,
        documento_sha256=f.documento_sha256,
        soportado_centavos=f.soportado_centavos,
        fecha_limite=f.fecha_limite,
        entregada_por=f.entregada_por,
        aceptada_por=f.aceptada_por,
    )
