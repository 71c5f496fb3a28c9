"""Worked examples of the dossier (§5), precedence of states, and what no rule may look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import narwhals as nw
import pytest

from services.talento_humano import norma
from services.talento_humano.liquidacion import LIQUIDACION
from services.talento_humano.mecanismo import MECANISMO
from shared.focalizacion import Columna, Etapa, Ventanas
from shared.focalizacion.model import columnas_de
from shared.normativa import tablas
from shared.registros import cargar_archivo
from shared.registros.catalogo.listas import COTAS_THS, SMLMV_2020
from shared.tipos import pesos
from tests.poblacion.oraculo_ths import BANCOS, COBRADO
from tests.rules.pasos import entradas
from tests.rules.ths import (
    VALORES,
    Fila,
    afiliacion,
    evaluar,
    evaluar_con,
    fila,
    hallazgos,
    historia,
    intervalo,
    juntas,
    pagos,
    rnec,
    titulo,
    valor,
)

OTRA_IPS: Final = {"reportante_codigo": "1100100404", "reportante_nit": "900100404"}


def personas(perfil: str, cuantas: int, desde: int = 1) -> list[Fila]:
    """Reports of as many different people of one perfil."""
    return [
        fila(codigo_perfil=perfil, numero_documento=f"99{n:08}")
        for n in range(desde, desde + cuantas)
    ]


def en_orden(reportes: list[Fila]) -> dict[str, list[Fila]]:
    """Registers in which nothing is wrong with any of them."""
    documentos = [{"numero_documento": r["numero_documento"]} for r in reportes]
    return {
        "rnec": [rnec(**d) for d in documentos],
        "rethus": [titulo(f";{r['codigo_perfil']};", **d)
                   for r, d in zip(reportes, documentos, strict=True)],
        "bdua": [afiliacion(**d) for d in documentos],
    }  # fmt: skip


# --- worked examples --------------------------------------------------------------------------


def test_ejemplo_a_un_auxiliar_de_planta() -> None:
    (dada,) = evaluar(fila(tipo_vinculacion="PLANTA"))
    assert (dada["estado"], dada["codigos"]) == ("LIQUIDADO", "")
    assert dada["valor_centavos"] == pesos(1_097_254)
    assert dada["clave"] == "CC|9900000001"


def test_ejemplo_b_un_medico_reportado_por_dos_ips() -> None:
    medico = fila(codigo_perfil="P07")
    una, otra = evaluar(medico, medico | OTRA_IPS, rethus=[titulo(";P07;")])
    assert (una["estado"], una["valor_centavos"]) == ("LIQUIDADO", pesos(2_066_857))
    assert (otra["estado"], otra["codigos"]) == ("DUPLICADO", "THS-15")
    assert (otra["valor_centavos"], otra["gana"]) == (0, 1)
    assert una["clave"] == otra["clave"]


CATALOGO: Final = """\
codigo_perfil,valor_cop
A01,700000
A02,1097254
A03,877802
A04,877803
M02,3950114
M03,3950115
M04,5000000
M05,
"""


def test_ejemplo_c_el_catalogo_se_acota_al_cargarlo_y_se_cuenta(tmp_path: Path) -> None:
    """The cap is the rounded one: at the literal 3.950.113,5 no specialist would fit."""
    origen = tmp_path / "valores.csv"
    origen.write_text(CATALOGO, encoding="utf-8")
    carga = cargar_archivo("ths_perfiles", origen, tmp_path / "salida")
    leido = nw.scan_parquet(str(carga.ruta), backend="duckdb").collect("pyarrow").to_native()
    valores = dict(zip(leido["codigo_perfil"].to_pylist(), leido["valor_cop"].to_pylist(),
                       strict=True))  # fmt: skip
    assert valores == {
        "A01": 877_803,
        "A02": 1_097_254,
        "A03": 877_803,
        "A04": 877_803,
        "M02": 3_950_114,
        "M03": 3_950_114,
        "M04": 3_950_114,
        "M05": None,
    }
    assert carga.calidad["acotados"] == {"valor_cop": 4}
    assert "4 valores de valor_cop estaban fuera de sus cotas" in carga.avisos[0]


def test_ejemplo_d_un_lote_de_tres_perfiles() -> None:
    reportes = personas("A02", 100) + personas("P03", 50, 101) + personas("P07", 20, 151)
    dadas = evaluar(*reportes, **en_orden(reportes))
    assert {d["estado"] for d in dadas} == {"LIQUIDADO"}
    partes = [sum(d["valor_centavos"] for d in dadas[a:b]) for a, b in
              ((0, 100), (100, 150), (150, 170))]  # fmt: skip
    assert partes == [pesos(109_725_400), pesos(87_780_300), pesos(41_337_140)]
    assert sum(partes) == pesos(238_842_840)


@pytest.mark.parametrize("publicado", tablas.leer("ths_perfiles"), ids=lambda f: f["perfil"])
def test_los_valores_publicados_caben_en_las_cotas(publicado: dict[str, str]) -> None:
    assert COTAS_THS == (877_803, 3_950_114)
    assert COTAS_THS[0] <= int(publicado["valor_cop"]) <= COTAS_THS[1]


def test_los_multiplos_publicados_redondean_al_peso() -> None:
    """1,25 and 4,5 SMLMV end in 75 and 50 cents: rounded, not cut."""
    assert round(SMLMV_2020 * 1.25 + 1e-6) == 1_097_254 == VALORES["A02"]
    assert (9 * SMLMV_2020) % 2 == 1
    assert VALORES["M02"] == COTAS_THS[1]


def test_el_valor_es_un_entero_de_64_bits_y_no_mira_los_dias() -> None:
    un_dia = fila(fecha_inicio=date(2020, 7, 31), fecha_fin=date(2020, 9, 10))
    assert evaluar(un_dia)[0]["valor_centavos"] == pesos(1_097_254)


# --- who is paid ------------------------------------------------------------------------------


def test_se_paga_a_la_persona_en_la_cuenta_de_su_fila() -> None:
    sin_cuenta = {"codigo_banco": None, "tipo_producto": None, "numero_producto": None}
    reportes = [
        fila(tipo_producto="corriente"),
        fila(numero_documento="9900000002", **sin_cuenta),
        fila(numero_documento="9900000003", actividad="OTRA"),
    ]
    assert pagos(*reportes, **en_orden(reportes)) == [
        {
            "fila": 1,
            "concepto": "reconocimiento",
            "tipo_documento": "CC",
            "numero": "9900000001",
            "nombre": "ANA PRUEBA UNO",
            "valor_centavos": pesos(1_097_254),
            "codigo_banco": "1007",
            "tipo_producto": "CORRIENTE",
            "numero_producto": "12345678901",
        },
        {
            "fila": 2,
            "concepto": "reconocimiento",
            "tipo_documento": "CC",
            "numero": "9900000002",
            "nombre": "ANA PRUEBA UNO",
            "valor_centavos": pesos(1_097_254),
            "codigo_banco": None,
            "tipo_producto": None,
            "numero_producto": None,
        },
    ]  # fmt: skip


def test_lo_que_se_paga_es_lo_que_se_reconoce() -> None:
    (beneficiario,) = LIQUIDACION.beneficiarios
    assert repr(beneficiario.valor_centavos) == repr(LIQUIDACION.valor_centavos)


# --- from verdicts to state -------------------------------------------------------------------

MUERTO: Final = {"rnec": [rnec(clase="FALLECIDO")]}
EXCEPCION: Final = {"bdex": [intervalo(date(2015, 1, 1))]}
PAGADA: Final = {"historia": [historia("PAGADO")]}
SIN_VALOR: Final = {"codigo_perfil": "P01"}
DE_P01: Final = {"rethus": [titulo(";P01;")]}
SIN_CUENTA_BUENA: Final = {"codigo_banco": "9999"}
SIN_TITULO: Final[dict[str, list[Fila]]] = {"rethus": []}

PRECEDENCIA: Final[list[tuple[str, str, Fila, dict[str, list[Fila]]]]] = [
    ("EN_TRAMITE_FALLECIDO", "THS-06", {}, MUERTO),
    ("EN_ESPERA_EXCEPCION", "THS-12", {}, EXCEPCION),
    ("PENDIENTE_CATALOGO", "THS-10", SIN_VALOR, DE_P01),
    ("EN_CORRECCION", "THS-07", {}, SIN_TITULO),
    ("NO_CUMPLE", "THS-14", {"actividad": "OTRA"}, {}),
    # Each line of the table gives way to the one above it.
    ("EN_ESPERA_EXCEPCION", "THS-10;THS-12", SIN_VALOR, DE_P01 | EXCEPCION),
    ("EN_TRAMITE_FALLECIDO", "THS-06;THS-12", {}, MUERTO | EXCEPCION),
    ("EN_CORRECCION", "THS-06;THS-16", SIN_CUENTA_BUENA, MUERTO),
    ("DUPLICADO", "THS-15;THS-16", SIN_CUENTA_BUENA, PAGADA),
    ("NO_CUMPLE", "THS-14;THS-15", {"actividad": "OTRA"}, PAGADA),
    ("NO_CUMPLE", "THS-07", {}, SIN_TITULO | {"historia": [historia("EN_CORRECCION", "THS-07")]}),
    ("NO_CUMPLE", "THS-08", {}, {"rethus": [titulo(fecha_autorizacion=date(2020, 8, 1))]}),
    ("NO_CUMPLE", "THS-11", {}, {"bdua": [afiliacion(tipo_afiliado="B")]}),
    ("EN_CORRECCION", "THS-11", {}, {"bdua": []}),
    (
        "NO_CUMPLE",
        "THS-13",
        {"fecha_inicio": date(2020, 3, 1), "fecha_fin": date(2020, 3, 31)},
        {},
    ),
    # A warning changes neither state nor value.
    ("LIQUIDADO", "THS-08", {}, {"rethus": [titulo(fecha_autorizacion=None)]}),
    ("LIQUIDADO", "THS-05", {}, {"rnec": [rnec(segundo_apellido="UN")]}),
    ("LIQUIDADO", "THS-04", {}, {"rnec": [rnec(clase="PENDIENTE")]}),
    ("LIQUIDADO", "THS-09", {}, {"rethus": [titulo(None)]}),
]


def test_manda_la_primera_linea_que_se_cumple() -> None:
    filas, registros = juntas(*((fila(**cambios), dados) for *_, cambios, dados in PRECEDENCIA))
    dadas = evaluar(*filas, **registros)
    assert [(d["estado"], d["codigos"]) for d in dadas] == [
        (estado, codigos) for estado, codigos, *_ in PRECEDENCIA
    ]
    assert all((d["valor_centavos"] > 0) == (d["estado"] == "LIQUIDADO") for d in dadas)


def test_una_fila_sin_forma_solo_lleva_el_codigo_de_forma() -> None:
    """It neither wins nor loses: the next row of the person is paid."""
    rota, buena = evaluar(fila(forma_ok=False), fila())
    assert (rota["estado"], rota["codigos"]) == ("EN_CORRECCION", "THS-03")
    assert (buena["estado"], buena["codigos"], buena["gana"]) == ("LIQUIDADO", "", None)


def test_un_perfil_que_la_tabla_no_conoce_avisa_y_no_detiene() -> None:
    (aviso,) = hallazgos(fila(), rethus=[titulo(None)])
    assert (aviso["veredicto"], aviso["efecto"]) == ("no_evaluable", "AVISO")
    assert aviso["mensaje"].startswith("La profesión registrada no está en la tabla de perfiles")


@pytest.mark.parametrize(
    ("filas", "parametros"),
    [
        ([valor("A02", None, completo=True)], {}),
        ([valor("P07", 2_066_857, completo=True)], {}),
        ([valor("P07", 2_066_857)], {"catalogo_completo": "SI"}),
    ],
)
def test_con_el_catalogo_completo_un_perfil_sin_valor_se_rechaza(
    filas: list[Fila], parametros: dict[str, str]
) -> None:
    (dada,) = evaluar_con(parametros, fila(), ths_perfiles=filas)
    assert (dada["estado"], dada["codigos"]) == ("NO_CUMPLE", "THS-10")


# --- one payment per person -------------------------------------------------------------------


def test_gana_la_primera_que_se_aprobaria_y_no_la_primera() -> None:
    """The dossier's link: later rows point to the winner, earlier bad ones are only bad."""
    mala = fila(codigo_perfil="P03")
    dadas = evaluar(mala, fila(), fila(**OTRA_IPS), mala)
    assert [d["estado"] for d in dadas] == ["EN_CORRECCION", "LIQUIDADO", "DUPLICADO", "DUPLICADO"]
    assert [d["codigos"] for d in dadas] == ["THS-09", "", "THS-15", "THS-09;THS-15"]
    assert [d["gana"] for d in dadas] == [None, None, 2, 2]


