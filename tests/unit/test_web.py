"""Each error is a problem in Spanish that says what to mend and repeats nothing of what came."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, Query, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as ConexionesAgotadas

from shared.db import Ajustes
from shared.seguridad import Rol, Usuario, crear_verificador, emitir_token
from shared.tipos import Conflicto, EntradaInvalida, NoEncontrado, ServicioNoDisponible
from shared.web import (
    ClaveIdempotencia,
    Espera,
    Pagina,
    Paginacion,
    UsuarioActual,
    crear_aplicacion,
    paginar,
    problemas,
    requiere,
    rutas_sin_identidad,
    unir,
)
from shared.web.cabeceras import leer_prefer
from shared.web.problemas import tamano_legible

AJUSTES = Ajustes(entorno="desarrollo", jwt_clave="clave-de-pruebas-de-mas-de-treinta-y-dos-bytes")
OPERADOR = Usuario("u-2", frozenset({Rol.OPERADOR}))
DOCUMENTO = "1012345789"
LIMITE = 3 * 2**20


class SinSaldo(Conflicto):
    codigo = "prueba.sin_saldo"
    titulo = "No alcanza"


class Camas(BaseModel):
    """Una certificación."""

    model_config = ConfigDict(extra="forbid")

    nit: str = Field(pattern=r"^\d{9}$", description="NIT sin dígito de verificación.")
    camas: int = Field(ge=0, le=999)
    servicio: Literal["UCI", "INTERMEDIO"]
    fecha: date
    valor: Decimal = Field(default=Decimal(0), decimal_places=2)

    @field_validator("fecha")
    @classmethod
    def _desde_2020(cls, dia: date) -> date:
        if dia.year < 2020:
            raise ValueError("La fecha es anterior a la norma. Revise el año.")
        return dia


class ControladorError(Exception):
    """What the database driver raises, with its SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(f"DETAIL: Key (numero)=({DOCUMENTO})")
        self.sqlstate = sqlstate


def error_sql(sqlstate: str, *, cortada: bool = False) -> DBAPIError:
    origen = ControladorError(sqlstate)
    return DBAPIError("SELECT 1", {"numero": DOCUMENTO}, origen, connection_invalidated=cortada)


FALLAS: dict[str, Exception] = {
    "rechazo": SinSaldo("Faltan $ 5.", saldo=Decimal("1.50"), giro=UUID(int=7), status=200),
    "no_encontrado": NoEncontrado("No hay tal radicación."),
    "no_disponible": ServicioNoDisponible("El banco no responde."),
    "inesperada": KeyError(DOCUMENTO),
    "socket": ConnectionRefusedError(),
    "plazo": TimeoutError(),
    "conexiones": ConexionesAgotadas("QueuePool limit"),
    "cortada": error_sql("", cortada=True),
    "apagada": error_sql("57P01"),
    "bloqueo": error_sql("40P01"),
    "nul": error_sql("22021"),
    "otra_sql": error_sql("23505"),
}

rutas = APIRouter(prefix="/v1")


@rutas.get("/falla/{cual}")
async def falla(cual: str, _: UsuarioActual) -> None:
    raise FALLAS[cual]


@rutas.post("/camas", responses=problemas(SinSaldo, EntradaInvalida))
async def camas(cuerpo: Camas | list[Camas], _: UsuarioActual) -> dict[str, int]:
    return {"recibidas": len(cuerpo) if isinstance(cuerpo, list) else 1}


@rutas.post("/una")
async def una(cuerpo: Camas, _: UsuarioActual, desde: Annotated[int, Query(ge=1)] = 1) -> Camas:
    return cuerpo


@rutas.post("/libre")
async def libre(cuerpo: Annotated[dict[str, int], Body()], _: UsuarioActual) -> int:
    return len(cuerpo)


@rutas.post("/archivo")
async def archivo(archivo: UploadFile, _: UsuarioActual) -> int:
    return len(await archivo.read())


@rutas.get("/numeros")
async def numeros(pagina: Paginacion, _: UsuarioActual) -> Pagina[int]:
    return paginar(range(pagina.limite + 1), pagina.limite, clave=lambda n: (n,), vista=int)


