"""Qué se radica por cada prueba y qué se lee de los registros.

Una fila por prueba. La persona se busca en BDUA por el documento radicado o, si no está, por los
que tuvo antes; lo demás, por todos los documentos de esa persona. Rige lo del día de la toma; del
laboratorio, lo del día del proceso.
"""

from __future__ import annotations

import narwhals as nw

from services.pruebas import norma
from shared.focalizacion import (
    Columna,
    Condicion,
    Cruce,
    Enlace,
    Esquema,
    Grupo,
    Puente,
    alguna,
    col,
    lit,
    when,
)
from shared.focalizacion.model import Paso
from shared.normativa import Vigente
from shared.registros.catalogo.columnas import CODIGO_EPS, documento
from shared.registros.catalogo.columnas import codigo_base as columna_codigo_base
from shared.registros.model import FECHA, LISTA, NIT, ColumnaRegistro, T
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


def _quien(sufijo: str, hace: str, ejemplo: tuple[str, str]) -> tuple[Campo, Campo]:
    return (
        Campo(
            f"hab_{sufijo}",
            Tipo.DIGITOS,
            largo=10,
            completa_ceros=True,
            descripcion=f"Código de habilitación de quien {hace}, 10 dígitos, sin sede",
            ejemplo=ejemplo[0],
        ),
        Campo(
            f"nit_{sufijo}",
            Tipo.DIGITOS,
            largo=9,
            descripcion=f"NIT de quien {hace}, sin dígito de verificación",
            ejemplo=ejemplo[1],
        ),
    )


CAMPOS = (
    Campo(
        "consecutivo",
        Tipo.ENTERO,
        descripcion="Número de la fila; no se repite en el archivo",
        ejemplo="1",
    ),
    Campo(
        "codigo_eps",
        Tipo.LISTA,
        valores=norma.CODIGOS_EPS,
        lista="el código de una EPS de la tabla de 2020, de seis caracteres",
        descripcion="EPS que responde por la prueba",
        ejemplo="EPS010",
        alias=("codigo_eapb", "eapb", "ent_id"),
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
        fecha="fecha_toma",
        personal=True,
        descripcion="Número del documento, el del día de la toma",
        ejemplo="1000000001",
        alias=("num_doc",),
    ),
    _nombre("primer_apellido", "apellido1", "PEREZ"),
    _nombre("segundo_apellido", "apellido2", "GOMEZ", puede_faltar=True),
    _nombre("primer_nombre", "nombre1", "ANA"),
    _nombre("segundo_nombre", "nombre2", "MARIA", puede_faltar=True),
    Campo(
        "codigo_municipio_toma",
        Tipo.LISTA,
        valores=norma.MUNICIPIOS,
        lista="un código DIVIPOLA de cinco dígitos, con su cero",
        descripcion="Municipio donde se tomó la muestra",
        ejemplo="11001",
        alias=("cod_municipio_toma",),
    ),
    Campo(
        "fecha_toma",
        Tipo.FECHA,
        descripcion="Día de la toma, AAAA-MM-DD",
        ejemplo="2020-10-05",
        alias=("fecha_de_toma",),
    ),
    Campo(
        "fecha_proceso",
        Tipo.FECHA,
        descripcion="Día en que se procesó la muestra, AAAA-MM-DD",
        ejemplo="2020-10-06",
    ),
    Campo(
        "cups",
        Tipo.DIGITOS,
        largo=6,
        descripcion="CUPS de la prueba",
        ejemplo="908856",
    ),
    Campo(
        "tipo_prueba",
        Tipo.LISTA,
        valores=norma.TIPOS_PRUEBA,
        descripcion="Clase de prueba",
        ejemplo="MOLECULAR",
        alias=("tipo_de_prueba",),
    ),
    Campo(
        "id_sismuestras",
        Tipo.TEXTO,
        obligatorio=False,
        largo=20,
        descripcion="Número de la muestra en SISMUESTRAS, si se conoce",
        ejemplo="M0001",
    ),
    *_quien("toma", "toma la muestra", ("1100100501", "900300101")),
    *_quien("procesa", "la procesa", ("1100100502", "900300202")),
    Campo(
        "factura_toma",
        Tipo.TEXTO,
        largo=30,
        descripcion="Factura de la toma; puede ser de varios usuarios",
        ejemplo="FT001",
    ),
    Campo(
        "factura_procesa",
        Tipo.TEXTO,
        largo=30,
        descripcion="Factura del procesamiento; puede ser de varios usuarios",
        ejemplo="FP001",
    ),
    Campo(
        "fecha_factura",
        Tipo.FECHA,
        descripcion="Día de la factura, AAAA-MM-DD",
        ejemplo="2020-11-30",
    ),
    Campo("valor_toma", Tipo.ENTERO, descripcion="Pesos de la toma", ejemplo="60000"),
    Campo("valor_procesa", Tipo.ENTERO, descripcion="Pesos del procesamiento", ejemplo="140000"),
    Campo("valor_total", Tipo.ENTERO, descripcion="La suma de los dos", ejemplo="200000"),
    Campo(
        "diferencial",
        Tipo.BOOLEANO,
        descripcion="Si se cobra la tarifa de municipio sin laboratorio avalado",
        ejemplo="NO",
    ),
    Campo(
        "beneficiario_giro",
        Tipo.LISTA,
        valores=norma.BENEFICIARIOS,
        descripcion="A quién se gira: a las IPS, o a la EPS que ya les pagó",
        ejemplo="IPS",
    ),
)

