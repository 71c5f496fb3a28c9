"""Las reglas de la compensación económica temporal, en el orden de su código: CET-00 a CET-16.

El título dice qué es lo correcto. CET-14 y CET-15 se aplican al girar (GIRO) y al comprometer el
presupuesto (PRE). CET-08 mira qué dejaron las demás de cada caso del núcleo (fase 2) y de cada
persona (fase 3). Una fila repetida no se juzga por ninguna otra regla. Un mensaje nunca dice lo
que un registro sabe de la persona.
"""

from __future__ import annotations

from services.compensacion_rs import norma
from shared.focalizacion import Efecto, Etapa, Regla, alguna, col, when
from shared.normativa import Certeza

_ADMITIDA = ~col("repetida")
_CON_F = _ADMITIDA & col("con_f")
_CON_NUCLEO = _ADMITIDA & col("unico")
_EN_BDUA = alguna([col("bdua_existe")])
_CEDULA = _ADMITIDA & (col("tipo_documento") == "CC")
_AISLADA = col("cumple_aislamiento") & col("segcovid_aislado").fill_null(True)
_DIAS_MINIMOS = (
    when(col("f") >= norma.AISLAMIENTO_CORTO_DESDE)
    .then(col("dias_aislamiento_corto"))
    .otherwise(col("dias_aislamiento"))
)
_CON_CORREO = col("correo").str.contains("^[^@]+@[^@]+$")
_CON_CELULAR = col("celular").str.contains("^3[0-9]{9}$")
_CONTACTO = (
    ~col("direccion").is_null()
    & alguna([col("codigo_municipio").is_in(list(norma.MUNICIPIOS))])
    & alguna([_CON_CORREO, _CON_CELULAR])
)
_OTRO_RECEPTOR = (col("tipo_documento_receptor") != col("tipo_documento")) | (
    col("numero_documento_receptor") != col("numero_documento")
)
_REVISE_DOCUMENTO = "Revise tipo_documento y numero_documento con el documento de la persona"
_NADIE = "Nadie debe hacer nada"
_PERIODO = f"después del {norma.DESPUES_DE} y hasta el {norma.ULTIMO_DIA}"

