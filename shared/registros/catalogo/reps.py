"""REPS: providers, sites, services, beds and what is authorised by exception.

Headers under ``originales`` are those of the exports seen (registers §4, §18).
"""

from __future__ import annotations

from typing import Final

from shared.normativa import Certeza, Fuente
from shared.registros.camas import PREFIJO, por_codigo, por_nombre
from shared.registros.expresiones import digito_verificacion, literal, plegado
from shared.registros.model import (
    BOOLEANO,
    CODIGO,
    ENTERO,
    FECHA,
    LISTA,
    NIT_O_CEDULA,
    TEXTO,
    Clase,
    ColumnaRegistro,
    Comprobacion,
    Derivacion,
    EsquemaRegistro,
    Referencia,
    Tipo,
)

REPS: Final = Fuente(
    "Resolución 3100 de 2019",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="Registro Especial de Prestadores; columnas de los exportes públicos",
)
REPORTE_CAMAS: Final = Fuente(
    "Reporte diario de camas en REPS",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="lo diligencia cada IPS",
)
TRANSITORIAS: Final = Fuente(
    "Decreto Legislativo 538 de 2020",
    "art. 1",
    emisor="Presidencia de la República",
    nota="el formato del registro es diseño nuestro",
)

_PORTAL: Final = "Portal vivo; las copias abiertas llegan hasta seis meses tarde."

CLASE_IPS: Final = "Instituciones Prestadoras de Servicios de Salud - IPS"

_CLASE_IPS_PLEGADA: Final = plegado("clase_prestador")
ES_IPS: Final = (
    "CASE WHEN codigo_clase_prestador IS NOT NULL OR clase_prestador IS NOT NULL THEN "
    "coalesce(codigo_clase_prestador = '1', false) OR "
    f"coalesce({_CLASE_IPS_PLEGADA} = 'IPS' OR {_CLASE_IPS_PLEGADA} LIKE '%- IPS', false) END"
)
"""Registers §4: code 1, or a name that is IPS or ends in "- IPS"; null when neither is known."""

SERVICIO_CAMA: Final = LISTA("UCI", "INTERMEDIO")
POBLACION: Final = LISTA("ADULTO", "PEDIATRICO", "NEONATAL")

_ORIGINALES_HAB_PRESTADOR: Final = ("habi_codigo_habilitacion", "codigo_prestador")
_HAB_SEDE: Final = ("codigohabilitacionsede",)


def _informativas(tipo: Tipo, *nombres: str) -> tuple[ColumnaRegistro, ...]:
    return tuple(ColumnaRegistro(n, tipo, informativa=True) for n in nombres)


def _sede(*, codigo: tuple[str, ...] = ()) -> tuple[ColumnaRegistro, ...]:
    """hab_sede and the pair that composes it, whichever of them the file brings."""
    return (
        ColumnaRegistro(
            "hab_sede",
            CODIGO(12, completa_ceros=True),
            _HAB_SEDE,
            "Código de la sede: habilitación (10) y número de sede (2)",
            obligatoria=True,
            si_falta="codigo_habilitacion || numero_sede",
            necesita=("codigo_habilitacion", "numero_sede"),
        ),
        ColumnaRegistro(
            "codigo_habilitacion",
            CODIGO(10, completa_ceros=True),
            codigo,
            "Código de habilitación con el prefijo del municipio de la sede",
            si_falta="left(hab_sede, 10)",
        ),
        ColumnaRegistro(
            "numero_sede",
            CODIGO(2, completa_ceros=True),
            descripcion="Número de la sede",
            si_falta="right(hab_sede, 2)",
        ),
    )


def _hab_prestador(*otros: str, obligatoria: bool = False) -> ColumnaRegistro:
    return ColumnaRegistro(
        "hab_prestador",
        CODIGO(10, completa_ceros=True),
        (*_ORIGINALES_HAB_PRESTADOR, *otros),
        "Código del prestador dueño de la sede; su prefijo puede ser de otro municipio",
        obligatoria=obligatoria,
    )


