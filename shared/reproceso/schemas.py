"""Bodies of the requests and answers of reprocessing. Amounts in pesos with two decimals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from shared.reproceso.model import Alcance, Clase, EstadoReproceso, Reproceso, Resultado
from shared.tipos import MONEDA, a_decimal


class ReprocesoIn(BaseModel):
    """Which mechanism, which part of it, and why."""

    mecanismo: str = Field(max_length=60)
    motivo: str = Field(min_length=5, max_length=300)
    radicaciones: list[UUID] = Field(default_factory=list, max_length=10_000)
    periodos: list[str] = Field(default_factory=list, max_length=200)
    entidades: list[str] = Field(default_factory=list, max_length=10_000)

    @property
    def alcance(self) -> Alcance:
        return Alcance(tuple(self.radicaciones), tuple(self.periodos), tuple(self.entidades))


class ConfirmarIn(BaseModel):
    """The act, or the reason, with which it is applied."""

    acto: str = Field(min_length=3, max_length=200)


class GrupoVista(BaseModel):
    """How many records would go from a state to another, and what they are worth."""

    clase: Clase
    de: str
    a: str
    registros: int
    antes: str
    despues: str


class ReprocesoVista(BaseModel):
    """A reprocess, how far it went and what it would change."""

    id: UUID
    mecanismo: str
    estado: EstadoReproceso
    motivo: str
    radicaciones: list[UUID]
    periodos: list[str]
    entidades: list[str]
    progreso: str
    error: str | None
    pedido_por: str
    pedido_at: datetime
    acto: str | None
    confirmado_por: str | None
    confirmado_at: datetime | None
    terminado_at: datetime | None
    radicaciones_juzgadas: int | None = None
    registros_que_cambian: int | None = None
    hallazgos: str | None = Field(
        default=None, description="Lo hallado en exceso sobre lo girado, en pesos"
    )
    imposibles: int | None = Field(
        default=None,
        description="Radicaciones que no se tocan: otro registro tiene el derecho que tomarían",
    )
    grupos: list[GrupoVista] = Field(default_factory=list)
    aplicados: int | None = None
    desactualizados: int | None = None
    moneda: str = MONEDA

    @classmethod
    def de(cls, r: Reproceso) -> ReprocesoVista:
        resumen: Mapping[str, Any] = r.resumen or {}
        hallado = resumen.get("hallazgos_centavos")
        return cls(
            id=r.id,
            mecanismo=r.mecanismo,
            estado=r.estado,
            motivo=r.motivo,
            radicaciones=list(r.alcance.radicaciones),
            periodos=list(r.alcance.periodos),
            entidades=list(r.alcance.entidades),
            progreso=r.progreso,
            error=r.error,
            pedido_por=r.pedido_por,
            pedido_at=r.pedido_at,
            acto=r.acto,
            confirmado_por=r.confirmado_por,
            confirmado_at=r.confirmado_at,
            terminado_at=r.terminado_at,
            radicaciones_juzgadas=resumen.get("radicaciones"),
            registros_que_cambian=resumen.get("cambian"),
            hallazgos=None if hallado is None else a_decimal(hallado),
            imposibles=resumen.get("imposibles"),
            grupos=grupos_de(resumen),
            aplicados=resumen.get("aplicados"),
            desactualizados=resumen.get("desactualizados"),
        )


def grupos_de(resumen: Mapping[str, Any]) -> list[GrupoVista]:
    """The groups of some totals, as people see them."""
    return [
        GrupoVista(
            clase=g["clase"],
            de=g["de"],
            a=g["a"],
            registros=g["registros"],
            antes=a_decimal(g["antes_centavos"]),
            despues=a_decimal(g["despues_centavos"]),
        )
        for g in resumen.get("grupos", ())
    ]


class CambioVista(BaseModel):
    """What would become, or became, of a record. No personal data."""

    radicacion_id: UUID
    registro_id: UUID
    fila: int
    clase: Clase
    de: str
    a: str
    codigos_antes: list[str]
    codigos_despues: list[str]
    valor_antes: str
    valor_despues: str
    hallado: str
    resultado: Resultado
    reintegro_id: UUID | None
    motivo: str

    @classmethod
    def de_fila(cls, fila: Mapping[str, Any]) -> CambioVista:
        return cls(
            radicacion_id=fila["radicacion_id"],
            registro_id=fila["registro_id"],
            fila=fila["fila"],
            clase=fila["clase"],
            de=fila["de"],
            a=fila["a"],
            codigos_antes=fila["de_codigos"],
            codigos_despues=fila["a_codigos"],
            valor_antes=a_decimal(fila["de_valor_centavos"]),
            valor_despues=a_decimal(fila["a_valor_centavos"]),
            hallado=a_decimal(fila["capital_centavos"]),
            resultado=fila["resultado"],
            reintegro_id=fila["reintegro_id"],
            motivo=fila["motivo"],
        )
