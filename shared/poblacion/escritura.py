# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Canonical register files: what the base and the parts gave, sorted, as the loader writes them.

The registers of everyone are written by stretches of ``i``, which sorts as their key does, so
only a stretch is ever sorted; a thread encodes one while DuckDB makes the next. Rows of parts
with one key and order are told apart by a hash of the whole row: two runs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shared.poblacion.contexto import Contexto
from shared.registros.canonico import (
    COMPRESION_ARROW,
    FILAS_POR_GRUPO,
    MARCA_FIRMA,
    MARCA_REGISTRO,
    opciones,
    orden,
)
from shared.registros.catalogo import esquema_de
from shared.registros.expresiones import ident, literal
from shared.registros.model import Clase, ColumnaRegistro, EsquemaRegistro
from shared.registros.tipado import derivadas
from shared.tipos import InvarianteRota

TRAMO: Final = 48 * FILAS_POR_GRUPO
"""People per stretch: about a million rows in memory at a time."""
FECHA_CORTE: Final = "2025-03-31"
"""Date of the extracts of people: the last one that a mechanism reads (pruebas)."""
SIN_DICCIONARIO: Final = frozenset({"afl_id", "afl_id_cabeza", "ficha", "numero_producto"})
"""Columns with a value of their own per row, besides document numbers."""

DE_PERSONAS: Final = frozenset(
    {
        "bdua",
        "bdua_historia_identificacion",
        "bdua_grupo_familiar",
        "rnec",
        "sisben",
        "bdex",
        "programas",
    }
)
"""Registers of the base: one extract, so one date for every row that brings none."""

Filas: TypeAlias = Callable[[int, int], str]
"""SQL with the base rows of the people from one ``i`` up to, and without, another."""

_ARROW: Final = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(5,2)": pa.decimal128(5, 2),
}


def escribir_aportes(ctx: Contexto, registro: str, ruta: Path) -> None:
    """Write a register that only parts give."""
    esquema = esquema_de(registro)
    columnas, aportes = _aportes(ctx, esquema)
    ctx.con.execute(
        f"COPY (SELECT {_lista(esquema.nombres, columnas, esquema)} FROM ({aportes}) "
        f"ORDER BY {orden(esquema, 'huella')}) TO {literal(str(ruta))} {opciones(esquema)}"
    )


def escribir_base(ctx: Contexto, registro: str, filas: Filas, ruta: Path) -> None:
    """Write a register of everyone: base rows of who was not taken, and what parts gave."""
    esquema = esquema_de(registro)
    propias = _con_dato(ctx.con, esquema, filas(0, 0))
    ajenas, aportes = _preparar_aportes(ctx, esquema)
    columnas = [n for n in esquema.nombres if n in {*propias, *ajenas}]
    with _archivo(esquema, ruta) as guardar:
        for desde, hasta, limites in _tramos(ctx, esquema):
            base = _canonica(ctx.con, esquema, filas(desde, hasta))
            guardar(
                ctx.con.sql(
                    f"SELECT * EXCLUDE (huella) FROM ("
                    f"SELECT {_lista(columnas, propias, esquema)}, 0::UBIGINT AS huella "
                    f"FROM ({base}) UNION ALL "
                    f"SELECT {_lista(columnas, ajenas, esquema)}, huella "
                    f"FROM {aportes} WHERE {limites}) ORDER BY {orden(esquema, 'huella')}"
                ).to_arrow_table()
            )


def _tramos(ctx: Contexto, esquema: EsquemaRegistro) -> Iterator[tuple[int, int, str]]:
    """Stretches of ``i`` and the condition on the key of each; together they hold every key."""
    clave = esquema.clave[0]
    de_i = "afl(i)" if clave == "afl_id" else "doc_numero(i, NULL)"
    inicios = list(range(1, ctx.plan.personas + 1, TRAMO))
    llaves = dict(
        ctx.con.execute(f"SELECT i, {de_i} FROM (SELECT unnest({inicios})::BIGINT AS i)").fetchall()
    )
    finales = [*inicios[1:], ctx.plan.personas + 1]
    for desde, hasta in zip(inicios, finales, strict=True):
        limites = ["true"]
        if desde > 1:
            limites.append(f"{ident(clave)} >= {literal(llaves[desde])}")
        if hasta in llaves:
            limites.append(f"{ident(clave)} < {literal(llaves[hasta])}")
        yield desde, hasta, " AND ".join(limites)


