"""The evaluation of the suite, as ``mecanismos evaluar`` runs it."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path
from typing import Any, Final

from services.talento_humano.mecanismo import MECANISMO
from shared.radicacion import evaluacion

FECHA: Final = date(2020, 9, 15)


def main(pais: Path, salida: Path) -> None:
    """Evaluate and print seconds: whole, of processor, and of what comes after reading."""
    juzgar, marcas = evaluacion.evaluar, []

    def cronometrado(*argumentos: Any, **dados: Any) -> evaluacion.Evaluacion:
        marcas.append(time.perf_counter())
        return juzgar(*argumentos, **dados)

    evaluacion.evaluar = cronometrado
    inicio, procesador = time.perf_counter(), time.process_time()
    evaluacion.evaluar_archivo(
        MECANISMO, pais / "entrada.parquet", pais / "cortes", salida, fecha=FECHA
    )
    fin = time.perf_counter()
    print(fin - inicio, time.process_time() - procesador, fin - marcas[0])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
