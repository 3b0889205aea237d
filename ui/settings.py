"""Settings of the server, read from the environment (`CITEWELL_UI_...`) at the entry point only."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from index.settings import StrictSettings


class UiSettings(StrictSettings):
    """Where the page is served."""

    model_config = SettingsConfigDict(env_prefix="CITEWELL_UI_")

    host: str = "127.0.0.1"
    """Address to listen on; the default is reached from this machine only."""
    port: int = Field(default=7860, ge=1, le=65535)
    """Port to listen on."""
    concurrency: int = Field(default=20, ge=1, le=200)
    """How many questions from the page are worked on at the same time."""
    leave: str = "about:blank"
    """Where "Leave this page quickly" goes; an empty page by default, or the address of a site that draws no attention."""
