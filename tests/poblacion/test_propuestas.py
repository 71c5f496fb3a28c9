"""Proposals over the synthetic country: right where it is known who each one is, silent elsewhere.

The figures at scale 1 are in ``docs/correccion.md``; here the same goals hold at 0.01.
"""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bench.propuestas import Acierto, Corrida, comparar
from services.talento_humano.mecanismo import MECANISMO
from shared.correccion.model import IDENTIDAD
from shared.correccion.service import ARCHIVO, leer_propuestas
from shared.poblacion.generar import Resumen
from shared.radicacion.evaluacion import evaluar_archivo
from tests.support.sistema import entorno_limpio, orden


@pytest.fixture(scope="module")
def pais(generado: tuple[Path, Resumen]) -> Path:
    return generado[0] / "talento_humano"


@pytest.fixture(scope="module")
def evaluada(pais: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``mecanismos evaluar`` leaves, with the proposals that the command adds."""
    carpeta = tmp_path_factory.mktemp("evaluada")
    evaluar_archivo(
        MECANISMO, pais / "entrada.parquet", pais / "cortes", carpeta, fecha=date(2020, 9, 15)
    )
    argumentos = ("talento_humano", str(carpeta), "--cortes", str(pais / "cortes"))
    hecho = subprocess.run(
        orden("propuestas", *argumentos, "--salida", str(carpeta / "propuestas.xlsx")),
        env=entorno_limpio(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert hecho.returncode == 0, hecho.stderr
    assert "propuestas en" in hecho.stdout
    return carpeta


@pytest.fixture(scope="module")
def total(pais: Path, evaluada: Path) -> Acierto:
    corrida = Corrida(
        titulo="",
        mecanismo=MECANISMO.nombre,
        filas=evaluada / "entrada" / "filas.parquet",
        registros=evaluada / "registros.parquet",
        cortes=pais / "cortes",
        salida=evaluada / ARCHIVO,
        identidad=f"FROM read_parquet('{pais}/identidad.parquet')",
        grupos=f"SELECT fila, '' AS grupo FROM read_parquet('{pais}/verdad.parquet')",
    )
    (todas,) = comparar(corrida)
    return todas


def test_lo_propuesto_es_lo_cierto(total: Acierto) -> None:
    assert total.propuestas > 0
    assert total.precision >= 0.99
    assert total.cobertura >= 0.90


def test_cada_linea_dice_por_que_y_de_donde(evaluada: Path) -> None:
    for n, propuesta in enumerate(leer_propuestas(evaluada / ARCHIVO), start=1):
        assert propuesta["linea"] == n
        assert propuesta["columna"] in IDENTIDAD
        assert propuesta["valor_reportado"] != propuesta["valor_propuesto"]
        assert 0 < propuesta["similitud"] <= 1
        assert propuesta["evidencia"].startswith("Según ")
        assert propuesta["registro"] in MECANISMO.esquema.registros
        assert propuesta["corte"]
        assert propuesta["estado"]
        assert propuesta["certeza"] == "DISENO"


def test_la_evidencia_no_dice_mas_de_lo_que_se_propone(evaluada: Path) -> None:
    """No number and no name, but for those of the registers."""
    for propuesta in leer_propuestas(evaluada / ARCHIVO):
        evidencia = propuesta["evidencia"]
        assert not any(c.isdigit() for c in evidencia)
        mayusculas = {p for p in re.findall(r"\w+", evidencia) if p.isupper()}
        assert mayusculas <= {"BDUA"}


def test_el_libro_trae_una_linea_por_propuesta(evaluada: Path) -> None:
    propuestas = sum(1 for _ in leer_propuestas(evaluada / ARCHIVO))
    with (evaluada / "propuestas.xlsx").open("rb") as archivo:
        datos: Any = openpyxl.load_workbook(archivo, read_only=True)["Datos"]
        assert sum(1 for _ in datos.iter_rows()) == propuestas + 1
