"""The REST API as the characters of the demonstration use it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import httpx

from shared.cli.demo.archivos import Envio, certificacion, solicitud
from shared.db import Ajustes
from shared.seguridad import Rol, Usuario, emitir_token
from shared.tipos import ServicioNoDisponible

T = TypeVar("T")
_ESPERA_S = 60.0
_SONDEO_S = 0.25


def esperar(que: str, consulta: Callable[[], T | None]) -> T:
    """The answer of ``consulta`` as soon as it is not ``None``.

    Raises:
        ServicioNoDisponible: a minute went by.
    """
    limite = time.monotonic() + _ESPERA_S
    while time.monotonic() < limite:
        if (hallado := consulta()) is not None:
            return hallado
        time.sleep(_SONDEO_S)
    raise ServicioNoDisponible(f"Se esperó un minuto y no llegó: {que}.")


@dataclass(frozen=True)
class Persona:
    """Somebody with a token, speaking HTTP."""

    http: httpx.Client

    def ver(self, ruta: str, **parametros: Any) -> Any:
        """GET, decoded; a refusal is an exception."""
        return self._leer(self.http.get(ruta, params=parametros))

    def hacer(self, ruta: str, cuerpo: Mapping[str, Any] | None = None) -> Any:
        """POST of a JSON body."""
        return self._leer(self.http.post(ruta, json=cuerpo or {}))

    def cargar_corte(self, registro: str, nombre: str, contenido: bytes, fecha: str) -> Any:
        return self._leer(
            self.http.post(
                "/operaciones/v1/cortes",
                data={"registro": registro, "fecha_corte": fecha},
                files={"archivo": (nombre, contenido)},
            )
        )

    def radicar(
        self, mecanismo: str, envio: Envio, *, dv: str | None = None, clave: str | None = None
    ) -> httpx.Response:
        """Send a file with its envelope and certification; the answer as it comes."""
        return self.http.post(
            f"/{mecanismo}/v1/radicaciones",
            headers={"Idempotency-Key": clave} if clave else {},
            data={"solicitud": json.dumps(solicitud(envio.ips, envio.cuenta, dv=dv))},
            files={
                "archivo": (envio.nombre, envio.contenido),
                "certificacion": ("certificacion.pdf", certificacion(envio.ips)),
            },
        )

    @staticmethod
    def _leer(respuesta: httpx.Response) -> Any:
        if respuesta.is_success:
            return respuesta.json()
        raise ServicioNoDisponible(
            f"{respuesta.request.url.path} respondió {respuesta.status_code}: "
            f"{respuesta.text[:300]}"
        )


def persona(
    direccion: str, ajustes: Ajustes, rol: Rol, sujeto: str, entidad: str | None = None
) -> Persona:
    """Somebody of that role, with a development token."""
    token = emitir_token(ajustes, Usuario(sujeto, frozenset({rol}), entidad), timedelta(hours=1))
    return Persona(
        httpx.Client(base_url=direccion, headers={"Authorization": f"Bearer {token}"}, timeout=60.0)
    )
