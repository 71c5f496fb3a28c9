"""Trámites of the right of a worker who died, and the log of people nobody reported. No I/O.

Source: ``dominio`` talento humano §6 and §8. The documents, who is a beneficiary and in which
order are U-13: Res. ADRES 12712/2023 was not readable in full, so they are a design choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.giros.model import Beneficiario, CuentaPago
from shared.tipos import Centavos, EntradaInvalida, repartir

EN_TRAMITE_FALLECIDO: Final = "EN_TRAMITE_FALLECIDO"
EN_ESPERA_EXCEPCION: Final = "EN_ESPERA_EXCEPCION"
DESVIOS: Final = (EN_TRAMITE_FALLECIDO, EN_ESPERA_EXCEPCION)
"""States off the main track: parked, not refused. The second one waits for the rules of the
special regimes and is judged again when they come; the first one waits for its beneficiaries."""
LIQUIDADO: Final = "LIQUIDADO"


class EstadoTramite(StrEnum):
    """Where a trámite stands."""

    ABIERTO = "ABIERTO"
    ACREDITADO = "ACREDITADO"
    RECHAZADO = "RECHAZADO"


class ClaseDocumento(StrEnum):
    """What proves the right (U-13)."""

    REGISTRO_CIVIL_DEFUNCION = "REGISTRO_CIVIL_DEFUNCION"
    CAUSA_COVID = "CAUSA_COVID"
    CERTIFICADO_IPS = "CERTIFICADO_IPS"
    """The IPS certifies that contagion was in service."""
    PARENTESCO = "PARENTESCO"
    """One for each beneficiary."""


GENERALES: Final = tuple(c for c in ClaseDocumento if c is not ClaseDocumento.PARENTESCO)


class Parentesco(StrEnum):
    """What a beneficiary was of the worker."""

    CONYUGE = "CONYUGE"
    COMPANERO_PERMANENTE = "COMPANERO_PERMANENTE"
    HIJO = "HIJO"
    PADRE = "PADRE"
    MADRE = "MADRE"
    HERMANO = "HERMANO"


RANGO: Final = {
    Parentesco.CONYUGE: 1,
    Parentesco.COMPANERO_PERMANENTE: 1,
    Parentesco.HIJO: 1,
    Parentesco.PADRE: 2,
    Parentesco.MADRE: 2,
    Parentesco.HERMANO: 3,
}
"""Who goes first (U-13, design choice): a rank takes all of it, in equal parts."""


@dataclass(frozen=True)
class BeneficiarioFallecido:
    """Who receives a part. A minor receives through who represents them, with the document of
    the representative. ``cuenta`` may come later: until then the payment waits for it."""

    tipo_documento: str
    numero_documento: str = field(repr=False)
    nombre: str = field(repr=False)
    parentesco: Parentesco
    cuenta: CuentaPago | None = None

    @property
    def beneficiario(self) -> Beneficiario:
        return Beneficiario(self.tipo_documento, self.numero_documento)


@dataclass(frozen=True)
class Documento:
    """A PDF that was delivered. ``orden`` is the beneficiary whose kinship it proves."""

    clase: ClaseDocumento
    orden: int | None
    sha256: str
    entregado_por: str
    entregado_at: datetime


@dataclass(frozen=True)
class TramiteFallecido:
    """The right of one record, its beneficiaries (from 1) and what proves it."""

    id: UUID
    mecanismo: str
    registro_id: UUID
    entidad: str
    estado: EstadoTramite
    fecha_defuncion: date
    valor_centavos: int | None
    motivo: str | None
    abierto_por: str
    abierto_at: datetime
    decidido_por: str | None
    decidido_at: datetime | None
    beneficiarios: tuple[BeneficiarioFallecido, ...] = ()
    documentos: tuple[Documento, ...] = ()

    @property
    def prepararon(self) -> frozenset[str]:
        """Who may not decide it."""
        return frozenset({self.abierto_por, *(d.entregado_por for d in self.documentos)})

    @property
    def faltan(self) -> list[str]:
        """Documents without which it cannot be accredited, as read by people."""
        entregados = {(d.clase, d.orden) for d in self.documentos}
        faltan = [clase.value for clase in GENERALES if (clase, None) not in entregados]
        return faltan + [
            f"{ClaseDocumento.PARENTESCO} del beneficiario {orden}"
            for orden in range(1, len(self.beneficiarios) + 1)
            if (ClaseDocumento.PARENTESCO, orden) not in entregados
        ]

    @property
    def partes(self) -> list[tuple[BeneficiarioFallecido, Centavos]]:
        """What each beneficiary receives: equal parts that add up to the value. Zero pays
        nobody, and there is no value until it is accredited."""
        iguales = repartir(Centavos(self.valor_centavos or 0), [1] * len(self.beneficiarios))
        return [(b, p) for b, p in zip(self.beneficiarios, iguales, strict=True) if p]


def exigir_beneficiarios(beneficiarios: Sequence[BeneficiarioFallecido]) -> None:
    """Some beneficiary, none repeated, all of one rank.

    Raises:
        EntradaInvalida: otherwise; the message names no one.
    """
    if not beneficiarios:
        raise EntradaInvalida("Registre al menos un beneficiario.")
    veces = Counter(b.beneficiario for b in beneficiarios)
    if max(veces.values()) > 1:
        raise EntradaInvalida("Un beneficiario está más de una vez. Regístrelo una sola vez.")
    if len(_rangos(beneficiarios)) > 1:
        raise EntradaInvalida(
            "Hay beneficiarios de distinto orden: primero cónyuge o compañero e hijos, después "
            "padres, después hermanos. Registre solo los del primero que haya."
        )


def _rangos(beneficiarios: Iterable[BeneficiarioFallecido]) -> set[int]:
    return {RANGO[b.parentesco] for b in beneficiarios}


class Canal(StrEnum):
    """How a direct request came."""

    ESCRITO = "ESCRITO"
    CORREO = "CORREO"
    LLAMADA = "LLAMADA"
    OTRO = "OTRO"


@dataclass(frozen=True)
class NuevaSolicitudDirecta:
    """A worker who says that nobody reported them (talento humano §8).

    Nobody enrols themselves: it is only written down, for MinSalud.
    """

    tipo_documento: str
    numero_documento: str = field(repr=False)
    nombre: str = field(repr=False)
    nit_ips: str
    codigo_perfil: str | None
    canal: Canal
    fecha: date


@dataclass(frozen=True)
class SolicitudDirecta:
    """A request of the log. ``reportada``: some current record is now of that person."""

    id: UUID
    datos: NuevaSolicitudDirecta
    reportada: bool
    registrada_por: str
    registrada_at: datetime
