"""Keep a handful of foreground processes alive, and take all of them down together."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.embebido.errors import InfraestructuraNoArranca
from shared.embebido.lanzamiento import detener, lanzar, rematar_sesion, ultimas_lineas

logger = logging.getLogger(__name__)

_PASO_SEGUNDOS = 0.05
_ESPERA_INICIAL_SEGUNDOS = 0.1
_ESPERA_MAXIMA_SEGUNDOS = 10.0
_VIDA_SANA_SEGUNDOS = 10.0
_PLAZO_DE_ARRANQUE_SEGUNDOS = 60.0
_FALLOS_TOLERADOS_AL_ARRANCAR = 4


class ParadaPedida(Exception):
    """Somebody asked to stop while things were still starting."""


class Parada:
    """The wish to stop: a plain flag, safe to raise from a signal handler."""

    def __init__(self) -> None:
        self.pedida = False

    def pedir(self) -> None:
        """From now on every loop that looks at this ends."""
        self.pedida = True

    @contextlib.contextmanager
    def al_recibir_senales(self) -> Iterator[Parada]:
        """Ctrl-C and SIGTERM ask to stop while inside. Main thread only."""
        anteriores = {
            senal: signal.signal(senal, lambda *_: self.pedir())
            for senal in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield self
        finally:
            for senal, anterior in anteriores.items():
                signal.signal(senal, anterior)


@dataclass(frozen=True)
class Proceso:
    """A command to keep running in the foreground.

    ``listo`` receives the process id; without it the process counts as ready once launched.
    ``al_quedar_listo`` runs at every start, so it must be idempotent; while it raises
    ``InfraestructuraNoArranca`` the process is not ready.
    ``senal_de_muerte`` is what the kernel sends when the supervisor itself is killed.
    """

    nombre: str
    argumentos: Sequence[str]
    entorno: Mapping[str, str]
    listo: Callable[[int], bool] | None = None
    senal_de_parada: signal.Signals = signal.SIGTERM
    senal_de_muerte: signal.Signals = signal.SIGKILL
    gracia_segundos: float = 10
    al_quedar_listo: Callable[[], None] | None = None
    usuario: str | None = None
    carpeta: Path | None = None


@dataclass(frozen=True)
class EstadoProceso:
    """What the supervisor knows of one process."""

    pid: int
    listo: bool
    arranques: int


@dataclass
class _Vigilado:
    definicion: Proceso
    registro: Path
    popen: subprocess.Popen[bytes] | None = None
    lanzado_en: float = 0.0
    listo: bool = False
    arranques: int = 0
    fallos: int = 0
    proximo_intento: float = field(default=0.0)

    def lanzar(self) -> None:
        definicion = self.definicion
        self.lanzado_en = time.monotonic()
        self.listo = False
        try:
            self.popen = lanzar(
                definicion.argumentos,
                entorno=definicion.entorno,
                registro=self.registro,
                senal_de_muerte=definicion.senal_de_muerte,
                usuario=definicion.usuario,
                carpeta=definicion.carpeta,
            )
        except OSError as error:  # no memory, no disk: as if it had died at once
            self.anotar_muerte(f"«{error}»")
        else:
            self.arranques += 1

    def anotar_muerte(self, codigo: int | str) -> None:
        popen, self.popen, self.listo = self.popen, None, False
        if popen is not None:
            rematar_sesion(popen.pid)
        ahora = time.monotonic()
        sano = ahora - self.lanzado_en > _VIDA_SANA_SEGUNDOS
        self.fallos = 1 if sano else self.fallos + 1
        espera = min(_ESPERA_INICIAL_SEGUNDOS * 2 ** (self.fallos - 1), _ESPERA_MAXIMA_SEGUNDOS)
        self.proximo_intento = ahora + espera
        logger.warning(
            "«%s» terminó con código %s; se vuelve a arrancar en %.1f s. Últimas líneas de %s:\n%s",
            *(self.definicion.nombre, codigo, espera, self.registro),
            ultimas_lineas(self.registro, 5),
        )

    def comprobar_listo(self) -> bool:
        """Whether it became ready just now."""
        if self.popen is None or self.listo:
            return False
        definicion = self.definicion
        if definicion.listo is not None and not definicion.listo(self.popen.pid):
            return False
        if definicion.al_quedar_listo is not None:
            try:
                definicion.al_quedar_listo()
            except InfraestructuraNoArranca as error:
                logger.warning("«%s» aún no está listo: %s", definicion.nombre, error)
                return False
        self.listo = True
        return True

    def colgado(self) -> bool:
        return not self.listo and time.monotonic() - self.lanzado_en > _PLAZO_DE_ARRANQUE_SEGUNDOS


class Supervisor:
    """Starts processes by stages, restarts the ones that die, stops them in reverse order.

    The kernel kills a child when the thread that launched it ends, so the thread that calls
    ``arrancar`` and the one that calls ``vigilar`` must outlive the children.
    ``al_cambiar`` hears of every start and of every process that becomes ready.
    """

    def __init__(
        self,
        *,
        registro: Path,
        al_cambiar: Callable[[dict[str, EstadoProceso]], None] | None = None,
    ) -> None:
        self._registro = registro
        self._al_cambiar = al_cambiar
        self._vigilados: dict[str, _Vigilado] = {}
        self._cerrojo = threading.RLock()

    def arrancar(self, etapa: Sequence[Proceso], parada: Parada) -> None:
        """Launch a stage and wait until all of it is ready.

        Raises:
            InfraestructuraNoArranca: one of them died too many times; shows its last lines.
            ParadaPedida: ``parada`` came first.
        """
        nuevos = [_Vigilado(p, self._registro / f"{p.nombre}.log") for p in etapa]
        self._vigilados |= {nuevo.definicion.nombre: nuevo for nuevo in nuevos}
        while not all(nuevo.listo for nuevo in nuevos):
            if parada.pedida:
                raise ParadaPedida
            self.vigilar()
            for nuevo in nuevos:
                if nuevo.fallos >= _FALLOS_TOLERADOS_AL_ARRANCAR:
                    raise InfraestructuraNoArranca(
                        f"«{nuevo.definicion.nombre}» no arranca. Últimas líneas de "
                        f"{nuevo.registro}:\n{ultimas_lineas(nuevo.registro)}"
                    )
            time.sleep(_PASO_SEGUNDOS)

    def vigilar(self) -> None:
        """One look at every process: notice deaths, launch what is due, see who became ready."""
        with self._cerrojo:
            cambios = [self._atender(vigilado) for vigilado in self._vigilados.values()]
            if any(cambios) and self._al_cambiar is not None:
                self._al_cambiar(self.estado())

    def vigilar_hasta(self, parada: Parada) -> None:
        """Keep looking until ``parada``."""
        while not parada.pedida:
            self.vigilar()
            time.sleep(_PASO_SEGUNDOS)

    def parar(self) -> None:
        """Stop everything, last launched first. Idempotent."""
        with self._cerrojo:
            for vigilado in reversed(self._vigilados.values()):
                if vigilado.popen is not None:
                    definicion = vigilado.definicion
                    detener(
                        vigilado.popen,
                        definicion.senal_de_parada,
                        gracia_segundos=definicion.gracia_segundos,
                    )
                    vigilado.popen = None
            self._vigilados.clear()

    def estado(self) -> dict[str, EstadoProceso]:
        """Processes that run now, by name."""
        with self._cerrojo:
            return {
                nombre: EstadoProceso(v.popen.pid, v.listo, v.arranques)
                for nombre, v in self._vigilados.items()
                if v.popen is not None
            }

    def matar(self, nombre: str) -> None:
        """``kill -9`` of one process, as an accident would do; it is then started again.

        Raises:
            KeyError: no process of that name runs now.
        """
        os.kill(self.estado()[nombre].pid, signal.SIGKILL)

    def _atender(self, vigilado: _Vigilado) -> bool:
        if vigilado.popen is None:
            if time.monotonic() < vigilado.proximo_intento:
                return False
            vigilado.lanzar()
            vigilado.comprobar_listo()
            return True
        codigo = vigilado.popen.poll()
        if codigo is not None:
            vigilado.anotar_muerte(codigo)
            return True
        if vigilado.colgado():
            vigilado.popen.kill()  # its death is noticed at the next look
            return False
        return vigilado.comprobar_listo()
