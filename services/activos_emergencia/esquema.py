"""Qué reporta la EPS de cada persona y mes, y qué se lee de los registros.

Una fila por persona, mes y EPS. K son los días que se piden, de ``fecha_inicio`` a ``fecha_fin``.
Lo *propio* son las filas de BDUA, maestro e historia, de la persona; la *cabeza* es la de su
grupo, y la *referencia*, ella misma si es cotizante o su cabeza si no lo es.

Casi siempre una persona tiene un solo documento y la referencia una sola mora: eso se decide con
mínimos y máximos. Lo que ellos no deciden se mira uno por uno (``Conjunto``).
"""

from __future__ import annotations

from collections.abc import Callable

import narwhals as nw

from services.activos_emergencia import norma
from shared.focalizacion import (
    Candidatos,
    Columna,
    Condicion,
    Conjunto,
    Cruce,
    Cupo,
    Esquema,
    Origen,
    alguna,
    col,
    lit,
    when,
)
from shared.focalizacion.model import Paso
from shared.registros.catalogo.columnas import CODIGO_EPS, documento
from shared.registros.catalogo.columnas import codigo_base as columna_codigo_base
from shared.registros.model import ENTERO, LISTA, PERIODO, ColumnaRegistro, T
from shared.tipos.campos import Campo, Tipo

CAMPOS = (
    Campo(
        "codigo_eps",
        Tipo.TEXTO,
        largo=6,
        descripcion="EPS o EOC que atiende a la persona",
        ejemplo="EPS010",
        alias=("eps",),
    ),
    Campo(
        "tipo_documento",
        Tipo.LISTA,
        valores=norma.TIPOS_DOCUMENTO,
        descripcion="Tipo de documento de la persona",
        ejemplo="CC",
        alias=("tipo_doc",),
    ),
    Campo(
        "numero_documento",
        Tipo.DOCUMENTO,
        segun="tipo_documento",
        fecha="fecha_inicio",
        personal=True,
        descripcion="Número del documento de la persona",
        ejemplo="1000000001",
        alias=("num_doc",),
    ),
    Campo("periodo", Tipo.PERIODO, descripcion="Mes, AAAA-MM", ejemplo="2020-06"),
    Campo(
        "sujeto",
        Tipo.LISTA,
        valores=norma.SUJETOS,
        descripcion="I suspendido por mora, II sin protección laboral, III beneficiario de un "
        "cotizante fallecido",
        ejemplo="I",
    ),
    Campo(
        "fecha_inicio",
        Tipo.FECHA,
        descripcion="Primer día que se pide, dentro del mes, AAAA-MM-DD",
        ejemplo="2020-06-01",
    ),
    Campo(
        "fecha_fin",
        Tipo.FECHA,
        descripcion="Último día que se pide, dentro del mes, AAAA-MM-DD",
        ejemplo="2020-06-30",
    ),
    Campo(
        "novedad_reportada",
        Tipo.BOOLEANO,
        descripcion="Si la EPS ya reportó la novedad a la BDUA",
        ejemplo="SI",
    ),
)


def _del_mes(columna: str) -> Condicion:
    return Condicion(
        columna,
        col(columna).dt.to_string("%Y-%m") == col("periodo"),
        "no está en el mes de periodo. Corrija la fecha o el periodo.",
    )


CONDICIONES = (
    _del_mes("fecha_inicio"),
    _del_mes("fecha_fin"),
    Condicion(
        "fecha_fin",
        col("fecha_fin") >= col("fecha_inicio"),
        "es anterior a fecha_inicio. Corrija la que esté errada.",
    ),
)

_DOCUMENTO = {"tipo_documento": "tipo_documento", "numero_documento": "numero_documento"}
_DEL_MES = _DOCUMENTO | {"periodo": "periodo"}


def _corrida(dia: nw.Expr, cuanto: str) -> nw.Expr:
    return dia.dt.offset_by(cuanto).cast(nw.Date)


