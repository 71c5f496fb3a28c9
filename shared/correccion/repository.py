"""All SQL of the corrections on PostgreSQL: what the records proposed about are now."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER
from sqlalchemy.ext.asyncio import AsyncConnection


class CorreccionRepository:
    """Reads inside the caller's transaction."""

    def __init__(self, tx: AsyncConnection) -> None:
        self.tx = tx

    async def vigentes(self, radicacion_id: UUID, filas: Sequence[int]) -> dict[int, str]:
        """State of those rows of a submission that are still current."""
        consulta = text(
            "SELECT fila, estado FROM registro "
            "WHERE radicacion_id = :id AND vigente AND fila = ANY(:filas)"
        ).bindparams(bindparam("filas", type_=ARRAY(INTEGER)))
        halladas = await self.tx.execute(consulta, {"id": radicacion_id, "filas": list(filas)})
        return {f.fila: f.estado for f in halladas}

    async def correccion(self, radicacion_id: UUID, sha256: str) -> UUID | None:
        """The correction of a submission that brought that very file."""
        consulta = text(
            "SELECT id FROM radicacion WHERE anterior_id = :id AND archivo_sha256 = :sha256 "
            "AND estado <> 'FALLIDA' ORDER BY numero LIMIT 1"
        )
        hallada = await self.tx.execute(consulta, {"id": radicacion_id, "sha256": sha256})
        return hallada.scalar_one_or_none()
