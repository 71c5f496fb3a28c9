"""The second file of a submission over HTTP: the families of the cases of an EPS.

It comes as a file, as a sheet of the workbook or inside the JSON; it decides with its submission
and with no other; what is wrong in it stops nothing and is told.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest

from services.compensacion_rs.mecanismo import MECANISMO
from shared.embebido.postgres import PostgresEmbebido
from shared.seguridad import Rol, Usuario, emitir_token, nit_de
from shared.tipos import BOGOTA, Nit
from shared.web.mecanismo import crear_app
from tests.support.anticipo import a_csv
from tests.support.mesa import Fila, Mesa, mesa_vacia, resumidos

AHORA: Final = datetime(2021, 2, 22, 9, tzinfo=BOGOTA)
RUTA: Final = "/v1/radicaciones"
EPS: Final = "ESS062"
OTRA_EPS: Final = "EPS010"
COLUMNAS: Final = tuple(c.nombre for c in MECANISMO.esquema.campos)
FAMILIAR: Final = tuple(c.nombre for c in MECANISMO.esquema.anexos["familiares"])
PERSONAS: Final = 30

_numeros = count(1)


def caso(n: int, **cambios: Any) -> Fila:
    """A child whose mother, whom only the EPS knows, receives."""
    propios = {
        "codigo_eps": EPS,
        "id_cargue": "C1",
        "consecutivo": n,
        "tipo_documento": "TI",
        "numero_documento": _nino(n),
        "primer_apellido": "PRUEBA",
        "primer_nombre": "NINO",
        "fecha_confirmacion": "2020-10-05",
        "aislamiento_inicio": "2020-10-05",
        "aislamiento_fin": "2020-10-18",
        "cumple_aislamiento": "SI",
        "fallecido": "NO",
        "id_nucleo": f"N{n}",
        "tipo_documento_receptor": "CC",
        "numero_documento_receptor": _madre(n),
        "celular": "3009999999",
        "direccion": "CALLE 1 2 3",
        "codigo_municipio": "05001",
    }
    return dict.fromkeys(COLUMNAS, "") | propios | cambios


def familiar(n: int, **cambios: Any) -> Fila:
    """The mother of ``caso(n)``."""
    propios = {
        "codigo_eps": EPS,
        "id_nucleo": f"N{n}",
        "tipo_documento": "CC",
        "numero_documento": _madre(n),
        "primer_apellido": "PRUEBA",
        "primer_nombre": "MADRE",
        "fecha_nacimiento": "1985-05-05",
        "sexo": "F",
        "parentesco": "PADRE",
        "vivo": "SI",
    }
    return dict.fromkeys(FAMILIAR, "") | propios | cambios


def _nino(n: int) -> str:
    return f"10{n:08d}"


def _madre(n: int) -> str:
    return f"52{n:06d}"


def familias(filas: Sequence[Mapping[str, Any]], separador: str = ",") -> bytes:
    return a_csv(filas, FAMILIAR, separador)


def libro(**hojas: tuple[Sequence[str], Sequence[Mapping[str, Any]]]) -> bytes:
    """A workbook with those sheets, as text."""
    nuevo = openpyxl.Workbook()
    nuevo.remove(nuevo.active)
    for nombre, (columnas, filas) in hojas.items():
        hoja = nuevo.create_sheet(nombre)
        hoja.append(list(columnas))
        for fila in filas:
            hoja.append([str(fila[c]) or None for c in columnas])
    memoria = io.BytesIO()
    nuevo.save(memoria)
    return memoria.getvalue()


@dataclass(frozen=True)
class Ventana:
    """The service of the mechanism on a database of its own."""

    mesa: Mesa

    @cached_property
    def transporte(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(app=crear_app(MECANISMO, self.mesa.entorno))

    def eps(self) -> httpx.AsyncClient:
        usuario = Usuario(f"eps-{EPS}", frozenset({Rol.EPS}), EPS)
        token = emitir_token(self.mesa.entorno.ajustes, usuario)
        return httpx.AsyncClient(
            transport=self.transporte,
            base_url="http://mecanismos",
            headers={"Authorization": f"Bearer {token}"},
        )

    async def radicar(
        self,
        filas: Sequence[Mapping[str, Any]] | bytes,
        *,
        nombre: str = "casos.csv",
        clave: str | None = None,
        simular: bool = False,
        **anexos: tuple[str, bytes],
    ) -> httpx.Response:
        contenido = filas if isinstance(filas, bytes) else a_csv(filas, COLUMNAS)
        return await self.eps().post(
            RUTA,
            params={"simular": "true"} if simular else {},
            data={"solicitud": json.dumps(sobre())},
            files={"archivo": (nombre, contenido), **anexos},
            headers={"Idempotency-Key": clave or f"clave-{next(_numeros)}"},
        )

    async def aceptar(self, *argumentos: Any, **opciones: Any) -> Fila:
        """Submit: the radicación as it is accepted, still to be evaluated."""
        aceptada = await self.radicar(*argumentos, **opciones)
        assert aceptada.status_code == 202, aceptada.text
        vista: Fila = aceptada.json()
        return vista

    async def resolver(self, *argumentos: Any, **opciones: Any) -> tuple[str, list[Fila]]:
        """Submit and evaluate: the identifier and the records."""
        id_ = (await self.aceptar(*argumentos, **opciones))["id"]
        await self.mesa.procesar(UUID(id_))
        return id_, (await self.ver(f"{RUTA}/{id_}/registros"))["datos"]

    async def ver(self, ruta: str, **parametros: Any) -> Any:
        respuesta = await self.eps().get(ruta, params=parametros)
        assert respuesta.is_success, respuesta.text
        return respuesta.json()


def sobre() -> dict[str, str]:
    nit = nit_de(EPS)
    assert nit is not None
    return {"nit": nit, "dv": Nit(nit).dv}


@pytest.fixture(scope="module")
async def caja(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ventana]:
    datos = tmp_path_factory.mktemp("anexos")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, AHORA) as mesa:
        await mesa.presupuestar(10**12)
        for registro, filas in _registros().items():
            await mesa.cargar(registro, filas, date(2021, 2, 15))
        yield Ventana(mesa)


def _registros() -> dict[str, list[Fila]]:
    return {
        "segcovid": [
            {
                "id_caso": f"C{n}",
                "tipo_registro": "CASO",
                "tipo_documento": "TI",
                "numero_documento": _nino(n),
                "codigo_eps": EPS,
                "clasificacion": "CONFIRMADO",
                "fecha_confirmacion": "2020-10-05",
            }
            for n in range(1, PERSONAS)
        ],
        "bdua": [
            {
                "afl_id": n,
                "tipo_documento": "TI",
                "numero_documento": _nino(n),
                "primer_apellido": "PRUEBA",
                "primer_nombre": "NINO",
                "fecha_nacimiento": "2010-05-05",
                "codigo_eps": EPS,
                "regimen": "S",
                "tipo_afiliado": "F",
                "estado": "AC",
                "desde": "2018-01-01",
                "hasta": "",
            }
            for n in range(1, PERSONAS)
        ],
    }


async def test_the_family_decides_whether_its_case_is_paid(caja: Ventana) -> None:
    _, registros = await caja.resolver(
        [caso(1), caso(2)], familiares=("fam.csv", familias([familiar(1)]))
    )
    assert resumidos(registros, "estado", "codigos") == [
        ("EN_ENROLAMIENTO", []),
        ("EN_CORRECCION_EPS", ["CET-11"]),
    ]


def _como_texto(n: int) -> dict[str, Any]:
    return {"filas": [caso(n)], "familiares": ("fam.txt", familias([familiar(n)], "|"))}


def _como_gzip(n: int) -> dict[str, Any]:
    return {
        "filas": [caso(n)],
        "familiares": ("fam.csv.gz", gzip.compress(familias([familiar(n)]))),
    }


def _como_hoja(n: int) -> dict[str, Any]:
    contenido = libro(Datos=(COLUMNAS, [caso(n)]), Familiares=(FAMILIAR, [familiar(n)]))
    return {"filas": contenido, "nombre": "casos.xlsx"}


def _como_libro_aparte(n: int) -> dict[str, Any]:
    return {
        "filas": [caso(n)],
        "familiares": ("fam.xlsx", libro(Hoja1=(FAMILIAR, [familiar(n)]))),
    }


@pytest.mark.parametrize(
    ("n", "envio"),
    [(3, _como_texto), (4, _como_gzip), (5, _como_hoja), (6, _como_libro_aparte)],
    ids=["TXT con |", "CSV en gzip", "hoja del mismo libro", "otro XLSX"],
)
async def test_it_comes_in_any_format_and_as_a_sheet(caja: Ventana, n: int, envio: Any) -> None:
    aceptada = await caja.aceptar(**envio(n))
    lectura = aceptada["lectura"]
    assert (lectura["anexos"]["familiares"]["total"], lectura["total"]) == (1, 1)
    assert not [a for a in lectura["avisos"] if "demás" in a]
    (madre,) = _tipados(caja, aceptada["id"])
    assert (madre["numero_documento"], madre["vivo"]) == (_madre(n), True)
    assert madre["fecha_nacimiento"] == date(1985, 5, 5)


def _tipados(caja: Ventana, id_: str) -> list[Fila]:
    ruta = caja.mesa.entorno.almacen.radicacion(UUID(id_)) / "familiares.parquet"
    filas: list[Fila] = pq.read_table(ruta).to_pylist()
    return filas


async def test_json_brings_it_beside_the_rows(caja: Ventana) -> None:
    cuerpo = {"solicitud": sobre(), "filas": [caso(7)], "familiares": [familiar(7)]}
    aceptada = await caja.eps().post(RUTA, json=cuerpo)
    assert aceptada.status_code == 202, aceptada.text
    assert _tipados(caja, aceptada.json()["id"])[0]["id_nucleo"] == "N7"
    malo = await caja.eps().post(RUTA, json=cuerpo | {"familiares": {"uno": 1}})
    assert (malo.status_code, malo.json()["codigo"]) == (422, "entrada.invalida")
    assert "«familiares»" in malo.json()["detail"]
    mal_dicho = {"solicitud": sobre(), "filas": [caso(7)], "familia": [familiar(7)]}
    perdido = await caja.eps().post(RUTA, json=mal_dicho)
    assert perdido.status_code == 422
    assert "«familia», que no se lee" in perdido.json()["detail"]


async def test_both_files_are_kept_and_written_down(caja: Ventana) -> None:
    contenido = familias([familiar(8)])
    aceptada = await caja.aceptar([caso(8)], familiares=("fam.csv", contenido))
    recibidos = await caja.mesa.consultar(
        "SELECT nombre, sha256, resultado FROM recepcion WHERE radicacion_id = :id ORDER BY nombre",
        id=UUID(aceptada["id"]),
    )
    assert resumidos(recibidos, "nombre", "resultado") == [
        ("casos.csv", "RADICADA"),
        ("fam.csv", "RADICADA"),
    ]
    sha256 = recibidos[1]["sha256"]
    assert caja.mesa.entorno.almacen.crudo(sha256).read_bytes() == contenido
    assert aceptada["lectura"]["anexos"]["familiares"]["archivo_sha256"] == sha256


async def test_a_wrong_family_row_is_told_and_stops_nothing(caja: Ventana) -> None:
    filas = [
        familiar(9, sexo="X", fecha_nacimiento="31/12/1985"),
        familiar(10),
        familiar(9, numero_documento="ABC"),
    ]
    id_, registros = await caja.resolver(
        [caso(9), caso(10)], familiares=("fam.csv", familias(filas))
    )
    assert resumidos(registros, "estado", "codigos") == [
        ("EN_CORRECCION_EPS", ["CET-11"]),
        ("EN_ENROLAMIENTO", []),
    ]
    propios, de_anexo = await _hallazgos(caja, id_)
    assert [h["codigo"] for h in propios] == ["CET-11"]
    assert [(h["fila"], h["columna"], h["efecto"], h["codigo"]) for h in de_anexo] == [
        (1, "fecha_nacimiento", "AVISO", "CET-00"),
        (1, "sexo", "AVISO", "CET-00"),
        (3, "numero_documento", "AVISO", "CET-00"),
    ]
    assert all("iba con la fila 1 de lo radicado" in h["mensaje"] for h in de_anexo)
    (aviso,) = (await caja.ver(f"{RUTA}/{id_}"))["resumen"]["avisos"]
    assert "2 filas del archivo familiares" in aviso["mensaje"]
    assert "la fila 1" in aviso["mensaje"]
    explicado = await caja.ver(f"/v1/registros/{registros[0]['id']}/explicacion")
    assert len([h for h in explicado["hallazgos"] if h.get("archivo") == "familiares"]) == 3


async def _hallazgos(caja: Ventana, id_: str) -> tuple[list[Fila], list[Fila]]:
    """Of the rows and of the annex, read page by page; the download says the same."""
    vistos: list[Fila] = []
    cursor: dict[str, Any] = {}
    while True:
        pagina = await caja.ver(f"{RUTA}/{id_}/hallazgos", limite=2, **cursor)
        vistos += pagina["datos"]
        if pagina["siguiente"] is None:
            break
        cursor = {"cursor": pagina["siguiente"]}
    assert vistos == await caja.ver(f"{RUTA}/{id_}/hallazgos.json")
    bajado = (await caja.eps().get(f"{RUTA}/{id_}/hallazgos.csv")).text
    assert bajado.splitlines()[0].endswith(",archivo")
    assert bajado.count(",familiares") >= sum(h["archivo"] == "familiares" for h in vistos)
    return (
        [h for h in vistos if h["archivo"] is None],
        [h for h in vistos if h["archivo"] == "familiares"],
    )


async def test_a_retry_is_the_same_one_and_another_family_is_another_content(
    caja: Ventana,
) -> None:
    envio: dict[str, Any] = {"filas": [caso(11)], "clave": "la-misma"}
    primera = await caja.radicar(**envio, familiares=("fam.csv", familias([familiar(11)])))
    otra_vez = await caja.radicar(**envio, familiares=("fam.csv", familias([familiar(11)])))
    assert (primera.status_code, otra_vez.status_code) == (202, 200)
    assert primera.json()["id"] == otra_vez.json()["id"]
    distintas = [{}, {"familiares": ("fam.csv", familias([familiar(11, vivo="NO")]))}]
    for familia in distintas:
        otra = await caja.radicar(**envio | familia)
        assert (otra.status_code, otra.json()["codigo"]) == (409, "radicacion.clave_reutilizada")


async def test_a_dry_run_uses_it_and_keeps_nothing(caja: Ventana) -> None:
    antes = await _guardado(caja)
    prueba = await caja.radicar(
        [caso(12), caso(13)],
        simular=True,
        familiares=("fam.csv", familias([familiar(12), familiar(13, vivo="tal vez")])),
    )
    assert prueba.status_code == 200, prueba.text
    cuerpo = prueba.json()
    assert cuerpo["resumen"]["por_estado"] == {"EN_CORRECCION_EPS": 1, "EN_ENROLAMIENTO": 1}
    assert [(h["fila"], h["codigo"], h["archivo"]) for h in cuerpo["hallazgos"]] == [
        (2, "CET-11", None),
        (2, "CET-00", "familiares"),
    ]
    assert cuerpo["lectura"]["anexos"]["familiares"]["con_error_de_forma"] == 1
    assert await _guardado(caja) == antes


async def _guardado(caja: Ventana) -> tuple[Any, ...]:
    cuantas = await caja.mesa.consultar(
        "SELECT (SELECT count(*) FROM radicacion) AS r, (SELECT count(*) FROM recepcion) AS n"
    )
    almacen = caja.mesa.entorno.almacen
    return (*cuantas, _nombres(almacen.crudos), _nombres(almacen.temporal))


def _nombres(carpeta: Path) -> set[str]:
    return {r.name for r in carpeta.iterdir()}


ILEGIBLES: Final[dict[str, tuple[dict[str, Any], str, str]]] = {
    "sin una columna": (
        {"familiares": ("fam.csv", familias([familiar(14)]).replace(b"parentesco", b"lazo"))},
        "archivo.falta_columna",
        "Archivo familiares: Falta la columna parentesco",
    ),
    "vacío": ({"familiares": ("fam.csv", b"")}, "archivo.vacio", "Archivo familiares"),
    "con otro nombre": (
        {"familia": ("fam.csv", familias([familiar(14)]))},
        "entrada.invalida",
        "«familia»",
    ),
    "de otra EPS": (
        {"familiares": ("fam.csv", familias([familiar(14), familiar(14, codigo_eps=OTRA_EPS)]))},
        "radicacion.metadatos_no_coinciden",
        "el archivo familiares trae 1 filas de otra: fila 3: EPS010",
    ),
}


@pytest.mark.parametrize("malo", ILEGIBLES.values(), ids=ILEGIBLES.keys())
async def test_an_annex_that_cannot_be_read_refuses_the_upload(
    caja: Ventana, malo: tuple[dict[str, Any], str, str]
) -> None:
    anexos, codigo, dice = malo
    negada = await caja.radicar([caso(14)], **anexos)
    cuerpo = negada.json()
    assert (negada.status_code, cuerpo["codigo"]) == (422, codigo)
    assert dice in cuerpo["detail"]
    escritas = await caja.mesa.consultar(
        "SELECT nombre FROM recepcion WHERE resultado = :codigo", codigo=codigo
    )
    assert {"nombre": "casos.csv"} in escritas
    assert ({"nombre": "fam.csv"} in escritas) is ("familiares" in anexos)


async def test_an_annex_that_comes_twice_is_refused(caja: Ventana) -> None:
    contenido = libro(Datos=(COLUMNAS, [caso(15)]), familiares=(FAMILIAR, [familiar(15)]))
    negada = await caja.radicar(
        contenido, nombre="casos.xlsx", familiares=("fam.csv", familias([familiar(15)]))
    )
    assert (negada.status_code, negada.json()["codigo"]) == (422, "radicacion.anexo_repetido")


async def test_the_family_of_one_upload_says_nothing_in_another(caja: Ventana) -> None:
    await caja.aceptar([caso(16)], familiares=("fam.csv", familias([familiar(16), familiar(17)])))
    _, sin = await caja.resolver([caso(17)])
    assert resumidos(sin, "estado") == [("EN_CORRECCION_EPS",)]


async def test_an_eps_submits_its_own_rows(caja: Ventana) -> None:
    ajena = await caja.radicar([caso(18), caso(19, codigo_eps=OTRA_EPS)])
    assert (ajena.status_code, ajena.json()["codigo"]) == (
        422,
        "radicacion.metadatos_no_coinciden",
    )
    assert "fila 3: EPS010" in ajena.json()["detail"]
    assert ajena.json()["filas"] == 1
    # ESSC62 is the code of the same EPS in the other régimen.
    propia = await caja.radicar([caso(18, codigo_eps="ESSC62")])
    assert propia.status_code == 202, propia.text


async def test_the_template_brings_the_sheet_and_is_read_back(caja: Ventana) -> None:
    bajada = await caja.eps().get("/v1/plantilla.xlsx")
    plantilla = openpyxl.load_workbook(io.BytesIO(bajada.content))
    hoja = plantilla["familiares"]
    assert [c.value for c in hoja[1]] == list(FAMILIAR)
    assert hoja.max_row == 1
    datos = plantilla["Datos"]
    datos.delete_rows(2, datos.max_row)
    datos.append([str(caso(20)[c]) or None for c in COLUMNAS])
    for vacia in (True, False):
        if not vacia:
            hoja.append([str(familiar(20)[c]) or None for c in FAMILIAR])
        memoria = io.BytesIO()
        plantilla.save(memoria)
        leida = await caja.aceptar(memoria.getvalue(), nombre="casos.xlsx")
        assert ("anexos" in leida["lectura"]) is not vacia
    esquema = await caja.ver("/v1/esquema")
    (anexo,) = esquema["anexos"]
    assert [c["nombre"] for c in anexo["columnas"]] == list(FAMILIAR)
