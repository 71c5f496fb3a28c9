"""Samples, cases and laboratories of the pandemic. Sources: registers §7, §8 and §18."""

from __future__ import annotations

from typing import Final

from shared.normativa import Certeza, Fuente
from shared.registros.catalogo.columnas import (
    CLAVE_DOCUMENTO,
    codigo_base,
    corte,
    documento,
    eps,
    municipio,
    nacimiento,
    nombres,
    sexo,
    vigencia,
)
from shared.registros.catalogo.comprobaciones import (
    DOCUMENTO_MAL_FORMADO,
    EPS_DESCONOCIDA,
    INTERVALO_AL_REVES,
    NOMBRE_DANADO,
)
from shared.registros.model import (
    BOOLEANO,
    CODIGO,
    ENTERO,
    FECHA,
    LISTA,
    NIT,
    ColumnaRegistro,
    Comprobacion,
    EsquemaRegistro,
    Repeticion,
    T,
)

SISMUESTRAS_NORMA: Final = Fuente(
    "Resolución 1463 de 2020",
    "art. 7",
    emisor="MinSalud",
    certeza=Certeza.NORMA,
    nota="la ADRES verifica contra SISMUESTRAS; las columnas son diseño nuestro",
)
SEGCOVID_NORMA: Final = Fuente(
    "Decreto 1109 de 2020",
    emisor="Presidencia de la República",
    nota="seguimiento de casos y contactos (PRASS); las columnas son diseño nuestro",
)
LABORATORIOS: Final = Fuente(
    "Resolución 1808 de 2020",
    emisor="MinSalud",
    certeza=Certeza.NORMA,
    nota="el formato de la lista es diseño nuestro",
)
MONTOS: Final = Fuente(
    "Resolución 2461 de 2020",
    emisor="MinSalud",
    certeza=Certeza.NORMA,
    nota="el formato de la lista es diseño nuestro",
)

TARIFAS: Final = Fuente(
    "Resolución 1463 de 2020",
    "art. 5",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="modificado por la Resolución 1630 de 2020; cada fila lleva su norma y su certeza",
)

TIPO_PRUEBA: Final = LISTA("MOLECULAR", "ANTIGENO", "ANTICUERPOS")
RESULTADO: Final = LISTA(
    "POSITIVO",
    "NEGATIVO",
    "INDETERMINADO",
    "NO_PROCESADA",
    "PENDIENTE",
    alias=(("No procesada", "NO_PROCESADA"),),
)
HABILITACION: Final = CODIGO(10, completa_ceros=True, recorta=12)
"""Ten digits without sede; with it, twelve, the sede is cut."""


def _fecha(nombre: str, *otros: str, descripcion: str = "") -> ColumnaRegistro:
    return ColumnaRegistro(nombre, FECHA, otros, descripcion, informativa=True)


def _quien(sufijo: str, hab: tuple[str, ...], nit: tuple[str, ...]) -> tuple[ColumnaRegistro, ...]:
    return (
        ColumnaRegistro(
            f"hab_{sufijo}",
            HABILITACION,
            hab,
            f"Código de habilitación de quien {sufijo}, sin sede",
            informativa=True,
        ),
        ColumnaRegistro(
            f"nit_{sufijo}", NIT, nit, f"NIT de quien {sufijo}, sin dígito", informativa=True
        ),
    )


