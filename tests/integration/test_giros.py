"""Recognitions and giros on real PostgreSQL, with the real outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import UnitOfWork, crear_engine
from shared.db.agrupador import Agrupador
from shared.giros import (
    CuentaPago,
    EstadoGiro,
    EstadoReconocimiento,
    Giro,
    Reconocimiento,
    ResultadoRespuesta,
)
from shared.giros import service as giros
from shared.giros.errors import (
    CuentaInexistente,
    CuentaRechazada,
    EstadoNoPermite,
    FueraDePlazo,
    FuncionesSeparadas,
    GiroInexistente,
    ReconocimientoDistinto,
    ReconocimientoInexistente,
    ReintegroExcedido,
    ReintegroInexistente,
    TitularDistinto,
)
from shared.giros.model import Beneficiario, EstadoReintegro, MotivoSuspenso
from shared.giros.repository import (
    CuentaRepository,
    GiroRepository,
    ReconocimientoRepository,
    ReintegroRepository,
)
from shared.giros.schemas import GiroRespondido, SaldoOut
from shared.presupuesto import (
    LineaInexistente,
    ReferenciaRepetida,
    SaldoInsuficiente,
    TipoCuenta,
)
from shared.seguridad import Rol, Usuario
from shared.tipos import EntradaInvalida, Prohibido, Rechazo
from tests.support.giros import (
    ESPERA_AFORO,
    ESPERA_RECAUDO,
    HOSPITAL,
    INICIO,
    IPS,
    NIT,
    NUMEROS,
    OPERADOR,
    ORDENADOR,
    OTRA_IPS,
    OTRO_ORDENADOR,
    TESORERA,
    VALOR,
    Escena,
    cuenta,
)
from tests.support.infra import BaseDePrueba

# --- Done when 5 -------------------------------------------------------------------------------


async def test_con_aforo_para_tres_de_cinco_pasan_tres_y_dos_esperan(uow: UnitOfWork) -> None:
    """Guarantee: exactly three pass and two wait in order; raising aforo releases them in
    order, and smaller rises release nothing early."""
    escena = await Escena.nueva(uow, aforo=3 * VALOR)
    assert (await escena.resumen()).reconocido_centavos == 0

    cinco = await escena.reconocer(*(escena.nuevo() for _ in range(5)))
    assert await escena.estados(*cinco) == ["RECONOCIDO"] * 3 + [ESPERA_AFORO] * 2
    durante = await escena.resumen()
    assert (durante.reconocido_centavos, durante.disponible_centavos) == (3 * VALOR, 0)

    await escena.aforo(VALOR - 1)
    assert await escena.estados(*cinco[3:]) == [ESPERA_AFORO] * 2
    await escena.aforo(1)
    assert await escena.estados(*cinco[3:]) == ["RECONOCIDO", ESPERA_AFORO]
    await escena.aforo(5 * VALOR)
    assert await escena.estados(*cinco) == ["RECONOCIDO"] * 5
    despues = await escena.resumen()
    assert (despues.reconocido_centavos, despues.disponible_centavos) == (5 * VALOR, 4 * VALOR)

    anuncios = [(d["reconocimiento_id"], d["estado"]) for _, d in await escena.eventos()]
    ids = [str(r.id) for r in cinco]
    assert anuncios == [
        *((i, "RECONOCIDO") for i in ids[:3]),
        *((i, "ESPERA_PRESUPUESTO") for i in ids[3:]),
        *((i, "RECONOCIDO") for i in ids[3:]),
    ]


async def test_con_recaudo_para_tres_de_cinco_se_giran_tres_y_dos_esperan(uow: UnitOfWork) -> None:
    """Guarantee: the same with cash: three orders, two wait; recaudo releases them in order."""
    escena = await Escena.nueva(uow, aforo=5 * VALOR, recaudo=3 * VALOR)
    cinco = await escena.pagables(*[VALOR] * 5)
    assert await escena.estados(*cinco) == ["ORDENADO"] * 3 + [ESPERA_RECAUDO] * 2
    durante = await escena.resumen()
    assert (durante.en_transito_centavos, durante.caja_centavos) == (3 * VALOR, 0)
    assert durante.reconocido_centavos == 5 * VALOR

    await escena.recaudo(VALOR - 1)
    assert await escena.estados(*cinco[3:]) == [ESPERA_RECAUDO] * 2
    await escena.recaudo(1)
    assert await escena.estados(*cinco[3:]) == ["ORDENADO", ESPERA_RECAUDO]
    await escena.recaudo(VALOR)
    assert await escena.estados(*cinco) == ["ORDENADO"] * 5

    ordenes = [d for tipo, d in await escena.eventos() if tipo == "giro.ordenado.v1"]
    esperados = list(dict.fromkeys([(await escena.giro(r)).id_giro for r in cinco]))
    assert [(d["id_giro"], d["valor"]) for d in ordenes] == list(
        zip(esperados, ("3000.00", "1000.00", "1000.00"), strict=True)
    )
    assert all(len(e) <= 24 for e in esperados)
    assert (ordenes[0]["nit_beneficiario"], ordenes[0]["numero_producto"]) == (NIT, "1234567890")


async def test_dieciseis_remitentes_a_la_vez_no_pasan_del_aforo(base: BaseDePrueba) -> None:
    """Guarantee: 16 concurrent submitters of recognitions; never more than aforo, strict order
    of the queue, nothing lost, ledger ties."""
    motor = crear_engine(base.dsn_servicio, conexiones=16)
    escena = await Escena.nueva(UnitOfWork(motor), aforo=25 * VALOR)

    async def remitente() -> list[Reconocimiento]:
        return [(await escena.reconocer(escena.nuevo()))[0] for _ in range(4)]

    todos = [r for lote in await asyncio.gather(*(remitente() for _ in range(16))) for r in lote]
    en_cola = sorted([await escena.actual(r) for r in todos], key=lambda r: r.turno)
    assert [r.estado.value for r in en_cola] == ["RECONOCIDO"] * 25 + ["ESPERA_PRESUPUESTO"] * 39
    resumen = await escena.resumen()
    assert (resumen.reconocido_centavos, resumen.disponible_centavos) == (25 * VALOR, 0)

    await escena.verificar()
    await escena.recaudo(10 * VALOR)
    reconocidos = en_cola[:25]
    await asyncio.gather(*(escena.aprobar(r) for r in reconocidos))
    assert sorted(await escena.estados(*reconocidos)) == ([ESPERA_RECAUDO] * 15 + ["ORDENADO"] * 10)
    resumen = await escena.resumen()
    assert (resumen.en_transito_centavos, resumen.caja_centavos) == (10 * VALOR, 0)
    await motor.dispose()


# --- order -------------------------------------------------------------------------------------


async def test_uno_menor_no_adelanta_al_que_espera(uow: UnitOfWork) -> None:
    """Guarantee: what does not fit holds the line, for aforo and for recaudo."""
    escena = await Escena.nueva(uow, aforo=10 * VALOR)
    grande, chico = await escena.reconocer(escena.nuevo(11 * VALOR), escena.nuevo(VALOR))
    otro = (await escena.reconocer(escena.nuevo(1)))[0]
    assert await escena.estados(grande, chico, otro) == [ESPERA_AFORO] * 3
    await escena.aforo(3 * VALOR)
    assert await escena.estados(grande, chico, otro) == ["RECONOCIDO"] * 3

    await escena.verificar()
    await escena.recaudo(10 * VALOR)
    await escena.aprobar(grande)
    await escena.aprobar(chico, otro)
    assert await escena.estados(grande, chico, otro) == [ESPERA_RECAUDO] * 3
    await escena.recaudo(VALOR)
    assert await escena.estados(grande, chico, otro) == ["ORDENADO", *[ESPERA_RECAUDO] * 2]


async def test_el_turno_lo_da_la_fecha_de_radicacion(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow)
    tarde = escena.nuevo()
    temprano = escena.nuevo(fecha_radicacion=INICIO - timedelta(days=3))
    segundo, primero = await escena.reconocer(tarde, temprano)
    await escena.aforo(VALOR)
    assert await escena.estados(primero, segundo) == ["RECONOCIDO", ESPERA_AFORO]


async def test_el_que_no_esta_aprobado_no_detiene_a_los_aprobados(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=5 * VALOR, recaudo=VALOR)
    await escena.verificar()
    primero, segundo = await escena.reconocer(escena.nuevo(), escena.nuevo())
    await escena.aprobar(segundo)
    assert await escena.estados(primero, segundo) == ["RECONOCIDO", "ORDENADO"]


# --- recognition ---------------------------------------------------------------------------------


async def test_repetir_una_radicacion_no_la_reconoce_dos_veces(uow: UnitOfWork) -> None:
    """Guarantee: same radicación and NIT, same content: what is there; other content: refused."""
    escena = await Escena.nueva(uow, aforo=5 * VALOR)
    nuevo = escena.nuevo()
    uno = (await escena.reconocer(nuevo))[0]
    assert [r.id for r in await escena.reconocer(nuevo, nuevo)] == [uno.id, uno.id]
    assert (await escena.resumen()).reconocido_centavos == VALOR
    with pytest.raises(ReconocimientoDistinto):
        await escena.reconocer(replace(nuevo, valor_centavos=2))
    assert await escena.reconocer() == []


async def test_dos_a_la_vez_de_la_misma_radicacion_son_uno(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=5 * VALOR)
    nuevo = escena.nuevo()
    lotes = await asyncio.gather(*(escena.reconocer(nuevo) for _ in range(4)))
    assert len({lote[0].id for lote in lotes}) == 1
    assert (await escena.resumen()).reconocido_centavos == VALOR


async def test_sin_linea_no_se_reconoce(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow)
    with pytest.raises(LineaInexistente):
        await escena.reconocer(escena.nuevo(vigencia=2021))


async def test_un_lote_de_varias_lineas_responde_en_el_orden_pedido(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR)
    otra = await Escena.nueva(uow, mecanismo="pruebas")
    nuevos = [otra.nuevo(), escena.nuevo(), otra.nuevo(), escena.nuevo()]
    hechos = await escena.reconocer(*nuevos)
    assert [h.radicacion_id for h in hechos] == [n.radicacion_id for n in nuevos]
    assert await escena.estados(*hechos) == [
        ESPERA_AFORO, "RECONOCIDO", ESPERA_AFORO, ESPERA_AFORO,
    ]  # fmt: skip


async def test_un_lote_grande_entra_de_una_vez(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=3_000 * VALOR)
    hechos = await escena.reconocer(*(escena.nuevo() for _ in range(4_000)))
    resumen = await escena.resumen()
    assert resumen.reconocido_centavos == 3_000 * VALOR
    assert sum(h.estado is EstadoReconocimiento.RECONOCIDO for h in hechos) == 3_000
    assert [h.estado for h in hechos[2_999:3_001]] == ["RECONOCIDO", "ESPERA_PRESUPUESTO"]


# --- separation of duties ------------------------------------------------------------------------


async def test_quien_prepara_ordena_y_paga_son_distintos(uow: UnitOfWork) -> None:
    """Guarantee (PRE-08): enforced by the use cases, and the first pair by the database too."""
    escena = await Escena.nueva(uow, aforo=5 * VALOR, recaudo=5 * VALOR)
    await escena.verificar()
    propio, ajeno = await escena.reconocer(
        escena.nuevo(preparado_por=ORDENADOR.sujeto), escena.nuevo()
    )
    with pytest.raises(FuncionesSeparadas, match="preparó"):
        await escena.aprobar(propio)
    with pytest.raises(Prohibido):
        await giros.aprobar([ajeno.id], usuario=TESORERA, uow=uow, reloj=escena.reloj)
    with pytest.raises(IntegrityError, match="ck_reconocimiento_funciones"):
        async with uow.begin() as tx:
            await ReconocimientoRepository(tx).aprobar({propio.id: ORDENADOR.sujeto}, INICIO)

    await escena.aprobar(ajeno)
    giro = await escena.giro(ajeno)
    doble = Usuario(ORDENADOR.sujeto, frozenset({Rol.ORDENADOR, Rol.TESORERIA}))
    for usuario, error in ((doble, FuncionesSeparadas), (ORDENADOR, Prohibido)):
        with pytest.raises(error):
            async with uow.begin() as tx:
                await giros.enviar(tx, [giro.id_giro], usuario=usuario, reloj=escena.reloj)
    async with uow.begin() as tx:
        for _ in range(2):
            enviados = await giros.enviar(tx, [giro.id_giro], usuario=TESORERA, reloj=escena.reloj)
            assert [g.estado for g in enviados] == [EstadoGiro.ENVIADO]
        with pytest.raises(GiroInexistente):
            await giros.enviar(tx, ["G-NADA"], usuario=TESORERA, reloj=escena.reloj)
    await escena.responder(giro, "APLICADO")
    with pytest.raises(EstadoNoPermite):
        async with uow.begin() as tx:
            await giros.enviar(tx, [giro.id_giro], usuario=TESORERA, reloj=escena.reloj)


async def test_solo_se_aprueba_lo_reconocido_y_una_vez(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR)
    bueno, en_espera = await escena.reconocer(escena.nuevo(), escena.nuevo())
    with pytest.raises(EstadoNoPermite, match="todavía"):
        await escena.aprobar(bueno, en_espera)
    assert (await escena.actual(bueno)).aprobado_por is None  # all or none
    await escena.aprobar(bueno)
    await escena.aprobar(bueno)
    with pytest.raises(EstadoNoPermite, match="otra persona"):
        await giros.aprobar([bueno.id], usuario=OTRO_ORDENADOR, uow=uow, reloj=escena.reloj)
    with pytest.raises(ReconocimientoInexistente):
        await giros.aprobar([uuid4()], usuario=ORDENADOR, uow=uow, reloj=escena.reloj)


async def test_aprobaciones_agrupadas_una_negada_no_dania_a_las_demas(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=2 * VALOR, recaudo=2 * VALOR)
    await escena.verificar()
    tres = await escena.reconocer(*(escena.nuevo() for _ in range(3)))

    async def aprobar_lista(
        tx: AsyncConnection, pedidos: Sequence[giros.Aprobacion]
    ) -> list[Reconocimiento | Rechazo]:
        return await giros.aprobar_lista(tx, pedidos, reloj=escena.reloj)

    agrupador: Agrupador[giros.Aprobacion, Reconocimiento] = Agrupador(aprobar_lista, uow=uow)
    resultados = await asyncio.gather(
        *(agrupador.pedir(giros.Aprobacion(r.id, ORDENADOR)) for r in reversed(tres)),
        return_exceptions=True,
    )
    assert isinstance(resultados[0], EstadoNoPermite)
    assert await escena.estados(*tres) == ["ORDENADO", "ORDENADO", ESPERA_AFORO]


# --- accounts (ANT-18) ---------------------------------------------------------------------------


async def test_sin_cuenta_buena_espera_y_no_detiene_a_otros(uow: UnitOfWork) -> None:
    """Guarantee (ANT-18): missing or unverified account waits alone; verifying releases it, and
    what the same payee had no account for."""
    escena = await Escena.nueva(uow, aforo=5 * VALOR, recaudo=2 * VALOR)
    otra = Beneficiario("NI", str(OTRA_IPS.entidad))
    suya = cuenta("2", titular=otra.numero)
    await escena.verificar(suya, de=otra)
    sin, por_verificar, buena = await escena.reconocer(
        escena.nuevo(cuenta=None),
        escena.nuevo(cuenta=cuenta("1")),
        escena.nuevo(nit=otra.numero, cuenta=suya),
    )
    await escena.aprobar(sin, por_verificar, buena)
    assert await escena.estados(sin, por_verificar, buena) == [
        "ESPERA_CUENTA", "ESPERA_CUENTA", "ORDENADO",
    ]  # fmt: skip
    with pytest.raises(ReconocimientoInexistente):
        async with uow.begin() as tx:
            await giros.cambiar_cuenta(
                tx, sin.id, cuenta("1"), usuario=OTRA_IPS, reloj=escena.reloj
            )
    await escena.verificar(cuenta("1"))
    await escena.verificar(cuenta("1"))
    # In their turn, as far as cash goes.
    assert await escena.estados(sin, por_verificar) == ["ORDENADO", "ESPERA_PRESUPUESTO/RECAUDO"]
    async with uow.begin() as tx:
        r = await giros.cambiar_cuenta(
            tx, por_verificar.id, cuenta("3"), usuario=IPS, reloj=escena.reloj
        )
    assert r.estado is EstadoReconocimiento.ESPERA_CUENTA
    with pytest.raises(EstadoNoPermite):
        async with uow.begin() as tx:
            await giros.cambiar_cuenta(tx, buena.id, suya, usuario=OPERADOR, reloj=escena.reloj)


async def test_la_cuenta_es_del_beneficiario_y_no_de_cada_pago(uow: UnitOfWork) -> None:
    """Guarantee (PRU-31): who already registered an account is not asked for it every week."""
    escena = await Escena.nueva(uow, aforo=5 * VALOR, recaudo=5 * VALOR)
    await escena.verificar(cuenta("1"))
    await escena.verificar(cuenta("9"), aceptada=False)
    (r,) = await escena.reconocer(escena.nuevo(cuenta=None))
    await escena.aprobar(r)
    assert await escena.estados(r) == ["ORDENADO"]


async def test_una_cuenta_de_otro_titular_no_se_verifica(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    ajena = cuenta(titular="800999888")
    r = (await escena.reconocer(escena.nuevo(cuenta=ajena)))[0]
    with pytest.raises(TitularDistinto, match="800999888"):
        await escena.verificar(ajena)
    await escena.aprobar(r)
    assert await escena.estados(r) == ["ESPERA_CUENTA"]
    await escena.verificar(ajena, aceptada=False)
    with pytest.raises(EstadoNoPermite, match="otra"):
        await escena.verificar(ajena)
    with pytest.raises(CuentaInexistente):
        async with uow.begin() as tx:
            await giros.verificar_cuenta(tx, uuid4(), usuario=OPERADOR, reloj=escena.reloj)


async def test_cambiar_la_cuenta_de_uno_que_espera_aforo_no_lo_adelanta(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow)
    r = (await escena.reconocer(escena.nuevo(cuenta=None)))[0]
    async with uow.begin() as tx:
        await giros.cambiar_cuenta(tx, r.id, cuenta(), usuario=OPERADOR, reloj=escena.reloj)
        assert len(await CuentaRepository(tx).por_verificar()) == 1
        assert len(await CuentaRepository(tx).de(HOSPITAL)) == 1
    assert await escena.estados(r) == [ESPERA_AFORO]


# --- bank answers --------------------------------------------------------------------------------


async def test_el_banco_paga(uow: UnitOfWork) -> None:
    """Guarantee: APLICADO moves transit to paid and cash to the bank, once."""
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = (await escena.pagables(VALOR))[0]
    giro = await escena.giro(r)
    assert (await escena.resumen()).en_transito_centavos == VALOR
    assert await escena.responder(giro, "RECIBIDO") is ResultadoRespuesta.SIN_EFECTO
    assert await escena.responder(giro, "RECIBIDO") is ResultadoRespuesta.REPETIDA
    assert (await escena.giro(r)).estado is EstadoGiro.ENVIADO
    assert await escena.responder(giro, "APLICADO") is ResultadoRespuesta.APLICADA
    for _ in range(2):
        resumen = await escena.resumen()
        assert (resumen.girado_centavos, resumen.en_transito_centavos) == (VALOR, 0)
        assert resumen.saldos[TipoCuenta.BANCO] == VALOR
        assert resumen.ejecucion_centesimas == 10_000
        assert await escena.responder(giro, "APLICADO") is ResultadoRespuesta.REPETIDA
    assert await escena.responder(giro, "APLICADO", referencia_banco="T-2") is (
        ResultadoRespuesta.REPETIDA
    )
    assert await escena.estados(r) == ["GIRADO"]


@pytest.mark.parametrize("antes", [[], ["APLICADO"]])
async def test_una_devolucion_restaura_caja_y_obligacion(uow: UnitOfWork, antes: list[str]) -> None:
    """Guarantee (PRE-13, invariant 14): cash and obligación back, RP unchanged; also after paid."""
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = (await escena.pagables(VALOR))[0]
    giro = await escena.giro(r)
    for estado in antes:
        await escena.responder(giro, estado)
    durante = await escena.resumen()
    assert durante.caja_centavos == 0
    escena.reloj.avanzar(timedelta(days=10))
    assert await escena.responder(giro, "DEVUELTO", "R23") is ResultadoRespuesta.APLICADA
    for _ in range(2):
        despues = await escena.resumen()
        assert despues.caja_centavos == VALOR
        assert despues.saldos[TipoCuenta.OBLIGACION] == VALOR
        assert despues.saldos[TipoCuenta.BANCO] == 0
        assert despues.rp_centavos == durante.rp_centavos
        assert await escena.estados(r) == ["GIRO_DEVUELTO"]
        assert await escena.responder(giro, "DEVUELTO", "R23") is ResultadoRespuesta.REPETIDA
    for estado in antes:  # the first answer comes again, late: it changes nothing
        escena.reloj.instante = INICIO
        assert await escena.responder(giro, estado) is ResultadoRespuesta.REPETIDA
    assert await escena.estados(r) == ["GIRO_DEVUELTO"]


async def test_lo_devuelto_da_paso_al_siguiente(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=2 * VALOR, recaudo=VALOR)
    uno, dos = await escena.pagables(VALOR, VALOR)
    assert await escena.estados(uno, dos) == ["ORDENADO", ESPERA_RECAUDO]
    await escena.responder(await escena.giro(uno), "DEVUELTO", "R02")
    # The account of both was rejected, so the second cannot take the cash with it.
    assert await escena.estados(uno, dos) == ["GIRO_DEVUELTO", "ESPERA_CUENTA"]
    await escena.verificar(cuenta("9"))
    async with uow.begin() as tx:
        await giros.cambiar_cuenta(tx, dos.id, cuenta("9"), usuario=IPS, reloj=escena.reloj)
    assert await escena.estados(uno, dos) == ["GIRO_DEVUELTO", "ORDENADO"]


async def test_lo_que_no_se_puede_creer_va_a_suspenso(uow: UnitOfWork) -> None:
    """Guarantee: unknown giro, other amount or currency, early date, contradiction: nothing
    moves, the answer waits for a person, once."""
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = (await escena.pagables(VALOR))[0]
    giro = await escena.giro(r)
    antes = await escena.resumen()
    ayer = escena.reloj.hoy() - timedelta(days=1)
    casos: list[tuple[dict[str, Any], MotivoSuspenso]] = [
        ({"id_giro": "G-AJENO"}, MotivoSuspenso.GIRO_DESCONOCIDO),
        ({"valor": "999.99"}, MotivoSuspenso.VALOR_DISTINTO),
        ({"moneda": "USD"}, MotivoSuspenso.VALOR_DISTINTO),
        ({"fecha": ayer}, MotivoSuspenso.FECHA_ANTERIOR),
    ]
    for cambios, _ in casos:
        for esperado in (ResultadoRespuesta.EN_SUSPENSO, ResultadoRespuesta.REPETIDA):
            assert await escena.responder(giro, "APLICADO", **cambios) is esperado
    assert await escena.resumen() == antes

    await escena.responder(giro, "DEVUELTO", "R06")
    assert await escena.responder(giro, "APLICADO") is ResultadoRespuesta.EN_SUSPENSO
    assert await escena.responder(giro, "DEVUELTO", "R02") is ResultadoRespuesta.EN_SUSPENSO
    async with uow.begin() as tx:
        repositorio = GiroRepository(tx)
        lista = await repositorio.en_suspenso()
        assert [s.motivo for s in lista] == [
            *(m for _, m in casos),
            *[MotivoSuspenso.ESTADO_NO_PERMITE] * 2,
        ]
        assert await repositorio.resolver_suspenso(lista[0].id, por="teresa", ahora=INICIO)
        assert not await repositorio.resolver_suspenso(lista[0].id, por="teresa", ahora=INICIO)
        assert len(await repositorio.en_suspenso()) == len(lista) - 1
    assert await escena.estados(r) == ["GIRO_DEVUELTO"]


async def test_dos_respuestas_a_la_vez_tienen_un_efecto(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    giro = await escena.giro((await escena.pagables(VALOR))[0])
    hechas = await asyncio.gather(*(escena.responder(giro, "APLICADO") for _ in range(4)))
    assert sorted(hechas) == ["APLICADA", *["REPETIDA"] * 3]
    assert (await escena.resumen()).girado_centavos == VALOR


async def test_quien_aprobo_no_responde_por_el_banco(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    giro = await escena.giro((await escena.pagables(VALOR))[0])
    datos = GiroRespondido(
        id_giro=giro.id_giro, estado="APLICADO", fecha=escena.reloj.hoy(), valor="1000.00"
    )
    with pytest.raises(FuncionesSeparadas):
        async with uow.begin() as tx:
            await giros.responder(tx, datos, reloj=escena.reloj, por=ORDENADOR.sujeto)


# --- reprogramming -------------------------------------------------------------------------------


async def reprogramar(
    escena: Escena, giro: Giro, pago: CuentaPago | None = None
) -> list[Reconocimiento]:
    return await giros.reprogramar(
        giro.id, pago, usuario=TESORERA, uow=escena.uow, reloj=escena.reloj
    )


async def test_reprogramar_con_la_misma_cuenta(uow: UnitOfWork) -> None:
    """Guarantee: a new id_giro linked to the old one, the old one never again alive."""
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = (await escena.pagables(VALOR))[0]
    primero = await escena.giro(r)
    with pytest.raises(EstadoNoPermite, match="devuelto"):
        await reprogramar(escena, primero)
    await escena.responder(primero, "RECHAZADO_FORMATO", "D22")
    await reprogramar(escena, primero)
    assert await escena.estados(r) == ["ORDENADO"]
    viejo, segundo = await escena.giros(r)
    assert (viejo.id, viejo.estado) == (primero.id, EstadoGiro.REPROGRAMADO)
    assert segundo.id_giro_origen == viejo.id_giro != segundo.id_giro
    with pytest.raises(EstadoNoPermite):
        await reprogramar(escena, primero)
    orden = (await escena.eventos())[-1][1]
    assert (orden["id_giro"], orden["id_giro_origen"]) == (segundo.id_giro, viejo.id_giro)

    assert await escena.responder(primero, "DEVUELTO", "R06") is ResultadoRespuesta.EN_SUSPENSO
    await escena.responder(segundo, "APLICADO")
    assert await escena.estados(r) == ["GIRADO"]
    assert (await escena.resumen()).girado_centavos == VALOR


async def test_una_cuenta_rechazada_pide_otra(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = (await escena.pagables(VALOR))[0]
    giro = await escena.giro(r)
    await escena.responder(giro, "DEVUELTO", "R04")
    for pago in (None, cuenta()):
        with pytest.raises(CuentaRechazada, match="R04"):
            await reprogramar(escena, giro, pago)
    nueva = cuenta("555")
    await reprogramar(escena, giro, nueva)
    assert await escena.estados(r) == ["ESPERA_CUENTA"]
    await escena.verificar(nueva)
    assert await escena.estados(r) == ["ORDENADO"]
    assert (await escena.giro(r)).id_giro_origen == giro.id_giro
    with pytest.raises(GiroInexistente):
        await giros.reprogramar(uuid4(), None, usuario=TESORERA, uow=uow, reloj=escena.reloj)
    with pytest.raises(Prohibido):
        await giros.reprogramar(giro.id, None, usuario=IPS, uow=uow, reloj=escena.reloj)


async def test_un_codigo_de_producto_pide_otra_cuenta_sin_rechazar_esta(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    giro = await escena.giro((await escena.pagables(VALOR))[0])
    await escena.responder(giro, "DEVUELTO", "R16")
    with pytest.raises(CuentaRechazada):
        await reprogramar(escena, giro)
    await escena.verificar(cuenta("77"))
    (r,) = await reprogramar(escena, giro, cuenta("77"))
    assert r.estado is EstadoReconocimiento.ORDENADO


async def test_dos_reprogramaciones_a_la_vez_dan_un_giro(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = (await escena.pagables(VALOR))[0]
    giro = await escena.giro(r)
    await escena.responder(giro, "DEVUELTO", "R06")
    hechas = await asyncio.gather(
        *(reprogramar(escena, giro) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(h, EstadoNoPermite) for h in hechas) == 3
    assert len(await escena.giros(r)) == 2


async def test_reprogramado_vuelve_a_su_turno(uow: UnitOfWork) -> None:
    """Guarantee: the returned one keeps its place: ahead of those that still wait."""
    escena = await Escena.nueva(uow, aforo=3 * VALOR, recaudo=VALOR)
    uno, dos, tres = await escena.pagables(VALOR, 2 * VALOR - 1, 1)
    giro = await escena.giro(uno)
    await escena.responder(giro, "DEVUELTO", "R06")
    assert await escena.estados(uno, dos, tres) == ["GIRO_DEVUELTO", *[ESPERA_RECAUDO] * 2]
    await reprogramar(escena, giro)
    assert await escena.estados(uno, dos, tres) == ["ORDENADO", *[ESPERA_RECAUDO] * 2]


async def test_la_base_no_admite_dos_giros_vivos(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = (await escena.pagables(VALOR))[0]
    giro = await escena.giro(r)
    with pytest.raises(IntegrityError, match="uq_giro_reconocimiento_vivo"):
        async with uow.begin() as tx:
            await tx.execute(
                text(
                    "WITH otro AS (INSERT INTO giro (id_giro, linea_id, lote, cuenta_id, "
                    "valor_centavos, estado, fecha_orden, ordenado_por, ordenado_at) "
                    "SELECT 'OTRO', linea_id, lote, cuenta_id, valor_centavos, 'ordenado', "
                    "fecha_orden, 'x', ordenado_at FROM giro WHERE id = :giro RETURNING id) "
                    "INSERT INTO giro_reconocimiento (giro_id, reconocimiento_id, valor_centavos) "
                    "SELECT id, :r, 1 FROM otro"
                ),
                {"giro": giro.id, "r": r.id},
            )


# --- corrections ---------------------------------------------------------------------------------


async def test_correccion_sin_diferencia_no_cambia_nada(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=5 * VALOR)
    r = (await escena.reconocer(escena.nuevo()))[0]
    antes = await escena.resumen()
    hecha = await escena.sustituir(r, VALOR)
    assert (hecha.delta_centavos, hecha.reconocimiento) == (0, r)
    assert await escena.resumen() == antes


async def test_correccion_al_alza_reconoce_la_diferencia(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=5 * VALOR, recaudo=5 * VALOR)
    r = (await escena.pagables(VALOR))[0]
    await escena.responder(await escena.giro(r), "APLICADO")
    hecha = await escena.sustituir(r, 3 * VALOR)
    assert hecha.delta_centavos == 2 * VALOR
    diferencia = hecha.reconocimiento
    assert (diferencia.valor_centavos, diferencia.estado) == (2 * VALOR, "RECONOCIDO")
    assert diferencia.cuenta_id == r.cuenta_id
    assert await escena.estados(r) == ["GIRADO"]
    async with uow.begin() as tx:
        saldo = await giros.saldo_solicitud(tx, r.solicitud_id)
    assert SaldoOut.de(saldo).model_dump(exclude={"solicitud_id"}) == {
        "reconocido": "3000.00",
        "girado": "1000.00",
        "pendiente": "2000.00",
        "en_espera": "0.00",
        "moneda": "COP",
    }
    tercera = await escena.sustituir(diferencia, 3 * VALOR)  # version 3, against the whole
    assert tercera.delta_centavos == 0


async def test_una_diferencia_que_se_anula_deja_la_solicitud_en_lo_anterior(
    uow: UnitOfWork,
) -> None:
    escena = await Escena.nueva(uow, aforo=5 * VALOR)
    (r,) = await escena.reconocer(escena.nuevo(VALOR))
    diferencia = (await escena.sustituir(r, 3 * VALOR)).reconocimiento
    hecha = await escena.sustituir(diferencia, VALOR)
    assert await escena.estados(r, diferencia) == ["RECONOCIDO", "ANULADO"]
    assert (hecha.delta_centavos, hecha.reconocimiento) == (-2 * VALOR, r)


async def test_correccion_de_uno_que_espera_aforo_guarda_su_turno(uow: UnitOfWork) -> None:
    """Guarantee: annulled and replaced in its place, up or down; those behind stay behind."""
    escena = await Escena.nueva(uow)
    primero, segundo = await escena.reconocer(escena.nuevo(), escena.nuevo())
    mayor = (await escena.sustituir(primero, 3 * VALOR)).reconocimiento
    assert await escena.estados(primero, mayor) == ["ANULADO", ESPERA_AFORO]
    assert mayor.turno == primero.turno
    assert mayor.reemplaza_id == primero.id
    menor = (await escena.sustituir(mayor, 2 * VALOR)).reconocimiento
    await escena.aforo(2 * VALOR)
    assert await escena.estados(menor, segundo) == ["RECONOCIDO", ESPERA_AFORO]
    assert (await escena.resumen()).reconocido_centavos == 2 * VALOR


async def test_correccion_a_la_baja_sin_pagar_reversa_y_libera(uow: UnitOfWork) -> None:
    """Guarantee: obligación reversed whole, the smaller one recognised in its place, approval
    asked again, and what was freed releases who waits."""
    escena = await Escena.nueva(uow, aforo=3 * VALOR)
    r, en_espera = await escena.reconocer(escena.nuevo(3 * VALOR), escena.nuevo(VALOR))
    await escena.verificar()
    await escena.aprobar(r)
    assert await escena.estados(r, en_espera) == [ESPERA_RECAUDO, ESPERA_AFORO]
    hecha = await escena.sustituir(r, 2 * VALOR)
    menor = hecha.reconocimiento
    assert hecha.delta_centavos == -VALOR
    assert await escena.estados(r, menor, en_espera) == ["ANULADO", "RECONOCIDO", "RECONOCIDO"]
    assert menor.turno == r.turno
    assert menor.aprobado_por is None
    resumen = await escena.resumen()
    assert (resumen.reconocido_centavos, resumen.disponible_centavos) == (3 * VALOR, 0)


async def test_correccion_a_cero_anula(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=3 * VALOR)
    r = (await escena.reconocer(escena.nuevo()))[0]
    hecha = await escena.sustituir(r, None)
    assert (hecha.delta_centavos, hecha.reconocimiento) == (-VALOR, None)
    assert await escena.estados(r) == ["ANULADO"]
    resumen = await escena.resumen()
    assert (resumen.reconocido_centavos, resumen.disponible_centavos) == (0, 3 * VALOR)
    vuelve = await escena.sustituir(r, VALOR)
    assert vuelve.reconocimiento.estado is EstadoReconocimiento.RECONOCIDO


async def test_correccion_de_otra_solicitud_se_rechaza(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=3 * VALOR)
    r = (await escena.reconocer(escena.nuevo()))[0]
    with pytest.raises(EstadoNoPermite, match="no es de la solicitud"):
        await escena.sustituir(r, VALOR, nit="800999888")
    with pytest.raises(ReconocimientoInexistente):
        async with uow.begin() as tx:
            await giros.sustituir(tx, uuid4(), None, reloj=escena.reloj)


async def test_correccion_a_la_baja_de_lo_pagado_abre_reintegro(uow: UnitOfWork) -> None:
    """Guarantee: HALLAZGO for the excess; EN_REINTEGRO at once if paid, once paid if in flight."""
    escena = await Escena.nueva(uow, aforo=3 * VALOR, recaudo=3 * VALOR)
    (pagado,) = await escena.pagables(VALOR)
    (en_curso,) = await escena.pagables(VALOR)
    await escena.responder(await escena.giro(pagado), "APLICADO")
    for r in (pagado, en_curso):
        hecha = await escena.sustituir(r, VALOR - 300)
        assert (hecha.reconocimiento.id, len(hecha.reintegros)) == (r.id, 1)
        assert (await escena.sustituir(r, VALOR - 300)).delta_centavos == 0
    assert await escena.estados(pagado, en_curso) == ["EN_REINTEGRO", "ORDENADO"]
    await escena.responder(await escena.giro(en_curso), "APLICADO")
    assert await escena.estados(en_curso) == ["EN_REINTEGRO"]


@pytest.mark.parametrize(("queda", "estado"), [(VALOR - 300, "GIRO_DEVUELTO"), (None, "ANULADO")])
async def test_devuelto_con_hallazgo_no_se_vuelve_a_pagar_de_mas(
    uow: UnitOfWork, queda: int | None, estado: str
) -> None:
    """Guarantee: if the bank returns money already found in excess, the excess leaves the
    obligación instead of being paid and claimed back."""
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = (await escena.pagables(VALOR))[0]
    giro = await escena.giro(r)
    await escena.responder(giro, "APLICADO")
    (reintegro_id,) = (await escena.sustituir(r, queda)).reintegros
    await escena.responder(giro, "DEVUELTO", "R23")
    async with uow.begin() as tx:
        reintegro = await ReintegroRepository(tx).get(reintegro_id)
    assert reintegro is not None
    assert reintegro.estado is EstadoReintegro.ACLARADO
    assert await escena.estados(r) == [estado]
    resumen = await escena.resumen()
    assert (resumen.reconocido_centavos, resumen.caja_centavos) == (queda or 0, VALOR)
    if queda:
        await reprogramar(escena, giro)
        assert (await escena.giro(r)).valor_centavos == queda
    else:
        assert (await escena.giro(r)).estado is EstadoGiro.ANULADO


# --- reintegros ----------------------------------------------------------------------------------


async def pagado(escena: Escena, *, legaliza: bool = False) -> Reconocimiento:
    await escena.verificar()
    r = (await escena.reconocer(escena.nuevo(requiere_legalizacion=legaliza)))[0]
    await escena.aprobar(r)
    await escena.responder(await escena.giro(r), "APLICADO")
    return r


async def test_un_reintegro_baja_lo_girado_y_no_sube_el_recaudo(uow: UnitOfWork) -> None:
    """Guarantee (budget §6): capital by parts until complete; interest apart; never cash of the
    line until an act incorporates it."""
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = await pagado(escena)

    async def reintegrar(capital: int, referencia: str, interes: int = 0) -> EstadoReintegro:
        async with uow.begin() as tx:
            hecho = await giros.reintegrar(
                tx, reintegro.id, capital_centavos=capital, interes_centavos=interes,
                referencia_banco=referencia, fecha=date(2020, 9, 2), usuario=TESORERA,
                reloj=escena.reloj,
            )  # fmt: skip
        return hecho.estado

    async with uow.begin() as tx:
        reintegro = await giros.abrir_reintegro(
            tx, r.id, capital_centavos=400, motivo="Camas ocupadas", usuario=OPERADOR,
            reloj=escena.reloj,
        )  # fmt: skip
    assert await escena.estados(r) == ["EN_REINTEGRO"]
    async with uow.begin() as tx:
        await giros.confirmar_reintegro(tx, reintegro.id, usuario=OPERADOR, reloj=escena.reloj)
    assert await reintegrar(150, "C-1", interes=7) is EstadoReintegro.A_REINTEGRAR
    assert await reintegrar(150, "C-1", interes=7) is EstadoReintegro.A_REINTEGRAR
    with pytest.raises(ReferenciaRepetida):
        await reintegrar(151, "C-1")
    with pytest.raises(ReintegroExcedido):
        await reintegrar(251, "C-2")
    with pytest.raises(EntradaInvalida):
        await reintegrar(0, "C-2")
    resumen = await escena.resumen()
    assert (resumen.girado_centavos, resumen.caja_centavos) == (VALOR - 150, 0)
    assert resumen.recaudo_centavos == VALOR
    assert resumen.saldos[TipoCuenta.REINTEGROS] == 150
    assert resumen.saldos[TipoCuenta.INTERESES_REINTEGRO] == 7
    assert await reintegrar(250, "C-2") is EstadoReintegro.REINTEGRADO
    assert await escena.estados(r) == ["REINTEGRADO"]
    with pytest.raises(EstadoNoPermite):
        await reintegrar(1, "C-3")
    async with uow.begin() as tx:
        saldo = await giros.saldo_solicitud(tx, r.solicitud_id)
    assert saldo.girado_centavos == VALOR - 400


async def test_un_hallazgo_se_aclara_o_se_declara_adeudado(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=2 * VALOR, recaudo=2 * VALOR)
    r = await pagado(escena)

    async def abrir(capital: int) -> UUID:
        async with uow.begin() as tx:
            hecho = await giros.abrir_reintegro(
                tx, r.id, capital_centavos=capital, motivo="Hallazgo", usuario=OPERADOR,
                reloj=escena.reloj,
            )  # fmt: skip
        return hecho.id

    uno, dos = await abrir(600), await abrir(VALOR - 600)
    with pytest.raises(ReintegroExcedido):
        await abrir(1)
    with pytest.raises(EntradaInvalida):
        await abrir(0)
    async with uow.begin() as tx:
        await giros.aclarar_reintegro(tx, uno, usuario=OPERADOR, reloj=escena.reloj)
    assert await escena.estados(r) == ["EN_REINTEGRO"]  # the other file is still open
    async with uow.begin() as tx:
        with pytest.raises(EstadoNoPermite, match="A_REINTEGRAR"):
            await giros.declarar_adeudado(tx, dos, usuario=OPERADOR, reloj=escena.reloj)
        await giros.confirmar_reintegro(tx, dos, usuario=OPERADOR, reloj=escena.reloj)
        await giros.declarar_adeudado(tx, dos, usuario=OPERADOR, reloj=escena.reloj)
        with pytest.raises(ReintegroInexistente):
            await giros.aclarar_reintegro(tx, uuid4(), usuario=OPERADOR, reloj=escena.reloj)
    assert await escena.estados(r) == ["ADEUDADO"]


async def test_aclarado_vuelve_a_pagado(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = await pagado(escena, legaliza=True)
    async with uow.begin() as tx:
        reintegro = await giros.abrir_reintegro(
            tx, r.id, capital_centavos=1, motivo="Hallazgo", usuario=OPERADOR, reloj=escena.reloj
        )
        await giros.aclarar_reintegro(tx, reintegro.id, usuario=OPERADOR, reloj=escena.reloj)
    assert await escena.estados(r) == ["EN_LEGALIZACION"]


async def test_solo_se_reintegra_lo_girado(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = (await escena.pagables(VALOR))[0]
    with pytest.raises(EstadoNoPermite, match="Solo se reintegra lo girado"):
        async with uow.begin() as tx:
            await giros.abrir_reintegro(
                tx, r.id, capital_centavos=1, motivo="x", usuario=OPERADOR, reloj=escena.reloj
            )
    (reintegro_id,) = (await escena.sustituir(r, 1)).reintegros
    with pytest.raises(EstadoNoPermite, match="Espere la respuesta"):
        async with uow.begin() as tx:
            await giros.reintegrar(
                tx, reintegro_id, capital_centavos=1, referencia_banco="C", fecha=date(2020, 9, 2),
                usuario=TESORERA, reloj=escena.reloj,
            )  # fmt: skip


async def test_tras_un_reintegro_una_devolucion_va_a_suspenso(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = await pagado(escena)
    async with uow.begin() as tx:
        reintegro = await giros.abrir_reintegro(
            tx, r.id, capital_centavos=9, motivo="Hallazgo", usuario=OPERADOR, reloj=escena.reloj
        )
        await giros.reintegrar(
            tx, reintegro.id, capital_centavos=5, referencia_banco="C-9", fecha=date(2020, 9, 2),
            usuario=TESORERA, reloj=escena.reloj,
        )  # fmt: skip
    antes = await escena.resumen()
    giro = await escena.giro(r)
    assert await escena.responder(giro, "DEVUELTO", "R23") is ResultadoRespuesta.EN_SUSPENSO
    assert await escena.resumen() == antes


# --- legalización --------------------------------------------------------------------------------

DOCUMENTO = "a" * 64


async def entregar(
    escena: Escena, r: Reconocimiento, soportado: int = VALOR, usuario: Usuario = IPS
) -> None:
    async with escena.uow.begin() as tx:
        await giros.entregar_legalizacion(
            tx, r.id, documento_sha256=DOCUMENTO, soportado_centavos=soportado, usuario=usuario,
            reloj=escena.reloj,
        )  # fmt: skip


async def test_legalizar_y_cerrar(uow: UnitOfWork) -> None:
    """Guarantee: EN_LEGALIZACION → LEGALIZADO → CERRADO, each by its role, close after R23."""
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = await pagado(escena, legaliza=True)
    assert await escena.estados(r) == ["EN_LEGALIZACION"]

    async def aceptar() -> None:
        async with uow.begin() as tx:
            await giros.aceptar_legalizacion(tx, r.id, usuario=OPERADOR, reloj=escena.reloj)

    async def cerrar() -> None:
        async with uow.begin() as tx:
            await giros.cerrar_reconocimiento(tx, r.id, usuario=OPERADOR, reloj=escena.reloj)

    with pytest.raises(EstadoNoPermite, match="no ha entregado"):
        await aceptar()
    with pytest.raises(ReconocimientoInexistente):
        await entregar(escena, r, usuario=OTRA_IPS)
    with pytest.raises(EntradaInvalida):
        await entregar(escena, r, VALOR + 1)
    for _ in range(2):
        await entregar(escena, r)
    await aceptar()
    assert await escena.estados(r) == ["LEGALIZADO"]
    with pytest.raises(EstadoNoPermite):
        await aceptar()
    escena.reloj.avanzar(timedelta(days=15))
    with pytest.raises(FueraDePlazo):
        await cerrar()
    escena.reloj.avanzar(timedelta(days=1))
    await cerrar()
    assert await escena.estados(r) == ["CERRADO"]


async def test_lo_no_soportado_abre_reintegro_y_termina_cerrado(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = await pagado(escena, legaliza=True)
    await entregar(escena, r, VALOR - 250)
    async with uow.begin() as tx:
        await giros.aceptar_legalizacion(tx, r.id, usuario=OPERADOR, reloj=escena.reloj)
        (reintegro,) = await ReintegroRepository(tx).de([r.id])
    assert (reintegro.capital_centavos, reintegro.estado) == (250, EstadoReintegro.HALLAZGO)
    assert await escena.estados(r) == ["EN_REINTEGRO"]
    async with uow.begin() as tx:
        await giros.reintegrar(
            tx, reintegro.id, capital_centavos=250, referencia_banco="C-5",
            fecha=date(2020, 9, 3), usuario=TESORERA, reloj=escena.reloj,
        )  # fmt: skip
    assert await escena.estados(r) == ["CERRADO"]


async def test_a_los_sesenta_dias_vence_el_plazo(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=VALOR, recaudo=VALOR)
    r = await pagado(escena, legaliza=True)

    async def vencidas() -> list[UUID]:
        async with uow.begin() as tx:
            return await giros.legalizaciones_vencidas(tx, reloj=escena.reloj)

    escena.reloj.avanzar(timedelta(days=60))
    assert await vencidas() == []
    escena.reloj.avanzar(timedelta(days=1))
    assert await vencidas() == [r.id]
    with pytest.raises(FueraDePlazo, match="venció el 2020-10-31"):
        await entregar(escena, r)


# --- lists and acts ------------------------------------------------------------------------------


async def test_las_listas_filtran_y_avanzan_por_id(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow, aforo=5 * VALOR, recaudo=VALOR)
    tres = await escena.pagables(*[VALOR] * 3)
    sin_aprobar = (await escena.reconocer(escena.nuevo()))[0]
    async with uow.begin() as tx:
        lista = ReconocimientoRepository(tx).listar
        todos = await lista(mecanismo="anticipo_uci", alcance=NIT)
        assert {r.id for r in todos} == {r.id for r in (*tres, sin_aprobar)}
        assert await lista(despues=todos[1].id, limite=1) == [todos[2]]
        assert [r.id for r in await lista(sin_aprobar=True)] == [sin_aprobar.id]
        assert len(await lista(estados=[EstadoReconocimiento.ORDENADO])) == 1
        ordenes = await GiroRepository(tx).listar(
            linea_id=escena.linea.id, estados=[EstadoGiro.ORDENADO]
        )
        assert [g.reconocimientos for g in ordenes] == [(tres[0].id,)]
        assert await GiroRepository(tx).listar(despues=ordenes[0].id) == []
        assert await giros.ordenar_en_orden(tx, escena.linea, reloj=escena.reloj) == []


async def test_un_acto_repetido_por_clave_no_libera_dos_veces(uow: UnitOfWork) -> None:
    escena = await Escena.nueva(uow)
    dos = await escena.reconocer(escena.nuevo(), escena.nuevo())
    for repetido in (False, True):
        async with uow.begin() as tx:
            acto = await giros.adicionar_aforo_y_liberar(
                tx, escena.linea, numero="R-X", fecha=date(2020, 9, 1), valor_centavos=VALOR,
                por="ana", reloj=escena.reloj, clave="idem",
            )  # fmt: skip
        assert acto.repetido is repetido
    assert await escena.estados(*dos) == ["RECONOCIDO", ESPERA_AFORO]
    with pytest.raises(SaldoInsuficiente):
        await escena.aforo(-1)


# --- any story -----------------------------------------------------------------------------------

VERBOS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "reconocer",
                "aforo",
                "recaudo",
                "aprobar",
                "aprobar varios",
                "aplicar",
                "devolver",
                "repetir",
                "corregir",
                "reintegrar",
            ]
        ),
        st.integers(0, 9),
        st.integers(1, 40),
    ),
    min_size=5,
    max_size=25,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(verbos=VERBOS)
async def test_cualquier_historia_guarda_los_invariantes(
    uow: UnitOfWork, verbos: list[tuple[str, int, int]]
) -> None:
    """Guarantee: after each step of a random story, invariants 1, 2, 3 and 5 hold, the queue is
    a prefix, and rows and ledger tell the same amounts."""
    escena = await Escena.nueva(uow, aforo=60, recaudo=40, mecanismo=f"m{uuid4().hex}")
    await escena.verificar()
    conocidos: list[Reconocimiento] = []
    for verbo, cual, valor in verbos:
        try:
            await _contar(escena, conocidos, verbo, cual, valor)
        except Rechazo:
            continue
        finally:
            await _exigir_invariantes(escena)


async def _contar(
    escena: Escena, conocidos: list[Reconocimiento], verbo: str, cual: int, valor: int
) -> None:
    if verbo == "reconocer":
        conocidos += await escena.reconocer(escena.nuevo(valor))
        return
    if verbo in {"aforo", "recaudo"}:
        await (escena.aforo(valor) if verbo == "aforo" else escena.recaudo(valor))
        return
    if not conocidos:
        return
    r = conocidos[cual % len(conocidos)]
    if verbo == "aprobar":
        await escena.aprobar(r)
    elif verbo == "aprobar varios":
        actuales = [await escena.actual(c) for c in conocidos]
        por_aprobar = {a.id: a for a in actuales if a.estado == "RECONOCIDO" and not a.aprobado_por}
        await escena.aprobar(*por_aprobar.values())
    elif verbo == "corregir":
        hecha = await escena.sustituir(r, valor)
        conocidos.append(hecha.reconocimiento)
    elif verbo == "reintegrar":
        async with escena.uow.begin() as tx:
            abiertos = [i for i in await ReintegroRepository(tx).de([r.id]) if i.abierto]
            for i in abiertos:
                await giros.reintegrar(
                    tx, i.id, capital_centavos=min(valor, i.pendiente_centavos),
                    referencia_banco=f"C-{next(NUMEROS)}", fecha=date(2020, 9, 2),
                    usuario=TESORERA, reloj=escena.reloj,
                )  # fmt: skip
    else:
        for giro in (await escena.giros(r))[-1:]:
            if verbo == "repetir":
                await reprogramar(escena, giro)
            else:
                await escena.responder(
                    giro, *(("APLICADO",) if verbo == "aplicar" else ("DEVUELTO", "R06"))
                )


async def _exigir_invariantes(escena: Escena) -> None:
    resumen = await escena.resumen()
    girado = resumen.girado_centavos + resumen.saldos[TipoCuenta.REINTEGRADO]
    assert (
        resumen.aforo_centavos
        >= resumen.cdp_centavos
        >= resumen.rp_centavos
        >= resumen.reconocido_centavos
        >= girado
        >= 0
    )
    assert girado + resumen.en_transito_centavos + resumen.caja_centavos == resumen.recaudo_centavos
    async with escena.uow.begin() as tx:
        filas = await ReconocimientoRepository(tx).listar(
            mecanismo=escena.linea.mecanismo, limite=1_000
        )
    vivos = [f for f in filas if f.estado is not EstadoReconocimiento.ANULADO]
    en_espera = sorted((f for f in vivos if f.espera_por == "AFORO"), key=lambda f: f.turno)
    comprometidos = sum(f.valor_centavos for f in vivos if f.espera_por != "AFORO")
    assert comprometidos == resumen.reconocido_centavos
    if en_espera:
        assert en_espera[0].valor_centavos > resumen.disponible_centavos
    por_girar = sorted((f for f in vivos if f.espera_por == "RECAUDO"), key=lambda f: f.turno)
    if por_girar:
        assert por_girar[0].valor_centavos > resumen.caja_centavos
    async with escena.uow.begin() as tx:
        for giro in await GiroRepository(tx).listar(linea_id=escena.linea.id, limite=1_000):
            assert sum(p.valor_centavos for p in giro.partes) == giro.valor_centavos
