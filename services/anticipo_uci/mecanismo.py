"""El mecanismo: las cinco piezas juntas."""

from __future__ import annotations

from services.anticipo_uci.esquema import ESQUEMA
from services.anticipo_uci.estados import ESTADOS
from services.anticipo_uci.liquidacion import LIQUIDACION
from services.anticipo_uci.reglas import REGLAS
from shared.focalizacion import Mecanismo, ReglasDePago, ReglasDeRadicacion

MECANISMO = Mecanismo(
    nombre="anticipo_uci",
    titulo="Anticipo por disponibilidad de camas UCI e intermedio",
    prefijo="ANT",
    esquema=ESQUEMA,
    reglas=REGLAS,
    liquidacion=LIQUIDACION,
    estados=ESTADOS,
    requiere_legalizacion=True,
    roles_radican=("ips",),
    radicacion=ReglasDeRadicacion(ventana="ANT-03", certificacion="ANT-09", firmante="ANT-10"),
    pago=ReglasDePago(entidad_en_revision="ANT-20", soporte_anterior="ANT-19"),
)
