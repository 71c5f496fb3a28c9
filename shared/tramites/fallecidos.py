"""Use cases of the right of a worker who died: open, prove, accredit or refuse.

C. de Estado 2020-04531: the family is paid if death from COVID is proven and contagion in service
certified, also after the emergency (talento humano §8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import narwhals as nw
import pyarrow as pa
from sqlalchemy import RowMapping
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.focalizacion.model import Efecto, Mecanismo, Veredicto
from shared.giros.model import NuevoReconocimiento
from shared.giros.service import reconocer
from shared.presupuesto.service import crear_linea
from shared.radicacion.consultas import explicacion
from shared.radicacion.repository import INDICE_DERECHO, RegistroRepository
from shared.radicacion.service import Contexto
from shared.seguridad import Rol, Usuario, alcance, exigir
from shared.tipos import Centavos, EntradaInvalida, Reloj
from shared.tramites.errors import (
    DerechoTomado,
    FuncionesSeparadas,
    RegistroSinTramite,
    TramiteDecidido,
    TramiteIncompleto,
    TramiteInexistente,
)
from shared.tramites.model import (
    EN_TRAMITE_FALLECIDO,
    BeneficiarioFallecido,
    ClaseDocumento,
    EstadoTramite,
    TramiteFallecido,
    exigir_beneficiarios,
)
from shared.tramites.repository import INDICE_ABIERTO, FallecidoRepository


async def abrir(
    registro_id: UUID,
    fecha_defuncion: date,
    beneficiarios: Sequence[BeneficiarioFallecido],
    *,
    usuario: Usuario,
    ctx: Contexto,
) -> TramiteFallecido:
    """Whoever reported the worker, or the operador, says who receives what the record is worth.

    Raises:
        Prohibido: of neither.
        EntradaInvalida: no beneficiary, one repeated, of several ranks, or a future date.
        RegistroSinTramite: no such record of the caller in EN_TRAMITE_FALLECIDO, or it has a
            trámite already.
    """
    exigir(usuario, Rol.OPERADOR, *_radican(ctx.mecanismo))
    exigir_beneficiarios(beneficiarios)
    if fecha_defuncion > ctx.reloj.hoy():
        raise EntradaInvalida("La fecha de defunción no puede ser posterior a hoy.")
    try:
        async with ctx.uow.begin() as tx:
            repositorio = FallecidoRepository(tx)
            registro = await _registro(repositorio, registro_id, usuario, ctx.mecanismo)
            tramite_id = await repositorio.abrir(
                ctx.mecanismo.nombre,
                registro_id,
                entidad=registro["entidad"],
                fecha_defuncion=fecha_defuncion,
                beneficiarios=beneficiarios,
                por=usuario.sujeto,
                ahora=ctx.reloj.ahora(),
            )
            return await obtener(tx, tramite_id, usuario=usuario, mecanismo=ctx.mecanismo)
    except IntegrityError as error:
        if INDICE_ABIERTO not in str(error.orig):
            raise
        raise RegistroSinTramite(
            "Ese registro ya tiene un trámite. Continúe con él, o espere a que se decida."
        ) from error


def _radican(mecanismo: Mecanismo) -> tuple[Rol, ...]:
    return tuple(Rol(r) for r in mecanismo.roles_radican)


async def _registro(
    repositorio: FallecidoRepository, registro_id: UUID, usuario: Usuario, mecanismo: Mecanismo
) -> RowMapping:
    registro = await repositorio.registro(mecanismo.nombre, registro_id)
    ajeno = registro is None or alcance(usuario) not in {None, registro["entidad"]}
    if registro is None or ajeno:
        raise RegistroSinTramite("No hay un registro suyo con ese identificador.")
    if not registro["vigente"] or registro["estado"] != EN_TRAMITE_FALLECIDO:
        raise RegistroSinTramite(
            f"El registro está {registro['estado']}; este trámite es de los que están en "
            f"{EN_TRAMITE_FALLECIDO}."
        )
    return registro


async def obtener(
    tx: AsyncConnection,
    tramite_id: UUID,
    *,
    usuario: Usuario,
    mecanismo: Mecanismo,
    for_update: bool = False,
) -> TramiteFallecido:
    """A trámite that the caller may see.

    Raises:
        TramiteInexistente: no such one, or of another entity.
    """
    hallado = await FallecidoRepository(tx).get(mecanismo.nombre, tramite_id, for_update=for_update)
    if hallado is None or alcance(usuario) not in {None, hallado.entidad}:
        raise TramiteInexistente("No hay un trámite suyo con ese identificador.")
    return hallado


async def entregar(
    tx: AsyncConnection,
    tramite_id: UUID,
    clase: ClaseDocumento,
    orden: int | None,
    sha256: str,
    *,
    usuario: Usuario,
    mecanismo: Mecanismo,
    reloj: Reloj,
) -> TramiteFallecido:
    """Add a document. ``orden``: of PARENTESCO, whose it is; of the others, none.

    Raises:
        Prohibido: neither an entity that reports nor operador.
        TramiteInexistente: no such one, or of another entity.
        TramiteDecidido: it is not open.
        EntradaInvalida: the document does not say whose it is, or there is no such beneficiary.
    """
    exigir(usuario, Rol.OPERADOR, *_radican(mecanismo))
    tramite = await obtener(tx, tramite_id, usuario=usuario, mecanismo=mecanismo, for_update=True)
    _exigir_abierto(tramite)
    if (clase is ClaseDocumento.PARENTESCO) != (orden is not None):
        raise EntradaInvalida(
            "La prueba de parentesco lleva el número del beneficiario; los demás documentos no."
        )
    if orden is not None and not 1 <= orden <= len(tramite.beneficiarios):
        raise EntradaInvalida(
            f"El trámite tiene beneficiarios del 1 al {len(tramite.beneficiarios)}."
        )
    await FallecidoRepository(tx).entregar(
        tramite_id, clase, orden, sha256, por=usuario.sujeto, ahora=reloj.ahora()
    )
    return await obtener(tx, tramite_id, usuario=usuario, mecanismo=mecanismo)


async def acreditar(tramite_id: UUID, *, usuario: Usuario, ctx: Contexto) -> TramiteFallecido:
    """The beneficiaries are who they say: the record is LIQUIDADO, worth what its worker would
    have received, and each of them is recognised an equal part.

    It is valued with the evaluation that decided the record: nothing new is asked of it. Record,
    payments and postings commit together.

    Raises:
        Prohibido: not an operador.
        FuncionesSeparadas: the user opened it or delivered some document of it.
        TramiteInexistente: no such one.
        TramiteDecidido: it is not open.
        TramiteIncompleto: documents are missing, or something else holds the record.
        RegistroSinTramite: the record went on meanwhile.
        DerechoTomado: the worker is being paid through another record.
    """
    exigir(usuario, Rol.OPERADOR)
    async with ctx.uow.begin() as tx:
        visto = await obtener(tx, tramite_id, usuario=usuario, mecanismo=ctx.mecanismo)
    _exigir_decidible(visto, usuario)
    if visto.faltan:
        raise TramiteIncompleto(
            f"Falta: {'; '.join(visto.faltan)}. Lo entrega quien reportó.", faltan=visto.faltan
        )
    valor = _valor_de(await explicacion(visto.registro_id, ctx, entidad=None), ctx.mecanismo)
    try:
        async with ctx.uow.begin() as tx:
            await _acreditar(tx, tramite_id, valor, usuario, ctx)
            return await obtener(tx, tramite_id, usuario=usuario, mecanismo=ctx.mecanismo)
    except IntegrityError as error:
        if INDICE_DERECHO not in str(error.orig):
            raise
        raise DerechoTomado(
            "Otro registro de la misma persona ya se reconoció. Rechace este trámite."
        ) from error


async def _acreditar(
    tx: AsyncConnection, tramite_id: UUID, valor: Centavos, usuario: Usuario, ctx: Contexto
) -> None:
    await RegistroRepository(tx).turno(ctx.mecanismo.nombre)
    tramite = await obtener(
        tx, tramite_id, usuario=usuario, mecanismo=ctx.mecanismo, for_update=True
    )
    _exigir_decidible(tramite, usuario)
    repositorio, ahora = FallecidoRepository(tx), ctx.reloj.ahora()
    registro = await _registro(repositorio, tramite.registro_id, usuario, ctx.mecanismo)
    if not await repositorio.liquidar_registro(tramite.registro_id, valor, ahora):
        raise RegistroSinTramite("El registro cambió mientras se decidía. Consúltelo de nuevo.")
    await repositorio.decidir(
        tramite_id,
        EstadoTramite.ACREDITADO,
        valor_centavos=valor,
        por=usuario.sujeto,
        ahora=ahora,
    )
    acreditado = await obtener(tx, tramite_id, usuario=usuario, mecanismo=ctx.mecanismo)
    await _reconocer(tx, acreditado, registro, ctx)


async def _reconocer(
    tx: AsyncConnection, tramite: TramiteFallecido, registro: RowMapping, ctx: Contexto
) -> None:
    """One recognition per beneficiary, of the year of the submission. They hang from the trámite
    and not from the submission, which may pay the same person for another record."""
    registros = RegistroRepository(tx)
    partes = tramite.partes
    ids = await registros.nuevos_ids(len(partes))
    vigencia = registro["fecha_radicacion"].year
    pagados = [(b, p, i) for (b, p), i in zip(partes, ids, strict=True)]
    await registros.copiar_pagos(
        registro["radicacion_id"],
        [
            (registro["fila"], f"beneficiario {n}", id_, parte)
            for n, (_, parte, id_) in enumerate(pagados, 1)
        ],
    )
    await crear_linea(tx, ctx.mecanismo.nombre, vigencia)
    await reconocer(
        tx,
        [
            NuevoReconocimiento(
                id=id_,
                mecanismo=ctx.mecanismo.nombre,
                vigencia=vigencia,
                radicacion_id=tramite.id,
                solicitud_id=tramite.id,
                tipo_documento=b.tipo_documento,
                nit=b.numero_documento,
                nombre=b.nombre,
                entidad=tramite.entidad,
                periodo=registro["periodo"],
                registros=1,
                valor_centavos=parte,
                cuenta=b.cuenta,
                fecha_radicacion=ctx.reloj.ahora(),
                preparado_por=tramite.decidido_por or tramite.abierto_por,
            )
            for b, parte, id_ in pagados
        ],
        reloj=ctx.reloj,
    )


async def rechazar(
    tx: AsyncConnection,
    tramite_id: UUID,
    motivo: str,
    *,
    usuario: Usuario,
    mecanismo: Mecanismo,
    reloj: Reloj,
) -> TramiteFallecido:
    """It is not proven: the record stays where it is, and another trámite may be opened.

    Raises:
        Prohibido: not an operador.
        FuncionesSeparadas, TramiteInexistente, TramiteDecidido: as ``acreditar``.
    """
    exigir(usuario, Rol.OPERADOR)
    tramite = await obtener(tx, tramite_id, usuario=usuario, mecanismo=mecanismo, for_update=True)
    _exigir_decidible(tramite, usuario)
    await FallecidoRepository(tx).decidir(
        tramite_id, EstadoTramite.RECHAZADO, motivo=motivo, por=usuario.sujeto, ahora=reloj.ahora()
    )
    return await obtener(tx, tramite_id, usuario=usuario, mecanismo=mecanismo)


def _exigir_abierto(tramite: TramiteFallecido) -> None:
    if tramite.estado is not EstadoTramite.ABIERTO:
        raise TramiteDecidido(
            f"El trámite está {tramite.estado}. Si cambió algo, abra otro.",
            estado=tramite.estado.value,
        )


def _exigir_decidible(tramite: TramiteFallecido, usuario: Usuario) -> None:
    _exigir_abierto(tramite)
    if usuario.sujeto in tramite.prepararon:
        raise FuncionesSeparadas(
            "Usted abrió este trámite o entregó un documento suyo. Lo decide otro operador."
        )


def _valor_de(explicado: Mapping[str, Any], mecanismo: Mecanismo) -> Centavos:
    """What the row is worth, if only the death keeps it off the main track."""
    suyas = {
        codigo
        for linea in mecanismo.estados.precedencia
        if linea.estado == EN_TRAMITE_FALLECIDO
        for codigo in linea.codigos
    }
    detienen = sorted(
        {
            regla["codigo"]
            for regla in explicado["reglas"]
            if regla["veredicto"] == Veredicto.INCUMPLE
            and regla["efecto"] in {Efecto.DESVIO, Efecto.RETENCION}
        }
        - suyas
    )
    pasos = {nombre: [valor] for nombre, valor in explicado["liquidacion"].items()}
    calculado = nw.from_native(pa.table(pasos)).select(valor=mecanismo.liquidacion.valor_centavos)
    valor = calculado["valor"].to_list()[0]
    if detienen or not valor:
        raise TramiteIncompleto(
            f"Además del fallecimiento lo detiene {', '.join(detienen) or 'no tener valor'}. "
            "Espere a que se resuelva y decida después.",
            codigos=detienen,
        )
    return Centavos(int(valor))
