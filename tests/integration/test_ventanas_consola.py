"""``mecanismos ventana`` and ``mecanismos parametro`` as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shared.cli.app import app
from shared.cli.salida import codigo_de
from shared.tipos import RelojSistema
from tests.support.infra import BaseDePrueba

MANANA = (RelojSistema().hoy() + timedelta(days=1)).isoformat()

Mandar = Callable[..., str]


@pytest.fixture
def mecanismos(base: BaseDePrueba, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mandar:
    """Runs ``mecanismos …`` on its own database; what it says, if it ends with ``codigo``."""
    monkeypatch.setenv("DATABASE_URL", base.dsn_servicio)
    monkeypatch.setenv("MECANISMOS_DATOS", str(tmp_path))

    def mandar(*argumentos: str, codigo: int = 0) -> str:
        hecho = CliRunner().invoke(app, argumentos)
        fin = hecho.exit_code
        if hecho.exception is not None and not isinstance(hecho.exception, SystemExit):
            fin = codigo_de(hecho.exception) or 1
        assert fin == codigo, (hecho.output, hecho.exception)
        return hecho.stdout

    return mandar


def test_una_ventana_se_fija_y_se_lista(mecanismos: Mandar) -> None:
    dias = ("--desde", "2020-11-01", "--hasta", "2020-11-15", "--acto", "Resolución 10")
    mecanismos("ventana", "fijar", "talento_humano", *dias)
    (vista,) = json.loads(mecanismos("ventana", "listar", "talento-humano", "--json"))
    assert vista["desde"] == "2020-11-01T00:00:00-05:00"
    assert vista["hasta"].startswith("2020-11-15T23:59:59")
    assert (vista["periodo"], vista["acto"]) == (None, "Resolución 10")
    assert "2020-11-15 23:59" in mecanismos("ventana", "listar", "talento_humano")

    mecanismos("ventana", "fijar", "talento_humano", *dias, "--periodo", "2020-10", codigo=3)
    mecanismos("ventana", "fijar", "anticipo_uci", *dias, codigo=3)
    mecanismos("ventana", "fijar", "anticipo_uci", *dias, "--periodo", "2020-10")


def test_un_parametro_se_fija_y_se_lista(mecanismos: Mandar) -> None:
    orden = ("parametro", "fijar", "pruebas", "politica_exceso")
    acto = ("--desde", MANANA, "--acto", "Circular 61")
    dicho = mecanismos(*orden, "RECORTE", *acto)
    assert f"politica_exceso vale RECORTE desde el {MANANA}" in " ".join(dicho.split())
    mecanismos(*orden, "RECORTE", *acto, codigo=4)
    mecanismos(*orden, "OTRA", *acto, codigo=3)
    vistos = json.loads(mecanismos("parametro", "listar", "pruebas", "--json"))
    (visto,) = [v for v in vistos if v["nombre"] == "politica_exceso"]
    assert visto["fijados"] == [{"valor": "RECORTE", "desde": MANANA, "acto": "Circular 61"}]
    assert "Por omisión" in mecanismos("parametro", "listar", "pruebas")
