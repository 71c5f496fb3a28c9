"""The worker: takes radicaciones from the queue, one at a time.

A job is taken up again by another worker when its heartbeat stops. The evaluation runs in a
thread, because a blocked loop would stop the heartbeat and let a second worker run the same job.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import Ajustes, UnitOfWork, crear_engine
from shared.db.cola import encolar
from shared.eventos.fallos import detener_con_senales
from shared.focalizacion.model import Mecanismo
from shared.radicacion.archivos import Almacen
from shared.radicacion.barrido import barrer_archivos
from shared.radicacion.liberacion import TRABAJO_LIBERAR, encolar_liberacion, liberar
from shared.radicacion.repository import RadicacionRepository
from shared.radicacion.service import TRABAJO_EVALUAR, Contexto
from shared.radicacion.trabajo import procesar
from shared.radicacion.vencimientos import vencer
from shared.registros import barrer_huerfanos
from shared.tipos import EntradaInvalida, InvarianteRota, Rechazo, Reloj, RelojSistema

_log = logging.getLogger(__name__)
_ESPERA_REINTENTO: Final = timedelta(seconds=5)
_CONSULTA: Final = timedelta(seconds=5)
_PASAJEROS: Final = (
    OSError,
    DBAPIError,
    asyncpg.PostgresError,  # the copy of the records speaks to the driver directly
    asyncpg.InterfaceError,
    Rechazo,
)
"""What another attempt may cure; three attempts at the most."""
_VUELTA_S: Final = 30.0
_VUELTAS_POR_BARRIDO: Final = 120


@dataclass(frozen=True)
class Oficio:
    """A kind of job of a concept above this one, which it may not import.

    ``hacer`` takes the payload of the job and what gives the context of a mechanism by its name;
    ``encolar`` is asked of each mechanism now and then, to queue by itself what is due.
    """

    nombre: str
    hacer: Callable[[str, Callable[[str], Contexto]], Awaitable[None]]
    encolar: Callable[[AsyncConnection, Contexto], Awaitable[object]] | None = None


@dataclass
class Trabajador:
    """Runs the jobs of every mechanism on one database."""

    mecanismos: Mapping[str, Mecanismo]
    uow: UnitOfWork
    reloj: Reloj
    almacen: Almacen
    oficios: Sequence[Oficio] = ()
    turno: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One job at a time: memory is planned for one evaluation."""

    async def atender(self, trabajo: Job) -> None:
        """One job of the queue.

        Raises:
            RetryRequested: something passing (database, disk) failed; try again in five seconds.
        """
        if trabajo.payload is None:
            raise InvarianteRota("un trabajo sin radicación")
        radicacion_id = UUID(trabajo.payload.decode())
        await self._a_su_turno(f"Radicación {radicacion_id}", self._procesar(radicacion_id))

    async def liberar(self, trabajo: Job) -> None:
        """Judge again what a mechanism holds.

        Raises:
            RetryRequested: as ``atender``.
        """
        if trabajo.payload is None:
            raise InvarianteRota("un trabajo sin mecanismo")
        nombre = trabajo.payload.decode()
        await self._a_su_turno(f"Retenidos de {nombre}", liberar(self._contexto(nombre)))

    def ejercer(self, oficio: Oficio) -> Callable[[Job], Awaitable[None]]:
        """What attends the jobs of that kind; it raises as ``atender`` does."""

        async def atender(trabajo: Job) -> None:
            if trabajo.payload is None:
                raise InvarianteRota(f"un trabajo de {oficio.nombre} sin carga")
            carga = trabajo.payload.decode()
            await self._a_su_turno(f"{oficio.nombre} {carga}", oficio.hacer(carga, self._contexto))

        return atender

    async def _a_su_turno(self, que: str, trabajo: Awaitable[None]) -> None:
        async with self.turno:
            try:
                await trabajo
            except _PASAJEROS as error:
                _log.warning("%s: se reintenta (%s)", que, _nombre(error))
                raise RetryRequested(_ESPERA_REINTENTO, _nombre(error)) from error

    def _contexto(self, mecanismo: str) -> Contexto:
        return Contexto(self.mecanismos[mecanismo], self.uow, self.reloj, self.almacen)

    async def _procesar(self, radicacion_id: UUID) -> None:
        async with self.uow.begin() as tx:
            radicacion = await RadicacionRepository(tx).por_id(radicacion_id)
        if radicacion is None:
            _log.error("No existe la radicación %s de la cola", radicacion_id)
            return
        await procesar(radicacion_id, self._contexto(radicacion.mecanismo))

    async def barrer(self) -> None:
        """Now and then: queue again what has no job, and what is held if it may move; expire what
        nobody answered; delete files that nobody names."""
        vuelta = 0
        while True:
            with suppress(OSError, DBAPIError, Rechazo):
                await self._encolar_huerfanas()
                await self.encolar_liberaciones()
                await self.encolar_oficios()
                await self.vencer()
                if vuelta % _VUELTAS_POR_BARRIDO == 0:
                    await self._barrer_archivos()
            vuelta += 1
            await asyncio.sleep(_VUELTA_S)

    async def _encolar_huerfanas(self) -> None:
        """A handler that broke loses its job: what is unfinished gets another."""
        async with self.uow.begin() as tx:
            huerfanas = await RadicacionRepository(tx).huerfanas()
            if huerfanas:
                await encolar(tx, TRABAJO_EVALUAR, [str(h) for h in huerfanas])

    async def encolar_liberaciones(self) -> None:
        """Cortes, options and rules change whoever changes them: here it is seen."""
        for nombre in self.mecanismos:
            async with self.uow.begin() as tx:
                await encolar_liberacion(tx, self._contexto(nombre))

    async def encolar_oficios(self) -> None:
        """What is due of the other kinds of job."""
        for oficio in self.oficios:
            if oficio.encolar is None:
                continue
            for nombre in self.mecanismos:
                async with self.uow.begin() as tx:
                    await oficio.encolar(tx, self._contexto(nombre))

    async def vencer(self) -> None:
        """Deadlines pass by themselves."""
        for nombre in self.mecanismos:
            await vencer(self._contexto(nombre))

    async def _barrer_archivos(self) -> None:
        borrados = await barrer_archivos(almacen=self.almacen, uow=self.uow, reloj=self.reloj)
        borrados += await barrer_huerfanos(
            datos=self.almacen.datos, uow=self.uow, reloj=RelojSistema()
        )
        if borrados:
            _log.info("Se borraron %d archivos que nadie nombraba", len(borrados))


