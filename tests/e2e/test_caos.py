"""Done-when 4: whatever is killed in the middle of work, everything ends as if nothing had been.

Guarantee. While entities submit and the back office approves, verifies, collects and pays, each
process is killed with ``kill -9`` in an order drawn from a seed. Nobody helps afterwards. Then:
every submission that got a 2xx is decided once, each recognition has one applied giro, what was
paid is what was recognised and what the files are worth, treasury holds each order once, every
event was delivered and taken in, and the ledger agrees with its entries.

``MECANISMOS_SEMILLA_CAOS`` repeats a schedule: the seed is in the name of the test, the kills are
in its log.
"""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.anticipo_uci.norma import TARIFA_INTERMEDIO, TARIFA_UCI
from shared.cli.demo.archivos import COLUMNAS, PERIODO, Cama, Envio, Ips
from shared.seguridad import Rol
from shared.tipos import Nit, de_decimal
from tests.support.sistema import (
    INFRAESTRUCTURA,
    LINEA,
    MECANISMO,
    RUTA,
    SERVICIOS,
    SistemaReal,
    esperar,
    procesos_de,
    sistema_en_marcha,
)

bitacora = logging.getLogger("caos")

SEMILLA = int(os.environ.get("MECANISMOS_SEMILLA_CAOS", "20210301"))
CUANTAS_IPS = 30
GEMELAS = 6
"""Submissions for beds that another submission already asks for: only one of each pair is paid."""
VECES = 2
"""Kills of each service; each piece of infrastructure dies once."""
PAGOS = 5
"""Pieces in which the cash arrives; the last one covers exactly what is owed."""
ESPERA_OCASION_S = 6
"""Longest wait for a process to be in the middle of its work, before it is killed anyway."""
PACIENCIA_S = 150
"""Longest wait for everything to end after the last kill."""


# --- an invented country of one sede per IPS ------------------------------------------------------


def ips_inventadas() -> list[Ips]:
    """Institutions with a right check digit, half with ICU beds and half with intermediate ones."""
    inventadas = []
    for i in range(CUANTAS_IPS):
        nit = Nit(f"90{7_000_000 + i * 37}")
        servicio = "UCI" if i % 2 else "INTERMEDIO"
        cama = Cama(f"05001{50_000 + i}", "01", servicio, "ADULTO", 3 + i % 5)
        inventadas.append(Ips(str(nit), nit.dv, f"CLINICA INVENTADA {i} SAS", "1007", (cama,)))
    return inventadas


def escribir_cortes(carpeta: Path, ips: Sequence[Ips]) -> list[Path]:
    """The three obligatory registers under canonical headers."""
    clase = "Instituciones Prestadoras de Servicios de Salud - IPS"
    tablas: dict[str, list[tuple[str, ...]]] = {
        "reps_prestadores": [
            ("hab_prestador", "nit", "dv", "razon_social", "clase_prestador", "habilitado"),
            *((i.camas[0].codigo, i.nit, i.dv, i.nombre, clase, "SI") for i in ips),
        ],
        "reps_sedes": [
            ("hab_prestador", "hab_sede", "numero_sede", "nombre", "nit", "habilitado"),
            *((c.codigo, c.codigo + c.sede, c.sede, i.nombre, i.nit, "SI") for i, c in _camas(ips)),
        ],
        "reps_capacidad": [
            ("hab_prestador", "hab_sede", "grupo", "nombre_capacidad", "cantidad"),
            *(
                (c.codigo, c.codigo + c.sede, "CAMAS", _nombre_de(c), str(c.certifica))
                for _, c in _camas(ips)
            ),
        ],
    }
    rutas = []
    for registro, filas in tablas.items():
        ruta = carpeta / f"{registro}.csv"
        ruta.write_text(_csv(filas), encoding="utf-8")
        rutas.append(ruta)
    return rutas


def _camas(ips: Sequence[Ips]) -> Iterator[tuple[Ips, Cama]]:
    return ((i, c) for i in ips for c in i.camas)


def _nombre_de(cama: Cama) -> str:
    return "Cuidado Intensivo Adulto" if cama.servicio == "UCI" else "Intermedia Adultos"


def _csv(filas: Sequence[Sequence[str]]) -> str:
    salida = io.StringIO()
    csv.writer(salida).writerows(filas)
    return salida.getvalue()