REGLAS = (
    Regla(
        codigo="CET-00",
        titulo="La fila trae todas las columnas con el tipo y los valores pedidos",
        etapa=Etapa.FORMA,
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-01",
        titulo="La persona tiene un caso confirmado en SEGCOVID",
        aplica=_ADMITIDA & ~col("con_otro_tipo"),
        cumple=col("con_caso"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DL_538_ART_14,
        mensaje="Ese documento no tiene un caso confirmado en SEGCOVID.",
        accion=f"{_REVISE_DOCUMENTO}; si es el suyo, haga que se registre el resultado en SEGCOVID "
        "y entregue el caso de nuevo.",
        columna="numero_documento",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="CET-01",
        titulo="El caso de SEGCOVID está con el mismo tipo de documento",
        aplica=_ADMITIDA & col("con_otro_tipo"),
        cumple=col("con_caso"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="El caso confirmado con ese número está en SEGCOVID con otro tipo de documento.",
        accion="Escriba en tipo_documento el de la persona el día de la confirmación, o haga que "
        "se corrija en SEGCOVID.",
        columna="tipo_documento",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-02",
        titulo="El caso se confirmó después del 10 de agosto de 2020",
        aplica=_CON_F,
        cumple=col("f") > norma.DESPUES_DE,
        si_incumple=Efecto.RECHAZO,
        fuente=norma.INFORME_2020,
        mensaje=f"SEGCOVID no confirmó el caso {_PERIODO}: solo esos se compensan.",
        accion=f"{_NADIE}, salvo que el documento esté errado.",
        columna="numero_documento",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="CET-02",
        titulo="El caso se confirmó durante la emergencia sanitaria",
        aplica=_CON_F,
        cumple=col("f") <= norma.ULTIMO_DIA,
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DISENO,
        mensaje=f"SEGCOVID no confirmó el caso {_PERIODO}: solo esos se compensan.",
        accion=f"{_NADIE}, salvo que el documento esté errado.",
        columna="numero_documento",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-03",
        titulo="Quien está en la BDUA era activo del subsidiado el día de la confirmación",
        aplica=_CON_F & _EN_BDUA,
        cumple=col("bdua_activa"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DL_538_ART_14,
        mensaje="El día de la confirmación la persona no tenía afiliación activa en el régimen "
        "subsidiado.",
        accion="Si la afiliación está errada, corríjala en la BDUA y entregue el caso de nuevo; si "
        "era del contributivo, le corresponde la incapacidad.",
        columna="numero_documento",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="CET-04",
        titulo="La EPS que entrega es la de la persona el día de la confirmación",
        aplica=_CON_F & _EN_BDUA & col("bdua_activa"),
        cumple=col("bdua_en_su_eps"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="El día de la confirmación la persona no estaba afiliada a la EPS {codigo_eps}.",
        accion="La EPS de ese día es la que entrega el caso; si es esta, corrija la afiliación en "
        "la BDUA.",
        columna="codigo_eps",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-05",
        titulo="La persona está en la BDUA con esos nombres",
        aplica=_ADMITIDA,
        cumple=_EN_BDUA & (col("nombres") != "DISTINTO"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="Ese documento no está en la BDUA con los nombres reportados.",
        accion=f"{_REVISE_DOCUMENTO}, y los cuatro campos de nombres; si son los suyos, corrija la "
        "BDUA.",
        columna="numero_documento",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-05",
        titulo="La cédula está en la Registraduría, vigente o cancelada por muerte",
        aplica=_CEDULA,
        cumple=(col("gente_rnec_clase") != "CANCELADA").fill_null(False),
        requiere=("rnec",),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="La cédula reportada no está en la Registraduría, o no está vigente.",
        accion=f"{_REVISE_DOCUMENTO}; si es la suya, ella debe aclararlo en la Registraduría.",
        columna="numero_documento",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-05",
        titulo="Los nombres son los mismos, letra por letra, de la BDUA",
        aplica=_ADMITIDA & _EN_BDUA,
        cumple=col("nombres") != "PARECIDO",
        si_incumple=Efecto.AVISO,
        fuente=norma.DISENO,
        mensaje="Los nombres difieren en alguna letra de los que tiene la BDUA.",
        accion=f"El caso sigue; {_NADIE.lower()}.",
        columna="primer_apellido",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-05",
        titulo="La Registraduría ya definió el estado de la cédula",
        aplica=_CEDULA,
        cumple=col("gente_rnec_clase") != "PENDIENTE",
        requiere=("rnec",),
        si_incumple=Efecto.AVISO,
        fuente=norma.DISENO,
        mensaje="La Registraduría aún no define el estado de la cédula.",
        accion=f"El caso sigue; {_NADIE.lower()}.",
        columna="numero_documento",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-06",
        titulo="La persona cumplió el aislamiento",
        aplica=_ADMITIDA,
        cumple=_AISLADA,
        si_incumple=Efecto.GLOSA_DEFINITIVA,
        fuente=norma.DEC_1109_ART_11,
        mensaje="El aislamiento no se cumplió, según la EPS o el seguimiento de SEGCOVID.",
        accion="Sin aislamiento cumplido no hay compensación: esta glosa no se responde.",
        columna="cumple_aislamiento",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="CET-06",
        titulo="El aislamiento duró los días que se piden",
        aplica=_ADMITIDA & _AISLADA,
        cumple=col("dias_de_aislamiento") >= _DIAS_MINIMOS,
        si_incumple=Efecto.AVISO,
        fuente=norma.DISENO,
        mensaje="El aislamiento, del {aislamiento_inicio} al {aislamiento_fin}, fue de "
        "{dias_de_aislamiento} días: menos de los que se piden.",
        accion="El caso sigue: manda lo que la EPS certifica. Revise las dos fechas.",
        columna="aislamiento_fin",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-07",
        titulo="Nadie del núcleo ha cobrado: se paga una sola vez por familia",
        aplica=_CON_NUCLEO,
        cumple=~col("pagado"),
        requiere=("historia",),
        si_incumple=Efecto.DESVIO,
        fuente=norma.DL_538_ART_14,
        mensaje="La compensación ya se pagó al núcleo de la persona, de quien recibe o de un "
        "familiar reportado.",
        accion=f"{_NADIE}: es una por núcleo, también si alguien se contagia después.",
        columna="numero_documento",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="CET-08",
        titulo="Ningún otro caso del núcleo tiene ya el derecho",
        fase=2,
        aplica=col("compite"),
        cumple=col("elegida") | col("estado_del_lider").is_null(),
        si_incumple=Efecto.DESVIO,
        fuente=norma.INFORME_2020,
        mensaje="La compensación del núcleo va por otro de sus casos, en {donde_gana}.",
        accion=f"{_NADIE}: si ese caso no cobra, este se juzga otra vez solo.",
        columna="numero_documento",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="CET-08",
        titulo="Ninguna persona del núcleo está en otro que ya tiene el derecho",
        fase=3,
        aplica=col("elegida"),
        cumple=~col("choca"),
        si_incumple=Efecto.DESVIO,
        fuente=norma.DISENO,
        mensaje="Alguien del núcleo está también en otro cuya compensación va adelante, en "
        "{donde_gana}.",
        accion=f"{_NADIE}, salvo que el documento de un familiar o de quien recibe esté errado; si "
        "el otro caso no cobra, este se juzga otra vez solo.",
        columna="id_nucleo",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-09",
        titulo="La persona no está ya en el cargue ni en un caso entregado",
        cumple=_ADMITIDA,
        si_incumple=Efecto.RECHAZO,
        fuente=norma.INFORME_2020,
        mensaje="La persona ya está en otra fila, o su caso ya se entregó y no se puede responder.",
        accion=f"{_NADIE}, salvo que el documento esté errado.",
        columna="numero_documento",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-10",
        titulo="El día de la confirmación la persona tenía a lo sumo una cabeza de familia",
        aplica=_CON_F,
        cumple=~col("varias_cabezas"),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DISENO,
        mensaje="La persona estaba en más de un grupo familiar de la BDUA el día de la "
        "confirmación.",
        accion="Corrija en la BDUA el grupo familiar de la persona y entregue el caso de nuevo.",
        columna="id_nucleo",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-11",
        titulo="Alguien del núcleo puede recibir: adulto, vivo y con documento para ello",
        aplica=_CON_NUCLEO,
        cumple=~col("gente_receptor_numero").is_null(),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DL_19_ART_21,
        mensaje="Quien se reporta para recibir no puede hacerlo, o nadie del núcleo puede.",
        accion="Reporte en el receptor a un adulto del mismo núcleo, vivo y con documento de "
        f"{', '.join(norma.DOCUMENTOS_DE_RECEPTOR)}; a su "
        "representante, si son menores solos. Quien sea va también en el archivo de familiares, "
        "con el mismo id_nucleo.",
        columna="numero_documento_receptor",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="CET-12",
        titulo="De quien falleció se reporta otra persona que recibe",
        aplica=_ADMITIDA & col("fallecida"),
        cumple=_OTRO_RECEPTOR.fill_null(False),
        si_incumple=Efecto.CORRECCION,
        fuente=norma.DEC_1109_ART_11,
        mensaje="La fila no trae a otra persona que reciba por el paciente.",
        accion="Reporte en el receptor a otro miembro del núcleo.",
        columna="numero_documento_receptor",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="CET-13",
        titulo="Hay dirección, municipio, y celular o correo",
        aplica=_ADMITIDA,
        cumple=_CONTACTO,
        si_incumple=Efecto.CORRECCION,
        fuente=norma.AVISOS_EPS,
        mensaje="Faltan datos para ubicar a la persona, o no sirven.",
        accion="Escriba la dirección, el código DIVIPOLA del municipio, y un celular de 10 dígitos "
        "que empiece por 3 o un correo.",
        columna="direccion",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="CET-14",
        titulo="El producto es de quien recibe y admite abonos",
        etapa=Etapa.GIRO,
        si_incumple=Efecto.DESVIO,
        fuente=norma.AVISOS_EPS,
        mensaje="El banco no admite el producto reportado.",
        accion="Nadie debe entregar el caso de nuevo: se le abre un producto a quien recibe.",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="CET-15",
        titulo="Hay recursos para el pago",
        etapa=Etapa.PRE,
        si_incumple=Efecto.RETENCION,
        fuente=norma.DEC_1109_ART_11_PAR,
        mensaje="El caso está en orden y espera recursos.",
        accion="Sigue en su turno cuando los haya; nadie debe entregarlo de nuevo.",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="CET-16",
        titulo="En la casa del SISBEN vive la cabeza y nadie de otro núcleo",
        aplica=_CON_NUCLEO & col("del_nucleo_bdua") & alguna([col("casa_existe")]),
        cumple=col("gente_cabeza_en_casa") & ~col("gente_ajeno_en_casa"),
        si_incumple=Efecto.AVISO,
        fuente=norma.DEC_780_ART_2_1_5_1,
        mensaje="El núcleo de la BDUA y la casa del SISBEN no coinciden.",
        accion=f"El caso sigue y cuenta el núcleo de la BDUA; {_NADIE.lower()}.",
        columna="id_nucleo",
        certeza=Certeza.PRENSA,
    ),
)
