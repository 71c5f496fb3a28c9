"""Sources and dated parameters."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.normativa import Certeza, Fuente, Parametro, Vigente

FUENTE = Fuente("Resolución 1 de 2020", "art. 6", "MinSalud")
UN_DIA = timedelta(days=1)


def test_una_fuente_se_cita_con_su_articulo() -> None:
    assert str(FUENTE) == "Resolución 1 de 2020, art. 6"
    assert str(Fuente("Informe de gestión 2020")) == "Informe de gestión 2020"
    assert FUENTE.certeza is Certeza.NORMA


def vigente(desde: date, hasta: date | None, valor: int = 1) -> Vigente[int]:
    return Vigente(desde, valor, FUENTE, hasta=hasta)


def test_las_dos_fechas_de_una_vigencia_cuentan() -> None:
    de_un_mes = vigente(date(2020, 6, 1), date(2020, 6, 30))
    assert [de_un_mes.rige(date(2020, 6, d)) for d in (1, 15, 30)] == [True] * 3
    assert not de_un_mes.rige(date(2020, 5, 31))
    assert not de_un_mes.rige(date(2020, 7, 1))


def test_sin_hasta_rige_siempre_desde_su_dia() -> None:
    abierta = vigente(date(2020, 6, 1), None)
    assert abierta.rige(date(9999, 12, 31))
    assert not abierta.rige(date(2020, 5, 31))


def test_un_parametro_da_el_valor_del_dia_en_cualquier_orden() -> None:
    tarifa = Parametro(
        vigente(date(2021, 1, 1), None, 20), vigente(date(2020, 6, 1), date(2020, 12, 15), 10)
    )
    assert (tarifa.en(date(2020, 6, 1)), tarifa.en(date(2020, 12, 15))) == (10, 10)
    assert tarifa.en(date(2021, 1, 1)) == 20
    for sin_valor in (date(2020, 5, 31), date(2020, 12, 16), date(2020, 12, 31)):
        with pytest.raises(LookupError, match=str(sin_valor)):
            tarifa.en(sin_valor)


@pytest.mark.parametrize(
    "vigencias",
    [
        [],
        [vigente(date(2020, 6, 1), None), vigente(date(2021, 1, 1), None)],
        [
            vigente(date(2020, 6, 1), date(2020, 6, 30)),
            vigente(date(2020, 6, 30), date(2020, 7, 30)),
        ],
        [vigente(date(2020, 6, 1), None), vigente(date(2020, 6, 1), None)],
    ],
    ids=["ninguna", "la primera no termina", "comparten un día", "la misma"],
)
def test_vigencias_que_no_se_admiten(vigencias: list[Vigente[int]]) -> None:
    with pytest.raises(ValueError):
        Parametro(*vigencias)


@given(
    st.lists(st.dates(date(2019, 1, 1), date(2023, 1, 1)), unique=True, min_size=2, max_size=9).map(
        sorted
    ),
    st.dates(date(2019, 1, 1), date(2023, 1, 1)),
)
def test_tramos_seguidos_dan_un_solo_valor_por_dia(cambios: list[date], dia: date) -> None:
    tramos = [
        vigente(desde, siguiente - UN_DIA, i)
        for i, (desde, siguiente) in enumerate(pairwise(cambios))
    ]
    parametro = Parametro(*reversed(tramos))
    rigen = [t.valor for t in tramos if t.rige(dia)]
    if rigen:
        assert rigen == [parametro.en(dia)]
    else:
        with pytest.raises(LookupError):
            parametro.en(dia)
