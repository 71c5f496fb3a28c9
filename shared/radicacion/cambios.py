"""What the indicators of a file do to the records that its reporter already had.

Planned where the submission is decided, not where it arrives: an earlier file of the same
reporter may still be in the queue then.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import pyarrow.parquet as pq
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.duck import en_memoria
from shared.focalizacion.model import Mecanismo
from shared.focalizacion.service import SEPARADOR
from shared.giros.service import sustituir
from shared.radicacion.archivos import Almacen
from shared.radicacion.lectura.model import ARCHIVO_NOVEDADES
from shared.radicacion.model import Radicacion
from shared.radicacion.novedades import (
    Accion,
    Cambio,
    Clave,
    Indicador,
    Novedad,
    Vigente,
    planear,
)
from shared.radicacion.repository import Respuesta
from shared.radicacion.repository.vigentes import RegistroVigente, VigentesRepository
from shared.tipos import Reloj

_AVISOS: Final = 100
"""Lines that a submission is told of one by one; the others are counted."""


@dataclass(frozen=True)
class Cambios:
    """Records that give way to those of a submission, or go.

    ``anular`` are recognitions of theirs that wait for aforo; ``avisos``, what could not be done.
    """

    respuestas: tuple[Respuesta, ...] = ()
    anular: tuple[UUID, ...] = ()
    avisos: tuple[dict[str, str], ...] = ()


async def cambios_de(
    tx: AsyncConnection,
    radicacion: Radicacion,
    entrada: Path,
    almacen: Almacen,
    mecanismo: Mecanismo,
) -> Cambios:
    """The changes that a submission asks for; none if it did not come with indicators.

    ``entrada`` is the folder where ``leer`` left its files.
    """
    pedidos = await asyncio.to_thread(_pedidos, entrada / ARCHIVO_NOVEDADES)
    claves = {
        c.novedad.clave
        for c in pedidos
        if c.accion in {Accion.CORRIGE, Accion.RETIRA} and c.novedad.clave is not None
    }
    if not claves:
        return Cambios()
    registros = await VigentesRepository(tx).de(
        mecanismo.nombre,
        radicacion.entidad,
        sorted(SEPARADOR.join(c) for c in claves),
        excepto=radicacion.id,
    )
    vigentes = await asyncio.to_thread(_por_clave, registros, claves, almacen)
    return _cambios(pedidos, vigentes, registros, mecanismo)


async def siguen_igual(
    tx: AsyncConnection,
    cambios: Cambios,
    respuestas: Sequence[Respuesta],
    solicitud_id: UUID,
) -> bool:
    """Whether nothing was recognised of the records answered since the changes were planned.

    What waited for aforo still does. Of what else a submission answers only its own solicitud may
    have been paying it: that is corrected with it.
    """
    vigentes, salvo = VigentesRepository(tx), cambios.anular
    if salvo and not await vigentes.siguen_en_espera(salvo):
        return False
    propios, todos = ([r.registro_id for r in rs] for rs in (cambios.respuestas, respuestas))
    return not (
        await vigentes.se_pagan(propios, salvo=salvo)
        or await vigentes.se_pagan(todos, salvo=salvo, solicitud_id=solicitud_id)
    )


async def anular(tx: AsyncConnection, cambios: Cambios, reloj: Reloj) -> None:
    """Take out of the queue for aforo what the records that go, or give way, had there."""
    for reconocimiento in cambios.anular:
        await sustituir(tx, reconocimiento, None, reloj=reloj)


def _pedidos(ruta: Path) -> list[Cambio]:
    if not ruta.is_file():
        return []
    return [
        Cambio(
            Novedad(
                n["linea"],
                n["consecutivo"],
                n["tipo"],
                n["paga"],
                Indicador(n["indicador"]),
                None
                if n["tipo_documento"] is None
                else (n["tipo_documento"], n["numero_documento"]),
            ),
            Accion(n["accion"]),
            n["fila"],
        )
        for n in pq.read_table(ruta).to_pylist()
    ]


def _por_clave(
    registros: Sequence[RegistroVigente], claves: set[Clave], almacen: Almacen
) -> dict[Clave, list[Vigente]]:
    """Current records by document, in their order; that of a row that failed FORMA is in its
    file."""
    ilegibles: defaultdict[UUID, list[int]] = defaultdict(list)
    for r in registros:
        if r.caso is None:
            ilegibles[r.radicacion_id].append(r.fila)
    escritas = {
        (radicacion, fila): clave
        for radicacion, filas in ilegibles.items()
        for fila, clave in _documentos(almacen.radicacion(radicacion), filas).items()
    }
    vigentes: defaultdict[Clave, list[Vigente]] = defaultdict(list)
    for r in registros:
        clave = (
            escritas.get((r.radicacion_id, r.fila))
            if r.caso is None
            else tuple(r.caso.split(SEPARADOR))
        )
        if clave in claves:
            vigentes[clave].append(
                Vigente(str(r.radicacion_id), r.fila, r.con_derecho, r.comprometido)
            )
    return vigentes


def _documentos(entrada: Path, filas: Sequence[int]) -> Mapping[int, Clave]:
    with en_memoria() as conexion:
        leidos = conexion.execute(
            "SELECT fila, tipo_documento, numero_documento FROM read_parquet(?) "
            "WHERE list_contains(?::BIGINT[], fila) AND tipo_documento IS NOT NULL "
            "AND numero_documento IS NOT NULL",
            [str(entrada / "filas.parquet"), list(filas)],
        ).fetchall()
    return {fila: (tipo, numero) for fila, tipo, numero in leidos}


def _cambios(
    pedidos: Sequence[Cambio],
    vigentes: Mapping[Clave, Sequence[Vigente]],
    registros: Sequence[RegistroVigente],
    mecanismo: Mecanismo,
) -> Cambios:
    plan = planear(pedidos, vigentes)
    por_lugar = {(str(r.radicacion_id), r.fila): r for r in registros}
    van = [
        (fila, por_lugar[v.radicacion_id, v.fila])
        for fila, v in (*plan.corregir, *((None, v) for _, v in plan.retirar))
    ]
    codigo = mecanismo.regla_de_forma.codigo
    textos = [f"Línea {i.linea}: {i.motivo}" for i in plan.imposibles[:_AVISOS]]
    if len(plan.imposibles) > _AVISOS:
        textos.append(f"Y otras {len(plan.imposibles) - _AVISOS} líneas.")
    return Cambios(
        respuestas=tuple(Respuesta(fila, r.id) for fila, r in van),
        anular=tuple(sorted({id_ for _, r in van for id_ in r.por_aforo})),
        avisos=tuple({"codigo": codigo, "mensaje": texto} for texto in textos),
    )
