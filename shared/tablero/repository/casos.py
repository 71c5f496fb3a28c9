# ruff: noqa: S608 - the SQL is made of constants; every value is a parameter
"""SQL over the files of a run, in DuckDB: totals, pages of cases, the scorecard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from shared.db.duck import en_memoria
from shared.tablero.model import GLOSADO, PAGADO, FilaEps, Mes, PorEstado, Tablero, ordenar

COLUMNAS: Final = (
    "id_caso",
    "tipo_documento",
    "numero_documento",
    "codigo_eps",
    "eps",
    "codigo_municipio",
    "fecha",
    "estado",
    "valor_centavos",
    "entregado_el",
)
_TROZO: Final = 5_000


@dataclass(frozen=True)
class FiltroCasos:
    """Which cases: of an EPS (base code), in a state, confirmed between two days, included."""

    eps: str | None = None
    estado: str | None = None
    desde: date | None = None
    hasta: date | None = None

    @property
    def sql(self) -> str:
        """Condition with its parameters in the order of ``valores``."""
        return " AND ".join(["true", *(condicion for condicion, _ in self._condiciones)])

    @property
    def valores(self) -> list[object]:
        return [valor for _, valor in self._condiciones]

    @property
    def _condiciones(self) -> list[tuple[str, object]]:
        posibles = (
            ("eps = ?", self.eps),
            ("estado = ?", self.estado),
            ("fecha >= ?", self.desde),
            ("fecha <= ?", self.hasta),
        )
        return [(sql, valor) for sql, valor in posibles if valor is not None]


@dataclass(frozen=True)
class CasoRepository:
    """The files of one run. Each question opens and closes its own connection."""

    casos: Path
    devoluciones: Path | None = None
    """What went back to the EPS; ``None``, nobody knows."""

    def totales(self, filtro: FiltroCasos) -> list[PorEstado]:
        """Cases and centavos by state, of those that pass."""
        with _conexion() as con:
            filas = con.execute(
                "SELECT estado, count(*), CAST(sum(valor_centavos) AS BIGINT) "
                f"FROM read_parquet(?) WHERE {filtro.sql} GROUP BY 1",
                [str(self.casos), *filtro.valores],
            ).fetchall()
        return [PorEstado(*fila) for fila in filas]

    def contar(self, filtro: FiltroCasos) -> int:
        """How many cases pass."""
        return sum(p.casos for p in self.totales(filtro))

    def pagina(self, filtro: FiltroCasos, despues: str | None, limite: int) -> list[dict[str, Any]]:
        """Cases by identity, after one of them."""
        with _conexion() as con:
            filas = con.execute(
                f"SELECT {', '.join(COLUMNAS)} FROM read_parquet(?) "
                f"WHERE {filtro.sql} AND id_caso > ? ORDER BY id_caso LIMIT ?",
                [str(self.casos), *filtro.valores, despues or "", limite],
            ).fetchall()
        return [dict(zip(COLUMNAS, fila, strict=True)) for fila in filas]

    def todos(self, filtro: FiltroCasos) -> Iterator[dict[str, Any]]:
        """Every case that passes, in chunks, by identity."""
        with _conexion() as con:
            resultado = con.execute(
                f"SELECT {', '.join(COLUMNAS)} FROM read_parquet(?) "
                f"WHERE {filtro.sql} ORDER BY id_caso",
                [str(self.casos), *filtro.valores],
            )
            while trozo := resultado.fetchmany(_TROZO):
                for fila in trozo:
                    yield dict(zip(COLUMNAS, fila, strict=True))

    def tablero(self, estados: Sequence[str], fecha: date, plazo_dias: int) -> Tablero:
        """The scorecard, with ages counted to ``fecha``."""
        with _conexion() as con:
            con.execute("CREATE VIEW caso AS FROM read_parquet('" + _texto(self.casos) + "')")
            _ver_devoluciones(con, self.devoluciones)
            grupos = _por_eps(con, estados, fecha, plazo_dias)
            (total,) = _por_eps(con, estados, fecha, plazo_dias, juntas=True).values()
        return Tablero(
            fecha,
            plazo_dias,
            tuple(estados),
            ordenar(list(grupos.values())),
            total,
            hay_fechas=self.devoluciones is not None,
        )


@contextmanager
def _conexion() -> Iterator[duckdb.DuckDBPyConnection]:
    with en_memoria() as con:
        con.execute("SET threads = 1")  # small files: starting threads costs more than it saves
        yield con


def _texto(ruta: Path) -> str:
    return str(ruta).replace("'", "''")


def _ver_devoluciones(con: duckdb.DuckDBPyConnection, ruta: Path | None) -> None:
    if ruta is not None:
        con.execute("CREATE VIEW devolucion AS FROM read_parquet('" + _texto(ruta) + "')")
        return
    con.execute(
        "CREATE TABLE devolucion (eps VARCHAR, devuelto_el DATE, respondido_el DATE, veces BIGINT)"
    )


_PAGADO_CENTAVOS: Final = f"""
    CASE WHEN count(*) FILTER (estado = '{PAGADO}' AND valor_centavos IS NULL) = 0 THEN
        CAST(coalesce(sum(valor_centavos) FILTER (estado = '{PAGADO}'), 0) AS BIGINT) END
