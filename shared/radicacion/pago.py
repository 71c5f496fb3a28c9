"""From an evaluated submission to its recognitions: one payable unit per payee."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import duckdb
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.duck import en_memoria
from shared.giros.errors import OtraSituacion
from shared.giros.model import CuentaPago, NuevoReconocimiento, Reconocimiento
from shared.giros.repository import ReconocimientoRepository
from shared.giros.service import reconocer, sustituir
from shared.presupuesto.service import crear_linea
from shared.radicacion.evaluacion import Evaluacion
from shared.radicacion.model import Radicacion
from shared.radicacion.repository import RegistroRepository
from shared.radicacion.service import Contexto

_TROZO: Final = 10_000
"""Payees recognised at a time: a submission may have a quarter of a million."""


class PorPagar(Protocol):
    """What a submission asks of the budget, read before anything is locked."""

    async def registrar(self, tx: AsyncConnection) -> None:
        """Commit the value, or correct what was committed. Call it last: it locks the line.

        The línea of the year is made if nobody did: without aforo the recognition waits in its
        place, and nothing is lost.
        """


async def preparar_pago(
    tx: AsyncConnection,
    radicacion: Radicacion,
    evaluacion: Evaluacion,
    ctx: Contexto,
    *,
    numero: int = 1,
) -> PorPagar:
    """The entity that submits is paid, unless the rows say who is.

    ``numero`` is that of the evaluation: what a later one frees is a payable unit of its own.
    """
    if evaluacion.pagos is not None:
        return PagoPorFilas(radicacion, evaluacion.pagos, ctx, numero)
    resumen = evaluacion.resumen
    registros = sum(
        n for e, n in resumen.por_estado.items() if e in ctx.mecanismo.estados.valorados
    )
    return await Pago.de(tx, radicacion, registros, resumen.valor_centavos, ctx, numero=numero)


@dataclass(frozen=True)
class Pago:
    """What a version of a submission asks of the budget for the entity that submits.

    ``vivo`` is the recognition that an earlier version left; ``nuevo``, what this one is worth.
    """

    radicacion: Radicacion
    nuevo: NuevoReconocimiento | None
    vivo: UUID | None
    ctx: Contexto

    @classmethod
    async def de(
        cls,
        tx: AsyncConnection,
        radicacion: Radicacion,
        registros: int,
        valor_centavos: int,
        ctx: Contexto,
        *,
        numero: int = 1,
    ) -> Pago:
        """Read how things stand; nothing is locked yet. What a later evaluation (``numero``)
        frees is added to what the submission had."""
        solicitud = radicacion.solicitud
        nuevo = None
        if valor_centavos:
            nuevo = NuevoReconocimiento(
                **comunes_de(radicacion, ctx),
                nit=radicacion.nit,
                nombre=solicitud["razon_social"],
                registros=registros,
                valor_centavos=valor_centavos,
                cuenta=cuenta_de(solicitud),
                evaluacion=numero,
            )
        vivos = await ReconocimientoRepository(tx).de_solicitud(
            radicacion.solicitud_id, radicacion.nit
        )
        if vivos:
            # The commitment is of one year, also when the version that adds to it is of the next.
            nuevo = nuevo and replace(nuevo, vigencia=vivos[0].vigencia)
        if not vivos or numero > 1:
            (id_,) = await RegistroRepository(tx).nuevos_ids(1)
            return cls(radicacion, nuevo and replace(nuevo, id=id_), None, ctx)
        return cls(radicacion, nuevo, vivos[0].id, ctx)

    async def registrar(self, tx: AsyncConnection) -> None:
        if self.vivo is not None:
            sustitucion = await sustituir(tx, self.vivo, self.nuevo, reloj=self.ctx.reloj)
            if sustitucion.reconocimiento is not None:
                await self._anotar(tx, sustitucion.reconocimiento.id)
        elif self.nuevo is not None and self.nuevo.id is not None:
            # Its identifier is known before it exists, so that only the line comes after.
            await self._anotar(tx, self.nuevo.id)
            await crear_linea(tx, self.nuevo.mecanismo, self.nuevo.vigencia)
            await reconocer(tx, [self.nuevo], reloj=self.ctx.reloj)

    async def _anotar(self, tx: AsyncConnection, reconocimiento_id: UUID) -> None:
        valorados = self.ctx.mecanismo.estados.valorados
        await RegistroRepository(tx).pagar_con_uno(self.radicacion.id, valorados, reconocimiento_id)


@dataclass(frozen=True)
class Parte:
    """What the rows of a submission are worth to one payee."""

    tipo_documento: str
    numero: str
    nombre: str
    registros: int
    valor_centavos: int
    cuenta: CuentaPago | None

    @property
    def beneficiario(self) -> Beneficiario:
        return (self.tipo_documento, self.numero)


Beneficiario = tuple[str, str]
"""Document type and number."""


@dataclass(frozen=True)
class PagoPorFilas:
    """What a submission asks of the budget for the payees that its rows name (``pagos``).

    Where it corrects others of its solicitud, a payee is owed what the current rows of the
    solicitud add up to.
    """

    radicacion: Radicacion
    pagos: Path
    ctx: Contexto
    numero: int = 1

    async def registrar(self, tx: AsyncConnection) -> None:
        registros = RegistroRepository(tx)
        with en_memoria() as conexion:
            total = _agrupar(conexion, self.pagos)
            vivos = await self._por_corregir(tx, conexion)
            ids = await registros.nuevos_ids(total)
            corregidas = {p.beneficiario: (i, p) for i, p in _partes(conexion, vivos)}
            for beneficiario, (i, _) in corregidas.items():
                ids[i] = vivos[beneficiario].id
            await registros.copiar_pagos(self.radicacion.id, _detalle(conexion, ids))
            for beneficiario, vivo in vivos.items():
                _, parte = corregidas.get(beneficiario, (0, None))
                await self._corregir(tx, vivo, parte)
            await self._reconocer(tx, conexion, ids, excepto=corregidas)

    async def _por_corregir(
        self, tx: AsyncConnection, conexion: duckdb.DuckDBPyConnection
    ) -> dict[Beneficiario, Reconocimiento]:
        """Payees to whom an earlier version recognised something that this one touches: the last
        recognition of each."""
        if self.radicacion.anterior_id is None or self.numero > 1:
            return {}
        solicitud = self.radicacion.solicitud_id
        registros, repositorio = RegistroRepository(tx), ReconocimientoRepository(tx)
        pagados = (await registros.beneficiarios_pagados(solicitud)).keys()
        tocados = {p.beneficiario for _, p in _partes(conexion, pagados)}
        tocados |= await registros.beneficiarios_respondidos(self.radicacion.id)
        return {
            (tipo, numero): (await repositorio.de_solicitud(solicitud, numero, tipo))[0]
            for tipo, numero in sorted(pagados & tocados)
        }

    async def _corregir(
        self, tx: AsyncConnection, vivo: Reconocimiento, parte: Parte | None
    ) -> None:
        registros, suyo = RegistroRepository(tx), vivo.titular
        cuantos, valor = await registros.vale_ahora(
            vivo.solicitud_id, suyo.tipo_documento, suyo.numero
        )
        nuevo = None
        if valor:
            nombre = suyo.numero if vivo.titular_nit else vivo.nombre
            parte = parte or Parte(suyo.tipo_documento, suyo.numero, nombre, 0, 0, None)
            nuevo = replace(
                self._nuevo(parte),
                vigencia=vivo.vigencia,
                registros=cuantos,
                valor_centavos=valor,
            )
        sustitucion = await sustituir(tx, vivo.id, nuevo, reloj=self.ctx.reloj)
        if sustitucion.reintegros and self.ctx.mecanismo.estados.resuelven:
            raise OtraSituacion("Un pago de estos registros cambió de situación.")
        if (queda := sustitucion.reconocimiento) is None:
            return
        if queda.id != vivo.id:
            await registros.pasar_pagos(self.radicacion.id, vivo.id, queda.id)
        await registros.heredar_pagos(vivo.solicitud_id, suyo.tipo_documento, suyo.numero, queda.id)

    async def _reconocer(
        self,
        tx: AsyncConnection,
        conexion: duckdb.DuckDBPyConnection,
        ids: Sequence[UUID],
        *,
        excepto: Collection[Beneficiario],
    ) -> None:
        """Everybody else, some thousands at a time. What is released adds to what a payee had."""
        nuevos: list[NuevoReconocimiento] = []
        anios: Mapping[Beneficiario, int] = {}
        if self.numero > 1:
            anios = await RegistroRepository(tx).beneficiarios_pagados(self.radicacion.solicitud_id)
        for i, parte in _partes(conexion):
            if parte.beneficiario not in excepto:
                nuevo = self._nuevo(parte)
                anio = anios.get(parte.beneficiario, nuevo.vigencia)
                nuevos.append(replace(nuevo, id=ids[i], vigencia=anio))
            if len(nuevos) == _TROZO:
                await self._reconocer_trozo(tx, nuevos)
                nuevos = []
        await self._reconocer_trozo(tx, nuevos)

    async def _reconocer_trozo(
        self, tx: AsyncConnection, nuevos: Sequence[NuevoReconocimiento]
    ) -> None:
        if nuevos:
            for anio in sorted({n.vigencia for n in nuevos}):
                await crear_linea(tx, nuevos[0].mecanismo, anio)
            await reconocer(tx, nuevos, reloj=self.ctx.reloj)

    def _nuevo(self, parte: Parte) -> NuevoReconocimiento:
        return NuevoReconocimiento(
            **comunes_de(self.radicacion, self.ctx),
            tipo_documento=parte.tipo_documento,
            nit=parte.numero,
            nombre=parte.nombre,
            registros=parte.registros,
            valor_centavos=parte.valor_centavos,
            cuenta=parte.cuenta,
            entidad=self.radicacion.entidad,
            evaluacion=self.numero,
        )


def comunes_de(radicacion: Radicacion, ctx: Contexto) -> dict[str, Any]:
    """What every recognition of a submission has."""
    return {
        "mecanismo": radicacion.mecanismo,
        "vigencia": radicacion.fecha.year,
        "radicacion_id": radicacion.id,
        "solicitud_id": radicacion.solicitud_id,
        "periodo": radicacion.periodo,
        "fecha_radicacion": radicacion.fecha_radicacion,
        "requiere_legalizacion": ctx.mecanismo.requiere_legalizacion,
    }


def cuenta_de(solicitud: Mapping[str, Any]) -> CuentaPago | None:
    """The account of the envelope, if it came whole; without it the money waits for one."""
    campos = ("codigo_banco", "tipo_producto", "numero_producto", "titular_nit")
    if not all(solicitud.get(c) for c in campos):
        return None
    return CuentaPago(**{c: str(solicitud[c]) for c in campos})


def _agrupar(conexion: duckdb.DuckDBPyConnection, pagos: Path) -> int:
    """Tables ``pago`` (parts of rows) and ``parte`` (one per payee, numbered in row order).
    Returns how many payees there are."""
    conexion.execute("CREATE TABLE pago AS SELECT * FROM read_parquet(?)", [str(pagos)])
    conexion.execute(
        """
        CREATE TABLE parte AS
        SELECT row_number() OVER (ORDER BY min(fila), tipo_documento, numero) - 1 AS i,
               tipo_documento, numero, coalesce(arg_min(nombre, fila), numero) AS nombre,
               count(DISTINCT fila) AS registros,
               CAST(sum(valor_centavos) AS BIGINT) AS valor_centavos,
               arg_min([codigo_banco, tipo_producto, numero_producto], fila) FILTER (
                   codigo_banco IS NOT NULL AND tipo_producto IS NOT NULL
                   AND numero_producto IS NOT NULL) AS cuenta
        FROM pago GROUP BY tipo_documento, numero
        """
    )
    hallado = conexion.execute("SELECT count(*) FROM parte").fetchone()
    return 0 if hallado is None else int(hallado[0])


def _partes(
    conexion: duckdb.DuckDBPyConnection, solo: Collection[Beneficiario] | None = None
) -> Iterator[tuple[int, Parte]]:
    """Payees in row order with their number; only some of them if given."""
    cursor = conexion.cursor()
    campos = "i, tipo_documento, numero, nombre, registros, valor_centavos, cuenta"
    if solo is None:
        cursor.execute(f"SELECT {campos} FROM parte ORDER BY i")  # noqa: S608 - fixed columns
    else:
        cursor.execute(
            f"SELECT {campos} FROM parte SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS tipo_documento, "  # noqa: S608
            "unnest(?::VARCHAR[]) AS numero) USING (tipo_documento, numero) ORDER BY i",
            [[tipo for tipo, _ in solo], [numero for _, numero in solo]],
        )
    while trozo := cursor.fetchmany(_TROZO):
        for i, tipo, numero, nombre, registros, valor, cuenta in trozo:
            propia = None
            if cuenta is not None:
                banco, producto, numero_producto = cuenta
                propia = CuentaPago(banco, producto, numero_producto, numero, tipo)
            yield i, Parte(tipo, numero, nombre, registros, valor, propia)


def _detalle(
    conexion: duckdb.DuckDBPyConnection, ids: Sequence[UUID]
) -> Iterator[tuple[int, str, UUID, int]]:
    """What pays each part of each row."""
    cursor = conexion.cursor().execute(
        "SELECT fila, concepto, i, p.valor_centavos FROM pago p "
        "JOIN parte USING (tipo_documento, numero) ORDER BY fila, concepto"
    )
    while trozo := cursor.fetchmany(_TROZO):
        for fila, concepto, i, valor in trozo:
            yield fila, concepto, ids[i], valor
