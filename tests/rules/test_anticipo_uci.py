"""Las reglas del anticipo, caso por caso. De aquí sale ``docs/reglas/anticipo_uci.md``."""

from __future__ import annotations

from tests.rules.reps import NIT
from tests.support.casos import Caso, casos


@casos(
    "ANT-02",
    """
    caso                     | periodo | veredicto
    un mes antes del primero | 2020-05 | incumple
    el primero               | 2020-06 | cumple
    cambio de año            | 2020-12 | cumple
    el último                | 2021-04 | cumple
    un mes después           | 2021-05 | incumple
    """,
)
def test_periodo_habilitado(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-04",
    """
    caso                 | nit_existe | veredicto
    está en REPS         | SI         | cumple
    un dígito errado     | NO         | incumple
    """,
)
def test_nit_en_reps(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-05",
    """
    caso                            | nit_existe | sede_existe | sede_habilitada | sede_nit    | veredicto
    sede propia y habilitada        | SI         | SI          | SI              | "900100101" | cumple
    sede fuera de REPS              | SI         | NO          |                 |             | incumple
    sede no habilitada ese día      | SI         | SI          | NO              | "900100101" | incumple
    sede de otra IPS                | SI         | SI          | SI              | "900100202" | incumple
    REPS no dice si está habilitada | SI         | SI          |                 | "900100101" | no_evaluable
    no lo dice, y es de otra IPS    | SI         | SI          |                 | "900100202" | incumple
    el NIT no está en REPS          | NO         | SI          | SI              | "900100202" | no_juzga
    """,  # noqa: E501
    nit=NIT,
)
def test_sede_habilitada_y_propia(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-06",
    """
    caso                            | sede_existe | prestador_es_ips | veredicto
    es una IPS                      | SI          | SI               | cumple
    es transporte de pacientes      | SI          | NO               | incumple
    su prestador no está en REPS    | SI          |                  | no_evaluable
    la sede no está en REPS         | NO          |                  | no_juzga
    """,
)
def test_prestador_ips(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-07",
    """
    caso                            | servicio_reps_existe | autorizada_existe | veredicto
    servicio habilitado             | SI                   | NO                | cumple
    solo autorización transitoria   | NO                   | SI                | cumple
    ambas                           | SI                   | SI                | cumple
    ninguna                         | NO                   | NO                | incumple
    """,
    sede_existe=True,
    es_cama_de_la_norma=True,
)
def test_servicio_habilitado_o_autorizado(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-07",
    """
    caso                            | sede_existe | es_cama_de_la_norma | veredicto
    la sede no está en REPS         | NO          | SI                  | no_juzga
    el servicio no es de la norma   | SI          | NO                  | no_juzga
    """,
    servicio_reps_existe=False,
    autorizada_existe=False,
)
def test_servicio_sin_sede_o_sin_cama_no_se_juzga(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-08",
    """
    caso                    | es_cama_de_la_norma | veredicto
    UCI o INTERMEDIO        | SI                  | cumple
    otro servicio           | NO                  | incumple
    """,
)
def test_servicio_de_la_norma(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-11",
    """
    caso                      | en_el_mes | copias | veredicto
    del mes y única           | SI        |      1 | cumple
    del mes y repetida        | SI        |      2 | incumple
    de otro mes               | NO        |      1 | incumple
    de otro mes y repetida    | NO        |      3 | incumple
    """,
)
def test_fecha_del_periodo_y_unica(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-12",
    """
    caso                         | camas_disponibles | reps_capacidad_dia | veredicto
    menos que la capacidad       |                 9 |                 10 | cumple
    igual a la capacidad         |                10 |                 10 | cumple
    una cama de más              |                11 |                 10 | incumple
    toda la capacidad suspendida |                 1 |                  0 | incumple
    cero camas de cero           |                 0 |                  0 | cumple
    capacidad desconocida        |                11 |                    | no_evaluable
    cero camas de desconocida    |                 0 |                    | no_evaluable
    """,
    sede_existe=True,
    es_cama_de_la_norma=True,
)
def test_camas_hasta_la_capacidad(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-12",
    """
    caso                          | sede_existe | es_cama_de_la_norma | veredicto
    la sede no está en REPS       | NO          | SI                  | no_juzga
    el servicio no es de la norma | SI          | NO                  | no_juzga
    """,
    camas_disponibles=11,
    reps_capacidad_dia=10,
)
def test_capacidad_sin_sede_o_sin_cama_no_se_juzga(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-13",
    """
    caso                         | camas_disponibles | reporte_camas_disponibles | veredicto
    menos que lo reportado       |                 5 |                         6 | cumple
    igual a lo reportado         |                 6 |                         6 | cumple
    una cama de más              |                 7 |                         6 | incumple
    reportó cero                 |                 1 |                         0 | incumple
    el reporte no dice cuántas   |                 7 |                           | no_evaluable
    """,
    sede_existe=True,
    es_cama_de_la_norma=True,
    reporte_existe=True,
)
def test_camas_hasta_las_del_reporte(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-13",
    """
    caso                          | sede_existe | es_cama_de_la_norma | reporte_existe | veredicto
    no hay reporte                | SI          | SI                  | NO             | no_juzga
    la sede no está en REPS       | NO          | SI                  | SI             | no_juzga
    el servicio no es de la norma | SI          | NO                  | SI             | no_juzga
    """,
    camas_disponibles=7,
    reporte_camas_disponibles=6,
)
def test_sin_reporte_no_se_compara(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-14",
    """
    caso                          | sede_existe | es_cama_de_la_norma | reporte_existe | veredicto
    hay reporte ese día           | SI          | SI                  | SI             | cumple
    no hay reporte ese día        | SI          | SI                  | NO             | incumple
    la sede no está en REPS       | NO          | SI                  | NO             | no_juzga
    el servicio no es de la norma | SI          | NO                  | NO             | no_juzga
    """,
)
def test_reporte_diario(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-15",
    """
    caso                         | ocupadas_y_certificadas | reps_capacidad_dia | veredicto
    sobra una cama               |                      19 |                 20 | cumple
    caben justas                 |                      20 |                 20 | cumple
    una no cabe                  |                      21 |                 20 | incumple
    el reporte no dice ocupadas  |                         |                 20 | no_evaluable
    capacidad desconocida        |                      21 |                    | no_juzga
    """,
    sede_existe=True,
    es_cama_de_la_norma=True,
    reporte_existe=True,
)
def test_ocupadas_y_certificadas_caben(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-15",
    """
    caso                          | sede_existe | es_cama_de_la_norma | reporte_existe | veredicto
    no hay reporte                | SI          | SI                  | NO             | no_juzga
    la sede no está en REPS       | NO          | SI                  | SI             | no_juzga
    el servicio no es de la norma | SI          | NO                  | SI             | no_juzga
    """,
    ocupadas_y_certificadas=21,
    reps_capacidad_dia=20,
)
def test_sin_reporte_no_se_suma(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-16",
    """
    caso                               | historia_existe | veredicto
    nadie ha pedido esa cama ese día   | NO              | cumple
    ya está en curso o reconocida      | SI              | incumple
    """,
)
def test_cama_sin_historia(caso: Caso) -> None:
    caso.comprobar()


@casos(
    "ANT-17",
    """
    caso                   | en_el_mes | dias_certificados | dias_del_mes | menor_del_mes | mayor_del_mes | veredicto
    todo el mes, lo mismo  | SI        |                28 |           28 |             8 |             8 | incumple
    falta un día           | SI        |                27 |           28 |             8 |             8 | cumple
    un día distinto        | SI        |                28 |           28 |             7 |             8 | cumple
    todo el mes en cero    | SI        |                28 |           28 |             0 |             0 | cumple
    un día en cero         | SI        |                28 |           28 |             0 |             8 | cumple
    bisiesto completo      | SI        |                29 |           29 |             1 |             1 | incumple
    bisiesto sin el 29     | SI        |                28 |           29 |             1 |             1 | cumple
    de otro mes            | NO        |                28 |           28 |             8 |             8 | cumple
    """,  # noqa: E501
)
def test_camas_del_mes_no_todas_iguales(caso: Caso) -> None:
    caso.comprobar()
