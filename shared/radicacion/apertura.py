"""Use cases of the windows: which there are, the acts that fix them, what may come in outside."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.duck import en_memoria
from shared.focalizacion.model import Mecanismo, Ventanas
from shared.radicacion.actos import ActoRepository
from shared.radicacion.errors import VentanaCerrada
from shared.radicacion.model import Radicacion, Ventana
from shared.radicacion.repository import HistoriaRepository, RegistroRepository
from shared.radicacion.schemas import con_periodo
from shared.radicacion.ventanas import siguiente, ventana_por_defecto, ventanas_sin_periodo
from shared.registros.expresiones import ident
from shared.seguridad import Rol
from shared.tipos import EntradaInvalida, InvarianteRota, Periodo, Reloj

if TYPE_CHECKING:
    from shared.radicacion.service import Contexto, OrdenRadicar

_FILAS_CITADAS: Final = 5


async def ventana_de(periodo: Periodo, ctx: Contexto) -> Ventana:
    """The window configured for a period, or the default one."""
    async with ctx.uow.begin() as tx:
        fijada = await ActoRepository(tx).ventana(ctx.mecanismo.nombre, str(periodo))
    return fijada or ventana_por_defecto(periodo)


async def ventanas_de(ctx: Contexto) -> list[Ventana]:
    """Windows of a mechanism without periods, in order: fixed by act, general, next ones."""
    async with ctx.uow.begin() as tx:
        fijadas = await ActoRepository(tx).ventanas_sin_periodo(ctx.mecanismo.nombre)
    return ventanas_sin_periodo(ctx.mecanismo, fijadas, ctx.reloj.hoy())


async def fijar_ventana(
    tx: AsyncConnection, mecanismo: Mecanismo, ventana: Ventana, *, por: str, reloj: Reloj
) -> None:
    """Fix a window by act: that of a period, or one more where the mechanism has no periods.

    Raises:
        EntradaInvalida: it ends before it begins, or names a period where there are none (or
            names none where there are).
    """
    if ventana.desde >= ventana.hasta:
        raise EntradaInvalida("La ventana debe empezar antes de terminar.")
    if con_periodo(mecanismo) and ventana.periodo is None:
        raise EntradaInvalida(f"En {mecanismo.nombre} cada ventana es de un periodo: diga cuál.")
    if not con_periodo(mecanismo) and ventana.periodo is not None:
        raise EntradaInvalida(f"Las ventanas de {mecanismo.nombre} no son de un periodo: quítelo.")
    await ActoRepository(tx).fijar_ventana(mecanismo.nombre, ventana, por=por, en=reloj.ahora())


async def exigir_ventana(orden: OrdenRadicar, periodo: Periodo | None, ctx: Contexto) -> None:
    """The day is inside a window, where the mechanism has them.

    By month, of the period. By week, only for the EPS. Once, for what comes for the first time:
    what was returned is mended when the window has closed (``exigir_que_corrija``).

    Raises:
        VentanaCerrada: it is not.
    """
    if ctx.mecanismo.radicacion.ventana is None:
        return
    if periodo is not None:
        _exigir_abierta([await ventana_de(periodo, ctx)], f"El periodo {periodo}", ctx)
    elif ctx.mecanismo.ventanas is Ventanas.SEMANAL:
        if Rol.EPS in orden.usuario.roles:
            _exigir_abierta(await ventanas_de(ctx), "Lo de las EPS", ctx)
    elif orden.corrige is None:
        _exigir_abierta(await ventanas_de(ctx), "Este mecanismo", ctx)


def _exigir_abierta(ventanas: Sequence[Ventana], que: str, ctx: Contexto) -> None:
    """One of them is open now.

    Raises:
        VentanaCerrada: none is; it says when the last one was and when the next one opens.
    """
    ahora = ctx.reloj.ahora()
    if any(v.abierta(ahora) for v in ventanas):
        return
    proxima = siguiente(ventanas, ahora)
    citada = max((v for v in ventanas if v.hasta < ahora), key=lambda v: v.hasta, default=proxima)
    if citada is None:
        raise InvarianteRota("un mecanismo con ventanas y sin ninguna")
    detalle = (
        f"{que} se radica entre el {citada.desde:%Y-%m-%d} y el {citada.hasta:%Y-%m-%d}. "
        f"{citada.acto}."
    )
    if proxima is None:
        detalle += " No hay otra ventana prevista."
    elif proxima is not citada:
        detalle += (
            f" La próxima ventana abre el {proxima.desde:%Y-%m-%d} y cierra el "
            f"{proxima.hasta:%Y-%m-%d}: radique entonces."
        )
    raise VentanaCerrada(
        detalle,
        regla=ctx.mecanismo.radicacion.ventana,
        desde=citada.desde.isoformat(),
        hasta=citada.hasta.isoformat(),
        proxima=None if proxima is None else proxima.desde.isoformat(),
    )


async def exigir_que_corrija(
    filas: Path, orden: OrdenRadicar, anterior: Radicacion, ctx: Contexto
) -> None:
    """A correction outside the only window brings nothing new.

    Each row of sound form is about the case of a record that its entity was asked to correct, or
    says which one it answers, and that one has not expired. What failed FORMA has no case: of
    those, no more than there were.

    Raises:
        VentanaCerrada: some row answers nothing.
    """
    mecanismo = ctx.mecanismo
    if mecanismo.radicacion.ventana is None or mecanismo.ventanas is not Ventanas.FIJA:
        return
    ventanas = await ventanas_de(ctx)
    if any(v.abierta(ctx.reloj.ahora()) for v in ventanas):
        return
    async with ctx.uow.begin() as tx:
        casos, sin_caso = await RegistroRepository(tx).por_corregir(
            anterior, mecanismo.estados.corregibles
        )
        respondidos = await HistoriaRepository(tx).respondidos(
            anterior.id,
            [(s.fila, s.radicacion_id, s.fila_subsana) for s in orden.subsana],
            mecanismo.estados.corregibles,
            salvo=[v.a for v in mecanismo.estados.vencen.values()],
        )
    dichas = {fila for fila, _ in respondidos}
    caso = mecanismo.esquema.caso or mecanismo.esquema.clave
    nuevas = await asyncio.to_thread(_filas_sin, filas, caso, casos)
    sobran = [fila for fila in nuevas if fila not in dichas]
    if len(sobran) > sin_caso:
        citas = ", ".join(map(str, sobran[:_FILAS_CITADAS]))
        _exigir_abierta(
            ventanas,
            f"Lo que no responde a algo devuelto (filas {citas}) es un reporte nuevo, que",
            ctx,
        )


def _filas_sin(filas: Path, caso: Sequence[str], conocidos: Sequence[str]) -> list[int]:
    """Rows of sound form whose case, made of submitted columns, is not among those known."""
    partes = ", ".join(f"upper(CAST({ident(c)} AS VARCHAR))" for c in caso)
    with en_memoria() as conexion:
        conexion.execute(
            "CREATE TABLE conocido AS SELECT unnest(?::VARCHAR[]) AS caso", [conocidos]
        )
        halladas = conexion.execute(
            f"SELECT fila FROM (SELECT fila, concat_ws('|', {partes}) AS caso "  # noqa: S608 - our columns
            "FROM read_parquet(?) WHERE forma_ok) ANTI JOIN conocido USING (caso) ORDER BY fila",
            [str(filas)],
        ).fetchall()
    return [fila for (fila,) in halladas]
