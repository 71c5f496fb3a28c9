"""What the lines of a file do to each other, and to what was reported before."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.radicacion.novedades import (
    Accion,
    Cambio,
    Clave,
    Indicador,
    Novedad,
    Plan,
    Vigente,
    en_archivo,
    planear,
)

ANA: Clave = ("CC", "1")
LUIS: Clave = ("CC", "2")
VIEJO = Vigente("r0", 1)
NUEVO = Vigente("r1", 4)
CON_DERECHO = Vigente("r0", 1, con_derecho=True)
PAGADO = Vigente("r0", 1, con_derecho=True, comprometido=True)


def novedades(lineas: str, clave: Clave | None = ANA) -> list[Novedad]:
    """``"2I 2A 3E"``: lines of a document, by type and indicator."""
    return [
        Novedad(n, str(n), escrita[0], escrita[0] == "2", Indicador(escrita[1]), clave)
        for n, escrita in enumerate(lineas.split(), start=2)
    ]


def acciones(lineas: str) -> str:
    return " ".join(en_archivo(novedades(lineas)))


def plan(lineas: str, *vigentes: Vigente, clave: Clave | None = ANA) -> Plan:
    suyas = novedades(lineas, clave)
    filas = iter(range(1, len(suyas) + 1))
    cambios = [
        Cambio(n, a, next(filas) if a in {Accion.INSERTA, Accion.CORRIGE} else None)
        for n, a in zip(suyas, en_archivo(suyas), strict=True)
    ]
    return planear(cambios, {ANA: vigentes} if vigentes else {})


@pytest.mark.parametrize(
    ("lineas", "esperadas"),
    [
        ("2I", "INSERTA"),
        ("2I 2I", "INSERTA INSERTA"),  # the rules say which one is a duplicate
        ("2A", "CORRIGE"),
        ("2E", "RETIRA"),
        ("2I 2A", "EN_ARCHIVO INSERTA"),
        ("2I 2A 2A", "EN_ARCHIVO EN_ARCHIVO INSERTA"),
        ("2A 2A", "EN_ARCHIVO CORRIGE"),
        ("2I 2E", "EN_ARCHIVO EN_ARCHIVO"),
        ("2I 2I 2E", "INSERTA EN_ARCHIVO EN_ARCHIVO"),
        ("2A 2E", "EN_ARCHIVO RETIRA"),
        ("2I 2E 2E", "EN_ARCHIVO EN_ARCHIVO RETIRA"),
        ("2E 2I", "RETIRA INSERTA"),
        ("2E 2A", "RETIRA CORRIGE"),
        ("3I", "INFORMA"),
        ("3E", "INFORMA"),
        ("3A", "RETIRA"),
        ("2I 3A", "EN_ARCHIVO EN_ARCHIVO"),
        ("2A 3A", "EN_ARCHIVO RETIRA"),
        ("2I 3I 3E", "INSERTA INFORMA INFORMA"),
    ],
)
def test_dentro_del_archivo_en_su_orden(lineas: str, esperadas: str) -> None:
    assert acciones(lineas) == esperadas


def test_cada_documento_va_por_su_cuenta() -> None:
    mezcla = [novedades("2I", ANA)[0], novedades("2A", LUIS)[0], novedades("2E", None)[0]]

    assert en_archivo(mezcla) == [Accion.INSERTA, Accion.CORRIGE, Accion.RETIRA]


def test_lo_nuevo_entra() -> None:
    assert plan("2I") == plan("2I", PAGADO) == Plan(insertar=(1,))


def test_la_actualizacion_toma_el_lugar_del_registro_vigente() -> None:
    assert plan("2A", VIEJO) == Plan(corregir=((1, VIEJO),))
    assert plan("2A", VIEJO, NUEVO) == Plan(corregir=((1, NUEVO),))
    assert plan("2A", CON_DERECHO, NUEVO) == Plan(corregir=((1, CON_DERECHO),))


def test_la_actualizacion_de_lo_que_no_hay_entra_como_nueva() -> None:
    assert plan("2A") == Plan(insertar=(1,))
    assert plan("2A", clave=None) == Plan(insertar=(1,))


def test_la_eliminacion_retira_el_registro_vigente() -> None:
    assert plan("2E", VIEJO) == Plan(retirar=((2, VIEJO),))
    assert plan("2E 2E", VIEJO, NUEVO) == Plan(retirar=((2, NUEVO), (3, VIEJO)))


def test_eliminar_lo_que_no_hay_no_se_puede() -> None:
    [imposible] = plan("2E").imposibles

    assert imposible.linea == 2
    assert "no hay ninguno vigente" in imposible.motivo
    assert plan("2E 2E", VIEJO).imposibles[0].linea == 3


def test_lo_reconocido_no_se_toca() -> None:
    retiro, cambio = plan("2E", PAGADO), plan("2A", PAGADO)

    assert "ya fue reconocido" in retiro.imposibles[0].motivo
    assert retiro.retirar == ()
    assert "ya fue reconocido" in cambio.imposibles[0].motivo
    assert (cambio.insertar, cambio.corregir) == ((1,), ())


def test_eliminar_e_insertar_es_actualizar() -> None:
    assert plan("2E 2I", VIEJO) == plan("2E 2A", VIEJO) == Plan(corregir=((1, VIEJO),))


def test_pasar_a_apoyo_logistico_retira_lo_que_hubiera() -> None:
    assert plan("3A") == Plan()
    assert plan("3A", VIEJO) == Plan(retirar=((2, VIEJO),))
    assert plan("3A", PAGADO).imposibles[0].linea == 2


_LINEAS = st.lists(
    st.tuples(
        st.sampled_from("23"), st.sampled_from(list(Indicador)), st.sampled_from([ANA, LUIS])
    ),
    max_size=12,
)


@given(_LINEAS, st.integers(0, 3), st.booleans())
def test_nadie_se_corrige_ni_se_retira_dos_veces(
    lineas: list[tuple[str, Indicador, Clave]], cuantos: int, pagado: bool
) -> None:
    """Every row enters once; every record is taken at most once, and never a recognised one."""
    suyas = [
        Novedad(n, str(n), tipo, tipo == "2", indicador, clave)
        for n, (tipo, indicador, clave) in enumerate(lineas, start=2)
    ]
    vigentes = [Vigente("r", i, comprometido=pagado and not i) for i in range(cuantos)]
    son_filas = [a in {Accion.INSERTA, Accion.CORRIGE} for a in en_archivo(suyas)]
    cambios = [
        Cambio(n, a, sum(son_filas[: i + 1]) if son_filas[i] else None)
        for i, (n, a) in enumerate(zip(suyas, en_archivo(suyas), strict=True))
    ]
    hecho = planear(cambios, {ANA: vigentes})

    filas = Counter([*hecho.insertar, *(fila for fila, _ in hecho.corregir)])
    assert filas == Counter(range(1, sum(son_filas) + 1))
    tomados = [v for _, v in (*hecho.corregir, *hecho.retirar)]
    assert len(set(tomados)) == len(tomados)
    assert not any(v.comprometido for v in tomados)


@given(_LINEAS)
def test_partir_un_archivo_en_dos_deja_los_mismos_vivos(
    lineas: list[tuple[str, Indicador, Clave]],
) -> None:
    """Across files the indicators do what they do inside one (records, not who is paid)."""
    suyas = [
        Novedad(n, str(n), tipo, tipo == "2", indicador, clave)
        for n, (tipo, indicador, clave) in enumerate(lineas, start=2)
    ]
    juntas: dict[Clave, list[Vigente]] = _enviar(suyas, {}, "a")
    vivos: dict[Clave, list[Vigente]] = {}
    for i, novedad in enumerate(suyas):
        vivos = _enviar([novedad], vivos, f"{i:02}")
    assert {c: len(v) for c, v in juntas.items() if v} == {c: len(v) for c, v in vivos.items() if v}


def _enviar(
    suyas: list[Novedad], antes: dict[Clave, list[Vigente]], radicacion: str
) -> dict[Clave, list[Vigente]]:
    """Current records once a file was carried out."""
    hechas = en_archivo(suyas)
    filas = [i for i, a in enumerate(hechas) if a in {Accion.INSERTA, Accion.CORRIGE}]
    cambios = [
        Cambio(n, a, filas.index(i) + 1 if i in filas else None)
        for i, (n, a) in enumerate(zip(suyas, hechas, strict=True))
    ]
    hecho = planear(cambios, antes)
    idos = {v for _, v in (*hecho.corregir, *hecho.retirar)}
    despues = {c: [v for v in suyos if v not in idos] for c, suyos in antes.items()}
    for n, i in enumerate(filas, start=1):
        clave = suyas[i].clave
        assert clave is not None
        despues.setdefault(clave, []).append(Vigente(radicacion, n))
    return despues
