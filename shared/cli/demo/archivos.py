"""What the four IPS of the demonstration send: one good file each, in four formats, with defects.

Institutions, codes and bed counts are public (REPS, datos.gov.co ``s2ru-bqt6``, corte 5-11-2022).
What they certify here is invented.
"""

from __future__ import annotations

import csv
import io
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook

ANIO, MES = 2021, 2
PERIODO = f"{ANIO}-{MES:02d}"
COLUMNAS = (
    "nit",
    "periodo",
    "codigo_habilitacion",
    "numero_sede",
    "servicio",
    "poblacion",
    "fecha",
    "camas_disponibles",
)
Fila = tuple[str, ...]


@dataclass(frozen=True)
class Cama:
    """A kind of bed of a sede and how many the IPS certifies each day."""

    codigo: str
    sede: str
    servicio: str
    poblacion: str
    certifica: int


@dataclass(frozen=True)
class Ips:
    """Who submits."""

    nit: str
    dv: str
    nombre: str
    banco: str
    camas: tuple[Cama, ...]


@dataclass(frozen=True)
class Envio:
    """One submission: whose, the file and its name."""

    ips: Ips
    nombre: str
    contenido: bytes
    cuenta: str


LETICIA = Ips(
    "838000096",
    "7",
    "E.S.E. HOSPITAL SAN RAFAEL DE LETICIA",
    "1040",
    (
        Cama("9100100019", "01", "INTERMEDIO", "ADULTO", 9),
        Cama("9100100019", "01", "INTERMEDIO", "PEDIATRICO", 3),
    ),
)
FUNDACION = Ips(
    "900142282",
    "4",
    "FUNDACION CLINICA LETICIA",
    "1007",
    (Cama("9100100069", "01", "INTERMEDIO", "ADULTO", 4),),
)
URABA = Ips(
    "900390423",
    "9",
    "PROMOTORA CLINICA ZONA FRANCA DE URABA SAS",
    "1013",
    (
        Cama("0504513197", "01", "UCI", "ADULTO", 6),
        Cama("0504513197", "01", "UCI", "NEONATAL", 4),
        Cama("0504513197", "01", "INTERMEDIO", "ADULTO", 2),
    ),
)
SERVIUCIS = Ips(
    "811042050",
    "0",
    "SERVIUCIS S.A.S.",
    "1051",
    (
        Cama("0504507672", "02", "UCI", "ADULTO", 5),
        Cama("0504507672", "02", "INTERMEDIO", "ADULTO", 3),
    ),
)


def filas_de(ips: Ips) -> list[Fila]:
    """One row per bed kind and day of the month."""
    dias = range(1, monthrange(ANIO, MES)[1] + 1)
    return [
        (
            ips.nit,
            PERIODO,
            cama.codigo,
            cama.sede,
            cama.servicio,
            cama.poblacion,
            date(ANIO, MES, dia).isoformat(),
            str(cama.certifica),
        )
        for cama in ips.camas
        for dia in dias
    ]


def _cambiada(fila: Fila, **cambios: str) -> Fila:
    return tuple(cambios.get(c, v) for c, v in zip(COLUMNAS, fila, strict=True))


def envios() -> list[Envio]:
    """The four files: Latin-1 with semicolons, XLSX, pipe text and plain CSV."""
    leticia = filas_de(LETICIA)
    fundacion = filas_de(FUNDACION)
    # Three days over capacity: REPS has five beds.
    fundacion[:3] = [_cambiada(f, camas_disponibles="9") for f in fundacion[:3]]
    uraba = filas_de(URABA)
    # The same bed and day twice, and a sede that REPS does not know.
    uraba += [uraba[4], _cambiada(uraba[5], numero_sede="09")]
    serviucis = filas_de(SERVIUCIS)
    # A day that does not exist, and beds with decimals.
    serviucis[0] = _cambiada(serviucis[0], fecha="2021-02-31")
    serviucis[1] = _cambiada(serviucis[1], camas_disponibles="2.5")
    return [
        Envio(LETICIA, "camas leticia.csv", _csv(leticia, ";").encode("latin-1"), "400100200"),
        Envio(FUNDACION, "camas.xlsx", _xlsx(fundacion), "500200300"),
        Envio(URABA, "CAMAS_URABA.TXT", _csv(uraba, "|").encode("utf-8"), "600300400"),
        Envio(SERVIUCIS, "serviucis.csv", _csv(serviucis, ",").encode("utf-8"), "700400500"),
    ]


def _csv(filas: Iterable[Fila], separador: str) -> str:
    salida = io.StringIO()
    escritor = csv.writer(salida, delimiter=separador)
    # An extra column with an accent: it is ignored and said so.
    escritor.writerow((*COLUMNAS, "observación"))
    escritor.writerows((*fila, "según reporte") for fila in filas)
    return salida.getvalue()


def _xlsx(filas: Iterable[Fila]) -> bytes:
    libro = Workbook(write_only=True)
    hoja = libro.create_sheet("Datos")
    hoja.append(COLUMNAS)
    for fila in filas:
        hoja.append((*fila[:-1], int(fila[-1])))
    salida = io.BytesIO()
    libro.save(salida)
    return salida.getvalue()


def certificacion(ips: Ips) -> bytes:
    """A one-page PDF, small and whole, that stands for the signed certification."""
    texto = f"BT /F1 12 Tf 72 720 Td (Certificacion de camas {PERIODO}, NIT {ips.nit}) Tj ET"
    objetos = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(texto)} >>\nstream\n{texto}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    cuerpo = "%PDF-1.4\n"
    posiciones = []
    for numero, objeto in enumerate(objetos, start=1):
        posiciones.append(len(cuerpo))
        cuerpo += f"{numero} 0 obj\n{objeto}\nendobj\n"
    tabla = "".join(f"{p:010d} 00000 n \n" for p in posiciones)
    final = (
        f"xref\n0 {len(objetos) + 1}\n0000000000 65535 f \n{tabla}"
        f"trailer\n<< /Size {len(objetos) + 1} /Root 1 0 R >>\nstartxref\n{len(cuerpo)}\n%%EOF\n"
    )
    return (cuerpo + final).encode("ascii")


def solicitud(ips: Ips, cuenta: str, *, dv: str | None = None) -> dict[str, str]:
    """The envelope; ``dv`` writes a wrong check digit on purpose."""
    return {
        "nit": ips.nit,
        "dv": dv or ips.dv,
        "periodo": PERIODO,
        "razon_social": ips.nombre,
        "firmante_tipo_documento": "CC",
        "firmante_numero_documento": "10203040",
        "firmante_nombre": "Representante de Ejemplo",
        "fecha_firma": date(ANIO, MES + 1, 2).isoformat(),
        "codigo_banco": ips.banco,
        "tipo_producto": "AHORROS",
        "numero_producto": cuenta,
        "titular_nit": ips.nit,
    }
