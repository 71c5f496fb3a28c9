"""Qué reporta la entidad de cada trabajador y qué se lee de los registros.

Una fila por trabajador y entidad. El servicio va de ``fecha_inicio`` a ``fecha_fin``; W es la
parte que cae entre abril y julio de 2020, de ``w_desde`` a ``w_hasta``.
"""

from __future__ import annotations

import narwhals as nw

from services.talento_humano import norma
from shared.focalizacion import (
    Columna,
    Condicion,
    Cruce,
    Esquema,
    Nombres,
    col,
    digito_de_nit,
    lit,
    segun,
    when,
)
from shared.normativa.ths310covi import THS310COVI
from shared.tipos.campos import Campo, Tipo


def _nombre(nombre: str, alias: str, ejemplo: str, *, puede_faltar: bool = False) -> Campo:
    descripcion = nombre.replace("_", " ").capitalize()
    return Campo(
        nombre,
        Tipo.TEXTO,
        obligatorio=not puede_faltar,
        largo=60,
        personal=True,
        descripcion=f"{descripcion}; puede faltar" if puede_faltar else descripcion,
        ejemplo=ejemplo,
        alias=(alias,),
    )


CAMPOS = (
    Campo(
        "reportante_tipo",
        Tipo.LISTA,
        valores=norma.REPORTANTES,
        descripcion="Quién reporta: IPS, entidad territorial (ET) o el INS",
        ejemplo="IPS",
    ),
    Campo(
        "reportante_codigo",
        Tipo.TEXTO,
        largo=10,
        descripcion="IPS: código de habilitación sin sede; ET: código DIVIPOLA; INS: INS",
        ejemplo="0500100101",
    ),
    Campo(
        "reportante_nit",
        Tipo.DIGITOS,
        largo=9,
        descripcion="NIT de quien reporta, sin dígito de verificación",
        ejemplo="900100101",
    ),
    Campo(
        "reportante_dv",
        Tipo.DIGITOS,
        largo=1,
        descripcion="Dígito de verificación de ese NIT",
        ejemplo="1",
    ),
    Campo(
        "codigo_departamento",
        Tipo.LISTA,
        obligatorio=False,
        valores=norma.DEPARTAMENTOS,
        lista="un código DIVIPOLA de departamento, de dos dígitos",
        descripcion="Departamento de quien reporta; el INS lo deja vacío",
        ejemplo="05",
        alias=("departamento",),
    ),
    Campo(
        "tipo_documento",
        Tipo.LISTA,
        valores=norma.TIPOS_DOCUMENTO,
        descripcion="Tipo de documento del trabajador",
        ejemplo="CC",
        alias=("tipo_doc",),
    ),
    Campo(
        "numero_documento",
        Tipo.DOCUMENTO,
        segun="tipo_documento",
        fecha="fecha_inicio",
        personal=True,
        descripcion="Número del documento del trabajador",
        ejemplo="1000000001",
        alias=("num_doc",),
    ),
    _nombre("primer_apellido", "apellido1", "PEREZ"),
    _nombre("segundo_apellido", "apellido2", "GOMEZ", puede_faltar=True),
    _nombre("primer_nombre", "nombre1", "ANA"),
    _nombre("segundo_nombre", "nombre2", "MARIA", puede_faltar=True),
    Campo(
        "codigo_perfil",
        Tipo.LISTA,
        valores=norma.PERFILES,
        lista="un código de perfil de ReTHUS (tabla ths_perfiles_rethus)",
        descripcion="Perfil con el que prestó el servicio",
        ejemplo="A02",
    ),
    Campo(
        "actividad",
        Tipo.LISTA,
        valores=(*norma.ACTIVIDADES_CON_DERECHO, "OTRA"),
        descripcion="Atendió pacientes de COVID-19, hizo vigilancia epidemiológica, u otra",
        ejemplo="ATENCION",
    ),
    Campo(
        "codigo_servicio",
        Tipo.LISTA,
        obligatorio=False,
        valores=norma.SERVICIOS,
        lista="un código de servicio de REPS (tabla ths_servicios)",
        descripcion="Servicio donde atendió; se pide si la actividad es ATENCION",
        ejemplo="110",
    ),
    Campo(
        "tipo_vinculacion",
        Tipo.LISTA,
        obligatorio=False,
        valores=norma.VINCULACIONES,
        descripcion="Clase de contrato; informativa, no decide nada",
        ejemplo="PLANTA",
    ),
    Campo(
        "fecha_inicio",
        Tipo.FECHA,
        descripcion="Primer día del servicio, AAAA-MM-DD",
        ejemplo="2020-04-01",
    ),
    Campo(
        "fecha_fin",
        Tipo.FECHA,
        descripcion="Último día del servicio, AAAA-MM-DD",
        ejemplo="2020-07-31",
    ),
    Campo(
        "codigo_banco",
        Tipo.TEXTO,
        obligatorio=False,
        descripcion="Banco de la cuenta del trabajador, cuatro dígitos",
        ejemplo="1007",
        alias=("banco",),
    ),
    Campo(
        "tipo_producto",
        Tipo.TEXTO,
        obligatorio=False,
        descripcion="AHORROS o CORRIENTE",
        ejemplo="AHORROS",
        alias=("tipo_cuenta",),
    ),
    Campo(
        "numero_producto",
        Tipo.TEXTO,
        obligatorio=False,
        personal=True,
        descripcion="Número de la cuenta, de 4 a 17 dígitos; el titular es el trabajador",
        ejemplo="12345678901",
        alias=("num_cuenta",),
    ),
    Campo(
        "correo",
        Tipo.TEXTO,
        obligatorio=False,
        largo=120,
        personal=True,
        descripcion="Correo del trabajador",
        ejemplo="ana@ejemplo.co",
    ),
    Campo(
        "celular",
        Tipo.DIGITOS,
        obligatorio=False,
        largo=10,
        personal=True,
        descripcion="Celular del trabajador, 10 dígitos",
        ejemplo="3001234567",
    ),
)

