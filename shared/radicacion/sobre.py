"""What a layout leaves to whoever submits (NIT and check digit), from REPS.

In the service it is in the envelope; ``evaluar`` has none.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from shared.focalizacion.motor import MotorDuckDB
from shared.radicacion.lectura.posicional import Sobre
from shared.registros import abrir_carpeta
from shared.registros.busqueda import acotar
from shared.tipos import digito_verificacion

_REGISTRO: Final = "reps_prestadores"


def sobre_de_reps(cortes: Path) -> Sobre:
    """NIT of a prestador by its habilitation code, as the newest corte of the folder has it.

    Nothing is known where the folder has no REPS, or REPS does not have the code.
    """

    def de(codigo: str) -> Mapping[str, str]:
        with tempfile.TemporaryDirectory() as temporal, MotorDuckDB.abrir(Path(temporal)) as motor:
            reps = abrir_carpeta(motor.conexion, cortes, (), (_REGISTRO,), trabajo=Path(temporal))[
                _REGISTRO
            ]
            propias = acotar(reps, {"hab_prestador": [codigo]})
            hallado = motor.conexion.execute(
                f"SELECT nit FROM ({propias.sql}) WHERE regexp_full_match(nit, '[0-9]{{9}}') "  # noqa: S608 - our SQL
                "ORDER BY fecha_corte DESC NULLS LAST, nit LIMIT 1"
            ).fetchone()
        return {} if hallado is None else {"nit": hallado[0], "dv": digito_verificacion(hallado[0])}

    return de
