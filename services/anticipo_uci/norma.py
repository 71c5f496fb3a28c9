"""Fuentes legales y parámetros con fecha del anticipo por disponibilidad de camas.

Los textos operativos de las resoluciones 1161, 2476 y 1576 no se leyeron: lo que se sabe de
ellos viene del informe de gestión 2020 de la ADRES o de fuentes secundarias, y así lo dice la
certeza de cada fuente.
"""

from __future__ import annotations

from datetime import date

from shared.normativa import Certeza, Fuente, Parametro, Vigente
from shared.tipos import pesos

DL_538_ART_1 = Fuente(
    "Decreto Legislativo 538 de 2020",
    "art. 1",
    "Presidencia",
    Certeza.PRENSA,
    nota="Citado por fuentes secundarias; texto no releído.",
)
DL_538_ART_20 = Fuente(
    "Decreto Legislativo 538 de 2020",
    "art. 20",
    "Presidencia",
    nota="Citado por el informe de gestión 2020 de la ADRES; texto no releído.",
)
RES_1161 = Fuente(
    "Resolución 1161 de 2020",
    "arts. 5 a 10, artículo exacto sin verificar",
    "MinSalud",
    Certeza.PRENSA,
)
RES_1161_ART_6 = Fuente(
    "Resolución 1161 de 2020",
    "art. 6",
    "MinSalud",
    Certeza.PRENSA,
    nota="Texto no leído; el contenido se conoce por fuentes secundarias.",
)
TARIFAS_1161 = Fuente(
    "Resolución 1161 de 2020",
    "art. 6",
    "MinSalud",
    nota="Valores por cama y día que publica el informe de gestión 2020 de la ADRES.",
)
EXTENSIONES = Fuente(
    "Resoluciones 1161 y 2476 de 2020 y 1576 de 2021",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="Junio, noviembre y diciembre de 2020 y 2021 tienen fuente; julio a octubre se infieren.",
)
CIRCULAR_30 = Fuente("Circular 30 de 2020", "num. 1", "ADRES")
INFORME_2020 = Fuente("Informe de gestión 2020", emisor="ADRES")
DISENO = Fuente(
    "Decisión de diseño",
    emisor="mecanismos",
    certeza=Certeza.DISENO,
    nota="Por confirmar con el regulador.",
)

PRIMER_PERIODO = "2020-06"
ULTIMO_PERIODO = "2021-04"

# Las mismas tarifas para los periodos de la Resolución 1576 de 2021: decisión de diseño.
TARIFA_UCI = Parametro(
    Vigente(desde=date(2020, 6, 1), valor=int(pesos(456_482)), fuente=TARIFAS_1161)
)
TARIFA_INTERMEDIO = Parametro(
    Vigente(desde=date(2020, 6, 1), valor=int(pesos(347_538)), fuente=TARIFAS_1161)
)
"""Centavos por cama y día."""

POBLACIONES = ("ADULTO", "PEDIATRICO", "NEONATAL")
"""Poblaciones que se pagan, todas con la misma tarifa: decisión de diseño."""

CODIGO_SERVICIO = {
    ("UCI", "ADULTO"): "110",
    ("UCI", "PEDIATRICO"): "109",
    ("UCI", "NEONATAL"): "108",
    ("INTERMEDIO", "ADULTO"): "107",
    ("INTERMEDIO", "PEDIATRICO"): "106",
    ("INTERMEDIO", "NEONATAL"): "105",
}
"""Código REPS del servicio que corresponde a cada clase de cama."""
