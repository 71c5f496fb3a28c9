"""HTTP bodies of the enrolment, and the files that are exchanged with an operator.

People and accounts are shown masked, but in the file of requests, which is for the operator.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.enrolamiento.contacto import Lugar
from shared.enrolamiento.model import (
    CAUSAS,
    Causa,
    ClaseAviso,
    EfectoRespuesta,
    Enrolamiento,
    EstadoEnrolamiento,
    Operacion,
    Respuesta,
    Resultado,
    Solicitud,
    falta_de,
)
from shared.enrolamiento.puertos import Contacto
from shared.enrolamiento.repository import Pendiente
from shared.enrolamiento.sugerencias import Sugerencia
from shared.giros.model import CuentaPago
from shared.seguridad import enmascarar, enmascarar_cuenta
from shared.tipos import EntradaInvalida

TipoPersona = Literal["CC", "CE", "PA", "CD", "SC", "PE"]
ENCABEZADO_PEDIDOS: Final = (
    "solicitud_id",
    "operacion",
    "pedida_at",
    "tipo_documento",
    "numero_documento",
    "nombre",
    "celular",
    "correo",
    "direccion",
    "codigo_municipio",
    "codigo_banco",
    "tipo_producto",
    "numero_producto",
)
ENCABEZADO_RESPUESTAS: Final = (
    "solicitud_id",
    "resultado",
    "causa",
    "codigo_banco",
    "tipo_producto",
    "numero_producto",
    "titular_tipo_documento",
    "titular_numero_documento",
)
_ERRORES: Final = 20
"""Wrong lines of a file that are told."""


class _Cuerpo(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class ProductoIn(_Cuerpo):
    """A product and its holder, who must be the payee: nobody else's is accepted."""

    codigo_banco: Annotated[str, Field(pattern=r"^\d{4}$")]
    tipo_producto: Literal["AHORROS", "CORRIENTE", "CATS", "DBM"]
    numero_producto: Annotated[str, Field(pattern=r"^[0-9A-Z-]{1,20}$")]
    titular_tipo_documento: TipoPersona
    titular_numero_documento: Annotated[str, Field(pattern=r"^[0-9A-Z]{3,16}$")]

    def cuenta(self) -> CuentaPago:
        return CuentaPago(
            self.codigo_banco,
            self.tipo_producto,
            self.numero_producto,
            self.titular_numero_documento,
            self.titular_tipo_documento,
        )


class RespuestaIn(_Cuerpo):
    """What the operator answered: of an account that it opened, with the product."""

    resultado: Resultado
    causa: Causa | None = None
    producto: ProductoIn | None = None

    @model_validator(mode="after")
    def _completa(self) -> Self:
        if (self.resultado is Resultado.RECHAZADA) != (self.causa is not None):
            raise ValueError("La causa se da cuando la respuesta es RECHAZADA, y solo entonces.")
        if self.resultado is Resultado.RECHAZADA and self.producto is not None:
            raise ValueError("Una respuesta RECHAZADA no trae producto.")
        return self

    def respuesta(self, solicitud_id: UUID) -> Respuesta:
        producto = None if self.producto is None else self.producto.cuenta()
        return Respuesta(solicitud_id, self.resultado, self.causa, producto)


