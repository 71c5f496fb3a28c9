"""Fuentes legales y parámetros de los activos por emergencia.

Del DL 538 de 2020 y de la Circular 33 de la ADRES se conocen el título y la apertura; las
normas que los rodean se citan de conocimiento general. Los códigos ACT, el reparto entre reglas y
el efecto de cada una son decisiones de diseño. Los valores de la UPC no están aquí: son datos del
registro ``upc``, por año, y las zonas, del registro ``zonas_upc``.
"""

from __future__ import annotations

from datetime import date

import narwhals as nw

from shared.normativa import Certeza, Fuente, tablas

DL_538_ART_15 = Fuente(
    "Decreto Legislativo 538 de 2020",
    "art. 15",
    "Presidencia",
    Certeza.PRENSA,
    nota="Añade el parágrafo 1 al artículo 67 de la Ley 1753 de 2015: la ADRES puede financiar "
    "estas UPC. Existe; su contenido se conoce por resúmenes. Corregido por el Decreto 607 y "
    "adicionado por el DL 800 de 2020.",
)
CIRCULAR_33 = Fuente(
    "Circular 33 de 2020",
    "apertura",
    "ADRES",
    nota="Lista cerrada de tres sujetos: suspendidos por mora y su núcleo, quienes agotaron la "
    "protección laboral y los beneficiarios de cotizantes fallecidos. Cómo se comprueban es "
    "diseño.",
)
DECRETO_780_MORA = Fuente(
    "Decreto 780 de 2016",
    "arts. 2.1.9.1 a 2.1.9.7",
    "MinSalud",
    Certeza.PRENSA,
    nota="Suspensión por mora tras dos períodos consecutivos sin pago.",
)
DECRETO_780_PROTECCION = Fuente(
    "Decreto 780 de 2016",
    "art. 2.1.8.1",
    "MinSalud",
    Certeza.PRENSA,
    nota="Un mes con doce meses en la EPS, tres con cinco años; con menos de doce no se debía.",
)
DECRETO_780_COMPENSACION = Fuente(
    "Decreto 780 de 2016",
    "art. 2.6.4.3.1.1.1",
    "MinSalud",
    nota="Compensación: conceptos, insumos y descuentos. El orden de los recortes es diseño.",
)
MULTIAFILIACION = Fuente(
    "Decreto 780 de 2016",
    "libro 2, parte 1",
    "MinSalud",
    Certeza.DISENO,
    nota="Afiliación múltiple; citado de conocimiento general.",
)
LEY_100_ART_211 = Fuente(
    "Ley 100 de 1993",
    "arts. 211 y siguientes",
    "Congreso",
    nota="Régimen subsidiado; la Circular 33 de 2020 dice que no hay conflicto. El corte en el "
    "día es diseño.",
)
LEY_100_ART_279 = Fuente(
    "Ley 100 de 1993, art. 279, y Decreto Ley 1281 de 2002",
    "art. 6",
    "Congreso y Presidencia",
    nota="Regímenes especiales y de excepción.",
)
LEY_1281_ART_6 = Fuente(
    "Decreto Ley 1281 de 2002",
    "art. 6",
    "Presidencia",
    nota="Fallecidos. Que el día de la muerte se reconozca es diseño.",
)
DECRETO_780_ADICIONALES = Fuente(
    "Decreto 780 de 2016",
    "art. 2.1.4.5",
    "MinSalud",
    Certeza.DISENO,
    nota="La UPC adicional la paga el cotizante; citado de conocimiento general.",
)
RES_3513 = Fuente(
    "Resolución 3513 de 2019",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="UPC de 2020: bases y primas, de prensa; ponderadores, los de resoluciones anteriores.",
)
EMERGENCIA = Fuente(
    "DL 538 de 2020 y Resolución 666 de 2022",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="Del día del decreto al fin de la emergencia declarada por la Resolución 385 de 2020 y "
    "sus prórrogas.",
)
PRESUPUESTO = Fuente(
    "Informe de gestión 2020",
    emisor="ADRES",
    nota="Se financia con el FOME, hasta donde alcance.",
)
DISENO = Fuente(
    "Decisión de diseño",
    emisor="mecanismos",
    certeza=Certeza.DISENO,
    nota="Por confirmar con el regulador.",
)

PRIMER_DIA = date(2020, 4, 12)
ULTIMO_DIA = date(2022, 6, 30)
"""Días en que hay activos por emergencia, ambos incluidos."""
SIN_FIN = date(9999, 12, 31)
"""Un intervalo sin último día sigue abierto."""
SIN_COMIENZO = date(1900, 1, 1)

DIAS_DEL_MES = 30
"""Año de 360 días: todo mes completo vale treinta."""
MESES_SIN_COTIZAR = 2
"""Los anteriores al de la suspensión que debían estar sin pago."""
MESES_CON_PROTECCION = 12
"""De afiliación a la EPS desde los que se debía protección laboral."""

TIPOS_DOCUMENTO = ("CC", "TI", "RC", "CN", "CE", "PA", "CD", "SC", "PE", "PT", "AS", "MS")
SUJETOS = ("I", "II", "III")
"""Suspendido por mora, sin protección laboral, beneficiario de un cotizante fallecido."""
PREVIOS = ("NO", "SI")
ZONAS = ("NORMAL", "ESPECIAL", "CIUDADES", "ALEJADA")
"""De la UPC, por municipio; no es la zona urbana o rural de la BDUA."""

NO_CUENTAN = ("EN_CORRECCION_EPS", "GLOSADO", "NO_ELEGIBLE", "REVERSADO", "REINTEGRADO")
"""Estados de lo ya decidido cuyos días no son de nadie: se pueden reconocer a otro registro."""

_EPS = tablas.leer("eps_2020")
EPS_QUE_AFILIAN = tuple(f["codigo"] for f in _EPS if f["regimen"] != "EXCEPCION_ESPECIAL")
CODIGO_BASE = {f["codigo"]: f["codigo_base"] for f in _EPS if f["codigo"] != f["codigo_base"]}
"""Código de movilidad → código base de la misma EPS; los demás códigos son su propia base."""
NIT_DE_LA_EPS = {f["codigo"]: f["nit"] for f in _EPS if f["nit"]}
_NOMBRES = {f["codigo"]: f["nombre"] for f in _EPS}
NOMBRE_DE_LA_EPS = {f["codigo"]: _NOMBRES[f["codigo_base"]] for f in _EPS}
"""El mismo con cualquiera de sus códigos."""
MUNICIPIOS = tuple(f["codigo_municipio"] for f in tablas.leer("divipola_municipios"))

_GRUPOS = [f for f in tablas.leer("upc_2020") if f["regimen"] == "CONTRIBUTIVO"]
GRUPOS_DE_EDAD = tuple(
    (int(edad), grupo)
    for edad, grupo in sorted({(int(f["edad_min"]), f["grupo_edad"]) for f in _GRUPOS})
)
"""Primera edad, en años cumplidos, de cada grupo de la UPC, y cómo se llama."""
GRUPOS_CON_SEXO = tuple(sorted({f["grupo_edad"] for f in _GRUPOS if f["sexo"] != "A"}))
"""Los que distinguen mujeres y hombres."""


def codigo_base(codigo: nw.Expr) -> nw.Expr:
    """Código base de la EPS: igual en todos los códigos de una misma EPS."""
    return codigo.replace_strict(list(CODIGO_BASE), list(CODIGO_BASE.values()), default=codigo)
