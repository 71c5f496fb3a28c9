"""Event payloads and HTTP bodies of recognitions and giros.

Amounts travel as decimal text with two digits, plus ``moneda``. Payloads carry the data of the
payee that a bank order needs; of people, only the bank order itself carries any.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.eventos.model import DefinicionEvento
from shared.eventos.temas import GIROS, RECONOCIMIENTOS, RESPUESTAS_GIRO
from shared.giros.model import (
    ENTIDAD,
    CuentaPago,
    EntidadEnRevision,
    EsperaPor,
    EstadoRespuesta,
    MotivoRevision,
    Respuesta,
    SaldoSolicitud,
)
from shared.tipos import MONEDA, a_decimal, de_decimal

Decimal2 = Annotated[str, Field(pattern=r"^\d{1,16}\.\d{2}$", examples=["5934266.00"])]
Nit9 = Annotated[str, Field(pattern=r"^\d{9}$")]
TipoBeneficiario = Literal["NI", "CC", "CE", "PA", "CD", "SC", "PE"]
NumeroDocumento = Annotated[str, Field(pattern=r"^[0-9A-Z]{3,16}$")]
IdGiro = Annotated[str, Field(min_length=1, max_length=24)]
Moneda = Literal["COP"]
Referencia = Annotated[str, Field(min_length=1, max_length=60)]


class _Cuerpo(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _exigir_nit(tipo_documento: str, numero: str) -> None:
    if tipo_documento == ENTIDAD and not (len(numero) == 9 and numero.isdecimal()):
        raise ValueError("Un NIT se escribe con 9 dígitos, sin dígito de verificación.")


# --- events -------------------------------------------------------------------------------------


class ReconocimientoRegistrado(_Cuerpo):
    """A recognition entered the line, or left the queue for aforo.

    ``nit`` is null when a person is paid: nobody who reads this needs to know whom.
    """

    reconocimiento_id: UUID
    radicacion_id: UUID
    vigencia: int
    tipo_documento: TipoBeneficiario = ENTIDAD
    nit: Nit9 | None
    periodo: str | None
    registros: int = Field(ge=1)
    valor: Decimal2
    moneda: Moneda = MONEDA
    estado: Literal["RECONOCIDO", "ESPERA_PRESUPUESTO"]
    espera_por: EsperaPor | None


class GiroOrdenado(_Cuerpo):
    """What treasury needs to write one line of the bank batch.

    ``nit_beneficiario`` is the number of the payee's document, of type ``tipo_documento``.
    """

    id_giro: IdGiro
    id_giro_origen: IdGiro | None
    lote: str
    vigencia: int
    tipo_documento: TipoBeneficiario = ENTIDAD
    nit_beneficiario: NumeroDocumento
    nombre_beneficiario: str
    codigo_banco: str
    tipo_producto: str
    numero_producto: str
    valor: Decimal2
    moneda: Moneda = MONEDA
    fecha_orden: date
    concepto: str
    referencia: str

    @model_validator(mode="after")
    def _nit_completo(self) -> Self:
        _exigir_nit(self.tipo_documento, self.nit_beneficiario)
        return self


class GiroRespondido(_Cuerpo):
    """What the bank says of one giro (registers §17.3)."""

    id_giro: IdGiro
    estado: EstadoRespuesta
    codigo: Annotated[str, Field(pattern=r"^[A-Z]\d{2}$")] | None = None
    fecha: date
    valor: Decimal2
    moneda: Annotated[str, Field(min_length=3, max_length=3)] = MONEDA
    referencia_banco: Referencia | None = None

    def respuesta(self) -> Respuesta:
        """The answer with its amount in centavos."""
        return Respuesta(
            id_giro=self.id_giro,
            estado=self.estado,
            codigo=self.codigo,
            fecha=self.fecha,
            valor_centavos=de_decimal(self.valor),
            moneda=self.moneda,
            referencia_banco=self.referencia_banco,
        )


EVENTOS: Final[tuple[DefinicionEvento, ...]] = (
    DefinicionEvento(
        tipo="reconocimiento.registrado.v1",
        tema=RECONOCIMIENTOS,
        modelo=ReconocimientoRegistrado,
        descripcion="Un reconocimiento quedó en firme, o espera aforo en su turno.",
    ),
    DefinicionEvento(
        tipo="giro.ordenado.v1",
        tema=GIROS,
        modelo=GiroOrdenado,
        descripcion="Se ordenó un giro a una cuenta verificada del beneficiario.",
    ),
    DefinicionEvento(
        tipo="giro.respondido.v1",
        tema=RESPUESTAS_GIRO,
        modelo=GiroRespondido,
        descripcion="El banco respondió sobre un giro.",
    ),
)


# --- HTTP bodies ---------------------------------------------------------------------------------


class CuentaIn(_Cuerpo):
    """A bank account of the payee. ``titular_nit`` is the number of its holder's document."""

    codigo_banco: Annotated[str, Field(pattern=r"^\d{4}$")]
    tipo_producto: Literal["AHORROS", "CORRIENTE", "CATS", "DBM"]
    numero_producto: Annotated[str, Field(pattern=r"^[0-9A-Z-]{1,20}$")]
    titular_tipo_documento: TipoBeneficiario = ENTIDAD
    titular_nit: NumeroDocumento

    @model_validator(mode="after")
    def _nit_completo(self) -> Self:
        _exigir_nit(self.titular_tipo_documento, self.titular_nit)
        return self

    def cuenta(self) -> CuentaPago:
        return CuentaPago(
            codigo_banco=self.codigo_banco,
            tipo_producto=self.tipo_producto,
            numero_producto=self.numero_producto,
            titular_nit=self.titular_nit,
            titular_tipo_documento=self.titular_tipo_documento,
        )