def envio_de(ips: Ips, cuenta: int) -> Envio:
    """Every bed of the institution in the first ten days, and one row over its capacity."""
    (cama,) = ips.camas
    filas = [
        (
            *(ips.nit, PERIODO, cama.codigo, cama.sede, cama.servicio, cama.poblacion),
            *(date(2021, 2, dia).isoformat(), str(cama.certifica + (dia == 10))),
        )
        for dia in range(1, 11)
    ]
    contenido = _csv([COLUMNAS, *filas]).encode()
    return Envio(ips, f"camas-{ips.nit}-{cuenta}.csv", contenido, str(cuenta))


def valor_de(ips: Ips) -> int:
    """What its beds are worth, in centavos: the row over capacity is trimmed to it."""
    (cama,) = ips.camas
    tarifa = TARIFA_UCI if cama.servicio == "UCI" else TARIFA_INTERMEDIO
    return 10 * cama.certifica * tarifa.en(date(2021, 2, 1))


# --- people who retry -----------------------------------------------------------------------------


def insistir(que: str, accion: Callable[[], httpx.Response], plazo_s: float = 90) -> httpx.Response:
    """The first answer that is not an outage: no connection, a cut one, or a 503."""

    def intento() -> httpx.Response | None:
        try:
            respuesta = accion()
        except httpx.TransportError:
            return None
        return None if respuesta.status_code == 503 else respuesta

    return esperar(que, intento, plazo_s=plazo_s, paso_s=0.2)


@dataclass
class Oficina:
    """Verifies, approves, collects and reprograms what there is, again and again, in a thread.

    It keeps no memory of what it did: what a cut connection left undone shows up in the next list.
    """

    sistema: SistemaReal
    recaudos: list[int]
    _fin: threading.Event = field(default_factory=threading.Event)
    _cuenta: int = 900_000

    def __post_init__(self) -> None:
        self.operador = self.sistema.persona(Rol.OPERADOR).http
        self.ordenador = self.sistema.persona(Rol.ORDENADOR).http
        self.tesoreria = self.sistema.persona(Rol.TESORERIA).http

    def trabajar(self) -> None:
        ronda = 0
        while not self._fin.is_set():
            with contextlib.suppress(httpx.TransportError):
                self._verificar_cuentas()
                self._aprobar()
                self._reprogramar()
                if ronda < len(self.recaudos):
                    self._recaudar(ronda)
                    ronda += 1
            self._fin.wait(0.7)

    def cerrar(self) -> None:
        self._fin.set()

    def _verificar_cuentas(self) -> None:
        cuentas = self._leer(self.tesoreria.get("/operaciones/v1/cuentas/por-verificar"))
        for cuenta in cuentas or ():
            ruta = f"/operaciones/v1/cuentas/{cuenta['id']}/decision"
            self._leer(self.tesoreria.post(ruta, json={"aceptada": True}))

    def _aprobar(self) -> None:
        ruta = "/operaciones/v1/reconocimientos"
        filtro = {"mecanismo": MECANISMO, "sin_aprobar": "true", "limite": "100"}
        pagina = self._leer(self.operador.get(ruta, params=filtro))
        if pagina and (ids := [r["id"] for r in pagina["datos"]]):
            self._leer(self.ordenador.post(f"{ruta}/aprobar", json={"reconocimientos": ids}))

    def _reprogramar(self) -> None:
        ruta = "/operaciones/v1/giros"
        pagina = self._leer(self.operador.get(ruta, params={"estado": "devuelto"}))
        for giro in pagina["datos"] if pagina else ():
            self._cuenta += 1
            (parte,) = giro["reconocimientos"]
            reconocimiento = self._leer(
                self.operador.get(f"/{RUTA}/v1/reconocimientos/{parte['id']}")
            )
            if reconocimiento is None:
                continue
            cuenta = {
                "codigo_banco": "1040",
                "tipo_producto": "CORRIENTE",
                "numero_producto": str(self._cuenta),
                "titular_nit": reconocimiento["nit"],
            }
            self._leer(
                self.operador.post(f"{ruta}/{giro['id']}/reprogramar", json={"cuenta": cuenta})
            )

    def _recaudar(self, numero: int) -> None:
        valor = self.recaudos[numero]
        cuerpo = {
            "referencia_banco": f"BANREP-{numero}",
            "fecha": "2021-03-01",
            "valor": f"{valor // 100}.{valor % 100:02d}",
        }
        insistir(
            "el recaudo", lambda: self._exigir(self.ordenador.post(f"{LINEA}/recaudo", json=cuerpo))
        )

    def _leer(self, respuesta: httpx.Response) -> Any:
        """The body, or ``None`` in an outage."""
        return None if respuesta.status_code == 503 else self._exigir(respuesta).json()

    @staticmethod
    def _exigir(respuesta: httpx.Response) -> httpx.Response:
        assert respuesta.is_success or respuesta.status_code == 503, respuesta.text
        return respuesta


