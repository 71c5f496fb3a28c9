"""All SQL of recognitions and giros. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Row,
    String,
    Uuid,
    any_,
    bindparam,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros import tables
from shared.giros.model import (
    CuentaBancaria,
    CuentaPago,
    EsperaPor,
    EstadoCuentaBancaria,
    EstadoGiro,
    EstadoReconocimiento,
    EstadoReintegro,
    EstadoRespuesta,
    Giro,
    Legalizacion,
    MotivoSuspenso,
    NuevoReconocimiento,
    Reconocimiento,
    Reintegro,
    Respuesta,
    RespuestaEnSuspenso,
    SaldoSolicitud,
)

_AGREGAR = text(
    """
    INSERT INTO reconocimiento
        (linea_id, mecanismo, vigencia, radicacion_id, solicitud_id, nit, nombre, periodo,
         registros, valor_centavos, fecha_radicacion, requiere_legalizacion, preparado_por,
         cuenta_id, estado, espera_por, created_at, updated_at)
    SELECT l.id, l.mecanismo, l.vigencia, n.radicacion_id, n.solicitud_id, n.nit, n.nombre,
           n.periodo, n.registros, n.valor, n.fecha, n.requiere, n.preparado, n.cuenta_id,
           'ESPERA_PRESUPUESTO', 'AFORO', :ahora, :ahora
    FROM unnest(:lineas, :radicaciones, :solicitudes, :nits, :nombres, :periodos, :registros,
                :valores, :fechas, :requieren, :preparan, :cuentas)
         WITH ORDINALITY AS n (linea_id, radicacion_id, solicitud_id, nit, nombre, periodo,
                               registros, valor, fecha, requiere, preparado, cuenta_id, posicion)
    JOIN linea l ON l.id = n.linea_id
    ORDER BY n.posicion
    ON CONFLICT (radicacion_id, nit) DO NOTHING
    RETURNING *
    """
).bindparams(
    *(bindparam(n, type_=ARRAY(Integer)) for n in ("lineas", "registros")),
    *(bindparam(n, type_=ARRAY(Uuid)) for n in ("radicaciones", "solicitudes", "cuentas")),
    *(bindparam(n, type_=ARRAY(String)) for n in ("nits", "nombres", "periodos", "preparan")),
    bindparam("valores", type_=ARRAY(BigInteger)),
    bindparam("fechas", type_=ARRAY(DateTime(timezone=True))),
    bindparam("requieren", type_=ARRAY(Boolean)),
    bindparam("ahora", type_=DateTime(timezone=True)),
)

_AGREGAR_CUENTAS = text(
    """
    INSERT INTO cuenta_bancaria
        (nit, codigo_banco, tipo_producto, numero_producto, titular_nit, created_at)
    SELECT DISTINCT c.nit, c.banco, c.tipo, c.numero, c.titular, CAST(:ahora AS timestamptz)
    FROM unnest(:nits, :bancos, :tipos, :numeros, :titulares)
         AS c (nit, banco, tipo, numero, titular)
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT DO NOTHING
    """
).bindparams(
    *(
        bindparam(n, type_=ARRAY(String))
        for n in ("nits", "bancos", "tipos", "numeros", "titulares")
    ),
    bindparam("ahora", type_=DateTime(timezone=True)),
)

# The running sum grows along the queue, so what fits is a prefix: nobody overtakes. The first
# place is looked at alone before, so that a blocked queue of millions costs one index entry.
_RECONOCER_PREFIJO = text(
    """
    WITH cola AS (
        SELECT id, sum(valor_centavos) OVER (ORDER BY fecha_radicacion, orden) AS acumulado
        FROM reconocimiento
        WHERE linea_id = :linea AND estado = 'ESPERA_PRESUPUESTO' AND espera_por = 'AFORO'
          AND (SELECT p.valor_centavos FROM reconocimiento p
               WHERE p.linea_id = :linea AND p.estado = 'ESPERA_PRESUPUESTO'
                 AND p.espera_por = 'AFORO'
               ORDER BY p.fecha_radicacion, p.orden LIMIT 1) <= :disponible
    )
    UPDATE reconocimiento r
    SET estado = 'RECONOCIDO', espera_por = NULL, updated_at = :ahora
    FROM cola WHERE cola.id = r.id AND cola.acumulado <= :disponible
    RETURNING r.*
    """
).bindparams(
    bindparam("disponible", type_=BigInteger), bindparam("ahora", type_=DateTime(timezone=True))
)

_POR_GIRAR = """
    r.linea_id = :linea AND r.aprobado_at IS NOT NULL
    AND (r.estado = 'RECONOCIDO'
         OR (r.estado = 'ESPERA_PRESUPUESTO' AND r.espera_por = 'RECAUDO'))
