"""Anticipo: the truth against the rules of the product, and its totals."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from services.anticipo_uci import norma
from services.anticipo_uci.mecanismo import MECANISMO
from shared.poblacion import anticipo_uci, anticipo_uci_casos, reps, reps_catalogo
from shared.poblacion.contexto import Contexto
from shared.poblacion.generar import pais
from shared.poblacion.plan import Plan
from shared.radicacion.evaluacion import Evaluacion, evaluar_archivo
from shared.registros import cargar_archivo
from shared.tipos import EntradaInvalida

PUBLICADO = 289_476_000_000
CENTAVOS_POR_PESO = 100
DIA = date(2021, 2, 10)
CODIGOS_FOC = {f"ANT-{n:02d}" for n in (0, 2, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17)}


def _leer(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(sql).fetchall()


@dataclass(frozen=True)
class Hecho:
    """What the generator left, and where the registers are."""

    ctx: Contexto
    cifras: dict[str, int]
    cortes: Path

    @property
    def entrada(self) -> Path:
        return self.ctx.salida / "anticipo_uci" / "entrada.parquet"

    @property
    def verdad(self) -> Path:
        return self.ctx.salida / "anticipo_uci" / "verdad.parquet"

    def verdades(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of ``SELECT {sql}`` over the truth."""
        seleccion, _, resto = sql.partition(" WHERE ")
        donde = f"WHERE {resto}" if resto else ""
        return _leer(f"SELECT {seleccion} FROM '{self.verdad}' {donde}")


def _hacer(ctx: Contexto) -> Hecho:
    reps.construir(ctx)
    cifras = anticipo_uci.construir(ctx)
    cortes = ctx.salida / "cortes"
    cortes.mkdir()
    for registro, rutas in ctx.piezas.items():
        piezas = [str(r) for r in rutas]
        ctx.con.execute(
            f"COPY (FROM read_parquet({piezas}, union_by_name = true)) "
            f"TO '{cortes / registro}.parquet' (FORMAT parquet)"
        )
    shutil.copy(ctx.salida / "anticipo_uci" / "cortes" / "historia.parquet", cortes)
    return Hecho(ctx, cifras, cortes)


@pytest.fixture(scope="module")
def hecho(pais_01: Contexto) -> Hecho:
    return _hacer(pais_01)


@pytest.fixture(scope="module")
def pequeno(pais_002: Contexto) -> Hecho:
    return _hacer(pais_002)


def _evaluar(hecho: Hecho, salida: Path) -> Evaluacion:
    return evaluar_archivo(MECANISMO, hecho.entrada, hecho.cortes, salida, fecha=DIA)


