"""Enrolments decided together, in one transaction, with everything that they touch locked.

Locks come in the order of whoever else takes them: turn of the mechanism, submissions, lines of the
payees, enrolments; then records, accounts and recognitions change, and postings come last. Two
workers with the same enrolment, or an answer that comes twice, wait for each other, and the second
one finds it done.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.enrolamiento.errors import exigir_completa
from shared.enrolamiento.model import (
    CAUSAS,
    EN_CORRECCION_EPS,
    EN_ENROLAMIENTO,
    EN_VALIDACION_BANCARIA,
    PLAZO_REINTENTO,
    Accion,
    Causa,
    ClaseAviso,
    EfectoRespuesta,
    Enrolamiento,
    EstadoEnrolamiento,
    Hechos,
    Operacion,
    Respuesta,
    Resultado,
    Solicitud,
    que_sigue,
    tras_respuesta,
)
from shared.enrolamiento.repository import EnrolamientoRepository, Movida, RespuestaDada
from shared.giros.model import (
    Beneficiario,
    CuentaBancaria,
    EstadoCuentaBancaria,
    EstadoGiro,
    EstadoReconocimiento,
    Giro,
    Reconocimiento,
    Situacion,
    situacion,
)
from shared.giros.repository import CuentaRepository, GiroRepository, ReconocimientoRepository
from shared.giros.service.cuentas import decidir_cuenta
from shared.giros.service.responder import esperar_cuenta, repetir
from shared.giros.service.trabajo import Trabajo, abrir_varias, cerrar
from shared.radicacion.repository import RadicacionRepository, RegistroRepository
from shared.radicacion.service import Contexto
from shared.tipos import InvarianteRota

_PASOS: Final = 4
"""One thing leads to another: a returned payment loses its product and another one is asked for."""


_NO_TOCAN: Final = frozenset({Accion.PEDIR, Accion.VALIDAR, Accion.REVISAR, Accion.NADA})
"""What leaves payments and accounts as they are."""


class Tanda:
    """Some enrolments of a mechanism. ``preparar`` locks, ``terminar`` writes what is left."""

    def __init__(self, tx: AsyncConnection, ctx: Contexto, por: str) -> None:
        self._tx = tx
        self._ctx = ctx
        self._por = por
        self._ahora = ctx.reloj.ahora()
        self._hoy = ctx.reloj.hoy()
        self._repositorio = EnrolamientoRepository(tx)
        self._trabajos: dict[int, Trabajo] = {}
        self.enrolamientos: dict[UUID, Enrolamiento] = {}
        self._movidas: dict[UUID, Movida] = {}
        self._avisos: list[tuple[Enrolamiento, ClaseAviso]] = []
        self._cambiados: set[UUID] = set()
        self._enrolan: dict[Beneficiario, UUID] = {}
        self._ordena = False
        self._liberadas: set[int] = set()
        self._respondidas: dict[UUID, RespuestaDada] = {}
        self._pedidas: list[tuple[Enrolamiento, Operacion]] = []
        self._pagos: dict[UUID, Reconocimiento] = {}
        self._cuentas: dict[UUID, CuentaBancaria] = {}
        self._tocados: set[Beneficiario] = set()
        """Whose payments or accounts changed here: what was read of them is old."""

    async def preparar(self, ids: Collection[UUID]) -> None:
        """Lock what those enrolments touch and read them."""
        await RegistroRepository(self._tx).turno(self._ctx.mecanismo.nombre)
        for radicacion_id in await self._repositorio.radicaciones(ids):
            await RadicacionRepository(self._tx).bloquear(radicacion_id)
        beneficiarios = await self._repositorio.beneficiarios(ids)
        lineas = await ReconocimientoRepository(self._tx).lineas_de(beneficiarios)
        self._trabajos = await abrir_varias(self._tx, lineas, por=self._por, reloj=self._ctx.reloj)
        self.enrolamientos = await self._repositorio.get_many(ids, for_update=True)
        self._pagos = await ReconocimientoRepository(self._tx).get_many(
            e.reconocimiento_id for e in self.enrolamientos.values()
        )
        self._cuentas = await CuentaRepository(self._tx).get_many(
            r.cuenta_id for r in self._pagos.values() if r.cuenta_id is not None
        )
        self._vigentes = await self._repositorio.vigentes(ids)
        self._detras = await self._repositorio.detras_de_otro(ids)

    async def revisar(self, id_: UUID) -> None:
        """Do whatever is due of it, until nothing is."""
        for _ in range(_PASOS):
            e = self.enrolamientos[id_]
            h, r = await self._hechos(e)
            accion = que_sigue(e, h, self._hoy)
            if accion is Accion.NADA:
                break
            await self._hacer(accion, e, h, r)
        else:
            raise InvarianteRota(f"el enrolamiento {id_} no se queda quieto")
        e = self.enrolamientos[id_]
        if e.estado is EstadoEnrolamiento.ENROLANDO:
            self._enrolan.setdefault(e.beneficiario, e.id)

    async def responder(self, s: Solicitud, respuesta: Respuesta) -> EfectoRespuesta:
        """Give an answer its effect, once.

        Raises:
            RespuestaIncompleta: it opens an account and brings none, or refuses without cause.
        """
        dada = self._respondidas.get(s.id)
        anterior = dada.respuesta if dada is not None else _respondida(s)
        if anterior is not None:
            igual = (anterior.resultado, anterior.causa) == (respuesta.resultado, respuesta.causa)
            return EfectoRespuesta.REPETIDA if igual else EfectoRespuesta.CONTRADICE
        exigir_completa(s, respuesta)
        e = self.enrolamientos[s.enrolamiento_id]
        h, r = await self._hechos(e)
        respuesta = await self._creible(e, respuesta)
        accion = tras_respuesta(e, h, s, respuesta)
        abierta = None
        if accion is not None and respuesta.producto is not None:
            pedida = (e.beneficiario, respuesta.producto)
            abierta = (await CuentaRepository(self._tx).asegurar([pedida], self._ahora))[pedida]
        self._respondidas[s.id] = RespuestaDada(
            respuesta, accion is not None, None if abierta is None else abierta.id
        )
        if accion is None:
            return EfectoRespuesta.SIN_EFECTO
        if respuesta.causa is not None:
            e = self._poner(e, codigo=respuesta.causa.value)
        await self._hacer(accion, e, replace(h, cuenta=abierta or h.cuenta), r)
        if accion is not Accion.LISTA:  # after it nothing is due
            await self.revisar(e.id)
        return EfectoRespuesta.APLICADA

    def pedir(self, id_: UUID) -> None:
        """Ask the operator now, without waiting for the day."""
        self._pedir(self.enrolamientos[id_])

    async def repetir_giro(self, id_: UUID) -> None:
        """Order again a payment that was returned, whatever for."""
        e = self.enrolamientos[id_]
        _, r = await self._hechos(e)
        await repetir(self._trabajo(r), await self._giro(r), None)
        self._ordena = True
        self._tocados.add(e.beneficiario)
        await self.revisar(id_)

    async def terminar(self) -> None:
        """Move the records, note the notices, order what may be paid now, and post."""
        await self._repositorio.guardar([self.enrolamientos[i] for i in sorted(self._cambiados)])
        await self._repositorio.pedir(self._pedidas, por=self._por)
        await self._repositorio.responder(
            list(self._respondidas.values()), por=self._por, ahora=self._ahora
        )
        await self._repositorio.anotar_avisos(self._avisos, self._ahora)
        if self._movidas:
            tocadas = await self._repositorio.mover(
                list(self._movidas.values()),
                codigo=self._codigo,
                por=self._por,
                en=self._ahora,
            )
            await RadicacionRepository(self._tx).recontar(tocadas)
        for linea_id, trabajo in self._trabajos.items():
            if linea_id in self._liberadas:
                await trabajo.liberar()
            elif self._ordena:
                await trabajo.ordenar_en_orden()
        await cerrar(list(self._trabajos.values()))

    # How things stand -------------------------------------------------------

    @property
    def _codigo(self) -> str:
        codigo = self._ctx.mecanismo.pago.enrola
        if codigo is None:
            raise InvarianteRota(f"{self._ctx.mecanismo.nombre} no enrola")
        return codigo

    async def _hechos(self, e: Enrolamiento) -> tuple[Hechos, Reconocimiento]:
        if e.beneficiario in self._tocados:
            await self._releer(e)
        r = self._pagos[e.reconocimiento_id]
        cuenta = None if r.cuenta_id is None else self._cuentas[r.cuenta_id]
        codigo = None
        if r.estado is EstadoReconocimiento.GIRO_DEVUELTO:
            codigo = (await self._giro(r)).codigo
        otro = e.id in self._detras or self._enrolan.get(e.beneficiario, e.id) != e.id
        return Hechos(r.estado, cuenta, e.id in self._vigentes, codigo, otro), r

    async def _releer(self, e: Enrolamiento) -> None:
        self._pagos |= await ReconocimientoRepository(self._tx).get_many([e.reconocimiento_id])
        cuenta_id = self._pagos[e.reconocimiento_id].cuenta_id
        if cuenta_id is not None:
            self._cuentas |= await CuentaRepository(self._tx).get_many([cuenta_id])

    def _trabajo(self, r: Reconocimiento) -> Trabajo:
        return self._trabajos[r.linea_id]

    async def _giro(self, r: Reconocimiento) -> Giro:
        giros = await GiroRepository(self._tx).de_reconocimientos([r.id])
        return [g for g in giros if g.estado is EstadoGiro.DEVUELTO][-1]

    async def _creible(self, e: Enrolamiento, respuesta: Respuesta) -> Respuesta:
        """An account of somebody else, or one that was refused before, is none: the answer is
        then a refusal (CET §8: third-party accounts are refused)."""
        if respuesta.producto is None:
            return respuesta
        if respuesta.producto.titular != e.beneficiario:
            causa = Causa.TITULAR_DISTINTO
        else:
            suyas = await CuentaRepository(self._tx).de(e.beneficiario)
            if not any(
                c.pago == respuesta.producto and c.estado is EstadoCuentaBancaria.RECHAZADA
                for c in suyas
            ):
                return respuesta
            causa = Causa.PRODUCTO_RECHAZADO
        return Respuesta(respuesta.solicitud_id, Resultado.RECHAZADA, causa)

    # What is done -----------------------------------------------------------

    async def _hacer(self, accion: Accion, e: Enrolamiento, h: Hechos, r: Reconocimiento) -> None:
        if accion not in _NO_TOCAN:
            self._tocados.add(e.beneficiario)
        match accion:
            case Accion.PEDIR:
                self._pedir(e)
            case Accion.VALIDAR:
                self._validar(e, h)
            case Accion.ENROLAR:
                await self._enrolar(e, h, r)
            case Accion.REENROLAR:
                await self._reenrolar(e, h, r)
            case Accion.LISTA:
                await self._lista(e, h)
            case Accion.AGOTAR:
                await self._agotar(e, r)
            case Accion.REPETIR:
                await repetir(self._trabajo(r), await self._giro(r), None)
                self._ordena = True
                self._poner(e, reintentos_giro=e.reintentos_giro + 1)
            case Accion.REVISAR:
                self._poner(e, EstadoEnrolamiento.REVISION, codigo=h.codigo_banco)
            case Accion.CERRAR:
                self._poner(e, EstadoEnrolamiento.CERRADO)
            case Accion.NADA:
                pass

    def _pedir(self, e: Enrolamiento) -> None:
        e = self._poner(
            e, e.estado, numero=e.numero + 1, intento=e.intento + 1,
            proximo=self._hoy + PLAZO_REINTENTO,
        )  # fmt: skip
        abre = e.estado is EstadoEnrolamiento.ENROLANDO
        operacion = Operacion.ABRIR if abre else Operacion.VALIDAR
        self._pedidas.append((e, operacion))
        if abre:
            self._avisos.append((e, ClaseAviso.SE_ABRE_CUENTA))

    def _validar(self, e: Enrolamiento, h: Hechos) -> None:
        cuenta_id = None if h.cuenta is None else h.cuenta.id
        self._poner(
            e, EstadoEnrolamiento.VALIDANDO, cuenta_id=cuenta_id, intento=0, reintentos_giro=0,
            proximo=self._hoy, codigo=None,
        )  # fmt: skip
        self._mover(e, EN_VALIDACION_BANCARIA, "El receptor tiene un producto, que se valida")

    async def _enrolar(self, e: Enrolamiento, h: Hechos, r: Reconocimiento) -> None:
        """Without a product that serves: with another one of theirs that was checked before, or
        with one to be opened."""
        causa = _causa(e, h)
        if h.cuenta is not None and h.cuenta.estado is EstadoCuentaBancaria.POR_VERIFICAR:
            await self._decidir(h.cuenta, causa)
        conocida = (await CuentaRepository(self._tx).verificadas({e.beneficiario})).get(
            e.beneficiario
        )
        await self._trabajo(r).reconocimientos.cambiar(r.id, self._ahora, cuenta_id=conocida)
        con_producto = h.cuenta is not None
        if e.estado is EstadoEnrolamiento.ENROLANDO:  # what is under way goes on
            self._poner(e, codigo=causa.value)
            return
        self._poner(
            e,
            EstadoEnrolamiento.ENROLANDO,
            cuenta_id=None,
            intento=0,
            reintentos_giro=0,
            proximo=self._hoy,
            codigo=causa.value if con_producto else None,
        )
        motivo = f"El producto no sirve: {CAUSAS[causa]}" if con_producto else "No tiene producto"
        self._mover(e, EN_ENROLAMIENTO, motivo, con_codigo=True)

    async def _reenrolar(self, e: Enrolamiento, h: Hechos, r: Reconocimiento) -> None:
        """The bank gave the money back because of the product: another one is opened."""
        if h.cuenta is not None and h.cuenta.estado is EstadoCuentaBancaria.VERIFICADA:
            await self._decidir(h.cuenta, Causa.GIRO_DEVUELTO)
        await esperar_cuenta(self._trabajo(r), await self._giro(r))
        self._poner(
            e, EstadoEnrolamiento.ENROLANDO, cuenta_id=None, intento=0, reintentos_giro=0,
            proximo=self._hoy, codigo=h.codigo_banco,
        )  # fmt: skip
        self._mover(
            e, EN_ENROLAMIENTO, f"El banco devolvió el giro: {h.codigo_banco}", con_codigo=True
        )

    async def _decidir(self, cuenta: CuentaBancaria, causa: Causa | None) -> None:
        await decidir_cuenta(
            self._tx,
            cuenta.id,
            aceptada=causa is None,
            motivo=None if causa is None else f"{causa}: {CAUSAS[causa]}",
            por=self._por,
            reloj=self._ctx.reloj,
        )

    async def _lista(self, e: Enrolamiento, h: Hechos) -> None:
        """Its account is good: the first one that is says which it is."""
        if h.cuenta is not None and h.cuenta.estado is EstadoCuentaBancaria.POR_VERIFICAR:
            await self._decidir(h.cuenta, None)
        self._ordena = True
        se_abrio = e.estado is EstadoEnrolamiento.ENROLANDO and e.intento > 0
        e = self._poner(
            e,
            EstadoEnrolamiento.LISTO,
            cuenta_id=None if h.cuenta is None else h.cuenta.id,
            codigo=None,
        )
        self._mover(e, EN_VALIDACION_BANCARIA, "El receptor tiene un producto verificado")
        if se_abrio:
            self._avisos.append((e, ClaseAviso.CUENTA_ABIERTA))

    async def _agotar(self, e: Enrolamiento, r: Reconocimiento) -> None:
        """Back to the EPS: the recognition goes with opposite entries, and the right is free."""
        trabajo = self._trabajo(r)
        antes = await self._lo_de_antes(r)
        for uno in (r, *(a for a in antes if not _cobrado(a))):
            await trabajo.quitar(uno)
        self._liberadas.add(r.linea_id)
        if cobrados := [a for a in antes if _cobrado(a)]:
            # Only what it grew goes: whoever was paid does not leave the right to another.
            self._poner(e, EstadoEnrolamiento.CERRADO)
            await RegistroRepository(self._tx).heredar_pagos(
                r.solicitud_id, r.tipo_documento, r.nit, cobrados[0].id
            )
            return
        devuelto = r.estado is EstadoReconocimiento.GIRO_DEVUELTO
        e = self._poner(
            e,
            EstadoEnrolamiento.AGOTADO,
            codigo=Causa.TITULAR_DISTINTO.value if devuelto else e.codigo,
        )
        motivo = (
            "El banco devolvió el giro porque el titular no es el receptor"
            if devuelto
            else f"No se abrió un producto después de {e.intento} solicitudes"
        )
        self._mover(e, EN_CORRECCION_EPS, motivo, con_codigo=True)
        self._avisos.append((e, ClaseAviso.ACUDA_A_SU_EPS))

    async def _lo_de_antes(self, r: Reconocimiento) -> list[Reconocimiento]:
        """What its records were worth before they came to be worth more: it pays no other."""
        vivos = await self._trabajo(r).reconocimientos.de_solicitud(
            r.solicitud_id, r.nit, r.tipo_documento
        )
        con_registros = await self._repositorio.con_registros([v.id for v in vivos])
        return [v for v in vivos if v.id != r.id and v.id not in con_registros]

    def _mover(
        self, e: Enrolamiento, estado: str, motivo: str, *, con_codigo: bool = False
    ) -> None:
        self._movidas[e.reconocimiento_id] = Movida(
            e.reconocimiento_id,
            estado,
            con_codigo,
            estado in self._ctx.mecanismo.estados.liberan,
            motivo,
        )

    def _poner(
        self, e: Enrolamiento, estado: EstadoEnrolamiento | None = None, **cambios: Any
    ) -> Enrolamiento:
        """Change it here; ``terminar`` writes it. What is asked of nobody is due on no day."""
        if estado is not None and "proximo" not in cambios:
            cambios["proximo"] = None
        nuevo = replace(e, estado=estado or e.estado, cambiado_at=self._ahora, **cambios)
        self.enrolamientos[e.id] = nuevo
        self._cambiados.add(e.id)
        return nuevo


def _cobrado(r: Reconocimiento) -> bool:
    """At the bank, or paid."""
    return situacion(r.estado, r.espera_por) is Situacion.PAGADO


def _causa(e: Enrolamiento, h: Hechos) -> Causa:
    """Why its product does not serve."""
    if h.cuenta is not None and not h.cuenta.del_beneficiario:
        return Causa.TITULAR_DISTINTO
    if e.codigo in set(Causa):
        return Causa(e.codigo)
    if h.cuenta is not None and h.cuenta.estado is EstadoCuentaBancaria.RECHAZADA:
        return Causa.PRODUCTO_RECHAZADO
    return Causa.SIN_RESPUESTA


def _respondida(s: Solicitud) -> Respuesta | None:
    if s.resultado is None:
        return None
    return Respuesta(s.id, s.resultado, None if s.codigo is None else Causa(s.codigo))
