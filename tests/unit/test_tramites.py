"""Trámites without a database: who is a beneficiary, parts, ageing of samples."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pruebas.mecanismo import MECANISMO
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.tipos import EntradaInvalida
from shared.tramites.antiguedad import Renglon, medir_carpeta, se_mide_en, visibles
from shared.tramites.model import (
    BeneficiarioFallecido,
    ClaseDocumento,
    Documento,
    EstadoTramite,
    Parentesco,
    TramiteFallecido,
    exigir_beneficiarios,
)

AHORA = datetime(2021, 1, 31, 15, tzinfo=UTC)


def persona(numero: str, parentesco: Parentesco = Parentesco.HIJO) -> BeneficiarioFallecido:
    return BeneficiarioFallecido("CC", numero, "PERSONA DE PRUEBA", parentesco)


def tramite(cuantos: int, valor: int | None = None) -> TramiteFallecido:
    return TramiteFallecido(
        id=uuid4(),
        mecanismo="talento_humano",
        registro_id=uuid4(),
        entidad="900100101",
        estado=EstadoTramite.ABIERTO,
        fecha_defuncion=date(2020, 12, 1),
        valor_centavos=valor,
        motivo=None,
        abierto_por="ips",
        abierto_at=AHORA,
        decidido_por=None,
        decidido_at=None,
        beneficiarios=tuple(persona(f"5200{n}") for n in range(cuantos)),
    )


@pytest.mark.parametrize(
    ("beneficiarios", "dice"),
    [
        ([], "al menos un"),
        ([persona("52001"), persona("52001")], "más de una vez"),
        ([persona("52001"), persona("52002", Parentesco.MADRE)], "distinto orden"),
    ],
)
def test_beneficiarios_que_no_se_admiten(
    beneficiarios: list[BeneficiarioFallecido], dice: str
) -> None:
    with pytest.raises(EntradaInvalida, match=dice) as error:
        exigir_beneficiarios(beneficiarios)
    assert "52001" not in str(error.value)


def test_conyuge_e_hijos_van_juntos() -> None:
    exigir_beneficiarios([persona("52001"), persona("52002", Parentesco.CONYUGE)])


@given(st.integers(1, 20), st.integers(1, 395_011_400))
def test_las_partes_son_iguales_y_suman_el_valor(cuantos: int, valor: int) -> None:
    partes = [parte for _, parte in tramite(cuantos, valor).partes]
    assert sum(partes) == valor
    assert max(partes) - min(partes) <= 1


def test_faltan_los_tres_documentos_y_el_parentesco_de_cada_uno() -> None:
    abierto = tramite(2)
    assert abierto.faltan == [
        "REGISTRO_CIVIL_DEFUNCION",
        "CAUSA_COVID",
        "CERTIFICADO_IPS",
        "PARENTESCO del beneficiario 1",
        "PARENTESCO del beneficiario 2",
    ]
    papel = Documento(ClaseDocumento.CAUSA_COVID, None, "0" * 64, "pablo", AHORA)
    con_uno = TramiteFallecido(**{**vars(abierto), "documentos": (papel,)})
    assert "CAUSA_COVID" not in con_uno.faltan
    assert con_uno.prepararon == {"ips", "pablo"}


# --- ageing ---------------------------------------------------------------------------------------

FECHA = date(2021, 1, 31)
LABORATORIO, PUBLICO, OTRO = "900300202", "900300999", "900300303"
# documento, tipo, fecha_toma, resultado, nit_procesa
MUESTRAS = """
1000000001 MOLECULAR   2021-01-30 NEGATIVO     900300202
1000000001 MOLECULAR   2021-01-30 NEGATIVO     900300202
1000000001 ANTIGENO    2021-01-01 POSITIVO     900300202
1000000002 MOLECULAR   2020-12-31 POSITIVO     900300202
1000000002 ANTIGENO    2020-11-02 POSITIVO     900300303
1000000003 MOLECULAR   2020-08-04 NEGATIVO     900300202
1000000003 ANTIGENO    2020-08-03 NEGATIVO     900300202
1000000003 MOLECULAR   2020-03-16 NEGATIVO     900300202
1000000003 MOLECULAR   2021-02-01 NEGATIVO     900300202
1000000003 MOLECULAR   2020-10-01 PENDIENTE    900300202
1000000003 MOLECULAR   2020-10-20 NEGATIVO     900300999
1000000004 MOLECULAR   2020-10-01 NEGATIVO     900300202
1000000005 MOLECULAR   2020-10-01 NEGATIVO     900300202
1000000006 MOLECULAR   2020-10-05 NEGATIVO     900300202
2000000006 ANTIGENO    2020-10-05 NEGATIVO     900300202
1000000007 MOLECULAR   2020-10-05 NEGATIVO     900300202
"""


def escribir(carpeta: Path, registro: str, columnas: str, filas: list[str]) -> None:
    lineas = [columnas.replace(" ", ","), *(",".join(f.split()) for f in filas)]
    (carpeta / f"{registro}.csv").write_text("\n".join(lineas) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def renglones(tmp_path_factory: pytest.TempPathFactory) -> list[Renglon]:
    """1 to 3: affiliated (3, mobile code of its EPS). 4: retired. 5: special regime. 6: reported,
    also with the document it had before. 7: its record was not admitted."""
    carpeta = tmp_path_factory.mktemp("cortes")
    columnas = "tipo_documento numero_documento tipo_prueba fecha_toma resultado nit_procesa"
    muestras = [f"CC {f}" for f in MUESTRAS.strip().splitlines()]
    escribir(carpeta, "sismuestras", columnas, muestras)
    escribir(
        carpeta,
        "bdua",
        "afl_id codigo_eps tipo_documento numero_documento regimen tipo_afiliado estado desde",
        [
            "1 EPS010 CC 1000000001 C C AC 2019-01-01",
            "2 EPS010 CC 1000000002 C C PL 2019-01-01",
            "3 EPSS10 CC 1000000003 S C AC 2019-01-01",
            "4 EPS010 CC 1000000004 C C RE 2019-01-01",
            "5 EPS010 CC 1000000005 C C AC 2019-01-01",
            "6 EPS010 CC 1000000006 C C AC 2019-01-01",
            "7 EPS010 CC 1000000007 C C AC 2019-01-01",
        ],
    )
    escribir(
        carpeta,
        "bdua_historia_identificacion",
        "afl_id tipo_documento numero_documento desde codigo_eps",
        ["6 CC 2000000006 2010-01-01 EPS010"],
    )
    escribir(
        carpeta,
        "bdex",
        "codigo_regimen tipo_documento numero_documento tipo_afiliado desde",
        ["EXC001 CC 1000000005 C 2020-01-01"],
    )
    escribir(
        carpeta,
        "reps_prestadores",
        "hab_prestador nit dv razon_social clase_prestador habilitado laboratorio_salud_publica",
        [f"1100000999 {PUBLICO} 1 LSP IPS SI SI"],
    )
    escribir(
        carpeta,
        "historia",
        "tipo_documento numero_documento tipo_prueba fecha_toma codigo_eps estado",
        [
            "CC 1000000006 MOLECULAR 2020-10-08 EPS010 LIQUIDADO",
            "CC 1000000006 ANTIGENO 2020-10-02 EPS010 GLOSADO",
            "CC 1000000007 MOLECULAR 2020-10-05 EPS010 NO_ADMITIDO",
        ],
    )
    return medir_carpeta(MECANISMO, carpeta, FECHA, tmp_path_factory.mktemp("temporal"))


def test_lo_facturable_que_nadie_reporto_por_nit_eps_y_dias(renglones: list[Renglon]) -> None:
    assert {r.situacion for r in renglones} == {"SIN_REPORTAR"}
    assert [(r.nit, r.codigo_eps, r.tramo, r.pruebas, r.valor_centavos) for r in renglones] == [
        (LABORATORIO, "EPS010", "0-30", 2, (216_994 + 80_832) * 100),
        (LABORATORIO, "EPS010", "31-60", 1, 216_994 * 100),
        (LABORATORIO, "EPS010", "91-180", 2, 2 * 216_994 * 100),
        (LABORATORIO, "EPS010", "181 o más", 1, 80_832 * 100),
        (OTRO, "EPS010", "61-90", 1, 80_832 * 100),
    ]


def test_cada_uno_ve_lo_suyo(renglones: list[Renglon]) -> None:
    assert visibles(renglones, None) == renglones
    assert {r.nit for r in visibles(renglones, OTRO)} == {OTRO}
    assert visibles(renglones, "EPSS10") == visibles(renglones, "EPS010") == renglones
    assert visibles(renglones, "EPS002") == visibles(renglones, "900000001") == []


def test_solo_se_mide_donde_se_lee_sismuestras() -> None:
    assert se_mide_en(MECANISMO)
    assert not se_mide_en(TALENTO_HUMANO)
