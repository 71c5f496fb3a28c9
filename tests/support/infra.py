"""Fixtures over the real thing: PostgreSQL, the Kafka-protocol broker, the real extracts.

A test that commits asks for ``base`` (a database of its own, cloned in some milliseconds from
one that was migrated once) or for ``uow`` / ``engine`` on it. Nothing is dropped one by one: the
whole cluster goes at the end of the session.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import UnitOfWork, crear_engine
from shared.db.migrar import migrar
from shared.embebido.kafka import KafkaEmbebido, crear_temas
from shared.embebido.postgres import DUENIO, SERVICIO, SUPERUSUARIO, PostgresEmbebido
from shared.eventos.temas import PARTICIONES, TEMAS, muertos

PLANTILLA = "plantilla"

_numeros = count(1)


@dataclass(frozen=True)
class BaseDePrueba:
    """A migrated, empty database of one test."""

    nombre: str
    dsn_servicio: str
    dsn_duenio: str
    dsn_superusuario: str


@pytest.fixture(scope="session")
def carpeta_embebida() -> Iterator[Path]:
    """Temporary folder that any system user may pass through, unlike pytest's ``tmp_path``."""
    carpeta = Path(tempfile.mkdtemp(prefix="mecanismos-"))
    carpeta.chmod(0o711)
    yield carpeta
    shutil.rmtree(carpeta, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(carpeta_embebida: Path) -> Iterator[PostgresEmbebido]:
    """One cluster for the whole session, without fsync."""
    servidor = PostgresEmbebido(carpeta_embebida / "comun", durable=False)
    servidor.arrancar()
    yield servidor
    servidor.destruir()


@pytest.fixture(scope="session")
async def plantilla(postgres: PostgresEmbebido) -> str:
    """Name of the database with every migration applied, nobody connected to it."""
    await _crear_base(postgres, PLANTILLA, modelo="template0")
    await migrar(postgres.dsn(DUENIO, PLANTILLA))
    return PLANTILLA


@pytest.fixture
async def base(postgres: PostgresEmbebido, plantilla: str) -> BaseDePrueba:
    """A database of this test alone."""
    nombre = f"prueba_{next(_numeros)}"
    await _crear_base(postgres, nombre, modelo=plantilla)
    return BaseDePrueba(
        nombre=nombre,
        dsn_servicio=postgres.dsn(SERVICIO, nombre),
        dsn_duenio=postgres.dsn(DUENIO, nombre),
        dsn_superusuario=postgres.dsn(SUPERUSUARIO, nombre),
    )


@pytest.fixture
async def engine(base: BaseDePrueba) -> AsyncIterator[AsyncEngine]:
    """Engine of the service role on ``base``."""
    motor = crear_engine(base.dsn_servicio, conexiones=5)
    yield motor
    await motor.dispose()


@pytest.fixture
def uow(engine: AsyncEngine) -> UnitOfWork:
    """Unit of work of the service role on ``base``."""
    return UnitOfWork(engine)


@pytest.fixture(scope="session")
def kafka(carpeta_embebida: Path) -> Iterator[str]:
    """Bootstrap address of a broker shared by the session, with the topics of the project.

    Shared: a consumer of one test sees the messages of others, so look for your own ids.
    """
    intermediario = KafkaEmbebido(carpeta_embebida / "kafka")
    intermediario.arrancar()
    temas = [*TEMAS, *map(muertos, TEMAS)]
    crear_temas(intermediario.bootstrap, temas, PARTICIONES)
    yield intermediario.bootstrap
    intermediario.parar()


@pytest.fixture(scope="session")
def datos_reales() -> Path:
    """Folder with the real extracts, named by ``MECANISMOS_DATOS_REALES``; skips without it."""
    nombrada = os.environ.get("MECANISMOS_DATOS_REALES")
    if not nombrada:
        pytest.skip("MECANISMOS_DATOS_REALES no nombra la carpeta de los extractos reales")
    carpeta = Path(nombrada)
    if not carpeta.is_dir():
        pytest.skip(f"MECANISMOS_DATOS_REALES nombra {carpeta}, que no existe")
    return carpeta


async def _crear_base(postgres: PostgresEmbebido, nombre: str, *, modelo: str) -> None:
    conexion = await asyncpg.connect(postgres.dsn_superusuario)
    try:
        for _ in range(50):
            try:
                # FILE_COPY: with a small template it is quicker than logging every page.
                await conexion.execute(
                    f"CREATE DATABASE {nombre} TEMPLATE {modelo} OWNER {DUENIO} STRATEGY FILE_COPY"
                )
            except asyncpg.ObjectInUseError:  # the last connection to the model is still leaving
                await asyncio.sleep(0.05)
            else:
                return
        pytest.fail(f"la base {modelo} sigue ocupada y no se puede copiar")
    finally:
        await conexion.close()


__all__ = [
    "BaseDePrueba",
    "base",
    "carpeta_embebida",
    "datos_reales",
    "engine",
    "kafka",
    "plantilla",
    "postgres",
    "uow",
]
