"""Acts on a line and, in the same transaction, the release of what they make room for."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.model import SaldoSolicitud
from shared.giros.repository import ReconocimientoRepository
from shared.giros.service.trabajo import abrir, cerrar
from shared.presupuesto import Acto, ActoRegistrado, Linea, TipoActo
from shared.presupuesto import service as libro
from shared.tipos import Reloj


async def registrar_acto_y_liberar(
    tx: AsyncConnection, linea: Linea, acto: Acto, *, por: str, reloj: Reloj
) -> ActoRegistrado:
    """Book any act of a line and let its queues advance, in order, with what it brought.

    Raises:
        ReferenciaRepetida, ClaveReutilizada, SaldoInsuficiente: as ``registrar_acto``.
    """
    trabajo = await abrir(tx, linea.id, por="sistema", reloj=reloj)
    registrado = await libro.registrar_acto(tx, trabajo.linea, acto, por=por, reloj=reloj)
    if not registrado.repetido:
        await trabajo.liberar()
        await cerrar([trabajo])
    return registrado


async def adicionar_aforo_y_liberar(
    tx: AsyncConnection,
    linea: Linea,
    *,
    numero: str,
    fecha: date,
    valor_centavos: int,
    por: str,
    reloj: Reloj,
    clave: str | None = None,
) -> ActoRegistrado:
    """Raise (or, negative, take back) the aforo by act (PRE-09) and recognise, in order, what
    now fits."""
    acto = Acto(TipoActo.ADICION_AFORO, numero, fecha, valor_centavos, clave=clave)
    return await registrar_acto_y_liberar(tx, linea, acto, por=por, reloj=reloj)


async def recaudar_y_liberar(
    tx: AsyncConnection,
    linea: Linea,
    *,
    referencia_banco: str,
    fecha: date,
    valor_centavos: int,
    por: str,
    reloj: Reloj,
    clave: str | None = None,
) -> ActoRegistrado:
    """Book collected cash under its bank reference (PRE-10) and order, in order, the approved
    giros that it now covers."""
    acto = Acto(TipoActo.RECAUDO, referencia_banco, fecha, valor_centavos, clave=clave)
    return await registrar_acto_y_liberar(tx, linea, acto, por=por, reloj=reloj)


async def saldo_solicitud(tx: AsyncConnection, solicitud_id: UUID) -> SaldoSolicitud:
    """What a solicitud was recognised, paid and is owed, kept apart (anticipo §6)."""
    return await ReconocimientoRepository(tx).saldo(solicitud_id)
