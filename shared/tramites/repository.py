"""All SQL of the trámites. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.model import CuentaPago
from shared.tramites.model import (
    EN_TRAMITE_FALLECIDO,
    LIQUIDADO,
    BeneficiarioFallecido,
    Canal,
    ClaseDocumento,
    Documento,
    EstadoTramite,
    NuevaSolicitudDirecta,
    Parentesco,
    SolicitudDirecta,
    TramiteFallecido,
)

INDICE_ABIERTO = "uq_tramite_fallecido_registro_id"
"""Unique index: a record has one trámite that was not refused."""

_TRAMITE = """
    id, mecanismo, registro_id, entidad, estado, fecha_defuncion, valor_centavos, motivo,
    abierto_por, abierto_at, decidido_por, decidido_at
"""


class FallecidoRepository:
    """Trámites of the right of a worker who died."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def registro(self, mecanismo: str, registro_id: UUID) -> RowMapping | None:
        """The record with who submitted it: entidad, fecha_radicacion, fila, radicacion_id,
        estado, vigente."""
        consulta = text(
            """
            SELECT g.id, g.radicacion_id, g.fila, g.estado, g.vigente, r.entidad,
                   r.fecha_radicacion, r.periodo
            FROM registro g JOIN radicacion r ON r.id = g.radicacion_id
            WHERE g.id = :id AND g.mecanismo = :mecanismo
            """
        )
        filas = await self._tx.execute(consulta, {"id": registro_id, "mecanismo": mecanismo})
        return filas.mappings().one_or_none()

    async def abrir(
        self,
        mecanismo: str,
        registro_id: UUID,
        *,
        entidad: str,
        fecha_defuncion: date,
        beneficiarios: Sequence[BeneficiarioFallecido],
        por: str,
        ahora: datetime,
    ) -> UUID:
        """Store a trámite with its beneficiaries, in their order.

        Raises:
            IntegrityError: the record has another one (``INDICE_ABIERTO``).
        """
        consulta = text(
            """
            INSERT INTO tramite_fallecido (mecanismo, registro_id, entidad, fecha_defuncion,
                abierto_por, abierto_at)
            VALUES (:mecanismo, :registro_id, :entidad, :fecha, :por, :ahora) RETURNING id
            """
        )
        abierto = await self._tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "registro_id": registro_id,
                "entidad": entidad,
                "fecha": fecha_defuncion,
                "por": por,
                "ahora": ahora,
            },
        )
        tramite_id = UUID(str(abierto.scalar_one()))
        await self._tx.execute(
            text(
                """
                INSERT INTO tramite_beneficiario (tramite_id, orden, tipo_documento,
                    numero_documento, nombre, parentesco, codigo_banco, tipo_producto,
                    numero_producto)
                VALUES (:tramite_id, :orden, :tipo, :numero, :nombre, :parentesco, :banco,
                    :producto, :cuenta)
                """
            ),
            [
                {
                    "tramite_id": tramite_id,
                    "orden": orden,
                    "tipo": b.tipo_documento,
                    "numero": b.numero_documento,
                    "nombre": b.nombre,
                    "parentesco": b.parentesco.value,
                    "banco": b.cuenta and b.cuenta.codigo_banco,
                    "producto": b.cuenta and b.cuenta.tipo_producto,
                    "cuenta": b.cuenta and b.cuenta.numero_producto,
                }
                for orden, b in enumerate(beneficiarios, 1)
            ],
        )
        return tramite_id

    async def entregar(
        self, tramite_id: UUID, clase: ClaseDocumento, orden: int | None, sha256: str,
        *, por: str, ahora: datetime,
    ) -> None:  # fmt: skip
        """Keep a document; the same one again changes nothing."""
        await self._tx.execute(
            text(
                "INSERT INTO tramite_documento (tramite_id, clase, orden, sha256, entregado_por, "
                "entregado_at) VALUES (:id, :clase, :orden, :sha256, :por, :ahora) "
                "ON CONFLICT DO NOTHING"
            ),
            {
                "id": tramite_id,
                "clase": clase.value,
                "orden": orden,
                "sha256": sha256,
                "por": por,
                "ahora": ahora,
            },
        )

    async def get(
        self, mecanismo: str, tramite_id: UUID, *, for_update: bool = False
    ) -> TramiteFallecido | None:
        """With its beneficiaries and documents."""
        consulta = f"SELECT {_TRAMITE} FROM tramite_fallecido WHERE id = :id AND mecanismo = :m"  # noqa: S608 - fixed columns
        fila = (
            (
                await self._tx.execute(
                    text(consulta + (" FOR UPDATE" if for_update else "")),
                    {"id": tramite_id, "m": mecanismo},
                )
            )
            .mappings()
            .one_or_none()
        )
        return None if fila is None else (await self._completar([_tramite(fila)]))[0]

    async def listar(
        self,
        mecanismo: str,
        *,
        entidad: str | None,
        estado: EstadoTramite | None,
        despues: UUID | None,
        limite: int,
    ) -> list[TramiteFallecido]:
        """In id order after ``despues``; ``entidad`` is the tenant scope."""
        consulta = text(
            f"""
            SELECT {_TRAMITE} FROM tramite_fallecido
            WHERE mecanismo = :mecanismo
              AND (CAST(:entidad AS text) IS NULL OR entidad = :entidad)
              AND (CAST(:estado AS text) IS NULL OR estado = :estado)
              AND (CAST(:despues AS uuid) IS NULL OR id > :despues)
            ORDER BY id LIMIT :limite
            """  # noqa: S608 - fixed columns
        )
        filas = await self._tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "entidad": entidad,
                "estado": estado and estado.value,
                "despues": despues,
                "limite": limite,
            },
        )
        return await self._completar([_tramite(f) for f in filas.mappings()])

    async def _completar(self, tramites: Sequence[TramiteFallecido]) -> list[TramiteFallecido]:
        ids = {"ids": [t.id for t in tramites]}
        lista = bindparam("ids", type_=ARRAY(UUID_SQL))
        beneficiarios = await self._tx.execute(
            text(
                "SELECT * FROM tramite_beneficiario WHERE tramite_id = ANY(:ids) ORDER BY orden"
            ).bindparams(lista),
            ids,
        )
        documentos = await self._tx.execute(
            text(
                "SELECT * FROM tramite_documento WHERE tramite_id = ANY(:ids) "
                "ORDER BY entregado_at, clase, orden"
            ).bindparams(lista),
            ids,
        )
        suyos = _por_tramite(beneficiarios.mappings())
        papeles = _por_tramite(documentos.mappings())
        return [
            replace(
                t,
                beneficiarios=tuple(map(_beneficiario, suyos.get(t.id, ()))),
                documentos=tuple(map(_documento, papeles.get(t.id, ()))),
            )
            for t in tramites
        ]

    async def decidir(
        self,
        tramite_id: UUID,
        estado: EstadoTramite,
        *,
        valor_centavos: int | None = None,
        motivo: str | None = None,
        por: str,
        ahora: datetime,
    ) -> None:
        """Write the outcome."""
        await self._tx.execute(
            text(
                "UPDATE tramite_fallecido SET estado = :estado, valor_centavos = :valor, "
                "motivo = :motivo, decidido_por = :por, decidido_at = :ahora WHERE id = :id"
            ),
            {
                "id": tramite_id,
                "estado": estado.value,
                "valor": valor_centavos,
                "motivo": motivo,
                "por": por,
                "ahora": ahora,
            },
        )

    async def liquidar_registro(
        self, registro_id: UUID, valor_centavos: int, ahora: datetime
    ) -> bool:
        """The record leaves its trámite, valued, and holds its right; False if it is not there.

        Raises:
            IntegrityError: somebody else holds the right.
        """
        hecho = await self._tx.execute(
            text(
                "UPDATE registro SET estado = :liquidado, valor_centavos = :valor, "
                "libera = false, comunicado_at = :ahora "
                "WHERE id = :id AND vigente AND estado = :en_tramite"
            ),
            {
                "id": registro_id,
                "valor": valor_centavos,
                "ahora": ahora,
                "liquidado": LIQUIDADO,
                "en_tramite": EN_TRAMITE_FALLECIDO,
            },
        )
        return hecho.rowcount == 1

    async def desvios(
        self, mecanismo: str, estados: Sequence[str], entidad: str | None
    ) -> list[RowMapping]:
        """Current records off the main track, by state and entity."""
        consulta = text(
            """
            SELECT g.estado, r.entidad, count(*) AS registros, min(g.comunicado_at) AS desde,
                   count(t.id) AS con_tramite
            FROM registro g JOIN radicacion r ON r.id = g.radicacion_id
            LEFT JOIN tramite_fallecido t ON t.registro_id = g.id AND t.estado = 'ABIERTO'
            WHERE g.mecanismo = :mecanismo AND g.vigente AND g.estado = ANY(:estados)
              AND (CAST(:entidad AS text) IS NULL OR r.entidad = :entidad)
            GROUP BY 1, 2 ORDER BY 1, 2
            """
        ).bindparams(bindparam("estados", type_=ARRAY(TEXT)))
        filas = await self._tx.execute(
            consulta, {"mecanismo": mecanismo, "estados": list(estados), "entidad": entidad}
        )
        return list(filas.mappings())


