"""Use cases of the log of direct requests: nobody enrols themselves (talento humano §8)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.radicacion.descargas import Celda
from shared.seguridad import Rol, Usuario, exigir
from shared.tipos import DocumentoIdentidad, EntradaInvalida, Reloj
from shared.tramites.model import NuevaSolicitudDirecta, SolicitudDirecta
from shared.tramites.repository import DirectaRepository

COLUMNAS: Final = (
    "tipo_documento",
    "numero_documento",
    "nombre",
    "nit_ips",
    "codigo_perfil",
    "canal",
    "fecha",
    "reportada",
    "registrada_por",
    "registrada_at",
)
"""Of the file for MinSalud."""


async def registrar(
    tx: AsyncConnection,
    mecanismo: str,
    nueva: NuevaSolicitudDirecta,
    *,
    usuario: Usuario,
    reloj: Reloj,
) -> UUID:
    """Write a request down. The same person and IPS again change nothing.

    Raises:
        Prohibido: not an operador.
        EntradaInvalida: a document that cannot be read, or a future date.
    """
    exigir(usuario, Rol.OPERADOR)
    if nueva.fecha > reloj.hoy():
        raise EntradaInvalida("La fecha de la solicitud no puede ser posterior a hoy.")
    documento = DocumentoIdentidad.de(nueva.tipo_documento, nueva.numero_documento)
    normal = NuevaSolicitudDirecta(
        documento.tipo,
        documento.numero,
        nueva.nombre.upper(),
        nueva.nit_ips,
        nueva.codigo_perfil,
        nueva.canal,
        nueva.fecha,
    )
    return await DirectaRepository(tx).registrar(
        mecanismo, normal, por=usuario.sujeto, ahora=reloj.ahora()
    )


async def exportar(
    tx: AsyncConnection, mecanismo: str, *, usuario: Usuario, reloj: Reloj
) -> list[tuple[Celda, ...]]:
    """The whole log, unmasked, for MinSalud: rows of ``COLUMNAS``. Who took it is written down.

    Raises:
        Prohibido: not an operador.
    """
    exigir(usuario, Rol.OPERADOR)
    repositorio = DirectaRepository(tx)
    todas = await repositorio.listar(mecanismo, despues=None, limite=None)
    await repositorio.anotar_entrega(mecanismo, len(todas), por=usuario.sujeto, ahora=reloj.ahora())
    return [_fila(s) for s in todas]


def _fila(s: SolicitudDirecta) -> tuple[Celda, ...]:
    d = s.datos
    return (
        d.tipo_documento,
        d.numero_documento,
        d.nombre,
        d.nit_ips,
        d.codigo_perfil,
        d.canal.value,
        d.fecha,
        "SI" if s.reportada else "NO",
        s.registrada_por,
        s.registrada_at,
    )
