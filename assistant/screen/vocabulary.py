"""The words and letter groups of the training texts, weighted by how rare they are: TF-IDF without a library at question time."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

TOKEN = re.compile(r"[^\W_]+(?:[.'-][^\W_]+)*|[?!]")
LONGEST = 1_200
"""Characters of one text that are counted."""
WORD_LIMIT, LETTER_LIMIT = 12_000, 28_000
RARE = 2
"""Texts that a word or letter group has to stand in to be kept."""

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


def words_of(text: str) -> list[str]:
    """Single words and pairs; every number becomes `0`, for which amount it is tells nothing."""
    tokens = [re.sub(r"\d+(?:[.,]\d+)*", "0", token) for token in TOKEN.findall(text[:LONGEST])]
    return tokens + [f"{first} {second}" for first, second in pairwise(tokens)]


def letters_of(text: str) -> list[str]:
    """Groups of three to five characters within words."""
    groups: list[str] = []
    for token in TOKEN.findall(text[:LONGEST]):
        padded = f" {token} "
        for size in (3, 4, 5):
            groups += (padded[start : start + size] for start in range(len(padded) - size + 1))
    return groups


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Which column a word or letter group has, and its weight."""

    words: dict[str, int]
    letters: dict[str, int]
    weights: Floats

    @property
    def size(self) -> int:
        """The number of columns."""
        return len(self.weights)

    def encode(self, text: str) -> tuple[Indices, Floats]:
        """The columns of a normalised text and their values; words and letters each have length one."""
        halves = [self.half(words_of(text), self.words), self.half(letters_of(text), self.letters)]
        return np.concatenate([half[0] for half in halves]), np.concatenate([half[1] for half in halves])

    def half(self, features: list[str], columns: dict[str, int]) -> tuple[Indices, Floats]:
        """The columns of one kind of feature, scaled to length one."""
        counts = Counter(column for feature in features if (column := columns.get(feature)) is not None)
        indices = np.fromiter(counts.keys(), np.int64, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.weights[indices]
        return indices, values / (np.linalg.norm(values) or 1)

    def familiar(self, word: str) -> bool:
        """Whether most letter groups of a word were seen in training."""
        groups = [group for group in letters_of(word) if len(group) == 3]
        return sum(group in self.letters for group in groups) >= 0.5 * len(groups)


def fit(texts: Iterable[str]) -> Vocabulary:
    """The vocabulary of some normalised texts; the same texts give the same columns."""
    words: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        words.update(set(words_of(text)))
        letters.update(set(letters_of(text)))
    kept_words, kept_letters = keep(words, WORD_LIMIT), keep(letters, LETTER_LIMIT)
    counts = [words[word] for word in kept_words] + [letters[group] for group in kept_letters]
    weights = np.array([math.log((1 + total) / (1 + count)) + 1 for count in counts], np.float32)
    return Vocabulary(
        {word: column for column, word in enumerate(kept_words)},
        {group: column + len(kept_words) for column, group in enumerate(kept_letters)},
        weights,
    )


def keep(counts: Counter[str], limit: int) -> list[str]:
    """The most frequent features, in a fixed order."""
    often = sorted((feature for feature in counts if counts[feature] >= RARE), key=lambda feature: (-counts[feature], feature))
    return sorted(often[:limit])
