"""The rules of the CET against the truth of the synthetic country: every row and every case."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from services.compensacion_rs.mecanismo import MECANISMO
from shared.focalizacion import Etapa
from shared.poblacion import compensacion_rs
from shared.poblacion.compensacion_rs_casos import SIN_CLASIFICAR
from shared.poblacion.generar import Resumen
from shared.radicacion.evaluacion import Evaluacion, evaluar_archivo

Pais = tuple[Evaluacion, Path]


@pytest.fixture(scope="module")
def evaluado(generado: tuple[Path, Resumen], tmp_path_factory: pytest.TempPathFactory) -> Pais:
    """The evaluation of the submission, and the folder of the mechanism."""
    carpeta = generado[0] / MECANISMO.nombre
    evaluacion = evaluar_archivo(
        MECANISMO,
        carpeta / "entrada.parquet",
        carpeta / "cortes",
        tmp_path_factory.mktemp("evaluado"),
        fecha=date.fromisoformat(compensacion_rs.FECHA),
    )
    return evaluacion, carpeta


def consultar(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(sql).fetchall()


def test_cada_fila_sale_como_dice_la_verdad(evaluado: Pais) -> None:
    evaluacion, carpeta = evaluado
    distintas = consultar(
        "SELECT v.caso, r.fila, r.estado, v.estado, r.codigos, v.codigos, r.valor_centavos, "
        f"v.valor_centavos FROM '{evaluacion.registros}' r "
        f"FULL JOIN '{carpeta}/verdad.parquet' v USING (fila) "
        "WHERE (r.estado, r.codigos, r.valor_centavos) IS DISTINCT FROM "
        "(v.estado, coalesce(v.codigos, ''), v.valor_centavos)"
    )
    assert distintas == []


def test_cada_caso_del_universo_sale_como_dice_la_verdad(evaluado: Pais) -> None:
    """SIN_CLASIFICAR are case numbers of people already counted under another one."""
    evaluacion, carpeta = evaluado
    dado = evaluacion.registros.with_name("universo.parquet")
    distintos = consultar(
        "SELECT id_caso, u.estado, v.estado, u.valor_centavos, v.valor_centavos "
        f"FROM '{dado}' u FULL JOIN (FROM '{carpeta}/verdad_universo.parquet' "
        f"WHERE estado <> '{SIN_CLASIFICAR}') v USING (id_caso) "
        "WHERE (u.estado, u.valor_centavos) IS DISTINCT FROM (v.estado, v.valor_centavos)"
    )
    assert distintos == []


def test_toda_regla_de_focalizacion_falla_alguna_vez(evaluado: Pais) -> None:
    """What never fails in the country proves nothing of a rule."""
    codigos = {r.codigo for r in MECANISMO.reglas if r.etapa in (Etapa.FOC, Etapa.FORMA)}
    assert set(evaluado[0].resumen.por_causal) == codigos
    assert evaluado[0].resumen.reglas_no_aplicadas == []


def test_cada_lider_se_gira_entero_a_una_persona_con_nombre(evaluado: Pais) -> None:
    evaluacion, _ = evaluado
    malos = consultar(
        f"SELECT fila FROM '{evaluacion.registros}' r FULL JOIN '{evaluacion.pagos}' p "
        "USING (fila) WHERE r.valor_centavos > 0 AND (p.valor_centavos IS DISTINCT FROM "
        "r.valor_centavos OR p.numero IS NULL OR p.nombre IS NULL) "
        "OR r.valor_centavos = 0 AND p.fila IS NOT NULL"
    )
    assert malos == []


def test_ni_un_nucleo_ni_una_persona_cobran_dos_veces(evaluado: Pais) -> None:
    """What the database demands of the current records, already true of the file."""
    evaluacion, _ = evaluado
    valorados = ", ".join(f"'{e}'" for e in MECANISMO.estados.valorados)
    nucleos = consultar(
        f"SELECT clave FROM '{evaluacion.registros}' WHERE estado IN ({valorados}) "
        "GROUP BY clave HAVING count(*) > 1"
    )
    personas = consultar(
        f"SELECT c.clave FROM '{evaluacion.cupos}' c JOIN '{evaluacion.registros}' r USING (fila) "
        f"WHERE r.estado IN ({valorados}) GROUP BY c.clave "
        "HAVING sum(c.cantidad) > any_value(c.maximo)"
    )
    assert (nucleos, personas) == ([], [])
