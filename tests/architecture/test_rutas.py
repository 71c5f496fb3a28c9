"""Every route of every application asks who is calling."""

from __future__ import annotations

from importlib import import_module

import pytest
from fastapi import FastAPI

from shared.focalizacion.descubrir import aplicaciones
from shared.web import rutas_sin_identidad
from tests.architecture.codigo import RAIZ

CARPETAS = sorted(r.parent.name for r in (RAIZ / "services").glob("*/app.py"))


def test_se_descubre_la_aplicacion_de_cada_servicio() -> None:
    assert set(aplicaciones()) == {c.replace("_", "-") for c in CARPETAS}


@pytest.mark.parametrize("carpeta", CARPETAS)
def test_toda_ruta_pregunta_quien_llama(carpeta: str) -> None:
    app = import_module(f"services.{carpeta}.app").app
    assert isinstance(app, FastAPI)
    assert rutas_sin_identidad(app) == []
