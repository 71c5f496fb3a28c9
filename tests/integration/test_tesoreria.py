"""Treasury: from the giro event to the answer event, on real PostgreSQL and the real broker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.tesoreria import consumidor, service
from services.tesoreria.app import crear_app
from services.tesoreria.banco import AjustesBanco, BancoAutomatico
from services.tesoreria.errors import OrdenDistinta, RespuestaDistinta
from services.tesoreria.model import EstadoOrden, NuevaRespuesta
from shared.db import Ajustes, UnitOfWork
from shared.eventos import Evento, publicar, relevo
from shared.eventos.temas import GIROS
from shared.giros.model import EstadoRespuesta
from shared.giros.schemas import GiroOrdenado
from shared.seguridad import Rol, Usuario, emitir_token
from shared.tipos import BOGOTA, EntradaInvalida, RelojFijo
from shared.web.entorno import Entorno
from tests.support.infra import BaseDePrueba

APLICADO, DEVUELTO = EstadoRespuesta.APLICADO, EstadoRespuesta.DEVUELTO


def giro(numero: int = 1, **cambios: Any) -> GiroOrdenado:
    datos = {
        "id_giro": f"G{numero:023d}",
        "id_giro_origen": None,
        "lote": "L1",
        "vigencia": 2020,
        "nit_beneficiario": "900123456",
        "nombre_beneficiario": "Clínica de Prueba S.A.S.",
        "codigo_banco": "1007",
        "tipo_producto": "AHORROS",
        "numero_producto": "12345678901",
        "valor": "86521.50",
        "fecha_orden": date(2020, 7, 1),
        "concepto": "Anticipo UCI",
        "referencia": "R1",
    }
    return GiroOrdenado.model_validate(datos | cambios)


def evento(datos: GiroOrdenado) -> Evento:
    return Evento(
        tipo="giro.ordenado.v1",
        tema=GIROS,
        clave=datos.nit_beneficiario,
        sujeto=str(uuid4()),
        mecanismo="anticipo_uci",
        datos=datos,
    )


@pytest.fixture
def reloj() -> RelojFijo:
    return RelojFijo(datetime(2020, 7, 3, 9, tzinfo=BOGOTA))


async def recibir(uow: UnitOfWork, reloj: RelojFijo, *giros: GiroOrdenado) -> None:
    for datos in giros:
        async with uow.begin() as tx:
            sobre = evento(datos).sobre(reloj.ahora())
            await service.recibir(tx, sobre, datos, reloj=reloj)


async def publicados(uow: UnitOfWork) -> list[dict[str, Any]]:
    async with uow.begin() as tx:
        filas = await tx.execute(
            text(
                "SELECT CAST(sobre AS text) FROM bandeja_salida "
                "WHERE tema = 'mecanismos.respuestas-giro.v1' ORDER BY orden"
            )
        )
        return [json.loads(sobre)["data"] for sobre in filas.scalars()]


@pytest.fixture
async def responder(uow: UnitOfWork, reloj: RelojFijo) -> Any:
    await recibir(uow, reloj, giro())
    return partial(service.responder, giro().id_giro, por="tesorera", uow=uow, reloj=reloj)


async def test_the_answer_moves_the_row_and_publishes_in_one_commit(
    uow: UnitOfWork, responder: Any
) -> None:
    recibida = await responder(NuevaRespuesta(APLICADO, referencia_banco="B9"))
    assert recibida.estado is EstadoOrden.RESPONDIDA
    assert await publicados(uow) == [
        {
            "id_giro": giro().id_giro,
            "estado": "APLICADO",
            "codigo": None,
            "fecha": "2020-07-03",
            "valor": "86521.50",
            "moneda": "COP",
            "referencia_banco": "B9",
        }
    ]


async def test_repeating_the_answer_changes_nothing_even_another_day(
    uow: UnitOfWork, responder: Any, reloj: RelojFijo
) -> None:
    primera = await responder(NuevaRespuesta(DEVUELTO, "R03"))
    reloj.avanzar(timedelta(days=2))
    assert await responder(NuevaRespuesta(DEVUELTO, "R03")) == primera
    assert len(await publicados(uow)) == 1


async def test_of_many_equal_answers_at_once_one_is_published(
    uow: UnitOfWork, responder: Any
) -> None:
    await asyncio.gather(*(responder(NuevaRespuesta(APLICADO)) for _ in range(8)))
    assert len(await publicados(uow)) == 1


@pytest.mark.parametrize(("dias", "se_puede"), [(15, True), (16, False)])
async def test_an_applied_giro_may_come_back_within_fifteen_days(
    uow: UnitOfWork, responder: Any, reloj: RelojFijo, dias: int, se_puede: bool
) -> None:
    await responder(NuevaRespuesta(APLICADO))
    reloj.avanzar(timedelta(days=dias))
    devolucion = NuevaRespuesta(DEVUELTO, "R23")
    if se_puede:
        assert (await responder(devolucion)).respuesta.codigo == "R23"
    else:
        with pytest.raises(RespuestaDistinta, match="15 días"):
            await responder(devolucion)
    assert len(await publicados(uow)) == 1 + se_puede
    async with uow.begin() as tx:  # both answers stay, with who gave them
        historia = await tx.execute(text("SELECT respondida_por FROM respuesta_tesoreria"))
        assert historia.scalars().all() == ["tesorera"] * (1 + se_puede)


@pytest.mark.parametrize(
    ("primera", "segunda"),
    [
        (NuevaRespuesta(DEVUELTO, "R03"), NuevaRespuesta(DEVUELTO, "R04")),
        (NuevaRespuesta(DEVUELTO, "R03"), NuevaRespuesta(APLICADO)),
        (
            NuevaRespuesta(APLICADO),
            NuevaRespuesta(EstadoRespuesta.RECHAZADO_FORMATO, "D17"),
        ),
    ],
)
async def test_another_answer_is_refused(
    uow: UnitOfWork, responder: Any, primera: NuevaRespuesta, segunda: NuevaRespuesta
) -> None:
    await responder(primera)
    with pytest.raises(RespuestaDistinta):
        await responder(segunda)
    assert len(await publicados(uow)) == 1


@pytest.mark.parametrize("fecha", [date(2020, 6, 30), date(2020, 7, 4)])
async def test_an_answer_before_the_order_or_from_the_future_is_refused(
    responder: Any, fecha: date
) -> None:
    with pytest.raises(EntradaInvalida, match="entre la de la orden"):
        await responder(NuevaRespuesta(APLICADO, fecha=fecha))


@pytest.mark.parametrize(
    ("resultado", "codigo"),
    [
        (APLICADO, "R03"),
        (DEVUELTO, None),
        (DEVUELTO, "D17"),
        (EstadoRespuesta.RECHAZADO_FORMATO, "R03"),
        (EstadoRespuesta.PENDIENTE, None),
    ],
)
def test_each_result_takes_its_own_codes(resultado: EstadoRespuesta, codigo: str | None) -> None:
    with pytest.raises(EntradaInvalida):
        NuevaRespuesta(resultado, codigo)


async def test_the_same_order_again_is_ignored_and_another_under_its_id_refused(
    uow: UnitOfWork, reloj: RelojFijo
) -> None:
    await recibir(uow, reloj, giro(), giro())
    with pytest.raises(OrdenDistinta):
        await recibir(uow, reloj, giro(valor="86521.51"))
    assert len(await service.list_ordenes(uow=uow, limite=10)) == 1


async def test_the_automatic_bank_returns_one_of_each_four_and_pays_retries(
    uow: UnitOfWork, reloj: RelojFijo
) -> None:
    banco = BancoAutomatico(reloj)
    await recibir(uow, reloj, *(giro(n) for n in range(1, 4)))
    await banco.atender(uow)
    await recibir(uow, reloj, *(giro(n) for n in range(4, 9)))
    await recibir(uow, reloj, giro(99, id_giro_origen=giro(4).id_giro))
    await banco.atender(uow)
    await banco.atender(uow)
    devueltos = [r["id_giro"] for r in await publicados(uow) if r["estado"] == "DEVUELTO"]
    assert devueltos == [giro(4).id_giro, giro(8).id_giro]
    assert len(await publicados(uow)) == 9


async def test_the_automatic_bank_is_refused_outside_development(base: BaseDePrueba) -> None:
    ajustes = Ajustes(database_url=base.dsn_servicio, kafka="x:1", entorno="produccion")
    with pytest.raises(EntradaInvalida, match="solo se admite en desarrollo"):
        await consumidor.correr(ajustes, AjustesBanco(activo=True))


async def test_from_the_giro_event_to_the_answer_event(
    base: BaseDePrueba, uow: UnitOfWork, kafka: str
) -> None:
    """The whole process, with relay, broker and automatic bank; a repeat changes nothing."""
    ajustes = Ajustes(
        database_url=base.dsn_servicio, kafka=kafka, kafka_en_memoria=True, entorno="desarrollo"
    )
    hoy = ajustes.reloj().hoy()
    giros = [giro(n, id_giro=uuid4().hex[:24], fecha_orden=hoy) for n in range(6)]
    propios = {g.id_giro for g in giros}
    parar = asyncio.Event()
    async with asyncio.TaskGroup() as procesos:
        procesos.create_task(relevo.correr(ajustes, parar=parar))
        procesos.create_task(consumidor.correr(ajustes, AjustesBanco(activo=True), parar=parar))
        async with uow.begin() as tx:
            await publicar(tx, [evento(g) for g in [*giros, giros[0]]], reloj=ajustes.reloj())
        try:
            for _ in range(300):
                if len(await respondidos(uow, propios)) >= 6:
                    break
                await asyncio.sleep(0.1)
            await asyncio.sleep(1)
        finally:
            parar.set()
    assert sorted(await respondidos(uow, propios)) == sorted(propios)


async def respondidos(uow: UnitOfWork, propios: set[str]) -> list[str]:
    """Of the giros of this test (the broker is shared), those answered, with repeats if any."""
    return [r["id_giro"] for r in await publicados(uow) if r["id_giro"] in propios]


CLAVE = "clave-de-pruebas-de-mas-de-treinta-y-dos"


@pytest.fixture
async def cliente(base: BaseDePrueba) -> AsyncIterator[Any]:
    """``await cliente(rol, metodo, ruta, …)``: a request as somebody with that role."""
    ajustes = Ajustes(database_url=base.dsn_servicio, entorno="desarrollo", jwt_clave=CLAVE)
    app = crear_app(Entorno(ajustes))
    transporte = httpx.ASGITransport(app)

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transporte, base_url="http://tesoreria") as http,
    ):

        async def pedir(rol: Rol, metodo: str, ruta: str, **resto: Any) -> httpx.Response:
            entidad = "900123456" if rol is Rol.IPS else None
            token = emitir_token(ajustes, Usuario("u1", frozenset({rol}), entidad))
            cabeceras = {"Authorization": f"Bearer {token}"}
            return await http.request(metodo, ruta, headers=cabeceras, **resto)

        yield pedir


async def test_treasury_answers_and_the_auditor_reads_masked(
    uow: UnitOfWork, reloj: RelojFijo, cliente: Any
) -> None:
    await recibir(uow, reloj, *(giro(n) for n in range(1, 6)))
    ruta = f"/v1/ordenes/{giro(1).id_giro}"
    respuesta = await cliente(
        Rol.TESORERIA, "POST", f"{ruta}/respuestas", json={"resultado": "DEVUELTO", "codigo": "R03"}
    )
    assert respuesta.status_code == 200
    assert respuesta.json()["respuesta"]["codigo"] == "R03"
    assert respuesta.json()["numero_producto"] == "12345678901"
    visto = (await cliente(Rol.AUDITOR, "GET", ruta)).json()
    assert (visto["estado"], visto["numero_producto"]) == ("RESPONDIDA", "…901")

    recorridos: list[str] = []
    parametros = {"estado": "RECIBIDA", "limite": 2}
    while True:
        pagina = (await cliente(Rol.AUDITOR, "GET", "/v1/ordenes", params=parametros)).json()
        recorridos += [orden["id_giro"] for orden in pagina["datos"]]
        if pagina["siguiente"] is None:
            break
        parametros["cursor"] = pagina["siguiente"]
    assert recorridos == [giro(n).id_giro for n in range(2, 6)]


@pytest.mark.parametrize(
    ("rol", "metodo", "camino", "cuerpo", "estado", "codigo"),
    [
        (Rol.AUDITOR, "POST", "{id}/respuestas", {"resultado": "APLICADO"}, 403, "seguridad.pro"),
        (Rol.IPS, "GET", "{id}", None, 403, "seguridad.prohibido"),
        (Rol.OPERADOR, "GET", "", None, 403, "seguridad.prohibido"),
        (Rol.TESORERIA, "GET", "nada", None, 404, "tesoreria.orden_no_existe"),
        (Rol.TESORERIA, "GET", "%00", None, 422, "entrada.invalida"),
        (Rol.TESORERIA, "POST", "nada/respuestas", {"resultado": "APLICADO"}, 404, "tesoreria."),
        (Rol.TESORERIA, "POST", "{id}/respuestas", {"resultado": "DEVUELTO"}, 422, "entrada."),
        (Rol.TESORERIA, "POST", "{id}/respuestas", {"resultado": "PERDIDO"}, 422, "entrada."),
        (Rol.TESORERIA, "POST", "{id}/respuestas", {}, 422, "entrada.invalida"),
    ],
)
async def test_refusals_are_problems_in_spanish(
    *,
    uow: UnitOfWork,
    reloj: RelojFijo,
    cliente: Any,
    rol: Rol,
    metodo: str,
    camino: str,
    cuerpo: Any,
    estado: int,
    codigo: str,
) -> None:
    await recibir(uow, reloj, giro())
    ruta = f"/v1/ordenes/{camino.format(id=giro().id_giro)}".rstrip("/")
    respuesta = await cliente(rol, metodo, ruta, json=cuerpo)
    assert respuesta.status_code == estado
    assert respuesta.headers["content-type"] == "application/problem+json"
    assert respuesta.json()["codigo"].startswith(codigo)
    assert await publicados(uow) == []


async def test_another_answer_over_http_is_a_conflict(
    uow: UnitOfWork, reloj: RelojFijo, cliente: Any
) -> None:
    await recibir(uow, reloj, giro())
    ruta = f"/v1/ordenes/{giro().id_giro}/respuestas"
    for cuerpo, estado in (
        ({"resultado": "DEVUELTO", "codigo": "R03"}, 200),
        ({"resultado": "DEVUELTO", "codigo": "R03"}, 200),
        ({"resultado": "APLICADO"}, 409),
    ):
        respuesta = await cliente(Rol.TESORERIA, "POST", ruta, json=cuerpo)
        assert respuesta.status_code == estado
    assert respuesta.json()["codigo"] == "tesoreria.respuesta_distinta"


async def test_the_service_role_cannot_alter_an_order_or_an_answer(
    uow: UnitOfWork, responder: Any
) -> None:
    await responder(NuevaRespuesta(APLICADO))
    for sentencia in (
        "UPDATE orden_tesoreria SET valor_centavos = 1",
        "UPDATE orden_tesoreria SET numero_producto = '0'",
        "DELETE FROM orden_tesoreria",
        "UPDATE respuesta_tesoreria SET codigo = 'R03'",
        "DELETE FROM respuesta_tesoreria",
        "UPDATE bandeja_salida SET sobre = '{}'",
        "DELETE FROM bandeja_salida",
        "DELETE FROM bandeja_entrada",
    ):
        await _rechazada(uow, sentencia)


async def _rechazada(uow: UnitOfWork, sentencia: str) -> None:
    async def intentar() -> None:
        async with uow.begin() as tx:
            await tx.execute(text(sentencia))

    with pytest.raises(Exception, match="permission denied"):
        await intentar()
