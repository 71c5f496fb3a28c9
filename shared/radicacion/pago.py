"""From an evaluated submission to its recognition: one payable unit per NIT and solicitud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.model import CuentaPago, NuevoReconocimiento
from shared.giros.repository import ReconocimientoRepository
from shared.giros.service import reconocer, sustituir
from shared.presupuesto.service import crear_linea
from shared.radicacion.model import Radicacion
from shared.radicacion.repository import RadicacionRepository
from shared.radicacion.service import Contexto


@dataclass(frozen=True)
class Pago:
    """What a version of a submission asks of the budget.

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
        resumen: Mapping[str, Any],
        ctx: Contexto,
    ) -> Pago:
        """Read how things stand; nothing is locked yet."""
        nuevo = _nuevo(radicacion, resumen, ctx)
        vivos = await ReconocimientoRepository(tx).de_solicitud(
            radicacion.solicitud_id, radicacion.nit
        )
        if not vivos:
            nuevo = nuevo and replace(nuevo, id=await RadicacionRepository(tx).nuevo_id())
            return cls(radicacion, nuevo, None, ctx)
        # The commitment is of the year of the solicitud, also when its correction is of the next.
        nuevo = nuevo and replace(nuevo, vigencia=vivos[0].vigencia)
        return cls(radicacion, nuevo, vivos[0].id, ctx)

    @property
    def reconocimiento_id(self) -> UUID | None:
        """Known before it exists, so that millions of records are written once with it; of a
        correction it is known only at the end."""
        return None if self.nuevo is None else self.nuevo.id

    async def registrar(self, tx: AsyncConnection) -> None:
        """Commit the value, or correct what was committed. Call it last: it locks the line.

        The línea of the year is made if nobody did: without aforo the recognition waits in its
        place, and nothing is lost.
        """
        if self.vivo is not None:
            sustitucion = await sustituir(tx, self.vivo, self.nuevo, reloj=self.ctx.reloj)
            if sustitucion.reconocimiento is not None:
                await RadicacionRepository(tx).enlazar(
                    self.radicacion.id,
                    self.ctx.mecanismo.estados.valorados,
                    sustitucion.reconocimiento.id,
                )
        elif self.nuevo is not None:
            await crear_linea(tx, self.nuevo.mecanismo, self.nuevo.vigencia)
            await reconocer(tx, [self.nuevo], reloj=self.ctx.reloj)


def _nuevo(
    radicacion: Radicacion, resumen: Mapping[str, Any], ctx: Contexto
) -> NuevoReconocimiento | None:
    """What to recognise; ``None`` when nothing of the submission is worth money."""
    if resumen["valor_centavos"] == 0:
        return None
    solicitud = radicacion.solicitud
    return NuevoReconocimiento(
        mecanismo=radicacion.mecanismo,
        vigencia=radicacion.fecha_radicacion.year,
        radicacion_id=radicacion.id,
        solicitud_id=radicacion.solicitud_id,
        nit=radicacion.nit,
        nombre=solicitud["razon_social"],
        periodo=radicacion.periodo,
        registros=sum(
            n
            for estado, n in resumen["por_estado"].items()
            if estado in ctx.mecanismo.estados.valorados
        ),
        valor_centavos=resumen["valor_centavos"],
        cuenta=_cuenta(solicitud),
        fecha_radicacion=radicacion.fecha_radicacion,
        requiere_legalizacion=ctx.mecanismo.requiere_legalizacion,
    )


def _cuenta(solicitud: Mapping[str, Any]) -> CuentaPago | None:
    """The account of the envelope, if it came whole; without it the money waits for one."""
    campos = ("codigo_banco", "tipo_producto", "numero_producto", "titular_nit")
    if not all(solicitud.get(c) for c in campos):
        return None
    return CuentaPago(**{c: str(solicitud[c]) for c in campos})
