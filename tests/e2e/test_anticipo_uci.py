"""The anticipo, one story: from the extracts of REPS to a paid giro whose use is supported.

Every act goes through the REST API of the three applications, on one database. Events go from
the outbox to whom they are for, each delivered twice, as a broker may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.tesoreria.service import recibir
from shared.cli.consumidores import consumo_respuestas
from shared.cli.demo.archivos import PERIODO, certificacion, envios, solicitud
from shared.embebido.postgres import PostgresEmbebido
from shared.eventos.model import Sobre
from shared.eventos.temas import GIROS, RECHAZOS, RECONOCIMIENTOS, RESPUESTAS_GIRO
from shared.giros.schemas import GiroOrdenado, GiroRespondido
from shared.seguridad import Rol
from shared.tipos import de_decimal, pesos
from tests.support.anticipo import (
    LINEA,
    OPERACIONES,
    RADICACIONES,
    Suite,
    suite_vacia,
)
from tests.support.casos import RAIZ

MUESTRA = RAIZ / "dominio" / "muestra"
REGISTROS = (
    "reps_prestadores.txt",
    "reps_sedes.csv",
    "reps_capacidad.csv",
    "reps_servicios.csv",
    "reps_ocupacion_diaria.csv",
    "reps_transitorias.csv",
)
ORDENES = "/tesoreria/v1/ordenes"
AFORO, RECAUDO = pesos(900_000_000), pesos(100_000_000)


@pytest.fixture
async def suite(postgres: PostgresEmbebido, plantilla: str, tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite_vacia(postgres, plantilla, tmp_path) as suite:
        yield suite


async def publicados(suite: Suite, tema: str) -> list[Sobre]:
    filas = await suite.consultar(
        "SELECT CAST(sobre AS text) AS sobre FROM bandeja_salida WHERE tema = :t ORDER BY orden",
        t=tema,
    )
    return [Sobre.model_validate_json(f["sobre"]) for f in filas]


async def repartir(suite: Suite) -> None:
    """Orders reach treasury, and answers reach giros; all of them twice."""
    recibir_orden = partial(recibir, reloj=suite.reloj)
    aplicar = consumo_respuestas(suite.reloj).manejar
    for _ in range(2):
        for sobre in await publicados(suite, GIROS):
            async with suite.entorno.uow.begin() as tx:
                await recibir_orden(tx, sobre, GiroOrdenado.model_validate(sobre.data))
        for sobre in await publicados(suite, RESPUESTAS_GIRO):
            async with suite.entorno.uow.begin() as tx:
                await aplicar(tx, sobre, GiroRespondido.model_validate(sobre.data))


async def estados(suite: Suite) -> Counter[str]:
    """How many recognitions are in each state."""
    auditor = suite.persona(Rol.AUDITOR)
    pagina = await auditor.ver(f"{OPERACIONES}/reconocimientos", limite=100)
    return Counter(r["estado"] for r in pagina["datos"])


def suma(cosas: list[dict[str, Any]]) -> int:
    """In centavos."""
    return sum(de_decimal(c["valor"]) for c in cosas)


def pesos_de(centavos: int) -> int:
    assert centavos % 100 == 0
    return centavos // 100


async def cuadra(suite: Suite) -> Mapping[str, int]:
    """Amounts of the line in centavos, once the ledger was added up again."""
    auditor = suite.persona(Rol.AUDITOR)
    assert (await auditor.ver(f"{OPERACIONES}/cuadre"))["cuadra"]
    linea = await auditor.ver(LINEA)
    return {
        c: de_decimal(v) for c, v in linea.items() if c not in {"mecanismo", "vigencia", "moneda"}
    }


async def test_from_the_extracts_to_a_supported_giro(suite: Suite) -> None:
    await _cargar_registros(suite)
    # Money for all that will be recognised, and cash for part of it.
    await suite.presupuestar(aforo=pesos_de(AFORO), recaudo=pesos_de(RECAUDO))
    vistas = await _radicar_todas(suite)
    valor = suma([v["resumen"] for v in vistas.values()])
    await _comprobar_reconocido(suite, vistas, valor)
    await _ordenar(suite, valor)
    devuelta = await _pagar_y_devolver_una(suite, valor)
    await _reprogramar(suite, devuelta)
    await _comprobar_pagado(suite, vistas, valor)
    await _legalizar(suite, next(iter(vistas)))


async def _cargar_registros(suite: Suite) -> None:
    """In the formats of their owners, defects included."""
    operador = suite.persona(Rol.OPERADOR)
    for nombre in REGISTROS:
        cargado = await operador.http.post(
            f"{OPERACIONES}/cortes",
            data={"registro": nombre.partition(".")[0], "fecha_corte": "2021-01-31"},
            files={"archivo": (nombre, (MUESTRA / nombre).read_bytes())},
        )
        assert cargado.status_code == 201, cargado.text
    assert len(await operador.ver(f"{OPERACIONES}/cortes")) >= len(REGISTROS)


async def _radicar_todas(suite: Suite) -> dict[str, dict[str, Any]]:
    """The four IPS of the demonstration, each with its format and its mistakes."""
    vistas = {}
    for envio in envios():
        vistas[envio.ips.nit] = await suite.ips(envio.ips.nit).resolver(
            envio.contenido,
            solicitud(envio.ips, envio.cuenta),
            nombre=envio.nombre,
            pdf=certificacion(envio.ips),
            clave=f"{envio.ips.nit}-{PERIODO}",
        )
    return vistas


async def _comprobar_reconocido(
    suite: Suite, vistas: Mapping[str, dict[str, Any]], valor: int
) -> None:
    """What is wrong in each comes back to its owner; the rest is committed, and both are told."""
    assert {v["estado"] for v in vistas.values()} == {"PROCESADA"}
    resumenes = [v["resumen"] for v in vistas.values()]
    causales = {codigo for r in resumenes for codigo in r["por_causal"]}
    assert causales >= {"ANT-00", "ANT-05", "ANT-11", "ANT-12"}
    linea = await cuadra(suite)
    assert (linea["reconocido"], linea["disponible"]) == (valor, AFORO - valor)
    con_rechazos = [r for r in resumenes if set(r["por_estado"]) - {"LIQUIDADO"}]
    rechazos = await publicados(suite, RECHAZOS)
    assert len(rechazos) == len(con_rechazos) > 0
    assert {s.data["entidad"] for s in rechazos} <= set(vistas)
    assert suma([s.data for s in await publicados(suite, RECONOCIMIENTOS)]) == valor


async def _ordenar(suite: Suite, valor: int) -> None:
    """Approved, the giros that the cash covers are ordered; the rest when more cash comes."""
    auditor = suite.persona(Rol.AUDITOR)
    pendientes = await auditor.ver(f"{OPERACIONES}/reconocimientos", sin_aprobar="true")
    await suite.girar(*(r["id"] for r in pendientes["datos"]))
    assert (await estados(suite))["ESPERA_PRESUPUESTO"] >= 1
    linea = await cuadra(suite)
    assert linea["en_transito"] + linea["caja"] == RECAUDO
    await suite.presupuestar(aforo=0, recaudo=pesos_de(valor - RECAUDO))
    assert await estados(suite) == {"ORDENADO": 4}


async def _pagar_y_devolver_una(suite: Suite, valor: int) -> dict[str, Any]:
    """Treasury pays three orders and the bank returns one, which it gives."""
    tesorera = suite.persona(Rol.TESORERIA)
    await repartir(suite)
    ordenes = (await tesorera.ver(ORDENES))["datos"]
    assert (len(ordenes), suma(ordenes)) == (4, valor)
    devuelta, *pagadas = ordenes
    for orden in pagadas:
        await tesorera.hacer(f"{ORDENES}/{orden['id_giro']}/respuestas", {"resultado": "APLICADO"})
    respuesta = {"resultado": "DEVUELTO", "codigo": "R03"}
    await tesorera.hacer(f"{ORDENES}/{devuelta['id_giro']}/respuestas", respuesta)
    await repartir(suite)
    assert await estados(suite) == {"EN_LEGALIZACION": 3, "GIRO_DEVUELTO": 1}
    assert (await cuadra(suite))["girado"] == suma(pagadas)
    return dict(devuelta)


async def _reprogramar(suite: Suite, devuelta: Mapping[str, Any]) -> None:
    """What came back is paid again, under another name, into another account."""
    operador, tesorera = suite.persona(Rol.OPERADOR), suite.persona(Rol.TESORERIA)
    (giro,) = (await operador.ver(f"{OPERACIONES}/giros", estado="devuelto"))["datos"]
    otra = {"codigo_banco": "1040", "tipo_producto": "CORRIENTE", "numero_producto": "900800700"}
    await operador.hacer(
        f"{OPERACIONES}/giros/{giro['id']}/reprogramar",
        {"cuenta": otra | {"titular_nit": devuelta["nit_beneficiario"]}},
    )
    (cuenta,) = await tesorera.ver(f"{OPERACIONES}/cuentas/por-verificar")
    await tesorera.hacer(f"{OPERACIONES}/cuentas/{cuenta['id']}/decision", {"aceptada": True})
    await repartir(suite)
    (nueva,) = (await tesorera.ver(ORDENES, estado="RECIBIDA"))["datos"]
    assert nueva["id_giro_origen"] == devuelta["id_giro"]
    await tesorera.hacer(f"{ORDENES}/{nueva['id_giro']}/respuestas", {"resultado": "APLICADO"})
    await repartir(suite)


async def _comprobar_pagado(suite: Suite, vistas: Mapping[str, dict[str, Any]], valor: int) -> None:
    """Everything is paid, once, and each IPS sees it."""
    assert await estados(suite) == {"EN_LEGALIZACION": 4}
    linea = await cuadra(suite)
    assert (linea["girado"], linea["caja"], linea["en_transito"]) == (valor, 0, 0)
    for nit, vista in vistas.items():
        saldo = await suite.ips(nit).ver(f"{RADICACIONES}/{vista['id']}/saldo")
        assert saldo["girado"] == saldo["reconocido"] == vista["resumen"]["valor"]
        assert saldo["pendiente"] == "0.00"


async def _legalizar(suite: Suite, nit: str) -> None:
    """The use of the funds is supported and the balance closed; its records say so."""
    ips, operador = suite.ips(nit), suite.persona(Rol.OPERADOR)
    (propio,) = (await ips.ver("/anticipo-uci/v1/reconocimientos"))["datos"]
    entregada = await ips.http.post(
        f"/anticipo-uci/v1/reconocimientos/{propio['id']}/legalizacion",
        files={"documento": ("nomina.pdf", certificacion(envios()[0].ips))},
        data={"soportado": propio["valor"]},
    )
    assert entregada.status_code == 201, entregada.text
    ruta = f"{OPERACIONES}/reconocimientos/{propio['id']}"
    assert (await operador.hacer(f"{ruta}/legalizacion/aceptar"))["estado"] == "LEGALIZADO"
    suite.reloj.avanzar(timedelta(days=16))
    assert (await operador.hacer(f"{ruta}/cerrar"))["estado"] == "CERRADO"
    cerrados = await ips.registros(propio["radicacion_id"], estado="CERRADO")
    assert len(cerrados) == propio["registros"]
    assert suma(cerrados) == de_decimal(propio["valor"])
