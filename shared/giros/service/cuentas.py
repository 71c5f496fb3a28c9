"""Bank accounts of payees: given, checked, changed (ANT-18, THS-16)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros.errors import (
    CuentaInexistente,
    EstadoNoPermite,
    ReconocimientoInexistente,
    TitularDistinto,
)
from shared.giros.model import (
    AccionTrasDevolucion,
    CuentaBancaria,
    CuentaPago,
    EsperaPor,
    EstadoCuentaBancaria,
    EstadoReconocimiento,
    Giro,
    Reconocimiento,
)
from shared.giros.repository import CuentaRepository, ReconocimientoRepository
from shared.giros.service.responder import repetir
from shared.giros.service.trabajo import Trabajo, abrir, abrir_varias, cerrar
from shared.seguridad import ROLES_ENTIDAD, Rol, Usuario, alcance, exigir
from shared.tipos import Reloj

_PIDEN_OTRA_CUENTA = frozenset(
    {AccionTrasDevolucion.NUEVA_CUENTA, AccionTrasDevolucion.OTRO_PRODUCTO}
)
_ADMITE_OTRA_CUENTA = frozenset(
    {
        EstadoReconocimiento.ESPERA_PRESUPUESTO,
        EstadoReconocimiento.RECONOCIDO,
        EstadoReconocimiento.ESPERA_CUENTA,
    }
)


async def verificar_cuenta(
    tx: AsyncConnection,
    cuenta_id: UUID,
    *,
    aceptada: bool = True,
    motivo: str | None = None,
    usuario: Usuario,
    reloj: Reloj,
) -> CuentaBancaria:
    """Write the outcome of checking an account and let its recognitions go on, in order.

    What its payee is owed and had no account for is paid there too. The same outcome again
    changes nothing. A rejected account is never accepted later: the payee gives another one.

    Raises:
        Prohibido: neither operador nor treasury.
        CuentaInexistente: no such account.
        TitularDistinto: its holder is not the payee, so it cannot be accepted.
        EstadoNoPermite: it was rejected before.
    """
    exigir(usuario, Rol.OPERADOR, Rol.TESORERIA)
    reconocimientos = ReconocimientoRepository(tx)
    # Lines first, before reading the account: an approval under way sees one state or the other.
    lineas = await reconocimientos.lineas_con_cuenta(cuenta_id)
    trabajos = await abrir_varias(tx, lineas, por=usuario.sujeto, reloj=reloj)
    cuenta = await decidir_cuenta(
        tx, cuenta_id, aceptada=aceptada, motivo=motivo, por=usuario.sujeto, reloj=reloj
    )
    for trabajo in trabajos.values():
        await trabajo.ordenar_en_orden()
    await cerrar(list(trabajos.values()))
    return cuenta


async def decidir_cuenta(
    tx: AsyncConnection,
    cuenta_id: UUID,
    *,
    aceptada: bool,
    motivo: str | None = None,
    por: str,
    reloj: Reloj,
) -> CuentaBancaria:
    """``verificar_cuenta`` by a caller that has locked the lines of its payee, and orders there
    afterwards what may go on."""
    cuentas = CuentaRepository(tx)
    cuenta = (await cuentas.get_many([cuenta_id])).get(cuenta_id)
    if cuenta is None:
        raise CuentaInexistente(f"No existe la cuenta {cuenta_id}.")
    destino = EstadoCuentaBancaria.VERIFICADA if aceptada else EstadoCuentaBancaria.RECHAZADA
    if cuenta.estado is destino:
        return cuenta
    if aceptada:
        _exigir_aceptable(cuenta)
    cuenta = await cuentas.decidir(cuenta_id, destino, motivo=motivo, por=por, ahora=reloj.ahora())
    if aceptada:
        await ReconocimientoRepository(tx).dar_cuenta(cuenta_id, reloj.ahora())
    return cuenta


def _exigir_aceptable(cuenta: CuentaBancaria) -> None:
    if cuenta.estado is EstadoCuentaBancaria.RECHAZADA:
        raise EstadoNoPermite(
            "La cuenta fue rechazada. El beneficiario debe registrar otra.",
            estado=cuenta.estado.value,
        )
    if not cuenta.del_beneficiario:
        raise TitularDistinto(
            f"El titular de la cuenta es {cuenta.pago.titular} y el beneficiario es "
            f"{cuenta.beneficiario}. Pida una cuenta a nombre del beneficiario."
        )


async def cambiar_cuenta(
    tx: AsyncConnection,
    reconocimiento_id: UUID,
    pago: CuentaPago,
    *,
    usuario: Usuario,
    reloj: Reloj,
) -> Reconocimiento:
    """Pay an unpaid recognition into another account, once it is verified.

    Who gives it is the entity that is paid or, when a person is, the one that reported it. Of a
    returned giro it is the correction that the bank asked for: everything it paid goes back to
    the queue with the new account, and is ordered again under another ``id_giro``.

    Raises:
        Prohibido: neither an entity nor operador.
        ReconocimientoInexistente: no such recognition, or of another entity.
        EstadoNoPermite: it is ordered or paid, or was returned for something that another
            account does not mend.
        CuentaRechazada: it was returned, and this account is the one that was refused.
    """
    exigir(usuario, Rol.OPERADOR, *ROLES_ENTIDAD)
    hallado = await obtener(tx, reconocimiento_id, usuario)
    trabajo = await abrir(tx, hallado.linea_id, por=usuario.sujeto, reloj=reloj)
    r = await obtener(tx, reconocimiento_id, usuario)
    if r.estado is EstadoReconocimiento.GIRO_DEVUELTO:
        await repetir(trabajo, await _devuelto(trabajo, r, usuario), pago)
    elif r.estado in _ADMITE_OTRA_CUENTA:
        await _asignar(trabajo, r, pago)
    else:
        raise EstadoNoPermite(
            f"El reconocimiento está en {r.estado} y ya no admite otra cuenta.",
            estado=r.estado.value,
        )
    await trabajo.ordenar_en_orden()
    await cerrar([trabajo])
    return await obtener(tx, reconocimiento_id, usuario)


async def _asignar(trabajo: Trabajo, r: Reconocimiento, pago: CuentaPago) -> None:
    pedida = (r.beneficiario, pago)
    cuenta = (await trabajo.cuentas.asegurar([pedida], trabajo.ahora))[pedida]
    espera = EsperaPor.AFORO.value if r.espera_por is EsperaPor.AFORO else None
    await trabajo.reconocimientos.cambiar(
        r.id,
        trabajo.ahora,
        cuenta_id=cuenta.id,
        estado=r.estado.value if espera else EstadoReconocimiento.RECONOCIDO.value,
        espera_por=espera,
    )


async def _devuelto(trabajo: Trabajo, r: Reconocimiento, usuario: Usuario) -> Giro:
    """The order that the bank returned. An entity mends it only with what the bank asked for."""
    giro = (await trabajo.giros.de_reconocimientos([r.id]))[-1]
    if giro.accion not in _PIDEN_OTRA_CUENTA and Rol.OPERADOR not in usuario.roles:
        raise EstadoNoPermite(
            f"El banco devolvió el giro con código {giro.codigo}, que otra cuenta no resuelve. "
            "Lo revisa el operador.",
            estado=r.estado.value,
        )
    return giro


async def obtener(tx: AsyncConnection, reconocimiento_id: UUID, usuario: Usuario) -> Reconocimiento:
    """A recognition that the user may see.

    Raises:
        ReconocimientoInexistente: no such one, or of another entity.
    """
    hallados = await ReconocimientoRepository(tx).get_many([reconocimiento_id])
    r = hallados.get(reconocimiento_id)
    if r is None or not r.es_de(alcance(usuario)):
        raise ReconocimientoInexistente(f"No existe el reconocimiento {reconocimiento_id}.")
    return r
