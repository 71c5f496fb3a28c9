"""Where things are and who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.codigo import (
    PUROS,
    SIETE,
    Modulo,
    carpetas_de_mecanismo,
    importados,
    producto,
)

CARPETAS: Final = carpetas_de_mecanismo()
ESCALON: Final = {
    "norma": 0,
    "esquema": 1,
    "reglas": 2,
    "liquidacion": 2,
    "estados": 2,
    "mecanismo": 3,
    "app": 4,
}
"""Inside a mechanism a module imports only from lower steps."""

ADMITIDOS_EN_PUROS: Final = (
    "__future__",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "itertools",
    "narwhals",
    "operator",
    "typing",
    "shared.focalizacion",
    "shared.normativa",
    "shared.registros.catalogo.columnas",
    "shared.registros.model",
    "shared.tipos",
)
"""All that the legal reading needs: no SQL, no HTTP, no files, no clock, no randomness. Of the
registers, only how a column is declared: ``historia`` is declared by the mechanism."""
LLAMADAS_CON_ENTRADA_O_SALIDA: Final = frozenset(
    {"open", "print", "input", "exec", "eval", "__import__"}
)


def de(carpeta: Path) -> list[Modulo]:
    return [m for m in producto() if m.ruta.parent == carpeta]


def bajo(nombre: str, paquetes: tuple[str, ...]) -> bool:
    return any(nombre == p or nombre.startswith(f"{p}.") for p in paquetes)


@pytest.mark.parametrize("carpeta", CARPETAS, ids=lambda c: c.name)
def test_un_mecanismo_son_siete_archivos_y_su_pagina(carpeta: Path) -> None:
    archivos = {r.name for r in carpeta.iterdir() if r.name != "__pycache__"}
    assert archivos == {f"{n}.py" for n in SIETE} | {"__init__.py", "README.md"}


@pytest.mark.parametrize("carpeta", CARPETAS, ids=lambda c: c.name)
def test_la_lectura_de_la_norma_no_toca_nada(carpeta: Path) -> None:
    """Someone from the regulator reads these modules with the resolution beside them."""
    admitidos = (*ADMITIDOS_EN_PUROS, f"services.{carpeta.name}")
    puros = [m for m in de(carpeta) if m.ruta.stem in PUROS]
    ajenos = [
        f"{m.en(nodo)} importa {nombre}"
        for m in puros
        for nombre, nodo in importados(m)
        if not bajo(nombre, admitidos)
    ]
    llamadas = [
        f"{m.en(nodo)} llama a {nodo.func.id}"
        for m in puros
        for nodo in ast.walk(m.arbol)
        if isinstance(nodo, ast.Call)
        and isinstance(nodo.func, ast.Name)
        and nodo.func.id in LLAMADAS_CON_ENTRADA_O_SALIDA
    ]
    assert ajenos + llamadas == []


@pytest.mark.parametrize("carpeta", CARPETAS, ids=lambda c: c.name)
def test_dentro_de_un_mecanismo_se_importa_hacia_la_norma(carpeta: Path) -> None:
    paquete = f"services.{carpeta.name}"
    al_reves = [
        f"{m.en(nodo)} importa {nombre}"
        for m in de(carpeta)
        for nombre, nodo in importados(m)
        if nombre.startswith(f"{paquete}.")
        for otro in [nombre.removeprefix(f"{paquete}.").split(".")[0]]
        if ESCALON[otro] >= ESCALON.get(m.ruta.stem, -1)
    ]
    assert al_reves == []


def test_los_servicios_no_se_importan_entre_si() -> None:
    cruzados = [
        f"{m.en(nodo)} importa {nombre}"
        for m in producto()
        if m.nombre.startswith("services.")
        for nombre, nodo in importados(m)
        if nombre.startswith("services.") and nombre.split(".")[1] != m.nombre.split(".")[1]
    ]
    assert cruzados == []


def test_lo_compartido_no_importa_servicios() -> None:
    al_reves = [
        f"{m.en(nodo)} importa {nombre}"
        for m in producto()
        if m.nombre.startswith("shared")
        for nombre, nodo in importados(m)
        if bajo(nombre, ("services",))
    ]
    assert al_reves == []


def test_el_producto_no_importa_las_pruebas_ni_las_medidas() -> None:
    ajenos = [
        f"{m.en(nodo)} importa {nombre}"
        for m in producto()
        for nombre, nodo in importados(m)
        if bajo(nombre, ("tests", "bench", "pytest", "hypothesis"))
    ]
    assert ajenos == []
