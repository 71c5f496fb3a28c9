"""The pages of the catalogue, from the rules and from the tables of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shared.focalizacion.pagina import en_markdown, titulo_de
from shared.registros.pagina.html import a_html
from shared.registros.pagina.texto import tabla
from tests.support.casos import RAIZ, cargar_tablas, mecanismo_de, mecanismos

CARPETA: Final = RAIZ / "docs" / "reglas"


def paginas() -> dict[Path, str]:
    """Path of each page in ``docs/reglas`` and its text."""
    tablas = cargar_tablas()
    hechas = {CARPETA / "README.md": _indice()}
    for mecanismo in mecanismos():
        propias = [t for t in tablas if mecanismo_de(t.codigo) is mecanismo]
        texto = en_markdown(mecanismo, propias)
        hechas[CARPETA / f"{mecanismo.nombre}.md"] = texto
        hechas[CARPETA / f"{mecanismo.nombre}.html"] = a_html(texto, titulo_de(mecanismo))
    return hechas


def _indice() -> str:
    partes = [
        "# Catálogo de reglas",
        "Páginas generadas de las reglas y de los casos que las prueban; no se editan a mano.",
        tabla(
            ("Mecanismo", "Códigos", "Para imprimir o enviar"),
            [
                (
                    f"[{m.titulo}]({m.nombre}.md)",
                    f"{m.reglas[0].codigo} a {m.reglas[-1].codigo}",
                    f"[{m.nombre}.html]({m.nombre}.html)",
                )
                for m in mecanismos()
            ],
        ),
    ]
    return "\n\n".join(partes) + "\n"
