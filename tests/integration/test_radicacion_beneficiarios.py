"""Who is paid is in the row: one recognition per payee, traced to the rows that it pays.

Corrections replace, annul or take back what they change of each payee, and nothing of the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.embebido.postgres import PostgresEmbebido
from shared.giros.model import EstadoRespuesta
from shared.giros.schemas import GiroRespondido
from shared.giros.service import aprobar, responder, verificar_cuenta
from shared.radicacion.consultas import explicacion
from shared.radicacion.repository import RegistroRepository
from shared.radicacion.repository.historia import CON_INDICE
from shared.radicacion.service import Subsana
from shared.seguridad import Rol, Usuario
from shared.tipos import a_decimal
from tests.support import pruebas as pru
from tests.support import talento_humano as ths
from tests.support.mesa import Fila, Mesa, mesa_vacia

PERSONAS = [f"40000000{n:02d}" for n in range(4)]
VERSIONES = [f"41000000{n:02d}" for n in range(4)]
TRABAJADORES = [f"50000000{n:02d}" for n in range(3)]


@pytest.fixture(scope="module")
async def pruebas(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("beneficiarios")
    async with mesa_vacia(PRUEBAS, postgres, plantilla, datos, pru.AHORA) as mesa:
        propias = [pru.muestra(d) for d in PERSONAS[:2]]
        otras = [pru.muestra(d, nit_procesa=pru.NIT_OTRO) for d in PERSONAS[2:]]
        versiones = [pru.muestra(d) for d in VERSIONES]
        await pru.cargar(mesa, [*PERSONAS, *VERSIONES], [*propias, *otras, *versiones])
        await mesa.presupuestar(10_000_000_000)
        yield mesa


async def reconocidos(mesa: Mesa) -> dict[str, list[tuple[int, int, str]]]:
    """Records, pesos and state of the recognitions of each payee, oldest first."""
    filas = await mesa.consultar(
        "SELECT nit, registros, valor_centavos / 100 AS pesos, estado FROM reconocimiento "
        "ORDER BY orden, created_at, id"
    )
    hallados: dict[str, list[tuple[int, int, str]]] = {}
    for f in filas:
        hallados.setdefault(f["nit"], []).append((f["registros"], f["pesos"], f["estado"]))
    return hallados


async def pagos(mesa: Mesa, radicacion_id: UUID) -> list[tuple[int, str, str, int]]:
    """(row, part, payee, pesos) as the trace of a submission has them."""
    filas = await mesa.consultar(
        "SELECT p.fila, p.concepto, c.nit, p.valor_centavos / 100 AS pesos FROM registro_pago p "
        "JOIN reconocimiento c ON c.id = p.reconocimiento_id "
        "WHERE p.radicacion_id = :id ORDER BY p.fila, p.concepto",
        id=radicacion_id,
    )
    return [(f["fila"], f["concepto"], f["nit"], f["pesos"]) for f in filas]


def otro_laboratorio(documento: str, **cambios: str) -> Fila:
    return pru.prueba(
        documento, hab_procesa=pru.codigo_de(pru.NIT_OTRO), nit_procesa=pru.NIT_OTRO, **cambios
    )


async def test_parts_of_rows_add_up_in_one_recognition_per_payee(pruebas: Mesa) -> None:
    una, dos, tres = PERSONAS[:3]
    registros = await pruebas.resolver(
        Rol.IPS,
        pru.NIT_TOMA,
        pru.prueba(una, consecutivo="1"),
        pru.prueba(dos, consecutivo="2", valor_toma="0", valor_procesa="200000"),
        otro_laboratorio(tres, consecutivo="3"),
    )
    assert [r["estado"] for r in registros] == ["RECONOCIDO"] * 3
    original = registros[0]["radicacion_id"]
    assert await pagos(pruebas, original) == [
        (1, "procesamiento", pru.NIT_PROCESA, 140_000),
        (1, "toma", pru.NIT_TOMA, 60_000),
        (2, "procesamiento", pru.NIT_PROCESA, 200_000),
        (3, "procesamiento", pru.NIT_OTRO, 140_000),
        (3, "toma", pru.NIT_TOMA, 60_000),
    ]
    assert await reconocidos(pruebas) == {
        pru.NIT_TOMA: [(2, 120_000, "RECONOCIDO")],
        pru.NIT_PROCESA: [(2, 340_000, "RECONOCIDO")],
        pru.NIT_OTRO: [(1, 140_000, "RECONOCIDO")],
    }

    # A record is as far as the last of its payees: nobody gave an account of either.
    ordenadora = Usuario("ordenadora", frozenset({Rol.ORDENADOR}))
    (toma,) = await pruebas.consultar(
        "SELECT id FROM reconocimiento WHERE nit = :nit", nit=pru.NIT_TOMA
    )
    uow, reloj = pruebas.entorno.uow, pruebas.entorno.reloj
    await aprobar([toma["id"]], usuario=ordenadora, uow=uow, reloj=reloj)
    assert (await reconocidos(pruebas))[pru.NIT_TOMA][0][2] == "ESPERA_CUENTA"
    assert [r["estado"] for r in await pruebas.registros(original)] == ["RECONOCIDO"] * 3

    # The first one costs less: its payees are owed less, the third one and its payee stay.
    (corregido,) = await pruebas.resolver(
        Rol.IPS,
        pru.NIT_TOMA,
        pru.prueba(una, valor_toma="50000", valor_procesa="100000", valor_total="150000"),
        corrige=original,
        subsana=[Subsana(1, original, 1)],
    )
    assert (corregido["estado"], corregido["version"]) == ("RECONOCIDO", 2)
    assert corregido["subsana_id"] == registros[0]["id"]
    ahora = await pruebas.registros(original)
    assert [r["vigente"] for r in ahora] == [False, True, True]
    assert await reconocidos(pruebas) == {
        pru.NIT_TOMA: [(2, 120_000, "ANULADO"), (2, 110_000, "RECONOCIDO")],
        pru.NIT_PROCESA: [(2, 340_000, "ANULADO"), (2, 300_000, "RECONOCIDO")],
        pru.NIT_OTRO: [(1, 140_000, "RECONOCIDO")],
    }
    # The rows that stay go on with the recognition that took the place of theirs.
    assert [r["estado"] for r in ahora] == ["ANULADO", "RECONOCIDO", "RECONOCIDO"]
    sumas = await pruebas.consultar(
        "SELECT c.valor_centavos, sum(p.valor_centavos)::bigint AS suma FROM reconocimiento c "
        "JOIN registro_pago p ON p.reconocimiento_id = c.id "
        "JOIN registro g ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila "
        "WHERE g.vigente GROUP BY c.id"
    )
    assert len(sumas) == 3
    assert all(s["valor_centavos"] == s["suma"] for s in sumas)


async def test_a_row_is_as_far_as_what_still_pays_its_payee(pruebas: Mesa) -> None:
    """What a correction added of a payee is taken back first, whoever's row goes."""
    una, dos = VERSIONES[:2]
    sin_pagar = otro_laboratorio(dos, consecutivo="2")
    original = (await pruebas.resolver(Rol.IPS, pru.NIT_TOMA, pru.prueba(una), sin_pagar))[0]
    assert original["estado"] == "RECONOCIDO"
    cual = original["radicacion_id"]
    corrige = {"corrige": cual, "subsana": [Subsana(1, cual, 2)]}
    (segundo,) = await pruebas.resolver(Rol.IPS, pru.NIT_TOMA, pru.prueba(dos), **corrige)
    assert segundo["estado"] == "RECONOCIDO"
    corrige = {"corrige": cual, "subsana": [Subsana(1, cual, 1)]}
    (quitado,) = await pruebas.resolver(Rol.IPS, pru.NIT_TOMA, otro_laboratorio(una), **corrige)
    assert quitado["estado"] == "GLOSADO"
    vivos = await pruebas.consultar(
        "SELECT nit, valor_centavos / 100 AS pesos FROM reconocimiento "
        "WHERE solicitud_id = :id AND estado <> 'ANULADO' ORDER BY pesos",
        id=cual,
    )
    assert [tuple(v.values()) for v in vivos] == [
        (pru.NIT_TOMA, 60_000),
        (pru.NIT_PROCESA, 140_000),
    ]
    (ahora,) = await pruebas.registros(segundo["radicacion_id"])
    assert ahora["estado"] == "RECONOCIDO"


