"""The CET of the synthetic country: published totals, and a truth that an oracle repeats."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shared.poblacion import compensacion_rs
from shared.poblacion.compensacion_rs_casos import (
    AISLAMIENTO,
    ESCENARIOS,
    GLOSADO,
    NO_ADMITIDO,
    PERSONAS_PAGADAS,
    RESIDUO,
    SIN_CLASIFICAR,
    TOTALES,
)
from shared.poblacion.compensacion_rs_hogares import CURVA, cuantos
from shared.poblacion.generar import CARPETA_CORTES, Resumen
from shared.poblacion.plan import Plan
from tests.poblacion.conftest import SEMILLA
from tests.poblacion.oraculo_cet import PRECEDENCIA, Oraculo
from tests.support.sistema import RAIZ

CASOS = RAIZ / "dominio" / "casos" / "compensacion_rs"
FOC = "01 02 03 04 05 06 07 08 09 10 11 12 13 16"


@dataclass(frozen=True)
class Hecho:
    """What the country holds of the CET."""

    carpeta: Path
    cortes: Path
    cifras: dict[str, int]

    def leer(self, nombre: str, columnas: str) -> list[tuple[Any, ...]]:
        return _consultar(f"SELECT {columnas} FROM '{self.carpeta / nombre}.parquet'")


def _consultar(sql: str) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(sql).fetchall()


@pytest.fixture(scope="module")
def hecho(generado: tuple[Path, Resumen]) -> Hecho:
    salida, resumen = generado
    mecanismo = compensacion_rs.MECANISMO
    return Hecho(salida / mecanismo, salida / CARPETA_CORTES, resumen.cifras[mecanismo])


@pytest.fixture(scope="module")
def oraculo(hecho: Hecho) -> Oraculo:
    propios = hecho.carpeta / CARPETA_CORTES
    return Oraculo(hecho.carpeta / "entrada.parquet", hecho.cortes, propios)


def _centavos(valor: str) -> int:
    return int(valor.replace(".", ""))


def test_el_oraculo_da_los_casos_de_aceptacion() -> None:
    oraculo = Oraculo(CASOS / "entrada.csv", CASOS)
    with (CASOS / "esperado.csv").open(encoding="utf-8", newline="") as archivo:
        filas = [
            (int(f["fila"]), f["estado"], f["codigos"], _centavos(f["valor"]))
            for f in csv.DictReader(archivo)
        ]
    with (CASOS / "esperado_universo.csv").open(encoding="utf-8", newline="") as archivo:
        universo = [
            (f["id_caso"], f["estado"], _centavos(f["valor"])) for f in csv.DictReader(archivo)
        ]
    assert oraculo.filas() == filas
    assert oraculo.universo() == sorted(universo)


def test_la_verdad_de_cada_fila_es_la_del_oraculo(hecho: Hecho, oraculo: Oraculo) -> None:
    verdad = hecho.leer("verdad", "fila, estado, codigos, valor_centavos, caso")
    casos = {fila[0]: fila[4] for fila in verdad}
    dadas = oraculo.filas()
    assert len(dadas) == len(verdad)
    distintas = [
        (casos[dada[0]], propia[1:4], dada[1:])
        for propia, dada in zip(sorted(verdad), dadas, strict=True)
        if propia[:4] != dada
    ]
    assert distintas == []


def test_la_verdad_del_universo_es_la_del_oraculo(hecho: Hecho, oraculo: Oraculo) -> None:
    verdad = hecho.leer("verdad_universo", "id_caso, estado, valor_centavos")
    clasificadas = [caso for caso in verdad if caso[1] != SIN_CLASIFICAR]
    assert verdad == sorted(verdad)
    assert oraculo.universo() == clasificadas


def test_los_totales_a_escala_uno_son_los_publicados() -> None:
    n = cuantos(Plan(1.0, SEMILLA))
    papeles = [(p, n[e.caso]) for e in ESCENARIOS for p in e.papeles]
    por_estado: Counter[str] = Counter()
    for papel, hogares in papeles:
        por_estado[papel.universo] += hogares
    por_estado["NUNCA_ENTREGADO"] += TOTALES["NUNCA_ENTREGADO"]
    assert {estado: por_estado[estado] for estado in PRECEDENCIA} == TOTALES
    assert (sum(TOTALES.values()), n["ok_renumerado"]) == (181_546, RESIDUO)
    aislamiento = sum(
        hogares
        for p, hogares in papeles
        if p.universo == GLOSADO and "CET-06" in p.codigos + p.historia_codigos
    )
    assert aislamiento == AISLAMIENTO
    assert TOTALES["PAGADO"] * compensacion_rs.CET_2020 == 5_615_959_580_00


def test_los_totales_en_proporcion(hecho: Hecho) -> None:
    plan = Plan(0.01, SEMILLA)
    cifras = hecho.cifras
    assert {e: cifras[f"casos_{e}"] for e in TOTALES} == {e: plan.n(t) for e, t in TOTALES.items()}
    assert cifras[f"casos_{SIN_CLASIFICAR}"] == plan.n(RESIDUO)
    assert cifras["glosas_aislamiento"] == plan.n(AISLAMIENTO)
    assert cifras["personas_pagadas"] == plan.n(PERSONAS_PAGADAS)
    assert sum(v for (v,) in hecho.leer("verdad", "valor_centavos")) == cifras["valor_centavos"]


def test_segcovid_guarda_los_publicados_y_nadie_mas_despues_del_10_de_agosto(hecho: Hecho) -> None:
    dentro = _consultar(
        f"SELECT count(*) FROM '{hecho.cortes / 'segcovid.parquet'}' "
        "WHERE tipo_registro = 'CASO' AND clasificacion = 'CONFIRMADO' "
        "AND fecha_confirmacion > DATE '2020-08-10' AND fecha_confirmacion <= DATE '2022-06-30'"
    )
    # A wrong tipo_documento is another person to SEGCOVID, but still one case.
    assert dentro == [(hecho.cifras["casos_publicados"],)]


def test_cada_regla_falla_en_algun_caso_y_las_orillas_pasan(hecho: Hecho) -> None:
    verdad = hecho.leer("verdad", "codigos, caso, estado")
    codigos = {codigo for fila in verdad for codigo in str(fila[0]).split(";") if codigo}
    assert codigos == {f"CET-{n}" for n in ["00", *FOC.split()]}
    con_fila = {e.caso for e in ESCENARIOS if any(p.fila for p in e.papeles)}
    assert {fila[1] for fila in verdad} == con_fila
    por_caso = {fila[1]: fila for fila in verdad}
    assert por_caso["ok_primer_dia"][0] == por_caso["ok_ultimo_dia"][0] == ""
    assert por_caso["diez_de_agosto"][2] == por_caso["despues_de_la_ventana"][2] == NO_ADMITIDO


def test_una_fila_repetida_viene_despues_de_la_primera(hecho: Hecho) -> None:
    repetidas = _consultar(
        f"SELECT bool_and(estado <> '{NO_ADMITIDO}') FROM (SELECT estado, row_number() OVER ("
        "PARTITION BY tipo_documento, numero_documento ORDER BY fila) AS vez FROM ("
        f"SELECT *, file_row_number + 1 AS fila FROM read_parquet("
        f"'{hecho.carpeta}/entrada.parquet', file_row_number = true)) "
        f"JOIN '{hecho.carpeta}/verdad.parquet' USING (fila) "
        "WHERE caso IN ('repetida', 'repetida_otra_eps', 'repetida_tres_veces')) WHERE vez = 1"
    )
    assert repetidas == [(True,)]


def test_la_curva_es_la_del_ins() -> None:
    with CURVA.open(encoding="utf-8", newline="") as archivo:
        dias = {date.fromisoformat(f["fecha"]): f for f in csv.DictReader(archivo)}

    def acumulado(hasta: date) -> int:
        return sum(int(f["confirmados"]) for dia, f in dias.items() if dia <= hasta)

    assert [f["fuente"] for dia, f in dias.items() if dia <= date(2020, 6, 11)] == ["INS"] * 98
    assert acumulado(date(2020, 6, 11)) == 45_212
    assert acumulado(date(2020, 8, 10)) == 397_623
    assert acumulado(date(2020, 12, 31)) == 1_642_775
