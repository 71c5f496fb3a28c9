# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""From the documents that an entity writes to the persons of BDUA.

Registers §12 (our design choice): the document as it is, else among those the person used to
have, else the same number under the type that follows it as people grow or change their permit.
Set-based: any number of documents, one row each.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import duckdb

from shared.registros.busqueda import MAXIMO_LITERALES, acotar
from shared.registros.carpeta import FuenteRegistro
from shared.registros.consultas import consultar
from shared.registros.expresiones import literal

DOCUMENTOS: Final = "documentos_resueltos"
"""Name under which the relation is joined, as one more register."""
EVOLUCION: Final = (
    ("CN", "RC"),
    ("RC", "TI"),
    ("TI", "CC"),
    ("MS", "TI"),
    ("PE", "PT"),
    ("SC", "PT"),
)
"""Type that follows each: registers §13. The number stays."""


class Hallado(StrEnum):
    """How a document led to its person."""

    DIRECTO = "DIRECTO"
    HISTORIA = "HISTORIA"
    TIPO_RELACIONADO = "TIPO_RELACIONADO"


def pasos_entre_tipos() -> dict[tuple[str, str], int]:
    """(type written, type found) → changes between them; 1 or more."""
    pasos = dict.fromkeys(EVOLUCION, 1)
    for _ in EVOLUCION:
        for (primero, medio), n in list(pasos.items()):
            for antes, despues in EVOLUCION:
                if antes == medio:
                    pasos.setdefault((primero, despues), n + 1)
    return pasos


def sql_resueltos(documentos: str, bdua: str, historia: str | None = None) -> str:
    """``SELECT`` with one row per distinct document of ``documentos``, found or not.

    The three are ``SELECT`` with ``tipo_documento`` and ``numero_documento``; ``bdua`` and
    ``historia`` (bdua_historia_identificacion) also with ``afl_id``.

    Columns: tipo_documento, numero_documento, afl_id (null unless it is one person), hallado
    (``Hallado``; null if nobody has it), tipo_hallado (the type in BDUA), personas (how many have
    the document in the nearest way: 0 nobody, 2 or more ambiguous).
    """
    conocidos = f"SELECT tipo_documento, numero_documento, afl_id, 0 AS _orden FROM ({bdua})"
    if historia is not None:
        conocidos += (
            " UNION ALL SELECT tipo_documento, numero_documento, afl_id, 1 AS _orden "
            f"FROM ({historia})"
        )
    relacionados = " ".join(
        f"WHEN p.tipo_documento = {literal(a)} AND c.tipo_documento = {literal(b)} THEN {n}"
        for (a, b), n in pasos_entre_tipos().items()
    )
    pasos = f"CASE WHEN p.tipo_documento = c.tipo_documento THEN 0 {relacionados} END"
    return (
        "WITH pedidos AS (SELECT DISTINCT tipo_documento, numero_documento "
        f"FROM ({documentos}) WHERE tipo_documento IS NOT NULL AND numero_documento IS NOT NULL), "
        "candidatos AS (SELECT p.tipo_documento, p.numero_documento, c.afl_id, "
        f"c.tipo_documento AS tipo_hallado, 2 * {pasos} + c._orden AS _lejos "
        f"FROM pedidos p JOIN ({conocidos}) c USING (numero_documento) "
        f"WHERE {pasos} IS NOT NULL AND c.afl_id IS NOT NULL), "
        "cercanos AS (SELECT * FROM candidatos QUALIFY _lejos = "
        "min(_lejos) OVER (PARTITION BY tipo_documento, numero_documento)), "
        "hallados AS (SELECT tipo_documento, numero_documento, min(afl_id) AS _persona, "
        "count(DISTINCT afl_id) AS _personas, min(_lejos) AS _lejos, "
        "min(tipo_hallado) AS tipo_hallado FROM cercanos GROUP BY ALL) "
        "SELECT tipo_documento, numero_documento, "
        "CASE WHEN _personas = 1 THEN _persona END AS afl_id, "
        f"CASE WHEN _lejos = 0 THEN {literal(Hallado.DIRECTO)} "
        f"WHEN _lejos = 1 THEN {literal(Hallado.HISTORIA)} "
        f"WHEN _lejos > 1 THEN {literal(Hallado.TIPO_RELACIONADO)} END AS hallado, "
        "tipo_hallado, coalesce(_personas, 0) AS personas "
        "FROM pedidos LEFT JOIN hallados USING (tipo_documento, numero_documento)"
    )


def sql_documentos_de(bdua: str, historia: str | None = None) -> str:
    """``SELECT`` of every document of every person: afl_id, tipo_documento, numero_documento.

    Joined by ``afl_id``: the documents that a person has and had (pruebas §4, *Documents*).
    """
    columnas = "afl_id, tipo_documento, numero_documento"
    partes = [bdua] if historia is None else [bdua, historia]
    return " UNION ".join(f"SELECT {columnas} FROM ({parte})" for parte in partes)


def resolver_documentos(
    con: duckdb.DuckDBPyConnection,
    documentos: str,
    bdua: FuenteRegistro,
    historia: FuenteRegistro | None = None,
) -> FuenteRegistro:
    """The documents of a submission with their persons, ready to be joined like a register.

    ``documentos`` is a ``SELECT`` of ``tipo_documento`` and ``numero_documento``, with repeats or
    without. Few of them are looked for in the row groups that may hold them.
    """
    numeros = consultar(
        con,
        f"SELECT DISTINCT numero_documento FROM ({documentos}) "
        f"WHERE numero_documento IS NOT NULL LIMIT {MAXIMO_LITERALES + 1}",
    )
    fuentes = [f for f in (bdua, historia) if f is not None and f.presente]
    if len(numeros) <= MAXIMO_LITERALES:
        valores = {"numero_documento": [n for (n,) in numeros]}
        fuentes = [acotar(f, valores) for f in fuentes]
    conocidos = {f.registro: f.sql for f in fuentes}
    return FuenteRegistro(
        registro=DOCUMENTOS,
        presente=bdua.presente,
        sql=sql_resueltos(
            documentos,
            conocidos.get(bdua.registro, bdua.sql),
            None if historia is None else conocidos.get(historia.registro),
        ),
        sha256=tuple(dict.fromkeys(s for f in fuentes for s in f.sha256)),
    )
