"""The synthetic country, of which only talento humano is written."""

from __future__ import annotations

import sys
from pathlib import Path

from shared.poblacion.generar import generar
from shared.poblacion.talento_humano import MECANISMO


def main(escala: float, semilla: int, salida: Path) -> None:
    """Generate it and print how many people it has."""
    print(generar(escala, semilla, salida, partes=[MECANISMO]).personas)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
