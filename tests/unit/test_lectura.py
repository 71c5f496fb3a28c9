"""Each bad input the reader must survive, with the words it answers."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.radicacion.lectura import Lectura, Limites, leer, leer_filas
from shared.radicacion.lectura import texto as modulo_texto
from shared.tipos import DemasiadoGrande, EntradaInvalida, Rechazo
from shared.tipos.campos import Campo, Tipo

CAMPOS = (
    Campo("nit", Tipo.DIGITOS, largo=9, alias=("nits_nit",)),
    Campo("periodo", Tipo.PERIODO),
    Campo("codigo_habilitacion", Tipo.DIGITOS, largo=10, completa_ceros=True),
    Campo("numero_sede", Tipo.DIGITOS, largo=2, completa_ceros=True),
    Campo("servicio", Tipo.TEXTO, largo=20),
    Campo("poblacion", Tipo.LISTA, valores=("ADULTO", "PEDIATRICO", "NEONATAL")),
    Campo("fecha", Tipo.FECHA),
    Campo("camas_disponibles", Tipo.ENTERO, minimo=0),
)
NOMBRES = [c.nombre for c in CAMPOS]
ENCABEZADO = ",".join(NOMBRES)
BUENA = "900100101,2021-02,0500100101,01,UCI,ADULTO,2021-02-01,8"
SUELTOS = (
    Campo("clave", Tipo.ENTERO),
    Campo("nota", Tipo.TEXTO, obligatorio=False),
    Campo("nacimiento", Tipo.FECHA, obligatorio=False),
    Campo("activo", Tipo.BOOLEANO, obligatorio=False),
    Campo("apellido", Tipo.TEXTO, largo=5, obligatorio=False, personal=True),
)

Lector = Callable[..., Lectura]


@pytest.fixture
def lee(tmp_path: Path) -> Lector:
    """Read bytes, or text in UTF-8, as a submitted file."""

    def _lee(contenido: bytes | str, campos: tuple[Campo, ...] = CAMPOS, **limites: int) -> Lectura:
        ruta = tmp_path / "entrada"
        ruta.write_bytes(contenido.encode() if isinstance(contenido, str) else contenido)
        return leer(ruta, "certificacion.csv", campos, tmp_path / "s", limites=Limites(**limites))

    return _lee


def csv_de(*filas: str, encabezado: str = ENCABEZADO) -> str:
    return "\n".join([encabezado, *filas]) + "\n"


def cambiada(**celdas: str) -> str:
    valores = dict(zip(NOMBRES, BUENA.split(","), strict=True)) | celdas
    return ",".join(valores.values())


def filas(lectura: Lectura) -> list[dict[str, Any]]:
    leidas: list[dict[str, Any]] = pq.read_table(lectura.filas).to_pylist()
    return leidas


def hallazgos(lectura: Lectura) -> list[tuple[int, str | None, str]]:
    return [tuple(h.values()) for h in pq.read_table(lectura.forma).to_pylist()]


def unico(lectura: Lectura) -> tuple[int, str | None, str]:
    [hallazgo] = hallazgos(lectura)
    assert lectura.con_error == 1
    return hallazgo


def libro(*filas_: list[Any], hoja: str = "Datos") -> openpyxl.Workbook:
    nuevo = openpyxl.Workbook()
    nuevo.active.title = hoja
    for fila in [NOMBRES, *filas_]:
        nuevo.active.append(fila)
    return nuevo


def en_bytes(libro_: openpyxl.Workbook) -> bytes:
    memoria = io.BytesIO()
    libro_.save(memoria)
    return memoria.getvalue()


def fila_hoja(**celdas: Any) -> list[Any]:
    tipadas = {"fecha": date(2021, 2, 1), "camas_disponibles": 8}
    return list((dict(zip(NOMBRES, BUENA.split(","), strict=True)) | tipadas | celdas).values())


def zip_de(**miembros: bytes | str) -> bytes:
    memoria = io.BytesIO()
    with zipfile.ZipFile(memoria, "w", zipfile.ZIP_DEFLATED) as paquete:
        for nombre, datos in miembros.items():
            paquete.writestr(nombre, datos)
    return memoria.getvalue()


# What a good file gives


def test_una_fila_buena_sale_tipada(lee: Lector) -> None:
    lectura = lee(csv_de(BUENA))

    assert (lectura.total, lectura.con_error) == (1, 0)
    assert (lectura.codificacion, lectura.separador) == ("UTF-8", ",")
    assert lectura.avisos == lectura.columnas_ignoradas == ()
    assert filas(lectura) == [
        {
            "fila": 1,
            "nit": "900100101",
            "periodo": "2021-02",
            "codigo_habilitacion": "0500100101",
            "numero_sede": "01",
            "servicio": "UCI",
            "poblacion": "ADULTO",
            "fecha": date(2021, 2, 1),
            "camas_disponibles": 8,
            "forma_ok": True,
        }
    ]
    tipos = {c.name: str(c.type) for c in pq.read_schema(lectura.filas)}
    assert tipos["fila"] == tipos["camas_disponibles"] == "int64"
    assert (tipos["fecha"], tipos["forma_ok"], tipos["nit"]) == ("date32[day]", "bool", "string")
    assert pq.read_table(lectura.forma).num_rows == 0


def test_el_caso_de_aceptacion_solo_falla_la_fila_40(tmp_path: Path) -> None:
    ruta = Path(__file__).parents[2] / "dominio" / "casos" / "anticipo_uci" / "entrada.csv"
    lectura = leer(ruta, ruta.name, CAMPOS, tmp_path)

    assert lectura.total == 40
    fila, columna, mensaje = unico(lectura)
    assert (fila, columna) == (40, "camas_disponibles")
    assert mensaje.startswith("Fila 41, columna H (camas_disponibles): «2.5» lleva decimales.")
    assert filas(lectura)[39]["nit"] == "900100101"
    assert filas(lectura)[39]["camas_disponibles"] is None


@pytest.mark.parametrize("separador", [",", ";", "\t", "|"])
def test_reconoce_el_separador(lee: Lector, separador: str) -> None:
    lectura = lee(csv_de(BUENA).replace(",", separador))

    assert (lectura.separador, lectura.con_error) == (separador, 0)


def test_la_linea_sep_de_las_hojas_de_calculo_no_es_encabezado(lee: Lector) -> None:
    lectura = lee("sep=;\n" + csv_de(BUENA, cambiada(nit="1")).replace(",", ";"))

    assert unico(lectura)[2].startswith("Fila 3, columna A (nit)")


@pytest.mark.parametrize(
    ("codec", "nombre"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_lee_cada_codificacion(lee: Lector, codec: str, nombre: str) -> None:
    lectura = lee(csv_de(cambiada(servicio="UCI niños", poblacion="pediátrico")).encode(codec))

    assert lectura.codificacion == nombre
    assert [(f["servicio"], f["poblacion"]) for f in filas(lectura)] == [
        ("UCI niños", "PEDIATRICO")
    ]
    assert any("UTF-8" in aviso for aviso in lectura.avisos) == (codec == "cp1252")


def test_bytes_que_windows_1252_no_tiene_se_leen_como_latin_1(lee: Lector) -> None:
    lectura = lee(csv_de(cambiada(servicio="UCI")).encode() + BUENA.encode() + b"\x81\xf1\n")

    assert lectura.codificacion == "ISO-8859-1"
    assert (lectura.total, lectura.con_error) == (2, 1)


@pytest.mark.parametrize("salto", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("ultimo", [True, False])
def test_cualquier_fin_de_linea(lee: Lector, salto: str, ultimo: bool) -> None:
    texto = csv_de(BUENA, cambiada(numero_sede="02")).replace("\n", salto)
    lectura = lee(texto if ultimo else texto.removesuffix(salto))

    assert lectura.total == 2
    assert [f["numero_sede"] for f in filas(lectura)] == ["01", "02"]


def test_un_retorno_suelto_en_un_archivo_normal_es_un_blanco(lee: Lector) -> None:
    lectura = lee(csv_de(cambiada(servicio="UCI\rADULTO"), BUENA, BUENA))

    assert filas(lectura)[0]["servicio"] == "UCI ADULTO"


def test_los_bloques_no_cambian_el_resultado(lee: Lector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut anywhere: quotes across blocks, CR LF cut in two, the carry of an open line."""
    cuerpo = [
        cambiada(servicio=f'"UCI\r\n{n}"' if n % 3 == 0 else f"UCI {n}", camas_disponibles=str(n))
        for n in range(40)
    ]
    texto = csv_de(*cuerpo, "", cambiada(nit="1")).replace("\n", "\r\n").replace("\r\r", "\r")
    entero = lee(texto)
    esperadas, errores = filas(entero), hallazgos(entero)
    assert esperadas[39]["servicio"] == "UCI 39"
    assert errores[0][0] == 41
    assert errores[0][2].startswith("Fila 43, columna A")
    for bloque in (61, 64, 301):
        monkeypatch.setattr(modulo_texto, "_BLOQUE", bloque)
        monkeypatch.setattr(modulo_texto, "_TANDA", 20)
        troceado = lee(texto)
        assert filas(troceado) == esperadas
        assert hallazgos(troceado) == errores


