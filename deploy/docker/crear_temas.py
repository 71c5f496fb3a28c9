"""Crea los temas que falten en Kafka, con sus particiones. Se puede repetir."""

from __future__ import annotations

import sys

from shared.db import Ajustes
from shared.embebido.kafka import crear_temas
from shared.eventos.temas import PARTICIONES, TEMAS, muertos


def main() -> None:
    """Topics of the project and their dead-letter twins, on ``KAFKA_BOOTSTRAP_SERVERS``."""
    kafka = Ajustes().kafka
    if not kafka:
        sys.exit("Defina KAFKA_BOOTSTRAP_SERVERS.")
    temas = [*TEMAS, *map(muertos, TEMAS)]
    crear_temas(kafka, temas, PARTICIONES, plazo_segundos=60)
    sys.stdout.write(f"Temas listos en {kafka}: {', '.join(temas)}\n")


if __name__ == "__main__":
    main()
