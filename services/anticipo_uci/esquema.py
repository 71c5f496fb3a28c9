"""Qué radica la IPS y qué se lee de REPS.

Una fila por sede, servicio, población y día. El corte de REPS que rige es el del día de la cama.
"""

from __future__ import annotations

from functools import reduce

import narwhals as nw

from services.anticipo_uci import norma
from shared.focalizacion import Columna, Cruce, Esquema, Grupo, alguna, col, lit, suma
from shared.tipos.campos import Campo, Tipo

CAMPOS = (
    Campo(
        "nit",
        Tipo.DIGITOS,
        largo=9,
        descripcion="NIT de la IPS, sin dígito de verificación",
        ejemplo="900100101",
        alias=("nits_nit", "nit_ips"),
    ),
    Campo(
        "periodo",
        Tipo.PERIODO,
        descripcion="Mes que se certifica, AAAA-MM",
        ejemplo="2021-02",
    ),
    Campo(
        "codigo_habilitacion",
        Tipo.DIGITOS,
        largo=10,
        completa_ceros=True,
        descripcion="Código de habilitación de la sede, 10 dígitos, con sus ceros",
        ejemplo="0500100101",
    ),
    Campo(
        "numero_sede",
        Tipo.DIGITOS,
        largo=2,
        completa_ceros=True,
        descripcion="Número de la sede en REPS, dos dígitos",
        ejemplo="01",
    ),
    Campo(
        "servicio",
        Tipo.TEXTO,
        largo=20,
        descripcion="UCI o INTERMEDIO",
        ejemplo="UCI",
    ),
    Campo(
        "poblacion",
        Tipo.LISTA,
        valores=norma.POBLACIONES,
        descripcion="Población de la cama",
        ejemplo="ADULTO",
    ),
    Campo(
        "fecha",
        Tipo.FECHA,
        descripcion="Día de la disponibilidad, AAAA-MM-DD",
        ejemplo="2021-02-01",
    ),
    Campo(
        "camas_disponibles",
        Tipo.ENTERO,
        minimo=0,
        descripcion="Camas listas y sin ocupar ese día",
        ejemplo="8",
    ),
)

CAMA = ("hab_sede", "servicio", "poblacion")
SOLICITUD = ("nit", "periodo")
CLAVE = ("codigo_habilitacion", "numero_sede", "servicio", "poblacion", "fecha")

_TRANSITORIA_VIGENTE = (
    (col("estado") == "VIGENTE")
    & (col("fecha_inicio") <= col("dia"))
    & (col("fecha_fin").is_null() | (col("dia") <= col("fecha_fin")))
)


def _habilitado(habilitado: nw.Expr, apertura: nw.Expr, cierre: nw.Expr, dia: nw.Expr) -> nw.Expr:
    """Habilitado ese día: abierto, y una fecha de cierre le gana a la marca SI."""
    abierto = apertura.is_null() | (apertura <= dia)
    return habilitado & abierto & (cierre.is_null() | (cierre > dia))


def _codigo_servicio() -> nw.Expr:
    expresion: nw.Expr = lit(None, dtype=nw.String)
    for (servicio, poblacion), codigo in norma.CODIGO_SERVICIO.items():
        es = (col("servicio") == servicio) & (col("poblacion") == poblacion)
        expresion = nw.when(es).then(lit(codigo)).otherwise(expresion)
    return expresion


def _transitoria(prefijo: str, tipo: str) -> Cruce:
    return Cruce(
        prefijo,
        registro="reps_transitorias",
        claves={"hab_sede": "hab_sede", "servicio": "servicio", "poblacion": "poblacion"},
        trae={"camas": suma("camas")},
        filtro=col("tipo") == tipo,
        dia="fecha",
        condicion=_TRANSITORIA_VIGENTE,
    )


_PRIMER_DIA = nw.concat_str([col("periodo"), lit("-01")]).str.to_date(format="%Y-%m-%d")


def _si_hay(prefijo: str) -> nw.Expr:
    """Camas de un cruce: cero si no hay ninguna, sin dato si REPS no dice cuántas."""
    hallada = nw.when(col(f"{prefijo}_existe")).then(col(f"{prefijo}_camas"))
    return hallada.otherwise(lit(0, dtype=nw.Int64))


