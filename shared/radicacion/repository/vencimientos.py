"""SQL of the records that nobody answered in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.radicacion.repository.radicaciones import DECIDIO

_POR_VENCER: Final = """
    g.mecanismo = :mecanismo AND g.vigente AND g.valor_centavos = 0 AND g.estado = :estado
    AND g.comunicado_at < :comunicados_antes_de
"""
"""States that wait for an answer are worth nothing."""


@dataclass(frozen=True)
class PorVencer:
    """Current records of a mechanism, in a state, communicated before an instant."""

    mecanismo: str
    estado: str
    comunicados_antes_de: datetime


class VencimientoRepository:
    """Reads and writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def primera_en_curso(self, mecanismo: str) -> date | None:
        """Legal day of the oldest submission that has not been decided."""
        consulta = text(
            "SELECT CAST(min(fecha_radicacion) AT TIME ZONE 'America/Bogota' AS date) "
            "FROM radicacion WHERE mecanismo = :mecanismo AND estado IN ('EN_COLA', 'EN_PROCESO')"
        )
        primera: date | None = (
            await self._tx.execute(consulta, {"mecanismo": mecanismo})
        ).scalar_one()
        return primera

    async def hay(self, cuales: PorVencer) -> bool:
        """Whether there is any."""
        consulta = text(f"SELECT EXISTS (SELECT FROM registro g WHERE {_POR_VENCER})")  # noqa: S608
        return bool((await self._tx.execute(consulta, vars(cuales))).scalar_one())

    async def vencer(
        self,
        cuales: PorVencer,
        *,
        a: str,
        libera: bool,
        codigo: str,
        motivo: str,
        por: str,
        en: datetime,
    ) -> dict[UUID, int]:
        """Move them to ``a``, with one more code if ``codigo`` is one, and keep from what to what
        and why (``motivo`` and the day of the communication, which stays), beside the evaluation
        that decided them.

        Returns how many of each submission.
        """
        consulta = text(
            f"""
            WITH antes AS (
                SELECT g.id, g.estado, g.codigos, e.id AS evaluacion_id,
                       CAST(g.comunicado_at AT TIME ZONE 'America/Bogota' AS date) AS comunicado
                FROM registro g CROSS JOIN LATERAL (
                    SELECT e.id FROM evaluacion e
                    WHERE e.radicacion_id = g.radicacion_id AND {DECIDIO}
                    ORDER BY e.numero DESC LIMIT 1
                ) e
                WHERE {_POR_VENCER}
                FOR UPDATE OF g
            ), movidas AS (
                UPDATE registro g SET estado = :a, libera = :libera, codigos = CASE
                    WHEN :codigo = '' OR :codigo = ANY(g.codigos) THEN g.codigos
                    ELSE ARRAY(SELECT unnest(g.codigos || CAST(:codigo AS text)) ORDER BY 1) END
                FROM antes WHERE g.id = antes.id
                RETURNING g.id, g.radicacion_id, g.estado, g.codigos
            ), anotadas AS (
                INSERT INTO registro_cambio (registro_id, evaluacion_id, de, a, de_codigos,
                    a_codigos, de_valor_centavos, a_valor_centavos, motivo, por, en)
                SELECT a.id, a.evaluacion_id, a.estado, m.estado, a.codigos, m.codigos, 0, 0,
                    :motivo || ' ' || to_char(a.comunicado, 'YYYY-MM-DD'), :por, :en
                FROM antes a JOIN movidas m ON m.id = a.id
            )
            SELECT radicacion_id, count(*) AS registros FROM movidas GROUP BY 1
            """  # noqa: S608 - fixed texts
        )
        await self._tx.execute(text("SET LOCAL statement_timeout = 0"))
        dados = {"a": a, "libera": libera, "codigo": codigo, "motivo": motivo, "por": por, "en": en}
        filas = await self._tx.execute(consulta, vars(cuales) | dados)
        return {f.radicacion_id: f.registros for f in filas}
