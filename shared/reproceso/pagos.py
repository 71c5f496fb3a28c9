"""What a radicación that was judged again asks of the budget: opposite entries and new ones.

What a payee has that is not at the bank goes to what their records are worth now; what is at the
bank stays, and what it is worth too much is found.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.model import CuentaPago, NuevoReconocimiento, Reconocimiento
from shared.giros.service import Ajuste, Hallazgo, ajustar
from shared.presupuesto.service import crear_linea
from shared.radicacion.pago import comunes_de, cuenta_de
from shared.radicacion.repository import RegistroRepository
from shared.radicacion.service import Contexto
from shared.reproceso.juicio import Pago, ParteNueva, partes_que_cambian
from shared.reproceso.model import Cambio, Clase
from shared.reproceso.pasos import Orden, Revision
from shared.reproceso.repository import ActualesRepository

Titular = tuple[str, str]
"""Type and number of document of whose right a payment is."""


@dataclass
class _Cuenta:
    """What a titular gains or loses. ``diferencia_centavos``: over what their records are worth
    without those that changed."""

    diferencia_centavos: int = 0
    tocados: set[UUID] = field(default_factory=set)
    nuevas: list[ParteNueva] = field(default_factory=list)
    conservadas: list[tuple[Pago, int]] = field(default_factory=list)
    """Parts that nobody ordered of records that do not change, with what is left of each."""


async def pagar(
    tx: AsyncConnection,
    revision: Revision,
    fijos: Sequence[Cambio],
    orden: Orden,
    ctx: Contexto,
) -> dict[UUID, UUID]:
    """Correct what was committed; ``fijos`` are those of the records that do not change. Call it
    last: it locks the line.

    Returns the reintegro of each recognition in which something was found.

    Raises:
        OtraSituacion: a payment went to the bank, or came back, since it was read.
    """
    recortes = [c for c in fijos if c.clase is Clase.RECORTE]
    hallazgos = _hallazgos(fijos)
    if not (revision.cambios or recortes or hallazgos):
        return {}
    pagos, nuevas = await asyncio.to_thread(
        partes_que_cambian,
        revision.actual,
        revision.juzgada,
        revision.radicacion,
        ctx.mecanismo,
        filas=revision.filas,
        fijas=[c.fila for c in recortes],
    )
    cuentas = _cuentas(set(revision.filas), pagos, nuevas, recortes)
    vivos: dict[Titular, RowMapping] = {
        (v["tipo_documento"], v["numero"]): v
        for v in await ActualesRepository(tx).vivos(revision.radicacion.solicitud_id)
    }
    abiertos = {i for c in cuentas.values() for i in c.tocados}
    ajustes = {
        t: await _ajuste(tx, t, c, vivos[t], revision=revision, ctx=ctx)
        for t, c in cuentas.items()
        if t in vivos
    }
    nuevos = await _nuevos(tx, cuentas, vivos, revision, ctx)
    for recorte in recortes:
        await ActualesRepository(tx).retirar_pagos(
            revision.radicacion.id,
            [recorte.fila],
            solo=[i for i in (recorte.reconocimiento_id,) if i is not None],
            motivo=orden.motivo,
            en=ctx.reloj.ahora(),
        )
    quedan, reintegros = await ajustar(
        tx,
        list(ajustes.values()),
        list(nuevos.values()),
        hallazgos,
        abiertos=abiertos,
        motivo=orden.motivo,
        por=orden.por,
        reloj=ctx.reloj,
    )
    destinos = dict(zip(ajustes, quedan, strict=True))
    await _trazar(tx, revision, cuentas, destinos, nuevos)
    return {h.reconocimiento_id: i for h, i in zip(hallazgos, reintegros, strict=True)}


def _hallazgos(fijos: Sequence[Cambio]) -> list[Hallazgo]:
    """One per recognition, of all its records."""
    capital: defaultdict[UUID, int] = defaultdict(int)
    for cambio in fijos:
        if cambio.clase is Clase.HALLAZGO and cambio.reconocimiento_id is not None:
            capital[cambio.reconocimiento_id] += cambio.capital_centavos
    return [Hallazgo(r, valor) for r, valor in sorted(capital.items())]


def _cuentas(
    filas: set[int],
    pagos: Sequence[Pago],
    nuevas: Sequence[ParteNueva],
    recortes: Sequence[Cambio],
) -> dict[Titular, _Cuenta]:
    cuentas: defaultdict[Titular, _Cuenta] = defaultdict(_Cuenta)
    quita = {(c.fila, c.reconocimiento_id): c.capital_centavos for c in recortes}
    for pago in pagos:
        cuenta = cuentas[pago.titular]
        if pago.fila in filas:
            cuenta.tocados.add(pago.reconocimiento_id)
        elif sobra := quita.get((pago.fila, pago.reconocimiento_id), 0):
            # A row may have several parts of one recognition: one takes what the others leave.
            esta = min(sobra, pago.valor_centavos)
            quita[pago.fila, pago.reconocimiento_id] = sobra - esta
            cuenta.diferencia_centavos -= esta
            cuenta.tocados.add(pago.reconocimiento_id)
            cuenta.conservadas.append((pago, pago.valor_centavos - esta))
    for parte in nuevas:
        cuentas[parte.titular].diferencia_centavos += parte.valor_centavos
        cuentas[parte.titular].nuevas.append(parte)
    return {t: c for t, c in cuentas.items() if c.tocados or c.nuevas}


async def _ajuste(
    tx: AsyncConnection,
    titular: Titular,
    cuenta: _Cuenta,
    vivo: RowMapping,
    *,
    revision: Revision,
    ctx: Contexto,
) -> Ajuste:
    """Of who has something of the solicitud already; ``vivo`` is the last of it.

    It is what their records are worth, not what changed of it: what the bank returned may already
    be less what was found of it.
    """
    siguen, valor = await RegistroRepository(tx).vale_ahora(
        revision.radicacion.solicitud_id, *titular
    )
    nuevo = _nuevo(titular, cuenta, revision, ctx)
    return Ajuste(
        anterior=min(cuenta.tocados) if cuenta.tocados else vivo["id"],
        nuevo=replace(
            nuevo,
            vigencia=vivo["vigencia"],
            registros=max(1, siguen + len({p.fila for p in cuenta.nuevas})),
            nombre=nuevo.nombre if cuenta.nuevas else vivo["nombre"],
        ),
        valor_centavos=max(0, valor + cuenta.diferencia_centavos),
        tocados=frozenset(cuenta.tocados),
    )


async def _nuevos(
    tx: AsyncConnection,
    cuentas: Mapping[Titular, _Cuenta],
    vivos: Mapping[Titular, RowMapping],
    revision: Revision,
    ctx: Contexto,
) -> dict[Titular, NuevoReconocimiento]:
    """Those who had nothing of the solicitud, with their recognition already named."""
    titulares = [t for t in cuentas if t not in vivos]
    ids = await RegistroRepository(tx).nuevos_ids(len(titulares))
    if titulares:
        await crear_linea(tx, ctx.mecanismo.nombre, revision.radicacion.fecha.year)
    return {
        t: _nuevo(t, cuentas[t], revision, ctx, id_) for t, id_ in zip(titulares, ids, strict=True)
    }


def _nuevo(
    titular: Titular,
    cuenta: _Cuenta,
    revision: Revision,
    ctx: Contexto,
    id_: UUID | None = None,
) -> NuevoReconocimiento:
    radicacion = revision.radicacion
    por_filas = bool(ctx.mecanismo.liquidacion.beneficiarios)
    tipo, numero = titular
    dada = next((p.cuenta for p in cuenta.nuevas if p.cuenta is not None), None)
    propia = None if dada is None else CuentaPago(*dada, numero, tipo)
    return NuevoReconocimiento(
        **comunes_de(radicacion, ctx),
        id=id_,
        tipo_documento=tipo,
        nit=numero,
        nombre=next((p.nombre for p in cuenta.nuevas), numero),
        registros=len({p.fila for p in cuenta.nuevas}),
        valor_centavos=max(0, cuenta.diferencia_centavos),
        cuenta=propia if por_filas else cuenta_de(radicacion.solicitud),
        entidad=radicacion.entidad if por_filas else None,
        evaluacion=revision.numero,
    )


async def _trazar(
    tx: AsyncConnection,
    revision: Revision,
    cuentas: Mapping[Titular, _Cuenta],
    destinos: Mapping[Titular, Reconocimiento | None],
    nuevos: Mapping[Titular, NuevoReconocimiento],
) -> None:
    """Which recognition pays each part of each row."""
    registros, radicacion = RegistroRepository(tx), revision.radicacion
    partes: list[tuple[int, str, UUID, int]] = []
    for titular, cuenta in cuentas.items():
        queda = nuevos.get(titular) or destinos.get(titular)
        if queda is None or queda.id is None:
            continue
        destino = queda.id
        partes += [(p.fila, p.concepto, destino, p.valor_centavos) for p in cuenta.nuevas]
        partes += [(p.fila, p.concepto, destino, v) for p, v in cuenta.conservadas if v > 0]
    await registros.copiar_pagos(radicacion.id, sorted(partes))
    for (tipo, numero), vigente in destinos.items():
        if vigente is not None:
            await registros.heredar_pagos(radicacion.solicitud_id, tipo, numero, vigente.id)