@rutas.get("/encabezados")
async def encabezados(espera: Espera, clave: ClaveIdempotencia, _: UsuarioActual) -> list[Any]:
    return [espera, clave]


@rutas.get("/ordenador")
async def ordenador(
    usuario: Annotated[Usuario, Depends(requiere(Rol.ORDENADOR, Rol.TESORERIA))],
) -> str:
    return usuario.sujeto


@rutas.get("/descarga")
async def descarga(_: UsuarioActual) -> StreamingResponse:
    async def trozos() -> AsyncIterator[bytes]:
        yield b"comienzo"
        raise RuntimeError("se corta")

    return StreamingResponse(trozos())


@rutas.get("/abierta")
async def abierta() -> None:
    """No one is asked."""


def aplicacion(**otros: Any) -> FastAPI:
    app = crear_aplicacion(
        "Anticipo <UCI>",
        "Camas & pagos",
        verificador=crear_verificador(AJUSTES),
        limite_cuerpo_bytes=LIMITE,
        **otros,
    )
    app.include_router(rutas)
    return app


@asynccontextmanager
async def cliente(
    app: FastAPI, usuario: Usuario | None = OPERADOR
) -> AsyncIterator[httpx.AsyncClient]:
    encabezados = {"Authorization": f"Bearer {emitir_token(AJUSTES, usuario)}"} if usuario else {}
    transporte = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transporte, base_url="http://prueba", headers=encabezados
    ) as c:
        yield c


async def pedir(metodo: str, ruta: str, app: FastAPI | None = None, **otros: Any) -> httpx.Response:
    async with cliente(app or aplicacion()) as c:
        return await c.request(metodo, ruta, **otros)


def problema(respuesta: httpx.Response, estado: int, codigo: str) -> dict[str, Any]:
    """The body, after checking what every problem has."""
    assert respuesta.status_code == estado, respuesta.text
    assert respuesta.headers["content-type"] == "application/problem+json"
    assert "X-Request-ID" in respuesta.headers
    cuerpo: dict[str, Any] = respuesta.json()
    assert cuerpo["codigo"] == codigo
    assert cuerpo["type"] == f"urn:mecanismos:problema:{codigo}"
    assert cuerpo["status"] == estado
    assert cuerpo["title"]
    assert cuerpo["detail"]
    assert cuerpo["instance"].startswith("/")
    return cuerpo


# Refusals and failures


async def test_un_rechazo_lleva_sus_datos_y_no_pisa_los_del_problema() -> None:
    cuerpo = problema(await pedir("GET", "/v1/falla/rechazo"), 409, "prueba.sin_saldo")
    assert cuerpo["detail"] == "Faltan $ 5."
    assert cuerpo["saldo"] == "1.50"
    assert cuerpo["giro"] == str(UUID(int=7))
    assert cuerpo["instance"] == "/v1/falla/rechazo"


async def test_los_rechazos_de_tipos() -> None:
    problema(await pedir("GET", "/v1/falla/no_encontrado"), 404, "recurso.no_encontrado")
    respuesta = await pedir("GET", "/v1/falla/no_disponible")
    problema(respuesta, 503, "servicio.no_disponible")
    assert int(respuesta.headers["Retry-After"]) > 0


@pytest.mark.parametrize("cual", ["socket", "plazo", "conexiones", "cortada", "apagada", "bloqueo"])
async def test_sin_base_de_datos_es_503(cual: str) -> None:
    respuesta = await pedir("GET", f"/v1/falla/{cual}")
    problema(respuesta, 503, "servicio.no_disponible")
    assert int(respuesta.headers["Retry-After"]) > 0


