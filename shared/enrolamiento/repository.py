"""All SQL of the enrolment. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BOOLEAN, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.enrolamiento.model import (
    EN_CORRECCION_EPS,
    EN_ENROLAMIENTO,
    EN_VALIDACION_BANCARIA,
    ClaseAviso,
    Enrolamiento,
    EstadoEnrolamiento,
    Operacion,
    Respuesta,
    Resultado,
    Solicitud,
)
from shared.giros.model import Beneficiario

_IDS: Final = bindparam("ids", type_=ARRAY(UUID_SQL))

_ABRIR = text(
    """
    INSERT INTO enrolamiento (mecanismo, reconocimiento_id, tipo_documento, nit, entidad, estado,
        cuenta_id, proximo, abierto_at, cambiado_at)
    SELECT DISTINCT ON (c.id) c.mecanismo, c.id, c.tipo_documento, c.nit, c.entidad,
           CASE g.estado WHEN 'EN_ENROLAMIENTO' THEN 'ENROLANDO' ELSE 'VALIDANDO' END,
           CASE g.estado WHEN 'EN_ENROLAMIENTO' THEN NULL ELSE c.cuenta_id END,
           CAST(:hoy AS date), :ahora, :ahora
    FROM registro g
    JOIN registro_pago p ON p.radicacion_id = g.radicacion_id AND p.fila = g.fila
    JOIN reconocimiento c ON c.id = p.reconocimiento_id AND c.estado <> 'ANULADO'
    WHERE g.mecanismo = :mecanismo AND g.vigente
      AND g.estado IN ('EN_ENROLAMIENTO', 'EN_VALIDACION_BANCARIA')
      AND NOT EXISTS (SELECT FROM enrolamiento e WHERE e.reconocimiento_id = c.id)
    ORDER BY c.id, g.fila LIMIT :limite
    ON CONFLICT (reconocimiento_id) DO NOTHING
    """
)

# What is not as the enrolment believes, or whose day came. The rest is not even read.
_POR_REVISAR = text(
    """
    SELECT e.id
    FROM enrolamiento e
    JOIN reconocimiento c ON c.id = e.reconocimiento_id
    LEFT JOIN cuenta_bancaria b ON b.id = c.cuenta_id
    WHERE e.mecanismo = :mecanismo AND e.estado IN ('VALIDANDO', 'ENROLANDO', 'LISTO', 'REVISION')
      AND (CAST(:despues AS uuid) IS NULL OR e.id > :despues)
      AND (c.estado = 'ANULADO'
           OR e.cuenta_id IS DISTINCT FROM c.cuenta_id
           OR (e.estado = 'VALIDANDO' AND b.estado <> 'POR_VERIFICAR')
           OR (e.estado = 'LISTO' AND c.estado IN (
                   'ESPERA_PRESUPUESTO', 'RECONOCIDO', 'ESPERA_CUENTA')
               AND b.estado <> 'VERIFICADA')
           OR (e.estado <> 'REVISION' AND c.estado = 'GIRO_DEVUELTO')
           OR (e.estado = 'REVISION' AND c.estado <> 'GIRO_DEVUELTO')
           OR (e.estado IN ('VALIDANDO', 'ENROLANDO')
               AND c.estado IN ('ORDENADO', 'GIRADO', 'EN_REINTEGRO'))
           OR (e.proximo <= :hoy AND NOT (e.estado = 'ENROLANDO' AND EXISTS (
                   SELECT FROM enrolamiento o
                   WHERE o.nit = e.nit AND o.tipo_documento = e.tipo_documento
                     AND o.estado = 'ENROLANDO' AND o.id < e.id)))
           OR NOT EXISTS (
                SELECT FROM registro_pago p JOIN registro g
                    ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
                WHERE p.reconocimiento_id = c.id AND g.vigente))
    ORDER BY e.id LIMIT :limite
    """
)

_MOVER = text(
    """
    WITH pedidos AS (
        SELECT * FROM unnest(:ids, :estados, :con_codigo, :liberan, :motivos)
            AS t (reconocimiento_id, estado, con_codigo, libera, motivo)
    ), filas AS (
        SELECT DISTINCT p.radicacion_id, p.fila, t.estado, t.con_codigo, t.libera, t.motivo
        FROM pedidos t JOIN registro_pago p USING (reconocimiento_id)
    ), antes AS (
        SELECT g.id, g.estado AS de, g.codigos, g.valor_centavos, f.estado AS a, f.con_codigo,
               f.libera, f.motivo
        FROM filas f JOIN registro g ON g.radicacion_id = f.radicacion_id AND g.fila = f.fila
        WHERE g.vigente AND g.estado = ANY(:desde) AND g.estado <> f.estado
        ORDER BY g.id FOR UPDATE OF g
    ), movidas AS (
        UPDATE registro g SET estado = a.a, libera = a.libera,
            codigos = CASE WHEN a.con_codigo
                THEN ARRAY(SELECT DISTINCT unnest(g.codigos || CAST(:codigo AS text)) ORDER BY 1)
                ELSE array_remove(g.codigos, :codigo) END,
            valor_centavos = CASE WHEN a.a = :correccion THEN 0 ELSE g.valor_centavos END,
            comunicado_at = CASE WHEN a.a = :correccion THEN :en ELSE g.comunicado_at END
        FROM antes a WHERE g.id = a.id
        RETURNING g.id, g.radicacion_id, g.codigos, g.valor_centavos
    ), anotadas AS (
        INSERT INTO registro_cambio (registro_id, evaluacion_id, de, a, de_codigos, a_codigos,
            de_valor_centavos, a_valor_centavos, motivo, por, en)
        SELECT a.id, NULL, a.de, a.a, a.codigos, m.codigos, a.valor_centavos, m.valor_centavos,
            a.motivo, :por, :en
        FROM antes a JOIN movidas m ON m.id = a.id
    )
    SELECT DISTINCT radicacion_id FROM movidas ORDER BY 1
    """
).bindparams(
    _IDS,
    *(bindparam(n, type_=ARRAY(TEXT)) for n in ("estados", "motivos", "desde")),
    bindparam("con_codigo", type_=ARRAY(BOOLEAN)),
    bindparam("liberan", type_=ARRAY(BOOLEAN)),
)


@dataclass(frozen=True)
class Movida:
    """What becomes of the records that a recognition pays, and why."""

    reconocimiento_id: UUID
    estado: str
    con_codigo: bool
    libera: bool
    motivo: str


@dataclass(frozen=True)
class RespuestaDada:
    """An answer and what became of it. ``cuenta_id``: the account that it opened."""

    respuesta: Respuesta
    tuvo_efecto: bool
    cuenta_id: UUID | None


@dataclass(frozen=True)
class Pendiente:
    """A request without answer, with what it takes to ask: ``fila`` of ``radicacion_id`` says how
    to find the payee."""

    solicitud: Solicitud
    beneficiario: Beneficiario
    nombre: str
    radicacion_id: UUID
    fila: int


@dataclass(frozen=True)
class AvisoPendiente:
    """A notice that was not sent, and where it says how to find the payee."""

    id: UUID
    clase: ClaseAviso
    radicacion_id: UUID
    fila: int


class EnrolamientoRepository:
    """Reads and writes inside the caller's transaction."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    # What is to be done -----------------------------------------------------

    async def abrir(self, mecanismo: str, *, limite: int, hoy: date, ahora: datetime) -> int:
        """Open those of the payable units that have none; how many."""
        hecho = await self._tx.execute(
            _ABRIR, {"mecanismo": mecanismo, "limite": limite, "hoy": hoy, "ahora": ahora}
        )
        return hecho.rowcount

    async def hay_por_abrir(self, mecanismo: str) -> bool:
        """Whether some payable unit has none."""
        consulta = text(
            """
            SELECT EXISTS (
                SELECT FROM registro g
                JOIN registro_pago p ON p.radicacion_id = g.radicacion_id AND p.fila = g.fila
                JOIN reconocimiento c ON c.id = p.reconocimiento_id AND c.estado <> 'ANULADO'
                WHERE g.mecanismo = :mecanismo AND g.vigente
                  AND g.estado IN ('EN_ENROLAMIENTO', 'EN_VALIDACION_BANCARIA')
                  AND NOT EXISTS (SELECT FROM enrolamiento e WHERE e.reconocimiento_id = c.id))
            """
        )
        return bool((await self._tx.execute(consulta, {"mecanismo": mecanismo})).scalar_one())

    async def por_revisar(
        self, mecanismo: str, *, hoy: date, despues: UUID | None, limite: int
    ) -> list[UUID]:
        """Those that something changed around, or whose day came, in id order after ``despues``."""
        filas = await self._tx.execute(
            _POR_REVISAR,
            {"mecanismo": mecanismo, "hoy": hoy, "despues": despues, "limite": limite},
        )
        return list(filas.scalars())

    async def pendientes(
        self, mecanismo: str, *, consultadas_antes_de: datetime, despues: UUID | None, limite: int
    ) -> list[Pendiente]:
        """Requests without answer that nobody asked about since then, in their order."""
        consulta = text(
            """
            SELECT s.*, e.tipo_documento, e.nit, c.nombre, p.radicacion_id, p.fila
            FROM enrolamiento_solicitud s
            JOIN enrolamiento e ON e.id = s.enrolamiento_id
            JOIN reconocimiento c ON c.id = e.reconocimiento_id
            JOIN LATERAL (
                SELECT p.radicacion_id, p.fila FROM registro_pago p
                WHERE p.reconocimiento_id = c.id ORDER BY p.radicacion_id, p.fila LIMIT 1
            ) p ON true
            WHERE s.respondida_at IS NULL AND e.mecanismo = :mecanismo
              AND e.estado IN ('VALIDANDO', 'ENROLANDO')
              AND (s.consultada_at IS NULL OR s.consultada_at < :antes_de)
              AND (CAST(:despues AS uuid) IS NULL OR s.id > :despues)
            ORDER BY s.id LIMIT :limite
            """
        )
        filas = await self._tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "antes_de": consultadas_antes_de,
                "despues": despues,
                "limite": limite,
            },
        )
        return [
            Pendiente(
                _solicitud(f), Beneficiario(f.tipo_documento, f.nit), f.nombre, f.radicacion_id,
                f.fila,
            )
            for f in filas
        ]  # fmt: skip

    async def consultadas(self, ids: Collection[UUID], ahora: datetime) -> None:
        """Somebody asked about those requests."""
        await self._tx.execute(
            text(
                "UPDATE enrolamiento_solicitud SET consultada_at = :ahora WHERE id = ANY(:ids)"
            ).bindparams(_IDS),
            {"ids": list(ids), "ahora": ahora},
        )

    # Around an enrolment ----------------------------------------------------

    async def radicaciones(self, ids: Collection[UUID]) -> list[UUID]:
        """Submissions whose records those enrolments may move, in the order in which whoever
        corrects them locks them: versions first, then those that they descend from."""
        consulta = text(
            """
            SELECT DISTINCT r.id, r.solicitud_id FROM enrolamiento e
            JOIN registro_pago p ON p.reconocimiento_id = e.reconocimiento_id
            JOIN radicacion r ON r.id = p.radicacion_id
            WHERE e.id = ANY(:ids)
            """
        ).bindparams(_IDS)
        filas = list(await self._tx.execute(consulta, {"ids": list(ids)}))
        raices = {f.solicitud_id for f in filas}
        return [*sorted({f.id for f in filas} - raices), *sorted(raices)]

    async def beneficiarios(self, ids: Collection[UUID]) -> set[Beneficiario]:
        """Whom those enrolments are of."""
        filas = await self._tx.execute(
            text(
                "SELECT DISTINCT tipo_documento, nit FROM enrolamiento WHERE id = ANY(:ids)"
            ).bindparams(_IDS),
            {"ids": list(ids)},
        )
        return {Beneficiario(f.tipo_documento, f.nit) for f in filas}

    async def get_many(
        self, ids: Collection[UUID], *, for_update: bool = False
    ) -> dict[UUID, Enrolamiento]:
        """Those that exist, by id, locked in id order if asked."""
        consulta = "SELECT * FROM enrolamiento WHERE id = ANY(:ids) ORDER BY id"
        filas = await self._tx.execute(
            text(consulta + (" FOR UPDATE" if for_update else "")).bindparams(_IDS),
            {"ids": list(ids)},
        )
        return {f.id: _enrolamiento(f) for f in filas}

    async def vigentes(self, ids: Collection[UUID]) -> set[UUID]:
        """Of those, the ones whose recognition pays some current record."""
        consulta = text(
            """
            SELECT e.id FROM enrolamiento e WHERE e.id = ANY(:ids) AND EXISTS (
                SELECT FROM registro_pago p JOIN registro g
                    ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
                WHERE p.reconocimiento_id = e.reconocimiento_id AND g.vigente)
            """
        ).bindparams(_IDS)
        return set((await self._tx.execute(consulta, {"ids": list(ids)})).scalars())

    async def con_registros(self, reconocimientos: Collection[UUID]) -> set[UUID]:
        """Of those, the ones that pay some current record."""
        consulta = text(
            """
            SELECT DISTINCT p.reconocimiento_id FROM registro_pago p JOIN registro g
                ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
            WHERE p.reconocimiento_id = ANY(:ids) AND g.vigente
            """
        ).bindparams(_IDS)
        return set((await self._tx.execute(consulta, {"ids": list(reconocimientos)})).scalars())

    async def detras_de_otro(self, ids: Collection[UUID]) -> set[UUID]:
        """Of those, the ones whose payee is being opened an account by an older one."""
        consulta = text(
            """
            SELECT e.id FROM enrolamiento e WHERE e.id = ANY(:ids) AND EXISTS (
                SELECT FROM enrolamiento o WHERE o.nit = e.nit
                    AND o.tipo_documento = e.tipo_documento AND o.estado = 'ENROLANDO'
                    AND o.id < e.id)
            """
        ).bindparams(_IDS)
        return set((await self._tx.execute(consulta, {"ids": list(ids)})).scalars())

    # Write ------------------------------------------------------------------

    async def guardar(self, cambiados: Sequence[Enrolamiento]) -> None:
        """Write what may change of those."""
        if not cambiados:
            return
        await self._tx.execute(
            text(
                "UPDATE enrolamiento SET estado = :estado, cuenta_id = :cuenta_id, "
                "numero = :numero, intento = :intento, reintentos_giro = :reintentos_giro, "
                "proximo = :proximo, codigo = :codigo, cambiado_at = :cambiado_at WHERE id = :id"
            ),
            [
                {
                    "id": e.id,
                    "estado": e.estado.value,
                    "cuenta_id": e.cuenta_id,
                    "numero": e.numero,
                    "intento": e.intento,
                    "reintentos_giro": e.reintentos_giro,
                    "proximo": e.proximo,
                    "codigo": e.codigo,
                    "cambiado_at": e.cambiado_at,
                }
                for e in cambiados
            ],
        )

    async def pedir(self, pedidas: Sequence[tuple[Enrolamiento, Operacion]], *, por: str) -> None:
        """Write that the request ``numero`` of each is to be made."""
        if not pedidas:
            return
        await self._tx.execute(
            text(
                "INSERT INTO enrolamiento_solicitud (enrolamiento_id, numero, intento, operacion, "
                "cuenta_id, pedida_por, pedida_at) VALUES (:id, :numero, :intento, :operacion, "
                ":cuenta_id, :por, :ahora)"
            ),
            [
                {
                    "id": e.id,
                    "numero": e.numero,
                    "intento": e.intento,
                    "operacion": operacion.value,
                    "cuenta_id": e.cuenta_id,
                    "por": por,
                    "ahora": e.cambiado_at,
                }
                for e, operacion in pedidas
            ],
        )

    async def mover(
        self, movidas: Sequence[Movida], *, codigo: str, por: str, en: datetime
    ) -> list[UUID]:
        """Move the current records that those recognitions pay, and keep from what to what and
        why. ``codigo`` is added or taken away. Those that are already there, or somewhere else,
        do not change. Returns the submissions of those that moved."""
        filas = await self._tx.execute(
            _MOVER,
            {
                "ids": [m.reconocimiento_id for m in movidas],
                "estados": [m.estado for m in movidas],
                "con_codigo": [m.con_codigo for m in movidas],
                "liberan": [m.libera for m in movidas],
                "motivos": [m.motivo for m in movidas],
                "desde": [EN_ENROLAMIENTO, EN_VALIDACION_BANCARIA],
                "correccion": EN_CORRECCION_EPS,
                "codigo": codigo,
                "por": por,
                "en": en,
            },
        )
        return list(filas.scalars())

    # Requests and answers ---------------------------------------------------

    async def solicitudes(self, ids: Collection[UUID]) -> dict[UUID, Solicitud]:
        """Those that exist, by id."""
        filas = await self._tx.execute(
            text("SELECT * FROM enrolamiento_solicitud WHERE id = ANY(:ids)").bindparams(_IDS),
            {"ids": list(ids)},
        )
        return {f.id: _solicitud(f) for f in filas}

    async def solicitudes_de(self, enrolamiento_id: UUID) -> list[Solicitud]:
        """Everything asked for one, oldest first."""
        filas = await self._tx.execute(
            text(
                "SELECT * FROM enrolamiento_solicitud WHERE enrolamiento_id = :id ORDER BY numero"
            ),
            {"id": enrolamiento_id},
        )
        return [_solicitud(f) for f in filas]

    async def responder(self, dadas: Sequence[RespuestaDada], *, por: str, ahora: datetime) -> None:
        """Keep answers, those of requests that have none."""
        if not dadas:
            return
        await self._tx.execute(
            text(
                "UPDATE enrolamiento_solicitud SET resultado = :resultado, codigo = :codigo, "
                "tuvo_efecto = :efecto, cuenta_id = coalesce(:cuenta_id, cuenta_id), "
                "respondida_por = :por, respondida_at = :ahora "
                "WHERE id = :id AND respondida_at IS NULL"
            ),
            [
                {
                    "id": d.respuesta.solicitud_id,
                    "resultado": d.respuesta.resultado.value,
                    "codigo": d.respuesta.causa and d.respuesta.causa.value,
                    "efecto": d.tuvo_efecto,
                    "cuenta_id": d.cuenta_id,
                    "por": por,
                    "ahora": ahora,
                }
                for d in dadas
            ],
        )

    # Notices ----------------------------------------------------------------

    async def anotar_avisos(
        self, avisos: Iterable[tuple[Enrolamiento, ClaseAviso]], ahora: datetime
    ) -> None:
        """Notices to be sent; the same one again is one."""
        dados = [
            {"id": e.id, "clase": clase.value, "numero": e.numero, "ahora": ahora}
            for e, clase in avisos
        ]
        if dados:
            await self._tx.execute(
                text(
                    "INSERT INTO enrolamiento_aviso (enrolamiento_id, clase, numero, creado_at) "
                    "VALUES (:id, :clase, :numero, :ahora) ON CONFLICT DO NOTHING"
                ),
                dados,
            )

    async def avisos_pendientes(self, mecanismo: str, *, limite: int) -> list[AvisoPendiente]:
        """Notices that were not sent, oldest first."""
        consulta = text(
            """
            SELECT a.id, a.clase, p.radicacion_id, p.fila
            FROM enrolamiento_aviso a
            JOIN enrolamiento e ON e.id = a.enrolamiento_id
            JOIN LATERAL (
                SELECT p.radicacion_id, p.fila FROM registro_pago p
                WHERE p.reconocimiento_id = e.reconocimiento_id
                ORDER BY p.radicacion_id, p.fila LIMIT 1
            ) p ON true
            WHERE a.enviado_at IS NULL AND e.mecanismo = :mecanismo
            ORDER BY a.id LIMIT :limite
            """
        )
        filas = await self._tx.execute(consulta, {"mecanismo": mecanismo, "limite": limite})
        return [AvisoPendiente(f.id, ClaseAviso(f.clase), f.radicacion_id, f.fila) for f in filas]

    async def enviados(
        self, envios: Mapping[UUID, tuple[str, str | None]], ahora: datetime
    ) -> None:
        """Keep how each notice went: channel and masked destination."""
        await self._tx.execute(
            text(
                "UPDATE enrolamiento_aviso SET canal = :canal, destino = :destino, "
                "enviado_at = :ahora WHERE id = :id AND enviado_at IS NULL"
            ),
            [
                {"id": id_, "canal": canal, "destino": destino, "ahora": ahora}
                for id_, (canal, destino) in envios.items()
            ],
        )

    async def avisos_de(self, enrolamiento_id: UUID) -> list[Row[Any]]:
        """Notices of one, oldest first: clase, creado_at, canal, destino, enviado_at."""
        consulta = text(
            "SELECT clase, creado_at, canal, destino, enviado_at FROM enrolamiento_aviso "
            "WHERE enrolamiento_id = :id ORDER BY id"
        )
        return list(await self._tx.execute(consulta, {"id": enrolamiento_id}))

    # List -------------------------------------------------------------------

    async def listar(
        self,
        *,
        mecanismo: str | None = None,
        entidad: str | None = None,
        estado: EstadoEnrolamiento | None = None,
        cambiados_antes_de: datetime | None = None,
        despues: UUID | None = None,
        limite: int = 50,
    ) -> list[Enrolamiento]:
        """In id order after ``despues``; ``entidad`` is the tenant scope."""
        consulta = text(
            """
            SELECT * FROM enrolamiento
            WHERE (CAST(:mecanismo AS text) IS NULL OR mecanismo = :mecanismo)
              AND (CAST(:entidad AS text) IS NULL OR entidad = :entidad)
              AND (CAST(:estado AS text) IS NULL OR estado = :estado)
              AND (CAST(:antes_de AS timestamptz) IS NULL OR cambiado_at < :antes_de)
              AND (CAST(:despues AS uuid) IS NULL OR id > :despues)
            ORDER BY id LIMIT :limite
            """
        )
        filas = await self._tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "entidad": entidad,
                "estado": estado and estado.value,
                "antes_de": cambiados_antes_de,
                "despues": despues,
                "limite": limite,
            },
        )
        return [_enrolamiento(f) for f in filas]

    async def totales(self, mecanismo: str) -> dict[EstadoEnrolamiento, int]:
        """How many there are in each state."""
        filas = await self._tx.execute(
            text(
                "SELECT estado, count(*) AS cuantos FROM enrolamiento "
                "WHERE mecanismo = :mecanismo GROUP BY 1 ORDER BY 1"
            ),
            {"mecanismo": mecanismo},
        )
        return {EstadoEnrolamiento(f.estado): f.cuantos for f in filas}

    async def registros_de(self, ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, UUID, int]]]:
        """(record, submission, row) of the current records of each."""
        consulta = text(
            """
            SELECT DISTINCT e.id, g.id AS registro_id, g.radicacion_id, g.fila
            FROM enrolamiento e
            JOIN registro_pago p ON p.reconocimiento_id = e.reconocimiento_id
            JOIN registro g ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
            WHERE e.id = ANY(:ids) AND g.vigente ORDER BY g.radicacion_id, g.fila
            """
        ).bindparams(_IDS)
        registros: dict[UUID, list[tuple[UUID, UUID, int]]] = {}
        for f in await self._tx.execute(consulta, {"ids": list(ids)}):
            registros.setdefault(f.id, []).append((f.registro_id, f.radicacion_id, f.fila))
        return registros


def _enrolamiento(f: Row[Any]) -> Enrolamiento:
    return Enrolamiento(
        id=f.id,
        mecanismo=f.mecanismo,
        reconocimiento_id=f.reconocimiento_id,
        beneficiario=Beneficiario(f.tipo_documento, f.nit),
        entidad=f.entidad,
        estado=EstadoEnrolamiento(f.estado),
        cuenta_id=f.cuenta_id,
        numero=f.numero,
        intento=f.intento,
        reintentos_giro=f.reintentos_giro,
        proximo=f.proximo,
        codigo=f.codigo,
        abierto_at=f.abierto_at,
        cambiado_at=f.cambiado_at,
    )


def _solicitud(f: Row[Any]) -> Solicitud:
    return Solicitud(
        id=f.id,
        enrolamiento_id=f.enrolamiento_id,
        numero=f.numero,
        intento=f.intento,
        operacion=Operacion(f.operacion),
        cuenta_id=f.cuenta_id,
        pedida_at=f.pedida_at,
        resultado=None if f.resultado is None else Resultado(f.resultado),
        codigo=f.codigo,
        tuvo_efecto=f.tuvo_efecto,
        respondida_por=f.respondida_por,
        respondida_at=f.respondida_at,
    )
