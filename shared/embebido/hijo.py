"""Exec shim: change user, ask the kernel for a signal when the parent dies, become the command.

Run as a plain script (``python -I -S hijo.py``) so that it starts in some milliseconds and needs
nothing of the project. It replaces ``preexec_fn``, which is unsafe in a process with threads.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import pwd
import sys

_PR_SET_PDEATHSIG = 1


def _cambiar_usuario(nombre: str) -> None:
    usuario = pwd.getpwnam(nombre)
    os.setgroups([])
    os.setgid(usuario.pw_gid)
    os.setuid(usuario.pw_uid)


def _morir_con_el_padre(senal: int, padre: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, senal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != padre:  # it died before the kernel knew of our wish
        sys.exit(1)


def main() -> None:
    """``hijo.py --senal N --padre PID [--usuario NOMBRE] orden…``"""
    opciones = argparse.ArgumentParser()
    opciones.add_argument("--senal", type=int, required=True)
    opciones.add_argument("--padre", type=int, required=True)
    opciones.add_argument("--usuario")
    opciones.add_argument("orden", nargs=argparse.REMAINDER)
    pedido = opciones.parse_args()
    if pedido.usuario:
        _cambiar_usuario(pedido.usuario)
    # After the change of user: the kernel forgets the wish when credentials change.
    _morir_con_el_padre(pedido.senal, pedido.padre)
    os.execv(pedido.orden[0], pedido.orden)  # noqa: S606 - that is the point of this file


if __name__ == "__main__":
    main()
