"""The command ``mecanismos`` as it is typed: help, output for machines, and one exit code per end.

0 done, 2 usage, 3 invalid input, 4 refused, 5 infrastructure.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperCommand, TyperGroup

from shared.cli.app import main, mandato
from shared.cli.demo.archivos import Envio, certificacion, envios, solicitud
from shared.cli.demo.registros import MUESTRA
from shared.cli.espanol import NOMBRE
from shared.embebido.kafka import puerto_libre
from shared.seguridad import Rol
from tests.support.infra import BaseDePrueba
from tests.support.sistema import (
    FECHA_CORTE,
    RAIZ,
    SistemaReal,
    dice_en_ingles,
    entorno_limpio,
    esperar,
    orden,
    sistema_en_marcha,
)

HECHO, USO, ENTRADA, NEGADO, INFRAESTRUCTURA = 0, 2, 3, 4, 5
CASOS = RAIZ / "dominio" / "casos" / "anticipo_uci"
CLAVE = "clave-de-pruebas-de-mas-de-treinta-y-dos"


def mecanismos(
    *argumentos: str | Path, datos: Path | None = None, **entorno: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        orden(*map(str, argumentos)),
        cwd=RAIZ,
        env=entorno_limpio(datos, **entorno),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def exigir(codigo: int, hecho: subprocess.CompletedProcess[str]) -> str:
    """Its output, having ended with that code and without a traceback."""
    dicho = hecho.stdout + hecho.stderr
    assert hecho.returncode == codigo, dicho
    assert "Traceback" not in dicho, dicho
    return dicho


def en_json(hecho: subprocess.CompletedProcess[str]) -> Any:
    """What it wrote for machines: standard output and nothing else in it."""
    exigir(HECHO, hecho)
    return json.loads(hecho.stdout)


# --- help -----------------------------------------------------------------------------------------


def _mandatos(
    elegido: TyperGroup | TyperCommand, camino: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    yield camino
    for nombre, hijo in getattr(elegido, "commands", {}).items():
        yield from _mandatos(hijo, (*camino, nombre))


def _elegido(camino: tuple[str, ...]) -> TyperGroup | TyperCommand:
    elegido: Any = mandato()
    for nombre in camino:
        elegido = elegido.commands[nombre]
    assert isinstance(elegido, TyperGroup | TyperCommand)
    return elegido


MANDATOS = list(_mandatos(mandato()))


def test_estan_todos_los_mandatos() -> None:
    assert {" ".join(c) for c in MANDATOS} >= {
        *("servir", "migrar", "aplicacion", "trabajador", "relevo", "consumir", "token", "demo"),
        *("evaluar", "radicar", "reglas", "asyncapi", "corte cargar", "corte listar"),
        *("presupuesto lineas", "presupuesto adicionar", "presupuesto recaudar"),
        *("tesoreria ordenes", "tesoreria responder"),
    }


@pytest.mark.parametrize("camino", MANDATOS, ids=" ".join)
def test_la_ayuda_esta_en_espanol(
    camino: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert mandato().main([*camino, "--help"], NOMBRE, standalone_mode=False) == HECHO
    ayuda = capsys.readouterr().out
    assert ayuda.startswith(f"Uso: {' '.join((NOMBRE, *camino))} [OPCIONES]")
    assert not dice_en_ingles(ayuda), ayuda
    elegido = _elegido(camino)
    assert elegido.help
    for dicho in (elegido.help, *(getattr(p, "help", None) or "" for p in elegido.params)):
        assert " ".join(dicho.split()) in " ".join(ayuda.split())


def test_la_ayuda_de_verdad_termina_bien() -> None:
    assert "evaluar" in exigir(HECHO, mecanismos("--help"))


# --- usage ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argumentos",
    [
        ("no-existe",),
        ("evaluar",),
        ("evaluar", "anticipo_uci", "/no/existe.csv", "--cortes", "/", "--salida", "x"),
        ("servir", "--puerto", "ochenta"),
        ("token",),
        ("token", "--rol", "ips", "--horas", "100"),
        ("corte", "cargar", "reps_sedes", "LICENSE", "--fecha-corte", "31/01/2021"),
        ("reglas", "--formato", "pdf"),
        ("presupuesto", "adicionar", "anticipo_uci", "2021"),
        ("asyncapi", "--otra"),
    ],
    ids=" ".join,
)
def test_un_uso_errado_es_2(
    argumentos: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", [NOMBRE, *argumentos])
    with pytest.raises(SystemExit) as fin:
        main()
    salida, dicho = capsys.readouterr()
    assert (fin.value.code, salida) == (USO, "")
    assert not dice_en_ingles(dicho), dicho
    assert f"Vea «{NOMBRE}" in dicho


# --- evaluar --------------------------------------------------------------------------------------


def evaluar(archivo: Path, cortes: Path, salida: Path, *mas: str) -> Any:
    return mecanismos(
        *("evaluar", "anticipo_uci", archivo, "--cortes", cortes, "--salida", salida),
        *("--fecha", "2021-03-10", *mas),
    )


def test_evaluar_da_el_resumen_en_json_y_en_tablas(tmp_path: Path) -> None:
    resumen = en_json(evaluar(CASOS / "entrada.csv", CASOS, tmp_path / "a", "--json"))
    assert resumen["valor_centavos"] == 8_803_349_400
    assert resumen["total"] == 40
    assert resumen == json.loads((tmp_path / "a" / "resumen.json").read_text("utf-8"))
    dicho = exigir(HECHO, evaluar(CASOS / "entrada.csv", CASOS, tmp_path / "b"))
    assert "Registros por estado" in dicho
    assert "88.033.494" in dicho


def test_evaluar_responde_como_la_bdua(tmp_path: Path) -> None:
    respuestas = ("--entidad", "900123456")
    exigir(HECHO, evaluar(CASOS / "entrada.csv", CASOS, tmp_path / "a", *respuestas))
    val, neg = (
        (tmp_path / "a" / f"90012345610032021.{x}").read_text("utf-8").splitlines()
        for x in ("VAL", "NEG")
    )
    assert len(val) + len(neg) == 40
    assert "900100999|2021-02|0500100101|01|INTERMEDIO|ADULTO|2021-02-12|2|ANT-04(nit)" in neg
    vacio = tmp_path / "vacio.csv"
    vacio.touch()
    exigir(ENTRADA, evaluar(vacio, CASOS, tmp_path / "b", *respuestas))
    (err,) = (tmp_path / "b").glob("*.ERR")
    assert err.read_text("utf-8").startswith("archivo.vacio|El archivo está vacío|")


def test_evaluar_con_entrada_invalida_es_3(tmp_path: Path) -> None:
    vacio = tmp_path / "vacio.csv"
    vacio.touch()
    exigir(ENTRADA, evaluar(vacio, CASOS, tmp_path / "salida"))
    sin_registros = tmp_path / "nada"
    sin_registros.mkdir()
    dicho = exigir(ENTRADA, evaluar(CASOS / "entrada.csv", sin_registros, tmp_path / "salida"))
    assert "reps_capacidad" in dicho
    otro = ("evaluar", "no_existe", CASOS / "entrada.csv", "--cortes", CASOS, "--salida", tmp_path)
    assert "anticipo_uci" in exigir(ENTRADA, mecanismos(*otro))


# --- what is published ----------------------------------------------------------------------------


def test_reglas_en_cada_formato() -> None:
    codigos = [f"ANT-{n:02d}" for n in range(21)]
    tabla = exigir(HECHO, mecanismos("reglas", "anticipo_uci"))
    markdown = exigir(HECHO, mecanismos("reglas", "anticipo-uci", "--formato", "md"))
    catalogo = en_json(mecanismos("reglas", "--formato", "json"))
    html = exigir(HECHO, mecanismos("reglas", "anticipo_uci", "--formato", "html"))
    assert all(c in tabla and c in markdown and c in html for c in codigos)
    assert html.startswith("<!doctype html>")
    assert sorted({r["codigo"] for r in catalogo["anticipo_uci"]}) == codigos
    exigir(ENTRADA, mecanismos("reglas", "no_existe"))
    exigir(ENTRADA, mecanismos("reglas", "--formato", "html"))


def test_asyncapi_es_el_documento_publicado() -> None:
    publicado = json.loads((RAIZ / "docs" / "asyncapi.json").read_text("utf-8"))
    assert en_json(mecanismos("asyncapi")) == publicado


# --- tokens ---------------------------------------------------------------------------------------


def test_token_en_desarrollo(tmp_path: Path) -> None:
    desarrollo = {"MECANISMOS_ENTORNO": "desarrollo", "MECANISMOS_JWT_CLAVE": CLAVE}
    hecho = mecanismos("token", "--rol", "operador", datos=tmp_path, **desarrollo)
    exigir(HECHO, hecho)
    assert hecho.stdout.strip().count(".") == 2
    dicho = exigir(ENTRADA, mecanismos("token", "--rol", "rey", datos=tmp_path, **desarrollo))
    assert "operador" in dicho


def test_token_se_niega_en_produccion(tmp_path: Path) -> None:
    hecho = mecanismos(
        *("token", "--rol", "operador"),
        datos=tmp_path,
        MECANISMOS_ENTORNO="produccion",
        MECANISMOS_JWT_CLAVE=CLAVE,
    )
    exigir(NEGADO, hecho)
    assert hecho.stdout == ""


def test_la_clave_de_un_sistema_local_no_sirve_en_produccion(tmp_path: Path) -> None:
    """What ``servir`` left in the folder does not make a development machine of another one."""
    (tmp_path / "jwt.clave").write_text(CLAVE)
    pedido = ("token", "--rol", "operador")
    exigir(HECHO, mecanismos(*pedido, datos=tmp_path))
    exigir(NEGADO, mecanismos(*pedido, datos=tmp_path, MECANISMOS_ENTORNO="produccion"))


# --- without infrastructure -----------------------------------------------------------------------


def test_sin_base_de_datos(tmp_path: Path) -> None:
    """Not said where it is: invalid input. Said, and away: infrastructure."""
    assert "DATABASE_URL" in exigir(ENTRADA, mecanismos("corte", "listar", datos=tmp_path))
    exigir(ENTRADA, mecanismos("migrar", datos=tmp_path))
    exigir(ENTRADA, mecanismos("relevo", datos=tmp_path))
    lejos = f"postgresql://nadie@127.0.0.1:{puerto_libre()}/nada"
    apagada = {"DATABASE_URL": lejos, "MECANISMOS_DATABASE_URL_DUENIO": lejos}
    for argumentos in (("presupuesto", "lineas"), ("migrar",), ("trabajador",)):
        exigir(INFRAESTRUCTURA, mecanismos(*argumentos, datos=tmp_path, **apagada))


def test_un_ajuste_invalido_no_es_un_error_nuestro(tmp_path: Path) -> None:
    malo = {"MECANISMOS_ENTORNO": "preproduccion"}
    dicho = exigir(ENTRADA, mecanismos("corte", "listar", datos=tmp_path, **malo))
    assert "MECANISMOS_ENTORNO" in dicho


def test_consumidor_que_no_existe(tmp_path: Path) -> None:
    assert "respuestas" in exigir(ENTRADA, mecanismos("consumir", "nada", datos=tmp_path))


def test_servicio_que_no_existe(tmp_path: Path) -> None:
    assert "tesoreria" in exigir(
        ENTRADA, mecanismos("aplicacion", "--servicio", "nada", datos=tmp_path)
    )


def test_servir_en_un_puerto_ocupado(tmp_path: Path, sistema: SistemaReal) -> None:
    puerto = sistema.direccion.rpartition(":")[2]
    dicho = exigir(INFRAESTRUCTURA, mecanismos("servir", "--puerto", puerto, datos=tmp_path))
    assert puerto in dicho


def test_servir_en_una_carpeta_en_uso(sistema: SistemaReal) -> None:
    hecho = mecanismos("servir", "--puerto", "0", datos=sistema.datos)
    assert str(sistema.proceso.pid) in exigir(INFRAESTRUCTURA, hecho)
    assert sistema.estado.listo  # the one that was running is untouched


def test_migrar_dos_veces(base: BaseDePrueba, tmp_path: Path) -> None:
    for _ in range(2):
        hecho = mecanismos("migrar", datos=tmp_path, MECANISMOS_DATABASE_URL_DUENIO=base.dsn_duenio)
        assert "al día" in exigir(HECHO, hecho)


# --- on a running system --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sistema(carpeta_embebida: Path) -> Iterator[SistemaReal]:
    """A system whose bank pays all, with nothing loaded yet; commands find it by its folder."""
    with sistema_en_marcha(carpeta_embebida / "consola", devolver_cada=0) as en_marcha:
        yield en_marcha


@pytest.fixture(scope="module")
def con_muestra(sistema: SistemaReal) -> SistemaReal:
    """The same, with our sample of REPS loaded by the command."""
    for ruta in sorted(r for r in MUESTRA.iterdir() if r.suffix in {".csv", ".txt"}):
        argumentos = ("corte", "cargar", ruta.stem, ruta, "--fecha-corte", FECHA_CORTE)
        exigir(HECHO, mecanismos(*argumentos, datos=sistema.datos))
    return sistema


def test_corte_listar_y_volver_a_cargar(con_muestra: SistemaReal) -> None:
    listados = en_json(mecanismos("corte", "listar", "--json", datos=con_muestra.datos))
    for corte in listados:
        assert {"registro", "sha256", "filas", "filas_rechazadas"} <= set(corte)
    assert {"reps_sedes", "reps_transitorias"} <= {c["registro"] for c in listados}
    argumentos = ("corte", "cargar", "reps_transitorias", MUESTRA / "reps_transitorias.csv")
    otra_vez = en_json(
        mecanismos(*argumentos, "--fecha-corte", FECHA_CORTE, "--json", datos=con_muestra.datos)
    )
    (primero,) = (c for c in listados if c["registro"] == "reps_transitorias")
    assert otra_vez["nuevo"] is False
    assert {k: otra_vez[k] for k in primero} == primero
    solo = en_json(mecanismos("corte", "listar", "reps_sedes", "--json", datos=con_muestra.datos))
    assert {c["registro"] for c in solo} == {"reps_sedes"}
    assert "Huella" in exigir(HECHO, mecanismos("corte", "listar", datos=con_muestra.datos))


def test_corte_que_no_se_puede_cargar(sistema: SistemaReal, tmp_path: Path) -> None:
    texto = tmp_path / "libro.csv"
    texto.write_bytes(b"PK\x03\x04 no es un csv")
    fecha = ("--fecha-corte", FECHA_CORTE)
    exigir(ENTRADA, mecanismos("corte", "cargar", "reps_sedes", texto, *fecha, datos=sistema.datos))
    dicho = exigir(
        ENTRADA, mecanismos("corte", "cargar", "no_existe", texto, *fecha, datos=sistema.datos)
    )
    assert "reps_sedes" in dicho


def test_presupuesto(sistema: SistemaReal) -> None:
    linea = ("anticipo_uci", "2020", "--fecha", "2020-07-01")

    def mover(*argumentos: str) -> subprocess.CompletedProcess[str]:
        return mecanismos("presupuesto", *argumentos, datos=sistema.datos)

    adicion = ("adicionar", *linea, "--acto", "Acto 7", "--valor", "1000000")
    exigir(HECHO, mover(*adicion))
    exigir(HECHO, mover("recaudar", *linea, "--referencia", "B-7", "--valor", "250000.50"))
    (hallada,) = (x for x in en_json(mover("lineas", "--json")) if x["vigencia"] == 2020)
    assert (hallada["aforo"], hallada["caja"], hallada["moneda"]) == (
        "1000000.00", "250000.50", "COP",
    )  # fmt: skip
    quitar = ("adicionar", *linea, "--acto", "Acto 8", "--valor", "-2000000")
    exigir(NEGADO, mover(*quitar))  # more than there is
    exigir(ENTRADA, mover("adicionar", *linea, "--acto", "Acto 9", "--valor", "mil"))
    exigir(ENTRADA, mover("recaudar", *linea, "--referencia", "B-9", "--valor", "-5"))
    assert "1.000.000" in exigir(HECHO, mover("lineas"))


def preparar_envio(carpeta: Path, envio: Envio) -> tuple[Path, Path]:
    """File, envelope beside it, and certification."""
    archivo = carpeta / envio.nombre
    archivo.write_bytes(envio.contenido)
    sobre = json.dumps(solicitud(envio.ips, envio.cuenta))
    archivo.with_suffix(".json").write_text(sobre, encoding="utf-8")
    pdf = carpeta / "certificacion.pdf"
    pdf.write_bytes(certificacion(envio.ips))
    return archivo, pdf


def test_radicar_por_la_api_y_pagar_por_tesoreria(con_muestra: SistemaReal, tmp_path: Path) -> None:
    envio = envios()[0]
    archivo, pdf = preparar_envio(tmp_path, envio)

    def radicar(*mas: str | Path) -> subprocess.CompletedProcess[str]:
        return mecanismos(
            *("radicar", "anticipo_uci", archivo, "--entidad", envio.ips.nit),
            *("--certificacion", pdf, *mas),
            datos=con_muestra.datos,
            MECANISMOS_API=con_muestra.direccion,
        )

    assert "PRUEBA" in exigir(HECHO, radicar("--simular"))
    radicada = en_json(radicar("--clave", "consola-1", "--json"))
    assert radicada["estado"] == "PROCESADA"
    assert en_json(radicar("--clave", "consola-1", "--json"))["id"] == radicada["id"]
    assert radicada["radicado"] in exigir(HECHO, radicar("--clave", "consola-1"))

    ajena = ("radicar", "anticipo_uci", archivo, "--entidad", "900142282")
    exigir(
        NEGADO,
        mecanismos(*ajena, datos=con_muestra.datos, MECANISMOS_API=con_muestra.direccion),
    )
    archivo.with_suffix(".json").write_text('{"nit": "838000096"}', encoding="utf-8")
    exigir(ENTRADA, radicar())
    archivo.with_suffix(".json").unlink()
    assert "--solicitud" in exigir(ENTRADA, radicar())

    con_muestra.presupuestar(900_000_000, 900_000_000)
    con_muestra.pagar_lo_reconocido()
    _comprobar_ordenes(con_muestra, radicada["resumen"]["valor"])


def _comprobar_ordenes(sistema: SistemaReal, valor: str) -> None:
    def pagada() -> list[dict[str, Any]] | None:
        hechas: list[dict[str, Any]] = en_json(
            mecanismos("tesoreria", "ordenes", "--json", datos=sistema.datos)
        )
        return hechas if hechas and hechas[0]["respuesta"] else None

    (pago,) = esperar("que el banco pague", pagada)
    assert (pago["valor"], pago["respuesta"]) == (valor, "APLICADO")
    pendientes = mecanismos("tesoreria", "ordenes", "--pendientes", "--json", datos=sistema.datos)
    assert en_json(pendientes) == []

    def responder(id_giro: str, *mas: str) -> subprocess.CompletedProcess[str]:
        return mecanismos("tesoreria", "responder", id_giro, *mas, datos=sistema.datos)

    exigir(
        NEGADO, responder(pago["id_giro"], "--resultado", "RECHAZADO_FORMATO", "--codigo", "D01")
    )
    exigir(ENTRADA, responder(pago["id_giro"], "--resultado", "QUIZA"))
    exigir(NEGADO, responder("G0", "--resultado", "APLICADO"))
    exigir(HECHO, responder(pago["id_giro"], "--resultado", "APLICADO"))  # it repeats: no change


def test_radicar_sin_api(tmp_path: Path, con_muestra: SistemaReal) -> None:
    archivo, _ = preparar_envio(tmp_path, envios()[1])
    api = f"http://127.0.0.1:{puerto_libre()}"
    hecho = mecanismos(
        *("radicar", "anticipo_uci", archivo, "--entidad", "900142282", "--api", api),
        datos=con_muestra.datos,
    )
    assert "API" in exigir(INFRAESTRUCTURA, hecho)


def test_token_con_la_clave_del_sistema_que_corre(sistema: SistemaReal) -> None:
    hecho = mecanismos("token", "--rol", Rol.AUDITOR, datos=sistema.datos)
    exigir(HECHO, hecho)
    auditor = sistema.persona(Rol.AUDITOR).http
    ruta = "/operaciones/v1/lineas"
    propio = {"Authorization": f"Bearer {hecho.stdout.strip()}"}
    assert auditor.get(ruta, headers=propio).status_code == 200


def test_una_sola_aplicacion_por_su_cuenta(base: BaseDePrueba, tmp_path: Path) -> None:
    puerto = puerto_libre()
    entorno = entorno_limpio(
        tmp_path,
        DATABASE_URL=base.dsn_servicio,
        MECANISMOS_ENTORNO="desarrollo",
        MECANISMOS_JWT_CLAVE=CLAVE,
    )
    tesoreria = orden("aplicacion", "--servicio", "tesoreria", "--puerto", str(puerto))
    with (tmp_path / "salida.txt").open("w") as salida:
        proceso = subprocess.Popen(
            tesoreria, cwd=RAIZ, env=entorno, stdout=salida, stderr=subprocess.STDOUT
        )
        try:
            esperar("que la aplicación atienda", lambda: _atiende(puerto))
            os.kill(proceso.pid, signal.SIGTERM)
            assert proceso.wait(30) in {0, -signal.SIGTERM}
        finally:
            proceso.kill()
            proceso.wait()


def _atiende(puerto: int) -> bool | None:
    import httpx

    try:
        return httpx.get(f"http://127.0.0.1:{puerto}/salud/lista").is_success or None
    except httpx.TransportError:
        return None
