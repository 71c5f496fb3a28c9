"""Whether two variants wrote the same: registros in the same order, hallazgos as a multiset."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


class Distintas(Exception):
    """Two variants do not agree: their times say nothing."""


def comparar(una: Path, otra: Path) -> int:
    """Number of hallazgos of both.

    Raises:
        Distintas: a row differs, is missing or is out of place.
    """
    with duckdb.connect(":memory:") as conexion:

        def filas(consulta: str) -> list[tuple[object, ...]]:
            hechas: list[tuple[object, ...]] = conexion.execute(consulta).fetchall()
            return hechas

        a, b = (f"'{carpeta}/registros.parquet'" for carpeta in (una, otra))
        distintas = filas(
            f"SELECT x, y FROM (SELECT a AS x FROM {a} AS a) "
            f"POSITIONAL JOIN (SELECT b AS y FROM {b} AS b) WHERE x IS DISTINCT FROM y LIMIT 3"
        )
        a, b = (f"'{carpeta}/hallazgos.parquet'" for carpeta in (una, otra))
        distintas += filas(f"(FROM {a} EXCEPT ALL FROM {b}) LIMIT 3")
        distintas += filas(f"(FROM {b} EXCEPT ALL FROM {a}) LIMIT 3")
        if distintas:
            raise Distintas(f"{una.name} y {otra.name} no dan lo mismo: {distintas}")
        return int(str(filas(f"SELECT count(*) FROM {a}")[0][0]))


if __name__ == "__main__":
    print(comparar(Path(sys.argv[1]), Path(sys.argv[2])))
