"""Orders as treasury sees them."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_RESULTADOS = "('APLICADO', 'DEVUELTO', 'RECHAZADO_FORMATO')"


def upgrade() -> None:
    """Orders as treasury sees them."""
    op.execute(
        f"""
        CREATE TABLE orden_tesoreria (
            posicion bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_orden_tesoreria PRIMARY KEY,
            id_giro text NOT NULL CONSTRAINT uq_orden_tesoreria_id_giro UNIQUE,
            id_giro_origen text,
            lote text NOT NULL,
            vigencia integer NOT NULL,
            nit_beneficiario text NOT NULL,
            nombre_beneficiario text NOT NULL,
            codigo_banco text NOT NULL,
            tipo_producto text NOT NULL,
            numero_producto text NOT NULL,
            valor_centavos bigint NOT NULL
                CONSTRAINT ck_orden_tesoreria_valor CHECK (valor_centavos > 0),
            moneda text NOT NULL,
            fecha_orden date NOT NULL,
            concepto text NOT NULL,
            referencia text NOT NULL,
            mecanismo text NOT NULL,
            sujeto text NOT NULL,
            recibida_at timestamptz NOT NULL,
            estado text NOT NULL DEFAULT 'RECIBIDA',
            resultado text
                CONSTRAINT ck_orden_tesoreria_resultado CHECK (resultado IN {_RESULTADOS}),
            codigo text,
            fecha_respuesta date,
            referencia_banco text,
            CONSTRAINT ck_orden_tesoreria_estado CHECK (
                estado = CASE WHEN resultado IS NULL THEN 'RECIBIDA' ELSE 'RESPONDIDA' END
                AND (resultado IS NULL) = (fecha_respuesta IS NULL)
                AND (codigo IS NULL) = (resultado IS NULL OR resultado = 'APLICADO')
            )
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_orden_tesoreria_recibida ON orden_tesoreria (posicion) "
        "WHERE estado = 'RECIBIDA'"
    )
    op.execute(
        f"""
        CREATE TABLE respuesta_tesoreria (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_respuesta_tesoreria PRIMARY KEY,
            id_giro text NOT NULL CONSTRAINT fk_respuesta_tesoreria_id_giro
                REFERENCES orden_tesoreria (id_giro),
            resultado text NOT NULL
                CONSTRAINT ck_respuesta_tesoreria_resultado CHECK (resultado IN {_RESULTADOS}),
            codigo text,
            fecha date NOT NULL,
            referencia_banco text,
            respondida_por text NOT NULL,
            respondida_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_respuesta_tesoreria_id_giro ON respuesta_tesoreria (id_giro)")
    # An order is as it came and an answer as it was given; only the current answer moves.
    op.execute(
        "GRANT SELECT, INSERT ON orden_tesoreria, respuesta_tesoreria TO mecanismos_servicio"
    )
    op.execute(
        "GRANT UPDATE (estado, resultado, codigo, fecha_respuesta, referencia_banco) "
        "ON orden_tesoreria TO mecanismos_servicio"
    )
