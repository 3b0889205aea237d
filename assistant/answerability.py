"""Knows when not to answer: how likely it is that what was found answers what was asked."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.speaks import Speaks
from assistant.words import content_words
from index.search import Evidence, Query

Knows = Callable[[str], bool]
LEADING = 3
"""How many of the best passages decide."""
SCALE = 4.0
"""The head's logarithms are divided by this, so that all features are of the same size."""
FEATURES = 10
VARIANT = re.compile(r"\brs\d{3,}\b")
"""The code of a gene variant."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether the content covers a question."""

    likely: float
    """From 0 to 1; calibrated on questions that were never trained on, half of them covered."""
    enough: bool
    """Whether that is likely enough to answer."""


@dataclass(frozen=True, slots=True)
class Answerability:
    """Fitted weights on what the search found and what the embedding says of the question; see `assistant.train.fit`."""

    weights: tuple[float, ...]
    """One for each feature, and behind them a constant."""
    least: float
    """How likely it has to be."""
    coverage: Callable[[str], float]
    """How much likelier than not a question is covered, by the embedding alone; as a logarithm."""
    medicines: re.Pattern[str]
    """Finds the names of medicines that are no aromatase inhibitor."""
    knows: Knows
    """Whether a word stands in the content."""
    speaks: Speaks
    """How much of what a question speaks of some passages speak of."""

    def __call__(self, query: Query, evidence: Sequence[Evidence]) -> Coverage:
        """Whether the best passages answer; never when a medicine or gene variant is named that the content does not know."""
        if not evidence:
            return Coverage(0.0, False)
        likely = self.likely(self.features(query, evidence))
        return Coverage(likely, likely >= self.least and not self.stranger(query))

    def likely(self, features: Sequence[float]) -> float:
        """The probability of some features."""
        return 1 / (1 + math.exp(-sum(map(operator.mul, (*features, 1.0), self.weights))))

    def features(self, query: Query, evidence: Sequence[Evidence]) -> tuple[float, ...]:
        """What is weighed of a question and the passages that were found."""
        leading = evidence[:LEADING]
        words = content_words(query.text)
        strange = sum(not self.knows(word) for word in words)
        best = leading[0]
        return (
            max(-3.0, min(3.0, self.coverage(query.text) / SCALE)),
            best.score,
            best.score - min(found.score for found in evidence[:2]),
            max(found.scores.question for found in leading),
            max(found.scores.questions for found in leading),
            max(found.scores.sentence for found in leading),
            best.scores.keyword,
            strange / max(1, len(words)),
            self.speaks.share(query.text, (best.passage.id,)),
            self.speaks.share(query.text, [found.passage.id for found in leading]),
        )

    def stranger(self, query: Query) -> str:
        """A medicine or gene variant that the question names and the content never does; empty if there is none."""
        codes = VARIANT.findall(query.keywords.lower())
        if codes and not any(map(self.knows, codes)):
            return str(codes[0])
        for match in self.medicines.finditer(query.keywords.lower()):
            words = re.findall(r"[a-z][a-z0-9-]+", match[0])
            if words and not any(self.knows(word) for word in words):
                return match[0]
        return ""
