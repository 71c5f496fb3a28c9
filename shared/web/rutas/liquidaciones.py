"""``/v1/liquidaciones`` and ``/v1/desgloses``: what each EPS is owed, and whom it is paid to.

Only of mechanisms that settle by EPS (``Mecanismo.concepto_eps``).
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from shared.focalizacion.model import Mecanismo
from shared.liquidaciones import service
from shared.liquidaciones.model import EstadoDesglose, LiquidacionPeriodo
from shared.liquidaciones.repository import DesgloseRepository
from shared.liquidaciones.schemas import (
    COLUMNAS,
    ControlOut,
    DescuentoIn,
    DesgloseAceptadoOut,
    DesgloseOut,
    GiroDirectoIn,
    LiquidacionOut,
    PagoDesgloseOut,
    RechazarIn,
    ReintegroOut,
    TrasladoIn,
    filas_eps,
    hojas,
)
from shared.radicacion.descargas import csv_en_trozos, escribir_hojas
from shared.seguridad import Rol, Usuario, alcance, nit_de
from shared.tipos import Periodo
from shared.web.dependencias import requiere
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar

_INTERNOS = (Rol.OPERADOR, Rol.ORDENADOR, Rol.TESORERIA, Rol.AUDITOR, Rol.ADMIN)
Interno = Annotated[Usuario, Depends(requiere(*_INTERNOS))]
Lector = Annotated[Usuario, Depends(requiere(Rol.EPS, *_INTERNOS))]
Eps = Annotated[Usuario, Depends(requiere(Rol.EPS))]
Operador = Annotated[Usuario, Depends(requiere(Rol.OPERADOR))]
Tesorero = Annotated[Usuario, Depends(requiere(Rol.TESORERIA))]
Mes = Annotated[str, Query(description="Mes, AAAA-MM", examples=["2020-06"])]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes of the settlements of one mechanism; none if it does not settle by EPS."""
    router = APIRouter(prefix="/v1")
    if service.se_liquida_por_eps(mecanismo):
        router.include_router(_liquidaciones(mecanismo, entorno))
        router.include_router(_desgloses(mecanismo, entorno))
    return router


