"""What was held moves when what it waited for comes: nobody resubmits, and it moves once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.embebido.postgres import PostgresEmbebido
from shared.giros import CuentaPago
from shared.giros.service import aprobar, cambiar_cuenta, recaudar_y_liberar, verificar_cuenta
from shared.normativa import tablas
from shared.presupuesto import service as libro
from shared.radicacion.consultas import explicacion, hallazgos
from shared.radicacion.errors import ParametroYaFijado
from shared.radicacion.liberacion import TRABAJO_LIBERAR, liberar
from shared.radicacion.pago import PagoPorFilas
from shared.radicacion.parametros import fijar_parametro
from shared.radicacion.repository import Filtro, RadicacionRepository, RegistroRepository
from shared.radicacion.trabajador import Trabajador
from shared.registros import EstadoCorte, cambiar_estado
from shared.seguridad import Rol, Usuario
from shared.tipos import BOGOTA, EntradaInvalida
from tests.support import pruebas as pru
from tests.support import talento_humano as ths
from tests.support.mesa import Fila, Mesa, mesa_vacia, resumidos

LUNES_2022 = datetime(2022, 9, 5, 9, tzinfo=BOGOTA)
PERSONAS = [f"10000000{n:02d}" for n in range(12)]
ORDENADORA = Usuario("olga", frozenset({Rol.ORDENADOR}))
OPERADORA = Usuario("pilar", frozenset({Rol.OPERADOR}))
P0 = {"fecha_toma": "2020-06-01", "fecha_proceso": "2020-06-02"}
P3 = {"fecha_toma": "2022-07-02", "fecha_proceso": "2022-07-03", "fecha_factura": "2022-07-30"}
ANTIGENO = {"tipo_prueba": "ANTIGENO", "cups": "906340"}


def de_p3(documento: str, **cambios: Any) -> Fila:
    """An antigen test of July 2022, for which no value is known: 70,000 pesos."""
    valores = {"valor_toma": "20000", "valor_procesa": "50000", "valor_total": "70000"}
    return pru.prueba(documento, **ANTIGENO | P3 | valores | cambios)


@pytest.fixture(scope="module")
async def mesa(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("pruebas")
    async with mesa_vacia(PRUEBAS, postgres, plantilla, datos, LUNES_2022) as mesa:
        muestras = [
            pru.muestra(d, tipo_prueba=tipo, fecha_toma=toma, id_sismuestras=f"{d}{toma}")
            for d in PERSONAS
            for tipo, toma in (
                ("MOLECULAR", "2020-10-05"),
                ("MOLECULAR", P0["fecha_toma"]),
                ("ANTIGENO", P3["fecha_toma"]),
            )
        ]
        await pru.cargar(mesa, PERSONAS, muestras)
        await mesa.presupuestar(100_000_000)
        await recaudar(mesa, 100_000_000)
        yield mesa


@pytest.fixture(scope="module")
async def mesa_ths(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("ths")
    async with mesa_vacia(TALENTO_HUMANO, postgres, plantilla, datos, ths.EN_VENTANA) as mesa:
        await ths.cargar(mesa, PERSONAS, [ths.NIT_IPS, ths.ips(1)])
        yield mesa


async def cargar_tarifa(mesa: Mesa, valor: int) -> None:
    """The whole table, with a value for antigens from July 2022."""
    filas = [
        f | {"valor_cop": valor}
        if (f["vigente_desde"], f["cups"]) == ("2022-07-01", ANTIGENO["cups"])
        else f
        for f in tablas.leer("pruebas_tarifas")
    ]
    await mesa.cargar("pruebas_tarifas", filas, date(2022, 9, 1))


async def radicar(mesa: Mesa, *filas: Fila) -> UUID:
    id_ = await mesa.radicar(Rol.IPS, pru.NIT_TOMA, *filas)
    await mesa.procesar(id_)
    return id_


async def propios(mesa: Mesa, id_: UUID) -> list[str]:
    """States of the records themselves, not of their payment."""
    filas = await mesa.consultar(
        "SELECT estado FROM registro WHERE radicacion_id = :id ORDER BY fila", id=id_
    )
    return [f["estado"] for f in filas]


async def cambios(mesa: Mesa, *ids: UUID) -> list[tuple[Any, ...]]:
    """What moved in those radicaciones without anyone submitting, in order."""
    filas = await mesa.consultar(
        "SELECT g.fila, k.de, k.a, k.de_codigos, k.a_codigos, k.a_valor_centavos, k.motivo, k.por "
        "FROM registro_cambio k JOIN registro g ON g.id = k.registro_id "
        "WHERE g.radicacion_id = ANY(:ids) ORDER BY k.id",
        ids=list(ids),
    )
    return [tuple(f.values()) for f in filas]


async def reconocidos(mesa: Mesa, *ids: UUID) -> list[tuple[Any, ...]]:
    filas = await mesa.consultar(
        "SELECT evaluacion, nit, registros, valor_centavos / 100 AS pesos FROM reconocimiento "
        "WHERE radicacion_id = ANY(:ids) ORDER BY evaluacion, nit",
        ids=list(ids),
    )
    return [tuple(f.values()) for f in filas]


async def test_a_tariff_releases_what_waited_for_it_and_nothing_else(mesa: Mesa) -> None:
    cara = {"valor_procesa": "50001", "valor_total": "70001"}
    id_ = await radicar(
        mesa,
        pru.prueba(PERSONAS[0]),
        de_p3(PERSONAS[0], consecutivo="2"),
        pru.prueba("1999999999", consecutivo="3"),
        de_p3(PERSONAS[1], consecutivo="4", **cara),
        de_p3(PERSONAS[2], consecutivo="5"),
    )
    antes = await mesa.registros(id_)
    retenidas = [("SIN_TARIFA", ["PRU-09"])] * 2
    assert resumidos(antes, "estado", "codigos")[:2] == [("RECONOCIDO", []), retenidas[0]]
    assert resumidos(antes, "estado", "codigos")[3:] == retenidas
    async with mesa.ctx.uow.begin() as tx:
        await RegistroRepository(tx).retirar([antes[4]["id"]])  # as what is answered

    await cargar_tarifa(mesa, 70_000)
    await liberar(mesa.ctx)

    despues = await mesa.registros(id_)
    assert resumidos(despues, "estado", "codigos", "valor_centavos") == [
        ("RECONOCIDO", [], 20_000_000),
        ("RECONOCIDO", [], 7_000_000),
        ("GLOSADO", antes[2]["codigos"], 0),
        ("GLOSADO", ["PRU-22"], 0),  # what is in force now decides also against
        ("SIN_TARIFA", ["PRU-09"], 0),  # it is not current: it waits for nothing
    ]
    # The same payees, in a payable unit apart.
    assert await reconocidos(mesa, id_) == [
        (1, pru.NIT_TOMA, 1, 60_000),
        (1, pru.NIT_PROCESA, 1, 140_000),
        (2, pru.NIT_TOMA, 1, 20_000),
        (2, pru.NIT_PROCESA, 1, 50_000),
    ]
    motivo = "cambió el corte de pruebas_tarifas"
    assert await cambios(mesa, id_) == [
        (2, "SIN_TARIFA", "LIQUIDADO", ["PRU-09"], [], 7_000_000, motivo, "sistema"),
        (4, "SIN_TARIFA", "GLOSADO", ["PRU-09"], ["PRU-22"], 0, motivo, "sistema"),
    ]
    await exigir_que_todo_diga_lo_mismo(mesa, id_, antes)
    await exigir_que_espere_la_cuenta_del_ultimo(mesa, id_)


async def exigir_que_todo_diga_lo_mismo(mesa: Mesa, id_: UUID, antes: Sequence[Fila]) -> None:
    """Totals, findings and explanation after that release."""
    (vista,) = await mesa.consultar("SELECT resumen, estado FROM radicacion WHERE id = :id", id=id_)
    assert vista["estado"] == "PROCESADA"
    assert vista["resumen"]["por_estado"] == {"GLOSADO": 2, "LIQUIDADO": 2, "SIN_TARIFA": 1}
    assert vista["resumen"]["valor_centavos"] == 27_000_000
    assert vista["resumen"]["por_causal"]["PRU-09"] == 1
    suelta = await explicacion(antes[1]["id"], mesa.ctx, entidad=None)
    assert suelta["hallazgos"] == []
    assert "pruebas_tarifas" in suelta["evaluacion"]["cortes"]
    tarifa = next(r for r in suelta["reglas"] if r["codigo"] == "PRU-09")
    assert tarifa["veredicto"] == "cumple"
    async with mesa.ctx.uow.begin() as tx:
        repositorio = RadicacionRepository(tx)
        decidieron = [await repositorio.evaluacion_de(r["id"]) for r in antes]
        ultima = await repositorio.evaluacion(id_)
        guardados = await RegistroRepository(tx).registros(Filtro(None, "pruebas"), id_, None, 10)
    # What did not move is explained by the evaluation that decided it.
    assert [e and e["numero"] for e in decidieron] == [1, 2, 1, 2, 1]
    assert ultima is not None
    carpeta = mesa.ctx.almacen.datos / ultima["carpeta"]
    hallados = {(h[1], h[2]) for h in hallazgos(carpeta / "hallazgos.parquet")}
    assert hallados == {(r["fila"], c) for r in guardados for c in r["codigos"]}


async def exigir_que_espere_la_cuenta_del_ultimo(mesa: Mesa, id_: UUID) -> None:
    """A test is as far as the last of its payees."""
    ctx = mesa.ctx
    filas = await mesa.consultar(
        "SELECT id, nit FROM reconocimiento WHERE radicacion_id = :id AND evaluacion = 2 "
        "ORDER BY nit",
        id=id_,
    )
    await aprobar([f["id"] for f in filas], usuario=ORDENADORA, uow=ctx.uow, reloj=ctx.reloj)
    for vista, fila in zip(("ESPERA_CUENTA", "ORDENADO"), filas, strict=True):
        cuenta = CuentaPago("1007", "AHORROS", "12345678", fila["nit"])
        entidad = Usuario("ips", frozenset({Rol.IPS}), fila["nit"])
        async with ctx.uow.begin() as tx:
            r = await cambiar_cuenta(tx, fila["id"], cuenta, usuario=entidad, reloj=ctx.reloj)
            assert r.cuenta_id is not None
            await verificar_cuenta(tx, r.cuenta_id, usuario=OPERADORA, reloj=ctx.reloj)
        assert (await mesa.registros(id_))[1]["estado"] == vista


async def test_an_amount_releases_in_the_order_of_submission(mesa: Mesa) -> None:
    async def monto(pesos: int, dia: int) -> None:
        fila = {"codigo_eps": pru.EPS, "monto": pesos}
        await mesa.cargar("montos_r2461", [fila], date(2022, 8, dia))

    await monto(100_000, 1)
    dos = [pru.prueba(d, consecutivo=str(i), **P0) for i, d in enumerate(PERSONAS[5:7], 1)]
    primera, segunda = await radicar(mesa, *dos), await radicar(mesa, pru.prueba(PERSONAS[7], **P0))
    assert await propios(mesa, primera) == ["ESPERA_MONTO", "ESPERA_MONTO"]
    assert await propios(mesa, segunda) == ["ESPERA_MONTO"]
    # There is room for one of the three, each of 200,000.
    await monto(300_000, 2)
    await liberar(mesa.ctx)
    assert await propios(mesa, primera) == ["LIQUIDADO", "ESPERA_MONTO"]
    assert await propios(mesa, segunda) == ["ESPERA_MONTO"]

    # The commitment of a payee is of one year, also when a version of the next one is released.
    mesa.en(LUNES_2022.replace(year=2023))
    (version,) = await mesa.resolver(
        Rol.IPS, pru.NIT_TOMA, pru.prueba(PERSONAS[8], **P0), corrige=primera
    )
    assert version["estado"] == "ESPERA_MONTO"
    await monto(2_000_000, 3)
    await liberar(mesa.ctx)
    assert await propios(mesa, version["radicacion_id"]) == ["LIQUIDADO"]
    anios = await mesa.consultar(
        "SELECT nit, count(*) AS veces, min(vigencia), max(vigencia) FROM reconocimiento "
        "WHERE solicitud_id = :id GROUP BY nit ORDER BY nit",
        id=primera,
    )
    assert [tuple(a.values()) for a in anios] == [
        (nit, 3, 2022, 2022) for nit in sorted((pru.NIT_TOMA, pru.NIT_PROCESA))
    ]


# --- talento humano --------------------------------------------------------------------------


async def reportar(mesa: Mesa, documento: str, nit: str = ths.NIT_IPS, **cambios: Any) -> UUID:
    id_ = await mesa.radicar(Rol.IPS, nit, ths.reporte(documento, nit, **cambios))
    await mesa.procesar(id_)
    return id_


async def autorizar(mesa: Mesa, documento: str, profesion: str) -> None:
    """In ReTHUS with a profession whose profile has no value."""
    fila = {"tipo_documento": "CC", "numero_documento": documento, "tipo_programa": "UNV"}
    fila |= {"origen_titulo": "LOCAL", "profesion": profesion}
    fila |= {"fecha_autorizacion": "2015-01-15", **ths.NOMBRES}
    await mesa.cargar("rethus", [fila], date(2020, 2, 1))


async def test_a_person_waits_for_aforo_account_and_cash(mesa_ths: Mesa) -> None:
    ctx = mesa_ths.ctx
    id_ = await reportar(mesa_ths, PERSONAS[3])

    async def estado() -> tuple[str, str | None]:
        (registro,) = await mesa_ths.registros(id_)
        return registro["estado"], registro["espera_por"]

    assert await estado() == ("ESPERA_PRESUPUESTO", "AFORO")
    await mesa_ths.presupuestar(1_000_000_000)
    assert await estado() == ("RECONOCIDO", None)
    (r,) = await mesa_ths.consultar("SELECT id, cuenta_id FROM reconocimiento")
    await aprobar([r["id"]], usuario=ORDENADORA, uow=ctx.uow, reloj=ctx.reloj)
    assert await estado() == ("ESPERA_CUENTA", None)
    async with ctx.uow.begin() as tx:
        await verificar_cuenta(tx, r["cuenta_id"], usuario=OPERADORA, reloj=ctx.reloj)
    assert await estado() == ("ESPERA_PRESUPUESTO", "RECAUDO")
    await recaudar(mesa_ths, ths.VALOR_ENFERMERIA)
    assert await estado() == ("ORDENADO", None)


async def encolados(mesa: Mesa) -> list[str]:
    """Jobs of release after the worker has looked."""
    ctx = mesa.ctx
    otros = {m.nombre: m for m in (PRUEBAS, TALENTO_HUMANO)}
    await Trabajador(otros, ctx.uow, ctx.reloj, ctx.almacen).encolar_liberaciones()
    filas = await mesa.consultar(
        "SELECT convert_from(payload, 'UTF8') AS carga FROM pgqueuer WHERE entrypoint = :t",
        t=TRABAJO_LIBERAR,
    )
    return [f["carga"] for f in filas]


async def test_a_value_pays_the_first_and_links_the_second_whoever_dies(
    mesa_ths: Mesa, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = mesa_ths.ctx
    await autorizar(mesa_ths, PERSONAS[0], "BACTERIOLOGÍA")
    ids = [
        await reportar(mesa_ths, PERSONAS[0], nit, codigo_perfil="P01")
        for nit in (ths.NIT_IPS, ths.ips(1))
    ]
    retenidos = [["PENDIENTE_CATALOGO"]] * 2
    assert [await propios(mesa_ths, i) for i in ids] == retenidos
    assert await encolados(mesa_ths) == []
    nuevo = {"codigo_perfil": "P01", "valor_cop": "2000000"}
    await mesa_ths.cargar("ths_perfiles", [*tablas.leer("ths_perfiles"), nuevo], date(2020, 8, 1))
    assert await encolados(mesa_ths) == ["talento_humano"]
    assert await encolados(mesa_ths) == ["talento_humano"]

    async def caer(*_: Any) -> None:
        raise OSError("murió aquí")

    with monkeypatch.context() as parche:
        parche.setattr(PagoPorFilas, "registrar", caer)
        with pytest.raises(OSError, match="murió aquí"):
            await liberar(ctx)
    assert [await propios(mesa_ths, i) for i in ids] == retenidos
    assert await cambios(mesa_ths, *ids) == []

    await asyncio.gather(liberar(ctx), liberar(ctx))
    await liberar(ctx)
    (primero,), (segundo,) = [await mesa_ths.registros(i) for i in ids]
    assert (primero["estado"], primero["valor_centavos"]) == ("RECONOCIDO", 200_000_000)
    assert (segundo["estado"], segundo["codigos"]) == ("DUPLICADO", ["THS-15"])
    assert segundo["gana_id"] == primero["id"]
    assert len(await cambios(mesa_ths, *ids)) == 2
    assert len(await reconocidos(mesa_ths, *ids)) == 1
    numeros = await mesa_ths.consultar(
        "SELECT numero FROM evaluacion WHERE radicacion_id = ANY(:ids) ORDER BY numero", ids=ids
    )
    assert [e["numero"] for e in numeros] == [1, 1, 2, 2]


async def test_who_was_in_a_regime_of_exception_by_mistake_is_paid(mesa_ths: Mesa) -> None:
    excepcion = {"tipo_documento": "CC", "numero_documento": PERSONAS[2], "codigo_eps": "RES004"}
    excepcion |= {"desde": "2019-01-01", "hasta": ""}
    await mesa_ths.cargar("bdex", [excepcion], date(2020, 2, 1))
    id_ = await reportar(mesa_ths, PERSONAS[2])
    assert await propios(mesa_ths, id_) == ["EN_ESPERA_EXCEPCION"]
    (corte,) = await mesa_ths.consultar("SELECT id FROM corte WHERE registro = 'bdex'")
    ctx = mesa_ths.ctx
    await cambiar_estado(
        corte["id"],
        EstadoCorte.RETIRADO,
        motivo="venía mal",
        usuario="operadora",
        uow=ctx.uow,
        reloj=ctx.reloj,
    )
    await liberar(ctx)
    assert resumidos(await mesa_ths.registros(id_), "estado", "valor_centavos") == [
        ("RECONOCIDO", ths.VALOR_ENFERMERIA)
    ]


async def test_a_complete_catalogue_ends_the_wait(mesa_ths: Mesa) -> None:
    ctx = mesa_ths.ctx

    async def fijar(valor: str, dia: int) -> None:
        async with ctx.uow.begin() as tx:
            await fijar_parametro(
                tx,
                TALENTO_HUMANO,
                "catalogo_completo",
                valor,
                desde=date(2020, 9, dia),
                acto="Resolución 1",
                por="ordenadora",
                reloj=ctx.reloj,
            )

    await autorizar(mesa_ths, PERSONAS[1], "FONOAUDIOLOGÍA")
    id_ = await reportar(mesa_ths, PERSONAS[1], codigo_perfil="P05")
    for valor, dia in (("TALVEZ", 3), ("SI", 1)):
        mesa_ths.en(ths.EN_VENTANA.replace(day=2))
        with pytest.raises(EntradaInvalida):
            await fijar(valor, dia)
    await fijar("SI", 3)
    with pytest.raises(ParametroYaFijado):
        await fijar("NO", 3)
    await liberar(ctx)
    assert await cambios(mesa_ths, id_) == []  # it is for tomorrow
    mesa_ths.en(ths.EN_VENTANA.replace(day=3))
    await liberar(ctx)
    assert await propios(mesa_ths, id_) == ["NO_CUMPLE"]
    (cambio,) = await cambios(mesa_ths, id_)
    assert cambio[6] == "catalogo_completo = SI"
    guardados = await mesa_ths.consultar(
        "SELECT parametros FROM evaluacion WHERE radicacion_id = :id ORDER BY numero", id=id_
    )
    assert [g["parametros"]["catalogo_completo"] for g in guardados] == ["NO", "SI"]


async def recaudar(mesa: Mesa, centavos: int) -> None:
    hoy = mesa.entorno.reloj.hoy()
    async with mesa.entorno.uow.begin() as tx:
        linea = await libro.obtener_linea(tx, mesa.mecanismo.nombre, hoy.year)
        await recaudar_y_liberar(
            tx,
            linea,
            referencia_banco="BR-1",
            fecha=hoy,
            valor_centavos=centavos,
            por="ordenadora",
            reloj=mesa.entorno.reloj,
        )
