"""What can be wrong with a measurement."""

from __future__ import annotations


class EvalsError(Exception):
    """A case file that cannot be used; the message names file and line."""
