"""El servicio HTTP de la compensación económica temporal."""

from __future__ import annotations

from services.compensacion_rs.mecanismo import MECANISMO
from shared.web.mecanismo import crear_app

app = crear_app(MECANISMO)
