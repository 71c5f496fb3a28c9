"""Who submits: an EPS by its code, any other entity by its NIT, the back office as the country."""

from __future__ import annotations

import re
from typing import Final

from shared.normativa import tablas
from shared.seguridad import PAIS, Rol, Usuario

_NIT: Final = re.compile(r"\d{9}", re.ASCII)
REPORTANTE_DE: Final = {Rol.IPS: "IPS", Rol.TERRITORIAL: "ET", Rol.INS: "INS"}
"""The ``reportante_tipo`` that whoever has that role may write (talento humano §3.1)."""


def radicante_de(entidad: str) -> dict[str, str | None]:
    """What rules know of the entity of a submission: ``nit`` or ``eps``, the other one null; of
    the whole country, nothing."""
    if entidad == PAIS:
        return {"nit": None, "eps": None}
    if _NIT.fullmatch(entidad):
        return {"nit": entidad, "eps": None}
    return {"nit": None, "eps": entidad}


def base_de_eps(codigo: str) -> str:
    """Base code of an EPS; a code not listed in ``eps_2020`` is equal only to itself."""
    return next(
        (f["codigo_base"] for f in tablas.leer("eps_2020") if f["codigo"] == codigo), codigo
    )


def codigos_de_la_misma_eps(codigo: str) -> list[str]:
    """Every code of that EPS (*misma EPS*, conventions §5)."""
    base = base_de_eps(codigo)
    listados = {f["codigo"] for f in tablas.leer("eps_2020") if f["codigo_base"] == base}
    return sorted({codigo} | listados)


def reportantes_de(usuario: Usuario) -> frozenset[str]:
    """The ``reportante_tipo`` that the caller may write."""
    return frozenset(REPORTANTE_DE[rol] for rol in usuario.roles if rol in REPORTANTE_DE)
