"""Table of cortes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.tables import metadata

corte = Table(
    "corte",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("registro", Text, nullable=False),
    Column("fecha_corte", Date, nullable=False),
    Column("archivo", Text, nullable=False),
    Column("sha256_fuente", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("filas", BigInteger, nullable=False),
    Column("filas_rechazadas", BigInteger, nullable=False),
    Column("calidad", JSONB, nullable=False),
    Column("estado", Text, nullable=False),
    Column("motivo", Text),
    Column("derivado_de", Uuid, ForeignKey("corte.id")),
    Column("cargado_por", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("estado_por", Text, nullable=False),
    Column("estado_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("registro", "sha256_fuente"),
    CheckConstraint("filas >= 0 AND filas_rechazadas >= 0", name="cuentas"),
    CheckConstraint("estado IN ('CARGADO', 'VIGENTE', 'REEMPLAZADO', 'RETIRADO')", name="estado"),
    CheckConstraint("estado IN ('CARGADO', 'VIGENTE') OR motivo IS NOT NULL", name="motivo"),
    Index(
        "ix_corte_vigente", "registro", "fecha_corte", postgresql_where=text("estado = 'VIGENTE'")
    ),
)
