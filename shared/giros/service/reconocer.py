"""Recognise what radicación valued, and take back or add what a correction changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.errors import (
    EstadoNoPermite,
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


def _exigir_misma_solicitud(anterior: Reconocimiento, nuevo: NuevoReconocimiento) -> None:
    antes = (anterior.mecanismo, anterior.vigencia, anterior.solicitud_id, anterior.beneficiario)
    if antes != (nuevo.mecanismo, nuevo.vigencia, nuevo.solicitud_id, nuevo.beneficiario):
        raise EstadoNoPermite(
            f"La corrección no es de la solicitud {anterior.solicitud_id} de "
            f"{anterior.beneficiario}. Corrija la versión vigente de la misma solicitud."
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
        self, trabajo: Trabajo, anterior: Reconocimiento, nuevo: NuevoReconocimiento | None
    ) -> None:
        self._t = trabajo
        self._anterior = anterior
        self._nuevo = nuevo
        self._vigente: Reconocimiento | None = None
        self._reintegros: list[UUID] = []

    async def aplicar(self) -> Sustitucion:
        vivos = await self._t.reconocimientos.de_solicitud(
            self._anterior.solicitud_id, self._anterior.nit, self._anterior.tipo_documento
        )
        filas = {r.id: r for r in vivos}
        netos = [_vivo(r, await self._t.reintegros.de([r.id])) for r in vivos]
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
            await self._quitar(sobre)
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
                    await self._cuenta(nuevo) or self._anterior.cuenta_id,
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

    async def _quitar(self, sobre: Reconocimiento) -> None:
        if situacion(sobre.estado, sobre.espera_por) is Situacion.SIN_PAGAR:
            self._t.movimientos += self._t.asientos.liberado(
                f"liberacion:{sobre.id}", sobre.id, sobre.valor_centavos
            )
        await self._t.anular(sobre)

    async def _reemplazar(self, sobre: Reconocimiento, valor_centavos: int) -> None:
        nuevo = self._exigir_nuevo()
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
        reintegro = await self._t.reintegros.add(
            sobre.id,
            radicacion_id=radicacion,
            capital_centavos=valor_centavos,
            motivo="Corrección con menor valor",
            por=self._t.por,
            ahora=self._t.ahora,
        )
        self._reintegros.append(reintegro.id)
        if sobre.estado is not EstadoReconocimiento.ORDENADO:
            await self._t.reconocimientos.cambiar(
                sobre.id, self._t.ahora, estado=EstadoReconocimiento.EN_REINTEGRO.value
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


def _vivo(r: Reconocimiento, reintegros: Sequence[Reintegro]) -> Vivo:
    encontrado = sum(
        i.capital_centavos for i in reintegros if i.estado is not EstadoReintegro.ACLARADO
    )
    return Vivo(r.id, situacion(r.estado, r.espera_por), r.valor_centavos, encontrado)