@dataclass(frozen=True)
class Aceptada:
    """A submission that the system accepted."""

    id: str
    nit: str
    clave: str


def radicar(sistema: SistemaReal, envio: Envio, azar: random.Random) -> Aceptada:
    """Submit until it is accepted, with one key; one in three clicks twice."""
    ips = sistema.persona(Rol.IPS, f"ips-{envio.ips.nit}", envio.ips.nit)
    clave = f"caos-{envio.nombre}"

    def enviar() -> str:
        respuesta = insistir(envio.nombre, lambda: ips.radicar(RUTA, envio, clave=clave))
        assert respuesta.is_success, respuesta.text
        return str(respuesta.json()["id"])

    aceptada = enviar()
    if azar.random() < 1 / 3:
        assert enviar() == aceptada, "repetir el envío radicó dos veces"
    return Aceptada(aceptada, envio.ips.nit, clave)


# --- who kills ------------------------------------------------------------------------------------

POR_HACER = """
SELECT (SELECT count(*) FROM radicacion WHERE estado IN ('EN_COLA', 'EN_PROCESO')),
       (SELECT count(*) FROM bandeja_salida WHERE publicado_at IS NULL),
       (SELECT count(*) FROM giro WHERE estado IN ('ordenado', 'enviado'))
"""
"""Submissions to evaluate, events to publish, giros without an answer."""

_EVALUA = "EXISTS (SELECT FROM radicacion WHERE estado = 'EN_PROCESO')"
_ESPERA_BANCO = "EXISTS (SELECT FROM giro WHERE estado = 'ordenado')"
_SIN_PUBLICAR = "EXISTS (SELECT FROM bandeja_salida WHERE publicado_at IS NULL)"
OCASION = {
    "aplicacion": "EXISTS (SELECT FROM radicacion WHERE estado = 'EN_COLA')",
    "trabajador": _EVALUA,
    "relevo": _SIN_PUBLICAR,
    "consumir-giros": _ESPERA_BANCO,
    "consumir-respuestas": "EXISTS (SELECT FROM orden_tesoreria o JOIN giro g USING (id_giro) "
    "WHERE o.estado = 'RESPONDIDA' AND g.estado = 'ordenado')",
    "kafka": f"{_SIN_PUBLICAR} OR {_ESPERA_BANCO}",
    "postgres": _EVALUA,
}
"""When each process is in the middle of something."""


def matar_en_orden(sistema: SistemaReal, azar: random.Random) -> list[tuple[str, bool]]:
    """Kill everything of the schedule, each in the middle of its work if it comes in time."""
    turnos = [*SERVICIOS * VECES, *INFRAESTRUCTURA]
    azar.shuffle(turnos)
    muertes = []
    for nombre in turnos:
        time.sleep(azar.uniform(0.1, 1.5))
        ocupado = esperar("la base de datos", lambda n=nombre: _ocupado(sistema, n))  # type: ignore[misc]
        pid = esperar(f"que «{nombre}» viva", lambda n=nombre: sistema.matar(n), plazo_s=60)  # type: ignore[misc]
        muertes.append((nombre, ocupado))
        bitacora.warning("kill -9 %s (pid %d), %s", nombre, pid, "en obra" if ocupado else "ocioso")
    return muertes


def _ocupado(sistema: SistemaReal, nombre: str) -> bool | None:
    """Whether it was caught at work; ``None`` while the database itself is down."""
    try:
        return sistema.ocurre(OCASION[nombre], ESPERA_OCASION_S)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return None


# --- the test -------------------------------------------------------------------------------------


