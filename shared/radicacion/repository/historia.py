"""SQL of ``historia``: records already decided, by the columns kept of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import conexion_asyncpg
from shared.giros.model import EstadoReconocimiento, Situacion, situacion
from shared.radicacion.repository.estado import estado_de

CON_INDICE: Final = (
    "numero_documento",
    "id_sismuestras",
    "factura_toma",
    "factura_procesa",
    "clave_nucleo",
    "codigo_habilitacion",
    "codigo_base",
)
"""Columns with an index (migrations 0010 and 0014), from the one that few records share to the
one that many do. A look-up goes by the first that it gives; without any it reads the whole
mechanism."""
_SIN_PAGAR: Final = [
    e.value for e in EstadoReconocimiento if situacion(e, None) is not Situacion.PAGADO
]


@dataclass(frozen=True)
class Consulta:
    """Whose records answer to an evaluation, and what is read of them.

    Current records, and every version whose state frees the right. Left out of the former: those
    of ``solicitud_id`` (only in the states of ``propias``, if given) and ``respondidos``, which
    the submission answers. ``excluidos`` are left out whatever their state; with ``hasta``, so is
    what frees its right and is of a radicación of a greater ``numero``. A record that holds its
    right answers with each of its parts too, if they have columns of their own.
    """

    mecanismo: str
    columnas: Sequence[str]
    """Of what is kept of each record."""
    de_partes: frozenset[str] = frozenset()
    """Those that a part has of its own; the others are of its record."""
    publicados: Mapping[str, str] = field(default_factory=dict)
    solicitud_id: UUID | None = None
    propias: frozenset[str] | None = None
    respondidos: Sequence[UUID] = ()
    excluidos: Sequence[UUID] = ()
    hasta: int | None = None


class HistoriaRepository:
    """Reads inside the caller's transaction."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def congelar(self) -> None:
        """Everything read in this transaction is of one instant. Call it first."""
        await self._tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))

    async def volcar(
        self, consulta: Consulta, valores: Mapping[str, Sequence[str]], destino: Path
    ) -> None:
        """Write as CSV the records that have, in each column of ``valores``, one of its values.

        Columns: id, parte (the key of a part; empty, the record itself), those of the
        consultation, estado, codigos, fecha_comunicacion (legal day) and valor (whole pesos).
        """
        por_indice = [c for c in CON_INDICE if c in valores]
        sql = f"""
            WITH halladas AS MATERIALIZED ({" UNION ALL ".join(_halladas(consulta, valores))})
            SELECT g.id, g.parte, {", ".join(map(_dato, consulta.columnas))}, e.estado,
                   array_to_string(g.codigos, ';'),
                   CAST(g.comunicado_at AT TIME ZONE 'America/Bogota' AS date),
                   g.valor_centavos / 100
            FROM halladas g
            JOIN radicacion r ON r.id = g.radicacion_id
            {estado_de("$2::text")}
            WHERE g.id <> ALL($6::uuid[])
              AND ($7::bigint IS NULL OR NOT g.libera OR r.numero <= $7::bigint)
              AND (g.libera OR (
                NOT (r.solicitud_id IS NOT DISTINCT FROM $3::uuid
                     AND ($4::text[] IS NULL OR g.estado = ANY($4::text[])))
                AND g.id <> ALL($5::uuid[])))
        """  # noqa: S608 - column names of our schemas; every value is a parameter
        propias = None if consulta.propias is None else sorted(consulta.propias)
        if por_indice:
            # Estimates know nothing of a list of thousands of keys, and would read the table.
            await self._tx.execute(text("SET LOCAL enable_seqscan = off"))
        conexion = cast("Any", await conexion_asyncpg(self._tx))
        with destino.open("wb") as archivo:

            async def escribir(datos: bytes) -> None:
                # Given a path, the driver asks for a thread to write it, and all of them may be
                # evaluations that wait for this.
                archivo.write(datos)

            await conexion.copy_from_query(
                sql,
                consulta.mecanismo,
                json.dumps(dict(consulta.publicados)),
                consulta.solicitud_id,
                propias,
                list(consulta.respondidos),
                list(consulta.excluidos),
                consulta.hasta,
                *(list(lista) for lista in valores.values()),
                output=escribir,
                format="csv",
            )
        await self._tx.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))

    async def respondidos(
        self,
        radicacion_id: UUID,
        respuestas: Sequence[tuple[int, UUID, int]],
        corregibles: frozenset[str],
        *,
        salvo: Iterable[str] = (),
        pagados: bool = True,
    ) -> list[tuple[int, UUID]]:
        """(fila, record answered) of what a submission says that its rows answer.

        ``respuestas``: fila, radicación and row answered. Only current records of the same entity
        are: those that may be corrected and, of the same solicitud, any; ``salvo`` those in these
        states, those that something else than their solicitud pays (a trámite) and, unless
        ``pagados``, those that are at the bank or paid.
        """
        consulta = text(
            """
            SELECT a.fila, g.id
            FROM unnest(:filas, :radicaciones, :respondidas)
                AS a (fila, radicacion_id, respondida)
            JOIN registro g ON g.radicacion_id = a.radicacion_id AND g.fila = a.respondida
            JOIN radicacion r ON r.id = g.radicacion_id
            JOIN radicacion propia ON propia.id = :id
            WHERE g.vigente AND r.mecanismo = propia.mecanismo AND r.entidad = propia.entidad
              AND (g.estado = ANY(:corregibles) OR r.solicitud_id = propia.solicitud_id)
              AND g.estado <> ALL(:salvo)
              AND NOT EXISTS (
                  SELECT FROM registro_pago p JOIN reconocimiento c ON c.id = p.reconocimiento_id
                  WHERE p.radicacion_id = g.radicacion_id AND p.fila = g.fila
                    AND c.estado <> 'ANULADO'
                    AND (c.solicitud_id <> r.solicitud_id
                         OR NOT :pagados AND c.estado <> ALL(:sin_pagar)))
            ORDER BY a.fila
            """
        ).bindparams(
            bindparam("filas", type_=ARRAY(INTEGER)),
            bindparam("radicaciones", type_=ARRAY(UUID_SQL)),
            bindparam("respondidas", type_=ARRAY(INTEGER)),
            bindparam("corregibles", type_=ARRAY(TEXT)),
            bindparam("salvo", type_=ARRAY(TEXT)),
            bindparam("sin_pagar", type_=ARRAY(TEXT)),
        )
        halladas = await self._tx.execute(
            consulta,
            {
                "id": radicacion_id,
                "filas": [fila for fila, _, _ in respuestas],
                "radicaciones": [radicacion for _, radicacion, _ in respuestas],
                "respondidas": [respondida for _, _, respondida in respuestas],
                "corregibles": sorted(corregibles),
                "salvo": sorted(salvo),
                "pagados": pagados,
                "sin_pagar": _SIN_PAGAR,
            },
        )
        return [(f.fila, f.id) for f in halladas]


