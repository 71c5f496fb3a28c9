"""The submission and its life. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.tipos import BOGOTA

INTENTOS_MAXIMOS = 3
"""Times a radicación is tried before it waits for a person: the queue does not count crashes."""


class EstadoRadicacion(StrEnum):
    """Life of the submission itself; its records have states of their own."""

    EN_COLA = "EN_COLA"
    EN_PROCESO = "EN_PROCESO"
    PROCESADA = "PROCESADA"
    FALLIDA = "FALLIDA"

    @property
    def terminada(self) -> bool:
        return self in {EstadoRadicacion.PROCESADA, EstadoRadicacion.FALLIDA}


@dataclass(frozen=True)
class Recibido:
    """A file as it arrived: kept by its SHA-256; the name is only a label."""

    sha256: str
    nombre: str
    tamano: int


@dataclass(frozen=True)
class Radicacion:
    """One version of a submission.

    ``solicitud`` is the envelope (signer, account); ``solicitud_id`` joins its versions.
    """

    id: UUID
    numero: int
    mecanismo: str
    entidad: str
    nit: str
    periodo: str | None
    solicitud_id: UUID
    version: int
    anterior_id: UUID | None
    estado: EstadoRadicacion
    cuerpo_sha256: str
    archivo_sha256: str
    archivo_nombre: str
    certificacion_sha256: str | None
    solicitud: Mapping[str, Any]
    lectura: Mapping[str, Any]
    total: int
    progreso: str
    intento: int
    resumen: Mapping[str, Any] | None
    motivo: str | None
    fecha_radicacion: datetime
    terminado_at: datetime | None
    creado_por: str

    @property
    def radicado(self) -> str:
        """The number people quote: ``ANTICIPO_UCI-2021-000042``."""
        return f"{self.mecanismo.upper()}-{self.fecha.year}-{self.numero:06d}"

    @property
    def fecha(self) -> date:
        """Its legal day, whatever the offset in which the instant was stored."""
        return self.fecha_radicacion.astimezone(BOGOTA).date()


@dataclass(frozen=True)
class NuevaRadicacion:
    """What intake stores, all in one transaction."""

    id: UUID
    mecanismo: str
    entidad: str
    nit: str
    periodo: str | None
    solicitud_id: UUID
    version: int
    anterior_id: UUID | None
    clave_idempotencia: str
    cuerpo_sha256: str
    archivo: Recibido
    certificacion: Recibido | None
    solicitud: Mapping[str, Any]
    lectura: Mapping[str, Any]
    total: int
    fecha_radicacion: datetime
    creado_por: str


@dataclass(frozen=True)
class Ventana:
    """When a period may be submitted: from ``desde`` to ``hasta``, both included.

    ``periodo`` is null where the mechanism has no periods.
    """

    periodo: str | None
    desde: datetime
    hasta: datetime
    acto: str

    def abierta(self, instante: datetime) -> bool:
        return self.desde <= instante <= self.hasta
