# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""How many people of each municipality, age and sex, and the numbers that deal them out.

Whole numbers only, so a scale gives the same counts on any machine. Source of the structure:
DANE, population projections 2020 (``datos/README.md``). Inside a municipality people are
numbered adults first (``k``); an affine permutation of those numbers deals them to households,
so nobody's household, head or document needs a join to be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import gcd
from typing import Any, Final

import duckdb
import pyarrow as pa

from shared.poblacion import datos
from shared.poblacion.plan import Plan
from shared.registros.expresiones import literal
from shared.tipos import Centavos, repartir

ADULTO: Final = 18
"""Completed years from which a person heads a household."""
CAPAS: Final = (1000, 810, 580, 360, 180, 90, 45, 30)
"""Of a thousand households, how many have a first, second… eighth member: 3.1 people each."""
GRANDE: Final = 100_000
"""People of 2020 from which a municipality counts as a city."""
URBANA: Final = (950, 600)
"""Per thousand households in the cabecera, in a city and elsewhere: our approximation."""
ORO: Final = 0.618
"""Steps of a permutation near this part of the whole scatter neighbours far apart."""

CC_JOVEN, RC, TI, PE, CC_MAYOR = range(5)
"""Strata of documents in the order in which their numbers sort as text: CC of those born from
1984, RC, TI, PE, CC of those born before."""
ADULTOS: Final = (CC_JOVEN, PE, CC_MAYOR)
EDAD_1984: Final = 36
"""Completed years on 2020-06-01 of the youngest born before 1984."""
EDAD_TI: Final = 7
PE_EDADES: Final = (18, 49)
PE_POR_MIL: Final = 15
"""Adults with a Permiso Especial de Permanencia, per thousand: our approximation."""


@dataclass(frozen=True)
class Permutacion:
    """``x → (paso · x + corrimiento) mod n``: each of n numbers once, without a table."""

    n: int
    paso: int
    corrimiento: int

    def sql(self, x: str) -> str:
        """The image of the expression ``x``."""
        return f"(({self.paso} * ({x}) + {self.corrimiento}) % {self.n})"

    @property
    def inversa(self) -> int:
        """Step that undoes the permutation."""
        return pow(self.paso, -1, self.n) if self.n > 1 else 0


def permutacion(n: int, sal: int) -> Permutacion:
    """One permutation of n numbers, chosen by ``sal``."""
    if n <= 1:
        return Permutacion(1, 0, 0)
    paso = int(n * ORO) + sal % 97 + 1
    while gcd(paso, n) != 1:
        paso += 1
    return Permutacion(n, paso % n, sal * 7_919 % n)


