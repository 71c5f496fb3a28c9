"""Las reglas de los activos por emergencia, caso por caso.

De aquí sale ``docs/reglas/activos_emergencia.md``.
"""

from __future__ import annotations

from tests.support.casos import Caso, casos


@casos(
    "ACT-01",
    """
    caso                                | identificada | veredicto
    una sola persona de la BDUA         | SI           | cumple
    ninguna, o dos con ese documento    | NO           | incumple
    """,
)
def test_documento_de_una_persona(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-02",
    """
    caso                                | identificada | suyo_contributivo | veredicto
    en el contributivo algún día        | SI           | SI                | cumple
    subsidiada todo el mes              | SI           | NO                | incumple
    no se sabe quién es                 | NO           | NO                | no_juzga
    """,
)
def test_en_el_contributivo(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-03",
    """
    caso                                | identificada | sujeto | suyo_suspendida | tipo_afiliado | veredicto
    suspendida o de emergencia          | SI           | I      | SI              | C             | cumple
    activa todo el mes                  | SI           | I      | NO              | C             | incumple
    sin protección, de emergencia       | SI           | II     | SI              | C             | cumple
    beneficiaria del fallecido          | SI           | III    | SI              | B             | cumple
    cotizante como sujeto III           | SI           | III    | SI              | C             | incumple
    sujeto III sin tipo de afiliado     | SI           | III    | SI              |               | incumple
    beneficiaria activa                 | SI           | III    | NO              | B             | incumple
    no se sabe quién es                 | NO           | I      | NO              |               | no_juzga
    """,  # noqa: E501
)
def test_suspendida_o_de_emergencia(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-04",
    """
    caso                                | identificada | sujeto | mora_vale | ref_de_otro_estado | veredicto
    mora en la emergencia y sin cotizar | SI           | I      | SI        | SI                 | cumple
    mora anterior, o cotizó poco antes  | SI           | I      | NO        | SI                 | incumple
    solo se sabe que es de emergencia   | SI           | I      | NO        | NO                 | no_evaluable
    sin protección laboral              | SI           | II     | NO        | SI                 | no_juzga
    beneficiaria del fallecido          | SI           | III    | NO        | SI                 | no_juzga
    no se sabe quién es                 | NO           | I      | NO        | NO                 | no_juzga
    """,  # noqa: E501
)
def test_mora_en_la_emergencia(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-05",
    """
    caso                              | identificada | sujeto | ref_pl_ultimo | ref_afiliacion | fecha_inicio | veredicto
    terminó la víspera                | SI           | II     | 2020-06-30    | 2010-01-01     | 2020-07-01   | cumple
    termina el primer día             | SI           | II     | 2020-07-01    | 2010-01-01     | 2020-07-01   | incumple
    sigue abierta                     | SI           | II     | 9999-12-31    | 2010-01-01     | 2020-07-01   | incumple
    no está, y con un año se debía    | SI           | II     |               | 2019-07-01     | 2020-07-01   | no_evaluable
    no está, y faltaba un día         | SI           | II     |               | 2019-07-02     | 2020-07-01   | cumple
    ni está ni se sabe desde cuándo   | SI           | II     |               |                | 2020-07-01   | cumple
    suspendida por mora               | SI           | I      | 9999-12-31    | 2010-01-01     | 2020-07-01   | no_juzga
    no se sabe quién es               | NO           | II     |               |                | 2020-07-01   | no_juzga
    """,  # noqa: E501
)
def test_proteccion_laboral_agotada(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-06",
    """
    caso                                | identificada | sujeto | cabeza_muere | fecha_fin  | veredicto
    murió antes                         | SI           | III    | 2020-06-20   | 2020-07-31 | cumple
    murió el último día                 | SI           | III    | 2020-07-31   | 2020-07-31 | cumple
    murió al día siguiente              | SI           | III    | 2020-08-01   | 2020-07-31 | incumple
    nadie sabe que haya muerto          | SI           | III    |              | 2020-07-31 | incumple
    suspendida por mora                 | SI           | I      |              | 2020-07-31 | no_juzga
    no se sabe quién es                 | NO           | III    |              | 2020-07-31 | no_juzga
    """,  # noqa: E501
)
def test_cotizante_fallecido(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-07",
    """
    caso                                | identificada | fecha_inicio | fecha_fin  | veredicto
    desde el día del decreto            | SI           | 2020-04-12   | 2020-04-30 | cumple
    desde la víspera                    | SI           | 2020-04-11   | 2020-04-30 | incumple
    hasta el último día                 | SI           | 2022-06-01   | 2022-06-30 | cumple
    un día después                      | SI           | 2022-06-30   | 2022-07-01 | incumple
    no se sabe quién es                 | NO           | 2020-03-01   | 2020-03-31 | no_juzga
    """,
)
def test_dias_de_la_emergencia(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-08",
    """
    caso                                | identificada | dias_tras_12 | dias_libres | veredicto
    nadie cotizó                        | SI           | 30           | 30          | cumple
    caben justo                         | SI           | 27           | 27          | cumple
    sobra uno                           | SI           | 28           | 27          | incumple
    se compensó más que el mes          | SI           | 0            | -1          | incumple
    no se sabe quién es                 | NO           | 30           | 0           | no_juzga
    """,
)
def test_caben_con_los_cotizados(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-09",
    """
    caso                                | identificada | suyo_otra_activa | veredicto
    solo en su EPS                      | SI           | NO               | cumple
    activa en otra del contributivo     | SI           | SI               | incumple
    no se sabe quién es                 | NO           | NO               | no_juzga
    """,
)
def test_una_sola_eps(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-10",
    """
    caso                                | identificada | suyo_desde_s | veredicto
    nunca en el subsidiado              | SI           |              | cumple
    desde un día de K                   | SI           | 2020-06-16   | incumple
    no se sabe quién es                 | NO           |              | no_juzga
    """,
)
def test_no_es_subsidiada(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-11",
    """
    caso                                | identificada | bdex_existe | veredicto
    fuera de esos regímenes             | SI           | NO          | cumple
    en uno de ellos                     | SI           | SI          | incumple
    no se sabe quién es                 | NO           | SI          | no_juzga
    """,
)
def test_no_es_exceptuada(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-12",
    """
    caso                                | identificada | muerte     | fecha_fin  | veredicto
    vive                                | SI           |            | 2020-06-30 | cumple
    muere el último día                 | SI           | 2020-06-30 | 2020-06-30 | cumple
    muere la víspera                    | SI           | 2020-06-29 | 2020-06-30 | incumple
    no se sabe quién es                 | NO           | 2020-06-01 | 2020-06-30 | no_juzga
    """,
    entrada=1,
)
def test_vive_los_dias_pedidos(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-12",
    """
    caso                                | identificada | rnec_existe | rnec_clase | veredicto
    vigente                             | SI           | SI          | VIGENTE    | cumple
    de alguien que murió                | SI           | SI          | FALLECIDO  | cumple
    en expedición                       | SI           | SI          | PENDIENTE  | cumple
    cancelada                           | SI           | SI          | CANCELADA  | incumple
    no está en la Registraduría         | SI           | NO          |            | no_juzga
    no es una cédula                    | SI           |             |            | no_juzga
    no se sabe quién es                 | NO           | SI          | CANCELADA  | no_juzga
    """,
    entrada=2,
)
def test_cedula_sin_cancelar(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-13",
    """
    caso                              | identificada | codigo_eps | suyo_en_su_eps | novedad_reportada | veredicto
    su EPS, con la novedad            | SI           | EPS010     | SI             | SI                | cumple
    con el código de movilidad        | SI           | EPSS10     | SI             | SI                | cumple
    sin la novedad                    | SI           | EPS010     | SI             | NO                | incumple
    la EPS no la tiene                | SI           | EPS010     | NO             | SI                | incumple
    una EPS que no existe             | SI           | EPS999     | SI             | SI                | incumple
    una de excepción                  | SI           | RES008     | SI             | SI                | incumple
    no se sabe quién es               | NO           | EPS010     | NO             | SI                | no_juzga
    """,  # noqa: E501
)
def test_eps_y_novedad(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-14",
    """
    caso                               | identificada | tipo_afiliado | cab_ae | cab_af_desde | cab_pl_primero | fecha_inicio | fecha_fin  | veredicto
    su cotizante está de emergencia    | SI           | B             | SI     |              |                | 2020-07-01   | 2020-07-31 | cumple
    murió el último día                | SI           | B             | NO     | 2020-07-31   |                | 2020-07-01   | 2020-07-31 | cumple
    murió después                      | SI           | B             | NO     | 2020-08-01   |                | 2020-07-01   | 2020-07-31 | incumple
    agotó la protección la víspera     | SI           | B             | NO     |              | 2020-06-30     | 2020-07-01   | 2020-07-31 | cumple
    la agota el primer día             | SI           | B             | NO     |              | 2020-07-01     | 2020-07-01   | 2020-07-31 | incumple
    sigue en mora                      | SI           | B             | NO     |              |                | 2020-07-01   | 2020-07-31 | incumple
    es cotizante                       | SI           | C             | NO     |              |                | 2020-07-01   | 2020-07-31 | no_juzga
    no se sabe quién es                | NO           |               | NO     |              |                | 2020-07-01   | 2020-07-31 | no_juzga
    """,  # noqa: E501
)
def test_cotizante_del_beneficiario(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-15",
    """
    caso                                | identificada | tipo_afiliado | veredicto
    cotizante                           | SI           | C             | cumple
    beneficiaria                        | SI           | B             | cumple
    no se sabe qué es                   | SI           |               | cumple
    adicional                           | SI           | A             | incumple
    no se sabe quién es                 | NO           |               | no_juzga
    """,
)
def test_no_es_adicional(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-16",
    """
    caso                               | identificada | dias_tras_08 | dias_cotizados | dias_decididos | dias_anteriores | veredicto
    el mes es todo suyo                | SI           | 30           | 0              | 0              | 0               | cumple
    justo con todo lo demás            | SI           | 12           | 5              | 6              | 7               | cumple
    un día de más, por lo cotizado     | SI           | 12           | 6              | 6              | 7               | incumple
    por lo ya decidido                 | SI           | 12           | 5              | 7              | 7               | incumple
    por otra fila                      | SI           | 12           | 5              | 6              | 8               | incumple
    por lo que pide                    | SI           | 13           | 5              | 6              | 7               | incumple
    no se sabe quién es                | NO           | 30           | 0              | 30             | 0               | no_juzga
    """,  # noqa: E501
)
def test_treinta_dias_entre_todos(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-17",
    """
    caso                                | identificada | datos_bien | veredicto
    los tres datos sirven               | SI           | SI         | cumple
    alguno falta o no existe            | SI           | NO         | incumple
    no se sabe quién es                 | NO           | NO         | no_juzga
    """,
    entrada=1,
)
def test_datos_para_liquidar(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ACT-17",
    """
    caso                                | identificada | datos_bien | upc_existe | veredicto
    cargada                             | SI           | SI         | SI         | cumple
    sin cargar                          | SI           | SI         | NO         | incumple
    sin datos no se busca               | SI           | NO         |            | no_juzga
    no se sabe quién es                 | NO           | SI         | NO         | no_juzga
    """,
    entrada=2,
)
def test_upc_del_ano(caso: Caso) -> None:
    caso.comprobar()
