"""Job queue: the tables of pgqueuer, owned by the owner and used by the service."""

from __future__ import annotations

from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Install the queue in the version of the library that is pinned."""
    # Several statements in one text: only the driver itself takes them.
    dbapi = op.get_bind().connection.dbapi_connection
    if dbapi is None:
        raise RuntimeError("la migración necesita una conexión abierta")
    op.execute("SELECT 1")  # opens the transaction that the driver's statement joins
    instalacion = QueryBuilderEnvironment().build_install_query()
    dbapi.run_async(lambda conexion: conexion.execute(instalacion))
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON pgqueuer, pgqueuer_log, pgqueuer_statistics, "
        "pgqueuer_schedules TO mecanismos_servicio"
    )
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO mecanismos_servicio")
