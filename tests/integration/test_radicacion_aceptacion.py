"""The acceptance case and the published amounts through the REST service.

``dominio/casos/anticipo_uci/entrada.csv`` is a file for ``evaluar``: it holds several NIT and
periods and its ``historia`` is a file. A REST submission is of one NIT and one period, and history
is what the suite decided before. So the forty rows go as five submissions, each NIT with its own
token, in the order of the file, and each row must come out as ``esperado.csv`` says:

- 900100101 / 2021-02: rows 1–31, 34, 35 and 38–40. No rule looks at rows of another NIT or
  period, so that splitting changes nothing.
- 900100101 / 2020-05: row 32. Its window closed in June 2020, so the service refuses it by ANT-03
  and it never reaches ANT-02; with a window opened by act it is judged, and comes out as expected.
- 900100999, 900100303, 900100202 / 2021-02: rows 33, 36 and 37.

Nobody submits the rows of another: the whole file sent by 900100101 is refused.
``historia.csv`` is an earlier solicitud of 900100101 with 12 February once (recognised) and
13 February twice (ANT-11: EN_CORRECCION), which is left uncorrected.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.embebido.postgres import PostgresEmbebido
from shared.seguridad import Rol
from shared.tipos import a_decimal, pesos
from tests.support.anticipo import (
    CASO,
    LINEA,
    NIT,
    PERIODO,
    PUBLICADOS,
    RADICACIONES,
    Preparada,
    Publicado,
    Suite,
    escribir_registros,
    leer_csv,
    registros_publicados,
    sobre,
    suite_vacia,
    un_dia,
)

TOTAL = "88033494.00"


@pytest.fixture(scope="module")
async def preparada(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> Preparada:
    return await Preparada.unica(postgres, plantilla, tmp_path_factory.mktemp("preparada"))


@pytest.fixture(scope="module")
async def suite(
    preparada: Preparada, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Suite]:
    async with preparada.copia(tmp_path_factory.mktemp("caso")) as suite:
        await suite.presupuestar(aforo=200_000_000)
        yield suite


def grupos() -> dict[tuple[str, str], list[tuple[int, dict[str, str]]]]:
    """Rows of the case with their number, by NIT and period."""
    juntas: dict[tuple[str, str], list[tuple[int, dict[str, str]]]] = {}
    for numero, leida in enumerate(leer_csv(CASO / "entrada.csv"), start=1):
        juntas.setdefault((leida["nit"], leida["periodo"]), []).append((numero, leida))
    return juntas


async def test_the_forty_rows_come_out_equal(suite: Suite) -> None:
    previa = await suite.ips().resolver([un_dia(12), un_dia(13), un_dia(13)])
    assert previa["resumen"]["por_estado"] == {"EN_CORRECCION": 2, "LIQUIDADO": 1}
    assert [r["estado"] for r in await suite.ips().registros(previa["id"])] == [
        "RECONOCIDO",
        "EN_CORRECCION",
        "EN_CORRECCION",
    ]

    cerrada = grupos()[NIT, "2020-05"]
    respuesta = await suite.ips().radicar([f for _, f in cerrada], sobre(NIT, "2020-05"))
    assert (respuesta.status_code, respuesta.json()["regla"]) == (409, "ANT-03")
    await suite.abrir_ventana("2020-05")

    dadas: dict[int, dict[str, str]] = {}
    total = 0
    for (nit, periodo), numeradas in grupos().items():
        ips = suite.ips(nit)
        vista = await ips.resolver([f for _, f in numeradas], sobre(nit, periodo))
        assert vista["estado"] == "PROCESADA", vista["motivo"]
        total += int(vista["resumen"]["valor"].replace(".", ""))
        for (numero, _), registro in zip(numeradas, await ips.registros(vista["id"]), strict=True):
            dadas[numero] = {
                "fila": str(numero),
                # What was valued is recognised in the same commit.
                "estado": {"RECONOCIDO": "LIQUIDADO"}.get(registro["estado"], registro["estado"]),
                "codigos": ";".join(registro["codigos"]),
                "valor": registro["valor"],
            }
    assert [dadas[n] for n in sorted(dadas)] == leer_csv(CASO / "esperado.csv")
    assert a_decimal(total) == TOTAL


async def test_nobody_submits_the_rows_of_another(suite: Suite) -> None:
    entero = (CASO / "entrada.csv").read_bytes()
    respuesta = await suite.ips().radicar(entero)
    assert respuesta.status_code == 422
    problema = respuesta.json()
    assert problema["codigo"] == "radicacion.metadatos_no_coinciden"
    assert "fila 34: 900100999" in problema["detail"]
    ajena = await suite.ips().radicar([un_dia(1, nit="900100202")], sobre("900100202"))
    assert (ajena.status_code, ajena.json()["codigo"]) == (403, "radicacion.entidad_ajena")
    periodo = await suite.ips().radicar([un_dia(1, periodo="2021-01")], sobre(NIT, PERIODO))
    assert "fila 2: 2021-01" in periodo.json()["detail"]


@pytest.fixture(scope="module")
async def publicada(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Suite]:
    """The registers of the published amounts, and enough aforo for all of them."""
    carpeta = tmp_path_factory.mktemp("publicados")
    escribir_registros(registros_publicados(), carpeta / "cortes")
    async with suite_vacia(postgres, plantilla, carpeta / "datos") as suite:
        await suite.cargar(carpeta / "cortes")
        await suite.presupuestar(aforo=sum(p.valor for p in PUBLICADOS))
        await suite.abrir_ventana("2020-07")
        await suite.abrir_ventana("2020-08")
        yield suite


@pytest.mark.parametrize("publicado", PUBLICADOS, ids=lambda p: p.nombre)
async def test_published_amounts_are_exact(publicada: Suite, publicado: Publicado) -> None:
    """One submission per period: the amount is what the solicitudes of the NIT add up to."""
    ips = publicada.ips(publicado.nit)
    vistas = [
        await ips.resolver(filas, sobre(publicado.nit, periodo))
        for periodo, filas in publicado.periodos.items()
    ]
    assert sum(int(v["resumen"]["valor"].replace(".", "")) for v in vistas) == pesos(
        publicado.valor
    )
    reconocidos: list[dict[str, Any]] = (await ips.ver("/anticipo-uci/v1/reconocimientos"))["datos"]
    assert {r["estado"] for r in reconocidos} == {"RECONOCIDO"}
    assert sum(int(r["valor"].replace(".", "")) for r in reconocidos) == pesos(publicado.valor)
    saldo = await ips.ver(f"{RADICACIONES}/{vistas[0]['id']}/saldo")
    assert saldo["pendiente"] == saldo["reconocido"] == vistas[0]["resumen"]["valor"]


async def test_the_aforo_of_the_exact_sum_is_used_up(publicada: Suite) -> None:
    linea = await publicada.persona(Rol.AUDITOR).ver(LINEA)
    assert linea["disponible"] == "0.00"
    assert linea["reconocido"] == a_decimal(pesos(sum(p.valor for p in PUBLICADOS)))
