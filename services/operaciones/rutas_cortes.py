"""``/v1/cortes``, ``/v1/ventanas`` and ``/v1/parametros``: extracts of registers, and the acts of
each mechanism."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Response, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from services.operaciones.roles import Interno, Operador, Ordenador
from services.operaciones.vistas import CorteVista
from shared.db.duck import en_memoria
from shared.focalizacion.descubrir import mecanismo as buscar
from shared.radicacion.actos import ActoRepository
from shared.radicacion.apertura import fijar_ventana
from shared.radicacion.descargas import csv_en_trozos
from shared.radicacion.model import Ventana
from shared.radicacion.parametros import fijar_parametro, listar_parametros
from shared.registros import (
    Corte,
    EstadoCorte,
    cambiar_estado,
    cargar_corte,
    esquema_de,
    informe_de,
    pagina_calidad,
    plantilla_csv,
)
from shared.registros import (
    buscar as buscar_corte,
)
from shared.registros import (
    listar as listar_cortes,
)
from shared.registros.pagina.html import a_html
from shared.seguridad import Usuario
from shared.tipos import NoEncontrado, Periodo
from shared.web import cargas
from shared.web.entorno import Entorno

LIMITE_CORTE = 512 * 2**20
"""Bytes. A national extract is loaded with ``mecanismos corte cargar``, beside its file."""
_RECHAZO: Final = ("fila", "columna", "valor", "motivo")
_POLITICA_PAGINA: Final = "default-src 'none'; style-src 'unsafe-inline'"
# Nearer than the ends of the calendar, where a change of time zone has no day to go to.
_PRIMER_INSTANTE = datetime(2000, 1, 1, tzinfo=UTC)
_ULTIMO_INSTANTE = datetime(2200, 1, 1, tzinfo=UTC)


class VentanaIn(BaseModel):
    """When a period may be submitted, and the act that says so."""

    desde: AwareDatetime = Field(ge=_PRIMER_INSTANTE)
    hasta: AwareDatetime = Field(le=_ULTIMO_INSTANTE)
    acto: str = Field(min_length=3, max_length=200)


class VentanaVista(BaseModel):
    """A configured window; ``periodo`` is null where the mechanism has none."""

    mecanismo: str
    periodo: str | None
    desde: datetime
    hasta: datetime
    acto: str


class ParametroIn(BaseModel):
    """The value of an option from a day on, and the act that says so."""

    valor: str = Field(min_length=1, max_length=60)
    desde: date
    acto: str = Field(min_length=3, max_length=200)


class FijadoVista(BaseModel):
    """A value that an act fixed."""

    valor: str
    desde: date
    acto: str


class ParametroVista(BaseModel):
    """An option: what it admits, its default first, and what acts have fixed."""

    nombre: str
    descripcion: str
    valores: list[str]
    rango: tuple[int, int] | None = Field(
        description="De un número entero, el menor y el mayor que admite; vacío si no es un número"
    )
    admite: str = Field(description="Lo que puede valer, en palabras")
    fijados: list[FijadoVista]


class EstadoCorteIn(BaseModel):
    """Put a corte in force, or mark it replaced or withdrawn with a reason."""

    estado: EstadoCorte
    motivo: str | None = None


class CorteCargadoVista(BaseModel):
    """What a load left."""

    corte: CorteVista
    nuevo: bool
    derivados: list[CorteVista]
    avisos: list[str]


def rutas(entorno: Entorno) -> APIRouter:
    """Routes of cortes, windows and options."""
    router = APIRouter(prefix="/v1", tags=["Registros y ventanas"])
    _agregar_cortes(router, entorno)
    _agregar_calidad(router, entorno)
    _agregar_ventanas(router, entorno)
    _agregar_parametros(router, entorno)
    return router


def _agregar_cortes(router: APIRouter, entorno: Entorno) -> None:

    @router.get("/cortes", summary="Cortes cargados")
    async def cortes(_: Interno, registro: str | None = None) -> list[CorteVista]:
        async with entorno.uow.begin() as tx:
            return [CorteVista.de(c) for c in await listar_cortes(tx, registro)]

    @router.post("/cortes", status_code=201, summary="Cargar un extracto")
    async def cargar(
        archivo: UploadFile,
        registro: Annotated[str, Form()],
        fecha_corte: Annotated[date, Form()],
        usuario: Operador,
        reemplaza: Annotated[
            bool, Form(description="Los cortes vigentes del registro quedan reemplazados")
        ] = False,
    ) -> CorteCargadoVista:
        recibido = await cargas.recibir(
            archivo, entorno.ajustes.datos, limite_bytes=LIMITE_CORTE, nombre=archivo.filename
        )
        cargado = await cargar_corte(
            registro,
            recibido.ruta,
            fecha_corte=fecha_corte,
            usuario=usuario.sujeto,
            datos=entorno.ajustes.datos,
            uow=entorno.uow,
            reloj=entorno.reloj,
            nombre=recibido.nombre,
            reemplaza=reemplaza,
        )
        return CorteCargadoVista(
            corte=CorteVista.de(cargado.corte),
            nuevo=cargado.nuevo,
            derivados=[CorteVista.de(c) for c in cargado.derivados],
            avisos=list(cargado.avisos),
        )

    @router.post("/cortes/{corte_id}/estado", summary="Cambiar el estado de un corte")
    async def cambiar(corte_id: UUID, cuerpo: EstadoCorteIn, usuario: Operador) -> CorteVista:
        corte = await cambiar_estado(
            corte_id,
            cuerpo.estado,
            motivo=cuerpo.motivo,
            usuario=usuario.sujeto,
            uow=entorno.uow,
            reloj=entorno.reloj,
        )
        return CorteVista.de(corte)


def _agregar_calidad(router: APIRouter, entorno: Entorno) -> None:
    async def hallado(corte_id: UUID) -> tuple[Corte, list[Corte]]:
        async with entorno.uow.begin() as tx:
            return await buscar_corte(tx, str(corte_id))

    @router.get(
        "/cortes/{corte_id}/calidad.{formato}",
        summary="Qué traía un extracto: filas, rechazos, avisos",
        response_class=Response,
    )
    async def calidad(
        corte_id: UUID, formato: Literal["html", "md", "json"], _: Interno
    ) -> Response:
        informe = informe_de(*await hallado(corte_id))
        if formato == "json":
            return JSONResponse(informe)
        texto = pagina_calidad(informe)
        if formato == "md":
            return PlainTextResponse(texto, media_type="text/markdown; charset=utf-8")
        titulo = f"Calidad de {informe['registro']}, corte {informe['fecha_corte']}"
        return HTMLResponse(
            a_html(texto, titulo), headers={"Content-Security-Policy": _POLITICA_PAGINA}
        )

    @router.get(
        "/cortes/{corte_id}/rechazos.csv",
        summary="Filas en cuarentena: fila, columna, valor, motivo",
        response_class=Response,
    )
    async def rechazos(corte_id: UUID, _: Operador) -> StreamingResponse:
        corte, _derivados = await hallado(corte_id)
        ruta = (entorno.ajustes.datos / corte.ruta).with_suffix(".rechazos.parquet")
        if not await asyncio.to_thread(ruta.is_file):
            raise NoEncontrado("Ese corte no tiene archivo de cuarentena: vino dentro de otro.")
        nombre = f"rechazos-{corte.registro}-{corte.fecha_corte}.csv"
        return StreamingResponse(
            csv_en_trozos(_RECHAZO, _filas(ruta)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{nombre}"'},
        )

    @router.get(
        "/registros/{registro}/plantilla.csv",
        summary="Encabezado de un registro y una fila de ejemplo",
        response_class=Response,
    )
    async def plantilla(registro: str, _: Interno) -> Response:
        esquema = esquema_de(registro)
        return Response(
            plantilla_csv(esquema),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{esquema.nombre}.csv"'},
        )


def _filas(ruta: Path) -> Iterator[tuple[Any, ...]]:
    with en_memoria() as con:
        hallados = con.execute(
            "SELECT fila, columna, valor, motivo FROM read_parquet(?) ORDER BY ALL", [str(ruta)]
        )
        while trozo := hallados.fetchmany(10_000):
            yield from trozo


def _agregar_ventanas(router: APIRouter, entorno: Entorno) -> None:
    async def fijar(
        mecanismo: str, periodo: str | None, cuerpo: VentanaIn, usuario: Usuario
    ) -> VentanaVista:
        propio = buscar(mecanismo)
        ventana = Ventana(periodo, cuerpo.desde, cuerpo.hasta, cuerpo.acto)
        async with entorno.uow.begin() as tx:
            await fijar_ventana(tx, propio, ventana, por=usuario.sujeto, reloj=entorno.reloj)
        return VentanaVista(mecanismo=propio.nombre, **vars(ventana))

    @router.put("/ventanas/{mecanismo}/{periodo}", summary="Fijar la ventana de un periodo")
    async def fijar_de_periodo(
        mecanismo: str, periodo: str, cuerpo: VentanaIn, usuario: Ordenador
    ) -> VentanaVista:
        return await fijar(mecanismo, str(Periodo.de(periodo)), cuerpo, usuario)

    @router.put("/ventanas/{mecanismo}", summary="Fijar una ventana de un mecanismo sin periodos")
    async def fijar_sin_periodo(
        mecanismo: str, cuerpo: VentanaIn, usuario: Ordenador
    ) -> VentanaVista:
        return await fijar(mecanismo, None, cuerpo, usuario)

    @router.get("/ventanas/{mecanismo}", summary="Ventanas fijadas por acto")
    async def ventanas(mecanismo: str, _: Interno) -> list[VentanaVista]:
        propio = buscar(mecanismo)
        async with entorno.uow.begin() as tx:
            fijadas = await ActoRepository(tx).ventanas(propio.nombre)
        return [VentanaVista(mecanismo=propio.nombre, **vars(v)) for v in fijadas]


def _agregar_parametros(router: APIRouter, entorno: Entorno) -> None:
    @router.get("/parametros/{mecanismo}", summary="Parámetros y los actos que los fijaron")
    async def parametros(mecanismo: str, _: Interno) -> list[ParametroVista]:
        async with entorno.uow.begin() as tx:
            hallados = await listar_parametros(tx, [buscar(mecanismo)])
        return [
            ParametroVista(
                nombre=opcion.nombre,
                descripcion=opcion.descripcion,
                valores=list(opcion.valores),
                rango=opcion.rango,
                admite=opcion.admitidos,
                fijados=[FijadoVista(valor=p.valor, desde=p.desde, acto=p.acto) for p in fijados],
            )
            for opcion, fijados in hallados
        ]

    @router.post(
        "/parametros/{mecanismo}/{nombre}",
        status_code=201,
        summary="Fijar un parámetro desde un día",
    )
    async def fijar(
        mecanismo: str, nombre: str, cuerpo: ParametroIn, usuario: Ordenador
    ) -> FijadoVista:
        async with entorno.uow.begin() as tx:
            fijado = await fijar_parametro(
                tx,
                buscar(mecanismo),
                nombre,
                cuerpo.valor,
                desde=cuerpo.desde,
                acto=cuerpo.acto,
                por=usuario.sujeto,
                reloj=entorno.reloj,
            )
        return FijadoVista(valor=fijado.valor, desde=fijado.desde, acto=fijado.acto)
