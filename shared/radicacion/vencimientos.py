"""Deadlines that pass without anyone acting: what was not answered in time moves by itself.

``Estados.vencen`` says which states, after how long and what they become. One transaction per
mechanism, alone in it: a second worker, or a second time, finds nothing to do.

What came in time is in time, whatever the queue takes: while a submission of the mechanism waits
to be decided, nothing expires whose last day is its own or a later one. Which records it answers
is known when it is judged, so it protects them all. One that failed protects none: an operator
who reopens it does so before the deadline of what it answers.
"""

from __future__ import annotations

import logging
from calendar import monthrange
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.focalizacion.model import Vencimiento
from shared.radicacion.repository import RadicacionRepository, RegistroRepository
from shared.radicacion.repository.vencimientos import PorVencer, VencimientoRepository
from shared.radicacion.service import Contexto
from shared.radicacion.ventanas import dia_habil
from shared.tipos import BOGOTA

_POR: Final = "sistema"
_EN_CAMINO: Final = timedelta(minutes=10)
"""What is accepted on the last day may be committed a moment after midnight."""
_log = logging.getLogger(__name__)


def ultimo_dia(vence: Vencimiento, comunicado: date) -> date:
    """The last day on which what was communicated on ``comunicado`` may be answered.

    Months end on the same day of the month, or on its last one if it has none; business days
    count from the next day.
    """
    anios, mes = divmod(comunicado.month - 1 + vence.meses, 12)
    anio, mes = comunicado.year + anios, mes + 1
    dia = date(anio, mes, min(comunicado.day, monthrange(anio, mes)[1]))
    if not vence.dias_habiles:
        return dia
    return dia_habil(dia + timedelta(days=1), vence.dias_habiles)


async def vencer(ctx: Contexto) -> int:
    """Move whatever has expired in the mechanism; how many records."""
    nombre = ctx.mecanismo.nombre
    movidos: Counter[UUID] = Counter()
    async with ctx.uow.begin() as tx:
        if not await _por_vencer(tx, ctx):
            return 0
        await RegistroRepository(tx).turno(nombre, exclusivo=True)
        for cuales in await _por_vencer(tx, ctx):
            movidos.update(await _mover(tx, cuales, ctx))
        await RadicacionRepository(tx).recontar(list(movidos))
    if movidos:
        _log.info("%s: a %d registros se les venció el plazo", nombre, movidos.total())
    return movidos.total()


async def _por_vencer(tx: AsyncConnection, ctx: Contexto) -> list[PorVencer]:
    """States of the mechanism in which something has expired, and what."""
    vencen = ctx.mecanismo.estados.vencen
    if not vencen:
        return []
    repositorio = VencimientoRepository(tx)
    hoy = (ctx.reloj.ahora() - _EN_CAMINO).astimezone(BOGOTA).date()
    primera = await repositorio.primera_en_curso(ctx.mecanismo.nombre)
    antes_de = hoy if primera is None else min(hoy, primera)
    candidatos = [
        PorVencer(ctx.mecanismo.nombre, estado, _comunicados_antes_de(vence, antes_de))
        for estado, vence in vencen.items()
    ]
    return [c for c in candidatos if await repositorio.hay(c)]


def _comunicados_antes_de(vence: Vencimiento, dia: date) -> datetime:
    """Instant before which everything communicated had its last day before ``dia``."""
    comunicado = dia
    while ultimo_dia(vence, comunicado) >= dia:
        comunicado -= timedelta(days=1)
    return datetime.combine(comunicado + timedelta(days=1), time.min, BOGOTA)


async def _mover(tx: AsyncConnection, cuales: PorVencer, ctx: Contexto) -> dict[UUID, int]:
    estados = ctx.mecanismo.estados
    vence = estados.vencen[cuales.estado]
    return await VencimientoRepository(tx).vencer(
        cuales,
        a=vence.a,
        libera=vence.a in estados.liberan,
        codigo=vence.codigo,
        motivo=f"pasaron {vence.plazo} sin respuesta desde que se comunicó, el",
        por=_POR,
        en=ctx.reloj.ahora(),
    )
