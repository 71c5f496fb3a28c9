"""Fixtures for every test. A test that asks for none of them opens no socket."""

import importlib
import warnings

with warnings.catch_warnings():
    # kafka-python reads its schemas with calls deprecated in Python 3.11; only at import.
    warnings.filterwarnings("ignore", r"(read|open)_text is deprecated", DeprecationWarning)
    importlib.import_module("kafka")

from tests.support.infra import (
    base,
    carpeta_embebida,
    datos_reales,
    engine,
    kafka,
    plantilla,
    postgres,
    uow,
)

__all__ = [
    "base",
    "carpeta_embebida",
    "datos_reales",
    "engine",
    "kafka",
    "plantilla",
    "postgres",
    "uow",
]
