"""Try a submission: the same reading and the same rules, and nothing is kept of the outcome."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from shared.radicacion.cambios import cambios_de
from shared.radicacion.hallazgos import todos
from shared.radicacion.model import EstadoRadicacion, Radicacion
from shared.radicacion.parametros import parametros_en
from shared.radicacion.repository import HistoriaRepository
from shared.radicacion.service import (
    Contexto,
    OrdenRadicar,
    describir_lectura,
    exigir_reportante,
    leer_y_asegurar,
    revisar_solicitud,
)
from shared.radicacion.trabajo import Preparada, consulta_de, juzgar_en, lector, vigentes_de

HALLAZGOS_MAXIMOS = 1000


@dataclass(frozen=True)
class Prueba:
    """What would happen, as things stand now."""

    lectura: Mapping[str, Any]
    resumen: Mapping[str, Any]
    hallazgos: list[tuple[Any, ...]]


async def simular(orden: OrdenRadicar, ctx: Contexto) -> Prueba:
    """Evaluate without storing: no radicación, no job, no outcome. Windows are not asked.

    Raises:
        Rechazo: as ``radicar``, save for the window and the idempotency key.
    """
    entidad = orden.usuario.entidad or ""
    revisar_solicitud(orden.solicitud, entidad, ctx.mecanismo)
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as temporal:
        entrada = Path(temporal) / "entrada"
        lectura = await asyncio.to_thread(
            leer_y_asegurar, orden, ctx.almacen, entrada, ctx.mecanismo
        )
        await exigir_reportante(lectura.filas, orden.usuario, ctx)
        async with ctx.uow.begin() as tx:
            await HistoriaRepository(tx).congelar()
            supuesta = _supuesta(orden, entidad, lectura.total, ctx)
            cambios = await cambios_de(tx, supuesta, entrada, ctx.almacen, ctx.mecanismo)
            preparada = Preparada(
                supuesta,
                0,
                await vigentes_de(tx, ctx.mecanismo),
                await parametros_en(tx, ctx.mecanismo, ctx.reloj.hoy()),
                cambios.respuestas,
                cambios,
            )
            leer = lector(tx, consulta_de(ctx.mecanismo, None, cambios.respuestas))
            evaluacion = await asyncio.to_thread(
                juzgar_en, preparada, entrada, Path(temporal), leer, ctx
            )
        vistos = list(todos(ctx.mecanismo, evaluacion.hallazgos, entrada, limite=HALLAZGOS_MAXIMOS))
        return Prueba(describir_lectura(lectura, orden.anexos), asdict(evaluacion.resumen), vistos)


def _supuesta(orden: OrdenRadicar, entidad: str, total: int, ctx: Contexto) -> Radicacion:
    """The radicación that this would be, never stored."""
    supuesta_id = uuid4()
    certificacion = orden.certificacion
    return Radicacion(
        id=supuesta_id,
        numero=0,
        mecanismo=ctx.mecanismo.nombre,
        entidad=entidad,
        nit=orden.solicitud.nit,
        periodo=orden.solicitud.periodo,
        solicitud_id=supuesta_id,
        version=1,
        anterior_id=None,
        estado=EstadoRadicacion.EN_PROCESO,
        cuerpo_sha256=orden.cuerpo_sha256,
        archivo_sha256=orden.archivo.sha256,
        archivo_nombre=orden.archivo.nombre,
        certificacion_sha256=None if certificacion is None else certificacion.sha256,
        solicitud=orden.solicitud.model_dump(mode="json"),
        lectura={},
        total=total,
        progreso="",
        intento=0,
        resumen=None,
        motivo=None,
        fecha_radicacion=ctx.reloj.ahora(),
        terminado_at=None,
        creado_por=orden.usuario.sujeto,
    )
