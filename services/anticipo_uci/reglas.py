"""Las reglas del anticipo, en el orden de su código: ANT-00 a ANT-20.

El título dice qué es lo correcto. Las reglas sin expresión se aplican en otra etapa: al radicar
(RAD), al girar (GIRO) o al legalizar (LEG).
"""

from __future__ import annotations

from services.anticipo_uci import norma
from shared.focalizacion import Efecto, Etapa, Regla, col
from shared.normativa import Certeza

_SEDE_Y_CAMA = col("sede_existe") & col("es_cama_de_la_norma")
_SEDE = "La sede {codigo_habilitacion}-{numero_sede}"
_CAMA = "{servicio} {poblacion}"

REGLAS = (
    Regla(
        codigo="ANT-00",
        titulo="La fila trae todas las columnas con el tipo y los valores pedidos",
        etapa=Etapa.FORMA,
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-01",
        titulo="La solicitud llega por el portal, con un usuario autenticado",
        etapa=Etapa.RAD,
        si_incumple=Efecto.RECHAZO,
        fuente=norma.CIRCULAR_30,
        mensaje="La solicitud no viene de un usuario autenticado.",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ANT-02",
        titulo="El periodo está habilitado por la norma",
        cumple=(col("periodo") >= norma.PRIMER_PERIODO) & (col("periodo") <= norma.ULTIMO_PERIODO),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.EXTENSIONES,
        mensaje=f"El periodo {{periodo}} no está habilitado: se paga de {norma.PRIMER_PERIODO} "
        f"a {norma.ULTIMO_PERIODO}.",
        accion="Revise el periodo; si es el correcto, esas camas no tienen derecho.",
        columna="periodo",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ANT-03",
        titulo="La solicitud se radica dentro de la ventana del periodo",
        etapa=Etapa.RAD,
        si_incumple=Efecto.RECHAZO,
        fuente=norma.INFORME_2020,
        mensaje="La ventana del periodo está cerrada.",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ANT-04",
        titulo="El NIT está en REPS",
        cumple=col("nit_existe"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="El NIT {nit} no está en REPS.",
        accion="Escriba el NIT de la IPS, sin dígito de verificación.",
        columna="nit",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-05",
        titulo="La sede está en REPS, habilitada ese día y es de la IPS que certifica",
        aplica=col("nit_existe"),
        cumple=col("sede_existe") & col("sede_habilitada") & (col("sede_nit") == col("nit")),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DL_538_ART_20,
        mensaje=f"{_SEDE} no está habilitada en REPS el {{fecha}} con el NIT {{nit}}.",
        accion="Revise los ceros del código y el número de sede; si es nueva, repórtela en REPS.",
        columna="codigo_habilitacion",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ANT-06",
        titulo="El prestador de la sede es una IPS",
        aplica=col("sede_existe"),
        cumple=col("prestador_es_ips"),
        si_incumple=Efecto.RECHAZO,
        si_no_evaluable=Efecto.AVISO,
        fuente=norma.DL_538_ART_20,
        mensaje=f"{_SEDE} pertenece a un prestador que no es IPS en REPS.",
        mensaje_no_evaluable="REPS no dice la clase del prestador de la sede "
        "{codigo_habilitacion}-{numero_sede}.",
        columna="codigo_habilitacion",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="ANT-07",
        titulo="El servicio de la cama está habilitado o tiene autorización transitoria ese día",
        aplica=_SEDE_Y_CAMA,
        cumple=col("servicio_reps_existe") | col("autorizada_existe"),
        requiere=("reps_servicios",),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DL_538_ART_1,
        mensaje=f"{_SEDE} no tenía el servicio {_CAMA} habilitado ni autorizado el {{fecha}}.",
        accion="Si hay autorización transitoria, pida a su secretaría de salud que la reporte.",
        columna="servicio",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ANT-08",
        titulo="El servicio es UCI o INTERMEDIO",
        cumple=col("es_cama_de_la_norma"),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.RES_1161_ART_6,
        mensaje="El servicio {servicio} no se paga: solo UCI e INTERMEDIO.",
        columna="servicio",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ANT-09",
        titulo="La certificación está presente, se puede leer y la firma el representante legal",
        etapa=Etapa.RAD,
        si_incumple=Efecto.CORRECCION,
        fuente=norma.RES_1161,
        mensaje="Falta la certificación firmada, o no se puede leer.",
        accion="Adjunte la certificación en PDF, firmada después del último día del periodo.",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ANT-10",
        titulo="Quien firma es el representante legal o gerente que REPS conoce",
        etapa=Etapa.RAD,
        si_incumple=Efecto.AVISO,
        fuente=norma.DISENO,
        mensaje="El nombre de quien firma no coincide con el representante legal de REPS.",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-11",
        titulo="La fecha es del periodo y la cama no se repite ese día",
        cumple=col("en_el_mes") & (col("copias") == 1),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="La fecha {fecha} debe ser del periodo {periodo} y estar una sola vez por sede, "
        "servicio y población; está {copias} veces.",
        accion="Corrija la fecha o deje una sola fila.",
        columna="fecha",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-12",
        titulo="Las camas certificadas no superan la capacidad del día",
        aplica=_SEDE_Y_CAMA,
        cumple=col("camas_disponibles") <= col("reps_capacidad_dia"),
        si_incumple=Efecto.AJUSTE,
        si_no_evaluable=Efecto.CORRECCION,
        fuente=norma.DL_538_ART_1,
        mensaje=f"{_SEDE} certificó {{camas_disponibles}} camas {_CAMA} y tiene "
        "{reps_capacidad_dia} el {fecha}.",
        mensaje_no_evaluable=f"REPS no tiene capacidad {_CAMA} para la sede "
        "{codigo_habilitacion}-{numero_sede} el {fecha}. Repórtela en REPS y vuelva a cargar.",
        accion="Se paga hasta la capacidad. Si hay autorización transitoria, pida que la reporten.",
        columna="camas_disponibles",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-13",
        titulo="Las camas certificadas no superan las disponibles del reporte diario",
        aplica=_SEDE_Y_CAMA & col("reporte_existe"),
        cumple=col("camas_disponibles") <= col("reporte_camas_disponibles"),
        requiere=("reps_ocupacion_diaria",),
        si_incumple=Efecto.AJUSTE,
        fuente=norma.DISENO,
        mensaje="Certificó {camas_disponibles} camas y su reporte diario del {fecha} dice "
        "{reporte_camas_disponibles} disponibles.",
        accion="Se paga lo reportado.",
        columna="camas_disponibles",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-14",
        titulo="Hay reporte diario de ocupación de la cama ese día",
        aplica=_SEDE_Y_CAMA,
        cumple=col("reporte_existe"),
        requiere=("reps_ocupacion_diaria",),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje=f"No hay reporte diario de {_CAMA} el {{fecha}} para la sede "
        "{codigo_habilitacion}-{numero_sede}.",
        accion="Reporte la ocupación de ese día en REPS y vuelva a cargar.",
        columna="fecha",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-15",
        titulo="Las camas ocupadas más las certificadas caben en la capacidad del día",
        aplica=_SEDE_Y_CAMA & col("reporte_existe") & ~col("reps_capacidad_dia").is_null(),
        cumple=col("ocupadas_y_certificadas") <= col("reps_capacidad_dia"),
        requiere=("reps_ocupacion_diaria",),
        si_incumple=Efecto.AJUSTE,
        fuente=norma.DISENO,
        mensaje="El {fecha} había {ocupadas} camas ocupadas de {reps_capacidad_dia}; "
        "{camas_disponibles} más no caben.",
        accion="Se paga lo que cabe.",
        columna="camas_disponibles",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-16",
        titulo="La cama de ese día no se ha reconocido antes",
        cumple=~col("historia_existe"),
        requiere=("historia",),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DISENO,
        mensaje=f"{_SEDE}, {_CAMA}, ya tiene una solicitud en curso o reconocida por el {{fecha}}.",
        accion="Nadie debe hacer nada, salvo que la fecha esté errada.",
        columna="fecha",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-17",
        titulo="Las camas del mes no son todos los días el mismo número",
        cumple=~(
            col("en_el_mes")
            & (col("dias_certificados") == col("dias_del_mes"))
            & (col("menor_del_mes") == col("mayor_del_mes"))
            & (col("menor_del_mes") > 0)
        ),
        si_incumple=Efecto.AVISO,
        fuente=norma.DISENO,
        mensaje=f"Certificó {{camas_disponibles}} camas {_CAMA} todos los días de {{periodo}}.",
        columna="camas_disponibles",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-18",
        titulo="La cuenta está verificada y su titular es la IPS",
        etapa=Etapa.GIRO,
        si_incumple=Efecto.RETENCION,
        fuente=norma.DISENO,
        mensaje="La cuenta de pago falta, no está verificada o es de otro titular.",
        accion="Reporte una cuenta cuyo titular sea la IPS; el dinero sigue reservado.",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="ANT-19",
        titulo="La certificación de nómina del periodo anterior está entregada",
        etapa=Etapa.LEG,
        si_incumple=Efecto.AVISO,
        fuente=norma.RES_1161,
        mensaje="Falta la certificación de nómina del periodo anterior, que ya se giró.",
        accion="La IPS debe entregarla como soporte de la legalización; el giro no se detiene.",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="ANT-20",
        titulo="La IPS no está en liquidación ni intervenida",
        etapa=Etapa.GIRO,
        si_incumple=Efecto.AVISO,
        fuente=norma.DISENO,
        mensaje="La IPS está en liquidación o intervenida.",
        accion="Revise a mano antes de aprobar.",
        certeza=Certeza.DISENO,
    ),
)
