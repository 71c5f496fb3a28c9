"""Whose tokens we accept. The key itself is in ``shared.db.Ajustes``."""

from __future__ import annotations

from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

AUDIENCIA: Final = "mecanismos"


class PoliticaTokens(BaseSettings):
    """Issuer a token must name. The identity provider of production has its own."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    emisor: str = Field(
        default="mecanismos", min_length=1, validation_alias="MECANISMOS_JWT_EMISOR"
    )