def _liquidaciones(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    router = APIRouter(tags=["Liquidaciones por EPS"])

    async def liquidar(
        periodo: str, usuario: Usuario, *, por_grupo: bool = False
    ) -> LiquidacionPeriodo:
        mes = Periodo.de(periodo)
        async with entorno.uow.begin() as tx:
            return await service.liquidacion(
                tx, mecanismo, mes, entidad=alcance(usuario), por_grupo=por_grupo
            )

    @router.get(
        "/liquidaciones",
        summary="Lo que vale un mes para cada EPS",
        description="Por EPS y código, en un concepto propio; y la rama de la LMA, que solo se "
        "muestra. Una EPS ve lo suyo.",
    )
    async def ver(usuario: Lector, periodo: Mes) -> LiquidacionOut:
        return LiquidacionOut.de(await liquidar(periodo, usuario))

    @router.get(
        "/liquidaciones.{formato}",
        summary="Lo mismo, en CSV o en XLSX con hojas por zona y grupo y de la LMA",
        response_class=Response,
    )
    async def descargar(formato: Literal["csv", "xlsx"], usuario: Lector, periodo: Mes) -> Response:
        liquidada = await liquidar(periodo, usuario, por_grupo=formato == "xlsx")
        nombre = f"liquidacion-{liquidada.concepto.lower()}-{liquidada.periodo}.{formato}"
        disposicion = {"Content-Disposition": f'attachment; filename="{nombre}"'}
        if formato == "csv":
            return StreamingResponse(
                csv_en_trozos(COLUMNAS, filas_eps(liquidada)),
                media_type="text/csv; charset=utf-8",
                headers=disposicion,
            )
        ruta = await asyncio.to_thread(_libro, liquidada, entorno.almacen.temporal)
        return FileResponse(
            ruta,
            media_type=_XLSX,
            headers=disposicion,
            background=BackgroundTask(ruta.unlink, missing_ok=True),
        )

    @router.get(
        "/liquidaciones/control",
        summary="La línea de un año: registros, reconocimientos y libro",
    )
    async def control(_: Interno, vigencia: int) -> ControlOut:
        async with entorno.uow.begin() as tx:
            return ControlOut.de(await service.control(tx, mecanismo, vigencia))

    @router.post(
        "/liquidaciones/descuentos",
        status_code=201,
        summary="Registrar lo descontado a una EPS en compensación o en la LMA",
    )
    async def descontar(cuerpo: DescuentoIn, usuario: Tesorero) -> ReintegroOut:
        async with entorno.uow.begin() as tx:
            reintegro = await service.descontar(
                tx,
                cuerpo.reintegro_id,
                cuerpo.descuento(),
                usuario=usuario,
                mecanismo=mecanismo,
                reloj=entorno.reloj,
            )
        return ReintegroOut.de(reintegro)

    return router


def _libro(liquidada: LiquidacionPeriodo, temporal: Path) -> Path:
    descriptor, nombre = tempfile.mkstemp(suffix=".xlsx", dir=temporal)
    os.close(descriptor)
    escribir_hojas(Path(nombre), hojas(liquidada))
    return Path(nombre)


def _desgloses(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    router = APIRouter(prefix="/desgloses", tags=["Giro directo y traslados"])

    @router.get("", summary="Listas de beneficiarios")
    async def listar(
        usuario: Lector, pagina: Paginacion, estado: EstadoDesglose | None = None
    ) -> Pagina[DesgloseOut]:
        despues = leer_cursor(pagina.cursor, tuple[UUID])
        entidad = alcance(usuario)
        async with entorno.uow.begin() as tx:
            hallados = await DesgloseRepository(tx).listar(
                mecanismo.nombre,
                nit=None if entidad is None else nit_de(entidad) or "",
                estado=estado,
                despues=despues[0] if despues else None,
                limite=pagina.limite + 1,
            )
        return paginar(hallados, pagina.limite, clave=lambda d: (d.id,), vista=DesgloseOut.de)

    @router.post(
        "/giro-directo",
        status_code=201,
        summary="La EPS dice a quién se gira por su cuenta; lo acepta el operador",
    )
    async def giro_directo(cuerpo: GiroDirectoIn, usuario: Eps) -> DesgloseOut:
        entregado = await service.entregar_giro_directo(
            cuerpo.reconocimiento_id,
            [b.pedido() for b in cuerpo.beneficiarios],
            usuario=usuario,
            ctx=entorno.contexto(mecanismo),
        )
        return DesgloseOut.de(entregado)

    @router.post(
        "/traslado",
        status_code=201,
        summary="El saldo de una EPS en liquidación pasa a la que recibe sus afiliados",
    )
    async def traslado(cuerpo: TrasladoIn, usuario: Operador) -> DesgloseOut:
        entregado = await service.entregar_traslado(
            cuerpo.reconocimiento_id,
            cuerpo.codigo_eps,
            cuerpo.acto,
            usuario=usuario,
            ctx=entorno.contexto(mecanismo),
        )
        return DesgloseOut.de(entregado)

    @router.get("/{desglose_id}", summary="Una lista")
    async def ver(desglose_id: UUID, usuario: Lector) -> DesgloseOut:
        async with entorno.uow.begin() as tx:
            hallado = await service.ver_desglose(
                tx, desglose_id, usuario=usuario, mecanismo=mecanismo
            )
        return DesgloseOut.de(hallado)

    @router.post("/{desglose_id}/aceptar", summary="Aceptar una lista: decide quien no la entregó")
    async def aceptar(desglose_id: UUID, usuario: Operador) -> DesgloseAceptadoOut:
        async with entorno.uow.begin() as tx:
            aceptado, pagos = await service.aceptar_desglose(
                tx, desglose_id, usuario=usuario, mecanismo=mecanismo, reloj=entorno.reloj
            )
        return DesgloseAceptadoOut(
            desglose=DesgloseOut.de(aceptado), pagos=[PagoDesgloseOut.de(p) for p in pagos]
        )

    @router.post("/{desglose_id}/rechazar", summary="Rechazar una lista")
    async def rechazar(desglose_id: UUID, cuerpo: RechazarIn, usuario: Operador) -> DesgloseOut:
        async with entorno.uow.begin() as tx:
            rechazado = await service.rechazar_desglose(
                tx,
                desglose_id,
                cuerpo.motivo,
                usuario=usuario,
                mecanismo=mecanismo,
                reloj=entorno.reloj,
            )
        return DesgloseOut.de(rechazado)

    return router
