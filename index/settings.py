"""Settings of the index, read from the environment (`CITEWELL_INDEX_...`) at the entry points only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class StrictSettings(BaseSettings):
    """Settings from the environment in which a misspelt variable is an error and never a silence."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="after")
    def knows_every_variable(self) -> Self:
        """Every variable with this prefix is a setting."""
        prefix = self.model_config.get("env_prefix", "")
        known = {f"{prefix}{name}".upper() for name in type(self).model_fields}
        unknown = sorted(name for name in os.environ if name.upper().startswith(prefix) and name.upper() not in known)
        if unknown:
            raise ValueError(f"unknown {', '.join(unknown)}; settings: {', '.join(sorted(known))}")
        return self


class IndexSettings(StrictSettings):
    """Where the index lies and what searches it."""

    model_config = SettingsConfigDict(env_prefix="CITEWELL_INDEX_")

    directory: Path = Path(".citewell")
    """Folder of the index; made when it is missing."""
    model: str = ""
    """Path of another sentence-transformers model; empty for the packaged all-MiniLM-L6-v2."""
    threads: int = Field(default=1, ge=1, le=64)
    """Threads of the embedding model; one is the fastest for a question, and the steadiest on a busy machine."""
    chroma_host: str = ""
    """Host of a Chroma server; empty for the embedded one in the folder."""
    chroma_port: int = Field(default=8000, ge=1, le=65535)
    """Port of the Chroma server."""
    candidates: int = Field(default=30, ge=5, le=200)
    """How many hits each retriever contributes before ranking."""
