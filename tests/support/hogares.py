"""The smallest mechanism with what CET has: households paid once, and whoever waits for its lead.

Its states are those of CET and nothing but ``historia`` is read, so that an upload is judged in a
tenth of the time and tests may try many.
"""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw

from shared.focalizacion import (
    DEL_REGISTRO,
    Beneficiario,
    Columna,
    Conjunto,
    Cruce,
    CuentaDeFila,
    Cupo,
    Efecto,
    Esquema,
    Estados,
    Etapa,
    Grupo,
    Linea,
    Liquidacion,
    Mecanismo,
    Origen,
    Regla,
    ReglasDePago,
    alguna,
    col,
    lit,
    when,
)
from shared.normativa import Certeza, Fuente
from shared.registros.catalogo.columnas import documento
from shared.registros.model import LISTA, ColumnaRegistro, T
from shared.tipos.campos import Campo, Tipo
from tests.support.mesa import Fila

VALOR: Final = 20_482_000
_ACTO: Final = Fuente("Acto de prueba", "art. 1", certeza=Certeza.DISENO)
_LIDERES: Final = frozenset({"EN_ENROLAMIENTO", "EN_VALIDACION_BANCARIA"})
_ESPERAN: Final = frozenset({"NO_PAGO_NUCLEO_ENROLAMIENTO", "NUCLEO_VALIDACION_BANCARIA"})
_DEVUELTOS: Final = frozenset({"EN_CORRECCION_EPS"})
_PAGADOS: Final = ("PAGADO", "EN_NUCLEO_PAGADO")
_PERSONA: Final = ("tipo_documento", "numero_documento")


def _texto(nombre: str, *, obligatorio: bool = True) -> Campo:
    return Campo(nombre, Tipo.TEXTO, largo=20, obligatorio=obligatorio, ejemplo="")


def _regla(codigo: str, efecto: Efecto, **partes: Any) -> Regla:
    return Regla(
        codigo=codigo,
        titulo=codigo,
        si_incumple=efecto,
        fuente=_ACTO,
        mensaje="No se cumple.",
        certeza=Certeza.DISENO,
        **partes,
    )


_DICHO: Final = Cruce(
    "dicho",
    registro="historia",
    claves={"tipo": "tipo_documento", "numero": "numero_documento"},
    con={"su_nucleo": "de_hogar"},
    antes=(
        Columna("paga", col("estado").is_in(list(_PAGADOS))),
        Columna(
            "ocupa",
            (col("rol") == "CASO") & ~col("estado").is_in(sorted(_DEVUELTOS | {"NO_ADMITIDO"})),
        ),
        Columna(
            "ajeno",
            col("estado").is_in(sorted(_LIDERES)) & (col("clave_nucleo") != col("su_nucleo")),
        ),
    ),
    trae={
        "pagado": col("paga").any(),
        "ocupado": col("ocupa").any(),
        "lider_ajeno": when(col("ajeno")).then(col("estado")).min(),
    },
)

_ORDEN: Final = nw.concat_str(
    [
        when(col("con_producto")).then(lit("0")).otherwise(lit("1")),
        col("fila").cast(nw.String).str.zfill(6),
    ],
    separator=" ",
)


def _estado_de(orden: str) -> nw.Expr:
    return (
        when(col(orden).str.starts_with("0"))
        .then(lit("EN_VALIDACION_BANCARIA"))
        .otherwise(when(~col(orden).is_null()).then(lit("EN_ENROLAMIENTO")))
    )


