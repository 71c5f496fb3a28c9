"""The whole system as a person runs it: ``mecanismos servir`` in a process of its own.

Nothing is replaced but the bank, which is the automatic one unless a test speaks for it, and the
clock, which is moved; without more, inside the window of February 2021. Tests speak to it through
HTTP, its broker and the service role of its database, and may kill any of its processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg

from shared.cli.demo.archivos import Envio
from shared.cli.demo.cliente import Persona, persona
from shared.cli.demo.historia import HOY, LINEA, MECANISMO, RUTA, VIGENCIA
from shared.cli.demo.registros import MUESTRA
from shared.db import Ajustes
from shared.embebido.estado import EstadoSistema, leer_estado
from shared.embebido.lanzamiento import detener, lanzar, ultimas_lineas
from shared.embebido.postgres import PostgresEmbebido
from shared.embebido.servir import clave_guardada
from shared.seguridad import Rol
from shared.tipos import BOGOTA

T = TypeVar("T")

RAIZ: Final = Path(__file__).parents[2]
FECHA_CORTE: Final = "2021-01-31"
SERVICIOS: Final = ("aplicacion", "trabajador", "relevo", "consumir-giros", "consumir-respuestas")
INFRAESTRUCTURA: Final = ("kafka", "postgres")

_AJENAS: Final = (
    "DATABASE_URL",
    "MECANISMOS_DATABASE_URL_DUENIO",
    "KAFKA_BOOTSTRAP_SERVERS",
    "MECANISMOS_DATOS",
    "MECANISMOS_ENTORNO",
    "MECANISMOS_JWT_CLAVE",
    "MECANISMOS_JWKS_URL",
    "MECANISMOS_RELOJ_DESFASE_SEGUNDOS",
    "MECANISMOS_DATOS_REALES",
    "MECANISMOS_API",
    "MECANISMOS_TOKEN",
)
"""Variables of whoever runs the tests that would join the system to something of theirs."""


def esperar(
    que: str, consulta: Callable[[], T | None], plazo_s: float = 90, paso_s: float = 0.1
) -> T:
    """The first answer that is not ``None``.

    Raises:
        AssertionError: the time passed.
    """
    limite = time.monotonic() + plazo_s
    while (hallado := consulta()) is None:
        if time.monotonic() > limite:
            raise AssertionError(f"pasaron {plazo_s:.0f} s y no ocurrió: {que}")
        time.sleep(paso_s)
    return hallado


def entorno_limpio(datos: Path | None = None, **extra: str) -> dict[str, str]:
    """Environment of a command of ours that works on ``datos`` and on nothing else.

    Wide enough for no table to be cut.
    """
    propio = {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    if datos is not None:
        propio["MECANISMOS_DATOS"] = str(datos)
    return {k: v for k, v in os.environ.items() if k not in _AJENAS} | propio | extra


_INGLES: Final = re.compile(
    r"\b(the|of|and|is|are|was|with|for|from|that|this|which|what|it|its|by|an|to|not|missing|such|"
    r"invalid|usage|options|commands|arguments|required|show|exit|"
    r"successful|response|validation|get|put|delete|list|create|update)\b",
    re.IGNORECASE,
)


def dice_en_ingles(texto: str) -> bool:
    """Whether it has words that English cannot do without and Spanish does not have.

    What stands between backticks is code, not prose.
    """
    return _INGLES.search(re.sub(r"`[^`]*`", "", texto)) is not None


def programa() -> str:
    """The console script ``mecanismos`` of this interpreter, which works from any folder."""
    return str(Path(sys.executable).with_name("mecanismos"))


def orden(*argumentos: str) -> list[str]:
    """``mecanismos`` with these arguments, as a command of this interpreter."""
    return [sys.executable, "-m", "shared.cli", *argumentos]


def procesos_de(carpeta: Path) -> dict[int, str]:
    """Live processes that work on ``carpeta``: it is in their command, environment or place."""
    marca = os.fsencode(carpeta.resolve())
    hallados = {}
    for proceso in Path("/proc").iterdir():
        if not proceso.name.isdigit() or int(proceso.name) == os.getpid():
            continue
        try:
            if (proceso / "stat").read_text().rpartition(") ")[2][0] == "Z":
                continue
            mandato = (proceso / "cmdline").read_bytes()
            rastro = mandato + (proceso / "environ").read_bytes()
            rastro += os.fsencode((proceso / "cwd").readlink())
        except OSError:  # it ended while we looked, or is not ours to look at
            continue
        if marca in rastro:
            hallados[int(proceso.name)] = mandato.replace(b"\0", b" ").decode(errors="replace")
    return hallados


@dataclass(frozen=True)
class SistemaReal:
    """A system under test. ``ajustes`` hold the key it signs its tokens with."""

    datos: Path
    proceso: subprocess.Popen[bytes]
    direccion: str
    bootstrap: str
    dsn_servicio: str
    ajustes: Ajustes
    _clientes: contextlib.ExitStack

    @property
    def estado(self) -> EstadoSistema:
        """Processes as the supervisor knows them now."""
        estado = leer_estado(self.datos)
        assert estado is not None, f"el sistema terminó:\n{ultimas_lineas(_registro(self.datos))}"
        return estado

    def persona(self, rol: Rol, sujeto: str | None = None, entidad: str | None = None) -> Persona:
        """Somebody of that role, with a token."""
        nueva = persona(self.direccion, self.ajustes, rol, sujeto or f"prueba-{rol}", entidad)
        self._clientes.callback(nueva.http.close)
        return nueva

    def cargar_cortes(self, archivos: Iterable[Path]) -> None:
        """Load extracts; the name of each file is that of its register."""
        operador = self.persona(Rol.OPERADOR)
        for ruta in archivos:
            operador.cargar_corte(ruta.stem, ruta.name, ruta.read_bytes(), FECHA_CORTE)

    def cargar_muestra(self) -> None:
        """Load our sample of REPS."""
        self.cargar_cortes(sorted(r for r in MUESTRA.iterdir() if r.suffix in {".csv", ".txt"}))

    def presupuestar(self, aforo_pesos: int, recaudo_pesos: int) -> None:
        """Aforo and, if it is not zero, recaudo of the line."""
        ordenador = self.persona(Rol.ORDENADOR)
        acto = {"numero": "Acto 1", "fecha": "2021-03-01", "valor": str(aforo_pesos)}
        ordenador.hacer(f"{LINEA}/aforo", acto)
        if recaudo_pesos:
            cuerpo = {"referencia_banco": "BANREP-1", "fecha": "2021-03-01"}
            ordenador.hacer(f"{LINEA}/recaudo", cuerpo | {"valor": str(recaudo_pesos)})

    def radicar(self, envio: Envio, clave: str | None = None) -> dict[str, Any]:
        """Submit and wait for the outcome."""
        ips = self.persona(Rol.IPS, f"ips-{envio.ips.nit}", envio.ips.nit)
        respuesta = ips.radicar(RUTA, envio, clave=clave)
        assert respuesta.is_success, respuesta.text
        ruta = f"/{RUTA}/v1/radicaciones/{respuesta.json()['id']}"

        def terminada() -> dict[str, Any] | None:
            vista: dict[str, Any] = ips.ver(ruta)
            return vista if vista["estado"] in {"PROCESADA", "FALLIDA"} else None

        return esperar(f"el resultado de {envio.nombre}", terminada)

    def pagar_lo_reconocido(self) -> None:
        """Treasury verifies every account and the ordenador approves all: the giros go out."""
        tesoreria = self.persona(Rol.TESORERIA)
        for cuenta in tesoreria.ver("/operaciones/v1/cuentas/por-verificar"):
            ruta = f"/operaciones/v1/cuentas/{cuenta['id']}/decision"
            tesoreria.hacer(ruta, {"aceptada": True})
        ruta = "/operaciones/v1/reconocimientos"
        pagina = self.persona(Rol.OPERADOR).ver(ruta, mecanismo=MECANISMO, sin_aprobar=True)
        ids = [r["id"] for r in pagina["datos"]]
        self.persona(Rol.ORDENADOR).hacer(f"{ruta}/aprobar", {"reconocimientos": ids})

    def matar(self, nombre: str) -> int | None:
        """``kill -9`` of one process, by its id; ``None`` if it is down just now."""
        proceso = self.estado.procesos.get(nombre)
        if proceso is None:
            return None
        with contextlib.suppress(ProcessLookupError):  # it died by itself a moment ago
            os.kill(proceso.pid, signal.SIGKILL)
            return proceso.pid
        return None

    def consultar(self, sql: str, *valores: object) -> list[tuple[Any, ...]]:
        """Rows of a query of the service role."""
        return _en_otro_hilo(self._consultar(sql, *valores))

    def ocurre(self, condicion: str, plazo_s: float) -> bool:
        """Whether a boolean query comes true in time, looked at a hundred times per second."""
        return _en_otro_hilo(self._ocurre(condicion, plazo_s))

    async def _consultar(self, sql: str, *valores: object) -> list[tuple[Any, ...]]:
        async with self._conexion() as conexion:
            return [tuple(fila) for fila in await conexion.fetch(sql, *valores, timeout=10)]

    async def _ocurre(self, condicion: str, plazo_s: float) -> bool:
        limite = time.monotonic() + plazo_s
        async with self._conexion() as conexion:
            while not await conexion.fetchval(f"SELECT {condicion}", timeout=10):
                if time.monotonic() > limite:
                    return False
                await asyncio.sleep(0.01)
            return True

    @asynccontextmanager
    async def _conexion(self) -> AsyncIterator[Any]:
        conexion = await asyncpg.connect(self.dsn_servicio, timeout=5)
        try:
            yield conexion
        finally:
            conexion.terminate()

    def parar(self, senal: signal.Signals = signal.SIGINT, plazo_s: float = 60) -> int:
        """Ask it to stop and return its exit code.

        Raises:
            subprocess.TimeoutExpired: it did not stop in time.
        """
        self.proceso.send_signal(senal)
        return self.proceso.wait(plazo_s)


@contextmanager
def sistema_en_marcha(
    datos: Path,
    *,
    ahora: datetime = HOY,
    devolver_cada: int | None = 4,
    extra: Mapping[str, str] | None = None,
) -> Iterator[SistemaReal]:
    """A fresh system on ``datos``, its clock at ``ahora``; at the end nothing of it is left.

    ``devolver_cada`` is how often the automatic bank returns an order; 0, never. With ``None``
    there is no such bank: treasury says what each order came to.
    """
    entorno = entorno_limpio(
        datos,
        MECANISMOS_ENTORNO="desarrollo",
        MECANISMOS_LATIDO_SEGUNDOS="5",
        MECANISMOS_RELOJ_DESFASE_SEGUNDOS=str(desfase_segundos(ahora)),
        MECANISMOS_BANCO_AUTOMATICO="0" if devolver_cada is None else "1",
        MECANISMOS_BANCO_DEVOLVER_CADA=str(devolver_cada or 0),
        **(extra or {}),
    )
    datos.mkdir(parents=True, exist_ok=True)
    datos.chmod(0o711)
    proceso = lanzar(
        orden("servir", "--puerto", "0"),
        entorno=entorno,
        registro=_registro(datos),
        senal_de_muerte=signal.SIGTERM,
        carpeta=RAIZ,
    )
    try:
        with contextlib.ExitStack() as clientes:
            yield _cuando_este_listo(datos, proceso, clientes)
    finally:
        detener(proceso, signal.SIGINT, gracia_segundos=60)
        PostgresEmbebido(datos).destruir()


def desfase_segundos(ahora: datetime = HOY) -> int:
    """How far the clock must be moved to be at ``ahora``; without it, inside the window of
    February 2021."""
    return int((ahora - datetime.now(BOGOTA)).total_seconds())


def _cuando_este_listo(
    datos: Path, proceso: subprocess.Popen[bytes], clientes: contextlib.ExitStack
) -> SistemaReal:
    def listo() -> EstadoSistema | None:
        assert proceso.poll() is None, f"no arrancó:\n{ultimas_lineas(_registro(datos), 40)}"
        estado = leer_estado(datos)
        return estado if estado is not None and estado.listo else None

    estado = esperar("que el sistema arranque", listo, plazo_s=180)
    clave = clave_guardada(datos)
    assert clave is not None
    assert estado.dsn_servicio is not None
    return SistemaReal(
        datos=datos,
        proceso=proceso,
        direccion=estado.direccion,
        bootstrap=estado.bootstrap,
        dsn_servicio=estado.dsn_servicio,
        ajustes=Ajustes(datos=datos, entorno="desarrollo", jwt_clave=clave),
        _clientes=clientes,
    )


def _en_otro_hilo(trabajo: Coroutine[Any, Any, T]) -> T:
    """Run it away from this thread, which may have the event loop of the session."""
    with ThreadPoolExecutor(1) as hilo:
        return hilo.submit(asyncio.run, trabajo).result()


def _registro(datos: Path) -> Path:
    return datos / "registro" / "sistema.log"


__all__ = [
    "FECHA_CORTE",
    "INFRAESTRUCTURA",
    "LINEA",
    "MECANISMO",
    "RAIZ",
    "RUTA",
    "SERVICIOS",
    "VIGENCIA",
    "SistemaReal",
    "desfase_segundos",
    "dice_en_ingles",
    "entorno_limpio",
    "esperar",
    "orden",
    "procesos_de",
    "programa",
    "sistema_en_marcha",
]
