"""The catalogue page of each mechanism, from its rules and from the tables of this folder."""

from __future__ import annotations

from pathlib import Path

from shared.focalizacion.catalogo import en_markdown
from tests.support.casos import RAIZ, cargar_tablas, mecanismo_de, mecanismos


def paginas() -> dict[Path, str]:
    """Path of each page in ``docs/reglas`` and its text."""
    tablas = cargar_tablas()
    return {
        RAIZ / "docs" / "reglas" / f"{m.nombre}.md": en_markdown(
            m, [t for t in tablas if mecanismo_de(t.codigo) is m]
        )
        for m in mecanismos()
    }
