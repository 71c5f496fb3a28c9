"""The ledger on real PostgreSQL: what the database guarantees, and what the use cases add."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db import UnitOfWork, crear_engine
from shared.db.agrupador import Agrupador
from shared.presupuesto import (
    Acto,
    ActoInvalido,
    ClaveReutilizada,
    Linea,
    LineaInexistente,
    Movimiento,
    ReferenciaRepetida,
    SaldoInsuficiente,
    TipoActo,
    TipoCuenta,
)
from shared.presupuesto import service as libro
from shared.presupuesto.repository import LibroRepository
from shared.tipos import NoEncontrado, Rechazo, RelojFijo, pesos
from tests.support.infra import BaseDePrueba

RELOJ = RelojFijo(datetime(2020, 9, 1, 15, 0, tzinfo=UTC))
HOY = date(2020, 9, 1)
VALOR = pesos(1_000)
CADENA = (
    TipoCuenta.APROPIACION_DISPONIBLE,
    TipoCuenta.CDP,
    TipoCuenta.RP,
    TipoCuenta.OBLIGACION,
)


def mover(
    linea: Linea,
    debito: TipoCuenta,
    credito: TipoCuenta,
    valor_centavos: int,
    clave: str | None = None,
) -> Movimiento:
    return Movimiento(
        clave=clave or f"prueba:{uuid4()}",
        debito_id=linea.cuenta(debito),
        credito_id=linea.cuenta(credito),
        valor_centavos=valor_centavos,
        concepto="PRUEBA",
        referencia="acta 1",
        event_at=RELOJ.ahora(),
        por="ana",
    )


def reconocer(linea: Linea, valor_centavos: int) -> list[Movimiento]:
    return [mover(linea, a, b, valor_centavos) for a, b in pairwise(CADENA)]


async def linea_con(
    tx: AsyncConnection, *, aforo: int = 0, recaudo: int = 0, mecanismo: str = "anticipo_uci"
) -> Linea:
    linea = await libro.crear_linea(tx, mecanismo, 2020)
    if aforo:
        await libro.registrar_acto(
            tx, linea, Acto(TipoActo.ADICION_AFORO, "R-1", HOY, aforo), por="ana", reloj=RELOJ
        )
    if recaudo:
        await libro.registrar_acto(
            tx, linea, Acto(TipoActo.RECAUDO, "B-1", HOY, recaudo), por="ana", reloj=RELOJ
        )
    return linea


async def saldo(tx: AsyncConnection, linea: Linea, tipo: TipoCuenta) -> int:
    return (await libro.resumen(tx, linea)).saldos[tipo]


async def cuantos(tx: AsyncConnection) -> int:
    return int((await tx.execute(text("SELECT count(*) FROM movimiento"))).scalar_one())


@pytest.fixture
async def engine_duenio(base: BaseDePrueba) -> AsyncIterator[AsyncEngine]:
    """Engine of the owner of the tables."""
    motor = crear_engine(base.dsn_duenio, conexiones=1)
    yield motor
    await motor.dispose()


# --- what PostgreSQL refuses ------------------------------------------------------------------


@pytest.mark.parametrize(
    "orden",
    [
        "UPDATE movimiento SET valor_centavos = 1",
        "UPDATE movimiento SET valor_centavos = 1 WHERE false",
        "DELETE FROM movimiento",
        "TRUNCATE movimiento",
        "UPDATE acto_presupuestal SET valor_centavos = 1",
        "DELETE FROM acto_presupuestal",
        "UPDATE cuenta SET saldo_centavos = saldo_centavos + 1",
        "DELETE FROM cuenta",
        "TRUNCATE cuenta, linea CASCADE",
        "INSERT INTO cuenta (linea_id, tipo, externa, saldo_centavos) "
        "SELECT id, 'caja', false, 100 FROM linea",
    ],
)
@pytest.mark.parametrize("rol", ["servicio", "duenio"])
async def test_la_base_rechaza_cambiar_el_libro_a_mano(
    uow: UnitOfWork, engine_duenio: AsyncEngine, orden: str, rol: str
) -> None:
    """Guarantee: neither the service nor the owner changes or deletes what is booked."""
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR, recaudo=VALOR)
        antes = await libro.cuadre(tx)

    quien = uow if rol == "servicio" else UnitOfWork(engine_duenio)
    with pytest.raises(DBAPIError) as rechazo:
        async with quien.begin() as tx:
            await tx.execute(text(orden))
    assert rechazo.value.orig is not None
    assert getattr(rechazo.value.orig, "sqlstate", None) == "42501"

    async with uow.begin() as tx:
        assert await libro.cuadre(tx) == antes
        assert await saldo(tx, linea, TipoCuenta.CAJA) == VALOR


async def test_el_servicio_no_tiene_permiso_de_cambiar_el_libro(uow: UnitOfWork) -> None:
    """Guarantee: refused by grants too, not only by triggers."""
    async with uow.begin() as tx:
        permisos = await tx.execute(
            text(
                "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
                "WHERE grantee = current_user "
                "AND table_name IN ('movimiento', 'cuenta', 'acto_presupuestal')"
            )
        )
        assert {(f.table_name, f.privilege_type) for f in permisos} == {
            ("movimiento", "SELECT"),
            ("cuenta", "SELECT"),
            ("acto_presupuestal", "SELECT"),
        }
        columnas = await tx.execute(
            text(
                "SELECT table_name, privilege_type FROM information_schema.column_privileges "
                "WHERE grantee = current_user AND privilege_type <> 'SELECT' "
                "AND table_name IN ('movimiento', 'cuenta', 'acto_presupuestal')"
            )
        )
        assert {(f.table_name, f.privilege_type) for f in columnas} == {
            ("movimiento", "INSERT"),
            ("acto_presupuestal", "INSERT"),
        }


async def test_el_servicio_no_fecha_sus_asientos_ni_los_numera(uow: UnitOfWork) -> None:
    """Guarantee: when a movement was recorded, and in which order, is the database's to say."""
    for columna, valor, codigo in (("created_at", "now()", "42501"), ("id", "1", "428C9")):
        with pytest.raises(DBAPIError) as rechazo:
            async with uow.begin() as tx:
                await tx.execute(
                    text(
                        f"INSERT INTO movimiento ({columna}, clave, debito_id, credito_id, "
                        "valor_centavos, concepto, referencia, event_at, por) "
                        f"VALUES ({valor}, 'k', 1, 2, 1, 'c', 'r', now(), 'p')"
                    )
                )
        assert getattr(rechazo.value.orig, "sqlstate", None) == codigo


