"""Money paid without cause, back to the line (budget §6)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.errors import (
    EstadoNoPermite,
    ReconocimientoInexistente,
    ReintegroExcedido,
    ReintegroInexistente,
)
from shared.giros.model import (
    EstadoReconocimiento,
    EstadoReintegro,
    Reconocimiento,
    Reintegro,
    Situacion,
    situacion,
)
from shared.giros.repository import ReconocimientoRepository, ReintegroRepository
from shared.giros.service.trabajo import Trabajo, abrir, cerrar
from shared.presupuesto import ReferenciaRepetida
from shared.seguridad import Rol, Usuario, exigir
from shared.tipos import EntradaInvalida, Reloj, formato_pesos


async def abrir_reintegro(
    tx: AsyncConnection,
    reconocimiento_id: UUID,
    *,
    capital_centavos: int,
    motivo: str,
    usuario: Usuario,
    reloj: Reloj,
) -> Reintegro:
    """Open a file as HALLAZGO over a paid recognition, which is EN_REINTEGRO from now on.

    Raises:
        Prohibido: not an operador.
        ReconocimientoInexistente: no such recognition.
        EstadoNoPermite: it is not paid.
        ReintegroExcedido: more than was paid, counting earlier files.
    """
    exigir(usuario, Rol.OPERADOR)
    hallado = await _reconocimiento(tx, reconocimiento_id)
    trabajo = await abrir(tx, hallado.linea_id, por=usuario.sujeto, reloj=reloj)
    r = await _reconocimiento(tx, reconocimiento_id)
    reintegro = await abrir_en(trabajo, r, capital_centavos=capital_centavos, motivo=motivo)
    await cerrar([trabajo])
    return reintegro


async def abrir_en(
    trabajo: Trabajo, r: Reconocimiento, *, capital_centavos: int, motivo: str
) -> Reintegro:
    """``abrir_reintegro`` on a line that is already locked."""
    if situacion(r.estado, r.espera_por) is not Situacion.PAGADO or r.estado in {
        EstadoReconocimiento.ORDENADO,
        EstadoReconocimiento.ANULADO,
    }:
        raise EstadoNoPermite(
            f"El reconocimiento está en {r.estado}. Solo se reintegra lo girado.",
            estado=r.estado.value,
        )
    if capital_centavos <= 0:
        raise EntradaInvalida("El capital por reintegrar debe ser mayor que cero.")
    previos = sum(
        i.capital_centavos
        for i in await trabajo.reintegros.de([r.id])
        if i.estado is not EstadoReintegro.ACLARADO
    )
    if previos + capital_centavos > r.valor_centavos:
        raise ReintegroExcedido(
            f"Se giraron {formato_pesos(r.valor_centavos)} y ya hay hallazgos por "
            f"{formato_pesos(previos)}. Reduzca el capital."
        )
    reintegro = await trabajo.reintegros.add(
        r.id,
        radicacion_id=None,
        capital_centavos=capital_centavos,
        motivo=motivo,
        por=trabajo.por,
        ahora=trabajo.ahora,
    )
    await trabajo.reconocimientos.cambiar(
        r.id, trabajo.ahora, estado=EstadoReconocimiento.EN_REINTEGRO.value
    )
    return reintegro


async def confirmar_reintegro(
    tx: AsyncConnection, reintegro_id: UUID, *, usuario: Usuario, reloj: Reloj
) -> Reintegro:
    """The hallazgo stands: HALLAZGO → A_REINTEGRAR. Refusals as in ``aclarar_reintegro``."""
    exigir(usuario, Rol.OPERADOR)
    reintegro, trabajo = await _abrir(tx, reintegro_id, usuario.sujeto, reloj)
    _exigir(reintegro, EstadoReintegro.HALLAZGO)
    return await trabajo.reintegros.cambiar(reintegro.id, estado=EstadoReintegro.A_REINTEGRAR.value)


async def aclarar_reintegro(
    tx: AsyncConnection, reintegro_id: UUID, *, usuario: Usuario, reloj: Reloj
) -> Reintegro:
    """The entity explained it: HALLAZGO → ACLARADO, and the recognition goes on as paid.

    Raises:
        Prohibido: not an operador.
        ReintegroInexistente: no such file.
        EstadoNoPermite: not a HALLAZGO.
    """
    exigir(usuario, Rol.OPERADOR)
    reintegro, trabajo = await _abrir(tx, reintegro_id, usuario.sujeto, reloj)
    _exigir(reintegro, EstadoReintegro.HALLAZGO)
    return await _cerrar_expediente(trabajo, reintegro, EstadoReintegro.ACLARADO)


async def declarar_adeudado(
    tx: AsyncConnection, reintegro_id: UUID, *, usuario: Usuario, reloj: Reloj
) -> Reintegro:
    """What is still missing will not come by itself: A_REINTEGRAR → ADEUDADO, for collection."""
    exigir(usuario, Rol.OPERADOR)
    reintegro, trabajo = await _abrir(tx, reintegro_id, usuario.sujeto, reloj)
    _exigir(reintegro, EstadoReintegro.A_REINTEGRAR)
    return await _cerrar_expediente(trabajo, reintegro, EstadoReintegro.ADEUDADO)


async def reintegrar(
    tx: AsyncConnection,
    reintegro_id: UUID,
    *,
    capital_centavos: int,
    interes_centavos: int = 0,
    referencia_banco: str,
    fecha: date,
    usuario: Usuario,
    reloj: Reloj,
) -> Reintegro:
    """Book money that came back; capital complete closes the file as REINTEGRADO.

    It lowers what the line has paid, net, and does not raise recaudo. The same deposit again
    changes nothing.

    Raises:
        Prohibido: not of treasury.
        ReintegroInexistente: no such file.
        EstadoNoPermite: closed already, or its giro is still at the bank.
        ReintegroExcedido: more capital than is owed.
        ReferenciaRepetida: the bank reference is of another deposit.
    """
    exigir(usuario, Rol.TESORERIA)
    reintegro, trabajo = await _abrir(tx, reintegro_id, usuario.sujeto, reloj)
    if await trabajo.reintegros.pago_igual(
        reintegro.id, referencia_banco, capital_centavos, interes_centavos
    ):
        return reintegro
    _exigir(reintegro, EstadoReintegro.HALLAZGO, EstadoReintegro.A_REINTEGRAR)
    await _exigir_pagado(trabajo, reintegro)
    if capital_centavos <= 0 or interes_centavos < 0:
        raise EntradaInvalida("El capital debe ser mayor que cero y el interés no negativo.")
    if capital_centavos > reintegro.pendiente_centavos:
        raise ReintegroExcedido(
            f"Faltan {formato_pesos(reintegro.pendiente_centavos)} de capital. Registre el "
            "excedente como interés o devuélvalo."
        )
    pago = await trabajo.reintegros.add_pago(
        reintegro.id,
        referencia_banco=referencia_banco,
        fecha=fecha,
        capital_centavos=capital_centavos,
        interes_centavos=interes_centavos,
        por=usuario.sujeto,
        ahora=trabajo.ahora,
    )
    if pago is None:
        raise ReferenciaRepetida(
            f"La referencia «{referencia_banco}» ya está registrada en otra consignación."
        )
    trabajo.movimientos += trabajo.asientos.reintegrado(pago, capital_centavos, interes_centavos)
    reintegro = await _sumar(trabajo, reintegro, capital_centavos, interes_centavos)
    await cerrar([trabajo])
    return reintegro


async def _sumar(trabajo: Trabajo, antes: Reintegro, capital: int, interes: int) -> Reintegro:
    devuelto = antes.reintegrado_centavos + capital
    importes = {
        "reintegrado_centavos": devuelto,
        "interes_centavos": antes.interes_centavos + interes,
    }
    if devuelto == antes.capital_centavos:
        return await _cerrar_expediente(trabajo, antes, EstadoReintegro.REINTEGRADO, **importes)
    return await trabajo.reintegros.cambiar(
        antes.id, estado=EstadoReintegro.A_REINTEGRAR.value, **importes
    )


async def _cerrar_expediente(
    trabajo: Trabajo, reintegro: Reintegro, estado: EstadoReintegro, **importes: int
) -> Reintegro:
    """Close the file; the last one open gives its recognition its next state."""
    cerrado = await trabajo.reintegros.cambiar(
        reintegro.id,
        estado=estado.value,
        cerrado_por=trabajo.por,
        cerrado_at=trabajo.ahora,
        **importes,
    )
    r = await _reconocimiento(trabajo.tx, reintegro.reconocimiento_id)
    otros = [i for i in await trabajo.reintegros.de([r.id]) if i.abierto]
    if r.estado is EstadoReconocimiento.EN_REINTEGRO and not otros:
        await trabajo.reconocimientos.cambiar(
            r.id, trabajo.ahora, estado=_despues_del_reintegro(r, estado).value
        )
    return cerrado


def _despues_del_reintegro(r: Reconocimiento, estado: EstadoReintegro) -> EstadoReconocimiento:
    if estado is EstadoReintegro.ACLARADO:
        return r.estado_pagado
    if r.requiere_legalizacion:  # anticipo §6: EN_REINTEGRO → CERRADO
        return EstadoReconocimiento.CERRADO
    return EstadoReconocimiento(estado.value)


async def _exigir_pagado(trabajo: Trabajo, reintegro: Reintegro) -> None:
    r = await _reconocimiento(trabajo.tx, reintegro.reconocimiento_id)
    if r.estado is not EstadoReconocimiento.EN_REINTEGRO:
        raise EstadoNoPermite(
            f"El reconocimiento está en {r.estado}. Espere la respuesta del banco al giro.",
            estado=r.estado.value,
        )


async def _abrir(
    tx: AsyncConnection, reintegro_id: UUID, por: str, reloj: Reloj
) -> tuple[Reintegro, Trabajo]:
    hallado = await _expediente(tx, reintegro_id)
    r = await _reconocimiento(tx, hallado.reconocimiento_id)
    trabajo = await abrir(tx, r.linea_id, por=por, reloj=reloj)
    return await _expediente(tx, reintegro_id), trabajo


async def _expediente(tx: AsyncConnection, reintegro_id: UUID) -> Reintegro:
    reintegro = await ReintegroRepository(tx).get(reintegro_id)
    if reintegro is None:
        raise ReintegroInexistente(f"No existe el reintegro {reintegro_id}.")
    return reintegro


async def _reconocimiento(tx: AsyncConnection, id_: UUID) -> Reconocimiento:
    r = (await ReconocimientoRepository(tx).get_many([id_])).get(id_)
    if r is None:
        raise ReconocimientoInexistente(f"No existe el reconocimiento {id_}.")
    return r


def _exigir(reintegro: Reintegro, *estados: EstadoReintegro) -> None:
    if reintegro.estado not in estados:
        admitidos = " o ".join(estados)
        raise EstadoNoPermite(
            f"El reintegro está en {reintegro.estado}; debe estar en {admitidos}.",
            estado=reintegro.estado.value,
        )
