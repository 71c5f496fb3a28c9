"""Who sees what: an entity its own rows and nobody else's, each role its own routes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.embebido.postgres import PostgresEmbebido
from shared.seguridad import ROLES_ENTIDAD, Rol
from tests.support.anticipo import (
    NADIE,
    NIT,
    OTRO_NIT,
    PDF,
    RADICACIONES,
    Preparada,
    Suite,
    a_csv,
    sobre,
    un_dia,
)

REGISTROS = "/anticipo-uci/v1/registros"
RECONOCIMIENTOS = "/anticipo-uci/v1/reconocimientos"
APPS = ("anticipo-uci", "operaciones", "tesoreria")


@pytest.fixture(scope="module")
async def suite(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Suite]:
    preparada = await Preparada.unica(postgres, plantilla, tmp_path_factory.mktemp("preparada"))
    async with preparada.copia(tmp_path_factory.mktemp("alcance")) as suite:
        await suite.presupuestar(aforo=100_000_000)
        yield suite


@pytest.fixture(scope="module")
async def ajena(suite: Suite) -> dict[str, Any]:
    """A processed submission of the first clinic, with one of its records and recognitions."""
    ips = suite.ips()
    vista = await ips.resolver([un_dia(1), un_dia(5)])
    registros = await ips.registros(vista["id"])
    (reconocimiento,) = (await ips.ver(RECONOCIMIENTOS))["datos"]
    return {
        "id": vista["id"],
        "registro": registros[0]["id"],
        "reconocimiento": reconocimiento["id"],
    }


@pytest.mark.parametrize("rol", [Rol.IPS, Rol.LABORATORIO])
async def test_another_entity_gets_404_everywhere(
    suite: Suite, ajena: dict[str, Any], rol: Rol
) -> None:
    otra = suite.persona(rol, "otra", OTRO_NIT)
    propia = f"{RADICACIONES}/{ajena['id']}"
    rutas = [propia, f"{REGISTROS}/{ajena['registro']}/explicacion"]
    rutas += [f"{propia}/{r}" for r in ("archivo", "registros", "hallazgos", "saldo")]
    rutas += [f"{propia}/hallazgos.{f}" for f in ("json", "csv", "xlsx")]
    rutas += [f"{RECONOCIMIENTOS}/{ajena['reconocimiento']}"]
    for ruta in rutas:
        respuesta = await otra.http.get(ruta)
        assert respuesta.status_code == 404, ruta
        assert respuesta.headers["content-type"] == "application/problem+json"
        # The same as for what does not exist: an identifier tells nothing.
        nada = await otra.http.get(
            ruta.replace(ajena["id"], str(NADIE))
            .replace(ajena["registro"], str(NADIE))
            .replace(ajena["reconocimiento"], str(NADIE))
        )
        assert nada.json()["codigo"] == respuesta.json()["codigo"]
    assert (await otra.ver(RADICACIONES))["datos"] == []
    assert (await otra.ver(RECONOCIMIENTOS))["datos"] == []
    resumen = await otra.ver("/anticipo-uci/v1/resumen")
    assert (resumen["por_estado"], resumen["por_causal"]) == ([], {})


async def test_another_entity_cannot_act_on_it(suite: Suite, ajena: dict[str, Any]) -> None:
    otra = suite.ips(OTRO_NIT)
    corregida = await otra.radicar([un_dia(1, nit=OTRO_NIT)], sobre(OTRO_NIT), corrige=ajena["id"])
    assert corregida.status_code == 404
    cuenta = {"codigo_banco": "1007", "tipo_producto": "AHORROS"}
    cuenta |= {"numero_producto": "99999", "titular_nit": OTRO_NIT}
    propio = f"{RECONOCIMIENTOS}/{ajena['reconocimiento']}"
    assert (await otra.http.post(f"{propio}/cuenta", json=cuenta)).status_code == 404
    soporte = {"documento": ("soporte.pdf", PDF)}
    entregada = await otra.http.post(
        f"{propio}/legalizacion", files=soporte, data={"soportado": "1"}
    )
    assert entregada.status_code == 404
    (cuentas,) = await suite.consultar("SELECT count(*) AS n FROM cuenta_bancaria")
    assert cuentas["n"] == 1


async def test_the_owner_and_the_back_office_see_it(suite: Suite, ajena: dict[str, Any]) -> None:
    propia = f"{RADICACIONES}/{ajena['id']}"
    for quien in (suite.ips(), suite.persona(Rol.AUDITOR), suite.persona(Rol.OPERADOR)):
        assert (await quien.ver(propia))["id"] == ajena["id"]
        assert len(await quien.registros(ajena["id"])) == 2
        explicado = await quien.ver(f"{REGISTROS}/{ajena['registro']}/explicacion")
        assert explicado["radicacion_id"] == ajena["id"]
        assert [r["id"] for r in (await quien.ver(RADICACIONES))["datos"]] == [ajena["id"]]


async def test_every_route_wants_a_token_that_can_be_trusted(suite: Suite) -> None:
    ajeno = suite.cliente("no.es.token")
    for app in APPS:
        rutas = suite.rutas(app)
        assert rutas
        for metodo, ruta in rutas:
            for quien in (suite.cliente(), ajeno):
                respuesta = await quien.request(metodo, ruta)
                assert respuesta.status_code == 401, (metodo, ruta)
                assert respuesta.headers["www-authenticate"].startswith("Bearer")
                assert respuesta.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("rol", sorted(set(Rol) - {Rol.IPS}))
async def test_only_an_ips_submits(suite: Suite, rol: Rol) -> None:
    entidad = ("EPS037" if rol is Rol.EPS else NIT) if rol in ROLES_ENTIDAD else None
    quien = suite.persona(rol, entidad=entidad)
    antes = suite.crudos()
    contenido = a_csv([un_dia(2)])
    for pedido in (
        quien.radicar(contenido),
        quien.radicar(contenido, simular=True),
        quien.radicar(contenido, corrige=str(NADIE)),
    ):
        respuesta = await pedido
        assert (respuesta.status_code, respuesta.json()["codigo"]) == (403, "seguridad.prohibido")
    filas = json.dumps({"solicitud": sobre(), "filas": [un_dia(2)]})
    respuesta = await quien.http.post(
        RADICACIONES, content=filas, headers={"Content-Type": "application/json"}
    )
    assert respuesta.status_code == 403
    # Refused before anything is read: there is nothing to keep.
    assert suite.crudos() == antes


async def test_entities_have_no_business_in_the_back_office(suite: Suite) -> None:
    entidades = [suite.ips(), suite.persona(Rol.EPS, entidad="EPS037")]
    for app in ("operaciones", "tesoreria"):
        for metodo, ruta in suite.rutas(app):
            for quien in entidades:
                respuesta = await quien.http.request(metodo, ruta)
                assert respuesta.status_code == 403, (metodo, ruta)