@pytest.mark.parametrize(
    ("valor", "credito", "restriccion"),
    [
        (0, TipoCuenta.CDP, "ck_movimiento_valor_positivo"),
        (-5, TipoCuenta.CDP, "ck_movimiento_valor_positivo"),
        (5, TipoCuenta.APROPIACION_DISPONIBLE, "ck_movimiento_dos_cuentas"),
    ],
)
async def test_un_movimiento_es_positivo_y_entre_dos_cuentas(
    uow: UnitOfWork, valor: int, credito: TipoCuenta, restriccion: str
) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR)
    with pytest.raises(IntegrityError, match=restriccion):
        async with uow.begin() as tx:
            await libro.registrar(
                tx, [mover(linea, TipoCuenta.APROPIACION_DISPONIBLE, credito, valor)]
            )


async def test_una_cuenta_que_no_existe_se_rechaza(uow: UnitOfWork) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR)
    bueno = mover(linea, TipoCuenta.APROPIACION_DISPONIBLE, TipoCuenta.CDP, 1)
    with pytest.raises(IntegrityError, match="cuenta que no existe"):
        async with uow.begin() as tx:
            await libro.registrar(tx, [replace(bueno, credito_id=999_999)])


async def test_el_saldo_no_baja_de_cero_ni_entre_dos_movimientos(uow: UnitOfWork) -> None:
    """Guarantee (invariant 3): never below zero, in the order posted, inside one statement too."""
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR)
        antes = await cuantos(tx)
    disponible, cdp = TipoCuenta.APROPIACION_DISPONIBLE, TipoCuenta.CDP
    ida = mover(linea, disponible, cdp, VALOR)
    vuelta = mover(linea, cdp, disponible, VALOR)

    with pytest.raises(SaldoInsuficiente) as rechazo:  # the return comes before there is any
        async with uow.begin() as tx:
            await libro.registrar(tx, [vuelta, ida])
    assert rechazo.value.extra == {"cuenta": "cdp", "saldo": "0.00", "faltante": "1000.00"}
    assert rechazo.value.estado_http == 409
    async with uow.begin() as tx:
        assert await cuantos(tx) == antes

    async with uow.begin() as tx:
        await libro.registrar(tx, [ida, vuelta])
        assert await saldo(tx, linea, disponible) == VALOR
        assert await libro.descuadres(tx) == []


