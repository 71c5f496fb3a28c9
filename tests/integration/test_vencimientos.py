"""What nobody answered in time moves by itself: after its last day, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import pytest

from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.embebido.postgres import PostgresEmbebido
from shared.focalizacion.descubrir import mecanismos
from shared.normativa import tablas
from shared.radicacion.consultas import explicacion
from shared.radicacion.errors import VentanaCerrada
from shared.radicacion.liberacion import liberar
from shared.radicacion.repository.liberacion import LiberacionRepository
from shared.radicacion.service import Subsana
from shared.radicacion.trabajador import Trabajador
from shared.radicacion.vencimientos import ultimo_dia, vencer
from shared.seguridad import Rol
from shared.tipos import BOGOTA
from tests.support import pruebas as pru
from tests.support import talento_humano as ths
from tests.support.mesa import Fila, Mesa, mesa_vacia, resumidos

PERSONAS: Final = [f"40000000{n:02d}" for n in range(8)]
SEIS_MESES = PRUEBAS.estados.vencen["GLOSADO"]
QUINCE_DIAS = TALENTO_HUMANO.estados.vencen["EN_CORRECCION"]
OTRO_LABORATORIO: Final = {
    "hab_procesa": pru.codigo_de(pru.NIT_OTRO),
    "nit_procesa": pru.NIT_OTRO,
}
"""Not that of the sample: PRU-15."""
P3: Final = {
    "tipo_prueba": "ANTIGENO",
    "cups": "906340",
    "fecha_toma": "2022-07-02",
    "fecha_proceso": "2022-07-03",
    "fecha_factura": "2022-07-30",
    "valor_toma": "20000",
    "valor_procesa": "50000",
    "valor_total": "70000",
}
"""An antigen test for which no value is known: SIN_TARIFA."""


def dia(texto: str, hora: int = 9, minuto: int = 0) -> datetime:
    return datetime.fromisoformat(texto).replace(hour=hora, minute=minuto, tzinfo=BOGOTA)


@pytest.fixture(scope="module")
async def pruebas(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("pruebas")
    async with mesa_vacia(PRUEBAS, postgres, plantilla, datos, dia("2021-03-01")) as mesa:
        muestras = [
            pru.muestra(d, tipo_prueba=tipo, fecha_toma=toma, id_sismuestras=f"{d}{tipo}")
            for d in PERSONAS
            for tipo, toma in (("MOLECULAR", "2020-10-05"), ("ANTIGENO", P3["fecha_toma"]))
        ]
        await pru.cargar(mesa, PERSONAS, muestras)
        for anio in ("2023-01-02", "2022-01-03", "2021-03-01"):
            mesa.en(dia(anio))
            await mesa.presupuestar(10_000_000_000)
        yield mesa


@pytest.fixture(scope="module")
async def talento_humano(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("ths")
    async with mesa_vacia(TALENTO_HUMANO, postgres, plantilla, datos, dia("2020-07-31")) as mesa:
        await ths.cargar(mesa, PERSONAS)
        await mesa.presupuestar(10_000_000_000)
        yield mesa


async def resolver(mesa: Mesa, *filas: Fila) -> UUID:
    """What the IPS that took the samples submits, evaluated."""
    numeradas = [f | {"consecutivo": str(n)} for n, f in enumerate(filas, 1)]
    id_ = await mesa.radicar(Rol.IPS, pru.NIT_TOMA, *numeradas)
    await mesa.procesar(id_)
    return id_


async def vistos(mesa: Mesa, id_: UUID) -> list[tuple[Any, ...]]:
    registros = await mesa.registros(id_)
    return [
        (estado, ";".join(codigos), vigente)
        for estado, codigos, vigente in resumidos(registros, "estado", "codigos", "vigente")
    ]


async def resumen(mesa: Mesa, id_: UUID) -> tuple[Any, ...]:
    (fila,) = await mesa.consultar("SELECT resumen FROM radicacion WHERE id = :id", id=id_)
    totales = fila["resumen"]
    return totales["total"], totales["por_estado"], totales["por_causal"]


async def cambios(mesa: Mesa, registro: Fila) -> list[tuple[Any, ...]]:
    async with mesa.ctx.uow.begin() as tx:
        filas = await LiberacionRepository(tx).cambios(registro["id"])
    return [(f["de"], f["a"], f["a_codigos"], f["motivo"]) for f in filas]


# --- the deadline itself ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comunicado", "ultimo"),
    [
        ("2021-03-01", "2021-09-01"),
        ("2021-09-30", "2022-03-30"),
        ("2021-08-31", "2022-02-28"),
        ("2023-08-31", "2024-02-29"),
    ],
)
def test_six_calendar_months(comunicado: str, ultimo: str) -> None:
    assert ultimo_dia(SEIS_MESES, date.fromisoformat(comunicado)) == date.fromisoformat(ultimo)


@pytest.mark.parametrize(
    ("comunicado", "ultimo"),
    [
        ("2020-09-01", "2020-09-22"),
        ("2020-09-05", "2020-09-25"),  # a Saturday
        ("2020-07-31", "2020-08-25"),  # 7 and 17 August are holidays
        ("2020-12-24", "2021-01-19"),  # Christmas, New Year, Epiphany on its Monday
    ],
)
def test_fifteen_business_days(comunicado: str, ultimo: str) -> None:
    assert ultimo_dia(QUINCE_DIAS, date.fromisoformat(comunicado)) == date.fromisoformat(ultimo)


@pytest.mark.parametrize("nombre", mecanismos())
def test_what_expires_is_of_its_mechanism(nombre: str) -> None:
    mecanismo = mecanismos()[nombre]
    for estado, vence in mecanismo.estados.vencen.items():
        assert estado in mecanismo.estados.corregibles
        assert vence.a in mecanismo.estados.transiciones[estado]
        assert vence.a not in mecanismo.estados.valorados | mecanismo.estados.corregibles
        assert not vence.codigo or mecanismo.regla(vence.codigo).certeza is vence.certeza
        assert vence.meses or vence.dias_habiles


# --- pruebas ----------------------------------------------------------------------------------


async def test_a_glosa_without_answer_is_final_after_its_last_day(pruebas: Mesa) -> None:
    ctx = pruebas.ctx
    pruebas.en(dia("2021-03-01", hora=20))  # in UTC it is already the next day
    glosadas = await resolver(
        pruebas, *(pru.prueba(d, **OTRO_LABORATORIO) for d in PERSONAS[:2]), pru.prueba(PERSONAS[2])
    )
    glosada = ("GLOSADO", "PRU-15", True)
    assert await vistos(pruebas, glosadas) == [glosada, glosada, ("RECONOCIDO", "", True)]

    pruebas.en(dia("2021-09-01", hora=23, minuto=59))
    assert await vencer(ctx) == 0
    en_cola = await pruebas.radicar(Rol.IPS, pru.NIT_TOMA, pru.prueba(PERSONAS[0]))
    pruebas.en(dia("2021-09-02", hora=0, minuto=5))
    assert await vencer(ctx) == 0  # what was accepted at midnight may still be on its way
    pruebas.en(dia("2021-09-02"))
    assert await vencer(ctx) == 0  # what is in the queue came in time: it may answer any
    await pruebas.procesar(en_cola)
    assert await vistos(pruebas, en_cola) == [("RECONOCIDO", "", True)]
    tarde = await pruebas.radicar(Rol.IPS, pru.NIT_TOMA, pru.prueba(PERSONAS[1]))

    # Two workers at once, and again: it moves once. What came late stops nothing.
    assert sorted(await asyncio.gather(vencer(ctx), vencer(ctx))) == [0, 1]
    await Trabajador({"pruebas": PRUEBAS}, ctx.uow, ctx.reloj, ctx.almacen).vencer()
    definitiva = ("GLOSADO_DEFINITIVO", "PRU-15;PRU-28", True)
    assert await vistos(pruebas, glosadas) == [
        ("GLOSADO", "PRU-15", False),  # answered
        definitiva,
        ("RECONOCIDO", "", True),
    ]
    await pruebas.procesar(tarde)
    assert await vistos(pruebas, tarde) == [("GLOSADO_DEFINITIVO", "PRU-28", True)]
    await exigir_que_todo_lo_diga(pruebas, glosadas)


async def exigir_que_todo_lo_diga(mesa: Mesa, id_: UUID) -> None:
    """What moved, why, the totals and the explanation of that submission."""
    respondida, definitiva, _ = await mesa.registros(id_)
    motivo = "pasaron 6 meses sin respuesta desde que se comunicó, el 2021-03-01"
    codigos = ["PRU-15", "PRU-28"]
    assert await cambios(mesa, definitiva) == [("GLOSADO", "GLOSADO_DEFINITIVO", codigos, motivo)]
    assert await cambios(mesa, respondida) == []
    assert await resumen(mesa, id_) == (
        3,
        {"GLOSADO": 1, "GLOSADO_DEFINITIVO": 1, "LIQUIDADO": 1},
        {"PRU-15": 2, "PRU-28": 1},
    )
    explicada = await explicacion(definitiva["id"], mesa.ctx, entidad=None)
    assert explicada["estado"] == "GLOSADO_DEFINITIVO"
    assert [h["codigo"] for h in explicada["hallazgos"]] == ["PRU-15"]
    (libera,) = await mesa.consultar("SELECT libera FROM registro WHERE id = :id", **definitiva)
    assert libera["libera"]


async def test_what_expired_and_what_was_held_of_one_submission(pruebas: Mesa) -> None:
    """A release does not undo what expired, and what it left glosado expires too."""
    pruebas.en(dia("2022-09-05"))
    caro = {"valor_procesa": "50001", "valor_total": "70001"}
    id_ = await resolver(
        pruebas,
        pru.prueba(PERSONAS[3], **OTRO_LABORATORIO),
        pru.prueba(PERSONAS[3], **P3),
        pru.prueba(PERSONAS[4], **P3 | caro),
    )
    definitiva = ("GLOSADO_DEFINITIVO", "PRU-15;PRU-28", True)
    retenida = ("SIN_TARIFA", "PRU-09", True)
    pruebas.en(dia("2023-03-06"))
    assert await vencer(pruebas.ctx) == 1
    assert await vistos(pruebas, id_) == [definitiva, retenida, retenida]

    tarifas = [
        f | {"valor_cop": 70_000}
        if (f["vigente_desde"], f["cups"]) == ("2022-07-01", P3["cups"])
        else f
        for f in tablas.leer("pruebas_tarifas")
    ]
    await pruebas.cargar("pruebas_tarifas", tarifas, date(2022, 9, 1))
    await liberar(pruebas.ctx)
    assert await vistos(pruebas, id_) == [
        definitiva,
        ("RECONOCIDO", "", True),
        ("GLOSADO", "PRU-22", True),
    ]
    por_estado = {"GLOSADO_DEFINITIVO": 1, "LIQUIDADO": 1}
    assert (await resumen(pruebas, id_))[1] == por_estado | {"GLOSADO": 1}

    pruebas.en(dia("2023-09-06"))
    assert await vencer(pruebas.ctx) == 0
    pruebas.en(dia("2023-09-07"))
    assert await vencer(pruebas.ctx) == 1
    tercero = (await pruebas.registros(id_))[2]
    assert [c[:2] for c in await cambios(pruebas, tercero)] == [
        ("SIN_TARIFA", "GLOSADO"),
        ("GLOSADO", "GLOSADO_DEFINITIVO"),
    ]
    assert await resumen(pruebas, id_) == (
        3,
        por_estado | {"GLOSADO_DEFINITIVO": 2},
        {"PRU-15": 1, "PRU-22": 1, "PRU-28": 2},
    )


# --- talento humano ---------------------------------------------------------------------------


async def test_a_report_not_corrected_ends_and_the_worker_may_be_reported_anew(
    talento_humano: Mesa,
) -> None:
    mesa = talento_humano
    id_ = await mesa.radicar(
        Rol.IPS,
        ths.NIT_IPS,
        ths.reporte(PERSONAS[0]),
        ths.reporte(PERSONAS[1], primer_apellido="OTRO"),
    )
    await mesa.procesar(id_)
    _, (estado, codigos, _) = await vistos(mesa, id_)
    assert estado == "EN_CORRECCION"

    mesa.en(dia("2020-08-25"))
    assert await vencer(mesa.ctx) == 0
    mesa.en(dia("2020-08-26"))
    assert await vencer(mesa.ctx) == 1
    assert await vencer(mesa.ctx) == 0
    assert await vistos(mesa, id_) == [("RECONOCIDO", "", True), ("NO_CUMPLE", codigos, True)]
    motivo = "pasaron 15 días hábiles sin respuesta desde que se comunicó, el 2020-07-31"
    vencida = (await mesa.registros(id_))[1]
    assert await cambios(mesa, vencida) == [
        ("EN_CORRECCION", "NO_CUMPLE", codigos.split(";"), motivo)
    ]
    assert (await resumen(mesa, id_))[1] == {"LIQUIDADO": 1, "NO_CUMPLE": 1}

    # After the window it is neither corrected nor reported; inside it, it is reported anew.
    mesa.en(dia("2020-10-05"))
    with pytest.raises(VentanaCerrada):
        await mesa.radicar(
            Rol.IPS,
            ths.NIT_IPS,
            ths.reporte(PERSONAS[1]),
            corrige=id_,
            subsana=[Subsana(1, id_, 2)],
        )
    mesa.en(dia("2020-08-26"))
    nuevo = await mesa.radicar(Rol.IPS, ths.NIT_IPS, ths.reporte(PERSONAS[1]))
    await mesa.procesar(nuevo)
    (registro,) = await mesa.registros(nuevo)
    assert resumidos([registro], "estado", "version", "subsana_id") == [("RECONOCIDO", 1, None)]
