"""Every event the suite publishes, for the AsyncAPI document."""

from __future__ import annotations

from shared.giros.schemas import EVENTOS as DE_GIROS
from shared.radicacion.schemas import EVENTOS as DE_RADICACION

CATALOGO = (*DE_GIROS, *DE_RADICACION)
