"""SQL of recognitions and of the two queues they wait in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    Row,
    String,
    Uuid,
    and_,
    bindparam,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros import tables
from shared.giros.model import (
    ENTIDAD,
    Beneficiario,
    ClaveReconocimiento,
    EsperaPor,
    EstadoReconocimiento,
    Giro,
    NuevoReconocimiento,
    ParteDesglose,
    Reconocimiento,
    SaldoSolicitud,
)
from shared.giros.repository.filas import a_giro, entre
from shared.seguridad import nit_de

_AGREGAR = text(
    """
    INSERT INTO reconocimiento
        (id, linea_id, mecanismo, vigencia, radicacion_id, evaluacion, solicitud_id,
         tipo_documento, nit, nombre, entidad, periodo, registros, valor_centavos, fecha_radicacion,
         requiere_legalizacion, preparado_por, cuenta_id, estado, espera_por, created_at,
         updated_at)
    SELECT coalesce(n.id, uuidv7()), l.id, l.mecanismo, l.vigencia, n.radicacion_id,
           n.evaluacion, n.solicitud_id, n.documento, n.nit, n.nombre, n.entidad, n.periodo,
           n.registros, n.valor, n.fecha, n.requiere, n.preparado, n.cuenta_id,
           'ESPERA_PRESUPUESTO', 'AFORO', :ahora, :ahora
    FROM unnest(:lineas, :radicaciones, :evaluaciones, :solicitudes, :documentos, :nits,
                :nombres, :entidades, :periodos, :registros, :valores, :fechas, :requieren,
                :preparan, :cuentas, :ids)
         WITH ORDINALITY AS n (linea_id, radicacion_id, evaluacion, solicitud_id, documento, nit,
                               nombre, entidad, periodo, registros, valor, fecha, requiere,
                               preparado, cuenta_id, id, posicion)
    JOIN linea l ON l.id = n.linea_id
    ORDER BY n.posicion
    ON CONFLICT (radicacion_id, evaluacion, tipo_documento, nit) WHERE reemplaza_id IS NULL
        DO NOTHING
    RETURNING *
    """
).bindparams(
    *(bindparam(n, type_=ARRAY(Integer)) for n in ("lineas", "evaluaciones", "registros")),
    *(bindparam(n, type_=ARRAY(Uuid)) for n in ("radicaciones", "solicitudes", "cuentas", "ids")),
    *(
        bindparam(n, type_=ARRAY(String))
        for n in ("documentos", "nits", "nombres", "entidades", "periodos", "preparan")
    ),
    bindparam("valores", type_=ARRAY(BigInteger)),
    bindparam("fechas", type_=ARRAY(DateTime(timezone=True))),
    bindparam("requieren", type_=ARRAY(Boolean)),
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
            WHERE c.id = r.cuenta_id AND c.estado = 'VERIFICADA'
              AND (c.titular_tipo_documento, c.titular_nit) = (r.tipo_documento, r.nit))
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

# A payee registers an account once, not once per payment.
_SIN_CUENTA = """
    r.cuenta_id IS NULL AND r.tipo_documento = c.tipo_documento AND r.nit = c.nit
    AND r.estado IN ('ESPERA_PRESUPUESTO', 'RECONOCIDO', 'ESPERA_CUENTA')
