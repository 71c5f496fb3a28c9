"""What the records of a submission take of the quantities that all share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.duck import en_memoria
from shared.focalizacion.model import Mecanismo
from shared.radicacion.evaluacion import Evaluacion
from shared.radicacion.historia import datos_de_parte_sql
from shared.radicacion.model import Radicacion
from shared.radicacion.repository import CupoRepository, ParteDeCupo

_TROZO = 10_000


async def tomar_cupos(
    tx: AsyncConnection,
    radicacion: Radicacion,
    evaluacion: Evaluacion,
    mecanismo: Mecanismo,
    *,
    filas: Sequence[int] | None = None,
) -> None:
    """Store the parts of the records, already stored, that an evaluation decided; only those of
    ``filas`` if given. Who had them before gives them back first.

    Raises:
        asyncpg.CheckViolationError: somebody else took one of them (``CUPO_LLENO``).
    """
    partes = partes_de(evaluacion, mecanismo, filas=filas)
    if (primera := next(partes, None)) is not None:
        await CupoRepository(tx).copiar(radicacion, chain([primera], partes))


def partes_de(
    evaluacion: Evaluacion, mecanismo: Mecanismo, *, filas: Sequence[int] | None = None
) -> Iterator[ParteDeCupo]:
    """Parts in row order, streamed."""
    if evaluacion.cupos is None:
        return
    with en_memoria() as conexion:
        resultado = conexion.execute(
            "SELECT fila, clave, cantidad, maximo, "  # noqa: S608 - our columns
            f"{datos_de_parte_sql(mecanismo)} FROM read_parquet($ruta) "
            "WHERE $filas IS NULL OR list_contains(CAST($filas AS BIGINT[]), fila) "
            "ORDER BY fila, clave",
            {"ruta": str(evaluacion.cupos), "filas": None if filas is None else list(filas)},
        )
        while trozo := resultado.fetchmany(_TROZO):
            yield from (ParteDeCupo(*parte) for parte in trozo)