_DE_LA_FILA = (
    Columna("codigo_eps", col("codigo_eps").str.to_uppercase()),
    Columna("codigo_base", norma.codigo_base(col("codigo_eps"))),
    Columna("mes", col("fecha_inicio").dt.truncate("1mo").cast(nw.Date)),
    Columna("fin_de_mes", _corrida(_corrida(col("mes"), "1mo"), "-1d")),
    # La Registraduría solo responde por cédulas.
    Columna("cedula", when(col("tipo_documento") == "CC").then(col("numero_documento"))),
    Columna(
        "mora_desde",
        when(col("incluir_suspendidos_previos") == "SI")
        .then(lit(norma.SIN_COMIENZO))
        .otherwise(lit(norma.PRIMER_DIA)),
    ),
)

_K = {"k_desde": "fecha_inicio", "k_hasta": "fecha_fin"}
_SOLAPA_K = (col("desde") <= col("k_hasta")) & (
    col("hasta").is_null() | (col("k_desde") <= col("hasta"))
)
_EN_K = Columna("en_k", _SOLAPA_K.fill_null(False))
_COTIZACION = col("concepto") == "COTIZACION"
_DIAS_COTIZADOS = {"dias": col("dias").sum().cast(nw.Int64)}
_DE_ALGUIEN = ~col("estado").is_in(list(norma.NO_CUENTAN))


def _del_documento(prefijo: str, registro: str, filtro: nw.Expr) -> Cruce:
    return Cruce(prefijo, registro=registro, claves=_DEL_MES, filtro=filtro, trae=_DIAS_COTIZADOS)


_YA_TIENE = (
    _del_documento("cotiza", "compensados", _COTIZACION),
    _del_documento("decidido", "historia", _DE_ALGUIEN),
)
_DEL_DOCUMENTO: tuple[Paso, ...] = (
    Cruce(
        "documento",
        registro="bdua",
        claves=_DOCUMENTO,
        trae={"afl_id": col("afl_id").min(), "otro_afl_id": col("afl_id").max()},
    ),
    Cruce(
        "rnec",
        registro="rnec",
        claves={"cedula": "numero_documento"},
        trae={"clase": col("clase").max(), "muerte": col("fecha_muerte").max()},
        # Sin clase, la consulta no halló la cédula.
        filtro=~col("clase").is_null(),
    ),
    Cruce(
        "bdex",
        registro="bdex",
        claves=_DOCUMENTO,
        con=_K,
        condicion=_SOLAPA_K,
    ),
    *_YA_TIENE,
    Columna(
        "identificada",
        col("documento_existe")
        & (col("documento_afl_id") == col("documento_otro_afl_id")).fill_null(False),
    ),
    Columna("afl_id", when(col("identificada")).then(col("documento_afl_id"))),
    Columna(
        "persona",
        when(col("identificada"))
        .then(nw.concat_str([lit("P"), col("afl_id")]))
        .otherwise(nw.concat_str([col("tipo_documento"), lit(" "), col("numero_documento")])),
    ),
)

_CONTRIBUTIVO = col("en_k") & (col("regimen") == "C")


def _si(condicion: nw.Expr, columna: str) -> nw.Expr:
    return when(condicion).then(col(columna))


_DE_MORA = (col("estado") == "SM") & col("desde").is_between(col("mora_desde"), col("k_hasta"))


def _alguna(*condiciones: nw.Expr) -> nw.Expr:
    return alguna(condiciones)


