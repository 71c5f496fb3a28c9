"""Rows that nobody submits, as the registers say them (``Esquema.candidatos``)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import narwhals as nw

from shared.focalizacion.cruces import Marco, aplicar, derivar, leidas_de
from shared.focalizacion.model import (
    Candidatos,
    Columna,
    Mecanismo,
    columnas_de,
    en_profundidad,
    lecturas_de,
)
from shared.focalizacion.motor import Motor
from shared.focalizacion.reduccion import Acotar, Reduccion
from shared.tipos import InvarianteRota, Periodo


def registros_de_candidatos(mecanismo: Mecanismo) -> frozenset[str]:
    """Names of the registers that they come from.

    Raises:
        InvarianteRota: the mechanism has no candidates.
    """
    definidos = _de(mecanismo)
    leidos = {
        lectura.registro
        for _, paso in en_profundidad(definidos.pasos)
        for lectura in lecturas_de(paso)
    }
    return frozenset({definidos.registro, definidos.mas, *leidos} - {""})


def candidatos(
    mecanismo: Mecanismo,
    registros: Mapping[str, Marco],
    periodo: str,
    motor: Motor,
    *,
    acotables: Mapping[str, Acotar] = MappingProxyType({}),
) -> Marco:
    """``fila``, from 1, and the submitted columns, typed, of each candidate of a month AAAA-MM.

    They are a submission like any other, and pass by the reader: a register may hold what FORMA
    does not admit. ``acotables``: as in ``Insumos``. The order is that of ``Candidatos.uno_por``.

    Raises:
        InvarianteRota: the mechanism has no candidates.
        EntradaInvalida: ``periodo`` is not a month.
    """
    definidos = _de(mecanismo)
    hallados = motor.guardar(_los_del_mes(definidos, registros, periodo, motor, acotables), "__mes")
    uno = hallados.unique(list(definidos.uno_por), keep="first", order_by=list(definidos.orden))
    filas = motor.guardar(
        uno.with_row_index("fila", order_by=list(definidos.uno_por)).with_columns(
            (nw.col("fila") + 1).cast(nw.Int64).alias("fila")
        ),
        "__candidatos",
    )
    vistas = aplicar(
        filas,
        definidos.pasos,
        registros,
        {},
        reductor=Reduccion(acotables, definidos.pasos, motor) if acotables else None,
        guardar=motor.guardar,
    )
    campos = (expr.alias(nombre) for nombre, expr in definidos.campos.items())
    return vistas.select("fila", *campos).sort("fila")


def _de(mecanismo: Mecanismo) -> Candidatos:
    definidos = mecanismo.esquema.candidatos
    if definidos is None:
        raise InvarianteRota(f"a {mecanismo.nombre} nadie le hace los candidatos")
    return definidos


def _los_del_mes(
    definidos: Candidatos,
    registros: Mapping[str, Marco],
    periodo: str,
    motor: Motor,
    acotables: Mapping[str, Acotar],
) -> Marco:
    """Rows of the registers that count in the month, with the columns that will be read."""
    mes = Periodo.de(periodo)
    del_mes = [
        Columna("periodo", nw.lit(str(mes))),
        Columna("periodo_desde", nw.lit(mes.primer_dia)),
        Columna("periodo_hasta", nw.lit(mes.ultimo_dia)),
    ]
    registro = registros[definidos.registro]
    leidas = sorted(
        columnas_de(*definidos.campos.values(), definidos.filtro)
        .union(definidos.uno_por, definidos.orden, {definidos.sujeto} - {""})
        .union(*(leidas_de(paso) for paso in definidos.pasos))
        .intersection(registro.collect_schema().names())
    )
    propias = derivar(registro.select(leidas), del_mes).filter(definidos.filtro)
    if not definidos.mas:
        return propias
    mas = registros[definidos.mas]
    suyas = [c for c in leidas if c in mas.collect_schema().names()]
    otras = motor.guardar(derivar(mas.select(suyas), del_mes).filter(definidos.filtro), "__mas")
    faltan = [c for c in leidas if c not in suyas]
    acotar = acotables.get(definidos.registro)
    if acotar is not None:
        registro = acotar(otras.select(definidos.sujeto).unique(), [definidos.sujeto, *faltan])
    sujetos = registro.select(definidos.sujeto, *faltan).unique()
    completas = otras.join(sujetos, how="inner", on=definidos.sujeto)
    return nw.concat([propias, completas.select(propias.collect_schema().names())])
