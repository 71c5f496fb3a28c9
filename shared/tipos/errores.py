"""Expected refusals and broken invariants.

A *Rechazo* is an answer the caller can act on: it carries a stable ``codigo``, a Spanish
``titulo`` and a ``detalle`` that says what to mend. ``shared.web`` renders it as problem+json
and the command line as a message with its own exit code.
"""

from __future__ import annotations

from typing import Any, ClassVar


class InvarianteRota(RuntimeError):
    """A state the code promised could not happen: a bug, never an answer to a user."""


class Rechazo(Exception):
    """Base of the expected refusals. ``extra`` travels as members of the problem document."""

    codigo: ClassVar[str] = "solicitud.rechazada"
    titulo: ClassVar[str] = "La solicitud no se puede atender"
    estado_http: ClassVar[int] = 400
    reintentable: ClassVar[bool] = False

    def __init__(self, detalle: str, **extra: Any) -> None:
        super().__init__(detalle)
        self.detalle = detalle
        self.extra = extra


class NoAutenticado(Rechazo):
    """No valid bearer token came with the request (401)."""

    codigo = "seguridad.no_autenticado"
    titulo = "Falta identificarse"
    estado_http = 401


class Prohibido(Rechazo):
    """The caller is known and may not do this (403)."""

    codigo = "seguridad.prohibido"
    titulo = "No tiene permiso para esta operación"
    estado_http = 403


class NoEncontrado(Rechazo):
    """No such thing, or not the caller's (404)."""

    codigo = "recurso.no_encontrado"
    titulo = "No existe o no es suyo"
    estado_http = 404


class Conflicto(Rechazo):
    """The thing is in a state that does not allow the operation (409)."""

    codigo = "recurso.conflicto"
    titulo = "El estado actual no permite la operación"
    estado_http = 409


class DemasiadoGrande(Rechazo):
    """The upload is over a size limit, compressed or decompressed (413)."""

    codigo = "archivo.demasiado_grande"
    titulo = "El archivo es demasiado grande"
    estado_http = 413


class EntradaInvalida(Rechazo):
    """The input cannot be read or is incomplete (422)."""

    codigo = "entrada.invalida"
    titulo = "La entrada tiene errores"
    estado_http = 422


class ServicioNoDisponible(Rechazo):
    """Something we depend on does not answer (503); trying again later may work."""

    codigo = "servicio.no_disponible"
    titulo = "El servicio no está disponible en este momento"
    estado_http = 503
    reintentable = True
