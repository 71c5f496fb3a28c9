"""The catalogue as data and as the committed pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.focalizacion import Mecanismo
from shared.focalizacion.catalogo import catalogo, en_markdown
from tests.rules.paginas import paginas
from tests.support.casos import RAIZ, mecanismos

ORDEN = "python -m tests.rules"


@pytest.mark.parametrize("ruta", paginas(), ids=lambda ruta: ruta.name)
def test_la_pagina_guardada_esta_al_dia(ruta: Path) -> None:
    guardada = ruta.read_text(encoding="utf-8") if ruta.exists() else ""
    assert guardada == paginas()[ruta], f"{ruta.name} no está al día: ejecute «{ORDEN}»"


def test_no_queda_la_pagina_de_un_mecanismo_que_ya_no_esta() -> None:
    assert set((RAIZ / "docs" / "reglas").glob("*.md")) == set(paginas())


@pytest.mark.parametrize("mecanismo", mecanismos(), ids=lambda m: m.nombre)
def test_el_catalogo_es_json_con_cada_regla(mecanismo: Mecanismo) -> None:
    leido = json.loads(json.dumps(catalogo(mecanismo), ensure_ascii=False))
    assert [r["codigo"] for r in leido] == [r.codigo for r in mecanismo.reglas]
    for dado, regla in zip(leido, mecanismo.reglas, strict=True):
        assert dado["certeza"] == regla.certeza
        assert dado["fuente"]["norma"] == regla.fuente.norma
        assert dado["efectos"]["incumple"] == regla.si_incumple
        assert dado["columnas"] == sorted(regla.columnas)


@pytest.mark.parametrize("mecanismo", mecanismos(), ids=lambda m: m.nombre)
def test_la_pagina_deja_ver_la_certeza_de_cada_regla(mecanismo: Mecanismo) -> None:
    pagina = en_markdown(mecanismo)
    assert "nunca son ley" in pagina
    secciones = pagina.split("\n## ")[2:]
    for seccion, regla in zip(secciones, mecanismo.reglas, strict=True):
        assert seccion.startswith(regla.codigo)
        assert f"Certeza: **{regla.certeza}**" in seccion
