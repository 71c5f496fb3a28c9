"""Tables of treasury. They repeat nothing of the money side: they come from its events."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Table,
    Text,
)

from shared.db.tables import metadata

orden_tesoreria = Table(
    "orden_tesoreria",
    metadata,
    Column("posicion", BigInteger, Identity(always=True), primary_key=True),
    Column("id_giro", Text, nullable=False, unique=True),
    Column("id_giro_origen", Text),
    Column("lote", Text, nullable=False),
    Column("vigencia", Integer, nullable=False),
    Column("tipo_documento", Text, nullable=False, server_default="NI"),
    Column("nit_beneficiario", Text, nullable=False),
    Column("nombre_beneficiario", Text, nullable=False),
    Column("codigo_banco", Text, nullable=False),
    Column("tipo_producto", Text, nullable=False),
    Column("numero_producto", Text, nullable=False),
    Column("valor_centavos", BigInteger, nullable=False),
    Column("moneda", Text, nullable=False),
    Column("fecha_orden", Date, nullable=False),
    Column("concepto", Text, nullable=False),
    Column("referencia", Text, nullable=False),
    Column("mecanismo", Text, nullable=False),
    Column("sujeto", Text, nullable=False),
    Column("recibida_at", DateTime(timezone=True), nullable=False),
    Column("estado", Text, nullable=False, server_default="RECIBIDA"),
    Column("resultado", Text),
    Column("codigo", Text),
    Column("fecha_respuesta", Date),
    Column("referencia_banco", Text),
)

respuesta_tesoreria = Table(
    "respuesta_tesoreria",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("id_giro", Text, ForeignKey("orden_tesoreria.id_giro"), nullable=False),
    Column("resultado", Text, nullable=False),
    Column("codigo", Text),
    Column("fecha", Date, nullable=False),
    Column("referencia_banco", Text),
    Column("respondida_por", Text, nullable=False),
    Column("respondida_at", DateTime(timezone=True), nullable=False),
)
