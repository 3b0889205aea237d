"""How much of what a question speaks of a passage speaks of too: words by their stems, rare ones counting most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from assistant.words import stems
from corpus.library import Library


class Speaks:
    """The words of each passage and of the questions that it answers; frozen once made."""

    def __init__(self, library: Library) -> None:
        self._of: dict[str, frozenset[str]] = {}
        for passage in library.passages.values():
            questions = " ".join(each.text for each in library.questions_of(passage.id))
            self._of[passage.id] = stems(f"{passage.text} {passage.heading} {questions}")
        counts = Counter(word for words in self._of.values() for word in words)
        self._rarity = {word: math.log((len(self._of) + 1) / (count + 0.5)) for word, count in counts.items()}
        self._unknown = math.log((len(self._of) + 1) / 0.5)

    def share(self, text: str, passages: Iterable[str]) -> float:
        """The share of a question's words that stand in one of some passages, by rarity (idf); 1 for a question without any."""
        asked = stems(text)
        said = frozenset[str]().union(*(self._of[name] for name in passages))
        whole = sum(map(self._weight, asked))
        return sum(map(self._weight, asked & said)) / whole if whole else 1.0

    def _weight(self, word: str) -> float:
        return self._rarity.get(word, self._unknown)
