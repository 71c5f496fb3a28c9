"""THS310COVI: the same typed rows as the canonical layout, and what its lines do."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.talento_humano.esquema import ESQUEMA
from shared.normativa.ths310covi import THS310COVI
from shared.radicacion.lectura import Lectura, Limites, leer
from shared.radicacion.lectura.errors import (
    ControlInvalido,
    DemasiadasFilas,
    SinFilas,
    TotalNoCoincide,
)
from shared.tipos import Rechazo

CODIGO = "0500103080"
NOMBRE = f"THS310COVI20200810PI{CODIGO}.txt"
SOBRE = {"nit": "913070760", "dv": "0"}
LARGA, CORTA = THS310COVI.versiones
ANA = {
    "tipo_registro": "2",
    "consecutivo": "1",
    "tipo_documento": "CC",
    "numero_documento": "1032456789",
    "primer_apellido": "PEÑA",
    "segundo_apellido": "",
    "primer_nombre": "ANA",
    "segundo_nombre": "",
    "codigo_municipio": "05001",
    "codigo_perfil": "A02",
    "codigo_entidad": CODIGO,
    "nombre_entidad": 'CLÍNICA, "LA" PRUEBA',
    "codigo_servicio": "110",
    "codigo_area_covid": "01",
    "codigo_dedicacion": "01",
    "codigo_cargo": "07",
    "indicador_actualizacion": "I",
}
LUIS = ANA | {"numero_documento": "79456123", "primer_nombre": "LUIS", "consecutivo": "2"}
Lector = Callable[..., Lectura]


def linea(datos: Mapping[str, str], campos: tuple[str, ...] = LARGA) -> str:
    return "|".join(datos[c] for c in campos)


def archivo(*lineas: Mapping[str, str] | str, total: int | None = None, **control: str) -> str:
    """A file: its control line and what follows, each line as data or as text."""
    valores = {
        "tipo_registro": "1",
        "tipo_entidad": "PI",
        "codigo_habilitacion": CODIGO,
        "fecha_inicial": "2020-04-01",
        "fecha_final": "2020-06-30",
        "total_registros": str(len(lineas) if total is None else total),
    } | control
    textos = [x if isinstance(x, str) else linea(x) for x in lineas]
    return "\n".join(["|".join(valores.values()), *textos]) + "\n"


@pytest.fixture
def lee(tmp_path: Path) -> Lector:
    def _lee(
        contenido: str | bytes,
        nombre: str = NOMBRE,
        sobre: Mapping[str, str] = SOBRE,
        **limites: int,
    ) -> Lectura:
        ruta = tmp_path / "entrada"
        ruta.write_bytes(contenido.encode() if isinstance(contenido, str) else contenido)
        return leer(
            ruta,
            nombre,
            ESQUEMA.campos,
            tmp_path / "s",
            condiciones=ESQUEMA.condiciones,
            disposiciones=(THS310COVI,),
            sobre=lambda _: sobre,
            limites=Limites(**limites),
        )

    return _lee


def filas(lectura: Lectura) -> list[dict[str, Any]]:
    leidas: list[dict[str, Any]] = pq.read_table(lectura.filas).to_pylist()
    return leidas


def hallazgos(lectura: Lectura) -> list[tuple[int, str | None, str]]:
    return [tuple(h.values()) for h in pq.read_table(lectura.forma).to_pylist()]


def novedades(lectura: Lectura) -> list[tuple[int, str, int | None]]:
    assert lectura.novedades is not None
    return [
        (n["linea"], n["accion"], n["fila"]) for n in pq.read_table(lectura.novedades).to_pylist()
    ]


# What a good file gives


def test_una_linea_buena_sale_tipada(lee: Lector) -> None:
    lectura = lee(archivo(ANA))

    assert (lectura.total, lectura.con_error, lectura.separador) == (1, 0, "|")
    [fila] = filas(lectura)
    assert {c: v for c, v in fila.items() if v is not None} == {
        "fila": 1,
        "reportante_tipo": "IPS",
        "reportante_codigo": CODIGO,
        "reportante_nit": "913070760",
        "reportante_dv": "0",
        "codigo_departamento": "05",
        "tipo_documento": "CC",
        "numero_documento": "1032456789",
        "primer_apellido": "PEÑA",
        "primer_nombre": "ANA",
        "codigo_perfil": "A02",
        "actividad": "ATENCION",
        "codigo_servicio": "110",
        "fecha_inicio": fila["fecha_inicio"],
        "fecha_fin": fila["fecha_fin"],
        "forma_ok": True,
    }
    assert (str(fila["fecha_inicio"]), str(fila["fecha_fin"])) == ("2020-04-01", "2020-06-30")
    assert lectura.avisos == (
        "Se leyó con la disposición THS310COVI.",
        "Este archivo no trae cuentas bancarias: se recogen aparte.",
    )
    assert pq.read_table(lectura.novedades).to_pylist() == [
        {
            "linea": 2,
            "consecutivo": "1",
            "tipo": "2",
            "paga": True,
            "indicador": "I",
            "tipo_documento": "CC",
            "numero_documento": "1032456789",
            "accion": "INSERTA",
            "fila": 1,
        }
    ]


def test_el_area_02_es_otra_actividad(lee: Lector) -> None:
    assert filas(lee(archivo(ANA | {"codigo_area_covid": "02"})))[0]["actividad"] == "OTRA"


def test_la_version_corta_no_trae_municipio_ni_perfil(lee: Lector) -> None:
    lectura = lee(archivo(linea(ANA, CORTA), LUIS))

    assert [f["codigo_departamento"] for f in filas(lectura)] == ["05", "05"]
    assert [(f, c) for f, c, _ in hallazgos(lectura)] == [(1, "codigo_perfil")]
    assert any(
        "Líneas de 15 campos, que no traen codigo_municipio, codigo_perfil: 1." in a
        for a in lectura.avisos
    )


@pytest.mark.parametrize(
    ("municipio", "departamento"), [("5001", "05"), ("76001", "76"), ("", "05")]
)
def test_el_departamento_sale_del_municipio_o_del_codigo(
    lee: Lector, municipio: str, departamento: str
) -> None:
    lectura = lee(archivo(ANA | {"codigo_municipio": municipio}))

    assert filas(lectura)[0]["codigo_departamento"] == departamento
    assert lectura.con_error == 0


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("salto", ["\n", "\r\n"])
def test_se_reconoce_por_su_contenido(lee: Lector, codec: str, salto: str) -> None:
    texto = archivo(ANA, LUIS).replace("\n", salto)
    lectura = lee(texto.encode(codec), nombre="reporte de agosto.txt")

    assert [f["primer_apellido"] for f in filas(lectura)] == ["PEÑA", "PEÑA"]
    assert lectura.novedades is not None


def test_dentro_de_un_gzip_tambien(lee: Lector) -> None:
    assert lee(gzip.compress(archivo(ANA).encode()), nombre=f"{NOMBRE}.gz").con_error == 0


def test_la_tabla_canonica_no_tiene_novedades(lee: Lector) -> None:
    canonica = ",".join(c.nombre for c in ESQUEMA.campos) + "\n" + "," * (len(ESQUEMA.campos) - 1)
    lectura = lee(f"{canonica[:-3]}x,,\n", nombre="talento.csv")

    assert lectura.novedades is None
    assert lectura.total == 1


def test_lo_que_no_dice_el_sobre_queda_vacio_y_no_falla(lee: Lector) -> None:
    lectura = lee(archivo(ANA), sobre={})

    assert (filas(lectura)[0]["reportante_nit"], lectura.con_error) == (None, 0)


def test_las_comillas_son_letras_y_un_separador_de_mas_al_final_no_estorba(lee: Lector) -> None:
    lectura = lee(archivo(linea(ANA | {"primer_apellido": 'D"ANGELO'}) + "|", linea(LUIS, CORTA)))

    assert filas(lectura)[0]["primer_apellido"] == 'D"ANGELO'


# The control line


@pytest.mark.parametrize(
    ("contenido", "dice"),
    [
        (archivo(ANA, codigo_habilitacion="05001"), "codigo_habilitacion debe tener 10 dígitos"),
        (archivo(ANA, fecha_inicial="01/04/2020"), "fecha_inicial debe ser una fecha AAAA-MM-DD"),
        (archivo(ANA, fecha_final="2020-06-31"), "fecha_final debe ser una fecha AAAA-MM-DD"),
        (archivo(ANA, total_registros="uno"), "total_registros debe ser un número entero"),
        (archivo(ANA, codigo_habilitacion="1100100001"), f"el nombre del archivo dice {CODIGO}"),
        ("1|PI|0500103080\n" + linea(ANA) + "\n", "tiene 3 campos. Debe ser 1|PI|<codigo_habi"),
        (linea(ANA) + "\n", "la primera línea no es la de control. Debe ser 1|PI|<codigo_"),
    ],
)
def test_la_linea_de_control_mala_devuelve_el_archivo(
    lee: Lector, contenido: str, dice: str
) -> None:
    with pytest.raises(ControlInvalido) as rechazo:
        lee(contenido)

    assert dice in rechazo.value.detalle
    assert rechazo.value.extra["archivo"] == NOMBRE


def test_se_dicen_todos_los_problemas_de_la_linea_de_control(lee: Lector) -> None:
    with pytest.raises(ControlInvalido) as rechazo:
        lee(archivo(ANA, fecha_inicial="", fecha_final="", total_registros=""))

    assert rechazo.value.detalle.count("debe ser") == 3


def test_fechas_seguidas_y_codigo_sin_su_cero(lee: Lector) -> None:
    lectura = lee(
        archivo(ANA, fecha_inicial="20200401", codigo_habilitacion="500103080"),
        nombre="THS310COVI20200810PI500103080.TXT",
    )

    assert str(filas(lectura)[0]["fecha_inicio"]) == "2020-04-01"
    assert filas(lectura)[0]["reportante_codigo"] == CODIGO


@pytest.mark.parametrize("total", [0, 1, 3])
def test_el_total_debe_coincidir(lee: Lector, total: int, tmp_path: Path) -> None:
    with pytest.raises(TotalNoCoincide, match=f"anuncia {total} registros y el archivo trae 2"):
        lee(archivo(ANA, LUIS, total=total))

    assert list((tmp_path / "s").iterdir()) == []


def test_el_total_cuenta_tambien_lo_malo_y_no_los_blancos(lee: Lector) -> None:
    assert lee(archivo(ANA, "2|3", "", "   ", LUIS, total=3)).total == 3


def test_sin_lineas_no_hay_nada(lee: Lector) -> None:
    with pytest.raises(SinFilas):
        lee(archivo())


def test_demasiadas_lineas(lee: Lector) -> None:
    with pytest.raises(DemasiadasFilas):
        lee(archivo(ANA, LUIS), filas=1)


# Wrong lines


@pytest.mark.parametrize(
    ("mala", "dice"),
    [
        (linea(ANA, LARGA[:-1]), "tiene 16 campos y se esperan 17 o 15, separados por «|»."),
        (linea(ANA) + "|X", "tiene 18 campos y se esperan 17 o 15, separados por «|»."),
        (
            linea(ANA | {"tipo_registro": "1"}),
            "tipo_registro debe ser 2 (talento humano en salud) o 3 (apoyo logístico).",
        ),
        (
            linea(ANA | {"indicador_actualizacion": "X"}),
            "indicador_actualizacion debe ser I (inserta), A (actualiza) o E (elimina).",
        ),
        (
            linea(ANA | {"indicador_actualizacion": "E", "numero_documento": "1A"}),
            "pide eliminar un registro y su documento no se puede leer. Corrija tipo_documento y "
            "numero_documento.",
        ),
    ],
)
def test_una_linea_mala_se_dice_con_su_numero(lee: Lector, mala: str, dice: str) -> None:
    lectura = lee(archivo(ANA, "", mala, LUIS, total=3))

    assert hallazgos(lectura) == [(2, None, f"Fila 4: {dice}")]
    assert [f["forma_ok"] for f in filas(lectura)] == [True, False, True]
    assert novedades(lectura) == [(2, "INSERTA", 1), (5, "INSERTA", 3)]


def test_las_celdas_malas_se_dicen_con_su_linea_y_su_origen(lee: Lector) -> None:
    lectura = lee(
        archivo(
            ANA,
            LUIS
            | {
                "codigo_area_covid": "1",
                "codigo_municipio": "MEDELLIN",
                "numero_documento": "7A",
                "codigo_perfil": "Z99",
            },
        )
    )

    assert [(f, c, m.split(": ", 1)[0]) for f, c, m in hallazgos(lectura)] == [
        (2, c, f"Fila 3, columna {c}")
        for c in ("codigo_departamento", "numero_documento", "codigo_perfil", "actividad")
    ]
    textos = " ".join(m for _, _, m in hallazgos(lectura))
    assert "sale de codigo_municipio, que debe tener 5 dígitos." in textos
    assert "sale de codigo_area_covid, que debe ser 01 (ATENCION) o 02 (OTRA)." in textos
    assert "7A" not in textos


def test_las_condiciones_nombran_la_linea(lee: Lector) -> None:
    lectura = lee(archivo(ANA, ANA | {"codigo_servicio": ""}))

    [(fila, columna, mensaje)] = hallazgos(lectura)
    assert (fila, columna) == (2, "codigo_servicio")
    assert mensaje.startswith("Fila 3, columna codigo_servicio: ")


# Types and indicators


def test_el_apoyo_logistico_se_informa_y_no_es_fila(lee: Lector) -> None:
    lectura = lee(archivo(LUIS | {"tipo_registro": "3"}, ANA))

    assert [f["primer_nombre"] for f in filas(lectura)] == ["ANA"]
    assert novedades(lectura) == [(2, "INFORMA", None), (3, "INSERTA", 1)]
    assert "Registros de tipo 3, apoyo logístico: 1. Se informan y no se pagan." in lectura.avisos


def test_los_indicadores_se_aplican_en_orden_dentro_del_archivo(lee: Lector) -> None:
    lectura = lee(
        archivo(
            ANA,
            LUIS,
            ANA | {"indicador_actualizacion": "A", "primer_nombre": "ANABEL"},
            LUIS | {"indicador_actualizacion": "E"},
            LUIS | {"numero_documento": "52456789", "indicador_actualizacion": "e"},
            ANA | {"numero_documento": "52.456.780", "indicador_actualizacion": "a"},
        )
    )

    assert [(f["fila"], f["primer_nombre"]) for f in filas(lectura)] == [(1, "ANABEL"), (2, "ANA")]
    assert novedades(lectura) == [
        (2, "EN_ARCHIVO", None),
        (3, "EN_ARCHIVO", None),
        (4, "INSERTA", 1),
        (5, "EN_ARCHIVO", None),
        (6, "RETIRA", None),
        (7, "CORRIGE", 2),
    ]
    assert "Registros que actualizan lo que reportó antes: 1." in lectura.avisos
    assert "Registros que retiran lo que reportó antes: 1." in lectura.avisos


def test_un_archivo_puede_solo_eliminar(lee: Lector) -> None:
    lectura = lee(archivo(ANA | {"indicador_actualizacion": "E"}))

    assert (lectura.total, lectura.con_error) == (0, 0)
    assert filas(lectura) == []
    assert novedades(lectura) == [(2, "RETIRA", None)]


# The same data in both layouts

_LETRAS = st.text("ABCÑ'- ", min_size=1, max_size=6).filter(str.strip)
_PERSONAS = st.fixed_dictionaries(
    {
        "tipo_documento": st.sampled_from(["CC", "cc", "CE", "PA", "PE", "TI", ""]),
        "numero_documento": st.sampled_from(
            ["1.032.456.789", "0079456123", "AB1234", "345", "12", "123456789012345", ""]
        ),
        "primer_apellido": _LETRAS,
        "segundo_apellido": st.sampled_from(["", "GÓMEZ", "X" * 61]),
        "primer_nombre": st.sampled_from(["ANA", " Luis  Ángel ", ""]),
        "segundo_nombre": st.sampled_from(["", "MARIA"]),
        "codigo_municipio": st.sampled_from(["05001", "5001", "76001", "99999", ""]),
        "codigo_perfil": st.sampled_from(["A02", "p03", "na", "Z99", ""]),
        "codigo_servicio": st.sampled_from(["110", "1102", "999", ""]),
        "codigo_area_covid": st.sampled_from(["01", "02"]),
    }
)


@settings(max_examples=8, deadline=None)
@given(st.lists(_PERSONAS, min_size=20, max_size=60), st.sampled_from(["2020-06-30", "2020-03-01"]))
def test_las_dos_disposiciones_dan_las_mismas_filas(
    tmp_path_factory: pytest.TempPathFactory, personas: list[dict[str, str]], fin: str
) -> None:
    """A canonical CSV and a THS310COVI of the same data: same rows, same faults, same columns."""
    carpeta = tmp_path_factory.mktemp("dos")
    oficial = carpeta / "oficial"
    oficial.write_text(archivo(*(ANA | p for p in personas), fecha_final=fin), encoding="utf-8")
    canonico = carpeta / "canonico"
    canonico.write_text(_canonico(personas, fin), encoding="utf-8")
    una, otra = (
        leer(
            ruta,
            ruta.name,
            ESQUEMA.campos,
            carpeta / f"{ruta.name}.d",
            condiciones=ESQUEMA.condiciones,
            disposiciones=(THS310COVI,),
            sobre=lambda _: SOBRE,
        )
        for ruta in (oficial, canonico)
    )

    assert filas(una) == filas(otra)
    assert [h[:2] for h in hallazgos(una)] == [h[:2] for h in hallazgos(otra)]
    assert una.con_error == otra.con_error


def _canonico(personas: list[dict[str, str]], fin: str) -> str:
    memoria = io.StringIO()
    escritor = csv.DictWriter(memoria, [c.nombre for c in ESQUEMA.campos], extrasaction="ignore")
    escritor.writeheader()
    for p in personas:
        municipio = p["codigo_municipio"].zfill(5) if p["codigo_municipio"] else CODIGO
        escritor.writerow(
            p
            | {
                "reportante_tipo": "IPS",
                "reportante_codigo": CODIGO,
                "reportante_nit": SOBRE["nit"],
                "reportante_dv": SOBRE["dv"],
                "codigo_departamento": municipio[:2],
                "actividad": {"01": "ATENCION", "02": "OTRA"}[p["codigo_area_covid"]],
                "fecha_inicio": "2020-04-01",
                "fecha_fin": fin,
            }
        )
    return memoria.getvalue()


_TROZOS = st.lists(
    st.sampled_from(
        ["1|PI|0500103080|2020-04-01|2020-06-30|2", "1|PI|", linea(ANA), linea(LUIS, CORTA), "|",
         "2|", "3|1|CC|1", "\n", "\r\n", "\r", '"', "\x00", "\x1a", "ñ", "E", "A|"]
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(_TROZOS)
def test_textos_torcidos_se_leen_o_se_rechazan(
    tmp_path_factory: pytest.TempPathFactory, trozos: list[str]
) -> None:
    carpeta = tmp_path_factory.mktemp("t")
    ruta = carpeta / "x"
    ruta.write_text("1|PI|" + "".join(trozos), encoding="utf-8")
    try:
        lectura = leer(ruta, "x.txt", ESQUEMA.campos, carpeta / "s", disposiciones=(THS310COVI,))
    except Rechazo:
        assert not list((carpeta / "s").glob("*.parquet"))
        return
    assert [f["fila"] for f in filas(lectura)] == list(range(1, lectura.total + 1))
    assert len({f for f, _, _ in hallazgos(lectura)}) == lectura.con_error