def _halladas(consulta: Consulta, valores: Mapping[str, Sequence[str]]) -> list[str]:
    """Records that have those values and, if parts answer too, the parts that do."""
    columnas = "g.id, g.radicacion_id, g.fila, g.estado, g.codigos, g.comunicado_at, "
    columnas += "g.valor_centavos, g.libera"
    pedidas = list(enumerate(valores, 8))

    def donde(de_partes: frozenset[str]) -> str:
        return " AND ".join(
            f"{_dato(c, 'p' if c in de_partes else 'g')} = ANY(${i}::text[])" for i, c in pedidas
        )

    registros = f"""
        SELECT {columnas}, '' AS parte, g.datos FROM registro g
        WHERE g.mecanismo = $1 AND {donde(frozenset())} AND (g.libera OR g.vigente)
    """  # noqa: S608 - column names of our schemas
    if not consulta.de_partes:
        return [registros]
    partes = f"""
        SELECT {columnas}, p.clave, g.datos || p.datos
        FROM registro_cupo p
        JOIN registro g ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
        WHERE p.mecanismo = $1 AND g.mecanismo = $1 AND p.datos IS NOT NULL
          AND {donde(consulta.de_partes)} AND g.vigente AND NOT g.libera
    """  # noqa: S608 - column names of our schemas
    return [registros, partes]


def _dato(columna: str, de: str = "g") -> str:
    return f"({de}.datos ->> '" + columna.replace("'", "''") + "')"
