"""The rules of pruebas against the truth of the synthetic country: every row, all of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from services.pruebas.mecanismo import MECANISMO
from shared.focalizacion import Etapa
from shared.poblacion import pruebas, reps
from shared.poblacion.contexto import Contexto
from shared.radicacion.evaluacion import Evaluacion, evaluar_archivo
from tests.poblacion.oraculo_pruebas import COLUMNAS


@pytest.fixture(scope="module")
def evaluado(
    pais_01: Contexto, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Evaluacion, Path]:
    """The evaluation of the submission, and its truth."""
    reps.construir(pais_01)
    pruebas.construir(pais_01)
    carpeta = pais_01.salida / "pruebas"
    for nombre in COLUMNAS.keys() & pais_01.piezas.keys():
        partes = " UNION ALL BY NAME ".join(f"FROM '{p}'" for p in pais_01.piezas[nombre])
        destino = carpeta / "cortes" / f"{nombre}.parquet"
        pais_01.con.execute(f"COPY ({partes}) TO '{destino}' (FORMAT parquet)")
    evaluacion = evaluar_archivo(
        MECANISMO,
        carpeta / "entrada.parquet",
        carpeta / "cortes",
        tmp_path_factory.mktemp("evaluado"),
        fecha=date.fromisoformat(pruebas.FECHA),
    )
    return evaluacion, carpeta / "verdad.parquet"


def consultar(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(sql).fetchall()


def test_cada_fila_sale_como_dice_la_verdad(evaluado: tuple[Evaluacion, Path]) -> None:
    evaluacion, verdad = evaluado
    distintas = consultar(
        f"SELECT v.caso, r.fila, r.estado, v.estado, r.codigos, v.codigos, r.valor_centavos, "
        f"v.valor_centavos FROM '{evaluacion.registros}' r FULL JOIN '{verdad}' v USING (fila) "
        "WHERE (r.estado, r.codigos, r.valor_centavos) IS DISTINCT FROM "
        "(v.estado, coalesce(v.codigos, ''), v.valor_centavos)"
    )
    assert distintas == []


def test_toda_regla_de_focalizacion_falla_alguna_vez(evaluado: tuple[Evaluacion, Path]) -> None:
    """What never fails in the country proves nothing of a rule."""
    codigos = {r.codigo for r in MECANISMO.reglas if r.etapa in (Etapa.FOC, Etapa.FORMA)}
    assert set(evaluado[0].resumen.por_causal) == codigos


def test_lo_girado_suma_lo_reconocido_en_cada_fila(evaluado: tuple[Evaluacion, Path]) -> None:
    evaluacion, _ = evaluado
    assert evaluacion.pagos is not None
    descuadradas = consultar(
        f"SELECT fila FROM '{evaluacion.registros}' LEFT JOIN (SELECT fila, "
        f"sum(valor_centavos) AS girado FROM '{evaluacion.pagos}' GROUP BY fila) USING (fila) "
        "WHERE valor_centavos <> coalesce(girado, 0)"
    )
    assert descuadradas == []
    sin_quien = consultar(
        f"SELECT fila FROM '{evaluacion.pagos}' WHERE numero IS NULL OR nombre IS NULL"
    )
    assert sin_quien == []


def test_el_derecho_de_una_fila_es_de_una_sola_viva(evaluado: tuple[Evaluacion, Path]) -> None:
    """What the database demands of the current records, already true of the file."""
    evaluacion, _ = evaluado
    liberan = ", ".join(f"'{e}'" for e in MECANISMO.estados.liberan)
    repetidas = consultar(
        f"SELECT clave FROM '{evaluacion.registros}' WHERE estado NOT IN ({liberan}) "
        "GROUP BY clave HAVING count(*) > 1"
    )
    assert repetidas == []
