"""The CSV an operator starts from: header of a register and one invented row that loads."""

from __future__ import annotations

import csv
import io
from typing import Final

from shared.registros.model import Clase, ColumnaRegistro, EsquemaRegistro

_POR_NOMBRE: Final = {
    "catalogo_completo": "NO",
    "afl_id": "1000001",
    "afl_id_cabeza": "1000001",
    "area_corte": "1",
    "cod_error": "0",
    "codigo_banco": "1007",
    "codigo_clase_prestador": "1",
    "codigo_departamento": "05",
    "codigo_eps": "EPS010",
    "codigo_grupo_servicio": "1",
    "codigo_habilitacion": "0500100101",
    "codigo_municipio": "05001",
    "codigo_municipio_corto": "001",
    "codigo_municipio_residencia": "05001",
    "codigo_municipio_toma": "05001",
    "codigo_perfil": "P03",
    "codigo_regimen": "RES001",
    "codigo_servicio": "110",
    "clase_prestador": "Instituciones Prestadoras de Servicios de Salud - IPS",
    "concepto": "COTIZACION",
    "dias": "30",
    "dv": "1",
    "estado_cedula": "0",
    "fecha_nacimiento": "1985-05-05",
    "grupo": "CAMAS",
    "hab_ips_primaria": "050010010101",
    "hab_prestador": "0500100101",
    "hab_procesa": "0500100101",
    "hab_sede": "050010010101",
    "hab_toma": "0500100101",
    "hasta": "",
    "fecha_cierre": "",
    "fecha_defuncion": "",
    "fecha_afectacion": "",
    "id_caso_indice": "",
    "municipio": "Medellín",
    "departamento": "Antioquia",
    "nit": "900100101",
    "nit_procesa": "900100101",
    "nit_toma": "900100101",
    "nombre_capacidad": "Cuidado Intensivo Adulto",
    "numero_documento": "1020304050",
    "numero_documento_cabeza": "1020304050",
    "numero_sede": "01",
    "observacion": "Pago con cotización",
    "ocupadas_no_covid": "4",
    "ocupadas_sospechoso": "1",
    "ocupadas_confirmado": "5",
    "camas_disponibles": "10",
    "total_camas": "20",
    "particula": "",
    "primer_apellido": "PRUEBA",
    "segundo_apellido": "EJEMPLO",
    "primer_nombre": "ANA",
    "segundo_nombre": "",
    "profesion": "ENFERMERÍA",
    "puntaje": "12.50",
    "sexo": "F",
    "tipo_identificacion": "NI",
    "tipo_afiliado": "C",
    "zona": "",
}
"""Values that fit together: the row is coherent, and of nobody."""

_POR_CLASE: Final = {
    Clase.TEXTO: "EJEMPLO",
    Clase.ENTERO: "1",
    Clase.FECHA: "2020-06-30",
    Clase.BOOLEANO: "SI",
    Clase.DOCUMENTO: "1020304050",
    Clase.PERIODO: "2020-06",
    Clase.DECIMAL: "1.00",
    Clase.NIT: "900100101",
}


def plantilla_csv(esquema: EsquemaRegistro) -> str:
    """Canonical header of the columns that a file may bring, and a row that loads as it is.

    The owner of the file replaces the row. UTF-8, comma, LF.
    """
    salida = io.StringIO()
    hoja = csv.writer(salida, lineterminator="\n")
    hoja.writerow([c.nombre for c in esquema.leidas])
    hoja.writerow([ejemplo(c) for c in esquema.leidas])
    return salida.getvalue()


def ejemplo(columna: ColumnaRegistro) -> str:
    """An invented value of the column; empty where a plain case has none."""
    valores = columna.tipo.valores
    propio = _POR_NOMBRE.get(columna.nombre)
    if valores:
        return propio if propio in valores else valores[0]
    if propio is not None:
        return propio
    if columna.tipo.cotas is not None:
        return str(columna.tipo.cotas[0])
    if columna.tipo.clase is Clase.CODIGO:
        return "1".zfill(columna.tipo.largo or 1)
    texto = _POR_CLASE[columna.tipo.clase]
    return texto[: columna.tipo.ancho] if columna.tipo.ancho else texto
