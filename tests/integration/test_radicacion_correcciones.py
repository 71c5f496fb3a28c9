"""Corrections: a version speaks for the whole solicitud, and pays or takes back a difference."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion.model import EstadoRadicacion
from shared.radicacion.repository import RadicacionRepository
from shared.seguridad import Rol
from shared.tipos import BOGOTA, a_decimal, pesos
from tests.support.anticipo import (
    AHORA,
    LINEA,
    OPERACIONES,
    RADICACIONES,
    Preparada,
    Suite,
    sobre,
    un_dia,
)

CAMA = 456_482


@pytest.fixture(scope="module")
async def preparada(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> Preparada:
    return await Preparada.unica(postgres, plantilla, tmp_path_factory.mktemp("preparada"))


@pytest.fixture
async def suite(preparada: Preparada, tmp_path: Path) -> AsyncIterator[Suite]:
    async with preparada.copia(tmp_path / "datos") as suite:
        await suite.presupuestar(aforo=50_000_000, recaudo=50_000_000)
        yield suite


def camas(numero: int) -> str:
    return a_decimal(pesos(numero * CAMA))


async def saldo(suite: Suite, radicacion_id: str) -> tuple[str, str, str]:
    dado = await suite.ips().ver(f"{RADICACIONES}/{radicacion_id}/saldo")
    assert (dado["moneda"], dado["saldo_por_cruzar"]) == ("COP", "0.00")
    return dado["reconocido"], dado["girado"], dado["pendiente"]


async def reconocimientos(suite: Suite) -> list[tuple[str, str]]:
    """Value and state, in order."""
    pagina = await suite.ips().ver("/anticipo-uci/v1/reconocimientos")
    return [(r["valor"], r["estado"]) for r in pagina["datos"]]


async def pagar(suite: Suite) -> None:
    """Approve and pay whatever is recognised."""
    pagina = await suite.persona(Rol.OPERADOR).ver(
        f"{OPERACIONES}/reconocimientos", estado="RECONOCIDO"
    )
    for giro in await suite.girar(*(r["id"] for r in pagina["datos"])):
        await suite.responder(giro, "APLICADO")


async def test_a_solicitud_from_its_first_version_to_a_reintegro(suite: Suite) -> None:
    """8 beds → 4 before paying → 8 after paying 4 → 2 after paying all."""
    ips = suite.ips()
    # 5 February has no daily report: it comes back to be corrected.
    v1 = await ips.resolver([un_dia(1, 8), un_dia(5)])
    assert (v1["version"], v1["anterior_id"], v1["solicitud_id"]) == (1, None, v1["id"])
    assert await saldo(suite, v1["id"]) == (camas(8), "0.00", camas(8))

    # Before payment the smaller amount replaces the greater one. Its own earlier version is not
    # history: 1 February does not fail ANT-16.
    v2 = await ips.resolver([un_dia(1, 4)], corrige=v1["id"])
    assert (v2["version"], v2["anterior_id"], v2["solicitud_id"]) == (2, v1["id"], v1["id"])
    assert v2["resumen"]["por_causal"] == {}
    assert await saldo(suite, v1["id"]) == (camas(4), "0.00", camas(4))
    assert await reconocimientos(suite) == [(camas(8), "ANULADO"), (camas(4), "RECONOCIDO")]
    assert {r["vigente"] for r in await ips.registros(v1["id"])} == {False}
    assert [(r["estado"], r["vigente"]) for r in await ips.registros(v2["id"])] == [
        ("RECONOCIDO", True)
    ]
    resumen = await ips.ver("/anticipo-uci/v1/resumen")
    assert [(e["estado"], e["registros"]) for e in resumen["por_estado"]] == [("RECONOCIDO", 1)]

    # After payment a greater amount pays the difference.
    await pagar(suite)
    assert await saldo(suite, v2["id"]) == (camas(4), camas(4), "0.00")
    v3 = await ips.resolver([un_dia(1, 8)], corrige=v2["id"])
    assert await saldo(suite, v3["id"]) == (camas(8), camas(4), camas(4))
    assert (await reconocimientos(suite))[1:] == [
        (camas(4), "EN_LEGALIZACION"),
        (camas(4), "RECONOCIDO"),
    ]
    await pagar(suite)
    assert await saldo(suite, v1["id"]) == (camas(8), camas(8), "0.00")

    # And a smaller one opens a reintegro: what was recognised last is taken back first.
    v4 = await ips.resolver([un_dia(1, 2)], corrige=v3["id"])
    assert v4["version"] == 4
    assert (await reconocimientos(suite))[1:] == [
        (camas(4), "EN_REINTEGRO"),
        (camas(4), "EN_REINTEGRO"),
    ]
    abiertos = await suite.consultar(
        "SELECT capital_centavos, estado FROM reintegro ORDER BY capital_centavos"
    )
    assert [(i["capital_centavos"], i["estado"]) for i in abiertos] == [
        (pesos(2 * CAMA), "HALLAZGO"),
        (pesos(4 * CAMA), "HALLAZGO"),
    ]
    linea = await suite.persona(Rol.AUDITOR).ver(LINEA)
    assert linea["girado"] == camas(8)
    assert (await suite.persona(Rol.AUDITOR).ver(f"{OPERACIONES}/cuadre"))["cuadra"]


async def test_a_correction_to_nothing_releases_the_aforo_and_the_bed_days(suite: Suite) -> None:
    ips = suite.ips()
    v1 = await ips.resolver([un_dia(1), un_dia(2)])
    v2 = await ips.resolver([un_dia(1, camas=0)], corrige=v1["id"])
    assert v2["resumen"]["valor"] == "0.00"
    assert await saldo(suite, v2["id"]) == ("0.00", "0.00", "0.00")
    assert (await suite.persona(Rol.AUDITOR).ver(LINEA))["disponible"] == "50000000.00"
    # 2 February is free again for another solicitud.
    otra = await ips.resolver([un_dia(2)], clave="otra-solicitud")
    assert otra["solicitud_id"] != v1["solicitud_id"]
    assert (await ips.registros(otra["id"]))[0]["estado"] == "RECONOCIDO"
    # And the third version cannot take it back.
    v3 = await ips.resolver([un_dia(1), un_dia(2)], corrige=v2["id"])
    assert [r["codigos"] for r in await ips.registros(v3["id"])] == [[], ["ANT-16"]]


async def test_what_may_not_be_corrected(suite: Suite) -> None:
    ips = suite.ips()
    aceptada = (await ips.radicar([un_dia(1)])).json()
    filas = [un_dia(1, 7)]

    async def rechazo(corrige: str, solicitud: dict[str, Any] | None = None) -> tuple[int, str]:
        respuesta = await ips.radicar(filas, solicitud, corrige=corrige)
        return respuesta.status_code, respuesta.json()["codigo"]

    no_corregible = (409, "radicacion.no_corregible")
    assert await rechazo(aceptada["id"]) == no_corregible  # still being evaluated
    await suite.procesar(aceptada["id"])
    await suite.abrir_ventana("2021-01")
    assert await rechazo(aceptada["id"], sobre(periodo="2021-01")) == no_corregible

    juntas = await asyncio.gather(
        *(ips.radicar([un_dia(1, n)], corrige=aceptada["id"]) for n in (1, 2, 3, 4))
    )
    assert sorted(r.status_code for r in juntas) == [202, 409, 409, 409]
    assert {r.json()["codigo"] for r in juntas if r.status_code == 409} == {no_corregible[1]}
    (segunda,) = [r.json()["id"] for r in juntas if r.status_code == 202]
    await suite.procesar(segunda)
    assert await rechazo(aceptada["id"]) == no_corregible  # no longer the last version

    # The window is that of the period, for the first version and for the last.
    suite.reloj.avanzar(timedelta(days=5))
    assert await rechazo(segunda) == (409, "radicacion.ventana_cerrada")
    versiones = await suite.consultar("SELECT max(version) AS ultima FROM radicacion")
    assert versiones == [{"ultima": 2}]
    assert suite.carpetas() == {aceptada["id"], segunda}


async def test_a_version_that_failed_does_not_stand_in_the_way(suite: Suite) -> None:
    ips = suite.ips()
    v1 = await ips.resolver([un_dia(1)])
    v2 = (await ips.radicar([un_dia(1, 3)], corrige=v1["id"])).json()
    async with suite.entorno.uow.begin() as tx:
        await RadicacionRepository(tx).terminar(
            UUID(v2["id"]), EstadoRadicacion.FALLIDA, en=AHORA, motivo="de prueba"
        )

    v3 = await ips.resolver([un_dia(1, 4)], corrige=v1["id"])

    assert (v3["version"], v3["estado"]) == (3, "PROCESADA")
    assert await saldo(suite, v3["id"]) == (camas(4), "0.00", camas(4))
    # Trying the failed one again would put it in the place of the newer one.
    reintento = await suite.persona(Rol.OPERADOR).http.post(f"{RADICACIONES}/{v2['id']}/reintentos")
    assert (reintento.status_code, reintento.json()["codigo"]) == (409, "radicacion.no_corregible")


async def test_the_same_correction_again_is_the_same_version(suite: Suite) -> None:
    ips = suite.ips()
    v1 = await ips.resolver([un_dia(1)])
    primera = await ips.radicar([un_dia(1, 3)], corrige=v1["id"])
    otra_vez = await ips.radicar([un_dia(1, 3)], corrige=v1["id"])
    assert (otra_vez.status_code, otra_vez.json()["id"]) == (200, primera.json()["id"])


async def test_a_correction_in_the_next_year_stays_in_the_line_of_its_solicitud(
    suite: Suite,
) -> None:
    """An act may leave a window open across the year; the commitment is of the first one."""
    ips = suite.ips()
    ordenador = suite.persona(Rol.ORDENADOR)
    respuesta = await ordenador.http.put(
        f"{OPERACIONES}/ventanas/anticipo_uci/2021-02",
        json={
            "desde": AHORA.isoformat(),
            "hasta": datetime(2022, 2, 1, tzinfo=BOGOTA).isoformat(),
            "acto": "Ventana hasta el año siguiente",
        },
    )
    assert respuesta.is_success
    v1 = await ips.resolver([un_dia(1)])
    suite.reloj.avanzar(timedelta(days=310))
    v2 = await ips.resolver([un_dia(1, 3)], corrige=v1["id"])
    assert (v2["estado"], v2["motivo"]) == ("PROCESADA", None)
    vivos = await suite.consultar(
        "SELECT c.valor_centavos, l.vigencia FROM reconocimiento c JOIN linea l "
        "ON l.id = c.linea_id WHERE c.radicacion_id = :id",
        id=UUID(v2["id"]),
    )
    assert vivos == [{"valor_centavos": pesos(3 * CAMA), "vigencia": 2021}]
