"""Use cases of recognitions and giros, one file per moment of their life."""

from shared.giros.service.actos import (
    adicionar_aforo_y_liberar,
    recaudar_y_liberar,
    registrar_acto_y_liberar,
    saldo_solicitud,
)
from shared.giros.service.cuentas import cambiar_cuenta, obtener, verificar_cuenta
from shared.giros.service.desglosar import desglosar, exigir_desglosable
from shared.giros.service.legalizar import (
    aceptar_legalizacion,
    cerrar_reconocimiento,
    entregar_legalizacion,
    legalizaciones_vencidas,
)
from shared.giros.service.ordenar import (
    Aprobacion,
    aprobar,
    aprobar_lista,
    enviar,
    ordenar_en_orden,
)
from shared.giros.service.reconocer import Ajuste, Hallazgo, ajustar, reconocer, sustituir
from shared.giros.service.reintegrar import (
    abrir_reintegro,
    aclarar_reintegro,
    confirmar_reintegro,
    declarar_adeudado,
    reintegrar,
)
from shared.giros.service.responder import reprogramar, reprogramar_giro, responder

__all__ = [
    "Ajuste",
    "Aprobacion",
    "Hallazgo",
    "abrir_reintegro",
    "aceptar_legalizacion",
    "aclarar_reintegro",
    "adicionar_aforo_y_liberar",
    "ajustar",
    "aprobar",
    "aprobar_lista",
    "cambiar_cuenta",
    "cerrar_reconocimiento",
    "confirmar_reintegro",
    "declarar_adeudado",
    "desglosar",
    "entregar_legalizacion",
    "enviar",
    "exigir_desglosable",
    "legalizaciones_vencidas",
    "obtener",
    "ordenar_en_orden",
    "recaudar_y_liberar",
    "reconocer",
    "registrar_acto_y_liberar",
    "reintegrar",
    "reprogramar",
    "reprogramar_giro",
    "responder",
    "saldo_solicitud",
    "sustituir",
    "verificar_cuenta",
]
