"""Use cases of the settlements: see a month, name who is paid on behalf of an EPS, discount.

Who gives a list is not who accepts it: an EPS names the IPS that it owes and an operador accepts;
the balance of an EPS in liquidation is moved by two operadores. Until it is accepted nothing
changes; then the recognition is replaced by one per payee in its place (``giros.desglosar``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.focalizacion.model import Mecanismo
from shared.giros.errors import DesgloseExcedido, ReintegroInexistente
from shared.giros.model import MotivoRevision, ParteDesglose, Reconocimiento, Reintegro
from shared.giros.repository import AdvertenciaRepository
from shared.giros.service import desglosar, exigir_desglosable, obtener, reintegrar
from shared.liquidaciones.errors import (
    DesgloseDecidido,
    DesgloseInexistente,
    DesgloseNoAdmitido,
    FuncionesSeparadas,
)
from shared.liquidaciones.model import (
    BeneficiarioDesglose,
    BeneficiarioPedido,
    ClaseDesglose,
    Control,
    Descuento,
    Desglose,
    EstadoDesglose,
    LiquidacionPeriodo,
    Partida,
    base_de,
    base_del_nit,
    eps_de,
    juntar,
    repartir_desglose,
)
from shared.liquidaciones.repository import (
    INDICE_DESGLOSE,
    SUMA_DESGLOSE,
    Consulta,
    DesgloseRepository,
    LiquidacionRepository,
)
from shared.presupuesto import service as libro
from shared.radicacion.repository import RegistroRepository
from shared.radicacion.service import Contexto
from shared.seguridad import Rol, Usuario, alcance, exigir, nit_de
from shared.tipos import NoEncontrado, Periodo, Reloj

_APROBABLES: Final = {ClaseDesglose.GIRO_DIRECTO: False, ClaseDesglose.TRASLADO: True}
"""Whether what was already approved, and waits, may still be paid to others."""


def se_liquida_por_eps(mecanismo: Mecanismo) -> bool:
    """Whether the mechanism owes EPS, under a concept of its own."""
    return bool(mecanismo.concepto_eps)


# --- settlement ----------------------------------------------------------------------------------


async def liquidacion(
    tx: AsyncConnection,
    mecanismo: Mecanismo,
    periodo: Periodo,
    *,
    entidad: str | None,
    por_grupo: bool = False,
) -> LiquidacionPeriodo:
    """What the month comes to for each EPS; for one of them, if ``entidad`` is its code.
    ``por_grupo``: also by UPC zone and age group."""
    consulta = _consulta(mecanismo, str(periodo), entidad)
    repositorio = LiquidacionRepository(tx)
    partidas = await repositorio.partidas(consulta)
    sin_periodo = 0
    for fila in await repositorio.reintegros(consulta):
        if fila["periodo"] is None:
            sin_periodo += fila["por_reintegrar"] + fila["reintegrado"] + fila["adeudado"]
            continue
        campos = ("por_reintegrar", "reintegrado", "descontado", "adeudado")
        importes = {f"{c}_centavos": int(fila[c]) for c in campos}
        codigo = fila["codigo_eps"] or base_del_nit(fila["nit"])
        partidas.append(Partida(codigo, importes))
    return LiquidacionPeriodo(
        periodo=str(periodo),
        concepto=mecanismo.concepto_eps,
        eps=juntar(partidas),
        grupos=tuple(await repositorio.grupos(consulta)) if por_grupo else (),
        lma=tuple(await repositorio.lma(consulta)),
        hallazgos_sin_periodo_centavos=sin_periodo,
    )


def _consulta(mecanismo: Mecanismo, periodo: str, entidad: str | None) -> Consulta:
    if entidad is None:
        return Consulta(mecanismo.nombre, periodo)
    # An EPS without NIT has no payment, and an empty NIT finds none.
    return Consulta(mecanismo.nombre, periodo, base_de(entidad), nit_de(entidad) or "")


async def control(tx: AsyncConnection, mecanismo: Mecanismo, vigencia: int) -> Control:
    """The line of a year seen from its records, its recognitions and its ledger.

    Raises:
        LineaInexistente: there is no line of that year.
    """
    linea = await libro.obtener_linea(tx, mecanismo.nombre, vigencia)
    resumen = await libro.resumen(tx, linea)
    fila = await LiquidacionRepository(tx).control(mecanismo.nombre, vigencia)
    return Control(
        vigencia=vigencia,
        registros_centavos=fila["registros"],
        reconocimientos_centavos=fila["reconocimientos"],
        hallazgos_centavos=fila["hallazgos"],
        en_espera_centavos=fila["en_espera"],
        en_giro_centavos=fila["en_giro"],
        girado_centavos=fila["girado"],
        libro_centavos=resumen.reconocido_centavos,
        libro_en_giro_centavos=resumen.en_transito_centavos,
        libro_girado_centavos=resumen.girado_centavos,
        sin_rastro=fila["sin_rastro"],
    )


# --- who is paid on behalf of an EPS --------------------------------------------------------------


async def entregar_giro_directo(
    reconocimiento_id: UUID,
    pedidos: Sequence[BeneficiarioPedido],
    *,
    usuario: Usuario,
    ctx: Contexto,
) -> Desglose:
    """An EPS names who is paid out of a recognition of its own that nobody approved yet.

    Raises:
        Prohibido: not an EPS.
        ReconocimientoInexistente: no such recognition, or not the caller's.
        EstadoNoPermite: it was approved, paid or replaced.
        EntradaInvalida, DesgloseExcedido: the list is wrong (``repartir_desglose``).
        DesgloseNoAdmitido: it has another list.
    """
    exigir(usuario, Rol.EPS)
    async with ctx.uow.begin() as tx:
        r = await _propio(tx, reconocimiento_id, usuario, ctx.mecanismo)
    exigir_desglosable(r)
    partes = repartir_desglose(r.nit, r.valor_centavos, pedidos)
    return await _entregar(r, partes, None, usuario, ctx)


async def entregar_traslado(
    reconocimiento_id: UUID,
    codigo_eps: str,
    acto: str,
    *,
    usuario: Usuario,
    ctx: Contexto,
) -> Desglose:
    """An operador asks, by act, that what is owed to an EPS in liquidation be paid to the one
    that takes its members, where it is already paid, or in an account that it gives later.

    Raises:
        Prohibido: not an operador.
        ReconocimientoInexistente: no such recognition.
        EstadoNoPermite: it is at the bank, paid or replaced.
        DesgloseNoAdmitido: its EPS is not in liquidation, who receives it is not an EPS with NIT
            or is the same one, or it has another list.
    """
    exigir(usuario, Rol.OPERADOR)
    async with ctx.uow.begin() as tx:
        r = await _propio(tx, reconocimiento_id, usuario, ctx.mecanismo)
        exigir_desglosable(r, aprobado=True)
        hoy = ctx.reloj.hoy()
        en_liquidacion = any(
            e.nit == r.nit
            and e.motivo is MotivoRevision.LIQUIDACION
            and e.desde <= hoy <= (e.hasta or hoy)
            for e in await AdvertenciaRepository(tx).listar()
        )
    recibe = eps_de(codigo_eps)
    if not en_liquidacion:
        raise DesgloseNoAdmitido(
            "La EPS no está anotada en liquidación. El operador la anota en entidades en revisión, "
            "con su acto, y después pide el traslado."
        )
    if recibe.nit in {None, r.nit}:
        raise DesgloseNoAdmitido(
            f"{codigo_eps} no puede recibir el saldo: no es otra EPS con NIT conocido."
        )
    parte = BeneficiarioDesglose(str(recibe.nit), recibe.nombre, None, None, r.valor_centavos)
    return await _entregar(r, [parte], acto, usuario, ctx)


async def _propio(
    tx: AsyncConnection, reconocimiento_id: UUID, usuario: Usuario, mecanismo: Mecanismo
) -> Reconocimiento:
    r = await obtener(tx, reconocimiento_id, usuario)
    if r.mecanismo != mecanismo.nombre:
        raise NoEncontrado("No hay un reconocimiento suyo con ese identificador.")
    return r


async def _entregar(
    r: Reconocimiento,
    partes: Sequence[BeneficiarioDesglose],
    acto: str | None,
    usuario: Usuario,
    ctx: Contexto,
) -> Desglose:
    """``acto``: of a traslado; a giro directo has none."""
    clase = ClaseDesglose.TRASLADO if acto else ClaseDesglose.GIRO_DIRECTO
    try:
        async with ctx.uow.begin() as tx:
            (id_,) = await RegistroRepository(tx).nuevos_ids(1)
            desglose = Desglose(
                id=id_,
                clase=clase,
                mecanismo=ctx.mecanismo.nombre,
                reconocimiento_id=r.id,
                nit=r.nit,
                valor_centavos=r.valor_centavos,
                acto=acto,
                estado=EstadoDesglose.ENTREGADO,
                motivo=None,
                entregado_por=usuario.sujeto,
                entregado_at=ctx.reloj.ahora(),
                decidido_por=None,
                decidido_at=None,
                beneficiarios=tuple(partes),
            )
            await DesgloseRepository(tx).entregar(desglose)
            return await ver_desglose(tx, id_, usuario=usuario, mecanismo=ctx.mecanismo)
    except IntegrityError as error:
        if SUMA_DESGLOSE in str(error.orig):  # it came to be worth less meanwhile
            raise DesgloseExcedido(
                "El reconocimiento vale menos que la lista. Consúltelo y entréguela de nuevo."
            ) from error
        if INDICE_DESGLOSE not in str(error.orig):
            raise
        raise DesgloseNoAdmitido(
            "El reconocimiento ya tiene una lista de beneficiarios. Espere a que el operador la "
            "decida, o pídale que la rechace."
        ) from error


async def ver_desglose(
    tx: AsyncConnection,
    desglose_id: UUID,
    *,
    usuario: Usuario,
    mecanismo: Mecanismo,
    for_update: bool = False,
) -> Desglose:
    """A list that the caller may see.

    Raises:
        DesgloseInexistente: no such one, or of another EPS.
    """
    hallado = await DesgloseRepository(tx).get(mecanismo.nombre, desglose_id, for_update=for_update)
    entidad = alcance(usuario)
    if hallado is None or (entidad is not None and nit_de(entidad) != hallado.nit):
        raise DesgloseInexistente("No hay una lista de beneficiarios con ese identificador.")
    return hallado


async def aceptar_desglose(
    tx: AsyncConnection,
    desglose_id: UUID,
    *,
    usuario: Usuario,
    mecanismo: Mecanismo,
    reloj: Reloj,
) -> tuple[Desglose, list[Reconocimiento]]:
    """Replace the recognition by one per payee of the list and, if something is left, one of the
    EPS: same total, same place in the queue, opposite entries.

    Each record shows the payments that it got: the rows of the recognition go to the payees in
    order, the last ones to the EPS.

    Raises:
        Prohibido: not an operador.
        FuncionesSeparadas: the user gave it.
        DesgloseInexistente, DesgloseDecidido: no such list, or not open.
        DesgloseNoAdmitido: the recognition is not worth the same as when it was given.
        EstadoNoPermite: it was approved, or went on, meanwhile.
    """
    exigir(usuario, Rol.OPERADOR)
    registros = RegistroRepository(tx)
    await registros.turno(mecanismo.nombre)
    desglose = await _por_decidir(tx, desglose_id, usuario, mecanismo)
    r = await obtener(tx, desglose.reconocimiento_id, usuario)
    aprobado = _APROBABLES[desglose.clase]
    exigir_desglosable(r, aprobado=aprobado)
    if r.valor_centavos != desglose.valor_centavos:
        raise DesgloseNoAdmitido(
            "El reconocimiento ya no vale lo mismo que cuando se entregó la lista. Rechácela, y "
            "que se entregue otra."
        )
    repositorio = DesgloseRepository(tx)
    tramos = [*(b.valor_centavos for b in desglose.beneficiarios), desglose.resto_centavos]
    *cuantos, resto = await repositorio.registros_por_tramo(r.id, tramos)
    await repositorio.decidir(
        desglose.id, EstadoDesglose.ACEPTADO, por=usuario.sujeto, ahora=reloj.ahora()
    )
    nuevos = await desglosar(
        tx,
        r.id,
        [
            ParteDesglose(b.nit, b.nombre, b.valor_centavos, desglose.entregado_por, n, b.cuenta)
            for b, n in zip(desglose.beneficiarios, cuantos, strict=True)
        ],
        documento=desglose.id,
        registros_resto=resto,
        aprobado=aprobado,
        por=usuario.sujeto,
        reloj=reloj,
    )
    await registros.repartir_pagos(r.solicitud_id, r.nit)
    return await ver_desglose(tx, desglose.id, usuario=usuario, mecanismo=mecanismo), nuevos


async def rechazar_desglose(
    tx: AsyncConnection,
    desglose_id: UUID,
    motivo: str,
    *,
    usuario: Usuario,
    mecanismo: Mecanismo,
    reloj: Reloj,
) -> Desglose:
    """The list is refused: the EPS is paid as before, and may give another one.

    Raises:
        Prohibido, FuncionesSeparadas, DesgloseInexistente, DesgloseDecidido: as accepting.
    """
    exigir(usuario, Rol.OPERADOR)
    desglose = await _por_decidir(tx, desglose_id, usuario, mecanismo)
    await DesgloseRepository(tx).decidir(
        desglose.id,
        EstadoDesglose.RECHAZADO,
        motivo=motivo,
        por=usuario.sujeto,
        ahora=reloj.ahora(),
    )
    return await ver_desglose(tx, desglose.id, usuario=usuario, mecanismo=mecanismo)


async def _por_decidir(
    tx: AsyncConnection, desglose_id: UUID, usuario: Usuario, mecanismo: Mecanismo
) -> Desglose:
    desglose = await ver_desglose(
        tx, desglose_id, usuario=usuario, mecanismo=mecanismo, for_update=True
    )
    if desglose.estado is not EstadoDesglose.ENTREGADO:
        raise DesgloseDecidido(
            f"La lista está {desglose.estado}. Si cambió algo, entregue otra.",
            estado=desglose.estado.value,
        )
    if desglose.entregado_por == usuario.sujeto:
        raise FuncionesSeparadas("Usted entregó esta lista. La decide otro operador.")
    return desglose


# --- discounts ------------------------------------------------------------------------------------


async def descontar(
    tx: AsyncConnection,
    reintegro_id: UUID,
    descuento: Descuento,
    *,
    usuario: Usuario,
    mecanismo: Mecanismo,
    reloj: Reloj,
) -> Reintegro:
    """Treasury books what was kept from an EPS in compensación or LMA (budget §6).

    It comes back as any reintegro does; the process that kept it is written beside it. The same
    process again changes nothing.

    Raises:
        Prohibido, ReintegroInexistente, EstadoNoPermite, ReintegroExcedido: as ``reintegrar``.
    """
    exigir(usuario, Rol.TESORERIA)
    if not await LiquidacionRepository(tx).es_reintegro_de(mecanismo.nombre, reintegro_id):
        raise ReintegroInexistente(f"No existe el reintegro {reintegro_id}.")
    reintegro = await reintegrar(
        tx,
        reintegro_id,
        capital_centavos=descuento.capital_centavos,
        interes_centavos=descuento.interes_centavos,
        referencia_banco=descuento.referencia(reintegro_id),
        fecha=descuento.fecha,
        usuario=usuario,
        reloj=reloj,
    )
    await DesgloseRepository(tx).descontar(
        reintegro_id, descuento, por=usuario.sujeto, ahora=reloj.ahora()
    )
    return reintegro
