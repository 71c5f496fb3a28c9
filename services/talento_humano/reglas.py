"""Las reglas del reconocimiento al talento humano, en el orden de su código: THS-01 a THS-17.

El título dice qué es lo correcto. Las reglas sin expresión se aplican en otra etapa: al radicar
(RAD) o al girar (GIRO). THS-17 no se aplica a ninguna fila: es una prohibición, y una prueba la
guarda. «En W» quiere decir entre abril y julio de 2020, dentro del servicio reportado.
"""

from __future__ import annotations

from services.talento_humano import norma
from shared.focalizacion import Efecto, Etapa, Regla, col, lit, segun, when
from shared.normativa import Certeza

_SERVICIO = "entre {fecha_inicio} y {fecha_fin}"
_W = "entre {w_desde} y {w_hasta}"
_SIGUE = "El registro sigue; nadie debe hacer nada."
_REVISE_DOCUMENTO = "Revise tipo_documento y numero_documento con el documento de la persona"

_EN_RNEC = (
    when(~col("rnec_existe"))
    .then(lit(False))
    .otherwise(
        segun(
            {"VIGENTE": lit(True), "FALLECIDO": lit(True), "CANCELADA": lit(False)},
            col("rnec_clase"),
        )
    )
)
"""Sin dato si no es cédula o la Registraduría aún no la decide."""

_AFILIABLE = col("en_w") & ~col("bdex_existe")
_CON_CUENTA = (
    ~col("codigo_banco").is_null()
    | ~col("tipo_producto").is_null()
    | ~col("numero_producto").is_null()
)
_CUENTA_BUENA = (
    col("codigo_banco").is_in(norma.BANCOS)
    & col("tipo_producto").is_in(norma.TIPOS_PRODUCTO)
    & col("numero_producto").str.contains("^[0-9]{4,17}$")
)

