"""All SQL of the radicaciones, their records, windows and evaluations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import conexion_asyncpg
from shared.radicacion.model import (
    EstadoRadicacion,
    NuevaRadicacion,
    Radicacion,
    Recibido,
    Ventana,
)

_CAMPOS = ", ".join(f.name for f in fields(Radicacion))
INDICE_DERECHO = "uq_registro_derecho"
"""Unique index that lets only one current record hold a right."""
_TROZO = 50_000
"""Keys asked of the database at a time."""


@dataclass(frozen=True)
class Filtro:
    """What a listing keeps. ``entidad`` is the tenant scope: ``None`` only for the back office."""

    entidad: str | None
    mecanismo: str
    estado: str | None = None
    codigo: str | None = None


@dataclass(frozen=True)
class RegistroDecidido:
    """A record as evaluated, ready to be stored."""

    fila: int
    clave: str | None
    estado: str
    codigos: tuple[str, ...]
    valor_centavos: int
    libera: bool
    reconocimiento_id: UUID | None


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
        return await self._una("id = :id FOR UPDATE", id=radicacion_id)

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
            "UPDATE radicacion SET estado = 'EN_PROCESO', intento = intento + 1 "
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

    # Records -----------------------------------------------------------------

    async def retirar_versiones(self, solicitud_id: UUID) -> None:
        """Earlier versions stop being current: the new one speaks for the whole submission."""
        consulta = text(
            "UPDATE registro SET vigente = false WHERE vigente AND radicacion_id IN "
            "(SELECT id FROM radicacion WHERE solicitud_id = :id)"
        )
        await self.tx.execute(consulta, {"id": solicitud_id})

    async def insertar_registros(
        self, radicacion: Radicacion, registros: Iterable[RegistroDecidido]
    ) -> None:
        """Copy every record in.

        Raises:
            asyncpg.UniqueViolationError: somebody else holds the right of one of them.
        """
        await self.tx.execute(text("SET LOCAL statement_timeout = 0"))
        conexion = cast("Any", await conexion_asyncpg(self.tx))
        await conexion.copy_records_to_table(
            "registro",
            columns=[
                "radicacion_id",
                "mecanismo",
                "fila",
                "clave",
                "estado",
                "codigos",
                "valor_centavos",
                "libera",
                "reconocimiento_id",
            ],
            records=(
                (
                    radicacion.id,
                    radicacion.mecanismo,
                    r.fila,
                    r.clave,
                    r.estado,
                    list(r.codigos),
                    r.valor_centavos,
                    r.libera,
                    r.reconocimiento_id,
                )
                for r in registros
            ),
        )

    async def nuevo_id(self) -> UUID:
        """An identifier that follows time, as the database makes them."""
        return UUID(str((await self.tx.execute(text("SELECT uuidv7()"))).scalar_one()))

    async def enlazar(
        self, radicacion_id: UUID, estados: Iterable[str], reconocimiento_id: UUID
    ) -> None:
        """Records in those states are paid by that recognition."""
        consulta = text(
            "UPDATE registro SET reconocimiento_id = :reconocimiento_id "
            "WHERE radicacion_id = :id AND estado = ANY(:estados)"
        ).bindparams(bindparam("estados", type_=ARRAY(TEXT)))
        await self.tx.execute(
            consulta,
            {
                "id": radicacion_id,
                "estados": sorted(estados),
                "reconocimiento_id": reconocimiento_id,
            },
        )

    async def historia(
        self, mecanismo: str, solicitud_id: UUID | None, claves: Sequence[str]
    ) -> list[tuple[str, str]]:
        """(clave, estado) of what other submissions hold or held on those rights."""
        consulta = text(
            """
            SELECT g.clave, coalesce(c.estado, g.estado) AS estado
            FROM registro g
            JOIN radicacion r ON r.id = g.radicacion_id
            LEFT JOIN reconocimiento c ON c.id = g.reconocimiento_id
            WHERE g.mecanismo = :mecanismo AND g.vigente AND NOT g.libera
              AND g.clave = ANY(:claves)
              AND r.solicitud_id IS DISTINCT FROM CAST(:solicitud_id AS uuid)
            """
        ).bindparams(bindparam("claves", type_=ARRAY(TEXT)))
        hallada: list[tuple[str, str]] = []
        for inicio in range(0, len(claves), _TROZO):
            filas = await self.tx.execute(
                consulta,
                {
                    "mecanismo": mecanismo,
                    "solicitud_id": solicitud_id,
                    "claves": list(claves[inicio : inicio + _TROZO]),
                },
            )
            hallada.extend((f.clave, f.estado) for f in filas)
        return hallada

    async def registros(
        self, filtro: Filtro, radicacion_id: UUID, despues: int | None, limite: int
    ) -> list[RowMapping]:
        """Records of a submission in row order; the state is that of their payment, if any."""
        consulta = text(
            """
            SELECT g.id, g.fila, coalesce(c.estado, g.estado) AS estado, c.espera_por, g.codigos,
                   g.valor_centavos, g.vigente
            FROM registro g
            JOIN radicacion r ON r.id = g.radicacion_id
            LEFT JOIN reconocimiento c ON c.id = g.reconocimiento_id
            WHERE g.radicacion_id = :id AND r.mecanismo = :mecanismo
              AND (CAST(:entidad AS text) IS NULL OR r.entidad = :entidad)
              AND (CAST(:estado AS text) IS NULL OR coalesce(c.estado, g.estado) = :estado)
              AND (CAST(:codigo AS text) IS NULL OR :codigo = ANY(g.codigos))
              AND (CAST(:despues AS bigint) IS NULL OR g.fila > :despues)
            ORDER BY g.fila LIMIT :limite
            """
        )
        filas = await self.tx.execute(
            consulta,
            {
                "id": radicacion_id,
                "mecanismo": filtro.mecanismo,
                "entidad": filtro.entidad,
                "estado": filtro.estado,
                "codigo": filtro.codigo,
                "despues": despues,
                "limite": limite,
            },
        )
        return list(filas.mappings())

    async def registro(self, filtro: Filtro, registro_id: UUID) -> RowMapping | None:
        """One record with the submission it belongs to, inside the tenant scope."""
        consulta = text(
            """
            SELECT g.id, g.radicacion_id, g.fila, coalesce(c.estado, g.estado) AS estado,
                   g.codigos, g.valor_centavos, g.vigente, g.reconocimiento_id
            FROM registro g
            JOIN radicacion r ON r.id = g.radicacion_id
            LEFT JOIN reconocimiento c ON c.id = g.reconocimiento_id
            WHERE g.id = :id AND r.mecanismo = :mecanismo
              AND (CAST(:entidad AS text) IS NULL OR r.entidad = :entidad)
            """
        )
        filas = await self.tx.execute(
            consulta,
            {"id": registro_id, "mecanismo": filtro.mecanismo, "entidad": filtro.entidad},
        )
        return filas.mappings().one_or_none()

    async def totales(self, filtro: Filtro) -> list[RowMapping]:
        """Current records by state: number and value."""
        consulta = text(
            """
            SELECT coalesce(c.estado, g.estado) AS estado, count(*) AS registros,
                   sum(g.valor_centavos)::bigint AS valor_centavos
            FROM registro g
            JOIN radicacion r ON r.id = g.radicacion_id
            LEFT JOIN reconocimiento c ON c.id = g.reconocimiento_id
            WHERE g.vigente AND r.mecanismo = :mecanismo
              AND (CAST(:entidad AS text) IS NULL OR r.entidad = :entidad)
            GROUP BY 1 ORDER BY 1
            """
        )
        filas = await self.tx.execute(
            consulta, {"mecanismo": filtro.mecanismo, "entidad": filtro.entidad}
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
        filas = await self.tx.execute(
            consulta, {"mecanismo": filtro.mecanismo, "entidad": filtro.entidad}
        )
        return {f.codigo: f.registros for f in filas}

    # Windows, evaluations, receipts --------------------------------------------

    async def ventana(self, mecanismo: str, periodo: str) -> Ventana | None:
        consulta = text(
            "SELECT periodo, desde, hasta, acto FROM ventana "
            "WHERE mecanismo = :mecanismo AND periodo = :periodo"
        )
        fila = (
            await self.tx.execute(consulta, {"mecanismo": mecanismo, "periodo": periodo})
        ).one_or_none()
        return None if fila is None else Ventana(*fila)

    async def fijar_ventana(
        self, mecanismo: str, ventana: Ventana, *, por: str, en: datetime
    ) -> None:
        consulta = text(
            """
            INSERT INTO ventana (mecanismo, periodo, desde, hasta, acto, creado_por, created_at)
            VALUES (:mecanismo, :periodo, :desde, :hasta, :acto, :por, :en)
            ON CONFLICT (mecanismo, periodo) DO UPDATE SET desde = excluded.desde,
                hasta = excluded.hasta, acto = excluded.acto, creado_por = excluded.creado_por,
                created_at = excluded.created_at
            """
        )
        await self.tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "periodo": ventana.periodo,
                "desde": ventana.desde,
                "hasta": ventana.hasta,
                "acto": ventana.acto,
                "por": por,
                "en": en,
            },
        )

    async def registrar_evaluacion(self, radicacion_id: UUID, datos: dict[str, Any]) -> None:
        consulta = text(
            """
            INSERT INTO evaluacion (radicacion_id, huella, versiones, cortes, ausentes, fecha,
                carpeta, created_at)
            VALUES (:radicacion_id, :huella, :versiones, :cortes, :ausentes, :fecha, :carpeta, :en)
            """
        ).bindparams(
            bindparam("versiones", type_=JSONB),
            bindparam("cortes", type_=JSONB),
            bindparam("ausentes", type_=ARRAY(TEXT)),
        )
        await self.tx.execute(consulta, {"radicacion_id": radicacion_id, **datos})

    async def evaluacion(self, radicacion_id: UUID) -> RowMapping | None:
        consulta = text("SELECT * FROM evaluacion WHERE radicacion_id = :id")
        return (await self.tx.execute(consulta, {"id": radicacion_id})).mappings().one_or_none()

    async def evaluaciones_de(self, ids: Sequence[UUID]) -> dict[UUID, str | None]:
        """Of the submissions that exist, the folder of their evaluation; ``None`` if none yet."""
        consulta = text(
            "SELECT r.id, e.carpeta FROM radicacion r LEFT JOIN evaluacion e "
            "ON e.radicacion_id = r.id WHERE r.id = ANY(:ids)"
        ).bindparams(bindparam("ids", type_=ARRAY(UUID_SQL)))
        return {f.id: f.carpeta for f in await self.tx.execute(consulta, {"ids": list(ids)})}

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
