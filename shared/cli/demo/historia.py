"""The story: registers, budget, four submissions, approvals, payments, a return and its repair.

Every step goes through the REST API of the running system; only the bank is automatic.
"""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from shared.cli import salida
from shared.cli.demo.archivos import PERIODO, Envio, envios
from shared.cli.demo.cliente import Persona, esperar, persona
from shared.cli.demo.registros import carpeta_real, extractos
from shared.db import Ajustes
from shared.embebido.postgres import PostgresEmbebido
from shared.embebido.servir import Sistema, arrancar_todo
from shared.embebido.supervisor import Parada
from shared.eventos.temas import TEMAS
from shared.seguridad import Rol
from shared.tipos import (
    BOGOTA,
    EntradaInvalida,
    ServicioNoDisponible,
    de_decimal,
    formato_pesos,
    pesos,
)

MECANISMO = "anticipo_uci"
RUTA = "anticipo-uci"
VIGENCIA = 2021
LINEA = f"/operaciones/v1/lineas/{MECANISMO}/{VIGENCIA}"
HOY = datetime(2021, 3, 9, 9, 0, tzinfo=BOGOTA)
"""Inside the window of February 2021: the first ten business days of March."""
AFORO = pesos(900_000_000)
RECAUDO_INICIAL = pesos(200_000_000)
MARCA = "demostracion.txt"
"""Only a folder with this file is deleted to start anew."""


def contar(*, salir: bool, puerto: int, datos: Path | None) -> None:
    """Start everything on a fresh folder, tell the story and, unless ``salir``, stay serving."""
    inicio = time.monotonic()
    carpeta = (datos or Ajustes().datos / "demo").absolute()
    _empezar_de_cero(carpeta)
    # A stop in the middle of the story unwinds it, and with it everything that was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    desfase = int((HOY - datetime.now(BOGOTA)).total_seconds())
    ajustes = Ajustes(
        database_url=None,
        database_url_duenio=None,
        kafka=None,
        jwks_url=None,
        datos=carpeta,
        entorno="desarrollo",
        reloj_desfase_segundos=desfase,
    )
    extra = {
        "MECANISMOS_BANCO_AUTOMATICO": "1",
        "MECANISMOS_BANCO_DEVOLVER_CADA": "4",
        "MECANISMOS_RELOJ_DESFASE_SEGUNDOS": str(desfase),
    }
    _paso("Se arrancan PostgreSQL, Kafka y los servicios")
    parada = Parada()
    with arrancar_todo(ajustes, puerto=puerto, entorno_extra=extra, parada=parada) as sistema:
        Historia.de(sistema, ajustes).contar()
        salida.consola.print(f"\nDuró {time.monotonic() - inicio:.0f} s.")
        if salir:
            return
        with parada.al_recibir_senales():  # from here on Ctrl-C is how it is meant to end
            salida.consola.print(
                f"El sistema sigue en marcha: {sistema.direccion}\n"
                f"Documentación de la API: {sistema.direccion}/{RUTA}/docs\n"
                "Ctrl-C para terminar."
            )
            sistema.esperar()


def _empezar_de_cero(carpeta: Path) -> None:
    """A fresh folder.

    Raises:
        EntradaInvalida: the folder holds something else than an earlier demonstration.
    """
    if carpeta.exists() and any(carpeta.iterdir()):
        if not (carpeta / MARCA).is_file():
            raise EntradaInvalida(
                f"La carpeta {carpeta} tiene otras cosas y la demostración empieza borrándola. "
                "Dé una carpeta nueva con --datos."
            )
        PostgresEmbebido(carpeta).destruir()
        shutil.rmtree(carpeta)
    carpeta.mkdir(parents=True, exist_ok=True)
    (carpeta / MARCA).write_text("Datos de «mecanismos demo»; se borran al empezar otra.\n")


def _paso(texto: str) -> None:
    salida.consola.print(f"[bold]·[/] {texto}")