@pytest.mark.parametrize("cual", ["inesperada", "otra_sql"])
async def test_un_error_nuestro_es_500_y_se_anota_una_vez_sin_datos(
    cual: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        cuerpo = problema(await pedir("GET", f"/v1/falla/{cual}"), 500, "servidor.error")
    assert re.fullmatch(r"[0-9A-F]{8}", cuerpo["referencia"])
    assert DOCUMENTO not in str(cuerpo)
    anotados = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert len(anotados) == 1
    assert cuerpo["referencia"] in anotados[0].getMessage()
    assert "Traceback" in str(anotados[0].exc_text)
    assert DOCUMENTO not in caplog.text


async def test_un_nul_que_llega_a_la_base_es_de_quien_lo_envio() -> None:
    problema(await pedir("GET", "/v1/falla/nul"), 422, "entrada.invalida")


async def test_una_descarga_que_falla_a_mitad_se_corta() -> None:
    with pytest.raises(RuntimeError, match="se corta"):
        await pedir("GET", "/v1/descarga")


# What the framework refuses


async def test_ruta_y_metodo_que_no_existen() -> None:
    problema(await pedir("GET", "/v1/nada"), 404, "ruta.no_encontrada")
    respuesta = await pedir("DELETE", "/v1/numeros")
    problema(respuesta, 405, "metodo.no_admitido")
    assert respuesta.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("contenido", "tipo"),
    [
        (b'{"nit": "\xff"}', "application/json"),
        (b'{"camas": ' + b"9" * 5_000 + b"}", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"--x\r\nmal", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
    ],
)
async def test_un_cuerpo_ilegible_nunca_es_500(contenido: bytes, tipo: str) -> None:
    ruta = "/v1/archivo" if tipo.startswith("multipart") else "/v1/una"
    respuesta = await pedir("POST", ruta, content=contenido, headers={"Content-Type": tipo})
    assert respuesta.status_code in {400, 422}
    assert problema(respuesta, respuesta.status_code, respuesta.json()["codigo"])["detail"]


# Validation


async def errores(cuerpo: object, ruta: str = "/v1/una") -> dict[str, str]:
    respuesta = problema(await pedir("POST", ruta, json=cuerpo), 422, "entrada.invalida")
    return {e["donde"]: e["mensaje"] for e in respuesta["errores"]}


async def test_cada_dato_malo_dice_donde_y_por_que() -> None:
    malo = {
        "nit": "900",
        "camas": "1,000",
        "servicio": "uci",
        "fecha": "2020-02-31",
        "valor": "1,5",
        "sobra": 1,
    }
    assert await errores(malo, "/v1/una?desde=0") == {
        "consulta.desde": "Debe ser 1 o más.",
        "cuerpo.nit": r"No tiene la forma esperada: ^\d{9}$",
        "cuerpo.camas": "Debe ser un número entero, sin separadores de miles.",
        "cuerpo.servicio": "Debe ser uno de: 'UCI' o 'INTERMEDIO'.",
        "cuerpo.fecha": "Debe ser una fecha que exista, AAAA-MM-DD.",
        "cuerpo.valor": "Debe ser un número con punto decimal y sin separadores de miles.",
        "cuerpo.sobra": "Este dato no se espera aquí. Quítelo o corrija su nombre.",
    }


async def test_los_validadores_nuestros_hablan_por_si_mismos() -> None:
    bueno = {"nit": "900123456", "camas": 1, "servicio": "UCI", "fecha": "2019-01-01"}
    assert await errores(bueno) == {
        "cuerpo.fecha": "La fecha es anterior a la norma. Revise el año."
    }


async def test_lo_enviado_no_vuelve() -> None:
    respuesta = await pedir("POST", "/v1/una", json={"nit": DOCUMENTO, DOCUMENTO: "Ana Ruiz"})
    assert DOCUMENTO not in respuesta.text
    assert "Ana" not in respuesta.text
    respuesta = await pedir("POST", "/v1/libre", json={"Ana Ruiz": "x"})
    assert problema(respuesta, 422, "entrada.invalida")["errores"][0]["donde"] == "cuerpo.…"


async def test_json_roto_dice_cerca_de_donde() -> None:
    tipo = {"Content-Type": "application/json"}
    respuesta = await pedir("POST", "/v1/una", content=b'{"nit": }', headers=tipo)
    [error] = problema(respuesta, 422, "entrada.invalida")["errores"]
    assert error["donde"] == "cuerpo"
    assert "carácter 8" in error["mensaje"]


async def test_muchos_errores_se_cuentan_y_se_muestran_cien() -> None:
    respuesta = await pedir("POST", "/v1/libre", json={f"k{i}": "x" for i in range(150)})
    cuerpo = problema(respuesta, 422, "entrada.invalida")
    assert len(cuerpo["errores"]) == 100
    assert cuerpo["total_errores"] == 150


async def test_un_texto_donde_va_un_archivo() -> None:
    respuesta = await pedir("POST", "/v1/archivo", data={"archivo": "x"})
    [error] = problema(respuesta, 422, "entrada.invalida")["errores"]
    assert error == {"donde": "cuerpo.archivo", "mensaje": "Debe ser un archivo."}


# Identity


async def test_sin_token_es_401_y_dice_como() -> None:
    async with cliente(aplicacion(), None) as c:
        for encabezados in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer "}):
            respuesta = await c.get("/v1/numeros", headers=encabezados)
            problema(respuesta, 401, "seguridad.no_autenticado")
            assert respuesta.headers["WWW-Authenticate"] == 'Bearer realm="mecanismos"'


async def test_un_token_malo_lo_dice_en_el_encabezado() -> None:
    respuesta = await pedir("GET", "/v1/numeros", headers={"Authorization": "Bearer x.y.z"})
    problema(respuesta, 401, "seguridad.token_invalido")
    assert 'error="invalid_token"' in respuesta.headers["WWW-Authenticate"]


async def test_requiere_uno_de_los_roles() -> None:
    problema(await pedir("GET", "/v1/ordenador"), 403, "seguridad.prohibido")
    async with cliente(aplicacion(), Usuario("o", frozenset({Rol.ORDENADOR}))) as c:
        assert (await c.get("/v1/ordenador")).json() == "o"


def test_la_guardia_encuentra_la_ruta_que_no_pregunta() -> None:
    assert rutas_sin_identidad(aplicacion()) == ["GET /v1/abierta"]
    protegida = crear_aplicacion("x", "x", verificador=crear_verificador(AJUSTES))
    protegida.add_api_route("/x", lambda: 1, dependencies=[Depends(requiere(Rol.ADMIN))])
    assert rutas_sin_identidad(protegida) == []
    protegida.mount("/otra", aplicacion())
    assert rutas_sin_identidad(protegida) == ["GET /otra/v1/abierta"]


# Body limits


async def trozos(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 2**16):
        yield b"x" * 2**16


FORMULARIO = {"Content-Type": "multipart/form-data; boundary=x"}


# No one reads the body of a route that does not exist, so only its announced length counts.
@pytest.mark.parametrize(
    ("ruta", "anunciado"), [("/v1/una", True), ("/v1/una", False), ("/v1/nada", True)]
)
async def test_un_cuerpo_sobre_el_limite_es_413(ruta: str, anunciado: bool) -> None:
    contenido = b"x" * (LIMITE + 2**16) if anunciado else trozos(LIMITE + 2**16)
    tipo = {"Content-Type": "application/json"}
    respuesta = await pedir("POST", ruta, content=contenido, headers=tipo)
    assert "3 MB" in problema(respuesta, 413, "archivo.demasiado_grande")["detail"]


async def test_un_formulario_sin_largo_anunciado_tambien_se_limita() -> None:
    async def formulario() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="archivo"; filename="a"\r\n\r\n'
        async for trozo in trozos(LIMITE + 2**16):
            yield trozo

    respuesta = await pedir("POST", "/v1/archivo", content=formulario(), headers=FORMULARIO)
    problema(respuesta, 413, "archivo.demasiado_grande")


@pytest.mark.parametrize("anunciado", [True, False])
async def test_nadie_desconocido_sube_un_archivo_grande(anunciado: bool) -> None:
    """FastAPI stores the form before it resolves who is calling."""
    async with cliente(aplicacion(), None) as c:
        contenido = b"x" * 2**21 if anunciado else trozos(2**21)
        respuesta = await c.post("/v1/una", content=contenido)
        problema(respuesta, 401, "seguridad.no_autenticado")


async def test_un_archivo_dentro_del_limite_pasa() -> None:
    contenido = b"x" * (2**21)
    assert (await pedir("POST", "/v1/archivo", files={"archivo": contenido})).json() == 2**21


@pytest.mark.parametrize(
    ("cantidad", "texto"),
    [(1023, "1023 bytes"), (1536, "1.5 KB"), (2**20, "1 MB"), (5 * 2**29, "2.5 GB")],
)
def test_tamano_legible(cantidad: int, texto: str) -> None:
    assert tamano_legible(cantidad) == texto


# Headers of the contract


@pytest.mark.parametrize(
    ("prefer", "segundos"),
    [
        (None, 0), ("", 0), ("wait=0", 0), ("wait=12", 12), ("WAIT = 12", 12), ("wait=99", 30),
        ("respond-async, wait=5", 5), ("wait=5; x=1, wait=9", 5), ("wait=-1", 0), ("wait=1.5", 0),
        ("wait=x, wait=7", 7), ("await=7", 0), ("wait=٣", 0),
    ],
)  # fmt: skip
def test_prefer(prefer: str | None, segundos: int) -> None:
    assert leer_prefer(prefer) == segundos


async def test_encabezados_validos() -> None:
    pares = [("Prefer", "respond-async"), ("Prefer", "wait=3"), ("Idempotency-Key", "a" * 128)]
    assert (await pedir("GET", "/v1/encabezados", headers=pares)).json() == [3, "a" * 128]
    assert (await pedir("GET", "/v1/encabezados")).json() == [0, None]


@pytest.mark.parametrize(
    "valores", [[""], ["con espacio"], ["ñ".encode("latin-1")], ["a" * 129], ["una", "otra"]]
)
async def test_una_clave_de_idempotencia_mala_es_400(valores: list[str | bytes]) -> None:
    pares = [(b"Idempotency-Key", v if isinstance(v, bytes) else v.encode()) for v in valores]
    respuesta = await pedir("GET", "/v1/encabezados", headers=pares)
    problema(respuesta, 400, "idempotencia.clave_invalida")


# Health, metrics, log, documentation


async def test_salud_dice_que_falla_y_no_por_que() -> None:
    async def bien() -> None:
        """All is well."""

    async def mal() -> None:
        raise ConnectionRefusedError(DOCUMENTO)

    async def lenta() -> None:
        await asyncio.sleep(60)

    async with cliente(aplicacion(comprobaciones={"base": bien}), None) as c:
        assert (await c.get("/salud/viva")).json() == {"estado": "viva"}
        esperado = {"estado": "lista", "comprobaciones": {"base": "bien"}}
        assert (await c.get("/salud/lista")).json() == esperado
    comprobaciones = {"base": bien, "kafka": mal, "disco": lenta}
    async with cliente(aplicacion(comprobaciones=comprobaciones), None) as c:
        inicio = datetime.now(UTC)
        cuerpo = problema(await c.get("/salud/lista"), 503, "servicio.no_lista")
        assert (datetime.now(UTC) - inicio).total_seconds() < 4
    assert cuerpo["comprobaciones"] == {"base": "bien", "kafka": "falla", "disco": "sin respuesta"}
    assert DOCUMENTO not in str(cuerpo)


async def test_metricas_por_plantilla_y_por_aplicacion() -> None:
    una, otra = aplicacion(), aplicacion()
    await pedir("GET", f"/v1/falla/{DOCUMENTO}", app=una)
    await pedir("GET", f"/{DOCUMENTO}", app=una)
    texto = (await pedir("GET", "/metrics", app=una)).text
    etiquetas = '{estado="500",metodo="GET",ruta="/v1/falla/{cual}"} 1.0'
    assert f"mecanismos_peticiones_total{etiquetas}" in texto
    assert 'ruta="sin_ruta"' in texto
    assert "mecanismos_peticion_segundos_bucket" in texto
    assert DOCUMENTO not in texto
    assert "/v1/falla" not in (await pedir("GET", "/metrics", app=otra)).text


async def test_el_registro_de_acceso_no_lleva_lo_que_se_escribio(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "mecanismos")
    ajeno = {"X-Request-ID": DOCUMENTO}
    respuesta = await pedir("GET", f"/v1/falla/{DOCUMENTO}?q={DOCUMENTO}", headers=ajeno)
    lineas = [r.getMessage() for r in caplog.records if r.name == "mecanismos.acceso"]
    assert len(lineas) == 1
    assert "GET /v1/falla/{cual} 500" in lineas[0]
    assert respuesta.headers["X-Request-ID"] in lineas[0]
    assert DOCUMENTO not in lineas[0]
    propio = str(UUID(int=9))
    respuesta = await pedir("GET", "/v1/numeros", headers={"X-Request-ID": propio})
    assert respuesta.headers["X-Request-ID"] == propio


AFUERA = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:\w+:)?//|url\(|@import|<script""", re.I)