CONDICIONES = (
    Condicion(
        "consecutivo",
        nw.len().over("consecutivo") == 1,
        "el consecutivo está más de una vez en el archivo. Numere las filas sin repetir.",
    ),
    Condicion(
        "beneficiario_giro",
        (col("beneficiario_giro") != "EPS") | col("codigo_eps").is_in(sorted(norma.NIT_DE_LA_EPS)),
        "no se conoce el NIT de esa EPS y no hay a quién girarle. Escriba IPS.",
    ),
)

CLAVE = ("persona", "tipo_prueba", "fecha_toma")
_DOCUMENTO = {"tipo_documento": "tipo_documento", "numero_documento": "numero_documento"}
_DECIDIDA = _DOCUMENTO | {"tipo_prueba": "tipo_prueba", "fecha_toma": "fecha_toma"}
"""La misma prueba en lo ya decidido, con cualquiera de los documentos de la persona."""
_GLOSADAS = ("GLOSADO", "GLOSADO_DEFINITIVO")
_VIVA = ~col("estado").is_in(["NO_ADMITIDO", *_GLOSADAS])
DE_GLOSA = tuple(f"PRU-{n:02}" for n in (6, 8, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 22, 23, 26))
"""Las que el prestador puede subsanar, cada una una sola vez."""


def _vigente(desde: str = "desde", hasta: str = "hasta") -> nw.Expr:
    """Vigente el día de la fila, con los dos días incluidos."""
    return (col(desde) <= col("dia")) & (col(hasta).is_null() | (col("dia") <= col(hasta)))


_HABILITADO = (
    col("habilitado")
    & (col("fecha_radicacion").is_null() | (col("fecha_radicacion") <= col("dia")))
    & (col("fecha_cierre").is_null() | (col("fecha_cierre") > col("dia")))
)
"""Abierto ese día, y una fecha de cierre le gana a la marca SI."""


def _prestador(sufijo: str, dia: str) -> tuple[Cruce, Cruce]:
    """El prestador de una parte de la prueba, y si es de una entidad territorial."""
    return (
        Cruce(
            sufijo,
            registro="reps_prestadores",
            claves={f"hab_{sufijo}": "hab_prestador", f"nit_{sufijo}": "nit"},
            trae={"nombre": nw.coalesce(col("razon_social"), col("nombre_prestador")).max()},
            dia=dia,
            por_corte=True,
            condicion=_HABILITADO,
        ),
        Cruce(
            f"{sufijo}_publica",
            registro="reps_prestadores",
            claves={f"hab_{sufijo}": "hab_prestador"},
            filtro=col("laboratorio_salud_publica"),
            dia=dia,
            por_corte=True,
        ),
    )


def _tarifa(prefijo: str, componente: str) -> Cruce:
    """El valor que rige el día de la toma; una fila sin valor es como si no estuviera."""
    return Cruce(
        prefijo,
        registro="pruebas_tarifas",
        claves={"tipo_prueba": "tipo_prueba", "cups": "cups"},
        trae={"valor": col("valor_cop").max()},
        filtro=(col("componente") == componente) & ~col("valor_cop").is_null(),
        dia="fecha_toma",
        condicion=_vigente(),
    )


