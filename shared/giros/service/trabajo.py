"""The shape of every use case of this concept.

Lock the line first, so that its queues move one transaction at a time; change rows; then publish
and post, in that order, because posting locks the hottest rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventos.model import Evento
from shared.eventos.service import publicar
from shared.eventos.temas import GIROS, RECONOCIMIENTOS
from shared.giros.asientos import Asientos
from shared.giros.model import (
    CuentaBancaria,
    EstadoReconocimiento,
    Giro,
    Reconocimiento,
    Situacion,
    situacion,
)
from shared.giros.repository import (
    CuentaRepository,
    GiroRepository,
    LegalizacionRepository,
    ReconocimientoRepository,
    ReintegroRepository,
)
from shared.giros.schemas import GiroOrdenado, ReconocimientoRegistrado
from shared.presupuesto import Linea, Movimiento, TipoCuenta
from shared.presupuesto import service as libro
from shared.tipos import InvarianteRota, Reloj, a_decimal


@dataclass
class Trabajo:
    """One locked line, with the movements and events that the transaction will end with."""

    tx: AsyncConnection
    linea: Linea
    reloj: Reloj
    por: str
    ahora: datetime
    movimientos: list[Movimiento] = field(default_factory=list)
    registrados: dict[UUID, Reconocimiento] = field(default_factory=dict)
    """Recognitions to announce, as they end: one that enters and is released is one event."""
    ordenes: list[Evento] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.asientos = Asientos(self.linea, self.ahora, self.por)
        self.reconocimientos = ReconocimientoRepository(self.tx)
        self.cuentas = CuentaRepository(self.tx)
        self.giros = GiroRepository(self.tx)
        self.reintegros = ReintegroRepository(self.tx)
        self.legalizaciones = LegalizacionRepository(self.tx)

    async def saldo(self, tipo: TipoCuenta) -> int:
        """Balance of an account once the movements of this work are posted, in centavos."""
        cuenta = self.linea.cuenta(tipo)
        pendiente = sum(
            m.valor_centavos * ((m.credito_id == cuenta) - (m.debito_id == cuenta))
            for m in self.movimientos
        )
        return (await libro.resumen(self.tx, self.linea)).saldos[tipo] + pendiente

    async def liberar(self) -> None:
        """Let both queues of the line advance as far as aforo and cash reach."""
        await self.reconocer_en_orden()
        await self.ordenar_en_orden()

    async def reconocer_en_orden(self) -> list[Reconocimiento]:
        """Commit the prefix of the queue that fits in the available appropriation (PRE-01)."""
        disponible = await self.saldo(TipoCuenta.APROPIACION_DISPONIBLE)
        lote = await self.reconocimientos.reconocer_prefijo(self.linea.id, disponible, self.ahora)
        self.movimientos += self.asientos.reconocidos(lote)
        self.anunciar(lote)
        return lote

    async def ordenar_en_orden(self) -> list[Giro]:
        """Order, among the approved with a good account, the prefix that the cash covers."""
        await self.reconocimientos.revisar_cuentas(self.linea.id, self.ahora)
        lote = await self.reconocimientos.ordenar_prefijo(
            self.linea.id,
            await self.saldo(TipoCuenta.CAJA),
            hoy=self.reloj.hoy(),
            por=self.por,
            ahora=self.ahora,
        )
        if not lote:
            return []
        pagados = await self.reconocimientos.get_many(i for g in lote for i in g.reconocimientos)
        cuentas = await self.cuentas.get_many({g.cuenta_id for g in lote})
        for giro in lote:
            self.movimientos += self.asientos.ordenado(giro)
            partes = [pagados[i] for i in giro.reconocimientos]
            self.ordenes.append(evento_giro(giro, partes, cuentas[giro.cuenta_id]))
        return lote

    def anunciar(self, reconocimientos: Iterable[Reconocimiento]) -> None:
        """Tell, at the end, in which state they entered the line."""
        self.registrados |= {r.id: r for r in reconocimientos}

    @property
    def eventos(self) -> list[Evento]:
        """What the transaction announces: first the recognitions, then their orders."""
        return [evento_reconocimiento(r) for r in self.registrados.values()] + self.ordenes

    async def quitar(self, reconocimiento: Reconocimiento) -> None:
        """Take an unpaid recognition out and free what it had committed."""
        if situacion(reconocimiento.estado, reconocimiento.espera_por) is Situacion.SIN_PAGAR:
            self.movimientos += self.asientos.liberado(
                f"liberacion:{reconocimiento.id}", reconocimiento.id, reconocimiento.valor_centavos
            )
        await self.anular(reconocimiento)

    async def anular(self, reconocimiento: Reconocimiento) -> None:
        """Take a recognition without live giro out. Its returned order goes with it, unless it
        has others to pay again."""
        await self.reconocimientos.cambiar(
            reconocimiento.id, self.ahora, estado=EstadoReconocimiento.ANULADO.value
        )
        for giro in await self.giros.de_reconocimientos([reconocimiento.id]):
            if giro.accion is not None and not await self.por_repetir(giro):
                await self.giros.cambiar(giro.id, estado="anulado")

    async def por_repetir(self, giro: Giro) -> list[Reconocimiento]:
        """What a returned order still has to pay."""
        partes = await self.reconocimientos.get_many(giro.reconocimientos)
        return [r for r in partes.values() if r.estado is EstadoReconocimiento.GIRO_DEVUELTO]


async def abrir(tx: AsyncConnection, linea_id: int, *, por: str, reloj: Reloj) -> Trabajo:
    """Lock the line and start working on it."""
    linea = await libro.bloquear_linea(tx, linea_id)
    return Trabajo(tx, linea, reloj, por, reloj.ahora())


async def abrir_varias(
    tx: AsyncConnection, lineas: Iterable[int], *, por: str, reloj: Reloj
) -> dict[int, Trabajo]:
    """Lock several lines, always in id order."""
    return {id_: await abrir(tx, id_, por=por, reloj=reloj) for id_ in sorted(set(lineas))}


async def cerrar(trabajos: Sequence[Trabajo]) -> None:
    """Publish, then post everything in one statement. Nothing of the line comes after."""
    if not trabajos:
        return
    tx, reloj = trabajos[0].tx, trabajos[0].reloj
    await publicar(tx, [e for t in trabajos for e in t.eventos], reloj=reloj)
    await libro.registrar(tx, [m for t in trabajos for m in t.movimientos])
    for trabajo in trabajos:
        trabajo.registrados.clear()
        trabajo.ordenes.clear()
        trabajo.movimientos.clear()


def evento_reconocimiento(r: Reconocimiento) -> Evento:
    """``reconocimiento.registrado.v1`` for the state it is in now."""
    if r.estado is EstadoReconocimiento.RECONOCIDO:
        estado: str = "RECONOCIDO"
    elif r.estado is EstadoReconocimiento.ESPERA_PRESUPUESTO:
        estado = "ESPERA_PRESUPUESTO"
    else:
        raise InvarianteRota(f"un reconocimiento no se anuncia en estado {r.estado}")
    return Evento(
        tipo="reconocimiento.registrado.v1",
        tema=RECONOCIMIENTOS,
        clave=_clave(r),
        sujeto=str(r.id),
        mecanismo=r.mecanismo,
        datos=ReconocimientoRegistrado(
            reconocimiento_id=r.id,
            radicacion_id=r.radicacion_id,
            vigencia=r.vigencia,
            tipo_documento=r.tipo_documento,
            nit=None if r.beneficiario.es_persona else r.nit,
            periodo=r.periodo,
            registros=r.registros,
            valor=a_decimal(r.valor_centavos),
            estado=estado,
            espera_por=r.espera_por,
        ),
    )


def evento_giro(giro: Giro, partes: Sequence[Reconocimiento], cuenta: CuentaBancaria) -> Evento:
    """``giro.ordenado.v1``: what treasury needs for the bank, and no more. Its reference is that
    of the first recognition it pays."""
    r = min(partes, key=lambda p: p.turno)
    periodos = {p.periodo for p in partes}
    return Evento(
        tipo="giro.ordenado.v1",
        tema=GIROS,
        clave=_clave(r),
        sujeto=str(giro.id),
        mecanismo=r.mecanismo,
        datos=GiroOrdenado(
            id_giro=giro.id_giro,
            id_giro_origen=giro.id_giro_origen,
            lote=giro.lote,
            vigencia=r.vigencia,
            tipo_documento=r.tipo_documento,
            nit_beneficiario=r.nit,
            nombre_beneficiario=r.nombre,
            codigo_banco=cuenta.pago.codigo_banco,
            tipo_producto=cuenta.pago.tipo_producto,
            numero_producto=cuenta.pago.numero_producto,
            valor=a_decimal(giro.valor_centavos),
            fecha_orden=giro.fecha_orden,
            concepto=f"{r.mecanismo} {r.periodo}"
            if r.periodo and len(periodos) == 1
            else r.mecanismo,
            referencia=f"{r.vigencia}-{r.orden}",
        ),
    )


def _clave(r: Reconocimiento) -> str:
    """Events of one payee keep their order; a person is not named by a key."""
    return str(r.id) if r.beneficiario.es_persona else r.nit