@pytest.mark.parametrize("semilla", [SEMILLA])
def test_nada_se_pierde_ni_se_paga_dos_veces(semilla: int, carpeta_embebida: Path) -> None:
    azar = random.Random(semilla)  # noqa: S311 - a schedule, not a secret
    ips = ips_inventadas()
    total = sum(map(valor_de, ips))
    envios = [envio_de(i, 100_000 + n) for n, i in enumerate(ips)]
    envios += [envio_de(i, 200_000 + n) for n, i in enumerate(azar.sample(ips, GEMELAS))]
    azar.shuffle(envios)
    datos = carpeta_embebida / "caos"
    with sistema_en_marcha(datos, devolver_cada=5) as sistema:
        sistema.cargar_cortes(escribir_cortes(carpeta_embebida, ips))
        sistema.presupuestar(total // 100, 0)
        oficina = Oficina(sistema, _repartir(total))
        inicio = time.monotonic()
        with ThreadPoolExecutor(4) as clientes, ThreadPoolExecutor(1) as aparte:
            trabajo = aparte.submit(oficina.trabajar)
            try:
                pedidas = [
                    clientes.submit(radicar, sistema, e, random.Random(n))  # noqa: S311
                    for n, e in enumerate(envios)
                ]
                muertes = matar_en_orden(sistema, azar)
                aceptadas = [p.result(timeout=PACIENCIA_S) for p in pedidas]
                _esperar_final(sistema, len(ips), trabajo)
            finally:
                oficina.cerrar()
            trabajo.result(timeout=30)
        bitacora.warning("Todo terminó en %.0f s", time.monotonic() - inicio)
        _comprobar_muertes(muertes, sistema)
        _comprobar_radicaciones(sistema, aceptadas)
        _comprobar_dinero(sistema, ips, total)
        _comprobar_tesoreria(sistema, total)
        _comprobar_eventos(sistema)
        assert sistema.parar() == 0
        assert procesos_de(datos) == {}


def _repartir(total: int) -> list[int]:
    parte = total // PAGOS
    return [parte] * (PAGOS - 1) + [total - parte * (PAGOS - 1)]


def _esperar_final(sistema: SistemaReal, cuantos: int, oficina: Future[None]) -> None:
    """Wait until every recognition is paid and every event was taken in."""

    def terminado() -> bool | None:
        if oficina.done():
            oficina.result()  # shows what broke it
        try:
            (por_hacer,) = sistema.consultar(POR_HACER)
            ((pagados,),) = sistema.consultar(
                "SELECT count(*) FROM reconocimiento WHERE estado IN ('GIRADO', 'EN_LEGALIZACION')"
            )
        except (OSError, asyncpg.PostgresError):
            return None
        return True if not any(por_hacer) and pagados == cuantos else None

    try:
        esperar("que todo termine sin ayuda", terminado, plazo_s=PACIENCIA_S, paso_s=0.3)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{_como_va(sistema)}") from error


def _como_va(sistema: SistemaReal) -> str:
    consultas = {
        "radicaciones": "SELECT estado, intento, motivo, count(*) FROM radicacion GROUP BY 1, 2, 3",
        "reconocimientos": "SELECT estado, espera_por, count(*) FROM reconocimiento GROUP BY 1, 2",
        "giros": "SELECT estado, codigo, count(*) FROM giro GROUP BY 1, 2",
        "órdenes": "SELECT estado, resultado, count(*) FROM orden_tesoreria GROUP BY 1, 2",
        "sin publicar": "SELECT tema, count(*) FROM bandeja_salida WHERE publicado_at IS NULL "
        "GROUP BY 1",
        "cola": "SELECT status::text, count(*) FROM pgqueuer GROUP BY 1",
    }
    return "\n".join(f"{que}: {sistema.consultar(sql)}" for que, sql in consultas.items())


def _comprobar_muertes(muertes: Sequence[tuple[str, bool]], sistema: SistemaReal) -> None:
    """All died as often as planned, nearly always at work, and all live again."""
    veces = Counter(nombre for nombre, _ in muertes)
    assert veces == dict.fromkeys(SERVICIOS, VECES) | dict.fromkeys(INFRAESTRUCTURA, 1)
    ociosos = [nombre for nombre, ocupado in muertes if not ocupado]
    assert len(ociosos) <= len(muertes) // 3, f"se mató sin que trabajaran: {ociosos}"
    procesos = sistema.estado.procesos
    assert set(procesos) == {*SERVICIOS, *INFRAESTRUCTURA}
    assert all(p.arranques > veces[nombre] for nombre, p in procesos.items())


def _comprobar_radicaciones(sistema: SistemaReal, aceptadas: Sequence[Aceptada]) -> None:
    """What was accepted is there once, and decided."""
    filas = sistema.consultar("SELECT id::text, clave_idempotencia, estado FROM radicacion")
    assert sorted(filas) == sorted((a.id, a.clave, "PROCESADA") for a in aceptadas)
    assert sistema.consultar("SELECT count(*) FROM pgqueuer") == [(0,)]
    dobles = "SELECT radicacion_id, fila FROM registro GROUP BY 1, 2 HAVING count(*) > 1"
    assert sistema.consultar(dobles) == []
    assert sistema.consultar("SELECT count(*) FROM registro") == [(10 * len(aceptadas),)]


def _comprobar_dinero(sistema: SistemaReal, ips: Sequence[Ips], total: int) -> None:
    """Each institution got what its beds are worth, by one applied giro, and the books agree."""
    pagado = sistema.consultar(
        "SELECT r.nit, r.valor_centavos, count(*) FILTER (WHERE g.estado = 'aplicado'), "
        "sum(g.valor_centavos) FILTER (WHERE g.estado = 'aplicado')::bigint, "
        "bool_and(g.estado IN ('aplicado', 'reprogramado')) "
        "FROM reconocimiento r JOIN giro_reconocimiento p ON p.reconocimiento_id = r.id "
        "JOIN giro g ON g.id = p.giro_id GROUP BY r.id"
    )
    assert sorted(pagado) == sorted((i.nit, valor_de(i), 1, valor_de(i), True) for i in ips)
    linea = sistema.persona(Rol.ORDENADOR).ver(LINEA)
    saldos = {k: de_decimal(linea[k]) for k in ("aforo", "recaudo", "reconocido", "girado")}
    assert saldos == dict.fromkeys(saldos, total)
    assert (linea["disponible"], linea["caja"], linea["en_transito"]) == ("0.00",) * 3
    assert sistema.persona(Rol.AUDITOR).ver("/operaciones/v1/cuadre")["cuadra"] is True


def _comprobar_tesoreria(sistema: SistemaReal, total: int) -> None:
    """Treasury holds each order once, with its amount and one answer; nothing is in suspense."""
    giros = sistema.consultar("SELECT id_giro, valor_centavos FROM giro")
    ordenes = sistema.consultar("SELECT id_giro, valor_centavos FROM orden_tesoreria")
    assert sorted(giros) == sorted(ordenes)
    respuestas = sistema.consultar("SELECT id_giro FROM respuesta_tesoreria")
    assert sorted(respuestas) == sorted((id_giro,) for id_giro, _ in giros)
    aplicado = (
        "SELECT sum(valor_centavos)::bigint FROM orden_tesoreria WHERE resultado = 'APLICADO'"
    )
    assert sistema.consultar(aplicado) == [(total,)]
    devueltas = "SELECT count(*) FROM orden_tesoreria WHERE resultado = 'DEVUELTO'"
    assert sistema.consultar(devueltas) == [(CUANTAS_IPS // 5,)]
    assert sistema.consultar("SELECT count(*) FROM respuesta_desconocida") == [(0,)]


def _comprobar_eventos(sistema: SistemaReal) -> None:
    """Every event was published, each one of ours was taken in once, and none is dead."""
    faltan = """
    SELECT s.tema, s.id FROM bandeja_salida s
    JOIN (VALUES ('mecanismos.giros.v1', 'tesoreria'), ('mecanismos.respuestas-giro.v1', 'giros'))
        AS c (tema, consumidor) ON c.tema = s.tema
    WHERE NOT EXISTS (SELECT FROM bandeja_entrada e
                      WHERE e.consumidor = c.consumidor AND e.evento_id = s.id)
    """
    assert sistema.consultar(faltan) == []
    por_tema = dict(sistema.consultar("SELECT tema, count(*) FROM bandeja_salida GROUP BY 1"))
    assert not [tema for tema in por_tema if tema.endswith(".muertos")]
    ((giros,),) = sistema.consultar("SELECT count(*) FROM giro")
    assert por_tema["mecanismos.giros.v1"] == giros
    assert por_tema["mecanismos.respuestas-giro.v1"] == giros
