"""Quarantine of the load against the rows that were broken on purpose, one by one."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from bench.registros.datos import preparar

_COMO_SE_DICE = """
    CASE WHEN motivo LIKE 'la fila tiene 42 columnas%' THEN 'falta un campo'
         WHEN motivo LIKE 'la fila tiene 44 columnas%' THEN 'sobra un campo'
         WHEN columna = 'fecha_nacimiento' THEN 'fecha imposible'
         WHEN columna = 'numero_documento' THEN 'sin documento'
         WHEN columna = 'estado' THEN 'estado imposible' END
"""


def main(carpeta: Path, filas: int) -> None:
    """Prints how many rows are in quarantine; fails if any is missing, spare or misnamed."""
    salida = carpeta / "salida"
    with duckdb.connect() as con:
        preparar(con)
        con.execute(
            f"CREATE TABLE esperado AS SELECT i + 1 AS fila, falla(i) AS falla "
            f"FROM range({filas}) t(i) WHERE falla(i) IS NOT NULL"
        )
        con.execute(
            f"CREATE TABLE hallado AS SELECT fila, {_COMO_SE_DICE} AS falla "
            f"FROM '{salida / 'bdua.rechazos.parquet'}'"
        )
        distintas = con.sql(
            "SELECT * FROM ((FROM esperado EXCEPT ALL FROM hallado) UNION ALL "
            "(FROM hallado EXCEPT ALL FROM esperado)) LIMIT 5"
        ).fetchall()
        if distintas:
            raise SystemExit(f"la cuarentena no es la esperada: {distintas}")
        ((malas, buenas, comillas),) = con.sql(
            "SELECT (SELECT count(*) FROM esperado), count(*), "
            "count(*) FILTER (WHERE contains(primer_apellido, chr(34))) "
            f"FROM '{salida / 'bdua.parquet'}'"
        ).fetchall()
        ((con_comilla,),) = con.sql(
            f"SELECT count(*) FROM range({filas}) t(i) WHERE con_comilla(i) AND falla(i) IS NULL"
        ).fetchall()
    if malas + buenas != filas or comillas != con_comilla:
        raise SystemExit(f"{filas} filas, {buenas} buenas y {malas} malas; {comillas} comillas")
    print(malas)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