"""
_CUENTA_SIRVE = """
    EXISTS (SELECT FROM cuenta_bancaria c
            WHERE c.id = r.cuenta_id AND c.estado = 'VERIFICADA' AND c.titular_nit = r.nit)
"""

_RETENER_POR_CUENTA = text(
    f"""
    UPDATE reconocimiento r
    SET estado = 'ESPERA_CUENTA', espera_por = NULL, updated_at = :ahora
    WHERE {_POR_GIRAR} AND NOT {_CUENTA_SIRVE}
    """  # noqa: S608 - constants of this file
).bindparams(bindparam("ahora", type_=DateTime(timezone=True)))

_SOLTAR_POR_CUENTA = text(
    f"""
    UPDATE reconocimiento r SET estado = 'RECONOCIDO', updated_at = :ahora
    WHERE r.linea_id = :linea AND r.aprobado_at IS NOT NULL AND r.estado = 'ESPERA_CUENTA'
      AND {_CUENTA_SIRVE}
    """  # noqa: S608 - constants of this file
).bindparams(bindparam("ahora", type_=DateTime(timezone=True)))

_ORDENAR_PREFIJO = text(
    f"""
    WITH cola AS (
        SELECT r.id,
               sum(r.valor_centavos) OVER (ORDER BY r.fecha_radicacion, r.orden) <= :caja AS cabe
        FROM reconocimiento r WHERE {_POR_GIRAR}
    ), movidos AS (
        UPDATE reconocimiento r
        SET estado = CASE WHEN cola.cabe THEN 'ORDENADO' ELSE 'ESPERA_PRESUPUESTO' END,
            espera_por = CASE WHEN cola.cabe THEN NULL ELSE 'RECAUDO' END,
            updated_at = :ahora
        FROM cola WHERE cola.id = r.id AND (cola.cabe OR r.estado = 'RECONOCIDO')
        RETURNING r.*
    ), ordenados AS (
        SELECT * FROM movidos WHERE estado = 'ORDENADO'
    ), lote AS (
        SELECT 'L' || lpad(nextval('giro_lote')::text, 8, '0') AS nombre
        WHERE EXISTS (SELECT FROM ordenados)
    )
    INSERT INTO giro (id_giro, id_giro_origen, reconocimiento_id, linea_id, lote, cuenta_id,
                      valor_centavos, estado, fecha_orden, ordenado_por, ordenado_at)
    SELECT 'G' || o.vigencia || lpad(o.linea_id::text, 4, '0')
               || lpad(nextval('giro_consecutivo')::text, 12, '0'),
           (SELECT g.id_giro FROM giro g
            WHERE g.reconocimiento_id = o.id AND g.estado = 'reprogramado'
            ORDER BY g.id DESC LIMIT 1),
           o.id, o.linea_id, lote.nombre, o.cuenta_id, o.valor_centavos, 'ordenado',
           :hoy, :por, :ahora
    FROM lote, (SELECT * FROM ordenados ORDER BY fecha_radicacion, orden) o
    RETURNING *
    """  # noqa: S608 - constants of this file
).bindparams(
    bindparam("caja", type_=BigInteger),
    bindparam("ahora", type_=DateTime(timezone=True)),
)

_SALDO = text(
    """
    SELECT COALESCE(sum(r.valor_centavos) FILTER (
               WHERE r.espera_por IS DISTINCT FROM 'AFORO'), 0)::bigint AS reconocido,
           COALESCE(sum(r.valor_centavos) FILTER (
               WHERE r.espera_por = 'AFORO'), 0)::bigint AS en_espera,
           COALESCE(sum(g.valor_centavos - COALESCE(i.reintegrado, 0)), 0)::bigint AS girado
    FROM reconocimiento r
    LEFT JOIN giro g ON g.reconocimiento_id = r.id AND g.estado = 'aplicado'
    LEFT JOIN (
        SELECT reconocimiento_id, sum(reintegrado_centavos)::bigint AS reintegrado
        FROM reintegro GROUP BY reconocimiento_id
    ) i ON i.reconocimiento_id = r.id
    WHERE r.solicitud_id = :solicitud AND r.estado <> 'ANULADO'
    """
)


class ReconocimientoRepository:
    """Recognitions and their queues, in the caller's transaction."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def add_all(
        self,
        filas: Sequence[tuple[int, NuevoReconocimiento, UUID | None]],
        ahora: datetime,
    ) -> list[Reconocimiento]:
        """Enqueue (line, recognition, account) at the end of the queue for aforo, in order.

        Those whose radicación and NIT are already there are left out of the answer.
        """
        nuevos = [nuevo for _, nuevo, _ in filas]
        resultado = await self._tx.execute(
            _AGREGAR,
            {
                "lineas": [linea_id for linea_id, _, _ in filas],
                "cuentas": [cuenta_id for _, _, cuenta_id in filas],
                "radicaciones": [n.radicacion_id for n in nuevos],
                "solicitudes": [n.solicitud_id for n in nuevos],
                "nits": [n.nit for n in nuevos],
                "nombres": [n.nombre for n in nuevos],
                "periodos": [n.periodo for n in nuevos],
                "registros": [n.registros for n in nuevos],
                "valores": [n.valor_centavos for n in nuevos],
                "fechas": [n.fecha_radicacion for n in nuevos],
                "requieren": [n.requiere_legalizacion for n in nuevos],
                "preparan": [n.preparado_por for n in nuevos],
                "ahora": ahora,
            },
        )
        return [_reconocimiento(fila) for fila in resultado]

    async def add_en_lugar(
        self,
        anterior: Reconocimiento,
        nuevo: NuevoReconocimiento,
        valor_centavos: int,
        *,
        estado: EstadoReconocimiento,
        cuenta_id: UUID | None,
        ahora: datetime,
    ) -> Reconocimiento:
        """The recognition that takes the place of ``anterior``, which must be ANULADO by now."""
        en_espera = estado is EstadoReconocimiento.ESPERA_PRESUPUESTO
        resultado = await self._tx.execute(
            insert(tables.reconocimiento)
            .values(
                linea_id=anterior.linea_id,
                mecanismo=anterior.mecanismo,
                vigencia=anterior.vigencia,
                radicacion_id=nuevo.radicacion_id,
                solicitud_id=anterior.solicitud_id,
                nit=anterior.nit,
                nombre=nuevo.nombre,
                periodo=nuevo.periodo,
                registros=nuevo.registros,
                valor_centavos=valor_centavos,
                estado=estado.value,
                espera_por=EsperaPor.AFORO.value if en_espera else None,
                fecha_radicacion=anterior.fecha_radicacion,
                orden=anterior.orden,
                requiere_legalizacion=nuevo.requiere_legalizacion,
                preparado_por=nuevo.preparado_por,
                cuenta_id=cuenta_id or anterior.cuenta_id,
                reemplaza_id=anterior.id,
                created_at=ahora,
                updated_at=ahora,
            )
            .returning(tables.reconocimiento)
        )
        return _reconocimiento(resultado.one())

    async def get_many(
        self, ids: Iterable[UUID], *, for_update: bool = False
    ) -> dict[UUID, Reconocimiento]:
        """Those that exist, by id, locked in id order if asked."""
        t = tables.reconocimiento
        consulta = select(t).where(_entre(t.c.id, ids, Uuid)).order_by(t.c.id)
        if for_update:
            consulta = consulta.with_for_update(key_share=True)
        return {f.id: _reconocimiento(f) for f in await self._tx.execute(consulta)}

    async def de_radicaciones(
        self, claves: Sequence[tuple[UUID, str]]
    ) -> dict[tuple[UUID, str], Reconocimiento]:
        """Recognitions by (radicación, NIT)."""
        t = tables.reconocimiento
        radicaciones = {radicacion for radicacion, _ in claves}
        filas = await self._tx.execute(
            select(t).where(_entre(t.c.radicacion_id, radicaciones, Uuid))
        )
        return {(f.radicacion_id, f.nit): _reconocimiento(f) for f in filas}

    async def de_solicitud(self, solicitud_id: UUID, nit: str) -> list[Reconocimiento]:
        """Recognitions of a solicitud that still count, newest first."""
        t = tables.reconocimiento
        filas = await self._tx.execute(
            select(t)
            .where(t.c.solicitud_id == solicitud_id, t.c.nit == nit, t.c.estado != "ANULADO")
            .order_by(t.c.fecha_radicacion.desc(), t.c.orden.desc())
        )
        return [_reconocimiento(f) for f in filas]

    async def lineas_con_cuenta(self, cuenta_id: UUID) -> list[int]:
        """Lines in which some recognition is to be paid into the account."""
        t = tables.reconocimiento
        filas = await self._tx.execute(
            select(t.c.linea_id).where(t.c.cuenta_id == cuenta_id).distinct().order_by(t.c.linea_id)
        )
        return list(filas.scalars())

    async def listar(
        self,
        *,
        mecanismo: str | None = None,
        nit: str | None = None,
        estados: Sequence[EstadoReconocimiento] = (),
        sin_aprobar: bool = False,
        despues: UUID | None = None,
        limite: int = 50,
    ) -> list[Reconocimiento]:
        """Recognitions in id order after ``despues``; ids of uuid version 7 follow time."""
        t = tables.reconocimiento
        consulta = select(t).order_by(t.c.id).limit(limite)
        if mecanismo is not None:
            consulta = consulta.where(t.c.mecanismo == mecanismo)
        if nit is not None:
            consulta = consulta.where(t.c.nit == nit)
        if estados:
            consulta = consulta.where(t.c.estado.in_([e.value for e in estados]))
        if sin_aprobar:
            consulta = consulta.where(t.c.aprobado_at.is_(None))
        if despues is not None:
            consulta = consulta.where(t.c.id > despues)
        return [_reconocimiento(f) for f in await self._tx.execute(consulta)]

    async def reconocer_prefijo(
        self, linea_id: int, disponible_centavos: int, ahora: datetime
    ) -> list[Reconocimiento]:
        """Recognise, in order, as many as fit whole. Returns them in order."""
        filas = await self._tx.execute(
            _RECONOCER_PREFIJO,
            {"linea": linea_id, "disponible": disponible_centavos, "ahora": ahora},
        )
        return sorted((_reconocimiento(f) for f in filas), key=lambda r: r.turno)

    async def revisar_cuentas(self, linea_id: int, ahora: datetime) -> None:
        """ANT-18 on every approved one: hold those without a good account, let go the others."""
        await self._tx.execute(_RETENER_POR_CUENTA, {"linea": linea_id, "ahora": ahora})
        await self._tx.execute(_SOLTAR_POR_CUENTA, {"linea": linea_id, "ahora": ahora})

    async def ordenar_prefijo(
        self, linea_id: int, caja_centavos: int, *, hoy: date, por: str, ahora: datetime
    ) -> list[Giro]:
        """Make a giro, in order, of as many approved ones as the cash covers whole; the rest
        wait for recaudo. Returns the giros in order."""
        filas = await self._tx.execute(
            _ORDENAR_PREFIJO,
            {"linea": linea_id, "caja": caja_centavos, "hoy": hoy, "por": por, "ahora": ahora},
        )
        return sorted((_giro(f) for f in filas), key=lambda g: g.id_giro)

    async def aprobar(self, aprobaciones: Mapping[UUID, str], ahora: datetime) -> None:
        """Write who approved each."""
        t = tables.reconocimiento
        for por in sorted(set(aprobaciones.values())):
            ids = [id_ for id_, quien in aprobaciones.items() if quien == por]
            await self._tx.execute(
                update(t)
                .where(_entre(t.c.id, ids, Uuid))
                .values(aprobado_por=por, aprobado_at=ahora, updated_at=ahora)
            )

    async def cambiar(self, id_: UUID, ahora: datetime, **valores: object) -> Reconocimiento:
        """Write the given columns and return the row."""
        t = tables.reconocimiento
        if "estado" in valores:
            valores.setdefault("espera_por", None)
        resultado = await self._tx.execute(
            update(t).where(t.c.id == id_).values(updated_at=ahora, **valores).returning(t)
        )
        return _reconocimiento(resultado.one())

    async def saldo(self, solicitud_id: UUID) -> SaldoSolicitud:
        """Amounts of a solicitud."""
        fila = (await self._tx.execute(_SALDO, {"solicitud": solicitud_id})).one()
        return SaldoSolicitud(solicitud_id, fila.reconocido, fila.girado, fila.en_espera)


