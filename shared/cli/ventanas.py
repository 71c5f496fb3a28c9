"""``mecanismos ventana``: when each mechanism is submitted, and the acts that say otherwise."""

from __future__ import annotations

import asyncio
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli import salida
from shared.tipos import BOGOTA, EntradaInvalida, Periodo

if TYPE_CHECKING:
    from shared.radicacion.model import Ventana

app = typer.Typer(help="Ventanas de radicación fijadas por acto.", no_args_is_help=True)

Mecanismo = Annotated[str, typer.Argument(help="Nombre, por ejemplo talento_humano")]
Dia = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="AAAA-MM-DD, incluido")]


@app.command("fijar")
def fijar(
    mecanismo: Mecanismo,
    desde: Dia,
    hasta: Dia,
    acto: Annotated[str, typer.Option(help="Número del acto")],
    periodo: Annotated[
        str | None, typer.Option(help="AAAA-MM, si el mecanismo se radica por meses")
    ] = None,
) -> None:
    """Fija cuándo se radica: un periodo, o una ventana más si el mecanismo no va por meses.

    Con el mismo primer día (o el mismo periodo) reemplaza a la que había.
    """
    from shared.radicacion.model import Ventana

    if len(acto.strip()) < 3:
        raise EntradaInvalida("Diga el acto que fija la ventana, por ejemplo «Resolución 10».")
    ventana = Ventana(
        None if periodo is None else str(Periodo.de(periodo)),
        datetime.combine(desde, time.min, BOGOTA),
        datetime.combine(hasta, time.max, BOGOTA),
        acto,
    )
    nombre = asyncio.run(_fijar(mecanismo, ventana))
    salida.consola.print(
        f"{nombre}: se radica entre el {ventana.desde:%Y-%m-%d} y el {ventana.hasta:%Y-%m-%d}."
    )


@app.command("listar")
def listar(
    mecanismo: Mecanismo,
    en_json: Annotated[bool, typer.Option("--json", help="Salida en JSON")] = False,
) -> None:
    """Muestra las ventanas fijadas por acto."""
    filas = [
        vars(v) | {"desde": v.desde.astimezone(BOGOTA), "hasta": v.hasta.astimezone(BOGOTA)}
        for v in asyncio.run(_listar(mecanismo))
    ]
    if en_json:
        salida.en_json([f | {c: f[c].isoformat() for c in ("desde", "hasta")} for f in filas])
        return
    salida.tabla(
        "Ventanas fijadas por acto",
        ("Periodo", "Desde", "Hasta", "Acto"),
        (
            (f["periodo"] or "", *(f"{f[c]:%Y-%m-%d %H:%M}" for c in ("desde", "hasta")), f["acto"])
            for f in filas
        ),
    )


async def _fijar(mecanismo: str, ventana: Ventana) -> str:
    from shared.cli.conexion import conectado
    from shared.focalizacion.descubrir import mecanismo as buscar
    from shared.radicacion.apertura import fijar_ventana

    propio = buscar(mecanismo)
    async with conectado() as (ajustes, uow), uow.begin() as tx:
        await fijar_ventana(tx, propio, ventana, por="consola", reloj=ajustes.reloj())
    return propio.nombre


async def _listar(mecanismo: str) -> list[Ventana]:
    from shared.cli.conexion import conectado
    from shared.focalizacion.descubrir import mecanismo as buscar
    from shared.radicacion.actos import ActoRepository

    nombre = buscar(mecanismo).nombre
    async with conectado() as (_, uow), uow.begin() as tx:
        return await ActoRepository(tx).ventanas(nombre)