"""

_LINEAS_CON_CUENTA = text(
    f"""
    SELECT r.linea_id FROM reconocimiento r WHERE r.cuenta_id = :cuenta
    UNION
    SELECT r.linea_id FROM reconocimiento r, cuenta_bancaria c
    WHERE c.id = :cuenta AND {_SIN_CUENTA}
    ORDER BY linea_id
    """  # noqa: S608 - constants of this file
).bindparams(bindparam("cuenta", type_=Uuid))

_LINEAS_DE = text(
    """
    SELECT DISTINCT r.linea_id FROM unnest(:tipos, :numeros) AS b (tipo, numero)
    JOIN reconocimiento r ON r.nit = b.numero AND r.tipo_documento = b.tipo
    WHERE r.estado <> 'ANULADO' ORDER BY r.linea_id
    """
).bindparams(bindparam("tipos", type_=ARRAY(String)), bindparam("numeros", type_=ARRAY(String)))

_DAR_CUENTA = text(
    f"""
    UPDATE reconocimiento r SET cuenta_id = c.id, updated_at = :ahora
    FROM cuenta_bancaria c WHERE c.id = :cuenta AND {_SIN_CUENTA}
    """  # noqa: S608 - constants of this file
).bindparams(bindparam("cuenta", type_=Uuid), bindparam("ahora", type_=DateTime(timezone=True)))

# One order per payee and account; a retry stays alone, so that it names the order it repeats.
# Nothing is joined with what was just grouped: the planner takes it for a handful of rows.
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
        SELECT m.*, row_number() OVER (ORDER BY m.fecha_radicacion, m.orden) AS turno,
               (SELECT g.id_giro FROM giro g JOIN giro_reconocimiento p ON p.giro_id = g.id
                WHERE p.reconocimiento_id = m.id AND g.estado = 'reprogramado'
                ORDER BY g.id DESC LIMIT 1) AS origen
        FROM movidos m WHERE m.estado = 'ORDENADO'
    ), agrupados AS (
        SELECT o.*, min(o.turno) OVER (
                   PARTITION BY o.tipo_documento, o.nit, o.cuenta_id, o.origen) AS grupo
        FROM ordenados o
    ), lote AS (
        SELECT 'L' || lpad(nextval('giro_lote')::text, 8, '0') AS nombre
        WHERE EXISTS (SELECT FROM ordenados)
    ), ordenes AS MATERIALIZED (
        SELECT uuidv7() AS id,
               'G' || a.vigencia || lpad(a.linea_id::text, 4, '0')
                   || lpad(nextval('giro_consecutivo')::text, 12, '0') AS id_giro,
               a.origen AS id_giro_origen, a.linea_id, lote.nombre AS lote, a.cuenta_id,
               a.valor_centavos, 'ordenado' AS estado, CAST(:hoy AS date) AS fecha_orden,
               a.reconocimientos, a.valores
        FROM lote, (
            SELECT vigencia, linea_id, cuenta_id, origen,
                   sum(valor_centavos)::bigint AS valor_centavos,
                   array_agg(id ORDER BY id) AS reconocimientos,
                   array_agg(valor_centavos ORDER BY id) AS valores
            FROM agrupados GROUP BY grupo, 1, 2, 3, 4 ORDER BY grupo
        ) a
    ), nuevos AS (
        INSERT INTO giro (id, id_giro, id_giro_origen, linea_id, lote, cuenta_id, valor_centavos,
                          estado, fecha_orden, ordenado_por, ordenado_at)
        SELECT id, id_giro, id_giro_origen, linea_id, lote, cuenta_id, valor_centavos, estado,
               fecha_orden, :por, :ahora
        FROM ordenes
    ), partes AS (
        INSERT INTO giro_reconocimiento (giro_id, reconocimiento_id, valor_centavos)
        SELECT id, unnest(reconocimientos), unnest(valores) FROM ordenes
    )
    SELECT *, NULL::text AS codigo, NULL::date AS fecha_respuesta, NULL::text AS referencia_banco
    FROM ordenes
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
    LEFT JOIN (
        SELECT p.reconocimiento_id, p.valor_centavos FROM giro_reconocimiento p
        JOIN giro ON giro.id = p.giro_id AND giro.estado = 'aplicado'
    ) g ON g.reconocimiento_id = r.id
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

        Those whose radicación and payee are already there are left out of the answer.
        """
        nuevos = [nuevo for _, nuevo, _ in filas]
        resultado = await self._tx.execute(
            _AGREGAR,
            {
                "lineas": [linea_id for linea_id, _, _ in filas],
                "cuentas": [cuenta_id for _, _, cuenta_id in filas],
                "radicaciones": [n.radicacion_id for n in nuevos],
                "evaluaciones": [n.evaluacion for n in nuevos],
                "solicitudes": [n.solicitud_id for n in nuevos],
                "documentos": [n.tipo_documento for n in nuevos],
                "nits": [n.nit for n in nuevos],
                "nombres": [n.nombre for n in nuevos],
                "entidades": [n.entidad for n in nuevos],
                "periodos": [n.periodo for n in nuevos],
                "registros": [n.registros for n in nuevos],
                "valores": [n.valor_centavos for n in nuevos],
                "fechas": [n.fecha_radicacion for n in nuevos],
                "requieren": [n.requiere_legalizacion for n in nuevos],
                "preparan": [n.preparado_por for n in nuevos],
                "ids": [n.id for n in nuevos],
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
                evaluacion=nuevo.evaluacion,
                solicitud_id=anterior.solicitud_id,
                tipo_documento=anterior.tipo_documento,
                nit=anterior.nit,
                nombre=nuevo.nombre,
                entidad=nuevo.entidad or anterior.entidad,
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
                devuelto_at=anterior.devuelto_at,
                titular_nit=anterior.titular_nit,
                created_at=ahora,
                updated_at=ahora,
            )
            .returning(tables.reconocimiento)
        )
        return _reconocimiento(resultado.one())

    async def add_parte(
        self,
        anterior: Reconocimiento,
        parte: ParteDesglose,
        documento: UUID,
        *,
        cuenta_id: UUID | None,
        ahora: datetime,
    ) -> Reconocimiento:
        """A part of ``anterior``, which must be ANULADO by now, in its place; on behalf of its
        payee unless it is the payee's own."""
        en_espera = anterior.espera_por is EsperaPor.AFORO
        resultado = await self._tx.execute(
            insert(tables.reconocimiento)
            .values(
                linea_id=anterior.linea_id,
                mecanismo=anterior.mecanismo,
                vigencia=anterior.vigencia,
                radicacion_id=documento,
                evaluacion=1,
                solicitud_id=anterior.solicitud_id,
                tipo_documento=ENTIDAD,
                nit=parte.nit,
                nombre=parte.nombre,
                entidad=anterior.entidad,
                periodo=anterior.periodo,
                registros=parte.registros,
                valor_centavos=parte.valor_centavos,
                estado="ESPERA_PRESUPUESTO" if en_espera else "RECONOCIDO",
                espera_por="AFORO" if en_espera else None,
                fecha_radicacion=anterior.fecha_radicacion,
                orden=anterior.orden,
                requiere_legalizacion=anterior.requiere_legalizacion,
                preparado_por=parte.preparado_por,
                cuenta_id=cuenta_id,
                reemplaza_id=anterior.id,
                titular_nit=None if parte.nit == anterior.nit else anterior.nit,
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
        consulta = select(t).where(entre(t.c.id, ids, Uuid)).order_by(t.c.id)
        if for_update:
            consulta = consulta.with_for_update(key_share=True)
        return {f.id: _reconocimiento(f) for f in await self._tx.execute(consulta)}

    async def de_radicaciones(
        self, radicaciones: Iterable[UUID]
    ) -> dict[ClaveReconocimiento, Reconocimiento]:
        """Recognitions of those radicaciones by their key, without those that took the place of
        another."""
        t = tables.reconocimiento
        filas = await self._tx.execute(
            select(t).where(
                entre(t.c.radicacion_id, radicaciones, Uuid), t.c.reemplaza_id.is_(None)
            )
        )
        return {r.clave: r for r in map(_reconocimiento, filas)}

    async def de_solicitud(
        self, solicitud_id: UUID, nit: str, tipo_documento: str = ENTIDAD
    ) -> list[Reconocimiento]:
        """Recognitions of a payee in a solicitud that still count, newest first; then those paid
        to others on its behalf, from the last one of its list."""
        t = tables.reconocimiento
        es_suyo = and_(t.c.titular_nit.is_(None), t.c.tipo_documento == tipo_documento)
        filas = await self._tx.execute(
            select(t)
            .where(
                t.c.solicitud_id == solicitud_id,
                or_(
                    and_(es_suyo, t.c.nit == nit),
                    and_(literal(tipo_documento == ENTIDAD), t.c.titular_nit == nit),
                ),
                t.c.estado != "ANULADO",
            )
            .order_by(
                t.c.titular_nit.is_not(None),
                t.c.fecha_radicacion.desc(),
                t.c.orden.desc(),
                t.c.id.desc(),
            )
        )
        return [_reconocimiento(f) for f in filas]

    async def lineas_con_cuenta(self, cuenta_id: UUID) -> list[int]:
        """Lines in which some recognition is to be paid into the account, or has none and could."""
        filas = await self._tx.execute(_LINEAS_CON_CUENTA, {"cuenta": cuenta_id})
        return list(filas.scalars())

    async def lineas_de(self, beneficiarios: Iterable[Beneficiario]) -> list[int]:
        """Lines in which something of those payees counts."""
        dados = list(beneficiarios)
        filas = await self._tx.execute(
            _LINEAS_DE,
            {"tipos": [b.tipo_documento for b in dados], "numeros": [b.numero for b in dados]},
        )
        return list(filas.scalars())

    async def dar_cuenta(self, cuenta_id: UUID, ahora: datetime) -> None:
        """Give a checked account to what its payee is to be paid and had none for."""
        await self._tx.execute(_DAR_CUENTA, {"cuenta": cuenta_id, "ahora": ahora})

    async def listar(
        self,
        *,
        mecanismo: str | None = None,
        alcance: str | None = None,
        estados: Sequence[EstadoReconocimiento] = (),
        sin_aprobar: bool = False,
        despues: UUID | None = None,
        limite: int = 50,
    ) -> list[Reconocimiento]:
        """Recognitions in id order after ``despues``; ids of uuid version 7 follow time.

        ``alcance`` keeps those that a caller of that scope may see (``Reconocimiento.es_de``).
        """
        t = tables.reconocimiento
        consulta = select(t).order_by(t.c.id).limit(limite)
        if mecanismo is not None:
            consulta = consulta.where(t.c.mecanismo == mecanismo)
        if alcance is not None:
            es_entidad = t.c.tipo_documento == ENTIDAD
            propio = nit_de(alcance) or ""  # some EPS have none, and null would match every row
            consulta = consulta.where(
                or_(
                    and_(es_entidad, or_(t.c.nit == propio, t.c.titular_nit == propio)),
                    and_(~es_entidad, t.c.entidad == alcance),
                )
            )
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
        """Order, in their order, as many approved ones as the cash covers whole, together when
        they are of one payee; the rest wait for recaudo. Returns the giros in order."""
        filas = await self._tx.execute(
            _ORDENAR_PREFIJO,
            {"linea": linea_id, "caja": caja_centavos, "hoy": hoy, "por": por, "ahora": ahora},
        )
        return sorted((a_giro(f) for f in filas), key=lambda g: g.id_giro)

    async def aprobar(self, aprobaciones: Mapping[UUID, str], ahora: datetime) -> None:
        """Write who approved each."""
        t = tables.reconocimiento
        for por in sorted(set(aprobaciones.values())):
            ids = [id_ for id_, quien in aprobaciones.items() if quien == por]
            await self._tx.execute(
                update(t)
                .where(entre(t.c.id, ids, Uuid))
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


def _reconocimiento(f: Row[Any]) -> Reconocimiento:
    return Reconocimiento(
        id=f.id,
        linea_id=f.linea_id,
        mecanismo=f.mecanismo,
        vigencia=f.vigencia,
        radicacion_id=f.radicacion_id,
        evaluacion=f.evaluacion,
        solicitud_id=f.solicitud_id,
        tipo_documento=f.tipo_documento,
        nit=f.nit,
        nombre=f.nombre,
        entidad=f.entidad,
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
        devuelto_at=f.devuelto_at,
        titular_nit=f.titular_nit,
    )
