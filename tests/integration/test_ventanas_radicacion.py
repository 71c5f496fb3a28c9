"""Windows at intake: weekly for the EPS, once for talento humano, and the acts that open others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion.errors import VentanaCerrada
from shared.radicacion.parametros import parametros_en
from shared.seguridad import Rol
from shared.tipos import BOGOTA
from tests.support import talento_humano as ths
from tests.support.mesa import mesa_vacia
from tests.support.ventanilla import (
    EPS,
    LUNES,
    NIT_EPS,
    NIT_IPS,
    NIT_PROCESA,
    NIT_TOMA,
    Ventanilla,
    prueba,
    reporte,
    sobre,
    ventanilla,
)

OPERACIONES = "/operaciones/v1/ventanas"
EN_NOVIEMBRE = datetime(2020, 11, 10, 9, tzinfo=BOGOTA)


@pytest.fixture(scope="module")
async def caja(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ventanilla]:
    async with ventanilla(postgres, plantilla, tmp_path_factory.mktemp("ventanas")) as abierta:
        yield abierta


async def radicar_pruebas(caja: Ventanilla, rol: Rol, entidad: str, nit: str) -> httpx.Response:
    return await caja.radicar("pruebas", rol, entidad, prueba(), solicitud=sobre(nit))


async def reportar(caja: Ventanilla) -> httpx.Response:
    return await caja.radicar(
        "talento-humano", Rol.IPS, NIT_IPS, reporte(), solicitud=sobre(NIT_IPS)
    )


async def fijar(caja: Ventanilla, camino: str, desde: datetime, hasta: datetime) -> httpx.Response:
    cuerpo = {"desde": desde.isoformat(), "hasta": hasta.isoformat(), "acto": "Circular 60"}
    return await caja.cliente(Rol.ORDENADOR).put(f"{OPERACIONES}/{camino}", json=cuerpo)


def problema(respuesta: httpx.Response) -> dict[str, Any]:
    cuerpo: dict[str, Any] = respuesta.json()
    assert (respuesta.status_code, cuerpo["codigo"]) == (409, "radicacion.ventana_cerrada")
    return cuerpo


async def test_an_eps_files_in_the_first_business_days_of_the_week(caja: Ventanilla) -> None:
    caja.en(LUNES.replace(day=7, hour=23))
    assert (await radicar_pruebas(caja, Rol.EPS, EPS, NIT_EPS)).status_code == 202

    # Monday the 12th is a holiday: the next window opens on Tuesday.
    caja.en(LUNES.replace(day=8, hour=0))
    cerrada = problema(await radicar_pruebas(caja, Rol.EPS, EPS, NIT_EPS))
    assert cerrada["regla"] == "PRU-01"
    assert cerrada["proxima"].startswith("2020-10-13")
    assert "La próxima ventana abre el 2020-10-13 y cierra el 2020-10-15" in cerrada["detail"]

    caja.en(LUNES.replace(day=12))
    problema(await radicar_pruebas(caja, Rol.EPS, EPS, NIT_EPS))
    caja.en(LUNES.replace(day=15))
    assert (await radicar_pruebas(caja, Rol.EPS, EPS, NIT_EPS)).status_code == 202


@pytest.mark.parametrize(("rol", "nit"), [(Rol.IPS, NIT_TOMA), (Rol.LABORATORIO, NIT_PROCESA)])
async def test_the_others_file_any_day(caja: Ventanilla, rol: Rol, nit: str) -> None:
    caja.en(LUNES.replace(day=10))
    assert (await radicar_pruebas(caja, rol, nit, nit)).status_code == 202


async def test_an_act_opens_another_day_to_the_eps(caja: Ventanilla) -> None:
    sabado = LUNES.replace(day=24)
    caja.en(sabado)
    problema(await radicar_pruebas(caja, Rol.EPS, EPS, NIT_EPS))
    abierta = await fijar(caja, "pruebas", sabado - timedelta(hours=1), sabado + timedelta(hours=1))
    assert (abierta.status_code, abierta.json()["periodo"]) == (200, None)
    assert (await radicar_pruebas(caja, Rol.EPS, EPS, NIT_EPS)).status_code == 202
    fijadas = (await caja.cliente(Rol.AUDITOR).get(f"{OPERACIONES}/pruebas")).json()
    assert [v["acto"] for v in fijadas] == ["Circular 60"]

    vistas = (await caja.cliente(Rol.EPS, EPS).get("/pruebas/v1/ventanas")).json()
    assert [v["abierta"] for v in vistas] == [False, True, False, False]


async def test_an_act_with_the_same_first_day_shortens_the_week(caja: Ventanilla) -> None:
    martes = LUNES.replace(month=11, day=3, hour=0)
    caja.en(martes + timedelta(days=1))
    await fijar(caja, "pruebas", martes, martes + timedelta(hours=20))
    cerrada = problema(await radicar_pruebas(caja, Rol.EPS, EPS, NIT_EPS))
    assert cerrada["proxima"].startswith("2020-11-09")


async def test_workers_are_reported_once_and_acts_reopen(caja: Ventanilla) -> None:
    for fuera in (datetime(2020, 7, 16, 23, tzinfo=BOGOTA), EN_NOVIEMBRE):
        caja.en(fuera)
        cerrada = problema(await reportar(caja))
        assert cerrada["regla"] == "THS-02"
        assert "entre el 2020-07-17 y el 2020-09-30" in cerrada["detail"]
    assert cerrada["proxima"] is None
    assert "No hay otra ventana prevista" in cerrada["detail"]

    caja.en(datetime(2020, 9, 30, 23, 59, tzinfo=BOGOTA))
    aceptada = await reportar(caja)
    assert aceptada.status_code == 202, aceptada.text

    caja.en(EN_NOVIEMBRE)
    dias = timedelta(days=5)
    assert (
        await fijar(caja, "talento-humano", EN_NOVIEMBRE - dias, EN_NOVIEMBRE + dias)
    ).status_code == 200
    assert (await reportar(caja)).status_code == 202


async def test_when_it_has_closed_only_what_was_returned_comes_in(
    postgres: PostgresEmbebido, plantilla: str, tmp_path: Path
) -> None:
    devuelta, nueva = "1000000001", "1000000002"
    async with mesa_vacia(TALENTO_HUMANO, postgres, plantilla, tmp_path, ths.EN_VENTANA) as mesa:
        await ths.cargar(mesa, [devuelta, nueva])
        mala = ths.reporte(devuelta, primer_apellido="OTRO")
        ilegible = ths.reporte(devuelta, numero_documento="x")
        id_ = await mesa.radicar(Rol.IPS, ths.NIT_IPS, mala, ilegible)
        await mesa.procesar(id_)
        assert {r["estado"] for r in await mesa.registros(id_)} == {"EN_CORRECCION"}

        mesa.en(EN_NOVIEMBRE)
        with pytest.raises(VentanaCerrada, match="Este mecanismo se radica"):
            await mesa.radicar(Rol.IPS, ths.NIT_IPS, ths.reporte(nueva))
        with pytest.raises(VentanaCerrada, match=r"filas 2, 3") as cerrada:
            await mesa.radicar(
                Rol.IPS,
                ths.NIT_IPS,
                *(ths.reporte(d) for d in (devuelta, nueva, "1000000003")),
                corrige=id_,
            )
        assert cerrada.value.extra["regla"] == "THS-02"
        # One of the two that were returned could not be read: whoever it was, it is mended.
        await mesa.radicar(
            Rol.IPS, ths.NIT_IPS, ths.reporte(devuelta), ths.reporte(nueva), corrige=id_
        )


@pytest.mark.parametrize(
    ("camino", "dice"),
    [
        ("talento-humano/2020-09", "no son de un periodo"),
        ("anticipo-uci", "cada ventana es de un periodo"),
    ],
)
async def test_a_window_is_fixed_as_the_mechanism_has_them(
    caja: Ventanilla, camino: str, dice: str
) -> None:
    respuesta = await fijar(caja, camino, LUNES, LUNES + timedelta(days=1))
    assert respuesta.status_code == 422
    assert dice in respuesta.json()["detail"]


async def test_an_option_is_fixed_by_act_and_read_by_whoever_is_inside(caja: Ventanilla) -> None:
    caja.en(LUNES)
    ruta = "/operaciones/v1/parametros/pruebas"
    cuerpo = {"valor": "RECORTE", "desde": "2020-10-06", "acto": "Circular 61"}
    ordenadora = caja.cliente(Rol.ORDENADOR)
    fijado = await ordenadora.post(f"{ruta}/politica_exceso", json=cuerpo)
    assert fijado.status_code == 201, fijado.text
    repetido = await ordenadora.post(f"{ruta}/politica_exceso", json=cuerpo)
    assert repetido.json()["codigo"] == "radicacion.parametro_ya_fijado"
    for nombre, valor in (("politica_exceso", "OTRA"), ("otro", "RECORTE")):
        negado = await ordenadora.post(f"{ruta}/{nombre}", json=cuerpo | {"valor": valor})
        assert negado.status_code == 422
    vistos = {o["nombre"]: o for o in (await caja.cliente(Rol.AUDITOR).get(ruta)).json()}
    visto = vistos["politica_exceso"]
    assert (visto["valores"], visto["rango"]) == (["GLOSA", "RECORTE"], None)
    assert visto["fijados"] == [cuerpo]
    async with caja.entorno.uow.begin() as tx:
        vigentes = [
            (await parametros_en(tx, PRUEBAS, date(2020, 10, dia)))["politica_exceso"]
            for dia in (5, 6)
        ]
    assert vigentes == ["GLOSA", "RECORTE"]


async def test_an_option_that_is_a_number_takes_those_of_its_range(caja: Ventanilla) -> None:
    caja.en(LUNES)
    ruta = "/operaciones/v1/parametros/compensacion_rs"
    cuerpo = {"valor": "010", "desde": "2020-10-06", "acto": "Circular 62"}
    ordenadora = caja.cliente(Rol.ORDENADOR)
    for valor in ("0", "31", "-1", "diez", "7.5"):
        negado = await ordenadora.post(f"{ruta}/dias_aislamiento", json=cuerpo | {"valor": valor})
        assert negado.status_code == 422
        assert "un número entero del 1 al 30" in negado.json()["detail"]
    fijado = await ordenadora.post(f"{ruta}/dias_aislamiento", json=cuerpo)
    assert fijado.json()["valor"] == "10", fijado.text
    vistos = {o["nombre"]: o for o in (await caja.cliente(Rol.AUDITOR).get(ruta)).json()}
    propio = vistos["dias_aislamiento"]
    assert (propio["rango"], propio["admite"]) == ([1, 30], "un número entero del 1 al 30")
    assert propio["fijados"][0]["valor"] == "10"
    assert vistos["redondeo"]["rango"] is None