class CuentaRepository:
    """Bank accounts of payees."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def asegurar(
        self, cuentas: Sequence[tuple[str, CuentaPago]], ahora: datetime
    ) -> dict[tuple[str, CuentaPago], CuentaBancaria]:
        """The account of each (NIT, account), added POR_VERIFICAR if nobody gave it before."""
        if not cuentas:
            return {}
        await self._tx.execute(
            _AGREGAR_CUENTAS,
            {
                "nits": [nit for nit, _ in cuentas],
                "bancos": [c.codigo_banco for _, c in cuentas],
                "tipos": [c.tipo_producto for _, c in cuentas],
                "numeros": [c.numero_producto for _, c in cuentas],
                "titulares": [c.titular_nit for _, c in cuentas],
                "ahora": ahora,
            },
        )
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(
            select(t).where(_entre(t.c.nit, {nit for nit, _ in cuentas}, String))
        )
        return {(c.nit, c.pago): c for c in map(_cuenta, filas)}

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, CuentaBancaria]:
        """Those that exist, by id."""
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(select(t).where(_entre(t.c.id, ids, Uuid)))
        return {f.id: _cuenta(f) for f in filas}

    async def de_nit(self, nit: str) -> list[CuentaBancaria]:
        """Accounts that a payee gave, oldest first."""
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(select(t).where(t.c.nit == nit).order_by(t.c.id))
        return [_cuenta(f) for f in filas]

    async def por_verificar(self, *, limite: int = 50) -> list[CuentaBancaria]:
        """Accounts that nobody has checked, oldest first."""
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(
            select(t).where(t.c.estado == "POR_VERIFICAR").order_by(t.c.id).limit(limite)
        )
        return [_cuenta(f) for f in filas]

    async def decidir(
        self,
        id_: UUID,
        estado: EstadoCuentaBancaria,
        *,
        motivo: str | None,
        por: str,
        ahora: datetime,
    ) -> CuentaBancaria:
        """Write the outcome of checking the account."""
        t = tables.cuenta_bancaria
        resultado = await self._tx.execute(
            update(t)
            .where(t.c.id == id_)
            .values(estado=estado.value, motivo=motivo, decidida_por=por, decidida_at=ahora)
            .returning(t)
        )
        return _cuenta(resultado.one())


class GiroRepository:
    """Payment orders and bank answers."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def get(self, id_: UUID) -> Giro | None:
        """By our own id."""
        return await self._uno(tables.giro.c.id == id_)

    async def por_id_giro(self, id_giro: str) -> Giro | None:
        """By its name at the bank."""
        return await self._uno(tables.giro.c.id_giro == id_giro)

    async def _uno(self, condicion: Any) -> Giro | None:
        fila = (await self._tx.execute(select(tables.giro).where(condicion))).one_or_none()
        return None if fila is None else _giro(fila)

    async def de_reconocimientos(self, ids: Iterable[UUID]) -> list[Giro]:
        """Every order of these recognitions, oldest first."""
        t = tables.giro
        filas = await self._tx.execute(
            select(t).where(_entre(t.c.reconocimiento_id, ids, Uuid)).order_by(t.c.id)
        )
        return [_giro(f) for f in filas]

    async def listar(
        self,
        *,
        linea_id: int | None = None,
        estados: Sequence[EstadoGiro] = (),
        despues: UUID | None = None,
        limite: int = 50,
    ) -> list[Giro]:
        """Giros in id order after ``despues``."""
        t = tables.giro
        consulta = select(t).order_by(t.c.id).limit(limite)
        if linea_id is not None:
            consulta = consulta.where(t.c.linea_id == linea_id)
        if estados:
            consulta = consulta.where(t.c.estado.in_([e.value for e in estados]))
        if despues is not None:
            consulta = consulta.where(t.c.id > despues)
        return [_giro(f) for f in await self._tx.execute(consulta)]

    async def cambiar(self, id_: UUID, **valores: object) -> Giro:
        """Write the given columns and return the row."""
        t = tables.giro
        resultado = await self._tx.execute(
            update(t).where(t.c.id == id_).values(**valores).returning(t)
        )
        return _giro(resultado.one())

    async def anotar_respuesta(self, giro: Giro, respuesta: Respuesta, ahora: datetime) -> bool:
        """Remember an answer that counts; False if the same one is already there."""
        resultado = await self._tx.execute(
            insert(tables.respuesta_giro)
            .values(
                giro_id=giro.id,
                estado=respuesta.estado.value,
                codigo=respuesta.codigo,
                fecha=respuesta.fecha,
                referencia_banco=respuesta.referencia_banco,
                recibida_at=ahora,
            )
            .on_conflict_do_nothing()
        )
        return resultado.rowcount == 1

    async def ya_respondida(self, giro: Giro, respuesta: Respuesta) -> bool:
        """Whether this very answer already had its effect."""
        t = tables.respuesta_giro.c
        filas = await self._tx.execute(
            select(t.id).where(
                t.giro_id == giro.id,
                t.estado == respuesta.estado.value,
                t.codigo.is_not_distinct_from(respuesta.codigo),
                t.fecha == respuesta.fecha,
                t.referencia_banco.is_not_distinct_from(respuesta.referencia_banco),
            )
        )
        return filas.first() is not None

    async def suspender(
        self, respuesta: Respuesta, motivo: MotivoSuspenso, ahora: datetime
    ) -> bool:
        """Put the answer on the suspense list; False if it is already there."""
        resultado = await self._tx.execute(
            insert(tables.respuesta_desconocida)
            .values(
                motivo=motivo.value,
                id_giro=respuesta.id_giro,
                estado=respuesta.estado.value,
                codigo=respuesta.codigo,
                fecha=respuesta.fecha,
                valor_centavos=respuesta.valor_centavos,
                moneda=respuesta.moneda,
                referencia_banco=respuesta.referencia_banco,
                recibida_at=ahora,
            )
            .on_conflict_do_nothing()
        )
        return resultado.rowcount == 1

    async def en_suspenso(self, *, limite: int = 50) -> list[RespuestaEnSuspenso]:
        """Answers that wait for a person, oldest first."""
        t = tables.respuesta_desconocida
        filas = await self._tx.execute(
            select(t).where(t.c.resuelta_at.is_(None)).order_by(t.c.id).limit(limite)
        )
        return [_suspenso(f) for f in filas]

    async def resolver_suspenso(self, id_: UUID, *, por: str, ahora: datetime) -> bool:
        """Mark as looked at; False if there is no such open one."""
        t = tables.respuesta_desconocida
        resultado = await self._tx.execute(
            update(t)
            .where(t.c.id == id_, t.c.resuelta_at.is_(None))
            .values(resuelta_por=por, resuelta_at=ahora)
        )
        return resultado.rowcount == 1


