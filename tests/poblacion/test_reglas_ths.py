"""The rules of talento humano against the truth of the synthetic country: every row, all of it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from services.talento_humano.mecanismo import MECANISMO
from shared.focalizacion import Etapa
from shared.poblacion.generar import Resumen
from shared.poblacion.plan import Plan
from shared.poblacion.talento_humano_mezcla import departamentos
from shared.radicacion.evaluacion import Evaluacion, evaluar_archivo
from tests.poblacion.conftest import SEMILLA

FECHA: Final = date(2020, 9, 15)
"""Of the filing (``shared.poblacion.talento_humano``)."""

Pais = tuple[Evaluacion, Path]


@pytest.fixture(scope="module")
def evaluado(generado: tuple[Path, Resumen], tmp_path_factory: pytest.TempPathFactory) -> Pais:
    """The evaluation of the submission, and the folder of the mechanism."""
    carpeta = generado[0] / MECANISMO.nombre
    salida = tmp_path_factory.mktemp("evaluado")
    evaluacion = evaluar_archivo(
        MECANISMO, carpeta / "entrada.parquet", carpeta / "cortes", salida, fecha=FECHA
    )
    return evaluacion, carpeta


def consultar(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(sql).fetchall()


def test_cada_fila_sale_como_dice_la_verdad(evaluado: Pais) -> None:
    evaluacion, carpeta = evaluado
    distintas = consultar(
        "SELECT v.caso, r.estado, v.estado, r.codigos, v.codigos, r.valor_centavos, "
        f"v.valor_centavos, count(*) FROM '{evaluacion.registros}' AS r "
        f"FULL JOIN '{carpeta}/verdad.parquet' AS v USING (fila) "
        "WHERE (r.estado, r.codigos, r.valor_centavos) IS DISTINCT FROM "
        "(v.estado, v.codigos, v.valor_centavos) GROUP BY ALL"
    )
    assert distintas == []


def test_toda_regla_juzgada_falla_alguna_vez(evaluado: Pais) -> None:
    """What never fails in the country proves nothing of a rule."""
    evaluacion, _ = evaluado
    juzgadas = {r.codigo for r in MECANISMO.reglas if r.etapa in {Etapa.FORMA, Etapa.FOC}}
    assert set(evaluacion.resumen.por_causal) == juzgadas
    assert evaluacion.resumen.reglas_no_aplicadas == []


def test_cada_departamento_suma_lo_que_se_publico_a_escala(evaluado: Pais) -> None:
    evaluacion, carpeta = evaluado
    pagado = consultar(
        "SELECT coalesce(codigo_departamento, ''), count(*), sum(valor_centavos)::BIGINT "
        f"FROM '{evaluacion.registros}' JOIN (SELECT file_row_number + 1 AS fila, "
        "codigo_departamento "
        f"FROM read_parquet('{carpeta}/entrada.parquet', file_row_number = true)) USING (fila) "
        "WHERE estado = 'LIQUIDADO' GROUP BY ALL ORDER BY ALL"
    )
    lugares = departamentos(Plan(0.01, SEMILLA))
    assert pagado == sorted((d.codigo, d.beneficiarios, 100 * d.valor) for d in lugares)


def test_a_cada_persona_se_le_paga_una_vez(evaluado: Pais) -> None:
    evaluacion, _ = evaluado
    pagos = f"'{evaluacion.pagos}'"
    repetidos = consultar(
        f"SELECT tipo_documento, numero FROM {pagos} GROUP BY ALL HAVING count(*) > 1"
    )
    total, valor = consultar(f"SELECT count(*), sum(valor_centavos)::BIGINT FROM {pagos}")[0]
    assert repetidos == []
    assert total == evaluacion.resumen.por_estado["LIQUIDADO"]
    assert valor == evaluacion.resumen.valor_centavos


def test_todo_duplicado_de_este_archivo_apunta_a_quien_gana(evaluado: Pais) -> None:
    """The others lose against the history, which the rows do not point to."""
    evaluacion, _ = evaluado
    registros = f"'{evaluacion.registros}'"
    enlaces = Counter(
        consultar(
            f"SELECT d.gana IS NOT NULL, g.estado, g.clave = d.clave FROM {registros} AS d "
            f"LEFT JOIN {registros} AS g ON g.fila = d.gana WHERE d.codigos LIKE '%THS-15%'"
        )
    )
    assert set(enlaces) == {(True, "LIQUIDADO", True), (False, None, None)}
    assert enlaces[True, "LIQUIDADO", True] > enlaces[False, None, None] > 0
