"""Knows when not to answer: whether what was found speaks of what was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.search import Evidence, Query

Knows = Callable[[str], bool]
LEADING = 3
"""How many of the best passages decide."""


def nearness(found: Evidence) -> float:
    """Nearness of a passage's best question plus that of its best sentence, 0 to 2."""
    return found.scores.question + found.scores.sentence


def confidence(evidence: Sequence[Evidence]) -> float:
    """How sure one can be that the content answers: the nearness of the nearest leading passage."""
    return max(map(nearness, evidence[:LEADING]), default=0.0)


@dataclass(frozen=True, slots=True)
class Answerability:
    """Thresholds on the scale of all-MiniLM-L6-v2's cosines; another model needs its own."""

    medicines: re.Pattern[str]
    """Finds the names of medicines that are no aromatase inhibitor."""
    knows: Knows
    """Whether a word stands in the content."""
    question: float = 0.50
    """An anticipated question at least this near is enough."""
    sentence: float = 0.50
    """So is a sentence at least this near."""
    both: float = 0.85
    """Or the two together."""

    def __call__(self, query: Query, evidence: Sequence[Evidence]) -> bool:
        """Whether the best passages are near enough, and every medicine that is named stands somewhere in the content."""
        if not evidence or self.stranger(query):
            return False
        best = max(evidence[:LEADING], key=nearness)
        question, sentence = best.scores.question, best.scores.sentence
        return question >= self.question or sentence >= self.sentence or question + sentence >= self.both

    def stranger(self, query: Query) -> str:
        """A medicine that the question names and the content never does; empty if there is none."""
        for match in self.medicines.finditer(query.keywords.lower()):
            words = re.findall(r"[a-z][a-z0-9-]+", match[0])
            if words and not any(self.knows(word) for word in words):
                return match[0]
        return ""
