"""Edges of the anticipo that a fault could cross unseen: found by ``python -m tests.mutacion``."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.anticipo_uci.mecanismo import MECANISMO
from tests.rules.reps import DIA, capacidad, evaluar, fila, prestador, sede
from tests.rules.test_anticipo_uci_liquidacion import TARIFA_INT, TARIFA_UCI, valorar

PRIMERA_CAMA = date(2020, 6, 1)


@pytest.mark.parametrize(("servicio", "tarifa"), [("UCI", TARIFA_UCI), ("INTERMEDIO", TARIFA_INT)])
def test_la_tarifa_rige_desde_el_primer_dia_y_no_antes(servicio: str, tarifa: int) -> None:
    camas = {
        "servicio": servicio,
        "camas_disponibles": 1,
        "reps_capacidad_dia": 1,
        "reporte_existe": False,
    }
    dias = [PRIMERA_CAMA - timedelta(days=1), PRIMERA_CAMA]
    assert valorar([camas | {"fecha": dia} for dia in dias]) == [None, tarifa * 100]


def test_la_correccion_manda_sobre_un_ajuste_que_no_deja_camas() -> None:
    """The date may be wrong, and with another the capacity may be another."""
    (cama,) = evaluar(
        [fila(periodo="2021-03", fecha=DIA, camas_disponibles=1)],
        reps_prestadores=[prestador()],
        reps_sedes=[sede()],
        reps_capacidad=[capacidad(0)],
    )
    assert (cama["estado"], cama["codigos"]) == ("EN_CORRECCION", "ANT-11;ANT-12")


def test_se_pagan_las_tres_poblaciones() -> None:
    poblacion = next(c for c in MECANISMO.esquema.campos if c.nombre == "poblacion")
    assert poblacion.valores == ("ADULTO", "PEDIATRICO", "NEONATAL")
