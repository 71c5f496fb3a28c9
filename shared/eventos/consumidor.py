"""The consumer loop: each event of a topic is handled once, in one transaction with the inbox.

Kafka delivers at least once; the inbox (consumer, event id), written in the transaction of the
handler, makes it once. Offsets are committed after that transaction, so a crash between the two
brings the message again and the inbox lets it pass.

What a consumer cannot accept goes to the dead-letter topic with the reason, through the outbox:
in one commit with the inbox, so a dead letter is neither lost nor doubled. What fails because
database or network are away is retried without end and without moving on.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Generic, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import Ajustes, UnitOfWork, crear_engine
from shared.eventos.broker import BrokerNoResponde, Lector, Mensaje
from shared.eventos.fallos import Averia, detener_con_senales, es_transitorio, registro
from shared.eventos.model import TIPO_MUERTO, Evento, MensajeMuerto, Sobre
from shared.eventos.repository import BandejaEntrada
from shared.eventos.service import publicar
from shared.eventos.temas import muertos
from shared.tipos import EntradaInvalida, Rechazo, Reloj

Datos = TypeVar("Datos", bound=BaseModel)

_INTENTOS: Final = 5
"""Tries of a message whose handler fails with something nobody expected, before it goes to the
dead-letter topic: one message must not stop the payments of everybody behind it."""

_MUESTRA: Final = 256 * 1024
"""Bytes of a rejected message that its dead letter keeps."""


@dataclass(frozen=True)
class Consumo(Generic[Datos]):
    """What is read, by whom, and what is done with it.

    ``manejar`` works inside the transaction and must not commit, nor talk to anybody else. A
    ``Rechazo`` it raises sends the message to the dead-letter topic.
    """

    tema: str
    consumidor: str
    """Name in the inbox, and last part of the group's."""
    tipo: str
    modelo: type[Datos]
    manejar: Callable[[AsyncConnection, Sobre, Datos], Awaitable[None]]

    @property
    def grupo(self) -> str:
        return f"mecanismos.{self.consumidor}"


class MensajeIlegible(EntradaInvalida):
    """Not a CloudEvents envelope, or its content does not follow the schema of its type."""

    codigo = "eventos.mensaje_ilegible"
    titulo = "El mensaje no cumple el contrato"

    def __init__(self, detalle: str, sobre: Sobre | None = None) -> None:
        super().__init__(detalle)
        self.sobre = sobre


class FalloInesperado(Rechazo):
    """The handler failed, several times, with something that is not a refusal."""

    codigo = "eventos.fallo_inesperado"
    titulo = "El mensaje no se pudo procesar"


@dataclass
class Consumidor(Generic[Datos]):
    """One consumer process. ``correr`` returns when ``parar`` is set.

    ``tras_lote`` runs after each batch and in silence about twice a second, outside any
    transaction: the place for work that talks to others.
    """

    consumo: Consumo[Datos]
    lector: Lector
    uow: UnitOfWork
    reloj: Reloj
    parar: asyncio.Event
    tras_lote: Callable[[], Awaitable[None]] | None = None
    _base: Averia = field(default_factory=lambda: Averia("La base de datos"))
    _kafka: Averia = field(default_factory=lambda: Averia("Kafka"))

    async def correr(self) -> None:
        try:
            while not self.parar.is_set():
                try:
                    await self._vuelta()
                except BrokerNoResponde as error:
                    await self._kafka.esperar(error, self.parar)
        finally:
            await asyncio.to_thread(self.lector.cerrar)

    async def _vuelta(self) -> None:
        lote = await asyncio.to_thread(self.lector.leer)
        self._kafka.superada()
        if lote:
            for mensaje in await self._nuevos(lote):
                await self._insistir(lambda m=mensaje: self._recibir(m))  # type: ignore[misc]
            if self.parar.is_set():
                return  # perhaps not all were handled; what was is in the inbox
            await asyncio.to_thread(self.lector.confirmar)
        if self.tras_lote is not None:
            await self._insistir(self.tras_lote)

    async def _insistir(self, trabajo: Callable[[], Awaitable[None]]) -> None:
        """Repeat while database or network are away; give up only when asked to stop."""
        while not self.parar.is_set():
            try:
                await trabajo()
            except Exception as error:
                if not es_transitorio(error):
                    raise
                await self._base.esperar(error, self.parar)
            else:
                self._base.superada()
                return

    async def _nuevos(self, lote: list[Mensaje]) -> list[Mensaje]:
        """Drop in one query what the inbox already has: after a restart it can be all of it."""
        ids = [_id(mensaje) for mensaje in lote]
        conocidos: set[UUID] = set()

        async def consultar() -> None:
            async with self.uow.begin() as tx:
                conocidos.update(await BandejaEntrada(tx, self.consumo.consumidor).conocidos(ids))

        await self._insistir(consultar)
        return [m for m, id_ in zip(lote, ids, strict=True) if id_ not in conocidos]

    async def _recibir(self, mensaje: Mensaje) -> None:
        try:
            sobre, datos = _leer(mensaje, self.consumo)
            await self._manejar(sobre, datos)
        except MensajeIlegible as error:
            await self._sepultar(mensaje, error, error.sobre)
        except Rechazo as error:
            if error.reintentable:
                raise
            await self._sepultar(mensaje, error, sobre)

    async def _manejar(self, sobre: Sobre, datos: Datos) -> None:
        for intento in range(1, _INTENTOS + 1):
            try:
                async with self.uow.begin() as tx:
                    entrada = BandejaEntrada(tx, self.consumo.consumidor)
                    if await entrada.anotar(sobre.id, self.reloj.ahora()):
                        await self.consumo.manejar(tx, sobre, datos)
            except Rechazo:
                raise
            except Exception as error:
                if es_transitorio(error):
                    raise
                registro.exception("El evento %s falló (intento %d)", sobre.id, intento)
                if intento == _INTENTOS:
                    raise FalloInesperado(
                        f"El consumidor falló {_INTENTOS} veces con {type(error).__name__}. "
                        "La causa está en su bitácora."
                    ) from error
                await asyncio.sleep(0.1 * intento)
            else:
                return

    async def _sepultar(self, mensaje: Mensaje, error: Rechazo, sobre: Sobre | None) -> None:
        carta = Evento(
            tipo=TIPO_MUERTO,
            tema=muertos(mensaje.tema),
            clave=_texto(mensaje.clave or b""),
            sujeto=sobre.subject if sobre else f"{mensaje.particion}/{mensaje.desplazamiento}",
            mecanismo=sobre.mecanismo if sobre else "desconocido",
            datos=MensajeMuerto(
                consumidor=self.consumo.consumidor,
                tema=mensaje.tema,
                particion=mensaje.particion,
                desplazamiento=mensaje.desplazamiento,
                codigo=error.codigo,
                motivo=_limpio(error.detalle),
                longitud=len(mensaje.valor or b""),
                mensaje_base64=base64.b64encode((mensaje.valor or b"")[:_MUESTRA]).decode(),
            ),
        )
        id_ = sobre.id if sobre else _id(mensaje)
        async with self.uow.begin() as tx:
            entrada = BandejaEntrada(tx, self.consumo.consumidor)
            if not await entrada.anotar(id_, self.reloj.ahora()):
                return
            await publicar(tx, [carta], reloj=self.reloj)
        registro.warning(
            "Mensaje %s/%d/%d al tema de muertos: %s",
            mensaje.tema,
            mensaje.particion,
            mensaje.desplazamiento,
            error.codigo,
        )