NIT_REPS: Final = (
    ColumnaRegistro(
        "nit", NIT_O_CEDULA, ("nits_nit", "nit_ips", "nit_prestador"), "NIT sin dígito"
    ),
    ColumnaRegistro(
        "dv",
        CODIGO(1),
        ("num_digito_verificion", "num_digito_verificacion", "nit_dv_prestador"),
        "Dígito de verificación",
        informativa=True,
    ),
)
CLASE_PRESTADOR: Final = (
    ColumnaRegistro("codigo_clase_prestador", CODIGO(), ("clpr_codigo",), "1 es IPS"),
    ColumnaRegistro("clase_prestador", TEXTO, ("clpr_nombre",), "Clase de prestador"),
)
NATURALEZA: Final = ColumnaRegistro(
    "naturaleza_juridica",
    LISTA("Pública", "Privada", "Mixta"),
    ("naju_nombre", "naturaleza"),
    "Naturaleza jurídica",
    informativa=True,
)
LUGAR: Final = (
    ColumnaRegistro(
        "departamento",
        TEXTO,
        ("depa_nombre", "departamento_sede_prestador"),
        "Nombre como viene; trae distritos: use codigo_municipio",
        informativa=True,
    ),
    ColumnaRegistro(
        "municipio",
        TEXTO,
        ("muni_nombre", "municipio_sede_prestador"),
        "Nombre como viene",
        informativa=True,
    ),
)
ATRIBUTOS: Final = (
    ColumnaRegistro("ese", BOOLEANO, informativa=True),
    ColumnaRegistro(
        "nivel", ENTERO, ("num_nivel_atencion", "nivel_de_atencion_prestador"), informativa=True
    ),
    ColumnaRegistro("caracter", TEXTO, ("caracter_territorial",), informativa=True),
    ColumnaRegistro("clase_persona", TEXTO, informativa=True),
)
HABILITADO: Final = ColumnaRegistro(
    "habilitado", BOOLEANO, descripcion="SI mientras la habilitación está en firme"
)
CIERRE: Final = ColumnaRegistro(
    "fecha_cierre", FECHA, descripcion="Si está, prevalece sobre habilitado = SI"
)
FECHA_CORTE: Final = ColumnaRegistro(
    "fecha_corte", FECHA, ("fecha_corte_REPS",), "Fecha del extracto"
)


def _municipio(columna: str) -> ColumnaRegistro:
    return ColumnaRegistro(
        "codigo_municipio",
        CODIGO(5),
        descripcion="DIVIPOLA: primeros cinco dígitos del código",
        derivada=f"left({columna}, 5)",
    )


DV_CORRECTO: Final = Comprobacion(
    "dv_errado",
    f"length(nit) = 9 AND dv IS NOT NULL AND dv <> {digito_verificacion('nit')}",
    "el dígito de verificación no corresponde al NIT",
)
NIT_CORTO: Final = Comprobacion(
    "nit_de_otro_largo",
    "length(nit) <> 9",
    "el NIT no tiene 9 dígitos (cédula de persona natural, o error)",
)
DE_SU_PRESTADOR: Final = Referencia("hab_prestador", "reps_prestadores", "hab_prestador")
DE_SU_SEDE: Final = Referencia("hab_sede", "reps_sedes", "hab_sede")

