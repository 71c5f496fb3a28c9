"""Back office of every mechanism: registers, windows, budget, approvals, giros, accounts."""

from __future__ import annotations

from fastapi import FastAPI

from services.operaciones import (
    rutas_cortes,
    rutas_enrolamiento,
    rutas_giros,
    rutas_presupuesto,
    rutas_reconocimientos,
    rutas_reprocesos,
)
from shared.web.entorno import Entorno
from shared.web.fabrica import crear_aplicacion


def crear_app(entorno: Entorno | None = None) -> FastAPI:
    """The application. Without ``entorno`` it is read from the environment."""
    entorno = entorno or Entorno()
    app = crear_aplicacion(
        "Operaciones",
        "Registros, ventanas, presupuesto, aprobaciones y giros de los mecanismos.",
        verificador=entorno.verificador,
        comprobaciones={"base_de_datos": entorno.base_de_datos},
        vida_util=entorno.vida_util,
    )
    for modulo in (
        rutas_presupuesto,
        rutas_reconocimientos,
        rutas_giros,
        rutas_enrolamiento,
        rutas_cortes,
        rutas_reprocesos,
    ):
        app.include_router(modulo.rutas(entorno))
    return app


app = crear_app()
