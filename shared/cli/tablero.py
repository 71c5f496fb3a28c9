"""``mecanismos tablero``: how each EPS answers for its cases, from the system or from a folder."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli import salida
from shared.tipos import EntradaInvalida, formato_pesos

if TYPE_CHECKING:
    from shared.focalizacion.model import Mecanismo
    from shared.tablero.model import FilaEps, Tablero

PLAZO_DIAS = 15


def agregar(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("tablero")
    def tablero(
        mecanismo: Annotated[str, typer.Argument(help="Nombre, por ejemplo compensacion_rs")],
        xlsx: Annotated[
            Path | None, typer.Option(dir_okay=False, help="Además, libro de Excel")
        ] = None,
        evaluacion: Annotated[
            Path | None,
            typer.Option(
                exists=True, file_okay=False, help="Sin servidor: carpeta que dejó «evaluar»"
            ),
        ] = None,
        cortes: Annotated[
            Path | None,
            typer.Option(exists=True, file_okay=False, help="Carpeta de registros que se leyó"),
        ] = None,
        plazo_dias: Annotated[
            int, typer.Option(min=1, max=90, help="Días calendario para corregir a tiempo")
        ] = PLAZO_DIAS,
        en_json: Annotated[bool, typer.Option("--json", help="Todo en JSON")] = False,
    ) -> None:
        """Muestra lo entregado, lo corregido y lo nunca entregado por cada EPS."""
        if (evaluacion is None) != (cortes is None):
            raise typer.BadParameter(
                "Van juntas: --evaluacion y --cortes.", param_hint="--evaluacion"
            )
        _tablero(mecanismo, xlsx, evaluacion, cortes, plazo_dias, en_json=en_json)


def _tablero(
    nombre: str,
    xlsx: Path | None,
    evaluacion: Path | None,
    cortes: Path | None,
    plazo_dias: int,
    *,
    en_json: bool,
) -> None:
    from shared.focalizacion.descubrir import mecanismo
    from shared.tablero import hoja
    from shared.tablero.schemas import TableroOut

    elegido = mecanismo(nombre)
    if elegido.esquema.universo is None:
        raise EntradaInvalida(f"«{nombre}» no responde por un universo de casos: no hay tablero.")
    if evaluacion is None or cortes is None:
        tablero = asyncio.run(_del_sistema(elegido, plazo_dias))
    else:
        tablero = _de_carpeta(elegido, evaluacion, cortes, plazo_dias)
    if xlsx is not None:
        hoja.escribir(tablero, f"Tablero de las EPS: {elegido.titulo}", xlsx)
    if en_json:
        salida.en_json(TableroOut.de(tablero, None, None).model_dump(mode="json"))
        return
    _mostrar(tablero)
    if xlsx is not None:
        salida.consola.print(f"Libro en {xlsx}")


async def _del_sistema(elegido: Mecanismo, plazo_dias: int) -> Tablero:
    from shared.cli.conexion import conectado
    from shared.radicacion.archivos import Almacen
    from shared.radicacion.service import Contexto
    from shared.tablero.model import estados_de, universo_de
    from shared.tablero.service import casos_de, estado_del_universo

    async with conectado() as (ajustes, uow):
        ctx = Contexto(elegido, uow, ajustes.reloj(), Almacen(ajustes.datos))
        async with uow.begin() as tx:
            estado = await estado_del_universo(tx, ctx)
    if estado.fallida is not None:
        salida.errores.print(f"La última corrida falló: {estado.fallida.motivo}")
    estados = estados_de(universo_de(elegido))
    return casos_de(estado.corrida, ctx).tablero(estados, ctx.reloj.hoy(), plazo_dias)


def _de_carpeta(elegido: Mecanismo, evaluacion: Path, cortes: Path, plazo_dias: int) -> Tablero:
    import tempfile

    from shared.tablero.carpeta import tablero_de_carpeta

    with (
        tempfile.TemporaryDirectory() as temporal,
        salida.errores.status("Armando el tablero…"),
    ):
        return tablero_de_carpeta(
            elegido, evaluacion, cortes, Path(temporal), plazo_dias=plazo_dias
        )


def _mostrar(tablero: Tablero) -> None:
    salida.tabla(
        f"EPS a {tablero.fecha.isoformat()}",
        (
            "#Puesto",
            "EPS",
            "Nombre",
            "#Universo",
            "#Nunca",
            "#%",
            "#Glosados",
            "#A tiempo",
            "#Tarde",
            "#Esperan",
            "#Núcleos",
            "#Pagado",
        ),
        [
            *(_fila(tablero, f, f.nombre) for f in tablero.filas),
            _fila(tablero, tablero.totales, "Total"),
        ],
    )


def _fila(tablero: Tablero, f: FilaEps, nombre: str) -> list[str]:
    from shared.tablero.model import porcentaje

    correcciones = (f.corregidas_a_tiempo, f.corregidas_tarde, f.en_espera)
    celdas = (
        tablero.puesto(f.eps),
        f.eps,
        nombre,
        f.universo,
        f.nunca_entregados,
        porcentaje(f.parte_nunca),
        f.glosados,
        *(correcciones if tablero.hay_fechas else (None, None, None)),
        f.nucleos_pagados,
        None if f.pagado_centavos is None else formato_pesos(f.pagado_centavos),
    )
    return ["—" if celda is None else str(celda) for celda in celdas]
