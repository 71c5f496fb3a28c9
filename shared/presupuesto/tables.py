"""Tables of the ledger. Migration 0004 holds their triggers, grants and checks."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)

from shared.db.tables import metadata

linea = Table(
    "linea",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("mecanismo", Text, nullable=False),
    Column("vigencia", SmallInteger, nullable=False),
    Column("fuente", Text, nullable=False, server_default="POR_CONFIRMAR"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("mecanismo", "vigencia"),
)

cuenta = Table(
    "cuenta",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("linea_id", ForeignKey("linea.id"), nullable=False),
    Column("tipo", Text, nullable=False),
    Column("externa", Boolean, nullable=False),
    Column("saldo_centavos", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("linea_id", "tipo"),
)

movimiento = Table(
    "movimiento",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("clave", Text, nullable=False, unique=True),
    Column("debito_id", BigInteger, nullable=False),
    Column("credito_id", BigInteger, nullable=False),
    Column("valor_centavos", BigInteger, nullable=False),
    Column("concepto", Text, nullable=False),
    Column("referencia", Text, nullable=False),
    Column("event_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("por", Text, nullable=False),
)

acto_presupuestal = Table(
    "acto_presupuestal",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.uuidv7()),
    Column("linea_id", ForeignKey("linea.id"), nullable=False),
    Column("tipo", Text, nullable=False),
    Column("numero", Text, nullable=False),
    Column("fecha", Date, nullable=False),
    Column("valor_centavos", BigInteger, nullable=False),
    Column("descripcion", Text, nullable=False, server_default=""),
    Column("clave", Text, unique=True),
    Column("event_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("por", Text, nullable=False),
    UniqueConstraint("linea_id", "tipo", "numero"),
)
