"""A corrected BDUA in the two mechanisms whose unit is not the row: a lead that fails leaves its
household to another, and days that were granted are taken back with opposite entries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from services.activos_emergencia.mecanismo import MECANISMO as ACTIVOS
from services.compensacion_rs.mecanismo import MECANISMO as COMPENSACION
from shared.embebido.postgres import PostgresEmbebido
from shared.giros import Beneficiario, CuentaPago
from shared.giros.repository import CuentaRepository
from shared.giros.schemas import GiroRespondido
from shared.giros.service import responder
from shared.seguridad import Rol
from shared.tipos import a_decimal
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


async def test_what_was_found_and_the_bank_returned_is_taken_back_once(meses: Mesa) -> None:
    filas = [act.confirmacion(n) for n in (1, 2)]
    ((id_, valor), _) = resumidos(
        await meses.resolver(Rol.EPS, act.EPS, *filas, nit=NIT_EPS),
        "radicacion_id",
        "valor_centavos",
    )
    await meses.recaudar(10**10)
    pago = CuentaPago("1007", "AHORROS", "11", NIT_EPS)
    async with meses.ctx.uow.begin() as tx:
        await CuentaRepository(tx).asegurar([(Beneficiario("NI", NIT_EPS), pago)], act.AHORA)
    await cet.ordenar(meses)
    corregida = [act.persona(1), act.persona(2, estado="RE"), act.persona(3)]
    await corregir(meses, "bdua", corregida, act.FECHA_CORTE)
    reproceso = await calculado(meses)
    assert resumidos(await cambios(meses, reproceso), "clase", "capital_centavos") == [
        ("HALLAZGO", valor)
    ]
    await aplicado(meses, reproceso)
    nada = await calculado(meses)
    assert await cambios(meses, nada) == []
    await aplicado(meses, nada)

    # Returned, it is open again: the same registers say that its record is worth nothing.
    meses.en(act.AHORA + timedelta(hours=1))
    await cet.responde_el_banco(meses, "DEVUELTO", "D01")
    otro = await calculado(meses)
    assert resumidos(await cambios(meses, otro), "clase", "fila", "a_valor_centavos") == [
        ("CAMBIO", 2, 0)
    ]
    await aplicado(meses, otro)
    assert [r["valor_centavos"] for r in await meses.registros(id_)] == [valor, 0]
    vivos = await meses.consultar(
        "SELECT valor_centavos, estado FROM reconocimiento WHERE estado <> 'ANULADO'"
    )
    assert [tuple(v.values()) for v in vivos] == [(valor, "GIRO_DEVUELTO")]
    await exigir_cuadre(meses, 2020)


@pytest.mark.parametrize("cobrado", [False, True])
async def test_who_runs_out_of_attempts_keeps_nothing_of_what_they_were_worth_before(
    hogares: Mesa, cobrado: bool
) -> None:
    """A household that came to be worth more: all of it goes back, unless part was paid."""
    sin_producto = {"codigo_banco": "", "tipo_producto": "", "numero_producto": ""}
    fila = cet.candidato(cet.persona(1), **({} if cobrado else sin_producto))
    id_ = await cet.entregar(hogares, cet.EPS, fila)
    await hogares.procesar(id_)
    segcovid = cet.registros({1: [cet.EPS, cet.EPS], 2: [cet.EPS]})["segcovid"]
    await corregir(
        hogares, "segcovid", [s | {"fecha_confirmacion": "2021-01-11"} for s in segcovid]
    )
    await aplicado(hogares, await calculado(hogares))
    if cobrado:
        await hogares.recaudar(cet.VALOR)
        await cet.pagar(hogares)
        await hogares.recaudar(cet.VALOR)  # what it grew is ordered apart
        (giro,) = await hogares.consultar(
            "SELECT id_giro, valor_centavos FROM giro WHERE estado = 'ordenado'"
        )
        datos = {
            "id_giro": giro["id_giro"],
            "estado": "DEVUELTO",
            "codigo": "R17",
            "fecha": hogares.ctx.reloj.hoy(),
            "valor": a_decimal(giro["valor_centavos"]),
        }
        async with hogares.ctx.uow.begin() as tx:
            await responder(tx, GiroRespondido.model_validate(datos), reloj=hogares.ctx.reloj)
        await cet.enrolar(hogares)
    for _ in range(0 if cobrado else 5):
        await cet.enrolar(hogares)
        hogares.en(hogares.ctx.reloj.ahora() + timedelta(days=16))
    vivos = await hogares.consultar(
        "SELECT valor_centavos, estado FROM reconocimiento WHERE estado <> 'ANULADO'"
    )
    estado = resumidos(await hogares.registros(id_), "estado")
    assert ([tuple(v.values()) for v in vivos], estado) == (
        ([(cet.VALOR, "GIRADO")], [("PAGADO",)]) if cobrado else ([], [("EN_CORRECCION_EPS",)])
    )
