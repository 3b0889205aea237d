"""Guards against borrowed sentences: no run of eight words may be the source article's.

The article itself is not part of the project. `article_runs.txt` holds the first 12 hexadecimal digits of the SHA-256 of each of
its eight-word runs, which is enough to notice a copy and not enough to read the article.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

RUN = 8
WORD = re.compile(r"[a-z0-9']+")


def runs(text: str) -> Iterator[str]:
    """Every run of eight words, in lower case, joined by single spaces."""
    words = WORD.findall(text.lower())
    for start in range(len(words) - RUN + 1):
        yield " ".join(words[start : start + RUN])


def fingerprint(run: str) -> str:
    """What stands in `article_runs.txt` for a run."""
    return hashlib.sha256(run.encode()).hexdigest()[:12]


def read_article_runs(path: Path) -> frozenset[str]:
    """The fingerprints of the article's runs."""
    return frozenset(path.read_text(encoding="ascii").split())


def borrowed(text: str, article: frozenset[str]) -> Iterator[str]:
    """The runs of a text that the article has as well."""
    return (run for run in runs(text) if fingerprint(run) in article)
