"""Embedded infrastructure: what it promises when things are killed, and when they are not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from sqlalchemy import text

from shared.db import UnitOfWork
from shared.embebido.errors import CarpetaEnUso, InfraestructuraNoArranca
from shared.embebido.estado import EstadoSistema, leer_estado
from shared.embebido.kafka import KafkaEmbebido, crear_temas, puerto_libre
from shared.embebido.postgres import PostgresEmbebido
from shared.embebido.supervisor import EstadoProceso, Parada, Proceso, Supervisor
from shared.eventos.temas import GIROS, PARTICIONES
from tests.support.infra import BaseDePrueba

# --- helpers --------------------------------------------------------------------------------


def esperar(condicion: Callable[[], object], plazo_segundos: float = 20) -> None:
    limite = time.monotonic() + plazo_segundos
    while not condicion():
        assert time.monotonic() < limite, "no ocurrió a tiempo"
        time.sleep(0.02)


def existe(pid: int) -> bool:
    """Running: a zombie that nobody reaped has already left."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendientes(pid: int) -> set[int]:
    """The process and all below it, backends of PostgreSQL included."""
    padres: dict[int, int] = {}
    for carpeta in Path("/proc").iterdir():
        if carpeta.name.isdigit():
            try:
                resto = (carpeta / "stat").read_text().rpartition(") ")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            padres[int(carpeta.name)] = int(resto[1])
    hallados = {pid}
    while nuevos := {hijo for hijo, padre in padres.items() if padre in hallados} - hallados:
        hallados |= nuevos
    return hallados


async def escribir(dsn: str, numero: int) -> None:
    conexion = await asyncpg.connect(dsn)
    try:
        await conexion.execute("CREATE TABLE IF NOT EXISTS marca (numero int)")
        await conexion.execute("INSERT INTO marca VALUES ($1)", numero)
    finally:
        await conexion.close()


async def leer(dsn: str) -> list[int]:
    conexion = await asyncpg.connect(dsn)
    try:
        return [fila["numero"] for fila in await conexion.fetch("SELECT numero FROM marca")]
    finally:
        await conexion.close()


@pytest.fixture
def cluster(carpeta_embebida: Path, tmp_path: Path) -> Iterator[PostgresEmbebido]:
    """A durable cluster of one test."""
    servidor = PostgresEmbebido(carpeta_embebida / tmp_path.name)
    servidor.arrancar()
    yield servidor
    servidor.destruir()


@pytest.fixture
def carpeta_cerrada(tmp_path: Path) -> Iterator[Path]:
    """As a clone in a ``mktemp -d`` folder; it must be as closed at the end."""
    tmp_path.chmod(0o700)
    yield tmp_path
    assert tmp_path.stat().st_mode & 0o777 == 0o700


# --- PostgreSQL -----------------------------------------------------------------------------


async def test_es_postgresql_18_con_el_rol_de_servicio_en_utf8_y_utc(
    uow: UnitOfWork, base: BaseDePrueba
) -> None:
    async with uow.engine.connect() as conexion:
        consulta = text(
            "SELECT current_setting('server_version_num')::int / 10000, current_user,"
            " current_database(), upper('ñandú'), current_setting('TimeZone')"
        )
        fila = tuple((await conexion.execute(consulta)).one())
    assert fila == (18, "mecanismos_servicio", base.nombre, "ÑANDÚ", "UTC")


