"""What the mechanism asks for and by which rules: open to whoever has a token."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from shared.focalizacion.catalogo import catalogo
from shared.focalizacion.huella import huella
from shared.focalizacion.model import Mecanismo
from shared.focalizacion.pagina import en_markdown, titulo_de
from shared.radicacion.apertura import ventana_de, ventanas_de
from shared.radicacion.esquema import describir
from shared.radicacion.plantilla import plantilla_xlsx
from shared.radicacion.schemas import con_periodo
from shared.registros import esquema_de
from shared.registros.pagina.html import a_html
from shared.tipos import Periodo
from shared.tipos.campos import Tipo
from shared.web.dependencias import UsuarioActual
from shared.web.documentacion import POLITICA
from shared.web.entorno import Entorno
from shared.web.rutas.vistas import VentanaVista

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
            "anexos": [
                {
                    "nombre": nombre,
                    "titulo": esquema_de(nombre).titulo,
                    "obligatorio": False,
                    "columnas": describir(campos),
                }
                for nombre, campos in mecanismo.esquema.anexos.items()
            ],
            "registros_obligatorios": list(mecanismo.esquema.obligatorios),
            "registros_opcionales": list(mecanismo.esquema.opcionales),
        }

    @router.get("/plantilla.xlsx", summary="Plantilla para llenar", response_class=Response)
    async def plantilla(_: UsuarioActual) -> Response:
        contenido = await asyncio.to_thread(
            plantilla_xlsx,
            mecanismo.esquema.campos,
            mecanismo.titulo,
            [_ejemplo(mecanismo)],
            mecanismo.esquema.anexos,
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

    @router.get(
        "/reglas.html",
        summary="Catálogo de reglas como página",
        response_class=HTMLResponse,
    )
    async def pagina_de_reglas(_: UsuarioActual) -> HTMLResponse:
        pagina = await asyncio.to_thread(a_html, en_markdown(mecanismo), titulo_de(mecanismo))
        return HTMLResponse(pagina, headers={"Content-Security-Policy": POLITICA})

    if con_periodo(mecanismo):
        _agregar_ventana_de_periodo(router, mecanismo, entorno)
    elif mecanismo.radicacion.ventana is not None:
        _agregar_ventanas(router, mecanismo, entorno)
    return router


def _agregar_ventana_de_periodo(router: APIRouter, mecanismo: Mecanismo, entorno: Entorno) -> None:
    @router.get("/ventanas/{periodo}", summary="Cuándo se radica un periodo")
    async def ventana(periodo: str, _: UsuarioActual) -> VentanaVista:
        hallada = await ventana_de(Periodo.de(periodo), entorno.contexto(mecanismo))
        return VentanaVista.de(hallada, entorno.reloj)


def _agregar_ventanas(router: APIRouter, mecanismo: Mecanismo, entorno: Entorno) -> None:
    @router.get("/ventanas", summary="Cuándo se radica: lo que rige y lo que sigue")
    async def ventanas(_: UsuarioActual) -> list[VentanaVista]:
        halladas = await ventanas_de(entorno.contexto(mecanismo))
        return [VentanaVista.de(v, entorno.reloj) for v in halladas]


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