# Compressed


def test_lee_dentro_de_gzip_y_zip(lee: Lector) -> None:
    texto = csv_de(BUENA)
    assert lee(gzip.compress(texto.encode())).total == 1
    assert lee(zip_de(**{"a.csv": texto, "__MACOSX/._a.csv": "x"})).total == 1
    assert lee(zip_de(**{"a.xlsx": en_bytes(libro(fila_hoja()))})).total == 1


def rechazo(lee: Lector, contenido: bytes | str, **limites: int) -> Rechazo:
    with pytest.raises(Rechazo) as hallado:
        lee(contenido, **limites)
    assert isinstance(hallado.value, EntradaInvalida | DemasiadoGrande)
    assert hallado.value.extra["archivo"] == "certificacion.csv"
    return hallado.value


def test_gzip_truncado(lee: Lector) -> None:
    entero = gzip.compress(csv_de(*[BUENA] * 50).encode())
    assert rechazo(lee, entero[:-12]).codigo == "archivo.comprimido_danado"
    assert rechazo(lee, entero[:5]).codigo == "archivo.comprimido_danado"


def test_zip_danado(lee: Lector) -> None:
    entero = bytearray(zip_de(**{"a.csv": csv_de(*[BUENA] * 50)}))
    assert rechazo(lee, bytes(entero[:60])).codigo == "archivo.comprimido_danado"
    entero[50] ^= 0xFF
    assert rechazo(lee, bytes(entero)).codigo == "archivo.comprimido_danado"


