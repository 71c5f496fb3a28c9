"""Some keys of a register: three ways to read them, one answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.normativa import Certeza, Fuente
from shared.registros import FuenteRegistro
from shared.registros.busqueda import MAXIMO_DIRECTO, acotar, acotar_a, buscar, estado_en
from shared.registros.canonico import FILAS_POR_GRUPO, es_canonico, opciones, orden
from shared.registros.carpeta import abrir_carpeta
from shared.registros.errors import ArchivoIlegible
from shared.registros.model import ENTERO, FECHA, TEXTO, ColumnaRegistro, EsquemaRegistro
from shared.registros.pie import pie_de
from shared.tipos import InvarianteRota

PERSONAS: Final = EsquemaRegistro(
    nombre="personas",
    titulo="Personas inventadas",
    dueno="Nadie",
    fuente=Fuente("Decisión de diseño", certeza=Certeza.DISENO),
    certeza=Certeza.DISENO,
    clave=("numero", "tipo"),
    columnas=(
        ColumnaRegistro("tipo", TEXTO),
        ColumnaRegistro("numero", TEXTO),
        ColumnaRegistro("hijos", ENTERO),
        ColumnaRegistro("desde", FECHA),
        ColumnaRegistro("hasta", FECHA),
    ),
)
FILAS: Final = 3 * FILAS_POR_GRUPO
COLUMNAS: Final = ("numero", "hijos", "desde")
DATOS: Final = (
    "SELECT CASE WHEN i % 3 = 0 THEN 'TI' ELSE 'CC' END AS tipo, "
    "lpad(CAST(i AS VARCHAR), 8, '0') AS numero, i % 4 AS hijos, "
    "DATE '2020-01-01' + CAST(i % 300 AS INTEGER) AS desde, "
    f"CASE WHEN i % 5 = 0 THEN DATE '2020-12-01' END AS hasta FROM range({FILAS}) t(i)"
)


def numero(i: int) -> str:
    return f"{i:08}"


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as conexion:
        yield conexion


@pytest.fixture(scope="module")
def carpeta(con: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    creada = tmp_path_factory.mktemp("personas")
    con.execute(
        f"COPY (FROM ({DATOS}) ORDER BY {orden(PERSONAS)}) "
        f"TO '{creada / 'personas.parquet'}' {opciones(PERSONAS)}"
    )
    return creada


@pytest.fixture(scope="module")
def fuente(con: duckdb.DuckDBPyConnection, carpeta: Path) -> FuenteRegistro:
    return abrir_carpeta(con, carpeta, [PERSONAS], trabajo=carpeta / "t")["personas"]


def filas(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.sql(sql).select(", ".join(COLUMNAS)).order("ALL").fetchall()


def test_lo_escrito_en_su_forma_se_abre_como_esta(fuente: FuenteRegistro, carpeta: Path) -> None:
    ruta = carpeta / "personas.parquet"
    assert fuente.rutas == (ruta,)
    assert fuente.filas == FILAS
    assert fuente.cargas == ()
    assert es_canonico(PERSONAS, ruta)
    otra = EsquemaRegistro(**{**vars(PERSONAS), "nombre": "otras"})
    assert not es_canonico(otra, ruta)
    assert pie_de(ruta) is pie_de(ruta)
    assert len(pie_de(ruta).grupos({"numero": {numero(5), numero(FILAS - 1)}})) == 2


def test_un_archivo_danado_o_de_otra_clase(tmp_path: Path) -> None:
    danado, texto = tmp_path / "a.parquet", tmp_path / "b.csv"
    danado.write_bytes(b"PAR1 y nada mas")
    texto.write_text("numero\n1\n")
    with pytest.raises(ArchivoIlegible, match=r"a\.parquet está dañado"):
        es_canonico(PERSONAS, danado)
    assert not es_canonico(PERSONAS, texto)


def test_un_archivo_cambiado_se_vuelve_a_leer(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    ruta = tmp_path / "personas.parquet"
    con.execute(f"COPY ({DATOS} LIMIT 10) TO '{ruta}' {opciones(PERSONAS)}")
    antes = abrir_carpeta(con, tmp_path, [PERSONAS], trabajo=tmp_path / "t")["personas"]
    con.execute(f"COPY ({DATOS} LIMIT 20) TO '{ruta}' {opciones(PERSONAS)}")
    despues = abrir_carpeta(con, tmp_path, [PERSONAS], trabajo=tmp_path / "t")["personas"]
    assert (antes.filas, despues.filas) == (10, 20)
    assert antes.sha256 != despues.sha256


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    pedidos=st.lists(st.integers(0, FILAS + 50), max_size=12),
    tipos=st.sets(st.sampled_from(["CC", "TI", "CE"]), max_size=3),
)
def test_las_tres_maneras_dan_las_mismas_filas(
    con: duckdb.DuckDBPyConnection, fuente: FuenteRegistro, pedidos: list[int], tipos: set[str]
) -> None:
    valores = {"numero": [numero(i) for i in pedidos], "tipo": tipos}
    esperadas = sorted(
        (numero(i), i % 4, date.fromordinal(date(2020, 1, 1).toordinal() + i % 300))
        for i in set(pedidos)
        if i < FILAS and ("TI" if i % 3 == 0 else "CC") in tipos
    )
    assert filas(con, acotar(fuente, valores).sql) == esperadas
    directas = buscar(con, fuente, valores, COLUMNAS)
    assert sorted(zip(*directas.to_pydict().values(), strict=True)) == esperadas
    assert directas.column_names == list(COLUMNAS)
    con.execute("CREATE OR REPLACE TEMP TABLE pedidas (numero VARCHAR, tipo VARCHAR)")
    con.executemany(
        "INSERT INTO pedidas VALUES (?, ?)",
        [(n, t) for n in valores["numero"] for t in tipos] or [("no", "hay")],
    )
    assert filas(con, acotar_a(fuente, "pedidas", ["numero", "tipo"]).sql) == esperadas


def test_lo_que_no_ordena_el_archivo_se_consulta(
    con: duckdb.DuckDBPyConnection, fuente: FuenteRegistro
) -> None:
    por_dia = buscar(con, fuente, {"desde": {date(2020, 1, 3)}, "hijos": {2}}, COLUMNAS)
    assert por_dia.num_rows == len([i for i in range(FILAS) if i % 300 == 2 and i % 4 == 2])
    dispersos = [numero(i * FILAS // 50) for i in range(50)]
    assert len(dispersos) > MAXIMO_DIRECTO
    assert buscar(con, fuente, {"numero": dispersos}, COLUMNAS).num_rows == 50


def test_nulos_no_se_buscan_y_sin_valores_no_hay_filas(
    con: duckdb.DuckDBPyConnection, fuente: FuenteRegistro
) -> None:
    assert filas(con, acotar(fuente, {"hasta": [None]}).sql) == []
    assert filas(con, acotar(fuente, {"numero": []}).sql) == []
    assert buscar(con, fuente, {"numero": [None]}, COLUMNAS).num_rows == 0
    assert acotar(fuente, {}) is fuente
    assert filas(con, acotar(fuente, {"numero": ["'; DROP TABLE x; --"]}).sql) == []


def test_no_se_busca_por_lo_que_no_se_sabe_escribir(fuente: FuenteRegistro) -> None:
    with pytest.raises(InvarianteRota):
        acotar(fuente, {"numero": [1.5]})  # type: ignore[list-item]
    assert "IN (false, true)" in acotar(fuente, {"numero": [True, False]}).sql


def test_estado_en_los_bordes(con: duckdb.DuckDBPyConnection, fuente: FuenteRegistro) -> None:
    una = acotar(fuente, {"numero": [numero(35)]})  # 2020-02-05 to 2020-12-01
    rige = {
        dia: len(estado_en(con, una, dia).fetchall())
        for dia in (date(2020, 2, 4), date(2020, 2, 5), date(2020, 12, 1), date(2020, 12, 2))
    }
    assert list(rige.values()) == [0, 1, 1, 0]
