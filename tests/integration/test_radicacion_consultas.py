"""What an entity looks at: why, lists, downloads, template, catalogue, dry runs, waiting."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services.anticipo_uci.mecanismo import MECANISMO
from shared.embebido.postgres import PostgresEmbebido
from shared.focalizacion import Etapa
from shared.web.paginacion import escribir_cursor
from tests.support.anticipo import (
    COLUMNAS,
    NIT,
    PDF,
    RADICACIONES,
    Preparada,
    Suite,
    a_csv,
    fila,
    sobre,
    un_dia,
)

V1 = "/anticipo-uci/v1"
FOC = [r.codigo for r in MECANISMO.reglas if r.etapa is Etapa.FOC]


@pytest.fixture(scope="module")
async def suite(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Suite]:
    preparada = await Preparada.unica(postgres, plantilla, tmp_path_factory.mktemp("preparada"))
    async with preparada.copia(tmp_path_factory.mktemp("consultas")) as suite:
        await suite.presupuestar(aforo=500_000_000)
        yield suite


@pytest.fixture(scope="module")
async def mixta(suite: Suite) -> dict[str, Any]:
    """A submission with a bit of everything, evaluated."""
    filas = [
        un_dia(1),
        un_dia(3),  # REPS had six free: ANT-13
        un_dia(5),  # no daily report: ANT-14
        fila(fecha="2021-02-06", camas_disponibles="ocho"),  # FORMA
        un_dia(7, numero_sede="09"),  # unknown sede: ANT-05
        un_dia(8),
        un_dia(8),  # twice: ANT-11
    ]
    return await suite.ips().resolver(filas)


# --- why ----------------------------------------------------------------------------------------


async def explicaciones(suite: Suite, radicacion_id: str, *filas: int) -> list[dict[str, Any]]:
    ips = suite.ips()
    return [
        await ips.ver(f"{V1}/registros/{r['id']}/explicacion")
        for r in await ips.registros(radicacion_id)
        if r["fila"] in filas
    ]


async def test_each_rule_with_what_it_saw_its_source_and_certainty(
    suite: Suite, mixta: dict[str, Any]
) -> None:
    recortada, sin_reporte, sin_forma, sin_sede = await explicaciones(
        suite, mixta["id"], 2, 3, 4, 5
    )
    assert (recortada["estado"], recortada["codigos"]) == ("RECONOCIDO", ["ANT-13"])
    assert (recortada["valor"], recortada["moneda"]) == ("2738892.00", "COP")
    assert [r["codigo"] for r in recortada["reglas"]] == FOC
    por_codigo = {r["codigo"]: r for r in recortada["reglas"]}
    for regla in recortada["reglas"]:
        assert regla["titulo"]
        assert regla["fuente"]["norma"]
        assert regla["certeza"] in {"NORMA", "PRENSA", "DISENO"}
        assert regla["veredicto"] in {"cumple", "incumple", "no_evaluable", None}
    assert por_codigo["ANT-13"] | {"titulo": "", "fuente": {}} == {
        "codigo": "ANT-13",
        "titulo": "",
        "fuente": {},
        "certeza": "DISENO",
        "desde": None,
        "hasta": None,
        "veredicto": "incumple",
        "efecto": "AJUSTE",
        "valores": por_codigo["ANT-13"]["valores"],
        "mensaje": por_codigo["ANT-13"]["mensaje"],
    }
    assert por_codigo["ANT-13"]["valores"]["camas_disponibles"] == 8
    assert por_codigo["ANT-13"]["valores"]["reporte_camas_disponibles"] == 6
    assert por_codigo["ANT-12"]["valores"]["reps_capacidad_dia"] == 20
    assert (por_codigo["ANT-16"]["veredicto"], por_codigo["ANT-16"]["efecto"]) == ("cumple", None)
    assert recortada["liquidacion"] == {"camas": 6, "tarifa_centavos": 45_648_200}
    evaluacion = recortada["evaluacion"]
    assert evaluacion["fecha"] == "2021-03-10"
    assert evaluacion["ausentes"] == []
    assert {c["fecha_corte"] for c in evaluacion["cortes"]["reps_capacidad"]} == {"2021-01-31"}
    assert {"duckdb", "narwhals"} <= set(evaluacion["versiones"])

    (falta,) = [r for r in sin_reporte["reglas"] if r["efecto"]]
    assert (falta["codigo"], falta["efecto"]) == ("ANT-14", "CORRECCION")
    assert sin_reporte["hallazgos"][0]["mensaje"] == falta["mensaje"]

    # Rules that do not apply are not judged: without a known sede, those of its beds.
    vistas = {r["codigo"]: r["veredicto"] for r in sin_sede["reglas"]}
    assert (vistas["ANT-05"], vistas["ANT-07"], vistas["ANT-12"]) == ("incumple", None, None)

    # A row that fails FORMA is judged by nothing else; its finding says what to mend.
    assert (sin_forma["estado"], sin_forma["codigos"]) == ("EN_CORRECCION", ["ANT-00"])
    assert sin_forma["reglas"] == []
    (hallazgo,) = sin_forma["hallazgos"]
    assert hallazgo["mensaje"].startswith("Fila 5, columna H (camas_disponibles): «ocho»")


async def test_the_explanation_is_that_of_the_cortes_that_decided(
    suite: Suite, mixta: dict[str, Any], tmp_path: Path
) -> None:
    """A later corte changes what comes after, never what was decided nor how it is explained."""
    antes = await explicaciones(suite, mixta["id"], 2)
    corte = tmp_path / "reps_capacidad.csv"
    corte.write_bytes(
        a_csv(
            [
                {
                    "hab_prestador": "0500100101",
                    "hab_sede": "050010010101",
                    "grupo": "CAMAS",
                    "nombre_capacidad": "Cuidado Intensivo Adulto",
                    "cantidad": 11,
                }
            ],
            ("hab_prestador", "hab_sede", "grupo", "nombre_capacidad", "cantidad"),
        )
    )
    nuevo = await suite.cargar_corte("reps_capacidad", corte, date(2021, 2, 20))
    assert await explicaciones(suite, mixta["id"], 2) == antes

    despues = await suite.ips().resolver([un_dia(25)])
    (explicada,) = await explicaciones(suite, despues["id"], 1)
    assert explicada["codigos"] == ["ANT-15"]  # ten occupied leave one of eleven
    assert str(nuevo) in {c["id"] for c in explicada["evaluacion"]["cortes"]["reps_capacidad"]}


async def test_the_loser_of_a_bed_day_is_told_why(suite: Suite, mixta: dict[str, Any]) -> None:
    assert mixta["estado"] == "PROCESADA"
    repetida = await suite.ips().resolver([un_dia(1)], clave="la-misma-cama")
    (explicada,) = await explicaciones(suite, repetida["id"], 1)
    (ya,) = [r for r in explicada["reglas"] if r["codigo"] == "ANT-16"]
    assert (ya["veredicto"], ya["efecto"]) == ("incumple", "RECHAZO")
    assert "2021-02-01" in ya["mensaje"]


# --- lists and downloads ------------------------------------------------------------------------


async def paginas(suite: Suite, ruta: str, **parametros: Any) -> list[list[dict[str, Any]]]:
    vistas, cursor = [], None
    while True:
        pagina = await suite.ips().ver(ruta, **parametros, **({"cursor": cursor} if cursor else {}))
        vistas.append(pagina["datos"])
        if (cursor := pagina["siguiente"]) is None:
            return vistas


async def test_lists_go_page_by_page(suite: Suite, mixta: dict[str, Any]) -> None:
    for dia in (9, 10):
        await suite.ips().radicar([un_dia(dia)])
    todas = await suite.ips().ver(RADICACIONES, limite=500)
    de_a_dos = await paginas(suite, RADICACIONES, limite=2)
    assert [len(p) for p in de_a_dos[:-1]] == [2] * (len(de_a_dos) - 1)
    assert [r["id"] for p in de_a_dos for r in p] == [r["id"] for r in todas["datos"]]
    numeros = [r["radicado"] for r in todas["datos"]]
    assert numeros == sorted(numeros, reverse=True)
    en_cola = await paginas(suite, RADICACIONES, estado="EN_COLA")
    assert len(en_cola[0]) == 2

    registros = f"{RADICACIONES}/{mixta['id']}/registros"
    de_a_tres = await paginas(suite, registros, limite=3)
    assert [[r["fila"] for r in p] for p in de_a_tres] == [[1, 2, 3], [4, 5, 6], [7]]
    repetidas = await paginas(suite, registros, codigo="ANT-11")
    assert [r["fila"] for r in repetidas[0]] == [6, 7]
    reconocidas = await paginas(suite, registros, estado="RECONOCIDO")
    assert [r["fila"] for r in reconocidas[0]] == [1, 2]

    hallazgos = f"{RADICACIONES}/{mixta['id']}/hallazgos"
    de_a_uno = await paginas(suite, hallazgos, limite=1)
    assert [h["fila"] for p in de_a_uno for h in p] == [2, 3, 4, 5, 6, 7]
    solo_una = await paginas(suite, hallazgos, codigo="ANT-14")
    assert [h["fila"] for h in solo_una[0]] == [3]

    ajeno = await suite.ips().http.get(RADICACIONES, params={"cursor": "no-es-un-cursor"})
    assert (ajeno.status_code, ajeno.json()["codigo"]) == (400, "paginacion.cursor_invalido")
    for posicion in (-1, 2**40, 2**63 - 1):  # forged, but of the right type
        forjado = {"cursor": escribir_cursor((posicion,))}
        for ruta in (RADICACIONES, registros, hallazgos):
            assert (await suite.ips().http.get(ruta, params=forjado)).status_code == 200
    exagerado = await suite.ips().http.get(RADICACIONES, params={"limite": 501})
    assert exagerado.status_code == 422


async def test_the_three_downloads_say_the_same(suite: Suite, mixta: dict[str, Any]) -> None:
    ips = suite.ips()
    base = f"{RADICACIONES}/{mixta['id']}/hallazgos"
    en_json = (await ips.http.get(f"{base}.json")).json()
    texto = await ips.http.get(f"{base}.csv")
    assert texto.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in texto.headers["content-disposition"]
    en_csv = list(csv.DictReader(io.StringIO(texto.content.decode("utf-8-sig"))))
    hoja = openpyxl.load_workbook(io.BytesIO((await ips.http.get(f"{base}.xlsx")).content)).active
    encabezado, *lineas = hoja.iter_rows(values_only=True)
    en_xlsx = [dict(zip(encabezado, linea, strict=True)) for linea in lineas]
    assert len(en_json) == 6
    assert en_xlsx == en_json
    assert en_csv == [{c: str("" if v is None else v) for c, v in h.items()} for h in en_json]
    assert (await ips.http.get(f"{base}.pdf")).status_code == 422
    assert suite.temporales() == set()


async def test_the_file_comes_back_byte_by_byte(suite: Suite) -> None:
    contenido = a_csv([un_dia(26)]) + b"\r\n"
    aceptada = (await suite.ips().radicar(contenido, nombre="../mis camas.csv")).json()
    assert aceptada["archivo"] == "mis camas.csv"
    descarga = await suite.ips().http.get(f"{RADICACIONES}/{aceptada['id']}/archivo")
    assert descarga.content == contenido


async def test_the_answers_in_the_convention_of_bdua(suite: Suite, mixta: dict[str, Any]) -> None:
    """Every row in one of the two files, as it was written, with its glosas at the end."""
    ips = suite.ips()
    lineas: dict[str, list[str]] = {}
    for cual in ("val", "neg"):
        respuesta = await ips.http.get(f"{RADICACIONES}/{mixta['id']}/respuesta.{cual}")
        assert respuesta.headers["content-type"] == "text/plain; charset=utf-8"
        nombre = f"{NIT}{date.fromisoformat(mixta['fecha_radicacion'][:10]):%d%m%Y}"
        assert f'"{nombre}.{cual.upper()}"' in respuesta.headers["content-disposition"]
        lineas[cual] = respuesta.text.removesuffix("\r\n").split("\r\n")
    estados = {r["fila"]: r["estado"] for r in await ips.registros(mixta["id"])}
    assert len(lineas["neg"]) == sum(e == "EN_CORRECCION" for e in estados.values())
    assert len(lineas["val"]) + len(lineas["neg"]) == len(estados)
    (mala,) = (linea for linea in lineas["neg"] if "|ocho|" in linea)
    assert mala.endswith("|2021-02-06|ocho|ANT-00(camas_disponibles)")
    assert any(linea.endswith("|2021-02-08|8|ANT-11(fecha)") for linea in lineas["neg"])
    assert any(linea.endswith("|2021-02-03|8|ANT-13(camas_disponibles)") for linea in lineas["val"])
    assert any(linea.endswith("|2021-02-01|8|") for linea in lineas["val"])


async def test_rows_that_came_as_json_are_answered_too(suite: Suite) -> None:
    ips = suite.ips()
    cuerpo = {"solicitud": sobre(), "filas": [un_dia(9), un_dia(5, camas=2)]}
    aceptada = await ips.hacer(RADICACIONES, cuerpo)
    await suite.procesar(aceptada["id"])
    neg = await ips.http.get(f"{RADICACIONES}/{aceptada['id']}/respuesta.neg")
    assert "|2021-02-05|2|" in neg.text
    assert (await ips.http.get(f"{RADICACIONES}/{aceptada['id']}/respuesta.xyz")).status_code == 422
    ajeno = await suite.ips("900100999").http.get(f"{RADICACIONES}/{aceptada['id']}/respuesta.neg")
    assert ajeno.status_code == 404


async def test_a_refused_file_is_answered_as_err_to_whoever_asks_for_text(suite: Suite) -> None:
    respuesta = await suite.ips().http.post(
        RADICACIONES,
        data={"solicitud": json.dumps(sobre())},
        files={"archivo": ("camas.csv", b"periodo,servicio\r\n2021-02,UCI\r\n")},
        headers={"Accept": "text/plain"},
    )
    assert respuesta.status_code == 422
    assert respuesta.headers["content-type"].startswith("text/plain")
    codigo, titulo, detalle = respuesta.text.removesuffix("\r\n").split("|")
    assert (codigo, titulo) == ("archivo.falta_columna", "Faltan columnas obligatorias")
    assert "nit" in detalle


async def test_the_summary_adds_up_what_is_current(suite: Suite, mixta: dict[str, Any]) -> None:
    resumen = await suite.ips().ver(f"{V1}/resumen")
    estados = {e["estado"]: e for e in resumen["por_estado"]}
    # Rows 1 and 2 of the mixed one and 25 February: 8, 6 and 1 beds.
    assert estados["RECONOCIDO"]["valor"] == "6847230.00"
    assert resumen["por_causal"]["ANT-11"] == mixta["resumen"]["por_causal"]["ANT-11"]


# --- what is asked ------------------------------------------------------------------------------


async def test_the_template_comes_back_as_it_was_filled(suite: Suite) -> None:
    ips = suite.ips()
    descarga = await ips.http.get(f"{V1}/plantilla.xlsx")
    assert "plantilla-anticipo-uci.xlsx" in descarga.headers["content-disposition"]
    libro = openpyxl.load_workbook(io.BytesIO(descarga.content))
    hoja = libro["Datos"]
    assert tuple(c.value for c in hoja[1]) == COLUMNAS
    hoja.delete_rows(2)
    for dia in (14, 15):
        hoja.append([*un_dia(dia).values()])
    hoja["G3"] = date(2021, 2, 15)  # a date cell is a date too
    memoria = io.BytesIO()
    libro.save(memoria)
    vista = await ips.resolver(memoria.getvalue(), nombre="plantilla.xlsx")
    assert (vista["total"], vista["lectura"]["con_error_de_forma"]) == (2, 0)
    assert vista["resumen"]["por_estado"] == {"LIQUIDADO": 2}


async def test_schema_rules_and_windows_are_there_to_be_read(suite: Suite) -> None:
    ips = suite.ips()
    esquema = await ips.ver(f"{V1}/esquema")
    assert tuple(c["nombre"] for c in esquema["columnas"]) == COLUMNAS
    assert all(c["como_se_escribe"] and c["descripcion"] for c in esquema["columnas"])
    assert esquema["registros_obligatorios"] == [
        "reps_prestadores",
        "reps_sedes",
        "reps_capacidad",
    ]
    reglas = await ips.ver(f"{V1}/reglas")
    assert [r["codigo"] for r in reglas["reglas"]] == [f"ANT-{n:02d}" for n in range(21)]
    assert all(r["fuente"] and r["certeza"] for r in reglas["reglas"])
    pagina = await ips.http.get(f"{V1}/reglas.html")
    assert pagina.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in pagina.headers["content-security-policy"]
    assert '<html lang="es">' in pagina.text
    assert all(f"{r['codigo']} · {r['titulo']}</h3>" in pagina.text for r in reglas["reglas"])
    assert reglas["huella"] == (await ips.ver(RADICACIONES))["datos"][-1]["resumen"]["huella"]
    abierta = await ips.ver(f"{V1}/ventanas/2021-02")
    assert (abierta["abierta"], abierta["desde"][:10], abierta["hasta"][:10]) == (
        True,
        "2021-03-01",
        "2021-03-12",
    )
    assert not (await ips.ver(f"{V1}/ventanas/2021-03"))["abierta"]
    for mala in ("febrero", "0000-01", "9999-12"):
        respuesta = await ips.http.get(f"{V1}/ventanas/{mala}")
        assert (respuesta.status_code, respuesta.json()["codigo"]) == (422, "entrada.invalida")


# --- trying and waiting -------------------------------------------------------------------------

_TABLAS = ("radicacion", "registro", "evaluacion", "recepcion", "pgqueuer", "bandeja_salida")


async def todo(suite: Suite) -> tuple[list[dict[str, Any]], set[str], set[str], set[str]]:
    """Rows of every table that a submission writes, and the names of its files."""
    cuentas = ", ".join(f"(SELECT count(*) FROM {t}) AS {t}" for t in _TABLAS)
    filas = await suite.consultar(f"SELECT {cuentas}")
    return filas, suite.crudos(), suite.carpetas(), suite.temporales()


async def test_a_dry_run_tells_the_outcome_and_keeps_nothing(suite: Suite) -> None:
    ips = suite.ips()
    antes = await todo(suite)
    respuesta = await ips.radicar([un_dia(3), un_dia(18), un_dia(28, 99)], simular=True)
    assert respuesta.status_code == 200
    dado = respuesta.json()
    assert dado["simulacion"] is True
    assert "nada se ha radicado" in dado["mensaje"]
    # 3 February is already recognised to this NIT; the last one has room for one of eleven beds.
    assert dado["resumen"]["por_estado"] == {"LIQUIDADO": 2, "NO_RECONOCIDO": 1}
    assert dado["resumen"]["por_causal"]["ANT-16"] == 1
    assert {h["codigo"] for h in dado["hallazgos"]} >= {"ANT-12", "ANT-16"}
    assert await todo(suite) == antes

    sin_firma = await ips.radicar([un_dia(18)], pdf=None, simular=True)
    assert sin_firma.json()["resumen"]["por_causal"] == {"ANT-09": 1}
    filas = json.dumps({"solicitud": sobre(), "filas": [un_dia(18)]})
    en_json = await ips.http.post(
        f"{RADICACIONES}?simular=true",
        content=filas,
        headers={"Content-Type": "application/json"},
    )
    assert en_json.status_code == 200
    # What cannot be read is refused as it would be, and leaves no trace either.
    for malo in (b"", PDF, a_csv([un_dia(1, nit="900100202")])):
        assert (await ips.radicar(malo, simular=True)).status_code == 422
    assert (await ips.radicar([un_dia(1)], "{", simular=True)).status_code == 422
    assert await todo(suite) == antes


async def test_whoever_can_wait_gets_the_result_at_once(suite: Suite) -> None:
    async def trabajar() -> None:
        """A worker that takes the job a moment later."""
        for _ in range(400):
            cola = await suite.consultar(
                "SELECT id FROM radicacion WHERE clave_idempotencia = 'espera'"
            )
            if cola:
                return await suite.procesar(str(cola[0]["id"]))
            await asyncio.sleep(0.05)
        return None

    respuesta, _ = await asyncio.gather(
        suite.ips().radicar([un_dia(19)], clave="espera", prefer="wait=20"),
        trabajar(),
    )
    assert (respuesta.status_code, respuesta.json()["estado"]) == (200, "PROCESADA")
    assert respuesta.headers["location"] == f"{RADICACIONES}/{respuesta.json()['id']}"

    # Nobody works on this one: after a second it answers what there is.
    respuesta = await suite.ips().radicar([un_dia(20)], sobre(NIT), clave="nadie", prefer="wait=1")
    assert (respuesta.status_code, respuesta.json()["estado"]) == (202, "EN_COLA")
