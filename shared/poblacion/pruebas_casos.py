"""Every story the pruebas submission tells: what was injected and what must come out.

A story is a person with one or more submitted rows, samples, affiliation rows, decided rows of
``historia`` and so on. Its verdicts are written here, by hand, beside the defect; no rule runs.
Sources: ``dominio/pruebas.md`` §3–§5 and §8, ``registros.md`` §3, §7, §12, §13, §18. Counts are at
scale 1 and ours (no published figure says how often each happens); the smallest scale keeps one.

The texts are SQL over the facts of the row (``pruebas_hechos``): ``fecha`` and ``tipo`` of the
test, ``proceso``, ``factura``, ``eps`` (who bills), ``codigo_eps`` (of the affiliate), ``viejo`` (a
document that no register else has), ``otra_eps``, ``hermana_eps`` (other code, same EPS)…
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

LIQUIDADO: Final = "LIQUIDADO"
NO_ADMITIDO: Final = "NO_ADMITIDO"
GLOSADO: Final = "GLOSADO"
DEFINITIVO: Final = "GLOSADO_DEFINITIVO"
SIN_TARIFA: Final = "SIN_TARIFA"
ESPERA_MONTO: Final = "ESPERA_MONTO"

Cambios = Mapping[str, str]
"""Column → SQL that replaces its usual value."""
UNA: Final[tuple[Cambios, ...]] = ({},)
"""One usual row: the sample of the test, the affiliation in force."""


@dataclass(frozen=True)
class Fila:
    """One submitted row of a story and its truth."""

    estado: str = LIQUIDADO
    codigos: str = ""
    hechos: Cambios = field(default_factory=dict)
    """What happened otherwise: everything that follows from it follows."""
    texto: Cambios = field(default_factory=dict)
    """What was written otherwise in the file, and only there."""
    cola: int = 0
    """Rows with a greater number come after all the rest of the file."""


@dataclass(frozen=True)
class Caso:
    """A story, told ``cuenta`` times at scale 1."""

    nombre: str
    cuenta: int
    filas: tuple[Fila, ...]
    muestras: tuple[Cambios, ...] = UNA
    bdua: tuple[Cambios, ...] = UNA
    documentos: tuple[Cambios, ...] = ()
    bdex: tuple[Cambios, ...] = ()
    historia: tuple[Cambios, ...] = ()
    grupo: str = "RESTO"
    """Who can live it: see ``GRUPOS``."""

    def cuantas(self, estado: str) -> int:
        """Rows of one telling that end in that state."""
        return sum(fila.estado == estado for fila in self.filas)


GRUPOS: Final = {
    "JOVEN": "edad IN (18, 19)",
    "MENOR": "edad < 18",
    "LLENA": "puesto = 1",
    "AGOTADA": "puesto = 3",
    "SIN_MONTO": "puesto = 4",
    "RESTO": "puesto NOT IN (1, 3, 4)",
}
"""Condition of each kind of person, the first that holds: nobody under 7, no head of a household,
nobody with a foreign document. ``puesto`` ranks the EPS by affiliates: the first has spent
its amount for P0 but for a leftover, the third spent it all before, the fourth has none."""
SOBRA: Final = 100_000
"""Pesos left of the first EPS: an antibody test would fit, a PCR does not, nobody overtakes."""


@dataclass(frozen=True)
class Casa:
    """An IPS or laboratory that is not like the others."""

    hab: str
    nit: str
    nombre: str
    habilitado: bool = True
    fecha_radicacion: str = "2015-01-01"
    fecha_cierre: str | None = None
    salud_publica: bool = False
    aval: tuple[str, str | None] | None = None
    """``desde``, ``hasta`` in the list of laboratories."""
    nit_avalado: str | None = None
    """When the list has another NIT than REPS."""
    rural: bool = False
    """Its laboratory is in a municipality without any other."""


ABIERTO: Final = ("2020-03-01", None)
CASAS: Final = {
    "CERRADA": Casa("1100199001", "999100001", "IPS QUE CERRO", fecha_cierre="2020-10-15"),
    "NO_HABILITADA": Casa("1100199002", "999100002", "IPS NO HABILITADA", habilitado=False),
    "NUEVA": Casa("1100199003", "999100003", "IPS NUEVA", fecha_radicacion="2020-10-15"),
    "ANTIOQUIA": Casa("0500199004", "999100004", "IPS DE ANTIOQUIA"),
    "SALUD_PUBLICA": Casa(
        "1100199005", "999100005", "LABORATORIO DE SALUD PUBLICA", salud_publica=True, aval=ABIERTO
    ),
    "ENTIDAD": Casa("1100199006", "999100006", "SECRETARIA DE SALUD", salud_publica=True),
    "SIN_AVAL": Casa("1100199007", "999100007", "LABORATORIO SIN AVAL"),
    "AVAL_VENCE": Casa(
        "1100199008", "999100008", "LABORATORIO QUE PERDIO EL AVAL",
        aval=("2020-03-01", "2020-10-15"),
    ),
    "AVAL_NUEVO": Casa(
        "1100199009", "999100009", "LABORATORIO RECIEN AVALADO", aval=("2020-10-15", None)
    ),
    "AVAL_OTRO_NIT": Casa(
        "1100199010", "999100010", "LABORATORIO QUE CAMBIO DE NIT", aval=ABIERTO,
        nit_avalado="999100099",
    ),
    "LAB_CERRADO": Casa(
        "1100199011", "999100011", "LABORATORIO QUE CERRO", fecha_cierre="2020-10-15", aval=ABIERTO
    ),
    "LAB_RURAL": Casa(
        "1100199012", "999100012", "LABORATORIO RURAL", aval=("2020-11-01", "2021-03-31"),
        rural=True,
    ),
}  # fmt: skip
REFERENCIA: Final = {nombre: str(-1 - n) for n, nombre in enumerate(CASAS)}
"""Number under which the facts name them: the ordinary ones are zero or more."""
OTRO_NIT: Final = f"'{CASAS['SIN_AVAL'].nit}'"
OTRA_CASA: Final = {
    "nit_procesa": OTRO_NIT,
    "hab_procesa": f"'{CASAS['SIN_AVAL'].hab}'",
    "id_sismuestras": "'X' || i",
}
"""A sample that another laboratory loaded, under a number of its own."""


def _caso(
    nombre: str,
    cuenta: int,
    estado: str = LIQUIDADO,
    codigos: str = "",
    *,
    hechos: Cambios | None = None,
    texto: Cambios | None = None,
    muestras: tuple[Cambios, ...] = UNA,
    bdua: tuple[Cambios, ...] = UNA,
    documentos: tuple[Cambios, ...] = (),
    bdex: tuple[Cambios, ...] = (),
    historia: tuple[Cambios, ...] = (),
    grupo: str = "RESTO",
    cola: int = 0,
) -> Caso:
    """A story of one submitted row."""
    filas = (Fila(estado, codigos, hechos or {}, texto or {}, cola),)
    return Caso(nombre, cuenta, filas, muestras, bdua, documentos, bdex, historia, grupo)


def _tipo(tipo: str, **otros: str) -> dict[str, str]:
    return {"tipo": f"'{tipo}'", **otros}


def _dia(fecha: str, **otros: str) -> dict[str, str]:
    return {"fecha": f"DATE '{fecha}'", **otros}


def _dias(desde: str, cuantos: int, **otros: str) -> dict[str, str]:
    return {"fecha": f"DATE '{desde}' + azar_entero(i, 'pru.dias', {cuantos})::INTEGER", **otros}


def _glosa(codigos: str, comunicada: str | None = "2024-12-01", **otros: str) -> dict[str, str]:
    """The earlier version of this test in ``historia``."""
    return {
        "estado": "'GLOSADO'",
        "codigos": f"'{codigos}'",
        "fecha_comunicacion": f"DATE '{comunicada}'" if comunicada else "NULL",
        "valor": "0",
        **otros,
    }


def _forma(nombre: str, *, hechos: Cambios | None = None, **texto: str) -> Caso:
    return _caso(f"forma_{nombre}", 60, NO_ADMITIDO, "PRU-02", hechos=hechos, texto=texto)


MOLECULAR: Final = _tipo("MOLECULAR")
ANTIGENO: Final = _tipo("ANTIGENO")
ANTICUERPOS: Final = _tipo("ANTICUERPOS")
SIN_ID: Final = {"id_sismuestras": "NULL"}
CON_ID: Final = {"id_sismuestras": "id_muestra"}
PENDIENTE: Final = {"resultado": "'PENDIENTE'"}
ANTERIORES: Final[tuple[Cambios, ...]] = (
    {"tipo_documento": "'TI'", "numero_documento": "viejo", "hasta": "DATE '2020-06-30'"},
    {"desde": "DATE '2020-07-01'"},
)
"""Document history of who came of age: the old TI and the cédula."""
CON_TI: Final = {"tipo_documento": "'TI'", "numero_documento": "viejo"}
LEJOS: Final = {"municipio": "lejano", "diferencial": "true"}
CERCA: Final = {"municipio": "lab_municipio", "diferencial": "true"}
RURAL: Final = {"municipio": "rural", "diferencial": "true"}
NADIE: Final = {"tipo_documento": "'CC'", "numero_documento": "viejo"}
"""A cédula that BDUA does not have."""

# Muestras (PRU-14 to 17): which sample is the one, and what it says.
_MUESTRAS: Final = (
    _caso("muestra_tres_dias_antes", 400, muestras=({"fecha_toma": "fecha - 3"},)),
    _caso("muestra_tres_dias_despues", 400, muestras=({"fecha_toma": "fecha + 3"},)),
    _caso("muestra_elegida_por_id", 200, texto=CON_ID,
          muestras=(OTRA_CASA, {"fecha_toma": "fecha + 2"})),
    _caso("muestra_con_id_de_nadie", 200, texto={"id_sismuestras": "'Z' || i"}),
    _caso("muestra_mas_cercana", 200, texto=SIN_ID,
          muestras=({}, {"fecha_toma": "fecha + 1", "id_sismuestras": "'X' || i", **PENDIENTE})),
    _caso("muestra_empate_la_primera", 150, texto=SIN_ID, muestras=(
        {"fecha_toma": "fecha - 1"},
        {"fecha_toma": "fecha + 1", "id_sismuestras": "'X' || i", **PENDIENTE})),
    _caso("muestra_empate_menor_id", 150, texto=SIN_ID, muestras=(
        {"id_sismuestras": "'A' || i"}, {"id_sismuestras": "'B' || i", **PENDIENTE})),
    _caso("muestra_enviada_dos_veces", 300, muestras=({}, {"fecha_carga": "fecha + 20"})),
    _caso("muestra_sin_eps", 400, muestras=({"codigo_eps": "NULL"},)),
    _caso("resultado_indeterminado", 300, muestras=({"resultado": "'INDETERMINADO'"},)),
    _caso("serologia_igg", 150, hechos=ANTICUERPOS, muestras=(
        {"resultado": "NULL", "resultado_igg": "'POSITIVO'", "resultado_igm": "NULL"},)),
    _caso("serologia_igm", 150, hechos=_tipo("ANTICUERPOS", cups="'906271'"), muestras=(
        {"resultado": "'PENDIENTE'", "resultado_igm": "'NEGATIVO'", "resultado_igg": "NULL"},)),
    _caso("sin_muestra", 1200, GLOSADO, "PRU-14", muestras=()),
    _caso("muestra_cuatro_dias_antes", 300, GLOSADO, "PRU-14",
          muestras=({"fecha_toma": "fecha - 4"},)),
    _caso("muestra_cuatro_dias_despues", 300, GLOSADO, "PRU-14",
          muestras=({"fecha_toma": "fecha + 4"},)),
    _caso("muestra_fechas_cambiadas", 400, GLOSADO, "PRU-14",
          muestras=({"fecha_toma": "fecha + 6", "fecha_resultado": "fecha"},)),
    _caso("muestra_dia_por_mes", 300, GLOSADO, "PRU-14",
          hechos=_dias("2020-10-01", 8),
          muestras=({"fecha_toma": "make_date(2020, day(fecha), month(fecha))"},)),
    _caso("muestra_de_otra_prueba", 200, GLOSADO, "PRU-14", hechos=MOLECULAR,
          muestras=({"tipo_prueba": "'ANTIGENO'"},)),
    _caso("muestra_con_otro_tipo_de_documento", 300, GLOSADO, "PRU-14",
          muestras=({"tipo_documento": "'TI'"},)),
    _caso("muestra_de_otro_laboratorio", 900, GLOSADO, "PRU-15", muestras=(OTRA_CASA,)),
    _caso("muestra_id_de_otro_laboratorio", 100, GLOSADO, "PRU-15",
          texto={"id_sismuestras": "'X' || i"},
          muestras=({}, {**OTRA_CASA, "fecha_toma": "fecha + 2"})),
    _caso("muestra_empate_mayor_id", 100, GLOSADO, "PRU-16", texto=SIN_ID, muestras=(
        {"id_sismuestras": "'B' || i"}, {"id_sismuestras": "'A' || i", **PENDIENTE})),
    _caso("resultado_pendiente", 700, GLOSADO, "PRU-16", muestras=(PENDIENTE,)),
    _caso("muestra_no_procesada", 200, GLOSADO, "PRU-16",
          muestras=({"resultado": "'NO_PROCESADA'"},)),
    _caso("sin_resultado", 200, GLOSADO, "PRU-16", muestras=({"resultado": "NULL"},)),
    _caso("resultado_de_serologia_en_pcr", 100, GLOSADO, "PRU-16", hechos=MOLECULAR,
          muestras=({"resultado": "NULL", "resultado_igg": "'POSITIVO'"},)),
    _caso("serologia_sin_resultado", 100, GLOSADO, "PRU-16", hechos=ANTICUERPOS, muestras=(
        {"resultado": "NULL", "resultado_igm": "NULL", "resultado_igg": "NULL"},)),
    _caso("muestra_de_otra_eps", 1500, LIQUIDADO, "PRU-17", muestras=({"codigo_eps": "otra_eps"},)),
)  # fmt: skip

# Persona y documentos (PRU-10, registros §13).
_DOCUMENTOS: Final = (
    _caso("documento_anterior", 400, grupo="JOVEN", hechos=CON_TI, documentos=ANTERIORES),
    _caso("documento_anterior_muestra_nueva", 200, grupo="JOVEN", hechos=CON_TI,
          muestras=({"tipo_documento": "bdua_tipo", "numero_documento": "bdua_numero"},),
          documentos=ANTERIORES),
    _caso("documento_nuevo_muestra_anterior", 300, grupo="JOVEN", muestras=(CON_TI,),
          documentos=ANTERIORES),
    _caso("registro_civil_anterior", 200, grupo="MENOR",
          hechos={"tipo_documento": "'RC'", "numero_documento": "viejo"},
          documentos=({"tipo_documento": "'RC'", "numero_documento": "viejo",
                       "hasta": "DATE '2020-06-30'"}, {"desde": "DATE '2020-07-01'"})),
    _caso("documento_cambia_en_bdua", 150, grupo="JOVEN", hechos=CON_TI,
          muestras=({"tipo_documento": "bdua_tipo", "numero_documento": "bdua_numero"},),
          bdua=({**CON_TI, "hasta": "DATE '2020-09-30'"}, {"desde": "DATE '2020-10-01'"})),
    _caso("cedula_de_nueve_digitos", 150,
          hechos={"bdua_numero": "left(viejo, 2) || right(viejo, 7)"}),
    _caso("permiso_por_proteccion", 150,
          hechos=_dias("2021-03-01", 120, bdua_tipo="'PT'", bdua_numero="viejo")),
    _caso("documento_con_puntos", 200, texto={
        "numero_documento": "replace(format('{:,}', numero_documento::BIGINT), ',', '.')"}),
    _caso("no_esta_en_bdua", 900, GLOSADO, "PRU-10", hechos=NADIE),
    _caso("no_esta_en_bdua_si_en_bdex", 200, DEFINITIVO, "PRU-10;PRU-11", hechos=NADIE,
          bdex=({"tipo_documento": "'CC'", "numero_documento": "viejo"},)),
)  # fmt: skip

# Afiliación (PRU-11 to 13).
_AFILIACION: Final = (
    _caso("proteccion_laboral", 300, bdua=({"estado": "'PL'"},)),
    _caso("activo_por_emergencia", 300, bdua=({"estado": "'AE'"},)),
    _caso("fallecido_despues", 200, bdua=(
        {"hasta": "fecha + 9"}, {"estado": "'AF'", "desde": "fecha + 10"})),
    _caso("fallecido_ese_dia", 100, GLOSADO, "PRU-11", bdua=(
        {"hasta": "fecha - 1"}, {"estado": "'AF'", "desde": "fecha"})),
    _caso("fallecido_antes", 300, GLOSADO, "PRU-11;PRU-13", bdua=(
        {"hasta": "fecha - 16"}, {"estado": "'AF'", "desde": "fecha - 15"})),
    _caso("fallecido_y_activo", 150, GLOSADO, "PRU-13", bdua=(
        {}, {"estado": "'AF'", "desde": "fecha - 40"})),
    _caso("retirado", 700, DEFINITIVO, "PRU-11", bdua=(
        {"hasta": "fecha - 61"}, {"estado": "'RE'", "desde": "fecha - 60"})),
    _caso("sin_afiliacion_ese_dia", 300, DEFINITIVO, "PRU-11", bdua=({"hasta": "fecha - 1"},)),
    _caso("afiliado_despues", 300, DEFINITIVO, "PRU-11", bdua=({"desde": "fecha + 1"},)),
    _caso("afiliado_ese_dia", 200, bdua=({"desde": "fecha", "hasta": "fecha"},)),
    _caso("suspendido_por_mora", 700, GLOSADO, "PRU-11", bdua=(
        {"hasta": "fecha - 31"}, {"estado": "'SM'", "desde": "fecha - 30"})),
    _caso("suspendido_por_documentos", 200, GLOSADO, "PRU-11", bdua=(
        {"hasta": "fecha - 11"}, {"estado": "'SD'", "desde": "fecha - 10"})),
    _caso("retirado_y_suspendido", 80, GLOSADO, "PRU-11", bdua=(
        {"estado": "'RE'", "desde": "fecha - 30"},
        {"estado": "'SM'", "desde": "fecha - 30", "codigo_eps": "otra_eps"})),
    _caso("regimen_especial", 300, DEFINITIVO, "PRU-11", bdex=({},)),
    _caso("regimen_especial_hasta_ese_dia", 100, DEFINITIVO, "PRU-11", bdex=({"hasta": "fecha"},)),
    _caso("regimen_especial_documento_anterior", 80, DEFINITIVO, "PRU-11", grupo="JOVEN",
          documentos=ANTERIORES, bdex=(CON_TI,)),
    _caso("regimen_especial_terminado", 200, bdex=({"hasta": "fecha - 1"},)),
    _caso("regimen_especial_posterior", 100, bdex=({"desde": "fecha + 1"},)),
    _caso("eps_con_codigo_de_movilidad", 600, hechos={"eps": "hermana_eps"}),
    _caso("bdua_con_codigo_de_movilidad", 400,
          bdua=({"codigo_eps": "hermana_eps", "regimen": "hermana_regimen"},)),
    _caso("traslado_al_dia_siguiente", 200, bdua=(
        {"hasta": "fecha"}, {"codigo_eps": "otra_eps", "desde": "fecha + 1"})),
    _caso("traslado_ese_dia", 200, GLOSADO, "PRU-12", bdua=(
        {"hasta": "fecha - 1"}, {"codigo_eps": "otra_eps", "desde": "fecha"})),
    _caso("otra_eps", 1000, GLOSADO, "PRU-12", hechos={"eps": "otra_eps"}),
)  # fmt: skip

# Fechas y periodos (PRU-05 to 07, 09).
_FECHAS: Final = (
    _caso("antes_del_mecanismo", 200, DEFINITIVO, "PRU-05;PRU-07", hechos=_dias("2020-03-05", 11)),
    _caso("vispera_del_mecanismo", 50, DEFINITIVO, "PRU-05;PRU-07", hechos=_dia("2020-03-16")),
    _caso("antes_del_mecanismo_subsanada", 60, DEFINITIVO, "PRU-05", hechos=_dias("2020-03-05", 11),
          historia=(_glosa("PRU-15"),)),
    _caso("primer_dia_del_mecanismo", 50, DEFINITIVO, "PRU-07", hechos=_dia("2020-03-17")),
    _caso("mas_de_cinco_anios", 300, DEFINITIVO, "PRU-07", hechos=_dias("2020-03-17", 15)),
    _caso("cinco_anios_exactos", 100, hechos=_dia("2020-04-01")),
    _caso("p0_ultimo_dia", 150, hechos=_dia("2020-08-25")),
    _caso("p1_primer_dia", 150, hechos=_dia("2020-08-26")),
    _caso("p1_ultimo_dia", 150, hechos=_dia("2020-09-15")),
    _caso("p2_ultimo_dia", 150, hechos=_dia("2022-06-30")),
    _caso("p3_primer_dia", 150, SIN_TARIFA, "PRU-09", hechos=_dia("2022-07-01")),
    _caso("sin_tarifa", 2500, SIN_TARIFA, "PRU-09", hechos=_dias("2022-07-01", 250)),
    _caso("sin_tarifa_anticuerpos", 100, SIN_TARIFA, "PRU-09",
          hechos=_dias("2022-07-01", 250, tipo="'ANTICUERPOS'")),
    _caso("proceso_antes_de_toma", 300, GLOSADO, "PRU-06", hechos={"proceso": "fecha - 2"}),
    _caso("proceso_posterior_a_radicacion", 100, GLOSADO, "PRU-06",
          hechos={"proceso": "DATE '2025-04-02'"}),
    _caso("proceso_el_dia_de_radicacion", 50, hechos={"proceso": "DATE '2025-04-01'"}),
    _caso("factura_antes_de_toma", 300, GLOSADO, "PRU-06", hechos={"factura": "fecha - 1"}),
    _caso("factura_ese_dia", 200, hechos={"factura": "fecha"}),
    _caso("toma_posterior_a_radicacion", 60, GLOSADO, "PRU-06;PRU-09", hechos=_dia("2025-04-10")),
)  # fmt: skip

# Prestadores (PRU-18 to 21).
_PRESTADORES: Final = (
    _caso("hab_sin_cero", 150, hechos={"toma": REFERENCIA["ANTIOQUIA"], **MOLECULAR},
          texto={"hab_toma": "substr(hab_toma, 2)"}),
    _caso("ips_cierra_al_dia_siguiente", 100,
          hechos=_dia("2020-10-14", toma=REFERENCIA["CERRADA"], **MOLECULAR)),
    _caso("ips_abre_ese_dia", 100,
          hechos=_dia("2020-10-15", toma=REFERENCIA["NUEVA"], **MOLECULAR)),
    _caso("aval_vence_ese_dia", 100, hechos=_dia(
        "2020-10-14", proceso="DATE '2020-10-15'", procesa=REFERENCIA["AVAL_VENCE"], **MOLECULAR)),
    _caso("aval_empieza_ese_dia", 100, hechos=_dia(
        "2020-10-15", proceso="DATE '2020-10-15'", procesa=REFERENCIA["AVAL_NUEVO"], **MOLECULAR)),
    _caso("antigeno_sin_aval", 300, hechos=_tipo("ANTIGENO", procesa=REFERENCIA["SIN_AVAL"])),
    _caso("nit_toma_de_otra", 400, GLOSADO, "PRU-18", hechos={"nit_toma": OTRO_NIT}),
    _caso("ips_que_no_existe", 200, GLOSADO, "PRU-18", hechos={"hab_toma": "'1100199901'"}),
    _caso("ips_cerrada", 200, GLOSADO, "PRU-18",
          hechos=_dia("2020-10-15", toma=REFERENCIA["CERRADA"], **MOLECULAR)),
    _caso("ips_no_habilitada", 200, GLOSADO, "PRU-18",
          hechos={"toma": REFERENCIA["NO_HABILITADA"], **MOLECULAR}),
    _caso("ips_abre_despues", 100, GLOSADO, "PRU-18",
          hechos=_dia("2020-10-14", toma=REFERENCIA["NUEVA"], **MOLECULAR)),
    _caso("nit_procesa_de_otro", 300, GLOSADO, "PRU-19",
          hechos=_tipo("ANTIGENO", nit_procesa=OTRO_NIT)),
    _caso("laboratorio_que_no_existe", 100, GLOSADO, "PRU-19",
          hechos=_tipo("ANTIGENO", hab_procesa="'1100199902'")),
    _caso("laboratorio_no_habilitado", 100, GLOSADO, "PRU-19",
          hechos=_tipo("ANTIGENO", procesa=REFERENCIA["NO_HABILITADA"])),
    _caso("laboratorio_cierra_antes_de_procesar", 200, GLOSADO, "PRU-19", hechos=_dia(
        "2020-10-14", proceso="DATE '2020-10-15'", procesa=REFERENCIA["LAB_CERRADO"], **MOLECULAR)),
    _caso("laboratorio_sin_aval", 500, GLOSADO, "PRU-20",
          hechos={"procesa": REFERENCIA["SIN_AVAL"], **MOLECULAR}),
    _caso("aval_vencido", 200, GLOSADO, "PRU-20", hechos=_dia(
        "2020-10-14", proceso="DATE '2020-10-16'", procesa=REFERENCIA["AVAL_VENCE"], **MOLECULAR)),
    _caso("aval_posterior", 200, GLOSADO, "PRU-20", hechos=_dia(
        "2020-10-14", proceso="DATE '2020-10-14'", procesa=REFERENCIA["AVAL_NUEVO"], **MOLECULAR)),
    _caso("aval_con_otro_nit", 100, GLOSADO, "PRU-20",
          hechos={"procesa": REFERENCIA["AVAL_OTRO_NIT"], **MOLECULAR}),
    _caso("procesa_salud_publica", 400, DEFINITIVO, "PRU-21",
          hechos={"procesa": REFERENCIA["SALUD_PUBLICA"], **MOLECULAR}),
    _caso("toma_salud_publica", 200, DEFINITIVO, "PRU-21",
          hechos={"toma": REFERENCIA["SALUD_PUBLICA"], **MOLECULAR}),
    _caso("toma_entidad_territorial", 200, DEFINITIVO, "PRU-21",
          hechos={"toma": REFERENCIA["ENTIDAD"], **MOLECULAR}),
)  # fmt: skip

# Valores (PRU-04, 08, 22, 23).
_VALORES: Final = (
    _caso("en_el_tope_molecular", 300, hechos=_tipo("MOLECULAR", valor="216994")),
    _caso("en_el_tope_antigeno", 300, hechos=_tipo("ANTIGENO", valor="80832")),
    _caso("en_el_tope_anticuerpos", 200, hechos=_tipo("ANTICUERPOS", valor="60000")),
    _caso("un_peso", 20, hechos={"valor": "1"}),
    _caso("diferencial_molecular", 2000, hechos=_tipo("MOLECULAR", valor="266903", **LEJOS)),
    _caso("diferencial_antigeno", 2000, hechos=_tipo("ANTIGENO", valor="99423", **LEJOS)),
    _caso("diferencial_anticuerpos", 150, hechos=_tipo("ANTICUERPOS", valor="60000", **LEJOS)),
    _caso("diferencial_bajo_la_base", 500, hechos=LEJOS),
    _caso("diferencial_primer_dia", 100,
          hechos=_dia("2020-09-16", valor="266903", **MOLECULAR, **LEJOS)),
    _caso("diferencial_antes_del_laboratorio", 100,
          hechos=_dia("2020-10-31", valor="266903", **MOLECULAR, **RURAL)),
    _caso("diferencial_despues_del_laboratorio", 100,
          hechos=_dia("2021-04-01", valor="99423", **ANTIGENO, **RURAL)),
    _caso("total_no_es_la_suma", 600, NO_ADMITIDO, "PRU-04",
          texto={"valor_total": "(valor - 1)::VARCHAR"}),
    _caso("total_cero", 100, NO_ADMITIDO, "PRU-04", hechos={"valor": "0"}),
    _caso("cups_de_otra_prueba", 400, GLOSADO, "PRU-08", hechos=_tipo("ANTIGENO", cups="'908856'")),
    _caso("cups_desconocido", 200, GLOSADO, "PRU-08", hechos={"cups": "'903895'"}),
    _caso("cups_y_periodo_sin_tarifa", 60, GLOSADO, "PRU-08",
          hechos=_dias("2022-07-01", 100, cups="'903895'")),
    _caso("un_peso_sobre_tope_molecular", 200, GLOSADO, "PRU-22",
          hechos=_tipo("MOLECULAR", valor="216995")),
    _caso("un_peso_sobre_tope_antigeno", 200, GLOSADO, "PRU-22",
          hechos=_tipo("ANTIGENO", valor="80833")),
    _caso("un_peso_sobre_tope_anticuerpos", 100, GLOSADO, "PRU-22",
          hechos=_tipo("ANTICUERPOS", valor="60001")),
    _caso("sobre_tope_en_p0", 300, GLOSADO, "PRU-22",
          hechos=_dias("2020-04-01", 147, valor="260000", **MOLECULAR)),
    _caso("sobre_tope_en_p1", 200, GLOSADO, "PRU-22",
          hechos=_dias("2020-08-26", 21, valor="230000", **MOLECULAR)),
    _caso("sobre_tope_diferencial", 200, GLOSADO, "PRU-22",
          hechos=_tipo("MOLECULAR", valor="266904", **LEJOS)),
    _caso("sobre_tope_diferencial_antigeno", 100, GLOSADO, "PRU-22",
          hechos=_tipo("ANTIGENO", valor="99424", **LEJOS)),
    _caso("sobre_tope_sin_diferencial_de_anticuerpos", 60, GLOSADO, "PRU-22",
          hechos=_tipo("ANTICUERPOS", valor="73800", **LEJOS)),
    _caso("diferencial_con_laboratorio", 500, GLOSADO, "PRU-23", hechos=CERCA),
    _caso("diferencial_con_laboratorio_sobre_base", 400, GLOSADO, "PRU-22;PRU-23",
          hechos=_tipo("ANTIGENO", valor="99423", **CERCA)),
    _caso("diferencial_en_p0", 100, GLOSADO, "PRU-23", hechos=_dias("2020-04-01", 147, **LEJOS)),
    _caso("diferencial_en_p1", 100, GLOSADO, "PRU-23", hechos=_dia("2020-09-15", **LEJOS)),
    _caso("diferencial_en_p1_sobre_base", 100, GLOSADO, "PRU-22;PRU-23",
          hechos=_dia("2020-09-10", valor="230000", **MOLECULAR, **LEJOS)),
    _caso("diferencial_en_p3", 60, GLOSADO, "PRU-09;PRU-23",
          hechos=_dia("2022-07-01", **LEJOS)),
    _caso("diferencial_abre_laboratorio", 60, GLOSADO, "PRU-23",
          hechos=_dia("2020-11-01", **RURAL)),
    _caso("diferencial_ultimo_dia_de_laboratorio", 60, GLOSADO, "PRU-22;PRU-23",
          hechos=_dia("2021-03-31", valor="266903", **MOLECULAR, **RURAL)),
)  # fmt: skip

_REPETIDA: Final = "PRU-24;PRU-26"
# Repetidas en el archivo (PRU-24, 26): only rows that passed PRU-02 and 04 count.
_REPETIDAS: Final = (
    Caso("repetida", 900, (Fila(), Fila(NO_ADMITIDO, _REPETIDA))),
    Caso("tres_veces", 100, (Fila(), Fila(NO_ADMITIDO, _REPETIDA), Fila(NO_ADMITIDO, _REPETIDA))),
    Caso("repetida_con_documento_anterior", 200,
         (Fila(), Fila(NO_ADMITIDO, _REPETIDA, hechos=CON_TI)),
         documentos=ANTERIORES, grupo="JOVEN"),
    Caso("repetida_por_otra_eps", 200,
         (Fila(), Fila(NO_ADMITIDO, f"PRU-12;{_REPETIDA}", hechos={"eps": "otra_eps"})),
         muestras=({"codigo_eps": "NULL"},)),
    Caso("repetida_de_glosada", 100,
         (Fila(GLOSADO, "PRU-12", hechos={"eps": "otra_eps"}), Fila(NO_ADMITIDO, _REPETIDA)),
         muestras=({"codigo_eps": "NULL"},)),
    Caso("repetida_sin_muestra", 100, (Fila(GLOSADO, "PRU-14"), Fila(NO_ADMITIDO, "PRU-14;PRU-24")),
         muestras=()),
    Caso("repetida_fuera_de_bdua", 100,
         (Fila(GLOSADO, "PRU-10", hechos=NADIE),
          Fila(NO_ADMITIDO, f"PRU-10;{_REPETIDA}", hechos=NADIE))),
    Caso("repetida_tras_rechazo", 150,
         (Fila(NO_ADMITIDO, "PRU-04", texto={"valor_total": "(valor - 3)::VARCHAR"}), Fila())),
    Caso("repetida_tras_forma", 150,
         (Fila(NO_ADMITIDO, "PRU-02", texto={"valor_toma": "'sesenta mil'"}), Fila())),
    Caso("otra_fecha_la_misma_muestra", 400,
         (Fila(), Fila(GLOSADO, "PRU-26", hechos={"fecha": "fecha + 2"}))),
    Caso("misma_muestra_tras_rechazo", 80,
         (Fila(NO_ADMITIDO, "PRU-04", texto={"valor_total": "(valor - 3)::VARCHAR"}),
          Fila(hechos={"fecha": "fecha + 2"}))),
    Caso("antigeno_y_pcr_el_mismo_dia", 4000,
         (Fila(hechos=ANTIGENO), Fila(hechos=_tipo("MOLECULAR", id_muestra="id_muestra || 'B'"))),
         muestras=({}, {"de": "1"})),
    Caso("dos_pruebas", 6000,
         (Fila(), Fila(hechos={"fecha": "fecha + 30", "id_muestra": "id_muestra || 'B'"})),
         muestras=({}, {"de": "1"})),
)  # fmt: skip

_OTRA: Final = {"codigo_eps": "otra_eps"}
_DEFINITIVA: Final = {"estado": "'GLOSADO_DEFINITIVO'"}
_AJENA: Final = {
    **_OTRA,
    "tipo_documento": "'CC'",
    "numero_documento": "viejo",
    "fecha_toma": "fecha - 5",
}
"""A decided test of somebody else."""
_VISPERA: Final = {
    "fecha_toma": "fecha - 1",
    "id_sismuestras": "id_muestra",
    "factura_toma": "factura_toma",
    "factura_procesa": "factura_procesa",
}
"""The same sample decided under the date of the day before."""

# Lo ya decidido (PRU-25 to 28).
_HISTORIA: Final = (
    _caso("girada_por_otra_eps", 400, DEFINITIVO, "PRU-25;PRU-26",
          historia=({**_OTRA, "id_sismuestras": "id_muestra"},)),
    _caso("girada_por_la_misma_eps", 300, DEFINITIVO, "PRU-25", historia=({},)),
    _caso("en_tramite", 150, DEFINITIVO, "PRU-25",
          historia=({"estado": "'RADICADO'", "valor": "NULL", "id_sismuestras": "NULL"},)),
    _caso("en_espera_de_presupuesto", 100, DEFINITIVO, "PRU-25",
          historia=({"estado": "'ESPERA_PRESUPUESTO'", "valor": "0"},)),
    _caso("en_reintegro", 50, DEFINITIVO, "PRU-25", historia=({"estado": "'EN_REINTEGRO'"},)),
    _caso("girada_con_documento_anterior", 100, DEFINITIVO, "PRU-25", grupo="JOVEN",
          documentos=ANTERIORES, historia=(CON_TI,)),
    _caso("girada_y_fuera_de_bdua", 60, DEFINITIVO, "PRU-10;PRU-25", hechos=NADIE,
          historia=(NADIE,)),
    _caso("otra_fecha_ya_girada", 300, historia=({"fecha_toma": "fecha - 1"},)),
    _caso("no_admitida_antes", 150, historia=(
        {"estado": "'NO_ADMITIDO'", "codigos": "'PRU-04'", "id_sismuestras": "id_muestra"},)),
    _caso("glosada_a_otra_eps", 100, historia=(_glosa("PRU-12", "2023-01-10", **_OTRA),)),
    _caso("definitiva_a_otra_eps", 60,
          historia=({**_glosa("PRU-12", "2023-01-10"), **_OTRA, **_DEFINITIVA},)),
    _caso("muestra_ya_girada", 300, GLOSADO, "PRU-26", historia=(_VISPERA,)),
    _caso("muestra_ya_girada_a_otra_eps", 80, GLOSADO, "PRU-26;PRU-27",
          historia=({**_VISPERA, **_OTRA},)),
    _caso("muestra_de_glosada", 80, historia=({**_VISPERA, **_glosa("PRU-14")},)),
    _caso("mismo_id_otro_laboratorio", 200, historia=(
        {**_AJENA, "nit_procesa": OTRO_NIT, "id_sismuestras": "id_muestra"},)),
    _caso("factura_de_toma_de_otra_eps", 800, LIQUIDADO, "PRU-27",
          historia=({**_AJENA, "factura_toma": "factura_toma"},)),
    _caso("factura_de_proceso_de_otra_eps", 400, LIQUIDADO, "PRU-27",
          historia=({**_AJENA, "factura_procesa": "factura_procesa", "estado": "'GLOSADO'",
                     "codigos": "'PRU-14'", "fecha_comunicacion": "DATE '2021-05-03'"},)),
    _caso("factura_de_la_misma_eps", 200,
          historia=({**_AJENA, "codigo_eps": "hermana_eps", "factura_toma": "factura_toma"},)),
    _caso("factura_y_muestra_de_otra_eps", 200, LIQUIDADO, "PRU-17;PRU-27",
          muestras=({"codigo_eps": "otra_eps"},),
          historia=({**_AJENA, "factura_toma": "factura_toma"},)),
    _caso("subsanada", 900, historia=(_glosa("PRU-15", id_sismuestras="id_muestra"),)),
    _caso("subsanada_el_ultimo_dia", 100, historia=(_glosa("PRU-14;PRU-16", "2024-10-01"),)),
    _caso("subsanada_tras_cinco_anios", 150, hechos=_dias("2020-03-17", 15),
          historia=(_glosa("PRU-15"),)),
    _caso("subsanada_por_codigo_de_movilidad", 100, hechos={"eps": "hermana_eps"},
          historia=(_glosa("PRU-15"),)),
    _caso("glosa_sin_comunicar", 60, historia=(_glosa("PRU-15", None),)),
    _caso("subsanacion_con_otra_inconsistencia", 200, GLOSADO, "PRU-16", muestras=(PENDIENTE,),
          historia=(_glosa("PRU-15"),)),
    _caso("subsanacion_vencida", 300, DEFINITIVO, "PRU-28",
          historia=(_glosa("PRU-15", "2024-06-01"),)),
    _caso("subsanacion_un_dia_tarde", 100, DEFINITIVO, "PRU-28",
          historia=(_glosa("PRU-15", "2024-09-30"),)),
    _caso("subsanacion_con_documento_anterior_vencida", 60, DEFINITIVO, "PRU-28", grupo="JOVEN",
          documentos=ANTERIORES, historia=({**_glosa("PRU-10", "2024-06-01"), **CON_TI},)),
    _caso("la_misma_inconsistencia", 300, DEFINITIVO, "PRU-15;PRU-28", muestras=(OTRA_CASA,),
          historia=(_glosa("PRU-14;PRU-15"),)),
    _caso("la_misma_mora", 100, DEFINITIVO, "PRU-11;PRU-28", historia=(_glosa("PRU-11"),), bdua=(
        {"hasta": "fecha - 31"}, {"estado": "'SM'", "desde": "fecha - 30"})),
    _caso("glosa_definitiva_de_nuevo", 150, DEFINITIVO, "PRU-28",
          historia=({**_glosa("PRU-11"), **_DEFINITIVA},)),
)  # fmt: skip

_P0: Final = _dias("2020-04-01", 147)
# Monto por EPS (PRU-29): only rows that would be paid are added, and nobody overtakes.
_MONTO: Final = (
    _caso("no_cabe_en_el_monto", 900, ESPERA_MONTO, "PRU-29", grupo="LLENA", cola=1,
          hechos={**_P0, **MOLECULAR, "valor": "216994"}),
    _caso("no_cabe_con_codigo_de_movilidad", 100, ESPERA_MONTO, "PRU-29", grupo="LLENA", cola=2,
          hechos={**_P0, **MOLECULAR, "valor": "216994", "eps": "hermana_eps"}),
    _caso("cabria_pero_nadie_adelanta", 300, ESPERA_MONTO, "PRU-29", grupo="LLENA", cola=2,
          hechos={**_P0, **ANTICUERPOS, "valor": "60000"}),
    _caso("monto_agotado_por_la_historia", 400, ESPERA_MONTO, "PRU-29", grupo="AGOTADA",
          hechos=_P0),
    _caso("eps_sin_monto", 600, ESPERA_MONTO, "PRU-29", grupo="SIN_MONTO", hechos=_P0),
    _caso("eps_sin_monto_con_aviso", 60, ESPERA_MONTO, "PRU-17;PRU-29", grupo="SIN_MONTO",
          hechos=_P0, muestras=({"codigo_eps": "otra_eps"},)),
    _caso("glosada_en_eps_sin_monto", 60, GLOSADO, "PRU-15", grupo="SIN_MONTO", hechos=_P0,
          muestras=(OTRA_CASA,)),
)  # fmt: skip

# Forma (PRU-02): what §3.1 and registros §13 refuse, and what they only look odd.
_FORMA: Final = (
    _forma("consecutivo", consecutivo="'A1'"),
    _forma("fecha_inexistente", fecha_toma="strftime(fecha, '%Y-13-%d')"),
    _forma("fecha_dia_mes_anio", fecha_toma="strftime(fecha, '%d/%m/%Y')"),
    _forma("fecha_centinela", fecha_proceso="'1900-01-01'"),
    _forma("fecha_vacia", fecha_factura="NULL"),
    _forma("eps_fuera_de_lista", codigo_eps="'EPS999'"),
    _forma("tipo_de_documento", tipo_documento="'NI'"),
    _forma("documento_con_letras", numero_documento="'10A' || right(numero_documento, 7)"),
    _forma("documento_corto", tipo_documento="'TI'", numero_documento="left(numero_documento, 7)"),
    _forma("permiso_de_diez_digitos", tipo_documento="'PE'", numero_documento="viejo"),
    _forma("permiso_antes_de_existir", tipo_documento="'PT'"),
    _forma("permiso_la_vispera", hechos=_dia("2021-02-28"), tipo_documento="'PT'"),
    _forma("municipio", codigo_municipio_toma="'11999'"),
    _forma("municipio_sin_cero", codigo_municipio_toma="'5001'"),
    _forma("cups_corto", cups="left(cups, 5)"),
    _forma("tipo_de_prueba", tipo_prueba="'PCR'"),
    _forma("hab_corto", hab_toma="left(hab_toma, 8)"),
    _forma("nit_con_dv", nit_toma="nit_toma || '0'"),
    _forma("nit_corto", nit_procesa="left(nit_procesa, 8)"),
    _forma("valor_con_puntos", valor_total="format('{:t.}', valor)"),
    _forma("valor_con_decimales", valor_procesa="valor_procesa || '.50'"),
    _forma("valor_negativo", valor_toma="'-1'"),
    _forma("valor_vacio", valor_total="NULL"),
    _forma("diferencial", diferencial="'X'"),
    _forma("beneficiario", beneficiario_giro="'BANCO'"),
    _forma("nombre_vacio", primer_nombre="NULL"),
    _forma("factura_vacia", factura_toma="NULL"),
    _forma("factura_larga", factura_procesa="repeat('F', 31)"),
    _caso("escrito_en_minusculas", 200, hechos=ANTIGENO, texto={
        "tipo_prueba": "'Antígeno'", "tipo_documento": "lower(tipo_documento)",
        "beneficiario_giro": "'ips'", "codigo_eps": "lower(eps)"}),
    _caso("booleano_de_una_letra", 200, texto={"diferencial": "'N'"}),
    _caso("booleano_uno", 100, hechos=LEJOS, texto={"diferencial": "'1'"}),
)  # fmt: skip

# Two or more independent defects in one row.
_DOBLES: Final = (
    _caso("otra_eps_y_otro_laboratorio", 100, GLOSADO, "PRU-12;PRU-15", hechos={"eps": "otra_eps"},
          muestras=(OTRA_CASA,)),
    _caso("sin_muestra_y_sobre_tope", 100, GLOSADO, "PRU-14;PRU-22", muestras=(),
          hechos=_tipo("MOLECULAR", valor="250000")),
    _caso("fuera_de_bdua_y_nit_de_otra", 100, GLOSADO, "PRU-10;PRU-18",
          hechos={**NADIE, "nit_toma": OTRO_NIT}),
    _caso("retirado_y_factura_anterior", 100, DEFINITIVO, "PRU-06;PRU-11",
          hechos={"factura": "fecha - 3"}, bdua=({"estado": "'RE'"},)),
    _caso("total_errado_y_sin_muestra", 80, NO_ADMITIDO, "PRU-04;PRU-14", muestras=(),
          texto={"valor_total": "(valor - 1)::VARCHAR"}),
    _caso("antes_del_mecanismo_y_sin_muestra", 60, DEFINITIVO, "PRU-05;PRU-07;PRU-14",
          hechos=_dias("2020-03-05", 11), muestras=()),
    _caso("sin_resultado_y_otra_eps_en_muestra", 80, GLOSADO, "PRU-16;PRU-17",
          muestras=({**PENDIENTE, "codigo_eps": "otra_eps"},)),
    _caso("cups_y_diferencial", 60, GLOSADO, "PRU-08;PRU-23", hechos={"cups": "'903895'", **CERCA}),
    _caso("sin_tarifa_con_aviso", 80, SIN_TARIFA, "PRU-09;PRU-17", hechos=_dias("2022-08-01", 90),
          muestras=({"codigo_eps": "otra_eps"},)),
    _caso("sin_tarifa_y_sin_resultado", 80, GLOSADO, "PRU-09;PRU-16", muestras=(PENDIENTE,),
          hechos=_dias("2022-08-01", 90)),
    _caso("procesa_entidad_sin_aval", 60, DEFINITIVO, "PRU-20;PRU-21",
          hechos={"procesa": REFERENCIA["ENTIDAD"], **MOLECULAR}),
    _caso("laboratorio_desconocido_sin_aval", 60, GLOSADO, "PRU-19;PRU-20",
          hechos=_tipo("MOLECULAR", hab_procesa="'1100199902'")),
    _caso("la_misma_ips_no_habilitada", 80, GLOSADO, "PRU-18;PRU-19",
          hechos={"toma": REFERENCIA["NO_HABILITADA"], **ANTIGENO}),
    _caso("casi_todo_mal", 40, GLOSADO, "PRU-06;PRU-12;PRU-15;PRU-16;PRU-18;PRU-22",
          hechos=_tipo("MOLECULAR", factura="fecha - 1", eps="otra_eps", nit_toma=OTRO_NIT,
                       valor="300000"),
          muestras=({**OTRA_CASA, **PENDIENTE},)),
)  # fmt: skip

CASOS: Final[tuple[Caso, ...]] = (
    *_MUESTRAS,
    *_DOCUMENTOS,
    *_AFILIACION,
    *_FECHAS,
    *_PRESTADORES,
    *_VALORES,
    *_REPETIDAS,
    *_HISTORIA,
    *_MONTO,
    *_FORMA,
    *_DOBLES,
)
