"""Recognitions, payment orders, bank answers, reprogramming, support and reintegros."""

from shared.giros.model import (
    Beneficiario,
    CuentaBancaria,
    CuentaPago,
    EsperaPor,
    EstadoGiro,
    EstadoReconocimiento,
    EstadoRespuesta,
    Giro,
    NuevoReconocimiento,
    ParteGiro,
    Reconocimiento,
    Reintegro,
    ResultadoRespuesta,
    SaldoSolicitud,
    Sustitucion,
)

__all__ = [
    "Beneficiario",
    "CuentaBancaria",
    "CuentaPago",
    "EsperaPor",
    "EstadoGiro",
    "EstadoReconocimiento",
    "EstadoRespuesta",
    "Giro",
    "NuevoReconocimiento",
    "ParteGiro",
    "Reconocimiento",
    "Reintegro",
    "ResultadoRespuesta",
    "SaldoSolicitud",
    "Sustitucion",
]
