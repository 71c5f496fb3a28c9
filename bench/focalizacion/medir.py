"""Run the variants by turns, each in a fresh process, and print them as ratios.

Only the standard library here, as in ``bench._proceso``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from bench import _proceso
from bench._proceso import Medidas, razon
from bench.focalizacion.variante import HILOS, MEMORIA

OBJETIVO: Final = 1.5
FILAS_DEL_OBJETIVO: Final = 1_000_000
MOTOR: Final = "con_motor"
A_MANO: Final = "a_mano"
PANDAS: Final = "con_pandas"
TITULOS: Final = {MOTOR: "motor de reglas", A_MANO: "SQL a mano", PANDAS: "pandas"}


def correr(modulo: str, *argumentos: object) -> tuple[str, int]:
    """A module of this package: what it prints and its peak bytes."""
    return _proceso.correr(f"bench.focalizacion.{modulo}", *argumentos)


def medir(
    carpeta: Path, *, filas: int, semilla: int, turnos: int
) -> tuple[int, dict[str, Medidas]]:
    """Hallazgos found and measures per variant; the first turn also checks that all agree."""
    datos = carpeta / "datos"
    datos.mkdir()
    correr("datos", datos, filas, semilla)
    medidas = {variante: Medidas() for variante in TITULOS}
    hallazgos = 0
    for turno in range(turnos):
        # One turn forwards and one backwards: nobody always runs after the same neighbour.
        for variante in list(TITULOS)[:: -1 if turno % 2 else 1]:
            medidas[variante].agregar(*correr(variante, datos, carpeta / variante))
        if turno == 0:
            for otra in (A_MANO, PANDAS):
                hallazgos = int(correr("comparar", carpeta / MOTOR, carpeta / otra)[0])
    return hallazgos, medidas


def razon_limpia(una: Medidas, otra: Medidas) -> float:
    """Ratio of the best turns: those that other programs of the machine disturbed least."""
    return min(una.segundos) / min(otra.segundos)


def imprimir(filas: int, hallazgos: int, medidas: dict[str, Medidas]) -> None:
    """The table and the ratio that has a goal."""
    turnos = len(medidas[MOTOR].segundos)
    print(f"Focalización del anticipo UCI: {filas:,} filas, {hallazgos:,} hallazgos con mensaje")
    print(f"{HILOS} hilos, {MEMORIA} de límite en DuckDB; medianas de {turnos} turnos\n")
    print(
        f"{'':<16} {'segundos':>9} {'de CPU':>7} {'filas/s':>10} {'memoria MB':>11} {'/ a mano':>9}"
    )
    for variante, titulo in TITULOS.items():
        suya = medidas[variante]
        tiempo = median(suya.segundos)
        print(
            f"{titulo:<16} {tiempo:>9.2f} {median(suya.procesador):>7.2f} "
            f"{filas / tiempo:>10,.0f} {suya.memoria / 1e6:>11,.0f} "
            f"{razon(suya, medidas[A_MANO]):>9.2f}"
        )
    print(f"\n{'razón':<16} {'mediana':>9} {'mejor turno de cada uno':>24}")
    for nombre, una, otra in (("motor / a mano", MOTOR, A_MANO), ("pandas / motor", PANDAS, MOTOR)):
        par = medidas[una], medidas[otra]
        print(f"{nombre:<16} {razon(*par):>9.2f} {razon_limpia(*par):>24.2f}")
    print(f"\nMeta: motor / a mano ≤ {OBJETIVO} con {FILAS_DEL_OBJETIVO:,} filas.")
    print("Las tres salidas son iguales: registros fila por fila, hallazgos como conjunto.")


def main(argumentos: Sequence[str] | None = None) -> int:
    """Generate, measure, check and print. Exit code 1 when a full run misses the goal both ways.

    Raises:
        Fallo: a variant failed, or two do not write the same.
    """
    lector = argparse.ArgumentParser(prog="python -m bench.focalizacion", description=__doc__)
    lector.add_argument("--filas", type=int, default=FILAS_DEL_OBJETIVO)
    lector.add_argument("--turnos", type=int, default=5)
    lector.add_argument("--semilla", type=int, default=7)
    dados = lector.parse_args(argumentos)
    with tempfile.TemporaryDirectory(prefix="bench-") as carpeta:
        hallazgos, medidas = medir(
            Path(carpeta), filas=dados.filas, semilla=dados.semilla, turnos=dados.turnos
        )
    imprimir(dados.filas, hallazgos, medidas)
    par = medidas[MOTOR], medidas[A_MANO]
    lograda = min(razon(*par), razon_limpia(*par))
    return int(dados.filas >= FILAS_DEL_OBJETIVO and lograda > OBJETIVO)
