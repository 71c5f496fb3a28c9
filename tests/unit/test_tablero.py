"""The universe and the scorecard without a database: figures of small tables, quartiles, ages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.compensacion_rs.mecanismo import MECANISMO
from shared.tablero import hoja
from shared.tablero.model import (
    FilaEps,
    Tablero,
    base_de,
    cuartiles,
    estados_de,
    incumple,
    nombre_de,
    ordenar,
    porcentaje,
    resumir,
    universo_de,
)
from shared.tablero.repository import CasoRepository, FiltroCasos
from shared.tablero.schemas import TableroOut

UNIVERSO = universo_de(MECANISMO)
ESTADOS = estados_de(UNIVERSO)
HOY = date(2021, 3, 31)

CASOS = """
    C1 | ESS062 | 2020-10-05 | PAGADO                 | 20482000 | true
    C2 | ESS062 | 2020-10-09 | EN_NUCLEO_PAGADO       |        0 | false
    C3 | ESS062 | 2020-11-01 | NUNCA_ENTREGADO        |        0 | false
    C4 | ESS024 | 2020-10-05 | GLOSADO                |        0 | true
    C5 | ESS024 | 2020-12-05 | EN_VALIDACION_BANCARIA | 20482000 | true
    C6 |        | 2020-12-05 | NUNCA_ENTREGADO        |        0 | false
"""
DEVOLUCIONES = """
    ESS062 | 2021-01-01 | 2021-01-16 | 3
    ESS062 | 2021-01-01 | 2021-01-17 | 2
    ESS062 | 2021-03-01 |            | 1
    ESS062 | 2021-03-21 |            | 1
    ESS062 | 2021-03-29 |            | 1
    ESS207 | 2021-03-30 |            | 2
