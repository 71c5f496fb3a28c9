"""``/v1/radicaciones/{id}/propuestas``: the probable right values, to look at, tick and send."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile

from shared.correccion.aceptacion import Aceptadas, OrdenAceptar, aceptar
from shared.correccion.hoja import escribir_hoja
from shared.correccion.model import codigos_de
from shared.correccion.service import leer_propuestas, propuestas_de
from shared.focalizacion.model import Mecanismo
from shared.normativa import Certeza
from shared.radicacion.model import Recibido
from shared.radicacion.service import Contexto, obtener
from shared.seguridad import Rol, Usuario, alcance
from shared.tipos import EntradaInvalida
from shared.web import cargas
from shared.web.cabeceras import ClaveIdempotencia
from shared.web.dependencias import UsuarioActual, requiere
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar
from shared.web.rutas.vistas import RadicacionVista, raiz

LIMITE_HOJA = 128 * 2**20
CONFLICTOS_MOSTRADOS = 1000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PropuestaVista(BaseModel):
    """One cell that would change."""

    linea: int
    fila: int
    columna: str
    valor_reportado: str
    valor_propuesto: str
    similitud: float = Field(ge=0, le=1)
    evidencia: str
    registro: str
    corte: str
    certeza: Certeza
    estado: str = Field(description="Estado de la fila cuando se evaluó")
    admite_correccion: bool


class ConflictoVista(BaseModel):
    """A ticked line that was not applied, and why."""

    linea: int | None
    fila: int | None
    columna: str
    motivo: str


class AceptadasVista(BaseModel):
    """What came of a sheet: the correction, if any line was applied, and what was left out."""

    radicacion: RadicacionVista | None
    lineas_aplicadas: int
    filas_corregidas: int
    en_conflicto: int
    conflictos: list[ConflictoVista] = Field(
        description=f"Las primeras {CONFLICTOS_MOSTRADOS}, en el orden de la hoja"
    )

    @classmethod
    def de(cls, aceptadas: Aceptadas, raiz: str) -> AceptadasVista:
        nueva = aceptadas.radicacion
        return cls(
            radicacion=None if nueva is None else RadicacionVista.de(nueva, raiz),
            lineas_aplicadas=aceptadas.lineas,
            filas_corregidas=aceptadas.filas,
            en_conflicto=len(aceptadas.conflictos),
            conflictos=[
                ConflictoVista(**vars(c)) for c in aceptadas.conflictos[:CONFLICTOS_MOSTRADOS]
            ],
        )


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes of the proposals of one mechanism; none where its rows carry no identity."""
    router = APIRouter(prefix="/v1/radicaciones", tags=["Propuestas de corrección"])
    if codigos_de(mecanismo):
        _agregar_lectura(router, mecanismo, entorno)
        _agregar_aceptacion(router, mecanismo, entorno)
    return router


def _agregar_lectura(router: APIRouter, mecanismo: Mecanismo, entorno: Entorno) -> None:
    corregibles = mecanismo.estados.corregibles

    @router.get("/{radicacion_id}/propuestas", summary="Valores probables de la identidad")
    async def listar(
        radicacion_id: UUID,
        usuario: UsuarioActual,
        pagina: Paginacion,
        fila: Annotated[int | None, Query(ge=1, description="Solo las de esa fila")] = None,
    ) -> Pagina[PropuestaVista]:
        ruta = await _propuestas(radicacion_id, usuario, entorno.contexto(mecanismo))
        despues = leer_cursor(pagina.cursor, tuple[int])
        halladas = await asyncio.to_thread(
            lambda: list(
                leer_propuestas(
                    ruta,
                    despues=despues[0] if despues else 0,
                    limite=pagina.limite + 1,
                    fila=fila,
                )
            )
        )
        return paginar(
            halladas,
            pagina.limite,
            clave=lambda p: (p["linea"],),
            vista=lambda p: PropuestaVista(**p, admite_correccion=p["estado"] in corregibles),
        )

    @router.get(
        "/{radicacion_id}/propuestas.xlsx",
        summary="Descargar las propuestas para aceptarlas",
        response_class=Response,
    )
    async def descargar(radicacion_id: UUID, usuario: UsuarioActual) -> FileResponse:
        ctx = entorno.contexto(mecanismo)
        radicacion = await obtener(radicacion_id, ctx, entidad=alcance(usuario))
        propuestas = await propuestas_de(radicacion, ctx)
        descriptor, nombre = tempfile.mkstemp(suffix=".xlsx", dir=entorno.almacen.temporal)
        os.close(descriptor)
        ruta = Path(nombre)
        titulo = f"Propuestas de corrección de {radicacion.radicado}"
        await asyncio.to_thread(
            escribir_hoja,
            ruta,
            titulo,
            leer_propuestas(propuestas),
            corregibles,
            str(radicacion.id),
        )
        return FileResponse(
            ruta,
            media_type=_XLSX,
            headers={
                "Content-Disposition": f'attachment; filename="propuestas-{radicacion.id}.xlsx"'
            },
            background=BackgroundTask(ruta.unlink, missing_ok=True),
        )


def _agregar_aceptacion(router: APIRouter, mecanismo: Mecanismo, entorno: Entorno) -> None:
    @router.post(
        "/{radicacion_id}/propuestas",
        status_code=202,
        dependencies=[Depends(requiere(*(Rol(r) for r in mecanismo.roles_radican)))],
        openapi_extra=_cuerpo(),
        summary="Corregir las filas cuyas propuestas se aceptaron en la hoja",
    )
    async def corregir(
        radicacion_id: UUID,
        request: Request,
        usuario: UsuarioActual,
        clave: ClaveIdempotencia,
    ) -> AceptadasVista:
        ctx = entorno.contexto(mecanismo)
        hoja = await _recibir(request, ctx)
        aceptadas = await aceptar(OrdenAceptar(radicacion_id, hoja, usuario, clave), ctx)
        return AceptadasVista.de(aceptadas, raiz(request))


async def _propuestas(radicacion_id: UUID, usuario: Usuario, ctx: Contexto) -> Path:
    radicacion = await obtener(radicacion_id, ctx, entidad=alcance(usuario))
    return await propuestas_de(radicacion, ctx)


async def _recibir(request: Request, ctx: Contexto) -> Recibido:
    async with request.form(max_files=1, max_fields=1) as formulario:
        archivo = formulario.get("archivo")
        if not isinstance(archivo, UploadFile):
            raise EntradaInvalida("Falta la hoja: envíela en el campo «archivo».")
        guardado = await cargas.recibir(
            archivo, ctx.almacen.recibo, limite_bytes=LIMITE_HOJA, nombre=archivo.filename
        )
    return Recibido(guardado.sha256, guardado.nombre, guardado.tamano)


def _cuerpo() -> dict[str, Any]:
    """The body, for the documentation."""
    archivo = {
        "type": "string",
        "format": "binary",
        "description": "La hoja propuestas.xlsx con SI en la columna aceptar",
    }
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["archivo"],
                        "properties": {"archivo": archivo},
                    }
                }
            },
        }
    }
