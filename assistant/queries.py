"""How the journal is asked: filters as a query, rows as the form in which they go out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, exists, or_, select

from assistant.records import ExchangeBody, FeedbackBody, Filters, ReviewBody, exchanges, feedback, reviews, when


def chosen(filters: Filters) -> Select[Any]:
    """The query of some filters."""
    wanted = select(exchanges).order_by(exchanges.c.id.desc()).limit(filters.limit)
    of_answer = feedback.c.answer_id == exchanges.c.answer_id
    reviewed = exists().where(reviews.c.answer_id == exchanges.c.answer_id)
    conditions: list[Any] = []
    if filters.decision:
        conditions.append(exchanges.c.kind == filters.decision.value)
    match filters.feedback:
        case "helpful" | "not_helpful":
            conditions.append(exists().where(of_answer, feedback.c.helpful == (filters.feedback == "helpful")))
        case "none":
            conditions.append(~exists().where(of_answer))
    if filters.reason:
        conditions.append(exists().where(of_answer, feedback.c.reason == filters.reason))
    if filters.low_confidence is not None:
        conditions.append(exchanges.c.confidence <= filters.low_confidence)
    if filters.unreviewed:
        conditions.append(~reviewed)
    if filters.unsafe:
        unsafe = exists().where(reviews.c.answer_id == exchanges.c.answer_id, reviews.c.verdict == "unsafe")
        conditions.append(or_(exists().where(of_answer, feedback.c.reason == "unsafe"), unsafe))
    if filters.since:
        conditions.append(exchanges.c.at >= filters.since.timestamp())
    if filters.until:
        conditions.append(exchanges.c.at < filters.until.timestamp())
    if filters.text:
        has_words = exchanges.c.question.icontains(filters.text, autoescape=True)
        conditions.append(or_(has_words, exchanges.c.answer_id == filters.text))
    if filters.before is not None:
        conditions.append(exchanges.c.id < filters.before)
    return wanted.where(*conditions)


def to_exchange(row: Mapping[str, Any], said: Any, judged: list[ReviewBody]) -> ExchangeBody:
    """A row with what was said of it."""
    given: FeedbackBody | None = None
    if said is not None:
        given = {"at": when(said.at), "helpful": said.helpful, "reason": said.reason, "comment": said.comment}
    whole = {**row, "at": when(row["at"]), "feedback": given, "reviews": judged}
    whole |= {name: json.loads(row[name]) for name in ("likely", "body", "evidence")}
    return whole  # type: ignore[return-value]


def to_review(row: Any) -> ReviewBody:
    """A row of the reviews."""
    return {
        "id": row.id,
        "at": when(row.at),
        "by": row.by,
        "verdict": row.verdict,
        "passage": row.passage,
        "note": row.note,
        "confirms": row.confirms,
    }
