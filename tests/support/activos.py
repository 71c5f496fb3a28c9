"""Affiliates whom everybody knows, active by the emergency, and what the registers say of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from services.activos_emergencia.mecanismo import MECANISMO
from shared.tipos import BOGOTA
from tests.support.mesa import Fila, Mesa, ejemplo

AHORA: Final = datetime(2020, 8, 3, 9, tzinfo=BOGOTA)
PERIODO: Final = "2020-06"
FECHA_CORTE: Final = date(2020, 7, 31)
EPS: Final = "EPS010"
OTRA_EPS: Final = "EPS002"


def persona(n: int, eps: str = EPS, **cambios: Any) -> Fila:
    """In BDUA, a cotizante of Bogotá active by the emergency since 1 June 2020."""
    propios = {
        "afl_id": n,
        "tipo_documento": "CC",
        "numero_documento": documento(n),
        "codigo_eps": eps,
        "regimen": "C",
        "tipo_afiliado": "C",
        "estado": "AE",
        "desde": "2020-06-01",
        "hasta": "",
        "fecha_afiliacion_eps": "2010-01-01",
        "afl_id_cabeza": n,
        "fecha_nacimiento": "1986-02-02",
        "sexo": "F",
        "codigo_municipio": "11001",
    }
    return propios | cambios


def mora(n: int, eps: str = EPS, **cambios: Any) -> Fila:
    """In BDUA, the suspension that ``persona(n)`` comes from."""
    propios = {
        "afl_id": n,
        "codigo_eps": eps,
        "regimen": "C",
        "tipo_afiliado": "C",
        "estado": "SM",
        "desde": "2020-05-01",
        "hasta": "2020-05-31",
    }
    return propios | cambios


def documento(n: int) -> str:
    return f"52{n:06d}"


def confirmacion(n: int, eps: str = EPS, **cambios: Any) -> Fila:
    """``persona(n)`` as their EPS confirms them: all of June 2020."""
    propios = {
        "codigo_eps": eps,
        "tipo_documento": "CC",
        "numero_documento": documento(n),
        "periodo": PERIODO,
        "sujeto": "I",
        "fecha_inicio": "2020-06-01",
        "fecha_fin": "2020-06-30",
        "novedad_reportada": "SI",
    }
    return ejemplo(MECANISMO) | propios | cambios


async def cargar(mesa: Mesa, personas: list[Fila], fecha: date = FECHA_CORTE) -> None:
    """Those persons, and the suspension each comes from."""
    await mesa.cargar("bdua", personas, fecha)
    moras = [mora(p["afl_id"], p["codigo_eps"]) for p in personas]
    await mesa.cargar("bdua_afiliacion", moras, fecha)
