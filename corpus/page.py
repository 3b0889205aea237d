"""Pages and passages: the only text that an answer may quote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Level(StrEnum):
    """How much detail a reader asked for."""

    PLAIN = "plain"
    DETAILED = "detailed"
    TECHNICAL = "technical"

    def serves(self, wanted: Level) -> float:
        """How well a passage of this level serves a reader of another: 1 its own, 0.5 the other of the two with detail, else 0.

        Simple wording serves every reader, so that nobody who asks for it is kept from anything: it is never preferred.
        """
        if Level.PLAIN in (self, wanted):
            return 0.0
        return 1.0 if self is wanted else 0.5


class EvidenceLabel(StrEnum):
    """How strong the proof behind a passage is, the strongest first."""

    ESTABLISHED = "established"
    MODERATE = "moderate"
    EARLY = "early"
    PRECLINICAL = "preclinical"
    THEORETICAL = "theoretical"
    UNSUPPORTED = "unsupported"

    @property
    def caution(self) -> int:
        """Rank from 0 (established) to 5 (unsupported)."""
        return list(EvidenceLabel).index(self)


class Population(StrEnum):
    """Whom a page is about; findings are not carried from one group to the other."""

    BREAST_CANCER = "breast-cancer"
    MEN = "men-on-testosterone"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Review:
    """Who last read a page as a clinician; all empty until somebody has."""

    reviewed: date | None
    reviewer: str
    due: date | None


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph that can be found, quoted and shown as a source."""

    id: str
    """Stable across rebuilds, never used again for something else."""
    page: str
    title: str
    heading: str
    level: Level
    evidence: EvidenceLabel | None
    """None only for a bibliography entry, which makes no medical statement."""
    sentences: tuple[str, ...]
    """Without citation marks; each is true when it stands alone, unless `whole`."""
    claims: tuple[str, ...]
    references: tuple[str, ...]
    whole: bool
    """Quoted only with every sentence, so that no caution is cut off."""
    population: Population
    topic: str
    reviewed: date | None
    line: int
    """Where the heading stands in its file, for messages to curators."""

    @property
    def text(self) -> str:
        """The paragraph as a patient reads it."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Page:
    """One curated page in up to three levels of detail."""

    id: str
    title: str
    summary: str
    topic: str
    evidence: EvidenceLabel
    population: Population
    safety: tuple[str, ...]
    """Ids of passages that must stand with any answer from this page."""
    review: Review
    version: int
    passages: tuple[Passage, ...]
    ask: tuple[str, ...]
    """Questions that a patient could take to a visit."""

    def at(self, level: Level) -> tuple[Passage, ...]:
        """The passages of one level, in reading order."""
        return tuple(passage for passage in self.passages if passage.level is level)
