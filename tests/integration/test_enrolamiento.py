"""Products of CET payees on a real database: checked, opened, retried, given up, paid again.

One submission is judged for the module; each test has a copy of its database and a clock.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from sqlalchemy.engine import make_url

from services.compensacion_rs.mecanismo import MECANISMO
from services.operaciones.app import crear_app as crear_operaciones
from shared.embebido.postgres import PostgresEmbebido
from shared.enrolamiento.errors import EnrolamientoNoAdmite, RespuestaContradice
from shared.enrolamiento.model import (
    REINTENTOS_GIRO,
    Causa,
    EfectoRespuesta,
    Enrolamiento,
    EstadoEnrolamiento,
    Operacion,
    Respuesta,
    Resultado,
)
from shared.enrolamiento.oficio import oficio
from shared.enrolamiento.puertos import PedidoAbrir, PedidoValidar
from shared.enrolamiento.repository import EnrolamientoRepository
from shared.enrolamiento.schemas import ENCABEZADO_RESPUESTAS
from shared.enrolamiento.service.manual import dar_producto, reintentar, responder
from shared.enrolamiento.service.vuelta import Enrolador, aplicar
from shared.enrolamiento.settings import AjustesEnrolamiento
from shared.enrolamiento.simulado import AvisosSimulados
from shared.giros.errors import TitularDistinto
from shared.giros.model import CuentaPago, EstadoRespuesta, Reconocimiento
from shared.giros.repository import GiroRepository, ReconocimientoRepository
from shared.giros.schemas import GiroRespondido
from shared.giros.service import aprobar
from shared.giros.service import responder as responder_giro
from shared.presupuesto import service as libro
from shared.radicacion.liberacion import liberar
from shared.radicacion.service import Subsana
from shared.seguridad import Rol, Usuario, emitir_token
from shared.tipos import BOGOTA, ServicioNoDisponible, a_decimal
from shared.web.mecanismo import crear_app
from shared.web.unir import unir
from tests.support.mesa import FECHA_CORTE, Fila, Mesa, ejemplo, mesa_vacia

LUNES: Final = datetime(2021, 3, 1, 9, tzinfo=BOGOTA)
EPS: Final = "ESS062"
NIT_EPS: Final = "900935126"
VALOR: Final = 20_482_000
"""Centavos of a CET of 2020."""
ORDENADOR = Usuario("olga", frozenset({Rol.ORDENADOR}))
OPERADOR = Usuario("pablo", frozenset({Rol.OPERADOR}))
CON, SIN, LIDER, PARIENTE = PERSONAS = [f"992000010{n}" for n in range(4)]
"""With a product, without one, and two of one núcleo, of whom the first has a product."""


@dataclass
class Guion:
    """An operator that says what the test tells it, and remembers what it was asked."""

    dice: dict[tuple[Operacion, str], Causa | CuentaPago | None] = field(default_factory=dict)
    pedidos: Counter[tuple[Operacion, str]] = field(default_factory=Counter)
    contactos: list[Any] = field(default_factory=list)
    nombre: str = "guion"

    async def validar(self, pedido: PedidoValidar) -> Respuesta | None:
        return self._responder(pedido.id, Operacion.VALIDAR, pedido.producto.titular_nit)

    async def abrir(self, pedido: PedidoAbrir) -> Respuesta | None:
        self.contactos.append(pedido.contacto)
        return self._responder(pedido.id, Operacion.ABRIR, pedido.beneficiario.numero)

    def _responder(self, id_: UUID, operacion: Operacion, documento: str) -> Respuesta | None:
        self.pedidos[operacion, documento] += 1
        if (operacion, documento) not in self.dice:
            return None
        dicho = self.dice[operacion, documento]
        if isinstance(dicho, Causa):
            return Respuesta(id_, Resultado.RECHAZADA, dicho)
        return Respuesta(id_, Resultado.ACEPTADA, producto=dicho)


def de(documento: str, numero: str = "3001234567") -> CuentaPago:
    return CuentaPago("1551", "DBM", numero, documento, "CC")


def caso(documento: str, *, producto: bool = True, **cambios: str) -> Fila:
    """A confirmed case that leads its núcleo, as its EPS reports it."""
    fila = ejemplo(MECANISMO) | {
        "codigo_eps": EPS,
        "id_cargue": "CARGUE01",
        "consecutivo": documento[-4:],
        "tipo_documento": "CC",
        "numero_documento": documento,
        "primer_apellido": "PRUEBA",
        "segundo_apellido": "",
        "primer_nombre": "PERSONA",
        "segundo_nombre": "",
        "fecha_nacimiento": "1985-05-05",
        "fecha_confirmacion": "2020-10-05",
        "aislamiento_inicio": "2020-10-05",
        "aislamiento_fin": "2020-10-18",
        "cumple_aislamiento": "SI",
        "fallecido": "NO",
        "fecha_defuncion": "",
        "id_nucleo": f"N{documento[-4:]}",
        "tipo_documento_receptor": "",
        "numero_documento_receptor": "",
        "celular": "3009998877",
        "correo": "persona@correo.example",
        "direccion": "CALLE 1 2 3",
        "codigo_municipio": "05001",
        "codigo_banco": "1040" if producto else "",
        "tipo_producto": "AHORROS" if producto else "",
        "numero_producto": f"40{documento}" if producto else "",
    }
    return fila | cambios


def registros() -> dict[str, list[Fila]]:
    return {
        "segcovid": [
            {
                "id_caso": f"C{d}",
                "tipo_registro": "CASO",
                "tipo_documento": "CC",
                "numero_documento": d,
                "codigo_eps": EPS,
                "codigo_municipio": "05001",
                "clasificacion": "CONFIRMADO",
                "fecha_confirmacion": "2020-10-05",
                "cumple_aislamiento": "",
            }
            for d in PERSONAS
        ],
        "bdua": [
            {
                "afl_id": str(7000 + i),
                "tipo_documento": "CC",
                "numero_documento": d,
                "primer_apellido": "PRUEBA",
                "primer_nombre": "PERSONA",
                "fecha_nacimiento": "1985-05-05",
                "sexo": "F",
                "codigo_eps": EPS,
                "regimen": "S",
                "tipo_afiliado": "F",
                "estado": "AC",
                "desde": "2015-01-01",
                "hasta": "",
                "tipo_documento_cabeza": "CC",
                "numero_documento_cabeza": LIDER if d == PARIENTE else d,
            }
            for i, d in enumerate(PERSONAS)
        ],
    }


@dataclass
class Escena:
    """The mesa, the operator of the test and the verbs of the story."""

    mesa: Mesa
    registros: list[Fila]
    guion: Guion = field(default_factory=Guion)

    @property
    def con(self) -> Fila:
        return self.registros[0]

    @property
    def sin(self) -> Fila:
        return self.registros[1]

    @property
    def enrolador(self) -> Enrolador:
        return Enrolador(self.guion, AvisosSimulados(), -timedelta(seconds=1))

    async def vuelta(self) -> None:
        await self.enrolador(self.mesa.ctx)

    def avanzar(self, dias: int) -> None:
        self.mesa.entorno.fijo.avanzar(timedelta(days=dias))

    async def radicar(self, *filas: Fila, **opciones: Any) -> list[Fila]:
        """On the Monday that comes."""
        ahora = self.mesa.entorno.fijo.ahora()
        self.mesa.en(ahora + timedelta(days=(7 - ahora.weekday()) % 7))
        return await self.mesa.resolver(Rol.EPS, EPS, *filas, nit=NIT_EPS, **opciones)

    async def estado(self, registro: Fila) -> str:
        """As it is published."""
        hallados = await self.mesa.registros(registro["radicacion_id"])
        return str(next(r["estado"] for r in hallados if r["id"] == registro["id"]))

    async def propio(self, registro: Fila) -> Fila:
        """The record itself."""
        (fila,) = await self.mesa.consultar(
            "SELECT estado, codigos, valor_centavos, libera FROM registro WHERE id = :id",
            id=registro["id"],
        )
        return fila

    async def enrolamiento(self, registro: Fila) -> Enrolamiento:
        (fila,) = await self.mesa.consultar(
            "SELECT e.id FROM enrolamiento e JOIN registro_pago p USING (reconocimiento_id) "
            "WHERE p.radicacion_id = :radicacion AND p.fila = :fila",
            radicacion=registro["radicacion_id"],
            fila=registro["fila"],
        )
        async with self.mesa.ctx.uow.begin() as tx:
            return (await EnrolamientoRepository(tx).get_many([fila["id"]]))[fila["id"]]

    async def reconocimiento(self, registro: Fila) -> Reconocimiento:
        e = await self.enrolamiento(registro)
        async with self.mesa.ctx.uow.begin() as tx:
            hallados = await ReconocimientoRepository(tx).get_many([e.reconocimiento_id])
        return hallados[e.reconocimiento_id]

    async def aprobar(self, registro: Fila) -> str:
        r = await self.reconocimiento(registro)
        ctx = self.mesa.ctx
        (r,) = await aprobar([r.id], usuario=ORDENADOR, uow=ctx.uow, reloj=ctx.reloj)
        return r.estado.value

    async def banco(self, registro: Fila, estado: str, codigo: str | None = None) -> None:
        """The bank answers the last order of the record."""
        r = await self.reconocimiento(registro)
        async with self.mesa.ctx.uow.begin() as tx:
            giro = (await GiroRepository(tx).de_reconocimientos([r.id]))[-1]
            datos = GiroRespondido(
                id_giro=giro.id_giro,
                estado=EstadoRespuesta(estado),
                codigo=codigo,
                fecha=self.mesa.ctx.reloj.hoy(),
                valor=a_decimal(giro.valor_centavos),
                referencia_banco=f"T-{giro.id_giro}",
            )
            await responder_giro(tx, datos, reloj=self.mesa.ctx.reloj)

    async def cambios(self, registro: Fila) -> list[tuple[str, str]]:
        filas = await self.mesa.consultar(
            "SELECT de, a FROM registro_cambio WHERE registro_id = :id ORDER BY en, id",
            id=registro["id"],
        )
        return [(f["de"], f["a"]) for f in filas]

    async def solicitudes(self, registro: Fila) -> list[tuple[str, int, str | None, bool | None]]:
        e = await self.enrolamiento(registro)
        filas = await self.mesa.consultar(
            "SELECT operacion, intento, resultado, tuvo_efecto FROM enrolamiento_solicitud "
            "WHERE enrolamiento_id = :id ORDER BY numero",
            id=e.id,
        )
        return [tuple(f.values()) for f in filas]

    async def avisos(self, registro: Fila) -> list[tuple[str, str, str]]:
        e = await self.enrolamiento(registro)
        filas = await self.mesa.consultar(
            "SELECT clase, canal, destino FROM enrolamiento_aviso WHERE enrolamiento_id = :id "
            "ORDER BY id",
            id=e.id,
        )
        return [tuple(f.values()) for f in filas]

    async def cuadra(self) -> None:
        async with self.mesa.ctx.uow.begin() as tx:
            assert await libro.descuadres(tx) == []

    async def comprometido(self) -> int:
        """Centavos that the line has recognised."""
        async with self.mesa.ctx.uow.begin() as tx:
            anio = self.mesa.ctx.reloj.hoy().year
            linea = await libro.obtener_linea(tx, MECANISMO.nombre, anio)
            return (await libro.resumen(tx, linea)).reconocido_centavos


@dataclass(frozen=True)
class Preparada:
    """A database with everything judged, and its folder."""

    base: str
    datos: Path
    radicacion_id: UUID


@pytest.fixture(scope="module")
async def preparada(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> Preparada:
    datos = tmp_path_factory.mktemp("enrolamiento")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, LUNES) as mesa:
        for registro, filas in registros().items():
            await mesa.cargar(registro, filas, FECHA_CORTE)
        await mesa.presupuestar(100 * VALOR)
        await mesa.recaudar(100 * VALOR)
        id_ = await mesa.radicar(
            Rol.EPS,
            EPS,
            caso(CON),
            caso(SIN, producto=False),
            caso(LIDER, id_nucleo="N"),
            caso(PARIENTE, id_nucleo="N", producto=False),
            nit=NIT_EPS,
        )
        await mesa.procesar(id_)
        base = make_url(str(mesa.entorno.ajustes.database_url)).database or ""
    return Preparada(base, datos, id_)


@pytest.fixture
async def escena(postgres: PostgresEmbebido, preparada: Preparada) -> AsyncIterator[Escena]:
    async with mesa_vacia(MECANISMO, postgres, preparada.base, preparada.datos, LUNES) as mesa:
        yield Escena(mesa, await mesa.registros(preparada.radicacion_id))


async def test_a_product_that_serves_is_paid(escena: Escena) -> None:
    """5 → 1: nobody is ordered into an account that nobody checked."""
    persona, r = CON, escena.con
    assert r["estado"] == "EN_VALIDACION_BANCARIA"
    await escena.vuelta()
    assert await escena.aprobar(r) == "ESPERA_CUENTA"
    assert await escena.estado(r) == "EN_VALIDACION_BANCARIA"

    escena.guion.dice[Operacion.VALIDAR, persona] = None
    await escena.vuelta()
    assert (await escena.enrolamiento(r)).estado is EstadoEnrolamiento.LISTO
    assert (await escena.reconocimiento(r)).estado == "ORDENADO"
    await escena.banco(r, "APLICADO")
    assert await escena.estado(r) == "PAGADO"
    await escena.vuelta()
    assert await escena.solicitudes(r) == [("VALIDAR", 1, "ACEPTADA", True)]
    assert await escena.cambios(r) == []
    assert escena.guion.pedidos[Operacion.VALIDAR, persona] == 2
    await escena.cuadra()


async def test_a_product_that_does_not_serve_is_replaced_by_one_that_is_opened(
    escena: Escena,
) -> None:
    """5 → 3 → 5 → 1, and whoever is paid is told, without a datum of theirs in the database."""
    persona, r, guion = CON, escena.con, escena.guion
    guion.dice[Operacion.VALIDAR, persona] = Causa.PRODUCTO_INACTIVO
    await escena.vuelta()
    assert await escena.estado(r) == "EN_ENROLAMIENTO"
    assert await escena.propio(r) == {
        "estado": "EN_ENROLAMIENTO",
        "codigos": ["CET-14"],
        "valor_centavos": VALOR,
        "libera": False,
    }
    e = await escena.enrolamiento(r)
    assert (e.estado, e.codigo) == (EstadoEnrolamiento.ENROLANDO, "PRODUCTO_INACTIVO")

    guion.dice[Operacion.ABRIR, persona] = de(persona)
    await escena.vuelta()
    await escena.vuelta()
    assert guion.contactos[-1].celular == "3009998877"
    assert guion.contactos[-1].codigo_municipio == "05001"
    assert await escena.propio(r) == {
        "estado": "EN_VALIDACION_BANCARIA",
        "codigos": [],
        "valor_centavos": VALOR,
        "libera": False,
    }
    assert await escena.aprobar(r) == "ORDENADO"
    await escena.banco(r, "APLICADO")
    assert await escena.estado(r) == "PAGADO"
    assert await escena.cambios(r) == [
        ("EN_VALIDACION_BANCARIA", "EN_ENROLAMIENTO"),
        ("EN_ENROLAMIENTO", "EN_VALIDACION_BANCARIA"),
    ]
    assert await escena.avisos(r) == [
        ("SE_ABRE_CUENTA", "SMS", "…877"),
        ("CUENTA_ABIERTA", "SMS", "…877"),
    ]
    cuentas = await escena.mesa.consultar(
        "SELECT estado FROM cuenta_bancaria WHERE nit = :nit ORDER BY id", nit=persona
    )
    assert [c["estado"] for c in cuentas] == ["RECHAZADA", "VERIFICADA"]
    await escena.cuadra()


async def test_enrolment_is_asked_four_times_and_goes_back_to_the_eps(escena: Escena) -> None:
    """3 → 9: the recognition goes with opposite entries, the right and the cupos are free, and the
    EPS may correct it."""
    persona, r = SIN, escena.sin
    antes = await escena.comprometido() - VALOR
    assert (r["estado"], r["valor_centavos"]) == ("EN_ENROLAMIENTO", VALOR)
    for dias in (0, 14, 1, 15, 15, 14):
        escena.avanzar(dias)
        await escena.vuelta()
    assert await escena.solicitudes(r) == [("ABRIR", n, None, None) for n in (1, 2, 3, 4)]
    assert await escena.estado(r) == "EN_ENROLAMIENTO"

    escena.avanzar(1)
    await asyncio.gather(escena.vuelta(), escena.vuelta())
    assert await escena.estado(r) == "EN_CORRECCION_EPS"
    assert await escena.propio(r) == {
        "estado": "EN_CORRECCION_EPS",
        "codigos": ["CET-14"],
        "valor_centavos": 0,
        "libera": True,
    }
    assert (await escena.reconocimiento(r)).estado == "ANULADO"
    assert await escena.comprometido() == antes
    assert await escena.cambios(r) == [("EN_ENROLAMIENTO", "EN_CORRECCION_EPS")]
    assert (await escena.avisos(r))[-1] == ("ACUDA_A_SU_EPS", "SMS", "…877")
    (radicacion,) = await escena.mesa.consultar(
        "SELECT resumen FROM radicacion WHERE id = :id", id=r["radicacion_id"]
    )
    assert radicacion["resumen"]["por_estado"]["EN_CORRECCION_EPS"] == 1
    await escena.cuadra()

    # An answer that comes now opens nothing.
    (s, *_) = await escena.mesa.consultar(
        "SELECT id FROM enrolamiento_solicitud WHERE enrolamiento_id = :id ORDER BY numero",
        id=(await escena.enrolamiento(r)).id,
    )
    tarde = Respuesta(s["id"], Resultado.ACEPTADA, producto=de(persona))
    assert await aplicar([tarde], escena.mesa.ctx, por="operador:guion") == {
        EfectoRespuesta.SIN_EFECTO: 1
    }
    assert not await escena.mesa.consultar(
        "SELECT id FROM cuenta_bancaria WHERE nit = :nit", nit=persona
    )

    (corregido,) = await escena.radicar(
        caso(persona),
        corrige=r["radicacion_id"],
        subsana=[Subsana(1, r["radicacion_id"], r["fila"])],
    )
    assert (corregido["estado"], corregido["version"]) == ("EN_VALIDACION_BANCARIA", 2)
    escena.guion.dice[Operacion.VALIDAR, persona] = None
    await escena.vuelta()
    assert await escena.aprobar(corregido) == "ORDENADO"
    assert await escena.comprometido() == antes + VALOR


async def test_four_refusals_are_enough(escena: Escena) -> None:
    persona, r = SIN, escena.sin
    escena.guion.dice[Operacion.ABRIR, persona] = Causa.SIN_CONTACTO
    for dias in (0, 15, 15):
        escena.avanzar(dias)
        await escena.vuelta()
        assert await escena.estado(r) == "EN_ENROLAMIENTO"
    escena.avanzar(15)
    await escena.vuelta()
    assert await escena.estado(r) == "EN_CORRECCION_EPS"
    assert (await escena.enrolamiento(r)).codigo == "SIN_CONTACTO"
    assert Counter(clase for clase, *_ in await escena.avisos(r)) == {
        "SE_ABRE_CUENTA": 4,
        "ACUDA_A_SU_EPS": 1,
    }


async def listo(escena: Escena) -> Fila:
    """The one with a product, its order at the bank."""
    escena.guion.dice[Operacion.VALIDAR, CON] = None
    await escena.vuelta()
    assert await escena.aprobar(escena.con) == "ORDENADO"
    return escena.con


@pytest.mark.parametrize("ya_pagado", [False, True])
async def test_a_closed_product_is_enrolled_again(escena: Escena, ya_pagado: bool) -> None:
    """Before or after the bank said that it paid (1 → 3): the same money, once, elsewhere."""
    r = await listo(escena)
    if ya_pagado:
        await escena.banco(r, "APLICADO")
        assert await escena.estado(r) == "PAGADO"
    await escena.banco(r, "DEVUELTO", "R02")
    await escena.vuelta()
    assert await escena.estado(r) == "EN_ENROLAMIENTO"
    assert (await escena.reconocimiento(r)).estado == "ESPERA_CUENTA"
    escena.guion.dice[Operacion.ABRIR, CON] = de(CON)
    await escena.vuelta()
    assert (await escena.reconocimiento(r)).estado == "ORDENADO"
    assert await escena.estado(r) == "EN_VALIDACION_BANCARIA"
    await escena.banco(r, "APLICADO")
    assert await escena.estado(r) == "PAGADO"
    giros = await escena.mesa.consultar(
        "SELECT g.estado, g.id_giro_origen IS NOT NULL AS repite FROM giro g "
        "JOIN giro_reconocimiento p ON p.giro_id = g.id WHERE p.reconocimiento_id = :id "
        "ORDER BY g.id",
        id=(await escena.reconocimiento(r)).id,
    )
    assert [tuple(g.values()) for g in giros] == [("reprogramado", False), ("aplicado", True)]
    await escena.cuadra()


async def test_an_account_of_somebody_else_goes_back_to_the_eps(escena: Escena) -> None:
    antes = await escena.comprometido() - VALOR
    r = await listo(escena)
    await escena.banco(r, "DEVUELTO", "R17")
    await escena.vuelta()
    assert await escena.estado(r) == "EN_CORRECCION_EPS"
    assert (await escena.enrolamiento(r)).codigo == "TITULAR_DISTINTO"
    assert (await escena.reconocimiento(r)).estado == "ANULADO"
    assert await escena.comprometido() == antes
    await escena.cuadra()


async def test_a_technical_return_is_ordered_again_three_times_and_then_looked_at(
    escena: Escena,
) -> None:
    r = await listo(escena)
    for _ in range(REINTENTOS_GIRO):
        await escena.banco(r, "DEVUELTO", "R32")
        await escena.vuelta()
        assert (await escena.reconocimiento(r)).estado == "ORDENADO"
    await escena.banco(r, "DEVUELTO", "R32")
    await escena.vuelta()
    await escena.vuelta()
    assert (await escena.reconocimiento(r)).estado == "GIRO_DEVUELTO"
    e = await escena.enrolamiento(r)
    assert (e.estado, e.codigo) == (EstadoEnrolamiento.REVISION, "R32")
    assert await escena.estado(r) == "EN_VALIDACION_BANCARIA"
    vuelto = await reintentar(e.id, usuario=OPERADOR, ctx=escena.mesa.ctx)
    assert vuelto.estado is EstadoEnrolamiento.LISTO
    assert (await escena.reconocimiento(r)).estado == "ORDENADO"
    await escena.cuadra()


class SeMuere(Guion):
    """An operator that answers, and whose asker dies before writing it down."""

    async def abrir(self, pedido: PedidoAbrir) -> Respuesta | None:
        await super().abrir(pedido)
        raise ServicioNoDisponible("El operador no responde.")


async def test_a_worker_that_dies_and_two_at_once_open_one_account(escena: Escena) -> None:
    persona, r = SIN, escena.sin
    muere = SeMuere({(Operacion.ABRIR, persona): de(persona)})
    for _ in range(2):
        with pytest.raises(ServicioNoDisponible):
            await Enrolador(muere, AvisosSimulados(), -timedelta(seconds=1))(escena.mesa.ctx)
    assert await escena.solicitudes(r) == [("ABRIR", 1, None, None)]

    escena.guion.dice[Operacion.ABRIR, persona] = de(persona)
    await asyncio.gather(*(escena.vuelta() for _ in range(4)))
    assert await escena.solicitudes(r) == [("ABRIR", 1, "ACEPTADA", True)]
    assert await escena.cambios(r) == [("EN_ENROLAMIENTO", "EN_VALIDACION_BANCARIA")]
    cuentas = await escena.mesa.consultar(
        "SELECT estado FROM cuenta_bancaria WHERE nit = :nit", nit=persona
    )
    assert [c["estado"] for c in cuentas] == ["VERIFICADA"]
    assert [a for a, *_ in await escena.avisos(r)] == ["SE_ABRE_CUENTA", "CUENTA_ABIERTA"]


async def test_answers_repeated_and_out_of_order_have_one_outcome(escena: Escena) -> None:
    """The second request was answered first; the first one, late, says something else."""
    persona, r = SIN, escena.sin
    await escena.vuelta()
    escena.avanzar(15)
    await escena.vuelta()
    e = await escena.enrolamiento(r)
    primera, segunda = (
        s["id"]
        for s in await escena.mesa.consultar(
            "SELECT id FROM enrolamiento_solicitud WHERE enrolamiento_id = :id ORDER BY numero",
            id=e.id,
        )
    )
    abre = Respuesta(segunda, Resultado.ACEPTADA, producto=de(persona))
    otra = Respuesta(primera, Resultado.ACEPTADA, producto=de(persona, "3110000000"))
    niega = Respuesta(segunda, Resultado.RECHAZADA, Causa.SIN_CONTACTO)
    ctx = escena.mesa.ctx
    repetidas = await asyncio.gather(*(aplicar([abre], ctx, por="x") for _ in range(3)))
    assert sum(repetidas, Counter()) == {EfectoRespuesta.APLICADA: 1, EfectoRespuesta.REPETIDA: 2}
    assert await aplicar([otra, niega, abre], ctx, por="x") == {
        EfectoRespuesta.SIN_EFECTO: 1,
        EfectoRespuesta.CONTRADICE: 1,
        EfectoRespuesta.REPETIDA: 1,
    }
    with pytest.raises(RespuestaContradice):
        await responder(e.id, niega, usuario=OPERADOR, ctx=ctx)
    cuentas = await escena.mesa.consultar(
        "SELECT numero_producto, estado FROM cuenta_bancaria WHERE nit = :nit", nit=persona
    )
    assert [tuple(c.values()) for c in cuentas] == [("3001234567", "VERIFICADA")]


async def test_an_operador_insists_answers_and_gives_a_product(escena: Escena) -> None:
    ctx = escena.mesa.ctx
    persona, r = SIN, escena.sin
    await escena.vuelta()
    e = await escena.enrolamiento(r)
    for _ in range(2):  # twice on one day is once
        assert (await reintentar(e.id, usuario=OPERADOR, ctx=ctx)).intento == 1
    escena.avanzar(3)
    assert (await reintentar(e.id, usuario=OPERADOR, ctx=ctx)).intento == 2

    ajeno = CuentaPago("1551", "DBM", "3001234567", "77777777", "CC")
    with pytest.raises(TitularDistinto) as error:
        await dar_producto(e.id, ajeno, usuario=OPERADOR, ctx=ctx)
    assert persona not in error.value.detalle
    (s,) = await escena.mesa.consultar(
        "SELECT id FROM enrolamiento_solicitud WHERE enrolamiento_id = :id AND numero = 1", id=e.id
    )
    with pytest.raises(TitularDistinto):
        await responder(
            e.id, Respuesta(s["id"], Resultado.ACEPTADA, producto=ajeno), usuario=OPERADOR, ctx=ctx
        )
    dado = await dar_producto(e.id, de(persona), usuario=OPERADOR, ctx=ctx)
    assert (dado.estado, dado.intento) == (EstadoEnrolamiento.VALIDANDO, 1)
    assert await escena.estado(r) == "EN_VALIDACION_BANCARIA"
    # The account that was being opened is not needed any more.
    tarde = Respuesta(s["id"], Resultado.ACEPTADA, producto=de(persona, "3110000000"))
    assert (await responder(e.id, tarde, usuario=OPERADOR, ctx=ctx))[1] is (
        EfectoRespuesta.SIN_EFECTO
    )
    escena.guion.dice[Operacion.VALIDAR, persona] = None
    await escena.vuelta()
    assert (await escena.enrolamiento(r)).estado is EstadoEnrolamiento.LISTO
    with pytest.raises(EnrolamientoNoAdmite):
        await reintentar(e.id, usuario=OPERADOR, ctx=ctx)


async def test_a_relative_is_elected_when_the_lead_runs_out(escena: Escena) -> None:
    """The núcleo is free: who was held behind the lead is judged again."""
    uno, dos = escena.registros[2:]
    assert [uno["estado"], dos["estado"]] == [
        "EN_VALIDACION_BANCARIA",
        "NUCLEO_VALIDACION_BANCARIA",
    ]
    escena.guion.dice[Operacion.VALIDAR, LIDER] = Causa.PRODUCTO_NO_EXISTE
    for dias in (0, 0, 15, 15, 15, 15):
        escena.avanzar(dias)
        await escena.vuelta()
    assert await escena.estado(uno) == "EN_CORRECCION_EPS"
    await liberar(escena.mesa.ctx)
    assert await escena.estado(dos) == "EN_ENROLAMIENTO"
    await escena.vuelta()
    assert (await escena.enrolamiento(dos)).estado is EstadoEnrolamiento.ENROLANDO
    await escena.cuadra()


@dataclass(frozen=True)
class Ventanilla:
    """The applications on the database of the scene."""

    escena: Escena

    async def pedir(
        self, rol: Rol, metodo: str, ruta: str, entidad: str | None = None, **opciones: Any
    ) -> httpx.Response:
        entorno = self.escena.mesa.entorno
        apps = {
            "operaciones": crear_operaciones(entorno),
            "compensacion-rs": crear_app(MECANISMO, entorno),
        }
        token = emitir_token(entorno.ajustes, Usuario(f"{rol}", frozenset({rol}), entidad))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=unir(apps)),
            base_url="http://mecanismos",
            headers={"Authorization": f"Bearer {token}"},
        ) as cliente:
            return await cliente.request(metodo, ruta, **opciones)


RAIZ: Final = "/operaciones/v1/enrolamientos/compensacion_rs"


async def test_an_operador_exchanges_files_and_the_eps_sees_who_acts(escena: Escena) -> None:
    await escena.mesa.cargar(
        "programas",
        [
            {
                "programa": "Ingreso Solidario",
                "tipo_documento": "CC",
                "numero_documento": SIN,
                "nombre": "PERSONA PRUEBA",
                "codigo_banco": "1551",
                "tipo_producto": "DBM",
                "numero_producto": "3117776655",
            }
        ],
        FECHA_CORTE,
    )
    await escena.vuelta()
    http, e = Ventanilla(escena), await escena.enrolamiento(escena.sin)

    # The EPS sees its own, masked, with what is missing and who acts; another EPS, none.
    propias = (await http.pedir(Rol.EPS, "GET", "/compensacion-rs/v1/enrolamientos", EPS)).json()
    suya = next(d for d in propias["datos"] if d["id"] == str(e.id))
    assert (suya["estado"], suya["numero_documento"]) == ("ENROLANDO", f"…{SIN[-3:]}")
    assert suya["falta"] == "Un producto a nombre del receptor."
    assert suya["actua"].startswith("El operador bancario")
    assert suya["registros"] == [
        {
            "id": str(escena.sin["id"]),
            "radicacion_id": str(escena.sin["radicacion_id"]),
            "fila": 2,
        }
    ]
    una = f"/compensacion-rs/v1/enrolamientos/{e.id}"
    assert (await http.pedir(Rol.EPS, "GET", una, EPS)).status_code == 200
    assert (await http.pedir(Rol.EPS, "GET", una, "EPS010")).status_code == 404

    # Only an operador has the data of the payees, and only in the file that is for the bank.
    for rol in (Rol.TESORERIA, Rol.AUDITOR, Rol.ORDENADOR):
        assert (await http.pedir(rol, "GET", f"{RAIZ}/pedidos.csv")).status_code == 403
    bajado = (await http.pedir(Rol.OPERADOR, "GET", f"{RAIZ}/pedidos.csv")).text
    pedidos = {
        f["numero_documento"]: f for f in csv.DictReader(io.StringIO(bajado.removeprefix("\ufeff")))
    }
    assert set(pedidos) == {CON, SIN, LIDER}
    assert (pedidos[SIN]["operacion"], pedidos[SIN]["celular"]) == ("ABRIR", "3009998877")
    assert (pedidos[CON]["operacion"], pedidos[CON]["celular"]) == ("VALIDAR", "")
    assert pedidos[CON]["numero_producto"] == f"40{CON}"

    visto = await http.pedir(Rol.OPERADOR, "GET", f"{RAIZ}/{e.id}")
    assert visto.json()["sugerencias"] == [
        {
            "programa": "Ingreso Solidario",
            "codigo_banco": "1551",
            "tipo_producto": "DBM",
            "numero_producto": "…655",
        }
    ]
    assert SIN not in visto.text
    assert (await http.pedir(Rol.AUDITOR, "GET", f"{RAIZ}/{e.id}")).json()["sugerencias"] == []

    respuestas = "\n".join(
        [
            ",".join(ENCABEZADO_RESPUESTAS),
            f"{pedidos[SIN]['solicitud_id']},ACEPTADA,,1551,DBM,3001234567,CC,{SIN}",
            f"{pedidos[CON]['solicitud_id']},RECHAZADA,NO_ADMITE_ABONOS,,,,,",
            f"{UUID(int=1)},RECHAZADA,SIN_CONTACTO,,,,,",
        ]
    )
    for aplicadas, repetidas in ((2, 0), (0, 2)):
        subido = await http.pedir(
            Rol.OPERADOR,
            "POST",
            f"{RAIZ}/respuestas",
            files={"archivo": ("respuestas.csv", respuestas.encode())},
        )
        assert subido.json() == {
            "aplicadas": aplicadas,
            "sin_efecto": 0,
            "repetidas": repetidas,
            "contradicen": 0,
            "desconocidas": 1,
        }
    assert await escena.estado(escena.sin) == "EN_VALIDACION_BANCARIA"
    assert await escena.estado(escena.con) == "EN_ENROLAMIENTO"
    totales = (await http.pedir(Rol.AUDITOR, "GET", f"{RAIZ}/totales")).json()
    assert totales == {"ENROLANDO": 1, "LISTO": 1, "VALIDANDO": 1}
    por_estado = await http.pedir(Rol.AUDITOR, "GET", RAIZ, params={"estado": "LISTO"})
    assert [d["id"] for d in por_estado.json()["datos"]] == [str(e.id)]
    viejos = await http.pedir(Rol.AUDITOR, "GET", RAIZ, params={"dias": 1})
    assert viejos.json()["datos"] == []

    ajeno = {
        "codigo_banco": "1551",
        "tipo_producto": "DBM",
        "numero_producto": "3001234567",
        "titular_tipo_documento": "CC",
        "titular_numero_documento": "77777777",
    }
    lider = (await escena.enrolamiento(escena.registros[2])).id
    negado = await http.pedir(Rol.OPERADOR, "POST", f"{RAIZ}/{lider}/producto", json=ajeno)
    assert (negado.status_code, negado.json()["codigo"]) == (409, "giros.titular_distinto")
    suyo = ajeno | {"titular_numero_documento": LIDER}
    dado = await http.pedir(Rol.OPERADOR, "POST", f"{RAIZ}/{lider}/producto", json=suyo)
    assert (dado.status_code, dado.json()["estado"]) == (200, "VALIDANDO")
    detalle = (await http.pedir(Rol.OPERADOR, "GET", f"{RAIZ}/{lider}")).json()
    pendiente = detalle["solicitudes"][-1]["id"]
    hecho = await http.pedir(
        Rol.OPERADOR,
        "POST",
        f"{RAIZ}/{lider}/solicitudes/{pendiente}/respuesta",
        json={"resultado": "ACEPTADA"},
    )
    assert (hecho.status_code, hecho.json()["estado"]) == (200, "LISTO")
    otra_vez = await http.pedir(Rol.OPERADOR, "POST", f"{RAIZ}/{lider}/reintentar")
    assert otra_vez.status_code == 409


async def test_the_worker_queues_a_round_when_something_is_due(escena: Escena) -> None:
    ajustes = escena.mesa.entorno.ajustes
    propios = AjustesEnrolamiento(operador="simulado", avisos="simulado", segundos_por_dia=0)
    trabajo = oficio(ajustes, propios)
    assert trabajo.encolar is not None
    ctx = escena.mesa.ctx
    for queda in (True, False):  # one waits at the most
        async with ctx.uow.begin() as tx:
            assert await trabajo.encolar(tx, ctx) is queda
    await trabajo.hacer(MECANISMO.nombre, lambda _: ctx)
    estados = await escena.mesa.consultar("SELECT DISTINCT estado FROM enrolamiento")
    assert {e["estado"] for e in estados} <= {"LISTO", "ENROLANDO", "VALIDANDO"}
    assert await escena.mesa.consultar(
        "SELECT id FROM enrolamiento_solicitud WHERE respondida_por = 'operador:simulado'"
    )
    assert not await escena.mesa.consultar(
        "SELECT id FROM enrolamiento_aviso WHERE enviado_at IS NULL"
    )
