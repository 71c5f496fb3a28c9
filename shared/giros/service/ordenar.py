"""Approve, order, send: from a recognition to a line of the bank batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import UnitOfWork
from shared.giros.errors import (
    EstadoNoPermite,
    FuncionesSeparadas,
    GiroInexistente,
    ReconocimientoInexistente,
)
from shared.giros.model import EstadoGiro, EstadoReconocimiento, Giro, Reconocimiento
from shared.giros.repository import GiroRepository, ReconocimientoRepository
from shared.giros.service.trabajo import abrir, abrir_varias, cerrar
from shared.presupuesto import Linea
from shared.seguridad import Rol, Usuario, exigir
from shared.tipos import Rechazo, Reloj


@dataclass(frozen=True)
class Aprobacion:
    """One order of approval: which recognition, by whom."""

    reconocimiento_id: UUID
    usuario: Usuario


async def aprobar(
    ids: Sequence[UUID], *, usuario: Usuario, uow: UnitOfWork, reloj: Reloj
) -> list[Reconocimiento]:
    """The ordenador approves recognitions, all or none, and those that can be paid are ordered.

    Afterwards each is ORDENADO, or waits: ESPERA_CUENTA (ANT-18) or ESPERA_PRESUPUESTO
    (RECAUDO), in its place. Approving again what the same person approved changes nothing.

    Raises:
        Prohibido: not an ordenador.
        FuncionesSeparadas: the user prepared it (PRE-08).
        EstadoNoPermite: it waits for aforo, or went on already.
        ReconocimientoInexistente: some id names nothing.
    """
    async with uow.begin() as tx:
        respuestas = await aprobar_lista(tx, [Aprobacion(i, usuario) for i in ids], reloj=reloj)
        aprobados = []
        for respuesta in respuestas:
            if isinstance(respuesta, Rechazo):
                raise respuesta
            aprobados.append(respuesta)
    return aprobados


async def aprobar_lista(
    tx: AsyncConnection, pedidos: Sequence[Aprobacion], *, reloj: Reloj
) -> list[Reconocimiento | Rechazo]:
    """Approvals of many callers together; each refusal is a value and spares the others."""
    repositorio = ReconocimientoRepository(tx)
    ids = [p.reconocimiento_id for p in pedidos]
    lineas = {r.linea_id for r in (await repositorio.get_many(ids)).values()}
    trabajos = await abrir_varias(tx, lineas, por="sistema", reloj=reloj)
    filas = await repositorio.get_many(ids, for_update=True)
    aprobaciones: dict[UUID, str] = {}
    rechazos: dict[int, Rechazo] = {}
    for i, pedido in enumerate(pedidos):
        try:
            if _exigir_aprobable(filas.get(pedido.reconocimiento_id), pedido, aprobaciones):
                aprobaciones[pedido.reconocimiento_id] = pedido.usuario.sujeto
        except Rechazo as rechazo:
            rechazos[i] = rechazo
    await repositorio.aprobar(aprobaciones, reloj.ahora())
    for trabajo in trabajos.values():
        await trabajo.ordenar_en_orden()
    await cerrar(list(trabajos.values()))
    finales = await repositorio.get_many(ids)
    return [rechazos.get(i) or finales[p.reconocimiento_id] for i, p in enumerate(pedidos)]


def _exigir_aprobable(
    r: Reconocimiento | None, pedido: Aprobacion, aprobaciones: dict[UUID, str]
) -> bool:
    """Whether there is something to write; refuses what may not be approved."""
    usuario = pedido.usuario
    exigir(usuario, Rol.ORDENADOR)
    if r is None:
        raise ReconocimientoInexistente(f"No existe el reconocimiento {pedido.reconocimiento_id}.")
    if usuario.sujeto == r.preparado_por:
        raise FuncionesSeparadas(
            "Usted preparó este reconocimiento y no puede aprobarlo. Pídalo a otro ordenador."
        )
    aprobador = aprobaciones.get(r.id, r.aprobado_por)
    if aprobador == usuario.sujeto:
        return False
    if aprobador is not None or r.estado is not EstadoReconocimiento.RECONOCIDO:
        raise EstadoNoPermite(
            f"El reconocimiento {r.id} está en {r.estado} y "
            + ("otra persona ya lo aprobó." if aprobador else "todavía no se puede aprobar."),
            estado=r.estado.value,
        )
    return True


async def ordenar_en_orden(
    tx: AsyncConnection, linea: Linea, *, por: str = "sistema", reloj: Reloj
) -> list[Giro]:
    """Order, among the approved of a line, the prefix of the queue that its cash covers.

    Those without a good account wait in ESPERA_CUENTA and do not hold the others; among the
    rest nobody overtakes: what does not fit waits in ESPERA_PRESUPUESTO (RECAUDO).
    """
    trabajo = await abrir(tx, linea.id, por=por, reloj=reloj)
    lote = await trabajo.ordenar_en_orden()
    await cerrar([trabajo])
    return lote


async def enviar(
    tx: AsyncConnection, id_giros: Sequence[str], *, usuario: Usuario, reloj: Reloj
) -> list[Giro]:
    """Treasury sends orders to the bank. The payer may not be who approved (PRE-08).

    Raises:
        Prohibido: not of treasury.
        FuncionesSeparadas: the user approved one of them.
        GiroInexistente: some name is unknown.
        EstadoNoPermite: some order already has an answer.
    """
    exigir(usuario, Rol.TESORERIA)
    giros = GiroRepository(tx)
    hallados = [(nombre, await giros.por_id_giro(nombre)) for nombre in id_giros]
    trabajos = await abrir_varias(
        tx, {g.linea_id for _, g in hallados if g}, por=usuario.sujeto, reloj=reloj
    )
    enviados = []
    for nombre, _ in hallados:
        giro = await giros.por_id_giro(nombre)  # again, under the lock of its line
        if giro is None:
            raise GiroInexistente(f"No existe el giro {nombre}.")
        trabajo = trabajos[giro.linea_id]
        await exigir_pagador(trabajo.reconocimientos, giro, usuario.sujeto)
        if giro.estado not in {EstadoGiro.ORDENADO, EstadoGiro.ENVIADO}:
            raise EstadoNoPermite(f"El giro {nombre} está {giro.estado} y ya no se envía.")
        if giro.estado is EstadoGiro.ORDENADO:
            giro = await giros.cambiar(
                giro.id,
                estado=EstadoGiro.ENVIADO.value,
                enviado_por=usuario.sujeto,
                enviado_at=trabajo.ahora,
            )
        enviados.append(giro)
    return enviados


async def exigir_pagador(
    reconocimientos: ReconocimientoRepository, giro: Giro, pagador: str
) -> None:
    """PRE-08: who pays approved nothing of it.

    Raises:
        FuncionesSeparadas: they are the same person.
    """
    partes = await reconocimientos.get_many(giro.reconocimientos)
    if any(r.aprobado_por == pagador for r in partes.values()):
        raise FuncionesSeparadas(
            f"Usted aprobó el giro {giro.id_giro} y no puede pagarlo. Pídalo a otra persona de "
            "tesorería."
        )
