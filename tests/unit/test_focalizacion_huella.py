"""The fingerprint: the same everywhere for the same rules, another one for any change."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.anticipo_uci.mecanismo import MECANISMO
from shared.focalizacion import (
    Columna,
    Cruce,
    Efecto,
    Linea,
    Mecanismo,
    Regla,
    Vencimiento,
    col,
    vigente_en,
)
from shared.focalizacion.huella import huella, versiones
from shared.normativa import Certeza, Fuente, Parametro, Vigente

CALCULA = (
    "from services.anticipo_uci.mecanismo import MECANISMO\n"
    "from shared.focalizacion.huella import huella\n"
    "print(huella(MECANISMO))\n"
)
OTRA_FUENTE = Fuente("Otra resolución")


@pytest.mark.parametrize("semilla", ["1", "2"])
def test_es_la_misma_en_otro_proceso(semilla: str) -> None:
    salida = subprocess.run(
        [sys.executable, "-c", CALCULA],
        env=os.environ | {"PYTHONHASHSEED": semilla},
        capture_output=True,
        text=True,
        check=True,
    )
    assert salida.stdout.strip() == huella(MECANISMO)


def con_regla(**cambios: Any) -> Mecanismo:
    """ANT-12 changed."""
    reglas = tuple(replace(r, **cambios) if r.codigo == "ANT-12" else r for r in MECANISMO.reglas)
    return replace(MECANISMO, reglas=reglas)


def con_estados(**cambios: Any) -> Mecanismo:
    return replace(MECANISMO, estados=replace(MECANISMO.estados, **cambios))


def vence(**cambios: Any) -> dict[str, Vencimiento]:
    plazo = Vencimiento("NO_RECONOCIDO", OTRA_FUENTE, Certeza.DISENO, dias_habiles=15)
    return {"EN_CORRECCION": replace(plazo, **cambios)}


def con_esquema(**cambios: Any) -> Mecanismo:
    return replace(MECANISMO, esquema=replace(MECANISMO.esquema, **cambios))


def con_liquidacion(**cambios: Any) -> Mecanismo:
    return replace(MECANISMO, liquidacion=replace(MECANISMO.liquidacion, **cambios))


def con_cruce(**cambios: Any) -> Mecanismo:
    """The join with reps_sedes changed."""
    pasos = tuple(
        replace(p, **cambios) if isinstance(p, Cruce) and p.prefijo == "sede" else p
        for p in MECANISMO.esquema.pasos
    )
    return con_esquema(pasos=pasos)


def con_tarifa(valor: int, desde: date = date(2020, 6, 1)) -> Mecanismo:
    """The rate as a dated parameter inside the expression of the amount."""
    tarifa = Parametro(Vigente(desde, valor, OTRA_FUENTE))
    return con_liquidacion(valor_centavos=col("camas") * vigente_en(tarifa, col("fecha")))


CAMBIOS: dict[str, Callable[[], Mecanismo]] = {
    "expresión": lambda: con_regla(cumple=col("camas_disponibles") < col("reps_capacidad_dia")),
    "cuándo aplica": lambda: con_regla(aplica=None),
    "efecto": lambda: con_regla(si_incumple=Efecto.RECHAZO),
    "efecto sin dato": lambda: con_regla(si_no_evaluable=None),
    "desde": lambda: con_regla(desde=date(2020, 6, 1)),
    "hasta": lambda: con_regla(hasta=date(2021, 4, 30)),
    "registro requerido": lambda: con_regla(requiere=("reps_transitorias",)),
    "mensaje": lambda: con_regla(mensaje="Otro mensaje."),
    "acción": lambda: con_regla(accion="Otra cosa."),
    "fuente": lambda: con_regla(fuente=OTRA_FUENTE),
    "certeza": lambda: con_regla(certeza=Certeza.NORMA),
    "una regla menos": lambda: replace(MECANISMO, reglas=MECANISMO.reglas[:-1]),
    "un paso menos": lambda: con_esquema(pasos=MECANISMO.esquema.pasos[:-1]),
    "clave de un cruce": lambda: con_cruce(claves={"nit": "nit"}),
    "filtro de un cruce": lambda: con_cruce(filtro=col("habilitado")),
    "corte de un cruce": lambda: con_cruce(por_corte=False),
    "lo que trae un cruce": lambda: con_cruce(trae={"nit": col("nit").min()}),
    "valor": lambda: con_liquidacion(valor_centavos=col("camas")),
    "paso del valor": lambda: con_liquidacion(pasos=(Columna("camas", col("camas_disponibles")),)),
    "precedencia": lambda: con_estados(precedencia=MECANISMO.estados.precedencia[::-1]),
    "línea": lambda: con_estados(precedencia=(Linea("NO_RECONOCIDO", codigos=("ANT-05",)),)),
    "estado de lo demás": lambda: con_estados(otro="GLOSADO"),
    "estado de la forma": lambda: con_estados(forma="NO_RECONOCIDO"),
    "estados que valen dinero": lambda: con_estados(valorados=frozenset({"EN_CORRECCION"})),
    "estado que vence": lambda: con_estados(vencen=vence()),
    "plazo": lambda: con_estados(vencen=vence(meses=6)),
    "día del hecho": lambda: con_esquema(fecha_hecho="otra_fecha"),
}


@pytest.mark.parametrize("cambio", CAMBIOS)
def test_cambia_con_todo_lo_que_decide(cambio: str) -> None:
    assert huella(CAMBIOS[cambio]()) != huella(MECANISMO)


def test_cambia_con_el_valor_y_la_fecha_de_un_parametro() -> None:
    huellas = {
        huella(con_tarifa(100)),
        huella(con_tarifa(101)),
        huella(con_tarifa(100, date(2020, 6, 2))),
    }
    assert len(huellas) == 3


def test_no_cambia_con_lo_que_no_decide() -> None:
    assert huella(replace(MECANISMO, titulo="Otro título")) == huella(MECANISMO)
    assert huella(con_regla(cumple=regla().cumple)) == huella(MECANISMO)


def regla() -> Regla:
    return MECANISMO.regla("ANT-12")


def test_dice_las_versiones_que_tomaron_parte() -> None:
    assert set(versiones()) == {"duckdb", "narwhals", "pyarrow"}
    assert all(versiones().values())