# --- rows ------------------------------------------------------------------------------------


def _aportes(ctx: Contexto, esquema: EsquemaRegistro) -> tuple[list[str], str]:
    """Columns and SQL of what parts gave, in canonical form and each row with its ``huella``."""
    piezas = ", ".join(literal(str(p)) for p in ctx.piezas[esquema.nombre])
    origen = f"SELECT * FROM read_parquet([{piezas}], union_by_name = true)"
    columnas = _con_dato(ctx.con, esquema, origen)
    lista = ", ".join(map(ident, columnas))
    canonica = _canonica(ctx.con, esquema, origen)
    return columnas, f"SELECT {lista}, hash({lista}) AS huella FROM ({canonica})"


def _preparar_aportes(ctx: Contexto, esquema: EsquemaRegistro) -> tuple[list[str], str]:
    """What parts gave to a register of everyone, sorted in a file of its own."""
    clave = ident(esquema.clave[0])
    if esquema.nombre not in ctx.piezas:
        return [], f"(SELECT NULL::VARCHAR AS {clave}, 0::UBIGINT AS huella WHERE false)"
    columnas, aportes = _aportes(ctx, esquema)
    ruta = literal(str(ctx.trabajo / f"aportes-{esquema.nombre}.parquet"))
    ctx.con.execute(
        f"COPY (SELECT * FROM ({aportes}) ORDER BY {clave}) "
        f"TO {ruta} (FORMAT parquet, ROW_GROUP_SIZE {FILAS_POR_GRUPO})"
    )
    return columnas, f"read_parquet({ruta})"


def _con_dato(con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, origen: str) -> list[str]:
    """Columns of the register that these rows bring, or that follow from what they bring.

    Raises:
        InvarianteRota: a part gave a column that the register does not have.
    """
    dadas = set(_tipos(con, origen))
    if ajenas := sorted(dadas - {c.nombre for c in esquema.leidas}):
        raise InvarianteRota(f"{esquema.nombre} no tiene las columnas {', '.join(ajenas)}")
    return [
        c.nombre
        for c in esquema.columnas
        if c.nombre in dadas or c.si_falta or c.derivada or c.nombre == "fecha_corte"
    ]


def _canonica(con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, origen: str) -> str:
    """The rows with every canonical column, typed and completed as the loader would."""
    tipos = _tipos(con, origen)
    leidas = ", ".join(
        f"{_tipada(c, tipos.get(c.nombre))} AS {ident(c.nombre)}" for c in esquema.leidas
    )
    completas = [
        f"coalesce({ident(c.nombre)}, {c.si_falta}) AS {ident(c.nombre)}"
        for c in esquema.leidas
        if c.si_falta
    ]
    if esquema.nombre in DE_PERSONAS:
        completas.append(f"coalesce(fecha_corte, DATE '{FECHA_CORTE}') AS fecha_corte")
    reemplazo = f" REPLACE ({', '.join(completas)})" if completas else ""
    completa = f"SELECT *{reemplazo} FROM (SELECT {leidas} FROM ({origen}))"
    return f"SELECT *{derivadas(esquema)} FROM ({completa})"


def _tipos(con: duckdb.DuckDBPyConnection, origen: str) -> dict[str, str]:
    return {fila[0]: fila[1] for fila in con.execute(f"DESCRIBE {origen}").fetchall()}