class ReintegroRepository:
    """Reintegro files and what came back."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def add(
        self,
        reconocimiento_id: UUID,
        *,
        radicacion_id: UUID | None,
        capital_centavos: int,
        motivo: str,
        por: str,
        ahora: datetime,
    ) -> Reintegro:
        """Open a file as HALLAZGO."""
        resultado = await self._tx.execute(
            insert(tables.reintegro)
            .values(
                reconocimiento_id=reconocimiento_id,
                radicacion_id=radicacion_id,
                capital_centavos=capital_centavos,
                motivo=motivo,
                estado=EstadoReintegro.HALLAZGO.value,
                abierto_por=por,
                abierto_at=ahora,
            )
            .returning(tables.reintegro)
        )
        return _reintegro(resultado.one())

    async def get(self, id_: UUID) -> Reintegro | None:
        """By id."""
        t = tables.reintegro
        fila = (await self._tx.execute(select(t).where(t.c.id == id_))).one_or_none()
        return None if fila is None else _reintegro(fila)

    async def de(self, reconocimientos: Iterable[UUID]) -> list[Reintegro]:
        """Files of these recognitions, oldest first."""
        t = tables.reintegro
        filas = await self._tx.execute(
            select(t).where(_entre(t.c.reconocimiento_id, reconocimientos, Uuid)).order_by(t.c.id)
        )
        return [_reintegro(f) for f in filas]

    async def cambiar(self, id_: UUID, **valores: object) -> Reintegro:
        """Write the given columns and return the row."""
        t = tables.reintegro
        resultado = await self._tx.execute(
            update(t).where(t.c.id == id_).values(**valores).returning(t)
        )
        return _reintegro(resultado.one())

    async def add_pago(
        self,
        reintegro_id: UUID,
        *,
        referencia_banco: str,
        fecha: date,
        capital_centavos: int,
        interes_centavos: int,
        por: str,
        ahora: datetime,
    ) -> UUID | None:
        """Book a deposit; None if its bank reference is taken."""
        resultado = await self._tx.execute(
            insert(tables.reintegro_pago)
            .values(
                reintegro_id=reintegro_id,
                referencia_banco=referencia_banco,
                fecha=fecha,
                capital_centavos=capital_centavos,
                interes_centavos=interes_centavos,
                por=por,
                created_at=ahora,
            )
            .on_conflict_do_nothing()
            .returning(tables.reintegro_pago.c.id)
        )
        pago_id: UUID | None = resultado.scalar_one_or_none()
        return pago_id

    async def pago_igual(
        self, reintegro_id: UUID, referencia_banco: str, capital: int, interes: int
    ) -> bool:
        """Whether that deposit is already booked in this file with these amounts."""
        t = tables.reintegro_pago.c
        filas = await self._tx.execute(
            select(t.id).where(
                t.reintegro_id == reintegro_id,
                t.referencia_banco == referencia_banco,
                t.capital_centavos == capital,
                t.interes_centavos == interes,
            )
        )
        return filas.first() is not None


class LegalizacionRepository:
    """Support of the use of the funds."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def add(
        self,
        reconocimiento_id: UUID,
        *,
        documento_sha256: str,
        soportado_centavos: int,
        fecha_limite: date,
        por: str,
        ahora: datetime,
    ) -> Legalizacion | None:
        """Deliver a document; None if the same one is already there."""
        resultado = await self._tx.execute(
            insert(tables.legalizacion)
            .values(
                reconocimiento_id=reconocimiento_id,
                documento_sha256=documento_sha256,
                soportado_centavos=soportado_centavos,
                fecha_limite=fecha_limite,
                entregada_por=por,
                entregada_at=ahora,
            )
            .on_conflict_do_nothing()
            .returning(tables.legalizacion)
        )
        fila = resultado.one_or_none()
        return None if fila is None else _legalizacion(fila)

    async def de(self, reconocimiento_id: UUID) -> list[Legalizacion]:
        """What was delivered for a recognition, oldest first."""
        t = tables.legalizacion
        filas = await self._tx.execute(
            select(t).where(t.c.reconocimiento_id == reconocimiento_id).order_by(t.c.id)
        )
        return [_legalizacion(f) for f in filas]

    async def aceptar(self, id_: UUID, *, por: str, ahora: datetime) -> Legalizacion:
        """Write who accepted it."""
        t = tables.legalizacion
        resultado = await self._tx.execute(
            update(t).where(t.c.id == id_).values(aceptada_por=por, aceptada_at=ahora).returning(t)
        )
        return _legalizacion(resultado.one())

    async def vencidas(self, pagados_antes_de: date, *, limite: int = 50) -> list[UUID]:
        """Recognitions paid before that day, still without any support delivered."""
        g, r, e = tables.giro, tables.reconocimiento, tables.legalizacion
        filas = await self._tx.execute(
            select(r.c.id)
            .join(g, g.c.reconocimiento_id == r.c.id)
            .where(
                r.c.estado == EstadoReconocimiento.EN_LEGALIZACION.value,
                g.c.estado == EstadoGiro.APLICADO.value,
                g.c.fecha_respuesta < pagados_antes_de,
                ~select(e.c.id).where(e.c.reconocimiento_id == r.c.id).exists(),
            )
            .order_by(r.c.id)
            .limit(limite)
        )
        return list(filas.scalars())


