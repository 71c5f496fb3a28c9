"""A corrected BDUA in the two mechanisms whose unit is not the row: a lead that fails leaves its
household to another, and days that were granted are taken back with opposite entries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.activos_emergencia.mecanismo import MECANISMO as ACTIVOS
from services.compensacion_rs.mecanismo import MECANISMO as COMPENSACION
from shared.embebido.postgres import PostgresEmbebido
from shared.seguridad import Rol
from tests.support import activos as act
from tests.support import compensacion as cet
from tests.support.mesa import Mesa, mesa_vacia, resumidos
from tests.support.reproceso import (
    aplicado,
    calculado,
    cambios,
    corregir,
    exigir_cuadre,
    foto,
)

NIT_EPS = "800088702"


@pytest.fixture
async def meses(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("reproceso-act")
    async with mesa_vacia(ACTIVOS, postgres, plantilla, datos, act.AHORA) as mesa:
        await mesa.presupuestar(10**12)
        await act.cargar(mesa, [act.persona(n) for n in (1, 2, 3)])
        yield mesa


@pytest.fixture
async def hogares(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("reproceso-cet")
    async with mesa_vacia(COMPENSACION, postgres, plantilla, datos, cet.LUNES) as mesa:
        await mesa.presupuestar(10**12)
        await cet.cargar(mesa, {1: [cet.EPS, cet.EPS], 2: [cet.EPS]})
        yield mesa


async def exigir_lo_mostrado(mesa: Mesa, vigencia: int) -> list[tuple[str, str, int]]:
    """Reprocess: what is applied is what was shown. Returns it: from, to and row."""
    antes = await foto(mesa)
    reproceso = await calculado(mesa)
    assert await foto(mesa) == antes
    previstos = await cambios(mesa, reproceso)
    hecho = await aplicado(mesa, reproceso)
    assert hecho.resumen is not None
    assert hecho.resumen["desactualizados"] == 0
    notas = await mesa.consultar(
        "SELECT k.registro_id, k.de, k.a, k.a_valor_centavos FROM registro_cambio k "
        "WHERE k.motivo LIKE 'reproceso%' ORDER BY k.registro_id"
    )
    mostrados = sorted(
        (c["registro_id"], c["de"], c["a"], c["a_valor_centavos"]) for c in previstos
    )
    assert mostrados == [tuple(n.values()) for n in notas]
    await exigir_cuadre(mesa, vigencia)
    return [(c["de"], c["a"], c["fila"]) for c in previstos]


async def test_days_that_were_granted_are_taken_back(meses: Mesa) -> None:
    filas = [act.confirmacion(n) for n in (1, 2)]
    una = await meses.radicar(Rol.EPS, act.EPS, *filas, nit=NIT_EPS)
    otra = await meses.radicar(Rol.EPS, act.EPS, act.confirmacion(3), nit=NIT_EPS)
    for id_ in (una, otra):
        await meses.procesar(id_)
    antes = [await meses.registros(i) for i in (una, otra)]
    assert resumidos(antes[0], "estado") == [("RECONOCIDO",)] * 2
    valor = antes[0][0]["valor_centavos"]
    assert valor > 0

    corregida = [act.persona(1), act.persona(2, estado="RE"), act.persona(3)]
    await corregir(meses, "bdua", corregida, act.FECHA_CORTE)
    ((de, a, fila),) = await exigir_lo_mostrado(meses, 2020)
    assert (de, fila) == ("LIQUIDADO", 2)
    assert a != de
    assert resumidos(await meses.registros(una), "estado", "valor_centavos") == [
        ("RECONOCIDO", valor),
        (a, 0),
    ]
    assert await meses.registros(otra) == antes[1]
    ocupados = await meses.consultar("SELECT sum(ocupado) AS dias FROM cupo")
    assert ocupados[0]["dias"] == 60


async def test_a_lead_that_fails_leaves_the_household_to_another(hogares: Mesa) -> None:
    ids: list[UUID] = []
    for documento in (cet.persona(1), cet.persona(1, 2), cet.persona(2)):
        ids.append(await cet.entregar(hogares, cet.EPS, cet.candidato(documento)))
        await hogares.procesar(ids[-1])
    vivos = [resumidos(await hogares.registros(i), "estado", "valor_centavos")[0] for i in ids]
    assert [v for _, v in vivos] == [cet.VALOR, 0, cet.VALOR]

    corregida = cet.registros({1: [cet.EPS, cet.EPS], 2: [cet.EPS]})["bdua"]
    corregida[0] |= {"regimen": "C", "tipo_afiliado": "C"}
    await corregir(hogares, "bdua", corregida)
    hechos = await exigir_lo_mostrado(hogares, 2021)
    assert hechos[0][0] == "EN_VALIDACION_BANCARIA"
    ahora = [resumidos(await hogares.registros(i), "valor_centavos")[0][0] for i in ids]
    assert ahora[0] == 0
    assert ahora[2] == cet.VALOR
    # No member is paid twice, and nothing is lost.
    cupos = await hogares.consultar("SELECT max(ocupado) AS n FROM cupo")
    assert cupos[0]["n"] == 1
