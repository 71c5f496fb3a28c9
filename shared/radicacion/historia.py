"""``historia``: what the suite already decided on the rights that a submission claims.

In ``evaluar`` it is a file of the folder; in the service, the records of PostgreSQL, of which
only those that the rules ask for are read, and kept with the evaluation so that it can be
repeated (conventions §5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import duckdb
import narwhals as nw

from shared.db.duck import en_memoria
from shared.focalizacion.cruces import Marco
from shared.focalizacion.model import Mecanismo
from shared.focalizacion.motor import MotorDuckDB
from shared.focalizacion.service import SEPARADOR
from shared.normativa import Certeza, Fuente
from shared.registros import EsquemaRegistro, FuenteRegistro
from shared.registros.expresiones import ident, literal
from shared.registros.model import (
    BOOLEANO,
    CODIGO,
    ENTERO,
    FECHA,
    LISTA,
    TEXTO,
    ColumnaRegistro,
)
from shared.registros.model import Tipo as TipoRegistro
from shared.tipos.campos import Campo, Tipo

HISTORIA: Final = "historia"
CLAVES_POR_LECTURA: Final = 20_000
"""Keys asked of the database at a time."""
_TABLA: Final = "__historia"
_ID: Final = "registro_id"
_PARTE: Final = "parte"


def esquema_historia(mecanismo: Mecanismo) -> EsquemaRegistro:
    """The register ``historia`` of a mechanism: what is kept of each decided row, what became of
    it (``codigos`` joined by ``;``) and when it was told."""
    columnas = guardadas(mecanismo)
    return EsquemaRegistro(
        nombre=HISTORIA,
        titulo=f"Lo que la suite ya decidió: {mecanismo.titulo}",
        dueno="Esta suite",
        fuente=Fuente("Decisión de diseño", certeza=Certeza.DISENO),
        certeza=Certeza.DISENO,
        clave=tuple(c.nombre for c in columnas if c.obligatoria) or (columnas[0].nombre,),
        orden=("estado",),
        columnas=(
            *columnas,
            ColumnaRegistro("estado", TEXTO),
            ColumnaRegistro("codigos", TEXTO),
            ColumnaRegistro("fecha_comunicacion", FECHA),
            ColumnaRegistro("valor", ENTERO),
        ),
    )


def guardadas(mecanismo: Mecanismo) -> tuple[ColumnaRegistro, ...]:
    """What is kept of each decided row: what the mechanism says, else what its right is made of."""
    if mecanismo.esquema.historia:
        return mecanismo.esquema.historia
    campos = {c.nombre: c for c in mecanismo.esquema.campos}
    return tuple(
        ColumnaRegistro(n, _tipo(campos[n]), obligatoria=True) for n in mecanismo.esquema.clave
    )


def _tipo(campo: Campo) -> TipoRegistro:
    match campo.tipo:
        case Tipo.DIGITOS:
            return CODIGO(campo.largo, completa_ceros=campo.completa_ceros)
        case Tipo.FECHA:
            return FECHA
        case Tipo.ENTERO:
            return ENTERO
        case Tipo.BOOLEANO:
            return BOOLEANO
        case Tipo.LISTA:
            return LISTA(*campo.valores)
        case _:
            return TEXTO


def registros_de(
    mecanismo: Mecanismo,
) -> tuple[list[str | EsquemaRegistro], list[str | EsquemaRegistro]]:
    """Obligatory and optional registers, ``historia`` with the mechanism's own columns."""

    def propios(nombres: Sequence[str]) -> list[str | EsquemaRegistro]:
        return [esquema_historia(mecanismo) if n == HISTORIA else n for n in nombres]

    return propios(mecanismo.esquema.obligatorios), propios(mecanismo.esquema.opcionales)


def fuente_historia(ruta: Path) -> FuenteRegistro:
    """What an evaluation read, as a register. In the service it is always present."""
    return _fuente(f"SELECT * FROM read_parquet({literal(str(ruta))})", ruta)  # noqa: S608


def _fuente(sql: str, *rutas: Path) -> FuenteRegistro:
    return FuenteRegistro(registro=HISTORIA, presente=True, sql=sql, rutas=rutas)


Leer = Callable[[Mapping[str, Sequence[str]], Path], None]
"""Column → values: the records that have one of its values in each column, written as CSV."""


