"""What the bank answers, and paying again what it returned."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import UnitOfWork
from shared.giros.errors import CuentaRechazada, EstadoNoPermite, GiroInexistente
from shared.giros.model import (
    AccionTrasDevolucion,
    CuentaPago,
    EstadoCuentaBancaria,
    EstadoGiro,
    EstadoReconocimiento,
    EstadoReintegro,
    EstadoRespuesta,
    Giro,
    MotivoSuspenso,
    Reconocimiento,
    Respuesta,
    ResultadoRespuesta,
    accion_tras_devolucion,
)
from shared.giros.repository import GiroRepository
from shared.giros.schemas import GiroRespondido
from shared.giros.service.ordenar import exigir_pagador
from shared.giros.service.trabajo import Trabajo, abrir, cerrar
from shared.seguridad import Rol, Usuario, exigir
from shared.tipos import MONEDA, InvarianteRota, Reloj

_EN_CURSO = frozenset({EstadoGiro.ORDENADO, EstadoGiro.ENVIADO})
_PAGADO_DEVOLVIBLE = frozenset(
    {
        EstadoReconocimiento.GIRADO,
        EstadoReconocimiento.EN_LEGALIZACION,
        EstadoReconocimiento.EN_REINTEGRO,
    }
)
_DEVUELVE = frozenset({EstadoRespuesta.DEVUELTO, EstadoRespuesta.RECHAZADO_FORMATO})


async def responder(
    tx: AsyncConnection, datos: GiroRespondido, *, reloj: Reloj, por: str = "tesoreria"
) -> ResultadoRespuesta:
    """Give a bank answer its effect, once.

    It is of everything that the order pays. APLICADO pays. DEVUELTO, also after APLICADO, and
    RECHAZADO_FORMATO restore cash and obligación (PRE-13) and leave its recognitions in
    GIRO_DEVUELTO; codes that ask for a new
    account reject the present one. RECIBIDO and PENDIENTE only note that the bank has it. The
    same answer again changes nothing. What cannot be believed (unknown giro, another amount or
    currency, a date before the order, or against what the bank said before) moves nothing and
    waits on the suspense list.

    Raises:
        FuncionesSeparadas: ``por`` approved this giro (PRE-08).
    """
    respuesta = datos.respuesta()
    hallado = await GiroRepository(tx).por_id_giro(respuesta.id_giro)
    if hallado is None:
        return await _suspender(tx, respuesta, MotivoSuspenso.GIRO_DESCONOCIDO, reloj)
    trabajo = await abrir(tx, hallado.linea_id, por=por, reloj=reloj)
    giro = await trabajo.giros.get(hallado.id)
    if giro is None:
        raise InvarianteRota("un giro desapareció")
    await exigir_pagador(trabajo.reconocimientos, giro, por)
    motivo = _no_se_puede_creer(giro, respuesta)
    if motivo is not None:
        return await _suspender(tx, respuesta, motivo, reloj)
    if await trabajo.giros.ya_respondida(giro, respuesta):
        return ResultadoRespuesta.REPETIDA
    resultado = await _Respuesta(trabajo, giro, respuesta).aplicar()
    await cerrar([trabajo])
    return resultado


def _no_se_puede_creer(giro: Giro, respuesta: Respuesta) -> MotivoSuspenso | None:
    # Partial returns do not exist: amounts match exactly (registers §17.3).
    if (respuesta.valor_centavos, respuesta.moneda) != (giro.valor_centavos, MONEDA):
        return MotivoSuspenso.VALOR_DISTINTO
    if respuesta.fecha < giro.fecha_orden:  # PRE-07
        return MotivoSuspenso.FECHA_ANTERIOR
    return None


async def _suspender(
    tx: AsyncConnection, respuesta: Respuesta, motivo: MotivoSuspenso, reloj: Reloj
) -> ResultadoRespuesta:
    nueva = await GiroRepository(tx).suspender(respuesta, motivo, reloj.ahora())
    return ResultadoRespuesta.EN_SUSPENSO if nueva else ResultadoRespuesta.REPETIDA


class _Respuesta:
    """One new answer on a locked line."""

    def __init__(self, trabajo: Trabajo, giro: Giro, respuesta: Respuesta) -> None:
        self._t = trabajo
        self._giro = giro
        self._respuesta = respuesta

    async def aplicar(self) -> ResultadoRespuesta:
        estado, giro = self._respuesta.estado, self._giro
        if estado in {EstadoRespuesta.RECIBIDO, EstadoRespuesta.PENDIENTE}:
            return await self._recibido()
        hallados = await self._t.reconocimientos.get_many(giro.reconocimientos, for_update=True)
        partes = list(hallados.values())
        if estado is EstadoRespuesta.APLICADO and giro.estado in _EN_CURSO:
            return await self._pagado(partes)
        if estado in _DEVUELVE and await self._se_puede_devolver(partes):
            return await self._devuelto(partes)
        return await self._sin_efecto()

    async def _recibido(self) -> ResultadoRespuesta:
        await self._anotar()
        if self._giro.estado is EstadoGiro.ORDENADO:
            await self._t.giros.cambiar(self._giro.id, estado=EstadoGiro.ENVIADO.value)
        return ResultadoRespuesta.SIN_EFECTO

    async def _sin_efecto(self) -> ResultadoRespuesta:
        """The bank repeats itself in other words, or contradicts what it said."""
        repite = (self._respuesta.estado, self._giro.estado) in {
            (EstadoRespuesta.APLICADO, EstadoGiro.APLICADO),
            (EstadoRespuesta.DEVUELTO, EstadoGiro.DEVUELTO),
            (EstadoRespuesta.RECHAZADO_FORMATO, EstadoGiro.DEVUELTO),
        }
        if repite and self._respuesta.codigo == self._giro.codigo:
            return ResultadoRespuesta.REPETIDA
        return await _suspender(
            self._t.tx, self._respuesta, MotivoSuspenso.ESTADO_NO_PERMITE, self._t.reloj
        )

    async def _se_puede_devolver(self, partes: Sequence[Reconocimiento]) -> bool:
        if self._giro.estado in _EN_CURSO:
            return True
        if self._giro.estado is not EstadoGiro.APLICADO:
            return False
        if self._respuesta.estado is EstadoRespuesta.RECHAZADO_FORMATO:
            return False
        # Once support was accepted or money came back, a person decides.
        return all(r.estado in _PAGADO_DEVOLVIBLE for r in partes) and not any(
            i.reintegrado_centavos for i in await self._t.reintegros.de(r.id for r in partes)
        )

    async def _pagado(self, partes: Sequence[Reconocimiento]) -> ResultadoRespuesta:
        await self._escribir(EstadoGiro.APLICADO)
        con_hallazgo = {
            i.reconocimiento_id
            for i in await self._t.reintegros.de(r.id for r in partes)
            if i.abierto
        }
        for r in partes:
            en_reintegro = r.id in con_hallazgo
            estado = EstadoReconocimiento.EN_REINTEGRO if en_reintegro else r.estado_pagado
            await self._t.reconocimientos.cambiar(r.id, self._t.ahora, estado=estado.value)
        self._t.movimientos += self._t.asientos.aplicado(self._giro)
        return ResultadoRespuesta.APLICADA

    async def _devuelto(self, partes: Sequence[Reconocimiento]) -> ResultadoRespuesta:
        self._t.movimientos += self._t.asientos.devuelto(self._giro)
        await self._escribir(EstadoGiro.DEVUELTO)
        for r in partes:
            await self._t.reconocimientos.cambiar(
                r.id,
                self._t.ahora,
                estado=EstadoReconocimiento.GIRO_DEVUELTO.value,
                devuelto_at=self._t.ahora,
            )
        if accion_tras_devolucion(self._respuesta.codigo) is AccionTrasDevolucion.NUEVA_CUENTA:
            await self._t.cuentas.decidir(
                self._giro.cuenta_id,
                EstadoCuentaBancaria.RECHAZADA,
                motivo=f"El banco devolvió un giro: {self._respuesta.codigo}",
                por=self._t.por,
                ahora=self._t.ahora,
            )
        for r in partes:
            await self._descontar_hallazgos(r)
        await self._t.liberar()
        return ResultadoRespuesta.APLICADA

    async def _descontar_hallazgos(self, r: Reconocimiento) -> None:
        """The money is back, so what was found in excess is not paid again: it leaves the
        obligación, and its file is closed as cleared."""
        abiertos = [i for i in await self._t.reintegros.de([r.id]) if i.abierto]
        for reintegro in abiertos:
            self._t.movimientos += self._t.asientos.liberado(
                f"aclarado:{reintegro.id}", reintegro.id, reintegro.capital_centavos
            )
            await self._t.reintegros.cambiar(
                reintegro.id,
                estado=EstadoReintegro.ACLARADO.value,
                cerrado_por=self._t.por,
                cerrado_at=self._t.ahora,
            )
        sobra = sum(i.capital_centavos for i in abiertos)
        if sobra == r.valor_centavos:
            await self._t.anular(r)
        elif sobra:
            await self._t.reconocimientos.cambiar(
                r.id, self._t.ahora, valor_centavos=r.valor_centavos - sobra
            )

    async def _escribir(self, estado: EstadoGiro) -> None:
        await self._anotar()
        await self._t.giros.cambiar(
            self._giro.id,
            estado=estado.value,
            codigo=self._respuesta.codigo,
            fecha_respuesta=self._respuesta.fecha,
            referencia_banco=self._respuesta.referencia_banco,
            respondido_at=self._t.ahora,
        )

    async def _anotar(self) -> None:
        await self._t.giros.anotar_respuesta(self._giro, self._respuesta, self._t.ahora)


async def reprogramar(
    giro_id: UUID,
    cuenta: CuentaPago | None,
    *,
    usuario: Usuario,
    uow: UnitOfWork,
    reloj: Reloj,
) -> list[Reconocimiento]:
    """Pay a returned giro again, under a new ``id_giro`` linked by ``id_giro_origen``.

    Its recognitions go back to their place in the queue: ORDENADO if account and cash allow,
    ESPERA_CUENTA until a new account is verified, or ESPERA_PRESUPUESTO (RECAUDO).

    Raises:
        Prohibido: neither treasury nor operador.
        GiroInexistente: no such giro.
        EstadoNoPermite: it was not returned, or somebody reprogrammed it already.
        CuentaRechazada: the account was rejected, or the bank asks for another product, and no
            different one was given.
    """
    async with uow.begin() as tx:
        return await reprogramar_giro(tx, giro_id, cuenta, usuario=usuario, reloj=reloj)


async def reprogramar_giro(
    tx: AsyncConnection,
    giro_id: UUID,
    cuenta: CuentaPago | None,
    *,
    usuario: Usuario,
    reloj: Reloj,
) -> list[Reconocimiento]:
    """``reprogramar`` inside the caller's transaction."""
    exigir(usuario, Rol.TESORERIA, Rol.OPERADOR)
    hallado = await GiroRepository(tx).get(giro_id)
    if hallado is None:
        raise GiroInexistente(f"No existe el giro {giro_id}.")
    trabajo = await abrir(tx, hallado.linea_id, por=usuario.sujeto, reloj=reloj)
    giro = await trabajo.giros.get(giro_id)
    if giro is None or giro.accion is None:
        estado = giro.estado if giro else "desconocido"
        raise EstadoNoPermite(
            f"El giro {hallado.id_giro} está {estado}. Solo se reprograma un giro devuelto.",
            estado=str(estado),
        )
    ids = await repetir(trabajo, giro, cuenta)
    await trabajo.ordenar_en_orden()
    await cerrar([trabajo])
    return list((await trabajo.reconocimientos.get_many(ids)).values())


