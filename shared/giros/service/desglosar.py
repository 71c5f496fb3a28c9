"""Pay an unpaid recognition to others on behalf of its payee, in the place that it had."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.errors import (
    DesgloseExcedido,
    EstadoNoPermite,
    ReconocimientoInexistente,
)
from shared.giros.model import (
    ENTIDAD,
    Beneficiario,
    EstadoReconocimiento,
    ParteDesglose,
    Reconocimiento,
    Situacion,
    situacion,
)
from shared.giros.repository import ReconocimientoRepository
from shared.giros.service.trabajo import Trabajo, abrir, cerrar
from shared.tipos import Reloj


async def desglosar(
    tx: AsyncConnection,
    reconocimiento_id: UUID,
    partes: Sequence[ParteDesglose],
    *,
    documento: UUID,
    registros_resto: int,
    aprobado: bool = False,
    por: str,
    reloj: Reloj,
) -> list[Reconocimiento]:
    """Replace a recognition by one per part and, with what is left, one of its own payee.

    They add up to what it was worth and share its place in the queue: nobody loses the turn, and
    the aforo it held is given back and taken in the same posting. None is approved. The parts hang
    from ``documento``, the paper that names them, and are paid on behalf of the payee
    (``titular_nit``). ``registros_resto``: how many records what is left pays. ``aprobado`` lets
    through one that was approved and has no live order. Returns the parts in order, then the
    rest. Call it last: it locks the line and posts.

    Raises:
        ReconocimientoInexistente: no such recognition.
        EstadoNoPermite: it is at the bank or paid, was approved, or is not the payee's own.
        DesgloseExcedido: the parts are worth more than it.
    """
    hallado = (await ReconocimientoRepository(tx).get_many([reconocimiento_id])).get(
        reconocimiento_id
    )
    if hallado is None:
        raise ReconocimientoInexistente(f"No existe el reconocimiento {reconocimiento_id}.")
    trabajo = await abrir(tx, hallado.linea_id, por=por, reloj=reloj)
    r = (await trabajo.reconocimientos.get_many([hallado.id], for_update=True))[hallado.id]
    exigir_desglosable(r, aprobado=aprobado)
    resto = r.valor_centavos - sum(p.valor_centavos for p in partes)
    if resto < 0:
        raise DesgloseExcedido.de(r.valor_centavos, -resto)
    todas = list(partes)
    if resto:
        todas.append(ParteDesglose(r.nit, r.nombre, resto, r.preparado_por, registros_resto))
    nuevos = await _reemplazar(trabajo, r, todas, documento)
    await cerrar([trabajo])
    return nuevos


def exigir_desglosable(r: Reconocimiento, *, aprobado: bool = False) -> None:
    """Whether it may still be paid to others.

    Raises:
        EstadoNoPermite: as ``desglosar``.
    """
    if r.estado is EstadoReconocimiento.ANULADO or r.titular_nit is not None:
        raise EstadoNoPermite(
            "El reconocimiento ya se reemplazó, o se gira por cuenta de otra entidad. Consulte la "
            "liquidación y use el vigente.",
            estado=r.estado.value,
        )
    if r.beneficiario.es_persona or situacion(r.estado, r.espera_por) is Situacion.PAGADO:
        raise EstadoNoPermite(
            f"El reconocimiento está en {r.estado} y ya no se puede girar a otros.",
            estado=r.estado.value,
        )
    if r.aprobado_por is not None and not aprobado:
        raise EstadoNoPermite(
            "El ordenador ya aprobó el reconocimiento. El giro directo se pide antes.",
            estado=r.estado.value,
        )


async def _reemplazar(
    trabajo: Trabajo,
    r: Reconocimiento,
    partes: Sequence[ParteDesglose],
    documento: UUID,
) -> list[Reconocimiento]:
    en_espera = situacion(r.estado, r.espera_por) is Situacion.EN_ESPERA
    await trabajo.quitar(r)
    cuentas = await _cuentas(trabajo, r, partes)
    nuevos = [
        await trabajo.reconocimientos.add_parte(
            r, parte, documento, cuenta_id=cuentas.get(parte.nit), ahora=trabajo.ahora
        )
        for parte in partes
    ]
    if not en_espera:
        trabajo.movimientos += trabajo.asientos.reconocidos(nuevos)
    trabajo.anunciar(nuevos)
    return nuevos


async def _cuentas(
    trabajo: Trabajo, r: Reconocimiento, partes: Sequence[ParteDesglose]
) -> dict[str, UUID]:
    """The account of each payee: the one that the list gives, else one of theirs that was checked
    before. What is left goes to the one that the recognition had."""
    pedidas = [(Beneficiario(ENTIDAD, p.nit), p.cuenta) for p in partes if p.cuenta is not None]
    dadas = await trabajo.cuentas.asegurar(pedidas, trabajo.ahora)
    conocidas = await trabajo.cuentas.verificadas(
        {Beneficiario(ENTIDAD, p.nit) for p in partes if p.cuenta is None}
    )
    suya = {} if r.cuenta_id is None else {r.nit: r.cuenta_id}
    return (
        {b.numero: id_ for b, id_ in conocidas.items()}
        | {b.numero: dadas[b, cuenta].id for b, cuenta in pedidas}
        | suya
    )
