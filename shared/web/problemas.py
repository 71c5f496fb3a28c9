"""Every refusal and failure as problem+json (RFC 9457), in Spanish, with a stable ``codigo``.

One function turns an exception into a problem; the application factory plugs it in. What a
failure of ours says to the caller is a reference to look up in the log, and nothing else.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as ConexionesAgotadas
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.radicacion import respuestas
from shared.seguridad import FiltroDatosPersonales, TokenInvalido
from shared.tipos import (
    DemasiadoGrande,
    EntradaInvalida,
    NoAutenticado,
    Rechazo,
    ServicioNoDisponible,
)
from shared.web import traduccion

MEDIA: Final = "application/problem+json"
TIPO: Final = "urn:mecanismos:problema:"

_ESPERA_S: Final = "5"
_ERRORES_MAXIMOS: Final = 100

_log: Final = logging.getLogger("mecanismos.web")
_log.addFilter(FiltroDatosPersonales())


class ErrorDeCampo(BaseModel):
    """One field of the request that cannot be accepted."""

    donde: str = Field(examples=["cuerpo.registros[3].camas_disponibles"])
    mensaje: str = Field(examples=["Debe ser un número entero, sin separadores de miles."])


class Problema(BaseModel):
    """Body of every answer of 400 and above (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="URN del problema.", examples=[f"{TIPO}entrada.invalida"])
    title: str = Field(description="Qué clase de problema es.")
    status: int = Field(description="Código HTTP.")
    detail: str = Field(description="Qué pasó y qué corregir.")
    codigo: str = Field(description="Código estable del problema.", examples=["entrada.invalida"])
    instance: str = Field(description="Dirección que se pidió.")
    errores: list[ErrorDeCampo] | None = Field(
        default=None, description="Datos por corregir, cuando los hay."
    )


@dataclass(frozen=True)
class _Respuesta:
    estado: int
    codigo: str
    titulo: str
    detalle: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    encabezados: Mapping[str, str] = field(default_factory=dict)


class RechazoDelCuerpo(HTTPException):
    """A refusal found while the body was being read. FastAPI turns what fails there into a 400,
    except an ``HTTPException``; so the refusal travels inside one."""

    def __init__(self, rechazo: Rechazo) -> None:
        super().__init__(rechazo.estado_http)
        self.rechazo = rechazo


# (codigo, titulo, detalle) of what the framework itself refuses.
_HTTP: Final[Mapping[int, tuple[str, str, str]]] = {
    400: (
        "entrada.ilegible",
        "La petición no se puede leer",
        "El cuerpo no se pudo leer. Envíe JSON en UTF-8 o un formulario multipart completo.",
    ),
    404: (
        "ruta.no_encontrada",
        "La dirección no existe",
        "No hay nada en esta dirección. Las que existen están en la página «docs».",
    ),
    405: (
        "metodo.no_admitido",
        "El método no se admite en esta dirección",
        "Use uno de los métodos del encabezado Allow.",
    ),
    415: (
        "contenido.no_admitido",
        "El tipo de contenido no se admite",
        "Envíe el contenido en uno de los formatos que describe la página «docs».",
    ),
}
_HTTP_OTRO: Final = (
    "La petición no se puede atender",
    "Revise la petición con la página «docs».",
)

# SQLSTATE of what passes by itself: connection (08), resources (53), operator (57, statement
# timeout included), lock timeout, serialization failure and deadlock.
_CLASES_TRANSITORIAS: Final = ("08", "53", "57")
_TRANSITORIOS: Final = frozenset({"55P03", "40001", "40P01"})
_CARACTER_NO_ADMITIDO: Final = "22021"


def _de_rechazo(error: Rechazo) -> _Respuesta:
    encabezados: dict[str, str] = {}
    if isinstance(error, NoAutenticado):
        motivo = ', error="invalid_token"' if isinstance(error, TokenInvalido) else ""
        encabezados["WWW-Authenticate"] = f'Bearer realm="mecanismos"{motivo}'
    if error.estado_http == 503:
        encabezados["Retry-After"] = _ESPERA_S
    return _Respuesta(
        error.estado_http, error.codigo, error.titulo, error.detalle, error.extra, encabezados
    )


def _de_validacion(error: RequestValidationError) -> _Respuesta:
    detalles = error.errors()
    errores = traduccion.errores(detalles[:_ERRORES_MAXIMOS])
    cuantos = "Hay un dato" if len(detalles) == 1 else f"Hay {len(detalles)} datos"
    return _Respuesta(
        EntradaInvalida.estado_http,
        EntradaInvalida.codigo,
        EntradaInvalida.titulo,
        f"{cuantos} por corregir; están en «errores».",
        {"errores": errores, "total_errores": len(detalles)},
    )


def _de_http(error: HTTPException) -> _Respuesta:
    estado = error.status_code
    codigo, titulo, detalle = _HTTP.get(estado, (f"http.{estado}", *_HTTP_OTRO))
    return _Respuesta(estado, codigo, titulo, detalle, encabezados=dict(error.headers or {}))


def archivo_demasiado_grande(limite_bytes: int) -> DemasiadoGrande:
    """The refusal of what is over ``limite_bytes``."""
    return DemasiadoGrande(
        f"El límite es {tamano_legible(limite_bytes)}. Divida el archivo o comprímalo.",
        limite_bytes=limite_bytes,
    )


