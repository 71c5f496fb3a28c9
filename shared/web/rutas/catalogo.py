"""What the mechanism asks for and by which rules: open to whoever has a token."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Response

from shared.focalizacion.catalogo import catalogo
from shared.focalizacion.huella import huella
from shared.focalizacion.model import Mecanismo
from shared.radicacion.esquema import describir
from shared.radicacion.plantilla import plantilla_xlsx
from shared.radicacion.service import ventana_de
from shared.tipos import Periodo
from shared.tipos.campos import Tipo
from shared.web.dependencias import UsuarioActual
from shared.web.entorno import Entorno

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes that describe one mechanism."""
    router = APIRouter(prefix="/v1", tags=["Qué se pide"])

    @router.get("/esquema", summary="Columnas que se radican")
    async def esquema(_: UsuarioActual) -> dict[str, Any]:
        return {
            "mecanismo": mecanismo.nombre,
            "titulo": mecanismo.titulo,
            "columnas": describir(mecanismo.esquema.campos),
            "registros_obligatorios": list(mecanismo.esquema.obligatorios),
            "registros_opcionales": list(mecanismo.esquema.opcionales),
        }

    @router.get("/plantilla.xlsx", summary="Plantilla para llenar", response_class=Response)
    async def plantilla(_: UsuarioActual) -> Response:
        contenido = await asyncio.to_thread(
            plantilla_xlsx, mecanismo.esquema.campos, mecanismo.titulo, [_ejemplo(mecanismo)]
        )
        nombre = f"plantilla-{mecanismo.ruta}.xlsx"
        return Response(
            contenido,
            media_type=_XLSX,
            headers={"Content-Disposition": f'attachment; filename="{nombre}"'},
        )

    @router.get("/reglas", summary="Catálogo de reglas con su fuente y certeza")
    async def reglas(_: UsuarioActual) -> dict[str, Any]:
        return {
            "mecanismo": mecanismo.nombre,
            "huella": huella(mecanismo),
            "reglas": catalogo(mecanismo),
        }

    @router.get("/ventanas/{periodo}", summary="Cuándo se radica un periodo")
    async def ventana(periodo: str, _: UsuarioActual) -> dict[str, str | bool | datetime]:
        ctx = entorno.contexto(mecanismo)
        hallada = await ventana_de(Periodo.de(periodo), ctx)
        return {
            "periodo": hallada.periodo,
            "desde": hallada.desde,
            "hasta": hallada.hasta,
            "acto": hallada.acto,
            "abierta": hallada.abierta(entorno.reloj.ahora()),
        }

    return router


def _ejemplo(mecanismo: Mecanismo) -> dict[str, Any]:
    """One row that shows how each column is written."""
    ejemplos: dict[str, Any] = {}
    for campo in mecanismo.esquema.campos:
        if campo.tipo is Tipo.FECHA and campo.ejemplo:
            ejemplos[campo.nombre] = date.fromisoformat(campo.ejemplo)
        elif campo.tipo is Tipo.ENTERO and campo.ejemplo:
            ejemplos[campo.nombre] = int(campo.ejemplo)
        else:
            ejemplos[campo.nombre] = campo.ejemplo
    return ejemplos
