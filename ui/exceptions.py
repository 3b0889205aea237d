"""What can go wrong while the page is drawn."""

from __future__ import annotations


class UiError(Exception):
    """Anything that keeps the page from being drawn."""


class WordsMissing(UiError):
    """A language of the page lacks words."""


class BadState(UiError):
    """What the page sent as its conversation cannot be read."""
