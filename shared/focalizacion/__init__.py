"""Rules as expressions over columns: one definition, one row or a million."""

from narwhals import col, lit, when

from shared.focalizacion.expresiones import alguna, segun, suma, texto, vigente_en
from shared.focalizacion.model import (
    Columna,
    Cruce,
    Efecto,
    Esquema,
    Estados,
    Etapa,
    Grupo,
    Linea,
    Liquidacion,
    Mecanismo,
    Regla,
    ReglasDePago,
    ReglasDeRadicacion,
    Veredicto,
)

__all__ = [
    "Columna",
    "Cruce",
    "Efecto",
    "Esquema",
    "Estados",
    "Etapa",
    "Grupo",
    "Linea",
    "Liquidacion",
    "Mecanismo",
    "Regla",
    "ReglasDePago",
    "ReglasDeRadicacion",
    "Veredicto",
    "alguna",
    "col",
    "lit",
    "segun",
    "suma",
    "texto",
    "vigente_en",
    "when",
]
