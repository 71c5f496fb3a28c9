"""Las reglas de las pruebas, en el orden de su código: PRU-01 a PRU-31.

El título dice qué es lo correcto. Las reglas sin expresión se aplican en otra etapa: al radicar
(RAD), al comprometer el presupuesto (PRE) o al girar (GIRO). PRU-28 mira lo que las demás glosan
(fase 2) y PRU-29, lo que quedaría por pagar (fase 3). Un mensaje nunca dice lo que un registro
sabe de la persona.
"""

from __future__ import annotations

from services.pruebas import norma
from shared.focalizacion import Efecto, Etapa, Regla, alguna, col
from shared.normativa import Certeza

_EN_PERIODO = col("fecha_toma") >= norma.P0.desde
_CON_TOPE = _EN_PERIODO & col("tarifa_existe")
_PRUEBA = "La prueba {tipo_prueba} tomada el {fecha_toma}"
_REPS = "Revise código y NIT; si son los correctos, el prestador debe actualizar REPS."
_SOBRE_EL_TOPE = "Se cobran {valor_total} pesos y el valor máximo es {tope}."

REGLAS = (
    Regla(
        codigo="PRU-01",
        titulo="El archivo de la EPS llega en los tres primeros días hábiles de la semana",
        etapa=Etapa.RAD,
        si_incumple=Efecto.RECHAZO,
        fuente=norma.CIRCULAR_49,
        mensaje="La ventana de la semana está cerrada.",
        accion="Radíquelo de nuevo en los tres primeros días hábiles de la semana siguiente.",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-02",
        titulo="La fila trae todas las columnas con el tipo y los valores pedidos",
        etapa=Etapa.FORMA,
        si_incumple=Efecto.RECHAZO,
        fuente=norma.CIRCULAR_49,
        mensaje="",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-03",
        titulo="Quien radica es la EPS, la IPS o el laboratorio de la fila",
        etapa=Etapa.RAD,
        cumple=alguna(
            [
                norma.codigo_base(col("radicante_eps")) == col("codigo_base"),
                col("radicante_nit") == col("nit_toma"),
                col("radicante_nit") == col("nit_procesa"),
            ]
        ),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.PROYECTO_61289,
        mensaje="La fila es de la EPS {codigo_eps}, la tomó el NIT {nit_toma} y la procesó el NIT "
        "{nit_procesa}: ninguno es el de la entidad que radica.",
        accion="Quite la fila, o que la radique una de esas entidades.",
        columna="codigo_eps",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-04",
        titulo="El total es la suma de la toma y el procesamiento, y es mayor que cero",
        cumple=col("suma_bien") & (col("valor_total") > 0),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DISENO,
        mensaje="El total, {valor_total}, no es la suma de {valor_toma} y {valor_procesa}, o es "
        "cero.",
        accion="Corrija los tres valores y radique la prueba como nueva.",
        columna="valor_total",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-05",
        titulo="La muestra se tomó desde el 17 de marzo de 2020",
        cumple=_EN_PERIODO,
        si_incumple=Efecto.GLOSA_DEFINITIVA,
        fuente=norma.PERIODOS,
        mensaje=f"Se pagan las pruebas tomadas desde el {norma.P0.desde}; esta es del "
        "{fecha_toma}.",
        columna="fecha_toma",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="PRU-06",
        titulo="La toma, el proceso, la factura y la radicación van en orden",
        cumple=(col("fecha_toma") <= col("fecha_proceso"))
        & (col("fecha_proceso") <= col("fecha_radicacion"))
        & (col("fecha_factura") >= col("fecha_toma")),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DISENO,
        mensaje="La toma es del {fecha_toma}, el proceso del {fecha_proceso}, la factura del "
        "{fecha_factura} y la radicación del {fecha_radicacion}.",
        accion="Corrija la fecha errada: el proceso va de la toma a la radicación, y la factura "
        "no es anterior a la toma.",
        columna="fecha_proceso",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-07",
        titulo="La prueba se presenta dentro de los cinco años siguientes a la toma",
        aplica=~col("glosada_antes"),
        cumple=col("fecha_radicacion") <= col("limite"),
        si_incumple=Efecto.GLOSA_DEFINITIVA,
        fuente=norma.PRESCRIPCION,
        mensaje=f"{_PRUEBA} se radicó el {{fecha_radicacion}}, pasados cinco años.",
        columna="fecha_toma",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-08",
        titulo="El CUPS es de una prueba que se paga",
        cumple=col("cups_existe"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.RES_1463_ART_5,
        mensaje="El CUPS {cups} no es de una prueba {tipo_prueba}.",
        accion="Corrija el CUPS o el tipo de prueba.",
        columna="cups",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="PRU-09",
        titulo="Hay un valor para la prueba en la fecha de la toma",
        aplica=_EN_PERIODO & col("cups_existe"),
        cumple=col("tarifa_existe"),
        si_incumple=Efecto.RETENCION,
        fuente=norma.DISENO,
        mensaje="Aún no hay valor cargado para una prueba {tipo_prueba} tomada el {fecha_toma}.",
        accion="Nadie debe radicar de nuevo: al cargarse la tarifa se juzga otra vez.",
        columna="fecha_toma",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-10",
        titulo="La persona está en BDUA, con este documento o con uno anterior",
        cumple=col("persona_existe"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.INFORME_2020,
        mensaje="El documento radicado no está en BDUA ni en su historia de documentos.",
        accion="Revise tipo y número; si son los correctos, la EPS debe reportar la persona.",
        columna="numero_documento",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="PRU-11",
        titulo="La persona no es de un régimen exceptuado y estaba afiliada el día de la toma",
        aplica=col("persona_existe") | col("bdex_existe"),
        cumple=~col("bdex_existe") & col("afiliacion_no_retirada"),
        si_incumple=Efecto.GLOSA_DEFINITIVA,
        fuente=norma.RES_1808,
        mensaje="El {fecha_toma} la persona era de un régimen especial o de excepción, o no estaba "
        "afiliada al contributivo ni al subsidiado: este mecanismo no paga la prueba.",
        columna="fecha_toma",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="PRU-11",
        titulo="La afiliación estaba activa el día de la toma",
        aplica=col("persona_existe") & ~col("bdex_existe") & col("afiliacion_no_retirada"),
        cumple=col("afiliacion_activa"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.RES_1808,
        mensaje="La afiliación de la persona no estaba activa el {fecha_toma}.",
        accion="Revise la fecha de la toma; si es la correcta, la EPS debe corregir en BDUA el "
        "estado de ese día.",
        columna="fecha_toma",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="PRU-12",
        titulo="La EPS es aquella a la que la persona estaba afiliada el día de la toma",
        aplica=col("afiliacion_activa"),
        cumple=col("afiliacion_en_su_eps"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.CIRCULAR_49,
        mensaje="El {fecha_toma} la persona no estaba afiliada a la EPS {codigo_eps}.",
        accion="Facture a la EPS que la tenía afiliada ese día, o corrija la fecha de la toma.",
        columna="codigo_eps",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-13",
        titulo="BDUA no registra el fallecimiento de la persona antes de la toma",
        aplica=col("persona_existe"),
        cumple=~col("afiliacion_fallecida"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DISENO,
        mensaje="BDUA registra una novedad de fallecimiento anterior al {fecha_toma}.",
        accion="Revise el documento y la fecha de la toma; si son los correctos, la EPS debe "
        "corregir la novedad en BDUA.",
        columna="fecha_toma",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-14",
        titulo="La muestra está en SISMUESTRAS",
        cumple=col("muestra_existe"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.RES_1463_ART_7,
        mensaje="SISMUESTRAS no tiene una prueba {tipo_prueba} de esta persona a "
        "{tolerancia_dias} días o menos del {fecha_toma}.",
        accion="Revise documento, tipo de prueba y fecha de la toma; si son los correctos, el "
        "laboratorio debe cargar o corregir la muestra en SISMUESTRAS.",
        columna="fecha_toma",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="PRU-15",
        titulo="El laboratorio es el que SISMUESTRAS tiene para la muestra",
        aplica=col("muestra_existe"),
        cumple=col("muestra_nit_procesa") == col("nit_procesa"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DISENO,
        mensaje="En SISMUESTRAS la muestra la procesó el NIT {muestra_nit_procesa} y la fila dice "
        "{nit_procesa}.",
        accion="Corrija quién la procesó, o el laboratorio debe corregirlo en SISMUESTRAS.",
        columna="nit_procesa",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-16",
        titulo="La muestra tiene un resultado que se puede usar",
        aplica=col("muestra_existe"),
        cumple=col("muestra_util"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DISENO,
        mensaje="La muestra no tiene en SISMUESTRAS un resultado positivo, negativo o "
        "indeterminado.",
        accion="El laboratorio debe cargar el resultado en SISMUESTRAS.",
        columna="fecha_proceso",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-17",
        titulo="La EPS es la que SISMUESTRAS tiene para la muestra",
        aplica=col("muestra_existe") & ~col("muestra_base").is_null(),
        cumple=col("muestra_base") == col("codigo_base"),
        si_incumple=Efecto.AVISO,
        fuente=norma.DISENO,
        mensaje="SISMUESTRAS tiene la muestra con otra EPS; vale la afiliación de BDUA.",
        columna="codigo_eps",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-18",
        titulo="Quien toma la muestra está habilitado en REPS ese día, con ese código y ese NIT",
        cumple=col("toma_existe"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DL_538_ART_20,
        mensaje="REPS no tiene habilitado el {fecha_toma} al prestador {hab_toma} con el NIT "
        "{nit_toma}.",
        accion=_REPS,
        columna="hab_toma",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-19",
        titulo="Quien procesa la muestra está habilitado en REPS ese día, con ese código y ese NIT",
        cumple=col("procesa_existe"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DL_538_ART_20,
        mensaje="REPS no tiene habilitado el {fecha_proceso} al prestador {hab_procesa} con el NIT "
        "{nit_procesa}.",
        accion=_REPS,
        columna="hab_procesa",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-20",
        titulo="El laboratorio de una prueba molecular está avalado el día del proceso",
        aplica=col("tipo_prueba") == "MOLECULAR",
        cumple=col("aval_existe"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DISENO,
        mensaje="El laboratorio {hab_procesa}, con NIT {nit_procesa}, no estaba avalado el "
        "{fecha_proceso}.",
        accion="Revise código, NIT y fecha del proceso; si son los correctos, pida al INS que "
        "corrija la lista de laboratorios avalados.",
        columna="hab_procesa",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-21",
        titulo="Ni la toma ni el proceso son de una entidad territorial o de su laboratorio",
        cumple=~(col("toma_publica_existe") | col("procesa_publica_existe")),
        si_incumple=Efecto.GLOSA_DEFINITIVA,
        fuente=norma.PROYECTO_61289,
        mensaje="El prestador {hab_toma} o el {hab_procesa} es de una entidad territorial: sus "
        "pruebas tienen otra fuente de pago.",
        columna="hab_procesa",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-22",
        titulo="Lo cobrado no pasa del valor máximo",
        aplica=_CON_TOPE & (col("politica_exceso") == "GLOSA"),
        cumple=col("valor_total") <= col("tope"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.RES_1463_ART_5,
        mensaje=_SOBRE_EL_TOPE,
        accion="Ajuste los valores al máximo del periodo y de la clase de prueba.",
        columna="valor_total",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-22",
        titulo="Lo cobrado se paga hasta el valor máximo",
        aplica=_CON_TOPE & (col("politica_exceso") == "RECORTE"),
        cumple=col("valor_total") <= col("tope"),
        si_incumple=Efecto.AJUSTE,
        fuente=norma.RES_1463_ART_5,
        mensaje=_SOBRE_EL_TOPE,
        accion="Se paga hasta el máximo, repartido en proporción entre toma y procesamiento.",
        columna="valor_total",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-23",
        titulo="La tarifa diferencial es de un municipio sin laboratorio avalado el día de la toma",
        aplica=col("diferencial"),
        cumple=col("diferencial_procede"),
        si_incumple=Efecto.GLOSA,
        fuente=norma.RES_1630,
        mensaje="El {fecha_toma} no regía la tarifa diferencial en el municipio "
        "{codigo_municipio_toma}: tenía laboratorio avalado, o no es una fecha del "
        f"{norma.P2.desde} al {norma.P2.hasta}.",
        accion="Cobre la tarifa base, o corrija el municipio o la fecha de la toma.",
        columna="diferencial",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-24",
        titulo="La prueba no está antes en el mismo archivo",
        cumple=(col("primera_fila") >= col("fila")).fill_null(value=True),
        si_incumple=Efecto.RECHAZO,
        fuente=norma.DISENO,
        mensaje=f"{_PRUEBA} ya está en la fila {{primera_fila}} del archivo, sin contar la de "
        "títulos, con este documento o con otro de la misma persona.",
        accion="Nadie debe hacer nada, salvo que la fecha o el documento estén errados.",
        columna="numero_documento",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-25",
        titulo="La prueba no se ha reconocido antes ni está en curso",
        cumple=~col("decidida_existe"),
        requiere=("historia",),
        si_incumple=Efecto.GLOSA_DEFINITIVA,
        fuente=norma.DISENO,
        mensaje=f"{_PRUEBA} ya está en curso o reconocida para esta persona, por esta u otra EPS.",
        columna="fecha_toma",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-26",
        titulo="La muestra no se cobra dos veces",
        aplica=col("muestra_existe"),
        cumple=~alguna(
            [col("primera_de_la_muestra") < col("fila"), col("muestra_decidida_existe")]
        ),
        si_incumple=Efecto.GLOSA,
        fuente=norma.DISENO,
        mensaje="La muestra que corresponde a esta prueba ya se cobra en otra fila del archivo o "
        "en una radicación anterior.",
        accion="Si son dos pruebas, corrija la fecha de la toma o escriba en id_sismuestras el "
        "número de la otra muestra.",
        columna="id_sismuestras",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-27",
        titulo="Ninguna otra EPS ha presentado la misma factura",
        cumple=~col("factura_ajena"),
        requiere=("historia",),
        si_incumple=Efecto.AVISO,
        fuente=norma.DISENO,
        mensaje="Otra EPS presentó la factura {factura_toma} del NIT {nit_toma} o la "
        "{factura_procesa} del NIT {nit_procesa}.",
        columna="factura_toma",
        certeza=Certeza.DISENO,
    ),
    Regla(
        codigo="PRU-28",
        titulo="Una glosa se subsana en seis meses, y una sola vez por inconsistencia",
        fase=2,
        aplica=col("previa_existe"),
        cumple=(col("previa_estado") == "GLOSADO")
        & (col("fecha_radicacion") <= col("previa_limite"))
        & ~col("repite"),
        requiere=("historia",),
        si_incumple=Efecto.GLOSA_DEFINITIVA,
        fuente=norma.PROYECTO_61289,
        mensaje="La glosa de esta prueba se comunicó el {previa_comunicada}: ya era definitiva, "
        "se venció su plazo de seis meses o la prueba repite una inconsistencia ya señalada.",
        columna="fecha_toma",
        certeza=Certeza.PRENSA,
    ),
    Regla(
        codigo="PRU-29",
        titulo="Las pruebas de marzo a agosto de 2020 caben en el monto de la EPS",
        fase=3,
        aplica=col("en_p0") & (col("estado_previo") == "LIQUIDADO"),
        cumple=col("corrida") <= col("saldo_del_monto"),
        requiere=("montos_r2461",),
        si_incumple=Efecto.RETENCION,
        fuente=norma.RES_2461,
        mensaje="La prueba no cabe en lo que queda del monto de la EPS {codigo_eps} para las "
        f"pruebas del {norma.P0.desde} al {norma.P0.hasta}.",
        accion="Nadie debe radicar de nuevo: si el monto aumenta, se juzga otra vez en su turno.",
        columna="valor_total",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="PRU-30",
        titulo="Hay presupuesto para la prueba",
        etapa=Etapa.PRE,
        si_incumple=Efecto.RETENCION,
        fuente=norma.RES_1463_ART_6,
        mensaje="No hay presupuesto disponible; la prueba espera en su turno.",
        accion="Nadie debe radicar de nuevo: al haber presupuesto avanza sola.",
        certeza=Certeza.NORMA,
    ),
    Regla(
        codigo="PRU-31",
        titulo="La cuenta del beneficiario está registrada y activa",
        etapa=Etapa.GIRO,
        si_incumple=Efecto.RETENCION,
        fuente=norma.RES_63609,
        mensaje="La cuenta de pago falta, no está verificada o es de otro titular.",
        accion="El beneficiario debe reportar una cuenta a su nombre; el dinero sigue reservado.",
        certeza=Certeza.NORMA,
    ),
)