@pytest.mark.parametrize("cual", ["hecho", "pequeno"])
def test_la_verdad_es_lo_que_deciden_las_reglas(
    cual: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    dado: Hecho = request.getfixturevalue(cual)
    evaluacion = _evaluar(dado, tmp_path)
    distintas = _leer(
        "SELECT v.fila, v.caso, v.estado, r.estado, v.codigos, r.codigos, v.valor_centavos, "
        f"r.valor_centavos FROM '{dado.verdad}' v FULL JOIN '{evaluacion.registros}' r "
        "USING (fila) WHERE (v.estado, v.codigos, v.valor_centavos) "
        "IS DISTINCT FROM (r.estado, r.codigos, r.valor_centavos) ORDER BY v.caso LIMIT 20"
    )
    assert distintas == []
    assert evaluacion.resumen.total == dado.cifras["filas"]
    assert evaluacion.resumen.valor_centavos == dado.cifras["valor_centavos"]
    assert evaluacion.resumen.reglas_no_aplicadas == []


@pytest.mark.parametrize("cual", ["hecho", "pequeno"])
def test_hay_un_caso_de_cada_defecto_y_cada_codigo(
    cual: str, request: pytest.FixtureRequest
) -> None:
    dado: Hecho = request.getfixturevalue(cual)
    declarados = {h.caso for h in anticipo_uci_casos.TODOS}
    declarados |= {e.caso for e in anticipo_uci_casos.ESPECIALES}
    assert {c for (c,) in dado.verdades("DISTINCT caso")} == declarados | {"ok"}
    codigos = {c for (c,) in dado.verdades("DISTINCT unnest(string_split(codigos, ';'))")}
    assert codigos - {""} == CODIGOS_FOC
    de_la_norma = {r.codigo for r in MECANISMO.reglas if r.etapa in {"FORMA", "FOC"}}
    assert de_la_norma == CODIGOS_FOC


@pytest.mark.parametrize("cual", ["hecho", "pequeno"])
def test_los_totales_en_proporcion(cual: str, request: pytest.FixtureRequest) -> None:
    """374 NIT and 289,476 million at scale 1: beds and NIT are rounded, then valued."""
    dado: Hecho = request.getfixturevalue(cual)
    plan = dado.ctx.plan
    assert dado.cifras["nit"] == plan.n(374)
    assert dado.cifras["valor_centavos"] == _valor(plan.n)
    esperado = PUBLICADO * CENTAVOS_POR_PESO * plan.escala
    assert abs(dado.cifras["valor_centavos"] - esperado) < esperado / 1_000
    ((impares,),) = dado.verdades("count(*) WHERE valor_centavos % 200 <> 0")
    assert impares == 0


def test_en_junio_certifican_los_nit_del_primer_giro(hecho: Hecho) -> None:
    ((nit,),) = _leer(
        "SELECT count(DISTINCT e.nit) FROM read_parquet("
        f"'{hecho.entrada}', file_row_number = true) e JOIN '{hecho.verdad}' v "
        "ON v.fila = e.file_row_number + 1 "
        "WHERE e.periodo = '2020-06' AND v.estado = 'LIQUIDADO' AND v.valor_centavos > 0"
    )
    assert nit == hecho.ctx.plan.n(anticipo_uci.NIT_EN_JUNIO)


def _valor(n: Callable[[int], int]) -> int:
    return sum(
        n(camas) * anticipo_uci.TARIFAS_CENTAVOS[servicio]
        for servicio, camas in anticipo_uci.CAMAS_DIA.items()
    )


def test_a_escala_uno_el_total_es_el_publicado_al_peso() -> None:
    assert _valor(Plan(1.0, 2020).n) == PUBLICADO * CENTAVOS_POR_PESO


def test_las_tarifas_son_las_de_la_norma() -> None:
    norma_centavos = {
        "UCI": norma.TARIFA_UCI.en(date(2020, 6, 1)),
        "INTERMEDIO": norma.TARIFA_INTERMEDIO.en(date(2020, 6, 1)),
    }
    assert norma_centavos == anticipo_uci.TARIFAS_CENTAVOS


def test_los_nit_con_camas_en_reps_son_los_que_certifican(hecho: Hecho, tmp_path: Path) -> None:
    """Special sedes hang from the same NIT: no other one has intensive or intermediate beds."""
    carga = cargar_archivo("reps_capacidad", hecho.cortes / "reps_capacidad.parquet", tmp_path)
    ((nit,),) = _leer(f"SELECT count(DISTINCT nit) FROM '{carga.ruta}' WHERE servicio IS NOT NULL")
    assert nit == hecho.ctx.plan.n(reps_catalogo.NIT_CON_CAMAS)
    ((certifican,),) = _leer(
        f"SELECT count(DISTINCT e.nit) FROM '{carga.ruta}' c "
        f"JOIN '{hecho.entrada}' e USING (nit) WHERE c.servicio IS NOT NULL"
    )
    assert certifican == nit


@pytest.mark.parametrize(
    "registro",
    ["reps_prestadores", "reps_sedes", "reps_servicios", "reps_ocupacion_diaria",
     "reps_transitorias"],
)  # fmt: skip
def test_el_cargador_recibe_todo(hecho: Hecho, tmp_path: Path, registro: str) -> None:
    carga = cargar_archivo(registro, hecho.cortes / f"{registro}.parquet", tmp_path)
    assert carga.rechazadas == 0
    if registro == "reps_ocupacion_diaria":
        ((mal,),) = _leer(
            f"SELECT count(*) FROM '{carga.ruta}' WHERE total_camas <> ocupadas_no_covid "
            "+ ocupadas_sospechoso + ocupadas_confirmado + camas_disponibles"
        )
        assert mal == 0


def test_hay_reporte_de_cada_dia_salvo_los_que_faltan(hecho: Hecho) -> None:
    """214 days of each bed of the network, less those without report."""
    ocupacion = hecho.cortes / "reps_ocupacion_diaria.parquet"
    ((dias, sin_nombre),) = _leer(
        f"SELECT count(DISTINCT fecha), count(*) FILTER (nombre_capacidad IS NULL) "
        f"FROM '{ocupacion}' WHERE fecha BETWEEN '2020-06-01' AND '2020-12-31'"
    )
    assert (dias, sin_nombre) == (214, 0)


def test_una_escala_que_no_sostiene_los_defectos_se_rechaza(tmp_path: Path) -> None:
    with pais(Plan(0.0001, 2020), tmp_path) as ctx:
        reps.construir(ctx)
        with pytest.raises(EntradaInvalida, match=r"escala 0\.0001 es muy pequeña"):
            anticipo_uci.construir(ctx)
