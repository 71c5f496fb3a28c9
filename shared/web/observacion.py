"""Around every request: an id, a line in the access log, metrics, and the last safety net.

The log names the route template, never the path or query: those may carry what someone typed.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Final
from uuid import UUID, uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.metricas import Metricas
from shared.web.problemas import respuesta_problema

ENCABEZADO: Final = "X-Request-ID"
SIN_RUTA: Final = "sin_ruta"

_log: Final = logging.getLogger("mecanismos.acceso")


class Observacion:
    """Outermost ASGI middleware of an application."""

    def __init__(self, app: ASGIApp, *, nombre: str, metricas: Metricas) -> None:
        self._app = app
        self._nombre = nombre
        self._metricas = metricas

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        envio = _Envio(send, _id_de(scope))
        inicio = time.perf_counter()
        try:
            await self._servir(scope, receive, envio)
        finally:
            self._anotar(scope, envio, time.perf_counter() - inicio)

    async def _servir(self, scope: Scope, receive: Receive, envio: _Envio) -> None:
        try:
            await self._app(scope, receive, envio)
        except Exception as error:
            if envio.estado is not None:
                raise  # the answer was on its way: the server must cut it, not close it neatly
            await respuesta_problema(error, scope["path"])(scope, receive, envio)

    def _anotar(self, scope: Scope, envio: _Envio, segundos: float) -> None:
        # No answer at all: the client went away (499 is how proxies write that).
        metodo, ruta, estado = scope["method"], plantilla(scope), envio.estado or 499
        self._metricas.observar(metodo, ruta, estado, segundos)
        _log.info(
            "%s %s %s %d %.0f ms peticion=%s",
            self._nombre, metodo, ruta, estado, segundos * 1000, envio.peticion,
        )  # fmt: skip


class _Envio:
    """``send`` that remembers the status and adds our headers."""

    def __init__(self, send: Send, peticion: str) -> None:
        self._send = send
        self.peticion = peticion
        self.estado: int | None = None

    async def __call__(self, mensaje: Message) -> None:
        if mensaje["type"] == "http.response.start":
            self.estado = mensaje["status"]
            encabezados = MutableHeaders(scope=mensaje)
            encabezados[ENCABEZADO] = self.peticion
            encabezados["X-Content-Type-Options"] = "nosniff"
            encabezados.setdefault("Cache-Control", "no-store")
        await self._send(mensaje)


def _id_de(scope: Scope) -> str:
    """The id a gateway gave, if it is a UUID (free text may carry personal data), or a new one."""
    recibido = Headers(scope=scope).get(ENCABEZADO, "")
    try:
        return str(UUID(recibido))
    except ValueError:
        return str(uuid4())


def plantilla(scope: Scope) -> str:
    """Template of the route that served the request: ``/v1/radicaciones/{id}``.

    A route of an included router knows only its own end of the path; FastAPI leaves the whole
    one in its part of the scope.
    """
    contexto: Any = scope.get("fastapi", {}).get("effective_route_context")
    for origen in (contexto, scope.get("route")):
        hallada = getattr(origen, "path_format", None)
        if hallada:
            return str(hallada)
    return SIN_RUTA
