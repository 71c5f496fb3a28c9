"""People as other entities know them: ReTHUS and SSO, RNEC, BDEX, SISBEN, social programmes.

Sources: registers §5, §6, §9, §10 and §11.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from shared.normativa import Certeza, Fuente, tablas
from shared.registros.catalogo.columnas import (
    CLAVE_DOCUMENTO,
    corte,
    documento,
    informativas,
    municipio,
    nacimiento,
    nombres,
    numero_documento,
    sexo,
    vigencia,
)
from shared.registros.catalogo.comprobaciones import (
    CEDULA_MAL_FORMADA,
    DOCUMENTO_MAL_FORMADO,
    INTERVALO_AL_REVES,
    NOMBRE_DANADO,
)
from shared.registros.expresiones import es_una_de, lista, literal, plegado
from shared.registros.model import (
    CODIGO,
    DECIMAL,
    ENTERO,
    FECHA,
    FECHA_DMA,
    LISTA,
    TEXTO,
    ColumnaRegistro,
    Comprobacion,
    EsquemaRegistro,
    Repeticion,
    T,
    plegar,
)

RETHUS_NORMA: Final = Fuente(
    "Ley 1164 de 2007",
    emisor="Congreso",
    certeza=Certeza.DISENO,
    nota=(
        "norma citada de conocimiento general; campos de la consulta pública; el archivo en "
        "bloque es diseño nuestro"
    ),
)
RNEC_NORMA: Final = Fuente(
    "Decreto Ley 019 de 2012",
    "art. 21",
    emisor="Presidencia de la República",
    nota="la supervivencia solo se prueba con la Registraduría; campos de consultas públicas",
)
SISBEN_NORMA: Final = Fuente(
    "Resolución 3778 de 2011", emisor="MinSalud", nota="el formato del archivo es diseño nuestro"
)
INFORME_ADRES: Final = Fuente(
    "Informe de gestión 2020", emisor="ADRES", nota="el formato del archivo es diseño nuestro"
)
EXCEPTUADOS: Final = Fuente(
    "Decreto Ley 1281 de 2002",
    "art. 6",
    emisor="Presidencia de la República",
    nota="el formato del archivo es diseño nuestro",
)

TIPO_PRODUCTO: Final = LISTA("AHORROS", "CORRIENTE", "CATS", "DBM", "EFECTIVO")


def _profesion_en_perfiles() -> str:
    """Codes of perfil of a profession, ``;P07;M02;``; null for one that the tables do not have.

    Registers §5: equal folded text, in the list of perfiles or in that of aliases.
    """
    codigos: dict[str, set[str]] = defaultdict(set)
    for fila in (*tablas.leer("ths_perfiles_rethus"), *tablas.leer("ths_perfiles_alias")):
        texto = plegar(fila["profesion"]).replace("_", " ").upper()
        codigos[texto].add(fila["codigo_perfil"].upper())
    listas = [f";{';'.join(sorted(de_una))};" for de_una in codigos.values()]

    def hallada(texto: str) -> str:
        return f"([{lista(listas)}])[list_position([{lista(list(codigos))}], {texto})]"

    sin_tildes = plegado("profesion")
    # Nearly every title is written with letters only: the rest is cleaned and looked up again.
    limpia = f"trim(regexp_replace({sin_tildes}, '[^A-Z0-9]+', ' ', 'g'))"
    return f"coalesce({hallada(sin_tildes)}, {hallada(limpia)})"


PERFILES_DE_PROFESION: Final = ColumnaRegistro(
    "perfiles",
    TEXTO,
    descripcion="Códigos de perfil que da la profesión, entre «;»; vacía si no está en las "
    "tablas ths_perfiles_rethus y ths_perfiles_alias",
    derivada=_profesion_en_perfiles(),
)

RETHUS: Final = EsquemaRegistro(
    nombre="rethus",
    titulo="ReTHUS: títulos del talento humano en salud",
    dueno="MinSalud y colegios profesionales",
    fuente=RETHUS_NORMA,
    certeza=Certeza.DISENO,
    cadencia="Mensual (diseño). Un millón de títulos; una persona puede tener varios",
    clave=CLAVE_DOCUMENTO,
    orden=("fecha_autorizacion", "profesion"),
    columnas=(
        *documento(tipo=("tipo_identificacion",), numero=("numero_identificacion",)),
        *nombres(),
        ColumnaRegistro(
            "tipo_programa",
            LISTA("AUX", "TEC", "TCL", "UNV", "ESP", "RES"),
            descripcion="Auxiliar, técnico, tecnólogo, universitario, especialista, residente",
            informativa=True,
        ),
        ColumnaRegistro(
            "origen_titulo",
            LISTA("LOCAL", "EXTRANJERO"),
            ("origen_obtencion_titulo",),
            informativa=True,
        ),
        ColumnaRegistro(
            "profesion",
            T(120),
            ("profesion_u_ocupacion",),
            "Da el perfil",
            obligatoria=True,
            admite_vacia=True,
        ),
        ColumnaRegistro(
            "fecha_autorizacion",
            FECHA,
            ("fecha_inicio_ejercer_acto_administrativo",),
            "Desde cuándo puede ejercer",
        ),
        ColumnaRegistro("acto_administrativo", T(40), informativa=True),
        ColumnaRegistro("entidad_reportadora", T(120), informativa=True),
        corte(),
        PERFILES_DE_PROFESION,
    ),
    comprobaciones=(
        *DOCUMENTO_MAL_FORMADO,
        NOMBRE_DANADO,
        Comprobacion(
            "sin_autorizacion", "fecha_autorizacion IS NULL", "no dice desde cuándo puede ejercer"
        ),
        Comprobacion("sin_profesion", "profesion IS NULL", "no dice la profesión"),
        Comprobacion(
            "profesion_sin_perfil",
            "profesion IS NOT NULL AND perfiles IS NULL",
            "la profesión no está en las tablas de perfiles",
        ),
    ),
    repeticiones=(
        Repeticion(
            "titulo_repetido",
            ("numero_documento", "tipo_documento", "profesion"),
            "el mismo título está más de una vez",
        ),
    ),
    defectos=(
        "varios títulos por persona",
        "nombres sin tildes",
        "registros viejos con tarjeta de identidad o cédula de extranjería",
        "profesión en masculino o en femenino",
        "graduados recientes que todavía no aparecen",
        "no tiene columna de vigencia: quien no está, no fue hallado; las sanciones van aparte",
    ),
    leen=(("talento_humano", "THS-07, 08, 09"),),
)

RETHUS_SANCIONES: Final = EsquemaRegistro(
    nombre="rethus_sanciones",
    titulo="ReTHUS: sanciones",
    dueno="MinSalud y tribunales de ética",
    fuente=RETHUS_NORMA,
    certeza=Certeza.DISENO,
    cadencia="Mensual (diseño)",
    clave=CLAVE_DOCUMENTO,
    orden=("desde",),
    columnas=(
        *documento(),
        ColumnaRegistro("profesion", T(120)),
        ColumnaRegistro("sancion", T(60)),
        *vigencia(),
        corte(),
    ),
    comprobaciones=(*DOCUMENTO_MAL_FORMADO, INTERVALO_AL_REVES),
    leen=(("talento_humano", "THS-08"),),
)

SSO: Final = EsquemaRegistro(
    nombre="sso",
    titulo="SSO: servicio social obligatorio",
    dueno="MinSalud",
    fuente=RETHUS_NORMA,
    certeza=Certeza.DISENO,
    cadencia="Mensual (diseño)",
    clave=CLAVE_DOCUMENTO,
    orden=("fecha_inicio",),
    columnas=(
        *documento(tipo=("tipo_identificacion",), numero=("numero_identificacion",)),
        *informativas(T(40), "tipo_prestacion", "tipo_lugar"),
        *informativas(T(120), "lugar"),
        ColumnaRegistro("fecha_inicio", FECHA, descripcion="Primer día del servicio"),
        ColumnaRegistro("fecha_fin", FECHA, descripcion="Último día del servicio"),
        *informativas(T(40), "modalidad"),
        ColumnaRegistro("profesion", T(120), ("programa",), "Programa de la consulta pública"),
        *informativas(T(120), "entidad_reportadora"),
        corte(),
        PERFILES_DE_PROFESION,
    ),
    comprobaciones=(
        *DOCUMENTO_MAL_FORMADO,
        Comprobacion(
            "fin_antes_de_inicio", "fecha_fin < fecha_inicio", "el fin es anterior al inicio"
        ),
    ),
    leen=(("talento_humano", "THS-07, 08, 09"),),
)

CLASES_CEDULA: Final = {
    "VIGENTE": ("0", "1", "12", "14"),
    "FALLECIDO": ("21", "51"),
    "CANCELADA": tuple(map(str, (*range(22, 29), *range(52, 57)))),
}
"""Class by ``estado_cedula`` (registers §6); any other, 88, 99 or none, is PENDIENTE."""


def _clase_cedula() -> str:
    ramas = " ".join(
        f"WHEN {es_una_de('estado_cedula', codigos)} THEN {literal(clase)}"
        for clase, codigos in CLASES_CEDULA.items()
    )
    return f"CASE WHEN coalesce(cod_error, 0) <> 0 THEN NULL {ramas} ELSE 'PENDIENTE' END"


RNEC: Final = EsquemaRegistro(
    nombre="rnec",
    titulo="RNEC: Archivo Nacional de Identificación",
    dueno="Registraduría Nacional del Estado Civil",
    fuente=RNEC_NORMA,
    certeza=Certeza.PRENSA,
    cadencia="Se consulta por lotes (diseño). Unos 40 millones de cédulas",
    clave=("numero_documento",),
    unica=True,
    comillas=False,
    columnas=(
        ColumnaRegistro(
            "numero_documento",
            numero_documento(),
            ("nuip", "num_doc", "cedula"),
            "Número de la cédula",
            obligatoria=True,
        ),
        ColumnaRegistro(
            "cod_error", ENTERO, ("coderror",), "Vacío o 0: la consulta halló la cédula"
        ),
        ColumnaRegistro("estado_cedula", CODIGO(), ("estadocedula",), "Código del estado"),
        ColumnaRegistro("descripcion_estado", T(80), ("descripcionestado",), informativa=True),
        ColumnaRegistro("primer_apellido", T(60), ("primerapellido",)),
        ColumnaRegistro("particula", T(60), descripcion="«DE LA» y otras, aparte del apellido"),
        ColumnaRegistro("segundo_apellido", T(60), ("segundoapellido",)),
        ColumnaRegistro("primer_nombre", T(60), ("primernombre",)),
        ColumnaRegistro("segundo_nombre", T(60), ("segundonombre",)),
        ColumnaRegistro(
            "fecha_nacimiento",
            FECHA_DMA,
            ("fechanacimiento",),
            "Muchas veces vacía",
            informativa=True,
        ),
        ColumnaRegistro("fecha_expedicion", FECHA_DMA, ("fechaexpedicion",), informativa=True),
        ColumnaRegistro("municipio_expedicion", TEXTO, ("municipioexpedicion",), informativa=True),
        ColumnaRegistro(
            "departamento_expedicion", TEXTO, ("departamentoexpedicion",), informativa=True
        ),
        ColumnaRegistro("fecha_defuncion", FECHA_DMA, ("fechadefuncion",), informativa=True),
        ColumnaRegistro(
            "fecha_afectacion",
            FECHA_DMA,
            ("fechaafectacion",),
            "Cota de la muerte cuando falta la fecha de defunción",
            informativa=True,
        ),
        ColumnaRegistro("fecha_referencia", FECHA_DMA, ("fechareferencia",), informativa=True),
        *informativas(TEXTO, "informante", "serial"),
        corte(),
        ColumnaRegistro(
            "clase",
            LISTA("VIGENTE", "FALLECIDO", "CANCELADA", "PENDIENTE"),
            descripcion="Clase del estado de la cédula; vacía si la consulta no la halló",
            derivada=_clase_cedula(),
        ),
        ColumnaRegistro(
            "fecha_muerte",
            FECHA,
            descripcion="De la clase FALLECIDO: defunción, o si falta afectación",
            derivada=f"CASE WHEN {_clase_cedula()} = 'FALLECIDO' "
            "THEN coalesce(fecha_defuncion, fecha_afectacion) END",
        ),
    ),
    comprobaciones=(
        CEDULA_MAL_FORMADA,
        NOMBRE_DANADO,
        Comprobacion(
            "muerte_sin_fecha",
            "clase = 'FALLECIDO' AND fecha_muerte IS NULL",
            "cancelada por muerte y sin fecha",
        ),
        Comprobacion(
            "fecha_sin_muerte",
            "fecha_defuncion IS NOT NULL AND clase <> 'FALLECIDO'",
            "tiene fecha de defunción y su estado no es de muerte",
        ),
        Comprobacion("no_hallada", "cod_error <> 0", "la consulta no halló la cédula"),
    ),
    defectos=(
        "fecha de nacimiento casi siempre vacía",
        "partículas («DE LA») separadas del apellido",
        "el estado 51 puede venir sin fecha de defunción: se usa la de afectación como cota",
        "los códigos 0 y 1 son lo mismo; un código desconocido queda PENDIENTE",
    ),
    leen=(
        ("talento_humano", "THS-04, 05, 06"),
        ("compensacion_rs", "CET-05, 11, 12"),
        ("activos_emergencia", "ACT-06, 12"),
    ),
)

BDEX: Final = EsquemaRegistro(
    nombre="bdex",
    titulo="BDEX: regímenes especial y exceptuado",
    dueno="ADRES",
    fuente=EXCEPTUADOS,
    certeza=Certeza.DISENO,
    cadencia="Mensual (diseño); archivo pequeño",
    clave=CLAVE_DOCUMENTO,
    orden=("desde",),
    columnas=(
        ColumnaRegistro("codigo_regimen", T(6, mayusculas=True), ("ent_id",), "RES001 a RES014"),
        *documento(),
        ColumnaRegistro("tipo_afiliado", T(2), informativa=True),
        *vigencia(),
        corte(),
    ),
    comprobaciones=(*DOCUMENTO_MAL_FORMADO, INTERVALO_AL_REVES),
    leen=(
        ("talento_humano", "THS-11, 12"),
        ("pruebas", "PRU-11"),
        ("activos_emergencia", "ACT-11"),
    ),
)

SISBEN: Final = EsquemaRegistro(
    nombre="sisben",
    titulo="SISBEN: personas y hogares",
    dueno="DNP; encuestan los municipios",
    fuente=SISBEN_NORMA,
    certeza=Certeza.DISENO,
    cadencia="Mensual (diseño). Unos 36 millones de personas",
    clave=CLAVE_DOCUMENTO,
    orden=("codigo_municipio", "ficha", "hogar"),
    columnas=(
        municipio(),
        ColumnaRegistro("ficha", T(20), descripcion="Con municipio y hogar: llave del hogar"),
        ColumnaRegistro("hogar", T(3)),
        ColumnaRegistro("orden_persona", T(3), informativa=True),
        *documento(),
        *nombres(),
        nacimiento(),
        sexo(),
        ColumnaRegistro("parentesco", T(2), informativa=True),
        ColumnaRegistro(
            "zona",
            LISTA("1", "2", "3"),
            descripcion="1 cabecera, 2 centro poblado, 3 rural disperso",
            informativa=True,
        ),
        ColumnaRegistro(
            "area_corte",
            LISTA("1", "2", "3"),
            descripcion="Puntos de corte: 1 catorce ciudades, 2 otras cabeceras, 3 rural",
            informativa=True,
        ),
        ColumnaRegistro(
            "puntaje",
            DECIMAL,
            descripcion="SISBEN III: de 0 a 100, con coma o punto decimal",
            informativa=True,
        ),
        ColumnaRegistro(
            "grupo", T(3), descripcion="SISBEN IV: A1 a D21, también A01", informativa=True
        ),
        corte(),
    ),
    comprobaciones=(
        *DOCUMENTO_MAL_FORMADO,
        NOMBRE_DANADO,
        Comprobacion(
            "sin_hogar",
            "codigo_municipio IS NULL OR ficha IS NULL OR hogar IS NULL",
            "falta la llave del hogar",
        ),
        Comprobacion("puntaje_imposible", "puntaje > 100", "el puntaje pasa de 100"),
    ),
    repeticiones=(
        Repeticion(
            "persona_en_dos_fichas",
            ("numero_documento", "tipo_documento"),
            "la persona está en más de una ficha",
        ),
    ),
    defectos=(
        "hogares desactualizados",
        "una persona en dos fichas",
        "puntaje con coma decimal",
        "menores con su documento anterior",
    ),
    leen=(("compensacion_rs", "CET-07, 08, 16"),),
)

PROGRAMAS: Final = EsquemaRegistro(
    nombre="programas",
    titulo="Programas sociales: producto bancario conocido",
    dueno="DPS y Secretaría de Integración Social de Bogotá",
    fuente=INFORME_ADRES,
    certeza=Certeza.DISENO,
    cadencia="Sin cadencia conocida",
    clave=(*CLAVE_DOCUMENTO, "programa"),
    columnas=(
        ColumnaRegistro(
            "programa",
            T(60),
            descripcion="Familias en Acción, Jóvenes en Acción, Ingreso Solidario, "
            "Bogotá Solidaria",
        ),
        *documento(),
        ColumnaRegistro("nombre", T(120), descripcion="Titular del producto"),
        ColumnaRegistro("codigo_banco", CODIGO(4), ("banco",), informativa=True),
        ColumnaRegistro("tipo_producto", TIPO_PRODUCTO, ("tipo_cuenta",), informativa=True),
        ColumnaRegistro("numero_producto", T(20), ("num_cuenta",), informativa=True),
        ColumnaRegistro("estado_ultimo_giro", T(40), informativa=True),
        ColumnaRegistro("fecha_ultimo_giro", FECHA, informativa=True),
        corte(),
    ),
    comprobaciones=DOCUMENTO_MAL_FORMADO,
    leen=(("compensacion_rs", "solo sugiere un producto; no concede ni niega"),),
)

REGISTROS_PERSONAS: Final = (
    RETHUS,
    RETHUS_SANCIONES,
    SSO,
    RNEC,
    BDEX,
    SISBEN,
    PROGRAMAS,
)
