"""``python -m tests.mutacion [MECANISMO…]``: put faults in the rules and see which tests notice.

Ends with 1 if a mutant lives and nobody said why (``equivalentes.py``).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from typing import Final

from tests.mutacion.corrida import RAIZ, Hecho, Resultado, archivo_de, correr
from tests.mutacion.equivalentes import EQUIVALENTES
from tests.mutacion.mutantes import CON_ESQUEMA, MODULOS, Mutante, mutantes

PROCESOS: Final = 2
CADA: Final = 25
"""Mutants between one line of progress and the next."""


def main(argumentos: list[str]) -> int:
    """Run the mutants of each mechanism; how many live without a reason."""
    lector = argparse.ArgumentParser(prog="python -m tests.mutacion", description=__doc__)
    lector.add_argument("mecanismos", nargs="*", help="todos si no se da ninguno")
    lector.add_argument("--modulos", nargs="+", choices=CON_ESQUEMA, default=list(MODULOS))
    lector.add_argument("--procesos", type=int, default=PROCESOS)
    lector.add_argument("--contiene", default="", help="solo los mutantes cuyo nombre lo contenga")
    lector.add_argument("--lista", action="store_true", help="solo nombrarlos")
    lector.add_argument("--sin-base", action="store_true", help="sin correr antes las sanas")
    dados = lector.parse_args(argumentos)
    elegidos = dados.mecanismos or sorted(
        r.parent.name for r in (RAIZ / "services").glob("*/mecanismo.py")
    )
    sin_razon = 0
    for mecanismo in elegidos:
        propios = [
            m
            for modulo in dados.modulos
            for m in mutantes(archivo_de(mecanismo, modulo), f"services.{mecanismo}.{modulo}")
            if dados.contiene in m.nombre
        ]
        if dados.lista:
            _decir(*(_como_se_lee(m) for m in propios))
            continue
        sin_razon += _informar(
            mecanismo, correr(mecanismo, propios, procesos=dados.procesos, sin_base=dados.sin_base)
        )
    return 1 if sin_razon else 0


def _informar(mecanismo: str, corridos: Iterable[Hecho]) -> int:
    desde = time.monotonic()
    hechos: list[Hecho] = []
    for hecho in corridos:
        hechos.append(hecho)
        if hecho.resultado is not Resultado.MUERTO:
            sys.stderr.write(f"{hecho.resultado}: {_como_se_lee(hecho.mutante)}\n")
        elif len(hechos) % CADA == 0:
            sys.stderr.write(f"{mecanismo}: {len(hechos)}, {time.monotonic() - desde:.0f} s\n")
    vivos = [h.mutante for h in hechos if h.resultado is Resultado.VIVO]
    razones = EQUIVALENTES.get(mecanismo, {})
    sin_razon = [m for m in vivos if m.nombre not in razones]
    cuentas = Counter(h.mutante.modulo for h in hechos)
    de_vivos = Counter(m.modulo for m in vivos)
    _decir(
        f"\n{mecanismo}: {len(hechos)} mutantes en {time.monotonic() - desde:.0f} s, "
        f"{len(hechos) - len(vivos)} muertos, {len(vivos) - len(sin_razon)} equivalentes, "
        f"{len(sin_razon)} vivos",
        *(f"  {modulo}: {n}, vivos {de_vivos[modulo]}" for modulo, n in cuentas.items()),
        *(f"  VIVO {_como_se_lee(m)}" for m in sorted(sin_razon, key=_como_se_lee)),
        *(
            f"  ya no vive, quítelo de equivalentes.py: {nombre}"
            for nombre in razones
            if nombre in {h.mutante.nombre for h in hechos} - {m.nombre for m in vivos}
        ),
        *(
            f"  SIN FIN {_como_se_lee(h.mutante)}"
            for h in hechos
            if h.resultado is Resultado.SIN_FIN
        ),
    )
    return len(sin_razon)


def _como_se_lee(mutante: Mutante) -> str:
    lugar = mutante.archivo.relative_to(RAIZ).as_posix()
    return f"{lugar}:{mutante.linea}: {mutante.donde} · {mutante.que}"


def _decir(*lineas: str) -> None:
    sys.stdout.write("".join(f"{linea}\n" for linea in lineas))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
