"""``mecanismos parametro``: the options of each mechanism, and the acts that change them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli import salida
from shared.tipos import EntradaInvalida

if TYPE_CHECKING:
    from shared.focalizacion.model import Opcion
    from shared.radicacion.actos import Parametro

app = typer.Typer(help="Parámetros de los mecanismos fijados por acto.", no_args_is_help=True)

Mecanismo = Annotated[str, typer.Argument(help="Nombre, por ejemplo pruebas")]


@app.command("fijar")
def fijar(
    mecanismo: Mecanismo,
    nombre: Annotated[str, typer.Argument(help="Por ejemplo politica_exceso")],
    valor: Annotated[str, typer.Argument(help="Por ejemplo RECORTE")],
    desde: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Desde cuándo rige, AAAA-MM-DD")
    ],
    acto: Annotated[str, typer.Option(help="Número del acto")],
) -> None:
    """Fija un parámetro desde un día; lo retenido por él se vuelve a evaluar ese día."""
    if len(acto.strip()) < 3:
        raise EntradaInvalida("Diga el acto que fija el parámetro, por ejemplo «Resolución 10».")
    fijado = asyncio.run(_fijar(mecanismo, nombre, valor, desde, acto))
    salida.consola.print(
        f"{fijado.mecanismo}: {fijado.nombre} vale {fijado.valor} desde el {fijado.desde}."
    )


@app.command("listar")
def listar(
    mecanismo: Mecanismo,
    en_json: Annotated[bool, typer.Option("--json", help="Salida en JSON")] = False,
) -> None:
    """Muestra cada parámetro: qué admite, su valor de omisión y los actos que lo fijaron."""
    hallados = asyncio.run(_listar(mecanismo))
    if en_json:
        salida.en_json(
            [
                {
                    "nombre": opcion.nombre,
                    "descripcion": opcion.descripcion,
                    "por_omision": opcion.valores[0],
                    "valores": opcion.valores,
                    "rango": opcion.rango,
                    "fijados": [
                        {"valor": p.valor, "desde": p.desde, "acto": p.acto} for p in fijados
                    ],
                }
                for opcion, fijados in hallados
            ]
        )
        return
    salida.tabla(
        "Parámetros",
        ("Parámetro", "Valor", "Desde", "Acto", "Admite"),
        (
            (opcion.nombre, valor, desde, acto, opcion.admitidos)
            for opcion, fijados in hallados
            for valor, desde, acto in [
                (opcion.valores[0], "", "Por omisión"),
                *((p.valor, p.desde, p.acto) for p in fijados),
            ]
        ),
    )


async def _fijar(mecanismo: str, nombre: str, valor: str, desde: datetime, acto: str) -> Parametro:
    from shared.cli.conexion import conectado
    from shared.focalizacion.descubrir import mecanismo as buscar
    from shared.radicacion.parametros import fijar_parametro

    propio = buscar(mecanismo)
    async with conectado() as (ajustes, uow), uow.begin() as tx:
        return await fijar_parametro(
            tx,
            propio,
            nombre,
            valor,
            desde=desde.date(),
            acto=acto,
            por="consola",
            reloj=ajustes.reloj(),
        )


async def _listar(mecanismo: str) -> list[tuple[Opcion, list[Parametro]]]:
    from shared.cli.conexion import conectado
    from shared.focalizacion.descubrir import mecanismo as buscar
    from shared.radicacion.parametros import listar_parametros

    propio = buscar(mecanismo)
    async with conectado() as (_, uow), uow.begin() as tx:
        return await listar_parametros(tx, [propio])
