"""The command ``mecanismos``. Help and messages in Spanish; ``--json`` for machines.

Exit codes: 0 done, 2 usage, 3 invalid input, 4 refused by budget or state, 5 infrastructure.
"""

from __future__ import annotations

import logging
import os
import sys

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from shared.cli import (
    antiguedad,
    cortes,
    evaluacion,
    liquidaciones,
    parametros,
    poblacion,
    presupuesto,
    procesos,
    propuestas,
    radicar,
    reglas,
    reprocesar,
    tablero,
    ventanas,
)
from shared.cli.espanol import NOMBRE, en_espanol, explicar_uso
from shared.cli.salida import codigo_de, explicar_error
from shared.focalizacion.descubrir import comandos_de_servicios

app = typer.Typer(
    name=NOMBRE,
    help="Mecanismos extraordinarios de pago en salud.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for modulo in (
    procesos,
    evaluacion,
    radicar,
    propuestas,
    antiguedad,
    tablero,
    liquidaciones,
    reprocesar,
    reglas,
):
    modulo.agregar(app)
app.add_typer(cortes.app, name="corte")
app.add_typer(poblacion.app, name="poblacion")
app.add_typer(presupuesto.app, name="presupuesto")
app.add_typer(ventanas.app, name="ventana")
app.add_typer(parametros.app, name="parametro")
for nombre, comandos in comandos_de_servicios().items():
    app.add_typer(comandos, name=nombre)


def mandato() -> TyperGroup | TyperCommand:
    """The command as it is run: with its help in Spanish."""
    return en_espanol(get_command(app))


def main() -> None:
    """Entry point: expected failures become a message and an exit code, bugs a traceback."""
    logging.basicConfig(
        level=os.environ.get("MECANISMOS_NIVEL_REGISTRO", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for ruidoso in ("kafka", "alembic", "pgqueuer", "httpx"):
        logging.getLogger(ruidoso).setLevel(logging.WARNING)
    try:
        # An exit asked for (the help, Ctrl-C) comes back as its code.
        sys.exit(mandato().main(prog_name=NOMBRE, standalone_mode=False) or 0)
    except typer.TyperException as error:
        typer.echo(explicar_uso(error), err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        codigo = codigo_de(error)
        if codigo is None:
            raise
        explicar_error(error)
        sys.exit(codigo)
