"""One month of the country in activos por emergencia: the rules beside a query written by hand.

Both read the same typed rows and the same registers, each in a fresh process, and must give the
same state, codes, value, right, payee and days of every row, which are those of the truth of the
country. The whole country unless ``--escala`` or ``MECANISMOS_BENCH_ESCALA`` says otherwise, or
``--pais`` brings one made before.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

import duckdb

from bench._proceso import Medidas, correr, razon
from services.activos_emergencia.mecanismo import MECANISMO
from shared.poblacion.generar import generar
from shared.radicacion.evaluacion import LIMITES_DEL_PAIS
from shared.radicacion.lectura import leer

SEMILLA: Final = 2020
MES: Final = "2020-07"
META_SEGUNDOS: Final = 5
META_GIB: Final = 4
META_RAZON: Final = 1.5
REGLAS: Final = "reglas"
A_MANO: Final = "a_mano"
TITULOS: Final = {REGLAS: "reglas de la suite", A_MANO: "SQL a mano"}
SALIDAS: Final = {
    "registros": "fila, estado, codigos, valor_centavos, clave",
    "pagos": "fila, concepto, numero, valor_centavos",
    "cupos": "fila, clave, cantidad",
}


class Distintas(Exception):
    """An outcome is not the one expected: the times say nothing."""


def main(argumentos: Sequence[str] | None = None) -> int:
    """Measure, check and print. Exit code 1 if a goal is missed at scale 1.

    Raises:
        Distintas: a row differs from the truth, or the two sides from each other.
        Fallo: a side failed.
    """
    opciones = _opciones(argumentos)
    with tempfile.TemporaryDirectory(prefix="bench-activos-") as nombre:
        trabajo = Path(nombre)
        pais = opciones.pais
        if pais is None:
            pais = trabajo / "pais"
            generar(opciones.escala, SEMILLA, pais, partes=["activos_emergencia"])
        datos = _preparar(pais / MECANISMO.nombre, trabajo / "datos")
        medidas: dict[str, Medidas] = {lado: Medidas() for lado in TITULOS}
        for turno in range(opciones.turnos):
            # One turn forwards and one backwards: nobody always runs after the same neighbour.
            for lado in list(TITULOS)[:: -1 if turno % 2 else 1]:
                salida, memoria = correr(f"bench.activos_emergencia.{lado}", datos, trabajo / lado)
                # On a busy machine DuckDB draws its progress before the times.
                medidas[lado].agregar(salida.splitlines()[-1], memoria)
        filas = comprobar(datos, trabajo)
    return 0 if _mostrar(filas, medidas, opciones.escala) else 1


def _opciones(argumentos: Sequence[str] | None) -> argparse.Namespace:
    opciones = argparse.ArgumentParser(prog="python -m bench.activos_emergencia")
    opciones.add_argument(
        "--escala", type=float, default=float(os.environ.get("MECANISMOS_BENCH_ESCALA", "1"))
    )
    opciones.add_argument("--pais", type=Path, help="país ya generado, a esa escala")
    opciones.add_argument("--turnos", type=int, default=3)
    return opciones.parse_args(argumentos or [])


def _preparar(pais: Path, datos: Path) -> Path:
    """The rows of the month, read, with their truth, beside the registers of the country."""
    datos.mkdir(parents=True)
    (datos / "cortes").symlink_to(pais / "cortes")
    mes, verdad = datos / "mes.parquet", datos / "verdad.parquet"
    campos = ", ".join(c.nombre for c in MECANISMO.esquema.campos)
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE mes AS SELECT row_number() OVER (ORDER BY file_row_number) AS fila, "
            f"file_row_number + 1 AS original, {campos} FROM read_parquet("
            f"'{pais / 'entrada.parquet'}', file_row_number = true) WHERE periodo = '{MES}'"
        )
        con.execute(f"COPY (SELECT {campos} FROM mes ORDER BY fila) TO '{mes}' (FORMAT parquet)")
        con.execute(
            "COPY (SELECT m.fila, v.estado, coalesce(v.codigos, '') AS codigos, v.valor_centavos "
            f"FROM mes m JOIN '{pais / 'verdad.parquet'}' v ON v.fila = m.original) "
            f"TO '{verdad}' (FORMAT parquet)"
        )
    leer(
        mes,
        mes.name,
        MECANISMO.esquema.campos,
        datos / "entrada",
        condiciones=MECANISMO.esquema.condiciones,
        limites=LIMITES_DEL_PAIS,
    )
    return datos


def comprobar(datos: Path, trabajo: Path) -> int:
    """Rows of the month.

    Raises:
        Distintas: see the class.
    """
    with duckdb.connect() as con:

        def iguales(que: str, una: str, otra: str) -> None:
            distintas = con.execute(
                f"(({una}) EXCEPT ALL ({otra})) UNION ALL (({otra}) EXCEPT ALL ({una})) LIMIT 3"
            ).fetchall()
            if distintas:
                raise Distintas(f"{que}: {distintas}")

        for salida, columnas in SALIDAS.items():
            una, otra = (
                f"SELECT {columnas} FROM '{trabajo / lado / f'{salida}.parquet'}'"
                for lado in TITULOS
            )
            iguales(salida, una, otra)
        columnas = "fila, estado, codigos, valor_centavos"
        iguales(
            "las reglas y la verdad",
            f"SELECT {columnas} FROM '{trabajo / REGLAS / 'registros.parquet'}'",
            f"SELECT {columnas} FROM '{datos / 'verdad.parquet'}'",
        )
        ((filas,),) = con.execute(f"SELECT count(*) FROM '{datos / 'verdad.parquet'}'").fetchall()
    return int(filas)


def _mostrar(filas: int, medidas: dict[str, Medidas], escala: float) -> bool:
    turnos = len(medidas[REGLAS].segundos)
    print(f"{MES} a escala {escala:g}: {filas:,} filas; medianas de {turnos} turnos\n")
    print(f"{'':<20} {'segundos':>9} {'mejor':>7} {'de CPU':>7} {'GiB':>6}")
    for lado, titulo in TITULOS.items():
        suya = medidas[lado]
        print(
            f"{titulo:<20} {median(suya.segundos):>9.2f} {min(suya.segundos):>7.2f} "
            f"{median(suya.procesador):>7.2f} {suya.memoria / 2**30:>6.2f}"
        )
    # What slows the machine slows both; the best turns are those disturbed least.
    veces = min(
        razon(medidas[REGLAS], medidas[A_MANO]),
        min(medidas[REGLAS].segundos) / min(medidas[A_MANO].segundos),
    )
    print(f"\nreglas / a mano: {veces:.2f} (meta: {META_RAZON}); 100 % de las filas como la verdad")
    if escala != 1:
        return True
    return (
        min(medidas[REGLAS].segundos) <= META_SEGUNDOS
        and medidas[REGLAS].memoria <= META_GIB * 2**30
        and veces <= META_RAZON
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
