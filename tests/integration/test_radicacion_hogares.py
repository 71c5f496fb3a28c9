"""A household is paid once, whoever delivers it, and whoever is of it waits for its lead.

The story of CET once; the rest, on a mechanism with the same shape that is judged in a moment.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.compensacion_rs.mecanismo import MECANISMO
from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion import trabajo
from shared.radicacion.liberacion import liberar
from shared.radicacion.service import Subsana
from shared.seguridad import Rol
from tests.support import compensacion as cet
from tests.support.compensacion import EPS, OTRA_EPS, candidato, persona
from tests.support.hogares import HOGARES, SIN_PRODUCTO, VALOR, caso
from tests.support.mesa import Fila, Mesa, mesa_vacia, resumidos
from tests.support.trabajadores import trabajadores_de

UNA, OTRA = "900300101", "900300202"


@pytest.fixture(scope="module")
async def mesa_cet(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("cet")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, cet.LUNES) as mesa:
        await cet.cargar(mesa, {1: [EPS, OTRA_EPS]})
        await con_dinero(mesa)
        yield mesa


@pytest.fixture(scope="module")
async def mesa(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("hogares")
    async with mesa_vacia(HOGARES, postgres, plantilla, datos, cet.LUNES) as mesa:
        await con_dinero(mesa)
        yield mesa


async def con_dinero(mesa: Mesa) -> None:
    await mesa.presupuestar(1_000_000_000_000)
    await mesa.recaudar(1_000_000_000_000)


async def entregar(mesa: Mesa, *filas: Fila, de: str = UNA, **opciones: Any) -> UUID:
    return await mesa.radicar(Rol.IPS, de, *filas, **opciones)


async def resolver(mesa: Mesa, *filas: Fila, de: str = UNA) -> list[Fila]:
    id_ = await entregar(mesa, *filas, de=de)
    await mesa.procesar(id_)
    return await mesa.registros(id_)


async def como_esta(mesa: Mesa, registro: Fila) -> Fila:
    """A record as it is now."""
    registros = await mesa.registros(registro["radicacion_id"])
    return next(r for r in registros if r["id"] == registro["id"])


async def procesar_a_la_vez(mesa: Mesa, parche: pytest.MonkeyPatch, *ids: UUID) -> None:
    """Everybody judges before anybody commits."""
    original, juntas = trabajo._confirmar, asyncio.Barrier(len(ids))

    async def confirmar(*argumentos: Any) -> None:
        await juntas.wait()
        await original(*argumentos)

    with parche.context() as m:
        m.setattr(trabajo, "_confirmar", confirmar)
        await asyncio.gather(*(mesa.procesar(id_) for id_ in ids))


async def cambios(mesa: Mesa, *registros: Fila) -> list[tuple[Any, ...]]:
    filas = await mesa.consultar(
        "SELECT de, a, motivo FROM registro_cambio WHERE registro_id = ANY(:ids) ORDER BY en, id",
        ids=[r["id"] for r in registros],
    )
    return [tuple(f.values()) for f in filas]


async def test_two_eps_that_deliver_a_household_at_once(
    mesa_cet: Mesa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CET itself: one of the two cases leads and is paid; then the other is of a paid household."""
    ids = [
        await cet.entregar(mesa_cet, eps, candidato(persona(1, quien), eps))
        for quien, eps in ((1, EPS), (2, OTRA_EPS))
    ]
    await procesar_a_la_vez(mesa_cet, monkeypatch, *ids)
    registros = [r for id_ in ids for r in await mesa_cet.registros(id_)]
    lider, espera = sorted(registros, key=lambda r: -r["valor_centavos"])
    assert (lider["estado"], lider["valor_centavos"]) == ("EN_VALIDACION_BANCARIA", cet.VALOR)
    assert resumidos([espera], "estado", "codigos", "valor_centavos", "gana_id") == [
        ("NUCLEO_VALIDACION_BANCARIA", ["CET-08"], 0, lider["id"])
    ]
    ocupado = "SELECT clave, ocupado FROM cupo ORDER BY clave"
    assert await mesa_cet.consultar(ocupado) == [
        {"clave": f"CC|{persona(1, n)}", "ocupado": 1} for n in (1, 2)
    ]

    await cet.pagar(mesa_cet)
    await liberar(mesa_cet.ctx)
    assert (await como_esta(mesa_cet, lider))["estado"] == "PAGADO"
    pagado = await como_esta(mesa_cet, espera)
    assert (pagado["estado"], pagado["codigos"]) == ("EN_NUCLEO_PAGADO", ["CET-07"])
    pagables = await mesa_cet.consultar("SELECT valor_centavos, estado FROM reconocimiento")
    assert pagables == [{"valor_centavos": cet.VALOR, "estado": "GIRADO"}]


