"""Activos por emergencia: the truth against an independent program, and its totals."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from shared.normativa import tablas
from shared.poblacion import activos_emergencia
from shared.poblacion.activos_emergencia_casos import CASOS
from shared.poblacion.contexto import Contexto
from tests.poblacion import oraculo_activos
from tests.support.sistema import RAIZ

CASO = RAIZ / "dominio" / "casos" / "activos_emergencia"
CENTAVOS_POR_PESO = 100
EJEMPLOS = {
    "ejemplo_1": 86_521_50,
    "ejemplo_2": 44_663_59,
    "ejemplo_3_cotizante": 91_345_20,
    "ejemplo_3_conyuge": 107_425_20,
    "ejemplo_3_hijo": 32_895_30,
}


def _tablas(con: duckdb.DuckDBPyConnection) -> None:
    municipios = f"read_csv('{tablas.ruta('divipola_municipios')}', all_varchar = true)"
    oraculo_activos.tablas(
        con, str(tablas.ruta("eps_2020")), str(tablas.ruta("upc_2020")), municipios
    )


def test_el_oraculo_da_los_casos_de_aceptacion() -> None:
    con = duckdb.connect()
    _tablas(con)
    fuentes = {
        r: f"read_csv('{CASO / r}.csv', all_varchar = true)" for r in oraculo_activos.REGISTROS
    }
    entrada = f"read_csv('{CASO / 'entrada.csv'}', all_varchar = true)"
    fuentes["entrada"] = f"(SELECT row_number() OVER () AS fila, * FROM {entrada})"
    oraculo_activos.juzgar(con, fuentes)
    dado = con.execute("SELECT * FROM resultado ORDER BY fila").fetchall()
    esperado = con.execute(
        "SELECT CAST(fila AS BIGINT), estado, coalesce(codigos, ''), "
        "CAST(CAST(valor AS DECIMAL(18, 2)) * 100 AS BIGINT) "
        f"FROM read_csv('{CASO / 'esperado.csv'}', all_varchar = true) ORDER BY 1"
    ).fetchall()
    assert dado == esperado
    assert len(dado) == 37


@pytest.fixture(scope="module")
def hecho(pais_01: Contexto) -> tuple[Contexto, dict[str, int]]:
    return pais_01, activos_emergencia.construir(pais_01)


def _pieza(rutas: list[Path]) -> str:
    return f"read_parquet({[str(r) for r in rutas]}, union_by_name = true)"


def test_la_verdad_es_la_del_oraculo(hecho: tuple[Contexto, dict[str, int]]) -> None:
    ctx, _ = hecho
    con = duckdb.connect()
    _tablas(con)
    mecanismo = ctx.salida / "activos_emergencia"
    fuentes = {
        registro: _pieza(rutas)
        for registro, rutas in ctx.piezas.items()
        if registro in oraculo_activos.REGISTROS
    }
    zonas = f"read_csv('{tablas.ruta('zonas_upc_2020')}', all_varchar = true)"
    fuentes["zonas_upc"] = (
        f"(SELECT codigo_municipio, zona FROM {zonas} UNION ALL FROM {fuentes['zonas_upc']})"
    )
    fuentes["historia"] = f"'{mecanismo / 'cortes' / 'historia.parquet'}'"
    fuentes["entrada"] = (
        f"(SELECT file_row_number + 1 AS fila, * FROM "
        f"read_parquet('{mecanismo / 'entrada.parquet'}', file_row_number = true))"
    )
    oraculo_activos.juzgar(con, fuentes)
    distintas = con.execute(
        f"SELECT v.fila, v.caso, v.estado, r.estado, v.codigos, r.codigos, v.valor_centavos, "
        f"r.valor_centavos FROM '{mecanismo / 'verdad.parquet'}' v "
        "FULL JOIN resultado r USING (fila) WHERE (v.estado, v.codigos, v.valor_centavos) "
        "IS DISTINCT FROM (r.estado, r.codigos, r.valor_centavos) ORDER BY v.caso LIMIT 20"
    ).fetchall()
    assert distintas == []


def test_los_totales_en_proporcion(hecho: tuple[Contexto, dict[str, int]]) -> None:
    _, cifras = hecho
    assert cifras["personas"] == 15_720
    esperado = 580_128_000_000 * CENTAVOS_POR_PESO // 100
    assert abs(cifras["valor_centavos"] - esperado) < esperado // 1_000


def test_cada_caso_y_los_tres_ejemplos(hecho: tuple[Contexto, dict[str, int]]) -> None:
    ctx, _ = hecho
    con = duckdb.connect()
    con.execute(
        f"CREATE VIEW verdad AS FROM '{ctx.salida / 'activos_emergencia' / 'verdad.parquet'}'"
    )
    por_caso = dict(
        con.execute("SELECT caso, sum(valor_centavos)::BIGINT FROM verdad GROUP BY 1").fetchall()
    )
    assert set(por_caso) == {c.nombre for c in CASOS} | {"ok"}
    assert {c: por_caso[c] for c in EJEMPLOS} == EJEMPLOS
    codigos = con.execute(
        "SELECT DISTINCT unnest(string_split(codigos, ';')) FROM verdad WHERE codigos <> ''"
    ).fetchall()
    assert {c for (c,) in codigos} == {f"ACT-{n:02d}" for n in range(18)}
