"""A sixth mechanism, decreed tomorrow: one folder of seven files, and nothing else changes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import duckdb
import pytest
from httpx import ASGITransport, AsyncClient

import services
from shared.focalizacion.catalogo import catalogo
from shared.focalizacion.descubrir import aplicaciones, mecanismo, mecanismos
from shared.focalizacion.huella import huella
from shared.focalizacion.pagina import en_markdown
from shared.radicacion.evaluacion import evaluar_archivo
from tests.architecture.codigo import SIETE

NOMBRE: Final = "sexto_mecanismo"
ARCHIVOS: Final = {
    "__init__": "",
    "norma": '''
        """Un auxilio inventado por traslado en ambulancia."""

        from datetime import date

        from shared.normativa import Certeza, Fuente, Parametro, Vigente
        from shared.tipos import pesos

        DECRETO = Fuente("Decreto inventado", "art. 2", certeza=Certeza.DISENO)
        TARIFA = Parametro(
            Vigente(date(2030, 1, 1), int(pesos(1_000)), DECRETO, hasta=date(2030, 6, 30)),
            Vigente(date(2030, 7, 1), int(pesos(1_500)), DECRETO),
        )
    ''',
    "esquema": '''
        """Un traslado por fila."""

        from shared.focalizacion import Cruce, Esquema
        from shared.tipos.campos import Campo, Tipo

        ESQUEMA = Esquema(
            campos=(
                Campo("nit", Tipo.DIGITOS, largo=9),
                Campo("fecha", Tipo.FECHA),
                Campo("kilometros", Tipo.ENTERO),
            ),
            clave=("nit", "fecha"),
            fecha_hecho="fecha",
            pasos=(
                Cruce("nit", registro="reps_prestadores", claves={"nit": "nit"}),
                Cruce("historia", registro="historia", claves={"nit": "nit", "fecha": "fecha"}),
            ),
            obligatorios=("reps_prestadores",),
            opcionales=("historia",),
        )
    ''',
    "reglas": '''
        """Las dos reglas del decreto."""

        from services.sexto_mecanismo import norma
        from shared.focalizacion import Efecto, Etapa, Regla, col
        from shared.normativa import Certeza

        REGLAS = (
            Regla(
                codigo="SEX-00",
                titulo="La fila se puede leer",
                etapa=Etapa.FORMA,
                si_incumple=Efecto.CORRECCION,
                fuente=norma.DECRETO,
                mensaje="",
                certeza=Certeza.DISENO,
            ),
            Regla(
                codigo="SEX-01",
                titulo="El NIT está en REPS",
                cumple=col("nit_existe"),
                si_incumple=Efecto.CORRECCION,
                fuente=norma.DECRETO,
                mensaje="El NIT {nit} no está en REPS.",
                accion="Corríjalo.",
                columna="nit",
                certeza=Certeza.DISENO,
            ),
            Regla(
                codigo="SEX-02",
                titulo="El traslado no se ha pagado",
                cumple=~col("historia_existe"),
                requiere=("historia",),
                si_incumple=Efecto.RECHAZO,
                fuente=norma.DECRETO,
                mensaje="El traslado del {fecha} ya se pagó.",
                certeza=Certeza.DISENO,
            ),
        )
    ''',
    "liquidacion": '''
        """Kilómetros por la tarifa del día."""

        from services.sexto_mecanismo import norma
        from shared.focalizacion import Columna, Liquidacion, col, vigente_en

        LIQUIDACION = Liquidacion(
            pasos=(Columna("tarifa_centavos", vigente_en(norma.TARIFA, col("fecha"))),),
            valor_centavos=col("kilometros") * col("tarifa_centavos"),
        )
    ''',
    "estados": '''
        """De los efectos al estado."""

        from shared.focalizacion import Efecto, Estados, Linea

        ESTADOS = Estados(
            precedencia=(
                Linea("NEGADO", efectos=(Efecto.RECHAZO,)),
                Linea("EN_CORRECCION", efectos=(Efecto.CORRECCION,)),
            ),
            otro="LIQUIDADO",
            forma="EN_CORRECCION",
            valorados=frozenset({"LIQUIDADO"}),
            liberan=frozenset({"EN_CORRECCION", "NEGADO"}),
            corregibles=frozenset({"EN_CORRECCION"}),
            transiciones={
                "RADICADO": frozenset({"LIQUIDADO", "EN_CORRECCION", "NEGADO"}),
                "LIQUIDADO": frozenset({"RECONOCIDO"}),
            },
        )
    ''',
    "mecanismo": '''
        """El mecanismo."""

        from services.sexto_mecanismo.esquema import ESQUEMA
        from services.sexto_mecanismo.estados import ESTADOS
        from services.sexto_mecanismo.liquidacion import LIQUIDACION
        from services.sexto_mecanismo.reglas import REGLAS
        from shared.focalizacion import Mecanismo

        MECANISMO = Mecanismo(
            nombre="sexto_mecanismo",
            titulo="Auxilio inventado por traslado",
            prefijo="SEX",
            esquema=ESQUEMA,
            reglas=REGLAS,
            liquidacion=LIQUIDACION,
            estados=ESTADOS,
        )
    ''',
    "app": '''
        """El servicio HTTP."""

        from services.sexto_mecanismo.mecanismo import MECANISMO
        from shared.web.mecanismo import crear_app

        app = crear_app(MECANISMO)
    ''',
}
RADICADO: Final = """
nit,fecha,kilometros
900100101,2030-06-30,10
900100101,2030-07-01,10
900100102,2030-07-01,10
900100101,2030-07-02,diez
"""
PRESTADORES: Final = """
hab_prestador,nit
0500100101,900100101
"""
HISTORIA: Final = """
nit,fecha,estado
900100101,2030-07-01,LIQUIDADO
"""


@pytest.fixture
def carpeta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the mechanism, beside those of ``services``."""
    servicios = tmp_path / "services"
    propia = servicios / NOMBRE
    propia.mkdir(parents=True)
    for nombre, texto in ARCHIVOS.items():
        escribir(propia / f"{nombre}.py", dedent(texto))
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(servicios)])
    yield propia
    for modulo in [m for m in sys.modules if m.startswith(f"services.{NOMBRE}")]:
        del sys.modules[modulo]
    if hasattr(services, NOMBRE):
        delattr(services, NOMBRE)


