"""El mecanismo: las cinco piezas juntas."""

from __future__ import annotations

from services.activos_emergencia import norma
from services.activos_emergencia.esquema import ESQUEMA
from services.activos_emergencia.estados import ESTADOS
from services.activos_emergencia.liquidacion import LIQUIDACION
from services.activos_emergencia.reglas import REGLAS
from shared.focalizacion import Mecanismo, Opcion, Ventanas

MECANISMO = Mecanismo(
    nombre="activos_emergencia",
    titulo="UPC de los activos por emergencia",
    prefijo="ACT",
    esquema=ESQUEMA,
    reglas=REGLAS,
    liquidacion=LIQUIDACION,
    estados=ESTADOS,
    roles_radican=("eps",),
    ventanas=Ventanas.MENSUAL,
    concepto_eps="UPC_AE",
    parametros=(
        Opcion(
            "incluir_suspendidos_previos",
            norma.PREVIOS,
            "Si una mora que empezó antes del DL 538 también da derecho",
            norma.DISENO,
        ),
    ),
)
