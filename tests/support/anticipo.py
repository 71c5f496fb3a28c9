"""The anticipo as its users see it: the three applications under one port, on a real database.

Requests go through ``httpx.ASGITransport``; a job that a worker would take is run with
``procesar``. Each ``Suite`` has a database and a folder of its own.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from calendar import monthrange
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from services.anticipo_uci.mecanismo import MECANISMO
from services.operaciones.app import crear_app as crear_operaciones
from services.tesoreria.app import crear_app as crear_tesoreria
from shared.db import Ajustes
from shared.embebido.postgres import SERVICIO, PostgresEmbebido
from shared.giros.model import EstadoRespuesta
from shared.giros.schemas import GiroRespondido
from shared.giros.service import responder
from shared.radicacion.service import Contexto
from shared.radicacion.trabajo import procesar
from shared.registros import cargar_corte
from shared.seguridad import Rol, Usuario, emitir_token
from shared.tipos import BOGOTA, Centavos, Nit, RelojFijo, repartir
from shared.web.dependencias import RUTAS_PUBLICAS
from shared.web.entorno import Entorno
from shared.web.mecanismo import crear_app
from shared.web.unir import unir
from tests.support.casos import RAIZ
from tests.support.infra import _crear_base

CASO: Final = RAIZ / "dominio" / "casos" / "anticipo_uci"
AHORA: Final = datetime(2021, 3, 10, 9, 0, tzinfo=BOGOTA)
"""Inside the default window of February 2021 (1 to 12 March)."""
PERIODO: Final = "2021-02"
NIT: Final = "900100101"
OTRO_NIT: Final = "900100202"
SEDE: Final = "0500100101"
RADICACIONES: Final = "/anticipo-uci/v1/radicaciones"
OPERACIONES: Final = "/operaciones/v1"
LINEA: Final = f"{OPERACIONES}/lineas/anticipo_uci/2021"
REGISTROS: Final = (
    "reps_prestadores",
    "reps_sedes",
    "reps_capacidad",
    "reps_servicios",
    "reps_ocupacion_diaria",
    "reps_transitorias",
)
COLUMNAS: Final = tuple(c.nombre for c in MECANISMO.esquema.campos)
NADIE: Final = UUID(int=1)
"""An identifier of nothing."""
PDF: Final = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

_numeros = count(1)


def sobre(nit: str = NIT, periodo: str = PERIODO, **cambios: str | None) -> dict[str, Any]:
    """Envelope of a submission, whole and in order; ``None`` takes a member out."""
    anio, mes = (int(n) for n in periodo.split("-"))
    datos: dict[str, str | None] = {
        "nit": nit,
        "dv": Nit(nit).dv,
        "periodo": periodo,
        "razon_social": f"Clínica de prueba {nit}",
        "firmante_tipo_documento": "CC",
        "firmante_numero_documento": "10203040",
        "firmante_nombre": "Persona de Prueba",
        "fecha_firma": (date(anio, mes, monthrange(anio, mes)[1]) + timedelta(days=1)).isoformat(),
        "codigo_banco": "1007",
        "tipo_producto": "AHORROS",
        "numero_producto": "12345678",
        "titular_nit": nit,
    }
    return {c: v for c, v in (datos | cambios).items() if v is not None}


def fila(**cambios: Any) -> dict[str, Any]:
    """A row of the first clinic that the registers of the case pay whole (8 UCI beds)."""
    return {
        "nit": NIT,
        "periodo": PERIODO,
        "codigo_habilitacion": SEDE,
        "numero_sede": "01",
        "servicio": "UCI",
        "poblacion": "ADULTO",
        "fecha": "2021-02-01",
        "camas_disponibles": 8,
    } | cambios


def un_dia(dia: int, camas: int = 8, **cambios: Any) -> dict[str, Any]:
    """``fila`` of that day of February 2021."""
    return fila(fecha=f"2021-02-{dia:02d}", camas_disponibles=camas, **cambios)


def a_csv(
    filas: Iterable[Mapping[str, Any]], columnas: Sequence[str] = COLUMNAS, separador: str = ","
) -> bytes:
    """Rows as a CSV file with header."""
    memoria = io.StringIO(newline="")
    escritor = csv.DictWriter(memoria, columnas, delimiter=separador)
    escritor.writeheader()
    escritor.writerows(filas)
    return memoria.getvalue().encode()


def leer_csv(ruta: Path) -> list[dict[str, str]]:
    with ruta.open(encoding="utf-8", newline="") as archivo:
        return list(csv.DictReader(archivo))


@dataclass(frozen=True)
class EntornoFijo(Entorno):
    """What the applications are built with, with a clock that the test moves."""

    fijo: RelojFijo = field(default_factory=lambda: RelojFijo(AHORA))

    @cached_property
    def reloj(self) -> RelojFijo:
        return self.fijo


@dataclass(frozen=True)
class Persona:
    """Somebody with a token. Answers come as they are; ``ver`` and ``hacer`` want success."""

    suite: Suite
    http: httpx.AsyncClient

    async def ver(self, ruta: str, **parametros: Any) -> Any:
        return _cuerpo(await self.http.get(ruta, params=parametros))

    async def hacer(self, ruta: str, cuerpo: Mapping[str, Any] | None = None) -> Any:
        return _cuerpo(await self.http.post(ruta, json=cuerpo or {}))

    async def radicar(
        self,
        archivo: bytes | Sequence[Mapping[str, Any]],
        solicitud: Mapping[str, Any] | str | None = None,
        *,
        nombre: str = "camas.csv",
        pdf: bytes | None = PDF,
        clave: str | None = None,
        corrige: str | None = None,
        simular: bool = False,
        prefer: str | None = None,
    ) -> httpx.Response:
        """Submit a file (or rows, written as CSV); a correction if ``corrige`` names one."""
        contenido = archivo if isinstance(archivo, bytes) else a_csv(archivo)
        texto = solicitud if isinstance(solicitud, str) else json.dumps(solicitud or sobre())
        archivos = {"archivo": (nombre, contenido)}
        if pdf is not None:
            archivos["certificacion"] = ("certificacion.pdf", pdf)
        encabezados = {"Idempotency-Key": clave, "Prefer": prefer}
        ruta = f"{RADICACIONES}/{corrige}/correcciones" if corrige else RADICACIONES
        return await self.http.post(
            ruta,
            data={"solicitud": texto},
            files=archivos,
            headers={n: v for n, v in encabezados.items() if v is not None},
            params={"simular": "true"} if simular else {},
        )

    async def resolver(self, *argumentos: Any, **opciones: Any) -> dict[str, Any]:
        """Submit and evaluate; the radicación as it ends."""
        aceptada = _cuerpo(await self.radicar(*argumentos, **opciones))
        await self.suite.procesar(aceptada["id"])
        vista: dict[str, Any] = await self.ver(f"{RADICACIONES}/{aceptada['id']}")
        return vista

    async def registros(self, radicacion_id: str, **parametros: Any) -> list[dict[str, Any]]:
        """Records of a submission, all pages."""
        pagina = await self.ver(
            f"{RADICACIONES}/{radicacion_id}/registros", limite=500, **parametros
        )
        return list(pagina["datos"])


def _cuerpo(respuesta: httpx.Response) -> Any:
    assert respuesta.is_success, f"{respuesta.status_code}: {respuesta.text}"
    return respuesta.json() if respuesta.content else None


@dataclass(frozen=True)
class Suite:
    """The applications on one database and one folder."""

    entorno: EntornoFijo
    base: str
    """Name of the database in the cluster."""

    @cached_property
    def apps(self) -> dict[str, FastAPI]:
        return {
            "anticipo-uci": crear_app(MECANISMO, self.entorno),
            "operaciones": crear_operaciones(self.entorno),
            "tesoreria": crear_tesoreria(self.entorno),
        }

    @cached_property
    def transporte(self) -> httpx.ASGITransport:
        """To the three under one port, as ``mecanismos servir`` joins them."""
        return httpx.ASGITransport(app=unir(self.apps))

    def rutas(self, app: str) -> list[tuple[str, str]]:
        """Method and path of every route that asks who is calling, with parameters filled in."""
        caminos = self.apps[app].openapi()["paths"]
        return [
            (metodo.upper(), f"/{app}{_llena(camino)}")
            for camino, metodos in caminos.items()
            if camino not in RUTAS_PUBLICAS
            for metodo in metodos
        ]

    @property
    def reloj(self) -> RelojFijo:
        return self.entorno.fijo

    @property
    def ctx(self) -> Contexto:
        """What a worker is given."""
        return Contexto(MECANISMO, self.entorno.uow, self.reloj, self.entorno.almacen)

    def cliente(self, token: str | None = None) -> httpx.AsyncClient:
        encabezados = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(
            transport=self.transporte, base_url="http://mecanismos", headers=encabezados
        )

    def persona(self, rol: Rol, sujeto: str | None = None, entidad: str | None = None) -> Persona:
        usuario = Usuario(sujeto or f"una-{rol}", frozenset({rol}), entidad)
        return Persona(self, self.cliente(emitir_token(self.entorno.ajustes, usuario)))

    def ips(self, nit: str = NIT) -> Persona:
        return self.persona(Rol.IPS, f"ips-{nit}", nit)

    async def procesar(self, radicacion_id: str) -> None:
        """What a worker does with the job."""
        await procesar(UUID(radicacion_id), self.ctx)

    async def consultar(self, sql: str, **parametros: Any) -> list[dict[str, Any]]:
        """Rows of a query as the service role."""
        async with self.entorno.uow.begin() as tx:
            return [dict(f) for f in (await tx.execute(text(sql), parametros)).mappings()]

    async def cargar(self, carpeta: Path, fecha: date = date(2021, 1, 31)) -> None:
        """Load every register of a folder as a corte."""
        for registro in REGISTROS:
            if (ruta := carpeta / f"{registro}.csv").exists():
                await self.cargar_corte(registro, ruta, fecha)

    async def cargar_corte(self, registro: str, ruta: Path, fecha: date) -> UUID:
        cargado = await cargar_corte(
            registro,
            ruta,
            fecha,
            usuario="operadora",
            datos=self.entorno.ajustes.datos,
            uow=self.entorno.uow,
            reloj=self.reloj,
        )
        return cargado.corte.id

    async def presupuestar(self, *, aforo: int, recaudo: int = 0) -> None:
        """Aforo and recaudo of the line of 2021, in pesos."""
        ordenador = self.persona(Rol.ORDENADOR, "ordenadora-del-presupuesto")
        fecha = self.reloj.hoy().isoformat()
        if aforo:
            numero = f"Acto {next(_numeros)}"
            await ordenador.hacer(
                f"{LINEA}/aforo", {"numero": numero, "fecha": fecha, "valor": str(aforo)}
            )
        if recaudo:
            referencia = f"BR-{next(_numeros)}"
            await ordenador.hacer(
                f"{LINEA}/recaudo",
                {"referencia_banco": referencia, "fecha": fecha, "valor": str(recaudo)},
            )

    async def abrir_ventana(self, periodo: str) -> None:
        """A window for that period around the present instant, by act."""
        ordenador = self.persona(Rol.ORDENADOR)
        ahora = self.reloj.ahora()
        respuesta = await ordenador.http.put(
            f"{OPERACIONES}/ventanas/anticipo_uci/{periodo}",
            json={
                "desde": (ahora - timedelta(days=1)).isoformat(),
                "hasta": (ahora + timedelta(days=30)).isoformat(),
                "acto": "Acto extraordinario de prueba",
            },
        )
        assert respuesta.is_success, respuesta.text

    async def girar(self, *reconocimientos: str) -> list[dict[str, Any]]:
        """Verify the accounts and approve: the giros that were ordered."""
        tesorera = self.persona(Rol.TESORERIA, "tesorera")
        for cuenta in await tesorera.ver(f"{OPERACIONES}/cuentas/por-verificar"):
            await tesorera.hacer(
                f"{OPERACIONES}/cuentas/{cuenta['id']}/decision", {"aceptada": True}
            )
        await self.persona(Rol.ORDENADOR, "ordenadora").hacer(
            f"{OPERACIONES}/reconocimientos/aprobar", {"reconocimientos": reconocimientos}
        )
        giros = (await tesorera.ver(f"{OPERACIONES}/giros", limite=500))["datos"]
        pedidos = set(reconocimientos)
        return [g for g in giros if pedidos & {r["id"] for r in g["reconocimientos"]}]

    async def responder(
        self, giro: Mapping[str, Any], estado: str, codigo: str | None = None
    ) -> None:
        """The bank's answer to a giro takes effect, as if its event had arrived."""
        datos = GiroRespondido(
            id_giro=giro["id_giro"],
            estado=EstadoRespuesta(estado),
            codigo=codigo,
            fecha=self.reloj.hoy(),
            valor=giro["valor"],
        )
        async with self.entorno.uow.begin() as tx:
            await responder(tx, datos, reloj=self.reloj, por="banco")

    def crudos(self) -> set[str]:
        """Names of the raw files kept."""
        return _nombres(self.entorno.almacen.crudos)

    def carpetas(self) -> set[str]:
        """Folders of submissions."""
        return _nombres(self.entorno.ajustes.datos / "radicaciones")

    def temporales(self) -> set[str]:
        return _nombres(self.entorno.almacen.temporal)


