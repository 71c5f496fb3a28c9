"""``mecanismos evaluar``: the published amounts and what is refused, through the command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from shared.cli.app import app
from shared.cli.salida import codigo_de
from shared.tipos import EntradaInvalida, pesos
from tests.support.anticipo import (
    CASO,
    PUBLICADOS,
    a_csv,
    escribir_registros,
    fila,
    registros_publicados,
    un_dia,
)

HALLAZGO = {"fila", "codigo", "veredicto", "efecto", "columna", "mensaje"}


def evaluar(archivo: Path, cortes: Path, salida: Path) -> dict[str, Any]:
    """The command inside this process; what it printed with ``--json``."""
    argumentos = ["evaluar", "anticipo_uci", str(archivo), "--cortes", str(cortes)]
    argumentos += ["--fecha", "2021-03-10", "--salida", str(salida), "--json"]
    hecho = CliRunner().invoke(app, argumentos)
    if hecho.exception is not None:
        raise hecho.exception
    resumen: dict[str, Any] = json.loads(hecho.stdout)
    assert resumen == json.loads((salida / "resumen.json").read_text(encoding="utf-8"))
    return resumen


def filas_de(salida: Path) -> list[dict[str, Any]]:
    filas: list[dict[str, Any]] = pq.read_table(salida / "registros.parquet").to_pylist()
    return filas


def test_the_installed_command_gives_the_summary_and_the_files(tmp_path: Path) -> None:
    """What comes out of each row is in ``test_casos``."""
    salida = tmp_path / "salida"
    comando = [sys.executable, "-m", "shared.cli", "evaluar", "anticipo_uci"]
    comando += [str(CASO / "entrada.csv"), "--cortes", str(CASO), "--fecha", "2021-03-10"]
    hecho = subprocess.run(
        [*comando, "--salida", str(salida), "--json"], capture_output=True, text=True, check=False
    )
    assert hecho.returncode == 0, hecho.stderr
    resumen = json.loads(hecho.stdout)
    assert (resumen["total"], resumen["valor_centavos"]) == (40, pesos(88_033_494))
    assert len(filas_de(salida)) == 40
    hallazgos = pq.read_table(salida / "hallazgos.parquet")
    assert set(hallazgos.column_names) >= HALLAZGO
    assert hallazgos.column("codigo").to_pylist().count("ANT-17") == 29


@pytest.fixture(scope="module")
def publicados(tmp_path_factory: pytest.TempPathFactory) -> Path:
    carpeta = tmp_path_factory.mktemp("publicados")
    escribir_registros(registros_publicados(), carpeta / "cortes")
    (carpeta / "todos.csv").write_bytes(a_csv(f for p in PUBLICADOS for f in p.filas))
    evaluar(carpeta / "todos.csv", carpeta / "cortes", carpeta / "salida")
    return carpeta


@pytest.mark.parametrize("publicado", PUBLICADOS, ids=lambda p: p.nombre)
def test_published_amounts_are_exact(publicados: Path, publicado: Any) -> None:
    """One file holds them all, several NIT and periods, as ``evaluar`` admits."""
    entrada = pq.read_table(publicados / "salida" / "entrada" / "filas.parquet").to_pylist()
    propias = {f["fila"] for f in entrada if f["nit"] == publicado.nit}
    valores = [r["valor_centavos"] for r in filas_de(publicados / "salida") if r["fila"] in propias]
    assert len(valores) == len(publicado.filas)
    assert sum(valores) == pesos(publicado.valor)


def test_the_published_figures_lose_nothing_but_what_the_report_trims(publicados: Path) -> None:
    resumen = json.loads((publicados / "salida" / "resumen.json").read_text(encoding="utf-8"))
    assert set(resumen["por_estado"]) == {"LIQUIDADO"}
    # Example 2: sixteen days certify 10 beds and REPS had 6 free.
    assert resumen["por_causal"]["ANT-13"] == 16
    assert [r["codigo"] for r in resumen["reglas_no_aplicadas"]] == ["ANT-07", "ANT-16"]


def test_optional_registers_that_are_absent_are_named_and_not_guessed(tmp_path: Path) -> None:
    cortes = tmp_path / "cortes"
    cortes.mkdir()
    for registro in ("reps_prestadores", "reps_sedes", "reps_capacidad"):
        shutil.copy(CASO / f"{registro}.csv", cortes)
    (tmp_path / "camas.csv").write_bytes(a_csv([un_dia(1), un_dia(5)]))
    resumen = evaluar(tmp_path / "camas.csv", cortes, tmp_path / "salida")
    faltan = {r["codigo"]: r["falta"] for r in resumen["reglas_no_aplicadas"]}
    assert faltan == {
        "ANT-07": ["reps_servicios"],
        "ANT-13": ["reps_ocupacion_diaria"],
        "ANT-14": ["reps_ocupacion_diaria"],
        "ANT-15": ["reps_ocupacion_diaria"],
        "ANT-16": ["historia"],
    }
    # 5 February has no daily report in the case: without the register nobody asks for it.
    assert resumen["por_estado"] == {"LIQUIDADO": 2}


def test_an_absent_obligatory_register_stops_with_its_name(tmp_path: Path) -> None:
    cortes = tmp_path / "cortes"
    cortes.mkdir()
    shutil.copy(CASO / "reps_sedes.csv", cortes)
    (tmp_path / "camas.csv").write_bytes(a_csv([fila()]))
    with pytest.raises(EntradaInvalida, match=r"reps_prestadores .*; reps_capacidad") as error:
        evaluar(tmp_path / "camas.csv", cortes, tmp_path / "salida")
    assert codigo_de(error.value) == 3
