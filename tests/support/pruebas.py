"""Tests of persons whom everybody knows, and their submissions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.pruebas.mecanismo import MECANISMO
from shared.tipos import BOGOTA, Nit
from tests.support.mesa import FECHA_CORTE, Fila, Mesa, ejemplo

AHORA: Final = datetime(2021, 3, 1, 9, tzinfo=BOGOTA)
"""A Monday: the window of the EPS is open."""
NIT_TOMA: Final = "900300101"
NIT_PROCESA: Final = "900300202"
NIT_OTRO: Final = "900300303"
EPS: Final = "EPS010"
OTRA_EPS: Final = "EPS002"


def codigo_de(nit: str) -> str:
    """Código de habilitación of that prestador."""
    return f"11{nit[-8:]}"


def prueba(documento: str, **cambios: Any) -> Fila:
    """A PCR of 5 October 2020 as the IPS that took it submits it: 200,000 pesos in two parts."""
    propios = {
        "consecutivo": "1",
        "codigo_eps": EPS,
        "tipo_documento": "CC",
        "numero_documento": documento,
        "fecha_toma": "2020-10-05",
        "fecha_proceso": "2020-10-06",
        "fecha_factura": "2020-11-30",
        "cups": "908856",
        "tipo_prueba": "MOLECULAR",
        "id_sismuestras": "",
        "hab_toma": codigo_de(NIT_TOMA),
        "nit_toma": NIT_TOMA,
        "hab_procesa": codigo_de(NIT_PROCESA),
        "nit_procesa": NIT_PROCESA,
        "valor_toma": "60000",
        "valor_procesa": "140000",
        "valor_total": "200000",
        "diferencial": "NO",
        "beneficiario_giro": "IPS",
    }
    return ejemplo(MECANISMO) | propios | cambios


def muestra(documento: str, **cambios: Any) -> Fila:
    """The sample of ``prueba``, as SISMUESTRAS has it."""
    return {
        "id_sismuestras": f"M{documento}",
        "tipo_documento": "CC",
        "numero_documento": documento,
        "codigo_eps": EPS,
        "tipo_prueba": "MOLECULAR",
        "fecha_toma": "2020-10-05",
        "resultado": "NEGATIVO",
        "nit_procesa": NIT_PROCESA,
    } | cambios


def registros(documentos: Sequence[str], muestras: Sequence[Fila]) -> dict[str, list[Fila]]:
    """Registers in which those are affiliated to ``EPS`` and those samples were reported."""
    return {
        "sismuestras": list(muestras),
        "bdua": [
            {
                "afl_id": str(i),
                "tipo_documento": "CC",
                "numero_documento": d,
                "codigo_eps": EPS,
                "regimen": "C",
                "tipo_afiliado": "C",
                "estado": "AC",
                "desde": "2018-01-01",
                "hasta": "",
            }
            for i, d in enumerate(documentos, 1)
        ],
        "reps_prestadores": [
            {
                "hab_prestador": codigo_de(nit),
                "nit": nit,
                "dv": Nit(nit).dv,
                "razon_social": f"Prestador {nit}",
                "clase_prestador": "Instituciones Prestadoras de Servicios de Salud - IPS",
                "naturaleza_juridica": "Privada",
                "habilitado": "SI",
                "laboratorio_salud_publica": "NO",
            }
            for nit in (NIT_TOMA, NIT_PROCESA, NIT_OTRO)
        ],
        "laboratorios_avalados": [
            {
                "hab_prestador": codigo_de(nit),
                "nit": nit,
                "codigo_municipio": "11001",
                "desde": "2020-03-01",
                "hasta": "",
            }
            for nit in (NIT_PROCESA, NIT_OTRO)
        ],
    }


async def cargar(mesa: Mesa, documentos: Sequence[str], muestras: Sequence[Fila]) -> None:
    """Load ``registros``."""
    for registro, filas in registros(documentos, muestras).items():
        await mesa.cargar(registro, filas, FECHA_CORTE)
