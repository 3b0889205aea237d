"""Composes an answer by quoting: whole sentences of curated passages, the direct answer first."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache

from assistant.types import Citation, Draft, Statement
from corpus.page import Passage
from index.embed import Vector
from index.search import Evidence, Query

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

WHY = re.compile(
    r"\b(?:why|how come|causes?|caused|reasons?|what makes|because of|due to|bring(?:s|ing)? (?:it )?on|mechanism)\b",
    re.IGNORECASE,
)
CAUSE = re.compile(
    r"\b(?:because|causes?|comes? from|due to|sets? off|brings? on|leads? to|the reason|result of|depends? on|"
    r"without (?:enough )?estrogen|theory)\b",
    re.IGNORECASE,
)


HOW_MANY = re.compile(
    r"\b(?:how (?:many|much|big|large|common|often|likely)|what (?:share|percentage|percent|proportion)|number|rate)\b",
    re.IGNORECASE,
)
FIGURE = re.compile(r"\d|\b(?:half|third|quarter|most|few|two|three|four|five|ten) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """How long an answer is and how near a further passage has to be."""

    statements: int = 5
    words: int = 90
    """A further sentence is added only while the answer stays within this."""
    most_words: int = 120
    """Even one passage that is quoted whole may not go beyond this."""
    passages: int = 5
    """How many passages an answer may draw on."""
    near: float = 5.0
    """How much less worth than the first a further sentence of its page may be."""
    far: float = 2.0
    """How much less one of another page may be."""
    same: float = 0.7
    """Share of common content words from which two sentences say the same."""
    alike: float = 0.88
    """Cosine from which they do."""
    detail: float = 1.5
    """Worth added to a sentence of the level asked for, when that is not the simple one; chosen on `answerable_fit`."""


@dataclass(frozen=True, slots=True)
class Worth:
    """How much each sign that a sentence answers counts; fitted by `python -m assistant fit` on held-out questions."""

    answers: float = 10.0
    """The nearest anticipated question that the sentence is known to answer."""
    nearness: float = 10.0
    """The sentence's own nearness to the question."""
    score: float = 10.0
    """How well its passage fits."""
    best: float = 0.5
    """It stands in the passage that fits best."""
    shared: float = 0.5
    """Share of the question's content words that it has."""
    first: float = 0.1
    """It opens its passage."""
    cause: float = 0.3
    """It names a cause, and the question asks why."""
    figure: float = 0.3
    """It has a number, and the question asks how many."""


@lru_cache(maxsize=8_192)
def content_words(text: str) -> frozenset[str]:
    """The words that carry a sentence's meaning."""
    return frozenset(word for word in WORD.findall(text.lower()) if word not in EMPTY)


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the shorter sentence's content words that the other one has."""
    return len(one & other) / max(1, min(len(one), len(other)))


def signs(query: Query, found: Evidence, number: int, best: bool) -> tuple[float, ...]:
    """What tells whether one sentence answers, in the order of `Worth`."""
    sentence = found.passage.sentences[number]
    asked = content_words(query.text)
    return (
        found.answers[number],
        found.nearness[number],
        found.score,
        float(best),
        len(asked & content_words(sentence)) / max(1, len(asked)),
        float(number == 0),
        float(WHY.search(query.text) is not None and CAUSE.search(sentence) is not None),
        float(HOW_MANY.search(query.text) is not None and FIGURE.search(sentence) is not None),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence that could be said, with how well it answers."""

    worth: float
    found: Evidence
    number: int


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that stands in the answer."""

    passage: Passage
    text: str
    words: frozenset[str]
    vector: Vector | None

    def repeats(self, other: Said, shape: Shape) -> bool:
        """Whether two sentences say the same."""
        if self.vector is not None and other.vector is not None and float(self.vector @ other.vector) >= shape.alike:
            return True
        return overlap(self.words, other.words) >= shape.same


def unit(offer: Offer) -> tuple[Said, ...]:
    """What has to be quoted together with a sentence: itself, or the whole passage."""
    passage, vectors = offer.found.passage, offer.found.vectors
    numbers = range(len(passage.sentences)) if passage.whole else (offer.number,)
    return tuple(
        Said(
            passage,
            passage.sentences[number],
            content_words(passage.sentences[number]),
            None if vectors is None else vectors[number],
        )
        for number in numbers
    )


class Composer:
    """Proposes the statements of an answer; frozen once made."""

    def __init__(self, shape: Shape | None = None, worth: Worth | None = None) -> None:
        self.shape = shape or Shape()
        self._worth = astuple(worth or Worth())

    def __call__(self, query: Query, evidence: Sequence[Evidence]) -> Draft:
        """The statements, in reading order; nothing when there is no evidence."""
        chosen: list[Said] = []
        for new in self._proposals(query, evidence):
            if self._fits(chosen, new):
                chosen.extend(new)
        return tuple(Statement(each.text, (Citation(each.passage, each.text),)) for each in gather(chosen))

    def _proposals(self, query: Query, evidence: Sequence[Evidence]) -> Iterator[tuple[Said, ...]]:
        """What could be said next, in order of worth; sentences of a `whole` passage come together."""
        if not evidence:
            return
        shape = self.shape
        offers = [
            Offer(self._worth_of(query, found, number, found is evidence[0]), found, number)
            for found in evidence[: shape.passages]
            for number in range(len(found.passage.sentences))
        ]
        # Sorting keeps the order of equals: better passages first, then reading order.
        offers.sort(key=lambda each: each.worth, reverse=True)
        lead = offers[0]
        for offer in offers:
            allowed = shape.near if offer.found.passage.page == lead.found.passage.page else shape.far
            if offer.worth >= lead.worth - allowed:
                yield unit(offer)

    def _worth_of(self, query: Query, found: Evidence, number: int, best: bool) -> float:
        told: float = sum(map(operator.mul, signs(query, found, number, best), self._worth))
        return told + self.shape.detail * found.passage.level.serves(query.level)

    def _fits(self, chosen: Sequence[Said], new: Sequence[Said]) -> bool:
        words = sum(len(each.text.split()) for each in (*chosen, *new))
        if not chosen:
            return words <= self.shape.most_words
        if words > self.shape.words or len(chosen) + len(new) > self.shape.statements:
            return False
        return not any(each.repeats(other, self.shape) for each in new for other in chosen)


def gather(chosen: Sequence[Said]) -> list[Said]:
    """The sentences with those of one passage together, passages in the order in which they were chosen."""
    order_of = {each.passage.id: number for number, each in reversed(list(enumerate(chosen)))}
    return sorted(chosen, key=lambda each: order_of[each.passage.id])
