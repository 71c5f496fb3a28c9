# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""The SQL that types a whole file in one pass: built from the declaration, run by the loader."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from shared.registros.celdas import (
    entero_de,
    es_sentinela,
    fecha_fuera,
    fecha_posible,
    sin_decimales_vacios,
    valor,
)
from shared.registros.expresiones import (
    compacto,
    ident,
    literal,
    plegado,
    presente,
)
from shared.registros.lectura import TEXTO_ROTO
from shared.registros.model import Clase, ColumnaRegistro, EsquemaRegistro, Tipo

CERO: Final = "cero"
CORTADO: Final = "cortado"
SIN_DV: Final = "sin_dv"
LIMPIO: Final = "limpio"
ALIAS: Final = "alias"
SENTINELA: Final = "sentinela"
ILEGIBLE: Final = "ilegible"
ACOTADO: Final = "acotado"
SEPARADOR_NOTA: Final = ":"
"""A note is ``<what>:<column>``."""


def sql_etapa(
    esquema: EsquemaRegistro,
    relacion: str,
    mapa: dict[str, int],
    fecha_corte: date | None,
    *,
    limpias: bool = False,
) -> str:
    """``fila``, the canonical columns, ``_malas`` (bad cells) and ``_notas`` (mended ones).

    Both are lists, and null in the rows, nearly all, that have none.

    ``relacion`` has ``fila`` and text columns ``c<i>``; ``mapa`` says which is which. ``limpias``:
    its cells are compact already and null where they say "missing".
    """
    leidas = esquema.leidas
    presentes = [c for c in leidas if c.nombre in mapa]
    ausentes = [c for c in leidas if c.nombre in {p.tipo.segun for p in presentes} - mapa.keys()]
    return f"""
        WITH {_limpia(esquema, relacion, mapa, limpias)}, tipada AS (
            SELECT *{_con_coma(por_columna(ausentes, lambda _: "CAST(NULL AS VARCHAR)", "v_"))},
                   {por_columna(presentes, lambda c: valor(_t(c), c.tipo), "v_")} FROM limpia
        ), valida AS (
            SELECT *, {por_columna(leidas, lambda c: _valida(c, mapa))} FROM tipada
        ), completa AS (
            SELECT * REPLACE ({_completadas(esquema, fecha_corte)}) FROM valida
        ), derivada AS (
            SELECT *{derivadas(esquema)} FROM completa
        )
        SELECT fila, {", ".join(map(ident, esquema.nombres))},
               {_malas(esquema, mapa)} AS _malas, {_notas(presentes)} AS _notas
        FROM derivada
    """


def _limpia(esquema: EsquemaRegistro, relacion: str, mapa: dict[str, int], limpias: bool) -> str:
    """The cells by canonical name, compact, and null where they say "missing"."""
    presentes = [c for c in esquema.leidas if c.nombre in mapa]
    if limpias:
        return (
            f"limpia AS (SELECT fila, {por_columna(presentes, lambda c: _c(c, mapa), 't_')} "
            f"FROM {relacion})"
        )
    compactas = por_columna(presentes, lambda c: compacto(_c(c, mapa)), "t_")
    presentadas = por_columna(presentes, lambda c: presente(_t(c), esquema.sin_dato), "t_")
    return (
        f"compacta AS (SELECT fila, {compactas} FROM {relacion}), "
        f"limpia AS (SELECT fila, {presentadas} FROM compacta)"
    )


def por_columna(
    columnas: Iterable[ColumnaRegistro],
    expresion: Callable[[ColumnaRegistro], str],
    prefijo: str = "",
) -> str:
    """``expresion AS prefijo_nombre`` for each column."""
    return ", ".join(f"{expresion(c)} AS {ident(prefijo + c.nombre)}" for c in columnas)


def derivadas(esquema: EsquemaRegistro) -> str:
    """The derived columns of a register, to follow the others in a ``SELECT``."""
    return _con_coma(por_columna(esquema.derivadas, lambda c: c.derivada or "NULL"))


def _c(columna: ColumnaRegistro, mapa: dict[str, int]) -> str:
    return f"c{mapa[columna.nombre]}"


def _t(columna: ColumnaRegistro) -> str:
    return ident("t_" + columna.nombre)


def _v(columna: ColumnaRegistro) -> str:
    return ident("v_" + columna.nombre)


def _con_coma(texto: str) -> str:
    return f", {texto}" if texto else ""


def _valida(columna: ColumnaRegistro, mapa: dict[str, int]) -> str:
    """The typed value without sentinels; a typed null for an absent column."""
    if columna.nombre not in mapa:
        return f"CAST(NULL AS {columna.tipo.duckdb})"
    if columna.tipo.clase is Clase.FECHA:
        return fecha_posible(_v(columna))
    return _v(columna)


