"""A reprocess and what it would change. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

INTENTOS_MAXIMOS: Final = 3
"""Times a job is tried before it waits for a person: the queue does not count crashes."""


class EstadoReproceso(StrEnum):
    """Life of a reprocess. FALLIDO may be tried again if it was confirmed."""

    CALCULANDO = "CALCULANDO"
    LISTO = "LISTO"
    CONFIRMADO = "CONFIRMADO"
    APLICADO = "APLICADO"
    DESCARTADO = "DESCARTADO"
    FALLIDO = "FALLIDO"


class EstadoPaso(StrEnum):
    """What became of one radicación."""

    SIN_CAMBIOS = "SIN_CAMBIOS"
    PENDIENTE = "PENDIENTE"
    APLICADO = "APLICADO"
    DESACTUALIZADO = "DESACTUALIZADO"


class Clase(StrEnum):
    """What would be done about a record.

    CAMBIO: it is open, and is decided anew. The others are of records that are at the bank or
    paid, which do not change: HALLAZGO, what they should not have been paid; RECORTE, a part of
    theirs that nobody ordered and will not be paid; NOTA, they would be worth more.
    """

    CAMBIO = "CAMBIO"
    RECORTE = "RECORTE"
    HALLAZGO = "HALLAZGO"
    NOTA = "NOTA"


class Resultado(StrEnum):
    """What became of a change that was confirmed."""

    PENDIENTE = "PENDIENTE"
    APLICADO = "APLICADO"
    DESACTUALIZADO = "DESACTUALIZADO"


@dataclass(frozen=True)
class Alcance:
    """Which part of a mechanism: empty is all of it."""

    radicaciones: tuple[UUID, ...] = ()
    periodos: tuple[str, ...] = ()
    entidades: tuple[str, ...] = ()

    def a_json(self) -> dict[str, list[str]]:
        return {
            "radicaciones": [str(r) for r in self.radicaciones],
            "periodos": list(self.periodos),
            "entidades": list(self.entidades),
        }

    @classmethod
    def de_json(cls, datos: Mapping[str, Sequence[str]]) -> Alcance:
        return cls(
            tuple(UUID(r) for r in datos.get("radicaciones", ())),
            tuple(datos.get("periodos", ())),
            tuple(datos.get("entidades", ())),
        )


@dataclass(frozen=True)
class Reproceso:
    """A request to judge a mechanism again, and how far it went."""

    id: UUID
    mecanismo: str
    estado: EstadoReproceso
    alcance: Alcance
    motivo: str
    huella: str | None
    """Of what was in force when it was calculated."""
    resumen: Mapping[str, Any] | None
    progreso: str
    intento: int
    error: str | None
    pedido_por: str
    pedido_at: datetime
    acto: str | None
    confirmado_por: str | None
    confirmado_at: datetime | None
    terminado_at: datetime | None


@dataclass(frozen=True)
class Cambio:
    """What would become of a record, from what. Amounts in centavos; states are its own.

    ``partes`` tells whether the same people are paid the same, without naming them.
    """

    clase: Clase
    fila: int
    registro_id: UUID
    de: str
    a: str
    de_codigos: tuple[str, ...]
    a_codigos: tuple[str, ...]
    de_valor_centavos: int
    a_valor_centavos: int
    partes: str
    reconocimiento_id: UUID | None = None
    capital_centavos: int = 0
    """What is found in excess, or no longer paid."""


@dataclass
class _Grupo:
    registros: int = 0
    antes_centavos: int = 0
    despues_centavos: int = 0


@dataclass
class Totales:
    """Totals of what would change, gathered as it is found."""

    radicaciones: int = 0
    con_cambios: int = 0
    imposibles: int = 0
    """Radicaciones in which somebody else holds a right that they would take."""
    grupos: dict[tuple[str, str, str], _Grupo] = field(default_factory=lambda: defaultdict(_Grupo))
    capital_centavos: int = 0

    def sumar(self, cambios: Iterable[Cambio]) -> None:
        """Count the changes of one radicación."""
        for c in cambios:
            grupo = self.grupos[c.clase.value, c.de, c.a]
            grupo.registros += 1
            grupo.antes_centavos += c.de_valor_centavos
            grupo.despues_centavos += c.a_valor_centavos
            if c.clase is Clase.HALLAZGO:
                self.capital_centavos += c.capital_centavos

    @property
    def cambian(self) -> int:
        """Records that would change."""
        return sum(g.registros for (clase, _, _), g in self.grupos.items() if clase == Clase.CAMBIO)

    def a_json(self) -> dict[str, Any]:
        """As it is stored and shown: amounts still in centavos."""
        return {
            "radicaciones": self.radicaciones,
            "con_cambios": self.con_cambios,
            "imposibles": self.imposibles,
            "cambian": self.cambian,
            "hallazgos_centavos": self.capital_centavos,
            "grupos": [
                {"clase": clase, "de": de, "a": a, **vars(grupo)}
                for (clase, de, a), grupo in sorted(self.grupos.items())
            ],
        }


def siguen_igual(
    previstos: Iterable[Cambio], hallados: Iterable[Cambio], presentes: frozenset[UUID]
) -> bool:
    """Whether the records that are still there come out as they were shown, and no other changes.

    ``presentes`` are those that were judged again: what was corrected or paid is not among them.
    """
    return {c for c in previstos if c.registro_id in presentes} == set(hallados)
