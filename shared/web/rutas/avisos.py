"""Recognitions with the rules that warn about their payment: GIRO and LEG of each mechanism."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.focalizacion.descubrir import mecanismo
from shared.focalizacion.model import Efecto, Etapa, Regla
from shared.giros.model import Advertencias, Reconocimiento
from shared.giros.repository import AdvertenciaRepository
from shared.web.rutas.vistas import Aviso, ReconocimientoVista


async def con_avisos(
    tx: AsyncConnection, reconocimientos: Sequence[Reconocimiento], hoy: date
) -> list[ReconocimientoVista]:
    """Views in the same order, each with what its ordenador should know."""
    advertencias = await AdvertenciaRepository(tx).de((r.id for r in reconocimientos), hoy)
    return [
        ReconocimientoVista.de(r, [_aviso(regla) for regla in _reglas(r, advertencias[r.id])])
        for r in reconocimientos
    ]


def _reglas(r: Reconocimiento, vista: Advertencias) -> list[Regla]:
    """Rules of the mechanism that do not hold; it may have none for a given check."""
    propio = mecanismo(r.mecanismo)
    codigos = [
        propio.pago.entidad_en_revision if vista.en_revision is not None else None,
        propio.pago.soporte_anterior if vista.sin_soporte_anterior else None,
        propio.pago.cuenta_compartida if vista.cuenta_compartida else None,
    ]
    return [
        regla
        for regla in propio.reglas
        if regla.codigo in codigos
        and regla.si_incumple is Efecto.AVISO
        and regla.etapa in {Etapa.GIRO, Etapa.LEG}
    ]


def _aviso(regla: Regla) -> Aviso:
    return Aviso(codigo=regla.codigo, mensaje=f"{regla.mensaje} {regla.accion}".strip())
