"""Refusals of the enrolment."""

from __future__ import annotations

from shared.enrolamiento.model import Operacion, Respuesta, Resultado, Solicitud
from shared.tipos import Conflicto, EntradaInvalida, NoEncontrado


class EnrolamientoInexistente(NoEncontrado):
    """No enrolment with that id, or not the caller's."""

    codigo = "enrolamiento.inexistente"
    titulo = "No existe ese enrolamiento"


class SolicitudInexistente(NoEncontrado):
    """Nothing was asked of the operator under that id."""

    codigo = "enrolamiento.solicitud_inexistente"
    titulo = "No existe esa solicitud al operador"


class EnrolamientoNoAdmite(Conflicto):
    """The enrolment is in a state in which the operation makes no sense."""

    codigo = "enrolamiento.estado_no_permite"
    titulo = "El estado del enrolamiento no permite la operación"


class RespuestaContradice(Conflicto):
    """The request was answered otherwise; the first answer stands."""

    codigo = "enrolamiento.respuesta_contradice"
    titulo = "La solicitud ya tiene otra respuesta"


class RespuestaIncompleta(EntradaInvalida):
    """An answer without what it must bring."""

    codigo = "enrolamiento.respuesta_incompleta"
    titulo = "La respuesta del operador no está completa"


def exigir_completa(s: Solicitud, r: Respuesta) -> None:
    """An answer brings what its request needs.

    Raises:
        RespuestaIncompleta: it opens an account and brings none, or refuses without cause.
    """
    if r.resultado is Resultado.RECHAZADA and r.causa is None:
        raise RespuestaIncompleta("Una respuesta RECHAZADA dice la causa.")
    if r.resultado is Resultado.RECHAZADA:
        return
    abre = s.operacion is Operacion.ABRIR
    if abre != (r.producto is not None):
        raise RespuestaIncompleta(
            "La apertura aceptada trae el producto y su titular."
            if abre
            else "La validación no trae producto: se validó el que se preguntó."
        )