class HistoriaLeida:
    """``historia`` as the rules ask for it: each record, or part of one, is read once, the first
    time that a key finds it, and what was read can be kept.

    ``leer`` blocks until the database answers: it is called from the thread of the evaluation.
    """

    def __init__(self, mecanismo: Mecanismo, motor: MotorDuckDB, leer: Leer, temporal: Path):
        self._motor = motor
        self._leer = leer
        self._csv = temporal / "historia.csv"
        columnas = esquema_historia(mecanismo).columnas
        self._tipos = {_ID: "UUID", _PARTE: "VARCHAR"} | {c.nombre: c.tipo.duckdb for c in columnas}
        definidas = ", ".join(f"{ident(n)} {tipo}" for n, tipo in self._tipos.items())
        motor.conexion.execute(f"CREATE TABLE {_TABLA} ({definidas})")

    @property
    def fuente(self) -> FuenteRegistro:
        """The register: empty until somebody asks."""
        return _fuente(f"SELECT * FROM {_TABLA}")  # noqa: S608 - a name of ours

    def __call__(self, claves: Marco, columnas: Sequence[str]) -> Marco:
        """An ``Acotar``: every column of the records that have one of those keys."""
        pedidas = self._motor.guardar(claves, "__pedidas").to_native()
        for inicio in range(0, len(pedidas), CLAVES_POR_LECTURA):
            self._traer(pedidas.limit(CLAVES_POR_LECTURA, inicio))
        usando = ", ".join(map(ident, pedidas.columns))
        return nw.from_native(
            self._motor.conexion.sql(
                f"SELECT h.* FROM {_TABLA} h SEMI JOIN {pedidas.alias} USING ({usando})"  # noqa: S608
            )
        )

    def _traer(self, pedidas: duckdb.DuckDBPyRelation) -> None:
        valores = {
            c: [v for (v,) in pedidas.project(f"CAST({ident(c)} AS VARCHAR)").distinct().fetchall()]
            for c in pedidas.columns
        }
        self._leer(valores, self._csv)
        tipos = ", ".join(f"{literal(n)}: {literal(t)}" for n, t in self._tipos.items())
        self._motor.conexion.execute(
            f"INSERT INTO {_TABLA} SELECT * FROM (SELECT * REPLACE "  # noqa: S608
            f"(coalesce({_PARTE}, '') AS {_PARTE}) FROM read_csv({literal(str(self._csv))}, "
            f"auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', "
            f"columns = {{{tipos}}})) ANTI JOIN {_TABLA} USING ({_ID}, {_PARTE})"
        )
        self._csv.unlink()

    def guardar(self, ruta: Path) -> None:
        """Keep what was read: judged again with it, every row comes out the same."""
        self._motor.conexion.execute(
            f"COPY (SELECT * FROM {_TABLA} ORDER BY {_ID}, {_PARTE}) "  # noqa: S608
            f"TO {literal(str(ruta))}"
        )


def registros_leidos(ruta: Path) -> set[UUID]:
    """Which records an evaluation saw, from what it kept; only parts of them is not to see them."""
    with en_memoria() as conexion:
        filas = conexion.execute(
            f"SELECT {_ID} FROM read_parquet(?) WHERE {_PARTE} = ''",  # noqa: S608 - names of ours
            [str(ruta)],
        ).fetchall()
    return {id_ for (id_,) in filas}


def columnas_de_partes(mecanismo: Mecanismo) -> frozenset[str]:
    """What a part that a record takes has of its own in ``historia``."""
    return frozenset(
        c
        for cupo in mecanismo.esquema.cupos
        if cupo.historia
        for c in (*cupo.clave, *cupo.historia)
    )


def datos_de_parte_sql(mecanismo: Mecanismo) -> str:
    """JSON of what is kept of a part, over the columns of ``cupos.parquet``; null if nothing is."""
    columnas = sorted(columnas_de_partes(mecanismo))
    if not columnas:
        return "CAST(NULL AS VARCHAR)"
    partes = ", ".join(f"{ident(c)} := {ident(c)}" for c in columnas)
    return f"CAST(to_json(struct_pack({partes})) AS VARCHAR)"


def datos_sql(mecanismo: Mecanismo) -> str:
    """JSON of what is kept of a decided row, over the columns of ``registros.parquet``."""
    propias = mecanismo.esquema.historia
    if propias:
        partes = [f"{ident(c.nombre)} := {ident(c.nombre)}" for c in propias]
    else:
        partes = [
            f"{ident(nombre)} := split_part(clave, {literal(SEPARADOR)}, {i})"
            for i, nombre in enumerate(mecanismo.esquema.clave, 1)
        ]
    return f"CAST(to_json(struct_pack({', '.join(partes)})) AS VARCHAR)"
