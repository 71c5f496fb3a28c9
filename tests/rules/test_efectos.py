"""Stage, effects and optional registers of each code, as the dossiers give them.

Written apart from the rules: a rule whose effect changes is a change of the norm, and is seen here.
"""

from __future__ import annotations

from typing import Final

import pytest

from shared.focalizacion import Mecanismo
from tests.support.casos import mecanismos

DOSIERES: Final = {
    "anticipo_uci": """
        ANT-00 | FORMA | CORRECCION |            |
        ANT-01 | RAD   | RECHAZO    |            |
        ANT-02 | FOC   | RECHAZO    |            |
        ANT-03 | RAD   | RECHAZO    |            |
        ANT-04 | FOC   | CORRECCION |            |
        ANT-05 | FOC   | RECHAZO    |            |
        ANT-06 | FOC   | RECHAZO    | AVISO      |
        ANT-07 | FOC   | RECHAZO    |            | reps_servicios
        ANT-08 | FOC   | RECHAZO    |            |
        ANT-09 | RAD   | CORRECCION |            |
        ANT-10 | RAD   | AVISO      |            |
        ANT-11 | FOC   | CORRECCION |            |
        ANT-12 | FOC   | AJUSTE     | CORRECCION |
        ANT-13 | FOC   | AJUSTE     |            | reps_ocupacion_diaria
        ANT-14 | FOC   | CORRECCION |            | reps_ocupacion_diaria
        ANT-15 | FOC   | AJUSTE     |            | reps_ocupacion_diaria
        ANT-16 | FOC   | RECHAZO    |            | historia
        ANT-17 | FOC   | AVISO      |            |
        ANT-18 | GIRO  | RETENCION  |            |
        ANT-19 | LEG   | AVISO      |            |
        ANT-20 | GIRO  | AVISO      |            |
    """,
    "talento_humano": """
        THS-01 | RAD     | RECHAZO    |       |
        THS-02 | RAD     | RECHAZO    |       |
        THS-03 | FORMA   | CORRECCION |       |
        THS-04 | FOC     | CORRECCION | AVISO |
        THS-05 | FOC     | CORRECCION |       |
        THS-05 | FOC     | AVISO      |       |
        THS-06 | FOC     | DESVIO     |       |
        THS-07 | FOC     | CORRECCION |       |
        THS-07 | FOC     | RECHAZO    |       |
        THS-08 | FOC     | RECHAZO    | AVISO |
        THS-09 | FOC     | CORRECCION | AVISO |
        THS-10 | FOC     | RETENCION  |       |
        THS-10 | FOC     | RECHAZO    |       |
        THS-11 | FOC     | RECHAZO    |       |
        THS-11 | FOC     | CORRECCION |       |
        THS-12 | FOC     | DESVIO     |       | bdex
        THS-13 | FOC     | RECHAZO    |       |
        THS-14 | FOC     | RECHAZO    |       |
        THS-15 | FOC     | RECHAZO    |       |
        THS-16 | FOC     | CORRECCION |       |
        THS-16 | GIRO    | RETENCION  |       |
        THS-16 | GIRO    | AVISO      |       |
        THS-17 | NINGUNA | AVISO      |       |
    """,
    "pruebas": """
        PRU-01 | RAD   | RECHAZO          | |
        PRU-02 | FORMA | RECHAZO          | |
        PRU-03 | RAD   | RECHAZO          | |
        PRU-04 | FOC   | RECHAZO          | |
        PRU-05 | FOC   | GLOSA_DEFINITIVA | |
        PRU-06 | FOC   | GLOSA            | |
        PRU-07 | FOC   | GLOSA_DEFINITIVA | |
        PRU-08 | FOC   | GLOSA            | |
        PRU-09 | FOC   | RETENCION        | |
        PRU-10 | FOC   | GLOSA            | |
        PRU-11 | FOC   | GLOSA_DEFINITIVA | |
        PRU-11 | FOC   | GLOSA            | |
        PRU-12 | FOC   | GLOSA            | |
        PRU-13 | FOC   | GLOSA            | |
        PRU-14 | FOC   | GLOSA            | |
        PRU-15 | FOC   | GLOSA            | |
        PRU-16 | FOC   | GLOSA            | |
        PRU-17 | FOC   | AVISO            | |
        PRU-18 | FOC   | GLOSA            | |
        PRU-19 | FOC   | GLOSA            | |
        PRU-20 | FOC   | GLOSA            | |
        PRU-21 | FOC   | GLOSA_DEFINITIVA | |
        PRU-22 | FOC   | GLOSA            | |
        PRU-22 | FOC   | AJUSTE           | |
        PRU-23 | FOC   | GLOSA            | |
        PRU-24 | FOC   | RECHAZO          | |
        PRU-25 | FOC   | GLOSA_DEFINITIVA | | historia
        PRU-26 | FOC   | GLOSA            | |
        PRU-27 | FOC   | AVISO            | | historia
        PRU-28 | FOC   | GLOSA_DEFINITIVA | | historia
        PRU-29 | FOC   | RETENCION        | | montos_r2461
        PRU-30 | PRE   | RETENCION        | |
        PRU-31 | GIRO  | RETENCION        | |
    """,
    "compensacion_rs": """
        CET-00 | FORMA | CORRECCION       | |
        CET-01 | FOC   | GLOSA            | |
        CET-01 | FOC   | CORRECCION       | |
        CET-02 | FOC   | RECHAZO          | |
        CET-03 | FOC   | GLOSA            | |
        CET-04 | FOC   | CORRECCION       | |
        CET-05 | FOC   | CORRECCION       | |
        CET-05 | FOC   | CORRECCION       | | rnec
        CET-05 | FOC   | AVISO            | |
        CET-05 | FOC   | AVISO            | | rnec
        CET-06 | FOC   | GLOSA_DEFINITIVA | |
        CET-06 | FOC   | AVISO            | |
        CET-07 | FOC   | DESVIO           | | historia
        CET-08 | FOC   | DESVIO           | |
        CET-09 | FOC   | RECHAZO          | |
        CET-10 | FOC   | CORRECCION       | |
        CET-11 | FOC   | CORRECCION       | |
        CET-12 | FOC   | CORRECCION       | |
        CET-13 | FOC   | CORRECCION       | |
        CET-14 | GIRO  | DESVIO           | |
        CET-15 | PRE   | RETENCION        | |
        CET-16 | FOC   | AVISO            | |
    """,
    "activos_emergencia": """
        ACT-00 | FORMA | CORRECCION |       |
        ACT-01 | FOC   | CORRECCION |       |
        ACT-02 | FOC   | RECHAZO    |       |
        ACT-03 | FOC   | RECHAZO    |       |
        ACT-04 | FOC   | RECHAZO    | AVISO |
        ACT-05 | FOC   | AJUSTE     | AVISO |
        ACT-06 | FOC   | RECHAZO    |       |
        ACT-07 | FOC   | AJUSTE     |       |
        ACT-08 | FOC   | AJUSTE     |       | compensados
        ACT-09 | FOC   | GLOSA      |       |
        ACT-10 | FOC   | AJUSTE     |       |
        ACT-11 | FOC   | RECHAZO    |       | bdex
        ACT-12 | FOC   | AJUSTE     |       |
        ACT-12 | FOC   | GLOSA      |       |
        ACT-13 | FOC   | CORRECCION |       |
        ACT-14 | FOC   | GLOSA      |       |
        ACT-15 | FOC   | RECHAZO    |       |
        ACT-16 | FOC   | AJUSTE     |       |
        ACT-17 | FOC   | CORRECCION |       |
        ACT-17 | FOC   | RETENCION  |       |
        ACT-18 | PRE   | RETENCION  |       |
    """,
}


@pytest.mark.parametrize("mecanismo", mecanismos(), ids=lambda m: m.nombre)
def test_los_efectos_son_los_del_dosier(mecanismo: Mecanismo) -> None:
    """Versions of a rule with other dates and the same effects count once."""
    dados = [
        (
            r.codigo,
            str(r.etapa),
            str(r.si_incumple),
            "" if r.si_no_evaluable is None else str(r.si_no_evaluable),
            ", ".join(r.requiere),
        )
        for r in mecanismo.reglas
    ]
    esperados = [
        tuple(celda.strip() for celda in linea.split("|"))
        for linea in DOSIERES[mecanismo.nombre].strip().splitlines()
    ]
    assert sorted(set(dados)) == sorted(esperados)