async def test_la_documentacion_no_pide_nada_de_afuera() -> None:
    async with cliente(unir({"uci": aplicacion()}), None) as c:
        for ruta in ("/", "/uci/docs"):
            respuesta = await c.get(ruta)
            assert respuesta.status_code == 200
            assert not AFUERA.search(respuesta.text)
            assert "default-src 'none'" in respuesta.headers["Content-Security-Policy"]
            assert "<UCI>" not in respuesta.text
            assert "Anticipo &lt;UCI&gt;" in respuesta.text
        pagina = (await c.get("/uci/docs")).text
        assert "NIT sin dígito de verificación." in pagina
        assert "prueba.sin_saldo" in pagina
        assert "/v1/falla/{cual}" in pagina
        assert pagina.count("No pide token.") == 1
        assert "/salud" not in pagina


async def test_openapi_describe_los_problemas_y_la_identidad() -> None:
    documento = (await pedir("GET", "/openapi.json")).json()
    assert documento["components"]["securitySchemes"]["Portador"]["scheme"] == "bearer"
    assert "HTTPValidationError" not in documento["components"]["schemas"]
    camas = documento["paths"]["/v1/camas"]["post"]
    assert camas["security"] == [{"Portador": []}]
    conflicto = camas["responses"]["409"]["content"]["application/problem+json"]
    assert "prueba.sin_saldo" in conflicto["examples"]
    assert "default" in camas["responses"]


