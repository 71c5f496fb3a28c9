"""What is wrong with a submitted row of talento humano, and what must be said of it.

A case is a change over a good row: column → SQL over the columns of ``ths_base`` (see
``talento_humano``), beside the codes and the state it must get. The truth is written here, next
to the defect; no rule runs. Codes and states: dossier talento humano §4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

LIQUIDADO: Final = "LIQUIDADO"
EN_CORRECCION: Final = "EN_CORRECCION"
NO_CUMPLE: Final = "NO_CUMPLE"
DUPLICADO: Final = "DUPLICADO"
FALLECIDO: Final = "EN_TRAMITE_FALLECIDO"
EXCEPCION: Final = "EN_ESPERA_EXCEPCION"
SIN_VALOR: Final = "PENDIENTE_CATALOGO"

AUXILIAR, MEDICO, ESPECIALISTA = 1, 3, 4
"""Groups of amount (``talento_humano_mezcla``) that a case may ask for."""
PERFILES_SIN_VALOR: Final = (
    "P01", "P06", "P08", "P11", "P17", "T13", "A04", "TC01", "M06", "M13", "M1304", "M15", "Q01",
)  # fmt: skip
"""Perfiles of clinical work whose amount was not found (dossier §5)."""


@dataclass(frozen=True)
class Caso:
    """A row that differs from a good one in ``cambios``."""

    nombre: str
    n: int
    """Rows at scale 1. LIQUIDADO ones are inside the published totals, the rest on top."""
    codigos: str = ""
    estado: str = LIQUIDADO
    cambios: Mapping[str, str] = field(default_factory=dict)
    grupo: int | None = None
    """Needs a perfil of this group of amounts."""
    extranjero: bool = False
    """Needs a person whose document is not a cédula."""
    sin_valor: bool = False
    """Needs one of ``PERFILES_SIN_VALOR``."""


@dataclass(frozen=True)
class Copia:
    """A further row about a person whose good row wins; over the columns of ``ths_fila``."""

    nombre: str
    n: int
    codigos: str
    estado: str
    de: str
    """Case of the row that wins."""
    cambios: Mapping[str, str] = field(default_factory=dict)
    envio: str = "2"
    """Delivery that brings it (SQL): 0 before every winner, 2 after, ``envio`` the same one."""
    repite: str | None = None
    """Same winners as this other copy: a third row of the person."""


def _elige(*opciones: str) -> str:
    """SQL values in turn over the rows of a case (``vez``), so that even a few rows vary."""
    ramas = " ".join(f"WHEN {k} THEN {opcion}" for k, opcion in enumerate(opciones))
    return f"CASE vez % {len(opciones)} {ramas} END"


def _otro(columna: str) -> str:
    """A name at two edits or more from that of the row, so never PARECIDO to it."""
    return f"CASE WHEN levenshtein({columna}, 'ZAMORANO') > 1 THEN 'ZAMORANO' ELSE 'BARRAGAN' END"


def _recorta(columna: str) -> str:
    """The same text without its last letter: one edit away."""
    return f"left({columna}, length({columna}) - 1)"


def _mayuscula(columna: str) -> str:
    """With one capital, and an accent on its first O, as a person would write it."""
    return f"left({columna}, 1) || regexp_replace(lower(substr({columna}, 2)), 'o', 'ó')"


PRIMERO: Final = "DATE '2020-04-01'"
ULTIMO: Final = "DATE '2020-07-31'"
"""Bounds of W (dossier §4)."""
TODO_EL_PERIODO: Final = {"fecha_inicio": PRIMERO, "fecha_fin": ULTIMO}
SIN_TITULO: Final = {"titulo_profesion": "NULL", "otra_profesion": "NULL"}
SIN_AFILIACION: Final = {"bdua_desde": "NULL"}
SIN_CEDULA: Final = {"rnec_numero": "NULL"}
SIN_CUENTA: Final = {"codigo_banco": "NULL", "tipo_producto": "NULL", "numero_producto": "NULL"}
AJENO: Final = {"codigo_perfil": "CASE WHEN codigo_perfil = 'A02' THEN 'P03' ELSE 'A02' END"}
"""A perfil that the title of the row does not give."""
BENEFICIARIO: Final = {"bdua_tipo": "'B'"}
SUBSIDIADO: Final = {"bdua_regimen": "'S'", "bdua_tipo": "'F'", "bdua_eps": "eps_subsidiada"}
EN_BDEX: Final = {"bdex_desde": "DATE '2014-01-01' + azar_entero(s, 'bdex', 1800)::INTEGER"}
OTRA_ACTIVIDAD: Final = {"actividad": "'OTRA'", "codigo_servicio": "NULL"}
SSO_VIGENTE: Final = {
    "sso_profesion": "profesion",
    "sso_inicio": "least(fecha_inicio, DATE '2020-02-01')",
    "sso_fin": "DATE '2021-01-31'",
}
MUERTE: Final = "(DATE '2020-05-01' + azar_entero(s, 'muerte', 92)::INTEGER)"
"""A day of May, June or July 2020."""
MURIO: Final = {
    "rnec_estado": _elige("'21'", "'51'", "'21'"),
    "rnec_defuncion": _elige(MUERTE, "NULL", MUERTE),
    "rnec_afectacion": f"{MUERTE} + 20",
    "fecha_inicio": PRIMERO,
    "fecha_fin": MUERTE,
    "bdua_hasta": f"{MUERTE} - 1",
    "bdua2_desde": MUERTE,
    "bdua2_estado": "'AF'",
}
NOMBRE_DISTINTO: Final = {
    "primer_apellido": _elige("primer_apellido", "primer_apellido", _recorta("primer_apellido")),
    "segundo_apellido": _elige("segundo_apellido", _otro("segundo_apellido"), "segundo_apellido"),
    "primer_nombre": _elige(_otro("primer_nombre"), "primer_nombre", "primer_nombre"),
}
"""Another first name, another second surname (of marriage), or a slip in the first surname."""
NOMBRE_PARECIDO: Final = {
    "segundo_apellido": _elige("segundo_apellido", _recorta("segundo_apellido")),
    "primer_nombre": _elige(_recorta("primer_nombre"), "primer_nombre"),
}
SANCION: Final = {
    "sancion_desde": _elige("fecha_inicio - 60", "fecha_inicio + 1", "DATE '2019-11-01'"),
    "sancion_hasta": _elige("fecha_inicio + 5", "fecha_inicio + 30", "NULL"),
}
INEXISTENTE: Final = "(1510000000 + s)::VARCHAR"
"""A number of no register (contract of the synthetic country)."""
EQUIVOCADO: Final = (
    "CASE WHEN length(numero) = 10 AND substr(numero, 3, 1) <> '0' "
    "THEN left(numero, 1) || substr(numero, 3, 1) || substr(numero, 2, 1) || substr(numero, 4) "
    "ELSE left(numero, length(numero) - 1) END"
)
"""Two digits changed over, or the last one lost: numbers outside those given out (``personas``)."""
NADA_CON_ESE_NUMERO: Final = "THS-04;THS-07;THS-11"

LIQUIDADOS: Final = (
    Caso("documento_extranjero", 1_200, "THS-04", extranjero=True),
    Caso("cedula_en_tramite", 300, "THS-04", cambios={
        "rnec_estado": _elige("'88'", "'99'", "'77'"),
    }),
    Caso("nombre_parecido", 1_500, "THS-05", cambios=NOMBRE_PARECIDO),
    Caso("titulo_sin_fecha", 800, "THS-08", cambios={"titulo_fecha": "NULL", "otra_fecha": "NULL"}),
    Caso(
        "profesion_desconocida", 400, "THS-09",
        cambios={
            "titulo_profesion": "'GESTIÓN COMUNITARIA DEL RIESGO'", "otra_profesion": "NULL",
        },
    ),
    Caso(
        "parecido_y_sin_fecha", 60, "THS-05;THS-08",
        cambios={**NOMBRE_PARECIDO, "titulo_fecha": "NULL", "otra_fecha": "NULL"},
    ),
    Caso(
        "extranjero_sin_fecha", 40, "THS-04;THS-08", extranjero=True,
        cambios={"titulo_fecha": "NULL", "otra_fecha": "NULL"},
    ),
    Caso(
        "nombre_en_otro_orden", 2_500,
        cambios={
            "primer_apellido": _elige("segundo_apellido", "primer_apellido", "primer_nombre"),
            "segundo_apellido": _elige("primer_apellido", "segundo_apellido", "segundo_nombre"),
            "primer_nombre": _elige(
                "primer_nombre", "concat_ws(' ', primer_nombre, segundo_nombre)", "primer_apellido"
            ),
            "segundo_nombre": _elige("segundo_nombre", "NULL", "segundo_apellido"),
        },
    ),
    Caso(
        "nombre_con_tildes_y_particula", 2_500,
        cambios={
            "primer_apellido": f"'De la ' || {_mayuscula('primer_apellido')}",
            "segundo_apellido": _mayuscula("segundo_apellido"),
            "primer_nombre": _mayuscula("primer_nombre"),
            "segundo_nombre": _mayuscula("segundo_nombre"),
            "rnec_particula": "'DE LA'",
            "rnec_primer_apellido": "strip_accents(primer_apellido)",
            "rnec_segundo_apellido": "strip_accents(segundo_apellido)",
        },
    ),
    Caso(
        "documento_con_puntos", 500,
        cambios={
            "numero_documento": _elige(
                "replace(format('{:,}', numero::BIGINT), ',', '.')",
                "format('{:,}', numero::BIGINT)",
                "'00' || numero",
                "left(numero, 4) || ' ' || substr(numero, 5)",
            )
        },
    ),
    Caso("solo_sso", 2_000, cambios={**SIN_TITULO, **SSO_VIGENTE}, grupo=MEDICO),
    Caso(
        "sso_empieza_el_ultimo_dia", 60, grupo=MEDICO,
        cambios={
            **SIN_TITULO, **SSO_VIGENTE, **TODO_EL_PERIODO, "sso_inicio": ULTIMO,
        },
    ),
    Caso(
        "sso_y_titulo_posterior", 300, grupo=MEDICO,
        cambios={**SSO_VIGENTE, **TODO_EL_PERIODO, "titulo_fecha": "DATE '2020-08-20'"},
    ),
    Caso("titulo_del_ultimo_dia", 200, cambios={"titulo_fecha": "fecha_fin", "otra_fecha": "NULL"}),
    Caso(
        "especialidad_posterior", 40, grupo=ESPECIALISTA,
        cambios={**TODO_EL_PERIODO, "titulo_fecha": "DATE '2020-08-14'"},
    ),
    Caso("dos_titulos", 1_000, grupo=AUXILIAR, cambios={
        "otra_profesion": "'ENFERMERÍA'", "otra_fecha": "DATE '2019-06-28'",
    }),
    Caso("registro_con_documento_antiguo", 1_500, cambios={
        "antiguo_tipo": _elige("'TI'", "'TI'", "'CE'"),
        "antiguo_numero": _elige(
            "strftime(fecha_nacimiento, '%y%m%d') || lpad((s % 100000)::VARCHAR, 5, '0')",
            "strftime(fecha_nacimiento, '%y%m%d') || lpad((s % 100000)::VARCHAR, 5, '0')",
            "(1000000 + s)::VARCHAR",
        ),
    }),
    Caso("termina_el_primer_dia", 500, cambios={
        "fecha_inicio": "DATE '2020-03-16'", "fecha_fin": PRIMERO,
    }),
    Caso("empieza_el_ultimo_dia", 500, cambios={
        "fecha_inicio": ULTIMO, "fecha_fin": "DATE '2020-09-10'",
    }),
    Caso("cotizante_hasta_el_primer_dia", 300, cambios={
        **TODO_EL_PERIODO, "bdua_hasta": PRIMERO, "bdua2_desde": f"{PRIMERO} + 1",
        "bdua2_tipo": _elige("'B'", "'C'"), "bdua2_estado": _elige("'AC'", "'RE'"),
    }),
    Caso("cotizante_desde_el_ultimo_dia", 300, cambios={
        **TODO_EL_PERIODO, **BENEFICIARIO, "bdua_hasta": f"{ULTIMO} - 1", "bdua2_desde": ULTIMO,
        "bdua2_tipo": "'C'", "bdua2_estado": "'AC'",
    }),
    Caso("proteccion_laboral_o_emergencia", 800, cambios={"bdua_estado": _elige("'PL'", "'AE'")}),
    Caso("excepcion_terminada", 150, cambios={
        **EN_BDEX, "bdex_hasta": "DATE '2020-03-31'", "bdua_desde": PRIMERO,
        "fecha_inicio": PRIMERO,
    }),
    Caso("excepcion_posterior", 100, cambios={
        **TODO_EL_PERIODO, "bdex_desde": "DATE '2020-08-01'", "bdua_hasta": ULTIMO,
    }),
    Caso("profesion_en_otra_forma", 8_000, cambios={"titulo_profesion": "profesion_alias"}),
    Caso("profesion_sin_tildes", 5_000, cambios={
        "titulo_profesion": "lower(strip_accents(profesion))",
    }),
    Caso("sancion_cumplida", 200, cambios={
        "sancion_desde": _elige("fecha_inicio - 200", "fecha_fin + 1"),
        "sancion_hasta": _elige("fecha_inicio - 1", "NULL"),
    }),
    Caso("cuenta_del_largo_limite", 400, cambios={
        "numero_producto": _elige("right(numero_producto, 4)", "numero_producto || '123456'"),
    }),
    Caso("sin_cuenta", 20_000, cambios=SIN_CUENTA),
    Caso("reenvio_corregido", 1_500, cambios={
        "historia_estado": _elige("'EN_CORRECCION'", "'NO_CUMPLE'"),
        "historia_codigos": _elige("'THS-05'", "'THS-13'"),
    }),
    Caso("titulo_ya_cargado", 200, cambios={
        "historia_estado": "'EN_CORRECCION'", "historia_codigos": "'THS-07'",
    }),
    Caso("corregido_por_otra_ips", 300, cambios={"envio": "1"}),
)  # fmt: skip
"""Inside the published totals: warnings, edges that pass, and what must not be held against."""

FORMA: Final = tuple(
    Caso(nombre, n, "THS-03", EN_CORRECCION, cambios)
    for nombre, n, cambios in (
        ("fin_antes_de_inicio", 300, {
            "fecha_inicio": "DATE '2020-06-30'", "fecha_fin": PRIMERO,
        }),
        ("fecha_de_otra_forma", 200, {
            "fecha_inicio_texto": _elige("strftime(fecha_inicio, '%d/%m/%Y')", "'2020-06-31'"),
        }),
        ("sin_fecha", 60, {"fecha_fin": "NULL"}),
        ("dv_errado", 150, {"reportante_dv": "((reportante_dv::INTEGER + 1) % 10)::VARCHAR"}),
        ("nit_con_dv", 80, {"reportante_nit": "reportante_nit || reportante_dv"}),
        ("codigo_de_sede", 100, {
            "reportante_tipo": "'IPS'", "reportante_codigo": "codigo_departamento || '0010000101'",
        }),
        ("reportante_de_otro_tipo", 40, {"reportante_tipo": "'EPS'"}),
        ("sin_departamento", 80, {"codigo_departamento": "NULL"}),
        ("departamento_desconocido", 40, {"codigo_departamento": "'96'"}),
        ("ins_con_departamento", 20, {
            "reportante_tipo": "'INS'", "reportante_codigo": "'INS'", "codigo_departamento": "'11'",
        }),
        ("tarjeta_de_identidad", 120, {"tipo_documento": "'TI'"}),
        ("permiso_antes_de_existir", 40, {"tipo_documento": "'PT'"}),
        ("documento_muy_largo", 150, {"numero_documento": "numero || '12345'"}),
        ("cedula_como_extranjeria", 80, {
            "tipo_documento": "'CE'", "numero_documento": "lpad(numero, 8, '9')",
        }),
        ("sin_documento", 40, {"numero_documento": "NULL"}),
        ("sin_nombre", 120, {
            "primer_nombre": _elige("NULL", "primer_nombre"),
            "primer_apellido": _elige("primer_apellido", "NULL"),
        }),
        ("perfil_desconocido", 150, {"codigo_perfil": _elige("'ZZ9'", "'ENFERMERA'", "NULL")}),
        ("sin_servicio", 200, {"actividad": "'ATENCION'", "codigo_servicio": "NULL"}),
        ("servicio_desconocido", 80, {"actividad": "'ATENCION'", "codigo_servicio": "'999'"}),
        ("actividad_desconocida", 80, {"actividad": "'DOCENCIA'"}),
        ("varias_columnas", 60, {
            "reportante_dv": "NULL", "codigo_perfil": "NULL", **SIN_AFILIACION, **SIN_TITULO,
        }),
    )
)  # fmt: skip

IDENTIDAD: Final = (
    Caso("cedula_sin_rnec", 450, "THS-04", EN_CORRECCION, SIN_CEDULA),
    Caso("cedula_no_consultada", 80, "THS-04", EN_CORRECCION, {"rnec_error": "1"}),
    Caso("cedula_cancelada", 600, "THS-04", EN_CORRECCION, {
        "rnec_estado": _elige("'22'", "'28'", "'52'", "'56'", "'23'", "'26'"),
    }),
    Caso("documento_inexistente", 100, NADA_CON_ESE_NUMERO, EN_CORRECCION, {
        "numero_documento": INEXISTENTE,
    }),
    Caso("documento_equivocado", 900, NADA_CON_ESE_NUMERO, EN_CORRECCION, {
        "numero_documento": EQUIVOCADO,
    }),
    Caso("cedula_como_pasaporte", 150, NADA_CON_ESE_NUMERO, EN_CORRECCION, {
        "tipo_documento": "'PA'",
    }),
    Caso("nombre_distinto", 1_500, "THS-05", EN_CORRECCION, NOMBRE_DISTINTO),
    Caso("fallecido", 220, "THS-06", FALLECIDO, MURIO),
    Caso("fallecido_de_nombre_distinto", 40, "THS-05;THS-06", EN_CORRECCION, {
        **MURIO, **NOMBRE_DISTINTO,
    }),
    Caso("fallecido_sin_cuenta_buena", 10, "THS-06;THS-16", EN_CORRECCION, {
        **MURIO, "codigo_banco": "'9999'",
    }),
    Caso("fallecido_antes", 20, "THS-06;THS-11", NO_CUMPLE, {
        "rnec_estado": "'21'", "rnec_defuncion": "DATE '2020-02-10'",
        "bdua_hasta": "DATE '2020-02-09'", "bdua2_desde": "DATE '2020-02-10'",
        "bdua2_estado": "'AF'",
    }),
    Caso("distinto_y_perfil_ajeno", 60, "THS-05;THS-09", EN_CORRECCION, {
        **NOMBRE_DISTINTO, **AJENO,
    }),
)  # fmt: skip

TITULOS: Final = (
    Caso("sin_titulo", 1_800, "THS-07", EN_CORRECCION, SIN_TITULO),
    Caso("recien_graduado_sin_cargar", 900, "THS-07", EN_CORRECCION, {
        **SIN_TITULO, "fecha_inicio": "DATE '2020-07-01'", "fecha_fin": "DATE '2020-08-31'",
    }),
    Caso("sin_titulo_por_segunda_vez", 400, "THS-07", NO_CUMPLE, {
        **SIN_TITULO, "historia_estado": _elige("'EN_CORRECCION'", "'NO_CUMPLE'"),
        "historia_codigos": _elige("'THS-07'", "'THS-05;THS-07;THS-16'"),
    }),
    Caso("sso_de_otro_periodo", 300, "THS-07", EN_CORRECCION, {
        **SIN_TITULO, **SSO_VIGENTE, **TODO_EL_PERIODO,
        "sso_inicio": _elige("DATE '2018-02-01'", "DATE '2020-08-01'"),
        "sso_fin": _elige("DATE '2019-01-31'", "DATE '2021-07-31'"),
    }, grupo=MEDICO),
    Caso("titulo_solo_con_documento_antiguo", 250, "THS-07", EN_CORRECCION, {
        "titulo_tipo": _elige("'TI'", "'CE'"),
        "titulo_numero": _elige(
            "strftime(fecha_nacimiento, '%y%m%d') || lpad((s % 100000)::VARCHAR, 5, '0')",
            "(1000000 + s)::VARCHAR",
        ),
        "otra_profesion": "NULL",
    }),
    Caso("titulo_posterior", 350, "THS-08", NO_CUMPLE, {
        **TODO_EL_PERIODO, "titulo_fecha": _elige(f"{ULTIMO} + 1", "DATE '2020-08-25'"),
        "otra_profesion": "NULL",
    }),
    Caso("sancionado", 120, "THS-08", NO_CUMPLE, SANCION),
    Caso("sancionado_un_dia", 30, "THS-08", NO_CUMPLE, {
        "sancion_desde": _elige("fecha_fin", "fecha_inicio - 90"),
        "sancion_hasta": _elige("fecha_fin + 90", "fecha_inicio"),
    }),
    Caso("sancionado_sin_fecha_de_titulo", 10, "THS-08", NO_CUMPLE, {
        **SANCION, "titulo_fecha": "NULL", "otra_fecha": "NULL",
    }),
    Caso("perfil_ajeno", 1_100, "THS-09", EN_CORRECCION, AJENO),
    Caso("perfil_ajeno_al_sso", 40, "THS-09", EN_CORRECCION, {
        **SIN_TITULO, **SSO_VIGENTE, "sso_profesion": "'ODONTOLOGÍA'",
    }, grupo=MEDICO),
    Caso("perfil_ajeno_sin_valor", 100, "THS-09;THS-10", EN_CORRECCION, {
        "codigo_perfil": "'M1303'",
    }),
    Caso("sin_valor", 9_000, "THS-10", SIN_VALOR, sin_valor=True),
    Caso("sin_valor_ni_titulo", 60, "THS-07;THS-10", EN_CORRECCION, SIN_TITULO, sin_valor=True),
    Caso("sin_valor_y_parecido", 60, "THS-05;THS-10", SIN_VALOR, NOMBRE_PARECIDO, sin_valor=True),
    Caso("sin_valor_y_excepcion", 40, "THS-10;THS-12", EXCEPCION, {
        **SIN_AFILIACION, **EN_BDEX,
    }, sin_valor=True),
)  # fmt: skip

AFILIACION: Final = (
    Caso("beneficiario", 600, "THS-11", NO_CUMPLE, BENEFICIARIO),
    Caso("subsidiado", 700, "THS-11", NO_CUMPLE, SUBSIDIADO),
    Caso("suspendido", 150, "THS-11", NO_CUMPLE, {"bdua_estado": _elige("'SM'", "'SD'")}),
    Caso("retirado", 100, "THS-11", NO_CUMPLE, {"bdua_estado": "'RE'"}),
    Caso("extranjero_beneficiario", 40, "THS-04;THS-11", NO_CUMPLE, BENEFICIARIO, extranjero=True),
    Caso("sin_afiliacion", 200, "THS-11", EN_CORRECCION, SIN_AFILIACION),
    Caso("afiliado_desde_agosto", 80, "THS-11", EN_CORRECCION, {
        **TODO_EL_PERIODO, "bdua_desde": "DATE '2020-08-01'",
    }),
    Caso("afiliado_antes_y_despues", 60, "THS-11", EN_CORRECCION, {
        **TODO_EL_PERIODO, "bdua_hasta": "DATE '2020-03-31'", "bdua2_desde": "DATE '2020-08-01'",
    }),
    Caso("excepcion", 700, "THS-12", EXCEPCION, {**SIN_AFILIACION, **EN_BDEX}),
    Caso("excepcion_sin_titulo", 30, "THS-07;THS-12", EN_CORRECCION, {
        **SIN_AFILIACION, **EN_BDEX, **SIN_TITULO,
    }),
    Caso("excepcion_y_beneficiario", 50, "THS-12", EXCEPCION, {**BENEFICIARIO, **EN_BDEX}),
    Caso("excepcion_un_dia", 20, "THS-12", EXCEPCION, {
        **TODO_EL_PERIODO, **EN_BDEX, "bdex_hasta": PRIMERO, "bdua_desde": f"{PRIMERO} + 1",
    }),
)  # fmt: skip

SERVICIO: Final = (
    Caso("fuera_del_periodo", 800, "THS-13", NO_CUMPLE, {
        "fecha_inicio": _elige("DATE '2020-03-16'", "DATE '2020-08-01'", "DATE '2020-08-15'"),
        "fecha_fin": _elige("DATE '2020-03-31'", "DATE '2020-09-10'", "DATE '2020-08-31'"),
    }),
    Caso("fuera_del_periodo_y_sin_afiliacion", 40, "THS-13", NO_CUMPLE, {
        **SIN_AFILIACION, "fecha_inicio": "DATE '2020-08-01'", "fecha_fin": "DATE '2020-08-31'",
    }),
    Caso("otra_actividad", 1_300, "THS-14", NO_CUMPLE, OTRA_ACTIVIDAD),
    Caso("otra_actividad_fuera_del_periodo", 60, "THS-13;THS-14", NO_CUMPLE, {
        **OTRA_ACTIVIDAD, "fecha_inicio": "DATE '2020-03-01'", "fecha_fin": "DATE '2020-03-31'",
    }),
    Caso("ya_pagado", 900, "THS-15", DUPLICADO, {
        "historia_estado": _elige(
            "'LIQUIDADO'", "'ESPERA_PRESUPUESTO'", "'RECONOCIDO'", "'ESPERA_CUENTA'",
            "'ORDENADO'", "'PAGADO'", "'RECHAZADO'", "'PENDIENTE_REPROGRAMACION'",
        ),
    }),
    Caso("ya_pagado_y_cuenta_corta", 60, "THS-15;THS-16", DUPLICADO, {
        "historia_estado": "'PAGADO'", "numero_producto": "'12'",
    }),
    Caso("ya_pagado_y_sin_titulo", 20, "THS-07;THS-15", DUPLICADO, {
        **SIN_TITULO, "historia_estado": "'PAGADO'", "historia_codigos": "'THS-04'",
    }),
    Caso("ya_pagado_y_otra_actividad", 20, "THS-14;THS-15", NO_CUMPLE, {
        **OTRA_ACTIVIDAD, "historia_estado": "'RECONOCIDO'",
    }),
    Caso("tres_causas", 30, "THS-11;THS-14;THS-16", NO_CUMPLE, {
        **BENEFICIARIO, **OTRA_ACTIVIDAD, "tipo_producto": "NULL",
    }),
    Caso("banco_desconocido", 250, "THS-16", EN_CORRECCION, {
        "codigo_banco": _elige("'9999'", "'1008'", "'007'"),
    }),
    Caso("cuenta_corta_o_larga", 250, "THS-16", EN_CORRECCION, {
        "numero_producto": _elige("right(numero_producto, 3)", "numero_producto || '1234567'"),
    }),
    Caso("cuenta_con_signos", 100, "THS-16", EN_CORRECCION, {
        "numero_producto": _elige("left(numero_producto, 8) || '-01'", "'AH' || numero_producto"),
    }),
    Caso("cuenta_de_otro_tipo", 200, "THS-16", EN_CORRECCION, {
        "tipo_producto": _elige("'DBM'", "'CATS'", "'NOMINA'"),
    }),
    Caso("cuenta_incompleta", 200, "THS-16", EN_CORRECCION, {
        "codigo_banco": _elige("NULL", "codigo_banco", "codigo_banco"),
        "tipo_producto": _elige("tipo_producto", "NULL", "tipo_producto"),
        "numero_producto": _elige("numero_producto", "numero_producto", "NULL"),
    }),
)  # fmt: skip

ENCIMA: Final = (*FORMA, *IDENTIDAD, *TITULOS, *AFILIACION, *SERVICIO)
"""On top of the published totals: none of them is LIQUIDADO."""

DOCUMENTO_AJENO: Final = "documento_de_otro_trabajador"
"""Who was meant is written nowhere."""
COPIAS: Final = (
    Copia("repetido_por_otra_ips", 2_800, "THS-15", DUPLICADO, "ok"),
    Copia("repetido_tres_veces", 50, "THS-15", DUPLICADO, "ok", repite="repetido_por_otra_ips"),
    Copia("repetido_en_el_archivo", 300, "THS-15", DUPLICADO, "ok", envio="envio"),
    Copia("repetido_con_cuenta_corta", 60, "THS-15;THS-16", DUPLICADO, "ok", {
        "numero_producto": "'12'",
    }),
    Copia("repetido_con_otra_actividad", 60, "THS-14;THS-15", NO_CUMPLE, "ok", OTRA_ACTIVIDAD),
    Copia(DOCUMENTO_AJENO, 150, "THS-05;THS-15", DUPLICADO, "ok", {
        "primer_apellido": _otro("primer_apellido"), "primer_nombre": _otro("primer_nombre"),
    }),
    Copia("repetido_con_perfil_mas_caro", 100, "THS-15", DUPLICADO, "dos_titulos", {
        "codigo_perfil": "'P03'",
    }),
    Copia("mal_reportado_antes", 300, "THS-09", EN_CORRECCION, "corregido_por_otra_ips", AJENO,
          envio="0"),
    Copia("otro_archivo_mal_formado", 40, "THS-03", EN_CORRECCION, "ok", {
        "codigo_perfil": "NULL",
    }, envio="0"),
)  # fmt: skip
"""Further rows about people whose good row wins (§4 THS-15, §8 same person, several IPS)."""