async def test_two_corrections_of_a_solicitud_at_once_add_up(
    pruebas: Mesa, monkeypatch: pytest.MonkeyPatch
) -> None:
    una, dos = VERSIONES[2:]
    filas = [pru.prueba(d, consecutivo=str(n)) for n, d in enumerate((una, dos), 1)]
    original = (await pruebas.resolver(Rol.IPS, pru.NIT_TOMA, *filas))[0]["radicacion_id"]
    menos = {"valor_toma": "50000", "valor_procesa": "100000", "valor_total": "150000"}
    correcciones = [
        await pruebas.radicar(
            Rol.IPS,
            pru.NIT_TOMA,
            pru.prueba(documento, **menos),
            corrige=original,
            subsana=[Subsana(1, original, fila)],
        )
        for fila, documento in enumerate((una, dos), 1)
    ]
    vale_ahora, calculan = RegistroRepository.vale_ahora, asyncio.Barrier(2)

    async def a_la_vez(self: RegistroRepository, *de: Any) -> tuple[int, int]:
        vale = await vale_ahora(self, *de)
        with suppress(TimeoutError, asyncio.BrokenBarrierError):
            await asyncio.wait_for(calculan.wait(), 0.5)
        return vale

    monkeypatch.setattr(RegistroRepository, "vale_ahora", a_la_vez)
    await asyncio.gather(*(pruebas.procesar(c) for c in correcciones))
    vivos = await pruebas.consultar(
        "SELECT nit, valor_centavos / 100 AS pesos FROM reconocimiento "
        "WHERE solicitud_id = :id AND estado <> 'ANULADO' ORDER BY pesos",
        id=original,
    )
    assert [tuple(v.values()) for v in vivos] == [
        (pru.NIT_TOMA, 100_000),
        (pru.NIT_PROCESA, 200_000),
    ]


