"""El valor de una fila: camas por la tarifa del día.

Camas enteras, sin porcentajes ni redondeo. La ocupación solo quita camas-día.
"""

from __future__ import annotations

import narwhals as nw

from services.anticipo_uci import norma
from shared.focalizacion import Columna, Liquidacion, col, lit, segun, vigente_en

CAMAS = nw.min_horizontal(
    col("camas_disponibles"),
    col("reps_capacidad_dia"),
    # Los términos sin reporte no cuentan.
    nw.when(col("reporte_existe")).then(col("reporte_camas_disponibles")),
    nw.when(col("reporte_existe") & ~col("ocupadas").is_null()).then(
        nw.max_horizontal(col("reps_capacidad_dia") - col("ocupadas"), lit(0))
    ),
).cast(nw.Int64)

TARIFA_CENTAVOS = segun(
    {
        "UCI": vigente_en(norma.TARIFA_UCI, col("fecha")),
        "INTERMEDIO": vigente_en(norma.TARIFA_INTERMEDIO, col("fecha")),
    },
    col("servicio"),
)

LIQUIDACION = Liquidacion(
    pasos=(Columna("camas", CAMAS), Columna("tarifa_centavos", TARIFA_CENTAVOS)),
    valor_centavos=col("camas") * col("tarifa_centavos"),
)
