"""Whether the engine, the query by hand and the truth of the country say the same."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import duckdb

from shared.normativa import tablas

TOTAL: Final = (250_569, 380_728_073_616)
"""Of the 34 rows of the ADRES report: people and pesos (dossier §9)."""


class Distintas(Exception):
    """Two of them do not agree: their times say nothing."""


def main(pais: Path, motor: Path, a_mano: Path, *, exacta: bool) -> None:
    """Compare, and print rows, hallazgos and departments that match.

    Raises:
        Distintas: a row, a hallazgo, a payment or a published total differs.
    """
    with duckdb.connect(":memory:") as con:

        def filas(consulta: str) -> list[tuple[Any, ...]]:
            return con.execute(consulta).fetchall()

        for carpeta, quien in ((motor, "m"), (a_mano, "a")):
            for que in ("registros", "hallazgos", "pagos"):
                con.execute(f"CREATE VIEW {quien}_{que} AS FROM '{carpeta}/{que}.parquet'")
        decidido = "SELECT fila, estado, codigos, valor_centavos"
        for una, otra in (
            (
                f"{decidido}, clave, gana FROM m_registros",
                f"{decidido}, clave, gana FROM a_registros",
            ),
            (f"{decidido} FROM m_registros", f"{decidido} FROM '{pais}/verdad.parquet'"),
            ("FROM m_pagos", "FROM a_pagos"),
            # The query by hand tells which rows have no form, not what to mend in each cell, and
            # nobody keeps the wording of its messages.
            *(
                (f"{que} FROM m_hallazgos {donde}", f"{que} FROM a_hallazgos {donde}")
                for que, donde in (
                    ("SELECT fila, codigo, veredicto, efecto, columna", "WHERE codigo <> 'THS-03'"),
                    ("SELECT DISTINCT fila", "WHERE codigo = 'THS-03'"),
                )
            ),
        ):
            difieren = filas(
                f"(({una}) EXCEPT ALL ({otra})) UNION ALL (({otra}) EXCEPT ALL ({una})) LIMIT 3"
            )
            if difieren:
                raise Distintas(f"{una} no es {otra}: {difieren}")
        lugares = filas(
            "SELECT coalesce(codigo_departamento, '') AS d, count(*), "
            "(sum(valor_centavos) // 100)::BIGINT FROM m_registros JOIN "
            "(SELECT file_row_number + 1 AS fila, codigo_departamento FROM "
            f"read_parquet('{pais}/entrada.parquet', file_row_number = true)) USING (fila) "
            "WHERE estado = 'LIQUIDADO' GROUP BY d ORDER BY d"
        )
        if exacta:
            _publicados(lugares)
        ((total, hallazgos),) = filas(
            "SELECT (SELECT count(*) FROM m_registros), (SELECT count(*) FROM m_hallazgos)"
        )
        print(total, hallazgos, len(lugares))


def _publicados(lugares: list[tuple[Any, ...]]) -> None:
    dichos = sorted(
        (f["codigo_divipola"], int(f["beneficiarios"]), int(f["valor_cop"]))
        for f in tablas.leer("ths_departamentos_2020")
    )
    if lugares != dichos:
        raise Distintas(f"departamentos: {[x for x in lugares if x not in dichos]}")
    if (sum(n for _, n, _ in lugares), sum(v for *_, v in lugares)) != TOTAL:
        raise Distintas("los totales no son los publicados")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), exacta=sys.argv[4] == "1")
