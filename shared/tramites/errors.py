"""Refusals of the trámites."""

from __future__ import annotations

from shared.tipos import Conflicto, NoEncontrado, Prohibido


class TramiteInexistente(NoEncontrado):
    """No trámite with that id, or not the caller's."""

    codigo = "tramites.inexistente"
    titulo = "No existe ese trámite"


class RegistroSinTramite(Conflicto):
    """The record is not in the state that opens this trámite, or has one already."""

    codigo = "tramites.registro_no_admite"
    titulo = "El registro no admite este trámite"


class TramiteIncompleto(Conflicto):
    """Documents are missing, or the right cannot be valued yet."""

    codigo = "tramites.incompleto"
    titulo = "El trámite no está completo"


class TramiteDecidido(Conflicto):
    """It was accredited or refused already."""

    codigo = "tramites.decidido"
    titulo = "El trámite ya se decidió"


class DerechoTomado(Conflicto):
    """The same right is already being paid through another record."""

    codigo = "tramites.derecho_tomado"
    titulo = "Ese reconocimiento ya se paga por otro registro"


class FuncionesSeparadas(Prohibido):
    """Who prepares a trámite does not decide it."""

    codigo = "tramites.funciones_separadas"
    titulo = "Quien prepara un trámite no lo decide"
