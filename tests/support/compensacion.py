"""Households whom everybody knows, what their EPS deliver of them, and how they are paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.compensacion_rs.mecanismo import MECANISMO
from shared.enrolamiento.model import Causa, Respuesta, Resultado
from shared.enrolamiento.puertos import PedidoAbrir, PedidoValidar
from shared.enrolamiento.service.vuelta import Enrolador
from shared.giros.schemas import GiroRespondido
from shared.giros.service import aprobar, responder, verificar_cuenta
from shared.seguridad import Rol, Usuario
from shared.tipos import BOGOTA, a_decimal
from tests.support.mesa import FECHA_CORTE, Fila, Mesa, ejemplo

LUNES: Final = datetime(2021, 3, 1, 9, tzinfo=BOGOTA)
"""The window of the EPS is open."""
EPS: Final = "ESS062"
OTRA_EPS: Final = "ESS024"
NITS: Final = {EPS: "900935126", OTRA_EPS: "900226715", "ESS207": "806008394"}
VALOR: Final = 20_482_000
"""Centavos of a household of 2020."""
_ORDENADORA: Final = Usuario("olga", frozenset({Rol.ORDENADOR}))
_OPERADORA: Final = Usuario("pilar", frozenset({Rol.OPERADOR}))
_NOMBRES: Final = {
    "primer_apellido": "PRUEBA",
    "segundo_apellido": "",
    "primer_nombre": "PERSONA",
    "segundo_nombre": "",
}


def persona(casa: int, quien: int = 1) -> str:
    """Document of a member of a household; the first one is its head."""
    return f"99{casa:05d}{quien:03d}"


def clave(casa: int) -> str:
    """Right of a household: that of its head."""
    return f"BDUA:CC:{persona(casa)}"


def candidato(documento: str, eps: str = EPS, **cambios: Any) -> Fila:
    """A confirmed case of October 2020 as its EPS delivers it, with a product of the patient."""
    propios = {
        "codigo_eps": eps,
        "consecutivo": str(int(documento[2:])),
        "tipo_documento": "CC",
        "numero_documento": documento,
        "fecha_nacimiento": "1985-05-05",
        "fecha_confirmacion": "2020-10-05",
        "id_nucleo": f"N{documento}",
        "tipo_documento_receptor": "",
        "numero_documento_receptor": "",
        "codigo_banco": "1007",
        "tipo_producto": "AHORROS",
        "numero_producto": f"77{documento}",
    }
    return ejemplo(MECANISMO) | propios | _NOMBRES | cambios


def familiar(nucleo: str, documento: str, eps: str = EPS) -> Fila:
    """A person that the EPS says is of the family of a case."""
    return {
        "codigo_eps": eps,
        "id_nucleo": nucleo,
        "tipo_documento": "CC",
        "numero_documento": documento,
        "fecha_nacimiento": "1985-05-05",
        "sexo": "F",
        "parentesco": "OTRO",
        "vivo": "SI",
    } | _NOMBRES


def registros(casas: Mapping[int, Sequence[str]]) -> dict[str, list[Fila]]:
    """Registers of households: the EPS of each member. All of them were confirmed."""
    gente = [
        (persona(casa), persona(casa, quien), eps)
        for casa, suyas in casas.items()
        for quien, eps in enumerate(suyas, 1)
    ]
    return {
        "segcovid": [
            {
                "id_caso": f"C{documento}",
                "tipo_registro": "CASO",
                "tipo_documento": "CC",
                "numero_documento": documento,
                "codigo_eps": eps,
                "clasificacion": "CONFIRMADO",
                "fecha_confirmacion": "2020-10-05",
            }
            for _, documento, eps in gente
        ],
        "bdua": [
            {
                "afl_id": documento,
                "tipo_documento": "CC",
                "numero_documento": documento,
                "fecha_nacimiento": "1985-05-05",
                "sexo": "F",
                "codigo_eps": eps,
                "regimen": "S",
                "tipo_afiliado": "F",
                "estado": "AC",
                "desde": "2015-01-01",
                "hasta": "",
                "tipo_documento_cabeza": "CC",
                "numero_documento_cabeza": cabeza,
                "afl_id_cabeza": cabeza,
                **_NOMBRES,
            }
            for cabeza, documento, eps in gente
        ],
    }


async def cargar(mesa: Mesa, casas: Mapping[int, Sequence[str]]) -> None:
    """Load ``registros``."""
    for registro, filas in registros(casas).items():
        await mesa.cargar(registro, filas, FECHA_CORTE)


async def entregar(
    mesa: Mesa, eps: str, *filas: Fila, familiares: Sequence[Fila] = (), **opciones: Any
) -> UUID:
    """Accept an upload of an EPS."""
    anexos = {"familiares": familiares} if familiares else {}
    return await mesa.radicar(Rol.EPS, eps, *filas, nit=NITS[eps], anexos=anexos, **opciones)


# What treasury and the bank do --------------------------------------------------------------------


async def ordenar(mesa: Mesa) -> None:
    """Every account is good and everything recognised is approved."""
    ctx = mesa.ctx
    por_verificar = await mesa.consultar(
        "SELECT id FROM cuenta_bancaria WHERE estado = 'POR_VERIFICAR' ORDER BY id"
    )
    for cuenta in por_verificar:
        async with ctx.uow.begin() as tx:
            await verificar_cuenta(tx, cuenta["id"], usuario=_OPERADORA, reloj=ctx.reloj)
    ids = await mesa.consultar(
        "SELECT id FROM reconocimiento WHERE estado <> 'ANULADO' AND aprobado_at IS NULL "
        "AND espera_por IS DISTINCT FROM 'AFORO' ORDER BY id"
    )
    if ids:
        await aprobar([f["id"] for f in ids], usuario=_ORDENADORA, uow=ctx.uow, reloj=ctx.reloj)


async def responde_el_banco(
    mesa: Mesa, estado: str = "APLICADO", codigo: str | None = None, *, documento: str = ""
) -> int:
    """The bank answers of every order that it has, or of that of one person; of how many."""
    ctx = mesa.ctx
    estados = (
        ("ordenado", "enviado") if estado == "APLICADO" else ("ordenado", "enviado", "aplicado")
    )
    giros = await mesa.consultar(
        "SELECT DISTINCT g.id_giro, g.valor_centavos FROM giro g "
        "JOIN giro_reconocimiento p ON p.giro_id = g.id "
        "JOIN reconocimiento c ON c.id = p.reconocimiento_id "
        "WHERE g.estado = ANY(:estados) AND (:documento = '' OR c.nit = :documento) ORDER BY 1",
        estados=estados,
        documento=documento,
    )
    for giro in giros:
        datos = {
            "id_giro": giro["id_giro"],
            "estado": estado,
            "codigo": codigo,
            "fecha": ctx.reloj.hoy(),
            "valor": a_decimal(giro["valor_centavos"]),
            "referencia_banco": "T-1",
        }
        async with ctx.uow.begin() as tx:
            await responder(tx, GiroRespondido.model_validate(datos), reloj=ctx.reloj)
    return len(giros)


async def pagar(mesa: Mesa) -> None:
    """Everything that may be paid, is."""
    await ordenar(mesa)
    await responde_el_banco(mesa)


class _NoAbre:
    """An operator that finds every product good and opens none."""

    nombre = "prueba"

    async def validar(self, pedido: PedidoValidar) -> Respuesta | None:
        return Respuesta(pedido.id, Resultado.ACEPTADA)

    async def abrir(self, pedido: PedidoAbrir) -> Respuesta | None:
        return Respuesta(pedido.id, Resultado.RECHAZADA, Causa.SIN_CONTACTO)


async def enrolar(mesa: Mesa) -> None:
    """A round of the enrolment: what the bank returned is looked at."""
    await Enrolador(_NoAbre())(mesa.ctx)
