"""Keyset paging: an opaque cursor that holds the sort key of the last row shown.

A cursor says where to go on, never what may be seen: queries filter by scope all the same. It is
checked against the types of the key, since a forged one must not reach SQL.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from shared.tipos import Rechazo

T = TypeVar("T")
F = TypeVar("F")
K = TypeVar("K", bound=tuple[Any, ...])

LIMITE: Final = 50
LIMITE_MAXIMO: Final = 500

_LARGO_MAXIMO: Final = 1_024
_BIGINT: Final = 2**63


class CursorInvalido(Rechazo):
    """The cursor did not come from us, or was for another list."""

    codigo = "paginacion.cursor_invalido"
    titulo = "El cursor de la página no es válido"

    def __init__(self) -> None:
        super().__init__(
            "Use el valor «siguiente» de la página anterior de esta lista, o empiece sin cursor."
        )


class Pagina(BaseModel, Generic[T]):
    """One page of a list."""

    datos: list[T]
    siguiente: str | None = Field(
        default=None, description="Cursor de la página siguiente; vacío en la última."
    )


@dataclass(frozen=True)
class ParametrosPagina:
    """``limite`` and ``cursor`` of a request."""

    limite: Annotated[
        int, Query(ge=1, le=LIMITE_MAXIMO, description="Cuántos elementos por página.")
    ] = LIMITE
    cursor: Annotated[str | None, Query(description="Valor «siguiente» de la página anterior.")] = (
        None
    )


Paginacion = Annotated[ParametrosPagina, Depends()]


def escribir_cursor(clave: tuple[Any, ...]) -> str:
    """Cursor of a sort key made of what JSON and pydantic know: text, int, UUID, date, instant."""
    return base64.urlsafe_b64encode(to_json(clave)).rstrip(b"=").decode()


def leer_cursor(cursor: str | None, tipo: type[K]) -> K | None:
    """Sort key in ``cursor``, of the shape ``tipo``: ``tuple[datetime, UUID]``. None at the start.

    Raises:
        CursorInvalido: not ours, altered, or of another list.
    """
    if cursor is None:
        return None
    if len(cursor) > _LARGO_MAXIMO or not cursor.isascii():
        raise CursorInvalido
    try:
        texto = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        clave: K = _adaptador(tipo).validate_json(texto)
    except (binascii.Error, ValidationError) as error:
        raise CursorInvalido from error
    if not all(_cabe_en_sql(valor) for valor in clave):
        raise CursorInvalido
    return clave


@lru_cache(maxsize=128)
def _adaptador(tipo: Any) -> TypeAdapter[Any]:
    return TypeAdapter(tipo)


def _cabe_en_sql(valor: object) -> bool:
    """PostgreSQL has no NUL in text and no integer over 64 bits."""
    if isinstance(valor, str):
        return "\0" not in valor
    return not isinstance(valor, int) or -_BIGINT <= valor < _BIGINT


def paginar(
    filas: Sequence[F],
    limite: int,
    *,
    clave: Callable[[F], tuple[Any, ...]],
    vista: Callable[[F], T],
) -> Pagina[T]:
    """Page of ``filas``, which were read with ``limite + 1`` to know whether more follow."""
    mostradas = filas[:limite]
    siguiente = escribir_cursor(clave(mostradas[-1])) if len(filas) > limite else None
    return Pagina(datos=[vista(fila) for fila in mostradas], siguiente=siguiente)