def _entre(columna: Any, valores: Iterable[object], tipo: type[Any]) -> ColumnElement[bool]:
    """``columna`` among ``valores``, as one array: a list of binds stops at 32,767."""
    lista: ColumnElement[bool] = columna == any_(literal(list(valores), ARRAY(tipo)))
    return lista


def _reconocimiento(f: Row[Any]) -> Reconocimiento:
    return Reconocimiento(
        id=f.id,
        linea_id=f.linea_id,
        mecanismo=f.mecanismo,
        vigencia=f.vigencia,
        radicacion_id=f.radicacion_id,
        solicitud_id=f.solicitud_id,
        nit=f.nit,
        nombre=f.nombre,
        periodo=f.periodo,
        registros=f.registros,
        valor_centavos=f.valor_centavos,
        estado=EstadoReconocimiento(f.estado),
        espera_por=None if f.espera_por is None else EsperaPor(f.espera_por),
        fecha_radicacion=f.fecha_radicacion,
        orden=f.orden,
        requiere_legalizacion=f.requiere_legalizacion,
        preparado_por=f.preparado_por,
        aprobado_por=f.aprobado_por,
        cuenta_id=f.cuenta_id,
        reemplaza_id=f.reemplaza_id,
    )


def _cuenta(f: Row[Any]) -> CuentaBancaria:
    return CuentaBancaria(
        id=f.id,
        nit=f.nit,
        pago=CuentaPago(f.codigo_banco, f.tipo_producto, f.numero_producto, f.titular_nit),
        estado=EstadoCuentaBancaria(f.estado),
    )


