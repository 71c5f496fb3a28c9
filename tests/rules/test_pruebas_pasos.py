"""What stands beside the row when the rules of pruebas judge it: the steps of the schema.

Each table is one evaluation: every case has its own person, prestadores, municipality and
invoices, since what identifies them takes the number of the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from services.pruebas import norma
from services.pruebas.esquema import CAMPOS, CONDICIONES
from tests.rules.muestras import (
    ANTERIOR,
    CORTE,
    DIA,
    EN_ORDEN,
    FILAS,
    IPS,
    LAB,
    Fila,
    afiliacion,
    anterior,
    avalado,
    decidida,
    derivar,
    evaluar,
    fila,
    marco,
    motor,
    muestra,
    prestador,
    una,
)

UN_DIA: Final = timedelta(days=1)
Caso = tuple[Fila, Mapping[str, list[Fila]], Any]
"""Changes to the submitted row, registers that differ from ``EN_ORDEN``, value expected."""
_PROPIAS: Final = frozenset(
    {"numero_documento", "afl_id", "id_sismuestras", "factura_toma", "factura_procesa"}
    | {"hab_toma", "hab_procesa", "hab_prestador", "codigo_municipio", "codigo_municipio_toma"}
)


def _propia(fila: Fila, i: int) -> Fila:
    return {c: f"{v}·{i}" if c in _PROPIAS and v is not None else v for c, v in fila.items()}


def _sin_numero(valor: Any, i: int) -> Any:
    return valor.removesuffix(f"·{i}") if isinstance(valor, str) else valor


def reunir(casos: Mapping[str, Caso]) -> tuple[list[Fila], dict[str, list[Fila]]]:
    """The rows of all the cases, and what their registers have."""
    radicadas: list[Fila] = []
    registros: dict[str, list[Fila]] = {"pruebas_tarifas": list(EN_ORDEN["pruebas_tarifas"])}
    for i, (cambios, distintos, _) in enumerate(casos.values()):
        radicadas.append(_propia(fila(**cambios), i))
        for nombre, propias in {**EN_ORDEN, **distintos}.items():
            if nombre != "pruebas_tarifas":
                registros.setdefault(nombre, []).extend(_propia(f, i) for f in propias)
    return radicadas, registros


def comprobar(casos: Mapping[str, Caso], *columnas: str) -> None:
    """Every case gives, in those columns, what it says: one value, or a tuple if several."""
    radicadas, registros = reunir(casos)
    _comparar(casos, derivar(radicadas, *columnas, **registros), columnas)


def comprobar_juicio(casos: Mapping[str, Caso], *columnas: str) -> None:
    """The same of the outcome of each row."""
    radicadas, registros = reunir(casos)
    _comparar(casos, evaluar(radicadas, **registros), columnas)


def _comparar(casos: Mapping[str, Caso], dadas: Sequence[Fila], columnas: Sequence[str]) -> None:
    halladas = {
        caso: tuple(_sin_numero(d[c], i) for c in columnas)
        for i, (caso, d) in enumerate(zip(casos, dadas, strict=True))
    }
    esperadas = {
        caso: esperado if len(columnas) > 1 else (esperado,)
        for caso, (_, _, esperado) in casos.items()
    }
    assert halladas == esperadas


def de(registro: str, *filas: Fila) -> dict[str, list[Fila]]:
    return {registro: list(filas)}


# --- prestadores -----------------------------------------------------------------------------


HABILITADO: Final[dict[str, tuple[Fila, bool]]] = {
    "habilitado": ({}, True),
    "abre ese día": ({"fecha_radicacion": DIA}, True),
    "abre al día siguiente": ({"fecha_radicacion": DIA + UN_DIA}, False),
    "cierra al día siguiente": ({"fecha_cierre": DIA + UN_DIA}, True),
    "cierra ese día": ({"fecha_cierre": DIA}, False),
    "no habilitado": ({"habilitado": False}, False),
    "REPS no lo dice": ({"habilitado": None}, False),
    "con otro NIT": ({"nit": "900300303"}, False),
}


def test_habilitado_el_dia_de_su_parte() -> None:
    """Who takes, on the day of the sample; who processes, on that of the process."""
    comprobar(
        {c: ({}, de("reps_prestadores", prestador(**v)), e) for c, (v, e) in HABILITADO.items()},
        "toma_existe",
    )
    antes = {"fecha_toma": DIA - 9 * UN_DIA, "fecha_proceso": DIA}
    comprobar(
        {
            c: (antes, de("reps_prestadores", prestador(LAB, **v)), e)
            for c, (v, e) in HABILITADO.items()
        },
        "procesa_existe",
    )


def test_el_nombre_de_reps_es_el_de_quien_cobra() -> None:
    sin_razon = prestador(razon_social=None, nombre_prestador="CONSULTORIO")
    comprobar(
        {
            "razón social": ({}, {}, "IPS EJEMPLO"),
            "sin ella, su nombre": ({}, de("reps_prestadores", sin_razon), "CONSULTORIO"),
        },
        "toma_nombre",
    )


def test_entidades_territoriales_por_su_codigo() -> None:
    publico = {"laboratorio_salud_publica": True, "nit": "999999999", "habilitado": False}
    comprobar(
        {
            "ninguno": ({}, {}, (False, False)),
            "toma": ({}, de("reps_prestadores", prestador(**publico)), (True, False)),
            "procesa": ({}, de("reps_prestadores", prestador(LAB, **publico)), (False, True)),
            "marcado NO": (
                {},
                de("reps_prestadores", prestador(laboratorio_salud_publica=False)),
                (False, False),
            ),
        },
        "toma_publica_existe",
        "procesa_publica_existe",
    )


def test_rige_el_corte_de_reps_de_cada_dia() -> None:
    otro = date(2020, 11, 1)
    cortes = [
        prestador(),
        prestador(LAB),
        prestador(fecha_corte=otro, habilitado=False, laboratorio_salud_publica=True),
        prestador(LAB, fecha_corte=otro, habilitado=False, laboratorio_salud_publica=True),
    ]
    radicadas = [
        fila(fecha_toma=toma, fecha_proceso=proceso)
        for toma, proceso in (
            (CORTE - UN_DIA, otro - UN_DIA),
            (otro - UN_DIA, otro),
            (otro, otro - UN_DIA),
        )
    ]
    columnas = ("toma_existe", "procesa_existe", "toma_publica_existe", "procesa_publica_existe")
    dadas = derivar(radicadas, *columnas, reps_prestadores=cortes)
    assert [tuple(d[c] for c in columnas) for d in dadas] == [
        (True, True, False, False),
        (True, False, False, True),
        (False, True, True, False),
    ]


def test_laboratorio_avalado_el_dia_del_proceso() -> None:
    proceso = {"fecha_toma": DIA - 3 * UN_DIA, "fecha_proceso": DIA}
    comprobar(
        {
            "en la lista": (proceso, {}, True),
            "desde ese día": (proceso, de("laboratorios_avalados", avalado(desde=DIA)), True),
            "desde el siguiente": (
                proceso,
                de("laboratorios_avalados", avalado(desde=DIA + UN_DIA)),
                False,
            ),
            "hasta ese día": (proceso, de("laboratorios_avalados", avalado(hasta=DIA)), True),
            "hasta la víspera": (
                proceso,
                de("laboratorios_avalados", avalado(hasta=DIA - UN_DIA)),
                False,
            ),
            "con otro NIT": (proceso, de("laboratorios_avalados", avalado(nit="9")), False),
            "otro laboratorio": (proceso, de("laboratorios_avalados", avalado(IPS)), False),
        },
        "aval_existe",
    )


# --- tarifas ---------------------------------------------------------------------------------


def test_la_diferencial_procede_sin_laboratorio_en_el_municipio() -> None:
    sin = de("laboratorios_avalados")
    pedida = {"diferencial": True}

    def el(dia: date) -> Fila:
        return {**pedida, "fecha_toma": dia, "fecha_proceso": dia + 30 * UN_DIA}

    abre = de("laboratorios_avalados", avalado(IPS, desde=DIA, hasta=DIA + UN_DIA))
    comprobar(
        {
            "primer día": (el(date(2020, 9, 16)), sin, True),
            "la víspera": (el(date(2020, 9, 15)), sin, False),
            "último día": (el(date(2022, 6, 30)), sin, True),
            "un día después": (el(date(2022, 7, 1)), sin, False),
            "con laboratorio": (el(DIA), {}, False),
            "antes de que abra": (el(DIA - UN_DIA), abre, True),
            "el día en que abre": (el(DIA), abre, False),
            "su último día": (el(DIA + UN_DIA), abre, False),
            "cuando ya cerró": (el(DIA + 2 * UN_DIA), abre, True),
            "en otro municipio": (
                el(DIA),
                de("laboratorios_avalados", avalado(codigo_municipio="05001")),
                True,
            ),
            "no la cobra": ({}, sin, None),
        },
        "diferencial_procede",
    )


TARIFA_DEL_DIA: Final[dict[str, tuple[tuple[str, str, str], tuple[int | None, int | None]]]] = {
    "antes del mecanismo": (("MOLECULAR", "908856", "2020-03-16"), (None, None)),
    "P0": (("MOLECULAR", "908856", "2020-03-17"), (216_994, None)),
    "fin de P0": (("ANTIGENO", "906340", "2020-08-25"), (80_832, None)),
    "P1": (("ANTIGENO", "906340", "2020-08-26"), (80_832, None)),
    "fin de P1": (("MOLECULAR", "908856", "2020-09-15"), (216_994, None)),
    "P2": (("MOLECULAR", "908856", "2020-09-16"), (216_994, 266_903)),
    "P2, antígeno": (("ANTIGENO", "906340", "2022-06-30"), (80_832, 99_423)),
    "P2, IgG": (("ANTICUERPOS", "906270", "2021-01-01"), (60_000, None)),
    "P2, IgM": (("ANTICUERPOS", "906271", "2021-01-01"), (60_000, None)),
    "P3": (("MOLECULAR", "908856", "2022-07-01"), (None, None)),
    "CUPS de otra": (("ANTIGENO", "908856", "2021-01-01"), (None, None)),
}


def test_tarifa_de_cada_dia() -> None:
    comprobar(
        {
            caso: (
                {"tipo_prueba": t, "cups": c, "fecha_toma": date.fromisoformat(dia)},
                {},
                (c != "908856" or t == "MOLECULAR", base is not None, base, dif),
            )
            for caso, ((t, c, dia), (base, dif)) in TARIFA_DEL_DIA.items()
        },
        "cups_existe",
        "tarifa_existe",
        "tarifa_valor",
        "tarifa_diferencial_valor",
    )


# --- persona ---------------------------------------------------------------------------------


def test_la_persona_por_su_documento_o_por_uno_anterior() -> None:
    con_anterior = de("bdua_historia_identificacion", anterior())
    comprobar(
        {
            "en BDUA": ({}, {}, (True, "7001")),
            "con uno anterior": (ANTERIOR, con_anterior, (True, "7001")),
            "BDUA va primero": (
                {},
                {
                    "bdua": [afiliacion(afl_id="9")],
                    "bdua_historia_identificacion": [anterior(**fila_documento(), afl_id="1")],
                },
                (True, "9"),
            ),
            "la de menor número": (
                {},
                de("bdua", afiliacion(afl_id="8"), afiliacion(afl_id="7")),
                (True, "7"),
            ),
            "la de menor número en la historia": (
                ANTERIOR,
                de("bdua_historia_identificacion", anterior(afl_id="8"), anterior(afl_id="7")),
                (True, "7"),
            ),
            "el mismo número con otro tipo": ({"tipo_documento": "CE"}, {}, (False, None)),
        },
        "persona_existe",
        "afl_id",
    )


def fila_documento() -> Fila:
    return {c: v for c, v in fila().items() if c in ("tipo_documento", "numero_documento")}


def test_una_persona_es_la_misma_con_cualquiera_de_sus_documentos() -> None:
    radicadas = [
        fila(),
        fila(**ANTERIOR),
        fila(numero_documento="55"),
        fila(numero_documento="55"),
        fila(numero_documento="55", tipo_documento="CE"),
    ]
    conocidos = {"bdua_historia_identificacion": [anterior()]}
    personas = [d["persona"] for d in derivar(radicadas, "persona", **conocidos)]
    assert personas[0] == personas[1]
    assert personas[2] == personas[3]
    assert len({*personas}) == 3


AFILIACION: Final[dict[str, tuple[list[Fila], tuple[bool, bool, bool, bool]]]] = {
    # no retirada, activa, en su EPS, fallecida
    "activa": ([afiliacion()], (True, True, True, False)),
    "protección laboral": ([afiliacion(estado="PL")], (True, True, True, False)),
    "activa por emergencia": ([afiliacion(estado="AE")], (True, True, True, False)),
    "subsidiada": ([afiliacion(regimen="S")], (True, True, True, False)),
    "sin régimen conocido": ([afiliacion(regimen=None)], (True, False, False, False)),
    "suspendida por mora": ([afiliacion(estado="SM")], (True, False, False, False)),
    "retirada": ([afiliacion(estado="RE")], (False, False, False, False)),
    "sin estado": ([afiliacion(estado=None)], (True, False, False, False)),
    "retirada y suspendida": (
        [afiliacion(estado="RE"), afiliacion(estado="SM")],
        (True, False, False, False),
    ),
    "retirada en una, activa en otra": (
        [afiliacion(estado="RE"), afiliacion(codigo_eps="EPS005")],
        (True, True, False, False),
    ),
    "desde ese día": ([afiliacion(desde=DIA)], (True, True, True, False)),
    "desde el siguiente": ([afiliacion(desde=DIA + UN_DIA)], (False, False, False, False)),
    "hasta ese día": ([afiliacion(hasta=DIA)], (True, True, True, False)),
    "hasta la víspera": ([afiliacion(hasta=DIA - UN_DIA)], (False, False, False, False)),
    "con código de movilidad": (
        [afiliacion(codigo_eps="EPSS10", regimen="S")],
        (True, True, True, False),
    ),
    "en otra EPS": ([afiliacion(codigo_eps="EPS005")], (True, True, False, False)),
    "en otra y suspendida en esta": (
        [afiliacion(codigo_eps="EPS005"), afiliacion(estado="SM")],
        (True, True, False, False),
    ),
    "sin EPS": ([afiliacion(codigo_eps=None)], (True, True, False, False)),
    "murió ese día": (
        [afiliacion(hasta=DIA - UN_DIA), afiliacion(estado="AF", desde=DIA)],
        (True, False, False, False),
    ),
    "murió la víspera": (
        [afiliacion(hasta=DIA - 2 * UN_DIA), afiliacion(estado="AF", desde=DIA - UN_DIA)],
        (True, False, False, True),
    ),
    "murió y sigue activa": (
        [afiliacion(), afiliacion(estado="AF", desde=DIA - UN_DIA, hasta=DIA - UN_DIA)],
        (True, True, True, True),
    ),
    "murió después": (
        [afiliacion(), afiliacion(estado="AF", desde=DIA + UN_DIA)],
        (True, True, True, False),
    ),
}


def test_afiliacion_el_dia_de_la_toma() -> None:
    comprobar(
        {caso: ({}, de("bdua", *filas), esperado) for caso, (filas, esperado) in AFILIACION.items()}
        | {"no está en BDUA": ({"tipo_documento": "CE"}, {}, (False,) * 4)},
        "afiliacion_no_retirada",
        "afiliacion_activa",
        "afiliacion_en_su_eps",
        "afiliacion_fallecida",
    )


def test_la_afiliacion_se_mira_con_todos_los_documentos() -> None:
    """A row of BDUA under another document of the person says as much."""
    otra = [afiliacion(hasta=DIA - UN_DIA), afiliacion(**ANTERIOR, codigo_eps="EPS005")]
    assert una("afiliacion_activa", bdua=otra) is True


def test_regimen_exceptuado_con_cualquier_documento() -> None:
    exceptuada = {**fila_documento(), "desde": date(2015, 1, 1)}
    comprobar(
        {
            "en BDEX": ({}, de("bdex", exceptuada), True),
            "hasta ese día": ({}, de("bdex", exceptuada | {"hasta": DIA}), True),
            "hasta la víspera": ({}, de("bdex", exceptuada | {"hasta": DIA - UN_DIA}), False),
            "desde el siguiente": ({}, de("bdex", exceptuada | {"desde": DIA + UN_DIA}), False),
            "con un documento anterior": (
                {},
                {
                    "bdex": [exceptuada | ANTERIOR],
                    "bdua_historia_identificacion": [anterior()],
                },
                True,
            ),
            "fuera de BDUA": (
                {"tipo_documento": "CE"},
                de("bdex", exceptuada | {"tipo_documento": "CE"}),
                True,
            ),
            "nadie": ({}, {}, False),
        },
        "bdex_existe",
    )


# --- muestra ---------------------------------------------------------------------------------


def _muestras(*filas: Fila) -> dict[str, list[Fila]]:
    return de("sismuestras", *filas)


def test_hay_muestra_a_tres_dias() -> None:
    comprobar(
        {
            "ese día": ({}, {}, True),
            "tres antes": ({}, _muestras(muestra(fecha_toma=DIA - 3 * UN_DIA)), True),
            "tres después": ({}, _muestras(muestra(fecha_toma=DIA + 3 * UN_DIA)), True),
            "cuatro antes": ({}, _muestras(muestra(fecha_toma=DIA - 4 * UN_DIA)), False),
            "cuatro después": ({}, _muestras(muestra(fecha_toma=DIA + 4 * UN_DIA)), False),
            "de otra prueba": ({}, _muestras(muestra(tipo_prueba="ANTIGENO")), False),
            "de otro tipo de documento": ({}, _muestras(muestra(tipo_documento="TI")), False),
            "con un documento anterior": (
                {},
                _muestras(muestra(**ANTERIOR)) | de("bdua_historia_identificacion", anterior()),
                True,
            ),
            "con otro documento en BDUA": (
                {},
                _muestras(muestra(**ANTERIOR)) | de("bdua", afiliacion(), afiliacion(**ANTERIOR)),
                True,
            ),
            "de quien no está en BDUA": (
                {"tipo_documento": "CE"},
                _muestras(muestra(tipo_documento="CE")),
                True,
            ),
        },
        "muestra_existe",
    )


OTRA: Final = {"nit_procesa": "900300303"}


def test_cual_es_la_muestra() -> None:
    lejos, cerca = muestra(id_sismuestras="A", fecha_toma=DIA - 2 * UN_DIA), muestra()
    comprobar(
        {
            "la más cercana": ({}, _muestras(lejos, cerca), ("M1", LAB["nit"])),
            "la pedida, aunque lejos": (
                {"id_sismuestras": "A"},
                _muestras(lejos, cerca),
                ("A", LAB["nit"]),
            ),
            "la pedida no está": (
                {"id_sismuestras": "Z"},
                _muestras(lejos, cerca),
                ("M1", LAB["nit"]),
            ),
            "a un día y a dos": (
                {},
                _muestras(lejos, muestra(id_sismuestras="C", fecha_toma=DIA + UN_DIA)),
                ("C", LAB["nit"]),
            ),
            "a dos días y a tres": (
                {},
                _muestras(
                    muestra(id_sismuestras="A", fecha_toma=DIA - 3 * UN_DIA),
                    muestra(id_sismuestras="C", fecha_toma=DIA + 2 * UN_DIA),
                ),
                ("C", LAB["nit"]),
            ),
            "igual de lejos, la primera": (
                {},
                _muestras(
                    muestra(id_sismuestras="A", fecha_toma=DIA + UN_DIA),
                    muestra(id_sismuestras="B", fecha_toma=DIA - UN_DIA),
                ),
                ("B", LAB["nit"]),
            ),
            "el mismo día, la de menor número": (
                {},
                _muestras(muestra(id_sismuestras="B"), muestra(id_sismuestras="A", **OTRA)),
                ("A", "900300303"),
            ),
            "una sin número va al final": (
                {},
                _muestras(muestra(id_sismuestras=None, **OTRA), muestra()),
                ("M1", LAB["nit"]),
            ),
            "el mismo número en dos laboratorios": (
                {},
                _muestras(muestra(**OTRA), muestra()),
                ("M1", LAB["nit"]),
            ),
        },
        "muestra_id",
        "muestra_nit_procesa",
    )


ENVIOS: Final = {
    "antes": [muestra(resultado="PENDIENTE"), muestra(resultado="POSITIVO")],
    "después": [muestra(resultado="POSITIVO"), muestra(resultado="PENDIENTE")],
}


def test_el_resultado_se_puede_usar() -> None:
    def con(tipo: str = "MOLECULAR", **resultados: str | None) -> Caso:
        dado = muestra(tipo_prueba=tipo, **({"resultado": None} | resultados))
        return ({"tipo_prueba": tipo}, _muestras(dado), None)

    casos = {
        "positivo": (con(resultado="POSITIVO"), True),
        "negativo": (con(resultado="NEGATIVO"), True),
        "indeterminado": (con(resultado="INDETERMINADO"), True),
        "pendiente": (con(resultado="PENDIENTE"), False),
        "no procesada": (con(resultado="NO_PROCESADA"), False),
        "ninguno": (con(), False),
        "serología en una molecular": (con(resultado_igg="POSITIVO"), False),
        "IgG": (con("ANTICUERPOS", resultado_igg="POSITIVO"), True),
        "IgM, sin el general": (
            con("ANTICUERPOS", resultado="PENDIENTE", resultado_igm="NEGATIVO"),
            True,
        ),
        "anticuerpos, en el general": (con("ANTICUERPOS", resultado="POSITIVO"), True),
        "serología pendiente": (con("ANTICUERPOS", resultado_igm="PENDIENTE"), False),
        **{
            f"enviada dos veces, el resultado {orden}": (({}, _muestras(*envios), None), True)
            for orden, envios in ENVIOS.items()
        },
    }
    comprobar({c: (r, m, esperado) for c, ((r, m, _), esperado) in casos.items()}, "muestra_util")


def test_la_eps_de_la_muestra_por_su_codigo_base() -> None:
    comprobar(
        {
            "la misma": ({}, {}, "EPS010"),
            "de movilidad": ({}, _muestras(muestra(codigo_eps="EPSS10")), "EPS010"),
            "que no está en la tabla": ({}, _muestras(muestra(codigo_eps="EPS999")), "EPS999"),
            "ninguna": ({}, _muestras(muestra(codigo_eps=None)), None),
        },
        "muestra_base",
    )


def test_queda_el_numero_de_la_muestra_hallada() -> None:
    comprobar(
        {
            "no lo dijo": ({}, {}, "M1"),
            "dijo otro": ({"id_sismuestras": "Z"}, {}, "M1"),
            "no hay muestra": ({"id_sismuestras": "Z"}, _muestras(), "Z"),
        },
        "id_sismuestras",
    )


# --- lo ya decidido --------------------------------------------------------------------------


def _historia(*filas: Fila) -> dict[str, list[Fila]]:
    return de("historia", *filas)


def test_ya_decidida_por_cualquier_eps_y_con_cualquier_documento() -> None:
    comprobar(
        {
            estado: ({}, _historia(decidida(estado)), viva)
            for estado, viva in {
                "RADICADO": True,
                "LIQUIDADO": True,
                "ESPERA_MONTO": True,
                "GIRADO": True,
                "EN_REINTEGRO": True,
                "NO_ADMITIDO": False,
                "GLOSADO": False,
                "GLOSADO_DEFINITIVO": False,
            }.items()
        }
        | {
            "de otra EPS": ({}, _historia(decidida(codigo_eps="EPS005")), True),
            "con otro documento": (
                {},
                _historia(decidida(**ANTERIOR)) | de("bdua_historia_identificacion", anterior()),
                True,
            ),
            "de otra prueba": ({}, _historia(decidida(tipo_prueba="ANTIGENO")), False),
            "de otro día": ({}, _historia(decidida(fecha_toma=DIA + UN_DIA)), False),
            "de otra persona": ({}, _historia(decidida(numero_documento="8")), False),
            "nada": ({}, _historia(), False),
        },
        "decidida_existe",
    )


def _glosada(codigos: str = "PRU-15", comunicada: str | None = "2024-12-01", **mas: Any) -> Fila:
    dia = None if comunicada is None else date.fromisoformat(comunicada)
    propia = {"codigos": codigos, "fecha_comunicacion": dia} | mas
    return decidida(propia.pop("estado", "GLOSADO"), **propia)


def test_la_ultima_version_glosada_a_la_misma_eps() -> None:
    definitiva = {"estado": "GLOSADO_DEFINITIVO"}
    comprobar(
        {
            "ninguna": ({}, _historia(), (False, False, None, None)),
            "una": (
                {},
                _historia(_glosada()),
                (True, True, "GLOSADO", date(2024, 12, 1)),
            ),
            "con código de movilidad": (
                {},
                _historia(_glosada(codigo_eps="EPSS10")),
                (True, True, "GLOSADO", date(2024, 12, 1)),
            ),
            "a otra EPS": (
                {},
                _historia(_glosada(codigo_eps="EPS005")),
                (False, False, None, None),
            ),
            "en otro estado": ({}, _historia(decidida()), (False, False, None, None)),
            "dos: la última": (
                {},
                _historia(_glosada(comunicada="2025-02-01"), _glosada(comunicada="2023-02-01")),
                (True, True, "GLOSADO", date(2025, 2, 1)),
            ),
            "la última es definitiva": (
                {},
                _historia(
                    _glosada(comunicada="2025-02-01", **definitiva),
                    _glosada(comunicada="2024-02-01"),
                ),
                (True, True, "GLOSADO_DEFINITIVO", date(2025, 2, 1)),
            ),
            "las dos el mismo día": (
                {},
                _historia(_glosada(**definitiva), _glosada()),
                (True, True, "GLOSADO_DEFINITIVO", date(2024, 12, 1)),
            ),
            "solo definitiva": (
                {},
                _historia(_glosada(**definitiva)),
                (True, False, "GLOSADO_DEFINITIVO", date(2024, 12, 1)),
            ),
            "la que no se comunica es la última": (
                {},
                _historia(_glosada(comunicada=None), _glosada(**definitiva)),
                (True, True, "GLOSADO", None),
            ),
        },
        "previa_existe",
        "glosada_antes",
        "previa_estado",
        "previa_comunicada",
    )


def test_los_codigos_de_todas_las_versiones_ya_se_usaron() -> None:
    dos = _historia(_glosada("PRU-06;PRU-14", "2023-01-01"), _glosada("PRU-15", "2024-12-01"))
    comprobar(
        {"dos versiones": ({}, dos, (True, True, True, False))},
        *(f"previa_PRU-{n}" for n in ("06", "14", "15", "16")),
    )


def test_seis_meses_de_calendario_desde_la_comunicacion() -> None:
    comprobar(
        {
            comunicada: (
                {},
                _historia(_glosada(comunicada=comunicada)),
                date.fromisoformat(limite),
            )
            for comunicada, limite in {
                "2024-10-01": "2025-04-01",
                "2024-09-30": "2025-03-30",
                "2024-08-31": "2025-02-28",
            }.items()
        },
        "previa_limite",
    )


def test_cinco_anios_desde_la_toma() -> None:
    comprobar(
        {
            "un día cualquiera": ({}, {}, date(2025, 10, 5)),
            "29 de febrero": ({"fecha_toma": date(2024, 2, 29)}, {}, date(2029, 2, 28)),
        },
        "limite",
    )


def test_la_muestra_ya_decidida_es_laboratorio_y_numero() -> None:
    otra_fecha = {"fecha_toma": DIA - UN_DIA, "id_sismuestras": "M1", "nit_procesa": LAB["nit"]}
    comprobar(
        {
            "la misma": ({}, _historia(decidida(**otra_fecha)), True),
            "de otra EPS": ({}, _historia(decidida(**otra_fecha, codigo_eps="EPS005")), True),
            "glosada": ({}, _historia(decidida("GLOSADO", **otra_fecha)), False),
            "de otro laboratorio": ({}, _historia(decidida(**(otra_fecha | OTRA))), False),
            "con otro número": (
                {},
                _historia(decidida(**(otra_fecha | {"id_sismuestras": "M2"}))),
                False,
            ),
            "sin muestra": ({}, _historia(decidida(**otra_fecha)) | _muestras(), None),
        },
        "muestra_decidida_existe",
    )


def test_la_factura_de_otra_eps() -> None:
    toma = {"nit_toma": IPS["nit"], "factura_toma": "FT1", "numero_documento": "8"}
    procesa = {"nit_procesa": LAB["nit"], "factura_procesa": "FP1", "numero_documento": "8"}
    ajena = {"codigo_eps": "EPS005"}
    comprobar(
        {
            "la toma": ({}, _historia(decidida(**toma, **ajena)), True),
            "el proceso": ({}, _historia(decidida(**procesa, **ajena)), True),
            "en cualquier estado": ({}, _historia(decidida("GLOSADO", **toma, **ajena)), True),
            "de la misma EPS": ({}, _historia(decidida(**(toma | procesa))), False),
            "con código de movilidad": (
                {},
                _historia(decidida(**toma, codigo_eps="EPSS10")),
                False,
            ),
            "de esta y de otra de código menor": (
                {},
                _historia(decidida(**toma, codigo_eps="EPS001"), decidida(**toma)),
                True,
            ),
            "de esta y de otra de código mayor": (
                {},
                _historia(decidida(**procesa, codigo_eps="ESS024"), decidida(**procesa)),
                True,
            ),
            "otra factura del mismo NIT": (
                {},
                _historia(decidida(**(toma | ajena | {"factura_toma": "FT2"}))),
                False,
            ),
            "el mismo número de otro NIT": (
                {},
                _historia(decidida(**(procesa | ajena | {"nit_procesa": "9"}))),
                False,
            ),
        },
        "factura_ajena",
    )


# --- el archivo ------------------------------------------------------------------------------


def _en_el_archivo(filas: Sequence[Fila], *columnas: str, **registros: list[Fila]) -> list[Any]:
    dadas = derivar(filas, *columnas, **registros)
    return [tuple(d[c] for c in columnas) if len(columnas) > 1 else d[columnas[0]] for d in dadas]


def test_la_primera_buena_del_archivo_gana() -> None:
    mala = fila(valor_total=1)
    sin_forma = fila(forma_ok=False)
    archivo = [mala, fila(), fila(), fila(**ANTERIOR), fila(tipo_prueba="ANTIGENO")]
    archivo += [fila(fecha_toma=DIA + UN_DIA), fila(valor_toma=0, valor_procesa=0)]
    conocidos = {"bdua_historia_identificacion": [anterior()]}
    vistas = _en_el_archivo(archivo, "primera_fila", "gana_fila", **conocidos)
    assert vistas == [(2, None), (2, None), (2, 2), (2, 2), (5, None), (6, None), (2, 2)]
    juzgadas = evaluar([sin_forma, fila(), fila()])
    assert [(f["codigos"], f["gana"]) for f in juzgadas] == [
        ("PRU-02", None),
        ("", None),
        ("PRU-24;PRU-26", 2),
    ]


def test_la_primera_de_cada_muestra() -> None:
    otro = {"numero_documento": "2", "id_sismuestras": "M1"}
    archivo = [
        fila(valor_total=1),
        fila(),
        fila(fecha_toma=DIA + 2 * UN_DIA),
        fila(numero_documento="2"),
        fila(numero_documento="3"),
    ]
    vistas = _en_el_archivo(
        archivo,
        "primera_de_la_muestra",
        sismuestras=[muestra(), muestra(**otro, nit_procesa="9")],
    )
    assert vistas == [2, 2, 2, 4, None]


EN_P0: Final = date(2020, 6, 10)


def _en_p0(**cambios: Any) -> Fila:
    return fila(fecha_toma=EN_P0, **cambios)


MONTOS: Final = [{"codigo_eps": "EPS010", "monto": 500_000}]


def test_lo_que_queda_del_monto_de_la_eps() -> None:
    gastos = [
        decidida(valor=100_000, fecha_toma=EN_P0),
        decidida(valor=1_000, fecha_toma=EN_P0, codigo_eps="EPSS10"),
        decidida("RADICADO", valor=None, fecha_toma=EN_P0),
        decidida("GLOSADO", valor=7, fecha_toma=EN_P0),
        decidida(valor=7, fecha_toma=date(2020, 3, 16)),
        decidida(valor=20, fecha_toma=date(2020, 3, 17)),
        decidida(valor=3, fecha_toma=date(2020, 8, 25)),
        decidida(valor=7, fecha_toma=date(2020, 8, 26)),
        decidida(valor=7, fecha_toma=EN_P0, codigo_eps="EPS005"),
    ]
    archivo = [_en_p0(), _en_p0(codigo_eps="EPSS10"), _en_p0(codigo_eps="EPS002"), fila()]
    montos = [*MONTOS, {"codigo_eps": "EPSS10", "monto": 500}]
    vistas = _en_el_archivo(archivo, "saldo_del_monto", montos_r2461=montos, historia=gastos)
    assert vistas == [399_477, 399_477, 0, 0]


# --- fases -----------------------------------------------------------------------------------


def _persona(n: int, **cambios: Any) -> dict[str, Any]:
    return {"numero_documento": f"{n}", **cambios}


def test_el_monto_se_gasta_en_el_orden_de_las_filas() -> None:
    """Nobody overtakes: what is held still counts; what is glosado does not."""
    filas = [
        _en_p0(**_persona(1)),
        _en_p0(**_persona(2, nit_toma="9")),  # PRU-18
        _en_p0(**_persona(3, codigo_eps="EPSS10")),
        _en_p0(**_persona(4)),  # 600.000
        _en_p0(**_persona(5, valor_toma=1, valor_procesa=0)),
        fila(**_persona(6)),
        _en_p0(**_persona(7, codigo_eps="EPS002")),
    ]
    eps = {7: "EPS002"}
    juzgadas = evaluar(
        filas,
        bdua=[
            afiliacion(**_persona(n), afl_id=f"{n}", codigo_eps=eps.get(n, "EPS010"))
            for n in range(1, 8)
        ],
        sismuestras=[
            muestra(
                **_persona(n, id_sismuestras=f"M{n}", fecha_toma=DIA if n == 6 else EN_P0),
                codigo_eps=eps.get(n, "EPS010"),
            )
            for n in range(1, 8)
        ],
        montos_r2461=MONTOS,
    )
    assert [(f["estado"], f["codigos"]) for f in juzgadas] == [
        ("LIQUIDADO", ""),
        ("GLOSADO", "PRU-18"),
        ("LIQUIDADO", ""),
        ("ESPERA_MONTO", "PRU-29"),
        ("ESPERA_MONTO", "PRU-29"),
        ("LIQUIDADO", ""),
        ("ESPERA_MONTO", "PRU-29"),
    ]


def test_el_monto_se_gasta_por_lo_cobrado_aunque_se_recorte() -> None:
    """Σ valor_total (dossier §4, PRU-29): a trimmed row takes what it claims."""
    sobre_el_tope = _en_p0(valor_toma=60_000, valor_procesa=170_000)
    conocidos = {"sismuestras": [muestra(fecha_toma=EN_P0)]}
    dadas = [
        evaluar(
            [sobre_el_tope],
            "RECORTE",
            montos_r2461=[{"codigo_eps": "EPS010", "monto": monto}],
            **conocidos,
        )[0]
        for monto in (229_999, 230_000)
    ]
    assert [(f["estado"], f["codigos"], f["valor_centavos"]) for f in dadas] == [
        ("ESPERA_MONTO", "PRU-22;PRU-29", 0),
        ("LIQUIDADO", "PRU-22", 21_699_400),
    ]


def test_sin_la_lista_de_montos_no_se_retiene() -> None:
    en_p0 = [muestra(fecha_toma=EN_P0)]
    assert evaluar([_en_p0()], sismuestras=en_p0)[0]["estado"] == "LIQUIDADO"


_OTRO_NIT: Final = {"nit_toma": "9"}
"""PRU-18 fails."""


def test_una_sola_subsanacion_por_inconsistencia() -> None:
    otra_eps = _muestras(muestra(codigo_eps="EPS005"))
    definitiva = "GLOSADO_DEFINITIVO"
    comprobar_juicio(
        {
            "otra": (_OTRO_NIT, _historia(_glosada("PRU-15")), ("GLOSADO", "PRU-18")),
            "la misma": (
                _OTRO_NIT,
                _historia(_glosada("PRU-14;PRU-18")),
                (definitiva, "PRU-18;PRU-28"),
            ),
            "la de una versión anterior": (
                _OTRO_NIT,
                _historia(_glosada("PRU-18", "2024-03-01"), _glosada("PRU-15", "2024-12-01")),
                (definitiva, "PRU-18;PRU-28"),
            ),
            "una que ya no está": ({}, _historia(_glosada("PRU-18")), ("LIQUIDADO", "")),
            "en plazo por la última": (
                {},
                _historia(_glosada("PRU-15", "2023-01-01"), _glosada("PRU-16", "2024-12-01")),
                ("LIQUIDADO", ""),
            ),
            "vencida la última": (
                {},
                _historia(_glosada("PRU-15", "2024-01-01"), _glosada("PRU-16", "2024-09-30")),
                (definitiva, "PRU-28"),
            ),
            "glosada a otra EPS": (
                _OTRO_NIT,
                _historia(_glosada("PRU-18", codigo_eps="EPS005")),
                ("GLOSADO", "PRU-18"),
            ),
            "un aviso repetido no cuenta": (
                {},
                _historia(_glosada("PRU-15;PRU-17")) | otra_eps,
                ("LIQUIDADO", "PRU-17"),
            ),
        },
        "estado",
        "codigos",
    )


# --- el resultado ----------------------------------------------------------------------------


def test_precedencia_y_lo_que_queda_de_cada_fila() -> None:
    comprobar_juicio(
        {
            "en orden": (
                {},
                {},
                ("LIQUIDADO", "", 20_000_000, "P7001·0|MOLECULAR|2020-10-05", "EPS010"),
            ),
            "no es un registro": (
                {"valor_total": 1, "fecha_toma": date(2020, 3, 1)},
                {},
                (
                    "NO_ADMITIDO",
                    "PRU-04;PRU-05;PRU-07;PRU-14",
                    0,
                    "P7001·1|MOLECULAR|2020-03-01",
                    "EPS010",
                ),
            ),
            "definitiva antes que glosa": (
                {"fecha_toma": date(2020, 3, 16), "codigo_eps": "EPSS10"},
                {},
                (
                    "GLOSADO_DEFINITIVO",
                    "PRU-05;PRU-07;PRU-14",
                    0,
                    "P7001·2|MOLECULAR|2020-03-16",
                    "EPS010",
                ),
            ),
            "glosa antes que espera": (
                {"fecha_toma": date(2022, 7, 2), "tipo_documento": "CE"},
                {},
                (
                    "GLOSADO",
                    "PRU-09;PRU-10;PRU-14",
                    0,
                    "CE 1000000001·3|MOLECULAR|2022-07-02",
                    "EPS010",
                ),
            ),
        },
        "estado",
        "codigos",
        "valor_centavos",
        "clave",
        "codigo_base",
    )


# --- forma -----------------------------------------------------------------------------------


def _cumple(condicion: int, filas: list[Fila]) -> list[bool]:
    with motor() as en:
        marcadas = marco(en, FILAS, [{"fila": i} | f for i, f in enumerate(filas, 1)]).select(
            "fila", CONDICIONES[condicion].cumple.alias("cumple")
        )
        return [f["cumple"] for f in en.filas(marcadas.sort("fila"))]


def test_un_consecutivo_repetido_falla_en_todas_sus_filas() -> None:
    filas = [fila(consecutivo=n) for n in (1, 2, 1, 3)]
    assert _cumple(0, filas) == [False, True, False, True]


def test_las_grafias_de_antes_tambien_se_leen() -> None:
    """Conventions §1, column "Also read as"."""
    dadas = {c.nombre: set(c.alias) for c in CAMPOS}
    for nombre, tambien in {
        "tipo_documento": {"tipo_doc"},
        "numero_documento": {"num_doc"},
        "primer_apellido": {"apellido1"},
        "segundo_apellido": {"apellido2"},
        "primer_nombre": {"nombre1"},
        "segundo_nombre": {"nombre2"},
        "codigo_municipio_toma": {"cod_municipio_toma"},
        "codigo_eps": {"codigo_eapb", "eapb", "ent_id"},
    }.items():
        assert tambien <= dadas[nombre], nombre


def test_no_se_gira_a_una_eps_sin_nit_conocido() -> None:
    sin_nit = sorted(set(norma.CODIGOS_EPS) - set(norma.NIT_DE_LA_EPS))
    assert "CCF007" in sin_nit
    filas = [
        fila(codigo_eps="CCF007", beneficiario_giro="EPS"),
        fila(codigo_eps="CCF007", beneficiario_giro="IPS"),
        fila(codigo_eps="EPS010", beneficiario_giro="EPS"),
    ]
    assert _cumple(1, filas) == [False, True, True]