# --- keys --------------------------------------------------------------------------------------


async def test_la_misma_clave_dos_veces_es_un_asiento(uow: UnitOfWork) -> None:
    """Guarantee (invariant 6): the repeat is quiet and moves nothing."""
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR)
        uno = mover(linea, TipoCuenta.APROPIACION_DISPONIBLE, TipoCuenta.CDP, 40, "k")
        assert await libro.registrar(tx, [uno]) == 1
        assert await saldo(tx, linea, TipoCuenta.CDP) == 40
    async with uow.begin() as tx:
        assert await libro.registrar(tx, [uno]) == 0
        assert await libro.registrar(tx, [uno, uno]) == 0
        assert await saldo(tx, linea, TipoCuenta.CDP) == 40
        assert await libro.registrar(tx, []) == 0


@pytest.mark.parametrize("cambio", [{"valor_centavos": 41}, {"concepto": "X"}, {"referencia": "Y"}])
async def test_la_misma_clave_con_otro_contenido_se_rechaza(
    uow: UnitOfWork, cambio: dict[str, str | int]
) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR)
        uno = mover(linea, TipoCuenta.APROPIACION_DISPONIBLE, TipoCuenta.CDP, 40, "k")
        await libro.registrar(tx, [uno])
    otro = replace(uno, **cambio)  # type: ignore[arg-type]
    for lista in ([otro], [mover(linea, *CADENA[:2], 1), otro]):
        with pytest.raises(ClaveReutilizada, match="«k» ya nombra") as rechazo:
            async with uow.begin() as tx:
                await libro.registrar(tx, lista)
        assert rechazo.value.codigo == "presupuesto.clave_reutilizada"
    async with uow.begin() as tx:
        assert await saldo(tx, linea, TipoCuenta.CDP) == 40


async def test_dos_a_la_vez_con_la_misma_clave_son_un_asiento(uow: UnitOfWork) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR)
    uno = mover(linea, TipoCuenta.APROPIACION_DISPONIBLE, TipoCuenta.CDP, 40, "k")

    async def registrar() -> int:
        async with uow.begin() as tx:
            return await libro.registrar(tx, [uno])

    assert sorted(await asyncio.gather(*(registrar() for _ in range(5)))) == [0, 0, 0, 0, 1]
    async with uow.begin() as tx:
        assert await saldo(tx, linea, TipoCuenta.CDP) == 40


# --- acts --------------------------------------------------------------------------------------


