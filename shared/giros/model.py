"""Recognitions, bank accounts, giros, answers, support and reintegros. No I/O.

Sources: ``dominio`` anticipo §6–7 (states, checks of the giro), registers §17 (identifiers and
bank answers), budget §3 and §6 (PRE-08, PRE-13, reintegros).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.seguridad import enmascarar_documento, nit_de

PLAZO_LEGALIZACION: Final = timedelta(days=60)
"""Calendar days from the giro to support the use of the funds (anticipo §10, design choice)."""

PLAZO_DEVOLUCION: Final = timedelta(days=15)
"""A bank may still return an applied giro for so long (registers §17.1, R23)."""


class EstadoReconocimiento(StrEnum):
    """State of a recognition, shown as the state of its records."""

    ESPERA_PRESUPUESTO = "ESPERA_PRESUPUESTO"
    RECONOCIDO = "RECONOCIDO"
    ESPERA_CUENTA = "ESPERA_CUENTA"
    ORDENADO = "ORDENADO"
    GIRADO = "GIRADO"
    GIRO_DEVUELTO = "GIRO_DEVUELTO"
    EN_LEGALIZACION = "EN_LEGALIZACION"
    LEGALIZADO = "LEGALIZADO"
    CERRADO = "CERRADO"
    EN_REINTEGRO = "EN_REINTEGRO"
    REINTEGRADO = "REINTEGRADO"
    ADEUDADO = "ADEUDADO"
    ANULADO = "ANULADO"


class EsperaPor(StrEnum):
    """What a recognition in ESPERA_PRESUPUESTO waits for."""

    AFORO = "AFORO"
    RECAUDO = "RECAUDO"


class EstadoGiro(StrEnum):
    """State of a payment order (conventions §6)."""

    ORDENADO = "ordenado"
    ENVIADO = "enviado"
    APLICADO = "aplicado"
    DEVUELTO = "devuelto"
    REPROGRAMADO = "reprogramado"
    ANULADO = "anulado"


class EstadoCuentaBancaria(StrEnum):
    """Whether the account was checked."""

    POR_VERIFICAR = "POR_VERIFICAR"
    VERIFICADA = "VERIFICADA"
    RECHAZADA = "RECHAZADA"


class EstadoReintegro(StrEnum):
    """State of a reintegro file (budget §6)."""

    HALLAZGO = "HALLAZGO"
    ACLARADO = "ACLARADO"
    A_REINTEGRAR = "A_REINTEGRAR"
    REINTEGRADO = "REINTEGRADO"
    ADEUDADO = "ADEUDADO"


class EstadoRespuesta(StrEnum):
    """What the bank says of a giro (registers §17.3)."""

    RECIBIDO = "RECIBIDO"
    PENDIENTE = "PENDIENTE"
    RECHAZADO_FORMATO = "RECHAZADO_FORMATO"
    APLICADO = "APLICADO"
    DEVUELTO = "DEVUELTO"


class MotivoSuspenso(StrEnum):
    """Why a bank answer went to the suspense list instead of moving money."""

    GIRO_DESCONOCIDO = "GIRO_DESCONOCIDO"
    VALOR_DISTINTO = "VALOR_DISTINTO"
    FECHA_ANTERIOR = "FECHA_ANTERIOR"
    ESTADO_NO_PERMITE = "ESTADO_NO_PERMITE"


class ResultadoRespuesta(StrEnum):
    """What became of a bank answer."""

    APLICADA = "APLICADA"
    SIN_EFECTO = "SIN_EFECTO"
    REPETIDA = "REPETIDA"
    EN_SUSPENSO = "EN_SUSPENSO"


class AccionTrasDevolucion(StrEnum):
    """What a returned giro needs before it can be paid again (registers §17.3)."""

    NUEVA_CUENTA = "NUEVA_CUENTA"
    OTRO_PRODUCTO = "OTRO_PRODUCTO"
    REVISION_MANUAL = "REVISION_MANUAL"
    CORREGIR_FORMATO = "CORREGIR_FORMATO"


_NUEVA_CUENTA: Final = frozenset({"R02", "R03", "R04", "R17", "R20", "R35"})
_OTRO_PRODUCTO: Final = frozenset({"R16", "R33"})


def accion_tras_devolucion(codigo: str | None) -> AccionTrasDevolucion:
    """What to do about a return code. Codes without an action of their own go to a person."""
    if codigo in _NUEVA_CUENTA:
        return AccionTrasDevolucion.NUEVA_CUENTA
    if codigo in _OTRO_PRODUCTO:
        return AccionTrasDevolucion.OTRO_PRODUCTO
    if codigo is not None and codigo.startswith("D"):
        return AccionTrasDevolucion.CORREGIR_FORMATO
    return AccionTrasDevolucion.REVISION_MANUAL


ENTIDAD: Final = "NI"
"""Document type of an entity: its number is the NIT, without dv."""

TIPOS_BENEFICIARIO: Final = (ENTIDAD, "CC", "CE", "PA", "CD", "SC", "PE")
"""Who may be paid (registers §13): an entity, or a person of age with these documents."""


@dataclass(frozen=True, repr=False)
class Beneficiario:
    """Who is paid: an entity by NIT or a person by document. As text, a person is masked."""

    tipo_documento: str
    numero: str

    @property
    def es_persona(self) -> bool:
        return self.tipo_documento != ENTIDAD

    def __str__(self) -> str:
        if self.es_persona:
            return enmascarar_documento(self.tipo_documento, self.numero)
        return f"NIT {self.numero}"

    def __repr__(self) -> str:
        return f"Beneficiario({self})"


@dataclass(frozen=True)
class CuentaPago:
    """Account that a payee gives. ``titular_nit`` is the number of the holder's document, of
    type ``titular_tipo_documento``. Numbers stay out of ``repr`` and logs."""

    codigo_banco: str
    tipo_producto: str
    numero_producto: str = field(repr=False)
    titular_nit: str = field(repr=False)
    titular_tipo_documento: str = ENTIDAD

    @property
    def titular(self) -> Beneficiario:
        return Beneficiario(self.titular_tipo_documento, self.titular_nit)


@dataclass(frozen=True)
class CuentaBancaria:
    """An account as known to us, and whose payments it is to receive."""

    id: UUID
    beneficiario: Beneficiario
    pago: CuentaPago
    estado: EstadoCuentaBancaria

    @property
    def del_beneficiario(self) -> bool:
        """Its holder is the payee, by type and number of document (ANT-18, THS-16)."""
        return self.pago.titular == self.beneficiario

    @property
    def sirve(self) -> bool:
        """Verified, and its holder is the payee."""
        return self.estado is EstadoCuentaBancaria.VERIFICADA and self.del_beneficiario


@dataclass(frozen=True)
class ClaveReconocimiento:
    """What a recognition is of: a payee in one evaluation of a radicación."""

    radicacion_id: UUID
    evaluacion: int
    beneficiario: Beneficiario


@dataclass(frozen=True)
class NuevoReconocimiento:
    """What radicación asks to recognise: one payee of one radicación, whole or not at all.

    ``nit`` is the number of the payee's document, of type ``tipo_documento``. ``entidad`` is who
    submitted (NIT or EPS code): it follows the payment of the persons it reported. Of an entity
    that is paid, only itself does.
    ``fecha_radicacion`` gives the place in the queue (then insertion order). ``preparado_por``
    may not approve it (PRE-08). With ``requiere_legalizacion`` the paid recognition goes on to
    EN_LEGALIZACION.
    """

    mecanismo: str
    vigencia: int
    radicacion_id: UUID
    solicitud_id: UUID
    nit: str = field(repr=False)
    nombre: str = field(repr=False)
    periodo: str | None
    registros: int
    valor_centavos: int
    cuenta: CuentaPago | None
    fecha_radicacion: datetime
    preparado_por: str = "sistema"
    requiere_legalizacion: bool = False
    id: UUID | None = None
    """Given by a caller that already wrote it in its records; the database makes it if not."""
    tipo_documento: str = ENTIDAD
    entidad: str | None = None
    evaluacion: int = 1
    """Number of the evaluation that valued it: what was held is recognised apart, when released."""

    @property
    def beneficiario(self) -> Beneficiario:
        return Beneficiario(self.tipo_documento, self.nit)

    @property
    def clave(self) -> ClaveReconocimiento:
        return ClaveReconocimiento(self.radicacion_id, self.evaluacion, self.beneficiario)


@dataclass(frozen=True)
class ParteDesglose:
    """What an entity is to be paid on behalf of the payee of a recognition, out of it."""

    nit: str
    nombre: str
    valor_centavos: int
    preparado_por: str
    """May not approve it (PRE-08)."""
    registros: int
    """How many records it pays, the shared ones too."""
    cuenta: CuentaPago | None = None


@dataclass(frozen=True)
class Reconocimiento:
    """The payable unit: it moves and is paid whole, never in part."""

    id: UUID
    linea_id: int
    mecanismo: str
    vigencia: int
    radicacion_id: UUID
    evaluacion: int
    solicitud_id: UUID
    tipo_documento: str
    nit: str = field(repr=False)
    nombre: str = field(repr=False)
    entidad: str | None
    periodo: str | None
    registros: int
    valor_centavos: int
    estado: EstadoReconocimiento
    espera_por: EsperaPor | None
    fecha_radicacion: datetime
    orden: int
    requiere_legalizacion: bool
    preparado_por: str
    aprobado_por: str | None
    cuenta_id: UUID | None
    reemplaza_id: UUID | None
    devuelto_at: datetime | None
    """When the bank last gave its money back, if ever."""
    titular_nit: str | None = None
    """On whose behalf it is paid: the EPS that named its payee, or whose members another took."""

    @property
    def beneficiario(self) -> Beneficiario:
        return Beneficiario(self.tipo_documento, self.nit)

    @property
    def titular(self) -> Beneficiario:
        """Whose right it is: the payee's, unless it is paid on behalf of an entity."""
        if self.titular_nit is None:
            return self.beneficiario
        return Beneficiario(ENTIDAD, self.titular_nit)

    @property
    def clave(self) -> ClaveReconocimiento:
        return ClaveReconocimiento(self.radicacion_id, self.evaluacion, self.beneficiario)

    def es_de(self, alcance: str | None) -> bool:
        """Whether a caller of that scope may see it: who is paid, on whose behalf, who reported
        the person that is paid, or the back office (``None``)."""
        if alcance is None:
            return True
        if self.beneficiario.es_persona:
            return alcance == self.entidad
        return nit_de(alcance) in {self.nit, self.titular.numero}

    @property
    def turno(self) -> tuple[datetime, int]:
        """Place in the queues of its line."""
        return (self.fecha_radicacion, self.orden)

    @property
    def estado_pagado(self) -> EstadoReconocimiento:
        """Where it stands once the bank paid."""
        if self.requiere_legalizacion:
            return EstadoReconocimiento.EN_LEGALIZACION
        return EstadoReconocimiento.GIRADO