_MEZCLA: dict[str, Callable[..., nw.Expr]] = {
    "contributivo": _alguna,
    "suspendida": _alguna,
    "otra_activa": _alguna,
    "en_su_eps": _alguna,
    "desde_s": nw.min_horizontal,
    "de_otro_estado": _alguna,
    "mora_primera": nw.min_horizontal,
    "mora_ultima": nw.max_horizontal,
    "pl_ultimo": nw.max_horizontal,
    "pl_primero": nw.min_horizontal,
    "af_desde": nw.min_horizontal,
    "ae": _alguna,
}
"""Cómo se junta lo que dice el maestro de BDUA con lo que dice su historia."""
_PROPIO = {
    "contributivo": _CONTRIBUTIVO.any(),
    "suspendida": (_CONTRIBUTIVO & col("estado").is_in(["SM", "AE"])).any(),
    "otra_activa": (
        _CONTRIBUTIVO
        & (col("estado") == "AC")
        & (norma.codigo_base(col("codigo_eps")) != col("base_pedida"))
    ).any(),
    "en_su_eps": (col("en_k") & (norma.codigo_base(col("codigo_eps")) == col("base_pedida"))).any(),
    "desde_s": _si(col("en_k") & (col("regimen") == "S") & (col("estado") == "AC"), "desde").min(),
}
_DE_QUIEN_SEA = {
    "de_otro_estado": (col("estado") != "AE").any(),
    "mora_primera": _si(_DE_MORA, "desde").min(),
    "mora_ultima": _si(_DE_MORA, "desde").max(),
    "pl_ultimo": when((col("estado") == "PL") & (col("desde") <= col("k_hasta")))
    .then(col("hasta").fill_null(lit(norma.SIN_FIN)))
    .max(),
    "pl_primero": _si(col("estado") == "PL", "hasta").min(),
    "af_desde": _si(col("estado") == "AF", "desde").min(),
    "ae": (col("en_k") & (col("estado") == "AE")).any(),
}
_CADA_DOCUMENTO = nw.concat_str([col("tipo_documento"), lit(" "), col("numero_documento")])
_DEL_MAESTRO = {
    "afiliacion": col("fecha_afiliacion_eps").max(),
    "documento": _CADA_DOCUMENTO.min(),
    "otro_documento": _CADA_DOCUMENTO.max(),
    "filas": nw.len().cast(nw.Int64),
}

_MANDA = Columna(
    "manda",
    when(col("en_k") & col("estado").is_in(["AE", "SM"]))
    .then(lit(2))
    .otherwise(when(col("en_k")).then(lit(1)).otherwise(lit(0))),
)
_ORDEN = ("manda", "desde", "codigo_eps", "numero_documento", "tipo_documento")
"""De varias filas del maestro vale la suspendida o de emergencia que solape K, luego otra que lo
solape, luego la última."""
_DATOS = ("tipo_afiliado", "afl_id_cabeza", "fecha_nacimiento", "sexo", "codigo_municipio")


def _de(nombre: str, clave: str, suyo: dict[str, nw.Expr], *datos: str) -> tuple[Paso, ...]:
    """Lo que las dos bases dicen de ``clave``: ``<nombre>_<hecho>``, y del maestro los datos de una
    de sus filas y cuántas son."""
    con = _K | {"mora_desde": "mora_desde", "base_pedida": "codigo_base"}
    hechos = suyo | _DE_QUIEN_SEA
    maestro = _DEL_MAESTRO | {dato: col(dato).max() for dato in datos}
    return (
        Cruce(
            f"{nombre}_m",
            registro="bdua",
            claves={clave: "afl_id"},
            con=con,
            antes=(_EN_K,),
            trae=hechos | maestro,
        ),
        Cruce(
            f"{nombre}_h",
            registro="bdua_afiliacion",
            claves={clave: "afl_id"},
            con=con,
            antes=(_EN_K,),
            trae=hechos,
        ),
        *(
            Columna(f"{nombre}_{h}", _MEZCLA[h](col(f"{nombre}_m_{h}"), col(f"{nombre}_h_{h}")))
            for h in hechos
        ),
        *(Columna(f"{nombre}_{c}", col(f"{nombre}_m_{c}")) for c in maestro),
    )


def _de_la_cabeza(hecho: str) -> nw.Expr:
    return when(col("es_su_cabeza")).then(col(f"suyo_{hecho}")).otherwise(col(f"cabeza_{hecho}"))


def _de_la_referencia(hecho: str) -> nw.Expr:
    return when(col("es_cotizante")).then(col(f"suyo_{hecho}")).otherwise(_de_la_cabeza(hecho))


