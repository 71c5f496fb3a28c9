"""El valor de un núcleo y a quién se gira.

Siete veces el salario mínimo de un día del año de la confirmación, en pesos enteros: una vez por
núcleo, sin contar casos ni personas. En 2020 son 204.820 pesos; que se truncan, y no se redondean,
lo prueba ese valor.
"""

from __future__ import annotations

from services.compensacion_rs import norma
from shared.focalizacion import (
    Beneficiario,
    Columna,
    CuentaDeFila,
    Liquidacion,
    col,
    vigente_en,
    when,
)

_CENTAVOS_POR_PESO = 100

LIQUIDACION = Liquidacion(
    pasos=(
        Columna("salario_minimo", vigente_en(norma.SALARIO_MINIMO, col("f"))),
        Columna(
            "valor_reconocido",
            when(col("redondeo") == "DIA")
            .then(col("salario_minimo") // norma.DIAS_DEL_MES * norma.DIAS_DE_SALARIO)
            .otherwise(col("salario_minimo") * norma.DIAS_DE_SALARIO // norma.DIAS_DEL_MES),
        ),
    ),
    valor_centavos=col("valor_reconocido") * _CENTAVOS_POR_PESO,
    beneficiarios=(
        # El giro va a la persona, nunca a la EPS que la entrega.
        Beneficiario(
            concepto="compensacion",
            tipo_documento=col("gente_receptor_tipo"),
            numero=col("gente_receptor_numero"),
            nombre=col("gente_receptor_nombre"),
            valor_centavos=col("valor_reconocido") * _CENTAVOS_POR_PESO,
            cuenta=CuentaDeFila(
                codigo_banco=col("codigo_banco"),
                tipo_producto=col("tipo_producto"),
                numero_producto=col("numero_producto"),
            ),
        ),
    ),
)
