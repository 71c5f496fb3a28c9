"""The same outcome with pandas, by whole columns.

Merges instead of joins, one boolean column per rule, and messages only for the rows that fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bench.focalizacion.variante import REGISTROS, correr

Tabla = Any
"""pandas carries no types here."""

CAMA: Final = ["hab_sede", "servicio", "poblacion"]
CODIGO_SERVICIO: Final = {
    "UCIADULTO": "110",
    "UCIPEDIATRICO": "109",
    "UCINEONATAL": "108",
    "INTERMEDIOADULTO": "107",
    "INTERMEDIOPEDIATRICO": "106",
    "INTERMEDIONEONATAL": "105",
}
HALLAZGO: Final = ["fila", "codigo", "veredicto", "efecto", "columna", "mensaje"]
TARIFA: Final = {"UCI": 45_648_200, "INTERMEDIO": 34_753_800}
_NO_CABE: Final = (
    " Se paga hasta la capacidad. Si hay autorización transitoria, pida que la reporten."
)

# Código, veredicto, efecto, columna y mensaje de cada falla, por su marca.
FALLAS: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "f02": (
        "ANT-02", "incumple", "RECHAZO", "periodo",
        "El periodo {periodo} no está habilitado: se paga de 2020-06 a 2021-04. "
        "Revise el periodo; si es el correcto, esas camas no tienen derecho.",
    ),
    "f04": (
        "ANT-04", "incumple", "CORRECCION", "nit",
        "El NIT {nit} no está en REPS. Escriba el NIT de la IPS, sin dígito de verificación.",
    ),
    "f05": (
        "ANT-05", "incumple", "RECHAZO", "codigo_habilitacion",
        "La sede {codigo_habilitacion}-{numero_sede} no está habilitada en REPS el {fecha} con "
        "el NIT {nit}. Revise los ceros del código y el número de sede; si es nueva, repórtela "
        "en REPS.",
    ),
    "f06": (
        "ANT-06", "incumple", "RECHAZO", "codigo_habilitacion",
        "La sede {codigo_habilitacion}-{numero_sede} pertenece a un prestador que no es IPS en "
        "REPS.",
    ),
    "n06": (
        "ANT-06", "no_evaluable", "AVISO", "codigo_habilitacion",
        "REPS no dice la clase del prestador de la sede {codigo_habilitacion}-{numero_sede}.",
    ),
    "f07": (
        "ANT-07", "incumple", "RECHAZO", "servicio",
        "La sede {codigo_habilitacion}-{numero_sede} no tenía el servicio {servicio} {poblacion} "
        "habilitado ni autorizado el {fecha}. Si hay autorización transitoria, pida a su "
        "secretaría de salud que la reporte.",
    ),
    "f08": (
        "ANT-08", "incumple", "RECHAZO", "servicio",
        "El servicio {servicio} no se paga: solo UCI e INTERMEDIO.",
    ),
    "f11": (
        "ANT-11", "incumple", "CORRECCION", "fecha",
        "La fecha {fecha} debe ser del periodo {periodo} y estar una sola vez por sede, servicio "
        "y población; está {copias} veces. Corrija la fecha o deje una sola fila.",
    ),
    "f12": (
        "ANT-12", "incumple", "AJUSTE", "camas_disponibles",
        "La sede {codigo_habilitacion}-{numero_sede} certificó {camas_disponibles} camas "
        "{servicio} {poblacion} y tiene {capacidad} el {fecha}." + _NO_CABE,
    ),
    "n12": (
        "ANT-12", "no_evaluable", "CORRECCION", "camas_disponibles",
        "REPS no tiene capacidad {servicio} {poblacion} para la sede "
        "{codigo_habilitacion}-{numero_sede} el {fecha}. Repórtela en REPS y vuelva a cargar.",
    ),
    "f13": (
        "ANT-13", "incumple", "AJUSTE", "camas_disponibles",
        "Certificó {camas_disponibles} camas y su reporte diario del {fecha} dice {reportadas} "
        "disponibles. Se paga lo reportado.",
    ),
    "f14": (
        "ANT-14", "incumple", "CORRECCION", "fecha",
        "No hay reporte diario de {servicio} {poblacion} el {fecha} para la sede "
        "{codigo_habilitacion}-{numero_sede}. Reporte la ocupación de ese día en REPS y vuelva a "
        "cargar.",
    ),
    "f15": (
        "ANT-15", "incumple", "AJUSTE", "camas_disponibles",
        "El {fecha} había {ocupadas} camas ocupadas de {capacidad}; {camas_disponibles} más no "
        "caben. Se paga lo que cabe.",
    ),
    "f16": (
        "ANT-16", "incumple", "RECHAZO", "fecha",
        "La sede {codigo_habilitacion}-{numero_sede}, {servicio} {poblacion}, ya tiene una "
        "solicitud en curso o reconocida por el {fecha}. Nadie debe hacer nada, salvo que la "
        "fecha esté errada.",
    ),
    "f17": (
        "ANT-17", "incumple", "AVISO", "camas_disponibles",
        "Certificó {camas_disponibles} camas {servicio} {poblacion} todos los días de {periodo}.",
    ),
}  # fmt: skip


def leer(ruta: Path) -> Tabla:
    return pd.read_parquet(ruta, to_pandas_kwargs={"date_as_object": False})


def propias(filas: Tabla, cortes: Tabla) -> Tabla:
    """Rows of sound form, with what derives from the row alone."""
    c = filas[filas["forma_ok"]].drop(columns="forma_ok").reset_index(drop=True)
    c["camas_disponibles"] = c["camas_disponibles"].astype("int64")
    c["servicio"] = c["servicio"].str.upper()
    c["hab_sede"] = c["codigo_habilitacion"] + c["numero_sede"]
    c["codigo_servicio"] = (c["servicio"] + c["poblacion"]).map(CODIGO_SERVICIO)
    c["en_el_mes"] = c["fecha"].dt.strftime("%Y-%m") == c["periodo"]
    rige = np.searchsorted(cortes, c["fecha"].to_numpy(), side="right") - 1
    c["fecha_corte"] = cortes[np.maximum(rige, 0)]
    return c


def con_reps(c: Tabla, r: Mapping[str, Tabla]) -> Tabla:
    """Prestador, sede and capacity of the corte in force each day."""
    corte = ["fecha_corte"]
    nits = r["reps_prestadores"][["nit", *corte]].drop_duplicates().assign(nit_existe=True)
    sedes = r["reps_sedes"].groupby(["hab_sede", *corte], as_index=False)[
        ["hab_prestador", "nit", "habilitado", "fecha_apertura", "fecha_cierre"]
    ].max().rename(columns={"nit": "nit_sede"})  # fmt: skip
    prestadores = r["reps_prestadores"].groupby(["hab_prestador", *corte], as_index=False)[
        ["es_ips"]
    ].max()  # fmt: skip
    capacidad = r["reps_capacidad"].dropna(subset="servicio")
    capacidad = capacidad.groupby([*CAMA, *corte], as_index=False)[["cantidad"]].sum()
    c = c.merge(nits, how="left", on=["nit", *corte])
    c = c.merge(sedes.assign(sede_existe=True), how="left", on=["hab_sede", *corte])
    c = c.merge(prestadores, how="left", on=["hab_prestador", *corte])
    return c.merge(capacidad, how="left", on=[*CAMA, *corte])


def abierto(tabla: Tabla) -> Tabla:
    """Enabled on the row's day; a closing date wins over the mark."""
    abre, cierra = tabla["fecha_apertura"], tabla["fecha_cierre"]
    return (
        (tabla["habilitado"] == True)  # noqa: E712 - empty is not true
        & (abre.isna() | (abre <= tabla["fecha"]))
        & (cierra.isna() | (cierra > tabla["fecha"]))
    )


