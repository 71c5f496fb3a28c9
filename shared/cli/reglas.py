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
    from shared.focalizacion.catalogo import catalogo, en_markdown
    from shared.focalizacion.descubrir import mecanismo, mecanismos

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
