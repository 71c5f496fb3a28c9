"""Engine, unit of work, settings and migrations."""

from shared.db.engine import UnitOfWork, crear_engine, url_asyncpg
from shared.db.settings import Ajustes

__all__ = ["Ajustes", "UnitOfWork", "crear_engine", "url_asyncpg"]
