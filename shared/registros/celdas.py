"""How a cell of text is read as its canonical type: SQL over the clean text, and SQL back.

The whole file is typed in one vectorised pass. Null in the result of a non-null text means that
the cell cannot be read. Each type has the spelling that nearly every cell has, tested cheaply,
and the other ones it admits; the first matters, since it runs 50 million times by column.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from shared.registros.expresiones import (
    digito_verificacion,
    es_una_de,
    ident,
    literal,
    plegado,
)
from shared.registros.model import DECIMAL, Clase, Tipo
from shared.tipos.documentos import DOCUMENTOS_NUMERICOS

SENTINELAS: Final = ("1900-01-01", "1845-01-01", "9999-12-31", "0001-01-01")
"""Dates that mean "none" (registers §12); only the first is a possible day."""

SENTINELAS_IMPOSIBLES: Final = ("1900-00-00", "0000-00-00", "00/00/1900", "00/00/0000")
"""The same meaning, in days that do not exist (registers §8)."""

PRIMER_DIA: Final = date(1850, 1, 1)
ULTIMO_DIA: Final = date(2199, 12, 31)
"""Outside these days a date is impossible: a year of two digits, a slip of the hand."""

_RANGO: Final = f"DATE {literal(PRIMER_DIA.isoformat())} AND DATE {literal(ULTIMO_DIA.isoformat())}"

LARGO_DOCUMENTO: Final = 20


def valor(c: str, tipo: Tipo) -> str:
    """The clean text ``c`` as its type, sentinels included; null if it cannot be read."""
    return _LECTORES[tipo.clase](c, tipo)


def es_sentinela(c: str, v: str) -> str:
    """True when the date ``v``, read from the text ``c``, means "none"."""
    fechas = ", ".join(f"DATE {literal(s)}" for s in SENTINELAS)
    return f"coalesce({v} IN ({fechas}), {es_una_de(c, SENTINELAS_IMPOSIBLES)}, false)"


def fecha_fuera(v: str) -> str:
    """True when the text gave no date ``v``, or one of an impossible year."""
    return f"coalesce({v} NOT BETWEEN {_RANGO}, true)"


def fecha_posible(v: str) -> str:
    """The date ``v``, or null when it is a sentinel or of an impossible year."""
    return f"CASE WHEN {v} BETWEEN {_RANGO} AND {v} <> DATE {literal(SENTINELAS[0])} THEN {v} END"


def sin_decimales_vacios(c: str) -> str:
    """``7.0`` and ``7.00`` are 7; ``2.000`` may be two thousand, so it is left alone."""
    return f"CASE WHEN contains({c}, '.') THEN regexp_replace({c}, '\\.0{{1,2}}$', '') ELSE {c} END"


def _codigo(c: str, tipo: Tipo) -> str:
    d = f"({sin_decimales_vacios(c)})"
    if tipo.largo is None:
        return f"CASE WHEN regexp_full_match({d}, '[0-9]+') THEN {d} END"
    largos = [f"WHEN length({d}) = {tipo.largo} THEN {d}"]
    if tipo.completa_ceros:
        minimo = max(tipo.largo - tipo.ceros, 1)
        largos.append(
            f"WHEN length({d}) BETWEEN {minimo} AND {tipo.largo - 1} "
            f"THEN lpad({d}, {tipo.largo}, '0')"
        )
    if tipo.recorta is not None:
        entero = f"lpad({d}, {tipo.recorta}, '0')"
        largos.append(
            f"WHEN length({d}) BETWEEN {tipo.recorta - 1} AND {tipo.recorta} "
            f"THEN left({entero}, {tipo.largo})"
        )
    return (
        f"CASE WHEN strlen({c}) = {tipo.largo} AND regexp_full_match({c}, '[0-9]+') THEN {c} "
        f"WHEN NOT regexp_full_match({d}, '[0-9]+') THEN NULL {' '.join(largos)} END"
    )


def _nit(c: str, tipo: Tipo) -> str:
    n = f"regexp_replace({sin_decimales_vacios(c)}, '[., ]', '', 'g')"
    nueve = f"left({n}, 9)"
    con_dv = (
        f"WHEN regexp_full_match({n}, '[0-9]{{9}}-?[0-9]') "
        f"AND {digito_verificacion(nueve)} = right({n}, 1) THEN {nueve}"
    )
    cedula = f"WHEN regexp_full_match({n}, '[0-9]{{5,10}}') THEN {n}"
    return (
        f"CASE WHEN regexp_full_match({c}, '[0-9]{{9}}') THEN {c} "
        f"WHEN regexp_full_match({n}, '[0-9]{{9}}') THEN {n} "
        f"{f'{cedula} {con_dv}' if tipo.admite_cedula else con_dv} END"
    )


def _entero(c: str, tipo: Tipo) -> str:
    numero = entero_de(c)
    if tipo.cotas is None:
        return numero
    minimo, maximo = tipo.cotas
    # least and greatest look past nulls: a cell that cannot be read would become a bound.
    return (
        f"CASE WHEN ({numero}) < {minimo} THEN {minimo} WHEN ({numero}) > {maximo} THEN {maximo} "
        f"ELSE {numero} END"
    )


def entero_de(c: str) -> str:
    """The integer that the clean text ``c`` says, whatever its bounds."""
    d = f"({sin_decimales_vacios(c)})"
    sin_miles = (
        f"(CASE WHEN regexp_full_match({d}, '[0-9]{{1,3}}(,[0-9]{{3}})+') "
        f"THEN replace({d}, ',', '') ELSE {d} END)"
    )
    return (
        f"CASE WHEN regexp_full_match({c}, '[0-9]{{1,18}}') THEN TRY_CAST({c} AS BIGINT) "
        f"WHEN regexp_full_match({sin_miles}, '[0-9]{{1,18}}') "
        f"THEN TRY_CAST({sin_miles} AS BIGINT) END"
    )


def _fecha(c: str, tipo: Tipo) -> str:
    """ISO with or without time, AAAAMMDD, ``Jun 25 2025 7:36AM`` with or without its label.

    DD/MM/AAAA only where the owner of the register writes so: elsewhere it cannot be told from
    MM/DD (conventions §1).
    """
    sin_rotulo = f"regexp_replace({c}, '^[A-Za-z ]+: ', '')"
    ano_primero = (
        f"CASE WHEN {c} LIKE '____-__-__' AND {c} >= '0' THEN TRY_CAST({c} AS DATE) "
        f"WHEN regexp_matches({c}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T]') "
        f"THEN TRY_CAST(left({c}, 10) AS DATE) "
        f"WHEN regexp_full_match({c}, '[0-9]{{8}}(\\.0)?') "
        f"THEN CAST(try_strptime(left({c}, 8), '%Y%m%d') AS DATE) "
        f"ELSE CAST(try_strptime({sin_rotulo}, '%b %d %Y %I:%M%p') AS DATE) END"
    )
    if not tipo.dia_primero:
        return ano_primero
    return (
        f"CASE WHEN {c} IS NOT NULL THEN coalesce(CAST(try_strptime({c}, '%d/%m/%Y') AS DATE), "
        f"CASE WHEN contains({c}, '/') "
        f"THEN CAST(try_strptime(split_part({c}, ' ', 1), '%d/%m/%Y') AS DATE) "
        f"ELSE {ano_primero} END) END"
    )


def _booleano(c: str, _: Tipo) -> str:
    p = plegado(c)
    return (
        f"CASE {c} WHEN 'SI' THEN true WHEN 'NO' THEN false ELSE CASE WHEN {c} IS NULL THEN NULL "
        f"WHEN {es_una_de(p, ('SI', 'S', '1', '1.0', 'TRUE'))} THEN true "
        f"WHEN {es_una_de(p, ('NO', 'N', '0', '0.0', 'FALSE'))} THEN false END END"
    )


def _lista(c: str, tipo: Tipo) -> str:
    escritos = (*((v, v) for v in tipo.valores), *tipo.alias)
    tal_cual = " ".join(f"WHEN {literal(e)} THEN {literal(v)}" for e, v in escritos)
    plegados = " ".join(f"WHEN {plegado(literal(e))} THEN {literal(v)}" for e, v in escritos)
    # A bad cell is rare, so that folding it once by branch costs nothing.
    otro = f"CASE WHEN {c} IS NOT NULL THEN CASE {plegado(c)} {plegados} END END"
    return f"CASE {c} {tal_cual} ELSE {otro} END"


def _texto(c: str, tipo: Tipo) -> str:
    if tipo.mayusculas:
        return f"upper({c})"
    if not tipo.quita_prefijo:
        return c
    largo = len(tipo.quita_prefijo)
    return (
        f"CASE WHEN upper(left({c}, {largo})) = {literal(tipo.quita_prefijo)} "
        f"THEN trim(substr({c}, {largo + 1})) ELSE {c} END"
    )


def _documento(c: str, tipo: Tipo) -> str:
    """Dots, commas, blanks and left zeros go only where the type is a number (registers §13).

    ``tipo.segun`` is the column already read with the type of the document; a number of an
    unknown type is left as it is.
    """
    limpio = f"ltrim(translate({sin_decimales_vacios(c)}, '., ', ''), '0')"
    numero = f"({limpio})"
    if tipo.segun:
        es_numerico = es_una_de(ident("v_" + tipo.segun), DOCUMENTOS_NUMERICOS)
        numero = f"(CASE WHEN {es_numerico} THEN {limpio} ELSE upper({c}) END)"
    return (
        f"CASE WHEN regexp_full_match({c}, '[1-9][0-9]{{2,{LARGO_DOCUMENTO - 1}}}') THEN {c} "
        f"WHEN length({numero}) BETWEEN 1 AND {LARGO_DOCUMENTO} THEN {numero} END"
    )


def _periodo(c: str, _: Tipo) -> str:
    """AAAA-MM or AAAAMM."""
    mes = f"CASE WHEN length({c}) = 6 THEN left({c}, 4) || '-' || right({c}, 2) ELSE {c} END"
    return f"CASE WHEN regexp_full_match({c}, '[0-9]{{4}}-?(0[1-9]|1[0-2])') THEN {mes} END"


def _decimal(c: str, _: Tipo) -> str:
    """Decimal comma or dot, two decimals at most."""
    return (
        f"CASE WHEN regexp_full_match({c}, '[0-9]{{1,3}}([.,][0-9]{{1,2}})?') "
        f"THEN TRY_CAST(replace({c}, ',', '.') AS {DECIMAL.duckdb}) END"
    )


_LECTORES: Final[dict[Clase, Callable[[str, Tipo], str]]] = {
    Clase.TEXTO: _texto,
    Clase.CODIGO: _codigo,
    Clase.NIT: _nit,
    Clase.ENTERO: _entero,
    Clase.FECHA: _fecha,
    Clase.BOOLEANO: _booleano,
    Clase.LISTA: _lista,
    Clase.DOCUMENTO: _documento,
    Clase.PERIODO: _periodo,
    Clase.DECIMAL: _decimal,
}
