"""The scorecard from the folder that ``mecanismos evaluar`` wrote, without any server."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Final

from shared.focalizacion.model import Mecanismo
from shared.focalizacion.motor import MotorDuckDB
from shared.radicacion.historia import HISTORIA, esquema_historia
from shared.registros import abrir_carpeta
from shared.tablero.model import Tablero, estados_de, universo_de
from shared.tablero.repository import CasoRepository, armado
from shared.tipos import EntradaInvalida

_ARCHIVOS: Final = (
    "universo.parquet",
    "registros.parquet",
    "resumen.json",
    "entrada/filas.parquet",
)


def tablero_de_carpeta(
    mecanismo: Mecanismo, evaluacion: Path, cortes: Path, trabajo: Path, *, plazo_dias: int
) -> Tablero:
    """From an evaluation and the folder of registers that it read; ``trabajo`` is temporary.

    What was corrected is not known, nor what was paid where ``historia`` does not say it.

    Raises:
        EntradaInvalida: the folder is not of an evaluation of that mechanism.
        FaltanRegistros: the register of the cases is not among the cortes.
    """
    propio = universo_de(mecanismo)
    resumen = _exigir(mecanismo, evaluacion)
    with MotorDuckDB.abrir(trabajo) as motor:
        con = motor.conexion
        fuentes = abrir_carpeta(
            con, cortes, [propio.registro], [esquema_historia(mecanismo)], trabajo=trabajo
        )
        armado.codigos_eps(con)
        armado.universo_de_carpeta(con, evaluacion / "universo.parquet")
        armado.decidido_de_carpeta(
            con,
            evaluacion / "registros.parquet",
            evaluacion / "entrada" / "filas.parquet",
            fuentes[HISTORIA].sql,
        )
        armado.tabla_casos(
            con, fuentes[propio.registro].sql, mecanismo.esquema.fecha_hecho, propio.identidad
        )
        casos = trabajo / "caso.parquet"
        armado.escribir(con, "caso", casos)
    return CasoRepository(casos).tablero(estados_de(propio), resumen, plazo_dias)


def _exigir(mecanismo: Mecanismo, evaluacion: Path) -> date:
    """The day of an evaluation of the mechanism."""
    faltan = [nombre for nombre in _ARCHIVOS if not (evaluacion / nombre).is_file()]
    if faltan:
        raise EntradaInvalida(
            f"En {evaluacion} no están {', '.join(faltan)}: dé la carpeta que dejó "
            f"«mecanismos evaluar {mecanismo.nombre}»."
        )
    resumen = json.loads((evaluacion / "resumen.json").read_text(encoding="utf-8"))
    if resumen["mecanismo"] != mecanismo.nombre:
        raise EntradaInvalida(
            f"{evaluacion} es una evaluación de {resumen['mecanismo']}, no de {mecanismo.nombre}."
        )
    return date.fromisoformat(resumen["fecha"])
