"""SQL of the runs, and of the records that a run looks at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import conexion_asyncpg
from shared.radicacion.repository.estado import estado_de
from shared.tablero.model import Corrida, EstadoCorrida, PorEstado

CAMPOS_REGISTRO: Final = {
    "registro_id": "UUID",
    "radicacion_id": "UUID",
    "fila": "BIGINT",
    "subsana_id": "UUID",
    "vigente": "BOOLEAN",
    "parte": "BOOLEAN",
    "entidad": "VARCHAR",
    "radicado_el": "DATE",
    "comunicado_el": "DATE",
    "estado": "VARCHAR",
    "publicado": "VARCHAR",
    "codigos": "VARCHAR",
    "valor_centavos": "BIGINT",
}
"""Columns of ``volcar`` before those that are kept of each record, and how DuckDB reads them."""


class CorridaRepository:
    """Reads and writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def insertar(self, corrida: Corrida) -> None:
        """Keep a run."""
        consulta = text(
            """
            INSERT INTO universo_corrida (id, mecanismo, estado, fecha, cortes, resumen, marca,
                sha256, sha256_devoluciones, motivo, created_at)
            VALUES (:id, :mecanismo, :estado, :fecha, :cortes, :resumen, :marca, :sha256,
                :sha256_devoluciones, :motivo, :created_at)
            """
        ).bindparams(bindparam("cortes", type_=JSONB), bindparam("resumen", type_=JSONB))
        resumen = [asdict(p) for p in corrida.resumen]
        await self._tx.execute(
            consulta,
            {**vars(corrida), "cortes": dict(corrida.cortes), "resumen": resumen},
        )

    async def nuevo_id(self) -> UUID:
        """An identifier that follows time, as the database makes them."""
        return UUID(str((await self._tx.execute(text("SELECT uuidv7()"))).scalar_one()))

    async def ultima(self, mecanismo: str, *, terminada: bool = False) -> Corrida | None:
        """The last run of a mechanism; with ``terminada``, the last that holds."""
        consulta = text(
            """
            SELECT id, mecanismo, estado, fecha, cortes, resumen, marca, created_at, sha256,
                   sha256_devoluciones, motivo
            FROM universo_corrida
            WHERE mecanismo = :mecanismo AND (NOT :terminada OR estado = 'TERMINADA')
            ORDER BY id DESC LIMIT 1
            """
        )
        filas = await self._tx.execute(consulta, {"mecanismo": mecanismo, "terminada": terminada})
        fila = filas.mappings().one_or_none()
        return None if fila is None else _corrida(fila)

    async def archivos(self, mecanismo: str, cuantas: int) -> set[str]:
        """Digests of the files of the last runs that hold."""
        consulta = text(
            "SELECT sha256, sha256_devoluciones FROM universo_corrida "
            "WHERE mecanismo = :mecanismo AND estado = 'TERMINADA' ORDER BY id DESC LIMIT :cuantas"
        )
        filas = await self._tx.execute(consulta, {"mecanismo": mecanismo, "cuantas": cuantas})
        return {sha for fila in filas for sha in fila}

    async def a_solas(self, mecanismo: str) -> None:
        """One run of a mechanism is written at a time, until the transaction ends."""
        await self._tx.execute(
            text("SELECT pg_advisory_xact_lock(hashtext('universo_corrida'), hashtext(:m))"),
            {"m": mecanismo},
        )

    # What a run is made from --------------------------------------------------

    async def decidido(self, mecanismo: str) -> list[Any]:
        """What changes whenever a record of the mechanism, or its payment, does."""
        consulta = text(
            """
            SELECT jsonb_build_array(
                (SELECT max(e.id::text) FROM evaluacion e
                 JOIN radicacion r ON r.id = e.radicacion_id WHERE r.mecanismo = :mecanismo),
                (SELECT id FROM registro_cambio ORDER BY id DESC LIMIT 1),
                (SELECT jsonb_agg(jsonb_build_array(c.estado, c.cuantos, c.ultimo)
                                  ORDER BY c.estado)
                 FROM (SELECT estado, count(*) AS cuantos, max(updated_at) AS ultimo
                       FROM reconocimiento WHERE mecanismo = :mecanismo GROUP BY estado) c),
                (SELECT jsonb_agg(p.id ORDER BY p.id) FROM radicacion p
                 WHERE p.mecanismo = :mecanismo AND p.estado IN ('EN_COLA', 'EN_PROCESO')))
            """
        )
        return list((await self._tx.execute(consulta, {"mecanismo": mecanismo})).scalar_one())

    async def en_curso(self, mecanismo: str) -> list[RowMapping]:
        """Submissions without outcome yet: id, entidad and legal day."""
        consulta = text(
            "SELECT id, entidad, CAST(fecha_radicacion AT TIME ZONE 'America/Bogota' AS date) "
            "AS radicado_el FROM radicacion WHERE mecanismo = :mecanismo "
            "AND estado IN ('EN_COLA', 'EN_PROCESO') ORDER BY numero"
        )
        return list((await self._tx.execute(consulta, {"mecanismo": mecanismo})).mappings())

    async def volcar(
        self,
        mecanismo: str,
        columnas: Sequence[str],
        publicados: Mapping[str, str],
        destino: Path,
    ) -> None:
        """Write as CSV, in one stream, every version of every record, and the parts with columns
        of their own of those that hold their right.

        Columns: ``CAMPOS_REGISTRO`` (``estado`` is the record's own, ``publicado`` that of its
        payment, if any), then ``columnas`` of what is kept of each record.
        """
        propias = "".join(", (g.datos ->> '" + c.replace("'", "''") + "')" for c in columnas)
        sql = f"""
            WITH todos AS (
                SELECT g.id, g.radicacion_id, g.fila, g.subsana_id, g.vigente, false AS parte,
                       g.estado, g.codigos, g.valor_centavos, g.comunicado_at, g.datos
                FROM registro g WHERE g.mecanismo = $1
                UNION ALL
                SELECT g.id, g.radicacion_id, g.fila, g.subsana_id, g.vigente, true,
                       g.estado, g.codigos, g.valor_centavos, g.comunicado_at, g.datos || p.datos
                FROM registro_cupo p
                JOIN registro g ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
                WHERE p.mecanismo = $1 AND p.datos IS NOT NULL AND g.vigente AND NOT g.libera
            )
            SELECT g.id, g.radicacion_id, g.fila, g.subsana_id, g.vigente, g.parte, r.entidad,
                   CAST(r.fecha_radicacion AT TIME ZONE 'America/Bogota' AS date),
                   CAST(g.comunicado_at AT TIME ZONE 'America/Bogota' AS date),
                   g.estado, e.estado, array_to_string(g.codigos, ';'), g.valor_centavos
                   {propias}
            FROM todos g JOIN radicacion r ON r.id = g.radicacion_id
            {estado_de("$2::text")}
        """  # noqa: S608 - column names of our schemas; every value is a parameter
        await self._tx.execute(text("SET LOCAL statement_timeout = 0"))
        conexion = cast("Any", await conexion_asyncpg(self._tx))
        with destino.open("wb") as archivo:

            async def escribir(datos: bytes) -> None:
                archivo.write(datos)

            await conexion.copy_from_query(
                sql, mecanismo, json.dumps(dict(publicados)), output=escribir, format="csv"
            )
        await self._tx.execute(text("SET LOCAL statement_timeout TO DEFAULT"))


def _corrida(fila: RowMapping) -> Corrida:
    return Corrida(
        **{
            **fila,
            "estado": EstadoCorrida(fila["estado"]),
            "resumen": tuple(PorEstado(**p) for p in fila["resumen"]),
        }
    )
