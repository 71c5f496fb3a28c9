"""Each register of the catalogue: what its files bring, what is mended and what is told."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shared.registros import REGISTROS, Carga, cargar_archivo
from shared.registros.catalogo.bdua import BDUA, POSICIONES

CASOS = Path("dominio/casos")
ARCHIVOS = sorted(r for r in CASOS.glob("*/*.csv") if r.stem in REGISTROS)


def cargar(registro: str, filas: list[str], carpeta: Path, **mas: Any) -> Carga:
    ruta = carpeta / mas.pop("archivo", f"{registro}.csv")
    ruta.write_bytes("".join(f"{f}\n" for f in filas).encode(mas.pop("codificacion", "utf-8")))
    return cargar_archivo(registro, ruta, carpeta / "salida", **mas)


def filas(carga: Carga, columnas: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(f"SELECT {columnas} FROM read_parquet('{carga.ruta}')").fetchall()


def rechazos(carga: Carga) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(f"SELECT fila, columna FROM read_parquet('{carga.rechazos}')").fetchall()


# --- acceptance cases ------------------------------------------------------------------------


@pytest.mark.parametrize("ruta", ARCHIVOS, ids=lambda r: f"{r.parent.name}-{r.stem}")
def test_los_casos_se_cargan_enteros(ruta: Path, tmp_path: Path) -> None:
    with ruta.open(encoding="utf-8", newline="") as archivo:
        esperadas = list(csv.DictReader(archivo))
    carga = cargar_archivo(ruta.stem, ruta, tmp_path)
    assert (carga.filas, carga.rechazadas) == (len(esperadas), 0)
    assert carga.calidad["columnas_no_usadas"] == []
    for cuenta in ("informativas_ilegibles", "traducidos", "recortados", "documentos_limpiados"):
        assert carga.calidad[cuenta] == {}
    # A file with canonical headers holds canonical values: they come back as they were.
    for columna in set(esperadas[0]) & set(REGISTROS[ruta.stem].nombres):
        texto = f"CASE WHEN typeof({columna}) = 'BOOLEAN' THEN "
        texto += f"CASE WHEN {columna}::VARCHAR = 'true' THEN 'SI' ELSE 'NO' END "
        texto += f"ELSE {columna}::VARCHAR END"
        leidos = sorted(
            v or "" for (v,) in filas(carga, f"CASE WHEN {columna} IS NOT NULL THEN {texto} END")
        )
        assert leidos == sorted(f[columna] for f in esperadas), columna


def test_todo_registro_de_los_casos_esta_en_el_catalogo() -> None:
    propios = {"entrada", "esperado", "esperado_universo", "notas", "historia"}
    assert {r.stem for r in CASOS.glob("*/*.csv")} - propios <= set(REGISTROS)


# --- BDUA ------------------------------------------------------------------------------------

MAESTRO = (
    "1,EPS044 ,CC,1.020.304.050,CC,0012345678,MUÑOZ,,ANA  MARIA,,05/05/1985,F,"
    "COL,05001,COL,F,NO,C,1,5,1,,,5,1,1,01/01/2010,02/01/2010,,,,,,{estado},{fecha},,1,N,"
    "50010010101,,,,"
)


def maestro(estado: str = "AC", fecha: str = "03/06/2020") -> str:
    return MAESTRO.format(estado=estado, fecha=fecha)


def test_las_posiciones_del_maestro_son_datos() -> None:
    with POSICIONES.open(encoding="utf-8", newline="") as archivo:
        leidas = list(csv.DictReader(archivo))
    de = {v: [f for f in leidas if f["version"] == v] for v in ("maestro_43", "maestro_34")}
    assert [int(f["posicion"]) for f in de["maestro_43"]] == list(range(1, 44))
    quitadas = {*range(13, 18), *range(40, 44)}
    assert [f["canonica"] for f in de["maestro_34"]] == [
        f["canonica"] for f in de["maestro_43"] if int(f["posicion"]) not in quitadas
    ]
    assert [f["canonica"] for f in de["maestro_43"] if f["original"] == "CND_AFL_FECHA_INICIO"] == [
        "fecha_estado",
        "fecha_estado_2",
    ]
    assert [len(f.posiciones) for f in BDUA.formatos] == [43, 34]


@pytest.mark.parametrize(
    ("archivo", "regimen"),
    [
        ("ESS062MS0015062020.TXT", "S"),
        ("EPS010MC0015062020.TXT", "C"),
        ("23678-MS0021032024.TXT", "S"),
        ("maestro.txt", "C"),  # EPS044 is contributivo in the table of EPS
    ],
)
def test_maestro_sin_encabezado(tmp_path: Path, archivo: str, regimen: str) -> None:
    carga = cargar("bdua", [maestro()], tmp_path, archivo=archivo, codificacion="cp1252")
    columnas = (
        "afl_id, codigo_eps, tipo_documento, numero_documento, numero_documento_cabeza, "
        "primer_apellido, primer_nombre, fecha_nacimiento, codigo_municipio, zona, regimen, "
        "desde, hasta, hab_ips_primaria"
    )
    assert filas(carga, columnas) == [
        ("1", "EPS044", "CC", "12345678", "1020304050", "MUÑOZ", "ANA MARIA",
         date(1985, 5, 5), "05001", "U", regimen, date(2020, 6, 3), None, "050010010101"),
    ]  # fmt: skip
    assert carga.calidad["codificacion"] == "cp1252"
    assert carga.calidad["ceros_repuestos"] == {
        "codigo_departamento": 1,
        "codigo_municipio_corto": 1,
        "hab_ips_primaria": 1,
    }
    assert carga.calidad["documentos_limpiados"] == {
        "numero_documento": 1,
        "numero_documento_cabeza": 1,
    }


def test_el_diseno_de_2020_es_el_actual_sin_nueve_posiciones(tmp_path: Path) -> None:
    campos = maestro().split(",")
    de_2020 = ",".join(campos[:12] + campos[17:39])
    carga = cargar("bdua", [de_2020], tmp_path, archivo="ESS062MS0015062020.TXT")
    assert filas(carga, "estado, fecha_estado, portabilidad, afl_discapacidad") == [
        ("AC", date(2020, 6, 3), "N", None)
    ]


def test_estados_antiguos_y_zona_con_numero(tmp_path: Path) -> None:
    lineas = [maestro(estado) for estado in ("SU", "DE", "PR", "AE")]
    carga = cargar("bdua", lineas, tmp_path)
    assert sorted(filas(carga, "estado")) == [("AE",), ("PL",), ("RE",), ("SM",)]
    assert carga.calidad["traducidos"] == {"estado": 3, "zona": 4}
    assert "3 valores de estado venían con otra escritura y se tradujeron." in carga.avisos


def test_desde_es_la_fecha_del_estado_o_la_de_la_eps(tmp_path: Path) -> None:
    lineas = [maestro(fecha="03/06/2020"), maestro(fecha=""), maestro(fecha="01/01/1900")]
    carga = cargar("bdua", lineas, tmp_path)
    assert sorted(filas(carga, "desde")) == [
        (date(2010, 1, 2),),
        (date(2010, 1, 2),),
        (date(2020, 6, 3),),
    ]
    assert carga.calidad["sentinelas"] == {"fecha_estado": 1}


def test_fechas_imposibles_y_tipos_ajenos_van_a_cuarentena(tmp_path: Path) -> None:
    carga = cargar(
        "bdua",
        [
            maestro(),
            maestro(fecha="31/02/2020"),
            maestro(fecha="03/06/0020"),
            maestro().replace("05/05/1985", "05/13/1985"),
            maestro().replace(",CC,0012345678", ",PR,0012345678"),
            maestro().replace(",CC,0012345678", ",CC,"),
            maestro("ZZ"),
            maestro().replace(",F,COL", ",Q,COL"),  # sexo is not a reason to lose a person
        ],
        tmp_path,
    )
    assert rechazos(carga) == [
        (2, "fecha_estado"),
        (3, "fecha_estado"),
        (4, "fecha_nacimiento"),
        (5, "tipo_documento"),
        (6, "numero_documento"),
        (7, "estado"),
    ]
    assert carga.calidad["informativas_ilegibles"] == {"sexo": 1}
    assert carga.calidad["rechazos_ejemplos"][
        "estado: debe ser uno de: AC, AE, AF, PL, RE, SD, SM"
    ] == [7]


def test_un_afiliado_sin_estado_o_sin_eps_no_se_pierde(tmp_path: Path) -> None:
    """Nothing can be said of it that day, which is not the same as not being in BDUA."""
    carga = cargar("bdua", [maestro(""), maestro().replace("EPS044 ", "")], tmp_path)
    assert sorted(filas(carga, "coalesce(estado, ''), coalesce(codigo_eps, '')")) == [
        ("", "EPS044"),
        ("AC", ""),
    ]
    assert carga.calidad["comprobaciones"]["sin_estado"] == 1


def test_nombres_danados_y_eps_desconocidas(tmp_path: Path) -> None:
    lineas = [
        maestro(),
        maestro().replace("MUÑOZ", "MU?OZ"),
        maestro().replace("MUÑOZ", "MUÃ‘OZ"),
        maestro().replace("EPS044 ", "EPS999"),
    ]
    carga = cargar("bdua", lineas, tmp_path)
    assert carga.calidad["comprobaciones"]["nombre_danado"] == 2
    assert carga.calidad["comprobaciones"]["eps_desconocida"] == 1


def test_afl_id_repetido(tmp_path: Path) -> None:
    otra = maestro().replace("1,EPS044", "2,EPS044", 1)
    carga = cargar("bdua", [maestro(), maestro("SM"), maestro(), otra], tmp_path)
    assert carga.calidad["repeticiones"] == {"afl_id_repetido": 2}
    assert carga.calidad["filas_iguales"] == 1
    assert "2 filas: un mismo AFL_ID tiene más de una fila abierta." in carga.avisos


@pytest.mark.parametrize("registro", ["bdua_historia_identificacion", "bdua_grupo_familiar"])
def test_historias_sin_encabezado_ni_comillas(tmp_path: Path, registro: str) -> None:
    segundo = "TI,9910000913" if registro == "bdua_historia_identificacion" else "7014,H"
    carga = cargar(registro, [f'7013,{segundo},01/01/2012,30/11/2020,EPS010"'], tmp_path)
    assert filas(carga, "desde, hasta, codigo_eps") == [
        (date(2012, 1, 1), date(2020, 11, 30), 'EPS010"')
    ]


# --- people ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estado", "clase"),
    [
        *((c, "VIGENTE") for c in ("0", "1", "12", "14")),
        *((c, "FALLECIDO") for c in ("21", "51")),
        *((str(c), "CANCELADA") for c in (*range(22, 29), *range(52, 57))),
        *((c, "PENDIENTE") for c in ("88", "99", "77")),
        ("", "PENDIENTE"),
    ],
)
def test_clase_de_la_cedula(tmp_path: Path, estado: str, clase: str | None) -> None:
    carga = cargar("rnec", ["nuip|codError|estadoCedula", f"1020304050|0|{estado}"], tmp_path)
    assert filas(carga, "clase") == [(clase,)]


def test_fecha_de_la_muerte(tmp_path: Path) -> None:
    carga = cargar(
        "rnec",
        [
            "nuip|codError|estadoCedula|fechaDefuncion|fechaAfectacion",
            "1000000001|0|21|10/06/2020|20/06/2020",
            "1000000002|0|51||20/06/2020",
            "1000000003|0|51||",
            "1000000004|0|0|10/06/2020|",
            "1000000005|1|21|10/06/2020|",
            "1000000006|||10/06/2020|",
        ],
        tmp_path,
    )
    assert filas(carga, "clase, fecha_muerte") == [
        ("FALLECIDO", date(2020, 6, 10)),
        ("FALLECIDO", date(2020, 6, 20)),
        ("FALLECIDO", None),
        ("VIGENTE", None),
        (None, None),  # an error answers nothing
        ("PENDIENTE", None),  # found, and its state is not told
    ]
    assert carga.calidad["comprobaciones"] == {
        "cedula_mal_formada": 0,
        "nombre_danado": 0,
        "muerte_sin_fecha": 1,
        "fecha_sin_muerte": 2,
        "no_hallada": 1,
    }


def test_sisben_con_coma_decimal_y_dos_fichas(tmp_path: Path) -> None:
    carga = cargar(
        "sisben",
        [
            "codigo_municipio;ficha;hogar;tipo_documento;numero_documento;puntaje",
            "5001;F1;1;CC;1020304050;47,99",
            "5001;F2;1;CC;1020304050;105",
            "5001;F2;1;TI;1020304051;alto",
        ],
        tmp_path,
    )
    assert filas(carga, "codigo_municipio, puntaje::VARCHAR") == [
        ("05001", "47.99"),
        ("05001", "105.00"),
        ("05001", None),
    ]
    assert carga.calidad["repeticiones"] == {"persona_en_dos_fichas": 1}
    assert carga.calidad["comprobaciones"]["puntaje_imposible"] == 1


# --- samples and lists -----------------------------------------------------------------------


def test_sismuestras_con_sus_defectos(tmp_path: Path) -> None:
    carga = cargar(
        "sismuestras",
        [
            "codigo_muestra,tipo_documento,numero_documento,asegurador,tipo_de_prueba,"
            "fecha_de_toma,fecha_de_resultado,resultado,codigo_laboratorio,nit_laboratorio",
            "M1,CC,9910000001,eps010 ,Molecular,2020-10-05,2020-10-04,Negativo,"
            "110010050101,9003001018",
            "M1,CC,9910000001,EPS010,MOLECULAR,2020-10-05,,,1100100501,9003001017",
            "M2,CC,9910000001,EPS010,MOLECULAR,,,POSITIVO,1100100501,900300101",
        ],
        tmp_path,
    )
    assert filas(carga, "codigo_eps, resultado, hab_procesa, nit_procesa") == [
        ("EPS010", "NEGATIVO", "1100100501", "900300101"),
        ("EPS010", None, "1100100501", None),  # the digit is not the one of the NIT
    ]
    assert rechazos(carga) == [(3, "fecha_toma")]
    assert carga.calidad["recortados"] == {"hab_procesa": 1}
    assert carga.calidad["nit_sin_dv"] == {"nit_procesa": 1}
    assert carga.calidad["informativas_ilegibles"] == {"nit_procesa": 1}
    assert carga.calidad["repeticiones"] == {"muestra_repetida": 1}
    comprobaciones = carga.calidad["comprobaciones"]
    assert comprobaciones["resultado_antes_de_la_toma"] == 1
    assert comprobaciones["sin_resultado"] == comprobaciones["sin_laboratorio"] == 1


def test_segcovid_con_fechas_sin_dia(tmp_path: Path) -> None:
    carga = cargar(
        "segcovid",
        [
            "id_caso,tipo_registro,tipo_documento,numero_documento,clasificacion,"
            "fecha_confirmacion,cumple_aislamiento",
            "C1,CASO,CC,1020304050,CONFIRMADO,1900-00-00,",
            "C1,CASO,CC,1020304051,CONFIRMADO,2020-08-11,NO",
        ],
        tmp_path,
    )
    assert filas(carga, "fecha_confirmacion, cumple_aislamiento") == [
        (None, None),
        (date(2020, 8, 11), False),
    ]
    assert carga.calidad["comprobaciones"]["confirmado_sin_fecha"] == 1
    assert carga.calidad["repeticiones"] == {"caso_repetido": 1}


def test_concepto_de_lo_compensado(tmp_path: Path) -> None:
    textos = {
        "Estado Emeregencia": "AE",
        "Activo por EMERGENCIA": "AE",
        "Pago con cotización": "COTIZACION",
        "PAGO CON COTIZACION": "COTIZACION",
        "Otra cosa": None,
    }
    encabezado = "tipo_documento,numero_documento,periodo,dias,observacion"
    lineas = [f"CC,{1020304050 + i},202006,30,{texto}" for i, texto in enumerate(textos)]
    carga = cargar("compensados", [encabezado, *lineas], tmp_path)
    assert filas(carga, "concepto, periodo") == [(c, "2020-06") for c in textos.values()]
    assert carga.calidad["comprobaciones"]["sin_concepto"] == 1


# --- documents -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tipo", "numero", "bien"),
    [
        ("CC", "123", True),
        ("CC", "12345678", True),
        ("CC", "1020304050", True),
        ("CC", "12", False),
        ("CC", "10203040501", False),
        ("CC", "10203A4050", False),
        ("TI", "1020304050", True),
        ("TI", "123456789", False),
        ("RC", "A1020304", True),
        ("RC", "102030405", False),
        ("CN", "12345678", True),
        ("CN", "1234567", False),
        ("CE", "1234567", True),
        ("CE", "12345678", False),
        ("PA", "AB123", True),
        ("PA", "AB-123", False),
        ("CD", "123", True),
        ("SC", "12345678", False),
        ("PE", "123456789012345", True),
        ("PE", "1234567890", False),
        ("PT", "1", True),
        ("AS", "08001S8125", True),
        ("AS", "8001S8125", False),
        ("MS", "08001I1", True),
    ],
)
def test_forma_del_documento(tmp_path: Path, tipo: str, numero: str, bien: bool) -> None:
    carga = cargar("bdex", ["tipo_documento,numero_documento", f"{tipo},{numero}"], tmp_path)
    assert carga.filas == 1  # the form of a document is told, and drops nobody
    assert carga.calidad["comprobaciones"]["documento_mal_formado"] == (not bien)


def test_la_cedula_de_nueve_digitos_es_un_aviso(tmp_path: Path) -> None:
    carga = cargar("bdex", ["tipo_documento,numero_documento", "CC,123456789"], tmp_path)
    assert carga.avisos == ("1 fila: la cédula tiene nueve dígitos.",)
