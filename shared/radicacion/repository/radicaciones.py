"""SQL of the radicaciones, their evaluations and what was received."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, DateTime, RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.radicacion.model import (
    EstadoRadicacion,
    NuevaRadicacion,
    Radicacion,
    Recibido,
)
from shared.radicacion.repository.filtro import Filtro

_CAMPOS = ", ".join(f.name for f in fields(Radicacion))
DECIDIO: Final = """
    (e.numero = 1 OR EXISTS (SELECT FROM registro_cambio k
                             WHERE k.registro_id = g.id AND k.evaluacion_id = e.id))
"""
"""Evaluation ``e`` of its submission decided record ``g``; of several, the last one counts."""


class RadicacionRepository:
    """Reads and writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self.tx = tx

    async def insertar(self, nueva: NuevaRadicacion) -> None:
        """Store a submission in state EN_COLA.

        Raises:
            IntegrityError: its idempotency key or its version already exists.
        """
        consulta = text(
            """
            INSERT INTO radicacion (id, mecanismo, entidad, nit, periodo, solicitud_id, version,
                anterior_id, estado, clave_idempotencia, cuerpo_sha256, archivo_sha256,
                archivo_nombre, archivo_tamano, certificacion_sha256, solicitud, lectura, total,
                fecha_radicacion, creado_por, created_at)
            VALUES (:id, :mecanismo, :entidad, :nit, :periodo, :solicitud_id, :version,
                :anterior_id, 'EN_COLA', :clave_idempotencia, :cuerpo_sha256, :archivo_sha256,
                :archivo_nombre, :archivo_tamano, :certificacion_sha256, :solicitud, :lectura,
                :total, :fecha_radicacion, :creado_por, :fecha_radicacion)
            """
        ).bindparams(bindparam("solicitud", type_=JSONB), bindparam("lectura", type_=JSONB))
        await self.tx.execute(
            consulta,
            {
                **{f.name: getattr(nueva, f.name) for f in fields(nueva)},
                "archivo_sha256": nueva.archivo.sha256,
                "archivo_nombre": nueva.archivo.nombre,
                "archivo_tamano": nueva.archivo.tamano,
                "certificacion_sha256": nueva.certificacion and nueva.certificacion.sha256,
            },
        )

    async def por_clave(self, mecanismo: str, entidad: str, clave: str) -> Radicacion | None:
        return await self._una(
            "mecanismo = :mecanismo AND entidad = :entidad AND clave_idempotencia = :clave",
            mecanismo=mecanismo,
            entidad=entidad,
            clave=clave,
        )

    async def por_id(
        self, radicacion_id: UUID, *, mecanismo: str | None = None, entidad: str | None = None
    ) -> Radicacion | None:
        """One submission, inside the tenant scope when ``entidad`` is given."""
        return await self._una(
            "id = :id AND (CAST(:mecanismo AS text) IS NULL OR mecanismo = :mecanismo) "
            "AND (CAST(:entidad AS text) IS NULL OR entidad = :entidad)",
            id=radicacion_id,
            mecanismo=mecanismo,
            entidad=entidad,
        )

    async def bloquear(self, radicacion_id: UUID) -> Radicacion | None:
        """Until the transaction ends nobody else changes it; who names it does not wait."""
        return await self._una("id = :id FOR NO KEY UPDATE", id=radicacion_id)

    async def versiones(self, solicitud_id: UUID) -> tuple[int, int]:
        """Last version, and last one that did not fail."""
        consulta = text(
            "SELECT max(version), coalesce(max(version) FILTER (WHERE estado <> 'FALLIDA'), 0) "
            "FROM radicacion WHERE solicitud_id = :id"
        )
        ultima, valida = (await self.tx.execute(consulta, {"id": solicitud_id})).one()
        return int(ultima), int(valida)

    async def pagina(self, filtro: Filtro, despues: int | None, limite: int) -> list[Radicacion]:
        """Newest first; ``despues`` is the ``numero`` of the last one seen."""
        consulta = text(
            f"""
            SELECT {_CAMPOS} FROM radicacion
            WHERE mecanismo = :mecanismo
              AND (CAST(:entidad AS text) IS NULL OR entidad = :entidad)
              AND (CAST(:estado AS text) IS NULL OR estado = :estado)
              AND (CAST(:despues AS bigint) IS NULL OR numero < :despues)
            ORDER BY numero DESC LIMIT :limite
            """  # noqa: S608 - column names of a dataclass of ours
        )
        filas = await self.tx.execute(
            consulta,
            {
                "mecanismo": filtro.mecanismo,
                "entidad": filtro.entidad,
                "estado": filtro.estado,
                "despues": despues,
                "limite": limite,
            },
        )
        return [_radicacion(f) for f in filas.mappings()]

    async def _una(self, donde: str, **parametros: Any) -> Radicacion | None:
        consulta = text(f"SELECT {_CAMPOS} FROM radicacion WHERE {donde}")  # noqa: S608 - fixed texts
        fila = (await self.tx.execute(consulta, parametros)).mappings().one_or_none()
        return None if fila is None else _radicacion(fila)

    async def tomar(self, radicacion_id: UUID) -> int | None:
        """Start an attempt; its number, or ``None`` if the radicación has already ended."""
        consulta = text(
            "UPDATE radicacion SET estado = 'EN_PROCESO', intento = intento + 1, "
            "progreso = 'Evaluando ' || total || ' filas' "
            "WHERE id = :id AND estado IN ('EN_COLA', 'EN_PROCESO') RETURNING intento"
        )
        intento = (await self.tx.execute(consulta, {"id": radicacion_id})).scalar_one_or_none()
        return None if intento is None else int(intento)

    async def progresar(self, radicacion_id: UUID, intento: int, progreso: str) -> None:
        consulta = text(
            "UPDATE radicacion SET progreso = :progreso WHERE id = :id AND intento = :intento "
            "AND estado = 'EN_PROCESO'"
        )
        await self.tx.execute(
            consulta, {"id": radicacion_id, "intento": intento, "progreso": progreso}
        )

    async def completar(
        self, radicacion_id: UUID, archivo: Recibido, lectura: Mapping[str, Any], total: int
    ) -> bool:
        """Give a submission that had none its file and what was understood of it; whether it had
        none."""
        consulta = text(
            "UPDATE radicacion SET archivo_sha256 = :sha256, archivo_nombre = :nombre, "
            "archivo_tamano = :tamano, lectura = :lectura, total = :total "
            "WHERE id = :id AND lectura = '{}'"
        ).bindparams(bindparam("lectura", type_=JSONB))
        hecho = await self.tx.execute(
            consulta,
            {**vars(archivo), "id": radicacion_id, "lectura": dict(lectura), "total": total},
        )
        return bool(hecho.rowcount)

    async def terminar(
        self,
        radicacion_id: UUID,
        estado: EstadoRadicacion,
        *,
        en: datetime,
        resumen: dict[str, Any] | None = None,
        motivo: str | None = None,
    ) -> None:
        consulta = text(
            "UPDATE radicacion SET estado = :estado, terminado_at = :en, resumen = :resumen, "
            "motivo = :motivo, progreso = '' WHERE id = :id"
        ).bindparams(bindparam("resumen", type_=JSONB(none_as_null=True)))
        await self.tx.execute(
            consulta,
            {
                "id": radicacion_id,
                "estado": str(estado),
                "en": en,
                "resumen": resumen,
                "motivo": motivo,
            },
        )

    async def recontar(self, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """Bring the totals in the outcome of those submissions to what their records are now.

        Returns the outcome of each.
        """
        consulta = text(
            """
            UPDATE radicacion r SET resumen = r.resumen || jsonb_build_object('total', e.total,
                'valor_centavos', e.valor, 'por_estado', e.cuantos, 'por_causal', c.cuantos)
            FROM unnest(:ids) AS i (id)
            CROSS JOIN LATERAL (
                SELECT sum(n)::bigint AS total, sum(valor)::bigint AS valor,
                       jsonb_object_agg(estado, n) AS cuantos
                FROM (SELECT estado, count(*) AS n, sum(valor_centavos) AS valor FROM registro
                      WHERE radicacion_id = i.id GROUP BY estado) s
            ) e
            CROSS JOIN LATERAL (
                SELECT coalesce(jsonb_object_agg(codigo, n), '{}') AS cuantos
                FROM (SELECT codigo, count(*) AS n FROM registro g, unnest(g.codigos) AS codigo
                      WHERE g.radicacion_id = i.id GROUP BY codigo) s
            ) c
            WHERE r.id = i.id
            RETURNING r.id, r.resumen
            """
        ).bindparams(bindparam("ids", type_=ARRAY(UUID_SQL)))
        await self.tx.execute(text("SET LOCAL statement_timeout = 0"))
        return {f.id: f.resumen for f in await self.tx.execute(consulta, {"ids": list(ids)})}

    async def reabrir(self, radicacion_id: UUID) -> bool:
        """Back to the queue after a failure, with its attempts counted anew; never behind a newer
        version, which would take its place."""
        consulta = text(
            "UPDATE radicacion r SET estado = 'EN_COLA', intento = 0, motivo = NULL, "
            "terminado_at = NULL WHERE id = :id AND estado = 'FALLIDA' AND NOT EXISTS (SELECT "
            "FROM radicacion n WHERE n.solicitud_id = r.solicitud_id AND n.version > r.version)"
        )
        return bool((await self.tx.execute(consulta, {"id": radicacion_id})).rowcount)

    async def huerfanas(self) -> list[UUID]:
        """Unfinished radicaciones for which no job is left in the queue."""
        consulta = text(
            """
            SELECT r.id FROM radicacion r
            WHERE r.estado IN ('EN_COLA', 'EN_PROCESO') AND NOT EXISTS (
                SELECT FROM pgqueuer p WHERE p.payload = convert_to(r.id::text, 'UTF8'))
            """
        )
        return [fila.id for fila in await self.tx.execute(consulta)]

    # Evaluations, receipts --------------------------------------------------

    async def registrar_evaluacion(self, radicacion_id: UUID, datos: dict[str, Any]) -> UUID:
        """Keep what decided the records: huella, versiones, cortes, ausentes, parametros, fecha,
        carpeta and en. It takes the number that follows that of the last one."""
        consulta = text(
            """
            INSERT INTO evaluacion (radicacion_id, numero, huella, versiones, cortes, ausentes,
                parametros, fecha, carpeta, created_at)
            SELECT :radicacion_id, coalesce(max(numero), 0) + 1, :huella, :versiones, :cortes,
                :ausentes, :parametros, :fecha, :carpeta, :en
            FROM evaluacion WHERE radicacion_id = :radicacion_id
            RETURNING id
            """
        ).bindparams(
            bindparam("radicacion_id", type_=UUID_SQL),
            bindparam("huella", type_=TEXT),
            bindparam("versiones", type_=JSONB),
            bindparam("cortes", type_=JSONB),
            bindparam("ausentes", type_=ARRAY(TEXT)),
            bindparam("parametros", type_=JSONB),
            bindparam("fecha", type_=Date),
            bindparam("carpeta", type_=TEXT),
            bindparam("en", type_=DateTime(timezone=True)),
        )
        creada = await self.tx.execute(consulta, {"radicacion_id": radicacion_id, **datos})
        return UUID(str(creada.scalar_one()))

    async def evaluacion(self, radicacion_id: UUID) -> RowMapping | None:
        """The last one."""
        consulta = text(
            "SELECT * FROM evaluacion WHERE radicacion_id = :id ORDER BY numero DESC LIMIT 1"
        )
        return (await self.tx.execute(consulta, {"id": radicacion_id})).mappings().one_or_none()

    async def evaluacion_de(self, registro_id: UUID) -> RowMapping | None:
        """The one that decided a record as it is now: the first, unless a later one changed it."""
        consulta = text(
            f"""
            SELECT e.* FROM registro g JOIN evaluacion e ON e.radicacion_id = g.radicacion_id
            WHERE g.id = :id AND {DECIDIO} ORDER BY e.numero DESC LIMIT 1
            """  # noqa: S608 - fixed texts
        )
        return (await self.tx.execute(consulta, {"id": registro_id})).mappings().one_or_none()

    async def evaluaciones_de(self, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        """Of the submissions that exist, the folders of their evaluations."""
        consulta = text(
            "SELECT r.id, array_remove(array_agg(e.carpeta), NULL) AS carpetas FROM radicacion r "
            "LEFT JOIN evaluacion e ON e.radicacion_id = r.id WHERE r.id = ANY(:ids) GROUP BY r.id"
        ).bindparams(bindparam("ids", type_=ARRAY(UUID_SQL)))
        return {f.id: list(f.carpetas) for f in await self.tx.execute(consulta, {"ids": list(ids)})}

    async def registrar_recepcion(
        self,
        recibido: Recibido,
        *,
        mecanismo: str,
        entidad: str,
        resultado: str,
        detalle: str,
        por: str,
        en: datetime,
        radicacion_id: UUID | None = None,
    ) -> None:
        consulta = text(
            """
            INSERT INTO recepcion (mecanismo, entidad, sha256, nombre, tamano, resultado, detalle,
                radicacion_id, recibido_por, recibido_at)
            VALUES (:mecanismo, :entidad, :sha256, :nombre, :tamano, :resultado, :detalle,
                :radicacion_id, :por, :en)
            """
        )
        await self.tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "entidad": entidad,
                "sha256": recibido.sha256,
                "nombre": recibido.nombre,
                "tamano": recibido.tamano,
                "resultado": resultado,
                "detalle": detalle,
                "radicacion_id": radicacion_id,
                "por": por,
                "en": en,
            },
        )


def _radicacion(fila: RowMapping) -> Radicacion:
    datos = dict(fila)
    for nombre in ("solicitud", "lectura", "resumen"):
        if isinstance(datos[nombre], str):
            datos[nombre] = json.loads(datos[nombre])
    return Radicacion(**{**datos, "estado": EstadoRadicacion(datos["estado"])})
