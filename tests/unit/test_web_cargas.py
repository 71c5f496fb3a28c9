"""What arrives is on disk, whole, under the name of its content; or leaves no trace."""

from __future__ import annotations

import asyncio
import hashlib
import io
import tracemalloc
from pathlib import Path

import pytest
from fastapi import UploadFile

from shared.tipos import DemasiadoGrande
from shared.web.cargas import nombre_limpio, recibir

MEGA = 2**20


class Flujo:
    """``total`` bytes that never exist together; ``roto`` ends as a lost client does."""

    def __init__(self, total: int, *, roto: bool = False) -> None:
        self._quedan = total
        self._roto = roto

    async def read(self, size: int = -1, /) -> bytes:
        await asyncio.sleep(0)
        if self._quedan == 0 and self._roto:
            raise ConnectionResetError
        cuantos = min(size, self._quedan)
        self._quedan -= cuantos
        return b"\0" * cuantos


def archivos(carpeta: Path) -> list[str]:
    return sorted(p.name for p in (carpeta / "crudos").iterdir())


async def test_se_guarda_por_su_contenido(tmp_path: Path) -> None:
    contenido = "nit;periodo\n".encode("latin-1")
    subida = UploadFile(io.BytesIO(contenido), filename="../../camas.csv")
    recibido = await recibir(subida, tmp_path, limite_bytes=MEGA, nombre=subida.filename)
    assert recibido.sha256 == hashlib.sha256(contenido).hexdigest()
    assert recibido.ruta == tmp_path / "crudos" / recibido.sha256
    assert recibido.ruta.read_bytes() == contenido
    assert recibido.tamano == len(contenido)
    assert recibido.nombre == "camas.csv"
    assert recibido.ruta.stat().st_mode & 0o777 == 0o400
    assert not recibido.vacio


async def test_bytes_de_json_van_igual(tmp_path: Path) -> None:
    recibido = await recibir(b"[]", tmp_path, limite_bytes=2)
    assert recibido.ruta.read_bytes() == b"[]"
    assert recibido.nombre == "archivo"


async def test_un_archivo_vacio_se_guarda_y_se_senala(tmp_path: Path) -> None:
    recibido = await recibir(Flujo(0), tmp_path, limite_bytes=MEGA)
    assert recibido.vacio
    assert recibido.ruta.stat().st_size == 0


async def test_el_limite_es_exacto_y_lo_que_sobra_no_deja_rastro(tmp_path: Path) -> None:
    await recibir(Flujo(3 * MEGA), tmp_path, limite_bytes=3 * MEGA)
    antes = archivos(tmp_path)
    with pytest.raises(DemasiadoGrande, match="3 MB"):
        await recibir(Flujo(3 * MEGA + 1), tmp_path, limite_bytes=3 * MEGA)
    assert archivos(tmp_path) == antes


async def test_una_subida_cortada_no_deja_rastro(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await recibir(Flujo(2 * MEGA, roto=True), tmp_path, limite_bytes=9 * MEGA)
    assert archivos(tmp_path) == []


async def test_una_subida_cancelada_no_deja_rastro(tmp_path: Path) -> None:
    tarea = asyncio.create_task(recibir(Flujo(2**40), tmp_path, limite_bytes=2**41))
    await asyncio.sleep(0.05)
    tarea.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tarea
    assert archivos(tmp_path) == []


async def test_subidas_iguales_a_la_vez_terminan_en_un_archivo(tmp_path: Path) -> None:
    subidas = [recibir(Flujo(2 * MEGA), tmp_path, limite_bytes=9 * MEGA) for _ in range(8)]
    recibidos = await asyncio.gather(*subidas)
    assert len({r.sha256 for r in recibidos}) == 1
    assert archivos(tmp_path) == [recibidos[0].sha256]
    assert recibidos[0].ruta.stat().st_size == 2 * MEGA


async def test_la_memoria_no_crece_con_el_archivo(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        await recibir(Flujo(64 * MEGA), tmp_path, limite_bytes=2**40)
        _, pico = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert pico < 8 * MEGA


@pytest.mark.parametrize(
    ("sucio", "limpio"),
    [
        (None, "archivo"),
        ("", "archivo"),
        ("..", "archivo"),
        ("/", "archivo"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Usuarios\\ana\\camas junio.xlsx", "camas junio.xlsx"),
        ("camas\x00\r\n.csv", "camas.csv"),
        ("fact\u202egpj.exe", "factgpj.exe"),
        ("  n\u0303andu\u0301  .csv", "ñandú .csv"),
        ("a" * 300 + ".csv", "a" * 120),
    ],
)
def test_el_nombre_se_limpia(sucio: str | None, limpio: str) -> None:
    assert nombre_limpio(sucio) == limpio