async def correr(
    consumo: Consumo[Datos],
    ajustes: Ajustes,
    *,
    parar: asyncio.Event | None = None,
    tras_lote: Callable[[UnitOfWork], Awaitable[None]] | None = None,
) -> None:
    """Run a consumer until SIGTERM or SIGINT (or until ``parar`` is set).

    Raises:
        EntradaInvalida: no database or no broker configured.
    """
    if not ajustes.database_url or not ajustes.kafka:
        raise EntradaInvalida("El consumidor necesita DATABASE_URL y KAFKA_BOOTSTRAP_SERVERS.")
    parar = parar or asyncio.Event()
    engine = crear_engine(ajustes.database_url, conexiones=2)
    uow = UnitOfWork(engine)
    consumidor = Consumidor(
        consumo,
        Lector(ajustes.kafka, consumo.tema, consumo.grupo, ajustes.kafka_en_memoria),
        uow,
        ajustes.reloj(),
        parar,
        partial(tras_lote, uow) if tras_lote is not None else None,
    )
    try:
        with detener_con_senales(parar):
            await consumidor.correr()
    finally:
        await engine.dispose()


def _leer(mensaje: Mensaje, consumo: Consumo[Datos]) -> tuple[Sobre, Datos]:
    sobre = _sobre(mensaje)
    if sobre.tipo != consumo.tipo:
        raise MensajeIlegible(f"Se esperaba el tipo «{consumo.tipo}»", sobre)
    try:
        return sobre, consumo.modelo.model_validate_json(json.dumps(sobre.data))
    except ValidationError as error:
        detalle = f"El contenido no cumple su esquema: {_causas(error)}"
        raise MensajeIlegible(detalle, sobre) from error


def _sobre(mensaje: Mensaje) -> Sobre:
    try:
        return Sobre.model_validate_json(mensaje.valor or b"")
    except ValidationError as error:
        raise MensajeIlegible(f"No es un sobre CloudEvents 1.0: {_causas(error)}") from error


def _id(mensaje: Mensaje) -> UUID:
    """Id of the event; of an unreadable message, one made from its bytes (so a repeat is one)."""
    try:
        return _sobre(mensaje).id
    except MensajeIlegible:
        return uuid5(NAMESPACE_URL, f"{mensaje.tema}/{(mensaje.valor or b'').hex()}")


def _causas(error: ValidationError) -> str:
    """Where and why, without the values: they may be personal data."""
    causas = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, c['loc'])) or 'mensaje'}: {c['msg']}" for c in causas[:5])


def _limpio(texto: str) -> str:
    """Text that PostgreSQL stores: no NUL, no lone surrogates; at most 1,000 characters."""
    return texto[:1000].encode("utf-8", "backslashreplace").decode().replace("\0", "")


def _texto(datos: bytes) -> str:
    return datos.decode("utf-8", "backslashreplace").replace("\0", "")
