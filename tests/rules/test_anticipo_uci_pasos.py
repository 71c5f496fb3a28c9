"""What stands beside the row when the rules of the anticipo judge it: the steps of the schema."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import pytest

from services.anticipo_uci import norma
from services.anticipo_uci.mecanismo import MECANISMO
from shared.focalizacion.cruces import aplicar
from shared.focalizacion.service import INCUMPLE, veredicto
from shared.registros import CODIGO_SERVICIO
from tests.rules.pasos import necesarios, salidas
from tests.rules.reps import (
    DIA,
    Fila,
    capacidad,
    derivar,
    evaluar,
    fila,
    historia,
    insumos,
    motor,
    prestador,
    reporte,
    sede,
    servicio,
    transitoria,
)

UN_DIA = timedelta(days=1)
CORTES = (date(2021, 1, 31), date(2021, 2, 15))
BASE: dict[str, list[Fila]] = {
    "reps_prestadores": [prestador()],
    "reps_sedes": [sede()],
    "reps_capacidad": [capacidad(20)],
}


def una(columna: str, cama: Fila | None = None, /, **registros: list[Fila]) -> Any:
    return derivar([cama or fila()], columna, **(BASE | registros))[0][columna]


@pytest.mark.parametrize(
    ("cambios", "habilitada"),
    [
        ({}, True),
        ({"fecha_apertura": DIA}, True),
        ({"fecha_apertura": DIA + UN_DIA}, False),
        ({"fecha_cierre": DIA + UN_DIA}, True),
        ({"fecha_cierre": DIA}, False),
        ({"fecha_cierre": DIA - UN_DIA}, False),
        ({"habilitado": False}, False),
        ({"habilitado": False, "fecha_cierre": DIA + UN_DIA}, False),
        ({"habilitado": None}, None),
        ({"habilitado": None, "fecha_cierre": DIA}, False),
    ],
    ids=str,
)
def test_sede_habilitada_ese_dia(cambios: Fila, habilitada: bool | None) -> None:
    assert una("sede_habilitada", reps_sedes=[sede(**cambios)]) is habilitada


@pytest.mark.parametrize(
    ("cambios", "existe"),
    [
        ({}, True),
        ({"fecha_apertura": DIA}, True),
        ({"fecha_apertura": DIA + UN_DIA}, False),
        ({"fecha_cierre": DIA + UN_DIA}, True),
        ({"fecha_cierre": DIA}, False),
        ({"habilitado": False}, False),
        ({"habilitado": None}, False),
        ({"codigo_servicio": "107"}, False),
    ],
    ids=str,
)
def test_servicio_habilitado_ese_dia(cambios: Fila, existe: bool) -> None:
    assert una("servicio_reps_existe", reps_servicios=[servicio(**cambios)]) is existe


@pytest.mark.parametrize(
    ("clase", "codigo"),
    [
        (("UCI", "ADULTO"), "110"),
        (("UCI", "PEDIATRICO"), "109"),
        (("UCI", "NEONATAL"), "108"),
        (("INTERMEDIO", "ADULTO"), "107"),
        (("INTERMEDIO", "PEDIATRICO"), "106"),
        (("INTERMEDIO", "NEONATAL"), "105"),
        (("HOSPITALIZACION", "ADULTO"), None),
    ],
    ids=str,
)
def test_codigo_del_servicio_de_cada_cama(clase: tuple[str, str], codigo: str | None) -> None:
    assert una("codigo_servicio", fila(servicio=clase[0], poblacion=clase[1])) == codigo


def test_la_norma_y_los_registros_dicen_lo_mismo_de_cada_cama() -> None:
    """The legal reading carries its own copy of the table that the loader of REPS uses."""
    assert norma.CODIGO_SERVICIO == CODIGO_SERVICIO


def test_el_servicio_se_lee_sin_distinguir_mayusculas() -> None:
    derivada = derivar([fila(servicio="uci")], "servicio", "reps_capacidad_dia", **BASE)[0]
    assert (derivada["servicio"], derivada["reps_capacidad_dia"]) == ("UCI", 20)


CAPACIDADES: dict[str, tuple[int | None, dict[str, list[Fila]]]] = {
    "solo la de REPS": (20, {}),
    "dos filas de la misma cama se suman": (25, {"reps_capacidad": [capacidad(20), capacidad(5)]}),
    "más las autorizadas": (24, {"reps_transitorias": [transitoria("AUTORIZACION", 4)]}),
    "menos las suspendidas": (6, {"reps_transitorias": [transitoria("SUSPENSION", 14)]}),
    "autorizadas y suspendidas a la vez": (
        10,
        {
            "reps_transitorias": [
                transitoria("AUTORIZACION", 3),
                transitoria("AUTORIZACION", 1),
                transitoria("SUSPENSION", 14),
            ]
        },
    ),
    "nunca menos de cero": (0, {"reps_transitorias": [transitoria("SUSPENSION", 21)]}),
    "solo autorizadas, sin fila de capacidad": (
        4,
        {"reps_capacidad": [], "reps_transitorias": [transitoria("AUTORIZACION", 4)]},
    ),
    "solo suspendidas, sin fila de capacidad: desconocida": (
        None,
        {"reps_capacidad": [], "reps_transitorias": [transitoria("SUSPENSION", 4)]},
    ),
    "sin capacidad ni autorización: desconocida": (None, {"reps_capacidad": []}),
    "de otra población no cuenta": (None, {"reps_capacidad": [capacidad(9, poblacion="NEONATAL")]}),
    "de otro servicio no cuenta": (None, {"reps_capacidad": [capacidad(9, servicio="INTERMEDIO")]}),
    "lo que no es cama de cuidado no cuenta": (
        20,
        {"reps_capacidad": [capacidad(20), capacidad(120, servicio=None, poblacion=None)]},
    ),
    "capacidad cero es conocida": (0, {"reps_capacidad": [capacidad(0)]}),
}


@pytest.mark.parametrize("caso", CAPACIDADES)
def test_capacidad_del_dia(caso: str) -> None:
    esperada, registros = CAPACIDADES[caso]
    assert una("reps_capacidad_dia", **registros) == esperada


@pytest.mark.parametrize(
    ("cambios", "vale"),
    [
        ({}, True),
        ({"fecha_inicio": DIA - UN_DIA}, True),
        ({"fecha_inicio": DIA + UN_DIA}, False),
        ({"fecha_inicio": DIA - UN_DIA, "fecha_fin": DIA}, True),
        ({"fecha_inicio": DIA - UN_DIA * 2, "fecha_fin": DIA - UN_DIA}, False),
        ({"estado": "SUSPENDIDA"}, False),
        ({"estado": "REVOCADA"}, False),
        ({"estado": None}, False),
        ({"poblacion": "PEDIATRICO"}, False),
    ],
    ids=str,
)
def test_autorizacion_vigente_ese_dia(cambios: Fila, vale: bool) -> None:
    actos = [transitoria("AUTORIZACION", 4, **cambios)]
    vistas = ("autorizada_existe", "reps_capacidad_dia")
    derivada = derivar([fila()], *vistas, **(BASE | {"reps_transitorias": actos}))[0]
    assert derivada["autorizada_existe"] is vale
    assert derivada["reps_capacidad_dia"] == (24 if vale else 20)


@pytest.mark.parametrize(
    ("dia", "rige"),
    [
        (date(2020, 12, 1), 20),  # antes del primer corte rige el primero
        (date(2021, 1, 31), 20),
        (date(2021, 2, 14), 20),
        (date(2021, 2, 15), 6),
        (date(2021, 3, 1), 6),
    ],
    ids=str,
)
def test_rige_el_corte_del_dia(dia: date, rige: int) -> None:
    cortes = [capacidad(20, fecha_corte=CORTES[0]), capacidad(6, fecha_corte=CORTES[1])]
    assert una("reps_capacidad_dia", fila(fecha=dia), reps_capacidad=cortes) == rige


def test_un_registro_sin_fecha_de_corte_es_un_solo_corte() -> None:
    sin_fecha = [capacidad(20, fecha_corte=None)]
    assert una("reps_capacidad_dia", reps_capacidad=sin_fecha) == 20


def test_una_sede_que_salio_de_reps_no_existe_desde_ese_corte() -> None:
    otra = sede(hab_sede="500010010101", fecha_corte=CORTES[1])
    camas = [fila(fecha=CORTES[1] - UN_DIA), fila(fecha=CORTES[1])]
    derivadas = derivar(camas, "sede_existe", **(BASE | {"reps_sedes": [sede(), otra]}))
    assert [d["sede_existe"] for d in derivadas] == [True, False]


def test_el_prestador_es_el_dueno_de_la_sede_aunque_su_prefijo_sea_otro() -> None:
    registros = {
        "reps_prestadores": [prestador(), prestador(hab_prestador="1100100303", es_ips=False)],
        "reps_sedes": [sede(hab_prestador="1100100303")],
    }
    assert una("prestador_es_ips", **registros) is False


def test_el_reporte_suma_las_tres_clases_de_ocupadas() -> None:
    partes = {"ocupadas_no_covid": 4, "ocupadas_sospechoso": 1, "ocupadas_confirmado": 5}
    registros = BASE | {"reps_ocupacion_diaria": [reporte(10, **partes)]}
    vistas = ("ocupadas", "ocupadas_y_certificadas", "reporte_camas_disponibles")
    derivada = derivar([fila(camas_disponibles=8)], *vistas, **registros)[0]
    assert (derivada["ocupadas"], derivada["ocupadas_y_certificadas"]) == (10, 18)
    assert derivada["reporte_camas_disponibles"] == 10


def test_un_dato_vacio_del_reporte_no_es_cero() -> None:
    """An absent column reads as empty, and an empty datum neither passes nor fails a rule."""
    vistas = ("reporte_existe", "reporte_camas_disponibles", "ocupadas")
    registros = BASE | {"reps_ocupacion_diaria": [reporte(None, None)]}
    derivada = derivar([fila()], *vistas, **registros)[0]
    assert [derivada[v] for v in vistas] == [True, None, None]


def test_una_capacidad_sin_cantidad_no_es_cero() -> None:
    """Unknown beds plus known ones are unknown beds."""
    assert una("reps_capacidad_dia", reps_capacidad=[capacidad(None)]) is None
    assert una("reps_capacidad_dia", reps_capacidad=[capacidad(None), capacidad(3)]) is None


@pytest.mark.parametrize(
    ("cambios", "existe"),
    [({}, True), ({"fecha": DIA + UN_DIA}, False), ({"poblacion": "NEONATAL"}, False)],
    ids=str,
)
def test_el_reporte_es_de_la_misma_cama_y_del_mismo_dia(cambios: Fila, existe: bool) -> None:
    assert una("reporte_existe", reps_ocupacion_diaria=[reporte(10, **cambios)]) is existe


@pytest.mark.parametrize(
    ("estado", "existe"),
    [("RECONOCIDO", True), ("GIRADO", True), ("EN_CORRECCION", False), ("NO_RECONOCIDO", False)],
)
def test_historia_cuenta_salvo_lo_que_se_puede_volver_a_pedir(estado: str, existe: bool) -> None:
    assert una("historia_existe", historia=[historia(estado)]) is existe


def test_historia_de_otro_dia_no_cuenta() -> None:
    assert una("historia_existe", historia=[historia("GIRADO", fecha=DIA + UN_DIA)]) is False


def test_copias_cuenta_la_misma_cama_del_mismo_dia_y_nit() -> None:
    camas = [
        fila(camas_disponibles=8),
        fila(camas_disponibles=9),
        fila(fecha=DIA + UN_DIA),
        fila(poblacion="NEONATAL"),
        fila(nit="900100202"),
    ]
    assert [d["copias"] for d in derivar(camas, "copias", **BASE)] == [2, 2, 1, 1, 1]


@pytest.mark.parametrize(
    ("dia", "periodo", "en_el_mes"),
    [
        (date(2021, 2, 1), "2021-02", True),
        (date(2021, 2, 28), "2021-02", True),
        (date(2021, 3, 1), "2021-02", False),
        (date(2021, 1, 31), "2021-02", False),
        (date(2020, 2, 15), "2021-02", False),
    ],
    ids=str,
)
def test_la_fecha_cae_en_el_periodo(dia: date, periodo: str, en_el_mes: bool) -> None:
    assert una("en_el_mes", fila(fecha=dia, periodo=periodo)) is en_el_mes


@pytest.mark.parametrize(
    ("periodo", "dias"),
    [("2021-02", 28), ("2020-02", 29), ("2000-02", 29), ("2020-12", 31), ("2021-04", 30)],
)
def test_dias_del_mes(periodo: str, dias: int) -> None:
    assert una("dias_del_mes", fila(periodo=periodo)) == dias


def mes(anio: int, numero: int, **cambios: Any) -> list[Fila]:
    """One row per day of a month."""
    dias = monthrange(anio, numero)[1]
    return [fila(fecha=date(anio, numero, d), **cambios) for d in range(1, dias + 1)]


def avisadas(camas: list[Fila]) -> set[int]:
    """Rows, from 1, that fail ANT-17."""
    regla = MECANISMO.regla("ANT-17")
    with motor() as en:
        filas = insumos(en, camas, {}).filas
        pasos = necesarios(MECANISMO.esquema.pasos, regla.columnas)
        juzgadas = aplicar(filas, pasos, {}, {}).select(
            "fila", veredicto(regla, "fecha").alias("v")
        )
        return {f["fila"] for f in en.filas(juzgadas) if f["v"] == INCUMPLE}


MESES: dict[str, tuple[list[Fila], int]] = {
    "febrero de 28 completo y parejo": (mes(2021, 2), 28),
    "febrero bisiesto completo y parejo": (mes(2020, 2), 29),
    "febrero bisiesto sin el 29": (mes(2020, 2)[:-1], 0),
    "mes de 31 días": (mes(2020, 12), 31),
    "falta un día del medio": (mes(2021, 2)[:10] + mes(2021, 2)[11:], 0),
    "todo el mes en cero": (mes(2021, 2, camas_disponibles=0), 0),
    "un día distinto": (
        [*mes(2021, 2)[:-1], fila(fecha=date(2021, 2, 28), camas_disponibles=7)],
        0,
    ),
    "un día repetido, completo": ([*mes(2021, 2), fila(fecha=date(2021, 2, 3))], 29),
    "un día repetido no suple al que falta": ([*mes(2021, 2)[:-1], fila(fecha=DIA)], 0),
    "cada sede, servicio y población es un mes aparte": (
        mes(2021, 2)[:14] + mes(2021, 2, poblacion="NEONATAL")[14:],
        0,
    ),
    "el día de otro mes no suple al que falta": (
        [*mes(2021, 2)[:-1], fila(fecha=date(2021, 3, 1), periodo="2021-02")],
        0,
    ),
}


@pytest.mark.parametrize("caso", MESES)
def test_mes_completo_con_el_mismo_valor(caso: str) -> None:
    camas, cuantas = MESES[caso]
    assert len(avisadas(camas)) == cuantas


def test_un_dia_de_otro_mes_no_salva_del_aviso_ni_lo_recibe() -> None:
    ajena = fila(fecha=date(2021, 3, 1), periodo="2021-02", camas_disponibles=3)
    assert avisadas([*mes(2021, 2), ajena]) == set(range(1, 29))


def test_ningun_paso_multiplica_las_filas() -> None:
    registros = {
        "reps_prestadores": [prestador(), prestador(hab_prestador="0500100999"), prestador()],
        "reps_sedes": [sede(), sede(fecha_corte=CORTES[1]), sede()],
        "reps_capacidad": [capacidad(20), capacidad(5), capacidad(1, fecha_corte=CORTES[1])],
        "reps_servicios": [servicio(), servicio()],
        "reps_ocupacion_diaria": [reporte(10), reporte(3)],
        "reps_transitorias": [transitoria("AUTORIZACION", 1), transitoria("AUTORIZACION", 2)],
        "historia": [historia("GIRADO"), historia("RECONOCIDO")],
    }
    camas = [fila(), fila(fecha=CORTES[1]), fila(codigo_habilitacion="9999999999")]
    todas = [c for paso in MECANISMO.esquema.pasos for c in salidas(paso)]
    assert [d["fila"] for d in derivar(camas, *todas, **registros)] == [1, 2, 3]
    assert len(evaluar(camas, **registros)) == 3


def test_sin_la_clase_del_prestador_solo_hay_aviso() -> None:
    """ANT-06 not evaluable: the row goes on, with its warning."""
    huerfana = BASE | {"reps_sedes": [sede(hab_prestador="0500100999")]}
    assert evaluar([fila(camas_disponibles=1)], **huerfana) == [
        {"fila": 1, "estado": "LIQUIDADO", "codigos": "ANT-06", "valor_centavos": 45_648_200}
    ]


def test_sin_capacidad_vuelve_a_correccion() -> None:
    """ANT-12 not evaluable has another effect than ANT-12 failed."""
    assert evaluar([fila()], **(BASE | {"reps_capacidad": []})) == [
        {"fila": 1, "estado": "EN_CORRECCION", "codigos": "ANT-12", "valor_centavos": 0}
    ]


def test_un_ajuste_que_no_deja_camas_no_se_reconoce() -> None:
    suspendida = {"reps_transitorias": [transitoria("SUSPENSION", 20)]}
    assert evaluar([fila()], **(BASE | suspendida)) == [
        {"fila": 1, "estado": "NO_RECONOCIDO", "codigos": "ANT-12", "valor_centavos": 0}
    ]


def test_el_rechazo_manda_sobre_la_correccion() -> None:
    camas = [fila(codigo_habilitacion="9999999999"), fila(codigo_habilitacion="9999999999")]
    assert {(f["estado"], f["codigos"]) for f in evaluar(camas, **BASE)} == {
        ("NO_RECONOCIDO", "ANT-05;ANT-11")
    }


def test_sin_registros_opcionales_no_se_adivina() -> None:
    """Nobody is refused for what an absent register would have said."""
    opcionales = set(MECANISMO.esquema.opcionales)
    piden = {r.codigo for r in MECANISMO.reglas if opcionales.intersection(r.requiere)}
    assert piden == {"ANT-07", "ANT-13", "ANT-14", "ANT-15", "ANT-16"}
    assert evaluar([fila()], **BASE)[0]["codigos"] == ""
