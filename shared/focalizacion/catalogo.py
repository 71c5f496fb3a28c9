"""The rule catalogue as data: every rule of a mechanism, and the cases that prove them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.focalizacion.explicacion import fuente_legible
from shared.focalizacion.model import Mecanismo, Regla


@dataclass(frozen=True)
class TablaDeCasos:
    """Cases that prove one rule: ``encabezado`` and ``filas`` as written, one case per row.

    ``entrada`` tells apart the entries that share a code, from 1. ``fijas`` are columns with the
    same value in every case.
    """

    codigo: str
    encabezado: tuple[str, ...]
    filas: tuple[tuple[str, ...], ...]
    entrada: int = 1
    fijas: Mapping[str, str] = field(default_factory=dict)


def catalogo(mecanismo: Mecanismo) -> list[dict[str, Any]]:
    """Every rule in its order, ready for JSON.

    ``efectos`` holds ``incumple`` and ``no_evaluable`` (null: no effect); ``vigencia`` the days
    ``desde`` and ``hasta`` in ISO form (null: open); ``requiere`` the optional registers without
    which the rule is not applied.
    """
    return [_en_datos(regla) for regla in mecanismo.reglas]


def _en_datos(regla: Regla) -> dict[str, Any]:
    sin_dato = regla.si_no_evaluable
    return {
        "codigo": regla.codigo,
        "titulo": regla.titulo,
        "etapa": str(regla.etapa),
        "efectos": {
            "incumple": str(regla.si_incumple),
            "no_evaluable": None if sin_dato is None else str(sin_dato),
        },
        "mensaje": regla.mensaje,
        "mensaje_no_evaluable": regla.mensaje_no_evaluable,
        "accion": regla.accion,
        "fuente": fuente_legible(regla.fuente),
        "certeza": str(regla.certeza),
        "vigencia": {
            "desde": None if regla.desde is None else regla.desde.isoformat(),
            "hasta": None if regla.hasta is None else regla.hasta.isoformat(),
        },
        "columna": regla.columna,
        "columnas": sorted(regla.columnas),
        "requiere": list(regla.requiere),
    }
