"""Lists behind the report THS310COVI: profiles, posts, services, reporting entities.

Source: THS dossier §3.1b. The suite ships its own tables of profiles and services
(``ths_perfiles_rethus``, ``ths_servicios``); a later official list is loaded as these registers.
"""

from __future__ import annotations

from typing import Final

from shared.normativa import Certeza
from shared.normativa.ths310covi import FUENTE
from shared.registros.catalogo.columnas import MUNICIPIO
from shared.registros.model import (
    CODIGO,
    NIT,
    ColumnaRegistro,
    EsquemaRegistro,
    Repeticion,
    T,
)


def _lista(
    nombre: str, titulo: str, columna: str, texto: str, *, defectos: tuple[str, ...]
) -> EsquemaRegistro:
    """A list of codes and texts, as the form has it: ``value`` and ``text``."""
    return EsquemaRegistro(
        nombre=f"ths310covi_{nombre}",
        titulo=f"THS310COVI: {titulo}",
        dueno="MinSalud",
        fuente=FUENTE,
        certeza=Certeza.PRENSA,
        cadencia="Cuando cambia el reporte",
        clave=(columna,),
        unica=True,
        columnas=(
            ColumnaRegistro(columna, T(10), ("value", "codigo"), "Código", obligatoria=True),
            ColumnaRegistro(texto, T(120), ("text",), "Nombre", obligatoria=True),
        ),
        repeticiones=(
            Repeticion("nombre_repetido", (texto,), "el mismo nombre tiene más de un código"),
        ),
        defectos=defectos,
        leen=(("talento_humano", f"lista cerrada de {columna}"),) if nombre != "cargos" else (),
    )


PERFILES: Final = _lista(
    "perfiles",
    "perfiles de ReTHUS",
    "codigo_perfil",
    "profesion",
    defectos=("trae na (no aplica) y ni (no identificada)", "tildes que faltan y blancos dobles"),
)
CARGOS: Final = _lista(
    "cargos",
    "cargos",
    "codigo_cargo",
    "nombre",
    defectos=("dos códigos con el mismo nombre",),
)
SERVICIOS: Final = _lista(
    "servicios",
    "servicios",
    "codigo_servicio",
    "nombre",
    defectos=("el nombre se repite entre consulta externa y cirugía",),
)
ENTIDADES: Final = EsquemaRegistro(
    nombre="ths310covi_entidades",
    titulo="THS310COVI: entidades que reportan",
    dueno="MinSalud",
    fuente=FUENTE,
    certeza=Certeza.PRENSA,
    cadencia="Cuando cambia el reporte",
    clave=("hab_prestador",),
    orden=("nombre", "codigo_municipio"),
    columnas=(
        ColumnaRegistro(
            "hab_prestador",
            CODIGO(10, completa_ceros=True),
            ("codigo",),
            "Código de habilitación, sin sede",
            obligatoria=True,
        ),
        ColumnaRegistro("nombre", T(120)),
        ColumnaRegistro("tipo_identificacion", T(2), ("tipoid",), "NI en las que tienen NIT"),
        ColumnaRegistro("nit", NIT, ("nroid",), "NIT sin dígito"),
        ColumnaRegistro("codigo_municipio", MUNICIPIO, ("codmuni",), informativa=True),
        ColumnaRegistro("municipio", T(60), ("muni",), informativa=True),
        ColumnaRegistro("departamento", T(60), ("depto",), informativa=True),
    ),
    repeticiones=(
        Repeticion("una_fila_por_sede", ("hab_prestador",), "el código está en más de una fila"),
    ),
    defectos=("repite el código en cada sede y no trae su número",),
)

REGISTROS_THS310COVI: Final = (PERFILES, CARGOS, SERVICIOS, ENTIDADES)
