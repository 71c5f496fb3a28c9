"""How the command speaks: tables for people, JSON for machines, one exit code per kind of end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from shared.tipos import DemasiadoGrande, EntradaInvalida, Rechazo, ServicioNoDisponible


class Codigo(IntEnum):
    """Exit codes of the command."""

    HECHO = 0
    USO = 2
    ENTRADA = 3
    NEGADO = 4
    INFRAESTRUCTURA = 5


_ANCHO_SIN_TERMINAL = 120
consola = Console(highlight=False, width=None if sys.stdout.isatty() else _ANCHO_SIN_TERMINAL)
errores = Console(stderr=True, highlight=False)


def codigo_de(error: BaseException) -> Codigo | None:
    """Exit code of an expected failure; ``None`` for a bug."""
    if isinstance(error, EntradaInvalida | DemasiadoGrande) or _es_de_ajustes(error):
        return Codigo.ENTRADA
    if isinstance(error, ServicioNoDisponible):
        return Codigo.INFRAESTRUCTURA
    if isinstance(error, Rechazo):
        return Codigo.NEGADO
    if isinstance(error, OSError | DBAPIError):
        return Codigo.INFRAESTRUCTURA
    return None


def explicar_error(error: BaseException) -> None:
    """What happened, in Spanish, on the error stream."""
    if isinstance(error, Rechazo):
        errores.print(f"[bold red]{error.titulo}[/]. {_plano(error.detalle)}")
        for dato in error.extra.get("errores", []):
            errores.print(f"  {_plano(str(dato.get('donde')))}: {_plano(str(dato.get('mensaje')))}")
    elif isinstance(error, ValidationError):
        errores.print("[bold red]La configuración no es válida.[/] Corrija estas variables:")
        from shared.web.traduccion import mensaje

        for dato in error.errors(include_url=False, include_input=False):
            variable = ".".join(map(str, dato["loc"])) or "Todas juntas"
            motivo = mensaje(dato["type"], dato.get("ctx") or {})
            errores.print(f"  {_plano(f'{variable}: {motivo}')}")
    elif isinstance(error, DBAPIError):
        errores.print("[bold red]La base de datos no atendió la operación.[/]")
    else:
        errores.print(f"[bold red]No se pudo continuar.[/] {_plano(str(error))}")


def _es_de_ajustes(error: BaseException) -> bool:
    """Whether it is about our environment variables; of anything else it would be a bug."""
    return isinstance(error, ValidationError) and error.title.startswith("Ajustes")


def _plano(texto: str) -> str:
    return texto.replace("[", "\\[")


def en_json(datos: Any) -> None:
    """Machine output."""
    sys.stdout.write(json.dumps(datos, ensure_ascii=False, default=str) + "\n")


def tabla(titulo: str, columnas: Sequence[str], filas: Iterable[Sequence[Any]]) -> None:
    """A table for people. Columns whose name starts with ``#`` go to the right."""
    vista = Table(title=titulo, title_justify="left", title_style="bold")
    for columna in columnas:
        numero = columna.startswith("#")
        vista.add_column(columna.lstrip("#"), justify="right" if numero else "left")
    for fila in filas:
        vista.add_row(*(str(celda) for celda in fila))
    consola.print(vista)


def ficha(titulo: str, datos: Mapping[str, Any]) -> None:
    """Name and value, one per line."""
    tabla(titulo, ("Dato", "Valor"), datos.items())
