"""El servicio HTTP del anticipo."""

from __future__ import annotations

from services.anticipo_uci.mecanismo import MECANISMO
from shared.web.mecanismo import crear_app

app = crear_app(MECANISMO)
