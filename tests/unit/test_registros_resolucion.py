"""From documents to persons of BDUA: registers §12."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import duckdb
import pytest

from shared.registros import FuenteRegistro
from shared.registros.resolucion import (
    DOCUMENTOS,
    Hallado,
    pasos_entre_tipos,
    resolver_documentos,
    sql_documentos_de,
)

Documento = tuple[str | None, str | None]
Conocido = tuple[str, str, str]
"""tipo_documento, numero_documento, afl_id."""

BDUA: Final[list[Conocido]] = [
    ("CC", "10", "1"),
    ("CC", "10", "1"),  # two intervals of one person
    ("TI", "20", "2"),
    ("CC", "30", "3"),
    ("PT", "40", "4"),
    ("CC", "50", "5"),
    ("CC", "50", "6"),  # one document, two persons
    ("RC", "60", "7"),
    ("CC", "90", "9"),
]
HISTORIA: Final[list[Conocido]] = [
    ("TI", "15", "1"),
    ("CC", "20", "8"),
    ("RC", "30", "3"),
    ("TI", "70", "1"),
    ("TI", "70", "2"),
]


def tabla(filas: Sequence[tuple[str | None, ...]], *columnas: str) -> str:
    datos = ", ".join(
        "(" + ", ".join("NULL" if v is None else f"'{v}'" for v in fila) + ")" for fila in filas
    )
    return f"SELECT * FROM (VALUES {datos}) t({', '.join(columnas)})"


def fuente(registro: str, filas: list[Conocido]) -> FuenteRegistro:
    sql = tabla(filas, "tipo_documento", "numero_documento", "afl_id")
    return FuenteRegistro(registro, True, sql, sha256=(registro,), filas=len(filas))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as conexion:
        yield conexion


def resolver(
    con: duckdb.DuckDBPyConnection, *documentos: Documento, historia: bool = True
) -> dict[Documento, tuple[Any, ...]]:
    resueltos = resolver_documentos(
        con,
        tabla(documentos, "tipo_documento", "numero_documento"),
        fuente("bdua", BDUA),
        fuente("bdua_historia_identificacion", HISTORIA) if historia else None,
    )
    assert resueltos.registro == DOCUMENTOS
    filas = resueltos.relacion(con).fetchall()
    dados = {f[:2]: f[2:] for f in filas}
    assert len(dados) == len(filas)
    return dados


@pytest.mark.parametrize(
    ("documento", "resultado"),
    [
        (("CC", "10"), ("1", Hallado.DIRECTO, "CC", 1)),
        (("TI", "15"), ("1", Hallado.HISTORIA, "TI", 1)),
        (("RC", "20"), ("2", Hallado.TIPO_RELACIONADO, "TI", 1)),
        (("CN", "20"), ("2", Hallado.TIPO_RELACIONADO, "TI", 1)),
        # What the person had comes before what other types say.
        (("RC", "30"), ("3", Hallado.HISTORIA, "RC", 1)),
        (("TI", "30"), ("3", Hallado.TIPO_RELACIONADO, "CC", 1)),
        (("PE", "40"), ("4", Hallado.TIPO_RELACIONADO, "PT", 1)),
        # The type only moves forward.
        (("TI", "60"), (None, None, None, 0)),
        (("CE", "10"), (None, None, None, 0)),
        (("CC", "99"), (None, None, None, 0)),
        # More than one person: nobody is chosen.
        (("CC", "50"), (None, Hallado.DIRECTO, "CC", 2)),
        (("TI", "50"), (None, Hallado.TIPO_RELACIONADO, "CC", 2)),
        (("TI", "70"), (None, Hallado.HISTORIA, "TI", 2)),
    ],
)
def test_como_se_halla(
    con: duckdb.DuckDBPyConnection, documento: Documento, resultado: tuple[Any, ...]
) -> None:
    assert resolver(con, documento) == {documento: resultado}


def test_una_fila_por_documento_aunque_se_repita(con: duckdb.DuckDBPyConnection) -> None:
    pedidos: list[Documento] = [("CC", "10"), ("CC", "10"), ("TI", "20"), ("CC", None), (None, "9")]
    assert set(resolver(con, *pedidos)) == {("CC", "10"), ("TI", "20")}


def test_sin_historia_solo_hay_bdua(con: duckdb.DuckDBPyConnection) -> None:
    assert resolver(con, ("TI", "15"), historia=False)["TI", "15"] == (None, None, None, 0)


def test_muchos_documentos_se_cruzan(con: duckdb.DuckDBPyConnection) -> None:
    muchos = [("CC", f"{i}") for i in range(6_000)]
    dados = resolver(con, *muchos)
    assert len(dados) == 6_000
    assert {d[1] for d, r in dados.items() if r[3]} == {"10", "20", "30", "50", "90"}


def test_la_evolucion_encadena() -> None:
    pasos = pasos_entre_tipos()
    assert pasos["CN", "CC"] == 3
    assert pasos["MS", "CC"] == 2
    assert ("CC", "TI") not in pasos


def test_documentos_de_una_persona(con: duckdb.DuckDBPyConnection) -> None:
    sql = sql_documentos_de(
        fuente("bdua", BDUA).sql, fuente("bdua_historia_identificacion", HISTORIA).sql
    )
    propios = con.sql(sql).filter("afl_id = '1'").select("tipo_documento, numero_documento")
    assert set(propios.fetchall()) == {("CC", "10"), ("TI", "15"), ("TI", "70")}
