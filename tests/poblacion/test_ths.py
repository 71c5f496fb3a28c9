"""Talento humano of the synthetic country: published totals, and a truth that an oracle repeats."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from shared.normativa import tablas
from shared.poblacion import reps, talento_humano
from shared.poblacion.generar import generar, pais
from shared.poblacion.plan import Plan
from shared.poblacion.talento_humano import MECANISMO
from shared.poblacion.talento_humano_casos import COPIAS, ENCIMA, LIQUIDADOS, Caso, Copia
from shared.poblacion.talento_humano_mezcla import (
    SINTETICO,
    departamentos,
    importes,
    mezcla_exacta,
)
from shared.tipos import InvarianteRota
from tests.poblacion import oraculo_ths
from tests.poblacion.conftest import SEMILLA

CASOS = Path(__file__).parents[2] / "dominio" / "casos" / "talento_humano"
BENEFICIARIOS, VALOR = 250_569, 380_728_073_616
"""Dossier talento humano §9."""

Veredicto = tuple[str, str, int]


def _veredictos(con: duckdb.DuckDBPyConnection, origen: str) -> dict[int, Veredicto]:
    filas = con.execute(f"SELECT fila, estado, codigos, valor_centavos FROM {origen}").fetchall()
    return {fila: (estado, codigos, centavos) for fila, estado, codigos, centavos in filas}


# --- the published figures --------------------------------------------------------------------


def test_every_department_adds_up_to_the_published_peso() -> None:
    publicado = [
        (fila["codigo_divipola"], int(fila["beneficiarios"]), int(fila["valor_cop"]))
        for fila in tablas.leer("ths_departamentos_2020")
    ]
    lugares = departamentos(Plan(1.0, SEMILLA))
    valores = (*importes(), SINTETICO[1])

    assert [(d.codigo, d.beneficiarios, d.valor) for d in lugares] == publicado
    for lugar in lugares:
        assert min(lugar.mezcla) >= 0
        assert sum(lugar.mezcla) == lugar.beneficiarios
        assert sum(n * v for n, v in zip(lugar.mezcla, valores, strict=True)) == lugar.valor
    assert sum(d.beneficiarios for d in lugares) == BENEFICIARIOS
    assert sum(d.valor for d in lugares) == VALOR


def test_the_synthetic_amount_is_rare_and_inside_the_bounds_of_the_norm() -> None:
    lugares = departamentos(Plan(1.0, SEMILLA))

    assert sum(d.mezcla[4] for d in lugares) < BENEFICIARIOS / 500
    assert 877_803 <= SINTETICO[1] <= max(importes())
    assert SINTETICO[0] not in {fila["codigo_perfil"] for fila in tablas.leer("ths_perfiles")}


@pytest.mark.parametrize("escala", [0.001, 0.01, 0.3])
def test_other_scales_keep_proportions_with_the_known_amounts(escala: float) -> None:
    plan = Plan(escala, SEMILLA)

    for lugar, entero in zip(departamentos(plan), departamentos(Plan(1.0, SEMILLA)), strict=True):
        assert lugar.beneficiarios == plan.n(entero.beneficiarios)
        assert sum(lugar.mezcla) == lugar.beneficiarios
        assert lugar.mezcla[4] == 0


def test_a_figure_that_no_mix_gives_is_refused() -> None:
    with pytest.raises(InvarianteRota, match="no hay mezcla"):
        mezcla_exacta(2, 1_097_254 * 2 + 1)


# --- the oracle -------------------------------------------------------------------------------


def test_the_oracle_repeats_the_acceptance_cases() -> None:
    con = duckdb.connect()
    oraculo_ths.juzgar(con, (CASOS,), CASOS / "entrada.csv")

    with (CASOS / "esperado.csv").open(encoding="utf-8", newline="") as archivo:
        esperado = {
            int(fila["fila"]): (
                fila["estado"],
                fila["codigos"],
                int(fila["valor"].replace(".", "")),
            )
            for fila in csv.DictReader(archivo)
        }
    assert _veredictos(con, "oraculo") == esperado


# --- the country ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pais_ths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """Folder of the mechanism in a country of 480,000 people, and its control figures."""
    carpeta = tmp_path_factory.mktemp("ths") / "pais"
    resumen = generar(0.01, SEMILLA, carpeta, partes=[MECANISMO])
    return carpeta / MECANISMO, resumen.cifras[MECANISMO]


@pytest.fixture(scope="module")
def juzgado(pais_ths: tuple[Path, dict[str, int]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The oracle's table beside ``verdad`` and ``entrega`` (with its ``fila``)."""
    carpeta, _ = pais_ths
    with duckdb.connect() as con:
        oraculo_ths.juzgar(con, (carpeta / "cortes",), carpeta / "entrada.parquet")
        con.execute(f"CREATE VIEW verdad AS FROM '{carpeta / 'verdad.parquet'}'")
        con.execute(
            "CREATE VIEW entrega AS SELECT file_row_number + 1 AS fila, * EXCLUDE file_row_number "
            f"FROM read_parquet('{carpeta / 'entrada.parquet'}', file_row_number = true)"
        )
        yield con


def test_the_truth_is_what_the_oracle_says(juzgado: duckdb.DuckDBPyConnection) -> None:
    otros = juzgado.execute(
        """
        SELECT caso, v.estado, v.codigos, o.estado, o.codigos, count(*)
        FROM verdad AS v FULL JOIN oraculo AS o USING (fila)
        WHERE (v.estado, v.codigos, v.valor_centavos)
            IS DISTINCT FROM (o.estado, o.codigos, o.valor_centavos)
        GROUP BY ALL
        """
    ).fetchall()

    assert otros == []


