"""Proposals through HTTP: look, download, tick, send; only what was ticked is corrected."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import openpyxl
import pytest
from fastapi import FastAPI

from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO
from shared.embebido.postgres import PostgresEmbebido
from shared.seguridad import Rol, Usuario, emitir_token
from shared.web.mecanismo import crear_app
from tests.support import pruebas as pru
from tests.support import talento_humano as ths
from tests.support.mesa import Mesa, mesa_vacia

OTRA_IPS: Final = ths.ips(1)
PERSONAS: Final = [f"{n}" for n in range(1010101019, 1090000000, 7777777)]
"""Far from each other: no number is one slip away from another's."""
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Entidad:
    """An entity and its submissions, through HTTP; jobs are done by the test."""

    mesa: Mesa
    app: FastAPI
    nit: str = ths.NIT_IPS

    @property
    def cliente(self) -> httpx.AsyncClient:
        usuario = Usuario(f"ips-{self.nit}", frozenset({Rol.IPS}), self.nit)
        token = emitir_token(self.mesa.entorno.ajustes, usuario)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url="http://talento-humano",
            headers={"Authorization": f"Bearer {token}"},
        )

    async def reportar(self, *filas: dict[str, Any]) -> UUID:
        """Submitted and evaluated."""
        radicacion = await self.mesa.radicar(Rol.IPS, self.nit, *filas)
        await self.mesa.procesar(radicacion)
        return radicacion

    async def propuestas(self, radicacion: UUID, **parametros: Any) -> httpx.Response:
        return await self.cliente.get(
            f"/v1/radicaciones/{radicacion}/propuestas", params=parametros
        )

    async def hoja(self, radicacion: UUID) -> Any:
        """The workbook, as downloaded."""
        bajada = await self.cliente.get(f"/v1/radicaciones/{radicacion}/propuestas.xlsx")
        assert (bajada.status_code, bajada.headers["content-type"]) == (200, XLSX)
        return openpyxl.load_workbook(io.BytesIO(bajada.content))

    async def subir(self, radicacion: UUID, contenido: bytes) -> httpx.Response:
        return await self.cliente.post(
            f"/v1/radicaciones/{radicacion}/propuestas",
            files={"archivo": ("propuestas.xlsx", contenido, XLSX)},
        )


def marcada(libro: Any, marcas: Mapping[int, str], **celdas: str) -> bytes:
    """The workbook with those rows of the sheet ticked and those cells altered."""
    datos = libro["Datos"]
    aceptar = [c.value for c in datos[1]].index("aceptar") + 1
    for fila, marca in marcas.items():
        datos.cell(fila, aceptar, marca)
    for lugar, valor in celdas.items():
        datos[lugar] = valor
    memoria = io.BytesIO()
    libro.save(memoria)
    return memoria.getvalue()


def cambiada(numero: str) -> str:
    """Two different digits that changed places."""
    i = next(i for i in range(2, len(numero)) if numero[i] != numero[i + 1])
    return numero[:i] + numero[i + 1] + numero[i] + numero[i + 2 :]


@pytest.fixture(scope="module")
async def mesa(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("propuestas")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, ths.EN_VENTANA) as mesa:
        await ths.cargar(mesa, PERSONAS, (ths.NIT_IPS, OTRA_IPS))
        await mesa.presupuestar(100_000_000_000)
        yield mesa


@pytest.fixture(scope="module")
def ips(mesa: Mesa) -> Entidad:
    return Entidad(mesa, crear_app(MECANISMO, mesa.entorno))


