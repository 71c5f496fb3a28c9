"""The rules of activos por emergencia against the truth of the synthetic country: every row.

And the candidates of a month against a query of their own, straight from §3.2 of the dossier.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from services.activos_emergencia.mecanismo import MECANISMO
from shared.focalizacion import Etapa
from shared.normativa import tablas
from shared.poblacion import activos_emergencia
from shared.poblacion.contexto import Contexto
from shared.radicacion.evaluacion import Evaluacion, evaluar_archivo, evaluar_periodo
from tests.poblacion.oraculo_activos import REGISTROS

FECHA = date(2022, 9, 15)
MES = "2020-07"
CANDIDATOS = """
    WITH tramo AS (
        SELECT afl_id, codigo_eps, tipo_afiliado, estado, desde, hasta FROM '{cortes}/bdua.parquet'
        UNION ALL
        SELECT afl_id, codigo_eps, tipo_afiliado, estado, desde, hasta
        FROM '{cortes}/bdua_afiliacion.parquet'
    ), persona AS (
        SELECT afl_id, min(afl_id_cabeza) AS cabeza, min(tipo_documento) AS tipo_documento,
               min(numero_documento) AS numero_documento
        FROM '{cortes}/bdua.parquet' GROUP BY afl_id
    ), uno AS (
        SELECT t.*, p.* EXCLUDE (afl_id),
               CASE WHEN tipo_afiliado = 'C' THEN t.afl_id ELSE cabeza END AS ref
        FROM tramo t JOIN persona p USING (afl_id)
        WHERE estado IN ('AE', 'SM') AND desde <= DATE '2020-07-31'
          AND coalesce(hasta, DATE '2020-07-01') >= DATE '2020-07-01'
        QUALIFY row_number() OVER (PARTITION BY afl_id ORDER BY estado, desde, codigo_eps) = 1
    )
    SELECT codigo_eps, tipo_documento, numero_documento, '2020-07' AS periodo,
           CASE WHEN tipo_afiliado = 'B' AND ref IN (
                    SELECT afl_id FROM tramo WHERE estado = 'AF' AND desde <= DATE '2020-07-31')
                THEN 'III'
                WHEN ref IN (
                    SELECT afl_id FROM tramo WHERE estado = 'PL' AND desde <= DATE '2020-07-31')
                THEN 'II' ELSE 'I' END AS sujeto,
           greatest(desde, DATE '2020-07-01') AS fecha_inicio,
           least(hasta, DATE '2020-07-31') AS fecha_fin, true AS novedad_reportada
    FROM uno
