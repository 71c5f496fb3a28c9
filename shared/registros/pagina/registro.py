"""The page of a register, from its declaration: the same one that the loader obeys."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Final

from shared.normativa import Certeza, Fuente
from shared.registros.model import (
    Clase,
    ColumnaRegistro,
    Derivacion,
    EsquemaRegistro,
    FormatoPosicional,
    Tipo,
)
from shared.registros.pagina.texto import VACIO, codigo, lista, miles, tabla

CERTEZAS: Final = {
    Certeza.NORMA: "leída en la norma o en el informe de la ADRES",
    Certeza.PRENSA: "tomada de una fuente secundaria",
    Certeza.DISENO: "decisión de diseño, por confirmar con el regulador",
}

_CLASES: Final = {
    Clase.TEXTO: "texto",
    Clase.CODIGO: "código de dígitos",
    Clase.NIT: "NIT de 9 dígitos",
    Clase.ENTERO: "número entero",
    Clase.FECHA: "fecha AAAA-MM-DD",
    Clase.BOOLEANO: "SI o NO",
    Clase.LISTA: "lista",
    Clase.DOCUMENTO: "número de documento",
    Clase.PERIODO: "mes AAAA-MM",
    Clase.DECIMAL: "número con dos decimales",
}


def pagina_registro(esquema: EsquemaRegistro, *, se_carga: bool = True) -> str:
    """The page in Markdown. ``se_carga=False``: a layout written down that is not loaded."""
    partes = [
        f"# {esquema.titulo}",
        "Página generada de la declaración del registro; no se edita a mano.",
        _ficha(esquema),
        "## Cómo se carga",
        *(_como_se_carga(esquema) if se_carga else [_NO_SE_CARGA]),
        "## Columnas",
        _QUE_PASA,
        _columnas(esquema),
    ]
    for titulo, contenido in (
        ("Otras escrituras que se traducen, con aviso", _otras_escrituras(esquema)),
        ("Columnas que se calculan", _derivadas(esquema)),
        ("Archivos sin encabezado", "\n\n".join(_formato(f) for f in esquema.formatos)),
        ("Qué se revisa en cada carga", _comprobaciones(esquema)),
        ("Historia entre cortes", _intervalos(esquema)),
        ("Filas que da a otros registros", "\n\n".join(_deriva(d) for d in esquema.deriva)),
        ("Defectos conocidos", lista(esquema.defectos)),
        ("Quién lo lee", lista(f"{codigo(quien)}: {que}" for quien, que in esquema.leen)),
    ):
        if contenido:
            partes += [f"## {titulo}", contenido]
    return "\n\n".join(partes) + "\n"


def indice_registros(
    cargables: Iterable[EsquemaRegistro], documentados: Iterable[EsquemaRegistro]
) -> str:
    """The index of the pages, in the same folder."""
    return tabla(
        ("Registro", "Qué es", "Dueño", "Certeza"),
        [
            (
                f"[{e.nombre}]({e.nombre}.md)",
                e.titulo if se_carga else f"{e.titulo}; no se carga",
                e.dueno,
                str(e.certeza),
            )
            for grupo, se_carga in ((cargables, True), (documentados, False))
            for e in grupo
        ],
    )


_NO_SE_CARGA: Final = "No se carga: ninguna regla lo lee. La página deja constancia del formato."
_QUE_PASA: Final = (
    "El nombre canónico siempre se acepta como título; también los otros, sin importar tildes, "
    "mayúsculas ni signos. Una celda que no se puede leer manda su fila a **cuarentena**, o queda "
    "**vacía y contada** donde la columna es informativa."
)


def _ficha(esquema: EsquemaRegistro) -> str:
    datos = [
        f"Nombre del registro: {codigo(esquema.nombre)}",
        f"Dueño: {esquema.dueno}",
        f"Fuente: {_fuente(esquema.fuente)}",
        f"Certeza de las columnas: **{esquema.certeza}**, {CERTEZAS[esquema.certeza]}",
    ]
    if esquema.cadencia:
        datos.append(f"Cadencia y tamaño: {esquema.cadencia}")
    if esquema.por_defecto:
        datos.append(
            f"Sin ningún corte responde la tabla {codigo(esquema.por_defecto)} de la suite"
        )
    una = "una fila por clave; las repetidas van a cuarentena" if esquema.unica else "varias filas"
    datos.append(f"Clave: {', '.join(map(codigo, esquema.clave))} ({una})")
    return lista(datos)


def _fuente(fuente: Fuente) -> str:
    texto = f"{fuente} ({fuente.emisor})" if fuente.emisor else str(fuente)
    nota = f"; {fuente.nota}" if fuente.nota else ""
    return f"{texto}, certeza {fuente.certeza}{nota}"


def _como_se_carga(esquema: EsquemaRegistro) -> list[str]:
    orden = f"mecanismos corte cargar {esquema.nombre} ARCHIVO --fecha-corte AAAA-MM-DD"
    textos = [
        "CSV, TXT o Parquet; delimitador coma, punto y coma, barra o tabulador; UTF-8 o cp1252.",
        "Para `evaluar`, el archivo se llama "
        + ", ".join(codigo(f"{esquema.nombre}.{e}") for e in ("csv", "txt"))
        + f" o {codigo(f'{esquema.nombre}.parquet')}.",
        f"Si más del {100 * esquema.umbral:g} % de un bloque se rechaza, la carga se detiene y el "
        "corte anterior sigue vigente.",
    ]
    if not esquema.comillas:
        textos.append(
            "Una comilla es un carácter como cualquier otro: un campo no puede llevar el "
            "delimitador adentro."
        )
    return [f"```\n{orden}\n```", lista(textos)]


def _columnas(esquema: EsquemaRegistro) -> str:
    return tabla(
        (
            "Columna",
            "Otros títulos",
            "Tipo",
            "Valores",
            "Obligatoria",
            "Si no se lee",
            "Qué es",
        ),
        [
            (
                codigo(c.nombre),
                ", ".join(map(codigo, dict.fromkeys(c.originales))),
                describir_tipo(c.tipo),
                ", ".join(c.tipo.valores),
                _obligatoria(c),
                _si_no_se_lee(c),
                c.descripcion,
            )
            for c in esquema.leidas
        ],
    )


def describir_tipo(tipo: Tipo) -> str:
    """The type of a cell in Spanish, with its width."""
    match tipo.clase:
        case Clase.TEXTO | Clase.DOCUMENTO:
            ancho = f", hasta {tipo.ancho}" if tipo.ancho else ""
            return f"{_CLASES[tipo.clase]}{ancho}"
        case Clase.CODIGO:
            ceros = "; repone los ceros perdidos" if tipo.completa_ceros else ""
            corte = f"; corta los de {tipo.recorta}" if tipo.recorta else ""
            return f"código de {tipo.largo} dígitos{ceros}{corte}" if tipo.largo else "dígitos"
        case Clase.NIT if tipo.admite_cedula:
            return "NIT de 9 dígitos, o cédula"
        case Clase.ENTERO if tipo.cotas is not None:
            minimo, maximo = map(miles, tipo.cotas)
            return f"número entero de {minimo} a {maximo}; lo que se sale va a la cota cercana"
        case Clase.FECHA if tipo.dia_primero:
            return "fecha AAAA-MM-DD o DD/MM/AAAA"
        case _:
            return _CLASES[tipo.clase]


def _otras_escrituras(esquema: EsquemaRegistro) -> str:
    return lista(
        f"{codigo(c.nombre)}: "
        + ", ".join(f"{escrito} → {canonico}" for escrito, canonico in c.tipo.alias)
        for c in esquema.leidas
        if c.tipo.alias
    )


def _obligatoria(columna: ColumnaRegistro) -> str:
    if not columna.obligatoria:
        return "no"
    if columna.admite_vacia:
        return "el título; la celda puede ir vacía"
    if columna.necesita:
        return f"sí, o {' y '.join(map(codigo, columna.necesita))}"
    return "sí"


def _si_no_se_lee(columna: ColumnaRegistro) -> str:
    if columna.informativa:
        return "vacía y contada" if columna.tipo.clase is not Clase.TEXTO else VACIO
    if columna.tipo.clase is Clase.TEXTO and (not columna.obligatoria or columna.admite_vacia):
        return VACIO
    return "fila a cuarentena"


def _derivadas(esquema: EsquemaRegistro) -> str:
    if not esquema.derivadas:
        return ""
    return tabla(
        ("Columna", "Tipo", "Valores", "Qué es"),
        [
            (codigo(c.nombre), describir_tipo(c.tipo), ", ".join(c.tipo.valores), c.descripcion)
            for c in esquema.derivadas
        ],
    )


def _formato(formato: FormatoPosicional) -> str:
    partes = [
        f"### {formato.nombre}",
        f"{len(formato.posiciones)} campos separados por {codigo(formato.delimitador)}: "
        f"{formato.nota} (certeza {formato.certeza}).",
    ]
    if formato.archivo:
        partes.append(
            f"El nombre del archivo, en mayúsculas, cumple {codigo(formato.archivo)}"
            + "".join(f"; {codigo(texto)} da {codigo(v)}" for _, texto, v in formato.por_nombre)
            + "."
        )
    partes.append(
        tabla(
            ("Posición", "Nombre original", "Columna"),
            [
                (str(i), original, codigo(columna))
                for i, (original, columna) in enumerate(
                    zip_longest(formato.originales, formato.posiciones, fillvalue=""), start=1
                )
            ],
        )
    )
    return "\n\n".join(partes)


def _comprobaciones(esquema: EsquemaRegistro) -> str:
    que = list(esquema.revisiones.items())
    que += [
        (f"{r.columna} sin {r.registro}", f"no está en {codigo(r.registro)}.{codigo(r.destino)}")
        for r in esquema.referencias
    ]
    if not que:
        return ""
    aviso = "Se cuentan y se informan; ninguna cambia ni descarta filas."
    return f"{aviso}\n\n{tabla(('Revisión', 'Qué se halló'), que)}"


def _intervalos(esquema: EsquemaRegistro) -> str:
    if esquema.intervalos is None:
        return ""
    return (
        f"Cada fila dice cómo estuvo {', '.join(map(codigo, esquema.intervalos.sujeto))} desde "
        "`desde` hasta `hasta`. Un corte posterior que difiere en "
        f"{', '.join(map(codigo, esquema.intervalos.hecho))} cierra la fila el día anterior a su "
        "propio `desde`."
    )


def _deriva(derivacion: Derivacion) -> str:
    return (
        f"{codigo(derivacion.registro)}: {derivacion.nota} (certeza {derivacion.certeza}). Solo "
        f"cuando el archivo trae {', '.join(map(codigo, derivacion.encabezados))}."
    )