def con_dia(c: Tabla, r: Mapping[str, Tabla]) -> Tabla:
    """Services, transitorias, daily report and history of the row's day."""
    clave = ["hab_sede", "codigo_servicio", "fecha_corte"]
    servicios = c[["fila", "fecha", *clave]].merge(r["reps_servicios"], on=clave)
    c["servicio_habilitado"] = c["fila"].isin(servicios.loc[abierto(servicios), "fila"])
    dadas = c[["fila", "fecha", *CAMA]].merge(r["reps_transitorias"], on=CAMA)
    dadas = dadas[
        (dadas["estado"] == "VIGENTE")
        & (dadas["fecha_inicio"] <= dadas["fecha"])
        & (dadas["fecha_fin"].isna() | (dadas["fecha"] <= dadas["fecha_fin"]))
    ]
    for tipo in ("AUTORIZACION", "SUSPENSION"):
        c[tipo] = c["fila"].map(dadas[dadas["tipo"] == tipo].groupby("fila")["camas"].sum())
    reporte = r["reps_ocupacion_diaria"].dropna(subset="servicio")
    reporte = reporte.assign(
        ocupadas=reporte["ocupadas_no_covid"]
        + reporte["ocupadas_sospechoso"]
        + reporte["ocupadas_confirmado"]
    ).rename(columns={"camas_disponibles": "reportadas"})
    # Lo que falta no es cero: sin un dato no hay total.
    reporte = reporte.groupby([*CAMA, "fecha"], as_index=False)[["reportadas", "ocupadas"]].sum(
        skipna=False
    )
    c = c.merge(reporte.assign(reporte_existe=True), how="left", on=[*CAMA, "fecha"])
    clave = ["codigo_habilitacion", "numero_sede", "servicio", "poblacion", "fecha"]
    historia = r["historia"]
    historia = historia[~historia["estado"].isin(["EN_CORRECCION", "NO_RECONOCIDO"])]
    historia = historia[clave].drop_duplicates().assign(ya_decidida=True)
    return c.merge(historia, how="left", on=clave)