SISMUESTRAS: Final = EsquemaRegistro(
    nombre="sismuestras",
    titulo="SISMUESTRAS: muestras y resultados",
    dueno="Instituto Nacional de Salud",
    fuente=SISMUESTRAS_NORMA,
    certeza=Certeza.DISENO,
    cadencia="Diaria (diseño). Unos 8 millones de muestras",
    clave=CLAVE_DOCUMENTO,
    orden=("tipo_prueba", "fecha_toma", "id_sismuestras"),
    columnas=(
        ColumnaRegistro(
            "id_sismuestras",
            T(20),
            ("id_muestra", "codigo_muestra"),
            "Se repite entre laboratorios",
        ),
        *documento(),
        *nombres(),
        nacimiento(),
        sexo(),
        eps("asegurador"),
        municipio("codigo_municipio_residencia"),
        municipio("codigo_municipio_toma", "cod_mpio"),
        ColumnaRegistro(
            "tipo_prueba",
            TIPO_PRUEBA,
            ("tipo_de_prueba",),
            obligatoria=True,
        ),
        ColumnaRegistro("tecnica", T(40), ("metodo",), informativa=True),
        ColumnaRegistro(
            "tipo_muestra",
            LISTA("HISOPADO", "ASPIRADO", "SALIVA", "SANGRE", "OTRA"),
            informativa=True,
        ),
        ColumnaRegistro(
            "fecha_toma", FECHA, ("fecha_de_toma",), "Con ella se cruza", obligatoria=True
        ),
        _fecha("fecha_recepcion"),
        _fecha("fecha_proceso"),
        _fecha("fecha_resultado", "fecha_de_resultado"),
        ColumnaRegistro("resultado", RESULTADO, informativa=True),
        ColumnaRegistro("resultado_igm", RESULTADO, descripcion="Serología", informativa=True),
        ColumnaRegistro("resultado_igg", RESULTADO, descripcion="Serología", informativa=True),
        *_quien("toma", ("codigo_ips_toma",), ()),
        *_quien("procesa", ("codigo_laboratorio",), ("nit_laboratorio",)),
        ColumnaRegistro("nombre_laboratorio", T(120), ("laboratorio",), informativa=True),
        ColumnaRegistro(
            "motivo",
            LISTA("SINTOMATICO", "CONTACTO", "BUSQUEDA_ACTIVA", "CONTROL"),
            informativa=True,
        ),
        _fecha("fecha_carga"),
        corte(),
    ),
    comprobaciones=(
        *DOCUMENTO_MAL_FORMADO,
        NOMBRE_DANADO,
        EPS_DESCONOCIDA,
        Comprobacion(
            "resultado_antes_de_la_toma",
            "fecha_resultado < fecha_toma OR fecha_proceso < fecha_toma "
            "OR fecha_recepcion < fecha_toma",
            "el resultado, el proceso o la recepción son anteriores a la toma",
        ),
        Comprobacion(
            "sin_resultado",
            "resultado IS NULL AND resultado_igm IS NULL AND resultado_igg IS NULL",
            "la muestra no tiene resultado",
        ),
        Comprobacion(
            "sin_laboratorio", "nit_procesa IS NULL", "no se sabe qué laboratorio la procesó"
        ),
    ),
    repeticiones=(
        Repeticion(
            "muestra_repetida",
            ("numero_documento", "tipo_documento", "tipo_prueba", "fecha_toma", "id_sismuestras"),
            "la misma muestra se envió más de una vez",
        ),
    ),
    defectos=(
        "muestras cargadas tarde o mal rotuladas",
        "resultados que faltan",
        "fecha de toma y de resultado intercambiadas",
        "tarjeta de identidad donde ya hay cédula",
        "día y mes confundidos",
        "códigos de 12 dígitos: se cortan a 10",
        "NIT con dígito de verificación: se quita solo si corresponde",
        "la misma muestra enviada dos veces",
    ),
    leen=(("pruebas", "PRU-14, 15, 16, 17, 26"),),
)

SEGCOVID: Final = EsquemaRegistro(
    nombre="segcovid",
    titulo="SEGCOVID: seguimiento de casos y contactos",
    dueno="MinSalud (SISPRO)",
    fuente=SEGCOVID_NORMA,
    certeza=Certeza.DISENO,
    cadencia="Diaria, desde SISMUESTRAS",
    clave=CLAVE_DOCUMENTO,
    orden=("fecha_confirmacion", "id_caso"),
    columnas=(
        ColumnaRegistro("id_caso", T(20), obligatoria=True),
        ColumnaRegistro("tipo_registro", LISTA("CASO", "CONTACTO"), obligatoria=True),
        ColumnaRegistro("id_caso_indice", T(20), descripcion="Caso del que es contacto"),
        *documento(),
        eps(),
        municipio(),
        ColumnaRegistro(
            "clasificacion", LISTA("CONFIRMADO", "SOSPECHOSO", "PROBABLE", "DESCARTADO")
        ),
        _fecha("fecha_inicio_sintomas"),
        ColumnaRegistro("fecha_confirmacion", FECHA),
        ColumnaRegistro(
            "ubicacion", LISTA("CASA", "HOSPITAL", "UCI", "FALLECIDO"), informativa=True
        ),
        _fecha("aislamiento_inicio"),
        _fecha("aislamiento_fin"),
        ColumnaRegistro(
            "cumple_aislamiento",
            BOOLEANO,
            descripcion="Vacío: nadie hizo seguimiento, y no dice nada",
            informativa=True,
        ),
        _fecha("fecha_ultimo_seguimiento"),
        corte(),
    ),
    comprobaciones=(
        *DOCUMENTO_MAL_FORMADO,
        EPS_DESCONOCIDA,
        Comprobacion(
            "confirmado_sin_fecha",
            "clasificacion = 'CONFIRMADO' AND fecha_confirmacion IS NULL",
            "caso confirmado sin fecha de confirmación",
        ),
        Comprobacion(
            "aislamiento_al_reves",
            "aislamiento_fin < aislamiento_inicio",
            "el aislamiento termina antes de empezar",
        ),
    ),
    repeticiones=(
        Repeticion("caso_repetido", ("id_caso",), "el mismo número de caso está más de una vez"),
    ),
    defectos=(
        "fechas como 1900-00-00: quedan vacías",
        "casos con otro número de un corte a otro",
        "extractos repetidos",
    ),
    leen=(("compensacion_rs", "CET-01, 02, 06"),),
)

