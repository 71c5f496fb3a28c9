"""The synthetic country: how long it takes, how much memory, and whether its totals are right.

The whole country unless ``--escala`` or ``MECANISMOS_BENCH_ESCALA`` says otherwise: under ten
minutes and 6 GB on two cores, with the published totals exact. Two runs with one seed print one
digest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.poblacion.controles import Hallado, comprobar
from shared.poblacion.generar import Resumen, generar

ESCALA: Final = 1.0
SEMILLA: Final = 2020
META_SEGUNDOS: Final = 600
META_GIB: Final = 6
"""Goals of the issue at scale 1; at a smaller one they hold with more reason."""


def main(argumentos: list[str] | None = None) -> int:
    """Build a country, print its figures. Exit code 1 if a goal or a control total fails."""
    opciones = _opciones(argumentos or [])
    with tempfile.TemporaryDirectory(prefix="bench-poblacion-", dir=opciones.en) as carpeta:
        salida = Path(carpeta) / "pais"
        resumen = generar(opciones.escala, SEMILLA, salida)
        gib = _memoria_gib()
        controles = comprobar(salida, opciones.escala, resumen.cifras)
    return 0 if _mostrar(resumen, gib, controles) else 1


def _opciones(argumentos: list[str]) -> argparse.Namespace:
    opciones = argparse.ArgumentParser(prog="python -m bench.poblacion")
    opciones.add_argument(
        "--escala",
        type=float,
        default=float(os.environ.get("MECANISMOS_BENCH_ESCALA", str(ESCALA))),
    )
    opciones.add_argument("--en", type=Path, help="carpeta donde caben los archivos")
    return opciones.parse_args(argumentos)


def _memoria_gib() -> float:
    pico = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pico / (2**30 if sys.platform == "darwin" else 2**20)


def _mostrar(resumen: Resumen, gib: float, controles: list[Hallado]) -> bool:
    segundos = sum(resumen.segundos.values())
    for paso, tardo in resumen.segundos.items():
        print(f"{paso:<40} {tardo:>8.1f} s")
    print(f"{'total':<40} {segundos:>8.1f} s   (meta: {META_SEGUNDOS})")
    print(f"{'memoria pico del proceso':<40} {gib:>8.2f} GiB (meta: {META_GIB})")
    malos = [c for c in controles if not c.bien]
    for c in malos:
        print(f"MAL {c.parte}, {c.cifra}: {c.hallado:,} y debía ser {c.esperado:,.0f}")
    como = "exactos" if resumen.escala == 1 else "en proporción"
    print(f"{len(controles) - len(malos)} de {len(controles)} totales de control {como}")
    contenido = json.dumps(resumen.datos(), sort_keys=True).encode()
    print(f"huella de todos los archivos: {hashlib.sha256(contenido).hexdigest()}")
    return not malos and segundos < META_SEGUNDOS and gib < META_GIB
