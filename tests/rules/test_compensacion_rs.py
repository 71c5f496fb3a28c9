"""Las reglas de la CET, caso por caso. De aquí sale ``docs/reglas/compensacion_rs.md``."""

from __future__ import annotations

from tests.support.casos import Caso, casos


@casos(
    "CET-01",
    """
    caso                                 | con_caso | con_otro_tipo | repetida | veredicto
    con un caso confirmado               | SI       | NO            | NO       | cumple
    sin caso                             | NO       | NO            | NO       | incumple
    el caso está con otro tipo           | NO       | SI            | NO       | no_juzga
    repetida                             | NO       | NO            | SI       | no_juzga
    """,
    entrada=1,
)
def test_tiene_un_caso(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-01",
    """
    caso                                 | con_caso | con_otro_tipo | repetida | veredicto
    uno suyo y otro con otro tipo        | SI       | SI            | NO       | cumple
    solo con otro tipo                   | NO       | SI            | NO       | incumple
    sin caso                             | NO       | NO            | NO       | no_juzga
    repetida                             | NO       | SI            | SI       | no_juzga
    """,
    entrada=2,
)
def test_el_caso_es_del_mismo_tipo(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-02",
    """
    caso                                 | con_f | f          | repetida | veredicto
    el primer día                        | SI    | 2020-08-11 | NO       | cumple
    el 10 de agosto                      | SI    | 2020-08-10 | NO       | incumple
    después de la emergencia             | SI    | 2022-07-01 | NO       | cumple
    sin día                              | NO    |            | NO       | no_juzga
    repetida                             | SI    | 2020-08-10 | SI       | no_juzga
    """,
    entrada=1,
)
def test_se_confirmo_despues_del_10_de_agosto(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-02",
    """
    caso                                 | con_f | f          | repetida | veredicto
    el último día de la emergencia       | SI    | 2022-06-30 | NO       | cumple
    al día siguiente                     | SI    | 2022-07-01 | NO       | incumple
    antes del 10 de agosto               | SI    | 2020-08-09 | NO       | cumple
    sin día                              | NO    |            | NO       | no_juzga
    repetida                             | SI    | 2022-07-01 | SI       | no_juzga
    """,
    entrada=2,
)
def test_se_confirmo_en_la_emergencia(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-03",
    """
    caso                                 | con_f | bdua_existe | bdua_activa | repetida | veredicto
    subsidiado y activo                  | SI    | SI          | SI          | NO       | cumple
    contributivo, o retirado             | SI    | SI          | NO          | NO       | incumple
    no está en la BDUA                   | SI    | NO          |             | NO       | no_juzga
    sin día del caso                     | NO    | SI          | NO          | NO       | no_juzga
    repetida                             | SI    | SI          | NO          | SI       | no_juzga
    """,
)
def test_era_del_subsidiado(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-04",
    """
    caso                       | con_f | bdua_existe | bdua_activa | bdua_en_su_eps | repetida | veredicto
    la EPS de ese día          | SI    | SI          | SI          | SI             | NO       | cumple
    otra EPS                   | SI    | SI          | SI          | NO             | NO       | incumple
    sin afiliación activa      | SI    | SI          | NO          | NO             | NO       | no_juzga
    no está en la BDUA         | SI    | NO          |             |                | NO       | no_juzga
    sin día del caso           | NO    | SI          | SI          | NO             | NO       | no_juzga
    repetida                   | SI    | SI          | SI          | NO             | SI       | no_juzga
    """,  # noqa: E501
)
def test_la_entrega_su_eps(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-05",
    """
    caso                                 | bdua_existe | nombres  | repetida | veredicto
    con los mismos nombres               | SI          | IGUAL    | NO       | cumple
    difiere una letra                    | SI          | PARECIDO | NO       | cumple
    otros nombres                        | SI          | DISTINTO | NO       | incumple
    no está en la BDUA                   | NO          |          | NO       | incumple
    la BDUA no tiene nombres             | SI          |          | NO       | no_evaluable
    repetida                             | NO          |          | SI       | no_juzga
    """,
    entrada=1,
)
def test_esta_en_la_bdua_con_esos_nombres(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-05",
    """
    caso                                 | tipo_documento | gente_rnec_clase | repetida | veredicto
    vigente                              | CC             | VIGENTE          | NO       | cumple
    cancelada por muerte                 | CC             | FALLECIDO        | NO       | cumple
    aún sin definir                      | CC             | PENDIENTE        | NO       | cumple
    cancelada por otra causa             | CC             | CANCELADA        | NO       | incumple
    no está                              | CC             |                  | NO       | incumple
    no es cédula                         | TI             |                  | NO       | no_juzga
    repetida                             | CC             |                  | SI       | no_juzga
    """,
    entrada=2,
)
def test_la_cedula_esta_en_la_registraduria(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-05",
    """
    caso                                 | bdua_existe | nombres  | repetida | veredicto
    con los mismos nombres               | SI          | IGUAL    | NO       | cumple
    difiere una letra                    | SI          | PARECIDO | NO       | incumple
    otros nombres: ya lo dice la otra    | SI          | DISTINTO | NO       | cumple
    no está en la BDUA                   | NO          |          | NO       | no_juzga
    repetida                             | SI          | PARECIDO | SI       | no_juzga
    """,
    entrada=3,
)
def test_los_nombres_letra_por_letra(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-05",
    """
    caso                                 | tipo_documento | gente_rnec_clase | repetida | veredicto
    vigente                              | CC             | VIGENTE          | NO       | cumple
    aún sin definir                      | CC             | PENDIENTE        | NO       | incumple
    no está: ya lo dice la otra          | CC             |                  | NO       | no_evaluable
    no es cédula                         | TI             | PENDIENTE        | NO       | no_juzga
    repetida                             | CC             | PENDIENTE        | SI       | no_juzga
    """,  # noqa: E501
    entrada=4,
)
def test_la_cedula_ya_esta_definida(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-06",
    """
    caso                                 | cumple_aislamiento | segcovid_aislado | repetida | veredicto
    la EPS da fe y nadie la contradice   | SI                 |                  | NO       | cumple
    SEGCOVID dice lo mismo               | SI                 | SI               | NO       | cumple
    SEGCOVID dice que no                 | SI                 | NO               | NO       | incumple
    la EPS dice que no                   | NO                 |                  | NO       | incumple
    la EPS dice que no y SEGCOVID que sí | NO                 | SI               | NO       | incumple
    repetida                             | NO                 |                  | SI       | no_juzga
    """,  # noqa: E501
    entrada=1,
)
def test_cumplio_el_aislamiento(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-06",
    """
    caso                     | dias_de_aislamiento | f          | cumple_aislamiento | segcovid_aislado | repetida | veredicto
    los catorce              | 14                  | 2020-10-05 | SI                 |                  | NO       | cumple
    uno menos                | 13                  | 2020-10-05 | SI                 | SI               | NO       | incumple
    el último día de catorce | 13                  | 2022-01-06 | SI                 |                  | NO       | incumple
    desde enero, siete       | 7                   | 2022-01-07 | SI                 |                  | NO       | cumple
    y seis son menos         | 6                   | 2022-01-07 | SI                 |                  | NO       | incumple
    sin día: rigen catorce   | 13                  |            | SI                 |                  | NO       | incumple
    no lo cumplió            | 1                   | 2020-10-05 | NO                 |                  | NO       | no_juzga
    SEGCOVID dice que no     | 1                   | 2020-10-05 | SI                 | NO               | NO       | no_juzga
    repetida                 | 1                   | 2020-10-05 | SI                 |                  | SI       | no_juzga
    """,  # noqa: E501
    entrada=2,
    dias_aislamiento=14,
    dias_aislamiento_corto=7,
)
def test_el_aislamiento_duro_lo_debido(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-07",
    """
    caso                                 | pagado | unico | repetida | veredicto
    nadie del núcleo ha cobrado          | NO     | SI    | NO       | cumple
    el núcleo, o alguien de él, cobró    | SI     | SI    | NO       | incumple
    sin núcleo cierto                    | SI     | NO    | NO       | no_juzga
    repetida                             | SI     | SI    | SI       | no_juzga
    """,
)
def test_nadie_ha_cobrado(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-08",
    """
    caso                                 | compite | elegida | estado_del_lider       | veredicto
    es el caso del núcleo                | SI      | SI      | EN_ENROLAMIENTO        | cumple
    el del núcleo es otro                | SI      | NO      | EN_VALIDACION_BANCARIA | incumple
    el núcleo aún no tiene               | SI      | NO      |                        | cumple
    repetida, pagada o sin núcleo cierto | NO      | NO      | EN_ENROLAMIENTO        | no_juzga
    """,
    entrada=1,
)
def test_ningun_otro_caso_va_por_el_nucleo(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-08",
    """
    caso                                 | choca | elegida | veredicto
    nadie está en otro núcleo            | NO    | SI      | cumple
    alguien está en otro que va adelante | SI    | SI      | incumple
    no es el caso de su núcleo           | NO    | NO      | no_juzga
    """,
    entrada=2,
)
def test_nadie_esta_en_otro_nucleo(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-09",
    """
    caso                                 | repetida | veredicto
    no está en otra fila ni entregada    | NO       | cumple
    ya está                              | SI       | incumple
    """,
)
def test_no_esta_ya(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-10",
    """
    caso                                 | con_f | varias_cabezas | repetida | veredicto
    una cabeza o ninguna                 | SI    | NO             | NO       | cumple
    más de una                           | SI    | SI             | NO       | incumple
    sin día del caso                     | NO    | SI             | NO       | no_juzga
    repetida                             | SI    | SI             | SI       | no_juzga
    """,
)
def test_tiene_una_sola_cabeza(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-11",
    """
    caso                                 | gente_receptor_numero | unico | repetida | veredicto
    alguien puede recibir                | "9920000001"          | SI    | NO       | cumple
    nadie puede                          |                       | SI    | NO       | incumple
    sin núcleo cierto                    |                       | NO    | NO       | no_juzga
    repetida                             |                       | SI    | SI       | no_juzga
    """,
)
def test_alguien_puede_recibir(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-12",
    """
    caso                        | tipo_documento_receptor | numero_documento_receptor | fallecida | repetida | veredicto
    recibe otra persona         | CC                      | "22"                      | SI        | NO       | cumple
    mismo número, otro tipo     | CE                      | "11"                      | SI        | NO       | cumple
    recibe quien falleció       | CC                      | "11"                      | SI        | NO       | incumple
    nadie reportado             |                         |                           | SI        | NO       | incumple
    no falleció                 |                         |                           | NO        | NO       | no_juzga
    repetida                    |                         |                           | SI        | SI       | no_juzga
    """,  # noqa: E501
    tipo_documento="CC",
    numero_documento="11",
)
def test_otro_recibe_por_quien_fallecio(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-13",
    """
    caso                        | direccion   | codigo_municipio | celular      | correo       | repetida | veredicto
    con celular                 | CALLE 1 2 3 | "05001"          | "3001234567" |              | NO       | cumple
    con correo                  | CALLE 1 2 3 | "05001"          |              | a@ejemplo.co | NO       | cumple
    un correo malo y un celular | CALLE 1 2 3 | "05001"          | "3001234567" | ejemplo.co   | NO       | cumple
    sin dirección               |             | "05001"          | "3001234567" | a@ejemplo.co | NO       | incumple
    otro municipio              | CALLE 1 2 3 | "99999"          | "3001234567" | a@ejemplo.co | NO       | incumple
    sin municipio               | CALLE 1 2 3 |                  | "3001234567" |              | NO       | incumple
    sin ninguno de los dos      | CALLE 1 2 3 | "05001"          |              |              | NO       | incumple
    teléfono fijo               | CALLE 1 2 3 | "05001"          | "6041234567" |              | NO       | incumple
    celular de nueve dígitos    | CALLE 1 2 3 | "05001"          | "300123456"  |              | NO       | incumple
    dos arrobas                 | CALLE 1 2 3 | "05001"          |              | a@b@c        | NO       | incumple
    arroba al comienzo          | CALLE 1 2 3 | "05001"          |              | @ejemplo.co  | NO       | incumple
    arroba al final             | CALLE 1 2 3 | "05001"          |              | ana@         | NO       | incumple
    repetida                    |             |                  |              |              | SI       | no_juzga
    """,  # noqa: E501
)
def test_hay_como_ubicarla(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "CET-16",
    """
    caso                        | casa_existe | gente_cabeza_en_casa | gente_ajeno_en_casa | unico | del_nucleo_bdua | repetida | veredicto
    la casa es del núcleo       | SI          | SI                   | NO                  | SI    | SI              | NO       | cumple
    vive con otro núcleo        | SI          | SI                   | SI                  | SI    | SI              | NO       | incumple
    la cabeza no vive ahí       | SI          | NO                   | NO                  | SI    | SI              | NO       | incumple
    no está en el SISBEN        | NO          | NO                   | NO                  | SI    | SI              | NO       | no_juzga
    sin cabeza en la BDUA       | SI          | NO                   | NO                  | SI    | NO              | NO       | no_juzga
    sin núcleo cierto           | SI          | NO                   | NO                  | NO    | SI              | NO       | no_juzga
    repetida                    | SI          | NO                   | NO                  | SI    | SI              | SI       | no_juzga
    """,  # noqa: E501
)
def test_la_casa_es_la_del_nucleo(caso: Caso) -> None:
    caso.comprobar()
