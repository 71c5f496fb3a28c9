"""Vida de los días de una persona en un mes: qué efectos llevan a qué estado.

El RADICADO del sistema es el CANDIDATO del dosier. NO_ELEGIBLE es definitivo: para esos días no
hay derecho. Nada se borra: lo que se reversa o se reintegra queda con sus asientos contrarios.
"""

from __future__ import annotations

from services.activos_emergencia import norma
from shared.focalizacion import Efecto, Estados, Linea, col

_JUZGADOS = frozenset({"LIQUIDADO", "NO_ELEGIBLE", "GLOSADO", "EN_CORRECCION_EPS", "SIN_TARIFA"})

ESTADOS = Estados(
    precedencia=(
        Linea("NO_ELEGIBLE", efectos=(Efecto.RECHAZO,)),
        # Un recorte que no deja ningún día vale como un rechazo.
        Linea("NO_ELEGIBLE", efectos=(Efecto.AJUSTE,), cuando=col("dias") == 0),
        Linea("GLOSADO", efectos=(Efecto.GLOSA,)),
        Linea("EN_CORRECCION_EPS", efectos=(Efecto.CORRECCION,)),
        Linea("SIN_TARIFA", efectos=(Efecto.RETENCION,)),
    ),
    otro="LIQUIDADO",
    forma="EN_CORRECCION_EPS",
    valorados=frozenset({"LIQUIDADO"}),
    liberan=frozenset(norma.NO_CUENTAN) | {"RADICADO"},
    corregibles=frozenset({"EN_CORRECCION_EPS", "GLOSADO"}),
    retenidos=frozenset({"SIN_TARIFA"}),
    publicados={"ANULADO": "REVERSADO"},
    transiciones={
        "RADICADO": _JUZGADOS,
        "EN_CORRECCION_EPS": frozenset({"RADICADO"}),
        "GLOSADO": frozenset({"RADICADO"}),
        # Cuando se carga la UPC del año.
        "SIN_TARIFA": frozenset({"RADICADO"}),
        "NO_ELEGIBLE": frozenset(),
        "LIQUIDADO": frozenset({"RECONOCIDO", "ESPERA_PRESUPUESTO", "REVERSADO"}),
        "ESPERA_PRESUPUESTO": frozenset({"RECONOCIDO", "ORDENADO", "REVERSADO"}),
        "RECONOCIDO": frozenset({"ORDENADO", "ESPERA_PRESUPUESTO", "ESPERA_CUENTA", "REVERSADO"}),
        "ESPERA_CUENTA": frozenset({"RECONOCIDO", "REVERSADO"}),
        "ORDENADO": frozenset({"GIRADO", "GIRO_DEVUELTO", "REVERSADO"}),
        "GIRO_DEVUELTO": frozenset({"ESPERA_CUENTA", "ORDENADO"}),
        # El pago de una mora después del giro, un traslado a otro régimen, una muerte tardía.
        "GIRADO": frozenset({"EN_REINTEGRO", "GIRO_DEVUELTO"}),
        "EN_REINTEGRO": frozenset({"REINTEGRADO", "ACLARADO", "ADEUDADO"}),
    },
)
