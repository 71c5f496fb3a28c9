"""From an evaluated submission to its recognition: one payable unit per NIT and solicitud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.model import CuentaPago, NuevoReconocimiento
from shared.giros.repository import ReconocimientoRepository
from shared.giros.service import reconocer, sustituir
from shared.presupuesto.service import crear_linea
from shared.radicacion.model import Radicacion
from shared.radicacion.repository import RadicacionRepository
from shared.radicacion.service import Contexto


async def reconocer_radicacion(
    tx: AsyncConnection, radicacion: Radicacion, resumen: Mapping[str, Any], ctx: Contexto
) -> None:
    """Commit what the evaluation values, or correct what an earlier version committed.

    The línea of the year is made if nobody did: without aforo the recognition waits in its
    place, and nothing is lost.
    """
    nuevo = _nuevo(radicacion, resumen, ctx)
    vivos = await ReconocimientoRepository(tx).de_solicitud(radicacion.solicitud_id, radicacion.nit)
    if vivos:
        # The commitment is of the year of the solicitud, also when its correction is of the next.
        nuevo = nuevo and replace(nuevo, vigencia=vivos[0].vigencia)
        sustitucion = await sustituir(tx, vivos[0].id, nuevo, reloj=ctx.reloj)
        queda = sustitucion.reconocimiento
        await _enlazar(tx, radicacion, None if queda is None else queda.id, ctx)
    elif nuevo is not None:
        await crear_linea(tx, radicacion.mecanismo, nuevo.vigencia)
        (reconocido,) = await reconocer(tx, [nuevo], reloj=ctx.reloj)
        await _enlazar(tx, radicacion, reconocido.id, ctx)


async def _enlazar(
    tx: AsyncConnection, radicacion: Radicacion, reconocimiento_id: UUID | None, ctx: Contexto
) -> None:
    if reconocimiento_id is not None:
        await RadicacionRepository(tx).enlazar(
            radicacion.id, ctx.mecanismo.estados.valorados, reconocimiento_id
        )


def _nuevo(
    radicacion: Radicacion, resumen: Mapping[str, Any], ctx: Contexto
) -> NuevoReconocimiento | None:
    """What to recognise; ``None`` when nothing of the submission is worth money."""
    if resumen["valor_centavos"] == 0:
        return None
    solicitud = radicacion.solicitud
    return NuevoReconocimiento(
        mecanismo=radicacion.mecanismo,
        vigencia=radicacion.fecha_radicacion.year,
        radicacion_id=radicacion.id,
        solicitud_id=radicacion.solicitud_id,
        nit=radicacion.nit,
        nombre=solicitud["razon_social"],
        periodo=radicacion.periodo,
        registros=sum(
            n
            for estado, n in resumen["por_estado"].items()
            if estado in ctx.mecanismo.estados.valorados
        ),
        valor_centavos=resumen["valor_centavos"],
        cuenta=_cuenta(solicitud),
        fecha_radicacion=radicacion.fecha_radicacion,
        requiere_legalizacion=ctx.mecanismo.requiere_legalizacion,
    )


def _cuenta(solicitud: Mapping[str, Any]) -> CuentaPago | None:
    """The account of the envelope, if it came whole; without it the money waits for one."""
    campos = ("codigo_banco", "tipo_producto", "numero_producto", "titular_nit")
    if not all(solicitud.get(c) for c in campos):
        return None
    return CuentaPago(**{c: str(solicitud[c]) for c in campos})
