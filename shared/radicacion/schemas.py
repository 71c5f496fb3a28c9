"""What travels: the envelope of a submission, and the event of its rejections."""

from __future__ import annotations

import unicodedata
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.eventos.model import DefinicionEvento
from shared.eventos.temas import RECHAZOS
from shared.focalizacion.model import Mecanismo, Ventanas


class SolicitudIn(BaseModel):
    """Envelope of a submission: metadata that the file does not carry.

    What a mechanism asks for beyond NIT and check digit is said by ``exigidos``.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    nit: str = Field(description="NIT de la entidad, 9 dígitos, sin dígito de verificación")
    dv: str = Field(min_length=1, max_length=1, description="Dígito de verificación del NIT")
    periodo: str | None = Field(default=None, description="Mes que se cobra, AAAA-MM")
    razon_social: str | None = Field(
        default=None, min_length=1, max_length=200, description="Nombre de la entidad"
    )
    firmante_tipo_documento: str | None = Field(
        default=None, min_length=2, max_length=2, description="Tipo de documento de quien firma"
    )
    firmante_numero_documento: str | None = Field(
        default=None, min_length=3, max_length=20, description="Número de documento de quien firma"
    )
    firmante_nombre: str | None = Field(
        default=None, min_length=3, max_length=200, description="Nombre de quien firma"
    )
    firmante_calidad: str = Field(
        default="REPRESENTANTE_LEGAL",
        pattern="^(REPRESENTANTE_LEGAL|INTERVENTOR|LIQUIDADOR)$",
    )
    fecha_firma: date | None = Field(default=None, description="Día en que se firmó, AAAA-MM-DD")
    codigo_banco: str | None = Field(default=None, pattern=r"^\d{4}$")
    tipo_producto: str | None = Field(default=None, pattern="^(AHORROS|CORRIENTE)$")
    numero_producto: str | None = Field(default=None, pattern=r"^\d{4,20}$")
    titular_nit: str | None = Field(default=None, pattern=r"^\d{9}$")

    @field_validator("*")
    @classmethod
    def _sin_caracteres_de_control(cls, valor: object) -> object:
        # PostgreSQL stores no NUL, and none of these data has a reason to carry the others.
        if isinstance(valor, str) and any(unicodedata.category(c) == "Cc" for c in valor):
            raise ValueError("Tiene caracteres de control. Escriba el dato de nuevo.")
        return valor


def con_periodo(mecanismo: Mecanismo) -> bool:
    """Whether a submission is of a month: the one whose window it must be in."""
    return mecanismo.radicacion.ventana is not None and mecanismo.ventanas is Ventanas.MENSUAL


def exigidos(mecanismo: Mecanismo) -> tuple[str, ...]:
    """Data of the envelope that the mechanism cannot do without, in the order of ``SolicitudIn``.

    The name is that of who is paid, when it is who submits; who signs, when a rule looks at it.
    """
    campos = ["nit", "dv"]
    if con_periodo(mecanismo):
        campos.append("periodo")
    if not mecanismo.liquidacion.beneficiarios:
        campos.append("razon_social")
    if mecanismo.radicacion.firmante is not None:
        campos += ["firmante_tipo_documento", "firmante_numero_documento", "firmante_nombre"]
    return tuple(campos)


def faltantes(solicitud: SolicitudIn, mecanismo: Mecanismo) -> list[str]:
    """What the envelope lacks, in words."""
    campos = SolicitudIn.model_fields
    return [
        f"Falta {nombre}: {campos[nombre].description}."
        for nombre in exigidos(mecanismo)
        if getattr(solicitud, nombre) is None
    ]


class RegistrosRechazados(BaseModel):
    """How many records of a submission do not pass, by code. No personal data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    radicacion_id: str
    entidad: str
    total: int
    por_causal: dict[str, int]


RECHAZADOS = "registros.rechazados.v1"
EVENTOS = (
    DefinicionEvento(
        tipo=RECHAZADOS,
        tema=RECHAZOS,
        modelo=RegistrosRechazados,
        descripcion="Cuántos registros de una radicación no pasaron, por causal.",
    ),
)
