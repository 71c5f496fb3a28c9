"""The registers the suite reads, one declaration each. Adding one is adding an entry here.

One declaration drives the loader, the quality report, the page of documentation and the CSV
template. One module per family of owners; the canonical name of a column is always accepted, and
those under ``originales`` are the headers of the exports seen.
"""

from __future__ import annotations

from typing import Final

from shared.registros.catalogo.bdua import REGISTROS_BDUA
from shared.registros.catalogo.covid import REGISTROS_COVID
from shared.registros.catalogo.listas import REGISTROS_LISTAS, SIN_CARGADOR
from shared.registros.catalogo.personas import REGISTROS_PERSONAS
from shared.registros.catalogo.reps import REGISTROS_REPS, SERVICIO_CAMA
from shared.registros.catalogo.ths310covi import REGISTROS_THS310COVI
from shared.registros.errors import RegistroDesconocido
from shared.registros.model import EsquemaRegistro, plegar

__all__ = ["DOCUMENTADOS", "REGISTROS", "SERVICIO_CAMA", "esquema_de"]

REGISTROS: Final[dict[str, EsquemaRegistro]] = {
    esquema.nombre: esquema
    for esquema in (
        *REGISTROS_REPS,
        *REGISTROS_BDUA,
        *REGISTROS_PERSONAS,
        *REGISTROS_COVID,
        *REGISTROS_LISTAS,
        *REGISTROS_THS310COVI,
    )
}

DOCUMENTADOS: Final[dict[str, EsquemaRegistro]] = {e.nombre: e for e in SIN_CARGADOR}
"""Layouts written down that no rule reads and that are not loaded."""


def esquema_de(registro: str | EsquemaRegistro) -> EsquemaRegistro:
    """The declaration of a register; one's own declaration passes as it is.

    Raises:
        RegistroDesconocido: no register has that name, or it is only documented.
    """
    if isinstance(registro, EsquemaRegistro):
        return registro
    nombre = plegar(registro)
    esquema = REGISTROS.get(nombre)
    if esquema is None:
        if nombre in DOCUMENTADOS:
            raise RegistroDesconocido(
                f"«{nombre}» está documentado y no se carga: ninguna regla lo lee."
            )
        raise RegistroDesconocido(
            f"No existe el registro «{registro}». Use uno de: {', '.join(REGISTROS)}."
        )
    return esquema