def test_what_is_paid_is_proportional_to_the_published_figures(
    pais_ths: tuple[Path, dict[str, int]], juzgado: duckdb.DuckDBPyConnection
) -> None:
    _, cifras = pais_ths
    lugares = departamentos(Plan(0.01, SEMILLA))
    pagado = juzgado.execute(
        """
        SELECT coalesce(codigo_departamento, ''), count(*), sum(valor_centavos)::BIGINT
        FROM verdad JOIN entrega USING (fila)
        WHERE estado = 'LIQUIDADO' GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()

    assert pagado == sorted((d.codigo, d.beneficiarios, 100 * d.valor) for d in lugares)
    assert cifras["beneficiarios"] == sum(d.beneficiarios for d in lugares)
    assert cifras["valor_centavos"] == 100 * sum(d.valor for d in lugares)


def test_every_code_fails_and_every_state_appears(juzgado: duckdb.DuckDBPyConnection) -> None:
    filas = juzgado.execute("SELECT estado, codigos FROM verdad").fetchall()
    codigos = Counter(codigo for _, todos in filas for codigo in todos.split(";") if codigo)

    assert set(codigos) == {f"THS-{n:02}" for n in range(3, 17)}
    assert {estado for estado, _ in filas} == {
        "LIQUIDADO",
        "EN_CORRECCION",
        "NO_CUMPLE",
        "DUPLICADO",
        "EN_TRAMITE_FALLECIDO",
        "EN_ESPERA_EXCEPCION",
        "PENDIENTE_CATALOGO",
    }


def test_every_case_is_there_as_often_as_declared(juzgado: duckdb.DuckDBPyConnection) -> None:
    plan = Plan(0.01, SEMILLA)
    filas = dict(juzgado.execute("SELECT caso, count(*) FROM verdad GROUP BY caso").fetchall())
    casos: list[Caso | Copia] = [*LIQUIDADOS, *ENCIMA, *COPIAS]
    declarados = {caso.nombre: plan.n(caso.n) for caso in casos}

    assert {caso: n for caso, n in filas.items() if caso != "ok"} == declarados


def test_the_submission_has_the_columns_of_the_dossier_as_text(
    juzgado: duckdb.DuckDBPyConnection,
) -> None:
    columnas = juzgado.execute("DESCRIBE SELECT * EXCLUDE (fila) FROM entrega").fetchall()

    assert [nombre for nombre, *_ in columnas] == oraculo_ths.ENTRADA
    assert {tipo for _, tipo, *_ in columnas} == {"VARCHAR"}


def test_the_right_identity_is_kept_for_every_row_that_says_it_wrong(
    pais_ths: tuple[Path, dict[str, int]], juzgado: duckdb.DuckDBPyConnection
) -> None:
    carpeta, _ = pais_ths
    identidad = f"(FROM '{carpeta / 'identidad.parquet'}' JOIN verdad USING (fila))"
    casos = {caso for (caso,) in juzgado.execute(f"SELECT caso FROM {identidad}").fetchall()}
    faltan = juzgado.execute(
        f"""
        SELECT count(*) FROM verdad WHERE caso IN (SELECT caso FROM {identidad})
          AND fila NOT IN (SELECT fila FROM {identidad})
        """
    ).fetchall()
    ajenas = juzgado.execute(
        f"""
        SELECT count(*) FROM {identidad} AS i ANTI JOIN rnec AS r
          ON r.numero_documento = i.numero_documento AND r.primer_apellido = i.primer_apellido
             AND r.primer_nombre = i.primer_nombre
        """
    ).fetchall()

    assert {"documento_equivocado", "nombre_distinto", "nombre_parecido"} <= casos
    assert faltan == [(0,)]
    assert ajenas == [(0,)]


def test_edges_of_the_period_pass_by_one_day(juzgado: duckdb.DuckDBPyConnection) -> None:
    dias = juzgado.execute(
        """
        SELECT min(fecha_fin) FILTER (estado = 'LIQUIDADO'),
               max(fecha_inicio) FILTER (estado = 'LIQUIDADO'),
               max(fecha_fin) FILTER (codigos = 'THS-13' AND fecha_inicio < '2020-04-01'),
               min(fecha_inicio) FILTER (codigos = 'THS-13' AND fecha_fin > '2020-07-31')
        FROM verdad JOIN entrega USING (fila)
        """
    ).fetchone()

    assert dias == ("2020-04-01", "2020-07-31", "2020-03-31", "2020-08-01")


def test_rethus_reaches_its_size(pais_ths: tuple[Path, dict[str, int]]) -> None:
    _, cifras = pais_ths

    assert cifras["rethus"] == 10_000


def test_two_runs_with_one_seed_are_the_same_bytes(tmp_path: Path) -> None:
    una, otra = (
        generar(0.002, SEMILLA, tmp_path / vez, partes=[MECANISMO]).archivos
        for vez in ("una", "otra")
    )

    assert una == otra


def test_a_country_without_enough_people_is_refused(tmp_path: Path) -> None:
    with pais(Plan(0.0001, SEMILLA), tmp_path) as ctx:
        reps.construir(ctx)
        with pytest.raises(InvarianteRota, match="talento humano"):
            talento_humano.construir(ctx)
