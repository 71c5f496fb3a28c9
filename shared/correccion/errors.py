"""Expected refusals of the proposals."""

from __future__ import annotations

from shared.tipos import EntradaInvalida


class SinAceptar(EntradaInvalida):
    """The sheet came back without any line ticked (422)."""

    codigo = "correccion.sin_aceptar"
    titulo = "La hoja no trae ninguna propuesta aceptada"
