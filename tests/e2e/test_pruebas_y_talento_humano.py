"""Pruebas and talento humano, from a file to a paid giro, on the system as it is run.

Every act goes through HTTP. The worker judges, the relay publishes, the broker carries, treasury
takes in; the bank alone is ours: treasury informs what came of each order.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest

from shared.cli.demo.cliente import Persona
from shared.normativa import tablas
from shared.seguridad import Rol
from shared.tipos import BOGOTA, Nit, de_decimal
from tests.support import pruebas as pru
from tests.support import talento_humano as ths
from tests.support.anticipo import a_csv
from tests.support.mesa import FECHA_CORTE, Fila
from tests.support.sistema import SistemaReal, esperar, sistema_en_marcha

LUNES: Final = datetime(2022, 9, 5, 9, tzinfo=BOGOTA)
"""A window of the EPS is open, and the values of July 2022 are not known yet."""
NIT_EPS: Final = "800088702"
OTRA_IPS: Final = ths.ips(1)
OPERACIONES: Final = "/operaciones/v1"
ORDENES: Final = "/tesoreria/v1/ordenes"
RECAUDO: Final = 10_000_000
"""Pesos of each line, aforo and cash."""

PERSONAS: Final = [f"{n}" for n in range(1010101019, 1090000000, 7777777)]
"""Far from each other: no number is one slip away from another's."""
PACIENTES, TRABAJADORES = PERSONAS[:5], PERSONAS[5:9]

P3: Final = {"fecha_toma": "2022-07-02", "fecha_proceso": "2022-07-03"} | {
    "fecha_factura": "2022-07-30"
}
LEJOS: Final = {"fecha_toma": "2020-11-10", "fecha_proceso": "2020-11-12"}
ANTIGENO: Final = {"tipo_prueba": "ANTIGENO", "cups": "906340"}

_numeros = count(1)


@dataclass(frozen=True)
class Entidad:
    """Somebody who submits to a mechanism."""

    persona: Persona
    ruta: str
    nit: str

    def radicar(self, *filas: Fila) -> str:
        """Submit a CSV and wait until it is decided: the identifier of the radicación."""
        respuesta = self.persona.http.post(
            f"/{self.ruta}/v1/radicaciones",
            data={"solicitud": json.dumps({"nit": self.nit, "dv": Nit(self.nit).dv})},
            files={"archivo": (f"filas-{next(_numeros)}.csv", a_csv(filas, list(filas[0])))},
            headers={"Prefer": "wait=30"},
        )
        assert respuesta.is_success, respuesta.text
        vista = respuesta.json()
        assert vista["estado"] == "PROCESADA", vista
        return str(vista["id"])

    def registros(self, radicacion: str) -> list[Fila]:
        """The records, in row order."""
        pagina = self.persona.ver(f"/{self.ruta}/v1/radicaciones/{radicacion}/registros")
        return list(pagina["datos"])

    def estados(self, radicacion: str) -> list[str]:
        return [r["estado"] for r in self.registros(radicacion)]

    def esperar(self, radicacion: str, *estados: str) -> None:
        """Wait until its rows are so."""
        vistos: list[list[str]] = []

        def asi() -> bool | None:
            vistos[:] = [self.estados(radicacion)]
            return True if vistos == [list(estados)] else None

        try:
            esperar(f"{estados}", asi, plazo_s=60)
        except AssertionError as error:
            raise AssertionError(f"{error}; quedó en {vistos}") from error

    def registrar_cuenta(self, reconocimiento: str, numero: str, **titular: str) -> None:
        """Another account for that payment; its holder is the entity, if nobody else is named."""
        cuenta = {"codigo_banco": "1007", "tipo_producto": "AHORROS", "numero_producto": numero}
        self.persona.hacer(
            f"/{self.ruta}/v1/reconocimientos/{reconocimiento}/cuenta",
            cuenta | {"titular_nit": self.nit} | titular,
        )

    def reconocimientos(self, estado: str) -> list[Fila]:
        """The payments that this entity sees in that state."""
        ruta = f"/{self.ruta}/v1/reconocimientos"
        return list(self.persona.ver(ruta, estado=estado)["datos"])


