"""What the retrievers find for a query, before it is ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import QueryBundle
from numpy.typing import NDArray

from index.embed import Vector
from index.nodes import to_key


@dataclass(frozen=True, slots=True)
class Hits:
    """The similarities that one retriever found, by passage and by the number of the text within it."""

    found: Mapping[str, Mapping[int, float]]
    floor: float
    """The lowest similarity among the hits: at most this is what a passage has that was not hit."""
    top: float
    """The highest similarity among the hits."""

    def of(self, passage: str) -> float:
        """The best similarity of one passage."""
        return max(self.found[passage].values()) if passage in self.found else self.floor

    def mean(self, passage: str, count: int) -> float:
        """The mean of the best `count` similarities of one passage; what was not hit counts as the floor."""
        best = sorted(self.found.get(passage, {}).values(), reverse=True)[:count]
        return (sum(best) + self.floor * (count - len(best))) / count

    def best(self, passage: str) -> int | None:
        """The number of the nearest text of one passage, if one was hit."""
        hits = self.found.get(passage)
        return min(hits, key=lambda number: (-hits[number], number)) if hits else None

    def scaled(self) -> Hits:
        """The same from 0, where nothing was hit, to 1."""
        found = {name: {number: value / self.top for number, value in hits.items()} for name, hits in self.found.items()}
        return Hits(found, 0.0, 1.0)

    def mixed(self, other: Hits, share: float) -> Hits:
        """With another reading's hits, which count by a share; what one of them did not hit is at its floor."""
        found: dict[str, dict[int, float]] = {}
        for name in (*self.found, *other.found):
            mine, its = self.found.get(name, {}), other.found.get(name, {})
            found[name] = {
                number: (1 - share) * mine.get(number, self.floor) + share * its.get(number, other.floor)
                for number in (*mine, *its)
            }
        floor, top = (1 - share) * self.floor + share * other.floor, (1 - share) * self.top + share * other.top
        return Hits(found, floor, top)


@dataclass(frozen=True, slots=True)
class Found:
    """What the retrievers gave for one query, before it is ranked."""

    vectors: tuple[Vector, ...]
    questions: Hits
    keywords: Hits
    each: Vector
    """The cosine of each sentence of the content, in reading order."""
    sentence: Vector
    """The cosine of each passage's nearest sentence."""
    passage: Vector
    """The cosine of each passage."""

    def mixed(self, other: Found, share: float) -> Found:
        """With what was found for another reading of the same message, which counts by a share."""
        return Found(
            self.vectors,
            self.questions.mixed(other.questions, share),
            self.keywords.scaled().mixed(other.keywords.scaled(), share),
            (1 - share) * self.each + share * other.each,
            (1 - share) * self.sentence + share * other.sentence,
            (1 - share) * self.passage + share * other.passage,
        )


@dataclass(frozen=True, slots=True)
class Texts:
    """The vectors of everything that may be said, in reading order."""

    rows: Mapping[str, int]
    """The row of each passage."""
    passages: Vector
    """Shape (passages, dimension)."""
    sentences: Vector
    """Shape (sentences, dimension)."""
    starts: NDArray[np.int64]
    """The row of each passage's first sentence, and behind the last one their number; shape (passages + 1,)."""

    def near(self, vectors: Sequence[Vector]) -> tuple[Vector, Vector, Vector]:
        """Cosines of the nearest wording with each sentence, with each passage's nearest sentence, and with each passage."""
        wordings = np.array(vectors).T
        each = (self.sentences @ wordings).max(axis=1)
        return each, np.maximum.reduceat(each, self.starts[:-1]), (self.passages @ wordings).max(axis=1)

    def nearest(self, near: Vector, count: int) -> list[str]:
        """The passages with the highest of some numbers, one for each passage."""
        names = list(self.rows)
        return [names[row] for row in np.argsort(-near, kind="stable")[:count]]

    def of(self, name: str, each: Vector) -> Vector:
        """The rows that belong to the sentences of one passage."""
        row = self.rows[name]
        return each[self.starts[row] : self.starts[row + 1]]


def merge(asked: Sequence[tuple[BaseRetriever, str, Vector | None]]) -> Hits:
    """The hits of one retriever for some wordings, each text with its best similarity."""
    found: dict[str, dict[int, float]] = {}
    for retriever, text, vector in asked:
        bundle = QueryBundle(text, embedding=None if vector is None else vector.tolist())
        for node in retriever.retrieve(bundle) if text.strip() else ():
            key, score = to_key(node.node_id), node.score or 0.0
            hits = found.setdefault(key.passage, {})
            hits[key.number] = max(score, hits.get(key.number, -1.0))
    best = [max(hits.values()) for hits in found.values()]
    return Hits(found, min(best, default=0.0), max(best, default=1.0))
