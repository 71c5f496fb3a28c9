"""Fuentes legales y parámetros del reconocimiento de pruebas de COVID-19.

De las resoluciones se leyeron títulos y considerandos, no el articulado ni los anexos técnicos:
los artículos se citan de ahí y del informe de gestión 2020 de la ADRES. Los códigos de glosa
oficiales no se conocen; los PRU y el efecto de cada uno son decisiones de diseño. Las tarifas no
están aquí sino en el registro ``pruebas_tarifas``, cada una con su fuente, sus días y su certeza.
"""

from __future__ import annotations

from datetime import date

import narwhals as nw

from shared.normativa import Certeza, Fuente, Vigente, tablas

DL_538_ART_20 = Fuente(
    "Decreto Legislativo 538 de 2020",
    "art. 20",
    "Presidencia",
    nota="Modificado por el DL 800 de 2020, art. 8: MinSalud fija valores y la ADRES paga "
    "directamente a las IPS, sujeto a presupuesto.",
)
RES_1463_ART_5 = Fuente(
    "Resolución 1463 de 2020",
    "art. 5",
    "MinSalud",
    nota="Valores y facturación; la lista de códigos CUPS es diseño.",
)
RES_1463_ART_6 = Fuente(
    "Resolución 1463 de 2020", "art. 6", "MinSalud", nota="Disponibilidad presupuestal."
)
RES_1463_ART_7 = Fuente(
    "Resolución 1463 de 2020",
    "art. 7",
    "MinSalud",
    nota="La ADRES verifica contra SISMUESTRAS antes de pagar; modificado por las resoluciones "
    "1630 y 1808 de 2020. La llave del cruce y su tolerancia son diseño.",
)
INFORME_2020 = Fuente(
    "Informe de gestión 2020",
    emisor="ADRES",
    nota="Cruza las pruebas con SISMUESTRAS, BDUA y REPS.",
)
RES_1630 = Fuente(
    "Resoluciones 1630 y 1808 de 2020",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="Tarifa diferencial donde no hay laboratorio avalado; su monto y su primer día se "
    "conocen por la prensa.",
)
RES_1808 = Fuente("Resolución 1808 de 2020", "considerandos", "MinSalud", nota="Cruce con la BDUA.")
RES_2461 = Fuente(
    "Resolución 2461 de 2020",
    emisor="MinSalud",
    nota="Pruebas del 17 de marzo al 25 de agosto de 2020, con un monto por EPS.",
)
PERIODOS = Fuente("Resoluciones 2461 y 1463 de 2020 y 1412 de 2022", "títulos", "MinSalud")
CIRCULAR_49 = Fuente(
    "Circular 49 de 2020",
    emisor="ADRES",
    certeza=Certeza.PRENSA,
    nota="Resumen publicado: archivo semanal de las EPS, tres primeros días hábiles.",
)
PROYECTO_61289 = Fuente(
    "Proyecto que modifica la Resolución 61289 de 2024",
    emisor="ADRES",
    certeza=Certeza.PRENSA,
    nota="Resumen de un borrador; no se sabe si se expidió.",
)
PRESCRIPCION = Fuente(
    "Proyecto que modifica la Resolución 61289 de 2024 y Código Civil, art. 2536",
    emisor="ADRES",
    certeza=Certeza.PRENSA,
    nota="Cinco años; el artículo 12 de la Resolución 72587 de 2022, que fijaba el plazo, no se "
    "leyó.",
)
RES_63609 = Fuente(
    "Resolución 63609 de 2025", "título", "ADRES", nota="Norma actual; la retención es diseño."
)
DISENO = Fuente(
    "Decisión de diseño",
    emisor="mecanismos",
    certeza=Certeza.DISENO,
    nota="Por confirmar con el regulador.",
)

P0 = Vigente(date(2020, 3, 17), "P0", RES_2461, hasta=date(2020, 8, 25))
P2 = Vigente(date(2020, 9, 16), "P2", RES_1630, hasta=date(2022, 6, 30))
"""Regímenes con reglas propias, por la fecha de la toma: el del monto por EPS y el de la tarifa
diferencial. Entre los dos rige P1, y después de P2, P3, que solo cambian las tarifas. El primer día
de P2 es el de la Resolución 1630: diseño."""

TOLERANCIA_DIAS = 3
"""Días entre la toma declarada y la de SISMUESTRAS, a uno y otro lado: diseño. Un acto la cambia
(``tolerancia_dias``), hasta ``TOLERANCIA_MAXIMA``."""
TOLERANCIA_MAXIMA = 30
ANIOS_PARA_PRESENTAR = 5
"""Desde la toma, último día incluido: ``PRESCRIPCION``."""
MESES_PARA_SUBSANAR = 6
"""Calendario, desde que se comunica la glosa, último día incluido: ``PROYECTO_61289``."""
SIN_COMUNICAR = date(9999, 12, 31)
"""Una glosa que aún no se comunica es la última."""

TIPOS_DOCUMENTO = ("CC", "TI", "RC", "CE", "PA", "CD", "SC", "PE", "PT", "CN", "AS", "MS")
TIPOS_PRUEBA = ("MOLECULAR", "ANTIGENO", "ANTICUERPOS")
BENEFICIARIOS = ("IPS", "EPS")
"""IPS: cada parte a quien toma y a quien procesa. EPS: todo a la EPS, que ya les pagó."""
RESULTADOS_UTILES = ("POSITIVO", "NEGATIVO", "INDETERMINADO")
ESTADOS_ACTIVOS = ("AC", "PL", "AE")
REGIMENES = ("C", "S")
POLITICA_EXCESO = ("GLOSA", "RECORTE")
"""Sobre el valor máximo se glosa, o se paga hasta él: diseño."""

_EPS = tablas.leer("eps_2020")
CODIGOS_EPS = tuple(f["codigo"] for f in _EPS)
CODIGO_BASE = {f["codigo"]: f["codigo_base"] for f in _EPS if f["codigo"] != f["codigo_base"]}
"""Código de movilidad → código base de la misma EPS; los demás códigos son su propia base."""
NIT_DE_LA_EPS = {f["codigo"]: f["nit"] for f in _EPS if f["nit"]}
"""Sin NIT conocido no hay a quién girarle: la fila no puede pedir el giro a esa EPS."""
_NOMBRES = {f["codigo"]: f["nombre"] for f in _EPS}
NOMBRE_DE_LA_EPS = {f["codigo"]: _NOMBRES[f["codigo_base"]] for f in _EPS}
"""El mismo con cualquiera de sus códigos."""
MUNICIPIOS = tuple(f["codigo_municipio"] for f in tablas.leer("divipola_municipios"))


def codigo_base(codigo: nw.Expr) -> nw.Expr:
    """Código base de la EPS: igual en todos los códigos de una misma EPS."""
    return codigo.replace_strict(list(CODIGO_BASE), list(CODIGO_BASE.values()), default=codigo)
