"""The values that pass through the assistant, and the names of its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from corpus.page import Level, Passage
from index.embed import Vector
from index.search import Evidence, Query

LONGEST_QUESTION = 4_000
"""Characters of a question that is answered; red-flag rules read longer texts whole."""


class Decision(StrEnum):
    """What the assistant does with a message; one set of words for code, data, API and reports."""

    ANSWER = "answer"
    SELF_HARM = "self_harm"
    EMERGENCY = "emergency"
    URGENT_CLINICIAN = "urgent_clinician"
    DOSING = "dosing"
    DIAGNOSIS = "diagnosis"
    INJECTION = "injection"
    OUT_OF_SCOPE = "out_of_scope"
    CHITCHAT = "chitchat"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    GIBBERISH = "gibberish"
    IN_DOMAIN_NOT_COVERED = "in_domain_not_covered"

    @property
    def stops(self) -> bool:
        """Whether the fixed notice is the whole reply, before any retrieval."""
        return self in STOPPING

    @property
    def red_flag(self) -> bool:
        """Whether somebody may need help now or today."""
        return self in {Decision.SELF_HARM, Decision.EMERGENCY, Decision.URGENT_CLINICIAN}


STOPPING = frozenset(
    {
        Decision.SELF_HARM,
        Decision.EMERGENCY,
        Decision.INJECTION,
        Decision.CHITCHAT,
        Decision.GIBBERISH,
        Decision.UNSUPPORTED_LANGUAGE,
        Decision.OUT_OF_SCOPE,
    }
)


@dataclass(frozen=True, slots=True)
class Question:
    """A message with the messages of the same person before it, oldest first."""

    text: str
    earlier: tuple[str, ...] = ()
    level: Level = Level.PLAIN


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the screen decided, and why."""

    decision: Decision
    reason: str
    """The rule or model that fired, for staff and evaluators, never for patients."""
    support: str = ""
    """Key of the policy's fixed passages that may follow the notice, such as `stopping`."""
    remainder: str = ""
    """The harmless part of a mixed message, which may be answered after the notice."""
    language: str = "en"
    """ISO 639-1 code, for the fixed line of an unsupported language."""
    text: str = field(default="", compare=False)
    """The message as rules read it, normalised; for staff and evaluators, never for patients."""
    likely: tuple[tuple[Decision, float], ...] = field(default=(), compare=False)
    """The three likeliest decisions by rules and models together, the likeliest first; likewise."""


class QuoteNotFound(ValueError):
    """Somebody tried to cite words that a passage does not have."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage and the words of it that support a statement; it cannot exist unless they stand there."""

    passage: Passage
    quote: str

    def __post_init__(self) -> None:
        if not self.quote or self.quote not in self.passage.text:
            raise QuoteNotFound(f"quote not found in passage {self.passage.id}: {self.quote!r}")


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer with what supports it."""

    text: str
    citations: tuple[Citation, ...]


Draft = tuple[Statement, ...]
"""What a composer proposes, before it is verified."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A fixed reply from the reviewed wording."""

    decision: Decision
    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The notice as plain text, paragraphs apart by a blank line."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole reply to one question, with everything that led to it."""

    question: Question
    verdict: Verdict
    policy_version: str
    corpus_version: str
    notice: Notice | None = None
    statements: tuple[Statement, ...] = ()
    related: tuple[str, ...] = ()
    """Anticipated questions that stand near this one, each answerable."""
    query: Query | None = None
    evidence: tuple[Evidence, ...] = ()
    confidence: float | None = None
    """How likely the content covers the question, from 0 to 1; None when nothing was searched."""
    timings: Mapping[str, float] = field(default_factory=dict, compare=False)
    """Milliseconds by step."""

    @property
    def kind(self) -> Decision:
        """The decision."""
        return self.verdict.decision

    @property
    def text(self) -> str:
        """The reply as plain text: the notice, then the statements, no citation marks."""
        parts = [self.notice.text] if self.notice else []
        if self.statements:
            parts.append(" ".join(statement.text for statement in self.statements))
        return "\n\n".join(parts)

    @property
    def falls_back(self) -> bool:
        """Whether a reader who asked for detail gets an answer in which no passage has it."""
        wanted = self.question.level
        levels = {citation.passage.level for citation in self.citations}
        return wanted is not Level.PLAIN and bool(levels) and not any(level.serves(wanted) for level in levels)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Each passage and quote once, in order of appearance; citation number n is at n - 1."""
        return tuple(dict.fromkeys(citation for statement in self.statements for citation in statement.citations))


Screen = Callable[[Question], Verdict]
Rewrite = Callable[[Question, Verdict], Query]
Search = Callable[[Query], Sequence[Evidence]]
Compose = Callable[[Query, Sequence[Evidence]], Draft]
Verify = Callable[[Draft, Sequence[Evidence]], tuple[Statement, ...]]
Embed = Callable[[str], "Sequence[float] | Vector"]
"""A text to its unit vector (384 numbers for MiniLM)."""
