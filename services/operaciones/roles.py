"""Who may call each route, as dependencies."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from shared.seguridad import Rol, Usuario
from shared.web.dependencias import requiere

_INTERNOS = (Rol.OPERADOR, Rol.ORDENADOR, Rol.TESORERIA, Rol.AUDITOR, Rol.ADMIN)

Interno = Annotated[Usuario, Depends(requiere(*_INTERNOS))]
"""Anyone of the back office: to read."""
Operador = Annotated[Usuario, Depends(requiere(Rol.OPERADOR))]
Ordenador = Annotated[Usuario, Depends(requiere(Rol.ORDENADOR))]
Confirma = Annotated[Usuario, Depends(requiere(Rol.OPERADOR, Rol.ORDENADOR))]
Tesorero = Annotated[Usuario, Depends(requiere(Rol.TESORERIA))]
Reprograma = Annotated[Usuario, Depends(requiere(Rol.OPERADOR, Rol.TESORERIA))]
