"""The application every service starts from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, TypeAlias

from fastapi import FastAPI
from starlette.responses import HTMLResponse

from shared.seguridad import Verificador
from shared.web import documentacion, salud
from shared.web.limite import LimiteCuerpo
from shared.web.metricas import Metricas
from shared.web.observacion import Observacion
from shared.web.problemas import instalar, problema_por_omision

LIMITE_CUERPO_BYTES: Final = 512 * 2**20

VidaUtil: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def crear_aplicacion(
    titulo: str,
    descripcion: str,
    *,
    verificador: Verificador,
    comprobaciones: Mapping[str, salud.Comprobacion] | None = None,
    limite_cuerpo_bytes: int = LIMITE_CUERPO_BYTES,
    vida_util: VidaUtil | None = None,
    version: str = "1.0.0",
) -> FastAPI:
    """A FastAPI application with what all of ours share; the caller adds its routers.

    Errors as problem+json, request id, access log, metrics, health pages, documentation and a
    limit on the body. ``comprobaciones`` decide ``/salud/lista``; ``vida_util`` is the lifespan.
    ``app.state`` holds ``verificador`` and ``metricas``.
    """
    app = _Aplicacion(
        title=titulo,
        description=descripcion,
        version=version,
        docs_url=None,
        redoc_url=None,
        lifespan=vida_util,
        responses=problema_por_omision(),
    )
    metricas = Metricas()
    app.state.verificador = verificador
    app.state.metricas = metricas
    instalar(app)
    # The last one added is the outermost: what the limit refuses is observed too.
    app.add_middleware(LimiteCuerpo, limite_bytes=limite_cuerpo_bytes, verificador=verificador)
    app.add_middleware(Observacion, nombre=titulo, metricas=metricas)
    app.include_router(salud.rutas({} if comprobaciones is None else comprobaciones))
    app.include_router(metricas.rutas())
    _agregar_documentacion(app)
    return app


class _Aplicacion(FastAPI):
    """FastAPI whose OpenAPI document is all in Spanish: what the framework writes in English is
    translated, and the docstrings of our classes, which are for us, stay out."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            documento = super().openapi()
            for esquema in documento.get("components", {}).get("schemas", {}).values():
                esquema.pop("description", None)
            for metodos in documento["paths"].values():
                for operacion in metodos.values():
                    for respuesta in operacion["responses"].values():
                        if respuesta["description"] == "Successful Response":
                            respuesta["description"] = "Correcto"
        return super().openapi()


def _agregar_documentacion(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(
            documentacion.pagina(app.openapi()),
            headers={"Content-Security-Policy": documentacion.POLITICA},
        )
