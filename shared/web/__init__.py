"""The HTTP edge that every service shares: factory, problems, paging, uploads, health, metrics."""

from shared.web.cabeceras import ClaveIdempotencia, Espera
from shared.web.cargas import Recibido, recibir
from shared.web.dependencias import (
    UsuarioActual,
    requiere,
    rutas_sin_identidad,
    usuario_actual,
)
from shared.web.fabrica import crear_aplicacion
from shared.web.paginacion import Pagina, Paginacion, escribir_cursor, leer_cursor, paginar
from shared.web.problemas import Problema, problemas
from shared.web.salud import Comprobacion, base_de_datos
from shared.web.unir import unir

__all__ = [
    "ClaveIdempotencia",
    "Comprobacion",
    "Espera",
    "Pagina",
    "Paginacion",
    "Problema",
    "Recibido",
    "UsuarioActual",
    "base_de_datos",
    "crear_aplicacion",
    "escribir_cursor",
    "leer_cursor",
    "paginar",
    "problemas",
    "recibir",
    "requiere",
    "rutas_sin_identidad",
    "unir",
    "usuario_actual",
]
