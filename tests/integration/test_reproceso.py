"""A new corte is in force: what would change is shown, and exactly that is applied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.embebido.postgres import PostgresEmbebido
from shared.focalizacion import Efecto
from shared.focalizacion.hipotesis import Hipotesis
from shared.giros import CuentaPago
from shared.giros.service import aprobar, cambiar_cuenta, verificar_cuenta
from shared.reproceso.errors import EstadoDeReproceso, MismaPersona, ReprocesoAbierto
from shared.reproceso.model import Alcance, EstadoReproceso
from shared.reproceso.service import confirmar, descartar
from shared.reproceso.simulacion import simular
from shared.seguridad import Rol, Usuario
from shared.tipos import BOGOTA
from tests.support import pruebas as pru
from tests.support import talento_humano as ths
from tests.support.anticipo import a_csv
from tests.support.mesa import Fila, Mesa, mesa_vacia, resumidos
from tests.support.reproceso import (
    OPERADORA,
    OTRA,
    aplicado,
    calculado,
    cambios,
    corregir,
    exigir_cuadre,
    foto,
    pedido,
    trabajar,
)

PERSONAS: Final = [f"60000000{n:02d}" for n in range(10)]
LUNES: Final = datetime(2021, 3, 1, 9, tzinfo=BOGOTA)


@pytest.fixture
async def pruebas(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("reproceso")
    async with mesa_vacia(PRUEBAS, postgres, plantilla, datos, LUNES) as mesa:
        await pru.cargar(mesa, PERSONAS, [pru.muestra(d) for d in PERSONAS])
        await mesa.presupuestar(1_000_000_000)
        await mesa.recaudar(1_000_000_000)
        yield mesa


@pytest.fixture
async def personas(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("reproceso-ths")
    async with mesa_vacia(TALENTO_HUMANO, postgres, plantilla, datos, ths.EN_VENTANA) as mesa:
        await ths.cargar(mesa, PERSONAS, [ths.NIT_IPS, ths.ips(1)])
        await mesa.presupuestar(10_000_000_000)
        await mesa.recaudar(10_000_000_000)
        yield mesa


def bdua(retirados: Sequence[str] = (), **de_otra: str) -> list[Fila]:
    """BDUA as it is corrected: those were no longer affiliated, or were of another EPS."""
    filas = pru.registros(PERSONAS, [])["bdua"]
    for fila in filas:
        if fila["numero_documento"] in retirados:
            fila |= {"estado": "RE"}
        fila |= {"codigo_eps": de_otra.get(f"d{fila['numero_documento']}", fila["codigo_eps"])}
    return filas


async def radicar(mesa: Mesa, *filas: Fila, nit: str = pru.NIT_TOMA) -> UUID:
    id_ = await mesa.radicar(Rol.IPS, nit, *filas)
    await mesa.procesar(id_)
    return id_


async def pagar(mesa: Mesa, *nits: str) -> None:
    """Approve, with an account verified for each of those payees: to the bank."""
    ctx = mesa.ctx
    filas = await mesa.consultar(
        "SELECT id, nit, tipo_documento FROM reconocimiento WHERE nit = ANY(:nits) "
        "AND estado = 'RECONOCIDO'",
        nits=list(nits),
    )
    await aprobar([f["id"] for f in filas], usuario=OTRA, uow=ctx.uow, reloj=ctx.reloj)
    for fila in filas:
        cuenta = CuentaPago("1007", "AHORROS", f"88{fila['nit']}", fila["nit"])
        entidad = Usuario("ips", frozenset({Rol.IPS}), fila["nit"])
        async with ctx.uow.begin() as tx:
            r = await cambiar_cuenta(tx, fila["id"], cuenta, usuario=entidad, reloj=ctx.reloj)
            assert r.cuenta_id is not None
            await verificar_cuenta(tx, r.cuenta_id, usuario=OTRA, reloj=ctx.reloj)


def prueba(i: int, **mas: Any) -> Fila:
    return pru.prueba(PERSONAS[i], consecutivo=str(i + 1), **mas)


async def test_the_preview_is_what_is_applied_and_nothing_else(pruebas: Mesa) -> None:
    """Done-when 5: exactly the affected, in both directions, with opposite entries."""
    mala = bdua(**{f"d{PERSONAS[3]}": "EPS002"})
    await corregir(pruebas, "bdua", mala)
    una = await radicar(pruebas, *(prueba(i) for i in range(4)))
    otra = await radicar(pruebas, *(prueba(i) for i in (4, 5)))
    antes = [await pruebas.registros(i) for i in (una, otra)]
    assert resumidos(antes[0], "estado") == [("RECONOCIDO",)] * 3 + [("GLOSADO",)]
    intacto = await foto(pruebas)

    await corregir(pruebas, "bdua", bdua(retirados=[PERSONAS[1]]))
    reproceso = await calculado(pruebas)
    assert reproceso.estado is EstadoReproceso.LISTO
    assert await foto(pruebas) == intacto
    previstos = await cambios(pruebas, reproceso)
    assert resumidos(previstos, "fila", "de", "a", "de_codigos", "a_codigos") == [
        (2, "LIQUIDADO", "GLOSADO_DEFINITIVO", [], ["PRU-11"]),
        (4, "GLOSADO", "LIQUIDADO", ["PRU-12"], []),
    ]
    assert resumidos(previstos, "de_valor_centavos", "a_valor_centavos") == [
        (20_000_000, 0),
        (0, 20_000_000),
    ]
    assert reproceso.resumen is not None
    assert reproceso.resumen["radicaciones"] == 2
    assert reproceso.resumen["cambian"] == 2

    with pytest.raises(ReprocesoAbierto):
        await pedido(pruebas)
    with pytest.raises(MismaPersona):
        await confirmar(
            reproceso.id, "x", usuario=OPERADORA, uow=pruebas.ctx.uow, reloj=pruebas.ctx.reloj
        )
    hecho = await aplicado(pruebas, reproceso)
    assert hecho.estado is EstadoReproceso.APLICADO
    assert hecho.resumen is not None
    assert (hecho.resumen["aplicados"], hecho.resumen["desactualizados"]) == (2, 0)
    despues = await pruebas.registros(una)
    assert resumidos(despues, "estado", "valor_centavos") == [
        ("RECONOCIDO", 20_000_000),
        ("GLOSADO_DEFINITIVO", 0),
        ("RECONOCIDO", 20_000_000),
        ("RECONOCIDO", 20_000_000),
    ]
    assert await pruebas.registros(otra) == antes[1]
    await exigir_cuadre(pruebas, 2021)
    notas = await pruebas.consultar("SELECT de, a, motivo, por FROM registro_cambio ORDER BY id")
    assert [tuple(n.values())[2:] for n in notas] == [("reproceso: corte corregido", "olga")] * 2

    # A retry does nothing, and there is nothing left to reprocess.
    final = await foto(pruebas)
    await trabajar(pruebas, reproceso)
    otro = await calculado(pruebas)
    assert otro.resumen is not None
    assert (otro.resumen["radicaciones"], otro.resumen["cambian"]) == (0, 0)
    await aplicado(pruebas, otro)
    assert await foto(pruebas) == final


async def test_what_is_paid_stays_and_what_is_not_goes(pruebas: Mesa) -> None:
    """One payee was paid and the other not: the first is found, the second is paid no more; the
    record does not change, and a second reprocess finds nothing new."""
    id_ = await radicar(pruebas, prueba(0), prueba(1))
    await pagar(pruebas, pru.NIT_TOMA)
    antes = await pruebas.registros(id_)
    await exigir_cuadre(pruebas, 2021)

    await corregir(pruebas, "bdua", bdua(retirados=[PERSONAS[1]]))
    reproceso = await calculado(pruebas)
    previstos = await cambios(pruebas, reproceso)
    assert resumidos(previstos, "clase", "fila", "a", "capital_centavos") == [
        ("RECORTE", 2, "GLOSADO_DEFINITIVO", 14_000_000),
        ("HALLAZGO", 2, "GLOSADO_DEFINITIVO", 6_000_000),
    ]
    await aplicado(pruebas, reproceso)
    despues = await pruebas.registros(id_)
    assert resumidos(despues, "estado", "valor_centavos") == [
        ("RECONOCIDO", 20_000_000),
        ("ORDENADO", 20_000_000),
    ]
    assert resumidos(antes, "id") == resumidos(despues, "id")
    hallados = await pruebas.consultar("SELECT capital_centavos, estado FROM reintegro")
    assert [tuple(h.values()) for h in hallados] == [(6_000_000, "HALLAZGO")]
    vivos = await pruebas.consultar(
        "SELECT nit, valor_centavos, estado FROM reconocimiento WHERE estado <> 'ANULADO' "
        "ORDER BY nit"
    )
    assert [tuple(v.values()) for v in vivos] == [
        (pru.NIT_TOMA, 12_000_000, "ORDENADO"),
        (pru.NIT_PROCESA, 14_000_000, "RECONOCIDO"),
    ]
    await exigir_cuadre(pruebas, 2021)

    await corregir(pruebas, "bdua", bdua(retirados=[PERSONAS[1], PERSONAS[9]]))
    otro = await calculado(pruebas)
    assert await cambios(pruebas, otro) == []


async def test_what_moved_since_is_left_as_it_is(pruebas: Mesa) -> None:
    """A record went to the bank, another vigor came: listed, never silently different."""
    pagada = await radicar(pruebas, prueba(0))
    abierta = await radicar(
        pruebas, prueba(1, nit_procesa=pru.NIT_OTRO, hab_procesa=pru.codigo_de(pru.NIT_OTRO))
    )
    assert resumidos(await pruebas.registros(abierta), "estado") == [("GLOSADO",)]
    await corregir(pruebas, "bdua", bdua(retirados=[PERSONAS[0]]))
    reproceso = await calculado(pruebas)
    assert len(await cambios(pruebas, reproceso)) == 1
    await pagar(pruebas, pru.NIT_TOMA, pru.NIT_PROCESA)
    hecho = await aplicado(pruebas, reproceso)
    (cambio,) = await cambios(pruebas, hecho)
    assert cambio["resultado"] == "DESACTUALIZADO"
    assert "pagó" in cambio["motivo"]
    assert resumidos(await pruebas.registros(pagada), "estado") == [("ORDENADO",)]
    assert await pruebas.consultar("SELECT id FROM reintegro") == []

    # It was not reviewed: the next one finds what it was paid. Then another corte comes.
    otro = await calculado(pruebas)
    hallazgos = resumidos(await cambios(pruebas, otro), "clase", "capital_centavos")
    assert sorted(hallazgos) == [("HALLAZGO", 6_000_000), ("HALLAZGO", 14_000_000)]
    await corregir(pruebas, "bdua", bdua(retirados=[PERSONAS[8]]))
    final = await foto(pruebas)
    hecho = await aplicado(pruebas, otro)
    assert resumidos(await cambios(pruebas, hecho), "resultado") == [("DESACTUALIZADO",)] * 2
    assert await foto(pruebas) == final

    tercero = await pedido(pruebas)
    ctx = pruebas.ctx
    await descartar(tercero.id, usuario=OPERADORA, uow=ctx.uow, reloj=ctx.reloj)
    assert (await trabajar(pruebas, tercero)).estado is EstadoReproceso.DESCARTADO
    with pytest.raises(EstadoDeReproceso):
        await confirmar(tercero.id, "Acto 2", usuario=OTRA, uow=ctx.uow, reloj=ctx.reloj)


async def test_a_submission_waits_for_its_turn_and_counts(personas: Mesa) -> None:
    """Persons, each with an account; a report comes while it is calculated and applied."""

    async def reportar(i: int, nit: str = ths.NIT_IPS) -> UUID:
        id_ = await personas.radicar(Rol.IPS, nit, ths.reporte(PERSONAS[i], nit))
        await personas.procesar(id_)
        return id_

    ids = [await reportar(i) for i in (0, 1)]
    activos = ths.registros(PERSONAS)["bdua"]
    await corregir(
        personas, "bdua", [f | ({"estado": "RE"} if f is activos[1] else {}) for f in activos]
    )
    reproceso = await pedido(personas)
    _, nuevo = await asyncio.gather(trabajar(personas, reproceso), reportar(2))
    previstos = await cambios(personas, reproceso)
    assert len(previstos) == 1
    assert previstos[0]["radicacion_id"] == ids[1]
    _, segundo = await asyncio.gather(aplicado(personas, reproceso), reportar(3))
    estados = [
        resumidos(await personas.registros(i), "estado")[0][0] for i in (*ids, nuevo, segundo)
    ]
    assert estados == ["RECONOCIDO", previstos[0]["a"], "RECONOCIDO", "RECONOCIDO"]
    await exigir_cuadre(personas, 2020)
    (cuenta,) = await personas.consultar(
        "SELECT count(*) AS n FROM reconocimiento WHERE estado <> 'ANULADO'"
    )
    assert cuenta["n"] == 3


async def test_what_if_changes_nothing(pruebas: Mesa, tmp_path: Path) -> None:
    """Five days of tolerance instead of three, over what is stored, paid rows too."""
    lejos = {"fecha_toma": "2020-10-09", "fecha_proceso": "2020-10-10"}  # four days from its sample
    id_ = await radicar(pruebas, prueba(0), prueba(1, **lejos))
    assert resumidos(await pruebas.registros(id_), "estado") == [("RECONOCIDO",), ("GLOSADO",)]
    await pagar(pruebas, pru.NIT_TOMA, pru.NIT_PROCESA)
    intacto = await foto(pruebas)

    async def callado(_: str) -> None: ...

    async def supuesto(**que: Any) -> list[tuple[Any, ...]]:
        totales = await simular(Hipotesis(**que), Alcance(), pruebas.ctx, avanzar=callado)
        grupos = totales.a_json()["grupos"]
        return resumidos(grupos, "de", "a", "registros", "antes_centavos", "despues_centavos")

    assert await supuesto() == []
    assert await supuesto(parametros={"tolerancia_dias": "5"}) == [
        ("GLOSADO", "LIQUIDADO", 1, 0, 20_000_000)
    ]
    assert await supuesto(efectos={"PRU-14": Efecto.GLOSA_DEFINITIVA}) == [
        ("GLOSADO", "GLOSADO_DEFINITIVO", 1, 0, 0)
    ]
    sin_muestras = tmp_path / "sismuestras.csv"
    muestra = pru.muestra(PERSONAS[9])
    sin_muestras.write_bytes(a_csv([muestra], list(muestra)))
    assert await supuesto(tablas={"sismuestras": sin_muestras}) == [
        ("LIQUIDADO", "GLOSADO", 1, 20_000_000, 0)
    ]
    assert await foto(pruebas) == intacto
