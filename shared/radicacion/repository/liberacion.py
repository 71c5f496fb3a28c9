"""SQL of the held records: which are to be judged again, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BOOLEAN, JSONB, TEXT
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.focalizacion.model import Estados
from shared.radicacion.repository.estado import estado_de


@dataclass(frozen=True)
class EnVigor:
    """What an evaluation is made with now: rules, cortes and options. ``huella`` is all of it."""

    reglas: str
    cortes: Mapping[str, Any]
    parametros: Mapping[str, str]
    huella: str


@dataclass(frozen=True)
class PorRevisar:
    """A radicación whose held records may move.

    ``resueltos`` says of the records that they wait for, which are resolved and how: that is what
    they were judged with, once they are.
    """

    id: UUID
    resueltos: Sequence[str]


class LiberacionRepository:
    """Reads and writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def por_revisar(
        self,
        mecanismo: str,
        estados: Estados,
        vigor: EnVigor,
        *,
        solo: UUID | None = None,
    ) -> list[PorRevisar]:
        """Radicaciones with held records that were judged with something else, in their order;
        of one of them if ``solo`` says which.

        What they were judged with is also who holds the right that they ask for, where some state
        of that record resolves them: it was another one, or none, or is now in another of those
        states. Held states have no value.
        """
        consulta = text(
            f"""
            WITH retenidas AS MATERIALIZED (
                SELECT radicacion_id, gana_id, libera FROM registro
                WHERE mecanismo = :mecanismo AND vigente AND valor_centavos = 0
                  AND estado = ANY(:retenidos)
                  AND (CAST(:solo AS uuid) IS NULL OR radicacion_id = :solo)
            ), ganan AS (
                SELECT g.id, CASE WHEN NOT g.vigente OR g.libera THEN 'LIBRE'
                                  WHEN e.estado = ANY(:resuelven) THEN e.estado END AS resuelto
                FROM (SELECT DISTINCT gana_id FROM retenidas WHERE :esperan) t
                JOIN registro g ON g.id = t.gana_id
                {estado_de(":publicados")}
            ), por_radicacion AS (
                SELECT t.radicacion_id AS id,
                       coalesce(array_agg(DISTINCT CASE WHEN t.gana_id IS NULL THEN 'NADIE'
                                                        ELSE g.id || ' ' || g.resuelto END)
                                FILTER (WHERE :esperan AND t.libera
                                        AND (t.gana_id IS NULL OR g.resuelto IS NOT NULL)),
                                '{{}}') AS resueltos
                FROM retenidas t LEFT JOIN ganan g ON g.id = t.gana_id GROUP BY 1
            )
            SELECT r.id, t.resueltos
            FROM por_radicacion t JOIN radicacion r USING (id)
            LEFT JOIN revision_retenidos v ON v.radicacion_id = r.id
            CROSS JOIN LATERAL (
                SELECT e.huella, e.cortes, e.parametros FROM evaluacion e
                WHERE e.radicacion_id = r.id ORDER BY e.numero DESC LIMIT 1
            ) e
            WHERE (v.huella IS DISTINCT FROM :huella
                   AND (e.huella, e.cortes, e.parametros) IS DISTINCT FROM
                       (:reglas, CAST(:cortes AS jsonb), CAST(:parametros AS jsonb)))
               OR t.resueltos <> coalesce(v.resueltos, '{{}}')
            ORDER BY r.numero
            """  # noqa: S608 - fixed texts
        ).bindparams(
            bindparam("retenidos", type_=ARRAY(TEXT)),
            bindparam("resuelven", type_=ARRAY(TEXT)),
            bindparam("esperan", type_=BOOLEAN),
            bindparam("cortes", type_=JSONB),
            bindparam("parametros", type_=JSONB),
        )
        filas = await self._tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "retenidos": sorted(estados.retenidos),
                "resuelven": sorted(estados.resuelven),
                "esperan": bool(estados.resuelven),
                "publicados": json.dumps(dict(estados.publicados)),
                "solo": solo,
                "huella": vigor.huella,
                "reglas": vigor.reglas,
                "cortes": dict(vigor.cortes),
                "parametros": dict(vigor.parametros),
            },
        )
        return [PorRevisar(f.id, f.resueltos) for f in filas]

    async def retenidas(self, radicacion_id: UUID, retenidos: Iterable[str]) -> dict[int, UUID]:
        """Rows of a radicación that are held now, in order, and their records."""
        consulta = text(
            "SELECT fila, id FROM registro WHERE radicacion_id = :id AND vigente "
            "AND valor_centavos = 0 AND estado = ANY(:retenidos) ORDER BY fila"
        ).bindparams(bindparam("retenidos", type_=ARRAY(TEXT)))
        filas = await self._tx.execute(
            consulta, {"id": radicacion_id, "retenidos": sorted(retenidos)}
        )
        return {f.fila: f.id for f in filas}

    async def revisada(self, revisada: PorRevisar, huella: str, en: datetime) -> None:
        """Its held records were judged with that; they need not be until it changes."""
        consulta = text(
            """
            INSERT INTO revision_retenidos (radicacion_id, huella, resueltos, revisado_at)
            VALUES (:id, :huella, :resueltos, :en)
            ON CONFLICT (radicacion_id) DO UPDATE SET huella = excluded.huella,
                resueltos = excluded.resueltos, revisado_at = excluded.revisado_at
            """
        ).bindparams(bindparam("resueltos", type_=ARRAY(TEXT)))
        valores = {"huella": huella, "resueltos": list(revisada.resueltos), "en": en}
        await self._tx.execute(consulta, {"id": revisada.id, **valores})

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