def test_personas_distintas_no_compiten() -> None:
    reportes = [fila(), fila(tipo_documento="PA"), *personas("A02", 1, 2)]
    dadas = evaluar(*reportes, **en_orden(reportes))
    assert "DUPLICADO" not in {d["estado"] for d in dadas}


def test_quien_ya_tiene_su_pago_no_recibe_otro() -> None:
    liberan = sorted(MECANISMO.estados.liberan)
    estados = [*norma.CON_DERECHO, *liberan]
    filas, registros = juntas(*((fila(), {"historia": [historia(e)]}) for e in estados))
    # Twice: who was paid does not win over the other row either.
    dadas = evaluar(*filas, *filas[: len(norma.CON_DERECHO)], **registros)
    con_derecho = len(norma.CON_DERECHO)
    assert [d["estado"] for d in dadas] == [
        *["DUPLICADO"] * con_derecho,
        *["LIQUIDADO"] * len(liberan),
        *["DUPLICADO"] * con_derecho,
    ]
    assert {d["gana"] for d in dadas} == {None}


def test_el_duplicado_dice_donde_esta_el_que_gana() -> None:
    pagada = {"numero_documento": "9900000002"}
    filas = [fila(), fila(), fila(**pagada)]
    aqui, antes = (
        h["mensaje"]
        for h in hallazgos(*filas, **en_orden(filas[1:]), historia=[historia("PAGADO", **pagada)])
    )
    assert "está aprobada en la fila 1 de este archivo, sin contar la de títulos." in aqui
    assert "está aprobada en un reporte anterior." in antes