REPS_PRESTADORES: Final = EsquemaRegistro(
    nombre="reps_prestadores",
    titulo="REPS: prestadores",
    dueno="MinSalud",
    fuente=REPS,
    certeza=Certeza.PRENSA,
    cadencia=f"{_PORTAL} Unos 61.000 prestadores",
    leen=(
        ("anticipo_uci", "ANT-04, 06, 10"),
        ("talento_humano", "THS-01, al radicar"),
        ("pruebas", "PRU-18, 19, 21"),
    ),
    clave=("hab_prestador", "fecha_corte"),
    unica=True,
    columnas=(
        ColumnaRegistro(
            "hab_prestador",
            CODIGO(10, completa_ceros=True),
            ("codigo_habilitacion", *_ORIGINALES_HAB_PRESTADOR),
            "Código de habilitación del prestador",
            obligatoria=True,
        ),
        *NIT_REPS,
        ColumnaRegistro("razon_social", TEXTO),
        ColumnaRegistro("nombre_prestador", TEXTO),
        *CLASE_PRESTADOR,
        NATURALEZA,
        *ATRIBUTOS,
        *LUGAR,
        HABILITADO,
        ColumnaRegistro("fecha_radicacion", FECHA, descripcion="Apertura del prestador"),
        ColumnaRegistro("fecha_vencimiento", FECHA, informativa=True),
        CIERRE,
        ColumnaRegistro("laboratorio_salud_publica", BOOLEANO, descripcion="Vacío es NO"),
        ColumnaRegistro("gerente", TEXTO, informativa=True),
        ColumnaRegistro("rep_legal", TEXTO, ("representante_legal",), informativa=True),
        FECHA_CORTE,
        ColumnaRegistro("es_ips", BOOLEANO, descripcion="Clase IPS", derivada=ES_IPS),
        _municipio("hab_prestador"),
    ),
    comprobaciones=(DV_CORRECTO, NIT_CORTO),
    defectos=(
        "números escritos como decimales (7.0)",
        "cuatro formas de escribir que falta el dato",
        "distritos en la columna del departamento",
    ),
)

REPS_SEDES: Final = EsquemaRegistro(
    nombre="reps_sedes",
    titulo="REPS: sedes",
    dueno="MinSalud",
    fuente=REPS,
    certeza=Certeza.PRENSA,
    cadencia=f"{_PORTAL} Unas 77.000 sedes",
    leen=(("anticipo_uci", "ANT-05"),),
    clave=("hab_sede", "fecha_corte"),
    unica=True,
    columnas=(
        *_sede(),
        _hab_prestador(),
        ColumnaRegistro("nombre_prestador", TEXTO),
        ColumnaRegistro("nombre", TEXTO, ("sede_nombre", "nombre_sede")),
        *NIT_REPS,
        *CLASE_PRESTADOR,
        NATURALEZA,
        *ATRIBUTOS,
        *LUGAR,
        *_informativas(TEXTO, "tipo_zona"),
        *_informativas(BOOLEANO, "sede_principal"),
        HABILITADO,
        ColumnaRegistro("fecha_apertura", FECHA),
        CIERRE,
        FECHA_CORTE,
        _municipio("hab_sede"),
    ),
    comprobaciones=(DV_CORRECTO, NIT_CORTO),
    referencias=(DE_SU_PRESTADOR,),
    defectos=(
        "numero_sede sin su cero",
        "la sede de otro municipio lleva otro prefijo que su prestador",
    ),
)

_COMPLEJIDADES: Final = (
    "complejidad_baja", "complejidad_media", "complejidad_alta",
)  # fmt: skip
_MODALIDADES: Final = (
    "ambulatorio", "hospitalario", "unidad_movil", "domiciliario", "otras_extramural",
    "centro_referencia", "institucion_remisora",
    "modalidad_intramural", "modalidad_extramural", "modalidad_unidad_movil",
    "modalidad_domiciliario", "modalidad_jornada_salud", "modalidad_telemedicina",
    "modalidad_prestador_referencia", "modalidad_prestador_remisor",
)  # fmt: skip

