"""Budget ledger: double entry, append-only, limits enforced by PostgreSQL."""

from shared.presupuesto.errors import (
    ActoInvalido,
    ClaveReutilizada,
    LineaInexistente,
    ReferenciaRepetida,
    SaldoInsuficiente,
)
from shared.presupuesto.model import (
    Acto,
    ActoRegistrado,
    CuadreCuenta,
    Linea,
    Movimiento,
    Resumen,
    TipoActo,
    TipoCuenta,
)

__all__ = [
    "Acto",
    "ActoInvalido",
    "ActoRegistrado",
    "ClaveReutilizada",
    "CuadreCuenta",
    "Linea",
    "LineaInexistente",
    "Movimiento",
    "ReferenciaRepetida",
    "Resumen",
    "SaldoInsuficiente",
    "TipoActo",
    "TipoCuenta",
]
