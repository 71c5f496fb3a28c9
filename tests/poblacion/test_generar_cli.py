"""``mecanismos poblacion generar``: what it says and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from shared.cli.app import app
from shared.cli.salida import Codigo
from shared.poblacion.generar import CarpetaOcupada, EscalaInvalida
from tests.poblacion.conftest import SEMILLA


def _correr(*argumentos: str) -> tuple[int, str, BaseException | None]:
    resultado = CliRunner().invoke(app, ["poblacion", "generar", *argumentos])
    return resultado.exit_code, resultado.stdout, resultado.exception


def test_it_tells_people_the_control_figures(tmp_path: Path) -> None:
    destino = tmp_path / "pais"
    codigo, texto, _ = _correr(
        "--escala", "0.001", "--salida", str(destino), "--solo", "anticipo-uci"
    )
    assert codigo == 0
    for dicho in ("48.000", "Cifras de control", "anticipo_uci", "verdad.parquet"):
        assert dicho in texto
    assert (destino / "anticipo_uci" / "entrada.parquet").is_file()


def test_it_tells_machines_the_summary(tmp_path: Path) -> None:
    destino = tmp_path / "pais"
    codigo, texto, _ = _correr(
        *("--escala", "0.001", "--semilla", str(SEMILLA), "--salida", str(destino)),
        *("--solo", "pruebas", "--json"),
    )
    assert codigo == 0
    assert json.loads(texto) == json.loads((destino / "resumen.json").read_text(encoding="utf-8"))


def test_it_refuses_in_spanish_and_touches_nothing(tmp_path: Path) -> None:
    _, _, error = _correr("--escala", "9", "--salida", str(tmp_path / "pais"))
    assert isinstance(error, EscalaInvalida)
    assert "1 es el país entero" in error.detalle
    _, _, error = _correr("--salida", str(tmp_path))
    assert isinstance(error, CarpetaOcupada)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_asked_for() -> None:
    codigo, _, _ = _correr()
    assert codigo == Codigo.USO
