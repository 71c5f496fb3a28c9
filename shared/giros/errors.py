"""Refusals of recognitions and giros."""

from __future__ import annotations

from shared.tipos import Conflicto, NoEncontrado, Prohibido, formato_pesos


class ReconocimientoInexistente(NoEncontrado):
    """No recognition with that id, or not the caller's."""

    codigo = "giros.reconocimiento_inexistente"
    titulo = "No existe ese reconocimiento"


class GiroInexistente(NoEncontrado):
    """No giro with that id."""

    codigo = "giros.giro_inexistente"
    titulo = "No existe ese giro"


class CuentaInexistente(NoEncontrado):
    """No bank account with that id."""

    codigo = "giros.cuenta_inexistente"
    titulo = "No existe esa cuenta bancaria"


class ReintegroInexistente(NoEncontrado):
    """No reintegro file with that id."""

    codigo = "giros.reintegro_inexistente"
    titulo = "No existe ese reintegro"


class EstadoNoPermite(Conflicto):
    """The thing is in a state in which the operation makes no sense."""

    codigo = "giros.estado_no_permite"
    titulo = "El estado actual no permite la operación"


class FuncionesSeparadas(Prohibido):
    """The same person would prepare, approve or pay the same money (PRE-08)."""

    codigo = "giros.funciones_separadas"
    titulo = "Quien prepara, quien ordena y quien paga deben ser personas distintas"


class CuentaRechazada(Conflicto):
    """The account cannot receive this giro; another one is needed (ANT-18)."""

    codigo = "giros.cuenta_rechazada"
    titulo = "La cuenta bancaria no sirve para este giro"


class TitularDistinto(Conflicto):
    """The holder of the account is not the payee (ANT-18)."""

    codigo = "giros.titular_distinto"
    titulo = "El titular de la cuenta no es el beneficiario"


class ReconocimientoDistinto(Conflicto):
    """The radicación already has a recognition for this NIT, with other content."""

    codigo = "giros.reconocimiento_distinto"
    titulo = "La radicación ya tiene un reconocimiento distinto"


class DesgloseExcedido(Conflicto):
    """The payees are given more than the recognition is worth."""

    codigo = "giros.desglose_excedido"
    titulo = "Los beneficiarios suman más que el reconocimiento"

    @classmethod
    def de(cls, valor_centavos: int, sobra_centavos: int) -> DesgloseExcedido:
        """With the amounts, for whoever has to mend the list."""
        return cls(
            f"El reconocimiento vale {formato_pesos(valor_centavos)} y la lista lo excede en "
            f"{formato_pesos(sobra_centavos)}. Reduzca lo de algún beneficiario."
        )


class FueraDePlazo(Conflicto):
    """The term for the support of the funds is over, or the term to close is not over yet."""

    codigo = "giros.fuera_de_plazo"
    titulo = "La operación está fuera de plazo"


class ReintegroExcedido(Conflicto):
    """The amount is more than what was paid or than what is still owed."""

    codigo = "giros.reintegro_excedido"
    titulo = "El valor supera lo que se puede reintegrar"


class OtraSituacion(Conflicto):
    """A recognition went to the bank, or was annulled, after it was read (409)."""

    codigo = "giros.otra_situacion"
    titulo = "El pago cambió de situación"