def con_grupos(c: Tabla) -> Tabla:
    """Copies of the same bed and day, and months with the same number every day."""
    c["copias"] = c.groupby(["nit", *CAMA, "fecha"])["fila"].transform("size")
    mes = ["nit", "periodo", *CAMA]
    meses = (
        c[c["en_el_mes"]]
        .groupby(mes, as_index=False)
        .agg(
            dias=("fecha", "nunique"),
            menor=("camas_disponibles", "min"),
            mayor=("camas_disponibles", "max"),
        )
    )
    completo = meses["dias"] == pd.to_datetime(meses["periodo"] + "-01").dt.days_in_month
    iguales = (meses["menor"] == meses["mayor"]) & (meses["menor"] > 0)
    constantes = meses.loc[completo & iguales, mes].assign(constante=True)
    return c.merge(constantes, how="left", on=mes)


def juzgar(c: Tabla) -> Tabla:
    """One boolean column per failure, and the beds to pay."""
    sede, norma = c["sede_existe"].notna(), c["servicio"].isin(TARIFA)
    cama = sede & norma
    capacidad = (
        c["cantidad"].fillna(0) + c["AUTORIZACION"].fillna(0) - c["SUSPENSION"].fillna(0)
    ).clip(lower=0)
    c["capacidad"] = capacidad.where(c["cantidad"].notna() | c["AUTORIZACION"].notna())
    nit_existe = c["nit_existe"].notna()
    c["f02"] = ~c["periodo"].between("2020-06", "2021-04")
    c["f04"] = ~nit_existe
    c["f05"] = nit_existe & ~(sede & abierto(c) & (c["nit_sede"] == c["nit"]))
    c["f06"] = sede & (c["es_ips"] == False)  # noqa: E712 - empty is not false
    c["n06"] = sede & c["es_ips"].isna()
    c["f07"] = cama & ~(c["servicio_habilitado"] | c["AUTORIZACION"].notna())
    c["f08"] = ~norma
    c["f11"] = ~c["en_el_mes"] | (c["copias"] > 1)
    c["f12"] = cama & (c["camas_disponibles"] > c["capacidad"])
    c["n12"] = cama & c["capacidad"].isna()
    c["f13"] = cama & (c["camas_disponibles"] > c["reportadas"])
    c["f14"] = cama & c["reporte_existe"].isna()
    c["f15"] = cama & (c["ocupadas"] + c["camas_disponibles"] > c["capacidad"])
    c["f16"] = c["ya_decidida"].notna()
    c["f17"] = c["en_el_mes"] & c["constante"].notna()
    libres = (c["capacidad"] - c["ocupadas"]).clip(lower=0)
    c["camas"] = np.fmin(
        np.fmin(c["camas_disponibles"], c["capacidad"]), np.fmin(c["reportadas"], libres)
    ).astype("int64")
    return c


