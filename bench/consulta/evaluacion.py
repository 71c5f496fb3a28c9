"""Rules over a submission of 100 rows, reading only what they ask of BDUA and reading it whole."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from shared.focalizacion import (
    Columna,
    Cruce,
    Efecto,
    Esquema,
    Estados,
    Etapa,
    Linea,
    Liquidacion,
    Mecanismo,
    Regla,
    col,
)
from shared.focalizacion.motor import MotorDuckDB
from shared.focalizacion.service import juzgar
from shared.normativa import Certeza, Fuente
from shared.radicacion.evaluacion import acotador, insumos
from shared.registros import FuenteRegistro
from shared.tipos.campos import Campo, Tipo

HECHO: Final = date(2020, 9, 1)
_FUENTE: Final = Fuente("Regla de la medida", certeza=Certeza.DISENO)
_DOCUMENTO: Final = {
    "tipo_documento": "tipo_documento",
    "numero_documento": "numero_documento",
}
_VIGENTE: Final = (col("desde") <= col("dia")) & (
    col("hasta").is_null() | (col("dia") <= col("hasta"))
)


def _regla(codigo: str, **cambios: Any) -> Regla:
    base = Regla(
        codigo=codigo,
        titulo=codigo,
        si_incumple=Efecto.RECHAZO,
        fuente=_FUENTE,
        mensaje=f"{codigo}: {{numero_documento}}.",
        certeza=Certeza.DISENO,
    )
    return replace(base, **cambios)


MECANISMO: Final = Mecanismo(
    nombre="consulta",
    titulo="Medida de la consulta",
    prefijo="X",
    esquema=Esquema(
        campos=(
            Campo("tipo_documento", Tipo.TEXTO),
            Campo("numero_documento", Tipo.TEXTO),
            Campo("fecha", Tipo.FECHA),
        ),
        clave=("tipo_documento", "numero_documento"),
        fecha_hecho="fecha",
        pasos=(
            Cruce("persona", registro="bdua", claves=_DOCUMENTO),
            Cruce(
                "bdua",
                registro="bdua",
                claves=_DOCUMENTO,
                trae={"estado": col("estado").max(), "eps": col("codigo_eps").max()},
                dia="fecha",
                condicion=_VIGENTE,
            ),
        ),
        obligatorios=("bdua",),
    ),
    reglas=(
        _regla("X-00", etapa=Etapa.FORMA),
        _regla("X-01", cumple=col("persona_existe")),
        _regla("X-02", cumple=col("bdua_estado") == "AC"),
    ),
    liquidacion=Liquidacion(
        pasos=(Columna("unidad", col("fila") - col("fila") + 1),),
        valor_centavos=col("unidad") * 100,
    ),
    estados=Estados(
        precedencia=(Linea("NEGADO", efectos=(Efecto.RECHAZO,)),),
        otro="BIEN",
        forma="DEVUELTO",
        valorados=frozenset({"BIEN"}),
        liberan=frozenset({"NEGADO"}),
        corregibles=frozenset({"DEVUELTO"}),
        transiciones={},
    ),
)


def evaluar_cien(fuente: FuenteRegistro, pedido: list[tuple[str, str]]) -> tuple[float, float]:
    """Seconds of judging these rows, with only what they ask of the register and with all of it.

    Raises:
        ValueError: the outcomes differ.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as nombre:
        entrada = Path(nombre)
        filas = [
            {
                "fila": i,
                "tipo_documento": t,
                "numero_documento": n,
                "fecha": HECHO,
                "forma_ok": True,
            }
            for i, (t, n) in enumerate(pedido, 1)
        ]
        pq.write_table(pa.Table.from_pylist(filas), entrada / "filas.parquet")
        forma = pa.schema({"fila": pa.int64(), "columna": pa.string(), "mensaje": pa.string()})
        pq.write_table(forma.empty_table(), entrada / "forma.parquet")
        acotada, con_lo_pedido = _juzgar(entrada, fuente, acotando=True)
        entera, con_todo = _juzgar(entrada, fuente, acotando=False)
    if acotada != entera:
        raise ValueError("acotar el registro cambió el resultado")
    return con_lo_pedido, con_todo


def _juzgar(
    entrada: Path, fuente: FuenteRegistro, *, acotando: bool
) -> tuple[list[dict[str, Any]], float]:
    inicio = time.perf_counter()
    with MotorDuckDB.abrir(entrada / "temporal", hilos=2) as motor:
        dados = insumos(entrada, {"bdua": fuente}, motor, fecha=HECHO)
        acotables = {"bdua": acotador(fuente, motor)} if acotando else {}
        juicio = juzgar(MECANISMO, replace(dados, acotables=acotables), motor)
        return motor.filas(juicio.registros), time.perf_counter() - inicio
