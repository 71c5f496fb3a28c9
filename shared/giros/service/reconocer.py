"""Recognise what radicación valued, and take back or add what a correction changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.errors import (
    EstadoNoPermite,
    OtraSituacion,
    ReconocimientoDistinto,
    ReconocimientoInexistente,
)
from shared.giros.model import (
    Accion,
    EstadoReconocimiento,
    EstadoReintegro,
    NuevoReconocimiento,
    Paso,
    Reconocimiento,
    Reintegro,
    Situacion,
    Sustitucion,
    Vivo,
    planear_correccion,
    situacion,
)
from shared.giros.repository import CuentaRepository, ReconocimientoRepository
from shared.giros.service.trabajo import (
    Trabajo,
    abrir,
    abrir_varias,
    cerrar,
)
from shared.presupuesto import Linea
from shared.presupuesto import service as libro
from shared.tipos import InvarianteRota, Reloj


@dataclass(frozen=True)
class Ajuste:
    """What the records of a solicitud are worth now to one titular, in all.

    ``anterior`` is any recognition of theirs there. ``nuevo`` says to whom; its value is not read.
    What is taken back is taken first from ``tocados``, and last from what is at the bank.
    """

    anterior: UUID
    nuevo: NuevoReconocimiento
    valor_centavos: int
    tocados: frozenset[UUID]


@dataclass(frozen=True)
class Hallazgo:
    """What a recognition at the bank, or paid, is worth too much."""

    reconocimiento_id: UUID
    capital_centavos: int


async def reconocer(
    tx: AsyncConnection, nuevos: Sequence[NuevoReconocimiento], *, reloj: Reloj
) -> list[Reconocimiento]:
    """Enqueue in order and recognise the prefix that fits in the aforo of each line.

    Each enters whole: RECONOCIDO with its obligación booked, or ESPERA_PRESUPUESTO (AFORO) in its
    place, and a smaller one behind does not overtake. Call it last in the transaction: it locks
    the line and posts. Repeating a radicación and payee with the same content returns what is
    there. The answer follows the order of ``nuevos``.

    Raises:
        LineaInexistente: no budget line for that mechanism and vigencia.
        ReconocimientoDistinto: that radicación and payee are there with another content.
    """
    if not nuevos:
        return []
    lineas = {
        clave: await libro.obtener_linea(tx, *clave)
        for clave in sorted({(n.mecanismo, n.vigencia) for n in nuevos})
    }
    trabajos = await abrir_varias(
        tx, (linea.id for linea in lineas.values()), por="sistema", reloj=reloj
    )
    agregados = await _encolar(tx, nuevos, lineas, reloj)
    for r in agregados:
        trabajos[r.linea_id].anunciar([r])
    for trabajo in trabajos.values():
        await trabajo.reconocer_en_orden()
    await cerrar(list(trabajos.values()))
    return await _en_el_orden_pedido(tx, nuevos)


async def _encolar(
    tx: AsyncConnection,
    nuevos: Sequence[NuevoReconocimiento],
    lineas: dict[tuple[str, int], Linea],
    reloj: Reloj,
) -> list[Reconocimiento]:
    ahora = reloj.ahora()
    pedidas = [(n.beneficiario, n.cuenta) for n in nuevos if n.cuenta is not None]
    cuentas = await CuentaRepository(tx).asegurar(pedidas, ahora)
    # Who gives none is paid where they already are: an account is of the payee, not of a payment.
    conocidas = await CuentaRepository(tx).verificadas(
        {n.beneficiario for n in nuevos if n.cuenta is None}
    )
    filas = [
        (
            lineas[n.mecanismo, n.vigencia].id,
            n,
            conocidas.get(n.beneficiario)
            if n.cuenta is None
            else cuentas[n.beneficiario, n.cuenta].id,
        )
        for n in nuevos
    ]
    return await ReconocimientoRepository(tx).add_all(filas, ahora)


async def _en_el_orden_pedido(
    tx: AsyncConnection, nuevos: Sequence[NuevoReconocimiento]
) -> list[Reconocimiento]:
    hallados = await ReconocimientoRepository(tx).de_radicaciones({n.radicacion_id for n in nuevos})
    respuesta = [hallados[n.clave] for n in nuevos]
    for nuevo, r in zip(nuevos, respuesta, strict=True):
        pedido = (nuevo.mecanismo, nuevo.vigencia, nuevo.solicitud_id, nuevo.valor_centavos)
        if pedido != (r.mecanismo, r.vigencia, r.solicitud_id, r.valor_centavos):
            raise ReconocimientoDistinto(
                f"La radicación {nuevo.radicacion_id} ya tiene un reconocimiento de "
                f"{nuevo.beneficiario} con otro contenido. Radique una corrección."
            )
    return respuesta


async def sustituir(
    tx: AsyncConnection,
    anterior: UUID,
    nuevo: NuevoReconocimiento | None,
    *,
    por: str = "sistema",
    reloj: Reloj,
) -> Sustitucion:
    """Leave the solicitud of ``anterior`` worth what its new version says (anticipo §6).

    It is of the titular of ``anterior``, with whatever is paid to others on its behalf: its own
    goes first, then theirs, from the last one that it named.

    ``nuevo`` carries the whole value of the new version, not the difference; None is zero.
    Without difference nothing changes. A positive one is a new recognition; one that still waits
    for aforo is replaced in its place. A negative one takes back what is unpaid, whole, and
    recognises the smaller amount in the same place; of what is paid or at the bank it opens a
    reintegro (HALLAZGO), and the recognition is EN_REINTEGRO once paid.

    Raises:
        ReconocimientoInexistente: no such recognition.
        EstadoNoPermite: the new version belongs to another solicitud, payee or line.
    """
    hallado = (await ReconocimientoRepository(tx).get_many([anterior])).get(anterior)
    if hallado is None:
        raise ReconocimientoInexistente(f"No existe el reconocimiento {anterior}.")
    if nuevo is not None:
        _exigir_misma_solicitud(hallado, nuevo)
    trabajo = await abrir(tx, hallado.linea_id, por=por, reloj=reloj)
    correccion = _Correccion(trabajo, hallado, nuevo)
    resultado = await correccion.aplicar()
    await trabajo.liberar()
    await cerrar([trabajo])
    return await _con_estado_actual(tx, resultado)


async def ajustar(
    tx: AsyncConnection,
    ajustes: Sequence[Ajuste],
    nuevos: Sequence[NuevoReconocimiento],
    hallazgos: Sequence[Hallazgo],
    *,
    abiertos: Collection[UUID],
    motivo: str,
    por: str,
    reloj: Reloj,
) -> tuple[list[Reconocimiento | None], list[UUID]]:
    """Bring what is owed to what the records are worth now, with opposite entries.

    ``ajustes`` are of who already has something of the solicitud; ``nuevos``, of who has nothing.
    Returns the recognition that the records of each adjustment belong to, and the reintegros of
    ``hallazgos``. Call it last in the transaction: it locks the lines and posts.

    Raises:
        LineaInexistente: a new one has no budget line.
        OtraSituacion: since they were read one of ``abiertos`` went to the bank, or what one of
            ``hallazgos`` is about came back.
    """
    repositorio = ReconocimientoRepository(tx)
    nombrados = {a.anterior for a in ajustes} | {h.reconocimiento_id for h in hallazgos}
    leidos = await repositorio.get_many({*nombrados, *abiertos})
    lineas = {
        clave: await libro.obtener_linea(tx, *clave)
        for clave in sorted({(n.mecanismo, n.vigencia) for n in nuevos})
    }
    ids = {r.linea_id for r in leidos.values()} | {linea.id for linea in lineas.values()}
    trabajos = await abrir_varias(tx, ids, por=por, reloj=reloj)
    actuales = await repositorio.get_many(leidos)
    devueltos = any(not _esta_pagado(actuales[h.reconocimiento_id]) for h in hallazgos)
    if devueltos or any(not _sigue_abierto(actuales[i]) for i in abiertos):
        raise OtraSituacion("Un pago de estos registros cambió de situación. Vuelva a intentarlo.")
    quedan = []
    for ajuste in ajustes:
        anterior = actuales[ajuste.anterior]
        correccion = _Correccion(trabajos[anterior.linea_id], anterior, ajuste.nuevo, ajuste)
        quedan.append((await correccion.aplicar()).reconocimiento)
    reintegros = [
        await _abrir_hallazgo(trabajos[r.linea_id], r, None, h.capital_centavos, motivo)
        for h in hallazgos
        for r in [actuales[h.reconocimiento_id]]
    ]
    for agregado in await _encolar(tx, nuevos, lineas, reloj):
        trabajos[agregado.linea_id].anunciar([agregado])
    for trabajo in trabajos.values():
        await trabajo.liberar()
    await cerrar(list(trabajos.values()))
    return quedan, reintegros


def _esta_pagado(r: Reconocimiento) -> bool:
    """At the bank, or paid."""
    anulado = r.estado is EstadoReconocimiento.ANULADO
    return not anulado and situacion(r.estado, r.espera_por) is Situacion.PAGADO


def _sigue_abierto(r: Reconocimiento) -> bool:
    return r.estado is not EstadoReconocimiento.ANULADO and not _esta_pagado(r)


def _exigir_misma_solicitud(anterior: Reconocimiento, nuevo: NuevoReconocimiento) -> None:
    antes = (anterior.mecanismo, anterior.vigencia, anterior.solicitud_id, anterior.titular)
    if antes != (nuevo.mecanismo, nuevo.vigencia, nuevo.solicitud_id, nuevo.beneficiario):
        raise EstadoNoPermite(
            f"La corrección no es de la solicitud {anterior.solicitud_id} de "
            f"{anterior.titular}. Corrija la versión vigente de la misma solicitud."
        )


async def _con_estado_actual(tx: AsyncConnection, resultado: Sustitucion) -> Sustitucion:
    r = resultado.reconocimiento
    if r is None:
        return resultado
    actual = (await ReconocimientoRepository(tx).get_many([r.id]))[r.id]
    return Sustitucion(resultado.delta_centavos, actual, resultado.reintegros)


class _Correccion:
    """Carries out the plan of one correction on a locked line."""

    def __init__(
        self,
        trabajo: Trabajo,
        anterior: Reconocimiento,
        nuevo: NuevoReconocimiento | None,
        ajuste: Ajuste | None = None,
    ) -> None:
        self._t = trabajo
        self._anterior = anterior
        self._nuevo = nuevo
        self._ajuste = ajuste
        self._vigente: Reconocimiento | None = None
        self._reintegros: list[UUID] = []

    async def aplicar(self) -> Sustitucion:
        titular = self._anterior.titular
        vivos = await self._t.reconocimientos.de_solicitud(
            self._anterior.solicitud_id, titular.numero, titular.tipo_documento
        )
        if self._ajuste is not None:
            vivos = _en_orden_de_ajuste(vivos, self._ajuste)
        filas = {r.id: r for r in vivos}
        netos = [_vivo(r, await self._t.reintegros.de([r.id])) for r in vivos]
        if self._ajuste is not None:
            valor = self._ajuste.valor_centavos
        else:
            valor = self._nuevo.valor_centavos if self._nuevo else 0
        self._vigente = filas.get(self._anterior.id, vivos[0] if vivos else None)
        pasos = planear_correccion(netos, valor)
        for paso in pasos:
            await self._dar(paso, None if paso.sobre is None else filas[paso.sobre])
        if self._vigente is None:  # what was added last went; what was there before stands
            quitados = {p.sobre for p in pasos if p.accion is Accion.ANULAR}
            self._vigente = next((r for r in vivos if r.id not in quitados), None)
        delta = valor - sum(v.neto_centavos for v in netos)
        return Sustitucion(delta, self._vigente, tuple(self._reintegros))

    async def _dar(self, paso: Paso, sobre: Reconocimiento | None) -> None:
        if paso.accion is Accion.AGREGAR:
            await self._agregar(paso.valor_centavos)
        elif sobre is None:
            raise InvarianteRota("un paso de corrección sin reconocimiento")
        elif paso.accion is Accion.REINTEGRAR:
            await self._reintegrar(sobre, paso.valor_centavos)
        else:
            await self._t.quitar(sobre)
            if paso.accion is Accion.REEMPLAZAR:
                await self._reemplazar(sobre, paso.valor_centavos)
            elif self._vigente == sobre:
                self._vigente = None

    async def _agregar(self, valor_centavos: int) -> None:
        nuevo = self._exigir_nuevo()
        agregado = await self._t.reconocimientos.add_all(
            [
                (
                    self._t.linea.id,
                    replace(nuevo, valor_centavos=valor_centavos),
                    await self._cuenta(nuevo)
                    or (None if self._anterior.titular_nit else self._anterior.cuenta_id),
                )
            ],
            self._t.ahora,
        )
        if not agregado:
            raise ReconocimientoDistinto(
                f"La radicación {nuevo.radicacion_id} ya tiene un reconocimiento. Radique la "
                "corrección como una versión nueva."
            )
        self._vigente = agregado[0]
        self._t.anunciar(agregado)

    async def _reemplazar(self, sobre: Reconocimiento, valor_centavos: int) -> None:
        nuevo = self._exigir_nuevo()
        if sobre.titular_nit is not None:  # less of the same, to the same payee
            nuevo = replace(nuevo, nombre=sobre.nombre, cuenta=None, registros=sobre.registros)
        en_espera = situacion(sobre.estado, sobre.espera_por) is Situacion.EN_ESPERA
        reemplazo = await self._t.reconocimientos.add_en_lugar(
            sobre,
            nuevo,
            valor_centavos,
            # What had its commitment keeps it: the reversal just freed more than it takes.
            estado=EstadoReconocimiento.ESPERA_PRESUPUESTO
            if en_espera
            else EstadoReconocimiento.RECONOCIDO,
            cuenta_id=await self._cuenta(nuevo) or sobre.cuenta_id,
            ahora=self._t.ahora,
        )
        if not en_espera:
            self._t.movimientos += self._t.asientos.reconocidos([reemplazo])
        self._t.anunciar([reemplazo])
        self._vigente = reemplazo

    async def _reintegrar(self, sobre: Reconocimiento, valor_centavos: int) -> None:
        radicacion = self._nuevo.radicacion_id if self._nuevo else None
        self._reintegros.append(
            await _abrir_hallazgo(
                self._t, sobre, radicacion, valor_centavos, "Corrección con menor valor"
            )
        )

    async def _cuenta(self, nuevo: NuevoReconocimiento) -> UUID | None:
        if nuevo.cuenta is None:
            return None
        pedida = (nuevo.beneficiario, nuevo.cuenta)
        return (await self._t.cuentas.asegurar([pedida], self._t.ahora))[pedida].id

    def _exigir_nuevo(self) -> NuevoReconocimiento:
        if self._nuevo is None:
            raise InvarianteRota("una corrección a cero no reconoce nada")
        return self._nuevo


def _en_orden_de_ajuste(vivos: Sequence[Reconocimiento], ajuste: Ajuste) -> list[Reconocimiento]:
    """What pays the records that changed first; what is at the bank last. What is paid to others
    on behalf of the titular goes after its own and in its order, whatever records it pays."""

    def lugar(r: Reconocimiento) -> tuple[bool, bool, bool]:
        delegado = r.titular_nit is not None
        return (not _sigue_abierto(r), delegado, not delegado and r.id not in ajuste.tocados)

    return sorted(vivos, key=lugar)


async def _abrir_hallazgo(
    trabajo: Trabajo, r: Reconocimiento, radicacion_id: UUID | None, capital: int, motivo: str
) -> UUID:
    """A recognition at the bank is EN_REINTEGRO once it is paid."""
    reintegro = await trabajo.reintegros.add(
        r.id,
        radicacion_id=radicacion_id,
        capital_centavos=capital,
        motivo=motivo,
        por=trabajo.por,
        ahora=trabajo.ahora,
    )
    if r.estado is not EstadoReconocimiento.ORDENADO:
        await trabajo.reconocimientos.cambiar(
            r.id, trabajo.ahora, estado=EstadoReconocimiento.EN_REINTEGRO.value
        )
    return reintegro.id


def _vivo(r: Reconocimiento, reintegros: Sequence[Reintegro]) -> Vivo:
    encontrado = sum(
        i.capital_centavos for i in reintegros if i.estado is not EstadoReintegro.ACLARADO
    )
    return Vivo(
        r.id,
        situacion(r.estado, r.espera_por),
        r.valor_centavos,
        encontrado,
        delegado=r.titular_nit is not None,
    )
