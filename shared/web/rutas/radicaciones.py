"""``/v1/radicaciones`` to write: submit, correct, try, retry."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from shared.focalizacion.model import Mecanismo
from shared.radicacion.hallazgos import columnas_de
from shared.radicacion.model import Radicacion
from shared.radicacion.pais import radicar_pais
from shared.radicacion.repository import Filtro, RadicacionRepository
from shared.radicacion.service import Contexto, obtener, radicar, reintentar
from shared.radicacion.simulacion import simular
from shared.seguridad import PAIS, ROLES_ADMINISTRACION, Rol, Usuario
from shared.tipos import Periodo
from shared.web.cabeceras import ClaveIdempotencia, Espera
from shared.web.dependencias import UsuarioActual, requiere
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar
from shared.web.rutas.recepcion import cuerpos_aceptados, recibir_orden
from shared.web.rutas.vistas import PaisVista, RadicacionVista, raiz, resumen_publico

_SONDEO_S = 0.1


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes by which the submissions of one mechanism come in."""
    router = APIRouter(prefix="/v1/radicaciones", tags=["Radicaciones"])
    if mecanismo.esquema.candidatos is not None:
        _agregar_pais(router, mecanismo, entorno)
    quien_radica = [Depends(requiere(*(Rol(r) for r in mecanismo.roles_radican)))]

    @router.post(
        "",
        status_code=202,
        response_model=RadicacionVista,
        dependencies=quien_radica,
        openapi_extra=cuerpos_aceptados(mecanismo),
        summary="Radicar un archivo o filas JSON",
    )
    async def crear(
        request: Request,
        usuario: UsuarioActual,
        clave: ClaveIdempotencia,
        espera: Espera,
        simular_: Annotated[
            bool, Query(alias="simular", description="Probar sin guardar nada")
        ] = False,
    ) -> Response:
        ctx = entorno.contexto(mecanismo)
        if simular_:
            return await _simular(request, usuario, ctx)
        return await _radicar(request, usuario, clave, espera, None, ctx)

    @router.post(
        "/{radicacion_id}/correcciones",
        status_code=202,
        response_model=RadicacionVista,
        dependencies=quien_radica,
        openapi_extra=cuerpos_aceptados(mecanismo),
        summary="Radicar solo las filas que se corrigen; las demás quedan como están"
        if mecanismo.liquidacion.beneficiarios
        else "Radicar una versión nueva, que reemplaza entera a la anterior",
    )
    async def corregir(
        radicacion_id: UUID,
        request: Request,
        usuario: UsuarioActual,
        clave: ClaveIdempotencia,
        espera: Espera,
    ) -> Response:
        return await _radicar(
            request, usuario, clave, espera, radicacion_id, entorno.contexto(mecanismo)
        )

    @router.post("/{radicacion_id}/reintentos", status_code=202, summary="Reintentar una fallida")
    async def volver_a_intentar(
        radicacion_id: UUID, _: Annotated[Usuario, Depends(requiere(Rol.OPERADOR, Rol.ADMIN))]
    ) -> dict[str, str]:
        ctx = entorno.contexto(mecanismo)
        await obtener(radicacion_id, ctx)
        await reintentar(radicacion_id, ctx)
        return {"estado": "EN_COLA"}

    return router


def _agregar_pais(router: APIRouter, mecanismo: Mecanismo, entorno: Entorno) -> None:
    # Before the paths with an identifier, which would take «pais» for one.
    @router.post(
        "/pais",
        status_code=202,
        response_model=RadicacionVista,
        summary="Radicar a todo el país en un periodo, con los candidatos de los registros",
    )
    async def crear_del_pais(
        request: Request,
        usuario: Annotated[Usuario, Depends(requiere(Rol.OPERADOR))],
        espera: Espera,
        periodo: Annotated[str, Query(description="Mes ya terminado, AAAA-MM")],
    ) -> Response:
        ctx = entorno.contexto(mecanismo)
        radicacion, nueva = await radicar_pais(Periodo.de(periodo), usuario, ctx)
        return await _responder(request, radicacion, espera, ctx, nueva=nueva)

    @router.get("/pais", summary="Radicaciones de todo el país; cada EPS ve en ellas sus filas")
    async def listar_del_pais(
        request: Request,
        _: Annotated[Usuario, Depends(requiere(Rol.EPS, *ROLES_ADMINISTRACION))],
        pagina: Paginacion,
    ) -> Pagina[PaisVista]:
        despues = leer_cursor(pagina.cursor, tuple[int])
        async with entorno.uow.begin() as tx:
            halladas = await RadicacionRepository(tx).pagina(
                Filtro(PAIS, mecanismo.nombre), despues[0] if despues else None, pagina.limite + 1
            )
        base = raiz(request)
        return paginar(
            halladas,
            pagina.limite,
            clave=lambda r: (r.numero,),
            vista=lambda r: PaisVista.de(r, base),
        )


async def _radicar(
    request: Request,
    usuario: Usuario,
    clave: str | None,
    espera: int,
    corrige: UUID | None,
    ctx: Contexto,
) -> Response:
    orden = await recibir_orden(request, usuario, ctx)
    radicacion, nueva = await radicar(replace(orden, clave=clave, corrige=corrige), ctx)
    return await _responder(request, radicacion, espera, ctx, nueva=nueva)


async def _responder(
    request: Request, radicacion: Radicacion, espera: int, ctx: Contexto, *, nueva: bool
) -> Response:
    radicacion = await _esperar(radicacion, espera, ctx)
    vista = RadicacionVista.de(radicacion, raiz(request))
    terminada = radicacion.estado.terminada
    return JSONResponse(
        vista.model_dump(mode="json"),
        status_code=200 if terminada or not nueva else 202,
        headers={"Location": vista.enlaces["propio"]},
    )


async def _esperar(radicacion: Radicacion, segundos: int, ctx: Contexto) -> Radicacion:
    """The radicación when it ends, or as it is after ``segundos``."""
    limite = asyncio.get_running_loop().time() + segundos
    while not radicacion.estado.terminada and asyncio.get_running_loop().time() < limite:
        await asyncio.sleep(_SONDEO_S)
        radicacion = await obtener(radicacion.id, ctx)
    return radicacion


async def _simular(request: Request, usuario: Usuario, ctx: Contexto) -> Response:
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as paso:
        de_paso = replace(ctx, almacen=replace(ctx.almacen, paso=Path(paso)))
        orden = await recibir_orden(request, usuario, de_paso)
        prueba = await simular(orden, de_paso)
    columnas = columnas_de(ctx.mecanismo)
    return JSONResponse(
        {
            "simulacion": True,
            "mensaje": "PRUEBA: nada se ha radicado.",
            "lectura": prueba.lectura,
            "resumen": resumen_publico(prueba.resumen),
            "hallazgos": [dict(zip(columnas, h[1:], strict=True)) for h in prueba.hallazgos],
        }
    )
