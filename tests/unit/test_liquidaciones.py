"""Who is given what of a recognition, and what a month adds up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.giros.errors import DesgloseExcedido
from shared.liquidaciones.model import (
    BeneficiarioPedido,
    Partida,
    base_del_nit,
    eps_de,
    juntar,
    repartir_desglose,
)
from shared.tipos import EntradaInvalida

EPS = "800088702"


def pedido(i: int, valor: int | None = None, porcentaje: int | None = None) -> BeneficiarioPedido:
    return BeneficiarioPedido(f"900{i:06d}", "IPS", None, valor, porcentaje)


@given(
    st.integers(1, 10**15),
    st.lists(st.integers(1, 10_000), min_size=1, max_size=20),
)
def test_los_porcentajes_se_cumplen_al_centavo_y_nunca_exceden(
    valor: int, porcentajes: list[int]
) -> None:
    pedidos = [pedido(i, porcentaje=p) for i, p in enumerate(porcentajes)]
    try:
        dados = repartir_desglose(EPS, valor, pedidos)
    except EntradaInvalida:
        assert sum(porcentajes) > 10_000 or any(valor * p < 10_000 for p in porcentajes)
        return
    partes = [d.valor_centavos for d in dados]
    assert sum(partes) <= valor
    assert (sum(porcentajes) < 10_000) or sum(partes) == valor
    assert all(
        abs(parte * 10_000 - valor * p) < 10_000
        for parte, p in zip(partes, porcentajes, strict=True)
    )


@given(st.integers(1, 10**6), st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
def test_los_valores_caben_o_se_rechazan(valor: int, valores: list[int]) -> None:
    pedidos = [pedido(i, valor=v) for i, v in enumerate(valores)]
    if sum(valores) > valor:
        with pytest.raises(DesgloseExcedido):
            repartir_desglose(EPS, valor, pedidos)
    else:
        dados = repartir_desglose(EPS, valor, pedidos)
        assert [d.valor_centavos for d in dados] == valores


def test_los_codigos_de_una_eps_se_ven_juntos_y_aparte() -> None:
    juntas = juntar(
        [
            Partida("EPSS10", {"dias": 3, "liquidado_centavos": 5}),
            Partida("EPS010", {"dias": 30, "liquidado_centavos": 100}),
            Partida("EPS010", {"reversado_centavos": 7, "reintegrado_centavos": 40}),
        ]
    )
    assert [(e.codigo_base, e.codigo_eps, e.dias) for e in juntas] == [
        ("EPS010", "EPS010", 30), ("EPS010", "EPSS10", 3)
    ]  # fmt: skip
    assert (juntas[0].reconocido_centavos, juntas[0].neto_centavos) == (107, 60)


def test_cada_nit_es_de_una_sola_eps() -> None:
    assert (eps_de("EPSS10").nit, base_del_nit(EPS)) == (EPS, "EPS010")
    assert eps_de("CCFC07").nit is None
    assert base_del_nit("900000000") == ""
