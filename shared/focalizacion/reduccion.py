"""Big registers cut to the rows a submission asks for, before they are joined.

An optimisation of the frames handed to the steps and nothing else: a join by key finds in what
is left all that it would find in the whole register.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import narwhals as nw

from shared.focalizacion.cruces import FECHA_CORTE, Marco, Version
from shared.focalizacion.model import Cruce, Lectura, Paso, en_profundidad, lecturas_de
from shared.focalizacion.motor import Motor

Acotar = Callable[[Marco, Sequence[str]], Marco]
"""Distinct keys, under the names of the register's columns, and the columns wanted → a frame with
at least those columns, of the rows that have one of the keys."""


class Reduccion:
    """Each register is read once per set of keys, with the columns that all its joins need."""

    def __init__(self, acotables: Mapping[str, Acotar], pasos: Sequence[Paso], motor: Motor):
        self._acotables = acotables
        self._lecturas = [
            (ambito, lectura)
            for ambito, paso in en_profundidad(pasos)
            for lectura in lecturas_de(paso)
        ]
        self._motor = motor
        self._leidos: dict[tuple[object, ...], Marco] = {}

    def __call__(self, cruce: Lectura, filas: Marco, registro: Marco, version: Version) -> Marco:
        """The register for one join: what was read for one serves all those with equal keys."""
        acotar = self._acotables.get(cruce.registro)
        if acotar is None:
            return registro
        llave = (*_llave(cruce), version)
        if llave not in self._leidos:
            claves = [nw.col(de).alias(a) for de, a in cruce.claves.items()]
            pedidas = filas.select(*claves).drop_nulls().unique()
            iguales = [
                otra
                for ambito, otra in self._lecturas
                if ambito == version[0] and _llave(otra) == _llave(cruce)
            ]
            columnas = _columnas(iguales, registro)
            leido = acotar(pedidas, columnas).select(*columnas)
            self._leidos[llave] = self._motor.guardar(leido, "__reducido")
        return self._leidos[llave]


def _llave(lectura: Lectura) -> tuple[str, ...]:
    por = lectura.por or "" if isinstance(lectura, Cruce) else ""
    claves = (f"{de}={a}" for de, a in sorted(lectura.claves.items()))
    return (lectura.registro, por, *claves)


def _columnas(lecturas: Sequence[Lectura], registro: Marco) -> list[str]:
    """Columns of the register that they read."""
    leidas = {FECHA_CORTE}.union(*(lectura.del_registro for lectura in lecturas))
    return [c for c in registro.collect_schema().names() if c in leidas]
