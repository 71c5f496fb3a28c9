"""Who calls, what they may see and do, and masks for personal data."""

from shared.seguridad.alcance import Alcance, alcance, exigir, nit_de
from shared.seguridad.enmascarar import (
    FiltroDatosPersonales,
    enmascarar,
    enmascarar_cuenta,
    enmascarar_documento,
    enmascarar_nombre,
    texto_seguro,
)
from shared.seguridad.errors import ConfiguracionInvalida, TokenInvalido, TokenVencido
from shared.seguridad.model import PAIS, ROLES_ADMINISTRACION, ROLES_ENTIDAD, Rol, Usuario
from shared.seguridad.settings import AUDIENCIA, PoliticaTokens
from shared.seguridad.verificador import (
    Verificador,
    VerificadorClave,
    VerificadorJwks,
    crear_verificador,
    emitir_token,
)

__all__ = [
    "AUDIENCIA",
    "PAIS",
    "ROLES_ADMINISTRACION",
    "ROLES_ENTIDAD",
    "Alcance",
    "ConfiguracionInvalida",
    "FiltroDatosPersonales",
    "PoliticaTokens",
    "Rol",
    "TokenInvalido",
    "TokenVencido",
    "Usuario",
    "Verificador",
    "VerificadorClave",
    "VerificadorJwks",
    "alcance",
    "crear_verificador",
    "emitir_token",
    "enmascarar",
    "enmascarar_cuenta",
    "enmascarar_documento",
    "enmascarar_nombre",
    "exigir",
    "nit_de",
    "texto_seguro",
]
