"""Refusals of the settlements."""

from __future__ import annotations

from shared.tipos import Conflicto, NoEncontrado, Prohibido


class DesgloseInexistente(NoEncontrado):
    """No list with that id, or not the caller's."""

    codigo = "liquidaciones.desglose_inexistente"
    titulo = "No existe esa lista de beneficiarios"


class DesgloseNoAdmitido(Conflicto):
    """The recognition has a list already, or it is not one that may be paid to others."""

    codigo = "liquidaciones.desglose_no_admitido"
    titulo = "El reconocimiento no admite esa lista de beneficiarios"


class DesgloseDecidido(Conflicto):
    """It was accepted or refused already."""

    codigo = "liquidaciones.desglose_decidido"
    titulo = "La lista de beneficiarios ya se decidió"


class FuncionesSeparadas(Prohibido):
    """Who gives a list does not decide it."""

    codigo = "liquidaciones.funciones_separadas"
    titulo = "Quien entrega una lista de beneficiarios no la decide"
