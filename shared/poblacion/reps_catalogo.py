"""What a REPS register of the synthetic country is made of: classes, services and capacities.

Codes and names are those of the public extracts (MinSalud, REPS 2022-11 and 2023-06) and of the
THS310COVI service list; how often each one appears is our approximation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.registros.camas import CAMAS

IPS: Final = "1"
INDEPENDIENTE: Final = "2"
TRANSPORTE: Final = "3"
OBJETO_DIFERENTE: Final = "4"
CLASES: Final = {
    IPS: "Instituciones Prestadoras de Servicios de Salud - IPS",
    INDEPENDIENTE: "Profesional Independiente",
    TRANSPORTE: "Transporte Especial de Pacientes",
    OBJETO_DIFERENTE: "Objeto Social Diferente a la Prestación de Servicios de Salud",
}

DISTRITOS: Final = {
    "08001": "Barranquilla",
    "13001": "Cartagena",
    "47001": "Santa Marta",
    "76001": "Cali",
    "76109": "Buenaventura",
}
"""Municipalities that REPS writes in the column of the department (registers §4, Quality)."""

PRESTADORES_IPS: Final = 10_500
"""IPS at scale 1. REPS of 2026 has 61,177 prestadores of all classes (registers §4)."""
IPS_MINIMAS: Final = 120
"""Enough at any scale for an IPS and a public laboratory in each department."""
OTROS_CODIGOS: Final = 400
"""Further codes of a NIT that already has one, in another territory."""
OTROS_CODIGOS_CON_CAMAS: Final = 15
OTRAS_CLASES: Final = {INDEPENDIENTE: 36_000, TRANSPORTE: 900, OBJETO_DIFERENTE: 1_100}
NIT_CON_CAMAS: Final = 374
"""IPS with intensive or intermediate beds: the NIT of the anticipo in 2020 (ADRES report)."""
LABORATORIOS: Final = 117
"""Laboratories avalados for SARS-CoV-2 besides the public one of each department: some 150."""
LABORATORIOS_MINIMOS: Final = 5
CAPACIDADES: Final = 41_427
"""Rows of installed capacity of a corte: datos.gov.co ``s2ru-bqt6``, REPS of 2022-11-05."""

CORTE: Final = date(2020, 12, 31)
"""Of prestadores, sedes and services: opening and closing dates say the rest."""
CORTES_CAPACIDAD: Final = (date(2020, 5, 31), date(2020, 8, 16), date(2020, 11, 16))
"""Capacity is dated three times, two of them inside a month."""

# NIT of companies go up to 901 million; from here on nobody has one.
NIT_BASE: Final = 910_000_000
NIT_PASO: Final = 997
# Cédulas of professionals: eight digits below those that the country deals out to people.
CEDULA_BASE: Final = 10_000_000
CEDULA_PASO: Final = 131


@dataclass(frozen=True)
class Servicio:
    """A service of REPS and how many of a thousand sedes of an IPS have it."""

    codigo: str
    nombre: str
    grupo: str
    por_mil: int
    """Zero: only where something else calls for it."""


GRUPOS: Final = {
    "1": "Internación",
    "2": "Quirúrgicos",
    "3": "Consulta Externa",
    "5": "Urgencias",
    "6": "Transporte Asistencial",
    "7": "Apoyo Diagnóstico y Complementación Terapéutica",
    "8": "Otros Servicios",
}
_CUIDADO: Final = {
    "110": "CUIDADO INTENSIVO ADULTOS",
    "109": "CUIDADO INTENSIVO PEDIÁTRICO",
    "108": "CUIDADO INTENSIVO NEONATAL",
    "107": "CUIDADO INTERMEDIO ADULTOS",
    "106": "CUIDADO INTERMEDIO PEDIÁTRICO",
    "105": "CUIDADO INTERMEDIO NEONATAL",
}
SERVICIOS: Final = (
    *(Servicio(c.codigo_servicio, _CUIDADO[c.codigo_servicio], "1", 0) for c in CAMAS),
    Servicio("120", "CUIDADO BÁSICO NEONATAL", "1", 30),
    Servicio("129", "HOSPITALIZACIÓN ADULTOS", "1", 160),
    Servicio("130", "HOSPITALIZACIÓN PEDIÁTRICA", "1", 110),
    Servicio("133", "HOSPITALIZACIÓN PACIENTE CRÓNICO CON VENTILADOR", "1", 60),
    Servicio("134", "HOSPITALIZACIÓN PACIENTE CRÓNICO SIN VENTILADOR", "1", 130),
    Servicio("203", "CIRUGÍA GENERAL", "2", 70),
    Servicio("207", "CIRUGÍA ORTOPÉDICA", "2", 60),
    Servicio("301", "ANESTESIA", "3", 60),
    Servicio("302", "CARDIOLOGÍA", "3", 80),
    Servicio("312", "ENFERMERÍA", "3", 560),
    Servicio("320", "GINECOBSTETRICIA", "3", 190),
    Servicio("328", "MEDICINA GENERAL", "3", 640),
    Servicio("329", "MEDICINA INTERNA", "3", 220),
    Servicio("333", "NUTRICIÓN Y DIETÉTICA", "3", 330),
    Servicio("334", "ODONTOLOGÍA GENERAL", "3", 480),
    Servicio("342", "PEDIATRÍA", "3", 220),
    Servicio("344", "PSICOLOGÍA", "3", 430),
    Servicio("420", "VACUNACIÓN", "3", 300),
    Servicio("706", "LABORATORIO CLÍNICO", "7", 240),
    Servicio("712", "TOMA DE MUESTRAS DE LABORATORIO CLÍNICO", "7", 420),
    Servicio("714", "SERVICIO FARMACÉUTICO", "7", 360),
    Servicio("728", "TERAPIA OCUPACIONAL", "7", 180),
    Servicio("729", "TERAPIA RESPIRATORIA", "7", 190),
    Servicio("739", "FISIOTERAPIA", "7", 310),
    Servicio("740", "FONOAUDIOLOGÍA Y/O TERAPIA DEL LENGUAJE", "7", 200),
    Servicio("744", "IMÁGENES DIAGNOSTICAS - IONIZANTES", "7", 130),
    Servicio("745", "IMÁGENES DIAGNOSTICAS - NO IONIZANTES", "7", 140),
    Servicio("749", "TOMA DE MUESTRAS DE CUELLO UTERINO Y GINECOLÓGICAS", "7", 210),
    Servicio("816", "ATENCIÓN DOMICILIARIA DE PACIENTE CRÓNICO SIN VENTILADOR", "8", 90),
    Servicio("1102", "URGENCIAS", "5", 140),
    Servicio("1103", "TRANSPORTE ASISTENCIAL BASICO", "6", 120),
    Servicio("1104", "TRANSPORTE ASISTENCIAL MEDICALIZADO", "6", 40),
)
DE_TODA_SEDE_CON_CAMAS: Final = ("129", "706", "1102")
DE_LABORATORIO: Final = ("706", "712")
DE_OTRA_CLASE: Final = {
    INDEPENDIENTE: ("328", "334", "344", "320", "342"),
    TRANSPORTE: ("1103", "1104"),
    OBJETO_DIFERENTE: ("328", "312"),
}
"""A prestador of these classes has one of them."""

OTRAS_CAPACIDADES: Final = (
    ("CONSULTORIOS", "Consulta Externa"),
    ("SALAS", "Procedimientos"),
    ("CONSULTORIOS", "Urgencias"),
    ("CAMAS", "Adultos"),
    ("CAMAS", "Pediátrica"),
    ("CAMAS", "Atención del Parto"),
    ("CAMAS", "TPR"),
    ("CAMAS", "Cuna Básico Neonatal"),
    ("CAMILLAS", "Observación Adultos Hombres"),
    ("CAMILLAS", "Observación Adultos Mujeres"),
    ("CAMILLAS", "Observación Pediátrica"),
    ("SALAS", "Partos"),
    ("SALAS", "Sala de Cirugía"),
    ("SALAS", "Quirófano"),
    ("SILLAS", "Sillas de Hemodiálisis"),
    ("AMBULANCIAS", "Básica"),
    ("AMBULANCIAS", "Medicalizada"),
    ("UNIDAD MOVIL", "Unidad Móvil"),
)
"""Capacities that are no intensive or intermediate bed. Each ambulance is a row of its own."""

LUGARES: Final = (
    "LOS ARRAYANES", "EL GUALANDAY", "LA CEIBA", "LOS YARUMOS", "EL SIETECUEROS", "LA PALMA",
    "EL FRAILEJON", "LOS GUADUALES", "EL ROBLEDAL", "LA SIEMPREVIVA", "EL COLIBRI", "LA GUACAMAYA",
    "EL BARRANQUERO", "LOS TUCANES", "EL CONDOR", "LA MONTAÑA", "EL PARAMO", "LA ENSENADA",
    "EL MORICHAL", "LOS ALCARAVANES", "LA SABANA", "EL MANGLAR", "LA CIENAGA", "EL NEVADO",
)  # fmt: skip
"""Invented names of prestadores are made of these and a number."""
