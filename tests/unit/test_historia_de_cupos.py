"""What the rules are told of a record whose money came back."""

from __future__ import annotations

from shared.focalizacion.descubrir import mecanismo
from shared.focalizacion.model import DEL_REGISTRO
from shared.radicacion.trabajo import consulta_de


def test_lo_reintegrado_sigue_siendo_del_registro_que_tiene_su_parte() -> None:
    publicados = consulta_de(mecanismo("activos_emergencia"), None).publicados
    assert {publicados[e] for e in ("REINTEGRADO", "ANULADO")} == {DEL_REGISTRO}
    assert "GIRADO" not in publicados


def test_sin_cupos_se_dice_como_se_publica() -> None:
    assert "ANULADO" not in consulta_de(mecanismo("talento_humano"), None).publicados
