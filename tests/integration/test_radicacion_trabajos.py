"""Submissions at once and jobs that die: one right is recognised once, whatever happens.

Several connections, real commits. A worker's death is an exception where it would have died.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion import trabajo
from shared.radicacion.pago import Pago
from shared.radicacion.service import Contexto
from shared.radicacion.trabajo import Preparada as Preparado
from shared.registros.errors import FaltanRegistros
from shared.seguridad import Rol
from tests.support.anticipo import (
    CASO,
    RADICACIONES,
    Preparada,
    Suite,
    suite_vacia,
    un_dia,
)


class Caida(RuntimeError):
    """The process died here."""


@pytest.fixture(scope="module")
async def suite(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Suite]:
    preparada = await Preparada.unica(postgres, plantilla, tmp_path_factory.mktemp("preparada"))
    async with preparada.copia(tmp_path_factory.mktemp("trabajos")) as suite:
        await suite.presupuestar(aforo=500_000_000)
        yield suite


async def radicada(suite: Suite, *dias: int, **cambios: Any) -> str:
    respuesta = await suite.ips().radicar([un_dia(d, **cambios) for d in dias])
    assert respuesta.status_code == 202, respuesta.text
    return str(respuesta.json()["id"])


async def ver(suite: Suite, radicacion_id: str) -> dict[str, Any]:
    vista: dict[str, Any] = await suite.ips().ver(f"{RADICACIONES}/{radicacion_id}")
    return vista


async def rastro(suite: Suite, radicacion_id: str) -> dict[str, int]:
    """What a submission left in the database."""
    (cuentas,) = await suite.consultar(
        """
        SELECT (SELECT count(*) FROM registro WHERE radicacion_id = :id) AS registros,
               (SELECT count(*) FROM evaluacion WHERE radicacion_id = :id) AS evaluaciones,
               (SELECT count(*) FROM reconocimiento WHERE radicacion_id = :id) AS reconocimientos,
               (SELECT count(*) FROM bandeja_salida
                WHERE CAST(sobre AS text) LIKE '%' || :texto || '%') AS eventos
        """,
        id=UUID(radicacion_id),
        texto=radicacion_id,
    )
    return cuentas


NADA = {"registros": 0, "evaluaciones": 0, "reconocimientos": 0, "eventos": 0}
UNA = {"registros": 1, "evaluaciones": 1, "reconocimientos": 1, "eventos": 1}


async def test_of_sixteen_equal_submissions_at_once_there_is_one(suite: Suite) -> None:
    ips = suite.ips()
    antes = suite.carpetas()
    respuestas = await asyncio.gather(
        *(ips.radicar([un_dia(1)], clave="dieciseis") for _ in range(16))
    )
    assert sorted(r.status_code for r in respuestas) == [200] * 15 + [202]
    (unica,) = {r.json()["id"] for r in respuestas}
    assert suite.carpetas() - antes == {unica}
    (cola,) = await suite.consultar(
        "SELECT count(*) AS n FROM pgqueuer WHERE payload = convert_to(:id, 'UTF8')", id=unica
    )
    assert cola["n"] == 1


async def test_of_two_contents_at_once_with_one_key_one_is_refused(suite: Suite) -> None:
    ips = suite.ips()
    antes = suite.carpetas()
    respuestas = await asyncio.gather(
        *(ips.radicar([un_dia(2, camas=1 + i)], clave="disputada") for i in range(6))
    )
    estados = sorted(r.status_code for r in respuestas)
    assert estados == [202] + [409] * 5
    assert {r.json()["codigo"] for r in respuestas if r.status_code == 409} == {
        "radicacion.clave_reutilizada"
    }
    assert len(suite.carpetas() - antes) == 1


async def test_of_two_that_claim_one_bed_day_at_once_one_is_recognised(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are judged with an empty history; the unique index decides, the loser is judged again.

    8 February is common to both, first in one and last in the other.
    """
    una, otra = await radicada(suite, 4, 6, 8), await radicada(suite, 8, 7, 9)
    original, juntas, preparadas = trabajo.preparar, asyncio.Barrier(2), []

    async def preparar(
        tx: AsyncConnection, radicacion_id: UUID, intento: int, ctx: Contexto
    ) -> Preparado:
        preparada = await original(tx, radicacion_id, intento, ctx)
        preparadas.append(preparada)
        if len(preparadas) <= 2:
            await juntas.wait()
        return preparada

    monkeypatch.setattr(trabajo, "preparar", preparar)
    await asyncio.gather(suite.procesar(una), suite.procesar(otra))

    assert len(preparadas) == 3  # the loser once more
    registros = {r: await suite.ips().registros(r) for r in (una, otra)}
    disputada = [registros[una][2], registros[otra][0]]
    assert sorted(r["estado"] for r in disputada) == ["NO_RECONOCIDO", "RECONOCIDO"]
    assert sorted(r["codigos"] for r in disputada) == [[], ["ANT-16"]]
    vigentes = await suite.consultar(
        "SELECT count(*) AS n FROM registro WHERE clave LIKE '%2021-02-08' AND vigente "
        "AND NOT libera"
    )
    assert vigentes == [{"n": 1}]
    # One attempt each: a lost race is not a failure.
    intentos = await suite.consultar(
        "SELECT intento FROM radicacion WHERE id = ANY(:ids)", ids=[UUID(una), UUID(otra)]
    )
    assert [i["intento"] for i in intentos] == [1, 1]


