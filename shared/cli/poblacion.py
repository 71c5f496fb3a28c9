"""``mecanismos poblacion``: build the synthetic country with a known truth."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.cli import salida
from shared.tipos import formato_pesos

if TYPE_CHECKING:
    from shared.poblacion.generar import Resumen

app = typer.Typer(help="País sintético con la verdad conocida.", no_args_is_help=True)


@app.callback()
def _grupo() -> None:
    """Without this, the only command would take the place of its group."""


@app.command("generar")
def generar(
    destino: Annotated[
        Path, typer.Option("--salida", file_okay=False, help="Carpeta nueva para el país")
    ],
    escala: Annotated[
        float,
        typer.Option(metavar="<número>", help="De 0.001 a 2; 1 son 48 millones de afiliados"),
    ] = 0.01,
    semilla: Annotated[
        int, typer.Option(help="La misma semilla da los mismos archivos, byte a byte")
    ] = 2020,
    solo: Annotated[
        list[str] | None,
        typer.Option(help="Solo lo que necesita ese mecanismo; se puede repetir"),
    ] = None,
    formato_bdua: Annotated[
        bool,
        typer.Option(
            "--formato-bdua", help="También los maestros de BDUA como los entrega la ADRES"
        ),
    ] = False,
    en_json: Annotated[bool, typer.Option("--json", help="Resumen en JSON")] = False,
) -> None:
    """Genera registros, radicaciones de los mecanismos y la verdad de cada fila radicada."""
    from shared.poblacion.generar import generar as generar_pais

    with _barra() as barra:
        tarea = barra.add_task("Empezando", total=None)
        resumen = generar_pais(
            escala,
            semilla,
            destino,
            partes=solo,
            formato_bdua=formato_bdua,
            avance=lambda paso, hechos, total: barra.update(
                tarea, description=f"{paso[0].upper()}{paso[1:]}", completed=hechos, total=total
            ),
        )
    if en_json:
        salida.en_json(resumen.datos())
        return
    _mostrar(resumen)
    salida.consola.print(f"País en {destino}; la verdad de cada fila, en verdad.parquet.")


def _barra() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=salida.errores,
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def _mostrar(resumen: Resumen) -> None:
    salida.ficha(
        "Población",
        {
            "Escala": f"{resumen.escala:g}",
            "Semilla": resumen.semilla,
            "Afiliados": _miles(resumen.personas),
            "Archivos": len(resumen.archivos),
            "Segundos": f"{sum(resumen.segundos.values()):.1f}".replace(".", ","),
        },
    )
    salida.tabla(
        "Cifras de control",
        ("Parte", "Cifra", "#Valor"),
        (
            (parte, nombre.removesuffix("_centavos"), _cifra(nombre, valor))
            for parte, cifras in resumen.cifras.items()
            for nombre, valor in cifras.items()
        ),
    )
    salida.tabla(
        "Registros",
        ("Archivo", "#Filas", "Huella"),
        (
            (archivo.ruta, _miles(archivo.filas), archivo.sha256[:12])
            for archivo in resumen.archivos
            if archivo.filas is not None
        ),
    )


def _cifra(nombre: str, valor: int) -> Any:
    return formato_pesos(valor) if nombre.endswith("_centavos") else _miles(valor)


def _miles(n: int | None) -> str:
    return f"{n or 0:,}".replace(",", ".")
