"""The quality report of a load as a page an operator reads. It shows no value of a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.registros.catalogo import REGISTROS
from shared.registros.pagina.texto import codigo, filas, lista, miles, porcentaje, tabla

_NOMBRE_CUENTAS: Final = {
    "ceros_repuestos": "cero inicial repuesto",
    "recortados": "número de sede quitado",
    "nit_sin_dv": "dígito de verificación quitado",
    "documentos_limpiados": "puntos, blancos o ceros quitados",
    "traducidos": "otra escritura, traducida",
    "sentinelas": "fecha que significa «sin fecha»",
    "informativas_ilegibles": "no se pudo leer: queda vacía",
    "acotados": "estaba fuera de sus cotas: se llevó a la más cercana",
}


def pagina_calidad(informe: Mapping[str, Any]) -> str:
    """Markdown of a ``<registro>.calidad.json``, in Spanish.

    Rejected rows are told by number: what they hold may be data of a person.
    """
    medida: Mapping[str, Any] = informe["calidad"]
    esquema = REGISTROS.get(informe["registro"])
    partes = [
        f"# Calidad de la carga: {esquema.titulo if esquema else informe['registro']}",
        _veredicto(informe),
        "## Cuentas",
        _cuentas(informe),
    ]
    for titulo, contenido in (
        ("Filas en cuarentena", _rechazos(medida)),
        ("Avisos: celdas corregidas o vaciadas", _corregidas(medida)),
        ("Revisiones que fallan", _fallas(informe["registro"], medida)),
        ("Huérfanas", _huerfanas(medida)),
        ("Celdas vacías", _vacias(medida, informe["filas"])),
        ("Filas dadas a otros registros", _derivadas(informe)),
        ("El archivo", _archivo(informe, medida)),
    ):
        if contenido:
            partes += [f"## {titulo}", contenido]
    return "\n\n".join(partes) + "\n"


def _veredicto(informe: Mapping[str, Any]) -> str:
    leidas, rechazadas = informe["filas_leidas"], informe["filas_rechazadas"]
    if not rechazadas:
        return f"Leídas y guardadas: **{filas(leidas)}**. Ninguna fue a cuarentena."
    return (
        f"De **{filas(leidas)}** leídas, **{miles(rechazadas)}** "
        f"({porcentaje(rechazadas, leidas)}) están en cuarentena. Corríjalas en el origen y cargue "
        "el archivo de nuevo; las demás ya se pueden usar."
    )


def _cuentas(informe: Mapping[str, Any]) -> str:
    return tabla(
        ("Qué", "Filas"),
        [
            ("leídas", miles(informe["filas_leidas"])),
            ("guardadas", miles(informe["filas"])),
            ("en cuarentena", miles(informe["filas_rechazadas"])),
            ("iguales a otra", miles(informe["calidad"].get("filas_iguales", 0))),
        ],
    )


def _rechazos(medida: Mapping[str, Any]) -> str:
    motivos: Mapping[str, int] = medida.get("rechazos_por_motivo", {})
    if not motivos:
        return ""
    ejemplos: Mapping[str, list[int]] = medida.get("rechazos_ejemplos", {})
    nota = "Una fila con varias celdas malas cuenta en cada motivo."
    return f"{nota}\n\n" + tabla(
        ("Motivo", "Celdas o filas", "Por ejemplo, filas"),
        [
            (causa, miles(n), ", ".join(miles(fila) for fila in ejemplos.get(causa, ())))
            for causa, n in _de_mas_a_menos(motivos)
        ],
    )


def _corregidas(medida: Mapping[str, Any]) -> str:
    renglones = [
        (codigo(columna), que, miles(n))
        for cuenta, que in _NOMBRE_CUENTAS.items()
        for columna, n in _de_mas_a_menos(medida.get(cuenta, {}))
    ]
    return tabla(("Columna", "Qué se hizo", "Celdas"), renglones) if renglones else ""


def _fallas(registro: str, medida: Mapping[str, Any]) -> str:
    esquema = REGISTROS.get(registro)
    mensajes = esquema.revisiones if esquema else {}
    cuentas = {**medida.get("comprobaciones", {}), **medida.get("repeticiones", {})}
    renglones = [
        (mensajes.get(nombre, nombre), miles(n)) for nombre, n in _de_mas_a_menos(cuentas) if n
    ]
    return tabla(("Qué se halló", "Filas"), renglones) if renglones else ""


def _huerfanas(medida: Mapping[str, Any]) -> str:
    huerfanos: Mapping[str, int] = medida.get("huerfanos", {})
    renglones = [(que, miles(n)) for que, n in _de_mas_a_menos(huerfanos) if n]
    if not renglones:
        return ""
    return tabla(("Valor que falta en el otro registro", "Distintos"), renglones)


def _vacias(medida: Mapping[str, Any], total: int) -> str:
    vacias: Mapping[str, int] = medida.get("nulos", {})
    renglones = [
        (codigo(columna), miles(n), porcentaje(n, total)) for columna, n in _de_mas_a_menos(vacias)
    ]
    return tabla(("Columna", "Vacías", "Del total"), renglones) if renglones else ""


def _derivadas(informe: Mapping[str, Any]) -> str:
    derivadas: Mapping[str, int] = informe.get("derivadas", {})
    return lista(f"{codigo(registro)}: {filas(n)}" for registro, n in derivadas.items())


def _archivo(informe: Mapping[str, Any], medida: Mapping[str, Any]) -> str:
    datos = [
        (nombre, medida.get(clave))
        for nombre, clave in (
            ("Formato", "formato"),
            ("Codificación", "codificacion"),
            ("Delimitador", "delimitador"),
            ("Fin de línea", "fin_de_linea"),
            ("Bytes nulos quitados", "bytes_nulos"),
            ("Líneas en blanco", "lineas_en_blanco"),
            ("Filas de otro ancho", "filas_rotas"),
        )
    ]
    renglones = [
        f"{nombre}: {codigo(informe[clave])}"
        for nombre, clave in (
            ("Nombre", "archivo"),
            ("Fecha del corte", "fecha_corte"),
            ("Estado del corte", "estado"),
        )
        if informe.get(clave)
    ]
    if medida.get("derivado_de"):
        renglones.append(f"Filas tomadas de {codigo(medida['derivado_de'])}: {medida['nota']}")
    renglones += [f"{nombre}: {valor}" for nombre, valor in datos if valor]
    for nombre, clave in (
        ("Columnas que el archivo no trae", "columnas_ausentes"),
        ("Columnas del archivo que no se usan", "columnas_no_usadas"),
    ):
        if medida.get(clave):
            renglones.append(f"{nombre}: {', '.join(map(codigo, medida[clave]))}")
    renglones.append(f"SHA-256 del archivo: {codigo(informe['sha256_fuente'])}")
    return lista(renglones)


def _de_mas_a_menos(cuentas: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(cuentas.items(), key=lambda c: (-c[1], c[0]))
