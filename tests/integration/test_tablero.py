"""The universe of the service: every case in one state at every step, and whose it is."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from services.compensacion_rs.mecanismo import MECANISMO
from shared.cli.app import app
from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion.evaluacion import evaluar_archivo
from shared.radicacion.trabajador import Oficio
from shared.radicacion.trabajador import correr as trabajar
from shared.seguridad import Rol, Usuario, emitir_token
from shared.tablero import service
from shared.tablero.errors import SinCorrida
from shared.tablero.model import Corrida, EstadoCorrida, PorEstado, estados_de, universo_de
from shared.tablero.repository import FiltroCasos, armado
from shared.tablero.service import (
    INTERVALO,
    TRABAJO_UNIVERSO,
    atender_universo,
    casos_de,
    correr_universo,
    encolar_universo,
    estado_del_universo,
    pedir_universo,
)
from shared.tipos import EntradaInvalida
from shared.web.mecanismo import crear_app
from tests.support import compensacion as cet
from tests.support.anticipo import leer_csv
from tests.support.casos import RAIZ
from tests.support.mesa import Mesa, mesa_vacia

ESTADOS = estados_de(universo_de(MECANISMO))
OTRAS = ("ESS207", "ESS118", "EPSS34", "EPSS40", "CCF055", "ESS091")
CASAS = {
    1: [cet.EPS] * 3,
    2: [cet.EPS] * 2,
    3: [cet.OTRA_EPS] * 2,
    4: [cet.EPS],
    5: [cet.EPS],
    **{10 + i: [eps] for i, eps in enumerate(OTRAS)},
}
CASOS = RAIZ / "dominio" / "casos" / "compensacion_rs"
MAL_CONTACTO = {"celular": "", "correo": ""}


@pytest.fixture(scope="module")
async def mesa(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("tablero")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, cet.LUNES) as mesa:
        await cet.cargar(mesa, CASAS)
        await mesa.presupuestar(100 * cet.VALOR)
        await mesa.recaudar(100 * cet.VALOR)
        yield mesa


async def correr(mesa: Mesa) -> Corrida:
    """A run, which always adds up and has every case once."""
    corrida = await correr_universo(mesa.ctx)
    assert corrida.estado is EstadoCorrida.TERMINADA, corrida.motivo
    assert tuple(p.estado for p in corrida.resumen) == ESTADOS
    assert corrida.casos == sum(map(len, CASAS.values()))
    return corrida


async def estados(mesa: Mesa, *documentos: str) -> list[str]:
    """States of those people after a run."""
    casos = casos_de(await correr(mesa), mesa.ctx)
    filas = casos.pagina(FiltroCasos(), None, 500)
    por_documento = {f["numero_documento"]: f["estado"] for f in filas}
    return [por_documento[d] for d in documentos]


def cliente(mesa: Mesa, rol: Rol, entidad: str | None = None) -> httpx.AsyncClient:
    usuario = Usuario(f"{rol}-{entidad}", frozenset({rol}), entidad)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=crear_app(MECANISMO, mesa.entorno)),
        base_url="http://cet",
        headers={"Authorization": f"Bearer {emitir_token(mesa.entorno.ajustes, usuario)}"},
    )


async def ver(mesa: Mesa, ruta: str, rol: Rol, entidad: str | None = None, **q: Any) -> Any:
    respuesta = await cliente(mesa, rol, entidad).get(ruta, params=q)
    assert respuesta.is_success, respuesta.text
    return respuesta.json()


def suma(resumen: Sequence[PorEstado]) -> Counter[str]:
    return Counter({p.estado: p.casos for p in resumen if p.casos})


async def test_un_caso_va_de_nunca_entregado_a_pagado_y_mueve_a_los_suyos(mesa: Mesa) -> None:
    nucleo = [cet.persona(1, quien) for quien in (1, 2, 3)]
    with pytest.raises(SinCorrida):
        async with mesa.ctx.uow.begin() as tx:
            await estado_del_universo(tx, mesa.ctx)
    assert await estados(mesa, *nucleo) == ["NUNCA_ENTREGADO"] * 3

    envio = await cet.entregar(mesa, cet.EPS, cet.candidato(nucleo[0]))
    assert await estados(mesa, *nucleo) == ["EN_REVISION_ADRES", *["NUNCA_ENTREGADO"] * 2]

    await mesa.procesar(envio)
    esperan = ["EN_VALIDACION_BANCARIA", *["NUCLEO_VALIDACION_BANCARIA"] * 2]
    assert await estados(mesa, *nucleo) == esperan

    await cet.pagar(mesa)
    assert await estados(mesa, *nucleo) == ["PAGADO", *["EN_NUCLEO_PAGADO"] * 2]
    pagado = next(p for p in (await correr(mesa)).resumen if p.estado == "PAGADO")
    assert (pagado.casos, pagado.valor_centavos) == (1, cet.VALOR)
    propio = await ver(mesa, "/v1/tablero-eps", Rol.EPS, cet.EPS)
    fila = propio["filas"][0]
    assert (fila["nucleos_pagados"], fila["pagado"], fila["sin_registro"]) == (1, "204820.00", 2)


async def test_lo_devuelto_se_corrige_a_tiempo_tarde_o_espera(mesa: Mesa) -> None:
    a_tiempo, tarde, espera = cet.persona(2), cet.persona(4), cet.persona(5)
    no_pasa_forma = cet.persona(2, 2)
    devueltos = [a_tiempo, tarde, espera, no_pasa_forma]
    malas = [cet.candidato(d, consecutivo=str(i), **MAL_CONTACTO) for i, d in enumerate(devueltos)]
    malas[-1]["aislamiento_fin"] = "2020-01-01"
    await mesa.procesar(await cet.entregar(mesa, cet.EPS, *malas))
    assert await estados(mesa, *devueltos) == ["EN_CORRECCION_EPS"] * 4
    mesa.en(cet.LUNES + timedelta(days=14))
    envio = await cet.entregar(mesa, cet.EPS, cet.candidato(a_tiempo))
    assert await estados(mesa, a_tiempo) == ["EN_REVISION_ADRES"]
    await mesa.procesar(envio)
    mesa.en(cet.LUNES + timedelta(days=21))
    await mesa.procesar(await cet.entregar(mesa, cet.EPS, cet.candidato(tarde)))
    mesa.en(cet.LUNES + timedelta(days=30))
    assert await estados(mesa, *devueltos) == [
        *["EN_VALIDACION_BANCARIA"] * 2,
        "EN_CORRECCION_EPS",
        "NUCLEO_VALIDACION_BANCARIA",  # what becomes of its núcleo outranks its own defects
    ]
    tablero = await ver(mesa, "/v1/tablero-eps", Rol.EPS, cet.EPS)
    fila = tablero["filas"][0]
    correcciones = ("devoluciones", "corregidas_a_tiempo", "corregidas_tarde", "en_espera")
    assert [fila[c] for c in correcciones] == [4, 1, 1, 2]
    assert (fila["espera_mediana_dias"], fila["espera_desde"]) == (30, "2021-03-01")
    assert fila["a_tiempo_porcentaje"] == "25.00"
    mas = await ver(mesa, "/v1/tablero-eps", Rol.EPS, cet.EPS, plazo_dias=21)
    assert mas["filas"][0]["corregidas_a_tiempo"] == 2


async def test_el_resumen_suma_el_universo_y_cita_los_cortes(mesa: Mesa) -> None:
    corrida = await correr(mesa)
    visto = await ver(mesa, "/v1/universo/resumen", Rol.OPERADOR)
    assert [e["estado"] for e in visto["estados"]] == list(ESTADOS)
    assert visto["suma"] == visto["universo"] == corrida.casos
    assert visto["sin_clasificar"] == 0
    assert {c["registro"] for c in visto["cortes"]} == {"bdua", "segcovid"}
    assert visto["alerta"] is None
    suyo = await ver(mesa, "/v1/universo/resumen", Rol.EPS, cet.OTRA_EPS)
    assert suyo["universo"] == 2


async def test_una_eps_nunca_ve_lo_de_otra(mesa: Mesa) -> None:
    await correr(mesa)
    ajenos = [cet.persona(casa, q) for casa in (1, 2, 4, 5) for q in (1, 2, 3)]
    propios = [cet.persona(3, quien) for quien in (1, 2)]
    http = cliente(mesa, Rol.EPS, "ESSC24")  # the code that it has in the other regime
    rutas = (
        "/v1/universo",
        "/v1/universo/resumen",
        "/v1/universo.csv",
        "/v1/universo/por-entregar.csv",
        "/v1/tablero-eps",
        f"/v1/universo?eps={cet.EPS}",
        f"/v1/universo.csv?eps={cet.EPS}",
    )
    for ruta in rutas:
        respuesta = await http.get(ruta)
        assert respuesta.is_success, ruta
        assert not [d for d in ajenos if d in respuesta.text], ruta
        assert cet.EPS not in respuesta.text, ruta
        assert "Asmet" not in respuesta.text, ruta
    assert (await http.get(f"/v1/universo?eps={cet.EPS}")).json()["datos"] == []
    suyos = (await http.get("/v1/universo")).json()["datos"]
    assert [c["numero_documento"] for c in suyos] == propios
    tablero = (await http.get("/v1/tablero-eps")).json()
    assert [f["eps"] for f in tablero["filas"]] == [cet.OTRA_EPS]
    assert tablero["totales"] is None
    assert tablero["demas"]["nunca_entregados_porcentaje"]["cuantas"] == 7
    libro = load_workbook(BytesIO((await http.get("/v1/tablero-eps.xlsx")).content))
    celdas = {str(c.value) for p in libro.worksheets for f in p.iter_rows() for c in f}
    assert cet.OTRA_EPS in celdas
    assert not celdas & {cet.EPS, "Asmet Salud EPS", *OTRAS}


async def test_quien_no_es_la_eps_ve_los_documentos_enmascarados(mesa: Mesa) -> None:
    await correr(mesa)
    for rol in (Rol.OPERADOR, Rol.AUDITOR):
        respuesta = await cliente(mesa, rol).get("/v1/universo.csv")
        lector = csv.DictReader(io.StringIO(respuesta.content.decode("utf-8-sig")))
        documentos = {fila["numero_documento"] for fila in lector}
        assert documentos == {f"…{quien:03d}" for quien in (1, 2, 3)}
        pagina = await ver(mesa, "/v1/universo", rol)
        assert {c["numero_documento"] for c in pagina["datos"]} == documentos
    respuesta = await cliente(mesa, Rol.IPS, "900100101").get("/v1/universo")
    assert respuesta.status_code == 403
    respuesta = await cliente(mesa, Rol.OPERADOR).get("/v1/universo/por-entregar.csv")
    assert respuesta.status_code == 403


async def test_los_casos_se_paginan_y_se_filtran(mesa: Mesa) -> None:
    await correr(mesa)
    vistos: list[str] = []
    cursor: str | None = None
    while True:
        extra = {} if cursor is None else {"cursor": cursor}
        pagina = await ver(mesa, "/v1/universo", Rol.OPERADOR, limite=5, **extra)
        vistos += [c["id_caso"] for c in pagina["datos"]]
        cursor = pagina["siguiente"]
        if cursor is None:
            break
    assert vistos == sorted(set(vistos))
    assert len(vistos) == sum(map(len, CASAS.values()))
    filtro = {"estado": "NUNCA_ENTREGADO", "eps": "ESSC07", "desde": "2020-10-05"}
    pagina = await ver(mesa, "/v1/universo", Rol.OPERADOR, **filtro)
    assert [c["eps"] for c in pagina["datos"]] == ["ESS207"]
    pagina = await ver(mesa, "/v1/universo", Rol.OPERADOR, desde="2020-10-06")
    assert pagina["datos"] == []


async def test_la_eps_descarga_lo_que_no_ha_entregado_y_asi_lo_entrega(mesa: Mesa) -> None:
    await correr(mesa)
    http = cliente(mesa, Rol.EPS, "ESS207")
    texto = (await http.get("/v1/universo/por-entregar.csv")).content.decode("utf-8-sig")
    lector = csv.DictReader(io.StringIO(texto))
    assert lector.fieldnames == [c.nombre for c in MECANISMO.esquema.campos]
    filas = list(lector)
    documento = cet.persona(10)
    assert [f["numero_documento"] for f in filas] == [documento]
    assert filas[0]["fecha_confirmacion"] == "2020-10-05"
    libro = load_workbook(BytesIO((await http.get("/v1/universo/por-entregar.xlsx")).content))
    assert libro.worksheets[0].max_row == 2

    conocido = {c: v for c, v in filas[0].items() if v}
    completa = cet.candidato(documento, "ESS207") | conocido
    await mesa.procesar(await cet.entregar(mesa, "ESS207", completa))
    assert await estados(mesa, documento) == ["EN_VALIDACION_BANCARIA"]
    texto = (await http.get("/v1/universo/por-entregar.csv")).text
    assert documento not in texto


async def test_el_tablero_del_operador_suma_el_universo(mesa: Mesa) -> None:
    corrida = await correr(mesa)
    tablero = await ver(mesa, "/v1/tablero-eps", Rol.AUDITOR)
    total = tablero["totales"]
    assert total["universo"] == sum(f["universo"] for f in tablero["filas"]) == corrida.casos
    assert Counter(total["por_estado"]) == suma(corrida.resumen)
    assert {f["eps"] for f in tablero["filas"]} == {cet.EPS, cet.OTRA_EPS, *OTRAS}
    assert tablero["clasificadas"] == len(tablero["filas"])


async def test_una_corrida_se_encola_sola_solo_si_algo_cambio(mesa: Mesa) -> None:
    ctx = mesa.ctx

    async def toca() -> bool:
        """Whether the sweep would queue one now; nothing stays in the queue."""
        async with ctx.uow.begin() as tx:
            encolada = await encolar_universo(tx, ctx)
            await tx.rollback()
        return encolada

    primera = await correr(mesa)
    despues = mesa.entorno.reloj.ahora() + INTERVALO
    mesa.en(despues)
    assert not await toca()
    assert await correr(mesa) == primera

    nuevo = cet.candidato(cet.persona(3), cet.OTRA_EPS)
    await mesa.procesar(await cet.entregar(mesa, cet.OTRA_EPS, nuevo))
    assert await toca()
    segunda = await correr(mesa)
    assert segunda.id != primera.id
    await cet.ordenar(mesa)
    assert not await toca()  # too soon
    mesa.en(despues + INTERVALO)
    assert await toca()
    await correr(mesa)

    await mesa.cargar("rnec", [{"numero_documento": "1", "cod_error": "0"}], date(2021, 3, 1))
    mesa.en(despues + 2 * INTERVALO)
    assert await toca()


async def en_cola(mesa: Mesa) -> list[str]:
    """Mechanisms whose universe waits for a run, or has one going on."""
    filas = await mesa.consultar(
        "SELECT convert_from(payload, 'UTF8') AS carga FROM pgqueuer WHERE entrypoint = :t",
        t=TRABAJO_UNIVERSO,
    )
    return [f["carga"] for f in filas]


async def test_espera_a_lo_mas_una_y_el_trabajador_la_atiende(mesa: Mesa) -> None:
    ctx = mesa.ctx
    respuesta = await cliente(mesa, Rol.OPERADOR).post("/v1/universo/corridas")
    assert (respuesta.status_code, respuesta.json()) == (202, {"encolada": True})
    async with ctx.uow.begin() as tx:
        assert not await pedir_universo(tx, ctx)
    assert await en_cola(mesa) == ["compensacion_rs"]
    await mesa.cargar("rnec", [{"numero_documento": "4", "cod_error": "0"}], date(2021, 3, 4))
    antes = await correr(mesa)
    await mesa.cargar("rnec", [{"numero_documento": "5", "cod_error": "0"}], date(2021, 3, 5))
    parar = asyncio.Event()
    oficio = Oficio(TRABAJO_UNIVERSO, atender_universo, encolar_universo)
    trabajador = asyncio.create_task(
        trabajar(mesa.entorno.ajustes, {MECANISMO.nombre: MECANISMO}, oficios=[oficio], parar=parar)
    )
    for _ in range(600):
        if not await en_cola(mesa):
            break
        await asyncio.sleep(0.05)
    parar.set()
    await trabajador
    async with ctx.uow.begin() as tx:
        ahora = await estado_del_universo(tx, ctx)
    assert ahora.corrida.id != antes.id
    assert ahora.fallida is None


async def test_una_corrida_que_no_suma_se_guarda_y_se_avisa(
    mesa: Mesa, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    buena = await correr(mesa)
    await mesa.cargar("rnec", [{"numero_documento": "2", "cod_error": "0"}], date(2021, 3, 2))
    contar = armado.contar

    def con_un_ajeno(con: Any) -> Any:
        contados, casos, personas = contar(con)
        return contados | {"OTRO": (1, 0)}, casos, personas

    monkeypatch.setattr(armado, "contar", con_un_ajeno)
    fallida = await correr_universo(mesa.ctx)
    assert fallida.estado is EstadoCorrida.FALLIDA
    assert "SIN_CLASIFICAR = 1" in str(fallida.motivo)
    assert "SIN_CLASIFICAR = 1" in caplog.text
    visto = await ver(mesa, "/v1/universo/resumen", Rol.OPERADOR)
    assert (visto["corrida_id"], visto["suma"]) == (str(buena.id), buena.casos)
    assert "SIN_CLASIFICAR = 1" in visto["alerta"]["motivo"]
    monkeypatch.undo()
    assert (await correr(mesa)).id not in (buena.id, fallida.id)


async def test_los_archivos_de_corridas_viejas_se_borran(
    mesa: Mesa, monkeypatch: pytest.MonkeyPatch
) -> None:
    await correr(mesa)
    monkeypatch.setattr(service, "MARGEN", timedelta(seconds=-5))
    monkeypatch.setattr(service, "CORRIDAS_CON_ARCHIVO", 1)
    await mesa.cargar("rnec", [{"numero_documento": "3", "cod_error": "0"}], date(2021, 3, 3))
    ultima = await correr(mesa)
    carpeta = mesa.ctx.almacen.datos / "universo" / "compensacion_rs"
    assert archivos(carpeta) == {ultima.sha256, ultima.sha256_devoluciones}


def archivos(carpeta: Path) -> set[str]:
    return {ruta.stem for ruta in carpeta.iterdir()}


# The command ----------------------------------------------------------------------------------


def mandar(*argumentos: str) -> dict[str, Any]:
    """What ``mecanismos tablero compensacion_rs`` prints with ``--json``."""
    hecho = CliRunner().invoke(app, ["tablero", "compensacion_rs", *argumentos, "--json"])
    if hecho.exception is not None:
        raise hecho.exception
    impreso: dict[str, Any] = json.loads(hecho.stdout)
    return impreso


async def test_el_mandato_muestra_lo_mismo_que_el_servicio(
    mesa: Mesa, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrida = await correr(mesa)
    motor = mesa.entorno.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", motor)
    monkeypatch.setenv("MECANISMOS_DATOS", str(mesa.entorno.ajustes.datos))
    impreso = await asyncio.to_thread(mandar)
    servido = await ver(mesa, "/v1/tablero-eps", Rol.OPERADOR)
    assert impreso["totales"]["universo"] == corrida.casos
    assert impreso["totales"]["por_estado"] == servido["totales"]["por_estado"]


def test_sin_servidor_sale_de_lo_que_dejo_evaluar(tmp_path: Path) -> None:
    salida, libro = tmp_path / "salida", tmp_path / "tablero.xlsx"
    evaluar_archivo(MECANISMO, CASOS / "entrada.csv", CASOS, salida, fecha=date(2021, 2, 26))
    de_carpeta = ("--evaluacion", str(salida), "--cortes", str(CASOS))
    impreso = mandar(*de_carpeta, "--xlsx", str(libro))
    esperado = Counter(f["estado"] for f in leer_csv(CASOS / "esperado_universo.csv"))
    assert impreso["totales"]["por_estado"] == {e: esperado[e] for e in ESTADOS}
    assert impreso["totales"]["pagado"] is None  # what was paid before is not said there
    assert libro.is_file()
    with pytest.raises(EntradaInvalida, match=r"universo\.parquet"):
        mandar("--evaluacion", str(CASOS), "--cortes", str(CASOS))