_PASOS: Final = (
    Columna("clave_nucleo", col("hogar")),
    Columna("rol", lit("CASO")),
    Columna("con_producto", ~col("numero_producto").is_null()),
    Columna("tipo_pariente", when(~col("pariente").is_null()).then(lit("CC"))),
    Conjunto(
        "gente",
        origenes=(
            Origen(trae={"tipo": "tipo_documento", "numero": "numero_documento"}),
            Origen(trae={"tipo": "tipo_pariente", "numero": "pariente"}),
        ),
        lleva={"de_hogar": "hogar", "paciente": "numero_documento"},
        pasos=(
            _DICHO,
            Columna("tipo_documento", col("tipo")),
            Columna("numero_documento", col("numero")),
            Columna("ocupado", col("dicho_ocupado") & (col("numero") == col("paciente"))),
            Grupo(_PERSONA, trae={"uno": col("de_hogar").min(), "otro": col("de_hogar").max()}),
        ),
        trae={
            "pagado": col("dicho_pagado").any(),
            "ocupado": col("ocupado").any(),
            "lider_ajeno": col("dicho_lider_ajeno").min(),
            "compartido": when(col("uno") != col("otro")).then(col("numero")).min(),
        },
    ),
    Cruce(
        "nucleo",
        registro="historia",
        claves={"clave_nucleo": "clave_nucleo"},
        trae={
            "pagado": col("estado").is_in(list(_PAGADOS)).any(),
            "lider": when((col("rol") == "CASO") & col("estado").is_in(sorted(_LIDERES)))
            .then(col("estado"))
            .min(),
        },
    ),
    Grupo(_PERSONA, trae={"primera_fila": col("fila").min()}),
    Columna("repetida", alguna([col("gente_ocupado"), col("primera_fila") < col("fila")])),
    Columna("pagado", alguna([col("nucleo_pagado"), col("gente_pagado")])),
    Columna("compite", ~col("repetida") & ~col("pagado")),
)

_FASES: Final = {
    2: (
        Columna(
            "orden",
            when(
                col("compite")
                & (col("codigos_correccion") == "")
                & (col("codigos_rechazo") == "")
                & col("nucleo_lider").is_null()
            ).then(_ORDEN),
        ),
        Grupo(("clave_nucleo",), trae={"orden_del_lider": col("orden").min()}),
        Columna("elegida", alguna([col("orden") == col("orden_del_lider")])),
        Columna(
            "estado_del_lider", nw.coalesce(col("nucleo_lider"), _estado_de("orden_del_lider"))
        ),
    ),
    3: (
        Columna("orden_elegida", when(col("elegida")).then(col("orden"))),
        Grupo(("gente_compartido",), trae={"orden_que_gana": col("orden_elegida").min()}),
        Columna("ajena", col("elegida") & (col("orden_que_gana") < col("orden"))),
        Columna(
            "choca", alguna([col("ajena"), col("elegida") & ~col("gente_lider_ajeno").is_null()])
        ),
        Columna("lider", col("elegida") & ~col("choca")),
        Columna(
            "estado_que_gana",
            when(col("choca"))
            .then(nw.coalesce(col("gente_lider_ajeno"), _estado_de("orden_que_gana")))
            .otherwise(col("estado_del_lider")),
        ),
        Columna(
            "gana_fila",
            when(col("choca") & col("gente_lider_ajeno").is_null())
            .then(col("orden_que_gana").str.tail(6).cast(nw.Int64))
            .otherwise(
                when(col("compite") & ~col("elegida")).then(
                    col("orden_del_lider").str.tail(6).cast(nw.Int64)
                )
            ),
        ),
    ),
}

_JUZGADOS: Final = (
    _LIDERES | _ESPERAN | _DEVUELTOS | {"NO_ADMITIDO", "EN_NUCLEO_PAGADO", "EN_REVISION_ADRES"}
)

