"""Who is paid: persons and entities, several recognitions in one order, published states."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.db import UnitOfWork
from shared.giros import Beneficiario, CuentaPago, EstadoGiro, Reconocimiento, ResultadoRespuesta
from shared.giros import service as giros
from shared.giros.errors import (
    CuentaRechazada,
    EstadoNoPermite,
    FuncionesSeparadas,
    ReconocimientoInexistente,
    TitularDistinto,
)
from shared.giros.publicados import (
    AVANCE,
    REPROGRAMADO,
    avance_sql,
    estado_publicado,
    estado_publicado_sql,
)
from shared.giros.repository import (
    AdvertenciaRepository,
    CuentaRepository,
    GiroRepository,
    ReconocimientoRepository,
)
from shared.seguridad import Rol, Usuario
from tests.support.giros import (
    ESPERA_RECAUDO,
    INICIO,
    IPS,
    NIT,
    OPERADOR,
    OTRA_IPS,
    VALOR,
    Escena,
    cuenta,
)

ANA, EVA = Beneficiario("CC", "52123456"), Beneficiario("CE", "412345")
NIT_EPS = "900156264"
"""Of EPS037, in the shipped table."""
PUBLICADOS = {
    "GIRADO": "PAGADO",
    "GIRO_DEVUELTO": "RECHAZADO",
    REPROGRAMADO: "PENDIENTE_REPROGRAMACION",
}


def de(persona: Beneficiario, numero: str = "1234567890") -> CuentaPago:
    return CuentaPago("1007", "AHORROS", numero, persona.numero, persona.tipo_documento)


async def reconocer_personas(escena: Escena, *cuentas: CuentaPago) -> list[Reconocimiento]:
    """One submission of the IPS that pays each holder."""
    base = escena.nuevo(entidad=NIT, periodo=None)
    return await escena.reconocer(
        *(
            escena.nuevo(
                radicacion_id=base.radicacion_id,
                solicitud_id=base.solicitud_id,
                tipo_documento=c.titular_tipo_documento,
                nit=c.titular_nit,
                nombre="PERSONA DE PRUEBA",
                cuenta=c,
                entidad=NIT,
                periodo=None,
            )
            for c in cuentas
        )
    )


async def pagable(escena: Escena) -> Reconocimiento:
    """Ana, with her order at the bank."""
    (r,) = await reconocer_personas(escena, de(ANA))
    await escena.verificar(de(ANA), de=ANA)
    return (await escena.aprobar(r))[0]


async def publicado(escena: Escena, r: Reconocimiento) -> str:
    """Public name as Python says it, which is as SQL says it."""
    actual = await escena.actual(r)
    nombre = estado_publicado(actual.estado, PUBLICADOS, devuelto=actual.devuelto_at is not None)
    async with escena.uow.begin() as tx:
        consulta = f"SELECT {estado_publicado_sql()} FROM reconocimiento c WHERE id = :id"
        dados = {"id": r.id, "publicados": json.dumps(PUBLICADOS)}
        assert await tx.scalar(text(consulta), dados) == nombre
    return nombre


# --- persons -------------------------------------------------------------------------------------


async def test_una_radicacion_paga_a_varias_personas(uow: UnitOfWork) -> None:
    """Guarantee: one recognition per person; the same number of another type is another person;
    only the bank order says who they are."""
    escena = await Escena.nueva(uow, aforo=3 * VALOR, recaudo=3 * VALOR, mecanismo="talento_humano")
    tocaya = Beneficiario("CD", ANA.numero)
    personas = (ANA, EVA, tocaya)
    tres = await reconocer_personas(escena, *(de(p, f"{i}111") for i, p in enumerate(personas)))
    assert [r.beneficiario for r in tres] == list(personas)
    for i, persona in enumerate(personas):
        await escena.verificar(de(persona, f"{i}111"), de=persona)
    await escena.aprobar(*tres)
    assert await escena.estados(*tres) == ["ORDENADO"] * 3
    assert len({(await escena.giro(r)).id for r in tres}) == 3

    eventos = await escena.eventos()
    reconocidos = [d for tipo, d in eventos if tipo == "reconocimiento.registrado.v1"]
    assert [(d["tipo_documento"], d["nit"]) for d in reconocidos] == [
        (p.tipo_documento, None) for p in personas
    ]
    ordenes = [d for tipo, d in eventos if tipo == "giro.ordenado.v1"]
    assert [(d["tipo_documento"], d["nit_beneficiario"]) for d in ordenes] == [
        (p.tipo_documento, p.numero) for p in personas
    ]
    async with uow.begin() as tx:
        claves = await tx.execute(text("SELECT clave FROM bandeja_salida"))
        assert not {p.numero for p in personas} & set(claves.scalars())
    assert (
        ANA.numero not in f"{tres[0]!r} {ANA!r} {ANA} {de(ANA)!r} {escena.nuevo(nit=ANA.numero)!r}"
    )


async def test_la_cuenta_es_de_la_persona_por_tipo_y_numero(uow: UnitOfWork) -> None:
    """THS-16: a holder with the same number and another type of document is somebody else."""
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    (r,) = await reconocer_personas(escena, de(ANA))
    ajena = CuentaPago("1007", "AHORROS", "999", ANA.numero, "CE")
    async with uow.begin() as tx:
        await giros.cambiar_cuenta(tx, r.id, ajena, usuario=IPS, reloj=escena.reloj)
    with pytest.raises(TitularDistinto) as error:
        await escena.verificar(ajena, de=ANA)
    assert ANA.numero not in str(error.value)
    await escena.aprobar(r)
    assert await escena.estados(r) == ["ESPERA_CUENTA"]


async def test_una_cuenta_de_varias_personas_se_avisa(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=3 * VALOR)
    suya, comun, propia = await reconocer_personas(
        escena, de(ANA, "777"), de(EVA, "777"), de(Beneficiario("PA", "AB123"), "778")
    )
    async with uow.begin() as tx:
        vistas = await AdvertenciaRepository(tx).de([suya.id, comun.id, propia.id], INICIO.date())
    assert [vistas[r.id].cuenta_compartida for r in (suya, comun, propia)] == [True, True, False]


async def test_quien_reporto_ve_a_la_persona_y_a_la_entidad_solo_ella(uow: UnitOfWork) -> None:
    """Guarantee: the EPS that submitted cannot touch the account of the IPS that is paid."""
    eps = Usuario("eps-1", frozenset({Rol.EPS}), entidad="EPS037")
    escena = await Escena.nueva(uow, aforo=2 * VALOR)
    (persona,) = await reconocer_personas(escena, de(ANA))
    hospital, a_la_eps = await escena.reconocer(
        escena.nuevo(entidad="EPS037"), escena.nuevo(nit=NIT_EPS, cuenta=None, entidad="EPS037")
    )
    async with uow.begin() as tx:
        for usuario, r, ve in (
            (IPS, persona, True),
            (OTRA_IPS, persona, False),
            (IPS, hospital, True),
            (eps, hospital, False),
            (eps, a_la_eps, True),
            (OPERADOR, persona, True),
        ):
            if ve:
                assert (await giros.obtener(tx, r.id, usuario)).id == r.id
            else:
                with pytest.raises(ReconocimientoInexistente):
                    await giros.obtener(tx, r.id, usuario)
        lista = ReconocimientoRepository(tx).listar
        assert [r.id for r in await lista(alcance=NIT)] == [persona.id, hospital.id]
        assert [r.id for r in await lista(alcance="EPS037")] == [a_la_eps.id]
        assert await lista(alcance=ANA.numero) == []
        assert len(await CuentaRepository(tx).de(ANA)) == 1


# --- several recognitions in one order ------------------------------------------------------------


async def test_lo_de_un_nit_va_en_una_orden_con_su_detalle(uow: UnitOfWork) -> None:
    """Guarantee: one order per payee and run; each recognition keeps its part; another account,
    or another payee, is another order; the ledger moves the same amounts."""
    escena = await Escena.nueva(uow, aforo=60, recaudo=60, mecanismo="pruebas")
    otro = Beneficiario("NI", "800999888")
    await escena.verificar()
    await escena.verificar(cuenta("22"))
    await escena.verificar(cuenta(titular=otro.numero), de=otro)
    cuatro = await escena.reconocer(
        escena.nuevo(10, periodo="2020-07"),
        escena.nuevo(20, nit=otro.numero, cuenta=cuenta(titular=otro.numero)),
        escena.nuevo(12),
        escena.nuevo(15, cuenta=cuenta("22")),
    )
    await escena.aprobar(*cuatro)
    async with uow.begin() as tx:
        ordenes = await GiroRepository(tx).listar(linea_id=escena.linea.id)
    assert [[(p.reconocimiento_id, p.valor_centavos) for p in g.partes] for g in ordenes] == [
        [(cuatro[0].id, 10), (cuatro[2].id, 12)],
        [(cuatro[1].id, 20)],
        [(cuatro[3].id, 15)],
    ]
    assert (await escena.resumen()).en_transito_centavos == 57
    orden = next(d for tipo, d in await escena.eventos() if tipo == "giro.ordenado.v1")
    assert (orden["valor"], orden["concepto"]) == ("0.22", "pruebas")

    assert await escena.responder(ordenes[0], "APLICADO") is ResultadoRespuesta.APLICADA
    assert await escena.estados(*cuatro) == ["GIRADO", "ORDENADO", "GIRADO", "ORDENADO"]
    async with uow.begin() as tx:
        saldos = [await giros.saldo_solicitud(tx, r.solicitud_id) for r in cuatro]
    assert [s.girado_centavos for s in saldos] == [10, 0, 12, 0]


async def test_una_orden_vuelve_entera_y_se_repite_con_lo_que_queda(uow: UnitOfWork) -> None:
    """Guarantee: a late return takes back everything; what a correction removed meanwhile is not
    paid again; the retry names the order it repeats and mixes with no new one."""
    escena = await Escena.nueva(uow, aforo=100, recaudo=100)
    uno, dos, tres = await escena.pagables(10, 12, 14)
    primera = await escena.giro(uno)
    await escena.responder(primera, "APLICADO")
    assert await escena.responder(primera, "DEVUELTO", "R06") is ResultadoRespuesta.APLICADA
    assert await escena.estados(uno, dos, tres) == ["GIRO_DEVUELTO"] * 3
    assert (await escena.resumen()).caja_centavos == 100

    await escena.sustituir(dos, None)
    assert (await escena.giro(dos)).estado is EstadoGiro.DEVUELTO
    nuevo = (await escena.reconocer(escena.nuevo(5)))[0]
    repetidos = await giros.reprogramar(
        primera.id, None, usuario=OPERADOR, uow=uow, reloj=escena.reloj
    )
    assert [r.id for r in repetidos] == [uno.id, tres.id]
    await escena.aprobar(nuevo)
    segunda, suelta = await escena.giro(uno), await escena.giro(nuevo)
    assert (segunda.valor_centavos, segunda.id_giro_origen) == (24, primera.id_giro)
    assert (suelta.reconocimientos, suelta.id_giro_origen) == ((nuevo.id,), None)
    assert await escena.estados(uno, dos, tres) == ["ORDENADO", "ANULADO", "ORDENADO"]
    resumen = await escena.resumen()
    assert (resumen.reconocido_centavos, resumen.en_transito_centavos) == (29, 29)


async def test_una_orden_devuelta_sin_nada_que_repetir_se_anula(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=100, recaudo=100)
    dos = await escena.pagables(10, 12)
    giro = await escena.giro(dos[0])
    await escena.responder(giro, "DEVUELTO", "R06")
    for r, queda in zip(dos, (EstadoGiro.DEVUELTO, EstadoGiro.ANULADO), strict=True):
        await escena.sustituir(r, None)
        assert (await escena.giro(r)).estado is queda
    with pytest.raises(EstadoNoPermite):
        await giros.reprogramar(giro.id, None, usuario=OPERADOR, uow=uow, reloj=escena.reloj)


async def test_quien_aprobo_una_parte_no_paga_la_orden(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=100, recaudo=0)
    uno, dos = await escena.reconocer(escena.nuevo(10), escena.nuevo(12))
    await escena.verificar()
    doble = Usuario("dora", frozenset({Rol.ORDENADOR, Rol.TESORERIA}))
    await escena.aprobar(uno)
    await giros.aprobar([dos.id], usuario=doble, uow=uow, reloj=escena.reloj)
    await escena.recaudo(100)
    giro = await escena.giro(uno)
    assert len(giro.partes) == 2
    with pytest.raises(FuncionesSeparadas):
        async with uow.begin() as tx:
            await giros.enviar(tx, [giro.id_giro], usuario=doble, reloj=escena.reloj)


async def test_pagado_sin_causa_de_una_prueba_se_reintegra(uow: UnitOfWork) -> None:
    """Pruebas §6: one of the submissions of an order is in excess; only it is claimed back."""
    escena = await Escena.nueva(uow, aforo=100, recaudo=100, mecanismo="pruebas")
    bien, mal = await escena.pagables(40, 60)
    await escena.responder(await escena.giro(bien), "APLICADO")
    async with uow.begin() as tx:
        expediente = await giros.abrir_reintegro(
            tx, mal.id, capital_centavos=25, motivo="Pagada sin causa", usuario=OPERADOR,
            reloj=escena.reloj,
        )  # fmt: skip
        tesorera = Usuario("teresa", frozenset({Rol.TESORERIA}))
        await giros.reintegrar(
            tx, expediente.id, capital_centavos=25, referencia_banco=f"C-{uuid4()}",
            fecha=escena.reloj.hoy(), usuario=tesorera, reloj=escena.reloj,
        )  # fmt: skip
    assert await escena.estados(bien, mal) == ["GIRADO", "REINTEGRADO"]
    assert (await escena.resumen()).girado_centavos == 75
    tarde = await escena.responder(await escena.giro(bien), "DEVUELTO", "R23")
    assert tarde is ResultadoRespuesta.EN_SUSPENSO


# --- published states -----------------------------------------------------------------------------


async def test_estados_publicados_del_pago_a_una_persona(uow: UnitOfWork) -> None:
    """Guarantee (talento humano §6): RECHAZADO until a good account is there, then
    PENDIENTE_REPROGRAMACION until the next batch; a late return of what was PAGADO is RECHAZADO
    again, with its reversing entry."""
    escena = await Escena.nueva(uow, aforo=2 * VALOR, recaudo=VALOR)
    r = await pagable(escena)
    espera = (await escena.pagables(VALOR))[0]
    await escena.responder(await escena.giro(r), "APLICADO")
    assert await publicado(escena, r) == "PAGADO"

    await escena.responder(await escena.giro(r), "DEVUELTO", "R04")
    assert await publicado(escena, r) == "RECHAZADO"
    assert await escena.estados(espera) == ["ORDENADO"]
    assert (await escena.resumen()).girado_centavos == 0

    nueva = de(ANA, "4444")
    async with uow.begin() as tx:
        await giros.cambiar_cuenta(tx, r.id, nueva, usuario=IPS, reloj=escena.reloj)
    assert (await escena.estados(r), await publicado(escena, r)) == (["ESPERA_CUENTA"], "RECHAZADO")
    await escena.verificar(nueva, de=ANA)
    assert await escena.estados(r) == [ESPERA_RECAUDO]
    assert await publicado(escena, r) == "PENDIENTE_REPROGRAMACION"
    await escena.recaudo(VALOR)
    assert await publicado(escena, r) == "ORDENADO"
    assert len(await escena.giros(r)) == 2


async def test_quien_reporto_corrige_solo_lo_que_otra_cuenta_resuelve(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = await pagable(escena)
    await escena.responder(await escena.giro(r), "DEVUELTO", "R06")
    async with uow.begin() as tx:
        with pytest.raises(EstadoNoPermite, match="R06"):
            await giros.cambiar_cuenta(tx, r.id, de(ANA, "5"), usuario=IPS, reloj=escena.reloj)
    await giros.reprogramar(
        (await escena.giro(r)).id, None, usuario=OPERADOR, uow=uow, reloj=escena.reloj
    )
    await escena.responder(await escena.giro(r), "DEVUELTO", "R35")
    async with uow.begin() as tx:
        with pytest.raises(CuentaRechazada):
            await giros.cambiar_cuenta(tx, r.id, de(ANA), usuario=IPS, reloj=escena.reloj)


def test_quien_no_publica_otros_nombres_muestra_los_propios() -> None:
    assert estado_publicado("GIRADO", {}, devuelto=True) == "GIRADO"
    assert estado_publicado("ESPERA_CUENTA", {}, devuelto=True) == "ESPERA_CUENTA"


async def test_el_menos_avanzado_va_primero(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=2 * VALOR, recaudo=VALOR)
    await escena.pagables(VALOR)
    await escena.reconocer(escena.nuevo(), escena.nuevo())
    async with uow.begin() as tx:
        consulta = f"SELECT c.estado FROM reconocimiento c ORDER BY {avance_sql('c.estado')}, c.id"
        estados = list((await tx.execute(text(consulta))).scalars())
    assert estados == ["ESPERA_PRESUPUESTO", "RECONOCIDO", "ORDENADO"]
    assert len(set(AVANCE)) == len(AVANCE)
