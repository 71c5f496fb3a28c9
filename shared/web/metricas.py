"""Requests counted and timed for Prometheus, in a registry of each application's own.

Seven applications may live in one process; the default registry would make them collide.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_METODOS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metricas:
    """Metrics of one application. Others register theirs in ``registro``."""

    def __init__(self) -> None:
        self.registro = CollectorRegistry()
        self._peticiones = Counter(
            "mecanismos_peticiones",
            "Peticiones atendidas",
            ("metodo", "ruta", "estado"),
            registry=self.registro,
        )
        self._segundos = Histogram(
            "mecanismos_peticion_segundos",
            "Duración de las peticiones, en segundos",
            ("metodo", "ruta"),
            registry=self.registro,
        )

    def observar(self, metodo: str, ruta: str, estado: int, segundos: float) -> None:
        """Count one answer. ``ruta`` is the template, so that labels stay few and name no one."""
        metodo = metodo if metodo in _METODOS else "OTRO"
        self._peticiones.labels(metodo, ruta, str(estado)).inc()
        self._segundos.labels(metodo, ruta).observe(segundos)

    def rutas(self) -> APIRouter:
        """``GET /metrics``."""
        router = APIRouter(include_in_schema=False)

        @router.get("/metrics")
        async def metricas() -> Response:
            return Response(generate_latest(self.registro), media_type=CONTENT_TYPE_LATEST)

        return router
