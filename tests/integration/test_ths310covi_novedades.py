"""Indicators A and E across files: what the records that a reporter already had become."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from uuid import UUID

import pytest

from services.talento_humano.mecanismo import MECANISMO
from shared.embebido.postgres import PostgresEmbebido
from shared.normativa.ths310covi import THS310COVI
from shared.radicacion import trabajo
from shared.radicacion.liberacion import liberar
from shared.radicacion.model import Recibido
from shared.radicacion.schemas import SolicitudIn
from shared.radicacion.service import OrdenRadicar, radicar
from shared.radicacion.simulacion import simular
from shared.registros import EstadoCorte, cambiar_estado
from shared.seguridad import Rol, Usuario
from shared.tipos import Nit
from tests.support import talento_humano as ths
from tests.support.mesa import FECHA_CORTE, Fila, Mesa, mesa_vacia

PERSONAS: Final = [f"10000000{n:02d}" for n in range(8)]
OTRA_IPS: Final = ths.ips(1)
_dias = count(1)


@dataclass(frozen=True)
class Linea:
    """A line of a THS310COVI about one of those people."""

    documento: str
    indicador: str = "I"
    tipo: str = "2"
    perfil: str = "P03"

    def escrita(self, n: int) -> str:
        datos = ths.NOMBRES | {
            "tipo_registro": self.tipo,
            "consecutivo": str(n),
            "tipo_documento": "CC",
            "numero_documento": self.documento,
            "codigo_municipio": "05001",
            "codigo_perfil": self.perfil,
            "codigo_servicio": "110",
            "codigo_area_covid": "01",
            "indicador_actualizacion": self.indicador,
        }
        return "|".join(datos.get(c, "") for c in THS310COVI.versiones[0])


@pytest.fixture(scope="module")
async def mesa(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mesa]:
    """Without aforo: what is approved waits for it, and is not recognised yet."""
    datos = tmp_path_factory.mktemp("novedades")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, ths.EN_VENTANA) as mesa:
        await ths.cargar(mesa, PERSONAS, (ths.NIT_IPS, OTRA_IPS))
        yield mesa


def orden(mesa: Mesa, lineas: Sequence[Linea], nit: str) -> OrdenRadicar:
    """A file of an IPS, as it is received."""
    codigo = ths.codigo_de(nit)
    control = f"1|PI|{codigo}|2020-04-01|2020-06-30|{len(lineas)}"
    texto = "\n".join([control, *(x.escrita(n) for n, x in enumerate(lineas, 1)), ""]).encode()
    sha256 = hashlib.sha256(texto).hexdigest()
    crudo = mesa.ctx.almacen.crudo(sha256)
    crudo.parent.mkdir(parents=True, exist_ok=True)
    crudo.write_bytes(texto)
    return OrdenRadicar(
        Usuario(f"ips-{nit}", frozenset({Rol.IPS}), nit),
        SolicitudIn(nit=nit, dv=Nit(nit).dv),
        Recibido(sha256, f"THS310COVI202009{next(_dias):02d}PI{codigo}.txt", len(texto)),
        clave=f"envio-{next(_dias)}",
    )


async def enviar(mesa: Mesa, lineas: Sequence[Linea], nit: str = ths.NIT_IPS) -> UUID:
    """Submit and evaluate a file."""
    radicacion, _ = await radicar(orden(mesa, lineas, nit), mesa.ctx)
    await mesa.procesar(radicacion.id)
    return radicacion.id


async def avisos(mesa: Mesa, radicacion_id: UUID) -> list[str]:
    [fila] = await mesa.consultar(
        "SELECT estado, resumen FROM radicacion WHERE id = :id", id=radicacion_id
    )
    assert fila["estado"] == "PROCESADA"
    return [a["mensaje"] for a in fila["resumen"]["avisos"]]


async def reconocidos(mesa: Mesa, documento: str) -> list[str]:
    """States of what was recognised to a person, in order."""
    filas = await mesa.consultar(
        "SELECT estado FROM reconocimiento WHERE nit = :nit ORDER BY id", nit=documento
    )
    return [f["estado"] for f in filas]


def visto(registro: Fila) -> tuple[Any, ...]:
    return tuple(registro[c] for c in ("estado", "vigente", "version", "subsana_id"))


@dataclass(frozen=True)
class Historia:
    """Records of each person as they came first, and after a second file about all of them."""

    mesa: Mesa
    antes: dict[str, Fila]
    despues: dict[str, Fila]
    avisos: list[str]

    async def vigente(self, documento: str) -> bool:
        filas = await self.mesa.consultar(
            "SELECT vigente FROM registro WHERE id = :id", id=self.antes[documento]["id"]
        )
        return bool(filas[0]["vigente"])


FORMA, APROBADA, RETIRADA, REPETIDA, APOYO, SIEMPRE_APOYO, AJENA, RECONOCIDA = PERSONAS


@pytest.fixture(scope="module")
async def historia(mesa: Mesa) -> Historia:
    primeras = [
        Linea(FORMA, perfil="Z99"),
        *(Linea(p) for p in (APROBADA, RETIRADA, REPETIDA, APOYO)),
        Linea(SIEMPRE_APOYO, tipo="3"),
    ]
    primero = await mesa.registros(await enviar(mesa, primeras))
    ajeno = await mesa.registros(await enviar(mesa, [Linea(AJENA)], OTRA_IPS))
    segundas = [
        Linea(FORMA, "A"),
        Linea(APROBADA, "A"),
        Linea(RETIRADA, "E"),
        Linea(REPETIDA, "E"),
        Linea(REPETIDA, "I"),
        Linea(APOYO, "A", "3"),
        Linea(SIEMPRE_APOYO, "A", "3"),
        Linea(AJENA, "E"),
    ]
    segundo = await enviar(mesa, segundas)
    return Historia(
        mesa,
        dict(
            zip((FORMA, APROBADA, RETIRADA, REPETIDA, APOYO, AJENA), primero + ajeno, strict=True)
        ),
        dict(zip((FORMA, APROBADA, REPETIDA), await mesa.registros(segundo), strict=True)),
        await avisos(mesa, segundo),
    )


async def test_una_actualizacion_corrige_lo_que_fallo_en_la_forma(historia: Historia) -> None:
    antes, despues = historia.antes[FORMA], historia.despues[FORMA]

    assert (antes["estado"], antes["codigos"]) == ("EN_CORRECCION", ["THS-03"])
    assert visto(despues) == ("ESPERA_PRESUPUESTO", True, 2, antes["id"])
    assert not await historia.vigente(FORMA)


@pytest.mark.parametrize("persona", [APROBADA, REPETIDA], ids=["con A", "con E y luego I"])
async def test_una_actualizacion_toma_el_lugar_de_lo_aprobado_sin_reconocer(
    historia: Historia, persona: str
) -> None:
    antes, despues = historia.antes[persona], historia.despues[persona]

    assert visto(despues) == ("ESPERA_PRESUPUESTO", True, 2, antes["id"])
    assert not await historia.vigente(persona)
    assert await reconocidos(historia.mesa, persona) == ["ANULADO", "ESPERA_PRESUPUESTO"]


@pytest.mark.parametrize("persona", [RETIRADA, APOYO], ids=["con E", "pasa a apoyo"])
async def test_lo_que_se_retira_deja_de_estar(historia: Historia, persona: str) -> None:
    assert not await historia.vigente(persona)
    assert await reconocidos(historia.mesa, persona) == ["ANULADO"]


async def test_lo_retirado_lo_puede_reportar_otro(historia: Historia) -> None:
    [otro] = await historia.mesa.registros(await enviar(historia.mesa, [Linea(RETIRADA)], OTRA_IPS))

    assert visto(otro) == ("ESPERA_PRESUPUESTO", True, 1, None)


async def test_lo_que_otra_entidad_reporto_no_se_toca(historia: Historia) -> None:
    [aviso] = historia.avisos

    assert aviso.startswith("Línea 9: pide eliminar un registro y no hay ninguno vigente")
    assert AJENA not in aviso
    assert await historia.vigente(AJENA)


async def test_la_prueba_de_una_actualizacion_no_la_cree_duplicada(historia: Historia) -> None:
    pedido = orden(historia.mesa, [Linea(AJENA, "A")], OTRA_IPS)
    prueba = await simular(pedido, historia.mesa.ctx)

    assert prueba.resumen["por_estado"] == {"LIQUIDADO": 1}
    assert await historia.vigente(AJENA)


async def test_lo_reconocido_no_se_corrige_ni_se_retira(historia: Historia) -> None:
    mesa = historia.mesa
    await mesa.presupuestar(100_000_000_000)
    [primera] = await mesa.registros(await enviar(mesa, [Linea(RECONOCIDA)]))
    assert primera["estado"] in {"RECONOCIDO", "ESPERA_CUENTA"}
    segunda = await enviar(mesa, [Linea(RECONOCIDA, "E"), Linea(RECONOCIDA, "A")])

    dichos = await avisos(mesa, segunda)
    assert [a.split(":")[0] for a in dichos] == ["Línea 2", "Línea 3"]
    assert "ya fue reconocido para pago" in dichos[0]
    [registro] = await mesa.registros(segunda)
    assert visto(registro) == ("DUPLICADO", True, 1, None)
    assert await reconocidos(mesa, RECONOCIDA) == [primera["estado"]]


async def test_lo_que_se_libera_mientras_se_actualiza_se_paga_una_vez(
    historia: Historia, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesa, persona = historia.mesa, SIEMPRE_APOYO
    excepcion = {"tipo_documento": "CC", "numero_documento": persona, "codigo_eps": "RES004"}
    excepcion |= {"desde": "2019-01-01", "hasta": ""}
    await mesa.cargar("bdex", [excepcion], FECHA_CORTE)
    [retenido] = await mesa.registros(await enviar(mesa, [Linea(persona)]))
    assert retenido["estado"] == "EN_ESPERA_EXCEPCION"

    async def mientras(*_: Any) -> None:
        [corte] = await mesa.consultar("SELECT id FROM corte WHERE registro = 'bdex'")
        await cambiar_estado(
            corte["id"],
            EstadoCorte.RETIRADO,
            motivo="venía mal",
            usuario="operadora",
            uow=mesa.ctx.uow,
            reloj=mesa.ctx.reloj,
        )
        await liberar(mesa.ctx)

    with monkeypatch.context() as parche:
        parche.setattr(trabajo, "_progreso", mientras)
        await enviar(mesa, [Linea(persona, "A")])
    await liberar(mesa.ctx)
    vivos = [e for e in await reconocidos(mesa, persona) if e != "ANULADO"]
    assert len(vivos) == 1
