"""``/v1/lineas``: aforo and recaudo of each mechanism and vigencia."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.operaciones.roles import Interno, Ordenador
from services.operaciones.vistas import LineaVista
from shared.focalizacion.descubrir import mecanismo as buscar
from shared.giros.schemas import AforoIn, RecaudoIn
from shared.giros.service import adicionar_aforo_y_liberar, recaudar_y_liberar
from shared.presupuesto.service import crear_linea, descuadres, obtener_linea, resumen, resumenes
from shared.tipos import de_decimal
from shared.web.entorno import Entorno

Vigencia = Annotated[int, Path(ge=2000, le=2199, description="Año de la apropiación")]


def rutas(entorno: Entorno) -> APIRouter:
    """Routes of the budget."""
    router = APIRouter(prefix="/v1", tags=["Presupuesto"])

    @router.get("/lineas", summary="Todas las líneas")
    async def lineas(_: Interno) -> list[LineaVista]:
        async with entorno.uow.begin() as tx:
            return [LineaVista.de(r) for r in await resumenes(tx)]

    @router.get("/lineas/{mecanismo}/{vigencia}", summary="Una línea")
    async def linea(mecanismo: str, vigencia: Vigencia, _: Interno) -> LineaVista:
        async with entorno.uow.begin() as tx:
            hallada = await obtener_linea(tx, buscar(mecanismo).nombre, vigencia)
            return LineaVista.de(await resumen(tx, hallada))

    @router.post(
        "/lineas/{mecanismo}/{vigencia}/aforo",
        status_code=201,
        summary="Adicionar aforo con un acto; libera en orden lo que lo esperaba",
    )
    async def aforo(
        mecanismo: str, vigencia: Vigencia, cuerpo: AforoIn, usuario: Ordenador
    ) -> LineaVista:
        async with entorno.uow.begin() as tx:
            hallada = await crear_linea(tx, buscar(mecanismo).nombre, vigencia)
            await adicionar_aforo_y_liberar(
                tx,
                hallada,
                numero=cuerpo.numero,
                fecha=cuerpo.fecha,
                valor_centavos=de_decimal(cuerpo.valor),
                por=usuario.sujeto,
                reloj=entorno.reloj,
            )
            return LineaVista.de(await resumen(tx, hallada))

    @router.post(
        "/lineas/{mecanismo}/{vigencia}/recaudo",
        status_code=201,
        summary="Registrar recaudo; libera en orden los giros que lo esperaban",
    )
    async def recaudo(
        mecanismo: str, vigencia: Vigencia, cuerpo: RecaudoIn, usuario: Ordenador
    ) -> LineaVista:
        async with entorno.uow.begin() as tx:
            hallada = await crear_linea(tx, buscar(mecanismo).nombre, vigencia)
            await recaudar_y_liberar(
                tx,
                hallada,
                referencia_banco=cuerpo.referencia_banco,
                fecha=cuerpo.fecha,
                valor_centavos=de_decimal(cuerpo.valor),
                por=usuario.sujeto,
                reloj=entorno.reloj,
            )
            return LineaVista.de(await resumen(tx, hallada))

    @router.get("/cuadre", summary="Recalcular los saldos desde los movimientos")
    async def cuadre(_: Interno) -> dict[str, object]:
        async with entorno.uow.begin() as tx:
            malos = await descuadres(tx)
        return {"cuadra": not malos, "cuentas_que_no_cuadran": len(malos)}

    return router
