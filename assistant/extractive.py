"""Composes an answer by quoting: whole sentences of curated passages, the direct answer first."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

from assistant.types import Citation, Draft, Statement
from assistant.words import EMPTY, WORD, content_words, stem, stems
from corpus.page import Passage, Population
from index.embed import Vector
from index.search import Evidence, Query

WHY = re.compile(
    r"\b(?:why|how come|causes?|caused|reasons?|what makes|because of|due to|bring(?:s|ing)? (?:it )?on|mechanism)\b",
    re.IGNORECASE,
)
CAUSE = re.compile(
    r"\b(?:because|causes?|comes? from|due to|sets? off|brings? on|leads? to|the reason|result of|depends? on|"
    r"without (?:enough )?estrogen|theory)\b",
    re.IGNORECASE,
)


COMPARES = re.compile(
    r"\b(?:versus|vs|compar\w+|differ\w*|or|(?:better|worse|safer|stronger|weaker|more|less|rather|other) than|instead of|"
    r"as (?:good|bad|well|safe|strong) as)\b",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\b(?:versus|vs|or|and|than|against|with|instead of|as)\b\.?", re.IGNORECASE)
"""What stands between two things that are compared."""
NAMES = 2
"""How many words beside that name each of them."""


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
    again: float = 4.0
    """Worth taken from a sentence for each unit of cosine beyond `apart` to the nearest one said; chosen on `answerable_fit`."""
    apart: float = 0.4
    others: float = 2.0
    """Worth taken from a sentence about the other group of readers, women treated for breast cancer or men on testosterone."""
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


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the shorter sentence's content words that the other one has."""
    return len(one & other) / max(1, min(len(one), len(other)))


def compared(text: str) -> tuple[frozenset[str], ...]:
    """The stems that name the two sides of a comparison; nothing for another question."""
    between = BETWEEN.search(text, pos=0) if COMPARES.search(text) else None
    if between is None:
        return ()
    left = [word for word in WORD.findall(text[: between.start()].lower()) if word not in EMPTY][-NAMES:]
    right = [word for word in WORD.findall(text[between.end() :].lower()) if word not in EMPTY][:NAMES]
    one, other = frozenset(map(stem, left)), frozenset(map(stem, right))
    return tuple(side for side in (one - other, other - one) if side)


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


def about_others(query: Query, passage: Passage) -> bool:
    """Whether a passage is about the group of readers that does not ask."""
    return Population.BOTH not in (query.population, passage.population) and passage.population is not query.population


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence that could be said, with how well it answers."""

    worth: float
    found: Evidence
    number: int

    @property
    def text(self) -> str:
        """The sentence."""
        return self.found.passage.sentences[self.number]


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


def nearness(one: Said, said: Sequence[Said]) -> float:
    """Cosine of a sentence with the nearest of those that have been said; at least 0, and 0 where it has no vector."""
    vectors = [each.vector for each in said if each.vector is not None]
    return max(0.0, *(float(one.vector @ vector) for vector in vectors)) if one.vector is not None and vectors else 0.0


class Composer:
    """Proposes the statements of an answer; frozen once made."""

    def __init__(self, shape: Shape | None = None, worth: Worth | None = None) -> None:
        self.shape = shape or Shape()
        self._worth = astuple(worth or Worth())

    def __call__(self, query: Query, evidence: Sequence[Evidence]) -> Draft:
        """The statements, in reading order; nothing when there is no evidence.

        What is said next is worth less the nearer it is to what has been said (maximal marginal relevance,
        Carbonell and Goldstein 1998), so that an answer says several things.
        """
        chosen: list[Said] = []
        for new in self._sides(query, evidence):
            if self._fits(chosen, new):
                chosen.extend(new)
        units = {number: (offer.worth, unit(offer)) for number, offer in enumerate(self._proposals(query, evidence))}
        said = {number: nearness(new[0], chosen) for number, (_, new) in units.items()}
        while units:
            best = max(units, key=lambda number: units[number][0] - self.shape.again * max(0.0, said[number] - self.shape.apart))
            _, new = units.pop(best)
            if self._fits(chosen, new):
                chosen.extend(new)
                said = {number: max(said[number], nearness(other[0], new)) for number, (_, other) in units.items()}
        return tuple(Statement(each.text, (Citation(each.passage, each.text),)) for each in gather(chosen))

    def _offers(self, query: Query, evidence: Sequence[Evidence]) -> list[Offer]:
        """The sentences of some passages, the likeliest to answer first."""
        offers = [
            Offer(self._worth_of(query, found, number, found is evidence[0]), found, number)
            for found in evidence
            for number in range(len(found.passage.sentences))
        ]
        # Sorting keeps the order of equals: better passages first, then reading order.
        return sorted(offers, key=lambda each: each.worth, reverse=True)

    def _sides(self, query: Query, evidence: Sequence[Evidence]) -> Iterator[tuple[Said, ...]]:
        """For a comparison the best sentence, and the best one on each side that this does not name."""
        sides = compared(query.text)
        offers = self._offers(query, evidence) if sides else []
        for first in offers[:1]:
            named = stems(" ".join(each.text for each in unit(first)))
            yield unit(first)
            for side in sides:
                if not side & named and (best := next((each for each in offers if side & stems(each.text)), None)):
                    yield unit(best)

    def _proposals(self, query: Query, evidence: Sequence[Evidence]) -> list[Offer]:
        """The sentences that are good enough beside the best one, in order of worth."""
        offers = self._offers(query, evidence[: self.shape.passages])
        return [offer for offer in offers if offer.worth >= offers[0].worth - self._allowed(offer, offers[0])]

    def _allowed(self, offer: Offer, lead: Offer) -> float:
        """How much less worth than the best sentence another one may be."""
        return self.shape.near if offer.found.passage.page == lead.found.passage.page else self.shape.far

    def _worth_of(self, query: Query, found: Evidence, number: int, best: bool) -> float:
        told: float = sum(map(operator.mul, signs(query, found, number, best), self._worth))
        told -= self.shape.others * about_others(query, found.passage)
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
