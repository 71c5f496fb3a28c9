"""``app = crear_app(MECANISMO)``: the HTTP contract, the same for every mechanism."""

from __future__ import annotations

from fastapi import FastAPI

from shared.focalizacion.model import Mecanismo
from shared.web.entorno import Entorno
from shared.web.fabrica import crear_aplicacion
from shared.web.rutas import (
    catalogo,
    enrolamiento,
    liquidaciones,
    pagos,
    propuestas,
    radicaciones,
    registros,
    resultados,
    tablero,
    tramites,
)


def crear_app(mecanismo: Mecanismo, entorno: Entorno | None = None) -> FastAPI:
    """The service of one mechanism. Without ``entorno`` it is read from the environment.

    Raises:
        RuntimeError: at start, if a setting without default is missing.
    """
    entorno = entorno or Entorno()
    app = crear_aplicacion(
        mecanismo.titulo,
        "Radicar, consultar el resultado fila por fila, corregir y saber por qué.",
        verificador=entorno.verificador,
        comprobaciones={"base_de_datos": entorno.base_de_datos},
        vida_util=entorno.vida_util,
    )
    for rutas in (
        radicaciones.rutas,
        resultados.rutas,
        propuestas.rutas,
        registros.rutas,
        pagos.rutas,
        enrolamiento.rutas,
        tramites.rutas,
        liquidaciones.rutas,
        tablero.rutas,
        catalogo.rutas,
    ):
        app.include_router(rutas(mecanismo, entorno))
    return app
