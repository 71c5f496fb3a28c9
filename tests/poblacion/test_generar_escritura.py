"""Registers written from the base and the parts: nobody twice, nobody lost, no stray column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from shared.poblacion import base, escritura
from shared.poblacion.contexto import Contexto
from shared.poblacion.generar import pais
from shared.poblacion.plan import Plan
from shared.tipos import InvarianteRota
from tests.poblacion.conftest import SEMILLA

RAROS = ("0000000001", "1540000000", "1999999999", "20000000", "Z")
"""Documents before, between and after those of the people."""


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Contexto]:
    with pais(Plan(0.001, SEMILLA), tmp_path) as contexto:
        yield contexto


def _bdua(ctx: Contexto, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(escritura, "TRAMO", 7_000)  # several stretches, none a round number
    base.preparar(ctx)
    ruta = ctx.salida / "bdua.parquet"
    escritura.escribir_base(ctx, "bdua", base.bdua, ruta)
    return ruta


def test_everybody_once_in_order_and_what_parts_gave_in_its_place(
    ctx: Contexto, monkeypatch: pytest.MonkeyPatch
) -> None:
    valores = ", ".join(f"('{n}', '{documento}')" for n, documento in enumerate(RAROS))
    ctx.aportar(
        "bdua",
        "SELECT afl_id, numero_documento, 'CC' AS tipo_documento, 'EPS010' AS codigo_eps, "
        "'AC' AS estado, '2019-05-01' AS desde, '' AS segundo_nombre "
        f"FROM (VALUES {valores}) AS v(afl_id, numero_documento)",
    )
    ctx.tomar("SELECT i FROM gente WHERE i % 10 = 3")
    ruta = _bdua(ctx, monkeypatch)
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE bdua AS FROM read_parquet('{ruta}', file_row_number = true)")
        assert con.execute(
            "SELECT count(*) FROM (SELECT numero_documento < lag(numero_documento) "
            "OVER (ORDER BY file_row_number) AS mal FROM bdua) WHERE mal"
        ).fetchall() == [(0,)]
        quedan = ctx.con.execute("SELECT afl(i) FROM gente WHERE i % 10 <> 3").fetchall()
        suyas = "SELECT DISTINCT afl_id FROM bdua WHERE length(afl_id) = 9"
        assert set(con.execute(suyas).fetchall()) == set(quedan)
        dadas = con.execute(
            "SELECT numero_documento, regimen, desde, segundo_nombre, fecha_corte FROM bdua "
            "WHERE length(afl_id) = 1 ORDER BY numero_documento"
        ).fetchall()
    assert [d[0] for d in dadas] == sorted(RAROS)
    assert {d[1] for d in dadas} == {"C"}  # the régimen of the EPS, as the loader would
    assert {str(d[2]) for d in dadas} == {"2019-05-01"}
    assert {d[3] for d in dadas} == {None}
    assert {str(d[4]) for d in dadas} == {escritura.FECHA_CORTE}


def test_rows_of_parts_with_one_key_have_one_order(ctx: Contexto) -> None:
    ctx.aportar(
        "sismuestras",
        "SELECT 'M' || (x % 3) AS id_sismuestras, 'CC' AS tipo_documento, "
        "'1540000000' AS numero_documento, 'MOLECULAR' AS tipo_prueba, "
        "DATE '2020-05-01' AS fecha_toma, 'POSITIVO' AS resultado, x::VARCHAR AS hab_toma "
        "FROM range(5000) r(x)",
    )
    rutas = [ctx.salida / f"{n}.parquet" for n in range(2)]
    for ruta in rutas:
        escritura.escribir_aportes(ctx, "sismuestras", ruta)
    assert rutas[0].read_bytes() == rutas[1].read_bytes()


def test_a_column_the_register_does_not_have_is_a_bug(ctx: Contexto) -> None:
    ctx.aportar("bdex", "SELECT 'CC' AS tipo_documento, '15' AS numero_documento, 1 AS otra")
    with pytest.raises(InvarianteRota, match="otra"):
        escritura.escribir_aportes(ctx, "bdex", ctx.salida / "bdex.parquet")


def test_a_folder_may_have_a_quote_in_its_name(tmp_path: Path) -> None:
    with pais(Plan(0.001, SEMILLA), tmp_path / "d'agua") as contexto:
        contexto.aportar("bdex", "SELECT 'CC' AS tipo_documento, '15' AS numero_documento")
        escritura.escribir_aportes(contexto, "bdex", contexto.salida / "bdex.parquet")
        assert (contexto.salida / "bdex.parquet").stat().st_size > 0