# --- what is declared -------------------------------------------------------------------------


def _expresiones() -> Iterator[tuple[str, nw.Expr]]:
    for regla in MECANISMO.reglas:
        yield from ((regla.codigo, e) for e in (regla.cumple, regla.aplica) if e is not None)
    de_fases = (paso for pasos in MECANISMO.esquema.fases.values() for paso in pasos)
    for columna in (*MECANISMO.liquidacion.pasos, *de_fases):
        if isinstance(columna, Columna):
            yield columna.nombre, columna.expr
    for condicion in MECANISMO.esquema.condiciones:
        yield condicion.columna, condicion.cumple
    for beneficiario in MECANISMO.liquidacion.beneficiarios:
        cuenta = beneficiario.cuenta
        partes = [e for e in vars(beneficiario).values() if isinstance(e, nw.Expr)]
        yield from (("pago", e) for e in [*partes, *(vars(cuenta).values() if cuenta else ())])
    yield "valor", MECANISMO.liquidacion.valor_centavos


def test_nada_mira_la_clase_de_vinculacion() -> None:
    """THS-17: DL 538 of 2020, art. 11."""
    leidas = frozenset[str]().union(*(columnas_de(e) for _, e in _expresiones()))
    de_pasos = frozenset[str]().union(*map(entradas, MECANISMO.esquema.pasos))
    de_mensajes = frozenset[str]().union(*(r.columnas_de_mensaje for r in MECANISMO.reglas))
    assert "tipo_vinculacion" not in leidas | de_pasos | de_mensajes
    assert "numero_documento" in leidas | de_pasos
    prohibicion = MECANISMO.regla("THS-17")
    assert (prohibicion.etapa, prohibicion.cumple) == (Etapa.NINGUNA, None)


