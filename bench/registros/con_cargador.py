"""``cargar_archivo``: what the suite does. Prints seconds, seconds of processor and rows kept."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench.registros.datos import CP1252
from shared.registros import cargar_archivo


def main(carpeta: Path) -> None:
    """Load the master into ``<carpeta>/salida``."""
    inicio, procesador = time.perf_counter(), time.process_time()
    carga = cargar_archivo("bdua", carpeta / CP1252, carpeta / "salida")
    print(time.perf_counter() - inicio, time.process_time() - procesador, carga.filas)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