REPS_SERVICIOS: Final = EsquemaRegistro(
    nombre="reps_servicios",
    titulo="REPS: servicios por sede",
    dueno="MinSalud",
    fuente=REPS,
    certeza=Certeza.PRENSA,
    cadencia=f"{_PORTAL} Unos 228.000 servicios",
    leen=(("anticipo_uci", "ANT-07"),),
    clave=("hab_sede", "fecha_corte"),
    orden=("codigo_servicio", "fecha_apertura"),
    columnas=(
        *_sede(),
        _hab_prestador(),
        ColumnaRegistro("nombre_prestador", TEXTO, ("nombre",)),
        ColumnaRegistro("nombre_sede", TEXTO, ("sede_nombre",)),
        *NIT_REPS,
        *CLASE_PRESTADOR,
        NATURALEZA,
        *ATRIBUTOS,
        *LUGAR,
        HABILITADO,
        ColumnaRegistro("codigo_grupo_servicio", CODIGO(), ("grse_codigo",), informativa=True),
        ColumnaRegistro("grupo_servicio", TEXTO, ("grse_nombre",)),
        ColumnaRegistro("codigo_servicio", CODIGO(), ("serv_codigo",), obligatoria=True),
        ColumnaRegistro("nombre_servicio", TEXTO, ("serv_nombre",)),
        *_informativas(BOOLEANO, *_MODALIDADES, *_COMPLEJIDADES),
        *_informativas(TEXTO, "complejidades", "numero_distintivo"),
        ColumnaRegistro("fecha_apertura", FECHA),
        CIERRE,
        FECHA_CORTE,
        ColumnaRegistro(
            "servicio",
            SERVICIO_CAMA,
            descripcion="UCI o INTERMEDIO, por el código del servicio; vacío en los demás",
            derivada=por_codigo("codigo_servicio", "servicio"),
        ),
        ColumnaRegistro(
            "poblacion", POBLACION, derivada=por_codigo("codigo_servicio", "poblacion")
        ),
    ),
    comprobaciones=(NIT_CORTO,),
    referencias=(DE_SU_SEDE,),
)

_CAPACIDAD_ABIERTA: Final = ("codigo_prestador", "codigo_sede", "numero_sede", "nit_ips")
"""Headers that only datos.gov.co ``s2ru-bqt6`` has together."""
_ES_DE_IPS: Final = (
    "el conjunto s2ru-bqt6 se titula «Relación de IPS…»: sus prestadores y sedes se toman "
    "como IPS habilitadas en la fecha del corte"
)

