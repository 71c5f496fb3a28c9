"""Measure a module in a process of its own: seconds, processor and peak memory.

Only the standard library here: a child begins with its parent's peak memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from statistics import median
from typing import Final

_UNIDAD_RSS: Final = 1024 if sys.platform == "linux" else 1


class Fallo(Exception):
    """A measured process did not finish well."""


@dataclass
class Medidas:
    """Of one side: seconds of each turn, of clock and of processor, and its highest memory."""

    segundos: list[float] = field(default_factory=list)
    procesador: list[float] = field(default_factory=list)
    memoria: int = 0
    """Bytes."""

    def agregar(self, salida: str, memoria: int) -> None:
        """Add a turn: what the module printed begins with its two times."""
        segundos, procesador, *_ = salida.split()
        self.segundos.append(float(segundos))
        self.procesador.append(float(procesador))
        self.memoria = max(self.memoria, memoria)


def correr(modulo: str, *argumentos: object) -> tuple[str, int]:
    """What a module prints, in a process of its own, and its peak bytes.

    Raises:
        Fallo: the process ended with an error, which the message shows.
    """
    orden = [sys.executable, "-m", modulo, *map(str, argumentos)]
    with (
        tempfile.TemporaryFile("w+") as errores,
        subprocess.Popen(orden, stdout=subprocess.PIPE, stderr=errores, text=True) as hijo,
    ):
        salida = hijo.stdout.read() if hijo.stdout else ""
        # wait4 and not wait: only it tells the memory of this child.
        _, estado, uso = os.wait4(hijo.pid, 0)
        hijo.returncode = os.waitstatus_to_exitcode(estado)
        errores.seek(0)
        if hijo.returncode:
            raise Fallo(f"{modulo} terminó con {hijo.returncode}:\n{errores.read()}")
    return salida.strip(), uso.ru_maxrss * _UNIDAD_RSS


def razon(una: Medidas, otra: Medidas) -> float:
    """Median of the ratios of each turn: what slows the machine slows both."""
    return median(a / b for a, b in zip(una.segundos, otra.segundos, strict=True))
