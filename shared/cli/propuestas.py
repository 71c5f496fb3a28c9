"""``mecanismos propuestas``: the probable right values of an evaluated submission, as XLSX."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from shared.cli import salida
from shared.tipos import EntradaInvalida, ServicioNoDisponible

if TYPE_CHECKING:
    from shared.focalizacion.model import Mecanismo

_ESPERA_S = 300


def agregar(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("propuestas")
    def propuestas(
        mecanismo: Annotated[str, typer.Argument(help="Nombre, por ejemplo talento_humano")],
        que: Annotated[
            str,
            typer.Argument(help="Carpeta que dejó «evaluar», o identificador de una radicación"),
        ],
        destino: Annotated[
            Path, typer.Option("--salida", dir_okay=False, help="Libro .xlsx que se escribe")
        ],
        cortes: Annotated[
            Path | None,
            typer.Option(
                exists=True, file_okay=False, help="De una carpeta: los registros que la evaluaron"
            ),
        ] = None,
        entidad: Annotated[
            str | None, typer.Option(help="De una radicación: NIT, o código de la EPS")
        ] = None,
        api: Annotated[
            str, typer.Option(envvar="MECANISMOS_API", help="Dirección de la API")
        ] = "http://127.0.0.1:8000",
    ) -> None:
        """Propone el valor probable de cada documento o nombre que no coincide con los registros.

        Nada cambia hasta que la entidad suba el libro con las propuestas que acepta.
        """
        if Path(que).is_dir():
            _de_carpeta(mecanismo, Path(que), cortes, destino)
        else:
            _de_radicacion(mecanismo, que, entidad, api, destino)


def _de_carpeta(nombre: str, carpeta: Path, cortes: Path | None, destino: Path) -> None:
    from shared.correccion.hoja import escribir_hoja
    from shared.correccion.service import ARCHIVO, leer_propuestas, proponer_en

    if cortes is None:
        raise typer.BadParameter(
            "Diga con --cortes de qué carpeta son los registros.", param_hint="--cortes"
        )
    elegido = _con_identidad(nombre)
    with salida.errores.status("Buscando en los registros…"):
        lineas = proponer_en(elegido, carpeta, cortes)
        escribir_hoja(
            destino,
            f"Propuestas de corrección: {elegido.titulo}",
            leer_propuestas(carpeta / ARCHIVO),
            elegido.estados.corregibles,
        )
    salida.consola.print(f"{lineas} propuestas en {destino}")


def _con_identidad(nombre: str) -> Mecanismo:
    from shared.correccion.model import codigos_de
    from shared.focalizacion.descubrir import mecanismo

    elegido = mecanismo(nombre)
    if not codigos_de(elegido):
        raise EntradaInvalida(f"Las filas de {elegido.nombre} no traen la identidad de personas.")
    return elegido


def _de_radicacion(nombre: str, que: str, entidad: str | None, api: str, destino: Path) -> None:
    try:
        radicacion = UUID(que)
    except ValueError:
        raise EntradaInvalida(
            f"«{que}» no es una carpeta ni el identificador de una radicación."
        ) from None
    if entidad is None:
        raise typer.BadParameter("Diga de qué entidad es.", param_hint="--entidad")
    elegido = _con_identidad(nombre)
    with salida.errores.status("Buscando en los registros…"):
        destino.write_bytes(_descargar(elegido, radicacion, entidad, api))
    salida.consola.print(f"Propuestas en {destino}")


def _descargar(mecanismo: Mecanismo, radicacion: UUID, entidad: str, api: str) -> bytes:
    import httpx

    from shared.cli.radicar import token_de

    try:
        respuesta = httpx.get(
            f"{api}/{mecanismo.ruta}/v1/radicaciones/{radicacion}/propuestas.xlsx",
            headers={"Authorization": f"Bearer {token_de(mecanismo.nombre, entidad)}"},
            timeout=_ESPERA_S,
        )
    except (httpx.TransportError, httpx.InvalidURL) as causa:
        raise ServicioNoDisponible(
            f"La API no responde en {api}: {causa}. Revise la dirección (--api o MECANISMOS_API)."
        ) from causa
    if respuesta.is_success:
        return respuesta.content
    salida.errores.print(f"[bold red]La API respondió {respuesta.status_code}.[/]")
    salida.errores.print(respuesta.text[:2000], markup=False)
    infraestructura = respuesta.status_code >= 500
    sys.exit(salida.Codigo.INFRAESTRUCTURA if infraestructura else salida.Codigo.NEGADO)
