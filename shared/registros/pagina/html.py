"""Markdown of ours as a page of HTML. Apart, so that nobody else pays for the parser."""

from __future__ import annotations

from html import escape
from typing import Final

from markdown_it import MarkdownIt

_PAGINA: Final = """<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{titulo}</title>
<style>
body {{ font-family: system-ui, sans-serif; line-height: 1.5; max-width: 70rem; margin: 2rem auto;
  padding: 0 1rem; color: #1b1b1b; }}
table {{ border-collapse: collapse; display: block; overflow-x: auto; }}
th, td {{ border: 1px solid #c8c8c8; padding: .3rem .6rem; text-align: left; vertical-align: top; }}
th {{ background: #eef1f5; }}
code {{ background: #f3f3f3; padding: 0 .2rem; }}
</style>
</head>
<body>
{cuerpo}</body>
</html>
"""


def a_html(markdown: str, titulo: str) -> str:
    """A page of ours as a whole document of HTML; HTML inside the text is shown, not run."""
    traductor = MarkdownIt("commonmark", {"html": False}).enable("table")
    return _PAGINA.format(titulo=escape(titulo), cuerpo=traductor.render(markdown))
