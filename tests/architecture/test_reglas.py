"""Every rule of every mechanism keeps what its readers were promised."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import pytest

from shared.focalizacion import Conjunto, Cruce, Efecto, Etapa, Mecanismo, Puente, Regla
from shared.focalizacion.model import Paso, campos_de, columnas_de, en_profundidad, lecturas_de
from shared.normativa import Certeza
from shared.radicacion.historia import registros_de
from shared.registros import EsquemaRegistro
from shared.registros.catalogo import esquema_de
from shared.tipos.campos import Tipo
from tests.rules.pasos import entradas, salidas
from tests.support.casos import NO_JUZGA, VEREDICTO, cargar_tablas, mecanismos

MECANISMOS: Final = mecanismos()
REGLAS: Final = [(m, r) for m in MECANISMOS for r in m.reglas]
DE_FOC: Final = [(m, r) for m, r in REGLAS if r.etapa is Etapa.FOC]
DEL_SISTEMA: Final = frozenset({"fila", "forma_ok", "fecha_radicacion"})
"""Columns that the evaluation adds to those submitted."""
DE_QUIEN_RADICA: Final = frozenset({"radicante_nit", "radicante_eps"})
"""Those that a rule of RAD sees, when it is known who submits."""
DE_LO_JUZGADO: Final = frozenset(
    {"estado_previo", *(f"codigos_{efecto.lower()}" for efecto in Efecto)}
)
"""Those that the rules of a later phase see of the earlier ones."""

PIDEN_ACTUAR: Final = frozenset({Efecto.CORRECCION, Efecto.GLOSA, Efecto.RETENCION})
"""Effects after which somebody has something to mend or to bring: the rule says what. A RECHAZO
is final and an AJUSTE or an AVISO lets the record go on, so for them it is optional."""

por_regla = pytest.mark.parametrize(
    ("mecanismo", "regla"), REGLAS, ids=[f"{r.codigo}-{i}" for i, (_, r) in enumerate(REGLAS)]
)
por_regla_de_foc = pytest.mark.parametrize(
    ("mecanismo", "regla"), DE_FOC, ids=[f"{r.codigo}-{i}" for i, (_, r) in enumerate(DE_FOC)]
)
por_mecanismo = pytest.mark.parametrize("mecanismo", MECANISMOS, ids=lambda m: m.nombre)


def de_la_fila(mecanismo: Mecanismo) -> set[str]:
    """Columns of a row before the first step."""
    campos = {c.nombre for c in mecanismo.esquema.campos}
    return campos.union(DEL_SISTEMA, (o.nombre for o in mecanismo.parametros))


def disponibles(mecanismo: Mecanismo, regla: Regla | None = None) -> set[str]:
    """Columns beside the row when the rules judge it; those of a phase or stage, for a rule."""
    pasos = (*mecanismo.esquema.pasos, *mecanismo.liquidacion.pasos)
    columnas = de_la_fila(mecanismo).union(*map(salidas, pasos))
    if regla is not None and regla.etapa is Etapa.RAD:
        columnas |= DE_QUIEN_RADICA
    if regla is not None and regla.fase > 1:
        columnas |= DE_LO_JUZGADO
        for fase, propios in mecanismo.esquema.fases.items():
            columnas = columnas.union(*map(salidas, propios if fase <= regla.fase else ()))
    return columnas


def pasos_de(mecanismo: Mecanismo) -> tuple[Paso, ...]:
    """Every step that a row goes through, those of the phases last."""
    esquema = mecanismo.esquema
    de_fases = (paso for fase in sorted(esquema.fases) for paso in esquema.fases[fase])
    return (*esquema.pasos, *mecanismo.liquidacion.pasos, *de_fases)


@por_regla
def test_dice_que_es_lo_correcto_y_de_donde_sale(mecanismo: Mecanismo, regla: Regla) -> None:
    assert re.fullmatch(rf"{mecanismo.prefijo}-\d\d", regla.codigo)
    assert regla.titulo[:1].isupper()
    assert not regla.titulo.endswith(".")
    assert regla.fuente.norma
    assert isinstance(regla.certeza, Certeza)
    assert isinstance(regla.fuente.certeza, Certeza)


@por_regla
def test_una_decision_nuestra_no_se_presenta_como_norma(mecanismo: Mecanismo, regla: Regla) -> None:
    if regla.fuente.certeza is Certeza.DISENO:
        assert regla.certeza is Certeza.DISENO


@por_regla
def test_rige_entre_dos_fechas_en_orden(mecanismo: Mecanismo, regla: Regla) -> None:
    if regla.desde is not None and regla.hasta is not None:
        assert regla.desde <= regla.hasta


@por_regla
def test_los_textos_terminan_como_frases(mecanismo: Mecanismo, regla: Regla) -> None:
    for texto in (regla.mensaje, regla.mensaje_no_evaluable, regla.accion):
        assert texto == texto.strip()
        assert not texto or texto.endswith(".")
    assert regla.mensaje or regla.etapa is Etapa.FORMA  # the reader writes those of FORMA


@por_regla
def test_los_campos_del_mensaje_existen(mecanismo: Mecanismo, regla: Regla) -> None:
    campos = regla.columnas_de_mensaje | campos_de(regla.accion)
    conocidas = disponibles(mecanismo, regla) if regla.cumple is not None else set()
    assert campos <= conocidas
    assert regla.columna in {"", *(c.nombre for c in mecanismo.esquema.campos)}


@por_regla
def test_ningun_mensaje_muestra_datos_personales(mecanismo: Mecanismo, regla: Regla) -> None:
    personales = {c.nombre for c in mecanismo.esquema.campos if c.personal}
    assert not personales & (regla.columnas_de_mensaje | campos_de(regla.accion))


@por_regla
def test_quien_debe_actuar_sabe_que_hacer(mecanismo: Mecanismo, regla: Regla) -> None:
    if regla.etapa is Etapa.FORMA:
        return  # the reader says what to write in each cell
    if regla.si_incumple in PIDEN_ACTUAR:
        assert regla.accion
    if regla.si_no_evaluable in PIDEN_ACTUAR:
        assert regla.mensaje_no_evaluable or regla.accion


@por_regla
def test_solo_las_de_focalizacion_llevan_expresion(mecanismo: Mecanismo, regla: Regla) -> None:
    """And of RAD, those that are judged row by row once it is known who submits."""
    assert regla.cumple is not None or regla.etapa is not Etapa.FOC
    assert regla.cumple is None or regla.etapa in {Etapa.FOC, Etapa.RAD}
    assert regla.aplica is None or regla.cumple is not None
    assert not regla.mensaje_no_evaluable or regla.si_no_evaluable is not None


@por_regla_de_foc
def test_lee_columnas_que_existen(mecanismo: Mecanismo, regla: Regla) -> None:
    assert regla.columnas <= disponibles(mecanismo, regla)
    assert set(regla.requiere) <= set(mecanismo.esquema.opcionales)


@por_regla_de_foc
def test_tiene_un_caso_por_veredicto(mecanismo: Mecanismo, regla: Regla) -> None:
    """``no_evaluable`` where it has an effect; ``no_juzga`` where the rule may not apply."""
    esperados = {"cumple", "incumple"}
    if regla.si_no_evaluable is not None:
        esperados.add("no_evaluable")
    if regla.aplica is not None or regla.desde is not None or regla.hasta is not None:
        esperados.add(NO_JUZGA)
    assert esperados <= _probados(mecanismo, regla)


def _probados(mecanismo: Mecanismo, regla: Regla) -> set[str]:
    entrada = [r for r in mecanismo.reglas if r.codigo == regla.codigo].index(regla) + 1
    return {
        fila[tabla.encabezado.index(VEREDICTO)]
        for tabla in cargar_tablas()
        if (tabla.codigo, tabla.entrada) == (regla.codigo, entrada)
        for fila in tabla.filas
    }


@por_mecanismo
def test_los_codigos_van_en_orden_y_una_vez_por_dia(mecanismo: Mecanismo) -> None:
    """One code may ask several things, each with its title and its effect; of one there are
    versions, and they do not overlap."""
    codigos = [r.codigo for r in mecanismo.reglas]
    assert codigos == sorted(codigos)
    versiones = defaultdict(list)
    for regla in mecanismo.reglas:
        versiones[regla.codigo, regla.titulo].append(regla)
    for mismas in versiones.values():
        for antes, despues in pairwise(mismas):
            assert antes.hasta is not None, f"{antes.codigo}: falta hasta en la versión anterior"
            assert despues.desde is not None, f"{antes.codigo}: falta desde en la nueva"
            assert antes.hasta < despues.desde, f"{antes.codigo}: dos versiones el mismo día"


@por_mecanismo
def test_hay_una_regla_de_forma(mecanismo: Mecanismo) -> None:
    assert len(mecanismo.reglas_de(Etapa.FORMA)) == 1


@por_mecanismo
def test_las_comprobaciones_de_radicacion_son_reglas_de_esa_etapa(mecanismo: Mecanismo) -> None:
    de_rad = {r.codigo for r in mecanismo.reglas_de(Etapa.RAD)}
    citadas = {c for c in vars(mecanismo.radicacion).values() if c is not None}
    assert citadas <= de_rad


@por_mecanismo
def test_la_fecha_del_hecho_siempre_esta(mecanismo: Mecanismo) -> None:
    """``desde`` and ``hasta`` are compared with it."""
    hecho = next(c for c in mecanismo.esquema.campos if c.nombre == mecanismo.esquema.fecha_hecho)
    assert (hecho.tipo, hecho.obligatorio) == (Tipo.FECHA, True)
    assert set(mecanismo.esquema.clave) <= disponibles(mecanismo)


@por_mecanismo
def test_cada_paso_lee_lo_que_ya_esta(mecanismo: Mecanismo) -> None:
    """A join through a bridge also reads the columns of the bridge."""
    vistas = de_la_fila(mecanismo) | DE_LO_JUZGADO
    _seguir(pasos_de(mecanismo), vistas)
    assert columnas_de(mecanismo.liquidacion.valor_centavos) <= vistas


def _seguir(pasos: Sequence[Paso], vistas: set[str]) -> None:
    """Adds to ``vistas`` what each step does, once it is known that it reads what is there."""
    del_puente: dict[str | None, set[str]] = {None: set()}
    for paso in pasos:
        llevadas = del_puente[paso.por] if isinstance(paso, Cruce) else set()
        assert entradas(paso) <= vistas | llevadas, paso
        if isinstance(paso, Conjunto):
            de_los_otros = {"fila", "de", *paso.lleva}.union(
                *((*o.trae, *o.fija) for o in paso.origenes)
            )
            _seguir(paso.pasos, de_los_otros)
            assert columnas_de(*paso.trae.values()) <= de_los_otros, paso.nombre
        vistas |= salidas(paso)
        if isinstance(paso, Puente):
            del_puente[paso.nombre] = set(paso.propias)


@por_mecanismo
def test_cada_cruce_lee_columnas_de_su_registro(mecanismo: Mecanismo) -> None:
    registros = {e.nombre: e for e in _esquemas(mecanismo)}
    assert set(registros) == set(mecanismo.esquema.registros)
    for _, paso in en_profundidad(pasos_de(mecanismo)):
        prestadas = paso.lleva.keys() if isinstance(paso, Conjunto) else set()
        for lectura in lecturas_de(paso):
            columnas = {c.nombre for c in registros[lectura.registro].columnas}
            assert lectura.del_registro - prestadas <= columnas, lectura
            por_corte = isinstance(lectura, Cruce) and lectura.por_corte
            assert not por_corte or "fecha_corte" in columnas, lectura


def _esquemas(mecanismo: Mecanismo) -> Iterator[EsquemaRegistro]:
    for registros in registros_de(mecanismo):
        yield from map(esquema_de, registros)


@por_mecanismo
def test_los_estados_que_se_citan_existen(mecanismo: Mecanismo) -> None:
    estados = mecanismo.estados
    conocidos = set(estados.transiciones).union(*estados.transiciones.values())
    citados = {linea.estado for linea in estados.precedencia} | {estados.otro, estados.forma}
    assert citados | estados.valorados | estados.liberan | estados.corregibles <= conocidos
    codigos = {r.codigo for r in mecanismo.reglas}
    for linea in estados.precedencia:
        assert {*linea.codigos, *linea.excepto} <= codigos
        assert linea.efectos or linea.cuando is not None


@por_mecanismo
def test_toda_correccion_se_puede_volver_a_pedir(mecanismo: Mecanismo) -> None:
    """Who corrects claims the same right again: those states must free it."""
    assert mecanismo.estados.corregibles <= mecanismo.estados.liberan
