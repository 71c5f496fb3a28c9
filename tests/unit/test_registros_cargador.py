"""One file into one register: what is mended, what goes to quarantine, what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.registros import Carga, cargar_archivo
from shared.registros.errors import (
    ArchivoIlegible,
    FaltanColumnas,
    NingunaFilaSirve,
    RegistroEquivocado,
)

CASOS = Path("dominio/casos/anticipo_uci")
SEDES = "hab_prestador,hab_sede,nit,habilitado,fecha_apertura,fecha_cierre,fecha_corte\n"


def cargar(registro: str, contenido: str | bytes, carpeta: Path, **mas: Any) -> Carga:
    ruta = carpeta / "archivo.csv"
    ruta.write_bytes(contenido.encode() if isinstance(contenido, str) else contenido)
    return cargar_archivo(registro, ruta, carpeta / "salida", **mas)


def filas(ruta: Path, columnas: str = "*") -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(f"SELECT {columnas} FROM read_parquet('{ruta}')").fetchall()


def rechazos(carga: Carga) -> list[tuple[Any, ...]]:
    assert carga.rechazos is not None
    return filas(carga.rechazos)


def test_cuarentena_con_todas_las_columnas_malas(tmp_path: Path) -> None:
    carga = cargar(
        "reps_sedes",
        SEDES
        + "0500100101,050010010101,900100101,SI,2007-05-08,,2021-01-31\n"
        + "0500100101,05001001010,900100101,QUIZA,2007-02-30,,2021-01-31\n"
        + "0500100101,,900100101,SI,,,2021-01-31\n"
        + "0500100101,0500100,900100101,SI,,,2021-01-31\n",
        tmp_path,
    )
    assert (carga.filas_leidas, carga.filas, carga.rechazadas) == (4, 1, 3)
    assert rechazos(carga) == [
        (2, "fecha_apertura", "2007-02-30",
         "no es una fecha que exista en un formato admitido; use AAAA-MM-DD"),
        (2, "habilitado", "QUIZA", "debe ser SI o NO"),
        (3, "hab_sede", None, "falta el valor"),
        (4, "hab_sede", "0500100", "debe tener 12 dígitos"),
    ]  # fmt: skip
    calidad = json.loads((tmp_path / "salida/reps_sedes.calidad.json").read_text("utf-8"))
    assert calidad["filas_rechazadas"] == 3
    assert calidad["calidad"]["rechazos_por_motivo"]["hab_sede: falta el valor"] == 1


def test_ceros_sentinelas_y_fecha_del_corte(tmp_path: Path) -> None:
    carga = cargar(
        "reps_sedes",
        "codigo_prestador;codigo_habilitacion;numero_sede;nits_nit;habilitado;fecha_cierre;\n"
        "504513197;504513197;1;900,390,423;SI;1900-01-01;\n"
        "504513197;504513197;2;900390423.0;SI;1900-00-00;\n",
        tmp_path,
        fecha_corte=date(2022, 11, 5),
    )
    assert filas(carga.ruta, "hab_sede, hab_prestador, nit, fecha_cierre, fecha_corte") == [
        ("050451319701", "0504513197", "900390423", None, date(2022, 11, 5)),
        ("050451319702", "0504513197", "900390423", None, date(2022, 11, 5)),
    ]
    assert carga.calidad["ceros_repuestos"] == {
        "codigo_habilitacion": 2,
        "numero_sede": 2,
        "hab_prestador": 2,
    }
    assert carga.calidad["sentinelas"] == {"fecha_cierre": 2}
    assert "A 2 valores de numero_sede se les repuso el cero inicial." in carga.avisos


def test_clave_unica_y_celdas_informativas(tmp_path: Path) -> None:
    carga = cargar(
        "reps_prestadores",
        "hab_prestador,nit,dv,nivel,clase_prestador,fecha_corte\n"
        "0500100101,900100101,1,dos,IPS,2021-01-31\n"
        "0500100101,900100101,2,1,Transporte Especial de Pacientes,2021-01-31\n"
        "0500100101,900100101,7,1,,2021-02-28\n",
        tmp_path,
    )
    assert filas(carga.ruta, "nivel, es_ips, fecha_corte") == [
        (None, True, date(2021, 1, 31)),
        (1, None, date(2021, 2, 28)),
    ]
    assert [r[0::3] for r in rechazos(carga)] == [(2, "repite la clave de la fila 1")]
    assert carga.calidad["informativas_ilegibles"] == {"nivel": 1}
    assert carga.calidad["comprobaciones"]["dv_errado"] == 1


@pytest.mark.parametrize(
    ("codigo", "clase", "es_ips"),
    [
        ("1", "", True),
        ("", "ips", True),
        ("", "Instituciones Prestadoras de Servicios de Salud - IPS", True),
        ("4", "Objeto Social Diferente a la Prestación de Servicios de Salud", False),
        ("3", "", False),
        ("", "", None),
    ],
)
def test_es_ips(tmp_path: Path, codigo: str, clase: str, es_ips: bool | None) -> None:
    carga = cargar(
        "reps_prestadores",
        f"codigo_habilitacion,clpr_codigo,clpr_nombre\n0500100101,{codigo},{clase}\n",
        tmp_path,
    )
    assert filas(carga.ruta, "es_ips") == [(es_ips,)]


def test_camas_del_reporte_diario(tmp_path: Path) -> None:
    carga = cargar(
        "reps_ocupacion_diaria",
        "codigo_habilitacion_sede,numero_sede,fecha_registro,nombre_capacidad_instalada,"
        "cantidad_ci_TOTAL_REPS,ocupacion_ci_no_covid19,ocupacion_ci_sospechoso_covid19,"
        "ocupacion_ci_confirmado_covid19,cantidad_ci_disponibles\n"
        "504507672,2,Jun 25 2020  7:36AM,CAMAS-Intensiva Adultos,8.0,1.0,0.0,2.0,5.0\n"
        "504507672,2,Jun 25 2020  7:36AM,camas-Adultos,10,1,0,2,5\n",
        tmp_path,
    )
    columnas = "hab_sede, fecha, nombre_capacidad, servicio, poblacion, camas_disponibles"
    dia = date(2020, 6, 25)
    assert filas(carga.ruta, columnas) == [
        ("050450767202", dia, "Adultos", None, None, 5),
        ("050450767202", dia, "Intensiva Adultos", "UCI", "ADULTO", 5),
    ]
    assert carga.calidad["comprobaciones"] == {"total_no_cuadra": 1}


def test_capacidad_solo_cuenta_camas(tmp_path: Path) -> None:
    carga = cargar(
        "reps_capacidad",
        "hab_sede,grupo,nombre_capacidad,cantidad\n"
        "050010010101,CAMAS,INTENSIVA PEDIATRICA,3\n"
        "050010010101,CAMILLAS,Intensiva Adultos,3\n"
        "050010010101,Camas,Cuidado intermedio neonatal,2\n",
        tmp_path,
    )
    assert sorted(filas(carga.ruta, "coalesce(servicio, ''), poblacion")) == [
        ("", None),
        ("INTERMEDIO", "NEONATAL"),
        ("UCI", "PEDIATRICO"),
    ]


@pytest.mark.parametrize("registro", ["reps_capacidad", "reps_sedes", "reps_prestadores"])
def test_parquet_y_csv_dan_lo_mismo(tmp_path: Path, registro: str) -> None:
    origen = CASOS / f"{registro}.csv"
    parquet = tmp_path / "otro.parquet"
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT * FROM read_csv('{origen}')) TO '{parquet}'")
        # DuckDB read the codes as numbers: their zeros come back.
    de_csv = cargar_archivo(registro, origen, tmp_path / "a")
    de_parquet = cargar_archivo(registro, parquet, tmp_path / "b")
    assert filas(de_csv.ruta) == filas(de_parquet.ruta)
    assert de_parquet.calidad["formato"] == "parquet"


def test_esquema_fisico_y_orden(tmp_path: Path) -> None:
    carga = cargar_archivo("reps_ocupacion_diaria", CASOS / "reps_ocupacion_diaria.csv", tmp_path)
    claves = filas(carga.ruta, "hab_sede, fecha, nombre_capacidad")
    assert claves == sorted(claves)
    assert carga.ruta.name == "reps_ocupacion_diaria.parquet"
    assert carga.filas == 35


@pytest.mark.parametrize(
    ("contenido", "error", "dice"),
    [
        (b"PK\x03\x04resto", ArchivoIlegible, "Excel"),
        (b"\x1f\x8bresto", ArchivoIlegible, "GZIP"),
        (b"<HTML><table>", ArchivoIlegible, "HTML"),
        (b"PAR1nada", ArchivoIlegible, "dañado"),
        (b"", ArchivoIlegible, "vacío"),
        (b"nit,nombre\n1,2\n", FaltanColumnas, "hab_sede.*codigo_habilitacion \\+ numero_sede"),
        ((CASOS / "reps_capacidad.csv").read_bytes(), RegistroEquivocado, "«reps_capacidad»"),
        (b"hab_sede\n1\n2\n", NingunaFilaSirve, "fila 1: hab_sede debe tener 12"),
    ],
)
def test_archivos_que_no_se_aceptan(
    tmp_path: Path, contenido: bytes, error: type[Exception], dice: str
) -> None:
    with pytest.raises(error, match=dice):
        cargar("reps_sedes", contenido, tmp_path)
    assert not list((tmp_path / "salida").glob(".carga-*"))


def test_no_existe(tmp_path: Path) -> None:
    with pytest.raises(ArchivoIlegible, match="No existe"):
        cargar_archivo("reps_sedes", tmp_path / "nada.csv", tmp_path)


def test_solo_encabezado_es_un_registro_vacio(tmp_path: Path) -> None:
    carga = cargar("reps_sedes", SEDES, tmp_path)
    assert (carga.filas, carga.rechazadas) == (0, 0)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), max_size=12))
def test_cualquier_basura_cuadra(tmp_path: Path, lineas: list[str]) -> None:
    """Rows read = rows kept + rows rejected, whatever comes; the good row always survives."""
    buena = "050010010101,CAMAS,Intensiva Adultos,3"
    contenido = "\n".join(["hab_sede,grupo,nombre_capacidad,cantidad", buena, *lineas])
    carga = cargar("reps_capacidad", contenido.encode(), tmp_path)
    assert carga.filas_leidas == carga.filas + carga.rechazadas
    assert carga.filas >= 1


def test_una_barra_no_cita(tmp_path: Path) -> None:
    """A stray quote in a pipe file is a character: it swallows neither columns nor rows."""
    archivo = tmp_path / "rethus.txt"
    archivo.write_text(
        "tipo_documento|numero_documento|primer_apellido|profesion\n"
        'CC|10203040|"LA FLACA|ENFERMERIA\n'
        'CC|10203041|LOPEZ|"MEDICINA\n',
        encoding="utf-8",
    )
    carga = cargar_archivo("rethus", archivo, tmp_path / "carga")
    assert (carga.filas, carga.rechazadas) == (2, 0)
