"""DuckDB expressions that read a cell of text as its canonical type.

Every function takes SQL and gives SQL: the whole file is typed in one vectorised pass. Null in
the result of a non-null text means that the cell cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared.registros.model import Clase, Tipo

FALTANTES: Final = ("N/A", "ND", "SD", "NO DEFINIDO", "NAN", ".")
"""Spellings of a missing value in REPS exports and in the daily bed report."""

SENTINELAS: Final = ("1900-01-01", "1845-01-01", "9999-12-31", "0001-01-01")
"""Dates that mean "none" (registers §12)."""

SENTINELAS_IMPOSIBLES: Final = ("1900-00-00", "0000-00-00")
"""The same meaning, in days that do not exist (registers §8)."""

PESOS_NIT: Final = (41, 37, 29, 23, 19, 17, 13, 7, 3)
"""Weights of módulo 11 for nine digits, left to right (registers §14)."""


def literal(texto: str) -> str:
    """Quoted SQL text."""
    return "'" + texto.replace("'", "''") + "'"


def ident(nombre: str) -> str:
    """Quoted SQL name."""
    return '"' + nombre.replace('"', '""') + '"'


def lista(textos: tuple[str, ...] | list[str]) -> str:
    """Comma-separated literals."""
    return ", ".join(literal(t) for t in textos)


def plegado(expresion: str) -> str:
    """Upper case without accents, for comparisons."""
    return f"strip_accents(upper({expresion}))"


def compacto(celda: str) -> str:
    """Trim; runs of blanks become one, runs of quotes (nested at source) one too."""
    texto = (
        f"CASE WHEN contains({celda}, '  ') THEN regexp_replace({celda}, ' +', ' ', 'g') "
        f"ELSE {celda} END"
    )
    return (
        f"trim(CASE WHEN contains({celda}, '\"\"') "
        f"THEN regexp_replace({texto}, '\"+', '\"', 'g') ELSE {texto} END)"
    )


def presente(c: str) -> str:
    """The compact text, or null where it says "missing"."""
    return f"CASE WHEN {c} = '' OR upper({c}) IN ({lista(FALTANTES)}) THEN NULL ELSE {c} END"


def digito_verificacion(nit: str) -> str:
    """Check digit, as text, of a NIT of nine digits (registers §14)."""
    suma = " + ".join(
        f"{peso} * TRY_CAST(substr({nit}, {i}, 1) AS INTEGER)"
        for i, peso in enumerate(PESOS_NIT, start=1)
    )
    resto = f"(({suma}) % 11)"
    return f"CAST(CASE WHEN {resto} < 2 THEN {resto} ELSE 11 - {resto} END AS VARCHAR)"


def _sin_decimales_vacios(c: str) -> str:
    """``7.0`` and ``7.00`` are 7; ``2.000`` may be two thousand, so it is left alone."""
    return f"CASE WHEN contains({c}, '.') THEN regexp_replace({c}, '\\.0{{1,2}}$', '') ELSE {c} END"


def _codigo(c: str, tipo: Tipo) -> str:
    d = f"({_sin_decimales_vacios(c)})"
    if tipo.largo is None:
        return f"CASE WHEN regexp_full_match({d}, '[0-9]+') THEN {d} END"
    corto = f"WHEN length({d}) = {tipo.largo - 1} THEN '0' || {d}" if tipo.completa_ceros else ""
    return (
        f"CASE WHEN NOT regexp_full_match({d}, '[0-9]+') THEN NULL "
        f"WHEN length({d}) = {tipo.largo} THEN {d} {corto} END"
    )


def _nit(c: str, tipo: Tipo) -> str:
    n = f"regexp_replace({_sin_decimales_vacios(c)}, '[., ]', '', 'g')"
    nueve = f"left({n}, 9)"
    cedula = f"WHEN regexp_full_match({n}, '[0-9]{{5,10}}') THEN {n}" if tipo.admite_cedula else ""
    return (
        f"CASE WHEN regexp_full_match({n}, '[0-9]{{9}}') THEN {n} {cedula} "
        f"WHEN regexp_full_match({n}, '[0-9]{{9}}-?[0-9]') "
        f"AND {digito_verificacion(nueve)} = right({n}, 1) THEN {nueve} END"
    )


def _entero(c: str) -> str:
    d = f"({_sin_decimales_vacios(c)})"
    d = (
        f"CASE WHEN regexp_full_match({d}, '[0-9]{{1,3}}(,[0-9]{{3}})+') "
        f"THEN replace({d}, ',', '') ELSE {d} END"
    )
    return f"CASE WHEN regexp_full_match({d}, '[0-9]{{1,18}}') THEN TRY_CAST({d} AS BIGINT) END"


def _fecha(c: str) -> str:
    """AAAAMMDD, ISO with or without time, ``Jun 25 2025 7:36AM`` with or without its label.

    DD/MM/AAAA is refused: it cannot be told from MM/DD (conventions §1).
    """
    sin_rotulo = f"regexp_replace({c}, '^[A-Za-z ]+: ', '')"
    return (
        f"CASE WHEN regexp_matches({c}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([ T]|$)') "
        f"THEN TRY_CAST(left({c}, 10) AS DATE) "
        f"WHEN regexp_full_match({c}, '[0-9]{{8}}(\\.0)?') "
        f"THEN CAST(try_strptime(left({c}, 8), '%Y%m%d') AS DATE) "
        f"ELSE CAST(try_strptime({sin_rotulo}, '%b %d %Y %I:%M%p') AS DATE) END"
    )


def _booleano(c: str) -> str:
    p = plegado(c)
    return (
        f"CASE WHEN {p} IN ('SI', 'S', '1', '1.0', 'TRUE') THEN true "
        f"WHEN {p} IN ('NO', 'N', '0', '0.0', 'FALSE') THEN false END"
    )


def _lista(c: str, tipo: Tipo) -> str:
    ramas = " ".join(f"WHEN {plegado(literal(v))} THEN {literal(v)}" for v in tipo.valores)
    return f"CASE {plegado(c)} {ramas} END"


def _texto(c: str, tipo: Tipo) -> str:
    if not tipo.quita_prefijo:
        return c
    largo = len(tipo.quita_prefijo)
    return (
        f"CASE WHEN upper(left({c}, {largo})) = {literal(tipo.quita_prefijo)} "
        f"THEN trim(substr({c}, {largo + 1})) ELSE {c} END"
    )


def valor(c: str, tipo: Tipo) -> str:
    """The clean text ``c`` as its type, sentinels included; null if it cannot be read."""
    return _LECTORES[tipo.clase](c, tipo)


_LECTORES: Final[dict[Clase, Callable[[str, Tipo], str]]] = {
    Clase.TEXTO: _texto,
    Clase.CODIGO: _codigo,
    Clase.NIT: _nit,
    Clase.ENTERO: lambda c, _: _entero(c),
    Clase.FECHA: lambda c, _: _fecha(c),
    Clase.BOOLEANO: lambda c, _: _booleano(c),
    Clase.LISTA: _lista,
}


def es_sentinela(c: str, v: str) -> str:
    """True when the date ``v``, read from the text ``c``, means "none"."""
    fechas = ", ".join(f"DATE {literal(s)}" for s in SENTINELAS)
    return f"coalesce({v} IN ({fechas}) OR {c} IN ({lista(SENTINELAS_IMPOSIBLES)}), false)"
