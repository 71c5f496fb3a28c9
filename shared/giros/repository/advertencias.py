"""SQL of what an ordenador should know before approving: nothing here stops a payment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.model import Advertencias, EntidadEnRevision, MotivoRevision

_ADVERTENCIAS = text(
    """
    SELECT r.id,
        (SELECT e.motivo FROM entidad_en_revision e
         WHERE r.tipo_documento = 'NI' AND e.nit = r.nit
           AND e.desde <= :hoy AND (e.hasta IS NULL OR e.hasta >= :hoy)
         ORDER BY e.desde DESC LIMIT 1) AS en_revision,
        EXISTS (SELECT FROM reconocimiento p
            WHERE p.nit = r.nit AND p.tipo_documento = r.tipo_documento
              AND p.mecanismo = r.mecanismo AND p.estado = 'EN_LEGALIZACION'
              AND p.periodo = to_char(to_date(r.periodo, 'YYYY-MM') - interval '1 month', 'YYYY-MM')
              AND NOT EXISTS (SELECT FROM legalizacion l WHERE l.reconocimiento_id = p.id)
        ) AS sin_soporte_anterior,
        EXISTS (SELECT FROM cuenta_bancaria o
            WHERE (o.numero_producto, o.codigo_banco) = (c.numero_producto, c.codigo_banco)
              AND (o.tipo_documento, o.nit) <> (c.tipo_documento, c.nit)
        ) AS cuenta_compartida
    FROM reconocimiento r LEFT JOIN cuenta_bancaria c ON c.id = r.cuenta_id
    WHERE r.id = ANY(:ids)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_REGISTRAR = text(
    """
    INSERT INTO entidad_en_revision (nit, motivo, acto, desde, hasta, registrado_por, created_at)
    VALUES (:nit, :motivo, :acto, :desde, :hasta, :por, :ahora)
    ON CONFLICT (nit, motivo, desde) DO UPDATE SET acto = excluded.acto, hasta = excluded.hasta,
        registrado_por = excluded.registrado_por, created_at = excluded.created_at
    """
)


class AdvertenciaRepository:
    """Entities under review, and support that is missing."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def de(self, ids: Iterable[UUID], hoy: date) -> dict[UUID, Advertencias]:
        """Of each recognition, what to know about its payee on ``hoy``."""
        filas = await self._tx.execute(_ADVERTENCIAS, {"ids": list(ids), "hoy": hoy})
        return {
            f.id: Advertencias(
                None if f.en_revision is None else MotivoRevision(f.en_revision),
                sin_soporte_anterior=f.sin_soporte_anterior,
                cuenta_compartida=f.cuenta_compartida,
            )
            for f in filas
        }

    async def registrar(self, entidad: EntidadEnRevision, *, por: str, ahora: datetime) -> None:
        """Add an entry, or change the act or the end of the one of that day."""
        await self._tx.execute(
            _REGISTRAR,
            {
                "nit": entidad.nit,
                "motivo": entidad.motivo.value,
                "acto": entidad.acto,
                "desde": entidad.desde,
                "hasta": entidad.hasta,
                "por": por,
                "ahora": ahora,
            },
        )

    async def listar(self) -> list[EntidadEnRevision]:
        """Every entry, by NIT and date."""
        filas = await self._tx.execute(
            text("SELECT nit, motivo, acto, desde, hasta FROM entidad_en_revision ORDER BY 1, 4")
        )
        return [
            EntidadEnRevision(f.nit, MotivoRevision(f.motivo), f.acto, f.desde, f.hasta)
            for f in filas
        ]
