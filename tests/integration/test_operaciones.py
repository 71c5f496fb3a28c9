"""Back office: who may call each route, and what each one does to real money and registers."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.embebido.postgres import PostgresEmbebido
from shared.giros import CuentaPago, NuevoReconocimiento
from shared.giros.service import reconocer
from shared.presupuesto.service import crear_linea
from shared.seguridad import Rol
from shared.tipos import a_decimal, pesos
from tests.support.anticipo import (
    CASO,
    LINEA,
    NADIE,
    NIT,
    OPERACIONES,
    PDF,
    Persona,
    Suite,
    suite_vacia,
)

INTERNOS = {Rol.OPERADOR, Rol.ORDENADOR, Rol.TESORERIA, Rol.AUDITOR, Rol.ADMIN}
SOLO: dict[tuple[str, str], set[Rol]] = {
    ("POST", "lineas/anticipo_uci/2021/aforo"): {Rol.ORDENADOR},
    ("POST", "lineas/anticipo_uci/2021/recaudo"): {Rol.ORDENADOR},
    ("POST", "reconocimientos/aprobar"): {Rol.ORDENADOR},
    ("POST", f"reconocimientos/{NADIE}/legalizacion/aceptar"): {Rol.OPERADOR},
    ("POST", f"reconocimientos/{NADIE}/cerrar"): {Rol.OPERADOR},
    ("POST", f"reconocimientos/{NADIE}/reintegros"): {Rol.OPERADOR},
    ("POST", f"reintegros/{NADIE}/confirmar"): {Rol.OPERADOR},
    ("POST", f"reintegros/{NADIE}/aclarar"): {Rol.OPERADOR},
    ("POST", f"reintegros/{NADIE}/adeudado"): {Rol.OPERADOR},
    ("POST", f"reintegros/{NADIE}/pagos"): {Rol.TESORERIA},
    ("POST", f"giros/{NADIE}/reprogramar"): {Rol.OPERADOR, Rol.TESORERIA},
    ("POST", f"cuentas/{NADIE}/decision"): {Rol.TESORERIA},
    ("POST", f"respuestas/en-suspenso/{NADIE}/resolver"): {Rol.TESORERIA},
    ("POST", "entidades-en-revision"): {Rol.OPERADOR},
    ("GET", "enrolamientos/anticipo_uci/pedidos.csv"): {Rol.OPERADOR},
    ("POST", "enrolamientos/anticipo_uci/respuestas"): {Rol.OPERADOR},
    ("POST", f"enrolamientos/anticipo_uci/{NADIE}/reintentar"): {Rol.OPERADOR},
    ("POST", f"enrolamientos/anticipo_uci/{NADIE}/producto"): {Rol.OPERADOR},
    ("POST", f"enrolamientos/anticipo_uci/{NADIE}/solicitudes/{NADIE}/respuesta"): {Rol.OPERADOR},
    ("POST", "reprocesos"): {Rol.OPERADOR},
    ("POST", f"reprocesos/{NADIE}/confirmar"): {Rol.OPERADOR, Rol.ORDENADOR},
    ("POST", f"reprocesos/{NADIE}/descartar"): {Rol.OPERADOR},
    ("POST", f"reprocesos/{NADIE}/reintentar"): {Rol.OPERADOR},
    ("POST", "cortes"): {Rol.OPERADOR},
    ("POST", f"cortes/{NADIE}/estado"): {Rol.OPERADOR},
    ("GET", f"cortes/{NADIE}/rechazos.csv"): {Rol.OPERADOR},
    ("PUT", "ventanas/anticipo_uci/2021-02"): {Rol.ORDENADOR},
    ("PUT", "ventanas/anticipo_uci"): {Rol.ORDENADOR},
    ("POST", f"parametros/anticipo_uci/{NADIE}"): {Rol.ORDENADOR},
}
"""Who may call what is not for everybody inside; the rest is to read."""
VALOR = 1_000_000


@pytest.fixture(scope="module")
async def vacia(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Suite]:
    """For what changes nothing."""
    async with suite_vacia(postgres, plantilla, tmp_path_factory.mktemp("operaciones")) as suite:
        yield suite


@pytest.fixture
async def suite(postgres: PostgresEmbebido, plantilla: str, tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite_vacia(postgres, plantilla, tmp_path) as suite:
        yield suite


async def reconocidos(suite: Suite, *valores: int, periodo: str = "2021-02") -> list[str]:
    """Recognitions of those pesos, as the commit of an evaluation leaves them."""
    nuevos = []
    for valor in valores:
        radicacion = uuid4()
        nuevos.append(
            NuevoReconocimiento(
                mecanismo="anticipo_uci",
                vigencia=2021,
                radicacion_id=radicacion,
                solicitud_id=radicacion,
                nit=NIT,
                nombre="Clínica de prueba",
                periodo=periodo,
                registros=1,
                valor_centavos=pesos(valor),
                cuenta=CuentaPago("1007", "AHORROS", "12345678", NIT),
                fecha_radicacion=suite.reloj.ahora(),
                requiere_legalizacion=True,
            )
        )
    async with suite.entorno.uow.begin() as tx:
        await crear_linea(tx, "anticipo_uci", 2021)
        return [str(r.id) for r in await reconocer(tx, nuevos, reloj=suite.reloj)]


async def estados(suite: Suite, **filtro: Any) -> list[tuple[str, str | None]]:
    pagina = await suite.persona(Rol.AUDITOR).ver(f"{OPERACIONES}/reconocimientos", **filtro)
    return [(r["estado"], r["espera_por"]) for r in pagina["datos"]]


async def cuentas_de_la_linea(suite: Suite) -> dict[str, str]:
    linea: dict[str, str] = await suite.persona(Rol.AUDITOR).ver(LINEA)
    assert (await suite.persona(Rol.AUDITOR).ver(f"{OPERACIONES}/cuadre"))["cuadra"]
    return linea


@pytest.mark.parametrize("rol", sorted(INTERNOS))
async def test_each_role_calls_its_routes_and_no_other(vacia: Suite, rol: Rol) -> None:
    quien = vacia.persona(rol)
    rutas = vacia.rutas("operaciones")
    assert {(m, r.removeprefix("/operaciones/v1/")) for m, r in rutas} >= set(SOLO)
    for metodo, ruta in rutas:
        permitidos = SOLO.get((metodo, ruta.removeprefix("/operaciones/v1/")), INTERNOS)
        respuesta = await quien.http.request(metodo, ruta)
        if rol in permitidos:
            assert respuesta.status_code not in {401, 403, 500}, (metodo, ruta)
        else:
            assert respuesta.status_code == 403, (metodo, ruta)
            assert respuesta.json()["codigo"] == "seguridad.prohibido"


async def test_aforo_releases_in_order_and_nobody_overtakes(suite: Suite) -> None:
    await suite.presupuestar(aforo=3 * VALOR)
    await reconocidos(suite, VALOR, VALOR, VALOR)
    await reconocidos(suite, VALOR, VALOR // 2)
    reconocido, espera = ("RECONOCIDO", None), ("ESPERA_PRESUPUESTO", "AFORO")
    assert await estados(suite) == [reconocido] * 3 + [espera] * 2
    # Half of the first that waits: the second would fit and does not overtake.
    await suite.presupuestar(aforo=VALOR // 2)
    assert await estados(suite) == [reconocido] * 3 + [espera] * 2
    assert await estados(suite, estado="ESPERA_PRESUPUESTO") == [espera] * 2
    await suite.presupuestar(aforo=VALOR // 2)
    assert await estados(suite) == [reconocido] * 4 + [espera]
    await suite.presupuestar(aforo=VALOR)
    assert await estados(suite) == [reconocido] * 5
    linea = await cuentas_de_la_linea(suite)
    assert (linea["aforo"], linea["disponible"]) == ("5000000.00", "500000.00")


async def test_the_same_act_twice_counts_once(suite: Suite) -> None:
    ordenador = suite.persona(Rol.ORDENADOR)
    acto = {"numero": "Resolución 1", "fecha": "2021-03-01", "valor": "1000.00"}
    recaudo = {"referencia_banco": "BR-1", "fecha": "2021-03-01", "valor": "500"}
    for ruta, cuerpo in (("aforo", acto), ("recaudo", recaudo)):
        await ordenador.hacer(f"{LINEA}/{ruta}", cuerpo)
        for repetido in (cuerpo, cuerpo | {"valor": "1"}):
            respuesta = await ordenador.http.post(f"{LINEA}/{ruta}", json=repetido)
            assert respuesta.status_code == 409
            assert respuesta.json()["codigo"] == "presupuesto.referencia_repetida"
    linea = await cuentas_de_la_linea(suite)
    assert (linea["aforo"], linea["caja"]) == ("1000.00", "500.00")
    # Taking back more than what is free is refused by the database.
    retiro = acto | {"numero": "Resolución 2", "valor": "-1000.01"}
    assert (await ordenador.http.post(f"{LINEA}/aforo", json=retiro)).status_code == 409
    ajena = await ordenador.http.post(f"{OPERACIONES}/lineas/otro/2021/aforo", json=acto)
    assert (ajena.status_code, ajena.json()["codigo"]) == (422, "mecanismo.desconocido")
    todas = await ordenador.ver(f"{OPERACIONES}/lineas")
    assert [(t["mecanismo"], t["vigencia"]) for t in todas] == [("anticipo_uci", 2021)]
    for vigencia in ("99999999999", "0", "dos"):
        ruta = f"{OPERACIONES}/lineas/anticipo_uci/{vigencia}"
        assert (await ordenador.http.get(ruta)).status_code == 422
        assert (await ordenador.http.post(f"{ruta}/aforo", json=acto)).status_code == 422
    for mala in ("1.000", "1e3", "", "1.234"):
        respuesta = await ordenador.http.post(f"{LINEA}/aforo", json=acto | {"valor": mala})
        assert respuesta.status_code == 422, mala


async def test_maker_approver_and_payer_are_different_people(suite: Suite) -> None:
    """PRE-08, and recaudo releases the giros in order as aforo did the recognitions."""
    await suite.presupuestar(aforo=3 * VALOR, recaudo=2 * VALOR)
    ids = await reconocidos(suite, VALOR, VALOR, VALOR)
    giros = await suite.girar(*ids)
    assert await estados(suite) == [("ORDENADO", None)] * 2 + [("ESPERA_PRESUPUESTO", "RECAUDO")]
    # One order of what is of one payee in one run, with its parts.
    (orden,) = giros
    assert (orden["estado"], orden["valor"]) == ("ordenado", a_decimal(pesos(2 * VALOR)))
    assert [p["valor"] for p in orden["reconocimientos"]] == [a_decimal(pesos(VALOR))] * 2

    otro = suite.persona(Rol.ORDENADOR, "otro")
    repetida = await otro.http.post(
        f"{OPERACIONES}/reconocimientos/aprobar", json={"reconocimientos": ids}
    )
    assert (repetida.status_code, "ya lo aprobó" in repetida.json()["detail"]) == (409, True)
    # The preparer is the system; a person with its name could not approve.
    nuevo = await reconocidos(suite, 1)
    maker = suite.persona(Rol.ORDENADOR, "sistema")
    await suite.presupuestar(aforo=10)
    propio = await maker.http.post(
        f"{OPERACIONES}/reconocimientos/aprobar", json={"reconocimientos": nuevo}
    )
    assert (propio.status_code, propio.json()["codigo"]) == (403, "giros.funciones_separadas")
    nadie = await otro.http.post(
        f"{OPERACIONES}/reconocimientos/aprobar", json={"reconocimientos": [str(NADIE)]}
    )
    assert nadie.status_code == 404

    await suite.presupuestar(aforo=0, recaudo=VALOR)
    assert (await estados(suite))[2] == ("ORDENADO", None)
    linea = await cuentas_de_la_linea(suite)
    assert (linea["en_transito"], linea["caja"]) == (a_decimal(pesos(3 * VALOR)), "0.00")


async def test_an_account_is_masked_checked_and_replaced(suite: Suite) -> None:
    await suite.presupuestar(aforo=VALOR, recaudo=VALOR)
    (id_,) = await reconocidos(suite, VALOR)
    tesorera, auditor = suite.persona(Rol.TESORERIA), suite.persona(Rol.AUDITOR)
    por_verificar = f"{OPERACIONES}/cuentas/por-verificar"
    (vista,) = await auditor.ver(por_verificar)
    assert "1234" not in vista["numero_producto"]
    (entera,) = await tesorera.ver(por_verificar)
    assert entera["numero_producto"] == "12345678"

    await suite.persona(Rol.ORDENADOR).hacer(
        f"{OPERACIONES}/reconocimientos/aprobar", {"reconocimientos": [id_]}
    )
    assert await estados(suite) == [("ESPERA_CUENTA", None)]
    decision = f"{OPERACIONES}/cuentas/{entera['id']}/decision"
    await tesorera.hacer(decision, {"aceptada": False, "motivo": "No existe"})
    otra_vez = await tesorera.http.post(decision, json={"aceptada": True})
    assert otra_vez.status_code == 409
    assert await auditor.ver(por_verificar) == []
    # The entity gives another one; once it is verified the giro goes out by itself.
    cuenta = {"codigo_banco": "1040", "tipo_producto": "CORRIENTE"}
    cuenta |= {"numero_producto": "87654321", "titular_nit": NIT}
    await suite.ips().hacer(f"/anticipo-uci/v1/reconocimientos/{id_}/cuenta", cuenta)
    (nueva,) = await tesorera.ver(por_verificar)
    await tesorera.hacer(f"{OPERACIONES}/cuentas/{nueva['id']}/decision", {"aceptada": True})
    assert await estados(suite) == [("ORDENADO", None)]


async def test_a_returned_giro_is_paid_again_under_another_name(suite: Suite) -> None:
    await suite.presupuestar(aforo=VALOR, recaudo=VALOR)
    ids = await reconocidos(suite, VALOR)
    (giro,) = await suite.girar(*ids)
    await suite.responder(giro, "DEVUELTO", "R03")
    operador = suite.persona(Rol.OPERADOR)
    (devuelto,) = (await operador.ver(f"{OPERACIONES}/giros", estado="devuelto"))["datos"]
    assert (devuelto["codigo"], bool(devuelto["que_hacer"])) == ("R03", True)
    assert (await cuentas_de_la_linea(suite))["caja"] == a_decimal(pesos(VALOR))
    ruta = f"{OPERACIONES}/giros/{giro['id']}/reprogramar"
    sin_cuenta = await operador.http.post(ruta, json={})
    assert sin_cuenta.status_code == 409
    cuenta = {"codigo_banco": "1040", "tipo_producto": "CORRIENTE"}
    cuenta |= {"numero_producto": "87654321", "titular_nit": NIT}
    assert [r["estado"] for r in await operador.hacer(ruta, {"cuenta": cuenta})] == [
        "ESPERA_CUENTA"
    ]
    tesorera = suite.persona(Rol.TESORERIA)
    (nueva,) = await tesorera.ver(f"{OPERACIONES}/cuentas/por-verificar")
    await tesorera.hacer(f"{OPERACIONES}/cuentas/{nueva['id']}/decision", {"aceptada": True})
    (ordenado,) = (await operador.ver(f"{OPERACIONES}/giros", estado="ordenado"))["datos"]
    assert ordenado["id_giro_origen"] == giro["id_giro"]
    assert ordenado["id_giro"] != giro["id_giro"]


async def test_what_the_bank_says_and_nobody_believes_waits_for_a_person(suite: Suite) -> None:
    await suite.presupuestar(aforo=VALOR, recaudo=VALOR)
    (giro,) = await suite.girar(*await reconocidos(suite, VALOR))
    await suite.responder(giro | {"valor": "1.00"}, "APLICADO")
    tesorera = suite.persona(Rol.TESORERIA)
    en_suspenso = f"{OPERACIONES}/respuestas/en-suspenso"
    (suspenso,) = await tesorera.ver(en_suspenso)
    assert (suspenso["id_giro"], suspenso["valor"]) == (giro["id_giro"], "1.00")
    assert await estados(suite) == [("ORDENADO", None)]
    assert await tesorera.hacer(f"{en_suspenso}/{suspenso['id']}/resolver") is None
    assert await tesorera.ver(en_suspenso) == []


async def pagado(suite: Suite) -> str:
    await suite.presupuestar(aforo=VALOR, recaudo=VALOR)
    (id_,) = await reconocidos(suite, VALOR)
    (giro,) = await suite.girar(id_)
    await suite.responder(giro, "APLICADO")
    return id_


async def entregar(ips: Persona, id_: str, soportado: str) -> Any:
    return await ips.http.post(
        f"/anticipo-uci/v1/reconocimientos/{id_}/legalizacion",
        files={"documento": ("soporte.pdf", PDF)},
        data={"soportado": soportado},
    )


async def test_the_support_of_an_anticipo_is_delivered_accepted_and_closed(suite: Suite) -> None:
    id_ = await pagado(suite)
    operador = suite.persona(Rol.OPERADOR)
    aceptar = f"{OPERACIONES}/reconocimientos/{id_}/legalizacion/aceptar"
    assert (await operador.http.post(aceptar)).status_code == 409
    entregada = await entregar(suite.ips(), id_, str(VALOR))
    assert (entregada.status_code, entregada.json()["fecha_limite"]) == (201, "2021-05-09")
    assert (await operador.hacer(aceptar))["estado"] == "LEGALIZADO"
    cerrar = f"{OPERACIONES}/reconocimientos/{id_}/cerrar"
    pronto = await operador.http.post(cerrar)
    assert "2021-03-25" in pronto.json()["detail"]
    suite.reloj.avanzar(timedelta(days=16))
    assert (await operador.hacer(cerrar))["estado"] == "CERRADO"


async def test_what_is_not_supported_comes_back_as_a_reintegro(suite: Suite) -> None:
    id_ = await pagado(suite)
    operador, tesorera = suite.persona(Rol.OPERADOR), suite.persona(Rol.TESORERIA)
    suite.reloj.avanzar(timedelta(days=61))
    tarde = await entregar(suite.ips(), id_, str(VALOR))
    assert (tarde.status_code, "2021-05-09" in tarde.json()["detail"]) == (409, True)
    assert await operador.ver(f"{OPERACIONES}/legalizaciones/vencidas") == [id_]

    ruta = f"{OPERACIONES}/reconocimientos/{id_}/reintegros"
    abierto = await operador.hacer(ruta, {"capital": "400000", "motivo": "Sin soporte"})
    assert (abierto["estado"], abierto["pendiente"]) == ("HALLAZGO", "400000.00")
    exceso = await operador.http.post(ruta, json={"capital": "600001", "motivo": "Sin soporte"})
    assert exceso.status_code == 409
    otro = await operador.hacer(ruta, {"capital": "100000", "motivo": "Duda"})
    aclarado = await operador.hacer(f"{OPERACIONES}/reintegros/{otro['id']}/aclarar")
    assert aclarado["estado"] == "ACLARADO"
    tercero = await operador.hacer(ruta, {"capital": "50000", "motivo": "No paga"})
    await operador.hacer(f"{OPERACIONES}/reintegros/{tercero['id']}/confirmar")
    adeudado = await operador.hacer(f"{OPERACIONES}/reintegros/{tercero['id']}/adeudado")
    assert adeudado["estado"] == "ADEUDADO"

    await operador.hacer(f"{OPERACIONES}/reintegros/{abierto['id']}/confirmar")
    pago = {"referencia_banco": "DEP-1", "fecha": "2021-05-12"}
    pago |= {"capital": "400000", "interes": "1234.56"}
    pagos = f"{OPERACIONES}/reintegros/{abierto['id']}/pagos"
    for _ in range(2):  # the same deposit twice counts once
        devuelto = await tesorera.hacer(pagos, pago)
        assert (devuelto["estado"], devuelto["interes"]) == ("REINTEGRADO", "1234.56")
    assert [r["estado"] for r in await operador.ver(ruta)] == [
        "REINTEGRADO",
        "ACLARADO",
        "ADEUDADO",
    ]
    assert await estados(suite) == [("CERRADO", None)]
    linea = await cuentas_de_la_linea(suite)
    assert (linea["girado"], linea["recaudo"]) == ("600000.00", "1000000.00")


async def test_recognitions_are_filtered_and_paged(suite: Suite) -> None:
    await suite.presupuestar(aforo=3 * VALOR, recaudo=VALOR)
    ids = await reconocidos(suite, VALOR, VALOR, VALOR)
    await suite.girar(ids[0])
    auditor = suite.persona(Rol.AUDITOR)
    ruta = f"{OPERACIONES}/reconocimientos"
    primera = await auditor.ver(ruta, limite=2)
    segunda = await auditor.ver(ruta, limite=2, cursor=primera["siguiente"])
    assert [r["id"] for r in primera["datos"] + segunda["datos"]] == ids
    assert segunda["siguiente"] is None
    assert await estados(suite, sin_aprobar=True) == [("RECONOCIDO", None)] * 2
    assert await estados(suite, nit="900100202") == []
    assert await estados(suite, mecanismo="pruebas") == []


async def test_a_corte_is_loaded_once_listed_and_withdrawn_with_a_reason(suite: Suite) -> None:
    operador = suite.persona(Rol.OPERADOR)

    async def cargar(registro: str, contenido: bytes, fecha: str = "2021-01-31") -> Any:
        return await operador.http.post(
            f"{OPERACIONES}/cortes",
            data={"registro": registro, "fecha_corte": fecha},
            files={"archivo": (f"{registro}.csv", contenido)},
        )

    extracto = (CASO / "reps_sedes.csv").read_bytes()
    cargado = await cargar("reps_sedes", extracto)
    assert cargado.status_code == 201
    corte = cargado.json()["corte"]
    assert (corte["filas"], corte["filas_rechazadas"], corte["estado"]) == (4, 0, "VIGENTE")
    assert corte["archivo"] == "reps_sedes.csv"
    assert (await cargar("reps_sedes", extracto)).json()["nuevo"] is False
    assert (await cargar("reps_sedes", extracto, "2021-02-28")).status_code == 409
    for registro, contenido in (
        ("reps_sedes", b""),
        ("reps_sedes", b"a,b\n1,2\n"),
        ("reps_sedes", (CASO / "reps_servicios.csv").read_bytes()),
        ("no_existe", extracto),
    ):
        mala = await cargar(registro, contenido)
        assert mala.status_code in {404, 422}, (registro, mala.text)
        assert mala.headers["content-type"] == "application/problem+json"
    (listado,) = await suite.persona(Rol.AUDITOR).ver(f"{OPERACIONES}/cortes")
    assert listado["id"] == corte["id"]

    estado = f"{OPERACIONES}/cortes/{corte['id']}/estado"
    sin_motivo = await operador.http.post(estado, json={"estado": "RETIRADO"})
    assert sin_motivo.status_code == 422
    retirado = await operador.hacer(estado, {"estado": "RETIRADO", "motivo": "Venía cortado"})
    assert (retirado["estado"], retirado["motivo"]) == ("RETIRADO", "Venía cortado")
    vuelve = await operador.http.post(estado, json={"estado": "VIGENTE"})
    assert vuelve.status_code == 409


async def test_what_a_load_found_is_read_as_a_page_and_downloaded(suite: Suite) -> None:
    operador, auditor = suite.persona(Rol.OPERADOR), suite.persona(Rol.AUDITOR)
    encabezado, *filas = (CASO / "reps_sedes.csv").read_text("utf-8").splitlines()
    mala = filas[0].replace("0500100101", "05001X0101")
    contenido = "\n".join([encabezado, mala, *filas[1:]]).encode()
    cargado = await operador.http.post(
        f"{OPERACIONES}/cortes",
        data={"registro": "reps_sedes", "fecha_corte": "2021-01-31"},
        files={"archivo": ("reps_sedes.csv", contenido)},
    )
    corte = f"{OPERACIONES}/cortes/{cargado.json()['corte']['id']}"
    pagina = await auditor.http.get(f"{corte}/calidad.html")
    assert pagina.headers["content-type"].startswith("text/html")
    assert "<table>" in pagina.text
    assert "reps_sedes" in pagina.text
    assert (await auditor.ver(f"{corte}/calidad.json"))["filas_rechazadas"] == 1
    assert (await auditor.http.get(f"{corte}/calidad.md")).text.startswith("# ")
    rechazos = await operador.http.get(f"{corte}/rechazos.csv")
    (rechazo, *_) = csv.DictReader(io.StringIO(rechazos.text.removeprefix("\ufeff")))
    assert rechazo["fila"] == "1"
    # The values in quarantine may be data of a person.
    assert (await auditor.http.get(f"{corte}/rechazos.csv")).status_code == 403
    plantilla = await auditor.http.get(f"{OPERACIONES}/registros/bdua/plantilla.csv")
    assert plantilla.text.startswith("afl_id,codigo_eps,")
    assert (await auditor.http.get(f"{OPERACIONES}/registros/nada/plantilla.csv")).is_client_error


async def test_a_window_is_set_by_act_and_seen_by_everybody(suite: Suite) -> None:
    ordenador = suite.persona(Rol.ORDENADOR)
    ruta = f"{OPERACIONES}/ventanas/anticipo_uci/2020-06"
    ventana = {"desde": "2021-03-01T00:00:00-05:00", "hasta": "2021-03-31T23:59:59-05:00"}
    puesta = await ordenador.http.put(ruta, json=ventana | {"acto": "Circular 1"})
    assert puesta.status_code == 200
    vista = await suite.ips().ver("/anticipo-uci/v1/ventanas/2020-06")
    assert (vista["abierta"], vista["acto"]) == (True, "Circular 1")
    al_reves = {"desde": ventana["hasta"], "hasta": ventana["desde"], "acto": "Circular 2"}
    assert (await ordenador.http.put(ruta, json=al_reves)).status_code == 422
    sin_zona = ventana | {"desde": "2021-03-01T00:00:00", "acto": "Circular 2"}
    assert (await ordenador.http.put(ruta, json=sin_zona)).status_code == 422
    eterna = {"desde": "0001-01-01T00:00:00Z", "hasta": "9999-12-31T23:59:59Z", "acto": "Circular"}
    assert (await ordenador.http.put(ruta, json=eterna)).status_code == 422
    ajeno = f"{OPERACIONES}/ventanas/otro/2020-06"
    otra = await ordenador.http.put(ajeno, json=ventana | {"acto": "Circular 2"})
    assert otra.json()["codigo"] == "mecanismo.desconocido"


async def avisos(quien: Persona, ruta: str) -> list[list[str]]:
    """Codes of the warnings of each recognition, in order."""
    pagina = await quien.ver(ruta)
    return [[a["codigo"] for a in r["avisos"]] for r in pagina["datos"]]


async def test_an_entity_under_review_is_seen_before_approving_and_is_paid(suite: Suite) -> None:
    """ANT-20 warns: it asks for a person's look and stops nothing."""
    await suite.presupuestar(aforo=VALOR, recaudo=VALOR)
    (id_,) = await reconocidos(suite, VALOR)
    operador = suite.persona(Rol.OPERADOR)
    lista = f"{OPERACIONES}/reconocimientos"
    anotada = {"nit": NIT, "motivo": "INTERVENCION", "acto": "Acto 7", "desde": "2021-03-01"}
    assert await avisos(operador, lista) == [[]]

    await operador.hacer(f"{OPERACIONES}/entidades-en-revision", anotada)
    assert await avisos(operador, lista) == [["ANT-20"]]
    assert await avisos(suite.ips(), "/anticipo-uci/v1/reconocimientos") == [["ANT-20"]]
    (giro,) = await suite.girar(id_)
    assert giro["estado"] == "ordenado"

    # It ends with a date, in the same entry; before it begins there is nothing to say either.
    cerrada = anotada | {"hasta": "2021-03-09"}
    await operador.hacer(f"{OPERACIONES}/entidades-en-revision", cerrada)
    assert await avisos(operador, lista) == [[]]
    assert await operador.ver(f"{OPERACIONES}/entidades-en-revision") == [cerrada]
    al_reves = await operador.http.post(
        f"{OPERACIONES}/entidades-en-revision", json=anotada | {"hasta": "2021-02-01"}
    )
    assert (al_reves.status_code, al_reves.json()["codigo"]) == (422, "entrada.invalida")


async def test_missing_support_of_the_previous_period_warns(suite: Suite) -> None:
    """ANT-19: until the payroll certification of what was paid is delivered."""
    await suite.presupuestar(aforo=3 * VALOR, recaudo=3 * VALOR)
    (enero,) = await reconocidos(suite, VALOR, periodo="2021-01")
    await reconocidos(suite, VALOR)
    await reconocidos(suite, VALOR, periodo="2021-04")
    operador, lista = suite.persona(Rol.OPERADOR), f"{OPERACIONES}/reconocimientos"
    assert await avisos(operador, lista) == [[], [], []]  # January is not paid yet

    (giro,) = await suite.girar(enero)
    await suite.responder(giro, "APLICADO")
    assert await avisos(operador, lista) == [[], ["ANT-19"], []]  # April looks at March

    await entregar(suite.ips(), enero, str(VALOR))
    assert await avisos(operador, lista) == [[], [], []]