def _completadas(esquema: EsquemaRegistro, fecha_corte: date | None) -> str:
    """Composed columns, and the date of the corte where the row brings none."""
    reemplazos = [
        f"coalesce({ident(c.nombre)}, {c.si_falta}) AS {ident(c.nombre)}"
        for c in esquema.leidas
        if c.si_falta
    ]
    if fecha_corte is not None and "fecha_corte" in esquema.nombres:
        dia = f"DATE {literal(fecha_corte.isoformat())}"
        reemplazos.append(f"coalesce(fecha_corte, {dia}) AS fecha_corte")
    return ", ".join(reemplazos) or "fila AS fila"


def _ilegible(columna: ColumnaRegistro) -> str:
    t, v = _t(columna), _v(columna)
    if columna.tipo.clase is Clase.FECHA:
        return f"({t} IS NOT NULL AND {fecha_fuera(v)} AND NOT {es_sentinela(t, v)})"
    return f"({t} IS NOT NULL AND {v} IS NULL)"


def _malas(esquema: EsquemaRegistro, mapa: dict[str, int]) -> str:
    """List of the bad cells that send the row to quarantine; null when there are none."""
    casos = [
        (
            _ilegible(c),
            f"{{'columna': {literal(c.nombre)}, 'valor': left({_t(c)}, {TEXTO_ROTO}), "
            f"'motivo': {literal(c.tipo.motivo)}}}",
        )
        for c in esquema.leidas
        if c.nombre in mapa and not c.informativa
    ] + [
        (
            _vacia(c, mapa),
            f"{{'columna': {literal(c.nombre)}, 'valor': NULL, 'motivo': 'falta el valor'}}",
        )
        for c in esquema.leidas
        if c.obligatoria and not c.admite_vacia
    ]
    condicion = " OR ".join(malo for malo, _ in casos)
    elementos = ", ".join(f"CASE WHEN {malo} THEN {celda} END" for malo, celda in casos)
    return f"CASE WHEN {condicion} THEN list_filter([{elementos}], lambda x: x IS NOT NULL) END"


def _vacia(columna: ColumnaRegistro, mapa: dict[str, int]) -> str:
    """An obligatory cell without value; one that cannot be read already has its own reason."""
    vacia = f"{ident(columna.nombre)} IS NULL"
    if columna.nombre in mapa:
        vacia += f" AND {_t(columna)} IS NULL"
    return f"({vacia})"


def _notas(presentes: list[ColumnaRegistro]) -> str:
    """List of what was mended or left out in the row, for the quality report."""
    casos = [
        (nota, columna.nombre, condicion)
        for columna in presentes
        for nota, condicion in _notas_de(columna)
    ]
    if not casos:
        return "CAST(NULL AS VARCHAR[])"
    elementos = ", ".join(
        f"CASE WHEN {condicion} THEN {literal(nota + SEPARADOR_NOTA + columna)} END"
        for nota, columna, condicion in casos
    )
    # Each condition begins with a comparison that is false in nearly every row.
    alguna = " OR ".join(f"({condicion})" for _, _, condicion in casos)
    return f"CASE WHEN {alguna} THEN list_filter([{elementos}], lambda x: x IS NOT NULL) END"


def _notas_de(columna: ColumnaRegistro) -> list[tuple[str, str]]:
    """(note, condition) of a column."""
    t, v, tipo = _t(columna), _v(columna), columna.tipo
    notas = _notas_de_texto(t, v, tipo)
    if tipo.clase is Clase.FECHA:
        rara = f"{fecha_fuera(v)} OR {fecha_posible(v)} IS NULL"
        notas.append((SENTINELA, f"{t} IS NOT NULL AND ({rara}) AND {es_sentinela(t, v)}"))
    if columna.informativa and tipo.clase is not Clase.TEXTO:
        notas.append((ILEGIBLE, _ilegible(columna)))
    return notas


def _notas_de_texto(t: str, v: str, tipo: Tipo) -> list[tuple[str, str]]:
    entero = sin_decimales_vacios(t)
    notas = []
    if tipo.completa_ceros:
        notas.append((CERO, f"{v} <> {t} AND strlen({v}) > strlen({entero})"))
    if tipo.recorta is not None:
        notas.append((CORTADO, f"{v} <> {t} AND strlen({v}) < strlen({entero})"))
    if tipo.clase is Clase.NIT:
        digitos = f"regexp_replace({entero}, '[^0-9]', '', 'g')"
        notas.append((SIN_DV, f"{v} <> {t} AND strlen({v}) < strlen({digitos})"))
    if tipo.clase is Clase.DOCUMENTO:
        notas.append((LIMPIO, f"{v} <> {t} AND strlen({v}) < strlen({t})"))
    if tipo.cotas is not None:
        notas.append((ACOTADO, f"{v} IN {tipo.cotas} AND {v} <> {entero_de(t)}"))
    if tipo.alias:
        otros = ", ".join(plegado(literal(escrito)) for escrito, _ in tipo.alias)
        notas.append((ALIAS, f"{v} <> {t} AND list_contains([{otros}], {plegado(t)})"))
    return notas