async def test_el_aforo_sube_y_baja_por_acto_mientras_haya_disponible(uow: UnitOfWork) -> None:
    """Guarantee (PRE-09): aforo changes by act; a reduction never eats what is committed."""

    async def acto(numero: str, valor: int) -> None:
        async with uow.begin() as tx:
            await libro.registrar_acto(
                tx, linea, Acto(TipoActo.ADICION_AFORO, numero, HOY, valor), por="ana", reloj=RELOJ
            )

    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR)
        await libro.registrar(tx, reconocer(linea, VALOR // 2))
    await acto("R-2", -VALOR // 4)
    with pytest.raises(SaldoInsuficiente, match="apropiacion_disponible"):
        await acto("R-3", -VALOR // 2)
    async with uow.begin() as tx:
        resumen = await libro.resumen(tx, linea)
    assert resumen.aforo_centavos == VALOR * 3 // 4
    assert resumen.disponible_centavos == VALOR // 4
    assert resumen.reconocido_centavos == VALOR // 2
    await acto("R-3", VALOR)  # the refused number stayed free


async def test_una_referencia_bancaria_entra_una_sola_vez(uow: UnitOfWork) -> None:
    """Guarantee (PRE-10): the same bank reference twice is refused; a retry by key is quiet."""

    async def recaudar(referencia: str, valor: int, clave: str | None = None) -> bool:
        async with uow.begin() as tx:
            hecho = await libro.registrar_acto(
                tx,
                linea,
                Acto(TipoActo.RECAUDO, referencia, HOY, valor, clave=clave),
                por="ana",
                reloj=RELOJ,
            )
            return hecho.repetido

    async with uow.begin() as tx:
        linea = await linea_con(tx, recaudo=VALOR)
    with pytest.raises(ReferenciaRepetida, match="«B-1»"):
        await recaudar("B-1", VALOR)
    assert not await recaudar("B-2", VALOR, clave="idem")
    assert await recaudar("B-2", VALOR, clave="idem")
    with pytest.raises(ClaveReutilizada):
        await recaudar("B-3", VALOR, clave="idem")
    async with uow.begin() as tx:
        otra = await libro.crear_linea(tx, "pruebas", 2020)
        await libro.registrar_acto(
            tx, otra, Acto(TipoActo.RECAUDO, "B-1", HOY, 1), por="ana", reloj=RELOJ
        )
        assert await saldo(tx, linea, TipoCuenta.CAJA) == 2 * VALOR


async def test_un_embargo_baja_la_caja_y_no_el_recaudo(uow: UnitOfWork) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, recaudo=VALOR)
        embargo = Acto(TipoActo.EMBARGO, "11001-2020-1", HOY, 400, descripcion="Juzgado 1")
        await libro.registrar_acto(tx, linea, embargo, por="ana", reloj=RELOJ)
        durante = await libro.resumen(tx, linea)
        assert (durante.caja_centavos, durante.embargado_centavos) == (VALOR - 400, 400)
        assert durante.recaudo_centavos == VALOR
        alzado = replace(embargo, tipo=TipoActo.DESEMBARGO)
        await libro.registrar_acto(tx, linea, alzado, por="ana", reloj=RELOJ)
        assert await saldo(tx, linea, TipoCuenta.CAJA) == VALOR


@pytest.mark.parametrize(
    ("tipo", "numero", "valor"),
    [
        (TipoActo.ADICION_AFORO, " ", 1),
        (TipoActo.ADICION_AFORO, "R", 0),
        (TipoActo.RECAUDO, "B", -1),
    ],
)
def test_un_acto_incompleto_se_rechaza(tipo: TipoActo, numero: str, valor: int) -> None:
    with pytest.raises(ActoInvalido):
        Acto(tipo, numero, HOY, valor)


async def test_una_linea_que_nadie_creo_se_dice(uow: UnitOfWork) -> None:
    async with uow.begin() as tx:
        with pytest.raises(LineaInexistente, match="anticipo_uci para 2021"):
            await libro.obtener_linea(tx, "anticipo_uci", 2021)
        with pytest.raises(LineaInexistente):
            await libro.bloquear_linea(tx, 77)
        linea = await libro.crear_linea(tx, "anticipo_uci", 2021, fuente="FOME")
        assert await libro.crear_linea(tx, "anticipo_uci", 2021) == linea
        assert await libro.resumenes(tx) == [await libro.resumen(tx, linea)]


# --- reversal, totals ---------------------------------------------------------------------------


async def test_la_reversa_devuelve_todos_los_saldos(uow: UnitOfWork) -> None:
    """Guarantee (invariant 7): undoing a chain restores every balance, and only once."""
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR)
        antes = await libro.resumen(tx, linea)
        cadena = reconocer(linea, 300)
        await libro.registrar(tx, cadena)
        durante = await libro.resumen(tx, linea)
        assert durante.reconocido_centavos == 300
        for _ in range(2):
            await libro.reversar(
                tx, [m.clave for m in cadena], referencia="acta 2", por="luis", reloj=RELOJ
            )
            assert await libro.resumen(tx, linea) == antes
        assert await libro.descuadres(tx) == []
        with pytest.raises(NoEncontrado, match="no-hay"):
            await libro.reversar(tx, ["no-hay"], referencia="x", por="luis", reloj=RELOJ)


async def test_no_se_reversa_lo_que_ya_siguio_su_camino(uow: UnitOfWork) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=VALOR)
        cadena = reconocer(linea, 300)
        await libro.registrar(tx, cadena)
    with pytest.raises(SaldoInsuficiente, match="«cdp»"):
        async with uow.begin() as tx:
            await libro.reversar(
                tx, [cadena[0].clave], referencia="acta 2", por="luis", reloj=RELOJ
            )


# --- concurrency --------------------------------------------------------------------------------


async def test_dieciseis_a_la_vez_nunca_bajan_de_cero(base: BaseDePrueba) -> None:
    """Guarantee: 16 submitters race for room for 40 of 160; exactly 40 pass, none below zero,
    and the replay in id order never sees a negative balance."""
    motor = crear_engine(base.dsn_servicio, conexiones=16)
    uow = UnitOfWork(motor)
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=40 * VALOR)

    async def remitente() -> int:
        pasan = 0
        for _ in range(10):
            try:
                async with uow.begin() as tx:
                    await libro.registrar(tx, reconocer(linea, VALOR))
                pasan += 1
            except SaldoInsuficiente:
                continue
        return pasan

    pasaron = await asyncio.gather(*(remitente() for _ in range(16)))
    async with uow.begin() as tx:
        resumen = await libro.resumen(tx, linea)
        assert await libro.descuadres(tx) == []
    await motor.dispose()
    assert sum(pasaron) == 40
    assert resumen.disponible_centavos == 0
    assert resumen.reconocido_centavos == 40 * VALOR


