"""Las reglas del talento humano, caso por caso. De aquí sale ``docs/reglas/talento_humano.md``."""

from __future__ import annotations

from tests.support.casos import Caso, casos


@casos(
    "THS-04",
    """
    caso                               | rnec_existe | rnec_clase | veredicto
    vigente                            | SI          | VIGENTE    | cumple
    cancelada por muerte               | SI          | FALLECIDO  | cumple
    cancelada por doble cedulación     | SI          | CANCELADA  | incumple
    en reproceso o en expedición       | SI          | PENDIENTE  | no_evaluable
    no está en la Registraduría        | NO          |            | incumple
    no es una cédula                   |             |            | no_evaluable
    """,
)
def test_cedula_en_la_registraduria(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-05",
    """
    caso                               | rnec_existe | nombres  | veredicto
    las mismas palabras                | SI          | IGUAL    | cumple
    difiere una letra                  | SI          | PARECIDO | cumple
    otra persona                       | SI          | DISTINTO | incumple
    la cédula no está                  | NO          |          | no_juzga
    no es una cédula                   |             |          | no_juzga
    """,
    entrada=1,
)
def test_nombres_de_esa_cedula(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-05",
    """
    caso                               | rnec_existe | nombres  | veredicto
    las mismas palabras                | SI          | IGUAL    | cumple
    difiere una letra                  | SI          | PARECIDO | incumple
    otra persona: ya lo dice la otra   | SI          | DISTINTO | cumple
    la cédula no está                  | NO          |          | no_juzga
    no es una cédula                   |             |          | no_juzga
    """,
    entrada=2,
)
def test_nombres_letra_por_letra(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-06",
    """
    caso                               | rnec_existe | rnec_clase | veredicto
    vigente                            | SI          | VIGENTE    | cumple
    en trámite                         | SI          | PENDIENTE  | cumple
    cancelada por otra causa           | SI          | CANCELADA  | cumple
    cancelada por muerte               | SI          | FALLECIDO  | incumple
    la cédula no está                  | NO          |            | no_juzga
    no es una cédula                   |             |            | no_juzga
    """,
)
def test_cedula_cancelada_por_muerte(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-07",
    """
    caso                               | devuelta_existe | con_titulo | veredicto
    con título o servicio social       | NO              | SI         | cumple
    sin ninguno, por primera vez       | NO              | NO         | incumple
    ya se había devuelto por lo mismo  | SI              | NO         | no_juzga
    """,
    entrada=1,
)
def test_titulo_o_servicio_social(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-07",
    """
    caso                               | devuelta_existe | con_titulo | veredicto
    ya aparece en ReTHUS               | SI              | SI         | cumple
    sigue sin aparecer                 | SI              | NO         | incumple
    es la primera vez                  | NO              | NO         | no_juzga
    """,
    entrada=2,
)
def test_titulo_la_segunda_vez(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-08",
    """
    caso                                 | rethus_existe | rethus_autorizado | sso_existe | sancion_existe | veredicto
    autorizada antes                     | SI            | SI                | NO         | NO             | cumple
    autorizada después del servicio      | SI            | NO                | NO         | NO             | incumple
    después, pero en servicio social     | SI            | NO                | SI         | NO             | cumple
    ReTHUS no trae ninguna fecha         | SI            |                   | NO         | NO             | no_evaluable
    sin fechas, pero en servicio social  | SI            |                   | SI         | NO             | cumple
    sancionada durante el servicio       | SI            | SI                | NO         | SI             | incumple
    sancionada y sin fechas              | SI            |                   | NO         | SI             | incumple
    sancionada en su servicio social     | SI            | NO                | SI         | SI             | incumple
    no está en ReTHUS                    | NO            |                   | NO         | NO             | no_juzga
    """,  # noqa: E501
)
def test_podia_ejercer(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-09",
    """
    caso                                 | con_titulo | perfil_suyo | veredicto
    el perfil de uno de sus títulos      | SI         | SI          | cumple
    el de ninguno                        | SI         | NO          | incumple
    su profesión no está en la tabla     | SI         |             | no_evaluable
    no tiene título ni servicio social   | NO         |             | no_juzga
    """,
)
def test_perfil_de_la_persona(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-10",
    """
    caso                                 | catalogo_cerrado | catalogo_existe | veredicto
    con valor                            | NO               | SI              | cumple
    sin valor todavía                    | NO               | NO              | incumple
    el catálogo está completo            | SI               | NO              | no_juzga
    """,
    entrada=1,
)
def test_valor_en_el_catalogo_parcial(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-10",
    """
    caso                                 | catalogo_cerrado | catalogo_existe | veredicto
    con valor                            | SI               | SI              | cumple
    ya no lo tendrá                      | SI               | NO              | incumple
    al catálogo le faltan perfiles       | NO               | NO              | no_juzga
    """,
    entrada=2,
)
def test_valor_en_el_catalogo_completo(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-11",
    """
    caso                               | en_w | bdex_existe | bdua_existe | bdua_cotiza | veredicto
    cotizante activa algún día         | SI   | NO          | SI          | SI          | cumple
    beneficiaria, subsidiada, retirada | SI   | NO          | SI          | NO          | incumple
    sin afiliación: lo dice la otra    | SI   | NO          | NO          |             | no_juzga
    en régimen de excepción: es THS-12 | SI   | SI          | SI          | NO          | no_juzga
    sin días de abril a julio          | NO   | NO          | SI          | NO          | no_juzga
    """,
    entrada=1,
)
def test_cotizante_activa(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-11",
    """
    caso                                 | en_w | bdex_existe | bdua_existe | veredicto
    con alguna afiliación                | SI   | NO          | SI          | cumple
    sin ninguna                          | SI   | NO          | NO          | incumple
    en régimen de excepción              | SI   | SI          | NO          | no_juzga
    sin días de abril a julio            | NO   | NO          | NO          | no_juzga
    """,
    entrada=2,
)
def test_afiliada(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-12",
    """
    caso                                 | en_w | bdex_existe | veredicto
    fuera de esos regímenes              | SI   | NO          | cumple
    en uno de ellos                      | SI   | SI          | incumple
    sin días de abril a julio            | NO   | SI          | no_juzga
    """,
)
def test_regimen_de_excepcion(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-13",
    """
    caso                                 | en_w | veredicto
    algún día de abril a julio           | SI   | cumple
    ninguno                              | NO   | incumple
    """,
)
def test_dias_del_servicio(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-14",
    """
    caso                                 | actividad                 | veredicto
    atendió pacientes                    | ATENCION                  | cumple
    hizo vigilancia                      | VIGILANCIA_EPIDEMIOLOGICA | cumple
    otra cosa                            | OTRA                      | incumple
    """,
)
def test_actividad(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-15",
    """
    caso                                 | cobrada_existe | gana_fila | veredicto
    nadie más la reportó                 | NO             |           | cumple
    una fila anterior se aprobaría       | NO             |         3 | incumple
    ya la tiene un reporte anterior      | SI             |           | incumple
    """,
)
def test_una_sola_vez(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "THS-16",
    """
    caso                                 | codigo_banco | tipo_producto | numero_producto         | veredicto
    de ahorros                           | "1007"       | AHORROS       | "12345678901"           | cumple
    corriente                            | "1551"       | CORRIENTE     | "12345678901"           | cumple
    cuatro dígitos                       | "1007"       | AHORROS       | "1234"                  | cumple
    diecisiete dígitos                   | "1007"       | AHORROS       | "12345678901234567"     | cumple
    tres dígitos                         | "1007"       | AHORROS       | "123"                   | incumple
    dieciocho dígitos                    | "1007"       | AHORROS       | "123456789012345678"    | incumple
    con guiones                          | "1007"       | AHORROS       | "123-456789"            | incumple
    banco que no existe                  | "9999"       | AHORROS       | "12345678901"           | incumple
    depósito electrónico                 | "1507"       | DBM           | "12345678901"           | incumple
    falta el banco                       |              | AHORROS       | "12345678901"           | incumple
    falta la clase                       | "1007"       |               | "12345678901"           | incumple
    falta el número                      | "1007"       | AHORROS       |                         | incumple
    solo el banco                        | "1007"       |               |                         | incumple
    solo la clase                        |              | AHORROS       |                         | incumple
    solo el número                       |              |               | "12345678901"           | incumple
    sin cuenta: se pide al girar         |              |               |                         | no_juzga
    """,  # noqa: E501
    entrada=1,
)
def test_cuenta_que_se_puede_usar(caso: Caso) -> None:
    caso.comprobar()
