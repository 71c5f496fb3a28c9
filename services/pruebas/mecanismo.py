"""El mecanismo: las cinco piezas juntas."""

from __future__ import annotations

from services.pruebas import norma
from services.pruebas.esquema import ESQUEMA
from services.pruebas.estados import ESTADOS
from services.pruebas.liquidacion import LIQUIDACION
from services.pruebas.reglas import REGLAS
from shared.focalizacion import Mecanismo, Opcion, ReglasDeRadicacion, Ventanas

MECANISMO = Mecanismo(
    nombre="pruebas",
    titulo="Reconocimiento de pruebas de COVID-19",
    prefijo="PRU",
    esquema=ESQUEMA,
    reglas=REGLAS,
    liquidacion=LIQUIDACION,
    estados=ESTADOS,
    roles_radican=("ips", "laboratorio", "eps"),
    radicacion=ReglasDeRadicacion(ventana="PRU-01"),
    ventanas=Ventanas.SEMANAL,
    parametros=(
        Opcion(
            "politica_exceso",
            norma.POLITICA_EXCESO,
            "Qué se hace con lo cobrado sobre el valor máximo: glosar la prueba, o pagar hasta él",
            norma.DISENO,
        ),
        Opcion(
            "tolerancia_dias",
            (str(norma.TOLERANCIA_DIAS),),
            "Días que puede haber entre la toma declarada y la de SISMUESTRAS (PRU-14)",
            norma.DISENO,
            rango=(0, norma.TOLERANCIA_MAXIMA),
        ),
    ),
)
