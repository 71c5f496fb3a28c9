"""No float near money: integer centavos everywhere inside."""

from __future__ import annotations

import ast
import importlib
import re
from typing import Final

from sqlalchemy import BigInteger

from shared.db.tables import metadata
from tests.architecture.codigo import PUROS, RAIZ, nodos, producto

CON_DINERO: Final = (
    "shared.tipos",
    "shared.normativa",
    "shared.focalizacion",
    "shared.presupuesto",
    "shared.giros",
)
"""Packages where a float has no business at all; the legal modules of each mechanism too."""

TIPOS_FLOTANTES: Final = frozenset(
    {"Float", "Float32", "Float64", "Double", "DOUBLE", "DOUBLE_PRECISION", "FLOAT", "REAL"}
    | {"float32", "float64"}
)
SQL_FLOTANTE: Final = re.compile(
    r"\b(?:DOUBLE|FLOAT[48]?|REAL)\b(?=\s*(?:[,)]|NOT|NULL|DEFAULT|$))"
    r"|(?i:\bdouble\s+precision\b|::\s*(?:double|float[48]?|real)\b)"
    r"|(?i:\bas\s+(?:double|float[48]?|real)\s*\))"
)
"""As a type of SQL: «real» is also a Spanish word."""
ADMITIDOS: Final = {
    "shared/radicacion/lectura/columnar.py": (
        "reads Parquet columns that others wrote as floats, and turns them into text"
    ),
    "shared/correccion/service.py": "the similarity of a proposal, from 0 to 1: no money there",
}
CENTAVOS: Final = "_centavos"


def test_nada_convierte_a_flotante() -> None:
    hallados = [
        m.en(nodo)
        for m, nodo in nodos(ast.Call)
        if isinstance(nodo, ast.Call)
        and isinstance(nodo.func, ast.Name)
        and nodo.func.id == "float"
        and m.lugar not in ADMITIDOS
    ]
    assert hallados == []


def test_ninguna_columna_es_flotante() -> None:
    nombrados = [
        m.en(nodo)
        for m, nodo in nodos(ast.Name, ast.Attribute)
        if (nodo.id if isinstance(nodo, ast.Name) else getattr(nodo, "attr", "")) in TIPOS_FLOTANTES
        and m.lugar not in ADMITIDOS
    ]
    en_sql = [
        m.en(nodo)
        for m, nodo in nodos(ast.Constant)
        if isinstance(nodo, ast.Constant)
        and isinstance(nodo.value, str)
        and SQL_FLOTANTE.search(nodo.value)
        and m.lugar not in ADMITIDOS
    ]
    assert nombrados + en_sql == []


def test_donde_hay_dinero_no_hay_flotantes() -> None:
    hallados = []
    for m, nodo in nodos(ast.Constant, ast.Name):
        con_dinero = m.nombre.startswith(CON_DINERO) or (
            m.nombre.startswith("services.") and m.ruta.stem in PUROS
        )
        es_flotante = (
            isinstance(nodo.value, float)
            if isinstance(nodo, ast.Constant)
            else isinstance(nodo, ast.Name) and nodo.id == "float"
        )
        if con_dinero and es_flotante:
            hallados.append(m.en(nodo))
    assert hallados == []


def test_los_centavos_no_se_dividen_con_decimales() -> None:
    """``/`` gives a float; ``//``, ``divmod`` and ``repartir`` do not."""
    hallados = [
        m.en(nodo)
        for m, nodo in nodos(ast.BinOp)
        if isinstance(nodo, ast.BinOp)
        and isinstance(nodo.op, ast.Div)
        and CENTAVOS in ast.unparse(nodo)
    ]
    assert hallados == []


def test_lo_que_se_llama_centavos_es_entero() -> None:
    hallados = []
    for m, nodo in nodos(ast.AnnAssign, ast.arg):
        if isinstance(nodo, ast.AnnAssign):
            nombre, anotado = ast.unparse(nodo.target), nodo.annotation
        elif isinstance(nodo, ast.arg) and nodo.annotation is not None:
            nombre, anotado = nodo.arg, nodo.annotation
        else:
            continue
        if nombre.endswith(CENTAVOS) and re.search(r"\b(float|str)\b", ast.unparse(anotado)):
            hallados.append(m.en(nodo))
    assert hallados == []


def test_las_columnas_de_dinero_son_bigint() -> None:
    for modulo in producto():
        if modulo.ruta.stem == "tables":
            importlib.import_module(modulo.nombre)
    columnas = [c for t in metadata.tables.values() for c in t.columns if c.name.endswith(CENTAVOS)]
    assert columnas
    assert [str(c) for c in columnas if not isinstance(c.type, BigInteger)] == []


def test_las_migraciones_crean_el_dinero_como_bigint() -> None:
    declaradas = [
        (ruta.name, columna, tipo.lower())
        for ruta in (RAIZ / "shared" / "db" / "migraciones" / "versiones").glob("*.py")
        for columna, tipo in re.findall(
            rf"^\s+(\w+{CENTAVOS})\s+([a-zA-Z]\w*)\b(?!\s*\()",
            ruta.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    assert declaradas
    assert [d for d in declaradas if d[2] != "bigint"] == []
