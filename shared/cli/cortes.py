"""``mecanismos corte``: load, list, mark and explain the extracts of the registers."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from shared.cli import salida
from shared.registros.model import Corte, EstadoCorte
from shared.registros.progreso import Avance, en_silencio
from shared.tipos import EntradaInvalida

app = typer.Typer(help="Cortes de los registros de referencia.", no_args_is_help=True)

EnJson = Annotated[bool, typer.Option("--json", help="Salida en JSON")]
Registro = Annotated[str, typer.Argument(help="Por ejemplo reps_capacidad")]
Referencia = Annotated[
    str, typer.Argument(metavar="CORTE", help="Identificador, o comienzo de la huella")
]
Motivo = Annotated[str, typer.Option(help="Por qué; queda en el corte")]


@app.command("cargar")
def cargar(
    registro: Registro,
    archivo: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    fecha_corte: Annotated[
        datetime, typer.Option("--fecha-corte", formats=["%Y-%m-%d"], help="AAAA-MM-DD")
    ],
    reemplaza: Annotated[
        bool,
        typer.Option("--reemplaza", help="Los cortes vigentes del registro quedan reemplazados"),
    ] = False,
    en_json: EnJson = False,
) -> None:
    """Carga un extracto; el mismo archivo dos veces es un solo corte.

    Si la carga se interrumpe, repetir la orden sigue donde iba.
    """
    if en_json:
        cortes, nuevo, _ = asyncio.run(
            _cargar(registro, archivo, fecha_corte, en_silencio, reemplaza=reemplaza)
        )
        salida.en_json(
            {**_datos(cortes[0]), "nuevo": nuevo, "derivados": [_datos(c) for c in cortes[1:]]}
        )
        return
    from shared.cli.barra import avanzando

    with avanzando(salida.errores, archivo.name) as avance:
        cortes, nuevo, avisos = asyncio.run(
            _cargar(registro, archivo, fecha_corte, avance, reemplaza=reemplaza)
        )
    if not nuevo:
        salida.consola.print("Ese archivo ya estaba cargado: es el mismo corte.")
    _mostrar(cortes)
    for aviso in avisos:
        salida.consola.print(f"Aviso: {aviso}", markup=False)


@app.command("listar")
def listar(
    registro: Annotated[str | None, typer.Argument(help="Todos si no se da")] = None,
    en_json: EnJson = False,
) -> None:
    """Lista los cortes y cuáles están vigentes."""
    cortes = asyncio.run(_listar(registro))
    if en_json:
        salida.en_json([_datos(c) for c in cortes])
        return
    _mostrar(cortes)


@app.command("vigente")
def vigente(corte: Referencia, en_json: EnJson = False) -> None:
    """Pone un corte a regir: un cargado, o uno que se había reemplazado."""
    _anunciar(asyncio.run(_cambiar(corte, EstadoCorte.VIGENTE, None)), en_json)


@app.command("reemplazar")
def reemplazar(corte: Referencia, motivo: Motivo, en_json: EnJson = False) -> None:
    """Marca un corte como reemplazado: deja de regir y puede volver."""
    _anunciar(asyncio.run(_cambiar(corte, EstadoCorte.REEMPLAZADO, motivo)), en_json)


@app.command("retirar")
def retirar(corte: Referencia, motivo: Motivo, en_json: EnJson = False) -> None:
    """Retira un corte: deja de regir y no vuelve; lo evaluado con él se conserva."""
    _anunciar(asyncio.run(_cambiar(corte, EstadoCorte.RETIRADO, motivo)), en_json)


@app.command("consolidar")
def consolidar(
    registro: Annotated[str, typer.Argument(help="Uno con intervalos, como bdua")],
    en_json: EnJson = False,
) -> None:
    """Junta los cortes vigentes de un registro en uno, que se lee igual y más rápido."""
    with salida.errores.status(f"Consolidando {registro}…"):
        corte, reemplazados = asyncio.run(_consolidar(registro))
    if not en_json:
        salida.consola.print(f"Toma el lugar de {reemplazados} cortes, que quedan REEMPLAZADO.")
    _anunciar(corte, en_json)


@app.command("calidad")
def calidad(
    corte: Referencia,
    pagina: Annotated[
        Path | None, typer.Option(help="Escribe la página en un archivo .html o .md")
    ] = None,
    en_json: EnJson = False,
) -> None:
    """Muestra qué traía un extracto: filas, rechazos, avisos y celdas vacías."""
    if pagina is not None and pagina.suffix.lower() not in {".html", ".md"}:
        raise EntradaInvalida("La página se escribe en un archivo que termine en .html o en .md.")
    informe = asyncio.run(_informe(corte))
    if en_json:
        salida.en_json(informe)
    if pagina is not None:
        pagina.write_text(_pagina(informe, en_html=pagina.suffix.lower() == ".html"), "utf-8")
        salida.errores.print(f"Página escrita en {pagina}", markup=False)
    if en_json or pagina is not None:
        return
    from rich.markdown import Markdown

    salida.consola.print(Markdown(_pagina(informe, en_html=False)))


@app.command("plantilla")
def plantilla(
    registro: Registro,
    archivo: Annotated[Path, typer.Option("--salida", help="Archivo CSV que se escribe")],
) -> None:
    """Escribe el CSV de un registro: su encabezado y una fila de ejemplo."""
    from shared.registros.catalogo import esquema_de
    from shared.registros.plantilla import plantilla_csv

    archivo.write_text(plantilla_csv(esquema_de(registro)), "utf-8", newline="")
    salida.errores.print(f"Plantilla escrita en {archivo}", markup=False)


def _pagina(informe: dict[str, object], *, en_html: bool) -> str:
    from shared.registros.pagina import pagina_calidad
    from shared.registros.pagina.html import a_html

    texto = pagina_calidad(informe)
    if not en_html:
        return texto
    return a_html(texto, f"Calidad de {informe['registro']}, corte {informe['fecha_corte']}")


def _datos(corte: Corte) -> dict[str, object]:
    return {
        "id": corte.id,
        "registro": corte.registro,
        "fecha_corte": corte.fecha_corte,
        "sha256": corte.sha256_fuente,
        "filas": corte.filas,
        "filas_rechazadas": corte.filas_rechazadas,
        "estado": corte.estado,
        "motivo": corte.motivo,
    }


def _anunciar(corte: Corte, en_json: bool) -> None:
    if en_json:
        salida.en_json(_datos(corte))
    else:
        _mostrar([corte])


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
    registro: str, archivo: Path, fecha_corte: datetime, avance: Avance, *, reemplaza: bool
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
            reemplaza=reemplaza,
            avance=avance,
        )
    return [cargado.corte, *cargado.derivados], cargado.nuevo, list(cargado.avisos)


async def _listar(registro: str | None) -> list[Corte]:
    from shared.cli.conexion import conectado
    from shared.registros import listar as listar_cortes

    async with conectado() as (_, uow), uow.begin() as tx:
        return await listar_cortes(tx, registro)


async def _cambiar(referencia: str, estado: EstadoCorte, motivo: str | None) -> Corte:
    from shared.cli.conexion import conectado
    from shared.registros import buscar, cambiar_estado

    async with conectado() as (ajustes, uow):
        async with uow.begin() as tx:
            corte, _ = await buscar(tx, referencia)
        return await cambiar_estado(
            corte.id, estado, motivo=motivo, usuario="consola", uow=uow, reloj=ajustes.reloj()
        )


async def _consolidar(registro: str) -> tuple[Corte, int]:
    from shared.cli.conexion import conectado
    from shared.registros.consolidacion import consolidar as juntar

    async with conectado() as (ajustes, uow):
        hecho = await juntar(
            registro, usuario="consola", datos=ajustes.datos, uow=uow, reloj=ajustes.reloj()
        )
    return hecho.corte, len(hecho.reemplazados)


async def _informe(referencia: str) -> dict[str, object]:
    from shared.cli.conexion import conectado
    from shared.registros import buscar, informe_de

    async with conectado() as (_, uow), uow.begin() as tx:
        return informe_de(*await buscar(tx, referencia))