@dataclass(frozen=True)
class ParteGiro:
    """A recognition inside an order, whole: what it was worth when it was ordered."""

    reconocimiento_id: UUID
    valor_centavos: int


@dataclass(frozen=True)
class Giro:
    """A payment order to the bank. ``id_giro`` is its name there and never repeats.

    One per payee, account and run: ``partes`` are the recognitions it pays, and add up to
    ``valor_centavos``. A retry repeats one order and mixes with no other.
    """

    id: UUID
    id_giro: str
    id_giro_origen: str | None
    partes: tuple[ParteGiro, ...]
    linea_id: int
    lote: str
    cuenta_id: UUID
    valor_centavos: int
    estado: EstadoGiro
    fecha_orden: date
    codigo: str | None
    fecha_respuesta: date | None
    referencia_banco: str | None

    @property
    def reconocimientos(self) -> tuple[UUID, ...]:
        return tuple(p.reconocimiento_id for p in self.partes)

    @property
    def accion(self) -> AccionTrasDevolucion | None:
        """What it needs before being paid again; None unless it was returned."""
        return accion_tras_devolucion(self.codigo) if self.estado is EstadoGiro.DEVUELTO else None


@dataclass(frozen=True)
class Respuesta:
    """A bank answer, read: amounts in centavos."""

    id_giro: str
    estado: EstadoRespuesta
    codigo: str | None
    fecha: date
    valor_centavos: int
    moneda: str
    referencia_banco: str | None


