"""Done-when 3: the giro of a paid submission, as an outside reader of the broker sees it.

The reader is plain ``kafka-python`` and the published contract is the committed document: nothing
of ours reads, decodes or validates here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from shared.cli.demo.archivos import Envio, envios, solicitud
from shared.seguridad import Rol
from tests.support.sistema import RAIZ, SistemaReal, esperar, sistema_en_marcha

TEMA = "mecanismos.giros.v1"
TIPO = "giro.ordenado.v1"
DOCUMENTO: dict[str, Any] = json.loads((RAIZ / "docs" / "asyncapi.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def sistema(carpeta_embebida: Path) -> Iterator[SistemaReal]:
    """A system whose bank returns nothing, with our sample loaded and money for everybody."""
    with sistema_en_marcha(carpeta_embebida / "contrato", devolver_cada=0) as en_marcha:
        en_marcha.cargar_muestra()
        en_marcha.presupuestar(900_000_000, 900_000_000)
        yield en_marcha


def test_el_giro_de_una_solicitud_pagada_cumple_el_contrato(sistema: SistemaReal) -> None:
    envio = envios()[0]
    radicada = sistema.radicar(envio)
    assert radicada["estado"] == "PROCESADA"
    sistema.pagar_lo_reconocido()
    giro = esperar("que el banco pague", lambda: _giro_aplicado(sistema))

    (mensaje,) = leer_tema(sistema.bootstrap, TEMA)
    sobre = json.loads(mensaje.value)

    _validador().validate(sobre)
    assert mensaje.key.decode() == envio.ips.nit
    assert dict(mensaje.headers)["content-type"] == b"application/cloudevents+json"
    assert sobre["data"] == {
        "id_giro": giro["id_giro"],
        "id_giro_origen": None,
        "lote": giro["lote"],
        "vigencia": 2021,
        "tipo_documento": "NI",
        "nit_beneficiario": envio.ips.nit,
        "nombre_beneficiario": envio.ips.nombre,
        "codigo_banco": envio.ips.banco,
        "tipo_producto": "AHORROS",
        "numero_producto": envio.cuenta,
        "valor": radicada["resumen"]["valor"],
        "moneda": "COP",
        "fecha_orden": giro["fecha_orden"],
        "concepto": sobre["data"]["concepto"],
        "referencia": sobre["data"]["referencia"],
    }
    _exigir_solo_lo_publicado(sobre)
    _exigir_sin_datos_del_firmante(mensaje.value.decode(), envio)


def _giro_aplicado(sistema: SistemaReal) -> dict[str, Any] | None:
    pagina = sistema.persona(Rol.OPERADOR).ver("/operaciones/v1/giros", estado="aplicado")
    return next(iter(pagina["datos"]), None)


def leer_tema(bootstrap: str, tema: str) -> list[ConsumerRecord]:
    """Every message of a topic, read from its beginning without a group."""
    consumidor = KafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, consumer_timeout_ms=3_000
    )
    try:
        particiones = [TopicPartition(tema, p) for p in consumidor.partitions_for_topic(tema)]
        consumidor.assign(particiones)
        consumidor.seek_to_beginning()
        return list(consumidor)
    finally:
        consumidor.close()


def _validador() -> Draft202012Validator:
    """Of the whole message, as the document describes the payload of the channel."""
    (referencia,) = (m["$ref"] for m in DOCUMENTO["channels"][TEMA]["messages"].values())
    mensaje = DOCUMENTO["components"]["messages"][referencia.rpartition("/")[2]]
    esquema = {**mensaje["payload"], "components": DOCUMENTO["components"]}
    Draft202012Validator.check_schema(esquema)
    return Draft202012Validator(esquema, format_checker=FormatChecker())


def _exigir_solo_lo_publicado(sobre: dict[str, Any]) -> None:
    """Exactly the fields of the schemas, which admit no other."""
    esquemas = DOCUMENTO["components"]["schemas"]
    del_sobre = esquemas[TIPO]
    contenido = esquemas[del_sobre["properties"]["data"]["$ref"].rpartition("/")[2]]
    for esquema, campos in ((del_sobre, sobre), (contenido, sobre["data"])):
        assert set(campos) == set(esquema["properties"])
        assert esquema["additionalProperties"] is False


def _exigir_sin_datos_del_firmante(texto: str, envio: Envio) -> None:
    """Who signs is a person: nothing of them leaves, nor the file they sent."""
    sobre = solicitud(envio.ips, envio.cuenta)
    for campo in ("firmante_numero_documento", "firmante_nombre"):
        assert sobre[campo] not in texto, campo
    assert envio.nombre not in texto
