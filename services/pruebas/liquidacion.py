"""El valor de una prueba y a quién se gira cada parte.

El valor máximo cubre toma, procesamiento, transporte, protección e insumos; es un tope de lo que
se cobra, no un precio. No se halló norma que lo reparta: se pagan las partes como vienen y solo la
suma tiene tope. Con la política RECORTE cada parte se reduce en la misma proporción, en pesos
enteros hacia abajo, y lo que sobra del redondeo queda en el procesamiento: decisión de diseño.
"""

from __future__ import annotations

import narwhals as nw

from services.pruebas import norma
from shared.focalizacion import Beneficiario, Columna, Liquidacion, col, lit, when

_CENTAVOS_POR_PESO = 100

TOPE = (
    when(col("diferencial") & col("diferencial_procede") & col("tarifa_diferencial_existe"))
    .then(col("tarifa_diferencial_valor"))
    .otherwise(col("tarifa_valor"))
)
# En 128 bits: el producto de lo cobrado por el tope no cabe en 64.
_TOMA_RECORTADA = col("valor_toma").cast(nw.Int128) * col("tope") // col("valor_total")


def _de_la_eps(tabla: dict[str, str]) -> nw.Expr:
    return col("codigo_eps").replace_strict(
        list(tabla), list(tabla.values()), default=lit(None, dtype=nw.String)
    )


def _beneficiario(concepto: str, sufijo: str) -> Beneficiario:
    es_eps = col("beneficiario_giro") == "EPS"
    return Beneficiario(
        concepto=concepto,
        tipo_documento=lit("NI"),
        numero=when(es_eps).then(_de_la_eps(norma.NIT_DE_LA_EPS)).otherwise(col(f"nit_{sufijo}")),
        nombre=when(es_eps)
        .then(_de_la_eps(norma.NOMBRE_DE_LA_EPS))
        .otherwise(col(f"{sufijo}_nombre")),
        valor_centavos=col(f"{concepto}_reconocido") * _CENTAVOS_POR_PESO,
    )


LIQUIDACION = Liquidacion(
    pasos=(
        Columna("tope", TOPE),
        Columna("valor_reconocido", nw.min_horizontal(col("valor_total"), col("tope"))),
        Columna(
            "toma_reconocido",
            when(col("valor_total") > col("tope"))
            .then(_TOMA_RECORTADA.cast(nw.Int64))
            .otherwise(col("valor_toma")),
        ),
        Columna("procesamiento_reconocido", col("valor_reconocido") - col("toma_reconocido")),
    ),
    valor_centavos=col("valor_reconocido") * _CENTAVOS_POR_PESO,
    beneficiarios=(
        _beneficiario("toma", "toma"),
        _beneficiario("procesamiento", "procesa"),
    ),
)
