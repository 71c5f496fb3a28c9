"""How things look from outside: amounts as decimal text, states in words, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from shared.giros.model import Reconocimiento
from shared.radicacion.model import EstadoRadicacion, Radicacion, Ventana
from shared.seguridad import enmascarar, enmascarar_nombre
from shared.tipos import MONEDA, Reloj, a_decimal


def raiz(request: Request) -> str:
    """Where the service hangs: links work alone and under the one-process mode."""
    return str(request.scope.get("root_path", ""))


class Valor(BaseModel):
    """An amount at the edge: decimal text with two digits."""

    valor: str = Field(examples=["86521.50"])
    moneda: str = MONEDA

    @classmethod
    def de(cls, centavos: int) -> Valor:
        return cls(valor=a_decimal(centavos))


class RadicacionVista(BaseModel):
    """A submission as its owner sees it."""

    id: UUID
    radicado: str
    mecanismo: str
    nit: str
    periodo: str | None
    version: int
    solicitud_id: UUID
    anterior_id: UUID | None
    estado: EstadoRadicacion
    progreso: str
    archivo: str
    archivo_sha256: str
    certificacion_sha256: str | None
    total: int
    lectura: dict[str, Any]
    resumen: dict[str, Any] | None
    motivo: str | None
    fecha_radicacion: datetime
    terminado_at: datetime | None
    enlaces: dict[str, str]

    @classmethod
    def de(cls, radicacion: Radicacion, raiz: str) -> RadicacionVista:
        propio = f"{raiz}/v1/radicaciones/{radicacion.id}"
        return cls(
            id=radicacion.id,
            radicado=radicacion.radicado,
            mecanismo=radicacion.mecanismo,
            nit=radicacion.nit,
            periodo=radicacion.periodo,
            version=radicacion.version,
            solicitud_id=radicacion.solicitud_id,
            anterior_id=radicacion.anterior_id,
            estado=radicacion.estado,
            progreso=radicacion.progreso,
            archivo=radicacion.archivo_nombre,
            archivo_sha256=radicacion.archivo_sha256,
            certificacion_sha256=radicacion.certificacion_sha256,
            total=radicacion.total,
            lectura=dict(radicacion.lectura),
            resumen=resumen_publico(radicacion.resumen),
            motivo=radicacion.motivo,
            fecha_radicacion=radicacion.fecha_radicacion,
            terminado_at=radicacion.terminado_at,
            enlaces={
                "propio": propio,
                "registros": f"{propio}/registros",
                "hallazgos": f"{propio}/hallazgos",
                "saldo": f"{propio}/saldo",
                "correcciones": f"{propio}/correcciones",
            },
        )


class PaisVista(BaseModel):
    """A submission of the whole country, without what is of no one EPS: totals and file."""

    id: UUID
    radicado: str
    mecanismo: str
    periodo: str | None
    estado: EstadoRadicacion
    fecha_radicacion: datetime
    terminado_at: datetime | None
    enlaces: dict[str, str]

    @classmethod
    def de(cls, radicacion: Radicacion, raiz: str) -> PaisVista:
        propio = f"{raiz}/v1/radicaciones/{radicacion.id}"
        return cls(
            id=radicacion.id,
            radicado=radicacion.radicado,
            mecanismo=radicacion.mecanismo,
            periodo=radicacion.periodo,
            estado=radicacion.estado,
            fecha_radicacion=radicacion.fecha_radicacion,
            terminado_at=radicacion.terminado_at,
            enlaces={"registros": f"{propio}/registros", "hallazgos": f"{propio}/hallazgos"},
        )


def resumen_publico(resumen: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Totals of an evaluation with the amount as decimal text."""
    if resumen is None:
        return None
    return {
        "total": resumen["total"],
        "por_estado": resumen["por_estado"],
        "por_causal": resumen["por_causal"],
        **Valor.de(resumen["valor_centavos"]).model_dump(),
        "reglas_no_aplicadas": resumen["reglas_no_aplicadas"],
        "avisos": resumen["avisos"],
        "huella": resumen["huella"],
    }


class VentanaVista(BaseModel):
    """When something is submitted. ``periodo`` is null where the mechanism has none."""

    periodo: str | None
    desde: datetime
    hasta: datetime
    acto: str
    abierta: bool

    @classmethod
    def de(cls, ventana: Ventana, reloj: Reloj) -> VentanaVista:
        return cls(**vars(ventana), abierta=ventana.abierta(reloj.ahora()))


class RegistroVista(BaseModel):
    """One record: a row of the submission, decided.

    ``subsana_id`` is the version that it corrects; ``gana_id``, the record that has its right.
    """

    id: UUID
    fila: int
    estado: str
    espera_por: str | None
    codigos: list[str]
    valor: str
    moneda: str = MONEDA
    vigente: bool
    version: int
    subsana_id: UUID | None
    gana_id: UUID | None

    @classmethod
    def de(cls, fila: Mapping[str, Any]) -> RegistroVista:
        datos = dict(fila)
        return cls(**{**datos, "valor": a_decimal(datos.pop("valor_centavos"))})


class CambioVista(BaseModel):
    """What a held record became when what it waited for came."""

    de: str
    a: str
    de_codigos: list[str]
    a_codigos: list[str]
    de_valor: str
    a_valor: str
    moneda: str = MONEDA
    motivo: str
    en: datetime

    @classmethod
    def de_fila(cls, fila: Mapping[str, Any]) -> CambioVista:
        datos = dict(fila)
        return cls(
            **datos,
            de_valor=a_decimal(datos["de_valor_centavos"]),
            a_valor=a_decimal(datos["a_valor_centavos"]),
        )


class HallazgoVista(BaseModel):
    """Why a row did not pass as it came."""

    fila: int
    codigo: str
    veredicto: str
    efecto: str
    columna: str | None
    mensaje: str
    archivo: str | None = Field(
        default=None, description="Anexo al que pertenece la fila; vacío si es de lo radicado"
    )


class Aviso(BaseModel):
    """A rule that warns and stops nothing."""

    codigo: str
    mensaje: str


class ReconocimientoVista(BaseModel):
    """A payable unit: where it stands and who approved it."""

    id: UUID
    mecanismo: str
    vigencia: int
    radicacion_id: UUID
    solicitud_id: UUID
    tipo_documento: str
    nit: str = Field(description="Documento del beneficiario; el de una persona, enmascarado")
    nombre: str
    periodo: str | None
    registros: int
    valor: str
    moneda: str = MONEDA
    estado: str
    espera_por: str | None
    fecha_radicacion: datetime
    aprobado_por: str | None
    cuenta_id: UUID | None
    avisos: list[Aviso]

    @classmethod
    def de(cls, r: Reconocimiento, avisos: Sequence[Aviso] = ()) -> ReconocimientoVista:
        es_persona = r.beneficiario.es_persona
        return cls(
            id=r.id,
            mecanismo=r.mecanismo,
            vigencia=r.vigencia,
            radicacion_id=r.radicacion_id,
            solicitud_id=r.solicitud_id,
            tipo_documento=r.tipo_documento,
            nit=enmascarar(r.nit) if es_persona else r.nit,
            nombre=enmascarar_nombre(r.nombre) if es_persona else r.nombre,
            periodo=r.periodo,
            registros=r.registros,
            valor=a_decimal(r.valor_centavos),
            estado=r.estado,
            espera_por=r.espera_por,
            fecha_radicacion=r.fecha_radicacion,
            aprobado_por=r.aprobado_por,
            cuenta_id=r.cuenta_id,
            avisos=list(avisos),
        )