class AprobarIn(_Cuerpo):
    """Recognitions that the ordenador approves together."""

    reconocimientos: list[UUID] = Field(min_length=1, max_length=1000)


class ReprogramarIn(_Cuerpo):
    """New account for a returned giro; none to use the same one."""

    cuenta: CuentaIn | None = None


class DecidirCuentaIn(_Cuerpo):
    """Outcome of checking an account."""

    aceptada: bool
    motivo: Annotated[str, Field(min_length=3, max_length=500)] | None = None


class AforoIn(_Cuerpo):
    """Act that changes the aforo; negative to take back."""

    numero: Referencia
    fecha: date
    valor: Annotated[str, Field(pattern=r"^-?\d{1,16}(\.\d{1,2})?$")]


class RecaudoIn(_Cuerpo):
    """Collected cash, under its bank reference."""

    referencia_banco: Referencia
    fecha: date
    valor: Annotated[str, Field(pattern=r"^\d{1,16}(\.\d{1,2})?$")]


class EntidadEnRevisionIn(_Cuerpo):
    """An entity whose payments ask for a person's look, by act."""

    nit: Nit9
    motivo: MotivoRevision
    acto: Annotated[str, Field(min_length=3, max_length=200)]
    desde: date
    hasta: date | None = None

    @model_validator(mode="after")
    def _en_orden(self) -> Self:
        if self.hasta is not None and self.hasta < self.desde:
            raise ValueError("La fecha final no puede ser anterior a la inicial.")
        return self

    def entidad(self) -> EntidadEnRevision:
        return EntidadEnRevision(self.nit, self.motivo, self.acto, self.desde, self.hasta)


class ReintegroIn(_Cuerpo):
    """Money found to be paid without cause."""

    capital: Annotated[str, Field(pattern=r"^\d{1,16}(\.\d{1,2})?$")]
    motivo: Annotated[str, Field(min_length=3, max_length=500)]


class PagoReintegroIn(_Cuerpo):
    """Money that came back."""

    referencia_banco: Referencia
    fecha: date
    capital: Annotated[str, Field(pattern=r"^\d{1,16}(\.\d{1,2})?$")]
    interes: Annotated[str, Field(pattern=r"^\d{1,16}(\.\d{1,2})?$")] = "0"


class SaldoOut(_Cuerpo):
    """Amounts of a solicitud, kept apart."""

    solicitud_id: UUID
    reconocido: str
    girado: str
    pendiente: str
    en_espera: str
    moneda: Moneda = MONEDA

    @classmethod
    def de(cls, saldo: SaldoSolicitud) -> SaldoOut:
        return cls(
            solicitud_id=saldo.solicitud_id,
            reconocido=a_decimal(saldo.reconocido_centavos),
            girado=a_decimal(saldo.girado_centavos),
            pendiente=a_decimal(saldo.pendiente_centavos),
            en_espera=a_decimal(saldo.en_espera_centavos),
        )
