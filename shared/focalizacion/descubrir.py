"""Find mechanisms and applications by scanning ``services/*``: nobody registers anything."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from shared.focalizacion.model import Mecanismo
from shared.tipos import EntradaInvalida

PAQUETE = "services"


class MecanismoDesconocido(EntradaInvalida):
    """No mechanism has that name."""

    codigo = "mecanismo.desconocido"
    titulo = "No existe ese mecanismo"


def _modulos(nombre: str) -> dict[str, ModuleType]:
    """Modules ``services.<carpeta>.<nombre>`` that exist, by folder."""
    paquete = importlib.import_module(PAQUETE)
    carpetas = sorted(m.name for m in pkgutil.iter_modules(paquete.__path__) if m.ispkg)
    return {
        carpeta: importlib.import_module(f"{PAQUETE}.{carpeta}.{nombre}")
        for carpeta in carpetas
        if find_spec(f"{PAQUETE}.{carpeta}.{nombre}") is not None
    }


def mecanismos() -> dict[str, Mecanismo]:
    """Every mechanism by its name."""
    return {modulo.MECANISMO.nombre: modulo.MECANISMO for modulo in _modulos("mecanismo").values()}


def mecanismo(nombre: str) -> Mecanismo:
    """One mechanism; hyphens are read as underscores.

    Raises:
        MecanismoDesconocido: none has that name; the message lists those there are.
    """
    conocidos = mecanismos()
    hallado = conocidos.get(nombre.replace("-", "_"))
    if hallado is None:
        raise MecanismoDesconocido(
            f"No existe el mecanismo «{nombre}». Use uno de: {', '.join(conocidos)}."
        )
    return hallado


def aplicaciones() -> dict[str, Any]:
    """Every application by the name under which it hangs: ``anticipo-uci``, ``operaciones``…"""
    return {carpeta.replace("_", "-"): modulo.app for carpeta, modulo in _modulos("app").items()}


def consumidores() -> dict[str, Any]:
    """``correr`` of every service that consumes events, by the name it gives itself."""
    return {modulo.NOMBRE: modulo.correr for modulo in _modulos("consumidor").values()}


def comandos_de_servicios() -> dict[str, Any]:
    """Commands that a service adds to ``mecanismos``, under its own name."""
    return {carpeta: modulo.app for carpeta, modulo in _modulos("cli").items()}
