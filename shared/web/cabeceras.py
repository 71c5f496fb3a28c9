"""Request headers of our contract: ``Prefer: wait=N`` and ``Idempotency-Key``."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header
from starlette.requests import Request

from shared.tipos import Rechazo

ESPERA_MAXIMA_S: Final = 30

_ESPERA: Final = re.compile(r"wait\s*=\s*\"?(\d{1,9})\"?", re.ASCII | re.IGNORECASE)
_CLAVE: Final = re.compile(r"[\x21-\x7e]{1,128}")


class ClaveIdempotenciaInvalida(Rechazo):
    """The ``Idempotency-Key`` header cannot be used as a key."""

    codigo = "idempotencia.clave_invalida"
    titulo = "El encabezado Idempotency-Key no es válido"

    def __init__(self) -> None:
        super().__init__(
            "Envíe una sola clave de 1 a 128 caracteres ASCII visibles, sin espacios; "
            "por ejemplo un UUID."
        )


def leer_prefer(prefer: str | None) -> int:
    """Seconds of ``wait=N`` in a ``Prefer`` header (RFC 7240), at most 30. Zero without it.

    A preference is a wish: what cannot be read is ignored, and the first ``wait`` counts.
    """
    for preferencia in (prefer or "").split(","):
        hallada = _ESPERA.fullmatch(preferencia.split(";")[0].strip())
        if hallada is not None:
            return min(int(hallada[1]), ESPERA_MAXIMA_S)
    return 0


async def _espera(
    request: Request,
    prefer: Annotated[
        str | None,
        Header(description="`wait=N`: esperar el resultado hasta N segundos (máximo 30)."),
    ] = None,
) -> int:
    # Declared for the documentation; read whole, since the header may come in several lines.
    return leer_prefer(", ".join(request.headers.getlist("prefer"))) if prefer else 0


async def _clave_idempotencia(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(description="Clave que el cliente elige para que repetir el envío no lo duplique."),
    ] = None,
) -> str | None:
    if idempotency_key is None:
        return None
    if len(set(request.headers.getlist("idempotency-key"))) > 1:
        raise ClaveIdempotenciaInvalida
    if not _CLAVE.fullmatch(idempotency_key):
        raise ClaveIdempotenciaInvalida
    return idempotency_key


Espera = Annotated[int, Depends(_espera)]
"""Seconds the caller is willing to wait for the result: 0 to 30."""

ClaveIdempotencia = Annotated[str | None, Depends(_clave_idempotencia)]
"""Key the caller chose, or ``None``."""
