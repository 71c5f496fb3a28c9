"""What is due of the product of a payee, by what is so and by what the operator answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.db import Ajustes
from shared.enrolamiento.model import (
    CAUSAS,
    INTENTOS,
    REINTENTOS_GIRO,
    Accion,
    Causa,
    Enrolamiento,
    EstadoEnrolamiento,
    Hechos,
    Operacion,
    Respuesta,
    Resultado,
    Ruta,
    Solicitud,
    falta_de,
    que_sigue,
    ruta_de,
    tras_respuesta,
)
from shared.enrolamiento.puertos import Contacto, PedidoAbrir, PedidoValidar
from shared.enrolamiento.schemas import ENCABEZADO_RESPUESTAS, leer_respuestas
from shared.enrolamiento.settings import AjustesEnrolamiento
from shared.enrolamiento.simulado import OperadorSimulado, destino_de
from shared.focalizacion import DEL_REGISTRO
from shared.giros.model import (
    Beneficiario,
    CuentaBancaria,
    CuentaPago,
    EstadoCuentaBancaria,
    EstadoReconocimiento,
)
from shared.giros.publicados import estado_publicado
from shared.tipos import EntradaInvalida

HOY = date(2021, 3, 1)
ANA = Beneficiario("CC", "1000000001")
PRODUCTO = CuentaPago("1551", "DBM", "3001234567", ANA.numero, "CC")
RECONOCIDO, DEVUELTO = EstadoReconocimiento.RECONOCIDO, EstadoReconocimiento.GIRO_DEVUELTO
VALIDANDO, ENROLANDO = EstadoEnrolamiento.VALIDANDO, EstadoEnrolamiento.ENROLANDO
LISTO, REVISION = EstadoEnrolamiento.LISTO, EstadoEnrolamiento.REVISION


def cuenta(estado: str = "POR_VERIFICAR", **cambios: Any) -> CuentaBancaria:
    pago = replace(PRODUCTO, **cambios)
    return CuentaBancaria(uuid4(), ANA, pago, EstadoCuentaBancaria(estado))


def enrolamiento(estado: EstadoEnrolamiento, **cambios: Any) -> Enrolamiento:
    ahora = datetime(2021, 3, 1, tzinfo=UTC)
    base = Enrolamiento(
        uuid4(), "compensacion_rs", uuid4(), ANA, "EPSS01", estado, None, 1, 1, 0, None, None,
        ahora, ahora,
    )  # fmt: skip
    return replace(base, **cambios)


def solicitud(e: Enrolamiento, operacion: Operacion, numero: int = 1) -> Solicitud:
    return Solicitud(
        uuid4(), e.id, numero, numero, operacion, e.cuenta_id, e.abierto_at, None, None, None,
        None, None,
    )  # fmt: skip


def abierta(s: Solicitud) -> Respuesta:
    return Respuesta(s.id, Resultado.ACEPTADA, producto=PRODUCTO)


def fallida(s: Solicitud) -> Respuesta:
    return Respuesta(s.id, Resultado.RECHAZADA, Causa.SIN_CONTACTO)


SUYA, AJENA = cuenta(), cuenta(titular_nit="900")
BUENA, MALA = cuenta("VERIFICADA"), cuenta("RECHAZADA")


@pytest.mark.parametrize(
    ("e", "hechos", "accion"),
    [
        (enrolamiento(VALIDANDO), Hechos(RECONOCIDO, SUYA), Accion.VALIDAR),
        (enrolamiento(VALIDANDO, cuenta_id=SUYA.id), Hechos(RECONOCIDO, SUYA), Accion.NADA),
        (enrolamiento(VALIDANDO, cuenta_id=SUYA.id), Hechos(RECONOCIDO, AJENA), Accion.ENROLAR),
        (enrolamiento(VALIDANDO), Hechos(RECONOCIDO, MALA), Accion.ENROLAR),
        (enrolamiento(VALIDANDO), Hechos(RECONOCIDO, BUENA), Accion.LISTA),
        (enrolamiento(LISTO, cuenta_id=BUENA.id), Hechos(RECONOCIDO, BUENA), Accion.NADA),
        (enrolamiento(LISTO), Hechos(RECONOCIDO, None), Accion.ENROLAR),
        (enrolamiento(ENROLANDO), Hechos(RECONOCIDO, SUYA), Accion.VALIDAR),
        (enrolamiento(ENROLANDO), Hechos(RECONOCIDO, None), Accion.NADA),
        (enrolamiento(ENROLANDO), Hechos(EstadoReconocimiento.ANULADO, None), Accion.CERRAR),
        (enrolamiento(ENROLANDO), Hechos(RECONOCIDO, None, vigente=False), Accion.CERRAR),
        (enrolamiento(VALIDANDO), Hechos(EstadoReconocimiento.GIRADO, BUENA), Accion.LISTA),
        (
            enrolamiento(LISTO, cuenta_id=BUENA.id),
            Hechos(EstadoReconocimiento.GIRADO, BUENA),
            Accion.NADA,
        ),
        (enrolamiento(EstadoEnrolamiento.AGOTADO), Hechos(DEVUELTO, BUENA), Accion.NADA),
        (enrolamiento(LISTO), Hechos(DEVUELTO, BUENA, codigo_banco="R03"), Accion.REENROLAR),
        (enrolamiento(LISTO), Hechos(DEVUELTO, MALA, codigo_banco="R17"), Accion.AGOTAR),
        (enrolamiento(LISTO), Hechos(DEVUELTO, BUENA, codigo_banco="D31"), Accion.REPETIR),
        (enrolamiento(LISTO), Hechos(DEVUELTO, MALA, codigo_banco="D31"), Accion.REENROLAR),
        (enrolamiento(LISTO), Hechos(DEVUELTO, BUENA, codigo_banco="R23"), Accion.REVISAR),
        (enrolamiento(REVISION), Hechos(DEVUELTO, BUENA, codigo_banco="R23"), Accion.NADA),
        (enrolamiento(REVISION), Hechos(RECONOCIDO, BUENA), Accion.LISTA),
        (
            enrolamiento(LISTO, reintentos_giro=REINTENTOS_GIRO),
            Hechos(DEVUELTO, BUENA, codigo_banco="D31"),
            Accion.REVISAR,
        ),
    ],
)
def test_what_is_so_says_what_is_due(e: Enrolamiento, hechos: Hechos, accion: Accion) -> None:
    assert que_sigue(e, hechos, HOY) is accion


def test_it_is_asked_four_times_fifteen_days_apart_and_no_more() -> None:
    hechos = Hechos(RECONOCIDO, None)
    for intento in range(INTENTOS + 1):
        e = enrolamiento(ENROLANDO, intento=intento, numero=9, proximo=HOY)
        assert que_sigue(e, hechos, HOY - timedelta(days=1)) is Accion.NADA
        ultima = intento == INTENTOS
        assert que_sigue(e, hechos, HOY) is (Accion.AGOTAR if ultima else Accion.PEDIR)
        # While an older one opens the same person an account, this one waits for it.
        assert que_sigue(e, replace(hechos, otro_enrola=True), HOY) is Accion.NADA
    callado = enrolamiento(VALIDANDO, cuenta_id=SUYA.id, intento=INTENTOS, numero=9, proximo=HOY)
    assert que_sigue(callado, Hechos(RECONOCIDO, SUYA), HOY) is Accion.ENROLAR


def test_the_first_account_that_is_opened_is_the_one_in_any_order() -> None:
    """Guarantee: whatever the order of the answers to four requests, one account at the most."""
    for orden in permutations(range(1, 5)):
        e = enrolamiento(ENROLANDO, numero=4, intento=4)
        abiertas = 0
        for numero in orden:
            s = solicitud(e, Operacion.ABRIR, numero)
            h = Hechos(RECONOCIDO, None if e.estado is ENROLANDO else BUENA)
            accion = tras_respuesta(e, h, s, abierta(s) if numero % 2 else fallida(s))
            if accion is Accion.LISTA:
                abiertas += 1
                e = replace(e, estado=LISTO)
            elif accion is Accion.AGOTAR:
                e = replace(e, estado=EstadoEnrolamiento.AGOTADO)
        assert abiertas == (1 if e.estado is LISTO else 0)
        # The last request, refused, ends it only if nothing was opened before.
        antes = orden[: orden.index(4)]
        assert (e.estado is LISTO) == bool({1, 3} & set(antes))


def test_a_late_refusal_of_an_earlier_request_ends_nothing() -> None:
    e = enrolamiento(ENROLANDO, numero=3, intento=3)
    h = Hechos(RECONOCIDO, None)
    for numero, accion in ((1, None), (2, None), (3, Accion.NADA)):
        s = solicitud(e, Operacion.ABRIR, numero)
        assert tras_respuesta(e, h, s, fallida(s)) is accion
    ultimo = replace(e, numero=7, intento=INTENTOS)
    s = solicitud(ultimo, Operacion.ABRIR, 7)
    assert tras_respuesta(ultimo, h, s, fallida(s)) is Accion.AGOTAR
    assert tras_respuesta(ultimo, replace(h, pago=EstadoReconocimiento.GIRADO), s, abierta(s)) is (
        None
    )


def test_a_check_counts_of_the_product_under_check() -> None:
    e = enrolamiento(VALIDANDO, cuenta_id=SUYA.id)
    h = Hechos(RECONOCIDO, SUYA)
    s = solicitud(e, Operacion.VALIDAR)
    bien, mal = Respuesta(s.id, Resultado.ACEPTADA), fallida(s)
    assert tras_respuesta(e, h, s, bien) is Accion.LISTA
    assert tras_respuesta(e, h, s, mal) is Accion.ENROLAR
    assert tras_respuesta(replace(e, cuenta_id=BUENA.id), h, s, bien) is None
    assert tras_respuesta(replace(e, estado=ENROLANDO), h, s, bien) is None


def test_every_return_code_has_a_way() -> None:
    assert {c: ruta_de(c) for c in ("R02", "R17", "D27", "R06", "R34", None, "R99")} == {
        "R02": Ruta.REENROLAR,
        "R17": Ruta.CORREGIR,
        "D27": Ruta.REINTENTAR,
        "R06": Ruta.REVISAR,
        "R34": Ruta.REVISAR,
        None: Ruta.REVISAR,
        "R99": Ruta.REVISAR,
    }


def test_a_record_may_show_its_own_state() -> None:
    publicados = {"RECONOCIDO": DEL_REGISTRO, "GIRADO": "PAGADO"}
    for estado, nombre in (("RECONOCIDO", "PROPIO"), ("GIRADO", "PAGADO"), ("OTRO", "OTRO")):
        assert estado_publicado(estado, publicados, del_registro="PROPIO") == nombre


def test_everybody_is_told_what_is_missing() -> None:
    assert set(CAUSAS) == set(Causa)
    textos = [falta_de(enrolamiento(e)) for e in EstadoEnrolamiento]
    assert all(t.que.endswith(".") and t.quien.endswith(".") for t in textos)


# --- the simulated operator ------------------------------------------------------------------


def abrir(i: int, intento: int = 1, dias: float = 30, celular: str | None = "3001234567") -> Any:
    persona = Beneficiario("CC", f"{1_000_000_000 + i}")
    contacto = Contacto(celular=celular)
    return PedidoAbrir(UUID(int=i), intento, dias * 86_400, persona, "PERSONA", contacto)


async def test_it_opens_most_fails_some_and_stays_silent_on_some() -> None:
    operador = OperadorSimulado(semilla=7)
    respuestas = [await operador.abrir(abrir(i)) for i in range(2000)]
    veces = Counter("SIN" if r is None else r.resultado.value for r in respuestas)
    assert 0.77 < veces["ACEPTADA"] / 2000 < 0.83
    assert 0.06 < veces["SIN"] / 2000 < 0.10
    assert veces["RECHAZADA"] > 150
    for i, r in enumerate(respuestas):
        if r is not None and r.producto is not None:
            assert r.producto.titular == abrir(i).beneficiario
    # The same always, whoever asks; another attempt may end otherwise.
    assert respuestas == [await OperadorSimulado(semilla=7).abrir(abrir(i)) for i in range(2000)]
    otras = [await operador.abrir(abrir(i, intento=2)) for i in range(2000)]
    assert otras != respuestas


async def test_it_takes_days_and_then_it_does_not_change_its_mind() -> None:
    operador = OperadorSimulado()
    por_dia = [
        [await operador.abrir(abrir(i, dias=dias)) for i in range(300)] for dias in (0.5, 4, 9, 400)
    ]
    assert not any(por_dia[0])
    for antes, despues in pairwise(por_dia):
        assert all(a is None or a == d for a, d in zip(antes, despues, strict=True))
    assert por_dia[2] == por_dia[3]
    rapido = OperadorSimulado(segundos_por_dia=0)
    assert [await rapido.abrir(abrir(i, dias=0)) for i in range(300)] == por_dia[3]


async def test_it_needs_a_mobile_and_a_product_that_can_be() -> None:
    operador = OperadorSimulado(segundos_por_dia=0)
    sin_celular = await operador.abrir(abrir(1, celular=None))
    assert sin_celular is not None
    assert sin_celular.causa is Causa.SIN_CONTACTO
    for cambios, causa in (
        ({"codigo_banco": "9999"}, Causa.ENTIDAD_NO_EXISTE),
        ({"numero_producto": "12"}, Causa.PRODUCTO_NO_EXISTE),
        ({"numero_producto": "12-345A7"}, Causa.PRODUCTO_NO_EXISTE),
    ):
        pedido = PedidoValidar(uuid4(), 1, 0, replace(PRODUCTO, **cambios))
        respuesta = await operador.validar(pedido)
        assert respuesta is not None
        assert respuesta.causa is causa


def test_nothing_simulated_outside_development_and_nothing_personal_in_sight() -> None:
    produccion, desarrollo = Ajustes(entorno="produccion"), Ajustes(entorno="desarrollo")
    simulado = AjustesEnrolamiento(operador="simulado", avisos="simulado")
    for crear in (simulado.crear_operador, simulado.crear_avisos):
        assert crear(desarrollo) is not None
        with pytest.raises(EntradaInvalida, match="solo se admite en desarrollo"):
            crear(produccion)
    por_archivo = AjustesEnrolamiento()
    assert por_archivo.crear_operador(produccion) is None
    assert por_archivo.crear_avisos(produccion) is None
    pedido, s = abrir(1), solicitud(enrolamiento(ENROLANDO), Operacion.ABRIR)
    visible = f"{pedido!r} {pedido.contacto!r} {abierta(s)!r} {enrolamiento(ENROLANDO)!r}"
    for dato in ("3001234567", "PERSONA", ANA.numero, pedido.beneficiario.numero):
        assert dato not in visible
    assert destino_de(Contacto(celular="3001234567")).destino == "…567"
    assert destino_de(Contacto(correo="ana@correo.example")).destino == "a…@correo.example"
    assert destino_de(Contacto()).canal.value == "NINGUNO"


# --- the file of answers ---------------------------------------------------------------------


def archivo(*lineas: str) -> bytes:
    return "\r\n".join([",".join(ENCABEZADO_RESPUESTAS), *lineas]).encode("utf-8-sig")


def test_the_file_of_answers_is_read_whole_or_not_at_all() -> None:
    uno, dos = uuid4(), uuid4()
    leidas = leer_respuestas(
        archivo(
            f"{uno},ACEPTADA,,1551,DBM,3001234567,CC,1000000001",
            f"{dos},RECHAZADA,SIN_CONTACTO,,,,,",
        )
    )
    assert leidas == [
        Respuesta(uno, Resultado.ACEPTADA, producto=PRODUCTO),
        Respuesta(dos, Resultado.RECHAZADA, Causa.SIN_CONTACTO),
    ]
    with pytest.raises(EntradaInvalida, match="2 líneas están mal") as error:
        leer_respuestas(
            archivo(
                f"{uno},ACEPTADA,,1551,DBM,3001234567,CC,10000000AÑ",
                f"{dos},RECHAZADA,,,,,,",
                f"{uno},ACEPTADA,,,,,,",
            )
        )
    assert "Línea 2: revise titular_numero_documento." in error.value.detalle
    assert "10000000" not in error.value.detalle
    with pytest.raises(EntradaInvalida, match="La primera línea"):
        leer_respuestas(b"solicitud_id,resultado\n")
    with pytest.raises(EntradaInvalida, match="UTF-8"):
        leer_respuestas(b"\xff\xfe")
