"""SQL of the records of a submission: stored, answered, linked, paid, changed, listed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, BOOLEAN, INTEGER, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import conexion_asyncpg
from shared.radicacion.model import Radicacion
from shared.radicacion.repository.estado import estado_de
from shared.radicacion.repository.filtro import Filtro
from shared.seguridad import PAIS

INDICE_DERECHO: Final = "uq_registro_derecho"
"""Unique index that lets only one current record hold a right."""
INDICE_SUBSANA: Final = "uq_registro_subsana_id"
"""Unique index that lets only one record answer another."""
NO_ADMITIDO: Final = "NO_ADMITIDO"
"""The row did not become a record (conventions §6): it answers none."""
_TURNO: Final = 7265632
"""Of our advisory locks, those that order who writes the records of a mechanism."""

_ESTADO: Final = estado_de(":publicados")
_ALCANCE: Final = f"""
    (CAST(:entidad AS text) IS NULL OR r.entidad = :entidad
     OR (r.entidad = '{PAIS}' AND g.datos ->> 'codigo_base' = :codigo_base))
"""
"""Records of the caller: those they submitted and, of the whole country, those of their EPS."""
_MISMO_DUENO: Final = """
    CASE WHEN n.datos ->> 'codigo_base' IS NOT NULL
         THEN v.datos ->> 'codigo_base' = n.datos ->> 'codigo_base'
         ELSE rv.entidad = rn.entidad END
