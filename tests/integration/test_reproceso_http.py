"""Reprocessing as the back office sees it, of a mechanism that recognises whole submissions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.anticipo_uci.mecanismo import MECANISMO
from shared.db import UnitOfWork
from shared.embebido.postgres import PostgresEmbebido
from shared.presupuesto import service as libro
from shared.reproceso.model import EstadoReproceso
from shared.reproceso.pagos import pagar as pagar_lo_revisado
from shared.reproceso.repository import ReprocesoRepository
from shared.reproceso.service import carga_de, obtener
from shared.reproceso.trabajo import reprocesar
from shared.seguridad import Rol
from tests.support.anticipo import (
    CASO,
    OPERACIONES,
    Preparada,
    Suite,
    a_csv,
    leer_csv,
    un_dia,
)
from tests.support.mesa import Mesa, resumidos
from tests.support.reproceso import aplicado, cambios, exigir_cuadre, foto, pedido, trabajar

REPROCESOS = f"{OPERACIONES}/reprocesos"
TARIFA = 45_648_200
"""Centavos of an intensive care bed and day."""


@pytest.fixture
async def suite(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Suite]:
    preparada = await Preparada.unica(postgres, plantilla, tmp_path_factory.mktemp("preparada"))
    async with preparada.copia(tmp_path_factory.mktemp("reproceso-http")) as suite:
        await suite.presupuestar(aforo=100_000_000, recaudo=100_000_000)
        yield suite


async def capacidad(suite: Suite, camas: int) -> None:
    """The corte of beds comes again, with that many adult intensive care beds in the clinic, of
    which ten are taken."""
    filas = leer_csv(CASO / "reps_capacidad.csv")
    filas[0] |= {"cantidad": str(camas)}
    ruta = suite.entorno.ajustes.datos / f"capacidad-{camas}.csv"
    ruta.write_bytes(a_csv(filas, list(filas[0])))
    viejos = await suite.consultar(
        "SELECT id FROM corte WHERE registro = 'reps_capacidad' AND estado = 'VIGENTE'"
    )
    await suite.cargar_corte("reps_capacidad", ruta, date(2021, 1, 31))
    operador = suite.persona(Rol.OPERADOR, "pilar")
    for viejo in viejos:
        await operador.hacer(
            f"{OPERACIONES}/cortes/{viejo['id']}/estado",
            {"estado": "RETIRADO", "motivo": "venía mal"},
        )


async def reproceso(suite: Suite, *, confirma: bool = True) -> dict[str, Any]:
    """Asked by one person, calculated and confirmed by another."""
    pilar = suite.persona(Rol.OPERADOR, "pilar")
    pedido = await pilar.hacer(
        REPROCESOS, {"mecanismo": "anticipo_uci", "motivo": "REPS corregido"}
    )
    ruta, carga = f"{REPROCESOS}/{pedido['id']}", carga_de("anticipo_uci", UUID(pedido["id"]))
    assert pedido["estado"] == "CALCULANDO"
    await reprocesar(carga, lambda _: suite.ctx)
    if confirma:
        negado = await pilar.http.post(f"{ruta}/confirmar", json={"acto": "Resolución 1"})
        assert (negado.status_code, negado.json()["codigo"]) == (403, "reproceso.misma_persona")
        await suite.persona(Rol.ORDENADOR, "olga").hacer(
            f"{ruta}/confirmar", {"acto": "Resolución 1"}
        )
        await reprocesar(carga, lambda _: suite.ctx)
    visto: dict[str, Any] = await pilar.ver(ruta)
    return visto


async def vivos(suite: Suite) -> list[tuple[Any, ...]]:
    filas = await suite.consultar(
        "SELECT valor_centavos, estado FROM reconocimiento WHERE estado <> 'ANULADO' ORDER BY id"
    )
    async with UnitOfWork(suite.entorno.engine).begin() as tx:
        assert await libro.descuadres(tx) == []
        linea = await libro.obtener_linea(tx, "anticipo_uci", 2021)
        resumen = await libro.resumen(tx, linea)
    assert resumen.reconocido_centavos == sum(f["valor_centavos"] for f in filas)
    return [tuple(f.values()) for f in filas]


async def test_fewer_beds_in_reps_before_and_after_the_payment(suite: Suite) -> None:
    ips = suite.ips()
    vista = await ips.resolver([un_dia(1), un_dia(2, 4)])
    assert await vivos(suite) == [(12 * TARIFA, "RECONOCIDO")]
    await capacidad(suite, 16)
    listo = await reproceso(suite, confirma=False)
    assert listo["estado"] == "LISTO"
    assert listo["grupos"] == [
        {
            "clase": "CAMBIO",
            "de": "LIQUIDADO",
            "a": "LIQUIDADO",
            "registros": 1,
            "antes": "3651856.00",
            "despues": "2738892.00",
        }
    ]
    assert await vivos(suite) == [(12 * TARIFA, "RECONOCIDO")]
    pilar = suite.persona(Rol.OPERADOR, "pilar")
    await pilar.hacer(f"{REPROCESOS}/{listo['id']}/descartar")

    hecho = await reproceso(suite)
    assert (hecho["estado"], hecho["aplicados"], hecho["desactualizados"]) == ("APLICADO", 1, 0)
    assert await vivos(suite) == [(10 * TARIFA, "RECONOCIDO")]
    registros = await ips.registros(vista["id"])
    assert [r["valor"] for r in registros] == ["2738892.00", "1825928.00"]
    assert {r["estado"] for r in registros} == {"RECONOCIDO"}

    # More beds than were thought are one recognition more; fewer of what is paid, a finding.
    await capacidad(suite, 30)
    await reproceso(suite)
    assert await vivos(suite) == [(10 * TARIFA, "RECONOCIDO"), (2 * TARIFA, "RECONOCIDO")]
    ids = [
        str(f["id"])
        for f in await suite.consultar("SELECT id FROM reconocimiento WHERE estado <> 'ANULADO'")
    ]
    for giro in await suite.girar(*ids):
        await suite.responder(giro, "APLICADO")
    await capacidad(suite, 17)
    hecho = await reproceso(suite)
    assert hecho["hallazgos"] == "456482.00"
    (cambio,) = (await pilar.ver(f"{REPROCESOS}/{hecho['id']}/cambios"))["datos"]
    assert (cambio["clase"], cambio["resultado"], cambio["hallado"]) == (
        "HALLAZGO",
        "APLICADO",
        "456482.00",
    )
    hallados = await suite.consultar("SELECT id, capital_centavos, estado FROM reintegro")
    assert [str(h["id"]) for h in hallados] == [cambio["reintegro_id"]]
    assert hallados[0]["capital_centavos"] == TARIFA
    assert (await ips.registros(vista["id"]))[0]["valor"] == "3651856.00"
    csv = await pilar.http.get(f"{REPROCESOS}/{hecho['id']}/cambios.csv")
    assert len(csv.text.splitlines()) == 2
    assert "456482.00" in csv.text
    xlsx = await pilar.http.get(f"{REPROCESOS}/{hecho['id']}/cambios.xlsx")
    assert xlsx.content.startswith(b"PK")
    pagina = await pilar.ver(REPROCESOS, mecanismo="anticipo_uci", limite=2)
    assert [r["estado"] for r in pagina["datos"]] == ["APLICADO", "APLICADO"]
    assert pagina["siguiente"]


async def test_whoever_dies_it_goes_on_where_it_was(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it calculates and between two radicaciones; two workers at once."""
    mesa = Mesa(MECANISMO, suite.entorno)
    ids = [UUID((await suite.ips().resolver([un_dia(d)]))["id"]) for d in (1, 2)]
    await capacidad(suite, 16)
    reproceso, inicial = await pedido(mesa), await foto(mesa)

    async def caer(*_: Any, **__: Any) -> None:
        raise OSError("murió aquí")

    with monkeypatch.context() as parche:
        parche.setattr(ReprocesoRepository, "agregar_cambios", caer)
        with pytest.raises(OSError, match="murió aquí"):
            await trabajar(mesa, reproceso)
    assert await foto(mesa) == inicial
    await asyncio.gather(trabajar(mesa, reproceso), trabajar(mesa, reproceso))
    assert len(await cambios(mesa, reproceso)) == 2
    assert await foto(mesa) == inicial

    veces = 0

    async def caer_la_segunda(*argumentos: Any, **opciones: Any) -> Any:
        nonlocal veces
        veces += 1
        if veces == 2:
            raise OSError("murió aquí")
        return await pagar_lo_revisado(*argumentos, **opciones)

    with monkeypatch.context() as parche:
        parche.setattr("shared.reproceso.trabajo.pagar", caer_la_segunda)
        with pytest.raises(OSError, match="murió aquí"):
            await aplicado(mesa, reproceso)
    valores = [resumidos(await mesa.registros(i), "valor_centavos") for i in ids]
    assert valores == [[(6 * TARIFA,)], [(8 * TARIFA,)]]
    await exigir_cuadre(mesa, 2021)
    await asyncio.gather(trabajar(mesa, reproceso), trabajar(mesa, reproceso))
    hecho = await obtener(reproceso.id, mesa.ctx.uow)
    assert hecho.estado is EstadoReproceso.APLICADO
    assert resumidos(await mesa.registros(ids[1]), "valor_centavos") == [(6 * TARIFA,)]
    assert len(await mesa.consultar("SELECT id FROM registro_cambio")) == 2
    await exigir_cuadre(mesa, 2021)
