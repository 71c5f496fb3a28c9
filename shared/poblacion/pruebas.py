# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""The submission of pruebas with its truth, its samples and what the registers say of the people.

Control totals at scale 1, exact: 371,529 LIQUIDADO tests and 52,155,033,888 pesos (dossier §9; the
mix behind them is synthetic). The other states come on top. Date of evaluation: ``FECHA``.
"""

from __future__ import annotations

from typing import Final

from shared.poblacion import pruebas_hechos, pruebas_muestras, pruebas_registros
from shared.poblacion.contexto import Contexto
from shared.poblacion.pruebas_casos import LIQUIDADO
from shared.poblacion.pruebas_sql import CUPO, columnas, numerados, valores

FECHA: Final = "2025-04-01"
"""Day of radicación: that of the acceptance cases (``casos/README.md``)."""
TABLAS: Final = (
    "base", "casas", "laboratorios", "cerca", "lejanos", "eps", "sujetos", "hechos", "ajuste",
    "verdad", "historia",
)  # fmt: skip


def construir(ctx: Contexto) -> dict[str, int]:
    """Write ``pruebas/{entrada,verdad}``, its own registers and its rows of the shared ones.

    Needs ``gente`` and ``prestadores``. Returns rows, people, samples, centavos and rows by state.
    """
    pruebas_hechos.construir(ctx)
    _verdad(ctx)
    ctx.entrada("pruebas", _entrada())
    ctx.verdad("pruebas", "SELECT * FROM pruebas_verdad")
    pruebas_registros.construir(ctx)
    muestras = pruebas_muestras.construir(ctx)
    cifras = _cifras(ctx) | {"muestras": muestras}
    for tabla in TABLAS:
        ctx.con.execute(f"DROP TABLE pruebas_{tabla}")
    return cifras


def _verdad(ctx: Contexto) -> None:
    """Rows in their order: those of a person keep theirs, and the tails close the file."""
    casos = [(0, LIQUIDADO, "", "ok", 0)] + [
        (k * CUPO + j, fila.estado, fila.codigos, caso.nombre, fila.cola)
        for k, caso in numerados()
        for j, fila in enumerate(caso.filas)
    ]
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_verdad AS
        WITH casos(slot, estado, codigos, caso, cola) AS (VALUES {valores(casos)}),
        turno AS (
            SELECT i, j, valor, estado, codigos, caso, cola,
                   max(j) OVER (PARTITION BY i) AS ultima, azar(i, 'pru.orden') AS primera
            FROM pruebas_hechos JOIN casos USING (slot)
        )
        SELECT row_number() OVER (
                   ORDER BY cola, CASE WHEN j = 0 THEN primera ELSE primera + (1 - primera)
                       * (j - 1 + azar(i, 'pru.otra_vez')) / ultima END, i, j
               ) AS fila,
               i, j, estado, codigos, caso,
               CASE WHEN estado = '{LIQUIDADO}' THEN valor * 100 ELSE 0 END AS valor_centavos
        FROM turno
        """
    )


def _entrada() -> str:
    """The submitted columns (dossier §3.1) as the entities wrote them."""
    escrito = {
        k * CUPO + j: fila.texto for k, caso in numerados() for j, fila in enumerate(caso.filas)
    }
    id_escrito = "CASE WHEN azar(i, 'pru.id') < 0.6 THEN id_muestra END"
    usuales = {
        "consecutivo": "fila::VARCHAR",
        "codigo_eps": "eps",
        "tipo_documento": "tipo_documento",
        "numero_documento": "numero_documento",
        "primer_apellido": "apellido1(i)",
        "segundo_apellido": "apellido2(i)",
        "primer_nombre": "nombre1(i, sexo)",
        "segundo_nombre": "nombre2(i, sexo)",
        "codigo_municipio_toma": "municipio",
        "fecha_toma": "fecha::VARCHAR",
        "fecha_proceso": "proceso::VARCHAR",
        "cups": "cups",
        "tipo_prueba": "tipo",
        "id_sismuestras": id_escrito,
        "hab_toma": "hab_toma",
        "nit_toma": "nit_toma",
        "hab_procesa": "hab_procesa",
        "nit_procesa": "nit_procesa",
        "factura_toma": "factura_toma",
        "factura_procesa": "factura_procesa",
        "fecha_factura": "factura::VARCHAR",
        "valor_toma": "valor_toma::VARCHAR",
        "valor_procesa": "valor_procesa::VARCHAR",
        "valor_total": "valor::VARCHAR",
        "diferencial": "CASE WHEN diferencial THEN 'SI' ELSE 'NO' END",
        "beneficiario_giro": "CASE WHEN azar(i, 'pru.giro') < 0.85 THEN 'IPS' ELSE 'EPS' END",
    }
    return f"""
        SELECT fila, {columnas(escrito, usuales)}
        FROM (
            SELECT *, valor - valor_toma AS valor_procesa FROM (
                SELECT *, valor * (20 + azar_entero(i, 'pru.parte', 25)) // 100 AS valor_toma
                FROM pruebas_hechos
            )
        ) JOIN (SELECT fila, i, j FROM pruebas_verdad) USING (i, j)
    """


def _cifras(ctx: Contexto) -> dict[str, int]:
    filas, personas, centavos = ctx.con.execute(
        "SELECT count(*), count(DISTINCT i), sum(valor_centavos)::BIGINT FROM pruebas_verdad"
    ).fetchall()[0]
    por_estado = ctx.con.execute(
        "SELECT estado, count(*) FROM pruebas_verdad GROUP BY estado ORDER BY estado"
    ).fetchall()
    return {
        "filas": filas,
        "personas": personas,
        "valor_centavos": centavos,
        **dict(por_estado),
    }