LABORATORIOS_AVALADOS: Final = EsquemaRegistro(
    nombre="laboratorios_avalados",
    titulo="Laboratorios avalados para SARS-CoV-2",
    dueno="Instituto Nacional de Salud",
    fuente=LABORATORIOS,
    certeza=Certeza.DISENO,
    cadencia="Cuando cambia la lista",
    clave=("hab_prestador",),
    orden=("desde",),
    columnas=(
        ColumnaRegistro("hab_prestador", HABILITACION, ("codigo_prestador",)),
        ColumnaRegistro("nit", NIT, ("nits_nit",), "NIT sin dígito", obligatoria=True),
        ColumnaRegistro("nombre_laboratorio", T(120), ("laboratorio",)),
        municipio(),
        *vigencia(),
        ColumnaRegistro("fuente", T(120), informativa=True),
        corte(),
    ),
    comprobaciones=(INTERVALO_AL_REVES,),
    leen=(("pruebas", "PRU-20, 23"),),
)

MONTOS_R2461: Final = EsquemaRegistro(
    nombre="montos_r2461",
    titulo="Montos por EPS de la Resolución 2461 de 2020",
    dueno="MinSalud",
    fuente=MONTOS,
    certeza=Certeza.DISENO,
    cadencia="Una vez",
    clave=("codigo_eps",),
    unica=True,
    columnas=(
        eps(obligatoria=True),
        ColumnaRegistro("monto", ENTERO, ("valor",), "Pesos enteros", obligatoria=True),
        codigo_base(),
        corte(),
    ),
    leen=(("pruebas", "PRU-29"),),
)

PRUEBAS_TARIFAS: Final = EsquemaRegistro(
    nombre="pruebas_tarifas",
    titulo="Valores máximos de las pruebas de COVID-19",
    dueno="MinSalud",
    fuente=TARIFAS,
    certeza=Certeza.DISENO,
    cadencia="Con cada resolución que fija valores; basta con las filas que cambian",
    clave=("tipo_prueba", "cups", "componente", "desde"),
    columnas=(
        ColumnaRegistro("tipo_prueba", TIPO_PRUEBA, obligatoria=True),
        ColumnaRegistro("cups", CODIGO(6), obligatoria=True),
        ColumnaRegistro(
            "desde", FECHA, ("vigente_desde",), "Primer día de toma en que rige", obligatoria=True
        ),
        ColumnaRegistro("hasta", FECHA, ("vigente_hasta",), "Último día; vacía si sigue rigiendo"),
        ColumnaRegistro(
            "componente",
            LISTA("TOTAL", "TOTAL_DIFERENCIAL"),
            descripcion="El diferencial rige donde no hay laboratorio avalado",
            obligatoria=True,
        ),
        ColumnaRegistro(
            "valor_cop", ENTERO, descripcion="Pesos enteros; vacía: el valor no se conoce"
        ),
        ColumnaRegistro("fuente", T(200), ("norma",), "Norma que fija el valor"),
        ColumnaRegistro(
            "certeza", LISTA(*Certeza), descripcion="Cuánto se sabe del valor", informativa=True
        ),
        corte(),
    ),
    comprobaciones=(
        INTERVALO_AL_REVES,
        Comprobacion(
            "sin_valor", "valor_cop IS NULL", "sin valor: las pruebas de esos días esperan"
        ),
        Comprobacion("sin_fuente", "fuente IS NULL", "no se sabe qué norma fija el valor"),
    ),
    leen=(("pruebas", "PRU-08, 09, 22 y el valor"),),
    por_defecto="pruebas_tarifas",
)

REGISTROS_COVID: Final = (
    SISMUESTRAS,
    SEGCOVID,
    LABORATORIOS_AVALADOS,
    MONTOS_R2461,
    PRUEBAS_TARIFAS,
)