@dataclass(frozen=True)
class RespuestaEnSuspenso:
    """An answer that a person must look at."""

    id: UUID
    motivo: MotivoSuspenso
    respuesta: Respuesta
    recibida_at: datetime
    resuelta_por: str | None


@dataclass(frozen=True)
class Reintegro:
    """File of money paid without cause. ``reintegrado_centavos`` is capital already back."""

    id: UUID
    reconocimiento_id: UUID
    capital_centavos: int
    reintegrado_centavos: int
    interes_centavos: int
    motivo: str
    estado: EstadoReintegro

    @property
    def abierto(self) -> bool:
        return self.estado in {EstadoReintegro.HALLAZGO, EstadoReintegro.A_REINTEGRAR}

    @property
    def pendiente_centavos(self) -> int:
        return self.capital_centavos - self.reintegrado_centavos


@dataclass(frozen=True)
class Legalizacion:
    """Support of the use of the funds, as delivered by the entity."""

    id: UUID
    reconocimiento_id: UUID
    documento_sha256: str
    soportado_centavos: int
    fecha_limite: date
    entregada_por: str
    aceptada_por: str | None


@dataclass(frozen=True)
class SaldoSolicitud:
    """Amounts of a solicitud kept apart (anticipo §6), in centavos.

    ``en_espera`` waits for aforo and is not recognised yet; ``girado`` is net of reintegros.
    """

    solicitud_id: UUID
    reconocido_centavos: int
    girado_centavos: int
    en_espera_centavos: int

    @property
    def pendiente_centavos(self) -> int:
        """Recognised and not paid yet."""
        return self.reconocido_centavos - self.girado_centavos


