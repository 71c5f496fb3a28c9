"""Refusals of this concept."""

from __future__ import annotations

from shared.tipos import DemasiadoGrande, NoEncontrado


class SinCorrida(NoEncontrado):
    """The universe has not been computed yet, or never could be."""

    codigo = "universo.sin_corrida"
    titulo = "El universo todavía no se ha calculado"


class DescargaMuyGrande(DemasiadoGrande):
    """More rows than a spreadsheet should have."""

    codigo = "universo.descarga_muy_grande"
    titulo = "Son demasiados casos para una hoja de cálculo"
