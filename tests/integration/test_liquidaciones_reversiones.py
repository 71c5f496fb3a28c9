"""What is known later of a month that was settled: cotizaciones, deaths, moves to RS (§8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from shared.embebido.postgres import PostgresEmbebido
from shared.registros import EstadoCorte, cambiar_estado
from shared.reproceso.model import Alcance, EstadoReproceso
from shared.reproceso.service import carga_de, confirmar, obtener, pedir
from shared.reproceso.trabajo import reprocesar
from shared.seguridad import Rol, Usuario
from shared.tipos import a_decimal, de_decimal
from tests.integration.test_liquidaciones import (
    CENTAVOS_MES,
    MES,
    NIT_SURA,
    SURA,
    UNO,
    Oficina,
    bien,
    en_oficina,
    ips,
    liquidada,
)
from tests.support.mesa import FECHA_CORTE, Fila

DIA: Final = CENTAVOS_MES // 30
DIA_RS: Final = 280_569
"""Of the same woman at the UPC of RS (activos §5.3)."""
DE_JUNIO_20, DE_JUNIO_15 = 20 * DIA, 15 * DIA
OPERADORA: Final = Usuario("pilar", frozenset({Rol.OPERADOR}))
OTRA: Final = Usuario("olga", frozenset({Rol.OPERADOR}))


@dataclass(frozen=True)
class Despues:
    """What came of two submissions of four people each: who cotizó, died on June 20, was in RS
    since June 16, and nothing. The first was not paid, and an IPS is to receive part of it; the
    second one was paid."""

    oficina: Oficina
    abierto: UUID
    pagado: UUID
    antes: dict[str, Any]
    filas_antes: list[Fila]

    async def registros(self, reconocimiento_id: UUID) -> list[tuple[str, int, str | None]]:
        """State, value and trims of each record, in order."""
        filas = await self.oficina.mesa.consultar(
            "SELECT g.estado, g.valor_centavos AS valor, g.datos ->> 'dias' AS dias "
            "FROM registro g WHERE g.vigente AND g.radicacion_id = "
            "(SELECT solicitud_id FROM reconocimiento WHERE id = :id) ORDER BY g.fila",
            id=reconocimiento_id,
        )
        return [(f["estado"], f["valor"], f["dias"]) for f in filas]


@pytest.fixture(scope="module")
async def despues(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Despues]:
    datos = tmp_path_factory.mktemp("reversiones")
    async with en_oficina(postgres, plantilla, datos, personas=10) as oficina:
        personas = list(oficina.personas[SURA])
        abierto = await oficina.radicar(SURA, NIT_SURA, 4)
        await oficina.repartida(abierto, ips(UNO, valor="100000"))
        pagado = await oficina.radicar(SURA, NIT_SURA, 4)
        await oficina.pagar(pagado)
        antes = await liquidada(oficina.operador)
        filas_antes = await oficina.pagos(pagado)
        await _llega_lo_que_faltaba(oficina, personas[::-1])
        await _reprocesar(oficina)
        yield Despues(oficina, abierto, pagado, antes, filas_antes)


async def _llega_lo_que_faltaba(oficina: Oficina, personas: list[str]) -> None:
    """``personas`` in the order in which they were submitted."""
    mesa, despues = oficina.mesa, FECHA_CORTE + timedelta(days=1)
    cotizaron, murieron, movidas = ([personas[i], personas[i + 4]] for i in range(3))
    await mesa.cargar(
        "compensados",
        [
            {
                "tipo_documento": "CC", "numero_documento": d, "codigo_eps": SURA,
                "periodo": MES, "dias": "30", "concepto": "COTIZACION",
            }
            for d in cotizaron
        ],
        despues,
    )  # fmt: skip
    await mesa.cargar(
        "rnec",
        [
            {
                "numero_documento": d, "cod_error": "0", "estado_cedula": "21",
                "fecha_defuncion": "2020-06-20",
            }
            for d in murieron
        ],
        despues,
    )  # fmt: skip
    (viejo,) = await mesa.consultar(
        "SELECT id FROM corte WHERE registro = 'bdua_afiliacion' AND estado = 'VIGENTE'"
    )
    en_rs = [
        {
            "afl_id": d, "codigo_eps": "EPSS10", "regimen": "S", "tipo_afiliado": "F",
            "estado": "AC", "desde": "2020-06-16", "hasta": "",
        }
        for d in movidas
    ]  # fmt: skip
    await mesa.cargar("bdua_afiliacion", [*oficina.afiliaciones, *en_rs], despues)
    await cambiar_estado(
        viejo["id"], EstadoCorte.RETIRADO, motivo="hay otro", usuario="pilar", uow=mesa.ctx.uow,
        reloj=mesa.ctx.reloj,
    )  # fmt: skip


async def _reprocesar(oficina: Oficina) -> None:
    ctx = oficina.mesa.ctx
    pedido = await pedir(
        ctx.mecanismo, Alcance(), "Llegaron registros", usuario=OPERADORA, uow=ctx.uow,
        reloj=ctx.reloj,
    )  # fmt: skip
    carga = carga_de(ctx.mecanismo.nombre, pedido.id)
    await reprocesar(carga, lambda _: ctx)
    await confirmar(pedido.id, "Acto 1", usuario=OTRA, uow=ctx.uow, reloj=ctx.reloj)
    await reprocesar(carga, lambda _: ctx)
    hecho = await obtener(pedido.id, ctx.uow)
    assert hecho.estado is EstadoReproceso.APLICADO, hecho


async def test_lo_que_no_se_ha_girado_se_reversa_por_los_dias_que_no_eran(
    despues: Despues,
) -> None:
    quedan = [0, DE_JUNIO_20, DE_JUNIO_15, CENTAVOS_MES]
    registros = await despues.registros(despues.abierto)
    assert [valor for _, valor, _ in registros] == quedan
    assert [dias for _, _, dias in registros][1:] == ["20", "15", "30"]
    # It comes out of what the EPS keeps; the IPS that it named receives the same.
    pagos = await despues.oficina.pagos(despues.abierto)
    assert {p["nit"]: p["valor"] for p in pagos} == {
        UNO: 10_000_000, NIT_SURA: sum(quedan) - 10_000_000
    }  # fmt: skip
    assert {p["nit"]: p["en_registros"] for p in pagos} == {p["nit"]: p["valor"] for p in pagos}
    vista = await liquidada(despues.oficina.operador)
    assert vista["total"]["reversado"] == a_decimal(4 * CENTAVOS_MES - sum(quedan))


async def test_lo_girado_no_se_edita_y_abre_un_hallazgo_por_los_dias(despues: Despues) -> None:
    registros = await despues.registros(despues.pagado)
    assert [valor for _, valor, _ in registros] == [CENTAVOS_MES] * 4
    sobra = (30 + 10 + 15) * DIA
    (pago,) = await despues.oficina.pagos(despues.pagado)
    assert pago == despues.filas_antes[0] | {"estado": "EN_REINTEGRO"}
    (hallazgo,) = await despues.oficina.mesa.consultar(
        "SELECT id, capital_centavos AS capital, estado FROM reintegro WHERE reconocimiento_id = "
        ":id",
        id=despues.pagado,
    )
    assert (hallazgo["capital"], hallazgo["estado"]) == (sobra, "HALLAZGO")
    vista = await liquidada(despues.oficina.operador)
    assert vista["total"]["por_reintegrar"] == a_decimal(sobra)

    # It is kept from the EPS in two processes of compensación.
    tesoreria = despues.oficina.quien(Rol.TESORERIA, "teresa")
    for proceso, capital in (("2020-08-1", DIA), ("2020-08-2", sobra - DIA)):
        cuerpo = {
            "reintegro_id": str(hallazgo["id"]), "metodo": "COMPENSACION", "proceso": proceso,
            "fecha": "2020-08-03", "capital": a_decimal(capital),
        }  # fmt: skip
        bien(await tesoreria.post("/v1/liquidaciones/descuentos", json=cuerpo))
    (pago,) = await despues.oficina.pagos(despues.pagado)
    assert pago["estado"] == "REINTEGRADO"
    total = (await liquidada(despues.oficina.operador))["total"]
    assert (total["descontado"], total["por_reintegrar"]) == (a_decimal(sobra), "0.00")
    assert de_decimal(total["neto"]) == de_decimal(total["liquidado"]) - sobra


async def test_los_dias_del_subsidiado_se_muestran_para_la_lma_y_no_son_de_la_linea(
    despues: Despues,
) -> None:
    assert despues.antes["lma"] == []
    (rama,) = (await liquidada(despues.oficina.sura))["lma"]
    assert (rama["dias"], rama["personas"]) == (15, 1)
    assert rama["valor"] == a_decimal(15 * DIA_RS)


async def test_al_final_todo_suma(despues: Despues) -> None:
    resumen = await despues.oficina.resumen()
    control = bien(await despues.oficina.operador.get("/v1/liquidaciones/control?vigencia=2020"))
    assert control["cuadra"] is True, control
    total = (await liquidada(despues.oficina.operador))["total"]
    assert de_decimal(total["reconocido"]) - de_decimal(total["reversado"]) == (
        resumen.reconocido_centavos
    )
    assert de_decimal(total["reconocido"]) == de_decimal(despues.antes["total"]["reconocido"])


async def test_lo_que_la_eps_corrige_despues_se_le_suma_a_ella(despues: Despues) -> None:
    oficina = despues.oficina
    buena, mala = oficina.confirmadas(SURA, 2)
    mala["novedad_reportada"] = "NO"
    registros = await oficina.mesa.resolver(Rol.EPS, SURA, buena, mala, nit=NIT_SURA)
    radicacion = registros[0]["radicacion_id"]
    r = await oficina.reconocimiento(radicacion)
    await oficina.repartida(r, ips(UNO, porcentaje="100"))
    corregida = mala | {"novedad_reportada": "SI"}
    (nueva,) = await oficina.mesa.resolver(
        Rol.EPS, SURA, corregida, nit=NIT_SURA, corrige=radicacion
    )
    assert nueva["valor_centavos"] == CENTAVOS_MES
    pagos = await oficina.pagos(r)
    assert [(p["nit"], p["valor"], p["en_registros"], p["partes"]) for p in pagos] == [
        (UNO, CENTAVOS_MES, CENTAVOS_MES, 1), (NIT_SURA, CENTAVOS_MES, CENTAVOS_MES, 1)
    ]  # fmt: skip
    assert (await oficina.resumen()).disponible_centavos >= 0
