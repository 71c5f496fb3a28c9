"""Refusals of intake. Each keeps the raw file: see ``recepcion``."""

from __future__ import annotations

from shared.tipos import Conflicto, EntradaInvalida, Prohibido


class VentanaCerrada(Conflicto):
    """ANT-03 and its like: the period's window is not open (409)."""

    codigo = "radicacion.ventana_cerrada"
    titulo = "La ventana del periodo está cerrada"


class EntidadAjena(Prohibido):
    """The submission is for an entity other than the caller's (403)."""

    codigo = "radicacion.entidad_ajena"
    titulo = "La solicitud es de otra entidad"


class ClaveReutilizada(Conflicto):
    """The same Idempotency-Key came with another body (409)."""

    codigo = "radicacion.clave_reutilizada"
    titulo = "La clave de idempotencia ya se usó con otro contenido"


class SolicitudIncompleta(EntradaInvalida):
    """The envelope lacks data or has data that cannot be right (422)."""

    codigo = "radicacion.solicitud_incompleta"
    titulo = "Los datos de la solicitud tienen errores"


class MetadatosNoCoinciden(EntradaInvalida):
    """Rows whose NIT or period differ from the envelope's (422)."""

    codigo = "radicacion.metadatos_no_coinciden"
    titulo = "El archivo y la solicitud no coinciden"


class AnexoRepetido(EntradaInvalida):
    """An annex came both as a sheet of the workbook and as a file (422)."""

    codigo = "radicacion.anexo_repetido"
    titulo = "Un anexo llegó dos veces"


class NoSePuedeCorregir(Conflicto):
    """The radicación is not the last version, or has not finished (409)."""

    codigo = "radicacion.no_corregible"
    titulo = "Esta radicación no se puede corregir"


class ReportanteDesconocido(EntradaInvalida):
    """THS-01: the entity that reports is not one of those that may (422)."""

    codigo = "radicacion.reportante_desconocido"
    titulo = "No se conoce a la entidad que reporta"


class ParametroYaFijado(Conflicto):
    """Another act already gave that option a value from that day (409)."""

    codigo = "radicacion.parametro_ya_fijado"
    titulo = "Otro acto ya fijó ese parámetro"