async def test_a_deadlock_between_two_is_another_lost_race(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    radicacion_id = await radicada(suite, 10)
    original, fallas = trabajo._guardar, [asyncpg.DeadlockDetectedError("deadlock detected")]

    async def guardar(*argumentos: Any, **opciones: Any) -> None:
        await original(*argumentos, **opciones)
        if fallas:
            raise fallas.pop()

    monkeypatch.setattr(trabajo, "_guardar", guardar)
    await suite.procesar(radicacion_id)
    assert (await ver(suite, radicacion_id))["estado"] == "PROCESADA"
    assert await rastro(suite, radicacion_id) == UNA


async def test_processing_twice_changes_nothing(suite: Suite) -> None:
    radicacion_id = await radicada(suite, 11)
    assert await rastro(suite, radicacion_id) == NADA
    await suite.procesar(radicacion_id)
    antes = await ver(suite, radicacion_id), await rastro(suite, radicacion_id)
    assert antes[1] == UNA
    await asyncio.gather(*(suite.procesar(radicacion_id) for _ in range(3)))
    assert (await ver(suite, radicacion_id), await rastro(suite, radicacion_id)) == antes


async def test_without_result_there_is_nothing_to_download(suite: Suite) -> None:
    radicacion_id = await radicada(suite, 12)
    propia = f"{RADICACIONES}/{radicacion_id}"
    for ruta in (f"{propia}/hallazgos", f"{propia}/hallazgos.csv"):
        respuesta = await suite.ips().http.get(ruta)
        assert (respuesta.status_code, respuesta.json()["codigo"]) == (
            409,
            "radicacion.sin_resultado",
        )
    assert await suite.ips().registros(radicacion_id) == []


async def test_a_death_before_the_commit_leaves_nothing_and_the_next_one_finishes(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies with the evaluation on disk and every row written, just before committing."""
    radicacion_id = await radicada(suite, 13)

    async def morir(*_: Any) -> NoReturn:
        raise Caida

    with monkeypatch.context() as parche:
        parche.setattr(Pago, "registrar", morir)
        with pytest.raises(Caida):
            await suite.procesar(radicacion_id)
    assert await rastro(suite, radicacion_id) == NADA
    assert (await ver(suite, radicacion_id))["estado"] == "EN_PROCESO"
    assert suite.entorno.almacen.evaluacion(UUID(radicacion_id), 1).is_dir()

    await suite.procesar(radicacion_id)
    assert await rastro(suite, radicacion_id) == UNA
    (evaluacion,) = await suite.consultar(
        "SELECT carpeta FROM evaluacion WHERE radicacion_id = :id", id=UUID(radicacion_id)
    )
    assert evaluacion["carpeta"].endswith("evaluacion-2")


async def test_three_deaths_wait_for_an_operator(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    radicacion_id = await radicada(suite, 14)

    async def morir(*_: Any) -> NoReturn:
        raise Caida

    with monkeypatch.context() as parche:
        parche.setattr(trabajo, "preparar", morir)
        for _ in range(3):
            with pytest.raises(Caida):
                await suite.procesar(radicacion_id)
        await suite.procesar(radicacion_id)
    vista = await ver(suite, radicacion_id)
    assert (vista["estado"], vista["motivo"]) == ("FALLIDA", "No terminó en 3 intentos.")
    await suite.procesar(radicacion_id)
    assert (await ver(suite, radicacion_id))["estado"] == "FALLIDA"

    reintentos = f"{RADICACIONES}/{radicacion_id}/reintentos"
    assert (await suite.ips().http.post(reintentos)).status_code == 403
    operador = suite.persona(Rol.OPERADOR)
    assert (await operador.http.post(reintentos)).json() == {"estado": "EN_COLA"}
    otra_vez = await operador.http.post(reintentos)
    assert (otra_vez.status_code, otra_vez.json()["codigo"]) == (409, "radicacion.no_corregible")
    await suite.procesar(radicacion_id)
    vista = await ver(suite, radicacion_id)
    assert (vista["estado"], vista["motivo"]) == ("PROCESADA", None)
    assert await rastro(suite, radicacion_id) == UNA


async def test_an_attempt_that_was_given_up_for_dead_does_not_commit(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one stalls; another worker takes the job and ends; then the first one goes on."""
    radicacion_id = await radicada(suite, 15)
    original = trabajo.preparar

    async def preparar(tx: AsyncConnection, id_: UUID, intento: int, ctx: Contexto) -> Preparado:
        preparada = await original(tx, id_, intento, ctx)
        if intento == 1:
            await trabajo.procesar(id_, ctx)
        return preparada

    monkeypatch.setattr(trabajo, "preparar", preparar)
    await suite.procesar(radicacion_id)
    assert await rastro(suite, radicacion_id) == UNA
    (fila,) = await suite.consultar(
        "SELECT r.intento, e.carpeta FROM radicacion r JOIN evaluacion e "
        "ON e.radicacion_id = r.id WHERE r.id = :id",
        id=UUID(radicacion_id),
    )
    assert fila["intento"] == 2
    assert fila["carpeta"].endswith("evaluacion-2")


async def test_the_failure_of_an_old_attempt_does_not_undo_the_outcome(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    radicacion_id = await radicada(suite, 16)
    original = trabajo.preparar

    async def preparar(tx: AsyncConnection, id_: UUID, intento: int, ctx: Contexto) -> Preparado:
        if intento > 1:
            return await original(tx, id_, intento, ctx)
        await trabajo.procesar(id_, ctx)
        raise FaltanRegistros("No hay corte vigente de: reps_sedes.", faltan=["reps_sedes"])

    monkeypatch.setattr(trabajo, "preparar", preparar)
    await suite.procesar(radicacion_id)
    vista = await ver(suite, radicacion_id)
    assert (vista["estado"], vista["motivo"]) == ("PROCESADA", None)


async def test_a_missing_corte_says_which_and_a_retry_finds_it(
    postgres: PostgresEmbebido, plantilla: str, tmp_path: Path
) -> None:
    async with suite_vacia(postgres, plantilla, tmp_path) as suite:
        radicacion_id = await radicada(suite, 1)
        await suite.procesar(radicacion_id)
        vista = await ver(suite, radicacion_id)
        assert vista["estado"] == "FALLIDA"
        assert vista["motivo"].startswith(
            "No hay corte vigente de: reps_prestadores, reps_sedes, reps_capacidad."
        )
        assert await rastro(suite, radicacion_id) == NADA
        await suite.cargar(CASO)
        await suite.persona(Rol.OPERADOR).hacer(f"{RADICACIONES}/{radicacion_id}/reintentos")
        await suite.procesar(radicacion_id)
        # Nobody gave the line any aforo: recognised in its place, and nothing is lost.
        (registro,) = await suite.ips().registros(radicacion_id)
        assert (registro["estado"], registro["espera_por"]) == ("ESPERA_PRESUPUESTO", "AFORO")
