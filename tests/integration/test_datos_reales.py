"""The real REPS extracts, with their real defects (``MECANISMOS_DATOS_REALES``)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from shared.registros import Carga, FuenteRegistro, abrir_carpeta, cargar_archivo
from shared.registros.errors import FaltanColumnas

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
