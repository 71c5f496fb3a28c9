"""Markdown of ours as a page of HTML. Apart, so that nobody else pays for the parser.

The page holds all it needs: it asks for nothing outside and runs no script.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shared.registros.pagina.texto import ancla

_INDICE_DESDE: Final = 3
"""Sections from which a page opens with links to them."""

_UNION: Final = re.compile(r"(?<=[a-z0-9])_(?=[a-z0-9])")

_PAGINA: Final = """<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{titulo}</title>
<style>
:root {{ color-scheme: light dark; --texto: #1b1b1b; --fondo: #fff; --linea: #c8ccd2;
  --tenue: #eef1f5; --enlace: #0b57a4; }}
@media (prefers-color-scheme: dark) {{ :root {{ --texto: #e7e9ec; --fondo: #15181c;
  --linea: #454b54; --tenue: #23282f; --enlace: #8cc2ff; }} }}
body {{ font-family: system-ui, sans-serif; line-height: 1.5; max-width: 70rem; margin: 0 auto;
  padding: 1rem; color: var(--texto); background: var(--fondo); overflow-wrap: break-word; }}
h1 {{ line-height: 1.2; }}
h2 {{ margin-top: 2.5rem; border-bottom: 1px solid var(--linea); }}
h3 {{ margin-top: 2rem; }}
:target {{ scroll-margin-top: 1rem; outline: 2px solid var(--enlace); outline-offset: .3rem; }}
a {{ color: var(--enlace); }}
nav ul {{ display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; list-style: none; padding: 0; }}
main > ul {{ padding-left: 1.2rem; }}
.tabla {{ overflow-x: auto; margin: 1rem 0; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid var(--linea); padding: .3rem .6rem; text-align: left;
  vertical-align: top; overflow-wrap: normal; }}
th {{ background: var(--tenue); }}
code {{ background: var(--tenue); padding: 0 .2rem; border-radius: .2rem; }}
pre {{ overflow-x: auto; background: var(--tenue); padding: .6rem; }}
@media (max-width: 40rem) {{ body {{ padding: .7rem; }} h1 {{ font-size: 1.5rem; }}
  h2 {{ font-size: 1.25rem; }} h3 {{ font-size: 1.05rem; }}
  table {{ font-size: .85rem; width: max-content; }}
  th, td {{ padding: .25rem .4rem; max-width: 13rem; }} th {{ max-width: 6rem; }} }}
</style>
</head>
<body>
{indice}<main>
{cuerpo}</main>
</body>
</html>
"""


def a_html(markdown: str, titulo: str) -> str:
    """A page of ours as a whole document of HTML; HTML inside the text is shown, not run.

    Headings can be linked to, and a page of several sections opens with links to them.
    """
    traductor = MarkdownIt("commonmark", {"html": False}).enable("table")
    for tipo, regla in _REGLAS.items():
        traductor.add_render_rule(tipo, regla)
    piezas = traductor.parse(markdown)
    secciones = _nombrar(piezas)
    cuerpo: str = traductor.renderer.render(piezas, traductor.options, {})
    return _PAGINA.format(titulo=escape(titulo), indice=_indice(secciones), cuerpo=cuerpo)


def _nombrar(piezas: Sequence[Token]) -> list[tuple[str, str]]:
    """Name headings and tell each table whose it is; anchor and title of each section."""
    secciones: list[tuple[str, str]] = []
    vistas: Counter[str] = Counter()
    titulo = ""
    for i, pieza in enumerate(piezas):
        if pieza.type == "heading_open":
            titulo = piezas[i + 1].content
            nombre = ancla(titulo)
            repetido = vistas[nombre]
            vistas[nombre] += 1
            pieza.attrSet("id", f"{nombre}-{repetido}" if repetido else nombre)
            if pieza.tag == "h2":
                secciones.append((str(pieza.attrGet("id")), titulo))
        elif pieza.type == "th_open":
            pieza.attrSet("scope", "col")
        elif pieza.type == "table_open":
            pieza.meta = {"de": titulo}
    return secciones


def _indice(secciones: Sequence[tuple[str, str]]) -> str:
    if len(secciones) < _INDICE_DESDE:
        return ""
    enlaces = "".join(
        f'<li><a href="#{nombre}">{escape(titulo)}</a></li>\n' for nombre, titulo in secciones
    )
    return f'<nav aria-label="En esta página">\n<ul>\n{enlaces}</ul>\n</nav>\n'


def _abrir_tabla(_: Any, piezas: Sequence[Token], i: int, *__: Any) -> str:
    """A table wider than the screen scrolls by itself, with the keyboard too."""
    de = escape(f"Tabla: {piezas[i].meta['de']}")
    return f'<div class="tabla" role="group" aria-label="{de}" tabindex="0"><table>\n'


def _cerrar_tabla(*_: Any) -> str:
    return "</table></div>\n"


def _texto(_: Any, piezas: Sequence[Token], i: int, *__: Any) -> str:
    """Long names of columns may break after each of their words."""
    return _UNION.sub("_<wbr>", escape(piezas[i].content, quote=False))


def _codigo(_: Any, piezas: Sequence[Token], i: int, *__: Any) -> str:
    return f"<code>{_texto(_, piezas, i)}</code>"


_REGLAS: Final[Mapping[str, Callable[..., str]]] = {
    "table_open": _abrir_tabla,
    "table_close": _cerrar_tabla,
    "text": _texto,
    "code_inline": _codigo,
}
