"""Vida de un caso: qué efectos llevan a qué estado.

La precedencia es la del dosier, de diseño: lo que le pasa al núcleo manda sobre los defectos del
caso. El derecho es del núcleo y lo tiene su caso líder; los demás esperan lo que sea de él.
PAGADO y NUNCA_ENTREGADO no salen de juzgar una fila: uno lo da el banco y otro es de los casos que
la EPS no entregó.
"""

from __future__ import annotations

from shared.focalizacion import DEL_REGISTRO, Efecto, Estados, Linea, col

_JUZGADOS = frozenset(
    {
        "NO_ADMITIDO",
        "EN_NUCLEO_PAGADO",
        "EN_ENROLAMIENTO",
        "NO_PAGO_NUCLEO_ENROLAMIENTO",
        "EN_VALIDACION_BANCARIA",
        "NUCLEO_VALIDACION_BANCARIA",
        "GLOSADO",
        "EN_CORRECCION_EPS",
        "EN_REVISION_ADRES",
    }
)
_LIDERES = frozenset({"EN_ENROLAMIENTO", "EN_VALIDACION_BANCARIA"})
_A_LA_ESPERA = frozenset({"NO_PAGO_NUCLEO_ENROLAMIENTO", "NUCLEO_VALIDACION_BANCARIA"})

ESTADOS = Estados(
    precedencia=(
        Linea("NO_ADMITIDO", efectos=(Efecto.RECHAZO,)),
        Linea("EN_NUCLEO_PAGADO", efectos=(Efecto.DESVIO,), codigos=("CET-07",)),
        Linea(
            "EN_NUCLEO_PAGADO",
            efectos=(Efecto.DESVIO,),
            codigos=("CET-08",),
            cuando=col("estado_que_gana") == "EN_NUCLEO_PAGADO",
        ),
        Linea("EN_ENROLAMIENTO", cuando=col("lider") & ~col("con_producto")),
        Linea(
            "NO_PAGO_NUCLEO_ENROLAMIENTO",
            efectos=(Efecto.DESVIO,),
            codigos=("CET-08",),
            cuando=col("estado_que_gana") == "EN_ENROLAMIENTO",
        ),
        Linea("EN_VALIDACION_BANCARIA", cuando=col("lider")),
        Linea("NUCLEO_VALIDACION_BANCARIA", efectos=(Efecto.DESVIO,), codigos=("CET-08",)),
        Linea("GLOSADO", efectos=(Efecto.GLOSA_DEFINITIVA, Efecto.GLOSA)),
        Linea("EN_CORRECCION_EPS", efectos=(Efecto.CORRECCION,)),
    ),
    # Sin nada en contra y sin ser líder: SEGCOVID no da el día, y alguien tiene que mirarlo.
    otro="EN_REVISION_ADRES",
    forma="EN_CORRECCION_EPS",
    valorados=_LIDERES,
    # El núcleo se puede reclamar otra vez mientras ningún caso suyo tenga el derecho.
    liberan=(_JUZGADOS | {"RADICADO", "NUNCA_ENTREGADO"}) - _LIDERES,
    corregibles=frozenset({"EN_CORRECCION_EPS", "GLOSADO"}),
    # El banco puede devolver lo que ya pagó: entonces nadie del núcleo ha cobrado.
    retenidos=_A_LA_ESPERA | {"EN_NUCLEO_PAGADO"},
    resuelven=frozenset({"EN_VALIDACION_BANCARIA", "PAGADO"}),
    publicados={
        # Con producto se valida, sin él se abre: eso lo sabe el registro.
        "RECONOCIDO": DEL_REGISTRO,
        "ESPERA_CUENTA": DEL_REGISTRO,
        # Sin producto al cabo de los intentos: vuelve a su EPS, y su reconocimiento se anula.
        "ANULADO": DEL_REGISTRO,
        "ORDENADO": "EN_VALIDACION_BANCARIA",
        "GIRO_DEVUELTO": "EN_VALIDACION_BANCARIA",
        "ESPERA_PRESUPUESTO": "EN_REVISION_ADRES",
        "GIRADO": "PAGADO",
        # Un hallazgo sobre lo pagado no deja libre el núcleo: cobró una vez, y para siempre.
        "EN_REINTEGRO": "PAGADO",
        "REINTEGRADO": "PAGADO",
        "ADEUDADO": "PAGADO",
    },
    transiciones={
        "RADICADO": _JUZGADOS,
        "NUNCA_ENTREGADO": frozenset({"EN_REVISION_ADRES"}),
        "EN_REVISION_ADRES": _JUZGADOS - {"EN_REVISION_ADRES"},
        "NO_ADMITIDO": frozenset(),
        "EN_CORRECCION_EPS": frozenset({"EN_REVISION_ADRES", "RADICADO"}),
        # La del aislamiento incumplido es final.
        "GLOSADO": frozenset({"EN_REVISION_ADRES", "RADICADO"}),
        # Se abre el producto, o se agotan los intentos; el banco rechaza el que se dio.
        "EN_ENROLAMIENTO": frozenset({"EN_VALIDACION_BANCARIA", "EN_CORRECCION_EPS"}),
        "EN_VALIDACION_BANCARIA": frozenset({"PAGADO", "EN_ENROLAMIENTO", "EN_CORRECCION_EPS"}),
        # Cuando el líder cobra, EN_NUCLEO_PAGADO; si deja el derecho, se juzgan otra vez.
        "NO_PAGO_NUCLEO_ENROLAMIENTO": _JUZGADOS - {"NO_PAGO_NUCLEO_ENROLAMIENTO"},
        "NUCLEO_VALIDACION_BANCARIA": _JUZGADOS - {"NUCLEO_VALIDACION_BANCARIA"},
        # Solo si el banco devuelve lo girado, y deja libre el núcleo.
        "PAGADO": _LIDERES,
        "EN_NUCLEO_PAGADO": _JUZGADOS - {"EN_NUCLEO_PAGADO"},
    },
)
