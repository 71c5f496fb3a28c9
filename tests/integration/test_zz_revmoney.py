from __future__ import annotations
from collections.abc import AsyncIterator
from datetime import timedelta
import pytest
from services.activos_emergencia.mecanismo import MECANISMO as ACTIVOS
from services.compensacion_rs.mecanismo import MECANISMO as COMPENSACION
from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from shared.seguridad import Rol
from tests.integration.test_reproceso import PERSONAS, bdua, pagar, prueba, pruebas, radicar  # noqa: F401
from tests.support import activos as act
from tests.support import compensacion as cet
from tests.support import pruebas as pru
from tests.support.mesa import Mesa, mesa_vacia, resumidos
from tests.support.reproceso import aplicado, calculado, cambios, corregir, exigir_cuadre

NIT_EPS = "800088702"

async def ver(mesa, titulo):
    print("==", titulo)
    for sql in (
        "SELECT r.numero, g.fila, g.estado, g.valor_centavos, g.vigente, g.libera FROM registro g JOIN radicacion r ON r.id=g.radicacion_id ORDER BY 1,2",
        "SELECT tipo_documento, right(nit,6) AS nit, valor_centavos, estado, evaluacion, espera_por FROM reconocimiento ORDER BY id",
        "SELECT p.fila, p.concepto, p.valor_centavos, c.estado FROM registro_pago p JOIN reconocimiento c ON c.id=p.reconocimiento_id ORDER BY 1,2",
        "SELECT capital_centavos, estado FROM reintegro",
    ):
        for f in await mesa.consultar(sql):
            print("  ", tuple(f.values()))
        print("   --")

@pytest.fixture
async def meses(postgres, plantilla, tmp_path_factory):
    async with mesa_vacia(ACTIVOS, postgres, plantilla, tmp_path_factory.mktemp("a"), act.AHORA) as mesa:
        await mesa.presupuestar(10**12); await mesa.recaudar(10**11)
        await act.cargar(mesa, [act.persona(n) for n in (1, 2, 3)])
        yield mesa

@pytest.fixture
async def hogares(postgres, plantilla, tmp_path_factory):
    async with mesa_vacia(COMPENSACION, postgres, plantilla, tmp_path_factory.mktemp("c"), cet.LUNES) as mesa:
        await mesa.presupuestar(10**12); await mesa.recaudar(10**11)
        await cet.cargar(mesa, {1: [cet.EPS, cet.EPS], 2: [cet.EPS]})
        yield mesa

async def test_dos_recortes(pruebas):
    id_ = await radicar(pruebas, prueba(0), prueba(1), prueba(2))
    await pagar(pruebas, pru.NIT_TOMA)
    for fuera in ([PERSONAS[1]], [PERSONAS[1], PERSONAS[2]]):
        await corregir(pruebas, "bdua", bdua(retirados=fuera))
        r = await calculado(pruebas)
        print(resumidos(await cambios(pruebas, r), "clase", "fila", "capital_centavos"))
        hecho = await aplicado(pruebas, r)
        assert hecho.estado == "APLICADO", hecho.error
        assert hecho.resumen["desactualizados"] == 0
        await ver(pruebas, str(fuera))
        await exigir_cuadre(pruebas, 2021)

async def test_hallazgo_devuelto(meses):
    filas = [act.confirmacion(n) for n in (1, 2)]
    id_ = await meses.radicar(Rol.EPS, act.EPS, *filas, nit=NIT_EPS)
    await meses.procesar(id_)
    await ver(meses, "radicada")
    # account of the EPS
    from shared.giros import Beneficiario, CuentaPago
    from shared.giros.repository import CuentaRepository
    async with meses.ctx.uow.begin() as tx:
        await CuentaRepository(tx).asegurar([(Beneficiario("NI", NIT_EPS), CuentaPago("1007", "AHORROS", "123", NIT_EPS))], meses.ctx.reloj.ahora())
    await cet.ordenar(meses)
    await ver(meses, "ordenada")
    await corregir(meses, "bdua", [act.persona(1), act.persona(2, estado="RE"), act.persona(3)], act.FECHA_CORTE)
    await aplicado(meses, await calculado(meses))
    await ver(meses, "reprocesada")
    await cet.responde_el_banco(meses, "DEVUELTO", "D01")
    await ver(meses, "devuelta")
    (v,) = await meses.consultar("SELECT sum(valor_centavos)::bigint AS v FROM reconocimiento WHERE estado <> 'ANULADO'")
    await corregir(meses, "bdua", [act.persona(1), act.persona(2, estado="RE"), act.persona(3, estado="RE")], act.FECHA_CORTE)
    r = await aplicado(meses, await calculado(meses))
    print(r.resumen)
    await ver(meses, "otra vez")
    (w,) = await meses.consultar("SELECT coalesce(sum(valor_centavos),0)::bigint AS v FROM reconocimiento WHERE estado <> 'ANULADO'")
    assert v == w

async def test_hogar_hallado_y_devuelto(hogares):
    id_ = await cet.entregar(hogares, cet.EPS, cet.candidato(cet.persona(1)))
    await hogares.procesar(id_)
    await cet.ordenar(hogares)
    await ver(hogares, "ordenada")
    corregida = cet.registros({1: [cet.EPS, cet.EPS], 2: [cet.EPS]})["bdua"]
    corregida[0] |= {"regimen": "C", "tipo_afiliado": "C"}
    await corregir(hogares, "bdua", corregida)
    await aplicado(hogares, await calculado(hogares))
    await ver(hogares, "reprocesada")
    await cet.responde_el_banco(hogares, "DEVUELTO", "D01")
    await cet.enrolar(hogares)
    await ver(hogares, "devuelta")
    print(await hogares.registros(id_))
    r = await calculado(hogares)
    print(await cambios(hogares, r))
    otra = await cet.entregar(hogares, cet.EPS, cet.candidato(cet.persona(1, 2)))
    await hogares.procesar(otra)
    await ver(hogares, "pariente")

async def test_pagado_corregido(hogares):
    id_ = await cet.entregar(hogares, cet.EPS, cet.candidato(cet.persona(1)))
    await hogares.procesar(id_)
    await cet.pagar(hogares)
    await ver(hogares, "pagada")
    otro = cet.persona(1, 2)
    hogares.en(cet.LUNES + timedelta(days=7))
    from shared.radicacion.service import Subsana
    v2 = await cet.entregar(hogares, cet.EPS, cet.candidato(cet.persona(1), tipo_documento_receptor="CC", numero_documento_receptor=otro, numero_producto=f"77{otro}"), corrige=id_, subsana=[Subsana(fila=1, radicacion_id=id_, fila_subsana=1)])
    await hogares.procesar(v2)
    await ver(hogares, "corregida")
    print(await hogares.registros(v2))
    (v,) = await hogares.consultar("SELECT count(*) AS n FROM reconocimiento WHERE estado <> 'ANULADO'")
    assert v["n"] == 1