async def test_what_was_ticked_is_corrected_and_nothing_else(ips: Entidad, mesa: Mesa) -> None:
    buena, mal_numero, mal_nombre = PERSONAS[:3]
    radicacion = await ips.reportar(
        ths.reporte(buena),
        ths.reporte(cambiada(mal_numero)),
        ths.reporte(mal_nombre, primer_apellido="PRUEVA"),
    )
    antes = await mesa.registros(radicacion)
    assert [r["estado"] for r in antes] == ["RECONOCIDO", "EN_CORRECCION", "EN_CORRECCION"]

    vistas = (await ips.propuestas(radicacion)).json()["datos"]
    assert [(p["fila"], p["columna"], p["valor_propuesto"]) for p in vistas] == [
        (2, "numero_documento", mal_numero),
        (3, "primer_apellido", "PRUEBA"),
    ]
    assert all(p["admite_correccion"] and p["certeza"] == "DISENO" for p in vistas)
    assert "cambiados de lugar" in vistas[0]["evidencia"]

    hoja = marcada(await ips.hoja(radicacion), {2: "SI"})
    subida = await ips.subir(radicacion, hoja)
    assert subida.status_code == 202, subida.text
    cuerpo = subida.json()
    assert (cuerpo["lineas_aplicadas"], cuerpo["filas_corregidas"], cuerpo["conflictos"]) == (
        1,
        1,
        [],
    )
    correccion = UUID(cuerpo["radicacion"]["id"])
    assert cuerpo["radicacion"]["anterior_id"] == str(radicacion)
    await mesa.procesar(correccion)

    (corregido,) = await mesa.registros(correccion)
    assert (corregido["estado"], corregido["codigos"]) == ("RECONOCIDO", [])
    assert (corregido["version"], corregido["subsana_id"]) == (2, antes[1]["id"])
    despues = await mesa.registros(radicacion)
    assert [r["vigente"] for r in despues] == [True, False, True]
    assert [r["estado"] for r in despues] == [r["estado"] for r in antes]

    (recepcion,) = await mesa.consultar(
        "SELECT sha256 FROM recepcion WHERE resultado = 'PROPUESTAS' AND radicacion_id = :id",
        id=radicacion,
    )
    assert recepcion["sha256"] == hashlib.sha256(hoja).hexdigest()
    assert mesa.entorno.almacen.crudo(recepcion["sha256"]).read_bytes() == hoja


async def test_a_sheet_that_comes_twice_is_one_correction(ips: Entidad, mesa: Mesa) -> None:
    radicacion = await ips.reportar(
        ths.reporte(cambiada(PERSONAS[3])), ths.reporte(cambiada(PERSONAS[4]))
    )
    hoja = marcada(await ips.hoja(radicacion), {2: "SI"})
    primera = (await ips.subir(radicacion, hoja)).json()
    en_cola = (await ips.subir(radicacion, hoja)).json()
    await mesa.procesar(UUID(primera["radicacion"]["id"]))
    tardia = (await ips.subir(radicacion, hoja)).json()
    for repetida in (en_cola, tardia):
        assert repetida["radicacion"]["id"] == primera["radicacion"]["id"]
        assert (repetida["lineas_aplicadas"], repetida["en_conflicto"]) == (1, 0)

    las_dos = marcada(await ips.hoja(radicacion), {2: "SI", 3: "SI"})
    cuerpo = (await ips.subir(radicacion, las_dos)).json()
    assert (cuerpo["lineas_aplicadas"], cuerpo["en_conflicto"]) == (1, 1)
    assert cuerpo["conflictos"][0]["motivo"] == "Ya hay una versión más nueva de esta fila."
    assert cuerpo["radicacion"]["id"] != primera["radicacion"]["id"]
    segunda = UUID(cuerpo["radicacion"]["id"])
    await mesa.procesar(segunda)
    assert [r["estado"] for r in await mesa.registros(segunda)] == ["RECONOCIDO"]


async def test_an_altered_line_and_one_of_another_submission_are_conflicts(
    ips: Entidad, mesa: Mesa, varias: UUID
) -> None:
    radicacion = await ips.reportar(
        ths.reporte(cambiada(PERSONAS[6])), ths.reporte(cambiada(PERSONAS[5]))
    )
    libro = await ips.hoja(radicacion)
    alterada = marcada(libro, {2: "SI", 3: "SI"}, E2=PERSONAS[7])
    cuerpo = (await ips.subir(radicacion, alterada)).json()
    assert (cuerpo["lineas_aplicadas"], cuerpo["en_conflicto"]) == (1, 1)
    assert cuerpo["conflictos"][0] | {"motivo": ""} == {
        "linea": 1,
        "fila": 1,
        "columna": "numero_documento",
        "motivo": "",
    }
    ajena = (await ips.subir(varias, marcada(await ips.hoja(radicacion), {2: "SI"}))).json()
    assert (ajena["radicacion"], ajena["en_conflicto"]) == (None, 1)
    assert (await mesa.registros(varias))[0]["vigente"]


@pytest.fixture(scope="module")
async def varias(ips: Entidad) -> UUID:
    """Two rows with number and surname wrong, and one in order but for a letter; nobody corrects
    them."""
    return await ips.reportar(
        *(ths.reporte(cambiada(p), primer_apellido="PRUEVA") for p in PERSONAS[7:9]),
        ths.reporte(PERSONAS[9], primer_nombre="LUI"),
    )


