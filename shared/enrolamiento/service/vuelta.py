"""What a worker does about the products of those who are paid, every so often.

The operator and whoever sends notices are asked outside any transaction; what they answer is
applied in another one. A worker that dies asks again under the same key, and nothing is done twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.enrolamiento.contacto import contactos
from shared.enrolamiento.errors import RespuestaIncompleta, exigir_completa
from shared.enrolamiento.model import TEXTOS, EfectoRespuesta, Operacion, Respuesta, Solicitud
from shared.enrolamiento.puertos import (
    Aviso,
    Avisos,
    Contacto,
    Operador,
    PedidoAbrir,
    PedidoValidar,
)
from shared.enrolamiento.repository import EnrolamientoRepository, Pendiente
from shared.enrolamiento.service.tanda import Tanda
from shared.giros.repository import CuentaRepository
from shared.radicacion.service import Contexto
from shared.tipos import InvarianteRota

LOTE: Final = 200
"""Enrolments decided in one transaction."""
ENTRE_CONSULTAS: Final = timedelta(minutes=10)
"""The operator is not asked about one request more often."""
_POR: Final = "sistema"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enrolador:
    """The loop of the worker, for the mechanisms that enrol."""

    operador: Operador | None
    """Nobody to ask if None: its answers are uploaded."""
    avisos: Avisos | None = None
    entre_consultas: timedelta = ENTRE_CONSULTAS

    async def __call__(self, ctx: Contexto) -> None:
        """One round of a mechanism. Safe to run twice at once, and to be cut anywhere."""
        if ctx.mecanismo.pago.enrola is None:
            return
        await abrir(ctx)
        await revisar(ctx)
        if self.operador is not None:
            await self.consultar(ctx, self.operador)
        if self.avisos is not None:
            await avisar(ctx, self.avisos)

    async def consultar(self, ctx: Contexto, operador: Operador) -> Counter[EfectoRespuesta]:
        """Ask an operator about everything that has no answer; what became of the answers."""
        efectos: Counter[EfectoRespuesta] = Counter()
        por = f"operador:{operador.nombre}"
        desde = ctx.reloj.ahora()
        async for lote in _pendientes(ctx, desde - self.entre_consultas):
            respuestas = await _preguntar(lote, ctx, operador)
            async with ctx.uow.begin() as tx:
                sin_respuesta = {p.solicitud.id for p in lote} - {
                    r.solicitud_id for r in respuestas
                }
                await EnrolamientoRepository(tx).consultadas(sin_respuesta, desde)
            efectos.update(await aplicar(respuestas, ctx, por=por))
        return efectos


async def _preguntar(
    lote: Sequence[Pendiente], ctx: Contexto, operador: Operador
) -> list[Respuesta]:
    lugares = [(p.radicacion_id, p.fila) for p in lote]
    datos = await asyncio.to_thread(contactos, lugares, ctx.almacen)
    productos = [p.solicitud.cuenta_id for p in lote if p.solicitud.cuenta_id is not None]
    async with ctx.uow.begin() as tx:
        cuentas = await CuentaRepository(tx).get_many(productos)
    respuestas = []
    for p in lote:
        s = p.solicitud
        hace = (ctx.reloj.ahora() - s.pedida_at).total_seconds()
        if s.operacion is Operacion.ABRIR:
            contacto = datos[p.radicacion_id, p.fila]
            pedido = PedidoAbrir(s.id, s.intento, hace, p.beneficiario, p.nombre, contacto)
            respuesta = await operador.abrir(pedido)
        elif s.cuenta_id is None:
            raise InvarianteRota("se valida un producto que no está")
        else:
            producto = cuentas[s.cuenta_id].pago
            respuesta = await operador.validar(PedidoValidar(s.id, s.intento, hace, producto))
        if respuesta is not None and _sirve(s, respuesta):
            respuestas.append(respuesta)
    return respuestas


def _sirve(s: Solicitud, respuesta: Respuesta) -> bool:
    """One bad answer does not hold the others: it is asked again."""
    try:
        exigir_completa(s, respuesta)
    except RespuestaIncompleta as error:
        _log.warning("Solicitud %s: %s", s.id, error.detalle)
        return False
    return True


async def abrir(ctx: Contexto) -> int:
    """Open the enrolment of every payable unit that has none; how many."""
    total = 0
    while True:
        async with ctx.uow.begin() as tx:
            abiertos = await EnrolamientoRepository(tx).abrir(
                ctx.mecanismo.nombre, limite=5000, hoy=ctx.reloj.hoy(), ahora=ctx.reloj.ahora()
            )
        total += abiertos
        if not abiertos:
            return total


async def revisar(ctx: Contexto) -> None:
    """Do what is due: deadlines, returned payments, accounts that somebody else decided."""
    despues: UUID | None = None
    while True:
        async with ctx.uow.begin() as tx:
            ids = await EnrolamientoRepository(tx).por_revisar(
                ctx.mecanismo.nombre, hoy=ctx.reloj.hoy(), despues=despues, limite=LOTE
            )
        if not ids:
            return
        async with ctx.uow.begin() as tx:
            tanda = Tanda(tx, ctx, _POR)
            await tanda.preparar(ids)
            for id_ in ids:
                await tanda.revisar(id_)
            await tanda.terminar()
        despues = ids[-1]


async def aplicar(
    respuestas: Sequence[Respuesta], ctx: Contexto, *, por: str
) -> Counter[EfectoRespuesta]:
    """Give answers their effect, some at a time. Those to requests of another mechanism, or that
    nobody made, are left out.

    Raises:
        RespuestaIncompleta: one opens an account and brings none, or refuses without cause.
    """
    efectos: Counter[EfectoRespuesta] = Counter()
    for inicio in range(0, len(respuestas), LOTE):
        lote = respuestas[inicio : inicio + LOTE]
        async with ctx.uow.begin() as tx:
            efectos.update(e for _, e in await aplicar_en(tx, lote, ctx, por=por))
    contradichas = efectos[EfectoRespuesta.CONTRADICE]
    if contradichas:
        _log.warning("%d respuestas contradicen a otra anterior, que rige", contradichas)
    return efectos


async def aplicar_en(
    tx: AsyncConnection, lote: Sequence[Respuesta], ctx: Contexto, *, por: str
) -> list[tuple[UUID, EfectoRespuesta]]:
    """``aplicar`` inside the caller's transaction: request and what became of its answer."""
    repositorio = EnrolamientoRepository(tx)
    dichas = {r.solicitud_id for r in lote}
    vistas = await repositorio.solicitudes(dichas)
    halladas = await repositorio.get_many({s.enrolamiento_id for s in vistas.values()})
    propias = {i for i, e in halladas.items() if e.mecanismo == ctx.mecanismo.nombre}
    tanda = Tanda(tx, ctx, por)
    await tanda.preparar(propias)
    # Again, now that nobody else may answer them.
    solicitudes = await repositorio.solicitudes(dichas)
    efectos = []
    for r in lote:
        s = solicitudes.get(r.solicitud_id)
        if s is not None and s.enrolamiento_id in propias:
            efectos.append((s.id, await tanda.responder(s, r)))
    await tanda.terminar()
    return efectos


