"""The whole system from one command: infrastructure that is missing, migrations, services."""

from __future__ import annotations

import contextlib
import http.client
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType

from shared.db import Ajustes
from shared.db.migrar import migrar_sincrono
from shared.embebido.errors import InfraestructuraNoArranca
from shared.embebido.estado import EstadoSistema, borrar_estado
from shared.embebido.kafka import KafkaEmbebido, crear_temas, puerto_libre
from shared.embebido.postgres import PostgresEmbebido
from shared.embebido.supervisor import EstadoProceso, Parada, ParadaPedida, Proceso, Supervisor
from shared.eventos.temas import PARTICIONES, TEMAS, muertos

logger = logging.getLogger(__name__)

_LOCAL = "127.0.0.1"
_CLAVE = "jwt.clave"
_PASO_SEGUNDOS = 0.1


@dataclass(frozen=True)
class Servicio:
    """One process of ours, program first. ``salud`` is a path asked on the main port."""

    nombre: str
    argumentos: Sequence[str]
    salud: str | None = None


def servicios_por_defecto(puerto: int) -> tuple[Servicio, ...]:
    """Applications, worker, relay, and the consumers of treasury and of the bank's answers."""
    mecanismos = (sys.executable, "-m", "shared.cli")
    aplicacion = (*mecanismos, "aplicacion", "--puerto", str(puerto))
    return (
        Servicio("aplicacion", aplicacion, salud="/salud/viva"),
        Servicio("trabajador", (*mecanismos, "trabajador")),
        Servicio("relevo", (*mecanismos, "relevo")),
        Servicio("consumir-giros", (*mecanismos, "consumir", "giros")),
        Servicio("consumir-respuestas", (*mecanismos, "consumir", "respuestas")),
    )


@dataclass
class Sistema:
    """A running system. Inside ``with`` it is supervised; at the end all of it stops."""

    direccion: str
    dsn_servicio: str
    dsn_duenio: str | None
    bootstrap: str
    datos: Path
    entorno: Mapping[str, str]
    """What the services see; give it to a command that must join them."""
    _supervisor: Supervisor
    _parada: Parada
    _recursos: contextlib.ExitStack
    _fallo: BaseException | None = field(default=None, init=False)
    _hilo: threading.Thread | None = field(default=None, init=False)

    def __enter__(self) -> Sistema:
        self._hilo = threading.Thread(target=self._vigilar, name="supervisor")
        self._hilo.start()
        return self

    def __exit__(
        self,
        tipo: type[BaseException] | None,
        error: BaseException | None,
        traza: TracebackType | None,
    ) -> None:
        self.parar()

    def esperar(self) -> None:
        """Block until somebody asks to stop.

        Raises:
            whatever broke the supervision, if that is what ended it.
        """
        while not self._parada.pedida:
            time.sleep(_PASO_SEGUNDOS)
        if self._fallo is not None:
            raise self._fallo

    def pid(self, nombre: str) -> int:
        """Process id, now. Raises ``KeyError`` while it is down."""
        return self._supervisor.estado()[nombre].pid

    def matar(self, nombre: str) -> None:
        """``kill -9`` of one process; the supervisor starts it again."""
        self._supervisor.matar(nombre)

    def parar(self) -> None:
        """Stop everything in reverse order. Idempotent."""
        self._parada.pedir()
        if self._hilo is not None:
            self._hilo.join()
        self._recursos.close()

    def _vigilar(self) -> None:
        try:
            # What this thread launched dies with it, so it is the one that stops things.
            with self._recursos:
                self._supervisor.vigilar_hasta(self._parada)
        except BaseException as error:
            self._fallo = error
            self._parada.pedir()


def arrancar_todo(
    ajustes: Ajustes,
    *,
    puerto: int,
    entorno_extra: Mapping[str, str] | None = None,
    servicios: Sequence[Servicio] | None = None,
    parada: Parada | None = None,
) -> Sistema:
    """Start what is missing, migrate, start the services and wait until they answer.

    Call it from a thread that outlives the system (the main one): the kernel ends the children
    with the thread that launched them. ``puerto`` 0 takes a free one.

    Raises:
        InfraestructuraNoArranca: something does not start; shows its last lines.
        CarpetaEnUso: another live system serves the same data folder.
        ParadaPedida: ``parada`` came first.
    """
    parada = parada or Parada()
    puerto = puerto or puerto_libre()
    _exigir_puerto_libre(puerto)
    ajustes.datos.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as recursos:
        arranque = _Arranque(ajustes, puerto, recursos, parada)
        arranque.infraestructura()
        arranque.migraciones()
        entorno = arranque.entorno(entorno_extra or {})
        arranque.servicios(servicios or servicios_por_defecto(puerto), entorno)
        return arranque.sistema(entorno, recursos.pop_all())