def _factura(parte: str) -> Cruce:
    """Entre qué EPS está esa factura en lo ya decidido: la primera y la última por su código."""
    return Cruce(
        f"factura_{parte}_vista",
        registro="historia",
        claves={f"nit_{parte}": f"nit_{parte}", f"factura_{parte}": f"factura_{parte}"},
        trae={"desde": col("codigo_base").min(), "hasta": col("codigo_base").max()},
    )


def _en(periodo: Vigente[str]) -> nw.Expr:
    desde = col("fecha_toma") >= periodo.desde
    return desde if periodo.hasta is None else desde & (col("fecha_toma") <= periodo.hasta)


def _mas(columna: str, plazo: str) -> nw.Expr:
    """El último día de un plazo de calendario, incluido."""
    return col(columna).dt.offset_by(plazo).cast(nw.Date)


_DE_LA_FILA = (
    Columna("codigo_base", norma.codigo_base(col("codigo_eps"))),
    Columna("suma_bien", (col("valor_total") == col("valor_toma") + col("valor_procesa"))),
    Columna("en_p0", _en(norma.P0)),
    Columna("en_p2", _en(norma.P2)),
    Columna("limite", _mas("fecha_toma", f"{norma.ANIOS_PARA_PRESENTAR}y")),
    # Vacíos donde no hacen falta: lo que no se busca no cuesta.
    Columna("municipio_diferencial", when(col("diferencial")).then(col("codigo_municipio_toma"))),
    Columna("base_p0", when(col("en_p0")).then(col("codigo_base"))),
)

_PRESTADORES_Y_VALORES = (
    *_prestador("toma", "fecha_toma"),
    *_prestador("procesa", "fecha_proceso"),
    Cruce(
        "aval",
        registro="laboratorios_avalados",
        claves={"hab_procesa": "hab_prestador", "nit_procesa": "nit"},
        dia="fecha_proceso",
        condicion=_vigente(),
    ),
    Cruce(
        "laboratorio",
        registro="laboratorios_avalados",
        claves={"municipio_diferencial": "codigo_municipio"},
        dia="fecha_toma",
        condicion=_vigente(),
    ),
    Columna("diferencial_procede", col("en_p2") & ~col("laboratorio_existe")),
    Cruce(
        "cups",
        registro="pruebas_tarifas",
        claves={"tipo_prueba": "tipo_prueba", "cups": "cups"},
    ),
    _tarifa("tarifa", "TOTAL"),
    _tarifa("tarifa_diferencial", "TOTAL_DIFERENCIAL"),
    Cruce(
        "monto",
        registro="montos_r2461",
        claves={"base_p0": "codigo_base"},
        trae={"pesos": col("monto").sum().cast(nw.Int64)},
    ),
    Cruce(
        "gasto",
        registro="historia",
        claves={"base_p0": "codigo_base"},
        trae={"pesos": col("valor").sum().cast(nw.Int64)},
        filtro=_VIVA & _en(norma.P0),
    ),
    Columna("saldo_del_monto", col("monto_pesos").fill_null(0) - col("gasto_pesos").fill_null(0)),
    _factura("toma"),
    _factura("procesa"),
    Columna(
        "factura_ajena",
        alguna(
            col(f"factura_{parte}_vista_{extremo}") != col("codigo_base")
            for parte in ("toma", "procesa")
            for extremo in ("desde", "hasta")
        ),
    ),
)

_PERSONA: tuple[Paso, ...] = (
    Cruce("bdua", registro="bdua", claves=_DOCUMENTO, trae={"afl_id": col("afl_id").min()}),
    Cruce(
        "anterior",
        registro="bdua_historia_identificacion",
        claves=_DOCUMENTO,
        trae={"afl_id": col("afl_id").min()},
    ),
    Columna("persona_existe", col("bdua_existe") | col("anterior_existe")),
    Columna("afl_id", nw.coalesce(col("bdua_afl_id"), col("anterior_afl_id"))),
    Columna(
        "persona",
        when(col("persona_existe"))
        .then(nw.concat_str([lit("P"), col("afl_id")]))
        .otherwise(nw.concat_str([col("tipo_documento"), lit(" "), col("numero_documento")])),
    ),
    Puente(
        "documentos",
        propias=_DOCUMENTO,
        enlaces=tuple(
            Enlace(registro, claves={"afl_id": "afl_id"}, trae=_DOCUMENTO)
            for registro in ("bdua", "bdua_historia_identificacion")
        ),
    ),
)

