"""The national submission of the CET: the rules of the suite beside a query written by hand.

Both read the same submission and the same registers, each in a fresh process, and must give the
same state, codes and value of every row and the same state of every case, which are those of the
truth of the country, and the same payees and members. The whole country unless ``--escala`` or
``MECANISMOS_BENCH_ESCALA`` says otherwise, or ``--pais`` brings one made before.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

import duckdb

from bench._proceso import Medidas, correr, razon
from shared.poblacion.compensacion_rs_casos import SIN_CLASIFICAR
from shared.poblacion.generar import generar

SEMILLA: Final = 2020
META_SEGUNDOS: Final = 20
META_GIB: Final = 4
META_RAZON: Final = 1.5
PUBLICADOS: Final = (181_546, 27_419)
"""Cases with a state and paid núcleos of 2020, exact at scale 1."""
REGLAS: Final = "reglas"
A_MANO: Final = "a_mano"
TITULOS: Final = {REGLAS: "reglas de la suite", A_MANO: "SQL a mano"}


class Distintas(Exception):
    """An outcome is not the one expected: the times say nothing."""


def main(argumentos: Sequence[str] | None = None) -> int:
    """Measure, check and print. Exit code 1 if a goal is missed at scale 1.

    Raises:
        Distintas: a row differs from the truth, or the two sides from each other.
        Fallo: a side failed.
    """
    opciones = _opciones(argumentos)
    with tempfile.TemporaryDirectory(prefix="bench-compensacion-") as nombre:
        trabajo = Path(nombre)
        pais = opciones.pais
        if pais is None:
            pais = trabajo / "pais"
            generar(opciones.escala, SEMILLA, pais, partes=["compensacion_rs"])
        medidas: dict[str, Medidas] = {lado: Medidas() for lado in TITULOS}
        for turno in range(opciones.turnos):
            # One turn forwards and one backwards: nobody always runs after the same neighbour.
            for lado in list(TITULOS)[:: -1 if turno % 2 else 1]:
                salida, memoria = correr(
                    f"bench.compensacion_rs.{lado}", pais / "compensacion_rs", trabajo / lado
                )
                # On a busy machine DuckDB draws its progress before the times.
                medidas[lado].agregar(salida.splitlines()[-1], memoria)
        filas, totales = comprobar(pais / "compensacion_rs", trabajo)
    return 0 if _mostrar(filas, totales, medidas, opciones.escala) else 1


def _opciones(argumentos: Sequence[str] | None) -> argparse.Namespace:
    opciones = argparse.ArgumentParser(prog="python -m bench.compensacion_rs")
    opciones.add_argument(
        "--escala", type=float, default=float(os.environ.get("MECANISMOS_BENCH_ESCALA", "1"))
    )
    opciones.add_argument("--pais", type=Path, help="país ya generado, a esa escala")
    opciones.add_argument("--turnos", type=int, default=3)
    return opciones.parse_args(argumentos or [])


def comprobar(cet: Path, trabajo: Path) -> tuple[int, tuple[int, int]]:
    """Rows of the submission; cases of the universe, and those paid.

    Raises:
        Distintas: see the class.
    """
    columnas = "fila, estado, codigos, valor_centavos"
    verdad = f"SELECT * REPLACE (coalesce(codigos, '') AS codigos) FROM '{cet}/verdad.parquet'"
    girado = "SELECT fila, tipo_documento, numero, valor_centavos FROM "
    casos = "SELECT id_caso, estado, valor_centavos FROM "
    with duckdb.connect() as con:

        def iguales(que: str, una: str, otra: str) -> None:
            distintas = con.execute(
                f"(({una}) EXCEPT ALL ({otra})) UNION ALL (({otra}) EXCEPT ALL ({una})) LIMIT 3"
            ).fetchall()
            if distintas:
                raise Distintas(f"{que}: {distintas}")

        for lado in TITULOS:
            iguales(
                f"{lado} y la verdad",
                f"SELECT {columnas} FROM '{trabajo}/{lado}/registros.parquet'",
                f"SELECT {columnas} FROM ({verdad})",
            )
            iguales(
                f"el universo de {lado}",
                f"{casos} '{trabajo}/{lado}/universo.parquet'",
                f"{casos} '{cet}/verdad_universo.parquet' WHERE estado <> '{SIN_CLASIFICAR}'",
            )
        iguales(
            "los pagos",
            f"{girado} '{trabajo}/{REGLAS}/pagos.parquet'",
            f"{girado} '{trabajo}/{A_MANO}/pagos.parquet'",
        )
        iguales(
            "los miembros",
            f"SELECT fila, clave FROM '{trabajo}/{REGLAS}/cupos.parquet' SEMI JOIN "
            f"(FROM '{trabajo}/{REGLAS}/pagos.parquet') USING (fila)",
            f"SELECT fila, clave FROM '{trabajo}/{A_MANO}/cupos.parquet'",
        )
        ((filas,),) = con.execute(
            f"SELECT count(*) FROM '{trabajo}/{REGLAS}/registros.parquet'"
        ).fetchall()
        ((del_universo, pagados),) = con.execute(
            "SELECT count(*), count_if(estado = 'PAGADO') "
            f"FROM '{trabajo}/{REGLAS}/universo.parquet'"
        ).fetchall()
    return filas, (del_universo, pagados)


def _mostrar(
    filas: int, totales: tuple[int, int], medidas: dict[str, Medidas], escala: float
) -> bool:
    turnos = len(medidas[REGLAS].segundos)
    print(f"CET a escala {escala:g}: {filas:,} filas; medianas de {turnos} turnos\n")
    print(f"{'':<20} {'segundos':>9} {'mejor':>7} {'de CPU':>7} {'filas/s':>10} {'GiB':>6}")
    for lado, titulo in TITULOS.items():
        suya = medidas[lado]
        tiempo = median(suya.segundos)
        print(
            f"{titulo:<20} {tiempo:>9.2f} {min(suya.segundos):>7.2f} "
            f"{median(suya.procesador):>7.2f} {filas / tiempo:>10,.0f} "
            f"{suya.memoria / 2**30:>6.2f}"
        )
    # What slows the machine slows both; the best turns are those disturbed least.
    veces = min(
        razon(medidas[REGLAS], medidas[A_MANO]),
        min(medidas[REGLAS].segundos) / min(medidas[A_MANO].segundos),
    )
    print(f"\nreglas / a mano: {veces:.2f} (meta: {META_RAZON}); 100 % de las filas como la verdad")
    print(f"{totales[0]:,} casos en un estado y {totales[1]:,} núcleos pagados")
    if escala != 1:
        return True
    return (
        totales == PUBLICADOS
        and min(medidas[REGLAS].segundos) <= META_SEGUNDOS
        and medidas[REGLAS].memoria <= META_GIB * 2**30
        and veces <= META_RAZON
    )
