"""Who submits: an EPS by its code, any other entity by its NIT."""

from __future__ import annotations

import re
from typing import Final

from shared.seguridad import Rol, Usuario

_NIT: Final = re.compile(r"\d{9}", re.ASCII)
REPORTANTE_DE: Final = {Rol.IPS: "IPS", Rol.TERRITORIAL: "ET", Rol.INS: "INS"}
"""The ``reportante_tipo`` that whoever has that role may write (talento humano §3.1)."""


def radicante_de(entidad: str) -> dict[str, str | None]:
    """What rules know of the entity of a submission: ``nit`` or ``eps``, the other one null."""
    if _NIT.fullmatch(entidad):
        return {"nit": entidad, "eps": None}
    return {"nit": None, "eps": entidad}


def reportantes_de(usuario: Usuario) -> frozenset[str]:
    """The ``reportante_tipo`` that the caller may write."""
    return frozenset(REPORTANTE_DE[rol] for rol in usuario.roles if rol in REPORTANTE_DE)
