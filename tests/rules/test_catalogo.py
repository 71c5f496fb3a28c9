"""The catalogue as data and as the committed pages."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from shared.focalizacion import Mecanismo
from shared.focalizacion.catalogo import catalogo
from shared.focalizacion.pagina import en_markdown
from tests.rules.paginas import CARPETA, paginas
from tests.support.casos import mecanismos

ORDEN = "python -m tests.rules"
PAGINAS = paginas()
HTML = [ruta for ruta in PAGINAS if ruta.suffix == ".html"]

por_mecanismo = pytest.mark.parametrize("mecanismo", mecanismos(), ids=lambda m: m.nombre)


@pytest.mark.parametrize("ruta", PAGINAS, ids=lambda ruta: ruta.name)
def test_la_pagina_guardada_esta_al_dia(ruta: Path) -> None:
    guardada = ruta.read_text(encoding="utf-8") if ruta.exists() else ""
    assert guardada == PAGINAS[ruta], f"{ruta.name} no está al día: ejecute «{ORDEN}»"


def test_no_queda_la_pagina_de_un_mecanismo_que_ya_no_esta() -> None:
    assert set(CARPETA.iterdir()) == set(PAGINAS)


@por_mecanismo
def test_el_catalogo_es_json_con_cada_regla(mecanismo: Mecanismo) -> None:
    leido = json.loads(json.dumps(catalogo(mecanismo), ensure_ascii=False))
    assert [r["codigo"] for r in leido] == [r.codigo for r in mecanismo.reglas]
    for dado, regla in zip(leido, mecanismo.reglas, strict=True):
        assert dado["certeza"] == regla.certeza
        assert dado["fuente"]["norma"] == regla.fuente.norma
        assert dado["efectos"]["incumple"] == regla.si_incumple
        assert dado["columnas"] == sorted(regla.columnas)


@por_mecanismo
def test_la_pagina_dice_de_cada_regla_lo_que_prometio(mecanismo: Mecanismo) -> None:
    pagina = en_markdown(mecanismo)
    assert "nunca son ley" in pagina
    secciones = pagina.split("\n### ")[1:]
    for seccion, regla in zip(secciones, mecanismo.reglas, strict=True):
        assert seccion.startswith(f"{regla.codigo} · {regla.titulo}\n")
        assert f"Certeza: **{regla.certeza}**" in seccion
        assert f"Si incumple: **{regla.si_incumple}**" in seccion
        assert str(regla.fuente) in seccion
        assert {regla.mensaje, regla.accion, regla.mensaje_no_evaluable} <= {
            "",
            *(linea.partition(": ")[2] for linea in seccion.splitlines()),
        }


@por_mecanismo
def test_la_pagina_dice_que_pasa_con_la_fila(mecanismo: Mecanismo) -> None:
    estados = mecanismo.estados
    lineas = re.findall(
        r"(?m)^\| (?:—|\d+) \| .+ \| \*\*(\w+)\*\* \| (.+) \|$", _estados(mecanismo)
    )
    assert lineas == [
        (estado, "lo liquidado" if estado in estados.valorados else "cero")
        for estado in (estados.forma, *(x.estado for x in estados.precedencia), estados.otro)
    ]


def _estados(mecanismo: Mecanismo) -> str:
    return en_markdown(mecanismo).partition("\n## Estados\n")[2].partition("\n## ")[0]


@por_mecanismo
def test_la_pagina_nombra_parametros_beneficiarios_y_registros(mecanismo: Mecanismo) -> None:
    final = en_markdown(mecanismo).partition("\n## Estados\n")[2]
    nombrados = {
        *(f"`{opcion.nombre}`" for opcion in mecanismo.parametros),
        *(b.concepto for b in mecanismo.liquidacion.beneficiarios),
        *(f"`{registro}`" for registro in mecanismo.esquema.registros),
    }
    assert nombrados <= {celda.strip() for celda in re.split(r"[|\n]", final)}


# --- the page of HTML -----------------------------------------------------------------------------


class _Lector(HTMLParser):
    """Heads, links, frames of tables and tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.titulos: list[int] = []
        self.anclas: list[str] = []
        self.enlaces: set[str] = set()
        self.atributos: dict[str, list[dict[str, str | None]]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        propios = dict(attrs)
        self.atributos.setdefault(tag, []).append(propios)
        if re.fullmatch(r"h\d", tag):
            self.titulos.append(int(tag[1]))
            self.anclas.append(propios["id"] or "")
        if tag == "a":
            self.enlaces.add(unquote(propios["href"] or ""))


def leer(ruta: Path) -> _Lector:
    lector = _Lector()
    lector.feed(PAGINAS[ruta])
    return lector


@pytest.mark.parametrize("ruta", HTML, ids=lambda ruta: ruta.name)
def test_la_pagina_html_se_basta(ruta: Path) -> None:
    """Nothing from outside, no script, not even in an attribute."""
    leida = leer(ruta)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(leida.atributos)
    assert "url(" not in PAGINAS[ruta]
    assert "@import" not in PAGINAS[ruta]
    todos = [a for propios in leida.atributos.values() for a in propios]
    assert not [a for a in todos if any(n.startswith("on") for n in a)]
    assert all(e.startswith("#") for e in leida.enlaces)


@pytest.mark.parametrize("ruta", HTML, ids=lambda ruta: ruta.name)
def test_la_pagina_html_se_puede_recorrer(ruta: Path) -> None:
    """One title, headings without jumps, links that lead somewhere, tables with their heads."""
    leida = leer(ruta)
    assert leida.atributos["html"] == [{"lang": "es"}]
    assert len(leida.atributos["main"]) == len(leida.atributos["nav"]) == 1
    assert leida.titulos[0] == 1
    assert leida.titulos.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(leida.titulos, leida.titulos[1:], strict=False))
    assert len(leida.anclas) == len(set(leida.anclas))
    assert leida.enlaces <= {f"#{a}" for a in leida.anclas}
    assert all(a.get("scope") == "col" for a in leida.atributos["th"])
    marcos = [a for a in leida.atributos["div"] if a.get("class") == "tabla"]
    assert len(marcos) == len(leida.atributos["table"])
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in marcos)