"""


@pytest.fixture(scope="module")
def pais(pais_01: Contexto) -> Path:
    """The folder of the mechanism, with its submission, its truth and its registers."""
    activos_emergencia.construir(pais_01)
    carpeta = pais_01.salida / "activos_emergencia"
    for nombre in REGISTROS:
        partes = [f"FROM '{p}'" for p in pais_01.piezas.get(nombre, ())]
        if nombre == "zonas_upc":
            ruta = tablas.ruta("zonas_upc_2020")
            partes.append(
                f"SELECT codigo_municipio, zona FROM read_csv('{ruta}', all_varchar = true)"
            )
        if partes:
            destino = carpeta / "cortes" / f"{nombre}.parquet"
            junto = " UNION ALL BY NAME ".join(f"({p})" for p in partes)
            pais_01.con.execute(f"COPY ({junto}) TO '{destino}' (FORMAT parquet)")
    return carpeta


@pytest.fixture(scope="module")
def evaluado(pais: Path, tmp_path_factory: pytest.TempPathFactory) -> Evaluacion:
    salida = tmp_path_factory.mktemp("evaluado")
    return evaluar_archivo(
        MECANISMO, pais / "entrada.parquet", pais / "cortes", salida, fecha=FECHA
    )


def consultar(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(sql).fetchall()


def test_cada_fila_sale_como_dice_la_verdad(evaluado: Evaluacion, pais: Path) -> None:
    distintas = consultar(
        f"SELECT v.caso, r.fila, r.estado, v.estado, r.codigos, v.codigos, r.valor_centavos, "
        f"v.valor_centavos FROM '{evaluado.registros}' r "
        f"FULL JOIN '{pais / 'verdad.parquet'}' v USING (fila) "
        "WHERE (r.estado, r.codigos, r.valor_centavos) IS DISTINCT FROM "
        "(v.estado, coalesce(v.codigos, ''), v.valor_centavos)"
    )
    assert distintas == []


def test_toda_regla_de_focalizacion_falla_alguna_vez(evaluado: Evaluacion) -> None:
    """What never fails in the country proves nothing of a rule."""
    codigos = {r.codigo for r in MECANISMO.reglas if r.etapa in (Etapa.FOC, Etapa.FORMA)}
    assert set(evaluado.resumen.por_causal) == codigos


def test_se_paga_a_la_eps_todo_lo_reconocido(evaluado: Evaluacion) -> None:
    assert evaluado.pagos is not None
    descuadradas = consultar(
        f"SELECT fila FROM '{evaluado.registros}' LEFT JOIN (SELECT fila, "
        f"sum(valor_centavos) AS girado FROM '{evaluado.pagos}' GROUP BY fila) USING (fila) "
        "WHERE valor_centavos <> coalesce(girado, 0)"
    )
    assert descuadradas == []
    quienes = consultar(f"SELECT DISTINCT tipo_documento, concepto FROM '{evaluado.pagos}'")
    assert quienes == [("NI", "upc_ae")]


def test_nadie_tiene_mas_de_treinta_dias_en_un_mes(evaluado: Evaluacion) -> None:
    assert evaluado.cupos is not None
    pasadas = consultar(
        f"SELECT clave FROM '{evaluado.cupos}' GROUP BY clave HAVING sum(cantidad) > 30"
    )
    assert pasadas == []
    (cuantas,) = consultar(f"SELECT count(*) FROM '{evaluado.cupos}'")[0]
    assert cuantas == evaluado.resumen.por_estado["LIQUIDADO"]


def test_el_derecho_de_una_fila_es_de_una_sola_viva(evaluado: Evaluacion) -> None:
    """What the database demands of the current records, already true of the file."""
    liberan = ", ".join(f"'{e}'" for e in MECANISMO.estados.liberan)
    repetidas = consultar(
        f"SELECT clave FROM '{evaluado.registros}' WHERE estado NOT IN ({liberan}) "
        "GROUP BY clave HAVING count(*) > 1"
    )
    assert repetidas == []


def test_lo_que_corta_el_subsidiado_queda_para_la_lma(evaluado: Evaluacion) -> None:
    cortadas = consultar(
        f"SELECT dias_lma, valor_lma_centavos > 0, recortes FROM '{evaluado.registros}' "
        "WHERE codigos = 'ACT-10' AND dias_lma > 0 GROUP BY ALL ORDER BY ALL"
    )
    assert (15, True, "ACT-10=15") in cortadas
    sin_cortar = consultar(
        f"SELECT count(*) FROM '{evaluado.registros}' "
        "WHERE NOT contains(codigos, 'ACT-10') AND (dias_lma > 0 OR valor_lma_centavos > 0)"
    )
    assert sin_cortar == [(0,)]


def test_los_candidatos_de_un_mes(pais: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    salida = tmp_path_factory.mktemp("candidatos")
    evaluado = evaluar_periodo(MECANISMO, MES, pais / "cortes", salida, fecha=FECHA)
    hechos = f"(SELECT * EXCLUDE (fila, forma_ok) FROM '{salida / 'entrada' / 'filas.parquet'}')"
    esperados = f"({CANDIDATOS.format(cortes=pais / 'cortes')})"
    assert consultar(f"FROM {hechos} EXCEPT ALL FROM {esperados} LIMIT 5") == []
    assert consultar(f"FROM {esperados} EXCEPT ALL FROM {hechos} LIMIT 5") == []
    # Lo que las EPS reportaron ese mes y se paga, se paga igual sin que nadie lo reporte.
    assert evaluado.resumen.por_estado["LIQUIDADO"] > 15_500
