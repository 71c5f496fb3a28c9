"""What stands beside the row when the rules of talento humano judge it: the steps of the schema.

The cases of a table are judged together, each with a person of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

import pytest

from services.talento_humano.norma import CON_DERECHO
from tests.rules.ths import (
    EN_ORDEN,
    FIN,
    INICIO,
    Fila,
    afiliacion,
    derivar,
    fila,
    historia,
    intervalo,
    juntas,
    rnec,
    servicio_social,
    titulo,
    valor,
)

UN_DIA: Final = timedelta(days=1)
W_INICIO, W_FIN = date(2020, 4, 1), date(2020, 7, 31)
NOMBRES: Final = ("primer_apellido", "segundo_apellido", "primer_nombre", "segundo_nombre")

Dados = dict[str, list[Fila]]


def cada(columna: str, casos: Iterable[Dados | tuple[Fila, Dados]]) -> list[Any]:
    """The column in each case: what the registers say, of a good report or of another one."""
    completos = [caso if isinstance(caso, tuple) else (fila(), caso) for caso in casos]
    filas, registros = juntas(*completos)
    return [d[columna] for d in derivar(filas, columna, **registros)]


def una(columna: str, reporte: Fila, /, **registros: list[Fila]) -> Any:
    return derivar([reporte], columna, **(EN_ORDEN | registros))[0][columna]


# --- W ----------------------------------------------------------------------------------------


def test_w_es_la_parte_del_servicio_entre_abril_y_julio() -> None:
    antes, despues = date(2020, 3, 1), date(2020, 9, 1)
    tabla = [
        ((INICIO, FIN), (W_INICIO, FIN, True)),
        ((antes, despues), (W_INICIO, W_FIN, True)),
        ((FIN, FIN), (FIN, FIN, True)),
        ((antes, W_INICIO), (W_INICIO, W_INICIO, True)),
        ((W_FIN, despues), (W_FIN, W_FIN, True)),
        ((antes, W_INICIO - UN_DIA), (W_INICIO, W_INICIO - UN_DIA, False)),
        ((W_FIN + UN_DIA, despues), (W_FIN + UN_DIA, W_FIN, False)),
    ]
    filas = [fila(fecha_inicio=inicio, fecha_fin=fin) for (inicio, fin), _ in tabla]
    dadas = derivar(filas, "w_desde", "w_hasta", "en_w")
    assert [(d["w_desde"], d["w_hasta"], d["en_w"]) for d in dadas] == [w for _, w in tabla]


# --- RNEC -------------------------------------------------------------------------------------


def test_la_registraduria_responde_por_cedulas() -> None:
    casos: list[tuple[Fila, Dados]] = [
        (fila(), {"rnec": [rnec()]}),
        (fila(), {"rnec": [rnec(numero_documento="9700000001")]}),
        # Without class, the query did not find the cédula.
        (fila(), {"rnec": [rnec(clase=None)]}),
        (fila(), {"rnec": []}),
        (fila(tipo_documento="CE"), {"rnec": [rnec()]}),
    ]
    assert cada("rnec_existe", casos) == [True, False, False, False, None]


def test_los_nombres_se_comparan_con_los_de_la_cedula() -> None:
    tabla: list[tuple[tuple[str | None, ...], str]] = [
        (("PRUEBA", "UNO", "ANA", None), "IGUAL"),
        (("Uno", "de la Prueba", "ana", ""), "IGUAL"),
        (("PRUEBA", "UN", "ANA", None), "PARECIDO"),
        (("PRUEBAS", "UNO", "ANA", None), "DISTINTO"),
        (("PRUEBA", "UNO", "GLORIA", None), "DISTINTO"),
    ]
    casos = [(fila(**dict(zip(NOMBRES, dichos, strict=True))), Dados()) for dichos, _ in tabla]
    assert cada("nombres", casos) == [comparacion for _, comparacion in tabla]


def test_sin_cedula_o_sin_nombres_no_hay_que_comparar() -> None:
    sin_nombres = rnec(primer_apellido=None, segundo_apellido=None, primer_nombre=None)
    assert cada("nombres", [{"rnec": []}, {"rnec": [sin_nombres]}]) == [None, None]


# --- ReTHUS and SSO ---------------------------------------------------------------------------


def test_basta_un_titulo_autorizado_antes_de_terminar() -> None:
    tabla: list[tuple[list[date | None], bool | None]] = [
        ([FIN], True),
        ([FIN + UN_DIA], False),
        ([FIN + UN_DIA, date(2010, 1, 1)], True),
        ([None], None),
        ([None, FIN + UN_DIA], False),
        ([], None),
    ]
    casos = [{"rethus": [titulo(fecha_autorizacion=f) for f in fechas]} for fechas, _ in tabla]
    assert cada("rethus_autorizado", casos) == [autorizado for _, autorizado in tabla]
    assert cada("rethus_existe", casos) == [bool(fechas) for fechas, _ in tabla]


def test_los_titulos_son_los_de_ese_documento() -> None:
    otros = ({"tipo_documento": "TI"}, {"numero_documento": "9700000001"})
    assert cada("rethus_existe", [{"rethus": [titulo(**otro)]} for otro in otros]) == [False, False]


def test_el_servicio_social_y_la_sancion_cuentan_si_comparten_un_dia() -> None:
    tabla: list[tuple[date | None, date | None, bool]] = [
        (INICIO, FIN, True),
        (date(2020, 1, 1), INICIO, True),
        (FIN, date(2021, 1, 1), True),
        (FIN, None, True),
        (date(2019, 1, 1), INICIO - UN_DIA, False),
        (FIN + UN_DIA, None, False),
        (None, FIN, False),
    ]
    cubren = [cubre for *_, cubre in tabla]
    sociales: list[Dados] = [
        {"rethus": [], "sso": [servicio_social(fecha_inicio=desde, fecha_fin=hasta)]}
        for desde, hasta, _ in tabla
    ]
    sanciones = [{"rethus_sanciones": [intervalo(desde, hasta)]} for desde, hasta, _ in tabla]
    assert cada("con_titulo", sociales) == cubren
    assert cada("sancion_existe", sanciones) == cubren


def test_el_perfil_es_de_alguna_profesion_de_la_persona() -> None:
    tabla: list[tuple[list[str | None], list[str | None], bool | None]] = [
        ([";A02;"], [], True),
        ([";P03;A02;"], [], True),
        ([";P03;", ";A02;"], [], True),
        ([";P03;"], [";A02;"], True),
        ([";P03;"], [], False),
        # A02 is not A021 nor TA02.
        ([";A021;TA02;"], [], False),
        # A profession that the tables lack says nothing: with another that they have, it does.
        ([None, ";P03;"], [], False),
        ([None], [";P03;"], False),
        ([None], [], None),
        ([], [";A02;"], True),
        ([], [], None),
    ]
    casos = [
        {"rethus": [titulo(p) for p in de_rethus], "sso": [servicio_social(p) for p in de_sso]}
        for de_rethus, de_sso, _ in tabla
    ]
    assert cada("perfil_suyo", casos) == [suyo for *_, suyo in tabla]


def test_el_perfil_de_un_servicio_social_de_otro_tiempo_no_cuenta() -> None:
    ido = servicio_social(";A02;", fecha_inicio=date(2018, 1, 1), fecha_fin=date(2019, 1, 1))
    assert cada("perfil_suyo", [{"rethus": [titulo(";P03;")], "sso": [ido]}]) == [False]


# --- BDUA and BDEX ----------------------------------------------------------------------------


def test_cotizante_activo_del_contributivo() -> None:
    tabla: list[tuple[Fila, bool]] = [
        ({}, True),
        ({"estado": "PL"}, True),
        ({"estado": "AE"}, True),
        ({"estado": "SM"}, False),
        ({"estado": "AF"}, False),
        ({"tipo_afiliado": "B"}, False),
        ({"regimen": "S"}, False),
        ({"estado": None}, False),
    ]
    cotizan = [cotiza for _, cotiza in tabla]
    solas = [{"bdua": [afiliacion(**cambios)]} for cambios, _ in tabla]
    con_otra = [{"bdua": [afiliacion(estado="RE"), *sola["bdua"]]} for sola in solas]
    assert cada("bdua_cotiza", [*solas, *con_otra]) == cotizan * 2


def test_la_afiliacion_y_la_excepcion_cuentan_si_comparten_un_dia_de_w() -> None:
    """The service goes beyond W on both sides: what counts is W."""
    tabla: list[tuple[date | None, date | None, bool]] = [
        (date(2018, 1, 1), None, True),
        (date(2018, 1, 1), W_INICIO, True),
        (W_FIN, None, True),
        (date(2018, 1, 1), W_INICIO - UN_DIA, False),
        (W_FIN + UN_DIA, None, False),
        (None, None, False),
    ]
    largo = fila(fecha_inicio=date(2020, 1, 1), fecha_fin=date(2020, 12, 31))
    cubren = [cubre for *_, cubre in tabla]
    afiliadas = [(largo, {"bdua": [afiliacion(desde=d, hasta=h)]}) for d, h, _ in tabla]
    exceptuadas = [(largo, {"bdex": [intervalo(d, h)]}) for d, h, _ in tabla]
    assert cada("bdua_existe", afiliadas) == cubren
    assert cada("bdex_existe", exceptuadas) == cubren


# --- catalogue, history, account --------------------------------------------------------------


def test_el_valor_es_el_del_perfil() -> None:
    perfiles = ["A02", "M02", "P01"]
    dadas = derivar(
        [fila(codigo_perfil=p) for p in perfiles],
        "catalogo_existe",
        "catalogo_valor_cop",
        **EN_ORDEN,
    )
    assert [d["catalogo_valor_cop"] for d in dadas] == [1_097_254, 3_950_114, None]
    assert [d["catalogo_existe"] for d in dadas] == [True, True, False]
    assert una("catalogo_existe", fila(), ths_perfiles=[valor("A02", None)]) is False


@pytest.mark.parametrize(
    ("filas", "parametro", "cerrado"),
    [
        ([valor("P07", 1)], "NO", False),
        ([valor("P07", 1, completo=False)], "NO", False),
        ([valor("P07", 1), valor("P03", 1, completo=True)], "NO", True),
        ([valor("P07", 1)], "SI", True),
        ([], "SI", True),
    ],
)
def test_el_catalogo_esta_completo_si_el_lo_dice_o_lo_dice_un_acto(
    filas: list[Fila], parametro: str, cerrado: bool
) -> None:
    reporte = fila(catalogo_completo=parametro)
    assert una("catalogo_cerrado", reporte, ths_perfiles=filas) is cerrado


def test_ya_se_devolvio_por_falta_de_titulo() -> None:
    tabla = [
        ("EN_CORRECCION", "THS-07", True),
        ("NO_CUMPLE", "THS-05;THS-07;THS-16", True),
        ("EN_CORRECCION", "THS-05;THS-09", False),
        ("LIQUIDADO", None, False),
    ]
    casos = [{"historia": [historia(estado, codigos)]} for estado, codigos, _ in tabla]
    assert cada("devuelta_existe", casos) == [devuelta for *_, devuelta in tabla]


def test_quien_ya_tiene_el_pago() -> None:
    """Those of THS-15 in the dossier and those of a reintegro, and no other state."""
    libres = ("EN_CORRECCION", "NO_CUMPLE", "DUPLICADO", "PENDIENTE_CATALOGO")
    casos = [{"historia": [historia(estado)]} for estado in (*CON_DERECHO, *libres)]
    casos.append({"historia": [historia("PAGADO", numero_documento="9700000001")]})
    esperadas = [True] * len(CON_DERECHO) + [False] * (len(libres) + 1)
    assert cada("cobrada_existe", casos) == esperadas


def test_la_clase_de_cuenta_se_compara_en_mayuscula() -> None:
    assert una("tipo_producto", fila(tipo_producto="ahorros")) == "AHORROS"
