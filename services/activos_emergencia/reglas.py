"""Las reglas de los activos por emergencia, en el orden de su código: ACT-00 a ACT-18.

El título dice qué es lo correcto. Si la persona no se identifica (ACT-01) no se juzga nada más.
K son los días que se piden. Las de AJUSTE quitan días; sin ninguno, no hay derecho.
"""

from __future__ import annotations

import narwhals as nw

from services.activos_emergencia import norma
from shared.focalizacion import Efecto, Etapa, Regla, alguna, col
from shared.normativa import Certeza

_K = "del {fecha_inicio} al {fecha_fin}"
_SIGUE = "El registro sigue; nadie debe hacer nada."
_REVISE = (
    "Revise el documento, el sujeto y las fechas: si están errados, repórtela de nuevo con los "
    "correctos; si la BDUA está errada, corríjala antes; si no, no hay derecho."
)
_QUEDAN = "Se reconocen {dias} días. Nadie debe hacer nada, salvo que las fechas estén erradas."

_CON_PERSONA = col("identificada")
_SUJETO_I = _CON_PERSONA & (col("sujeto") == "I")
_SUJETO_II = _CON_PERSONA & (col("sujeto") == "II")
_SUJETO_III = _CON_PERSONA & (col("sujeto") == "III")


def _evaluable(cumple: nw.Expr, se_sabe: nw.Expr) -> nw.Expr:
    """Cierto donde se cumple; falso donde no y se sabe; vacío donde no se sabe."""
    return nw.when(cumple).then(nw.lit(True)).otherwise(nw.when(se_sabe).then(nw.lit(False)))


