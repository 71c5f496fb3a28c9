"""The evaluation of rows already read, as the worker does it: from typed rows to decided files."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Final

from bench.focalizacion.variante import correr
from services.activos_emergencia.mecanismo import MECANISMO
from shared.focalizacion.motor import MotorDuckDB
from shared.radicacion.evaluacion import evaluar as decidir
from shared.radicacion.historia import registros_de
from shared.registros import abrir_carpeta

FECHA: Final = date(2022, 9, 15)


def evaluar(datos: Path, salida: Path) -> None:
    obligatorios, opcionales = registros_de(MECANISMO)
    with tempfile.TemporaryDirectory() as temporal, MotorDuckDB.abrir(Path(temporal)) as motor:
        fuentes = abrir_carpeta(
            motor.conexion, datos / "cortes", obligatorios, opcionales, trabajo=Path(temporal)
        )
        decidir(MECANISMO, datos / "entrada", fuentes, salida, motor, fecha=FECHA)


if __name__ == "__main__":
    correr(evaluar)
