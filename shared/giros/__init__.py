"""Recognitions, payment orders, bank answers, reprogramming, support and reintegros."""

from shared.giros.model import (
    CuentaBancaria,
    CuentaPago,
    EsperaPor,
    EstadoGiro,
    EstadoReconocimiento,
    EstadoRespuesta,
    Giro,
    NuevoReconocimiento,
    Reconocimiento,
    Reintegro,
    ResultadoRespuesta,
    SaldoSolicitud,
    Sustitucion,
)

__all__ = [
    "CuentaBancaria",
    "CuentaPago",
    "EsperaPor",
    "EstadoGiro",
    "EstadoReconocimiento",
    "EstadoRespuesta",
    "Giro",
    "NuevoReconocimiento",
    "Reconocimiento",
    "Reintegro",
    "ResultadoRespuesta",
    "SaldoSolicitud",
    "Sustitucion",
]