"""


def escribir(carpeta: Path, nombre: str, tabla: str, columnas: str) -> Path:
    """A Parquet file of the rows of a text, a cell between bars."""
    ruta = carpeta / f"{nombre}.parquet"
    filas = [[c.strip() or None for c in f.split("|")] for f in tabla.strip().splitlines()]
    with duckdb.connect(":memory:") as con:
        nombres = [c.split()[0] for c in columnas.split(", ")]
        con.execute(f"CREATE TABLE t ({', '.join(f'{n} VARCHAR' for n in nombres)})")
        con.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(nombres))})", filas)
        tipadas = ", ".join(
            f"CAST({n} AS {t}) AS {n}" for n, t in (c.split() for c in columnas.split(", "))
        )
        con.execute(f"COPY (SELECT {tipadas} FROM t) TO '{ruta}'")
    return ruta


@pytest.fixture(scope="module")
def casos(tmp_path_factory: pytest.TempPathFactory) -> CasoRepository:
    carpeta = tmp_path_factory.mktemp("corrida")
    columnas = (
        "id_caso VARCHAR, eps VARCHAR, fecha DATE, estado VARCHAR, valor_centavos BIGINT, "
        "con_registro BOOLEAN"
    )
    ruta = escribir(carpeta, "casos", CASOS, columnas)
    with duckdb.connect(":memory:") as con:
        con.execute(
            f"COPY (SELECT * REPLACE (coalesce(eps, '') AS eps), 'CC' AS tipo_documento, "
            f"'1' AS numero_documento, eps AS codigo_eps, NULL::VARCHAR AS codigo_municipio, "
            f"NULL::DATE AS entregado_el FROM '{ruta}') TO '{carpeta}/caso.parquet'"
        )
    devueltos = "eps VARCHAR, devuelto_el DATE, respondido_el DATE, veces BIGINT"
    return CasoRepository(
        carpeta / "caso.parquet", escribir(carpeta, "devolucion", DEVOLUCIONES, devueltos)
    )


@pytest.fixture(scope="module")
def tablero(casos: CasoRepository) -> Tablero:
    return casos.tablero(ESTADOS, HOY, 15)


def test_los_diez_estados_van_en_el_orden_del_dosier() -> None:
    assert ESTADOS == (
        "PAGADO",
        "EN_NUCLEO_PAGADO",
        "EN_ENROLAMIENTO",
        "NO_PAGO_NUCLEO_ENROLAMIENTO",
        "EN_VALIDACION_BANCARIA",
        "NUCLEO_VALIDACION_BANCARIA",
        "GLOSADO",
        "EN_REVISION_ADRES",
        "EN_CORRECCION_EPS",
        "NUNCA_ENTREGADO",
    )


@pytest.mark.parametrize(
    ("contados", "casos", "personas", "dice"),
    [
        ({"PAGADO": (1, 5), "NUNCA_ENTREGADO": (2, 0)}, 3, 3, None),
        ({"PAGADO": (1, 5), "SIN_CLASIFICAR": (19, 0)}, 20, 20, "SIN_CLASIFICAR = 19"),
        ({"": (1, 0)}, 1, 1, "(vacío): 1"),
        ({"PAGADO": (3, 5)}, 2, 2, "alguno se repite"),
        ({"PAGADO": (3, 5)}, 3, 2, "alguna tiene dos casos"),
        ({}, 0, 0, None),
    ],
)
def test_todo_caso_esta_en_un_solo_estado_o_se_dice(
    contados: dict[str, tuple[int, int]], casos: int, personas: int, dice: str | None
) -> None:
    resumen = resumir(UNIVERSO, contados)
    vistos = {"GLOSADO": 2, "NO_ADMITIDO": 1}
    falla = incumple(UNIVERSO, resumen, casos=casos, personas=personas, registros=vistos)
    assert falla is None if dice is None else dice in str(falla)
    if falla is None:
        otro = incumple(UNIVERSO, resumen, casos=casos, personas=personas, registros={"NUEVO": 1})
        assert "NUEVO: 1" in str(otro)


def test_una_eps_es_una_en_los_dos_regimenes() -> None:
    assert base_de("ESSC62") == base_de("ESS062") == "ESS062"
    assert (base_de("XYZ999"), nombre_de("XYZ999")) == ("XYZ999", "XYZ999")
    assert nombre_de("ESS062") == "Asmet Salud EPS"
    assert nombre_de("") == "Sin EPS en el registro"


def test_las_cifras_de_una_eps(tablero: Tablero) -> None:
    fila = tablero.fila("ESS062")
    assert (fila.universo, fila.entregados, fila.sin_registro, fila.nunca_entregados) == (
        3,
        2,
        1,
        1,
    )
    assert porcentaje(fila.parte_nunca) == Decimal("33.33")
    assert (fila.nucleos_pagados, fila.pagado_centavos) == (1, 20_482_000)
    assert [(m.mes, m.universo, m.nunca_entregados, m.nucleos_pagados) for m in fila.por_mes] == [
        ("2020-10", 2, 0, 1),
        ("2020-11", 1, 1, 0),
    ]


def test_a_tiempo_es_hasta_el_ultimo_dia_del_plazo(tablero: Tablero, casos: CasoRepository) -> None:
    fila = tablero.fila("ESS062")
    assert (fila.devoluciones, fila.corregidas_a_tiempo, fila.corregidas_tarde) == (8, 3, 2)
    mas_plazo = casos.tablero(ESTADOS, HOY, 16).fila("ESS062")
    assert (mas_plazo.corregidas_a_tiempo, mas_plazo.corregidas_tarde) == (5, 0)
    assert porcentaje(fila.parte_a_tiempo) == Decimal("37.50")


def test_lo_que_espera_se_cuenta_hasta_hoy(tablero: Tablero) -> None:
    fila = tablero.fila("ESS062")
    assert (fila.en_espera, fila.espera_desde) == (3, date(2021, 3, 1))
    assert (fila.espera_mediana_dias, fila.espera_maxima_dias) == (10, 30)
    quien_no_tiene_casos = tablero.fila("ESS207")
    assert (quien_no_tiene_casos.universo, quien_no_tiene_casos.espera_mediana_dias) == (0, 1)
    assert tablero.puesto("ESS207") is None


def test_los_totales_son_el_universo(tablero: Tablero, casos: CasoRepository) -> None:
    total = tablero.totales
    assert total.universo == sum(f.universo for f in tablero.filas) == 6
    assert total.entregados + total.nunca_entregados == total.universo
    assert dict(total.por_estado) == dict.fromkeys(ESTADOS, 0) | {
        p.estado: p.casos for p in casos.totales(FiltroCasos())
    }
    sumables = ("devoluciones", "corregidas_a_tiempo", "en_espera", "nucleos_pagados", "glosados")
    for cifra in sumables:
        assert getattr(total, cifra) == sum(getattr(f, cifra) for f in tablero.filas), cifra
    assert total.espera_mediana_dias == 2


def test_el_puesto_es_por_lo_nunca_entregado(tablero: Tablero) -> None:
    assert [f.eps for f in tablero.filas] == ["ESS024", "ESS062", "ESS207", ""]
    assert [tablero.puesto(e) for e in ("ESS024", "ESS062", "")] == [1, 2, None]
    iguales = ordenar([FilaEps("A", 10, nunca_entregados=5), FilaEps("B", 2, nunca_entregados=1)])
    empatado = replace(tablero, filas=iguales)
    assert [empatado.puesto(e) for e in "AB"] == [1, 1]
    assert empatado.clasificadas == 2


def test_los_casos_se_buscan_por_eps_estado_y_fecha(casos: CasoRepository) -> None:
    def ids(filtro: FiltroCasos, despues: str | None = None) -> list[str]:
        return [c["id_caso"] for c in casos.pagina(filtro, despues, 10)]

    assert ids(FiltroCasos("ESS062")) == ["C1", "C2", "C3"]
    assert ids(FiltroCasos("ESS062"), "C1") == ["C2", "C3"]
    assert ids(FiltroCasos(estado="NUNCA_ENTREGADO")) == ["C3", "C6"]
    assert ids(FiltroCasos(desde=date(2020, 10, 9), hasta=date(2020, 11, 1))) == ["C2", "C3"]
    assert [c["id_caso"] for c in casos.todos(FiltroCasos("ESS024"))] == ["C4", "C5"]


@given(st.lists(st.fractions(0, 1), min_size=5, max_size=60))
def test_los_cuartiles_parten_a_las_eps(valores: list[Fraction]) -> None:
    tres = cuartiles(valores)
    assert tres is not None
    for cuarto, corte in enumerate((tres.primero, tres.mediana, tres.tercero), 1):
        assert corte in valores
        assert 4 * sum(v <= corte for v in valores) >= cuarto * len(valores)
        assert 4 * sum(v < corte for v in valores) < cuarto * len(valores)


def tablero_de(cuantas: int) -> Tablero:
    filas = [FilaEps(f"E{i}", 100, nunca_entregados=i) for i in range(1, cuantas + 1)]
    return Tablero(HOY, 15, ESTADOS, ordenar([*filas, FilaEps("", 7)]), FilaEps(""))


def test_con_pocas_eps_no_hay_cuartiles_y_ninguna_se_nombra() -> None:
    assert tablero_de(5).cuartiles_sin("E1")["nunca_entregados_porcentaje"] is None
    seis = tablero_de(6)
    otros = seis.cuartiles_sin("E1")["nunca_entregados_porcentaje"]
    assert otros is not None
    assert (otros.primero, otros.mediana, otros.tercero, otros.cuantas) == (
        Fraction(3, 100),
        Fraction(4, 100),
        Fraction(5, 100),
        5,
    )
    vista = TableroOut.de(seis, None, "E1")
    assert [f.eps for f in vista.filas] == ["E1"]
    assert vista.totales is None
    assert not any(f"E{i}" in vista.model_dump_json() for i in range(2, 7))


def test_el_libro_dice_que_es_cada_cifra(tablero: Tablero, tmp_path: Path) -> None:
    ruta = tmp_path / "tablero.xlsx"
    hoja.escribir(tablero, "Tablero", ruta)
    libro = load_workbook(ruta)
    assert libro.sheetnames == ["Tablero", "Por estado", "Por mes", "Definiciones"]
    pagina: Any = libro["Tablero"]
    assert pagina.freeze_panes == "A5"
    encabezado = [c.value for c in pagina[4]]
    total = dict(zip(encabezado, pagina[pagina.max_row], strict=True))
    assert total["Universo"].value == 6
    assert total["Nunca entregados, %"].value == pytest.approx(0.3333)
    assert total["Nunca entregados, %"].number_format == "0.00%"
    assert total["Pagado, COP"].value == 204_820
    assert total["Pagado, COP"].number_format == '"$"#,##0.00'


def test_el_libro_de_una_eps_solo_la_nombra_a_ella(tmp_path: Path) -> None:
    ruta = tmp_path / "tablero.xlsx"
    hoja.escribir(tablero_de(6), "Tablero", ruta, alcance="E1")
    libro = load_workbook(ruta)
    celdas = [
        str(celda.value)
        for pagina in libro.worksheets
        for fila in pagina.iter_rows()
        for celda in fila
    ]
    assert "Las demás EPS" in libro.sheetnames
    assert "E1" in celdas
    assert not {f"E{i}" for i in range(2, 7)} & set(celdas)