@pytest.mark.parametrize("envolver", [gzip.compress, lambda datos: zip_de(**{"a.csv": datos})])
def test_bomba_se_corta_mientras_se_descomprime(
    lee: Lector, tmp_path: Path, envolver: Callable[[bytes], bytes]
) -> None:
    bomba = envolver(b"0" * 60_000_000)
    assert len(bomba) < 100_000
    error = rechazo(lee, bomba, descomprimido=1_000_000)
    assert (error.codigo, error.estado_http) == ("archivo.demasiado_grande", 413)
    assert list((tmp_path / "s").iterdir()) == []


def test_el_limite_vale_tambien_sin_comprimir(lee: Lector) -> None:
    assert rechazo(lee, csv_de(BUENA), descomprimido=100).codigo == "archivo.demasiado_grande"


def test_comprimido_dentro_de_otro(lee: Lector) -> None:
    dentro = zip_de(**{"a.csv": csv_de(BUENA)})
    assert rechazo(lee, zip_de(**{"b.zip": dentro})).codigo == "archivo.comprimido_anidado"
    assert rechazo(lee, gzip.compress(gzip.compress(b"a"))).codigo == "archivo.comprimido_anidado"


def test_zip_con_varios_o_ningun_archivo(lee: Lector) -> None:
    error = rechazo(lee, zip_de(**{"a.csv": "a", "b.csv": "b"}))
    assert error.codigo == "archivo.comprimido_varios"
    assert "2 archivos" in error.detalle
    assert rechazo(lee, zip_de()).codigo == "archivo.comprimido_varios"


def test_zip_con_contrasena(lee: Lector) -> None:
    datos = bytearray(zip_de(**{"a.csv": csv_de(BUENA)}))
    datos[6] |= 1  # the encryption bit of the local header and of the central directory
    datos[datos.index(b"PK\x01\x02") + 8] |= 1
    assert rechazo(lee, bytes(datos)).codigo == "archivo.cifrado"


# The file as a whole


def test_cero_bytes(lee: Lector) -> None:
    error = rechazo(lee, b"")
    assert error.codigo == "archivo.vacio"
    assert "0 bytes" in error.detalle
    assert rechazo(lee, gzip.compress(b"")).codigo == "archivo.vacio"


@pytest.mark.parametrize("blanco", [b"\n \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\xff\xfe"])
def test_solo_blancos(lee: Lector, blanco: bytes) -> None:
    assert rechazo(lee, blanco).codigo == "archivo.vacio"


@pytest.mark.parametrize("cola", ["", "\n", "\n\n \n,,,,,,,\n"])
def test_solo_encabezado(lee: Lector, cola: str) -> None:
    assert rechazo(lee, ENCABEZADO + cola).codigo == "archivo.sin_filas"


def test_sin_encabezado(lee: Lector) -> None:
    error = rechazo(lee, f"{BUENA}\n{BUENA}\n")
    assert error.codigo == "archivo.sin_encabezado"
    assert "camas_disponibles" in error.detalle


def test_separador_que_no_se_admite(lee: Lector) -> None:
    error = rechazo(lee, csv_de(BUENA).replace(",", ":"))
    assert error.codigo == "archivo.separador_desconocido"


def test_columna_mal_escrita_dice_cual_se_parece(lee: Lector) -> None:
    error = rechazo(lee, csv_de(BUENA).replace("numero_sede", "num sede"))
    assert error.codigo == "archivo.falta_columna"
    assert error.detalle == (
        "Falta la columna numero_sede y sobra «num sede». Si son la misma, cámbiele el nombre."
    )
    assert error.extra["sugerencias"] == {"numero_sede": "num sede"}


def test_todas_las_columnas_que_faltan_y_las_repetidas_a_la_vez(lee: Lector) -> None:
    error = rechazo(lee, "nit,NIT,zzz\n1,2,3\n")
    assert error.extra["faltan"] == NOMBRES[1:]
    assert "«zzz»" in error.detalle
    assert "La columna nit está repetida" in error.detalle


def test_columna_repetida(lee: Lector) -> None:
    error = rechazo(lee, csv_de(f"{BUENA},1", encabezado=f"{ENCABEZADO}, Nit "))
    assert error.codigo == "archivo.columna_repetida"
    assert "«nit» (columna 1) y «Nit» (columna 9)" in error.detalle