_AFILIACION: tuple[Paso, ...] = (
    *_de("suyo", "afl_id", _PROPIO, *_DATOS),
    # Casi siempre es una: ordenarlas solo cuesta donde son varias.
    Cruce(
        "elegida",
        registro="bdua",
        claves={"afl_id": "afl_id"},
        con=_K | {"cuantas": "suyo_filas"},
        condicion=col("cuantas") > 1,
        antes=(_EN_K, _MANDA),
        trae={dato: col(dato).last(order_by=list(_ORDEN)) for dato in _DATOS},
    ),
    *(
        Columna(
            dato,
            when(col("elegida_existe")).then(col(f"elegida_{dato}")).otherwise(col(f"suyo_{dato}")),
        )
        for dato in _DATOS
    ),
    Columna("es_cotizante", (col("tipo_afiliado") == "C").fill_null(False)),
    Columna("es_su_cabeza", (col("afl_id_cabeza") == col("afl_id")).fill_null(False)),
    # Lo que no se busca no cuesta: al cotizante no se le pregunta por su cabeza.
    Columna(
        "otra_cabeza",
        when(~col("es_su_cabeza") & (~col("es_cotizante") | (col("sujeto") == "III"))).then(
            col("afl_id_cabeza")
        ),
    ),
    Cruce(
        "municipio",
        registro="zonas_upc",
        claves={"codigo_municipio": "codigo_municipio"},
        trae={"zona": col("zona").max()},
    ),
    *_de("cabeza", "otra_cabeza", {}),
    *(
        Columna(f"ref_{h}", _de_la_referencia(h))
        for h in (
            "de_otro_estado",
            "mora_primera",
            "mora_ultima",
            "pl_ultimo",
            "afiliacion",
            "documento",
            "otro_documento",
        )
    ),
    *(
        Columna(f"cab_{h}", _de_la_cabeza(h))
        for h in ("ae", "af_desde", "pl_primero", "documento", "otro_documento")
    ),
)


def _es_unico(quien: str) -> nw.Expr:
    """Si BDUA tiene a esa persona con un solo documento."""
    return (col(f"{quien}_documento") == col(f"{quien}_otro_documento")).fill_null(False)


_PAGADA = _COTIZACION & (col("dias") > 0)


def _mes_antes(dia: str, meses: int) -> nw.Expr:
    return col(dia).dt.truncate("1mo").dt.offset_by(f"-{meses}mo").dt.to_string("%Y-%m")


def _sin_pagar(dia: str, extremo: str) -> nw.Expr:
    """Si ese mes extremo de los cotizados es uno de los que debían estar sin pago."""
    return col(f"cotizado_{extremo}").is_between(
        _mes_antes(dia, norma.MESES_SIN_COTIZAR), _mes_antes(dia, 1)
    )


_UNA_MORA = col("ref_mora_primera") == col("ref_mora_ultima")
_MORA_SEGURA = (
    when(col("ref_mora_ultima").is_null())
    .then(lit(False))
    .otherwise(
        when(
            ~col("cotizado_existe")
            | (col("cotizado_ultimo") < _mes_antes("ref_mora_ultima", norma.MESES_SIN_COTIZAR))
            | (col("cotizado_primero") > _mes_antes("ref_mora_primera", 1))
        )
        .then(lit(True))
        .otherwise(
            when(
                _UNA_MORA
                & (
                    _sin_pagar("ref_mora_ultima", "ultimo")
                    | _sin_pagar("ref_mora_ultima", "primero")
                )
            ).then(lit(False))
        )
    )
)
"""Con el primero y el último mes cotizados basta casi siempre; nulo donde no."""


def _moras(registro: str) -> Origen:
    return Origen(
        registro=registro,
        claves={"mora_de": "afl_id"},
        trae={"mora": "desde"},
        donde=(col("estado") == "SM") & col("desde").is_between(col("primera"), col("ultima")),
    )


