"""What each step of a schema reads and adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import narwhals as nw

from shared.focalizacion import Columna, Cruce, Grupo
from shared.focalizacion.model import Paso, columnas_de

_PARTICION: Final = re.compile(r"(?:partition_by|order_by)=\[([^\]]*)\]")
DIA: Final = "dia"


def leidas(expresion: nw.Expr) -> frozenset[str]:
    """Columns of an expression, those of its windows included."""
    ventanas = (
        nombre.strip(" '\"")
        for grupo in _PARTICION.findall(repr(expresion))
        for nombre in grupo.split(",")
        if nombre
    )
    return columnas_de(expresion) | frozenset(ventanas)


def entradas(paso: Paso) -> frozenset[str]:
    """Columns of the row that a step reads."""
    if isinstance(paso, Columna):
        return leidas(paso.expr)
    if isinstance(paso, Grupo):
        return frozenset(paso.claves).union(*map(leidas, paso.trae.values()))
    return frozenset(paso.claves) | ({paso.dia} if paso.dia else frozenset())


def salidas(paso: Paso) -> frozenset[str]:
    """Columns that a step adds to the row."""
    if isinstance(paso, Columna):
        return frozenset({paso.nombre})
    if isinstance(paso, Grupo):
        return frozenset(paso.trae)
    return frozenset({f"{paso.prefijo}_existe", *(f"{paso.prefijo}_{s}" for s in paso.trae)})


def del_registro(cruce: Cruce) -> frozenset[str]:
    """Columns of the register that a join reads."""
    expresiones = [*cruce.trae.values(), cruce.filtro, cruce.condicion]
    propias = frozenset(cruce.claves.values()).union(
        *(leidas(e) for e in expresiones if e is not None)
    )
    return propias - {DIA} if cruce.condicion is not None else propias


def necesarios(pasos: Sequence[Paso], columnas: Iterable[str]) -> list[Paso]:
    """The steps without which ``columnas`` cannot be had, in their order."""
    faltan = set(columnas)
    elegidos: list[Paso] = []
    for paso in reversed(pasos):
        if faltan & salidas(paso):
            elegidos.append(paso)
            faltan |= entradas(paso)
    return elegidos[::-1]
