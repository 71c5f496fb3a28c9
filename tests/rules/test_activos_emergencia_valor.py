"""What the days are worth: the whole table of §5.3 of the dossier and its three examples."""

from __future__ import annotations

from typing import Final

from tests.rules.act import (
    ABEJORRAL,
    APARTADO,
    MEDELLIN,
    SAN_ANDRES,
    UPC,
    ZONAS,
    Fila,
    cedula,
    dia,
    evaluar,
    fila,
    maestro,
    mora,
    numero,
    pagos,
    tramo,
)

TABLA: Final = """
0 A 7438.26 8182.08 8171.67 10257.36 6912.72 7705.62 7949.64 9532.65
1 A 2388.43 2627.27 2623.92 3293.64 2219.67 2474.27 2552.63 3060.93
5 A 834.32 917.76 916.59 1150.53 775.38 864.31 891.68 1069.25
15 M 795.15 874.66 873.55 1096.51 738.97 823.73 849.82 1019.04
15 F 1256.57 1382.23 1380.47 1732.81 1167.79 1301.74 1342.96 1610.38
19 M 1415.00 1556.50 1554.52 1951.29 1315.03 1465.87 1512.29 1813.43
19 F 2625.21 2887.73 2884.05 3620.16 2439.73 2719.57 2805.69 3364.39
45 A 2596.70 2856.36 2852.73 3580.84 2413.23 2690.03 2775.22 3327.85
50 A 3312.01 3643.21 3638.57 4567.26 3078.00 3431.06 3539.71 4244.57
55 A 4048.64 4453.51 4447.84 5583.08 3762.59 4194.17 4326.99 5188.62
60 A 5210.50 5731.55 5724.25 7185.28 4842.36 5397.79 5568.72 6677.62
65 A 6481.45 7129.59 7120.52 8937.92 6023.51 6714.42 6927.05 8306.43
70 A 7777.69 8555.46 8544.57 10725.44 7228.17 8057.25 8312.41 9967.66
75 A 9773.63 10750.98 10737.30 13477.83 9083.08 10124.93 10445.56 12525.58
"""
"""First age of the group, sex, and its day by zone: contributivo, then subsidiado (§5.3)."""
MUNICIPIOS: Final = (ABEJORRAL, APARTADO, MEDELLIN, SAN_ANDRES)
_ULTIMA: Final = {0: 0, 1: 4, 5: 14, 15: 18, 19: 44, 45: 49, 50: 54, 55: 59, 60: 64, 65: 69, 70: 74}


def centavos(pesos: str) -> int:
    entero, decimales = pesos.split(".")
    return int(entero) * 100 + int(decimales)


GRUPOS: Final = [
    (int(edad), sexo, [centavos(v) for v in dias])
    for edad, sexo, *dias in (linea.split() for linea in TABLA.strip().splitlines())
]


def test_la_tabla_de_la_upc_entera() -> None:
    """Each group, sex and zone, in both regimes: half of the month is cut by the subsidiado."""
    filas: list[Fila] = []
    bdua: list[Fila] = []
    historia: list[Fila] = []
    esperados: list[tuple[int, int]] = []
    for edad, sexo, dias in GRUPOS:
        for zona, municipio in enumerate(MUNICIPIOS):
            for cual in "FM" if sexo == "A" else sexo:
                for anios in {edad, _ULTIMA.get(edad, 110)}:
                    n = len(filas) + 1
                    # El último día con esos años cumplidos es el primero del mes.
                    nace = dia(7, 1, 2020 - anios) if anios == edad else dia(7, 2, 2019 - anios)
                    filas.append(fila(n))
                    bdua.append(
                        maestro(n, fecha_nacimiento=nace, sexo=cual, codigo_municipio=municipio)
                    )
                    historia += [mora(n), tramo(n, "AC", dia(7, 16), regimen="S")]
                    esperados.append((dias[zona] * 15, dias[4 + zona] * 15))
    dados = evaluar(filas, bdua=bdua, bdua_afiliacion=historia)
    assert [(d["valor_centavos"], d["valor_lma_centavos"]) for d in dados] == esperados
    assert len(dados) == 14 * 4 * 4 - 4 * 4 * 2 - 4 * 2


def test_el_ano_son_360_dias_de_cada_zona() -> None:
    """Annual = 360 × daily, as published (§5.2); a zone without premium is the base."""
    anuales = {
        "C": (892_591_20, 981_849_60, 980_600_40, 1_230_883_20),
        "S": (829_526_40, 924_674_40, 953_956_80, 1_143_918_00),
    }
    for regimen, esperados in anuales.items():
        for zona, anual in zip(
            ("NORMAL", "ESPECIAL", "CIUDADES", "ALEJADA"), esperados, strict=True
        ):
            (propia,) = {
                (f["base_dia_centavos"] * (10_000 + f["prima_diezmilesimas"]) + 5_000) // 10_000
                for f in UPC
                if (f["regimen"], f["zona"]) == (regimen, zona)
            }
            assert propia * 360 == anual


