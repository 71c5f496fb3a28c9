"""``mecanismos corte``: load and list the extracts of the registers."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from shared.cli import salida
from shared.registros.model import Corte

app = typer.Typer(help="Cortes de los registros de referencia.", no_args_is_help=True)


@app.command("cargar")
def cargar(
    registro: Annotated[str, typer.Argument(help="Por ejemplo reps_capacidad")],
    archivo: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    fecha_corte: Annotated[
        datetime, typer.Option("--fecha-corte", formats=["%Y-%m-%d"], help="AAAA-MM-DD")
    ],
    en_json: Annotated[bool, typer.Option("--json", help="Salida en JSON")] = False,
) -> None:
    """Carga un extracto; el mismo archivo dos veces es un solo corte."""
    with salida.errores.status(f"Cargando {archivo.name}…"):
        cortes, nuevo, avisos = asyncio.run(_cargar(registro, archivo, fecha_corte))
    if en_json:
        salida.en_json(
            {**_datos(cortes[0]), "nuevo": nuevo, "derivados": [_datos(c) for c in cortes[1:]]}
        )
        return
    if not nuevo:
        salida.consola.print("Ese archivo ya estaba cargado: es el mismo corte.")
    _mostrar(cortes)
    for aviso in avisos:
        salida.consola.print(f"Aviso: {aviso}")


@app.command("listar")
def listar(
    registro: Annotated[str | None, typer.Argument(help="Todos si no se da")] = None,
    en_json: Annotated[bool, typer.Option("--json", help="Salida en JSON")] = False,
) -> None:
    """Lista los cortes y cuáles están vigentes."""
    cortes = asyncio.run(_listar(registro))
    if en_json:
        salida.en_json([_datos(c) for c in cortes])
        return
    _mostrar(cortes)


def _datos(corte: Corte) -> dict[str, object]:
    return {
        "registro": corte.registro,
        "fecha_corte": corte.fecha_corte,
        "sha256": corte.sha256_fuente,
        "filas": corte.filas,
        "filas_rechazadas": corte.filas_rechazadas,
        "estado": corte.estado,
    }


def _mostrar(cortes: list[Corte]) -> None:
    salida.tabla(
        "Cortes",
        ("Registro", "Fecha", "Estado", "#Filas", "#Rechazadas", "Huella"),
        (
            (c.registro, c.fecha_corte, c.estado, c.filas, c.filas_rechazadas, c.sha256_fuente[:12])
            for c in cortes
        ),
    )


async def _cargar(
    registro: str, archivo: Path, fecha_corte: datetime
) -> tuple[list[Corte], bool, list[str]]:
    from shared.cli.conexion import conectado
    from shared.registros import cargar_corte

    async with conectado() as (ajustes, uow):
        cargado = await cargar_corte(
            registro,
            archivo,
            fecha_corte.date(),
            datos=ajustes.datos,
            usuario="consola",
            uow=uow,
            reloj=ajustes.reloj(),
        )
    return [cargado.corte, *cargado.derivados], cargado.nuevo, list(cargado.avisos)


async def _listar(registro: str | None) -> list[Corte]:
    from shared.cli.conexion import conectado
    from shared.registros import listar as listar_cortes

    async with conectado() as (_, uow), uow.begin() as tx:
        return await listar_cortes(tx, registro)
