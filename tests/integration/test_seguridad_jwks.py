"""Tokens of an identity provider, read from a real key-set address on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_encode

from shared.seguridad import TokenInvalido, VerificadorJwks
from shared.tipos import ServicioNoDisponible

RSA = rsa.generate_private_key(65_537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
COMPARTIDA = "c2VjcmV0by1jb21wYXJ0aWRvLWRlLTMyLWJ5dGVzLW8tbWFz"


class Proveedor(ThreadingHTTPServer):
    """An identity provider: its key set, how often it was read, and whether it is well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Pagina)
        self.lecturas = 0
        self.sano = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/jwks"

    def claves(self) -> list[dict[str, Any]]:
        return [
            RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True) | {"kid": "r", "alg": "RS256"},
            ECAlgorithm.to_jwk(EC.public_key(), as_dict=True) | {"kid": "e", "alg": "ES256"},
            {"kty": "oct", "k": COMPARTIDA, "kid": "o", "alg": "HS256"},
        ]


class _Pagina(BaseHTTPRequestHandler):
    server: Proveedor

    def do_GET(self) -> None:
        self.server.lecturas += 1
        self.send_response(200 if self.server.sano else 500)
        self.end_headers()
        self.wfile.write(json.dumps({"keys": self.server.claves()}).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def proveedor() -> Iterator[Proveedor]:
    with Proveedor() as servidor:
        hilo = Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.01})
        hilo.start()
        yield servidor
        servidor.shutdown()
        hilo.join()


def token(clave: Any, algoritmo: str, kid: str | None) -> str:
    contenido = {
        "iss": "idp",
        "aud": "mecanismos",
        "sub": "u",
        "exp": datetime.now(UTC) + timedelta(minutes=5),
        "roles": ["tesoreria"],
    }
    return jwt.encode(contenido, clave, algoritmo, headers={"kid": kid} if kid else None)


async def test_rs256_y_es256_pasan_y_las_claves_se_leen_una_vez(proveedor: Proveedor) -> None:
    verificador = VerificadorJwks(proveedor.url, "idp")
    tokens = [token(RSA, "RS256", "r"), token(EC, "ES256", "e")] * 10
    usuarios = await asyncio.gather(*(verificador.verificar(t) for t in tokens))
    assert {u.sujeto for u in usuarios} == {"u"}
    assert proveedor.lecturas == 1


@pytest.mark.parametrize(
    ("clave", "algoritmo", "kid"),
    [
        (EC, "ES256", "r"),  # the algorithm of another key
        (rsa.generate_private_key(65_537, 2048), "RS256", "r"),  # signed by someone else
        (RSA, "RS512", "r"),
        (RSA, "RS256", "desconocida"),
        (RSA, "RS256", None),
        ("secreto-compartido-de-32-bytes-o-mas", "HS256", "o"),  # a symmetric key, published
        ("secreto-compartido-de-32-bytes-o-mas", "HS256", "r"),
    ],
)
async def test_otro_firmante_o_algoritmo_no_pasa(
    proveedor: Proveedor, clave: Any, algoritmo: str, kid: str | None
) -> None:
    with pytest.raises(TokenInvalido):
        await VerificadorJwks(proveedor.url, "idp").verificar(token(clave, algoritmo, kid))


async def test_la_clave_publica_no_sirve_de_clave_compartida(proveedor: Proveedor) -> None:
    """Algorithm confusion: HS256 keyed with the published RSA key. PyJWT would refuse to sign."""
    pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    contenido = token(RSA, "RS256", "r").split(".")[1].encode()
    encabezado = base64url_encode(json.dumps({"alg": "HS256", "kid": "r"}).encode())
    firmado = encabezado + b"." + contenido
    firma = base64url_encode(hmac.digest(pem, firmado, hashlib.sha256))
    with pytest.raises(TokenInvalido):
        await VerificadorJwks(proveedor.url, "idp").verificar((firmado + b"." + firma).decode())


async def test_claves_desconocidas_no_hacen_consultar_sin_fin(proveedor: Proveedor) -> None:
    verificador = VerificadorJwks(proveedor.url, "idp")
    for kid in "abcdef":
        with pytest.raises(TokenInvalido):
            await verificador.verificar(token(RSA, "RS256", kid))
    assert proveedor.lecturas == 1


async def test_proveedor_caido_es_503_y_no_hace_fila(proveedor: Proveedor) -> None:
    proveedor.sano = False
    verificador = VerificadorJwks(proveedor.url, "idp")
    intentos = [verificador.verificar(token(RSA, "RS256", "r")) for _ in range(10)]
    respuestas = await asyncio.gather(*intentos, return_exceptions=True)
    assert {type(r) for r in respuestas} == {ServicioNoDisponible}
    assert proveedor.lecturas == 1
