"""Which operator and which sender of notices a worker has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.db import Ajustes
from shared.enrolamiento.puertos import Avisos, Operador
from shared.enrolamiento.simulado import DIA, AvisosSimulados, OperadorSimulado
from shared.tipos import EntradaInvalida


class AjustesEnrolamiento(BaseSettings):
    """Settings of the enrolment. What is simulated is refused outside development."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, env_ignore_empty=True)

    operador: Literal["archivo", "simulado"] = Field(
        default="archivo", validation_alias="MECANISMOS_OPERADOR"
    )
    """``archivo``: there is nobody to ask; requests are downloaded, and what the operator answers
    is uploaded (``services.operaciones``)."""
    avisos: Literal["ninguno", "simulado"] = Field(
        default="ninguno", validation_alias="MECANISMOS_AVISOS"
    )
    """``ninguno``: notices are written down and wait for whoever sends them."""
    semilla: int = Field(default=0, validation_alias="MECANISMOS_OPERADOR_SEMILLA")
    segundos_por_dia: float = Field(
        default=DIA, ge=0, validation_alias="MECANISMOS_OPERADOR_SEGUNDOS_POR_DIA"
    )
    """How long a day of the simulated operator lasts; deadlines of law are not of its days."""

    def crear_operador(self, ajustes: Ajustes) -> Operador | None:
        """The operator that the worker asks, if there is one.

        Raises:
            EntradaInvalida: a simulated one outside development.
        """
        if self.operador == "archivo":
            return None
        _exigir_desarrollo("MECANISMOS_OPERADOR", ajustes)
        return OperadorSimulado(self.semilla, self.segundos_por_dia)

    def crear_avisos(self, ajustes: Ajustes) -> Avisos | None:
        """Whoever sends notices, if anyone does.

        Raises:
            EntradaInvalida: a simulated one outside development.
        """
        if self.avisos == "ninguno":
            return None
        _exigir_desarrollo("MECANISMOS_AVISOS", ajustes)
        return AvisosSimulados()


def _exigir_desarrollo(nombre: str, ajustes: Ajustes) -> None:
    if ajustes.entorno != "desarrollo":
        raise EntradaInvalida(f"{nombre}=simulado solo se admite en desarrollo.")