def test_toda_vinculacion_se_paga_igual() -> None:
    vinculaciones = [*norma.VINCULACIONES, None]
    filas, registros = juntas(*((fila(tipo_vinculacion=v), {}) for v in vinculaciones))
    pagado = [d["valor_centavos"] for d in evaluar(*filas, **registros)]
    assert pagado == [pesos(1_097_254)] * len(vinculaciones)


def test_las_listas_cerradas_son_las_del_expediente() -> None:
    """§3.1, in its order."""
    cerradas = {c.nombre: c.valores for c in MECANISMO.esquema.campos if c.valores and not c.lista}
    assert cerradas == {
        "reportante_tipo": ("IPS", "ET", "INS"),
        "tipo_documento": ("CC", "CE", "PA", "PE", "CD", "SC"),
        "actividad": ("ATENCION", "VIGILANCIA_EPIDEMIOLOGICA", "OTRA"),
        "tipo_vinculacion": ("PLANTA", "PRESTACION_SERVICIOS", "TEMPORAL", "OTRO"),
    }
    largas = {c.nombre: len(c.valores) for c in MECANISMO.esquema.campos if c.lista}
    assert largas == {"codigo_departamento": 33, "codigo_perfil": 219, "codigo_servicio": 154}


DE_REINTEGRO: Final = {"EN_REINTEGRO", "REINTEGRADO", "ADEUDADO"}
"""Of the payment, beyond THS-15 of the dossier: what was paid without cause was paid once."""


