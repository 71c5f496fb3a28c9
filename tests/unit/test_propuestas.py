"""Whom the registers say a row is about, and the words and the sheet that say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer

from services.anticipo_uci.mecanismo import MECANISMO as ANTICIPO
from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.cli.app import mandato
from shared.correccion.aceptacion import comparar_lineas
from shared.correccion.hoja import NO_SE_CORRIGE, VACIO, escribir_hoja, leer_hoja
from shared.correccion.model import COLUMNAS, IDENTIDAD, Evaluada, codigos_de
from shared.correccion.service import leer_propuestas, proponer
from shared.focalizacion.motor import MotorDuckDB
from shared.registros import FuenteRegistro
from shared.registros.catalogo import esquema_de
from shared.tipos import EntradaInvalida

Persona = tuple[str | None, ...]
"""Type, number, two surnames, two names."""
ANA: Final = ("CC", "1024557707", "ARIAS", "ROBLES", "CECILIA", "PILAR")
OTRA: Final = ("CC", "40022505", "MIRANDA", "FUENTES", "SAMUEL", None)


def fuente(registro: str, *filas: dict[str, Any]) -> FuenteRegistro:
    """A register with those rows: columns not given are empty."""
    columnas = esquema_de(registro).columnas
    selects = [
        "SELECT "
        + ", ".join(
            f"CAST({_literal(fila.get(c.nombre))} AS {c.tipo.duckdb}) AS {c.nombre}"
            for c in columnas
        )
        for fila in filas or ({},)
    ]
    sql = f"{' UNION ALL '.join(selects)} LIMIT {len(filas)}"
    return FuenteRegistro(registro, True, sql, sha256=("0123456789abcdef",), filas=len(filas))


def _literal(valor: Any) -> str:
    return "NULL" if valor is None else f"'{valor}'"


def de(persona: Persona, **otras: Any) -> dict[str, Any]:
    return dict(zip(IDENTIDAD, persona, strict=True)) | otras


def en_rnec(persona: Persona, **otras: Any) -> dict[str, Any]:
    return {c: v for c, v in de(persona).items() if c != "tipo_documento"} | {
        "cod_error": 0,
        "clase": "VIGENTE",
        "fecha_corte": "2020-08-31",
        **otras,
    }


class Banco:
    """Proposes over registers of a few rows."""

    def __init__(self, carpeta: Path) -> None:
        self.carpeta = carpeta

    def proponer(
        self, escritas: Sequence[Persona], *fuentes: FuenteRegistro, codigos: str = "THS-04"
    ) -> list[dict[str, Any]]:
        filas, registros = self.carpeta / "filas.parquet", self.carpeta / "registros.parquet"
        numeros = list(range(1, len(escritas) + 1))
        columnas = {
            c: pa.array([e[i] for e in escritas], pa.string()) for i, c in enumerate(IDENTIDAD)
        }
        pq.write_table(
            pa.table({"fila": numeros, **columnas, "forma_ok": [True] * len(escritas)}), filas
        )
        juzgadas = {
            "fila": numeros,
            "estado": ["EN_CORRECCION"] * len(escritas),
            "codigos": [codigos] * len(escritas),
        }
        pq.write_table(pa.table(juzgadas), registros)
        salida = self.carpeta / "propuestas.parquet"
        with MotorDuckDB.abrir(self.carpeta) as motor:
            evaluada = Evaluada(filas, registros, {"THS-04"})
            total = proponer(evaluada, {f.registro: f for f in fuentes}, motor, salida)
        lineas = list(leer_propuestas(salida))
        assert len(lineas) == total
        return lineas

    def cambios(self, escrita: Persona, *fuentes: FuenteRegistro) -> dict[str, str]:
        """Column → proposed value, for one row."""
        lineas = self.proponer([escrita], *fuentes)
        return {p["columna"]: p["valor_propuesto"] for p in lineas}


@pytest.fixture
def banco(tmp_path: Path) -> Banco:
    return Banco(tmp_path)


def con(persona: Persona, **cambios: str | None) -> Persona:
    return tuple((de(persona) | cambios).values())


# --- which rules ask ---------------------------------------------------------------------------


def test_abren_las_reglas_que_mandan_corregir_la_identidad() -> None:
    assert codigos_de(TALENTO_HUMANO) >= {"THS-04", "THS-05", "THS-07"}
    assert codigos_de(PRUEBAS) >= {"PRU-10", "PRU-12", "PRU-14"}
    assert not codigos_de(PRUEBAS) & {"PRU-04", "PRU-22"}


def test_no_hay_propuestas_donde_la_fila_no_es_de_una_persona() -> None:
    assert codigos_de(ANTICIPO) == frozenset()


# --- the document ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numero", "errata"),
    [
        ("1042557707", "dos dígitos están cambiados de lugar"),
        ("102455770", "al número escrito le falta un dígito"),
        ("10245577077", "al número escrito le sobra un dígito"),
        ("1024557797", "un dígito es distinto"),
    ],
)
def test_propone_el_numero_a_una_errata_del_escrito(banco: Banco, numero: str, errata: str) -> None:
    (linea,) = banco.proponer(
        [con(ANA, numero_documento=numero)], fuente("rnec", en_rnec(ANA), en_rnec(OTRA))
    )
    assert linea == {
        "linea": 1,
        "fila": 1,
        "columna": "numero_documento",
        "valor_reportado": numero,
        "valor_propuesto": "1024557707",
        "similitud": pytest.approx(0.95, abs=0.02),
        "evidencia": f"Según la Registraduría: los cuatro nombres y apellidos coinciden; {errata}.",
        "registro": "rnec",
        "corte": "2020-08-31",
        "certeza": "DISENO",
        "estado": "EN_CORRECCION",
    }


def test_dice_de_que_registros_y_de_que_archivo(banco: Banco) -> None:
    (linea,) = banco.proponer(
        [con(ANA, numero_documento="1042557707")],
        fuente("bdua", de(ANA, afl_id="7")),
        fuente("rethus", de(ANA)),
    )
    assert "la BDUA y ReTHUS" in linea["evidencia"]
    assert (linea["registro"], linea["corte"]) == ("bdua", "sha256 0123456789ab")


def test_propone_el_tipo_de_quien_tiene_ese_numero_y_esos_nombres(banco: Banco) -> None:
    assert banco.cambios(con(ANA, tipo_documento="PA"), fuente("rnec", en_rnec(ANA))) == {
        "tipo_documento": "CC"
    }


def test_los_nombres_valen_en_otro_orden_sin_tildes_y_con_particulas(banco: Banco) -> None:
    escrita = ("CC", "1042557707", "De los Robles", "Árias", "pilar", "CECILIA")
    (linea,) = banco.proponer([escrita], fuente("rnec", en_rnec(ANA, particula="DE")))
    assert linea["columna"] == "numero_documento"
    assert "en otro orden" in linea["evidencia"]


def test_dos_personas_posibles_son_ninguna(banco: Banco) -> None:
    gemela = con(ANA, numero_documento="1024557709")
    escrita = con(ANA, numero_documento="1024557708")
    assert banco.cambios(escrita, fuente("rnec", en_rnec(ANA), en_rnec(gemela))) == {}


def test_los_documentos_de_una_persona_no_compiten(banco: Banco) -> None:
    antiguo = con(ANA, tipo_documento="TI", numero_documento="1042557709")
    escrita = con(ANA, numero_documento="1024557709")
    bdua = fuente("bdua", de(ANA, afl_id="7"))
    historia = fuente(
        "bdua_historia_identificacion",
        {"afl_id": "7", "tipo_documento": antiguo[0], "numero_documento": antiguo[1]},
    )
    assert banco.cambios(escrita, bdua, historia) == {"numero_documento": "1024557707"}


def test_no_propone_otro_documento_si_un_registro_prueba_el_escrito(banco: Banco) -> None:
    homonima = con(ANA, numero_documento="1024557700")
    rnec, rethus = fuente("rnec", en_rnec(homonima)), fuente("rethus", de(ANA))
    assert banco.cambios(ANA, rnec, rethus) == {}


def test_el_numero_de_otra_persona_no_se_acepta_con_otros_nombres(banco: Banco) -> None:
    vecina = con(OTRA, numero_documento="1024557700")
    assert banco.cambios(ANA, fuente("rnec", en_rnec(vecina))) == {}


def test_un_hermano_con_el_numero_siguiente_no_es_la_persona(banco: Banco) -> None:
    hermano = con(ANA, numero_documento="1024557708", primer_nombre="CAMILO")
    assert banco.cambios(ANA, fuente("rnec", en_rnec(hermano))) == {}


@pytest.mark.parametrize("otras", [{"clase": "CANCELADA"}, {"cod_error": 1}])
def test_no_propone_una_cedula_cancelada_ni_la_que_no_se_consulto(
    banco: Banco, otras: dict[str, Any]
) -> None:
    escrita = con(ANA, numero_documento="1042557707")
    assert banco.cambios(escrita, fuente("rnec", en_rnec(ANA, **otras))) == {}


def test_un_numero_muy_corto_no_tiene_vecinos(banco: Banco) -> None:
    corta = con(ANA, numero_documento="1234")
    escrita = con(ANA, numero_documento="1243")
    assert banco.cambios(escrita, fuente("rnec", en_rnec(corta))) == {}


# --- a number that is far off ------------------------------------------------------------------


def test_los_solos_nombres_bastan_si_dos_registros_dicen_lo_mismo(banco: Banco) -> None:
    escrita = con(ANA, numero_documento="99999999")
    rnec, rethus = fuente("rnec", en_rnec(ANA)), fuente("rethus", de(ANA))
    assert banco.cambios(escrita, rnec, rethus) == {"numero_documento": "1024557707"}


@pytest.mark.parametrize("registro", ["rnec", "bdua", "rethus"])
def test_los_solos_nombres_en_un_registro_no_dan_el_numero_de_nadie(
    banco: Banco, registro: str
) -> None:
    fila = en_rnec(ANA) if registro == "rnec" else de(ANA)
    escrita = con(ANA, numero_documento="99999999")
    assert banco.cambios(escrita, fuente(registro, fila)) == {}


def test_los_registros_de_todos_no_se_confirman_entre_si(banco: Banco) -> None:
    escrita = con(ANA, numero_documento="99999999")
    bdua = fuente("bdua", de(ANA, afl_id="7"))
    assert banco.cambios(escrita, fuente("rnec", en_rnec(ANA)), bdua) == {}


def test_dos_homonimos_del_mismo_oficio_son_ninguno(banco: Banco) -> None:
    homonima = con(ANA, numero_documento="52000111")
    escrita = con(ANA, numero_documento="99999999")
    rnec = fuente("rnec", en_rnec(ANA), en_rnec(homonima))
    rethus = fuente("rethus", de(ANA), de(homonima))
    assert banco.cambios(escrita, rnec, rethus) == {}


def test_la_fecha_de_nacimiento_de_la_muestra_dice_quien_es(banco: Banco) -> None:
    """The sample copies the wrong document, and knows the day of birth."""
    escrita = con(ANA, numero_documento="1520000003")
    muestra = fuente("sismuestras", de(escrita, fecha_nacimiento="1990-05-01"))
    homonima = con(ANA, numero_documento="52000111")
    bdua = fuente(
        "bdua",
        de(ANA, afl_id="7", fecha_nacimiento="1990-05-01"),
        de(homonima, afl_id="8", fecha_nacimiento="1961-01-20"),
    )
    (linea,) = banco.proponer([escrita], bdua, muestra)
    assert linea["valor_propuesto"] == "1024557707"
    assert "la fecha de nacimiento coincide" in linea["evidencia"]
    assert "1990" not in linea["evidencia"]


# --- the names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cambios", "dice"),
    [
        ({"primer_apellido": "ARIA"}, "cambia una letra"),
        ({"segundo_apellido": "ZAMORANO"}, "es otra palabra"),
        ({"segundo_nombre": None}, "sobra o falta una palabra"),
    ],
)
def test_propone_el_nombre_del_registro_cuando_el_documento_coincide(
    banco: Banco, cambios: dict[str, str | None], dice: str
) -> None:
    (columna,) = cambios
    (linea,) = banco.proponer([con(ANA, **cambios)], fuente("rnec", en_rnec(ANA)))
    assert (linea["columna"], linea["valor_propuesto"]) == (columna, de(ANA)[columna])
    assert linea["valor_reportado"] == (cambios[columna] or "")
    assert "el documento coincide" in linea["evidencia"]
    assert dice in linea["evidencia"]


def test_dos_nombres_distintos_son_de_otra_persona(banco: Banco) -> None:
    ajena = con(ANA, primer_apellido="ZAMORANO", primer_nombre="JULIAN")
    assert banco.cambios(ajena, fuente("rnec", en_rnec(ANA))) == {}


def test_de_los_nombres_habla_el_registro_que_mas_se_cree(banco: Banco) -> None:
    mal_en_bdua = con(ANA, primer_apellido="ARIA")
    bdua = fuente("bdua", de(mal_en_bdua, afl_id="7"))
    assert banco.cambios(ANA, fuente("rnec", en_rnec(ANA)), bdua) == {}


def test_los_nombres_de_la_muestra_no_corrigen_a_nadie(banco: Banco) -> None:
    """Whoever loaded it copied them from where the entity did."""
    muestra = fuente("sismuestras", de(con(ANA, primer_apellido="ARIA")))
    assert banco.cambios(ANA, muestra) == {}


def test_numero_y_nombre_se_proponen_juntos(banco: Banco) -> None:
    escrita = con(ANA, numero_documento="102455770", primer_apellido="ARAS")
    lineas = banco.proponer([escrita], fuente("rnec", en_rnec(ANA)))
    assert [(p["columna"], p["valor_propuesto"]) for p in lineas] == [
        ("numero_documento", "1024557707"),
        ("primer_apellido", "ARIAS"),
    ]
    assert lineas[0]["evidencia"].endswith("Va junto con primer_apellido.")


def test_por_tandas_sale_lo_mismo(banco: Banco, monkeypatch: pytest.MonkeyPatch) -> None:
    escritas = [con(ANA, numero_documento="1042557707"), con(OTRA, primer_nombre="SAMUE"), ANA]
    rnec = fuente("rnec", en_rnec(ANA), en_rnec(OTRA))
    juntas = banco.proponer(escritas, rnec)
    monkeypatch.setattr("shared.correccion.candidatos.FILAS_POR_TANDA", 1)
    assert banco.proponer(escritas, rnec) == juntas
    assert [p["fila"] for p in juntas] == [1, 2]


def test_solo_se_mira_lo_que_fallo(banco: Banco) -> None:
    """A row with none of the codes is left alone."""
    rnec = fuente("rnec", en_rnec(ANA))
    escrita = con(ANA, numero_documento="1042557707")
    assert banco.proponer([escrita], rnec, codigos="THS-16") == []
    assert len(banco.proponer([escrita], rnec, codigos="THS-04;THS-16")) == 1


# --- the sheet ---------------------------------------------------------------------------------


def propuesta(linea: int = 1, **cambios: Any) -> dict[str, Any]:
    base = dict.fromkeys(COLUMNAS, "") | {
        "linea": linea,
        "fila": 10 + linea,
        "columna": "numero_documento",
        "valor_reportado": "1042557707",
        "valor_propuesto": "1024557707",
        "similitud": 0.95,
        "evidencia": "Según la Registraduría: los cuatro nombres coinciden.",
        "registro": "rnec",
        "corte": "2020-08-31",
        "certeza": "DISENO",
        "estado": "EN_CORRECCION",
    }
    return base | cambios


RADICACION: Final = UUID("5f0c1b1e-0000-4000-8000-000000000001")


def hoja(
    ruta: Path, *propuestas: dict[str, Any], marcas: dict[int, str], **celdas: Any
) -> Iterator[dict[str, Any]]:
    """The sheet, downloaded, ticked (row of the sheet → what is written) and read back."""
    escribir_hoja(ruta, "=Título", propuestas, frozenset({"EN_CORRECCION"}), str(RADICACION))
    libro = openpyxl.load_workbook(ruta)
    datos = libro["Datos"]
    aceptar = [c.value for c in datos[1]].index("aceptar") + 1
    for fila, marca in marcas.items():
        datos.cell(fila, aceptar, marca)
    for lugar, valor in celdas.items():
        datos[lugar] = valor
    libro.save(ruta)
    return leer_hoja(ruta, "propuestas.xlsx", ruta.parent / "leida")


def test_la_hoja_solo_deja_escribir_en_aceptar(tmp_path: Path) -> None:
    ruta = tmp_path / "p.xlsx"
    nada = propuesta(2, estado="LIQUIDADO", valor_propuesto="", valor_reportado="=1+1")
    escribir_hoja(ruta, "=Título", [propuesta(), nada], frozenset({"EN_CORRECCION"}), "x")
    libro = openpyxl.load_workbook(ruta)
    datos = libro["Datos"]
    assert datos.protection.sheet
    titulos = [c.value for c in datos[1]]
    abiertas = [
        (c.row, titulos[c.column - 1])
        for fila in datos.iter_rows()
        for c in fila
        if not c.protection.locked
    ]
    assert abiertas == [(2, "aceptar")]
    segunda = dict(zip(titulos, (c.value for c in datos[3]), strict=True))
    assert segunda["aceptar"] == NO_SE_CORRIGE
    assert (segunda["valor_reportado"], segunda["valor_propuesto"]) == ("'=1+1", VACIO)
    assert libro["Instrucciones"]["A1"].value == "'=Título"
    (validacion,) = datos.data_validations.dataValidation
    assert validacion.formula1 == '"SI,NO"'


def test_solo_se_aplica_lo_marcado(tmp_path: Path) -> None:
    propuestas = [propuesta(n) for n in (1, 2, 3)]
    lineas = hoja(tmp_path / "p.xlsx", *propuestas, marcas={2: "si", 3: "NO"})
    cambios, conflictos = comparar_lineas(lineas, propuestas, RADICACION)
    assert [(c.linea, c.fila, c.valor) for c in cambios] == [(1, 11, "1024557707")]
    assert conflictos == []


@pytest.mark.parametrize(
    ("celda", "valor", "dice"),
    [
        ("E2", "99999999", "no es la que se propuso"),
        ("D2", "99999999", "no es la que se propuso"),
        ("C2", "tipo_documento", "no es la que se propuso"),
        ("B2", 12, "no es la que se propuso"),
        ("E2", None, "le falta un dato"),
        ("E2", "=A1", "le falta un dato"),
        ("M2", "5f0c1b1e-0000-4000-8000-000000000002", "otra radicación"),
        ("L2", "X", "escriba SI o NO"),
    ],
)
def test_una_linea_alterada_es_un_conflicto(
    tmp_path: Path, celda: str, valor: Any, dice: str
) -> None:
    lineas = hoja(tmp_path / "p.xlsx", propuesta(), marcas={2: "SI"}, **{celda: valor})
    cambios, (conflicto,) = comparar_lineas(lineas, [propuesta()], RADICACION)
    assert cambios == []
    assert dice in conflicto.motivo


def test_una_linea_repetida_se_aplica_una_vez(tmp_path: Path) -> None:
    lineas = list(hoja(tmp_path / "p.xlsx", propuesta(), marcas={2: "SI"}))
    cambios, (conflicto,) = comparar_lineas(lineas * 2, [propuesta()], RADICACION)
    assert len(cambios) == 1
    assert "repetida" in conflicto.motivo


def test_un_valor_vacio_o_peligroso_vuelve_igual(tmp_path: Path) -> None:
    rara = propuesta(1, columna="segundo_nombre", valor_reportado="=1+1", valor_propuesto="")
    lineas = hoja(tmp_path / "p.xlsx", rara, marcas={2: "SI"})
    (cambio,), conflictos = comparar_lineas(lineas, [rara], RADICACION)
    assert (cambio.columna, cambio.valor, conflictos) == ("segundo_nombre", "", [])


def test_otro_libro_no_se_lee(tmp_path: Path) -> None:
    libro = openpyxl.Workbook()
    libro.active["A1"] = "cualquier cosa"
    libro.save(tmp_path / "otro.xlsx")
    with pytest.raises(EntradaInvalida):
        list(leer_hoja(tmp_path / "otro.xlsx", "otro.xlsx", tmp_path / "leida"))


def test_el_archivo_de_propuestas_tiene_las_columnas_que_promete(banco: Banco) -> None:
    banco.proponer([ANA], fuente("rnec", en_rnec(ANA)))
    assert pq.read_schema(banco.carpeta / "propuestas.parquet").names == list(COLUMNAS)


@pytest.mark.parametrize(
    ("argumentos", "dice"),
    [
        (("talento_humano", "{carpeta}", "--salida", "{x}"), "--cortes"),
        (("talento_humano", "{carpeta}", "--cortes", "{carpeta}", "--salida", "{x}"), "evaluar"),
        (("talento_humano", "nada", "--salida", "{x}"), "no es una carpeta ni"),
        (("talento_humano", str(RADICACION), "--salida", "{x}"), "de qué entidad"),
        (("anticipo_uci", "{carpeta}", "--cortes", "{carpeta}", "--salida", "{x}"), "identidad"),
    ],
)
def test_el_mandato_dice_que_le_falta(
    tmp_path: Path, argumentos: tuple[str, ...], dice: str
) -> None:
    lugares = {"carpeta": tmp_path, "x": tmp_path / "x.xlsx"}
    dados = ["propuestas", *(a.format(**lugares) for a in argumentos)]
    with pytest.raises((EntradaInvalida, typer.BadParameter), match=dice):
        mandato().main(dados, standalone_mode=False)