_DE_LA_REFERENCIA: tuple[Paso, ...] = (
    Columna(
        "muerte",
        when(col("rnec_existe")).then(col("rnec_muerte")).otherwise(col("suyo_af_desde")),
    ),
    # Vacíos donde no hacen falta: lo que no se busca no cuesta.
    Columna(
        "falta_af", (col("sujeto") == "III") & ~alguna([col("cab_af_desde") <= col("fecha_fin")])
    ),
    Columna(
        "cedula_cabeza",
        when(
            col("falta_af") & _es_unico("cab") & (col("cab_documento").str.slice(0, 2) == "CC")
        ).then(col("cab_documento").str.slice(3)),
    ),
    Columna(
        "busca_mora", (col("sujeto") == "I") & _es_unico("ref") & ~col("ref_mora_ultima").is_null()
    ),
    Columna("cotiza_tipo", when(col("busca_mora")).then(col("ref_documento").str.slice(0, 2))),
    Columna("cotiza_numero", when(col("busca_mora")).then(col("ref_documento").str.slice(3))),
)

_UNO_POR_UNO: tuple[Paso, ...] = (
    Columna("mora_segura", _MORA_SEGURA),
    Columna(
        "mora_de",
        when((col("sujeto") == "I") & col("mora_segura").is_null()).then(
            when(col("es_cotizante")).then(col("afl_id")).otherwise(col("afl_id_cabeza"))
        ),
    ),
    Columna("cabeza_varios", when(col("falta_af") & ~_es_unico("cab")).then(col("afl_id_cabeza"))),
    Columna("varios_documentos", when(~_es_unico("suyo")).then(col("afl_id"))),
    Conjunto(
        "moras",
        origenes=(_moras("bdua"), _moras("bdua_afiliacion")),
        lleva={"quien": "mora_de", "primera": "ref_mora_primera", "ultima": "ref_mora_ultima"},
        pasos=(
            Columna("un_mes", _mes_antes("mora", 1)),
            Columna("dos_meses", _mes_antes("mora", norma.MESES_SIN_COTIZAR)),
            Conjunto(
                "pago",
                origenes=(Origen(registro="bdua", claves={"quien": "afl_id"}, trae=_DOCUMENTO),),
                lleva={"un_mes": "un_mes", "dos_meses": "dos_meses"},
                pasos=(
                    Cruce(
                        "cotizado",
                        registro="compensados",
                        claves=_DOCUMENTO,
                        filtro=_PAGADA,
                        con={"un_mes": "un_mes", "dos_meses": "dos_meses"},
                        condicion=col("periodo").is_between(col("dos_meses"), col("un_mes")),
                    ),
                ),
                trae={"existe": col("cotizado_existe").any()},
            ),
        ),
        trae={"sin_pago": (~col("pago_existe").fill_null(False)).any()},
    ),
    Conjunto(
        "cedulas",
        origenes=(
            Origen(
                registro="bdua",
                claves={"cabeza_varios": "afl_id"},
                trae={"cedula": "numero_documento"},
                donde=col("tipo_documento") == "CC",
            ),
        ),
        pasos=(
            Cruce(
                "rnec",
                registro="rnec",
                claves={"cedula": "numero_documento"},
                trae={"muerte": col("fecha_muerte").min()},
            ),
        ),
        trae={"muerte": col("rnec_muerte").min()},
    ),
    Conjunto(
        "documentos",
        origenes=(
            Origen(registro="bdua", claves={"varios_documentos": "afl_id"}, trae=_DOCUMENTO),
        ),
        lleva={"periodo": "periodo"},
        pasos=_YA_TIENE,
        trae={p: col(f"{p}_dias").sum().cast(nw.Int64) for p in ("cotiza", "decidido")},
    ),
    Columna("mora_vale", alguna([col("mora_segura"), col("moras_sin_pago")])),
    Columna(
        "cabeza_muere",
        nw.min_horizontal(col("cab_af_desde"), col("rnec_cabeza_muerte"), col("cedulas_muerte")),
    ),
    *(
        Columna(
            f"dias_{nombre}",
            when(col("varios_documentos").is_null())
            .then(col(f"{prefijo}_dias"))
            .otherwise(col(f"documentos_{prefijo}"))
            .fill_null(0),
        )
        for nombre, prefijo in (("cotizados", "cotiza"), ("decididos", "decidido"))
    ),
)


