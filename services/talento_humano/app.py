"""El servicio HTTP del reconocimiento al talento humano."""

from __future__ import annotations

from services.talento_humano.mecanismo import MECANISMO
from shared.web.mecanismo import crear_app

app = crear_app(MECANISMO)