class MotivoRevision(StrEnum):
    """Why the payments of an entity ask for a person's look (anticipo §4, ANT-20)."""

    LIQUIDACION = "LIQUIDACION"
    INTERVENCION = "INTERVENCION"


@dataclass(frozen=True)
class EntidadEnRevision:
    """An entity in liquidation or under intervention, by act; open while ``hasta`` is None."""

    nit: str
    motivo: MotivoRevision
    acto: str
    desde: date
    hasta: date | None = None


@dataclass(frozen=True)
class Advertencias:
    """What to know before approving a recognition. It changes neither its state nor its value.

    ``sin_soporte_anterior``: the recognition of the previous period was paid and its support was
    not delivered. ``cuenta_compartida``: other payees gave the same account.
    """

    en_revision: MotivoRevision | None
    sin_soporte_anterior: bool
    cuenta_compartida: bool


# --- corrections --------------------------------------------------------------------------------


class Situacion(StrEnum):
    """How far the money of a recognition went: what a correction may still do to it."""

    EN_ESPERA = "EN_ESPERA"  # no commitment yet
    SIN_PAGAR = "SIN_PAGAR"  # obligation booked, nothing at the bank
    PAGADO = "PAGADO"  # at the bank, or already paid


def situacion(estado: EstadoReconocimiento, espera_por: EsperaPor | None) -> Situacion:
    """Situation of a recognition that is not ANULADO."""
    if espera_por is EsperaPor.AFORO:
        return Situacion.EN_ESPERA
    if estado in {
        EstadoReconocimiento.ESPERA_PRESUPUESTO,
        EstadoReconocimiento.RECONOCIDO,
        EstadoReconocimiento.ESPERA_CUENTA,
        EstadoReconocimiento.GIRO_DEVUELTO,
    }:
        return Situacion.SIN_PAGAR
    return Situacion.PAGADO


@dataclass(frozen=True)
class Vivo:
    """A recognition of the solicitud that still counts; ``reintegro`` was found in excess.

    One ``delegado`` is paid to another on behalf of its titular: it is never worth more.
    """

    id: UUID
    situacion: Situacion
    valor_centavos: int
    reintegro_centavos: int = 0
    delegado: bool = False

    @property
    def neto_centavos(self) -> int:
        return self.valor_centavos - self.reintegro_centavos


class Accion(StrEnum):
    """One step of a correction."""

    AGREGAR = "AGREGAR"  # new recognition of ``valor``, at the end of the queue
    REEMPLAZAR = "REEMPLAZAR"  # by one of ``valor`` in the same place
    ANULAR = "ANULAR"
    REINTEGRAR = "REINTEGRAR"  # open a file for ``valor``


@dataclass(frozen=True)
class Paso:
    """What to do with recognition ``sobre`` (None: nothing before it)."""

    accion: Accion
    sobre: UUID | None
    valor_centavos: int


@dataclass(frozen=True)
class Sustitucion:
    """Outcome of a correction: ``reconocimiento`` is what the new version's records belong to."""

    delta_centavos: int
    reconocimiento: Reconocimiento | None
    reintegros: tuple[UUID, ...] = ()


def planear_correccion(vivos: Sequence[Vivo], nuevo_centavos: int) -> list[Paso]:
    """Steps that leave the solicitud worth ``nuevo_centavos`` (anticipo §6, design choice).

    ``vivos`` come newest first: what was recognised last is taken back first, and what is paid to
    others on behalf of the titular after what is its own (``de_solicitud``). A positive
    difference is a new recognition, except that one still waiting for aforo is replaced in its
    place. A negative one replaces what is unpaid and opens a reintegro for what is paid.
    """
    delta = nuevo_centavos - sum(v.neto_centavos for v in vivos)
    if delta > 0:
        if vivos and vivos[0].situacion is Situacion.EN_ESPERA and not vivos[0].delegado:
            return [Paso(Accion.REEMPLAZAR, vivos[0].id, vivos[0].valor_centavos + delta)]
        return [Paso(Accion.AGREGAR, None, delta)]
    sobra = -delta
    pasos: list[Paso] = []
    for vivo in vivos:
        quita = min(sobra, vivo.neto_centavos)
        if quita == 0:
            continue
        sobra -= quita
        if vivo.situacion is Situacion.PAGADO:
            pasos.append(Paso(Accion.REINTEGRAR, vivo.id, quita))
        elif quita == vivo.valor_centavos:
            pasos.append(Paso(Accion.ANULAR, vivo.id, 0))
        else:
            pasos.append(Paso(Accion.REEMPLAZAR, vivo.id, vivo.valor_centavos - quita))
    return pasos
