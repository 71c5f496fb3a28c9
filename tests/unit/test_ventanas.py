"""Windows without acts, by month, week or once, and the place that acts take among them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from services.anticipo_uci.mecanismo import MECANISMO
from shared.focalizacion import Ventanas
from shared.radicacion.model import Ventana
from shared.radicacion.ventanas import (
    dia_habil,
    es_habil,
    siguiente,
    ventana_por_defecto,
    ventana_semanal,
    ventanas_sin_periodo,
)
from shared.tipos import BOGOTA, InvarianteRota, Periodo

SEMANAL = replace(MECANISMO, ventanas=Ventanas.SEMANAL)
UNA_VEZ = replace(
    MECANISMO, ventanas=Ventanas.FIJA, ventana_fija=(date(2020, 7, 17), date(2020, 9, 30))
)


def _dias(ventana: Ventana) -> tuple[str, str]:
    return ventana.desde.date().isoformat(), ventana.hasta.date().isoformat()


def _acto(desde: str, hasta: str) -> Ventana:
    inicio = datetime.fromisoformat(desde).replace(tzinfo=BOGOTA)
    fin = datetime.fromisoformat(hasta).replace(tzinfo=BOGOTA, hour=23, minute=59)
    return Ventana(None, inicio, fin, "Resolución de prueba")


def test_febrero_de_2021_se_radica_hasta_el_12_de_marzo() -> None:
    ventana = ventana_por_defecto(Periodo(2021, 2))

    assert ventana.desde == datetime(2021, 3, 1, tzinfo=BOGOTA)
    assert ventana.hasta.date() == date(2021, 3, 12)
    assert ventana.abierta(datetime(2021, 3, 12, 23, 59, 59, tzinfo=BOGOTA))
    assert not ventana.abierta(datetime(2021, 3, 13, tzinfo=BOGOTA))
    assert not ventana.abierta(ventana.desde - timedelta(microseconds=1))


def test_los_festivos_corren_la_ventana() -> None:
    # December 2020 is submitted in January 2021: the 1st and the 11th (Reyes) are holidays.
    assert ventana_por_defecto(Periodo(2020, 12)).hasta.date() == date(2021, 1, 18)
    assert dia_habil(date(2021, 1, 1), 1) == date(2021, 1, 4)


@pytest.mark.parametrize(
    ("dia", "dias"),
    [
        ("2020-10-07", ("2020-10-05", "2020-10-07")),
        ("2020-10-11", ("2020-10-05", "2020-10-07")),  # a Sunday is of the week that ends
        ("2020-10-12", ("2020-10-13", "2020-10-15")),  # Monday is a holiday: counts from Tuesday
        ("2020-12-08", ("2020-12-07", "2020-12-10")),  # a holiday in between does not count
        ("2020-12-31", ("2020-12-28", "2020-12-30")),
        ("2024-03-27", ("2024-03-26", "2024-03-27")),  # Holy Week with its Monday: two days
    ],
)
def test_la_semana_tiene_tres_dias_habiles(dia: str, dias: tuple[str, str]) -> None:
    assert _dias(ventana_semanal(date.fromisoformat(dia))) == dias


def test_la_semana_que_viene_siempre_esta_a_la_vista() -> None:
    jueves = datetime(2020, 10, 8, 8, tzinfo=BOGOTA)
    ventanas = ventanas_sin_periodo(SEMANAL, (), jueves.date())

    assert not any(v.abierta(jueves) for v in ventanas)
    proxima = siguiente(ventanas, jueves)
    assert proxima is not None
    assert _dias(proxima) == ("2020-10-13", "2020-10-15")


def test_un_acto_del_mismo_primer_dia_reemplaza_y_los_demas_agregan() -> None:
    hoy = date(2020, 10, 8)
    mas_larga, extra = _acto("2020-10-05", "2020-10-09"), _acto("2020-10-10", "2020-10-10")

    ventanas = ventanas_sin_periodo(SEMANAL, (extra, mas_larga), hoy)

    assert [_dias(v) for v in ventanas[:3]] == [
        ("2020-10-05", "2020-10-09"),
        ("2020-10-10", "2020-10-10"),
        ("2020-10-13", "2020-10-15"),
    ]


def test_la_ventana_unica_se_reabre_por_acto() -> None:
    sola = ventanas_sin_periodo(UNA_VEZ, (), date(2020, 11, 3))
    assert [_dias(v) for v in sola] == [("2020-07-17", "2020-09-30")]
    assert siguiente(sola, datetime(2020, 11, 3, tzinfo=BOGOTA)) is None

    reabierta = ventanas_sin_periodo(
        UNA_VEZ, [_acto("2020-11-01", "2020-11-15")], date(2020, 11, 3)
    )
    assert [v.abierta(datetime(2020, 11, 15, 20, tzinfo=BOGOTA)) for v in reabierta] == [
        False,
        True,
    ]


def test_un_mecanismo_por_meses_no_tiene_ventanas_sin_periodo() -> None:
    with pytest.raises(InvarianteRota):
        ventanas_sin_periodo(MECANISMO, (), date(2020, 11, 3))


@pytest.mark.parametrize("anio", [2019, 2020, 2021, 2022, 2023])
def test_los_festivos_son_los_publicados(anio: int, datos_reales: Path) -> None:
    texto = (datos_reales / "festivos_colombia_2019_2023.csv").read_text(encoding="utf-8")
    publicados = {date.fromisoformat(linea.split(",")[0]) for linea in texto.splitlines()[1:]}
    dias = (date(anio, 1, 1) + timedelta(days=n) for n in range(365))

    for dia in dias:
        assert es_habil(dia) == (dia.weekday() < 5 and dia not in publicados), dia
