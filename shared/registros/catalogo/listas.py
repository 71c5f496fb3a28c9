"""Compensation, zones, families, DIVIPOLA and values of THS.

Sources: registers §15, §18; dossiers CET §3.2 and THS §5.
"""

from __future__ import annotations

from typing import Final

from shared.normativa import Certeza, Fuente
from shared.registros.catalogo.columnas import (
    CLAVE_DOCUMENTO,
    MUNICIPIO,
    corte,
    documento,
    eps,
    nacimiento,
    nombres,
    sexo,
)
from shared.registros.catalogo.comprobaciones import DOCUMENTO_MAL_FORMADO
from shared.registros.expresiones import plegado
from shared.registros.model import (
    BOOLEANO,
    CODIGO,
    ENTERO,
    ENTERO_ENTRE,
    FECHA,
    LISTA,
    PERIODO,
    ColumnaRegistro,
    Comprobacion,
    EsquemaRegistro,
    T,
)

COMPENSACION: Final = Fuente(
    "Decreto 780 de 2016",
    "art. 2.6.4.3.1.1.1",
    emisor="MinSalud",
    nota="el formato del archivo es diseño nuestro",
)
UPC: Final = Fuente(
    "Resolución 3513 de 2019", emisor="MinSalud", nota="la lista de municipios es de prensa de 2023"
)
LEVANTA_LA_EPS: Final = Fuente(
    "Decisión de diseño",
    certeza=Certeza.DISENO,
    nota="segundo archivo del cargue de la EPS; no se halló su anexo",
)
RES_1774_ANEXO_2: Final = Fuente(
    "Resolución 1774 de 2020",
    "anexo técnico 2",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota="siete valores de prensa; los otros 180 no se hallaron y el formato es diseño nuestro",
)
DANE: Final = Fuente("DIVIPOLA", emisor="DANE", certeza=Certeza.NORMA)

ZONA_UPC: Final = LISTA("NORMAL", "ESPECIAL", "CIUDADES", "ALEJADA")
_OBSERVACION: Final = plegado("observacion")

COMPENSADOS: Final = EsquemaRegistro(
    nombre="compensados",
    titulo="Compensados: días reconocidos por período",
    dueno="ADRES",
    fuente=COMPENSACION,
    certeza=Certeza.DISENO,
    cadencia="Mensual (diseño)",
    clave=(*CLAVE_DOCUMENTO, "periodo"),
    columnas=(
        *documento(),
        eps(),
        ColumnaRegistro("periodo", PERIODO, descripcion="Mes compensado", obligatoria=True),
        ColumnaRegistro("dias", ENTERO, descripcion="Días compensados del mes"),
        ColumnaRegistro(
            "concepto",
            LISTA("COTIZACION", "AE"),
            descripcion="Si falta se toma de la observación",
            si_falta=f"CASE WHEN regexp_matches({_OBSERVACION}, 'EMER.{{0,2}}G') THEN 'AE' "
            f"WHEN contains({_OBSERVACION}, 'PAGO CON COTIZACION') THEN 'COTIZACION' END",
            necesita=("observacion",),
        ),
        ColumnaRegistro(
            "observacion",
            T(120),
            descripcion="Texto publicado: «Pago con cotización», «Estado Emeregencia»",
        ),
        corte(),
    ),
    comprobaciones=(
        *DOCUMENTO_MAL_FORMADO,
        Comprobacion("sin_concepto", "concepto IS NULL", "no se sabe qué se compensó"),
        Comprobacion("dias_imposibles", "dias > 30", "el mes tiene más de 30 días compensados"),
    ),
    defectos=(
        "«Estado Emeregencia», con ese error, en la observación",
        "un período partido entre emergencia y cotización: 27 días y 1",
    ),
    leen=(("activos_emergencia", "ACT-04, 08"),),
)

ZONAS_UPC: Final = EsquemaRegistro(
    nombre="zonas_upc",
    titulo="Zonas de la UPC por municipio",
    dueno="MinSalud",
    fuente=UPC,
    certeza=Certeza.DISENO,
    cadencia="Con cada resolución de UPC",
    clave=("codigo_municipio",),
    unica=True,
    columnas=(
        ColumnaRegistro("codigo_municipio", MUNICIPIO, obligatoria=True),
        ColumnaRegistro(
            "zona",
            ZONA_UPC,
            descripcion="El municipio que no está es NORMAL",
            obligatoria=True,
        ),
        corte(),
    ),
    defectos=("la tabla de la suite es incompleta: faltan los 363 municipios de zona especial",),
    leen=(("activos_emergencia", "valor de la UPC"),),
    por_defecto="zonas_upc_2020",
)

