"""Bearer tokens: check them, and mint them for development.

The algorithm is pinned by what was configured, never by what a token says of itself. Times are
those of the machine: a demonstration moves the business clock, and a token must not age with it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import jwt
from jwt import PyJWK, PyJWKClient
from jwt.exceptions import PyJWKClientConnectionError, PyJWKClientError

from shared.db import Ajustes
from shared.seguridad.errors import ConfiguracionInvalida, TokenInvalido, TokenVencido
from shared.seguridad.model import Rol, Usuario
from shared.seguridad.settings import AUDIENCIA, PoliticaTokens
from shared.tipos import EntradaInvalida, Prohibido, Reloj, RelojSistema, ServicioNoDisponible

MARGEN: Final = timedelta(seconds=30)
"""Tolerated difference between the clocks of issuer and service."""

_BYTES_MINIMOS: Final = 32
_LARGO_MAXIMO: Final = 8_192
_ALGORITMO_CLAVE: Final = "HS256"
_ALGORITMOS_JWKS: Final = frozenset({"RS256", "ES256"})
_ESPERA_JWKS_S: Final = 5.0


class Verificador(Protocol):
    """Turns a bearer token into the caller it vouches for."""

    async def verificar(self, token: str) -> Usuario:
        """The caller.

        Raises:
            TokenInvalido: the token cannot be trusted (``TokenVencido``: no longer).
            ServicioNoDisponible: the keys of the identity provider cannot be read.
        """


@dataclass(frozen=True)
class VerificadorClave:
    """Checks tokens signed with our own HS256 key."""

    clave: bytes = field(repr=False)
    emisor: str

    async def verificar(self, token: str) -> Usuario:
        return _usuario(_descodificar(token, self.clave, _ALGORITMO_CLAVE, self.emisor))


class VerificadorJwks:
    """Checks RS256 and ES256 tokens with the published keys of an identity provider.

    Keys are cached for five minutes. One reader at a time fetches them, in a thread; while the
    provider is down callers get an answer at once instead of queueing behind its timeout.
    """

    def __init__(self, url: str, emisor: str) -> None:
        self._cliente = PyJWKClient(url, timeout=_ESPERA_JWKS_S)
        self._emisor = emisor
        self._turno = asyncio.Lock()
        self._ultima_falla: float | None = None

    async def verificar(self, token: str) -> Usuario:
        clave = await self._clave(_kid(token))
        if clave.algorithm_name not in _ALGORITMOS_JWKS:
            raise TokenInvalido("El token está firmado con un tipo de clave que no se admite.")
        return _usuario(_descodificar(token, clave, clave.algorithm_name, self._emisor))

    async def _clave(self, kid: str) -> PyJWK:
        conocida = self._en_memoria(kid)
        if conocida is not None:
            return conocida
        async with self._turno:
            if self._recien_fallo():
                raise _sin_proveedor()
            try:
                return await asyncio.to_thread(self._cliente.get_signing_key, kid)
            except PyJWKClientConnectionError as error:
                self._ultima_falla = time.monotonic()
                raise _sin_proveedor() from error
            except PyJWKClientError as error:
                raise TokenInvalido(
                    "El token está firmado con una clave que el proveedor de identidad no publica. "
                    "Inicie sesión de nuevo."
                ) from error
            except (jwt.PyJWTError, ValueError) as error:  # the answer is not a key set
                self._ultima_falla = time.monotonic()
                raise _sin_proveedor() from error

    def _en_memoria(self, kid: str) -> PyJWK | None:
        memoria = self._cliente.jwk_set_cache
        conjunto = memoria.get() if memoria is not None else None
        if conjunto is None:
            return None
        firmas = [k for k in conjunto.keys if k.public_key_use in {"sig", None}]
        return self._cliente.match_kid(firmas, kid)

    def _recien_fallo(self) -> bool:
        falla = self._ultima_falla
        return falla is not None and time.monotonic() - falla < _ESPERA_JWKS_S


def crear_verificador(ajustes: Ajustes, politica: PoliticaTokens | None = None) -> Verificador:
    """The verifier that the settings ask for. Called at start, so that bad settings stop it.

    Raises:
        ConfiguracionInvalida: neither or both of key and JWKS address, a short key, or key
            addresses without TLS outside development.
    """
    emisor = (politica or PoliticaTokens()).emisor
    if ajustes.jwks_url is None:
        return VerificadorClave(_clave_configurada(ajustes), emisor)
    if ajustes.jwt_clave is not None:
        raise ConfiguracionInvalida(
            "Configure MECANISMOS_JWT_CLAVE o MECANISMOS_JWKS_URL, pero no las dos."
        )
    esquema = urlsplit(ajustes.jwks_url).scheme
    if esquema != "https" and not (esquema == "http" and ajustes.entorno == "desarrollo"):
        raise ConfiguracionInvalida("MECANISMOS_JWKS_URL debe ser una dirección https.")
    return VerificadorJwks(ajustes.jwks_url, emisor)


def emitir_token(
    ajustes: Ajustes,
    usuario: Usuario,
    vigencia: timedelta = timedelta(hours=8),
    *,
    politica: PoliticaTokens | None = None,
    reloj: Reloj | None = None,
) -> str:
    """A signed token for ``usuario``, in development only.

    ``reloj`` is the clock of the machine unless a test says otherwise; never pass the business
    clock, which demonstrations move.

    Raises:
        Prohibido: outside development, or where an identity provider issues the tokens.
        ConfiguracionInvalida: no key, or a short one.
    """
    if ajustes.entorno != "desarrollo":
        raise Prohibido("Los tokens de prueba solo se emiten en desarrollo.")
    if ajustes.jwks_url is not None:
        raise Prohibido("Los tokens los emite el proveedor de identidad configurado.")
    ahora = (reloj or RelojSistema()).ahora().astimezone(UTC)
    contenido: dict[str, Any] = {
        "iss": (politica or PoliticaTokens()).emisor,
        "aud": AUDIENCIA,
        "sub": usuario.sujeto,
        "iat": ahora,
        "exp": ahora + vigencia,
        "roles": sorted(usuario.roles),
        "entidad": usuario.entidad,
        "nombre": usuario.nombre,
    }
    return jwt.encode(contenido, _clave_configurada(ajustes), algorithm=_ALGORITMO_CLAVE)


def _clave_configurada(ajustes: Ajustes) -> bytes:
    clave = ajustes.jwt_clave.get_secret_value().encode() if ajustes.jwt_clave else b""
    if len(clave) < _BYTES_MINIMOS:
        raise ConfiguracionInvalida(
            f"MECANISMOS_JWT_CLAVE debe tener al menos {_BYTES_MINIMOS} bytes "
            "(o configure MECANISMOS_JWKS_URL)."
        )
    return clave


def _sin_proveedor() -> ServicioNoDisponible:
    return ServicioNoDisponible("El proveedor de identidad no responde. Intente de nuevo.")


def _kid(token: str) -> str:
    if len(token) > _LARGO_MAXIMO:
        raise TokenInvalido("El token es demasiado largo.")
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError as error:
        raise TokenInvalido("Lo que llegó no es un token. Inicie sesión de nuevo.") from error
    if not isinstance(kid, str) or not kid:
        raise TokenInvalido("El token no dice con qué clave está firmado.")
    return kid


def _descodificar(token: str, clave: bytes | PyJWK, algoritmo: str, emisor: str) -> dict[str, Any]:
    if len(token) > _LARGO_MAXIMO:
        raise TokenInvalido("El token es demasiado largo.")
    try:
        return jwt.decode(
            token,
            clave,
            algorithms=[algoritmo],
            audience=AUDIENCIA,
            issuer=emisor,
            leeway=MARGEN,
            options={"require": ["exp", "sub", "aud", "iss"]},
        )
    except jwt.ExpiredSignatureError as error:
        raise TokenVencido("Su sesión venció. Inicie sesión de nuevo.") from error
    except jwt.MissingRequiredClaimError as error:
        raise TokenInvalido(f"Al token le falta el dato «{error.claim}».") from error
    except jwt.InvalidAudienceError as error:
        raise TokenInvalido("El token se emitió para otro sistema.") from error
    except jwt.InvalidIssuerError as error:
        raise TokenInvalido("El token lo emitió alguien en quien no se confía.") from error
    except jwt.ImmatureSignatureError as error:
        raise TokenInvalido("El token todavía no es válido. Revise la hora del emisor.") from error
    except jwt.PyJWTError as error:
        raise TokenInvalido("La firma o la forma del token no es válida.") from error


def _usuario(contenido: dict[str, Any]) -> Usuario:
    """The caller in the claims. Roles of other systems are ignored; ours are a closed list."""
    roles, entidad, nombre = (contenido.get(c) for c in ("roles", "entidad", "nombre"))
    if not isinstance(roles, list):
        raise TokenInvalido("Al token le falta el dato «roles», una lista.")
    if not isinstance(entidad, str | None) or not isinstance(nombre, str | None):
        raise TokenInvalido("Los datos «entidad» y «nombre» del token deben ser texto.")
    propios = frozenset(Rol(r) for r in roles if isinstance(r, str) and r in set(Rol))
    try:
        return Usuario(contenido["sub"], propios, entidad or None, nombre or None)
    except EntradaInvalida as error:
        raise TokenInvalido(error.detalle) from error