def _giro(f: Row[Any]) -> Giro:
    return Giro(
        id=f.id,
        id_giro=f.id_giro,
        id_giro_origen=f.id_giro_origen,
        reconocimiento_id=f.reconocimiento_id,
        linea_id=f.linea_id,
        lote=f.lote,
        cuenta_id=f.cuenta_id,
        valor_centavos=f.valor_centavos,
        estado=EstadoGiro(f.estado),
        fecha_orden=f.fecha_orden,
        codigo=f.codigo,
        fecha_respuesta=f.fecha_respuesta,
        referencia_banco=f.referencia_banco,
    )


def _suspenso(f: Row[Any]) -> RespuestaEnSuspenso:
    return RespuestaEnSuspenso(
        id=f.id,
        motivo=MotivoSuspenso(f.motivo),
        respuesta=Respuesta(
            id_giro=f.id_giro,
            estado=EstadoRespuesta(f.estado),
            codigo=f.codigo,
            fecha=f.fecha,
            valor_centavos=f.valor_centavos,
            moneda=f.moneda,
            referencia_banco=f.referencia_banco,
        ),
        recibida_at=f.recibida_at,
        resuelta_por=f.resuelta_por,
    )


def _reintegro(f: Row[Any]) -> Reintegro:
    return Reintegro(
        id=f.id,
        reconocimiento_id=f.reconocimiento_id,
        capital_centavos=f.capital_centavos,
        reintegrado_centavos=f.reintegrado_centavos,
        interes_centavos=f.interes_centavos,
        motivo=f.motivo,
        estado=EstadoReintegro(f.estado),
    )


def _legalizacion(f: Row[Any]) -> Legalizacion:
    return Legalizacion(
        id=f.id,
        reconocimiento_id=f.reconocimiento_id,
        documento_sha256=f.documento_sha256,
        soportado_centavos=f.soportado_centavos,
        fecha_limite=f.fecha_limite,
        entregada_por=f.entregada_por,
        aceptada_por=f.aceptada_por,
    )