VALORES_UPC: Final = EsquemaRegistro(
    nombre="upc",
    titulo="Valores de la UPC, por año, régimen, zona y grupo",
    dueno="MinSalud",
    fuente=UPC,
    certeza=Certeza.DISENO,
    cadencia="Con cada resolución de UPC, una por año",
    clave=("anio", "regimen", "zona", "grupo_edad", "sexo"),
    unica=True,
    columnas=(
        ColumnaRegistro("anio", ENTERO, descripcion="Año en que rige", obligatoria=True),
        ColumnaRegistro(
            "regimen", LISTA("C", "S"), descripcion="C contributivo, S subsidiado", obligatoria=True
        ),
        ColumnaRegistro("zona", ZONA_UPC, obligatoria=True),
        ColumnaRegistro(
            "grupo_edad",
            T(10, mayusculas=True),
            descripcion="Años cumplidos: MENOR_1, 01_04 … 75_MAS, como en upc_2020",
            obligatoria=True,
        ),
        ColumnaRegistro(
            "sexo",
            LISTA("A", "F", "M"),
            descripcion="A en los grupos que no distinguen",
            obligatoria=True,
        ),
        ColumnaRegistro(
            "base_dia_centavos",
            ENTERO,
            descripcion="Día de la zona normal, antes del ponderador",
            obligatoria=True,
        ),
        ColumnaRegistro(
            "prima_diezmilesimas",
            ENTERO,
            descripcion="Lo que la zona añade a la base: 986 es 9,86 %",
            obligatoria=True,
        ),
        ColumnaRegistro(
            "ponderador_diezmilesimas",
            ENTERO,
            descripcion="Peso del grupo: 10588 es 1,0588",
            obligatoria=True,
        ),
        corte(),
    ),
    defectos=("solo está 2020: sin las de 2021 y 2022 esos meses quedan SIN_TARIFA",),
    leen=(("activos_emergencia", "ACT-17 y valor"),),
    por_defecto="upc",
)

FAMILIARES: Final = EsquemaRegistro(
    nombre="familiares",
    titulo="Familiares del caso, según la EPS",
    dueno="La EPS que presenta el cargue",
    fuente=LEVANTA_LA_EPS,
    certeza=Certeza.DISENO,
    cadencia="Con cada cargue de la EPS",
    clave=("id_nucleo", "codigo_eps"),
    orden=CLAVE_DOCUMENTO,
    columnas=(
        eps(obligatoria=True),
        ColumnaRegistro(
            "id_nucleo", T(20), descripcion="Llave de la familia en la EPS", obligatoria=True
        ),
        *documento(),
        *nombres(),
        nacimiento(informativa=False),
        sexo(),
        ColumnaRegistro(
            "parentesco", LISTA("CABEZA", "CONYUGE", "HIJO", "PADRE", "OTRO"), obligatoria=True
        ),
        ColumnaRegistro("vivo", BOOLEANO, obligatoria=True),
    ),
    comprobaciones=DOCUMENTO_MAL_FORMADO,
    leen=(("compensacion_rs", "receptor del pago"),),
)

DIVIPOLA: Final = EsquemaRegistro(
    nombre="divipola",
    titulo="DIVIPOLA: municipios",
    dueno="DANE",
    fuente=DANE,
    certeza=Certeza.NORMA,
    cadencia="Cuando una ordenanza crea o cambia un municipio",
    clave=("codigo_municipio",),
    unica=True,
    columnas=(
        ColumnaRegistro(
            "codigo_municipio",
            MUNICIPIO,
            ("codigo_mun", "cod_municipio", "value"),
            "Departamento (2) y municipio (3)",
            obligatoria=True,
        ),
        ColumnaRegistro("nombre", T(60), ("municipio", "text"), obligatoria=True),
        ColumnaRegistro(
            "codigo_departamento",
            CODIGO(2, completa_ceros=True),
            ("codigo_dep", "coddepto"),
            si_falta="left(codigo_municipio, 2)",
            informativa=True,
        ),
        ColumnaRegistro("departamento", T(60), informativa=True),
        ColumnaRegistro(
            "tipo",
            T(40),
            ("unnamed_4",),
            "Municipio, isla o área no municipalizada",
            informativa=True,
        ),
        corte(),
    ),
    comprobaciones=(
        Comprobacion(
            "otro_departamento",
            "codigo_departamento <> left(codigo_municipio, 2)",
            "el código del departamento no es el del municipio",
        ),
    ),
    defectos=(
        "códigos sin su cero inicial (5001)",
        "27086 y 94663 faltan en unas copias y están en otras",
    ),
    leen=(("pruebas", "PRU-02: municipio de la toma"), ("talento_humano", "THS-03")),
)

