"""Refusals of the evaluation."""

from __future__ import annotations

from shared.tipos import EntradaInvalida


class FaltanRegistros(EntradaInvalida):
    """Obligatory registers are absent."""

    codigo = "focalizacion.faltan_registros"
    titulo = "Faltan registros de referencia"
