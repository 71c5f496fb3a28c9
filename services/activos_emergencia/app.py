"""El servicio HTTP de los activos por emergencia."""

from __future__ import annotations

from services.activos_emergencia.mecanismo import MECANISMO
from shared.web.mecanismo import crear_app

app = crear_app(MECANISMO)
