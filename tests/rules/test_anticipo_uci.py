"""Las reglas del anticipo, caso por caso. De aquí sale ``docs/reglas/anticipo_uci.md``."""

from __future__ import annotations

from tests.support.casos import Caso, casos


@casos(
    "ANT-02",
    """
    caso                    | periodo | veredicto
    un mes antes del primero| 2020-05 | incumple
    el primero              | 2020-06 | cumple
    cambio de año           | 2020-12 | cumple
    el último               | 2021-04 | cumple
    un mes después          | 2021-05 | incumple
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
    caso                            | nit_existe | sede_existe | sede_habilitada | sede_nit    | nit         | veredicto
    sede propia y habilitada        | SI         | SI          | SI              | "900100101" | "900100101" | cumple
    sede fuera de REPS              | SI         | NO          |                 |             | "900100101" | incumple
    sede cerrada ese día            | SI         | SI          | NO              | "900100101" | "900100101" | incumple
    sede de otra IPS                | SI         | SI          | SI              | "900100202" | "900100101" | incumple
    REPS no dice si está habilitada | SI         | SI          |                 | "900100101" | "900100101" | no_evaluable
    sin dato y de otra IPS          | SI         | SI          |                 | "900100202" | "900100101" | incumple
    el NIT no está en REPS          | NO         | SI          | SI              | "900100101" | "900100109" | no_juzga
    """,
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
    caso                            | sede_existe | es_cama_de_la_norma | servicio_reps_existe | autorizada_existe | veredicto
    servicio habilitado             | SI          | SI                  | SI                   | NO                | cumple
    solo autorización transitoria   | SI          | SI                  | NO                   | SI                | cumple
    ambas                           | SI          | SI                  | SI                   | SI                | cumple
    ninguna                         | SI          | SI                  | NO                   | NO                | incumple
    la sede no está en REPS         | NO          | SI                  | NO                   | NO                | no_juzga
    el servicio no es de la norma   | SI          | NO                  |                      | NO                | no_juzga
    """,
)
def test_servicio_habilitado_o_autorizado(caso: Caso) -> None:
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
    caso                        | camas_disponibles | reps_capacidad_dia | veredicto
    menos que la capacidad      |                 9 |                 10 | cumple
    igual a la capacidad        |                10 |                 10 | cumple
    una cama de más             |                11 |                 10 | incumple
    toda la capacidad suspendida|                 1 |                  0 | incumple
    cero camas de cero          |                 0 |                  0 | cumple
    capacidad desconocida       |                11 |                    | no_evaluable
    cero camas de desconocida   |                 0 |                    | no_evaluable
    """,
    sede_existe=True,
    es_cama_de_la_norma=True,
)
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
def test_camas_hasta_la_capacidad(caso: Caso) -> None:
    caso.comprobar()
