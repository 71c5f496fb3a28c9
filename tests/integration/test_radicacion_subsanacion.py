"""Corrections row by row: a record answered gives way to its next version, and the others stay.

Through ``radicar`` and the worker's ``procesar``, with a clock that the test moves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion.service import Subsana
from shared.seguridad import Rol
from shared.tipos import BOGOTA
from tests.support import pruebas as pru
from tests.support import talento_humano as ths
from tests.support.mesa import Fila, Mesa, mesa_vacia, resumidos

SUBSANADA, REPETIDA, OTRA, ULTIMO_DIA, TARDE, A_TIEMPO, NUEVA, SIN_FORMA = (
    f"20000000{n:02d}" for n in range(8)
)
NOMBRE_MAL, SIN_TITULO, DOCUMENTO_BIEN = (f"30000000{n:02d}" for n in range(3))
DOCUMENTO_MAL = "3000000200"
"""``DOCUMENTO_BIEN`` with two digits transposed: nobody's."""


def dia(texto: str, hora: int = 9) -> datetime:
    return datetime.fromisoformat(texto).replace(hour=hora, tzinfo=BOGOTA)


def errada(documento: str, **cambios: Any) -> Fila:
    """Another laboratory than that of the sample: PRU-15."""
    otro = {"hab_procesa": pru.codigo_de(pru.NIT_OTRO), "nit_procesa": pru.NIT_OTRO}
    return pru.prueba(documento, **(otro | cambios))


def numeradas(*filas: Fila) -> list[Fila]:
    return [f | {"consecutivo": str(n)} for n, f in enumerate(filas, 1)]


def por_documento(filas: list[Fila], registros: list[Fila]) -> dict[str, Fila]:
    return {f["numero_documento"]: r for f, r in zip(filas, registros, strict=True)}


async def enviar(mesa: Mesa, *filas: Fila) -> dict[str, Fila]:
    """The IPS that took the samples submits: record by document."""
    numero = numeradas(*filas)
    return por_documento(numero, await mesa.resolver(Rol.IPS, pru.NIT_TOMA, *numero))


def visto(registro: Fila) -> tuple[Any, ...]:
    return registro["estado"], ";".join(registro["codigos"]), registro["version"]


async def vigentes(mesa: Mesa, *registros: Fila) -> list[bool]:
    filas = await mesa.consultar(
        "SELECT id, vigente FROM registro WHERE id = ANY(:ids)", ids=[r["id"] for r in registros]
    )
    actual = {f["id"]: f["vigente"] for f in filas}
    return [actual[r["id"]] for r in registros]


