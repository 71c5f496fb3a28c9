"""Big registers cut to the rows a submission asks for, before they are joined.

An optimisation of the frames handed to the steps and nothing else: a join by key finds in what
is left all that it would find in the whole register.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import narwhals as nw

from shared.focalizacion.cruces import FECHA_CORTE, Marco
from shared.focalizacion.model import Cruce, Paso, columnas_de
from shared.focalizacion.motor import Motor

Acotar = Callable[[Marco, Sequence[str]], Marco]
"""Distinct keys, under the names of the register's columns, and the columns wanted → a frame with
at least those columns, of the rows that have one of the keys."""


class Reduccion:
    """Each register is read once per set of keys, with the columns that all its joins need."""

    def __init__(self, acotables: Mapping[str, Acotar], pasos: Sequence[Paso], motor: Motor):
        self._acotables = acotables
        self._cruces = [p for p in pasos if isinstance(p, Cruce)]
        self._motor = motor
        self._leidos: dict[tuple[str, ...], Marco] = {}

    def __call__(self, cruce: Cruce, filas: Marco, registro: Marco, *, propias: bool) -> Marco:
        """The register for one join; ``filas`` have its keys.

        ``propias``: they are those of the submission and the same for every join, so what is read
        for one serves all those with equal keys.
        """
        acotar = self._acotables.get(cruce.registro)
        if acotar is None:
            return registro
        llave = _llave(cruce)
        if propias and llave in self._leidos:
            return self._leidos[llave]
        claves = [nw.col(de).alias(a) for de, a in cruce.claves.items()]
        pedidas = filas.select(*claves).drop_nulls().unique()
        cruces = [c for c in self._cruces if _llave(c) == llave] if propias else [cruce]
        columnas = _columnas(cruces, registro)
        leido = self._motor.guardar(acotar(pedidas, columnas).select(*columnas), "__reducido")
        if propias:
            self._leidos[llave] = leido
        return leido


def _llave(cruce: Cruce) -> tuple[str, ...]:
    return (cruce.registro, *(f"{de}={a}" for de, a in sorted(cruce.claves.items())))


def _columnas(cruces: Sequence[Cruce], registro: Marco) -> list[str]:
    """Columns of the register that the joins read."""
    leidas = {FECHA_CORTE}
    for cruce in cruces:
        leidas |= columnas_de(cruce.filtro, cruce.condicion, *cruce.trae.values())
        leidas |= set(cruce.claves.values())
    return [c for c in registro.collect_schema().names() if c in leidas]
