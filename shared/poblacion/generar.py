# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Build the synthetic country: people, parts, registers, truth and a summary of it all.

Everything is written to a folder beside the one asked for, renamed at the end: there is never
half a country. Nothing in it says when it was made, so two runs are equal byte by byte.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shared.db.duck import en_memoria
from shared.poblacion import base, personas
from shared.poblacion.contexto import Contexto
from shared.poblacion.escritura import escribir_aportes, escribir_base
from shared.poblacion.formato_bdua import escribir_maestros
from shared.poblacion.plan import Plan
from shared.registros.expresiones import literal
from shared.registros.lectura import sha256_de
from shared.tipos import Conflicto, EntradaInvalida

MEMORIA: Final = "4GB"
HILOS: Final = 2
ESCALAS: Final = (0.001, 2.0)
"""Below, a defect of each kind does not fit; above, the document numbers run out."""
CARPETA_CORTES: Final = "cortes"

_PERSONAS: Final = ("bdua", "bdua_historia_identificacion")
LECTURAS: Final[dict[str, tuple[str, ...]]] = {
    "anticipo_uci": (
        "reps_prestadores",
        "reps_sedes",
        "reps_servicios",
        "reps_capacidad",
        "reps_ocupacion_diaria",
        "reps_transitorias",
    ),
    "talento_humano": (
        *_PERSONAS,
        "rnec",
        "bdex",
        "rethus",
        "rethus_sanciones",
        "sso",
        "reps_prestadores",
    ),
    "pruebas": (*_PERSONAS, "bdex", "sismuestras", "reps_prestadores", "laboratorios_avalados"),
    "compensacion_rs": (
        *_PERSONAS,
        "rnec",
        "segcovid",
        "bdua_grupo_familiar",
        "sisben",
        "programas",
    ),
    "activos_emergencia": (
        *_PERSONAS,
        "rnec",
        "bdex",
        "bdua_afiliacion",
        "compensados",
        "zonas_upc",
    ),
}
"""Mechanism → shared registers it reads (each dossier, §3), in the order in which parts run."""


class EscalaInvalida(EntradaInvalida):
    """The scale cannot be built."""

    codigo = "poblacion.escala_invalida"
    titulo = "La escala no sirve"


class ParteDesconocida(EntradaInvalida):
    """No mechanism of the country has that name."""

    codigo = "poblacion.parte_desconocida"
    titulo = "No existe ese mecanismo en la población"


class CarpetaOcupada(Conflicto):
    """The folder asked for is already there."""

    codigo = "poblacion.carpeta_ocupada"
    titulo = "La carpeta de salida ya existe"


@dataclass(frozen=True)
class Archivo:
    """A file of the country."""

    ruta: str
    """Inside the folder of the country."""
    filas: int | None
    """Rows of a Parquet; ``None`` for any other file."""
    sha256: str


@dataclass(frozen=True)
class Resumen:
    """What was built."""

    escala: float
    semilla: int
    personas: int
    versiones: dict[str, str]
    cifras: dict[str, dict[str, int]]
    """Part → its control figures."""
    archivos: list[Archivo]
    segundos: dict[str, float] = field(compare=False)
    """Step → time it took; not in ``resumen.json``."""

    def datos(self) -> dict[str, Any]:
        """What ``resumen.json`` says."""
        datos = asdict(self)
        del datos["segundos"]
        return datos


Avance = Callable[[str, int, int], None]
"""Called before each step with its name, in Spanish, how many are done and how many there are."""


