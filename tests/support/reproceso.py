"""Reprocessing on a ``Mesa``: correct a corte, ask, do what the worker does, look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from shared.presupuesto import service as libro
from shared.registros import EstadoCorte, cambiar_estado
from shared.reproceso.model import Alcance, Reproceso
from shared.reproceso.repository import ReprocesoRepository
from shared.reproceso.service import carga_de, confirmar, obtener, pedir
from shared.reproceso.trabajo import reprocesar
from shared.seguridad import Rol, Usuario
from tests.support.mesa import FECHA_CORTE, Fila, Mesa

OPERADORA: Final = Usuario("pilar", frozenset({Rol.OPERADOR}))
OTRA: Final = Usuario("olga", frozenset({Rol.OPERADOR, Rol.ORDENADOR}))
TODO: Final = Alcance()


async def corregir(
    mesa: Mesa, registro: str, filas: Sequence[Fila], fecha: date = FECHA_CORTE
) -> None:
    """A corte of the same day in the place of the one that was wrong."""
    viejos = await mesa.consultar(
        "SELECT id FROM corte WHERE registro = :r AND estado = 'VIGENTE'", r=registro
    )
    await mesa.cargar(registro, filas, fecha)
    for viejo in viejos:
        await cambiar_estado(
            viejo["id"],
            EstadoCorte.RETIRADO,
            motivo="venía mal",
            usuario="operadora",
            uow=mesa.ctx.uow,
            reloj=mesa.ctx.reloj,
        )


async def pedido(mesa: Mesa, alcance: Alcance = TODO) -> Reproceso:
    return await pedir(
        mesa.mecanismo,
        alcance,
        "corte corregido",
        usuario=OPERADORA,
        uow=mesa.ctx.uow,
        reloj=mesa.ctx.reloj,
    )


async def trabajar(mesa: Mesa, reproceso: Reproceso) -> Reproceso:
    """What a worker does with its job."""
    carga = carga_de(mesa.mecanismo.nombre, reproceso.id)
    await reprocesar(carga, lambda nombre: mesa.ctx)
    return await obtener(reproceso.id, mesa.ctx.uow)


async def calculado(mesa: Mesa, alcance: Alcance = TODO) -> Reproceso:
    return await trabajar(mesa, await pedido(mesa, alcance))


async def aplicado(mesa: Mesa, reproceso: Reproceso) -> Reproceso:
    ctx = mesa.ctx
    await confirmar(reproceso.id, "Resolución 1", usuario=OTRA, uow=ctx.uow, reloj=ctx.reloj)
    return await trabajar(mesa, reproceso)


async def cambios(mesa: Mesa, reproceso: Reproceso) -> list[Fila]:
    async with mesa.ctx.uow.begin() as tx:
        return [dict(c) for c in await ReprocesoRepository(tx).cambios(reproceso.id, None, 1000)]


async def foto(mesa: Mesa) -> list[tuple[Any, ...]]:
    """Every record, recognition, movement, entry and file of reintegro."""
    filas: list[tuple[Any, ...]] = []
    for sql in (
        "SELECT radicacion_id, fila, estado, codigos, valor_centavos, libera, clave, gana_id, "
        "comunicado_at FROM registro ORDER BY 1, 2",
        "SELECT id, estado, valor_centavos FROM reconocimiento ORDER BY 1",
        "SELECT radicacion_id, fila, concepto, reconocimiento_id, valor_centavos "
        "FROM registro_pago ORDER BY 1, 2, 3",
        "SELECT count(*) FROM registro_cambio",
        "SELECT count(*) FROM evaluacion",
        "SELECT count(*) FROM movimiento",
        "SELECT count(*) FROM reintegro",
        "SELECT count(*) FROM bandeja_salida",
    ):
        filas += [tuple(f.values()) for f in await mesa.consultar(sql)]
    return filas


async def exigir_cuadre(mesa: Mesa, vigencia: int) -> None:
    """The ledger ties, and the line owes exactly what is recognised."""
    async with mesa.ctx.uow.begin() as tx:
        assert await libro.descuadres(tx) == []
        linea = await libro.obtener_linea(tx, mesa.mecanismo.nombre, vigencia)
        resumen = await libro.resumen(tx, linea)
    (vivos,) = await mesa.consultar(
        "SELECT coalesce(sum(valor_centavos), 0)::bigint AS valor FROM reconocimiento "
        "WHERE estado <> 'ANULADO' AND espera_por IS DISTINCT FROM 'AFORO'"
    )
    assert resumen.reconocido_centavos == vivos["valor"]
    sueltos = await mesa.consultar(
        "SELECT p.fila FROM registro_pago p JOIN registro g USING (radicacion_id, fila) "
        "JOIN reconocimiento c ON c.id = p.reconocimiento_id "
        "WHERE g.vigente AND (c.estado = 'ANULADO' OR g.valor_centavos = 0)"
    )
    assert sueltos == []
