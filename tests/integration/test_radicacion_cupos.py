"""What several rights share is kept by the database, whoever writes and however many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion.service import Subsana
from shared.seguridad import Rol
from tests.support import compensacion as cet
from tests.support.infra import BaseDePrueba
from tests.support.mesa import Mesa, mesa_vacia
from tests.support.meses import DIAS_DEL_MES, MESES, mes
from tests.support.trabajadores import trabajadores_de


@pytest.fixture
async def conexion(base: BaseDePrueba) -> AsyncIterator[Any]:
    """A connection of the service role on an empty database."""
    abierta = await asyncpg.connect(base.dsn_servicio)
    yield abierta
    await abierta.close()


async def radicacion(con: Any) -> UUID:
    id_ = uuid4()
    await con.execute(
        "INSERT INTO radicacion (id, mecanismo, entidad, nit, solicitud_id, version, estado, "
        "clave_idempotencia, cuerpo_sha256, archivo_sha256, archivo_nombre, archivo_tamano, "
        "solicitud, lectura, total, fecha_radicacion, creado_por, created_at) "
        "VALUES ($1, 'meses', '9', '9', $1, 1, 'EN_COLA', $2, '', '', '', 1, '{}', '{}', 1, "
        "now(), 'x', now())",
        id_,
        str(id_),
    )
    return id_


async def registrar(con: Any, id_: UUID, *filas: int, libera: bool = False) -> None:
    await con.executemany(
        "INSERT INTO registro (radicacion_id, mecanismo, fila, clave, estado, codigos, "
        "valor_centavos, libera) VALUES ($1, 'meses', $2, $3, 'X', '{}', 0, $4)",
        [(id_, fila, f"{id_}|{fila}", libera) for fila in filas],
    )


async def tomar(
    con: Any, id_: UUID, *partes: tuple[int, str, int], mecanismo: str = "meses"
) -> None:
    """(row, key, quantity) in one statement."""
    await con.copy_records_to_table(
        "registro_cupo",
        columns=["radicacion_id", "fila", "mecanismo", "clave", "cantidad", "maximo"],
        records=[(id_, fila, mecanismo, clave, n, DIAS_DEL_MES) for fila, clave, n in partes],
    )


async def ocupado(con: Any) -> dict[str, int]:
    filas = await con.fetch("SELECT clave, ocupado FROM cupo WHERE ocupado > 0 ORDER BY clave")
    return {f["clave"]: f["ocupado"] for f in filas}


async def test_what_counts_is_what_current_records_with_their_right_take(conexion: Any) -> None:
    id_ = await radicacion(conexion)
    await registrar(conexion, id_, 1, 2)
    await registrar(conexion, id_, 3, libera=True)
    await tomar(conexion, id_, (1, "A", 10), (2, "A", 20), (2, "B", 5), (3, "A", 30))
    assert await ocupado(conexion) == {"A": 30, "B": 5}
    # What lets go of its right gives back, in the same statement in which another takes it.
    await conexion.execute("UPDATE registro SET libera = fila <> 3")
    assert await ocupado(conexion) == {"A": 30}
    await conexion.execute("UPDATE registro SET vigente = false WHERE fila = 3")
    assert await ocupado(conexion) == {}
    await conexion.execute("UPDATE registro SET libera = false WHERE fila = 2")
    await conexion.execute("UPDATE registro SET estado = 'Y', codigos = '{Z}'")
    assert await ocupado(conexion) == {"A": 20, "B": 5}
    await conexion.execute("DELETE FROM registro_cupo WHERE fila = 2 AND clave = 'A'")
    assert await ocupado(conexion) == {"B": 5}


async def test_nobody_takes_more_than_there_is(conexion: Any) -> None:
    id_ = await radicacion(conexion)
    await registrar(conexion, id_, 1, 2)
    await tomar(conexion, id_, (1, "A", 20))
    lleno = pytest.raises(asyncpg.CheckViolationError, match="ck_cupo_ocupado")
    with lleno:
        await tomar(conexion, id_, (2, "B", 1), (2, "A", 11))
    with lleno:
        await tomar(conexion, id_, (2, "C", 31))
    assert await ocupado(conexion) == {"A": 20}
    await conexion.execute("UPDATE registro SET libera = true WHERE fila = 1")
    await tomar(conexion, id_, (2, "A", 30))
    with lleno:
        await conexion.execute("UPDATE registro SET libera = false WHERE fila = 1")
    assert await ocupado(conexion) == {"A": 30}


async def test_the_service_does_not_write_the_sums(conexion: Any) -> None:
    id_ = await radicacion(conexion)
    await registrar(conexion, id_, 1)
    await tomar(conexion, id_, (1, "A", 10))
    for orden in (
        "UPDATE cupo SET ocupado = 0",
        "DELETE FROM cupo",
        "INSERT INTO cupo VALUES ('meses', 'X', 0, 99)",
        "UPDATE registro_cupo SET cantidad = 1",
        "TRUNCATE registro_cupo",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conexion.execute(orden)
    for huerfana, mecanismo in ((9, "meses"), (1, "otro")):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await tomar(conexion, id_, (huerfana, "Z", 1), mecanismo=mecanismo)


async def test_keys_in_any_order_by_many_at_once_do_not_cross(base: BaseDePrueba) -> None:
    """Eight take and give back the same keys in opposite orders: nobody deadlocks."""

    async def uno(n: int) -> None:
        con = await asyncpg.connect(base.dsn_servicio)
        id_ = await radicacion(con)
        await registrar(con, id_, 1)
        claves = [f"{k:02d}" for k in range(20)]
        for _ in range(5):
            async with con.transaction():
                await tomar(con, id_, *((1, c, 1) for c in claves[:: 1 if n % 2 else -1]))
                await con.execute("UPDATE registro SET libera = true WHERE radicacion_id = $1", id_)
            await con.execute("DELETE FROM registro_cupo WHERE radicacion_id = $1", id_)
            await con.execute("UPDATE registro SET libera = false WHERE radicacion_id = $1", id_)
        await con.close()

    await asyncio.gather(*(uno(n) for n in range(8)))


@pytest.fixture(scope="module")
async def mesa(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("meses")
    async with mesa_vacia(MESES, postgres, plantilla, datos, cet.LUNES) as mesa:
        await mesa.presupuestar(1_000_000_000_000)
        yield mesa


async def test_of_many_that_ask_for_a_month_at_once_nobody_gets_the_day_31(mesa: Mesa) -> None:
    """Twelve days each, of two persons: two get them, and the others are told."""
    quienes = [f"9007{n:05d}" for n in range(5)]
    ids = [
        await mesa.radicar(Rol.IPS, q, *(mes(p, 12, q) for p in ("A", "B")[:: 1 if n % 2 else -1]))
        for n, q in enumerate(quienes)
    ]
    async with trabajadores_de(mesa, 5) as varios:
        await varios.procesar(ids)
    registros = [r for id_ in ids for r in await mesa.registros(id_)]
    assert (
        sorted((r["codigos"], r["valor_centavos"]) for r in registros)
        == [([], 120_000)] * 4 + [(["MES-16"], 0)] * 6
    )
    assert await mesa.consultar("SELECT clave, ocupado FROM cupo ORDER BY clave") == [
        {"clave": f"{p}|2020-05", "ocupado": 24} for p in ("A", "B")
    ]
    # Who corrects its own gives it back before it takes it again, and has room for more.
    mia = next(r for r in registros if r["valor_centavos"])
    n = ids.index(mia["radicacion_id"])
    persona = ("A", "B")[:: 1 if n % 2 else -1][mia["fila"] - 1]
    (nueva,) = await mesa.resolver(
        Rol.IPS,
        quienes[n],
        mes(persona, 18, quienes[n]),
        corrige=mia["radicacion_id"],
        subsana=[Subsana(1, mia["radicacion_id"], mia["fila"])],
    )
    assert (nueva["codigos"], nueva["subsana_id"]) == ([], mia["id"])
    assert sorted(f["ocupado"] for f in await mesa.consultar("SELECT ocupado FROM cupo")) == [
        24,
        30,
    ]
