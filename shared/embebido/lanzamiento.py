"""Start a foreground child that dies with us, and stop it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shared.embebido.errors import InfraestructuraNoArranca

_HIJO = Path(__file__).with_name("hijo.py")
_TAMANO_REGISTRO_BYTES = 10_000_000
_PASO_SEGUNDOS = 0.02


def lanzar(
    argumentos: Sequence[str],
    *,
    entorno: Mapping[str, str],
    registro: Path,
    senal_de_muerte: signal.Signals = signal.SIGKILL,
    usuario: str | None = None,
    carpeta: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``argumentos`` (absolute program first) with its output appended to ``registro``.

    The kernel sends ``senal_de_muerte`` when the *thread* that calls this ends, so call it from
    one that lives as long as the child should. The child leads its own session: Ctrl-C reaches
    only us, and we stop the children in order.
    """
    registro.parent.mkdir(parents=True, exist_ok=True)
    _rotar(registro)
    orden = [sys.executable, "-I", "-S", str(_HIJO)]
    orden += ["--senal", str(int(senal_de_muerte)), "--padre", str(os.getpid())]
    if usuario:
        orden += ["--usuario", usuario]
    with registro.open("ab") as salida:
        return subprocess.Popen(  # noqa: S603 - our own commands
            [*orden, *argumentos],
            env=dict(entorno),
            cwd=carpeta,
            stdin=subprocess.DEVNULL,
            stdout=salida,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def detener(
    proceso: subprocess.Popen[bytes], senal: signal.Signals, *, gracia_segundos: float = 10
) -> None:
    """Ask with ``senal``, wait, and only then kill; nothing of its session stays behind."""
    if proceso.poll() is None:
        proceso.send_signal(senal)
        try:
            proceso.wait(gracia_segundos)
        except subprocess.TimeoutExpired:
            proceso.kill()
            proceso.wait()
    rematar_sesion(proceso.pid)


def rematar_sesion(pid: int) -> None:
    """Kill whatever a dead child left in its process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def esperar_listo(
    nombre: str,
    proceso: subprocess.Popen[bytes],
    listo: Callable[[], bool],
    registro: Path,
    *,
    plazo_segundos: float = 60,
) -> None:
    """Wait until ``listo()``.

    Raises:
        InfraestructuraNoArranca: the process ended or the time passed; shows its last lines.
    """
    limite = time.monotonic() + plazo_segundos
    while not listo():
        if proceso.poll() is not None:
            raise InfraestructuraNoArranca(
                f"«{nombre}» terminó con código {proceso.returncode} antes de estar listo. "
                f"Últimas líneas de {registro}:\n{ultimas_lineas(registro)}"
            )
        if time.monotonic() > limite:
            raise InfraestructuraNoArranca(
                f"«{nombre}» no estuvo listo en {plazo_segundos:.0f} s. "
                f"Últimas líneas de {registro}:\n{ultimas_lineas(registro)}"
            )
        time.sleep(_PASO_SEGUNDOS)


def ultimas_lineas(registro: Path, cuantas: int = 15) -> str:
    """The tail of a log file, for messages."""
    try:
        with registro.open("rb") as archivo:
            archivo.seek(max(0, registro.stat().st_size - 8192))
            texto = archivo.read().decode("utf-8", "replace")
    except OSError:
        return "(sin registro)"
    return "\n".join(texto.splitlines()[-cuantas:])


def _rotar(registro: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if registro.stat().st_size > _TAMANO_REGISTRO_BYTES:
            registro.replace(registro.with_suffix(".anterior.log"))
