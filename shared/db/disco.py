"""Durable files: what a transaction names must be on disk before it commits."""

from __future__ import annotations

import os
from pathlib import Path


def sincronizar(*rutas: Path) -> None:
    """Flush files, or the entries of folders, to disk, in the given order."""
    for ruta in rutas:
        descriptor = os.open(ruta, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