"""
"""Whoever has to correct a record: its EPS where what is kept says it, else whoever submitted."""


# All of it is intervals over running sums: what each recognition keeps of its rows, then what is
# left over laid against what is lacking. Nothing happens where nobody is paid on another's behalf.
_REPARTIR: Final = text(
    """
    WITH grupo AS (
        SELECT c.id, c.titular_nit IS NULL AS propio,
               CASE WHEN c.estado = 'ANULADO' THEN 0 ELSE c.valor_centavos - coalesce(
                   (SELECT sum(i.capital_centavos) FROM reintegro i
                    WHERE i.reconocimiento_id = c.id AND i.estado <> 'ACLARADO'), 0) END AS neto
        FROM reconocimiento c
        WHERE c.solicitud_id = :id AND c.tipo_documento = 'NI'
          AND coalesce(c.titular_nit, c.nit) = :nit
          AND EXISTS (SELECT FROM reconocimiento d
                      WHERE d.solicitud_id = :id AND d.titular_nit = :nit)
    ), partes AS (
        SELECT p.radicacion_id, p.fila, p.concepto, p.reconocimiento_id, p.valor_centavos AS valor,
               least(p.valor_centavos, greatest(0, q.neto + p.valor_centavos - sum(p.valor_centavos)
                   OVER (PARTITION BY q.id ORDER BY p.radicacion_id, p.fila, p.concepto))) AS queda
        FROM grupo q
        JOIN registro_pago p ON p.reconocimiento_id = q.id
        JOIN registro g ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
        WHERE g.vigente AND g.valor_centavos > 0
    ), sobran AS (
        SELECT *, valor - queda AS sobra,
               sum(valor - queda) OVER (ORDER BY radicacion_id, fila, concepto) AS hasta
        FROM partes WHERE queda < valor
    ), faltan AS (
        SELECT q.id, q.neto - coalesce(p.puesto, 0) AS falta,
               sum(q.neto - coalesce(p.puesto, 0)) OVER (ORDER BY q.propio, q.id) AS hasta
        FROM grupo q
        LEFT JOIN (SELECT reconocimiento_id, sum(queda) AS puesto FROM partes GROUP BY 1) p
            ON p.reconocimiento_id = q.id
        WHERE q.neto > coalesce(p.puesto, 0)
    ), trozos AS (
        SELECT s.radicacion_id, s.fila, s.concepto, s.valor, f.id AS va_a,
               least(s.hasta, f.hasta) - greatest(s.hasta - s.sobra, f.hasta - f.falta) AS pasa,
               f.hasta AS lugar
        FROM sobran s
        JOIN faltan f ON s.hasta - s.sobra < f.hasta AND f.hasta - f.falta < s.hasta
    ), numerados AS (
        SELECT *, sum(pasa) OVER parte AS pasan, row_number() OVER (parte ORDER BY lugar) AS n
        FROM trozos WINDOW parte AS (PARTITION BY radicacion_id, fila, concepto)
    ), movidas AS (
        UPDATE registro_pago p SET valor_centavos = CASE WHEN t.pasan = t.valor
                   THEN t.pasa ELSE t.valor - t.pasan END,
               reconocimiento_id = CASE WHEN t.pasan = t.valor
                   THEN t.va_a ELSE p.reconocimiento_id END
        FROM numerados t
        WHERE t.n = 1 AND p.radicacion_id = t.radicacion_id AND p.fila = t.fila
          AND p.concepto = t.concepto
    ), nuevas AS (
        SELECT radicacion_id, fila, split_part(concepto, ' ', 1) AS base, va_a, pasa,
               row_number() OVER (PARTITION BY radicacion_id, fila, split_part(concepto, ' ', 1)
                                  ORDER BY concepto, lugar) AS n
        FROM numerados WHERE n > 1 OR pasan < valor
    )
    INSERT INTO registro_pago (radicacion_id, fila, concepto, reconocimiento_id, valor_centavos)
    SELECT n.radicacion_id, n.fila,
           n.base || ' ' || n.n + (
               SELECT count(*) FROM registro_pago p
               WHERE p.radicacion_id = n.radicacion_id AND p.fila = n.fila
                 AND split_part(p.concepto, ' ', 1) = n.base),
           n.va_a, n.pasa
    FROM nuevas n
    """
)


@dataclass(frozen=True)
class RegistroDecidido:
    """A record as evaluated, ready to be stored: ``clave`` is its right, ``caso`` what it is about
    and ``datos`` the JSON of what is kept of it."""

    fila: int
    clave: str | None
    caso: str | None
    estado: str
    codigos: tuple[str, ...]
    valor_centavos: int
    libera: bool
    datos: str


@dataclass(frozen=True)
class Respuesta:
    """Row ``fila`` of a submission answers a record, which is no longer current.

    Without row, the record goes and nothing takes its place.
    """

    fila: int | None
    registro_id: UUID


@dataclass(frozen=True)
class Cambio:
    """A record that changed its state without anyone submitting."""

    fila: int
    de: str
    a: str


class RegistroRepository:
    """Reads and writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def turno(self, mecanismo: str, *, exclusivo: bool = False) -> None:
        """Ask to write records of a mechanism until the transaction ends, together with others
        or alone. It waits as long as it takes; ask before any other lock of the transaction."""
        funcion = "pg_advisory_xact_lock" if exclusivo else "pg_advisory_xact_lock_shared"
        await self._tx.execute(text("SET LOCAL lock_timeout = 0"))
        await self._tx.execute(text("SET LOCAL statement_timeout = 0"))
        await self._tx.execute(
            text(f"SELECT {funcion}(:turno, hashtext(:mecanismo))"),
            {"turno": _TURNO, "mecanismo": mecanismo},
        )
        await self._tx.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
        await self._tx.execute(text("SET LOCAL statement_timeout TO DEFAULT"))

    # Store -------------------------------------------------------------------

    async def retirar_solicitud(self, solicitud_id: UUID) -> None:
        """Earlier versions stop being current: the new one speaks for the whole submission."""
        consulta = text(
            "UPDATE registro SET vigente = false WHERE vigente AND radicacion_id IN "
            "(SELECT id FROM radicacion WHERE solicitud_id = :id)"
        )
        await self._sin_plazo()
        await self._tx.execute(consulta, {"id": solicitud_id})

    async def retirar(self, ids: Sequence[UUID]) -> bool:
        """Those records stop being current; whether all of them were."""
        consulta = text(
            "UPDATE registro SET vigente = false WHERE vigente AND id = ANY(:ids)"
        ).bindparams(bindparam("ids", type_=ARRAY(UUID_SQL)))
        await self._sin_plazo()
        return (await self._tx.execute(consulta, {"ids": list(ids)})).rowcount == len(ids)

    async def insertar(
        self,
        radicacion: Radicacion,
        registros: Iterable[RegistroDecidido],
        *,
        version: int,
        en: datetime,
    ) -> None:
        """Copy every record in, communicated at ``en``.

        Raises:
            asyncpg.UniqueViolationError: somebody else holds the right of one of them.
        """
        await self._copiar(
            "registro",
            (
                "radicacion_id",
                "mecanismo",
                "fila",
                "clave",
                "caso",
                "estado",
                "codigos",
                "valor_centavos",
                "libera",
                "datos",
                "version",
                "comunicado_at",
            ),
            (
                (
                    radicacion.id,
                    radicacion.mecanismo,
                    r.fila,
                    r.clave,
                    r.caso,
                    r.estado,
                    list(r.codigos),
                    r.valor_centavos,
                    r.libera,
                    r.datos,
                    version,
                    en,
                )
                for r in registros
            ),
        )

    async def _copiar(
        self, tabla: str, columnas: Sequence[str], filas: Iterable[tuple[Any, ...]]
    ) -> None:
        await self._sin_plazo()
        conexion = cast("Any", await conexion_asyncpg(self._tx))
        await conexion.copy_records_to_table(tabla, columns=list(columnas), records=filas)

    async def _sin_plazo(self) -> None:
        """From here on, statements take what a million and a half records ask for."""
        await self._tx.execute(text("SET LOCAL statement_timeout = 0"))

    # Answer ------------------------------------------------------------------

    async def responder(self, radicacion_id: UUID, respuestas: Sequence[Respuesta]) -> None:
        """Rows of the submission are the next version of the records that they say they answer."""
        consulta = text(
            """
            UPDATE registro n SET subsana_id = v.id, version = v.version + 1
            FROM unnest(:filas, :ids) AS a (fila, id) JOIN registro v ON v.id = a.id
            WHERE n.radicacion_id = :radicacion_id AND n.fila = a.fila
            """
        ).bindparams(
            bindparam("filas", type_=ARRAY(INTEGER)), bindparam("ids", type_=ARRAY(UUID_SQL))
        )
        await self._tx.execute(
            consulta,
            {
                "radicacion_id": radicacion_id,
                "filas": [r.fila for r in respuestas],
                "ids": [r.registro_id for r in respuestas],
            },
        )

    async def por_corregir(
        self, anterior: Radicacion, corregibles: frozenset[str]
    ) -> tuple[list[str], int]:
        """Cases of the current records that the entity of a submission was asked to correct, and
        how many of its solicitud have none: they failed FORMA."""
        consulta = text(
            """
            SELECT coalesce(array_agg(g.caso) FILTER (WHERE g.caso IS NOT NULL), '{}') AS casos,
                   count(*) FILTER (WHERE g.caso IS NULL AND r.solicitud_id = :solicitud_id)
                       AS sin_caso
            FROM registro g JOIN radicacion r ON r.id = g.radicacion_id
            WHERE r.mecanismo = :mecanismo AND r.entidad = :entidad AND g.vigente
              AND g.estado = ANY(:corregibles)
            """
        ).bindparams(bindparam("corregibles", type_=ARRAY(TEXT)))
        hallado = await self._tx.execute(
            consulta,
            {
                "solicitud_id": anterior.solicitud_id,
                "mecanismo": anterior.mecanismo,
                "entidad": anterior.entidad,
                "corregibles": sorted(corregibles),
            },
        )
        fila = hallado.one()
        return list(fila.casos), int(fila.sin_caso)

    async def responder_por_caso(self, radicacion_id: UUID, corregibles: frozenset[str]) -> None:
        """Rows of the submission answer what its owner had to correct of the same case.

        The owner is the EPS where what is kept says it (``codigo_base``), else whoever submits.
        Of several rows the one that holds the right answers, then the first.
        """
        consulta = text(
            f"""
            WITH candidatas AS (
                SELECT DISTINCT ON (v.id) v.id AS anterior, v.version, n.id AS nueva
                FROM registro n
                JOIN radicacion rn ON rn.id = n.radicacion_id
                JOIN registro v ON v.mecanismo = n.mecanismo AND v.caso = n.caso AND v.vigente
                    AND v.radicacion_id <> n.radicacion_id
                JOIN radicacion rv ON rv.id = v.radicacion_id
                WHERE n.radicacion_id = :radicacion_id AND n.caso IS NOT NULL
                  AND n.subsana_id IS NULL AND n.estado <> :no_admitido
                  AND v.estado = ANY(:corregibles)
                  AND {_MISMO_DUENO}
                ORDER BY v.id, n.libera, n.fila
            ), retiradas AS (
                UPDATE registro v SET vigente = false FROM candidatas c
                WHERE v.id = c.anterior AND v.vigente RETURNING v.id
            ), ultimas AS (
                SELECT DISTINCT ON (c.nueva) c.nueva, c.anterior, c.version
                FROM candidatas c JOIN retiradas t ON t.id = c.anterior
                ORDER BY c.nueva, c.version DESC, c.anterior DESC
            )
            UPDATE registro n SET subsana_id = u.anterior, version = u.version + 1
            FROM ultimas u WHERE n.id = u.nueva
            """  # noqa: S608 - fixed texts
        ).bindparams(bindparam("corregibles", type_=ARRAY(TEXT)))
        await self._tx.execute(
            consulta,
            {
                "radicacion_id": radicacion_id,
                "corregibles": sorted(corregibles),
                "no_admitido": NO_ADMITIDO,
            },
        )

    async def hay_otros(
        self, radicacion_id: UUID, leidos: Collection[UUID], *, de_cualquiera: bool
    ) -> bool:
        """Whether the owner of a case of the submission, or anybody, has a record of it that is
        not among ``leidos``: another submission decided it meanwhile."""
        consulta = text(
            f"""
            SELECT EXISTS (
                SELECT FROM registro n
                JOIN radicacion rn ON rn.id = n.radicacion_id
                JOIN registro v ON v.mecanismo = n.mecanismo AND v.caso = n.caso
                    AND v.radicacion_id <> n.radicacion_id
                JOIN radicacion rv ON rv.id = v.radicacion_id
                WHERE n.radicacion_id = :id AND n.caso IS NOT NULL AND (v.vigente OR v.libera)
                  AND (:de_cualquiera OR {_MISMO_DUENO}) AND v.id <> ALL(:leidos))
            """  # noqa: S608 - fixed texts
        ).bindparams(
            bindparam("leidos", type_=ARRAY(UUID_SQL)), bindparam("de_cualquiera", type_=BOOLEAN)
        )
        hay = await self._tx.execute(
            consulta,
            {"id": radicacion_id, "leidos": list(leidos), "de_cualquiera": de_cualquiera},
        )
        return bool(hay.scalar_one())

    async def enlazar_ganadores(self, radicacion_id: UUID, en_archivo: Mapping[int, int]) -> None:
        """Records that ask for a right that another one holds point to it.

        ``en_archivo``: row → the row of the same submission that holds it. The others look for a
        current record with the same right, then for one that took what they would take a part of:
        the first that was submitted.
        """
        propios = text(
            """
            UPDATE registro n SET gana_id = w.id
            FROM unnest(:filas, :ganan) AS p (fila, gana)
            JOIN registro w ON w.radicacion_id = :id AND w.fila = p.gana
            WHERE n.radicacion_id = :id AND n.fila = p.fila
            """
        ).bindparams(
            bindparam("filas", type_=ARRAY(INTEGER)), bindparam("ganan", type_=ARRAY(INTEGER))
        )
        if en_archivo:
            await self._tx.execute(
                propios,
                {
                    "id": radicacion_id,
                    "filas": list(en_archivo),
                    "ganan": list(en_archivo.values()),
                },
            )
        ajenos = text(
            """
            UPDATE registro n SET gana_id = w.id FROM registro w
            WHERE n.radicacion_id = :id AND n.libera AND n.gana_id IS NULL AND n.clave IS NOT NULL
              AND w.mecanismo = n.mecanismo AND w.clave = n.clave AND w.vigente AND NOT w.libera
            """
        )
        await self._tx.execute(ajenos, {"id": radicacion_id})
        por_cupo = text(
            """
            UPDATE registro n SET gana_id = w.id
            FROM (
                SELECT DISTINCT ON (p.fila) p.fila, g.id
                FROM registro_cupo p
                JOIN registro_cupo q ON q.mecanismo = p.mecanismo AND q.clave = p.clave
                    AND q.datos IS NOT NULL AND (q.radicacion_id, q.fila) <> (:id, p.fila)
                JOIN registro g ON g.radicacion_id = q.radicacion_id AND g.fila = q.fila
                WHERE p.radicacion_id = :id AND p.datos IS NOT NULL
                  AND g.vigente AND NOT g.libera
                ORDER BY p.fila, g.id
            ) w
            WHERE n.radicacion_id = :id AND n.fila = w.fila AND n.libera AND n.gana_id IS NULL
            """
        ).bindparams(bindparam("id", type_=UUID_SQL))
        await self._tx.execute(por_cupo, {"id": radicacion_id})

    async def soltar_ganadores(self, radicacion_id: UUID, filas: Sequence[int]) -> None:
        """Those rows no longer point to who holds their right: it is to be looked for again."""
        consulta = text(
            "UPDATE registro SET gana_id = NULL WHERE radicacion_id = :id "
            "AND fila = ANY(:filas) AND gana_id IS NOT NULL"
        ).bindparams(bindparam("filas", type_=ARRAY(INTEGER)))
        await self._tx.execute(consulta, {"id": radicacion_id, "filas": list(filas)})

    # Pay ---------------------------------------------------------------------

    async def nuevos_ids(self, cuantos: int) -> list[UUID]:
        """Identifiers that follow time, as the database makes them."""
        filas = await self._tx.execute(
            text("SELECT uuidv7() FROM generate_series(1, :cuantos)"), {"cuantos": cuantos}
        )
        return [UUID(str(id_)) for id_ in filas.scalars()]

    async def pagar_con_uno(
        self, radicacion_id: UUID, estados: Iterable[str], reconocimiento_id: UUID
    ) -> None:
        """Records in those states are paid by that recognition, save those that one pays."""
        consulta = text(
            "INSERT INTO registro_pago (radicacion_id, fila, concepto, reconocimiento_id, "
            "valor_centavos) SELECT radicacion_id, fila, '', :reconocimiento_id, valor_centavos "
            "FROM registro WHERE radicacion_id = :id AND estado = ANY(:estados) "
            "ON CONFLICT (radicacion_id, fila, concepto) DO NOTHING"
        ).bindparams(bindparam("estados", type_=ARRAY(TEXT)))
        await self._tx.execute(
            consulta,
            {
                "id": radicacion_id,
                "estados": sorted(estados),
                "reconocimiento_id": reconocimiento_id,
            },
        )

    async def copiar_pagos(
        self, radicacion_id: UUID, pagos: Iterable[tuple[int, str, UUID, int]]
    ) -> None:
        """(fila, concepto, recognition, centavos): what pays each part of each row."""
        await self._copiar(
            "registro_pago",
            ("radicacion_id", "fila", "concepto", "reconocimiento_id", "valor_centavos"),
            ((radicacion_id, *pago) for pago in pagos),
        )

    async def beneficiarios_pagados(self, solicitud_id: UUID) -> dict[tuple[str, str], int]:
        """(document type, number) of whom some version of the solicitud recognised something
        that still counts, to them or to others on their behalf, and the year of its commitment."""
        consulta = text(
            "SELECT tipo_documento, coalesce(titular_nit, nit) AS numero, "
            "max(vigencia) AS vigencia FROM reconocimiento "
            "WHERE solicitud_id = :id AND estado <> 'ANULADO' GROUP BY 1, 2"
        )
        filas = await self._tx.execute(consulta, {"id": solicitud_id})
        return {(f.tipo_documento, f.numero): f.vigencia for f in filas}

    async def beneficiarios_respondidos(self, radicacion_id: UUID) -> set[tuple[str, str]]:
        """(document type, number) of whom the records that a submission answers had paid."""
        consulta = text(
            """
            SELECT DISTINCT c.tipo_documento, coalesce(c.titular_nit, c.nit) AS numero
            FROM registro n
            JOIN registro v ON v.id = n.subsana_id
            JOIN registro_pago p ON p.radicacion_id = v.radicacion_id AND p.fila = v.fila
            JOIN reconocimiento c ON c.id = p.reconocimiento_id
            WHERE n.radicacion_id = :id AND n.subsana_id IS NOT NULL
            """
        )
        filas = await self._tx.execute(consulta, {"id": radicacion_id})
        return {(f.tipo_documento, f.numero) for f in filas}

    async def vale_ahora(
        self, solicitud_id: UUID, tipo_documento: str, numero: str
    ) -> tuple[int, int]:
        """Records and centavos that the current ones of a solicitud are worth to a payee, without
        what was found of them in excess and no correction has taken away yet."""
        consulta = text(
            """
            WITH partes AS (
                SELECT c.id, p.radicacion_id, p.fila, p.valor_centavos
                FROM reconocimiento c
                JOIN registro_pago p ON p.reconocimiento_id = c.id
                JOIN registro g ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
                WHERE c.solicitud_id = :solicitud_id AND c.tipo_documento = :tipo
                  AND coalesce(c.titular_nit, c.nit) = :numero
                  AND g.vigente AND g.valor_centavos > 0
            ), debido AS (
                SELECT greatest(0, sum(valor_centavos) - coalesce(
                    (SELECT sum(i.capital_centavos) FROM reintegro i
                     WHERE i.reconocimiento_id = p.id AND i.radicacion_id IS NULL
                       AND i.estado <> 'ACLARADO'), 0)) AS valor
                FROM partes p GROUP BY p.id
            )
            SELECT (SELECT count(DISTINCT (radicacion_id, fila)) FROM partes) AS registros,
                   (SELECT coalesce(sum(valor), 0)::bigint FROM debido) AS valor
            """
        )
        fila = (
            await self._tx.execute(
                consulta,
                {"solicitud_id": solicitud_id, "tipo": tipo_documento, "numero": numero},
            )
        ).one()
        return int(fila.registros), int(fila.valor)

    async def pasar_pagos(self, radicacion_id: UUID, de: UUID, a: UUID) -> None:
        """Parts of the rows of a submission that one recognition paid are paid by another."""
        consulta = text(
            "UPDATE registro_pago SET reconocimiento_id = :a "
            "WHERE radicacion_id = :id AND reconocimiento_id = :de"
        )
        await self._tx.execute(consulta, {"id": radicacion_id, "de": de, "a": a})

    async def heredar_pagos(
        self, solicitud_id: UUID, tipo_documento: str, numero: str, queda: UUID
    ) -> None:
        """Current rows of a payee go from a recognition that was annulled to the one in its
        place or, if none took it, to ``queda``, which still pays the payee. If others are paid on
        its behalf, the rows are shared out again (``repartir_pagos``)."""
        consulta = text(
            """
            UPDATE registro_pago p SET reconocimiento_id = coalesce(
                (SELECT c.id FROM reconocimiento c
                 WHERE c.solicitud_id = :id AND c.tipo_documento = :tipo
                   AND coalesce(c.titular_nit, c.nit) = :numero
                   AND c.reemplaza_id = v.id AND c.estado <> 'ANULADO' ORDER BY c.id LIMIT 1),
                :queda)
            FROM reconocimiento v, registro g
            WHERE v.solicitud_id = :id AND v.tipo_documento = :tipo
              AND coalesce(v.titular_nit, v.nit) = :numero
              AND v.estado = 'ANULADO' AND p.reconocimiento_id = v.id
              AND g.radicacion_id = p.radicacion_id AND g.fila = p.fila
              AND g.vigente AND g.valor_centavos > 0
            """
        )
        await self._tx.execute(
            consulta,
            {"id": solicitud_id, "tipo": tipo_documento, "numero": numero, "queda": queda},
        )
        await self.repartir_pagos(solicitud_id, numero)

    async def repartir_pagos(self, solicitud_id: UUID, titular_nit: str) -> None:
        """Leave each recognition paid on behalf of an entity, and its own, with rows for what it
        is worth, where they add up to more or less.

        Rows stay where they are as far as they fit. What exceeds goes, in row order, to those that
        lack, in the order of the list and the entity's own last; a row that two of them share is
        cut, and its parts are told apart by number (``upc_ae``, ``upc_ae 2``).
        """
        await self._tx.execute(_REPARTIR, {"id": solicitud_id, "nit": titular_nit})

    # Change ------------------------------------------------------------------

    async def cambiar(
        self,
        radicacion_id: UUID,
        decididos: Iterable[RegistroDecidido],
        *,
        desde: Iterable[str],
        evaluacion_id: UUID,
        motivo: str,
        por: str,
        en: datetime,
    ) -> list[Cambio]:
        """Move to their new state, or right, the current records that were in one of ``desde``,
        and keep from what to what, why and by which evaluation. The others stay as they are.

        Raises:
            asyncpg.UniqueViolationError: somebody else holds the right of one of them.
        """
        consulta = text(
            """
            WITH nuevas AS (
                SELECT fila, estado, string_to_array(nullif(codigos, ''), ';') AS codigos, valor,
                       libera, clave, CAST(datos AS jsonb) AS datos
                FROM unnest(:filas, :estados, :codigos, :valores, :liberan, :claves, :datos)
                    AS n (fila, estado, codigos, valor, libera, clave, datos)
            ), antes AS (
                SELECT g.id, g.fila, g.estado, g.codigos, g.valor_centavos
                FROM registro g JOIN nuevas n ON n.fila = g.fila
                WHERE g.radicacion_id = :radicacion_id AND g.vigente AND g.estado = ANY(:desde)
                  AND (n.estado, n.clave) IS DISTINCT FROM (g.estado, g.clave)
                FOR UPDATE OF g
            ), movidas AS (
                UPDATE registro g SET estado = n.estado, codigos = coalesce(n.codigos, '{}'),
                    valor_centavos = n.valor, libera = n.libera, clave = n.clave,
                    datos = n.datos, comunicado_at = :en
                FROM antes a JOIN nuevas n ON n.fila = a.fila WHERE g.id = a.id
                RETURNING g.id, g.estado, g.codigos, g.valor_centavos
            ), anotadas AS (
                INSERT INTO registro_cambio (registro_id, evaluacion_id, de, a, de_codigos,
                    a_codigos, de_valor_centavos, a_valor_centavos, motivo, por, en)
                SELECT a.id, :evaluacion_id, a.estado, m.estado, a.codigos, m.codigos,
                    a.valor_centavos, m.valor_centavos, :motivo, :por, :en
                FROM antes a JOIN movidas m ON m.id = a.id
                RETURNING registro_id, de, a
            )
            SELECT a.fila, k.de, k.a FROM anotadas k JOIN antes a ON a.id = k.registro_id
            ORDER BY a.fila
            """
        ).bindparams(
            bindparam("filas", type_=ARRAY(INTEGER)),
            bindparam("estados", type_=ARRAY(TEXT)),
            bindparam("codigos", type_=ARRAY(TEXT)),
            bindparam("valores", type_=ARRAY(BIGINT)),
            bindparam("liberan", type_=ARRAY(BOOLEAN)),
            bindparam("claves", type_=ARRAY(TEXT)),
            bindparam("datos", type_=ARRAY(TEXT)),
            bindparam("desde", type_=ARRAY(TEXT)),
            bindparam("evaluacion_id", type_=UUID_SQL),
        )
        dados = list(decididos)
        filas = await self._tx.execute(
            consulta,
            {
                "radicacion_id": radicacion_id,
                "filas": [d.fila for d in dados],
                "estados": [d.estado for d in dados],
                "codigos": [";".join(d.codigos) for d in dados],
                "valores": [d.valor_centavos for d in dados],
                "liberan": [d.libera for d in dados],
                "claves": [d.clave for d in dados],
                "datos": [d.datos for d in dados],
                "desde": sorted(desde),
                "evaluacion_id": evaluacion_id,
                "motivo": motivo,
                "por": por,
                "en": en,
            },
        )
        return [Cambio(f.fila, f.de, f.a) for f in filas]

    # List --------------------------------------------------------------------

    async def registros(
        self, filtro: Filtro, radicacion_id: UUID, despues: int | None, limite: int
    ) -> list[RowMapping]:
        """Records of a submission in row order; the state is that of their payment, if any."""
        consulta = text(
            f"""
            SELECT g.id, g.fila, e.estado, e.espera_por, g.codigos, g.valor_centavos, g.vigente,
                   g.version, g.subsana_id, g.gana_id
            FROM registro g
            JOIN radicacion r ON r.id = g.radicacion_id
            {_ESTADO}
            WHERE g.radicacion_id = :id AND r.mecanismo = :mecanismo AND {_ALCANCE}
              AND (CAST(:estado AS text) IS NULL OR e.estado = :estado)
              AND (CAST(:codigo AS text) IS NULL OR :codigo = ANY(g.codigos))
              AND (CAST(:despues AS bigint) IS NULL OR g.fila > :despues)
            ORDER BY g.fila LIMIT :limite
            """  # noqa: S608 - fixed texts
        )
        filas = await self._tx.execute(
            consulta,
            {
                "id": radicacion_id,
                "mecanismo": filtro.mecanismo,
                "entidad": filtro.entidad,
                "codigo_base": filtro.codigo_base,
                "estado": filtro.estado,
                "codigo": filtro.codigo,
                "publicados": json.dumps(dict(filtro.publicados)),
                "despues": despues,
                "limite": limite,
            },
        )
        return list(filas.mappings())

    async def registro(self, filtro: Filtro, registro_id: UUID) -> RowMapping | None:
        """One record with the submission it belongs to, inside the tenant scope."""
        consulta = text(
            f"""
            SELECT g.id, g.radicacion_id, r.entidad, g.fila, e.estado, g.codigos,
                   g.valor_centavos, g.vigente, g.version, g.subsana_id, g.gana_id
            FROM registro g
            JOIN radicacion r ON r.id = g.radicacion_id
            {_ESTADO}
            WHERE g.id = :id AND r.mecanismo = :mecanismo AND {_ALCANCE}
            """  # noqa: S608 - fixed texts
        )
        filas = await self._tx.execute(
            consulta,
            {
                "id": registro_id,
                "mecanismo": filtro.mecanismo,
                "entidad": filtro.entidad,
                "codigo_base": filtro.codigo_base,
                "publicados": json.dumps(dict(filtro.publicados)),
            },
        )
        return filas.mappings().one_or_none()

    async def totales(self, filtro: Filtro) -> list[RowMapping]:
        """Current records by state: number and value."""
        consulta = text(
            f"""
            SELECT e.estado, count(*) AS registros,
                   sum(g.valor_centavos)::bigint AS valor_centavos
            FROM registro g
            JOIN radicacion r ON r.id = g.radicacion_id
            {_ESTADO}
            WHERE g.vigente AND r.mecanismo = :mecanismo
              AND (CAST(:entidad AS text) IS NULL OR r.entidad = :entidad)
            GROUP BY 1 ORDER BY 1
            """  # noqa: S608 - fixed texts
        )
        filas = await self._tx.execute(
            consulta,
            {
                "mecanismo": filtro.mecanismo,
                "entidad": filtro.entidad,
                "publicados": json.dumps(dict(filtro.publicados)),
            },
        )
        return list(filas.mappings())

    async def causales(self, filtro: Filtro) -> dict[str, int]:
        """Current records by rule code."""
        consulta = text(
            """
            SELECT codigo, count(*) AS registros
            FROM registro g
            JOIN radicacion r ON r.id = g.radicacion_id, unnest(g.codigos) AS codigo
            WHERE g.vigente AND r.mecanismo = :mecanismo
              AND (CAST(:entidad AS text) IS NULL OR r.entidad = :entidad)
            GROUP BY 1 ORDER BY 1
            """
        )
        filas = await self._tx.execute(
            consulta, {"mecanismo": filtro.mecanismo, "entidad": filtro.entidad}
        )
        return {f.codigo: f.registros for f in filas}
