"""What the journal keeps: its tables, and the forms in which exchanges, feedback and reviews go in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text
from typing_extensions import TypedDict

from assistant.types import Decision

Reason = Literal["", "wrong", "unclear", "not_what_i_asked", "unsafe", "other"]
Judgement = Literal["correct", "incomplete", "wrong", "unsafe", "should_have_refused", "should_have_answered"]
ID = r"^[A-Za-z0-9_-]{1,100}$"

tables = MetaData()
# SQLite counts only a plain INTEGER by itself.
Number = BigInteger().with_variant(Integer, "sqlite")

exchanges = Table(
    "exchanges",
    tables,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("answer_id", String(100), nullable=False, unique=True),
    Column("conversation_id", String(100), nullable=False, index=True),
    Column("at", Float, nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("earlier_count", Integer, nullable=False),
    Column("level", String(20), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("likely", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("confidence", Float),
    Column("corpus_version", String(40), nullable=False),
    Column("policy_version", String(40), nullable=False),
    Column("model_version", String(80), nullable=False),
    Column("latency_ms", Float, nullable=False),
    Index("ix_exchanges_kind_id", "kind", "id"),
    Index("ix_exchanges_confidence", "confidence"),
)
feedback = Table(
    "feedback",
    tables,
    Column("answer_id", String(100), primary_key=True),
    Column("conversation_id", String(100), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", String(40), nullable=False, index=True),
    Column("comment", Text, nullable=False),
)
reviews = Table(
    "reviews",
    tables,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("answer_id", String(100), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("by", String(100), nullable=False),
    Column("verdict", String(40), nullable=False, index=True),
    Column("passage", String(100), nullable=False),
    Column("note", Text, nullable=False),
    Column("confirms", Number),
)
audit = Table(
    "audit",
    tables,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("by", String(100), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(200), nullable=False),
)
deleted = Table(
    "deleted",
    tables,
    Column("conversation_id", String(100), primary_key=True),
    Column("at", Float, nullable=False),
)
"""Conversations that were deleted: whatever another process still holds of them is thrown away when it comes in."""


class Feedback(BaseModel):
    """What a reader says of a reply; a second one on the same reply replaces the first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer_id: str = Field(pattern=ID)
    conversation_id: str = Field(pattern=ID)
    helpful: bool
    reason: Reason = ""
    comment: str = Field(default="", max_length=2_000)


class Review(BaseModel):
    """What a member of staff says of a reply."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer_id: str = Field(pattern=ID)
    by: str = Field(min_length=1, max_length=100)
    verdict: Judgement
    passage: str = Field(default="", max_length=100)
    """Id of the passage that would have been right."""
    note: str = Field(default="", max_length=4_000)
    confirms: int | None = None
    """The review of another person that this one confirms."""


class Filters(BaseModel):
    """Which exchanges a reader of the journal wants."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Decision | None = None
    feedback: Literal["", "helpful", "not_helpful", "none"] = ""
    reason: Reason = ""
    low_confidence: float | None = Field(default=None, ge=0, le=1)
    unreviewed: bool = False
    unsafe: bool = False
    """Called unsafe by a reader or by staff."""
    since: datetime | None = None
    until: datetime | None = None
    text: str = Field(default="", max_length=200)
    before: int | None = None
    """Only exchanges older than the one with this number; the way to the next page."""
    limit: int = Field(default=50, ge=1, le=500)


class EvidenceBody(TypedDict):
    """A passage that was found, with its score."""

    passage_id: str
    score: float


class FeedbackBody(TypedDict):
    """Feedback as it was kept."""

    at: str
    helpful: bool
    reason: str
    comment: str


class ReviewBody(TypedDict):
    """A review as it was kept."""

    id: int
    at: str
    by: str
    verdict: str
    passage: str
    note: str
    confirms: int | None


class ExchangeBody(TypedDict):
    """A question with its reply as the journal keeps it; names and numbers are taken out of the question."""

    id: int
    answer_id: str
    conversation_id: str
    at: str
    question: str
    earlier_count: int
    level: str
    kind: str
    reason: str
    likely: list[list[Any]]
    answer: str
    body: dict[str, Any]
    evidence: list[EvidenceBody]
    confidence: float | None
    corpus_version: str
    policy_version: str
    model_version: str
    latency_ms: float
    feedback: FeedbackBody | None
    reviews: list[ReviewBody]


class JournalState(TypedDict):
    """How the journal is, for `/readyz` and the commands."""

    status: Literal["ok", "waiting", "off"]
    waiting: int
    dropped: int
    torn: int
    oldest_waiting_seconds: float
    written: int


def when(at: float) -> str:
    """Seconds since 1970 as an ISO time in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


staff = Table(
    "staff",
    tables,
    Column("name", String(100), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("hash", String(200), nullable=False),
    Column("failed", Integer, nullable=False),
    Column("locked_until", Float, nullable=False),
    Column("at", Float, nullable=False),
)
sessions = Table(
    "sessions",
    tables,
    Column("token", String(64), primary_key=True),
    Column("name", String(100), nullable=False, index=True),
    Column("form", String(64), nullable=False),
    Column("until", Float, nullable=False),
)
"""Who is signed in: the hash of the cookie's token, and what every form of theirs has to carry."""