async def test_el_orden_de_los_numeros_es_el_orden_de_los_saldos(uow: UnitOfWork) -> None:
    """Guarantee (invariant 3): a posting that waits for another draws its number after it, so
    the replay by number never sees a balance that was not there."""
    async with uow.begin() as tx:
        linea = await linea_con(tx)

    async def gastar() -> None:
        async with uow.begin() as tx:
            await libro.registrar(tx, [mover(linea, TipoCuenta.CAJA, TipoCuenta.EMBARGO, VALOR)])

    async with uow.begin() as tx:
        await LibroRepository(tx).bloquear_cuentas([linea.cuenta(TipoCuenta.CAJA)])
        gasto = asyncio.create_task(gastar())
        esperando = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not (await tx.execute(esperando)).scalar_one():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
        await libro.registrar(tx, [mover(linea, TipoCuenta.RECAUDO, TipoCuenta.CAJA, VALOR)])
    await gasto
    async with uow.begin() as tx:
        assert await saldo(tx, linea, TipoCuenta.EMBARGO) == VALOR
        assert await libro.descuadres(tx) == []


async def test_cruzar_las_cuentas_en_los_dos_sentidos_no_se_traba(uow: UnitOfWork) -> None:
    """Guarantee: accounts are locked in id order, so opposite transfers queue and never cross."""
    async with uow.begin() as tx:
        una = await linea_con(tx, recaudo=100 * VALOR)
        otra = await linea_con(tx, recaudo=100 * VALOR, mecanismo="pruebas")

    async def prestar(de: Linea, a: Linea) -> None:
        movimiento = replace(
            mover(de, TipoCuenta.CAJA, TipoCuenta.EMBARGO, VALOR),
            credito_id=a.cuenta(TipoCuenta.CAJA),
        )
        async with uow.begin() as tx:
            await libro.registrar(tx, [movimiento])

    pares = [(una, otra), (otra, una)] * 20
    await asyncio.gather(*(prestar(de, a) for de, a in pares))
    async with uow.begin() as tx:
        assert await saldo(tx, una, TipoCuenta.CAJA) == 100 * VALOR
        assert await libro.descuadres(tx) == []


