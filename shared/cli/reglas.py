"""``mecanismos reglas`` and ``mecanismos asyncapi``: what is published about the system."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from shared.cli import salida


class Formato(StrEnum):
    """How the catalogue is shown."""

    TABLA = "tabla"
    JSON = "json"
    MD = "md"
    HTML = "html"


def agregar(app: typer.Typer) -> None:
    """Add both commands."""

    @app.command("reglas")
    def reglas(
        mecanismo: Annotated[str | None, typer.Argument(help="Todos si no se da")] = None,
        formato: Annotated[Formato, typer.Option(help="Cómo mostrarlo")] = Formato.TABLA,
    ) -> None:
        """Muestra las reglas con su efecto, su fuente y su certeza."""
        _reglas(mecanismo, formato)

    @app.command("asyncapi")
    def asyncapi() -> None:
        """Imprime el contrato AsyncAPI de los eventos."""
        from shared.cli.eventos import CATALOGO
        from shared.eventos.asyncapi import documento

        salida.en_json(documento(CATALOGO))


def _reglas(nombre: str | None, formato: Formato) -> None:
    from shared.focalizacion.catalogo import catalogo
    from shared.focalizacion.descubrir import mecanismo, mecanismos
    from shared.focalizacion.pagina import en_markdown

    if formato is Formato.HTML:
        typer.echo(_pagina(nombre), nl=False)
        return
    elegidos = [mecanismo(nombre)] if nombre else list(mecanismos().values())
    if formato is Formato.JSON:
        salida.en_json({m.nombre: catalogo(m) for m in elegidos})
        return
    for elegido in elegidos:
        if formato is Formato.MD:
            typer.echo(en_markdown(elegido))
            continue
        salida.tabla(
            elegido.titulo,
            ("Código", "Etapa", "Qué es lo correcto", "Si falla", "Certeza", "Fuente"),
            (
                (r.codigo, r.etapa, r.titulo, r.si_incumple, r.certeza, r.fuente)
                for r in elegido.reglas
            ),
        )


def _pagina(nombre: str | None) -> str:
    from shared.focalizacion.descubrir import mecanismo
    from shared.focalizacion.pagina import en_markdown, titulo_de
    from shared.registros.pagina.html import a_html
    from shared.tipos import EntradaInvalida

    if nombre is None:
        raise EntradaInvalida("Diga de qué mecanismo: una página HTML es de uno solo.")
    elegido = mecanismo(nombre)
    return a_html(en_markdown(elegido), titulo_de(elegido))
