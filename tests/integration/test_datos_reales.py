"""The real extracts, with their real defects (``MECANISMOS_DATOS_REALES``).

REPS is read as one folder, as an evaluation does; the lists, one at a time. What is not a
register (counts of affiliates, population, anonymous cases, holidays) is refused.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from shared.normativa import tablas
from shared.registros import REGISTROS, Carga, FuenteRegistro, abrir_carpeta, cargar_archivo
from shared.registros.errors import FaltanColumnas, FormatoDesconocido
from shared.registros.model import plegar
from shared.registros.pagina import pagina_calidad

LISTAS: list[tuple[str, str, int, dict[str, int]]] = [
    ("reps_capacidad_grupo", "reps_capacidad_por_grupo_suroccidente_2023-06.csv", 1702, {}),
    ("divipola", "divipola_municipios.csv", 1121, {}),
    ("divipola", "ths310covi_municipios.csv", 1123, {}),
    ("ths310covi_perfiles", "ths310covi_perfiles.csv", 219, {"nombre_repetido": 1}),
    ("ths310covi_cargos", "ths310covi_cargos.csv", 143, {"nombre_repetido": 1}),
    ("ths310covi_servicios", "ths310covi_servicios.csv", 154, {"nombre_repetido": 16}),
    ("ths310covi_entidades", "ths310covi_entidades_nit.csv", 62, {"una_fila_por_sede": 37}),
]
AJENOS = [
    "afiliados_departamento_regimen_2022-04.csv",
    "afiliados_municipio_regimen_2022-04_muestra.csv",
    "dane_poblacion_departamento_edad_sexo_2020.csv",
    "dane_poblacion_municipio_edad_sexo_2020.csv",
    "festivos_colombia_2019_2023.csv",
    "ins_casos_covid19_corte_2020-03-29.csv",
    "ins_casos_covid19_corte_2020-06-11.csv",
    "ins_casos_covid19_formato_2020-09.csv",
    "minsalud_camas_diarias_departamento_muestra.csv",
    "minsalud_camas_diarias_municipio_muestra.csv",
]
ARCHIVOS = {
    "reps_prestadores": "reps_prestadores_suroccidente_2023-06.csv",
    "reps_sedes": "reps_sedes_suroccidente_2023-06.csv",
    "reps_servicios": "reps_servicios_suroccidente_2023-06.csv",
    "reps_capacidad": "reps_capacidad_instalada_2022-11_muestra.csv",
}
Con = duckdb.DuckDBPyConnection
Fuentes = dict[str, FuenteRegistro]
SERVIUCIS = "050450767202"


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as conexion:
        yield conexion


@pytest.fixture(scope="module")
def fuentes(
    con: duckdb.DuckDBPyConnection, datos_reales: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, FuenteRegistro]:
    carpeta = tmp_path_factory.mktemp("reales")
    for registro, archivo in ARCHIVOS.items():
        shutil.copy(datos_reales / archivo, carpeta / f"{registro}.csv")
    return abrir_carpeta(con, carpeta, list(ARCHIVOS), trabajo=carpeta / "trabajo")


@pytest.fixture(scope="module")
def cargas(fuentes: dict[str, FuenteRegistro]) -> dict[str, Carga]:
    return {nombre: fuente.cargas[0] for nombre, fuente in fuentes.items()}


def test_cuentas(cargas: dict[str, Carga]) -> None:
    assert {n: (c.filas_leidas, c.filas, c.rechazadas) for n, c in cargas.items()} == {
        "reps_prestadores": (2125, 2125, 0),
        "reps_sedes": (1809, 1809, 0),
        "reps_servicios": (3458, 3458, 0),
        "reps_capacidad": (150, 150, 0),
    }
    assert {d.registro: d.filas for d in cargas["reps_capacidad"].derivadas} == {
        "reps_prestadores": 40,
        "reps_sedes": 46,
    }


def test_defectos(cargas: dict[str, Carga]) -> None:
    for registro in ("reps_prestadores", "reps_sedes", "reps_capacidad"):
        assert cargas[registro].calidad["comprobaciones"]["dv_errado"] == 0
        assert cargas[registro].calidad["informativas_ilegibles"] == {}
    assert cargas["reps_prestadores"].calidad["nulos"].get("dv") is None
    assert cargas["reps_sedes"].calidad["ceros_repuestos"] == {"numero_sede": 1325}
    assert cargas["reps_servicios"].calidad["ceros_repuestos"] == {"numero_sede": 3035}
    capacidad = cargas["reps_capacidad"].calidad
    assert capacidad["ceros_repuestos"] == {"codigo_habilitacion": 80, "hab_prestador": 80}
    assert capacidad["filas_iguales"] == 5  # six equal ambulances
    assert capacidad["columnas_no_usadas"] == ["Fuente"]


def test_camas_uci_e_intermedio(
    con: duckdb.DuckDBPyConnection, fuentes: dict[str, FuenteRegistro]
) -> None:
    camas = fuentes["reps_capacidad"].relacion(con).filter("servicio IS NOT NULL")
    assert sorted(camas.select("hab_sede, servicio, poblacion, cantidad").fetchall()) == [
        (SERVIUCIS, "INTERMEDIO", "ADULTO", 4),
        (SERVIUCIS, "UCI", "ADULTO", 8),
        ("050451319701", "INTERMEDIO", "ADULTO", 3),
        ("050451319701", "INTERMEDIO", "NEONATAL", 2),
        ("050451319701", "UCI", "ADULTO", 10),
        ("050451319701", "UCI", "NEONATAL", 5),
        ("910010001901", "INTERMEDIO", "ADULTO", 18),
        ("910010001901", "INTERMEDIO", "PEDIATRICO", 1),
        ("910010001901", "INTERMEDIO", "PEDIATRICO", 2),
        ("910010006901", "INTERMEDIO", "ADULTO", 5),
    ]


def test_la_capacidad_trae_sus_prestadores_y_sedes(
    con: duckdb.DuckDBPyConnection, fuentes: dict[str, FuenteRegistro]
) -> None:
    prestadores = fuentes["reps_prestadores"].relacion(con)
    assert len(prestadores.fetchall()) == 2125 + 40
    uraba = prestadores.filter("hab_prestador = '0504513197'")
    assert uraba.select("nit, dv, es_ips, habilitado, fecha_corte").fetchall() == [
        ("900390423", "9", True, True, date(2022, 11, 5))
    ]
    sedes = fuentes["reps_sedes"].relacion(con)
    assert len(sedes.fetchall()) == 1809 + 46
    serviucis = sedes.filter(f"hab_sede = '{SERVIUCIS}'")
    assert serviucis.select("hab_prestador, nit, codigo_municipio").fetchall() == [
        ("0561507672", "811042050", "05045")  # its prestador is of Rionegro, 05615
    ]


def test_fechas_y_faltantes(
    con: duckdb.DuckDBPyConnection, fuentes: dict[str, FuenteRegistro]
) -> None:
    prestadores = fuentes["reps_prestadores"].relacion(con)
    fila = prestadores.filter("hab_prestador = '1910000114'")
    columnas = "nit, dv, ese, nivel, fecha_radicacion, fecha_vencimiento, fecha_corte, es_ips"
    assert fila.select(columnas).fetchall() == [
        ("900145767", "8", True, 1, date(2007, 6, 7), date(2024, 4, 30), date(2023, 6, 19), True)
    ]
    clases = prestadores.filter("fecha_corte = DATE '2023-06-19'").aggregate("es_ips, count(*)")
    assert sorted(clases.fetchall()) == [(False, 434), (True, 1691)]


def test_ningun_huerfano_entre_los_extractos(
    con: duckdb.DuckDBPyConnection, fuentes: dict[str, FuenteRegistro]
) -> None:
    sin_prestador = (
        fuentes["reps_sedes"]
        .relacion(con)
        .join(fuentes["reps_prestadores"].relacion(con), "hab_prestador", how="anti")
    )
    sin_sede = (
        fuentes["reps_servicios"]
        .relacion(con)
        .join(fuentes["reps_sedes"].relacion(con), "hab_sede", how="anti")
    )
    assert sin_prestador.fetchall() == []
    assert sin_sede.fetchall() == []


def test_el_reporte_publico_de_camas_no_trae_la_sede(datos_reales: Path, tmp_path: Path) -> None:
    with pytest.raises(FaltanColumnas, match="hab_sede"):
        cargar_archivo(
            "reps_ocupacion_diaria",
            datos_reales / "minsalud_camas_diarias_municipio_muestra.csv",
            tmp_path,
        )


# --- lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lista", LISTAS, ids=lambda lista: lista[1])
def test_las_listas_se_cargan_enteras(
    datos_reales: Path, tmp_path: Path, lista: tuple[str, str, int, dict[str, int]]
) -> None:
    registro, archivo, filas, repetidas = lista
    carga = cargar_archivo(registro, datos_reales / archivo, tmp_path)
    assert (carga.filas, carga.rechazadas) == (filas, 0)
    assert carga.calidad["repeticiones"] == repetidas
    assert not any(carga.calidad["comprobaciones"].values())
    assert carga.calidad["informativas_ilegibles"] == {}


def test_divipola_sin_ceros(datos_reales: Path, tmp_path: Path) -> None:
    carga = cargar_archivo("divipola", datos_reales / "divipola_municipios.csv", tmp_path)
    assert carga.calidad["ceros_repuestos"] == {"codigo_departamento": 148, "codigo_municipio": 148}
    with duckdb.connect() as con:
        medellin = con.execute(
            "SELECT codigo_municipio, nombre, codigo_departamento, departamento, tipo "
            f"FROM read_parquet('{carga.ruta}') WHERE codigo_municipio = '05001'"
        ).fetchall()
    assert medellin == [("05001", "MEDELLÍN", "05", "ANTIOQUIA", "Municipio")]


@pytest.mark.parametrize("archivo", AJENOS)
def test_lo_que_no_es_un_registro_se_rechaza(
    datos_reales: Path, tmp_path: Path, archivo: str
) -> None:
    """No register takes counts, population or anonymous cases for its own rows."""
    for registro in REGISTROS:
        with pytest.raises((FaltanColumnas, FormatoDesconocido)):
            cargar_archivo(registro, datos_reales / archivo, tmp_path)


def test_la_pagina_de_calidad_de_un_extracto_real(datos_reales: Path, tmp_path: Path) -> None:
    archivo = datos_reales / ARCHIVOS["reps_capacidad"]
    cargar_archivo("reps_capacidad", archivo, tmp_path)
    informe = json.loads((tmp_path / "reps_capacidad.calidad.json").read_text("utf-8"))
    pagina = pagina_calidad(informe)
    for dice in (
        "Leídas y guardadas: **150 filas**.",
        "| iguales a otra | 5 |",
        "| `hab_prestador` | cero inicial repuesto | 80 |",
        "- `reps_sedes`: 46 filas",
        "- Columnas del archivo que no se usan: `Fuente`",
    ):
        assert dice in pagina


# --- tables shipped with the suite against those of third parties -----------------------------


def _signos(texto: str) -> str:
    """The text without accents, case, signs nor repeated blanks."""
    return plegar(texto).replace("_", " ")


def _de_la_suite(tabla: str, codigo: str, nombre: str) -> dict[str, str]:
    return {f[codigo]: _signos(f[nombre]) for f in tablas.leer(tabla)}


def _de_terceros(ruta: Path, codigo: str, nombre: str) -> dict[str, str]:
    with ruta.open(encoding="utf-8", newline="") as archivo:
        return {f[codigo]: _signos(f[nombre]) for f in csv.DictReader(archivo)}


def test_municipios_de_la_suite(datos_reales: Path) -> None:
    propios = _de_la_suite("divipola_municipios", "codigo_municipio", "nombre")
    dane = {
        codigo.zfill(5): nombre
        for codigo, nombre in _de_terceros(
            datos_reales / "divipola_municipios.csv", "Código MUN. ", "Municipio"
        ).items()
    }
    ths = _de_terceros(datos_reales / "ths310covi_municipios.csv", "value", "text")
    assert {c: n for c, n in propios.items() if c in dane} == dane
    assert {c: n for c, n in propios.items() if c not in dane} == {
        "27086": ths["27086"],
        "94663": ths["94663"],
    }
    assert set(propios) == set(ths)
    departamentos = {f["codigo"] for f in tablas.leer("divipola_departamentos")}
    assert {c[:2] for c in propios} == departamentos


@pytest.mark.parametrize(
    ("tabla", "codigo", "nombre", "archivo"),
    [
        ("ths_perfiles_rethus", "codigo_perfil", "profesion", "ths310covi_perfiles.csv"),
        ("ths_servicios", "codigo_servicio", "nombre", "ths310covi_servicios.csv"),
    ],
)
def test_listas_de_ths_de_la_suite(
    datos_reales: Path, tabla: str, codigo: str, nombre: str, archivo: str
) -> None:
    assert _de_la_suite(tabla, codigo, nombre) == _de_terceros(
        datos_reales / archivo, "value", "text"
    )
