"""Cutting a big register to what a submission asks for changes no outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.focalizacion import Columna, Conjunto, Cruce, Efecto, Grupo, Origen, col, lit
from shared.focalizacion.explicacion import explicar
from shared.focalizacion.model import Mecanismo, Paso
from shared.focalizacion.motor import MotorDuckDB
from shared.focalizacion.service import juzgar
from shared.radicacion import evaluacion
from shared.radicacion.evaluacion import acotador, insumos
from shared.registros import FuenteRegistro
from tests.rules.reps import FORMA
from tests.unit.test_focalizacion import FILAS, mecanismo, regla

DIA: Final = date(2021, 2, 10)
PERSONAS: Final = 3_000
PASOS: Final[tuple[Paso, ...]] = (
    Columna("clave", col("clave").str.to_uppercase()),
    Grupo(("clave",), trae={"copias": nw.len()}),
    Cruce(
        "persona",
        registro="personas",
        claves={"clave": "clave"},
        trae={"eps": col("eps").max(), "v": col("v").max()},
        filtro=col("v") != 3,
    ),
    Cruce(
        "vigente",
        registro="personas",
        claves={"clave": "clave"},
        trae={"v": col("v").min()},
        dia="fecha",
        condicion=col("desde") <= col("dia"),
    ),
    # The key comes from an earlier join.
    Cruce("eps", registro="eps", claves={"persona_eps": "codigo"}, trae={"n": col("n").max()}),
    Conjunto(
        "otras",
        origenes=(
            Origen(
                registro="personas",
                claves={"clave": "clave"},
                trae={"eps": "eps", "v": "v"},
                donde=col("desde") <= col("dia"),
            ),
            Origen(trae={"eps": "persona_eps"}, fija={"via": "propia"}),
        ),
        lleva={"dia": "fecha"},
        pasos=(Cruce("eps", registro="eps", claves={"eps": "codigo"}, trae={"n": col("n").max()}),),
        trae={"n": col("eps_n").sum().cast(nw.Int64), "cuantas": nw.len()},
    ),
    # A column of the submission is written over, and looked up again.
    Columna("clave", nw.concat_str([lit("P"), col("n").cast(nw.String)])),
    Cruce("otra", registro="personas", claves={"clave": "clave"}, trae={"v": col("v").max()}),
    Columna("fecha", col("fecha").dt.offset_by("7d")),
    Cruce(
        "luego",
        registro="eps",
        claves={"persona_eps": "codigo"},
        dia="fecha",
        condicion=col("dia") > lit(DIA),
    ),
    Cruce(
        "corte",
        registro="cortes",
        claves={"persona_eps": "codigo"},
        trae={"n": col("n").max()},
        dia="fecha",
        por_corte=True,
    ),
)
MECANISMO: Final = mecanismo(
    regla("X-01", col("persona_existe"), mensaje="{clave} {persona_eps}."),
    regla("X-02", col("vigente_v") > 2, si_incumple=Efecto.CORRECCION, mensaje="{vigente_v}."),
    regla(
        "X-03", col("otra_existe") & (col("corte_n") > 1), mensaje="{otra_v} {corte_n} {copias}."
    ),
    regla("X-04", col("otras_n") > 4, mensaje="{otras_n} {otras_cuantas}."),
    pasos=PASOS,
    obligatorios=("personas", "eps", "cortes"),
)
SQL: Final = {
    "personas": f"SELECT 'P' || i // 2 AS clave, 'E' || i % 7 AS eps, i % 5 AS v, "
    "DATE '2021-02-01' + CAST(i % 20 AS INTEGER) AS desde, 'x' AS sobra "
    f"FROM range({PERSONAS}) t(i)",
    "eps": "SELECT 'E' || i AS codigo, i AS n FROM range(6) t(i)",
    "cortes": "SELECT 'E' || i % 7 AS codigo, i AS n, "
    "DATE '2021-01-01' + CAST(20 * (i % 4) AS INTEGER) AS fecha_corte FROM range(28) t(i)",
}
MANERAS: Final = {"directa": (10, 5_000), "literales": (0, 5_000), "cruce": (0, 0)}
ENVIADAS: Final = st.lists(
    st.fixed_dictionaries(
        {
            "clave": st.one_of(
                st.none(), st.integers(0, PERSONAS // 2 + 20).map(lambda i: f"{'Pp'[i % 2]}{i}")
            ),
            "n": st.one_of(st.none(), st.integers(0, 30)),
            "fecha": st.dates(date(2021, 1, 1), date(2021, 3, 1)),
            "forma_ok": st.booleans(),
        }
    ),
    min_size=20,
    max_size=40,
)


@pytest.fixture(scope="module")
def fuentes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FuenteRegistro]:
    carpeta = tmp_path_factory.mktemp("registros")
    dadas = {}
    with duckdb.connect() as con:
        for nombre, sql in SQL.items():
            ruta = carpeta / f"{nombre}.parquet"
            con.execute(f"COPY ({sql} ORDER BY ALL) TO '{ruta}' (ROW_GROUP_SIZE 2048)")
            dadas[nombre] = FuenteRegistro(
                nombre, True, f"SELECT * FROM read_parquet('{ruta}')", (ruta,)
            )
    return dadas


@pytest.fixture(scope="module")
def entrada(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("entrada")


def escribir(entrada: Path, enviadas: list[dict[str, Any]]) -> None:
    filas = [{"fila": i, "juzga": True} | f for i, f in enumerate(enviadas, 1)]
    pq.write_table(pa.Table.from_pylist(filas, schema=FILAS), entrada / "filas.parquet")
    pq.write_table(FORMA.empty_table(), entrada / "forma.parquet")


def juzgadas(
    de: Mecanismo, entrada: Path, fuentes: dict[str, FuenteRegistro], *, acotando: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    with duckdb.connect() as conexion:
        motor = MotorDuckDB(conexion)
        dados = insumos(entrada, fuentes, motor, fecha=DIA)
        assert not dados.acotables  # all of them are small
        if acotando:
            dados = replace(dados, acotables={n: acotador(f, motor) for n, f in fuentes.items()})
        juicio = juzgar(de, dados, motor)
        return motor.filas(juicio.registros), motor.filas(juicio.hallazgos)


@pytest.fixture(params=list(MANERAS))
def manera(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    directo, literales = MANERAS[request.param]
    monkeypatch.setattr(evaluacion, "MAXIMO_DIRECTO", directo)
    monkeypatch.setattr(evaluacion, "MAXIMO_LITERALES", literales)
    return str(request.param)


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(enviadas=ENVIADAS)
def test_el_resultado_es_el_mismo(
    manera: str,
    entrada: Path,
    fuentes: dict[str, FuenteRegistro],
    enviadas: list[dict[str, Any]],
) -> None:
    escribir(entrada, enviadas)
    enteros = juzgadas(MECANISMO, entrada, fuentes, acotando=False)
    assert juzgadas(MECANISMO, entrada, fuentes, acotando=True) == enteros


def test_la_explicacion_tambien_acota(entrada: Path, fuentes: dict[str, FuenteRegistro]) -> None:
    escribir(entrada, [{"clave": "P1", "n": 7, "fecha": DIA, "forma_ok": True}])
    with duckdb.connect() as conexion:
        motor = MotorDuckDB(conexion)
        dados = insumos(entrada, fuentes, motor, fecha=DIA)
        entera = explicar(MECANISMO, dados, 1, motor)
        acotables = {n: acotador(f, motor) for n, f in fuentes.items()}
        assert explicar(MECANISMO, replace(dados, acotables=acotables), 1, motor) == entera


def test_solo_se_acota_el_registro_mucho_mayor(
    entrada: Path, fuentes: dict[str, FuenteRegistro], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluacion, "FILAS_DE_UN_REGISTRO_GRANDE", 10)
    escribir(entrada, [{"clave": "P1", "n": 1, "fecha": DIA, "forma_ok": True}] * 5)
    medidas = {
        "personas": replace(fuentes["personas"], filas=PERSONAS),
        "eps": replace(fuentes["eps"], filas=6),
        "cortes": replace(fuentes["cortes"], filas=19),
    }
    with duckdb.connect() as conexion:
        dados = insumos(entrada, medidas, MotorDuckDB(conexion), fecha=DIA)
    assert set(dados.acotables) == {"personas"}