_CODIGO_DE_REPORTANTE = {
    "IPS": col("reportante_codigo").str.contains("^[0-9]{10}$"),
    "ET": col("reportante_codigo").str.contains("^[0-9]{2}([0-9]{3})?$"),
    "INS": col("reportante_codigo") == "INS",
}

CONDICIONES = (
    Condicion(
        "reportante_codigo",
        segun(_CODIGO_DE_REPORTANTE, col("reportante_tipo")),
        "una IPS escribe los 10 dígitos de su código de habilitación, con sus ceros y sin la "
        "sede; una entidad territorial, su código DIVIPOLA de 2 o 5 dígitos; el INS, INS.",
    ),
    Condicion(
        "reportante_dv",
        col("reportante_dv") == digito_de_nit(col("reportante_nit")),
        "no es el dígito de verificación de reportante_nit. Corrija el NIT o su dígito.",
    ),
    Condicion(
        "codigo_departamento",
        (col("reportante_tipo") == "INS") == col("codigo_departamento").is_null(),
        "escriba el departamento de quien reporta; solo el INS lo deja vacío.",
    ),
    Condicion(
        "codigo_servicio",
        (col("actividad") != "ATENCION") | ~col("codigo_servicio").is_null(),
        "escriba el servicio donde atendió: se pide si la actividad es ATENCION.",
    ),
    Condicion(
        "fecha_fin",
        col("fecha_fin") >= col("fecha_inicio"),
        "es anterior a fecha_inicio. Corrija la que esté errada.",
    ),
)

PERSONA = ("tipo_documento", "numero_documento")
_DOCUMENTO = {c: c for c in PERSONA}
_SERVICIO = {"servicio_desde": "fecha_inicio", "servicio_hasta": "fecha_fin"}
_W = {"w_desde": "w_desde", "w_hasta": "w_hasta"}
_PEDIDO = {"pedido": "codigo_perfil"}


def _solapa(desde: str, hasta: str, periodo: str) -> nw.Expr:
    """El intervalo del registro comparte algún día con el periodo de la fila."""
    abierto = col(hasta).is_null() | (col(f"{periodo}_desde") <= col(hasta))
    return (col(desde) <= col(f"{periodo}_hasta")) & abierto


_ES_SUYO = Columna(
    "es_suyo",
    # Vacío si la profesión no está en las tablas de perfiles: no se sabe.
    col("perfiles").str.contains(nw.concat_str([lit(";"), col("pedido"), lit(";")]), literal=True),
)
_COTIZA = (
    (col("regimen") == "C")
    & (col("tipo_afiliado") == "C")
    & col("estado").is_in(norma.ESTADOS_DE_COTIZANTE)
)