def generar(
    escala: float,
    semilla: int,
    salida: Path,
    *,
    partes: Sequence[str] | None = None,
    formato_bdua: bool = False,
    avance: Avance | None = None,
) -> Resumen:
    """Build the country, or what some mechanisms need of it, in the new folder ``salida``.

    ``formato_bdua`` also writes the masters of BDUA as the ADRES does (``bdua/*.TXT``).

    Raises:
        EscalaInvalida, ParteDesconocida: nothing was built.
        CarpetaOcupada: there is something at ``salida``.
    """
    plan, elegidas = _plan(escala, semilla), _elegidas(partes)
    if salida.exists():
        raise CarpetaOcupada(
            f"Ya existe «{salida.name}». Bórrela o escriba otra carpeta en --salida."
        )
    salida.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=salida.parent, prefix=f".{salida.name}-") as nombre:
        carpeta = Path(nombre) / salida.name
        pasos = _Pasos(_nombres(elegidas, formato_bdua), avance)
        pasos.dar("personas y hogares")
        with pais(plan, carpeta) as ctx:
            cifras = _construir(ctx, elegidas, pasos)
            _registros(ctx, elegidas, pasos)
            _juntar_verdad(ctx, elegidas)
            if formato_bdua:
                pasos.dar("maestros de BDUA")
                escribir_maestros(ctx.con, _corte(carpeta, "bdua"), carpeta / "bdua")
        pasos.dar("huellas de los archivos")
        shutil.rmtree(ctx.trabajo)
        archivos = _archivos(carpeta)
        pasos.terminar()
        resumen = Resumen(
            escala, semilla, plan.personas, _versiones(), cifras, archivos, pasos.segundos
        )
        (carpeta / "resumen.json").write_text(
            json.dumps(resumen.datos(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        carpeta.rename(salida)
    return resumen


@contextmanager
def pais(plan: Plan, carpeta: Path) -> Iterator[Contexto]:
    """A ``Contexto`` with its people, before any part has run; files go under ``carpeta``."""
    trabajo = carpeta / ".trabajo"
    trabajo.mkdir(parents=True, exist_ok=True)
    con = en_memoria(
        memory_limit=MEMORIA,
        threads=HILOS,
        temp_directory=str(trabajo / "duckdb"),
        # Every file is sorted by a unique key, so no other order need be kept in memory.
        preserve_insertion_order=False,
    )
    try:
        con.execute(f"ATTACH {literal(str(trabajo / 'nucleo.duckdb'))} AS nucleo")
        personas.instalar(con, plan)
        yield Contexto(con, plan, trabajo, carpeta)
    finally:
        con.close()


def _plan(escala: float, semilla: int) -> Plan:
    desde, hasta = ESCALAS
    if not desde <= escala <= hasta:
        raise EscalaInvalida(f"Escriba una escala de {desde} a {hasta:g}; 1 es el país entero.")
    return Plan(escala, semilla)


def _elegidas(partes: Sequence[str] | None) -> list[str]:
    if partes is None:
        return list(LECTURAS)
    pedidas = {parte.replace("-", "_") for parte in partes}
    if ajenas := sorted(pedidas - set(LECTURAS)):
        raise ParteDesconocida(
            f"No hay {', '.join(f'«{p}»' for p in ajenas)}. Use: {', '.join(LECTURAS)}."
        )
    return [parte for parte in LECTURAS if parte in pedidas]


# --- steps -----------------------------------------------------------------------------------


class _Pasos:
    """Tells which step begins and how long the one before took."""

    def __init__(self, cuantos: int, avance: Avance | None) -> None:
        self._cuantos = cuantos
        self._avance = avance
        self._actual: tuple[str, float] | None = None
        self.segundos: dict[str, float] = {}

    def dar(self, nombre: str) -> None:
        self.terminar()
        self._actual = (nombre, time.monotonic())
        if self._avance is not None:
            self._avance(nombre, len(self.segundos), self._cuantos)

    def terminar(self) -> None:
        if self._actual is not None:
            nombre, inicio = self._actual
            self.segundos[nombre] = round(time.monotonic() - inicio, 2)


def _nombres(elegidas: Sequence[str], formato_bdua: bool) -> int:
    """How many steps there will be."""
    fijos = 4 if formato_bdua else 3  # people, REPS, digests and, if asked for, the masters
    return fijos + len(elegidas) + len(_leidos(elegidas))


def _leidos(elegidas: Sequence[str]) -> list[str]:
    """Shared registers that some of these mechanisms read."""
    return list(dict.fromkeys(r for parte in elegidas for r in LECTURAS[parte]))


def _construir(ctx: Contexto, elegidas: Sequence[str], pasos: _Pasos) -> dict[str, dict[str, int]]:
    """Run REPS and the parts; each gives its control figures."""
    cifras = {}
    for parte in ("reps", *elegidas):
        pasos.dar(parte)
        modulo = importlib.import_module(f"shared.poblacion.{parte}")
        cifras[parte] = {nombre: int(n) for nombre, n in modulo.construir(ctx).items()}
    return cifras


def _registros(ctx: Contexto, elegidas: Sequence[str], pasos: _Pasos) -> None:
    """Write the registers and give each mechanism a link to those it reads."""
    (ctx.salida / CARPETA_CORTES).mkdir()
    base.preparar(ctx)
    base.aportar(ctx)
    for registro in _leidos(elegidas):
        pasos.dar(f"registro {registro}")
        ruta = _corte(ctx.salida, registro)
        if registro in base.BASE:
            escribir_base(ctx, registro, base.BASE[registro], ruta)
        else:
            escribir_aportes(ctx, registro, ruta)
        for parte in elegidas:
            if registro in LECTURAS[parte]:
                _enlazar(ruta, ctx.salida / parte / CARPETA_CORTES / ruta.name)


def _corte(carpeta: Path, registro: str) -> Path:
    return carpeta / CARPETA_CORTES / f"{registro}.parquet"


def _enlazar(origen: Path, destino: Path) -> None:
    """The same file in another folder, or a copy where links cannot be."""
    destino.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(origen, destino)
    except OSError:
        shutil.copyfile(origen, destino)


def _juntar_verdad(ctx: Contexto, elegidas: Sequence[str]) -> None:
    partes = " UNION ALL ".join(
        f"SELECT '{parte}' AS mecanismo, * "
        f"FROM read_parquet({literal(str(ctx.salida / parte / 'verdad.parquet'))})"
        for parte in elegidas
    )
    ctx.con.execute(
        f"COPY (FROM ({partes}) ORDER BY mecanismo, fila) "
        f"TO {literal(str(ctx.salida / 'verdad.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
    )


# --- summary ---------------------------------------------------------------------------------


def _archivos(carpeta: Path) -> list[Archivo]:
    """Every file once, by path: the links of a register are the register."""
    rutas = [
        ruta
        for ruta in sorted(p for p in carpeta.rglob("*") if p.is_file())
        if not _es_enlace(ruta, carpeta / CARPETA_CORTES / ruta.name)
    ]
    with ThreadPoolExecutor(HILOS) as hilos:
        return [
            Archivo(ruta.relative_to(carpeta).as_posix(), _filas(ruta), sha256)
            for ruta, sha256 in zip(rutas, hilos.map(sha256_de, rutas), strict=True)
        ]


def _es_enlace(ruta: Path, compartida: Path) -> bool:
    return ruta != compartida and compartida.exists() and compartida.samefile(ruta)


def _filas(ruta: Path) -> int | None:
    return pq.read_metadata(ruta).num_rows if ruta.suffix == ".parquet" else None


def _versiones() -> dict[str, str]:
    """What the bytes depend on."""
    return {"duckdb": duckdb.__version__, "pyarrow": pa.__version__}
