"""SQL of the current records of a reporter, as a file with indicators finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True)
class RegistroVigente:
    """A current record. ``caso`` is null if its row failed FORMA.

    ``por_aforo`` are its recognitions that still wait for aforo; ``comprometido``: it has another
    that counts. ``con_derecho``: it holds its right.
    """

    id: UUID
    radicacion_id: UUID
    fila: int
    caso: str | None
    con_derecho: bool
    por_aforo: Sequence[UUID]
    comprometido: bool


class VigentesRepository:
    """Reads inside the caller's transaction."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def de(
        self, mecanismo: str, entidad: str, casos: Sequence[str], *, excepto: UUID
    ) -> list[RegistroVigente]:
        """Current records that an entity has of those cases, or of none: a row that failed
        FORMA keeps its data only in its file. Oldest first; none of the submission ``excepto``.
        """
        consulta = text(
            """
            SELECT g.id, g.radicacion_id, g.fila, g.caso, NOT g.libera AS con_derecho,
                   coalesce(p.por_aforo, '{}') AS por_aforo,
                   coalesce(p.comprometido, false) AS comprometido
            FROM registro g
            JOIN radicacion r ON r.id = g.radicacion_id
            LEFT JOIN LATERAL (
                SELECT array_agg(DISTINCT c.id) FILTER (WHERE c.espera_por = 'AFORO') AS por_aforo,
                       bool_or(c.espera_por IS DISTINCT FROM 'AFORO') AS comprometido
                FROM registro_pago p JOIN reconocimiento c ON c.id = p.reconocimiento_id
                WHERE p.radicacion_id = g.radicacion_id AND p.fila = g.fila
                  AND c.estado <> 'ANULADO'
            ) p ON true
            WHERE g.mecanismo = :mecanismo AND r.entidad = :entidad AND g.vigente
              AND g.radicacion_id <> :excepto AND (g.caso = ANY(:casos) OR g.caso IS NULL)
            ORDER BY r.numero, g.fila
            """
        ).bindparams(bindparam("casos", type_=ARRAY(TEXT)))
        filas = await self._tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "entidad": entidad,
                "casos": list(casos),
                "excepto": excepto,
            },
        )
        return [RegistroVigente(**f) for f in filas.mappings()]

    async def siguen_en_espera(self, reconocimientos: Sequence[UUID]) -> bool:
        """Whether all of them still wait for aforo."""
        consulta = text(
            "SELECT count(*) FROM reconocimiento WHERE id = ANY(:ids) AND espera_por = 'AFORO' "
            "AND estado <> 'ANULADO'"
        ).bindparams(bindparam("ids", type_=ARRAY(UUID_SQL)))
        esperan = (await self._tx.execute(consulta, {"ids": list(reconocimientos)})).scalar_one()
        return int(esperan) == len(reconocimientos)

    async def se_pagan(
        self,
        registros: Sequence[UUID],
        *,
        salvo: Sequence[UUID],
        solicitud_id: UUID | None = None,
    ) -> bool:
        """Whether a recognition that counts, none of ``salvo`` nor of ``solicitud_id``, pays some
        of those records."""
        consulta = text(
            """
            SELECT EXISTS (
                SELECT FROM registro g
                JOIN registro_pago p ON p.radicacion_id = g.radicacion_id AND p.fila = g.fila
                JOIN reconocimiento c ON c.id = p.reconocimiento_id
                WHERE g.id = ANY(:registros) AND c.estado <> 'ANULADO' AND c.id <> ALL(:salvo)
                  AND c.solicitud_id IS DISTINCT FROM CAST(:solicitud AS uuid))
            """
        ).bindparams(
            bindparam("registros", type_=ARRAY(UUID_SQL)),
            bindparam("salvo", type_=ARRAY(UUID_SQL)),
        )
        pedido = {"registros": list(registros), "salvo": list(salvo), "solicitud": solicitud_id}
        return bool((await self._tx.execute(consulta, pedido)).scalar_one())