"""
"""Unknown if the amount of one of them is."""
_CIFRAS: Final = f"""
    count(*) AS universo,
    count(*) FILTER (estado <> $nunca) AS entregados,
    count(*) FILTER (estado <> $nunca AND NOT con_registro) AS sin_registro,
    count(*) FILTER (estado = $nunca) AS nunca_entregados,
    count(*) FILTER (estado = '{GLOSADO}') AS glosados,
    count(*) FILTER (estado = '{PAGADO}') AS nucleos_pagados,
    {_PAGADO_CENTAVOS} AS pagado_centavos
"""
_CORRECCIONES: Final = """
    CAST(sum(veces) AS BIGINT) AS devoluciones,
    CAST(coalesce(sum(veces) FILTER (respondido_el <= devuelto_el + $plazo), 0) AS BIGINT)
        AS corregidas_a_tiempo,
    CAST(coalesce(sum(veces) FILTER (respondido_el > devuelto_el + $plazo), 0) AS BIGINT)
        AS corregidas_tarde,
    CAST(coalesce(sum(veces) FILTER (respondido_el IS NULL), 0) AS BIGINT) AS en_espera,
    min(devuelto_el) FILTER (respondido_el IS NULL) AS espera_desde,
    max(greatest($hoy - devuelto_el, 0)) FILTER (respondido_el IS NULL) AS espera_maxima_dias
"""


def _por_eps(
    con: duckdb.DuckDBPyConnection,
    estados: Sequence[str],
    fecha: date,
    plazo_dias: int,
    *,
    juntas: bool = False,
) -> dict[str, FilaEps]:
    """Figures by base code; of all together, under no code, if they are ``juntas``."""
    de = "''" if juntas else "eps"
    nunca = {"nunca": estados[-1]}
    hoy = {"hoy": fecha}
    figuras = _tabla(con, f"SELECT {de} AS eps, {_CIFRAS} FROM caso GROUP BY 1", nunca)
    correcciones = _tabla(
        con,
        f"SELECT {de} AS eps, {_CORRECCIONES} FROM devolucion GROUP BY 1",
        hoy | {"plazo": plazo_dias},
    )
    medianas = _tabla(
        con,
        f"""
        SELECT eps, min(dias) FILTER (2 * hasta >= todas) AS espera_mediana_dias FROM (
            SELECT {de} AS eps, greatest($hoy - devuelto_el, 0) AS dias,
                   sum(veces) OVER (PARTITION BY {de} ORDER BY devuelto_el DESC) AS hasta,
                   sum(veces) OVER (PARTITION BY {de}) AS todas
            FROM devolucion WHERE respondido_el IS NULL)
        GROUP BY 1
        """,
        hoy,
    )
    por_estado = _anidado(con, f"SELECT {de}, estado, count(*) FROM caso GROUP BY 1, 2")
    meses = con.execute(
        f"SELECT {de}, strftime(fecha, '%Y-%m'), count(*), count(*) FILTER (estado = $nunca), "
        f"count(*) FILTER (estado = '{PAGADO}'), {_PAGADO_CENTAVOS} "
        "FROM caso GROUP BY 1, 2 ORDER BY 1, 2",
        nunca,
    ).fetchall()
    claves = figuras.keys() | correcciones.keys() | ({""} if juntas else set())
    return {
        eps: FilaEps(
            eps,
            **figuras.get(eps, {}),
            **correcciones.get(eps, {}),
            **medianas.get(eps, {}),
            por_estado={e: por_estado.get(eps, {}).get(e, 0) for e in estados},
            por_mes=tuple(Mes(*resto) for suya, *resto in meses if suya == eps),
        )
        for eps in claves
    }


def _tabla(
    con: duckdb.DuckDBPyConnection, sql: str, valores: Mapping[str, object]
) -> dict[str, dict[str, Any]]:
    """Rows by their first column, the others under their names."""
    usados = {nombre: valor for nombre, valor in valores.items() if f"${nombre}" in sql}
    resultado = con.execute(sql, usados)
    nombres = [columna[0] for columna in resultado.description]
    return {fila[0]: dict(zip(nombres[1:], fila[1:], strict=True)) for fila in resultado.fetchall()}


def _anidado(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, dict[str, int]]:
    anidado: dict[str, dict[str, int]] = {}
    for eps, estado, casos in con.execute(sql).fetchall():
        anidado.setdefault(eps, {})[estado] = casos
    return anidado
