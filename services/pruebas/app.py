"""El servicio HTTP de las pruebas."""

from __future__ import annotations

from services.pruebas.mecanismo import MECANISMO
from shared.web.mecanismo import crear_app

app = crear_app(MECANISMO)
