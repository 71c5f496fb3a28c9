"""Several applications under one port: each hangs under its name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from html import escape

from fastapi import FastAPI
from starlette.responses import HTMLResponse, RedirectResponse

from shared.web import salud
from shared.web.documentacion import POLITICA, pagina_html
from shared.web.problemas import instalar


def unir(apps: Mapping[str, FastAPI], *, titulo: str = "Mecanismos") -> FastAPI:
    """One application with each of ``apps`` mounted at ``/<name>`` and an index at ``/``.

    A mounted application is not started by its host, so the lifespan of the whole starts them
    all, in order, and stops those that started when one fails.
    """

    @asynccontextmanager
    async def vida_util(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as pila:
            for app in apps.values():
                await pila.enter_async_context(app.router.lifespan_context(app))
            yield

    raiz = FastAPI(
        title=titulo, docs_url=None, redoc_url=None, openapi_url=None, lifespan=vida_util
    )
    instalar(raiz)
    raiz.include_router(salud.rutas({}))
    indice = _indice(titulo, apps)

    @raiz.get("/")
    async def inicio() -> HTMLResponse:
        return HTMLResponse(indice, headers={"Content-Security-Policy": POLITICA})

    for nombre, app in apps.items():
        _agregar_entrada(raiz, nombre)
        raiz.mount(f"/{nombre}", app)
    return raiz


def _agregar_entrada(raiz: FastAPI, nombre: str) -> None:
    """The bare name leads to the documentation, instead of to nothing."""

    @raiz.get(f"/{nombre}")
    async def entrada() -> RedirectResponse:
        return RedirectResponse(f"{nombre}/docs")


def _indice(titulo: str, apps: Mapping[str, FastAPI]) -> str:
    filas = "".join(
        f'<li><a href="{escape(nombre)}/docs">{escape(app.title)}</a>: '
        f"{escape(app.description)}</li>"
        for nombre, app in apps.items()
    )
    return pagina_html(titulo, f"<h1>{escape(titulo)}</h1><ul>{filas}</ul>")