REGLAS = (
    Regla(
        codigo="THS-01",
        titulo="Quien reporta es una IPS de REPS, una entidad territorial o el INS",
        etapa=Etapa.RAD,
        si_incumple=Efecto.RECHAZO,
        fuente=norma.RES_1774,
        mensaje="Quien reporta no es conocido.",
        accion="Corrija el tipo, el código y el NIT del reportante.",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="THS-02",
        titulo="El reporte se radica dentro de una ventana",
        etapa=Etapa.RAD,
        si_incumple=Efecto.RECHAZO,
        fuente=norma.RES_1172,
        mensaje="La ventana del reporte está cerrada.",
        accion="Espere a que un acto abra otra.",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-03",
        titulo="La fila trae todas las columnas con el tipo y los valores pedidos",
        etapa=Etapa.FORMA,
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-04",
        titulo="La cédula está en la Registraduría, vigente o cancelada por muerte",
        cumple=_EN_RNEC,
        si_incumple=Efecto.CORRECCION,
        si_no_evaluable=Efecto.AVISO,
        fuente=norma.INFORME_2020,
        mensaje="La cédula reportada no está en la Registraduría, o no está vigente.",
        mensaje_no_evaluable="El documento no se comprobó en la Registraduría: no es una cédula, o "
        f"su estado aún no se define. {_SIGUE}",
        accion=f"{_REVISE_DOCUMENTO}; si son los suyos, ella debe aclararlo en la Registraduría.",
        columna="numero_documento",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-05",
        titulo="Los nombres son los que la Registraduría tiene con esa cédula",
        aplica=col("rnec_existe"),
        cumple=col("nombres") != "DISTINTO",
        si_incumple=Efecto.CORRECCION,
        fuente=norma.INFORME_2020,
        mensaje="Los nombres reportados no son los de esa cédula en la Registraduría.",
        accion="Revise el número de documento y los cuatro campos de nombres y apellidos; corrija "
        "el que no sea de la persona.",
        columna="primer_apellido",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-05",
        titulo="Los nombres son iguales, letra por letra, a los de la Registraduría",
        aplica=col("rnec_existe"),
        cumple=col("nombres") != "PARECIDO",
        si_incumple=Efecto.AVISO,
        fuente=norma.INFORME_2020,
        mensaje="Los nombres difieren en alguna letra de los que tiene la Registraduría.",
        accion=_SIGUE,
        columna="primer_apellido",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-06",
        titulo="La cédula no está cancelada por muerte",
        aplica=col("rnec_existe"),
        cumple=col("rnec_clase") != "FALLECIDO",
        si_incumple=Efecto.DESVIO,
        fuente=norma.RES_1774_ART_5,
        mensaje="La cédula está cancelada por muerte: el pago es de los beneficiarios.",
        accion="Ellos lo piden a la ADRES con el registro de defunción, la causa y el parentesco.",
        columna="numero_documento",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="THS-07",
        titulo="La persona está en ReTHUS o prestaba el servicio social obligatorio",
        aplica=~col("devuelta_existe"),
        cumple=col("con_titulo"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.RES_1172,
        mensaje="Ese documento no está en ReTHUS ni en el servicio social obligatorio "
        f"{_SERVICIO}.",
        accion=f"{_REVISE_DOCUMENTO}; si son los suyos, pida que su colegio o la secretaría de "
        "salud la reporte a ReTHUS antes de corregir: la segunda vez se rechaza.",
        columna="numero_documento",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="THS-07",
        titulo="Quien ya se devolvió por no estar en ReTHUS ni en el servicio social, ahora está",
        aplica=col("devuelta_existe"),
        cumple=col("con_titulo"),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.RES_1172,
        mensaje="Ese documento sigue sin estar en ReTHUS ni en el servicio social obligatorio "
        f"{_SERVICIO}, y ya se había devuelto por lo mismo.",
        accion="Si después aparece, pida a la ADRES que reabra el caso.",
        columna="numero_documento",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="THS-08",
        titulo="La persona podía ejercer: autorizada antes de terminar el servicio y sin sanción",
        aplica=col("rethus_existe"),
        # Con todas las fechas vacías no se sabe desde cuándo.
        cumple=~col("sancion_existe") & (col("rethus_autorizado") | col("sso_existe")),
        si_incumple=Efecto.RECHAZO,
        si_no_evaluable=Efecto.AVISO,
        fuente=norma.DISENO,
        mensaje=f"Según ReTHUS la persona no podía ejercer {_SERVICIO}.",
        mensaje_no_evaluable=f"ReTHUS no dice desde cuándo puede ejercer la persona. {_SIGUE}",
        accion="Revise las fechas del servicio: si están erradas, repórtela de nuevo con las "
        "correctas; si son esas, no hay derecho.",
        columna="fecha_inicio",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-09",
        titulo="El perfil es de una profesión que la persona tiene en ReTHUS o en su servicio",
        aplica=col("con_titulo"),
        cumple=col("perfil_suyo"),
        si_incumple=Efecto.CORRECCION,
        si_no_evaluable=Efecto.AVISO,
        fuente=norma.INFORME_2020,
        mensaje="El perfil {codigo_perfil} no es de ninguna profesión que ReTHUS o el servicio "
        "social tengan de la persona.",
        mensaje_no_evaluable="La profesión registrada no está en la tabla de perfiles: el "
        f"{{codigo_perfil}} no se comprobó. {_SIGUE}",
        accion="Escriba en codigo_perfil el del título con el que prestó el servicio.",
        columna="codigo_perfil",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-10",
        titulo="El perfil tiene valor en el catálogo, que todavía se completa",
        aplica=~col("catalogo_cerrado"),
        cumple=col("catalogo_existe"),
        si_incumple=Efecto.RETENCION,
        fuente=norma.RES_1774_ANEXO_2,
        mensaje="El perfil {codigo_perfil} aún no tiene valor en el catálogo.",
        accion="Nadie debe radicar de nuevo: sigue solo cuando el operador cargue el valor.",
        columna="codigo_perfil",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-10",
        titulo="El perfil tiene valor en el catálogo completo",
        aplica=col("catalogo_cerrado"),
        cumple=col("catalogo_existe"),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.RES_1774_ANEXO_2,
        mensaje="El perfil {codigo_perfil} no tiene valor en la Resolución 1774 de 2020.",
        accion="Revise codigo_perfil: si está errado, repórtela de nuevo con el correcto; si es "
        "ese, no hay derecho.",
        columna="codigo_perfil",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="THS-11",
        titulo="Quien está en la BDUA en W era cotizante activo del régimen contributivo",
        aplica=_AFILIABLE & col("bdua_existe"),
        cumple=col("bdua_cotiza"),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DECLARACIONES,
        mensaje=f"La persona no era cotizante activa del régimen contributivo {_W}.",
        accion="Revise las fechas del servicio; si la afiliación está errada, la EPS la corrige. "
        "Corregido lo uno o lo otro, repórtela de nuevo.",
        columna="numero_documento",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="THS-11",
        titulo="La persona está en la BDUA en W",
        aplica=_AFILIABLE,
        cumple=col("bdua_existe"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DECLARACIONES,
        mensaje=f"Ese documento no tiene afiliación en la BDUA {_W}.",
        accion=f"{_REVISE_DOCUMENTO}, y las fechas del servicio.",
        columna="numero_documento",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="THS-12",
        titulo="La persona no está en un régimen especial o de excepción en W",
        aplica=col("en_w"),
        cumple=~col("bdex_existe"),
        requiere=("bdex",),
        si_incumple=Efecto.DESVIO,
        fuente=norma.INFORME_2020,
        mensaje=f"La persona está en un régimen especial o de excepción {_W}.",
        accion="Nadie debe hacer nada: espera lo que decida MinSalud sobre esos regímenes.",
        columna="numero_documento",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="THS-13",
        titulo="El servicio tiene algún día entre abril y julio de 2020",
        cumple=col("en_w"),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DECLARACIONES,
        mensaje=f"El servicio, {_SERVICIO}, no tiene ningún día de {norma.PRIMER_DIA} a "
        f"{norma.ULTIMO_DIA}.",
        accion="Revise las fechas: si están erradas, repórtela de nuevo con las correctas; si son "
        "esas, no hay derecho.",
        columna="fecha_inicio",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="THS-14",
        titulo="La persona atendió pacientes o hizo vigilancia epidemiológica",
        cumple=col("actividad").is_in(norma.ACTIVIDADES_CON_DERECHO),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DL_538_ART_11,
        mensaje="La actividad {actividad} no da derecho: solo la atención de pacientes y la "
        "vigilancia epidemiológica.",
        accion="Revise la actividad: si está errada, repórtela de nuevo con la correcta.",
        columna="actividad",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="THS-15",
        titulo="La persona no tiene otro reporte aprobado: se paga una única vez",
        fase=2,
        cumple=~col("cobrada_existe") & col("gana_fila").is_null(),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DL_538_ART_11,
        mensaje="La persona se paga una sola vez y ya está aprobada en {donde_gana}.",
        accion="Nadie debe hacer nada, salvo que el documento esté errado.",
        columna="numero_documento",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="THS-16",
        titulo="La cuenta, si se reporta, está completa y se puede usar",
        aplica=_CON_CUENTA,
        cumple=_CUENTA_BUENA.fill_null(False),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DECLARACIONES,
        mensaje="La cuenta está incompleta o no se puede usar.",
        accion="Escriba un código de la tabla de bancos, AHORROS o CORRIENTE, y de 4 a 17 dígitos "
        "sin guiones; o deje las tres columnas vacías.",
        columna="codigo_banco",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-16",
        titulo="El titular de la cuenta es la persona",
        etapa=Etapa.GIRO,
        si_incumple=Efecto.RETENCION,
        fuente=norma.DECLARACIONES,
        mensaje="La cuenta falta, no está verificada o es de otro titular.",
        accion="Quien reporta consigue una cuenta de la persona; el dinero sigue reservado.",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="THS-16",
        titulo="La cuenta no es la de otras personas",
        etapa=Etapa.GIRO,
        si_incumple=Efecto.AVISO,
        fuente=norma.DECLARACIONES,
        mensaje="Otras personas dieron la misma cuenta.",
        accion="Revise a mano antes de aprobar.",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="THS-17",
        titulo="Ninguna regla mira la clase de vinculación",
        etapa=Etapa.NINGUNA,
        si_incumple=Efecto.AVISO,
        fuente=norma.DL_538_ART_11,
        mensaje="La clase de vinculación es informativa: no decide nada.",
        certeza=Certeza.NORMA,
    ),
)