REGLAS = (
    Regla(
        codigo="ACT-00",
        titulo="La fila trae todas las columnas con el tipo y los valores pedidos",
        etapa=Etapa.FORMA,
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ACT-01",
        titulo="El documento es de una sola persona de la BDUA",
        cumple=col("identificada"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.CIRCULAR_33,
        mensaje="Ese documento no identifica a una sola persona en la BDUA.",
        accion="Revise tipo_documento y numero_documento con el documento de la persona; si son "
        "los suyos, la EPS la reporta o la depura en la BDUA.",
        columna="numero_documento",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-02",
        titulo="La persona está en el régimen contributivo algún día de K",
        aplica=_CON_PERSONA,
        cumple=col("suyo_contributivo"),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DL_538_ART_15,
        mensaje=f"La persona no tiene afiliación al régimen contributivo {_K}.",
        accion=_REVISE,
        columna="fecha_inicio",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ACT-03",
        titulo="La persona está suspendida por mora o activa por emergencia; si es del sujeto III, "
        "como beneficiaria",
        aplica=_CON_PERSONA,
        cumple=col("suyo_suspendida")
        & ((col("sujeto") != "III") | alguna([col("tipo_afiliado") == "B"])),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.CIRCULAR_33,
        mensaje=f"La afiliación de la persona no es la que pide el sujeto {{sujeto}} {_K}.",
        accion=_REVISE,
        columna="sujeto",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-04",
        titulo="La mora del cotizante empezó en la emergencia, tras dos meses sin cotizar",
        aplica=_SUJETO_I,
        cumple=_evaluable(col("mora_vale"), col("ref_de_otro_estado")),
        si_incumple=Efecto.RECHAZO,
        si_no_evaluable=Efecto.AVISO,
        fuente=norma.DECRETO_780_MORA,
        mensaje="La BDUA y la compensación no sustentan una mora de las que dan este derecho, "
        f"{_K}.",
        mensaje_no_evaluable="La BDUA no dice cómo estaba el cotizante antes de la emergencia. "
        f"{_SIGUE}",
        accion=_REVISE,
        columna="sujeto",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ACT-05",
        titulo="La protección laboral ya terminó cuando empieza K",
        aplica=_SUJETO_II,
        cumple=nw.when(~col("ref_pl_ultimo").is_null())
        .then(col("ref_pl_ultimo") < col("fecha_inicio"))
        .otherwise(
            # Con menos de un año en la EPS no se debía protección, y nada falta.
            nw.when(
                ~alguna(
                    [
                        col("ref_afiliacion").dt.offset_by(f"{norma.MESES_CON_PROTECCION}mo")
                        <= col("fecha_inicio")
                    ]
                )
            ).then(nw.lit(True))
        ),
        si_incumple=Efecto.AJUSTE,
        si_no_evaluable=Efecto.AVISO,
        fuente=norma.DECRETO_780_PROTECCION,
        mensaje="Parte de los días pedidos, o todos, son de la protección laboral. "
        "Se reconocen {dias} días.",
        mensaje_no_evaluable="La BDUA no tiene la protección laboral que se debía por el tiempo en "
        f"la EPS. {_SIGUE}",
        accion="Nadie debe hacer nada, salvo que la BDUA esté errada: entonces corríjala y "
        "repórtela de nuevo.",
        columna="fecha_inicio",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ACT-06",
        titulo="El cotizante del que dependía había muerto al terminar K",
        aplica=_SUJETO_III,
        cumple=alguna([col("cabeza_muere") <= col("fecha_fin")]),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.CIRCULAR_33,
        mensaje=f"Ni la BDUA ni la Registraduría sustentan el sujeto III {_K}.",
        accion=_REVISE,
        columna="sujeto",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-07",
        titulo="Los días pedidos son de la emergencia",
        aplica=_CON_PERSONA,
        cumple=(col("fecha_inicio") >= norma.PRIMER_DIA) & (col("fecha_fin") <= norma.ULTIMO_DIA),
        si_incumple=Efecto.AJUSTE,
        fuente=norma.EMERGENCIA,
        mensaje=f"Solo se reconocen días del {norma.PRIMER_DIA} al {norma.ULTIMO_DIA}, y se piden "
        f"{_K}.",
        accion=_QUEDAN,
        columna="fecha_inicio",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ACT-08",
        titulo="Los días pedidos caben en los treinta del mes con los que se cotizaron",
        aplica=_CON_PERSONA,
        cumple=col("dias_tras_12") <= col("dias_libres"),
        requiere=("compensados",),
        si_incumple=Efecto.AJUSTE,
        fuente=norma.DECRETO_780_COMPENSACION,
        mensaje="Los días pedidos no caben en el mes con los compensados por cotización.",
        accion=_QUEDAN,
        columna="fecha_fin",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-09",
        titulo="Ninguna otra EPS del contributivo la tiene activa en K",
        aplica=_CON_PERSONA,
        cumple=~col("suyo_otra_activa"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.MULTIAFILIACION,
        mensaje=f"La persona tiene una afiliación múltiple {_K}.",
        accion="Resuélvala en la BDUA con la otra EPS y corrija el registro.",
        columna="codigo_eps",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ACT-10",
        titulo="La persona no está activa en el régimen subsidiado en K",
        aplica=_CON_PERSONA,
        cumple=col("suyo_desde_s").is_null(),
        si_incumple=Efecto.AJUSTE,
        fuente=norma.LEY_100_ART_211,
        mensaje="Parte de los días pedidos, o todos, no son del régimen contributivo.",
        accion=_QUEDAN,
        columna="fecha_fin",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-11",
        titulo="La persona no está en un régimen especial o de excepción en K",
        aplica=_CON_PERSONA,
        cumple=~col("bdex_existe"),
        requiere=("bdex",),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.LEY_100_ART_279,
        mensaje=f"La persona tiene cobertura de otro régimen {_K}.",
        accion=_REVISE,
        columna="numero_documento",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-12",
        titulo="La persona vive los días pedidos",
        aplica=_CON_PERSONA,
        cumple=~alguna([col("muerte") < col("fecha_fin")]),
        si_incumple=Efecto.AJUSTE,
        fuente=norma.LEY_1281_ART_6,
        mensaje="La Registraduría o la BDUA no sustentan todos los días pedidos.",
        accion=_QUEDAN,
        columna="fecha_fin",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-12",
        titulo="La cédula no está cancelada",
        aplica=_CON_PERSONA & col("rnec_existe"),
        cumple=col("rnec_clase") != "CANCELADA",
        si_incumple=Efecto.GLOSA,
        fuente=norma.LEY_1281_ART_6,
        mensaje="La Registraduría no tiene ese documento como vigente.",
        accion="Revise tipo_documento y numero_documento; si son los suyos, ella debe aclararlo "
        "en la Registraduría antes de que la EPS corrija.",
        columna="numero_documento",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-13",
        titulo="La EPS afilia, tiene a la persona en K y reportó la novedad",
        aplica=_CON_PERSONA,
        cumple=col("codigo_eps").is_in(list(norma.EPS_QUE_AFILIAN))
        & col("suyo_en_su_eps")
        & col("novedad_reportada"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.CIRCULAR_33,
        mensaje="La EPS {codigo_eps} no tiene a la persona en la BDUA, o no reportó la novedad, "
        f"{_K}.",
        accion="Corrija codigo_eps, o reporte la novedad a la BDUA y escriba SI en "
        "novedad_reportada.",
        columna="codigo_eps",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-14",
        titulo="El cotizante del beneficiario está activo por emergencia, murió o agotó la "
        "protección laboral",
        aplica=_CON_PERSONA & (col("tipo_afiliado") == "B"),
        cumple=alguna(
            [
                col("cab_ae"),
                col("cab_af_desde") <= col("fecha_fin"),
                col("cab_pl_primero") < col("fecha_inicio"),
            ]
        ),
        si_incumple=Efecto.GLOSA,
        fuente=norma.CIRCULAR_33,
        mensaje="El cotizante de quien depende la persona no está entre los que dan este derecho "
        f"{_K}.",
        accion="Reporte antes la novedad del cotizante a la BDUA y corrija el registro.",
        columna="sujeto",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ACT-15",
        titulo="La persona no es un afiliado adicional",
        aplica=_CON_PERSONA,
        cumple=~alguna([col("tipo_afiliado") == "A"]),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DECRETO_780_ADICIONALES,
        mensaje="La UPC de un afiliado adicional la paga el cotizante.",
        accion="Revise la afiliación: si está errada, corríjala en la BDUA y repórtela de nuevo.",
        columna="numero_documento",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ACT-16",
        titulo="Los días de todos los registros de la persona en el mes no pasan de treinta",
        fase=2,
        aplica=_CON_PERSONA,
        cumple=col("dias_tras_08")
        + col("dias_cotizados")
        + col("dias_decididos")
        + col("dias_anteriores")
        <= norma.DIAS_DEL_MES,
        si_incumple=Efecto.AJUSTE,
        fuente=norma.DISENO,
        mensaje="Los días de {periodo} ya están reconocidos, todos o en parte, en la compensación, "
        "en un registro anterior o en otra fila del archivo.",
        accion=_QUEDAN,
        columna="fecha_fin",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ACT-17",
        titulo="Nacimiento, sexo y municipio dan un grupo y una zona de la UPC",
        aplica=_CON_PERSONA,
        cumple=col("datos_bien"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.RES_3513,
        mensaje="La fecha de nacimiento, el sexo o el municipio de la persona en la BDUA no sirven "
        "para liquidar.",
        accion="Corríjalos en la BDUA y corrija el registro.",
        columna="numero_documento",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ACT-17",
        titulo="Hay un valor de la UPC para el año",
        aplica=_CON_PERSONA & col("datos_bien"),
        cumple=col("upc_existe"),
        si_incumple=Efecto.RETENCION,
        fuente=norma.RES_3513,
        mensaje="No está cargada la UPC del año de {periodo}.",
        accion="Nadie debe radicar de nuevo: sigue solo cuando el operador la cargue.",
        columna="periodo",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ACT-18",
        titulo="Hay presupuesto para reconocerlo",
        etapa=Etapa.PRE,
        si_incumple=Efecto.RETENCION,
        fuente=norma.PRESUPUESTO,
        mensaje="No hay aforo disponible.",
        accion="Espera su turno: sigue solo cuando se adicione.",
        certeza=Certeza.NORMA,
    ),
)
