"""The product of whoever is paid, from what the EPS reported to an account that can be paid into.

No I/O. Source: ``dominio`` compensacion_rs §6 (transitions 5 → 3, 3 → 5, 3 → 9), §8 (product,
validation, enrolment, returned giros); registers §17 (return codes). All of it is a design choice
([C]): no operating annex was located, and no real operator was confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.giros.model import (
    Beneficiario,
    CuentaBancaria,
    CuentaPago,
    EstadoCuentaBancaria,
    EstadoReconocimiento,
)

EN_ENROLAMIENTO: Final = "EN_ENROLAMIENTO"
"""State of a record whose payee is being opened an account (CET §6, 3)."""
EN_VALIDACION_BANCARIA: Final = "EN_VALIDACION_BANCARIA"
"""State of a record whose payee has a product, under check or good (CET §6, 5)."""
EN_CORRECCION_EPS: Final = "EN_CORRECCION_EPS"
"""State of a record that its EPS has to mend: no account could be opened (CET §6, 9)."""

PLAZO_REINTENTO: Final = timedelta(days=15)
"""Calendar days from one request to the next one of the same thing (CET §8)."""
REINTENTOS: Final = 3
"""Requests after the first one (CET §8)."""
INTENTOS: Final = 1 + REINTENTOS
REINTENTOS_GIRO: Final = 3
"""Times that a giro returned for a technical reason is ordered again by itself (CET §8)."""


class EstadoEnrolamiento(StrEnum):
    """Where the product of a payable unit stands."""

    VALIDANDO = "VALIDANDO"
    ENROLANDO = "ENROLANDO"
    LISTO = "LISTO"
    """Its account is good: the payment goes on by itself."""
    REVISION = "REVISION"
    """The bank returned the payment for something that a person of ours has to look at."""
    AGOTADO = "AGOTADO"
    """No account: the record went back to its EPS and frees its right."""
    CERRADO = "CERRADO"
    """The record or its recognition were replaced or withdrawn meanwhile."""


ABIERTOS: Final = (
    EstadoEnrolamiento.VALIDANDO,
    EstadoEnrolamiento.ENROLANDO,
    EstadoEnrolamiento.LISTO,
    EstadoEnrolamiento.REVISION,
)
CON_PLAZO: Final = (EstadoEnrolamiento.VALIDANDO, EstadoEnrolamiento.ENROLANDO)
"""States in which something is asked of the operator."""


class Operacion(StrEnum):
    """What is asked of the operator."""

    VALIDAR = "VALIDAR"
    ABRIR = "ABRIR"


class Resultado(StrEnum):
    """What the operator answers: the product serves, or was opened; or not."""

    ACEPTADA = "ACEPTADA"
    RECHAZADA = "RECHAZADA"


class Causa(StrEnum):
    """Why a product does not serve, or an account was not opened."""

    ENTIDAD_NO_EXISTE = "ENTIDAD_NO_EXISTE"
    PRODUCTO_NO_EXISTE = "PRODUCTO_NO_EXISTE"
    PRODUCTO_INACTIVO = "PRODUCTO_INACTIVO"
    NO_ADMITE_ABONOS = "NO_ADMITE_ABONOS"
    TITULAR_DISTINTO = "TITULAR_DISTINTO"
    PRODUCTO_RECHAZADO = "PRODUCTO_RECHAZADO"
    SIN_CONTACTO = "SIN_CONTACTO"
    DATOS_NO_COINCIDEN = "DATOS_NO_COINCIDEN"
    TOPE_DE_PRODUCTOS = "TOPE_DE_PRODUCTOS"
    SIN_RESPUESTA = "SIN_RESPUESTA"
    GIRO_DEVUELTO = "GIRO_DEVUELTO"


CAUSAS: Final = {
    Causa.ENTIDAD_NO_EXISTE: "el código no es de una entidad financiera",
    Causa.PRODUCTO_NO_EXISTE: "el producto no existe",
    Causa.PRODUCTO_INACTIVO: "el producto está inactivo o cerrado",
    Causa.NO_ADMITE_ABONOS: "el producto no admite abonos",
    Causa.TITULAR_DISTINTO: "el titular del producto no es el receptor",
    Causa.PRODUCTO_RECHAZADO: "el producto ya se había rechazado",
    Causa.SIN_CONTACTO: "el receptor no respondió en los datos de contacto",
    Causa.DATOS_NO_COINCIDEN: "los datos del receptor no permiten abrirle el producto",
    Causa.TOPE_DE_PRODUCTOS: "el receptor ya tiene el producto que se le abriría",
    Causa.SIN_RESPUESTA: "el operador no respondió",
    Causa.GIRO_DEVUELTO: "el banco devolvió el giro",
}
"""As people read them; none says what a register knows of a person."""


@dataclass(frozen=True)
class Enrolamiento:
    """The product of whoever a recognition pays. ``intento`` counts the requests of the same thing
    since it became the thing to do; ``numero``, all of them. ``proximo`` is the day on which
    something is due, if nobody answers before."""

    id: UUID
    mecanismo: str
    reconocimiento_id: UUID
    beneficiario: Beneficiario
    entidad: str | None
    estado: EstadoEnrolamiento
    cuenta_id: UUID | None
    numero: int
    intento: int
    reintentos_giro: int
    proximo: date | None
    codigo: str | None
    abierto_at: datetime
    cambiado_at: datetime


@dataclass(frozen=True)
class Solicitud:
    """What was asked of the operator, under the key by which it knows it, and its answer."""

    id: UUID
    enrolamiento_id: UUID
    numero: int
    intento: int
    operacion: Operacion
    cuenta_id: UUID | None
    pedida_at: datetime
    resultado: Resultado | None
    codigo: str | None
    tuvo_efecto: bool | None
    respondida_por: str | None
    respondida_at: datetime | None


@dataclass(frozen=True)
class Respuesta:
    """What the operator says of a request. An opened account comes with its product and holder."""

    solicitud_id: UUID
    resultado: Resultado
    causa: Causa | None = None
    producto: CuentaPago | None = None


class EfectoRespuesta(StrEnum):
    """What became of an answer."""

    APLICADA = "APLICADA"
    SIN_EFECTO = "SIN_EFECTO"
    """Noted: it came when something else had been decided."""
    REPETIDA = "REPETIDA"
    CONTRADICE = "CONTRADICE"
    """The request was answered otherwise; the first answer stands."""


class Ruta(StrEnum):
    """What a returned payment to a person asks for (CET §8)."""

    REENROLAR = "REENROLAR"
    CORREGIR = "CORREGIR"
    REINTENTAR = "REINTENTAR"
    REVISAR = "REVISAR"


_REENROLAR: Final = frozenset({"R02", "R03", "R04", "R16", "R20", "R33", "R35", "D17", "D21"})
"""The product is closed, does not exist, or does not take this payment."""
_CORREGIR: Final = frozenset({"R17"})
"""The holder is somebody else."""
_TECNICOS: Final = frozenset({"D01", "D02", "D03", "D05", "D22", "D23", "D27", "D31", "R32"})
"""The order was badly written or came twice: nothing is wrong with who is paid."""


def ruta_de(codigo: str | None) -> Ruta:
    """What to do about a return code (registers §17.1). Codes without a way of their own, as those
    by which somebody asked for the money back, go to a person."""
    if codigo in _REENROLAR:
        return Ruta.REENROLAR
    if codigo in _CORREGIR:
        return Ruta.CORREGIR
    return Ruta.REINTENTAR if codigo in _TECNICOS else Ruta.REVISAR


@dataclass(frozen=True)
class Hechos:
    """How things stand around an enrolment, read with its line locked.

    ``vigente``: the recognition pays some current record. ``codigo_banco`` is that of the last
    order, if it was returned. ``otro_enrola``: an older enrolment of the same person is already
    opening them an account, which will be this one's too.
    """

    pago: EstadoReconocimiento
    cuenta: CuentaBancaria | None
    vigente: bool = True
    codigo_banco: str | None = None
    otro_enrola: bool = False


class Accion(StrEnum):
    """What to do with an enrolment."""

    NADA = "NADA"
    CERRAR = "CERRAR"
    VALIDAR = "VALIDAR"  # it has a product that nobody checked
    ENROLAR = "ENROLAR"  # it has none that serves
    PEDIR = "PEDIR"  # ask the operator, for the first time or again
    LISTA = "LISTA"  # its account is good
    AGOTAR = "AGOTAR"  # back to the EPS
    REENROLAR = "REENROLAR"  # the bank returned it: another product
    REPETIR = "REPETIR"  # the bank returned it: the same order again
    REVISAR = "REVISAR"  # the bank returned it: a person looks


_POR_ORDENAR: Final = frozenset(
    {
        EstadoReconocimiento.ESPERA_PRESUPUESTO,
        EstadoReconocimiento.RECONOCIDO,
        EstadoReconocimiento.ESPERA_CUENTA,
    }
)


def que_sigue(e: Enrolamiento, h: Hechos, hoy: date) -> Accion:
    """What is due on ``hoy`` by what is so, whoever made it so. Nothing is due twice."""
    if e.estado not in ABIERTOS:
        return Accion.NADA
    if h.pago is EstadoReconocimiento.ANULADO or not h.vigente:
        return Accion.CERRAR
    if h.pago is EstadoReconocimiento.GIRO_DEVUELTO:
        return _tras_devolucion(e, h)
    if h.pago not in _POR_ORDENAR or (h.cuenta is not None and h.cuenta.sirve):
        lista = e.estado is EstadoEnrolamiento.LISTO and e.cuenta_id == _id(h.cuenta)
        return Accion.NADA if lista else Accion.LISTA
    return _sin_cuenta(e, h, hoy)


def _sin_cuenta(e: Enrolamiento, h: Hechos, hoy: date) -> Accion:
    if h.cuenta is None:
        return _plazo(e, h, hoy) if e.estado is EstadoEnrolamiento.ENROLANDO else Accion.ENROLAR
    if h.cuenta.estado is EstadoCuentaBancaria.RECHAZADA or not h.cuenta.del_beneficiario:
        return Accion.ENROLAR
    if e.estado is EstadoEnrolamiento.VALIDANDO and e.cuenta_id == h.cuenta.id:
        return _plazo(e, h, hoy)
    return Accion.VALIDAR


def _id(cuenta: CuentaBancaria | None) -> UUID | None:
    return None if cuenta is None else cuenta.id


def _plazo(e: Enrolamiento, h: Hechos, hoy: date) -> Accion:
    if e.proximo is None or hoy < e.proximo:
        return Accion.NADA
    if e.estado is EstadoEnrolamiento.VALIDANDO:
        return Accion.PEDIR if e.intento < INTENTOS else Accion.ENROLAR
    if h.otro_enrola:
        return Accion.NADA
    return Accion.PEDIR if e.intento < INTENTOS else Accion.AGOTAR


def _tras_devolucion(e: Enrolamiento, h: Hechos) -> Accion:
    ruta = ruta_de(h.codigo_banco)
    if ruta is Ruta.CORREGIR:
        return Accion.AGOTAR
    sin_cuenta = h.cuenta is None or h.cuenta.estado is EstadoCuentaBancaria.RECHAZADA
    if ruta is Ruta.REENROLAR or sin_cuenta:
        return Accion.REENROLAR
    if ruta is Ruta.REINTENTAR and e.reintentos_giro < REINTENTOS_GIRO:
        return Accion.REPETIR
    return Accion.NADA if e.estado is EstadoEnrolamiento.REVISION else Accion.REVISAR


def tras_respuesta(e: Enrolamiento, h: Hechos, s: Solicitud, r: Respuesta) -> Accion | None:
    """What an answer to a request of it asks for; ``None`` if it has no effect any more.

    Answers may come late and in any order: the first account that is opened is the one, whichever
    request opened it; a refusal counts only of the last one.
    """
    if h.pago not in _POR_ORDENAR or not h.vigente:
        return None
    if s.operacion is Operacion.VALIDAR:
        return _tras_validar(e, s, r)
    return None if h.cuenta is not None else _tras_abrir(e, s, r)


def _tras_validar(e: Enrolamiento, s: Solicitud, r: Respuesta) -> Accion | None:
    if e.estado is not EstadoEnrolamiento.VALIDANDO or e.cuenta_id != s.cuenta_id:
        return None
    return Accion.LISTA if r.resultado is Resultado.ACEPTADA else Accion.ENROLAR


def _tras_abrir(e: Enrolamiento, s: Solicitud, r: Respuesta) -> Accion | None:
    if e.estado is not EstadoEnrolamiento.ENROLANDO:
        return None
    if r.resultado is Resultado.ACEPTADA:
        return Accion.LISTA
    if s.numero != e.numero:
        return None
    return Accion.AGOTAR if e.intento >= INTENTOS else Accion.NADA


class ClaseAviso(StrEnum):
    """What a payee is told."""

    SE_ABRE_CUENTA = "SE_ABRE_CUENTA"
    CUENTA_ABIERTA = "CUENTA_ABIERTA"
    ACUDA_A_SU_EPS = "ACUDA_A_SU_EPS"


TEXTOS: Final = {
    ClaseAviso.SE_ABRE_CUENTA: "ADRES: tiene un pago aprobado y una entidad financiera le abrirá "
    "un producto gratuito para recibirlo. Atienda su llamada o mensaje. Nadie le pedirá dinero ni "
    "claves.",
    ClaseAviso.CUENTA_ABIERTA: "ADRES: ya tiene un producto a su nombre para recibir su pago. "
    "Le llegará sin que haga nada más.",
    ClaseAviso.ACUDA_A_SU_EPS: "ADRES: no fue posible abrirle un producto para recibir su pago. "
    "Acuda a su EPS para que actualice sus datos o informe una cuenta a su nombre.",
}
"""Without a datum of anyone: they travel in the clear."""


@dataclass(frozen=True)
class Falta:
    """What a payment waits for and who acts."""

    que: str
    quien: str


_FALTA: Final = {
    EstadoEnrolamiento.VALIDANDO: Falta(
        "Que la entidad financiera confirme el producto que informó la EPS.",
        "El operador bancario. Si lo rechaza, se abre otro a nombre del receptor.",
    ),
    EstadoEnrolamiento.ENROLANDO: Falta(
        "Un producto a nombre del receptor.",
        "El operador bancario, que lo abre con los datos de contacto de la EPS. La EPS puede "
        "registrar una cuenta a nombre del receptor en cualquier momento.",
    ),
    EstadoEnrolamiento.LISTO: Falta("Nada de la cuenta: el pago sigue su curso.", "La ADRES."),
    EstadoEnrolamiento.REVISION: Falta(
        "Que se revise por qué el banco devolvió el giro.", "El operador de la ADRES."
    ),
    EstadoEnrolamiento.AGOTADO: Falta(
        "Los datos de contacto del receptor, o una cuenta a su nombre.",
        "La EPS: corrija el registro y vuelva a subirlo.",
    ),
    EstadoEnrolamiento.CERRADO: Falta("Nada: otro registro ocupó su lugar.", "Nadie."),
}


def falta_de(e: Enrolamiento) -> Falta:
    """What it waits for, as its EPS reads it."""
    return _FALTA[e.estado]
