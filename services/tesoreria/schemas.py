"""HTTP bodies of treasury."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.tesoreria.model import NuevaRespuesta, OrdenRecibida, Respuesta
from shared.giros.model import EstadoRespuesta
from shared.seguridad import enmascarar, enmascarar_cuenta, enmascarar_nombre
from shared.tipos import a_decimal


class RespuestaIn(BaseModel):
    """What the bank said of an order."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    resultado: Literal["APLICADO", "DEVUELTO", "RECHAZADO_FORMATO"]
    codigo: str | None = Field(
        default=None,
        description="Código del banco: R.. si DEVUELTO, D.. si RECHAZADO_FORMATO, nada si APLICADO",
        examples=["R03"],
    )
    fecha: date | None = Field(default=None, description="Día de la respuesta; si falta, hoy")
    referencia_banco: str | None = Field(default=None, min_length=1, max_length=40)

    def nueva(self) -> NuevaRespuesta:
        """As the domain takes it.

        Raises:
            EntradaInvalida: the code is not one of the result.
        """
        return NuevaRespuesta(
            EstadoRespuesta(self.resultado), self.codigo, self.fecha, self.referencia_banco
        )


class RespuestaOut(BaseModel):
    """Current answer of an order."""

    resultado: EstadoRespuesta
    codigo: str | None
    fecha: date
    referencia_banco: str | None

    @classmethod
    def de(cls, respuesta: Respuesta) -> RespuestaOut:
        return cls(
            resultado=respuesta.resultado,
            codigo=respuesta.codigo,
            fecha=respuesta.fecha,
            referencia_banco=respuesta.referencia_banco,
        )


class OrdenOut(BaseModel):
    """An order. The account number, and who a person is, are whole only for ``tesoreria``."""

    id_giro: str
    id_giro_origen: str | None
    mecanismo: str
    lote: str
    vigencia: int
    tipo_documento: str
    nit_beneficiario: str = Field(description="Número del documento; NIT sin dígito si es NI")
    nombre_beneficiario: str
    codigo_banco: str
    tipo_producto: str
    numero_producto: str = Field(description="Enmascarado si quien consulta no es de tesorería")
    valor: str = Field(examples=["86521.50"])
    moneda: str
    fecha_orden: date
    concepto: str
    referencia: str
    recibida_at: datetime
    estado: Literal["RECIBIDA", "RESPONDIDA"]
    respuesta: RespuestaOut | None

    @classmethod
    def de(cls, recibida: OrdenRecibida, *, ve_cuenta: bool) -> OrdenOut:
        orden = recibida.orden
        numero = orden.numero_producto
        oculta = orden.beneficiario.es_persona and not ve_cuenta
        return cls(
            id_giro=orden.id_giro,
            id_giro_origen=orden.id_giro_origen,
            mecanismo=recibida.mecanismo,
            lote=orden.lote,
            vigencia=orden.vigencia,
            tipo_documento=orden.tipo_documento,
            nit_beneficiario=enmascarar(orden.nit_beneficiario)
            if oculta
            else orden.nit_beneficiario,
            nombre_beneficiario=enmascarar_nombre(orden.nombre_beneficiario)
            if oculta
            else orden.nombre_beneficiario,
            codigo_banco=orden.codigo_banco,
            tipo_producto=orden.tipo_producto,
            numero_producto=numero if ve_cuenta else enmascarar_cuenta(numero),
            valor=a_decimal(orden.valor_centavos),
            moneda=orden.moneda,
            fecha_orden=orden.fecha_orden,
            concepto=orden.concepto,
            referencia=orden.referencia,
            recibida_at=recibida.recibida_at,
            estado=recibida.estado.value,
            respuesta=None if recibida.respuesta is None else RespuestaOut.de(recibida.respuesta),
        )