# Several applications under one port


async def test_unir_arranca_y_detiene_cada_aplicacion() -> None:
    pasos: list[str] = []

    def vida(nombre: str) -> Any:
        @asynccontextmanager
        async def vida_util(_: FastAPI) -> AsyncIterator[None]:
            pasos.append(f"+{nombre}")
            yield
            pasos.append(f"-{nombre}")

        return vida_util

    raiz = unir({"a": aplicacion(vida_util=vida("a")), "b": aplicacion(vida_util=vida("b"))})
    async with raiz.router.lifespan_context(raiz):
        assert pasos == ["+a", "+b"]
        async with cliente(raiz) as c:
            assert (await c.get("/b/v1/numeros?limite=2")).json()["datos"] == [0, 1]
            cuerpo = problema(await c.get("/a/v1/falla/rechazo"), 409, "prueba.sin_saldo")
            assert cuerpo["instance"] == "/a/v1/falla/rechazo"
            problema(await c.get("/a/v1/nada"), 404, "ruta.no_encontrada")
            assert (await c.get("/a")).headers["location"] == "a/docs"
            assert (await c.get("/c")).json()["codigo"] == "ruta.no_encontrada"
    assert pasos == ["+a", "+b", "-b", "-a"]


async def test_unir_detiene_lo_que_arranco_si_una_falla() -> None:
    pasos: list[str] = []

    @asynccontextmanager
    async def sana(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            pasos.append("detenida")

    def conectar() -> None:
        raise ConnectionRefusedError

    @asynccontextmanager
    async def enferma(_: FastAPI) -> AsyncIterator[None]:
        conectar()
        yield

    raiz = unir({"a": aplicacion(vida_util=sana), "b": aplicacion(vida_util=enferma)})
    with pytest.raises(ConnectionRefusedError):
        async with raiz.router.lifespan_context(raiz):
            pytest.fail("no debía arrancar")
    assert pasos == ["detenida"]