async def test_el_servicio_no_es_duenio_de_nada_ni_puede_crear(base: BaseDePrueba) -> None:
    conexion = await asyncpg.connect(base.dsn_servicio)
    try:
        propias = await conexion.fetchval(
            "SELECT count(*) FROM pg_class WHERE relowner = 'mecanismos_servicio'::regrole"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conexion.execute("CREATE TABLE public.intruso (i int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conexion.execute("CREATE ROLE intruso")
    finally:
        await conexion.close()
    assert propias == 0


async def test_el_duenio_tiene_la_base_y_no_es_superusuario(cluster: PostgresEmbebido) -> None:
    conexion = await asyncpg.connect(cluster.dsn_duenio)
    try:
        fila = await conexion.fetchrow(
            "SELECT datdba::regrole::text, rolsuper, rolcreaterole, rolcreatedb FROM pg_database"
            " JOIN pg_roles ON pg_roles.oid = datdba WHERE datname = current_database()"
        )
    finally:
        await conexion.close()
    assert fila is not None
    assert tuple(fila) == ("mecanismos_duenio", False, True, False)


async def test_los_datos_sobreviven_a_parar_y_a_matar(cluster: PostgresEmbebido) -> None:
    await escribir(cluster.dsn_duenio, 1)
    cluster.parar()
    cluster.arrancar()
    await escribir(cluster.dsn_duenio, 2)
    assert cluster.pid is not None
    os.kill(cluster.pid, signal.SIGKILL)
    esperar(lambda: not existe(cluster.pid or 0))
    cluster.arrancar()
    assert await leer(cluster.dsn_duenio) == [1, 2]


async def test_un_postmaster_muerto_sin_recoger_no_estorba(cluster: PostgresEmbebido) -> None:
    cluster.parar()
    cluster.preparar()
    anterior = cluster.lanzar()
    try:
        esperar(lambda: cluster.listo(anterior.pid))
        os.kill(anterior.pid, signal.SIGKILL)
        esperar(lambda: not existe(anterior.pid))
        cluster.parar()
        assert (cluster.datos / "postmaster.pid").exists()
        os.kill(anterior.pid, 0)  # a zombie: for PostgreSQL it still looks alive
        cluster.arrancar()
        await escribir(cluster.dsn_duenio, 1)
    finally:
        anterior.wait()


def test_una_segunda_copia_sobre_la_misma_carpeta_se_rechaza(cluster: PostgresEmbebido) -> None:
    with pytest.raises(CarpetaEnUso, match=f"{os.getpid()}.*MECANISMOS_DATOS"):
        PostgresEmbebido(cluster.carpeta).arrancar()


def test_el_socket_queda_cerrado_a_otros_usuarios(cluster: PostgresEmbebido) -> None:
    (enchufe,) = (ruta for ruta in cluster.lugar.rglob(".s.PGSQL.*") if ruta.is_socket())
    assert enchufe.parent.stat().st_mode & 0o077 == 0
    assert enchufe.stat().st_mode & 0o077 == 0
    assert cluster.datos.stat().st_mode & 0o077 == 0
    tcp = Path(f"/proc/{cluster.pid}/net/tcp").read_text().splitlines()[1:]
    de_tcp = {f"socket:[{linea.split()[9]}]" for linea in tcp}
    abiertos = {str(fd.readlink()) for fd in Path(f"/proc/{cluster.pid}/fd").iterdir()}
    assert not de_tcp & abiertos


async def test_una_ruta_larga_usa_un_socket_corto(carpeta_embebida: Path) -> None:
    larga = carpeta_embebida / ("carpeta_de_nombre_muy_largo_" * 5)
    servidor = PostgresEmbebido(larga, durable=False)
    servidor.arrancar()
    try:
        await escribir(servidor.dsn_duenio, 7)
        assert await leer(servidor.dsn_duenio) == [7]
    finally:
        servidor.destruir()


async def test_una_carpeta_cerrada_a_otros_tambien_sirve(carpeta_cerrada: Path) -> None:
    servidor = PostgresEmbebido(carpeta_cerrada / "datos", durable=False)
    servidor.arrancar()
    try:
        await escribir(servidor.dsn_duenio, 7)
        servidor.parar()
        # The same place is found again by another object, without looking at permissions.
        servidor = PostgresEmbebido(carpeta_cerrada / "datos", durable=False)
        servidor.arrancar()
        assert await leer(servidor.dsn_duenio) == [7]
    finally:
        servidor.destruir()


def test_si_los_datos_desaparecieron_lo_dice(tmp_path: Path) -> None:
    (tmp_path / "postgres").symlink_to(tmp_path / "ausente")
    with pytest.raises(InfraestructuraNoArranca, match="ya no existe"):
        PostgresEmbebido(tmp_path).preparar()


_COMO_NOBODY = """
import os, sys
from pathlib import Path
import shared.embebido.postgres as modulo
carpeta, programas = map(Path, sys.argv[1:])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
# The virtual environment may be closed to this user, unlike the copy.
modulo.programas = lambda identidad: programas
servidor = modulo.PostgresEmbebido(carpeta, durable=False)
servidor.preparar()
assert servidor.usuario_del_sistema is None
assert servidor.datos.stat().st_uid == 65534
assert servidor.argumentos()[0] == str(programas / "postgres")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="solo root puede volverse otro usuario")
def test_sin_ser_root_prepara_con_el_mismo_codigo(
    carpeta_embebida: Path, postgres: PostgresEmbebido
) -> None:
    carpeta = carpeta_embebida / "ajena"
    carpeta.mkdir()
    os.chown(carpeta, 65534, 65534)
    programas = str(Path(postgres.argumentos()[0]).parent)
    subprocess.run([sys.executable, "-c", _COMO_NOBODY, str(carpeta), programas], check=True)


# --- Kafka ----------------------------------------------------------------------------------


def test_los_temas_existen_con_sus_particiones_y_entregan(kafka: str) -> None:
    crear_temas(kafka, [GIROS], PARTICIONES)  # again: no error, no change
    with closing(KafkaProducer(bootstrap_servers=kafka)) as productor:
        enviado = productor.send(GIROS, key=b"860", value=b"hola").get(10)
    with closing(KafkaConsumer(bootstrap_servers=kafka, consumer_timeout_ms=5000)) as consumidor:
        particiones = consumidor.partitions_for_topic(GIROS)
        parte = TopicPartition(GIROS, enviado.partition)
        consumidor.assign([parte])
        consumidor.seek(parte, enviado.offset)
        assert next(consumidor).value == b"hola"
    assert particiones == set(range(PARTICIONES))


def test_sin_intermediario_crear_temas_lo_dice_pronto() -> None:
    inicio = time.monotonic()
    with pytest.raises(InfraestructuraNoArranca, match="no responde"):
        crear_temas(f"127.0.0.1:{puerto_libre()}", [GIROS], 1, plazo_segundos=1)
    assert time.monotonic() - inicio < 5


def test_al_reiniciar_conserva_la_direccion_y_olvida_los_temas(carpeta_embebida: Path) -> None:
    intermediario = KafkaEmbebido(carpeta_embebida / "otro_kafka")
    intermediario.arrancar()
    try:
        antes = intermediario.bootstrap
        crear_temas(antes, [GIROS], 2)
        intermediario.parar()
        intermediario.arrancar()
        assert intermediario.bootstrap == antes
        with closing(KafkaAdminClient(bootstrap_servers=antes)) as administrador:
            assert administrador.list_topics() == []
    finally:
        intermediario.parar()


# --- supervisor -----------------------------------------------------------------------------


def python(programa: str) -> list[str]:
    return [sys.executable, "-c", programa]


def test_arranca_en_orden_reinicia_al_que_muere_y_para_en_orden_inverso(tmp_path: Path) -> None:
    diario = tmp_path / "diario"
    programa = """
import signal, sys, time
def anotar(que):
    with open({diario!r}, "a") as f: f.write(que + "\\n")
def fin(*_):
    anotar("fin {nombre}"); sys.exit(0)
signal.signal(signal.SIGTERM, fin)
anotar("inicio {nombre}")
time.sleep(60)
"""

    def proceso(nombre: str) -> Proceso:
        codigo = programa.format(diario=str(diario), nombre=nombre)
        return Proceso(nombre, python(codigo), os.environ, listo=lambda _: inicio(nombre))

    def inicio(nombre: str) -> bool:
        return diario.exists() and f"inicio {nombre}" in diario.read_text()

    cambios: list[dict[str, EstadoProceso]] = []
    supervisor = Supervisor(registro=tmp_path / "registro", al_cambiar=cambios.append)
    parada = Parada()
    supervisor.arrancar([proceso("a")], parada)
    supervisor.arrancar([proceso("b")], parada)
    try:
        primero = supervisor.estado()["a"]
        supervisor.matar("a")

        def reiniciado() -> bool:
            supervisor.vigilar()
            return "a" in (estado := supervisor.estado()) and estado["a"].arranques == 2

        esperar(reiniciado)
        assert supervisor.estado()["a"].pid != primero.pid
        assert cambios[-1] == supervisor.estado()
        esperar(lambda: diario.read_text().count("inicio a") == 2)
    finally:
        supervisor.parar()
    assert diario.read_text().split("\n")[:2] == ["inicio a", "inicio b"]
    assert diario.read_text().split("\n")[-3:] == ["fin b", "fin a", ""]


def test_el_que_no_arranca_muestra_sus_ultimas_lineas(tmp_path: Path) -> None:
    supervisor = Supervisor(registro=tmp_path / "registro")
    roto = Proceso(
        "roto", python("raise SystemExit('falta la llave')"), os.environ, lambda _: False
    )
    try:
        with pytest.raises(InfraestructuraNoArranca, match="falta la llave"):
            supervisor.arrancar([roto], Parada())
    finally:
        supervisor.parar()


# --- the whole system -----------------------------------------------------------------------

_SERVIR = """
import logging, sys
from pathlib import Path
from shared.db import Ajustes
from shared.embebido.servir import Servicio, servir_en_primer_plano
logging.basicConfig(level="INFO")
puerto = int(sys.argv[1])
web = (sys.executable, "-m", "http.server", str(puerto), "--bind", "127.0.0.1")
espia = (sys.executable, "-c", "import os, time; print(sorted(os.environ)); time.sleep(600)")
servir_en_primer_plano(
    Ajustes(), puerto=puerto, servicios=[Servicio("web", web, salud="/"), Servicio("espia", espia)]
)
"""


class SistemaDePrueba:
    """``mecanismos servir`` with two small services in place of ours."""

    def __init__(self, datos: Path) -> None:
        self.datos = datos
        limpio = {k: v for k, v in os.environ.items() if not k.startswith(("MECANISMOS_", "KAFKA"))}
        limpio.pop("DATABASE_URL", None)
        limpio["MECANISMOS_DATABASE_URL_DUENIO"] = "postgresql://no-debe-verse/"
        self.salida = datos.parent / f"{datos.name}.salida"
        with self.salida.open("wb") as salida:
            self.popen = subprocess.Popen(
                [sys.executable, "-c", _SERVIR, str(puerto_libre())],
                env=limpio | {"MECANISMOS_DATOS": str(datos)},
                stdout=salida,
                stderr=subprocess.STDOUT,
            )

    def estado(self) -> EstadoSistema | None:
        assert self.popen.poll() is None, self.salida.read_text()
        return leer_estado(self.datos)

    def esperar_listo(self) -> EstadoSistema:
        def todo_listo() -> bool:
            visto = self.estado()
            return visto is not None and visto.listo and visto.pid == self.popen.pid

        esperar(todo_listo, 30)
        estado = self.estado()
        assert estado is not None
        return estado

    def cerrar(self) -> None:
        if self.popen.poll() is None:
            self.popen.terminate()
            self.popen.wait(30)


@pytest.fixture
def sistema(carpeta_embebida: Path, tmp_path: Path) -> Iterator[SistemaDePrueba]:
    sistema = SistemaDePrueba(carpeta_embebida / tmp_path.name)
    yield sistema
    sistema.cerrar()


async def test_reinicia_cada_pieza_que_muere_y_sigterm_para_todo(
    sistema: SistemaDePrueba,
) -> None:
    estado = sistema.esperar_listo()
    assert estado.dsn_duenio is not None
    await escribir(estado.dsn_duenio, 1)
    for nombre in ("web", "espia", "kafka", "postgres"):
        antes = estado.procesos[nombre]
        os.kill(antes.pid, signal.SIGKILL)

        def de_vuelta(nombre: str = nombre, antes: EstadoProceso = antes) -> bool:
            ahora = sistema.estado()
            visto = ahora.procesos.get(nombre) if ahora else None
            return visto is not None and visto.listo and visto.pid != antes.pid

        esperar(de_vuelta)
    assert await leer(estado.dsn_duenio) == [1]
    with closing(KafkaAdminClient(bootstrap_servers=estado.bootstrap)) as administrador:
        assert GIROS in administrador.list_topics()
    host, _, puerto = estado.direccion.removeprefix("http://").partition(":")
    socket.create_connection((host, int(puerto)), 5).close()

    procesos = descendientes(sistema.popen.pid)
    inicio = time.monotonic()
    sistema.popen.terminate()
    assert sistema.popen.wait(30) == 0
    assert time.monotonic() - inicio < 10
    assert not [pid for pid in procesos if existe(pid)]
    assert leer_estado(sistema.datos) is None
    assert "database system is shut down" in (sistema.datos / "registro/postgres.log").read_text()


def test_los_servicios_ven_lo_suyo_y_nada_del_duenio(sistema: SistemaDePrueba) -> None:
    estado = sistema.esperar_listo()
    espia = sistema.datos / "registro" / "espia.log"
    esperar(lambda: "DATABASE_URL" in espia.read_text())
    entorno = Path(f"/proc/{estado.procesos['espia'].pid}/environ").read_text().split("\0")
    variables = dict(linea.split("=", 1) for linea in entorno if linea)
    assert variables["DATABASE_URL"] == estado.dsn_servicio
    assert variables["KAFKA_BOOTSTRAP_SERVERS"] == estado.bootstrap
    assert variables["MECANISMOS_KAFKA_EN_MEMORIA"] == "1"
    assert variables["MECANISMOS_ENTORNO"] == "desarrollo"
    assert variables["MECANISMOS_DATOS"] == str(sistema.datos)
    assert "MECANISMOS_DATABASE_URL_DUENIO" not in variables
    clave = sistema.datos / "jwt.clave"
    assert variables["MECANISMOS_JWT_CLAVE"] == clave.read_text()
    assert clave.stat().st_mode & 0o777 == 0o600
    assert (sistema.datos / "sistema.json").stat().st_mode & 0o777 == 0o600


async def test_kill_9_del_supervisor_no_deja_procesos_y_se_puede_volver(
    sistema: SistemaDePrueba,
) -> None:
    estado = sistema.esperar_listo()
    assert estado.dsn_duenio is not None
    await escribir(estado.dsn_duenio, 1)
    procesos = descendientes(sistema.popen.pid)
    assert len(procesos) > 6
    sistema.popen.kill()
    sistema.popen.wait()
    # At once, without waiting for the old PostgreSQL to leave.
    otro = SistemaDePrueba(sistema.datos)
    try:
        estado = otro.esperar_listo()
        assert not [pid for pid in procesos if existe(pid)]
        assert estado.dsn_duenio is not None
        assert await leer(estado.dsn_duenio) == [1]
    finally:
        otro.cerrar()


def test_ctrl_c_mientras_arranca_tambien_para_todo(sistema: SistemaDePrueba) -> None:
    esperar(lambda: (estado := sistema.estado()) is not None and "postgres" in estado.procesos)
    procesos = descendientes(sistema.popen.pid)
    sistema.popen.send_signal(signal.SIGINT)
    assert sistema.popen.wait(30) == 0, sistema.salida.read_text()
    esperar(lambda: not [pid for pid in procesos if existe(pid)], 5)
