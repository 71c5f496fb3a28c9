"""What the repositories of this concept share: rows as entities, sets as arrays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    any_,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.giros.model import (
    EstadoGiro,
    Giro,
)


def entre(columna: Any, valores: Iterable[object], tipo: type[Any]) -> ColumnElement[bool]:
    """``columna`` among ``valores``, as one array: a list of binds stops at 32,767."""
    lista: ColumnElement[bool] = columna == any_(literal(list(valores), ARRAY(tipo)))
    return lista


def a_giro(f: Row[Any]) -> Giro:
    """A row of ``giro``."""
    return Giro(
        id=f.id,
        id_giro=f.id_giro,
        id_giro_origen=f.id_giro_origen,
        reconocimiento_id=f.reconocimiento_id,
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
