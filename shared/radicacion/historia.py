"""``historia``: what the suite already decided on the rights that a submission claims.

In the service it is a view of PostgreSQL, kept with each evaluation so that it can be repeated;
in ``evaluar`` it is a file of the folder. Its columns are those of the mechanism's right, plus
``estado`` (conventions §5).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shared.focalizacion.model import Mecanismo
from shared.normativa import Certeza, Fuente
from shared.registros import EsquemaRegistro, FuenteRegistro
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
SEPARADOR: Final = "|"
_ARROW: Final = {Tipo.FECHA: pa.date32(), Tipo.ENTERO: pa.int64(), Tipo.BOOLEANO: pa.bool_()}


def esquema_historia(mecanismo: Mecanismo) -> EsquemaRegistro:
    """The register ``historia`` of a mechanism, from the columns of its right."""
    campos = {c.nombre: c for c in mecanismo.esquema.campos}
    clave = mecanismo.esquema.clave
    return EsquemaRegistro(
        nombre=HISTORIA,
        titulo=f"Lo que la suite ya decidió: {mecanismo.titulo}",
        dueno="Esta suite",
        fuente=Fuente("Decisión de diseño", certeza=Certeza.DISENO),
        certeza=Certeza.DISENO,
        clave=clave,
        orden=("estado",),
        columnas=(
            *(ColumnaRegistro(n, _tipo(campos[n]), obligatoria=True) for n in clave),
            ColumnaRegistro("estado", TEXTO),
        ),
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


def clave_sql(columnas: Sequence[str]) -> str:
    """Columns of the right joined in one text; null if any is. Upper case, as rules compare."""
    return f" || '{SEPARADOR}' || ".join(f"upper(CAST({c} AS VARCHAR))" for c in columnas)


def claves_de(filas: Path, columnas: Sequence[str]) -> list[str]:
    """Distinct rights claimed by the rows that passed FORMA."""
    with duckdb.connect(":memory:") as conexion:
        halladas = conexion.execute(
            f"SELECT DISTINCT {clave_sql(columnas)} FROM read_parquet(?) WHERE forma_ok",  # noqa: S608
            [str(filas)],
        ).fetchall()
    return [clave for (clave,) in halladas if clave is not None]


def escribir_historia(
    ruta: Path, mecanismo: Mecanismo, historia: Sequence[tuple[str, str]]
) -> None:
    """The frame of one evaluation, from (clave, estado) pairs."""
    tipos = {c.nombre: c.tipo for c in mecanismo.esquema.campos}
    partes = [clave.split(SEPARADOR) for clave, _ in historia]
    columnas: dict[str, pa.Array] = {}
    for i, nombre in enumerate(mecanismo.esquema.clave):
        textos = pa.array([p[i] for p in partes], pa.string())
        arrow = _ARROW.get(tipos[nombre])
        columnas[nombre] = textos if arrow is None else textos.cast(arrow)
    columnas["estado"] = pa.array([estado for _, estado in historia], pa.string())
    pq.write_table(pa.table(columnas), ruta)


def fuente_historia(ruta: Path) -> FuenteRegistro:
    """The kept frame as a register. In the service it is always present."""
    literal = str(ruta).replace("'", "''")
    return FuenteRegistro(
        registro=HISTORIA,
        presente=True,
        sql=f"SELECT * FROM read_parquet('{literal}')",  # noqa: S608 - a path of ours
        rutas=(ruta,),
    )