@dataclass(frozen=True)
class Historia:
    """The characters, each with a token of their role."""

    sistema: Sistema
    ajustes: Ajustes
    operador: Persona
    ordenador: Persona
    tesoreria: Persona

    @classmethod
    def de(cls, sistema: Sistema, ajustes: Ajustes) -> Historia:
        con_clave = Ajustes(
            datos=ajustes.datos,
            entorno="desarrollo",
            jwt_clave=sistema.entorno["MECANISMOS_JWT_CLAVE"],
        )

        def interno(rol: Rol) -> Persona:
            return persona(sistema.direccion, con_clave, rol, f"demo-{rol}")

        return cls(
            sistema,
            con_clave,
            interno(Rol.OPERADOR),
            interno(Rol.ORDENADOR),
            interno(Rol.TESORERIA),
        )

    def contar(self) -> None:
        self._cargar_registros()
        self._presupuestar(AFORO, RECAUDO_INICIAL)
        radicadas = [self._radicar(envio) for envio in envios()]
        self._mostrar_resultados(radicadas)
        self._verificar_cuentas()
        self._aprobar()
        self._recaudar_lo_que_falta()
        self._esperar_bancos(radicadas)
        self._reprogramar()
        self._resumir()

    def _cargar_registros(self) -> None:
        reales = carpeta_real()
        _paso(
            f"Se cargan los extractos reales de REPS ({reales.name}); ocupación diaria, "
            "autorizaciones y servicios de la muestra propia"
            if reales is not None
            else "Se carga la muestra propia de REPS (dominio/muestra): no hay extractos reales"
        )
        filas = []
        for extracto in extractos():
            cargado = self.operador.cargar_corte(
                extracto.registro,
                extracto.ruta.name,
                extracto.ruta.read_bytes(),
                extracto.fecha_corte,
            )
            corte = cargado["corte"]
            origen = "real" if extracto.real else "muestra"
            filas.append((corte["registro"], origen, corte["filas"], corte["filas_rechazadas"]))
            filas += [
                (d["registro"], f"de {corte['registro']}", d["filas"], d["filas_rechazadas"])
                for d in cargado["derivados"]
            ]
        salida.tabla("Cortes", ("Registro", "Origen", "#Filas", "#En cuarentena"), filas)

    def _presupuestar(self, aforo: int, recaudo: int) -> None:
        _paso(f"Aforo {formato_pesos(aforo)}; recaudo {formato_pesos(recaudo)}")
        self.ordenador.hacer(
            f"{LINEA}/aforo",
            {"numero": "Acto 1 de 2021", "fecha": "2021-03-01", "valor": str(aforo // 100)},
        )
        self._recaudar("BANREP-0001", recaudo)

    def _recaudar(self, referencia: str, valor: int) -> None:
        cuerpo = {"referencia_banco": referencia, "fecha": "2021-03-01", "valor": str(valor // 100)}
        self.ordenador.hacer(f"{LINEA}/recaudo", cuerpo)

    def _radicar(self, envio: Envio) -> tuple[Persona, str]:
        ips = persona(
            self.sistema.direccion, self.ajustes, Rol.IPS, f"demo-{envio.ips.nit}", envio.ips.nit
        )
        if envio.nombre.startswith("camas leticia"):
            errada = ips.radicar(RUTA, envio, dv="3")
            _paso(f"{envio.ips.nombre} escribe mal su dígito: {errada.json()['detail']}")
        respuesta = ips.radicar(RUTA, envio, clave=f"demo-{envio.ips.nit}-{PERIODO}")
        if not respuesta.is_success:
            raise ServicioNoDisponible(f"No se radicó {envio.nombre}: {respuesta.text[:300]}")
        radicada = respuesta.json()
        repetida = ips.radicar(RUTA, envio, clave=f"demo-{envio.ips.nit}-{PERIODO}").json()
        if repetida["id"] != radicada["id"]:
            raise ServicioNoDisponible("Repetir el envío radicó dos veces.")
        _paso(f"{envio.ips.nombre} radica {envio.nombre}: {radicada['radicado']}")
        return ips, radicada["id"]

    def _mostrar_resultados(self, radicadas: Iterable[tuple[Persona, str]]) -> None:
        filas = []
        for ips, identificador in radicadas:
            propia = f"/{RUTA}/v1/radicaciones/{identificador}"

            def lista(quien: Persona = ips, ruta: str = propia) -> Any:
                vista = quien.ver(ruta)
                return vista if vista["estado"] in {"PROCESADA", "FALLIDA"} else None

            vista = esperar(f"el resultado de {identificador}", lista)
            if vista["estado"] == "FALLIDA":
                raise ServicioNoDisponible(f"Falló {vista['radicado']}: {vista['motivo']}")
            resumen = vista["resumen"]
            filas.append(
                (
                    vista["radicado"],
                    resumen["total"],
                    _contar(resumen["por_estado"]),
                    _contar(resumen["por_causal"]),
                    formato_pesos(de_decimal(resumen["valor"])),
                )
            )
            for hallazgo in ips.ver(f"{propia}/hallazgos", limite=2)["datos"]:
                _paso(f"{vista['radicado']}: {hallazgo['mensaje']}")
        salida.tabla("Radicaciones", ("Radicado", "#Filas", "Estados", "Causales", "#Valor"), filas)

    def _verificar_cuentas(self) -> None:
        cuentas = self.tesoreria.ver("/operaciones/v1/cuentas/por-verificar")
        for cuenta in cuentas:
            self.tesoreria.hacer(
                f"/operaciones/v1/cuentas/{cuenta['id']}/decision", {"aceptada": True}
            )
        _paso(f"Tesorería verifica {len(cuentas)} cuentas")

    def _reconocimientos(self, **filtro: Any) -> list[dict[str, Any]]:
        pagina = self.operador.ver(
            "/operaciones/v1/reconocimientos", mecanismo=MECANISMO, limite=100, **filtro
        )
        return list(pagina["datos"])

    def _aprobar(self) -> None:
        ids = [r["id"] for r in self._reconocimientos(sin_aprobar=True)]
        aprobados = self.ordenador.hacer(
            "/operaciones/v1/reconocimientos/aprobar", {"reconocimientos": ids}
        )
        estados = _contar(Counter(r["estado"] for r in aprobados))
        _paso(f"El ordenador aprueba {len(aprobados)} reconocimientos: {estados}")

    def _recaudar_lo_que_falta(self) -> None:
        linea = self.ordenador.ver(LINEA)
        falta = de_decimal(linea["reconocido"]) - de_decimal(linea["recaudo"])
        if falta > 0:
            _paso(f"Llegan {formato_pesos(falta)} de recaudo y salen, en orden, los que esperaban")
            self._recaudar("BANREP-0002", falta)

    def _esperar_bancos(self, radicadas: list[tuple[Persona, str]]) -> None:
        def respondidos() -> list[dict[str, Any]] | None:
            giros = self.operador.ver("/operaciones/v1/giros", limite=100)["datos"]
            listos = [g for g in giros if g["estado"] in {"aplicado", "devuelto"}]
            return listos if len(listos) >= len(radicadas) else None

        giros = esperar("la respuesta de los bancos", respondidos)
        _paso(f"Los bancos responden: {_contar(Counter(g['estado'] for g in giros))}")

    def _reprogramar(self) -> None:
        devueltos = self.operador.ver("/operaciones/v1/giros", estado="devuelto")["datos"]
        for giro in devueltos:
            suyos = {parte["id"] for parte in giro["reconocimientos"]}
            reconocimiento = next(r for r in self._reconocimientos() if r["id"] in suyos)
            _paso(f"El giro {giro['id_giro']} volvió con {giro['codigo']}: {giro['que_hacer']}")
            self.operador.hacer(
                f"/operaciones/v1/giros/{giro['id']}/reprogramar",
                {
                    "cuenta": {
                        "codigo_banco": "1040",
                        "tipo_producto": "CORRIENTE",
                        "numero_producto": "900800700",
                        "titular_nit": reconocimiento["nit"],
                    }
                },
            )
        self._verificar_cuentas()

        def pagados() -> bool | None:
            estados = {r["estado"] for r in self._reconocimientos()}
            return True if estados <= {"GIRADO", "EN_LEGALIZACION"} else None

        esperar("el pago de los giros reprogramados", pagados)

    def _resumir(self) -> None:
        resumen = self.operador.ver(f"/{RUTA}/v1/resumen")
        salida.tabla(
            "Registros por estado",
            ("Estado", "#Registros", "#Valor"),
            (
                (e["estado"], e["registros"], formato_pesos(de_decimal(e["valor"])))
                for e in resumen["por_estado"]
            ),
        )
        salida.tabla(
            "Registros por causal",
            ("Regla", "Qué es lo correcto", "#Registros"),
            (
                (codigo, self._titulo(codigo), numero)
                for codigo, numero in resumen["por_causal"].items()
            ),
        )
        linea = self.ordenador.ver(LINEA)
        salida.ficha(
            f"Línea {MECANISMO} {VIGENCIA}",
            {
                "Reconocido": _pesos(linea["reconocido"]),
                "Girado": _pesos(linea["girado"]),
                "Saldo de aforo": _pesos(linea["disponible"]),
                "Saldo de recaudo (caja)": _pesos(linea["caja"]),
                "El libro cuadra": "sí" if self._cuadra() else "NO",
            },
        )
        eventos = contar_eventos(self.sistema.bootstrap)
        salida.tabla("Eventos en Kafka", ("Tema", "#Eventos"), eventos.items())

    def _cuadra(self) -> bool:
        return bool(self.ordenador.ver("/operaciones/v1/cuadre")["cuadra"])

    def _titulo(self, codigo: str) -> str:
        reglas = self.operador.ver(f"/{RUTA}/v1/reglas")["reglas"]
        return str(next(r["titulo"] for r in reglas if r["codigo"] == codigo))


def _contar(cuentas: Any) -> str:
    return ", ".join(f"{n} {nombre}" for nombre, n in sorted(cuentas.items())) or "—"


def _pesos(texto: str) -> str:
    return formato_pesos(de_decimal(texto))


def contar_eventos(bootstrap: str) -> dict[str, int]:
    """Messages in each topic, read from the broker by a consumer of its own."""
    consumidor = KafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, consumer_timeout_ms=1500
    )
    try:
        particiones = [
            TopicPartition(tema, p)
            for tema in TEMAS
            for p in sorted(consumidor.partitions_for_topic(tema) or ())
        ]
        consumidor.assign(particiones)
        consumidor.seek_to_beginning()
        vistos = Counter(mensaje.topic for mensaje in consumidor)
    finally:
        consumidor.close()
    return {tema: vistos[tema] for tema in TEMAS}