SMLMV_2020: Final = 877_803
"""Whole pesos (Decreto 2360 de 2019)."""

COTAS_THS: Final = (SMLMV_2020, (9 * SMLMV_2020 + 1) // 2)
"""From 1 to 4,5 SMLMV, the cap rounded half up to the peso, as it was published: cut at the
literal 3.950.113,5 no specialist would fit (THS dossier §5)."""

THS_PERFILES: Final = EsquemaRegistro(
    nombre="ths_perfiles",
    titulo="Valores del reconocimiento al talento humano, por perfil",
    dueno="MinSalud",
    fuente=RES_1774_ANEXO_2,
    certeza=Certeza.PRENSA,
    cadencia="Una vez; mientras falten perfiles, cuando se conoce otro valor",
    clave=("codigo_perfil",),
    unica=True,
    columnas=(
        ColumnaRegistro(
            "codigo_perfil",
            T(10, mayusculas=True),
            ("value", "codigo"),
            "Código de perfil de ReTHUS",
            obligatoria=True,
        ),
        ColumnaRegistro("perfil", T(120), ("text",), informativa=True),
        ColumnaRegistro(
            "valor_cop",
            ENTERO_ENTRE(*COTAS_THS),
            ("valor",),
            "Pesos enteros, entre 1 SMLMV de 2020 y 4,5; vacío si aún no se conoce",
            obligatoria=True,
            admite_vacia=True,
        ),
        ColumnaRegistro(
            "catalogo_completo",
            BOOLEANO,
            descripcion="SI cuando un perfil que no está ya no tendrá valor; basta en una fila",
        ),
        ColumnaRegistro("version", T(40), descripcion="Cómo llama su dueño a esta lista"),
        corte(),
    ),
    defectos=("valores fuera de las cotas de la resolución: se llevan a la más cercana",),
    leen=(("talento_humano", "THS-10 y valor"),),
    por_defecto="ths_perfiles",
)

PILA: Final = EsquemaRegistro(
    nombre="pila",
    titulo="PILA: cotizaciones por período",
    dueno="MinSalud; la liquidan los operadores de información",
    fuente=Fuente(
        "Resolución 2388 de 2016",
        "anexo técnico 2",
        emisor="MinSalud",
        certeza=Certeza.DISENO,
        nota="citada de conocimiento general, sin releer su texto",
    ),
    certeza=Certeza.DISENO,
    cadencia="Mensual",
    clave=(*CLAVE_DOCUMENTO, "periodo"),
    columnas=(
        *documento(),
        *nombres(),
        ColumnaRegistro("tipo_cotizante", CODIGO(2)),
        eps(),
        ColumnaRegistro("periodo", PERIODO, descripcion="Mes cotizado", obligatoria=True),
        ColumnaRegistro("dias_salud", ENTERO, descripcion="Días cotizados a salud"),
        ColumnaRegistro("ibc_salud", ENTERO, descripcion="Ingreso base de cotización, en pesos"),
        ColumnaRegistro("cotizacion_salud", ENTERO, descripcion="Aporte a salud, en pesos"),
        ColumnaRegistro("fecha_pago", FECHA),
    ),
    defectos=(
        "ninguna regla la lee: los períodos sin pago se toman de compensados (ACT-04)",
        "de ella solo se usaron los promedios de IBC de la Resolución 1774 de 2020",
    ),
)
"""Layout without a loader: written down so that nobody asks for the file."""

REGISTROS_LISTAS: Final = (
    COMPENSADOS,
    ZONAS_UPC,
    VALORES_UPC,
    FAMILIARES,
    DIVIPOLA,
    THS_PERFILES,
)
SIN_CARGADOR: Final = (PILA,)
