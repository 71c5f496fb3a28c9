"""Qué entrega la EPS por cada caso confirmado y qué se lee de los registros.

Una fila por persona. F es el día en que SEGCOVID confirmó su caso, y decide todo: lo que la EPS
escribe en ``fecha_confirmacion`` es informativo. El núcleo es el de la cabeza de familia de la
BDUA en F; si no hay cabeza, el hogar del SISBEN; si tampoco, la llave de la EPS. «La gente» de una
fila es todo aquel por quien hay que preguntar: quien se enfermó, quien recibe, la cabeza, los
familiares que trae la EPS, el núcleo de la BDUA y la casa del SISBEN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import narwhals as nw

from services.compensacion_rs import norma
from shared.focalizacion import (
    Columna,
    Condicion,
    Conjunto,
    Cruce,
    Cupo,
    Esquema,
    Grupo,
    Nombres,
    Origen,
    Universo,
    alguna,
    col,
    lit,
    when,
)
from shared.focalizacion.model import Paso
from shared.registros.catalogo.columnas import CODIGO_EPS, documento
from shared.registros.model import LISTA, ColumnaRegistro, T
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


_EPS_Y_NUCLEO = (
    Campo(
        "codigo_eps",
        Tipo.LISTA,
        valores=norma.CODIGOS_EPS,
        lista="el código de una EPS de la tabla de 2020, de seis caracteres",
        descripcion="EPS que entrega el caso",
        ejemplo="ESS062",
        alias=("codigo_eapb", "eapb", "ent_id"),
    ),
    Campo(
        "id_nucleo",
        Tipo.TEXTO,
        largo=20,
        personal=True,
        descripcion="Llave de la familia en la EPS; la misma en el archivo de familiares",
        ejemplo="N0001",
    ),
)
_NOMBRES = (
    _nombre("primer_apellido", "apellido1", "PEREZ"),
    _nombre("segundo_apellido", "apellido2", "GOMEZ", puede_faltar=True),
    _nombre("primer_nombre", "nombre1", "ANA"),
    _nombre("segundo_nombre", "nombre2", "MARIA", puede_faltar=True),
)


def _documento(de: str, *, fecha: str = "", ejemplo: str) -> tuple[Campo, Campo]:
    return (
        Campo(
            "tipo_documento",
            Tipo.LISTA,
            valores=norma.TIPOS_DOCUMENTO,
            descripcion=f"Tipo de documento {de}",
            ejemplo="CC",
            alias=("tipo_doc",),
        ),
        Campo(
            "numero_documento",
            Tipo.DOCUMENTO,
            segun="tipo_documento",
            fecha=fecha,
            personal=True,
            descripcion=f"Número del documento {de}",
            ejemplo=ejemplo,
            alias=("num_doc",),
        ),
    )


CAMPOS = (
    _EPS_Y_NUCLEO[0],
    Campo(
        "id_cargue",
        Tipo.TEXTO,
        largo=20,
        descripcion="Número del cargue en la EPS",
        ejemplo="C20210219",
    ),
    Campo(
        "consecutivo",
        Tipo.ENTERO,
        descripcion="Número de la fila; no se repite en el cargue",
        ejemplo="1",
    ),
    *_documento("de la persona confirmada", fecha="fecha_confirmacion", ejemplo="1000000001"),
    *_NOMBRES,
    Campo(
        "fecha_nacimiento",
        Tipo.FECHA,
        obligatorio=False,
        personal=True,
        descripcion="Fecha de nacimiento, AAAA-MM-DD",
        ejemplo="1985-05-05",
        alias=("fecha_nac",),
    ),
    Campo(
        "fecha_confirmacion",
        Tipo.FECHA,
        descripcion="Día del resultado, AAAA-MM-DD; informativa, decide la de SEGCOVID",
        ejemplo="2020-10-05",
    ),
    Campo(
        "id_muestra",
        Tipo.TEXTO,
        obligatorio=False,
        largo=20,
        descripcion="Número de la muestra; informativo",
        ejemplo="M0001",
    ),
    Campo(
        "aislamiento_inicio",
        Tipo.FECHA,
        descripcion="Primer día del aislamiento, AAAA-MM-DD",
        ejemplo="2020-10-05",
    ),
    Campo(
        "aislamiento_fin",
        Tipo.FECHA,
        descripcion="Último día del aislamiento, AAAA-MM-DD",
        ejemplo="2020-10-18",
    ),
    Campo(
        "cumple_aislamiento",
        Tipo.BOOLEANO,
        descripcion="Si la EPS da fe de que se cumplió; estar hospitalizado cuenta",
        ejemplo="SI",
    ),
    Campo("fallecido", Tipo.BOOLEANO, descripcion="Si la persona falleció", ejemplo="NO"),
    Campo(
        "fecha_defuncion",
        Tipo.FECHA,
        obligatorio=False,
        personal=True,
        descripcion="Día de la defunción; se pide si fallecido es SI",
        ejemplo="",
    ),
    _EPS_Y_NUCLEO[1],
    Campo(
        "tipo_documento_receptor",
        Tipo.LISTA,
        obligatorio=False,
        valores=norma.TIPOS_DOCUMENTO,
        descripcion="Tipo de documento de quien recibe; vacío, se elige en el núcleo",
        ejemplo="CC",
        alias=("tipo_doc_receptor",),
    ),
    Campo(
        "numero_documento_receptor",
        Tipo.DOCUMENTO,
        obligatorio=False,
        segun="tipo_documento_receptor",
        personal=True,
        descripcion="Número del documento de quien recibe",
        ejemplo="1000000001",
        alias=("num_doc_receptor",),
    ),
    Campo(
        "celular",
        Tipo.TEXTO,
        obligatorio=False,
        largo=10,
        personal=True,
        descripcion="Celular, 10 dígitos que empiezan por 3",
        ejemplo="3001234567",
    ),
    Campo(
        "correo",
        Tipo.TEXTO,
        obligatorio=False,
        largo=120,
        personal=True,
        descripcion="Correo",
        ejemplo="ana@ejemplo.co",
    ),
    Campo(
        "direccion",
        Tipo.TEXTO,
        obligatorio=False,
        largo=200,
        personal=True,
        descripcion="Dirección de residencia",
        ejemplo="CALLE 1 2 3",
    ),
    Campo(
        "codigo_municipio",
        Tipo.TEXTO,
        obligatorio=False,
        largo=5,
        descripcion="Municipio de residencia, DIVIPOLA de cinco dígitos",
        ejemplo="05001",
        alias=("cod_municipio",),
    ),
    Campo(
        "codigo_banco",
        Tipo.DIGITOS,
        obligatorio=False,
        largo=4,
        descripcion="Banco del producto de quien recibe, cuatro dígitos; vacío, se abre uno",
        ejemplo="1040",
        alias=("banco",),
    ),
    Campo(
        "tipo_producto",
        Tipo.LISTA,
        obligatorio=False,
        valores=norma.TIPOS_PRODUCTO,
        descripcion="Clase de producto",
        ejemplo="AHORROS",
        alias=("tipo_cuenta",),
    ),
    Campo(
        "numero_producto",
        Tipo.TEXTO,
        obligatorio=False,
        largo=20,
        personal=True,
        descripcion="Número del producto; el titular es quien recibe",
        ejemplo="4000000001",
        alias=("num_cuenta",),
    ),
)

FAMILIARES = (
    *_EPS_Y_NUCLEO,
    *_documento("del familiar", ejemplo="1000000002"),
    *_NOMBRES,
    Campo(
        "fecha_nacimiento",
        Tipo.FECHA,
        personal=True,
        descripcion="Fecha de nacimiento, AAAA-MM-DD",
        ejemplo="1988-03-03",
        alias=("fecha_nac",),
    ),
    Campo("sexo", Tipo.LISTA, valores=("M", "F"), descripcion="M o F", ejemplo="F"),
    Campo(
        "parentesco",
        Tipo.LISTA,
        valores=norma.PARENTESCOS,
        descripcion="Qué es de la familia",
        ejemplo="CONYUGE",
    ),
    Campo("vivo", Tipo.BOOLEANO, descripcion="Si vive", ejemplo="SI"),
)


def _todas_o_ninguna(*columnas: str) -> nw.Expr:
    primera, *otras = (col(c).is_null() for c in columnas)
    iguales = primera == otras[0]
    for otra in otras[1:]:
        iguales = iguales & (primera == otra)
    return iguales


_RECEPTOR = ("tipo_documento_receptor", "numero_documento_receptor")
_PRODUCTO = ("codigo_banco", "tipo_producto", "numero_producto")

CONDICIONES = (
    Condicion(
        "consecutivo",
        nw.len().over("codigo_eps", "id_cargue", "consecutivo") == 1,
        "el consecutivo está más de una vez en el cargue. Numere las filas sin repetir.",
    ),
    Condicion(
        "aislamiento_fin",
        col("aislamiento_fin") >= col("aislamiento_inicio"),
        "es anterior a aislamiento_inicio. Corrija la que esté errada.",
    ),
    Condicion(
        "fecha_defuncion",
        ~col("fallecido") | ~col("fecha_defuncion").is_null(),
        "escriba el día de la defunción: se pide si fallecido es SI.",
    ),
    Condicion(
        "numero_documento_receptor",
        _todas_o_ninguna(*_RECEPTOR),
        "de quien recibe se escriben el tipo y el número, o ninguno de los dos.",
    ),
    Condicion(
        "codigo_banco",
        _todas_o_ninguna(*_PRODUCTO),
        "del producto se escriben el banco, el tipo y el número, o ninguno de los tres.",
    ),
)

PERSONA = ("tipo_documento", "numero_documento")
_DOCUMENTO = {c: c for c in PERSONA}
_DE_ALGUIEN = {"tipo": "tipo_documento", "numero": "numero_documento"}
"""El documento de cada uno de la gente."""


def _vigente() -> nw.Expr:
    """Vigente el día de la fila, con los dos días incluidos."""
    return (col("desde") <= col("dia")) & (col("hasta").is_null() | (col("dia") <= col("hasta")))


def _juntos(*partes: str | nw.Expr) -> nw.Expr:
    """Un texto con las partes entre dos puntos; vacío si falta alguna."""
    return nw.concat_str([lit(p) if isinstance(p, str) else p for p in partes], separator=":")


_UN_DOCUMENTO = _juntos(col("tipo_documento"), col("numero_documento"))
_CASO_CONFIRMADO = (col("tipo_registro") == "CASO") & (col("clasificacion") == "CONFIRMADO")


def _en_el_universo(dia: nw.Expr) -> nw.Expr:
    return (dia > norma.DESPUES_DE) & (dia <= norma.ULTIMO_DIA)


_ORDEN_DE_CASOS = ("orden", "fecha_confirmacion", "id_caso")
"""El del universo, otro, y el que no tiene fecha; de varios, el más antiguo."""


def _del_caso(columna: str) -> nw.Expr:
    return col(columna).first(order_by=list(_ORDEN_DE_CASOS))


_SEGCOVID: tuple[Paso, ...] = (
    Cruce(
        "segcovid",
        registro="segcovid",
        claves={"numero_documento": "numero_documento"},
        filtro=_CASO_CONFIRMADO,
        con={"tipo_de_la_fila": "tipo_documento"},
        antes=(
            Columna("suyo", col("tipo_documento") == col("tipo_de_la_fila")),
            Columna(
                "orden",
                when(~col("suyo"))
                .then(lit(3))
                .otherwise(
                    when(col("fecha_confirmacion").is_null())
                    .then(lit(2))
                    .otherwise(
                        when(_en_el_universo(col("fecha_confirmacion")))
                        .then(lit(0))
                        .otherwise(lit(1))
                    )
                ),
            ),
            Columna("dia_del_caso", when(col("suyo")).then(col("fecha_confirmacion"))),
            Columna("aislado", when(col("suyo")).then(col("cumple_aislamiento"))),
        ),
        trae={
            "suyo": col("suyo").any(),
            "ajeno": (~col("suyo")).any(),
            "f": _del_caso("dia_del_caso"),
            "aislado": _del_caso("aislado"),
        },
    ),
    Columna("con_caso", alguna([col("segcovid_suyo")])),
    Columna("con_otro_tipo", alguna([col("segcovid_ajeno")])),
    Columna("f", col("segcovid_f")),
    Columna("con_f", ~col("f").is_null()),
)


def _en_la_bdua(documento: Mapping[str, str], dia: str, **trae: nw.Expr) -> Cruce:
    """Las filas de la BDUA de un documento: qué cabezas tiene ese día y lo que diga ``trae``."""
    return Cruce(
        "bdua",
        registro="bdua",
        claves=documento,
        dia=dia,
        antes=(
            Columna("vigente", _vigente().fill_null(False)),
            Columna(
                "cabeza_del_dia",
                when(col("vigente")).then(
                    _juntos(col("tipo_documento_cabeza"), col("numero_documento_cabeza"))
                ),
            ),
            Columna(
                "afl_cabeza_del_dia",
                when(~col("cabeza_del_dia").is_null()).then(col("afl_id_cabeza")),
            ),
            Columna("en_el_dia", when(col("vigente")).then(lit(1)).otherwise(lit(0))),
        ),
        trae={
            "afl_id": _de_la_fila_que_vale("afl_id"),
            "cabeza": col("cabeza_del_dia").min(),
            "cabeza_ultima": col("cabeza_del_dia").max(),
            "afl_cabeza": col("afl_cabeza_del_dia").min(),
            **trae,
        },
    )


def _de_la_fila_que_vale(columna: str) -> nw.Expr:
    """La fila de BDUA vigente ese día; si no hay, la última."""
    return col(columna).last(order_by=["en_el_dia", "desde", "afl_id"])


def _con_cabeza(dia: str) -> tuple[Paso, ...]:
    """La cabeza de familia de alguien ese día, después de ``_en_la_bdua``, y si tiene varias.

    Manda el grupo familiar sobre la fila de la BDUA. De la cabeza del grupo se busca el documento
    solo si no es la misma persona que ya nombra la fila.
    """
    ya_nombrada = alguna(
        col(f"grupo_{cual}") == col("bdua_afl_cabeza") for cual in ("primera", "ultima")
    )
    return (
        Cruce(
            "grupo",
            registro="bdua_grupo_familiar",
            claves={"bdua_afl_id": "afl_id"},
            dia=dia,
            condicion=_vigente(),
            trae={
                "primera": col("afl_id_cabeza").min(),
                "ultima": col("afl_id_cabeza").max(),
            },
        ),
        *(
            Columna(
                f"grupo_otra_{cual}",
                when((col(f"grupo_{cual}") != col("bdua_afl_cabeza")).fill_null(True)).then(
                    col(f"grupo_{cual}")
                ),
            )
            for cual in ("primera", "ultima")
        ),
        Conjunto(
            "otras",
            origenes=(
                Origen(trae={"afl_id": "grupo_otra_primera"}),
                Origen(trae={"afl_id": "grupo_otra_ultima"}),
            ),
            pasos=(
                Cruce(
                    "doc",
                    registro="bdua",
                    claves={"afl_id": "afl_id"},
                    trae={"primero": _UN_DOCUMENTO.min(), "ultimo": _UN_DOCUMENTO.max()},
                ),
            ),
            trae={"primera": col("doc_primero").min(), "ultima": col("doc_ultimo").max()},
        ),
        Columna("del_grupo", when(ya_nombrada).then(col("bdua_cabeza"))),
        Columna(
            "cabeza",
            nw.coalesce(
                nw.min_horizontal(col("del_grupo"), col("otras_primera")), col("bdua_cabeza")
            ),
        ),
        Columna(
            "varias_cabezas",
            alguna(
                [
                    nw.min_horizontal(col("bdua_cabeza"), col("otras_primera"))
                    != nw.max_horizontal(col("bdua_cabeza_ultima"), col("otras_ultima"))
                ]
            ),
        ),
    )


_DEL_HOGAR = ("codigo_municipio", "ficha", "hogar")
_HOGAR = _juntos(lit("SISBEN"), *(col(c) for c in _DEL_HOGAR))
_BDUA_ACTIVA = col("vigente") & (col("regimen") == "S") & (col("estado") == "AC")
_FALLECIDA = (col("estado") == "AF").any()
_DE_LOS_NOMBRES = ("primer_apellido", "segundo_apellido", "primer_nombre", "segundo_nombre")


def _nombre_completo(prefijo: str = "") -> nw.Expr:
    return nw.concat_str(
        [col(f"{prefijo}{c}") for c in (*_DE_LOS_NOMBRES[2:], *_DE_LOS_NOMBRES[:2])],
        separator=" ",
        ignore_nulls=True,
    )


_PACIENTE: tuple[Paso, ...] = (
    Columna("codigo_base", norma.codigo_base(col("codigo_eps"))),
    replace(
        _en_la_bdua(
            _DOCUMENTO,
            "f",
            activa=_BDUA_ACTIVA.any(),
            en_su_eps=(
                _BDUA_ACTIVA & (norma.codigo_base(col("codigo_eps")) == col("base_de_la_fila"))
            ).any(),
            fallecida=_FALLECIDA,
            **{c: _de_la_fila_que_vale(c) for c in _DE_LOS_NOMBRES},
        ),
        con={"base_de_la_fila": "codigo_base"},
    ),
    Nombres(
        "nombres",
        fila=_DE_LOS_NOMBRES,
        otros=(
            "bdua_primer_apellido",
            "bdua_segundo_apellido",
            "bdua_primer_nombre",
            "bdua_segundo_nombre",
        ),
    ),
    *_con_cabeza("f"),
    Cruce(
        "casa",
        registro="sisben",
        claves=_DOCUMENTO,
        antes=(Columna("llave", _HOGAR),),
        trae={
            "llave": col("llave").min(),
            **{c: col(c).first(order_by=["llave"]) for c in _DEL_HOGAR},
        },
    ),
    Columna(
        "clave_nucleo",
        when(col("con_f")).then(
            nw.coalesce(
                _juntos(lit("BDUA"), col("cabeza")),
                col("casa_llave"),
                _juntos(lit("EPS"), col("codigo_base"), col("id_nucleo").str.to_uppercase()),
            )
        ),
    ),
    Columna("del_nucleo_bdua", col("con_f") & ~col("cabeza").is_null()),
    Columna("tipo_cabeza", col("cabeza").str.slice(0, 2)),
    Columna("numero_cabeza", col("cabeza").str.slice(3)),
    Columna("afl_cabeza", nw.coalesce(col("grupo_primera"), col("bdua_afl_cabeza"))),
    Columna("nombre", _nombre_completo()),
)


def _lleva(texto: str) -> nw.Expr:
    return col("codigos").str.contains(texto, literal=True).fill_null(False)


_OCUPADO = (col("rol") == "CASO") & ~(
    col("estado").is_in(list(norma.CORREGIBLES))
    | ((col("estado") == "GLOSADO") & ~_lleva("CET-06"))
)
"""Un caso que ya se entregó y no está en un estado que la EPS pueda responder."""
_ES_LIDER = col("estado").is_in(list(norma.LIDERES))
_PAGADO = col("estado").is_in(list(norma.PAGADOS))


def _es(quien: str) -> nw.Expr:
    mismo = (col("tipo") == col(f"tipo_{quien}")) & (col("numero") == col(f"numero_{quien}"))
    return mismo.fill_null(False)


_ADULTO = col("nacimiento") <= col("dia").dt.offset_by(f"-{norma.MAYORIA_DE_EDAD}y").cast(nw.Date)
_MUERTO = alguna(
    [
        col("es_paciente") & col("fallecido"),
        (col("tipo") == "CC") & (col("rnec_clase") == "FALLECIDO"),
        col("bdua_fallecida"),
        col("familiar_muerto"),
    ]
)
_RANGO = (
    when(col("es_receptor"))
    .then(lit(0))
    .otherwise(
        when(col("es_paciente"))
        .then(lit(1))
        .otherwise(
            when(col("es_cabeza"))
            .then(lit(2))
            .otherwise(when(col("familiar_conyuge")).then(lit(3)).otherwise(lit(4)))
        )
    )
)
"""A quién se le paga, en su orden: §7.7."""

_CADA_UNO: tuple[Paso, ...] = (
    # Del grupo familiar se conoce el número de afiliado: su documento lo tiene la BDUA.
    Cruce(
        "afiliado",
        registro="bdua",
        claves={"afl_miembro": "afl_id"},
        trae={"documento": _UN_DOCUMENTO.min()},
    ),
    Columna("tipo", nw.coalesce(col("tipo"), col("afiliado_documento").str.slice(0, 2))),
    Columna("numero", nw.coalesce(col("numero"), col("afiliado_documento").str.slice(3))),
    _en_la_bdua(
        _DE_ALGUIEN,
        "dia",
        nacimiento=col("fecha_nacimiento").min(),
        fallecida=_FALLECIDA,
        **{c: _de_la_fila_que_vale(c) for c in _DE_LOS_NOMBRES},
    ),
    *_con_cabeza("dia"),
    Cruce(
        "familiar",
        registro="familiares",
        claves={
            "codigo_eps": "codigo_eps",
            "id_nucleo": "id_nucleo",
            "tipo": "tipo_documento",
            "numero": "numero_documento",
        },
        trae={
            "nacimiento": col("fecha_nacimiento").min(),
            "muerto": (~col("vivo")).any(),
            "conyuge": (col("parentesco") == "CONYUGE").any(),
            "nombre": _nombre_completo().min(),
        },
    ),
    Columna("cedula", when(col("tipo").is_in(["CC", "TI"])).then(col("numero"))),
    Cruce(
        "rnec",
        registro="rnec",
        claves={"cedula": "numero_documento"},
        trae={"clase": col("clase").max()},
        # Sin clase, la consulta no halló la cédula.
        filtro=~col("clase").is_null(),
    ),
    Cruce(
        "dicho",
        registro="historia",
        claves=_DE_ALGUIEN,
        con={"su_nucleo": "clave_de_la_fila"},
        antes=(
            Columna("pagado", _PAGADO),
            Columna("ocupado", _OCUPADO),
            Columna("de_otro", col("clave_nucleo") != col("su_nucleo")),
            Columna("lider_ajeno", when(_ES_LIDER & col("de_otro")).then(col("estado"))),
        ),
        trae={
            "pagado": col("pagado").any(),
            "ocupado": col("ocupado").any(),
            "lider_ajeno": col("lider_ajeno").min(),
            "pagado_ajeno": (_PAGADO & col("de_otro")).any(),
        },
    ),
    *(Columna(f"es_{quien}", _es(quien)) for quien in ("paciente", "receptor", "cabeza")),
    Columna("es_familiar", alguna([col("familiar_existe")])),
    Columna("de_la_casa", alguna([col("en_casa") == 1])),
    Columna("misma_cabeza", alguna([col("cabeza") == col("cabeza_de_la_fila")])),
    # Sin cabeza, el núcleo es la casa: quien vive en ella y tampoco la tiene es de él.
    Columna(
        "del_nucleo",
        alguna(
            [
                col("misma_cabeza"),
                col("de_la_casa")
                & col("bdua_existe")
                & col("cabeza").is_null()
                & col("clave_de_la_fila").str.starts_with("SISBEN:"),
            ]
        ),
    ),
    Columna(
        "nacimiento",
        nw.coalesce(
            col("bdua_nacimiento"),
            col("familiar_nacimiento"),
            when(col("es_paciente")).then(col("nacimiento_paciente")),
        ),
    ),
    Columna(
        "puede_recibir",
        alguna(
            [
                col("tipo").is_in(list(norma.DOCUMENTOS_DE_RECEPTOR))
                & (col("numero_receptor").is_null() | col("es_receptor"))
                & (col("es_paciente") | col("es_cabeza") | col("es_familiar") | col("del_nucleo"))
                & _ADULTO
                & ~_MUERTO
            ]
        ),
    ),
    Columna("rango", when(col("puede_recibir")).then(_RANGO).otherwise(lit(9))),
    Columna(
        "nombre",
        nw.coalesce(
            when(col("es_paciente")).then(col("nombre_paciente")),
            col("familiar_nombre"),
            _nombre_completo("bdua_"),
        ),
    ),
    *(
        Columna(f"recibe_{columna}", when(col("puede_recibir")).then(col(columna)))
        for columna in ("tipo", "numero", "nombre", "dicho_pagado")
    ),
    # Los que cobran una sola vez con el núcleo: ninguno puede estar en otro que también cobre.
    Columna(
        "miembro",
        col("es_paciente")
        | col("es_receptor")
        | col("es_cabeza")
        | col("es_familiar")
        | col("del_nucleo"),
    ),
    Columna("tipo_documento", when(col("miembro")).then(col("tipo"))),
    Columna("numero_documento", when(col("miembro")).then(col("numero"))),
    Grupo(
        PERSONA,
        trae={
            "primer_nucleo": col("clave_de_la_fila").min(),
            "ultimo_nucleo": col("clave_de_la_fila").max(),
        },
    ),
    Columna(
        "compartido",
        when(col("primer_nucleo") != col("ultimo_nucleo")).then(
            _juntos(col("tipo_documento"), col("numero_documento"))
        ),
    ),
)

_ORDEN_DE_RECEPTORES = ["rango", "nacimiento", "tipo", "numero"]


def _del_receptor(columna: str) -> nw.Expr:
    """De quien recibe: el primero que puede; vacío si nadie puede."""
    return col(f"recibe_{columna}").first(order_by=_ORDEN_DE_RECEPTORES)


GENTE = Conjunto(
    "gente",
    origenes=(
        Origen(trae={"tipo": "tipo_documento", "numero": "numero_documento"}),
        Origen(trae={"tipo": "tipo_documento_receptor", "numero": "numero_documento_receptor"}),
        Origen(trae={"tipo": "tipo_cabeza", "numero": "numero_cabeza"}),
        Origen(
            registro="familiares",
            claves={"codigo_eps": "codigo_eps", "id_nucleo": "id_nucleo"},
            trae=_DE_ALGUIEN,
        ),
        Origen(
            registro="bdua",
            claves={
                "tipo_cabeza": "tipo_documento_cabeza",
                "numero_cabeza": "numero_documento_cabeza",
            },
            trae=_DE_ALGUIEN,
        ),
        Origen(
            registro="bdua_grupo_familiar",
            claves={"afl_cabeza": "afl_id_cabeza"},
            trae={"afl_miembro": "afl_id"},
        ),
        Origen(
            registro="sisben",
            claves={f"casa_{c}": c for c in _DEL_HOGAR},
            trae=_DE_ALGUIEN,
            fija={"en_casa": 1},
        ),
    ),
    lleva={
        "dia": "f",
        "clave_de_la_fila": "clave_nucleo",
        "codigo_eps": "codigo_eps",
        "id_nucleo": "id_nucleo",
        "fallecido": "fallecido",
        "tipo_paciente": "tipo_documento",
        "numero_paciente": "numero_documento",
        "nombre_paciente": "nombre",
        "nacimiento_paciente": "fecha_nacimiento",
        "tipo_receptor": "tipo_documento_receptor",
        "numero_receptor": "numero_documento_receptor",
        "tipo_cabeza": "tipo_cabeza",
        "numero_cabeza": "numero_cabeza",
        "cabeza_de_la_fila": "cabeza",
    },
    pasos=_CADA_UNO,
    trae={
        "ocupado": (col("es_paciente") & col("dicho_ocupado")).any(),
        "rnec_clase": when(col("es_paciente")).then(col("rnec_clase")).max(),
        "pagado": (
            (col("es_paciente") | col("es_receptor") | col("es_familiar")) & col("dicho_pagado")
        ).any(),
        "lider_ajeno": when(col("miembro")).then(col("dicho_lider_ajeno")).min(),
        "pagado_ajeno": (col("miembro") & col("dicho_pagado_ajeno")).any(),
        "receptor_tipo": _del_receptor("tipo"),
        "receptor_numero": _del_receptor("numero"),
        "receptor_nombre": _del_receptor("nombre"),
        "receptor_pagado": _del_receptor("dicho_pagado"),
        "cabeza_en_casa": (col("de_la_casa") & col("es_cabeza")).any(),
        "ajeno_en_casa": (
            col("de_la_casa") & ~col("cabeza").is_null() & ~col("misma_cabeza")
        ).any(),
        "compartida_primera": col("compartido").min(),
        "compartida_ultima": col("compartido").max(),
    },
)

_DECIDIDO: tuple[Paso, ...] = (
    Cruce(
        "nucleo",
        registro="historia",
        claves={"clave_nucleo": "clave_nucleo"},
        trae={
            "pagado": _PAGADO.any(),
            "lider": when((col("rol") == "CASO") & _ES_LIDER).then(col("estado")).min(),
        },
    ),
    Columna(
        "pagado",
        alguna([col("nucleo_pagado"), col("gente_pagado"), col("gente_receptor_pagado")]),
    ),
    Grupo(PERSONA, trae={"primera_fila": col("fila").min()}),
    Columna("repetida", alguna([col("gente_ocupado"), col("primera_fila") < col("fila")])),
    Columna(
        "fallecida",
        alguna([col("fallecido"), col("gente_rnec_clase") == "FALLECIDO", col("bdua_fallecida")]),
    ),
    Columna("unico", col("con_f") & ~col("varias_cabezas")),
    Columna("compite", col("unico") & ~col("pagado") & ~col("repetida")),
    Columna("rol", lit("CASO")),
    Columna("con_producto", ~col("codigo_banco").is_null()),
    # La resta de dos días es un entero en el motor.
    Columna(
        "dias_de_aislamiento",
        (col("aislamiento_fin") - col("aislamiento_inicio")).cast(nw.Int64) + 1,
    ),
)

_SEPARADOR = " "
"""Va antes que cualquier letra o cifra: al ordenar, «12» queda antes que «123»."""
_ANCHO_DE_FILA = 10
_CON_OBJECION = alguna(
    col(f"codigos_{efecto}") != ""
    for efecto in ("rechazo", "glosa", "glosa_definitiva", "correccion", "desvio")
)


def _estado_de_lider(orden: str) -> nw.Expr:
    """El de quien manda, por su orden: los que traen producto empiezan por 0."""
    return (
        when(col(orden).str.starts_with("0"))
        .then(lit("EN_VALIDACION_BANCARIA"))
        .otherwise(when(~col(orden).is_null()).then(lit("EN_ENROLAMIENTO")))
    )


def _fila_de_lider(orden: str) -> nw.Expr:
    return col(orden).str.tail(_ANCHO_DE_FILA).cast(nw.Int64)


_DONDE_GANA = Columna(
    "donde_gana",
    when(col("gana_fila").is_null())
    .then(lit("lo ya entregado"))
    .otherwise(nw.concat_str([lit("la fila "), col("gana_fila").cast(nw.String)])),
)

_ELECCION: tuple[Paso, ...] = (
    Columna(
        "orden_de_candidato",
        when(col("compite") & ~_CON_OBJECION & col("nucleo_lider").is_null()).then(
            nw.concat_str(
                [
                    when(col("con_producto")).then(lit("0")).otherwise(lit("1")),
                    col("f").cast(nw.String),
                    col("tipo_documento"),
                    col("numero_documento"),
                    col("fila").cast(nw.String).str.zfill(_ANCHO_DE_FILA),
                ],
                separator=_SEPARADOR,
            )
        ),
    ),
    Grupo(("clave_nucleo",), trae={"orden_del_lider": col("orden_de_candidato").min()}),
    Columna("elegida", alguna([col("orden_de_candidato") == col("orden_del_lider")])),
    Columna(
        "estado_del_lider", nw.coalesce(col("nucleo_lider"), _estado_de_lider("orden_del_lider"))
    ),
    Columna(
        "gana_fila",
        when(col("compite") & ~col("elegida")).then(_fila_de_lider("orden_del_lider")),
    ),
    _DONDE_GANA,
)

_CHOQUE: tuple[Paso, ...] = (
    Columna("orden_si_elegida", when(col("elegida")).then(col("orden_de_candidato"))),
    Conjunto(
        "compartida",
        origenes=(
            Origen(trae={"quien": "gente_compartida_primera"}),
            Origen(trae={"quien": "gente_compartida_ultima"}),
        ),
        lleva={"orden": "orden_si_elegida"},
        pasos=(Grupo(("quien",), trae={"primera": col("orden").min()}),),
        trae={"primera": col("primera").min()},
    ),
    Columna(
        "orden_que_gana",
        when(col("compartida_primera") < col("orden_si_elegida")).then(col("compartida_primera")),
    ),
    Columna(
        "estado_ajeno",
        nw.coalesce(
            when(col("gente_pagado_ajeno")).then(lit("EN_NUCLEO_PAGADO")), col("gente_lider_ajeno")
        ),
    ),
    Columna(
        "choca",
        col("elegida") & (~col("estado_ajeno").is_null() | ~col("orden_que_gana").is_null()),
    ),
    Columna("lider", col("elegida") & ~col("choca")),
    Columna(
        "estado_que_gana",
        when(col("choca"))
        .then(nw.coalesce(col("estado_ajeno"), _estado_de_lider("orden_que_gana")))
        .otherwise(col("estado_del_lider")),
    ),
    Columna(
        "gana_fila",
        when(col("choca") & col("estado_ajeno").is_null())
        .then(_fila_de_lider("orden_que_gana"))
        .otherwise(col("gana_fila")),
    ),
    _DONDE_GANA,
)

HISTORIA = (
    *documento(),
    ColumnaRegistro("clave_nucleo", T(80)),
    ColumnaRegistro("rol", LISTA("CASO", "MIEMBRO")),
    ColumnaRegistro("codigo_eps", CODIGO_EPS),
)

CUPOS = (
    Cupo(
        clave=PERSONA,
        maximo=1,
        cantidad=lit(1),
        de="gente",
        historia={"rol": "MIEMBRO"},
    ),
)

_EN_ORDEN = (
    "PAGADO",
    "EN_NUCLEO_PAGADO",
    "EN_ENROLAMIENTO",
    "NO_PAGO_NUCLEO_ENROLAMIENTO",
    "EN_VALIDACION_BANCARIA",
    "NUCLEO_VALIDACION_BANCARIA",
    "GLOSADO",
    "EN_REVISION_ADRES",
    "EN_CORRECCION_EPS",
)


def _estados(cuenta: nw.Expr) -> dict[str, nw.Expr]:
    """Si entre las filas que cuentan hay alguna en cada estado."""
    return {estado: (cuenta & (col("estado") == estado)).any() for estado in _EN_ORDEN}


_DE_LA_PERSONA = (
    Columna("suyo", col("tipo_documento") == col("tipo_del_caso")),
    # La fila sin caso que solo difiere en el tipo de documento presta su estado.
    Columna("cuenta", col("suyo") | _lleva("CET-01")),
)
_CON_TIPO = {"tipo_del_caso": "tipo_documento"}
_POR_NUMERO = {"numero_documento": "numero_documento"}

_DEL_CASO: tuple[Paso, ...] = (
    _en_la_bdua(_DOCUMENTO, "f"),
    *_con_cabeza("f"),
    # El hogar del SISBEN solo se busca para quien no tiene cabeza: lo demás no cuesta.
    *(Columna(f"{c}_sin_cabeza", when(col("cabeza").is_null()).then(col(c))) for c in PERSONA),
    Cruce(
        "hogar",
        registro="sisben",
        claves={f"{c}_sin_cabeza": c for c in PERSONA},
        trae={"clave": _HOGAR.min()},
    ),
    Columna("clave", nw.coalesce(_juntos(lit("BDUA"), col("cabeza")), col("hogar_clave"))),
    Cruce(
        "fila",
        registro="juicio",
        claves=_POR_NUMERO,
        filtro=col("estado") != "NO_ADMITIDO",
        con=_CON_TIPO,
        antes=_DE_LA_PERSONA,
        trae={
            "cuenta": col("cuenta").any(),
            "valor": when(col("cuenta")).then(col("valor_centavos")).max(),
            **_estados(col("cuenta")),
        },
    ),
    Cruce(
        "lider",
        registro="juicio",
        claves={"clave": "clave_nucleo"},
        filtro=_ES_LIDER,
        trae={"estado": col("estado").min()},
    ),
    Cruce(
        "antes",
        registro="historia",
        claves=_POR_NUMERO,
        con=_CON_TIPO,
        antes=(*_DE_LA_PERSONA, Columna("es_caso", col("cuenta") & (col("rol") == "CASO"))),
        trae={"cobrado": (col("suyo") & _PAGADO).any(), **_estados(col("es_caso"))},
    ),
    Cruce(
        "nucleo",
        registro="historia",
        claves={"clave": "clave_nucleo"},
        trae={
            "pagado": _PAGADO.any(),
            "lider": when((col("rol") == "CASO") & _ES_LIDER).then(col("estado")).min(),
        },
    ),
    Columna("con_fila", alguna([col("fila_cuenta")])),
    Columna("estado_del_lider", nw.coalesce(col("lider_estado"), col("nucleo_lider"))),
)

_EN_FIRME = frozenset({"PAGADO", *norma.LIDERES, "EN_REVISION_ADRES"})
"""Lo que ya se decidió de un caso y una fila que no se entiende no cambia."""

_POR_EL_NUCLEO = {
    "EN_NUCLEO_PAGADO": [col("nucleo_pagado"), col("antes_cobrado")],
    "NO_PAGO_NUCLEO_ENROLAMIENTO": [col("estado_del_lider") == "EN_ENROLAMIENTO"],
    "NUCLEO_VALIDACION_BANCARIA": [col("estado_del_lider") == "EN_VALIDACION_BANCARIA"],
}
"""Lo que el núcleo pone a los suyos, entregados o no. Quien es líder ya quedó en una línea
anterior."""

UNIVERSO = Universo(
    registro="segcovid",
    claves=PERSONA,
    filtro=_CASO_CONFIRMADO & _en_el_universo(col("fecha_confirmacion")),
    trae={
        "f": col("fecha_confirmacion").min(),
        "id_caso": col("id_caso").first(order_by=["fecha_confirmacion", "id_caso"]),
    },
    donde=~col("f").is_null(),
    pasos=_DEL_CASO,
    identidad="id_caso",
    precedencia=tuple(
        (
            estado,
            alguna(
                [
                    col(f"fila_{estado}"),
                    col(f"antes_{estado}") & (~col("con_fila") | lit(estado in _EN_FIRME)),
                    *_POR_EL_NUCLEO.get(estado, []),
                ]
            ),
        )
        for estado in _EN_ORDEN
    ),
    otro="NUNCA_ENTREGADO",
    valor_centavos=col("fila_valor").fill_null(0),
    ve=(*PERSONA, "clave_nucleo"),
)

ESQUEMA = Esquema(
    campos=CAMPOS,
    clave=("clave_nucleo",),
    caso=PERSONA,
    fecha_hecho="fecha_confirmacion",
    pasos=(
        *_SEGCOVID,
        *_PACIENTE,
        GENTE,
        *_DECIDIDO,
    ),
    obligatorios=("segcovid", "bdua"),
    opcionales=("bdua_grupo_familiar", "sisben", "rnec", "historia", "familiares"),
    condiciones=CONDICIONES,
    fases={2: _ELECCION, 3: _CHOQUE},
    historia=HISTORIA,
    cupos=CUPOS,
    anexos={"familiares": FAMILIARES},
    universo=UNIVERSO,
)
