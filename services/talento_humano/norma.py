"""Fuentes legales y listas del reconocimiento económico al talento humano en salud.

Las resoluciones 1172, 1182, 1312, 1468 y 1774 no se leyeron completas: una fuente sin artículo no
está verificada hasta el artículo. Los valores por perfil y sus cotas (de 1 a 4,5 SMLMV de 2020,
el tope redondeado al peso) no están aquí: son datos del registro ``ths_perfiles``, que los acota
al cargarlos.
"""

from __future__ import annotations

from datetime import date

from shared.normativa import Certeza, Fuente, tablas
from shared.tipos.campos import plegar_valor

DL_538_ART_11 = Fuente(
    "Decreto Legislativo 538 de 2020",
    "art. 11",
    "Presidencia",
    nota="Exequible: sentencia C-252 de 2020. Da el derecho por una única vez, sin importar la "
    "clase de vinculación. Que la persona sea su documento es diseño.",
)
RES_1172 = Fuente(
    "Resolución 1172 de 2020 y sus cambios (1182, 1312 y 1468 de 2020)",
    "artículo exacto sin verificar",
    "MinSalud",
    Certeza.PRENSA,
    nota="Términos del reporte; textos no leídos. El Consejo de Estado las halló legales. Que "
    "baste el servicio social sin ReTHUS es diseño.",
)
RES_1774 = Fuente(
    "Resolución 1774 de 2020",
    "considerandos",
    "MinSalud",
    nota="Quién reporta, según la nota del viceministerio del 8 de octubre de 2020; comprobarlo en "
    "REPS es diseño.",
)
RES_1774_ART_5 = Fuente(
    "Resolución 1774 de 2020",
    "art. 5, par. 3",
    "MinSalud",
    nota="Fallecidos. El Consejo de Estado (2020-04531) lo extiende a después de la emergencia; "
    "el trámite es el de la Resolución ADRES 12712 de 2023.",
)
RES_1774_ANEXO_2 = Fuente(
    "Resolución 1774 de 2020",
    "anexo técnico 2",
    "MinSalud",
    nota="Un valor por cada uno de 187 perfiles; se conocen siete, por la prensa.",
)
INFORME_2020 = Fuente(
    "Informe de gestión 2020",
    emisor="ADRES",
    nota="Nombra cuatro bases: ReTHUS, SSO, BDUA y RNEC; la forma de cruzarlas es diseño.",
)
DECLARACIONES = Fuente(
    "Declaraciones del ministro y de la ADRES, octubre a diciembre de 2020",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="El Colombiano, La República y Noticias Caracol. Los días que se comprueban y la revisión "
    "de la cuenta son diseño.",
)
DISENO = Fuente(
    "Decisión de diseño",
    emisor="mecanismos",
    certeza=Certeza.DISENO,
    nota="Por confirmar con el regulador.",
)

PRIMER_DIA = date(2020, 4, 1)
ULTIMO_DIA = date(2020, 7, 31)
"""El servicio se paga si tiene algún día entre ellos, ambos incluidos; sin prorrateo."""

VENTANA = (date(2020, 7, 17), date(2020, 9, 30))
"""Días en que se pudo reportar; otra ventana la fija un acto."""

DIAS_HABILES_PARA_CORREGIR = 15
"""Desde el siguiente al día en que se comunica, último incluido: diseño (U-11)."""

REPORTANTES = ("IPS", "ET", "INS")
TIPOS_DOCUMENTO = ("CC", "CE", "PA", "PE", "CD", "SC")
ACTIVIDADES_CON_DERECHO = ("ATENCION", "VIGILANCIA_EPIDEMIOLOGICA")
VINCULACIONES = ("PLANTA", "PRESTACION_SERVICIOS", "TEMPORAL", "OTRO")
ESTADOS_DE_COTIZANTE = ("AC", "PL", "AE")
"""Activo, protección laboral, activo por emergencia."""
TIPOS_PRODUCTO = ("AHORROS", "CORRIENTE")

PERFILES = tuple(plegar_valor(f["codigo_perfil"]) for f in tablas.leer("ths_perfiles_rethus"))
SERVICIOS = tuple(plegar_valor(f["codigo_servicio"]) for f in tablas.leer("ths_servicios"))
DEPARTAMENTOS = tuple(f["codigo"] for f in tablas.leer("divipola_departamentos"))
BANCOS = tuple(f["codigo_banco"] for f in tablas.leer("bancos"))

CON_DERECHO = (
    "LIQUIDADO",
    "ESPERA_PRESUPUESTO",
    "RECONOCIDO",
    "ESPERA_CUENTA",
    "ORDENADO",
    "PAGADO",
    "RECHAZADO",
    "PENDIENTE_REPROGRAMACION",
    # No están en el dosier: el pago que se halló sin causa también se hizo una vez.
    "EN_REINTEGRO",
    "REINTEGRADO",
    "ADEUDADO",
)
"""Estados de quien ya tiene el pago, o va a tenerlo: nadie lo recibe dos veces."""