_ACTIVA = (
    col("vigente")
    & col("estado").is_in(list(norma.ESTADOS_ACTIVOS))
    & col("regimen").is_in(list(norma.REGIMENES))
)
_DE_LA_AFILIACION = ("no_retirada", "activa", "en_su_eps", "fallecida")
_AFILIACION: tuple[Paso, ...] = (
    Cruce(
        "afiliacion",
        registro="bdua",
        claves={"afl_id": "afl_id"},
        trae={
            "no_retirada": (col("vigente") & (col("estado") != "RE").fill_null(True)).any(),
            "activa": _ACTIVA.any(),
            "en_su_eps": (
                _ACTIVA & (norma.codigo_base(col("codigo_eps")) == col("base_de_la_fila"))
            ).any(),
            "fallecida": ((col("estado") == "AF") & (col("desde") < col("dia"))).any(),
        },
        dia="fecha_toma",
        con={"base_de_la_fila": "codigo_base"},
        condicion=col("desde") <= col("dia"),
        antes=(Columna("vigente", _vigente()),),
    ),
    # Sin ninguna fila de BDUA hasta ese día, nada de esto es cierto.
    *(Columna(f"afiliacion_{c}", alguna([col(f"afiliacion_{c}")])) for c in _DE_LA_AFILIACION),
    Cruce(
        "bdex",
        registro="bdex",
        por="documentos",
        claves=_DOCUMENTO,
        dia="fecha_toma",
        condicion=_vigente(),
    ),
)


def _numero_del_dia(columna: str) -> nw.Expr:
    """Días transcurridos hasta ese, contados desde el mismo en las dos fechas que se restan."""
    anteriores = col(columna).dt.year().cast(nw.Int64) - 1
    bisiestos = anteriores // 4 - anteriores // 100 + anteriores // 400
    return anteriores * 365 + bisiestos + col(columna).dt.ordinal_day().cast(nw.Int64)


_LEJOS = (_numero_del_dia("fecha_toma") - _numero_del_dia("dia")).abs()
"""Días entre la toma de SISMUESTRAS y la declarada."""


def _es_util(columna: str) -> nw.Expr:
    return col(columna).is_in(list(norma.RESULTADOS_UTILES))


def _al_final(condicion: nw.Expr) -> nw.Expr:
    """0 donde se cumple y 1 donde no: para ordenar."""
    return when(condicion).then(lit(0)).otherwise(lit(1))


_ORDEN_MUESTRAS = (
    "otro_numero",
    "lejos",
    "fecha_toma",
    "sin_numero",
    "id_sismuestras",
    "nit_procesa",
    "no_util",
    "codigo_eps",
)
"""La del número radicado; si no, la más cercana, la primera y la de menor número. Lo demás
desempata entre envíos de una misma muestra: vale el que trae resultado."""


def _de_la_muestra(columna: str) -> nw.Expr:
    return col(columna).first(order_by=list(_ORDEN_MUESTRAS))


_MUESTRA = (
    Cruce(
        "muestra",
        registro="sismuestras",
        por="documentos",
        claves=_DOCUMENTO | {"tipo_prueba": "tipo_prueba"},
        trae={
            "id": _de_la_muestra("id_sismuestras"),
            "nit_procesa": _de_la_muestra("nit_procesa"),
            "codigo_eps": _de_la_muestra("codigo_eps"),
            "util": _de_la_muestra("util"),
        },
        dia="fecha_toma",
        con={
            "numero_radicado": "id_sismuestras",
            "clase": "tipo_prueba",
            "tolerancia": "tolerancia_dias",
        },
        condicion=col("tolerancia") >= _LEJOS,
        antes=(
            Columna("lejos", _LEJOS),
            Columna("otro_numero", _al_final(col("id_sismuestras") == col("numero_radicado"))),
            Columna("sin_numero", _al_final(~col("id_sismuestras").is_null())),
            Columna(
                "util",
                alguna(
                    [
                        _es_util("resultado"),
                        (col("clase") == "ANTICUERPOS")
                        & (_es_util("resultado_igm") | _es_util("resultado_igg")),
                    ]
                ),
            ),
            Columna("no_util", _al_final(col("util"))),
        ),
    ),
    Columna("muestra_base", norma.codigo_base(col("muestra_codigo_eps"))),
    # La muestra hallada es la que queda en la historia: con ella se ve si se paga dos veces.
    Columna("id_sismuestras", nw.coalesce(col("muestra_id"), col("id_sismuestras"))),
)

