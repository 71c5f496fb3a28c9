"""Names compared as registers §6 says: IGUAL, PARECIDO or DISTINTO (design choice).

Upper case, no accents, Ñ = N, other signs to blank, particles dropped. IGUAL: the same set of
words over the four fields. PARECIDO: equal first surname, and each of the other three fields at
one edit at most. ``narwhals`` has neither folding nor Levenshtein, so it is written per engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import duckdb
import narwhals as nw

from shared.focalizacion.model import Nombres
from shared.tipos import InvarianteRota

IGUAL: Final = "IGUAL"
PARECIDO: Final = "PARECIDO"
DISTINTO: Final = "DISTINTO"
PARTICULAS: Final = ("DE", "DEL", "LA", "LAS", "LOS", "Y")


def comparar(filas: nw.LazyFrame[Any], paso: Nombres) -> nw.LazyFrame[Any]:
    """The rows with ``paso.nombre``; null where the register brings no name.

    Raises:
        InvarianteRota: an engine for which the comparison is not written.
    """
    relacion = filas.to_native()
    if not isinstance(relacion, duckdb.DuckDBPyRelation):
        raise InvarianteRota(f"los nombres no se comparan en {filas.implementation}")
    comparados = duckdb.SQLExpression(_sql(paso)).alias(paso.nombre)
    return nw.from_native(relacion.select(duckdb.StarExpression(), comparados))


def _sql(paso: Nombres) -> str:
    """Branches by how often they are taken: the costly ones only see what the others leave."""
    escritos = " AND ".join(
        f"{_presente(a)} = {_presente(b)}" for a, b in zip(paso.fila, paso.otros, strict=True)
    )
    apellido, *resto = [(_campo(a), _campo(b)) for a, b in zip(paso.fila, paso.otros, strict=True)]
    cercanos = " AND ".join(f"levenshtein({a}, {b}) <= 1" for a, b in resto)
    return (
        f"CASE WHEN coalesce({', '.join(map(_ident, paso.otros))}) IS NULL THEN NULL "
        f"WHEN {escritos} OR {_conjunto(paso.fila)} = {_conjunto(paso.otros)} THEN '{IGUAL}' "
        f"WHEN {apellido[0]} = {apellido[1]} AND {cercanos} THEN '{PARECIDO}' "
        f"ELSE '{DISTINTO}' END"
    )


def _ident(nombre: str) -> str:
    return '"' + nombre.replace('"', '""') + '"'


def _presente(columna: str) -> str:
    return f"coalesce({_ident(columna)}, '')"


def _palabras(texto: str) -> str:
    plegado = f"regexp_replace(upper(strip_accents({texto})), '[^A-Z0-9]+', ' ', 'g')"
    fuera = ", ".join(f"'{p}'" for p in ("", *PARTICULAS))
    return f"list_filter(string_split({plegado}, ' '), lambda p: NOT list_contains([{fuera}], p))"


def _campo(columna: str) -> str:
    return f"array_to_string({_palabras(_presente(columna))}, ' ')"


def _conjunto(columnas: Sequence[str]) -> str:
    juntas = f"concat_ws(' ', {', '.join(map(_ident, columnas))})"
    return f"list_sort(list_distinct({_palabras(juntas)}))"
