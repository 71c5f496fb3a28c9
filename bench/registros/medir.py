"""Load and plain DuckDB by turns, each in a fresh process, as a ratio.

Only the standard library here, as in ``bench._proceso``.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from bench import _proceso
from bench._proceso import Medidas, razon

OBJETIVO: Final = 2.0
MEMORIA_OBJETIVO: Final = 4 * 2**30
FILAS: Final = 1_000_000
FILAS_NACIONALES: Final = 50_000_000
CARGADOR: Final = "con_cargador"
DUCKDB: Final = "con_duckdb"
TITULOS: Final = {CARGADOR: "cargar_archivo", DUCKDB: "solo DuckDB"}


def correr(modulo: str, *argumentos: object) -> tuple[str, int]:
    """A module of this package: what it prints and its peak bytes."""
    return _proceso.correr(f"bench.registros.{modulo}", *argumentos)


def medir(carpeta: Path, *, filas: int, turnos: int) -> tuple[int, dict[str, Medidas]]:
    """Rows in quarantine, all checked, and the measures of each side."""
    correr("datos", carpeta, filas)
    medidas = {lado: Medidas() for lado in TITULOS}
    medidas[CARGADOR].agregar(*correr(CARGADOR, carpeta))
    malas = int(correr("comprobar", carpeta, filas)[0])
    _olvidar(carpeta, "salida")
    correr("datos", carpeta, "utf8")
    if turnos == 1:
        _olvidar(carpeta, "*.TXT")  # at national size, one of the two at a time
    medidas[DUCKDB].agregar(*correr(DUCKDB, carpeta))
    for turno in range(1, turnos):
        # One turn forwards and one backwards: nobody always runs after the same neighbour.
        for lado in list(TITULOS)[:: -1 if turno % 2 else 1]:
            medidas[lado].agregar(*correr(lado, carpeta))
            _olvidar(carpeta, "salida")
    return malas, medidas


def _olvidar(carpeta: Path, patron: str) -> None:
    for ruta in carpeta.glob(patron):
        if ruta.is_dir():
            shutil.rmtree(ruta)
        else:
            ruta.unlink()


def de_los_dos(medidas: dict[str, Medidas]) -> float:
    """The load over plain DuckDB."""
    return razon(medidas[CARGADOR], medidas[DUCKDB])


def imprimir(filas: int, malas: int, medidas: dict[str, Medidas]) -> None:
    """The table and the ratio."""
    print(f"Maestro BDUA de {filas:,} filas sin encabezado, {malas:,} rotas y en cuarentena\n")
    print(f"{'':<16} {'segundos':>9} {'de CPU':>8} {'filas/s':>10} {'memoria MB':>11}")
    for lado, titulo in TITULOS.items():
        suya = medidas[lado]
        tiempo = median(suya.segundos)
        print(
            f"{titulo:<16} {tiempo:>9.1f} {median(suya.procesador):>8.1f} "
            f"{filas / tiempo:>10,.0f} {suya.memoria / 1e6:>11,.0f}"
        )
    print(
        f"\nrazón {de_los_dos(medidas):.2f} (meta con {FILAS_NACIONALES:,} filas: ≤ {OBJETIVO:.0f};"
    )
    print(f"memoria ≤ {MEMORIA_OBJETIVO / 2**30:.0f} GiB). La cuarentena se comparó fila por fila.")


def main(argumentos: Sequence[str] | None = None) -> int:
    """Generate, measure, check and print. Exit code 1 when a national run misses a goal.

    Raises:
        Fallo: a side failed, or the quarantine is not exact.
    """
    lector = argparse.ArgumentParser(prog="python -m bench.registros", description=__doc__)
    lector.add_argument("--filas", type=int, default=FILAS)
    lector.add_argument("--turnos", type=int, default=1)
    lector.add_argument("--carpeta", type=Path, default=None, help="con 60 GB para 50 millones")
    dados = lector.parse_args(argumentos)
    with tempfile.TemporaryDirectory(prefix="bench-registros-", dir=dados.carpeta) as carpeta:
        malas, medidas = medir(Path(carpeta), filas=dados.filas, turnos=dados.turnos)
    imprimir(dados.filas, malas, medidas)
    if medidas[CARGADOR].memoria > MEMORIA_OBJETIVO:
        return 1
    return int(dados.filas >= FILAS_NACIONALES and de_los_dos(medidas) > OBJETIVO)
