"""Columns that several registers share, with one canonical name each (conventions §1)."""

from __future__ import annotations

from typing import Final

from shared.normativa import tablas
from shared.registros.celdas import LARGO_DOCUMENTO
from shared.registros.expresiones import literal
from shared.registros.model import (
    CODIGO,
    FECHA,
    LISTA,
    Clase,
    ColumnaRegistro,
    T,
    Tipo,
)

TIPOS_DOCUMENTO: Final = (
    "CC", "TI", "RC", "CN", "CE", "PA", "CD", "SC", "PE", "PT", "AS", "MS",
)  # fmt: skip
"""Types of a person (registers §13). PR, SI and DE are refused."""

ALIAS_TIPO_DOCUMENTO: Final = (
    ("Cédula de ciudadanía", "CC"),
    ("C.C.", "CC"),
    ("Tarjeta de identidad", "TI"),
    ("T.I.", "TI"),
    ("Registro civil", "RC"),
    ("R.C.", "RC"),
    ("Certificado de nacido vivo", "CN"),
    ("NV", "CN"),
    ("Cédula de extranjería", "CE"),
    ("C.E.", "CE"),
    ("Pasaporte", "PA"),
    ("Carné diplomático", "CD"),
    ("Salvoconducto", "SC"),
    ("Permiso especial de permanencia", "PE"),
    ("PEP", "PE"),
    ("Permiso por protección temporal", "PT"),
    ("PPT", "PT"),
    ("Adulto sin identificar", "AS"),
    ("Menor sin identificar", "MS"),
)
"""The same type written otherwise: its name, or how other systems shorten it (our list)."""

TIPO_DOCUMENTO: Final = LISTA(*TIPOS_DOCUMENTO, alias=ALIAS_TIPO_DOCUMENTO)
SEXO: Final = LISTA(
    "M",
    "F",
    alias=(("Masculino", "M"), ("Hombre", "M"), ("Femenino", "F"), ("Mujer", "F")),
)
CODIGO_EPS: Final = T(6, mayusculas=True)
MUNICIPIO: Final = CODIGO(5, completa_ceros=True)


def numero_documento(segun: str = "") -> Tipo:
    """Number of a document whose type is in the column ``segun``; without it, of a cédula."""
    return Tipo(Clase.DOCUMENTO, segun=segun, ancho=LARGO_DOCUMENTO)


def documento(
    *,
    sufijo: str = "",
    tipo: tuple[str, ...] = (),
    numero: tuple[str, ...] = (),
    de: str = "de la persona",
    obligatoria: bool = True,
) -> tuple[ColumnaRegistro, ColumnaRegistro]:
    """Type and number of the document of someone; ``tipo`` and ``numero`` are other headers."""
    columna_tipo = f"tipo_documento{sufijo}"
    return (
        ColumnaRegistro(
            columna_tipo,
            TIPO_DOCUMENTO,
            (f"tipo_doc{sufijo}", *tipo),
            f"Tipo de documento {de}",
            obligatoria=obligatoria,
            informativa=not obligatoria,
        ),
        ColumnaRegistro(
            f"numero_documento{sufijo}",
            numero_documento(columna_tipo),
            (f"num_doc{sufijo}", *numero),
            f"Número del documento {de}, con sus ceros y letras",
            obligatoria=obligatoria,
            informativa=not obligatoria,
        ),
    )


def nombres(prefijo: str = "") -> tuple[ColumnaRegistro, ...]:
    """The four name fields; ``prefijo`` is how the owner begins their headers."""
    return (
        _nombre("primer_apellido", "apellido1", prefijo, "Primer apellido"),
        _nombre("segundo_apellido", "apellido2", prefijo, "Segundo apellido; puede faltar"),
        _nombre("primer_nombre", "nombre1", prefijo, "Primer nombre"),
        _nombre("segundo_nombre", "nombre2", prefijo, "Segundo nombre; puede faltar"),
    )


def _nombre(nombre: str, corto: str, prefijo: str, descripcion: str) -> ColumnaRegistro:
    originales = (corto, f"{prefijo}{nombre}") if prefijo else (corto,)
    return ColumnaRegistro(nombre, T(60), originales, descripcion)


def nacimiento(
    *, fecha: Tipo = FECHA, otros: tuple[str, ...] = (), informativa: bool = True
) -> ColumnaRegistro:
    """Date of birth."""
    return ColumnaRegistro(
        "fecha_nacimiento",
        fecha,
        ("fecha_nac", *otros),
        "Fecha de nacimiento",
        informativa=informativa,
    )


def sexo(*otros: str) -> ColumnaRegistro:
    """Sex, as the register has it."""
    return ColumnaRegistro("sexo", SEXO, otros, "M o F", informativa=True)


def eps(
    *otros: str,
    obligatoria: bool = False,
    admite_vacia: bool = False,
    descripcion: str = "EPS, por su código",
) -> ColumnaRegistro:
    """Code of the EPS."""
    return ColumnaRegistro(
        "codigo_eps",
        CODIGO_EPS,
        ("codigo_eapb", "eapb", "ent_id", *otros),
        descripcion,
        obligatoria=obligatoria,
        admite_vacia=admite_vacia,
    )


def codigo_base() -> ColumnaRegistro:
    """Base code of the EPS: equal in all the codes of one EPS (conventions §5, *misma EPS*)."""
    ramas = " ".join(
        f"WHEN {literal(f['codigo'])} THEN {literal(f['codigo_base'])}"
        for f in tablas.leer("eps_2020")
        if f["codigo"] != f["codigo_base"]
    )
    return ColumnaRegistro(
        "codigo_base",
        CODIGO_EPS,
        descripcion="Código base de la EPS: el mismo con su código de movilidad",
        derivada=f"CASE codigo_eps {ramas} ELSE codigo_eps END",
    )


def municipio(nombre: str = "codigo_municipio", *otros: str) -> ColumnaRegistro:
    """DIVIPOLA code of a municipality."""
    return ColumnaRegistro(
        nombre, MUNICIPIO, otros, "Municipio, código DIVIPOLA de cinco dígitos", informativa=True
    )


def vigencia(
    *,
    desde: tuple[str, ...] = (),
    hasta: tuple[str, ...] = (),
    fecha: Tipo = FECHA,
) -> tuple[ColumnaRegistro, ColumnaRegistro]:
    """The days, both included, in which what the row says was so."""
    return (
        ColumnaRegistro("desde", fecha, desde, "Primer día en que la fila es cierta"),
        ColumnaRegistro("hasta", fecha, hasta, "Último día; vacía si sigue siendo cierta"),
    )


def corte(*otros: str) -> ColumnaRegistro:
    """Date of the extract."""
    return ColumnaRegistro("fecha_corte", FECHA, otros, "Fecha del extracto")


def informativas(tipo: Tipo, *nombres: str) -> tuple[ColumnaRegistro, ...]:
    """Columns kept as they come: no rule reads them."""
    return tuple(ColumnaRegistro(n, tipo, informativa=True) for n in nombres)


CLAVE_DOCUMENTO: Final = ("numero_documento", "tipo_documento")
"""Number first: it tells people apart sooner than the type."""