class DirectaRepository:
    """Log of people who say that nobody reported them."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def registrar(
        self, mecanismo: str, nueva: NuevaSolicitudDirecta, *, por: str, ahora: datetime
    ) -> UUID:
        """Write it down; the same person and IPS again give the one that is there."""
        consulta = text(
            """
            WITH nueva AS (
                INSERT INTO solicitud_directa (mecanismo, tipo_documento, numero_documento,
                    nombre, nit_ips, codigo_perfil, canal, fecha, registrada_por, registrada_at)
                VALUES (:mecanismo, :tipo, :numero, :nombre, :nit, :perfil, :canal, :fecha, :por,
                    :ahora)
                ON CONFLICT DO NOTHING RETURNING id
            )
            SELECT id FROM nueva UNION ALL
            SELECT id FROM solicitud_directa WHERE mecanismo = :mecanismo
              AND tipo_documento = :tipo AND numero_documento = :numero AND nit_ips = :nit
            """
        )
        hallada = await self._tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "tipo": nueva.tipo_documento,
                "numero": nueva.numero_documento,
                "nombre": nueva.nombre,
                "nit": nueva.nit_ips,
                "perfil": nueva.codigo_perfil,
                "canal": nueva.canal.value,
                "fecha": nueva.fecha,
                "por": por,
                "ahora": ahora,
            },
        )
        return UUID(str(hallada.scalar_one()))

    async def listar(
        self, mecanismo: str, *, despues: UUID | None, limite: int | None
    ) -> list[SolicitudDirecta]:
        """In id order after ``despues``; without ``limite``, all."""
        consulta = text(
            """
            SELECT s.*, EXISTS (
                SELECT FROM registro g
                WHERE g.mecanismo = s.mecanismo AND g.vigente
                  AND g.datos ->> 'numero_documento' = s.numero_documento
                  AND g.datos ->> 'tipo_documento' = s.tipo_documento) AS reportada
            FROM solicitud_directa s
            WHERE s.mecanismo = :mecanismo
              AND (CAST(:despues AS uuid) IS NULL OR s.id > :despues)
            ORDER BY s.id LIMIT :limite
            """
        )
        filas = await self._tx.execute(
            consulta, {"mecanismo": mecanismo, "despues": despues, "limite": limite}
        )
        return [_directa(f) for f in filas.mappings()]

    async def anotar_entrega(
        self, mecanismo: str, filas: int, *, por: str, ahora: datetime
    ) -> None:
        """Who took the whole log out, and when."""
        await self._tx.execute(
            text(
                "INSERT INTO solicitud_directa_entrega (mecanismo, filas, entregada_por, "
                "entregada_at) VALUES (:mecanismo, :filas, :por, :ahora)"
            ),
            {"mecanismo": mecanismo, "filas": filas, "por": por, "ahora": ahora},
        )


def _por_tramite(filas: Iterable[RowMapping]) -> dict[UUID, list[RowMapping]]:
    juntas: dict[UUID, list[RowMapping]] = {}
    for fila in filas:
        juntas.setdefault(fila["tramite_id"], []).append(fila)
    return juntas


def _tramite(f: RowMapping) -> TramiteFallecido:
    datos: dict[str, Any] = dict(f)
    return TramiteFallecido(**{**datos, "estado": EstadoTramite(datos["estado"])})


def _beneficiario(f: RowMapping) -> BeneficiarioFallecido:
    cuenta = None
    if f["numero_producto"] is not None:
        cuenta = CuentaPago(
            f["codigo_banco"],
            f["tipo_producto"],
            f["numero_producto"],
            f["numero_documento"],
            f["tipo_documento"],
        )
    return BeneficiarioFallecido(
        f["tipo_documento"],
        f["numero_documento"],
        f["nombre"],
        Parentesco(f["parentesco"]),
        cuenta,
    )


def _documento(f: RowMapping) -> Documento:
    return Documento(
        ClaseDocumento(f["clase"]), f["orden"], f["sha256"], f["entregado_por"], f["entregado_at"]
    )


def _directa(f: RowMapping) -> SolicitudDirecta:
    return SolicitudDirecta(
        id=f["id"],
        datos=NuevaSolicitudDirecta(
            tipo_documento=f["tipo_documento"],
            numero_documento=f["numero_documento"],
            nombre=f["nombre"],
            nit_ips=f["nit_ips"],
            codigo_perfil=f["codigo_perfil"],
            canal=Canal(f["canal"]),
            fecha=f["fecha"],
        ),
        reportada=f["reportada"],
        registrada_por=f["registrada_por"],
        registrada_at=f["registrada_at"],
    )
