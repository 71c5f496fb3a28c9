"""``/v1/universo`` and ``/v1/tablero-eps``: every case in one state, and how each EPS answers.

Everything is read from the last run that holds. An EPS sees its own cases and its own row; the
back office sees all, with documents masked.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from shared.focalizacion.model import Mecanismo
from shared.radicacion.descargas import Celda, csv_en_trozos, escribir_xlsx
from shared.seguridad import Rol, Usuario, alcance, exigir
from shared.tablero import descargas, hoja
from shared.tablero.errors import DescargaMuyGrande
from shared.tablero.model import (
    PLAZO_CORRECCION_DIAS,
    PLAZO_MAXIMO_DIAS,
    Tablero,
    base_de,
    estados_de,
    resumir,
    universo_de,
)
from shared.tablero.repository import CasoRepository, FiltroCasos
from shared.tablero.schemas import CasoOut, PedidoOut, TableroOut, UniversoOut
from shared.tablero.service import Estado, casos_de, estado_del_universo, pedir_universo
from shared.web.dependencias import UsuarioActual, requiere
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar

Operador = Annotated[Usuario, Depends(requiere(Rol.OPERADOR))]
DeUnaEps = Annotated[Usuario, Depends(requiere(Rol.EPS))]
Formato = Literal["csv", "xlsx"]
Plazo = Annotated[
    int,
    Query(ge=1, le=PLAZO_MAXIMO_DIAS, description="Días calendario para corregir a tiempo"),
]
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def _filtro(
    usuario: UsuarioActual,
    estado: str | None = None,
    eps: Annotated[str | None, Query(description="Código de la EPS del caso")] = None,
    desde: Annotated[date | None, Query(description="Confirmados desde este día")] = None,
    hasta: Annotated[date | None, Query(description="Confirmados hasta este día")] = None,
) -> FiltroCasos:
    """What is asked for, inside the scope of the caller: an EPS that asks for another one's
    cases finds none."""
    propia = _eps_de(usuario)
    pedida = None if eps is None else base_de(eps.strip().upper())
    if propia is not None and pedida not in (None, propia):
        return FiltroCasos(propia, estado="")
    return FiltroCasos(propia or pedida, estado, desde, hasta)


Filtrado = Annotated[FiltroCasos, Depends(_filtro)]


def _eps_de(usuario: Usuario) -> str | None:
    """Base code of the EPS that asks; ``None``, the back office.

    Raises:
        Prohibido: another entity: no case is of it.
    """
    entidad = alcance(usuario)
    if entidad is None:
        return None
    exigir(usuario, Rol.EPS)
    return base_de(entidad)


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes of a mechanism that answers for a universe; none for the others."""
    router = APIRouter(prefix="/v1")
    if mecanismo.esquema.universo is not None:
        router.include_router(_universo(mecanismo, entorno))
        router.include_router(_descargas(mecanismo, entorno))
        router.include_router(_tablero(mecanismo, entorno))
    return router


async def _ultima(mecanismo: Mecanismo, entorno: Entorno) -> tuple[Estado, CasoRepository]:
    ctx = entorno.contexto(mecanismo)
    async with entorno.uow.begin() as tx:
        estado = await estado_del_universo(tx, ctx)
    return estado, casos_de(estado.corrida, ctx)


