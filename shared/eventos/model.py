"""Events: what is announced, and the CloudEvents envelope it travels in. No I/O.

The envelope is CloudEvents 1.0, structured mode (one JSON document), as the Kafka protocol
binding of CloudEvents describes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.eventos.temas import muertos
from shared.tipos import InvarianteRota

TIPO_CONTENIDO: Final = "application/cloudevents+json"
"""Value of the Kafka header ``content-type``."""

PREFIJO_TIPO: Final = "co.mecanismos."
PREFIJO_ESQUEMA: Final = "urn:mecanismos:esquema:"
PREFIJO_ORIGEN: Final = "/mecanismos/"


@dataclass(frozen=True)
class Evento:
    """Something that happened, ready for the outbox.

    ``tipo`` is written without the prefix of the organisation ("giro.ordenado.v1"); ``clave`` is
    the partition key (events with one key keep their order); ``sujeto`` is our UUID of the thing.
    """

    tipo: str
    tema: str
    clave: str
    sujeto: str
    mecanismo: str
    datos: BaseModel
    id: UUID = field(default_factory=uuid4)

    def sobre(self, momento: datetime) -> Sobre:
        """The event in its envelope; ``momento`` is an aware instant in America/Bogota."""
        return Sobre(
            id=self.id,
            source=PREFIJO_ORIGEN + self.mecanismo,
            type=PREFIJO_TIPO + self.tipo,
            subject=self.sujeto,
            time=momento,
            dataschema=PREFIJO_ESQUEMA + self.tipo,
            data=self.datos.model_dump(mode="json"),
        )


class Sobre(BaseModel):
    """CloudEvents 1.0 envelope with the attributes we write. Unknown extensions are ignored,
    as the specification asks of a reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(min_length=1)
    type: str = Field(min_length=1)
    subject: str = Field(min_length=1)
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str = Field(min_length=1)
    data: dict[str, Any]

    @property
    def tipo(self) -> str:
        """Type without the prefix of the organisation."""
        return self.type.removeprefix(PREFIJO_TIPO)

    @property
    def mecanismo(self) -> str:
        """Name of the mechanism the event comes from."""
        return self.source.removeprefix(PREFIJO_ORIGEN)


@dataclass(frozen=True)
class DefinicionEvento:
    """One line of the catalogue: a type of event, where it is published and what it carries."""

    tipo: str
    tema: str
    modelo: type[BaseModel]
    descripcion: str
    """One sentence in Spanish, for the published contract."""

    def __post_init__(self) -> None:
        if self.modelo.model_config.get("extra") != "forbid":
            raise InvarianteRota(
                f"El contenido de «{self.tipo}» debe declarar extra='forbid': un evento no lleva "
                "más datos que los de su esquema."
            )


class MensajeMuerto(BaseModel):
    """What a consumer of ours could not accept, kept whole for a person to look at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    consumidor: str
    tema: str
    particion: int = Field(ge=0)
    desplazamiento: int = Field(ge=0)
    codigo: str
    motivo: str
    longitud: int = Field(ge=0)
    """Bytes of the message."""
    mensaje_base64: str
    """The message as it came, byte by byte; its first 256 KiB if it is longer."""


TIPO_MUERTO: Final = "mensaje.muerto.v1"


def definicion_muertos(tema: str) -> DefinicionEvento:
    """The event published in the dead-letter topic of ``tema``."""
    return DefinicionEvento(
        tipo=TIPO_MUERTO,
        tema=muertos(tema),
        modelo=MensajeMuerto,
        descripcion=f"Mensaje de {tema} que un consumidor no pudo aceptar, con el motivo.",
    )
