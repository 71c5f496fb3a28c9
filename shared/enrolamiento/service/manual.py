"""What an operador does by hand: look, insist, write what the operator answered, give a product."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.enrolamiento.contacto import Lugar, contactos
from shared.enrolamiento.errors import (
    EnrolamientoInexistente,
    EnrolamientoNoAdmite,
    RespuestaContradice,
    SolicitudInexistente,
    exigir_completa,
)
from shared.enrolamiento.model import (
    ABIERTOS,
    CON_PLAZO,
    EfectoRespuesta,
    Enrolamiento,
    EstadoEnrolamiento,
    Operacion,
    Respuesta,
)
from shared.enrolamiento.puertos import Contacto
from shared.enrolamiento.repository import EnrolamientoRepository, Pendiente
from shared.enrolamiento.service.tanda import Tanda
from shared.enrolamiento.service.vuelta import aplicar, aplicar_en
from shared.giros.errors import TitularDistinto
from shared.giros.model import CuentaPago
from shared.giros.repository import CuentaRepository
from shared.giros.service import cambiar_cuenta
from shared.radicacion.service import Contexto
from shared.seguridad import Rol, Usuario, alcance, exigir

LIMITE_PEDIDOS: Final = 50_000
"""Requests in one file."""


async def obtener(
    tx: AsyncConnection, id_: UUID, *, usuario: Usuario, mecanismo: str
) -> Enrolamiento:
    """One that the user may see.

    Raises:
        EnrolamientoInexistente: no such one, or of another entity or mechanism.
    """
    e = (await EnrolamientoRepository(tx).get_many([id_])).get(id_)
    if e is None or e.mecanismo != mecanismo or alcance(usuario) not in {None, e.entidad}:
        raise EnrolamientoInexistente("No hay un enrolamiento suyo con ese identificador.")
    return e


async def reintentar(id_: UUID, *, usuario: Usuario, ctx: Contexto) -> Enrolamiento:
    """Ask the operator again without waiting for the day, or order again a payment under review.

    It counts as one more attempt. Twice on one day, while nobody answers, is once.

    Raises:
        Prohibido: not an operador.
        EnrolamientoInexistente: no such one.
        EnrolamientoNoAdmite: nothing waits for the operator or for a review.
        CuentaRechazada: the account of the returned payment does not serve; give another one.
    """
    exigir(usuario, Rol.OPERADOR)
    async with ctx.uow.begin() as tx:
        await obtener(tx, id_, usuario=usuario, mecanismo=ctx.mecanismo.nombre)
        tanda = Tanda(tx, ctx, usuario.sujeto)
        await tanda.preparar([id_])
        e = tanda.enrolamientos[id_]
        if e.estado is EstadoEnrolamiento.REVISION:
            await tanda.repetir_giro(id_)
        elif e.estado not in CON_PLAZO:
            raise EnrolamientoNoAdmite(
                f"El enrolamiento está {e.estado}: no hay nada que volver a pedir.",
                estado=e.estado.value,
            )
        elif not await _se_acaba_de_pedir(tx, e, ctx):
            tanda.pedir(id_)
        await tanda.terminar()
        return tanda.enrolamientos[id_]


async def _se_acaba_de_pedir(tx: AsyncConnection, e: Enrolamiento, ctx: Contexto) -> bool:
    pedidas = await EnrolamientoRepository(tx).solicitudes_de(e.id)
    return bool(pedidas) and (
        pedidas[-1].resultado is None
        and ctx.reloj.ahora() - pedidas[-1].pedida_at < timedelta(days=1)
    )


async def responder(
    id_: UUID, respuesta: Respuesta, *, usuario: Usuario, ctx: Contexto
) -> tuple[Enrolamiento, EfectoRespuesta]:
    """Write down what the operator answered to a request of an enrolment.

    Raises:
        Prohibido: not an operador.
        EnrolamientoInexistente, SolicitudInexistente: no such one.
        RespuestaIncompleta: it opens an account and brings none.
        RespuestaContradice: the request has another answer.
        TitularDistinto: the account is of somebody else.
    """
    exigir(usuario, Rol.OPERADOR)
    async with ctx.uow.begin() as tx:
        e = await obtener(tx, id_, usuario=usuario, mecanismo=ctx.mecanismo.nombre)
        repositorio = EnrolamientoRepository(tx)
        s = (await repositorio.solicitudes([respuesta.solicitud_id])).get(respuesta.solicitud_id)
        if s is None or s.enrolamiento_id != id_:
            raise SolicitudInexistente("Ese enrolamiento no tiene una solicitud con ese id.")
        _exigir_titular(e, respuesta.producto)
        ((_, efecto),) = await aplicar_en(tx, [respuesta], ctx, por=usuario.sujeto)
        if efecto is EfectoRespuesta.CONTRADICE:
            raise RespuestaContradice(
                "La solicitud ya tiene otra respuesta, que es la que rige. Si el operador se "
                "equivocó, registre un producto o pida de nuevo."
            )
        return (await repositorio.get_many([id_]))[id_], efecto


async def responder_archivo(
    respuestas: Sequence[Respuesta], *, usuario: Usuario, ctx: Contexto
) -> Mapping[EfectoRespuesta, int]:
    """Write down many answers; the same file again changes nothing.

    Raises:
        Prohibido: not an operador.
        RespuestaIncompleta: some opens an account and brings none, or the other way round; then
            none is written.
    """
    exigir(usuario, Rol.OPERADOR)
    async with ctx.uow.begin() as tx:
        solicitudes = await EnrolamientoRepository(tx).solicitudes(
            [r.solicitud_id for r in respuestas]
        )
    for r in respuestas:
        if (s := solicitudes.get(r.solicitud_id)) is not None:
            exigir_completa(s, r)
    return await aplicar(respuestas, ctx, por=usuario.sujeto)


async def dar_producto(
    id_: UUID, producto: CuentaPago, *, usuario: Usuario, ctx: Contexto
) -> Enrolamiento:
    """A product of the payee that somebody of ours knows of, to be checked before it is used.

    Raises:
        Prohibido: not an operador.
        EnrolamientoInexistente: no such one.
        EnrolamientoNoAdmite: it ended.
        TitularDistinto: the product is of somebody else.
        EstadoNoPermite: its payment is at the bank.
        CuentaRechazada: it is the one that the bank refused.
    """
    exigir(usuario, Rol.OPERADOR)
    async with ctx.uow.begin() as tx:
        e = await obtener(tx, id_, usuario=usuario, mecanismo=ctx.mecanismo.nombre)
        if e.estado not in ABIERTOS:
            raise EnrolamientoNoAdmite(
                f"El enrolamiento está {e.estado} y ya no admite un producto.",
                estado=e.estado.value,
            )
        _exigir_titular(e, producto)
        await cambiar_cuenta(tx, e.reconocimiento_id, producto, usuario=usuario, reloj=ctx.reloj)
    # Apart, because the turn of the mechanism is asked for before any line. Cut in between, the
    # next round of the worker sees that the account is another one.
    async with ctx.uow.begin() as tx:
        tanda = Tanda(tx, ctx, usuario.sujeto)
        await tanda.preparar([id_])
        await tanda.revisar(id_)
        await tanda.terminar()
        return tanda.enrolamientos[id_]


def _exigir_titular(e: Enrolamiento, producto: CuentaPago | None) -> None:
    if producto is not None and producto.titular != e.beneficiario:
        raise TitularDistinto(
            f"El titular del producto es {producto.titular} y el receptor es {e.beneficiario}. "
            "Solo se paga en un producto a nombre del receptor."
        )


async def pedidos(
    *, usuario: Usuario, ctx: Contexto
) -> tuple[list[Pendiente], dict[UUID, CuentaPago], Mapping[Lugar, Contacto]]:
    """What the operator has not answered, with the products to check and the data to open them.

    Raises:
        Prohibido: not an operador.
    """
    exigir(usuario, Rol.OPERADOR)
    async with ctx.uow.begin() as tx:
        pendientes = await EnrolamientoRepository(tx).pendientes(
            ctx.mecanismo.nombre,
            consultadas_antes_de=ctx.reloj.ahora() + timedelta(days=1),
            despues=None,
            limite=LIMITE_PEDIDOS,
        )
        ids = [p.solicitud.cuenta_id for p in pendientes if p.solicitud.cuenta_id is not None]
        cuentas = await CuentaRepository(tx).get_many(ids)
    lugares = [
        (p.radicacion_id, p.fila) for p in pendientes if p.solicitud.operacion is Operacion.ABRIR
    ]
    datos = await asyncio.to_thread(contactos, lugares, ctx.almacen)
    return pendientes, {i: c.pago for i, c in cuentas.items()}, datos