class _Linea(BaseModel):
    """A line of the file of answers, empty cells left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    solicitud_id: UUID
    respuesta: RespuestaIn


def leer_respuestas(contenido: bytes) -> list[Respuesta]:
    """The answers of a CSV with ``ENCABEZADO_RESPUESTAS`` as its first line, all or none.

    Raises:
        EntradaInvalida: it cannot be read, or some line is wrong; the message says which ones and
            repeats none of their values.
    """
    try:
        texto = contenido.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EntradaInvalida("El archivo no está en UTF-8. Guárdelo como CSV UTF-8.") from error
    lector = csv.DictReader(io.StringIO(texto, newline=""))
    if tuple(lector.fieldnames or ()) != ENCABEZADO_RESPUESTAS:
        raise EntradaInvalida(
            f"La primera línea del archivo debe ser: {','.join(ENCABEZADO_RESPUESTAS)}."
        )
    respuestas, errores = [], []
    for fila in lector:
        try:
            linea = _Linea.model_validate(_de_fila(fila))
        except ValidationError as error:
            errores.append(f"Línea {lector.line_num}: {_explicar(error)}")
        else:
            respuestas.append(linea.respuesta.respuesta(linea.solicitud_id))
    if errores:
        raise EntradaInvalida(
            f"{len(errores)} líneas están mal. {' '.join(errores[:_ERRORES])}", lineas=len(errores)
        )
    return respuestas


def _de_fila(fila: Mapping[str | Any, Any]) -> dict[str, Any]:
    dados = {c: v.strip() for c, v in fila.items() if isinstance(v, str) and v.strip()}
    producto = {c: dados[c] for c in ENCABEZADO_RESPUESTAS[3:] if c in dados}
    respuesta = {c: dados[c] for c in ("resultado", "causa") if c in dados}
    return {
        "solicitud_id": dados.get("solicitud_id"),
        "respuesta": respuesta | ({"producto": producto} if producto else {}),
    }


def _explicar(error: ValidationError) -> str:
    """Columns that are wrong: never their values, which may be of a person."""
    columnas = sorted({str(e["loc"][-1]) for e in error.errors() if e["loc"]})
    return f"revise {', '.join(columnas)}."


def filas_de_pedidos(
    pendientes: Sequence[Pendiente],
    productos: Mapping[UUID, CuentaPago],
    datos: Mapping[Lugar, Contacto],
) -> Iterator[tuple[str | datetime | None, ...]]:
    """Lines of the file of requests, as ``ENCABEZADO_PEDIDOS``."""
    for p in pendientes:
        s, abre = p.solicitud, p.solicitud.operacion is Operacion.ABRIR
        c = datos[p.radicacion_id, p.fila] if abre else Contacto()
        producto = () if s.cuenta_id is None else _celdas(productos[s.cuenta_id])
        yield (
            str(s.id),
            s.operacion.value,
            s.pedida_at,
            p.beneficiario.tipo_documento,
            p.beneficiario.numero,
            p.nombre,
            c.celular,
            c.correo,
            c.direccion,
            c.codigo_municipio,
            *(producto or _SIN_PRODUCTO),
        )


_SIN_PRODUCTO: Final = (None, None, None)


def _celdas(producto: CuentaPago) -> tuple[str, str, str]:
    return (producto.codigo_banco, producto.tipo_producto, producto.numero_producto)


class RegistroOut(BaseModel):
    """A record that waits for the product."""

    id: UUID
    radicacion_id: UUID
    fila: int


class EnrolamientoOut(BaseModel):
    """Where the product of a payee stands: what is missing and who acts."""

    id: UUID
    mecanismo: str
    reconocimiento_id: UUID
    entidad: str | None
    tipo_documento: str
    numero_documento: str = Field(description="Enmascarado")
    estado: EstadoEnrolamiento
    falta: str = Field(description="Qué falta para que el pago siga")
    actua: str = Field(description="Quién tiene que hacerlo")
    motivo: str | None = Field(description="Por qué no sirvió el producto anterior")
    intento: int
    proximo: date | None = Field(description="Día del intento siguiente si nadie responde antes")
    abierto_at: datetime
    cambiado_at: datetime
    registros: list[RegistroOut]

    @classmethod
    def de(
        cls, e: Enrolamiento, registros: Sequence[tuple[UUID, UUID, int]] = ()
    ) -> EnrolamientoOut:
        falta = falta_de(e)
        return cls(
            id=e.id,
            mecanismo=e.mecanismo,
            reconocimiento_id=e.reconocimiento_id,
            entidad=e.entidad,
            tipo_documento=e.beneficiario.tipo_documento,
            numero_documento=enmascarar(e.beneficiario.numero),
            estado=e.estado,
            falta=falta.que,
            actua=falta.quien,
            motivo=_motivo(e.codigo),
            intento=e.intento,
            proximo=e.proximo,
            abierto_at=e.abierto_at,
            cambiado_at=e.cambiado_at,
            registros=[RegistroOut(id=i, radicacion_id=r, fila=f) for i, r, f in registros],
        )


def _motivo(codigo: str | None) -> str | None:
    if codigo is None:
        return None
    if codigo in set(Causa):
        texto = CAUSAS[Causa(codigo)]
        return f"{texto[0].upper()}{texto[1:]}."
    return f"El banco devolvió el giro con el código {codigo}."


class SolicitudOut(BaseModel):
    """Something that was asked of the operator."""

    id: UUID
    operacion: Operacion
    intento: int
    pedida_at: datetime
    resultado: Resultado | None
    causa: str | None
    tuvo_efecto: bool | None
    respondida_por: str | None
    respondida_at: datetime | None

    @classmethod
    def de(cls, s: Solicitud) -> SolicitudOut:
        return cls(
            id=s.id,
            operacion=s.operacion,
            intento=s.intento,
            pedida_at=s.pedida_at,
            resultado=s.resultado,
            causa=s.codigo,
            tuvo_efecto=s.tuvo_efecto,
            respondida_por=s.respondida_por,
            respondida_at=s.respondida_at,
        )


class AvisoOut(BaseModel):
    """A notice to the payee."""

    clase: ClaseAviso
    creado_at: datetime
    canal: str | None
    destino: str | None = Field(description="Enmascarado")
    enviado_at: datetime | None


class SugerenciaOut(BaseModel):
    """A product that a programme already pays: a proposal, to be checked."""

    programa: str
    codigo_banco: str
    tipo_producto: str
    numero_producto: str = Field(description="Enmascarado")

    @classmethod
    def de(cls, s: Sugerencia) -> SugerenciaOut:
        return cls(
            programa=s.programa,
            codigo_banco=s.producto.codigo_banco,
            tipo_producto=s.producto.tipo_producto,
            numero_producto=enmascarar_cuenta(s.producto.numero_producto),
        )


class DetalleOut(EnrolamientoOut):
    """One of them with its story."""

    solicitudes: list[SolicitudOut]
    avisos: list[AvisoOut]
    sugerencias: list[SugerenciaOut]


class AplicadasOut(BaseModel):
    """What became of a file of answers."""

    aplicadas: int
    sin_efecto: int
    repetidas: int
    contradicen: int = Field(description="Ya tenían otra respuesta, que es la que rige")
    desconocidas: int = Field(description="Solicitudes que no son de este mecanismo")

    @classmethod
    def de(cls, efectos: Mapping[EfectoRespuesta, int], total: int) -> AplicadasOut:
        return cls(
            aplicadas=efectos.get(EfectoRespuesta.APLICADA, 0),
            sin_efecto=efectos.get(EfectoRespuesta.SIN_EFECTO, 0),
            repetidas=efectos.get(EfectoRespuesta.REPETIDA, 0),
            contradicen=efectos.get(EfectoRespuesta.CONTRADICE, 0),
            desconocidas=total - sum(efectos.values()),
        )
