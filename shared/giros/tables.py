"""Tables of recognitions and giros. Migrations hold their checks, indexes and grants."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
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
from shared.presupuesto import tables as _presupuesto

_LINEA = _presupuesto.linea.c.id


def _id() -> Column[object]:
    return Column("id", Uuid, primary_key=True, server_default=func.uuidv7())


cuenta_bancaria = Table(
    "cuenta_bancaria",
    metadata,
    _id(),
    Column("tipo_documento", Text, nullable=False, server_default="NI"),
    Column("nit", Text, nullable=False),
    Column("codigo_banco", Text, nullable=False),
    Column("tipo_producto", Text, nullable=False),
    Column("numero_producto", Text, nullable=False),
    Column("titular_tipo_documento", Text, nullable=False, server_default="NI"),
    Column("titular_nit", Text, nullable=False),
    Column("estado", Text, nullable=False, server_default="POR_VERIFICAR"),
    Column("motivo", Text),
    Column("decidida_por", Text),
    Column("decidida_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint(
        "tipo_documento",
        "nit",
        "codigo_banco",
        "tipo_producto",
        "numero_producto",
        "titular_tipo_documento",
        "titular_nit",
    ),
)

reconocimiento = Table(
    "reconocimiento",
    metadata,
    _id(),
    Column("linea_id", ForeignKey(_LINEA), nullable=False),
    Column("mecanismo", Text, nullable=False),
    Column("vigencia", SmallInteger, nullable=False),
    Column("radicacion_id", Uuid, nullable=False),
    Column("evaluacion", Integer, nullable=False, server_default="1"),
    Column("solicitud_id", Uuid, nullable=False),
    Column("tipo_documento", Text, nullable=False, server_default="NI"),
    Column("nit", Text, nullable=False),
    Column("nombre", Text, nullable=False),
    Column("entidad", Text),
    Column("periodo", Text),
    Column("registros", Integer, nullable=False),
    Column("valor_centavos", BigInteger, nullable=False),
    Column("estado", Text, nullable=False),
    Column("espera_por", Text),
    Column("fecha_radicacion", DateTime(timezone=True), nullable=False),
    Column("orden", BigInteger, Identity(), nullable=False),
    Column("requiere_legalizacion", Boolean, nullable=False),
    Column("preparado_por", Text, nullable=False),
    Column("aprobado_por", Text),
    Column("aprobado_at", DateTime(timezone=True)),
    Column("cuenta_id", ForeignKey("cuenta_bancaria.id")),
    Column("reemplaza_id", ForeignKey("reconocimiento.id")),
    Column("devuelto_at", DateTime(timezone=True)),
    Column("titular_nit", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

giro = Table(
    "giro",
    metadata,
    _id(),
    Column("id_giro", Text, nullable=False, unique=True),
    Column("id_giro_origen", ForeignKey("giro.id_giro")),
    Column("linea_id", ForeignKey(_LINEA), nullable=False),
    Column("lote", Text, nullable=False),
    Column("cuenta_id", ForeignKey("cuenta_bancaria.id"), nullable=False),
    Column("valor_centavos", BigInteger, nullable=False),
    Column("estado", Text, nullable=False),
    Column("fecha_orden", Date, nullable=False),
    Column("ordenado_por", Text, nullable=False),
    Column("ordenado_at", DateTime(timezone=True), nullable=False),
    Column("enviado_por", Text),
    Column("enviado_at", DateTime(timezone=True)),
    Column("codigo", Text),
    Column("fecha_respuesta", Date),
    Column("referencia_banco", Text),
    Column("respondido_at", DateTime(timezone=True)),
    Column("vivo", Boolean, Computed("estado IN ('ordenado', 'enviado', 'aplicado')")),
    UniqueConstraint("id", "vivo"),
)

giro_reconocimiento = Table(
    "giro_reconocimiento",
    metadata,
    Column("giro_id", Uuid, primary_key=True),
    Column("reconocimiento_id", ForeignKey("reconocimiento.id"), primary_key=True),
    Column("valor_centavos", BigInteger, nullable=False),
    Column("vivo", Boolean, nullable=False, server_default="true"),
    ForeignKeyConstraint(["giro_id", "vivo"], ["giro.id", "giro.vivo"], onupdate="CASCADE"),
)

respuesta_giro = Table(
    "respuesta_giro",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("giro_id", ForeignKey("giro.id"), nullable=False),
    Column("estado", Text, nullable=False),
    Column("codigo", Text),
    Column("fecha", Date, nullable=False),
    Column("referencia_banco", Text),
    Column("recibida_at", DateTime(timezone=True), nullable=False),
)

respuesta_desconocida = Table(
    "respuesta_desconocida",
    metadata,
    _id(),
    Column("motivo", Text, nullable=False),
    Column("id_giro", Text, nullable=False),
    Column("estado", Text, nullable=False),
    Column("codigo", Text),
    Column("fecha", Date, nullable=False),
    Column("valor_centavos", BigInteger, nullable=False),
    Column("moneda", Text, nullable=False),
    Column("referencia_banco", Text),
    Column("recibida_at", DateTime(timezone=True), nullable=False),
    Column("resuelta_por", Text),
    Column("resuelta_at", DateTime(timezone=True)),
)

reintegro = Table(
    "reintegro",
    metadata,
    _id(),
    Column("reconocimiento_id", ForeignKey("reconocimiento.id"), nullable=False),
    Column("radicacion_id", Uuid),
    Column("motivo", Text, nullable=False),
    Column("capital_centavos", BigInteger, nullable=False),
    Column("reintegrado_centavos", BigInteger, nullable=False, server_default="0"),
    Column("interes_centavos", BigInteger, nullable=False, server_default="0"),
    Column("estado", Text, nullable=False),
    Column("abierto_por", Text, nullable=False),
    Column("abierto_at", DateTime(timezone=True), nullable=False),
    Column("cerrado_por", Text),
    Column("cerrado_at", DateTime(timezone=True)),
)

reintegro_pago = Table(
    "reintegro_pago",
    metadata,
    _id(),
    Column("reintegro_id", ForeignKey("reintegro.id"), nullable=False),
    Column("referencia_banco", Text, nullable=False),
    Column("fecha", Date, nullable=False),
    Column("capital_centavos", BigInteger, nullable=False),
    Column("interes_centavos", BigInteger, nullable=False),
    Column("por", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("reintegro_id", "referencia_banco"),
)

legalizacion = Table(
    "legalizacion",
    metadata,
    _id(),
    Column("reconocimiento_id", ForeignKey("reconocimiento.id"), nullable=False),
    Column("documento_sha256", Text, nullable=False),
    Column("soportado_centavos", BigInteger, nullable=False),
    Column("fecha_limite", Date, nullable=False),
    Column("entregada_por", Text, nullable=False),
    Column("entregada_at", DateTime(timezone=True), nullable=False),
    Column("aceptada_por", Text),
    Column("aceptada_at", DateTime(timezone=True)),
    UniqueConstraint("reconocimiento_id", "documento_sha256"),
)
