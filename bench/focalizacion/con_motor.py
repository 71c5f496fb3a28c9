"""The engine of the suite: rules as expressions, judged by DuckDB."""

from __future__ import annotations

from pathlib import Path

from bench.focalizacion.variante import HILOS, MEMORIA, REGISTROS, correr
from services.anticipo_uci.mecanismo import MECANISMO
from shared.focalizacion.motor import MotorDuckDB
from shared.focalizacion.service import Insumos, juzgar


def focalizar(datos: Path, salida: Path) -> None:
    """Judge ``filas.parquet`` against the registers beside it."""
    with MotorDuckDB.abrir(salida / "temporal", hilos=HILOS) as motor:
        motor.conexion.execute(f"SET memory_limit = '{MEMORIA}'")
        insumos = Insumos(
            filas=motor.leer_parquet(datos / "filas.parquet"),
            forma=motor.leer_parquet(datos / "forma.parquet"),
            registros={n: motor.leer_parquet(datos / f"{n}.parquet") for n in REGISTROS},
        )
        juicio = juzgar(MECANISMO, insumos, motor)
        motor.escribir(juicio.registros, salida / "registros.parquet")
        motor.escribir(juicio.hallazgos, salida / "hallazgos.parquet")


if __name__ == "__main__":
    correr(focalizar)