def test_las_listas_son_las_que_escribio_el_oraculo_aparte() -> None:
    assert set(norma.BANCOS) == set(BANCOS)
    assert set(norma.CON_DERECHO) == {*COBRADO, *DE_REINTEGRO}


def test_nadie_con_derecho_libera_y_todo_lo_demas_si() -> None:
    estados = MECANISMO.estados
    assert not estados.liberan & set(norma.CON_DERECHO)
    finales = set(estados.transiciones) | {"ANULADO"}
    assert estados.liberan | set(norma.CON_DERECHO) == finales | DE_REINTEGRO


VIDA: Final = """
    RADICADO: LIQUIDADO EN_CORRECCION NO_CUMPLE PENDIENTE_CATALOGO DUPLICADO EN_ESPERA_EXCEPCION
        EN_TRAMITE_FALLECIDO
    EN_CORRECCION: RADICADO NO_CUMPLE
    LIQUIDADO: RECONOCIDO ESPERA_PRESUPUESTO
    ESPERA_PRESUPUESTO: RECONOCIDO ORDENADO ANULADO
    RECONOCIDO: ORDENADO ESPERA_PRESUPUESTO ESPERA_CUENTA
    ESPERA_CUENTA: RECONOCIDO
    ORDENADO: PAGADO RECHAZADO
    RECHAZADO: PENDIENTE_REPROGRAMACION
    PENDIENTE_REPROGRAMACION: ORDENADO
    PAGADO: RECHAZADO
    NO_CUMPLE: RADICADO
    DUPLICADO: RADICADO
    EN_ESPERA_EXCEPCION: RADICADO
    PENDIENTE_CATALOGO: RADICADO
    EN_TRAMITE_FALLECIDO: LIQUIDADO
"""
"""Dossier §6, and what budget and accounts add to every mechanism (conventions §6)."""


def test_la_vida_de_un_reporte_es_la_del_expediente() -> None:
    dicha: dict[str, set[str]] = {}
    for palabra in VIDA.split():
        if palabra.endswith(":"):
            siguen = dicha.setdefault(palabra.removesuffix(":"), set())
        else:
            siguen.add(palabra)
    estados = MECANISMO.estados
    assert {de: set(a) for de, a in estados.transiciones.items()} == dicha
    assert estados.retenidos == {"PENDIENTE_CATALOGO", "EN_ESPERA_EXCEPCION"}
    assert estados.corregibles == {"EN_CORRECCION"}
    assert estados.publicados == {
        "GIRADO": "PAGADO",
        "GIRO_DEVUELTO": "RECHAZADO",
        "REPROGRAMADO": "PENDIENTE_REPROGRAMACION",
    }
    assert estados.valorados == {"LIQUIDADO"}
    assert estados.forma == "EN_CORRECCION"


def test_quien_radica_y_cuando() -> None:
    assert MECANISMO.roles_radican == ("ips", "territorial", "ins")
    assert (MECANISMO.ventanas, MECANISMO.ventana_fija) == (
        Ventanas.FIJA,
        (date(2020, 7, 17), date(2020, 9, 30)),
    )
    assert (MECANISMO.radicacion.ventana, MECANISMO.radicacion.reportante) == ("THS-02", "THS-01")
    assert MECANISMO.esquema.clave == ("tipo_documento", "numero_documento")