def _dia_30(dia: nw.Expr) -> nw.Expr:
    return nw.min_horizontal(dia.dt.day().cast(nw.Int64), lit(norma.DIAS_DEL_MES))


def _dias(desde: str, hasta: str) -> nw.Expr:
    """Días de treinta por mes, con los dos extremos: el último del mes es el 30."""
    ultimo = (
        when(col(hasta) == col("fin_de_mes"))
        .then(lit(norma.DIAS_DEL_MES))
        .otherwise(col(hasta).dt.day().cast(nw.Int64))
    )
    return when(col(hasta) < col(desde)).then(lit(0)).otherwise(ultimo - _dia_30(col(desde)) + 1)


_CORTES = (
    Columna(
        "k_desde_05",
        when((col("sujeto") == "II") & (col("ref_pl_ultimo") >= col("fecha_inicio")))
        .then(_corrida(nw.min_horizontal(col("ref_pl_ultimo"), col("fecha_fin")), "1d"))
        .otherwise(col("fecha_inicio")),
    ),
    Columna("k_desde", nw.max_horizontal(col("k_desde_05"), lit(norma.PRIMER_DIA))),
    Columna("k_hasta_07", nw.min_horizontal(col("fecha_fin"), lit(norma.ULTIMO_DIA))),
    Columna(
        "k_hasta_10",
        nw.min_horizontal(col("k_hasta_07"), _corrida(col("suyo_desde_s"), "-1d")),
    ),
    Columna("k_hasta_sin_10", nw.min_horizontal(col("k_hasta_07"), col("muerte"))),
    Columna("k_hasta", nw.min_horizontal(col("k_hasta_10"), col("muerte"))),
    Columna("dias_pedidos", _dias("fecha_inicio", "fecha_fin")),
    Columna("dias_tras_05", _dias("k_desde_05", "fecha_fin")),
    Columna("dias_tras_07", _dias("k_desde", "k_hasta_07")),
    Columna("dias_tras_10", _dias("k_desde", "k_hasta_10")),
    Columna("dias_tras_12", _dias("k_desde", "k_hasta")),
    # Los que quita el subsidiado y nada más: de ellos responde la LMA.
    Columna("dias_lma", _dias("k_desde", "k_hasta_sin_10") - col("dias_tras_12")),
)

_LIBRES = (
    Columna("dias_libres", norma.DIAS_DEL_MES - col("dias_cotizados")),
    Columna(
        "dias_tras_08",
        nw.max_horizontal(nw.min_horizontal(col("dias_tras_12"), col("dias_libres")), lit(0)),
    ),
    Columna("dias", col("dias_tras_08")),
)


def _grupo() -> nw.Expr:
    """Grupo de edad el primer día del mes; quien nace después es menor de un año."""
    expresion: nw.Expr = when(~col("fecha_nacimiento").is_null()).then(
        lit(norma.GRUPOS_DE_EDAD[0][1])
    )
    for edad, grupo in norma.GRUPOS_DE_EDAD[1:]:
        cumplidos = col("fecha_nacimiento") <= _corrida(col("mes"), f"-{edad}y")
        expresion = when(cumplidos).then(lit(grupo)).otherwise(expresion)
    return expresion


def _tarifa(prefijo: str, regimen: str, anio: str) -> Cruce:
    return Cruce(
        prefijo,
        registro="upc",
        claves={anio: "anio", "zona": "zona", "grupo_edad": "grupo_edad", "sexo_upc": "sexo"},
        filtro=col("regimen") == regimen,
        trae={
            "base": col("base_dia_centavos").max(),
            "prima": col("prima_diezmilesimas").max(),
            "ponderador": col("ponderador_diezmilesimas").max(),
        },
    )


