"""Outbox, relay and consumer on real PostgreSQL and the real broker.

The guarantee: what was committed with its business row reaches the broker at least once, in
order per key, and each consumer of ours handles it exactly once, whatever dies on the way.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import Ajustes, UnitOfWork
from shared.embebido.kafka import KafkaEmbebido, puerto_libre
from shared.eventos import Evento, Sobre, consumidor, publicar, relevo
from shared.eventos.broker import Lector, asegurar_temas
from shared.eventos.consumidor import Consumidor, Consumo
from shared.eventos.temas import GIROS, PARTICIONES, RECONOCIMIENTOS, muertos
from shared.tipos import Conflicto, InvarianteRota, RelojSistema
from tests.support.infra import BaseDePrueba

# kafka-python does not close the socket of a refused connection; these tests stop brokers.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

RELOJ = RelojSistema()
_numeros = count(1)


class Aviso(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    numero: int


@pytest.fixture
def broker(carpeta_embebida: Path) -> Iterator[KafkaEmbebido]:
    """A broker of this test alone, which it may kill and start again on the same port."""
    carpeta = carpeta_embebida / f"kafka-eventos-{next(_numeros)}"
    intermediario = KafkaEmbebido(carpeta, puerto=puerto_libre())
    intermediario.arrancar()
    yield intermediario
    matar(intermediario)
    gc.collect()


def matar(broker: KafkaEmbebido) -> None:
    """kill -9: what a crash looks like."""
    if broker.pid is not None:
        os.kill(broker.pid, signal.SIGKILL)
    broker.parar()


@pytest.fixture
def ajustes(base: BaseDePrueba, broker: KafkaEmbebido) -> Ajustes:
    return Ajustes(database_url=base.dsn_servicio, kafka=broker.bootstrap, kafka_en_memoria=True)


def aviso(numero: int, *, clave: str = "900000001", tema: str = GIROS) -> Evento:
    return Evento(
        tipo="aviso.v1",
        tema=tema,
        clave=clave,
        sujeto=str(numero),
        mecanismo="prueba",
        datos=Aviso(numero=numero),
    )


async def anunciar(uow: UnitOfWork, *eventos: Evento) -> None:
    async with uow.begin() as tx:
        await publicar(tx, eventos, reloj=RELOJ)


@asynccontextmanager
async def en_marcha(
    correr: Callable[[asyncio.Event], Coroutine[Any, Any, None]],
) -> AsyncIterator[asyncio.Task[None]]:
    """Run a process of the suite as a task of this loop, and stop it in order at the end."""
    parar = asyncio.Event()
    tarea = asyncio.create_task(correr(parar))
    try:
        yield tarea
    finally:
        parar.set()
        await asyncio.wait_for(tarea, 15)


def relevando(ajustes: Ajustes) -> Any:
    return en_marcha(lambda parar: relevo.correr(ajustes, parar=parar))


@contextmanager
def proceso_relevo(ajustes: Ajustes) -> Iterator[subprocess.Popen[bytes]]:
    """The relay as a process of its own, to be killed."""
    entorno = os.environ | {
        "DATABASE_URL": ajustes.database_url or "",
        "KAFKA_BOOTSTRAP_SERVERS": ajustes.kafka or "",
        "MECANISMOS_KAFKA_EN_MEMORIA": "1",
    }
    programa = (
        "import asyncio; from shared.db import Ajustes; from shared.eventos import relevo;"
        "asyncio.run(relevo.correr(Ajustes()))"
    )
    proceso = subprocess.Popen([sys.executable, "-c", programa], env=entorno)
    try:
        yield proceso
    finally:
        proceso.kill()
        proceso.wait()


async def hasta(condicion: Callable[[], Awaitable[Any]], segundos: float = 30) -> None:
    """Wait until it holds, or fail."""
    limite = time.monotonic() + segundos
    while not await condicion():
        assert time.monotonic() < limite, "no ocurrió a tiempo"
        await asyncio.sleep(0.05)


async def pendientes(uow: UnitOfWork) -> int:
    async with uow.begin() as tx:
        consulta = text("SELECT count(*) FROM bandeja_salida WHERE publicado_at IS NULL")
        return int(await tx.scalar(consulta) or 0)


async def todo_publicado(uow: UnitOfWork) -> None:
    async def vacia() -> bool:
        return await pendientes(uow) == 0

    await hasta(vacia)


def leer_tema(bootstrap: str, tema: str, cuantos: int, segundos: float = 20) -> list[Any]:
    """What a consumer that knows nothing of this code reads from the start of the topic."""
    lector = KafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    try:
        particiones = lector.partitions_for_topic(tema) or ()
        assert len(particiones) == PARTICIONES
        lector.assign([TopicPartition(tema, p) for p in particiones])
        leidos: list[Any] = []
        limite = time.monotonic() + segundos
        while len(leidos) < cuantos and time.monotonic() < limite:
            for registros in lector.poll(timeout_ms=200).values():
                leidos.extend(registros)
        return leidos
    finally:
        lector.close()


class Cuaderno:
    """Handler that writes each event to a table of its own: what the transaction keeps."""

    def __init__(self) -> None:
        self.falla: dict[int, Exception] = {}

    async def manejar(self, tx: AsyncConnection, sobre: Sobre, datos: Aviso) -> None:
        await tx.execute(text("INSERT INTO cuaderno (numero) VALUES (:n)"), {"n": datos.numero})
        if error := self.falla.get(datos.numero):
            raise error

    def consumo(self, nombre: str = "tesoreria") -> Consumo[Aviso]:
        return Consumo(GIROS, nombre, "aviso.v1", Aviso, self.manejar)

    def consumiendo(self, ajustes: Ajustes) -> Any:
        return en_marcha(lambda parar: consumidor.correr(self.consumo(), ajustes, parar=parar))


@pytest.fixture
async def cuaderno(base: BaseDePrueba, uow: UnitOfWork) -> Cuaderno:
    duenio = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, asyncpg, sys\n"
        "async def f():\n"
        "    c = await asyncpg.connect(sys.argv[1])\n"
        "    await c.execute('CREATE TABLE cuaderno (numero int)')\n"
        "    await c.execute('GRANT ALL ON cuaderno TO mecanismos_servicio')\n"
        "    await c.close()\n"
        "asyncio.run(f())",
        base.dsn_duenio,
    )
    assert await duenio.wait() == 0
    return Cuaderno()


async def anotados(uow: UnitOfWork) -> list[int]:
    async with uow.begin() as tx:
        filas = await tx.execute(text("SELECT numero FROM cuaderno ORDER BY numero"))
        return list(filas.scalars())


async def anotados_llegan_a(uow: UnitOfWork, esperados: list[int]) -> None:
    """All arrive, and none arrives twice."""

    async def completos() -> bool:
        return len(await anotados(uow)) >= len(esperados)

    await hasta(completos)
    await asyncio.sleep(0.3)
    assert await anotados(uow) == esperados


async def test_an_outside_consumer_reads_cloudevents_in_order_per_key(
    uow: UnitOfWork, ajustes: Ajustes
) -> None:
    claves = [f"90000000{i}" for i in range(7)]
    async with relevando(ajustes):
        for inicio in range(0, 420, 60):
            await anunciar(
                uow, *(aviso(n, clave=claves[n % 7]) for n in range(inicio, inicio + 60))
            )
        await todo_publicado(uow)
    mensajes = leer_tema(ajustes.kafka or "", GIROS, 420)
    por_clave = defaultdict(list)
    for mensaje in mensajes:
        sobre = json.loads(mensaje.value)
        assert dict(mensaje.headers) == {"content-type": b"application/cloudevents+json"}
        assert sobre["specversion"] == "1.0"
        assert sobre["source"] == "/mecanismos/prueba"
        por_clave[mensaje.key.decode()].append(sobre["data"]["numero"])
    assert {c: list(range(i, 420, 7)) for i, c in enumerate(claves)} == por_clave


async def test_what_rolls_back_never_existed(uow: UnitOfWork, ajustes: Ajustes) -> None:
    async def arrepentirse() -> None:
        async with uow.begin() as tx:
            await publicar(tx, [aviso(1)], reloj=RELOJ)
            raise Conflicto("No")

    with pytest.raises(Conflicto):
        await arrepentirse()
    await anunciar(uow, aviso(2))
    async with relevando(ajustes):
        await todo_publicado(uow)
    assert [json.loads(m.value)["subject"] for m in leer_tema(ajustes.kafka or "", GIROS, 1)] == [
        "2"
    ]


async def test_an_event_too_large_for_the_broker_is_refused_at_the_source(uow: UnitOfWork) -> None:
    class Grande(BaseModel):
        model_config = ConfigDict(frozen=True, extra="forbid")
        texto: str

    enorme = Evento("x.v1", GIROS, "9", "1", "prueba", Grande(texto="a" * 600_000))
    with pytest.raises(InvarianteRota, match="no cabe"):
        await anunciar(uow, enorme)


async def test_killed_between_send_and_mark_the_relay_repeats_and_the_inbox_keeps_one(
    uow: UnitOfWork, ajustes: Ajustes, cuaderno: Cuaderno
) -> None:
    await anunciar(uow, *(aviso(n) for n in range(20)))
    with proceso_relevo(ajustes) as proceso:
        # A lock on the rows stops the relay exactly after the broker's acknowledgement.
        async with uow.begin() as tx:
            await tx.execute(text("SELECT id FROM bandeja_salida FOR NO KEY UPDATE"))
            enviados = await asyncio.to_thread(leer_tema_cuando_exista, ajustes, 20)
            assert len(enviados) == 20
            proceso.kill()
            proceso.wait()
    assert await pendientes(uow) == 20
    async with relevando(ajustes), cuaderno.consumiendo(ajustes):
        await todo_publicado(uow)
        await anotados_llegan_a(uow, list(range(20)))
    assert len(leer_tema(ajustes.kafka or "", GIROS, 40)) == 40


def leer_tema_cuando_exista(ajustes: Ajustes, cuantos: int) -> list[Any]:
    asegurar_temas(ajustes.kafka or "", [GIROS])
    return leer_tema(ajustes.kafka or "", GIROS, cuantos)


async def test_with_the_broker_down_events_wait_and_nothing_else_stops(
    uow: UnitOfWork,
    ajustes: Ajustes,
    broker: KafkaEmbebido,
    cuaderno: Cuaderno,
    caplog: pytest.LogCaptureFixture,
) -> None:
    matar(broker)
    with caplog.at_level(logging.INFO, "mecanismos.eventos"):
        async with relevando(ajustes), cuaderno.consumiendo(ajustes):
            await anunciar(uow, aviso(1), aviso(2))
            await asyncio.sleep(1.5)
            assert await pendientes(uow) == 2
            broker.arrancar()
            await todo_publicado(uow)
            await anotados_llegan_a(uow, [1, 2])
    caidas = [m for m in caplog.messages if m.startswith("Kafka falla")]
    assert len(caidas) == 2, "one line each for relay and consumer, not one per attempt"


async def test_a_restarted_embedded_broker_loses_nothing(
    uow: UnitOfWork, ajustes: Ajustes, broker: KafkaEmbebido, cuaderno: Cuaderno
) -> None:
    """Acknowledged and never read; read and handled; published while it restarts."""
    async with relevando(ajustes):
        async with cuaderno.consumiendo(ajustes):
            await anunciar(uow, *(aviso(n) for n in range(10)))
            await anotados_llegan_a(uow, list(range(10)))
        await anunciar(uow, *(aviso(n) for n in range(10, 30)))
        await anunciar(uow, aviso(99, tema=RECONOCIMIENTOS))
        await todo_publicado(uow)
        matar(broker)
        await anunciar(uow, *(aviso(n) for n in range(30, 40)))
        broker.arrancar()
        async with cuaderno.consumiendo(ajustes):
            await anotados_llegan_a(uow, list(range(40)))
            # The reader holds a position of the old topic; the new one grows past it.
            matar(broker)
            broker.arrancar()
            await anunciar(uow, *(aviso(n) for n in range(40, 90)))
            await anotados_llegan_a(uow, list(range(90)))
        await todo_publicado(uow)
    # Only what the inbox lacks came back; where no consumer of ours reads, all did.
    numeros = [
        json.loads(m.value)["data"]["numero"] for m in leer_tema(broker.bootstrap, GIROS, 50)
    ]
    assert sorted(numeros) == list(range(40, 90))
    assert len(leer_tema(broker.bootstrap, RECONOCIMIENTOS, 1)) == 1


async def test_poison_goes_to_the_dead_letters_once_and_the_rest_goes_on(
    uow: UnitOfWork, ajustes: Ajustes, cuaderno: Cuaderno, caplog: pytest.LogCaptureFixture
) -> None:
    cuaderno.falla = {7: Conflicto("El giro 7 ya llegó con otro contenido"), 8: KeyError("bug")}
    ajeno = Evento("otro.v1", GIROS, "900000001", "x", "prueba", Aviso(numero=1))
    await anunciar(uow, aviso(6), aviso(7), aviso(8), ajeno)
    with caplog.at_level(logging.CRITICAL, "mecanismos.eventos"):
        async with relevando(ajustes):
            await todo_publicado(uow)
            await asyncio.to_thread(ensuciar, ajustes.kafka or "")
            async with cuaderno.consumiendo(ajustes):
                await anunciar(uow, aviso(9))
                await anotados_llegan_a(uow, [6, 9])
                muertes = await asyncio.to_thread(leer_tema, ajustes.kafka or "", muertos(GIROS), 6)
            async with cuaderno.consumiendo(ajustes):  # reads all again: nothing doubles
                await anunciar(uow, aviso(10))
                await anotados_llegan_a(uow, [6, 9, 10])
                await todo_publicado(uow)
    motivos = sorted(
        (datos["codigo"], datos["motivo"].split(":")[0])
        for datos in (json.loads(m.value)["data"] for m in muertes)
    )
    assert motivos == [
        ("eventos.fallo_inesperado", motivos[0][1]),
        ("eventos.mensaje_ilegible", "El contenido no cumple su esquema"),
        ("eventos.mensaje_ilegible", "No es un sobre CloudEvents 1.0"),
        ("eventos.mensaje_ilegible", "No es un sobre CloudEvents 1.0"),
        ("eventos.mensaje_ilegible", "Se esperaba el tipo «aviso.v1»"),
        ("recurso.conflicto", "El giro 7 ya llegó con otro contenido"),
    ]
    repetidas = leer_tema(ajustes.kafka or "", muertos(GIROS), 7, segundos=1)
    assert len(repetidas) == 6


def ensuciar(bootstrap: str) -> None:
    """What anybody with access to the topic may write into it."""
    sobre = aviso(1).sobre(RELOJ.ahora()).model_dump(mode="json")
    extra = sobre | {"id": str(uuid4()), "data": {"numero": 1, "cedula": "123\x00"}}
    productor = KafkaProducer(bootstrap_servers=bootstrap)
    for valor in (b"\xff\x00 no es JSON", None, json.dumps(extra).encode()):
        productor.send(GIROS, key=b"\xfe\x00", value=valor)
    productor.flush()
    productor.close()


async def test_members_of_a_group_take_over_from_each_other(
    uow: UnitOfWork, ajustes: Ajustes, cuaderno: Cuaderno
) -> None:
    """In front of a broker that remembers: committed offsets, and rebalances, lose nothing."""

    def miembro() -> Any:
        lector = Lector(ajustes.kafka or "", GIROS, "mecanismos.tesoreria", sesion_ms=6_000)
        return en_marcha(
            lambda parar: Consumidor(cuaderno.consumo(), lector, uow, RELOJ, parar).correr()
        )

    def tanda(numero: int) -> list[Evento]:
        return [aviso(n, clave=str(n)) for n in range(numero * 30, numero * 30 + 30)]

    async with relevando(ajustes):
        await anunciar(uow, *tanda(0))
        async with miembro():
            await anotados_llegan_a(uow, list(range(30)))
            async with miembro():
                await anunciar(uow, *tanda(1))
                await anotados_llegan_a(uow, list(range(60)))
                await asyncio.sleep(4)  # the second one has joined by now
                await anunciar(uow, *tanda(2))
                await anotados_llegan_a(uow, list(range(90)))
            await anunciar(uow, *tanda(3))
            await anotados_llegan_a(uow, list(range(120)))
        await anunciar(uow, aviso(1000))
        await todo_publicado(uow)
    lector = Lector(ajustes.kafka or "", GIROS, "mecanismos.tesoreria", sesion_ms=6_000)
    siguientes: list[Any] = []
    limite = time.monotonic() + 20
    while not siguientes and time.monotonic() < limite:
        siguientes = await asyncio.to_thread(lector.leer)
    lector.cerrar()
    # It goes on where the group was.
    assert [json.loads(m.valor)["subject"] for m in siguientes] == ["1000"]


async def test_only_one_of_two_relays_works_and_the_other_takes_over(
    uow: UnitOfWork, ajustes: Ajustes
) -> None:
    with proceso_relevo(ajustes) as primero:
        await anunciar(uow, aviso(1))
        await todo_publicado(uow)
        async with relevando(ajustes):
            await anunciar(uow, *(aviso(n) for n in range(2, 50)))
            await todo_publicado(uow)
            os.kill(primero.pid, signal.SIGSTOP)  # still holds the lock: nobody may pass it
            await anunciar(uow, aviso(50))
            await asyncio.sleep(1.5)
            assert await pendientes(uow) == 1
            primero.kill()
            primero.wait()
            await todo_publicado(uow)
    mensajes = leer_tema(ajustes.kafka or "", GIROS, 50)
    assert [json.loads(m.value)["data"]["numero"] for m in mensajes] == list(range(1, 51))


async def test_losing_the_database_session_stops_neither_relay_nor_consumer(
    uow: UnitOfWork, ajustes: Ajustes, base: BaseDePrueba, cuaderno: Cuaderno
) -> None:
    superusuario = await asyncpg.connect(base.dsn_superusuario)
    try:
        async with relevando(ajustes), cuaderno.consumiendo(ajustes):
            for ronda in range(3):
                await anunciar(uow, *(aviso(n) for n in range(ronda * 10, ronda * 10 + 10)))
                await asyncio.sleep(0.4)
                await superusuario.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await uow.engine.dispose()
            await anotados_llegan_a(uow, list(range(30)))
    finally:
        await superusuario.close()


@pytest.mark.parametrize("con_broker", [True, False])
async def test_sigterm_ends_the_relay_in_order(
    uow: UnitOfWork, ajustes: Ajustes, broker: KafkaEmbebido, con_broker: bool
) -> None:
    with proceso_relevo(ajustes) as proceso:
        await anunciar(uow, aviso(1))
        await todo_publicado(uow)
        if not con_broker:
            matar(broker)
            await anunciar(uow, aviso(2))
            await asyncio.sleep(0.5)
        proceso.terminate()
        assert await asyncio.to_thread(proceso.wait, 5) == 0


async def test_the_relay_keeps_pace(
    uow: UnitOfWork, ajustes: Ajustes, capsys: pytest.CaptureFixture[str]
) -> None:
    """Measured, not judged: the machine is shared."""
    total = 5_000
    for inicio in range(0, total, 1000):
        await anunciar(uow, *(aviso(n, clave=str(n % 97)) for n in range(inicio, inicio + 1000)))
    inicio_s = time.perf_counter()
    async with relevando(ajustes):
        await todo_publicado(uow)
        segundos = time.perf_counter() - inicio_s
    with capsys.disabled():
        sys.stdout.write(f"\n[relevo] {total / segundos:,.0f} eventos/s\n")
    leidos = leer_tema(ajustes.kafka or "", GIROS, total)
    assert len({UUID(json.loads(m.value)["id"]) for m in leidos}) == total
