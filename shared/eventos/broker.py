"""The blocking side: what relay and consumers ask of Kafka, through ``kafka-python``.

Every call here blocks and runs in a thread. A client that failed is thrown away and made anew:
after the loss of a broker its caches, its producer id and its group state are of no use, and
making one takes milliseconds. For the same reason a broker is knocked at before a client is
made: a client whose constructor fails leaves its network thread behind.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaTimeoutError, TopicAlreadyExistsError, for_code

from shared.eventos.model import TIPO_CONTENIDO
from shared.eventos.repository import FilaPendiente
from shared.eventos.temas import PARTICIONES, TEMAS, muertos

BYTES_LOTE: Final = 800_000
"""Most that one round sends. Below the size of a producer batch, so that all events of a round
for one partition travel in one batch: it is written whole or not at all, and a failure cannot
leave the second event of a key without the first."""

_BYTES_PRODUCTOR: Final = 1_000_000
_PLAZO_ENTREGA_S: Final = 10.0
_COMUN: Final[dict[str, Any]] = {
    "bootstrap_timeout_ms": 5_000,
    "request_timeout_ms": 8_000,
    "reconnect_backoff_max_ms": 1_000,
}
_CABECERAS: Final = [("content-type", TIPO_CONTENIDO.encode())]

# kafka-python writes several lines per failed connection attempt, ten times a second. Relay and
# consumers report an outage once, in words.
logging.getLogger("kafka").setLevel(logging.CRITICAL)


class BrokerNoResponde(Exception):
    """The broker did not do what was asked; the client was closed, try again later."""


def _sin_crear_temas(cluster: Any) -> None:
    """Keep a client from making a topic by asking for it, with whatever number of partitions the
    broker likes. The option ``allow_auto_create_topics`` of kafka-python 3.0 does not arrive."""
    cluster.config["allow_auto_create_topics"] = False


def _tocar(servidores: str) -> None:
    """Open and close a connection to some bootstrap server, or raise ``OSError``."""
    ultimo: OSError | None = None
    for servidor in servidores.split(","):
        anfitrion, _, puerto = servidor.strip().rpartition(":")
        try:
            socket.create_connection((anfitrion.strip("[]"), int(puerto)), timeout=2).close()
            return
        except OSError as error:
            ultimo = error
    raise ultimo or OSError("KAFKA_BOOTSTRAP_SERVERS está vacío")


@contextmanager
def _administrador(servidores: str) -> Iterator[KafkaAdminClient]:
    _tocar(servidores)
    admin = KafkaAdminClient(bootstrap_servers=servidores.split(","), **_COMUN)
    try:
        yield admin
    finally:
        admin.close()


def _asegurar(admin: KafkaAdminClient, temas: Sequence[str]) -> dict[str, str]:
    """Create the missing topics; return the id of each. Ids change if a topic is made again."""
    faltan = [t["name"] for t in admin.describe_topics(list(temas)) if t["error_code"]]
    if faltan:
        creados = admin.create_topics(
            {tema: {"num_partitions": PARTICIONES} for tema in faltan}, raise_errors=False
        )
        for tema in creados["topics"]:
            if tema["error_code"] not in (0, TopicAlreadyExistsError.errno):
                raise for_code(tema["error_code"])(tema["name"])
        admin.wait_for_topics(faltan, timeout_ms=5_000)
    return {t["name"]: str(t["topic_id"]) for t in admin.describe_topics(list(temas))}


def asegurar_temas(servidores: str, temas: Sequence[str]) -> dict[str, str]:
    """Create the topics that do not exist and return the id of each.

    Raises:
        BrokerNoResponde: no broker, or it refused.
    """
    try:
        with _administrador(servidores) as admin:
            return _asegurar(admin, temas)
    except Exception as error:  # the client fails with anything when its broker goes away
        raise BrokerNoResponde(str(error)) from error


@dataclass
class Emisor:
    """Idempotent producer of the relay: waits for all replicas, one batch per partition."""

    servidores: str
    cancelar: threading.Event = field(default_factory=threading.Event)
    """Set to give up waiting for acknowledgements, at shutdown."""
    _productor: KafkaProducer | None = None
    _temas: set[str] = field(default_factory=set)

    @property
    def abierto(self) -> bool:
        return self._productor is not None

    def abrir(self) -> dict[str, str]:
        """Connect, create our topics and their dead-letter topics, and return topic ids.

        Raises:
            BrokerNoResponde: no broker, or it refused.
        """
        self.cerrar()
        ids = self.ids_de_temas()
        try:
            self._productor = KafkaProducer(
                bootstrap_servers=self.servidores.split(","),
                acks="all",
                enable_idempotence=True,
                compression_type="lz4",
                batch_size=_BYTES_PRODUCTOR,
                max_request_size=2 * _BYTES_PRODUCTOR,
                linger_ms=5_000,  # nothing leaves before the flush that ends the round
                max_block_ms=5_000,
                delivery_timeout_ms=_PLAZO_ENTREGA_S * 1000 + 5_000,
                **_COMUN,
            )
            _sin_crear_temas(self._productor._metadata)
        except Exception as error:
            raise BrokerNoResponde(str(error)) from error
        self._temas = set(ids)
        return ids

    def ids_de_temas(self) -> dict[str, str]:
        """Ids of our topics and their dead-letter topics, created if missing.

        Raises:
            BrokerNoResponde: no broker, or it refused; the producer was closed.
        """
        try:
            return asegurar_temas(self.servidores, [*TEMAS, *map(muertos, TEMAS)])
        except BrokerNoResponde:
            self.cerrar()
            raise

    def enviar(self, filas: Sequence[FilaPendiente]) -> list[int]:
        """Send a round and wait; return ``orden`` of what every replica acknowledged.

        After the first failure of a key nothing later of that key counts as sent. If anything
        failed the producer is closed, and the next round starts with a new one.

        Raises:
            BrokerNoResponde: nothing was acknowledged.
        """
        try:
            self._asegurar_otros({f.tema for f in filas})
            futuros = [self._encolar(fila) for fila in filas]
            self._esperar()
        except Exception as error:
            self.cerrar()
            raise BrokerNoResponde(str(error)) from error
        hechos, rotas, motivo = [], set(), None
        for fila, futuro in zip(filas, futuros, strict=True):
            if (fila.tema, fila.clave) not in rotas and futuro.succeeded():
                hechos.append(fila.orden)
            else:
                rotas.add((fila.tema, fila.clave))
                motivo = motivo or futuro.exception
        if rotas:
            self.cerrar()
        if not hechos:
            raise BrokerNoResponde(str(motivo))
        return hechos

    def _asegurar_otros(self, temas: set[str]) -> None:
        if nuevos := sorted(temas - self._temas):
            asegurar_temas(self.servidores, nuevos)
            self._temas.update(nuevos)

    def _encolar(self, fila: FilaPendiente) -> Any:
        if self._productor is None:
            raise BrokerNoResponde("el productor está cerrado")
        return self._productor.send(
            fila.tema, key=fila.clave.encode(), value=fila.sobre.encode(), headers=_CABECERAS
        )

    def _esperar(self) -> None:
        limite = time.monotonic() + _PLAZO_ENTREGA_S
        while self._productor is not None:
            try:
                self._productor.flush(timeout=0.5)
                return
            except KafkaTimeoutError:
                if self.cancelar.is_set() or time.monotonic() > limite:
                    return  # what has no acknowledgement yet counts as not sent

    def cerrar(self) -> None:
        """Drop the producer without waiting for anybody."""
        productor, self._productor = self._productor, None
        if productor is not None:
            with suppress(Exception):
                # By itself close() waits for what is on its way and, when that takes too long,
                # leaves without stopping the sender's thread.
                productor._sender.force_close()
            with suppress(Exception):
                productor.close(timeout=1)


@dataclass(frozen=True)
class Mensaje:
    """A message as it was read."""

    tema: str
    particion: int
    desplazamiento: int
    clave: bytes | None
    valor: bytes | None


@dataclass
class Lector:
    """Reads one topic. Offsets are committed only when told.

    In front of a real broker it is a member of a group. With ``en_memoria`` the broker forgets
    topics, offsets and groups when it restarts, and a position kept from before would skip what
    was published anew: so it takes every partition from the beginning, without a group, lets the
    inbox tell what is new, and counts a batch only if the topic still has the id it had when the
    reader was opened. (A group of that broker also makes whoever joins wait, for minutes if a
    member died while joining.)
    """

    servidores: str
    tema: str
    grupo: str
    en_memoria: bool = False
    sesion_ms: int = 45_000
    """A member silent for so long leaves the group."""
    _consumidor: KafkaConsumer | None = None
    _tema_id: str = ""
    _vigilado: float = 0.0

    def leer(self) -> list[Mensaje]:
        """Next batch, in order within each partition; empty after half a second of silence.

        Raises:
            BrokerNoResponde: the reader was closed; calling again opens a new one.
        """
        try:
            if self._consumidor is None:
                self._abrir()
            lote = [
                Mensaje(r.topic, r.partition, r.offset, r.key, r.value)
                for registros in self._consumidor.poll(timeout_ms=500).values()  # type: ignore[union-attr]
                for r in registros
            ]
            if self.en_memoria:
                self._vigilar(hay_mensajes=bool(lote))
        except Exception as error:
            self.cerrar()
            raise BrokerNoResponde(str(error)) from error
        return lote

    def confirmar(self) -> None:
        """Commit the offsets of what was read.

        Raises:
            BrokerNoResponde: not committed; the messages will come again.
        """
        try:
            if self._consumidor is not None and not self.en_memoria:
                self._consumidor.commit(timeout_ms=8_000)
        except Exception as error:
            self.cerrar()
            raise BrokerNoResponde(str(error)) from error

    def _abrir(self) -> None:
        self._tema_id = asegurar_temas(self.servidores, [self.tema])[self.tema]
        self._consumidor = KafkaConsumer(
            bootstrap_servers=self.servidores.split(","),
            group_id=None if self.en_memoria else self.grupo,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=self.sesion_ms,
            heartbeat_interval_ms=min(3_000, self.sesion_ms // 4),
            **_COMUN | {"request_timeout_ms": self.sesion_ms + 5_000},
        )
        _sin_crear_temas(self._consumidor._cluster)
        if self.en_memoria:
            particiones = self._consumidor.partitions_for_topic(self.tema) or ()
            self._consumidor.assign([TopicPartition(self.tema, p) for p in particiones])
        else:
            self._consumidor.subscribe([self.tema])

    def _vigilar(self, *, hay_mensajes: bool) -> None:
        ahora = time.monotonic()
        if not hay_mensajes and ahora - self._vigilado < 1:
            return
        self._vigilado = ahora
        if asegurar_temas(self.servidores, [self.tema])[self.tema] != self._tema_id:
            raise BrokerNoResponde("el tema se creó de nuevo")

    def cerrar(self) -> None:
        """Leave the group without committing."""
        consumidor, self._consumidor = self._consumidor, None
        if consumidor is not None:
            with suppress(Exception):
                consumidor.close(autocommit=False, timeout_ms=2_000)
