"""Workers whom everybody knows, and the reports of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.talento_humano.mecanismo import MECANISMO
from shared.tipos import BOGOTA, Nit
from tests.support.mesa import FECHA_CORTE, Fila, Mesa, ejemplo

EN_VENTANA: Final = datetime(2020, 9, 1, 9, tzinfo=BOGOTA)
"""Inside the window of the mechanism."""
NIT_IPS: Final = "900100101"
VALOR_ENFERMERIA: Final = 175_560_600
"""Centavos of profile P03."""
NOMBRES: Final = {
    "primer_apellido": "PRUEBA",
    "segundo_apellido": "DOS",
    "primer_nombre": "LUIS",
    "segundo_nombre": "FELIPE",
}


def ips(numero: int) -> str:
    """NIT of one of many IPS."""
    return f"9007{numero:05d}"


def reporte(documento: str, nit: str = NIT_IPS, **cambios: Any) -> Fila:
    """A nurse as an IPS reports them, with their account."""
    propios = {
        "reportante_tipo": "IPS",
        "reportante_codigo": codigo_de(nit),
        "reportante_nit": nit,
        "reportante_dv": Nit(nit).dv,
        "codigo_departamento": "05",
        "tipo_documento": "CC",
        "numero_documento": documento,
        "codigo_perfil": "P03",
        "actividad": "ATENCION",
        "codigo_servicio": "110",
        "fecha_inicio": "2020-04-01",
        "fecha_fin": "2020-06-30",
        "codigo_banco": "1007",
        "tipo_producto": "AHORROS",
        "numero_producto": f"77{documento[-8:]}",
    }
    return ejemplo(MECANISMO) | propios | NOMBRES | cambios


def codigo_de(nit: str) -> str:
    """Código de habilitación of that IPS."""
    return f"05{nit[-8:]}"


def registros(documentos: Sequence[str], nits: Sequence[str] = (NIT_IPS,)) -> dict[str, list[Fila]]:
    """Registers in which those are nurses, alive and affiliated, and those IPS exist."""
    return {
        "rethus": [
            {
                "tipo_documento": "CC",
                "numero_documento": d,
                "tipo_programa": "UNV",
                "origen_titulo": "LOCAL",
                "profesion": "ENFERMERÍA",
                "fecha_autorizacion": "2015-01-15",
                **NOMBRES,
            }
            for d in documentos
        ],
        "sso": [
            {
                "tipo_documento": "CC",
                "numero_documento": "9999999999",
                "fecha_inicio": "2019-01-01",
                "fecha_fin": "2019-12-31",
                "profesion": "MEDICINA",
            }
        ],
        "bdua": [
            {
                "afl_id": str(i),
                "codigo_eps": "EPS010",
                "tipo_documento": "CC",
                "numero_documento": d,
                "regimen": "C",
                "tipo_afiliado": "C",
                "estado": "AC",
                "desde": "2018-01-01",
                "hasta": "",
            }
            for i, d in enumerate(documentos, 1)
        ],
        "rnec": [
            {"numero_documento": d, "cod_error": "0", "estado_cedula": "0", **NOMBRES}
            for d in documentos
        ],
        "reps_prestadores": [
            {
                "hab_prestador": codigo_de(nit),
                "nit": nit,
                "dv": Nit(nit).dv,
                "razon_social": f"IPS {nit}",
                "clase_prestador": "Instituciones Prestadoras de Servicios de Salud - IPS",
                "habilitado": "SI",
            }
            for nit in nits
        ],
    }


async def cargar(mesa: Mesa, documentos: Sequence[str], nits: Sequence[str] = (NIT_IPS,)) -> None:
    """Load ``registros``."""
    for registro, filas in registros(documentos, nits).items():
        await mesa.cargar(registro, filas, FECHA_CORTE)