def _junio(n: int, **cambios: object) -> Fila:
    junio = {"periodo": "2020-06", "fecha_inicio": dia(6, 1), "fecha_fin": dia(6, 30)}
    return fila(n, **junio | cambios)


def test_los_ejemplos_del_dosier() -> None:
    """§5.5: 86.521,50; 44.663,59; and a family of San Andrés, 231.665,70."""
    ae = dia(6, 1)
    bdua = [
        maestro(1, desde=ae, codigo_municipio="11001"),
        maestro(2, desde=ae, codigo_municipio=APARTADO),
        maestro(
            3,
            desde=dia(6, 14),
            tipo_afiliado="B",
            afl_id_cabeza="2",
            fecha_nacimiento=dia(3, 3, 2017),
            codigo_municipio=APARTADO,
        ),
        maestro(
            4,
            estado="AF",
            desde=dia(6, 20),
            fecha_nacimiento=dia(1, 15, 1968),
            codigo_municipio=SAN_ANDRES,
        ),
        *(
            maestro(
                n,
                desde=ae,
                tipo_afiliado="B",
                afl_id_cabeza="4",
                fecha_nacimiento=nace,
                sexo=sexo,
                codigo_municipio=SAN_ANDRES,
            )
            for n, nace, sexo in ((5, dia(2, 2, 1973), "F"), (6, dia(4, 4, 2004), "M"))
        ),
    ]
    historia = [
        *(mora(n, hasta=dia(5, 31)) for n in (1, 2, 4, 5, 6)),
        mora(3, desde=dia(5, 14), hasta=dia(6, 13)),
        tramo(4, "AE", ae, dia(6, 19)),
    ]
    dados = evaluar(
        [
            _junio(1),
            _junio(3, fecha_inicio=dia(6, 14)),
            _junio(4, fecha_fin=dia(6, 20)),
            _junio(5, sujeto="III"),
            _junio(6, sujeto="III"),
        ],
        bdua=bdua,
        bdua_afiliacion=historia,
        rnec=[cedula(4, "FALLECIDO", dia(6, 20))],
    )
    valores = [d["valor_centavos"] for d in dados]
    assert valores == [86_521_50, 44_663_59, 91_345_20, 107_425_20, 32_895_30]
    assert sum(valores[2:]) == 231_665_70


def test_se_redondea_dos_veces_la_mitad_hacia_arriba() -> None:
    """First the zone and then the group: 10001 × 1,5 × 0,25 is 3751 in two steps, 3750 in one."""
    casos = [(0, 10_000), (5_000, 10_000), (4_999, 10_000), (0, 5_000), (0, 4_999), (5_000, 2_500)]
    propia = {"anio": 2020, "regimen": "C", "grupo_edad": "19_44", "sexo": "F"}
    zonas = [f"Z{i}" for i in range(len(casos))]
    tarifas = [
        propia
        | {
            "zona": zona,
            "base_dia_centavos": 10_001,
            "prima_diezmilesimas": prima,
            "ponderador_diezmilesimas": ponderador,
        }
        for zona, (prima, ponderador) in zip(zonas, casos, strict=True)
    ]
    municipios = [f["codigo_municipio"] for f in ZONAS[: len(casos)]]
    dados = evaluar(
        [fila(n, fecha_inicio=dia(7, 31)) for n in range(1, len(casos) + 1)],
        bdua=[maestro(n, codigo_municipio=m) for n, m in enumerate(municipios, 1)],
        bdua_afiliacion=[mora(n) for n in range(1, len(casos) + 1)],
        upc=tarifas,
        zonas_upc=[
            {"codigo_municipio": m, "zona": z} for m, z in zip(municipios, zonas, strict=True)
        ],
    )
    assert [d["valor_centavos"] for d in dados] == [10_001, 15_002, 15_000, 5_001, 4_999, 3_751]


def test_se_paga_a_la_eps_y_nunca_a_la_persona() -> None:
    """With any of the codes of the EPS, the same NIT; one without a known NIT is owed it."""
    codigos = ("EPS010", "EPSS10", "CCFC07")
    dados = pagos(
        [fila(n, codigo_eps=c) for n, c in enumerate(codigos, 1)],
        bdua=[maestro(n, codigo_eps=c) for n, c in enumerate(codigos, 1)],
        bdua_afiliacion=[mora(n, codigo_eps=c) for n, c in enumerate(codigos, 1)],
    )
    assert [(p["fila"], p["tipo_documento"], p["numero"], p["nombre"]) for p in dados] == [
        (1, "NI", "800088702", "EPS Sura"),
        (2, "NI", "800088702", "EPS Sura"),
    ]
    assert {p["concepto"] for p in dados} == {"upc_ae"}
    assert numero(1) not in str(dados)