@pytest.fixture(scope="module")
async def talento(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("personas")
    async with mesa_vacia(TALENTO_HUMANO, postgres, plantilla, datos, ths.EN_VENTANA) as mesa:
        await ths.cargar(mesa, TRABAJADORES, [ths.NIT_IPS, ths.ips(1)])
        await mesa.presupuestar(10_000_000_000)
        yield mesa


async def girar(mesa: Mesa, documento: str) -> None:
    """Account checked, approved, ordered, paid by the bank."""
    uow, reloj = mesa.entorno.uow, mesa.entorno.reloj
    (r,) = await mesa.consultar(
        "SELECT id, cuenta_id FROM reconocimiento WHERE nit = :nit", nit=documento
    )
    tesorera = Usuario("tesorera", frozenset({Rol.TESORERIA}))
    async with uow.begin() as tx:
        await verificar_cuenta(tx, r["cuenta_id"], usuario=tesorera, reloj=reloj)
    ordenadora = Usuario("ordenadora", frozenset({Rol.ORDENADOR}))
    await aprobar([r["id"]], usuario=ordenadora, uow=uow, reloj=reloj)
    (giro,) = await mesa.consultar(
        "SELECT g.id_giro, g.valor_centavos FROM giro g "
        "JOIN giro_reconocimiento d ON d.giro_id = g.id WHERE d.reconocimiento_id = :id",
        id=r["id"],
    )
    respuesta = GiroRespondido(
        id_giro=giro["id_giro"],
        estado=EstadoRespuesta.APLICADO,
        fecha=reloj.hoy(),
        valor=a_decimal(giro["valor_centavos"]),
    )
    async with uow.begin() as tx:
        await responder(tx, respuesta, reloj=reloj)


async def test_each_person_is_paid_in_the_account_of_their_row(talento: Mesa) -> None:
    await talento.recaudar(10_000_000_000)
    ana, luis, sin_cuenta = TRABAJADORES
    registros = await talento.resolver(
        Rol.IPS,
        ths.NIT_IPS,
        ths.reporte(ana),
        ths.reporte(luis),
        ths.reporte(sin_cuenta, codigo_banco="", tipo_producto="", numero_producto=""),
        ths.reporte(ana),
    )
    assert [r["estado"] for r in registros] == [*["RECONOCIDO"] * 3, "DUPLICADO"]
    assert registros[3]["gana_id"] == registros[0]["id"]
    personas = await talento.consultar(
        "SELECT c.tipo_documento, c.nit, c.nombre, c.entidad, b.numero_producto, b.titular_nit "
        "FROM reconocimiento c LEFT JOIN cuenta_bancaria b ON b.id = c.cuenta_id ORDER BY c.nit"
    )
    nombre = "LUIS FELIPE PRUEBA DOS"
    assert [tuple(p.values()) for p in personas] == [
        ("CC", ana, nombre, ths.NIT_IPS, f"77{ana[-8:]}", ana),
        ("CC", luis, nombre, ths.NIT_IPS, f"77{luis[-8:]}", luis),
        ("CC", sin_cuenta, nombre, ths.NIT_IPS, None, None),
    ]

    await girar(talento, ana)
    assert [r["estado"] for r in await talento.registros(registros[0]["radicacion_id"])] == [
        "PAGADO",  # as this mechanism publishes it
        "RECONOCIDO",
        "RECONOCIDO",
        "DUPLICADO",
    ]


async def test_a_record_is_explained_with_the_history_that_decided_it(talento: Mesa) -> None:
    """Whatever became of the winner later."""
    luis = TRABAJADORES[1]
    (repetido,) = await talento.resolver(Rol.IPS, ths.ips(1), ths.reporte(luis, ths.ips(1)))
    assert repetido["estado"] == "DUPLICADO"
    antes = await explicacion(repetido["id"], talento.ctx, entidad=ths.ips(1))
    await girar(talento, luis)
    despues = await explicacion(repetido["id"], talento.ctx, entidad=ths.ips(1))
    assert despues == antes
    (regla,) = (r for r in antes["reglas"] if r["codigo"] == "THS-15")
    assert regla["veredicto"] == "incumple"
    assert antes["gana_id"] == repetido["gana_id"]


async def test_what_was_paid_and_is_corrected_to_nothing_is_to_be_given_back(
    talento: Mesa,
) -> None:
    ana, luis = TRABAJADORES[:2]
    (pagado,) = await talento.consultar(
        "SELECT radicacion_id FROM reconocimiento WHERE nit = :nit", nit=ana
    )
    original = pagado["radicacion_id"]
    (corregido,) = await talento.resolver(
        Rol.IPS,
        ths.NIT_IPS,
        ths.reporte(ana, codigo_perfil="P07"),  # not theirs
        corrige=original,
        subsana=[Subsana(1, original, 1)],
    )
    assert (corregido["estado"], corregido["version"]) == ("EN_CORRECCION", 2)
    assert "THS-15" not in corregido["codigos"]
    expedientes = await talento.consultar(
        "SELECT c.nit, c.estado, i.capital_centavos, i.estado AS expediente FROM reintegro i "
        "JOIN reconocimiento c ON c.id = i.reconocimiento_id"
    )
    assert [tuple(e.values()) for e in expedientes] == [
        (ana, "EN_REINTEGRO", ths.VALOR_ENFERMERIA, "HALLAZGO")
    ]
    (ajeno,) = await talento.consultar(
        "SELECT estado FROM reconocimiento WHERE nit = :nit", nit=luis
    )
    assert ajeno["estado"] == "GIRADO"


async def test_every_column_that_history_is_looked_up_by_has_an_index(talento: Mesa) -> None:
    indices = await talento.consultar(
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'registro' AND indexdef LIKE '%datos%'"
    )
    por_mes = "periodo"  # what is settled is asked by month
    assert len(indices) == len(CON_INDICE) + 1
    for columna in (*CON_INDICE, por_mes):
        assert any(f"'{columna}'" in i["indexdef"] for i in indices)
