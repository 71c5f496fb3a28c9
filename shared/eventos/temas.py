"""Topic names. Each has a dead-letter topic; the version is part of the name."""

from __future__ import annotations

from typing import Final

RECONOCIMIENTOS: Final = "mecanismos.reconocimientos.v1"
GIROS: Final = "mecanismos.giros.v1"
RESPUESTAS_GIRO: Final = "mecanismos.respuestas-giro.v1"
RECHAZOS: Final = "mecanismos.rechazos.v1"

TEMAS: Final = (RECONOCIMIENTOS, GIROS, RESPUESTAS_GIRO, RECHAZOS)

PARTICIONES: Final = 6
"""Partitions of a topic. Raising it later moves keys to other partitions, which breaks their
order around the change; so it starts above what one machine needs."""


def muertos(tema: str) -> str:
    """Dead-letter topic of ``tema``: what a consumer could not accept, with the reason."""
    return f"{tema}.muertos"


CONSUMIDORES: Final[dict[str, tuple[str, ...]]] = {
    GIROS: ("tesoreria",),
    RESPUESTAS_GIRO: ("giros",),
}
"""Consumers of ours by topic, as they sign in the inbox. The other topics are read only by
third parties, of whose progress we know nothing."""
