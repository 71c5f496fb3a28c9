"""El mecanismo: las cinco piezas juntas."""

from __future__ import annotations

from services.talento_humano import norma
from services.talento_humano.esquema import ESQUEMA
from services.talento_humano.estados import ESTADOS
from services.talento_humano.liquidacion import LIQUIDACION
from services.talento_humano.reglas import REGLAS
from shared.focalizacion import Mecanismo, Opcion, ReglasDePago, ReglasDeRadicacion, Ventanas

MECANISMO = Mecanismo(
    nombre="talento_humano",
    titulo="Reconocimiento económico temporal al talento humano en salud",
    prefijo="THS",
    esquema=ESQUEMA,
    reglas=REGLAS,
    liquidacion=LIQUIDACION,
    estados=ESTADOS,
    roles_radican=("ips", "territorial", "ins"),
    radicacion=ReglasDeRadicacion(ventana="THS-02", reportante="THS-01"),
    pago=ReglasDePago(cuenta_compartida="THS-16"),
    ventanas=Ventanas.FIJA,
    ventana_fija=norma.VENTANA,
    parametros=(
        Opcion(
            "catalogo_completo",
            ("NO", "SI"),
            "Si un perfil que no está en el catálogo de valores ya no lo tendrá: con SI se "
            "rechaza, con NO espera",
            norma.RES_1774_ANEXO_2,
        ),
    ),
)
