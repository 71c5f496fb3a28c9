"""The published HTTP contract: the committed documents are what the code makes, all in Spanish,
each operation says it asks for a token, and no parameter of any of them ends in a 500.

    python -m tests.contract.test_openapi

writes the documents again.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.operaciones.app import crear_app as crear_operaciones
from services.tesoreria.app import crear_app as crear_tesoreria
from shared.db import Ajustes
from shared.focalizacion.descubrir import aplicaciones, mecanismos
from shared.seguridad import ROLES_ADMINISTRACION, Rol, Usuario, emitir_token
from shared.web.entorno import Entorno
from shared.web.mecanismo import crear_app
from tests.support.infra import BaseDePrueba
from tests.support.sistema import dice_en_ingles

CARPETA: Final = Path(__file__).parents[2] / "docs" / "openapi"
METODOS: Final = ("get", "post", "put", "patch", "delete")
APPS: Final[dict[str, FastAPI]] = aplicaciones()
FABRICAS: Final[dict[str, Callable[[Entorno], FastAPI]]] = {
    **{mecanismo.ruta: partial(crear_app, mecanismo) for mecanismo in mecanismos().values()},
    "operaciones": crear_operaciones,
    "tesoreria": crear_tesoreria,
}
EJEMPLOS: Final = 150
"""Requests tried per application."""


def texto(app: FastAPI) -> str:
    """The document as it is committed."""
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def escribir() -> None:
    """Write the document of every application, and forget those that no longer exist."""
    CARPETA.mkdir(parents=True, exist_ok=True)
    for viejo in CARPETA.glob("*.json"):
        viejo.unlink()
    for nombre, app in APPS.items():
        (CARPETA / f"{nombre}.json").write_text(texto(app), encoding="utf-8")


def operaciones(documento: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of each operation."""
    for camino, metodos in documento["paths"].items():
        for metodo in METODOS:
            if metodo in metodos:
                yield metodo, camino, metodos[metodo]


# --- the documents --------------------------------------------------------------------------------


def test_hay_un_documento_por_aplicacion() -> None:
    assert {r.stem for r in CARPETA.glob("*.json")} == set(APPS)
    assert set(FABRICAS) == set(APPS)


@pytest.mark.parametrize("nombre", APPS)
def test_la_copia_publicada_esta_al_dia(nombre: str) -> None:
    ruta = CARPETA / f"{nombre}.json"
    assert ruta.read_text("utf-8") == texto(APPS[nombre]), (
        f"docs/openapi/{nombre}.json no corresponde al código; vuelva a escribirlo con "
        "«python -m tests.contract.test_openapi»"
    )


@pytest.mark.parametrize("nombre", APPS)
def test_toda_operacion_pide_token_y_dice_como_falla(nombre: str) -> None:
    documento = APPS[nombre].openapi()
    esquemas = documento["components"]["securitySchemes"]
    for metodo, camino, operacion in operaciones(documento):
        quien = f"{metodo.upper()} {camino}"
        assert operacion.get("security"), f"{quien} no declara seguridad"
        assert all(set(s) <= set(esquemas) for s in operacion["security"]), quien
        assert operacion["summary"], quien
        assert "application/problem+json" in operacion["responses"]["default"]["content"], quien


@pytest.mark.parametrize("nombre", APPS)
def test_toda_referencia_lleva_a_alguna_parte(nombre: str) -> None:
    documento = APPS[nombre].openapi()
    referidos = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(documento)))
    assert referidos <= set(documento["components"]["schemas"])


def _textos(nodo: Any, donde: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(nodo, dict):
        for clave, valor in nodo.items():
            if clave in {"description", "summary"} and isinstance(valor, str):
                yield f"{donde}/{clave}", valor
            yield from _textos(valor, f"{donde}/{clave}")
    elif isinstance(nodo, list):
        for i, valor in enumerate(nodo):
            yield from _textos(valor, f"{donde}/{i}")


@pytest.mark.parametrize("nombre", APPS)
def test_lo_que_se_lee_esta_en_espanol(nombre: str) -> None:
    documento = APPS[nombre].openapi()
    en_ingles = {donde: dicho for donde, dicho in _textos(documento) if dice_en_ingles(dicho)}
    assert en_ingles == {}
    assert documento["info"]["description"]


def test_el_detector_de_ingles_sirve() -> None:
    assert dice_en_ingles("A budget line of the year")
    assert dice_en_ingles("Successful Response")
    assert not dice_en_ingles("Volver a ordenar un giro devuelto, con otra cuenta si hace falta")


# --- any parameter --------------------------------------------------------------------------------

_RAROS: Final = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "1e9",
        str(2**31),
        str(2**63),
        "9" * 400,
        "2021-02",
        "2021-13",
        "0000-00",
        "9999-12",
        "anticipo_uci",
        "anticipo-uci",
        "null",
        "NaN",
        "true",
        "a\0b",
        "'; DROP TABLE giro; --",
        "%",
        "../../etc/passwd",
        "١٢٣",
        "G2021030900000001",
        "00000000-0000-0000-0000-000000000000",
    ]
)
_CLAVES: Final = st.lists(
    st.one_of(st.integers(-(2**70), 2**70), st.text(max_size=5), st.uuids().map(str), st.none()),
    max_size=3,
)


