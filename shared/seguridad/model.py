"""Who calls: roles and user. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from shared.tipos import EntradaInvalida, Nit


class Rol(StrEnum):
    """What a user may do. No role implies another: an ``admin`` does not approve giros."""

    IPS = "ips"
    LABORATORIO = "laboratorio"
    EPS = "eps"
    TERRITORIAL = "territorial"
    INS = "ins"
    OPERADOR = "operador"
    ORDENADOR = "ordenador"
    TESORERIA = "tesoreria"
    AUDITOR = "auditor"
    ADMIN = "admin"


_ROLES_CON_NIT: Final = frozenset({Rol.IPS, Rol.LABORATORIO, Rol.TERRITORIAL, Rol.INS})

ROLES_ENTIDAD: Final = _ROLES_CON_NIT | {Rol.EPS}
"""Roles of those who submit: they see only the rows of their own entity."""

ROLES_ADMINISTRACION: Final = frozenset(Rol) - ROLES_ENTIDAD
"""Roles of the back office: they see the rows of every entity."""

PAIS: Final = "PAIS"
"""In the place of an entity: what the back office submits for the whole country."""

_CODIGO_EPS: Final = re.compile(r"[A-Z0-9]{3,6}", re.ASCII)


@dataclass(frozen=True)
class Usuario:
    """An identified caller. ``entidad`` is the code of an EPS, the NIT of any other entity.

    One identity belongs either to one entity or to the back office, never to both, so that no
    one decides on what they themselves submitted.

    Raises:
        EntradaInvalida: roles of both sides, or an entity role without a well-formed ``entidad``.
    """

    sujeto: str
    roles: frozenset[Rol]
    entidad: str | None = None
    nombre: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.roles & ROLES_ENTIDAD and self.roles & ROLES_ADMINISTRACION:
            raise EntradaInvalida(
                "Una identidad no puede ser a la vez de una entidad y de la administración. "
                "Use dos identidades."
            )
        if self.roles & _ROLES_CON_NIT:
            Nit(self.entidad or "")
        if Rol.EPS in self.roles and (
            self.entidad == PAIS or not _CODIGO_EPS.fullmatch(self.entidad or "")
        ):
            raise EntradaInvalida(
                "Una EPS se identifica con su código, por ejemplo EPS037; no con su NIT."
            )
