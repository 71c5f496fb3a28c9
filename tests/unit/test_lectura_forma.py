"""FORMA of documents, of lists too long to print, and of whole rows."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.focalizacion import Condicion, col
from shared.radicacion.esquema import como_se_escribe
from shared.radicacion.lectura import Lectura, leer, leer_filas
from shared.tipos.campos import Campo, Tipo
from shared.tipos.documentos import (
    FORMATOS_DOCUMENTO,
    TIPOS_DOCUMENTO,
    normalizar_documento,
)

TIPO = Campo("tipo_documento", Tipo.LISTA, valores=TIPOS_DOCUMENTO)
NUMERO = Campo(
    "numero_documento", Tipo.DOCUMENTO, segun="tipo_documento", fecha="fecha_toma", personal=True
)
TOMA = Campo("fecha_toma", Tipo.FECHA, obligatorio=False)
DOCUMENTOS = (NUMERO, TIPO, TOMA)

MUNICIPIO = Campo(
    "municipio",
    Tipo.LISTA,
    valores=tuple(f"{n:05}" for n in range(1, 3001)),
    lista="un municipio de DIVIPOLA",
    ejemplo="05001",
)
CAMPOS = (
    Campo("consecutivo", Tipo.ENTERO),
    Campo("desde", Tipo.FECHA),
    Campo("hasta", Tipo.FECHA, obligatorio=False),
)
SIN_REPETIR = Condicion(
    "consecutivo", nw.len().over("consecutivo") == 1, "se repite. Use un número distinto."
)
EN_ORDEN = Condicion("hasta", col("hasta") >= col("desde"), "es anterior a desde. Corríjala.")
CONDICIONES = (SIN_REPETIR, EN_ORDEN)


def filas(lectura: Lectura) -> list[dict[str, Any]]:
    leidas: list[dict[str, Any]] = pq.read_table(lectura.filas).to_pylist()
    return leidas


def hallazgos(lectura: Lectura) -> list[tuple[int, str | None, str]]:
    return [tuple(h.values()) for h in pq.read_table(lectura.forma).to_pylist()]


def documento(tmp_path: Path, tipo: str, numero: str, toma: str = "") -> tuple[Any, list[str]]:
    fila = {"tipo_documento": tipo, "numero_documento": numero, "fecha_toma": toma}
    lectura = leer_filas([fila], DOCUMENTOS, tmp_path / "s")
    return filas(lectura)[0]["numero_documento"], [m for _, _, m in hallazgos(lectura)]


# Documents


@pytest.mark.parametrize(
    ("tipo", "numero", "leido"),
    [
        ("CC", "1.032.456.789", "1032456789"),
        ("cc", " 0012 345 ", "12345"),
        ("CC", "123456789", "123456789"),  # nine digits pass
        ("TI", "1,002,345,678", "1002345678"),
        ("CE", "0345", "345"),
        ("PE", "123456789012345", "123456789012345"),
        ("RC", "0a123456", "0A123456"),
        ("RC", "1032456789", "1032456789"),
        ("CN", "00123456", "00123456"),
        ("PA", "ab12", "AB12"),
        ("CD", "007", "007"),
        ("SC", "000000001", "000000001"),
        ("AS", "08001S8125", "08001S8125"),
        ("MS", "05001I12", "05001I12"),
        ("NI", "900100101", "900100101"),
    ],
)
def test_el_numero_se_normaliza_segun_su_tipo(
    tmp_path: Path, tipo: str, numero: str, leido: str
) -> None:
    assert documento(tmp_path, tipo, numero) == (leido, [])


@pytest.mark.parametrize(
    ("tipo", "numero"),
    [
        ("CC", "12"),
        ("CC", "12345678901"),
        ("CC", "10A"),
        ("CC", "000"),
        ("TI", "123456789"),
        ("RC", "A12345678"),
        ("CN", "1234567"),
        ("CE", "12345678"),
        ("PA", "AB-12"),
        ("PA", "AB 12"),
        ("CD", "12"),
        ("SC", "12345678"),
        ("PE", "12345678901234"),
        ("AS", "S8001S8125"),
        ("MS", "08001S81255"),
        ("NI", "9001001011"),
    ],
)
def test_el_numero_que_no_es_de_su_tipo_se_dice_sin_mostrarlo(
    tmp_path: Path, tipo: str, numero: str
) -> None:
    leido, [mensaje] = documento(tmp_path, tipo, numero)

    assert leido is None
    assert mensaje.startswith(
        "Fila 1, columna numero_documento: el valor no tiene la forma de "
        f"{tipo} ({FORMATOS_DOCUMENTO[tipo].nombre}): {FORMATOS_DOCUMENTO[tipo].se_escribe}."
    )
    assert numero not in mensaje


@pytest.mark.parametrize(
    ("toma", "vale"), [("2021-02-28", False), ("2021-03-01", True), ("", True)]
)
def test_el_pt_existe_desde_marzo_de_2021(tmp_path: Path, toma: str, vale: bool) -> None:
    leido, mensajes = documento(tmp_path, "PT", "4123456", toma)

    assert leido == ("4123456" if vale else None)
    assert [m for m in mensajes if "PT no existía antes de 2021-03-01" in m] == mensajes
    assert len(mensajes) == (0 if vale else 1)


def test_sin_tipo_el_numero_no_se_juzga(tmp_path: Path) -> None:
    leido, [mensaje] = documento(tmp_path, "CÉDULA", "1.032")

    assert "tipo_documento" in mensaje
    assert leido == "1.032"


def test_el_documento_vacio_o_ilegible_se_dice(tmp_path: Path) -> None:
    assert "está vacía y es obligatoria" in documento(tmp_path, "CC", " ")[1][0]
    assert "caracteres ilegibles" in documento(tmp_path, "CC", "12\x00345")[1][0]
    assert "no es un dato" in documento(tmp_path, "CC", "N/A")[1][0]
    assert len(documento(tmp_path, "XX", "12\x00345")[1]) == 2


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(TIPOS_DOCUMENTO), st.text("0123456789AbZ., ", min_size=1, max_size=18)
        ),
        min_size=1,
        max_size=60,
    )
)
def test_el_lector_y_python_dicen_lo_mismo(
    tmp_path_factory: pytest.TempPathFactory, dados: list[tuple[str, str]]
) -> None:
    """Python and SQL read the same table and must agree on every number."""
    dadas = [{"tipo_documento": tipo, "numero_documento": numero} for tipo, numero in dados]
    lectura = leer_filas(dadas, DOCUMENTOS, tmp_path_factory.mktemp("d"))
    limpios = [normalizar_documento(tipo, " ".join(numero.split()))[1] for tipo, numero in dados]
    buenos = [
        re.fullmatch(FORMATOS_DOCUMENTO[tipo].patron, limpio) is not None
        for (tipo, _), limpio in zip(dados, limpios, strict=True)
    ]

    assert [f["forma_ok"] for f in filas(lectura)] == buenos
    assert [f["numero_documento"] for f in filas(lectura)] == [
        limpio if bueno else None for limpio, bueno in zip(limpios, buenos, strict=True)
    ]


@pytest.mark.parametrize(
    "declaracion",
    [
        {"tipo": Tipo.DOCUMENTO, "personal": True},
        {"tipo": Tipo.DOCUMENTO, "segun": "tipo_documento"},
        {"tipo": Tipo.TEXTO, "segun": "tipo_documento"},
        {"tipo": Tipo.TEXTO, "fecha": "fecha_toma"},
        {"tipo": Tipo.TEXTO, "lista": "un código"},
    ],
)
def test_declaraciones_que_se_contradicen(declaracion: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="numero"):
        Campo("numero", **declaracion)


# Lists too long to print


def test_una_lista_larga_se_nombra_y_no_se_imprime(tmp_path: Path) -> None:
    lectura = leer_filas([{"municipio": "02999"}, {"municipio": "5001"}], (MUNICIPIO,), tmp_path)

    assert como_se_escribe(MUNICIPIO) == "Escriba un municipio de DIVIPOLA, por ejemplo 05001."
    assert hallazgos(lectura) == [
        (
            2,
            "municipio",
            "Fila 2, columna municipio: «5001» no se admite. Escriba un municipio de DIVIPOLA, por "
            "ejemplo 05001.",
        )
    ]


# Whole rows


def leer_csv(tmp_path: Path, *lineas: str, condiciones: Any = CONDICIONES) -> Lectura:
    ruta = tmp_path / "entrada.csv"
    ruta.write_text("\n".join(["consecutivo,desde,hasta", *lineas]) + "\n", encoding="utf-8")
    return leer(ruta, ruta.name, CAMPOS, tmp_path / "s", condiciones=condiciones)


def test_una_condicion_nombra_la_fila_de_la_hoja_y_la_columna(tmp_path: Path) -> None:
    lectura = leer_csv(tmp_path, "1,2021-02-02,2021-02-03", "", "2,2021-02-02,2021-02-01")

    assert (lectura.total, lectura.con_error) == (2, 1)
    assert hallazgos(lectura) == [
        (2, "hasta", "Fila 4, columna C (hasta): es anterior a desde. Corríjala.")
    ]
    assert [f["forma_ok"] for f in filas(lectura)] == [True, False]
    assert filas(lectura)[1]["hasta"] == date(2021, 2, 1)


def test_el_nulo_no_incumple(tmp_path: Path) -> None:
    assert leer_csv(tmp_path, "1,2021-02-02,").con_error == 0


def test_todas_las_copias_fallan_y_el_orden_es_de_filas(tmp_path: Path) -> None:
    lectura = leer_csv(
        tmp_path,
        "7,2021-02-02,",
        "1,mal,",
        "7,2021-02-02,2021-01-01",
        "8,2021-02-02,",
        "7,2.5,",
    )

    assert lectura.con_error == 4
    assert [(f, c) for f, c, _ in hallazgos(lectura)] == [
        (1, "consecutivo"),
        (2, "desde"),
        (3, "consecutivo"),
        (3, "hasta"),
        (5, "desde"),
        (5, "consecutivo"),
    ]
    assert [f["forma_ok"] for f in filas(lectura)] == [False, False, False, True, False]
    assert [f["fila"] for f in filas(lectura)] == [1, 2, 3, 4, 5]


def test_una_celda_que_no_se_leyo_tiene_un_solo_mensaje(tmp_path: Path) -> None:
    """Two unreadable numbers are not copies of each other, nor is a row that could not be split."""
    lectura = leer_csv(tmp_path, "x,2021-02-02,", ",2021-02-02,", "3,2021-02-02", "4,2021-02-02")

    assert [(f, c) for f, c, _ in hallazgos(lectura)] == [
        (1, "consecutivo"),
        (2, "consecutivo"),
        (3, None),
        (4, None),
    ]


def test_las_filas_de_json_tambien_las_cumplen(tmp_path: Path) -> None:
    dadas = [{"consecutivo": 1, "desde": "2021-02-02"}, {"consecutivo": 1, "desde": "2021-02-02"}]
    lectura = leer_filas(dadas, CAMPOS, tmp_path, condiciones=CONDICIONES)

    assert [m for _, _, m in hallazgos(lectura)] == [
        f"Fila {n}, columna consecutivo: se repite. Use un número distinto." for n in (1, 2)
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.sampled_from(["2021-01-01", "2021-03-01", "", "mal"])),
        min_size=1,
        max_size=25,
    )
)
def test_lo_que_fallaba_sin_condiciones_falla_igual(
    tmp_path_factory: pytest.TempPathFactory, dadas: list[tuple[int, str]]
) -> None:
    carpeta = tmp_path_factory.mktemp("c")
    lineas = [f"{n},2021-02-01,{hasta}" for n, hasta in dadas]
    solo = leer_csv(carpeta, *lineas, condiciones=())
    antes, filas_antes = hallazgos(solo), filas(solo)
    lectura = leer_csv(carpeta, *lineas)

    despues, numeros = hallazgos(lectura), [n for n, _ in dadas]
    nuevos = [(f, c) for f, c, _ in despues if (f, c) not in {(f, c) for f, c, _ in antes}]
    esperados = {(i, "consecutivo") for i, n in enumerate(numeros, 1) if numeros.count(n) > 1}
    esperados |= {(i, "hasta") for i, (_, h) in enumerate(dadas, 1) if h == "2021-01-01"}
    assert sorted(nuevos) == sorted(esperados)
    assert [h for h in despues if (h[0], h[1]) not in esperados] == antes
    assert [f["fila"] for f in filas(lectura) if not f["forma_ok"]] == sorted(
        {f for f, _, _ in despues}
    )
    assert lectura.con_error == len({f for f, _, _ in despues})
    for fila in filas_antes:
        fila["forma_ok"] = fila["fila"] not in {f for f, _, _ in despues}
    assert filas(lectura) == filas_antes