async def test_pages_and_one_row(ips: Entidad, varias: UUID) -> None:
    primera = (await ips.propuestas(varias, limite=3)).json()
    assert [p["linea"] for p in primera["datos"]] == [1, 2, 3]
    segunda = (await ips.propuestas(varias, limite=3, cursor=primera["siguiente"])).json()
    assert ([p["linea"] for p in segunda["datos"]], segunda["siguiente"]) == ([4, 5], None)
    una = (await ips.propuestas(varias, fila=2)).json()["datos"]
    assert [(p["fila"], p["columna"]) for p in una] == [
        (2, "numero_documento"),
        (2, "primer_apellido"),
    ]


async def test_a_row_that_is_paid_is_shown_and_not_corrected(ips: Entidad, varias: UUID) -> None:
    (vista,) = (await ips.propuestas(varias, fila=3)).json()["datos"]
    assert (vista["columna"], vista["estado"], vista["admite_correccion"]) == (
        "primer_nombre",
        "LIQUIDADO",
        False,
    )
    forzada = marcada(await ips.hoja(varias), {6: "SI"})
    cuerpo = (await ips.subir(varias, forzada)).json()
    assert (cuerpo["radicacion"], cuerpo["en_conflicto"]) == (None, 1)
    assert "no admite corrección" in cuerpo["conflictos"][0]["motivo"]


async def test_a_sheet_without_ticks_or_of_another_kind_is_refused(
    ips: Entidad, mesa: Mesa, varias: UUID
) -> None:
    vacia = await ips.subir(varias, marcada(await ips.hoja(varias), {2: "NO"}))
    assert (vacia.status_code, vacia.json()["codigo"]) == (422, "correccion.sin_aceptar")
    otra_cosa = await ips.subir(varias, b"no es un libro")
    assert otra_cosa.status_code == 422
    sin_archivo = await ips.cliente.post(f"/v1/radicaciones/{varias}/propuestas", data={})
    assert sin_archivo.status_code == 422
    negadas = await mesa.consultar(
        "SELECT resultado FROM recepcion WHERE resultado = 'correccion.sin_aceptar'"
    )
    assert len(negadas) == 1


async def test_proposals_are_of_their_owner(ips: Entidad, varias: UUID) -> None:
    hoja = marcada(await ips.hoja(varias), {2: "SI"})
    ajena = replace(ips, nit=OTRA_IPS)
    assert (await ajena.propuestas(varias)).status_code == 404
    assert (await ajena.subir(varias, hoja)).status_code == 404


async def test_before_the_outcome_there_is_nothing_to_propose(ips: Entidad, mesa: Mesa) -> None:
    radicacion = await mesa.radicar(Rol.IPS, ths.NIT_IPS, ths.reporte(PERSONAS[0]))
    pendiente = await ips.propuestas(radicacion)
    assert (pendiente.status_code, pendiente.json()["codigo"]) == (409, "radicacion.sin_resultado")


async def test_a_corrected_test_is_not_a_duplicate_of_its_own_glosa(
    postgres: PostgresEmbebido, plantilla: str, tmp_path: Path
) -> None:
    """The number was wrong, so nobody was in BDUA and there was no sample."""
    numero = PERSONAS[0]
    async with mesa_vacia(PRUEBAS, postgres, plantilla, tmp_path, pru.AHORA) as mesa:
        await pru.cargar(mesa, PERSONAS[1:2], [pru.muestra(numero)])
        await mesa.cargar(
            "bdua",
            [
                {
                    "afl_id": "77",
                    "tipo_documento": "CC",
                    "numero_documento": numero,
                    "codigo_eps": pru.EPS,
                    "regimen": "C",
                    "tipo_afiliado": "C",
                    "estado": "AC",
                    "desde": "2018-01-01",
                    **ths.NOMBRES,
                }
            ],
            date(2020, 12, 1),
        )
        await mesa.presupuestar(100_000_000_000)
        ips = Entidad(mesa, crear_app(PRUEBAS, mesa.entorno), pru.NIT_TOMA)
        radicacion = await ips.reportar(pru.prueba(cambiada(numero), **ths.NOMBRES))
        (glosada,) = await mesa.registros(radicacion)
        assert (glosada["estado"], glosada["codigos"]) == ("GLOSADO", ["PRU-10", "PRU-14"])

        subida = await ips.subir(radicacion, marcada(await ips.hoja(radicacion), {2: "SI"}))
        correccion = UUID(subida.json()["radicacion"]["id"])
        await mesa.procesar(correccion)
        (corregida,) = await mesa.registros(correccion)
        assert corregida["subsana_id"] == glosada["id"]
        assert (corregida["codigos"], corregida["valor_centavos"]) == ([], 20_000_000)
        (antes,) = await mesa.registros(radicacion)
        assert not antes["vigente"]