async def avisar(ctx: Contexto, avisos: Avisos) -> int:
    """Send the notices that were written down; how many. One that is cut half way is sent again
    under the same id."""
    total = 0
    while True:
        async with ctx.uow.begin() as tx:
            pendientes = await EnrolamientoRepository(tx).avisos_pendientes(
                ctx.mecanismo.nombre, limite=LOTE
            )
        if not pendientes:
            return total
        lugares = [(a.radicacion_id, a.fila) for a in pendientes]
        datos = await asyncio.to_thread(contactos, lugares, ctx.almacen)
        envios = {}
        for a in pendientes:
            contacto: Contacto = datos[a.radicacion_id, a.fila]
            envio = await avisos.enviar(Aviso(a.id, a.clase, TEXTOS[a.clase], contacto))
            envios[a.id] = (envio.canal.value, envio.destino)
        async with ctx.uow.begin() as tx:
            await EnrolamientoRepository(tx).enviados(envios, ctx.reloj.ahora())
        total += len(pendientes)


async def _pendientes(ctx: Contexto, antes_de: datetime) -> AsyncIterator[list[Pendiente]]:
    despues: UUID | None = None
    while True:
        async with ctx.uow.begin() as tx:
            lote = await EnrolamientoRepository(tx).pendientes(
                ctx.mecanismo.nombre, consultadas_antes_de=antes_de, despues=despues, limite=LOTE
            )
        if not lote:
            return
        yield lote
        despues = lote[-1].solicitud.id
