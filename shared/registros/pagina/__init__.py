"""Pages in Spanish, generated: what a register is, and what a load of it left."""

from shared.registros.pagina.calidad import pagina_calidad
from shared.registros.pagina.registro import indice_registros, pagina_registro

__all__ = ["indice_registros", "pagina_calidad", "pagina_registro"]
