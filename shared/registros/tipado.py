# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""The SQL that types a whole file in one pass: built from the declaration, run by the loader."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from shared.registros.expresiones import compacto, es_sentinela, ident, literal, presente, valor
from shared.registros.lectura import TEXTO_ROTO
from shared.registros.model import Clase, ColumnaRegistro, EsquemaRegistro


def sql_etapa(
    esquema: EsquemaRegistro, relacion: str, mapa: dict[str, int], fecha_corte: date | None
) -> str:
    """``fila``, the canonical columns, ``_malas`` (bad cells, or null) and the counters.

    ``relacion`` has ``fila`` and text columns ``c<i>``; ``mapa`` says which is which.
    """
    leidas = esquema.leidas
    presentes = [c for c in leidas if c.nombre in mapa]
    return f"""
        WITH compacta AS (
            SELECT fila, {por_columna(presentes, lambda c: compacto(f"c{mapa[c.nombre]}"), "t_")}
            FROM {relacion}
        ), limpia AS (
            SELECT fila, {por_columna(presentes, lambda c: presente(_t(c)), "t_")} FROM compacta
        ), tipada AS (
            SELECT *, {por_columna(presentes, lambda c: valor(_t(c), c.tipo), "v_")} FROM limpia
        ), valida AS (
            SELECT *, {por_columna(leidas, lambda c: _valida(c, mapa))} FROM tipada
        ), completa AS (
            SELECT * REPLACE ({_completadas(esquema, fecha_corte)}) FROM valida
        ), derivada AS (
            SELECT *{derivadas(esquema)} FROM completa
        )
        SELECT fila, {", ".join(map(ident, esquema.nombres))},
               {_malas(esquema, mapa)} AS _malas{_con_coma(_contadores(presentes))}
        FROM derivada
    """


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
        return f"CASE WHEN NOT {es_sentinela(_t(columna), _v(columna))} THEN {_v(columna)} END"
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
    malo = f"{_t(columna)} IS NOT NULL AND {_v(columna)} IS NULL"
    if columna.tipo.clase is Clase.FECHA:
        malo += f" AND NOT {es_sentinela(_t(columna), _v(columna))}"
    return f"({malo})"


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
        if c.obligatoria
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


def _contadores(presentes: list[ColumnaRegistro]) -> str:
    """Flags that the quality report adds up: lost zeros, sentinels, unreadable informative."""
    banderas = []
    for c in presentes:
        if c.tipo.completa_ceros:
            banderas.append(
                f"({_v(c)} IS NOT NULL AND left({_t(c)}, 1) <> '0' AND left({_v(c)}, 1) = '0') "
                f"AS {ident('_cero_' + c.nombre)}"
            )
        if c.tipo.clase is Clase.FECHA:
            banderas.append(f"{es_sentinela(_t(c), _v(c))} AS {ident('_sentinela_' + c.nombre)}")
        if c.informativa:
            banderas.append(f"{_ilegible(c)} AS {ident('_ilegible_' + c.nombre)}")
    return ", ".join(banderas)
