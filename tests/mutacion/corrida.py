"""Each mutant in a process of its own, with the tests that should notice it.

The parent has imported all that does not change; a child is a copy of it that puts the mutant in
the place of its module, runs the tests until the first that fails, and ends.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final

import pytest

from shared.focalizacion import Mecanismo, Regla
from tests.mutacion.mutantes import Mutante
from tests.support import casos

RAIZ: Final = casos.RAIZ
CASO: Final = "test_casos.py"
EFECTOS: Final = "test_efectos.py"
PLAZO_MINIMO_S: Final = 60
PLAZO_SIN_BASE_S: Final = 600
_DE_ANTEMANO: Final = (
    *("shared.radicacion.evaluacion", "shared.focalizacion.pagina", "shared.radicacion.plantilla"),
    *("hypothesis", "hypothesis.strategies", "pytest_asyncio.plugin"),
)
"""Imported once, before the first child."""


class Resultado(StrEnum):
    """What became of a mutant."""

    MUERTO = "muerto"
    VIVO = "vivo"
    SIN_FIN = "sin fin"
    """Killed by the clock."""


@dataclass(frozen=True)
class Hecho:
    """A mutant, its end and how long it took."""

    mutante: Mutante
    resultado: Resultado
    segundos: float


def pruebas_de(mecanismo: str) -> list[str]:
    """The tests of a mechanism that need no database.

    Those that compare with a committed page are left out: any change makes them fail.
    """
    propias = sorted((RAIZ / "tests" / "rules").glob(f"test_{mecanismo}*.py"), key=lambda r: r.stem)
    comunes = [RAIZ / "tests" / "rules" / EFECTOS, RAIZ / "tests" / "integration" / CASO]
    return [str(r) for r in (*propias, *comunes)]


def correr(
    mecanismo: str, elegidos: Sequence[Mutante], *, procesos: int, sin_base: bool = False
) -> Iterator[Hecho]:
    """Run each mutant; they come out as they end.

    ``sin_base``: of the tests without any mutant, only those that are judged without pytest.

    Raises:
        RuntimeError: the tests fail without any mutant, before the first or after the last: what
            was killed in between proves nothing.
    """
    for nombre in _DE_ANTEMANO:
        import_module(nombre)
    gc.freeze()
    pruebas = pruebas_de(mecanismo)
    _exigir_salud(mecanismo)
    plazo, duran = (PLAZO_SIN_BASE_S, {}) if sin_base else _base(mecanismo, pruebas)
    yield from _en_paralelo(
        mecanismo, pruebas, elegidos, procesos=procesos, plazo_s=plazo, duran=duran
    )
    gc.unfreeze()
    _exigir_salud(mecanismo)


def _exigir_salud(mecanismo: str) -> None:
    hijo = _lanzar(partial(_sano, mecanismo), PLAZO_SIN_BASE_S, mudo=False)
    if os.waitstatus_to_exitcode(os.waitpid(hijo, 0)[1]):
        raise RuntimeError(f"las pruebas de {mecanismo} fallan sin mutantes")


def _sano(mecanismo: str) -> int:
    """0 if the tables of every rule and the effects hold."""
    casos.mecanismos = cache(partial(_solo, mecanismo))
    (propio,) = _solo(mecanismo)
    return int(any(_se_nota_pronto(mecanismo, r.codigo) for r in propio.reglas))


def _base(mecanismo: str, pruebas: list[str]) -> tuple[int, dict[str, float]]:
    """How long a mutant may take, and how long each test does, from a run without mutants."""
    with tempfile.NamedTemporaryFile("r+", encoding="utf-8") as archivo:
        orden = _Orden(mecanismo, anotar=Path(archivo.name))
        antes = time.monotonic()
        sano = _lanzar(partial(_probar, mecanismo, pruebas, orden, None), 600, mudo=False)
        if os.waitstatus_to_exitcode(os.waitpid(sano, 0)[1]):
            raise RuntimeError(f"las pruebas de {mecanismo} fallan sin mutantes")
        plazo = max(PLAZO_MINIMO_S, int(5 * (time.monotonic() - antes)))
        return plazo, json.load(archivo)


def _en_paralelo(
    mecanismo: str,
    pruebas: list[str],
    elegidos: Iterable[Mutante],
    *,
    procesos: int,
    plazo_s: int,
    duran: Mapping[str, float],
) -> Iterator[Hecho]:
    vivos: dict[int, tuple[Mutante, float]] = {}
    for mutante in elegidos:
        while len(vivos) >= procesos:
            yield _esperar(vivos)
        orden = _Orden(mecanismo, mutante.donde, duran)
        hijo = _lanzar(partial(_probar, mecanismo, pruebas, orden, mutante), plazo_s)
        vivos[hijo] = (mutante, time.monotonic())
    while vivos:
        yield _esperar(vivos)


def _esperar(vivos: dict[int, tuple[Mutante, float]]) -> Hecho:
    hijo, estado = os.wait()
    mutante, desde = vivos.pop(hijo)
    salida = os.waitstatus_to_exitcode(estado)
    if salida == 0:
        resultado = Resultado.VIVO
    elif salida == -signal.SIGALRM:
        resultado = Resultado.SIN_FIN
    else:
        resultado = Resultado.MUERTO
    return Hecho(mutante, resultado, time.monotonic() - desde)


def _lanzar(tarea: Callable[[], int], plazo_s: int, *, mudo: bool = True) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    hijo = os.fork()
    if hijo:
        return hijo
    codigo = 1
    try:
        signal.alarm(plazo_s)
        if mudo:
            nada = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nada, 1)
            os.dup2(nada, 2)
        codigo = tarea()
    finally:
        sys.stdout.flush()
        os._exit(codigo)


def _probar(mecanismo: str, pruebas: list[str], orden: _Orden, mutante: Mutante | None) -> int:
    # The others are not what is being tried: they are not even imported.
    casos.mecanismos = cache(partial(_solo, mecanismo))
    if mutante is not None:
        nombre = f"services.{mecanismo}.{mutante.modulo}"
        sys.meta_path.insert(0, _Injerto(nombre, mutante))
        # A term less is a column less: the table would be refused before its cases are judged.
        casos._exigir_columnas = _cualquier_columna
        if _se_nota_pronto(mecanismo, mutante.donde):
            return 1
    opciones = ["-x", "-q", "--noconftest", "--assert=plain", "-p", "no:cacheprovider"]
    opciones += ["--no-header", "--tb=no", "-p", "no:unraisableexception", "--hypothesis-seed=0"]
    return int(pytest.main([*opciones, *pruebas], plugins=[orden]))


def _se_nota_pronto(mecanismo: str, codigo: str) -> bool:
    """Whether the cases of the rule or the effects of the dossier notice it: no pytest is needed.

    Raises:
        AssertionError: the effects are not those of the dossier.
    """
    pruebas = vars(import_module(f"tests.rules.test_{mecanismo}")).values()
    marcas = [m for prueba in pruebas for m in getattr(prueba, "pytestmark", ())]
    propios = (
        caso
        for marca in marcas
        if marca.name == "parametrize" and marca.args[0] == casos.CASO
        for caso in marca.args[1]
        if caso.regla.codigo == codigo
    )
    if any(caso.juzgar() != caso.esperado for caso in propios):
        return True
    efectos = import_module(f"tests.rules.{Path(EFECTOS).stem}")
    efectos.test_los_efectos_son_los_del_dosier(*_solo(mecanismo))
    return False


def _solo(mecanismo: str) -> tuple[Mecanismo, ...]:
    return (import_module(f"services.{mecanismo}.mecanismo").MECANISMO,)


def _cualquier_columna(mecanismo: Mecanismo, regla: Regla, dadas: Sequence[str]) -> None:
    del mecanismo, regla, dadas


class _Orden:
    """Only the mechanism's own cases: those of what was touched, the effects of the dossier, the
    acceptance case, and the rest from the shortest.

    ``anotar``: where to write how long each test takes.
    """

    def __init__(
        self,
        mecanismo: str,
        donde: str = "",
        duran: Mapping[str, float] = MappingProxyType({}),
        anotar: Path | None = None,
    ) -> None:
        self._mecanismo = mecanismo
        self._donde = donde
        self._duran = dict(duran)
        self._anotar = anotar

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        elegidos = [i for i in items if self._propio(i)]
        items[:] = sorted(elegidos, key=self._turno)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self._duran[report.nodeid] = report.duration

    def pytest_sessionfinish(self) -> None:
        if self._anotar is not None:
            self._anotar.write_text(json.dumps(self._duran), encoding="utf-8")

    def _turno(self, item: pytest.Item) -> tuple[bool, bool, bool, float]:
        nombre = item.nodeid
        return (
            f"[{self._donde}: " not in nombre,
            EFECTOS not in nombre,
            CASO not in nombre,
            self._duran.get(nombre, 0.0),
        )

    def _propio(self, item: pytest.Item) -> bool:
        comun = CASO in item.nodeid or EFECTOS in item.nodeid
        return not comun or f"[{self._mecanismo}]" in item.nodeid


class _Injerto(MetaPathFinder, Loader):
    """Loads the mutant where its module is asked for."""

    def __init__(self, nombre: str, mutante: Mutante) -> None:
        self._nombre = nombre
        self._mutante = mutante

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._nombre:
            return None
        return ModuleSpec(fullname, self, origin=str(self._mutante.archivo))

    def exec_module(self, module: ModuleType) -> None:
        exec(self._mutante.codigo, module.__dict__)  # noqa: S102 - our own module, mutated


def archivo_de(mecanismo: str, modulo: str) -> Path:
    """Source of a module of a mechanism."""
    return RAIZ / "services" / mecanismo / f"{modulo}.py"
