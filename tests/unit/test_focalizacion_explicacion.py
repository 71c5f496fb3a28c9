"""The explanation of one record says what the batch said, for every acceptance case."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.anticipo_uci.mecanismo import MECANISMO
from shared.focalizacion.explicacion import explicar
from shared.focalizacion.motor import MotorDuckDB
from shared.focalizacion.service import Insumos, juzgar
from shared.radicacion.evaluacion import insumos
from shared.radicacion.historia import registros_de
from shared.radicacion.lectura import leer
from shared.registros import abrir_carpeta
from shared.tipos import a_decimal
from tests.support.casos import RAIZ

CASO = RAIZ / "dominio" / "casos" / "anticipo_uci"
FECHA = date(2021, 3, 10)
Fila = dict[str, Any]


@pytest.fixture(scope="module")
def lote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MotorDuckDB, Insumos]]:
    carpeta: Path = tmp_path_factory.mktemp("lote")
    entrada = carpeta / "entrada"
    leer(CASO / "entrada.csv", "entrada.csv", MECANISMO.esquema.campos, entrada)
    obligatorios, opcionales = registros_de(MECANISMO)
    with MotorDuckDB.abrir(carpeta / "temporal") as motor:
        fuentes = abrir_carpeta(
            motor.conexion, CASO, obligatorios, opcionales, trabajo=carpeta / "trabajo"
        )
        yield motor, insumos(entrada, fuentes, motor, fecha=FECHA)


@pytest.fixture(scope="module")
def decidido(lote: tuple[MotorDuckDB, Insumos]) -> tuple[list[Fila], list[Fila]]:
    motor, dados = lote
    juicio = juzgar(MECANISMO, dados, motor)
    return motor.filas(juicio.registros), motor.filas(juicio.hallazgos)


def test_el_lote_sale_como_se_espera(decidido: tuple[list[Fila], list[Fila]]) -> None:
    with (CASO / "esperado.csv").open(encoding="utf-8", newline="") as archivo:
        esperado = list(csv.DictReader(archivo))
    assert [
        {
            "fila": str(r["fila"]),
            "estado": r["estado"],
            "codigos": r["codigos"],
            "valor": a_decimal(r["valor_centavos"]),
        }
        for r in decidido[0]
    ] == esperado


def test_cada_explicacion_coincide_con_el_lote(
    lote: tuple[MotorDuckDB, Insumos], decidido: tuple[list[Fila], list[Fila]]
) -> None:
    motor, dados = lote
    registros, hallazgos = decidido
    forma = MECANISMO.regla_de_forma.codigo
    claves = ("codigo", "veredicto", "efecto", "mensaje")
    for registro in registros:
        explicada = explicar(MECANISMO, dados, registro["fila"], motor)
        dichas = [[r[c] for c in claves] for r in explicada["reglas"] if r["efecto"] is not None]
        del_lote = [
            [h[c] for c in claves]
            for h in hallazgos
            if h["fila"] == registro["fila"] and h["codigo"] != forma
        ]
        assert dichas == del_lote, f"fila {registro['fila']}"
        if registro["codigos"] != forma:
            assert ";".join(sorted({d[0] for d in dichas})) == registro["codigos"]
            assert len(explicada["reglas"]) == 13
            if registro["valor_centavos"]:
                pasos = explicada["liquidacion"]
                assert pasos["camas"] * pasos["tarifa_centavos"] == registro["valor_centavos"]
