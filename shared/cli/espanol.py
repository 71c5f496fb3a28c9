"""What the command-line library says by itself, in Spanish: frames of the help, usage errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import typer
from pydantic import ValidationError
from typer._click.formatting import HelpFormatter  # no public name; the lock pins its version
from typer.core import TyperCommand, TyperGroup

from shared.tipos import InvarianteRota

NOMBRE: Final = "mecanismos"

_FRASES: Final = tuple(
    (re.compile(patron), espanol)
    for patron, espanol in (
        # Frames of the help.
        (r"^Options$", "Opciones"),
        (r"^Arguments$", "Argumentos"),
        (r"^Commands$", "Órdenes"),
        (r"^Show this message and exit\.$", "Muestra esta ayuda y termina."),
        (r"\[OPTIONS\]", "[OPCIONES]"),
        (r"COMMAND \[ARGS\]\.\.\.", "ORDEN [ARGUMENTOS]..."),
        (r"\bdefault: ", "por defecto: "),
        (r"\benv var: ", "variable: "),
        (r"\brequired\b", "obligatorio"),
        (r"<list\[str\]>", "<texto>, una o varias veces"),
        (r"<list\[UUID\]>", "<identificador>, una o varias veces"),
        (r"<UUID>", "<identificador>"),
        (r"<str>", "<texto>"),
        (r"<int(?: range)?>", "<entero>"),
        (r"<(?:path|file)>", "<ruta>"),
        (r"<(?:dir|directory)>", "<carpeta>"),
        (r"<%Y-%m-%d>", "<AAAA-MM-DD>"),
        # Usage errors.
        (r"^Missing command\.", "Falta la orden."),
        (r"^Missing argument '(.+?)'\.", r"Falta el argumento «\1»."),
        (r"^Missing option '(.+?)'\.", r"Falta la opción «\1»."),
        (r"^No such command '(.+?)'\.", r"No existe la orden «\1»."),
        (r"^No such option: (\S+)", r"No existe la opción «\1»."),
        (r"\(Possible options: (.+)\)$", r"Quizá quiso decir: \1."),
        (r"Did you mean (.+)\?$", r"Quizá quiso decir \1."),
        (r"^Option '(.+?)' requires .*", r"La opción «\1» lleva un valor."),
        (r"^Option '(.+?)' does not take a value\.", r"La opción «\1» no lleva valor."),
        (r"^Got unexpected extra argument(?:\(s\)|s)? \((.+)\)", r"Sobra: \1."),
        (r"^Invalid value for '(.+?)': (?:Value error, )?", r"«\1» no es válido: "),
        (r"^Invalid value: ", "Valor no válido: "),
        (r"'(.*)' is not one of (.+)\.", r"«\1» no es uno de: \2."),
        (r"'(.*)' does not match the formats .*", r"«\1» no tiene la forma AAAA-MM-DD."),
        (r"(?i)(?:file|directory|path) '(.*)' does not exist\.", r"no existe «\1»."),
        (r"(?i)(?:file|directory|path) '(.*)' is a directory\.", r"«\1» es una carpeta."),
        (r"(?i)(?:file|directory|path) '(.*)' is a file\.", r"«\1» no es una carpeta."),
        (r"(?i)(?:file|directory|path) '(.*)' is not readable\.", r"«\1» no se puede leer."),
    )
)


def traducir(texto: str) -> str:
    """The phrases of the library that are in ``texto``, in Spanish."""
    for patron, espanol in _FRASES:
        texto = patron.sub(espanol, texto)
    return texto


class _Formato(HelpFormatter):
    """The help as the library lays it out, in other words."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, traducir(args), prefix or "Uso: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(traducir(heading))

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl([(traducir(a), traducir(b)) for a, b in rows], col_max, col_spacing)


class _Contexto(typer.Context):
    formatter_class = _Formato


def en_espanol(mandato: Any) -> TyperGroup | TyperCommand:
    """The command, and all below it, with its help in Spanish.

    Raises:
        InvarianteRota: it is not a command of the library.
    """
    if not isinstance(mandato, TyperGroup | TyperCommand):
        raise InvarianteRota("se esperaba una orden de typer")
    mandato.context_class = _Contexto
    for hijo in getattr(mandato, "commands", {}).values():
        en_espanol(hijo)
    return mandato


def explicar_uso(error: typer.TyperException) -> str:
    """What was typed wrong, how it is written and where the help is."""
    contexto: Any = getattr(error, "ctx", None)
    dicho = error.format_message()
    if contexto is None:
        return traducir(dicho)
    if dicho == contexto.get_help():  # it was typed alone: that is the answer
        return dicho
    ayuda = f"Vea «{contexto.command_path} --help»."
    return f"{contexto.get_usage()}\n\n{_motivo(error, dicho)}\n{ayuda}"


def _motivo(error: typer.TyperException, dicho: str) -> str:
    """Of a value that pydantic refused, its reason in Spanish; otherwise the message itself."""
    causa = error.__cause__
    if not isinstance(causa, ValidationError):
        return traducir(dicho)
    from shared.web.traduccion import mensaje

    (primero, *_) = causa.errors(include_url=False, include_input=False)
    if primero["type"] == "value_error":  # of the library
        return traducir(dicho)
    encabezado, _, _ = traducir(dicho).partition(": ")
    return f"{encabezado}: {mensaje(primero['type'], primero.get('ctx') or {})}"