def registros(c: Tabla, malas: Tabla) -> Tabla:
    """State, codes and value of every row, in the order of the file."""
    no_reconocido = _alguna(c, "f02", "f05", "f06", "f07", "f08", "f16")
    correccion = _alguna(c, "f04", "f11", "n12", "f14")
    sin_camas = _alguna(c, "f12", "f13", "f15") & (c["camas"] == 0)
    estado = np.select(
        [no_reconocido, correccion, sin_camas],
        ["NO_RECONOCIDO", "EN_CORRECCION", "NO_RECONOCIDO"],
        "LIQUIDADO",
    )
    valor = c["camas"] * c["servicio"].map(TARIFA).fillna(0).astype("int64")
    decididas = pd.DataFrame(
        {
            "fila": c["fila"],
            "estado": estado,
            "codigos": _codigos(c),
            "valor_centavos": np.where(estado == "LIQUIDADO", valor, 0),
        }
    )
    de_forma = pd.DataFrame({"fila": malas["fila"]}).assign(
        estado="EN_CORRECCION", codigos="ANT-00", valor_centavos=0
    )
    return pd.concat([decididas, de_forma]).sort_values("fila")


def _alguna(c: Tabla, *marcas: str) -> Tabla:
    return c[list(marcas)].any(axis=1)


def _codigos(c: Tabla) -> Tabla:
    """Few combinations of failures exist: each is written once."""
    marcas = np.zeros(len(c), dtype="int64")
    for i, marca in enumerate(FALLAS):
        marcas |= c[marca].to_numpy(dtype="int64") << i
    distintas, cual = np.unique(marcas, return_inverse=True)
    textos = [
        ";".join(dict.fromkeys(f[0] for i, f in enumerate(FALLAS.values()) if m >> i & 1))
        for m in distintas.tolist()
    ]
    return np.array(textos, dtype=object)[cual]


def hallazgos(c: Tabla, forma: Tabla) -> Tabla:
    """One row per failure, with its message."""
    partes = [_hallazgos(c[c[marca]], falla) for marca, falla in FALLAS.items()]
    partes.append(
        forma.assign(codigo="ANT-00", veredicto="incumple", efecto="CORRECCION")[HALLAZGO]
    )
    return pd.concat(partes).sort_values(["fila", "codigo"])


def _hallazgos(c: Tabla, falla: tuple[str, str, str, str, str]) -> Tabla:
    codigo, veredicto, efecto, columna, plantilla = falla
    textos: Tabla = ""
    for literal, campo in _trozos(plantilla):
        textos = textos + literal
        if campo:
            textos = textos + _texto(c[campo])
    return pd.DataFrame({"fila": c["fila"], "mensaje": textos}).assign(
        codigo=codigo, veredicto=veredicto, efecto=efecto, columna=columna
    )[HALLAZGO]


def _trozos(plantilla: str) -> Iterable[tuple[str, str]]:
    for trozo in plantilla.split("}"):
        literal, _, campo = trozo.partition("{")
        yield literal, campo


def _texto(columna: Tabla) -> Tabla:
    if columna.dtype.kind == "M":
        return columna.dt.strftime("%Y-%m-%d")
    return columna.astype("int64").astype(str) if columna.dtype.kind in "if" else columna


def focalizar(datos: Path, salida: Path) -> None:
    """Read, judge and write."""
    r = {nombre: leer(datos / f"{nombre}.parquet") for nombre in REGISTROS}
    filas, forma = leer(datos / "filas.parquet"), leer(datos / "forma.parquet")
    cortes = np.sort(r["reps_sedes"]["fecha_corte"].unique())
    c = juzgar(con_grupos(con_dia(con_reps(propias(filas, cortes), r), r)))
    for nombre, tabla in (
        ("registros", registros(c, filas[~filas["forma_ok"]])),
        ("hallazgos", hallazgos(c, forma)),
    ):
        tabla.to_parquet(salida / f"{nombre}.parquet", compression="zstd", index=False)


if __name__ == "__main__":
    correr(focalizar)
