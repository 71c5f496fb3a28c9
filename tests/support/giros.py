"""A budget line in a real database, with the verbs of the story of its payments."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from shared.db import UnitOfWork
from shared.giros import (
    Beneficiario,
    CuentaPago,
    Giro,
    NuevoReconocimiento,
    Reconocimiento,
    ResultadoRespuesta,
)
from shared.giros import service as giros
from shared.giros.repository import CuentaRepository, GiroRepository, ReconocimientoRepository
from shared.giros.schemas import GiroRespondido
from shared.presupuesto import Linea, Resumen
from shared.presupuesto import service as libro
from shared.seguridad import Rol, Usuario
from shared.tipos import RelojFijo, a_decimal, pesos

INICIO = datetime(2020, 9, 1, 15, 0, tzinfo=UTC)
VALOR = pesos(1_000)
NIT = "900123456"
HOSPITAL = Beneficiario("NI", NIT)

ORDENADOR = Usuario("olga", frozenset({Rol.ORDENADOR}))
OTRO_ORDENADOR = Usuario("oscar", frozenset({Rol.ORDENADOR}))
OPERADOR = Usuario("pablo", frozenset({Rol.OPERADOR}))
TESORERA = Usuario("teresa", frozenset({Rol.TESORERIA}))
IPS = Usuario("ips-1", frozenset({Rol.IPS}), entidad=NIT)
OTRA_IPS = Usuario("ips-2", frozenset({Rol.IPS}), entidad="800999888")

NUMEROS = count(1)


def cuenta(numero: str = "1234567890", *, titular: str = NIT) -> CuentaPago:
    return CuentaPago("1007", "AHORROS", numero, titular)


@dataclass
class Escena:
    """A line in a database, with the verbs of a story."""

    uow: UnitOfWork
    linea: Linea
    reloj: RelojFijo = field(default_factory=lambda: RelojFijo(INICIO))

    @classmethod
    async def nueva(
        cls, uow: UnitOfWork, *, aforo: int = 0, recaudo: int = 0, mecanismo: str = "anticipo_uci"
    ) -> Escena:
        async with uow.begin() as tx:
            escena = cls(uow, await libro.crear_linea(tx, mecanismo, 2020))
        if aforo:
            await escena.aforo(aforo)
        if recaudo:
            await escena.recaudo(recaudo)
        return escena

    async def aforo(self, valor: int) -> None:
        async with self.uow.begin() as tx:
            await giros.adicionar_aforo_y_liberar(
                tx, self.linea, numero=f"R-{next(NUMEROS)}", fecha=self.reloj.hoy(),
                valor_centavos=valor, por="ana", reloj=self.reloj,
            )  # fmt: skip

    async def recaudo(self, valor: int) -> None:
        async with self.uow.begin() as tx:
            await giros.recaudar_y_liberar(
                tx, self.linea, referencia_banco=f"B-{next(NUMEROS)}", fecha=self.reloj.hoy(),
                valor_centavos=valor, por="ana", reloj=self.reloj,
            )  # fmt: skip

    def nuevo(self, valor: int = VALOR, **cambios: Any) -> NuevoReconocimiento:
        base = NuevoReconocimiento(
            mecanismo=self.linea.mecanismo,
            vigencia=2020,
            radicacion_id=uuid4(),
            solicitud_id=uuid4(),
            nit=NIT,
            nombre="HOSPITAL SAN RAFAEL",
            periodo="2020-08",
            registros=31,
            valor_centavos=valor,
            cuenta=cuenta(),
            fecha_radicacion=self.reloj.ahora(),
            preparado_por="ips-1",
        )
        return replace(base, **cambios)

    async def reconocer(self, *nuevos: NuevoReconocimiento) -> list[Reconocimiento]:
        async with self.uow.begin() as tx:
            return await giros.reconocer(tx, nuevos, reloj=self.reloj)

    async def sustituir(self, anterior: Reconocimiento, valor: int | None, **cambios: Any) -> Any:
        nuevo = None
        if valor is not None:
            nuevo = self.nuevo(valor, solicitud_id=anterior.solicitud_id, **cambios)
        async with self.uow.begin() as tx:
            return await giros.sustituir(tx, anterior.id, nuevo, reloj=self.reloj)

    async def aprobar(self, *reconocimientos: Reconocimiento) -> list[Reconocimiento]:
        ids = [r.id for r in reconocimientos]
        return await giros.aprobar(ids, usuario=ORDENADOR, uow=self.uow, reloj=self.reloj)

    async def verificar(
        self, pago: CuentaPago | None = None, *, de: Beneficiario = HOSPITAL, aceptada: bool = True
    ) -> None:
        pedida = (de, pago or cuenta())
        async with self.uow.begin() as tx:
            id_ = (await CuentaRepository(tx).asegurar([pedida], INICIO))[pedida].id
            await giros.verificar_cuenta(
                tx, id_, aceptada=aceptada, usuario=OPERADOR, reloj=self.reloj
            )

    async def pagables(self, *valores: int) -> list[Reconocimiento]:
        """Recognised and approved, account verified: ordered as far as cash allows."""
        await self.verificar()
        return await self.aprobar(*await self.reconocer(*(self.nuevo(v) for v in valores)))

    async def responder(
        self, giro: Giro, estado: str, codigo: str | None = None, **cambios: Any
    ) -> ResultadoRespuesta:
        datos: dict[str, Any] = {
            "id_giro": giro.id_giro,
            "estado": estado,
            "codigo": codigo,
            "fecha": self.reloj.hoy(),
            "valor": a_decimal(giro.valor_centavos),
            "referencia_banco": "T-1",
        }
        async with self.uow.begin() as tx:
            return await giros.responder(
                tx, GiroRespondido.model_validate(datos | cambios), reloj=self.reloj
            )

    async def actual(self, r: Reconocimiento) -> Reconocimiento:
        async with self.uow.begin() as tx:
            return (await ReconocimientoRepository(tx).get_many([r.id]))[r.id]

    async def estados(self, *reconocimientos: Reconocimiento) -> list[str]:
        """State of each, with what it waits for."""
        filas = [await self.actual(r) for r in reconocimientos]
        return [f"{f.estado}/{f.espera_por}" if f.espera_por else f.estado.value for f in filas]

    async def giros(self, r: Reconocimiento) -> list[Giro]:
        async with self.uow.begin() as tx:
            return await GiroRepository(tx).de_reconocimientos([r.id])

    async def giro(self, r: Reconocimiento) -> Giro:
        return (await self.giros(r))[-1]

    async def resumen(self) -> Resumen:
        """The line, after checking that the whole ledger ties."""
        async with self.uow.begin() as tx:
            assert await libro.descuadres(tx) == []
            return await libro.resumen(tx, self.linea)

    async def eventos(self) -> list[tuple[str, dict[str, Any]]]:
        async with self.uow.begin() as tx:
            filas = await tx.execute(text("SELECT sobre FROM bandeja_salida ORDER BY orden"))
            return [(s["type"].removeprefix("co.mecanismos."), s["data"]) for (s,) in filas]


ESPERA_AFORO = "ESPERA_PRESUPUESTO/AFORO"
ESPERA_RECAUDO = "ESPERA_PRESUPUESTO/RECAUDO"