def escribir(ruta: Path, texto: str) -> Path:
    ruta.parent.mkdir(parents=True, exist_ok=True)
    ruta.write_text(texto.lstrip(), encoding="utf-8")
    return ruta


def test_son_los_siete_archivos_y_se_descubren_solos(carpeta: Path) -> None:
    assert {r.stem for r in carpeta.glob("*.py")} == SIETE | {"__init__"}
    assert NOMBRE in mecanismos()
    assert mecanismo("sexto-mecanismo").titulo == "Auxilio inventado por traslado"


@pytest.mark.usefixtures("carpeta")
def test_juzga_y_valora_un_archivo(tmp_path: Path) -> None:
    cortes = tmp_path / "cortes"
    escribir(cortes / "reps_prestadores.csv", PRESTADORES)
    escribir(cortes / "historia.csv", HISTORIA)
    radicado = escribir(tmp_path / "traslados.csv", RADICADO)
    sexto = mecanismo(NOMBRE)
    evaluacion = evaluar_archivo(
        sexto, radicado, cortes, tmp_path / "salida", fecha=date(2030, 8, 1)
    )
    assert leer(evaluacion.registros, "fila, estado, codigos, valor_centavos") == [
        (1, "LIQUIDADO", "", 1_000_000),
        (2, "NEGADO", "SEX-02", 0),
        (3, "EN_CORRECCION", "SEX-01", 0),
        (4, "EN_CORRECCION", "SEX-00", 0),
    ]
    mensajes: dict[str, str] = dict(leer(evaluacion.hallazgos, "codigo, mensaje"))
    assert mensajes["SEX-01"] == "El NIT 900100102 no está en REPS. Corríjalo."
    assert mensajes["SEX-02"] == "El traslado del 2030-07-01 ya se pagó."
    assert evaluacion.resumen.valor_centavos == 1_000_000
    assert evaluacion.resumen.huella == huella(sexto)


@pytest.mark.usefixtures("carpeta")
def test_sin_historia_la_regla_que_la_pide_no_se_aplica(tmp_path: Path) -> None:
    cortes = escribir(tmp_path / "cortes" / "reps_prestadores.csv", PRESTADORES).parent
    radicado = escribir(tmp_path / "traslados.csv", RADICADO)
    evaluacion = evaluar_archivo(
        mecanismo(NOMBRE), radicado, cortes, tmp_path / "salida", fecha=date(2030, 8, 1)
    )
    assert [r["codigo"] for r in evaluacion.resumen.reglas_no_aplicadas] == ["SEX-02"]
    assert evaluacion.resumen.valor_centavos == 1_000_000 + 1_500_000


@pytest.mark.usefixtures("carpeta")
def test_tiene_catalogo_y_pagina() -> None:
    sexto = mecanismo(NOMBRE)
    assert [r["codigo"] for r in catalogo(sexto)] == ["SEX-00", "SEX-01", "SEX-02"]
    assert "### SEX-02 · El traslado no se ha pagado" in en_markdown(sexto)


@pytest.mark.usefixtures("carpeta")
async def test_tiene_su_servicio_http_con_el_mismo_contrato() -> None:
    apps = aplicaciones()
    sexta, primera = apps["sexto-mecanismo"], apps["anticipo-uci"]
    sin_ventana = {r for r in primera.openapi()["paths"] if not r.startswith("/v1/ventanas")}
    assert sexta.openapi()["paths"].keys() == sin_ventana
    async with AsyncClient(transport=ASGITransport(sexta), base_url="http://sexto") as cliente:
        assert (await cliente.get("/salud/viva")).status_code == 200
        assert (await cliente.get("/v1/reglas")).status_code == 401


def leer(parquet: Path, columnas: str) -> list[Any]:
    with duckdb.connect(":memory:") as conexion:
        consulta = f"SELECT {columnas} FROM read_parquet(?) ORDER BY fila"
        return list(conexion.execute(consulta, [str(parquet)]).fetchall())
