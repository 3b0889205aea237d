"""What members of staff may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A reviewer reads and judges; an admin also withdraws passages and exports."""

    REVIEWER = "reviewer"
    ADMIN = "admin"
