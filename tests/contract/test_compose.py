"""``docker-compose.yml`` and ``deploy/docker`` against the code they start.

No container engine is needed: the file keeps to the part of YAML that ``leer`` reads, and the two
scripts that containers run are run here on the embedded PostgreSQL and broker.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from kafka.admin import KafkaAdminClient
from pydantic_settings import BaseSettings
from typer.core import TyperGroup
from typer.main import get_command

from services.tesoreria.banco import AjustesBanco
from shared.cli.app import app
from shared.db import Ajustes
from shared.db.migrar import migrar
from shared.embebido.instalacion import PUERTO, programas
from shared.embebido.kafka import KafkaEmbebido
from shared.embebido.postgres import BASE, DUENIO, SERVICIO, SUPERUSUARIO, PostgresEmbebido
from shared.enrolamiento.settings import AjustesEnrolamiento
from shared.eventos.temas import PARTICIONES, TEMAS, muertos
from shared.seguridad.settings import PoliticaTokens

RAIZ = Path(__file__).parents[2]
DOCKER = RAIZ / "deploy" / "docker"
NUESTRA = "mecanismos:0.1.0"
SECRETO = re.compile(r"CLAVE|PASSWORD|URL")
OBLIGATORIO = re.compile(r"\$\{([A-Z_]+):\?[^}]+\}")
DE_OTROS = {
    "TMPDIR": "Python",
    "MECANISMOS_NIVEL_REGISTRO": (RAIZ / "shared" / "cli" / "app.py").read_text(),
}
"""Variables that no settings class declares, and who reads them."""


# --- a small reader -------------------------------------------------------------------------------


def leer(texto: str) -> dict[str, Any]:
    """Block mappings and lists, JSON scalars and flow lists, anchors and ``<<``; nothing else.

    Raises:
        ValueError: anything outside that part of YAML.
    """
    lineas = [
        (len(linea) - len(linea.lstrip()), linea.strip())
        for linea in texto.splitlines()
        if linea.strip() and not linea.lstrip().startswith("#")
    ]
    lector = _Lector(lineas)
    resultado = lector.bloque(0)
    if lector.quedan or not isinstance(resultado, dict):
        raise ValueError(f"no se entiende: {lineas[lector.posicion]}")
    return resultado


class _Lector:
    def __init__(self, lineas: list[tuple[int, str]]) -> None:
        self._lineas = lineas
        self._anclas: dict[str, Any] = {}
        self.posicion = 0

    @property
    def quedan(self) -> bool:
        return self.posicion < len(self._lineas)

    def bloque(self, sangria: int) -> Any:
        if self._lineas[self.posicion][1].startswith("- "):
            return [self._escalar(texto[2:]) for texto in self._mientras(sangria)]
        mapa: dict[str, Any] = {}
        for texto in self._mientras(sangria):
            clave, separador, resto = texto.partition(":")
            if not separador or not re.fullmatch(r"[\w<.-]+", clave):
                raise ValueError(f"se esperaba «clave: valor»: {texto}")
            valor = self._valor(resto.strip(), sangria)
            if clave == "<<":
                mapa = {**valor, **mapa}
            elif clave in mapa and clave not in self._heredadas(mapa):
                raise ValueError(f"clave repetida: {clave}")
            else:
                mapa[clave] = valor
        return mapa

    def _heredadas(self, mapa: Mapping[str, Any]) -> set[str]:
        """Keys that a merge brought may be given again."""
        return {c for ancla in self._anclas.values() if isinstance(ancla, dict) for c in ancla}

    def _mientras(self, sangria: int) -> Iterator[str]:
        while self.quedan and self._lineas[self.posicion][0] == sangria:
            texto = self._lineas[self.posicion][1]
            self.posicion += 1
            yield texto
        if self.quedan and self._lineas[self.posicion][0] > sangria:
            raise ValueError(f"sangría inesperada: {self._lineas[self.posicion][1]}")

    def _valor(self, texto: str, sangria: int) -> Any:
        ancla = re.fullmatch(r"&(\w+)", texto)
        if texto and not ancla:
            return self._escalar(texto)
        anidado = self.quedan and self._lineas[self.posicion][0] > sangria
        valor = self.bloque(self._lineas[self.posicion][0]) if anidado else None
        if ancla:
            self._anclas[ancla[1]] = valor
        return valor

    def _escalar(self, texto: str) -> Any:
        if texto.startswith("*"):
            return self._anclas[texto[1:]]
        if texto[0] in '"[{' or texto in {"true", "false"} or texto.isdigit():
            return json.loads(texto)
        if re.fullmatch(r"[a-z][\w-]*", texto):
            return texto
        raise ValueError(f"escriba el texto entre comillas dobles: {texto}")


COMPOSE = leer((RAIZ / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICIOS: dict[str, dict[str, Any]] = COMPOSE["services"]
NUESTROS = {n: s for n, s in SERVICIOS.items() if s["image"] == NUESTRA}


def test_el_lector_entiende_anclas_mezclas_y_listas() -> None:
    documento = leer(
        'x: &base\n  a: "1"\n  b: [true, "2"]\n'
        'y:\n  <<: *base\n  a: "3"\n  c:\n  d:\n    - "4"\nz: 5'
    )
    assert documento["y"] == {"a": "3", "b": [True, "2"], "c": None, "d": ["4"]}
    assert documento["z"] == 5


@pytest.mark.parametrize("texto", ["a: uno dos", "a: 'b'", "a:\n  b: 1\n    c: 2", "a\nb: 1"])
def test_el_lector_no_adivina(texto: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        leer(texto)


# --- commands and settings ------------------------------------------------------------------------


def _analizar(argumentos: list[str]) -> None:
    """Parse a command line to its last option, without running it."""
    comando = get_command(app)
    contexto = comando.make_context("mecanismos", list(argumentos))
    while isinstance(comando, TyperGroup):
        nombre, siguiente, resto = comando.resolve_command(
            contexto, [*contexto._protected_args, *contexto.args]
        )
        if siguiente is None:
            raise ValueError(f"no existe {nombre}")
        comando = siguiente
        contexto = comando.make_context(nombre, resto, parent=contexto)


@pytest.mark.parametrize("nombre", [n for n, s in NUESTROS.items() if "entrypoint" not in s])
def test_cada_orden_es_un_subcomando_con_sus_opciones(nombre: str) -> None:
    _analizar(SERVICIOS[nombre]["command"])


def test_una_orden_que_no_existe_se_nota() -> None:
    with pytest.raises(Exception, match="--servicios"):
        _analizar(["aplicacion", "--servicios", "todos"])


def test_hay_un_contenedor_por_aplicacion() -> None:
    servidas = {
        orden[orden.index("--servicio") + 1]
        for s in NUESTROS.values()
        if "--servicio" in (orden := s.get("command", []))
    }
    assert servidas == {
        carpeta.parent.name.replace("_", "-") for carpeta in RAIZ.glob("services/*/app.py")
    }


def test_corren_los_mismos_procesos_que_con_servir() -> None:
    ordenes = {" ".join(s["command"]) for s in NUESTROS.values() if "command" in s}
    assert {"trabajador", "relevo", "consumir giros", "consumir respuestas", "migrar"} <= ordenes


@pytest.mark.parametrize("nombre", NUESTROS)
def test_cada_variable_la_lee_alguien(nombre: str) -> None:
    ajustes: tuple[type[BaseSettings], ...] = (
        Ajustes,
        PoliticaTokens,
        AjustesBanco,
        AjustesEnrolamiento,
    )
    conocidas = {
        str(campo.validation_alias) for clase in ajustes for campo in clase.model_fields.values()
    }
    propias = set(SERVICIOS[nombre]["environment"]) - conocidas
    assert propias <= set(DE_OTROS)
    assert "MECANISMOS_NIVEL_REGISTRO" in DE_OTROS["MECANISMOS_NIVEL_REGISTRO"]


def test_una_variable_opcional_no_llega_vacia() -> None:
    """An empty text is a value for the settings; only a missing variable means the default."""
    for servicio in NUESTROS.values():
        for variable, valor in servicio["environment"].items():
            assert valor is None or not re.fullmatch(r"\$\{\w+:?-?\}", valor), variable


# --- secrets, images, isolation -------------------------------------------------------------------


def test_ningun_secreto_tiene_valor() -> None:
    for nombre, servicio in SERVICIOS.items():
        for variable, valor in servicio["environment"].items():
            if valor is None or not SECRETO.search(variable):
                continue
            assert OBLIGATORIO.search(valor), f"{nombre}: {variable} sin ${{…:?}}"
            # What is left of an address holds no password of its own.
            assert re.fullmatch(r"[\w:/@.]*", OBLIGATORIO.sub("", valor)), f"{nombre}: {variable}"


def test_el_env_de_ejemplo_pide_lo_mismo_y_no_trae_claves() -> None:
    ejemplo = dict(
        linea.lstrip("#").split("=", 1)
        for linea in (DOCKER / ".env.example").read_text(encoding="utf-8").splitlines()
        if re.match(r"#?[A-Z_]+=", linea)
    )
    compose = (RAIZ / "docker-compose.yml").read_text(encoding="utf-8")
    assert set(OBLIGATORIO.findall(compose)) <= set(ejemplo)
    assert not [v for v, valor in ejemplo.items() if SECRETO.search(v) and valor]


def test_solo_las_migraciones_conocen_al_duenio() -> None:
    quienes = {
        n for n, s in NUESTROS.items() if "MECANISMOS_DATABASE_URL_DUENIO" in s["environment"]
    }
    assert quienes == {"migraciones"}


def test_las_imagenes_tienen_version() -> None:
    imagenes = {s["image"] for s in SERVICIOS.values()}
    imagenes |= set(re.findall(r"(?m)^FROM (\S+)", (DOCKER / "Dockerfile").read_text()))
    for imagen in imagenes:
        assert re.fullmatch(r"[\w./-]+:\d+\.\d+(\.\d+)?(-[\w.-]+)?", imagen), imagen


def test_la_imagen_instala_con_huellas_y_no_corre_como_root() -> None:
    dockerfile = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    instalaciones = re.findall(r"pip install (.+)", dockerfile)
    assert all("--require-hashes" in i or "--no-deps" in i for i in instalaciones)
    final = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"(?m)^USER (?!0|root)\d+", final)
    copiados = re.findall(r"(?m)^COPY (?!--)(.+) \S+$", dockerfile)
    permitidos = (RAIZ / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for ruta in " ".join(copiados).split():
        limpia = ruta.removeprefix("./")
        assert f"!{limpia}" in permitidos, limpia
        assert (RAIZ / limpia).exists(), limpia


@pytest.mark.parametrize("nombre", NUESTROS)
def test_nuestros_contenedores_van_cerrados(nombre: str) -> None:
    servicio = SERVICIOS[nombre]
    assert servicio["read_only"] is True
    assert servicio["cap_drop"] == ["ALL"]
    assert "privileged" not in servicio
    assert servicio["mem_limit"].endswith("g")
    for puerto in servicio.get("ports", []):
        assert puerto.startswith("127.0.0.1:")


def test_el_trabajador_tiene_cuatro_gigas() -> None:
    assert SERVICIOS["trabajador"]["mem_limit"] == "4g"


# --- order of start -------------------------------------------------------------------------------


def test_las_esperas_se_pueden_cumplir() -> None:
    for nombre, servicio in SERVICIOS.items():
        for otro, espera in (servicio.get("depends_on") or {}).items():
            condicion = espera["condition"]
            if condicion == "service_healthy":
                assert "healthcheck" in SERVICIOS[otro], f"{nombre} espera la salud de {otro}"
            else:
                assert condicion == "service_completed_successfully"
                assert SERVICIOS[otro]["restart"] == "no", f"{otro} no termina nunca"


def test_todo_lo_que_usa_la_base_espera_las_migraciones() -> None:
    for nombre, servicio in NUESTROS.items():
        if "DATABASE_URL" in servicio["environment"]:
            assert "migraciones" in servicio["depends_on"], nombre
        if "KAFKA_BOOTSTRAP_SERVERS" in servicio["environment"] and nombre != "temas":
            assert "temas" in servicio["depends_on"], nombre


def test_quien_guarda_archivos_comparte_el_volumen() -> None:
    for nombre, servicio in NUESTROS.items():
        monta = "datos:/datos" in servicio.get("volumes", [])
        assert monta == (servicio["environment"].get("MECANISMOS_DATOS") == "/datos"), nombre
    declarados = set(COMPOSE["volumes"])
    usados = {v.split(":")[0] for s in SERVICIOS.values() for v in s.get("volumes", [])}
    assert {u for u in usados if not u.startswith(".")} == declarados
    assert all((RAIZ / u).is_dir() for u in usados if u.startswith("."))


# --- the scripts that containers run --------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster(carpeta_embebida: Path) -> Iterator[PostgresEmbebido]:
    """A cluster as the official image leaves it, a superuser and nobody else, after the script."""
    servidor = PostgresEmbebido(carpeta_embebida / "compose", durable=False)
    servidor.arrancar()
    _psql(
        servidor,
        f"DROP DATABASE {BASE}",
        f"DROP ROLE {DUENIO}",
        f"DROP ROLE {SERVICIO}",
    )
    guion = DOCKER / "postgres" / "10-roles.sh"
    subprocess.run(["bash", str(guion)], env=_entorno(servidor), check=True)
    yield servidor
    servidor.destruir()


def _entorno(servidor: PostgresEmbebido) -> dict[str, str]:
    binarios = programas(servidor.identidad)
    socket = re.search(r"host=([^&]+)", servidor.dsn_superusuario)
    assert socket is not None
    return {
        "PATH": f"{binarios}:{os.environ['PATH']}",
        "PGHOST": socket[1],
        "PGPORT": str(PUERTO),
        "POSTGRES_USER": SUPERUSUARIO,
        "MECANISMOS_CLAVE_DUENIO": "clave'del duenio",
        "MECANISMOS_CLAVE_SERVICIO": "clave-del-servicio",
    }


def _psql(servidor: PostgresEmbebido, *ordenes: str) -> None:
    argumentos = [a for orden in ordenes for a in ("-c", orden)]
    subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", SUPERUSUARIO, "postgres", *argumentos],
        env=_entorno(servidor),
        check=True,
    )


async def test_los_roles_bastan_para_migrar_y_servir(cluster: PostgresEmbebido) -> None:
    await migrar(cluster.dsn_duenio)

    servicio = await asyncpg.connect(cluster.dsn_servicio)
    try:
        assert await servicio.fetchval("SELECT count(*) FROM radicacion") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await servicio.execute("CREATE TABLE intrusa ()")
        claves = await servicio.fetchval(
            "SELECT count(*) FROM pg_roles WHERE rolname = ANY($1) AND rolcanlogin "
            "AND NOT rolsuper",
            [DUENIO, SERVICIO],
        )
        assert claves == 2
    finally:
        await servicio.close()


def test_los_roles_exigen_sus_claves() -> None:
    hecho = subprocess.run(
        ["bash", str(DOCKER / "postgres" / "10-roles.sh")],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert hecho.returncode != 0
    assert "falta la clave" in hecho.stderr


def test_los_temas_se_crean_y_se_puede_repetir(carpeta_embebida: Path) -> None:
    intermediario = KafkaEmbebido(carpeta_embebida / "kafka-compose")
    intermediario.arrancar()
    try:
        for _ in range(2):
            subprocess.run(
                [sys.executable, str(DOCKER / "crear_temas.py")],
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": str(RAIZ),
                    "KAFKA_BOOTSTRAP_SERVERS": intermediario.bootstrap,
                },
                check=True,
                capture_output=True,
            )
        administrador = KafkaAdminClient(bootstrap_servers=intermediario.bootstrap)
        try:
            descritos = administrador.describe_topics([*TEMAS, *map(muertos, TEMAS)])
        finally:
            administrador.close()
    finally:
        intermediario.parar()
    assert {len(t["partitions"]) for t in descritos} == {PARTICIONES}
    assert len(descritos) == 2 * len(TEMAS)