def tamano_legible(cantidad_bytes: int) -> str:
    """Bytes for people: ``1536`` → ``1.5 KB``. Units of 1,024."""
    if cantidad_bytes < 1024:
        return f"{cantidad_bytes} bytes"
    unidad, divisor = next(
        ((u, d) for u, d in (("GB", 2**30), ("MB", 2**20)) if cantidad_bytes >= d), ("KB", 2**10)
    )
    decimas = cantidad_bytes * 10 // divisor
    return (
        f"{decimas // 10}.{decimas % 10} {unidad}" if decimas % 10 else f"{decimas // 10} {unidad}"
    )


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _es_transitorio(error: Exception) -> bool:
    """The database or another thing we depend on is away, busy or cut us off."""
    if isinstance(error, OSError | ConexionesAgotadas):  # TimeoutError is an OSError
        return True
    if not isinstance(error, DBAPIError):
        return False
    estado = _sqlstate(error)
    return (
        error.connection_invalidated
        or estado.startswith(_CLASES_TRANSITORIAS)
        or estado in _TRANSITORIOS
    )


def _de_inesperado(error: Exception) -> _Respuesta:
    """A failure nobody foresaw; logged here, once. The log keeps the traceback, not the body."""
    referencia = secrets.token_hex(4).upper()
    if _es_transitorio(error):
        _log.warning("503 referencia=%s %s", referencia, type(error).__name__, exc_info=error)
        respuesta = _de_rechazo(
            ServicioNoDisponible(
                "La base de datos u otro servicio no responde. Intente de nuevo en unos segundos.",
                referencia=referencia,
            )
        )
    elif isinstance(error, DBAPIError) and _sqlstate(error) == _CARACTER_NO_ADMITIDO:
        respuesta = _de_rechazo(
            EntradaInvalida("Hay caracteres que no se admiten, como NUL. Quítelos del texto.")
        )
    else:
        _log.error("500 referencia=%s %s", referencia, type(error).__name__, exc_info=error)
        respuesta = _Respuesta(
            500,
            "servidor.error",
            "Ocurrió un error nuestro",
            f"No es un problema de su petición. Si persiste, informe la referencia {referencia}.",
            {"referencia": referencia},
        )
    return respuesta


def respuesta_problema(error: Exception, instancia: str) -> Response:
    """The answer to ``error``. Logs what is a failure of ours; ``instancia`` is the path asked."""
    match error:
        case Rechazo():
            if error.estado_http >= 500:
                _log.warning("%d %s", error.estado_http, error.codigo, exc_info=error.__cause__)
            datos = _de_rechazo(error)
        case RechazoDelCuerpo():
            datos = _de_rechazo(error.rechazo)
        case RequestValidationError():
            datos = _de_validacion(error)
        case HTTPException():
            datos = _de_http(error)
        case _:
            datos = _de_inesperado(error)
    cuerpo = to_jsonable_python(dict(datos.extra), fallback=str) | {
        "type": TIPO + datos.codigo,
        "title": datos.titulo,
        "status": datos.estado,
        "detail": datos.detalle,
        "codigo": datos.codigo,
        "instance": instancia,
    }
    return JSONResponse(cuerpo, datos.estado, dict(datos.encabezados), MEDIA)


async def _atender(request: Request, error: Exception) -> Response:
    if isinstance(error, Rechazo) and request.headers.get("accept", "").startswith("text/plain"):
        # Whoever reads the files of BDUA asks for text: the same refusal as an .ERR file.
        return Response(respuestas.errores(error), error.estado_http, media_type=respuestas.MEDIA)
    return respuesta_problema(error, request.url.path)


def instalar(app: FastAPI) -> None:
    """Answer the expected refusals of ``app`` as problems. The rest is caught by ``Observacion``,
    since the handler of ``Exception`` would let the server log a second time, unmasked."""
    for clase in (Rechazo, RequestValidationError, HTTPException):
        app.add_exception_handler(clase, _atender)


def problemas(*clases: type[Rechazo]) -> dict[int | str, dict[str, Any]]:
    """``responses=`` of a route that refuses with ``clases``, grouped by status."""
    por_estado: dict[int | str, list[type[Rechazo]]] = {}
    for clase in clases:
        por_estado.setdefault(clase.estado_http, []).append(clase)
    return {estado: _descrita(juntas) for estado, juntas in por_estado.items()}


def problema_por_omision() -> dict[int | str, dict[str, Any]]:
    """``responses=`` of a whole application: any other error is a problem too."""
    return {"default": {"description": "Problema (RFC 9457)", "content": _contenido({})}}


def _descrita(clases: Iterable[type[Rechazo]]) -> dict[str, Any]:
    clases = sorted(clases, key=lambda c: c.codigo)
    ejemplos = {
        c.codigo: {
            "summary": c.titulo,
            "value": {
                "type": TIPO + c.codigo,
                "title": c.titulo,
                "status": c.estado_http,
                "detail": c.titulo,
                "codigo": c.codigo,
                "instance": "/v1/…",
            },
        }
        for c in clases
    }
    descripcion = "; ".join(f"{c.titulo} (`{c.codigo}`)" for c in clases)
    return {"description": descripcion, "content": _contenido(ejemplos)}


def _contenido(ejemplos: Mapping[str, Any]) -> dict[str, Any]:
    contenido: dict[str, Any] = {"schema": _ESQUEMA}
    return {MEDIA: contenido | ({"examples": ejemplos} if ejemplos else {})}


def _esquema() -> dict[str, Any]:
    """Schema of ``Problema`` without references, so that it stands inside any document."""
    esquema = Problema.model_json_schema()
    definiciones = esquema.pop("$defs")
    esquema["properties"]["errores"] = {
        "type": "array",
        "description": "Datos por corregir, cuando los hay.",
        "items": definiciones["ErrorDeCampo"],
    }
    # The docstrings of the classes are for us.
    for interno in (esquema, definiciones["ErrorDeCampo"]):
        interno.pop("description")
    return esquema


_ESQUEMA: Final = _esquema()
