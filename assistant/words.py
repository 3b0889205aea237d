"""The words of a text that carry its meaning, and their stems."""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import Stemmer

WORD = re.compile(r"[a-z0-9]+(?:[-'’][a-z0-9]+)*")
EMPTY = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "can",
        "could",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "might",
        "more",
        "most",
        "not",
        "of",
        "on",
        "or",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "was",
        "were",
        "what",
        "when",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)
STEMS = Stemmer.Stemmer("english")
LOCK = threading.Lock()
"""A stemmer serves one thread at a time."""


@lru_cache(maxsize=8_192)
def content_words(text: str) -> frozenset[str]:
    """The words that carry a sentence's meaning."""
    return frozenset(word for word in WORD.findall(text.lower()) if word not in EMPTY)


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The stem of an English word in small letters, by Snowball."""
    with LOCK:
        return str(STEMS.stemWord(word))


def stems(text: str) -> frozenset[str]:
    """The stems of the words that carry a text's meaning."""
    return frozenset(map(stem, content_words(text)))
