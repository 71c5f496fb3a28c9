"""What activos por emergencia owes each EPS, over HTTP and on real PostgreSQL."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from services.activos_emergencia.mecanismo import MECANISMO
from shared.cli.app import app
from shared.embebido.postgres import PostgresEmbebido
from shared.giros import Beneficiario, CuentaPago, NuevoReconocimiento
from shared.giros import service as giros
from shared.giros.model import EntidadEnRevision, MotivoRevision
from shared.giros.repository import (
    AdvertenciaRepository,
    CuentaRepository,
    GiroRepository,
    ReconocimientoRepository,
)
from shared.giros.schemas import GiroRespondido
from shared.presupuesto import Resumen
from shared.presupuesto import service as libro
from shared.radicacion.repository import RegistroRepository
from shared.seguridad import Rol, Usuario, emitir_token
from shared.tipos import EntradaInvalida, a_decimal, de_decimal, pesos
from shared.web.mecanismo import crear_app
from tests.support.infra import BaseDePrueba
from tests.support.mesa import FECHA_CORTE, Fila, Mesa, mesa_vacia

AHORA = datetime(2020, 8, 3, 15, 0, tzinfo=UTC)
SURA, NIT_SURA = "EPS010", "800088702"
COOMEVA, NIT_COOMEVA = "EPS016", "805000427"
SANITAS, NIT_SANITAS = "EPS005", "800251440"
MES = "2020-06"
CENTAVOS_MES: Final = 8_652_150
"""A woman of 34 in Bogotá, the whole of June (activos §5.5, example 1)."""
UNO, DOS = "900111222", "900333444"
_NUMEROS = count(1)
_DOCUMENTOS = count(10_000_001)


_RADICADA: Final = text(
    "INSERT INTO radicacion (id, mecanismo, entidad, nit, solicitud_id, version, estado, "
    "clave_idempotencia, cuerpo_sha256, archivo_sha256, archivo_nombre, archivo_tamano, solicitud, "
    "lectura, total, fecha_radicacion, terminado_at, creado_por, created_at) VALUES (:id, "
    f"'{MECANISMO.nombre}', :eps, :nit, :id, 1, 'PROCESADA', gen_random_uuid()::text, '', '', '', "
    "0, '{}', '{}', 0, :en, :en, 'sura', :en)"
)
_REGISTRO: Final = text(
    "INSERT INTO registro (radicacion_id, mecanismo, fila, clave, estado, codigos, valor_centavos, "
    f"libera, datos) VALUES (:id, '{MECANISMO.nombre}', :fila, :clave, 'LIQUIDADO', '{{}}', :v, "
    "false, CAST(:datos AS jsonb))"
)


def bien(respuesta: httpx.Response) -> Any:
    assert respuesta.is_success, respuesta.text
    return respuesta.json()


def negado(respuesta: httpx.Response) -> tuple[int, str]:
    return respuesta.status_code, respuesta.json()["codigo"]


def ips(nit: str, **cuanto: str) -> dict[str, Any]:
    cuenta = {"codigo_banco": "1007", "tipo_producto": "AHORROS", "numero_producto": f"11{nit}"}
    return {"nit": nit, "nombre": f"IPS {nit}", "cuenta": cuenta} | cuanto


@dataclass
class Oficina:
    """The application, who calls it, and the people of two EPS that nobody confirmed yet."""

    mesa: Mesa
    personas: dict[str, list[str]] = field(default_factory=dict)
    afiliaciones: list[Fila] = field(default_factory=list)

    @cached_property
    def transporte(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(app=crear_app(MECANISMO, self.mesa.entorno))

    def quien(self, rol: Rol, sujeto: str, entidad: str | None = None) -> httpx.AsyncClient:
        usuario = Usuario(sujeto, frozenset({rol}), entidad)
        token = emitir_token(self.mesa.entorno.ajustes, usuario)
        return httpx.AsyncClient(
            transport=self.transporte,
            base_url="http://mecanismos",
            headers={"Authorization": f"Bearer {token}"},
        )

    @cached_property
    def sura(self) -> httpx.AsyncClient:
        return self.quien(Rol.EPS, "sura", SURA)

    @cached_property
    def coomeva(self) -> httpx.AsyncClient:
        return self.quien(Rol.EPS, "coomeva", COOMEVA)

    @cached_property
    def operador(self) -> httpx.AsyncClient:
        return self.quien(Rol.OPERADOR, "pablo")

    @cached_property
    def otro_operador(self) -> httpx.AsyncClient:
        return self.quien(Rol.OPERADOR, "paula")

    async def radicar(self, eps: str, nit: str, cuantas: int) -> UUID:
        """New people of an EPS, confirmed for the whole month; its recognition."""
        filas = self.confirmadas(eps, cuantas)
        registros = await self.mesa.resolver(Rol.EPS, eps, *filas, nit=nit)
        assert {r["valor_centavos"] for r in registros} == {CENTAVOS_MES}, registros
        return await self.reconocimiento(registros[0]["radicacion_id"])

    def confirmadas(self, eps: str, cuantas: int) -> list[Fila]:
        """Rows of new people, for the whole month."""
        return [
            {
                "codigo_eps": eps, "tipo_documento": "CC", "numero_documento": d,
                "periodo": MES, "sujeto": "I", "fecha_inicio": "2020-06-01",
                "fecha_fin": "2020-06-30", "novedad_reportada": "SI",
            }
            for d in (self.personas[eps].pop() for _ in range(cuantas))
        ]  # fmt: skip

    async def escribir(self, eps: str, nit: str, cuantas: int) -> UUID:
        """The same as ``radicar`` leaves it, without judging anything."""
        entorno, id_ = self.mesa.entorno, uuid4()
        filas = [
            {
                "clave": f"{id_}-{i}|{MES}|{eps}",
                "datos": json.dumps(
                    {
                        "tipo_documento": "CC", "numero_documento": f"{id_}-{i}", "periodo": MES,
                        "codigo_eps": eps, "codigo_base": eps, "dias": 30, "dias_lma": None,
                        "zona": "CIUDADES", "grupo_edad": "19_44", "sexo_upc": "F",
                    }
                ),
            }
            for i in range(cuantas)
        ]  # fmt: skip
        async with entorno.uow.begin() as tx:
            radicada = await tx.execute(_RADICADA, {"id": id_, "eps": eps, "nit": nit, "en": AHORA})
            assert radicada.rowcount == 1
            for fila, datos in enumerate(filas, 1):
                await tx.execute(_REGISTRO, datos | {"id": id_, "fila": fila, "v": CENTAVOS_MES})
            nuevo = NuevoReconocimiento(
                mecanismo=MECANISMO.nombre, vigencia=2020, radicacion_id=id_, solicitud_id=id_,
                nit=nit, nombre=eps, periodo=None, registros=cuantas, cuenta=None, entidad=eps,
                valor_centavos=cuantas * CENTAVOS_MES, fecha_radicacion=AHORA,
            )  # fmt: skip
            (hecho,) = await giros.reconocer(tx, [nuevo], reloj=entorno.reloj)
            await RegistroRepository(tx).copiar_pagos(
                id_, [(i, "upc_ae", hecho.id, CENTAVOS_MES) for i in range(1, cuantas + 1)]
            )
        return hecho.id

    async def reconocimiento(self, radicacion_id: UUID) -> UUID:
        """The one that pays its records."""
        (pago,) = await self.mesa.consultar(
            "SELECT DISTINCT reconocimiento_id AS id FROM registro_pago WHERE radicacion_id = :id",
            id=radicacion_id,
        )
        return UUID(str(pago["id"]))

    async def pagos(self, reconocimiento_id: UUID) -> list[Fila]:
        """Recognitions of the solicitud that stand, with what their records add up to."""
        return await self.mesa.consultar(
            """
            WITH partes AS (
                SELECT p.reconocimiento_id, count(*) AS partes,
                       sum(p.valor_centavos)::bigint AS en_registros
                FROM registro_pago p JOIN registro g USING (radicacion_id, fila)
                WHERE g.vigente AND g.valor_centavos > 0 GROUP BY 1
            )
            SELECT c.id, c.nit, c.titular_nit, c.valor_centavos AS valor, c.estado, c.orden,
                   c.fecha_radicacion, c.registros, p.partes, p.en_registros
            FROM reconocimiento c JOIN reconocimiento r ON r.solicitud_id = c.solicitud_id
            LEFT JOIN partes p ON p.reconocimiento_id = c.id
            WHERE r.id = :id AND c.estado <> 'ANULADO' ORDER BY c.id
            """,
            id=reconocimiento_id,
        )

    async def lista(self, reconocimiento_id: UUID, *beneficiarios: Mapping[str, Any]) -> Any:
        cuerpo = {
            "reconocimiento_id": str(reconocimiento_id), "beneficiarios": list(beneficiarios)
        }  # fmt: skip
        return await self.sura.post("/v1/desgloses/giro-directo", json=cuerpo)

    async def repartida(self, reconocimiento_id: UUID, *beneficiarios: Mapping[str, Any]) -> Any:
        """A list given by the EPS and accepted."""
        lista = bien(await self.lista(reconocimiento_id, *beneficiarios))
        return bien(await self.operador.post(f"/v1/desgloses/{lista['id']}/aceptar"))

    async def resumen(self) -> Resumen:
        """The line of the year, after checking that the whole ledger ties."""
        async with self.mesa.entorno.uow.begin() as tx:
            assert await libro.descuadres(tx) == []
            return await libro.resumen(tx, await libro.obtener_linea(tx, MECANISMO.nombre, 2020))

    async def verificar(self, nit: str, numero: str | None = None) -> None:
        pago = CuentaPago("1007", "AHORROS", numero or f"11{nit}", nit)
        pedida, reloj = (Beneficiario("NI", nit), pago), self.mesa.entorno.reloj
        async with self.mesa.entorno.uow.begin() as tx:
            id_ = (await CuentaRepository(tx).asegurar([pedida], AHORA))[pedida].id
            await giros.verificar_cuenta(
                tx, id_, usuario=Usuario("t", frozenset({Rol.TESORERIA})), reloj=reloj
            )

    async def pagar(self, *ids: UUID) -> None:
        """Approve, with cash for it, and let the bank apply what was ordered."""
        uow, reloj = self.mesa.entorno.uow, self.mesa.entorno.reloj
        async with uow.begin() as tx:
            filas = (await ReconocimientoRepository(tx).get_many(ids)).values()
        for nit in {f.nit for f in filas}:
            await self.verificar(nit)
        await self.mesa.recaudar(sum(f.valor_centavos for f in filas))
        ordenador = Usuario("olga", frozenset({Rol.ORDENADOR}))
        await giros.aprobar(ids, usuario=ordenador, uow=uow, reloj=reloj)
        async with uow.begin() as tx:
            for giro in await GiroRepository(tx).de_reconocimientos(ids):
                datos = GiroRespondido(
                    id_giro=giro.id_giro, estado="APLICADO", fecha=reloj.hoy(),
                    valor=a_decimal(giro.valor_centavos), referencia_banco=f"T-{next(_NUMEROS)}",
                )  # fmt: skip
                await giros.responder(tx, datos, reloj=reloj)


@asynccontextmanager
async def en_oficina(
    postgres: PostgresEmbebido, plantilla: str, datos: Path, *, personas: int
) -> AsyncIterator[Oficina]:
    """Women of 34 in Bogotá, suspended in May and active by emergency since June: so many of each
    of two EPS."""
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, AHORA) as mesa:
        oficina = Oficina(mesa)
        bdua = []
        for eps in (SURA, COOMEVA):
            oficina.personas[eps] = [str(next(_DOCUMENTOS)) for _ in range(personas)]
            for documento in oficina.personas[eps]:
                persona = {
                    "afl_id": documento, "tipo_documento": "CC", "numero_documento": documento,
                    "codigo_eps": eps, "regimen": "C", "tipo_afiliado": "C",
                    "fecha_afiliacion_eps": "2010-01-01", "afl_id_cabeza": documento,
                    "fecha_nacimiento": "1986-02-02", "sexo": "F", "codigo_municipio": "11001",
                }  # fmt: skip
                bdua.append(persona | {"estado": "AE", "desde": "2020-06-01", "hasta": ""})
                oficina.afiliaciones.append(
                    {c: persona[c] for c in ("afl_id", "codigo_eps", "regimen", "tipo_afiliado")}
                    | {"estado": "SM", "desde": "2020-05-01", "hasta": "2020-05-31"}
                )
        await mesa.cargar("bdua", bdua, FECHA_CORTE)
        await mesa.cargar("bdua_afiliacion", oficina.afiliaciones, FECHA_CORTE)
        await mesa.presupuestar(pesos(50_000_000))
        yield oficina


@pytest.fixture(scope="module")
async def oficina(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Oficina]:
    datos = tmp_path_factory.mktemp("liquidaciones")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, AHORA) as mesa:
        await mesa.presupuestar(pesos(50_000_000))
        yield Oficina(mesa)


async def liquidada(cliente: httpx.AsyncClient) -> dict[str, Any]:
    cuerpo: dict[str, Any] = bien(await cliente.get("/v1/liquidaciones", params={"periodo": MES}))
    return cuerpo


async def test_lista_de_pagos_por_cuenta_de_la_eps(oficina: Oficina) -> None:
    r = await oficina.escribir(SURA, NIT_SURA, 3)
    otro = await oficina.escribir(COOMEVA, NIT_COOMEVA, 2)
    antes, (propio,) = await oficina.resumen(), await oficina.pagos(r)

    aceptada = await oficina.repartida(r, ips(UNO, valor="100000.00"), ips(DOS, porcentaje="33.33"))

    # 33.33 % is 8,651,284.79 centavos: the larger remainder takes the whole one.
    total, partes = 3 * CENTAVOS_MES, [10_000_000, 8_651_285, 7_305_165]
    pagos = await oficina.pagos(r)
    assert [de_decimal(p["valor"]) for p in aceptada["pagos"]] == partes
    assert [(p["nit"], p["titular_nit"], p["valor"]) for p in pagos] == [
        (UNO, NIT_SURA, partes[0]), (DOS, NIT_SURA, partes[1]), (NIT_SURA, None, partes[2])
    ]  # fmt: skip
    # The same total in the same place of the queue, before and after those of others.
    assert {(p["orden"], p["fecha_radicacion"]) for p in pagos} == {
        (propio["orden"], propio["fecha_radicacion"])
    }
    assert await oficina.resumen() == antes
    # Each record shows its payments: two are cut.
    assert [p["en_registros"] for p in pagos] == partes
    assert [(p["partes"], p["registros"]) for p in pagos] == [(2, 2), (2, 2), (1, 1)]
    assert [(p["nit"], p["estado"]) for p in await oficina.pagos(otro)] == [
        (NIT_COOMEVA, "RECONOCIDO")
    ]
    vista = await liquidada(oficina.sura)
    assert (vista["eps"][0]["liquidado"], vista["eps"][0]["delegado"]) == (
        a_decimal(total), a_decimal(partes[0] + partes[1])
    )  # fmt: skip


async def test_la_lista_no_pasa_de_lo_que_vale_ni_nombra_a_cualquiera(oficina: Oficina) -> None:
    r = await oficina.escribir(SURA, NIT_SURA, 1)
    mas = a_decimal(CENTAVOS_MES + 1)
    for lista, rechazo in (
        ([ips(UNO, valor=mas)], (409, "giros.desglose_excedido")),
        (
            [ips(UNO, valor="60000"), ips(DOS, porcentaje="50.00")],
            (409, "giros.desglose_excedido"),
        ),
        ([ips(UNO, porcentaje="60"), ips(DOS, porcentaje="41")], (422, "entrada.invalida")),
        ([ips(UNO, valor="1"), ips(UNO, valor="1")], (422, "entrada.invalida")),
        ([ips(NIT_SURA, valor="1")], (422, "entrada.invalida")),
        ([ips(UNO)], (422, "entrada.invalida")),
        ([ips(UNO, valor="1", porcentaje="1")], (422, "entrada.invalida")),
        ([ips(UNO, valor="0")], (422, "entrada.invalida")),
    ):
        assert negado(await oficina.lista(r, *lista)) == rechazo

    # The database says it too, whoever writes.
    lista = bien(await oficina.lista(r, ips(UNO, porcentaje="100")))
    assert (lista["valor"], lista["resto"]) == (a_decimal(CENTAVOS_MES), "0.00")
    with pytest.raises(IntegrityError, match="suman más que su reconocimiento"):
        await oficina.mesa.consultar(
            "INSERT INTO desglose_beneficiario (desglose_id, orden, nit, nombre, valor_centavos) "
            "VALUES (:id, 2, :nit, 'OTRA', 1) RETURNING orden",
            id=lista["id"], nit=DOS,
        )  # fmt: skip
    assert negado(await oficina.lista(r, ips(DOS, valor="1"))) == (
        409, "liquidaciones.desglose_no_admitido"
    )  # fmt: skip


async def test_cada_quien_hace_lo_suyo(oficina: Oficina) -> None:
    r = await oficina.escribir(SURA, NIT_SURA, 1)
    cuerpo = {"reconocimiento_id": str(r), "beneficiarios": [ips(UNO, valor="10.50")]}
    ruta = "/v1/desgloses/giro-directo"
    assert negado(await oficina.operador.post(ruta, json=cuerpo))[0] == 403
    assert negado(await oficina.coomeva.post(ruta, json=cuerpo)) == (
        404, "giros.reconocimiento_inexistente"
    )  # fmt: skip
    lista = bien(await oficina.lista(r, ips(UNO, valor="10.50")))
    ajena = f"/v1/desgloses/{lista['id']}"
    assert negado(await oficina.coomeva.get(ajena))[0] == 404
    assert bien(await oficina.coomeva.get("/v1/desgloses"))["datos"] == []
    assert lista["id"] in {d["id"] for d in bien(await oficina.sura.get("/v1/desgloses"))["datos"]}
    assert negado(await oficina.sura.post(f"{ajena}/aceptar"))[0] == 403
    motivo = {"motivo": "La cuenta no es de la IPS"}
    assert bien(await oficina.operador.post(f"{ajena}/rechazar", json=motivo))["estado"] == (
        "RECHAZADO"
    )
    assert negado(await oficina.operador.post(f"{ajena}/aceptar")) == (
        409, "liquidaciones.desglose_decidido"
    )  # fmt: skip
    # Refused, the EPS gives another one; approved, it is late.
    lista = bien(await oficina.lista(r, ips(UNO, valor="10.50")))
    await oficina.pagar(r)
    assert negado(await oficina.operador.post(f"/v1/desgloses/{lista['id']}/aceptar")) == (
        409, "giros.estado_no_permite"
    )  # fmt: skip


async def _quitar(oficina: Oficina, r: UUID, *filas: int) -> None:
    """Those records of a solicitud turn out to be worth nothing, and what is owed follows."""
    uow, reloj = oficina.mesa.entorno.uow, oficina.mesa.entorno.reloj
    async with uow.begin() as tx:
        original = (await ReconocimientoRepository(tx).get_many([r]))[r]
    await oficina.mesa.consultar(
        "UPDATE registro SET valor_centavos = 0, estado = 'NO_ELEGIBLE', libera = true "
        "WHERE radicacion_id = :id AND fila = ANY(:filas) RETURNING id",
        id=original.solicitud_id, filas=list(filas),
    )  # fmt: skip
    async with uow.begin() as tx:
        registros = RegistroRepository(tx)
        vivos = await ReconocimientoRepository(tx).de_solicitud(original.solicitud_id, original.nit)
        cuantos, valor = await registros.vale_ahora(original.solicitud_id, "NI", original.nit)
        nuevo = NuevoReconocimiento(
            mecanismo=MECANISMO.nombre, vigencia=2020, radicacion_id=uuid4(),
            solicitud_id=original.solicitud_id, nit=original.nit, nombre=original.nombre,
            periodo=None, registros=max(1, cuantos), valor_centavos=valor, cuenta=None,
            fecha_radicacion=AHORA,
        )  # fmt: skip
        hecha = await giros.sustituir(tx, vivos[0].id, nuevo if valor else None, reloj=reloj)
        if hecha.reconocimiento is not None:
            await registros.heredar_pagos(
                original.solicitud_id, "NI", original.nit, hecha.reconocimiento.id
            )


async def test_lo_que_se_quita_sale_primero_del_resto_y_despues_de_la_ultima(
    oficina: Oficina,
) -> None:
    r = await oficina.escribir(SURA, NIT_SURA, 4)
    await oficina.repartida(r, ips(UNO, valor="150000"), ips(DOS, valor="100000"))
    total, resto = 4 * CENTAVOS_MES, 4 * CENTAVOS_MES - 25_000_000
    antes = await oficina.resumen()

    await _quitar(oficina, r, 1)  # a record of the first payee; the rest is 96,086
    pagos = await oficina.pagos(r)
    assert [(p["nit"], p["valor"]) for p in pagos] == [
        (UNO, 15_000_000), (DOS, 10_000_000), (NIT_SURA, resto - CENTAVOS_MES)
    ]  # fmt: skip
    assert [p["en_registros"] for p in pagos] == [p["valor"] for p in pagos]

    await _quitar(oficina, r, 2)
    pagos = await oficina.pagos(r)
    assert {p["nit"]: p["valor"] for p in pagos} == {
        UNO: 15_000_000, DOS: total - 2 * CENTAVOS_MES - 15_000_000
    }  # fmt: skip
    assert sum(p["en_registros"] for p in pagos) == 2 * CENTAVOS_MES
    assert {p["orden"] for p in pagos} == {pagos[0]["orden"]}
    ahora = await oficina.resumen()
    assert antes.reconocido_centavos - ahora.reconocido_centavos == 2 * CENTAVOS_MES
    assert ahora.disponible_centavos - antes.disponible_centavos == 2 * CENTAVOS_MES

    # What is paid opens a finding; nothing of it is edited.
    await oficina.pagar(*(p["id"] for p in pagos))
    await _quitar(oficina, r, 3)
    pagados = await oficina.pagos(r)
    assert [(p["id"], p["valor"]) for p in pagados] == [(p["id"], p["valor"]) for p in pagos]
    hallados = await oficina.mesa.consultar(
        "SELECT c.nit, i.capital_centavos AS capital FROM reintegro i "
        "JOIN reconocimiento c ON c.id = i.reconocimiento_id WHERE c.solicitud_id = "
        "(SELECT solicitud_id FROM reconocimiento WHERE id = :id) ORDER BY c.nit",
        id=r,
    )
    segunda = total - 2 * CENTAVOS_MES - 15_000_000
    assert [(h["nit"], h["capital"]) for h in hallados] == [
        (UNO, CENTAVOS_MES - segunda), (DOS, segunda)
    ]  # fmt: skip


@pytest.mark.parametrize("semilla", range(4))
async def test_se_quite_lo_que_se_quite_los_pagos_suman_lo_que_sus_registros(
    oficina: Oficina, semilla: int
) -> None:
    azar = random.Random(semilla)  # noqa: S311 - no secret is made of it
    cuantos = azar.randint(3, 6)
    r = await oficina.escribir(SURA, NIT_SURA, cuantos)
    porcentajes = [azar.randint(1, 24) for _ in range(azar.randint(1, 4))]
    await oficina.repartida(
        r, *(ips(f"9{semilla}{i:07d}", porcentaje=str(p)) for i, p in enumerate(porcentajes, 1))
    )
    filas = list(range(1, cuantos + 1))
    azar.shuffle(filas)
    for quitadas, fila in enumerate(filas, 1):
        vivos = [p for p in await oficina.pagos(r) if p["estado"] == "RECONOCIDO"]
        if len(vivos) > 1 and azar.random() < 0.4:
            await oficina.pagar(vivos[0]["id"])
        await _quitar(oficina, r, fila)
        hallado = await oficina.mesa.consultar(
            "SELECT reconocimiento_id AS id, sum(capital_centavos)::bigint AS capital "
            "FROM reintegro GROUP BY 1"
        )
        sin_causa = {h["id"]: h["capital"] for h in hallado}
        pagos = await oficina.pagos(r)
        debidos = [p["valor"] - sin_causa.get(p["id"], 0) for p in pagos]
        assert sum(debidos) == (cuantos - quitadas) * CENTAVOS_MES
        assert [p["en_registros"] or 0 for p in pagos] == debidos
    await oficina.resumen()


async def test_el_saldo_de_una_eps_en_liquidacion_sigue_a_la_que_recibe(oficina: Oficina) -> None:
    r = await oficina.escribir(COOMEVA, NIT_COOMEVA, 2)
    antes, (propio,) = await oficina.resumen(), await oficina.pagos(r)
    cuerpo = {"reconocimiento_id": str(r), "codigo_eps": SANITAS, "acto": "Resolución 189 de 2022"}
    ruta = "/v1/desgloses/traslado"
    assert negado(await oficina.operador.post(ruta, json=cuerpo)) == (
        409, "liquidaciones.desglose_no_admitido"
    )  # fmt: skip
    liquidada_desde = EntidadEnRevision(
        NIT_COOMEVA, MotivoRevision.LIQUIDACION, "Resolución 189 de 2022", date(2020, 8, 1)
    )
    async with oficina.mesa.entorno.uow.begin() as tx:
        await AdvertenciaRepository(tx).registrar(liquidada_desde, por="pablo", ahora=AHORA)
    propia = cuerpo | {"codigo_eps": COOMEVA}
    assert negado(await oficina.operador.post(ruta, json=propia))[0] == 409
    assert negado(await oficina.sura.post(ruta, json=cuerpo))[0] == 403

    lista = bien(await oficina.operador.post(ruta, json=cuerpo))
    aceptar = f"/v1/desgloses/{lista['id']}/aceptar"
    assert negado(await oficina.operador.post(aceptar)) == (
        403, "liquidaciones.funciones_separadas"
    )  # fmt: skip
    aceptada = bien(await oficina.otro_operador.post(aceptar))
    assert aceptada["desglose"]["acto"] == "Resolución 189 de 2022"
    (pago,) = await oficina.pagos(r)
    assert (pago["nit"], pago["titular_nit"], pago["valor"], pago["orden"]) == (
        NIT_SANITAS, NIT_COOMEVA, 2 * CENTAVOS_MES, propio["orden"]
    )  # fmt: skip
    assert (pago["en_registros"], pago["partes"]) == (2 * CENTAVOS_MES, 2)
    assert await oficina.resumen() == antes


async def test_el_mes_suma_lo_que_sus_registros_sus_pagos_y_el_libro(oficina: Oficina) -> None:
    # Some of each: for a payee, waiting for aforo and paid, found and returned.
    r = await oficina.escribir(SURA, NIT_SURA, 2)
    await oficina.pagar(r)
    operador = Usuario("pablo", frozenset({Rol.OPERADOR}))
    async with oficina.mesa.entorno.uow.begin() as tx:
        hallazgo = await giros.abrir_reintegro(
            tx, r, capital_centavos=CENTAVOS_MES, motivo="Cotizó después", usuario=operador,
            reloj=oficina.mesa.entorno.reloj,
        )  # fmt: skip
    descuento = {
        "reintegro_id": str(hallazgo.id), "metodo": "COMPENSACION", "proceso": "2020-08-1",
        "fecha": "2020-08-03", "capital": a_decimal(CENTAVOS_MES), "interes": "12.34",
    }  # fmt: skip
    tesoreria = oficina.quien(Rol.TESORERIA, "teresa")
    ruta = "/v1/liquidaciones/descuentos"
    assert negado(await oficina.operador.post(ruta, json=descuento))[0] == 403
    for _ in range(2):  # the same process again changes nothing
        hecho = bien(await tesoreria.post(ruta, json=descuento))
        assert (hecho["estado"], hecho["reintegrado"]) == ("REINTEGRADO", a_decimal(CENTAVOS_MES))

    vista = await liquidada(oficina.operador)
    total = {c: de_decimal(v) for c, v in vista["total"].items() if isinstance(v, str)}
    (registros,) = await oficina.mesa.consultar(
        "SELECT count(*) AS personas, sum((datos ->> 'dias')::int) AS dias, "
        "sum(valor_centavos)::bigint AS valor FROM registro WHERE vigente AND valor_centavos > 0"
    )
    resumen = await oficina.resumen()
    assert (vista["concepto"], vista["incluye_pyp"], vista["provision_incapacidades"]) == (
        "UPC_AE", False, "0.00"
    )  # fmt: skip
    assert (vista["total"]["personas"], vista["total"]["dias"], total["liquidado"]) == (
        registros["personas"], registros["dias"], registros["valor"]
    )  # fmt: skip
    assert total["liquidado"] == sum(
        total[c] for c in ("sin_nit", "en_espera", "por_girar", "en_giro", "girado")
    )
    assert total["descontado"] == total["reintegrado"] == CENTAVOS_MES
    assert total["neto"] == total["liquidado"] - CENTAVOS_MES
    control = bien(await oficina.operador.get("/v1/liquidaciones/control?vigencia=2020"))
    assert control["libro"] == a_decimal(resumen.reconocido_centavos)
    assert control["cuadra"] is True, control
    assert negado(await oficina.sura.get("/v1/liquidaciones/control?vigencia=2020"))[0] == 403


async def test_una_eps_ve_lo_suyo_y_las_descargas_dicen_lo_mismo(oficina: Oficina) -> None:
    await oficina.escribir(SURA, NIT_SURA, 1)
    await oficina.escribir(COOMEVA, NIT_COOMEVA, 1)
    toda, suya = await liquidada(oficina.operador), await liquidada(oficina.sura)
    assert {e["codigo_eps"] for e in toda["eps"]} == {SURA, COOMEVA}
    assert suya["eps"] == [e for e in toda["eps"] if e["codigo_eps"] == SURA]
    ips_ajena = oficina.quien(Rol.IPS, "ips", UNO)
    pedido = {"periodo": MES}
    assert negado(await ips_ajena.get("/v1/liquidaciones", params=pedido))[0] == 403
    assert negado(await oficina.sura.get("/v1/liquidaciones?periodo=junio"))[0] == 422

    texto = (await oficina.operador.get("/v1/liquidaciones.csv", params=pedido)).text
    filas = list(csv.DictReader(io.StringIO(texto.removeprefix("\ufeff"))))
    for campo in ("liquidado", "girado", "neto"):
        assert a_decimal(sum(de_decimal(f[campo]) for f in filas)) == toda["total"][campo]
    xlsx = await oficina.operador.get("/v1/liquidaciones.xlsx", params=pedido)
    libro_xlsx = load_workbook(io.BytesIO(xlsx.content), read_only=True)
    assert libro_xlsx.sheetnames == ["EPS", "Zona y grupo", "LMA"]
    encabezado, *grupos = libro_xlsx["Zona y grupo"].iter_rows(values_only=True)
    dias = encabezado.index("dias")
    assert sum(int(str(g[dias])) for g in grupos) == toda["total"]["dias"]
    assert {(g[encabezado.index("zona")], g[encabezado.index("grupo")]) for g in grupos} == {
        ("CIUDADES", "19_44 F")
    }


def test_la_consola_muestra_el_mes(base: BaseDePrueba, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", base.dsn_servicio)
    monkeypatch.setenv("MECANISMOS_ENTORNO", "desarrollo")
    consola = CliRunner()
    hecho = consola.invoke(app, ["liquidacion", MES, "--json"], catch_exceptions=False)
    assert json.loads(hecho.stdout)["total"]["neto"] == "0.00"
    hecho = consola.invoke(app, ["liquidacion", MES], catch_exceptions=False)
    assert "UPC_AE" in hecho.stdout
    with pytest.raises(EntradaInvalida, match="no se liquida por EPS"):
        consola.invoke(app, ["liquidacion", MES, "pruebas"], catch_exceptions=False)
