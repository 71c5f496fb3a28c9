"""THS310COVI: the file in which the health workers were really reported (THS dossier §3.1b)."""

from __future__ import annotations

from typing import Final

from shared.normativa.model import Certeza, Fuente
from shared.tipos.disposicion import Disposicion, Origen

FUENTE: Final = Fuente(
    "Reporte THS310COVI",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="copia de un formulario público de febrero de 2021; el anexo oficial no se vio",
)

_CAMPOS: Final = (
    "tipo_registro",
    "consecutivo",
    "tipo_documento",
    "numero_documento",
    "primer_apellido",
    "segundo_apellido",
    "primer_nombre",
    "segundo_nombre",
    "codigo_municipio",
    "codigo_perfil",
    "codigo_entidad",
    "nombre_entidad",
    "codigo_servicio",
    "codigo_area_covid",
    "codigo_dedicacion",
    "codigo_cargo",
    "indicador_actualizacion",
)
_SIN_MUNICIPIO_NI_PERFIL: Final = tuple(
    c for c in _CAMPOS if c not in {"codigo_municipio", "codigo_perfil"}
)

THS310COVI: Final = Disposicion(
    nombre="THS310COVI",
    archivo=r"THS310COVI\d{8}PI(?P<entidad>\d+)",
    marca=("1", "PI"),
    control=(
        "tipo_registro",
        "tipo_entidad",
        "codigo_habilitacion",
        "fecha_inicial",
        "fecha_final",
        "total_registros",
    ),
    entidad="codigo_habilitacion",
    fechas=("fecha_inicial", "fecha_final"),
    total="total_registros",
    versiones=(_CAMPOS, _SIN_MUNICIPIO_NI_PERFIL),
    tipos={"2": "talento humano en salud", "3": "apoyo logístico"},
    columnas={
        "reportante_tipo": Origen(fijo="IPS"),
        "reportante_codigo": Origen(control="codigo_habilitacion"),
        "reportante_nit": Origen(sobre="nit"),
        "reportante_dv": Origen(sobre="dv"),
        "codigo_departamento": Origen(
            posicion="codigo_municipio", control="codigo_habilitacion", largo=5, primeros=2
        ),
        "actividad": Origen(posicion="codigo_area_covid", traduce={"01": "ATENCION", "02": "OTRA"}),
        "fecha_inicio": Origen(control="fecha_inicial"),
        "fecha_fin": Origen(control="fecha_final"),
    },
    avisos=("Este archivo no trae cuentas bancarias: se recogen aparte.",),
)
"""Types of the columns it becomes: dossier §3.1 [U-1]. Widths and obligatoriness were not seen."""
