"""A hypothesis is another mechanism, and never the one that rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from shared.focalizacion import Efecto
from shared.focalizacion.hipotesis import Hipotesis
from shared.focalizacion.huella import huella
from shared.focalizacion.service import valores_de
from shared.reproceso.juicio import Pago, excesos
from shared.reproceso.model import Cambio, Clase, Totales, siguen_igual
from shared.tipos import EntradaInvalida

SUPUESTOS = {
    "parametro": Hipotesis(parametros={"tolerancia_dias": "5"}),
    "politica": Hipotesis(parametros={"politica_exceso": "RECORTE"}),
    "efecto": Hipotesis(efectos={"PRU-14": Efecto.AVISO}),
    "sin regla": Hipotesis(sin_reglas=("PRU-14",)),
}


def test_nothing_supposed_is_the_same_mechanism() -> None:
    assert Hipotesis().aplicar(PRUEBAS) == PRUEBAS


def test_each_supposition_has_a_fingerprint_of_its_own() -> None:
    huellas = {huella(h.aplicar(PRUEBAS)) for h in SUPUESTOS.values()}
    assert len(huellas | {huella(PRUEBAS)}) == len(SUPUESTOS) + 1


def test_what_is_supposed_is_what_judges() -> None:
    supuesto = SUPUESTOS["parametro"].aplicar(PRUEBAS)
    assert valores_de(supuesto, {})["tolerancia_dias"] == "5"
    supuesto = SUPUESTOS["efecto"].aplicar(PRUEBAS)
    assert supuesto.regla("PRU-14").si_incumple is Efecto.AVISO
    assert PRUEBAS.regla("PRU-14").si_incumple is Efecto.GLOSA
    with pytest.raises(LookupError):
        SUPUESTOS["sin regla"].aplicar(PRUEBAS).regla("PRU-14")


@pytest.mark.parametrize(
    ("hipotesis", "dice"),
    [
        (Hipotesis(parametros={"tolerancia_dias": "31"}), "del 0 al 30"),
        (Hipotesis(parametros={"tolerancia_dias": "cinco"}), "del 0 al 30"),
        (Hipotesis(parametros={"otra": "1"}), "no tiene el parámetro"),
        (Hipotesis(efectos={"PRU-99": Efecto.AVISO}), "PRU-99 no es una regla"),
        (Hipotesis(sin_reglas=("PRU-02",)), "PRU-02 no es una regla"),
        (Hipotesis(tablas={"rethus": Path("x")}), "no lee el registro rethus"),
    ],
)
def test_what_the_mechanism_has_not_is_refused(hipotesis: Hipotesis, dice: str) -> None:
    with pytest.raises(EntradaInvalida) as error:
        hipotesis.aplicar(PRUEBAS)
    assert dice in error.value.detalle


# --- what is found of a record that does not change ----------------------------------------------

A, B = ("NI", "900000001"), ("NI", "900000002")
R1, R2 = UUID(int=1), UUID(int=2)
REGISTRO = UUID(int=9)


def base(antes: int, ahora: int) -> Cambio:
    return Cambio(Clase.NOTA, 1, REGISTRO, "LIQUIDADO", "X", (), (), antes, ahora, "")


def pago(rec: UUID, titular: tuple[str, str], valor: int, **mas: Any) -> Pago:
    datos: dict[str, Any] = {"abierto": False, "vale_centavos": 1000, "hallado_centavos": 0} | mas
    return Pago(1, "", rec, titular, valor, **datos)


def vistos(
    antes: int,
    ahora: int,
    pagos: list[Pago],
    debido: dict[tuple[str, str], int],
    *,
    hallado: dict[tuple[int, UUID], int] | None = None,
    libre: int = 1000,
) -> list[tuple[str, int]]:
    libres = dict.fromkeys((R1, R2), libre)
    cambios = excesos(base(antes, ahora), pagos, debido, hallado or {}, libres)
    return [(c.clase.value, c.capital_centavos) for c in cambios]


def test_what_is_found_of_a_record_that_does_not_change() -> None:
    pagada = [pago(R1, A, 100)]
    assert vistos(100, 40, pagada, {A: 40}) == [("HALLAZGO", 60)]
    assert vistos(100, 0, pagada, {}) == [("HALLAZGO", 100)]
    assert vistos(100, 150, pagada, {A: 150}) == [("NOTA", 0)]
    assert vistos(100, 0, pagada, {}, hallado={(1, R1): 100}) == []
    assert vistos(100, 0, pagada, {}, hallado={(1, R1): 60}) == [("HALLAZGO", 40)]
    assert vistos(100, 0, pagada, {}, libre=30) == [("HALLAZGO", 30)]
    # What nobody ordered goes first; somebody else being paid is no excuse.
    mixta = [pago(R1, A, 60), pago(R2, A, 40, abierto=True)]
    assert vistos(100, 50, mixta, {A: 50}) == [("RECORTE", 40), ("HALLAZGO", 10)]
    assert vistos(100, 100, pagada, {B: 100}) == [("HALLAZGO", 100)]


def test_what_was_shown_is_what_comes_out() -> None:
    uno, otro = base(100, 0), Cambio(Clase.CAMBIO, 2, uuid4(), "A", "B", (), (), 0, 5, "")
    assert siguen_igual([uno], [uno], frozenset({REGISTRO}))
    assert siguen_igual([uno], [], frozenset())  # it is no longer there
    assert not siguen_igual([uno], [], frozenset({REGISTRO}))
    assert not siguen_igual([uno], [uno, otro], frozenset({REGISTRO, otro.registro_id}))


def test_totals_add_up() -> None:
    totales = Totales()
    totales.sumar([base(100, 0), base(50, 70)])
    assert totales.cambian == 0
    assert totales.a_json()["grupos"] == [
        {
            "clase": "NOTA",
            "de": "LIQUIDADO",
            "a": "X",
            "registros": 2,
            "antes_centavos": 150,
            "despues_centavos": 70,
        }
    ]
