"""El mecanismo: las cinco piezas juntas."""

from __future__ import annotations

from services.compensacion_rs import norma
from services.compensacion_rs.esquema import ESQUEMA
from services.compensacion_rs.estados import ESTADOS
from services.compensacion_rs.liquidacion import LIQUIDACION
from services.compensacion_rs.reglas import REGLAS
from shared.focalizacion import Mecanismo, Opcion, ReglasDePago, Ventanas

MECANISMO = Mecanismo(
    nombre="compensacion_rs",
    titulo="Compensación económica temporal del régimen subsidiado",
    prefijo="CET",
    esquema=ESQUEMA,
    reglas=REGLAS,
    liquidacion=LIQUIDACION,
    estados=ESTADOS,
    roles_radican=("eps",),
    pago=ReglasDePago(enrola="CET-14"),
    ventanas=Ventanas.SEMANAL,
    parametros=(
        Opcion(
            "dias_aislamiento",
            (str(norma.DIAS_DE_AISLAMIENTO),),
            "Días de aislamiento con menos de los cuales se avisa",
            norma.DISENO,
            rango=(1, 30),
        ),
        Opcion(
            "dias_aislamiento_corto",
            (str(norma.DIAS_DE_AISLAMIENTO_CORTO),),
            "Los mismos para lo confirmado desde el 7 de enero de 2022",
            norma.DISENO,
            rango=(1, 30),
        ),
        Opcion(
            "redondeo",
            norma.REDONDEO,
            "Dónde se quitan los centavos: del salario de un día, o de los siete juntos; en 2020 "
            "da lo mismo",
            norma.SALARIO,
        ),
    ),
)
