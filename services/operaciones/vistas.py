"""How the back office sees things. Account numbers are masked but for treasury."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from shared.giros.model import Beneficiario, CuentaBancaria, Giro, Reintegro, RespuestaEnSuspenso
from shared.presupuesto.model import Resumen
from shared.registros import Corte
from shared.seguridad import Rol, Usuario, enmascarar, enmascarar_cuenta
from shared.tipos import MONEDA, a_decimal


class LineaVista(BaseModel):
    """A budget line as it stands."""

    mecanismo: str
    vigencia: int
    aforo: str
    recaudo: str
    reconocido: str
    en_transito: str
    girado: str
    disponible: str
    caja: str
    comprometido_sin_recaudo: str = Field(
        description="Comprometido por encima de lo recaudado: se permite, con esta alerta (PRE-14)"
    )
    moneda: str = MONEDA

    @classmethod
    def de(cls, resumen: Resumen) -> LineaVista:
        return cls(
            mecanismo=resumen.linea.mecanismo,
            vigencia=resumen.linea.vigencia,
            aforo=a_decimal(resumen.aforo_centavos),
            recaudo=a_decimal(resumen.recaudo_centavos),
            reconocido=a_decimal(resumen.reconocido_centavos),
            en_transito=a_decimal(resumen.en_transito_centavos),
            girado=a_decimal(resumen.girado_centavos),
            disponible=a_decimal(resumen.disponible_centavos),
            caja=a_decimal(resumen.caja_centavos),
            comprometido_sin_recaudo=a_decimal(resumen.comprometido_sin_recaudo_centavos),
        )


class CuentaVista(BaseModel):
    """A bank account given by a payee."""

    id: UUID
    tipo_documento: str
    nit: str
    codigo_banco: str
    tipo_producto: str
    numero_producto: str
    titular_tipo_documento: str
    titular_nit: str
    del_beneficiario: bool = Field(description="El titular es el beneficiario")
    estado: str

    @classmethod
    def de(cls, cuenta: CuentaBancaria, usuario: Usuario) -> CuentaVista:
        ve_todo = Rol.TESORERIA in usuario.roles
        numero, titular = cuenta.pago.numero_producto, cuenta.pago.titular
        return cls(
            id=cuenta.id,
            tipo_documento=cuenta.beneficiario.tipo_documento,
            nit=_numero(cuenta.beneficiario, ve_todo=ve_todo),
            codigo_banco=cuenta.pago.codigo_banco,
            tipo_producto=cuenta.pago.tipo_producto,
            numero_producto=numero if ve_todo else enmascarar_cuenta(numero),
            titular_tipo_documento=titular.tipo_documento,
            titular_nit=_numero(titular, ve_todo=ve_todo),
            del_beneficiario=cuenta.del_beneficiario,
            estado=cuenta.estado,
        )


def _numero(de: Beneficiario, *, ve_todo: bool) -> str:
    """A person's document is whole only for treasury; a NIT, for everyone."""
    return enmascarar(de.numero) if de.es_persona and not ve_todo else de.numero


class ParteVista(BaseModel):
    """A recognition that an order pays, and how much of it."""

    id: UUID
    valor: str


class GiroVista(BaseModel):
    """A payment order and the bank's word on it."""

    id: UUID
    id_giro: str
    id_giro_origen: str | None
    reconocimientos: list[ParteVista]
    lote: str
    valor: str
    moneda: str = MONEDA
    estado: str
    fecha_orden: date
    codigo: str | None
    que_hacer: str | None
    referencia_banco: str | None

    @classmethod
    def de(cls, giro: Giro) -> GiroVista:
        return cls(
            id=giro.id,
            id_giro=giro.id_giro,
            id_giro_origen=giro.id_giro_origen,
            reconocimientos=[
                ParteVista(id=p.reconocimiento_id, valor=a_decimal(p.valor_centavos))
                for p in giro.partes
            ],
            lote=giro.lote,
            valor=a_decimal(giro.valor_centavos),
            estado=giro.estado,
            fecha_orden=giro.fecha_orden,
            codigo=giro.codigo,
            que_hacer=giro.accion,
            referencia_banco=giro.referencia_banco,
        )


class ReintegroVista(BaseModel):
    """A file of money paid without cause."""

    id: UUID
    reconocimiento_id: UUID
    capital: str
    reintegrado: str
    interes: str
    pendiente: str
    moneda: str = MONEDA
    motivo: str
    estado: str

    @classmethod
    def de(cls, r: Reintegro) -> ReintegroVista:
        return cls(
            id=r.id,
            reconocimiento_id=r.reconocimiento_id,
            capital=a_decimal(r.capital_centavos),
            reintegrado=a_decimal(r.reintegrado_centavos),
            interes=a_decimal(r.interes_centavos),
            pendiente=a_decimal(r.pendiente_centavos),
            motivo=r.motivo,
            estado=r.estado,
        )


class SuspensoVista(BaseModel):
    """A bank answer that a person must look at."""

    id: UUID
    motivo: str
    id_giro: str
    estado: str
    valor: str
    moneda: str
    recibida_at: datetime

    @classmethod
    def de(cls, s: RespuestaEnSuspenso) -> SuspensoVista:
        return cls(
            id=s.id,
            motivo=s.motivo,
            id_giro=s.respuesta.id_giro,
            estado=s.respuesta.estado,
            valor=a_decimal(s.respuesta.valor_centavos),
            moneda=s.respuesta.moneda,
            recibida_at=s.recibida_at,
        )


class CorteVista(BaseModel):
    """A dated extract of a register."""

    id: UUID
    registro: str
    fecha_corte: date
    archivo: str
    sha256: str
    filas: int
    filas_rechazadas: int
    estado: str
    motivo: str | None
    derivado_de: UUID | None

    @classmethod
    def de(cls, c: Corte) -> CorteVista:
        return cls(
            id=c.id,
            registro=c.registro,
            fecha_corte=c.fecha_corte,
            archivo=c.archivo,
            sha256=c.sha256_fuente,
            filas=c.filas,
            filas_rechazadas=c.filas_rechazadas,
            estado=c.estado,
            motivo=c.motivo,
            derivado_de=c.derivado_de,
        )
