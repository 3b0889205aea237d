"""What can be wrong with the content.

CorpusError
├── ContentError      a file that a curator can mend; says file and line
└── UnknownPassage    an id that no page carries
"""

from __future__ import annotations

from pathlib import Path


class CorpusError(Exception):
    """Something about the curated content is wrong."""


class ContentError(CorpusError):
    """A content file breaks a rule; the message starts with the file's name and the line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path.name}:{line}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem


class UnknownPassage(CorpusError):
    """No page of this corpus carries the passage asked for."""
