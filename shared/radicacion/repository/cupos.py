"""SQL of what records take of the quantities that all share.

``cupo`` itself is kept by the database (migration 0014): here the parts come and go, and whoever
would take more than there is, is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import conexion_asyncpg
from shared.radicacion.model import Radicacion

CUPO_LLENO: Final = "ck_cupo_ocupado"
"""Constraint that refuses whoever takes more than there is."""
_COLUMNAS: Final = (
    "radicacion_id",
    "mecanismo",
    "fila",
    "clave",
    "cantidad",
    "maximo",
    "datos",
)


@dataclass(frozen=True)
class ParteDeCupo:
    """What a row takes of the quantity ``clave``, of which there is ``maximo``. ``datos`` is the
    JSON of what the part answers with in ``historia``, if it does."""

    fila: int
    clave: str
    cantidad: int
    maximo: int
    datos: str | None


class CupoRepository:
    """Writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def copiar(self, radicacion: Radicacion, partes: Iterable[ParteDeCupo]) -> None:
        """Copy the parts of records that exist: those that hold their right take them now.

        Raises:
            asyncpg.CheckViolationError: somebody took what one of them would (``CUPO_LLENO``).
        """
        await self._tx.execute(text("SET LOCAL statement_timeout = 0"))
        conexion = cast("Any", await conexion_asyncpg(self._tx))
        await conexion.copy_records_to_table(
            "registro_cupo",
            columns=list(_COLUMNAS),
            records=(
                (
                    radicacion.id,
                    radicacion.mecanismo,
                    p.fila,
                    p.clave,
                    p.cantidad,
                    p.maximo,
                    p.datos,
                )
                for p in partes
            ),
        )

    async def quitar(self, radicacion_id: UUID, filas: Sequence[int]) -> None:
        """Those rows take nothing any more, and give back what they had."""
        consulta = text(
            "DELETE FROM registro_cupo WHERE radicacion_id = :id AND fila = ANY(:filas)"
        ).bindparams(bindparam("filas", type_=ARRAY(INTEGER)))
        await self._tx.execute(text("SET LOCAL statement_timeout = 0"))
        await self._tx.execute(consulta, {"id": radicacion_id, "filas": list(filas)})
