"""What PostgreSQL and its driver really raise becomes the right answer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import Ajustes, crear_engine
from shared.seguridad import crear_verificador
from shared.web import base_de_datos, crear_aplicacion


def aplicacion(engine: AsyncEngine) -> FastAPI:
    ajustes = Ajustes(entorno="desarrollo", jwt_clave="clave-de-pruebas-de-mas-de-treinta-y-dos")
    app = crear_aplicacion(
        "Prueba",
        "",
        verificador=crear_verificador(ajustes),
        comprobaciones={"base_de_datos": base_de_datos(engine)},
    )

    @app.get("/consulta")
    async def consulta(valor: str, sql: str) -> str:
        async with engine.begin() as tx:
            return str(await tx.scalar(text(sql), {"v": valor} if ":v" in sql else {}))

    return app


async def pedir(engine: AsyncEngine, ruta: str, **parametros: Any) -> httpx.Response:
    transporte = httpx.ASGITransport(aplicacion(engine))
    async with httpx.AsyncClient(transport=transporte, base_url="http://prueba") as cliente:
        return await cliente.get(ruta, params=parametros)


@pytest.mark.parametrize(
    ("sql", "valor", "estado", "codigo"),
    [
        ("SELECT CAST(:v AS text)", "a\0b", 422, "entrada.invalida"),
        ("SELECT 1/0", "", 500, "servidor.error"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "", 503, "servicio.no_disponible"),
        ("SELECT pg_cancel_backend(pg_backend_pid())", "", 503, "servicio.no_disponible"),
    ],
)
async def test_errores_de_la_base(
    engine: AsyncEngine, sql: str, valor: str, estado: int, codigo: str
) -> None:
    respuesta = await pedir(engine, "/consulta", sql=sql, valor=valor)
    assert (respuesta.status_code, respuesta.json()["codigo"]) == (estado, codigo)
    assert "SELECT" not in respuesta.text


async def test_salud_con_base_y_sin_base(engine: AsyncEngine) -> None:
    assert (await pedir(engine, "/salud/lista")).status_code == 200
    apagada = crear_engine("postgresql://nadie@127.0.0.1:9/nada")
    respuesta = await pedir(apagada, "/salud/lista")
    assert respuesta.status_code == 503
    assert respuesta.json()["comprobaciones"] == {"base_de_datos": "falla"}
    respuesta = await pedir(apagada, "/consulta", sql="SELECT 1", valor="")
    assert respuesta.json()["codigo"] == "servicio.no_disponible"
    await apagada.dispose()
