"""Vida de un reporte: qué efectos llevan a qué estado.

RECHAZADO y PENDIENTE_REPROGRAMACION son de la etapa de pago, como los publica la ADRES: el banco
rechazó o devolvió el giro. Quien no tiene derecho queda NO_CUMPLE.
"""

from __future__ import annotations

from services.talento_humano import norma
from shared.focalizacion import Efecto, Estados, Linea, Vencimiento
from shared.normativa import Certeza

_DECIDIDOS = frozenset(
    {
        "LIQUIDADO",
        "EN_CORRECCION",
        "NO_CUMPLE",
        "DUPLICADO",
        "EN_TRAMITE_FALLECIDO",
        "EN_ESPERA_EXCEPCION",
        "PENDIENTE_CATALOGO",
    }
)

ESTADOS = Estados(
    precedencia=(
        Linea("NO_CUMPLE", efectos=(Efecto.RECHAZO,), excepto=("THS-15",)),
        Linea("DUPLICADO", efectos=(Efecto.RECHAZO,), codigos=("THS-15",)),
        # Primero la identidad: nadie es un fallecido mientras se dude de su documento o nombres.
        Linea("EN_CORRECCION", efectos=(Efecto.CORRECCION,)),
        Linea("EN_TRAMITE_FALLECIDO", efectos=(Efecto.DESVIO,), codigos=("THS-06",)),
        Linea("EN_ESPERA_EXCEPCION", efectos=(Efecto.DESVIO,), codigos=("THS-12",)),
        Linea("PENDIENTE_CATALOGO", efectos=(Efecto.RETENCION,), codigos=("THS-10",)),
    ),
    otro="LIQUIDADO",
    forma="EN_CORRECCION",
    valorados=frozenset({"LIQUIDADO"}),
    # La persona se puede reportar otra vez mientras nadie tenga su pago.
    liberan=(_DECIDIDOS | {"RADICADO", "ANULADO"}) - set(norma.CON_DERECHO),
    corregibles=frozenset({"EN_CORRECCION"}),
    retenidos=frozenset({"PENDIENTE_CATALOGO", "EN_ESPERA_EXCEPCION"}),
    vencen={
        "EN_CORRECCION": Vencimiento(
            "NO_CUMPLE",
            fuente=norma.DISENO,
            certeza=Certeza.DISENO,
            dias_habiles=norma.DIAS_HABILES_PARA_CORREGIR,
        )
    },
    publicados={
        "GIRADO": "PAGADO",
        "GIRO_DEVUELTO": "RECHAZADO",
        "REPROGRAMADO": "PENDIENTE_REPROGRAMACION",
    },
    transiciones={
        "RADICADO": _DECIDIDOS,
        "EN_CORRECCION": frozenset({"RADICADO", "NO_CUMPLE"}),
        "LIQUIDADO": frozenset({"RECONOCIDO", "ESPERA_PRESUPUESTO"}),
        "ESPERA_PRESUPUESTO": frozenset({"RECONOCIDO", "ORDENADO", "ANULADO"}),
        "RECONOCIDO": frozenset({"ORDENADO", "ESPERA_PRESUPUESTO", "ESPERA_CUENTA"}),
        "ESPERA_CUENTA": frozenset({"RECONOCIDO"}),
        "ORDENADO": frozenset({"PAGADO", "RECHAZADO"}),
        "RECHAZADO": frozenset({"PENDIENTE_REPROGRAMACION"}),
        "PENDIENTE_REPROGRAMACION": frozenset({"ORDENADO"}),
        "PAGADO": frozenset({"RECHAZADO"}),
        "NO_CUMPLE": frozenset({"RADICADO"}),
        "DUPLICADO": frozenset({"RADICADO"}),
        "EN_ESPERA_EXCEPCION": frozenset({"RADICADO"}),
        "PENDIENTE_CATALOGO": frozenset({"RADICADO"}),
        "EN_TRAMITE_FALLECIDO": frozenset({"LIQUIDADO"}),
    },
)
