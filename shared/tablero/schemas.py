"""The universe and the scorecard as they leave by HTTP: amounts as decimal text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from shared.seguridad import enmascarar
from shared.tablero.model import (
    Corrida,
    Cuartiles,
    FilaEps,
    Mes,
    PorEstado,
    Tablero,
    nombre_de,
    porcentaje,
)
from shared.tipos import MONEDA, a_decimal


class EstadoOut(BaseModel):
    """Cases in one state."""

    estado: str
    casos: int
    porcentaje: Decimal | None = Field(description="Del universo", examples=["50.54"])
    valor: str
    moneda: str = MONEDA

    @classmethod
    def de(cls, parte: PorEstado, universo: int) -> EstadoOut:
        return cls(
            estado=parte.estado,
            casos=parte.casos,
            porcentaje=porcentaje(Fraction(parte.casos, universo) if universo else None),
            valor=a_decimal(parte.valor_centavos),
        )


class CorteOut(BaseModel):
    """An extract that a run read."""

    registro: str
    fecha_corte: date
    sha256: str


class AlertaOut(BaseModel):
    """A later run that did not add up: what is shown is of the one before."""

    corrida_id: UUID
    calculado_at: datetime
    motivo: str


class UniversoOut(BaseModel):
    """The states of the universe in their order. ``suma`` and ``universo`` are equal: nothing is
    left unclassified."""

    corrida_id: UUID
    fecha: date
    calculado_at: datetime
    cortes: list[CorteOut]
    estados: list[EstadoOut]
    suma: int
    universo: int
    sin_clasificar: int
    valor: str
    moneda: str = MONEDA
    alerta: AlertaOut | None

    @classmethod
    def de(
        cls, corrida: Corrida, estados: Sequence[PorEstado], fallida: Corrida | None
    ) -> UniversoOut:
        """``estados``: those of the run, or what of them a caller may see."""
        suma = sum(p.casos for p in estados)
        return cls(
            corrida_id=corrida.id,
            fecha=corrida.fecha,
            calculado_at=corrida.created_at,
            cortes=_cortes(corrida.cortes),
            estados=[EstadoOut.de(p, suma) for p in estados],
            suma=suma,
            universo=suma,
            sin_clasificar=0,
            valor=a_decimal(sum(p.valor_centavos for p in estados)),
            alerta=None if fallida is None else _alerta(fallida),
        )


def _cortes(citados: Mapping[str, Any]) -> list[CorteOut]:
    return [
        CorteOut(registro=nombre, fecha_corte=c["fecha_corte"], sha256=c["sha256_fuente"])
        for nombre, propios in sorted(citados.items())
        for c in propios
    ]


def _alerta(fallida: Corrida) -> AlertaOut:
    return AlertaOut(
        corrida_id=fallida.id, calculado_at=fallida.created_at, motivo=fallida.motivo or ""
    )


class CasoOut(BaseModel):
    """One case. The document is whole only for the EPS of the case."""

    id_caso: str
    tipo_documento: str | None
    numero_documento: str | None
    codigo_eps: str | None
    eps: str = Field(description="Código base de la EPS del caso")
    eps_nombre: str
    codigo_municipio: str | None
    fecha: date | None = Field(description="Confirmación")
    estado: str
    valor: str
    moneda: str = MONEDA
    entregado_el: date | None

    @classmethod
    def de(cls, caso: Mapping[str, Any], alcance: str | None) -> CasoOut:
        """``alcance``: base code of the EPS that looks; ``None``, the back office."""
        datos = dict(caso)
        if datos["eps"] != alcance:
            datos["numero_documento"] = enmascarar(datos["numero_documento"] or "")
        valor = datos.pop("valor_centavos")
        return cls(**datos, eps_nombre=nombre_de(datos["eps"]), valor=a_decimal(valor))


class MesOut(BaseModel):
    """Cases confirmed in one month."""

    mes: str
    universo: int
    nunca_entregados: int
    nucleos_pagados: int
    pagado: str | None
    moneda: str = MONEDA

    @classmethod
    def de(cls, mes: Mes) -> MesOut:
        datos = dict(vars(mes))
        pagado = _decimal(datos.pop("pagado_centavos"))
        return cls(**datos, pagado=pagado)


class FilaOut(BaseModel):
    """How an EPS answers for its cases."""

    puesto: int | None
    eps: str
    nombre: str
    universo: int
    entregados: int
    sin_registro: int
    nunca_entregados: int
    nunca_entregados_porcentaje: Decimal | None
    glosados: int
    devoluciones: int
    corregidas_a_tiempo: int
    corregidas_tarde: int
    en_espera: int
    a_tiempo_porcentaje: Decimal | None
    espera_desde: date | None
    espera_mediana_dias: int | None
    espera_maxima_dias: int | None
    nucleos_pagados: int
    pagado: str | None
    moneda: str = MONEDA
    por_estado: dict[str, int]
    por_mes: list[MesOut]

    @classmethod
    def de(cls, fila: FilaEps, puesto: int | None, nombre: str | None = None) -> FilaOut:
        datos = dict(vars(fila))
        pagado = _decimal(datos.pop("pagado_centavos"))
        datos["por_estado"] = dict(fila.por_estado)
        datos["por_mes"] = [MesOut.de(m) for m in fila.por_mes]
        return cls(
            **datos,
            puesto=puesto,
            nombre=nombre or fila.nombre,
            nunca_entregados_porcentaje=porcentaje(fila.parte_nunca),
            a_tiempo_porcentaje=porcentaje(fila.parte_a_tiempo),
            pagado=pagado,
        )


class CuartilesOut(BaseModel):
    """Of the other EPS, none of them named."""

    primero: Decimal
    mediana: Decimal
    tercero: Decimal
    cuantas: int

    @classmethod
    def de(cls, nombre: str, cuartiles: Cuartiles) -> CuartilesOut:
        en_dias = nombre.endswith("_dias")
        tres = (cuartiles.primero, cuartiles.mediana, cuartiles.tercero)
        valores = [Decimal(int(v)) if en_dias else porcentaje(v) for v in tres]
        return cls(
            **dict(zip(("primero", "mediana", "tercero"), valores, strict=True)),
            cuantas=cuartiles.cuantas,
        )


class TableroOut(BaseModel):
    """The scorecard. The back office sees every EPS and the totals; an EPS, its own row and the
    quartiles of the others."""

    corrida_id: UUID | None = None
    fecha: date = Field(description="Hasta la que se cuentan las esperas")
    calculado_at: datetime | None = None
    plazo_dias: int
    clasificadas: int = Field(description="EPS que tienen puesto")
    filas: list[FilaOut]
    totales: FilaOut | None
    demas: dict[str, CuartilesOut | None] | None = Field(
        default=None, description="Cuartiles de las demás EPS; nulo si son menos de cinco"
    )

    @classmethod
    def de(cls, tablero: Tablero, corrida: Corrida | None, alcance: str | None) -> TableroOut:
        """``alcance``: base code of the EPS that looks; ``None``, the back office."""
        filas = tablero.filas if alcance is None else (tablero.fila(alcance),)
        return cls(
            corrida_id=None if corrida is None else corrida.id,
            calculado_at=None if corrida is None else corrida.created_at,
            fecha=tablero.fecha,
            plazo_dias=tablero.plazo_dias,
            clasificadas=tablero.clasificadas,
            filas=[FilaOut.de(f, tablero.puesto(f.eps)) for f in filas],
            totales=FilaOut.de(tablero.totales, None, "Total") if alcance is None else None,
            demas=None if alcance is None else _demas(tablero, alcance),
        )


def _demas(tablero: Tablero, alcance: str) -> dict[str, CuartilesOut | None]:
    return {
        nombre: None if cuartiles is None else CuartilesOut.de(nombre, cuartiles)
        for nombre, cuartiles in tablero.cuartiles_sin(alcance).items()
    }


class PedidoOut(BaseModel):
    """Whether a run was queued; if not, one already waits."""

    encolada: bool


def _decimal(centavos: int | None) -> str | None:
    return None if centavos is None else a_decimal(centavos)
