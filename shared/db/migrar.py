"""``mecanismos migrar``: bring the database to the head revision, as the owner of the tables."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.engine import url_asyncpg


def configuracion() -> Config:
    """Alembic configuration that does not depend on the working directory."""
    carpeta = Path(__file__).parent / "migraciones"
    config = Config()
    config.set_main_option("script_location", str(carpeta))
    config.set_main_option("version_locations", str(carpeta / "versiones"))
    config.set_main_option("path_separator", "os")
    return config


def _subir(conexion: Connection) -> None:
    config = configuracion()
    config.attributes["conexion"] = conexion
    command.upgrade(config, "head")


async def migrar(dsn_duenio: str) -> None:
    """Apply every pending revision. Lock waits stop at 10 s, statements at 10 min.

    A migration that cannot take its locks fails and leaves the running system alone; it is
    safe to run again.
    """
    engine = create_async_engine(
        url_asyncpg(dsn_duenio),
        poolclass=NullPool,
        connect_args={"server_settings": {"lock_timeout": "10000", "statement_timeout": "600000"}},
    )
    try:
        async with engine.connect() as conexion:
            # One migrator at a time: two containers starting together must not race.
            await conexion.exec_driver_sql("SELECT pg_advisory_lock(7265631)")
            await conexion.commit()
            await conexion.run_sync(_subir)
            await conexion.commit()
    finally:
        await engine.dispose()


def migrar_sincrono(dsn_duenio: str) -> None:
    """``migrar`` for callers without a loop."""
    asyncio.run(migrar(dsn_duenio))