def test_encabezado_con_tildes_mayusculas_y_espacios(lee: Lector) -> None:
    raro = (
        "NIT , Período,Código Habilitación,NÚMERO_SEDE,Servicio,Población,Fecha,camas-Disponibles "
    )
    assert lee(csv_de(BUENA, encabezado=raro)).con_error == 0


def test_alias_y_columnas_de_mas(lee: Lector) -> None:
    encabezado = f"obs,{ENCABEZADO.replace('nit', 'NITS_NIT')},"
    lectura = lee(csv_de(f"x,{BUENA},", encabezado=encabezado))

    assert lectura.columnas_ignoradas == ("obs",)
    assert filas(lectura)[0]["nit"] == "900100101"
    assert lectura.con_error == 0


def test_el_nombre_propio_gana_al_alias(lee: Lector) -> None:
    lectura = lee(csv_de(f"1,{BUENA}", encabezado=f"nits_nit,{ENCABEZADO}"))

    assert filas(lectura)[0]["nit"] == "900100101"
    assert lectura.columnas_ignoradas == ("nits_nit",)


def test_columna_opcional_ausente_se_lee_vacia(lee: Lector) -> None:
    lectura = lee("clave\n1\n", SUELTOS)

    assert filas(lectura)[0]["nota"] is None
    assert any("nota" in aviso for aviso in lectura.avisos)


@pytest.mark.parametrize(
    ("contenido", "pista"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "imagen"),
        (b"<html><table>", "página web"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), ".xls"),
        (bytes(range(32)) * 50, "no es de texto"),
    ],
)
def test_otro_tipo_de_archivo(lee: Lector, contenido: bytes, pista: str) -> None:
    error = rechazo(lee, contenido)
    assert error.codigo == "archivo.tipo_desconocido"
    assert pista in error.detalle


def test_linea_sin_fin_no_se_carga(lee: Lector, tmp_path: Path) -> None:
    ruta = tmp_path / "larga"
    with ruta.open("wb") as archivo:
        archivo.write(ENCABEZADO.encode() + b"\n")
        for _ in range(200):
            archivo.write(b"9" * 1024 * 1024)
    tracemalloc.start()
    try:
        with pytest.raises(DemasiadoGrande) as hallado:
            leer(ruta, "larga.csv", CAMPOS, tmp_path / "s")
        pico = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert hallado.value.codigo == "archivo.linea_larga"
    assert pico < 100 * 1024 * 1024


def test_limite_de_linea_exacto(lee: Lector) -> None:
    texto = csv_de(BUENA)
    assert lee(texto, linea=len(ENCABEZADO)).total == 1
    assert rechazo(lee, texto, linea=len(ENCABEZADO) - 1).codigo == "archivo.linea_larga"


def test_demasiadas_filas_o_columnas(lee: Lector) -> None:
    assert lee(csv_de(BUENA, BUENA), filas=2).total == 2
    assert rechazo(lee, csv_de(*[BUENA] * 3), filas=2).codigo == "archivo.demasiadas_filas"
    assert rechazo(lee, csv_de(BUENA), columnas=7).codigo == "archivo.demasiado_grande"


def test_utf16_cortado(lee: Lector) -> None:
    assert rechazo(lee, csv_de(BUENA).encode("utf-16")[:-1]).codigo == "archivo.ilegible"


# Rows


def test_mas_o_menos_celdas_que_el_encabezado(lee: Lector) -> None:
    lectura = lee(csv_de(BUENA, f"{BUENA},1", BUENA.rpartition(",")[0], BUENA))

    assert [(f, c) for f, c, _ in hallazgos(lectura)] == [(2, None), (3, None)]
    assert hallazgos(lectura)[0][2] == (
        "Fila 3: tiene 9 celdas y el encabezado 8. Si un valor lleva «,», enciérrelo entre "
        "comillas."
    )
    assert "Fila 4: tiene 7 celdas" in hallazgos(lectura)[1][2]
    assert [f["forma_ok"] for f in filas(lectura)] == [True, False, False, True]
    assert filas(lectura)[1]["nit"] is None


def test_celdas_vacias_de_mas_se_omiten_con_aviso(lee: Lector) -> None:
    lectura = lee(csv_de(f"{BUENA},,", f"{BUENA}, "))

    assert lectura.con_error == 0
    assert "celdas vacías de más" in lectura.avisos[0]


def test_lineas_en_blanco_no_son_filas_y_no_corren_la_numeracion(lee: Lector) -> None:
    lectura = lee(f"\n{csv_de('', BUENA, ',,,,,,,', '  ', cambiada(nit='x'), '')}")

    assert [f["fila"] for f in filas(lectura)] == [1, 2]
    fila, _, mensaje = unico(lectura)
    assert fila == 2
    assert mensaje.startswith("Fila 7, columna A (nit)")


def test_salto_de_linea_entre_comillas(lee: Lector) -> None:
    lectura = lee(csv_de(cambiada(servicio='"UCI\n\nADULTO"'), cambiada(nit="x")))

    assert filas(lectura)[0]["servicio"] == "UCI ADULTO"
    assert unico(lectura)[0] == 2
    assert unico(lectura)[2].startswith("Fila 3,")