def _universo(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    router = APIRouter(prefix="/universo", tags=["Universo"])

    @router.get("/resumen", summary="Casos por estado: suman el universo")
    async def resumen(usuario: UsuarioActual) -> UniversoOut:
        estado, casos = await _ultima(mecanismo, entorno)
        propia = _eps_de(usuario)
        estados = estado.corrida.resumen
        if propia is not None:
            suyos = await asyncio.to_thread(casos.totales, FiltroCasos(propia))
            contados = {p.estado: (p.casos, p.valor_centavos) for p in suyos}
            estados = resumir(universo_de(mecanismo), contados)
        return UniversoOut.de(estado.corrida, estados, estado.fallida)

    @router.get("", summary="Casos del universo, también los que nadie entregó")
    async def listar(
        usuario: UsuarioActual, pagina: Paginacion, filtro: Filtrado
    ) -> Pagina[CasoOut]:
        despues = leer_cursor(pagina.cursor, tuple[str])
        _, casos = await _ultima(mecanismo, entorno)
        halladas = await asyncio.to_thread(
            casos.pagina, filtro, despues[0] if despues else None, pagina.limite + 1
        )
        propia = _eps_de(usuario)
        return paginar(
            halladas,
            pagina.limite,
            clave=lambda c: (c["id_caso"],),
            vista=lambda c: CasoOut.de(c, propia),
        )

    @router.post(
        "/corridas",
        status_code=202,
        summary="Pedir que se calcule otra vez; si ya espera una, no se pide otra",
    )
    async def pedir(_: Operador) -> PedidoOut:
        async with entorno.uow.begin() as tx:
            return PedidoOut(encolada=await pedir_universo(tx, entorno.contexto(mecanismo)))

    return router


def _descargas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    router = APIRouter(prefix="", tags=["Universo"])

    @router.get("/universo.{formato}", summary="Descargar los casos", response_class=Response)
    async def descargar(formato: Formato, usuario: UsuarioActual, filtro: Filtrado) -> Response:
        _, casos = await _ultima(mecanismo, entorno)
        filas = descargas.filas(casos.todos(filtro), _eps_de(usuario))
        await _exigir_que_quepa(formato, casos, filtro)
        return await _tabla("universo", formato, descargas.COLUMNAS, filas, entorno)

    @router.get(
        "/universo/por-entregar.{formato}",
        summary="Lo que la EPS nunca entregó, en la plantilla de la radicación",
        description="Cada fila trae lo que dice SEGCOVID; complete lo demás y radíquelo.",
        response_class=Response,
    )
    async def por_entregar(formato: Formato, usuario: DeUnaEps) -> Response:
        _, casos = await _ultima(mecanismo, entorno)
        filtro = FiltroCasos(_eps_de(usuario), universo_de(mecanismo).otro)
        filas = descargas.filas_de_plantilla(mecanismo, casos.todos(filtro))
        columnas = descargas.encabezado_de_plantilla(mecanismo)
        await _exigir_que_quepa(formato, casos, filtro)
        return await _tabla("por_entregar", formato, columnas, filas, entorno)

    return router


def _tablero(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    router = APIRouter(prefix="", tags=["Tablero"])
    estados = estados_de(universo_de(mecanismo))

    async def leer(plazo_dias: int) -> tuple[Estado, Tablero]:
        estado, casos = await _ultima(mecanismo, entorno)
        hoy = entorno.reloj.hoy()
        return estado, await asyncio.to_thread(casos.tablero, estados, hoy, plazo_dias)

    @router.get(
        "/tablero-eps",
        summary="Entregado, corregido y nunca entregado por cada EPS",
        description="Una EPS ve su fila y los cuartiles de las demás, sin nombrarlas.",
    )
    async def ver(usuario: UsuarioActual, plazo_dias: Plazo = PLAZO_CORRECCION_DIAS) -> TableroOut:
        propia = _eps_de(usuario)
        estado, tablero = await leer(plazo_dias)
        return TableroOut.de(tablero, estado.corrida, propia)

    @router.get("/tablero-eps.xlsx", summary="Lo mismo, en una hoja", response_class=Response)
    async def en_xlsx(
        usuario: UsuarioActual, plazo_dias: Plazo = PLAZO_CORRECCION_DIAS
    ) -> FileResponse:
        propia = _eps_de(usuario)
        _, tablero = await leer(plazo_dias)
        titulo = f"Tablero de las EPS: {mecanismo.titulo}"
        return await _archivo(
            "tablero_eps",
            entorno,
            lambda ruta: hoja.escribir(tablero, titulo, ruta, alcance=propia),
        )

    return router


async def _exigir_que_quepa(formato: Formato, casos: CasoRepository, filtro: FiltroCasos) -> None:
    if formato == "csv":
        return
    cuantos = await asyncio.to_thread(casos.contar, filtro)
    if cuantos > descargas.MAXIMO_XLSX:
        raise DescargaMuyGrande(
            f"Son {cuantos} casos y la hoja admite {descargas.MAXIMO_XLSX}. Descárguelos en CSV, "
            "o filtre por estado, EPS o fecha."
        )


async def _tabla(
    nombre: str,
    formato: Formato,
    columnas: Sequence[str],
    filas: Iterable[tuple[Celda, ...]],
    entorno: Entorno,
) -> Response:
    if formato == "xlsx":
        return await _archivo(
            nombre, entorno, lambda ruta: escribir_xlsx(ruta, columnas, filas, hoja="Casos")
        )
    return StreamingResponse(
        csv_en_trozos(columnas, filas),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nombre}.csv"'},
    )


async def _archivo(nombre: str, entorno: Entorno, escribir: Callable[[Path], Any]) -> FileResponse:
    """A workbook that is deleted once it is sent."""
    descriptor, texto = tempfile.mkstemp(suffix=".xlsx", dir=entorno.almacen.temporal)
    os.close(descriptor)
    ruta = Path(texto)
    await asyncio.to_thread(escribir, ruta)
    return FileResponse(
        ruta,
        media_type=_XLSX,
        filename=f"{nombre}.xlsx",
        background=BackgroundTask(ruta.unlink, missing_ok=True),
    )
