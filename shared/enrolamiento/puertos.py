"""What enrolment asks of the outside world.

Adapters are chosen by setting (``settings``). No real operator was connected: dossier CET §8 says
that they are not confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from shared.enrolamiento.model import ClaseAviso, Respuesta
from shared.giros.model import Beneficiario, CuentaPago


@dataclass(frozen=True)
class Contacto:
    """Where to find the payee, as the EPS reported it. Stays out of ``repr`` and logs."""

    celular: str | None = field(default=None, repr=False)
    correo: str | None = field(default=None, repr=False)
    direccion: str | None = field(default=None, repr=False)
    codigo_municipio: str | None = None


@dataclass(frozen=True)
class PedidoValidar:
    """Whether a product is of its holder, is active, accepts credits and is of that entity."""

    id: UUID
    intento: int
    pedida_hace_segundos: float
    producto: CuentaPago


@dataclass(frozen=True)
class PedidoAbrir:
    """Open a simplified product to a natural person who has none."""

    id: UUID
    intento: int
    pedida_hace_segundos: float
    beneficiario: Beneficiario
    nombre: str = field(repr=False)
    contacto: Contacto = field(repr=False)


class Operador(Protocol):
    """A financial operator. Each operation is asked under an id of ours, and asking again under
    the same one asks what became of it: nothing is opened twice.

    Raises:
        ServicioNoDisponible: it cannot be reached now.
    """

    @property
    def nombre(self) -> str:
        """How it is called where who answered is written."""

    async def validar(self, pedido: PedidoValidar) -> Respuesta | None:
        """The outcome, or ``None`` while there is none."""

    async def abrir(self, pedido: PedidoAbrir) -> Respuesta | None:
        """The outcome, with the product and its holder if it was opened; ``None`` while there
        is none."""


class Canal(StrEnum):
    """How a notice went."""

    SMS = "SMS"
    CORREO = "CORREO"
    NINGUNO = "NINGUNO"
    """The EPS reported neither mobile nor e-mail."""


@dataclass(frozen=True)
class Aviso:
    """A notice to a payee. ``id`` lets whoever sends it send it once."""

    id: UUID
    clase: ClaseAviso
    texto: str
    contacto: Contacto = field(repr=False)


@dataclass(frozen=True)
class Envio:
    """How a notice went, its destination masked."""

    canal: Canal
    destino: str | None


class Avisos(Protocol):
    """Whoever sends notices.

    Raises:
        ServicioNoDisponible: it cannot be reached now.
    """

    async def enviar(self, aviso: Aviso) -> Envio:
        """Send it, or say that there is nowhere to."""