def _cursor(clave: list[Any]) -> str:
    """Well written and not ours."""
    return base64.urlsafe_b64encode(json.dumps(clave).encode()).decode().rstrip("=")


_VALOR: Final = st.one_of(
    _RAROS,
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.uuids().map(str),
    st.integers().map(str),
    st.dates().map(str),
    _CLAVES.map(_cursor),
)
_CUERPO: Final = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        _VALOR,
    ),
    lambda hijos: st.one_of(
        st.lists(hijos, max_size=3), st.dictionaries(_VALOR, hijos, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def peticiones(draw: st.DrawFn, documento: dict[str, Any]) -> dict[str, Any]:
    """A request to some operation, with any value in its path, its query and its body."""
    metodo, camino, operacion = draw(st.sampled_from(list(operaciones(documento))))
    consulta = {}
    for parametro in operacion.get("parameters", []):
        if parametro["in"] == "path":
            valor = draw(_valor_de(parametro))
            camino = camino.replace("{" + parametro["name"] + "}", quote(valor, safe=""))
        elif parametro["in"] == "query" and draw(st.booleans()):
            consulta[parametro["name"]] = draw(_valor_de(parametro))
    peticion = {"method": metodo.upper(), "url": camino, "params": consulta}
    if "requestBody" in operacion and draw(st.booleans()):
        peticion["json"] = draw(_cuerpo_de(documento, operacion))
    return peticion


def _valor_de(parametro: dict[str, Any]) -> st.SearchStrategy[str]:
    esquema = parametro["schema"]
    alternativas = [esquema, *esquema.get("anyOf", ())]
    buenos = [str(v) for e in alternativas for v in e.get("enum", ())]
    return st.one_of(_VALOR, st.sampled_from(buenos)) if buenos else _VALOR


def _cuerpo_de(documento: dict[str, Any], operacion: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Any JSON, or an object with the right fields and any values."""
    esquema = operacion["requestBody"]["content"].get("application/json", {}).get("schema", {})
    if "$ref" in esquema:
        esquema = documento["components"]["schemas"][esquema["$ref"].rpartition("/")[2]]
    campos = esquema.get("properties", {})
    return st.one_of(_CUERPO, st.fixed_dictionaries(dict.fromkeys(campos, _CUERPO)))


def _encabezados(ajustes: Ajustes) -> list[dict[str, str]]:
    """An institution, the whole back office in one person, and nobody."""
    quienes = [
        Usuario("ips", frozenset({Rol.IPS}), "838000096"),
        Usuario("todo", ROLES_ADMINISTRACION, None),
    ]
    return [
        {"Authorization": f"Bearer {emitir_token(ajustes, quien, timedelta(hours=1))}"}
        for quien in quienes
    ] + [{}]


@pytest.mark.parametrize("nombre", FABRICAS)
def test_ningun_parametro_termina_en_un_500(
    nombre: str, base: BaseDePrueba, tmp_path: Path
) -> None:
    ajustes = Ajustes(
        database_url=base.dsn_servicio,
        datos=tmp_path,
        entorno="desarrollo",
        jwt_clave=secrets.token_urlsafe(48),
    )
    entorno = Entorno(ajustes)
    app = FABRICAS[nombre](entorno)
    personas = _encabezados(ajustes)
    with start_blocking_portal() as portal:
        cliente = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://prueba",
        )

        @settings(
            max_examples=EJEMPLOS, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        )
        @given(peticiones(app.openapi()), st.sampled_from(personas))
        def probar(peticion: dict[str, Any], quien: dict[str, str]) -> None:
            respuesta = _pedir(portal, cliente, peticion, quien)
            assert respuesta.status_code < 500, f"{peticion}: {respuesta.text}"
            if respuesta.status_code >= 400:
                assert respuesta.headers["content-type"] == "application/problem+json", peticion

        try:
            probar()
        finally:
            portal.call(cliente.aclose)
            portal.call(entorno.engine.dispose)


def _pedir(
    portal: BlockingPortal,
    cliente: httpx.AsyncClient,
    peticion: dict[str, Any],
    encabezados: dict[str, str],
) -> httpx.Response:
    async def enviar() -> httpx.Response:
        return await cliente.request(**peticion, headers=encabezados)

    return portal.call(enviar)


if __name__ == "__main__":
    escribir()
