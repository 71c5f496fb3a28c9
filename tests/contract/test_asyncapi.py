"""The committed AsyncAPI document is the one the code makes, and real messages follow it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from pydantic import BaseModel
from sqlalchemy import text

from shared.db import UnitOfWork
from shared.eventos import Evento, asyncapi, publicar
from shared.eventos.model import DefinicionEvento
from shared.eventos.temas import TEMAS, muertos
from shared.giros import schemas as giros
from shared.giros.model import EstadoRespuesta
from shared.radicacion import schemas as radicacion
from shared.tipos import RelojSistema

CATALOGO = (*giros.EVENTOS, *radicacion.EVENTOS)
RUTA = Path(__file__).parents[2] / "docs" / "asyncapi.json"

EJEMPLOS: dict[str, BaseModel] = {
    "giro.ordenado.v1": giros.GiroOrdenado(
        id_giro="G2020070100000001",
        id_giro_origen=None,
        lote="L1",
        vigencia=2020,
        nit_beneficiario="900123456",
        nombre_beneficiario="Clínica de Prueba S.A.S.",
        codigo_banco="1007",
        tipo_producto="AHORROS",
        numero_producto="12345678901",
        valor="86521.50",
        fecha_orden=date(2020, 7, 1),
        concepto="Anticipo UCI",
        referencia="R1",
    ),
    "giro.respondido.v1": giros.GiroRespondido(
        id_giro="G2020070100000001",
        estado=EstadoRespuesta.DEVUELTO,
        codigo="R03",
        fecha=date(2020, 7, 2),
        valor="86521.50",
    ),
    "reconocimiento.registrado.v1": giros.ReconocimientoRegistrado(
        reconocimiento_id=uuid4(),
        radicacion_id=uuid4(),
        vigencia=2020,
        nit="900123456",
        periodo="2020-06",
        registros=30,
        valor="86521.50",
        estado="RECONOCIDO",
        espera_por=None,
    ),
    "registros.rechazados.v1": radicacion.RegistrosRechazados(
        radicacion_id=str(uuid4()), entidad="900123456", total=3, por_causal={"ANT-12": 3}
    ),
}


def validador(tipo: str) -> Draft202012Validator:
    esquema = asyncapi.esquema(json.loads(RUTA.read_text("utf-8")), tipo)
    Draft202012Validator.check_schema(esquema)
    return Draft202012Validator(esquema, format_checker=FormatChecker())


async def sobre_publicado(uow: UnitOfWork, definicion: DefinicionEvento) -> dict[str, Any]:
    """The bytes that the relay sends, as any reader parses them."""
    evento = Evento(
        tipo=definicion.tipo,
        tema=definicion.tema,
        clave="900123456",
        sujeto=str(uuid4()),
        mecanismo="anticipo_uci",
        datos=EJEMPLOS[definicion.tipo],
    )
    async with uow.begin() as tx:
        await publicar(tx, [evento], reloj=RelojSistema())
        sobre = await tx.scalar(
            text("SELECT CAST(sobre AS text) FROM bandeja_salida WHERE id = :id"),
            {"id": evento.id},
        )
    leido: dict[str, Any] = json.loads(sobre or "")
    return leido


def test_the_committed_copy_is_current() -> None:
    assert RUTA.read_text("utf-8") == asyncapi.texto(CATALOGO), (
        "docs/asyncapi.json no corresponde al código: vuelva a escribirlo con "
        "shared.eventos.asyncapi.escribir"
    )


def test_every_topic_has_its_events_and_its_dead_letters() -> None:
    canales = asyncapi.documento(CATALOGO)["channels"]
    assert set(canales) == {*TEMAS, *map(muertos, TEMAS)}
    assert set(EJEMPLOS) == {d.tipo for d in CATALOGO}


def test_every_reference_of_the_document_leads_somewhere() -> None:
    documento = asyncapi.documento(CATALOGO)

    def seguir(nodo: Any) -> None:
        if isinstance(nodo, dict):
            if isinstance(referencia := nodo.get("$ref"), str):
                destino: Any = documento
                for paso in referencia.removeprefix("#/").split("/"):
                    destino = destino[paso]
            for valor in nodo.values():
                seguir(valor)
        elif isinstance(nodo, list):
            for valor in nodo:
                seguir(valor)

    seguir(documento)


@pytest.mark.parametrize("definicion", CATALOGO, ids=lambda d: d.tipo)
async def test_a_published_event_carries_exactly_the_fields_of_its_schema(
    uow: UnitOfWork, definicion: DefinicionEvento
) -> None:
    sobre = await sobre_publicado(uow, definicion)
    revisor = validador(definicion.tipo)
    revisor.validate(sobre)
    assert set(sobre["data"]) == set(definicion.modelo.model_fields)
    with pytest.raises(ValidationError, match="Additional properties"):
        revisor.validate(sobre | {"data": sobre["data"] | {"numero_documento": "1"}})
    with pytest.raises(ValidationError, match="Additional properties"):
        revisor.validate(sobre | {"numero_documento": "1"})
    for campo in sobre["data"]:
        recortado = {k: v for k, v in sobre["data"].items() if k != campo}
        with pytest.raises(ValidationError, match="required"):
            revisor.validate(sobre | {"data": recortado})


def test_every_payload_is_closed() -> None:
    esquemas = asyncapi.documento(CATALOGO)["components"]["schemas"]
    for nombre in ("MensajeMuerto", *(d.modelo.__name__ for d in CATALOGO)):
        assert esquemas[nombre]["additionalProperties"] is False