def test_todo_entre_comillas(lee: Lector) -> None:
    lectura = lee('"' + csv_de(BUENA).replace(",", '","').replace("\n", '"\n"').rstrip('"'))

    assert filas(lectura)[0]["servicio"] == "UCI"
    assert lectura.con_error == 0


@pytest.mark.parametrize(
    "servicio", ['"UCI', '"UCI"X', '"UCI" "'], ids=["abierta", "seguida", "abierta al final"]
)
def test_una_comilla_suelta_dana_solo_su_fila(lee: Lector, servicio: str) -> None:
    lectura = lee(
        csv_de(BUENA, cambiada(servicio=servicio), BUENA, cambiada(servicio='"UCI, dos"'), BUENA)
    )

    assert lectura.total == 5
    fila, columna, mensaje = unico(lectura)
    assert (fila, columna) == (2, None)
    assert mensaje.startswith("Fila 3: tiene una comilla sin cerrar o mal puesta.")
    assert filas(lectura)[3]["servicio"] == "UCI, dos"


def test_dos_comillas_sueltas_no_se_comen_las_filas_de_enmedio(lee: Lector) -> None:
    lectura = lee(csv_de(cambiada(servicio='"UCI'), BUENA, BUENA, cambiada(servicio='UCI"'), BUENA))

    assert lectura.total == 5
    assert [f["forma_ok"] for f in filas(lectura)] == [False, True, True, True, True]
    assert filas(lectura)[3]["servicio"] == 'UCI"'


def test_muchas_comillas_sueltas_no_cuestan_al_cuadrado(lee: Lector) -> None:
    lectura = lee(csv_de(*[f'"{BUENA}'] * 5_000))

    assert (lectura.total, lectura.con_error) == (5_000, 5_000)


def test_celda_enorme(lee: Lector) -> None:
    lectura = lee(csv_de(cambiada(servicio='"' + "x" * 200_000 + '"'), BUENA))

    assert unico(lectura)[2] == "Fila 2: tiene una celda demasiado larga. Acorte el texto."


def test_varias_celdas_malas_de_una_fila_se_dicen_todas(lee: Lector) -> None:
    lectura = lee(csv_de("x,2021-13,05,001,,OTRO,31/02/2021,-1"))

    assert [c for _, c, _ in hallazgos(lectura)] == NOMBRES
    assert lectura.con_error == 1
    assert all(filas(lectura)[0][nombre] is None for nombre in NOMBRES)


@pytest.mark.parametrize(
    ("columna", "valor", "dice"),
    [
        ("nit", "", "está vacía y es obligatoria. Escriba exactamente 9 dígitos"),
        ("nit", "900.100.101", "Escriba exactamente 9 dígitos, sin puntos"),
        ("nit", "9001001011", "tiene 10 dígitos"),
        ("nit", "9.001E+8", "notación científica"),
        ("nit", "N/A", "no es un dato"),
        ("nit", "٩٠٠١٠٠١٠١", "Escriba exactamente 9 dígitos"),
        ("periodo", "2021-13", "Escriba el periodo como AAAA-MM"),
        ("periodo", "02/2021", "Escriba el periodo como AAAA-MM"),
        ("codigo_habilitacion", "50010010", "tiene 8 dígitos"),
        ("servicio", "X" * 21, "tiene 21 caracteres y caben 20"),
        ("servicio", "U\x00CI", "caracteres ilegibles"),
        ("servicio", "UCI\ufffd", "caracteres ilegibles"),
        ("servicio", "UCI\x07", "caracteres ilegibles"),
        ("servicio", "\x1aformula", "caracteres ilegibles"),
        ("poblacion", "ADULTOS", "uno de estos valores: ADULTO, PEDIATRICO, NEONATAL"),
        ("fecha", "31/02/2021", "no dice cuál es el día y cuál el mes. Escriba la fecha como AAAA"),
        ("fecha", "1/2/21", "no dice cuál es el día"),
        ("fecha", "2021-02-31", "no existe en el calendario"),
        ("fecha", "1900-00-00", "no existe en el calendario"),
        ("fecha", "1900-01-01", "no es una fecha real"),
        ("fecha", "9999-12-31", "no es una fecha real"),
        ("fecha", "0021-02-01", "fuera de los años 1900 a 2100"),
        ("fecha", "2021-2-1", "AAAA-MM-DD"),
        ("fecha", "2021-02-01 00:00:00", "trae también la hora"),
        ("camas_disponibles", "-3", "es negativo"),
        ("camas_disponibles", "2.5", "lleva decimales"),
        ("camas_disponibles", "2.0", "lleva decimales"),
        ("camas_disponibles", '"2,5"', "lleva decimales"),
        ("camas_disponibles", "1.000", "separador de miles"),
        ("camas_disponibles", '"1,000"', "separador de miles"),
        ("camas_disponibles", "1 000", "separador de miles"),
        ("camas_disponibles", "99999999999999999999", "demasiado grande"),
        ("camas_disponibles", "1e3", "Escriba un número entero"),
        ("camas_disponibles", "=cmd()", "Escriba un número entero"),
        ("camas_disponibles", "ocho", "Escriba un número entero"),
    ],
)
def test_celda_mala(lee: Lector, columna: str, valor: str, dice: str) -> None:
    lectura = lee(csv_de(BUENA, cambiada(**{columna: valor}), BUENA))

    fila, donde, mensaje = unico(lectura)
    lugar = "ABCDEFGH"[NOMBRES.index(columna)]
    assert (fila, donde) == (2, columna)
    assert mensaje.startswith(f"Fila 3, columna {lugar} ({columna}): ")
    assert dice in mensaje
    malas = {n for n in NOMBRES if filas(lectura)[1][n] is None}
    assert malas == {columna}


