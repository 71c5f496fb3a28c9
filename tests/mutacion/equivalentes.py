"""Mutants that no test can tell from the original, and why.

By mechanism: name of the mutant → reason. One that dies is reported, to be taken out of here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_YA_TOMADOS: Final = "los demás códigos de ese efecto ya los tomó una línea anterior"
_SOLO_TRANSICIONES: Final = "solo dice qué transiciones hay: ninguna fila sale distinta"

EQUIVALENTES: Final[Mapping[str, Mapping[str, str]]] = {
    "anticipo_uci": {
        "liquidacion · CAMAS · sin el término col('reporte_existe')": (
            "ocupadas sale del reporte: sin reporte también es nulo"
        ),
    },
    "activos_emergencia": {
        "reglas · ACT-16 · 2 → 3": "ninguna otra regla es de la fase 2: en la 3 ve lo mismo",
        "reglas · ACT-14 · sin el término _CON_PERSONA": (
            "sin una persona de la BDUA no hay tipo de afiliado"
        ),
        **{
            f"liquidacion · valor_lma_centavos · {cambio}": (
                "sin días del subsidiado no se busca su UPC: el valor es nulo de todos modos"
            )
            for cambio in ("0 → -1", "col('dias_lma') > 0 → col('dias_lma') >= 0")
        },
    },
    "compensacion_rs": {
        "reglas · CET-04 · sin el término _EN_BDUA": "quien está activo está en la BDUA",
        "reglas · CET-08 · 2 → 3": "la fase 3 mira las columnas de la 2, no su veredicto",
        "reglas · CET-08 · 3 → 4": "ninguna otra regla es de la fase 3 ni posterior",
    },
    "pruebas": {
        "liquidacion · toma_reconocido · col('valor_total') > col('tope') → "
        "col('valor_total') >= col('tope')": "con el total igual al tope, el recorte no quita nada",
        "estados · ESPERA_MONTO · sin codigos": _YA_TOMADOS,
        "estados · ESTADOS · NO_ADMITIDO antes de NO_ADMITIDO": "las dos líneas dan ese estado",
        "estados · ESTADOS · ESPERA_MONTO antes de SIN_TARIFA": (
            "PRU-29 solo se juzga de lo que sería LIQUIDADO: nunca falla junto a PRU-09"
        ),
        **{
            f"estados · _JUZGADOS · sin '{estado}'": _SOLO_TRANSICIONES
            for estado in (
                *("NO_ADMITIDO", "GLOSADO", "GLOSADO_DEFINITIVO"),
                *("SIN_TARIFA", "ESPERA_MONTO", "LIQUIDADO"),
            )
        },
    },
    "talento_humano": {
        f"estados · {estado} · sin codigos": _YA_TOMADOS
        for estado in ("DUPLICADO", "EN_ESPERA_EXCEPCION", "PENDIENTE_CATALOGO")
    },
}
