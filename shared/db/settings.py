"""Where the process finds its database, its broker and its files. One place, read once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.tipos import Reloj, RelojSistema


class Ajustes(BaseSettings):
    """Settings of every process, from the environment. No secret has a default."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, env_ignore_empty=True)

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    """Role of the services: owns no table."""
    database_url_duenio: str | None = Field(
        default=None, validation_alias="MECANISMOS_DATABASE_URL_DUENIO"
    )
    """Role of the migrations: owns the tables."""
    kafka: str | None = Field(default=None, validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    datos: Path = Field(default=Path(".datos"), validation_alias="MECANISMOS_DATOS")
    entorno: Literal["desarrollo", "produccion"] = Field(
        default="produccion", validation_alias="MECANISMOS_ENTORNO"
    )
    jwt_clave: SecretStr | None = Field(default=None, validation_alias="MECANISMOS_JWT_CLAVE")
    jwks_url: str | None = Field(default=None, validation_alias="MECANISMOS_JWKS_URL")
    reloj_desfase_segundos: int = Field(
        default=0, validation_alias="MECANISMOS_RELOJ_DESFASE_SEGUNDOS"
    )
    """Moves the clock in demonstrations; refused outside development."""
    latido_segundos: float = Field(default=30, gt=0, validation_alias="MECANISMOS_LATIDO_SEGUNDOS")
    """Heartbeat of the job queue: a job silent for this long is taken up again."""
    kafka_en_memoria: bool = Field(default=False, validation_alias="MECANISMOS_KAFKA_EN_MEMORIA")
    """Set by the supervisor when the broker is the embedded one, which forgets at restart."""

    @field_validator("datos")
    @classmethod
    def _absoluta(cls, ruta: Path) -> Path:
        return ruta.absolute()

    @model_validator(mode="after")
    def _solo_en_desarrollo(self) -> Ajustes:
        if self.reloj_desfase_segundos and self.entorno != "desarrollo":
            raise ValueError("MECANISMOS_RELOJ_DESFASE_SEGUNDOS solo se admite en desarrollo")
        return self

    def reloj(self) -> Reloj:
        return RelojSistema(timedelta(seconds=self.reloj_desfase_segundos))
