"""What leaves the main track, over HTTP and on real PostgreSQL."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import httpx
import pytest

from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO
from shared.embebido.postgres import PostgresEmbebido
from shared.radicacion.service import Subsana
from shared.seguridad import Rol, Usuario, emitir_token
from shared.web.mecanismo import crear_app
from tests.support import pruebas as pru
from tests.support import talento_humano as ths
from tests.support.anticipo import PDF
from tests.support.mesa import FECHA_CORTE, Fila, Mesa, mesa_vacia

MUERTOS = [f"10000000{n:02d}" for n in range(1, 5)]
OTRA_IPS = ths.ips(2)
TRAMITES = "/v1/tramites/fallecidos"
HIJA = {
    "tipo_documento": "CC",
    "numero_documento": "52123456",
    "nombre": "ANA PRUEBA",
    "parentesco": "HIJO",
    "cuenta": {"codigo_banco": "1007", "tipo_producto": "AHORROS", "numero_producto": "445566"},
}
VIUDA = {
    "tipo_documento": "CE",
    "numero_documento": "412345",
    "nombre": "EVA PRUEBA",
    "parentesco": "CONYUGE",
}


@dataclass(frozen=True)
class Oficina:
    """The application of a mechanism, who calls it, and what an IPS submitted to it."""

    mesa: Mesa
    registros: list[Fila]

    @cached_property
    def transporte(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(app=crear_app(self.mesa.mecanismo, self.mesa.entorno))

    def quien(self, rol: Rol, sujeto: str, entidad: str | None = None) -> httpx.AsyncClient:
        usuario = Usuario(sujeto, frozenset({rol}), entidad)
        token = emitir_token(self.mesa.entorno.ajustes, usuario)
        return httpx.AsyncClient(
            transport=self.transporte,
            base_url="http://mecanismos",
            headers={"Authorization": f"Bearer {token}"},
        )

    @cached_property
    def ips(self) -> httpx.AsyncClient:
        return self.quien(Rol.IPS, "ips", ths.NIT_IPS)

    @cached_property
    def operador(self) -> httpx.AsyncClient:
        return self.quien(Rol.OPERADOR, "pablo")

    async def abrir(
        self, registro: Fila, *beneficiarios: Mapping[str, Any], por: httpx.AsyncClient
    ) -> dict[str, Any]:
        cuerpo = {
            "registro_id": str(registro["id"]),
            "fecha_defuncion": "2020-08-15",
            "beneficiarios": list(beneficiarios),
        }
        abierto: dict[str, Any] = bien(await por.post(TRAMITES, json=cuerpo))
        return abierto

    async def documentar(self, tramite: Mapping[str, Any], por: httpx.AsyncClient) -> None:
        """Deliver everything that is missing."""
        for falta in tramite["faltan"]:
            clase, _, de = falta.partition(" del beneficiario ")
            datos = {"clase": clase} | ({"beneficiario": de} if de else {})
            ruta = f"{TRAMITES}/{tramite['id']}/documentos"
            bien(await por.post(ruta, data=datos, files={"documento": ("a.pdf", PDF)}))


def bien(respuesta: httpx.Response) -> Any:
    assert respuesta.is_success, respuesta.text
    return respuesta.json()


def negado(respuesta: httpx.Response) -> tuple[int, str]:
    return respuesta.status_code, respuesta.json()["codigo"]


@pytest.fixture(scope="module")
async def oficina(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Oficina]:
    """Workers whom RNEC knows dead, as an IPS reported them; the second one is also of a special
    regime. There is another IPS."""
    datos = tmp_path_factory.mktemp("tramites")
    async with mesa_vacia(MECANISMO, postgres, plantilla, datos, ths.EN_VENTANA) as mesa:
        await ths.cargar(mesa, MUERTOS, (ths.NIT_IPS, OTRA_IPS))
        await mesa.cargar(
            "rnec",
            [
                {"numero_documento": d, "cod_error": "0", "estado_cedula": "21", **ths.NOMBRES}
                for d in MUERTOS
            ],
            FECHA_CORTE + timedelta(days=1),
        )
        exceptuado = {"tipo_documento": "CC", "numero_documento": MUERTOS[1]}
        exceptuado |= {"codigo_regimen": "EXC001", "tipo_afiliado": "C", "desde": "2019-01-01"}
        await mesa.cargar("bdex", [exceptuado], FECHA_CORTE)
        await mesa.presupuestar(ths.VALOR_ENFERMERIA)
        reportes = [ths.reporte(d) for d in MUERTOS]
        yield Oficina(mesa, await mesa.resolver(Rol.IPS, ths.NIT_IPS, *reportes))


async def test_el_reconocimiento_de_quien_murio_va_a_sus_beneficiarios(oficina: Oficina) -> None:
    """Guarantee: nobody decides what they prepared; nothing is paid without its documents; equal
    parts of what the worker would have received; one payment per worker, whoever reports them."""
    mesa = oficina.mesa
    registro = oficina.registros[0]
    assert (registro["estado"], registro["valor_centavos"]) == ("EN_TRAMITE_FALLECIDO", 0)
    (otro,) = await mesa.resolver(Rol.IPS, OTRA_IPS, ths.reporte(MUERTOS[0], OTRA_IPS))

    ajena = oficina.quien(Rol.IPS, "otra", OTRA_IPS)
    cuerpo = {"registro_id": str(registro["id"]), "fecha_defuncion": "2020-08-15"}
    rechazada = await ajena.post(TRAMITES, json=cuerpo | {"beneficiarios": [HIJA]})
    assert negado(rechazada) == (409, "tramites.registro_no_admite")
    tramite = await oficina.abrir(registro, HIJA, VIUDA, por=oficina.ips)
    otra_vez = await oficina.ips.post(TRAMITES, json=cuerpo | {"beneficiarios": [HIJA]})
    assert negado(otra_vez) == (409, "tramites.registro_no_admite")
    assert [b["numero_documento"] for b in tramite["beneficiarios"]] == ["…56", "…45"]
    propio = f"{TRAMITES}/{tramite['id']}"
    assert (await ajena.get(propio)).status_code == 404

    desvios = bien(await oficina.operador.get("/v1/tramites/desvios"))
    assert [(d["estado"], d["registros"]) for d in desvios] == [
        ("EN_TRAMITE_FALLECIDO", len(MUERTOS)),
        ("EN_TRAMITE_FALLECIDO", 1),
    ]
    assert [d["con_tramite"] for d in bien(await oficina.ips.get("/v1/tramites/desvios"))] == [1]

    incompleto = await oficina.operador.post(f"{propio}/acreditar")
    assert negado(incompleto) == (409, "tramites.incompleto")
    *primeros, ultimo = tramite["faltan"]
    await oficina.documentar(tramite | {"faltan": primeros}, oficina.ips)
    await oficina.documentar(tramite | {"faltan": [ultimo]}, oficina.operador)
    mismo = await oficina.operador.post(f"{propio}/acreditar")
    assert negado(mismo) == (403, "tramites.funciones_separadas")
    assert (await oficina.ips.post(f"{propio}/acreditar")).status_code == 403

    petra = oficina.quien(Rol.OPERADOR, "petra")
    acreditado = bien(await petra.post(f"{propio}/acreditar"))
    assert (acreditado["estado"], acreditado["valor"]) == ("ACREDITADO", "1755606.00")
    assert (acreditado["abierto_por"], acreditado["decidido_por"]) == ("ips", "petra")
    assert negado(await petra.post(f"{propio}/acreditar")) == (409, "tramites.decidido")

    ahora = (await mesa.registros(registro["radicacion_id"]))[0]
    assert (ahora["estado"], ahora["valor_centavos"]) == ("RECONOCIDO", ths.VALOR_ENFERMERIA)
    pagos = await mesa.consultar(
        "SELECT c.tipo_documento, c.nit, c.valor_centavos, c.preparado_por, c.cuenta_id IS NULL "
        "AS sin_cuenta FROM reconocimiento c JOIN registro_pago p ON p.reconocimiento_id = c.id "
        "WHERE p.radicacion_id = :id ORDER BY p.concepto",
        id=registro["radicacion_id"],
    )
    mitad = ths.VALOR_ENFERMERIA // 2
    assert [tuple(p.values()) for p in pagos] == [
        ("CC", "52123456", mitad, "petra", False),
        ("CE", "412345", mitad, "petra", True),
    ]

    # What was accredited is not undone by a correction: it would be paid once more.
    cual = registro["radicacion_id"]
    await mesa.resolver(
        Rol.IPS,
        ths.NIT_IPS,
        ths.reporte(MUERTOS[0]),
        corrige=cual,
        subsana=[Subsana(1, cual, registro["fila"])],
    )
    assert (await mesa.registros(cual))[0]["vigente"]

    duplicado = await oficina.abrir(otro, HIJA, por=ajena)
    await oficina.documentar(duplicado, ajena)
    tomado = await petra.post(f"{TRAMITES}/{duplicado['id']}/acreditar")
    assert negado(tomado) == (409, "tramites.derecho_tomado")
    motivo = {"motivo": "Ya se reconoció por otro reporte"}
    rechazado = bien(await petra.post(f"{TRAMITES}/{duplicado['id']}/rechazar", json=motivo))
    assert (rechazado["estado"], rechazado["motivo"]) == ("RECHAZADO", motivo["motivo"])
    lista = bien(await petra.get(TRAMITES, params={"estado": "ACREDITADO"}))["datos"]
    assert [t["id"] for t in lista] == [tramite["id"]]


async def test_lo_que_ademas_esta_en_regimen_de_excepcion_espera(oficina: Oficina) -> None:
    """Guarantee: parked, not refused; accrediting a death does not settle anything else."""
    registro = oficina.registros[1]
    assert registro["estado"] == "EN_TRAMITE_FALLECIDO"
    tramite = await oficina.abrir(registro, HIJA, por=oficina.ips)
    await oficina.documentar(tramite, oficina.ips)
    detenido = await oficina.operador.post(f"{TRAMITES}/{tramite['id']}/acreditar")
    assert negado(detenido) == (409, "tramites.incompleto")
    assert detenido.json()["codigos"] == ["THS-12"]
    ahora = await oficina.mesa.registros(registro["radicacion_id"])
    assert ahora[1]["estado"] == registro["estado"]


async def test_lo_que_no_se_entiende_de_un_tramite_se_rechaza(oficina: Oficina) -> None:
    registro = oficina.registros[2]
    cuerpo = {"registro_id": str(registro["id"]), "fecha_defuncion": "2020-09-02"}
    futura = await oficina.ips.post(TRAMITES, json=cuerpo | {"beneficiarios": [HIJA]})
    assert futura.status_code == 422
    tramite = await oficina.abrir(registro, HIJA, por=oficina.ips)
    ruta = f"{TRAMITES}/{tramite['id']}/documentos"
    for datos, archivo in (
        ({"clase": "PARENTESCO"}, PDF),
        ({"clase": "CAUSA_COVID", "beneficiario": "1"}, PDF),
        ({"clase": "PARENTESCO", "beneficiario": "2"}, PDF),
        ({"clase": "CAUSA_COVID"}, b"no es un pdf"),
    ):
        respuesta = await oficina.ips.post(ruta, data=datos, files={"documento": ("a", archivo)})
        assert respuesta.status_code == 422, datos
    assert bien(await oficina.ips.get(f"{TRAMITES}/{tramite['id']}"))["documentos"] == []


async def test_las_solicitudes_directas_se_anotan_y_no_inscriben(oficina: Oficina) -> None:
    """Guarantee: masked where they are listed; whole only in the file for MinSalud, with who took
    it; no record, no money."""
    mesa = oficina.mesa
    base = "/v1/solicitudes-directas"
    nueva = {
        "tipo_documento": "CC",
        "numero_documento": "0052999888",
        "nombre": "Luz Prueba",
        "nit_ips": ths.NIT_IPS,
        "codigo_perfil": "P03",
        "canal": "CORREO",
        "fecha": "2020-08-20",
    }
    assert (await oficina.ips.post(base, json=nueva)).status_code == 403
    antes = await mesa.consultar("SELECT count(*) AS n FROM registro")
    uno = bien(await oficina.operador.post(base, json=nueva))
    assert bien(await oficina.operador.post(base, json=nueva)) == uno
    bien(await oficina.operador.post(base, json=nueva | {"numero_documento": MUERTOS[3]}))
    assert await mesa.consultar("SELECT count(*) AS n FROM registro") == antes

    auditora = oficina.quien(Rol.AUDITOR, "aura")
    vistas = bien(await auditora.get(base))["datos"]
    assert [(v["numero_documento"], v["nombre"], v["reportada"]) for v in vistas] == [
        ("…88", "L… P…", False),
        ("…004", "L… P…", True),
    ]
    assert (await auditora.post(f"{base}/entregas")).status_code == 403
    entregado = await oficina.operador.post(f"{base}/entregas")
    filas = list(csv.DictReader(io.StringIO(entregado.content.decode("utf-8-sig"))))
    assert [(f["numero_documento"], f["reportada"]) for f in filas] == [
        ("52999888", "NO"),
        (MUERTOS[3], "SI"),
    ]
    assert await mesa.consultar("SELECT filas, entregada_por FROM solicitud_directa_entrega") == [
        {"filas": 2, "entregada_por": "pablo"}
    ]


async def test_la_antiguedad_separa_lo_que_la_eps_no_cargo(
    postgres: PostgresEmbebido, plantilla: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Guarantee: what holds a right is not debt; what only the IPS reported, and was glosado,
    waits for its EPS; each entity sees its own."""
    datos = tmp_path_factory.mktemp("antiguedad")
    personas = [f"20000000{n:02d}" for n in range(1, 4)]
    async with mesa_vacia(PRUEBAS, postgres, plantilla, datos, pru.AHORA) as mesa:
        muestras = [pru.muestra(d) for d in personas]
        await pru.cargar(mesa, personas, muestras)
        await mesa.presupuestar(100_000_000)
        buena, glosada = pru.prueba(personas[0]), pru.prueba(personas[1], consecutivo="2")
        registros = await mesa.resolver(
            Rol.IPS, pru.NIT_TOMA, buena, glosada | {"fecha_proceso": "2020-10-04"}
        )
        assert [r["estado"] for r in registros] == ["RECONOCIDO", "GLOSADO"]
        oficina = Oficina(mesa, registros)
        laboratorio = oficina.quien(Rol.LABORATORIO, "lab", pru.NIT_PROCESA)
        informe = bien(await laboratorio.get("/v1/antiguedad"))
        assert (informe["fecha"], informe["pruebas"]) == ("2021-03-01", 2)
        assert [(d["situacion"], d["dias"], d["valor_estimado"]) for d in informe["detalle"]] == [
            ("SIN_CARGUE_DE_LA_EPS", "91-180", "216994.00"),
            ("SIN_REPORTAR", "91-180", "216994.00"),
        ]
        eps = oficina.quien(Rol.EPS, "eps", pru.EPS)
        ajena = oficina.quien(Rol.EPS, "otra", pru.OTRA_EPS)
        assert bien(await eps.get("/v1/antiguedad"))["pruebas"] == 2
        assert bien(await ajena.get("/v1/antiguedad"))["detalle"] == []
        archivo = await eps.get("/v1/antiguedad/detalle.csv", params={"fecha": "2020-10-20"})
        filas = list(csv.DictReader(io.StringIO(archivo.content.decode("utf-8-sig"))))
        assert {(f["nit"], f["codigo_eps"], f["dias"]) for f in filas} == {
            (pru.NIT_PROCESA, pru.EPS, "0-30")
        }
