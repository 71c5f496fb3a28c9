"""Tables of the outbox and the inbox."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.tables import metadata

bandeja_salida = Table(
    "bandeja_salida",
    metadata,
    Column("orden", BigInteger, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("tema", Text, nullable=False),
    Column("clave", Text, nullable=False),
    Column("sobre", JSONB, nullable=False),
    Column("creado_at", DateTime(timezone=True), nullable=False),
    Column("publicado_at", DateTime(timezone=True)),
    Column("intentos", Integer, nullable=False, server_default="0"),
)

bandeja_entrada = Table(
    "bandeja_entrada",
    metadata,
    Column("consumidor", Text, primary_key=True),
    Column("evento_id", Uuid, primary_key=True),
    Column("recibido_at", DateTime(timezone=True), nullable=False),
)

tema_visto = Table(
    "tema_visto",
    metadata,
    Column("tema", Text, primary_key=True),
    Column("tema_id", Text, nullable=False),
    Column("visto_at", DateTime(timezone=True), nullable=False),
)
