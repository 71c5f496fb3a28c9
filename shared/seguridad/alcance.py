"""What a caller may see and do."""

from __future__ import annotations

from typing import TypeAlias

from shared.seguridad.model import ROLES_ADMINISTRACION, ROLES_ENTIDAD, Rol, Usuario
from shared.tipos import InvarianteRota, Prohibido

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


def exigir(usuario: Usuario, *roles: Rol) -> None:
    """Let through a caller with at least one of ``roles``.

    Raises:
        Prohibido: none of them.
    """
    if not usuario.roles & frozenset(roles):
        admitidos = ", ".join(sorted(roles))
        raise Prohibido(f"Esta operación es de quien tenga uno de estos roles: {admitidos}.")