@dataclass(frozen=True)
class Municipio:
    """A municipality at the scale of the run."""

    codigo: str
    personas: int
    adultos: int
    censo: int
    """People of the official figure."""

    @property
    def cortes(self) -> list[int]:
        """Local position where each layer of members ends; the first one is of the heads."""
        total = sum(CAPAS)
        cortes = [(2 * self.personas * suma + total) // (2 * total) for suma in accumulate(CAPAS)]
        cabezas = min(max(cortes[0], 1), self.adultos)
        return [cabezas, *(max(cabezas, c) for c in cortes[1:])]


@dataclass(frozen=True)
class Estrato:
    """People whose documents are of one kind: numbers ``primero``… of the country."""

    primero: int
    permutacion: Permutacion

    @property
    def fin(self) -> int:
        """First number after the stratum."""
        return self.primero + self.permutacion.n

    def i(self, j: str) -> str:
        """Number in the country of the ``j``-th person of the stratum."""
        return f"({self.primero} + {self.permutacion.sql(j)})"


def municipios(plan: Plan) -> list[Municipio]:
    """Every municipality with its people by largest remainder, one an adult at the very least."""
    censo: dict[str, list[int]] = {}
    for fila in datos.leer("dane_2020_municipio"):
        edades = [int(n) for n in fila["personas"].split()]
        suma = censo.setdefault(fila["codigo_municipio"], [0, 0])
        suma[0] += sum(edades)
        suma[1] += sum(edades[ADULTO:])
    # Belén de Bajirá (27086) is in the list and DANE counts nobody in it.
    habitados = {codigo: suma for codigo, suma in censo.items() if suma[0]}
    personas = repartir(Centavos(plan.personas), [total for total, _ in habitados.values()])
    return [
        Municipio(codigo, n, min(n, max(1, (2 * n * adultos + total) // (2 * total))), total)
        for (codigo, (total, adultos)), n in zip(habitados.items(), personas, strict=True)
    ]


def instalar(con: duckdb.DuckDBPyConnection, plan: Plan) -> list[Estrato]:
    """Tables ``nucleo.municipios`` and ``nucleo.celdas`` (people alike), and the strata."""
    _municipios(con, municipios(plan), plan.semilla)
    _celdas(con)
    estratos, primero = [], 1
    for estrato, n in con.execute(
        "SELECT e, coalesce(sum(n), 0)::BIGINT FROM range(5) r(e) LEFT JOIN nucleo.celdas "
        "ON estrato = e GROUP BY e ORDER BY e"
    ).fetchall():
        estratos.append(Estrato(primero, permutacion(n, plan.semilla + estrato)))
        primero += n
    return estratos


def _municipios(con: duckdb.DuckDBPyConnection, lista: list[Municipio], semilla: int) -> None:
    filas: list[dict[str, Any]] = []
    primer_hogar = 1
    for m, lugar in enumerate(lista):
        adultos = permutacion(lugar.adultos, semilla + m)
        menores = permutacion(lugar.personas - lugar.adultos, semilla + m + 1)
        cortes = lugar.cortes
        filas.append(
            {
                "m": m,
                "codigo_municipio": lugar.codigo,
                "personas": lugar.personas,
                "adultos": lugar.adultos,
                "urbana": URBANA[0] if lugar.censo >= GRANDE else URBANA[1],
                "primer_hogar": primer_hogar,
                "hogares": max(cortes[0], 1),
                "cortes": cortes,
                "n_a": adultos.n,
                "paso_a": adultos.paso,
                "corre_a": adultos.corrimiento,
                "inversa_a": adultos.inversa,
                "n_m": menores.n,
                "paso_m": menores.paso,
                "corre_m": menores.corrimiento,
            }
        )
        primer_hogar += cortes[0]
    tabla = pa.Table.from_pylist(filas)
    con.register("municipios_arrow", tabla)
    con.execute("CREATE TABLE nucleo.municipios AS SELECT * FROM municipios_arrow")
    con.unregister("municipios_arrow")


def _celdas(con: duckdb.DuckDBPyConnection) -> None:
    """People alike in everything but their number, with the number of the first of them.

    ``k0`` counts inside the municipality, ``j0`` inside the stratum.
    """
    ruta = datos.CARPETA / "dane_2020_municipio.csv"
    con.execute(
        f"""
        CREATE TABLE nucleo.celdas AS
        WITH censo AS (
            SELECT codigo_municipio, sexo, unnest(string_split(personas, ' '))::BIGINT AS censo,
                   unnest(range(86))::INTEGER AS edad
            FROM read_csv({literal(str(ruta))}, all_varchar = true)
        ), contadas AS ({_contadas()}), partidas AS ({_partidas()}), filas AS (
            SELECT m, edad, sexo, unnest(range(5))::INTEGER AS estrato, unnest([
                CASE WHEN edad BETWEEN {ADULTO} AND {EDAD_1984 - 1} THEN n - pe ELSE 0 END,
                CASE WHEN edad < {EDAD_TI} THEN n ELSE 0 END,
                CASE WHEN edad BETWEEN {EDAD_TI} AND {ADULTO - 1} THEN n ELSE 0 END,
                pe,
                CASE WHEN edad >= {EDAD_1984} THEN n - pe ELSE 0 END
            ]) AS n
            FROM partidas
        )
        SELECT (row_number() OVER (ORDER BY m, estrato, edad, sexo) - 1)::INTEGER AS celda,
               m, estrato, edad, sexo, n,
               (sum(n) OVER (PARTITION BY m ORDER BY edad < {ADULTO}, estrato, edad, sexo) - n
                   )::BIGINT AS k0,
               (sum(n) OVER (PARTITION BY estrato ORDER BY m, edad, sexo) - n)::BIGINT AS j0
        FROM filas WHERE n > 0 ORDER BY celda
        """
    )


def _contadas() -> str:
    """``n`` of each municipality, age and sex.

    Running sums are rounded, not each figure: nobody is more than one person off, and in a small
    municipality the old are not lost to the more numerous young, as by largest remainder.
    """
    grupo = "PARTITION BY m, adulto"
    return f"""
        SELECT m, edad, sexo,
               (cuantos * suma + corre) // total - (cuantos * (suma - censo) + corre) // total AS n
        FROM (
            SELECT m, edad, sexo, censo, edad >= {ADULTO} AS adulto,
                   CASE WHEN edad >= {ADULTO} THEN adultos ELSE personas - adultos END AS cuantos,
                   (sum(censo) OVER ({grupo} ORDER BY edad, sexo))::BIGINT AS suma,
                   (sum(censo) OVER ({grupo}))::BIGINT AS total,
                   azar_entero(m * 2 + (edad >= {ADULTO})::INTEGER, 'celdas', total) AS corre
            FROM censo JOIN nucleo.municipios USING (codigo_municipio)
        )
    """


def _partidas() -> str:
    """The same cells with the ``pe`` of them who hold a PE: spread evenly over the country."""
    desde, hasta = PE_EDADES
    return f"""
        SELECT m, edad, sexo, n,
               CASE WHEN joven THEN (cuota * suma) // total - (cuota * (suma - n)) // total
                    ELSE 0 END AS pe
        FROM (
            SELECT *, edad BETWEEN {desde} AND {hasta} AS joven,
                   (sum(n) OVER (PARTITION BY joven ORDER BY m, edad, sexo))::BIGINT AS suma,
                   (sum(n) OVER (PARTITION BY joven))::BIGINT AS total,
                   (sum(n) FILTER (edad >= {ADULTO}) OVER ()
                       * {PE_POR_MIL} // 1000)::BIGINT AS cuota
            FROM contadas
        )
    """
