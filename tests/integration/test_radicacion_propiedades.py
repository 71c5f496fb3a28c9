"""Whatever comes in whatever order, nobody is paid twice.

Each example is a history on an empty database: uploads of several entities that are judged at once
and committed in some order, with repeats and corrections; what the bank and the operator of
accounts answer; and the worker between them. After each step the tables are looked at from scratch.

``MECANISMOS_EJEMPLOS`` asks for more histories, and ``MECANISMOS_SEMILLA`` for those of a failure.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from shared.embebido.postgres import PostgresEmbebido
from shared.giros.service import sustituir
from shared.presupuesto import service as libro
from shared.radicacion import trabajo
from shared.radicacion.liberacion import liberar
from shared.seguridad import Rol
from tests.support import compensacion as cet
from tests.support.hogares import HOGARES, SIN_PRODUCTO, VALOR, caso
from tests.support.mesa import Fila, Mesa, mesa_vacia
from tests.support.meses import DIAS_DEL_MES, MESES, mes

EJEMPLOS: Final = int(os.environ.get("MECANISMOS_EJEMPLOS", "2"))
SEMILLA: Final = int(os.environ.get("MECANISMOS_SEMILLA") or secrets.randbelow(10**9))
ENTIDADES: Final = ("900300101", "900300202", "900300303")
MIERCOLES: Final = cet.LUNES + timedelta(days=2)
_DINERO: Final = 1_000_000_000_000

# A failure is printed as it was found: to make it smaller would take minutes.
historias = settings(
    max_examples=EJEMPLOS,
    deadline=None,
    database=None,
    print_blob=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True)
class Entrega:
    """An upload of an entity: its rows."""

    entidad: str
    filas: Sequence[Any]


@dataclass(frozen=True)
class Juntas:
    """Uploads that are all judged before the first is committed; they are, in this order."""

    entregas: Sequence[Entrega]


personas = st.integers(0, 6).map(lambda n: f"10{n}")


@st.composite
def casos(draw: st.DrawFn) -> Fila:
    """Seven persons in three households; some are said to be of two of them."""
    numero = draw(personas)
    hogar = (
        f"H{int(numero) % 3}" if draw(st.integers(0, 5)) else draw(st.sampled_from(["H0", "H1"]))
    )
    pariente = draw(st.one_of(st.none(), personas))
    cambios: dict[str, Any] = {} if draw(st.integers(0, 3)) else {"direccion": None}
    if not draw(st.integers(0, 2)):
        cambios |= SIN_PRODUCTO
    return caso(hogar, numero, pariente, **cambios)


def juntas_de(filas: st.SearchStrategy[Any], **limites: Any) -> st.SearchStrategy[Juntas]:
    entregas = st.builds(Entrega, st.sampled_from(ENTIDADES), st.lists(filas, **limites))
    return st.builds(Juntas, st.lists(entregas, min_size=1, max_size=3))


HECHOS: Final = (
    "pagar",
    "devolver R17",
    "devolver R02",
    "devolver D01",
    "enrolar",
    "agotar",
    "soltar",
)
pasos = st.lists(
    st.one_of(juntas_de(casos(), min_size=1, max_size=3), st.sampled_from(HECHOS)),
    min_size=4,
    max_size=7,
)


@pytest.fixture(scope="module")
def carpeta(tmp_path_factory: pytest.TempPathFactory) -> pytest.TempPathFactory:
    return tmp_path_factory


@seed(SEMILLA)
@historias
@given(pasos=pasos, hogares_con_aforo=st.sampled_from([1, 2, 1000]))
async def test_no_household_nor_person_is_paid_twice(
    pasos: Sequence[Any],
    hogares_con_aforo: int,
    postgres: PostgresEmbebido,
    plantilla: str,
    carpeta: pytest.TempPathFactory,
) -> None:
    note(f"MECANISMOS_SEMILLA={SEMILLA}")
    datos = carpeta.mktemp("hogares")
    async with mesa_vacia(HOGARES, postgres, plantilla, datos, MIERCOLES) as mesa:
        await mesa.presupuestar(hogares_con_aforo * VALOR)
        await mesa.recaudar(_DINERO)
        al_empezar = await saldos(mesa)
        for paso in pasos:
            await dar(mesa, paso)
            await exigir_una_vez(mesa)
        await liberar(mesa.ctx)
        await exigir_una_vez(mesa)
        await exigir_que_quien_espera_espere_a_alguien(mesa)
        await deshacer_todo(mesa)
        assert await saldos(mesa) == al_empezar


async def dar(mesa: Mesa, paso: Any) -> None:
    match paso:
        case Juntas(entregas):
            await entregar_juntas(mesa, entregas)
        case "pagar":
            await cet.pagar(mesa)
        case "enrolar":
            await cet.enrolar(mesa)
        case "agotar":
            for _ in range(5):
                mesa.en(mesa.entorno.reloj.ahora() + timedelta(days=15))
                await cet.enrolar(mesa)
        case "soltar":
            await liberar(mesa.ctx)
        case _:
            await cet.ordenar(mesa)
            await cet.responde_el_banco(mesa, "DEVUELTO", paso.split()[1])
            await cet.enrolar(mesa)


async def entregar_juntas(mesa: Mesa, entregas: Sequence[Entrega]) -> None:
    ids = [await mesa.radicar(Rol.IPS, e.entidad, *e.filas) for e in entregas]
    with en_orden(ids) as turnos:

        async def procesar(id_: UUID) -> None:
            try:
                await mesa.procesar(id_)
            finally:
                turnos.pasar(id_)

        await asyncio.gather(*(procesar(id_) for id_ in ids))
    estados = await mesa.consultar(
        "SELECT DISTINCT estado FROM radicacion WHERE id = ANY(:ids)", ids=ids
    )
    assert estados == [{"estado": "PROCESADA"}]


class Turnos:
    """Nobody commits before everybody judged, nor before those ahead ended."""

    def __init__(self, ids: Sequence[UUID]) -> None:
        self._juntas = asyncio.Barrier(len(ids))
        self._listos = {id_: asyncio.Event() for id_ in ids}
        self._ids = list(ids)
        self._listos[ids[0]].set()

    async def esperar(self, id_: UUID) -> None:
        await self._juntas.wait()
        await self._listos[id_].wait()

    def pasar(self, id_: UUID) -> None:
        despues = self._ids.index(id_) + 1
        if despues < len(self._ids):
            self._listos[self._ids[despues]].set()


@contextmanager
def en_orden(ids: Sequence[UUID]) -> Any:
    turnos, original = Turnos(ids), trabajo._confirmar

    async def confirmar(preparada: trabajo.Preparada, *argumentos: Any) -> None:
        await turnos.esperar(preparada.radicacion.id)
        await original(preparada, *argumentos)

    with pytest.MonkeyPatch.context() as parche:
        parche.setattr(trabajo, "_confirmar", confirmar)
        yield turnos


# What holds at every step ----------------------------------------------------------------------


async def exigir_una_vez(mesa: Mesa) -> None:
    await exigir_que_los_cupos_sumen(mesa)
    for que in ("g.clave", "p.clave"):
        # Of a household, and of a person: who is recognised something that still counts.
        repetidos = await mesa.consultar(
            f"SELECT {que} AS de, count(DISTINCT c.id) AS veces "
            "FROM reconocimiento c JOIN registro_pago x ON x.reconocimiento_id = c.id "
            "JOIN registro g ON g.radicacion_id = x.radicacion_id AND g.fila = x.fila "
            "JOIN registro_cupo p ON p.radicacion_id = g.radicacion_id AND p.fila = g.fila "
            "WHERE c.estado <> 'ANULADO' GROUP BY 1 HAVING count(DISTINCT c.id) > 1"
        )
        assert repetidos == []
    await exigir_un_estado_por_caso(mesa)
    async with mesa.entorno.uow.begin() as tx:
        assert await libro.descuadres(tx) == []
    (dinero,) = await mesa.consultar(
        "SELECT (SELECT coalesce(sum(valor_centavos), 0)::bigint FROM reconocimiento "
        "        WHERE estado <> 'ANULADO') AS reconocido, "
        "(SELECT coalesce(sum(valor_centavos), 0)::bigint FROM registro "
        " WHERE vigente AND NOT libera) AS de_los_registros"
    )
    assert dinero["reconocido"] == dinero["de_los_registros"]


async def exigir_que_los_cupos_sumen(mesa: Mesa) -> None:
    distintos = await mesa.consultar(
        """
        SELECT clave, c.ocupado, s.suma
        FROM (SELECT clave, ocupado FROM cupo WHERE ocupado > 0) c
        FULL JOIN (
            SELECT p.clave, sum(p.cantidad) AS suma
            FROM registro_cupo p JOIN registro g USING (radicacion_id, fila)
            WHERE g.vigente AND NOT g.libera GROUP BY 1
        ) s USING (clave)
        WHERE c.ocupado IS DISTINCT FROM s.suma
        """
    )
    assert distintos == []


async def exigir_un_estado_por_caso(mesa: Mesa) -> None:
    """Whoever was delivered has one current record, besides those that one or another entity has
    to mend; each entity, one at the most."""
    filas = await mesa.consultar(
        "SELECT g.caso, r.entidad, g.estado FROM registro g JOIN radicacion r "
        "ON r.id = g.radicacion_id WHERE g.vigente AND g.caso IS NOT NULL "
        "AND g.estado <> 'NO_ADMITIDO'"
    )
    entregados = await mesa.consultar("SELECT DISTINCT caso FROM registro WHERE caso IS NOT NULL")
    assert {f["caso"] for f in filas} == {f["caso"] for f in entregados}
    de_cada_una = Counter((f["caso"], f["entidad"]) for f in filas)
    assert set(de_cada_una.values()) <= {1}
    decididos = Counter(f["caso"] for f in filas if f["estado"] != "EN_CORRECCION_EPS")
    assert set(decididos.values()) <= {1}


async def exigir_que_quien_espera_espere_a_alguien(mesa: Mesa) -> None:
    """No household is left without lead while some case of it waits for one, unless a person of
    the case is taken by another household."""
    huerfanas = await mesa.consultar(
        """
        SELECT g.caso FROM registro g
        WHERE g.vigente AND g.estado = ANY(:esperan)
          AND NOT EXISTS (SELECT FROM registro w WHERE w.clave = g.clave
                          AND w.vigente AND NOT w.libera)
          AND NOT EXISTS (
              SELECT FROM registro w JOIN registro h
                  ON h.clave = w.clave AND h.vigente AND h.estado = ANY(:esperan)
              JOIN registro_cupo p ON p.radicacion_id = h.radicacion_id AND p.fila = h.fila
              JOIN cupo c ON c.clave = p.clave AND c.ocupado > 0
              WHERE w.id = g.id)
        """,
        esperan=sorted(HOGARES.estados.retenidos),
    )
    assert huerfanas == []


async def saldos(mesa: Mesa) -> list[Fila]:
    return await mesa.consultar("SELECT id, tipo, saldo_centavos FROM cuenta ORDER BY id")


async def deshacer_todo(mesa: Mesa) -> None:
    """The bank gives back what it was ordered and what it paid, and what was recognised goes."""
    ctx = mesa.ctx
    await cet.responde_el_banco(mesa, "DEVUELTO", "R02")
    vivos = await mesa.consultar(
        "SELECT id FROM reconocimiento WHERE estado <> 'ANULADO' ORDER BY id"
    )
    for r in vivos:
        async with ctx.uow.begin() as tx:
            await sustituir(tx, r["id"], None, reloj=ctx.reloj)
    async with ctx.uow.begin() as tx:
        assert await libro.descuadres(tx) == []


# Days ------------------------------------------------------------------------------------------

dias = st.builds(
    lambda persona, dias: (persona, dias),
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from([7, 10, 15, 16, 30]),
)


@seed(SEMILLA)
@historias
@given(
    tandas=st.lists(
        juntas_de(dias, min_size=1, max_size=3, unique_by=lambda d: d[0]), min_size=2, max_size=4
    )
)
async def test_nobody_has_more_than_thirty_days_of_a_month(
    tandas: Sequence[Juntas],
    postgres: PostgresEmbebido,
    plantilla: str,
    carpeta: pytest.TempPathFactory,
) -> None:
    note(f"MECANISMOS_SEMILLA={SEMILLA}")
    async with mesa_vacia(MESES, postgres, plantilla, carpeta.mktemp("meses"), MIERCOLES) as mesa:
        await mesa.presupuestar(_DINERO)
        al_empezar = await saldos(mesa)
        numero = 0
        for tanda in tandas:
            entregas = []
            for e in tanda.entregas:
                numero += 1
                quien = f"9{numero:08d}"
                entregas.append(Entrega(e.entidad, [mes(p, d, quien) for p, d in e.filas]))
            await entregar_juntas(mesa, entregas)
            await exigir_que_los_cupos_sumen(mesa)
            sumas = await mesa.consultar(
                "SELECT datos ->> 'numero_documento' AS de, "
                "sum((datos ->> 'dias')::int) AS dias, sum(valor_centavos) AS valor "
                "FROM registro WHERE vigente AND NOT libera GROUP BY 1"
            )
            assert all(s["dias"] <= DIAS_DEL_MES for s in sumas)
            assert all(s["valor"] == s["dias"] * 100_00 for s in sumas)
        await deshacer_todo(mesa)
        assert await saldos(mesa) == al_empezar
