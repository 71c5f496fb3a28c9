"""The HTTP application of treasury."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.tesoreria.routes import Dependencias, router
from shared.db import Ajustes, UnitOfWork, crear_engine
from shared.seguridad import crear_verificador
from shared.tipos import EntradaInvalida
from shared.web import base_de_datos, crear_aplicacion

_DESCRIPCION = "Órdenes de giro recibidas y respuestas del banco."


def crear_app(ajustes: Ajustes) -> FastAPI:
    """The application, with a connection pool that lives as long as it.

    Raises:
        EntradaInvalida: no database configured.
        ConfiguracionInvalida: nobody to check tokens with.
    """
    if not ajustes.database_url:
        raise EntradaInvalida("La tesorería necesita DATABASE_URL.")
    engine = crear_engine(ajustes.database_url)

    @asynccontextmanager
    async def vida_util(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = crear_aplicacion(
        "Tesorería",
        _DESCRIPCION,
        verificador=crear_verificador(ajustes),
        comprobaciones={"base_de_datos": base_de_datos(engine)},
        vida_util=vida_util,
    )
    app.state.dependencias = Dependencias(UnitOfWork(engine), ajustes.reloj())
    app.include_router(router)
    return app
