"""Mutants that no test can tell from the original, and why.

By mechanism: name of the mutant → reason. One that dies is reported, to be taken out of here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EQUIVALENTES: Final[Mapping[str, Mapping[str, str]]] = {
    "anticipo_uci": {
        "liquidacion · CAMAS · sin el término col('reporte_existe')": (
            "ocupadas sale del reporte: sin reporte también es nulo"
        ),
    },
}
