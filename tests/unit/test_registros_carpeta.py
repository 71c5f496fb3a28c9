"""A folder of files, or stored Parquets, as one typed relation per register."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pytest

from services.anticipo_uci.mecanismo import MECANISMO
from shared.normativa import tablas
from shared.radicacion.historia import esquema_historia
from shared.registros import (
    REGISTROS,
    Corte,
    EstadoCorte,
    FuenteRegistro,
    abrir_carpeta,
    abrir_cortes,
    cargar_archivo,
    esquema_vacio,
)
from shared.registros.errors import ArchivoIlegible, FaltanRegistros
from shared.registros.store import guardar

OBLIGATORIOS = ("reps_prestadores", "reps_sedes", "reps_capacidad")
OPCIONALES = ("reps_servicios", "reps_ocupacion_diaria", "reps_transitorias")
HISTORIA = esquema_historia(MECANISMO)
"""A register that the catalogue does not have: its mechanism brings the declaration."""
CASOS = Path("dominio/casos/anticipo_uci")
MUESTRA = Path("dominio/muestra")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as conexion:
        yield conexion


def leer(fuente: FuenteRegistro, columnas: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as otra:
        return fuente.relacion(otra).select(columnas).fetchall()


def test_casos_de_aceptacion(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    fuentes = abrir_carpeta(con, CASOS, OBLIGATORIOS, (*OPCIONALES, HISTORIA), trabajo=tmp_path)
    cuentas = {n: len(leer(f, "1")) for n, f in fuentes.items()}
    assert cuentas == {
        "reps_prestadores": 3,
        "reps_sedes": 4,
        "reps_capacidad": 16,
        "reps_servicios": 8,
        "reps_ocupacion_diaria": 35,
        "reps_transitorias": 4,
        "historia": 2,
    }
    assert all(f.presente and len(f.sha256) == 1 for f in fuentes.values())
    for nombre, fuente in fuentes.items():
        esquema = REGISTROS.get(nombre, HISTORIA)
        assert tuple(fuente.relacion(con).columns) == esquema.nombres
        assert fuente.relacion(con).types == esquema_vacio(con, esquema).types


def test_faltan_todos_a_la_vez(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "reps_capacidad.csv").write_text(
        "hab_sede,grupo,nombre_capacidad,cantidad\n050010010101,CAMAS,Adultos,1\n"
    )
    for nombres, faltan in (
        (OBLIGATORIOS, ["reps_prestadores", "reps_sedes"]),
        (("reps_sedes", HISTORIA), ["reps_sedes", "historia"]),
    ):
        with pytest.raises(FaltanRegistros) as rechazo:
            abrir_carpeta(con, tmp_path, nombres, ("reps_capacidad",), trabajo=tmp_path / "t")
        assert rechazo.value.extra["faltan"] == faltan
        assert all(n in rechazo.value.detalle for n in faltan)


def test_opcional_ausente_es_vacio_y_tipado(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for nombre in OBLIGATORIOS:
        shutil.copy(CASOS / f"{nombre}.csv", tmp_path / f"{nombre.upper()}.TXT")
    fuentes = abrir_carpeta(con, tmp_path, OBLIGATORIOS, OPCIONALES, trabajo=tmp_path / "t")
    assert fuentes["reps_sedes"].presente
    ausente = fuentes["reps_transitorias"]
    assert not ausente.presente
    assert ausente.relacion(con).fetchall() == []
    assert tuple(ausente.relacion(con).columns) == REGISTROS["reps_transitorias"].nombres


def test_dos_archivos_para_un_registro(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for extension in ("csv", "txt"):
        shutil.copy(CASOS / "reps_sedes.csv", tmp_path / f"reps_sedes.{extension}")
    with pytest.raises(ArchivoIlegible, match=r"reps_sedes\.csv, reps_sedes\.txt"):
        abrir_carpeta(con, tmp_path, ["reps_sedes"], trabajo=tmp_path / "t")
    with pytest.raises(ArchivoIlegible, match="No existe la carpeta"):
        abrir_carpeta(con, tmp_path / "nada", ["reps_sedes"], trabajo=tmp_path / "t")


def test_parquet_canonico_se_lee_sin_rehacerlo(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    carga = cargar_archivo("reps_sedes", CASOS / "reps_sedes.csv", tmp_path / "carga")
    carpeta = tmp_path / "carpeta"
    carpeta.mkdir()
    shutil.copy(carga.ruta, carpeta / "reps_sedes.parquet")
    fuente = abrir_carpeta(con, carpeta, ["reps_sedes"], trabajo=tmp_path / "t")["reps_sedes"]
    assert fuente.rutas == (carpeta / "reps_sedes.parquet",)
    assert fuente.sha256 == (carga.sha256,)
    assert fuente.cargas == ()


def test_la_muestra_trae_sus_defectos(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    fuentes = abrir_carpeta(con, MUESTRA, OBLIGATORIOS, OPCIONALES, trabajo=tmp_path)
    cargas = {n: f.cargas[0] for n, f in fuentes.items() if f.cargas}
    assert {n: (c.filas, c.rechazadas) for n, c in cargas.items()} == {
        "reps_prestadores": (6, 1),
        "reps_sedes": (6, 0),
        "reps_capacidad": (17, 0),
        "reps_servicios": (10, 1),
        "reps_ocupacion_diaria": (580, 0),
        "reps_transitorias": (4, 0),
    }
    assert cargas["reps_prestadores"].calidad["codificacion"] == "cp1252"
    assert cargas["reps_prestadores"].calidad["fin_de_linea"] == "CR"
    assert cargas["reps_prestadores"].calidad["delimitador"] == "barra"
    assert cargas["reps_capacidad"].calidad["ceros_repuestos"]["hab_prestador"] == 11
    assert cargas["reps_ocupacion_diaria"].calidad["comprobaciones"] == {"total_no_cuadra": 0}
    camas = fuentes["reps_capacidad"].relacion(con).filter("servicio IS NOT NULL")
    assert len(camas.fetchall()) == 10
    assert len(camas.select("hab_sede").distinct().fetchall()) == 4
    # The capacity brings the same prestadores and sedes at the same date: none twice.
    assert sorted(leer(fuentes["reps_prestadores"], "hab_prestador")) == [
        ("0500199901",), ("0504513197",), ("0561507672",),
        ("9100100019",), ("9100100069",), ("9100199902",),
    ]  # fmt: skip


def _capacidad_abierta(carpeta: Path) -> None:
    (carpeta / "reps_capacidad.csv").write_text(
        "Código prestador,Nombre prestador,nit IPS ,Código sede,Número sede,nom grupo capacidad ,"
        "nom descripcion capacidad ,num cantidad capacidad instalada,Fecha Corte\n"
        'A,"UNO","900,100,101",504507672,02,CAMAS,Intensiva Adultos,8,Nov  5 2022  1:37PM\n'
        '561507672,"UNO","900,100,101",504507672,02,CAMAS,Intensiva Adultos,8,'
        "Nov  5 2022  1:37PM\n",
        encoding="utf-8",
    )


def test_la_capacidad_abierta_trae_prestadores_y_sedes(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    _capacidad_abierta(tmp_path)
    fuentes = abrir_carpeta(con, tmp_path, OBLIGATORIOS, trabajo=tmp_path / "t")
    assert fuentes["reps_capacidad"].cargas[0].rechazadas == 1
    columnas = "hab_prestador, nit, es_ips, fecha_corte"
    assert leer(fuentes["reps_prestadores"], columnas) == [
        ("0561507672", "900100101", True, date(2022, 11, 5))
    ]
    assert leer(fuentes["reps_sedes"], "hab_sede, hab_prestador, habilitado") == [
        ("050450767202", "0561507672", True)
    ]
    derivada = fuentes["reps_sedes"].cargas[0]
    assert derivada.calidad["certeza"] == "DISENO"


def test_lo_derivado_cede_ante_el_extracto_propio(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Same key: the own extract. Without dates in it, the register is one corte without date."""
    _capacidad_abierta(tmp_path)
    (tmp_path / "reps_sedes.csv").write_text(
        "hab_sede,nombre,nit\n050450767202,PROPIA,900100101\n050010010101,OTRA,900100101\n"
    )
    fuentes = abrir_carpeta(con, tmp_path, OBLIGATORIOS, trabajo=tmp_path / "t")
    assert sorted(leer(fuentes["reps_sedes"], "hab_sede, nombre, fecha_corte")) == [
        ("050010010101", "OTRA", None),
        ("050450767202", "PROPIA", None),
    ]


