"""Small pieces with which rules and values are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add
from string import Formatter

import narwhals as nw

from shared.normativa import Parametro
from shared.registros.expresiones import PESOS_NIT

SIN_DATO = "(sin dato)"


def vigente_en(parametro: Parametro[int], dia: nw.Expr) -> nw.Expr:
    """The parameter's value on the row's day, as Int64; null on a day without value."""
    expresion: nw.Expr = nw.lit(None, dtype=nw.Int64)
    for vigente in parametro.vigencias:
        rige = dia >= nw.lit(vigente.desde)
        if vigente.hasta is not None:
            rige = rige & (dia <= nw.lit(vigente.hasta))
        expresion = nw.when(rige).then(nw.lit(vigente.valor, dtype=nw.Int64)).otherwise(expresion)
    return expresion


def segun(opciones: Mapping[str, nw.Expr], columna: nw.Expr) -> nw.Expr:
    """The expression that corresponds to the column's value; null for any other value."""
    expresion: nw.Expr = nw.lit(None)
    for valor, resultado in opciones.items():
        expresion = nw.when(columna == nw.lit(valor)).then(resultado).otherwise(expresion)
    return expresion


def alguna(condiciones: Iterable[nw.Expr]) -> nw.Expr:
    """True where any condition is true; false otherwise, nulls included."""
    expresion: nw.Expr | None = None
    for condicion in condiciones:
        expresion = condicion if expresion is None else expresion | condicion
    return nw.lit(False) if expresion is None else expresion.fill_null(False)


def suma(columna: str) -> nw.Expr:
    """Total of a group, Int64; null if some row of it lacks the datum: missing is not zero."""
    completa = nw.col(columna).count() == nw.len()
    return nw.when(completa).then(nw.col(columna).sum().cast(nw.Int64))


def digito_de_nit(nit: nw.Expr) -> nw.Expr:
    """Check digit, as text, of a NIT of nine digits (registers §14); null if there is none."""
    suma = reduce(
        add, (nit.str.slice(i, 1).cast(nw.Int64) * peso for i, peso in enumerate(PESOS_NIT))
    )
    resto = suma % 11
    return nw.when(resto < 2).then(resto).otherwise(11 - resto).cast(nw.String)


def texto(plantilla: str) -> nw.Expr:
    """A message template with the row's values: ``"{camas} camas"``. Empty data read (sin dato)."""
    partes: list[nw.Expr] = []
    for literal, campo, _, _ in Formatter().parse(plantilla):
        if literal:
            partes.append(nw.lit(literal))
        if campo:
            partes.append(nw.col(campo).cast(nw.String).fill_null(SIN_DATO))
    return partes[0] if len(partes) == 1 else nw.concat_str(partes)
