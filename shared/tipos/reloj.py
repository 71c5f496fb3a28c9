"""The injected clock. Legal days are those of America/Bogota; instants are aware."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

BOGOTA: Final = ZoneInfo("America/Bogota")


class Reloj(Protocol):
    """What the system asks of time: the instant and the legal day."""

    def ahora(self) -> datetime:
        """Aware instant in America/Bogota."""

    def hoy(self) -> date:
        """Legal day in America/Bogota."""


@dataclass(frozen=True)
class RelojSistema:
    """The machine's clock, moved by ``desfase`` (zero outside demonstrations)."""

    desfase: timedelta = timedelta(0)

    def ahora(self) -> datetime:
        return (datetime.now(UTC) + self.desfase).astimezone(BOGOTA)

    def hoy(self) -> date:
        return self.ahora().date()


@dataclass
class RelojFijo:
    """A clock that moves only when told: for tests."""

    instante: datetime

    def ahora(self) -> datetime:
        return self.instante.astimezone(BOGOTA)

    def hoy(self) -> date:
        return self.ahora().date()

    def avanzar(self, lapso: timedelta) -> None:
        self.instante += lapso