def _llena(camino: str) -> str:
    """A path with a value in place of each parameter: nobody's, but of its type."""
    valores = {"mecanismo": "anticipo_uci", "vigencia": "2021", "periodo": PERIODO}
    valores |= {"formato": "csv", "id_giro": "G1"}
    return re.sub(r"{(\w+)}", lambda p: valores.get(p[1], str(NADIE)), camino)


def _nombres(carpeta: Path) -> set[str]:
    return {r.name for r in carpeta.iterdir()} if carpeta.is_dir() else set()


@asynccontextmanager
async def suite_vacia(postgres: PostgresEmbebido, modelo: str, datos: Path) -> AsyncIterator[Suite]:
    """A suite on a new copy of the database ``modelo``, closed at the end."""
    nombre = f"anticipo_{next(_numeros)}"
    await _crear_base(postgres, nombre, modelo=modelo)
    ajustes = Ajustes(
        database_url=postgres.dsn(SERVICIO, nombre),
        datos=datos,
        entorno="desarrollo",
        jwt_clave=SecretStr("clave-solo-de-pruebas-de-cuarenta-bytes!"),
    )
    suite = Suite(EntornoFijo(ajustes, RelojFijo(AHORA)), nombre)
    try:
        yield suite
    finally:
        await suite.entorno.engine.dispose()


