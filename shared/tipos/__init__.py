"""Small frozen types of the domain: money, identifiers, months, the clock, refusals."""

from shared.tipos.dinero import (
    MONEDA,
    Centavos,
    a_decimal,
    de_decimal,
    formato_pesos,
    pesos,
    repartir,
)
from shared.tipos.documentos import DocumentoIdentidad
from shared.tipos.errores import (
    Conflicto,
    DemasiadoGrande,
    EntradaInvalida,
    InvarianteRota,
    NoAutenticado,
    NoEncontrado,
    Prohibido,
    Rechazo,
    ServicioNoDisponible,
)
from shared.tipos.identificadores import (
    CodigoDivipola,
    CodigoHabilitacion,
    CodigoSede,
    Nit,
    digito_verificacion,
)
from shared.tipos.periodo import Periodo
from shared.tipos.reloj import BOGOTA, Reloj, RelojFijo, RelojSistema

__all__ = [
    "BOGOTA",
    "MONEDA",
    "Centavos",
    "CodigoDivipola",
    "CodigoHabilitacion",
    "CodigoSede",
    "Conflicto",
    "DemasiadoGrande",
    "DocumentoIdentidad",
    "EntradaInvalida",
    "InvarianteRota",
    "Nit",
    "NoAutenticado",
    "NoEncontrado",
    "Periodo",
    "Prohibido",
    "Rechazo",
    "Reloj",
    "RelojFijo",
    "RelojSistema",
    "ServicioNoDisponible",
    "a_decimal",
    "de_decimal",
    "digito_verificacion",
    "formato_pesos",
    "pesos",
    "repartir",
]