REPS_CAPACIDAD: Final = EsquemaRegistro(
    nombre="reps_capacidad",
    titulo="REPS: capacidad instalada",
    dueno="MinSalud",
    fuente=REPS,
    certeza=Certeza.PRENSA,
    cadencia=f"{_PORTAL} Unas 98.000 filas",
    leen=(("anticipo_uci", "ANT-12, 15"),),
    clave=("hab_sede", "fecha_corte"),
    orden=("grupo", "nombre_capacidad"),
    columnas=(
        *_sede(codigo=("codigo_sede",)),
        _hab_prestador(),
        ColumnaRegistro("nombre_prestador", TEXTO),
        ColumnaRegistro("nombre_sede", TEXTO, ("sede_nombre", "nom_sede_ips")),
        *NIT_REPS,
        NATURALEZA,
        ColumnaRegistro("nivel", ENTERO, ("num_nivel_atencion",), informativa=True),
        *LUGAR,
        HABILITADO,
        ColumnaRegistro("grupo", TEXTO, ("grupo_capacidad", "nom_grupo_capacidad")),
        ColumnaRegistro("codigo_capacidad", TEXTO, ("coca_codigo",), informativa=True),
        ColumnaRegistro(
            "nombre_capacidad",
            TEXTO,
            ("coca_nombre", "nom_descripcion_capacidad"),
            obligatoria=True,
        ),
        ColumnaRegistro(
            "cantidad", ENTERO, ("num_cantidad_capacidad_instalada",), obligatoria=True
        ),
        FECHA_CORTE,
        ColumnaRegistro(
            "servicio",
            SERVICIO_CAMA,
            descripcion="UCI o INTERMEDIO si es cama de cuidado; vacío en lo demás",
            derivada=f"CASE WHEN {plegado('grupo')} = 'CAMAS' "
            f"THEN {por_nombre('nombre_capacidad', 'servicio')} END",
        ),
        ColumnaRegistro(
            "poblacion",
            POBLACION,
            derivada=f"CASE WHEN {plegado('grupo')} = 'CAMAS' "
            f"THEN {por_nombre('nombre_capacidad', 'poblacion')} END",
        ),
    ),
    deriva=(
        Derivacion(
            registro="reps_prestadores",
            columnas={
                "hab_prestador": "hab_prestador",
                "nit": "nit",
                "dv": "dv",
                "razon_social": "nombre_prestador",
                "nombre_prestador": "nombre_prestador",
                "naturaleza_juridica": "naturaleza_juridica",
                "nivel": "nivel",
                "fecha_corte": "fecha_corte",
            },
            constantes={
                "habilitado": "true",
                "codigo_clase_prestador": "'1'",
                "clase_prestador": literal(CLASE_IPS),
            },
            encabezados=_CAPACIDAD_ABIERTA,
            certeza=Certeza.DISENO,
            nota=_ES_DE_IPS,
        ),
        Derivacion(
            registro="reps_sedes",
            columnas={
                "hab_sede": "hab_sede",
                "codigo_habilitacion": "codigo_habilitacion",
                "numero_sede": "numero_sede",
                "hab_prestador": "hab_prestador",
                "nombre_prestador": "nombre_prestador",
                "nombre": "nombre_sede",
                "nit": "nit",
                "dv": "dv",
                "naturaleza_juridica": "naturaleza_juridica",
                "nivel": "nivel",
                "departamento": "departamento",
                "municipio": "municipio",
                "fecha_corte": "fecha_corte",
            },
            constantes={
                "habilitado": "true",
                "codigo_clase_prestador": "'1'",
                "clase_prestador": literal(CLASE_IPS),
            },
            encabezados=_CAPACIDAD_ABIERTA,
            certeza=Certeza.DISENO,
            nota=_ES_DE_IPS,
        ),
    ),
    comprobaciones=(DV_CORRECTO, NIT_CORTO),
    referencias=(DE_SU_PRESTADOR, DE_SU_SEDE),
    defectos=(
        "código de Antioquia y otros sin su cero inicial",
        "NIT con comas de miles",
        "dos nombres para la misma cama",
        "filas iguales: cada ambulancia es una fila",
    ),
)

REPS_OCUPACION: Final = EsquemaRegistro(
    nombre="reps_ocupacion_diaria",
    titulo="REPS: reporte diario de ocupación de camas",
    dueno="MinSalud",
    fuente=REPORTE_CAMAS,
    certeza=Certeza.DISENO,
    cadencia="Diaria, por cada IPS",
    leen=(("anticipo_uci", "ANT-13, 14, 15"),),
    clave=("hab_sede", "fecha", "nombre_capacidad"),
    unica=True,
    columnas=(
        *_sede(codigo=("codigo_habilitacion_sede",)),
        _hab_prestador(),
        *NIT_REPS,
        ColumnaRegistro("fecha", FECHA, ("fecha_registro",), obligatoria=True),
        ColumnaRegistro(
            "nombre_capacidad",
            Tipo(Clase.TEXTO, quita_prefijo=PREFIJO),
            ("nombre_capacidad_instalada",),
            "Nombre de la cama, sin el prefijo CAMAS-",
            obligatoria=True,
        ),
        ColumnaRegistro("total_camas", ENTERO, ("cantidad_ci_TOTAL_REPS",)),
        ColumnaRegistro("ocupadas_no_covid", ENTERO, ("ocupacion_ci_no_covid19",)),
        ColumnaRegistro("ocupadas_sospechoso", ENTERO, ("ocupacion_ci_sospechoso_covid19",)),
        ColumnaRegistro("ocupadas_confirmado", ENTERO, ("ocupacion_ci_confirmado_covid19",)),
        ColumnaRegistro("camas_disponibles", ENTERO, ("cantidad_ci_disponibles",)),
        ColumnaRegistro(
            "servicio",
            SERVICIO_CAMA,
            derivada=por_nombre("nombre_capacidad", "servicio"),
        ),
        ColumnaRegistro(
            "poblacion",
            POBLACION,
            derivada=por_nombre("nombre_capacidad", "poblacion"),
        ),
    ),
    comprobaciones=(
        Comprobacion(
            "total_no_cuadra",
            "total_camas <> ocupadas_no_covid + ocupadas_sospechoso + ocupadas_confirmado "
            "+ camas_disponibles",
            "el total no es la suma de ocupadas y disponibles",
        ),
    ),
    referencias=(DE_SU_SEDE,),
)