PASOS = (
    Columna("servicio", col("servicio").str.to_uppercase()),
    Columna("hab_sede", nw.concat_str([col("codigo_habilitacion"), col("numero_sede")])),
    Columna("es_cama_de_la_norma", col("servicio").is_in(["UCI", "INTERMEDIO"])),
    Columna("codigo_servicio", _codigo_servicio()),
    Columna("en_el_mes", col("fecha").dt.to_string("%Y-%m") == col("periodo")),
    Columna("dias_del_mes", _PRIMER_DIA.dt.offset_by("1mo").dt.offset_by("-1d").dt.day()),
    Grupo(("nit", *CAMA, "fecha"), trae={"copias": nw.len()}),
    Grupo(
        (*SOLICITUD, *CAMA, "en_el_mes"),
        trae={
            # Un día repetido cuenta una vez.
            "dias_certificados": col("fecha").n_unique(),
            "menor_del_mes": col("camas_disponibles").min(),
            "mayor_del_mes": col("camas_disponibles").max(),
        },
    ),
    Cruce("nit", registro="reps_prestadores", claves={"nit": "nit"}, dia="fecha", por_corte=True),
    Cruce(
        "sede",
        registro="reps_sedes",
        claves={"hab_sede": "hab_sede"},
        trae={
            "hab_prestador": col("hab_prestador").max(),
            "nit": col("nit").max(),
            "habilitado": col("habilitado").max(),
            "fecha_apertura": col("fecha_apertura").max(),
            "fecha_cierre": col("fecha_cierre").max(),
        },
        dia="fecha",
        por_corte=True,
    ),
    Columna(
        "sede_habilitada",
        _habilitado(
            col("sede_habilitado"),
            col("sede_fecha_apertura"),
            col("sede_fecha_cierre"),
            col("fecha"),
        ),
    ),
    Cruce(
        "prestador",
        registro="reps_prestadores",
        claves={"sede_hab_prestador": "hab_prestador"},
        trae={"es_ips": col("es_ips").max()},
        dia="fecha",
        por_corte=True,
    ),
    Cruce(
        "servicio_reps",
        registro="reps_servicios",
        claves={"hab_sede": "hab_sede", "codigo_servicio": "codigo_servicio"},
        dia="fecha",
        por_corte=True,
        condicion=_habilitado(
            col("habilitado"), col("fecha_apertura"), col("fecha_cierre"), col("dia")
        ),
    ),
    Cruce(
        "capacidad",
        registro="reps_capacidad",
        claves={"hab_sede": "hab_sede", "servicio": "servicio", "poblacion": "poblacion"},
        trae={"camas": suma("cantidad")},
        filtro=~col("servicio").is_null(),
        dia="fecha",
        por_corte=True,
    ),
    _transitoria("autorizada", "AUTORIZACION"),
    _transitoria("suspendida", "SUSPENSION"),
    Columna(
        "camas_netas",
        nw.when(alguna([col("capacidad_existe"), col("autorizada_existe")])).then(
            _si_hay("capacidad") + _si_hay("autorizada") - _si_hay("suspendida")
        ),
    ),
    Columna(
        "reps_capacidad_dia",
        nw.when(col("camas_netas") < 0).then(lit(0, dtype=nw.Int64)).otherwise(col("camas_netas")),
    ),
    Cruce(
        "reporte",
        registro="reps_ocupacion_diaria",
        claves={
            "hab_sede": "hab_sede",
            "fecha": "fecha",
            "servicio": "servicio",
            "poblacion": "poblacion",
        },
        trae={
            "camas_disponibles": suma("camas_disponibles"),
            "ocupadas_no_covid": suma("ocupadas_no_covid"),
            "ocupadas_sospechoso": suma("ocupadas_sospechoso"),
            "ocupadas_confirmado": suma("ocupadas_confirmado"),
        },
        filtro=~col("servicio").is_null(),
    ),
    Columna(
        "ocupadas",
        reduce(
            lambda a, b: a + b,
            (col(f"reporte_ocupadas_{c}") for c in ("no_covid", "sospechoso", "confirmado")),
        ),
    ),
    Columna("ocupadas_y_certificadas", col("ocupadas") + col("camas_disponibles")),
    Cruce(
        "historia",
        registro="historia",
        claves={c: c for c in CLAVE},
        filtro=~col("estado").is_in(["EN_CORRECCION", "NO_RECONOCIDO"]),
    ),
)

ESQUEMA = Esquema(
    campos=CAMPOS,
    clave=CLAVE,
    fecha_hecho="fecha",
    pasos=PASOS,
    obligatorios=("reps_prestadores", "reps_sedes", "reps_capacidad"),
    opcionales=("reps_servicios", "reps_ocupacion_diaria", "reps_transitorias", "historia"),
)
