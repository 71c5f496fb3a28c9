"""Who is calling, as FastAPI dependencies. Every route of ours has one of these."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request
from starlette.routing import Mount

from shared.seguridad import Rol, Usuario, Verificador, exigir
from shared.tipos import NoAutenticado

RUTAS_PUBLICAS: Final = frozenset(
    {"/", "/docs", "/openapi.json", "/salud/viva", "/salud/lista", "/metrics"}
)
"""What answers without asking who calls: it tells nothing of anyone."""

_portador: Final = HTTPBearer(
    auto_error=False,
    scheme_name="Portador",
    bearerFormat="JWT",
    description="Token de acceso en el encabezado `Authorization: Bearer <token>`.",
)


async def usuario_actual(
    request: Request,
    credencial: Annotated[HTTPAuthorizationCredentials | None, Depends(_portador)],
) -> Usuario:
    """The caller, as the verifier in ``app.state.verificador`` vouches.

    Raises:
        NoAutenticado: no bearer token, or one that cannot be trusted.
    """
    verificador: Verificador = request.app.state.verificador
    return await identificar(verificador, credencial.credentials if credencial else "")


async def identificar(verificador: Verificador, token: str) -> Usuario:
    """The caller ``verificador`` vouches for.

    Raises:
        NoAutenticado: no bearer token, or one that cannot be trusted.
    """
    if not token:
        raise NoAutenticado(
            "Envíe su token de acceso en el encabezado «Authorization: Bearer <token>»."
        )
    return await verificador.verificar(token)


UsuarioActual = Annotated[Usuario, Depends(usuario_actual)]


def requiere(*roles: Rol) -> Callable[..., Awaitable[Usuario]]:
    """Dependency that lets through callers with one of ``roles`` and returns who they are.

    ``Ordenador = Annotated[Usuario, Depends(requiere(Rol.ORDENADOR))]``
    """

    async def con_rol(usuario: UsuarioActual) -> Usuario:
        exigir(usuario, *roles)
        return usuario

    return con_rol


def rutas_sin_identidad(app: FastAPI) -> list[str]:
    """Routes of ``app`` that do not ask who is calling, beyond the public ones.

    For the architecture test. Anything that is not a FastAPI route is listed: it cannot be
    told whether it asks.
    """
    return sorted(_sin_identidad(app, ""))


def _sin_identidad(app: FastAPI, prefijo: str) -> Iterator[str]:
    for ruta in iter_route_contexts(app.routes):
        original: Any = ruta.original_route
        camino = str(ruta.path)
        if isinstance(original, Mount) and isinstance(original.app, FastAPI):
            yield from _sin_identidad(original.app, prefijo + camino)
        elif camino not in RUTAS_PUBLICAS and not (
            isinstance(original, APIRoute) and _pregunta(ruta.dependant)
        ):
            yield f"{','.join(sorted(ruta.methods or ()))} {prefijo}{camino}".strip()


def _pregunta(dependiente: Dependant) -> bool:
    return dependiente.call is usuario_actual or any(map(_pregunta, dependiente.dependencies))
