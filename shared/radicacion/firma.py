"""Checks of the envelope that return the whole submission: the signed certification.

Rule codes come from the mechanism; a mechanism that asks for no certification skips them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from shared.focalizacion.model import Efecto, Regla
from shared.focalizacion.motor import MotorDuckDB
from shared.radicacion.model import Radicacion
from shared.radicacion.nombres import Parecido, comparar
from shared.radicacion.service import Contexto
from shared.registros import FuenteRegistro
from shared.tipos import Periodo

REPS: Final = "reps_prestadores"

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


def avisos_de_firma(
    radicacion: Radicacion, fuentes: Mapping[str, FuenteRegistro], motor: MotorDuckDB, ctx: Contexto
) -> list[dict[str, str]]:
    """The rule on who signs, when REPS says who the legal representative is and it is another.

    Where REPS is silent nothing is said: the rule has no effect when it cannot be judged.
    """
    codigo = ctx.mecanismo.radicacion.firmante
    if codigo is None or (reps := fuentes.get(REPS)) is None:
        return []
    filas = motor.conexion.execute(
        f"SELECT rep_legal, gerente FROM ({reps.sql}) WHERE nit = ?",  # noqa: S608 - our SQL
        [radicacion.nit],
    ).fetchall()
    conocidos = {nombre for fila in filas for nombre in fila if nombre}
    firmante = str(radicacion.solicitud["firmante_nombre"])
    if not conocidos or any(
        comparar(firmante, nombre) is not Parecido.DISTINTO for nombre in conocidos
    ):
        return []
    return [{"codigo": codigo, "mensaje": ctx.mecanismo.regla(codigo).mensaje}]


def es_pdf(ruta: Path) -> bool:
    """Whether the file begins and ends as a PDF does: what a truncated upload lacks."""
    with ruta.open("rb") as archivo:
        if not archivo.read(1024).lstrip().startswith(_CABECERA):
            return False
        tamano = archivo.seek(0, 2)
        archivo.seek(max(0, tamano - _COLA))
        return _FINAL in archivo.read()
