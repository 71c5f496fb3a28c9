"""The sort by ranges gives what one sort of everything would, whatever the keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.registros import cargador, cargar_archivo
from shared.registros.canonico import FILAS_POR_GRUPO, es_canonico
from shared.registros.catalogo import esquema_de
from shared.registros.errors import NingunaFilaSirve
from shared.registros.ordenacion import cortes, cuantos_tramos, por_tramos

BLOQUE = 2_000
ENCABEZADO = "hab_sede,servicio,poblacion,tipo,acto,fecha_inicio"
TEXTOS = st.text(st.sampled_from("aAñÑzZ€😀0 "), max_size=3)


def transitorias(ruta: Path, actos: list[str]) -> Path:
    """A register whose key holds free text and may be empty."""
    filas = (
        f"0500100101{i % 7:02d},UCI,ADULTO,AUTORIZACION,{acto},{'2020-06-01' if i % 3 else ''}"
        for i, acto in enumerate(actos)
    )
    ruta.write_text("\n".join([ENCABEZADO, *filas, ""]), "utf-8")
    return ruta


def filas(ruta: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(f"SELECT * FROM read_parquet('{ruta}')").fetchall()


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTOS, min_size=150, max_size=200))
def test_por_tramos_es_lo_mismo(tmp_path: Path, actos: list[str]) -> None:
    ruta = transitorias(tmp_path / "t.csv", actos)
    assert cuantos_tramos(ruta.stat().st_size, 500) >= 4
    de_una = cargar_archivo("reps_transitorias", ruta, tmp_path / "a")
    por_partes = cargar_archivo("reps_transitorias", ruta, tmp_path / "b", bloque=500)
    assert filas(por_partes.ruta) == filas(de_una.ruta)
    assert por_partes.calidad == de_una.calidad
    assert es_canonico(esquema_de("reps_transitorias"), por_partes.ruta)


def test_una_clave_que_se_repite_demasiado(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then a range does not fit in memory, and DuckDB sorts all with what it spills."""
    ruta = transitorias(tmp_path / "t.csv", ["igual"] * 400)
    por_tramos_ = cargar_archivo("reps_transitorias", ruta, tmp_path / "a", bloque=BLOQUE)
    monkeypatch.setattr(cargador, "FILAS_MAXIMAS", 10)
    de_una = cargar_archivo("reps_transitorias", ruta, tmp_path / "b", bloque=BLOQUE)
    assert filas(por_tramos_.ruta) == filas(de_una.ruta)
    assert es_canonico(esquema_de("reps_transitorias"), por_tramos_.ruta)


def test_ninguna_fila_buena(tmp_path: Path) -> None:
    ruta = transitorias(tmp_path / "t.csv", ["x"] * 300)
    ruta.write_text(ruta.read_text("utf-8").replace("UCI", "NADA"), "utf-8")
    with pytest.raises(NingunaFilaSirve, match="300 filas"):
        cargar_archivo("reps_transitorias", ruta, tmp_path / "a", bloque=BLOQUE)


def test_los_grupos_son_enteros(tmp_path: Path) -> None:
    """Row groups do not know of ranges: all but the last one are whole."""
    ruta = tmp_path / "t.csv"
    transitorias(ruta, [f"acto {i}" for i in range(2 * FILAS_POR_GRUPO + 100)])
    bloque = ruta.stat().st_size // 12
    carga = cargar_archivo("reps_transitorias", ruta, tmp_path / "a", bloque=bloque)
    with duckdb.connect() as con:
        grupos = con.execute(
            "SELECT DISTINCT row_group_id, row_group_num_rows "
            f"FROM parquet_metadata('{carga.ruta}') ORDER BY ALL"
        ).fetchall()
    assert [n for _, n in grupos] == [FILAS_POR_GRUPO, FILAS_POR_GRUPO, 100]


def test_cortes_y_tramos() -> None:
    assert cuantos_tramos(100, 64) == 0
    assert cuantos_tramos(64 * 3 * 10, 64) == 10
    donde = cortes([(None,), ("b",), ("a",), ("b",)], 4)
    assert donde == (("b",), (None,))
    tabla = pa.table({"k": ["a", "a", "b", "c", None, None]})
    assert por_tramos(tabla, ["k"], donde) == [2, 2, 2]
    assert cortes([], 4) == ()
