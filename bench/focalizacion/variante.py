"""What every measured process shares: its arguments, its limits and its clock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

HILOS: Final = 2
MEMORIA: Final = "3GB"
REGISTROS: Final = (
    "reps_prestadores",
    "reps_sedes",
    "reps_capacidad",
    "reps_servicios",
    "reps_ocupacion_diaria",
    "reps_transitorias",
    "historia",
)


def correr(trabajo: Callable[[Path, Path], None]) -> None:
    """Run ``trabajo(datos, salida)`` and print its seconds, of clock and of processor.

    They go from open files to written files. Starting Python and importing libraries stay out
    of the time, not out of the memory.
    """
    datos, salida = (Path(argumento) for argumento in sys.argv[1:3])
    salida.mkdir(parents=True, exist_ok=True)
    inicio, procesador = time.perf_counter(), time.process_time()
    trabajo(datos, salida)
    print(time.perf_counter() - inicio, time.process_time() - procesador)
