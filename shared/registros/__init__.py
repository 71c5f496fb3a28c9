"""Registers: declarations, loader, store of cortes, sources for the evaluations."""

from shared.registros.camas import CAMAS, CODIGO_SERVICIO, Cama
from shared.registros.cargador import cargar_archivo
from shared.registros.carpeta import (
    FuenteRegistro,
    abrir_carpeta,
    abrir_cortes,
    esquema_vacio,
)
from shared.registros.catalogo import DOCUMENTADOS, REGISTROS, esquema_de
from shared.registros.model import (
    Carga,
    ColumnaRegistro,
    Corte,
    EsquemaRegistro,
    EstadoCorte,
)
from shared.registros.pagina import pagina_calidad, pagina_registro
from shared.registros.plantilla import plantilla_csv
from shared.registros.service import (
    CorteCargado,
    barrer_huerfanos,
    buscar,
    cambiar_estado,
    cargar_corte,
    cortes_vigentes,
    informe_de,
    listar,
)

__all__ = [
    "CAMAS",
    "CODIGO_SERVICIO",
    "DOCUMENTADOS",
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
    "buscar",
    "cambiar_estado",
    "cargar_archivo",
    "cargar_corte",
    "cortes_vigentes",
    "esquema_de",
    "esquema_vacio",
    "informe_de",
    "listar",
    "pagina_calidad",
    "pagina_registro",
    "plantilla_csv",
]
