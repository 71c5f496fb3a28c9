"""Paying others on behalf of an EPS moves nobody in the queue, and no money."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from shared.db import UnitOfWork
from shared.giros import Beneficiario, EstadoReconocimiento, Reconocimiento
from shared.giros import service as giros
from shared.giros.errors import DesgloseExcedido, EstadoNoPermite
from shared.giros.model import ParteDesglose
from shared.giros.repository import ReconocimientoRepository
from tests.support.giros import ESPERA_AFORO, ESPERA_RECAUDO, NIT, VALOR, Escena, cuenta

UNA, OTRA = "900111222", "900333444"


def parte(nit: str, valor: int) -> ParteDesglose:
    return ParteDesglose(nit, f"IPS {nit}", valor, "sura", 1, cuenta(nit, titular=nit))


async def desglosar(
    escena: Escena, r: Reconocimiento, *partes: ParteDesglose, **opciones: Any
) -> list[Reconocimiento]:
    async with escena.uow.begin() as tx:
        return await giros.desglosar(
            tx, r.id, partes, documento=uuid4(), registros_resto=1, por="pablo",
            reloj=escena.reloj, **opciones,
        )  # fmt: skip


async def test_lo_que_espera_aforo_lo_espera_junto_y_en_su_puesto(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow)
    a, b = await escena.reconocer(escena.nuevo(VALOR * 3), escena.nuevo(VALOR))
    partes = await desglosar(escena, a, parte(UNA, VALOR), parte(OTRA, VALOR))
    assert await escena.estados(*partes, b) == [ESPERA_AFORO] * 4
    await escena.aforo(VALOR * 2)  # room for two of them, and for what is behind: nobody passes
    assert await escena.estados(*partes, b) == [ESPERA_AFORO] * 4
    await escena.aforo(VALOR)
    assert await escena.estados(*partes, b) == ["RECONOCIDO"] * 3 + [ESPERA_AFORO]
    resumen = await escena.resumen()
    assert (resumen.reconocido_centavos, resumen.disponible_centavos) == (VALOR * 3, 0)


async def test_el_aforo_no_se_toma_dos_veces_ni_lo_toma_otro(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR * 3, recaudo=VALOR * 3)
    a, b = await escena.reconocer(escena.nuevo(VALOR * 3), escena.nuevo(VALOR))
    antes = await escena.resumen()
    partes = await desglosar(escena, a, parte(UNA, VALOR), parte(OTRA, VALOR))
    assert await escena.resumen() == antes
    assert await escena.estados(a, *partes, b) == ["ANULADO"] + ["RECONOCIDO"] * 3 + [ESPERA_AFORO]

    # Each is approved and paid like any other, in its place.
    for nit in (UNA, OTRA):
        await escena.verificar(cuenta(nit, titular=nit), de=Beneficiario("NI", nit))
    await escena.verificar()
    await escena.aforo(VALOR)
    await escena.aprobar(b, *partes)
    assert await escena.estados(b, *partes) == [ESPERA_RECAUDO] + ["ORDENADO"] * 3
    assert len({(await escena.giro(p)).id for p in partes}) == 3
    for p in partes:
        await escena.responder(await escena.giro(p), "APLICADO")
    assert (await escena.resumen()).girado_centavos == VALOR * 3


async def test_no_se_desglosa_lo_aprobado_ni_mas_de_lo_que_vale(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR * 2)
    a, b = await escena.reconocer(escena.nuevo(), escena.nuevo())
    with pytest.raises(DesgloseExcedido):
        await desglosar(escena, a, parte(UNA, VALOR + 1))
    await escena.aprobar(a)  # without account: it waits for one
    with pytest.raises(EstadoNoPermite):
        await desglosar(escena, a, parte(UNA, VALOR))
    (pasado,) = await desglosar(escena, a, parte(UNA, VALOR), aprobado=True)
    assert (pasado.estado, pasado.aprobado_por) == (EstadoReconocimiento.RECONOCIDO, None)
    with pytest.raises(EstadoNoPermite):  # what is paid on behalf of another is not split again
        await desglosar(escena, pasado, parte(OTRA, 1))
    assert await escena.estados(a, b, pasado) == ["ANULADO", "RECONOCIDO", "RECONOCIDO"]


async def test_lo_que_se_agrega_es_de_la_eps_y_no_de_sus_beneficiarios(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow)
    (a,) = await escena.reconocer(escena.nuevo(VALOR))
    (suya,) = await desglosar(escena, a, parte(UNA, VALOR))
    agregado = (await escena.sustituir(suya, VALOR * 2, radicacion_id=uuid4())).reconocimiento
    assert (agregado.nit, agregado.titular_nit, agregado.valor_centavos) == (NIT, None, VALOR)
    assert (await escena.actual(suya)).valor_centavos == VALOR
    async with uow.begin() as tx:
        vistos = await ReconocimientoRepository(tx).listar(alcance=UNA)
        ajenos = await ReconocimientoRepository(tx).listar(alcance="EPS999")
    assert ([r.id for r in vistos], ajenos) == ([suya.id], [])
    assert suya.es_de(NIT)
    assert not suya.es_de(OTRA)


async def test_una_ips_recibe_menos_por_cuenta_de_dos_eps_de_la_misma_radicacion(
    uow: UnitOfWork,
) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR * 8)
    solicitud = uuid4()
    eps = [escena.nuevo(VALOR * 2, solicitud_id=solicitud, nit=n) for n in (NIT, "800222333")]
    suyas = [
        (await desglosar(escena, r, parte(UNA, VALOR * 2)))[0] for r in await escena.reconocer(*eps)
    ]
    # One version lowers both, more than once.
    version = uuid4()
    for valor in (VALOR + 2, VALOR + 1):
        suyas = [
            (
                await escena.sustituir(r, valor, radicacion_id=version, nit=r.titular_nit)
            ).reconocimiento
            for r in suyas
        ]
    assert [(r.nit, r.valor_centavos) for r in suyas] == [(UNA, VALOR + 1)] * 2
    assert (await escena.resumen()).reconocido_centavos == 2 * (VALOR + 1)
