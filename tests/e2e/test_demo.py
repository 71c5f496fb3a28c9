"""``mecanismos demo`` and Ctrl-C, as somebody at a terminal meets them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.embebido.estado import leer_estado
from shared.embebido.postgres import PostgresEmbebido
from shared.eventos.temas import TEMAS
from tests.support.sistema import entorno_limpio, esperar, procesos_de, programa

PLAZO_S = 180
"""What the demonstration may take (issue 2)."""


@pytest.fixture(scope="module")
def carpeta(carpeta_embebida: Path) -> Iterator[Path]:
    """The folder where somebody types the command."""
    nueva = carpeta_embebida / "demo"
    nueva.mkdir()
    nueva.chmod(0o711)
    yield nueva
    for datos in (nueva / ".datos", nueva / ".datos" / "demo"):
        if (datos / "postgres").exists():
            PostgresEmbebido(datos).destruir()


@contextmanager
def en_terminal(carpeta: Path, *argumentos: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process group of its own, as a shell starts it."""
    with (carpeta / "salida.txt").open("w+") as salida:
        proceso = subprocess.Popen(
            [programa(), *argumentos],
            cwd=carpeta,
            env=entorno_limpio(),
            stdin=subprocess.DEVNULL,
            stdout=salida,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield proceso
        finally:
            if proceso.poll() is None:
                os.killpg(proceso.pid, signal.SIGKILL)
                proceso.wait()


def salida_de(carpeta: Path) -> str:
    return (carpeta / "salida.txt").read_text(encoding="utf-8")


def ctrl_c(proceso: subprocess.Popen[str]) -> int:
    """The terminal sends SIGINT to the whole foreground group."""
    os.killpg(proceso.pid, signal.SIGINT)
    return proceso.wait(60)


def celdas(texto: str, titulo: str) -> dict[str, list[str]]:
    """Rows of the table under ``titulo``, by their first cell."""
    _, resto = re.split(rf"\n{titulo} *\n", texto)
    filas = {}
    for linea in resto.splitlines()[3:]:
        if not linea.startswith("│"):
            break
        primera, *otras = (c.strip() for c in linea.strip("│").split("│"))
        filas[primera] = otras
    return filas


def pesos(texto: str) -> int:
    """``$ 1.234.567`` → 1234567, whatever separates the thousands."""
    return int(re.sub(r"\D", "", texto.partition(",")[0]))


@pytest.mark.parametrize("vez", ["primera", "segunda"])
def test_la_demo_termina_con_su_resumen_y_no_deja_nada(carpeta: Path, vez: str) -> None:
    inicio = time.monotonic()
    with en_terminal(carpeta, "demo", "--salir", "--puerto", "0") as proceso:
        codigo = proceso.wait(PLAZO_S)
    texto = salida_de(carpeta)
    assert codigo == 0, texto
    assert time.monotonic() - inicio < PLAZO_S, vez
    assert procesos_de(carpeta) == {}
    _exigir_resumen(texto)


def _exigir_resumen(texto: str) -> None:
    estados = celdas(texto, "Registros por estado")
    assert {"EN_LEGALIZACION", "NO_RECONOCIDO", "EN_CORRECCION"} <= set(estados), texto
    causales = celdas(texto, "Registros por causal")
    assert {"ANT-00", "ANT-05", "ANT-11", "ANT-12"} <= set(causales), texto
    linea = celdas(texto, "Línea anticipo_uci 2021")
    reconocido, girado = (pesos(linea[dato][0]) for dato in ("Reconocido", "Girado"))
    assert reconocido == girado > 0
    assert pesos(linea["Saldo de recaudo (caja)"][0]) == 0
    assert "Saldo de aforo" in linea
    assert linea["El libro cuadra"] == ["sí"]
    eventos = celdas(texto, "Eventos en Kafka")
    assert set(eventos) == set(TEMAS)
    assert all(int(cuantos) > 0 for (cuantos,) in eventos.values())


def test_ctrl_c_en_la_demo_que_sigue_sirviendo(carpeta: Path) -> None:
    with en_terminal(carpeta, "demo", "--puerto", "0") as proceso:

        def sirve() -> str | None:
            texto = salida_de(carpeta)
            assert proceso.poll() is None, texto
            return texto if "Ctrl-C para terminar" in texto else None

        texto = esperar("el final de la demostración", sirve, plazo_s=PLAZO_S)
        assert re.search(
            r"Documentación de la API: http://127\.0\.0\.1:\d+/anticipo-uci/docs", texto
        )
        codigo = ctrl_c(proceso)
    assert codigo == 0, salida_de(carpeta)
    assert procesos_de(carpeta) == {}
    assert "Traceback" not in salida_de(carpeta)


def test_ctrl_c_a_mitad_de_la_demo(carpeta: Path) -> None:
    with en_terminal(carpeta, "demo", "--puerto", "0") as proceso:

        def radica() -> bool | None:
            assert proceso.poll() is None, salida_de(carpeta)
            return True if "radica" in salida_de(carpeta) else None

        esperar("la primera radicación", radica, plazo_s=PLAZO_S)
        codigo = ctrl_c(proceso)
    assert codigo == 130, salida_de(carpeta)  # what a shell expects of an interrupted command
    assert procesos_de(carpeta) == {}
    assert "Traceback" not in salida_de(carpeta)


@pytest.mark.parametrize("senal", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_servir_termina_limpio(carpeta: Path, senal: signal.Signals) -> None:
    datos = carpeta / ".datos"
    with en_terminal(carpeta, "servir", "--puerto", "0") as proceso:

        def listo() -> bool | None:
            assert proceso.poll() is None, salida_de(carpeta)
            estado = leer_estado(datos)
            return True if estado is not None and estado.listo else None

        esperar("que el sistema arranque", listo, plazo_s=PLAZO_S)
        assert len(procesos_de(carpeta)) > 7
        os.killpg(proceso.pid, senal)
        assert proceso.wait(60) == 0, salida_de(carpeta)
    assert procesos_de(carpeta) == {}
    assert leer_estado(datos) is None
    assert "Traceback" not in salida_de(carpeta)
