"""Use cases of intake: submit, correct, try without keeping anything."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.exc import IntegrityError

from shared.db import UnitOfWork
from shared.db.cola import encolar
from shared.focalizacion.model import Mecanismo
from shared.radicacion.anexos import Filas, leer_anexos, ruta_anexo
from shared.radicacion.apertura import exigir_que_corrija, exigir_ventana
from shared.radicacion.archivos import Almacen, asegurar, borrar
from shared.radicacion.errors import (
    ClaveReutilizada,
    EntidadAjena,
    NoSePuedeCorregir,
    ReportanteDesconocido,
    SolicitudIncompleta,
)
from shared.radicacion.lectura import Lectura, leer, leer_filas
from shared.radicacion.metadatos import ARCHIVO, exigir_mismos_metadatos, exigir_su_eps
from shared.radicacion.model import (
    EstadoRadicacion,
    NuevaRadicacion,
    Radicacion,
    Recibido,
)
from shared.radicacion.reportante import REGISTRO_REPORTANTES, problema_de, reportante_de
from shared.radicacion.repository import RadicacionRepository
from shared.radicacion.schemas import SolicitudIn, con_periodo, faltantes
from shared.registros import cortes_vigentes
from shared.seguridad import Usuario, nit_de
from shared.tipos import (
    EntradaInvalida,
    Nit,
    NoEncontrado,
    Periodo,
    Rechazo,
    Reloj,
)

TRABAJO_EVALUAR = "evaluar"
SUBSANA: Final = "subsana.parquet"
"""Beside the typed rows: which record each of them answers, if the upload said so."""


@dataclass(frozen=True)
class Contexto:
    """What every use case of intake is given."""

    mecanismo: Mecanismo
    uow: UnitOfWork
    reloj: Reloj
    almacen: Almacen


@dataclass(frozen=True)
class Subsana:
    """Row ``fila`` of a correction answers row ``fila_subsana`` of ``radicacion_id``."""

    fila: int
    radicacion_id: UUID
    fila_subsana: int


@dataclass(frozen=True)
class OrdenRadicar:
    """A submission as it arrived. Its files are already kept by their SHA-256."""

    usuario: Usuario
    solicitud: SolicitudIn
    archivo: Recibido
    certificacion: Recibido | None = None
    clave: str | None = None
    corrige: UUID | None = None
    filas: Filas | None = None
    """The rows, when they came as JSON; ``archivo`` is then the JSON document itself."""
    subsana: Sequence[Subsana] = ()
    """Which record each row answers, when the upload says so; otherwise they are found."""
    anexos: Mapping[str, Recibido] = field(default_factory=dict)
    """Annexes that came in a file of their own, by name."""
    filas_de_anexos: Mapping[str, Filas] = field(default_factory=dict)
    """Rows of those that came in the JSON document."""

    @property
    def recibidos(self) -> tuple[Recibido, ...]:
        """What is written down as received: the file of the rows, and those of the annexes."""
        return (self.archivo, *self.anexos.values())

    @property
    def cuerpo_sha256(self) -> str:
        """Identity of the content: same key with another one is refused."""
        contenido: dict[str, Any] = {
            "archivo": self.archivo.sha256,
            "certificacion": self.certificacion and self.certificacion.sha256,
            "solicitud": self.solicitud.model_dump(mode="json"),
            "corrige": str(self.corrige),
            "subsana": [(s.fila, str(s.radicacion_id), s.fila_subsana) for s in self.subsana],
        }
        if self.anexos:
            contenido["anexos"] = {nombre: a.sha256 for nombre, a in self.anexos.items()}
        return hashlib.sha256(json.dumps(contenido, sort_keys=True).encode()).hexdigest()

    @property
    def clave_idempotencia(self) -> str:
        return self.clave or self.cuerpo_sha256


async def radicar(orden: OrdenRadicar, ctx: Contexto) -> tuple[Radicacion, bool]:
    """Accept a submission and queue its evaluation, in one transaction.

    Returns the radicación and whether it is new: the same key with the same content gives the
    one that was already there. A refusal is written in ``recepcion`` with its raw file.

    Raises:
        ClaveReutilizada, EntidadAjena, VentanaCerrada, SolicitudIncompleta,
        MetadatosNoCoinciden, NoSePuedeCorregir: expected refusals.
        EntradaInvalida: the file cannot be read.
    """
    try:
        return await _radicar(orden, ctx)
    except Rechazo as rechazo:
        await anotar_rechazo(orden.recibidos, orden.usuario, rechazo, ctx)
        raise


async def _radicar(orden: OrdenRadicar, ctx: Contexto) -> tuple[Radicacion, bool]:
    entidad = _entidad(orden)
    if (previa := await _repetida(orden, entidad, ctx)) is not None:
        return previa, False
    nueva_id = uuid4()
    try:
        nueva = await _preparar(orden, entidad, nueva_id, ctx)
        await _guardar(nueva, orden.recibidos, ctx)
    except IntegrityError as error:
        # The same key, or the same correction, was submitted twice at once and we came second.
        borrar(ctx.almacen.radicacion(nueva_id))
        if (previa := await _repetida(orden, entidad, ctx)) is not None:
            return previa, False
        raise NoSePuedeCorregir("Ya hay una versión más nueva de esta solicitud.") from error
    except BaseException:
        borrar(ctx.almacen.radicacion(nueva_id))
        raise
    return await obtener(nueva_id, ctx), True


async def obtener(radicacion_id: UUID, ctx: Contexto, *, entidad: str | None = None) -> Radicacion:
    """One submission inside the caller's scope.

    Raises:
        NoEncontrado: no such submission, or not the caller's.
    """
    async with ctx.uow.begin() as tx:
        hallada = await RadicacionRepository(tx).por_id(
            radicacion_id, mecanismo=ctx.mecanismo.nombre, entidad=entidad
        )
    if hallada is None:
        raise NoEncontrado("No hay una radicación suya con ese identificador.")
    return hallada


async def reintentar(radicacion_id: UUID, ctx: Contexto) -> None:
    """Queue again a radicación that failed.

    Raises:
        NoSePuedeCorregir: it has not failed.
    """
    async with ctx.uow.begin() as tx:
        if not await RadicacionRepository(tx).reabrir(radicacion_id):
            raise NoSePuedeCorregir(
                "Solo se reintenta una radicación que falló y no tiene versión más nueva."
            )
        await encolar(tx, TRABAJO_EVALUAR, [str(radicacion_id)])


def _entidad(orden: OrdenRadicar) -> str:
    if orden.usuario.entidad is None:
        raise EntidadAjena("Solo una entidad puede radicar; su usuario no pertenece a ninguna.")
    return orden.usuario.entidad


async def _repetida(orden: OrdenRadicar, entidad: str, ctx: Contexto) -> Radicacion | None:
    async with ctx.uow.begin() as tx:
        previa = await RadicacionRepository(tx).por_clave(
            ctx.mecanismo.nombre, entidad, orden.clave_idempotencia
        )
    if previa is not None and previa.cuerpo_sha256 != orden.cuerpo_sha256:
        raise ClaveReutilizada(
            "Ya usó esta clave de idempotencia con otro archivo u otros datos. "
            "Si es una solicitud nueva, use otra clave.",
            radicacion=str(previa.id),
        )
    return previa


async def _preparar(
    orden: OrdenRadicar, entidad: str, nueva_id: UUID, ctx: Contexto
) -> NuevaRadicacion:
    """Every check of intake, and the typed rows on disk."""
    anterior, version = None, 1
    if orden.corrige is not None:
        anterior, version = await _por_corregir(orden.corrige, entidad, ctx)
    periodo = revisar_solicitud(orden.solicitud, entidad, ctx.mecanismo)
    await exigir_ventana(orden, periodo, ctx)
    if anterior is not None and anterior.periodo != (None if periodo is None else str(periodo)):
        raise NoSePuedeCorregir("La corrección debe ser del mismo periodo que la solicitud.")
    lectura = await asyncio.to_thread(
        leer_y_asegurar, orden, ctx.almacen, ctx.almacen.radicacion(nueva_id), ctx.mecanismo
    )
    await exigir_reportante(lectura.filas, orden.usuario, ctx)
    if anterior is not None:
        await exigir_que_corrija(lectura.filas, orden, anterior, ctx)
    return NuevaRadicacion(
        id=nueva_id,
        mecanismo=ctx.mecanismo.nombre,
        entidad=entidad,
        nit=orden.solicitud.nit,
        periodo=None if periodo is None else str(periodo),
        solicitud_id=nueva_id if anterior is None else anterior.solicitud_id,
        version=version,
        anterior_id=orden.corrige,
        clave_idempotencia=orden.clave_idempotencia,
        cuerpo_sha256=orden.cuerpo_sha256,
        archivo=orden.archivo,
        certificacion=orden.certificacion,
        solicitud=orden.solicitud.model_dump(mode="json"),
        lectura=describir_lectura(lectura, orden.anexos),
        total=lectura.total,
        fecha_radicacion=ctx.reloj.ahora(),
        creado_por=orden.usuario.sujeto,
    )


async def _guardar(nueva: NuevaRadicacion, recibidos: Sequence[Recibido], ctx: Contexto) -> None:
    async with ctx.uow.begin() as tx:
        repositorio = RadicacionRepository(tx)
        await repositorio.insertar(nueva)
        for recibido in recibidos:
            await repositorio.registrar_recepcion(
                recibido,
                mecanismo=nueva.mecanismo,
                entidad=nueva.entidad,
                resultado="RADICADA",
                detalle="",
                por=nueva.creado_por,
                en=nueva.fecha_radicacion,
                radicacion_id=nueva.id,
            )
        await encolar(tx, TRABAJO_EVALUAR, [str(nueva.id)])


async def anotar_rechazo(
    recibidos: Sequence[Recibido], usuario: Usuario, rechazo: Rechazo, ctx: Contexto
) -> None:
    """Write down files that arrived and were refused, with the reason: nothing is lost.

    What was only tried is not kept, and so not written down either.
    """
    if ctx.almacen.de_paso:
        return
    async with ctx.uow.begin() as tx:
        for recibido in recibidos:
            await RadicacionRepository(tx).registrar_recepcion(
                recibido,
                mecanismo=ctx.mecanismo.nombre,
                entidad=usuario.entidad or "",
                resultado=rechazo.codigo,
                detalle=rechazo.detalle,
                por=usuario.sujeto,
                en=ctx.reloj.ahora(),
            )


async def _por_corregir(radicacion_id: UUID, entidad: str, ctx: Contexto) -> tuple[Radicacion, int]:
    """The submission to correct and the number of the new version.

    Where rows are corrected one by one (their payees are their own), any version may still have
    rows to answer; where the new version speaks for all, only the last one.
    """
    anterior = await obtener(radicacion_id, ctx, entidad=entidad)
    if anterior.estado is not EstadoRadicacion.PROCESADA:
        raise NoSePuedeCorregir(
            "La radicación todavía se está evaluando, o falló. Corrija cuando tenga resultado."
        )
    async with ctx.uow.begin() as tx:
        ultima, valida = await RadicacionRepository(tx).versiones(anterior.solicitud_id)
    # A version that failed decided nothing: it does not stand in the way of another one.
    if not ctx.mecanismo.liquidacion.beneficiarios and anterior.version != valida:
        raise NoSePuedeCorregir(
            f"Esta es la versión {anterior.version} y ya existe la {valida}. Corrija la última."
        )
    return anterior, ultima + 1


def revisar_solicitud(solicitud: SolicitudIn, entidad: str, mecanismo: Mecanismo) -> Periodo | None:
    """Who submits, the check digit, the period and whatever else the mechanism asks for.

    Raises:
        EntidadAjena: another entity's NIT.
        SolicitudIncompleta: every problem of the envelope, at once.
    """
    problemas = faltantes(solicitud, mecanismo)
    periodo: Periodo | None = None
    try:
        Nit.con_dv(solicitud.nit, solicitud.dv)
    except EntradaInvalida as error:
        problemas.append(error.detalle)
    if con_periodo(mecanismo) and solicitud.periodo is not None:
        try:
            periodo = Periodo.de(solicitud.periodo)
        except EntradaInvalida as error:
            problemas.append(error.detalle)
    if problemas:
        raise SolicitudIncompleta(" ".join(problemas))
    # The table lacks the NIT of some EPS: then the check digit is all that can be asked.
    if solicitud.nit != (nit_de(entidad) or solicitud.nit):
        raise EntidadAjena(
            f"La solicitud es del NIT {solicitud.nit} y su usuario pertenece a {entidad}."
        )
    return periodo


async def exigir_reportante(filas: Path, usuario: Usuario, ctx: Contexto) -> None:
    """The entity that reports is known, where the mechanism has a rule about it (THS-01).

    Raises:
        MetadatosNoCoinciden: the rows are of several reporters.
        ReportanteDesconocido: it is not of its kind's list, or not of the caller's kind.
        FaltanRegistros: there is no register to look it up in.
    """
    regla = ctx.mecanismo.radicacion.reportante
    if regla is None:
        return
    reportante = await asyncio.to_thread(reportante_de, filas)
    if reportante is None:
        return  # no row says it: FORMA returns them all
    async with ctx.uow.begin() as tx:
        cortes = await cortes_vigentes(tx, [REGISTRO_REPORTANTES])
    problema = await asyncio.to_thread(
        problema_de, reportante, usuario, cortes, datos=ctx.almacen.datos, dia=ctx.reloj.hoy()
    )
    if problema is not None:
        raise ReportanteDesconocido(problema, regla=regla)


def leer_y_asegurar(
    orden: OrdenRadicar, almacen: Almacen, destino: Path, mecanismo: Mecanismo
) -> Lectura:
    """Read what came into typed rows that are on disk when this returns; ``hojas`` of the result
    are the annexes.

    Raises:
        EntradaInvalida: the file or an annex cannot be read.
        MetadatosNoCoinciden: rows of another NIT or period, or of another EPS.
    """
    destino.mkdir(parents=True, exist_ok=True)
    lectura = _leer(orden, almacen, destino, mecanismo)
    exigir_mismos_metadatos(
        lectura.filas, orden.solicitud, [c.nombre for c in mecanismo.esquema.campos]
    )
    anexos = leer_anexos(
        mecanismo,
        lectura.hojas,
        orden.anexos,
        orden.filas_de_anexos,
        almacen=almacen,
        destino=destino,
    )
    propias = {ARCHIVO: lectura.filas} | {n: ruta_anexo(destino, n) for n in anexos}
    exigir_su_eps(propias, orden.usuario, mecanismo)
    if orden.subsana:
        _escribir_subsana(destino / SUBSANA, orden.subsana)
    asegurar(destino)
    return replace(lectura, hojas=anexos)


def _leer(orden: OrdenRadicar, almacen: Almacen, destino: Path, mecanismo: Mecanismo) -> Lectura:
    campos = mecanismo.esquema.campos
    if orden.filas is None:
        crudo = almacen.crudo(orden.archivo.sha256)
        propios = {"nit": orden.solicitud.nit, "dv": orden.solicitud.dv}
        return leer(
            crudo,
            orden.archivo.nombre,
            campos,
            destino,
            condiciones=mecanismo.esquema.condiciones,
            disposiciones=mecanismo.esquema.disposiciones,
            sobre=lambda _: propios,
            hojas=mecanismo.esquema.anexos,
        )
    return leer_filas(orden.filas, campos, destino, condiciones=mecanismo.esquema.condiciones)


def _escribir_subsana(ruta: Path, subsana: Sequence[Subsana]) -> None:
    tabla = {
        "fila": pa.array([s.fila for s in subsana], pa.int64()),
        "radicacion_id": pa.array([str(s.radicacion_id) for s in subsana], pa.string()),
        "fila_subsana": pa.array([s.fila_subsana for s in subsana], pa.int64()),
    }
    pq.write_table(pa.table(tabla), ruta)


def describir_lectura(
    lectura: Lectura, anexos: Mapping[str, Recibido] = MappingProxyType({})
) -> dict[str, Any]:
    """What was understood of the file and of its annexes, for whoever sent them; ``anexos`` are
    those that came in a file of their own."""
    descrita = _describir(lectura)
    if lectura.hojas:
        descrita["anexos"] = {n: _describir(anexo) for n, anexo in lectura.hojas.items()}
    for nombre, recibido in anexos.items():
        descrita["anexos"][nombre] |= {
            "archivo": recibido.nombre,
            "archivo_sha256": recibido.sha256,
        }
    return descrita


def _describir(lectura: Lectura) -> dict[str, Any]:
    return {
        "total": lectura.total,
        "con_error_de_forma": lectura.con_error,
        "codificacion": lectura.codificacion,
        "separador": lectura.separador,
        "columnas_ignoradas": list(lectura.columnas_ignoradas),
        "avisos": list(lectura.avisos),
    }
