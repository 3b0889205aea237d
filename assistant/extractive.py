"""Composes an answer by quoting: whole sentences of curated passages, the direct answer first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.types import Citation, Draft, Statement
from corpus.page import Passage
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


@dataclass(frozen=True, slots=True)
class Shape:
    """How long an answer is and how near a further passage has to be."""

    statements: int = 5
    words: int = 85
    """A further sentence is added only while the answer stays within this."""
    most_words: int = 120
    """Even one passage that is quoted whole may not go beyond this."""
    passages: int = 5
    """How many passages an answer may draw on."""
    near: float = 0.75
    """A further sentence needs this share of the first one's worth."""
    coherence: float = 0.15
    """Added to the worth of further sentences of the best passage, so that an answer stays with its subject."""
    answers: float = 0.3
    """Weight of an anticipated question that a sentence answers."""
    nearness: float = 0.3
    """Weight of a sentence's own nearness to the question."""
    cause: float = 0.06
    """Added to a sentence that names a cause when the question asks why."""
    same: float = 0.55
    """Share of common content words from which two sentences say the same."""


def content_words(text: str) -> frozenset[str]:
    """The words that carry a sentence's meaning."""
    return frozenset(word for word in WORD.findall(text.lower()) if word not in EMPTY)


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the shorter sentence's content words that the other one has."""
    return len(one & other) / max(1, min(len(one), len(other)))


def worth(query: Query, found: Evidence, number: int, shape: Shape) -> float:
    """How well one sentence answers: by its own nearness, by the questions that it is known to answer, and by its passage."""
    value = (
        shape.answers * found.answers[number]
        + shape.nearness * found.nearness[number]
        + (1 - shape.answers - shape.nearness) * found.score
    )
    if WHY.search(query.text) and CAUSE.search(found.passage.sentences[number]):
        value += shape.cause
    return value


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence that could be said, with how well it answers."""

    worth: float
    found: Evidence
    number: int


def unit(offer: Offer) -> tuple[Passage, tuple[str, ...]]:
    """What has to be quoted together with a sentence: itself, or the whole passage."""
    passage = offer.found.passage
    return passage, passage.sentences if passage.whole else (passage.sentences[offer.number],)


class Composer:
    """Proposes the statements of an answer; frozen once made."""

    def __init__(self, shape: Shape | None = None) -> None:
        self.shape = shape or Shape()

    def __call__(self, query: Query, evidence: Sequence[Evidence]) -> Draft:
        """The statements, in reading order; nothing when there is no evidence."""
        chosen: list[tuple[Passage, str]] = []
        for passage, sentences in self._proposals(query, evidence):
            if self._fits(chosen, sentences, passage):
                chosen.extend((passage, sentence) for sentence in sentences)
        return tuple(Statement(sentence, (Citation(passage, sentence),)) for passage, sentence in gather(chosen))

    def _proposals(self, query: Query, evidence: Sequence[Evidence]) -> Iterator[tuple[Passage, tuple[str, ...]]]:
        """What could be said next, in order of worth; sentences of a `whole` passage come together."""
        if not evidence:
            return
        shape = self.shape
        offers = [
            Offer(worth(query, found, number, shape), found, number)
            for found in evidence[: shape.passages]
            for number in range(len(found.passage.sentences))
        ]
        lead = max((offer for offer in offers if offer.found is evidence[0]), key=lambda offer: offer.worth)
        yield unit(lead)
        # Sorting keeps the order of equals: better passages first, then reading order.
        for offer in sorted(offers, key=lambda each: each.worth + shape.coherence * (each.found is lead.found), reverse=True):
            if offer.worth + shape.coherence * (offer.found is lead.found) >= shape.near * lead.worth:
                yield unit(offer)

    def _fits(self, chosen: Sequence[tuple[Passage, str]], new: Sequence[str], passage: Passage) -> bool:
        if not chosen:
            return sum(len(sentence.split()) for sentence in new) <= self.shape.most_words
        words = sum(len(sentence.split()) for _, sentence in chosen) + sum(len(sentence.split()) for sentence in new)
        if words > self.shape.words or len(chosen) + len(new) > self.shape.statements:
            return False
        said = [content_words(sentence) for _, sentence in chosen]
        return not any(overlap(content_words(sentence), other) >= self.shape.same for sentence in new for other in said)


def gather(chosen: Sequence[tuple[Passage, str]]) -> list[tuple[Passage, str]]:
    """The sentences with those of one passage together, passages in the order in which they were chosen."""
    order_of = {passage.id: number for number, passage in reversed(list(enumerate(passage for passage, _ in chosen)))}
    return sorted(chosen, key=lambda pair: order_of[pair[0].id])