def _corte(datos: Path, contenido: str, registro: str, dia_carga: int) -> Corte:
    archivo = datos / "archivo.csv"
    archivo.write_text(contenido)
    dia = date(2021, 2, 28)
    carga = guardar(cargar_archivo(registro, archivo, datos / "carga"), datos, dia)
    return Corte(
        id=uuid4(),
        registro=registro,
        fecha_corte=dia,
        archivo=archivo.name,
        sha256_fuente=carga.sha256_fuente,
        sha256=carga.sha256,
        filas=carga.filas,
        filas_rechazadas=carga.rechazadas,
        calidad=carga.calidad,
        estado=EstadoCorte.VIGENTE,
        motivo=None,
        derivado_de=None,
        cargado_por="operador",
        created_at=datetime(2021, 3, dia_carga, tzinfo=UTC),
    )


def test_un_corte_cambia_unas_filas_de_la_tabla_y_deja_las_demas(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """A resolution that fixes one value of 2022 says nothing of those of 2020."""
    corte = _corte(
        tmp_path,
        "tipo_prueba,cups,desde,hasta,componente,valor_cop\n"
        "ANTIGENO,906340,2022-07-01,,TOTAL,90000\n",
        "pruebas_tarifas",
        1,
    )
    fuente = abrir_cortes(con, {"pruebas_tarifas": [corte]}, datos=tmp_path)["pruebas_tarifas"]
    nuevos = [f for f in leer(fuente, "cups, desde, valor_cop") if f[1] == date(2022, 7, 1)]
    assert sorted(nuevos, key=str) == [
        ("906270", date(2022, 7, 1), None),
        ("906271", date(2022, 7, 1), None),
        ("906340", date(2022, 7, 1), 90_000),
        ("908856", date(2022, 7, 1), None),
    ]
    assert len(leer(fuente, "cups")) == len(tablas.leer("pruebas_tarifas"))


def test_varios_cortes_se_unen_y_el_ultimo_gana_su_clave(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    encabezado = "hab_sede,servicio,poblacion,tipo,acto,camas,fecha_inicio,estado\n"
    fila = "050010010101,UCI,ADULTO,AUTORIZACION,Acto {acto},{camas},2021-02-01,{estado}\n"
    vieja = fila.format(acto=1, camas=4, estado="VIGENTE") + fila.format(
        acto=2, camas=5, estado="VIGENTE"
    )
    nueva = fila.format(acto=1, camas=4, estado="REVOCADA")
    cortes = [
        _corte(tmp_path, encabezado + filas, "reps_transitorias", dia)
        for dia, filas in ((1, vieja), (2, nueva))
    ]
    fuentes = abrir_cortes(con, {"reps_transitorias": cortes, "reps_sedes": []}, datos=tmp_path)
    assert sorted(leer(fuentes["reps_transitorias"], "acto, camas, estado")) == [
        ("Acto 1", 4, "REVOCADA"),
        ("Acto 2", 5, "VIGENTE"),
    ]
    assert fuentes["reps_transitorias"].sha256 == tuple(c.sha256_fuente for c in cortes[::-1])
    assert not fuentes["reps_sedes"].presente


def test_un_corte_viejo_sin_una_columna_nueva(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    corte = _corte(tmp_path, "hab_sede\n050010010101\n", "reps_sedes", 1)
    ruta = tmp_path / corte.ruta
    con.execute(f"COPY (SELECT '050010010101' AS hab_sede) TO '{ruta}' (FORMAT parquet)").fetchall()
    fuente = abrir_cortes(con, {"reps_sedes": [corte]}, datos=tmp_path)["reps_sedes"]
    assert fuente.relacion(con).types == esquema_vacio(con, "reps_sedes").types
    assert leer(fuente, "hab_sede, habilitado") == [("050010010101", None)]
