"""Settings of the assistant, read from the environment (`CITEWELL_ASSISTANT_...`) at the entry points only."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from index.settings import StrictSettings


class AssistantSettings(StrictSettings):
    """How answers are made."""

    model_config = SettingsConfigDict(env_prefix="CITEWELL_ASSISTANT_")

    country: str = ""
    """Two letters (US, CA, GB, IE, AU, NZ) for the numbers of that country in notices; empty for the international wording."""
    statements: int = Field(default=5, ge=2, le=8)
    """Most sentences of an answer, safety lines not counted."""
    words: int = Field(default=90, ge=40, le=120)
    """Words within which further sentences are added to an answer."""
