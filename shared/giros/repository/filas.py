"""What the repositories of this concept share: rows as entities, sets as arrays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    any_,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from shared.giros import tables
from shared.giros.model import (
    EstadoGiro,
    Giro,
    ParteGiro,
)

_p = tables.giro_reconocimiento.c


def _en_orden(columna: ColumnElement[Any], nombre: str) -> ColumnElement[Any]:
    agregada = func.array_agg(aggregate_order_by(columna, _p.reconocimiento_id))
    return select(agregada).where(_p.giro_id == tables.giro.c.id).scalar_subquery().label(nombre)


PARTES: Final = (
    _en_orden(_p.reconocimiento_id, "reconocimientos"),
    _en_orden(_p.valor_centavos, "valores"),
)
"""What a query on ``giro`` asks beside its columns to make a ``Giro``."""


def entre(columna: Any, valores: Iterable[object], tipo: type[Any]) -> ColumnElement[bool]:
    """``columna`` among ``valores``, as one array: a list of binds stops at 32,767."""
    lista: ColumnElement[bool] = columna == any_(literal(list(valores), ARRAY(tipo)))
    return lista


def a_giro(f: Row[Any]) -> Giro:
    """A row of ``giro`` with its parts as two arrays (``PARTES``)."""
    return Giro(
        id=f.id,
        id_giro=f.id_giro,
        id_giro_origen=f.id_giro_origen,
        partes=tuple(map(ParteGiro, f.reconocimientos, f.valores)),
        linea_id=f.linea_id,
        lote=f.lote,
        cuenta_id=f.cuenta_id,
        valor_centavos=f.valor_centavos,
        estado=EstadoGiro(f.estado),
        fecha_orden=f.fecha_orden,
        codigo=f.codigo,
        fecha_respuesta=f.fecha_respuesta,
        referencia_banco=f.referencia_banco,
    )