async def repetir(trabajo: Trabajo, giro: Giro, cuenta: CuentaPago | None) -> list[UUID]:
    """Put what a returned giro still has to pay back in the queue, on a line already locked."""
    partes = await trabajo.por_repetir(giro)
    if not partes:
        raise InvarianteRota("un giro devuelto sin nada que volver a pagar")
    cuenta_id = await _cuenta_para_repetir(trabajo, giro, partes[0], cuenta)
    await trabajo.giros.cambiar(giro.id, estado=EstadoGiro.REPROGRAMADO.value)
    for r in partes:
        await trabajo.reconocimientos.cambiar(
            r.id,
            trabajo.ahora,
            estado=EstadoReconocimiento.RECONOCIDO.value,
            cuenta_id=cuenta_id,
        )
    return [r.id for r in partes]


async def esperar_cuenta(trabajo: Trabajo, giro: Giro) -> None:
    """What a returned giro still has to pay waits for another account of its payee, on a line
    already locked: the next one that is accepted pays it, under another ``id_giro``."""
    for r in await trabajo.por_repetir(giro):
        await trabajo.reconocimientos.cambiar(
            r.id,
            trabajo.ahora,
            estado=EstadoReconocimiento.ESPERA_CUENTA.value,
            cuenta_id=None,
        )
    await trabajo.giros.cambiar(giro.id, estado=EstadoGiro.REPROGRAMADO.value)


async def _cuenta_para_repetir(
    trabajo: Trabajo, giro: Giro, r: Reconocimiento, pago: CuentaPago | None
) -> UUID:
    if pago is not None:
        pedida = (r.beneficiario, pago)
        cuenta = (await trabajo.cuentas.asegurar([pedida], trabajo.ahora))[pedida]
    else:
        actual = r.cuenta_id or giro.cuenta_id
        cuenta = (await trabajo.cuentas.get_many([actual]))[actual]
    pide_otra = giro.accion is AccionTrasDevolucion.OTRO_PRODUCTO and cuenta.id == giro.cuenta_id
    if cuenta.estado is EstadoCuentaBancaria.RECHAZADA or pide_otra:
        raise CuentaRechazada(
            f"El giro {giro.id_giro} volvió con código {giro.codigo}: esa cuenta no sirve. "
            "Registre otra cuenta a nombre del beneficiario y reprograme con ella.",
            codigo_banco=giro.codigo,
        )
    return cuenta.id