# --- grouping ------------------------------------------------------------------------------------


async def test_agrupados_solo_se_rechaza_lo_que_no_cabe(uow: UnitOfWork) -> None:
    """Guarantee: many callers, one commit, in order; a refusal spares its neighbours."""
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=10 * VALOR)
    agrupador: Agrupador[Sequence[Movimiento], int] = Agrupador(_registrar_y_contar, uow=uow)
    tamanios = [4, 9, 3, 2, 4, 1]  # 4 fits, 9 not, 3 fits, 2 fits, 4 not, 1 fits: 10 in all
    resultados = await asyncio.gather(
        *(agrupador.pedir(reconocer(linea, n * VALOR)) for n in tamanios),
        return_exceptions=True,
    )
    assert [isinstance(r, SaldoInsuficiente) for r in resultados] == [
        False, True, False, False, True, False,
    ]  # fmt: skip
    async with uow.begin() as tx:
        resumen = await libro.resumen(tx, linea)
        transacciones = await tx.execute(
            text("SELECT count(DISTINCT xmin::text) FROM movimiento WHERE concepto = 'PRUEBA'")
        )
        assert await libro.descuadres(tx) == []
    assert resumen.disponible_centavos == 0
    assert transacciones.scalar_one() <= 2


async def test_agrupados_una_clave_reutilizada_no_dania_a_los_demas(uow: UnitOfWork) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=10 * VALOR)
    a_cdp = (TipoCuenta.APROPIACION_DISPONIBLE, TipoCuenta.CDP)
    async with uow.begin() as tx:
        respuestas = await libro.registrar_grupos(
            tx,
            [
                [mover(linea, *a_cdp, 10, "a")],
                [mover(linea, *a_cdp, 11, "a")],
                [mover(linea, *a_cdp, 10, "a")],
                [mover(linea, *a_cdp, 12, "b"), mover(linea, *a_cdp, 13, "b")],
                [mover(linea, *a_cdp, 5)],
            ],
        )
        assert [r.codigo if r else None for r in respuestas] == [
            None,
            "presupuesto.clave_reutilizada",
            None,
            "presupuesto.clave_reutilizada",
            None,
        ]
        assert await saldo(tx, linea, TipoCuenta.CDP) == 15


async def _registrar_y_contar(
    tx: AsyncConnection, grupos: Sequence[Sequence[Movimiento]]
) -> list[int | Rechazo]:
    respuestas = await libro.registrar_grupos(tx, grupos)
    return [len(g) if r is None else r for g, r in zip(grupos, respuestas, strict=True)]


async def _transferir(tx: AsyncConnection, pedidos: Sequence[Movimiento]) -> list[int]:
    """A list use case that raises instead of answering refusals."""
    await libro.registrar(tx, pedidos)
    return [m.valor_centavos for m in pedidos]


async def test_un_caso_de_uso_que_lanza_tambien_perdona_a_los_vecinos(uow: UnitOfWork) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=10)
    agrupador: Agrupador[Movimiento, int] = Agrupador(_transferir, uow=uow)
    pedidos = [mover(linea, *CADENA[:2], n) for n in (4, 9, 3, 5, 3)]
    resultados = await asyncio.gather(
        *(agrupador.pedir(p) for p in pedidos), return_exceptions=True
    )
    assert [r if isinstance(r, int) else "no" for r in resultados] == [4, "no", 3, "no", 3]
    async with uow.begin() as tx:
        assert await saldo(tx, linea, TipoCuenta.CDP) == 10


