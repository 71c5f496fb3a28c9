"""Money, identifiers, months, the clock, refusals and the declaration of columns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tipos import (
    BOGOTA,
    Centavos,
    CodigoDivipola,
    CodigoHabilitacion,
    CodigoSede,
    Conflicto,
    DocumentoIdentidad,
    EntradaInvalida,
    Nit,
    NoAutenticado,
    NoEncontrado,
    Periodo,
    Prohibido,
    Rechazo,
    RelojFijo,
    RelojSistema,
    a_decimal,
    de_decimal,
    digito_verificacion,
    formato_pesos,
    pesos,
    repartir,
)
from shared.tipos.campos import Campo, Tipo, plegar_encabezado, plegar_valor, sin_tildes
from shared.tipos.documentos import TIPOS_DOCUMENTO, normalizar_documento


@pytest.mark.parametrize(
    ("centavos", "decimal"),
    [(0, "0.00"), (5, "0.05"), (8_652_150, "86521.50"), (-5, "-0.05"), (-12_345, "-123.45")],
)
def test_centavos_a_decimal(centavos: int, decimal: str) -> None:
    assert a_decimal(centavos) == decimal
    assert de_decimal(decimal) == centavos


@given(st.integers(-(10**18), 10**18))
def test_ida_y_vuelta_por_decimal(centavos: int) -> None:
    assert de_decimal(a_decimal(centavos)) == centavos


@pytest.mark.parametrize(
    ("texto", "centavos"), [("7", 700), ("7.5", 750), ("7.05", 705), (" 7.50 ", 750), ("-7", -700)]
)
def test_decimal_con_menos_cifras(texto: str, centavos: int) -> None:
    assert de_decimal(texto) == centavos


@pytest.mark.parametrize(
    "texto", ["", "-", ".", "7.", ".5", "1.234.567", "1,5", "7.505", "7e3", "$7", "٣", "7.²", "NaN"]
)
def test_lo_que_no_es_un_valor_dice_como_se_escribe(texto: str) -> None:
    with pytest.raises(EntradaInvalida, match=r"86521\.50"):
        de_decimal(texto)


@pytest.mark.parametrize(
    ("centavos", "escrito"),
    [
        (124_293_998_200, "$ 1.242.939.982"),
        (8_652_150, "$ 86.521,50"),
        (0, "$ 0"),
        (-150, "$ -1,50"),
    ],
)
def test_pesos_como_se_escriben(centavos: int, escrito: str) -> None:
    assert formato_pesos(centavos) == escrito


def test_pesos_son_cien_centavos() -> None:
    assert pesos(456_482) == 45_648_200


@given(
    st.integers(0, 10**15),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(lambda p: sum(p) > 0),
)
def test_repartir_suma_exacto_y_a_menos_de_un_centavo(total: int, proporciones: list[int]) -> None:
    partes = repartir(Centavos(total), proporciones)
    assert sum(partes) == total
    suma = sum(proporciones)
    for parte, peso in zip(partes, proporciones, strict=True):
        assert abs(parte * suma - total * peso) < suma
        assert parte == 0 if peso == 0 else parte >= 0


def test_en_un_empate_gana_la_primera_parte() -> None:
    assert repartir(Centavos(10), [1, 1, 1]) == [4, 3, 3]


@pytest.mark.parametrize(("total", "proporciones"), [(-1, [1]), (1, []), (1, [0]), (1, [2, -1])])
def test_repartir_lo_imposible(total: int, proporciones: list[int]) -> None:
    with pytest.raises(ValueError, match="repartir"):
        repartir(Centavos(total), proporciones)


@pytest.mark.parametrize(
    ("nit", "dv"),
    [("900100101", "1"), ("900100202", "5"), ("900100303", "0"), ("901037916", "1")],
)
def test_digito_de_verificacion(nit: str, dv: str) -> None:
    assert digito_verificacion(nit) == dv
    assert str(Nit.con_dv(nit, dv)) == nit
    assert Nit(nit).dv == dv


def test_un_digito_errado_dice_cual_es() -> None:
    with pytest.raises(EntradaInvalida, match="900100101 lleva dígito 1; usted escribió 2"):
        Nit.con_dv("900100101", "2")


@pytest.mark.parametrize("nit", ["", "90010010", "9001001011", "900.100.1", "٩٠٠١٠٠١٠١"])
def test_lo_que_no_es_un_nit(nit: str) -> None:
    with pytest.raises(EntradaInvalida, match="9 dígitos"):
        Nit(nit)


def test_los_codigos_recuperan_su_cero() -> None:
    assert CodigoHabilitacion.de(" 500100101 ").codigo == "0500100101"
    assert CodigoSede.de("50010010101").codigo == "050010010101"
    assert CodigoDivipola.de("5001").codigo == "05001"


def test_las_partes_de_un_codigo() -> None:
    prestador = CodigoHabilitacion("0504500101")
    assert prestador.municipio == CodigoDivipola("05045")
    assert prestador.municipio.departamento == "05"
    sede = prestador.sede("2")
    assert sede == CodigoSede("050450010102")
    assert (sede.codigo_habilitacion, sede.numero_sede) == ("0504500101", "02")
    assert (str(prestador), str(sede)) == ("0504500101", "0504500101-02")
    assert str(prestador.municipio) == "05045"


@pytest.mark.parametrize(
    ("clase", "codigo"),
    [
        (CodigoHabilitacion, "50010010"),
        (CodigoHabilitacion, "05001001O1"),
        (CodigoSede, "0500100101"),
        (CodigoDivipola, "501"),
    ],
)
def test_codigos_de_otro_largo(clase: Any, codigo: str) -> None:
    with pytest.raises(EntradaInvalida, match="no tiene"):
        clase.de(codigo)


@pytest.mark.parametrize(
    ("tipo", "numero", "normal"),
    [
        ("cc", " 1.020.304 ", ("CC", "1020304")),
        ("TI", "0010", ("TI", "10")),
        ("PA", "0ab12", ("PA", "0AB12")),
        ("RC", "0012", ("RC", "0012")),
    ],
)
def test_documento_normalizado(tipo: str, numero: str, normal: tuple[str, str]) -> None:
    assert normalizar_documento(tipo, numero) == normal
    documento = DocumentoIdentidad.de(tipo, numero)
    assert (documento.tipo, documento.numero) == normal


def test_un_documento_no_se_muestra_entero() -> None:
    documento = DocumentoIdentidad.de("CC", "1020304050")
    assert repr(documento) == str(documento) == "DocumentoIdentidad(CC …050)"


@pytest.mark.parametrize(("tipo", "numero"), [("XX", "1020304050"), ("CC", " 000 ")])
def test_un_documento_invalido_no_muestra_el_numero(tipo: str, numero: str) -> None:
    with pytest.raises(EntradaInvalida) as error:
        DocumentoIdentidad.de(tipo, numero)
    assert "1020304050" not in error.value.detalle


def test_los_tipos_de_documento_son_distintos() -> None:
    assert len(set(TIPOS_DOCUMENTO)) == len(TIPOS_DOCUMENTO)


@pytest.mark.parametrize(
    ("texto", "dias", "siguiente"),
    [
        ("2021-02", 28, "2021-03"),
        ("2020-02", 29, "2020-03"),
        ("1900-02", 28, "1900-03"),
        (" 2020-12 ", 31, "2021-01"),
    ],
)
def test_periodo(texto: str, dias: int, siguiente: str) -> None:
    periodo = Periodo.de(texto)
    assert str(periodo) == texto.strip()
    assert periodo.dias == dias
    assert str(periodo.siguiente()) == siguiente
    assert periodo.primer_dia.day == 1
    assert periodo.ultimo_dia + timedelta(days=1) == periodo.siguiente().primer_dia
    assert Periodo.de_fecha(periodo.ultimo_dia) == periodo


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)))
def test_los_periodos_se_ordenan_como_sus_dias(dia: date) -> None:
    periodo = Periodo.de_fecha(dia)
    assert periodo.primer_dia <= dia <= periodo.ultimo_dia
    assert periodo < periodo.siguiente()
    assert Periodo.de(str(periodo)) == periodo


@pytest.mark.parametrize("texto", ["", "2021", "2021-13", "2021-00", "2021-2", "21-02", "2021/02"])
def test_lo_que_no_es_un_periodo(texto: str) -> None:
    with pytest.raises(EntradaInvalida, match="AAAA-MM"):
        Periodo.de(texto)


def test_el_dia_legal_es_el_de_bogota() -> None:
    """Past midnight in UTC is still the day before in Bogotá."""
    reloj = RelojFijo(datetime(2021, 3, 11, 3, 0, tzinfo=UTC))
    assert reloj.hoy() == date(2021, 3, 10)
    assert reloj.ahora().tzinfo is BOGOTA
    reloj.avanzar(timedelta(hours=2))
    assert reloj.hoy() == date(2021, 3, 11)


def test_el_reloj_del_sistema_se_puede_mover() -> None:
    antes = datetime.now(UTC)
    movido = RelojSistema(timedelta(days=-400)).ahora()
    assert antes - timedelta(days=400) <= movido <= datetime.now(UTC) - timedelta(days=400)
    assert RelojSistema().ahora().tzinfo is BOGOTA


@pytest.mark.parametrize(
    "clase",
    [Rechazo, NoAutenticado, Prohibido, NoEncontrado, Conflicto, EntradaInvalida],
    ids=lambda c: c.__name__,
)
def test_un_rechazo_dice_que_paso(clase: type[Rechazo]) -> None:
    error = clase("Falta la columna nit.", columna="nit")
    assert (str(error), error.detalle) == ("Falta la columna nit.", "Falta la columna nit.")
    assert error.extra == {"columna": "nit"}


def test_los_encabezados_y_valores_se_comparan_plegados() -> None:
    assert sin_tildes("Población ñ") == "Poblacion n"
    assert plegar_encabezado("  Número  de-Sede. ") == "numero_de_sede"
    assert plegar_valor("  Pediátrico ") == "PEDIATRICO"
    campo = Campo("nit", Tipo.DIGITOS, largo=9, alias=("NIT IPS", "nit", "Nits_Nit"))
    assert campo.encabezados == {"nit_ips", "nits_nit"}


@pytest.mark.parametrize(
    "declaracion",
    [
        {"nombre": "Nit", "tipo": Tipo.TEXTO},
        {"nombre": "fila", "tipo": Tipo.TEXTO},
        {"nombre": "x", "tipo": Tipo.LISTA},
        {"nombre": "x", "tipo": Tipo.TEXTO, "valores": ("A",)},
        {"nombre": "x", "tipo": Tipo.LISTA, "valores": ("Pediátrico",)},
        {"nombre": "x", "tipo": Tipo.DIGITOS, "completa_ceros": True},
        {"nombre": "x", "tipo": Tipo.TEXTO, "largo": 3, "completa_ceros": True},
    ],
    ids=str,
)
def test_un_campo_mal_declarado_no_se_admite(declaracion: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Campo(**declaracion)