@pytest.fixture(scope="module")
async def pruebas(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("pruebas")
    todos = [SUBSANADA, REPETIDA, OTRA, ULTIMO_DIA, TARDE, A_TIEMPO, NUEVA, SIN_FORMA]
    async with mesa_vacia(PRUEBAS, postgres, plantilla, datos, pru.AHORA) as mesa:
        await pru.cargar(mesa, todos, [pru.muestra(d) for d in todos])
        await mesa.presupuestar(10_000_000_000)
        mesa.en(dia("2025-10-01"))
        await mesa.presupuestar(10_000_000_000)
        yield mesa


async def test_a_glosa_is_answered_once_per_inconsistency_and_within_six_months(
    pruebas: Mesa,
) -> None:
    pruebas.en(dia("2021-03-01", hora=20))  # in UTC it is already the next day
    glosadas = await enviar(
        pruebas, *(errada(d) for d in (SUBSANADA, REPETIDA, OTRA, ULTIMO_DIA, TARDE))
    )
    assert {visto(r) for r in glosadas.values()} == {("GLOSADO", "PRU-15", 1)}

    pruebas.en(dia("2021-04-01"))
    segundas = await enviar(
        pruebas,
        pru.prueba(SUBSANADA),
        errada(REPETIDA),
        pru.prueba(OTRA, fecha_factura="2020-10-01"),
        pru.prueba(TARDE, codigo_eps=pru.OTRA_EPS, factura_toma="FT-9", factura_procesa="FP-9"),
    )
    # Another EPS does not answer what is not its own.
    assert visto(segundas.pop(TARDE)) == ("GLOSADO", "PRU-12;PRU-17", 1)
    assert visto(segundas[SUBSANADA]) == ("RECONOCIDO", "", 2)
    assert visto(segundas[REPETIDA]) == ("GLOSADO_DEFINITIVO", "PRU-15;PRU-28", 2)
    assert visto(segundas[OTRA]) == ("GLOSADO", "PRU-06", 2)
    for documento, segunda in segundas.items():
        assert segunda["subsana_id"] == glosadas[documento]["id"]
    assert await vigentes(pruebas, *glosadas.values()) == [False, False, False, True, True]

    pruebas.en(dia("2021-09-01", hora=20))
    ultimo = await enviar(pruebas, pru.prueba(ULTIMO_DIA))
    assert visto(ultimo[ULTIMO_DIA]) == ("RECONOCIDO", "", 2)

    pruebas.en(dia("2021-09-02"))
    terceras = await enviar(
        pruebas, pru.prueba(TARDE), pru.prueba(OTRA), pru.prueba(SUBSANADA), errada(REPETIDA)
    )
    assert visto(terceras[TARDE]) == ("GLOSADO_DEFINITIVO", "PRU-28", 2)
    # Its own six months, from when it was told of the other inconsistency.
    assert visto(terceras[OTRA]) == ("RECONOCIDO", "", 3)
    assert terceras[OTRA]["subsana_id"] == segundas[OTRA]["id"]
    # What is recognised is not claimed again, and the record says which one has the right.
    assert visto(terceras[SUBSANADA])[0] == "GLOSADO_DEFINITIVO"
    assert "PRU-25" in terceras[SUBSANADA]["codigos"]
    assert terceras[SUBSANADA]["gana_id"] == segundas[SUBSANADA]["id"]
    # What is final has no next version.
    assert visto(terceras[REPETIDA]) == ("GLOSADO_DEFINITIVO", "PRU-15;PRU-28", 1)
    assert await vigentes(pruebas, segundas[SUBSANADA], segundas[REPETIDA]) == [True, True]


async def test_what_was_uploaded_in_time_stays_in_time_while_it_is_corrected(
    pruebas: Mesa,
) -> None:
    pruebas.en(dia("2025-10-01"))
    primera = await enviar(pruebas, errada(A_TIEMPO))
    assert visto(primera[A_TIEMPO]) == ("GLOSADO", "PRU-15", 1)

    pruebas.en(dia("2025-11-04"))  # five years had passed on 5 October
    tardias = await enviar(pruebas, pru.prueba(A_TIEMPO), pru.prueba(NUEVA))
    assert visto(tardias[A_TIEMPO]) == ("RECONOCIDO", "", 2)
    assert visto(tardias[NUEVA]) == ("GLOSADO_DEFINITIVO", "PRU-07", 1)


async def test_a_row_that_is_no_record_answers_none(pruebas: Mesa) -> None:
    pruebas.en(dia("2021-03-01"))
    antes = (await enviar(pruebas, pru.prueba(SIN_FORMA)))[SIN_FORMA]
    cual = antes["radicacion_id"]
    (malo,) = await pruebas.resolver(
        Rol.IPS,
        pru.NIT_TOMA,
        pru.prueba(SIN_FORMA, valor_toma="sesenta mil"),
        corrige=cual,
        subsana=[Subsana(1, cual, 1)],
    )
    assert visto(malo) == ("NO_ADMITIDO", "PRU-02", 1)
    (ahora,) = await pruebas.registros(cual)
    assert (ahora["estado"], ahora["vigente"]) == ("RECONOCIDO", True)


@pytest.fixture(scope="module")
async def talento(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    datos = tmp_path_factory.mktemp("talento")
    async with mesa_vacia(TALENTO_HUMANO, postgres, plantilla, datos, ths.EN_VENTANA) as mesa:
        await ths.cargar(mesa, [NOMBRE_MAL, DOCUMENTO_BIEN], [ths.NIT_IPS, ths.ips(1)])
        await mesa.presupuestar(10_000_000_000)
        yield mesa


async def test_a_corrected_report_is_not_a_duplicate_of_its_own_rejected_version(
    talento: Mesa,
) -> None:
    devueltos = await talento.resolver(
        Rol.IPS,
        ths.NIT_IPS,
        ths.reporte(NOMBRE_MAL, primer_apellido="OTRO"),
        ths.reporte(SIN_TITULO),
        ths.reporte(DOCUMENTO_MAL),
    )
    assert [r["estado"] for r in devueltos] == ["EN_CORRECCION"] * 3
    assert [c for c in ("THS-05", "THS-07") if c in devueltos[0]["codigos"]] == ["THS-05"]
    assert {"THS-07"} <= set(devueltos[1]["codigos"])

    # Another IPS that reports the same person answers nothing of the first one's.
    (ajeno,) = await talento.resolver(
        Rol.IPS, ths.ips(1), ths.reporte(NOMBRE_MAL, ths.ips(1), primer_apellido="OTRO")
    )
    assert (ajeno["estado"], ajeno["subsana_id"]) == ("EN_CORRECCION", None)

    corregidos = await talento.resolver(
        Rol.IPS,
        ths.NIT_IPS,
        ths.reporte(NOMBRE_MAL),
        ths.reporte(SIN_TITULO),
        ths.reporte(DOCUMENTO_BIEN),
        subsana=[Subsana(3, devueltos[2]["radicacion_id"], 3)],
    )
    assert resumidos(corregidos, "estado", "version", "subsana_id") == [
        ("RECONOCIDO", 2, devueltos[0]["id"]),
        # Without title, and told so before: it is not asked again.
        ("NO_CUMPLE", 2, devueltos[1]["id"]),
        # Another document: it answers the row that the upload says.
        ("RECONOCIDO", 2, devueltos[2]["id"]),
    ]
    assert "THS-15" not in corregidos[0]["codigos"]
    assert "THS-07" in corregidos[1]["codigos"]
    assert await vigentes(talento, *devueltos, ajeno) == [False, False, False, True]
