"""HTTP bodies of the settlements, and their tables. Payees are entities; no person is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.giros.model import CuentaPago, EstadoReintegro, Reconocimiento, Reintegro
from shared.liquidaciones.model import (
    IMPORTES,
    BeneficiarioPedido,
    ClaseDesglose,
    Control,
    Descuento,
    Desglose,
    EstadoDesglose,
    Grupo,
    LiquidacionPeriodo,
    Liquidado,
    RamaLma,
    eps_de,
)
from shared.radicacion.descargas import Celda
from shared.tipos import MONEDA, a_decimal, de_decimal

Nit9 = Annotated[str, Field(pattern=r"^\d{9}$")]
Pesos = Annotated[str, Field(pattern=r"^\d{1,16}(\.\d{1,2})?$", examples=["86521.50"])]
Porcentaje = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,2})?$", examples=["12.50"])]

COLUMNAS: Final = (
    "periodo",
    "concepto",
    "codigo_base",
    "codigo_eps",
    "nombre",
    "nit",
    "personas",
    "dias",
    *IMPORTES,
    "moneda",
)
COLUMNAS_GRUPO: Final = (
    "periodo",
    "concepto",
    "codigo_base",
    "codigo_eps",
    "zona",
    "grupo",
    "personas",
    "dias",
    "valor",
    "moneda",
)
COLUMNAS_LMA: Final = (
    "periodo",
    "codigo_base",
    "codigo_eps",
    "personas",
    "dias",
    "valor",
    "moneda",
)


class _Cuerpo(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class CuentaEntidadIn(_Cuerpo):
    """An account of the payee, which is its holder (ANT-18)."""

    codigo_banco: Annotated[str, Field(pattern=r"^\d{4}$")]
    tipo_producto: Literal["AHORROS", "CORRIENTE"]
    numero_producto: Annotated[str, Field(pattern=r"^\d{4,17}$")]

    def de(self, nit: str) -> CuentaPago:
        return CuentaPago(self.codigo_banco, self.tipo_producto, self.numero_producto, nit)


class BeneficiarioIn(_Cuerpo):
    """An IPS that the EPS names: an amount in pesos, or a percentage of the recognition."""

    nit: Nit9
    nombre: Annotated[str, Field(min_length=3, max_length=200)]
    cuenta: CuentaEntidadIn | None = None
    valor: Pesos | None = None
    porcentaje: Porcentaje | None = None

    def pedido(self) -> BeneficiarioPedido:
        return BeneficiarioPedido(
            self.nit,
            self.nombre,
            None if self.cuenta is None else self.cuenta.de(self.nit),
            None if self.valor is None else de_decimal(self.valor),
            # Two decimals, as an amount: hundredths of one per cent.
            None if self.porcentaje is None else de_decimal(self.porcentaje),
        )


class GiroDirectoIn(_Cuerpo):
    """Who is paid out of a recognition of the EPS; it receives what is left."""

    reconocimiento_id: UUID
    beneficiarios: list[BeneficiarioIn] = Field(min_length=1, max_length=200)


class TrasladoIn(_Cuerpo):
    """The EPS that takes the members of one in liquidation, by act."""

    reconocimiento_id: UUID
    codigo_eps: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,6}$", examples=["EPS005"])]
    acto: Annotated[str, Field(min_length=3, max_length=200)]


class RechazarIn(_Cuerpo):
    """Why a list is refused."""

    motivo: Annotated[str, Field(min_length=3, max_length=500)]


class DescuentoIn(_Cuerpo):
    """What was kept from an EPS, and in which process of compensación or LMA."""

    reintegro_id: UUID
    metodo: Literal["COMPENSACION", "LMA"]
    proceso: Annotated[str, Field(pattern=r"^[A-Za-z0-9./-]{1,40}$", examples=["2020-09-2"])]
    fecha: date
    capital: Pesos
    interes: Pesos = "0"

    def descuento(self) -> Descuento:
        return Descuento(
            self.metodo,
            self.proceso,
            self.fecha,
            de_decimal(self.capital),
            de_decimal(self.interes),
        )


class ImportesOut(BaseModel):
    """Amounts of a settlement, in pesos."""

    reconocido: str = Field(description="Todo lo que se llegó a reconocer, también lo reversado")
    reversado: str = Field(description="Lo que se quitó antes de girar, con asientos contrarios")
    liquidado: str = Field(description="Lo que valen hoy los registros")
    sin_nit: str = Field(description="De una EPS sin NIT conocido: espera")
    en_espera: str = Field(description="Espera aforo")
    por_girar: str
    en_giro: str = Field(description="Ordenado, sin respuesta del banco")
    girado: str
    delegado: str = Field(description="De todo lo anterior, lo que se gira a otros por la EPS")
    por_reintegrar: str = Field(description="Hallado, y no ha vuelto")
    reintegrado: str
    descontado: str = Field(description="De lo reintegrado, en compensación o en la LMA")
    adeudado: str
    neto: str = Field(description="Liquidado menos lo reintegrado")


class EpsOut(ImportesOut):
    """A code of an EPS in the month."""

    codigo_base: str
    codigo_eps: str
    nombre: str
    nit: str | None
    personas: int
    dias: int

    @classmethod
    def de(cls, e: Liquidado) -> EpsOut:
        eps = eps_de(e.codigo_eps)
        return cls(
            codigo_base=e.codigo_base,
            codigo_eps=e.codigo_eps,
            nombre=eps.nombre,
            nit=eps.nit,
            personas=e.personas,
            dias=e.dias,
            **{i: a_decimal(getattr(e, f"{i}_centavos")) for i in IMPORTES},
        )


class TotalOut(ImportesOut):
    """All of the month. A person in two EPS counts in both."""

    personas: int
    dias: int


class LmaOut(BaseModel):
    """Days of people who moved to RS."""

    codigo_base: str
    codigo_eps: str
    personas: int
    dias: int
    valor: str

    @classmethod
    def de(cls, rama: RamaLma) -> LmaOut:
        return cls(
            codigo_base=rama.codigo_base,
            codigo_eps=rama.codigo_eps,
            personas=rama.personas,
            dias=rama.dias,
            valor=a_decimal(rama.valor_centavos),
        )


class LiquidacionOut(BaseModel):
    """A month, ready for compensación (RC) and LMA (RS)."""

    periodo: str
    concepto: str = Field(description="Propio: no se mezcla con cotizaciones", examples=["UPC_AE"])
    moneda: str = MONEDA
    provision_incapacidades: str = Field(
        default="0.00", description="No hay IBC: no se reconoce provisión"
    )
    incluye_pyp: bool = Field(default=False, description="Solo se reconoce UPC")
    total: TotalOut
    eps: list[EpsOut]
    lma: list[LmaOut] = Field(
        description="Días que pasaron al subsidiado, con su UPC: para la LMA, no son de esta línea"
    )
    hallazgos_sin_periodo: str = Field(
        description="De pagos de varios meses: no se sabe de cuál es cada uno"
    )

    @classmethod
    def de(cls, liquidada: LiquidacionPeriodo) -> LiquidacionOut:
        return cls(
            periodo=liquidada.periodo,
            concepto=liquidada.concepto,
            total=TotalOut(
                personas=liquidada.personas,
                dias=liquidada.dias,
                **{i: a_decimal(liquidada.total(i)) for i in IMPORTES},
            ),
            eps=[EpsOut.de(e) for e in liquidada.eps],
            lma=[LmaOut.de(rama) for rama in liquidada.lma],
            hallazgos_sin_periodo=a_decimal(liquidada.hallazgos_sin_periodo_centavos),
        )


def filas_eps(liquidada: LiquidacionPeriodo) -> Iterator[Sequence[Celda]]:
    """Rows of ``COLUMNAS``; amounts as numbers."""
    for e in liquidada.eps:
        eps = eps_de(e.codigo_eps)
        importes = [_pesos(getattr(e, f"{i}_centavos")) for i in IMPORTES]
        yield (
            liquidada.periodo,
            liquidada.concepto,
            e.codigo_base,
            e.codigo_eps,
            eps.nombre,
            eps.nit or "",
            e.personas,
            e.dias,
            *importes,
            MONEDA,
        )


def filas_grupo(liquidada: LiquidacionPeriodo) -> Iterator[Sequence[Celda]]:
    """Rows of ``COLUMNAS_GRUPO``."""
    for g in liquidada.grupos:
        yield (liquidada.periodo, liquidada.concepto, *_de_grupo(g), MONEDA)


def hojas(
    liquidada: LiquidacionPeriodo,
) -> dict[str, tuple[Sequence[str], Iterable[Sequence[Celda]]]]:
    """The sheets of the workbook."""
    return {
        "EPS": (COLUMNAS, filas_eps(liquidada)),
        "Zona y grupo": (COLUMNAS_GRUPO, filas_grupo(liquidada)),
        "LMA": (COLUMNAS_LMA, filas_lma(liquidada)),
    }


def _de_grupo(g: Grupo) -> tuple[Celda, ...]:
    valor = _pesos(g.valor_centavos)
    return (g.codigo_base, g.codigo_eps, g.zona, g.grupo, g.personas, g.dias, valor)


def filas_lma(liquidada: LiquidacionPeriodo) -> Iterator[Sequence[Celda]]:
    """Rows of ``COLUMNAS_LMA``."""
    for r in liquidada.lma:
        propias = (r.codigo_base, r.codigo_eps, r.personas, r.dias, _pesos(r.valor_centavos))
        yield (liquidada.periodo, *propias, MONEDA)


def _pesos(centavos: int) -> Decimal:
    return Decimal(a_decimal(centavos))


class ControlOut(BaseModel):
    """The line seen from the records, the recognitions and the ledger."""

    vigencia: int
    moneda: str = MONEDA
    cuadra: bool
    registros: str
    reconocimientos: str
    hallazgos: str
    en_espera: str
    en_giro: str
    girado: str
    libro: str
    libro_en_giro: str
    libro_girado: str
    sin_rastro: int = Field(description="Reconocimientos que no suman lo que sus registros")

    @classmethod
    def de(cls, c: Control) -> ControlOut:
        nombres = (n for n in cls.model_fields if hasattr(c, f"{n}_centavos"))
        return cls(
            vigencia=c.vigencia,
            cuadra=c.cuadra,
            sin_rastro=c.sin_rastro,
            **{n: a_decimal(getattr(c, f"{n}_centavos")) for n in nombres},
        )


class BeneficiarioOut(BaseModel):
    """A payee of a list."""

    nit: str
    nombre: str
    porcentaje: str | None
    valor: str
    con_cuenta: bool


class DesgloseOut(BaseModel):
    """A list: who is paid, where it stands, who did what."""

    id: UUID
    clase: ClaseDesglose
    reconocimiento_id: UUID
    nit: str
    valor: str
    resto: str = Field(description="Lo que recibe la EPS")
    moneda: str = MONEDA
    acto: str | None
    estado: EstadoDesglose
    motivo: str | None
    beneficiarios: list[BeneficiarioOut]
    entregado_por: str
    entregado_at: datetime
    decidido_por: str | None
    decidido_at: datetime | None

    @classmethod
    def de(cls, d: Desglose) -> DesgloseOut:
        return cls(
            id=d.id,
            clase=d.clase,
            reconocimiento_id=d.reconocimiento_id,
            nit=d.nit,
            valor=a_decimal(d.valor_centavos),
            resto=a_decimal(d.resto_centavos),
            acto=d.acto,
            estado=d.estado,
            motivo=d.motivo,
            beneficiarios=[
                BeneficiarioOut(
                    nit=b.nit,
                    nombre=b.nombre,
                    porcentaje=None if b.porcentaje is None else a_decimal(b.porcentaje),
                    valor=a_decimal(b.valor_centavos),
                    con_cuenta=b.cuenta is not None,
                )
                for b in d.beneficiarios
            ],
            entregado_por=d.entregado_por,
            entregado_at=d.entregado_at,
            decidido_por=d.decidido_por,
            decidido_at=d.decidido_at,
        )


class PagoDesgloseOut(BaseModel):
    """A recognition that took the place of the one of the EPS."""

    reconocimiento_id: UUID
    nit: str
    nombre: str
    valor: str
    registros: int
    estado: str

    @classmethod
    def de(cls, r: Reconocimiento) -> PagoDesgloseOut:
        return cls(
            reconocimiento_id=r.id,
            nit=r.nit,
            nombre=r.nombre,
            valor=a_decimal(r.valor_centavos),
            registros=r.registros,
            estado=r.estado.value,
        )


class DesgloseAceptadoOut(BaseModel):
    """A list that was accepted, and what is paid now."""

    desglose: DesgloseOut
    pagos: list[PagoDesgloseOut]


class ReintegroOut(BaseModel):
    """The file after the discount."""

    id: UUID
    estado: EstadoReintegro
    capital: str
    reintegrado: str
    interes: str
    moneda: str = MONEDA

    @classmethod
    def de(cls, r: Reintegro) -> ReintegroOut:
        return cls(
            id=r.id,
            estado=r.estado,
            capital=a_decimal(r.capital_centavos),
            reintegrado=a_decimal(r.reintegrado_centavos),
            interes=a_decimal(r.interes_centavos),
        )
