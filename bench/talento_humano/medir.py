"""Run the engine and the query by hand by turns, each in a fresh process, and print both.

Only the standard library here, as in ``bench._proceso``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from bench import _proceso
from bench._proceso import Medidas, razon

META_SEGUNDOS: Final = 15
META_BYTES: Final = 4_000_000_000
META_RAZON: Final = 1.5
SEMILLA: Final = 2020
MOTOR: Final = "con_motor"
A_MANO: Final = "a_mano"
TITULOS: Final = {MOTOR: "mecanismos evaluar", A_MANO: "SQL a mano"}


@dataclass
class Lado:
    """What one side took: everything, and what comes after reading the submission."""

    entero: Medidas = field(default_factory=Medidas)
    decidir: Medidas = field(default_factory=Medidas)

    def agregar(self, salida: str, memoria: int) -> None:
        """Add a turn: seconds, of processor, and of deciding."""
        segundos, procesador, decidir = salida.split()
        self.entero.agregar(f"{segundos} {procesador}", memoria)
        self.decidir.agregar(f"{decidir} {procesador}", memoria)


def correr(modulo: str, *argumentos: object) -> tuple[str, int]:
    """A module of this package: what it prints and its peak bytes."""
    return _proceso.correr(f"bench.talento_humano.{modulo}", *argumentos)


def main(argumentos: Sequence[str] | None = None) -> int:
    """Generate the country, measure, check and print. Exit code 1 if a full run misses a goal.

    Raises:
        Fallo: a side failed, or they do not say the same.
    """
    lector = argparse.ArgumentParser(prog="python -m bench.talento_humano", description=__doc__)
    escala = float(os.environ.get("MECANISMOS_BENCH_ESCALA", "1"))
    lector.add_argument("--escala", type=float, default=escala)
    lector.add_argument("--turnos", type=int, default=3)
    lector.add_argument("--pais", type=Path, help="país ya generado con esa escala")
    lector.add_argument("--en", type=Path, help="carpeta donde caben los archivos")
    dados = lector.parse_args(argumentos)
    with tempfile.TemporaryDirectory(prefix="bench-ths-", dir=dados.en) as temporal:
        carpeta = Path(temporal)
        pais = dados.pais or carpeta / "pais"
        if dados.pais is None:
            correr("pais", dados.escala, SEMILLA, pais)
        lados, cuentas = medir(
            pais / "talento_humano", carpeta, dados.turnos, exacta=dados.escala == 1
        )
    imprimir(lados, cuentas)
    return int(dados.escala == 1 and not logradas(lados))


def medir(
    pais: Path, carpeta: Path, turnos: int, *, exacta: bool
) -> tuple[dict[str, Lado], tuple[int, int, int]]:
    """Measures of each side, and rows, hallazgos and departments that both agree on."""
    lados = {variante: Lado() for variante in TITULOS}
    for turno in range(turnos):
        # One turn forwards and one backwards: nobody always runs after the same neighbour.
        for variante in list(TITULOS)[:: -1 if turno % 2 else 1]:
            lados[variante].agregar(*correr(variante, pais, carpeta / variante))
        if turno == 0:
            dicho, _ = correr("comprobar", pais, carpeta / MOTOR, carpeta / A_MANO, int(exacta))
            filas, hallazgos, lugares = map(int, dicho.split())
    return lados, (filas, hallazgos, lugares)


def logradas(lados: dict[str, Lado]) -> bool:
    """Seconds, memory and ratio; the ratio of the medians or of the best turn of each."""
    motor, a_mano = lados[MOTOR], lados[A_MANO]
    mejores = min(motor.decidir.segundos) / min(a_mano.decidir.segundos)
    return (
        min(motor.entero.segundos) <= META_SEGUNDOS
        and motor.entero.memoria <= META_BYTES
        and min(razon(motor.decidir, a_mano.decidir), mejores) <= META_RAZON
    )


def imprimir(lados: dict[str, Lado], cuentas: tuple[int, int, int]) -> None:
    """The table, the goals, and what was proved equal."""
    motor, a_mano = lados[MOTOR], lados[A_MANO]
    filas, hallazgos, lugares = cuentas
    print(f"Talento humano: {filas:,} filas, {hallazgos:,} hallazgos con mensaje")
    print(f"medianas de {len(motor.entero.segundos)} turnos, dos núcleos\n")
    print(f"{'':<20} {'segundos':>9} {'decidir':>8} {'de CPU':>7} {'memoria MB':>11}")
    for variante, titulo in TITULOS.items():
        suyo = lados[variante]
        print(
            f"{titulo:<20} {median(suyo.entero.segundos):>9.2f} "
            f"{median(suyo.decidir.segundos):>8.2f} {median(suyo.entero.procesador):>7.2f} "
            f"{suyo.entero.memoria / 1e6:>11,.0f}"
        )
    print(f"\n{'razón':<20} {'mediana':>9} {'mejor turno de cada uno':>24}")
    for nombre, una, otra in (
        ("decidir", motor.decidir, a_mano.decidir),
        ("entero", motor.entero, a_mano.entero),
    ):
        mejores = min(una.segundos) / min(otra.segundos)
        print(f"{nombre:<20} {razon(una, otra):>9.2f} {mejores:>24.2f}")
    print(
        f"\nMeta a escala 1: ≤ {META_SEGUNDOS} s, ≤ {META_BYTES / 1e6:,.0f} MB, y decidir "
        f"≤ {META_RAZON} veces el SQL a mano."
    )
    print(
        f"Estado, códigos, centavos, ganador, pagos y mensajes, iguales en los dos y a la verdad; "
        f"{lugares} departamentos."
    )
