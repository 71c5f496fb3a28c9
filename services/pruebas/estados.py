"""Vida de una prueba: qué efectos llevan a qué estado.

La precedencia es la del dosier: lo que no es un registro, lo que no se puede responder, lo que sí,
y lo que está en orden y espera. Cada prueba se corrige y se paga por su cuenta: una glosada no
detiene a las demás del archivo.
"""

from __future__ import annotations

from services.pruebas import norma
from shared.focalizacion import Efecto, Estados, Linea, Vencimiento, col
from shared.normativa import Certeza

_JUZGADOS = frozenset(
    {
        "NO_ADMITIDO",
        "GLOSADO",
        "GLOSADO_DEFINITIVO",
        "SIN_TARIFA",
        "ESPERA_MONTO",
        "LIQUIDADO",
    }
)

ESTADOS = Estados(
    precedencia=(
        Linea("NO_ADMITIDO", efectos=(Efecto.RECHAZO,)),
        # Un ajuste que no deja nada vale como un rechazo: no se reconocen cero pesos.
        Linea("NO_ADMITIDO", efectos=(Efecto.AJUSTE,), cuando=col("valor_reconocido") == 0),
        Linea("GLOSADO_DEFINITIVO", efectos=(Efecto.GLOSA_DEFINITIVA,)),
        Linea("GLOSADO", efectos=(Efecto.GLOSA,)),
        Linea("SIN_TARIFA", efectos=(Efecto.RETENCION,), codigos=("PRU-09",)),
        Linea("ESPERA_MONTO", efectos=(Efecto.RETENCION,), codigos=("PRU-29",)),
    ),
    otro="LIQUIDADO",
    forma="NO_ADMITIDO",
    valorados=frozenset({"LIQUIDADO"}),
    liberan=frozenset({"NO_ADMITIDO", "GLOSADO", "GLOSADO_DEFINITIVO"}),
    corregibles=frozenset({"GLOSADO"}),
    retenidos=frozenset({"SIN_TARIFA", "ESPERA_MONTO"}),
    vencen={
        "GLOSADO": Vencimiento(
            "GLOSADO_DEFINITIVO",
            fuente=norma.PROYECTO_61289,
            certeza=Certeza.PRENSA,
            meses=norma.MESES_PARA_SUBSANAR,
            codigo="PRU-28",
        )
    },
    transiciones={
        "RADICADO": _JUZGADOS,
        "NO_ADMITIDO": frozenset(),
        # Se subsana una vez por inconsistencia; vencido el plazo, o con la misma, es definitivo.
        "GLOSADO": frozenset({"RADICADO", "GLOSADO_DEFINITIVO"}),
        "GLOSADO_DEFINITIVO": frozenset(),
        # Cuando llega la tarifa o el monto se juzgan otra vez, con lo que rija ese día.
        "SIN_TARIFA": _JUZGADOS - {"SIN_TARIFA"},
        "ESPERA_MONTO": _JUZGADOS - {"ESPERA_MONTO"},
        "LIQUIDADO": frozenset({"RECONOCIDO", "ESPERA_PRESUPUESTO"}),
        "ESPERA_PRESUPUESTO": frozenset({"RECONOCIDO", "ORDENADO", "ANULADO"}),
        "RECONOCIDO": frozenset({"ORDENADO", "ESPERA_PRESUPUESTO", "ESPERA_CUENTA"}),
        "ESPERA_CUENTA": frozenset({"RECONOCIDO"}),
        "ORDENADO": frozenset({"GIRADO", "GIRO_DEVUELTO"}),
        "GIRO_DEVUELTO": frozenset({"ESPERA_CUENTA", "ORDENADO"}),
        "GIRADO": frozenset({"EN_REINTEGRO", "GIRO_DEVUELTO"}),
        "EN_REINTEGRO": frozenset({"REINTEGRADO", "ACLARADO", "ADEUDADO"}),
    },
)