@dataclass(frozen=True)
class Oficina:
    """The system, with who works behind it."""

    sistema: SistemaReal

    def entidad(self, ruta: str, rol: Rol, codigo: str, nit: str | None = None) -> Entidad:
        propio = nit or codigo
        return Entidad(self.sistema.persona(rol, f"de-{codigo}", codigo), ruta, propio)

    def cargar(self, registro: str, filas: Sequence[Fila], fecha: str) -> None:
        """A corte with those rows."""
        columnas = list(dict.fromkeys(c for f in filas for c in f))
        self.sistema.persona(Rol.OPERADOR).cargar_corte(
            registro, f"{registro}.csv", a_csv(filas, columnas), fecha
        )

    def presupuestar(self, mecanismo: str) -> None:
        ordenador = self.sistema.persona(Rol.ORDENADOR)
        linea = f"{OPERACIONES}/lineas/{mecanismo}/{LUNES.year}"
        comun = {"fecha": "2022-09-05", "valor": str(RECAUDO)}
        ordenador.hacer(f"{linea}/aforo", comun | {"numero": "Acto 1"})
        ordenador.hacer(f"{linea}/recaudo", comun | {"referencia_banco": f"BR-{mecanismo}"})

    def aprobar(self, mecanismo: str) -> list[Fila]:
        """Everything recognised: as each payment ends."""
        ruta = f"{OPERACIONES}/reconocimientos"
        pendientes = self.sistema.persona(Rol.AUDITOR).ver(
            ruta, mecanismo=mecanismo, sin_aprobar=True
        )
        aprobados = self.sistema.persona(Rol.ORDENADOR).hacer(
            f"{ruta}/aprobar", {"reconocimientos": [r["id"] for r in pendientes["datos"]]}
        )
        return list(aprobados)

    def por_verificar(self) -> list[Fila]:
        """Accounts that nobody has checked, oldest first."""
        tesorera = self.sistema.persona(Rol.TESORERIA)
        return list(tesorera.ver(f"{OPERACIONES}/cuentas/por-verificar"))

    def verificar(self, cuenta: Fila) -> None:
        ruta = f"{OPERACIONES}/cuentas/{cuenta['id']}/decision"
        self.sistema.persona(Rol.TESORERIA).hacer(ruta, {"aceptada": True})

    def verificar_cuentas(self) -> int:
        """Accept what waits for it: how many they were."""
        cuentas = self.por_verificar()
        for cuenta in cuentas:
            self.verificar(cuenta)
        return len(cuentas)

    def ordenes(self, mecanismo: str, cuantas: int) -> list[Fila]:
        """Orders that treasury has not answered, by amount, once there are so many."""
        tesorera = self.sistema.persona(Rol.TESORERIA)

        def llegadas() -> list[Fila] | None:
            pagina = tesorera.ver(ORDENES, estado="RECIBIDA")["datos"]
            suyas = [o for o in pagina if o["mecanismo"] == mecanismo]
            return suyas if len(suyas) == cuantas else None

        halladas = esperar(f"{cuantas} órdenes de {mecanismo} en tesorería", llegadas)
        return sorted(halladas, key=lambda o: de_decimal(o["valor"]))

    def responder(self, orden: Fila, resultado: str = "APLICADO", **codigo: str) -> None:
        """What the bank said of an order."""
        self.sistema.persona(Rol.TESORERIA).hacer(
            f"{ORDENES}/{orden['id_giro']}/respuestas", {"resultado": resultado} | codigo
        )

    def soltar_retenidos(self) -> None:
        """A worker that starts looks at once at what may move, and then every half minute."""
        assert self.sistema.matar("trabajador") is not None

    def exigir_pagado(self, mecanismo: str, pesos: int) -> None:
        """The ledger adds up, and that is what the line paid, with nothing under way."""
        auditor = self.sistema.persona(Rol.AUDITOR)
        assert auditor.ver(f"{OPERACIONES}/cuadre")["cuadra"]
        linea = auditor.ver(f"{OPERACIONES}/lineas/{mecanismo}/{LUNES.year}")
        saldos = {c: de_decimal(linea[c]) // 100 for c in ("reconocido", "girado", "en_transito")}
        assert saldos == {"reconocido": pesos, "girado": pesos, "en_transito": 0}
        caja, disponible = (de_decimal(linea[c]) // 100 for c in ("caja", "disponible"))
        assert (caja, disponible) == (RECAUDO - pesos, RECAUDO - pesos)

    def pagos(self, *radicaciones: str) -> list[tuple[Any, ...]]:
        """(radicación, row, part, payee, pesos) of what is paid, in order of submission."""
        return self.sistema.consultar(
            "SELECT array_position($1::uuid[], p.radicacion_id), p.fila, p.concepto, c.nit, "
            "p.valor_centavos / 100 FROM registro_pago p "
            "JOIN reconocimiento c ON c.id = p.reconocimiento_id "
            "WHERE p.radicacion_id = ANY($1::uuid[]) ORDER BY 1, 2, 3 DESC",
            list(radicaciones),
        )


@pytest.fixture(scope="module")
def oficina(carpeta_embebida: Path) -> Iterator[Oficina]:
    datos = carpeta_embebida / "dos-mecanismos"
    with sistema_en_marcha(datos, ahora=LUNES, devolver_cada=None) as sistema:
        nueva = Oficina(sistema)
        for registro, filas in registros_de_los_dos().items():
            nueva.cargar(registro, filas, FECHA_CORTE.isoformat())
        for mecanismo in ("pruebas", "talento_humano"):
            nueva.presupuestar(mecanismo)
        yield nueva


def registros_de_los_dos() -> dict[str, list[Fila]]:
    """Registers of both mechanisms; what both read has the rows of both."""
    muestras = [pru.muestra(d) for d in PACIENTES]
    muestras += [
        pru.muestra(PACIENTES[1], **ANTIGENO, fecha_toma=P3["fecha_toma"], id_sismuestras="M9001"),
        pru.muestra(
            PACIENTES[3], **ANTIGENO, fecha_toma=LEJOS["fecha_toma"], id_sismuestras="M9002"
        ),
    ]
    todos = pru.registros(PERSONAS, muestras)
    for registro, filas in ths.registros(TRABAJADORES, (ths.NIT_IPS, OTRA_IPS)).items():
        if registro != "bdua":
            todos[registro] = todos.get(registro, []) + filas
    # The second of them is of a profession whose value is not known.
    todos["rethus"][1] |= {"profesion": "BACTERIOLOGÍA"}
    return todos


# --- pruebas ----------------------------------------------------------------------------------


def test_each_test_is_paid_to_who_took_and_who_processed_it(oficina: Oficina) -> None:
    eps = oficina.entidad("pruebas", Rol.EPS, pru.EPS, NIT_EPS)
    cara = {"valor_procesa": "170000", "valor_total": "230000"}
    antigeno = ANTIGENO | {"valor_toma": "30000"}
    primera = eps.radicar(
        pru.prueba(PACIENTES[0]),
        pru.prueba(
            PACIENTES[1],
            **antigeno | P3 | {"consecutivo": "2", "valor_procesa": "40000"},
            valor_total="70000",
        ),
        pru.prueba(PACIENTES[2], consecutivo="3", **cara),
        pru.prueba(
            PACIENTES[3],
            **antigeno | LEJOS | {"consecutivo": "4", "codigo_municipio_toma": "05001"},
            valor_procesa="69423",
            valor_total="99423",
            diferencial="SI",
        ),
    )
    assert [(r["estado"], r["codigos"]) for r in eps.registros(primera)] == [
        ("RECONOCIDO", []),
        ("SIN_TARIFA", ["PRU-09"]),
        ("GLOSADO", ["PRU-22"]),
        ("RECONOCIDO", []),
    ]
    segunda = eps.radicar(pru.prueba(PACIENTES[2]), pru.prueba(PACIENTES[4], consecutivo="2"))
    corregida, nueva = eps.registros(segunda)
    assert (corregida["estado"], corregida["version"]) == ("RECONOCIDO", 2)
    assert corregida["subsana_id"] == eps.registros(primera)[2]["id"]
    assert nueva["estado"] == "RECONOCIDO"

    _pagar_las_dos_semanas(oficina, eps, primera, segunda)
    _pagar_lo_que_esperaba_tarifa(oficina, eps, primera)
    assert eps.estados(segunda) == ["GIRADO", "GIRADO"]
    toma, procesa = pru.NIT_TOMA, pru.NIT_PROCESA
    assert oficina.pagos(primera, segunda) == [
        (1, 1, "toma", toma, 60_000),
        (1, 1, "procesamiento", procesa, 140_000),
        (1, 2, "toma", toma, 30_000),
        (1, 2, "procesamiento", procesa, 40_000),
        (1, 4, "toma", toma, 30_000),
        (1, 4, "procesamiento", procesa, 69_423),
        (2, 1, "toma", toma, 60_000),
        (2, 1, "procesamiento", procesa, 140_000),
        (2, 2, "toma", toma, 60_000),
        (2, 2, "procesamiento", procesa, 140_000),
    ]
    oficina.exigir_pagado("pruebas", 769_423)


def _pagar_las_dos_semanas(oficina: Oficina, eps: Entidad, primera: str, segunda: str) -> None:
    """Nobody has given an account; once there is one, both files leave in one order per NIT."""
    aprobados = oficina.aprobar("pruebas")
    assert [r["estado"] for r in aprobados] == ["ESPERA_CUENTA"] * 4
    assert eps.estados(segunda) == ["ESPERA_CUENTA"] * 2
    _registrar_cuentas(oficina)
    toma, procesa = oficina.por_verificar()
    oficina.verificar(toma)
    assert eps.estados(segunda) == ["ESPERA_CUENTA"] * 2  # as far as the last of its payees
    oficina.verificar(procesa)
    assert eps.estados(segunda) == ["ORDENADO"] * 2

    ordenes = oficina.ordenes("pruebas", 2)
    assert [(o["nit_beneficiario"], o["valor"]) for o in ordenes] == [
        (pru.NIT_TOMA, "210000.00"),
        (pru.NIT_PROCESA, "489423.00"),
    ]
    for orden in ordenes:
        oficina.responder(orden)
    eps.esperar(primera, "GIRADO", "SIN_TARIFA", "GLOSADO", "GIRADO")


def _registrar_cuentas(oficina: Oficina) -> None:
    """Who took and who processed say once where they are paid."""
    for rol, nit in ((Rol.IPS, pru.NIT_TOMA), (Rol.LABORATORIO, pru.NIT_PROCESA)):
        entidad = oficina.entidad("pruebas", rol, nit)
        uno, _ = entidad.reconocimientos("ESPERA_CUENTA")
        entidad.registrar_cuenta(uno["id"], f"55{nit}")


def _pagar_lo_que_esperaba_tarifa(oficina: Oficina, eps: Entidad, radicacion: str) -> None:
    """The value comes, and nobody submits again: it is paid where its payee already is."""
    tarifas: list[Fila] = [
        f | {"valor_cop": "70000"}
        if (f["vigente_desde"], f["cups"]) == ("2022-07-01", ANTIGENO["cups"])
        else dict(f)
        for f in tablas.leer("pruebas_tarifas")
    ]
    oficina.cargar("pruebas_tarifas", tarifas, "2022-09-01")
    oficina.soltar_retenidos()
    eps.esperar(radicacion, "GIRADO", "RECONOCIDO", "GLOSADO", "GIRADO")
    oficina.aprobar("pruebas")
    for orden in oficina.ordenes("pruebas", 2):
        oficina.responder(orden)
    eps.esperar(radicacion, "GIRADO", "GIRADO", "GLOSADO", "GIRADO")


# --- talento humano ---------------------------------------------------------------------------


def test_each_worker_is_paid_once_whatever_went_wrong_first(oficina: Oficina) -> None:
    _abrir_ventana(oficina)
    ips = oficina.entidad("talento-humano", Rol.IPS, ths.NIT_IPS)
    otra = oficina.entidad("talento-humano", Rol.IPS, OTRA_IPS)
    repetido, sin_valor, devuelto, mal_escrito = TRABAJADORES
    reporte = ips.radicar(
        ths.reporte(repetido),
        ths.reporte(sin_valor, codigo_perfil="P01"),
        ths.reporte(devuelto),
        ths.reporte(_cambiado(mal_escrito)),
    )
    assert ips.estados(reporte) == [
        "RECONOCIDO",
        "PENDIENTE_CATALOGO",
        "RECONOCIDO",
        "EN_CORRECCION",
    ]
    ajeno = otra.radicar(ths.reporte(repetido, OTRA_IPS))
    (perdido,) = otra.registros(ajeno)
    assert (perdido["estado"], perdido["codigos"]) == ("DUPLICADO", ["THS-15"])
    assert perdido["gana_id"] == ips.registros(reporte)[0]["id"]

    correccion = _aceptar_propuesta(ips, reporte, mal_escrito)
    valor = {"codigo_perfil": "P01", "valor_cop": "2000000"}
    oficina.cargar("ths_perfiles", [*tablas.leer("ths_perfiles"), valor], "2022-09-01")
    oficina.soltar_retenidos()
    ips.esperar(reporte, *["RECONOCIDO"] * 3, "EN_CORRECCION")

    assert oficina.verificar_cuentas() == 4
    assert [r["estado"] for r in oficina.aprobar("talento_humano")] == ["ORDENADO"] * 4
    ordenes = oficina.ordenes("talento_humano", 4)
    for orden in ordenes:
        if orden["nit_beneficiario"] == devuelto:
            oficina.responder(orden, "DEVUELTO", codigo="R03")
        else:
            oficina.responder(orden)
    ips.esperar(reporte, "PAGADO", "PAGADO", "RECHAZADO", "EN_CORRECCION")
    ips.esperar(correccion, "PAGADO")

    _corregir_la_cuenta(oficina, ips, reporte, devuelto)
    ips.esperar(reporte, "PAGADO", "PAGADO", "PAGADO", "EN_CORRECCION")
    assert otra.estados(ajeno) == ["DUPLICADO"]
    enfermeria = ths.VALOR_ENFERMERIA // 100
    assert oficina.pagos(reporte, ajeno, correccion) == [
        (1, 1, "reconocimiento", repetido, enfermeria),
        (1, 2, "reconocimiento", sin_valor, 2_000_000),
        (1, 3, "reconocimiento", devuelto, enfermeria),
        (3, 1, "reconocimiento", mal_escrito, enfermeria),
    ]
    oficina.exigir_pagado("talento_humano", 3 * enfermeria + 2_000_000)


def _abrir_ventana(oficina: Oficina) -> None:
    """The reports of 2020 again, by act."""
    acto = {"desde": "2022-09-05T00:00:00-05:00", "hasta": "2022-09-30T23:59:59-05:00"}
    respuesta = oficina.sistema.persona(Rol.ORDENADOR).http.put(
        f"{OPERACIONES}/ventanas/talento_humano", json=acto | {"acto": "Acto de prueba"}
    )
    assert respuesta.is_success, respuesta.text


def _cambiado(numero: str) -> str:
    """Two different digits that changed places."""
    i = next(i for i in range(2, len(numero)) if numero[i] != numero[i + 1])
    return numero[:i] + numero[i + 1] + numero[i] + numero[i + 2 :]


def _aceptar_propuesta(ips: Entidad, reporte: str, documento: str) -> str:
    """Download the sheet, tick its only line and send it back: the correction, decided."""
    ruta = f"/{ips.ruta}/v1/radicaciones/{reporte}/propuestas"
    bajada = ips.persona.http.get(f"{ruta}.xlsx")
    assert bajada.status_code == 200, bajada.text
    libro = openpyxl.load_workbook(io.BytesIO(bajada.content))
    encabezado, linea = libro["Datos"].iter_rows()
    celdas = {c.value: propia for c, propia in zip(encabezado, linea, strict=True)}
    assert str(celdas["valor_propuesto"].value) == documento
    celdas["aceptar"].value = "SI"
    hoja = io.BytesIO()
    libro.save(hoja)
    subida = ips.persona.http.post(ruta, files={"archivo": ("propuestas.xlsx", hoja.getvalue())})
    assert subida.status_code == 202, subida.text
    assert subida.json()["conflictos"] == []
    correccion = str(subida.json()["radicacion"]["id"])

    def decidida() -> list[Fila] | None:
        return ips.registros(correccion) or None

    (registro,) = esperar("la corrección", decidida)
    assert (registro["estado"], registro["version"]) == ("RECONOCIDO", 2)
    return correccion


def _corregir_la_cuenta(oficina: Oficina, ips: Entidad, reporte: str, persona: str) -> None:
    """Who reported the worker gives another account of theirs; the same money leaves again."""
    (rechazado,) = ips.reconocimientos("GIRO_DEVUELTO")
    ips.registrar_cuenta(
        rechazado["id"], "8800112233", titular_tipo_documento="CC", titular_nit=persona
    )
    assert oficina.verificar_cuentas() == 1
    assert ips.estados(reporte)[2] == "ORDENADO"
    (orden,) = oficina.ordenes("talento_humano", 1)
    assert orden["numero_producto"] == "8800112233"
    assert orden["id_giro_origen"]
    oficina.responder(orden)