async def test_un_llamador_cancelado_no_arrastra_a_los_demas(uow: UnitOfWork) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=100)
    agrupador: Agrupador[Movimiento, int] = Agrupador(_transferir, uow=uow)
    tareas = [asyncio.create_task(agrupador.pedir(mover(linea, *CADENA[:2], n))) for n in (1, 2, 4)]
    await asyncio.sleep(0)  # all three are waiting; the leader has not started
    tareas[0].cancel()
    assert await asyncio.gather(*tareas[1:]) == [2, 4]
    assert tareas[0].cancelled()
    async with uow.begin() as tx:
        assert await saldo(tx, linea, TipoCuenta.CDP) == 6


async def test_una_falla_llega_a_todos_y_el_agrupador_sigue(uow: UnitOfWork) -> None:
    async with uow.begin() as tx:
        linea = await linea_con(tx, aforo=100)
    agrupador: Agrupador[Movimiento, int] = Agrupador(_transferir, uow=uow)
    bueno = mover(linea, *CADENA[:2], 1)
    roto = replace(bueno, clave="roto", debito_id=999_999)
    resultados = await asyncio.gather(
        agrupador.pedir(bueno), agrupador.pedir(roto), return_exceptions=True
    )
    assert [type(r) for r in resultados] == [IntegrityError, IntegrityError]
    assert await agrupador.pedir(bueno) == 1


# --- any sequence --------------------------------------------------------------------------------

PASOS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                (TipoCuenta.AFORO, TipoCuenta.APROPIACION_DISPONIBLE),
                (TipoCuenta.APROPIACION_DISPONIBLE, TipoCuenta.CDP),
                (TipoCuenta.CDP, TipoCuenta.RP),
                (TipoCuenta.RP, TipoCuenta.OBLIGACION),
                (TipoCuenta.OBLIGACION, TipoCuenta.ORDENADO),
                (TipoCuenta.ORDENADO, TipoCuenta.PAGADO),
                (TipoCuenta.PAGADO, TipoCuenta.OBLIGACION),
                (TipoCuenta.RP, TipoCuenta.CDP),
                (TipoCuenta.CDP, TipoCuenta.APROPIACION_DISPONIBLE),
            ]
        ),
        st.integers(min_value=1, max_value=50),
    ),
    min_size=1,
    max_size=25,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pasos=PASOS, corte=st.integers(min_value=1, max_value=6))
async def test_cualquier_secuencia_guarda_los_invariantes(
    uow: UnitOfWork, pasos: list[tuple[tuple[TipoCuenta, TipoCuenta], int]], corte: int
) -> None:
    """Guarantee: random groups, in any order, leave the same balances as a plain dictionary that
    refuses what does not fit (invariants 1, 3, 5)."""
    async with uow.begin() as tx:
        linea = await libro.crear_linea(tx, f"m{uuid4().hex}", 2020)
        grupos = [pasos[i : i + corte] for i in range(0, len(pasos), corte)]
        modelo = dict.fromkeys(TipoCuenta, 0)
        esperadas = []
        for grupo in grupos:
            prueba = dict(modelo)
            cabe = True
            for (debito, credito), valor in grupo:
                prueba[debito] -= valor
                cabe = cabe and (prueba[debito] >= 0 or debito is TipoCuenta.AFORO)
                prueba[credito] += valor
            modelo = prueba if cabe else modelo
            esperadas.append(cabe)
        respuestas = await libro.registrar_grupos(
            tx, [[mover(linea, *cuentas, valor) for cuentas, valor in g] for g in grupos]
        )
        resumen = await libro.resumen(tx, linea)
        assert [r is None for r in respuestas] == esperadas
        assert resumen.saldos == modelo
        assert (
            resumen.aforo_centavos
            >= resumen.cdp_centavos
            >= resumen.rp_centavos
            >= resumen.reconocido_centavos
            >= resumen.girado_centavos
            >= 0
        )
        assert await libro.descuadres(tx) == []
