"""SQL of the reprocesses: their life, their steps and what each would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, JSONB, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import conexion_asyncpg
from shared.radicacion.repository.liberacion import EnVigor
from shared.reproceso.model import (
    Alcance,
    Cambio,
    Clase,
    EstadoPaso,
    EstadoReproceso,
    Reproceso,
    Resultado,
)

_CAMPOS = (
    "id, mecanismo, estado, alcance, motivo, huella, resumen, progreso, intento, error, "
    "pedido_por, pedido_at, acto, confirmado_por, confirmado_at, terminado_at"
)
_CAMBIO = (
    "clase, fila, registro_id, de, a, de_codigos, a_codigos, de_valor_centavos, "
    "a_valor_centavos, partes, reconocimiento_id, capital_centavos"
)


class ReprocesoRepository:
    """Reads and writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def insertar(
        self, mecanismo: str, alcance: Alcance, motivo: str, *, por: str, en: datetime
    ) -> UUID | None:
        """A new one; ``None`` if the mechanism has another that is not over."""
        consulta = text(
            """
            INSERT INTO reproceso (mecanismo, alcance, motivo, pedido_por, pedido_at)
            VALUES (:mecanismo, :alcance, :motivo, :por, :en)
            ON CONFLICT (mecanismo) WHERE estado IN ('CALCULANDO', 'LISTO', 'CONFIRMADO')
                DO NOTHING
            RETURNING id
            """
        ).bindparams(bindparam("alcance", type_=JSONB))
        dados = {"mecanismo": mecanismo, "motivo": motivo, "por": por, "en": en}
        creado = await self._tx.execute(consulta, dados | {"alcance": alcance.a_json()})
        id_ = creado.scalar_one_or_none()
        return None if id_ is None else UUID(str(id_))

    async def get(self, reproceso_id: UUID, *, bloquear: bool = False) -> Reproceso | None:
        """By id; if asked, nobody else changes it until the transaction ends."""
        bloqueo = " FOR NO KEY UPDATE" if bloquear else ""
        consulta = text(f"SELECT {_CAMPOS} FROM reproceso WHERE id = :id{bloqueo}")  # noqa: S608
        fila = (await self._tx.execute(consulta, {"id": reproceso_id})).mappings().one_or_none()
        return None if fila is None else _reproceso(fila)

    async def listar(
        self, mecanismo: str | None, despues: UUID | None, limite: int
    ) -> list[Reproceso]:
        """Newest first."""
        consulta = text(
            f"""
            SELECT {_CAMPOS} FROM reproceso
            WHERE (CAST(:mecanismo AS text) IS NULL OR mecanismo = :mecanismo)
              AND (CAST(:despues AS uuid) IS NULL OR id < :despues)
            ORDER BY id DESC LIMIT :limite
            """  # noqa: S608 - fixed texts
        )
        dados = {"mecanismo": mecanismo, "despues": despues, "limite": limite}
        return [_reproceso(f) for f in (await self._tx.execute(consulta, dados)).mappings()]

    async def tomar(self, reproceso_id: UUID) -> Reproceso | None:
        """Start an attempt of its job; ``None`` if it has none to do."""
        consulta = text(
            "UPDATE reproceso SET intento = intento + 1 "  # noqa: S608 - fixed texts
            "WHERE id = :id AND estado IN ('CALCULANDO', 'CONFIRMADO') "
            f"RETURNING {_CAMPOS}"
        )
        fila = (await self._tx.execute(consulta, {"id": reproceso_id})).mappings().one_or_none()
        return None if fila is None else _reproceso(fila)

    async def progresar(self, reproceso_id: UUID, progreso: str) -> None:
        consulta = text(
            "UPDATE reproceso SET progreso = :progreso "
            "WHERE id = :id AND estado IN ('CALCULANDO', 'CONFIRMADO')"
        )
        await self._tx.execute(consulta, {"id": reproceso_id, "progreso": progreso})

    async def calculado(
        self, reproceso_id: UUID, vigor: EnVigor, resumen: Mapping[str, Any], en: datetime
    ) -> bool:
        """What would change is known; whether it was still to be calculated."""
        consulta = text(
            "UPDATE reproceso SET estado = 'LISTO', huella = :huella, vigor = :vigor, "
            "resumen = :resumen, progreso = '', intento = 0, terminado_at = :en "
            "WHERE id = :id AND estado = 'CALCULANDO'"
        ).bindparams(bindparam("vigor", type_=JSONB), bindparam("resumen", type_=JSONB))
        juzgado = {
            "reglas": vigor.reglas,
            "cortes": dict(vigor.cortes),
            "parametros": dict(vigor.parametros),
        }
        hecho = await self._tx.execute(
            consulta,
            {
                "id": reproceso_id,
                "huella": vigor.huella,
                "vigor": juzgado,
                "resumen": dict(resumen),
                "en": en,
            },
        )
        return bool(hecho.rowcount)

    async def confirmar(self, reproceso_id: UUID, *, acto: str, por: str, en: datetime) -> None:
        consulta = text(
            "UPDATE reproceso SET estado = 'CONFIRMADO', acto = :acto, confirmado_por = :por, "
            "confirmado_at = :en, terminado_at = NULL WHERE id = :id"
        )
        await self._tx.execute(consulta, {"id": reproceso_id, "acto": acto, "por": por, "en": en})

    async def descartar(self, reproceso_id: UUID, *, por: str, en: datetime) -> None:
        consulta = text(
            "UPDATE reproceso SET estado = 'DESCARTADO', descartado_por = :por, "
            "descartado_at = :en, terminado_at = :en, progreso = '' WHERE id = :id"
        )
        await self._tx.execute(consulta, {"id": reproceso_id, "por": por, "en": en})

    async def reabrir(self, reproceso_id: UUID) -> None:
        """A confirmed one that failed goes on where it was."""
        consulta = text(
            "UPDATE reproceso SET estado = 'CONFIRMADO', intento = 0, error = NULL, "
            "terminado_at = NULL WHERE id = :id AND estado = 'FALLIDO'"
        )
        await self._tx.execute(consulta, {"id": reproceso_id})

    async def fallar(self, reproceso_id: UUID, error: str, en: datetime) -> None:
        consulta = text(
            "UPDATE reproceso SET estado = 'FALLIDO', error = :error, progreso = '', "
            "terminado_at = :en WHERE id = :id AND estado IN ('CALCULANDO', 'CONFIRMADO')"
        )
        await self._tx.execute(consulta, {"id": reproceso_id, "error": error, "en": en})

    async def hay_abierto(self, mecanismo: str) -> bool:
        """Whether the mechanism has one that is not over."""
        consulta = text(
            "SELECT EXISTS (SELECT FROM reproceso WHERE mecanismo = :mecanismo "
            "AND estado IN ('CALCULANDO', 'LISTO', 'CONFIRMADO'))"
        )
        return bool((await self._tx.execute(consulta, {"mecanismo": mecanismo})).scalar_one())

    async def huerfanos(self, mecanismo: str) -> list[UUID]:
        """Those of a mechanism with something to do for which no job is left in the queue."""
        consulta = text(
            """
            SELECT r.id FROM reproceso r
            WHERE r.mecanismo = :mecanismo AND r.estado IN ('CALCULANDO', 'CONFIRMADO')
              AND NOT EXISTS (
                SELECT FROM pgqueuer p
                WHERE p.payload = convert_to(r.mecanismo || '/' || r.id::text, 'UTF8'))
            """
        )
        return [f.id for f in await self._tx.execute(consulta, {"mecanismo": mecanismo})]

    # What is judged again -----------------------------------------------------

    async def por_juzgar(
        self, mecanismo: str, alcance: Alcance, vigor: EnVigor | None
    ) -> list[UUID]:
        """Radicaciones with current records, in their order; without ``vigor``, also those that
        were judged with it. Judged with it, those count again of which a file was closed since:
        the bank may have returned what was found."""
        consulta = text(
            """
            SELECT r.id FROM radicacion r
            LEFT JOIN revision_reproceso v ON v.radicacion_id = r.id
            WHERE r.mecanismo = :mecanismo AND r.estado = 'PROCESADA'
              AND (cardinality(:radicaciones) = 0 OR r.id = ANY(:radicaciones))
              AND (cardinality(:periodos) = 0 OR r.periodo = ANY(:periodos))
              AND (cardinality(:entidades) = 0 OR r.entidad = ANY(:entidades))
              AND EXISTS (SELECT FROM registro g WHERE g.radicacion_id = r.id AND g.vigente)
              AND (CAST(:huella AS text) IS NULL OR (
                v.huella IS DISTINCT FROM :huella AND EXISTS (
                    SELECT FROM evaluacion e WHERE e.radicacion_id = r.id
                      AND (e.huella, e.cortes, e.parametros) IS DISTINCT FROM
                          (:reglas, CAST(:cortes AS jsonb), CAST(:parametros AS jsonb)))
                OR r.id IN (
                    SELECT p.radicacion_id FROM reintegro i
                    JOIN registro_pago p ON p.reconocimiento_id = i.reconocimiento_id
                    JOIN revision_reproceso w ON w.radicacion_id = p.radicacion_id
                    WHERE i.estado = 'ACLARADO' AND i.cerrado_at > w.revisado_at)))
            ORDER BY r.numero
            """
        ).bindparams(
            bindparam("radicaciones", type_=ARRAY(UUID_SQL)),
            bindparam("periodos", type_=ARRAY(TEXT)),
            bindparam("entidades", type_=ARRAY(TEXT)),
            bindparam("cortes", type_=JSONB),
            bindparam("parametros", type_=JSONB),
        )
        filas = await self._tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "radicaciones": list(alcance.radicaciones),
                "periodos": list(alcance.periodos),
                "entidades": list(alcance.entidades),
                "huella": vigor and vigor.huella,
                "reglas": vigor and vigor.reglas,
                "cortes": {} if vigor is None else dict(vigor.cortes),
                "parametros": {} if vigor is None else dict(vigor.parametros),
            },
        )
        return [f.id for f in filas]

    async def reclaman(self, registros: Sequence[UUID], juzgadas: Sequence[UUID]) -> list[UUID]:
        """Of those radicaciones, the ones with a record that asks for the right that one of
        ``registros`` let go of, or points to it; in their order."""
        consulta = text(
            """
            SELECT r.id FROM radicacion r WHERE r.id = ANY(:juzgadas) AND EXISTS (
                SELECT FROM registro g, registro s
                WHERE s.id = ANY(:registros) AND s.libera AND g.id <> s.id
                  AND g.radicacion_id = r.id AND g.radicacion_id <> s.radicacion_id
                  AND g.vigente AND g.libera
                  AND (g.gana_id = s.id OR g.mecanismo = s.mecanismo AND g.clave = s.clave))
            ORDER BY r.numero
            """
        ).bindparams(
            bindparam("juzgadas", type_=ARRAY(UUID_SQL)),
            bindparam("registros", type_=ARRAY(UUID_SQL)),
        )
        filas = await self._tx.execute(
            consulta, {"registros": list(registros), "juzgadas": list(juzgadas)}
        )
        return [f.id for f in filas]

    # Steps --------------------------------------------------------------------

    async def agregar_pasos(
        self, reproceso_id: UUID, pasos: Sequence[tuple[UUID, EstadoPaso, str]]
    ) -> None:
        """In their order: radicación, state and reason."""
        await self._copiar(
            "reproceso_paso",
            ("reproceso_id", "orden", "radicacion_id", "estado", "motivo"),
            ((reproceso_id, i, id_, e.value, motivo) for i, (id_, e, motivo) in enumerate(pasos)),
        )

    async def agregar_cambios(
        self, reproceso_id: UUID, cambios: Iterable[tuple[int, Cambio]]
    ) -> None:
        """Step and change of each, in the order in which they will be listed."""
        await self._copiar(
            "reproceso_cambio",
            ("reproceso_id", "numero", "orden", *_CAMBIO.split(", ")),
            (
                (
                    reproceso_id,
                    numero,
                    orden,
                    c.clase.value,
                    c.fila,
                    c.registro_id,
                    c.de,
                    c.a,
                    list(c.de_codigos),
                    list(c.a_codigos),
                    c.de_valor_centavos,
                    c.a_valor_centavos,
                    c.partes,
                    c.reconocimiento_id,
                    c.capital_centavos,
                )
                for numero, (orden, c) in enumerate(cambios)
            ),
        )

    async def _copiar(
        self, tabla: str, columnas: Sequence[str], filas: Iterable[tuple[Any, ...]]
    ) -> None:
        await self._tx.execute(text("SET LOCAL statement_timeout = 0"))
        conexion = cast("Any", await conexion_asyncpg(self._tx))
        await conexion.copy_records_to_table(tabla, columns=list(columnas), records=filas)

    async def pendientes(self, reproceso_id: UUID) -> list[tuple[int, UUID]]:
        """Steps that wait to be applied."""
        consulta = text(
            "SELECT orden, radicacion_id FROM reproceso_paso "
            "WHERE reproceso_id = :id AND estado = 'PENDIENTE' ORDER BY orden"
        )
        filas = await self._tx.execute(consulta, {"id": reproceso_id})
        return [(f.orden, f.radicacion_id) for f in filas]

    async def bloquear_paso(self, reproceso_id: UUID, orden: int) -> bool:
        """Nobody else applies it until the transaction ends; whether it still waits."""
        consulta = text(
            "SELECT estado FROM reproceso_paso WHERE reproceso_id = :id AND orden = :orden "
            "FOR UPDATE"
        )
        estado = await self._tx.execute(consulta, {"id": reproceso_id, "orden": orden})
        return bool(estado.scalar_one() == EstadoPaso.PENDIENTE)

    async def cerrar_paso(
        self, reproceso_id: UUID, orden: int, estado: EstadoPaso, motivo: str = ""
    ) -> None:
        consulta = text(
            "UPDATE reproceso_paso SET estado = :estado, motivo = :motivo "
            "WHERE reproceso_id = :id AND orden = :orden"
        )
        await self._tx.execute(
            consulta,
            {"id": reproceso_id, "orden": orden, "estado": estado.value, "motivo": motivo},
        )

    async def previstos(self, reproceso_id: UUID, orden: int) -> dict[int, Cambio]:
        """What a step would change, by number."""
        consulta = text(
            f"SELECT numero, {_CAMBIO} FROM reproceso_cambio "  # noqa: S608 - fixed texts
            "WHERE reproceso_id = :id AND orden = :orden ORDER BY numero"
        )
        filas = await self._tx.execute(consulta, {"id": reproceso_id, "orden": orden})
        return {f["numero"]: _cambio(f) for f in filas.mappings()}

    async def resolver(
        self, reproceso_id: UUID, resultados: Mapping[int, tuple[Resultado, UUID | None]]
    ) -> None:
        """What became of each change, by number, and the reintegro that it opened."""
        consulta = text(
            """
            UPDATE reproceso_cambio c SET resultado = n.resultado, reintegro_id = n.reintegro
            FROM unnest(:numeros, :resultados, :reintegros) AS n (numero, resultado, reintegro)
            WHERE c.reproceso_id = :id AND c.numero = n.numero
            """
        ).bindparams(
            bindparam("numeros", type_=ARRAY(BIGINT)),
            bindparam("resultados", type_=ARRAY(TEXT)),
            bindparam("reintegros", type_=ARRAY(UUID_SQL)),
        )
        await self._tx.execute(
            consulta,
            {
                "id": reproceso_id,
                "numeros": list(resultados),
                "resultados": [r.value for r, _ in resultados.values()],
                "reintegros": [i for _, i in resultados.values()],
            },
        )

    async def revisada(self, radicaciones: Sequence[UUID], huella: str, en: datetime) -> None:
        """Those were judged whole with that; they need not be until it changes."""
        consulta = text(
            """
            INSERT INTO revision_reproceso (radicacion_id, huella, revisado_at)
            SELECT unnest(:ids), :huella, :en
            ON CONFLICT (radicacion_id) DO UPDATE SET huella = excluded.huella,
                revisado_at = excluded.revisado_at
            """
        ).bindparams(bindparam("ids", type_=ARRAY(UUID_SQL)))
        ids = sorted(set(radicaciones))
        await self._tx.execute(consulta, {"ids": ids, "huella": huella, "en": en})

    async def sin_cambios(self, reproceso_id: UUID) -> list[UUID]:
        """Radicaciones in which no step changes anything."""
        consulta = text(
            "SELECT radicacion_id FROM reproceso_paso WHERE reproceso_id = :id "
            "GROUP BY radicacion_id HAVING bool_and(estado = 'SIN_CAMBIOS')"
        )
        return [f.radicacion_id for f in await self._tx.execute(consulta, {"id": reproceso_id})]

    async def aplicado(self, reproceso_id: UUID, en: datetime) -> None:
        """It is over: its totals say what was applied and what was out of date."""
        consulta = text(
            """
            UPDATE reproceso r SET estado = 'APLICADO', progreso = '', terminado_at = :en,
                resumen = r.resumen || jsonb_build_object('aplicados', c.aplicados,
                    'desactualizados', c.desactualizados)
            FROM (SELECT count(*) FILTER (WHERE resultado = 'APLICADO') AS aplicados,
                         count(*) FILTER (WHERE resultado = 'DESACTUALIZADO') AS desactualizados
                  FROM reproceso_cambio WHERE reproceso_id = :id) c
            WHERE r.id = :id AND r.estado = 'CONFIRMADO'
            """
        )
        await self._tx.execute(consulta, {"id": reproceso_id, "en": en})

    # List ---------------------------------------------------------------------

    async def cambios(
        self,
        reproceso_id: UUID,
        despues: int | None,
        limite: int,
        *,
        clase: Clase | None = None,
        resultado: Resultado | None = None,
    ) -> list[RowMapping]:
        """Changes in order, with their radicación and, if they were not applied, why."""
        consulta = text(
            """
            SELECT c.numero, p.radicacion_id, c.registro_id, c.fila, c.clase, c.de, c.a,
                   c.de_codigos, c.a_codigos, c.de_valor_centavos, c.a_valor_centavos,
                   c.capital_centavos, c.resultado, c.reintegro_id,
                   CASE WHEN c.resultado = 'DESACTUALIZADO' THEN p.motivo ELSE '' END AS motivo
            FROM reproceso_cambio c
            JOIN reproceso_paso p ON p.reproceso_id = c.reproceso_id AND p.orden = c.orden
            WHERE c.reproceso_id = :id
              AND (CAST(:despues AS bigint) IS NULL OR c.numero > :despues)
              AND (CAST(:clase AS text) IS NULL OR c.clase = :clase)
              AND (CAST(:resultado AS text) IS NULL OR c.resultado = :resultado)
            ORDER BY c.numero LIMIT :limite
            """
        )
        filas = await self._tx.execute(
            consulta,
            {
                "id": reproceso_id,
                "despues": despues,
                "limite": limite,
                "clase": clase and clase.value,
                "resultado": resultado and resultado.value,
            },
        )
        return list(filas.mappings())


def _reproceso(fila: RowMapping) -> Reproceso:
    datos = dict(fila)
    return Reproceso(
        **datos
        | {
            "estado": EstadoReproceso(datos["estado"]),
            "alcance": Alcance.de_json(datos["alcance"]),
        }
    )


def _cambio(fila: RowMapping) -> Cambio:
    datos = {c: v for c, v in fila.items() if c != "numero"}
    return Cambio(
        **datos
        | {
            "clase": Clase(datos["clase"]),
            "de_codigos": tuple(datos["de_codigos"]),
            "a_codigos": tuple(datos["a_codigos"]),
        }
    )