@pytest.mark.parametrize(
    ("columna", "valor", "leido"),
    [
        ("servicio", "  UCI \u00a0 de   adultos ", "UCI de adultos"),
        ("servicio", "=cmd()", "=cmd()"),
        ("servicio", 'UCI "A"', 'UCI "A"'),
        ("poblacion", " Pediátrico ", "PEDIATRICO"),
        ("codigo_habilitacion", "500100101", "0500100101"),
        ("numero_sede", "1", "01"),
        ("camas_disponibles", "007", 7),
        ("camas_disponibles", "0", 0),
        ("fecha", "2020-02-29", date(2020, 2, 29)),
    ],
)
def test_celda_que_se_admite(lee: Lector, columna: str, valor: str, leido: object) -> None:
    lectura = lee(csv_de(cambiada(**{columna: valor})))

    assert hallazgos(lectura) == []
    assert filas(lectura)[0][columna] == leido


def test_los_ceros_devueltos_se_cuentan_en_un_aviso(lee: Lector) -> None:
    lectura = lee(csv_de(cambiada(numero_sede="1"), cambiada(numero_sede="2"), BUENA))

    assert lectura.avisos == (
        "A 2 valores de numero_sede les faltaba el cero inicial y se completó.",
    )


def test_booleanos_y_opcionales(lee: Lector) -> None:
    valores = ["SI", "sí", "s", "1", "NO", "n", "0", ""]
    lectura = lee(
        "clave,activo,nacimiento\n" + "".join(f"{n},{v},\n" for n, v in enumerate(valores)), SUELTOS
    )
    assert [f["activo"] for f in filas(lectura)] == [True] * 4 + [False] * 3 + [None]
    assert lectura.con_error == 0


def test_fecha_centinela_en_columna_opcional_es_vacio(lee: Lector) -> None:
    lectura = lee("clave,nacimiento\n1,1900-01-01\n2,N/A\n", SUELTOS)

    assert filas(lectura)[0] | {"fila": 0} == {
        "fila": 0,
        "clave": 1,
        "nota": None,
        "nacimiento": None,
        "activo": None,
        "apellido": None,
        "forma_ok": True,
    }
    assert "deje la celda vacía" in unico(lectura)[2]


def test_un_dato_personal_no_sale_en_el_mensaje(lee: Lector) -> None:
    lectura = lee("clave,apellido\n1,GUTIERREZ\n2,GUTI\x07\n", SUELTOS)

    assert lectura.con_error == 2
    assert not any("GUTI" in mensaje for _, _, mensaje in hallazgos(lectura))


def test_el_eco_de_un_valor_es_corto(lee: Lector) -> None:
    mensaje = unico(lee(csv_de(cambiada(poblacion="Z" * 5000))))[2]
    assert "Z" * 40 + "…" in mensaje
    assert "Z" * 41 not in mensaje


# XLSX


def test_hoja_de_calculo(lee: Lector) -> None:
    mes = datetime(2021, 2, 1)  # noqa: DTZ001 - a cell has no zone
    lectura = lee(
        en_bytes(
            libro(
                fila_hoja(),
                fila_hoja(nit=900100101, codigo_habilitacion=500100101, numero_sede=1, periodo=mes),
            )
        )
    )
    primera, segunda = (dict(f, fila=0) for f in filas(lectura))
    assert lectura.con_error == 0
    assert primera == segunda
    assert (lectura.codificacion, lectura.separador) == (None, None)


def test_hoja_con_filas_y_columnas_vacias_antes(lee: Lector) -> None:
    nuevo = openpyxl.Workbook()
    for j, nombre in enumerate(NOMBRES):
        nuevo.active.cell(3, j + 2, nombre)
        nuevo.active.cell(6, j + 2, fila_hoja(nit="12")[j])
    lectura = lee(en_bytes(nuevo))

    assert unico(lectura)[0] == 1
    assert unico(lectura)[2].startswith("Fila 6, columna B (nit): «12» tiene 2 dígitos.")