@dataclass(frozen=True)
class Preparada:
    """A database and a folder with the registers of the case already loaded, to be copied."""

    postgres: PostgresEmbebido
    base: str
    datos: Path

    @classmethod
    async def unica(cls, postgres: PostgresEmbebido, plantilla: str, datos: Path) -> Preparada:
        """The one of the session: the first caller makes it, in ``datos``."""
        if postgres.dsn_superusuario not in _PREPARADAS:
            _PREPARADAS[postgres.dsn_superusuario] = await cls._nueva(postgres, plantilla, datos)
        return _PREPARADAS[postgres.dsn_superusuario]

    @classmethod
    async def _nueva(cls, postgres: PostgresEmbebido, plantilla: str, datos: Path) -> Preparada:
        async with suite_vacia(postgres, plantilla, datos) as suite:
            await suite.cargar(CASO)
            return cls(postgres, suite.base, datos)

    @asynccontextmanager
    async def copia(self, datos: Path) -> AsyncIterator[Suite]:
        """A suite of its own that starts where the prepared one is."""
        shutil.copytree(self.datos, datos, dirs_exist_ok=True)
        async with suite_vacia(self.postgres, self.base, datos) as suite:
            yield suite


_PREPARADAS: Final[dict[str, Preparada]] = {}


# --- published amounts --------------------------------------------------------------------------


