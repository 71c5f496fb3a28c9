"""The page of each register and their index, from the declarations."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shared.normativa import tablas
from shared.registros.catalogo import DOCUMENTADOS, REGISTROS
from shared.registros.pagina import indice_registros, pagina_registro
from shared.registros.pagina.registro import CERTEZAS
from shared.registros.pagina.texto import codigo, miles, tabla
from tests.support.casos import RAIZ

CARPETA: Final = RAIZ / "docs" / "registros"

TABLAS: Final = {
    "bancos": "códigos de banco del formato PAB de Bancolombia; PRENSA",
    "divipola_departamentos": "32 departamentos y Bogotá, del DANE; NORMA",
    "divipola_municipios": "lista del DANE más 27086 y 94663, que unas copias no traen; NORMA",
    "eps_2020": "códigos de EPS de 2020; cada fila lleva su confianza",
    "presupuesto_2020": "informe de gestión 2020 de la ADRES; NORMA",
    "pruebas_tarifas": "tarifas de las pruebas; cada fila lleva su norma",
    "ths_departamentos_2020": "informe de gestión 2020 de la ADRES; NORMA",
    "ths_perfiles": "valores de la Resolución 1774 de 2020 que se conocen; PRENSA",
    "ths_perfiles_alias": "otras formas en que ReTHUS escribe una profesión; nuestra, DISENO",
    "ths_perfiles_rethus": "perfiles de ReTHUS del reporte THS310COVI, con na y ni; PRENSA",
    "ths_servicios": "servicios del reporte THS310COVI; PRENSA",
    "upc": "la misma por año, régimen, zona y grupo, con la base, la prima y el ponderador",
    "upc_2020": "UPC de la Resolución 3513 de 2019; ponderadores por confirmar",
    "zonas_upc_2020": "municipios de zona distinta de la normal; lista de prensa de 2023",
}
"""Source of each table shipped with the suite."""

_AJENOS: Final = (
    "Los festivos salen de la biblioteca `holidays`, sin tabla propia. Los conteos de afiliados "
    "(BDUA) y la población (DANE) no son registros: no tienen filas de personas, y solo calibran "
    "el país sintético. Los casos públicos del INS son anónimos y tampoco lo son. `historia` la "
    "pone cada mecanismo con las columnas de su derecho."
)


def paginas() -> dict[Path, str]:
    """Path of each page in ``docs/registros`` and its text."""
    cargables = {CARPETA / f"{e.nombre}.md": pagina_registro(e) for e in REGISTROS.values()}
    documentados = {
        CARPETA / f"{e.nombre}.md": pagina_registro(e, se_carga=False)
        for e in DOCUMENTADOS.values()
    }
    return {CARPETA / "README.md": _indice()} | cargables | documentados


def _indice() -> str:
    partes = [
        "# Registros de referencia",
        "Páginas generadas de las declaraciones que obedece el cargador; no se editan a mano.",
        tabla(
            ("Certeza", "Qué quiere decir"),
            [(f"**{certeza}**", explicada) for certeza, explicada in CERTEZAS.items()],
        ),
        indice_registros(REGISTROS.values(), DOCUMENTADOS.values()),
        "## Tablas que vienen con la suite",
        tabla(
            ("Tabla", "Filas", "Fuente y certeza"),
            [(codigo(n), miles(len(tablas.leer(n))), fuente) for n, fuente in TABLAS.items()],
        ),
        "## Lo que no es un registro",
        _AJENOS,
    ]
    return "\n\n".join(partes) + "\n"