_GRUPO_Y_ZONA = (
    Columna("zona", col("municipio_zona").fill_null("NORMAL")),
    Columna("grupo_edad", _grupo()),
    Columna(
        "sexo_upc",
        when(col("grupo_edad").is_in(list(norma.GRUPOS_CON_SEXO)))
        .then(col("sexo"))
        .otherwise(lit("A")),
    ),
    Columna("anio", col("mes").dt.year().cast(nw.Int64)),
    Columna("anio_lma", when(col("dias_lma") > 0).then(col("anio"))),
    Columna(
        "datos_bien",
        alguna(
            [
                (col("fecha_nacimiento") <= col("fecha_inicio"))
                & col("sexo").is_in(["F", "M"])
                & col("codigo_municipio").is_in(list(norma.MUNICIPIOS))
            ]
        ),
    ),
)

_POR_LO_ANTERIOR = (
    _tarifa("upc", "C", "anio"),
    _tarifa("upc_s", "S", "anio_lma"),
    Cruce(
        "rnec_cabeza",
        registro="rnec",
        claves={"cedula_cabeza": "numero_documento"},
        trae={"muerte": col("fecha_muerte").min()},
    ),
    Cruce(
        "cotizado",
        registro="compensados",
        claves={"cotiza_tipo": "tipo_documento", "cotiza_numero": "numero_documento"},
        filtro=_PAGADA,
        trae={"primero": col("periodo").min(), "ultimo": col("periodo").max()},
    ),
)

_RECORTES = {
    "ACT-05": ("dias_pedidos", "dias_tras_05"),
    "ACT-07": ("dias_tras_05", "dias_tras_07"),
    "ACT-10": ("dias_tras_07", "dias_tras_10"),
    "ACT-12": ("dias_tras_10", "dias_tras_12"),
    "ACT-08": ("dias_tras_12", "dias_tras_08"),
    "ACT-16": ("dias_tras_08", "dias"),
}
"""Qué días quita cada regla, en el orden en que se aplican."""

FASES = {
    2: (
        Columna(
            "dias_aprobados",
            when(col("estado_previo") == "LIQUIDADO")
            .then(col("dias_tras_08"))
            .otherwise(lit(0, dtype=nw.Int64)),
        ),
        Columna(
            "dias_cupo",
            nw.max_horizontal(col("dias_libres") - col("dias_decididos"), lit(0)),
        ),
        # Cada fila anterior toma lo que pide mientras quepa: entre todas, su suma o el cupo.
        Columna(
            "dias_anteriores",
            nw.min_horizontal(
                col("dias_cupo"),
                col("dias_aprobados").cum_sum().over("persona", "periodo", order_by="fila")
                - col("dias_aprobados"),
            ).cast(nw.Int64),
        ),
        Columna(
            "dias",
            nw.max_horizontal(
                nw.min_horizontal(col("dias_tras_08"), col("dias_cupo") - col("dias_anteriores")),
                lit(0),
            ).cast(nw.Int64),
        ),
        Columna(
            "recortes",
            when(col("dias") < col("dias_pedidos")).then(
                nw.concat_str(
                    [
                        when(col(antes) > col(despues)).then(
                            nw.concat_str(
                                [lit(f"{codigo}="), (col(antes) - col(despues)).cast(nw.String)]
                            )
                        )
                        for codigo, (antes, despues) in _RECORTES.items()
                    ],
                    separator=";",
                    ignore_nulls=True,
                )
            ),
        ),
    ),
}
"""Los días de una persona en un mes se reparten entre sus filas, en su orden."""