REPS_TRANSITORIAS: Final = EsquemaRegistro(
    nombre="reps_transitorias",
    titulo="Autorizaciones transitorias y suspensiones de camas",
    dueno="Secretarías de salud y CRUE",
    fuente=TRANSITORIAS,
    certeza=Certeza.DISENO,
    cadencia="Con cada acto de la autoridad sanitaria",
    leen=(("anticipo_uci", "ANT-07, 12, 15"),),
    clave=("hab_sede", "servicio", "poblacion", "tipo", "acto", "fecha_inicio"),
    columnas=(
        *_sede(),
        ColumnaRegistro("servicio", SERVICIO_CAMA, obligatoria=True),
        ColumnaRegistro("poblacion", POBLACION, obligatoria=True),
        ColumnaRegistro("tipo", LISTA("AUTORIZACION", "SUSPENSION"), obligatoria=True),
        ColumnaRegistro("camas", ENTERO),
        ColumnaRegistro("acto", TEXTO),
        ColumnaRegistro("autoridad", TEXTO, informativa=True),
        ColumnaRegistro("fecha_inicio", FECHA),
        ColumnaRegistro("fecha_fin", FECHA),
        ColumnaRegistro("estado", LISTA("VIGENTE", "SUSPENDIDA", "REVOCADA")),
    ),
    referencias=(DE_SU_SEDE,),
)

_GRUPOS: Final = (
    "ambulancias", "camas", "camillas", "consultorios", "salas", "sillas", "unidad_movil",
)  # fmt: skip

REPS_CAPACIDAD_GRUPO: Final = EsquemaRegistro(
    nombre="reps_capacidad_grupo",
    titulo="REPS: capacidad por prestador, una columna por grupo",
    dueno="MinSalud; lo pivotó quien lo publica",
    fuente=REPS,
    certeza=Certeza.PRENSA,
    cadencia="Copia abierta de junio de 2023",
    clave=("hab_prestador", "fecha_corte"),
    unica=True,
    columnas=(
        ColumnaRegistro(
            "hab_prestador",
            CODIGO(10, completa_ceros=True),
            ("codigo_habilitacion", *_ORIGINALES_HAB_PRESTADOR),
            "Código de habilitación del prestador",
            obligatoria=True,
        ),
        NIT_REPS[0],
        *(
            ColumnaRegistro(grupo, ENTERO, descripcion=f"Suma del grupo {grupo.upper()}")
            for grupo in _GRUPOS
        ),
        FECHA_CORTE,
    ),
    comprobaciones=(NIT_CORTO,),
    referencias=(DE_SU_PRESTADOR,),
    defectos=(
        "sin sede ni tipo de cama: no sirve para el anticipo, solo para cotejar sumas",
        "números escritos como decimales (235.0)",
    ),
)

REGISTROS_REPS: Final = (
    REPS_PRESTADORES,
    REPS_SEDES,
    REPS_SERVICIOS,
    REPS_CAPACIDAD,
    REPS_CAPACIDAD_GRUPO,
    REPS_OCUPACION,
    REPS_TRANSITORIAS,
)
