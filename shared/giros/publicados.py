"""The name under which each mechanism publishes the state of a payment.

``publicados`` (``Estados.publicados``) goes from a state of ``EstadoReconocimiento``, or
``REPROGRAMADO``, to its public name; what it leaves out keeps its own. A mechanism that names
``REPROGRAMADO`` tells a returned payment apart until it is ordered again (talento humano §6):
without a good account it is still returned; with one it waits for the next batch. One that maps a
state to ``DEL_REGISTRO`` shows the record's own state while its payment is in it (CET §6).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.focalizacion.model import DEL_REGISTRO
from shared.giros.model import EstadoReconocimiento

REPROGRAMADO: Final = "REPROGRAMADO"
"""Returned by the bank, its account good again, not ordered yet. It is stored as none."""

_POR_ORDENAR: Final = (EstadoReconocimiento.RECONOCIDO, EstadoReconocimiento.ESPERA_PRESUPUESTO)

AVANCE: Final = (
    EstadoReconocimiento.ESPERA_PRESUPUESTO,
    EstadoReconocimiento.RECONOCIDO,
    EstadoReconocimiento.ESPERA_CUENTA,
    EstadoReconocimiento.GIRO_DEVUELTO,
    EstadoReconocimiento.ORDENADO,
    EstadoReconocimiento.EN_REINTEGRO,
    EstadoReconocimiento.ADEUDADO,
    EstadoReconocimiento.GIRADO,
    EstadoReconocimiento.EN_LEGALIZACION,
    EstadoReconocimiento.LEGALIZADO,
    EstadoReconocimiento.REINTEGRADO,
    EstadoReconocimiento.CERRADO,
    EstadoReconocimiento.ANULADO,
)
"""States from the least advanced: a record with several payees shows the first of theirs."""


def estado_publicado(
    estado: str, publicados: Mapping[str, str], *, devuelto: bool = False, del_registro: str = ""
) -> str:
    """Public name of a state. ``devuelto``: the bank gave that money back once
    (``Reconocimiento.devuelto_at``). ``del_registro``: the state of the record that it pays."""
    if devuelto and REPROGRAMADO in publicados:
        if estado in _POR_ORDENAR:
            estado = REPROGRAMADO
        elif estado == EstadoReconocimiento.ESPERA_CUENTA:
            estado = EstadoReconocimiento.GIRO_DEVUELTO
    nombre = publicados.get(estado, str(estado))
    return del_registro if nombre == DEL_REGISTRO else nombre


def estado_publicado_sql(
    alias: str = "c", publicados: str = ":publicados", del_registro: str = "''"
) -> str:
    """``estado_publicado`` of a row of ``reconocimiento`` called ``alias``, as an expression.

    ``publicados`` is the SQL parameter with the names, as JSON; ``del_registro``, the expression
    of the state of the record that it pays.
    """
    nombres = f"CAST({publicados} AS jsonb)"
    por_ordenar = ", ".join(f"'{e}'" for e in _POR_ORDENAR)
    interno = (
        f"CASE WHEN {alias}.devuelto_at IS NULL OR {nombres} ->> '{REPROGRAMADO}' IS NULL "
        f"THEN {alias}.estado "
        f"WHEN {alias}.estado IN ({por_ordenar}) THEN '{REPROGRAMADO}' "
        f"WHEN {alias}.estado = '{EstadoReconocimiento.ESPERA_CUENTA}' "
        f"THEN '{EstadoReconocimiento.GIRO_DEVUELTO}' ELSE {alias}.estado END"
    )
    return (
        f"coalesce(CASE {nombres} ->> ({interno}) WHEN '{DEL_REGISTRO}' THEN {del_registro} "
        f"ELSE {nombres} ->> ({interno}) END, {interno})"
    )


def avance_sql(columna: str) -> str:
    """Place of a state in ``AVANCE``, as an expression to order by; null if it is not there."""
    estados = ", ".join(f"'{e}'" for e in AVANCE)
    return f"array_position(ARRAY[{estados}], {columna})"