def servir_en_primer_plano(
    ajustes: Ajustes,
    *,
    puerto: int,
    entorno_extra: Mapping[str, str] | None = None,
    servicios: Sequence[Servicio] | None = None,
) -> None:
    """``mecanismos servir``: until Ctrl-C or SIGTERM. Main thread only.

    Raises:
        as ``arrancar_todo``, except that a wish to stop ends it quietly.
    """
    with Parada().al_recibir_senales() as parada, contextlib.suppress(ParadaPedida):
        sistema = arrancar_todo(
            ajustes, puerto=puerto, entorno_extra=entorno_extra, servicios=servicios, parada=parada
        )
        with sistema:
            logger.info("Sistema en marcha en %s", sistema.direccion)
            sistema.esperar()


class _Arranque:
    """The steps of ``arrancar_todo``, in order. What they open goes to ``recursos``."""

    def __init__(
        self, ajustes: Ajustes, puerto: int, recursos: contextlib.ExitStack, parada: Parada
    ) -> None:
        self._ajustes = ajustes
        self._puerto = puerto
        self._parada = parada
        self._postgres: PostgresEmbebido | None = None
        self._kafka: KafkaEmbebido | None = None
        self._completo = False
        self._recursos = recursos
        self._supervisor = Supervisor(
            registro=ajustes.datos / "registro", al_cambiar=self._guardar_estado
        )

    @property
    def _dsn_servicio(self) -> str:
        if self._postgres is not None:
            return self._postgres.dsn_servicio
        if self._ajustes.database_url is None:
            raise InfraestructuraNoArranca("Falta DATABASE_URL.")
        return self._ajustes.database_url

    @property
    def _dsn_duenio(self) -> str | None:
        if self._postgres is not None:
            return self._postgres.dsn_duenio
        return self._ajustes.database_url_duenio

    @property
    def _bootstrap(self) -> str:
        return self._kafka.bootstrap if self._kafka is not None else self._ajustes.kafka or ""

    def infraestructura(self) -> None:
        etapa = []
        datos = self._ajustes.datos
        if self._ajustes.database_url is None:
            self._postgres = PostgresEmbebido(datos)
            self._postgres.preparar()
            self._recursos.callback(self._postgres.parar)
            etapa.append(_proceso_postgres(self._postgres))
        if self._ajustes.kafka is None:
            self._kafka = KafkaEmbebido(datos)
            etapa.append(_proceso_kafka(self._kafka))
        self._recursos.callback(borrar_estado, datos)
        self._recursos.callback(self._supervisor.parar)
        self._supervisor.arrancar(etapa, self._parada)

    def migraciones(self) -> None:
        if self._dsn_duenio is None:
            logger.warning(
                "Sin MECANISMOS_DATABASE_URL_DUENIO no se aplican migraciones: "
                "aplíquelas antes con «mecanismos migrar»."
            )
            return
        migrar_sincrono(self._dsn_duenio)

    def entorno(self, extra: Mapping[str, str]) -> dict[str, str]:
        ajustes = self._ajustes
        entorno = dict(os.environ)
        entorno |= {
            "DATABASE_URL": self._dsn_servicio,
            "KAFKA_BOOTSTRAP_SERVERS": self._bootstrap,
            "MECANISMOS_DATOS": str(ajustes.datos),
            "PYTHONUNBUFFERED": "1",
        }
        if self._kafka is not None:
            entorno["MECANISMOS_KAFKA_EN_MEMORIA"] = "1"
        desarrollo = ajustes.entorno == "desarrollo"
        if "entorno" not in ajustes.model_fields_set and self._postgres and self._kafka:
            desarrollo = True
        entorno["MECANISMOS_ENTORNO"] = "desarrollo" if desarrollo else "produccion"
        if desarrollo and ajustes.jwt_clave is None and ajustes.jwks_url is None:
            entorno["MECANISMOS_JWT_CLAVE"] = _clave_de_desarrollo(ajustes.datos)
        entorno |= extra
        # Services never see the owner of the tables.
        entorno.pop("MECANISMOS_DATABASE_URL_DUENIO", None)
        return entorno

    def servicios(self, servicios: Sequence[Servicio], entorno: Mapping[str, str]) -> None:
        etapa = [
            Proceso(
                nombre=servicio.nombre,
                argumentos=servicio.argumentos,
                entorno=entorno,
                listo=partial(_responde, self._puerto, servicio.salud) if servicio.salud else None,
            )
            for servicio in servicios
        ]
        self._supervisor.arrancar(etapa, self._parada)
        self._completo = True
        self._guardar_estado(self._supervisor.estado())

    def sistema(self, entorno: Mapping[str, str], recursos: contextlib.ExitStack) -> Sistema:
        return Sistema(
            direccion=self._direccion,
            dsn_servicio=self._dsn_servicio,
            dsn_duenio=self._dsn_duenio,
            bootstrap=self._bootstrap,
            datos=self._ajustes.datos,
            entorno=entorno,
            _supervisor=self._supervisor,
            _parada=self._parada,
            _recursos=recursos,
        )

    @property
    def _direccion(self) -> str:
        return f"http://{_LOCAL}:{self._puerto}"

    def _guardar_estado(self, procesos: dict[str, EstadoProceso]) -> None:
        estado = EstadoSistema(
            pid=os.getpid(),
            listo=self._completo,
            direccion=self._direccion,
            dsn_servicio=self._postgres.dsn_servicio if self._postgres else None,
            dsn_duenio=self._postgres.dsn_duenio if self._postgres else None,
            bootstrap=self._bootstrap,
            procesos=procesos,
        )
        try:
            estado.guardar(self._ajustes.datos)
        except OSError as error:  # a full disk is no reason to stop what runs
            logger.warning("No se pudo guardar el estado del sistema: %s", error)


