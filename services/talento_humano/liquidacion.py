"""El valor de una persona: el de su perfil en el catálogo, entero y una sola vez.

Nunca sale del ingreso de la persona ni se prorratea por los días del servicio. El catálogo ya
viene acotado entre 1 y 4,5 SMLMV de 2020.
"""

from __future__ import annotations

import narwhals as nw

from shared.focalizacion import Beneficiario, Columna, CuentaDeFila, Liquidacion, col

_CENTAVOS_POR_PESO = 100

LIQUIDACION = Liquidacion(
    pasos=(Columna("valor_del_perfil_centavos", col("catalogo_valor_cop") * _CENTAVOS_POR_PESO),),
    valor_centavos=col("valor_del_perfil_centavos"),
    beneficiarios=(
        # El pago va a la persona, nunca a quien la reporta.
        Beneficiario(
            concepto="reconocimiento",
            tipo_documento=col("tipo_documento"),
            numero=col("numero_documento"),
            nombre=nw.concat_str(
                [
                    col("primer_nombre"),
                    col("segundo_nombre"),
                    col("primer_apellido"),
                    col("segundo_apellido"),
                ],
                separator=" ",
                ignore_nulls=True,
            ),
            valor_centavos=col("valor_del_perfil_centavos"),
            cuenta=CuentaDeFila(
                codigo_banco=col("codigo_banco"),
                tipo_producto=col("tipo_producto"),
                numero_producto=col("numero_producto"),
            ),
        ),
    ),
)
