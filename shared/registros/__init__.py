"""Registers: declarations, loader, store of cortes, sources for the evaluations."""

from shared.registros.camas import CAMAS, CODIGO_SERVICIO, Cama
from shared.registros.cargador import cargar_archivo
from shared.registros.carpeta import (
    FuenteRegistro,
    abrir_carpeta,
    abrir_cortes,
    esquema_vacio,
)
from shared.registros.catalogo import REGISTROS, esquema_de
from shared.registros.model import (
    Carga,
    ColumnaRegistro,
    Corte,
    EsquemaRegistro,
    EstadoCorte,
)
from shared.registros.service import (
    CorteCargado,
    barrer_huerfanos,
    cambiar_estado,
    cargar_corte,
    cortes_vigentes,
    listar,
)

__all__ = [
    "CAMAS",
    "CODIGO_SERVICIO",
    "REGISTROS",
    "Cama",
    "Carga",
    "ColumnaRegistro",
    "Corte",
    "CorteCargado",
    "EsquemaRegistro",
    "EstadoCorte",
    "FuenteRegistro",
    "abrir_carpeta",
    "abrir_cortes",
    "barrer_huerfanos",
    "cambiar_estado",
    "cargar_archivo",
    "cargar_corte",
    "cortes_vigentes",
    "esquema_de",
    "esquema_vacio",
    "listar",
]