def test_se_lee_la_hoja_datos_aunque_no_sea_la_primera(lee: Lector) -> None:
    nuevo = libro(fila_hoja())
    nuevo.create_sheet("Portada", 0).append(["hola"])
    lectura = lee(en_bytes(nuevo))

    assert lectura.total == 1
    assert lectura.avisos == ("Se leyó la hoja «Datos»; las demás no se tuvieron en cuenta.",)


def test_formulas(lee: Lector) -> None:
    lectura = lee(en_bytes(libro(fila_hoja(), fila_hoja(camas_disponibles="=4+4", servicio="=A1"))))
    assert [(f, c) for f, c, _ in hallazgos(lectura)] == [(2, "servicio"), (2, "camas_disponibles")]
    assert hallazgos(lectura)[1][2] == (
        "Fila 3, columna H (camas_disponibles): la celda tiene una fórmula. Copie la columna y "
        "pegue solo el valor."
    )


def test_una_fila_con_solo_formulas_no_es_una_fila_en_blanco(lee: Lector) -> None:
    lectura = lee(en_bytes(libro(fila_hoja(), [None] * 7 + ["=1"])))

    assert lectura.total == 2


def test_celdas_combinadas(lee: Lector) -> None:
    nuevo = libro(fila_hoja(), fila_hoja(), fila_hoja())
    nuevo.active.merge_cells("E3:E4")
    nuevo.active.merge_cells("J1:K9")
    lectura = lee(en_bytes(nuevo))

    assert [(f, c) for f, c, _ in hallazgos(lectura)] == [(2, "servicio"), (3, "servicio")]
    assert "Fila 4, columna E (servicio): la celda está combinada" in hallazgos(lectura)[1][2]


def test_error_de_la_hoja_y_numero_que_perdio_digitos(lee: Lector) -> None:
    nuevo = libro(fila_hoja(servicio="#N/A"), fila_hoja(servicio=1234567890123456789))
    lectura = lee(en_bytes(nuevo))

    assert "error de la hoja" in hallazgos(lectura)[0][2]
    assert "más de 15 dígitos" in hallazgos(lectura)[1][2]


def test_numero_con_decimales_y_fecha_con_hora(lee: Lector) -> None:
    hora = datetime(2021, 2, 1, 5, 6)  # noqa: DTZ001 - a cell has no zone
    lectura = lee(en_bytes(libro(fila_hoja(camas_disponibles=2.5), fila_hoja(fecha=hora))))

    assert "«2.5» lleva decimales" in hallazgos(lectura)[0][2]
    assert "trae también la hora" in hallazgos(lectura)[1][2]


def test_hoja_vacia_o_con_titulo(lee: Lector) -> None:
    assert rechazo(lee, en_bytes(openpyxl.Workbook())).codigo == "archivo.vacio"
    titulo = openpyxl.Workbook()
    titulo.active.append(["Certificación de camas"])
    titulo.active.append(NOMBRES)
    assert rechazo(lee, en_bytes(titulo)).codigo == "archivo.sin_encabezado"


def _con_parte(datos: bytes, parte: str, nuevo: bytes) -> bytes:
    memoria = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(datos)) as viejo,
        zipfile.ZipFile(memoria, "w", zipfile.ZIP_DEFLATED) as paquete,
    ):
        for nombre in viejo.namelist():
            paquete.writestr(nombre, nuevo if nombre == parte else viejo.read(nombre))
    return memoria.getvalue()


_HOJA = "xl/worksheets/sheet1.xml"
_ABRE = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    "celda",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c\ns='0'  r='XFD1048576'><v>1</v></c></row>",
        b'<row r="2">' + b"<c><v>1</v></c>" * 300 + b"</row>" + b"<row/>" * 90_000,
    ],
    ids=["lejana", "otra escritura", "sin referencia"],
)
def test_hoja_dispersa_no_reserva_el_rectangulo(lee: Lector, celda: bytes) -> None:
    """One far cell would make the library ask for 17,000 million."""
    bomba = _con_parte(
        en_bytes(libro(fila_hoja())),
        _HOJA,
        _ABRE + b'<row r="1"><c r="A1"><v>1</v></c></row>' + celda + b"</sheetData></worksheet>",
    )
    assert rechazo(lee, bomba).codigo == "archivo.demasiado_grande"


def test_bomba_en_una_parte_del_libro(lee: Lector) -> None:
    bomba = _con_parte(en_bytes(libro(fila_hoja())), "xl/styles.xml", b" " * 5_000_000)
    assert rechazo(lee, bomba, hoja=1_000_000).codigo == "archivo.demasiado_grande"


def test_entidades_xml(lee: Lector) -> None:
    entidad = b'<!DOCTYPE x [<!ENTITY a "b">]><workbook>&a;</workbook>'
    bomba = _con_parte(en_bytes(libro(fila_hoja())), "xl/workbook.xml", entidad)
    assert rechazo(lee, bomba).codigo == "archivo.ilegible"


