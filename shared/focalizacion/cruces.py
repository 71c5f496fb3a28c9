"""Apply the steps of a schema: derived columns, and joins that never multiply rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import narwhals as nw

from shared.focalizacion.expresiones import alguna
from shared.focalizacion.model import Columna, Cruce, Paso

Marco = nw.LazyFrame[Any]
_CORTE = "__corte"
_HALLADAS = "__halladas"
FECHA_CORTE = "fecha_corte"


def corte_del_dia(cortes: Sequence[date], dia: nw.Expr) -> nw.Expr:
    """The greatest corte not after ``dia``; before the first one, the first (conventions §5)."""
    ordenados = sorted(cortes)
    if not ordenados:
        return nw.lit(None, dtype=nw.Date)
    expresion: nw.Expr = nw.lit(ordenados[0])
    for corte in ordenados[1:]:
        expresion = nw.when(dia >= nw.lit(corte)).then(nw.lit(corte)).otherwise(expresion)
    return expresion


def aplicar(
    filas: Marco,
    pasos: Sequence[Paso],
    registros: Mapping[str, Marco],
    cortes: Mapping[str, Sequence[date]],
) -> Marco:
    """Every step in order. ``cortes`` holds the dates of each register read by corte."""
    for paso in pasos:
        if isinstance(paso, Columna):
            filas = filas.with_columns(paso.expr.alias(paso.nombre))
        else:
            filas = cruzar(filas, paso, registros[paso.registro], cortes.get(paso.registro, ()))
    return filas


def cruzar(filas: Marco, cruce: Cruce, registro: Marco, cortes: Sequence[date]) -> Marco:
    """One left join by key, on a register reduced to one row per key."""
    if cruce.filtro is not None:
        registro = registro.filter(cruce.filtro)
    izquierda = list(cruce.claves)
    derecha = list(cruce.claves.values())
    if cruce.por_corte and len(cortes) > 1:
        filas = filas.with_columns(corte_del_dia(cortes, nw.col(_dia(cruce))).alias(_CORTE))
        izquierda.append(_CORTE)
        derecha.append(FECHA_CORTE)
    if cruce.condicion is None:
        reducido = _reducir(cruce, registro, derecha)
        claves = derecha
    else:
        izquierda.append(_dia(cruce))
        reducido, claves = _reducir_por_dia(cruce, filas, registro, izquierda, derecha)
    propias = {clave: f"{cruce.prefijo}__k{i}" for i, clave in enumerate(claves)}
    unidas = filas.join(
        reducido.rename(propias), how="left", left_on=izquierda, right_on=list(propias.values())
    )
    existe = (
        nw.when(alguna(nw.col(clave).is_null() for clave in cruce.claves))
        .then(nw.lit(None, dtype=nw.Boolean))
        .otherwise(nw.col(_halladas(cruce)).fill_null(0) > 0)
    )
    unidas = unidas.with_columns(existe.alias(f"{cruce.prefijo}_existe"))
    sobra = [_halladas(cruce)] + ([_CORTE] if _CORTE in izquierda else [])
    return unidas.drop(sobra)


def _dia(cruce: Cruce) -> str:
    if cruce.dia is None:
        raise ValueError(f"el cruce {cruce.prefijo} necesita el día de la fila")
    return cruce.dia


def _halladas(cruce: Cruce) -> str:
    return f"{cruce.prefijo}{_HALLADAS}"


def _agregados(cruce: Cruce) -> list[nw.Expr]:
    return [
        *(expr.alias(f"{cruce.prefijo}_{salida}") for salida, expr in cruce.trae.items()),
        nw.len().alias(_halladas(cruce)),
    ]


def _reducir(cruce: Cruce, registro: Marco, claves: Sequence[str]) -> Marco:
    return registro.group_by(*claves).agg(*_agregados(cruce))


def _reducir_por_dia(
    cruce: Cruce,
    filas: Marco,
    registro: Marco,
    izquierda: Sequence[str],
    derecha: Sequence[str],
) -> tuple[Marco, list[str]]:
    """Reduce by key and day: the condition may read the day, so each day asked is joined once."""
    nombres = [*(f"__p{i}" for i in range(len(derecha))), "dia"]
    pedidas = (
        filas.group_by(*izquierda)
        .agg(nw.len().alias("__n"))
        .drop("__n")
        .rename(dict(zip(izquierda, nombres, strict=True)))
    )
    halladas = pedidas.join(registro, how="inner", left_on=nombres[:-1], right_on=list(derecha))
    if cruce.condicion is not None:
        halladas = halladas.filter(cruce.condicion)
    return halladas.group_by(*nombres).agg(*_agregados(cruce)), nombres
