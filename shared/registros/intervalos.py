# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""One history out of several dated extracts, and the state of a register on a day.

Registers §3 (our design choice): a row says how a subject was from ``desde`` to ``hasta``, both
days included; an extract knows when a state began, and only a later one tells that it ended.

How extracts are joined, for a register with ``EsquemaRegistro.intervalos``:

- Files of one date are one extract (BDUA gives one per EPS and régimen). A person in two of them
  keeps both rows: multiple affiliation must stay visible.
- Rows equal in subject, facts, key, ``desde`` and ``hasta`` count once. The other columns (names,
  municipality) are those of the latest extract that has the row.
- Two rows of one subject that share days and that no extract gives together contradict each
  other: the one given last holds, and the other ends the day before it begins. A row left without
  days was mistaken, and goes.
- A person who is missing from a later extract stays as she was: an extract may lack a whole EPS,
  and absence says nothing.
- Two rows with equal facts that touch stay apart: each day has the same state either way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from shared.registros.expresiones import ident, literal
from shared.registros.model import EsquemaRegistro, Intervalos
from shared.tipos import InvarianteRota

DESDE: Final = "desde"
HASTA: Final = "hasta"
_POR_EXTRACTO: Final = 2**40
"""More rows than one extract has, to number those of all of them."""


@dataclass(frozen=True)
class Extracto:
    """Rows of one file, with the date they were true."""

    sql: str
    """``SELECT`` of the canonical columns and of ``_numero``: 0, 1, 2… in the file."""
    fecha: date


@dataclass(frozen=True)
class Historia:
    """Several extracts of one register, the first one in precedence first."""

    esquema: EsquemaRegistro
    extractos: tuple[Extracto, ...]
    condicion: str = ""
    """On the canonical columns: the subjects with some row that meets it come, and whole."""

    def acotada(self, condicion: str) -> Historia:
        """Only the subjects with some row that meets the condition, whatever its date."""
        return replace(self, condicion=condicion)

    def sql(self) -> str:
        """``SELECT`` of the canonical columns: one row per interval."""
        columnas = ", ".join(
            f"least(f.{ident(n)}, c._cierre) AS {ident(n)}" if n == HASTA else f"f.{ident(n)}"
            for n in self.esquema.nombres
        )
        return (
            f"WITH hechos AS ({self._hechos()}), cierres AS ({self._cierres()}) "
            f"SELECT {columnas} FROM ({self._filas('*')}) AS f "
            "JOIN hechos h ON f._fila = h._fila LEFT JOIN cierres c ON f._fila = c._fila "
            f"WHERE NOT coalesce(c._cierre < f.{DESDE}, false)"
        )

    def _filas(self, columnas: str) -> str:
        """Rows of every extract, each with its number and the date of its extract."""
        fechas = sorted({e.fecha for e in self.extractos})
        union = " UNION ALL ".join(
            f"SELECT {columnas}, {i * _POR_EXTRACTO} + _numero AS _fila, "
            f"DATE {literal(e.fecha.isoformat())} AS _fecha, "
            f"{literal(_marca(fechas.index(e.fecha), len(fechas)))}::BIT AS _dicha FROM ({e.sql})"
            for i, e in enumerate(self.extractos)
        )
        if not self.condicion:
            return union
        sujeto = ", ".join(map(ident, self._sujeto))
        pedidos = " UNION ALL ".join(
            f"SELECT {sujeto} FROM ({e.sql}) WHERE {self.condicion}" for e in self.extractos
        )
        return f"SELECT * FROM ({union}) SEMI JOIN ({pedidos}) USING ({sujeto})"

    def _hechos(self) -> str:
        """What is said of each subject, in which extracts, and the row that says it best."""
        iguales = ", ".join(map(ident, self._identidad))
        return (
            f"SELECT {iguales}, max(_fecha) AS _ultima, bit_or(_dicha) AS _dichas, "
            "arg_max(_fila, (_fecha, -_fila)) AS _fila "
            f"FROM ({self._filas(iguales)}) GROUP BY {iguales}"
        )

    def _cierres(self) -> str:
        """Day on which each contradicted row ends."""
        mismo = " AND ".join(f"a.{ident(s)} = b.{ident(s)}" for s in self._sujeto)
        final = literal(max(e.fecha for e in self.extractos).isoformat())
        return (
            f"SELECT a._fila, min(b.{DESDE}) - 1 AS _cierre FROM hechos a JOIN hechos b ON {mismo} "
            "WHERE b._ultima > a._ultima AND bit_count(a._dichas & b._dichas) = 0 "
            f"AND (a.{HASTA} IS NULL OR a.{HASTA} >= b.{DESDE}) "
            f"AND (b.{HASTA} IS NULL OR b.{HASTA} >= a.{DESDE}) "
            # Implied by the first condition; stated, whoever did not change stays out of the join.
            f"AND a._ultima < DATE {final} GROUP BY a._fila"
        )

    @property
    def _sujeto(self) -> tuple[str, ...]:
        return _intervalos(self.esquema).sujeto

    @property
    def _identidad(self) -> tuple[str, ...]:
        declarados = _intervalos(self.esquema)
        columnas = (*declarados.sujeto, *declarados.hecho, *self.esquema.clave, DESDE, HASTA)
        return tuple(dict.fromkeys(columnas))


def _marca(posicion: int, largo: int) -> str:
    """Bits of the extracts, by date, with one of them set."""
    return "".join("1" if i == posicion else "0" for i in range(largo))


def sql_en(sql: str, dia: date) -> str:
    """Rows of ``sql`` in force on a day: conventions §5, *vigente on d*."""
    d = f"DATE {literal(dia.isoformat())}"
    return f"SELECT * FROM ({sql}) WHERE {DESDE} <= {d} AND ({HASTA} IS NULL OR {d} <= {HASTA})"


def _intervalos(esquema: EsquemaRegistro) -> Intervalos:
    if esquema.intervalos is None:
        raise InvarianteRota(f"{esquema.nombre} no declara intervalos")
    return esquema.intervalos
