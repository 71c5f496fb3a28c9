"""Refusals of this concept. ``shared.tipos`` holds the two general ones (401 and 403)."""

from __future__ import annotations

from shared.tipos import NoAutenticado, Rechazo


class TokenInvalido(NoAutenticado):
    """The bearer token came but cannot be trusted: signature, audience, issuer or content."""

    codigo = "seguridad.token_invalido"
    titulo = "El token de acceso no es válido"


class TokenVencido(TokenInvalido):
    """The bearer token was good once."""

    codigo = "seguridad.token_vencido"
    titulo = "El token de acceso venció"


class ConfiguracionInvalida(Rechazo):
    """The process was started with identity settings that are missing, weak or contradictory."""

    codigo = "seguridad.configuracion"
    titulo = "La configuración de seguridad está incompleta"
    estado_http = 500
