"""No request body over a maximum, whether its length was announced or not; and no large one from
someone unknown, since FastAPI stores the whole body before it asks who is calling."""

from __future__ import annotations

from typing import Final

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.seguridad import Verificador
from shared.tipos import Rechazo
from shared.web.dependencias import identificar
from shared.web.problemas import RechazoDelCuerpo, archivo_demasiado_grande, respuesta_problema

LIMITE_ANONIMO_BYTES: Final = 2**20


class LimiteCuerpo:
    """ASGI middleware: 413 to a body over ``limite_bytes``, 401 to one over a mebibyte that comes
    without a valid token.

    Starlette has a limit too, but it answers in plain text when the length was announced.
    """

    def __init__(self, app: ASGIApp, *, limite_bytes: int, verificador: Verificador) -> None:
        self._app = app
        self._limite_bytes = limite_bytes
        self._verificador = verificador

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guardia = _Guardia(scope, receive, self._limite_bytes, self._verificador)
        try:
            await guardia.admitir(_anunciado(guardia.encabezados))
        except RechazoDelCuerpo as error:
            await respuesta_problema(error, scope["path"])(scope, receive, send)
        else:
            await self._app(scope, guardia, send)


class _Guardia:
    """``receive`` that counts what comes."""

    def __init__(
        self, scope: Scope, receive: Receive, limite_bytes: int, verificador: Verificador
    ) -> None:
        self.encabezados = Headers(scope=scope)
        self._receive = receive
        self._limite_bytes = limite_bytes
        self._verificador = verificador
        self._recibidos = 0
        self._identificado = False

    async def __call__(self) -> Message:
        mensaje = await self._receive()
        if mensaje["type"] == "http.request":
            self._recibidos += len(mensaje.get("body", b""))
            await self.admitir(self._recibidos)
        return mensaje

    async def admitir(self, cantidad_bytes: int) -> None:
        """Raises ``RechazoDelCuerpo`` if a body of this size may not come in."""
        if cantidad_bytes > self._limite_bytes:
            raise RechazoDelCuerpo(archivo_demasiado_grande(self._limite_bytes))
        if cantidad_bytes > LIMITE_ANONIMO_BYTES and not self._identificado:
            try:
                await identificar(self._verificador, self._token())
            except Rechazo as rechazo:
                raise RechazoDelCuerpo(rechazo) from rechazo
            self._identificado = True

    def _token(self) -> str:
        esquema, token = get_authorization_scheme_param(self.encabezados.get("authorization"))
        return token if esquema.lower() == "bearer" else ""


def _anunciado(encabezados: Headers) -> int:
    """Bytes of ``Content-Length``; zero if absent or nonsense (then what comes is counted)."""
    valor = encabezados.get("content-length", "")
    return int(valor[:20]) if valor.isascii() and valor.isdigit() else 0
