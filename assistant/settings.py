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
    paused: bool = False
    """The kill switch: red flags and all other fixed replies stay, and nothing is answered from the content."""
    journal: bool = True
    """Whether exchanges are recorded at all."""
    journal_url: str = ""
    """Database of the journal, such as `postgresql+psycopg://user:password@host/name`; empty for SQLite in the index folder."""
    journal_days: int = Field(default=90, ge=1, le=3_650)
    """Days after which what was recorded is deleted."""
    journal_text: bool = True
    """Whether redacted questions, replies and comments are kept; without them only decisions, sources and figures."""
    journal_waiting: int = Field(default=100_000, ge=1, le=10_000_000)
    """How many exchanges wait on the local disk while the database is away; more are counted and lost."""