_COMUNICADA = ("comunicada", "estado")
_SIN_COMUNICAR = lit(norma.SIN_COMUNICAR)
_YA_DECIDIDO = (
    Cruce("decidida", registro="historia", por="documentos", claves=_DECIDIDA, filtro=_VIVA),
    Cruce(
        "previa",
        registro="historia",
        por="documentos",
        claves=_DECIDIDA,
        trae={
            "estado": col("estado").last(order_by=list(_COMUNICADA)),
            "comunicada": col("fecha_comunicacion").last(order_by=list(_COMUNICADA)),
            "glosada": (col("estado") == "GLOSADO").any(),
            **{c: col("codigos").str.contains(c, literal=True).any() for c in DE_GLOSA},
        },
        filtro=col("estado").is_in(list(_GLOSADAS)),
        con={"base_de_la_fila": "codigo_base"},
        condicion=col("codigo_base") == col("base_de_la_fila"),
        antes=(Columna("comunicada", col("fecha_comunicacion").fill_null(_SIN_COMUNICAR)),),
    ),
    Columna("glosada_antes", alguna([col("previa_glosada")])),
    Columna("previa_limite", _mas("previa_comunicada", f"{norma.MESES_PARA_SUBSANAR}mo")),
    Cruce(
        "muestra_decidida",
        registro="historia",
        claves={"muestra_nit_procesa": "nit_procesa", "muestra_id": "id_sismuestras"},
        filtro=_VIVA,
    ),
)

_FILA_BUENA = when(col("suma_bien") & (col("valor_total") > 0)).then(col("fila")).min()
"""La primera fila del archivo que sería un registro: las de suma errada no cuentan."""
_REPETIDAS = (
    Grupo(CLAVE, trae={"primera_fila": _FILA_BUENA}),
    Columna("gana_fila", when(col("primera_fila") < col("fila")).then(col("primera_fila"))),
    Grupo(("muestra_nit_procesa", "muestra_id"), trae={"primera_de_la_muestra": _FILA_BUENA}),
)

HISTORIA = (
    *documento(),
    ColumnaRegistro("tipo_prueba", LISTA(*norma.TIPOS_PRUEBA)),
    ColumnaRegistro("fecha_toma", FECHA),
    ColumnaRegistro("codigo_eps", CODIGO_EPS),
    ColumnaRegistro("nit_toma", NIT),
    ColumnaRegistro("factura_toma", T(30)),
    ColumnaRegistro("nit_procesa", NIT),
    ColumnaRegistro("factura_procesa", T(30)),
    ColumnaRegistro("id_sismuestras", T(20)),
    columna_codigo_base(),
)

ESQUEMA = Esquema(
    campos=CAMPOS,
    clave=CLAVE,
    fecha_hecho="fecha_toma",
    pasos=(
        *_DE_LA_FILA,
        *_PRESTADORES_Y_VALORES,
        *_PERSONA,
        *_AFILIACION,
        *_MUESTRA,
        *_YA_DECIDIDO,
        *_REPETIDAS,
    ),
    obligatorios=("sismuestras", "bdua", "reps_prestadores", "laboratorios_avalados"),
    opcionales=(
        "bdua_historia_identificacion",
        "bdex",
        "montos_r2461",
        "pruebas_tarifas",
        "historia",
    ),
    condiciones=CONDICIONES,
    fases={
        2: (
            Columna(
                "repite",
                alguna(
                    col(f"previa_{c}") & col("codigos_glosa").str.contains(f";{c};", literal=True)
                    for c in DE_GLOSA
                ),
            ),
        ),
        3: (
            Columna(
                "corrida",
                when(col("en_p0") & (col("estado_previo") == "LIQUIDADO"))
                .then(col("valor_total"))
                .otherwise(lit(0))
                .cum_sum()
                .over("codigo_base", order_by="fila")
                .cast(nw.Int64),
            ),
        ),
    },
    historia=HISTORIA,
)
