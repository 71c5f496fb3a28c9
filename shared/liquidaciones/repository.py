"""All SQL of the settlements. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as UUID_SQL
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.model import CuentaPago
from shared.liquidaciones.model import (
    BeneficiarioDesglose,
    ClaseDesglose,
    Descuento,
    Desglose,
    EstadoDesglose,
    Grupo,
    Partida,
    RamaLma,
    base_de,
)

INDICE_DESGLOSE: Final = "uq_desglose_reconocimiento_id"
"""Unique index: a recognition has one list that was not refused."""
SUMA_DESGLOSE: Final = "ck_desglose_suma"
"""What the database says of payees that add up to more than their recognition."""

_PERSONA: Final = """coalesce(g.datos ->> 'persona',
    (g.datos ->> 'tipo_documento') || '|' || (g.datos ->> 'numero_documento'))"""
_DEL_PERIODO: Final = """
    g.mecanismo = :mecanismo AND g.datos ->> 'periodo' = :periodo
    AND (CAST(:base AS text) IS NULL OR g.datos ->> 'codigo_base' = :base)
"""
_PAGADO: Final = (
    "('GIRADO', 'EN_LEGALIZACION', 'LEGALIZADO', 'CERRADO', 'EN_REINTEGRO', 'REINTEGRADO', "
    "'ADEUDADO')"
)

# Records first: what they are worth, and how far the money of each part went. A person has one
# record with value per month and EPS (the right is paid once), so records are people.
_LIQUIDADO: Final = text(
    f"""
    SELECT coalesce(g.datos ->> 'codigo_eps', '') AS codigo_eps,
           count(*) AS personas,
           coalesce(sum((g.datos ->> 'dias')::int), 0)::bigint AS dias,
           sum(g.valor_centavos)::bigint AS liquidado
    FROM registro g
    WHERE {_DEL_PERIODO} AND g.vigente AND g.valor_centavos > 0
    GROUP BY 1
    """  # noqa: S608 - constants of this file
)
_PAGOS: Final = text(
    f"""
    SELECT coalesce(g.datos ->> 'codigo_eps', '') AS codigo_eps,
           sum(p.valor_centavos)::bigint AS con_pago,
           coalesce(sum(p.valor_centavos) FILTER (WHERE c.espera_por = 'AFORO'), 0)::bigint
               AS en_espera,
           coalesce(sum(p.valor_centavos) FILTER (WHERE c.estado = 'ORDENADO'), 0)::bigint
               AS en_giro,
           coalesce(sum(p.valor_centavos) FILTER (WHERE c.estado IN {_PAGADO}), 0)::bigint
               AS girado,
           coalesce(sum(p.valor_centavos) FILTER (WHERE c.titular_nit IS NOT NULL), 0)::bigint
               AS delegado
    FROM registro g
    JOIN registro_pago p ON p.radicacion_id = g.radicacion_id AND p.fila = g.fila
    JOIN reconocimiento c ON c.id = p.reconocimiento_id
    WHERE {_DEL_PERIODO} AND g.vigente AND g.valor_centavos > 0
    GROUP BY 1
    """  # noqa: S608 - constants of this file
)
# What a record lost since it was first recognised, and what other versions of it had.
_REVERSADO: Final = text(
    f"""
    SELECT codigo_eps, sum(valor)::bigint AS reversado
    FROM (
        SELECT coalesce(g.datos ->> 'codigo_eps', '') AS codigo_eps,
               k.de_valor_centavos - k.a_valor_centavos AS valor
        FROM registro g JOIN registro_cambio k ON k.registro_id = g.id
        WHERE {_DEL_PERIODO} AND k.a_valor_centavos < k.de_valor_centavos
        UNION ALL
        SELECT coalesce(g.datos ->> 'codigo_eps', ''), g.valor_centavos
        FROM registro g
        WHERE {_DEL_PERIODO} AND NOT g.vigente AND g.valor_centavos > 0
    ) x GROUP BY 1
    """  # noqa: S608 - constants of this file
)
# A file of what was paid without cause is of the months and codes of the records that its payment
# is of; of several months, of none.
_REINTEGROS: Final = text(
    """
    SELECT coalesce(c.titular_nit, c.nit) AS nit, de.codigo_eps, de.periodo,
           coalesce(sum(i.capital_centavos - i.reintegrado_centavos)
               FILTER (WHERE i.estado IN ('HALLAZGO', 'A_REINTEGRAR')), 0)::bigint
               AS por_reintegrar,
           sum(i.reintegrado_centavos)::bigint AS reintegrado,
           coalesce(sum(d.capital), 0)::bigint AS descontado,
           coalesce(sum(i.capital_centavos - i.reintegrado_centavos)
               FILTER (WHERE i.estado = 'ADEUDADO'), 0)::bigint AS adeudado
    FROM reintegro i
    JOIN reconocimiento c ON c.id = i.reconocimiento_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN min(g.datos ->> 'codigo_eps') = max(g.datos ->> 'codigo_eps')
                    THEN min(g.datos ->> 'codigo_eps') END AS codigo_eps,
               CASE WHEN min(g.datos ->> 'periodo') = max(g.datos ->> 'periodo')
                    THEN min(g.datos ->> 'periodo') END AS periodo
        FROM registro_pago p
        JOIN registro g ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
        WHERE p.reconocimiento_id = c.id
    ) de
    LEFT JOIN LATERAL (
        SELECT sum(e.capital_centavos) AS capital FROM descuento_eps e WHERE e.reintegro_id = i.id
    ) d ON true
    WHERE c.mecanismo = :mecanismo AND (de.periodo IS NULL OR de.periodo = :periodo)
      AND i.estado <> 'ACLARADO'
      AND (CAST(:nit AS text) IS NULL OR coalesce(c.titular_nit, c.nit) = :nit)
    GROUP BY 1, 2, 3
    """
)
_GRUPOS: Final = text(
    f"""
    SELECT coalesce(g.datos ->> 'codigo_eps', '') AS codigo_eps,
           coalesce(g.datos ->> 'zona', '') AS zona,
           concat_ws(' ', g.datos ->> 'grupo_edad', g.datos ->> 'sexo_upc') AS grupo,
           count(*) AS personas,
           coalesce(sum((g.datos ->> 'dias')::int), 0)::bigint AS dias,
           sum(g.valor_centavos)::bigint AS valor
    FROM registro g
    WHERE {_DEL_PERIODO} AND g.vigente AND g.valor_centavos > 0
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """  # noqa: S608 - constants of this file
)
_LMA: Final = text(
    f"""
    SELECT coalesce(g.datos ->> 'codigo_eps', '') AS codigo_eps,
           count(DISTINCT {_PERSONA}) AS personas,
           sum((g.datos ->> 'dias_lma')::int)::bigint AS dias,
           coalesce(sum((g.datos ->> 'valor_lma_centavos')::bigint), 0)::bigint AS valor
    FROM registro g
    WHERE {_DEL_PERIODO} AND g.vigente AND (g.datos ->> 'dias_lma')::int > 0
    GROUP BY 1 ORDER BY 1
    """  # noqa: S608 - constants of this file
)
_CONTROL: Final = text(
    f"""
    WITH partes AS (
        SELECT p.reconocimiento_id, sum(p.valor_centavos) AS valor
        FROM registro g
        JOIN registro_pago p ON p.radicacion_id = g.radicacion_id AND p.fila = g.fila
        WHERE g.mecanismo = :mecanismo AND g.vigente AND g.valor_centavos > 0
        GROUP BY 1
    ), vivos AS (
        SELECT c.*, coalesce(r.valor, 0) AS en_registros,
               coalesce(i.hallado, 0) AS hallado, coalesce(i.reintegrado, 0) AS reintegrado
        FROM reconocimiento c
        LEFT JOIN partes r ON r.reconocimiento_id = c.id
        LEFT JOIN (
            SELECT reconocimiento_id, sum(reintegrado_centavos) AS reintegrado,
                   sum(capital_centavos) FILTER (WHERE estado <> 'ACLARADO') AS hallado
            FROM reintegro GROUP BY 1
        ) i ON i.reconocimiento_id = c.id
        WHERE c.mecanismo = :mecanismo AND c.vigencia = :vigencia AND c.estado <> 'ANULADO'
    )
    SELECT coalesce(sum(en_registros), 0)::bigint AS registros,
           coalesce(sum(valor_centavos), 0)::bigint AS reconocimientos,
           coalesce(sum(hallado), 0)::bigint AS hallazgos,
           coalesce(sum(valor_centavos) FILTER (WHERE espera_por = 'AFORO'), 0)::bigint
               AS en_espera,
           coalesce(sum(valor_centavos) FILTER (WHERE estado = 'ORDENADO'), 0)::bigint AS en_giro,
           coalesce(sum(valor_centavos - reintegrado) FILTER (WHERE estado IN {_PAGADO}), 0)::bigint
               AS girado,
           count(*) FILTER (WHERE en_registros NOT IN (valor_centavos, valor_centavos - hallado))
               AS sin_rastro
    FROM vivos
    """  # noqa: S608 - constants of this file
)


@dataclass(frozen=True)
class Consulta:
    """What a settlement is asked of; of one EPS (base code and NIT) where the caller is one."""

    mecanismo: str
    periodo: str
    base: str | None = None
    nit: str | None = None


class LiquidacionRepository:
    """What is settled, from the records and from their payments."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def partidas(self, consulta: Consulta) -> list[Partida]:
        """Everything that adds to the settlement of each code, files of reintegro apart."""
        pagos = {f["codigo_eps"]: f for f in await self._filas(_PAGOS, consulta)}
        partidas = [
            _de_registros(f, pagos.get(f["codigo_eps"]))
            for f in await self._filas(_LIQUIDADO, consulta)
        ]
        return partidas + [
            Partida(f["codigo_eps"], {"reversado_centavos": f["reversado"]})
            for f in await self._filas(_REVERSADO, consulta)
        ]

    async def reintegros(self, consulta: Consulta) -> list[RowMapping]:
        """Amounts of what was found to be paid without cause, by NIT, code and period; the code
        or the period are null where the payment is of several."""
        filas = await self._tx.execute(
            _REINTEGROS,
            {"mecanismo": consulta.mecanismo, "periodo": consulta.periodo, "nit": consulta.nit},
        )
        return list(filas.mappings())

    async def grupos(self, consulta: Consulta) -> list[Grupo]:
        """The same by UPC zone and age group."""
        return [
            Grupo(
                base_de(f["codigo_eps"]),
                f["codigo_eps"],
                f["zona"],
                f["grupo"],
                f["personas"],
                f["dias"],
                f["valor"],
            )
            for f in await self._filas(_GRUPOS, consulta)
        ]

    async def lma(self, consulta: Consulta) -> list[RamaLma]:
        """Days that went to RS, whatever became of the rest of the record."""
        return [
            RamaLma(base_de(f["codigo_eps"]), f["codigo_eps"], f["personas"], f["dias"], f["valor"])
            for f in await self._filas(_LMA, consulta)
        ]

    async def es_reintegro_de(self, mecanismo: str, reintegro_id: UUID) -> bool:
        """Whether that file is of a payment of the mechanism."""
        hay = await self._tx.execute(
            text(
                "SELECT EXISTS (SELECT FROM reintegro i JOIN reconocimiento c "
                "ON c.id = i.reconocimiento_id WHERE i.id = :id AND c.mecanismo = :mecanismo)"
            ),
            {"id": reintegro_id, "mecanismo": mecanismo},
        )
        return bool(hay.scalar_one())

    async def control(self, mecanismo: str, vigencia: int) -> RowMapping:
        """Sums of a line, from the records and from the recognitions."""
        fila = await self._tx.execute(_CONTROL, {"mecanismo": mecanismo, "vigencia": vigencia})
        return fila.mappings().one()

    async def _filas(self, consulta: Any, de: Consulta) -> list[RowMapping]:
        filas = await self._tx.execute(
            consulta, {"mecanismo": de.mecanismo, "periodo": de.periodo, "base": de.base}
        )
        return list(filas.mappings())


