"""Fuentes legales y parámetros de la compensación económica temporal (CET).

De los decretos se leyeron resúmenes y encabezados, no el articulado. La resolución operativa de la
ADRES no se halló: el archivo, los plazos y los códigos CET son decisiones de diseño.
"""

from __future__ import annotations

from datetime import date

import narwhals as nw

from shared.normativa import Certeza, Fuente, Parametro, Vigente, tablas

DL_538_ART_14 = Fuente(
    "Decreto Legislativo 538 de 2020",
    "art. 14",
    "Presidencia",
    Certeza.PRENSA,
    nota="Crea la CET: siete salarios mínimos diarios, régimen subsidiado, diagnóstico confirmado, "
    "una vez por familia y con aislamiento. La C-252 de 2020 declaró el decreto exequible en "
    "parte; lo que dijo de este artículo no se leyó.",
)
DEC_1109_ART_11 = Fuente(
    "Decreto 1109 de 2020",
    "art. 11",
    "MinSalud",
    Certeza.PRENSA,
    nota="PRASS: aislamiento cumplido, y el pago al núcleo de quien fallece en él. Dos avisos de "
    "EPS citan solo su parágrafo. No se sabe si el Decreto 1374 lo derogó: se citan ambos.",
)
DEC_1109_ART_11_PAR = Fuente(
    "Decreto 1109 de 2020",
    "art. 11, par.",
    "MinSalud",
    Certeza.PRENSA,
    nota="Se paga mientras haya recursos.",
)
DEC_1374 = Fuente(
    "Decreto 1374 de 2020",
    "artículo exacto sin verificar",
    "MinSalud",
    Certeza.PRENSA,
    nota="Optimiza el PRASS: una vez por núcleo, también si la persona fallece.",
)
DL_19_ART_21 = Fuente(
    "Decreto Ley 19 de 2012",
    "art. 21",
    "Presidencia",
    nota="La supervivencia se comprueba solo en la Registraduría.",
)
DEC_780_ART_2_1_5_1 = Fuente(
    "Decreto 780 de 2016",
    "art. 2.1.5.1",
    "MinSalud",
    Certeza.PRENSA,
    nota="Poblaciones especiales del régimen subsidiado por listado censal: no estar en el SISBEN "
    "es legal.",
)
AVISOS_EPS = Fuente(
    "Avisos de las EPS a sus afiliados, 2020",
    emisor="EPS",
    certeza=Certeza.PRENSA,
    nota="Dirección, teléfono y correo al día en la EPS; producto a nombre de quien recibe.",
)
INFORME_2020 = Fuente(
    "Informe de gestión 2020",
    emisor="ADRES",
    nota="Universo desde el 10 de agosto de 2020, una vez por núcleo, estados y conteos. La "
    "precedencia de los estados y la forma de los cruces son diseño.",
)
SALARIO_2020 = Fuente(
    "Informe de gestión 2020",
    emisor="ADRES",
    nota="204.820 pesos por núcleo: siete veces el salario diario de 2020, sin centavos.",
)
SALARIO = Fuente(
    "Decretos del salario mínimo de 2021 y 2022",
    emisor="Presidencia",
    certeza=Certeza.DISENO,
    nota="Que la CET siguiera valiendo siete días del salario de cada año, y dónde se redondea, "
    "es diseño.",
)
DISENO = Fuente(
    "Decisión de diseño",
    emisor="mecanismos",
    certeza=Certeza.DISENO,
    nota="Por confirmar con el regulador.",
)

DESPUES_DE = date(2020, 8, 10)
"""El universo son los casos confirmados después de este día…"""
ULTIMO_DIA = date(2022, 6, 30)
"""… y hasta el fin de la emergencia sanitaria, incluido: diseño."""
AISLAMIENTO_CORTO_DESDE = date(2022, 1, 7)
"""Desde este día de la confirmación bastan menos días."""
DIAS_DE_AISLAMIENTO = 14
DIAS_DE_AISLAMIENTO_CORTO = 7
"""Las fuentes se contradicen (10, 14, 15): con menos solo se avisa, y un acto puede fijar otros."""

SALARIO_MINIMO = Parametro(
    Vigente(date(2020, 1, 1), 877_803, SALARIO_2020, hasta=date(2020, 12, 31)),
    Vigente(date(2021, 1, 1), 908_526, SALARIO, hasta=date(2021, 12, 31)),
    Vigente(date(2022, 1, 1), 1_000_000, SALARIO, hasta=date(2022, 12, 31)),
)
"""Pesos al mes, por el día de la confirmación."""
DIAS_DE_SALARIO = 7
DIAS_DEL_MES = 30
REDONDEO = ("DIA", "TOTAL")
"""Dónde se quitan los centavos: en el salario de un día, o en los siete juntos. Da lo mismo en
2020; en 2021 y 2022, uno y dos pesos: diseño."""

MAYORIA_DE_EDAD = 18
DOCUMENTOS_DE_RECEPTOR = ("CC", "CE", "PA", "CD", "SC", "PE")
TIPOS_DOCUMENTO = ("RC", "TI", "CC", "CE", "PA", "MS", "AS", "PE", "CN", "CD", "SC", "PT")
TIPOS_PRODUCTO = ("AHORROS", "CORRIENTE", "CATS", "DBM")
PARENTESCOS = ("CABEZA", "CONYUGE", "HIJO", "PADRE", "OTRO")

PAGADOS = ("PAGADO", "EN_NUCLEO_PAGADO")
LIDERES = ("EN_ENROLAMIENTO", "EN_VALIDACION_BANCARIA")
"""Estados de quien tiene el derecho del núcleo: sin producto, y con él."""
CORREGIBLES = ("EN_CORRECCION_EPS", "NUNCA_ENTREGADO", "NO_ADMITIDO")
"""Con un caso en ellos, otra fila de la misma persona no es un repetido; con GLOSADO tampoco, si
la glosa no es la del aislamiento."""

_EPS = tablas.leer("eps_2020")
CODIGOS_EPS = tuple(f["codigo"] for f in _EPS)
CODIGO_BASE = {f["codigo"]: f["codigo_base"] for f in _EPS if f["codigo"] != f["codigo_base"]}
"""Código de movilidad → código base de la misma EPS; los demás códigos son su propia base."""
MUNICIPIOS = tuple(f["codigo_municipio"] for f in tablas.leer("divipola_municipios"))


def codigo_base(codigo: nw.Expr) -> nw.Expr:
    """Código base de la EPS: igual en todos los códigos de una misma EPS."""
    return codigo.replace_strict(list(CODIGO_BASE), list(CODIGO_BASE.values()), default=codigo)
