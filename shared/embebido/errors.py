"""Refusals of the embedded infrastructure."""

from __future__ import annotations

from shared.tipos import ServicioNoDisponible


class InfraestructuraNoArranca(ServicioNoDisponible):
    """An embedded process cannot be prepared or does not become ready."""

    codigo = "infraestructura.no_arranca"
    titulo = "No se pudo arrancar la infraestructura local"


class CarpetaEnUso(InfraestructuraNoArranca):
    """Another process already serves this data folder."""

    codigo = "infraestructura.carpeta_en_uso"
    titulo = "La carpeta de datos ya está en uso"
    reintentable = False
