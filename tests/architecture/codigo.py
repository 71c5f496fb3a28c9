"""The product code as syntax trees, read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

RAIZ: Final = Path(__file__).parents[2]
PRODUCTO: Final = ("shared", "services")
PUROS: Final = ("norma", "esquema", "reglas", "liquidacion", "estados")
SIETE: Final = frozenset({*PUROS, "mecanismo", "app"})


@dataclass(frozen=True)
class Modulo:
    """A source file; ``nombre`` is how it is imported."""

    ruta: Path
    arbol: ast.Module

    @property
    def lugar(self) -> str:
        return self.ruta.relative_to(RAIZ).as_posix()

    @property
    def nombre(self) -> str:
        return ".".join(self.ruta.relative_to(RAIZ).with_suffix("").parts).removesuffix(".__init__")

    def en(self, nodo: ast.AST) -> str:
        """Where a node is, as an editor opens it."""
        return f"{self.lugar}:{getattr(nodo, 'lineno', 1)}"


@cache
def producto() -> tuple[Modulo, ...]:
    """Every module under ``shared`` and ``services``."""
    rutas = sorted(r for raiz in PRODUCTO for r in (RAIZ / raiz).rglob("*.py"))
    return tuple(Modulo(r, ast.parse(r.read_text(encoding="utf-8"))) for r in rutas)


def nodos(*tipos: type[ast.AST]) -> Iterator[tuple[Modulo, ast.AST]]:
    """Every node of those types in the product, with its module."""
    for modulo in producto():
        for nodo in ast.walk(modulo.arbol):
            if isinstance(nodo, tipos):
                yield modulo, nodo


def importados(modulo: Modulo) -> Iterator[tuple[str, ast.AST]]:
    """Full names that a module imports: ``a.b`` and, for ``from a import b``, also ``a.b``."""
    for nodo in ast.walk(modulo.arbol):
        if isinstance(nodo, ast.Import):
            yield from ((alias.name, nodo) for alias in nodo.names)
        elif isinstance(nodo, ast.ImportFrom):
            base = nodo.module or ""
            yield from ((f"{base}.{alias.name}", nodo) for alias in nodo.names)


def carpetas_de_mecanismo() -> list[Path]:
    """Folders of ``services`` that hold a mechanism."""
    return sorted(r.parent for r in (RAIZ / "services").glob("*/mecanismo.py"))
