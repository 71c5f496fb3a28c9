"""SQL of the held records: which are to be judged again, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True)
class EnVigor:
    """What an evaluation is made with now: rules, cortes and options. ``huella`` is all of it."""

    reglas: str
    cortes: Mapping[str, Any]
    parametros: Mapping[str, str]
    huella: str


class LiberacionRepository:
    """Reads and writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def por_revisar(
        self,
        mecanismo: str,
        retenidos: Iterable[str],
        vigor: EnVigor,
        *,
        solo: UUID | None = None,
    ) -> list[UUID]:
        """Radicaciones with held records that were judged with something else, in their order;
        of one of them if ``solo`` says which.

        ``retenidos`` are states without value.
        """
        consulta = text(
            """
            WITH retenidas AS (
                SELECT DISTINCT radicacion_id AS id FROM registro
                WHERE mecanismo = :mecanismo AND vigente AND valor_centavos = 0
                  AND estado = ANY(:retenidos)
                  AND (CAST(:solo AS uuid) IS NULL OR radicacion_id = :solo)
            )
            SELECT r.id
            FROM retenidas JOIN radicacion r USING (id)
            LEFT JOIN revision_retenidos v ON v.radicacion_id = r.id
            CROSS JOIN LATERAL (
                SELECT e.huella, e.cortes, e.parametros FROM evaluacion e
                WHERE e.radicacion_id = r.id ORDER BY e.numero DESC LIMIT 1
            ) e
            WHERE v.huella IS DISTINCT FROM :huella
              AND (e.huella, e.cortes, e.parametros) IS DISTINCT FROM
                  (:reglas, CAST(:cortes AS jsonb), CAST(:parametros AS jsonb))
            ORDER BY r.numero
            """
        ).bindparams(
            bindparam("retenidos", type_=ARRAY(TEXT)),
            bindparam("cortes", type_=JSONB),
            bindparam("parametros", type_=JSONB),
        )
        filas = await self._tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "retenidos": sorted(retenidos),
                "solo": solo,
                "huella": vigor.huella,
                "reglas": vigor.reglas,
                "cortes": dict(vigor.cortes),
                "parametros": dict(vigor.parametros),
            },
        )
        return [f.id for f in filas]

    async def retenidas(self, radicacion_id: UUID, retenidos: Iterable[str]) -> list[int]:
        """Rows of a radicación that are held now, in order."""
        consulta = text(
            "SELECT fila FROM registro WHERE radicacion_id = :id AND vigente "
            "AND valor_centavos = 0 AND estado = ANY(:retenidos) ORDER BY fila"
        ).bindparams(bindparam("retenidos", type_=ARRAY(TEXT)))
        filas = await self._tx.execute(
            consulta, {"id": radicacion_id, "retenidos": sorted(retenidos)}
        )
        return [f.fila for f in filas]

    async def revisada(self, radicacion_id: UUID, huella: str, en: datetime) -> None:
        """Its held records were judged with that; they need not be until it changes."""
        consulta = text(
            """
            INSERT INTO revision_retenidos (radicacion_id, huella, revisado_at)
            VALUES (:id, :huella, :en)
            ON CONFLICT (radicacion_id) DO UPDATE SET huella = excluded.huella,
                revisado_at = excluded.revisado_at
            """
        )
        await self._tx.execute(consulta, {"id": radicacion_id, "huella": huella, "en": en})

    async def en_cola(self, trabajo: str, carga: str) -> bool:
        """Whether a job with that payload waits or runs."""
        consulta = text(
            "SELECT EXISTS (SELECT FROM pgqueuer WHERE entrypoint = :trabajo "
            "AND payload = convert_to(:carga, 'UTF8'))"
        )
        return bool(
            (await self._tx.execute(consulta, {"trabajo": trabajo, "carga": carga})).scalar_one()
        )

    async def cambios(self, registro_id: UUID) -> list[RowMapping]:
        """What a record went through without anyone submitting, oldest first."""
        consulta = text(
            """
            SELECT de, a, de_codigos, a_codigos, de_valor_centavos, a_valor_centavos, motivo, en
            FROM registro_cambio WHERE registro_id = :id ORDER BY en, id
            """
        )
        return list((await self._tx.execute(consulta, {"id": registro_id})).mappings())
