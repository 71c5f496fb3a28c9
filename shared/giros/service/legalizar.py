"""Support of the use of paid funds (anticipo §6, §10): delivered, accepted, closed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.errors import EstadoNoPermite, FueraDePlazo, FuncionesSeparadas
from shared.giros.model import (
    PLAZO_DEVOLUCION,
    PLAZO_LEGALIZACION,
    EstadoGiro,
    EstadoReconocimiento,
    Legalizacion,
    Reconocimiento,
)
from shared.giros.repository import LegalizacionRepository
from shared.giros.service.cuentas import obtener
from shared.giros.service.reintegrar import abrir_en
from shared.giros.service.trabajo import Trabajo, abrir, cerrar
from shared.seguridad import ROLES_ENTIDAD, Rol, Usuario, exigir
from shared.tipos import EntradaInvalida, InvarianteRota, Reloj


async def entregar_legalizacion(
    tx: AsyncConnection,
    reconocimiento_id: UUID,
    *,
    documento_sha256: str,
    soportado_centavos: int,
    usuario: Usuario,
    reloj: Reloj,
) -> Legalizacion:
    """The entity delivers the support of what it was paid, within 60 calendar days of the giro.

    The same document again returns what was delivered.

    Raises:
        Prohibido: not the entity.
        ReconocimientoInexistente: no such recognition, or of another entity.
        EntradaInvalida: it supports more than was paid.
        EstadoNoPermite: not EN_LEGALIZACION.
        FueraDePlazo: the term is over; the unsupported amount goes to reintegro.
    """
    exigir(usuario, *ROLES_ENTIDAD)
    r, trabajo = await _abrir(tx, reconocimiento_id, usuario, reloj)
    for previa in await trabajo.legalizaciones.de(r.id):
        if previa.documento_sha256 == documento_sha256:
            return previa
    _exigir_estado(r, EstadoReconocimiento.EN_LEGALIZACION)
    if not 0 <= soportado_centavos <= r.valor_centavos:
        raise EntradaInvalida("El valor soportado debe estar entre cero y el valor girado.")
    limite = await _fecha_giro(trabajo, r) + PLAZO_LEGALIZACION
    if reloj.hoy() > limite:
        raise FueraDePlazo(
            f"El plazo para legalizar venció el {limite.isoformat()}. Comuníquese con el operador: "
            "lo no soportado pasa a reintegro."
        )
    entregada = await trabajo.legalizaciones.add(
        r.id,
        documento_sha256=documento_sha256,
        soportado_centavos=soportado_centavos,
        fecha_limite=limite,
        por=usuario.sujeto,
        ahora=trabajo.ahora,
    )
    if entregada is None:
        raise InvarianteRota("una entrega repetida pasó bajo el candado de su línea")
    return entregada


async def aceptar_legalizacion(
    tx: AsyncConnection, reconocimiento_id: UUID, *, usuario: Usuario, reloj: Reloj
) -> Reconocimiento:
    """The operador accepts the last support delivered.

    LEGALIZADO if it covers what was paid; otherwise the difference opens a reintegro and the
    recognition is EN_REINTEGRO.

    Raises:
        Prohibido: not an operador.
        FuncionesSeparadas: the user delivered it.
        EstadoNoPermite: nothing was delivered, or it is not EN_LEGALIZACION.
    """
    exigir(usuario, Rol.OPERADOR)
    r, trabajo = await _abrir(tx, reconocimiento_id, usuario, reloj)
    _exigir_estado(r, EstadoReconocimiento.EN_LEGALIZACION)
    entregas = await trabajo.legalizaciones.de(r.id)
    if not entregas:
        raise EstadoNoPermite("La entidad no ha entregado el soporte. No hay qué aceptar.")
    ultima = entregas[-1]
    if ultima.entregada_por == usuario.sujeto:
        raise FuncionesSeparadas("Quien entrega el soporte no puede aceptarlo.")
    await trabajo.legalizaciones.aceptar(ultima.id, por=usuario.sujeto, ahora=trabajo.ahora)
    falta = r.valor_centavos - ultima.soportado_centavos
    if falta:
        await abrir_en(trabajo, r, capital_centavos=falta, motivo="Legalización sin soporte total")
    else:
        await trabajo.reconocimientos.cambiar(
            r.id, trabajo.ahora, estado=EstadoReconocimiento.LEGALIZADO.value
        )
    await cerrar([trabajo])
    return await obtener(tx, r.id, usuario)


async def cerrar_reconocimiento(
    tx: AsyncConnection, reconocimiento_id: UUID, *, usuario: Usuario, reloj: Reloj
) -> Reconocimiento:
    """Close the balance of a LEGALIZADO, once the bank can no longer return the giro (R23).

    Raises:
        Prohibido: not an operador.
        EstadoNoPermite: not LEGALIZADO.
        FueraDePlazo: fewer than 15 days since the giro.
    """
    exigir(usuario, Rol.OPERADOR)
    r, trabajo = await _abrir(tx, reconocimiento_id, usuario, reloj)
    _exigir_estado(r, EstadoReconocimiento.LEGALIZADO)
    desde = await _fecha_giro(trabajo, r) + PLAZO_DEVOLUCION
    if reloj.hoy() <= desde:
        raise FueraDePlazo(
            f"El banco puede devolver el giro hasta el {desde.isoformat()}. Ciérrelo después."
        )
    return await trabajo.reconocimientos.cambiar(
        r.id, trabajo.ahora, estado=EstadoReconocimiento.CERRADO.value
    )


async def legalizaciones_vencidas(
    tx: AsyncConnection, *, reloj: Reloj, limite: int = 50
) -> list[UUID]:
    """Recognitions whose term ended without any support: candidates for a reintegro."""
    return await LegalizacionRepository(tx).vencidas(
        reloj.hoy() - PLAZO_LEGALIZACION, limite=limite
    )


async def _abrir(
    tx: AsyncConnection, reconocimiento_id: UUID, usuario: Usuario, reloj: Reloj
) -> tuple[Reconocimiento, Trabajo]:
    hallado = await obtener(tx, reconocimiento_id, usuario)
    trabajo = await abrir(tx, hallado.linea_id, por=usuario.sujeto, reloj=reloj)
    return await obtener(tx, reconocimiento_id, usuario), trabajo


def _exigir_estado(r: Reconocimiento, estado: EstadoReconocimiento) -> None:
    if r.estado is not estado:
        raise EstadoNoPermite(
            f"El reconocimiento está en {r.estado}; debe estar en {estado}.", estado=r.estado.value
        )


async def _fecha_giro(trabajo: Trabajo, r: Reconocimiento) -> date:
    for giro in await trabajo.giros.de_reconocimientos([r.id]):
        if giro.estado is EstadoGiro.APLICADO and giro.fecha_respuesta is not None:
            return giro.fecha_respuesta
    raise InvarianteRota("un reconocimiento pagado sin giro aplicado")