def _de_registros(f: RowMapping, pago: RowMapping | None) -> Partida:
    importes = {c: int(f[c]) for c in ("personas", "dias")}
    importes["liquidado_centavos"] = f["liquidado"]
    con_pago = 0 if pago is None else pago["con_pago"]
    importes["sin_nit_centavos"] = f["liquidado"] - con_pago
    if pago is not None:
        movidos = ("en_espera", "en_giro", "girado")
        importes |= {f"{c}_centavos": pago[c] for c in (*movidos, "delegado")}
        importes["por_girar_centavos"] = con_pago - sum(pago[c] for c in movidos)
    return Partida(f["codigo_eps"], importes)


class DesgloseRepository:
    """Lists of payees, and what was kept from an EPS."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def entregar(self, desglose: Desglose) -> None:
        """Store a list with its payees, in their order.

        Raises:
            IntegrityError: the recognition has another one (``INDICE_DESGLOSE``), or they add up
                to more than it (``SUMA_DESGLOSE``).
        """
        d = desglose
        await self._tx.execute(
            text(
                "INSERT INTO desglose (id, clase, mecanismo, reconocimiento_id, nit, "
                "valor_centavos, acto, entregado_por, entregado_at) VALUES (:id, :clase, "
                ":mecanismo, :reconocimiento, :nit, :valor, :acto, :por, :en)"
            ),
            {
                "id": d.id,
                "clase": d.clase.value,
                "mecanismo": d.mecanismo,
                "reconocimiento": d.reconocimiento_id,
                "nit": d.nit,
                "valor": d.valor_centavos,
                "acto": d.acto,
                "por": d.entregado_por,
                "en": d.entregado_at,
            },
        )
        await self._tx.execute(
            text(
                "INSERT INTO desglose_beneficiario (desglose_id, orden, nit, nombre, codigo_banco, "
                "tipo_producto, numero_producto, porcentaje, valor_centavos) VALUES (:id, :orden, "
                ":nit, :nombre, :banco, :producto, :numero, :porcentaje, :valor)"
            ),
            [
                {
                    "id": d.id,
                    "orden": orden,
                    "nit": b.nit,
                    "nombre": b.nombre,
                    "banco": b.cuenta and b.cuenta.codigo_banco,
                    "producto": b.cuenta and b.cuenta.tipo_producto,
                    "numero": b.cuenta and b.cuenta.numero_producto,
                    "porcentaje": b.porcentaje,
                    "valor": b.valor_centavos,
                }
                for orden, b in enumerate(d.beneficiarios, 1)
            ],
        )

    async def get(
        self, mecanismo: str, desglose_id: UUID, *, for_update: bool = False
    ) -> Desglose | None:
        """With its payees."""
        consulta = "SELECT * FROM desglose WHERE id = :id AND mecanismo = :mecanismo"
        filas = await self._tx.execute(
            text(consulta + (" FOR UPDATE" if for_update else "")),
            {"id": desglose_id, "mecanismo": mecanismo},
        )
        completos = await self._completar(list(filas.mappings()))
        return completos[0] if completos else None

    async def listar(
        self,
        mecanismo: str,
        *,
        nit: str | None,
        estado: EstadoDesglose | None,
        despues: UUID | None,
        limite: int,
    ) -> list[Desglose]:
        """In id order after ``despues``; ``nit`` is the tenant scope."""
        filas = await self._tx.execute(
            text(
                """
                SELECT * FROM desglose
                WHERE mecanismo = :mecanismo
                  AND (CAST(:nit AS text) IS NULL OR nit = :nit)
                  AND (CAST(:estado AS text) IS NULL OR estado = :estado)
                  AND (CAST(:despues AS uuid) IS NULL OR id > :despues)
                ORDER BY id LIMIT :limite
                """
            ),
            {
                "mecanismo": mecanismo,
                "nit": nit,
                "estado": estado and estado.value,
                "despues": despues,
                "limite": limite,
            },
        )
        return await self._completar(list(filas.mappings()))

    async def _completar(self, filas: Sequence[RowMapping]) -> list[Desglose]:
        hallados = await self._tx.execute(
            text(
                "SELECT * FROM desglose_beneficiario WHERE desglose_id = ANY(:ids) ORDER BY orden"
            ).bindparams(bindparam("ids", type_=ARRAY(UUID_SQL))),
            {"ids": [f["id"] for f in filas]},
        )
        suyos: dict[UUID, list[BeneficiarioDesglose]] = {}
        for b in hallados.mappings():
            suyos.setdefault(b["desglose_id"], []).append(_beneficiario(b))
        return [replace(_desglose(f), beneficiarios=tuple(suyos.get(f["id"], ()))) for f in filas]

    async def decidir(
        self,
        desglose_id: UUID,
        estado: EstadoDesglose,
        *,
        motivo: str | None = None,
        por: str,
        ahora: datetime,
    ) -> None:
        """Write the outcome."""
        await self._tx.execute(
            text(
                "UPDATE desglose SET estado = :estado, motivo = :motivo, decidido_por = :por, "
                "decidido_at = :ahora WHERE id = :id"
            ),
            {
                "id": desglose_id,
                "estado": estado.value,
                "motivo": motivo,
                "por": por,
                "ahora": ahora,
            },
        )

    async def registros_por_tramo(
        self, reconocimiento_id: UUID, tramos: Iterable[int]
    ) -> list[int]:
        """How many records each consecutive stretch of so many centavos of a recognition touches,
        in row order; at least one."""
        consulta = text(
            """
            WITH partes AS (
                SELECT p.valor_centavos AS valor, sum(p.valor_centavos) OVER (
                    ORDER BY p.radicacion_id, p.fila, p.concepto) AS hasta
                FROM registro_pago p
                JOIN registro g ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila
                WHERE p.reconocimiento_id = :id AND g.vigente AND g.valor_centavos > 0
            ), tramos AS (
                SELECT n, tramo, sum(tramo) OVER (ORDER BY n) AS hasta
                FROM unnest(CAST(:tramos AS bigint[])) WITH ORDINALITY AS t (tramo, n)
            )
            SELECT greatest(1, (
                SELECT count(*) FROM partes p
                WHERE p.hasta - p.valor < t.hasta AND t.hasta - t.tramo < p.hasta)) AS registros
            FROM tramos t ORDER BY t.n
            """
        )
        filas = await self._tx.execute(consulta, {"id": reconocimiento_id, "tramos": list(tramos)})
        return [f.registros for f in filas]

    async def descontar(
        self, reintegro_id: UUID, descuento: Descuento, *, por: str, ahora: datetime
    ) -> None:
        """Write how the money came back; the same process again changes nothing."""
        await self._tx.execute(
            text(
                "INSERT INTO descuento_eps (reintegro_id, metodo, proceso, fecha, "
                "capital_centavos, interes_centavos, por, created_at) VALUES (:id, :metodo, "
                ":proceso, :fecha, :capital, :interes, :por, :ahora) ON CONFLICT DO NOTHING"
            ),
            {
                "id": reintegro_id,
                "metodo": descuento.metodo,
                "proceso": descuento.proceso,
                "fecha": descuento.fecha,
                "capital": descuento.capital_centavos,
                "interes": descuento.interes_centavos,
                "por": por,
                "ahora": ahora,
            },
        )


def _desglose(f: RowMapping) -> Desglose:
    return Desglose(
        id=f["id"],
        clase=ClaseDesglose(f["clase"]),
        mecanismo=f["mecanismo"],
        reconocimiento_id=f["reconocimiento_id"],
        nit=f["nit"],
        valor_centavos=f["valor_centavos"],
        acto=f["acto"],
        estado=EstadoDesglose(f["estado"]),
        motivo=f["motivo"],
        entregado_por=f["entregado_por"],
        entregado_at=f["entregado_at"],
        decidido_por=f["decidido_por"],
        decidido_at=f["decidido_at"],
    )


def _beneficiario(f: RowMapping) -> BeneficiarioDesglose:
    cuenta = None
    if f["numero_producto"] is not None:
        cuenta = CuentaPago(
            f["codigo_banco"], f["tipo_producto"], f["numero_producto"], titular_nit=f["nit"]
        )
    return BeneficiarioDesglose(f["nit"], f["nombre"], cuenta, f["porcentaje"], f["valor_centavos"])
