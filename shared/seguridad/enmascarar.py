"""Masks for personal data, and a filter that keeps it out of logs.

A mask leaves enough to tell two rows apart on a screen and not enough to identify a person.
"""

from __future__ import annotations

import logging
import re
from typing import Final

_VISIBLES: Final = 3


def enmascarar(texto: str) -> str:
    """Last characters of an identifier: ``…789``. Never more than a third of it."""
    limpio = texto.strip()
    visibles = min(_VISIBLES, len(limpio) // 3)
    return f"…{limpio[-visibles:]}" if visibles else "…"


def enmascarar_documento(tipo: str, numero: str) -> str:
    """Document of a person: ``CC …789``."""
    return f"{tipo.strip().upper()} {enmascarar(numero)}"


def enmascarar_cuenta(numero: str) -> str:
    """Number of a bank account: ``…789``."""
    return enmascarar(numero)


def enmascarar_nombre(nombre: str) -> str:
    """Name of a person as initials: ``María Pérez`` → ``M… P…``."""
    return " ".join(f"{parte[0]}…" for parte in nombre.split())


# What libraries put into error texts: bound parameters, the DETAIL line of PostgreSQL with key
# values, the input pydantic refused, tokens, and anything as long as a document or an account.
# A UUID is left alone: it is ours and names no one.
_BORRADOS: Final = (
    (re.compile(r"\[parameters: .*?\](?=\s*(?:\(Background|$))", re.DOTALL), "[parameters: …]"),
    (re.compile(r"(DETAIL:).*"), r"\1 …"),
    (re.compile(r"(input_value=).*?(, input_type=)", re.DOTALL), r"\1…\2"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]*\.[\w-]*"), "…"),
    (re.compile(r"(?<![\w-])\d{6,}(?![\w-])"), "…"),
)


def texto_seguro(texto: str) -> str:
    """``texto`` without the personal data and secrets that error messages usually carry."""
    for patron, reemplazo in _BORRADOS:
        texto = patron.sub(reemplazo, texto)
    return texto


class FiltroDatosPersonales(logging.Filter):
    """Rewrites each record, traceback included, with ``texto_seguro``."""

    _formato = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = texto_seguro(record.getMessage()), ()
        if record.exc_info:
            # Formatters print a cached exc_text instead of formatting exc_info again.
            record.exc_text = texto_seguro(self._formato.formatException(record.exc_info))
        return True
