"""Pages and templates: generated from the declarations, up to date, and readable."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from shared.normativa import tablas
from shared.registros import REGISTROS, cargar_archivo
from shared.registros.model import EsquemaRegistro
from shared.registros.pagina import pagina_calidad, pagina_registro
from shared.registros.pagina.html import a_html
from shared.registros.pagina.texto import porcentaje
from shared.registros.plantilla import plantilla_csv
from tests.registros.paginas import CARPETA, TABLAS, paginas

ORDEN = "python -m tests.registros"
CADA_REGISTRO = pytest.mark.parametrize("esquema", list(REGISTROS.values()), ids=lambda e: e.nombre)


@pytest.mark.parametrize("ruta", paginas(), ids=lambda ruta: ruta.name)
def test_la_pagina_guardada_esta_al_dia(ruta: Path) -> None:
    guardada = ruta.read_text(encoding="utf-8") if ruta.exists() else ""
    assert guardada == paginas()[ruta], f"{ruta.name} no está al día: ejecute «{ORDEN}»"


def test_no_queda_la_pagina_de_un_registro_que_ya_no_esta() -> None:
    assert set(CARPETA.glob("*.md")) == set(paginas())


def test_cada_tabla_de_la_suite_dice_su_fuente() -> None:
    assert set(TABLAS) == {r.stem for r in tablas.CARPETA.glob("*.csv")}


@CADA_REGISTRO
def test_la_pagina_nombra_cada_columna_y_cada_defecto(esquema: EsquemaRegistro) -> None:
    pagina = pagina_registro(esquema)
    for columna in esquema.columnas:
        assert f"| `{columna.nombre}` |" in pagina
    for defecto in esquema.defectos:
        assert f"- {defecto}\n" in pagina
    assert f"certeza {esquema.fuente.certeza}" in pagina
    assert f"mecanismos corte cargar {esquema.nombre} " in pagina


@CADA_REGISTRO
def test_la_plantilla_se_carga_sin_un_aviso(esquema: EsquemaRegistro, tmp_path: Path) -> None:
    texto = plantilla_csv(esquema)
    encabezado, ejemplo = csv.reader(io.StringIO(texto))
    assert encabezado == [c.nombre for c in esquema.leidas]
    assert len(ejemplo) == len(encabezado)
    ruta = tmp_path / f"{esquema.nombre}.csv"
    ruta.write_text(texto, encoding="utf-8")
    carga = cargar_archivo(esquema, ruta, tmp_path / "salida")
    assert (carga.filas, carga.rechazadas, carga.avisos) == (1, 0, ())


# --- quality of a load -----------------------------------------------------------------------


@pytest.fixture
def pagina(tmp_path: Path) -> str:
    ruta = tmp_path / "segcovid.csv"
    ruta.write_text(
        "id_caso,tipo_registro,tipo_documento,numero_documento,clasificacion,fecha_confirmacion,"
        "otra\n"
        "C1,CASO,CC,1020304050,CONFIRMADO,1900-00-00,x\n"
        "C2,CASO,Cédula de ciudadanía,1.020.304.051,CONFIRMADO,2020-08-11,x\n"
        "C3,CASO,CC,9876543210,CONFIRMADO,2020-02-31,x\n"
        "C4,OTRO,CC,9876543211,CONFIRMADO,2020-02-31,x\n",
        encoding="utf-8",
    )
    cargar_archivo("segcovid", ruta, tmp_path / "salida")
    informe = json.loads((tmp_path / "salida/segcovid.calidad.json").read_text("utf-8"))
    informe["calidad"]["huerfanos"] = {"afl_id sin bdua": 1234}
    informe |= {"fecha_corte": "2020-09-01", "estado": "VIGENTE"}
    return pagina_calidad(informe)


@pytest.mark.parametrize(
    "dice",
    [
        "# Calidad de la carga: SEGCOVID: seguimiento de casos y contactos",
        "De **4 filas** leídas, **2** (50,0 %) están en cuarentena.",
        "| fecha_confirmacion: no es una fecha que exista en un formato admitido; "
        "use AAAA-MM-DD | 2 | 3, 4 |",
        "| tipo_registro: debe ser uno de: CASO, CONTACTO | 1 | 4 |",
        "| `fecha_confirmacion` | fecha que significa «sin fecha» | 1 |",
        "| `tipo_documento` | otra escritura, traducida | 1 |",
        "| `numero_documento` | puntos, blancos o ceros quitados | 1 |",
        "| caso confirmado sin fecha de confirmación | 1 |",
        "| afl_id sin bdua | 1.234 |",
        "| `fecha_confirmacion` | 1 | 50,0 % |",
        "- Columnas del archivo que no se usan: `otra`",
        "- Fecha del corte: `2020-09-01`",
        "- Estado del corte: `VIGENTE`",
    ],
)
def test_la_pagina_de_calidad_dice(pagina: str, dice: str) -> None:
    assert dice in pagina


def test_la_pagina_de_calidad_no_muestra_lo_que_traen_las_filas(pagina: str) -> None:
    for personal in ("9876543210", "9876543211", "1020304050", "2020-02-31"):
        assert personal not in pagina


def test_una_carga_limpia_se_dice_en_una_linea(tmp_path: Path) -> None:
    cargar_archivo("bdex", Path("dominio/casos/pruebas/bdex.csv"), tmp_path)
    informe = json.loads((tmp_path / "bdex.calidad.json").read_text("utf-8"))
    pagina = pagina_calidad(informe)
    assert "Leídas y guardadas: **1 fila**. Ninguna fue a cuarentena." in pagina
    assert "## Filas en cuarentena" not in pagina


def test_la_pagina_de_lo_que_otro_registro_trajo() -> None:
    """A derived corte has fewer counts: its page says where its rows come from."""
    pagina = pagina_calidad(
        {
            "registro": "reps_sedes",
            "sha256_fuente": "0" * 64,
            "filas_leidas": 46,
            "filas": 46,
            "filas_rechazadas": 0,
            "calidad": {
                "derivado_de": "reps_capacidad",
                "nota": "se toman como IPS",
                "nulos": {"fecha_cierre": 46},
                "comprobaciones": {"dv_errado": 0},
            },
        }
    )
    assert "- Filas tomadas de `reps_capacidad`: se toman como IPS" in pagina
    assert "| `fecha_cierre` | 46 | 100,0 % |" in pagina


def test_html(pagina: str) -> None:
    html = a_html(pagina + "\n\n<script>alert(1)</script>\n", "Calidad <b>")
    assert html.startswith('<!doctype html>\n<html lang="es">')
    assert "<title>Calidad &lt;b&gt;</title>" in html
    assert "<td>fecha que significa «sin fecha»</td>" in html
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("parte", "total", "texto"),
    [
        (0, 0, "—"),
        (0, 10, "0,0 %"),
        (1, 3, "33,3 %"),
        (10, 10, "100,0 %"),
        (1, 1_000_000, "menos de 0,1 %"),
        (999_999, 1_000_000, "más de 99,9 %"),
    ],
)
def test_porcentajes(parte: int, total: int, texto: str) -> None:
    assert porcentaje(parte, total) == texto
