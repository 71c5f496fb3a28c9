"""The ``/docs`` page: our OpenAPI document as plain HTML, in Spanish, with nothing from outside.

The page FastAPI offers loads its scripts from a public network, which a ministry's may not reach.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

POLITICA: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""Content-Security-Policy of the pages: the browser itself refuses anything from outside."""

_METODOS: Final = ("get", "post", "put", "patch", "delete")
_LUGARES: Final = {"path": "ruta", "query": "consulta", "header": "encabezado", "cookie": "cookie"}

ESTILO: Final = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:62rem;margin:0 auto;padding:1rem}
h1{margin-bottom:.2rem}h2{margin-top:2rem}
details{border:1px solid #8886;border-radius:.5rem;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer}summary code{font-size:1rem}
.m{display:inline-block;min-width:4.2rem;font-weight:700}
table{border-collapse:collapse;width:100%;margin:.4rem 0}
th,td{border-bottom:1px solid #8884;padding:.25rem .5rem;text-align:left;vertical-align:top}
pre{overflow:auto;background:#8882;padding:.5rem;border-radius:.3rem}
"""


def pagina_html(titulo: str, cuerpo: str) -> str:
    """A whole page. ``titulo`` is escaped; ``cuerpo`` is HTML."""
    return (
        '<!doctype html><html lang="es"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(titulo)}</title><style>{ESTILO}</style></head><body>{cuerpo}</body></html>"
    )


def pagina(documento: Mapping[str, Any]) -> str:
    """The documentation of an OpenAPI ``documento``: operations, then the bodies they name."""
    info = documento["info"]
    titulo = str(info["title"])
    partes = [
        f"<h1>{escape(titulo)}</h1><p>{escape(str(info.get('description', '')))}</p>",
        '<p>Descripción para programas: <a href="openapi.json">openapi.json</a> (OpenAPI '
        f"{escape(str(documento['openapi']))}). Envíe su token de acceso en el encabezado "
        "<code>Authorization: Bearer &lt;token&gt;</code>. Los errores llegan como "
        "<code>application/problem+json</code> con un <code>codigo</code> estable.</p>",
        "<h2>Operaciones</h2>",
        *_operaciones(documento),
    ]
    esquemas: Mapping[str, Any] = documento.get("components", {}).get("schemas", {})
    if esquemas:
        partes += ["<h2>Estructuras</h2>", *(_estructura(n, e) for n, e in esquemas.items())]
    return pagina_html(titulo, "".join(partes))


def _operaciones(documento: Mapping[str, Any]) -> Iterator[str]:
    for camino, metodos in documento.get("paths", {}).items():
        for metodo in _METODOS:
            if metodo in metodos:
                yield _operacion(metodo, camino, metodos[metodo])


def _operacion(metodo: str, camino: str, operacion: Mapping[str, Any]) -> str:
    return (
        f'<details><summary><span class="m">{metodo.upper()}</span> '
        f"<code>{escape(camino)}</code> {escape(str(operacion.get('summary', '')))}</summary>"
        f"{_parrafos(str(operacion.get('description', '')))}"
        f"{'' if operacion.get('security') else '<p>No pide token.</p>'}"
        f"{_parametros(operacion.get('parameters', []))}"
        f"{_cuerpo(operacion.get('requestBody', {}))}"
        f"{_respuestas(operacion.get('responses', {}))}</details>"
    )


def _parrafos(texto: str) -> str:
    return "".join(f"<p>{escape(p)}</p>" for p in texto.split("\n\n") if p.strip())


def _tabla(encabezados: tuple[str, ...], filas: Sequence[tuple[str, ...]]) -> str:
    """``filas`` are HTML already."""
    cabeza = "".join(f"<th>{e}</th>" for e in encabezados)
    cuerpo = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in fila) + "</tr>" for fila in filas)
    return f"<table><thead><tr>{cabeza}</tr></thead><tbody>{cuerpo}</tbody></table>"


def _parametros(parametros: list[Mapping[str, Any]]) -> str:
    if not parametros:
        return ""
    filas = [
        (
            f"<code>{escape(p['name'])}</code>",
            _LUGARES.get(p["in"], p["in"]),
            _tipo(p.get("schema", {})),
            "sí" if p.get("required") else "no",
            escape(str(p.get("description", ""))),
        )
        for p in parametros
    ]
    return "<h4>Parámetros</h4>" + _tabla(
        ("Nombre", "Va en", "Tipo", "Obligatorio", "Descripción"), filas
    )


def _cuerpo(cuerpo: Mapping[str, Any]) -> str:
    contenidos = cuerpo.get("content", {})
    if not contenidos:
        return ""
    filas = [
        (f"<code>{escape(m)}</code>", _tipo(c.get("schema", {}))) for m, c in contenidos.items()
    ]
    return "<h4>Cuerpo</h4>" + _tabla(("Contenido", "Tipo"), filas)


def _respuestas(respuestas: Mapping[str, Any]) -> str:
    filas = [
        (
            "otro" if estado == "default" else escape(estado),
            escape(str(r.get("description", ""))),
            "<br>".join(
                f"<code>{escape(m)}</code> {_tipo(c.get('schema', {}))}"
                for m, c in r.get("content", {}).items()
            ),
        )
        for estado, r in respuestas.items()
    ]
    return "<h4>Respuestas</h4>" + _tabla(("Estado", "Qué significa", "Contenido"), filas)


def _tipo(esquema: Mapping[str, Any]) -> str:
    """A schema in one line of HTML; named structures link to their table."""
    if "$ref" in esquema:
        nombre = escape(str(esquema["$ref"]).rsplit("/", 1)[-1])
        return f'<a href="#{nombre}">{nombre}</a>'
    alternativas = esquema.get("anyOf") or esquema.get("oneOf")
    if alternativas:
        return " o ".join(_tipo(a) for a in alternativas)
    if "enum" in esquema:
        return " | ".join(f"<code>{escape(str(v))}</code>" for v in esquema["enum"])
    if "const" in esquema:
        return f"<code>{escape(str(esquema['const']))}</code>"
    return _tipo_simple(esquema)


_NOMBRES: Final = {
    "string": "texto", "integer": "entero", "number": "número", "boolean": "true o false",
    "object": "objeto", "null": "vacío",
}  # fmt: skip
_LIMITES: Final = {
    "minimum": "mín.", "maximum": "máx.", "exclusiveMinimum": "mayor que",
    "exclusiveMaximum": "menor que", "minLength": "largo mín.", "maxLength": "largo máx.",
    "minItems": "elementos mín.", "maxItems": "elementos máx.", "pattern": "forma",
    "default": "por omisión",
}  # fmt: skip


def _tipo_simple(esquema: Mapping[str, Any]) -> str:
    tipo = str(esquema.get("type", "cualquiera"))
    if tipo == "array":
        nombre = f"lista de {_tipo(esquema.get('items', {}))}"
    elif esquema.get("format") == "binary" or "contentMediaType" in esquema:
        nombre = "archivo"
    else:
        nombre = escape(_NOMBRES.get(tipo, tipo))
        if "format" in esquema:
            nombre += f" ({escape(str(esquema['format']))})"
    limites = [f"{t} {escape(str(esquema[c]))}" for c, t in _LIMITES.items() if esquema.get(c)]
    return ", ".join([nombre, *limites])


def _estructura(nombre: str, esquema: Mapping[str, Any]) -> str:
    obligatorios = esquema.get("required", [])
    filas = [
        (
            f"<code>{escape(campo)}</code>",
            _tipo(e),
            "sí" if campo in obligatorios else "no",
            escape(str(e.get("description", ""))),
        )
        for campo, e in esquema.get("properties", {}).items()
    ]
    contenido = (
        _tabla(("Campo", "Tipo", "Obligatorio", "Descripción"), filas)
        if filas
        else f"<p>{_tipo(esquema)}</p>"
    )
    ejemplo = "".join(
        f"<pre>{escape(json.dumps(e, ensure_ascii=False, indent=2))}</pre>"
        for e in esquema.get("examples", [])
    )
    return (
        f'<h3 id="{escape(nombre)}">{escape(nombre)}</h3>'
        f"{_parrafos(str(esquema.get('description', '')))}{contenido}{ejemplo}"
    )
