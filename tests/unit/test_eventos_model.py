"""Envelope, catalogue and classification of failures, without I/O."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.exc import DBAPIError

from shared.eventos import DefinicionEvento, Evento, Sobre
from shared.eventos.fallos import es_transitorio
from shared.eventos.temas import GIROS, muertos
from shared.tipos import BOGOTA, Conflicto, InvarianteRota, ServicioNoDisponible

AHORA = datetime(2020, 7, 1, 15, 30, tzinfo=UTC).astimezone(BOGOTA)


class Aviso(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    valor: str


def evento() -> Evento:
    return Evento(
        tipo="giro.ordenado.v1",
        tema=GIROS,
        clave="900123456",
        sujeto="5b1c",
        mecanismo="anticipo_uci",
        datos=Aviso(valor="123.00"),
        id=UUID(int=7),
    )


def test_the_envelope_is_cloudevents_with_time_in_bogota() -> None:
    assert json.loads(evento().sobre(AHORA).model_dump_json()) == {
        "specversion": "1.0",
        "id": "00000000-0000-0000-0000-000000000007",
        "source": "/mecanismos/anticipo_uci",
        "type": "co.mecanismos.giro.ordenado.v1",
        "subject": "5b1c",
        "time": "2020-07-01T10:30:00-05:00",
        "datacontenttype": "application/json",
        "dataschema": "urn:mecanismos:esquema:giro.ordenado.v1",
        "data": {"valor": "123.00"},
    }


def test_reading_gives_back_type_and_mechanism_and_ignores_extensions() -> None:
    texto = evento().sobre(AHORA).model_dump_json()[:-1] + ',"traceparent":"00-ab"}'
    sobre = Sobre.model_validate_json(texto)
    assert (sobre.tipo, sobre.mecanismo) == ("giro.ordenado.v1", "anticipo_uci")


@pytest.mark.parametrize(
    ("campo", "valor"),
    [("specversion", "0.3"), ("id", "x"), ("data", "texto"), ("time", "ayer"), ("subject", "")],
)
def test_a_broken_envelope_is_refused(campo: str, valor: str) -> None:
    sobre = json.loads(evento().sobre(AHORA).model_dump_json()) | {campo: valor}
    with pytest.raises(ValidationError):
        Sobre.model_validate_json(json.dumps(sobre))


def test_a_payload_that_admits_extra_fields_cannot_enter_the_catalogue() -> None:
    class Suelto(BaseModel):
        valor: str

    with pytest.raises(InvarianteRota, match="no lleva más datos"):
        DefinicionEvento("giro.ordenado.v1", GIROS, Suelto, "Un giro.")


def test_each_topic_has_its_dead_letters() -> None:
    assert muertos(GIROS) == "mecanismos.giros.v1.muertos"


class _SqlError(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "pasa_solo"),
    [
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (ServicioNoDisponible("Sin base de datos"), True),
        (DBAPIError("", None, _SqlError("40P01")), True),
        (DBAPIError("", None, _SqlError("57P01")), True),
        (DBAPIError("", None, Exception(), connection_invalidated=True), True),
        (DBAPIError("", None, _SqlError("23505")), False),
        (Conflicto("Otro contenido"), False),
        (KeyError("x"), False),
    ],
)
def test_only_outages_are_retried_without_end(error: Exception, pasa_solo: bool) -> None:
    assert es_transitorio(error) is pasa_solo
