"""The HTTP application of treasury."""

from __future__ import annotations

from fastapi import FastAPI

from services.tesoreria.routes import Dependencias, router
from shared.web.entorno import Entorno
from shared.web.fabrica import crear_aplicacion

_DESCRIPCION = "Órdenes de giro recibidas y respuestas del banco."


def crear_app(entorno: Entorno | None = None) -> FastAPI:
    """The application. Without ``entorno`` it is read from the environment."""
    entorno = entorno or Entorno()
    app = crear_aplicacion(
        "Tesorería",
        _DESCRIPCION,
        verificador=entorno.verificador,
        comprobaciones={"base_de_datos": entorno.base_de_datos},
        vida_util=entorno.vida_util,
    )
    app.state.dependencias = Dependencias(entorno)
    app.include_router(router)
    return app


app = crear_app()
