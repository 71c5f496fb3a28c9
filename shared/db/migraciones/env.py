"""Alembic environment: online only, one transaction per revision, with timeouts."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from shared.db.tables import metadata


def correr() -> None:
    """Run the pending revisions on the connection given by ``shared.db.migrar``."""
    conexion: Connection = context.config.attributes["conexion"]
    context.configure(connection=conexion, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


correr()
