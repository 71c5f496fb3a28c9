"""All SQL of outbox and inbox. The relay reads and marks the outbox through here too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, String, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

CANAL: Final = "mecanismos_bandeja_salida"
"""LISTEN/NOTIFY channel on which a commit with events wakes the relay."""

# The explicit order makes the serial follow the caller's sequence.
_AGREGAR = text(
    """
    INSERT INTO bandeja_salida (id, tema, clave, sobre, creado_at)
    SELECT e.id, e.tema, e.clave, CAST(e.sobre AS jsonb), :creado_at
    FROM unnest(:ids, :temas, :claves, :sobres)
         WITH ORDINALITY AS e (id, tema, clave, sobre, posicion)
    ORDER BY e.posicion
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    *(bindparam(nombre, type_=ARRAY(String)) for nombre in ("temas", "claves", "sobres")),
)
_AVISAR = text(f"NOTIFY {CANAL}")  # one per transaction however often it is asked


@dataclass(frozen=True)
class FilaSalida:
    """An event as the outbox keeps it: ``sobre`` is the envelope as JSON text."""

    id: UUID
    tema: str
    clave: str
    sobre: str


@dataclass(frozen=True)
class FilaPendiente(FilaSalida):
    """An event that waits for the broker, with its place in the outbox."""

    orden: int


class BandejaSalida:
    """The outbox, written in the caller's transaction."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def add_all(self, filas: Sequence[FilaSalida], creado_at: datetime) -> None:
        """Append in the given order and wake the relay at commit."""
        await self._tx.execute(
            _AGREGAR,
            {
                "ids": [f.id for f in filas],
                "temas": [f.tema for f in filas],
                "claves": [f.clave for f in filas],
                "sobres": [f.sobre for f in filas],
                "creado_at": creado_at,
            },
        )
        await self._tx.execute(_AVISAR)

    async def pendientes(self, limite: int) -> list[FilaPendiente]:
        """The first events that no broker has acknowledged, in order.

        It looks at every committed row, not at those after the last one seen: a transaction may
        commit an earlier ``orden`` late.
        """
        filas = await self._tx.execute(
            text(
                "SELECT id, tema, clave, CAST(sobre AS text) AS sobre, orden FROM bandeja_salida "
                "WHERE publicado_at IS NULL ORDER BY orden LIMIT :limite"
            ),
            {"limite": limite},
        )
        return [FilaPendiente(*fila) for fila in filas]

    async def marcar(self, ordenes: Sequence[int], publicado_at: datetime) -> None:
        """The broker acknowledged these. ``intentos`` counts acknowledgements: more than one
        means that it was published again."""
        await self._tx.execute(
            text(
                "UPDATE bandeja_salida SET publicado_at = :publicado_at, intentos = intentos + 1 "
                "WHERE orden = ANY(:ordenes)"
            ).bindparams(bindparam("ordenes", type_=ARRAY(BigInteger))),
            {"publicado_at": publicado_at, "ordenes": list(ordenes)},
        )

    async def reponer(self, tema: str, consumidores: Sequence[str]) -> int:
        """Publish again what some consumer of the topic lacks; all of it if it has none.

        Returns the number of events put back.
        """
        resultado = await self._tx.execute(
            text(
                """
                UPDATE bandeja_salida s SET publicado_at = NULL
                WHERE s.tema = :tema AND s.publicado_at IS NOT NULL
                  AND (cardinality(:consumidores) = 0 OR EXISTS (
                    SELECT FROM unnest(:consumidores) AS c (nombre)
                    WHERE NOT EXISTS (
                        SELECT FROM bandeja_entrada e
                        WHERE e.consumidor = c.nombre AND e.evento_id = s.id)))
                """
            ).bindparams(bindparam("consumidores", type_=ARRAY(String))),
            {"tema": tema, "consumidores": list(consumidores)},
        )
        return resultado.rowcount


class TemasVistos:
    """Which incarnation of each topic the relay last published to."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def all(self) -> dict[str, str]:
        filas = await self._tx.execute(text("SELECT tema, tema_id FROM tema_visto"))
        return {fila.tema: fila.tema_id for fila in filas}

    async def save(self, tema: str, tema_id: str, visto_at: datetime) -> None:
        await self._tx.execute(
            text(
                "INSERT INTO tema_visto (tema, tema_id, visto_at) "
                "VALUES (:tema, :tema_id, :visto_at) ON CONFLICT (tema) DO UPDATE "
                "SET tema_id = excluded.tema_id, visto_at = excluded.visto_at"
            ),
            {"tema": tema, "tema_id": tema_id, "visto_at": visto_at},
        )


class BandejaEntrada:
    """The inbox of one consumer."""

    def __init__(self, tx: AsyncConnection, consumidor: str) -> None:
        self._tx = tx
        self._consumidor = consumidor

    async def anotar(self, evento_id: UUID, recibido_at: datetime) -> bool:
        """True if the event is new; a second transaction with the same one waits for the first."""
        resultado = await self._tx.execute(
            text(
                "INSERT INTO bandeja_entrada (consumidor, evento_id, recibido_at) "
                "VALUES (:consumidor, :evento_id, :recibido_at) ON CONFLICT DO NOTHING"
            ),
            {
                "consumidor": self._consumidor,
                "evento_id": evento_id,
                "recibido_at": recibido_at,
            },
        )
        return resultado.rowcount == 1

    async def conocidos(self, ids: Sequence[UUID]) -> set[UUID]:
        """Which of these events the consumer already has."""
        filas = await self._tx.execute(
            text(
                "SELECT evento_id FROM bandeja_entrada "
                "WHERE consumidor = :consumidor AND evento_id = ANY(:ids)"
            ).bindparams(bindparam("ids", type_=ARRAY(Uuid))),
            {"consumidor": self._consumidor, "ids": list(ids)},
        )
        return set(filas.scalars())
