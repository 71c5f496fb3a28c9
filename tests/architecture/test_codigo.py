"""Habits that a reader of the code may rely on."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.script import ScriptDirectory

from shared.tipos import Rechazo
from tests.architecture.codigo import RAIZ, nodos, producto

SIN_CONFIRMAR: Final = ("repository", "routes", "rutas", "app")
"""Modules and packages of SQL and of HTTP: the use case owns the transaction."""

MIRAN_EL_RELOJ: Final = {
    "shared.tipos.reloj": "it is the clock",
    "shared.cli.demo.historia": "works out how far from now the story of the demo is",
    "shared.radicacion.barrido": "compares with the times of files, which are the machine's",
}


def test_no_hay_assert_en_el_producto() -> None:
    """It disappears under ``-O``: a broken invariant raises ``InvarianteRota``."""
    assert [m.en(nodo) for m, nodo in nodos(ast.Assert)] == []


def test_solo_el_caso_de_uso_confirma_la_transaccion() -> None:
    confirman = [
        m.en(nodo)
        for m, nodo in nodos(ast.Call)
        if isinstance(nodo, ast.Call)
        and isinstance(nodo.func, ast.Attribute)
        and nodo.func.attr in ("commit", "rollback")
        and set(SIN_CONFIRMAR) & set(m.nombre.split("."))
    ]
    assert confirman == []


def test_la_hora_viene_del_reloj() -> None:
    """The machine is asked in one place; everything else is told."""
    fuera = [
        m.en(nodo)
        for m, nodo in nodos(ast.Call)
        if isinstance(nodo, ast.Call)
        and isinstance(nodo.func, ast.Attribute)
        and ast.unparse(nodo.func)
        in ("datetime.now", "datetime.utcnow", "date.today", "datetime.today")
        and m.nombre not in MIRAN_EL_RELOJ
    ]
    assert fuera == []


def test_hay_una_sola_cabeza_de_migraciones() -> None:
    guiones = ScriptDirectory.from_config(Config(str(RAIZ / "alembic.ini")))
    assert len(guiones.get_heads()) == 1
    assert len(guiones.get_bases()) == 1


def test_las_migraciones_solo_van_hacia_adelante() -> None:
    carpeta: Path = RAIZ / "shared" / "db" / "migraciones" / "versiones"
    for ruta in sorted(carpeta.glob("0*.py")):
        funciones = {
            n.name: n
            for n in ast.parse(ruta.read_text(encoding="utf-8")).body
            if isinstance(n, ast.FunctionDef)
        }
        assert "upgrade" in funciones, ruta.name
        if "downgrade" in funciones:
            assert "raise" in ast.unparse(funciones["downgrade"]), ruta.name


def test_cada_rechazo_tiene_codigo_propio_titulo_y_estado() -> None:
    for modulo in producto():
        if modulo.ruta.stem == "errors" or modulo.nombre.endswith("errores"):
            importlib.import_module(modulo.nombre)
    vistos: dict[str, str] = {}
    for clase in _clases(Rechazo):
        nombre = f"{clase.__module__}.{clase.__qualname__}"
        if not clase.__module__.startswith(("shared.", "services.")):
            continue
        if "codigo" in vars(clase):  # a subclass without its own shares its parent's
            assert vistos.setdefault(clase.codigo, nombre) == nombre, clase.codigo
        assert clase.codigo.islower(), nombre
        assert "." in clase.codigo, nombre
        assert clase.titulo[:1].isupper(), nombre
        assert not clase.titulo.endswith("."), nombre
        assert 400 <= clase.estado_http < 600, nombre


def _clases(clase: type[Rechazo]) -> list[type[Rechazo]]:
    return [clase, *(x for hija in clase.__subclasses__() for x in _clases(hija))]
