"""Finds the passages that speak of a question: vectors of three kinds and keywords, fused by fixed weights."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass, field

from llama_index.core.retrievers import BaseRetriever

from corpus.library import BIBLIOGRAPHY, Library
from corpus.page import Level, Passage, Population
from corpus.vocabulary import Anticipated
from index.embed import Vector
from index.found import Found, Texts, merge

OVERVIEW = re.compile(r"^(?:how sure|when to (?:call|get|ask)|what needs|urgent)", re.IGNORECASE)
SOURCES_PAGE = "about-the-sources"
SEVERAL = 3
"""How many of a passage's anticipated questions have a say together."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: a question made to stand alone."""

    texts: tuple[str, ...]
    """The wordings that are embedded; a passage counts by the nearest of them."""
    keywords: str
    """The words that the keyword search gets, with glossary terms added."""
    level: Level = Level.PLAIN
    population: Population = Population.BREAST_CANCER
    wants_source: bool = False
    """Whether a study or a reference is asked for."""
    alone: Query | None = None
    """The message by itself, when the wordings read it together with what came before it."""

    @property
    def text(self) -> str:
        """The first wording, which stands alone."""
        return self.texts[0]


@dataclass(frozen=True, slots=True)
class Scores:
    """How near a passage is to a query, by retriever; cosines, and keywords from 0 to 1."""

    question: float
    """The nearest anticipated question."""
    questions: float
    """The mean of the three nearest ones, which is steadier."""
    sentence: float
    passage: float
    keyword: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage with how well it fits."""

    passage: Passage
    score: float
    scores: Scores
    nearness: tuple[float, ...]
    """Cosine of the query with each sentence, in the passage's order."""
    answers: tuple[float, ...]
    """For each sentence, the cosine of the query with the nearest anticipated question that it answers, else 0."""
    asked: Anticipated | None
    """The nearest of the passage's anticipated questions, if one was among the hits."""
    vectors: Vector | None = field(default=None, compare=False, repr=False)
    """The vectors of the passage's sentences, shape (sentences, dimension); None for a passage that was not searched for."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each retriever counts; fitted on questions that are in no index."""

    question: float = 0.30
    questions: float = 0.30
    sentence: float = 0.20
    passage: float = 0.20
    keyword: float = 0.10
    level: float = 0.015
    """Added to a passage of the level asked for."""
    population: float = 0.10
    """Taken from a passage about the other group of readers."""
    bibliography: float = 0.06
    """Taken from a bibliography entry, or added to it and to the page about the sources when a source is asked for."""
    overview: float = 0.06
    """Taken from a passage on when to call or how sure we are, which touches on everything on its page."""


NOMINATED = 30
"""How many passages are ranked because one of their sentences is near."""
ALONE = 0.35
"""Share of the message by itself where it is read together with what came before; chosen on fold 0 and 1 of the follow-ups."""
DETAIL = 0.05
"""Added to a passage of the level asked for, when that is not the simple one; chosen on `answerable_fit`."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a retriever found."""

    name: str
    scores: Scores
    features: tuple[float, ...]
    """What is weighed, in the order of `Weights`."""


class Search:
    """An open index; frozen once made, shared by all threads."""

    def __init__(
        self,
        library: Library,
        embed: Callable[[str], Vector],
        questions: BaseRetriever,
        keywords: BaseRetriever,
        texts: Texts,
        weights: Weights,
        limit: int = 10,
        detail: float = DETAIL,
    ) -> None:
        self.library = library
        self.detail = detail
        self.weights = weights
        self._embed = embed
        self._questions = questions
        self._keywords = keywords
        self._texts = texts
        self._limit = limit

    def __call__(self, query: Query) -> tuple[Evidence, ...]:
        """The passages that fit best, the best first; ties are broken by id."""
        return self.rank(query, self.find(query), self.weights)

    def find(self, query: Query) -> Found:
        """What each retriever gives for a query, and for the message by itself if it was read with what came before."""
        vectors = tuple(self._embed(text) for text in query.texts)
        questions = merge([(self._questions, text, vector) for text, vector in zip(query.texts, vectors, strict=True)])
        found = Found(vectors, questions, merge([(self._keywords, query.keywords, None)]), *self._texts.near(vectors))
        return found.mixed(self.find(query.alone), ALONE) if query.alone else found

    def rank(self, query: Query, found: Found, weights: Weights) -> tuple[Evidence, ...]:
        """The passages that were found, fused by weights."""
        scale = astuple(weights)
        scored = [
            (sum(map(operator.mul, each.features, scale)) + self.detail * self._serves(query, each.name), each)
            for each in self.candidates(query, found)
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1].name))
        return tuple(self._evidence(each, score, found) for score, each in scored[: self._limit])

    def _serves(self, query: Query, name: str) -> float:
        return self.library.passages[name].level.serves(query.level)

    def candidates(self, query: Query, found: Found) -> list[Candidate]:
        """Every passage that a retriever found, and those with the nearest sentences."""
        passages = self.library.passages
        names = {name for hits in (found.questions, found.keywords) for name in hits.found if name in passages}
        names |= set(self._texts.nearest(found.sentence, NOMINATED))
        scores = {name: self._scores(name, found) for name in names}
        return [Candidate(name, each, features(query, passages[name], each)) for name, each in scores.items()]

    def _scores(self, name: str, found: Found) -> Scores:
        row, questions, keywords = self._texts.rows[name], found.questions, found.keywords
        return Scores(
            question=questions.of(name),
            questions=questions.mean(name, SEVERAL),
            sentence=float(found.sentence[row]),
            passage=float(found.passage[row]),
            keyword=keywords.of(name) / keywords.top if name in keywords.found else 0.0,
        )

    def _evidence(self, candidate: Candidate, score: float, found: Found) -> Evidence:
        passage = self.library.passages[candidate.name]
        questions = self.library.questions_of(passage.id)
        hits = found.questions
        answers = dict.fromkeys(passage.sentences, 0.0)
        for number, near in hits.found.get(passage.id, {}).items():
            for sentence in questions[number].answer:
                answers[sentence] = max(answers[sentence], near)
        best = hits.best(passage.id)
        return Evidence(
            passage=passage,
            score=round(score, 6),
            scores=candidate.scores,
            nearness=tuple(round(value, 6) for value in self._texts.of(passage.id, found.each).tolist()),
            answers=tuple(round(answers[sentence], 6) for sentence in passage.sentences),
            asked=None if best is None else questions[best],
            vectors=self._texts.of(passage.id, self._texts.sentences),
        )


def features(query: Query, passage: Passage, scores: Scores) -> tuple[float, ...]:
    """What is weighed of a passage, in the order of `Weights`: each retriever, and its level, readers and kind."""
    other = passage.population not in (query.population, Population.BOTH) and query.population is not Population.BOTH
    if passage.page in (BIBLIOGRAPHY, SOURCES_PAGE) and query.wants_source:
        bibliography = 1
    else:
        bibliography = -1 if passage.page == BIBLIOGRAPHY else 0
    return (
        scores.question,
        scores.questions,
        scores.sentence,
        scores.passage,
        scores.keyword,
        float(passage.level is query.level),
        -float(other),
        float(bibliography),
        -float(OVERVIEW.search(passage.heading) is not None),
    )
