"""Development tokens, with the key of the running system when there is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.db import Ajustes
from shared.embebido.servir import clave_guardada
from shared.seguridad import Rol, Usuario, emitir_token
from shared.tipos import EntradaInvalida


def ajustes_de_desarrollo() -> Ajustes:
    """The settings, with what ``servir`` keeps in the data folder when nothing is set.

    Who says it is production is believed, whatever the folder holds.
    """
    ajustes = Ajustes()
    clave = clave_guardada(ajustes.datos)
    sin_clave = ajustes.jwt_clave is None and ajustes.jwks_url is None
    en_produccion = "entorno" in ajustes.model_fields_set and ajustes.entorno == "produccion"
    if sin_clave and not en_produccion and clave is not None:
        return Ajustes(datos=ajustes.datos, jwt_clave=clave, entorno="desarrollo")
    return ajustes


def token_de_desarrollo(
    sujeto: str, roles: Sequence[str], entidad: str | None, vigencia: timedelta
) -> str:
    """A signed token.

    Raises:
        Prohibido: outside development.
        EntradaInvalida: a role that does not exist.
    """
    conocidos = {str(r) for r in Rol}
    if sobran := [r for r in roles if r not in conocidos]:
        raise EntradaInvalida(
            f"No existe el rol {', '.join(sobran)}. Use: {', '.join(sorted(conocidos))}."
        )
    usuario = Usuario(sujeto, frozenset(Rol(r) for r in roles), entidad)
    return emitir_token(ajustes_de_desarrollo(), usuario, vigencia)
