"""The relay: a process that carries the outbox to Kafka.

Guarantees. Each committed event reaches the broker at least once and is marked only after every
replica acknowledged it. Events of one key arrive in the order of the outbox: one relay works at
a time (it holds an advisory lock; a second one waits for it) and each round goes as one batch
per partition. Should a relay that lost its database session still be sending when the next one
starts, both send the same prefix in the same order, so first arrivals keep theirs; and it cannot
mark anything, since it marks through the session it lost.

Database and broker may go away and come back: the relay waits. Nothing else in the suite does.

Embedded broker. It keeps topics in memory; after its restart they are gone. The relay watches the
ids of the topics and, when one changes, publishes again what the consumers of ours that read it
do not have in their inbox. Of third parties we know nothing, so a topic without a consumer of
ours is published again whole: an outside reader may see an event twice, never miss one.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from shared.db import Ajustes, url_asyncpg
from shared.eventos.broker import BYTES_LOTE, BrokerNoResponde, Emisor
from shared.eventos.fallos import Averia, detener_con_senales, es_transitorio, esperar, registro
from shared.eventos.repository import CANAL, BandejaSalida, FilaPendiente, TemasVistos
from shared.eventos.temas import CONSUMIDORES
from shared.tipos import EntradaInvalida, Reloj

_CANDADO: Final = 7_265_632
"""Key of the advisory lock that makes the relay the only one."""

_FILAS_LOTE: Final = 1_000
_SONDEO_S: Final = 1.0
"""Longest wait between two looks at the outbox; a NOTIFY shortens it."""


@dataclass
class Relevo:
    """One relay. ``correr`` returns when ``parar`` is set."""

    engine: AsyncEngine
    emisor: Emisor
    reloj: Reloj
    en_memoria: bool
    parar: asyncio.Event
    _hay_trabajo: asyncio.Event = field(default_factory=asyncio.Event)
    _vigilado: float = 0.0

    async def correr(self) -> None:
        base = Averia("La base de datos")
        while not self.parar.is_set():
            try:
                async with self.engine.connect() as conexion:
                    base.superada()
                    await self._sesion(conexion)
            except Exception as error:
                if not es_transitorio(error):
                    raise
                await base.esperar(error, self.parar)

    async def _sesion(self, conexion: AsyncConnection) -> None:
        """Work while this database session lasts: it holds the lock and the LISTEN."""
        if not await self._tomar_turno(conexion):
            return
        await self._escuchar(conexion)
        broker = Averia("Kafka")
        while not self.parar.is_set():
            self._hay_trabajo.clear()
            try:
                trabajo = await self._ronda(conexion)
            except BrokerNoResponde as error:
                await broker.esperar(error, self.parar)
                continue
            broker.superada()
            if not trabajo:
                await self._dormir()

    async def _tomar_turno(self, conexion: AsyncConnection) -> bool:
        avisado = False
        while not self.parar.is_set():
            async with conexion.begin():
                tomado = await conexion.scalar(
                    text("SELECT pg_try_advisory_lock(:candado)"), {"candado": _CANDADO}
                )
            if tomado:
                registro.info("Relevo en turno")
                return True
            if not avisado:
                registro.info("Otro relevo trabaja; este espera su turno")
                avisado = True
            await esperar(self.parar, _SONDEO_S)
        return False

    async def _escuchar(self, conexion: AsyncConnection) -> None:
        def despertar(*_: Any) -> None:
            self._hay_trabajo.set()

        cruda = await conexion.get_raw_connection()
        await cruda.driver_connection.add_listener(CANAL, despertar)  # type: ignore[union-attr]

    async def _ronda(self, conexion: AsyncConnection) -> bool:
        """Send one batch and mark it. False if there was nothing to send."""
        if not self.emisor.abierto:
            await self._abrir(conexion)
        elif self.en_memoria and time.monotonic() - self._vigilado > _SONDEO_S:
            await self._vigilar(conexion)
        async with conexion.begin():
            filas = _recortar(await BandejaSalida(conexion).pendientes(_FILAS_LOTE))
        if not filas:
            return False
        # No transaction is open while the broker is asked.
        hechos = await asyncio.to_thread(self.emisor.enviar, filas)
        async with conexion.begin():
            await BandejaSalida(conexion).marcar(hechos, self.reloj.ahora())
        return True

    async def _abrir(self, conexion: AsyncConnection) -> None:
        ids = await asyncio.to_thread(self.emisor.abrir)
        if self.en_memoria:
            await self._reponer(conexion, ids)

    async def _vigilar(self, conexion: AsyncConnection) -> None:
        ids = await asyncio.to_thread(self.emisor.ids_de_temas)
        await self._reponer(conexion, ids)

    async def _reponer(self, conexion: AsyncConnection, ids: dict[str, str]) -> None:
        """Put back what the forgotten topics held, and remember the new ones, in one commit."""
        async with conexion.begin():
            vistos = await TemasVistos(conexion).all()
            for tema, tema_id in sorted(ids.items()):
                if vistos.get(tema) == tema_id:
                    continue
                repuestos = await BandejaSalida(conexion).reponer(tema, CONSUMIDORES.get(tema, ()))
                await TemasVistos(conexion).save(tema, tema_id, self.reloj.ahora())
                if repuestos:
                    registro.info("%s se creó de nuevo: %d eventos se reponen", tema, repuestos)
        self._vigilado = time.monotonic()

    async def _dormir(self) -> None:
        try:
            async with asyncio.timeout(_SONDEO_S):
                await self._hay_trabajo.wait()
        except TimeoutError:
            pass


def _recortar(filas: list[FilaPendiente]) -> list[FilaPendiente]:
    """The first rows that fit in a round; always at least one."""
    total = 0
    for i, fila in enumerate(filas):
        total += len(fila.sobre) + len(fila.clave) + 100
        if total > BYTES_LOTE and i:
            return filas[:i]
    return filas


async def correr(ajustes: Ajustes, *, parar: asyncio.Event | None = None) -> None:
    """``mecanismos relevo``: run until SIGTERM or SIGINT (or until ``parar`` is set).

    Raises:
        EntradaInvalida: no database or no broker configured.
    """
    if not ajustes.database_url or not ajustes.kafka:
        raise EntradaInvalida("El relevo necesita DATABASE_URL y KAFKA_BOOTSTRAP_SERVERS.")
    parar = parar or asyncio.Event()
    emisor = Emisor(ajustes.kafka)
    # One session for life, not a pool: the lock and the LISTEN live in it.
    engine = create_async_engine(
        url_asyncpg(ajustes.database_url),
        poolclass=NullPool,
        connect_args={"server_settings": {"statement_timeout": "60000"}},
    )
    relevo = Relevo(engine, emisor, ajustes.reloj(), ajustes.kafka_en_memoria, parar)
    with detener_con_senales(parar):
        aviso = asyncio.create_task(_cancelar_al_parar(parar, emisor))
        try:
            await relevo.correr()
        finally:
            aviso.cancel()
            await asyncio.to_thread(emisor.cerrar)
            await engine.dispose()


async def _cancelar_al_parar(parar: asyncio.Event, emisor: Emisor) -> None:
    await parar.wait()
    emisor.cancelar.set()
