"""What a caller may see and do."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from shared.normativa import tablas
from shared.seguridad.model import ROLES_ADMINISTRACION, ROLES_ENTIDAD, Rol, Usuario
from shared.tipos import InvarianteRota, Prohibido

_NIT: Final = re.compile(r"\d{9}", re.ASCII)

Alcance: TypeAlias = str | None
"""The only entity whose rows the caller sees, or ``None``: all of them (back office)."""


def alcance(usuario: Usuario) -> Alcance:
    """Tenant scope of the caller; every query on rows of entities filters by it.

    Raises:
        Prohibido: the caller holds no role of ours. Seeing nothing must never read as all.
    """
    if usuario.roles & ROLES_ENTIDAD:
        if usuario.entidad is None:
            raise InvarianteRota("un usuario de entidad sin entidad")
        return usuario.entidad
    if usuario.roles & ROLES_ADMINISTRACION:
        return None
    raise Prohibido(
        "Su identidad no tiene ningún rol en este sistema. Solicítelo al administrador."
    )


def nit_de(entidad: str) -> str | None:
    """The NIT under which an entity is paid: its own; of an EPS, which is known by its code, the
    one of ``eps_2020``, or ``None`` if the table has none."""
    if _NIT.fullmatch(entidad):
        return entidad
    return next((f["nit"] for f in tablas.leer("eps_2020") if f["codigo"] == entidad), "") or None


def exigir(usuario: Usuario, *roles: Rol) -> None:
    """Let through a caller with at least one of ``roles``.

    Raises:
        Prohibido: none of them.
    """
    if not usuario.roles & frozenset(roles):
        admitidos = ", ".join(sorted(roles))
        raise Prohibido(f"Esta operación es de quien tenga uno de estos roles: {admitidos}.")
