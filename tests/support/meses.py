"""The smallest mechanism in which several share a quantity: thirty days of a person and month."""

from __future__ import annotations

from typing import Final

import narwhals as nw

from shared.focalizacion import (
    Beneficiario,
    Columna,
    Cruce,
    Cupo,
    Efecto,
    Esquema,
    Estados,
    Etapa,
    Linea,
    Liquidacion,
    Mecanismo,
    Regla,
    col,
    lit,
)
from shared.normativa import Certeza, Fuente
from shared.registros.model import ENTERO, TEXTO, ColumnaRegistro
from shared.tipos.campos import Campo, Tipo
from tests.support.mesa import Fila

DIAS_DEL_MES: Final = 30
_VALOR_DIA: Final = 100_00
_ACTO: Final = Fuente("Acto de prueba", "art. 2", certeza=Certeza.DISENO)
_PERSONA_MES: Final = ("numero_documento", "mes")


def _regla(codigo: str, efecto: Efecto, etapa: Etapa, cumple: nw.Expr | None = None) -> Regla:
    return Regla(
        codigo=codigo,
        titulo=codigo,
        etapa=etapa,
        cumple=cumple,
        si_incumple=efecto,
        fuente=_ACTO,
        mensaje="No se cumple.",
        certeza=Certeza.DISENO,
    )


MESES: Final = Mecanismo(
    nombre="meses",
    titulo="Meses de prueba",
    prefijo="MES",
    esquema=Esquema(
        campos=(
            Campo("numero_documento", Tipo.TEXTO, largo=20, ejemplo="1"),
            Campo("mes", Tipo.TEXTO, largo=7, ejemplo="2020-05"),
            Campo("quien", Tipo.TEXTO, largo=20, ejemplo="1"),
            Campo("dias", Tipo.ENTERO, ejemplo="15"),
            Campo("fecha", Tipo.FECHA, ejemplo="2020-05-01"),
        ),
        clave=(*_PERSONA_MES, "quien"),
        fecha_hecho="fecha",
        pasos=(
            Cruce(
                "dicho",
                registro="historia",
                claves={c: c for c in _PERSONA_MES},
                filtro=col("estado") != "NEGADO",
                trae={"dias": col("dias").sum().cast(nw.Int64)},
            ),
            Columna("tomados", col("dicho_dias").fill_null(lit(0))),
        ),
        obligatorios=(),
        opcionales=("historia",),
        historia=(
            ColumnaRegistro("numero_documento", TEXTO, obligatoria=True),
            ColumnaRegistro("mes", TEXTO, obligatoria=True),
            ColumnaRegistro("dias", ENTERO),
        ),
        cupos=(Cupo(clave=_PERSONA_MES, maximo=DIAS_DEL_MES, cantidad=col("dias")),),
    ),
    reglas=(
        _regla("MES-00", Efecto.CORRECCION, Etapa.FORMA),
        _regla("MES-16", Efecto.RECHAZO, Etapa.FOC, col("tomados") + col("dias") <= DIAS_DEL_MES),
    ),
    liquidacion=Liquidacion(
        pasos=(),
        valor_centavos=col("dias") * _VALOR_DIA,
        beneficiarios=(
            Beneficiario(
                concepto="mes",
                tipo_documento=lit("NI"),
                numero=col("quien"),
                nombre=col("quien"),
                valor_centavos=col("dias") * _VALOR_DIA,
            ),
        ),
    ),
    estados=Estados(
        precedencia=(
            Linea("NEGADO", efectos=(Efecto.RECHAZO,)),
            Linea("EN_CORRECCION", efectos=(Efecto.CORRECCION,)),
        ),
        otro="LIQUIDADO",
        forma="EN_CORRECCION",
        valorados=frozenset({"LIQUIDADO"}),
        liberan=frozenset({"NEGADO", "EN_CORRECCION"}),
        corregibles=frozenset({"EN_CORRECCION"}),
        transiciones={},
    ),
)


def mes(persona: str, dias: int, quien: str) -> Fila:
    """Days of May that somebody asks of a person."""
    return {
        "numero_documento": persona,
        "mes": "2020-05",
        "quien": quien,
        "dias": str(dias),
        "fecha": "2020-05-01",
    }
