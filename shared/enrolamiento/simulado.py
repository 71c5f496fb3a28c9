"""Adapters that reach nobody: an operator and a sender of notices for demonstrations and tests.

The operator opens most accounts within days, refuses some and never answers others, and checks of a
product what can be told without asking anyone. The same seed, person, request and instant give the
same answer, whoever asks and however often.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from shared.enrolamiento.model import Causa, Respuesta, Resultado
from shared.enrolamiento.puertos import Aviso, Canal, Contacto, Envio, PedidoAbrir, PedidoValidar
from shared.giros.model import CuentaPago
from shared.seguridad import enmascarar

DIA: Final = 86_400.0
"""Seconds of a day."""

ENTIDADES: Final = frozenset(
    {
        *("1001", "1002", "1006", "1007", "1009", "1012", "1013", "1014", "1019", "1023", "1032"),
        *("1040", "1051", "1052", "1059", "1061", "1062", "1507", "1551", "1801"),
    }
)
"""Codes that exist (registers §17.1)."""
DEPOSITOS: Final = ("1507", "1551", "1801")
"""Entities that open a depósito de bajo monto remotely (CET §8)."""
_SIMPLIFICADO: Final = "DBM"
_LARGO: Final = range(6, 18)
"""Digits of the number of a product."""

_VALIDAR: Final = (
    (0.88, None),
    (0.03, Causa.PRODUCTO_NO_EXISTE),
    (0.02, Causa.PRODUCTO_INACTIVO),
    (0.01, Causa.NO_ADMITE_ABONOS),
    (0.02, Causa.TITULAR_DISTINTO),
    (0.04, Causa.SIN_RESPUESTA),
)
_ABRIR: Final = (
    (0.80, None),
    (0.06, Causa.SIN_CONTACTO),
    (0.05, Causa.DATOS_NO_COINCIDEN),
    (0.01, Causa.TOPE_DE_PRODUCTOS),
    (0.08, Causa.SIN_RESPUESTA),
)
"""Outcome of a request and its share. SIN_RESPUESTA: it stays silent on that one."""
_DIAS_VALIDAR: Final = (0.1, 2.0)
_DIAS_ABRIR: Final = (1.0, 9.0)
"""Days that it takes, from and to."""


@dataclass(frozen=True)
class OperadorSimulado:
    """``semilla`` chooses who gets what; a day of its lasts ``segundos_por_dia``."""

    semilla: int = 0
    segundos_por_dia: float = DIA
    nombre: str = "simulado"

    async def validar(self, pedido: PedidoValidar) -> Respuesta | None:
        producto = pedido.producto
        clave = f"validar|{producto.codigo_banco}|{producto.numero_producto}|{pedido.intento}"
        causa = _impropio(producto)
        if causa is None:
            causa = _sorteo(_VALIDAR, self._azar(clave))
        if not self._llego(clave, pedido.pedida_hace_segundos, _DIAS_VALIDAR, causa):
            return None
        return _respuesta(pedido, causa)

    async def abrir(self, pedido: PedidoAbrir) -> Respuesta | None:
        """A depósito de bajo monto, whose number is the mobile; without one nobody answers."""
        persona = f"{pedido.beneficiario.tipo_documento}|{pedido.beneficiario.numero}"
        clave = f"abrir|{persona}|{pedido.intento}"
        celular = pedido.contacto.celular
        causa = _sorteo(_ABRIR, self._azar(clave)) if celular else Causa.SIN_CONTACTO
        if not self._llego(clave, pedido.pedida_hace_segundos, _DIAS_ABRIR, causa):
            return None
        if causa is not None or celular is None:
            return _respuesta(pedido, causa)
        banco = DEPOSITOS[int(self._azar(f"banco|{persona}") * len(DEPOSITOS))]
        titular = pedido.beneficiario
        producto = CuentaPago(banco, _SIMPLIFICADO, celular, titular.numero, titular.tipo_documento)
        return Respuesta(pedido.id, Resultado.ACEPTADA, producto=producto)

    def _llego(
        self, clave: str, hace_segundos: float, dias: tuple[float, float], causa: Causa | None
    ) -> bool:
        if causa is Causa.SIN_RESPUESTA:
            return False
        minimo, maximo = dias
        tarda = minimo + self._azar(f"tarda|{clave}") * (maximo - minimo)
        return hace_segundos >= tarda * self.segundos_por_dia

    def _azar(self, clave: str) -> float:
        """From 0 to 1, always the same for a key."""
        huella = hashlib.blake2b(f"{self.semilla}|{clave}".encode(), digest_size=8).digest()
        return int.from_bytes(huella) / 2**64


def _impropio(producto: CuentaPago) -> Causa | None:
    """What is wrong with a product by itself."""
    if producto.codigo_banco not in ENTIDADES:
        return Causa.ENTIDAD_NO_EXISTE
    numero = producto.numero_producto
    if not numero.isdecimal() or len(numero) not in _LARGO:
        return Causa.PRODUCTO_NO_EXISTE
    return None


def _sorteo(partes: tuple[tuple[float, Causa | None], ...], azar: float) -> Causa | None:
    for parte, causa in partes:
        azar -= parte
        if azar < 0:
            return causa
    return partes[0][1]


def _respuesta(pedido: PedidoValidar | PedidoAbrir, causa: Causa | None) -> Respuesta:
    resultado = Resultado.ACEPTADA if causa is None else Resultado.RECHAZADA
    return Respuesta(pedido.id, resultado, causa)


class AvisosSimulados:
    """Says how each notice would go, by SMS first; nothing leaves."""

    async def enviar(self, aviso: Aviso) -> Envio:
        return destino_de(aviso.contacto)


def destino_de(contacto: Contacto) -> Envio:
    """Where a notice goes, masked: the mobile, else the e-mail."""
    if contacto.celular:
        return Envio(Canal.SMS, enmascarar(contacto.celular))
    if contacto.correo:
        local, _, dominio = contacto.correo.partition("@")
        return Envio(Canal.CORREO, f"{local[:1]}…@{dominio}")
    return Envio(Canal.NINGUNO, None)