def _proceso_postgres(postgres: PostgresEmbebido) -> Proceso:
    return Proceso(
        nombre="postgres",
        argumentos=postgres.argumentos(),
        entorno=postgres.entorno(),
        listo=postgres.listo,
        senal_de_parada=signal.SIGINT,  # fast shutdown
        senal_de_muerte=signal.SIGINT,
        gracia_segundos=30,
        usuario=postgres.usuario_del_sistema,
        carpeta=postgres.lugar,
    )


def _proceso_kafka(kafka: KafkaEmbebido) -> Proceso:
    temas = [*TEMAS, *map(muertos, TEMAS)]
    return Proceso(
        nombre="kafka",
        argumentos=kafka.argumentos(),
        entorno=kafka.entorno(),
        listo=lambda _pid: kafka.listo(),
        gracia_segundos=3,
        al_quedar_listo=lambda: crear_temas(kafka.bootstrap, temas, PARTICIONES),
        carpeta=kafka.carpeta,
    )


def _responde(puerto: int, ruta: str, _pid: int) -> bool:
    conexion = http.client.HTTPConnection(_LOCAL, puerto, timeout=2)
    try:
        conexion.request("GET", ruta)
        return conexion.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        conexion.close()


def _exigir_puerto_libre(puerto: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as enchufe:
        enchufe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            enchufe.bind((_LOCAL, puerto))
        except OSError as error:
            raise InfraestructuraNoArranca(
                f"El puerto {puerto} está ocupado o no se permite. Elija otro con --puerto."
            ) from error


def clave_guardada(datos: Path) -> str | None:
    """Signing key of development tokens that a system of this folder made, if any."""
    archivo = datos / _CLAVE
    return archivo.read_text(encoding="ascii").strip() if archivo.is_file() else None


def _clave_de_desarrollo(datos: Path) -> str:
    """Signing key of development tokens: made once, readable by us alone."""
    archivo = datos / _CLAVE
    if not archivo.exists():
        provisional = datos / f".jwt.clave.{os.getpid()}"
        provisional.touch(mode=0o600)
        provisional.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            archivo.hardlink_to(provisional)  # whoever comes first; never half a key
        provisional.unlink()
    return archivo.read_text(encoding="ascii").strip()