HOGARES: Final = Mecanismo(
    nombre="hogares",
    titulo="Hogares de prueba",
    prefijo="HOG",
    esquema=Esquema(
        campos=(
            _texto("hogar"),
            Campo("tipo_documento", Tipo.LISTA, valores=("CC",), ejemplo="CC"),
            _texto("numero_documento"),
            _texto("pariente", obligatorio=False),
            _texto("direccion", obligatorio=False),
            _texto("codigo_banco", obligatorio=False),
            _texto("tipo_producto", obligatorio=False),
            _texto("numero_producto", obligatorio=False),
            Campo("fecha", Tipo.FECHA, ejemplo="2020-10-05"),
        ),
        clave=("clave_nucleo",),
        caso=_PERSONA,
        fecha_hecho="fecha",
        pasos=_PASOS,
        obligatorios=(),
        opcionales=("historia",),
        fases=_FASES,
        historia=(
            *documento(),
            ColumnaRegistro("clave_nucleo", T(80)),
            ColumnaRegistro("rol", LISTA("CASO", "MIEMBRO")),
        ),
        cupos=(
            Cupo(
                clave=_PERSONA,
                maximo=1,
                cantidad=lit(1),
                de="gente",
                historia={"rol": "MIEMBRO"},
            ),
        ),
    ),
    reglas=(
        _regla("HOG-00", Efecto.CORRECCION, etapa=Etapa.FORMA),
        _regla("HOG-07", Efecto.DESVIO, cumple=~col("pagado"), requiere=("historia",)),
        _regla(
            "HOG-08",
            Efecto.DESVIO,
            fase=2,
            aplica=col("compite"),
            cumple=col("elegida") | col("estado_del_lider").is_null(),
        ),
        _regla("HOG-08", Efecto.DESVIO, fase=3, aplica=col("elegida"), cumple=~col("choca")),
        _regla("HOG-09", Efecto.RECHAZO, cumple=~col("repetida")),
        _regla("HOG-13", Efecto.CORRECCION, cumple=~col("direccion").is_null()),
        _regla("HOG-14", Efecto.DESVIO, etapa=Etapa.GIRO),
    ),
    liquidacion=Liquidacion(
        pasos=(Columna("valor", lit(VALOR, dtype=nw.Int64)),),
        valor_centavos=col("valor"),
        beneficiarios=(
            Beneficiario(
                concepto="compensacion",
                tipo_documento=col("tipo_documento"),
                numero=col("numero_documento"),
                nombre=col("numero_documento"),
                valor_centavos=col("valor"),
                cuenta=CuentaDeFila(
                    col("codigo_banco"), col("tipo_producto"), col("numero_producto")
                ),
            ),
        ),
    ),
    estados=Estados(
        precedencia=(
            Linea("NO_ADMITIDO", efectos=(Efecto.RECHAZO,)),
            Linea("EN_NUCLEO_PAGADO", efectos=(Efecto.DESVIO,), codigos=("HOG-07",)),
            Linea("EN_ENROLAMIENTO", cuando=col("lider") & ~col("con_producto")),
            Linea(
                "NO_PAGO_NUCLEO_ENROLAMIENTO",
                efectos=(Efecto.DESVIO,),
                codigos=("HOG-08",),
                cuando=col("estado_que_gana") == "EN_ENROLAMIENTO",
            ),
            Linea("EN_VALIDACION_BANCARIA", cuando=col("lider")),
            Linea("NUCLEO_VALIDACION_BANCARIA", efectos=(Efecto.DESVIO,), codigos=("HOG-08",)),
            Linea("EN_CORRECCION_EPS", efectos=(Efecto.CORRECCION,)),
        ),
        otro="EN_REVISION_ADRES",
        forma="EN_CORRECCION_EPS",
        valorados=_LIDERES,
        liberan=_JUZGADOS - _LIDERES,
        corregibles=_DEVUELTOS,
        retenidos=_ESPERAN | {"EN_NUCLEO_PAGADO"},
        resuelven=frozenset({"PAGADO"}),
        publicados={
            "RECONOCIDO": DEL_REGISTRO,
            "ESPERA_CUENTA": DEL_REGISTRO,
            "ANULADO": DEL_REGISTRO,
            "ORDENADO": "EN_VALIDACION_BANCARIA",
            "GIRO_DEVUELTO": "EN_VALIDACION_BANCARIA",
            "ESPERA_PRESUPUESTO": "EN_REVISION_ADRES",
            "GIRADO": "PAGADO",
            "EN_REINTEGRO": "PAGADO",
        },
        transiciones={},
    ),
    pago=ReglasDePago(enrola="HOG-14"),
)


SIN_PRODUCTO: Final = {"codigo_banco": None, "tipo_producto": None, "numero_producto": None}


def caso(hogar: str, numero: str, pariente: str | None = None, **cambios: Any) -> Fila:
    """A case of a household, with a product of its own."""
    return {
        "hogar": hogar,
        "tipo_documento": "CC",
        "numero_documento": numero,
        "pariente": pariente,
        "direccion": "CALLE 1",
        "codigo_banco": "1007",
        "tipo_producto": "AHORROS",
        "numero_producto": f"77{numero}",
        "fecha": "2020-10-05",
    } | cambios
