"""The same right claimed from many sides at once is recognised once, always.

Real connections, real commits, the worker's own code. What decides is the unique index
``uq_registro_derecho``: without it these tests fail.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.talento_humano.mecanismo import MECANISMO
from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion import trabajo
from shared.seguridad import Rol
from tests.support import talento_humano as ths
from tests.support.mesa import Mesa, mesa_vacia
from tests.support.trabajadores import Trabajadores, trabajadores_de

MUCHAS = [ths.ips(n) for n in range(40)]
PERSONAS = [f"10000000{n:02d}" for n in range(5)]
MAL_ESCRITA = "1000000099"


@pytest.fixture(scope="module")
async def mesa(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("concurrencia")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, ths.EN_VENTANA) as mesa:
        await ths.cargar(mesa, [*PERSONAS, MAL_ESCRITA], MUCHAS)
        await mesa.presupuestar(100_000_000_000)
        yield mesa


@pytest.fixture
async def trabajadores(mesa: Mesa) -> AsyncIterator[Trabajadores]:
    async with trabajadores_de(mesa) as varios:
        yield varios


async def test_of_forty_ips_that_report_one_worker_one_is_approved(
    mesa: Mesa, trabajadores: Trabajadores
) -> None:
    """Five workers, so that each file has five rights to lose, in an order of its own: two that
    commit at once wait for each other."""
    ids = []
    for n, nit in enumerate(MUCHAS):
        giradas = PERSONAS[n % 5 :] + PERSONAS[: n % 5]
        ids.append(await mesa.radicar(Rol.IPS, nit, *(ths.reporte(p, nit) for p in giradas)))

    await trabajadores.procesar(ids)

    registros = await mesa.consultar(
        "SELECT g.id, split_part(g.clave, '|', 2) AS persona, g.estado, g.codigos, g.gana_id, "
        "g.valor_centavos, g.radicacion_id FROM registro g WHERE g.radicacion_id = ANY(:ids)",
        ids=ids,
    )
    assert len(registros) == 40 * len(PERSONAS)
    for persona in PERSONAS:
        suyos = [r for r in registros if r["persona"] == persona]
        assert Counter(r["estado"] for r in suyos) == {"LIQUIDADO": 1, "DUPLICADO": 39}
        (gana,) = (r for r in suyos if r["estado"] == "LIQUIDADO")
        perdedores = [r for r in suyos if r is not gana]
        assert {r["gana_id"] for r in perdedores} == {gana["id"]}
        assert {tuple(r["codigos"]) for r in perdedores} == {("THS-15",)}
        assert {r["valor_centavos"] for r in perdedores} == {0}
        # Paid once, to the person, for the report that won.
        pagos = await mesa.consultar(
            "SELECT radicacion_id, tipo_documento, valor_centavos, estado FROM reconocimiento "
            "WHERE nit = :nit",
            nit=persona,
        )
        assert [tuple(p.values()) for p in pagos] == [
            (gana["radicacion_id"], "CC", ths.VALOR_ENFERMERIA, "RECONOCIDO")
        ]
    # Each file in one attempt: a lost race is not a failure.
    intentos = await mesa.consultar(
        "SELECT DISTINCT estado, intento FROM radicacion WHERE id = ANY(:ids)", ids=ids
    )
    assert intentos == [{"estado": "PROCESADA", "intento": 1}]


async def test_two_corrections_of_one_record_at_once_are_one_after_the_other(
    mesa: Mesa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were judged against the first version, and both are still wrong: no unique index
    keeps what holds no right, and the second one answers the first."""
    nit = MUCHAS[0]
    fila = ths.reporte(MAL_ESCRITA, nit, primer_apellido="OTRO")
    (primera,) = await mesa.resolver(Rol.IPS, nit, fila)
    assert primera["estado"] == "EN_CORRECCION"
    ids = [await mesa.radicar(Rol.IPS, nit, fila) for _ in range(2)]
    original, juntas = trabajo._confirmar, asyncio.Barrier(2)

    async def confirmar(*argumentos: Any) -> None:
        await juntas.wait()
        await original(*argumentos)

    monkeypatch.setattr(trabajo, "_confirmar", confirmar)
    await asyncio.gather(*(mesa.procesar(id_) for id_ in ids))

    registros = [r for id_ in ids for r in await mesa.registros(id_)]
    segunda, tercera = sorted(registros, key=lambda r: r["version"])
    assert (segunda["version"], segunda["subsana_id"]) == (2, primera["id"])
    assert (tercera["version"], tercera["subsana_id"]) == (3, segunda["id"])
    assert (segunda["vigente"], tercera["vigente"]) == (False, True)
