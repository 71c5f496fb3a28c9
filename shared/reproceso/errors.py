"""Refusals of reprocessing."""

from __future__ import annotations

from shared.tipos import Conflicto, NoEncontrado, Prohibido


class ReprocesoInexistente(NoEncontrado):
    """No reprocess with that id (404)."""

    codigo = "reproceso.inexistente"
    titulo = "No existe ese reproceso"


class ReprocesoAbierto(Conflicto):
    """The mechanism has another one that is not over (409)."""

    codigo = "reproceso.abierto"
    titulo = "El mecanismo tiene otro reproceso sin terminar"


class EstadoDeReproceso(Conflicto):
    """In its state that cannot be done (409)."""

    codigo = "reproceso.estado"
    titulo = "El reproceso no está en el estado que se necesita"


class MismaPersona(Prohibido):
    """Who asked for it does not confirm it (403)."""

    codigo = "reproceso.misma_persona"
    titulo = "Quien pide un reproceso no lo confirma"