PASOS = (
    Columna("tipo_producto", col("tipo_producto").str.to_uppercase()),
    Columna(
        "w_desde",
        when(col("fecha_inicio") < norma.PRIMER_DIA)
        .then(lit(norma.PRIMER_DIA))
        .otherwise(col("fecha_inicio")),
    ),
    Columna(
        "w_hasta",
        when(col("fecha_fin") > norma.ULTIMO_DIA)
        .then(lit(norma.ULTIMO_DIA))
        .otherwise(col("fecha_fin")),
    ),
    Columna("en_w", col("w_desde") <= col("w_hasta")),
    Columna("completo", lit(True)),
    # La Registraduría solo responde por cédulas.
    Columna("cedula", when(col("tipo_documento") == "CC").then(col("numero_documento"))),
    Cruce(
        "rnec",
        registro="rnec",
        claves={"cedula": "numero_documento"},
        trae={
            c: col(c).max()
            for c in (
                "clase",
                "primer_apellido",
                "segundo_apellido",
                "primer_nombre",
                "segundo_nombre",
            )
        },
        # Sin clase, la consulta no halló la cédula.
        filtro=~col("clase").is_null(),
    ),
    Nombres(
        "nombres",
        fila=("primer_apellido", "segundo_apellido", "primer_nombre", "segundo_nombre"),
        otros=(
            "rnec_primer_apellido",
            "rnec_segundo_apellido",
            "rnec_primer_nombre",
            "rnec_segundo_nombre",
        ),
    ),
    Cruce(
        "rethus",
        registro="rethus",
        claves=_DOCUMENTO,
        con={"servicio_hasta": "fecha_fin", **_PEDIDO},
        antes=(
            Columna("autorizado", col("fecha_autorizacion") <= col("servicio_hasta")),
            _ES_SUYO,
        ),
        trae={"autorizado": col("autorizado").max(), "perfil_suyo": col("es_suyo").max()},
    ),
    Cruce(
        "sso",
        registro="sso",
        claves=_DOCUMENTO,
        con={**_SERVICIO, **_PEDIDO},
        condicion=_solapa("fecha_inicio", "fecha_fin", "servicio"),
        antes=(_ES_SUYO,),
        trae={"perfil_suyo": col("es_suyo").max()},
    ),
    Columna("con_titulo", col("rethus_existe") | col("sso_existe")),
    Columna("perfil_suyo", nw.max_horizontal(col("rethus_perfil_suyo"), col("sso_perfil_suyo"))),
    Cruce(
        "sancion",
        registro="rethus_sanciones",
        claves=_DOCUMENTO,
        con=_SERVICIO,
        condicion=_solapa("desde", "hasta", "servicio"),
    ),
    Cruce(
        "bdua",
        registro="bdua",
        claves=_DOCUMENTO,
        con=_W,
        condicion=_solapa("desde", "hasta", "w"),
        antes=(Columna("es_cotizante", _COTIZA.fill_null(False)),),
        trae={"cotiza": col("es_cotizante").max()},
    ),
    Cruce(
        "bdex",
        registro="bdex",
        claves=_DOCUMENTO,
        con=_W,
        condicion=_solapa("desde", "hasta", "w"),
    ),
    Cruce(
        "catalogo",
        registro="ths_perfiles",
        claves={"codigo_perfil": "codigo_perfil"},
        trae={"valor_cop": col("valor_cop").max()},
        filtro=~col("valor_cop").is_null(),
    ),
    # El catálogo dice en cualquiera de sus filas que está completo, o lo dice un acto.
    Cruce("marca", registro="ths_perfiles", claves={"completo": "catalogo_completo"}),
    Columna("catalogo_cerrado", (col("catalogo_completo") == "SI") | col("marca_existe")),
    Cruce(
        "devuelta",
        registro="historia",
        claves=_DOCUMENTO,
        filtro=nw.concat_str([lit(";"), col("codigos"), lit(";")]).str.contains(
            ";THS-07;", literal=True
        ),
    ),
    Cruce(
        "cobrada",
        registro="historia",
        claves=_DOCUMENTO,
        filtro=col("estado").is_in(norma.CON_DERECHO),
    ),
)

_APROBADA = when(col("estado_previo") == "LIQUIDADO").then(col("fila"))

FASES = {
    2: (
        Columna("primera_aprobada", _APROBADA.min().over(*PERSONA)),
        Columna(
            "gana_fila",
            when(~col("cobrada_existe") & (col("primera_aprobada") < col("fila"))).then(
                col("primera_aprobada")
            ),
        ),
        Columna(
            "donde_gana",
            when(col("cobrada_existe"))
            .then(lit("un reporte anterior"))
            .otherwise(
                nw.concat_str(
                    [
                        lit("la fila "),
                        col("gana_fila").cast(nw.String),
                        lit(" de este archivo, sin contar la de títulos"),
                    ]
                )
            ),
        ),
    ),
}
"""La persona se paga una vez: gana su primera fila que se aprobaría si estuviera sola."""

ESQUEMA = Esquema(
    campos=CAMPOS,
    clave=PERSONA,
    fecha_hecho="fecha_inicio",
    pasos=PASOS,
    obligatorios=("rethus", "sso", "bdua", "rnec"),
    opcionales=("bdex", "rethus_sanciones", "historia", "ths_perfiles"),
    condiciones=CONDICIONES,
    fases=FASES,
    disposiciones=(THS310COVI,),
)
