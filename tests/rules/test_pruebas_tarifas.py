"""Tariffs are a register: those shipped until a corte brings others, by the day of the sample."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
import pytest

from services.pruebas.mecanismo import MECANISMO
from shared.normativa import Certeza, tablas
from shared.radicacion.evaluacion import evaluar_archivo
from tests.support.casos import RAIZ

CASO: Final = RAIZ / "dominio" / "casos" / "pruebas"
SIN_TARIFA: Final = 4
"""Row of the acceptance case: an antigen test of 2 July 2022."""
DE_P2: Final = 21
"""A molecular test of October 2020, of 200,000 pesos."""
COLUMNAS: Final = ("tipo_prueba", "cups", "desde", "hasta", "componente", "valor_cop", "fuente")


@pytest.fixture
def cortes(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CASO, tmp_path / "cortes"))


def evaluar(cortes: Path, tarifas: Sequence[Sequence[str]]) -> dict[int, tuple[Any, ...]]:
    with (cortes / "pruebas_tarifas.csv").open("w", encoding="utf-8", newline="") as archivo:
        csv.writer(archivo).writerows([COLUMNAS, *tarifas])
    evaluacion = evaluar_archivo(
        MECANISMO,
        cortes / "entrada.csv",
        cortes,
        cortes / "salida",
        fecha=date(2025, 4, 1),
    )
    return {
        f["fila"]: (f["estado"], f["codigos"], f["valor_centavos"])
        for f in pq.read_table(evaluacion.registros).to_pylist()
    }


def test_un_corte_de_tarifas_libera_lo_que_esperaba(cortes: Path) -> None:
    """With the value of P3 the held test is paid; what the corte leaves out is no longer known."""
    dadas = evaluar(
        cortes,
        [
            ["ANTIGENO", "906340", "2022-07-01", "", "TOTAL", "80000", "Resolución inventada"],
            ["MOLECULAR", "908856", "2020-09-16", "2022-06-30", "TOTAL", "199999", "Otra"],
        ],
    )
    assert dadas[SIN_TARIFA] == ("LIQUIDADO", "", 8_000_000)
    assert dadas[DE_P2] == ("GLOSADO", "PRU-22", 0)
    assert "PRU-08" in dadas[18][1]  # antibodies are not in this corte


def test_cada_tarifa_que_viene_con_la_suite_dice_cuanto_se_sabe_de_ella() -> None:
    for fila in tablas.leer("pruebas_tarifas"):
        certeza = Certeza(fila["certeza"])
        assert fila["norma"]
        assert certeza is not Certeza.NORMA  # none was read in the norm: dossier §5
        assert ("UNCONFIRMED" in fila["norma"]) == (certeza is Certeza.DISENO)
