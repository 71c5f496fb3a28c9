"""Apply the steps of a schema: derived columns, and joins that never multiply rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import narwhals as nw

from shared.focalizacion.expresiones import alguna
from shared.focalizacion.model import Columna, Cruce, Grupo, Paso

Marco = nw.LazyFrame[Any]
_CORTE = "__corte"
_FILA = "__fila"
_HALLADAS = "__halladas"
FECHA_CORTE = "fecha_corte"


class Reductor(Protocol):
    """Gives one join the rows of its register that it can find, or the whole register."""

    def __call__(self, cruce: Cruce, filas: Marco, registro: Marco, *, propias: bool) -> Marco: ...


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
    reductor: Reductor | None = None,
) -> Marco:
    """Every step in order. ``cortes`` holds the dates of each register read by corte.

    A step that looks twice at the rows goes back to how they were before the first join:
    otherwise each such step would repeat all the joins above it.
    """
    propias: Marco | None = None
    conocidas: set[str] = set()
    """Columns that are in ``propias`` as they are now."""
    for paso in pasos:
        if isinstance(paso, Columna):
            filas = filas.with_columns(paso.expr.alias(paso.nombre))
            conocidas.discard(paso.nombre)
            continue
        if propias is None:
            propias, conocidas = filas, set(filas.collect_schema().names())
        if isinstance(paso, Grupo):
            filas = agrupar(filas, paso, propias)
        else:
            registro = registros[paso.registro]
            sirven = conocidas.issuperset(paso.claves) and paso.dia in {None, *conocidas}
            base = propias if sirven else filas
            if reductor is not None:
                registro = reductor(paso, base, registro, propias=sirven)
            filas = cruzar(filas, paso, registro, cortes.get(paso.registro, ()), base)
    return filas


def agrupar(filas: Marco, grupo: Grupo, propias: Marco) -> Marco:
    """Totals by key, joined from the left: a window per total would sort the whole rows."""
    claves = list(grupo.claves)
    totales = propias.group_by(*claves).agg(*(e.alias(n) for n, e in grupo.trae.items()))
    return filas.join(totales, how="left", on=claves)


def cruzar(
    filas: Marco, cruce: Cruce, registro: Marco, cortes: Sequence[date], base: Marco
) -> Marco:
    """One left join, on a register reduced to one row per key or, with a condition, per row.

    ``base``: the same rows with the keys, from where it costs less to look at them again.
    """
    if cruce.filtro is not None:
        registro = registro.filter(cruce.filtro)
    if cruce.condicion is None:
        unidas = _por_clave(filas, cruce, registro, cortes)
    else:
        reducido = _reducir_por_fila(base, cruce, registro, cortes, cruce.condicion)
        unidas = filas.join(reducido, how="left", left_on="fila", right_on=_FILA)
    existe = (
        nw.when(alguna(nw.col(clave).is_null() for clave in cruce.claves))
        .then(nw.lit(None, dtype=nw.Boolean))
        .otherwise(nw.col(_halladas(cruce)).fill_null(0) > 0)
    )
    quedan = [c for c in unidas.collect_schema().names() if c not in {_halladas(cruce), _CORTE}]
    return unidas.select(*quedan, existe.alias(f"{cruce.prefijo}_existe"))


def _por_clave(filas: Marco, cruce: Cruce, registro: Marco, cortes: Sequence[date]) -> Marco:
    filas, claves = _con_corte(filas, cruce, cortes)
    reducido = registro.group_by(*claves.values()).agg(*_agregados(cruce))
    return filas.join(reducido, how="left", left_on=list(claves), right_on=list(claves.values()))


def _reducir_por_fila(
    base: Marco, cruce: Cruce, registro: Marco, cortes: Sequence[date], condicion: nw.Expr
) -> Marco:
    """The condition may read the day, so the register meets each row before it is reduced."""
    dia = nw.col(_dia(cruce)).alias("dia")
    base, claves = _con_corte(base, cruce, cortes)
    pedidas = [nw.col(clave).alias(f"__p{i}") for i, clave in enumerate(claves)]
    halladas = base.select(nw.col("fila").alias(_FILA), dia, *pedidas).join(
        registro,
        how="inner",
        left_on=[f"__p{i}" for i in range(len(claves))],
        right_on=list(claves.values()),
    )
    return halladas.filter(condicion).group_by(_FILA).agg(*_agregados(cruce))


def _con_corte(filas: Marco, cruce: Cruce, cortes: Sequence[date]) -> tuple[Marco, dict[str, str]]:
    """Rows with the corte in force on their day, if there are several, and the keys to join."""
    claves = dict(cruce.claves)
    if cruce.por_corte and len(cortes) > 1:
        claves[_CORTE] = FECHA_CORTE
        filas = filas.with_columns(corte_del_dia(cortes, nw.col(_dia(cruce))).alias(_CORTE))
    return filas, claves


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
