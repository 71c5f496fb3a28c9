"""``mecanismos corte`` as it is typed: load, look at the quality, mark, start from a template."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from shared.cli.barra import avanzando
from shared.registros.progreso import Fase, Paso
from tests.support.infra import BaseDePrueba
from tests.support.sistema import RAIZ, dice_en_ingles, entorno_limpio, orden

MUESTRA = RAIZ / "dominio" / "muestra"

Mandar = Callable[..., str]


@pytest.fixture
def corte(base: BaseDePrueba, tmp_path: Path) -> Mandar:
    """Runs ``mecanismos corte …`` to its end and gives what it says, if it ends with ``codigo``."""

    def mandar(*argumentos: str | Path, codigo: int = 0) -> str:
        hecho = subprocess.run(
            orden("corte", *map(str, argumentos)),
            cwd=RAIZ,
            env=entorno_limpio(tmp_path / "datos", DATABASE_URL=base.dsn_servicio),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert hecho.returncode == codigo, hecho.stderr
        return hecho.stdout if codigo == 0 else hecho.stderr

    return mandar


def test_de_la_carga_al_retiro(corte: Mandar, tmp_path: Path) -> None:
    argumentos = ("cargar", "reps_prestadores", MUESTRA / "reps_prestadores.txt")
    cargado = json.loads(corte(*argumentos, "--fecha-corte", "2022-11-05", "--json"))
    assert (cargado["nuevo"], cargado["filas"], cargado["filas_rechazadas"]) == (True, 6, 1)
    huella = cargado["sha256"][:12]

    dicho = corte("calidad", huella)
    assert "REPS: prestadores" in dicho
    informe: dict[str, Any] = json.loads(corte("calidad", huella, "--json"))
    assert informe["calidad"]["codificacion"] == "cp1252"
    assert informe["filas_leidas"] == 7
    for nombre, dice in (("p.md", "# Calidad"), ("p.html", ">Calidad")):
        assert corte("calidad", huella, "--pagina", tmp_path / nombre) == ""
        assert dice in (tmp_path / nombre).read_text("utf-8")
    assert ".html" in corte("calidad", huella, "--pagina", tmp_path / "p.pdf", codigo=3)

    reemplazado = json.loads(corte("reemplazar", huella, "--motivo", "llegó otro", "--json"))
    assert (reemplazado["estado"], reemplazado["motivo"]) == ("REEMPLAZADO", "llegó otro")
    assert "VIGENTE" in corte("vigente", cargado["id"])
    assert "RETIRADO" in corte("retirar", huella, "--motivo", "archivo equivocado")
    assert "archivo equivocado" in corte("vigente", huella, codigo=4)
    assert "No existe el corte" in corte("vigente", "0" * 12, codigo=4)
    assert "huella" in corte("retirar", "abc", "--motivo", "x", codigo=3)
    corte("retirar", huella, codigo=2)


def test_dos_maestros_se_consolidan(corte: Mandar, tmp_path: Path) -> None:
    encabezado = "afl_id,tipo_documento,numero_documento,codigo_eps,regimen,estado,desde\n"
    for mes, estado in (("06", "AC"), ("09", "SM")):
        maestro = tmp_path / f"{mes}.csv"
        maestro.write_text(f"{encabezado}1,CC,10203040,EPS010,C,{estado},2020-{mes}-01\n")
        corte("cargar", "bdua", maestro, "--fecha-corte", f"2020-{mes}-30")
    consolidado = json.loads(corte("consolidar", "bdua", "--json"))
    assert (consolidado["filas"], consolidado["estado"]) == (2, "VIGENTE")
    estados = [c["estado"] for c in json.loads(corte("listar", "bdua", "--json"))]
    assert sorted(estados) == ["REEMPLAZADO", "REEMPLAZADO", "VIGENTE"]
    assert "dos cortes vigentes" in corte("consolidar", "bdua", codigo=3)
    assert "no se consolidan" in corte("consolidar", "rnec", codigo=3)


def test_una_plantilla_se_puede_cargar(corte: Mandar, tmp_path: Path) -> None:
    plantilla = tmp_path / "bdua.csv"
    corte("plantilla", "bdua", "--salida", plantilla)
    cargado = corte("cargar", "bdua", plantilla, "--fecha-corte", "2020-06-01", "--json")
    assert json.loads(cargado)["filas"] == 1


def test_la_ayuda_esta_en_espanol(corte: Mandar) -> None:
    for cual in ("vigente", "reemplazar", "retirar", "consolidar", "calidad", "plantilla"):
        assert not dice_en_ingles(corte(cual, "--help"))


def test_la_barra_dice_fase_ritmo_y_tiempo() -> None:
    consola = Console(file=io.StringIO(), force_terminal=True, width=120)
    with avanzando(consola, "maestro.txt") as avance:
        for fase in Fase:
            for parte in (0, 40, 100):
                filas = 0 if fase is Fase.REVISAR else parte * 1_000
                avance(Paso(fase, filas, parte, 100))
    escrito = consola.file.getvalue() if isinstance(consola.file, io.StringIO) else ""
    for dice in ("Leyendo maestro.txt", "Ordenando maestro.txt", "100.000 filas", "filas/s"):
        assert dice in escrito
