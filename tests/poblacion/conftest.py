"""A country to test a part with: its people and, if the part asks, its prestadores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.poblacion.contexto import Contexto
from shared.poblacion.generar import Resumen, generar, pais
from shared.poblacion.plan import Plan

SEMILLA = 2020


@pytest.fixture(scope="module")
def pais_002(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contexto]:
    """96,000 people, for the tests of one module; no part has run in it."""
    with pais(Plan(0.002, SEMILLA), tmp_path_factory.mktemp("pais")) as contexto:
        yield contexto


@pytest.fixture(scope="module")
def pais_01(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contexto]:
    """480,000 people, for the tests of one module; no part has run in it."""
    with pais(Plan(0.01, SEMILLA), tmp_path_factory.mktemp("pais")) as contexto:
        yield contexto


@pytest.fixture(scope="session")
def generado(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Resumen]:
    """The whole country at 0.01, as the command writes it."""
    salida = tmp_path_factory.mktemp("generado") / "pais"
    return salida, generar(0.01, SEMILLA, salida)