@dataclass(frozen=True)
class Publicado:
    """An amount of the dossier (§5, §9) and bed-days that add up to it. ``valor`` in pesos."""

    nombre: str
    nit: str
    valor: int
    filas: tuple[dict[str, Any], ...]

    @property
    def codigo(self) -> str:
        return f"44001{self.nit[-5:]}"

    @property
    def periodos(self) -> dict[str, list[dict[str, Any]]]:
        """Rows by period: what one REST submission each may carry."""
        grupos: dict[str, list[dict[str, Any]]] = {}
        for f in self.filas:
            grupos.setdefault(f["periodo"], []).append(f)
        return grupos


def _dias(*periodos: str) -> list[str]:
    meses = [(int(p[:4]), int(p[5:])) for p in periodos]
    return [f"{a}-{m:02d}-{d:02d}" for a, m in meses for d in range(1, monthrange(a, m)[1] + 1)]


def _certificadas(nit: str, servicio: str, camas: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "nit": nit,
            "periodo": dia[:7],
            "codigo_habilitacion": f"44001{nit[-5:]}",
            "numero_sede": "01",
            "servicio": servicio,
            "poblacion": "ADULTO",
            "fecha": dia,
            "camas_disponibles": n,
        }
        for dia, n in camas.items()
    ]


def _repartidas(total: int, dias: Sequence[str]) -> dict[str, int]:
    partes = repartir(Centavos(total), [1] * len(dias))
    return {dia: int(n) for dia, n in zip(dias, partes, strict=True)}


def _publicado(
    nombre: str, nit: str, valor: int, uci: int, intermedio: int, *periodos: str
) -> Publicado:
    dias = _dias(*periodos)
    filas = _certificadas(nit, "UCI", _repartidas(uci, dias))
    filas += _certificadas(nit, "INTERMEDIO", _repartidas(intermedio, dias))
    return Publicado(nombre, nit, valor, tuple(filas))


