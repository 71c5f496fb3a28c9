"""Payment orders as treasury knows them, and what a bank may answer. No I/O.

Source: ``dominio`` registers §17.1 (codes) and §17.3 (answers).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from services.tesoreria.errors import RespuestaDistinta
from shared.giros.model import PLAZO_DEVOLUCION, Beneficiario, EstadoRespuesta
from shared.tipos import EntradaInvalida

CODIGOS: Final[dict[EstadoRespuesta, frozenset[str]]] = {
    EstadoRespuesta.APLICADO: frozenset(),
    EstadoRespuesta.DEVUELTO: frozenset(
        {"R02", "R03", "R04", "R06", "R16", "R17", "R20", "R23", "R32", "R33", "R34", "R35"}
    ),
    EstadoRespuesta.RECHAZADO_FORMATO: frozenset(
        {"D01", "D02", "D03", "D05", "D17", "D21", "D22", "D23", "D27", "D31"}
    ),
}
"""Answers that treasury gives, with the codes each admits; an applied giro has none."""


class EstadoOrden(StrEnum):
    """Whether the bank has answered."""

    RECIBIDA = "RECIBIDA"
    RESPONDIDA = "RESPONDIDA"


@dataclass(frozen=True)
class Orden:
    """What is to be paid, to whom and where. Numbers and names stay out of ``repr``.

    ``nit_beneficiario`` is the number of the payee's document, of type ``tipo_documento``.
    """

    id_giro: str
    id_giro_origen: str | None
    lote: str
    vigencia: int
    tipo_documento: str
    nit_beneficiario: str = field(repr=False)
    nombre_beneficiario: str = field(repr=False)
    codigo_banco: str
    tipo_producto: str
    numero_producto: str = field(repr=False)
    valor_centavos: int
    moneda: str
    fecha_orden: date
    concepto: str
    referencia: str

    @property
    def beneficiario(self) -> Beneficiario:
        return Beneficiario(self.tipo_documento, self.nit_beneficiario)


@dataclass(frozen=True)
class Respuesta:
    """What the bank said, and when."""

    resultado: EstadoRespuesta
    codigo: str | None
    fecha: date
    referencia_banco: str | None


@dataclass(frozen=True)
class NuevaRespuesta:
    """An answer to give. Without ``fecha`` it is of today.

    Raises:
        EntradaInvalida: a result that is not an answer, or a code that is not one of its own.
    """

    resultado: EstadoRespuesta
    codigo: str | None = None
    fecha: date | None = None
    referencia_banco: str | None = None

    def __post_init__(self) -> None:
        if self.resultado not in CODIGOS:
            raise EntradaInvalida(f"El resultado debe ser uno de: {', '.join(CODIGOS)}.")
        admitidos = sorted(CODIGOS[self.resultado])
        if not admitidos and self.codigo is not None:
            raise EntradaInvalida("Un giro APLICADO no lleva código. Quítelo.")
        if admitidos and self.codigo not in admitidos:
            raise EntradaInvalida(
                f"{self.resultado} lleva uno de estos códigos: {', '.join(admitidos)}."
            )

    def repite(self, otra: Respuesta) -> bool:
        """Says it the same as ``otra``; what it leaves out does not count."""
        return (
            (self.resultado, self.codigo) == (otra.resultado, otra.codigo)
            and self.fecha in (None, otra.fecha)
            and self.referencia_banco in (None, otra.referencia_banco)
        )


@dataclass(frozen=True)
class OrdenRecibida:
    """An order in treasury's hands. ``posicion`` is its place in the order of arrival."""

    posicion: int
    orden: Orden
    mecanismo: str
    sujeto: str
    recibida_at: datetime
    respuesta: Respuesta | None

    @property
    def estado(self) -> EstadoOrden:
        return EstadoOrden.RECIBIDA if self.respuesta is None else EstadoOrden.RESPONDIDA

    def responder(self, nueva: NuevaRespuesta, hoy: date) -> Respuesta | None:
        """The answer to record, or None if it repeats the one it has.

        Raises:
            EntradaInvalida: dated before the order or after today.
            RespuestaDistinta: the order has another answer; only an applied one may be returned
                later, within 15 days.
        """
        if self.respuesta is not None and nueva.repite(self.respuesta):
            return None
        fecha = nueva.fecha or max(hoy, self.orden.fecha_orden)
        if not self.orden.fecha_orden <= fecha <= max(hoy, self.orden.fecha_orden):
            raise EntradaInvalida(
                f"La fecha de la respuesta debe estar entre la de la orden "
                f"({self.orden.fecha_orden}) y hoy ({hoy})."
            )
        if self.respuesta is not None and not _devuelve(self.respuesta, nueva, fecha):
            raise RespuestaDistinta(
                f"El giro {self.orden.id_giro} ya tiene respuesta {self.respuesta.resultado} del "
                f"{self.respuesta.fecha}. Solo uno APLICADO se puede devolver después, dentro de "
                f"{PLAZO_DEVOLUCION.days} días."
            )
        return Respuesta(nueva.resultado, nueva.codigo, fecha, nueva.referencia_banco)


def _devuelve(actual: Respuesta, nueva: NuevaRespuesta, fecha: date) -> bool:
    return (
        actual.resultado is EstadoRespuesta.APLICADO
        and nueva.resultado is EstadoRespuesta.DEVUELTO
        and actual.fecha <= fecha <= actual.fecha + PLAZO_DEVOLUCION
    )