def _nombre(error: BaseException) -> str:
    return type(error).__name__


async def correr(
    ajustes: Ajustes,
    mecanismos: Mapping[str, Mecanismo],
    *,
    oficios: Sequence[Oficio] = (),
    parar: asyncio.Event | None = None,
) -> None:
    """Work until SIGTERM or SIGINT (or until ``parar`` is set).

    Raises:
        EntradaInvalida: no database configured.
    """
    if not ajustes.database_url:
        raise EntradaInvalida("El trabajador necesita DATABASE_URL.")
    engine = crear_engine(ajustes.database_url, conexiones=4)
    trabajador = Trabajador(
        mecanismos, UnitOfWork(engine), ajustes.reloj(), Almacen(ajustes.datos), oficios
    )
    conexion = await asyncpg.connect(dsn_asyncpg(ajustes.database_url))
    try:
        cola = QueueManager(Queries.from_asyncpg_connection(conexion))
        cola.entrypoint(TRABAJO_EVALUAR)(trabajador.atender)
        cola.entrypoint(TRABAJO_LIBERAR)(trabajador.liberar)
        for oficio in oficios:
            cola.entrypoint(oficio.nombre)(trabajador.ejercer(oficio))
        await _correr_hasta(cola, trabajador, ajustes, parar or asyncio.Event())
    finally:
        await conexion.close()
        await engine.dispose()


async def _correr_hasta(
    cola: QueueManager, trabajador: Trabajador, ajustes: Ajustes, parar: asyncio.Event
) -> None:
    barrido = asyncio.create_task(trabajador.barrer())
    espera = asyncio.create_task(_detener(cola, parar))
    try:
        with detener_con_senales(parar):
            await cola.run(
                dequeue_timeout=_CONSULTA,
                batch_size=1,
                max_concurrent_tasks=2,
                heartbeat_timeout=timedelta(seconds=ajustes.latido_segundos),
                shutdown_on_listener_failure=True,
            )
    finally:
        for tarea in (barrido, espera):
            tarea.cancel()
            with suppress(asyncio.CancelledError):
                await tarea


async def _detener(cola: QueueManager, parar: asyncio.Event) -> None:
    await parar.wait()
    cola.shutdown.set()


def dsn_asyncpg(dsn: str) -> str:
    """The address as asyncpg takes it, without SQLAlchemy's driver name."""
    url: URL = make_url(dsn)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
