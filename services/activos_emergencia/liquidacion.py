"""El valor de los días de una persona, con la UPC del régimen contributivo.

El día de la zona es la base más la prima de la zona; el del grupo, ese por el ponderador de la edad
y el sexo. Cada uno se redondea al centavo, la mitad hacia arriba: aplicar el ponderador después
de la zona es diseño. La edad es la del primer día del mes, en años cumplidos; quien nace después
vale como menor de un año. No hay promoción y prevención ni provisión de incapacidades.

Se paga a la EPS, nunca a la persona. Los días que corta el régimen subsidiado no valen nada aquí;
lo que serían con la UPC de ese régimen se calcula aparte, para la LMA.
"""

from __future__ import annotations

import narwhals as nw

from services.activos_emergencia import norma
from shared.focalizacion import Beneficiario, Columna, Liquidacion, col, lit, when

_UNO = 10_000
"""Las primas y los ponderadores vienen en diezmilésimas."""


def _por(centavos: nw.Expr, diezmilesimas: nw.Expr) -> nw.Expr:
    """El producto, al centavo más cercano; la mitad, hacia arriba."""
    return (centavos.cast(nw.Int64) * diezmilesimas.cast(nw.Int64) + _UNO // 2) // _UNO


def _dia_de_zona(tarifa: str) -> nw.Expr:
    return _por(col(f"{tarifa}_base"), col(f"{tarifa}_prima") + _UNO)


def _de_la_eps(tabla: dict[str, str]) -> nw.Expr:
    return col("codigo_eps").replace_strict(
        list(tabla), list(tabla.values()), default=lit(None, dtype=nw.String)
    )


LIQUIDACION = Liquidacion(
    pasos=(
        Columna("dia_zona_centavos", _dia_de_zona("upc")),
        Columna("dia_grupo_centavos", _por(col("dia_zona_centavos"), col("upc_ponderador"))),
        Columna("dia_zona_lma_centavos", _dia_de_zona("upc_s")),
        Columna(
            "valor_lma_centavos",
            when(col("dias_lma") > 0).then(
                _por(col("dia_zona_lma_centavos"), col("upc_s_ponderador")) * col("dias_lma")
            ),
        ),
    ),
    valor_centavos=col("dia_grupo_centavos") * col("dias"),
    beneficiarios=(
        Beneficiario(
            concepto="upc_ae",
            tipo_documento=lit("NI"),
            numero=_de_la_eps(norma.NIT_DE_LA_EPS),
            nombre=_de_la_eps(norma.NOMBRE_DE_LA_EPS),
            valor_centavos=col("dia_grupo_centavos") * col("dias"),
        ),
    ),
)