HISTORIA = (
    *documento(),
    ColumnaRegistro("periodo", PERIODO),
    ColumnaRegistro("codigo_eps", CODIGO_EPS),
    columna_codigo_base(),
    ColumnaRegistro("sujeto", LISTA(*norma.SUJETOS)),
    ColumnaRegistro("dias", ENTERO, descripcion="Días reconocidos"),
    ColumnaRegistro("recortes", T(80), descripcion="Días que quitó cada regla: ACT-10=15"),
    ColumnaRegistro("zona", LISTA(*norma.ZONAS), descripcion="Zona de la UPC"),
    ColumnaRegistro("grupo_edad", T(10)),
    ColumnaRegistro("sexo_upc", LISTA("A", "F", "M")),
    ColumnaRegistro("dias_lma", ENTERO, descripcion="Días que cortó el subsidiado (ACT-10)"),
    ColumnaRegistro(
        "valor_lma_centavos", ENTERO, descripcion="Lo que serían con la UPC del subsidiado"
    ),
)


_DEL_GRUPO = {
    "af_desde": _si(col("estado") == "AF", "desde").min(),
    "pl_desde": _si(col("estado") == "PL", "desde").min(),
}


def _antes_del_fin(hecho: str) -> nw.Expr:
    """Si alguna de las dos bases lo tiene a más tardar el último día del mes."""
    return alguna(col(f"ref_{base}_{hecho}_desde") <= col("periodo_hasta") for base in "mh")


CANDIDATOS = Candidatos(
    registro="bdua",
    mas="bdua_afiliacion",
    sujeto="afl_id",
    filtro=col("estado").is_in(["AE", "SM"])
    & (col("desde") <= col("periodo_hasta"))
    & (col("hasta").is_null() | (col("periodo_desde") <= col("hasta"))),
    # De una persona, lo que tenga de emergencia y no de mora, y de eso lo primero del mes.
    uno_por=("afl_id",),
    orden=("estado", "desde", "codigo_eps", "numero_documento", "tipo_documento"),
    pasos=(
        Columna(
            "referencia",
            when(col("tipo_afiliado") == "C").then(col("afl_id")).otherwise(col("afl_id_cabeza")),
        ),
        Cruce("ref_m", registro="bdua", claves={"referencia": "afl_id"}, trae=_DEL_GRUPO),
        Cruce(
            "ref_h", registro="bdua_afiliacion", claves={"referencia": "afl_id"}, trae=_DEL_GRUPO
        ),
    ),
    campos={
        "codigo_eps": col("codigo_eps"),
        "tipo_documento": col("tipo_documento"),
        "numero_documento": col("numero_documento"),
        "periodo": col("periodo"),
        "sujeto": when((col("tipo_afiliado") == "B") & _antes_del_fin("af"))
        .then(lit("III"))
        .otherwise(when(_antes_del_fin("pl")).then(lit("II")).otherwise(lit("I"))),
        "fecha_inicio": nw.max_horizontal(col("desde"), col("periodo_desde")),
        "fecha_fin": nw.min_horizontal(col("hasta"), col("periodo_hasta")),
        "novedad_reportada": lit(True),
    },
)
"""Donde ninguna EPS reporta: una fila por persona en mora o en emergencia algún día del mes."""

ESQUEMA = Esquema(
    campos=CAMPOS,
    clave=("persona", "periodo", "codigo_base"),
    fecha_hecho="fecha_inicio",
    # Primero lo que se busca por lo radicado, luego por la persona, por su cabeza y por lo que de
    # ellas se sabe: cada cambio de llave vuelve a escribir las filas.
    pasos=(
        *_DE_LA_FILA,
        *_DEL_DOCUMENTO,
        *_AFILIACION,
        *_DE_LA_REFERENCIA,
        *_CORTES,
        *_GRUPO_Y_ZONA,
        *_POR_LO_ANTERIOR,
        *_UNO_POR_UNO,
        *_LIBRES,
    ),
    obligatorios=("bdua",),
    opcionales=(
        "bdua_afiliacion",
        "compensados",
        "rnec",
        "bdex",
        "zonas_upc",
        "upc",
        "historia",
    ),
    condiciones=CONDICIONES,
    fases=FASES,
    historia=HISTORIA,
    candidatos=CANDIDATOS,
    cupos=(Cupo(clave=("persona", "periodo"), maximo=norma.DIAS_DEL_MES, cantidad=col("dias")),),
)