async def test_of_many_uploads_at_once_one_case_of_each_household_leads(mesa: Mesa) -> None:
    """Two households of five, each case in an upload of its own that also has one of the other."""
    ids = [
        await entregar(
            mesa,
            *(caso(f"M{casa}", f"1{casa}{quien}") for casa in (quien % 2, 1 - quien % 2)),
            de=f"9007{quien:05d}",
        )
        for quien in range(5)
    ]
    async with trabajadores_de(mesa, 5) as varios:
        await varios.procesar(ids)

    registros = [r for id_ in ids for r in await mesa.registros(id_)]
    assert Counter(r["estado"] for r in registros) == {
        "EN_VALIDACION_BANCARIA": 2,
        "NUCLEO_VALIDACION_BANCARIA": 8,
    }
    lideres = {r["id"] for r in registros if r["valor_centavos"]}
    assert {r["gana_id"] for r in registros if not r["valor_centavos"]} == lideres
    assert len(lideres) == 2
    # Each upload in one attempt: a lost race is not a failure.
    intentos = await mesa.consultar(
        "SELECT DISTINCT estado, intento FROM radicacion WHERE id = ANY(:ids)", ids=ids
    )
    assert intentos == [{"estado": "PROCESADA", "intento": 1}]


async def test_who_is_of_two_households_at_once_is_recognised_with_one(
    mesa: Mesa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their rights are different: it is the person that they share who is taken, and who lost is
    linked to who has them. Once one is paid, the other is not."""
    ids = [await entregar(mesa, caso(f"P{n}", f"20{n}", "299")) for n in (1, 2)]
    await procesar_a_la_vez(mesa, monkeypatch, *ids)
    registros = [r for id_ in ids for r in await mesa.registros(id_)]
    gana, espera = sorted(registros, key=lambda r: -r["valor_centavos"])
    assert (gana["estado"], gana["valor_centavos"]) == ("EN_VALIDACION_BANCARIA", VALOR)
    assert resumidos([espera], "estado", "codigos", "gana_id") == [
        ("NUCLEO_VALIDACION_BANCARIA", ["HOG-08"], gana["id"])
    ]
    await cet.pagar(mesa)
    await liberar(mesa.ctx)
    await liberar(mesa.ctx)
    assert (await como_esta(mesa, espera))["estado"] == "EN_NUCLEO_PAGADO"
    assert await cambios(mesa, espera) == [
        (
            "NUCLEO_VALIDACION_BANCARIA",
            "EN_NUCLEO_PAGADO",
            "se resolvió el registro del que dependía",
        )
    ]


async def test_when_the_lead_fails_the_first_that_waited_leads(mesa: Mesa) -> None:
    """Who leads now is paid, the others wait for it, and what failed comes back by its document:
    it waits too."""
    (lider,) = await resolver(mesa, caso("F", "301"))
    primero, segundo = await resolver(mesa, caso("F", "302"), caso("F", "303"))
    (ultimo,) = await resolver(mesa, caso("F", "304"), de=OTRA)
    assert {r["gana_id"] for r in (primero, segundo, ultimo)} == {lider["id"]}
    await liberar(mesa.ctx)
    assert await cambios(mesa, primero, segundo, ultimo) == []
    await cet.ordenar(mesa)
    await cet.responde_el_banco(mesa, "DEVUELTO", "R17", documento="301")
    await cet.enrolar(mesa)
    fallido = await como_esta(mesa, lider)
    assert (fallido["estado"], fallido["valor_centavos"]) == ("EN_CORRECCION_EPS", 0)

    await liberar(mesa.ctx)
    ahora = [await como_esta(mesa, r) for r in (primero, segundo, ultimo)]
    assert resumidos(ahora, "estado", "valor_centavos", "gana_id") == [
        ("EN_VALIDACION_BANCARIA", VALOR, None),
        ("NUCLEO_VALIDACION_BANCARIA", 0, primero["id"]),
        ("NUCLEO_VALIDACION_BANCARIA", 0, primero["id"]),
    ]
    (corregido,) = await resolver(mesa, caso("F", "301", numero_producto="77000"))
    assert (corregido["version"], corregido["subsana_id"]) == (2, lider["id"])
    assert (corregido["estado"], corregido["gana_id"]) == (
        "NUCLEO_VALIDACION_BANCARIA",
        primero["id"],
    )
    vivos = await mesa.consultar(
        "SELECT nit, valor_centavos FROM reconocimiento "
        "WHERE estado <> 'ANULADO' AND nit LIKE '30_'"
    )
    assert vivos == [{"nit": "302", "valor_centavos": VALOR}]


async def test_when_the_bank_takes_back_what_it_paid_the_household_is_not_paid(mesa: Mesa) -> None:
    """Who was of a paid household waits again and, if the lead cannot be paid, leads."""
    (lider,) = await resolver(mesa, caso("B", "601"))
    (otro,) = await resolver(mesa, caso("B", "602"), de=OTRA)
    for banco, espera in (
        (("APLICADO",), "EN_NUCLEO_PAGADO"),
        (("DEVUELTO", "D01"), "NUCLEO_VALIDACION_BANCARIA"),
        (("DEVUELTO", "R17"), "EN_VALIDACION_BANCARIA"),
    ):
        await cet.ordenar(mesa)
        assert await cet.responde_el_banco(mesa, *banco, documento="601") == 1
        await cet.enrolar(mesa)
        await liberar(mesa.ctx)
        assert (await como_esta(mesa, otro))["estado"] == espera
    assert (await como_esta(mesa, lider))["estado"] == "EN_CORRECCION_EPS"


@pytest.mark.parametrize("en_medio", [False, True])
async def test_what_was_paid_to_a_household_is_not_paid_to_another_by_correcting_it(
    mesa: Mesa, monkeypatch: pytest.MonkeyPatch, en_medio: bool
) -> None:
    """Also if it goes to the bank while the correction is judged."""
    casa, quien, otro = ("P", "811", "812") if en_medio else ("Q", "821", "822")
    (lider,) = await resolver(mesa, caso(casa, quien))
    subsana = [Subsana(1, lider["radicacion_id"], 1)]
    corregida = await entregar(
        mesa, caso(casa, otro), corrige=lider["radicacion_id"], subsana=subsana
    )
    original = trabajo._confirmar

    async def confirmar(*argumentos: Any) -> None:
        await cet.ordenar(mesa)
        await original(*argumentos)

    if en_medio:
        monkeypatch.setattr(trabajo, "_confirmar", confirmar)
    else:
        await cet.ordenar(mesa)
    await mesa.procesar(corregida)
    assert resumidos(await mesa.registros(corregida), "estado", "valor_centavos") == [
        ("NUCLEO_VALIDACION_BANCARIA", 0)
    ]
    assert (await como_esta(mesa, lider))["vigente"] is True
    pagos = await mesa.consultar(
        "SELECT nit, estado FROM reconocimiento WHERE nit IN (:a, :b)", a=quien, b=otro
    )
    assert [tuple(p.values()) for p in pagos] == [(quien, "ORDENADO")]


async def test_a_case_is_corrected_by_its_document_whatever_became_of_its_household(
    mesa: Mesa,
) -> None:
    """What is answered is the case, also where the EPS now says that it is of another household."""
    (malo,) = await resolver(mesa, caso("C", "401", direccion=None))
    assert (malo["estado"], malo["codigos"]) == ("EN_CORRECCION_EPS", ["HOG-13"])
    (lider,) = await resolver(mesa, caso("C", "402", **SIN_PRODUCTO), de=OTRA)
    assert lider["estado"] == "EN_ENROLAMIENTO"
    (bueno,) = await resolver(mesa, caso("C2", "401"))
    assert (bueno["version"], bueno["subsana_id"]) == (2, malo["id"])
    assert (bueno["estado"], bueno["gana_id"]) == ("EN_VALIDACION_BANCARIA", None)
    assert (await como_esta(mesa, malo))["vigente"] is False


async def test_a_lead_without_budget_keeps_its_household(
    postgres: PostgresEmbebido, plantilla: str, tmp_path: Path
) -> None:
    """What waits for aforo is shown under another name, and holds its right all the same."""
    async with mesa_vacia(HOGARES, postgres, plantilla, tmp_path, cet.LUNES) as mesa:
        (lider,) = await resolver(mesa, caso("S", "501"))
        assert (lider["estado"], lider["espera_por"]) == ("EN_REVISION_ADRES", "AFORO")
        (otro,) = await resolver(mesa, caso("S", "502"), de=OTRA)
        assert (otro["estado"], otro["gana_id"]) == ("NUCLEO_VALIDACION_BANCARIA", lider["id"])