def test_libro_danado(lee: Lector) -> None:
    sano = en_bytes(libro(fila_hoja()))
    roto = _con_parte(sano, _HOJA, _ABRE + b'<row r="1"><c r="A1"')
    assert rechazo(lee, roto).codigo == "archivo.ilegible"
    sin_hoja = _con_parte(sano, "xl/_rels/workbook.xml.rels", b"<Relationships/>")
    assert rechazo(lee, sin_hoja).codigo == "archivo.ilegible"
    assert rechazo(lee, sano[:-30]).codigo == "archivo.comprimido_danado"


def test_libro_con_contrasena(lee: Lector) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    assert rechazo(lee, ole).codigo == "archivo.cifrado"


# Parquet and JSON


def parquet(**columnas: Any) -> bytes:
    memoria = io.BytesIO()
    base: dict[str, Any] = {n: [v] for n, v in zip(NOMBRES, BUENA.split(","), strict=True)}
    pq.write_table(pa.table(base | columnas), memoria)
    return memoria.getvalue()


@pytest.mark.parametrize(
    ("columna", "valor"),
    [
        ("camas_disponibles", pa.array([8])),
        ("camas_disponibles", pa.array([8.0])),
        ("fecha", pa.array([date(2021, 2, 1)])),
        ("fecha", pa.array([datetime(2021, 2, 1)])),  # noqa: DTZ001
        ("poblacion", pa.array(["adulto"]).dictionary_encode()),
        ("numero_sede", pa.array([1], pa.int8())),
        ("servicio", pa.array(["UCI"], pa.large_string())),
    ],
)
def test_parquet_con_tipos_propios(lee: Lector, columna: str, valor: pa.Array) -> None:
    lectura = lee(parquet(**{columna: valor}))

    assert hallazgos(lectura) == []
    assert filas(lectura) == filas(lee(csv_de(BUENA)))


def test_parquet_con_celdas_malas(lee: Lector) -> None:
    lectura = lee(parquet(camas_disponibles=[2.5], nit=pa.array([None], pa.string())))

    assert [m for _, _, m in hallazgos(lectura)] == [
        "Fila 1, columna nit: la celda está vacía y es obligatoria. Escriba exactamente 9 dígitos, "
        "sin puntos ni espacios.",
        "Fila 1, columna camas_disponibles: «2.5» lleva decimales. Escriba un número entero desde "
        "0, sin decimales ni separador de miles.",
    ]


def test_parquet_con_nan_es_vacio(lee: Lector) -> None:
    assert "vacía" in unico(lee(parquet(camas_disponibles=[float("nan")])))[2]


def test_parquet_con_columnas_que_no_son_celdas(lee: Lector) -> None:
    error = rechazo(lee, parquet(servicio=[["UCI"]], nit=[b"900100101"]))
    assert error.codigo == "archivo.tipo_columna"
    assert "nit" in error.detalle
    assert "servicio" in error.detalle


def test_parquet_danado(lee: Lector) -> None:
    entero = parquet()
    assert rechazo(lee, entero[:-20]).codigo == "archivo.ilegible"
    assert rechazo(lee, b"PAR1" + bytes(40)).codigo == "archivo.ilegible"
    largo = struct.pack("<I", 2**31 - 1)
    assert rechazo(lee, entero[:-8] + largo + b"PAR1").codigo == "archivo.ilegible"


def test_parquet_sin_filas_o_sin_columnas(lee: Lector) -> None:
    vacio = {n: pa.array([], pa.string()) for n in NOMBRES}
    assert rechazo(lee, parquet(**vacio)).codigo == "archivo.sin_filas"
    memoria = io.BytesIO()
    pq.write_table(pa.table({"nit": ["9"]}), memoria)
    assert rechazo(lee, memoria.getvalue()).codigo == "archivo.falta_columna"


def test_filas_json(tmp_path: Path) -> None:
    buena: dict[str, Any] = dict(zip(NOMBRES, BUENA.split(","), strict=True))
    lectura = leer_filas(
        [
            buena | {"camas_disponibles": 8, "extra": 1},
            buena | {"camas_disponibles": 2.5, "nit": ["9"]},
            {k: v for k, v in buena.items() if k != "fecha"} | {"servicio": "U\ud800"},
        ],
        CAMPOS,
        tmp_path,
    )
    assert lectura.columnas_ignoradas == ("extra",)
    assert [(f, c) for f, c, _ in hallazgos(lectura)] == [
        (2, "nit"),
        (2, "camas_disponibles"),
        (3, "servicio"),
        (3, "fecha"),
    ]
    assert "vino una lista o un objeto" in hallazgos(lectura)[0][2]


def test_json_sin_filas_o_sin_columnas(tmp_path: Path) -> None:
    with pytest.raises(EntradaInvalida, match="al menos una"):
        leer_filas([], CAMPOS, tmp_path)
    with pytest.raises(EntradaInvalida, match="Falta la columna nit"):
        leer_filas([dict.fromkeys(NOMBRES[1:], "1")], CAMPOS, tmp_path)


def test_un_archivo_rechazado_no_deja_nada(lee: Lector, tmp_path: Path) -> None:
    rechazo(lee, csv_de(*[BUENA] * 3), filas=2)
    assert list((tmp_path / "s").iterdir()) == []