def _tipada(columna: ColumnaRegistro, tipo: str | None) -> str:
    """A column as its canonical type: an empty text is no value, SI and NO are booleans."""
    if tipo is None:
        return f"CAST(NULL AS {columna.tipo.duckdb})"
    celda = ident(columna.nombre)
    if tipo != "VARCHAR":
        return f"CAST({celda} AS {columna.tipo.duckdb})"
    celda = f"nullif({celda}, '')"
    if columna.tipo.clase is Clase.BOOLEANO:
        return f"CASE {celda} WHEN 'SI' THEN true WHEN 'NO' THEN false END"
    return f"CAST({celda} AS {columna.tipo.duckdb})" if columna.tipo.duckdb != "VARCHAR" else celda


def _lista(columnas: Iterable[str], con_dato: Iterable[str], esquema: EsquemaRegistro) -> str:
    """The columns for a ``SELECT``; those without data are typed nulls."""
    hay = set(con_dato)
    return ", ".join(
        ident(n) if n in hay else f"CAST(NULL AS {esquema.columna(n).tipo.duckdb}) AS {ident(n)}"
        for n in columnas
    )


# --- file ------------------------------------------------------------------------------------


@contextmanager
def _archivo(esquema: EsquemaRegistro, ruta: Path) -> Iterator[Callable[[pa.Table], None]]:
    """A canonical Parquet that takes tables, in order, and encodes each in a thread."""
    campos = [pa.field(c.nombre, _ARROW[c.tipo.duckdb]) for c in esquema.columnas]
    forma = pa.schema(campos)
    with (
        pq.ParquetWriter(
            ruta,
            forma,
            compression=COMPRESION_ARROW,
            use_dictionary=[c.nombre for c in esquema.columnas if _se_repite(c)],
            store_schema=False,
        ) as escritor,
        ThreadPoolExecutor(1) as hilo,
    ):
        escritor.add_key_value_metadata(
            {MARCA_REGISTRO: esquema.nombre, MARCA_FIRMA: esquema.firma}
        )
        cola = _Cola(escritor, forma, hilo)
        yield cola.guardar
        cola.terminar()


class _Cola:
    """Rows on their way to a Parquet: one table being encoded, and a rest short of a group."""

    def __init__(self, escritor: Any, forma: pa.Schema, hilo: ThreadPoolExecutor) -> None:
        self._escritor = escritor
        self._forma = forma
        self._hilo = hilo
        self._pendiente: Future[None] | None = None
        self._resto = forma.empty_table()
        self._nulos: dict[pa.DataType, pa.Array] = {}

    def guardar(self, tabla: pa.Table) -> None:
        """Queue whole row groups; what is left waits for the next table."""
        junta = pa.concat_tables([self._resto, self._completa(tabla)])
        enteras = len(junta) // FILAS_POR_GRUPO * FILAS_POR_GRUPO
        self._resto = junta.slice(enteras)
        self._escribir(junta.slice(0, enteras))

    def terminar(self) -> None:
        """Write the rest and wait."""
        self._escribir(self._resto)
        self._esperar()

    def _completa(self, tabla: pa.Table) -> pa.Table:
        hay = set(tabla.column_names)
        columnas = [
            tabla.column(campo.name).cast(campo.type)
            if campo.name in hay
            else self._vacia(len(tabla), campo.type)
            for campo in self._forma
        ]
        return pa.table(columnas, schema=self._forma)

    def _vacia(self, filas: int, tipo: pa.DataType) -> pa.Array:
        """A column without data: all of one type share their memory."""
        if len(self._nulos.get(tipo, ())) < filas:
            self._nulos[tipo] = pa.nulls(filas, tipo)
        return self._nulos[tipo].slice(0, filas)

    def _escribir(self, tabla: pa.Table) -> None:
        self._esperar()
        if len(tabla):
            self._pendiente = self._hilo.submit(
                self._escritor.write_table, tabla, row_group_size=FILAS_POR_GRUPO
            )

    def _esperar(self) -> None:
        if self._pendiente is not None:
            self._pendiente.result()
            self._pendiente = None


def _se_repite(columna: ColumnaRegistro) -> bool:
    return columna.tipo.clase is not Clase.DOCUMENTO and columna.nombre not in SIN_DICCIONARIO
