"""Vida de una cama-día: qué efectos llevan a qué estado.

De RECONOCIDO en adelante las filas LIQUIDADO de una solicitud se mueven juntas: un solo
reconocimiento, nunca en parte.
"""

from __future__ import annotations

from shared.focalizacion import Efecto, Estados, Linea, col

ESTADOS = Estados(
    precedencia=(
        Linea("NO_RECONOCIDO", efectos=(Efecto.RECHAZO,)),
        Linea("EN_CORRECCION", efectos=(Efecto.CORRECCION,)),
        # Un ajuste que no deja camas equivale a un rechazo.
        Linea("NO_RECONOCIDO", efectos=(Efecto.AJUSTE,), cuando=col("camas") == 0),
    ),
    otro="LIQUIDADO",
    forma="EN_CORRECCION",
    valorados=frozenset({"LIQUIDADO"}),
    liberan=frozenset({"EN_CORRECCION", "NO_RECONOCIDO"}),
    corregibles=frozenset({"EN_CORRECCION"}),
    transiciones={
        "RADICADO": frozenset({"LIQUIDADO", "EN_CORRECCION", "NO_RECONOCIDO"}),
        "EN_CORRECCION": frozenset({"RADICADO"}),
        "LIQUIDADO": frozenset({"RECONOCIDO", "ESPERA_PRESUPUESTO"}),
        "ESPERA_PRESUPUESTO": frozenset({"RECONOCIDO", "ORDENADO", "ANULADO"}),
        "RECONOCIDO": frozenset({"ORDENADO", "ESPERA_PRESUPUESTO", "ESPERA_CUENTA"}),
        "ESPERA_CUENTA": frozenset({"RECONOCIDO"}),
        "ORDENADO": frozenset({"GIRADO", "GIRO_DEVUELTO"}),
        "GIRO_DEVUELTO": frozenset({"ORDENADO"}),
        "GIRADO": frozenset({"EN_LEGALIZACION", "GIRO_DEVUELTO"}),
        "EN_LEGALIZACION": frozenset({"LEGALIZADO", "EN_REINTEGRO"}),
        "LEGALIZADO": frozenset({"CERRADO"}),
        "EN_REINTEGRO": frozenset({"CERRADO"}),
    },
)
