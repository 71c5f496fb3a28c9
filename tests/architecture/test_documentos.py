"""What the documents say against the code: links, commands, states, codes; and what they may not
say: paths of one machine, addresses of package registries.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings
from typer.core import TyperGroup
from typer.main import get_command

from services.tesoreria.banco import AjustesBanco
from shared.cli.app import app
from shared.db import Ajustes
from shared.focalizacion import DEL_REGISTRO
from shared.focalizacion.descubrir import aplicaciones, mecanismos
from shared.giros import model as giros
from shared.radicacion.model import EstadoRadicacion
from shared.seguridad.settings import PoliticaTokens
from shared.tramites import model as tramites

RAIZ = Path(__file__).parents[2]
AJENAS = {"node_modules", "build", "dist", "resultados"}
TEXTO = {
    "",
    *(".cfg", ".csv", ".example", ".html", ".ini", ".json", ".lock", ".md", ".py", ".sh"),
    *(".sql", ".toml", ".txt", ".yaml", ".yml"),
}
PROPIO = Path(__file__)


@cache
def _archivos() -> tuple[Path, ...]:
    """Text files of the repository, without what tools leave in it."""
    return tuple(
        ruta
        for ruta in sorted(RAIZ.rglob("*"))
        if ruta.is_file()
        and ruta.suffix in TEXTO
        and not any(_ajena(parte) for parte in ruta.relative_to(RAIZ).parts[:-1])
    )


def _ajena(carpeta: str) -> bool:
    propia = carpeta == ".ci"
    return not propia and (
        carpeta.startswith((".", "__")) or carpeta.endswith(".egg-info") or carpeta in AJENAS
    )


DOCUMENTOS = [ruta for ruta in _archivos() if ruta.suffix == ".md"]
GUIAS = [
    RAIZ / "README.md",
    RAIZ / "README.es.md",
    RAIZ / "docs" / "operacion.md",
    *RAIZ.glob("services/*/README.md"),
]


def _nombre(ruta: Path) -> str:
    return str(ruta.relative_to(RAIZ))


def _leer(ruta: Path) -> str:
    return ruta.read_text(encoding="utf-8")


def _codigo(texto: str) -> str:
    """Fenced blocks and code spans, one per line."""
    cercados = re.findall(r"```[a-z]*\n(.*?)```", texto, re.DOTALL)
    sueltos = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", texto, flags=re.DOTALL))
    return "\n".join([*cercados, *sueltos])


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("documento", DOCUMENTOS, ids=_nombre)
def test_los_enlaces_llevan_a_algo(documento: Path) -> None:
    for destino in re.findall(r"\]\(([^)\s]+)\)", _leer(documento)):
        if re.match(r"https?://", destino):
            continue
        ruta, _, ancla = destino.partition("#")
        archivo = (documento.parent / ruta).resolve() if ruta else documento
        assert archivo.exists(), f"{_nombre(documento)} enlaza {destino}"
        if ancla:
            assert ancla in _anclas(archivo), f"{_nombre(documento)} enlaza {destino}"


def _anclas(documento: Path) -> set[str]:
    titulos = re.findall(r"(?m)^#+ (.+)$", _leer(documento))
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titulos}


def test_el_indice_de_decisiones_esta_completo() -> None:
    carpeta = RAIZ / "docs" / "adr"
    enlazadas = set(re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", _leer(carpeta / "README.md")))
    assert enlazadas == {ruta.name for ruta in carpeta.glob("[0-9]*.md")}


@pytest.mark.parametrize("decision", sorted(RAIZ.glob("docs/adr/[0-9]*.md")), ids=_nombre)
def test_cada_decision_tiene_sus_partes(decision: Path) -> None:
    texto = _leer(decision)
    assert re.match(rf"# {decision.name[:4]}\. \S", texto)
    assert re.search(
        r"(?m)^Date: \d{4}-\d{2}-\d{2}\. Status: (accepted|replaced by \d{4})\.", texto
    )
    assert re.findall(r"(?m)^## (\w+)$", texto) == ["Context", "Decision", "Consequences"]
    assert len(texto.splitlines()) <= 25


# --- commands -------------------------------------------------------------------------------------


def test_cada_meta_de_make_existe() -> None:
    metas = set(re.findall(r"(?m)^([a-z]+):", _leer(RAIZ / "Makefile")))
    for guia in GUIAS:
        nombradas = set(re.findall(r"\bmake ([a-z]+)", _codigo(_leer(guia))))
        assert nombradas <= metas, _nombre(guia)
    publicas = metas & set(re.findall(r"(?m)^([a-z]+):.*## ", _leer(RAIZ / "Makefile")))
    assert publicas <= set(re.findall(r"\bmake ([a-z]+)", _codigo(_leer(RAIZ / "README.md"))))


@pytest.mark.parametrize("guia", GUIAS, ids=_nombre)
def test_cada_subcomando_y_opcion_existe(guia: Path) -> None:
    for linea in re.findall(r"\bmecanismos ([a-z][^\n]*)", _codigo(_leer(guia))):
        comando = get_command(app)
        resto = [p for p in linea.rstrip(")'\"").split() if p != "\\"]
        if resto[0].rstrip(")") not in _nombres(comando) and _es_otra_cosa(linea):
            continue
        while isinstance(comando, TyperGroup):
            assert resto, f"falta el subcomando: {linea}"
            assert resto[0] in comando.commands, f"{_nombre(guia)}: mecanismos {linea}"
            comando = comando.commands[resto.pop(0)]
        opciones = {o for p in comando.params for o in p.opts} | {"--help"}
        dadas = {p.split("=")[0] for p in resto if p.startswith("--")}
        assert dadas <= opciones, f"{_nombre(guia)}: mecanismos {linea}"


def _nombres(comando: object) -> set[str]:
    return set(comando.commands) if isinstance(comando, TyperGroup) else set()


def _es_otra_cosa(linea: str) -> bool:
    """The name of the database, at the end of a redirected line."""
    return linea.startswith(">")


def test_el_readme_nombra_todos_los_subcomandos() -> None:
    texto = _codigo(_leer(RAIZ / "README.md"))
    raiz = get_command(app)
    assert isinstance(raiz, TyperGroup)
    for nombre, comando in raiz.commands.items():
        for propio in sorted(_nombres(comando)) or [""]:
            completo = f"mecanismos {nombre} {propio}".strip()
            assert completo in texto, completo


def test_el_readme_nombra_cada_variable_de_los_ajustes() -> None:
    ajustes: tuple[type[BaseSettings], ...] = (Ajustes, PoliticaTokens, AjustesBanco)
    nombradas = set(re.findall(r"`([A-Z][A-Z_]+)`", _leer(RAIZ / "README.md")))
    for clase in ajustes:
        for campo in clase.model_fields.values():
            assert campo.validation_alias in nombradas


@cache
def _rutas() -> dict[str, frozenset[str]]:
    """Paths of each application, by the name under which it hangs, with ``{}`` for parameters."""
    return {
        nombre: frozenset(re.sub(r"\{\w+\}", "{}", r) for r in aplicacion.openapi()["paths"])
        for nombre, aplicacion in aplicaciones().items()
    }


@pytest.mark.parametrize("documento", DOCUMENTOS, ids=_nombre)
def test_cada_ruta_http_existe(documento: Path) -> None:
    todas = frozenset().union(*_rutas().values())
    for app_, ruta in re.findall(
        r"(?<![\w/])(?:/([a-z-]+))?(/v1/[^\s`?\"')|]+)", _codigo(_leer(documento))
    ):
        patron = re.escape(re.sub(r"\{\w+\}|\$ID", "{}", ruta)).replace(r"\{\}", r"[^/]+")
        conocidas = _rutas()[app_] if app_ else todas
        halladas = [c for c in conocidas if re.fullmatch(patron, c) or _cabe(ruta, c)]
        assert halladas, f"{_nombre(documento)}: {app_}{ruta}"


def _cabe(ruta: str, plantilla: str) -> bool:
    """Whether a concrete path (``/v1/ventanas/2021-02``) is one of a template."""
    return bool(re.fullmatch(re.escape(plantilla).replace(r"\{\}", r"[^/]+"), ruta))


# --- words ----------------------------------------------------------------------------------------


_SE_VE = re.compile(r"Estado|Motivo|Resultado|AccionTras|Espera|ClaseDocumento|Parentesco|Canal")
"""Enumerations whose words a person reads; the others plan corrections inside."""


def test_cada_estado_esta_explicado() -> None:
    palabras = set(re.findall(r"\w+", _leer(RAIZ / "GLOSARIO.md")))
    faltan = {e for m in mecanismos().values() for e in _estados_de(m.nombre)} - palabras
    for clase in (*vars(giros).values(), *vars(tramites).values()):
        if isinstance(clase, type) and issubclass(clase, StrEnum) and _SE_VE.match(clase.__name__):
            faltan |= {str(miembro) for miembro in clase} - palabras
    faltan |= {str(e) for e in EstadoRadicacion} - palabras
    assert not faltan, f"estados sin explicar en GLOSARIO.md: {sorted(faltan)}"


def _estados_de(nombre: str) -> set[str]:
    estados = mecanismos()[nombre].estados
    return {
        estados.otro,
        estados.forma,
        *estados.valorados,
        *estados.liberan,
        *estados.corregibles,
        *estados.retenidos,
        *(set(estados.publicados.values()) - {DEL_REGISTRO}),
        *(linea.estado for linea in estados.precedencia),
        *estados.transiciones,
        *(destino for destinos in estados.transiciones.values() for destino in destinos),
    }


def _terminos() -> list[list[str]]:
    filas = re.findall(r"(?m)^\| (.+) \|$", _leer(RAIZ / "GLOSARIO.md"))
    return [celdas for f in filas if len(celdas := f.split(" | ")) == 5 and "---" not in celdas[0]]


def test_una_palabra_un_significado() -> None:
    nombres = [celdas[0] for celdas in _terminos() if celdas[0] != "Término"]
    assert len(nombres) > 100
    assert len(nombres) == len(set(nombres))


def test_cada_termino_tiene_definicion_glosa_fuente_y_certeza() -> None:
    for celdas in _terminos():
        if celdas[0] == "Término":
            continue
        assert all(c.strip() for c in celdas), celdas
        assert celdas[4] in {"NORMA", "PRENSA", "DISENO"}, celdas


def test_el_registro_de_cambios_nombra_los_codigos_de_cada_mecanismo() -> None:
    cambios = _leer(RAIZ / "CHANGELOG.md")
    for mecanismo in mecanismos().values():
        assert f"({mecanismo.prefijo})" in cambios
        faltan = {r.codigo for r in mecanismo.reglas} - set(re.findall(r"[A-Z]+-\d\d", cambios))
        assert not faltan, f"CHANGELOG.md no nombra {sorted(faltan)}"


# --- what may not be written ----------------------------------------------------------------------

_PROHIBIDO = re.compile(
    r"(?<![\w.$}/-])/(?:work|root|home)/\w"  # paths of one machine
    r"|(?:pypi|pythonhosted|npmjs|artifactory|crates\.io|proxy\.golang|repo1?\.maven)\b"
    r"|index-url"
)


def test_nada_nombra_esta_maquina_ni_un_registro_de_paquetes() -> None:
    hallados = [
        f"{_nombre(ruta)}:{numero}"
        for ruta in _archivos()
        if ruta != PROPIO
        for numero, linea in enumerate(ruta.read_text("utf-8", "replace").splitlines(), 1)
        if _PROHIBIDO.search(linea)
    ]
    assert not hallados
