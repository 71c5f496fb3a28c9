"""A register in the shape of BDUA, already canonical, and the documents that are asked of it.

Documents grow with the row, so nothing has to be sorted. Run in a process of its own:
``python -m bench.consulta.datos CARPETA FILAS``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import duckdb

from shared.registros.canonico import opciones
from shared.registros.catalogo import esquema_de

PEDIDOS_POR_FILA: Final = 1_570_000 / 50_000_000
"""Activos por emergencia asks for 1.57 million persons of a register of 50 million rows."""
DESCONOCIDOS: Final = 20
"""One document in this many is nobody's."""

AZAR: Final = "CREATE MACRO azar(i, sal, n) AS CAST(hash(i, sal) % n AS BIGINT)"
NUMERO: Final = "lpad(CAST(20000000 + i * 16 + azar(i, 0, 16) AS VARCHAR), 10, '0')"
TIPO: Final = "['CC', 'CC', 'CC', 'CC', 'CC', 'CC', 'TI', 'TI', 'RC', 'PE'][1 + azar(i, 1, 10)]"
CABEZA: Final = "(i - i % 3)"
INICIO: Final = "DATE '2010-01-01' + CAST(azar(i, 2, 3600) AS INTEGER)"
VALORES: Final = {
    "afl_id": "CAST(100000000 + azar(i, 3, 900000000) AS VARCHAR)",
    "codigo_eps": "['EPS001', 'EPS002', 'EPS005', 'EPS010', 'ESS024', 'ESS062', 'CCF024']"
    "[1 + azar(i, 4, 7)]",
    "tipo_documento": TIPO,
    "numero_documento": NUMERO,
    "tipo_documento_cabeza": "'CC'",
    "numero_documento_cabeza": NUMERO.replace("i * 16", f"{CABEZA} * 16"),
    "primer_apellido": "'APELLIDO' || azar(i, 5, 3000)",
    "segundo_apellido": "'SEGUNDO' || azar(i, 6, 3000)",
    "primer_nombre": "'NOMBRE' || azar(i, 7, 2000)",
    "segundo_nombre": "CASE WHEN azar(i, 8, 3) > 0 THEN 'OTRO' || azar(i, 9, 2000) END",
    "fecha_nacimiento": "DATE '1930-01-01' + CAST(azar(i, 10, 33000) AS INTEGER)",
    "sexo": "['M', 'F'][1 + azar(i, 11, 2)]",
    "tipo_afiliado": "['C', 'B', 'F', 'O'][1 + azar(i, 12, 4)]",
    "parentesco": "CAST(azar(i, 13, 5) AS VARCHAR)",
    "grupo_poblacional": "CAST(azar(i, 14, 30) AS VARCHAR)",
    "nivel_sisben": "CAST(azar(i, 15, 3) AS VARCHAR)",
    "ficha_sisben": "CASE WHEN azar(i, 16, 2) = 0 THEN CAST(azar(i, 17, 100000000) AS VARCHAR) END",
    "codigo_municipio": "lpad(CAST(5001 + azar(i, 18, 90000) AS VARCHAR), 5, '0')",
    "zona": "['U', 'R'][1 + azar(i, 19, 2)]",
    "fecha_afiliacion_sgsss": "DATE '1995-01-01' + CAST(azar(i, 20, 9000) AS INTEGER)",
    "fecha_afiliacion_eps": INICIO,
    "estado": "['AC', 'AC', 'AC', 'AC', 'SM', 'RE'][1 + azar(i, 21, 6)]",
    "fecha_estado": INICIO,
    "afl_id_cabeza": f"CAST(100000000 + azar({CABEZA}, 3, 900000000) AS VARCHAR)",
    "hab_ips_primaria": "lpad(CAST(azar(i, 22, 60000) AS VARCHAR), 12, '0')",
    "regimen": "['C', 'S'][1 + azar(i, 23, 2)]",
    "desde": INICIO,
}


def generar(carpeta: Path, filas: int) -> None:
    """Write ``bdua.parquet`` and ``pedidos.parquet`` (fila, tipo_documento, numero_documento)."""
    esquema = esquema_de("bdua")
    columnas = ", ".join(
        f"CAST({VALORES.get(c.nombre, 'NULL')} AS {c.tipo.duckdb}) AS {c.nombre}"
        for c in esquema.columnas
    )
    pedidos = max(1_000, int(filas * PEDIDOS_POR_FILA))
    with duckdb.connect(config={"memory_limit": "3GB"}) as con:
        con.execute("SET enable_progress_bar = false")
        con.execute(AZAR)
        con.execute(
            f"COPY (SELECT {columnas} FROM range({filas}) t(i)) "
            f"TO '{carpeta / 'bdua.parquet'}' {opciones(esquema)}"
        )
        con.execute(
            f"COPY (SELECT fila, {TIPO} AS tipo_documento, {NUMERO} || "
            f"CASE WHEN fila % {DESCONOCIDOS} = 0 THEN '9' ELSE '' END AS numero_documento "
            f"FROM (SELECT k AS fila, azar(k, 24, {filas}) AS i FROM range({pedidos}) t(k))) "
            f"TO '{carpeta / 'pedidos.parquet'}'"
        )


if __name__ == "__main__":
    generar(Path(sys.argv[1]), int(sys.argv[2]))