_JULIO: Final = _dias("2020-07")
PUBLICADOS: Final = (
    _publicado("hospital público", "900300101", 1_242_939_982, 2480, 319, "2020-07", "2020-08"),
    _publicado("pagado a diciembre", "900300202", 964_019_602, 1904, 273, "2020-07"),
    _publicado("clínica privada", "900300303", 14_280_091_338, 24054, 9495, "2020-08"),
    Publicado(
        "ejemplo 1: un día",
        "900300404",
        7_324_418,
        (
            *_certificadas("900300404", "UCI", {"2020-07-01": 13}),
            *_certificadas("900300404", "INTERMEDIO", {"2020-07-01": 4}),
        ),
    ),
    Publicado(
        "ejemplo 2: ajuste de ANT-13",
        "900300505",
        155_389_284,
        (
            *_certificadas("900300505", "UCI", dict.fromkeys(_JULIO, 10)),
            *_certificadas("900300505", "INTERMEDIO", dict.fromkeys(_JULIO, 4)),
        ),
    ),
)
_NOMBRE_CAMA: Final = {
    "UCI": "Cuidado Intensivo Adulto",
    "INTERMEDIO": "Cuidado Intermedio Adulto",
}
_AMPLIA: Final = 1_000


def _capacidad(p: Publicado, servicio: str) -> int:
    """Beds of REPS: the first example has 20 UCI, the others more than they certify."""
    return 20 if p.nombre.startswith("ejemplo 1") and servicio == "UCI" else _AMPLIA


def _reporte(p: Publicado, f: Mapping[str, Any]) -> dict[str, Any]:
    """The daily report of a row: 15 occupied in example 1, 6 free from day 16 in example 2."""
    uci = f["servicio"] == "UCI"
    ocupadas = 15 if uci and p.nombre.startswith("ejemplo 1") else 0
    libres = f["camas_disponibles"]
    if uci and p.nombre.startswith("ejemplo 2") and f["fecha"] >= "2020-07-16":
        libres = 6
    return {
        "hab_sede": f"{p.codigo}01",
        "fecha": f["fecha"],
        "nombre_capacidad": _NOMBRE_CAMA[f["servicio"]],
        "total_camas": ocupadas + libres,
        "ocupadas_no_covid": 0,
        "ocupadas_sospechoso": 0,
        "ocupadas_confirmado": ocupadas,
        "camas_disponibles": libres,
    }


def registros_publicados() -> dict[str, list[dict[str, Any]]]:
    """Registers under which ``PUBLICADOS`` are worth what was published."""
    return {
        "reps_prestadores": [
            {
                "hab_prestador": p.codigo,
                "nit": p.nit,
                "dv": Nit(p.nit).dv,
                "razon_social": p.nombre,
                "clase_prestador": "Instituciones Prestadoras de Servicios de Salud - IPS",
                "habilitado": "SI",
            }
            for p in PUBLICADOS
        ],
        "reps_sedes": [
            {
                "hab_prestador": p.codigo,
                "hab_sede": f"{p.codigo}01",
                "numero_sede": "01",
                "nombre": "SEDE",
                "nit": p.nit,
                "habilitado": "SI",
                "fecha_apertura": "2010-01-01",
            }
            for p in PUBLICADOS
        ],
        "reps_capacidad": [
            {
                "hab_prestador": p.codigo,
                "hab_sede": f"{p.codigo}01",
                "grupo": "CAMAS",
                "nombre_capacidad": nombre,
                "cantidad": _capacidad(p, servicio),
            }
            for p in PUBLICADOS
            for servicio, nombre in _NOMBRE_CAMA.items()
        ],
        "reps_ocupacion_diaria": [_reporte(p, f) for p in PUBLICADOS for f in p.filas],
        "reps_transitorias": [
            {
                "hab_sede": "440010040401",
                "servicio": "UCI",
                "poblacion": "ADULTO",
                "tipo": "AUTORIZACION",
                "camas": 8,
                "acto": "Acto 1 de 2020",
                "autoridad": "Secretaría departamental",
                "fecha_inicio": "2020-06-01",
                "estado": "VIGENTE",
            }
        ],
    }


def escribir_registros(registros: Mapping[str, list[dict[str, Any]]], carpeta: Path) -> Path:
    """Each register as ``<registro>.csv`` in ``carpeta``."""
    carpeta.mkdir(parents=True, exist_ok=True)
    for nombre, filas in registros.items():
        (carpeta / f"{nombre}.csv").write_bytes(a_csv(filas, list(filas[0])))
    return carpeta
