"""Checks of the envelope that return the whole submission: the signed certification.

Rule codes come from the mechanism; a mechanism that asks for no certification skips them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from shared.focalizacion.model import Efecto, Regla
from shared.radicacion.model import Radicacion
from shared.radicacion.service import Contexto
from shared.tipos import Periodo

_CABECERA = b"%PDF-"
_FINAL = b"%%EOF"
_COLA = 2048


def reglas_de_radicacion(radicacion: Radicacion, ctx: Contexto) -> tuple[Regla, ...]:
    """Rules of RAD that the submission fails and whose effect is CORRECCION."""
    codigo = ctx.mecanismo.radicacion.certificacion
    if codigo is None or certificada(radicacion, ctx):
        return ()
    regla = ctx.mecanismo.regla(codigo)
    return (regla,) if regla.si_incumple is Efecto.CORRECCION else ()


def certificada(radicacion: Radicacion, ctx: Contexto) -> bool:
    """A readable PDF came, signed after the last day of the period (dossier §3.1, §4 ANT-09)."""
    if radicacion.certificacion_sha256 is None:
        return False
    firma = radicacion.solicitud.get("fecha_firma")
    if firma is None:
        return False
    if radicacion.periodo is not None:
        fin = Periodo.de(radicacion.periodo).ultimo_dia
        if date.fromisoformat(firma) <= fin:
            return False
    return es_pdf(ctx.almacen.crudo(radicacion.certificacion_sha256))


def es_pdf(ruta: Path) -> bool:
    """Whether the file begins and ends as a PDF does: what a truncated upload lacks."""
    with ruta.open("rb") as archivo:
        if not archivo.read(1024).lstrip().startswith(_CABECERA):
            return False
        tamano = archivo.seek(0, 2)
        archivo.seek(max(0, tamano - _COLA))
        return _FINAL in archivo.read()
