"""What a listing keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Filtro:
    """What a listing keeps. ``entidad`` is the tenant scope: ``None`` only for the back office.

    States of payments are shown, and asked for, under the names of ``publicados``.
    """

    entidad: str | None
    mecanismo: str
    estado: str | None = None
    codigo: str | None = None
    publicados: Mapping[str, str] = field(default_factory=dict)
