"""SQL of the records that are judged again: as they are now, moved, paid anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy import DateTime, RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, BOOLEAN, INTEGER, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import conexion_asyncpg
from shared.radicacion.repository import RegistroDecidido

_TITULAR = (
    "CASE WHEN c.titular_nit IS NULL THEN c.tipo_documento ELSE 'NI' END AS tipo_documento, "
    "coalesce(c.titular_nit, c.nit) AS numero"
)


class ActualesRepository:
    """Reads and writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def volcar_registros(self, radicacion_id: UUID, destino: Path) -> None:
        """Write as CSV the current records of a radicación: fila, id, estado, codigos (joined by
        ``;``), valor_centavos and the number of the evaluation that decided it."""
        await self._volcar(
            """
            SELECT g.fila, g.id, g.estado, array_to_string(g.codigos, ';'), g.valor_centavos,
                   coalesce((SELECT max(e.numero) FROM registro_cambio k
                             JOIN evaluacion e ON e.id = k.evaluacion_id
                             WHERE k.registro_id = g.id), 1)
            FROM registro g WHERE g.radicacion_id = $1 AND g.vigente
            """,
            radicacion_id,
            destino,
        )

    async def volcar_pagos(self, radicacion_id: UUID, destino: Path) -> None:
        """Write as CSV what pays each part of those records and counts: fila, concepto,
        recognition, document of its titular, centavos, state and what it waits for, whether it is
        of their solicitud, what it is worth, and what of that was already found in excess (a file
        that was cleared does not count)."""
        await self._volcar(
            f"""
            SELECT p.fila, p.concepto, c.id, {_TITULAR}, p.valor_centavos, c.estado, c.espera_por,
                   c.solicitud_id = r.solicitud_id, c.valor_centavos,
                   coalesce((SELECT sum(i.capital_centavos) FROM reintegro i
                             WHERE i.reconocimiento_id = c.id AND i.estado <> 'ACLARADO'), 0)
            FROM registro_pago p
            JOIN registro g ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
            JOIN radicacion r ON r.id = g.radicacion_id
            JOIN reconocimiento c ON c.id = p.reconocimiento_id
            WHERE p.radicacion_id = $1 AND g.vigente AND c.estado <> 'ANULADO'
            """,  # noqa: S608 - fixed texts
            radicacion_id,
            destino,
        )

    async def volcar_hallazgos(self, radicacion_id: UUID, destino: Path) -> None:
        """Write as CSV what earlier reprocesses found of those records: fila, recognition,
        centavos."""
        await self._volcar(
            """
            SELECT g.fila, c.reconocimiento_id, sum(c.capital_centavos)
            FROM registro g JOIN reproceso_cambio c ON c.registro_id = g.id
            WHERE g.radicacion_id = $1 AND g.vigente
              AND c.clase = 'HALLAZGO' AND c.resultado = 'APLICADO'
            GROUP BY 1, 2
            """,
            radicacion_id,
            destino,
        )

    async def _volcar(self, sql: str, radicacion_id: UUID, destino: Path) -> None:
        await self._tx.execute(text("SET LOCAL statement_timeout = 0"))
        conexion = cast("Any", await conexion_asyncpg(self._tx))
        with destino.open("wb") as archivo:

            async def escribir(datos: bytes) -> None:
                archivo.write(datos)

            await conexion.copy_from_query(sql, radicacion_id, output=escribir, format="csv")

    async def evaluaciones(self, radicacion_id: UUID) -> dict[int, str]:
        """Number and folder of each evaluation of a radicación."""
        consulta = text("SELECT numero, carpeta FROM evaluacion WHERE radicacion_id = :id")
        filas = await self._tx.execute(consulta, {"id": radicacion_id})
        return {f.numero: f.carpeta for f in filas}

    # Move ---------------------------------------------------------------------

    async def soltar(self, radicacion_id: UUID, filas: Sequence[int]) -> None:
        """Those records let go of their rights, so that they may exchange them: who keeps one says
        so next."""
        consulta = text(
            "UPDATE registro SET libera = true, gana_id = NULL "
            "WHERE radicacion_id = :id AND fila = ANY(:filas) AND vigente"
        ).bindparams(bindparam("filas", type_=ARRAY(INTEGER)))
        await self._tx.execute(consulta, {"id": radicacion_id, "filas": list(filas)})

    async def mover(
        self,
        radicacion_id: UUID,
        decididos: Sequence[RegistroDecidido],
        *,
        evaluacion_id: UUID,
        motivo: str,
        por: str,
        en: datetime,
    ) -> int:
        """Leave those current records as decided, and keep from what to what, why and by which
        evaluation. Returns how many.

        Raises:
            IntegrityError: somebody else holds the right of one of them.
        """
        consulta = text(
            """
            WITH nuevas AS (
                SELECT fila, estado, string_to_array(nullif(codigos, ''), ';') AS codigos, valor,
                       libera, clave, CAST(datos AS jsonb) AS datos
                FROM unnest(:filas, :estados, :codigos, :valores, :liberan, :claves, :datos)
                    AS n (fila, estado, codigos, valor, libera, clave, datos)
            ), antes AS (
                SELECT g.id, g.fila, g.estado, g.codigos, g.valor_centavos
                FROM registro g JOIN nuevas n ON n.fila = g.fila
                WHERE g.radicacion_id = :radicacion_id AND g.vigente
                FOR UPDATE OF g
            ), movidas AS (
                UPDATE registro g SET estado = n.estado, codigos = coalesce(n.codigos, '{}'),
                    valor_centavos = n.valor, libera = n.libera, clave = n.clave,
                    datos = n.datos, comunicado_at = :en
                FROM antes a JOIN nuevas n ON n.fila = a.fila WHERE g.id = a.id
                RETURNING g.id, g.estado, g.codigos, g.valor_centavos
            )
            INSERT INTO registro_cambio (registro_id, evaluacion_id, de, a, de_codigos, a_codigos,
                de_valor_centavos, a_valor_centavos, motivo, por, en)
            SELECT a.id, :evaluacion_id, a.estado, m.estado, a.codigos, m.codigos,
                a.valor_centavos, m.valor_centavos, :motivo, :por, :en
            FROM antes a JOIN movidas m ON m.id = a.id
            """
        ).bindparams(
            bindparam("filas", type_=ARRAY(INTEGER)),
            *(bindparam(n, type_=ARRAY(TEXT)) for n in ("estados", "codigos", "claves", "datos")),
            bindparam("valores", type_=ARRAY(BIGINT)),
            bindparam("liberan", type_=ARRAY(BOOLEAN)),
            bindparam("evaluacion_id", type_=UUID_SQL),
        )
        hechos = await self._tx.execute(
            consulta,
            {
                "radicacion_id": radicacion_id,
                "filas": [d.fila for d in decididos],
                "estados": [d.estado for d in decididos],
                "codigos": [";".join(d.codigos) for d in decididos],
                "valores": [d.valor_centavos for d in decididos],
                "liberan": [d.libera for d in decididos],
                "claves": [d.clave for d in decididos],
                "datos": [d.datos for d in decididos],
                "evaluacion_id": evaluacion_id,
                "motivo": motivo,
                "por": por,
                "en": en,
            },
        )
        return hechos.rowcount

    # Pay ----------------------------------------------------------------------

    async def retirar_pagos(
        self,
        radicacion_id: UUID,
        filas: Sequence[int],
        *,
        solo: Sequence[UUID] | None = None,
        motivo: str,
        en: datetime,
    ) -> None:
        """What paid those rows (``solo`` those recognitions) is kept apart, and pays them no
        more."""
        consulta = text(
            """
            WITH fuera AS (
                DELETE FROM registro_pago p
                WHERE p.radicacion_id = :id AND p.fila = ANY(:filas)
                  AND (CAST(:solo AS uuid[]) IS NULL OR p.reconocimiento_id = ANY(:solo))
                RETURNING radicacion_id, fila, concepto, reconocimiento_id, valor_centavos
            )
            INSERT INTO registro_pago_retirado (radicacion_id, fila, concepto, reconocimiento_id,
                valor_centavos, motivo, retirado_at)
            SELECT *, CAST(:motivo AS text), CAST(:en AS timestamptz) FROM fuera
            """
        ).bindparams(
            bindparam("filas", type_=ARRAY(INTEGER)),
            bindparam("solo", type_=ARRAY(UUID_SQL)),
            bindparam("en", type_=DateTime(timezone=True)),
        )
        dados = {"id": radicacion_id, "filas": list(filas), "en": en, "motivo": motivo}
        await self._tx.execute(consulta, dados | {"solo": None if solo is None else list(solo)})

    async def vivos(self, solicitud_id: UUID) -> list[RowMapping]:
        """Recognitions of a solicitud that count, oldest first: id, document of the titular, year
        of the commitment and name."""
        consulta = text(
            f"SELECT c.id, {_TITULAR}, c.vigencia, c.nombre FROM reconocimiento c "  # noqa: S608
            "WHERE c.solicitud_id = :id AND c.estado <> 'ANULADO' ORDER BY c.id"
        )
        return list((await self._tx.execute(consulta, {"id": solicitud_id})).mappings())
