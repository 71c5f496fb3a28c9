"""Tokens are believed for their signature and purpose only, and no one sees beyond their scope."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from shared.db import Ajustes
from shared.seguridad import (
    ROLES_ADMINISTRACION,
    ConfiguracionInvalida,
    FiltroDatosPersonales,
    PoliticaTokens,
    Rol,
    TokenInvalido,
    TokenVencido,
    Usuario,
    alcance,
    crear_verificador,
    emitir_token,
    enmascarar,
    enmascarar_cuenta,
    enmascarar_documento,
    enmascarar_nombre,
    exigir,
    nit_de,
    texto_seguro,
)
from shared.tipos import EntradaInvalida, Prohibido, RelojFijo

CLAVE = "clave-de-pruebas-de-mas-de-treinta-y-dos-bytes"
IPS = Usuario("u-1", frozenset({Rol.IPS}), "900123456", "Ana Ruiz")
OPERADOR = Usuario("u-2", frozenset({Rol.OPERADOR, Rol.AUDITOR}))


def ajustes(**otros: Any) -> Ajustes:
    return Ajustes(**({"entorno": "desarrollo", "jwt_clave": CLAVE} | otros))


def token(clave: str = CLAVE, algoritmo: str = "HS256", **cambios: Any) -> str:
    """A good token with some claims changed; ``None`` takes the claim out."""
    contenido = {
        "iss": "mecanismos",
        "aud": "mecanismos",
        "sub": "u-1",
        "exp": datetime.now(UTC) + timedelta(minutes=5),
        "roles": ["ips"],
        "entidad": "900123456",
    } | cambios
    vivos = {k: v for k, v in contenido.items() if v is not None}
    return jwt.encode(vivos, clave, algorithm=algoritmo)


def sin_firma(encabezado: dict[str, str], contenido: dict[str, Any]) -> str:
    def parte(datos: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(datos).encode()).rstrip(b"=").decode()

    return f"{parte(encabezado)}.{parte(contenido)}."


async def verificar(texto: str) -> Usuario:
    return await crear_verificador(ajustes()).verificar(texto)


@pytest.mark.parametrize("usuario", [IPS, OPERADOR, Usuario("e", frozenset({Rol.EPS}), "EPS037")])
async def test_lo_emitido_se_verifica(usuario: Usuario) -> None:
    assert await verificar(emitir_token(ajustes(), usuario)) == usuario


async def test_el_token_vence_con_margen_de_30_segundos() -> None:
    hace_poco = datetime.now(UTC) - timedelta(seconds=15)
    assert (await verificar(token(exp=hace_poco))).sujeto == "u-1"
    with pytest.raises(TokenVencido, match="Inicie sesión"):
        await verificar(token(exp=datetime.now(UTC) - timedelta(seconds=45)))


async def test_los_tokens_usan_la_hora_de_la_maquina_no_la_del_negocio() -> None:
    en_2020 = ajustes(reloj_desfase_segundos=-6 * 365 * 86_400)
    emitido = emitir_token(en_2020, OPERADOR, timedelta(minutes=1))
    assert await crear_verificador(en_2020).verificar(emitido) == OPERADOR
    with pytest.raises(TokenVencido):
        await verificar(emitir_token(ajustes(), OPERADOR, reloj=RelojFijo(en_2020.reloj().ahora())))


@pytest.mark.parametrize(
    ("malo", "razon"),
    [
        (lambda: token(aud="otro"), "otro sistema"),
        (lambda: token(aud=None), "aud"),
        (lambda: token(iss="otro"), "no se confía"),
        (lambda: token(iss=None), "iss"),
        (lambda: token(exp=None), "exp"),
        (lambda: token(sub=None), "sub"),
        (lambda: token(roles=None), "roles"),
        (lambda: token(roles="ips"), "roles"),
        (lambda: token(entidad=900123456), "texto"),
        (lambda: token(entidad=None), "NIT"),
        (lambda: token(nbf=datetime.now(UTC) + timedelta(hours=1)), "todavía"),
        (lambda: token(roles=["ips", "operador"]), "a la vez"),
        (lambda: token(clave="x" * 40), "firma"),
        (lambda: token(clave="x" * 64, algoritmo="HS512"), "firma"),
        (lambda: token(clave=CLAVE + CLAVE, algoritmo="HS384"), "firma"),
        (lambda: token()[:-3], "firma"),
        (lambda: "", "firma"),
        (lambda: "no es un token", "firma"),
        (lambda: "x" * 9_000, "largo"),
    ],
)
async def test_un_token_malo_no_pasa(malo: Callable[[], str], razon: str) -> None:
    # Made here and not when the tests are collected: in a long session it would expire.
    with pytest.raises(TokenInvalido, match=razon):
        await verificar(malo())


@pytest.mark.parametrize("alg", ["none", "None", "NONE", ""])
async def test_sin_firma_no_pasa(alg: str) -> None:
    contenido = jwt.decode(token(), options={"verify_signature": False})
    with pytest.raises(TokenInvalido):
        await verificar(sin_firma({"alg": alg, "typ": "JWT"}, contenido))


async def test_los_roles_de_otros_sistemas_se_ignoran() -> None:
    usuario = await verificar(token(roles=["ips", "offline_access", 7]))
    assert usuario.roles == {Rol.IPS}
    assert (await verificar(token(roles=["otro"], entidad=None))).roles == frozenset()


async def test_el_emisor_se_configura() -> None:
    politica = PoliticaTokens(emisor="https://identidad.gov.co")
    verificador = crear_verificador(ajustes(), politica)
    assert await verificador.verificar(emitir_token(ajustes(), IPS, politica=politica)) == IPS
    with pytest.raises(TokenInvalido):
        await verificador.verificar(emitir_token(ajustes(), IPS))


@pytest.mark.parametrize(
    "otros",
    [{"entorno": "produccion"}, {"jwks_url": "https://identidad.invalid/jwks"}],
)
def test_los_tokens_de_prueba_son_solo_de_desarrollo(otros: dict[str, Any]) -> None:
    with pytest.raises(Prohibido):
        emitir_token(ajustes(**otros), IPS)


@pytest.mark.parametrize(
    "otros",
    [
        {"jwt_clave": None},
        {"jwt_clave": "corta"},
        {"jwt_clave": "ñ" * 15},
        {"jwks_url": "https://identidad.invalid/jwks"},
        {"jwt_clave": None, "jwks_url": "file:///etc/passwd"},
        {"jwt_clave": None, "jwks_url": "http://identidad.invalid/jwks", "entorno": "produccion"},
    ],
)
def test_una_configuracion_debil_o_ambigua_no_arranca(otros: dict[str, Any]) -> None:
    with pytest.raises(ConfiguracionInvalida):
        crear_verificador(ajustes(**otros))


def test_la_clave_se_mide_en_bytes_y_no_sale_en_repr() -> None:
    verificador = crear_verificador(ajustes(jwt_clave="ñ" * 16))
    assert "ñ" not in repr(verificador)
    assert "Ana" not in repr(IPS)


def test_una_entidad_ve_lo_suyo_y_la_administracion_todo() -> None:
    assert alcance(IPS) == "900123456"
    assert alcance(Usuario("e", frozenset({Rol.EPS}), "EPS037")) == "EPS037"
    for rol in ROLES_ADMINISTRACION:
        assert alcance(Usuario("x", frozenset({rol}))) is None


def test_a_una_eps_se_le_paga_con_el_nit_de_la_tabla() -> None:
    assert nit_de("900123456") == "900123456"
    assert nit_de("EPS010") == nit_de("EPSS10") == "800088702"
    assert nit_de("CCF007") is None  # the table has no NIT of it
    assert nit_de("XYZ") is None


def test_sin_rol_no_se_ve_todo() -> None:
    with pytest.raises(Prohibido):
        alcance(Usuario("x", frozenset(), "900123456"))


@pytest.mark.parametrize(
    ("roles", "entidad"),
    [
        ({Rol.IPS}, None),
        ({Rol.LABORATORIO}, "900"),
        ({Rol.TERRITORIAL}, "05"),
        ({Rol.INS}, None),
        ({Rol.EPS}, "900123456"),
        ({Rol.EPS, Rol.IPS}, "EPS037"),
        ({Rol.EPS, Rol.ADMIN}, "EPS037"),
    ],
)
def test_un_usuario_imposible_no_se_construye(roles: set[Rol], entidad: str | None) -> None:
    with pytest.raises(EntradaInvalida):
        Usuario("x", frozenset(roles), entidad)


def test_exigir_pide_uno_de_los_roles_y_admin_no_los_tiene_todos() -> None:
    exigir(OPERADOR, Rol.ORDENADOR, Rol.AUDITOR)
    with pytest.raises(Prohibido, match="ordenador"):
        exigir(Usuario("x", frozenset({Rol.ADMIN})), Rol.ORDENADOR)


@pytest.mark.parametrize(
    ("texto", "mascara"),
    [("1012345789", "…789"), ("123456", "…56"), ("1234", "…4"), ("12", "…"), ("", "…")],
)
def test_la_mascara_deja_ver_a_lo_sumo_un_tercio(texto: str, mascara: str) -> None:
    assert enmascarar(texto) == mascara


def test_mascaras_de_documento_cuenta_y_nombre() -> None:
    assert enmascarar_documento("cc", "1012345789") == "CC …789"
    assert enmascarar_cuenta(" 00123456789 ") == "…789"
    assert enmascarar_nombre("María  Pérez") == "M… P…"


@pytest.mark.parametrize(
    ("texto", "oculto"),
    [
        ("llave (numero)\nDETAIL:  Key (nombre)=(Ana Ruiz) already exists.", "Ana"),
        ("[SQL: INSERT]\n[parameters: ('Ana', [1], 2)]\n(Background on this error", "Ana"),
        ("[SQL: INSERT]\n[parameters: ('Ana',)]", "Ana"),
        ("nombre [type=int_parsing, input_value='Ana', input_type=str]", "Ana"),
        ("documento 1012345789 repetido", "1012345789"),
        (f"Authorization: Bearer {token()}", "eyJ"),
    ],
)
def test_los_textos_de_error_pierden_los_datos_personales(texto: str, oculto: str) -> None:
    assert oculto not in texto_seguro(texto)


def test_los_textos_conservan_lo_que_sirve() -> None:
    uuid = "fila 12 de 01234567-89ab-4def-8123-012345678901, línea 345"
    assert texto_seguro(uuid) == uuid


def test_el_filtro_limpia_mensaje_argumentos_y_traza() -> None:
    registro = logging.LogRecord("x", logging.ERROR, __file__, 1, "doc %s", ("1012345789",), None)
    try:
        raise ValueError("cuenta 00123456789")
    except ValueError as error:
        registro.exc_info = (type(error), error, error.__traceback__)
    assert FiltroDatosPersonales().filter(registro)
    escrito = logging.Formatter().format(registro)
    assert "1012345789" not in escrito
    assert "00123456789" not in escrito
    assert "ValueError" in escrito
