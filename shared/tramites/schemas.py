"""HTTP bodies of the trámites. People are shown masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.giros.model import CuentaPago
from shared.seguridad import enmascarar, enmascarar_nombre
from shared.tipos import MONEDA, a_decimal
from shared.tramites.antiguedad import TRAMOS, ULTIMO_TRAMO, Renglon
from shared.tramites.model import (
    BeneficiarioFallecido,
    Canal,
    ClaseDocumento,
    EstadoTramite,
    NuevaSolicitudDirecta,
    Parentesco,
    SolicitudDirecta,
    TramiteFallecido,
)

TipoPersona = Literal["CC", "CE", "PA", "CD", "SC", "PE"]
Numero = Annotated[str, Field(pattern=r"^[0-9A-Z]{3,16}$")]
DETALLE: Final = 1000
"""Rows of a report that fit in one answer; the CSV has them all."""
Nombre = Annotated[str, Field(min_length=3, max_length=240)]


class _Cuerpo(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class CuentaPersonaIn(_Cuerpo):
    """An account of the beneficiary, who is its holder (THS-16)."""

    codigo_banco: Annotated[str, Field(pattern=r"^\d{4}$")]
    tipo_producto: Literal["AHORROS", "CORRIENTE"]
    numero_producto: Annotated[str, Field(pattern=r"^\d{4,17}$")]


class BeneficiarioIn(_Cuerpo):
    """Who receives a part. Of a minor, the document of who represents them."""

    tipo_documento: TipoPersona
    numero_documento: Numero
    nombre: Nombre
    parentesco: Parentesco
    cuenta: CuentaPersonaIn | None = None

    def beneficiario(self) -> BeneficiarioFallecido:
        cuenta = None
        if self.cuenta is not None:
            cuenta = CuentaPago(
                codigo_banco=self.cuenta.codigo_banco,
                tipo_producto=self.cuenta.tipo_producto,
                numero_producto=self.cuenta.numero_producto,
                titular_nit=self.numero_documento,
                titular_tipo_documento=self.tipo_documento,
            )
        return BeneficiarioFallecido(
            self.tipo_documento, self.numero_documento, self.nombre, self.parentesco, cuenta
        )


class AbrirFallecidoIn(_Cuerpo):
    """The record of a worker who died, and who receives what it is worth."""

    registro_id: UUID
    fecha_defuncion: date
    beneficiarios: list[BeneficiarioIn] = Field(min_length=1, max_length=20)


class RechazarIn(_Cuerpo):
    """Why a trámite is refused."""

    motivo: Annotated[str, Field(min_length=3, max_length=500)]


class SolicitudDirectaIn(_Cuerpo):
    """A worker who says that the IPS did not report them."""

    tipo_documento: TipoPersona
    numero_documento: Numero
    nombre: Nombre
    nit_ips: Annotated[str, Field(pattern=r"^\d{9}$")]
    codigo_perfil: Annotated[str, Field(max_length=10)] | None = None
    canal: Canal
    fecha: date

    def nueva(self) -> NuevaSolicitudDirecta:
        return NuevaSolicitudDirecta(**self.model_dump())


class BeneficiarioOut(BaseModel):
    """A beneficiary, masked."""

    orden: int
    tipo_documento: str
    numero_documento: str
    nombre: str
    parentesco: Parentesco
    con_cuenta: bool


class DocumentoOut(BaseModel):
    """A document that was delivered."""

    clase: ClaseDocumento
    beneficiario: int | None
    sha256: str
    entregado_por: str
    entregado_at: datetime


class FallecidoOut(BaseModel):
    """A trámite: where it stands, what is missing, who did what."""

    id: UUID
    registro_id: UUID
    entidad: str
    estado: EstadoTramite
    fecha_defuncion: date
    valor: str | None
    moneda: str = MONEDA
    motivo: str | None
    faltan: list[str]
    beneficiarios: list[BeneficiarioOut]
    documentos: list[DocumentoOut]
    abierto_por: str
    abierto_at: datetime
    decidido_por: str | None
    decidido_at: datetime | None

    @classmethod
    def de(cls, t: TramiteFallecido) -> FallecidoOut:
        return cls(
            id=t.id,
            registro_id=t.registro_id,
            entidad=t.entidad,
            estado=t.estado,
            fecha_defuncion=t.fecha_defuncion,
            valor=None if t.valor_centavos is None else a_decimal(t.valor_centavos),
            motivo=t.motivo,
            faltan=t.faltan,
            beneficiarios=[
                BeneficiarioOut(
                    orden=orden,
                    tipo_documento=b.tipo_documento,
                    numero_documento=enmascarar(b.numero_documento),
                    nombre=enmascarar_nombre(b.nombre),
                    parentesco=b.parentesco,
                    con_cuenta=b.cuenta is not None,
                )
                for orden, b in enumerate(t.beneficiarios, 1)
            ],
            documentos=[
                DocumentoOut(
                    clase=d.clase,
                    beneficiario=d.orden,
                    sha256=d.sha256,
                    entregado_por=d.entregado_por,
                    entregado_at=d.entregado_at,
                )
                for d in t.documentos
            ],
            abierto_por=t.abierto_por,
            abierto_at=t.abierto_at,
            decidido_por=t.decidido_por,
            decidido_at=t.decidido_at,
        )


class SolicitudDirectaOut(BaseModel):
    """A request of the log, masked."""

    id: UUID
    tipo_documento: str
    numero_documento: str
    nombre: str
    nit_ips: str
    codigo_perfil: str | None
    canal: Canal
    fecha: date
    reportada: bool = Field(description="Ya hay un registro vigente de esa persona")
    registrada_por: str
    registrada_at: datetime

    @classmethod
    def de(cls, s: SolicitudDirecta) -> SolicitudDirectaOut:
        d = s.datos
        return cls(
            id=s.id,
            tipo_documento=d.tipo_documento,
            numero_documento=enmascarar(d.numero_documento),
            nombre=enmascarar_nombre(d.nombre),
            nit_ips=d.nit_ips,
            codigo_perfil=d.codigo_perfil,
            canal=d.canal,
            fecha=d.fecha,
            reportada=s.reportada,
            registrada_por=s.registrada_por,
            registrada_at=s.registrada_at,
        )


class DesvioOut(BaseModel):
    """Records parked in one state, of one entity."""

    estado: str
    entidad: str
    registros: int
    desde: datetime | None = Field(description="Cuándo se comunicó el más antiguo")
    con_tramite: int = Field(description="Los que ya tienen un trámite abierto")


class RenglonOut(BaseModel):
    """Tests of one NIT and EPS in one situation and bucket."""

    nit: str
    codigo_eps: str
    situacion: str = Field(examples=["SIN_REPORTAR"])
    dias: str = Field(examples=["31-60"])
    pruebas: int
    valor_estimado: str = Field(description="Al valor máximo base del día de la toma")
    sin_tarifa: int = Field(description="Las que no tienen valor cargado y no suman")


class TramoOut(BaseModel):
    """All of one bucket."""

    dias: str
    pruebas: int
    valor_estimado: str


class AntiguedadOut(BaseModel):
    """What may be billed and nobody reported, on a day."""

    fecha: date
    pruebas: int
    valor_estimado: str
    moneda: str = MONEDA
    tramos: list[TramoOut]
    renglones: int = Field(description="Cuántos hay; el detalle trae los de mayor valor")
    detalle: list[RenglonOut]

    @classmethod
    def de(cls, renglones: Sequence[Renglon], fecha: date) -> AntiguedadOut:
        nombres = (*(nombre for _, nombre in TRAMOS), ULTIMO_TRAMO)
        mayores = sorted(renglones, key=lambda r: -r.valor_centavos)[:DETALLE]
        por_tramo = {n: [r for r in renglones if r.tramo == n] for n in nombres}
        return cls(
            fecha=fecha,
            pruebas=sum(r.pruebas for r in renglones),
            valor_estimado=a_decimal(sum(r.valor_centavos for r in renglones)),
            tramos=[
                TramoOut(
                    dias=nombre,
                    pruebas=sum(r.pruebas for r in suyos),
                    valor_estimado=a_decimal(sum(r.valor_centavos for r in suyos)),
                )
                for nombre, suyos in por_tramo.items()
            ],
            renglones=len(renglones),
            detalle=[
                RenglonOut(
                    nit=r.nit,
                    codigo_eps=r.codigo_eps,
                    situacion=r.situacion,
                    dias=r.tramo,
                    pruebas=r.pruebas,
                    valor_estimado=a_decimal(r.valor_centavos),
                    sin_tarifa=r.sin_tarifa,
                )
                for r in mayores
            ],
        )
