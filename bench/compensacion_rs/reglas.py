"""The evaluation as ``mecanismos evaluar`` does it: from the submitted file to decided files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bench.focalizacion.variante import correr
from services.compensacion_rs.mecanismo import MECANISMO
from shared.poblacion.compensacion_rs import FECHA
from shared.radicacion.evaluacion import evaluar_archivo


def evaluar(cet: Path, salida: Path) -> None:
    evaluar_archivo(
        MECANISMO,
        cet / "entrada.parquet",
        cet / "cortes",
        salida,
        fecha=date.fromisoformat(FECHA),
    )


if __name__ == "__main__":
    correr(evaluar)
