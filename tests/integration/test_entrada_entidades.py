"""Who submits what: EPS, IPS, laboratories, entidades territoriales and the INS, each its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion.radicante import radicante_de
from shared.seguridad import Rol, nit_de
from tests.support.ventanilla import (
    EN_VENTANA,
    EPS,
    HAB_IPS,
    LUNES,
    NIT_EPS,
    NIT_IPS,
    NIT_PROCESA,
    NIT_TOMA,
    Ventanilla,
    prestador,
    prueba,
    reporte,
    sobre,
    ventanilla,
)

NIT_ET = "890900286"
NIT_INS = "899999403"


@pytest.fixture(scope="module")
async def caja(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ventanilla]:
    async with ventanilla(postgres, plantilla, tmp_path_factory.mktemp("entidades")) as abierta:
        yield abierta


@pytest.mark.parametrize(
    ("rol", "entidad", "nit"),
    [
        (Rol.EPS, EPS, NIT_EPS),
        (Rol.IPS, NIT_TOMA, NIT_TOMA),
        (Rol.LABORATORIO, NIT_PROCESA, NIT_PROCESA),
    ],
)
async def test_pruebas_is_submitted_by_eps_ips_and_laboratories(
    caja: Ventanilla, rol: Rol, entidad: str, nit: str
) -> None:
    caja.en(LUNES)
    aceptada = await caja.radicar("pruebas", rol, entidad, prueba(), solicitud=sobre(nit))
    assert aceptada.status_code == 202, aceptada.text
    (guardada,) = await caja.consultar(
        "SELECT entidad, nit, periodo FROM radicacion WHERE id = :id", id=aceptada.json()["id"]
    )
    assert guardada == {"entidad": entidad, "nit": nit, "periodo": None}


async def test_an_eps_answers_with_its_own_nit(caja: Ventanilla) -> None:
    caja.en(LUNES)
    ajena = await caja.radicar("pruebas", Rol.EPS, EPS, prueba(), solicitud=sobre(NIT_TOMA))
    assert (ajena.status_code, ajena.json()["codigo"]) == (403, "radicacion.entidad_ajena")
    assert EPS in ajena.json()["detail"]


async def test_where_the_table_has_no_nit_the_check_digit_is_enough(caja: Ventanilla) -> None:
    caja.en(LUNES)
    assert nit_de("CCF007") is None
    aceptada = await caja.radicar(
        "pruebas", Rol.EPS, "CCF007", prueba(codigo_eps="CCF007"), solicitud=sobre("890480110")
    )
    assert aceptada.status_code == 202, aceptada.text


def test_rules_know_who_submits_by_nit_or_by_code() -> None:
    assert radicante_de("EPS010") == {"nit": None, "eps": "EPS010"}
    assert radicante_de(NIT_TOMA) == {"nit": NIT_TOMA, "eps": None}


@pytest.mark.parametrize("rol", [Rol.TERRITORIAL, Rol.INS])
async def test_others_do_not_submit_tests(caja: Ventanilla, rol: Rol) -> None:
    negada = await caja.radicar("pruebas", rol, NIT_ET, prueba(), solicitud=sobre(NIT_ET))
    assert (negada.status_code, negada.json()["codigo"]) == (403, "seguridad.prohibido")


TERRITORIAL = {
    "reportante_tipo": "ET",
    "reportante_codigo": "05",
    "reportante_nit": NIT_ET,
}
DEL_INS = {
    "reportante_tipo": "INS",
    "reportante_codigo": "INS",
    "reportante_nit": NIT_INS,
    "codigo_departamento": "",
}


@pytest.mark.parametrize(
    ("rol", "cambios"),
    [
        (Rol.IPS, {}),
        (Rol.TERRITORIAL, TERRITORIAL),
        (Rol.TERRITORIAL, TERRITORIAL | {"reportante_codigo": "05001"}),
        (Rol.INS, DEL_INS),
    ],
)
async def test_workers_are_reported_by_ips_territory_and_ins(
    caja: Ventanilla, rol: Rol, cambios: dict[str, Any]
) -> None:
    caja.en(EN_VENTANA)
    fila = reporte(**cambios)
    nit = fila["reportante_nit"]
    aceptada = await caja.radicar("talento-humano", rol, nit, fila, solicitud=sobre(nit))
    assert aceptada.status_code == 202, aceptada.text


@pytest.mark.parametrize(
    ("rol", "cambios", "dice"),
    [
        (Rol.IPS, {"reportante_codigo": "0500100199"}, "no está en REPS"),
        (Rol.IPS, {"reportante_codigo": "0500100202"}, "otro NIT"),
        (Rol.TERRITORIAL, TERRITORIAL | {"reportante_codigo": "04"}, "DIVIPOLA"),
        (Rol.IPS, DEL_INS | {"reportante_nit": NIT_IPS}, "no es de esa clase"),
        (Rol.TERRITORIAL, {"reportante_nit": NIT_ET}, "no es de esa clase"),
    ],
)
async def test_an_unknown_reporter_is_refused_with_its_rule(
    caja: Ventanilla, rol: Rol, cambios: dict[str, Any], dice: str
) -> None:
    caja.en(EN_VENTANA)
    await caja.cargar(
        "reps_prestadores",
        [prestador(HAB_IPS, NIT_IPS), prestador("0500100202", NIT_TOMA)],
        date(2020, 8, 1),
    )
    fila = reporte(**cambios)
    nit = fila["reportante_nit"]
    negada = await caja.radicar("talento-humano", rol, nit, fila, solicitud=sobre(nit))
    cuerpo = negada.json()
    assert (negada.status_code, cuerpo["codigo"]) == (422, "radicacion.reportante_desconocido")
    assert cuerpo["regla"] == "THS-01"
    assert dice in cuerpo["detail"]


async def test_the_reporter_of_the_rows_is_that_of_the_envelope(caja: Ventanilla) -> None:
    caja.en(EN_VENTANA)
    ajena = reporte(numero_documento="1000000002", reportante_nit=NIT_TOMA)
    negada = await caja.radicar(
        "talento-humano", Rol.IPS, NIT_IPS, reporte(), ajena, solicitud=sobre(NIT_IPS)
    )
    cuerpo = negada.json()
    assert (negada.status_code, cuerpo["codigo"]) == (422, "radicacion.metadatos_no_coinciden")
    assert "reportante_nit" in cuerpo["detail"]


async def test_one_file_is_of_one_reporter(caja: Ventanilla) -> None:
    caja.en(EN_VENTANA)
    otra = reporte(numero_documento="1000000002", reportante_codigo="0500100202")
    negada = await caja.radicar(
        "talento-humano", Rol.IPS, NIT_IPS, reporte(), otra, solicitud=sobre(NIT_IPS)
    )
    assert negada.json()["codigo"] == "radicacion.metadatos_no_coinciden"


async def test_reps_of_the_day_is_the_one_asked(caja: Ventanilla) -> None:
    caja.en(EN_VENTANA)
    nuevo = prestador("0500100303", NIT_PROCESA)
    await caja.cargar("reps_prestadores", [nuevo], date(2020, 9, 15))
    fila = reporte(reportante_codigo="0500100303", reportante_nit=NIT_PROCESA)

    async def radicar() -> int:
        respuesta = await caja.radicar(
            "talento-humano", Rol.IPS, NIT_PROCESA, fila, solicitud=sobre(NIT_PROCESA)
        )
        return respuesta.status_code

    assert await radicar() == 422
    caja.en(EN_VENTANA.replace(day=16))
    assert await radicar() == 202


async def test_the_envelope_asks_only_for_what_the_mechanism_needs(caja: Ventanilla) -> None:
    caja.en(LUNES)
    documento = (await caja.cliente(Rol.IPS, NIT_TOMA).get("/pruebas/openapi.json")).json()
    cuerpo = documento["paths"]["/v1/radicaciones"]["post"]["requestBody"]["content"]
    assert cuerpo["application/json"]["schema"]["properties"]["solicitud"]["required"] == [
        "nit",
        "dv",
    ]
    de_mas = await caja.radicar(
        "pruebas", Rol.IPS, NIT_TOMA, prueba(), solicitud=sobre(NIT_TOMA, apodo="x")
    )
    assert (de_mas.status_code, de_mas.json()["codigo"]) == (
        422,
        "radicacion.solicitud_incompleta",
    )
