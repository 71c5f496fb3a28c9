"""Default windows: the first ten business days of the next month, in America/Bogota."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from shared.radicacion.ventanas import dia_habil, es_habil, ventana_por_defecto
from shared.tipos import BOGOTA, Periodo


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


@pytest.mark.parametrize("anio", [2019, 2020, 2021, 2022, 2023])
def test_los_festivos_son_los_publicados(anio: int, datos_reales: Path) -> None:
    texto = (datos_reales / "festivos_colombia_2019_2023.csv").read_text(encoding="utf-8")
    publicados = {date.fromisoformat(linea.split(",")[0]) for linea in texto.splitlines()[1:]}
    dias = (date(anio, 1, 1) + timedelta(days=n) for n in range(365))

    for dia in dias:
        assert es_habil(dia) == (dia.weekday() < 5 and dia not in publicados), dia
