"""The whole country over HTTP: nobody submits, the registers say who is active by the emergency.

One radicación per period and set of cortes; the job makes the candidates; each EPS reads its own
rows and answers for them; nobody else's.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final
from uuid import UUID

import httpx
import pyarrow.parquet as pq
import pytest

from services.activos_emergencia.mecanismo import MECANISMO
from services.talento_humano.mecanismo import MECANISMO as SIN_CANDIDATOS
from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion.pais import completar_pais
from shared.seguridad import PAIS, Rol, Usuario, emitir_token, nit_de
from shared.tipos import EntradaInvalida
from shared.web.mecanismo import crear_app
from tests.support.activos import (
    AHORA,
    EPS,
    OTRA_EPS,
    PERIODO,
    cargar,
    confirmacion,
    documento,
    persona,
)
from tests.support.mesa import Fila, Mesa, mesa_vacia, resumidos

RUTA: Final = "/v1/radicaciones"
SIN_SEXO: Final = 3
"""The affiliate of EPS whose datum is missing."""


@dataclass(frozen=True)
class Ventanilla:
    """The service of the mechanism on a database of its own."""

    mesa: Mesa

    @cached_property
    def transporte(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(app=crear_app(MECANISMO, self.mesa.entorno))

    def persona(self, rol: Rol, entidad: str | None = None) -> httpx.AsyncClient:
        usuario = Usuario(f"{rol}-{entidad}", frozenset({rol}), entidad)
        token = emitir_token(self.mesa.entorno.ajustes, usuario)
        return httpx.AsyncClient(
            transport=self.transporte,
            base_url="http://mecanismos",
            headers={"Authorization": f"Bearer {token}"},
        )

    async def del_pais(self, periodo: str = PERIODO, rol: Rol = Rol.OPERADOR) -> httpx.Response:
        entidad = EPS if rol is Rol.EPS else None
        return await self.persona(rol, entidad).post(f"{RUTA}/pais", params={"periodo": periodo})

    async def ver(self, ruta: str, rol: Rol = Rol.OPERADOR, entidad: str | None = None) -> Any:
        respuesta = await self.persona(rol, entidad).get(f"{RUTA}{ruta}")
        assert respuesta.is_success, respuesta.text
        return respuesta.json()


@pytest.fixture(scope="module")
async def caja(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ventanilla]:
    datos = tmp_path_factory.mktemp("pais")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, AHORA) as mesa:
        await mesa.presupuestar(10**12)
        await cargar(
            mesa,
            [
                persona(1),
                persona(2),
                persona(SIN_SEXO, sexo=""),
                persona(4, OTRA_EPS),
                persona(5, OTRA_EPS, sexo=""),
                persona(6, estado="AC"),
            ],
        )
        yield Ventanilla(mesa)


@pytest.fixture(scope="module")
async def radicacion(caja: Ventanilla) -> Fila:
    """June 2020, evaluated."""
    aceptada = await caja.del_pais()
    assert aceptada.status_code == 202, aceptada.text
    pedida = aceptada.json()
    assert (pedida["estado"], pedida["total"], pedida["lectura"]) == ("EN_COLA", 0, {})
    await caja.mesa.procesar(UUID(pedida["id"]))
    vista: Fila = await caja.ver(f"/{pedida['id']}")
    return vista


async def test_the_job_makes_the_candidates_and_keeps_them(
    caja: Ventanilla, radicacion: Fila
) -> None:
    assert (radicacion["estado"], radicacion["motivo"]) == ("PROCESADA", None)
    assert (radicacion["nit"], radicacion["periodo"], radicacion["total"]) == (PAIS, PERIODO, 5)
    assert radicacion["archivo"] == f"candidatos-{PERIODO}.parquet"
    crudo = caja.mesa.entorno.almacen.crudo(radicacion["archivo_sha256"])
    assert hashlib.sha256(crudo.read_bytes()).hexdigest() == radicacion["archivo_sha256"]
    candidatos = pq.read_table(crudo).to_pylist()
    assert {f["numero_documento"] for f in candidatos} == {documento(n) for n in range(1, 6)}
    assert {(f["fecha_inicio"], f["fecha_fin"]) for f in candidatos} == {
        (date(2020, 6, 1), date(2020, 6, 30))
    }
    recibidos = await caja.mesa.consultar(
        "SELECT nombre, entidad, resultado FROM recepcion WHERE radicacion_id = :id "
        "ORDER BY nombre",
        id=UUID(radicacion["id"]),
    )
    assert resumidos(recibidos, "nombre", "entidad", "resultado") == [
        (f"candidatos-{PERIODO}.parquet", PAIS, "RADICADA"),
        (f"pais-{PERIODO}.json", PAIS, "RADICADA"),
    ]


async def test_each_eps_is_paid_what_its_affiliates_are_worth(
    caja: Ventanilla, radicacion: Fila
) -> None:
    assert radicacion["resumen"]["por_estado"] == {"EN_CORRECCION_EPS": 2, "LIQUIDADO": 3}
    pagos = await caja.mesa.consultar(
        "SELECT nit, entidad, registros, valor_centavos FROM reconocimiento "
        "WHERE radicacion_id = :id ORDER BY registros DESC",
        id=UUID(radicacion["id"]),
    )
    # 86,521.50 pesos a month: the worked example of the dossier (§5.5).
    assert resumidos(pagos, "nit", "entidad", "registros", "valor_centavos") == [
        (nit_de(EPS), PAIS, 2, 2 * 8_652_150),
        (nit_de(OTRA_EPS), PAIS, 1, 8_652_150),
    ]


async def test_the_same_period_and_cortes_are_the_same_radicacion(
    caja: Ventanilla, radicacion: Fila
) -> None:
    juntas = await asyncio.gather(*(caja.del_pais() for _ in range(3)))
    assert {(r.status_code, r.json()["id"]) for r in juntas} == {(200, radicacion["id"])}
    otras = await asyncio.gather(*(caja.del_pais("2020-07") for _ in range(3)))
    assert len({r.json()["id"] for r in otras}) == 1
    assert otras[0].json()["id"] != radicacion["id"]


async def test_an_eps_reads_its_own_rows_and_no_others(caja: Ventanilla, radicacion: Fila) -> None:
    id_ = radicacion["id"]
    todos = (await caja.ver(f"/{id_}/registros"))["datos"]
    vistos = {
        entidad: (await caja.ver(f"/{id_}/registros", Rol.EPS, entidad))["datos"]
        for entidad in (EPS, "EPSS10", OTRA_EPS, "EPS001")
    }
    assert [len(vistos[e]) for e in vistos] == [3, 3, 2, 0]
    assert sorted(r["id"] for e in (EPS, OTRA_EPS) for r in vistos[e]) == sorted(
        r["id"] for r in todos
    )
    hallazgos = (await caja.ver(f"/{id_}/hallazgos", Rol.EPS, EPS))["datos"]
    propias = {r["fila"] for r in vistos[EPS]}
    assert {h["fila"] for h in hallazgos} <= propias
    assert {h["codigo"] for h in hallazgos} == {"ACT-17"}
    bajados = await caja.persona(Rol.EPS, OTRA_EPS).get(f"{RUTA}/{id_}/hallazgos.csv")
    assert len(bajados.text.splitlines()) == 2

    eps = caja.persona(Rol.EPS, EPS)
    for ajena in (f"/{id_}", f"/{id_}/archivo", f"/{id_}/saldo"):
        assert (await eps.get(RUTA + ajena)).status_code == 404
    suya, otra = vistos[EPS][0]["id"], vistos[OTRA_EPS][0]["id"]
    assert (await eps.get(f"/v1/registros/{suya}/explicacion")).status_code == 200
    assert (await eps.get(f"/v1/registros/{otra}/explicacion")).status_code == 404
    ips = await caja.persona(Rol.IPS, "900100101").get(f"{RUTA}/{id_}/registros")
    assert ips.status_code == 404


async def test_an_eps_finds_the_radicacion_without_its_totals(
    caja: Ventanilla, radicacion: Fila
) -> None:
    listadas = (await caja.ver("/pais", Rol.EPS, EPS))["datos"]
    (propia,) = [r for r in listadas if r["id"] == radicacion["id"]]
    assert propia["periodo"] == PERIODO
    assert not {"total", "resumen", "archivo", "lectura"} & propia.keys()
    assert await caja.ver("", Rol.EPS, EPS) == {"datos": [], "siguiente": None}


async def test_the_eps_answers_for_its_row(caja: Ventanilla, radicacion: Fila) -> None:
    fila = confirmacion(SIN_SEXO)
    (nuevo,) = await caja.mesa.resolver(Rol.EPS, EPS, fila, nit=nit_de(EPS))
    (anterior,) = [
        r
        for r in await caja.mesa.registros(UUID(radicacion["id"]))
        if r["id"] == nuevo["subsana_id"]
    ]
    assert (anterior["estado"], anterior["vigente"]) == ("EN_CORRECCION_EPS", False)


async def test_an_eps_confirms_only_its_own(caja: Ventanilla) -> None:
    with pytest.raises(EntradaInvalida, match="fila 3: EPS002"):
        await caja.mesa.radicar(
            Rol.EPS, EPS, confirmacion(1), confirmacion(4, OTRA_EPS), nit=nit_de(EPS)
        )


async def test_only_an_operador_asks_and_for_a_month_that_ended(caja: Ventanilla) -> None:
    assert (await caja.del_pais(rol=Rol.EPS)).status_code == 403
    for periodo, dice in (("2020-13", "no es un periodo"), ("2020-08", "no ha terminado")):
        negada = await caja.del_pais(periodo)
        assert negada.status_code == 422
        assert dice in negada.json()["detail"]
    app = crear_app(SIN_CANDIDATOS, caja.mesa.entorno)
    assert not [r for r in app.openapi()["paths"] if r.endswith("/pais")]


async def test_a_period_without_candidates_fails_and_says_so(caja: Ventanilla) -> None:
    pedida = (await caja.del_pais("2019-12")).json()
    await caja.mesa.procesar(UUID(pedida["id"]))
    vista = await caja.ver(f"/{pedida['id']}")
    assert vista["estado"] == "FALLIDA"
    assert "no tienen candidatos del periodo 2019-12" in vista["motivo"]


async def test_candidates_made_twice_at_once_are_one_file(caja: Ventanilla) -> None:
    id_ = UUID((await caja.del_pais("2020-07")).json()["id"])
    await asyncio.gather(*(completar_pais(id_, 1, caja.mesa.ctx) for _ in range(2)))
    (anotada,) = await caja.mesa.consultar(
        "SELECT count(*) AS n FROM recepcion WHERE radicacion_id = :id AND nombre LIKE 'cand%'",
        id=id_,
    )
    assert anotada["n"] == 1
    await completar_pais(id_, 2, caja.mesa.ctx)
    vista = await caja.ver(f"/{id_}")
    assert (vista["total"], vista["estado"]) == (5, "EN_COLA")
