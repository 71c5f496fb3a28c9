"""``mecanismos liquidacion``: what a month is worth to each EPS, for compensación and LMA."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from shared.cli import salida

if TYPE_CHECKING:
    from shared.liquidaciones.model import Control, LiquidacionPeriodo

FORMATOS: Final = (".csv", ".xlsx")


def agregar(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("liquidacion")
    def liquidacion(
        periodo: Annotated[str, typer.Argument(help="Mes, AAAA-MM")],
        mecanismo: Annotated[str, typer.Argument(help="Nombre")] = "activos_emergencia",
        destino: Annotated[
            Path | None,
            typer.Option(
                "--salida", dir_okay=False, help="Archivo .csv, o .xlsx con las tres hojas"
            ),
        ] = None,
        vigencia: Annotated[
            int | None, typer.Option(help="Además, el control de la línea de ese año")
        ] = None,
        en_json: Annotated[bool, typer.Option("--json", help="Todo en JSON")] = False,
    ) -> None:
        """Muestra lo que un mes vale para cada EPS, en su propio concepto, y la rama de la LMA."""
        _liquidacion(periodo, mecanismo, destino, vigencia, en_json=en_json)


def _liquidacion(
    periodo: str, nombre: str, destino: Path | None, vigencia: int | None, *, en_json: bool
) -> None:
    from shared.liquidaciones.schemas import ControlOut, LiquidacionOut
    from shared.tipos import EntradaInvalida

    if destino is not None and destino.suffix not in FORMATOS:
        raise EntradaInvalida(f"«{destino.name}» debe terminar en {' o '.join(FORMATOS)}.")
    por_grupo = destino is not None and destino.suffix == ".xlsx"
    liquidada, control = asyncio.run(_consultar(periodo, nombre, vigencia, por_grupo=por_grupo))
    if destino is not None:
        _escribir(liquidada, destino)
    vista = LiquidacionOut.de(liquidada)
    if en_json:
        cuerpo = vista.model_dump(mode="json")
        if control is not None:
            cuerpo["control"] = ControlOut.de(control).model_dump(mode="json")
        salida.en_json(cuerpo)
        return
    columnas = ("#Personas", "#Días", "#Reconocido", "#Reversado", "#Girado", "#Neto")
    campos = ("personas", "dias", "reconocido", "reversado", "girado", "neto")
    filas = [(e.codigo_eps, e.nombre, *(getattr(e, c) for c in campos)) for e in vista.eps]
    total = ("", "Total", *(getattr(vista.total, c) for c in campos))
    salida.tabla(
        f"{vista.concepto} de {vista.periodo}", ("Código", "EPS", *columnas), [*filas, total]
    )
    salida.tabla(
        "Para la LMA: no es de esta línea",
        ("Código", "#Personas", "#Días", "#Valor"),
        ((r.codigo_eps, r.personas, r.dias, r.valor) for r in vista.lma),
    )
    if control is not None:
        salida.ficha(f"Control de {vigencia}", ControlOut.de(control).model_dump())


def _escribir(liquidada: LiquidacionPeriodo, destino: Path) -> None:
    from shared.liquidaciones.schemas import COLUMNAS, filas_eps, hojas
    from shared.radicacion.descargas import csv_en_trozos, escribir_hojas

    if destino.suffix == ".csv":
        with destino.open("wb") as archivo:
            archivo.writelines(csv_en_trozos(COLUMNAS, filas_eps(liquidada)))
    else:
        escribir_hojas(destino, hojas(liquidada))


async def _consultar(
    periodo: str, nombre: str, vigencia: int | None, *, por_grupo: bool
) -> tuple[LiquidacionPeriodo, Control | None]:
    from shared.cli.conexion import conectado
    from shared.focalizacion.descubrir import mecanismo as buscar
    from shared.liquidaciones import service
    from shared.tipos import EntradaInvalida, Periodo

    elegido = buscar(nombre)
    if not service.se_liquida_por_eps(elegido):
        raise EntradaInvalida(f"«{nombre}» no se liquida por EPS.")
    async with conectado() as (_, uow), uow.begin() as tx:
        liquidada = await service.liquidacion(
            tx, elegido, Periodo.de(periodo), entidad=None, por_grupo=por_grupo
        )
        control = None if vigencia is None else await service.control(tx, elegido, vigencia)
    return liquidada, control
