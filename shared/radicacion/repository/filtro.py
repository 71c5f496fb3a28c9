"""What a listing keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.radicacion.radicante import base_de_eps


@dataclass(frozen=True)
class Filtro:
    """What a listing keeps. ``entidad`` is the tenant scope: ``None`` only for the back office.

    An EPS also sees its own rows of a submission of the whole country.

    States of payments are shown, and asked for, under the names of ``publicados``.
    """

    entidad: str | None
    mecanismo: str
    estado: str | None = None
    codigo: str | None = None
    publicados: Mapping[str, str] = field(default_factory=dict)

    @property
    def codigo_base(self) -> str | None:
        """That of the EPS of the scope."""
        return None if self.entidad is None else base_de_eps(self.entidad)
